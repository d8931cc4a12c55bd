/* A household that went home from its bridge bed, or needs no place any more, makes no emergency of what a
 * clock had opened. Any other end of that bed does. */
#include "support/exchange.h"
#include "support/nobed_steps.h"
#include "support/stay_steps.h"
#include "support/timer_steps.h"

#include "base/mem.h"

/* A follow-up F of a barring order, and the household in a bridge bed of the search beside it. */
struct beds {
    struct exchange *x;
    struct referral_id f, beside;
    const struct bridge *bed;
    int64_t by_ms; /* the day of F */
};

static struct beds in_its_bed(void)
{
    struct core_settings set = timed();
    struct beds b = {.x = exchange_new_with(&set)};
    struct referral_id r = arrive_with(b.x, need_at(THREAT_ROOD), POOL_B);

    assert_int_equal(start_clock(b.x, r, HUISVERBOD), REFUSAL_NONE);
    pass(b.x, 7 * MS_DAY + MS_HOUR);
    b.f = engine_household(b.x->e, r).later;
    b.beside = do_open_beside(b.x, VT_WEST, r);
    b.by_ms = the_referral(b.x, b.f)->deadline_ms;
    b.bed = in_a_bed(b.x, b.beside, POOL_C); /* and has left B by it */
    b.x->now += MS_HOUR;
    return b;
}

static void done(struct beds *b)
{
    char why[200] = "";

    if (!engine_check(b->x->e, why, sizeof why))
        fail_msg("%s", why);
    replays(b->x);
    exchange_free(b->x);
}

/* The alarm of who has no bed comes within hours at code rood; that of a day that is far does not. */
static void is_for_its_day(struct beds *b, bool is_home, const char *why)
{
    if ((the_referral(b->x, b->f)->deadline_ms == b->by_ms) != is_home ||
        engine_household_is_settled(b->x->e, b->f) != is_home || engine_is_planned(b->x->e, b->f) != is_home)
        fail_msg("%s: the day of its search", why);
    pass(b->x, 3 * MS_HOUR);
    if (timers_alarm_stands(b->x->e, the_referral(b->x, b->f), ALARM_LEAD) == is_home)
        fail_msg("%s: the alarm of its search", why);
    assert_true(referral_is_looking(the_referral(b->x, b->f)->state)); /* people end it */
    assert_true(engine_search_is_left(b->x->e, b->f) == is_home);
}

static void the_end_of_the_bed_says_whether_it_is_for_today(void **state)
{
    static const struct {
        enum bridge_end end;
        const char *why;
    } cases[] = {{BRIDGE_END_HOME, "home"},
                 {BRIDGE_END_MOVED, "moved"},
                 {BRIDGE_END_FAILED, "failed"},
                 {BRIDGE_END_OVER, "over"}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct beds b = in_its_bed();
        struct command cmd = {.kind = CMD_END_BRIDGE, .actor = referrer_of(VT_WEST)};

        cmd.u.bridge.bridge = b.bed->id;
        cmd.u.bridge.code = (uint8_t)cases[i].end;
        assert_int_equal(exchange_do(b.x, &cmd).refusal, REFUSAL_NONE);
        is_for_its_day(&b, cases[i].end == BRIDGE_END_HOME, cases[i].why);
        done(&b);
    }
}

static void a_withdrawal_says_it_too(void **state)
{
    static const char *const reasons[] = {"niet_meer_nodig", "huisverbod", "eigen_netwerk",
                                          "client_onbereikbaar", "anders"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        struct beds b = in_its_bed();

        assert_int_equal(
            do_referral(b.x, CMD_WITHDRAW, b.beside, 0, nr(b.x, LIST_WITHDRAW, reasons[i])).refusal,
            REFUSAL_NONE);
        is_for_its_day(&b, i == 0, reasons[i]);
        done(&b);
    }
}

/* The word counts that was told of the last bed: who was home and is in a bed again is no longer. */
static void the_last_bed_counts(void **state)
{
    struct beds b = in_its_bed();
    struct command cmd = {.kind = CMD_END_BRIDGE, .actor = referrer_of(VT_WEST)};

    (void)state;
    cmd.u.bridge.bridge = b.bed->id;
    cmd.u.bridge.code = BRIDGE_END_HOME;
    assert_int_equal(exchange_do(b.x, &cmd).refusal, REFUSAL_NONE);
    b.x->now += MS_DAY;
    cmd.u.bridge.bridge = in_a_bed(b.x, b.beside, POOL_C)->id;
    b.x->now += MS_HOUR;
    cmd.u.bridge.code = BRIDGE_END_MOVED;
    assert_int_equal(exchange_do(b.x, &cmd).refusal, REFUSAL_NONE);
    is_for_its_day(&b, false, "home, and then moved");
    done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_the_bed_says_whether_it_is_for_today),
        cmocka_unit_test(a_withdrawal_says_it_too),
        cmocka_unit_test(the_last_bed_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
