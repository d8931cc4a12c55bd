/* Inside of the desk, for desk*.c only: what it keeps, how it talks to the engine, and how it serves those
 * who wait. */
#ifndef PLEK_SIMULATE_DESK_PARTS_H
#define PLEK_SIMULATE_DESK_PARTS_H

#include "base/time_text.h"
#include "core/match.h"
#include "simulate/core_map.h"
#include "simulate/matcher.h"

/* Minute 0: a Monday 00:00. The world knows no time zone. */
#define DESK_EPOCH_MS (4 * MS_DAY + 520 * 7 * MS_DAY)

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

/* ---- desk_engine.c ---- */
struct sim_reply *desk_reply(struct desk *d, enum sim_reply_kind kind);
int desk_minute_of(int64_t at_ms); /* of the world, rounded up */
struct person_waiting *desk_person(struct desk *d, struct referral_id id);
void desk_mark_freed(struct desk *d, struct pool_id pool);
/* Decide and apply CMD, and tell the driver what it must know of it. OUTCOME may be NULL. */
enum refusal desk_act(struct desk *d, struct command *cmd, struct outcome *outcome);
void desk_must(struct desk *d, struct command *cmd); /* CHECK that it is not refused */
void desk_let_fall_due(struct desk *d);

/* ---- desk_wait.c ---- */
/* After something happened: let fall due, serve those who wait, ask to be woken. */
void desk_settle(struct desk *d);

/* ---- desk_choose.c ---- */
int desk_wanted_at_once(const struct desk *d, int referral);
void desk_ask(struct desk *d,
              int referral); /* what the policy would ask for this household now, if anything */

#endif
