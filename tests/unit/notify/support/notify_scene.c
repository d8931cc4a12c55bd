#include "support/notify_scene.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- an outbox in memory ---- */

/* Completions come from the loop. */
struct later {
    struct fake *f;
    void (*fn)(struct later *l);
    void *done, *ctx;
    enum channel channel;
    int64_t now_ms;
    uint64_t after, upto;
    struct outbox_kinds kinds;
    struct event *ev;
    struct later *next;
};

static void on_later(evutil_socket_t fd, short what, void *ctx)
{
    struct later *l = ctx, **at = &l->f->waiting;

    (void)fd;
    (void)what;
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    l->fn(l);
    event_free(l->ev);
    free(l);
}

static struct later *later(struct fake *f, void (*fn)(struct later *), void *done, void *ctx)
{
    struct later *l = mem_new(1, sizeof *l);

    l->f = f;
    l->fn = fn;
    l->done = done;
    l->ctx = ctx;
    l->ev = event_new(f->base, -1, 0, on_later, l);
    l->next = f->waiting;
    f->waiting = l;
    event_active(l->ev, EV_TIMEOUT, 0);
    return l;
}

#pragma GCC diagnostic ignored "-Wpedantic" /* a function as void *: for a test */

static void say_done(struct later *l)
{
    if (l->done != NULL)
        ((outbox_done_fn *)l->done)(l->ctx, OK);
}

static void say_commit(struct later *l)
{
    ((outbox_done_fn *)l->done)(l->ctx, l->f->commit_says);
}

static void say_cursor(struct later *l)
{
    ((outbox_cursor_fn *)l->done)(l->ctx, OK, l->f->cursor);
}

static void say_targets(struct later *l)
{
    ((outbox_targets_fn *)l->done)(l->ctx, OK, l->f->targets, l->f->n_targets);
}

static void say_events(struct later *l)
{
    struct outbox_event out[EVENTS_KEPT];
    size_t n = 0;

    for (size_t i = 0; i < l->f->n_events; i++) {
        const struct outbox_event *e = &l->f->events[i];

        if (e->seq > l->after && e->seq <= l->upto && outbox_kinds_has(&l->kinds, e->kind))
            out[n++] = *e;
    }
    l->f->reads++;
    ((outbox_events_fn *)l->done)(l->ctx, OK, out, n);
}

static void say_due(struct later *l)
{
    struct outbox_row out[ROWS_KEPT];
    size_t n = 0;

    for (size_t i = 0; i < l->f->n; i++) {
        const struct outbox_row *r = &l->f->rows[i];

        if (r->status == OUTBOX_WAITING && r->channel == l->channel && r->next_at_ms <= l->now_ms)
            out[n++] = *r;
    }
    ((outbox_rows_fn *)l->done)(l->ctx, OK, out, n);
}

static void say_stats(struct later *l)
{
    struct outbox_stats s = {0};

    for (size_t i = 0; i < l->f->n; i++) {
        s.waiting += l->f->rows[i].status == OUTBOX_WAITING;
        s.given_up += l->f->rows[i].status == OUTBOX_GIVEN_UP;
    }
    ((outbox_stats_fn *)l->done)(l->ctx, OK, &s);
}

static enum err fake_cursor(void *ctx, outbox_cursor_fn *done, void *done_ctx)
{
    later(ctx, say_cursor, (void *)done, done_ctx);
    return OK;
}

static enum err fake_events(void *ctx, uint64_t after, uint64_t upto, const struct outbox_kinds *kinds,
                            unsigned limit, outbox_events_fn *done, void *done_ctx)
{
    struct later *l = later(ctx, say_events, (void *)done, done_ctx);

    (void)limit;
    l->after = after;
    l->upto = upto;
    l->kinds = *kinds;
    return OK;
}

static void say_loads(struct later *l)
{
    struct outbox_load loads[64] = {{0}};

    for (size_t t = 0; t < l->f->n_targets; t++) {
        loads[t].target = l->f->targets[t].id;
        for (size_t i = 0; i < l->f->n; i++)
            loads[t].waiting +=
                l->f->rows[i].target == loads[t].target && l->f->rows[i].status == OUTBOX_WAITING;
    }
    ((outbox_loads_fn *)l->done)(l->ctx, OK, loads, l->f->n_targets);
}

static enum err fake_loads(void *ctx, outbox_loads_fn *done, void *done_ctx)
{
    later(ctx, say_loads, (void *)done, done_ctx);
    return OK;
}

static enum err fake_commit(void *ctx, const struct outbox_step *step, outbox_done_fn *done, void *done_ctx)
{
    struct fake *f = ctx;
    const struct outbox_row *rows = step->rows;
    size_t n = step->n_rows;
    uint64_t seq = step->seq;

