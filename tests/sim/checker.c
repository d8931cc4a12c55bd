#include "checker.h"

#include "back_walk.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "core/audience/audience.h"
#include "core/gate/gate_look.h"
#include "core/match.h"
#include "found_model.h"
#include "household_model.h"
#include "key_model.h"
#include "safety_model.h"
#include "said_model.h"
#include "stay_model.h"

#include "timers_walk.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct known {
    struct {
        uint64_t hi, lo;
    } key;
    struct outcome outcome;
    int64_t at_ms;
    UT_hash_handle hh;
};

struct checker {
    struct trace *trace;
    const struct vocab *vocab;
    const struct journal_disk *disk;
    struct engine *follower;
    struct ledger_model *ledger;
    struct said_model *said;
    struct care_model *care;
    struct stay_model *stays;
    struct safety_model *safety;
    struct key_model *org_keys;
    struct household_model *households;
    struct found_model *found;
    bool deaf_to_reports; /* planted */
    bool late_money;      /* planted */
    bool late_bed_money;  /* planted */
    bool deaf_to_takers;  /* planted */
    bool deaf_to_losses;  /* planted */
    bool deaf_to_clocks;  /* planted */
    bool deaf_to_dates;   /* planted */
    bool mistakes_askers; /* planted */
    struct known *keys;
    uint64_t *row_hash; /* by seq - 1 */
    size_t n_rows, cap_rows;
    struct buf clear, private_part;
    unsigned overdue; /* turns in a row that ended with something due */
};

struct checker *checker_new(struct trace *t, const struct vocab *vocab, const struct journal_disk *disk)
{
    struct core_settings settings = core_settings_default();
    struct checker *c = mem_new(1, sizeof *c);

    c->trace = t;
    c->vocab = vocab;
    c->disk = disk;
    c->follower = engine_new(vocab, &settings);
    c->ledger = ledger_model_new(t);
    c->said = said_model_new(t, c->ledger);
    c->care = care_model_new(t);
    c->stays = stay_model_new(t, c->ledger);
    c->safety = safety_model_new(t);
    c->org_keys = key_model_new(t);
    c->households = household_model_new(t);
    c->found = found_model_new(t);
    return c;
}

void checker_free(struct checker *c)
{
    struct known *k = NULL, *next = NULL;

    if (c == NULL)
        return;
    HASH_ITER(hh, c->keys, k, next)
    {
        HASH_DEL(c->keys, k);
        free(k);
    }
    engine_free(c->follower);
    said_model_free(c->said);
    care_model_free(c->care);
    stay_model_free(c->stays);
    safety_model_free(c->safety);
    key_model_free(c->org_keys);
    household_model_free(c->households);
    found_model_free(c->found);
    ledger_model_free(c->ledger);
    free(c->row_hash);
    buf_fini(&c->clear);
    buf_fini(&c->private_part);
    free(c);
}

struct care_model *checker_care(struct checker *c)
{
    checker_catch_up(c);
    return c->care;
}

const struct safety_model *checker_safety(struct checker *c)
{
    return c->safety;
}

const struct key_model *checker_org_keys(struct checker *c)
{
    return c->org_keys;
}

void checker_plant_loss(struct checker *c)
{
    c->deaf_to_losses = true;
}

void checker_plant_dates(struct checker *c)
{
    c->deaf_to_dates = true;
}

void checker_plant_back(struct checker *c)
{
    c->mistakes_askers = true;
}

void checker_plant_clock(struct checker *c)
{
    c->deaf_to_clocks = true;
}

void checker_plant_leak(struct checker *c)
{
    c->deaf_to_reports = true;
}

void checker_plant_household(struct checker *c)
{
    ledger_model_plant_household(c->ledger);
}

void checker_plant_night(struct checker *c)
{
    c->late_money = true;
}

void checker_plant_bed(struct checker *c)
{
    c->late_bed_money = true;
}

void checker_plant_regie(struct checker *c)
{
    c->deaf_to_takers = true;
}

void checker_paid(struct checker *c, int64_t now_ms)
{
    checker_catch_up(c);
    if (!c->trace->failed)
        stay_model_compare(c->stays, c->follower, now_ms);
    if (!c->trace->failed)
        care_model_compare(c->care, c->follower);
    if (!c->trace->failed)
        nobed_model_compare(ledger_model_nobed(c->ledger), c->follower, now_ms);
    if (!c->trace->failed)
        household_model_compare(c->households, c->follower);
}

const struct stay_model *checker_stays(struct checker *c)
{
    return c->stays;
}

struct ledger_model *checker_ledger(struct checker *c)
{
    return c->ledger;
}

