/* Bridges, check-ins, nights and closing: what a desk does for a household while there is no place. */
#include "http/route.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/need_json.h"
#include "http/view_nobed.h"

#include <inttypes.h>
#include <string.h>

/* ---- reading ---- */

static void nobed_get(const struct late *late, const struct outcome *outcome)
{
    (void)outcome;
    reply_json(late, 200,
               view_nobed(app_engine(late->app), &late->actor, (struct referral_id){late->id},
                          app_now_ms(late->app)));
}

void api_nobed_get(struct call *call)
{
    if (call_may(call, ACT_SEE_NOBED, call->late.id) && call_record(call, "referral.read"))
        call_read(call, nobed_get);
}

/* What rings comes first, then what is waited for next. */
static int64_t order_of(const struct bridge *b)
{
    if (b->state == BRIDGE_ALARM)
        return b->next_ms / 2; /* before all that do not ring */
    return b->next_ms != 0 ? b->next_ms : INT64_MAX;
}

enum { BRIDGES_MAX = 200 };

static void bridges_list(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    const struct bridge *found[BRIDGES_MAX];
    uint64_t shown[BRIDGES_MAX];
    size_t n = 0;
    int64_t total = 0;
    int64_t alarms = 0;
    json_t *list = json_array();
    (void)outcome;
    for (uint64_t i = 1; i <= engine_bridges(e); i++) {
        const struct bridge *b = engine_bridge(e, (struct bridge_id){i});
        size_t at = n;
        if (!bridge_is_live(b) || engine_referral(e, b->referral)->org.v != late->actor.org.v ||
            !may(e, &late->actor, ACT_SEE_NOBED, b->referral.v))
            continue;
        total++;
        alarms += b->state == BRIDGE_ALARM;
        while (at > 0 && order_of(found[at - 1]) > order_of(b))
            at--;
        if (at == BRIDGES_MAX)
            continue;
        n += n < BRIDGES_MAX;
        memmove(&found[at + 1], &found[at], (n - at - 1) * sizeof found[0]);
        found[at] = b;
    }
    for (size_t i = 0; i < n; i++) {
        shown[i] = found[i]->id.v;
        json_array_append_new(list, view_bridge(e, &late->actor, found[i], app_now_ms(late->app)));
    }
    if (late_record_each(late, "bridge.read", shown, n))
        reply_json(late, 200,
                   json_pack("{s:o, s:I, s:I}", "bridges", list, "total", (json_int_t)total, "alarms",
                             (json_int_t)alarms));
    else
        json_decref(list);
}

void api_bridges_list(struct call *call)
{
    if (call_may(call, ACT_SEARCH, 0))
        call_read(call, bridges_list);
}

/* ---- a bridge opened ---- */

static const char *const owner_kinds[] = {"desk", "other"};

/* The desk's own number is in the intake: who owns it need not say it again. Of a referral that the actor may
 * not see nothing is read here: the answer would say that it is there, and whether it has a number. */
static void read_owner(struct call *call, struct json_at at, uint64_t referral, struct bridge_owner *o)
{
    static const char *const fields[] = {"kind", "role", "organisation", "callback"};
    const struct engine *e = app_engine(call->late.app);
    const struct referral *r = NULL;
    struct json_at callback = json_field(at, "callback");
    struct json_faults *f = &call->faults;
    if (may(e, &call->late.actor, ACT_SEE_NOBED, referral))
        r = engine_referral(e, (struct referral_id){referral});
    json_only(at, fields, COUNT_OF(fields), f);
    int kind = json_choice(json_field(at, "kind"), owner_kinds, COUNT_OF(owner_kinds), f);
    o->kind = kind == 1 ? BRIDGE_OWNER_OTHER : BRIDGE_OWNER_DESK;
    o->account = call->late.actor.account;
    if (json_present(json_field(at, "role")) || kind == 1) {
        int role = json_choice(json_field(at, "role"), bridge_owner_role_codes(), BRIDGE_ROLE_N, f);
        o->role = role < 0 ? BRIDGE_ROLE_DESK : (enum bridge_owner_role)role;
    }
    if (json_present(json_field(at, "organisation")) || kind == 1) {
        const char *text = json_text(json_field(at, "organisation"), sizeof o->org - 1, f);
        memcpy(o->org, text, strlen(text) + 1);
        if (text[0] == '\0' && json_is_string(json_field(at, "organisation").value))
            json_fault_add(f, json_field(at, "organisation").pointer, "must name the organisation");
    }
    if (json_present(callback)) {
        const char *text = json_text(callback, sizeof o->callback - 1, f);
        if (phone_is_valid(text))
            memcpy(o->callback, text, strlen(text) + 1);
        else if (json_is_string(callback.value))
            json_fault_add(f, callback.pointer,
                           "must be a telephone number of 6 to 23 digits, spaces, + and -");
    } else if (kind == 0 && r != NULL && r->need.callback[0] != '\0') {
        memcpy(o->callback, r->need.callback, sizeof o->callback);
    } else if (kind >= 0) {
        json_fault_add(f, callback.pointer, "is needed: the number at which the safety owner is rung");
    }
}