    f->commits++;
    for (size_t i = 0; i < step->n_behind && f->commit_says == OK; i++) {
        assert_true(step->behind[i].target < 64);
        f->behind[step->behind[i].target] = step->behind[i];
    }
    for (size_t i = 0; i < n && f->commit_says == OK; i++) {
        size_t at = 0;

        while (at < f->n &&
               (strcmp(f->rows[at].key, rows[i].key) != 0 || f->rows[at].target != rows[i].target ||
                f->rows[at].location.v != rows[i].location.v))
            at++;
        assert_true(at < ROWS_KEPT);
        if (at < f->n)
            continue;
        f->rows[f->n] = rows[i];
        f->rows[f->n].id = f->n + 1;
        f->n++;
    }
    if (seq > f->cursor && f->commit_says == OK)
        f->cursor = seq;
    later(f, say_commit, (void *)done, done_ctx);
    return OK;
}

static enum err fake_due(void *ctx, enum channel channel, int64_t now_ms, unsigned limit,
                         outbox_rows_fn *done, void *done_ctx)
{
    struct later *l = later(ctx, say_due, (void *)done, done_ctx);

    (void)limit;
    l->channel = channel;
    l->now_ms = now_ms;
    return OK;
}

static enum err fake_mark(void *ctx, const struct outbox_row *row, outbox_done_fn *done, void *done_ctx)
{
    struct fake *f = ctx;

    f->rows[row->id - 1] = *row;
    later(f, say_done, (void *)done, done_ctx);
    return OK;
}

static enum err fake_stats(void *ctx, outbox_stats_fn *done, void *done_ctx)
{
    later(ctx, say_stats, (void *)done, done_ctx);
    return OK;
}

static enum err fake_list(void *ctx, struct org_id org, bool given_up_only, unsigned limit,
                          outbox_rows_fn *done, void *done_ctx)
{
    (void)ctx, (void)org, (void)given_up_only, (void)limit, (void)done, (void)done_ctx;
    return ERR_BUSY;
}

static enum err fake_targets(void *ctx, outbox_targets_fn *done, void *done_ctx)
{
    later(ctx, say_targets, (void *)done, done_ctx);
    return OK;
}

static enum err fake_purge(void *ctx, int64_t before_ms, outbox_done_fn *done, void *done_ctx)
{
    (void)before_ms;
    later(ctx, say_done, (void *)done, done_ctx);
    return OK;
}

static enum err fake_open(void *ctx, const struct notify_target *t, char out[TARGET_ADDRESS_SIZE])
{
    struct fake *f = ctx;

    f->opened++;
    snprintf(out, TARGET_ADDRESS_SIZE, "%s",
             t->channel == CHANNEL_MAIL ? "a@b.test"
             : f->hook[0] != '\0'       ? f->hook
                                        : "https://127.0.0.1:1/x");
    return OK;
}

static enum err fake_reveal(void *ctx, struct location_id location, const struct access_entry *entry,
                            revealed_fn *done, void *done_ctx)
{
    struct reveal *r = ctx;

    (void)location, (void)entry;
    if (!r->keeps)
        return ERR_BUSY;
    r->done = done;
    r->ctx = done_ctx;
    return OK;
}

/* ---- a journal that takes nothing ---- */

static void journal_set_sink(void *ctx, const struct journal_sink *sink)
{
    *(struct journal_sink *)ctx = *sink;
}

static enum err journal_append(void *ctx, const struct journal_row *rows, size_t n)
{
    (void)ctx, (void)rows, (void)n;
    return ERR_BUSY;
}

static void journal_kick(void *ctx)
{
    (void)ctx;
}

static bool journal_is_away(void *ctx)
{
    (void)ctx;
    return false;
}

/* ---- a scene ---- */

static struct wall_ms wall_of(void *ctx)
{
    return (struct wall_ms){((struct scene *)ctx)->now_ms};
}

static struct mono_ms mono_of(void *ctx)
{
    return (struct mono_ms){((struct scene *)ctx)->now_ms};
}

struct scene *scene_new(void)
{
    struct scene *s = mem_new(1, sizeof *s);
    struct loop_options options = {.clocks = {s, wall_of, mono_of}};

    log_set_level(LOG_ERROR);
    s->x = exchange_new();
    s->loop = loop_new(&options);
    s->fake.base = loop_base(s->loop);
    return s;
}

void add_target(struct scene *s, uint32_t id, unsigned org, unsigned location, enum channel channel)
{
    struct notify_target *t = &s->fake.targets[s->fake.n_targets++];

    *t = (struct notify_target){.id = id, .org = {org}, .location = {location}, .channel = channel};
    snprintf(t->name, sizeof t->name, "t%u", id);
    t->night_number = channel == CHANNEL_SMS || channel == CHANNEL_VOICE;
}

