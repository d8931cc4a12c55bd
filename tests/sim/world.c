#include "world.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "calls.h"
#include "people.h"
#include "viewers.h"
#include "vocabulary.h"

#include <stdlib.h>
#include <string.h>

#define START_MS INT64_C(1790000000000) /* an evening in September 2026 */

/* How often the costly checks are made, in steps. */
#define FACTS_EVERY 512
#define INVARIANTS_EVERY 64

/* A broker that was taken over from and has nothing to commit is ended by its lease after so many steps. */
#define STALLED_STEPS 60

/* Within so many calm steps everything must be over: a dead broker starts, connections come back, and each
 * referral gets its few tries, each a handful of steps. Under the tightest bounds one command goes through in
 * a step, and a stay makes several events: so many, though most nights need a tenth. */
#define CALM_STEPS 6000

/* ---- brokers ---- */

static void on_published(void *ctx, const struct engine *e, const struct event *ev)
{
    struct broker *b = ctx;
    struct world *w = b->world;

    if (ev->seq != b->published + 1)
        trace_fail(w->trace, "broker %llu published %llu after %llu", (unsigned long long)b->generation,
                   (unsigned long long)ev->seq, (unsigned long long)b->published);
    b->published = ev->seq;
    if (b == w->active)
        people_published(w->people, e, ev);
    if (w->plan.broken == BROKEN_LOST_ANSWER) /* there the answers themselves must give it away */
        return;
    checker_published(w->checker, ev);
    if (b == w->active)
        viewers_published(w->viewers, e, ev);
}

struct replay {
    struct broker *b;
    uint64_t bad_seq; /* BROKEN_DIGEST: this row was changed on the disk */
};

static enum err on_row(void *ctx, const struct journal_row *row)
{
    struct replay *r = ctx;
    struct trace *t = r->b->world->trace;
    struct journal_row copy = *row;
    char why[300] = "";

    if (row->seq == r->bad_seq)
        copy.at_ms++;
    if (flow_replay(r->b->flow, &copy, why, sizeof why) == OK)
        return OK;
    trace_fail(t, "broker %llu cannot start: %s", (unsigned long long)r->b->generation, why);
    return ERR_BAD_INPUT;
}

static struct broker *broker_start(struct world *w)
{
    struct core_settings settings = core_settings_default();

    settings.order_minutes = VOCABULARY_ORDER_MINUTES;
    settings.order_warn_s = 3600;
    if (w->plan.broken == BROKEN_ALARM)
        settings.bridge_grace_s = 24 * 3600;
    struct broker *b = mem_new(1, sizeof *b);
    struct replay replay = {.b = b};

    b->world = w;
    b->generation = ++w->generation;
    if (w->plan.broken == BROKEN_HOLD)
        settings.timers = timers_settings_off();
    if (w->plan.broken == BROKEN_AGAIN)
        settings.timers.again_times = 0;
    if (w->plan.broken == BROKEN_KEEPER)
        settings.timers.gate = false;
    b->journal = journal_memory_new(w->disk, rng_next(&w->rng), w->plan.journal_bytes_max);
    b->flow = flow_new(engine_new(w->vocab, &settings), journal_memory_port(b->journal), &w->plan.limits);
    if (w->plan.broken == BROKEN_DIGEST && journal_disk_seq(w->disk) > 100)
        replay.bad_seq = journal_disk_seq(w->disk) - 50;
    if (journal_disk_read(w->disk, 0, on_row, &replay) == OK)
        b->published = flow_published_seq(b->flow);
    flow_subscribe(b->flow, on_published, b);
    trace_line(w->trace, "broker %llu is up at seq %llu", (unsigned long long)b->generation,
               (unsigned long long)b->published);
    w->trace->counts.replays++;
    return b;
}

static void broker_end(struct world *w, struct broker *b)
{
    journal_memory_crash(b->journal);
    flow_free(b->flow);
    journal_memory_free(b->journal);
    calls_broker_gone(w->calls, b->generation);
    people_broker_gone(w->people, b->generation);
    free(b);
}

/* The new one must agree with everybody's memory before it serves. */
static void broker_up(struct world *w)
{
    w->active = broker_start(w);
    if (w->trace->failed)
        return;
    if (!w->calm)
        journal_memory_set_faults(w->active->journal, &w->plan.faults);
    checker_compare(w->checker, flow_engine(w->active->flow), true);
    people_broker_up(w->people);
    viewers_resume_all(w->viewers);
}

