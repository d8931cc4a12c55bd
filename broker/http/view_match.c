#include "http/view.h"

#include "core/gate/gate_look.h"
#include "core/reason.h"
#include "core/vocab.h"

/* Criteria are the facts stated about this household at this pool; met are those that hold. A caution or a
 * question is a criterion that does not simply hold. */
static void count_criteria(const struct pool_match *m, int *met, int *all)
{
    *met = 0;
    *all = m->n_reasons;
    for (unsigned i = 0; i < m->n_reasons; i++)
        *met += reason_row((enum reason_code)m->reasons[i].code)->tone == TONE_FOR;
}

/* The rules that make the verdict: those that exclude, or else those with a question. The first is named
 * first. */
static json_t *rules_of(const struct pool_match *m)
{
    uint32_t mask = m->verdict == VERDICT_OUT ? m->out_mask : m->ask_mask;
    json_t *rules = json_array();
    for (unsigned r = 0; r < RULE_N; r++)
        if ((mask >> r & 1) != 0)
            json_array_append_new(rules, json_string(rule_code((enum rule)r)));
    return rules;
}

static json_t *place(const struct engine *e, const struct match_query *q, const struct pool_match *m)
{
    const struct pool_kept *p = engine_pool(e, m->pool);
    const struct location *l = engine_location(e, p->location);
    struct pool_view v = engine_pool_view(e, m->pool, q->now_ms);
    json_t *reasons = json_array();
    int met, all;
    count_criteria(m, &met, &all);
    for (unsigned i = 0; i < m->n_reasons; i++)
        json_array_append_new(reasons, view_reason(e, &m->reasons[i]));
    json_t *o = json_pack("{s:I, s:s, s:i, s:i, s:o, s:s, s:o, s:s, s:s, s:s, s:s, s:i, s:i, s:i}", "poolId",
                          (json_int_t)m->pool.v, "verdict", verdict_code(m->verdict), "rank", (int)m->rank,
                          "score", (int)m->score, "rules", rules_of(m), "locationName", l->name, "region",
                          view_region(e, l->region), "kind", kind_code(p->kind), "poolName",
                          engine_pool_name(e, p->id), "poolNameEn", engine_pool_name_en(e, p->id),
                          "secretAddress", view_tri(l->secret_address), "unitSize", (int)p->unit_size,
                          "units", m->units > 0 ? (int)m->units : 1, "unitsTotal", (int)p->units_total);
    json_object_set_new(o, "unitsFree", view_units(v.latest != NULL ? v.latest->free : UNITS_UNKNOWN));
    json_object_set_new(o, "offerable", view_units(v.offerable));
    json_object_set_new(o, "freshness", json_string(freshness_code(v.freshness)));
    json_object_set_new(o, "observedAt",
                        v.latest != NULL ? view_time(v.latest->observed_at_ms) : json_null());
    json_object_set_new(o, "minutes", m->minutes < 0 ? json_null() : json_integer(m->minutes));
    json_object_set_new(o, "answerMinutes", json_integer(l->answer_minutes));
    json_object_set_new(o, "overflow", json_boolean(engine_pool(e, m->pool)->overflow));
    json_object_set_new(o, "criteriaMet", json_integer(met));
    json_object_set_new(o, "criteria", json_integer(all));
    json_object_set_new(o, "reasons", reasons);
    return o;
}

static json_t *near_miss_params(const struct engine *e, const struct near_miss *n)
{
    const struct vocab_trait *t =
        n->rule == RULE_TRAIT && n->detail >= 0 ? vocab_trait(engine_vocab(e), (unsigned)n->detail) : NULL;
    json_t *params = json_array();
    if (t != NULL)
        json_array_append_new(params, json_pack("{s:s, s:s}", "kind", "trait", "value", t->code));
    else if (n->detail != 0)
        json_array_append_new(params, json_pack("{s:s, s:i}", "kind", "minutes", "value", (int)n->detail));
    return params;
}

/* What only a place that has a rank has, and what only one that has none. */
static json_t *place_with_why(const struct engine *e, const struct match_query *q, const struct pool_match *m)
{
    json_t *o = place(e, q, m);
    struct near_miss change;
    if (m->verdict != VERDICT_OUT)
        view_add_ranking(
            o, e,
            &(struct ranking){.utility = m->utility, .price = m->price, .terms = m->terms, .why = m->why});
    else if (match_change(e, q, m, &change))
        json_object_set_new(o, "change",
                            json_pack("{s:s, s:o}", "rule", rule_code((enum rule)change.rule), "params",
                                      near_miss_params(e, &change)));
    return o;
}

