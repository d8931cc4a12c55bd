#include "calls.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "flow/command_copy.h"

#include <stdio.h>
#include <stdlib.h>

/* A client that got no answer at all tries again for so long; keys are remembered for 48 h. */
#define GIVE_UP_MS (40 * MS_HOUR)

struct call {
    uint64_t id; /* 0 = free slot */
    struct command *cmd;
    struct referral_id about;
    int64_t born_ms;
    uint64_t due_step; /* next time it is sent; UINT64_MAX = when a flight comes back */
    unsigned flights;  /* under way in a broker */
    unsigned repeats;  /* how often it asks again after its answer */
    bool answered;
    bool promised; /* the answer is kept under the key: nobody may be told another */
    struct outcome answer;
};

/* One submit that was taken: what flow calls back with. */
struct flight {
    struct calls *calls;
    uint64_t generation;
    size_t slot;
    uint64_t id;
    struct flight *prev, *next;
};

struct calls {
    struct world *w;
    struct rng rng;
    struct call slots[CALLS_MAX];
    size_t open;
    uint64_t next_id;
    struct flight *flights;
};

struct calls *calls_new(struct world *w)
{
    struct calls *c = mem_new(1, sizeof *c);

    c->w = w;
    c->rng = rng_seed(rng_next(&w->rng));
    return c;
}

static void flight_end(struct flight *f)
{
    if (f->prev != NULL)
        f->prev->next = f->next;
    else
        f->calls->flights = f->next;
    if (f->next != NULL)
        f->next->prev = f->prev;
    free(f);
}

void calls_free(struct calls *c)
{
    if (c == NULL)
        return;
    while (c->flights != NULL)
        flight_end(c->flights);
    for (size_t i = 0; i < CALLS_MAX; i++)
        free(c->slots[i].cmd);
    free(c);
}

size_t calls_flying(const struct calls *c, uint64_t generation)
{
    size_t n = 0;

    for (const struct flight *f = c->flights; f != NULL; f = f->next)
        n += f->generation == generation;
    return n;
}

size_t calls_open(const struct calls *c)
{
    return c->open;
}

const char *calls_oldest(const struct calls *c)
{
    const struct call *oldest = NULL;

    for (size_t i = 0; i < CALLS_MAX; i++) {
        const struct call *k = &c->slots[i];

        if (k->id != 0 && !k->answered && (oldest == NULL || k->id < oldest->id))
            oldest = k;
    }
    return oldest != NULL ? command_name(oldest->cmd->kind) : "nothing";
}

bool calls_is_busy(const struct calls *c, struct referral_id about)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        if (c->slots[i].id != 0 && !c->slots[i].answered && c->slots[i].about.v == about.v)
            return true;
    }
    return false;
}

bool calls_begin(struct calls *c, const struct command *cmd, struct referral_id about)
{
    struct call *k = NULL;

    for (size_t i = 0; i < CALLS_MAX && k == NULL; i++) {
        if (c->slots[i].id == 0)
            k = &c->slots[i];
    }
    if (k == NULL)
        return false;
    *k = (struct call){.id = ++c->next_id, .cmd = command_copy(cmd), .about = about, .born_ms = c->w->now_ms};
    k->cmd->key.hi = rng_mix(k->id * 2 + 1);
    k->cmd->key.lo = k->id;
    k->cmd->key.body = rng_mix(k->id * 3 + 7);
    k->due_step = c->w->step;
    if (rng_chance(&c->rng, c->w->plan.repeat))
        k->repeats = 1 + rng_below(&c->rng, 2);
    c->open++;
    return true;
}

static void call_end(struct calls *c, struct call *k)
{
    if (!k->answered)
        c->open--;
    free(k->cmd);
    *k = (struct call){0};
}

/* ---- answers ---- */

/* An answer that no commit stands behind (not found, a report that tells nothing new, or one that was seen in
 * the future) is not kept and a repeat is judged afresh. Of two that were sent at once both answers may come
 * with the commit of the second: then the journal keeps that one, and nobody promised the first. A broker
 * that was taken over from and does not know it yet may still give such an answer out of old state: it can
 * promise nothing, but it can be wrong (README). */
