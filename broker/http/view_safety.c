#include "http/view_safety.h"

#include "core/nobed/nobed.h"
#include "http/view.h"

static json_t *location(const struct engine *e, struct location_id id)
{
    const struct location *l = engine_location(e, id);
    return json_pack("{s:I, s:s, s:o, s:s}", "id", (json_int_t)id.v, "name", l->name, "region",
                     view_region(e, l->region), "organisation", engine_org(e, l->org)->name);
}

/* Whom to move, or to stop on the way, and whom to ring for it. Nothing of the household: its people are in
 * the house, and what is known of them is in the file of the referral. The house learns that somebody looks,
 * and that they have left; not by which referral, nor how far it is: who gave the address away may be in the
 * house. */
static json_t *household(const struct engine *e, const struct actor *actor, const struct leak_household *h)
{
    const struct referral *later = engine_referral(e, h->later);
    const struct referral *earlier = engine_referral(e, h->earlier);
    const struct stay *s = engine_stay(e, h->stay);
    const struct bridge *b = engine_bridge(e, h->bridge);
    bool was_coming = h->promised.v != 0 || (b != NULL && b->started_at_ms == 0);
    const struct referral *search = later != NULL ? later : earlier;
    bool left = s != NULL    ? s->state == STAY_DEPARTED
                : was_coming ? !referral_is_live(search->state) /* elsewhere, or nobody looks any more */
                             : !bridge_is_live(b);
    json_t *o = json_pack("{s:i, s:s, s:b, s:b, s:s}", "rank", (int)h->rank, "earlierCode", earlier->code,
                          "bridge", b != NULL, "left", left, "referrer",
                          engine_org(e, later != NULL ? later->org : earlier->org)->name);
    bool is_whole = actor->role == ROLE_EXCHANGE_ADMIN;
    json_object_set_new(o, "onTheWay", json_boolean(was_coming));
    json_object_set_new(o, "searching", json_boolean(later != NULL && referral_is_live(later->state)));
    json_object_set_new(o, "factsErased", json_boolean(later == NULL));
    json_object_set_new(o, "stayId", s != NULL ? json_integer((json_int_t)s->id.v) : json_null());
    json_object_set_new(o, "referralId",
                        is_whole && later != NULL ? json_integer((json_int_t)later->id.v) : json_null());
    json_object_set_new(o, "referralCode",
                        is_whole && later != NULL ? json_string(later->code) : json_null());
    json_object_set_new(
        o, "state", is_whole && later != NULL ? json_string(referral_state_code(later->state)) : json_null());
    return o;
}

/* It left, was found to be there still, and is moved anew: its last row says how it is. */
static bool is_listed_anew(const struct engine *e, const struct leak *l, unsigned nth)
{
    uint64_t stay = engine_leak_household(e, l->id, nth)->stay.v;

    for (unsigned i = nth + 1; stay != 0 && i < l->households; i++) {
        if (engine_leak_household(e, l->id, i)->stay.v == stay)
            return true;
    }
    return false;
}

static json_t *households(const struct engine *e, const struct actor *actor, const struct leak *l)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < l->households; i++) {
        if (!is_listed_anew(e, l, i))
            json_array_append_new(list, household(e, actor, engine_leak_household(e, l->id, i)));
    }
    return list;
}

/* Who acted is no name: only whether it was the asker, so that the page can say who must come next. */
json_t *view_leak(const struct engine *e, const struct actor *actor, uint32_t id)
{
    const struct leak *l = engine_leak(e, id);
    struct account_id first = l->state == LEAK_LIFT_ASKED ? l->lift_asked_by : l->reported_by;
    json_t *o = json_pack("{s:I, s:o, s:s, s:s, s:b, s:o}", "id", (json_int_t)id, "location",
                          location(e, l->location), "state", leak_state_code(l->state), "reason",
                          leak_reason_code(l->reason), "byMe", first.v == actor->account.v, "households",
                          households(e, actor, l));
    json_object_set_new(o, "reportedAt", view_time(l->reported_at_ms));
    json_object_set_new(o, "timesRepeated", json_integer(l->n_again));
    json_object_set_new(o, "repeatedAt", view_time(l->again_at_ms));
    json_object_set_new(o, "passedOn", json_boolean(l->passed_on));
    json_object_set_new(o, "givenUp", json_boolean(leak_is_given_up(e, l)));
    json_object_set_new(o, "frozenAt", view_time(l->frozen_at_ms));
    json_object_set_new(o, "endedAt", view_time(l->ended_at_ms));
    json_object_set_new(o, "version", json_integer((json_int_t)l->version));
    return o;
}

json_t *view_own_location(const struct engine *e, struct location_id id)
{
    const struct leak *l = engine_leak_of(e, id);
    json_t *o = location(e, id);
    json_object_set_new(o, "frozen", json_boolean(engine_location_is_frozen(e, id)));
    json_object_set_new(o, "leakId", l != NULL ? json_integer(l->id) : json_null());
    return o;
}

static int overflow_pools(const struct engine *e, uint8_t region)
{
    int n = 0;
    for (uint32_t i = 1; i <= engine_pools(e); i++) {
        const struct pool_kept *p = engine_pool(e, (struct pool_id){i});
        n += p->overflow && engine_location(e, p->location)->region == region &&
             !engine_pool_is_hidden(e, p->id);
    }
    return n;
}

json_t *view_surge(const struct engine *e, uint8_t region)
{
    const struct surge *s = engine_surge(e, region);
    bool on = engine_in_surge(e, region);
    json_t *o = json_pack("{s:o, s:b, s:i}", "region", view_region(e, region), "on", on, "pools",
                          overflow_pools(e, region));
    json_object_set_new(o, "reason", on ? json_string(surge_reason_code(s->reason)) : json_null());
    json_object_set_new(o, "since", on ? view_time(s->from_ms) : json_null());
    return o;
}

json_t *view_conflict(const struct engine *e, struct request_id id)
{
    const struct conflict *c = engine_conflict_of(e, id);
    if (c == NULL)
        return json_null();
    return json_pack("{s:s, s:o, s:o, s:o}", "state", conflict_state_code(c->state), "token",
                     c->token[0] != '\0' ? json_string(c->token) : json_null(), "askedAt",
                     view_time(c->asked_at_ms), "answeredAt", view_time(c->answered_at_ms));
}
