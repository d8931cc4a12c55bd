/* From what happened to what is to be told: the cursor over the journal, and what no event says (nobody saw a
 * request; a feed fell silent). */
#include "notify/notify_state.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "notify/hears.h"
#include "notify/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 100 /* of one step: each is held against each target */
#define SPAN_MAX 20000 /* rows of the journal that one step may pass over */
#define IDLE_SPAN 1000 /* events that nobody is told of, before the cursor is moved for them alone */
#define ROWS_MAX 1000  /* a step that has so many ends early */
#define PAUSE_MS                                                                                             \
    (5 * MS_SECOND) /* after rows that the database refused: a full disk, a lock, a wrong row                \
                     */

struct rows {
    struct outbox_row *list;
    size_t n, cap;
};

/* What is told, before it is known to whom. */
struct telling {
    char key[OUTBOX_KEY_SIZE];
    const char *kind;
    uint64_t seq; /* of its event; 0 = no event says it, and nobody can be told of it later */
    int64_t at_ms;
    struct subject subject;
};

/* ---- who ---- */

/* Who was named for a bridge is told so once, however often its times change: it is the outbox that knows,
 * which keeps the first of a key and target. All else is of its event. */
static void put_key(const struct telling *what, const struct notify_rule *rule, struct outbox_row *r)
{
    if (rule->group == GROUP_WATCHER && what->subject.named_for.v != 0)
        snprintf(r->key, sizeof r->key, "w%" PRIu64, what->subject.named_for.v);
    else
        snprintf(r->key, sizeof r->key, "%s", what->key);
}

static void add_row(const struct notify *n, const struct telling *what, const struct notify_rule *rule,
                    const struct notify_target *t, struct party as, struct rows *out)
{
    struct outbox_row *r = NULL;

    MEM_GROW(out->list, out->n, out->cap);
    r = &out->list[out->n++];
    *r = (struct outbox_row){.target = t->id,
                             .channel = t->channel,
                             .at_ms = what->at_ms,
                             .org = t->org.v != 0 ? t->org : as.org,
                             .next_at_ms = notify_now_ms(n)};
    if (!rules_is_bare(rule->group) && !(rule->group == GROUP_SENDER && what->subject.bare_sender)) {
        r->referral = what->subject.referral;
        r->request = what->subject.request;
        r->pool = what->subject.pool;
    }
    if (t->night_number)
        r->location = as.house;
    put_key(what, rule, r);
    snprintf(r->kind, sizeof r->kind, "%s", what->kind);
    snprintf(r->text, sizeof r->text, "%s", rule->text);
    snprintf(r->state, sizeof r->state, "%.24s", what->subject.state);
}

/* An urgent one is told with the cursor whatever waits, but to a webhook, where all of a target is in order;
 * text messages and calls have an hour at most, so what waits of them has an end by itself. */
static bool is_time_for(struct notify *n, const struct telling *what, const struct notify_target *t)
{
    if (what->seq == 0)
        return true;
    if (t->channel != CHANNEL_WEBHOOK && rules_is_urgent(n->rules, what->kind))
        return n->catching_up == 0;
    return backlog_takes(&n->backlog, t->id, what->seq, n->catching_up);
}

/* A target that two rows of the table mean gets one message: the outbox keeps the first. */
static void tell(struct notify *n, const struct telling *what, struct rows *out)
{
    const struct engine *e = flow_engine(n->parts.flow);
    const struct notify_rule *rule = NULL;

    while ((rule = rules_next(n->rules, what->kind, rule)) != NULL) {
        for (size_t i = 0; i < n->n_targets; i++) {
            const struct notify_target *t = &n->targets[i];
            struct party as = {0};

            if (n->channels[t->channel].on && (rule->channels >> t->channel & 1u) != 0 &&
                hears(e, t, rule->group, &what->subject, &as) &&
                hears_as_lead(t, rule->group, as, n->targets, n->n_targets) && is_time_for(n, what, t))
                add_row(n, what, rule, t, as, out);
        }
    }
}

/* Nobody is told again by itself: a person must ring. */
static void say_given_up(const struct notify *n, const struct event *ev)
{
    if (ev->kind == EV_LEAK_REPEATED && ev->u.leak.is_last && n->catching_up == 0)
        log_error("nobody confirms or withdraws the report of a leak, and nobody is told again",
                  "leak=%" PRIu32 " seq=%" PRIu64, ev->u.leak.leak, ev->seq);
}

