#include "flow/flow.h"

#include "flow/command_copy.h"
#include "flow/pending.h"
#include "flow/search_again.h"
#include "flow/tail.h"

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUBSCRIBERS_MAX 4

/* Rows handed to the journal in one call: any command with a key goes in one. */
#define APPEND_MAX 1024
_Static_assert(APPEND_MAX >= REPORT_BATCH_MAX + 8, "a report and its key fit in one append");

/* Events published in one deliver: with 1,000 open streams each costs about a million bytes of buffers, so a
 * great commit is spoken over several turns and other work comes in between. */
#define PUBLISH_MAX 4096

/* More than any command but a report or a tick can make: every request of a referral, and its own. */
#define COMMAND_EVENTS_MAX (REFERRAL_REQUESTS_MAX + 8)

/* A host clock that stepped back by more than this is somebody's trouble, not drift. */
#define CLOCK_BACK_WARN_MS 60000

struct queued {
    struct command *cmd; /* owned */
    flow_done_fn *done;
    void *ctx;
};

struct subscriber {
    flow_publish_fn *fn;
    void *ctx;
};

struct flow {
    struct engine *engine;
    struct journal_port port;
    struct flow_limits limits;
    enum flow_state state;
    bool delivering; /* a callback is under way */
    bool clock_warned;
    bool has_turned;
    int64_t now_ms;
    int64_t away_since_ms;

    struct queued *queue; /* ring of limits.queue_max */
    size_t queue_head, queue_n;

    struct tail tail;
    struct pending_list waiting; /* commands decided: each waits for the state it was judged on */
    struct pending_list reads;
    struct pending_list given_up; /* seq 0: told at the next deliver */

    struct search_again *again;

    struct subscriber subscribers[SUBSCRIBERS_MAX];
    size_t n_subscribers;

    struct event_list decided;      /* of the command under way; kept for its memory */
    struct buf clear, private_part; /* of the rows under way */
};

struct flow_limits flow_limits_default(void)
{
    return (struct flow_limits){
        .queue_max = 4096, .undurable_max = 65536, .turn_max = 512, .search_max = 1024, .digest_every = 1000};
}

/* ---- what the journal tells ---- */

static void on_durable(void *ctx, uint64_t seq)
{
    struct flow *f = ctx;

    CHECK(seq >= f->tail.durable && seq <= f->tail.appended);
    f->tail.durable = seq;
}

static void on_away(void *ctx, const char *why)
{
    struct flow *f = ctx;

    if (f->state != FLOW_OK)
        return;
    log_error("journal away: writes are refused", "why=\"%s\" durable=%llu applied=%llu", why,
              (unsigned long long)f->tail.durable, (unsigned long long)engine_seq(f->engine));
    f->state = FLOW_AWAY;
    f->away_since_ms = f->now_ms > 0 ? f->now_ms : 1;
}

static void on_back(void *ctx)
{
    struct flow *f = ctx;

    if (f->state != FLOW_AWAY)
        return;
    log_info("journal back", "away_ms=%lld", (long long)(f->now_ms - f->away_since_ms));
    f->state = FLOW_OK;
    f->away_since_ms = 0;
}

static void on_fenced(void *ctx, uint64_t epoch)
{
    struct flow *f = ctx;

    if (f->state == FLOW_FENCED)
        return;
    log_error("fenced: another broker took over", "epoch=%llu durable=%llu applied=%llu",
              (unsigned long long)epoch, (unsigned long long)f->tail.durable,
              (unsigned long long)engine_seq(f->engine));
    f->state = FLOW_FENCED;
    f->away_since_ms = 0;
}

/* ---- life ---- */

struct flow *flow_new(struct engine *e, const struct journal_port *port, const struct flow_limits *limits)
{
    struct flow *f = mem_new(1, sizeof *f);
    struct journal_sink sink = {f, on_durable, on_away, on_back, on_fenced};

