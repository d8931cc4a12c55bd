#include "core/nobed/bridge.h"

#include "base/check.h"
#include "base/time_text.h"

#include <string.h>

#define TO(s) (1u << BRIDGE_##s)

static const uint8_t may_become[BRIDGE_STATE_N] = {
    [BRIDGE_PLANNED] = TO(ACTIVE) | TO(ALARM) | TO(ENDED),
    [BRIDGE_ACTIVE] = TO(ALARM) | TO(ENDED),
    [BRIDGE_ALARM] = TO(PLANNED) | TO(ACTIVE) | TO(ENDED),
};

bool bridge_may_become(enum bridge_state from, enum bridge_state to)
{
    CHECK((unsigned)from < BRIDGE_STATE_N && (unsigned)to < BRIDGE_STATE_N);
    return ((unsigned)may_become[from] >> (unsigned)to & 1u) != 0;
}

bool bridge_is_live(const struct bridge *b)
{
    return b->state != BRIDGE_ENDED;
}

bool bridge_needs_owner(enum bridge_kind k)
{
    return k == BRIDGE_HOTEL;
}

bool bridge_has_check_ins(const struct bridge *b)
{
    return b->every_minutes != 0;
}

bool bridge_has_term(const struct bridge *b)
{
    return b->started_at_ms != 0 && b->until_ms != 0 && (b->kind == BRIDGE_ORDER || b->kind == BRIDGE_BED);
}

bool bridge_is_escalated(const struct bridge *b)
{
    return b->state == BRIDGE_ALARM && b->alarms >= BRIDGE_TEAM_LEAD_AT;
}

int64_t bridge_next_check(const struct bridge *b, int64_t now_ms, int64_t grace_ms)
{
    for (unsigned i = 0; i < b->n_times; i++) {
        if (b->times_ms[i] > now_ms + grace_ms)
            return b->times_ms[i];
    }
    return now_ms + b->every_minutes * MS_MINUTE;
}

static bool is_number(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL && text[0] != '\0' &&
           strspn(text, "0123456789 +-") == strlen(text);
}

bool bridge_owner_is_valid(const struct bridge_owner *o)
{
    if ((unsigned)o->kind >= BRIDGE_OWNER_KIND_N || (unsigned)o->role >= BRIDGE_ROLE_N ||
        memchr(o->org, '\0', sizeof o->org) == NULL)
        return false;
    if (o->kind == BRIDGE_OWNER_NONE)
        return o->org[0] == '\0' && o->callback[0] == '\0';
    return is_number(o->callback, sizeof o->callback) &&
           (o->kind == BRIDGE_OWNER_DESK ? o->account.v != 0 : o->org[0] != '\0');
}

const char *const *bridge_kind_codes(void)
{
    static const char *const list[BRIDGE_KIND_N] = {
        [BRIDGE_ORDER] = "order",
        [BRIDGE_NETWORK] = "network",
        [BRIDGE_HOTEL] = "hotel",
        [BRIDGE_BED] = "bed",
    };

    return list;
}

const char *bridge_kind_code(enum bridge_kind k)
{
    CHECK((unsigned)k < BRIDGE_KIND_N);
    return bridge_kind_codes()[k];
}

const char *bridge_state_code(enum bridge_state s)
{
    static const char *const list[BRIDGE_STATE_N] = {
        [BRIDGE_PLANNED] = "planned",
        [BRIDGE_ACTIVE] = "active",
        [BRIDGE_ALARM] = "alarm",
        [BRIDGE_ENDED] = "ended",
    };

    CHECK((unsigned)s < BRIDGE_STATE_N);
    return list[s];
}

const char *const *bridge_end_codes(void)
{
    static const char *const list[BRIDGE_END_N] = {
        [BRIDGE_END_NONE] = "",         [BRIDGE_END_PLACED] = "placed",
        [BRIDGE_END_HOME] = "home",     [BRIDGE_END_MOVED] = "moved",
        [BRIDGE_END_FAILED] = "failed", [BRIDGE_END_REFUSED] = "refused",
        [BRIDGE_END_OVER] = "over",     [BRIDGE_END_WITHDRAWN] = "withdrawn",
        [BRIDGE_END_CLOSED] = "closed", [BRIDGE_END_LEAKED] = "leaked",
    };

    return list;
}

const char *bridge_end_code(enum bridge_end e)
{
    CHECK((unsigned)e < BRIDGE_END_N);
    return bridge_end_codes()[e];
}

const char *const *bridge_check_codes(void)
{
    static const char *const list[BRIDGE_CHECK_N] = {
        [BRIDGE_CHECK_SAFE] = "safe",
        [BRIDGE_CHECK_SEEN] = "seen",
    };

    return list;
}

const char *const *bridge_owner_role_codes(void)
{
    static const char *const list[BRIDGE_ROLE_N] = {
        [BRIDGE_ROLE_DESK] = "desk",       [BRIDGE_ROLE_TEAM_LEAD] = "team_lead",
        [BRIDGE_ROLE_POLICE] = "police",   [BRIDGE_ROLE_MUNICIPALITY] = "municipality",
        [BRIDGE_ROLE_SHELTER] = "shelter", [BRIDGE_ROLE_HOTEL] = "hotel",
        [BRIDGE_ROLE_OTHER] = "other",
    };

    return list;
}

const char *bridge_owner_role_code(enum bridge_owner_role r)
{
    CHECK((unsigned)r < BRIDGE_ROLE_N);
    return bridge_owner_role_codes()[r];
}
