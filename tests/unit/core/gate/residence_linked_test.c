/* The residence is a fact of the household: what is found out at one of its referrals reaches those that are
 * not over, and the clock of the place where it is. */
#include "support/exchange.h"
#include "support/nobed_steps.h"
#include "support/stay_steps.h"

#include "base/time_text.h"

#include <string.h>

#define BEDENKTIJD 2

static enum refusal found(struct exchange *x, struct referral_id r, enum residence residence,
                          int64_t until_ms)
{
    struct command cmd = {.kind = CMD_FIND_RESIDENCE, .actor = referrer_of(the_referral(x, r)->org.v)};

    cmd.u.residence.referral = r;
    cmd.u.residence.residence = residence;
    cmd.u.residence.until_ms = until_ms;
    return exchange_do(x, &cmd).refusal;
}

static unsigned told(const struct exchange *x, struct referral_id r)
{
    unsigned n = 0;

    for (size_t i = 0; i < last_count(x); i++) {
        const struct event *ev = last_event(x, i);

        n += ev->kind == EV_RESIDENCE_FOUND && ev->u.residence.referral.v == r.v;
    }
    return n;
}

static void the_other_search_goes_by_it(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id one = do_open(x, VT_OOST, a_need()), two = do_open_beside(x, VT_WEST, one);
    struct referral_id stranger = do_open(x, VT_OOST, a_need());
    enum residence before = the_referral(x, stranger)->need.residence;

    (void)state;
    assert_int_equal(found(x, one, RESIDENCE_BEDENKTIJD, x->now + 60 * MS_DAY), REFUSAL_NONE);
    assert_int_equal(the_referral(x, two)->need.residence, RESIDENCE_BEDENKTIJD);
    assert_int_equal(the_referral(x, two)->residence_until_ms, x->now + 60 * MS_DAY);
    assert_int_equal(told(x, one), 1);
    assert_int_equal(told(x, two), 1);
    assert_int_equal(the_referral(x, stranger)->need.residence, before);
    /* The newest word counts, whoever says it. */
    assert_int_equal(found(x, two, RESIDENCE_B8_VERGUNNING, 0), REFUSAL_NONE);
    assert_int_equal(the_referral(x, one)->need.residence, RESIDENCE_B8_VERGUNNING);
    assert_int_equal(the_referral(x, one)->residence_until_ms, 0);
    assert_int_equal(found(x, one, RESIDENCE_B8_VERGUNNING, 0), REFUSAL_NONE);
    assert_int_equal(last_count(x), 0); /* it is so already, at both */
    replays(x);
    exchange_free(x);
}

/* Who finds the same without its end takes nobody's end away. */
static void an_end_that_is_known_stays(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id one = do_open(x, VT_OOST, a_need()), two;
    int64_t until_ms = x->now + 60 * MS_DAY;

    (void)state;
    assert_int_equal(found(x, one, RESIDENCE_BEDENKTIJD, until_ms), REFUSAL_NONE);
    two = do_open_beside(x, VT_WEST, one);
    assert_int_equal(found(x, two, RESIDENCE_BEDENKTIJD, 0), REFUSAL_NONE);
    assert_int_equal(the_referral(x, one)->residence_until_ms, until_ms);
    assert_int_equal(told(x, one), 0);
    assert_int_equal(found(x, two, RESIDENCE_BEDENKTIJD, until_ms + MS_DAY), REFUSAL_NONE);
    assert_int_equal(the_referral(x, one)->residence_until_ms, until_ms + MS_DAY);
    replays(x);
    exchange_free(x);
}

/* It lives in a place by its first referral; what the search for the next finds out starts the clock there.
 */
static void the_place_where_it_is_has_the_clock(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id home = arrive(x, POOL_B), next = do_open_beside(x, VT_WEST, home);
    int64_t until = x->now + 60 * MS_DAY;

    (void)state;
    assert_int_equal(found(x, next, RESIDENCE_BEDENKTIJD, until), REFUSAL_NONE);
    assert_int_equal(the_referral(x, home)->need.residence, RESIDENCE_BEDENKTIJD);
    assert_int_equal(clock_of(x, home, 0)->kind, BEDENKTIJD);
    assert_int_equal(clock_of(x, home, 0)->runs_out_ms, until);
    assert_int_equal(engine_clock_of(x->e, next, 0).v, 0); /* it is in no place by this one */
    found(x, next, RESIDENCE_NL, 0);
    assert_int_equal(clock_of(x, home, 0)->state, CLOCK_STOPPED);
    replays(x);
    exchange_free(x);
}

static void not_knowing_reaches_no_other(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id one = do_open(x, VT_OOST, a_need()), two = do_open_beside(x, VT_WEST, one);

    (void)state;
    found(x, one, RESIDENCE_DUBLIN, 0);
    assert_int_equal(found(x, two, RESIDENCE_ONBEKEND, 0), REFUSAL_NONE);
    assert_int_equal(the_referral(x, two)->need.residence, RESIDENCE_ONBEKEND);
    assert_int_equal(the_referral(x, one)->need.residence, RESIDENCE_DUBLIN);
    /* Said again it reaches the one that has forgotten it, or an older journal never told. */
    assert_int_equal(found(x, one, RESIDENCE_DUBLIN, 0), REFUSAL_NONE);
    assert_int_equal(the_referral(x, two)->need.residence, RESIDENCE_DUBLIN);
    assert_int_equal(told(x, one), 0);
    replays(x);
    exchange_free(x);
}

/* What is over stays as it was told then. */
static void what_is_over_is_not_rewritten(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id left = arrive(x, POOL_B), one, two;
    enum residence before = the_referral(x, left)->need.residence;

    (void)state;
    depart(x, left, "eigen_keuze", "familie_vrienden");
    one = do_open_beside(x, VT_OOST, left);
    two = do_open_beside(x, VT_WEST, left);
    do_referral(x, CMD_WITHDRAW, two, 0, 1);
    assert_int_equal(found(x, one, RESIDENCE_DUBLIN, 0), REFUSAL_NONE);
    assert_int_equal(the_referral(x, left)->need.residence, before);
    assert_int_equal(the_referral(x, two)->need.residence, before);
    assert_int_equal(last_count(x), 1);
    replays(x);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_other_search_goes_by_it),         cmocka_unit_test(an_end_that_is_known_stays),
        cmocka_unit_test(the_place_where_it_is_has_the_clock), cmocka_unit_test(not_knowing_reaches_no_other),
        cmocka_unit_test(what_is_over_is_not_rewritten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