static void look_now(struct notify *n, const struct rows *rows)
{
    for (size_t i = 0; i < rows->n; i++)
        n->channels[rows->list[i].channel].look_at_ms = 0;
}

/* ---- the cursor ---- */

/* Only another writer is a reason to stop. What the database refused is tried again for ever, loudly. */
static void on_refused(struct notify *n, enum err trouble)
{
    log_error("what is to be told cannot be written down", "why=%s seq=%" PRIu64, err_name(trouble), n->to);
    if (trouble == ERR_FENCED)
        notify_stop(n);
    else
        n->pause_until_ms = notify_now_ms(n) + PAUSE_MS;
}

static void on_committed(void *ctx, enum err trouble)
{
    struct notify *n = ctx;

    n->advancing = false;
    if (trouble == OK) {
        if (n->catching_up == 0)
            n->told = n->to;
        backlog_kept(&n->backlog);
        for (int c = 0; c < CHANNEL_N; c++)
            n->channels[c].look_at_ms = 0;
    } else {
        backlog_undone(&n->backlog);
        on_refused(n, trouble);
    }
    notify_pump(n);
}

static void commit(struct notify *n, const struct rows *rows)
{
    struct outbox_behind *behind = mem_new(n->backlog.n + 1, sizeof *behind);
    struct outbox_step step = {.rows = rows->list, .n_rows = rows->n, .behind = behind};

    if (n->catching_up != 0)
        backlog_caught_up(&n->backlog, n->catching_up, n->to, n->told);
    else
        step.seq = n->to;
    step.n_behind = backlog_moves(&n->backlog, behind);
    /* If the queue is full, the next tick tries again. */
    n->advancing = n->parts.outbox.commit(n->parts.outbox.ctx, &step, on_committed, n) == OK;
    free(behind);
}

static void on_events(void *ctx, enum err trouble, const struct outbox_event *events, size_t n_events)
{
    struct notify *n = ctx;
    struct rows rows = {0};
    struct event *ev = mem_new(1, sizeof *ev);

    if (trouble != OK) {
        log_error("the journal cannot be read for telling", "why=%s", err_name(trouble));
        n->advancing = false;
        free(ev);
        return;
    }
    if (n_events == EVENTS_MAX)
        n->to = events[n_events - 1].seq;
    for (size_t i = 0; i < n_events; i++) {
        struct telling what = {.at_ms = events[i].at_ms};

        memset(ev, 0, sizeof *ev);
        if (events[i].kind >= EV_N ||
            event_decode(events[i].kind, events[i].clear, (struct bytes){0}, ev) != OK)
            continue; /* of a version that knows more */
        ev->kind = events[i].kind;
        ev->seq = what.seq = events[i].seq;
        ev->at_ms = what.at_ms;
        snprintf(what.key, sizeof what.key, "e%" PRIu64, ev->seq);
        what.kind = name_of_event(flow_engine(n->parts.flow), ev);
        what.subject = subject_of_event(flow_engine(n->parts.flow), ev);
        if (n->parts.people.get != NULL && ev->account.v != 0)
            subject_caused_by(&what.subject, ev, n->parts.people.get(n->parts.people.ctx, ev->account));
        tell(n, &what, &rows);
        say_given_up(n, ev);
        if (rows.n >= ROWS_MAX) {
            n->to = ev->seq;
            break;
        }
    }
    free(ev);
    commit(n, &rows);
    free(rows.list);
}

static void read_events(struct notify *n, uint64_t after, uint64_t upto)
{
    n->to = upto;
    n->advancing = n->parts.outbox.events(n->parts.outbox.ctx, after, upto, rules_kinds(n->rules), EVENTS_MAX,
                                          on_events, n) == OK;
}

/* What a target missed, read again for it alone. */
static void catch_up(struct notify *n, const struct load *l)
{
    uint64_t after = l->from - 1, to = n->told;

    n->catching_up = l->target;
    n->caught_up_last = true;
    backlog_begin(&n->backlog);
    read_events(n, after, to > after + SPAN_MAX ? after + SPAN_MAX : to);
}