const struct engine *checker_follower(const struct checker *c)
{
    return c->follower;
}

/* ---- reading the disk ---- */

static struct known *key_at(const struct checker *c, const struct command_key *key)
{
    struct known probe = {.key = {.hi = key->hi, .lo = key->lo}}, *k = NULL;

    HASH_FIND(hh, c->keys, &probe.key, sizeof probe.key, k);
    return k;
}

static void on_done(struct checker *c, const struct event *ev)
{
    struct known *k = key_at(c, &ev->u.done.key);
    int64_t age_ms = (int64_t)engine_settings(c->follower)->keys_age_s * 1000;

    if (k != NULL && ev->at_ms - k->at_ms <= age_ms)
        trace_fail(c->trace, "seq %llu: one key is done twice, first at seq %llu",
                   (unsigned long long)ev->seq, (unsigned long long)k->outcome.seq);
    if (k == NULL) {
        k = mem_new(1, sizeof *k);
        k->key.hi = ev->u.done.key.hi;
        k->key.lo = ev->u.done.key.lo;
        HASH_ADD(hh, c->keys, key, sizeof k->key, k);
    }
    k->outcome = ev->u.done.outcome;
    k->at_ms = ev->at_ms;
}

static uint64_t hash_of(enum event_kind kind, int64_t at_ms, struct bytes clear, struct bytes private_part)
{
    uint64_t h = hash_combine((uint64_t)kind, (uint64_t)at_ms);

    return hash_combine(hash_combine(h, hash_bytes(clear)), hash_bytes(private_part));
}

static enum err row_decode(const struct journal_row *row, struct bytes private_part, struct event *ev)
{
    memset(ev, 0, sizeof *ev);
    if (event_decode(row->kind, row->clear, private_part, ev) != OK)
        return ERR_BAD_INPUT;
    ev->kind = row->kind;
    ev->seq = row->seq;
    ev->at_ms = row->at_ms;
    return OK;
}

/* An announced place fits, and heads the list that its worker would see at that moment, but for places that
 * were announced to others, or that the worker let go of. */
static void check_found(struct checker *c, const struct event *ev)
{
    const struct engine *e = c->follower;
    const struct referral *r = engine_referral(e, ev->u.found.referral);
    const struct org *org = r != NULL ? engine_org(e, r->org) : NULL;
    struct match_query q;
    struct match_result result;
    size_t at = 0;

    if (org == NULL)
        return; /* replay refuses it */
    q = (struct match_query){.need = &r->need,
                             .referral = r->id,
                             .referrer_region = org->region,
                             .role = org->kind == ORG_COMENSHA ? ROLE_COMENSHA : ROLE_REFERRER,
                             .now_ms = ev->at_ms,
                             .deadline_ms = r->deadline_ms,
                             .placing = gate_assents(e, r)};
    match_run(e, &q, &result);
    while (at < result.n_fits && result.list[at].pool.v != ev->u.found.pool.v &&
           (engine_pool_untold(e, result.list[at].pool, ev->at_ms) <= 0 ||
            found_model_took_back(e, r, result.list[at].pool)))
        at++;
    if (at == result.n_fits || result.list[at].pool.v != ev->u.found.pool.v)
        trace_fail(c->trace, "seq %llu: announces pool %u, which does not fit best",
                   (unsigned long long)ev->seq, ev->u.found.pool.v);
    match_fini(&result);
}

static void check_back(struct checker *c, const struct event *ev)
{
    struct event told = *ev;

    if (c->mistakes_askers)
        told.account.v += 100; /* of the next organisation */
    back_walk_event(c->trace, c->follower, &told);
}

/* Nothing is handed over by a house that the household has left. */
static void check_handover(struct checker *c, const struct event *ev)
{
    const struct ev_item *i = &ev->u.item;

    if (i->side == HANDOVER_HOUSE && stay_model_left_at_ms(c->stays, i->request) != 0)
        trace_fail(c->trace, "seq %llu: a house hands over a household that left it",
                   (unsigned long long)ev->seq);
}

/* The file of a household closes to the house that it leaves, but for one that co-ordinates. */
static void check_closed(struct checker *c, const struct event *ev)
{
    const struct engine *e = c->follower;
    const struct stay *s = engine_stay(e, ev->u.stay.stay);
    struct actor house = {.role = ROLE_SHELTER, .org = engine_pool(e, s->pool)->org};

    if (engine_regie(e, s->referral).holder.v == house.org.v)
        return;
    if (audience_of_referral(e, &house, s->referral) != SIGHT_NONE)
        trace_fail(c->trace, "seq %llu: organisation %u has the file of referral %llu that left it",
                   (unsigned long long)ev->seq, house.org.v, (unsigned long long)s->referral.v);
}

