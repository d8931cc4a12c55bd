/* What a pool and an open referral take in memory, against the bars of limits.md: counted by the engine
 * (engine_memory()), and beside it what the allocator says the whole engine takes.
 *
 *   plek-bench-memory */
#include "support/crowd.h"

#include <malloc.h>
#include <stdio.h>

static void show(const struct vocab *v, const char *name, const struct crowd *c)
{
    size_t before = mallinfo2().uordblks;
    struct engine *e = crowd_new(v, c);
    size_t all = mallinfo2().uordblks - before;
    struct engine_memory m = engine_memory(e);
    double pools = c->pools, referrals = c->referrals > 0 ? c->referrals : 1;

    printf("%6u pools, %4u referrals, %-28s %6.1f %6.1f %7.1f", c->pools, c->referrals, name,
           (double)m.pools_match / pools, (double)m.pools / pools, (double)m.places / pools);
    printf(" %8.0f %8.0f", (double)(m.referrals + m.requests) / referrals, (double)m.may_suit / referrals);
    printf("   %.2f of %.2f MB counted\n",
           (double)(m.pools + m.places + m.referrals + m.requests + m.may_suit) / 1e6, (double)all / 1e6);
    engine_free(e);
}

int main(void)
{
    struct vocab *v = vocab_of_repository();

    printf("%-54s %6s %6s %7s %8s %8s\n", "bytes", "match", "pool", "places", "referral", "its bits");
    printf("%-54s %6d %6d %7s %17s\n", "bar", 200, 400, "-", "2048 together");
    show(v, "as in daily use", &(struct crowd){.pools = 1000, .referrals = 500});
    show(v, "as in daily use", &(struct crowd){.pools = 10000, .referrals = 500});
    show(v, "both sides spoke of all", &(struct crowd){.pools = 10000, .both_sides = true});
    show(v, "names of its own each", &(struct crowd){.pools = 10000, .own_names = true});
    vocab_free(v);
    return 0;
}
