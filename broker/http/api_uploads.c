/* A person brings a file: an adapter reads it by the profile of the organisation, the person sees row by row
 * what it would change, and takes it or not.
 *
 * What may lie between seeing and taking: a colleague or the feed reports something else. The engine judges
 * each row anew by its moment, so what was said later than the file stays, and the row counts as late; a
 * whole file need not be looked through again because one of forty pools got a newer number. One thing is not
 * left to that: a stop that the person was not shown is never lifted by their yes. So they give back the ETag
 * of what they were shown, which holds the stops in force; what colleagues look at meanwhile is no matter. */
#include "http/route.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/hash.h"
#include "base/mem.h"
#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/feed_call.h"
#include "http/reply_table.h"
#include "http/report_json.h"
#include "http/view_feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define CONTENT_MAX ((size_t)700 * 1024)
#define CONTENT_TEXT_MAX ((CONTENT_MAX + 2) / 3 * 4)

enum { TAKEN_HI, TAKEN_LO, TAKEN_BODY, TAKEN_LEFT }; /* late.numbers */

/* The upload of the path, of the asker's organisation; NULL = none for them. */
static struct upload *find_upload(const struct late *late)
{
    struct upload *u = feeds_upload_find(late->app->feeds, late->id);

    return u != NULL && may(app_engine(late->app), &late->actor, ACT_UPLOAD, u->org.v) ? u : NULL;
}

/* ---- bringing ---- */

static void read_content(struct json_at at, struct buf *out, struct json_faults *f)
{
    int before = f->n;
    const char *text = json_text(at, CONTENT_TEXT_MAX, f);

    if (f->n > before)
        return;
    if (crypto_unbase64(bytes_of_text(text), out) != OK)
        json_fault_add(f, at.pointer, "must be base64 (RFC 4648, with padding)");
    else if (out->len == 0)
        json_fault_add(f, at.pointer, "may not be empty");
    else if (out->len > CONTENT_MAX)
        json_fault_add(f, at.pointer, "must be at most %zu bytes", CONTENT_MAX);
}

static void uploaded(const struct late *late, const struct feed_answer *answer)
{
    struct http_app *app = late->app;
    const struct upload *u = feeds_upload_find(app->feeds, answer->id);
    char path[64];

    if (u == NULL) { /* the same key again, long after */
        reply_not_found(late);
        return;
    }
    snprintf(path, sizeof path, "/api/v1/uploads/%" PRIu64, answer->id);
    reply_json_with(late, 201, view_upload(app_engine(app), &late->actor, app->feeds, u, app_now_ms(app)),
                    "Location", path);
}

static void upload(struct call *call, struct bytes content, bool test)
{
    struct http_app *app = call->late.app;
    struct feed_answer answer = {0};
    bool same = false;
    enum err e = OK;

    if (feed_call_is_new(call, &answer, &same)) {
        e = feeds_upload(app->feeds, call->late.actor.org, content, test, app_now_ms(app), &answer.id);
        if (e == OK)
            feed_call_done(call, &answer);
        same = e == OK;
    }
    if (e == ERR_TOO_BIG)
        reply_problem(&call->late, 429, "limit", "A limit is reached",
                      "Three files of your organisation are waiting to be read. Wait for one of them.");
    else if (e != OK)
        reply_problem(&call->late, 503, "busy", "Too busy",
                      "Too many files are waiting to be read. Nothing was kept; try again in a moment.");
    else if (same)
        uploaded(&call->late, &answer);
}

void api_uploads_post(struct call *call)
{
    static const char *const fields[] = {"content", "test"};
    struct json_at root = json_root(call->body), test = json_field(root, "test");
    struct buf content = {0};
    bool is_test = false;

    if (!call_may(call, ACT_UPLOAD, 0))
        return;
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    read_content(json_field(root, "content"), &content, &call->faults);
    is_test = json_present(test) && json_bool(test, &call->faults);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else
        upload(call, buf_view(&content), is_test);
    buf_fini(&content);
}

/* ---- looking ---- */

#define TAG_SIZE 20 /* 16 hexadecimal digits in quotes, and NUL */

