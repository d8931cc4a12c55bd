/* Extra time, alarms seen, referrals handed over at the change of shift; and the delivery record. */
#include "http/route.h"

#include "base/mem.h"
#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/need_json.h"
#include "http/view_timers.h"
#include "report/delivery.h"

#define COLLEAGUES_MAX 200 /* more accounts than any organisation has; the list stays small */

static void request_changed(const struct late *late, const struct outcome *outcome)
{
    (void)outcome;
    reply_json(late, 200,
               view_request(app_engine(late->app), &late->actor, (struct request_id){late->id}, true));
}

static void referral_changed(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    struct referral_id id = {late->id};
    json_t *o = view_referral(e, &late->actor, id, true, app_now_ms(late->app));

    (void)outcome;
    view_timers_referral(o, e, &late->app->parts.people, &late->actor, engine_referral(e, id));
    reply_json(late, 200, o);
}

/* A body without fields, then the command; the answer shows the household. */
static void submit(struct call *call, struct command *cmd, const char *read, late_fn *after)
{
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, read))
        call_submit(call, cmd, after);
}

void api_request_extension(struct call *call)
{
    struct command cmd = {.kind = CMD_EXTEND_REQUEST, .actor = call->late.actor};

    cmd.u.answer.request.v = call->late.id;
    json_only(json_root(call->body), NULL, 0, &call->faults);
    submit(call, &cmd, "request.read", request_changed);
}

static void of_referral(struct call *call, enum command_kind kind)
{
    struct command cmd = {.kind = kind, .actor = call->late.actor};

    cmd.u.referral.referral.v = call->late.id;
    json_only(json_root(call->body), NULL, 0, &call->faults);
    submit(call, &cmd, "referral.read", referral_changed);
}

void api_referral_hold_extension(struct call *call)
{
    of_referral(call, CMD_EXTEND_HOLD);
}

/* Said when it was opened: each field that says it again is refused at its place. */
static void no_desk_here(struct call *call)
{
    static const char *const fields[] = {"callback", "channel", "ground"};
    struct json_at root = json_root(call->body);

    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        struct json_at at = json_field(root, fields[i]);

        if (json_present(at))
            json_fault_add(&call->faults, at.pointer,
                           "was said when the referral was opened; it is said here only of one that the "
                           "broker opened");
    }
}

void api_referral_takeover(struct call *call)
{
    struct command cmd = {.kind = CMD_TAKE_OVER, .actor = call->late.actor};
    const struct referral *r =
        engine_referral(app_engine(call->late.app), (struct referral_id){call->late.id});

    bool is_theirs = false; /* to others nothing of the file shows, by a fault neither */

    cmd.u.referral.referral.v = call->late.id;
    is_theirs = r != NULL && may_command(app_engine(call->late.app), &cmd);
    desk_from_json(json_root(call->body), is_theirs && r->facts_known && r->need.anonymous,
                   &cmd.u.referral.desk, &call->faults);
    if (is_theirs && cmd.u.referral.desk.said && !timers_desk_is_to_say(r))
        no_desk_here(call);
    submit(call, &cmd, "referral.read", referral_changed);
}

void api_referral_alarm_acknowledgement(struct call *call)
{
    static const char *const fields[] = {"alarm"};
    struct json_at root = json_root(call->body);
    struct command cmd = {.kind = CMD_ACKNOWLEDGE_ALARM, .actor = call->late.actor};

    cmd.u.escalation.referral.v = call->late.id;
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    cmd.u.escalation.alarm =
        (enum alarm)json_choice(json_field(root, "alarm"), alarm_codes(), ALARM_N, &call->faults);
    submit(call, &cmd, "referral.read", referral_changed);
}

/* ---- the change of shift ---- */

/* May be with this colleague: of the same organisation and role, and able to sign in. */
static bool is_colleague(const struct actor *actor, const struct account *a)
{
    return a != NULL && a->org.v == actor->org.v && a->role == actor->role && !a->disabled;
}

void api_referral_shift_handover(struct call *call)
{
    static const char *const fields[] = {"colleagueId"};
    const struct people_port *people = &call->late.app->parts.people;
    struct json_at root = json_root(call->body);
    struct json_at to = json_field(root, "colleagueId");
    struct command cmd = {.kind = CMD_HAND_OVER, .actor = call->late.actor};

    cmd.u.escalation.referral.v = call->late.id;
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    if (to.value != NULL && !json_is_null(to.value)) {
        int before = call->faults.n;

        cmd.u.escalation.to.v = (uint32_t)json_int(to, 1, UINT32_MAX, &call->faults);
        if (call->faults.n == before &&
            !is_colleague(&call->late.actor, people->get(people->ctx, cmd.u.escalation.to)))
            json_fault_add(&call->faults, to.pointer, "is no colleague who can take it over");
    }
    submit(call, &cmd, "referral.read", referral_changed);
}