    CHECK(engine_seq(e) == 0);
    CHECK(limits->search_max == 0 || limits->search_max >= SEARCH_POINTS_MIN);
    CHECK(limits->queue_max > 0 && limits->undurable_max > 0 && limits->turn_max > 0);
    f->engine = e;
    f->port = *port;
    f->limits = *limits;
    f->again = search_again_new();
    f->queue = mem_new(limits->queue_max, sizeof *f->queue);
    f->port.set_sink(f->port.ctx, &sink);
    if (f->port.is_away(f->port.ctx)) { /* not connected yet: no news to log */
        f->state = FLOW_AWAY;
        f->away_since_ms = 1;
    }
    return f;
}

static struct queued *queued_at(const struct flow *f, size_t i)
{
    return &f->queue[(f->queue_head + i) % f->limits.queue_max];
}

static struct queued queue_take(struct flow *f)
{
    struct queued q = *queued_at(f, 0);

    f->queue_head = (f->queue_head + 1) % f->limits.queue_max;
    f->queue_n--;
    return q;
}

void flow_free(struct flow *f)
{
    if (f == NULL)
        return;
    CHECK(!f->delivering);
    while (f->queue_n > 0)
        free(queue_take(f).cmd);
    free(f->queue);
    tail_fini(&f->tail);
    pending_fini(&f->waiting);
    pending_fini(&f->reads);
    pending_fini(&f->given_up);
    search_again_free(f->again);
    event_list_fini(&f->decided);
    buf_fini(&f->clear);
    buf_fini(&f->private_part);
    engine_free(f->engine);
    free(f);
}

void flow_subscribe(struct flow *f, flow_publish_fn *fn, void *ctx)
{
    CHECK(f->n_subscribers < SUBSCRIBERS_MAX);
    f->subscribers[f->n_subscribers++] = (struct subscriber){fn, ctx};
}

/* ---- replay ---- */

static enum err replay_bad(const struct journal_row *row, char *why, size_t why_size, const char *what)
{
    snprintf(why, why_size, "row %llu: %s", (unsigned long long)row->seq, what);
    return ERR_BAD_INPUT;
}

enum err flow_replay(struct flow *f, const struct journal_row *row, char *why, size_t why_size)
{
    struct event ev;
    char reason[256] = "";

    CHECK(!f->delivering && tail_applied(&f->tail) == f->tail.published && f->queue_n == 0);
    if (row->seq != engine_seq(f->engine) + 1)
        return replay_bad(row, why, why_size, "the row before it is missing");
    memset(&ev, 0, sizeof ev);
    if (row->kind >= EV_N || event_decode(row->kind, row->clear, row->private_part, &ev) != OK)
        return replay_bad(row, why, why_size, "not an event this version can read");
    ev.kind = row->kind;
    ev.seq = row->seq;
    ev.at_ms = row->at_ms;
    if (event_subject(&ev).v != row->subject.v)
        return replay_bad(row, why, why_size, "sealed under the key of another referral");
    if (engine_replay(f->engine, &ev, reason, sizeof reason) != OK)
        return replay_bad(row, why, why_size, reason);
    if (row->digest != 0 && row->digest != engine_digest(f->engine, false))
        return replay_bad(row, why, why_size, "the state differs from the one that wrote it (digest)");
    tail_restart(&f->tail, row->seq);
    if (f->now_ms < row->at_ms)
        f->now_ms = row->at_ms;
    return OK;
}

/* ---- the door ---- */

/* Trouble that refuses a write at once. The port may know before its sink has told. */
static enum err door(const struct flow *f)
{
    if (f->state == FLOW_FENCED)
        return ERR_FENCED;
    if (f->state == FLOW_AWAY || f->port.is_away(f->port.ctx))
        return ERR_AWAY;
    return OK;
}

enum err flow_submit(struct flow *f, const struct command *cmd, flow_done_fn *done, void *ctx)
{
    enum err e = door(f);

    if (e != OK)
        return e;
    if (f->queue_n >= f->limits.queue_max || f->tail.n >= f->limits.undurable_max ||
        f->waiting.n + f->queue_n >= f->limits.undurable_max)
        return ERR_BUSY;
    f->queue_n++;
    *queued_at(f, f->queue_n - 1) = (struct queued){command_copy(cmd), done, ctx};
    return OK;
}

