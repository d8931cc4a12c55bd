/* The price of a place: what the others lose if a unit of it goes now (matching.md 3.3).
 *
 * The last 512 referrals are kept as profiles: which pools could serve each, at its own hour. At a moment,
 * m(k) = free units that serve profile k. g(m) = a (1-a)^(m-1) is the chance that it is one given unit that k
 * will need. The coverage price of a pool is the sum of g over the profiles it serves: of a thousand
 * households like the last ones, how many lose their chance. Its rarity tells the same of the whole network,
 * full or not.
 *
 * All of it is derived: a function of the engine's state, the vocabulary and the moment, in integers. It is
 * compiled on the first look after a change, is in no digest and in no journal (a proposal freezes the price
 * it was made at). Memory: 72 bytes per pool and 17 KiB. */
#ifndef PLEK_CORE_SCARCITY_H
#define PLEK_CORE_SCARCITY_H

#include "core/match.h"

#define SCARCITY_PROFILES 512

/* Households with few suitable beds; named when a place is kept for them. Order is the journal's: add at the
 * end only. */
enum scarce_group {
    SCARCE_TEEN_SON,
    SCARCE_WHEELCHAIR,
    SCARCE_NO_RESIDENCE,
    SCARCE_MEN,
    SCARCE_LARGE,
    SCARCE_CARE,
    SCARCE_TRAFFICKING,
    SCARCE_CODE_RED,
    SCARCE_N
};
const char *scarce_group_code(enum scarce_group g); /* "teen_son", "wheelchair", ... */

/* Demand against free places at one moment. */
struct scarcity_moment {
    uint32_t loss[SCARCITY_PROFILES];         /* g(m(k)) in millionths */
    uint64_t at_risk[SCARCITY_PROFILES / 64]; /* bit per profile whose loss is not 0 */
    uint32_t profiles;                        /* in use; 0 = no history: every price is 0 */
    int64_t now_ms;
};

void scarcity_at(const struct engine *e, int64_t now_ms, struct scarcity_moment *out);
struct price scarcity_price(const struct engine *e, const struct scarcity_moment *m, struct pool_id pool);

/* Whom the pool is kept for: the group with the largest part of its price and that part in percent. False if
 * no group has 30 % or more, or the group is fewer than 5 of the households kept: that would tell another
 * organisation of one of them. */
bool scarcity_group(const struct engine *e, const struct scarcity_moment *m, struct pool_id pool,
                    enum scarce_group *group, int *percent);

/* Bytes that the prices take in memory, for the bar of limits.md. */
size_t scarcity_bytes(const struct engine *e);

/* Of that, what grows with the pools. */
size_t scarcity_pool_bytes(const struct engine *e);

/* ---- for the engine and the match ---- */
/* After its need changed: what was compiled of it is compiled anew, so that a price does not depend on when
 * somebody last asked for one. */
void scarcity_need_changed(struct engine *e, struct referral_id id);
struct scarcity *scarcity_new(void);
void scarcity_free(struct engine *e);

#endif
