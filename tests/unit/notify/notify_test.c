/* The room as a whole over an outbox in memory: who is told what, what is given up, and when it stops.
 * Receivers that answer are in tests/integration/48-notify. */
#include "notify/notify.h"

#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "loop/loop.h"
#include "support/exchange.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROWS_KEPT 64
#define EVENTS_KEPT 256

/* ---- an outbox in memory ---- */

struct fake {
    struct event_base *base;
    struct outbox_row rows[ROWS_KEPT];
    size_t n;
    uint64_t cursor;
    struct notify_target targets[64];
    struct outbox_behind behind[64]; /* as it was written last, by target */
    size_t n_targets;
    struct outbox_event events[EVENTS_KEPT];
    struct buf clear[EVENTS_KEPT];
    size_t n_events;
    enum err commit_says;
    unsigned commits, opened, reads;
    char hook[64]; /* where webhooks go; "" = where nobody listens */
    struct later *waiting;
};

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

/* Says busy, or keeps what is asked until the test answers it. */
struct reveal {
    bool keeps;
    revealed_fn *done;
    void *ctx;
};

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

struct scene {
    struct exchange *x;
    struct loop *loop;
    struct flow *flow;
    struct journal_sink sink;
    struct fake fake;
    struct reveal reveal;
    struct notify *notify;
    struct crypto_key key;
    int64_t now_ms; /* the wall clock */
};

static struct wall_ms wall_of(void *ctx)
{
    return (struct wall_ms){((struct scene *)ctx)->now_ms};
}

static struct mono_ms mono_of(void *ctx)
{
    return (struct mono_ms){((struct scene *)ctx)->now_ms};
}

static struct scene *scene_new(void)
{
    struct scene *s = mem_new(1, sizeof *s);
    struct loop_options options = {.clocks = {s, wall_of, mono_of}};

    log_set_level(LOG_ERROR);
    s->x = exchange_new();
    s->loop = loop_new(&options);
    s->fake.base = loop_base(s->loop);
    return s;
}

static void add_target(struct scene *s, uint32_t id, unsigned org, unsigned location, enum channel channel)
{
    struct notify_target *t = &s->fake.targets[s->fake.n_targets++];

    *t = (struct notify_target){.id = id, .org = {org}, .location = {location}, .channel = channel};
    snprintf(t->name, sizeof t->name, "t%u", id);
    t->night_number = channel == CHANNEL_SMS || channel == CHANNEL_VOICE;
}

/* Everything that happened in the exchange lies in the journal: replay it, and begin to tell. */
static void begin(struct scene *s, struct notify_settings *over)
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
                                 .secrets = {.ctx = &s->reveal, .reveal = fake_reveal}};
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

/* Turn for MS of the wall clock, in steps of half a second, a few turns each. */
static void pass(struct scene *s, int64_t ms)
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

static void scene_free(struct scene *s)
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

static size_t count(const struct scene *s, uint32_t target, const char *kind)
{
    size_t n = 0;

    for (size_t i = 0; i < s->fake.n; i++)
        n += s->fake.rows[i].target == target && strcmp(s->fake.rows[i].kind, kind) == 0;
    return n;
}

static void who_is_told(void **state)
{
    struct scene *s = scene_new();
    struct referral_id r = do_open(s->x, VT_OOST, a_need());

    (void)state;
    do_ask_one(s->x, r, POOL_A2); /* of A_ZUID */
    add_target(s, 1, HUIS_A, 0, CHANNEL_MAIL);
    add_target(s, 2, HUIS_A, A_ZUID, CHANNEL_MAIL);
    add_target(s, 3, HUIS_A, A_NOORD, CHANNEL_MAIL);
    add_target(s, 4, HUIS_B, 0, CHANNEL_MAIL);
    add_target(s, 5, 0, 0, CHANNEL_SMS);
    add_target(s, 6, VT_OOST, 0, CHANNEL_WEBHOOK);
    add_target(s, 7, VT_WEST, 0, CHANNEL_WEBHOOK);
    add_target(s, 8, HUIS_A, 0, CHANNEL_WEBHOOK);
    begin(s, NULL);
    pass(s, 1000);
    assert_int_equal(count(s, 1, "request.made"), 1);
    assert_int_equal(count(s, 2, "request.made"), 1);
    assert_int_equal(count(s, 3, "request.made"), 0);
    assert_int_equal(count(s, 4, "request.made"), 0);
    assert_int_equal(count(s, 5, "request.made"), 1);
    assert_int_equal(count(s, 6, "request.made"), 1);
    assert_int_equal(count(s, 6, "referral.opened"), 1);
    assert_int_equal(count(s, 7, "referral.opened") + count(s, 7, "request.made"), 0);
    assert_int_equal(count(s, 8, "request.made"), 1);
    assert_int_equal(count(s, 8, "referral.opened"), 0);
    for (size_t i = 0; i < s->fake.n; i++) {
        if (s->fake.rows[i].target == 5) {
            assert_int_equal(s->fake.rows[i].location.v, A_ZUID);
            assert_int_equal(s->fake.rows[i].org.v, HUIS_A);
        }
    }
    assert_int_equal(s->fake.cursor, s->x->log.n);
    scene_free(s);
}

