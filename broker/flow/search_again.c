#include "flow/search_again.h"

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "core/match.h"

#include <stdlib.h>
#include <string.h>

/* Entries of a list that are gone through or sorted for one point. */
#define PASS_PER_POINT 16

/* One who looks, by what the order goes. */
struct looker {
    int64_t deadline_ms, opened_at_ms;
    uint64_t id;
    enum urgency urgency;
    bool is_late, goes_first;
};

struct search_again {
    bool is_started;

    uint64_t *live; /* referrals that look, in no order */
    size_t n_live, cap_live;
    uint32_t *place; /* by referral id - 1: place in LIVE + 1, 0 = not there */
    uint64_t n_place, cap_place;

    bool *queued; /* by pool id - 1 */
    uint32_t cap_queued, n_queued;
    int64_t next_stop_ms;

    /* A round: the pools that came free before it, and those who looked then. */
    uint32_t *round;
    size_t n_round, cap_round;
    struct looker *order;
    size_t n_order, cap_order, at;
};

struct search_again *search_again_new(void)
{
    struct search_again *s = mem_new(1, sizeof *s);

    s->next_stop_ms = INT64_MAX;
    return s;
}

void search_again_free(struct search_again *s)
{
    if (s == NULL)
        return;
    free(s->live);
    free(s->place);
    free(s->queued);
    free(s->round);
    free(s->order);
    free(s);
}

/* ---- who looks ---- */

static void keep_live(struct search_again *s, const struct engine *e, struct referral_id id)
{
    bool looks = referral_is_looking(engine_referral(e, id)->state);
    uint32_t at = 0;

    while (s->n_place < id.v) {
        MEM_GROW(s->place, s->n_place, s->cap_place);
        s->place[s->n_place++] = 0;
    }
    at = s->place[id.v - 1];
    if (looks && at == 0) {
        MEM_GROW(s->live, s->n_live, s->cap_live);
        s->live[s->n_live++] = id.v;
        s->place[id.v - 1] = (uint32_t)s->n_live;
    } else if (!looks && at != 0) {
        uint64_t last = s->live[--s->n_live];

        s->live[at - 1] = last;
        s->place[last - 1] = at;
        s->place[id.v - 1] = 0;
    }
}

/* ---- what came free ---- */

static void queue(struct search_again *s, const struct engine *e, struct pool_id id)
{
    uint32_t n = engine_pools(e);

    if (s->cap_queued < n) {
        bool *grown = mem_new(n + n / 2 + 16, sizeof *grown);

        if (s->cap_queued > 0)
            memcpy(grown, s->queued, s->cap_queued * sizeof *grown);
        free(s->queued);
        s->queued = grown;
        s->cap_queued = n + n / 2 + 16;
    }
    s->n_queued += !s->queued[id.v - 1];
    s->queued[id.v - 1] = true;
}

static void note_stop(struct search_again *s, const struct engine *e, struct pool_id id, int64_t now_ms)
{
    struct pool_stop stop = engine_pool_stop(e, id, now_ms);

    if (stop.reason != 0 && stop.until_ms != 0 && stop.until_ms < s->next_stop_ms)
        s->next_stop_ms = stop.until_ms;
}

/* A place that was announced, and its referral needs it no more: the next in the order may hear of it. */
static void pass_on(struct search_again *s, const struct engine *e, const struct referral *r, int64_t now_ms)
{
    for (unsigned i = 0; i < r->n_found; i++) {
        if (engine_was_found(e, r->id, r->found[i].pool) && engine_pool_room(e, r->found[i].pool, now_ms) > 0)
            queue(s, e, r->found[i].pool);
    }
}

void search_again_saw(struct search_again *s, const struct engine *e, const struct event *ev)
{
    struct referral_id subject = event_subject(ev);

    if (!s->is_started)
        return;
    if (subject.v != 0) {
        const struct referral *r = engine_referral(e, subject);
        size_t before = s->n_live;

        keep_live(s, e, subject);
        if (s->n_live < before)
            pass_on(s, e, r, ev->at_ms);
    }
    for (unsigned i = 0; engine_freed_pool(e, i).v != 0; i++)
        queue(s, e, engine_freed_pool(e, i));
    if (ev->kind == EV_CAPACITY_OBSERVED)
        note_stop(s, e, ev->u.capacity.o.pool, ev->at_ms);
    for (unsigned i = 0; ev->kind == EV_CAPACITY_CONFIRMED && i < ev->u.confirmed.n; i++)
        note_stop(s, e, ev->u.confirmed.pools[i], ev->at_ms);
}

static void start(struct search_again *s, const struct engine *e, int64_t now_ms)
{
    s->is_started = true;
    for (uint64_t i = 1; i <= engine_referrals(e); i++)
        keep_live(s, e, (struct referral_id){i});
    for (uint32_t i = 1; i <= engine_pools(e); i++) {
        if (engine_pool_room(e, (struct pool_id){i}, now_ms) > 0)
            queue(s, e, (struct pool_id){i});
        note_stop(s, e, (struct pool_id){i}, now_ms);
    }
    log_info("searching again for those who wait", "first=\"%s\" waiting=%zu pools=%u",
             engine_settings(e)->late_first ? "past their deadline" : "before their deadline", s->n_live,
             s->n_queued);
}

void search_again_begin(struct search_again *s, const struct engine *e, int64_t now_ms)
{
    int64_t since = s->next_stop_ms;

    if (!s->is_started) {
        start(s, e, now_ms);
        return;
    }
    if (since > now_ms)
        return;
    s->next_stop_ms = INT64_MAX;
    for (uint32_t i = 1; i <= engine_pools(e); i++) {
        note_stop(s, e, (struct pool_id){i}, now_ms);
        if (engine_pool_stop(e, (struct pool_id){i}, now_ms).ended_ms >= since)
            queue(s, e, (struct pool_id){i});
    }
}

