#include "http/view.h"

#include "core/gate/gate_look.h"
#include "http/need_json.h"

/* The better place that came free and was announced, while it can be had; null if there is none. */
static json_t *announced_of(const struct engine *e, struct referral_id id, int64_t now_ms)
{
    const struct place_found *f = engine_place_found(e, id, now_ms);
    const struct pool_kept *p = f != NULL ? engine_pool(e, f->pool) : NULL;
    const struct location *l = p != NULL ? engine_location(e, p->location) : NULL;

    if (l == NULL)
        return json_null();
    return json_pack("{s:I, s:o, s:s, s:s, s:s, s:o}", "poolId", (json_int_t)p->id.v, "at",
                     view_time(f->at_ms), "locationName", l->name, "poolName", engine_pool_name(e, p->id),
                     "poolNameEn", engine_pool_name_en(e, p->id), "region", view_region(e, l->region));
}

/* What a person still has to find out. */
static json_t *tasks(const struct referral *r)
{
    json_t *list = json_array();

    if (residence_is_to_find(r))
        json_array_append_new(list, json_string("residence"));
    if (residence_offer_is_open(r))
        json_array_append_new(list, json_string("residence_offered"));
    if (residence_end_is_to_find(r))
        json_array_append_new(list, json_string("residence_until"));
    return list;
}

json_t *view_need(const struct engine *e, const struct referral *r)
{
    json_t *o = need_to_json(engine_vocab(e), &r->need);

    if (r->need.residence == RESIDENCE_BEDENKTIJD && r->residence_until_ms != 0)
        json_object_set_new(o, "residenceUntil", view_time(r->residence_until_ms));
    return o;
}

json_t *view_referral(const struct engine *e, const struct actor *actor, struct referral_id id, bool full,
                      int64_t now_ms)
{
    const struct referral *r = engine_referral(e, id);
    const struct vocab *v = engine_vocab(e);
    struct household_link h = engine_household(e, id);
    json_t *requests = json_array();
    json_t *o = json_pack("{s:I, s:s, s:s, s:s, s:b, s:b, s:s, s:I}", "id", (json_int_t)r->id.v, "code",
                          r->code, "state", referral_state_code(r->state), "urgency",
                          urgency_code(r->urgency), "unplaced", r->unplaced, "factsErased", !r->facts_known,
                          "organisation", engine_org(e, r->org)->name, "version", (json_int_t)r->version);
    json_object_set_new(o, "side", json_string(standing_code(audience_standing(e, actor, id))));
    json_object_set_new(o, "openedAt", view_time(r->opened_at_ms));
    json_object_set_new(o, "deadlineAt", view_time(r->deadline_ms));
    json_object_set_new(o, "firstAskedAt", view_time(r->first_asked_ms));
    json_object_set_new(o, "acceptedAt", view_time(r->accepted_at_ms));
    json_object_set_new(o, "etaAt", view_time(r->eta_ms));
    json_object_set_new(o, "admittedAt", view_time(r->admitted_at_ms));
    json_object_set_new(o, "closedAt", view_time(r->closed_at_ms));
    json_object_set_new(o, "withdrawReason",
                        r->withdraw_reason == 0 || r->withdraw_reason > vocab_list_size(v, LIST_WITHDRAW)
                            ? json_null()
                            : json_string(vocab_list_code(v, LIST_WITHDRAW, r->withdraw_reason - 1U)));
    json_object_set_new(o, "stayId", h.stay.v != 0 ? json_integer((json_int_t)h.stay.v) : json_null());
    json_object_set_new(o, "follows", json_string(link_why_code(h.why)));
    json_object_set_new(o, "stillThere",
                        json_boolean(audience_standing(e, actor, id) == STANDING_REFERRER &&
                                     referral_is_looking(r->state) && engine_search_rests(e, id) &&
                                     engine_search_is_of_who_stayed(e, id)));
    json_object_set_new(
        o, "settled",
        json_boolean(audience_standing(e, actor, id) == STANDING_REFERRER && engine_search_is_left(e, id)));
    json_object_set_new(o, "moves", json_integer(engine_moves(e, id)));
    json_object_set_new(o, "announced",
                        audience_of_announced(e, actor, id) ? announced_of(e, id, now_ms) : json_null());
    if (full && r->facts_known && audience_of_referral(e, actor, id) == SIGHT_FULL)
        json_object_set_new(o, "need", view_need(e, r));
    /* ---- gatekeepers ---- */
    json_t *gates = json_array();
    for (unsigned i = 0; i < r->n_gates; i++)
        if (may(e, actor, ACT_SEE_GATE, r->gates[i].v))
            json_array_append_new(gates, view_gate(e, actor, r->gates[i], false, NULL));
    json_object_set_new(o, "gateRequests", gates);
    if (full && audience_of_referral(e, actor, id) == SIGHT_FULL) {
        json_object_set_new(o, "tasks", tasks(r));
        json_object_set_new(o, "residenceUntil", view_time(r->residence_until_ms));
    }
    for (unsigned i = 0; i < r->n_requests; i++)
        if (may(e, actor, ACT_SEE_REQUEST, r->requests[i].v))
            json_array_append_new(requests, view_request(e, actor, r->requests[i], false));
    json_object_set_new(o, "requests", requests);
    return o;
}
