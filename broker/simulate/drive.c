/* The exchange for a year: published counts, holds and asks over the truth of truth.h. The matcher hears what
 * a broker would hear and no more; every ask is judged by the world's own rules before a house hears it.
 *
 * An ask holds one published unit until the house answers, the hold ends, or the household is placed
 * elsewhere or gives up. A published count changes at a yes (at once), at `full` (at once), when a ghost is
 * shown, and otherwise some time after the truth did (SYNC). After the horizon nobody arrives, but who is
 * waiting waits on until a yes or the end of patience. */
#include "simulate/drive.h"

#include "simulate/numbers.h"
#include "simulate/truth.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

/* A matcher that does nothing but break rules could keep one minute going for ever: after so many asks of
 * that sort nobody listens to it any more. */
#define VIOLATIONS_MAX 100000

struct request {
    int number, referral, pool;
    int earlier; /* the request before this one of the same referral, -1 */
    enum { ASKED, DECLINED, ENDED } state;
    bool avoidable;
};

struct driver {
    struct truth truth;
    const struct sim_world *w;
    struct sim_result *out;
    struct matcher *m;
    int *published, *holds; /* per pool; published is within 0..units */
    int *latest;            /* per referral: its latest request, -1 */
    struct request *requests;
    size_t n, cap;
    struct sim_numbers numbers; /* of requests: index in requests, -2 = never became one */
    struct sim_numbers wakes;   /* minutes for which a wake was asked */
    struct sim_reply *queue;    /* replies to be done, from head */
    size_t head, n_queue, queue_cap;
    bool listening;
    int now, told_min, woken_min;
};

/* ---- talking with the matcher ---- */

static void do_reply(struct driver *d, const struct sim_reply *r);

/* Take over what the matcher replied; then do it, unless that is already going on below us. */
static void listen_to(struct driver *d)
{
    struct sim_replies *said = d->m->out;

    for (size_t i = 0; i < said->n; i++) {
        MEM_GROW(d->queue, d->n_queue, d->queue_cap);
        d->queue[d->n_queue++] = said->list[i];
    }
    said->n = 0;
    if (d->listening)
        return;
    d->listening = true;
    while (d->head < d->n_queue) {
        struct sim_reply reply = d->queue[d->head++];

        do_reply(d, &reply);
    }
    d->head = d->n_queue = 0;
    d->listening = false;
}

static void tell_time(struct driver *d)
{
    if (d->told_min == d->now)
        return;
    d->told_min = d->now;
    d->m->time(d->m->ctx, d->now);
    listen_to(d);
}

static void tell_count(struct driver *d, int pool)
{
    tell_time(d);
    d->m->pub(d->m->ctx, pool, d->published[pool], d->now);
    listen_to(d);
}

static void tell_referral(struct driver *d, int referral)
{
    tell_time(d);
    d->m->ref(d->m->ctx, referral);
    listen_to(d);
}

static void tell_gone(struct driver *d, int referral, enum sim_gone why)
{
    tell_time(d);
    d->m->gone(d->m->ctx, referral, why);
    listen_to(d);
}

static void tell_answer(struct driver *d, int number, enum sim_answer answer)
{
    tell_time(d);
    d->m->answer(d->m->ctx, number, answer);
    listen_to(d);
}

static void tell_expired(struct driver *d, int number)
{
    tell_time(d);
    d->m->expired(d->m->ctx, number);
    listen_to(d);
}

/* ---- published counts ---- */

static void set_count(struct driver *d, int pool, int count)
{
    int units = d->w->pools[pool].units;

    d->published[pool] = count < 0 ? 0 : count > units ? units : count;
}

static void sync_count(struct driver *d, int pool)
{
    set_count(d, pool, d->w->pools[pool].units - d->truth.occupied[pool]);
}

/* The truth of POOL changed because of REFERRAL: the house tells it after its own delay. */
static void sync_later(struct driver *d, int pool, int referral)
{
    int delay = world_sync_delay(d->w, referral, d->w->pools[pool].site);

    events_push(&d->truth.events, truth_minute((int64_t)d->now + delay), SIM_EV_SYNC, pool);
}

static int available(const struct driver *d, int pool)
{
    return d->published[pool] - d->holds[pool];
}

/* ---- asks ---- */

static void end_request(struct driver *d, size_t request, bool declined)
{
    struct request *r = &d->requests[request];

    if (r->state != ASKED)
        return;
    r->state = declined ? DECLINED : ENDED;
    d->holds[r->pool]--;
}

static void end_requests_of(struct driver *d, int referral)
{
    for (int i = d->latest[referral]; i >= 0; i = d->requests[i].earlier)
        end_request(d, (size_t)i, false);
}

static bool was_tried(const struct driver *d, int referral, int pool)
{
    for (int i = d->latest[referral]; i >= 0; i = d->requests[i].earlier)
        if (d->requests[i].pool == pool)
            return true;
    return false;
}

