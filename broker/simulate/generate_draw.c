/* Draws in integers. The normal distribution is a table; e to the power is a series in fixed point. */
#include "simulate/generate_draw.h"

#include "base/rng.h"

struct draw draw_of(uint64_t seed, enum draw_what what, uint64_t index)
{
    return (struct draw){.key = rng_mix(rng_mix(rng_mix(seed) ^ (uint64_t)what) ^ index)};
}

uint64_t draw_at(const struct draw *d, uint64_t n)
{
    return rng_mix(d->key ^ n);
}

uint64_t draw_next(struct draw *d)
{
    return draw_at(d, ++d->n);
}

/* 0 .. n-1: the high half of a 32 x 32 product; its bias (under n / 2^32) is of no account here. */
static uint32_t below(struct draw *d, uint32_t n)
{
    return (uint32_t)(((draw_next(d) >> 32) * n) >> 32);
}

int draw_range(struct draw *d, int lo, int hi)
{
    return lo + (int)below(d, (uint32_t)(hi - lo) + 1);
}

bool draw_chance(struct draw *d, int permille)
{
    return (int)below(d, 1000) < permille;
}

int draw_pick(struct draw *d, const int *weights, int n)
{
    int total = 0;
    int left = 0;
    for (int i = 0; i < n; i++)
        total += weights[i];
    left = (int)below(d, (uint32_t)total);
    for (int i = 0; i < n - 1; i++) {
        left -= weights[i];
        if (left < 0)
            return i;
    }
    return n - 1;
}

/* Quantiles (128.5 + i) / 256 of the standard normal, in millionths; the lower half is the mirror. */
static const int upper_half[DRAW_TABLE / 2] = {
    4896,    14688,   24481,   34277,   44076,   53879,   63688,   73503,   83324,   93154,   102993,
    112841,  122701,  132573,  142457,  152356,  162269,  172199,  182145,  192110,  202093,  212097,
    222122,  232170,  242241,  252336,  262457,  272606,  282782,  292988,  303225,  313493,  323794,
    334130,  344502,  354911,  365359,  375846,  386375,  396947,  407564,  418227,  428937,  439697,
    450509,  461373,  472291,  483267,  494301,  505395,  516552,  527774,  539062,  550420,  561849,
    573352,  584932,  596590,  608330,  620154,  632066,  644068,  656164,  668356,  680649,  693045,
    705549,  718164,  730894,  743744,  756718,  769821,  783057,  796432,  809950,  823619,  837443,
    851429,  865583,  879913,  894426,  909130,  924034,  939145,  954474,  970031,  985826,  1001870,
    1018177, 1034759, 1051631, 1068808, 1086306, 1104143, 1122338, 1140913, 1159890, 1179294, 1199152,
    1219495, 1240356, 1261771, 1283781, 1306430, 1329771, 1353859, 1378760, 1404546, 1431302, 1459123,
    1488122, 1518429, 1550199, 1583615, 1618900, 1656324, 1696223, 1739020, 1785262, 1835672, 1891229,
    1953324, 2024014, 2106554, 2206575, 2335233, 2520502, 2885635};

int draw_normal_table(int i)
{
    return i < DRAW_TABLE / 2 ? -upper_half[DRAW_TABLE / 2 - 1 - i] : upper_half[i - DRAW_TABLE / 2];
}

int draw_normal(struct draw *d)
{
    uint64_t bits = draw_next(d);
    int i = (int)(((bits >> 32) * (DRAW_TABLE - 1)) >> 32);
    int64_t lo = draw_normal_table(i);
    int64_t hi = draw_normal_table(i + 1);
    return (int)(lo + (((hi - lo) * (int64_t)(bits & 0xffff)) >> 16));
}

int64_t draw_exp(int64_t x)
{
    /* x = k ln 2 + r with 0 <= r < ln 2; the series of e^r in 30 binary places. */
    const int64_t ln2 = 693147181; /* billionths */
    const int64_t limit = 20000000;
    int64_t k = 0;
    int64_t r = 0;
    int64_t sum = INT64_C(1) << 30;
    int64_t term = INT64_C(1) << 30;

    x = x > limit ? limit : x < -limit ? -limit : x;
    x *= 1000;
    k = x >= 0 ? x / ln2 : -((-x + ln2 - 1) / ln2);
    r = ((x - k * ln2) << 30) / 1000000000;
    for (int i = 1; i <= 12; i++) {
        term = ((term * r) >> 30) / i;
        sum += term;
    }
    return (sum * 1000000) >> (30 - k); /* |k| <= 29 by the limit */
}

int64_t draw_lognormal(struct draw *d, int sigma)
{
    return draw_exp((int64_t)draw_normal(d) * sigma / 1000) / 1000;
}

int64_t draw_lognormal_mean(int sigma)
{
    /* Over the same broken line as the draw: the ends of the table count for half. */
    int64_t twice = 0;
    for (int i = 0; i + 1 < DRAW_TABLE; i++)
        twice += draw_exp((int64_t)draw_normal_table(i) * sigma / 1000) +
                 draw_exp((int64_t)draw_normal_table(i + 1) * sigma / 1000);
    return twice / 2 / (DRAW_TABLE - 1) / 1000;
}
