/* Which pools could ever suit a referral, whatever is free, whoever was asked and whoever may place there: a
 * cheap first look, so that the others are not judged each time. Derived from need and pools alone, in no
 * digest and in no journal; no answer of the match depends on whether it is kept.
 *
 * One bit per pool and live referral, from the first look on, at most 136 bytes per live referral on average:
 * up to 1,087 pools all have theirs. Who finds no room is judged when it is looked at. For the match and
 * scarcity only. */
#ifndef PLEK_CORE_MAY_SUIT_H
#define PLEK_CORE_MAY_SUIT_H

#include "core/match_parts.h"

/* One bit per pool. NULL if that is not kept: its facts are not known, it is closed, or others have the room
 * (first come). Valid until the next apply. */
const uint64_t *may_suit_bits(const struct engine *e, struct referral_id id);
/* The same of one pool that exists, kept or not; true where facts are not known or the referral is closed. */
bool may_suit_pool(const struct engine *e, struct referral_id id, struct pool_id pool);
/* False if the next look judges all pools for the referral, to keep what it finds. */
bool may_suit_is_known(const struct engine *e, struct referral_id id);
void may_suit_forget(struct engine *e, struct referral_id id); /* it is closed, or its need changed */

/* The rules that it judges by, as a mask; a household at its own hour; a pool as its profile says. */
uint32_t may_suit_rules(void);
void may_suit_context(const struct engine *e, const struct referral *r, struct match_ctx *c);
void may_suit_place(const struct engine *e, const struct match_ctx *c, uint32_t pool, struct match_place *p);
bool may_suit_judge(const struct match_ctx *c, const struct match_place *p);

struct may_suit *may_suit_new(void);
void may_suit_free(struct engine *e);
size_t may_suit_bytes(const struct engine *e);

#endif
