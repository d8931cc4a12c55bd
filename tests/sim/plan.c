#include "plan.h"

#include "base/time_text.h"
#include "flow/search_again.h"

#include <string.h>

const char *broken_name(enum broken b)
{
    static const char *const names[BROKEN_N] = {
        [BROKEN_NOTHING] = "nothing",
        [BROKEN_DOUBLE_HOLD] = "double-hold",
        [BROKEN_LOST_ANSWER] = "lost-answer",
        [BROKEN_KEY] = "key",
        [BROKEN_ORDER] = "order",
        [BROKEN_AUDIENCE] = "audience",
        [BROKEN_DIGEST] = "digest",
        [BROKEN_STUCK] = "stuck",
        [BROKEN_GATE] = "gate",
        [BROKEN_ALARM] = "alarm",
        [BROKEN_HOLD] = "hold",
        [BROKEN_NIGHT] = "night",
        [BROKEN_BED] = "bed",
        [BROKEN_CHECK] = "check",
        [BROKEN_NOTE] = "note",
        [BROKEN_LOSS] = "loss",
        [BROKEN_LEAK] = "leak",
        [BROKEN_REGIE] = "regie",
        [BROKEN_AGAIN] = "again",
        [BROKEN_KEEPER] = "keeper",
        [BROKEN_LEFT] = "left",
        [BROKEN_CLOCK] = "clock",
        [BROKEN_FOUND] = "found",
        [BROKEN_UNPAID] = "unpaid",
        [BROKEN_DATES] = "dates",
        [BROKEN_HOUSEHOLD] = "household",
        [BROKEN_BACK] = "back",
    };

    return names[b];
}

#define SHELTERS_PLENTY 5

static uint32_t up_to(struct rng *r, uint32_t n)
{
    return rng_below(r, n + 1);
}

static void draw_weights(struct rng *r, struct plan *p)
{
    static const uint32_t typical[DO_N] = {
        [DO_NOTHING] = 300,
        [DO_OPEN] = 60,
        [DO_ASK] = 140,
        [DO_ASK_WILD] = 15,
        [DO_SEE] = 60,
        [DO_ACCEPT] = 80,
        [DO_DECLINE] = 40,
        [DO_LATE_YES] = 15,
        [DO_TRAVEL] = 60,
        [DO_ARRIVE] = 60,
        [DO_NO_SHOW] = 8,
        [DO_WITHDRAW] = 10,
        [DO_REPORT] = 160,
        [DO_REPORT_AGAIN] = 20,
        [DO_REDEFINE] = 4,
        [DO_READ] = 40,
        [DO_INTRUDE] = 12,
        [DO_RESUME] = 4,
        /* ---- timers and escalation ---- */
        [DO_TIMERS] = 60,
        /* ---- no bed: bridges and the unplaced register ---- */
        [DO_NOBED] = 120,
        /* ---- gatekeepers ---- */
        [DO_GATE] = 90,
        /* ---- stays, clocks, nights and funding ---- */
        [DO_STAY] = 40,
        /* ---- MDO, regiehouder, consult ---- */
        [DO_CARE] = 60,
        /* ---- warm handover, keys and notes ---- */
        [DO_HANDOVER] = 60,
        /* ---- location leaked, surge, conflict check ---- */
        [DO_SAFETY] = 40,
        /* ---- requests, since ---- */
        [DO_TAKE_BACK] = 15,
    };

    for (int i = 0; i < DO_N; i++) {
        /* Half to twice the usual, and some nights something just does not happen. */
        p->weights[i] = typical[i] * (50 + up_to(r, 150)) / 100 + 1;
        if (i != DO_OPEN && rng_chance(r, 40))
            p->weights[i] = 0;
    }
    if (rng_chance(r, 300))
        p->weights[DO_NOTHING] *= 1 + up_to(r, 6); /* a quiet night */
}

static void draw_faults(struct rng *r, struct plan *p)
{
    /* The fate of a commit is drawn at all times: a crash must be able to fall on either side of it. */
    p->faults.doubt_done = up_to(r, 1000);
    p->faults.slow_steps_max = rng_chance(r, 700) ? up_to(r, 8) : 0;
    if (rng_chance(r, 100))
        return; /* a night without faults */
    p->crash = up_to(r, 16);
    p->takeover = up_to(r, 8);
    p->faults.away = rng_chance(r, 500) ? up_to(r, 20) : 0;
    p->faults.doubt = rng_chance(r, 600) ? up_to(r, 30) : 0;
    p->faults.drop = rng_chance(r, 400) ? up_to(r, 8) : 0;
    p->faults.away_steps_max = up_to(r, 60);
}