static void step_on(struct notify *n)
{
    uint64_t to = n->published;

    n->catching_up = 0;
    n->caught_up_last = false;
    backlog_begin(&n->backlog);
    if (to > n->told + SPAN_MAX)
        to = n->told + SPAN_MAX;
    if (n->wanted > n->told) {
        read_events(n, n->told, to);
    } else {
        n->to = to;
        commit(n, &(struct rows){0});
    }
}

static void next_step(struct notify *n)
{
    bool has_work = n->wanted > n->told || n->published > n->told + IDLE_SPAN;
    unsigned on = 0;
    const struct load *behind = NULL;

    for (unsigned c = 0; c < CHANNEL_N; c++)
        on |= (unsigned)n->channels[c].on << c;
    behind = backlog_next(&n->backlog, on);
    if (behind != NULL && !(has_work && n->caught_up_last))
        catch_up(n, behind);
    else if (has_work)
        step_on(n);
}

static void on_cursor(void *ctx, enum err trouble, uint64_t seq)
{
    struct notify *n = ctx;

    n->cursor_asked = false;
    if (trouble != OK) {
        log_error("cannot see what was told already", "why=%s", err_name(trouble));
        return;
    }
    n->has_cursor = true;
    n->told = seq;
    n->wanted = n->published; /* what happened before we were here may have rows */
    notify_pump(n);
}

/* ---- what no event says ---- */

static void on_noted(void *ctx, enum err trouble)
{
    struct notify *n = ctx;

    if (trouble != OK)
        on_refused(n, trouble);
    if (trouble != OK &&
        !n->stopped) /* which of them it was is not known: those that stand stay as they are */
        unseen_fill(&n->unseen, flow_engine(n->parts.flow));
    notify_pump(n);
}

/* ERR_BUSY: nothing was written. */
static enum err note(struct notify *n, const struct telling *what)
{
    struct rows rows = {0};
    enum err e = OK;

    tell(n, what, &rows);
    if (rows.n > 0)
        e = n->parts.outbox.commit(n->parts.outbox.ctx,
                                   &(struct outbox_step){.rows = rows.list, .n_rows = rows.n}, on_noted, n);
    if (e == OK)
        look_now(n, &rows);
    free(rows.list);
    return e;
}

static void ring_unseen(struct notify *n)
{
    const struct engine *e = flow_engine(n->parts.flow);
    struct request_id id;

    while (unseen_take(&n->unseen, e, &n->settings.unseen, notify_now_ms(n), &id)) {
        struct telling what = {.kind = "request.unseen", .at_ms = notify_now_ms(n)};

        snprintf(what.key, sizeof what.key, "u%" PRIu64, id.v);
        what.subject = subject_of_request(e, id);
        if (note(n, &what) != OK) {
            unseen_add(&n->unseen, id);
            return;
        }
    }
}

void advance_feed(struct notify *n, struct org_id org, const char *channel, int64_t since_ms)
{
    struct telling what = {
        .kind = "feed.silent", .at_ms = notify_now_ms(n), .subject = {.region = REGION_NONE}};

    if (n->stopped)
        return;
    what.subject.provider = org;
    what.subject.state = "silent";
    snprintf(what.key, sizeof what.key, "f%" PRIu32 "-%.8s-%" PRId64, org.v, channel, since_ms);
    if (note(n, &what) != OK)
        log_error("a silent feed could not be told", "org=%u", org.v);
}

/* ---- the door ---- */

void advance_saw(struct notify *n, const struct event *ev)
{
    n->published = ev->seq;
    if (outbox_kinds_has(rules_kinds(n->rules), ev->kind))
        n->wanted = ev->seq;
    if (ev->kind == EV_REQUEST_MADE)
        unseen_add(&n->unseen, ev->u.made.id);
}

void advance(struct notify *n)
{
    if (!n->has_cursor) {
        if (!n->cursor_asked)
            n->cursor_asked = n->parts.outbox.cursor(n->parts.outbox.ctx, on_cursor, n) == OK;
        return;
    }
    if (!n->has_targets || !n->has_loads || notify_now_ms(n) < n->pause_until_ms)
        return;
    if (!n->advancing)
        next_step(n);
    ring_unseen(n);
}
