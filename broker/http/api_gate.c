/* Gate requests: a referral at the gatekeeper of a kind of place; and the residence situation, found out
 * after the referral was opened. */
#include "http/route.h"

#include "base/mem.h"
#include "core/gate/gate_look.h"
#include "flow/secrets_port.h"
#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/view.h"

#include <inttypes.h>
#include <stdlib.h>

enum { GATES_LIMIT, GATES_LIVE }; /* late.numbers */

static void reply_gate(const struct late *late, int status, struct gate_id id)
{
    const struct engine *e = app_engine(late->app);
    char path[64];
    json_t *json = view_gate(e, &late->actor, id, true, &late->app->parts.people);
    snprintf(path, sizeof path, "/api/v1/gate-requests/%" PRIu32, id.v);
    if (status == 201)
        reply_json_with(late, status, json, "Location", path);
    else
        reply_json(late, status, json);
}

/* ---- sent ---- */

static void gate_sent(const struct late *late, const struct outcome *o)
{
    reply_gate(late, 201, (struct gate_id){(uint32_t)o->made});
}

void api_gate_post(struct call *call)
{
    static const char *const fields[] = {"kind"};
    struct json_at root = json_root(call->body);
    struct json_at kind = json_field(root, "kind");
    struct command cmd = {.kind = CMD_GATE_SEND, .actor = call->late.actor};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    int k = json_choice(kind, kind_codes(), KIND_N, &call->faults);
    if (k >= 0 && gate_keeper_of_kind((enum kind)k) == GATEKEEPER_NONE)
        json_fault_add(&call->faults, kind.pointer, "is not a kind that goes through a gatekeeper");
    cmd.u.gate.referral.v = call->late.id;
    cmd.u.gate.kind = k < 0 ? KIND_NOOD : (enum kind)k;
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "referral.read"))
        call_submit(call, &cmd, gate_sent);
}

/* ---- the queue ---- */

struct line {
    const struct gate *g;
    int64_t act_by_ms;
};

/* Live ones by what presses, then the ended, newest first. */
static int by_pressure(const void *a, const void *b)
{
    const struct line *x = a;
    const struct line *y = b;
    bool x_lives = gate_is_live(x->g);
    bool y_lives = gate_is_live(y->g);
    if (x_lives != y_lives)
        return x_lives ? -1 : 1;
    if (x_lives && x->act_by_ms != y->act_by_ms)
        return x->act_by_ms < y->act_by_ms ? -1 : 1;
    return x->g->id.v < y->g->id.v ? 1 : -1;
}

static void gates_list(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    struct line *found = NULL;
    size_t n = 0;
    size_t cap = 0;
    json_t *list = json_array();
    (void)outcome;
    for (uint32_t i = engine_gates(e); i >= 1; i--) {
        const struct gate *g = engine_gate(e, (struct gate_id){i});
        if ((late->numbers[GATES_LIVE] && !gate_is_live(g)) || !may(e, &late->actor, ACT_SEE_GATE, i))
            continue;
        MEM_GROW(found, n, cap);
        found[n++] = (struct line){g, gate_clocks_of(e, g).act_by_ms};
    }
    if (n > 0)
        qsort(found, n, sizeof *found, by_pressure);
    for (size_t i = 0; i < n && i < (size_t)late->numbers[GATES_LIMIT]; i++)
        json_array_append_new(list,
                              view_gate(e, &late->actor, found[i].g->id, false, &late->app->parts.people));
    free(found);
    reply_json(late, 200, json_pack("{s:o, s:I}", "gateRequests", list, "total", (json_int_t)n));
}

void api_gates_list(struct call *call)
{
    call->late.numbers[GATES_LIMIT] = call_query_int(call, "limit", 1, 200, 50);
    call->late.numbers[GATES_LIVE] = call_query_bool(call, "live", true);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_GATE, 0))
        call_read(call, gates_list);
}

