#include "http/view_stay.h"

#include "base/time_text.h"
#include "core/stay/dates.h"
#include "core/nobed/nobed.h"
#include "core/stay/stay_rules.h"

#include <stdio.h>

json_t *view_civil_day(int32_t day)
{
    char text[DAY_TEXT_SIZE];

    return json_string(time_day_format(day, text));
}

json_t *view_municipality(uint16_t number)
{
    char text[8];

    if (number == 0)
        return json_null();
    snprintf(text, sizeof text, "GM%04u", (unsigned)number % 10000u);
    return json_string(text);
}

const char *view_stream(const struct engine *e, uint8_t nr)
{
    const struct funding_stream *s = stay_rules_stream(vocab_stay_rules(engine_vocab(e)), nr);

    return s != NULL ? s->code : "te_regelen";
}

static json_t *list_code(const struct engine *e, enum vocab_list list, unsigned nr)
{
    const char *code = nr != 0 ? vocab_list_code(engine_vocab(e), list, nr - 1) : NULL;

    return code != NULL ? json_string(code) : json_null();
}

/* An organisation of a clock; a house only where the house may be told. */
static json_t *view_org(const struct engine *e, struct org_id id, bool house)
{
    const struct org *o = engine_org(e, id);

    return o != NULL && (house || o->kind != ORG_SHELTER)
               ? json_pack("{s:I, s:s}", "id", (json_int_t)o->id.v, "name", o->name)
               : json_null();
}

/* ---- clocks ---- */

/* The search for the next place: which one it is, and how far, is for those who may see it. The others hear
 * that there is one; a house that the household fled not even that, for somebody there may be who told where
 * they were. */
static json_t *follow_up(const struct engine *e, const struct actor *actor, struct referral_id id)
{
    const struct referral *r = engine_referral(e, id);

    if (r == NULL || !audience_of_follow_up(e, actor, id))
        return json_null();
    if (!may(e, actor, ACT_SEE_REFERRAL, id.v))
        return json_pack("{s:n, s:n, s:n, s:b}", "referralId", "code", "state", "own", 0);
    return json_pack("{s:I, s:s, s:s, s:b}", "referralId", (json_int_t)id.v, "code", r->code, "state",
                     referral_state_code(r->state), "own", r->org.v == actor->org.v);
}

static bool may_prolong(const struct clock_rule *rule, const struct stay_clock *c, int64_t now_ms)
{
    int64_t until_ms = rule != NULL ? c->started_at_ms + rule->prolong_to_minutes * MS_MINUTE : 0;

    return c->state != CLOCK_STOPPED && until_ms > c->runs_out_ms && until_ms > now_ms;
}

json_t *view_clock(const struct engine *e, const struct actor *actor, const struct stay_clock *c, bool whole,
                   int64_t now_ms)
{
    const struct clock_rule *rule = stay_rules_clock(vocab_stay_rules(engine_vocab(e)), c->kind);
    bool house = audience_of_clock_house(e, actor, c->id);
    const struct location *desk = house ? engine_location(e, c->desk) : NULL;
    bool own = c->owner.v == actor->org.v &&
               (actor->location.v == 0 || c->desk.v == 0 || actor->location.v == c->desk.v);
    json_t *o =
        json_pack("{s:I, s:s, s:s, s:I, s:s, s:o, s:o, s:i, s:b, s:b, s:b, s:I}", "id", (json_int_t)c->id.v,
                  "clock", rule != NULL ? rule->code : "onbekend", "state", clock_state_code(c->state),
                  "referralId", (json_int_t)c->referral.v, "referralCode",
                  engine_referral(e, c->referral)->code, "owner", view_org(e, c->owner, house), "offeredTo",
                  view_org(e, c->offered_to, house), "prolonged", (int)c->prolonged, "own", own,
                  "offeredToOwn", c->offered_to.v != 0 && c->offered_to.v == actor->org.v, "mayProlong",
                  own && may_prolong(rule, c, now_ms), "version", (json_int_t)c->version);

    json_object_set_new(o, "stayId", c->stay.v != 0 ? json_integer((json_int_t)c->stay.v) : json_null());
    json_object_set_new(o, "desk", desk != NULL ? json_string(desk->name) : json_null());
    json_object_set_new(o, "startedAt", view_time(c->started_at_ms));
    json_object_set_new(o, "warnAt", view_time(c->warn_at_ms));
    json_object_set_new(o, "runsOutAt", view_time(c->runs_out_ms));
    json_object_set_new(o, "ranOutAt", view_time(c->run_out_at_ms));
    json_object_set_new(o, "stoppedAt", view_time(c->stopped_at_ms));
    json_object_set_new(o, "stopReason", list_code(e, LIST_CLOCK_STOP, c->stop_reason));
    json_object_set_new(o, "followUp", follow_up(e, actor, c->follow_up));
    json_object_set_new(o, "file", json_boolean(may(e, actor, ACT_SEE_REFERRAL, c->referral.v)));
    if (whole)
        json_object_set_new(o, "callback",
                            house && c->callback[0] != '\0' ? json_string(c->callback) : json_null());
    return o;
}

