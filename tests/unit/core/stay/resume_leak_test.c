/* A departure that was a mistake, at a house whose address is known: who lives there is looked for, at once
 * and with nothing before it. */
#include "support/nobed_steps.h"
#include "support/safety_steps.h"
#include "support/stay_steps.h"
#include "support/timer_steps.h"

#include "base/time_text.h"
#include "core/stay/dates.h"

#include <string.h>

static void mistaken(struct exchange *x, struct referral_id r)
{
    assert_int_equal(depart(x, r, "eigen_keuze", "familie_vrienden"), REFUSAL_NONE);
}

/* Somebody gets R out of there: a search that is for now, of which its desk is alarmed. */
static void is_looked_for(const struct exchange *x, struct referral_id r)
{
    struct referral_id later = engine_household(x->e, r).later;

    assert_true(later.v != 0);
    assert_true(referral_is_live(the_referral(x, later)->state));
    assert_int_equal(engine_household(x->e, later).why, LINK_LEAKED);
    assert_int_equal(the_referral(x, later)->urgency, URGENCY_NU);
    assert_true(timers_alarm_stands(x->e, the_referral(x, later), ALARM_LEAKED));
}

static void withdraw(struct exchange *x, struct referral_id r)
{
    assert_int_equal(do_referral(x, CMD_WITHDRAW, r, 0, 1).refusal, REFUSAL_NONE);
}

/* ---- the search has its own time ---- */

/* A clock opened it, and then the house leaked: it is for now, whatever day the clock has. */
static void a_leak_stays_for_now(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = moves_in(x, VT_OOST, need_at(THREAT_ROOD), POOL_B), f;
    int64_t by_ms = 0;

    (void)state;
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    pass(x, 7 * MS_DAY + MS_HOUR);
    f = engine_household(x->e, r).later;
    freeze(x, HUIS_B, B_HUIS);
    is_looked_for(x, r);
    by_ms = the_referral(x, f)->deadline_ms;
    x->now += 10 * MS_MINUTE;
    mistaken(x, r);
    x->now += MS_MINUTE;
    assert_int_equal(resume(x, r), REFUSAL_NONE);
    assert_int_equal(engine_household(x->e, r).later.v, f.v);
    is_looked_for(x, r);
    assert_true(the_referral(x, f)->deadline_ms == by_ms);
    is_sound(x);
    exchange_free(x);
}

/* A worker opened it by the code, and a clock found it: what was told stays. */
static void what_a_desk_told_stays(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = moves_in(x, VT_OOST, need_at(THREAT_ROOD), POOL_B), f;
    char code[RETURN_CODE_SIZE];
    enum urgency urgency = URGENCY_NU;
    int64_t by_ms = 0;

    (void)state;
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    pass(x, 5 * MS_DAY);
    mistaken(x, r);
    memcpy(code, stay_of(x, r)->return_code, sizeof code);
    f = open_with_code(x, VT_WEST, code).referral;
    pass(x, 3 * MS_DAY);
    assert_int_equal(engine_household(x->e, f).why, LINK_RETURN);
    assert_int_equal(clock_of(x, r, 0)->follow_up.v, f.v);
    assert_true(the_referral(x, f)->unplaced);
    urgency = the_referral(x, f)->urgency;
    by_ms = the_referral(x, f)->deadline_ms;
    assert_int_equal(resume(x, r), REFUSAL_NONE);
    assert_int_equal(the_referral(x, f)->urgency, urgency);
    assert_true(the_referral(x, f)->deadline_ms == by_ms && the_referral(x, f)->unplaced);
    is_sound(x);
    exchange_free(x);
}

/* ---- while lifting is asked ---- */

static void a_refused_lift_finds_who_is_there(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id gone = moves_in(x, VT_OOST, a_need(), POOL_B);
    struct referral_id listed = moves_in(x, VT_OOST, a_need(), POOL_B);
    struct referral_id later;
    uint32_t leak = 0;

    (void)state;
    mistaken(x, gone);
    x->now += MS_HOUR;
    leak = freeze(x, HUIS_B, B_HUIS);
    assert_int_equal(engine_leak(x->e, leak)->households, 1);
    later = engine_household(x->e, listed).later;
    x->now += MS_HOUR;
    assert_int_equal(step(x, CMD_ASK_LIFT, as(shelter_of(HUIS_B), ANNA), leak), REFUSAL_NONE);
    assert_int_equal(resume(x, gone), REFUSAL_NONE);
    assert_int_equal(engine_leak(x->e, leak)->households, 1); /* perhaps it is safe: a second person says */
    assert_int_equal(step(x, CMD_WITHDRAW_LEAK, as(shelter_of(HUIS_B), BERT), leak), REFUSAL_NONE);
    assert_int_equal(engine_leak(x->e, leak)->state, LEAK_FROZEN);
    assert_int_equal(engine_leak(x->e, leak)->households, 2);
    is_looked_for(x, gone);
    assert_int_equal(engine_household(x->e, listed).later.v, later.v); /* that one goes on */
    is_sound(x);
    exchange_free(x);
}

/* Each in its own row, with a search of its own, the most endangered first. */
static void several_in_their_order(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id green = moves_in(x, VT_OOST, need_at(THREAT_GROEN), POOL_B);
    struct referral_id red = moves_in(x, VT_OOST, need_at(THREAT_ROOD), POOL_B);
    uint32_t leak = 0;

    (void)state;
    mistaken(x, green);
    mistaken(x, red);
    x->now += MS_HOUR;
    leak = freeze(x, HUIS_B, B_HUIS);
    assert_int_equal(step(x, CMD_ASK_LIFT, as(shelter_of(HUIS_B), ANNA), leak), REFUSAL_NONE);
    assert_int_equal(resume(x, green), REFUSAL_NONE);
    assert_int_equal(resume(x, red), REFUSAL_NONE);
    assert_int_equal(step(x, CMD_WITHDRAW_LEAK, as(shelter_of(HUIS_B), BERT), leak), REFUSAL_NONE);
    assert_int_equal(engine_leak(x->e, leak)->households, 2);
    assert_int_equal(engine_leak_household(x->e, leak, 0)->earlier.v, red.v);
    assert_int_equal(engine_leak_household(x->e, leak, 1)->earlier.v, green.v);
    is_looked_for(x, red);
    is_looked_for(x, green);
    is_sound(x);
    exchange_free(x);
}

/* ---- listed before, and its search is over ---- */

static void a_search_that_is_over_moves_nobody(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B), first;
    uint32_t leak = freeze(x, HUIS_B, B_HUIS);

    (void)state;
    first = engine_household(x->e, r).later;
    x->now += MS_HOUR;
    mistaken(x, r);
    withdraw(x, first);
    x->now += MS_HOUR;
    assert_int_equal(resume(x, r), REFUSAL_NONE);
    assert_int_equal(engine_leak(x->e, leak)->households, 2);
    assert_true(engine_household(x->e, r).later.v != first.v);
    is_looked_for(x, r);
    /* and once more: the last row counts */
    mistaken(x, r);
    x->now += MS_HOUR;
    assert_int_equal(resume(x, r), REFUSAL_NONE);
    assert_int_equal(engine_leak(x->e, leak)->households, 2);
    is_looked_for(x, r);
    is_sound(x);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leak_stays_for_now),
        cmocka_unit_test(what_a_desk_told_stays),
        cmocka_unit_test(a_refused_lift_finds_who_is_there),
        cmocka_unit_test(several_in_their_order),
        cmocka_unit_test(a_search_that_is_over_moves_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
