#include "core/outcome.h"

#include "base/check.h"

const char *refusal_code(enum refusal r)
{
    static const char *const list[REFUSAL_N] = {
        [REFUSAL_NONE] = "none",
        [REFUSAL_NOT_ALLOWED] = "not_allowed",
        [REFUSAL_NOT_FOUND] = "not_found",
        [REFUSAL_WRONG_STATE] = "wrong_state",
        [REFUSAL_TAKEN] = "taken",
        [REFUSAL_DOES_NOT_FIT] = "does_not_fit",
        [REFUSAL_ASKED_ALREADY] = "asked_already",
        [REFUSAL_TOO_MANY] = "too_many",
        [REFUSAL_GATEKEEPER] = "gatekeeper",
        [REFUSAL_OTHER_WAS_FIRST] = "other_was_first",
        [REFUSAL_LAPSED] = "lapsed",
        [REFUSAL_ANSWERED] = "answered",
        [REFUSAL_STALE_VERSION] = "stale_version",
        [REFUSAL_KEY_REUSED] = "key_reused",
        [REFUSAL_BAD_REPORT] = "bad_report",
        [REFUSAL_UNKNOWN_REASON] = "unknown_reason",
        [REFUSAL_LIMIT] = "limit",
        [REFUSAL_DUPLICATE] = "duplicate",
        /* ---- timers and escalation ---- */
        [REFUSAL_EXTENSIONS] = "extensions",
        /* ---- no bed: bridges and the unplaced register ---- */
        /* ---- gatekeepers ---- */
        [REFUSAL_NO_GATEKEEPER] = "no_gatekeeper",
        [REFUSAL_NOT_YOURS] = "not_yours",
        /* ---- stays, clocks, nights and funding ---- */
        /* ---- MDO, regiehouder, consult ---- */
        [REFUSAL_NO_CONSENT] = "no_consent",
        [REFUSAL_OPEN_ACTIONS] = "open_actions",
        [REFUSAL_NOT_AT_TABLE] = "not_at_table",
        [REFUSAL_OWN_ACTIONS] = "own_actions",
        [REFUSAL_REGIE_TAKEN] = "regie_taken",
        [REFUSAL_OFFER_OVER] = "offer_over",
        /* ---- warm handover, keys and notes ---- */
        [REFUSAL_NO_KEY] = "no_key",
        [REFUSAL_KEY_SECOND_PERSON] = "key_second_person",
        [REFUSAL_TOO_MANY_KEYS] = "too_many_keys",
        [REFUSAL_PLACED_ELSEWHERE] = "placed_elsewhere",
        [REFUSAL_UNIT_GONE] = "unit_gone",
        [REFUSAL_SEARCH_OVER] = "search_over",
        [REFUSAL_BRIDGE_THERE] = "bridge_there",
        /* ---- location leaked, surge, conflict check ---- */
        [REFUSAL_SAME_PERSON] = "same_person",
        [REFUSAL_CONFLICT_OPEN] = "conflict_open",
        /* ---- stays: one household, one place ---- */
        [REFUSAL_SEARCH_RUNS] = "search_runs",
        [REFUSAL_HAS_PLACE] = "has_place",
        [REFUSAL_NO_MUNICIPALITY] = "no_municipality",
        [REFUSAL_LONG_OVER] = "long_over",
        /* ---- stays, since ---- */
        [REFUSAL_WAS_ELSEWHERE] = "was_elsewhere",
        [REFUSAL_TOO_LATE] = "too_late",
        [REFUSAL_HAS_LEFT] = "has_left",
        [REFUSAL_MOVED_ON] = "moved_on",
        [REFUSAL_NOT_THEIR_DESK] = "not_their_desk",
        [REFUSAL_LEFT_UNSAFE] = "left_unsafe",
        /* ---- requests, since ---- */
        [REFUSAL_TAKEN_BACK] = "taken_back",
    };

    CHECK((unsigned)r < REFUSAL_N);
    return list[r];
}
