/* A desk that follows every proposal of the exchange: it opens referrals, asks the best place, asks on when a
 * house says no, and when a unit comes free lets those who wait have it in the order of the policy. All truth
 * it knows is in an engine of core; it acts by commands only, as people and adapters do. */
#include "simulate/matcher.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/time_text.h"
#include "core/match.h"
#include "simulate/core_map.h"

#include <stdlib.h>
#include <string.h>

#define EPOCH_MS                                                                                             \
    (4 * MS_DAY + 520 * 7 * MS_DAY) /* minute 0: a Monday 00:00 (the world knows no time zone)               \
                                     */
#define EVER_S (100u * 365 * 24 * 3600)
#define LOOK_AGAIN_MIN                                                                                       \
    (6 * 60) /* for those who wait, whatever happens: hours and holds pass without a call */

struct person_waiting { /* of one referral of the world */
    uint64_t id;        /* of the referral in core, 0 = not opened */
    int pending;        /* requests without an answer */
    int next_look;      /* minute */
    bool over;          /* placed or gone */
};

struct desk {
    const struct sim_world *w;
    const struct sim_policy *policy;
    uint64_t seed;
    struct vocab *vocab;
    struct engine *engine;
    struct event_list events;
    struct sim_replies replies;
    struct sim_ranks ranks;
    bool keeps_ranks;
    struct person_waiting *people; /* by referral of the world, as far as they have come */
    size_t n_people;
    int *world_of; /* referral of the world by core id - 1 */
    size_t n_opened, cap_opened;
    int *waiting; /* in the order of serving */
    size_t n_waiting, cap_waiting;
    struct match_candidate *candidates;
    int now_min;
    int64_t now_ms;
    uint64_t ended;        /* the request that the driver has just told to be over */
    int wake_min;          /* earliest wake that was asked for; 0 = none */
    struct pool_id *freed; /* since the last serving */
    int n_freed;
    bool *is_freed; /* by pool */
};

/* ---- talking to the engine ---- */

static struct sim_reply *reply(struct desk *d, enum sim_reply_kind kind)
{
    MEM_GROW(d->replies.list, d->replies.n, d->replies.cap);
    d->replies.list[d->replies.n] = (struct sim_reply){.kind = kind};
    return &d->replies.list[d->replies.n++];
}

static int minutes_up(int64_t ms)
{
    return (int)((ms + MS_MINUTE - 1) / MS_MINUTE);
}

static int minute_of(int64_t at_ms)
{
    return minutes_up(at_ms - EPOCH_MS);
}

static struct person_waiting *person_of(struct desk *d, struct referral_id id)
{
    return &d->people[d->world_of[id.v - 1]];
}

static void mark_freed(struct desk *d, struct pool_id pool)
{
    if (d->is_freed[pool.v - 1])
        return;
    d->is_freed[pool.v - 1] = true;
    d->freed[d->n_freed++] = pool;
}

static void tell_request(struct desk *d, const struct request *q)
{
    struct sim_reply *r = reply(d, SIM_REQ);
    int hold = minutes_up(q->lapse_at_ms - d->now_ms);

    r->req = (int)q->id.v;
    r->referral = d->world_of[q->referral.v - 1];
    r->pool = (int)q->pool.v - 1;
    r->hold_min = hold > 0 ? hold : 1;
    person_of(d, q->referral)->pending++;
}

static void request_ended(struct desk *d, struct request_id id)
{
    const struct request *q = engine_request(d->engine, id);

    person_of(d, q->referral)->pending--;
    person_of(d, q->referral)->next_look = d->now_min;
    mark_freed(d, q->pool);
}

/* What happened, as far as the desk must act on it or tell it. */
static void follow(struct desk *d, const struct event *ev)
{
    if (ev->kind == EV_REQUEST_MADE) {
        tell_request(d, &ev->u.made);
    } else if (ev->kind == EV_REQUEST_CANCELLED || ev->kind == EV_REQUEST_EXPIRED) {
        /* Also what lapsed: the engine may be some seconds before the driver's whole minutes. */
        if (ev->u.request.request.v != d->ended)
            reply(d, SIM_CAN)->req = (int)ev->u.request.request.v;
        request_ended(d, ev->u.request.request);
    } else if (ev->kind == EV_REQUEST_DECLINED) {
        request_ended(d, ev->u.request.request);
    }
}