static void gate_get(const struct late *late, const struct outcome *outcome)
{
    (void)outcome;
    reply_gate(late, 200, (struct gate_id){(uint32_t)late->id});
}

void api_gates_get(struct call *call)
{
    if (call_may(call, ACT_SEE_GATE, call->late.id) && call_record(call, "gate.read"))
        call_read(call, gate_get);
}

/* ---- the gatekeeper's night number ---- */

static void number_revealed(void *ctx, enum err trouble, const struct revealed_location *revealed)
{
    struct late *late = ctx;
    const struct engine *e = app_engine(late->app);
    if (trouble != OK && trouble != ERR_NOT_FOUND)
        reply_problem(late, 503, "away", "Not possible now", "The number cannot be read now.");
    else if (trouble == ERR_NOT_FOUND || revealed->night_number[0] == '\0' ||
             !may(e, &late->actor, ACT_RING_GATE, late->id)) /* or it was answered while we were reading */
        reply_not_found(late);
    else
        reply_json(late, 200,
                   json_pack("{s:s, s:s}", "organisation",
                             engine_org(e, engine_gate(e, (struct gate_id){(uint32_t)late->id})->org)->name,
                             "nightNumber", revealed->night_number));
    free(late);
}

/* Sealed as a house's is, so each look is in the log before anything is shown. */
static void gate_number(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    const struct gate *g = engine_gate(e, (struct gate_id){(uint32_t)late->id});
    const struct referral *r = engine_referral(e, g->referral);
    const struct secrets_port *secrets = &late->app->parts.secrets;
    struct access_entry entry = {.at_ms = app_now_ms(late->app),
                                 .action = "gate.number",
                                 .account = late->actor.account,
                                 .org = late->actor.org,
                                 .role = late->actor.role,
                                 .object = late->id,
                                 .ground = r->facts_known ? r->need.ground : GROUND_NONE};
    struct late *kept = mem_new(1, sizeof *kept);
    (void)outcome;
    *kept = *late;
    if (secrets->reveal(secrets->ctx, gate_desk_of(e, g), &entry, number_revealed, kept) == OK)
        return;
    free(kept);
    reply_problem(late, 503, "away", "Not possible now", "The number cannot be read now.");
}

void api_gate_number(struct call *call)
{
    if (call_may(call, ACT_RING_GATE, call->late.id))
        call_read(call, gate_number);
}

/* ---- the steps ---- */

static struct gate_id path_gate(const struct call *call)
{
    return (struct gate_id){call_path_id(call)};
}

static void submit_step(struct call *call, struct command *cmd)
{
    cmd->actor = call->late.actor;
    cmd->u.gate.gate = path_gate(call);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "gate.read")) /* the answer shows what was answered */
        call_submit(call, cmd, gate_get);
}

static void step_without_words(struct call *call, enum command_kind kind)
{
    struct command cmd = {.kind = kind};
    json_only(json_root(call->body), NULL, 0, &call->faults);
    submit_step(call, &cmd);
}

void api_gate_take(struct call *call)
{
    step_without_words(call, CMD_GATE_TAKE);
}

void api_gate_assent(struct call *call)
{
    step_without_words(call, CMD_GATE_ASSENT);
}

void api_gate_withdraw(struct call *call)
{
    step_without_words(call, CMD_GATE_WITHDRAW);
}

void api_gate_ask_back(struct call *call)
{
    static const char *const fields[] = {"facts"};
    struct json_at root = json_root(call->body);
    struct json_at facts = json_field(root, "facts");
    struct command cmd = {.kind = CMD_GATE_ASK_BACK};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    size_t n = json_list(facts, GATE_FACT_N, &call->faults);
    if (n == 0 && json_is_array(facts.value) && json_array_size(facts.value) == 0)
        json_fault_add(&call->faults, facts.pointer, "needs at least one fact");
    for (size_t i = 0; i < n; i++) {
        int fact = json_choice(json_item(facts, i), gate_fact_codes(), GATE_FACT_N, &call->faults);
        cmd.u.gate.asked |= fact < 0 ? 0 : 1u << fact;
    }
    submit_step(call, &cmd);
}