static void read_times(struct call *call, struct json_at at, struct bridge_wish *w)
{
    int64_t now = app_now_ms(call->late.app);
    size_t n = json_list(at, BRIDGE_TIMES_MAX, &call->faults);
    for (size_t i = 0; i < n; i++) {
        struct json_at item = json_item(at, i);
        int before = call->faults.n;
        w->times_ms[i] = json_time(item, &call->faults);
        if (call->faults.n == before && w->times_ms[i] <= (i > 0 ? w->times_ms[i - 1] : now))
            json_fault_add(&call->faults, item.pointer, "must lie after now and after the one before it");
        else if (call->faults.n == before && w->times_ms[i] > now + BRIDGE_UNTIL_MAX_DAYS * MS_DAY)
            json_fault_add(&call->faults, item.pointer, "must lie within the next 35 days");
    }
    w->n_times = (uint8_t)n;
}

/* A moment ahead, not further than a bridge can last. */
static int64_t read_until(struct call *call, struct json_at at)
{
    int64_t now = app_now_ms(call->late.app);
    int before = call->faults.n;
    int64_t until = json_time(at, &call->faults);
    if (call->faults.n == before && (until <= now || until > now + BRIDGE_UNTIL_MAX_DAYS * MS_DAY))
        json_fault_add(&call->faults, at.pointer, "must lie within the next 35 days");
    return until;
}

/* Since when an order is in force: its usual term, and no longer ago. */
static int64_t read_imposed(struct call *call, struct json_at at)
{
    const struct engine *e = app_engine(call->late.app);
    int64_t now = app_now_ms(call->late.app);
    int64_t usual = engine_settings(e)->order_minutes * MS_MINUTE;
    int before = call->faults.n;
    int64_t imposed = json_time(at, &call->faults);
    if (call->faults.n == before && (imposed > now || imposed <= now - usual))
        moment_fault(&call->faults, at, imposed > now ? MOMENT_IN_FUTURE : MOMENT_ORDER_TOO_OLD);
    return imposed;
}

/* Since when an order is counted if nobody says: its clock knows, else from STARTED_MS, 0 = from now. */
static int64_t counted_since(const struct call *call, struct referral_id referral, int64_t started_ms)
{
    const struct engine *e = app_engine(call->late.app);
    const struct stay_clock *c = engine_order_clock(e, referral);
    bool counts = c != NULL && c->state != CLOCK_STOPPED && c->runs_out_ms > app_now_ms(call->late.app);
    return counts ? c->started_at_ms : started_ms;
}

/* An order ends within four weeks of its imposition, IMPOSED. */
static void check_order(struct call *call, struct json_at at, int64_t imposed, int64_t until)
{
    const struct engine *e = app_engine(call->late.app);
    int64_t now = app_now_ms(call->late.app);
    if (until > (imposed != 0 ? imposed : now) + engine_order_longest_ms(e, now))
        json_fault_add(&call->faults, at.pointer, "must lie within 28 days of when the order was imposed");
}

/* A place where people sleep for a night: index + 1, 0 after a fault. */
static uint8_t read_slept(struct call *call, struct json_at at)
{
    const struct vocab *v = engine_vocab(app_engine(call->late.app));
    int index = vocab_list_find(v, LIST_DESTINATION, json_text(at, VOCAB_CODE_SIZE - 1, &call->faults));
    if (json_is_string(at.value) && (index < 0 || !vocab_destination_slept(v, (uint8_t)(index + 1)))) {
        json_fault_add(&call->faults, at.pointer, "is not a place where people sleep for a night");
        return 0;
    }
    return (uint8_t)(index + 1);
}