static bool first_rule_is(const struct pool_match *m, enum rule rule)
{
    return m->out_mask != 0 && (enum rule)__builtin_ctz(m->out_mask) == rule;
}

static bool is_wanted(const struct engine *e, const struct view_match_options *o, const struct pool_match *m)
{
    bool is_out = m->verdict == VERDICT_OUT;
    bool is_named = o->n_pools == 0;
    for (size_t i = 0; i < o->n_pools && !is_named; i++)
        is_named = o->pools[i].v == m->pool.v;
    if (!is_named || !(is_out ? o->out : o->possible))
        return false;
    if (o->bridge && !gate_may_bridge(e, m->pool))
        return false;
    if (o->keeper != GATEKEEPER_NONE && gate_keeper_of_pool(e, m->pool) != o->keeper)
        return false;
    return !is_out || o->rule == RULE_N || first_rule_is(m, o->rule);
}

static json_t *near_misses(const struct engine *e, const struct match_result *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->n_near; i++) {
        const struct near_miss *n = &r->near[i];
        json_array_append_new(list, json_pack("{s:s, s:o, s:i}", "rule", rule_code((enum rule)n->rule),
                                              "params", near_miss_params(e, n), "pools", (int)n->pools));
    }
    return list;
}

/* Rules that another hour or a gate request changes; whom only these exclude, its gatekeeper can place. */
#define PASSING_RULES                                                                                        \
    (1u << RULE_GATEKEEPER | 1u << RULE_STOP | 1u << RULE_DELIVERABLE | 1u << RULE_FULL | 1u << RULE_NIGHT | \
     1u << RULE_TIER)

/* Kinds that go through a gatekeeper and would suit: where the way on is a gate request. */
static json_t *gates(const struct engine *e, const struct match_query *q, const struct match_result *r)
{
    int pools[KIND_N] = {0};
    json_t *list = json_array();
    for (size_t i = 0; i < r->n; i++) {
        uint32_t out = r->list[i].out_mask;
        if ((out & 1u << RULE_GATEKEEPER) != 0 && (out & ~PASSING_RULES) == 0)
            pools[engine_pool(e, r->list[i].pool)->kind]++;
    }
    for (unsigned k = 0; k < KIND_N; k++) {
        enum gatekeeper keeper = gate_keeper_of_kind((enum kind)k);
        const struct referral *ref = engine_referral(e, q->referral);
        const struct gate *g = ref != NULL ? gate_live_of(e, ref, keeper) : NULL;
        if (pools[k] == 0 || keeper == GATEKEEPER_NONE)
            continue;
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:i, s:o}", "kind", kind_code((enum kind)k), "gatekeeper",
                                        gatekeeper_code(keeper), "pools", pools[k], "gateRequestId",
                                        g != NULL ? json_integer((json_int_t)g->id.v) : json_null()));
    }
    return list;
}

json_t *view_match(const struct engine *e, const struct match_query *q, const struct match_result *r,
                   const struct view_match_options *options)
{
    const struct core_settings *s = engine_settings(e);
    enum threat_level level = q->need->threat_level == THREAT_UNKNOWN ? THREAT_ORANJE : q->need->threat_level;
    json_t *places = json_array();
    json_t *out = json_array();
    for (size_t i = 0; i < r->n && json_array_size(places) < options->limit; i++) {
        if (is_wanted(e, options, &r->list[i]))
            json_array_append_new(places, place_with_why(e, q, &r->list[i]));
    }
    for (unsigned i = 0; i < RULE_N; i++)
        if (r->out_first[i] > 0)
            json_array_append_new(
                out, json_pack("{s:s, s:i}", "rule", rule_code((enum rule)i), "pools", (int)r->out_first[i]));
    return json_pack("{s:o, s:o, s:o, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:o, s:o, s:o}", "gates",
                     gates(e, q, r), "at", view_time(q->now_ms), "rulesVersion",
                     view_version(r->rules_version), "pools", (int)r->n, "regions", (int)r->regions, "fits",
                     (int)r->n_fits, "ask", (int)r->n_ask, "out", (int)r->n_out, "askDefault",
                     (int)s->ask_default[level], "askMax", (int)s->ask_max[level], "places", places,
                     "outReasons", out, "nearMisses", near_misses(e, r));
}
