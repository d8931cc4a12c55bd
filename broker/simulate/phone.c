/* The same year by telephone (matching.md 2.1): somebody rings round for each referral, one call after
 * another, the nearest desk first; after the last desk the round begins again. There is a desk per region,
 * and the specialised sites have each their own. A call takes 10 minutes or so and one in seven is not
 * answered. A desk knows which of its houses have a unit free; the first that may take the household is
 * asked, answers as it would through the exchange, and may say no. For oranje and groen nobody rings between
 * 20:00 and 8:00.
 *
 * Every draw is a hash of (seed, referral, desk, round): the same calls go well whatever happened before. */
#include "simulate/drive.h"

#include "simulate/truth.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

#define CALL_MIN 10            /* median length of a call */
#define NO_ANSWER_PERMILLE 150 /* of calls */
#define RING_FROM_MIN (8 * 60) /* oranje and groen */
#define RING_UNTIL_MIN (20 * 60)
#define DRAW_LENGTH 0x63616c6cull /* "call" */
#define DRAW_ANSWER 0x616e7377ull /* "answ" */

struct desk {
    int region; /* its houses lie there */
    int site;   /* the one site of a specialised desk; -1 = all others of the region */
    int x, y;
};

struct round { /* how far somebody is who rings for a referral */
    int from;  /* nobody rings before this minute */
    int at;    /* place in the order of desks */
    int turn;  /* rounds begun before this one */
    int pool;  /* asked and not answered yet, -1 */
};

struct phone {
    struct truth truth;
    const struct sim_world *w;
    struct sim_result *out;
    uint64_t seed;
    struct desk *desks;
    int n_desks;
    int *order; /* per region where somebody rings: desks, nearest first */
    int *pools; /* in the order of desks; those of desk d from first[d] to first[d + 1] */
    int *first;
    struct round *rounds;       /* per referral */
    uint8_t *may;               /* bit per referral and pool: keeps the rules and has not said no */
    int lengths[SIM_QUANTILES]; /* of a call, minutes */
    int now;
};

/* ---- desks ---- */

static bool is_specialised(enum sim_kind kind)
{
    return kind != SIM_ORDINARY && kind != SIM_FOLLOW_ON;
}

static void add_desks(struct phone *p)
{
    const struct sim_world *w = p->w;

    p->desks = mem_new((size_t)w->n_regions + (size_t)w->n_sites, sizeof *p->desks);
    for (int i = 0; i < w->n_regions; i++)
        p->desks[p->n_desks++] = (struct desk){i, -1, w->regions[i].x, w->regions[i].y};
    for (int i = 0; i < w->n_sites; i++)
        if (is_specialised(w->sites[i].kind))
            p->desks[p->n_desks++] = (struct desk){w->sites[i].region, i, w->sites[i].x, w->sites[i].y};
}

static bool is_of_desk(const struct phone *p, const struct desk *d, int pool)
{
    int site = p->w->pools[pool].site;

    if (d->site >= 0)
        return site == d->site;
    return p->w->sites[site].region == d->region && !is_specialised(p->w->sites[site].kind);
}

static void add_pools(struct phone *p)
{
    int n = 0;

    p->pools = mem_new((size_t)p->w->n_pools, sizeof *p->pools);
    p->first = mem_new((size_t)p->n_desks + 1, sizeof *p->first);
    for (int d = 0; d < p->n_desks; d++) {
        p->first[d] = n;
        for (int pool = 0; pool < p->w->n_pools; pool++)
            if (is_of_desk(p, &p->desks[d], pool))
                p->pools[n++] = pool;
    }
    p->first[p->n_desks] = n;
}

static int64_t square_to(const struct sim_region *from, const struct desk *d)
{
    int64_t dx = from->x - d->x;
    int64_t dy = from->y - d->y;

    return dx * dx + dy * dy;
}