static void read_wish(struct call *call, struct bridge_wish *w)
{
    static const char *const fields[] = {"kind",         "active", "slept",   "owner",
                                         "everyMinutes", "times",  "untilAt", "imposedAt"};
    struct json_at root = json_root(call->body);
    struct json_at own = json_field(root, "owner");
    struct json_faults *f = &call->faults;
    json_only(root, fields, COUNT_OF(fields), f);
    /* A bed is asked for as a request. */
    int kind = json_choice(json_field(root, "kind"), bridge_kind_codes(), BRIDGE_BED, f);
    w->kind = kind < 0 ? BRIDGE_NETWORK : (enum bridge_kind)kind;
    w->active = !json_present(json_field(root, "active")) || json_bool(json_field(root, "active"), f);
    if (json_present(json_field(root, "slept")))
        w->slept = read_slept(call, json_field(root, "slept"));
    if (json_present(own))
        read_owner(call, own, call->late.id, &w->owner);
    else if (kind >= 0 && bridge_needs_owner(w->kind))
        json_fault_add(f, own.pointer, "is needed: who answers for the household's safety");
    if (json_present(json_field(root, "everyMinutes")))
        w->every_minutes =
            (uint16_t)json_int(json_field(root, "everyMinutes"), BRIDGE_EVERY_MIN, BRIDGE_EVERY_MAX, f);
    if (json_present(json_field(root, "times")))
        read_times(call, json_field(root, "times"), w);
    if (json_present(json_field(root, "untilAt")))
        w->until_ms = read_until(call, json_field(root, "untilAt"));
    if (json_present(json_field(root, "imposedAt"))) {
        w->imposed_ms = read_imposed(call, json_field(root, "imposedAt"));
        if (kind >= 0 && (w->kind != BRIDGE_ORDER || !w->active))
            json_fault_add(f, json_field(root, "imposedAt").pointer,
                           "is for a barring order that was imposed");
    }
    if (w->kind == BRIDGE_ORDER && w->active && w->until_ms != 0) {
        int64_t imposed = w->imposed_ms;
        if (imposed == 0 && may(app_engine(call->late.app), &call->late.actor, ACT_SEE_NOBED, call->late.id))
            imposed = counted_since(call, (struct referral_id){call->late.id}, 0);
        check_order(call, json_field(root, "untilAt"), imposed, w->until_ms);
    }
    if ((w->every_minutes != 0 || w->n_times != 0) && !json_present(own) && !bridge_needs_owner(w->kind))
        json_fault_add(f, own.pointer, "is needed where the household checks in");
}

static void bridge_made(const struct late *late, const struct outcome *o)
{
    const struct engine *e = app_engine(late->app);
    char path[64];
    snprintf(path, sizeof path, "/api/v1/referrals/%" PRIu64 "/bridges", o->referral.v);
    reply_json_with(
        late, 201,
        view_bridge(e, &late->actor, engine_bridge(e, (struct bridge_id){o->made}), app_now_ms(late->app)),
        "Location", path);
}

void api_bridges_post(struct call *call)
{
    struct command cmd = {.kind = CMD_OPEN_BRIDGE, .actor = call->late.actor};
    struct bridge_wish wish;
    memset(&wish, 0, sizeof wish);
    read_wish(call, &wish);
    cmd.u.open_bridge.referral.v = call->late.id;
    cmd.u.open_bridge.wish = &wish;
    /* Who may not is told that by the core, whatever else is wrong with what was asked. */
    if (call->faults.n > 0 && may_command(app_engine(call->late.app), &cmd))
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "referral.read"))
        call_submit(call, &cmd, bridge_made);
}

/* ---- what follows ---- */

void bridge_changed(const struct late *late, const struct outcome *o)
{
    const struct engine *e = app_engine(late->app);
    (void)o;
    reply_json(
        late, 200,
        view_bridge(e, &late->actor, engine_bridge(e, (struct bridge_id){late->id}), app_now_ms(late->app)));
}

