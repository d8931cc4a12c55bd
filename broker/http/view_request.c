#include "http/view.h"

#include "core/nobed/nobed.h"
#include "http/need_json.h"
#include "http/view_timers.h"
#include "http/view_safety.h"

/* Traits a house must know before its yes, because its rooms decide: the rest of the household's needs comes
 * after. Which they are is data. */
static uint64_t minimum_mask(const struct vocab *v)
{
    uint64_t mask = 0;
    for (unsigned bit = 0; bit < vocab_traits(v); bit++) {
        const struct vocab_trait *t = vocab_trait(v, bit);
        if (t != NULL && t->before_yes)
            mask |= UINT64_C(1) << bit;
    }
    return mask;
}

static json_t *person(const struct person *p, bool with_age)
{
    json_t *o = json_pack("{s:s, s:b}", "sex", sex_code(p->sex), "pregnant", p->pregnant);
    json_object_set_new(o, "age", with_age && p->age >= 0 ? json_integer(p->age) : json_null());
    return o;
}

/* The household as a shelter sees it: before its yes who comes and what the room must bear, after it the
 * whole. */
static json_t *household(const struct engine *e, const struct need *n, enum sight sight)
{
    const struct vocab *v = engine_vocab(e);
    bool full = sight == SIGHT_FULL;
    json_t *adults = json_array();
    json_t *children = json_array();
    for (unsigned i = 0; i < n->n_persons; i++) {
        const struct person *p = &n->persons[i];
        bool is_child = p->age >= 0 && p->age < ADULT_AGE;
        json_array_append_new(is_child ? children : adults, person(p, full || is_child));
    }
    json_t *o = json_pack("{s:o, s:o, s:s, s:o, s:b}", "adults", adults, "children", children, "threatLevel",
                          threat_level_code(n->threat_level), "traits",
                          traits_to_json(v, n->traits, full ? UINT64_MAX : minimum_mask(v)), "full", full);
    json_object_set_new(o, "language",
                        n->language < vocab_languages(v) ? json_string(vocab_language(v, n->language))
                                                         : json_null());
    if (full) {
        json_t *kinds = json_object();
        for (unsigned i = 0; i < THREAT_KIND_N; i++)
            if (tri_get(n->threat_kinds, i) != TRI_UNKNOWN)
                json_object_set_new(kinds, threat_kind_code((enum threat_kind)i),
                                    json_string(view_tri(tri_get(n->threat_kinds, i))));
        json_object_set_new(o, "threatKinds", kinds);
        json_object_set_new(o, "residence", json_string(residence_code(n->residence)));
    }
    return o;
}

static json_t *proposal(const struct engine *e, const struct proposal *p)
{
    json_t *reasons = json_array();
    for (unsigned i = 0; i < p->n_reasons; i++)
        json_array_append_new(reasons, view_reason(e, &p->reasons[i]));
    json_t *o = json_pack(
        "{s:i, s:i, s:s, s:o, s:i, s:o, s:o, s:o}", "rank", (int)p->rank, "score", (int)p->score, "verdict",
        verdict_code(p->verdict), "unitsFree", view_units(p->free), "unitsHeld", (int)p->held, "observedAt",
        view_time(p->observed_at_ms), "rulesVersion", view_version(p->rules_version), "reasons", reasons);
    json_object_set_new(o, "minutes", p->minutes < 0 ? json_null() : json_integer(p->minutes));
    json_object_set_new(o, "byBroker", json_boolean(p->by_broker));
    /* The first journals did not keep how the rank came about. */
    if (p->fits + p->asks == 0)
        return o;
    json_object_set_new(o, "fits", json_integer(p->fits));
    json_object_set_new(o, "asks", json_integer(p->asks));
    view_add_ranking(
        o, e, &(struct ranking){.utility = p->utility, .price = p->price, .terms = p->terms, .why = p->why});
    return o;
}

/* Other houses asked at about the same time: what the shelter is told instead of who they are. */
static int also_asked(const struct engine *e, const struct referral *r, struct request_id id)
{
    int n = 0;
    if (engine_request(e, id)->state != REQUEST_PENDING)
        return 0; /* who said no does not go on hearing how the search goes */
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);
        n += q->id.v != id.v && q->state == REQUEST_PENDING && q->bridge == engine_request(e, id)->bridge;
    }
    return n;
}

