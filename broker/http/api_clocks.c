/* Clocks: the board of an organisation, soonest first, and what is done with one. */
#include "http/route.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/stay/stay_rules.h"
#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/need_json.h"
#include "http/view_stay.h"

#include <stdlib.h>
#include <string.h>

enum { CLOCKS_LIMIT }; /* late.numbers */
enum { CLOCKS_MAX = 200 };

static int by_end(const void *a, const void *b)
{
    const struct stay_clock *x = *(const struct stay_clock *const *)a;
    const struct stay_clock *y = *(const struct stay_clock *const *)b;

    if (x->runs_out_ms != y->runs_out_ms)
        return x->runs_out_ms < y->runs_out_ms ? -1 : 1;
    return x->id.v < y->id.v ? -1 : 1;
}

/* Whose it is or may become: a board is for who must act, not for all who may look. */
static bool is_on_board(const struct actor *a, const struct stay_clock *c)
{
    bool desk = a->location.v == 0 || c->desk.v == 0 || a->location.v == c->desk.v;

    return c->state != CLOCK_STOPPED &&
           ((c->owner.v == a->org.v && desk) || (c->offered_to.v != 0 && c->offered_to.v == a->org.v));
}

static void clocks_list(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    const struct stay_clock **found = NULL;
    uint64_t shown[CLOCKS_MAX];
    size_t n = 0, cap = 0, n_shown = 0;
    json_t *list = json_array();

    (void)outcome;
    for (uint64_t i = 1; i <= engine_clocks(e); i++) {
        const struct stay_clock *c = engine_clock(e, (struct clock_id){i});

        if (!is_on_board(&late->actor, c))
            continue;
        MEM_GROW(found, n, cap);
        found[n++] = c;
    }
    if (n > 0)
        qsort(found, n, sizeof *found, by_end);
    for (size_t i = 0; i < n && i < (size_t)late->numbers[CLOCKS_LIMIT]; i++) {
        shown[n_shown++] = found[i]->id.v;
        json_array_append_new(list, view_clock(e, &late->actor, found[i], false, app_now_ms(late->app)));
    }
    free(found);
    if (late_record_each(late, "clock.read", shown, n_shown)) /* each is a household's */
        reply_json(late, 200, json_pack("{s:o, s:I}", "clocks", list, "total", (json_int_t)n));
    else
        json_decref(list);
}

void api_clocks_list(struct call *call)
{
    call->late.numbers[CLOCKS_LIMIT] = call_query_int(call, "limit", 1, CLOCKS_MAX, 100);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_STAYS, 0))
        call_read(call, clocks_list);
}

static void clocks_of_referral(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);

    (void)outcome;
    reply_json(late, 200,
               json_pack("{s:o}", "clocks",
                         view_clocks_of(e, &late->actor, (struct referral_id){late->id}, true,
                                        app_now_ms(late->app))));
}

void api_referral_clocks_list(struct call *call)
{
    if (call_may(call, ACT_SEE_REFERRAL, call->late.id) && call_record(call, "referral.read"))
        call_read(call, clocks_of_referral);
}

void api_referral_clock_start(struct call *call)
{
    static const char *const fields[] = {"clock", "startedAt"};
    const struct stay_rules *rules = vocab_stay_rules(engine_vocab(app_engine(call->late.app)));
    struct json_at root = json_root(call->body);
    struct json_at code = json_field(root, "clock"), started = json_field(root, "startedAt");
    struct command cmd = {.kind = CMD_START_CLOCK, .actor = call->late.actor};
    const struct clock_rule *rule = NULL;

    json_only(root, fields, COUNT_OF(fields), &call->faults);
    rule = stay_rules_clock_find(rules, json_text(code, VOCAB_CODE_SIZE - 1, &call->faults),
                                 time_day_nl(app_now_ms(call->late.app)));
    if (rule == NULL && json_is_string(code.value))
        json_fault_add(&call->faults, code.pointer, "is no clock that counts today");
    if (json_present(started)) {
        int before = call->faults.n;
        int64_t now_ms = app_now_ms(call->late.app);

        cmd.u.clock.started_at_ms = json_time(started, &call->faults);
        if (call->faults.n == before &&
            (cmd.u.clock.started_at_ms > now_ms || cmd.u.clock.started_at_ms < now_ms - CLOCK_AGO_MAX_MS))
            json_fault_add(&call->faults, started.pointer, "must lie in the past, at most a year ago");
    }
    cmd.u.clock.referral.v = call->late.id;
    cmd.u.clock.kind = rule != NULL ? rule->nr : 0;
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "referral.read"))
        call_submit(call, &cmd, clocks_of_referral);
}