static void a_channel_that_is_off(void **state)
{
    struct scene *s = scene_new();

    (void)state;
    do_ask_one(s->x, do_open(s->x, VT_OOST, a_need()), POOL_B);
    add_target(s, 1, HUIS_B, 0, CHANNEL_MAIL);
    add_target(s, 2, HUIS_B, 0, CHANNEL_WEBHOOK);
    begin(s, &(struct notify_settings){.signing_key = NULL});
    pass(s, 1000);
    assert_int_equal(count(s, 1, "request.made"), 1);
    assert_int_equal(count(s, 2, "request.made"), 0);
    scene_free(s);
}

static void given_up_after_its_attempts(void **state)
{
    struct scene *s = scene_new();
    int64_t second = 0;

    (void)state;
    do_open(s->x, VT_OOST, a_need());
    add_target(s, 1, VT_OOST, 0, CHANNEL_WEBHOOK);
    begin(s, NULL);
    for (int i = 0; i < 60 && (s->fake.n == 0 || s->fake.rows[0].attempts == 0); i++)
        pass(s, 0);
    assert_int_equal(s->fake.rows[0].attempts, 1);
    assert_string_equal(s->fake.rows[0].trouble, "connect");
    second = s->fake.rows[0].next_at_ms - s->now_ms;
    assert_true(second > -500 * 4 && second <= 1000);
    for (int i = 0; i < 120 && s->fake.rows[0].status == OUTBOX_WAITING; i++)
        pass(s, 0);
    assert_int_equal(s->fake.rows[0].status, OUTBOX_GIVEN_UP);
    assert_int_equal(s->fake.rows[0].attempts, 3);
    assert_int_equal(s->fake.opened, 3);
    scene_free(s);
}

static void a_retired_target(void **state)
{
    struct scene *s = scene_new();

    (void)state;
    do_open(s->x, VT_OOST, a_need());
    add_target(s, 1, VT_OOST, 0, CHANNEL_WEBHOOK);
    begin(s, NULL);
    for (int i = 0; i < 60 && (s->fake.n == 0 || s->fake.rows[0].attempts == 0); i++)
        pass(s, 0);
    s->fake.n_targets = 0;
    notify_refresh(s->notify);
    for (int i = 0; i < 60 && s->fake.rows[0].status == OUTBOX_WAITING; i++)
        pass(s, 0);
    assert_int_equal(s->fake.rows[0].status, OUTBOX_UNNEEDED);
    assert_string_equal(s->fake.rows[0].trouble, "target retired");
    assert_int_equal(s->fake.opened, 1);
    scene_free(s);
}

static void rung_when_unseen(void **state)
{
    struct scene *s = scene_new();
    struct request_id q = do_ask_one(s->x, do_open(s->x, VT_OOST, a_need()), POOL_B);
    struct request_id seen = do_ask_one(s->x, do_open(s->x, VT_OOST, a_need()), POOL_C);

    (void)state;
    do_answer(s->x, CMD_SEE_REQUEST, seen, 0);
    add_target(s, 1, 0, 0, CHANNEL_VOICE);
    begin(s, NULL);
    pass(s, 5000);
    assert_int_equal(count(s, 1, "request.unseen"), 0);
    s->now_ms = s->x->now + MS_MINUTE;
    for (int i = 0; i < 40 && s->fake.n == 0; i++)
        pass(s, 0);
    pass(s, 2000);
    assert_int_equal(s->fake.n, 1);
    assert_int_equal(s->fake.rows[0].request.v, q.v);
    assert_int_equal(s->fake.rows[0].location.v, B_HUIS);
    assert_string_equal(s->fake.rows[0].trouble, "night number away"); /* tried again, as secrets say */
    /* One that waits from before, and was seen meanwhile: nobody is rung out of bed for it. */
    s->fake.rows[1] = s->fake.rows[0];
    s->fake.rows[1].id = 2;
    s->fake.rows[1].request = seen;
    s->fake.rows[1].attempts = 0;
    s->fake.rows[1].next_at_ms = 0;
    s->fake.n = 2;
    for (int i = 0; i < 60 && s->fake.rows[1].status == OUTBOX_WAITING && s->fake.rows[1].attempts == 0; i++)
        pass(s, 0);
    assert_int_equal(s->fake.rows[1].status, OUTBOX_UNNEEDED);
    assert_string_equal(s->fake.rows[1].trouble, "seen meanwhile");
    scene_free(s);
}