static enum err on_row(void *ctx, const struct journal_row *row)
{
    struct checker *c = ctx;
    struct event ev;
    char why[200] = "";

    if (row->seq != c->n_rows + 1) {
        trace_fail(c->trace, "the journal goes from %zu to %llu", c->n_rows, (unsigned long long)row->seq);
        return ERR_BAD_INPUT;
    }
    MEM_GROW(c->row_hash, c->n_rows, c->cap_rows);
    c->row_hash[c->n_rows++] = hash_of(row->kind, row->at_ms, row->clear, row->private_part);
    if (row_decode(row, row->private_part, &ev) != OK) {
        trace_fail(c->trace, "seq %llu: a row that does not decode", (unsigned long long)row->seq);
        return ERR_BAD_INPUT;
    }
    if (ev.kind == EV_PLACE_FOUND)
        check_found(c, &ev);
    check_back(c, &ev);
    if (engine_replay(c->follower, &ev, why, sizeof why) != OK) {
        trace_fail(c->trace, "seq %llu: replay refuses: %s", (unsigned long long)row->seq, why);
        return ERR_BAD_INPUT;
    }
    if (row->digest != 0 && row->digest != engine_digest(c->follower, false))
        trace_fail(c->trace, "seq %llu: replay gives another digest than the broker had",
                   (unsigned long long)row->seq);
    if (ev.kind == EV_STAY_ENDED)
        check_closed(c, &ev);
    if (ev.kind == EV_HANDOVER_ITEM)
        check_handover(c, &ev);
    if (c->late_bed_money && ev.kind == EV_BRIDGE_FUNDED)
        ev.u.bridge_funded.spans[0].stream++;
    ledger_model_event(c->ledger, &ev);
    said_model_event(c->said, &ev);
    if (!c->deaf_to_takers || ev.kind != EV_REGIE_TAKEN)
        care_model_event(c->care, &ev);
    if (ev.kind == EV_REGIE_TAKEN || ev.kind == EV_REGIE_ENDED) /* one at any moment: also right now */
        care_model_compare(c->care, c->follower);
    if (c->late_money && ev.kind == EV_STAY_STARTED)
        ev.u.stay.spans[0].stream++;
    if ((!c->deaf_to_clocks || ev.kind != EV_CLOCK_TAKEN) &&
        (!c->deaf_to_dates || ev.kind != EV_NIGHTS_DATED))
        stay_model_event(c->stays, &ev);
    if (!c->deaf_to_reports || ev.kind != EV_LEAK_REPORTED)
        safety_model_event(c->safety, &ev);
    if (!c->deaf_to_losses || ev.kind != EV_KEY_LOSS_ASKED)
        key_model_event(c->org_keys, &ev);
    household_model_event(c->households, &ev);
    found_model_event(c->found, c->follower, &ev);
    if (ev.kind == EV_COMMAND_DONE)
        on_done(c, &ev);
    c->trace->counts.events++;
    c->trace->fingerprint = hash_combine(c->trace->fingerprint, c->row_hash[row->seq - 1]);
    return OK;
}

void checker_catch_up(struct checker *c)
{
    if (c->trace->failed || journal_disk_seq(c->disk) == c->n_rows)
        return;
    if (journal_disk_read(c->disk, c->n_rows, on_row, c) != OK)
        return;
    ledger_model_commit_end(c->ledger);
}

/* ---- what was said ---- */

void checker_published(struct checker *c, const struct event *ev)
{
    checker_catch_up(c);
    if (ev->seq > c->n_rows) {
        trace_fail(c->trace, "event %llu was published and is not in the journal (it ends at %zu)",
                   (unsigned long long)ev->seq, c->n_rows);
        return;
    }
    buf_clear(&c->clear);
    buf_clear(&c->private_part);
    event_encode(ev, &c->clear, &c->private_part);
    if (hash_of(ev->kind, ev->at_ms, buf_view(&c->clear), buf_view(&c->private_part)) !=
        c->row_hash[ev->seq - 1])
        trace_fail(c->trace, "event %llu was published otherwise than it stands in the journal",
                   (unsigned long long)ev->seq);
}

bool outcome_equal(const struct outcome *a, const struct outcome *b)
{
    if (a->refusal != b->refusal || a->pool.v != b->pool.v || a->referral.v != b->referral.v ||
        a->n_requests != b->n_requests || a->fault_index != b->fault_index ||
        a->fault_bits != b->fault_bits || a->applied != b->applied || a->late != b->late ||
        a->unchanged != b->unchanged || a->seq != b->seq)
        return false;
    for (unsigned i = 0; i < a->n_requests; i++)
        if (a->requests[i].v != b->requests[i].v)
            return false;
    return true;
}

