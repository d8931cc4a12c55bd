/* How long the match takes at the size of limits.md: 1,000 pools, 512 past referrals, looked at over a week.
 * Prints percentiles in microseconds of processor time, so that others on the machine count less; it judges
 * nothing, for a time is a matter of the machine.
 *
 *   plek-bench-match [RUNS]    20,000 unless said otherwise */
#include "support/any_world.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/scarcity.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define POOLS 1000
#define REFERRALS SCARCITY_PROFILES
#define CANDIDATES 64

static struct match_candidate found[CANDIDATES];

static int64_t clock_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static void print_percentiles(const char *what, int64_t *ns, size_t n)
{
    qsort(ns, n, sizeof *ns, compare);
    printf("%-18s p50 %6.1f  p99 %6.1f  max %6.1f us\n", what, (double)ns[n / 2] / 1e3,
           (double)ns[n * 99 / 100] / 1e3, (double)ns[n - 1] / 1e3);
}

static size_t do_run(const struct engine *e, const struct match_query *q)
{
    struct match_result r;
    size_t n = 0;

    match_run(e, q, &r);
    n = r.n_fits + r.n_ask;
    match_fini(&r);
    return n;
}

static size_t do_search(const struct engine *e, const struct match_query *q)
{
    struct match_query unsaved = *q;

    unsaved.referral.v = 0;
    return do_run(e, &unsaved);
}

static size_t do_candidates(const struct engine *e, const struct match_query *q)
{
    return match_candidates(e, q, 0, found, CANDIDATES);
}

static size_t do_ranks(const struct engine *e, const struct match_query *q)
{
    struct match_standing standing;
    struct pool_id pools[3];

    for (uint32_t i = 0; i < COUNT_OF(pools); i++)
        pools[i].v = 1 + (uint32_t)((q->referral.v * 7 + i * 311) % POOLS);
    match_ranks(e, q, pools, COUNT_OF(pools), &standing);
    return (size_t)standing.fits + standing.asks;
}

static size_t do_price(const struct engine *e, const struct match_query *q)
{
    struct scarcity_moment moment;

    scarcity_at(e, q->now_ms, &moment);
    return moment.profiles;
}

static struct engine *big_world(const struct vocab *v)
{
    struct scene s;
    struct engine *e = any_world(&s, v, 1, POOLS);
    struct rng rng = rng_seed(2);

    for (int i = 0; i < REFERRALS; i++) {
        any_need(&rng, &s);
        world_open(e, &s.need, NOON_MS + i * MS_MINUTE);
    }
    /* Fresh numbers through the week that is looked at: half a day old at most. */
    for (uint32_t p = 1; p <= POOLS; p++) {
        if (engine_pool_view(e, (struct pool_id){p}, NOON_MS).reported)
            world_report(e, (struct pool_id){p}, (int)rng_below(&rng, 4), NOON_MS + 7 * MS_DAY);
    }
    return e;
}

/* The first look after one pool changed, which holds it against every profile. */
static void time_redefinition(struct engine *e, int64_t *ns, size_t runs)
{
    struct scarcity_moment moment;

    for (size_t i = 0; i < runs; i++) {
        struct pool pool = engine_pool_definition(e, (struct pool_id){(uint32_t)(1 + i * 7 % POOLS)});
        int64_t from = 0;

        pool.unit_size = (uint8_t)(1 + (pool.unit_size + i) % 6);
        world_redefine(e, &pool, NOON_MS + 7 * MS_DAY);
        from = clock_ns();
        scarcity_at(e, NOON_MS + 7 * MS_DAY, &moment);
        ns[i] = clock_ns() - from;
    }
    if (runs > 0)
        print_percentiles("a pool redefined", ns, runs);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        size_t (*call)(const struct engine *e, const struct match_query *q);
    } what[] = {{"match_run", do_run},
                {"match_run, search", do_search},
                {"match_candidates", do_candidates},
                {"match_ranks", do_ranks},
                {"scarcity_at", do_price}};
    size_t runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
    struct vocab *v = vocab_of_repository();
    struct engine *e = big_world(v);
    int64_t *ns = mem_new(runs + 1, sizeof *ns);

    for (size_t w = 0; w < COUNT_OF(what) && runs > 0; w++) {
        struct rng rng = rng_seed(3);
        size_t places = 0;

        for (size_t i = 0; i < runs; i++) {
            struct match_query q =
                world_query(e, (struct referral_id){1 + rng_below(&rng, REFERRALS)},
                            NOON_MS + 7 * MS_DAY + (int64_t)rng_below(&rng, 12 * 60) * MS_MINUTE);
            int64_t from = clock_ns();

            places += what[w].call(e, &q);
            ns[i] = clock_ns() - from;
        }
        print_percentiles(what[w].name, ns, runs);
        printf("%-18s %.1f on average\n", "", (double)places / (double)runs);
    }
    time_redefinition(e, ns, runs < 100 ? runs : 100);
    printf("prices take %zu bytes, %u pools and %u referrals\n", scarcity_bytes(e), POOLS, REFERRALS);
    free(ns);
    engine_free(e);
    vocab_free(v);
    return 0;
}