static void colleagues(const struct late *late, const struct outcome *outcome)
{
    const struct people_port *people = &late->app->parts.people;
    const struct account *found[COLLEAGUES_MAX];
    size_t n = people->of_org(people->ctx, late->actor.org, found, COLLEAGUES_MAX);
    json_t *list = json_array();

    (void)outcome;
    for (size_t i = 0; i < n; i++) {
        json_t *o = NULL;

        if (!is_colleague(&late->actor, found[i]))
            continue;
        o = view_colleague(people, found[i]->id);
        json_object_set_new(o, "me", json_boolean(found[i]->id.v == late->actor.account.v));
        json_array_append_new(list, o);
    }
    reply_json(late, 200, json_pack("{s:o}", "colleagues", list));
}

void api_colleagues_list(struct call *call)
{
    if (call_may(call, ACT_SEARCH, 0)) /* those who have referrals to hand over */
        call_read(call, colleagues);
}

/* ---- the delivery record ---- */

enum { DELIVERY_DAYS, DELIVERY_ORG }; /* late.numbers */

static json_t *percent(int v)
{
    return v < 0 ? json_null() : json_integer(v);
}

static json_t *norm_of(const struct delivery_norm *n)
{
    json_t *rates = json_object();
    json_t *o = NULL;

    if (!n->is_shown) {
        json_decref(rates);
        return json_null();
    }
    for (int i = 0; i < RATE_N; i++)
        json_object_set_new(rates, delivery_rate_code((enum delivery_rate)i),
                            json_pack("{s:i, s:i, s:i}", "low", n->rates[i].low, "middle", n->rates[i].middle,
                                      "high", n->rates[i].high));
    o = json_pack("{s:I, s:o}", "providers", (json_int_t)n->providers, "rates", rates);
    json_object_set_new(o, "medianMinutes",
                        n->median_minutes < 0 ? json_null() : json_integer(n->median_minutes));
    return o;
}

static void delivery_done(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    struct org_id org = {(uint32_t)late->numbers[DELIVERY_ORG]};
    int days = (int)late->numbers[DELIVERY_DAYS];
    struct delivery d;
    struct delivery_norm n;
    json_t *rates = json_object();
    json_t *o = NULL;

    (void)outcome;
    delivery_make(e, org, app_now_ms(late->app), days, &d);
    delivery_norm_make(e, app_now_ms(late->app), days, &n);
    for (int i = 0; i < RATE_N; i++)
        json_object_set_new(rates, delivery_rate_code((enum delivery_rate)i), percent(d.rates[i]));
    o = json_pack("{s:I, s:s, s:i, s:o, s:o}", "organisationId", (json_int_t)org.v, "organisation",
                  engine_org(e, org)->name, "days", days, "fromAt", view_time(d.from_ms), "toAt",
                  view_time(d.to_ms));
    json_object_set_new(o, "counts",
                        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
                                  "asked", (json_int_t)d.asked, "waiting", (json_int_t)d.waiting, "letGo",
                                  (json_int_t)d.let_go, "inTime", (json_int_t)d.in_time, "yes",
                                  (json_int_t)d.yes, "no", (json_int_t)d.no, "lateNo", (json_int_t)d.late_no,
                                  "unanswered", (json_int_t)d.unanswered, "lateYes", (json_int_t)d.late_yes,
                                  "falseFree", (json_int_t)d.false_free, "refused", (json_int_t)d.refused,
                                  "bedGone", (json_int_t)d.bed_gone, "extraTime", (json_int_t)d.extra_time));
    json_object_set_new(o, "rates", rates);
    json_object_set_new(o, "medianMinutes",
                        d.median_minutes < 0 ? json_null() : json_integer(d.median_minutes));
    json_object_set_new(o, "norm", norm_of(&n));
    reply_json(late, 200, o);
}

void api_delivery_record_get(struct call *call)
{
    int64_t days = call_query_int(call, "days", 30, 90, 90);
    int64_t org = call_query_int(call, "organisationId", 1, UINT32_MAX, call->late.actor.org.v);

    /* Two periods, so that the difference of any two cannot be asked for. */
    if (days != 30 && days != 90)
        json_fault_add(&call->faults, "query:days", "must be 30 or 90");
    call->late.numbers[DELIVERY_DAYS] = days;
    call->late.numbers[DELIVERY_ORG] = org;
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_DELIVERY, 0) && call_may(call, ACT_SEE_DELIVERY, (uint64_t)org))
        call_read(call, delivery_done);
}