bool checker_knows(struct checker *c, const struct command_key *key, struct outcome *outcome)
{
    const struct known *k = NULL;

    checker_catch_up(c);
    k = key_at(c, key);
    if (k != NULL)
        *outcome = k->outcome;
    return k != NULL;
}

/* Refusals that the state of the exchange caused: somebody was first, something had moved on. A repeat must
 * hear the same though the state has changed since; the others follow from the command itself. */
static bool is_caused_by_state(enum refusal r)
{
    static const enum refusal caused[] = {
        REFUSAL_WRONG_STATE,       REFUSAL_TAKEN,       REFUSAL_DOES_NOT_FIT,    REFUSAL_ASKED_ALREADY,
        REFUSAL_TOO_MANY,          REFUSAL_GATEKEEPER,  REFUSAL_OTHER_WAS_FIRST, REFUSAL_LAPSED,
        REFUSAL_STALE_VERSION,     REFUSAL_ANSWERED,    REFUSAL_DUPLICATE,       REFUSAL_NO_KEY,
        REFUSAL_KEY_SECOND_PERSON, REFUSAL_SAME_PERSON, REFUSAL_CONFLICT_OPEN,   REFUSAL_TOO_MANY_KEYS,
        REFUSAL_PLACED_ELSEWHERE,  REFUSAL_UNIT_GONE,   REFUSAL_SEARCH_OVER,     REFUSAL_BRIDGE_THERE,
        REFUSAL_SEARCH_RUNS,       REFUSAL_HAS_PLACE,   REFUSAL_LONG_OVER,       REFUSAL_TAKEN_BACK};

    for (size_t i = 0; i < COUNT_OF(caused); i++) {
        if (caused[i] == r)
            return true;
    }
    return false;
}

void checker_answered(struct checker *c, const struct command *cmd, const struct outcome *outcome)
{
    const struct known *k = NULL;
    bool must_be_kept = is_caused_by_state(outcome->refusal) ||
                        (outcome->refusal == REFUSAL_NONE && cmd->kind != CMD_REPORT_CAPACITY);

    checker_catch_up(c);
    if (c->trace->failed)
        return;
    if (outcome->seq > c->n_rows) {
        trace_fail(c->trace, "'%s' was answered at seq %llu and the journal ends at %zu",
                   command_name(cmd->kind), (unsigned long long)outcome->seq, c->n_rows);
        return;
    }
    k = key_at(c, &cmd->key);
    if (k == NULL && (must_be_kept || outcome->seq > 0))
        trace_fail(c->trace, "'%s' was answered '%s' and its key is not in the journal",
                   command_name(cmd->kind), refusal_code(outcome->refusal));
    if (k != NULL && (must_be_kept || outcome->seq > 0) && !outcome_equal(&k->outcome, outcome))
        trace_fail(c->trace, "'%s' was answered '%s' (seq %llu) and the journal says '%s' (seq %llu)",
                   command_name(cmd->kind), refusal_code(outcome->refusal), (unsigned long long)outcome->seq,
                   refusal_code(k->outcome.refusal), (unsigned long long)k->outcome.seq);
}

/* ---- the state ---- */

void checker_compare(struct checker *c, const struct engine *live, bool with_facts)
{
    checker_catch_up(c);
    if (c->trace->failed || engine_seq(live) != engine_seq(c->follower))
        return;
    c->trace->counts.checks++;
    if (engine_digest(live, false) != engine_digest(c->follower, false))
        trace_fail(c->trace, "seq %llu: the live state and its replay differ",
                   (unsigned long long)engine_seq(live));
    else if (with_facts && engine_digest(live, true) != engine_digest(c->follower, true))
        trace_fail(c->trace, "seq %llu: the live state and its replay differ in a household's facts",
                   (unsigned long long)engine_seq(live));
}

void checker_believed(struct checker *c, int64_t now_ms)
{
    checker_catch_up(c);
    if (!c->trace->failed)
        said_model_compare(c->said, c->follower, now_ms);
}

void checker_idle(struct checker *c, const struct flow *f)
{
    checker_catch_up(c);
    if (!c->trace->failed && flow_state(f) == FLOW_OK && !flow_has_work(f) &&
        engine_seq(flow_engine(f)) == engine_seq(c->follower))
        found_model_idle(c->found, c->follower, flow_now_ms(f));
}

