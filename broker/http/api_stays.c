/* Stays: the list of an organisation, one stay, and what its house does with it. */
#include "http/route.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"
#include "core/stay/dates.h"
#include "core/stay/stay_rules.h"
#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/need_json.h"
#include "http/view_nobed.h"
#include "http/view_stay.h"

#include <stdio.h>
#include <string.h>

enum { STAYS_LIMIT, STAYS_LIVE, STAYS_LEFT }; /* late.numbers */
enum { STAYS_MAX = 200 };

static bool is_own_stay(const struct engine *e, const struct actor *a, const struct stay *s)
{
    const struct pool_kept *p = engine_pool(e, s->pool);

    if (a->role == ROLE_SHELTER)
        return p->org.v == a->org.v && (a->location.v == 0 || a->location.v == p->location.v);
    return engine_referral(e, s->referral)->org.v == a->org.v;
}

/* Those who left lately are asked for apart: a house reads the return code in that list, since the referral
 * is closed to it. */
static bool is_asked_for(const struct late *late, const struct stay *s)
{
    if (late->numbers[STAYS_LEFT])
        return stay_left_lately(app_engine(late->app), s, app_now_ms(late->app));
    return !late->numbers[STAYS_LIVE] || s->state != STAY_DEPARTED;
}

static bool is_own_bed(const struct engine *e, const struct actor *a, const struct bridge *b)
{
    const struct pool_kept *p = engine_pool(e, engine_request(e, b->request)->pool);

    if (a->role == ROLE_SHELTER)
        return p->org.v == a->org.v && (a->location.v == 0 || a->location.v == p->location.v);
    return engine_referral(e, b->referral)->org.v == a->org.v;
}

/* As is_asked_for, of a bed: its house still says when they left, and who pays. */
static bool is_bed_asked_for(const struct late *late, const struct bridge *b)
{
    const struct request *q = engine_request(app_engine(late->app), b->request);

    if (late->numbers[STAYS_LEFT])
        return !bridge_is_live(b) && app_now_ms(late->app) - q->ended_at_ms < RETURN_CODE_SHOWN_MS;
    return !late->numbers[STAYS_LIVE] || bridge_is_live(b);
}

/* Households in a bed for the meantime: no stays, and their nights are nights. NULL = a reply is under way.
 */
static json_t *bridge_beds(const struct late *late)
{
    const struct engine *e = app_engine(late->app);
    json_t *list = json_array();
    uint64_t shown[STAYS_MAX];
    size_t n = 0;

    for (uint64_t i = engine_bridges(e); i >= 1 && n < (size_t)late->numbers[STAYS_LIMIT]; i--) {
        const struct bridge *b = engine_bridge(e, (struct bridge_id){i});

        if (b->kind != BRIDGE_BED || b->started_at_ms == 0 || !is_own_bed(e, &late->actor, b) ||
            !may(e, &late->actor, ACT_SEE_BRIDGE, i) || !is_bed_asked_for(late, b))
            continue;
        shown[n++] = i;
        json_array_append_new(list, view_bridge(e, &late->actor, b, app_now_ms(late->app)));
    }
    if (late_record_each(late, "bridge.read", shown, n))
        return list;
    json_decref(list);
    return NULL;
}

static void stays_list(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    int64_t now_ms = app_now_ms(late->app);
    json_t *list = json_array(), *o = NULL;
    json_t *beds = NULL;
    uint64_t shown[STAYS_MAX];
    size_t n = 0;
    int64_t total = 0;

    (void)outcome;
    for (uint64_t i = engine_stays(e); i >= 1; i--) {
        const struct stay *s = engine_stay(e, (struct stay_id){i});

        if (!is_own_stay(e, &late->actor, s) || !may(e, &late->actor, ACT_SEE_STAY, i) ||
            !is_asked_for(late, s))
            continue;
        if (total++ >= late->numbers[STAYS_LIMIT])
            continue;
        shown[n++] = i;
        o = view_stay(e, &late->actor, s, false, now_ms);
        if (late->numbers[STAYS_LEFT])
            json_object_set_new(o, "returnCode", view_return_code(e, &late->actor, s, now_ms));
        json_array_append_new(list, o);
    }
    if (late_record_each(late, "stay.read", shown, n))
        beds = bridge_beds(late);
    if (beds != NULL)
        reply_json(
            late, 200,
            json_pack("{s:o, s:I, s:o}", "stays", list, "total", (json_int_t)total, "bridgeBeds", beds));
    else
        json_decref(list);
}