/* Of the rows that ACTOR may report and the stops in force on their pools. */
static void preview_tag(const struct http_app *app, const struct actor *actor, const struct upload *u,
                        char out[TAG_SIZE])
{
    const struct engine *e = app_engine(app);
    uint64_t h = hash_combine(u->id, u->read.n_reports);

    for (unsigned i = 0; i < u->read.n_reports; i++) {
        struct stop_now stop = view_stop_now(e, u->read.reports[i].o.pool, app_now_ms(app));

        if (!upload_row_allowed(e, actor, u, i))
            continue;
        h = hash_combine(h, (uint64_t)i << 8 | stop.reason);
        h = hash_combine(h, (uint64_t)stop.until_ms);
    }
    snprintf(out, TAG_SIZE, "\"%016" PRIx64 "\"", h);
}

static void uploads_get(const struct late *late, const struct outcome *outcome)
{
    struct http_app *app = late->app;
    struct upload *u = find_upload(late);
    char tag[TAG_SIZE];

    (void)outcome;
    if (u == NULL) {
        reply_not_found(late);
        return;
    }
    json_t *json = view_upload(app_engine(app), &late->actor, app->feeds, u, app_now_ms(app));
    if (feeds_upload_state(app->feeds, u, app_now_ms(app)) != UPLOAD_READ) {
        reply_json(late, 200, json);
        return;
    }
    u->previewed |= !late->head;
    preview_tag(app, &late->actor, u, tag);
    json_object_set_new(json, "previewTag", json_string(tag));
    reply_json_with(late, 200, json, "ETag", tag);
}

void api_uploads_get(struct call *call)
{
    const struct upload *u = NULL;

    if (!call_may(call, ACT_UPLOAD, 0))
        return;
    u = find_upload(&call->late);
    if (u == NULL)
        reply_not_found(&call->late);
    else if (!u->answered || call_record(call, "upload.read")) /* until then there is nothing to see in it */
        call_read(call, uploads_get);
}

/* ---- taking ---- */

static json_t *result(const struct outcome *o)
{
    return json_pack("{s:i, s:i, s:i}", "applied", (int)o->applied, "late", (int)o->late, "unchanged",
                     (int)o->unchanged);
}

static void upload_taken(const struct late *late, const struct outcome *o)
{
    struct upload *u = feeds_upload_find(late->app->feeds, late->id);

    /* Rows that were left out are for a colleague who may report them; they vouch for all. */
    if (u != NULL && late->numbers[TAKEN_LEFT] == 0) {
        u->taken = true;
        u->taken_key = (struct command_key){.hi = (uint64_t)late->numbers[TAKEN_HI],
                                            .lo = (uint64_t)late->numbers[TAKEN_LO],
                                            .body = (uint64_t)late->numbers[TAKEN_BODY]};
    }
    json_t *json = result(o);
    json_object_set_new(json, "notAllowed", json_integer((json_int_t)late->numbers[TAKEN_LEFT]));
    reply_json(late, 200, json);
}

/* The upload is gone, but the engine remembers what was done under a key: an empty report under it tells. */
static void told_again(const struct late *late, const struct outcome *o)
{
    if (o->applied + o->late > 0)
        reply_json(late, 200, result(o));
    else
        reply_not_found(late);
}

static void tell_again(struct call *call)
{
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = call->late.actor};
    struct observation none = {0};

    cmd.u.report.list = &none;
    if (engine_has_key(app_engine(call->late.app), &call->key, app_now_ms(call->late.app)) &&
        may_command(app_engine(call->late.app), &cmd))
        call_submit(call, &cmd, told_again);
    else
        reply_not_found(&call->late);
}

static bool is_repeat(const struct call *call, const struct upload *u)
{
    return (u->taken && u->taken_key.hi == call->key.hi && u->taken_key.lo == call->key.lo) ||
           engine_has_key(app_engine(call->late.app), &call->key, app_now_ms(call->late.app));
}