static void crash(struct world *w)
{
    trace_line(w->trace, "broker %llu dies with %zu clients waiting",
               (unsigned long long)w->active->generation, calls_flying(w->calls, w->active->generation));
    w->trace->counts.crashes++;
    broker_end(w, w->active);
    w->active = NULL;
    w->up_at_step = w->step + rng_below(&w->rng, 30);
}

/* A standby takes over while the old one still runs and believes itself active. */
static void take_over(struct world *w)
{
    trace_line(w->trace, "broker %llu is taken over from", (unsigned long long)w->active->generation);
    w->trace->counts.takeovers++;
    w->stalled = w->active;
    broker_up(w);
    w->up_at_step = w->step + STALLED_STEPS;
}

static void broker_turn(struct world *w, struct broker *b)
{
    enum flow_state before = flow_state(b->flow);

    journal_memory_step(b->journal);
    if (flow_state(b->flow) == FLOW_AWAY && before == FLOW_OK) {
        trace_line(w->trace, "broker %llu: the journal is away", (unsigned long long)b->generation);
        w->trace->counts.outages++;
    }
    if (!w->calm && rng_chance(&w->rng, w->plan.turn_skipped))
        return;
    flow_turn(b->flow, w->now_ms);
    if (b == w->active && (w->step % INVARIANTS_EVERY == 0 || flow_next_due_ms(b->flow) <= w->now_ms))
        checker_due(w->checker, b->flow);
    flow_deliver(b->flow);
}

static void stalled_turn(struct world *w)
{
    struct broker *b = w->stalled;

    if (rng_chance(&w->rng, 500))
        broker_turn(w, b);
    if (w->step < w->up_at_step && flow_state(b->flow) != FLOW_FENCED)
        return;
    if (flow_state(b->flow) == FLOW_FENCED) {
        flow_turn(b->flow, w->now_ms);
        flow_deliver(b->flow);
        if (calls_flying(w->calls, b->generation) > 0)
            trace_fail(w->trace, "a fenced broker leaves %zu clients without a word",
                       calls_flying(w->calls, b->generation));
    }
    trace_line(w->trace, "broker %llu steps down%s", (unsigned long long)b->generation,
               flow_state(b->flow) == FLOW_FENCED ? ": fenced" : "");
    w->stalled = NULL;
    broker_end(w, b);
}

/* ---- life ---- */

struct world *world_new(struct trace *t, uint64_t seed, uint64_t steps, enum broken broken)
{
    struct world *w = mem_new(1, sizeof *w);

    w->trace = t;
    w->plan = plan_draw(seed, steps, broken);
    w->rng = rng_seed(seed);
    w->now_ms = START_MS;
    w->vocab = broken == BROKEN_GATE     ? vocabulary_new_without_gatekeepers()
               : broken == BROKEN_UNPAID ? vocabulary_new_without_money()
                                         : vocabulary_new();
    w->disk = journal_disk_new();
    w->checker = checker_new(t, w->vocab, w->disk);
    if (w->plan.broken == BROKEN_NIGHT)
        checker_plant_night(w->checker);
    if (w->plan.broken == BROKEN_BED)
        checker_plant_bed(w->checker);
    if (w->plan.broken == BROKEN_REGIE)
        checker_plant_regie(w->checker);
    if (w->plan.broken == BROKEN_LEAK)
        checker_plant_leak(w->checker);
    if (w->plan.broken == BROKEN_DATES)
        checker_plant_dates(w->checker);
    if (w->plan.broken == BROKEN_BACK)
        checker_plant_back(w->checker);
    if (w->plan.broken == BROKEN_CLOCK)
        checker_plant_clock(w->checker);
    if (w->plan.broken == BROKEN_LOSS)
        checker_plant_loss(w->checker);
    if (w->plan.broken == BROKEN_HOUSEHOLD)
        checker_plant_household(w->checker);
    w->calls = calls_new(w);
    w->people = people_new(w);
    w->viewers = viewers_new(w);
    w->calm = true; /* until everybody has arrived */
    broker_up(w);
    people_arrive(w->people);
    w->calm = false;
    journal_memory_set_faults(w->active->journal, &w->plan.faults);
    return w;
}

