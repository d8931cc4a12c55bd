/* Who co-ordinates a referral, and the question to a specialist without saying about whom it is. */
#include "http/route.h"

#include "base/mem.h"
#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/care_json.h"
#include "http/need_json.h"
#include "http/view_care.h"

static void give(struct call *call, enum command_kind kind, const char *read, struct care_command *c,
                 late_fn *after)
{
    struct command cmd = {.kind = kind, .actor = call->late.actor, .u.care = c};
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, read))
        call_submit(call, &cmd, after);
}

/* ---- regie ---- */

static void regie_get(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    struct referral_id id = {late->id};
    (void)outcome;
    /* Who refused it has nothing to do with it any more. */
    if (may(e, &late->actor, ACT_SEE_REGIE, id.v))
        reply_json(late, 200, view_regie(e, &late->actor, id));
    else
        reply_json(late, 200,
                   json_pack("{s:I, s:n, s:b}", "referralId", (json_int_t)id.v, "state", "full", 0));
}

void api_regie_get(struct call *call)
{
    if (call_may(call, ACT_SEE_REGIE, call->late.id) && call_record(call, "regie.read"))
        call_read(call, regie_get);
}

enum { LIST_LIMIT }; /* late.numbers */
enum { LIST_MAX = 200 };

/* The same regie is listed with a referral that the household got later. */
static bool is_listed_later(const struct engine *e, const struct actor *a, struct regie r,
                            struct referral_id id)
{
    while ((id = engine_regie_next(e, &r, id)).v != 0) {
        if (may(e, a, ACT_SEE_REGIE, id.v))
            return true;
    }
    return false;
}

/* Held by A's organisation for another reason than that the referral is its own: it took it, it offers it, or
 * the household went on by another referral. */
static bool is_held(const struct engine *e, const struct actor *a, struct regie r, struct referral_id id)
{
    if (r.holder.v != a->org.v)
        return false;
    return r.moves > 0 || r.state == REGIE_OFFERED || engine_referral(e, id)->org.v != a->org.v ||
           engine_regie_next(e, &r, id).v != 0;
}

/* What this organisation holds or is offered, each with the last of its referrals that it may see; what began
 * with its own referrals, and stayed there, is in their list. */
static void regies_list(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    json_t *list = json_array();
    uint64_t shown[LIST_MAX];
    size_t n = 0;
    int64_t total = 0;
    (void)outcome;
    for (uint64_t i = engine_referrals(e); i >= 1; i--) {
        struct referral_id id = {i};
        struct regie r = engine_regie(e, id);
        bool mine = r.offered_to.v == late->actor.org.v || is_held(e, &late->actor, r, id);
        if (!mine || !may(e, &late->actor, ACT_SEE_REGIE, i) || is_listed_later(e, &late->actor, r, id))
            continue;
        if (total++ >= late->numbers[LIST_LIMIT])
            continue;
        shown[n++] = i;
        json_array_append_new(list, view_regie(e, &late->actor, id));
    }
    if (late_record_each(late, "regie.read", shown, n))
        reply_json(late, 200, json_pack("{s:o, s:I}", "regies", list, "total", (json_int_t)total));
    else
        json_decref(list);
}

void api_regies_list(struct call *call)
{
    call->late.numbers[LIST_LIMIT] = call_query_int(call, "limit", 1, LIST_MAX, 50);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_ORGANISATIONS, 0) && call_record(call, "regie.list"))
        call_read(call, regies_list);
}

void api_regie_offer(struct call *call)
{
    static const char *const fields[] = {"organisationId"};
    struct json_at root = json_root(call->body);
    struct care_command c = {.referral = {call->late.id}, .n_orgs = 1};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    c.orgs[0].v = (uint32_t)json_int(json_field(root, "organisationId"), 1, UINT32_MAX, &call->faults);
    give(call, CMD_OFFER_REGIE, "regie.read", &c, regie_get);
}

