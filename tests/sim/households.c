#include "households.h"

#include "vocabulary.h"

#include <string.h>

static enum tri seldom(struct rng *r, uint32_t per_mille)
{
    return rng_chance(r, per_mille) ? TRI_YES : rng_chance(r, 700) ? TRI_NO : TRI_UNKNOWN;
}

static struct person draw_child(struct rng *r)
{
    return (struct person){.sex = (enum sex)rng_below(r, SEX_N), .age = (int16_t)rng_below(r, 18)};
}

struct need household_draw(struct rng *r)
{
    struct need n = need_empty();
    unsigned children = rng_below(r, 4);

    if (rng_chance(r, 80)) { /* a minor alone */
        n.minor_alone = true;
        children = 0;
    }
    n.urgency = (enum urgency)rng_below(r, URGENCY_N);
    n.threat_level = (enum threat_level)rng_below(r, THREAT_N);
    tri_put(&n.threat_kinds, rng_below(r, THREAT_KIND_N), TRI_YES);
    n.persons[n.n_persons++] =
        (struct person){.sex = rng_chance(r, 900) ? SEX_F : (enum sex)rng_below(r, SEX_N),
                        .age = (int16_t)(n.minor_alone ? 12 + rng_below(r, 6) : 18 + rng_below(r, 50)),
                        .pregnant = rng_chance(r, 50)};
    while (children-- > 0)
        n.persons[n.n_persons++] = draw_child(r);
    for (unsigned i = 0; i < VOCABULARY_TRAITS; i++)
        tri_put(&n.traits, i, seldom(r, 60));
    if (rng_chance(r, 300))
        n.unsafe_regions = UINT64_C(1) << rng_below(r, VOCABULARY_REGIONS);
    if (rng_chance(r, 100))
        n.points[n.n_points++] = (struct unsafe_point){(uint8_t)rng_below(r, VOCABULARY_REGIONS), 30};
    n.home_region = (uint8_t)rng_below(r, VOCABULARY_REGIONS);
    n.home_municipality = (uint16_t)(100 + n.home_region);
    n.residence = (enum residence)rng_below(r, RESIDENCE_N);
    n.language = rng_chance(r, 300) ? (uint8_t)rng_below(r, VOCABULARY_LANGUAGES) : 255;
    n.ground = GROUND_STATUTORY_TASK;
    n.anonymous = rng_chance(r, 250);
    n.channel = rng_chance(r, 150) ? WAY_BACK_CHAT : WAY_BACK_PHONE;
    memcpy(n.callback, "030-1234567", sizeof "030-1234567");
    return n;
}