/* ---- one clock ---- */

static void clock_get(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);

    (void)outcome;
    reply_json(late, 200,
               view_clock(e, &late->actor, engine_clock(e, (struct clock_id){late->id}), false,
                          app_now_ms(late->app)));
}

/* What its owner must know of the household, which may have its file at another desk. */
static void clock_case(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    const struct stay_clock *c = engine_clock(e, (struct clock_id){late->id});
    json_t *o = view_clock(e, &late->actor, c, false, app_now_ms(late->app));

    (void)outcome;
    if (may(e, &late->actor, ACT_SEE_CLOCK_CASE, late->id))
        json_object_set_new(o, "household", view_clock_case(e, &late->actor, c));
    reply_json(late, 200, o);
}

void api_clock_get(struct call *call)
{
    if (call_may(call, ACT_SEE_CLOCK, call->late.id) && call_record(call, "clock.read"))
        call_read(call, clock_case);
}

static void submit(struct call *call, struct command *cmd)
{
    cmd->actor = call->late.actor;
    cmd->u.clock.clock.v = call->late.id;
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else
        call_submit(call, cmd, clock_get);
}

static bool is_own_clock(const struct call *call)
{
    const struct stay_clock *c = engine_clock(app_engine(call->late.app), (struct clock_id){call->late.id});

    return c != NULL && c->owner.v == call->late.actor.org.v;
}

void api_clock_offer(struct call *call)
{
    static const char *const fields[] = {"organisationId"};
    struct json_at root = json_root(call->body);
    struct json_at org = json_field(root, "organisationId");
    struct command cmd = {.kind = CMD_OFFER_CLOCK};

    json_only(root, fields, COUNT_OF(fields), &call->faults);
    if (org.value == NULL) {
        json_fault_add(&call->faults, org.pointer, "is missing; null takes the offer back");
    } else if (json_present(org)) { /* null: to nobody after all */
        int before = call->faults.n;
        const struct org *o = NULL;

        cmd.u.clock.org.v = (uint32_t)json_int(org, 1, UINT32_MAX, &call->faults);
        o = engine_org(app_engine(call->late.app), cmd.u.clock.org);
        if (call->faults.n == before &&
            (o == NULL || (o->kind != ORG_SHELTER && o->kind != ORG_VEILIG_THUIS && o->kind != ORG_COMENSHA)))
            json_fault_add(&call->faults, org.pointer, "is no organisation that has clocks");
        else if (call->faults.n == before && is_own_clock(call) && o->id.v == call->late.actor.org.v)
            json_fault_add(&call->faults, org.pointer, "has the clock already");
    }
    submit(call, &cmd);
}

void api_clock_accept(struct call *call)
{
    static const char *const fields[] = {"callback"};
    struct json_at root = json_root(call->body);
    struct json_at callback = json_field(root, "callback");
    struct command cmd = {.kind = CMD_TAKE_CLOCK};

    json_only(root, fields, COUNT_OF(fields), &call->faults);
    if (json_present(callback)) {
        const char *text = json_text(callback, DESK_SIZE - 1, &call->faults);

        if (phone_is_valid(text))
            memcpy(cmd.u.clock.callback, text, strlen(text) + 1);
        else if (json_is_string(callback.value))
            json_fault_add(&call->faults, callback.pointer,
                           "must be a telephone number of 6 to 23 digits, spaces, + and -");
    }
    submit(call, &cmd);
}

void api_clock_prolong(struct call *call)
{
    struct command cmd = {.kind = CMD_PROLONG_CLOCK};

    json_only(json_root(call->body), NULL, 0, &call->faults);
    submit(call, &cmd);
}

void api_clock_stop(struct call *call)
{
    struct command cmd = {.kind = CMD_STOP_CLOCK};

    cmd.u.clock.reason = call_reason(call, LIST_CLOCK_STOP);
    submit(call, &cmd);
}