void api_gate_answer(struct call *call)
{
    static const char *const fields[] = {"answers"};
    static const char *const words[] = {"unknown", "no", "yes"}; /* enum tri */
    struct json_at root = json_root(call->body);
    struct json_at answers = json_field(root, "answers");
    struct command cmd = {.kind = CMD_GATE_ANSWER};
    const struct engine *e = app_engine(call->late.app);
    const struct gate *g = NULL;
    cmd.actor = call->late.actor;
    cmd.u.gate.gate = path_gate(call);
    if (may_command(e, &cmd)) /* what was asked is told to who is asked */
        g = engine_gate(e, path_gate(call));
    if (g != NULL && g->asked == 0) /* nothing was asked at all: another step, and no fault of a field */
        g = NULL;
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    json_only(answers, gate_fact_codes(), GATE_FACT_N, &call->faults);
    for (unsigned i = 0; i < GATE_FACT_N; i++) {
        struct json_at at = json_field(answers, gate_fact_code((enum gate_fact)i));
        if (!json_present(at))
            continue;
        int word = json_choice(at, words, COUNT_OF(words), &call->faults);
        tri_put(&cmd.u.gate.answers, i, word < 0 ? TRI_UNKNOWN : (enum tri)word);
        if (g != NULL && word > 0 && (g->asked >> i & 1) == 0)
            json_fault_add(&call->faults, at.pointer, "was not asked");
    }
    submit_step(call, &cmd);
}

void api_gate_return(struct call *call)
{
    static const char *const fields[] = {"reason"};
    struct json_at root = json_root(call->body);
    struct command cmd = {.kind = CMD_GATE_RETURN};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    cmd.u.gate.reason = (uint8_t)(1 + json_choice(json_field(root, "reason"), gate_return_codes(),
                                                  GATE_RETURN_N, &call->faults));
    submit_step(call, &cmd);
}

static void gate_asked(const struct late *late, const struct outcome *outcome)
{
    (void)outcome;
    reply_gate(late, 201, (struct gate_id){(uint32_t)late->id});
}

void api_gate_ask(struct call *call)
{
    const struct gate *g = engine_gate(app_engine(call->late.app), path_gate(call));
    struct command cmd = {.kind = CMD_ASK, .actor = call->late.actor};
    call_pools_read(call, &cmd, false);
    if (call->faults.n > 0) {
        reply_faults(&call->late, 400, &call->faults);
        return;
    }
    /* The command names the referral; that the desk asks for it is known from its gate request. To everybody
     * else it leads nowhere. */
    if (may(app_engine(call->late.app), &call->late.actor, ACT_WORK_GATE, call->late.id))
        cmd.u.ask.referral = g->referral;
    if (call_record(call, "gate.read"))
        call_submit(call, &cmd, gate_asked);
}

/* ---- residence ---- */

static void residence_found(const struct late *late, const struct outcome *o)
{
    reply_json(late, 200,
               view_referral(app_engine(late->app), &late->actor, o->referral, true, app_now_ms(late->app)));
}

void api_referral_residence(struct call *call)
{
    static const char *const fields[] = {"residence", "untilAt"};
    struct json_at root = json_root(call->body);
    struct json_at until = json_field(root, "untilAt");
    struct command cmd = {.kind = CMD_FIND_RESIDENCE, .actor = call->late.actor};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    int residence = json_choice(json_field(root, "residence"), residence_codes(), RESIDENCE_N, &call->faults);
    if (json_present(until))
        cmd.u.residence.until_ms = call_residence_until(call, until, residence);
    cmd.u.residence.referral.v = call->late.id;
    cmd.u.residence.residence = residence < 0 ? RESIDENCE_ONBEKEND : (enum residence)residence;
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "referral.read"))
        call_submit(call, &cmd, residence_found);
}