static enum refusal act(struct desk *d, struct command *cmd, struct outcome *outcome)
{
    struct outcome unused;
    struct outcome *o = outcome != NULL ? outcome : &unused;

    event_list_clear(&d->events);
    engine_decide(d->engine, cmd, d->now_ms, &d->events, o);
    for (size_t i = 0; i < d->events.n; i++) {
        d->events.list[i].seq = engine_seq(d->engine) + 1;
        engine_apply(d->engine, &d->events.list[i]);
    }
    for (size_t i = 0; i < d->events.n; i++)
        follow(d, &d->events.list[i]);
    return o->refusal;
}

static void must(struct desk *d, struct command *cmd)
{
    enum refusal refusal = act(d, cmd, NULL);

    if (refusal != REFUSAL_NONE)
        check_failed(__FILE__, __LINE__, command_name(cmd->kind), refusal_code(refusal));
}

static void let_fall_due(struct desk *d)
{
    while (engine_next_due_ms(d->engine) <= d->now_ms) {
        struct command cmd = {.kind = CMD_TICK, .actor = {.role = ROLE_SYSTEM}};

        must(d, &cmd);
        if (d->events.n == 0)
            break;
    }
}

/* ---- choosing ---- */

static int64_t preference(const struct desk *d, int referral, const struct match_candidate *c)
{
    const struct sim_referral *r = &d->w->referrals[referral];
    int pool = (int)c->pool.v - 1;

    switch (d->policy->order) {
    case ORDER_NEAREST:
        return -world_km(d->w, r->anchor, d->w->pools[pool].site);
    case ORDER_FIT:
        return c->fit;
    case ORDER_RANDOM:
        return (int64_t)(rng_mix(d->seed ^ rng_mix((uint64_t)referral << 32 | (uint64_t)pool)) >> 1);
    case ORDER_UTILITY:
        break;
    }
    return 0;
}

/* The place that comes next by the policy, of those in LIST from AT on, brought to AT. The engine's own order
 * stands already. A place that answers now goes before one that opens later, whatever the policy. */
static void bring_best(const struct desk *d, int referral, struct match_candidate *list, size_t at, size_t n)
{
    size_t best = at;
    struct match_candidate swap;

    if (d->policy->order == ORDER_UTILITY)
        return;
    for (size_t i = at + 1; i < n; i++) {
        int64_t a = preference(d, referral, &list[i]);
        int64_t b = preference(d, referral, &list[best]);

        if (list[i].answers_now != list[best].answers_now
                ? list[i].answers_now
                : a > b || (a == b && list[i].pool.v < list[best].pool.v))
            best = i;
    }
    swap = list[at];
    list[at] = list[best];
    list[best] = swap;
}

static int wanted_at_once(const struct desk *d, int referral)
{
    enum threat_level level = (enum threat_level)(THREAT_GROEN + d->w->referrals[referral].sec);

    return d->policy->second_request ? engine_settings(d->engine)->ask_default[level] : 1;
}

/* Where the first places of LIST stand, in the order of the policy. */
static void keep_ranks(struct desk *d, int referral, struct match_candidate *list, size_t n)
{
    for (size_t i = 0; i < n && i < SIM_RANKS_MAX; i++) {
        const struct match_candidate *c = &list[i];

        bring_best(d, referral, list, i, n);
        MEM_GROW(d->ranks.list, d->ranks.n, d->ranks.cap);
        d->ranks.list[d->ranks.n++] = (struct sim_rank){
            .referral = referral,
            .position = (int)i + 1,
            .pool = (int)c->pool.v - 1,
            .mask = c->out_mask | c->ask_mask,
            .tier = (c->rank_class & MATCH_CLASS_SCARCE) != 0,
            .fit = c->fit,
            .coverage = c->price.coverage,
            .rarity = c->price.rarity,
            .utility = c->utility,
        };
    }
}

