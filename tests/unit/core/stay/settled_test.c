/* A household that left for a place to live makes no emergency of what a clock had opened; one that left for
 * no such place does, and so does the end of a bridge bed with the search that it was of. */
#include "support/exchange.h"
#include "support/nobed_steps.h"
#include "support/stay_steps.h"
#include "support/timer_steps.h"

#include "base/mem.h"

#include <string.h>

/* In B under a barring order of ten days, of which was warned: 71 hours are left. */
static struct referral_id warned(struct exchange *x, struct referral_id *r)
{
    *r = arrive_with(x, need_at(THREAT_ROOD), POOL_B);
    assert_int_equal(start_clock(x, *r, HUISVERBOD), REFUSAL_NONE);
    pass(x, 7 * MS_DAY + MS_HOUR);
    return engine_household(x->e, *r).later;
}

static void where_it_went_says_whether_it_is_for_today(void **state)
{
    static const struct {
        const char *where;
        bool is_home;
    } cases[] = {{"eigen_woning", true},
                 {"begeleid_wonen", true},
                 {"buitenland", true},
                 {"vervolgopvang", true},
                 {"familie_vrienden", false},
                 {"terug_naar_huis", false},
                 {"maatschappelijke_opvang", false},
                 {"buiten", false},
                 {"onbekend", false}};
    struct core_settings set = timed();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new_with(&set);
        struct referral_id r, f = warned(x, &r);
        int64_t by_ms = the_referral(x, f)->deadline_ms;

        assert_int_equal(depart(x, r, "doel_bereikt", cases[i].where), REFUSAL_NONE);
        if ((the_referral(x, f)->deadline_ms == by_ms) != cases[i].is_home)
            fail_msg("%s: the day of its search", cases[i].where);
        pass(x, 3 * MS_HOUR);
        if (timers_alarm_stands(x->e, the_referral(x, f), ALARM_LEAD) == cases[i].is_home)
            fail_msg("%s: the alarm of its search", cases[i].where);
        assert_true(referral_is_looking(the_referral(x, f)->state)); /* people end it */
        is_sound(x);
        exchange_free(x);
    }
}

/* What waits to be ended is in nobody's way: who comes back is looked for at once, by the desk where it is.
 */
static void who_comes_back_is_a_search_of_its_own(void **state)
{
    (void)state;
    for (int is_home = 0; is_home < 2; is_home++) {
        struct core_settings set = timed();
        struct exchange *x = exchange_new_with(&set);
        struct referral_id r, f = warned(x, &r);
        char code[RETURN_CODE_SIZE];
        struct outcome o;

        assert_int_equal(depart(x, r, "doel_bereikt", is_home ? "eigen_woning" : "familie_vrienden"),
                         REFUSAL_NONE);
        memcpy(code, stay_of(x, r)->return_code, sizeof code);
        x->now += MS_DAY;
        o = open_with_code(x, VT_WEST, code);
        assert_int_equal(o.refusal, is_home ? REFUSAL_NONE : REFUSAL_SEARCH_RUNS);
        if (is_home)
            assert_int_not_equal(o.referral.v, f.v);
        is_sound(x);
        exchange_free(x);
    }
}

/* One that somebody works on is no search that was left. */
static void one_that_asks_is_in_the_way(void **state)
{
    struct core_settings set = timed();
    struct exchange *x = exchange_new_with(&set);
    struct referral_id r, f = warned(x, &r);
    char code[RETURN_CODE_SIZE];

    (void)state;
    assert_int_equal(depart(x, r, "doel_bereikt", "eigen_woning"), REFUSAL_NONE);
    memcpy(code, stay_of(x, r)->return_code, sizeof code);
    do_ask_one(x, f, POOL_C);
    assert_int_equal(open_with_code(x, VT_WEST, code).refusal, REFUSAL_SEARCH_RUNS);
    is_sound(x);
    exchange_free(x);
}

/* Two searches beside each other; the one of which the household has its bed is ended. */
static void a_bed_that_ends_with_its_search(void **state)
{
    (void)state;
    for (int is_closed = 0; is_closed < 2; is_closed++) {
        struct core_settings set = timed();
        struct exchange *x = exchange_new_with(&set);
        struct referral_id r, f = warned(x, &r);
        struct referral_id beside = do_open_beside(x, VT_WEST, r);
        int64_t by_ms = the_referral(x, f)->deadline_ms;
        struct command close = {.kind = CMD_CLOSE_REFERRAL, .actor = referrer_of(VT_WEST)};

        in_a_bed(x, beside, POOL_C);
        assert_true(the_referral(x, f)->deadline_ms == by_ms);
        x->now += MS_HOUR;
        close.u.night.referral = beside;
        close.u.night.night =
            (struct night){.day = (int32_t)(x->now / MS_DAY), .slept = HOTEL_NIGHT, .reason = 1};
        if (is_closed)
            assert_int_equal(exchange_do(x, &close).refusal, REFUSAL_NONE);
        else
            assert_int_equal(do_referral(x, CMD_WITHDRAW, beside, 0, 1).refusal, REFUSAL_NONE);
        assert_int_equal(happened(x, EV_REFERRAL_RETIMED), 1);
        assert_true(the_referral(x, f)->deadline_ms == x->now + MS_DAY);
        is_sound(x);
        exchange_free(x);
    }
}

/* What ends needs no other day first. */
static void the_search_that_ends_is_not_for_today(void **state)
{
    struct core_settings set = timed();
    struct exchange *x = exchange_new_with(&set);
    struct referral_id r, f = warned(x, &r);
    int64_t by_ms = the_referral(x, f)->deadline_ms;

    (void)state;
    in_a_bed(x, f, POOL_C);
    assert_int_equal(do_referral(x, CMD_WITHDRAW, f, 0, 1).refusal, REFUSAL_NONE);
    assert_int_equal(happened(x, EV_REFERRAL_RETIMED), 0);
    assert_true(the_referral(x, f)->deadline_ms == by_ms);
    is_sound(x);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_it_went_says_whether_it_is_for_today),
        cmocka_unit_test(who_comes_back_is_a_search_of_its_own),
        cmocka_unit_test(one_that_asks_is_in_the_way),
        cmocka_unit_test(a_bed_that_ends_with_its_search),
        cmocka_unit_test(the_search_that_ends_is_not_for_today),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