void api_stays_list(struct call *call)
{
    call->late.numbers[STAYS_LIMIT] = call_query_int(call, "limit", 1, STAYS_MAX, 100);
    call->late.numbers[STAYS_LIVE] = call_query_bool(call, "live", true);
    call->late.numbers[STAYS_LEFT] = call_query_bool(call, "left", false);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_STAYS, 0))
        call_read(call, stays_list);
}

static void stay_get(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);

    (void)outcome;
    reply_json(
        late, 200,
        view_stay(e, &late->actor, engine_stay(e, (struct stay_id){late->id}), true, app_now_ms(late->app)));
}

void api_stays_get(struct call *call)
{
    if (call_may(call, ACT_SEE_STAY, call->late.id) && call_record(call, "stay.read"))
        call_read(call, stay_get);
}

/* ---- what the house does ---- */

/* Index + 1 of the code at AT in LIST; 0 after a fault. */
static uint8_t coded(struct call *call, struct json_at at, enum vocab_list list)
{
    int index = vocab_list_find(engine_vocab(app_engine(call->late.app)), list,
                                json_text(at, VOCAB_CODE_SIZE - 1, &call->faults));

    if (index < 0 && json_is_string(at.value))
        json_fault_add(&call->faults, at.pointer, "is not a known code");
    return (uint8_t)(index + 1);
}

static void submit(struct call *call, struct command *cmd)
{
    cmd->actor = call->late.actor;
    cmd->u.stay.stay.v = call->late.id;
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "stay.read")) /* the answer shows the return code */
        call_submit(call, cmd, stay_get);
}

/* NULL if the actor may not see it: then nothing of it is read. */
static const struct stay *seen_stay(const struct call *call)
{
    const struct engine *e = app_engine(call->late.app);

    return may(e, &call->late.actor, ACT_SEE_STAY, call->late.id)
               ? engine_stay(e, (struct stay_id){call->late.id})
               : NULL;
}

void api_stay_departure(struct call *call)
{
    static const char *const fields[] = {"reason", "destination", "leftAt"};
    const struct stay *s = seen_stay(call);
    struct json_at root = json_root(call->body);
    struct command cmd = {.kind = CMD_DEPART, .draw = crypto_random_u64()};

    json_only(root, fields, COUNT_OF(fields), &call->faults);
    cmd.u.stay.reason = coded(call, json_field(root, "reason"), LIST_DEPARTURE);
    cmd.u.stay.destination = coded(call, json_field(root, "destination"), LIST_DESTINATION);
    cmd.u.stay.at_ms =
        call_moment_past(call, json_field(root, "leftAt"),
                         (struct moment_bounds){.arrival_ms = s != NULL ? s->started_at_ms : 0});
    submit(call, &cmd);
}

void api_stay_outflow(struct call *call)
{
    static const char *const fields[] = {"ready", "blockedBy"};
    struct json_at root = json_root(call->body);
    struct json_at block = json_field(root, "blockedBy");
    struct command cmd = {.kind = CMD_STAY_READY};

    json_only(root, fields, COUNT_OF(fields), &call->faults);
    cmd.u.stay.ready = json_bool(json_field(root, "ready"), &call->faults);
    if (json_present(block))
        cmd.u.stay.block = coded(call, block, LIST_OUTFLOW);
    if (json_present(block) && json_is_false(json_field(root, "ready").value))
        json_fault_add(&call->faults, block.pointer, "keeps nobody who is not ready to leave");
    submit(call, &cmd);
}

