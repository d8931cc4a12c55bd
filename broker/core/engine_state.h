/* Inside of the engine: its tables, and the few functions that keep what is derived from them in step.
 * Private to core's apply, digest, check and look; decide and match read through engine.h and ledger.h.
 *
 * Tables are arrays indexed by id - 1; ids are dense. Derived, rebuilt by replay and not part of the digest:
 * the code indexes, a pool's list of holds and its sum, when it was freed, the heap of deadlines, the prices
 * of scarcity. */
#ifndef PLEK_CORE_ENGINE_STATE_H
#define PLEK_CORE_ENGINE_STATE_H

#include "core/care/care_tables.h"
#include "core/engine.h"
#include "core/gate/gate_table.h"
#include "core/handover/handover_state.h"
#include "core/nobed/nobed_state.h"
#include "core/safety/safety_state.h"
#include "core/stay/stay_state.h"
#include "core/timers/timers_state.h"

#include <uthash.h>

/* Report hashes remembered per pool: a repeated file is told from a new one this far back. */
#define REPORTS_KEPT 8

#define TOLD_MAX ((1u << 21) - 1)

struct pool_slot {
    struct pool_kept pool;
    /* What a look at the pool reads lies together: the match looks at all of them. */
    struct believed latest;
    struct word *words;   /* pool_words.c: the words that do not follow from LATEST; NULL = none. Owned */
    unsigned n_words : 2; /* of them */
    bool own_said : 1;    /* the side of LATEST has a word; not before codec version 3 kept them */
    bool hand_echoes : 1; /* of a word of people that follows from LATEST */
    unsigned hand_corrects : 3;
    unsigned reports_next : 3;
    bool has_changed : 1; /* scarcity.c: came or changed since the prices were compiled; derived */
    unsigned told : 21;   /* freed.c: announcements since closed_seq to those who still look */
    int32_t held;         /* units of the requests that count; in no digest */

    uint32_t code_at, names_at; /* in the texts of pools */
    uint64_t version;
    uint64_t reports[REPORTS_KEPT];
    uint64_t profile; /* digest of pool alone */
    uint64_t sum;     /* digest of all above, part of engine.sum */

    uint32_t first_hold, last_hold; /* requests that count, oldest first; 0 = none */

    uint64_t closed_seq; /* freed.c: last event around which nothing could be offered, or it was asked */
    int64_t freed_ms;    /* last event that left more to offer than before it; 0 = never */
};

struct request_slot {
    struct request r;
    uint64_t sum;

    uint32_t prev_hold, next_hold;
    uint32_t due;           /* place in the heap + 1, 0 = not there */
    uint32_t conflict : 31; /* question about it: index in the table + 1, 0 = none */
    bool counts : 1;        /* on its pool's list */
};

/* pool_texts.c */
struct pool_texts {
    char *bytes;
    uint32_t used, cap; /* of them */
    uint32_t stale;     /* bytes that may be of no pool any more; at least as many as are */
    uint32_t *names;    /* where the sets of names begin, by their hash: a power of two, at most 3/4 full */
    uint32_t n_names, names_cap;
};

struct referral_slot {
    struct referral r;
    uint64_t sum;
    uint64_t *may_suit; /* may_suit.c: one bit per pool, NULL = not kept */
    uint32_t may_suit_supply;
    uint32_t due;

    uint32_t last_mdo; /* 0 = none */
    uint32_t regie;    /* index in the care table + 1, 0 = as it began */
    /* The regie of a household, which follows from its links and events; all in no digest. */
    uint32_t regie_first; /* referral with which the regie began that this one is under; 0 = itself */
    uint32_t regie_now;   /* of such a first one: referral whose record counts; 0 = itself */
    uint32_t regie_last;  /* of a household's first one: with which its last regie began; 0 = itself */
    uint8_t n_mdos, n_consults;
    uint32_t nobed; /* its place in nobed.cases + 1, 0 = none; in no digest */
};

struct key_slot {
    struct {
        uint64_t hi, lo;
    } key;
    uint64_t body;
    int64_t at_ms;
    struct outcome outcome;
    UT_hash_handle hh; /* uthash keeps the order of insertion: the head is the oldest */
};

/* id by code: open addressing, at most three quarters full and, once it has grown, at least half. */
struct code_index {
    struct code_entry {
        uint32_t tag;
        uint32_t id; /* 0 = empty */
    } * entries;
    uint32_t cap, n;
};

