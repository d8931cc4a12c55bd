/* Whose bits are kept, and that nobody can tell. */
#include "support/any_world.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/engine_state.h"
#include "core/may_suit.h"

#define PLENTY 2150 /* pools: bits of 272 bytes, for which one in two referrals has room */
#define PAIRS 20
#define ALL_REGIONS UINT64_MAX

static void assert_same_answers(const struct engine *e, struct referral_id a, struct referral_id b)
{
    static const struct pool_id pools[] = {{1}, {500}, {PLENTY}};
    struct match_candidate of_a[64], of_b[64];
    struct match_query qa = match_query_of(e, engine_referral(e, a), NOON_MS);
    struct match_query qb = match_query_of(e, engine_referral(e, b), NOON_MS);
    struct match_standing stand_a, stand_b;
    size_t n = match_candidates(e, &qa, 0, of_a, COUNT_OF(of_a));

    for (uint32_t p = 1; p <= PLENTY; p++)
        assert_int_equal(match_may_suit(e, a, (struct pool_id){p}),
                         match_may_suit(e, b, (struct pool_id){p}));
    assert_int_equal(match_candidates(e, &qb, 0, of_b, COUNT_OF(of_b)), n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(of_a[i].pool.v, of_b[i].pool.v);
        assert_int_equal(of_a[i].utility, of_b[i].utility);
        assert_int_equal(of_a[i].ask_mask, of_b[i].ask_mask);
    }
    assert_int_equal(match_first(e, &qa, &of_a[0]), match_first(e, &qb, &of_b[0]));
    assert_int_equal(of_a[0].pool.v, of_b[0].pool.v);
    match_ranks(e, &qa, pools, COUNT_OF(pools), &stand_a);
    match_ranks(e, &qb, pools, COUNT_OF(pools), &stand_b);
    assert_memory_equal(stand_a.rank, stand_b.rank, sizeof stand_a.rank);
    assert_int_equal(stand_a.fits, stand_b.fits);
    assert_int_equal(stand_a.asks, stand_b.asks);
}

static bool any_may_suit(const struct engine *e, struct referral_id id)
{
    bool any = false;

    for (uint32_t p = 1; p <= PLENTY; p++)
        any |= match_may_suit(e, id, (struct pool_id){p});
    return any;
}

static void withdraw(struct engine *e, struct referral_id id)
{
    struct event ev = {.kind = EV_REFERRAL_WITHDRAWN, .seq = engine_seq(e) + 1, .at_ms = NOON_MS};

    ev.u.referral.referral = id;
    ev.u.referral.reason = 1;
    engine_apply(e, &ev);
}

/* PAIRS referrals, and as many with the same needs; the first have bits and leave no room. */
static struct engine *crowded(const struct vocab *v)
{
    struct rng rng = rng_seed(6);
    struct need needs[PAIRS];
    struct scene s;
    struct engine *e = any_world(&s, v, 6, PLENTY);

    for (int i = 0; i < 2 * PAIRS; i++) {
        if (i < PAIRS) {
            any_need(&rng, &s);
            needs[i] = s.need;
        }
        world_open(e, &needs[i % PAIRS], NOON_MS);
    }
    for (uint64_t i = 1; i <= PAIRS; i++) {
        assert_false(match_may_suit_is_known(e, (struct referral_id){i}));
        match_may_suit(e, (struct referral_id){i}, (struct pool_id){1});
        assert_true(match_may_suit_is_known(e, (struct referral_id){i}));
    }
    return e;
}

/* Who has no bits gets the same answers as who has; what is known of it follows its need. */
static void without_bits_all_is_the_same(void **state)
{
    struct engine *e = crowded(*state);
    struct referral_id late = {0};
    size_t full = engine_memory(e).may_suit;

    for (uint64_t i = 1; i <= PAIRS; i++) {
        late.v = PAIRS + i;
        assert_true(match_may_suit_is_known(e, late)); /* a look judges no more pools than it asks for */
        assert_same_answers(e, (struct referral_id){i}, late);
        assert_null(may_suit_bits(e, late));
        assert_non_null(may_suit_bits(e, (struct referral_id){i}));
    }
    assert_int_equal(engine_memory(e).may_suit, full);
    assert_true(any_may_suit(e, late));
    referral_slot(e, late)->r.need.unsafe_regions = ALL_REGIONS;
    scarcity_need_changed(e, late);
    assert_false(any_may_suit(e, late));
    engine_free(e);
}

/* The bits follow the number of those who are there. */
static void bits_make_room(void **state)
{
    struct engine *e = crowded(*state);
    struct referral_id late = {2 * PAIRS}, twin = {PAIRS};
    size_t full = engine_memory(e).may_suit;

    withdraw(e, (struct referral_id){1});
    assert_null(may_suit_bits(e, late));
    withdraw(e, (struct referral_id){2});
    assert_false(match_may_suit_is_known(e, late));
    assert_same_answers(e, twin, late);
    assert_non_null(may_suit_bits(e, late));
    for (uint64_t i = PAIRS + 1; i < 2 * PAIRS; i++)
        withdraw(e, (struct referral_id){i});
    assert_same_answers(e, twin, late);
    for (uint64_t i = 1; i <= 2 * PAIRS; i++)
        may_suit_bits(e, (struct referral_id){i});
    /* 19 are left, with room for 9. */
    assert_int_equal(engine_memory(e).may_suit * PAIRS, full * 9);
    assert_same_answers(e, twin, late);
    for (uint64_t i = 1; i <= 2 * PAIRS; i++) {
        if (referral_is_live(engine_referral(e, (struct referral_id){i})->state))
            withdraw(e, (struct referral_id){i});
    }
    assert_int_equal(engine_memory(e).may_suit, 0);
    assert_false(match_may_suit_is_known(e, late)); /* nobody is left: what a search costs goes by it */
    engine_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_bits_all_is_the_same),
        cmocka_unit_test(bits_make_room),
    };

    return cmocka_run_group_tests(tests, vocab_setup, vocab_teardown);
}
