/* A desk that follows every proposal of the exchange: it opens referrals, asks the best place, asks on when a
 * house says no, and when a unit comes free lets those who wait have it in the order of the policy. All truth
 * it knows is in an engine of core; it acts by commands only, as people and adapters do. */
#include "simulate/matcher.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/rng.h"
#include "simulate/desk_parts.h"

#include <stdlib.h>
#include <string.h>

#define EVER_S (100u * 365 * 24 * 3600)

/* ---- what the driver says ---- */

static void desk_time(void *ctx, int minute)
{
    struct desk *d = ctx;

    if (minute > d->now_min || d->now_ms == 0) {
        d->now_min = minute;
        d->now_ms = DESK_EPOCH_MS + (int64_t)minute * MS_MINUTE;
    }
}

/* One thing after the other, also within a minute: what is said later is newer. */
static void next_moment(struct desk *d)
{
    if (d->now_ms + 1 < DESK_EPOCH_MS + (int64_t)(d->now_min + 1) * MS_MINUTE)
        d->now_ms++;
}

static void desk_pub(void *ctx, int pool, int free_units, int confirmed_min)
{
    struct desk *d = ctx;
    int units = d->w->pools[pool].units;
    struct observation o = {
        .pool = map_pool(pool),
        .source = SOURCE_HAND,
        .total = units,
        .free = free_units < 0       ? 0
                : free_units > units ? units
                                     : free_units,
        .occupied = UNITS_UNKNOWN,
        .out_of_order = UNITS_UNKNOWN,
        .deliverable = TRI_YES,
    };
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = map_shelter_actor(d->w->pools[pool].site)};
    int32_t before = engine_pool_view(d->engine, o.pool, d->now_ms).offerable;

    (void)confirmed_min; /* the count is what is published now, however old: freshness never ranks */
    next_moment(d);
    o.observed_at_ms = d->now_ms;
    cmd.u.report.list = &o;
    cmd.u.report.n = 1;
    desk_must(d, &cmd);
    if (engine_pool_view(d->engine, o.pool, d->now_ms).offerable > before)
        desk_mark_freed(d, o.pool);
    if (d->now_min > 0 || d->n_opened > 0)
        desk_settle(d);
}

static struct person_waiting *new_person(struct desk *d, int referral)
{
    size_t had = d->n_people;

    if ((size_t)referral >= had) {
        d->n_people = 2 * (size_t)referral + 64;
        d->people = mem_resize(d->people, d->n_people, sizeof d->people[0]);
        memset(d->people + had, 0, (d->n_people - had) * sizeof d->people[0]);
    }
    CHECK(d->people[referral].id == 0);
    return &d->people[referral];
}

static void desk_ref(void *ctx, int referral)
{
    struct desk *d = ctx;
    const struct sim_referral *r = &d->w->referrals[referral];
    struct need need = map_need(d->vocab, r);
    struct command cmd = {.kind = CMD_OPEN_REFERRAL, .actor = map_referrer_actor(d->w, r), .u.need = &need};
    struct person_waiting *p = new_person(d, referral);
    struct outcome outcome;

    if (world_persons(r) > NEED_PERSONS_MAX)
        return; /* no unit is that large */
    next_moment(d);
    cmd.draw = rng_mix(d->seed + (uint64_t)referral);
    desk_let_fall_due(d);
    if (desk_act(d, &cmd, &outcome) != REFUSAL_NONE)
        check_failed(__FILE__, __LINE__, "open", refusal_code(outcome.refusal));
    MEM_GROW(d->world_of, d->n_opened, d->cap_opened);
    CHECK(outcome.referral.v == d->n_opened + 1);
    d->world_of[d->n_opened++] = referral;
    p->id = outcome.referral.v;
    MEM_GROW(d->waiting, d->n_waiting, d->cap_waiting);
    d->waiting[d->n_waiting++] = referral;
    desk_settle(d);
}

static void desk_gone(void *ctx, int referral, enum sim_gone why)
{
    struct desk *d = ctx;
    struct person_waiting *p = &d->people[referral];
    const struct referral *r = engine_referral(d->engine, (struct referral_id){p->id});

    (void)why; /* placed by an answer of ours: admitted already; by others: withdrawn like the rest */
    p->over = true;
    if (p->id == 0 || !referral_is_live(r->state))
        return;
    next_moment(d);
    struct command cmd = {.kind = CMD_WITHDRAW,
                          .actor = map_referrer_actor(d->w, &d->w->referrals[referral]),
                          .u.referral = {.referral = {p->id}, .reason = MAP_WITHDRAW}};
    desk_must(d, &cmd);
    desk_settle(d);
}

static struct command shelter_command(const struct desk *d, enum command_kind kind, int req)
{
    const struct request *q = engine_request(d->engine, (struct request_id){(uint64_t)req});
    int pool = (int)q->pool.v - 1;

    return (struct command){.kind = kind,
                            .actor = map_shelter_actor(d->w->pools[pool].site),
                            .u.answer.request = {(uint64_t)req}};
}