static void stops_when_another_broker_writes(void **state)
{
    struct scene *s = scene_new();
    unsigned commits = 0;

    (void)state;
    do_open(s->x, VT_OOST, a_need());
    add_target(s, 1, VT_OOST, 0, CHANNEL_WEBHOOK);
    s->fake.commit_says = ERR_FENCED;
    begin(s, NULL);
    for (int i = 0; i < 20 && s->fake.commits == 0; i++)
        pass(s, 0);
    commits = s->fake.commits;
    assert_int_equal(commits, 1);
    s->fake.commit_says = OK;
    pass(s, 4000);
    assert_int_equal(s->fake.commits, 1);
    assert_int_equal(s->fake.n, 0);
    assert_true(notify_port(s->notify).stats(s->notify).stopped);
    scene_free(s);
}

/* A full disk, a lock, a row that is wrong: no reason to tell nobody anything until somebody restarts us. */
static void refused_rows_are_tried_again(void **state)
{
    struct scene *s = scene_new();
    unsigned commits = 0;

    (void)state;
    do_open(s->x, VT_OOST, a_need());
    add_target(s, 1, VT_OOST, 0, CHANNEL_WEBHOOK);
    s->fake.commit_says = ERR_BAD_INPUT;
    log_set_level((enum log_level) - 1);
    begin(s, NULL);
    for (int i = 0; i < 20 && s->fake.commits == 0; i++)
        pass(s, 0);
    pass(s, 1000);
    assert_int_equal(s->fake.commits, 1); /* not again and again in one turn */
    for (int i = 0; i < 60 && s->fake.commits == 1; i++)
        pass(s, 0);
    commits = s->fake.commits;
    assert_int_equal(commits, 2);
    assert_false(notify_port(s->notify).stats(s->notify).stopped);
    log_set_level(LOG_ERROR);
    s->fake.commit_says = OK;
    for (int i = 0; i < 60 && s->fake.n == 0; i++)
        pass(s, 0);
    assert_int_equal(count(s, 1, "referral.opened"), 1);
    scene_free(s);
}

/* As above, of what no event says. */
static void a_refused_ring_is_tried_again(void **state)
{
    struct scene *s = scene_new();

    (void)state;
    do_ask_one(s->x, do_open(s->x, VT_OOST, a_need()), POOL_B);
    add_target(s, 1, 0, 0, CHANNEL_VOICE);
    begin(s, NULL);
    pass(s, 2000);
    s->fake.commit_says = ERR_BAD_INPUT;
    s->now_ms = s->x->now + MS_MINUTE;
    s->fake.commits = 0;
    log_set_level((enum log_level) - 1);
    for (int i = 0; i < 40 && s->fake.commits == 0; i++)
        pass(s, 0);
    pass(s, 0);
    log_set_level(LOG_ERROR);
    s->fake.commit_says = OK;
    for (int i = 0; i < 60 && s->fake.n == 0; i++)
        pass(s, 0);
    assert_int_equal(count(s, 1, "request.unseen"), 1);
    scene_free(s);
}