static const struct account *fake_account(void *ctx, struct account_id id)
{
    const struct scene *s = ctx;

    return id.v != 0 && id.v == s->who.id.v ? &s->who : NULL;
}

void begin(struct scene *s, struct notify_settings *over)
{
    struct journal_port port = {&s->sink, journal_set_sink, journal_append, journal_kick, journal_is_away};
    struct flow_limits limits = flow_limits_default();
    struct notify_settings settings = {
        .rules = PLEK_SOURCE_DIR "/schema/notify/rules.csv",
        .texts = PLEK_SOURCE_DIR "/schema/notify/texts.csv",
        .ca_file = "",
        .smtp_url = "smtp://127.0.0.1:1",
        .smtp_plain = true,
        .smtp_from = "a@b.test",
        .smtp_hello = "x",
        .oin = "00000099000000001000",
        .origin = "https://plek.test",
        .signing_key = &s->key,
        .calm = {{1000, 4000}, 3},
        .urgent = {{1000, 4000}, 3},
        .connect_ms = 1000,
        .total_ms = 2000,
        .waiting_max = 1000,
        .keep_ms = MS_DAY,
        .sms = {"https://127.0.0.1:1/sms", PLEK_SOURCE_DIR "/schema/notify/gateways/generic.json", "t", "f"},
        .voice = {"https://127.0.0.1:1/voice", PLEK_SOURCE_DIR "/schema/notify/gateways/generic.json", "t",
                  "f"}};
    struct notify_parts parts = {.loop = s->loop,
                                 .outbox = {&s->fake, fake_cursor, fake_events, fake_commit, fake_due,
                                            fake_mark, fake_loads, fake_stats, fake_list, fake_targets,
                                            fake_purge, fake_open},
                                 .secrets = {.ctx = &s->reveal, .reveal = fake_reveal},
                                 .people = {.ctx = s, .get = fake_account}};
    char why[300] = "";

    for (int i = 0; i < THREAT_N; i++)
        settings.unseen.ms[i] = MS_MINUTE;
    if (over != NULL && over->waiting_max != 0)
        settings.waiting_max = over->waiting_max;
    if (over != NULL && over->connect_ms != 0)
        settings.connect_ms = settings.total_ms = over->connect_ms;
    if (over != NULL && over->signing_key == NULL)
        settings.signing_key = NULL;
    s->now_ms = s->x->now;
    s->flow = flow_new(engine_new(s->x->vocab, &s->x->settings), &port, &limits);
    for (size_t i = 0; i < s->x->log.n; i++) {
        const struct event *ev = &s->x->log.list[i];
        struct buf private = {0};
        struct journal_row row = {
            .seq = i + 1, .at_ms = ev->at_ms, .kind = ev->kind, .subject = event_subject(ev)};

        event_encode(ev, &s->fake.clear[i], &private);
        row.clear = buf_view(&s->fake.clear[i]);
        row.private_part = buf_view(&private);
        if (flow_replay(s->flow, &row, why, sizeof why) != OK)
            fail_msg("%s", why);
        s->fake.events[i] = (struct outbox_event){i + 1, ev->at_ms, ev->kind, row.clear};
        buf_fini(&private);
    }
    s->fake.n_events = s->x->log.n;
    parts.flow = s->flow;
    if (notify_new(&parts, &settings, &s->notify, why, sizeof why) != OK)
        fail_msg("%s", why);
}

void scene_pass(struct scene *s, int64_t ms)
{
    for (int64_t at = 0; at <= ms; at += 500) {
        for (int i = 0; i < 12; i++) {
            loop_turn(s->loop, 0);
            usleep(500);
        }
        usleep(60000); /* refusals come back over a real socket; the room's own tick is real too */
        s->now_ms += 500;
    }
}

void scene_free(struct scene *s)
{
    notify_free(s->notify);
    while (s->fake.waiting != NULL) {
        struct later *l = s->fake.waiting;

        s->fake.waiting = l->next;
        event_free(l->ev);
        free(l);
    }
    for (size_t i = 0; i < EVENTS_KEPT; i++)
        buf_fini(&s->fake.clear[i]);
    flow_free(s->flow);
    loop_free(s->loop);
    exchange_free(s->x);
    free(s);
}

size_t count(const struct scene *s, uint32_t target, const char *kind)
{
    size_t n = 0;

    for (size_t i = 0; i < s->fake.n; i++)
        n += s->fake.rows[i].target == target && strcmp(s->fake.rows[i].kind, kind) == 0;
    return n;
}