/* Per region the desks, nearest first; of two as near the one that comes first. */
static void add_order(struct phone *p)
{
    p->order = mem_new((size_t)p->w->n_regions * (size_t)p->n_desks, sizeof *p->order);
    for (int region = 0; region < p->w->n_regions; region++) {
        const struct sim_region *from = &p->w->regions[region];
        int *row = p->order + (size_t)region * (size_t)p->n_desks;

        for (int d = 0; d < p->n_desks; d++) {
            int at = d;

            for (; at > 0 && square_to(from, &p->desks[row[at - 1]]) > square_to(from, &p->desks[d]); at--)
                row[at] = row[at - 1];
            row[at] = d;
        }
    }
}

/* The world's quantiles are those of sigma .7; a call has sigma .5. */
static void add_lengths(struct phone *p)
{
    for (int i = 0; i < SIM_QUANTILES; i++) {
        double factor = pow(p->w->quantiles[i] / 1000.0, 5.0 / 7.0);
        long length = lround(CALL_MIN * factor);

        p->lengths[i] = length < 1 ? 1 : (int)length;
    }
}

/* ---- ringing ---- */

static int desk_in_turn(const struct phone *p, int referral)
{
    int from = p->w->referrals[referral].origin;

    return p->order[(size_t)from * (size_t)p->n_desks + (size_t)p->rounds[referral].at];
}

static uint8_t *may_byte(const struct phone *p, int referral, int pool)
{
    return &p->may[(size_t)referral * p->w->accept_stride + (size_t)pool / 8];
}

static bool may_ask(const struct phone *p, int referral, int pool)
{
    return *may_byte(p, referral, pool) >> (pool % 8) & 1;
}

static void find_houses(struct phone *p, int referral)
{
    for (int pool = 0; pool < p->w->n_pools; pool++)
        if (world_broken_rules(p->w, referral, pool) == 0)
            *may_byte(p, referral, pool) |= (uint8_t)(1u << pool % 8);
}

/* Nobody rings a desk of which no house may take the household, or each has said no already. */
static bool is_worth_a_call(const struct phone *p, int referral, int desk)
{
    for (int i = p->first[desk]; i < p->first[desk + 1]; i++)
        if (may_ask(p, referral, p->pools[i]))
            return true;
    return false;
}

static void step(struct phone *p, int referral)
{
    struct round *r = &p->rounds[referral];

    if (++r->at < p->n_desks)
        return;
    r->at = 0;
    r->turn++;
    /* A household that has a place meanwhile (a continued referral) is rung for once a day. */
    if (p->w->referrals[referral].follows >= 0)
        r->from = p->now - p->now % SIM_DAY + SIM_DAY + RING_FROM_MIN;
}

/* First minute from MINUTE on at which somebody rings for URG. */
static int may_ring_from(enum sim_urgency urg, int minute)
{
    int of_day = minute % SIM_DAY;

    if (urg == SIM_A || (of_day >= RING_FROM_MIN && of_day < RING_UNTIL_MIN))
        return minute;
    return minute - of_day + RING_FROM_MIN + (of_day < RING_FROM_MIN ? 0 : SIM_DAY);
}

/* Ring the next desk that is worth it, from the one in turn on; RETRY comes when the call ends. */
static void ring(struct phone *p, int referral)
{
    const struct sim_referral *r = &p->w->referrals[referral];
    int start = 0;

    for (int tries = 0; tries < p->n_desks; tries++) {
        int desk = desk_in_turn(p, referral);
        uint64_t draw = 0;

        if (!is_worth_a_call(p, referral, desk)) {
            step(p, referral);
            continue;
        }
        start = p->rounds[referral].from > p->now ? p->rounds[referral].from : p->now;
        start = may_ring_from(r->urg, start);
        draw = truth_draw(p->seed ^ DRAW_LENGTH, (uint64_t)referral, (uint64_t)desk,
                          (uint64_t)p->rounds[referral].turn);
        events_push(&p->truth.events, truth_minute((int64_t)start + p->lengths[draw % SIM_QUANTILES]),
                    SIM_EV_RETRY, referral);
        return;
    }
}

