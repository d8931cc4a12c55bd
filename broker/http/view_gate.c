#include "http/view.h"

#include "core/gate/gate_look.h"
#include "flow/people_port.h"

static json_t *clocks(const struct gate_clocks *c, bool full)
{
    const char *presses = c->act_by_ms == INT64_MAX            ? NULL
                          : c->act_by_ms == c->bridge_until_ms ? "bridge"
                          : c->act_by_ms == c->deadline_ms     ? "deadline"
                                                               : "reflection";
    json_t *o =
        json_pack("{s:o, s:o, s:o, s:o, s:s?}", "waitingSince", view_time(c->waiting_since_ms), "deadlineAt",
                  view_time(c->deadline_ms), "bridgeUntil", view_time(c->bridge_until_ms), "actBy",
                  view_time(c->act_by_ms == INT64_MAX ? 0 : c->act_by_ms), "presses", presses);
    if (full)
        json_object_set_new(o, "reflectionUntil", view_time(c->reflection_until_ms));
    return o;
}

static json_t *fact_codes(uint32_t bits)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < GATE_FACT_N; i++)
        if ((bits >> i & 1) != 0)
            json_array_append_new(list, json_string(gate_fact_code((enum gate_fact)i)));
    return list;
}

/* What was asked last, with what is answered so far. */
static json_t *answers(const struct engine *e, const struct gate *g)
{
    struct tri_set told = gate_answers(e, g);
    json_t *o = json_object();
    for (unsigned i = 0; i < GATE_FACT_N; i++)
        if ((g->asked >> i & 1) != 0 || tri_get(told, i) != TRI_UNKNOWN)
            json_object_set_new(o, gate_fact_code((enum gate_fact)i),
                                json_string(view_tri(tri_get(told, i))));
    return o;
}

/* For the own desk only: who of the colleagues has it. */
static json_t *owner(const struct gate *g, const struct actor *actor, const struct people_port *people)
{
    const struct account *a = NULL;
    if (g->owner.v == 0 || actor->org.v != g->org.v)
        return json_null();
    if (people != NULL)
        a = people->get(people->ctx, g->owner);
    return json_pack("{s:b, s:s, s:s}", "mine", g->owner.v == actor->account.v, "nl",
                     a != NULL ? a->display_nl : "", "en", a != NULL ? a->display_en : "");
}

static json_t *bridge(const struct engine *e, const struct referral *r)
{
    const struct request *q = gate_bridge_of(e, r);
    return q == NULL ? json_null()
                     : json_pack("{s:s, s:s}", "kind", kind_code(engine_pool(e, q->pool)->kind), "state",
                                 request_state_code(q->state));
}

static json_t *requests(const struct engine *e, const struct actor *actor, const struct gate *g)
{
    const struct referral *r = engine_referral(e, g->referral);
    json_t *list = json_array();
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);
        if (q->gate.v == g->id.v && may(e, actor, ACT_SEE_REQUEST, q->id.v))
            json_array_append_new(list, view_request(e, actor, q->id, false));
    }
    return list;
}

json_t *view_gate(const struct engine *e, const struct actor *actor, struct gate_id id, bool full,
                  const struct people_port *people)
{
    const struct gate *g = engine_gate(e, id);
    const struct referral *r = engine_referral(e, g->referral);
    struct gate_clocks c = gate_clocks_of(e, g);
    bool is_shown = full && audience_of_referral(e, actor, r->id) == SIGHT_FULL;
    json_t *o = json_pack(
        "{s:I, s:I, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:s, s:s, s:I}", "id", (json_int_t)g->id.v,
        "referralId", (json_int_t)r->id.v, "referralCode", r->code, "kind", kind_code(g->kind), "gatekeeper",
        gatekeeper_code(g->keeper), "state", gate_state_code(g->state), "live", gate_is_live(g), "assented",
        g->assented, "organisation", engine_org(e, g->org)->name, "referrer", engine_org(e, r->org)->name,
        "urgency", urgency_code(r->urgency), "version", (json_int_t)g->version);
    json_object_set_new(o, "sentAt", view_time(g->sent_at_ms));
    json_object_set_new(o, "takenAt", view_time(g->taken_at_ms));
    json_object_set_new(o, "askedAt", view_time(g->asked_at_ms));
    json_object_set_new(o, "answeredAt", view_time(g->answered_at_ms));
    json_object_set_new(o, "endedAt", view_time(g->ended_at_ms));
    json_object_set_new(o, "returnReason",
                        g->reason == 0 ? json_null()
                                       : json_string(gate_return_code((enum gate_return)(g->reason - 1))));
    json_object_set_new(o, "owner", owner(g, actor, people));
    json_object_set_new(o, "asked", fact_codes(g->state == GATE_ASKED_BACK ? g->asked : 0));
    json_object_set_new(o, "asks", json_integer(g->n_requests));
    json_object_set_new(o, "rings", json_boolean(may(e, actor, ACT_RING_GATE, g->id.v)));
    json_object_set_new(o, "clocks", clocks(&c, is_shown));
    json_object_set_new(o, "bridge", bridge(e, r));
    json_object_set_new(o, "requests", full ? requests(e, actor, g) : json_array());
    if (is_shown)
        json_object_set_new(o, "answers", answers(e, g));
    return o;
}