/* Where the household is, or was last: region and kind, and never the house. */
static const struct pool_kept *place_of(const struct engine *e, struct referral_id id)
{
    const struct stay *s = engine_stay_of(e, id);
    const struct bridge *bed = engine_bridge_bed_reached(e, id);

    if (s != NULL)
        return engine_pool(e, s->pool);
    return bed != NULL ? engine_pool(e, engine_request(e, bed->request)->pool) : NULL;
}

json_t *view_clock_case(const struct engine *e, const struct actor *actor, const struct stay_clock *c)
{
    const struct referral *r = engine_referral(e, c->referral);
    const struct pool_kept *p = place_of(e, c->referral);
    json_t *o = json_pack("{s:s, s:s, s:s}", "referralCode", r->code, "state", referral_state_code(r->state),
                          "referrer", engine_org(e, r->org)->name);

    json_object_set_new(o, "region",
                        p != NULL ? view_region(e, engine_location(e, p->location)->region) : json_null());
    json_object_set_new(o, "kind", p != NULL ? json_string(kind_code(p->kind)) : json_null());
    json_object_set_new(o, "residence",
                        r->facts_known ? json_string(residence_code(r->need.residence)) : json_null());
    json_object_set_new(o, "residenceUntil", r->facts_known ? view_time(r->residence_until_ms) : json_null());
    json_object_set_new(o, "referrerCallback",
                        r->facts_known && r->need.callback[0] != '\0' ? json_string(r->need.callback)
                                                                      : json_null());
    json_object_set_new(o, "callback",
                        c->callback[0] != '\0' && audience_of_clock_house(e, actor, c->id)
                            ? json_string(c->callback)
                            : json_null());
    return o;
}

json_t *view_clocks_of(const struct engine *e, const struct actor *actor, struct referral_id id, bool whole,
                       int64_t now_ms)
{
    json_t *list = json_array();

    for (unsigned i = 0;; i++) {
        const struct stay_clock *c = engine_clock(e, engine_clock_of(e, id, i));

        if (c == NULL)
            return list;
        if (may(e, actor, ACT_SEE_CLOCK, c->id.v))
            json_array_append_new(list, view_clock(e, actor, c, whole, now_ms));
    }
}

/* ---- the household ---- */

json_t *view_search(const struct engine *e, const struct actor *actor, struct referral_id id)
{
    const struct referral *r = engine_referral(e, id);
    bool is_seen = may(e, actor, ACT_SEE_REFERRAL, id.v);
    bool is_told = audience_of_search(e, actor, id);
    bool is_promised = r->state == REFERRAL_RESERVED || r->state == REFERRAL_TRAVELLING;
    json_t *o = json_pack("{s:s, s:o, s:b}", "organisation", engine_org(e, r->org)->name, "promised",
                          is_told ? json_boolean(is_promised) : json_null(), "own", r->org.v == actor->org.v);

    json_object_set_new(o, "callback",
                        is_told && r->facts_known && r->need.callback[0] != '\0'
                            ? json_string(r->need.callback)
                            : json_null());
    json_object_set_new(o, "referralId", is_seen ? json_integer((json_int_t)id.v) : json_null());
    json_object_set_new(o, "referralCode", is_seen ? json_string(r->code) : json_null());
    return o;
}