static void a_night_number_that_comes_after_the_stop(void **state)
{
    struct scene *s = scene_new();
    struct revealed_location l = {.night_number = "+31 6 12345678"};

    (void)state;
    add_target(s, 1, 0, 0, CHANNEL_VOICE);
    s->reveal.keeps = true;
    s->fake.n = 1;
    s->fake.rows[0] = (struct outbox_row){.id = 1,
                                          .target = 1,
                                          .key = "x",
                                          .kind = "request.made",
                                          .text = "request_unseen",
                                          .channel = CHANNEL_VOICE,
                                          .location = {B_HUIS}};
    begin(s, NULL);
    for (int i = 0; i < 60 && s->reveal.done == NULL; i++)
        pass(s, 0);
    assert_non_null(s->reveal.done);
    log_set_level((enum log_level) - 1);
    s->sink.on_fenced(s->sink.ctx, 9);
    log_set_level(LOG_ERROR);
    for (int i = 0; i < 60 && !notify_port(s->notify).stats(s->notify).stopped; i++)
        pass(s, 0);
    assert_true(notify_port(s->notify).stats(s->notify).stopped);
    s->reveal.done(s->reveal.ctx, OK, &l);
    pass(s, 1000);
    assert_int_equal(s->fake.rows[0].status, OUTBOX_WAITING); /* left to who took over */
    assert_int_equal(s->fake.rows[0].attempts, 0);
    scene_free(s);
}

static void stops_when_flow_is_fenced(void **state)
{
    struct scene *s = scene_new();

    (void)state;
    do_open(s->x, VT_OOST, a_need());
    add_target(s, 1, VT_OOST, 0, CHANNEL_WEBHOOK);
    begin(s, NULL);
    log_set_level((enum log_level) - 1);
    s->sink.on_fenced(s->sink.ctx, 9);
    log_set_level(LOG_ERROR);
    pass(s, 3000);
    assert_int_equal(s->fake.commits, 0);
    assert_int_equal(s->fake.opened, 0);
    scene_free(s);
}

/* So much waits for TARGET, never due. */
static void fill(struct scene *s, uint32_t target, enum channel channel, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct outbox_row *r = &s->fake.rows[s->fake.n++];

        *r = (struct outbox_row){.id = s->fake.n,
                                 .target = target,
                                 .channel = channel,
                                 .key = "x",
                                 .location = {(uint32_t)i},
                                 .next_at_ms = INT64_MAX};
    }
}

static void who_is_full_is_told_later_and_holds_up_nobody(void **state)
{
    struct scene *s = scene_new();
    uint64_t first = 0;

    (void)state;
    first = s->x->log.n + 1;
    do_open(s->x, VT_OOST, a_need());
    do_ask_one(s->x, do_open(s->x, VT_OOST, a_need()), POOL_B);
    add_target(s, 1, VT_OOST, 0, CHANNEL_WEBHOOK);
    add_target(s, 2, VT_OOST, 0, CHANNEL_WEBHOOK);
    add_target(s, 3, HUIS_B, 0, CHANNEL_MAIL);
    fill(s, 1, CHANNEL_WEBHOOK, 8);
    log_set_level((enum log_level) - 1);
    begin(s, &(struct notify_settings){.waiting_max = 8, .signing_key = &s->key});
    pass(s, 3000);
    log_set_level(LOG_ERROR);
    assert_int_equal(s->fake.cursor, s->x->log.n); /* for all others it goes on */
    assert_int_equal(count(s, 1, "referral.opened"), 0);
    assert_int_equal(count(s, 2, "referral.opened"), 2);
    assert_int_equal(count(s, 2, "request.made"), 1);
    assert_int_equal(count(s, 3, "request.made"), 1);
    assert_true(s->fake.behind[1].from >= first && s->fake.behind[1].from <= s->fake.cursor);
    assert_int_equal(s->fake.behind[2].from, 0);
    assert_int_equal(notify_port(s->notify).stats(s->notify).behind, 1);
    /* Not as soon as one is gone, but from half of its share on; then all, in order and once. */
    s->fake.rows[0].status = OUTBOX_DELIVERED;
    pass(s, 3000);
    assert_int_equal(count(s, 1, "referral.opened"), 0);
    for (size_t i = 0; i < 8; i++)
        s->fake.rows[i].status = OUTBOX_DELIVERED;
    for (int i = 0; i < 60 && s->fake.behind[1].from != 0; i++)
        pass(s, 0);
    assert_int_equal(s->fake.behind[1].from, 0);
    assert_int_equal(count(s, 1, "referral.opened"), 2);
    assert_int_equal(count(s, 1, "request.made"), 1);
    assert_int_equal(notify_port(s->notify).stats(s->notify).behind, 0);
    assert_int_equal(s->fake.cursor, s->x->log.n);
    scene_free(s);
}

