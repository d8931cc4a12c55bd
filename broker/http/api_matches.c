/* Which places fit: a search that saves nothing, and the same for a saved referral. */
#include "http/route.h"

#include "core/gate/gate_look.h"
#include "http/app_state.h"
#include "http/match_reply.h"
#include "http/need_json.h"

#include <string.h>

/* "12" or "12,13": pools by number. */
static void read_pools(struct call *call, const char *text, struct view_match_options *o)
{
    const struct engine *e = app_engine(call->late.app);
    const char *p = text;
    for (;;) {
        uint64_t id = 0;
        const char *begin = p;
        while (*p >= '0' && *p <= '9' && p - begin < 10)
            id = id * 10 + (uint64_t)(*p++ - '0');
        if (p == begin || id == 0 || id > engine_pools(e) || (*p != ',' && *p != '\0')) {
            json_fault_add(&call->faults, "query:pool", "is not the number of a pool, or some with commas");
            return;
        }
        if (o->n_pools == VIEW_MATCH_POOLS_MAX) {
            json_fault_add(&call->faults, "query:pool", "names more than 50 pools");
            return;
        }
        o->pools[o->n_pools++].v = (uint32_t)id;
        if (*p++ == '\0')
            return;
    }
}

static void read_verdict(struct call *call, const char *text, struct view_match_options *o)
{
    bool any = strcmp(text, "any") == 0 || (text[0] == '\0' && o->n_pools > 0);
    o->out = any || strcmp(text, "out") == 0;
    o->possible = any || !o->out;
    if (text[0] != '\0' && !o->out && strcmp(text, "possible") != 0)
        json_fault_add(&call->faults, "query:verdict", "must be possible, out or any");
}

bool match_options_read(struct call *call, struct view_match_options *o)
{
    char text[VIEW_MATCH_POOLS_MAX * 11];
    *o = (struct view_match_options){.limit = (size_t)call_query_int(call, "limit", 1, 200, 50),
                                     .rule = RULE_N};
    if (call_query_text(call, "pool", text, sizeof text)[0] != '\0')
        read_pools(call, text, o);
    read_verdict(call, call_query_text(call, "verdict", text, sizeof text), o);
    if (call_query_text(call, "rule", text, sizeof text)[0] != '\0') {
        for (unsigned r = 0; r < RULE_N; r++)
            if (strcmp(rule_code((enum rule)r), text) == 0)
                o->rule = (enum rule)r;
        if (o->rule == RULE_N)
            json_fault_add(&call->faults, "query:rule", "is not a known rule");
    }
    o->bridge = call_query_bool(call, "bridge", false);
    return call->faults.n == 0;
}

json_t *match_json(const struct flow *f, const struct actor *actor, const struct need *need,
                   const struct referral *referral, const struct view_match_options *options)
{
    const struct engine *e = flow_engine(f);
    const struct org *org = engine_org(e, referral != NULL ? referral->org : actor->org);
    struct match_query q = {.need = need,
                            .referrer_region = org != NULL ? org->region : REGION_NONE,
                            .role = actor->role,
                            .now_ms = flow_now_ms(f)};
    struct match_result r;
    struct view_match_options shown = *options;
    const struct gate *g = NULL;
    if (referral != NULL) {
        q.referral = referral->id;
        q.deadline_ms = referral->deadline_ms;
        q.placing = gate_assents(e, referral);
        if (referral->org.v != actor->org.v)
            g = gate_live_at(e, referral, actor->org);
    }
    if (g != NULL) { /* a gatekeeper sees the places that it gives out */
        q = gate_query_of(e, g, q.now_ms);
        shown.keeper = g->keeper;
    }
    q.bridge = options->bridge;
    match_run(e, &q, &r);
    json_t *json = view_match(e, &q, &r, &shown);
    match_fini(&r);
    return json;
}

static void matches_done(const struct late *late, const struct outcome *outcome)
{
    (void)outcome;
    reply_json(late, 200, late->json);
}

void api_matches_post(struct call *call)
{
    const struct flow *f = call->late.app->parts.flow;
    const struct vocab *v = engine_vocab(flow_engine(f));
    struct view_match_options options;
    struct need need;
    if (!call_may(call, ACT_SEARCH, 0))
        return;
    bool good = match_options_read(call, &options);
    if (!need_from_json(v, json_root(call->body), false, &need, &call->faults) || !good) {
        reply_faults(&call->late, 400, &call->faults);
        return;
    }
    /* Built now, because need and options are gone later; sent when what it rests on is durable. */
    call->late.json = match_json(f, &call->late.actor, &need, NULL, &options);
    call_read(call, matches_done);
}

void api_referral_matches(struct call *call)
{
    const struct flow *f = call->late.app->parts.flow;
    struct view_match_options options;
    const struct referral *r = NULL;
    if (!call_may(call, ACT_SEE_REFERRAL, call->late.id))
        return;
    if (!match_options_read(call, &options)) {
        reply_faults(&call->late, 400, &call->faults);
        return;
    }
    r = engine_referral(flow_engine(f), (struct referral_id){call->late.id});
    if (!r->facts_known) {
        reply_problem(&call->late, 409, "facts-erased", "The facts were erased",
                      "The household's facts are erased after the retention time; open a new referral.");
        return;
    }
    call->late.json = match_json(f, &call->late.actor, &r->need, r, &options);
    call_read(call, matches_done);
}