static void check_pool(struct checker *c, const struct engine *e, struct pool_id id)
{
    struct request_id holds[64];
    struct pool_view v = engine_pool_view(e, id, 0);
    size_t n = engine_pool_holds(e, id, holds, COUNT_OF(holds));
    int32_t units = 0;

    for (size_t i = 0; i < n && i < COUNT_OF(holds); i++)
        units += engine_request(e, holds[i])->units;
    if (n <= COUNT_OF(holds) && units != v.held)
        trace_fail(c->trace, "pool %u says %d held, its requests hold %d", id.v, v.held, units);
    if (v.hidden || v.idle) {
        if (v.offerable != 0)
            trace_fail(c->trace, "pool %u offers %d, and is there for nobody", id.v, v.offerable);
        return;
    }
    if (v.offerable < UNITS_UNKNOWN ||
        (v.reported && v.latest->free != UNITS_UNKNOWN &&
         v.offerable != (v.latest->free > v.held ? v.latest->free - v.held : 0)))
        trace_fail(c->trace, "pool %u offers %d of %d free with %d held", id.v, v.offerable,
                   v.reported ? v.latest->free : -1, v.held);
}

void checker_invariants(struct checker *c, const struct engine *live)
{
    char why[200] = "";

    c->trace->counts.checks++;
    if (!engine_check(live, why, sizeof why))
        trace_fail(c->trace, "engine_check: %s", why);
    for (uint32_t id = 1; id <= engine_pools(live); id++)
        check_pool(c, live, (struct pool_id){id});
}

/* A tick lets 256 things fall due. */
#define OVERDUE_TURNS 50

void checker_due(struct checker *c, const struct flow *f)
{
    const struct engine *e = flow_engine(f);
    int64_t now_ms = flow_now_ms(f);

    if (flow_next_due_ms(f) <= now_ms) {
        if (++c->overdue > OVERDUE_TURNS)
            trace_fail(c->trace, "something has been due for %d turns and does not fall due", OVERDUE_TURNS);
        return;
    }
    c->overdue = 0;
    if (engine_next_due_ms(e) <= now_ms)
        return; /* the flow waits for its journal */
    checker_catch_up(c);
    nobed_model_due(ledger_model_nobed(c->ledger), e, engine_seq(c->follower) == engine_seq(e), now_ms);
    if (engine_seq(c->follower) == engine_seq(e))
        stay_model_due(c->stays, now_ms);
    timers_walk_check(c->trace, e, now_ms);
    for (uint64_t i = 1; i <= engine_requests(e); i++) {
        const struct request *q = engine_request(e, (struct request_id){i});

        if (q->state == REQUEST_PENDING && q->answer_by_ms <= now_ms && q->silent_at_ms == 0)
            trace_fail(c->trace, "request %llu is not called silent %lld ms after its time",
                       (unsigned long long)i, (long long)(now_ms - q->answer_by_ms));
        if (q->state == REQUEST_PENDING && q->lapse_at_ms <= now_ms)
            trace_fail(c->trace, "request %llu still holds %lld ms after its time", (unsigned long long)i,
                       (long long)(now_ms - q->lapse_at_ms));
    }
}

/* ---- from the first row ---- */

struct again {
    struct checker *c;
    struct engine *e;
    bool without_facts;
};

static enum err on_row_again(void *ctx, const struct journal_row *row)
{
    struct again *a = ctx;
    struct event ev;
    char why[200] = "";
    struct bytes private_part = a->without_facts ? BYTES(NULL, 0) : row->private_part;

    if (row_decode(row, private_part, &ev) == OK && engine_replay(a->e, &ev, why, sizeof why) == OK)
        return OK;
    trace_fail(a->c->trace, "seq %llu: %s replay refuses: %s", (unsigned long long)row->seq,
               a->without_facts ? "with facts destroyed" : "the whole", why);
    return ERR_BAD_INPUT;
}

void checker_replay_all(struct checker *c, const struct journal_disk *disk)
{
    struct core_settings settings = core_settings_default();

    checker_catch_up(c);
    for (int i = 0; i < 2 && !c->trace->failed; i++) {
        struct again a = {c, engine_new(c->vocab, &settings), i == 1};

        if (journal_disk_read(disk, 0, on_row_again, &a) == OK &&
            engine_digest(a.e, !a.without_facts) != engine_digest(c->follower, !a.without_facts))
            trace_fail(c->trace, "%s replay gives another state",
                       a.without_facts ? "with facts destroyed," : "the whole");
        engine_free(a.e);
        c->trace->counts.replays++;
    }
}