/* ---- the stay ---- */

json_t *view_funding(const struct engine *e, const struct funding *paid)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < paid->n; i++) {
        const struct funding_span *f = &paid->spans[i];
        const struct funding_rule *rule = stay_rules_funding(vocab_stay_rules(engine_vocab(e)), f->rule);

        json_array_append_new(
            list, json_pack("{s:o, s:s, s:o, s:o, s:o}", "from", view_civil_day(f->from_day), "stream",
                            view_stream(e, f->stream), "municipality", view_municipality(f->municipality),
                            "rule", rule != NULL ? json_string(rule->code) : json_null(), "reason",
                            list_code(e, LIST_FUNDING_CHANGE, f->reason)));
    }
    return list;
}

json_t *view_return_code(const struct engine *e, const struct actor *actor, const struct stay *s,
                         int64_t now_ms)
{
    if (s->return_code[0] == '\0' || !audience_of_return_code(e, actor, s->id, now_ms))
        return json_null();
    return json_string(s->return_code);
}

json_t *view_stay(const struct engine *e, const struct actor *actor, const struct stay *s, bool whole,
                  int64_t now_ms)
{
    const struct pool_kept *p = engine_pool(e, s->pool);
    const struct location *l = engine_location(e, p->location);
    struct household_link h = engine_household(e, s->referral);
    bool house = actor->role == ROLE_SHELTER && actor->org.v == p->org.v &&
                 (actor->location.v == 0 || actor->location.v == p->location.v);
    json_t *o = json_pack("{s:I, s:I, s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:b, s:I}", "id",
                          (json_int_t)s->id.v, "referralId", (json_int_t)s->referral.v, "referralCode",
                          engine_referral(e, s->referral)->code, "requestId", (json_int_t)s->request.v,
                          "poolId", (json_int_t)p->id.v, "poolName", engine_pool_name(e, p->id), "poolNameEn",
                          engine_pool_name_en(e, p->id), "kind", kind_code(p->kind), "locationName", l->name,
                          "state", stay_state_code(s->state), "nights", (int)stay_nights(s, now_ms), "moves",
                          (int)engine_moves(e, s->referral), "follows", link_why_code(h.why), "house", house,
                          "version", (json_int_t)s->version);

    json_object_set_new(o, "startedAt", view_time(s->started_at_ms));
    json_object_set_new(o, "readyAt", view_time(s->ready_at_ms));
    json_object_set_new(o, "blockedBy", list_code(e, LIST_OUTFLOW, s->block));
    json_object_set_new(o, "blockedAt", view_time(s->waiting_at_ms));
    json_object_set_new(o, "blockedByAt", view_time(s->blocked_at_ms));
    json_object_set_new(o, "endedAt", view_time(s->ended_at_ms));
    json_object_set_new(o, "momentsUntil", view_time(engine_stay_dates_until_ms(e, s)));
    json_object_set_new(
        o, "resumableUntil",
        view_time(house ? engine_stay_resume_until_ms(e, s) : engine_stay_desk_resume_until_ms(e, s)));
    json_object_set_new(o, "departureReason", list_code(e, LIST_DEPARTURE, s->departure));
    json_object_set_new(o, "destination", list_code(e, LIST_DESTINATION, s->destination));
    json_object_set_new(o, "funding", view_funding(e, &s->funding));
    json_object_set_new(o, "clocks", view_clocks_of(e, actor, s->referral, whole, now_ms));
    if (whole)
        json_object_set_new(o, "returnCode", view_return_code(e, actor, s, now_ms));
    return o;
}
