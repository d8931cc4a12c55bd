#include "notify/hears.h"

#include <string.h>

static bool is_kind(const struct engine *e, struct org_id id, enum org_kind kind)
{
    const struct org *o = engine_org(e, id);

    return o != NULL && o->kind == kind;
}

static bool is_exchange(const struct engine *e, const struct notify_target *t, enum org_kind kind)
{
    return t->location.v == 0 && !t->night_number && is_kind(e, t->org, kind);
}

/* A house hears over its own targets, those of its organisation, and the night number of every shelter; an
 * organisation as a whole over its own. */
static bool is_of(const struct engine *e, const struct notify_target *t, struct party party)
{
    if (party.org.v == 0)
        return false;
    if (party.house.v == 0)
        return t->org.v == party.org.v && t->location.v == 0 && !t->night_number;
    if (t->org.v == 0)
        return t->night_number && is_kind(e, party.org, ORG_SHELTER);
    return t->org.v == party.org.v && (t->location.v == 0 || t->location.v == party.house.v);
}

static struct party party_of(enum group group, const struct subject *s)
{
    switch (group) {
    case GROUP_HOUSE:
        return s->house.v != 0 ? (struct party){s->house_org, s->house} : (struct party){0};
    case GROUP_LEAD: /* of what is nobody's referral, such as a report of a leak: of the house */
        if (s->referrer.v == 0 && s->house.v != 0)
            return (struct party){s->house_org, s->house};
        return (struct party){.org = s->referrer};
    case GROUP_REFERRER:
        return (struct party){.org = s->referrer};
    case GROUP_PROVIDER:
        return (struct party){.org = s->provider};
    case GROUP_KEEPER:
        return s->keeper;
    case GROUP_OWNER:
        return s->owner;
    case GROUP_RECEIVER:
        return s->receiver;
    case GROUP_SENDER:
        return s->sender;
    case GROUP_ASKED:
        return s->asked;
    case GROUP_WATCHER:
        return s->watcher;
    case GROUP_SELF:
        return s->self;
    case GROUP_COMENSHA:
    case GROUP_OPERATOR:
    case GROUP_TABLE:
    case GROUP_MUNICIPALITY:
    case GROUP_OVERFLOW:
    case GROUP_REGION:
    case GROUP_N:
        break;
    }
    return (struct party){0};
}

/* T is of a house that keeps places for a surge of REGION, or of the organisation of one. */
static bool keeps_overflow(const struct engine *e, const struct notify_target *t, uint8_t region)
{
    for (uint32_t i = 1; t->org.v != 0 && !t->night_number && i <= engine_pools(e); i++) {
        const struct pool_kept *p = engine_pool(e, (struct pool_id){i});

        if (p->overflow && p->org.v == t->org.v && (t->location.v == 0 || t->location.v == p->location.v) &&
            engine_location(e, p->location)->region == region)
            return true;
    }
    return false;
}

bool hears_is_lead(const struct notify_target *t)
{
    return strncmp(t->name, LEAD_NAME, sizeof LEAD_NAME - 1) == 0;
}

/* A lead that hears what is for AS over CHANNEL. */
static bool is_lead_of(const struct notify_target *t, enum channel channel, struct party as)
{
    return hears_is_lead(t) && !t->retired && !t->night_number && t->channel == channel &&
           t->org.v == as.org.v && (t->location.v == 0 || t->location.v == as.house.v);
}

bool hears_as_lead(const struct notify_target *t, enum group group, struct party as,
                   const struct notify_target *all, size_t n)
{
    if (hears_is_lead(t))
        return group == GROUP_LEAD;
    if (group != GROUP_LEAD)
        return true;
    for (size_t i = 0; i < n; i++) {
        if (is_lead_of(&all[i], t->channel, as))
            return false;
    }
    return true;
}

bool hears(const struct engine *e, const struct notify_target *t, enum group group, const struct subject *s,
           struct party *as)
{
    *as = (struct party){.org = t->org};
    if (group == GROUP_COMENSHA)
        return is_exchange(e, t, ORG_COMENSHA);
    if (group == GROUP_OPERATOR)
        return is_exchange(e, t, ORG_OPERATOR);
    if (group == GROUP_MUNICIPALITY)
        return s->region != REGION_NONE && is_exchange(e, t, ORG_MUNICIPALITY) &&
               engine_org(e, t->org)->region == s->region;
    if (group == GROUP_OVERFLOW)
        return s->region != REGION_NONE && keeps_overflow(e, t, s->region);
    if (group == GROUP_REGION)
        return s->region != REGION_NONE && is_exchange(e, t, ORG_VEILIG_THUIS) &&
               engine_org(e, t->org)->region == s->region;
    if (group == GROUP_TABLE) {
        for (unsigned i = 0; i < s->n_table; i++) {
            if (is_of(e, t, (struct party){.org = s->table[i]}))
                return true;
        }
        return false;
    }
    *as = party_of(group, s);
    if (group == GROUP_LEAD && t->night_number) /* rings in the house itself: never as its lead */
        return false;
    /* A program is told all the same: it keeps the state of things. */
    if (t->channel != CHANNEL_WEBHOOK && ((group == GROUP_HOUSE && s->by_house) ||
                                          (group == GROUP_REFERRER && (s->by_referrer || s->by_keeper))))
        return false;
    return is_of(e, t, *as);
}
