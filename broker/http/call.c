#include "http/call.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "http/app_state.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/waiting.h"
#include "wire/http_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One call that flow will come back to. Kept in a list of the app, so that what is never called back (flow
 * drops its completions when it is freed) is freed with the app. */
struct waiting {
    struct waiting *prev, *next;
    struct late late;
    late_fn *after;
    int status;         /* of an answer kept back (call_hold); its body is late.json */
    const char *header; /* static text, or NULL */
    char value[80];
    struct reply_document *document; /* the same for bytes; owned, NULL = none */
};

static struct waiting *waiting_add(const struct late *late, late_fn *after)
{
    struct http_app *app = late->app;
    struct waiting *w = mem_new(1, sizeof *w);

    w->late = *late;
    w->after = after;
    w->next = app->waiting;
    if (w->next != NULL)
        w->next->prev = w;
    app->waiting = w;
    return w;
}

/* Take W out of the list and free it; its late, JSON included, goes to the caller. */
static struct late waiting_take(struct waiting *w)
{
    struct late late = w->late;

    if (w->prev != NULL)
        w->prev->next = w->next;
    else
        late.app->waiting = w->next;
    if (w->next != NULL)
        w->next->prev = w->prev;
    free(w);
    return late;
}

static void drop(struct waiting *w)
{
    struct reply_document *d = w->document;
    struct late late = waiting_take(w);

    json_decref(late.json);
    if (d != NULL)
        buf_fini(&d->body);
    free(d);
}

void waiting_free_all(struct http_app *app)
{
    while (app->waiting != NULL)
        drop(app->waiting);
}

static void give_trouble(struct waiting *w, enum err trouble)
{
    struct late late = waiting_take(w);

    json_decref(late.json);
    late.json = NULL;
    reply_trouble(&late, trouble);
}

static void on_submitted(void *ctx, enum err trouble, const struct outcome *outcome)
{
    struct waiting *w = ctx;
    late_fn *after = w->after;
    struct late late;

    if (trouble != OK) {
        give_trouble(w, trouble);
        return;
    }
    late = waiting_take(w);
    if (outcome->refusal == REFUSAL_NONE) {
        late.from_state = true;
        after(&late, outcome);
        return;
    }
    json_decref(late.json);
    late.json = NULL;
    reply_refusal(&late, outcome);
}

static void on_durable(void *ctx, enum err trouble, const struct outcome *outcome)
{
    struct waiting *w = ctx;
    late_fn *after = w->after;
    struct late late;

    (void)outcome;
    if (trouble != OK) {
        give_trouble(w, trouble);
        return;
    }
    late = waiting_take(w);
    late.from_state = true;
    after(&late, NULL);
}

static void on_held(void *ctx, enum err trouble, const struct outcome *outcome)
{
    struct waiting *w = ctx;
    int status = w->status;
    const char *header = w->header;
    char value[sizeof w->value];
    struct late late;

    (void)outcome;
    memcpy(value, w->value, sizeof value);
    late = waiting_take(w);
    json_t *body = late.json;
    late.json = NULL;
    late.from_state = false;
    if (trouble != OK) {
        json_decref(body);
        /* A write itself is durable by now; only what it would show is not. The same key tells. */
        reply_trouble(&late, late.route != NULL && late.route->write ? ERR_DOUBT : trouble);
    } else if (header != NULL) {
        reply_json_with(&late, status, body, header, value);
    } else {
        reply_json(&late, status, body);
    }
}

bool call_hold(const struct late *late, int status, json_t *body, const char *header, const char *value)
{
    const struct flow *f = late->app->parts.flow;
    struct waiting *w;
    enum err e;

    if (!late->from_state || engine_seq(flow_engine(f)) <= flow_published_seq(f))
        return false;
    w = waiting_add(late, NULL);
    w->late.json = body;
    w->status = status;
    w->header = header;
    if (header != NULL)
        snprintf(w->value, sizeof w->value, "%s", value);
    e = flow_when_durable(late->app->parts.flow, on_held, w);
    if (e != OK)
        on_held(w, e, NULL);
    return true;
}

static void on_document_held(void *ctx, enum err trouble, const struct outcome *outcome)
{
    struct waiting *w = ctx;
    struct reply_document *d = w->document;
    struct late late = waiting_take(w);

    (void)outcome;
    late.from_state = false;
    if (trouble == OK) {
        reply_document(&late, d);
    } else {
        reply_trouble(&late, trouble);
        buf_fini(&d->body);
    }
    free(d);
}

