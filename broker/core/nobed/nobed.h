/* The no-bed path of a referral: its bridges, where the household slept night after night, and how people
 * closed it without a place (domain: section 5, 'No-bed path'). */
#ifndef PLEK_CORE_NOBED_NOBED_H
#define PLEK_CORE_NOBED_NOBED_H

#include "core/engine.h"
#include "core/stay/funding.h"

#define NIGHTS_MAX 92 /* a quarter of a year without a place; older ones make room */

/* All of one referral; a referral that never had any of it has none. */
struct nobed_case {
    struct referral_id referral;
    uint64_t sum;
    struct bridge_id *bridges; /* N_BRIDGES of at most BRIDGES_PER_REFERRAL_MAX, oldest first; the engine's */
    struct night *nights;      /* N_NIGHTS of at most NIGHTS_MAX, by day; likewise */
    uint8_t n_bridges, n_nights;
    uint8_t closed_slept;  /* index + 1, of REFERRAL_CLOSED; 0 = not closed */
    uint8_t closed_reason; /* index + 1 in the unplaced list */
};

/* ---- look; borrowed until the next apply ---- */
uint64_t engine_bridges(const struct engine *e); /* ids are 1..n */
const struct bridge *engine_bridge(const struct engine *e, struct bridge_id id);
const struct nobed_case *engine_nobed(const struct engine *e, struct referral_id id); /* NULL = nothing */
/* The live bridge of KIND of a referral; NULL = none. At most one of each kind lives at a time, but for beds:
 * of these the one that was said yes to last, and see below. */
const struct bridge *engine_bridge_of(const struct engine *e, struct referral_id id, enum bridge_kind kind);
/* The live bridge bed that REQUEST holds; NULL = none. */
const struct bridge *engine_bridge_bed(const struct engine *e, struct request_id id);
/* The live bridge bed of a referral that its household reached, and the one that it did not reach yet; NULL =
 * none. At most one of each: from the bed that it is in, a household may ask for the next. */
const struct bridge *engine_bridge_bed_reached(const struct engine *e, struct referral_id id);
const struct bridge *engine_bridge_bed_next(const struct engine *e, struct referral_id id);

/* The organisation of the exchange that O names as safety owner, by its name; 0 = the own desk, nobody, or
 * who is not of the exchange. Cost: the organisations. */
struct org_id engine_bridge_watcher(const struct engine *e, const struct bridge_owner *o);
/* The one that the event SEQ, a change of a bridge, relieved: another watches since. 0 = none, or nothing is
 * known of it any more (its private part is gone). And how often ORG was relieved of a bridge up to that
 * event. */
struct org_id engine_bridge_relieved(const struct engine *e, uint64_t seq);
unsigned engine_bridge_times_relieved(const struct engine *e, struct bridge_id id, struct org_id org,
                                      uint64_t upto_seq);

/* Who pays for the nights of a bridge bed that its household reached; 'te_regelen' by nobody yet where
 * nothing was told (a journal from before they were accounted), from the first night that is the bed's. N =
 * 0: no such bed, or nothing was told and the household's stay goes on, which has its nights. */
struct funding engine_bridge_funding(const struct engine *e, struct bridge_id id);
/* The nights of that bed up to NOW, as of a stay: from the day of arrival to that of departure, which does
 * not count. Where nothing was told, without those of the household's stays and of the bed that it went to:
 * no night is in two accounts. FIRST == END: none. Cost: the household. */
struct bridge_days {
    int32_t first, end;
};
struct bridge_days bridge_days(const struct engine *e, const struct bridge *b, int64_t now_ms);

/* May one more bridge be kept for a referral? */
bool nobed_may_open(const struct engine *e, struct referral_id id);

/* True if a row of the destination list says where people sleep for a night. SLEPT is index + 1. */
bool nobed_is_night(const struct vocab *v, uint8_t slept);

#endif