/* Is a place that is not scarce fitting, available, answering and untried? */
static bool is_avoidable(const struct driver *d, int referral, int pool)
{
    const struct sim_world *w = d->w;

    if (truth_tier(w, referral, pool) == 0)
        return false;
    for (int p = 0; p < w->n_pools; p++)
        if (available(d, p) > 0 && site_is_open(&w->sites[w->pools[p].site], d->now) &&
            world_broken_rules(w, referral, p) == 0 && truth_tier(w, referral, p) == 0 &&
            !was_tried(d, referral, p))
            return true;
    return false;
}

static const char *first_rule(unsigned broken)
{
    for (int rule = 0; rule < SIM_RULE_N; rule++)
        if (broken & 1u << rule)
            return sim_rule_name((enum sim_rule)rule);
    return "a rule";
}

/* Why this is no ask that a house may hear; NULL = it may. */
static const char *fault_of(const struct driver *d, const struct sim_reply *ask)
{
    unsigned broken = 0;

    if (ask->referral < 0 || ask->referral >= d->w->n_referrals)
        return "no such referral";
    if (ask->pool < 0 || ask->pool >= d->w->n_pools)
        return "no such pool";
    if (d->truth.stage[ask->referral] == SIM_NOT_YET)
        return "has not come yet";
    if (d->truth.stage[ask->referral] == SIM_DONE)
        return "placed or gone";
    broken = world_broken_rules(d->w, ask->referral, ask->pool);
    if (broken != 0)
        return first_rule(broken);
    if (ask->hold_min < 1)
        return "hold below one minute";
    for (int i = d->latest[ask->referral]; i >= 0; i = d->requests[i].earlier)
        if (d->requests[i].pool == ask->pool && d->requests[i].state != ENDED)
            return d->requests[i].state == DECLINED ? "declined before" : "asked already";
    return available(d, ask->pool) <= 0 ? "not available" : NULL;
}

static void refuse(struct driver *d, const struct sim_reply *ask, const char *fault)
{
    struct sim_result *out = d->out;
    bool known = ask->referral >= 0 && ask->referral < d->w->n_referrals;

    if (out->safety_violations++ == 0)
        snprintf(out->first_violation, sizeof out->first_violation, "referral %d pool %d: %s",
                 known ? d->w->referrals[ask->referral].id : ask->referral, ask->pool, fault);
    tell_expired(d, ask->req);
}

static void send_ask(struct driver *d, const struct sim_reply *ask)
{
    struct sim_fate *fate = &d->out->fates[ask->referral];
    int expires = truth_minute((int64_t)d->now + ask->hold_min);
    int answers = world_answer_at(d->w, ask->referral, d->w->pools[ask->pool].site, d->now);
    bool in_time = answers <= expires;
    bool avoidable = is_avoidable(d, ask->referral, ask->pool);
    int index = (int)d->n;

    MEM_GROW(d->requests, d->n, d->cap);
    d->requests[d->n++] = (struct request){.number = ask->req,
                                           .referral = ask->referral,
                                           .pool = ask->pool,
                                           .earlier = d->latest[ask->referral],
                                           .state = ASKED,
                                           .avoidable = avoidable};
    d->latest[ask->referral] = index;
    d->holds[ask->pool]++;
    d->out->asks++;
    if (fate->asks++ == 0)
        fate->t_first_ask = d->now;
    events_push(&d->truth.events, in_time ? answers : expires, in_time ? SIM_EV_ANSWER : SIM_EV_EXPIRE,
                index);
}

static void do_ask(struct driver *d, const struct sim_reply *ask)
{
    const char *fault = NULL;

    if (d->out->safety_violations >= VIOLATIONS_MAX)
        return;
    fault = fault_of(d, ask);
    if (!numbers_add(&d->numbers, ask->req, fault == NULL ? (int)d->n : -2))
        fault = "number used twice";
    if (fault == NULL)
        send_ask(d, ask);
    else
        refuse(d, ask, fault);
}

static void do_wake(struct driver *d, int minute)
{
    /* For this minute only if it has not been woken in it: else this minute would never end. */
    if (minute <= d->now)
        minute = d->woken_min == d->now ? d->now + 1 : d->now;
    if (numbers_add(&d->wakes, minute, 0))
        events_push(&d->truth.events, minute, SIM_EV_RETRY, 0);
}

static void do_reply(struct driver *d, const struct sim_reply *r)
{
    int request = 0;

    switch (r->kind) {
    case SIM_REQ:
        do_ask(d, r);
        break;
    case SIM_CAN:
        request = numbers_find(&d->numbers, r->req);
        if (request >= 0)
            end_request(d, (size_t)request, false);
        break;
    case SIM_WAKE:
        do_wake(d, r->wake_min);
        break;
    }
}

/* ---- what happens ---- */