/* ---- the order ---- */

static int by_number(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare(const void *x, const void *y)
{
    const struct looker *a = x;
    const struct looker *b = y;
    int c = 0;

    if (a->goes_first != b->goes_first)
        return a->goes_first ? -1 : 1;
    c = a->is_late ? by_number((int64_t)a->urgency, (int64_t)b->urgency)
                   : by_number(a->deadline_ms, b->deadline_ms);
    if (c == 0)
        c = by_number(a->opened_at_ms, b->opened_at_ms);
    return c != 0 ? c : by_number((int64_t)a->id, (int64_t)b->id);
}

static void put_in_order(struct search_again *s, const struct engine *e, int64_t now_ms)
{
    bool late_first = engine_settings(e)->late_first;

    s->n_order = 0;
    s->at = 0;
    for (size_t i = 0; i < s->n_live; i++) {
        const struct referral *r = engine_referral(e, (struct referral_id){s->live[i]});
        bool is_late = r->deadline_ms <= now_ms;

        MEM_GROW(s->order, s->n_order, s->cap_order);
        s->order[s->n_order++] = (struct looker){
            .deadline_ms = r->deadline_ms,
            .opened_at_ms = r->opened_at_ms,
            .id = r->id.v,
            .urgency = r->urgency,
            .is_late = is_late,
            .goes_first = is_late == late_first,
        };
    }
    if (s->n_order > 0)
        qsort(s->order, s->n_order, sizeof s->order[0], compare);
}

/* ---- the search ---- */

/* Begin a round with all that is queued. False: nothing is, or not now. */
static bool begin_round(struct search_again *s, const struct engine *e, int64_t now_ms, uint32_t *points)
{
    uint32_t cost = (uint32_t)(s->n_live + s->cap_queued) / PASS_PER_POINT;

    if (s->n_queued == 0 || *points < SEARCH_POINTS_MIN)
        return false;
    s->n_round = 0;
    for (uint32_t i = 0; s->n_live > 0 && i < s->cap_queued; i++) {
        if (!s->queued[i])
            continue;
        MEM_GROW(s->round, s->n_round, s->cap_round);
        s->round[s->n_round++] = i + 1;
    }
    memset(s->queued, 0, s->cap_queued * sizeof s->queued[0]);
    s->n_queued = 0;
    put_in_order(s, e, now_ms);
    *points -= cost < *points ? cost : *points;
    return s->n_round > 0;
}

/* A pool of the round with a unit that nobody was told of may suit the referral. Pools that are spoken for
 * leave the round. */
static bool may_serve(struct search_again *s, const struct engine *e, struct referral_id id, int64_t now_ms)
{
    for (size_t i = 0; i < s->n_round;) {
        struct pool_id pool = {s->round[i]};

        if (engine_pool_untold(e, pool, now_ms) <= 0) {
            s->round[i] = s->round[--s->n_round];
            continue;
        }
        if (match_may_suit(e, id, pool))
            return true;
        i++;
    }
    return false;
}

static bool is_of_round(const struct search_again *s, struct pool_id pool)
{
    for (size_t i = 0; i < s->n_round; i++) {
        if (s->round[i] == pool.v)
            return true;
    }
    return false;
}

/* Look at one of the order. True: POOL is the best for it, and came free. */
static bool look(struct search_again *s, const struct engine *e, struct referral_id id, int64_t now_ms,
                 uint32_t *points, struct pool_id *pool)
{
    const struct referral *r = engine_referral(e, id);
    struct match_candidate best;
    struct match_query q;

    if (!referral_is_looking(r->state) || !r->facts_known || !may_serve(s, e, id, now_ms) ||
        engine_search_rests(e, id) || engine_search_is_left(e, id))
        return false;
    *points -= SEARCH_JUDGE_POINTS;
    q = match_query_of(e, r, now_ms);
    if (!match_first(e, &q, &best) || !is_of_round(s, best.pool))
        return false;
    *pool = best.pool;
    return true;
}

bool search_again_next(struct search_again *s, const struct engine *e, int64_t now_ms, uint32_t *points,
                       struct command *cmd)
{
    struct pool_id pool;

    if (s->n_round == 0 && !begin_round(s, e, now_ms, points))
        return false;
    for (; s->at < s->n_order && s->n_round > 0; s->at++) {
        struct referral_id id = {s->order[s->at].id};
        uint32_t cost = SEARCH_LOOK_POINTS + (uint32_t)(s->n_round / PASS_PER_POINT) +
                        (match_may_suit_is_known(e, id) ? 0 : SEARCH_COMPILE_POINTS);

        if (*points < cost + SEARCH_JUDGE_POINTS && *points < SEARCH_POINTS_MIN)
            return false;
        *points -= cost < *points - SEARCH_JUDGE_POINTS ? cost : *points - SEARCH_JUDGE_POINTS;
        if (!look(s, e, id, now_ms, points, &pool))
            continue;
        s->at++;
        /* Core judges it again when it decides. */
        *points -= *points < SEARCH_JUDGE_POINTS ? *points : SEARCH_JUDGE_POINTS;
        memset(cmd, 0, sizeof *cmd);
        cmd->kind = CMD_ANNOUNCE;
        cmd->actor.role = ROLE_SYSTEM;
        cmd->u.announce.referral = id;
        cmd->u.announce.pool = pool;
        return true;
    }
    s->n_round = 0;
    return false;
}

bool search_again_has_work(const struct search_again *s)
{
    return !s->is_started || s->n_round > 0 || s->n_queued > 0;
}

int64_t search_again_next_ms(const struct search_again *s)
{
    return s->next_stop_ms;
}
