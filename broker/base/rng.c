#include "base/rng.h"

#include "base/check.h"

struct rng rng_seed(uint64_t seed)
{
    return (struct rng){.state = seed};
}

uint64_t rng_mix(uint64_t v)
{
    v = (v ^ (v >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    v = (v ^ (v >> 27)) * UINT64_C(0x94d049bb133111eb);
    return v ^ (v >> 31);
}

uint64_t rng_next(struct rng *r)
{
    r->state += UINT64_C(0x9e3779b97f4a7c15);
    return rng_mix(r->state);
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
    /* Lemire 2019: the high half of a 32 x 32 product; low halves under 2^32 mod n would be the bias. */
    uint32_t unfair = 0;
    uint64_t product = 0;

    CHECK(n > 0);
    unfair = (0u - n) % n;
    do {
        product = (rng_next(r) >> 32) * n;
    } while ((uint32_t)product < unfair);
    return (uint32_t)(product >> 32);
}

bool rng_chance(struct rng *r, uint32_t per_mille)
{
    return rng_below(r, 1000) < per_mille;
}