enum err flow_when_durable(struct flow *f, flow_done_fn *done, void *ctx)
{
    struct pending p = {.seq = tail_applied(&f->tail), .done = done, .ctx = ctx};

    if (f->state == FLOW_FENCED)
        return ERR_FENCED;
    if (f->state == FLOW_AWAY && p.seq > f->tail.durable)
        return ERR_AWAY;
    if (f->reads.n >= f->limits.undurable_max)
        return ERR_BUSY;
    pending_add(&f->reads, &p);
    return OK;
}

/* ---- the turn ---- */

static void clock_read(struct flow *f, int64_t now_ms)
{
    if (now_ms >= f->now_ms) {
        f->now_ms = now_ms;
        f->clock_warned = false;
        return;
    }
    if (f->now_ms - now_ms > CLOCK_BACK_WARN_MS && !f->clock_warned) {
        log_warn("clock stepped back: time stands still until it has caught up", "behind_ms=%lld",
                 (long long)(f->now_ms - now_ms));
        f->clock_warned = true;
    }
}

/* Decide CMD and apply what came of it. Everything happens in the engine and the tail; what is in the tail
 * and not appended goes to the journal at the end of the turn. */
static struct outcome decide(struct flow *f, const struct command *cmd)
{
    struct outcome outcome = {0};

    check_context(command_name(cmd->kind));
    event_list_clear(&f->decided);
    engine_decide(f->engine, cmd, f->now_ms, &f->decided, &outcome);
    for (size_t i = 0; i < f->decided.n; i++) {
        struct event *ev = &f->decided.list[i];
        uint64_t digest = 0;

        ev->seq = engine_seq(f->engine) + 1;
        engine_apply(f->engine, ev);
        search_again_saw(f->again, f->engine, ev);
        if (f->limits.digest_every > 0 && ev->seq % f->limits.digest_every == 0)
            digest = engine_digest(f->engine, false);
        tail_add(&f->tail, ev, digest);
    }
    tail_join(&f->tail, f->decided.n);
    check_context(NULL);
    return outcome;
}

/* One tick a turn: the engine says again when the next is due. */
static void fall_due(struct flow *f)
{
    struct command tick = {.kind = CMD_TICK, .actor = {.role = ROLE_SYSTEM}};

    if (engine_next_due_ms(f->engine) <= f->now_ms && f->tail.n < f->limits.undurable_max)
        decide(f, &tick);
}

static size_t weight_of(const struct command *cmd)
{
    return cmd->kind == CMD_REPORT_CAPACITY ? 1 + (size_t)cmd->u.report.n / 8 : 1;
}

static size_t events_of(const struct command *cmd)
{
    return cmd->kind == CMD_REPORT_CAPACITY ? (size_t)cmd->u.report.n + 8 : COMMAND_EVENTS_MAX;
}

/* True if the next command may be decided now: its events fit under the bound, or nothing is under way that
 * could make room, and the journal took all there was. */
static bool may_decide(const struct flow *f)
{
    return f->queue_n > 0 && f->state == FLOW_OK && f->waiting.n < f->limits.undurable_max &&
           (f->tail.n == 0 || f->tail.n + events_of(queued_at(f, 0)->cmd) <= f->limits.undurable_max);
}

static void decide_queued(struct flow *f)
{
    size_t weight = 0;

    while (weight < f->limits.turn_max && may_decide(f)) {
        struct queued q = queue_take(f);
        struct pending p = {.done = q.done, .ctx = q.ctx};

        p.outcome = decide(f, q.cmd);
        /* Not the outcome's own seq: a refusal or a repeated key rests on all that was applied before it. */
        p.seq = engine_seq(f->engine);
        CHECK(p.outcome.seq <= p.seq);
        if (p.done != NULL)
            pending_add(&f->waiting, &p);
        weight += weight_of(q.cmd);
        free(q.cmd);
    }
}

