/* The draws of the generator: integers only, so that a seed gives the same world on every machine. A stream
 * is the hash H(seed, what, index, n) of matching.md 5.2 with n = 1, 2, 3...; what is drawn for one house or
 * household never depends on how much was drawn for another. */
#ifndef PLEK_SIMULATE_GENERATE_DRAW_H
#define PLEK_SIMULATE_GENERATE_DRAW_H

#include <stdbool.h>
#include <stdint.h>

/* What a stream is for; the numbers are part of what a seed means. */
enum draw_what {
    DRAW_PARAMETERS = 1,
    DRAW_SITE,
    DRAW_SPREAD,
    DRAW_SITE_STAY,
    DRAW_EMERGENCY,
    DRAW_POOL,
    DRAW_ARRIVAL,
    DRAW_HOUSEHOLD,
    DRAW_STAY,
    DRAW_RESIDENT,
    DRAW_HOUSE_DECLINES,
    DRAW_ACCEPTS,
    DRAW_ANSWER,
    DRAW_DELAY,
    DRAW_FOLLOW
};

struct draw {
    uint64_t key;
    uint64_t n;
};

struct draw draw_of(uint64_t seed, enum draw_what what, uint64_t index);
uint64_t draw_at(const struct draw *d, uint64_t n); /* the N-th value, without moving the stream */
uint64_t draw_next(struct draw *d);
int draw_range(struct draw *d, int lo, int hi); /* LO..HI, both included */
bool draw_chance(struct draw *d, int permille);
int draw_pick(struct draw *d, const int *weights, int n); /* index, by weight */

#define DRAW_TABLE 256
/* Standard normal in millionths at the middle of slot I of 256; and between the middles for a draw. */
int draw_normal_table(int i);
int draw_normal(struct draw *d);
/* e to the power X, both in millionths; X within -20 and 20 (millions), else held there. */
int64_t draw_exp(int64_t x);
/* Log-normal with SIGMA (permille) in permille of its median, and of its mean. */
int64_t draw_lognormal(struct draw *d, int sigma);
int64_t draw_lognormal_mean(int sigma); /* the mean of the above, in permille of the median */

#endif
