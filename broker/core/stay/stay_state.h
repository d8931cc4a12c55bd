/* Inside of the engine: the tables of stays, and what decide, apply and check of this folder share. Private
 * to core. */
#ifndef PLEK_CORE_STAY_STATE_H
#define PLEK_CORE_STAY_STATE_H

#include "core/outcome.h"
#include "core/stay/stay.h"

#include <stddef.h>

struct event;
struct fields;
struct decision;
struct request;
struct referral;
struct pool_kept;

/* Over its whole life; each part of a journey is its own referral. */
#define REFERRAL_CLOCKS_MAX 24
/* Of them kept for rights of the person, which come along from other referrals: a reflection period, a
 * barring order, and each once more. */
#define CLOCKS_FOR_RIGHTS 4

struct stay_slot {
    struct stay s;
    uint64_t sum;
};

struct clock_slot {
    struct stay_clock c;
    uint64_t sum;
    uint64_t next; /* of the same referral, younger; 0 = none */
    uint32_t due;  /* place in the heap + 1, 0 = not there */
};

struct household_slot {
    struct household_link h;
    uint64_t sum;
    uint32_t first_clock, last_clock;
    /* These three follow from the links. */
    uint32_t first; /* referral with which the household began; 0 = this one */
    uint32_t next;  /* referral of the household that was linked after this one; 0 = none */
    uint32_t last;  /* of the first one: the end of the list; 0 = itself */
    uint8_t n_clocks;
};

struct flag_slot {
    struct funding_flag f;
    uint64_t sum;
};

struct stay_tables {
    struct stay_slot *stays;
    struct clock_slot *clocks;
    struct household_slot
        *households; /* by referral id - 1; shorter than the referrals if the last have none */
    struct flag_slot *flags;
    uint32_t n_stays, cap_stays;
    uint32_t n_clocks, cap_clocks;
    uint32_t n_households, cap_households;
    uint32_t n_flags, cap_flags;
};

/* ---- for engine.c, digest.c, invariant.c, engine_due.c ---- */
void stay_state_free(struct stay_tables *s);
uint64_t stay_digest_recount(const struct stay_tables *s);
uint64_t stay_digest_facts(const struct stay_tables *s,
                           uint64_t h); /* codes and desks: what a key destroys */
bool stay_check(const struct engine *e, char *why, size_t why_size);
/* Referrals that hold or ask for a place beside one that their household was promised; WHY names the first.
 */
uint64_t stay_check_places(const struct engine *e, char *why, size_t why_size);
int64_t due_of_clock(const struct stay_clock *c); /* INT64_MAX = none */
uint32_t *clock_due_place(struct engine *e, uint64_t id);

/* ---- for the codec ---- */
void stay_event_fields(struct fields *f, struct event *ev); /* clear part of any kind of this folder */
void funding_spans_fields(struct fields *f, struct funding_span *spans, uint8_t *n);
bool stay_has_private(const struct event *ev);
void stay_private_fields(struct fields *f, struct event *ev); /* only where it has one */

/* ---- for decide elsewhere ---- */
/* After an arrival at AT (0 = now) was decided: the stay of Q begins, with its clocks, and an earlier one
 * that still runs ends. */
void stay_decide_arrival(struct decision *d, const struct request *q, int64_t at_ms);
/* Before the arrival at a bridge bed of KIND is decided: the household of R has left the place that it had.
 */
void stay_decide_leave(struct decision *d, const struct referral *r, enum kind kind);
/* Who is to pay for the nights of R's household in a place of POOL, from that day on: a proposal into SPANS;
 * returns how many. */
uint8_t stay_propose(const struct decision *d, const struct referral *r, const struct pool_kept *pool,
                     int32_t from_day, struct funding_span spans[FUNDING_SPANS_MAX]);
/* Whether SPAN may be set over FUNDING, of R's household in a place of POOL, where it was from FIRST to LAST
 * day; CHANGED is what it becomes (funding_set). REFUSAL_NONE with CHANGED = FUNDING: it is so already. */
enum refusal stay_judge_span(const struct decision *d, const struct referral *r, const struct pool_kept *pool,
                             const struct funding *funding, const struct funding_span *span, int32_t first,
                             int32_t last, struct funding *changed);
/* A clock is due at this moment. False: not in this tick, which has opened a referral already. */
bool stay_decide_due(struct decision *d, uint64_t clock);
/* The referral that looks for the household of RETURN_CODE already; 0 = none does, or no household has it. */
struct referral_id stay_search_of_code(const struct decision *d, const char *return_code);
/* After a referral was decided to be opened: link it to the stay whose code its need carries. */
void stay_decide_opened(struct decision *d, struct referral_id id, const char *return_code);
/* Before a yes to R, or its arrival, is decided: what the other referrals of its household hold is let go of,
 * bridge beds apart. They stay open: people see why, and end them. */
void stay_decide_let_go(struct decision *d, const struct referral *r);
/* A house says no for REASON: flag the want of money at code rood. */
void stay_decide_declined(struct decision *d, const struct request *q, uint8_t reason);

/* ---- inside this folder ---- */
uint64_t digest_of_stay(const struct stay *s);
uint64_t digest_of_clock(const struct stay_clock *c);
uint64_t digest_of_household(const struct household_slot *h);
uint64_t digest_of_flag(const struct funding_flag *f, uint64_t nth);
bool funding_is_sane(const struct funding *f, int32_t arrival);
void clock_stop_event(struct decision *d, const struct stay_clock *c, uint8_t reason);
/* When a clock of RULE warns that began at STARTED and runs out at RUNS_OUT: never before it began. */
struct clock_rule;
int64_t clock_warn_ms(const struct clock_rule *rule, int64_t started_ms, int64_t runs_out_ms);

#endif