/* What the person was shown is what stands now. */
static bool is_as_shown(const struct call *call, const struct upload *u)
{
    struct bytes given;
    char tag[TAG_SIZE];

    preview_tag(call->late.app, &call->late.actor, u, tag);
    return http_head_field(call->request->head, "If-Match", &given) && bytes_equal(given, bytes_of_text(tag));
}

/* May it be taken now? If not, the reason is answered. */
static bool is_takeable(struct call *call, const struct upload *u, int64_t now_ms)
{
    enum upload_state state = feeds_upload_state(call->late.app->feeds, u, now_ms);
    const char *why = NULL;
    struct bytes given;

    if (state == UPLOAD_TAKEN)
        why = "This file was taken already.";
    else if (state != UPLOAD_READ)
        why = "There is nothing to take: the file was not read, or its preview has expired.";
    else if (u->test)
        why = "This was a trial: its numbers are shown, not used.";
    else if (!u->previewed || !http_head_field(call->request->head, "If-Match", &given))
        why = "Look at what it would change first, and give its ETag back with If-Match.";
    if (why != NULL)
        reply_problem(&call->late, 409, "wrong_state", "Past this step", why);
    return why == NULL;
}

/* The rows the actor may report, into LIST; judged one by one, so that each fault has its place. */
static size_t choose(struct call *call, const struct upload *u, struct observation *list,
                     struct outcome *refused)
{
    const struct engine *e = app_engine(call->late.app);
    int64_t now_ms = app_now_ms(call->late.app);
    size_t n = 0;

    for (unsigned i = 0; i < u->read.n_reports; i++) {
        const struct feed_report *r = &u->read.reports[i];
        char pointer[32];

        if (!upload_row_allowed(e, &call->late.actor, u, i))
            continue;
        unsigned faults = is_repeat(call, u)
                              ? 0
                              : observation_faults(&r->o, engine_pool(e, r->o.pool)->units_total, now_ms);
        snprintf(pointer, sizeof pointer, "/preview/%u", i);
        for (unsigned bit = 1; bit <= OBS_TOTAL_ODD; bit <<= 1) {
            if ((faults & bit) != 0)
                json_fault_add(&call->faults, pointer, "%s", reply_observation_text(bit));
        }
        list[n] = r->o;
        list[n].source = SOURCE_HAND; /* a person vouches; the moment stays the file's */
        list[n++].report = report_hash(report_channel(call), bytes_of_text(r->id));
    }
    if (n == 0)
        refused->refusal = REFUSAL_NOT_ALLOWED;
    else if (!is_repeat(call, u) && !is_as_shown(call, u))
        refused->refusal = REFUSAL_STALE_VERSION;
    return n;
}

static void take(struct call *call, const struct upload *u)
{
    struct observation *list = mem_new((size_t)u->read.n_reports + 1, sizeof *list);
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = call->late.actor};
    struct outcome refused = {0};
    size_t n = choose(call, u, list, &refused);

    cmd.u.report.list = list;
    cmd.u.report.n = (uint16_t)n;
    call->late.numbers[TAKEN_HI] = (int64_t)call->key.hi;
    call->late.numbers[TAKEN_LO] = (int64_t)call->key.lo;
    call->late.numbers[TAKEN_BODY] = (int64_t)call->key.body;
    call->late.numbers[TAKEN_LEFT] = (int64_t)(u->read.n_reports - n);
    if (refused.refusal != REFUSAL_NONE)
        reply_refusal(&call->late, &refused);
    else if (call->faults.n > 0)
        reply_faults(&call->late, 422, &call->faults);
    else
        call_submit(call, &cmd, upload_taken);
    free(list);
}

void api_upload_accept(struct call *call)
{
    const struct upload *u = NULL;

    if (!call_may(call, ACT_UPLOAD, 0))
        return;
    json_only(json_root(call->body), NULL, 0, &call->faults);
    if (call->faults.n > 0) {
        reply_faults(&call->late, 400, &call->faults);
        return;
    }
    u = find_upload(&call->late);
    if (u == NULL)
        tell_again(call);
    else if (is_repeat(call, u) || is_takeable(call, u, app_now_ms(call->late.app)))
        take(call, u);
}