static void check_repeat(struct calls *c, struct call *k, const struct outcome *outcome, bool stalled)
{
    int64_t kept_ms = core_settings_default().keys_age_s * MS_SECOND;

    c->w->trace->counts.repeated++;
    /* A repeat that lay in a queue while time leapt may come when its key is rightly forgotten. */
    if (!k->promised || (stalled && outcome->seq == 0) || c->w->now_ms - k->born_ms > kept_ms)
        return;
    if (!outcome_equal(&k->answer, outcome))
        trace_fail(
            c->w->trace,
            "call %llu '%s': told '%s' (seq %llu), then with the same key '%s' (seq %llu), %lld min old",
            (unsigned long long)k->id, command_name(k->cmd->kind), refusal_code(k->answer.refusal),
            (unsigned long long)k->answer.seq, refusal_code(outcome->refusal),
            (unsigned long long)outcome->seq, (long long)((c->w->now_ms - k->born_ms) / MS_MINUTE));
}

static void count_answer(struct trace_counts *n, const struct call *k, const struct outcome *o)
{
    n->answered++;
    n->refused += o->refusal != REFUSAL_NONE;
    n->late_yes += o->refusal == REFUSAL_LAPSED || o->refusal == REFUSAL_OTHER_WAS_FIRST;
    if (o->refusal != REFUSAL_NONE)
        return;
    n->opened += k->cmd->kind == CMD_OPEN_REFERRAL;
    n->asked += k->cmd->kind == CMD_ASK;
    n->accepted += k->cmd->kind == CMD_ACCEPT;
    n->admitted += k->cmd->kind == CMD_CONFIRM_ARRIVAL;
    n->withdrawn += k->cmd->kind == CMD_WITHDRAW;
}

static void on_answer(struct calls *c, struct call *k, const struct outcome *outcome, bool stalled)
{
    struct world *w = c->w;
    struct outcome kept;

    trace_line(w->trace, "call %llu '%s' answered: %s seq %llu", (unsigned long long)k->id,
               command_name(k->cmd->kind), refusal_code(outcome->refusal), (unsigned long long)outcome->seq);
    w->trace->fingerprint =
        hash_combine(w->trace->fingerprint, outcome->seq << 8 | (uint64_t)outcome->refusal);
    checker_answered(w->checker, k->cmd, outcome);
    if (k->cmd->draw == DRAW_INTRUDER && outcome->refusal == REFUSAL_NONE)
        trace_fail(w->trace, "'%s' was done for somebody who may not", command_name(k->cmd->kind));
    if (k->answered)
        check_repeat(c, k, outcome, stalled);
    else {
        c->open--;
        k->answered = true;
        count_answer(&w->trace->counts, k, outcome);
    }
    if (!k->promised) {
        k->answer = *outcome;
        k->promised = outcome->seq > 0 || (!stalled && checker_knows(w->checker, &k->cmd->key, &kept) &&
                                           outcome_equal(&kept, outcome));
    }
    if (k->repeats > 0) {
        k->repeats--;
        k->due_step = w->step + 1 + rng_below(&c->rng, 200);
    } else
        k->due_step = UINT64_MAX;
}

static void again_later(struct calls *c, struct call *k)
{
    k->due_step = c->w->step + 1 + rng_below(&c->rng, c->w->calm ? 3 : 40);
}

static void on_done(void *ctx, enum err trouble, const struct outcome *outcome)
{
    struct flight *f = ctx;
    struct calls *c = f->calls;
    struct call *k = &c->slots[f->slot];
    struct trace_counts *n = &c->w->trace->counts;
    bool stalled = c->w->active == NULL || c->w->active->generation != f->generation;

    if (k->id != f->id) {
        trace_fail(c->w->trace, "an answer for a call that ended: called back twice?");
        flight_end(f);
        return;
    }
    flight_end(f);
    k->flights--;
    if (trouble == OK)
        on_answer(c, k, outcome, stalled);
    else {
        n->away += trouble == ERR_AWAY;
        n->fenced += trouble == ERR_FENCED;
        if (trouble != ERR_AWAY && trouble != ERR_FENCED)
            trace_fail(c->w->trace, "a completion with '%s'", err_name(trouble));
        again_later(c, k);
    }
}