static int32_t day_of(struct call *call, struct json_at at)
{
    const char *text = json_text(at, DAY_TEXT_SIZE - 1, &call->faults);
    int32_t day = 0;

    if (json_is_string(at.value) && time_day_parse(bytes_of_text(text), &day) != OK)
        json_fault_add(&call->faults, at.pointer, "is no day: 2026-11-21");
    return day;
}

static uint16_t municipality_of(struct call *call, struct json_at at)
{
    const char *text = NULL;
    unsigned number = 0;

    if (!json_present(at))
        return 0;
    text = json_text(at, 6, &call->faults);
    for (int i = 2; strlen(text) == 6 && i < 6; i++)
        number = text[i] >= '0' && text[i] <= '9' ? number * 10 + (unsigned)(text[i] - '0') : 10000;
    if (json_is_string(at.value) &&
        (strncmp(text, "GM", 2) != 0 || number > 9999 ||
         vocab_municipality(engine_vocab(app_engine(call->late.app)), (uint16_t)number) == NULL))
        json_fault_add(&call->faults, at.pointer, "is not the code of a municipality");
    return (uint16_t)(number % 10000);
}

/* The days of which somebody says who paid: from the arrival to the leaving, or today. */
struct paid_days {
    int32_t first, last;
};

/* Of what nothing is known: not of what is to come. */
static struct paid_days any_day(const struct call *call)
{
    return (struct paid_days){INT32_MIN, time_day_nl(app_now_ms(call->late.app))};
}

/* Which stream and which municipality pay from which day of DAYS on, and why. */
static struct funding_span read_span(struct call *call, struct paid_days days)
{
    static const char *const fields[] = {"stream", "municipality", "from", "reason"};
    const struct stay_rules *rules = vocab_stay_rules(engine_vocab(app_engine(call->late.app)));
    struct json_at root = json_root(call->body);
    struct json_at stream = json_field(root, "stream");
    struct funding_span span = {.rule = 0};
    const struct funding_stream *s = NULL;
    const char *code = NULL;

    json_only(root, fields, COUNT_OF(fields), &call->faults);
    int before = call->faults.n;
    span.from_day = day_of(call, json_field(root, "from"));
    bool is_day = call->faults.n == before;
    if (is_day && span.from_day < days.first)
        moment_fault(&call->faults, json_field(root, "from"), MOMENT_BEFORE_ARRIVAL);
    else if (is_day && span.from_day > days.last)
        moment_fault(&call->faults, json_field(root, "from"),
                     days.last < time_day_nl(app_now_ms(call->late.app)) ? MOMENT_AFTER_DEPARTURE
                                                                         : MOMENT_IN_FUTURE);
    span.municipality = municipality_of(call, json_field(root, "municipality"));
    span.reason = coded(call, json_field(root, "reason"), LIST_FUNDING_CHANGE);
    code = json_text(stream, VOCAB_CODE_SIZE - 1, &call->faults);
    s = stay_rules_stream_find(rules, code, is_day ? span.from_day : time_day_nl(app_now_ms(call->late.app)));
    if (s == NULL && json_is_string(stream.value))
        json_fault_add(&call->faults, stream.pointer, "is no stream that counts on that day");
    /* Alone it is a refusal with a text of its own; beside others it is told with them. */
    if (s != NULL && s->municipal && call->faults.n > 0 && !json_present(json_field(root, "municipality")))
        json_fault_add(&call->faults, json_field(root, "municipality").pointer,
                       "is needed: a municipality pays from this stream");
    span.stream = s != NULL ? s->nr : 0;
    return span;
}

void api_stay_funding(struct call *call)
{
    const struct stay *s = seen_stay(call);
    struct paid_days days = any_day(call);
    struct funding_span span;
    struct command cmd = {.kind = CMD_FUND_STAY};

    if (s != NULL)
        days = (struct paid_days){
            time_day_nl(s->started_at_ms),
            time_day_nl(s->state == STAY_DEPARTED ? s->ended_at_ms : app_now_ms(call->late.app))};
    span = read_span(call, days);

    cmd.u.stay.from_day = span.from_day;
    cmd.u.stay.municipality = span.municipality;
    cmd.u.stay.stream = span.stream;
    cmd.u.stay.reason = span.reason;
    submit(call, &cmd);
}