static void submit_bridge(struct call *call, struct command *cmd)
{
    cmd->actor = call->late.actor;
    cmd->u.bridge.bridge.v = call->late.id;
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "bridge.read"))
        call_submit(call, cmd, bridge_changed);
}

static void about_bridge(struct call *call, enum command_kind kind, int64_t until_ms, int code)
{
    struct command cmd = {.kind = kind};
    cmd.u.bridge.until_ms = until_ms;
    cmd.u.bridge.code = (uint8_t)(code < 0 ? 0 : code);
    submit_bridge(call, &cmd);
}

/* What an order alone has. Of a bridge that the actor may not see nothing is read here. */
static void check_start(struct call *call, struct json_at until, struct json_at imposed, struct command *cmd)
{
    const struct engine *e = app_engine(call->late.app);
    const struct bridge *b = may(e, &call->late.actor, ACT_SEE_BRIDGE, call->late.id)
                                 ? engine_bridge(e, (struct bridge_id){call->late.id})
                                 : NULL;
    if (b == NULL)
        return;
    if (b->kind != BRIDGE_ORDER) {
        if (json_present(until))
            json_fault_add(&call->faults, until.pointer, "is for a barring order");
        if (json_present(imposed))
            json_fault_add(&call->faults, imposed.pointer, "is for a barring order");
        return;
    }
    if (json_present(imposed) && b->started_at_ms != 0)
        json_fault_add(&call->faults, imposed.pointer, "is known already");
    if (cmd->u.bridge.until_ms != 0)
        check_order(call, until,
                    cmd->u.bridge.imposed_ms != 0 ? cmd->u.bridge.imposed_ms
                                                  : counted_since(call, b->referral, b->started_at_ms),
                    cmd->u.bridge.until_ms);
}

void api_bridge_start(struct call *call)
{
    static const char *const fields[] = {"untilAt", "imposedAt"};
    struct json_at root = json_root(call->body);
    struct json_at until = json_field(root, "untilAt"), imposed = json_field(root, "imposedAt");
    struct command cmd = {.kind = CMD_START_BRIDGE};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    if (json_present(until))
        cmd.u.bridge.until_ms = read_until(call, until);
    if (json_present(imposed))
        cmd.u.bridge.imposed_ms = read_imposed(call, imposed);
    check_start(call, until, imposed, &cmd);
    submit_bridge(call, &cmd);
}

/* Another safety owner, other moments of checking in. */
void api_bridge_watch(struct call *call)
{
    static const char *const fields[] = {"owner", "everyMinutes", "times"};
    const struct engine *e = app_engine(call->late.app);
    const struct bridge *b = engine_bridge(e, (struct bridge_id){call->late.id});
    struct json_at root = json_root(call->body);
    struct command cmd = {.kind = CMD_CHANGE_BRIDGE, .actor = call->late.actor};
    struct bridge_wish wish;
    memset(&wish, 0, sizeof wish);
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    read_owner(call, json_field(root, "owner"), b != NULL ? b->referral.v : 0, &wish.owner);
    if (json_present(json_field(root, "everyMinutes")))
        wish.every_minutes = (uint16_t)json_int(json_field(root, "everyMinutes"), BRIDGE_EVERY_MIN,
                                                BRIDGE_EVERY_MAX, &call->faults);
    if (json_present(json_field(root, "times")))
        read_times(call, json_field(root, "times"), &wish);
    cmd.u.open_bridge.bridge.v = call->late.id;
    cmd.u.open_bridge.wish = &wish;
    if (call->faults.n > 0 && may_command(e, &cmd))
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "bridge.read"))
        call_submit(call, &cmd, bridge_changed);
}

/* On the way to a bridge bed, and when they are expected there, if somebody knows. */
void api_bridge_travel(struct call *call)
{
    static const char *const fields[] = {"etaAt"};
    struct json_at root = json_root(call->body);
    struct json_at at = json_field(root, "etaAt");
    int64_t now = app_now_ms(call->late.app);
    int64_t eta = 0;
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    int before = call->faults.n;
    if (json_present(at))
        eta = json_time(at, &call->faults);
    if (json_present(at) && call->faults.n == before &&
        (eta < now - MS_HOUR || eta > now + BRIDGE_JOURNEY_MAX_MS))
        json_fault_add(&call->faults, at.pointer, "must lie within the next two days");
    about_bridge(call, CMD_BRIDGE_TRAVEL, eta, 0);
}