enum due_kind {
    DUE_REQUEST,
    DUE_REFERRAL,
    /* ---- timers and escalation ---- */
    DUE_TIMERS,
    /* ---- no bed: bridges and the unplaced register ---- */
    DUE_BRIDGE,
    /* ---- gatekeepers ---- */
    /* ---- stays, clocks, nights and funding ---- */
    DUE_CLOCK,
    /* ---- MDO, regiehouder, consult ---- */
    DUE_MDO,
    DUE_MDO_ITEM,
    DUE_REGIE, /* by the referral with which it began */
    DUE_CONSULT,
    /* ---- warm handover, keys and notes ---- */
    DUE_NOTE,
    DUE_ORG_KEY,
    /* ---- location leaked, surge, conflict check ---- */
    DUE_LEAK,
};

struct due {
    int64_t at_ms;
    uint64_t id;
    enum due_kind kind;
};

struct engine {
    const struct vocab *vocab;
    struct core_settings settings;
    uint64_t seq;

    struct org *orgs;
    struct location *locations;
    struct pool_slot *pools;
    struct referral_slot *referrals;
    struct request_slot *requests;
    uint32_t n_orgs, cap_orgs;
    uint32_t n_locations, cap_locations;
    uint32_t n_pools, cap_pools;
    uint32_t n_referrals, cap_referrals;
    uint32_t n_requests, cap_requests;
    uint32_t n_live; /* referrals that are; derived */
    struct pool_texts pool_texts;
    struct code_index org_codes, location_codes, pool_codes, referral_codes;

    struct key_slot *keys;
    uint32_t n_keys;
    uint64_t keys_chain; /* hash over every key ever stored, in order: unlike the table it does not depend on
                            how many the settings keep, so a changed bound cannot spoil a journaled digest */

    uint64_t sum; /* of the digests of all records */

    struct pool_id freed[CONFIRMED_MAX]; /* by the last event */
    uint8_t n_freed;
    uint32_t supply_version;   /* one up when a pool comes or changes its profile */
    struct scarcity *scarcity; /* scarcity.c */
    struct may_suit *may_suit; /* may_suit.c */

    struct due *due; /* binary heap, earliest on top */
    uint32_t n_due, cap_due;
    /* ---- timers and escalation ---- */
    struct timers_state timers;
    /* ---- no bed: bridges and the unplaced register ---- */
    struct nobed_state nobed;
    /* ---- gatekeepers ---- */
    struct gate_table gates;
    /* ---- stays, clocks, nights and funding ---- */
    struct stay_tables stay;
    /* ---- MDO, regiehouder, consult ---- */
    struct care_tables care;
    /* ---- warm handover, keys and notes ---- */
    struct handover_state handover;
    /* ---- location leaked, surge, conflict check ---- */
    struct safety_tables safety;
};

/* ---- engine_index.c ---- */
typedef const char *code_of_fn(const struct engine *e, uint32_t id);
uint32_t code_find(const struct engine *e, const struct code_index *ix, code_of_fn *code_of,
                   const char *code);
/* ID's code must not be in the index yet. */
void code_add(const struct engine *e, struct code_index *ix, code_of_fn *code_of, uint32_t id);
const char *org_code_of(const struct engine *e, uint32_t id);
const char *location_code_of(const struct engine *e, uint32_t id);
const char *pool_code_of(const struct engine *e, uint32_t id);
const char *referral_code_of(const struct engine *e, uint32_t id);

bool engine_referral_code_exists(const struct engine *e, const char *code);

/* ---- engine_due.c ---- */
/* Put the deadline of a request or referral where its state says: in the heap, moved, or out of it. */
void due_refresh_request(struct engine *e, struct request_slot *s);
void due_refresh_referral(struct engine *e, struct referral_slot *s);
void due_refresh_bridge(struct engine *e, struct bridge_slot *s);
void due_refresh_timers(struct engine *e, const struct referral *r);
/* The same for a clock, which is due at AT_MS and stands at PLACE. */
void due_refresh_clock(struct engine *e, uint64_t id, int64_t at_ms, uint32_t place);
/* Put D where it belongs; PLACE is where it is now (+ 1; 0 = not there). INT64_MAX = nowhere. */
void due_refresh(struct engine *e, struct due d, uint32_t place);
/* What state says about a deadline; INT64_MAX = none. */
int64_t due_of_request(const struct request *r);
int64_t due_of_referral(const struct referral *r);
/* When R falls due: not while it waits for a person to end it (engine_search_is_left). A journal may hold one
 * that fell due all the same. */