void world_free(struct world *w)
{
    if (w->stalled != NULL)
        broker_end(w, w->stalled);
    if (w->active != NULL)
        broker_end(w, w->active);
    viewers_free(w->viewers);
    people_free(w->people);
    calls_free(w->calls);
    checker_free(w->checker);
    journal_disk_free(w->disk);
    vocab_free(w->vocab);
    free(w);
}

/* ---- steps ---- */

static void time_passes(struct world *w)
{
    w->now_ms += rng_below(&w->rng, (uint32_t)(w->calm ? MS_SECOND : w->plan.step_ms_max) + 1);
    if (!w->calm && w->plan.leap > 0 && rng_chance(&w->rng, w->plan.leap))
        w->now_ms += rng_below(&w->rng, (uint32_t)w->plan.leap_ms_max);
}

static void misfortune(struct world *w)
{
    if (w->active == NULL)
        return;
    if (rng_below(&w->rng, 10000) < w->plan.crash)
        crash(w);
    else if (w->stalled == NULL && rng_below(&w->rng, 10000) < w->plan.takeover)
        take_over(w);
}

static void check(struct world *w)
{
    const struct engine *e = NULL;

    checker_catch_up(w->checker);
    if (w->plan.broken != BROKEN_DOUBLE_HOLD) /* there the reports are not what the houses said */
        checker_believed(w->checker, w->now_ms);
    if (w->active == NULL)
        return;
    e = flow_engine(w->active->flow);
    if (engine_seq(e) == flow_durable_seq(w->active->flow)) {
        checker_compare(w->checker, e, w->step % FACTS_EVERY == 0);
        checker_idle(w->checker, w->active->flow);
    }
    if (w->step % INVARIANTS_EVERY == 0)
        checker_invariants(w->checker, e);
    if (w->step % INVARIANTS_EVERY == 0)
        checker_paid(w->checker, w->now_ms);
}

static void world_step(struct world *w)
{
    w->trace->step = ++w->step;
    w->trace->counts.steps++;
    CHECK(w->plan.broken != BROKEN_CHECK || w->step < 100);
    time_passes(w);
    if (!w->calm)
        misfortune(w);
    if (w->active == NULL && (w->calm || w->step >= w->up_at_step))
        broker_up(w);
    if (w->trace->failed)
        return;
    if (w->active != NULL) {
        if (w->calm)
            people_calm_step(w->people);
        else
            people_step(w->people);
    }
    calls_step(w->calls);
    if (w->stalled != NULL)
        stalled_turn(w);
    if (w->active != NULL)
        broker_turn(w, w->active);
    check(w);
}

/* ---- the end ---- */

static bool is_over(struct world *w)
{
    struct referral_id first;

    return w->active != NULL && w->stalled == NULL && calls_open(w->calls) == 0 &&
           ledger_model_live(checker_ledger(w->checker), &first) == 0 &&
           journal_memory_is_idle(w->active->journal) && !flow_has_work(w->active->flow);
}

static void calm_down(struct world *w)
{
    const struct journal_memory_faults none = {0};
    struct referral_id first = {0};
    uint64_t until = w->step + CALM_STEPS;

    w->calm = true;
    trace_line(w->trace, "the faults are over");
    if (w->active != NULL) {
        journal_memory_set_faults(w->active->journal, &none);
        journal_memory_heal(w->active->journal);
    }
    while (!w->trace->failed && !is_over(w) && w->step < until)
        world_step(w);
    if (w->trace->failed || is_over(w))
        return;
    trace_fail(w->trace,
               "%d calm steps and not over: %llu referrals live (first %llu), %zu calls open (oldest '%s')",
               CALM_STEPS, (unsigned long long)ledger_model_live(checker_ledger(w->checker), &first),
               (unsigned long long)first.v, calls_open(w->calls), calls_oldest(w->calls));
}

void world_run(struct world *w)
{
    while (!w->trace->failed && w->step < w->plan.steps)
        world_step(w);
    if (!w->trace->failed)
        calm_down(w);
    if (w->trace->failed)
        return;
    checker_compare(w->checker, flow_engine(w->active->flow), true);
    checker_invariants(w->checker, flow_engine(w->active->flow));
    checker_replay_all(w->checker, w->disk);
    w->trace->fingerprint =
        hash_combine(w->trace->fingerprint, engine_digest(checker_follower(w->checker), true));
}