static void on_yes(struct driver *d, size_t request)
{
    struct request r = d->requests[request];

    end_requests_of(d, r.referral);
    truth_place(&d->truth, r.referral, r.pool, d->now,
                d->now <= truth_deadline(d->w, d->out, r.referral) ? SIM_ON_TIME : SIM_LATE);
    d->out->fates[r.referral].avoidable = r.avoidable;
    set_count(d, r.pool, d->published[r.pool] - 1);
    tell_answer(d, r.number, SIM_ACCEPT);
    tell_gone(d, r.referral, SIM_GONE_PLACED);
    tell_count(d, r.pool);
}

static void on_answer(struct driver *d, size_t request)
{
    struct request r = d->requests[request];

    if (r.state != ASKED)
        return;
    if (!truth_is_free(&d->truth, r.pool)) {
        end_request(d, request, false);
        d->out->fulls++;
        sync_count(d, r.pool);
        tell_answer(d, r.number, SIM_FULL);
        tell_count(d, r.pool);
    } else if (!world_accepts(d->w, r.referral, r.pool) ||
               truth_household_declines(d->w, r.referral, r.pool)) {
        end_request(d, request, true);
        d->out->declines++;
        tell_answer(d, r.number, SIM_DECLINE);
    } else {
        on_yes(d, request);
    }
}

static void on_expire(struct driver *d, size_t request)
{
    if (d->requests[request].state != ASKED)
        return;
    end_request(d, request, false);
    d->out->expired++;
    tell_expired(d, d->requests[request].number);
}

static void on_arrival(struct driver *d, int referral)
{
    if (truth_open(&d->truth, referral, d->now, d->holds))
        tell_referral(d, referral);
    else
        sync_later(d, d->out->fates[referral].pool, referral);
}

static void on_give_up(struct driver *d, int referral)
{
    if (d->truth.stage[referral] != SIM_OPEN)
        return;
    end_requests_of(d, referral);
    truth_give_up(&d->truth, referral, d->now);
    tell_gone(d, referral, SIM_GONE_UNMET);
}

static void on_leave(struct driver *d, int referral)
{
    int pool = d->out->fates[referral].pool;

    if (truth_leave(&d->truth, referral, d->now)) {
        sync_later(d, pool, referral);
    } else if (d->w->referrals[referral].ghost) {
        set_count(d, pool, d->published[pool] + 1);
        tell_count(d, pool);
    }
}

/* A resident has no row of delays of its own; it borrows that of a referral. */
static void on_resident_leaves(struct driver *d, int resident)
{
    int pool = truth_resident_leaves(&d->truth, resident);

    sync_later(d, pool, resident % d->w->n_referrals);
}

static void on_wake(struct driver *d)
{
    if (d->woken_min == d->now)
        return;
    d->woken_min = d->now;
    tell_time(d);
    d->m->wake(d->m->ctx);
    listen_to(d);
}

static void happen(struct driver *d, const struct sim_event *e)
{
    d->now = e->minute;
    switch (e->kind) {
    case SIM_EV_SYNC:
        sync_count(d, e->id);
        tell_count(d, e->id);
        break;
    case SIM_EV_RESIDENT:
        on_resident_leaves(d, e->id);
        break;
    case SIM_EV_LEAVE:
        on_leave(d, e->id);
        break;
    case SIM_EV_UNBLOCK:
        truth_unblock(&d->truth, e->id);
        sync_later(d, d->out->fates[e->id].pool, e->id);
        break;
    case SIM_EV_GIVE_UP:
        on_give_up(d, e->id);
        break;
    case SIM_EV_ANSWER:
        on_answer(d, (size_t)e->id);
        break;
    case SIM_EV_EXPIRE:
        on_expire(d, (size_t)e->id);
        break;
    case SIM_EV_ARRIVAL:
        on_arrival(d, e->id);
        break;
    case SIM_EV_RETRY:
        on_wake(d);
        break;
    }
}

static void driver_init(struct driver *d, const struct sim_world *w, struct matcher *m,
                        struct sim_result *out)
{
    *d = (struct driver){.w = w, .out = out, .m = m, .told_min = -1, .woken_min = -1};
    truth_init(&d->truth, w, out);
    d->published = mem_new((size_t)w->n_pools, sizeof *d->published);
    d->holds = mem_new((size_t)w->n_pools, sizeof *d->holds);
    d->latest = mem_new((size_t)w->n_referrals, sizeof *d->latest);
    for (int i = 0; i < w->n_referrals; i++)
        d->latest[i] = -1;
    for (int p = 0; p < w->n_pools; p++)
        sync_count(d, p);
}

static void driver_fini(struct driver *d)
{
    truth_fini(&d->truth);
    numbers_fini(&d->numbers);
    numbers_fini(&d->wakes);
    free(d->published);
    free(d->holds);
    free(d->latest);
    free(d->requests);
    free(d->queue);
}

void drive(const struct sim_world *w, struct matcher *m, struct sim_result *out)
{
    struct driver d;
    struct sim_event e;

    driver_init(&d, w, m, out);
    for (int p = 0; p < w->n_pools; p++)
        tell_count(&d, p);
    while (truth_next(&d.truth, &e))
        happen(&d, &e);
    driver_fini(&d);
}