static void desk_answer(void *ctx, int req, enum sim_answer answer)
{
    struct desk *d = ctx;
    const struct request *q = engine_request(d->engine, (struct request_id){(uint64_t)req});

    if (q == NULL)
        return;
    next_moment(d);
    struct command cmd = shelter_command(d, answer == SIM_ACCEPT ? CMD_ACCEPT : CMD_DECLINE, req);
    cmd.u.answer.reason = answer == SIM_FULL ? MAP_DECLINE_FULL : MAP_DECLINE_OTHER;
    if (q->state != REQUEST_PENDING || answer != SIM_ACCEPT) {
        desk_act(d, &cmd, NULL); /* a late answer is refused, and recorded */
    } else {
        desk_person(d, q->referral)->over = true;
        desk_person(d, q->referral)->pending--;
        desk_must(d, &cmd);
        cmd = shelter_command(d, CMD_CONFIRM_ARRIVAL, req);
        desk_must(d, &cmd);
    }
    desk_settle(d);
}

static void desk_expired(void *ctx, int req)
{
    struct desk *d = ctx;
    const struct request *q = engine_request(d->engine, (struct request_id){(uint64_t)req});

    if (q == NULL)
        return;
    next_moment(d);
    d->ended = (uint64_t)req;
    if (q->lapse_at_ms > d->now_ms && q->lapse_at_ms < DESK_EPOCH_MS + (int64_t)(d->now_min + 1) * MS_MINUTE)
        d->now_ms = q->lapse_at_ms; /* some moments into this minute: it was asked some into its own */
    desk_settle(d);
}

static void desk_wake(void *ctx)
{
    struct desk *d = ctx;

    next_moment(d);
    desk_settle(d);
}

static void desk_free(void *ctx)
{
    struct desk *d = ctx;

    engine_free(d->engine);
    vocab_free(d->vocab);
    event_list_fini(&d->events);
    free(d->replies.list);
    free(d->ranks.list);
    free(d->people);
    free(d->world_of);
    free(d->waiting);
    free(d->candidates);
    free(d->freed);
    free(d->is_freed);
    free(d);
}

/* ---- opening the desk ---- */

static struct core_settings settings_of(const struct sim_policy *policy)
{
    struct core_settings s = core_settings_default();

    s.plain_clock = true;
    /* Its worlds have people who ring, wait and ask again by rules of their own, and bars measured with them.
     */
    s.timers = timers_settings_off();
    s.keys_max = 1;
    for (int i = 0; i < SOURCE_N; i++) /* a published count holds until the next one */
        s.freshness[i] = (struct freshness_limits){
            .fresh_ms = EVER_S * MS_SECOND, .ageing_ms = EVER_S * MS_SECOND, .stale_ms = EVER_S * MS_SECOND};
    for (int i = 0; i < URGENCY_N && !policy->windows; i++)
        s.tier_window_s[i] = EVER_S;
    for (int i = 0; i < THREAT_N && !policy->second_request; i++)
        s.ask_next[i] = 0;
    for (int i = 0; i < THREAT_N && policy->at_once > 0; i++)
        s.ask_max[i] = ASK_POOLS_MAX;
    if (!policy->price)
        s.price_coverage = s.price_rarity = s.price_distance = 0;
    return s;
}

static void define_network(struct desk *d)
{
    struct command cmd = {.actor = {.role = ROLE_SYSTEM}};

    for (uint32_t i = 0; i < map_orgs(d->w); i++) {
        struct org o = map_org(d->w, i);

        cmd.kind = CMD_DEFINE_ORG;
        cmd.u.org = &o;
        desk_must(d, &cmd);
    }
    for (int i = 0; i < d->w->n_sites; i++) {
        struct location l = map_location(d->w, i);

        cmd.kind = CMD_DEFINE_LOCATION;
        cmd.u.location = &l;
        desk_must(d, &cmd);
    }
    for (int i = 0; i < d->w->n_pools; i++) {
        struct pool p = map_pool_profile(d->w, d->vocab, i);

        cmd.kind = CMD_DEFINE_POOL;
        cmd.u.pool = &p;
        desk_must(d, &cmd);
    }
}

struct sim_ranks *desk_keep_ranks(struct matcher *desk)
{
    struct desk *d = desk->ctx;

    d->keeps_ranks = true;
    return &d->ranks;
}

struct matcher desk_new(const struct sim_world *w, const struct sim_policy *policy, uint64_t seed)
{
    struct desk *d = mem_new(1, sizeof *d);
    struct core_settings settings = settings_of(policy);

    CHECK(!policy->phone);
    d->w = w;
    d->policy = policy;
    d->seed = seed;
    d->now_min = -1;
    d->now_ms = DESK_EPOCH_MS;
    d->vocab = map_vocab(w);
    d->engine = engine_new(d->vocab, &settings);
    d->candidates = mem_new((size_t)w->n_pools + 1, sizeof d->candidates[0]);
    d->freed = mem_new((size_t)w->n_pools + 1, sizeof d->freed[0]);
    d->is_freed = mem_new((size_t)w->n_pools + 1, sizeof d->is_freed[0]);
    define_network(d);
    return (struct matcher){
        .ctx = d,
        .out = &d->replies,
        .time = desk_time,
        .pub = desk_pub,
        .ref = desk_ref,
        .gone = desk_gone,
        .answer = desk_answer,
        .expired = desk_expired,
        .wake = desk_wake,
        .free = desk_free,
    };
}
