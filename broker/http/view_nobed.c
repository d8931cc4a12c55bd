#include "http/view_nobed.h"

#include "base/time_text.h"
#include "core/nobed/slept.h"
#include "core/stay/dates.h"
#include "http/view_stay.h"
#include "report/unplaced.h"

#include <stdio.h>
#include <string.h>

static json_t *list_code(const struct engine *e, enum vocab_list list, unsigned index_plus_one)
{
    const struct vocab *v = engine_vocab(e);
    const char *code = index_plus_one >= 1 && index_plus_one <= vocab_list_size(v, list)
                           ? vocab_list_code(v, list, index_plus_one - 1)
                           : NULL;
    return code != NULL ? json_string(code) : json_null();
}

json_t *view_day(int32_t day)
{
    char text[TIME_TEXT_SIZE];
    return json_stringn(time_format(day * MS_DAY, text), 10);
}

int32_t day_parse(const char *text)
{
    char whole[TIME_TEXT_SIZE];
    int64_t at_ms = 0;
    if (strlen(text) != 10)
        return -1;
    snprintf(whole, sizeof whole, "%sT00:00:00Z", text);
    return time_parse(bytes_of_text(whole), &at_ms) == OK ? (int32_t)(at_ms / MS_DAY) : -1;
}

static json_t *owner(const struct bridge_owner *o)
{
    if (o->kind == BRIDGE_OWNER_NONE)
        return json_null();
    return json_pack("{s:s, s:s, s:s, s:s}", "kind", o->kind == BRIDGE_OWNER_DESK ? "desk" : "other", "role",
                     bridge_owner_role_code(o->role), "organisation", o->org, "callback", o->callback);
}

/* What is of a bed alone. */
static void add_bed(json_t *o, const struct engine *e, const struct actor *actor, const struct bridge *b,
                    int64_t now_ms)
{
    bool named = may(e, actor, ACT_SEE_BRIDGE, b->id.v); /* who else sees the referral learns of no place */
    const struct request *q = b->request.v != 0 ? engine_request(e, b->request) : NULL;
    const struct pool_kept *p = q != NULL ? engine_pool(e, q->pool) : NULL;
    struct funding f = engine_bridge_funding(e, b->id);
    struct bridge_days days = bridge_days(e, b, now_ms);

    json_object_set_new(o, "requestId", q == NULL ? json_null() : json_integer((json_int_t)q->id.v));
    json_object_set_new(o, "locationName",
                        p == NULL || !named ? json_null()
                                            : json_string(engine_location(e, p->location)->name));
    json_object_set_new(o, "placeKind", p == NULL ? json_null() : json_string(kind_code(p->kind)));
    json_object_set_new(o, "leaked",
                        json_boolean(named && p != NULL && bridge_is_live(b) && b->started_at_ms != 0 &&
                                     engine_pool_is_hidden(e, p->id)));
    json_object_set_new(o, "setOutAt", view_time(b->set_out_at_ms));
    json_object_set_new(o, "nights", f.n == 0 ? json_null() : json_integer(days.end - days.first));
    json_object_set_new(o, "funding", view_funding(e, &f));
}

int64_t view_order_imposed_ms(const struct engine *e, const struct bridge *b)
{
    const struct stay_clock *c = engine_order_clock(e, b->referral);

    if (b->kind != BRIDGE_ORDER || b->started_at_ms == 0)
        return 0;
    return c != NULL && c->state != CLOCK_STOPPED ? c->started_at_ms : b->started_at_ms;
}

