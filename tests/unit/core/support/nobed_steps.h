/* Steps without a bed: a bridge opened, asked for, told of. */
#ifndef PLEK_TEST_NOBED_STEPS_H
#define PLEK_TEST_NOBED_STEPS_H

#include "support/exchange.h"

#include "core/nobed/nobed.h"

#define HOTEL_NIGHT 12 /* destinations.csv: hotel */
#define MAX_HOURS 72   /* kinds.csv: nood */

struct bridge_wish a_hotel(void);
struct outcome open_bridge(struct exchange *x, struct referral_id r, const struct bridge_wish *w);
const struct bridge *opened(struct exchange *x, struct referral_id r, struct bridge_wish w);
struct outcome about_bridge(struct exchange *x, enum command_kind kind, struct bridge_id id, int64_t until_ms,
                            unsigned code);
const struct bridge *the_bridge(const struct exchange *x, uint64_t id);
struct request_id ask_bridge(struct exchange *x, struct referral_id r, unsigned pool);
/* The same, that must be granted, by the desk of R. */
struct request_id bridge_granted(struct exchange *x, struct referral_id r, unsigned pool);
/* A bridge bed of POOL is promised to R. */
struct request_id promised_bed(struct exchange *x, struct referral_id r, unsigned pool);
/* The household of R is in a bridge bed of POOL. */
const struct bridge *in_a_bed(struct exchange *x, struct referral_id r, unsigned pool);
/* A new pool for emergencies with two free places, of which one may stay MAX_HOURS at most. */
unsigned an_emergency_pool(struct exchange *x, unsigned location, enum an_org org, const char *code);
/* Nights so far in a bridge bed. */
int32_t nights_of(const struct exchange *x, struct bridge_id id);
void tick_at(struct exchange *x, int64_t at_ms);
/* Its events lead to the same state again, and to a sound one. */
void replays(const struct exchange *x);
/* The same, and the ledger keeps its promises as it is. */
void is_sound(const struct exchange *x);

#endif