static void draw_bounds(struct rng *r, struct plan *p)
{
    p->limits = flow_limits_default();
    p->limits.digest_every = 1 + up_to(r, 40);
    if (rng_chance(r, 300)) /* tight bounds, so that they are met */
        p->limits.queue_max = 1 + up_to(r, 8);
    if (rng_chance(r, 300))
        p->limits.undurable_max = 1 + up_to(r, 120);
    if (rng_chance(r, 300))
        p->limits.turn_max = 1 + up_to(r, 3);
    if (rng_chance(r, 300))
        p->limits.search_max = SEARCH_POINTS_MIN + up_to(r, 400);
    if (rng_chance(r, 200))
        p->journal_bytes_max = 500 + up_to(r, 8000);
}

struct plan plan_draw(uint64_t seed, uint64_t steps, enum broken broken)
{
    struct rng rng = rng_seed(rng_mix(seed + 1)), *r = &rng;
    struct plan p = {.broken = broken, .steps = steps};

    p.referrers = 1 + (int)up_to(r, 3);
    p.shelters = 2 + (int)up_to(r, 4);
    p.locations_max = 1 + (int)up_to(r, 1);
    p.pools_max = 1 + (int)up_to(r, 2);
    p.units_max = 1 + (int)up_to(r, 7);
    draw_weights(r, &p);
    p.acts_max = 1 + up_to(r, 3);
    p.step_ms_max = MS_SECOND * (1 + up_to(r, 60));
    p.leap = rng_chance(r, 500) ? 1 + up_to(r, 8) : 0;
    p.leap_ms_max = MS_HOUR * (1 + up_to(r, 12));
    p.repeat = up_to(r, 150);
    p.twice = up_to(r, 100);
    p.other_body = up_to(r, 30);
    p.full = up_to(r, 300);
    p.vague = rng_chance(r, 300) ? up_to(r, 300) : 0;
    p.late = up_to(r, 300);
    p.false_report = up_to(r, 30);
    p.turn_skipped = up_to(r, 300);
    draw_faults(r, &p);
    draw_bounds(r, &p);
    p.same = broken == BROKEN_DOUBLE_HOLD ? 0 : up_to(r, 600);
    p.plenty = rng_chance(r, 200);
    if (p.plenty) {
        p.shelters = SHELTERS_PLENTY;
        p.locations_max = 2;
        p.pools_max = 3;
    }
    if (broken == BROKEN_LOST_ANSWER)
        p.faults.lie = 20;
    if (broken == BROKEN_ALARM)
        p.weights[DO_NOBED] += 400;
    if (broken == BROKEN_NIGHT) { /* it takes an arrival and a midnight */
        p.weights[DO_ARRIVE] += 60;
        p.leap = 8;
        p.leap_ms_max = 13 * MS_HOUR;
    }
    if (broken == BROKEN_BED) { /* and it takes a bed */
        p.weights[DO_NOBED] += 400;
        p.leap = 8;
        p.leap_ms_max = 13 * MS_HOUR;
    }
    if (broken == BROKEN_REGIE) /* it takes one who offers and one who takes */
        p.weights[DO_CARE] += 400;
    if (broken == BROKEN_LEAK) /* it takes two people at one house */
        p.weights[DO_SAFETY] = 200;
    if (broken == BROKEN_NOTE || broken == BROKEN_LOSS)
        p.weights[DO_HANDOVER] += 100;
    if (broken == BROKEN_KEEPER)
        p.weights[DO_GATE] += 200;
    if (broken == BROKEN_LEFT) { /* it takes a departure, and a desk that hands over all the same */
        p.weights[DO_STAY] += 60;
        p.weights[DO_HANDOVER] += 300;
    }
    if (broken == BROKEN_DATES) { /* it takes an arrival and a midnight, and somebody who says when it was */
        p.weights[DO_ARRIVE] += 60;
        p.weights[DO_STAY] += 200;
        p.leap = 8;
        p.leap_ms_max = 13 * MS_HOUR;
    }
    if (broken == BROKEN_CLOCK) { /* it takes a stay, one who offers its clock and one who takes it */
        p.weights[DO_ARRIVE] += 60;
        p.weights[DO_STAY] += 400;
    }
    if (broken == BROKEN_BACK)
        p.weights[DO_TAKE_BACK] += 60;
    if (broken == BROKEN_FOUND)
        p.limits.search_max = 0;
    if (broken == BROKEN_UNPAID)
        p.weights[DO_DECLINE] += 60;
    if (broken == BROKEN_DIGEST) {
        p.crash = 60; /* it takes a restart to read the row */
        p.weights[DO_OPEN] += 20;
    }
    return p;
}