/* ---- sending ---- */

static void send_to(struct calls *c, struct call *k, struct broker *b, const struct command *cmd)
{
    struct trace_counts *n = &c->w->trace->counts;
    struct flight *f = mem_new(1, sizeof *f);
    enum err e = OK;

    *f = (struct flight){c, b->generation, (size_t)(k - c->slots), k->id, NULL, c->flights};
    e = flow_submit(b->flow, cmd, on_done, f);
    if (e != OK) {
        free(f);
        n->busy += e == ERR_BUSY;
        n->away += e == ERR_AWAY;
        n->fenced += e == ERR_FENCED;
        if (e != ERR_BUSY && e != ERR_AWAY && e != ERR_FENCED)
            trace_fail(c->w->trace, "submit says '%s'", err_name(e));
        if (k->flights == 0)
            again_later(c, k);
        return;
    }
    if (c->flights != NULL)
        c->flights->prev = f;
    c->flights = f;
    k->flights++;
    n->sent++;
    if (k->flights == 1)
        k->due_step = UINT64_MAX;
}

/* Some still have a connection to the broker that was taken over from. */
static struct broker *broker_of(struct calls *c)
{
    if (c->w->stalled != NULL && rng_chance(&c->rng, 300))
        return c->w->stalled;
    return c->w->active;
}

static void other_body_done(void *ctx, enum err trouble, const struct outcome *outcome)
{
    struct world *w = ctx;

    if (trouble == OK && outcome->refusal != REFUSAL_KEY_REUSED && outcome->refusal != REFUSAL_NOT_ALLOWED &&
        outcome->refusal != REFUSAL_NOT_FOUND)
        trace_fail(w->trace, "a key with another body was answered '%s'", refusal_code(outcome->refusal));
}

/* The same key for something else, after its answer is in the journal: nobody may take it for the first. */
static void send_other_body(struct calls *c, const struct call *k, struct broker *b)
{
    struct outcome kept;
    struct command other = *k->cmd;

    if (!checker_knows(c->w->checker, &k->cmd->key, &kept) || b != c->w->active)
        return;
    other.key.body ^= 1;
    if (flow_submit(b->flow, &other, other_body_done, c->w) != OK)
        return; /* busy or away: it was only a try */
}

static void call_send(struct calls *c, struct call *k)
{
    struct broker *b = broker_of(c);
    struct command cmd = *k->cmd;

    if (b == NULL) {
        again_later(c, k);
        return;
    }
    if (c->w->plan.broken == BROKEN_KEY && k->answered)
        cmd.key.lo ^= UINT64_C(1) << 60;
    trace_line(c->w->trace, "call %llu '%s' %s broker %llu", (unsigned long long)k->id,
               command_name(cmd.kind), k->answered ? "again to" : "to", (unsigned long long)b->generation);
    send_to(c, k, b, &cmd);
    if (k->flights > 0 && rng_chance(&c->rng, c->w->plan.twice)) {
        struct broker *other =
            broker_of(c); /* the stalled one may be all there is, and not be chosen again */

        if (other != NULL)
            send_to(c, k, other, &cmd);
    }
    if (k->answered && rng_chance(&c->rng, c->w->plan.other_body))
        send_other_body(c, k, b);
}

void calls_step(struct calls *c)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        struct call *k = &c->slots[i];

        if (k->id == 0 || k->flights > 0)
            continue;
        if (c->w->now_ms - k->born_ms > GIVE_UP_MS || (k->answered && k->due_step == UINT64_MAX))
            call_end(c, k);
        else if (k->due_step <= c->w->step)
            call_send(c, k);
    }
}

void calls_broker_gone(struct calls *c, uint64_t generation)
{
    for (struct flight *f = c->flights, *next = NULL; f != NULL; f = next) {
        struct call *k = &c->slots[f->slot];

        next = f->next;
        if (f->generation != generation)
            continue;
        k->flights--;
        c->w->trace->counts.lost++;
        again_later(c, k);
        flight_end(f);
    }
}
