/* Referrals: opened once, then asked, on the way, arrived or withdrawn. */
#include "http/route.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "http/call_parts.h"
#include "http/need_json.h"
#include "http/app_state.h"
#include "http/view_timers.h"

#include <inttypes.h>

#define ETA_MAX_MS (72 * MS_HOUR)

static void reply_referral(const struct late *late, int status, struct referral_id id)
{
    const struct engine *e = app_engine(late->app);
    char path[64];
    snprintf(path, sizeof path, "/api/v1/referrals/%" PRIu64, id.v);
    json_t *json = view_referral(e, &late->actor, id, true, app_now_ms(late->app));
    view_timers_referral(json, e, &late->app->parts.people, &late->actor, engine_referral(e, id));
    if (status == 201)
        reply_json_with(late, status, json, "Location", path);
    else
        reply_json(late, status, json);
}

static void referral_made(const struct late *late, const struct outcome *o)
{
    reply_referral(late, 201, o->referral);
}

static void referral_changed(const struct late *late, const struct outcome *o)
{
    reply_referral(late, 200, o->referral);
}

#define GROUND_AHEAD_MS MS_HOUR         /* clocks differ */
#define GROUND_BEHIND_MS (366 * MS_DAY) /* a consent of before that is not about this referral */

/* When the ground was given, where that is said: the log of who read what stands on it. */
static void check_ground_at(struct call *call, struct json_at at)
{
    struct json_faults told_by_others = {.n = 0};
    int64_t now = app_now_ms(call->late.app);
    int64_t said = 0;

    if (!json_present(at))
        return;
    said = json_time(at, &told_by_others);
    if (told_by_others.n == 0 && (said > now + GROUND_AHEAD_MS || said < now - GROUND_BEHIND_MS))
        json_fault_add(&call->faults, at.pointer, "must not lie ahead, nor more than a year back");
}

void api_referrals_post(struct call *call)
{
    const struct engine *e = app_engine(call->late.app);
    struct command cmd = {.kind = CMD_OPEN_REFERRAL, .actor = call->late.actor, .draw = crypto_random_u64()};
    const struct stay *s = NULL;
    struct need need;
    struct json_at root = json_root(call->body);
    struct json_at until = json_field(root, "residenceUntil");
    bool is_right = need_from_json(engine_vocab(e), root, true, &need, &call->faults);

    check_ground_at(call, json_field(root, "groundAt"));
    if (json_present(until))
        cmd.u.residence_until_ms = call_residence_until(call, until, residence_from_json(root));
    if (!is_right || call->faults.n > 0) {
        reply_faults(&call->late, 400, &call->faults);
        return;
    }
    cmd.u.need = &need;
    /* A refusal shows who looks for them, and a number: so a code is tried here as it is at /returns. */
    if (need.return_code[0] != '\0' && !call_return_code(call, need.return_code, &s))
        return;
    call_submit(call, &cmd, referral_made);
}

enum { REFERRALS_LIMIT, REFERRALS_LIVE, REFERRALS_LEAKED, REFERRALS_UNSAFE }; /* late.numbers */

/* Where its household is, or was to go, it is not safe, as an alarm that stands says. */
static bool is_at_unsafe_house(const struct engine *e, const struct referral *r)
{
    return timers_alarm_stands(e, r, ALARM_LEAKED) || timers_alarm_stands(e, r, ALARM_CONFLICT);
}

static void referrals_list(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    json_t *list = json_array();
    int64_t total = 0;
    (void)outcome;
    for (uint64_t i = engine_referrals(e); i >= 1; i--) {
        const struct referral *r = engine_referral(e, (struct referral_id){i});
        if (r->org.v != late->actor.org.v || !may(e, &late->actor, ACT_SEE_REFERRAL, i))
            continue;
        if (late->numbers[REFERRALS_LIVE] && !referral_is_live(r->state))
            continue;
        if (late->numbers[REFERRALS_LEAKED] && !timers_alarm_stands(e, r, ALARM_LEAKED))
            continue;
        if (late->numbers[REFERRALS_UNSAFE] && !is_at_unsafe_house(e, r))
            continue;
        total++;
        if (json_array_size(list) >= (size_t)late->numbers[REFERRALS_LIMIT])
            continue;
        json_t *one = view_referral(e, &late->actor, r->id, false, app_now_ms(late->app));
        view_timers_referral(one, e, &late->app->parts.people, &late->actor, r);
        json_array_append_new(list, one);
    }
    reply_json(late, 200, json_pack("{s:o, s:I}", "referrals", list, "total", (json_int_t)total));
}