static json_t *list_code(const struct engine *e, enum vocab_list list, unsigned index_plus_one)
{
    const struct vocab *v = engine_vocab(e);
    return index_plus_one == 0 || index_plus_one > vocab_list_size(v, list)
               ? json_null()
               : json_string(vocab_list_code(v, list, index_plus_one - 1));
}

int64_t view_expected_ms(const struct engine *e, const struct referral *r, const struct request *q)
{
    const struct bridge *b = q->bridge ? engine_bridge_bed(e, q->id) : NULL;
    if (!request_is_holding(q))
        return 0;
    if (!q->bridge)
        return r->eta_ms;
    return b != NULL && b->set_out_at_ms != 0 ? b->next_ms : 0;
}

/* The actor asked it, and it waits for its answer still. */
static bool can_withdraw(const struct engine *e, const struct actor *actor, const struct request *q)
{
    struct command cmd = {.kind = CMD_TAKE_BACK, .actor = *actor};
    cmd.u.answer.request = q->id;
    return q->state == REQUEST_PENDING && may_command(e, &cmd);
}

json_t *view_request(const struct engine *e, const struct actor *actor, struct request_id id,
                     bool with_household)
{
    const struct request *q = engine_request(e, id);
    const struct referral *r = engine_referral(e, q->referral);
    const struct pool_kept *p = engine_pool(e, q->pool);
    const struct location *l = engine_location(e, p->location);
    enum sight sight =
        with_household && r->facts_known ? audience_of_referral(e, actor, q->referral) : SIGHT_NONE;
    bool own = actor->org.v == r->org.v && actor->role != ROLE_SHELTER;
    json_t *o =
        json_pack("{s:I, s:I, s:s, s:s, s:I, s:s, s:s, s:s, s:I, s:s, s:o, s:i, s:b, s:I, s:s}", "id",
                  (json_int_t)q->id.v, "referralId", (json_int_t)q->referral.v, "referralCode", r->code,
                  "state", request_state_code(q->state), "poolId", (json_int_t)q->pool.v, "poolName",
                  engine_pool_name(e, p->id), "poolNameEn", engine_pool_name_en(e, p->id), "kind",
                  kind_code(p->kind), "locationId", (json_int_t)l->id.v, "locationName", l->name, "region",
                  view_region(e, l->region), "units", (int)q->units, "lateYes", q->late_yes, "version",
                  (json_int_t)q->version, "referrer", engine_org(e, r->org)->name);
    json_object_set_new(o, "refused", json_boolean(q->refused));
    json_object_set_new(o, "cancelWhy",
                        q->cancel_why == CANCEL_NONE ? json_null()
                                                     : json_string(cancel_why_code(q->cancel_why)));
    json_object_set_new(o, "declineReason", list_code(e, LIST_DECLINE, q->decline_reason));
    json_object_set_new(o, "askedAt", view_time(q->asked_at_ms));
    json_object_set_new(o, "seenAt", view_time(q->seen_at_ms));
    json_object_set_new(o, "answerByAt", view_time(q->answer_by_ms));
    json_object_set_new(o, "lapseAt", view_time(q->lapse_at_ms));
    json_object_set_new(o, "answeredAt", view_time(q->answered_at_ms));
    json_object_set_new(o, "bridge", json_boolean(q->bridge));
    json_object_set_new(o, "etaAt", view_time(view_expected_ms(e, r, q)));
    json_object_set_new(o, "answerMinutes", json_integer(l->answer_minutes));
    json_object_set_new(o, "alsoAsked", json_integer(also_asked(e, r, id)));
    json_object_set_new(o, "callback",
                        sight != SIGHT_NONE && r->need.callback[0] != '\0' ? json_string(r->need.callback)
                                                                           : json_null());
    /* How its desk is reached: without a number by the channel alone. */
    json_object_set_new(o, "channel",
                        sight != SIGHT_NONE ? json_string(way_back_codes()[r->need.channel]) : json_null());
    json_object_set_new(o, "conflict", view_conflict(e, id));
    json_object_set_new(o, "household", sight == SIGHT_NONE ? json_null() : household(e, &r->need, sight));
    view_timers_request(o, e, q);
    json_object_set_new(o, "canWithdraw", json_boolean(can_withdraw(e, actor, q)));
    if (own)
        json_object_set_new(o, "proposal", proposal(e, &q->proposal));
    return o;
}
