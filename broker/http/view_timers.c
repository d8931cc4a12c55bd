#include "http/view_timers.h"

void view_timers_request(json_t *o, const struct engine *e, const struct request *q)
{
    const struct referral *r = engine_referral(e, q->referral);
    const struct timers *t = timers_of(e, q->referral);
    bool is_kept = q->state == REQUEST_ACCEPTED && t->hold_request.v == q->id.v;

    json_object_set_new(o, "rung", json_integer(q->n_rung));
    json_object_set_new(o, "rungAt", view_time(q->rung_at_ms));
    json_object_set_new(o, "widened", json_boolean(q->widened));
    json_object_set_new(o, "extensions", json_integer(q->n_extended));
    json_object_set_new(o, "extensionsMax",
                        json_integer(engine_settings(e)->timers.extra_s > 0 ? EXTENSIONS_MAX : 0));
    json_object_set_new(o, "extensionSeconds", json_integer((json_int_t)engine_settings(e)->timers.extra_s));
    json_object_set_new(o, "holdUntilAt", view_time(is_kept ? t->hold_until_ms : 0));
    json_object_set_new(o, "holdEnding",
                        json_boolean(is_kept && timers_alarm_stands(e, r, ALARM_HOLD_ENDING)));
    json_object_set_new(o, "missed", json_boolean(is_kept && timers_alarm_stands(e, r, ALARM_NO_SHOW)));
}

json_t *view_colleague(const struct people_port *people, struct account_id id)
{
    const struct account *a = people->get != NULL ? people->get(people->ctx, id) : NULL;

    return json_pack("{s:I, s:s, s:s}", "id", (json_int_t)id.v, "nameNl", a != NULL ? a->display_nl : "",
                     "nameEn", a != NULL ? a->display_en : "");
}

/* What of the referral is at a house where its household is known: for its own desk, which knows each. */
static json_t *beds_at_conflict(const struct engine *e, const struct referral *r)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (request_has_bed(q) && engine_conflict_at(e, q))
            json_array_append_new(list, json_integer((json_int_t)q->id.v));
    }
    return list;
}

static json_t *alarms(const struct engine *e, const struct people_port *people, const struct referral *r)
{
    json_t *list = json_array();

    for (int i = 0; i < ALARM_N; i++) {
        const struct alarm_state *a = timers_alarm(e, r->id, (enum alarm)i);
        json_t *o = NULL;

        if (!timers_alarm_stands(e, r, (enum alarm)i))
            continue;
        o = json_pack("{s:s, s:i, s:b}", "alarm", alarm_code((enum alarm)i), "timesRaised", 1 + a->n_again,
                      "passedOn", a->passed_on);
        json_object_set_new(o, "raisedAt", view_time(a->raised_at_ms));
        json_object_set_new(o, "raisedAgainAt", view_time(a->again_at_ms));
        json_object_set_new(o, "acknowledgedAt", view_time(a->acknowledged_at_ms));
        json_object_set_new(o, "acknowledgedBy",
                            a->acknowledged_at_ms != 0 ? view_colleague(people, a->acknowledged_by)
                                                       : json_null());
        if (i == ALARM_CONFLICT)
            json_object_set_new(o, "requestIds", beds_at_conflict(e, r));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *handed(const struct people_port *people, const struct timers *t)
{
    json_t *o = NULL;

    if (!t->handed)
        return json_null();
    o = json_pack("{s:o}", "at", view_time(t->handed_at_ms));
    json_object_set_new(o, "to", t->handed_to.v != 0 ? view_colleague(people, t->handed_to) : json_null());
    return o;
}

void view_timers_referral(json_t *o, const struct engine *e, const struct people_port *people,
                          const struct actor *actor, const struct referral *r)
{
    const struct timers *t = timers_of(e, r->id);
    int64_t until_ms = timers_hold_until(e, r);

    json_object_set_new(o, "holdUntilAt", view_time(until_ms));
    json_object_set_new(o, "holdExtensions", json_integer(until_ms != 0 ? t->hold_extensions : 0));
    json_object_set_new(o, "holdExtensionsMax", json_integer(EXTENSIONS_MAX));
    if (actor->org.v != r->org.v || actor->role == ROLE_SHELTER)
        return;
    json_object_set_new(o, "alarms", alarms(e, people, r));
    json_object_set_new(o, "owner", view_colleague(people, timers_owner(e, r)));
    json_object_set_new(o, "mine", json_boolean(timers_owner(e, r).v == actor->account.v));
    json_object_set_new(o, "handedOver", handed(people, t));
}