void api_bridge_funding(struct call *call)
{
    const struct engine *e = app_engine(call->late.app);
    const struct bridge *b = may(e, &call->late.actor, ACT_SEE_BRIDGE, call->late.id)
                                 ? engine_bridge(e, (struct bridge_id){call->late.id})
                                 : NULL;
    struct paid_days days = any_day(call);
    struct funding_span span;
    struct command cmd = {.kind = CMD_FUND_BRIDGE, .actor = call->late.actor};

    if (b != NULL && b->started_at_ms != 0)
        days = (struct paid_days){time_day_nl(b->started_at_ms),
                                  bridge_days(e, b, app_now_ms(call->late.app)).end};
    span = read_span(call, days);

    cmd.u.fund_bridge.bridge.v = call->late.id;
    cmd.u.fund_bridge.from_day = span.from_day;
    cmd.u.fund_bridge.municipality = span.municipality;
    cmd.u.fund_bridge.stream = span.stream;
    cmd.u.fund_bridge.reason = span.reason;
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "bridge.read"))
        call_submit(call, &cmd, bridge_changed);
}

void api_stay_return_code(struct call *call)
{
    struct command cmd = {.kind = CMD_GIVE_RETURN_CODE, .draw = crypto_random_u64()};

    json_only(json_root(call->body), NULL, 0, &call->faults);
    submit(call, &cmd);
}

/* ---- when it was so ---- */

/* A place whose moments are corrected; all zero: nothing of it is the actor's to know. */
struct dated_place {
    const struct request *q;
    int64_t started_ms, ended_ms; /* ended: 0 = it is there still */
    int64_t told_ms, end_told_ms;
};

/* The moments that a body names: each by the other one as it will be. */
static struct dates_command read_dates(struct call *call, const struct dated_place *p)
{
    static const char *const fields[] = {"arrivedAt", "leftAt"};
    struct json_at root = json_root(call->body);
    struct json_at came = json_field(root, "arrivedAt"), left = json_field(root, "leftAt");
    struct moment_bounds of_came = {.told_ms = p->told_ms}, of_left = {.told_ms = p->end_told_ms};
    struct dates_command out = {.from_ms = 0};

    json_only(root, fields, COUNT_OF(fields), &call->faults);
    if (!json_present(came) && !json_present(left))
        json_fault_add(&call->faults, came.pointer, "is needed, or leftAt");
    of_came.yes_ms = p->q != NULL ? engine_first_yes_ms(app_engine(call->late.app), p->q) : 0;
    of_came.departure_ms = json_present(left) ? 0 : p->ended_ms;
    out.from_ms = call_moment_past(call, came, of_came);
    of_left.arrival_ms = out.from_ms != 0 ? out.from_ms : p->started_ms;
    out.until_ms = call_moment_past(call, left, of_left);
    return out;
}

void api_stay_moments(struct call *call)
{
    const struct engine *e = app_engine(call->late.app);
    const struct stay *s = seen_stay(call);
    struct command cmd = {.kind = CMD_DATE_NIGHTS, .actor = call->late.actor};
    struct dated_place p = {.q = NULL};

    if (s != NULL)
        p = (struct dated_place){.q = engine_request(e, s->request),
                                 .started_ms = s->started_at_ms,
                                 .ended_ms = s->ended_at_ms,
                                 .told_ms = engine_stay_told_ms(e, s),
                                 .end_told_ms = engine_stay_end_told_ms(e, s)};
    cmd.u.dates = read_dates(call, &p);
    cmd.u.dates.stay.v = call->late.id;
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "stay.read"))
        call_submit(call, &cmd, stay_get);
}