/* Whom could what came free serve? Each is a command like any other; what it came to is told by its event. */
static void search_again(struct flow *f)
{
    uint32_t points = f->limits.search_max;
    struct command cmd;

    search_again_begin(f->again, f->engine, f->now_ms);
    while (f->tail.n < f->limits.undurable_max &&
           search_again_next(f->again, f->engine, f->now_ms, &points, &cmd))
        decide(f, &cmd);
}

/* Encode N events of the tail from FIRST on and hand them over. */
static enum err append_rows(struct flow *f, uint64_t first, size_t n)
{
    struct journal_row rows[APPEND_MAX];
    size_t clear_at[APPEND_MAX], private_at[APPEND_MAX];

    buf_clear(&f->clear);
    buf_clear(&f->private_part);
    for (size_t i = 0; i < n; i++) {
        const struct tail_entry *t = tail_at(&f->tail, first + i);

        clear_at[i] = f->clear.len;
        private_at[i] = f->private_part.len;
        event_encode(&t->ev, &f->clear, &f->private_part);
        rows[i] = (struct journal_row){.seq = t->ev.seq,
                                       .at_ms = t->ev.at_ms,
                                       .kind = t->ev.kind,
                                       .subject = event_subject(&t->ev),
                                       .digest = t->digest,
                                       .more = t->more && i + 1 < n};
    }
    /* The views come last: the buffers do not move any more. */
    for (size_t i = 0; i < n; i++) {
        size_t clear_end = i + 1 < n ? clear_at[i + 1] : f->clear.len;
        size_t private_end = i + 1 < n ? private_at[i + 1] : f->private_part.len;

        if (clear_end > clear_at[i])
            rows[i].clear = BYTES(f->clear.p + clear_at[i], clear_end - clear_at[i]);
        if (private_end > private_at[i])
            rows[i].private_part = BYTES(f->private_part.p + private_at[i], private_end - private_at[i]);
    }
    return f->port.append(f->port.ctx, rows, n);
}

/* How many of the rows from FIRST on go together: as many as fit and end with a command, so that a journal
 * that has no room for the rest does not keep half of one, whose key would be in the other half. Only a tick
 * can be longer; it has no key, and half of it is as good as a tick that came earlier: it may be parted. */
static size_t whole_commands(const struct flow *f, uint64_t first)
{
    uint64_t left = tail_applied(&f->tail) - first + 1;
    size_t n = left < APPEND_MAX ? (size_t)left : APPEND_MAX, whole = n;

    while (whole > 0 && tail_at(&f->tail, first + whole - 1)->more)
        whole--;
    return whole > 0 ? whole : n;
}

/* Whatever the journal cannot take now stays in the tail and is offered again in the next turn; nothing is
 * decided meanwhile. */
static void append_tail(struct flow *f)
{
    while (f->tail.appended < tail_applied(&f->tail)) {
        size_t n = whole_commands(f, f->tail.appended + 1);
        enum err e = append_rows(f, f->tail.appended + 1, n);

        if (e == ERR_BUSY)
            return;
        CHECK(e == OK);
        f->tail.appended += n;
    }
}

static void give_up(struct flow *f, struct pending p, enum err trouble)
{
    p.seq = 0;
    p.trouble = trouble;
    p.outcome = (struct outcome){0};
    if (p.done != NULL)
        pending_add(&f->given_up, &p);
}

/* What was not decided is told so; what was decided keeps waiting, because it may be durable already. */
static void give_up_undecided(struct flow *f, enum err trouble)
{
    while (f->queue_n > 0) {
        struct queued q = queue_take(f);

        give_up(f, (struct pending){.done = q.done, .ctx = q.ctx}, trouble);
        free(q.cmd);
    }
}

static void give_up_waiting(struct flow *f, struct pending_list *l, enum err trouble)
{
    struct pending_list keep = {0};
    struct pending p;

    while (pending_take(l, UINT64_MAX, &p)) {
        if (p.seq <= f->tail.durable)
            pending_add(&keep, &p);
        else
            give_up(f, p, trouble);
    }
    pending_fini(l);
    *l = keep;
}

/* While the journal is away nothing is decided, so nothing more comes to rest on what may never be durable.
 */
