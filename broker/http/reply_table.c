#include "http/reply_table.h"

#include "base/check.h"
#include "core/capacity.h"

#include <stddef.h>

/* Seconds to wait: a full queue empties within a turn or two; a database that went away is back after its
 * restart or the cluster's vote (limits.md, Faults: 3 to 15 s). */
#define BUSY_S 1
#define AWAY_S 5

static const struct reply_row trouble_rows[ERR_N] = {
    [ERR_BAD_INPUT] = {400, "bad_request", "Not understood", "The request could not be read.", 0},
    [ERR_TOO_BIG] = {413, "too_large", "Too large", "The request passes a limit of this exchange.", 0},
    [ERR_NOT_FOUND] = {404, "not_found", "Not found", "There is no such thing, or you may not see it.", 0},
    [ERR_CONFLICT] = {409, "conflict", "Somebody was first", "It was changed by somebody else.", 0},
    [ERR_BUSY] = {429, "busy", "Too busy", "Too much is under way. Nothing was done; ask again in a moment.",
                  BUSY_S},
    [ERR_AWAY] = {503, "away", "The exchange cannot store anything now",
                  "Nothing was promised. Ask again with the same Idempotency-Key, or ring.", AWAY_S},
    [ERR_DOUBT] = {503, "doubt", "It is not known whether this was done",
                   "Ask again with the same Idempotency-Key: the answer will be the true one.", AWAY_S},
    [ERR_FENCED] = {503, "fenced", "Another server has taken over",
                    "Ask again with the same Idempotency-Key: the other server knows what became of it.",
                    BUSY_S},
    [ERR_IO] = {500, "internal", "Something is broken here", "The fault was logged under this code.", 0},
    [ERR_CRYPTO] = {500, "internal", "Something is broken here", "The fault was logged under this code.", 0},
};