/* Role and number of the desk, to take it over with or to correct. */
static void regie_desk(struct call *call, enum command_kind kind)
{
    static const char *const fields[] = {"role", "callback"};
    struct json_at root = json_root(call->body);
    struct care_command c = {.referral = {call->late.id}};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    care_read_text(call, json_field(root, "role"), c.role, sizeof c.role);
    int before = call->faults.n;
    care_read_text(call, json_field(root, "callback"), c.callback, sizeof c.callback);
    if (call->faults.n == before && !phone_is_valid(c.callback))
        json_fault_add(&call->faults, "/callback",
                       "must be a telephone number of 6 to 23 digits, spaces, + and -");
    give(call, kind, "regie.read", &c, regie_get);
}

void api_regie_take(struct call *call)
{
    regie_desk(call, CMD_TAKE_REGIE);
}

void api_regie_name(struct call *call)
{
    regie_desk(call, CMD_NAME_REGIE);
}

static void plain(struct call *call, enum command_kind kind)
{
    struct care_command c = {.referral = {call->late.id}};
    json_only(json_root(call->body), NULL, 0, &call->faults);
    give(call, kind, "regie.read", &c, regie_get);
}

void api_regie_keep(struct call *call)
{
    plain(call, CMD_KEEP_REGIE);
}

void api_regie_end(struct call *call)
{
    plain(call, CMD_END_REGIE);
}

/* ---- consult ---- */

static void consult_made(const struct late *late, const struct outcome *o)
{
    reply_json(late, 201, view_consult(app_engine(late->app), &late->actor, (uint32_t)o->made));
}

static void consult_get(const struct late *late, const struct outcome *outcome)
{
    (void)outcome;
    reply_json(late, 200, view_consult(app_engine(late->app), &late->actor, (uint32_t)late->id));
}

static void consults_list(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    json_t *list = json_array();
    uint64_t shown[LIST_MAX];
    size_t n = 0;
    int64_t total = 0;
    (void)outcome;
    for (uint32_t i = engine_consults(e); i >= 1; i--) {
        if (!may(e, &late->actor, ACT_SEE_CONSULT, i))
            continue;
        if (total++ >= late->numbers[LIST_LIMIT])
            continue;
        shown[n++] = i;
        json_array_append_new(list, view_consult(e, &late->actor, i));
    }
    if (late_record_each(late, "consult.read", shown, n))
        reply_json(late, 200, json_pack("{s:o, s:I}", "consults", list, "total", (json_int_t)total));
    else
        json_decref(list);
}

void api_consults_list(struct call *call)
{
    call->late.numbers[LIST_LIMIT] = call_query_int(call, "limit", 1, LIST_MAX, 50);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_ORGANISATIONS, 0) && call_record(call, "consult.list"))
        call_read(call, consults_list);
}

void api_consults_get(struct call *call)
{
    if (call_may(call, ACT_SEE_CONSULT, call->late.id) && call_record(call, "consult.read"))
        call_read(call, consult_get);
}

void api_consults_post(struct call *call)
{
    static const char *const fields[] = {"organisationId", "question"};
    struct json_at root = json_root(call->body);
    struct care_command c = {.referral = {call->late.id}, .n_orgs = 1};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    c.orgs[0].v = (uint32_t)json_int(json_field(root, "organisationId"), 1, UINT32_MAX, &call->faults);
    care_read_text(call, json_field(root, "question"), c.text, sizeof c.text);
    give(call, CMD_ASK_CONSULT, "referral.read", &c, consult_made);
}

void api_consult_answer(struct call *call)
{
    static const char *const fields[] = {"answer"};
    struct json_at root = json_root(call->body);
    struct care_command c = {.id = call_path_id(call)};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    care_read_text(call, json_field(root, "answer"), c.text, sizeof c.text);
    give(call, CMD_ANSWER_CONSULT, "consult.read", &c, consult_get);
}

void api_consult_close(struct call *call)
{
    struct care_command c = {.id = call_path_id(call)};
    json_only(json_root(call->body), NULL, 0, &call->faults);
    give(call, CMD_CLOSE_CONSULT, "consult.read", &c, consult_get);
}
