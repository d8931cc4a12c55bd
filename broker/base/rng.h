/* Seeded numbers for tests, simulation and demo data: splitmix64 (Steele, Lea, Flood 2014). The same seed
 * gives the same numbers on every machine. Never for keys or session ids: those come from base/crypto.h. */
#ifndef PLEK_BASE_RNG_H
#define PLEK_BASE_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

struct rng rng_seed(uint64_t seed);
uint64_t rng_next(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t n);      /* 0 .. n-1 without bias; n > 0 */
bool rng_chance(struct rng *r, uint32_t per_mille); /* true in PER_MILLE of 1000 */

/* Mix one 64-bit value well (the splitmix64 finaliser: one to one, and 0 stays 0). */
uint64_t rng_mix(uint64_t v);

#endif