static const struct reply_row refusal_rows[REFUSAL_N] = {
    [REFUSAL_NOT_ALLOWED] = {403, "not_allowed", "Not allowed", "Your role or organisation may not do this.",
                             0},
    [REFUSAL_NOT_FOUND] = {404, "not_found", "Not found", "There is no such thing, or you may not see it.",
                           0},
    [REFUSAL_WRONG_STATE] = {409, "wrong_state", "Past this step",
                             "This referral or request is in another state by now.", 0},
    [REFUSAL_TAKEN] = {409, "taken", "Just taken", "This place has no free unit left.", 0},
    [REFUSAL_DOES_NOT_FIT] = {422, "does_not_fit", "Does not fit",
                              "A hard rule excludes this place for this household.", 0},
    [REFUSAL_ASKED_ALREADY] = {409, "asked_already", "Asked already",
                               "This place was asked for this household and has not said no.", 0},
    [REFUSAL_TOO_MANY] = {422, "too_many", "Too many at once",
                          "More places would be asked at once than the threat level allows.", 0},
    [REFUSAL_GATEKEEPER] = {422, "gatekeeper", "Placed by another",
                            "This place is given out by its own gatekeeper and cannot be asked directly.", 0},
    [REFUSAL_OTHER_WAS_FIRST] = {409, "other_was_first", "Another was first",
                                 "Another place said yes first. Your unit is free again.", 0},
    [REFUSAL_LAPSED] = {409, "lapsed", "Too late",
                        "The time to answer was over. Your yes was recorded, the unit is not held.", 0},
    [REFUSAL_ANSWERED] = {409, "answered", "Answered already", "This request already has another answer.", 0},
    [REFUSAL_STALE_VERSION] = {412, "stale_version", "Changed in the meantime",
                               "Somebody changed this since you read it. Read it again.", 0},
    [REFUSAL_KEY_REUSED] = {422, "key_reused", "Key used before",
                            "This Idempotency-Key was used for something else. Make a new one.", 0},
    [REFUSAL_BAD_REPORT] = {422, "bad_report", "Cannot be true",
                            "At least one report cannot be true; nothing of the batch was taken.", 0},
    [REFUSAL_UNKNOWN_REASON] = {422, "unknown_reason", "Unknown reason", "This coded reason does not exist.",
                                0},
    [REFUSAL_LIMIT] = {429, "limit", "A limit is reached",
                       "The exchange keeps no more of this. Close what is finished first.", 60},
    [REFUSAL_DUPLICATE] = {409, "duplicate", "Exists already",
                           "Something with this code exists already, with other content.", 0},
    /* ---- timers and escalation ---- */
    [REFUSAL_EXTENSIONS] = {409, "extensions", "No more extra time",
                            "Extra time was given three times. Answer now, or ring.", 0},
    /* ---- no bed: bridges and the unplaced register ---- */
    /* ---- gatekeepers ---- */
    [REFUSAL_NO_GATEKEEPER] =
        {409, "no_gatekeeper", "Nobody here decides on it",
         "No organisation of this exchange decides on these places in this region. Ring it.", 0},
    [REFUSAL_NOT_YOURS] = {422, "not_yours", "Not a place of yours",
                           "A gatekeeper asks the places that it gives out, and no others.", 0},
    /* ---- stays, clocks, nights and funding ---- */
    [REFUSAL_SEARCH_RUNS] =
        {409, "search_runs", "This household is looked for already",
         "Ring the desk that is named in search: it can close its search, or go on with it.", 0},
    [REFUSAL_NO_MUNICIPALITY] = {422, "no_municipality", "Which municipality?",
                                 "A municipality pays from this stream: its nights need one.", 0},
    [REFUSAL_HAS_PLACE] = {409, "has_place", "This household has a promised place",
                           "It was promised through another referral. Ring the desk that is named in search.",
                           0},
    /* ---- MDO, regiehouder, consult ---- */
    [REFUSAL_NO_CONSENT] = {422, "no_consent", "No consent",
                            "The household said no to a consult. Another ground is needed.", 0},
    [REFUSAL_OPEN_ACTIONS] = {409, "open_actions", "Actions are open",
                              "Somebody promised something here. Mark it as done or dropped first.", 0},
    [REFUSAL_NOT_AT_TABLE] = {409, "not_at_table", "Not at the table",
                              "This organisation refused or has left. Invite it again, or choose another.",
                              0},
    [REFUSAL_OWN_ACTIONS] = {409, "own_actions", "You have open actions here",
                             "Mark them as done or dropped, or let another take them over, before you leave.",
                             0},
    [REFUSAL_REGIE_TAKEN] = {409, "regie_taken", "A colleague has it",
                             "Your organisation co-ordinates already. Look who does, and change it there.",
                             0},
    [REFUSAL_OFFER_OVER] = {409, "offer_over", "Not offered any more",
                            "The offer was taken back or refused. Who holds it still holds it.", 0},
    [REFUSAL_NOT_THEIR_DESK] =
        {403, "not_their_desk", "Not to this organisation",
         "The household fled this house: the regie goes to the desk by whose referral it fled, and to nobody "
         "else.",
         0},
    /* ---- warm handover, keys and notes ---- */
    [REFUSAL_NO_KEY] = {409, "no_key", "No key",
                        "The receiver has no confirmed key, so nothing can be sealed to it.", 0},
    [REFUSAL_KEY_SECOND_PERSON] = {403, "key_second_person", "Another person must confirm",
                                   "A key is confirmed by somebody else than who made it.", 0},
    [REFUSAL_TOO_MANY_KEYS] =
        {409, "too_many_keys", "Too many keys",
         "This organisation has made as many keys as it ever may. Ring the exchange's administrator.", 0},
    /* ---- location leaked, surge, conflict check ---- */
    [REFUSAL_SAME_PERSON] = {409, "same_person", "A second person is needed",
                             "You took the first step yourself. Somebody else must confirm it.", 0},
    [REFUSAL_CONFLICT_OPEN] =
        {409, "conflict_open", "A question is open",
         "The referrer asks whether there is a known conflict. Ring first, then answer that.", 0},
    /* ---- at the door after all ---- */
    [REFUSAL_PLACED_ELSEWHERE] =
        {409, "placed_elsewhere", "Promised elsewhere",
         "Another place has said yes to this household. Let them in if you must and ring the referrer: that "
         "yes ends first.",
         0},
    [REFUSAL_UNIT_GONE] =
        {409, "unit_gone", "No unit free",
         "The house has no unit free. If there is one after all, correct the number of free places first; if "
         "not, ring the referrer for another place.",
         0},
    [REFUSAL_SEARCH_OVER] =
        {409, "search_over", "The search is over",
         "This referral was withdrawn or closed. Ring the referrer: a new referral is needed for them.", 0},
    [REFUSAL_LONG_OVER] = {409, "long_over", "Too long ago",
                           "The yes was over more than a day ago. The referrer must ask this place again, "
                           "and the house say yes: "
                           "ring each other.",
                           0},
    /* ---- stays, since ---- */
    [REFUSAL_WAS_ELSEWHERE] =
        {409, "was_elsewhere", "In another place then",
         "At that moment this household was in another place of the exchange, or another house would lose "
         "more "
         "than 96 hours by it. Say a later moment, or let the referrer ask when they left there.",
         0},
    [REFUSAL_TOO_LATE] =
        {409, "too_late", "Too late to correct",
         "It was told too long ago. Moments can be corrected for 31 days, a departure for 7.", 0},
    [REFUSAL_HAS_LEFT] = {409, "has_left", "Has left",
                          "This household arrived here, and its departure was recorded since. If it is still "
                          "here, say so at the stay; if it came back, it needs a new referral.",
                          0},
    [REFUSAL_MOVED_ON] = {409, "moved_on", "Has been in another place",
                          "This household has been in another place since it left here. Ring the referrer.",
                          0},
    [REFUSAL_LEFT_UNSAFE] =
        {409, "left_unsafe", "Left because it was not safe",
         "The departure says that it was no longer safe here. A house cannot take that back. "
         "If the household is here still, ring the referrer at once, which can.",
         0},
    [REFUSAL_TAKEN_BACK] = {409, "taken_back", "Taken back",
                            "Who asked has taken this request back. Your unit is free again.", 0},
    [REFUSAL_BRIDGE_THERE] = {409, "bridge_there", "Arranged already",
                              "This household has such a bridge already. Change that one, or end it first.",
                              0},
};

const struct reply_row *reply_row_of_trouble(enum err trouble)
{
    CHECK((unsigned)trouble < ERR_N && trouble_rows[trouble].status != 0);
    return &trouble_rows[trouble];
}

const struct reply_row *reply_row_of_refusal(enum refusal refusal)
{
    CHECK((unsigned)refusal < REFUSAL_N && refusal_rows[refusal].status != 0);
    return &refusal_rows[refusal];
}

const char *reply_observation_text(unsigned bit)
{
    switch (bit) {
    case OBS_NEGATIVE:
        return "a count is below 0";
    case OBS_FREE_OVER_TOTAL:
        return "free, occupied and out of order together are more than the total";
    case OBS_FUTURE:
        return "observed in the future: look at the clock of the source";
    case OBS_TOO_OLD:
        return "observed more than 7 days ago";
    case OBS_NO_COUNT:
        return "says nothing: give units free, deliverable or a stop";
    case OBS_TOTAL_ODD:
        return "more than ten times what this place has: probably another count was sent";
    case OBS_SOURCE:
        return "feed is for machines, and only that; people report by hand or by phone";
    default:
        return "cannot be true";
    }
}