/* The first house of DESK that may take the household, has a unit free and has not said no; -1 = none. */
static int free_pool(const struct phone *p, int referral, int desk)
{
    for (int i = p->first[desk]; i < p->first[desk + 1]; i++) {
        int pool = p->pools[i];

        if (truth_is_free(&p->truth, pool) && may_ask(p, referral, pool))
            return pool;
    }
    return -1;
}

/* The desk in turn asks its first house that can; if there is none the next desk is rung. */
static void ask_desk(struct phone *p, int referral)
{
    int pool = free_pool(p, referral, desk_in_turn(p, referral));

    p->rounds[referral].pool = pool;
    if (pool < 0) {
        step(p, referral);
        ring(p, referral);
        return;
    }
    events_push(&p->truth.events, world_answer_at(p->w, referral, p->w->pools[pool].site, p->now),
                SIM_EV_ANSWER, referral);
}

static void on_call_ended(struct phone *p, int referral)
{
    struct sim_fate *fate = &p->out->fates[referral];
    uint64_t draw = 0;

    if (p->truth.stage[referral] != SIM_OPEN)
        return;
    p->out->calls++;
    p->out->asks++;
    if (fate->asks++ == 0)
        fate->t_first_ask = p->now;
    draw = truth_draw(p->seed ^ DRAW_ANSWER, (uint64_t)referral, (uint64_t)desk_in_turn(p, referral),
                      (uint64_t)p->rounds[referral].turn);
    if (draw % 1000 >= NO_ANSWER_PERMILLE) {
        ask_desk(p, referral);
    } else {
        step(p, referral);
        ring(p, referral);
    }
}

static void on_answer(struct phone *p, int referral)
{
    int pool = p->rounds[referral].pool;

    if (p->truth.stage[referral] != SIM_OPEN)
        return;
    if (!truth_is_free(&p->truth, pool)) {
        p->out->fulls++;
        ask_desk(p, referral);
    } else if (!world_accepts(p->w, referral, pool) || truth_household_declines(p->w, referral, pool)) {
        p->out->declines++;
        *may_byte(p, referral, pool) &= (uint8_t) ~(1u << pool % 8);
        ask_desk(p, referral);
    } else {
        truth_place(&p->truth, referral, pool, p->now,
                    p->now <= truth_deadline(p->w, p->out, referral) ? SIM_ON_TIME : SIM_LATE);
    }
}

static void happen(struct phone *p, const struct sim_event *e)
{
    p->now = e->minute;
    switch (e->kind) {
    case SIM_EV_RESIDENT:
        truth_resident_leaves(&p->truth, e->id);
        break;
    case SIM_EV_LEAVE:
        truth_leave(&p->truth, e->id, p->now);
        break;
    case SIM_EV_UNBLOCK:
        truth_unblock(&p->truth, e->id);
        break;
    case SIM_EV_GIVE_UP:
        if (p->truth.stage[e->id] == SIM_OPEN)
            truth_give_up(&p->truth, e->id, p->now);
        break;
    case SIM_EV_ANSWER:
        on_answer(p, e->id);
        break;
    case SIM_EV_ARRIVAL:
        if (truth_open(&p->truth, e->id, p->now, NULL)) {
            find_houses(p, e->id);
            ring(p, e->id);
        }
        break;
    case SIM_EV_RETRY:
        on_call_ended(p, e->id);
        break;
    case SIM_EV_SYNC: /* counts and holds: only on the exchange */
    case SIM_EV_EXPIRE:
        break;
    }
}

void drive_by_phone(const struct sim_world *w, uint64_t seed, struct sim_result *out)
{
    struct phone p = {.w = w, .out = out, .seed = seed};
    struct sim_event e;

    truth_init(&p.truth, w, out);
    add_desks(&p);
    add_pools(&p);
    add_order(&p);
    add_lengths(&p);
    p.rounds = mem_new((size_t)w->n_referrals, sizeof *p.rounds);
    p.may = mem_new((size_t)w->n_referrals, w->accept_stride);
    while (truth_next(&p.truth, &e))
        happen(&p, &e);
    truth_fini(&p.truth);
    free(p.desks);
    free(p.order);
    free(p.pools);
    free(p.first);
    free(p.rounds);
    free(p.may);
}