void api_bridge_moments(struct call *call)
{
    const struct engine *e = app_engine(call->late.app);
    const struct bridge *b = may(e, &call->late.actor, ACT_SEE_BRIDGE, call->late.id)
                                 ? engine_bridge(e, (struct bridge_id){call->late.id})
                                 : NULL;
    struct command cmd = {.kind = CMD_DATE_NIGHTS, .actor = call->late.actor};
    struct dated_place p = {.q = b != NULL ? engine_request(e, b->request) : NULL};

    /* Of a bed the newest of what was told counts for both (core/stay/dates.c). */
    if (p.q != NULL && b->started_at_ms != 0)
        p = (struct dated_place){.q = p.q,
                                 .started_ms = b->started_at_ms,
                                 .ended_ms = b->ended_at_ms,
                                 .told_ms = p.q->ended_at_ms,
                                 .end_told_ms = p.q->ended_at_ms};
    cmd.u.dates = read_dates(call, &p);
    cmd.u.dates.bridge.v = call->late.id;
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "bridge.read"))
        call_submit(call, &cmd, bridge_changed);
}

void api_stay_resumption(struct call *call)
{
    struct command cmd = {.kind = CMD_RESUME_STAY};

    json_only(json_root(call->body), NULL, 0, &call->faults);
    submit(call, &cmd);
}

/* ---- a household that comes back ---- */

/* What was told once, for the desk that looks on; what was said to another desk alone (its number, its
 * ground, a consent) is asked anew. */
static json_t *draft_of(const struct engine *e, const struct referral *r, const char *code, int64_t now_ms)
{
    struct need n = r->need;
    json_t *draft = NULL;

    memset(n.callback, 0, sizeof n.callback);
    n.channel = WAY_BACK_PHONE;
    n.anonymous = false;
    n.ground = GROUND_NONE;
    n.ground_at_ms = 0;
    n.mdo_consent = TRI_UNKNOWN;
    snprintf(n.return_code, sizeof n.return_code, "%s", code);
    draft = need_to_json(engine_vocab(e), &n);
    if (r->residence_until_ms != 0 &&
        residence_until_is_valid(n.residence, r->residence_until_ms, now_ms)) /* what passed is asked anew */
        json_object_set_new(draft, "residenceUntil", view_time(r->residence_until_ms));
    return draft;
}

static void return_found(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    const struct stay *s = engine_stay(e, (struct stay_id){(uint64_t)late->numbers[0]});
    const struct referral *r = engine_referral(e, s->referral);
    const struct pool_kept *p = engine_pool(e, s->pool);
    const char *code = engine_return_code(e, s->referral);
    struct referral_id search = engine_household_search(e, s->referral);
    const char *house = audience_of_house_by_code(e, s->id) ? engine_location(e, p->location)->name : NULL;

    (void)outcome;
    reply_json(late, 200,
               json_pack("{s:o, s:s, s:i, s:s?, s:o, s:o, s:o}", "need",
                         draft_of(e, r, code, app_now_ms(late->app)), "kind", kind_code(p->kind), "moves",
                         (int)engine_moves(e, s->referral) + 1, "locationName", house, "leftAt",
                         view_time(s->ended_at_ms), "toldAt", view_time(r->opened_at_ms), "search",
                         search.v != 0 ? view_search(e, &late->actor, search) : json_null()));
}

void api_returns_post(struct call *call)
{
    static const char *const fields[] = {"code"};
    struct json_at root = json_root(call->body);
    const char *code = json_text(json_field(root, "code"), RETURN_CODE_SIZE - 1, &call->faults);
    const struct stay *s = NULL;

    json_only(root, fields, COUNT_OF(fields), &call->faults);
    if (call->faults.n > 0) {
        reply_faults(&call->late, 400, &call->faults);
        return;
    }
    if (!call_return_code(call, code, &s))
        return;
    if (s == NULL) {
        reply_not_found(&call->late);
        return;
    }
    call->late.numbers[0] = (int64_t)s->id.v;
    call_read(call, return_found);
}