int64_t due_unplaced_ms(const struct engine *e, const struct referral *r);
/* The earliest MAX that are due at NOW, by moment, kind and id; returns how many. */
size_t due_collect(const struct engine *e, int64_t now_ms, struct due *out, size_t max);

/* ---- engine_keys.c ---- */
const struct key_slot *key_find(const struct engine *e, const struct command_key *key, int64_t now_ms);
void key_store(struct engine *e, const struct command_key *key, const struct outcome *outcome, int64_t at_ms);
void keys_free(struct engine *e);

/* ---- ledger.c ---- */
/* After a request changed state, or its pool's believed report did: count it or stop counting it. */
void ledger_refresh(struct engine *e, struct request_slot *s);
void ledger_refresh_pool(struct engine *e, struct pool_slot *s);
bool ledger_counts(const struct request *r, const struct believed *latest);
/* What is believed of the pool; NULL if nothing was reported. */
const struct believed *ledger_latest(const struct pool_slot *s);
/* What SIDE said last: as kept, else as it is believed; .said is false if it never spoke. */
struct word ledger_word(const struct pool_slot *s, enum side side);
struct word ledger_word_of(const struct believed *latest, const struct word *kept, enum side side);
/* Whose stop it is that is believed, where HAND is what people said last; there is one. */
enum side ledger_side_of_stop(const struct believed *latest, const struct word *hand);

/* ---- pool_words.c ---- */
/* The last used word of each side; not said before codec version 3 kept them. */
struct word pool_word(const struct pool_slot *s, enum side side);
void pool_words(const struct pool_slot *s, struct word out[SIDE_N]);
/* Keep WORDS as the words of the pool. What is believed must be set: a word that follows from it takes no
 * memory of its own. */
void pool_words_keep(struct pool_slot *s, const struct word words[SIDE_N]);
void pool_words_free(struct pool_slot *s);

/* ---- pool_texts.c ---- */
/* Keep the texts and the funding of P, which S defines; S has been added to the table. */
void pool_texts_keep(struct engine *e, struct pool_slot *s, const struct pool *p);
void pool_texts_free(struct pool_texts *t);
struct pool pool_definition(const struct engine *e, const struct pool_slot *s);

/* ---- freed.c ---- */
/* The pools whose offer an event may change, and the room each had before it. */
struct freed_watch {
    struct pool_id pools[CONFIRMED_MAX];
    int32_t room[CONFIRMED_MAX];
    uint8_t n;
};
/* Look before EV is applied. */
void freed_look(const struct engine *e, const struct event *ev, struct freed_watch *w);
/* After EV was applied: note which of the pools were freed or closed. */
void freed_note(struct engine *e, const struct event *ev, const struct freed_watch *w);

/* Before an event of referral ID is applied with BY = -1, after it with +1: what was announced to it counts
 * while it looks. */
void freed_count_told(struct engine *e, struct referral_id id, int by);

/* ---- digest.c ---- */
uint64_t digest_of_org(const struct org *o);
uint64_t digest_of_location(const struct location *l);
uint64_t digest_of_profile(const struct pool *p);
uint64_t digest_of_pool(const struct engine *e, const struct pool_slot *s); /* counts the profile anew */
uint64_t digest_of_referral(const struct referral *r);
uint64_t digest_of_request(const struct request *r);
uint64_t digest_of_key(const struct key_slot *k);
uint64_t digest_recount(const struct engine *e); /* what e->sum must be */
/* Bring the sum up to date after a record was made or changed. */
void digest_refresh_pool(struct engine *e, struct pool_slot *s);
void digest_refresh_referral(struct engine *e, struct referral_slot *s);
void digest_refresh_request(struct engine *e, struct request_slot *s);

/* ---- look, for writing; CHECK that it exists ---- */
struct pool_slot *pool_slot(struct engine *e, struct pool_id id);
struct referral_slot *referral_slot(struct engine *e, struct referral_id id);
struct request_slot *request_slot(struct engine *e, struct request_id id);

#endif
