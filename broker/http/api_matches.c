/* Which places fit: a search that saves nothing, and the same for a saved referral. */
#include "http/route.h"

#include "http/app_state.h"
#include "http/match_reply.h"
#include "http/need_json.h"

#include <string.h>

bool match_options_read(struct call *call, struct view_match_options *o)
{
    char text[32];
    o->limit = (size_t)call_query_int(call, "limit", 1, 200, 50);
    o->rule = RULE_N;
    call_query_text(call, "verdict", text, sizeof text);
    o->out = strcmp(text, "out") == 0;
    if (text[0] != '\0' && !o->out && strcmp(text, "possible") != 0)
        json_fault_add(&call->faults, "query:verdict", "must be possible or out");
    if (call_query_text(call, "rule", text, sizeof text)[0] != '\0') {
        for (unsigned r = 0; r < RULE_N; r++)
            if (strcmp(rule_code((enum rule)r), text) == 0)
                o->rule = (enum rule)r;
        if (o->rule == RULE_N)
            json_fault_add(&call->faults, "query:rule", "is not a known rule");
    }
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
    if (referral != NULL) {
        q.referral = referral->id;
        q.deadline_ms = referral->deadline_ms;
    }
    match_run(e, &q, &r);
    json_t *json = view_match(e, &q, &r, options);
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
    /* Built now, because the need is gone later; sent when what it rests on is durable. */
    call->late.json = match_json(f, &call->late.actor, &need, NULL, &options);
    call_read(call, matches_done);
}

enum { MATCH_LIMIT, MATCH_OUT, MATCH_RULE }; /* late.numbers */

static void referral_matches(const struct late *late, const struct outcome *outcome)
{
    const struct flow *f = late->app->parts.flow;
    const struct referral *r = engine_referral(flow_engine(f), (struct referral_id){late->id});
    struct view_match_options options = {.out = late->numbers[MATCH_OUT] != 0,
                                         .rule = (enum rule)late->numbers[MATCH_RULE],
                                         .limit = (size_t)late->numbers[MATCH_LIMIT]};
    (void)outcome;
    if (!r->facts_known) {
        reply_problem(late, 409, "facts-erased", "The facts were erased",
                      "The household's facts are erased after the retention time; open a new referral.");
        return;
    }
    reply_json(late, 200, match_json(f, &late->actor, &r->need, r, &options));
}

void api_referral_matches(struct call *call)
{
    struct view_match_options options;
    if (!call_may(call, ACT_SEE_REFERRAL, call->late.id))
        return;
    if (!match_options_read(call, &options)) {
        reply_faults(&call->late, 400, &call->faults);
        return;
    }
    call->late.numbers[MATCH_LIMIT] = (int64_t)options.limit;
    call->late.numbers[MATCH_OUT] = options.out;
    call->late.numbers[MATCH_RULE] = options.rule;
    call_read(call, referral_matches);
}