bool call_hold_document(const struct late *late, struct reply_document *d)
{
    const struct flow *f = late->app->parts.flow;
    struct waiting *w;
    enum err e;

    if (!late->from_state || engine_seq(flow_engine(f)) <= flow_published_seq(f))
        return false;
    w = waiting_add(late, NULL);
    w->late.json = NULL; /* what was asked stays with the caller */
    w->document = mem_new(1, sizeof *w->document);
    *w->document = *d;
    d->body = (struct buf){0};
    e = flow_when_durable(late->app->parts.flow, on_document_held, w);
    if (e != OK)
        on_document_held(w, e, NULL);
    return true;
}

void call_submit(struct call *call, struct command *cmd, late_fn *after)
{
    struct waiting *w = waiting_add(&call->late, after);
    enum err e;

    call->late.json = NULL;
    cmd->key = call->key;
    cmd->actor = call->late.actor;
    /* Only these draw: each is a call into the kernel. */
    if (cmd->kind == CMD_OPEN_REFERRAL || cmd->kind == CMD_ASK_CONFLICT)
        cmd->draw = crypto_random_u64();
    e = flow_submit(call->late.app->parts.flow, cmd, on_submitted, w);
    if (e != OK)
        give_trouble(w, e);
}

void call_read(struct call *call, late_fn *after)
{
    struct waiting *w = waiting_add(&call->late, after);
    enum err e = flow_when_durable(call->late.app->parts.flow, on_durable, w);

    call->late.json = NULL;
    if (e != OK)
        give_trouble(w, e);
}

/* ---- permission ---- */

/* Is it known to the actor that the object exists? Then 'not allowed' tells nothing new and helps; otherwise
 * it does not exist for them. */
static bool is_known(const struct engine *e, const struct actor *actor, enum action action, uint64_t object)
{
    if (object == 0)
        return true;
    if (action == ACT_REVEAL_LOCATION)
        return may(e, actor, ACT_SEE_REQUEST, object);
    if (action == ACT_SEE_REFERRAL || action == ACT_SEE_NOBED)
        return audience_of_referral(e, actor, (struct referral_id){object}) != SIGHT_NONE;
    return false;
}

bool call_may(struct call *call, enum action action, uint64_t object)
{
    const struct engine *e = app_engine(call->late.app);
    const struct actor *actor = &call->late.actor;
    struct outcome refused = {.refusal = REFUSAL_NOT_ALLOWED};

    if (may(e, actor, action, object))
        return true;
    if (is_known(e, actor, action, object))
        reply_refusal(&call->late, &refused);
    else
        reply_not_found(&call->late);
    return false;
}

/* ---- query ---- */

static void query_fault(struct call *call, const char *name, const char *reason)
{
    char pointer[64];

    snprintf(pointer, sizeof pointer, "query:%s", name);
    json_fault_add(&call->faults, pointer, "%s", reason);
}

uint32_t call_path_id(const struct call *call)
{
    return call->late.id <= UINT32_MAX ? (uint32_t)call->late.id : 0;
}

int64_t call_query_int(struct call *call, const char *name, int64_t min, int64_t max, int64_t fallback)
{
    int64_t v = fallback;
    char reason[120];
    enum err e = http_query_int(call->request->head->query, name, min, max, &v);

    if (e == OK)
        return v;
    if (e != ERR_NOT_FOUND) {
        if (e == ERR_CONFLICT)
            snprintf(reason, sizeof reason, "given more than once");
        else
            snprintf(reason, sizeof reason, "must be a whole number from %lld to %lld", (long long)min,
                     (long long)max);
        query_fault(call, name, reason);
    }
    return fallback;
}

bool call_query_bool(struct call *call, const char *name, bool fallback)
{
    char text[8];
    enum err e = http_query_text(call->request->head->query, name, text, sizeof text);

    if (e == ERR_NOT_FOUND)
        return fallback;
    if (e == OK && strcmp(text, "true") == 0)
        return true;
    if (e == OK && strcmp(text, "false") == 0)
        return false;
    query_fault(call, name, e == ERR_CONFLICT ? "given more than once" : "must be true or false");
    return fallback;
}

const char *call_query_text(struct call *call, const char *name, char *out, size_t size)
{
    enum err e = http_query_text(call->request->head->query, name, out, size);

    if (e == OK)
        return out;
    out[0] = '\0';
    if (e == ERR_CONFLICT)
        query_fault(call, name, "given more than once");
    else if (e == ERR_TOO_BIG)
        query_fault(call, name, "too long");
    else if (e != ERR_NOT_FOUND)
        query_fault(call, name, "not a clean text");
    return out;
}
