#include "base/hash.h"

#include "base/rng.h"

uint64_t hash_bytes(struct bytes v)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < v.len; i++) {
        h ^= v.p[i];
        h *= UINT64_C(0x100000001b3);
    }
    /* Plain FNV-1a leaves the high bits of short keys poor; tables take any bits. */
    return rng_mix(h);
}

uint64_t hash_combine(uint64_t h, uint64_t v)
{
    /* An odd factor keeps H whole and unlike V, so order counts; the 1 keeps (0, 0) off the fixed point 0. */
    return rng_mix(h * UINT64_C(0x9e3779b97f4a7c15) + v + 1);
}
