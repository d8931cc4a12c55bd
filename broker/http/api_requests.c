/* Requests as the asked house meets them: seen, yes, no, arrived; taken back by who asked; and the address
 * for the referrer who got a yes. */
#include "http/route.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/stay/dates.h"
#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/view.h"

#include <stdlib.h>

enum { REQUESTS_LIMIT, REQUESTS_LIVE, REQUESTS_LOST }; /* late.numbers */
enum { REQUESTS_MAX = 200 };

static bool is_own_house(const struct engine *e, const struct actor *a, const struct request *q)
{
    const struct pool_kept *p = engine_pool(e, q->pool);
    return p->org.v == a->org.v && (a->location.v == 0 || a->location.v == p->location.v);
}

/* Pending ones by the clock they are to be answered by, then the rest, newest first. */
static int by_urgency(const void *a, const void *b)
{
    const struct request *x = *(const struct request *const *)a;
    const struct request *y = *(const struct request *const *)b;
    bool x_waits = x->state == REQUEST_PENDING;
    bool y_waits = y->state == REQUEST_PENDING;
    if (x_waits != y_waits)
        return x_waits ? -1 : 1;
    if (x_waits && x->answer_by_ms != y->answer_by_ms)
        return x->answer_by_ms < y->answer_by_ms ? -1 : 1;
    return x->id.v < y->id.v ? 1 : -1;
}

/* A list shows households too: each one that is shown in full is a read of its own in the access log. */
static bool log_shown(const struct late *late, const struct request *const *shown, size_t n)
{
    uint64_t full[REQUESTS_MAX];
    size_t n_full = 0;
    for (size_t i = 0; i < n; i++) {
        if (audience_of_referral(app_engine(late->app), &late->actor, shown[i]->referral) == SIGHT_FULL)
            full[n_full++] = shown[i]->id.v;
    }
    return late_record_each(late, "request.read", full, n_full);
}

/* Its yes is over and its household looks still: it may stand at the door after all. */
static bool may_turn_up(const struct engine *e, const struct request *q, int64_t now_ms)
{
    return !q->bridge && request_lost_its_yes(q) && q->ended_at_ms > now_ms - REQUEST_LOST_MS &&
           referral_is_looking(engine_referral(e, q->referral)->state);
}

static void requests_list(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    const struct request **found = NULL;
    size_t n = 0;
    size_t cap = 0;
    json_t *list = json_array();
    (void)outcome;
    for (uint64_t i = engine_requests(e); i >= 1; i--) {
        const struct request *q = engine_request(e, (struct request_id){i});
        if (late->numbers[REQUESTS_LOST] && !may_turn_up(e, q, app_now_ms(late->app)))
            continue;
        if (!late->numbers[REQUESTS_LOST] && late->numbers[REQUESTS_LIVE] && !request_is_holding(q))
            continue;
        if (!is_own_house(e, &late->actor, q) || !may(e, &late->actor, ACT_SEE_REQUEST, i))
            continue;
        MEM_GROW(found, n, cap);
        found[n++] = q;
    }
    if (n > 0)
        qsort(found, n, sizeof *found, by_urgency);
    for (size_t i = 0; i < n && i < (size_t)late->numbers[REQUESTS_LIMIT]; i++)
        json_array_append_new(list, view_request(e, &late->actor, found[i]->id, true));
    bool logged = log_shown(
        late, found, n < (size_t)late->numbers[REQUESTS_LIMIT] ? n : (size_t)late->numbers[REQUESTS_LIMIT]);
    free(found);
    if (!logged) {
        json_decref(list);
        return;
    }
    reply_json(late, 200, json_pack("{s:o, s:I}", "requests", list, "total", (json_int_t)n));
}

void api_requests_list(struct call *call)
{
    call->late.numbers[REQUESTS_LIMIT] = call_query_int(call, "limit", 1, REQUESTS_MAX, 50);
    call->late.numbers[REQUESTS_LIVE] = call_query_bool(call, "live", true);
    call->late.numbers[REQUESTS_LOST] = call_query_bool(call, "lost", false);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else
        call_read(call, requests_list);
}

static void request_get(const struct late *late, const struct outcome *outcome)
{
    (void)outcome;
    reply_json(late, 200,
               view_request(app_engine(late->app), &late->actor, (struct request_id){late->id}, true));
}

void api_requests_get(struct call *call)
{
    if (call_may(call, ACT_SEE_REQUEST, call->late.id) && call_record(call, "request.read"))
        call_read(call, request_get);
}

