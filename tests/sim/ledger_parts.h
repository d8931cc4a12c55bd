/* Inside the ledger model, for ledger_*.c only: what it keeps of pools, requests and referrals.
 *
 *   events ─► ledger_model: what becomes of requests and referrals ─► ledger_supply: what a pool can still
 * give what others ask of it: ledger_who
 */
#ifndef PLEK_SIM_LEDGER_PARTS_H
#define PLEK_SIM_LEDGER_PARTS_H

#include "ledger_model.h"
#include "timers_walk.h"

#include <uthash.h>

struct said {
    struct {
        uint64_t report;
        uint64_t pool;
    } key;
    struct observation o;
    UT_hash_handle hh;
};

struct pool_model {
    struct org_id org;
    int32_t units_profile;
    bool reported;
    int32_t free, total;
    int64_t observed_at_ms;
    uint64_t *counted; /* requests that hold units */
    size_t n_counted, cap_counted;
};

enum hold { HOLD_PENDING, HOLD_ACCEPTED, HOLD_ARRIVED, HOLD_OVER };

struct request_model {
    uint64_t referral;
    uint32_t pool;
    uint8_t units;
    enum hold hold;
    bool silent, bridge, by_broker;
    int64_t answer_by_ms;
    int64_t arrived_at_ms, left_at_ms;
};

struct referral_model {
    struct org_id org;
    int ask_max;        /* by people at once, for its threat level */
    uint64_t household; /* its first referral; 0 = itself */
    bool ended;
    bool touched;      /* in the commit under way */
    unsigned asked_on; /* by the broker, since a person last asked */
    unsigned steps;    /* of widening, since a person last asked or the place was lost */
    int64_t step_ms;   /* of the last one */
    uint64_t *requests;
    size_t n_requests, cap_requests;
};

struct ledger_model {
    struct trace *trace;
    struct timers_count timers;
    uint64_t broker_asked; /* by the event before: the request; 0 = none */
    bool broker_after_silence;
    struct said *said;
    struct pool_model *pools;
    struct request_model *requests;
    struct referral_model *referrals;
    size_t n_pools, cap_pools, n_requests, cap_requests, n_referrals, cap_referrals;
    uint64_t *touched;
    size_t n_touched, cap_touched;
    uint64_t live;
    bool one_household; /* planted: all that is opened is taken for one */
    uint32_t full_pool; /* its house said full in the last event and its number must follow; 0 = none */
    struct gate_model *gates;
    struct nobed_model *nobed;
    uint64_t silent_referral; /* one of its requests passed its time in the last event; 0 = none */
};

/* ---- ledger_model.c ---- */
struct pool_model *pool_at(struct ledger_model *m, struct pool_id id);
struct request_model *request_at(struct ledger_model *m, struct request_id id);

/* ---- ledger_supply.c ---- */
/* Units that count now; forgets the requests that do not. */
int32_t held(struct ledger_model *m, struct pool_model *p);
void on_pool(struct ledger_model *m, const struct pool *pool);
/* 'We are full': nothing is free but what others wait for. */
void on_full(struct ledger_model *m, const struct event *ev);
/* The household of R, which left, lives there still. */
void on_there_still(struct ledger_model *m, const struct event *ev, uint64_t request);
void on_capacity(struct ledger_model *m, const struct event *ev);
/* Its house says the same again: what arrived before is in the number from here on. */
void on_confirmed(struct ledger_model *m, const struct event *ev);

#endif