/* Ask what the policy would ask for this household now, if anything. */
static void ask(struct desk *d, int referral)
{
    struct person_waiting *p = &d->people[referral];
    const struct referral *r = engine_referral(d->engine, (struct referral_id){p->id});
    struct command cmd = {.kind = CMD_ASK, .actor = map_referrer_actor(d->w, &d->w->referrals[referral])};
    struct match_query q = {
        .need = &r->need,
        .referral = r->id,
        .referrer_region = engine_org(d->engine, r->org)->region,
        .role = cmd.actor.role,
        .now_ms = d->now_ms,
        .deadline_ms = r->deadline_ms,
    };
    size_t n = match_candidates(d->engine, &q, 0, d->candidates, engine_pools(d->engine));
    int wanted = wanted_at_once(d, referral) - p->pending;

    cmd.u.ask.referral = r->id;
    for (size_t i = 0; i < n && (int)cmd.u.ask.n < wanted; i++) {
        bring_best(d, referral, d->candidates, i, n);
        if (d->candidates[i].verdict == VERDICT_FITS)
            cmd.u.ask.pools[cmd.u.ask.n++] = d->candidates[i].pool;
    }
    if (cmd.u.ask.n == 0 || r->n_requests + cmd.u.ask.n > REFERRAL_REQUESTS_MAX)
        return;
    if (d->keeps_ranks)
        keep_ranks(d, referral, d->candidates, n);
    must(d, &cmd);
}

/* ---- waiting ---- */

static int64_t deadline_of(const struct desk *d, int referral)
{
    return engine_referral(d->engine, (struct referral_id){d->people[referral].id})->deadline_ms;
}

/* True if A is served before B: by deadline, those past it last, by urgency and then as they came
 * (matching.md 3.4); or just as they came. */
static bool is_served_before(const struct desk *d, int a, int b)
{
    const struct sim_referral *ra = &d->w->referrals[a];
    const struct sim_referral *rb = &d->w->referrals[b];
    bool late_a = deadline_of(d, a) < d->now_ms;
    bool late_b = deadline_of(d, b) < d->now_ms;

    if (d->policy->by_deadline) {
        if (late_a != late_b)
            return engine_settings(d->engine)->late_first ? late_a : late_b;
        if (!late_a && deadline_of(d, a) != deadline_of(d, b))
            return deadline_of(d, a) < deadline_of(d, b);
        if (late_a && ra->urg != rb->urg)
            return ra->urg < rb->urg;
    }
    return d->people[a].id < d->people[b].id;
}

/* Nearly sorted from the last time: those who passed their deadline move. */
static void sort_waiting(struct desk *d)
{
    size_t n = 0;

    for (size_t i = 0; i < d->n_waiting; i++) {
        if (!d->people[d->waiting[i]].over)
            d->waiting[n++] = d->waiting[i];
    }
    d->n_waiting = n;
    for (size_t i = 1; i < n; i++) {
        int one = d->waiting[i];
        size_t k = i;

        for (; k > 0 && is_served_before(d, one, d->waiting[k - 1]); k--)
            d->waiting[k] = d->waiting[k - 1];
        d->waiting[k] = one;
    }
}

static bool has_hope(const struct desk *d, const struct person_waiting *p)
{
    if (p->next_look <= d->now_min)
        return true;
    for (int i = 0; i < d->n_freed; i++) {
        if (match_may_suit(d->engine, (struct referral_id){p->id}, d->freed[i]))
            return true;
    }
    return false;
}

/* When to look again at the latest though nothing happens: the opening of the window on scarce places, the
 * deadline (other houses open in time for the next term), a few hours. */
static int next_look(const struct desk *d, int referral)
{
    const struct referral *r = engine_referral(d->engine, (struct referral_id){d->people[referral].id});
    int deadline = minute_of(r->deadline_ms);
    int window = deadline - (int)(engine_settings(d->engine)->tier_window_s[r->need.urgency] / 60);
    int next = d->now_min + LOOK_AGAIN_MIN;

    if (window > d->now_min && window < next)
        next = window;
    if (deadline + 1 > d->now_min && deadline + 1 < next)
        next = deadline + 1;
    return next;
}

static void serve(struct desk *d)
{
    sort_waiting(d);
    for (size_t i = 0; i < d->n_waiting; i++) {
        int referral = d->waiting[i];
        struct person_waiting *p = &d->people[referral];

        if (p->pending >= wanted_at_once(d, referral) || !has_hope(d, p))
            continue;
        ask(d, referral);
        p->next_look = next_look(d, referral);
    }
    while (d->n_freed > 0)
        d->is_freed[d->freed[--d->n_freed].v - 1] = false;
}