/* These answers are one shape: a command about the request in the path. */
static void answer(struct call *call, enum command_kind kind, uint8_t reason)
{
    struct command cmd = {.kind = kind, .actor = call->late.actor};
    cmd.u.answer.request.v = call->late.id;
    cmd.u.answer.reason = reason;
    if (kind != CMD_DECLINE)
        json_only(json_root(call->body), NULL, 0, &call->faults);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "request.read")) /* the answer shows the household */
        call_submit(call, &cmd, request_get);
}

/* Whose yes was over has a new request, by which the household is there. */
static void request_arrived(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    struct request_id id = {late->id};
    for (unsigned i = 0; i < outcome->n_requests; i++) {
        const struct request *q = engine_request(e, outcome->requests[i]);
        if (q->state == REQUEST_ADMITTED && !q->bridge)
            id = q->id;
    }
    reply_json(late, 200, view_request(e, &late->actor, id, true));
}

void api_request_see(struct call *call)
{
    answer(call, CMD_SEE_REQUEST, 0);
}

void api_request_accept(struct call *call)
{
    answer(call, CMD_ACCEPT, 0);
}

void api_request_decline(struct call *call)
{
    answer(call, CMD_DECLINE, call_reason(call, LIST_DECLINE));
}

/* Who asked takes it back: the search goes on without it. */
void api_request_withdraw(struct call *call)
{
    answer(call, CMD_TAKE_BACK, 0);
}

/* They may have come some time before it is told. */
void api_request_arrival(struct call *call)
{
    static const char *const fields[] = {"arrivedAt"};
    const struct engine *e = app_engine(call->late.app);
    const struct request *q = may(e, &call->late.actor, ACT_SEE_REQUEST, call->late.id)
                                  ? engine_request(e, (struct request_id){call->late.id})
                                  : NULL;
    struct command cmd = {.kind = CMD_CONFIRM_ARRIVAL, .actor = call->late.actor};
    struct json_at root = json_root(call->body);
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    cmd.u.answer.request.v = call->late.id;
    cmd.u.answer.at_ms =
        call_moment_past(call, json_field(root, "arrivedAt"),
                         (struct moment_bounds){.yes_ms = q != NULL ? engine_first_yes_ms(e, q) : 0});
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "request.read"))
        call_submit(call, &cmd, request_arrived);
}

/* ---- the address ---- */

static void location_revealed(void *ctx, enum err trouble, const struct revealed_location *revealed)
{
    struct late *late = ctx;
    const struct engine *e = app_engine(late->app);
    if (trouble == ERR_NOT_FOUND) {
        reply_not_found(late);
    } else if (trouble != OK) {
        reply_problem(late, 503, "away", "Not possible now",
                      "The address cannot be read now. Nothing was shown. Ring the night desk.");
    } else if (!may(e, &late->actor, ACT_REVEAL_LOCATION, late->id)) {
        reply_not_found(late); /* the yes was undone while we were reading */
    } else {
        const struct request *q = engine_request(e, (struct request_id){late->id});
        const struct location *l = engine_location(e, engine_pool(e, q->pool)->location);
        reply_json(late, 200,
                   json_pack("{s:s, s:s, s:s, s:s}", "locationName", l->name, "address", revealed->address,
                             "nightNumber", revealed->night_number, "meetingPoint", revealed->meeting_point));
    }
    free(late);
}

static void request_location(const struct late *late, const struct outcome *outcome)
{
    const struct flow *f = late->app->parts.flow;
    const struct engine *e = flow_engine(f);
    const struct request *q = engine_request(e, (struct request_id){late->id});
    const struct referral *r = engine_referral(e, q->referral);
    const struct secrets_port *secrets = &late->app->parts.secrets;
    struct access_entry entry = {.at_ms = flow_now_ms(f),
                                 .action = "location.reveal",
                                 .account = late->actor.account,
                                 .org = late->actor.org,
                                 .role = late->actor.role,
                                 .object = late->id,
                                 .ground = r->facts_known ? r->need.ground : GROUND_NONE};
    struct late *kept = mem_new(1, sizeof *kept);
    (void)outcome;
    *kept = *late;
    enum err e2 =
        secrets->reveal(secrets->ctx, engine_pool(e, q->pool)->location, &entry, location_revealed, kept);
    if (e2 != OK) {
        free(kept);
        reply_problem(late, 503, "away", "Not possible now",
                      "The address cannot be read now. Nothing was shown. Ring the night desk.");
    }
}

void api_request_location(struct call *call)
{
    if (call_may(call, ACT_REVEAL_LOCATION, call->late.id))
        call_read(call, request_location);
}