json_t *view_bridge(const struct engine *e, const struct actor *actor, const struct bridge *b, int64_t now_ms)
{
    const struct referral *r = engine_referral(e, b->referral);
    json_t *times = json_array();
    json_t *o =
        json_pack("{s:I, s:I, s:s, s:s, s:s, s:i, s:b, s:I}", "id", (json_int_t)b->id.v, "referralId",
                  (json_int_t)b->referral.v, "referralCode", r->code, "kind", bridge_kind_code(b->kind),
                  "state", bridge_state_code(b->state), "alarms", (int)b->alarms, "teamLead",
                  bridge_is_escalated(b), "version", (json_int_t)b->version);
    json_object_set_new(o, "end",
                        b->end == BRIDGE_END_NONE ? json_null() : json_string(bridge_end_code(b->end)));
    json_object_set_new(o, "slept", list_code(e, LIST_DESTINATION, b->slept));
    json_object_set_new(o, "owner",
                        audience_of_referral(e, actor, b->referral) == SIGHT_FULL ? owner(&b->owner)
                                                                                  : json_null());
    json_object_set_new(o, "everyMinutes",
                        b->every_minutes == 0 ? json_null() : json_integer(b->every_minutes));
    for (unsigned i = 0; i < b->n_times; i++)
        json_array_append_new(times, view_time(b->times_ms[i]));
    json_object_set_new(o, "times", times);
    json_object_set_new(o, "untilAt", view_time(b->until_ms));
    json_object_set_new(o, "imposedAt", view_time(view_order_imposed_ms(e, b)));
    json_object_set_new(o, "nextAt", view_time(b->next_ms));
    json_object_set_new(o, "seenAt", view_time(b->seen_at_ms));
    json_object_set_new(o, "openedAt", view_time(b->opened_at_ms));
    json_object_set_new(o, "startedAt", view_time(b->started_at_ms));
    json_object_set_new(o, "checkedAt", view_time(b->checked_at_ms));
    json_object_set_new(o, "endedAt", view_time(b->ended_at_ms));
    json_object_set_new(o, "momentsUntil", view_time(engine_bridge_dates_until_ms(e, b)));
    add_bed(o, e, actor, b, now_ms);
    return o;
}

static json_t *nights(const struct engine *e, struct referral_id id, int64_t now_ms)
{
    struct slept_night known[NIGHTS_MAX];
    size_t n = slept_nights(e, id, now_ms, known);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        const struct bridge *by = engine_bridge(e, known[i].known);
        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o, s:o}", "date", view_day(known[i].night.day), "slept",
                                        list_code(e, LIST_DESTINATION, known[i].night.slept), "reason",
                                        list_code(e, LIST_UNPLACED, known[i].night.reason), "knownBy",
                                        by == NULL ? json_null() : json_string(bridge_kind_code(by->kind))));
    }
    return list;
}

static void add_head(json_t *o, const struct engine *e, const struct referral *r, int64_t now_ms)
{
    const struct nobed_case *c = engine_nobed(e, r->id);
    json_object_set_new(o, "referralId", json_integer((json_int_t)r->id.v));
    json_object_set_new(o, "referralCode", json_string(r->code));
    json_object_set_new(o, "state", json_string(referral_state_code(r->state)));
    json_object_set_new(o, "unplaced", json_boolean(r->unplaced));
    json_object_set_new(o, "deadlineAt", view_time(r->deadline_ms));
    json_object_set_new(o, "hoursWaited", json_integer(unplaced_hours(r, now_ms)));
    json_object_set_new(o, "reason", list_code(e, LIST_UNPLACED, unplaced_reason(e, r->id)));
    json_object_set_new(o, "nights", nights(e, r->id, now_ms));
    json_object_set_new(o, "closedAt",
                        r->state == REFERRAL_CLOSED ? view_time(r->closed_at_ms) : json_null());
    json_object_set_new(o, "closedSlept", list_code(e, LIST_DESTINATION, c != NULL ? c->closed_slept : 0));
}

json_t *view_nobed(const struct engine *e, const struct actor *actor, struct referral_id id, int64_t now_ms)
{
    const struct nobed_case *c = engine_nobed(e, id);
    json_t *bridges = json_array();
    json_t *o = json_object();
    add_head(o, e, engine_referral(e, id), now_ms);
    for (unsigned i = 0; c != NULL && i < c->n_bridges; i++)
        json_array_append_new(bridges, view_bridge(e, actor, engine_bridge(e, c->bridges[i]), now_ms));
    json_object_set_new(o, "bridges", bridges);
    return o;
}

json_t *view_unplaced(const struct engine *e, struct referral_id id, int64_t now_ms)
{
    const struct nobed_case *c = engine_nobed(e, id);
    json_t *bridges = json_array();
    json_t *o = json_object();
    add_head(o, e, engine_referral(e, id), now_ms);
    for (unsigned i = 0; c != NULL && i < c->n_bridges; i++) {
        const struct bridge *b = engine_bridge(e, c->bridges[i]);
        json_array_append_new(bridges, json_pack("{s:s, s:s}", "kind", bridge_kind_code(b->kind), "state",
                                                 bridge_state_code(b->state)));
    }
    json_object_set_new(o, "fallbacks", bridges);
    return o;
}