static void turn_without_journal(struct flow *f)
{
    enum err trouble = f->state == FLOW_FENCED ? ERR_FENCED : ERR_AWAY;

    give_up_undecided(f, trouble);
    give_up_waiting(f, &f->reads, trouble);
    if (f->state == FLOW_FENCED)
        give_up_waiting(f, &f->waiting, trouble);
}

void flow_turn(struct flow *f, int64_t now_ms)
{
    CHECK(!f->delivering);
    clock_read(f, now_ms);
    if (f->state != FLOW_OK) {
        turn_without_journal(f);
        return;
    }
    append_tail(f);
    if (!f->has_turned)
        engine_took_up(f->engine, f->now_ms);
    f->has_turned = true;
    if (f->tail.appended == tail_applied(&f->tail)) {
        fall_due(f);
        decide_queued(f);
        if (f->limits.search_max > 0)
            search_again(f);
        append_tail(f);
    }
    f->port.kick(f->port.ctx);
    CHECK(tail_is_sane(&f->tail) && tail_applied(&f->tail) == engine_seq(f->engine));
}

/* ---- deliver ---- */

static void publish(struct flow *f)
{
    for (size_t n = 0; n < PUBLISH_MAX && f->tail.published < f->tail.durable; n++) {
        const struct tail_entry *t = tail_at(&f->tail, f->tail.published + 1);

        for (size_t i = 0; i < f->n_subscribers; i++)
            f->subscribers[i].fn(f->subscribers[i].ctx, f->engine, &t->ev);
        tail_forget_published(&f->tail);
    }
}

static void call_back(struct flow *f, struct pending_list *l, size_t n)
{
    struct pending p;

    for (; n > 0 && pending_take(l, f->tail.published, &p); n--)
        p.done(p.ctx, p.trouble, &p.outcome);
}

void flow_deliver(struct flow *f)
{
    /* Only those that wait now: what a callback begins has its turn in the next deliver. */
    size_t waiting = f->waiting.n, reads = f->reads.n, given_up = f->given_up.n;

    CHECK(!f->delivering);
    f->delivering = true;
    publish(f);
    call_back(f, &f->waiting, waiting);
    call_back(f, &f->reads, reads);
    call_back(f, &f->given_up, given_up);
    f->delivering = false;
}

static bool may_search(const struct flow *f)
{
    return f->limits.search_max > 0 && f->tail.n < f->limits.undurable_max && search_again_has_work(f->again);
}

bool flow_has_work(const struct flow *f)
{
    uint64_t seq = f->tail.published;
    bool speaks = f->tail.published < f->tail.durable || f->given_up.n > 0 ||
                  pending_is_ready(&f->waiting, seq) || pending_is_ready(&f->reads, seq);

    if (f->state == FLOW_OK)
        return speaks || (f->tail.appended == tail_applied(&f->tail) && (may_decide(f) || may_search(f)));
    return speaks || f->queue_n > 0 || f->reads.n > 0 || (f->state == FLOW_FENCED && f->waiting.n > 0);
}

int64_t flow_next_due_ms(const struct flow *f)
{
    int64_t due_ms = 0, stop_ms = 0;

    if (f->state != FLOW_OK || f->tail.appended < tail_applied(&f->tail) ||
        f->tail.n >= f->limits.undurable_max)
        return INT64_MAX;
    due_ms = engine_next_due_ms(f->engine);
    stop_ms = f->limits.search_max > 0 ? search_again_next_ms(f->again) : INT64_MAX;
    return due_ms < stop_ms ? due_ms : stop_ms;
}

/* ---- look ---- */

const struct engine *flow_engine(const struct flow *f)
{
    return f->engine;
}

uint64_t flow_durable_seq(const struct flow *f)
{
    return f->tail.durable;
}

uint64_t flow_published_seq(const struct flow *f)
{
    return f->tail.published;
}

int64_t flow_now_ms(const struct flow *f)
{
    return f->now_ms;
}

enum flow_state flow_state(const struct flow *f)
{
    return f->state;
}

int64_t flow_away_since_ms(const struct flow *f)
{
    return f->away_since_ms;
}
