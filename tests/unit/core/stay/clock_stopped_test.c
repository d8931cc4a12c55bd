/* Two clocks warned for one search, and the one that ends first is stopped: the search is by the other. */
#include "support/exchange.h"
#include "support/nobed_steps.h"
#include "support/stay_steps.h"
#include "support/timer_steps.h"

#include "core/stay/stay_rules.h"

static enum refusal stop(struct exchange *x, struct referral_id r, unsigned nth)
{
    struct command cmd = {.kind = CMD_STOP_CLOCK};

    cmd.actor = referrer_of(VT_OOST);
    cmd.u.clock.clock = clock_of(x, r, nth)->id;
    cmd.u.clock.reason = nr(x, LIST_CLOCK_STOP, "niet_nodig");
    if (clock_of(x, r, nth)->owner.v != VT_OOST)
        cmd.actor = shelter_of(clock_of(x, r, nth)->owner.v);
    return exchange_do(x, &cmd).refusal;
}

/* Under a barring order, and later the 72 hours of an emergency place, which end a day and some after it. */
static struct referral_id two_clocks(struct exchange *x, struct referral_id *r)
{
    const struct clock_rule *rules = vocab_stay_rules(x->vocab)->clocks;
    struct referral_id f;
    uint8_t other = 0;

    for (size_t i = 0; i < vocab_stay_rules(x->vocab)->n_clocks; i++)
        other = rules[i].minutes == 72 * 60 && !rules[i].of_household ? rules[i].nr : other;
    assert_int_not_equal(other, 0);
    *r = arrive_with(x, need_at(THREAT_ROOD), POOL_B);
    assert_int_equal(start_clock(x, *r, HUISVERBOD), REFUSAL_NONE);
    pass(x, 7 * MS_DAY + 12 * MS_HOUR);
    f = engine_household(x->e, *r).later;
    assert_int_equal(start_clock(x, *r, other), REFUSAL_NONE);
    pass(x, clock_of(x, *r, 1)->warn_at_ms - x->now + MS_MINUTE);
    assert_int_equal(clock_of(x, *r, 1)->follow_up.v, f.v);
    assert_true(clock_of(x, *r, 0)->runs_out_ms < clock_of(x, *r, 1)->runs_out_ms);
    assert_true(the_referral(x, f)->deadline_ms == clock_of(x, *r, 0)->runs_out_ms);
    return f;
}

static void its_search_is_by_the_next(void **state)
{
    struct core_settings set = timed();
    struct exchange *x = exchange_new_with(&set);
    struct referral_id r, f = two_clocks(x, &r);
    int64_t by_ms = clock_of(x, r, 1)->runs_out_ms;

    (void)state;
    assert_int_equal(stop(x, r, 0), REFUSAL_NONE);
    assert_true(the_referral(x, f)->deadline_ms == by_ms);
    assert_int_equal(stop(x, r, 1), REFUSAL_NONE); /* the last: people say what becomes of it */
    assert_true(the_referral(x, f)->deadline_ms == by_ms);
    is_sound(x);
    exchange_free(x);
}

static void the_later_one_changes_nothing(void **state)
{
    struct core_settings set = timed();
    struct exchange *x = exchange_new_with(&set);
    struct referral_id r, f = two_clocks(x, &r);

    (void)state;
    assert_int_equal(stop(x, r, 1), REFUSAL_NONE);
    assert_int_equal(happened(x, EV_REFERRAL_RETIMED), 0);
    assert_true(the_referral(x, f)->deadline_ms == clock_of(x, r, 0)->runs_out_ms);
    is_sound(x);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_search_is_by_the_next),
        cmocka_unit_test(the_later_one_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