void api_referrals_list(struct call *call)
{
    call->late.numbers[REFERRALS_LIMIT] = call_query_int(call, "limit", 1, 200, 50);
    call->late.numbers[REFERRALS_LIVE] = call_query_bool(call, "live", true);
    call->late.numbers[REFERRALS_LEAKED] = call_query_bool(call, "leaked", false);
    call->late.numbers[REFERRALS_UNSAFE] = call_query_bool(call, "unsafe", false);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEARCH, 0))
        call_read(call, referrals_list);
}

static void referral_get(const struct late *late, const struct outcome *outcome)
{
    (void)outcome;
    reply_referral(late, 200, (struct referral_id){late->id});
}

void api_referrals_get(struct call *call)
{
    if (call_may(call, ACT_SEE_REFERRAL, call->late.id) && call_record(call, "referral.read"))
        call_read(call, referral_get);
}

/* ---- asking ---- */

void api_referral_ask(struct call *call)
{
    struct command cmd = {.kind = CMD_ASK, .actor = call->late.actor};
    call_pools_read(call, &cmd, true);
    cmd.u.ask.referral.v = call->late.id;
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "referral.read")) /* the answer shows the need */
        call_submit(call, &cmd, referral_made);
}

/* ---- on the way, not arrived, withdrawn ---- */

void api_referral_journey(struct call *call)
{
    static const char *const fields[] = {"etaAt"};
    struct json_at root = json_root(call->body);
    struct json_at eta = json_field(root, "etaAt");
    int64_t now = app_now_ms(call->late.app);
    struct command cmd = {.kind = CMD_TRAVEL, .actor = call->late.actor};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    int before = call->faults.n;
    cmd.u.referral.referral.v = call->late.id;
    if (json_present(eta)) /* nobody may know when they will be there */
        cmd.u.referral.eta_ms = json_time(eta, &call->faults);
    if (call->faults.n == before && json_present(eta) &&
        (cmd.u.referral.eta_ms < now - MS_HOUR || cmd.u.referral.eta_ms > now + ETA_MAX_MS))
        json_fault_add(&call->faults, eta.pointer, "must lie within the next 72 hours");
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "referral.read"))
        call_submit(call, &cmd, referral_changed);
}

void api_referral_no_show(struct call *call)
{
    static const char *const fields[] = {"refused", "reason"};
    static const char *const reasons[] = {"nobody_came", "bed_gone", "household_no", "fell_through"};
    static const enum cancel_why whys[] = {CANCEL_NO_SHOW, CANCEL_BED_GONE, CANCEL_HOUSEHOLD_NO,
                                           CANCEL_FELL_THROUGH};
    struct json_at root = json_root(call->body), refused = json_field(root, "refused");
    struct json_at reason = json_field(root, "reason");
    struct command cmd = {.kind = CMD_NO_SHOW, .actor = call->late.actor};
    cmd.u.referral.referral.v = call->late.id;
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    if (json_present(refused))
        cmd.u.referral.refused = json_bool(refused, &call->faults);
    if (json_present(reason)) {
        int i = json_choice(reason, reasons, COUNT_OF(reasons), &call->faults);

        if (i >= 0)
            cmd.u.referral.why = whys[i];
    }
    if (cmd.u.referral.refused && cancel_why_is_fall_through(cmd.u.referral.why))
        json_fault_add(&call->faults, reason.pointer, "who stood at the door came: leave one of the two out");
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "referral.read"))
        call_submit(call, &cmd, referral_changed);
}

void api_referral_withdraw(struct call *call)
{
    struct command cmd = {.kind = CMD_WITHDRAW, .actor = call->late.actor};
    cmd.u.referral.referral.v = call->late.id;
    cmd.u.referral.reason = call_reason(call, LIST_WITHDRAW);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "referral.read"))
        call_submit(call, &cmd, referral_changed);
}