static void ask_to_be_woken(struct desk *d)
{
    int64_t due_ms = engine_next_due_ms(d->engine);
    int next = due_ms == INT64_MAX ? INT32_MAX : minute_of(due_ms);

    for (size_t i = 0; i < d->n_waiting; i++) {
        const struct person_waiting *p = &d->people[d->waiting[i]];

        if (!p->over && p->pending == 0 && p->next_look < next)
            next = p->next_look;
    }
    if (next == INT32_MAX)
        return;
    next = next > d->now_min ? next : d->now_min + 1;
    if (d->wake_min > d->now_min && d->wake_min <= next)
        return;
    d->wake_min = next;
    reply(d, SIM_WAKE)->wake_min = next;
}

static void settle(struct desk *d)
{
    let_fall_due(d);
    serve(d);
    ask_to_be_woken(d);
}

/* ---- what the driver says ---- */

static void desk_time(void *ctx, int minute)
{
    struct desk *d = ctx;

    if (minute > d->now_min || d->now_ms == 0) {
        d->now_min = minute;
        d->now_ms = EPOCH_MS + (int64_t)minute * MS_MINUTE;
    }
}

/* One thing after the other, also within a minute: what is said later is newer. */
static void next_moment(struct desk *d)
{
    if (d->now_ms + 1 < EPOCH_MS + (int64_t)(d->now_min + 1) * MS_MINUTE)
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
    must(d, &cmd);
    if (engine_pool_view(d->engine, o.pool, d->now_ms).offerable > before)
        mark_freed(d, o.pool);
    if (d->now_min > 0 || d->n_opened > 0)
        settle(d);
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
    let_fall_due(d);
    if (act(d, &cmd, &outcome) != REFUSAL_NONE)
        check_failed(__FILE__, __LINE__, "open", refusal_code(outcome.refusal));
    MEM_GROW(d->world_of, d->n_opened, d->cap_opened);
    CHECK(outcome.referral.v == d->n_opened + 1);
    d->world_of[d->n_opened++] = referral;
    p->id = outcome.referral.v;
    MEM_GROW(d->waiting, d->n_waiting, d->cap_waiting);
    d->waiting[d->n_waiting++] = referral;
    settle(d);
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
    must(d, &cmd);
    settle(d);
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
        act(d, &cmd, NULL); /* a late answer is refused, and recorded */
    } else {
        person_of(d, q->referral)->over = true;
        person_of(d, q->referral)->pending--;
        must(d, &cmd);
        cmd = shelter_command(d, CMD_CONFIRM_ARRIVAL, req);
        must(d, &cmd);
    }
    settle(d);
}

static void desk_expired(void *ctx, int req)
{
    struct desk *d = ctx;
    const struct request *q = engine_request(d->engine, (struct request_id){(uint64_t)req});

    if (q == NULL)
        return;
    next_moment(d);
    d->ended = (uint64_t)req;
    if (q->lapse_at_ms > d->now_ms && q->lapse_at_ms < EPOCH_MS + (int64_t)(d->now_min + 1) * MS_MINUTE)
        d->now_ms = q->lapse_at_ms; /* some moments into this minute: it was asked some into its own */
    settle(d);
}

static void desk_wake(void *ctx)
{
    struct desk *d = ctx;

    next_moment(d);
    settle(d);
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
    s.keys_max = 1;
    for (int i = 0; i < SOURCE_N; i++) /* a published count holds until the next one */
        s.freshness[i] = (struct freshness_limits){
            .fresh_ms = EVER_S * MS_SECOND, .ageing_ms = EVER_S * MS_SECOND, .stale_ms = EVER_S * MS_SECOND};
    for (int i = 0; i < URGENCY_N && !policy->windows; i++)
        s.tier_window_s[i] = EVER_S;
    for (int i = 0; i < THREAT_N && !policy->second_request; i++)
        s.ask_next[i] = 0;
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
        must(d, &cmd);
    }
    for (int i = 0; i < d->w->n_sites; i++) {
        struct location l = map_location(d->w, i);

        cmd.kind = CMD_DEFINE_LOCATION;
        cmd.u.location = &l;
        must(d, &cmd);
    }
    for (int i = 0; i < d->w->n_pools; i++) {
        struct pool p = map_pool_profile(d->w, d->vocab, i);

        cmd.kind = CMD_DEFINE_POOL;
        cmd.u.pool = &p;
        must(d, &cmd);
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
    d->now_ms = EPOCH_MS;
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