/* Behind at the start, as another run of the broker left it. */
static void who_was_behind_goes_on_where_it_was(void **state)
{
    struct scene *s = scene_new();

    (void)state;
    do_open(s->x, VT_OOST, a_need());
    add_target(s, 1, VT_OOST, 0, CHANNEL_WEBHOOK);
    s->fake.targets[0].behind_from = s->x->log.n; /* of the last event */
    s->fake.cursor = s->x->log.n;
    begin(s, NULL);
    for (int i = 0; i < 60 && s->fake.n == 0; i++)
        pass(s, 0);
    assert_int_equal(count(s, 1, "referral.opened"), 1);
    pass(s, 1000);
    assert_int_equal(s->fake.n, 1);
    scene_free(s);
}

static void what_is_urgent_is_never_held_back(void **state)
{
    struct scene *s = scene_new();
    struct referral_id r = do_open(s->x, VT_OOST, a_need());

    (void)state;
    do_answer(s->x, CMD_DECLINE, do_ask_one(s->x, r, POOL_B), 1);
    do_answer(s->x, CMD_ACCEPT, do_ask_one(s->x, r, POOL_C), 0);
    add_target(s, 1, VT_OOST, 0, CHANNEL_MAIL);
    add_target(s, 2, 0, 0, CHANNEL_SMS);
    fill(s, 1, CHANNEL_MAIL, 8);
    fill(s, 2, CHANNEL_SMS, 8);
    log_set_level((enum log_level) - 1);
    begin(s, &(struct notify_settings){.waiting_max = 8, .signing_key = &s->key});
    pass(s, 2000);
    log_set_level(LOG_ERROR);
    assert_int_equal(count(s, 1, "request.declined"), 0); /* nobody is rung for it: it waits */
    assert_int_equal(count(s, 1, "request.accepted"), 1);
    assert_int_equal(count(s, 2, "request.made"), 2);
    assert_int_equal(s->fake.behind[2].from, 0);
    /* And once, also when its target catches up. */
    for (size_t i = 0; i < 8; i++)
        s->fake.rows[i].status = OUTBOX_DELIVERED;
    for (int i = 0; i < 60 && count(s, 1, "request.declined") == 0; i++)
        pass(s, 0);
    assert_int_equal(count(s, 1, "request.declined"), 1);
    assert_int_equal(count(s, 1, "request.accepted"), 1);
    scene_free(s);
}

/* A door that never answers: connected, and then nothing. */
static int deaf(struct scene *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, size) == 0 && listen(fd, 128) == 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    snprintf(s->fake.hook, sizeof s->fake.hook, "https://127.0.0.1:%u/x", ntohs(at.sin_port));
    return fd;
}

static void those_that_failed_leave_room(void **state)
{
    struct scene *s = scene_new();
    int fd = deaf(s);

    (void)state;
    for (uint32_t t = 1; t <= 45; t++) { /* the last five were never tried */
        add_target(s, t, VT_OOST, 0, CHANNEL_WEBHOOK);
        fill(s, t, CHANNEL_WEBHOOK, 1);
        s->fake.rows[t - 1].next_at_ms = 0;
        s->fake.rows[t - 1].attempts = t <= 40;
    }
    fill(s, 45, CHANNEL_WEBHOOK, 2); /* two more of a receiver that has one on its way */
    s->fake.rows[45].next_at_ms = s->fake.rows[46].next_at_ms = 0;
    s->fake.rows[45].location = s->fake.rows[46].location = (struct location_id){0};
    begin(s,
          &(struct notify_settings){.connect_ms = 600000, .signing_key = &s->key}); /* none ends meanwhile */
    for (int i = 0; i < 40 && s->fake.opened == 0; i++)
        pass(s, 0);
    pass(s, 0);
    assert_int_equal(s->fake.opened, 32 + 5);
    scene_free(s);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_told),
        cmocka_unit_test(a_channel_that_is_off),
        cmocka_unit_test(given_up_after_its_attempts),
        cmocka_unit_test(a_retired_target),
        cmocka_unit_test(rung_when_unseen),
        cmocka_unit_test(stops_when_another_broker_writes),
        cmocka_unit_test(refused_rows_are_tried_again),
        cmocka_unit_test(a_refused_ring_is_tried_again),
        cmocka_unit_test(a_night_number_that_comes_after_the_stop),
        cmocka_unit_test(stops_when_flow_is_fenced),
        cmocka_unit_test(who_is_full_is_told_later_and_holds_up_nobody),
        cmocka_unit_test(who_was_behind_goes_on_where_it_was),
        cmocka_unit_test(what_is_urgent_is_never_held_back),
        cmocka_unit_test(those_that_failed_leave_room),
    };
    crypto_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