/* The one field of the body, which names one of CODES. */
static int read_code(struct call *call, const char *name, const char *const *codes, int n)
{
    const char *const fields[] = {name};
    struct json_at root = json_root(call->body);
    json_only(root, fields, 1, &call->faults);
    return json_choice(json_field(root, name), codes, n, &call->faults);
}

void api_bridge_check_in(struct call *call)
{
    about_bridge(call, CMD_CHECK_IN, 0, read_code(call, "result", bridge_check_codes(), BRIDGE_CHECK_N));
}

/* When they left is told of a bed that they reached. */
static int64_t left_at(struct call *call, struct json_at at)
{
    const struct engine *e = app_engine(call->late.app);
    const struct bridge *b = may(e, &call->late.actor, ACT_SEE_BRIDGE, call->late.id)
                                 ? engine_bridge(e, (struct bridge_id){call->late.id})
                                 : NULL;
    if (b != NULL && json_present(at) && (b->kind != BRIDGE_BED || b->started_at_ms == 0)) {
        json_fault_add(&call->faults, at.pointer, "is for a bridge bed that was reached");
        return 0;
    }
    return call_moment_past(call, at, (struct moment_bounds){.arrival_ms = b != NULL ? b->started_at_ms : 0});
}

void api_bridge_end(struct call *call)
{
    static const char *const fields[] = {"reason", "leftAt"};
    struct json_at root = json_root(call->body);
    struct command cmd = {.kind = CMD_END_BRIDGE};
    int code = 0;
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    /* Behind the first, which is none. */
    code = json_choice(json_field(root, "reason"), bridge_end_codes() + 1, BRIDGE_END_N - 1, &call->faults);
    cmd.u.bridge.code = (uint8_t)(code < 0 ? 0 : code + 1);
    cmd.u.bridge.at_ms = left_at(call, json_field(root, "leftAt"));
    submit_bridge(call, &cmd);
}

/* ---- nights, and the end ---- */

static void about_night(struct call *call, enum command_kind kind)
{
    static const char *const fields[] = {"date", "slept", "reason"};
    const struct vocab *v = engine_vocab(app_engine(call->late.app));
    struct json_at root = json_root(call->body);
    struct json_at date = json_field(root, "date");
    struct json_at reason = json_field(root, "reason");
    struct json_faults *f = &call->faults;
    struct command cmd = {.kind = kind, .actor = call->late.actor};
    struct night *n = &cmd.u.night.night;
    bool may_see = may(app_engine(call->late.app), &call->late.actor, ACT_SEE_NOBED, call->late.id);
    const struct referral *r =
        may_see ? engine_referral(app_engine(call->late.app), (struct referral_id){call->late.id}) : NULL;
    json_only(root, fields, COUNT_OF(fields), f);
    n->day = day_parse(json_text(date, 10, f));
    if (json_is_string(date.value) && (n->day < 0 || n->day > app_now_ms(call->late.app) / MS_DAY + 1))
        json_fault_add(f, date.pointer, "must be a date like 2026-11-25, not one that is still to come");
    else if (json_is_string(date.value) && r != NULL && n->day < r->opened_at_ms / MS_DAY - NIGHTS_BEFORE)
        json_fault_add(f, date.pointer, "must lie at most a year before the referral was opened");
    n->slept = read_slept(call, json_field(root, "slept"));
    if (json_present(reason) || kind == CMD_CLOSE_REFERRAL) {
        int index = vocab_list_find(v, LIST_UNPLACED, json_text(reason, VOCAB_CODE_SIZE - 1, f));
        if (index < 0 && json_is_string(reason.value))
            json_fault_add(f, reason.pointer, "is not a known reason");
        n->reason = (uint8_t)(index + 1);
    }
    cmd.u.night.referral.v = call->late.id;
    if (f->n > 0)
        reply_faults(&call->late, 400, f);
    else if (call_record(call, "referral.read"))
        call_submit(call, &cmd, nobed_get);
}

void api_nights_post(struct call *call)
{
    about_night(call, CMD_NOTE_NIGHT);
}

void api_closure_post(struct call *call)
{
    about_night(call, CMD_CLOSE_REFERRAL);
}
