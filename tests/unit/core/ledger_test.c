/* offerable = max(0, reported free - held), and what counts as held, when, and until when. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/ledger.h"

#include <string.h>

static void offerable_is_free_minus_held(void **state)
{
    static const struct {
        const char *name;
        int free, held, want;
    } cases[] = {
        {"nothing held", 3, 0, 3},
        {"some held", 3, 2, 1},
        {"all held", 3, 3, 0},
        {"more held than free is nothing, not less", 1, 3, 0},
        {"none free", 0, 0, 0},
        {"free was not said", UNITS_UNKNOWN, 0, UNITS_UNKNOWN},
        {"free was not said, some held", UNITS_UNKNOWN, 2, UNITS_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct observation said = {.free = cases[i].free};
        struct believed o = believed_of(&said);

        if (ledger_offerable(&o, cases[i].held) != cases[i].want)
            fail_msg("%s", cases[i].name);
    }
    assert_int_equal(ledger_offerable(NULL, 0), UNITS_UNKNOWN);
}

static void units_are_as_reported_else_as_profiled(void **state)
{
    const struct pool_kept p = {.units_total = 5};
    struct believed o = {.said = true, .total = 3};

    (void)state;
    assert_int_equal(ledger_units(&p, NULL), 5);
    assert_int_equal(ledger_units(&p, &o), 3);
    o.total = UNITS_UNKNOWN;
    assert_int_equal(ledger_units(&p, &o), 5);
    o.total = 0;
    assert_int_equal(ledger_units(&p, &o), 0);
}

static void a_stop_holds_until_its_moment(void **state)
{
    static const struct {
        const char *name;
        uint8_t stop;
        int64_t until, now;
        bool want;
    } cases[] = {
        {"no stop", 0, 0, 100, false},         {"until told otherwise", 1, 0, 100, true},
        {"before its end", 1, 101, 100, true}, {"at its end", 1, 100, 100, false},
        {"after its end", 1, 99, 100, false},  {"an end without a stop", 0, 200, 100, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct observation o = {.stop = cases[i].stop, .stop_until_ms = cases[i].until};

        struct believed none = {.stop = 0}, believed = believed_of(&o);
        struct word hand = word_of(&o);

        if (ledger_is_stopped(&believed, NULL, cases[i].now) != cases[i].want)
            fail_msg("%s", cases[i].name);
        if (ledger_is_stopped(&none, &hand, cases[i].now) != cases[i].want)
            fail_msg("%s, said by people", cases[i].name);
    }
    assert_false(ledger_is_stopped(NULL, NULL, 100));
}

static void a_request_holds_from_the_moment_it_is_made(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q, list[4];

    (void)state;
    assert_int_equal(the_pool(x, POOL_B).held, 0);
    assert_int_equal(the_pool(x, POOL_B).offerable, 2);
    q = do_ask_one(x, r, POOL_B);
    assert_int_equal(the_pool(x, POOL_B).held, 1);
    assert_int_equal(the_pool(x, POOL_B).offerable, 1);
    assert_int_equal(engine_pool_holds(x->e, (struct pool_id){POOL_B}, list, 4), 1);
    assert_int_equal(list[0].v, q.v);
    /* A yes does not count it twice. */
    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(the_pool(x, POOL_B).held, 1);
    exchange_free(x);
}

/* Every end of a request, and whether its unit counts afterwards. */
static void an_ended_request_lets_go(void **state)
{
    static const struct {
        const char *name;
        bool accept_first;
        enum command_kind end;
        int held_after;
    } cases[] = {
        {"declined", false, CMD_DECLINE, 0},    {"lapsed", false, CMD_TICK, 0},
        {"withdrawn", false, CMD_WITHDRAW, 0},  {"yes, withdrawn", true, CMD_WITHDRAW, 0},
        {"no show", true, CMD_NO_SHOW, 0},      {"arrived", true, CMD_CONFIRM_ARRIVAL, 1},
        {"yes, hold stays", true, CMD_TICK, 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct request_id q = do_ask_one(x, r, POOL_B);

        if (cases[i].accept_first)
            do_answer(x, CMD_ACCEPT, q, 0);
        x->now += 24 * MS_HOUR;
        if (cases[i].end == CMD_TICK)
            do_tick(x);
        else if (cases[i].end == CMD_WITHDRAW || cases[i].end == CMD_NO_SHOW)
            do_referral(x, cases[i].end, r, 0, 1);
        else
            do_answer(x, cases[i].end, q, 1);
        if (the_pool(x, POOL_B).held != cases[i].held_after)
            fail_msg("%s: %d held", cases[i].name, the_pool(x, POOL_B).held);
        exchange_free(x);
    }
}

/* After arrival the unit counts until a report observed later is believed. */
static void an_arrival_counts_until_a_report_knows_of_it(void **state)
{
    static const struct {
        const char *name;
        int64_t observed_after_arrival_ms;
        int free, held, offerable;
    } cases[] = {
        {"observed before the arrival", -1, 2, 1, 1},
        {"observed at the arrival", 0, 1, 1, 0},
        {"observed after the arrival", 1, 1, 0, 1},
        {"observed after, full", MS_MINUTE, 0, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct request_id q = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
        struct observation o;
        int64_t arrival = 0;

        do_answer(x, CMD_ACCEPT, q, 0);
        x->now += MS_HOUR;
        arrival = x->now;
        do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
        assert_int_equal(the_pool(x, POOL_B).held, 1);
        x->now += MS_MINUTE;
        o = an_observation(x, POOL_B, POOL_UNITS, cases[i].free);
        o.observed_at_ms = arrival + cases[i].observed_after_arrival_ms;
        assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).applied, 1);
        if (the_pool(x, POOL_B).held != cases[i].held || the_pool(x, POOL_B).offerable != cases[i].offerable)
            fail_msg("%s: %d held, %d offerable", cases[i].name, the_pool(x, POOL_B).held,
                     the_pool(x, POOL_B).offerable);
        exchange_free(x);
    }
}

static void a_pending_hold_counts_whatever_is_reported(void **state)
{
    struct exchange *x = exchange_new();
    struct observation o;

    (void)state;
    do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    x->now += MS_HOUR;
    o = an_observation(x, POOL_B, POOL_UNITS, 1);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    assert_int_equal(the_pool(x, POOL_B).held, 1);
    assert_int_equal(the_pool(x, POOL_B).offerable, 0);
    assert_false(the_pool(x, POOL_B).overcommitted);
    exchange_free(x);
}

static void a_report_that_takes_units_away_shows_as_overcommitted(void **state)
{
    struct exchange *x = exchange_new();
    struct observation o;

    (void)state;
    do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    assert_int_equal(the_pool(x, POOL_B).offerable, 0);
    assert_false(the_pool(x, POOL_B).overcommitted);
    x->now += MS_HOUR;
    o = an_observation(x, POOL_B, POOL_UNITS, 1);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    assert_int_equal(the_pool(x, POOL_B).offerable, 0);
    assert_true(the_pool(x, POOL_B).overcommitted);
    /* Also where free is not said, but there are fewer units than promises. */
    x->now += MS_HOUR;
    o = an_observation(x, POOL_B, 1, UNITS_UNKNOWN);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    assert_int_equal(the_pool(x, POOL_B).offerable, UNITS_UNKNOWN);
    assert_true(the_pool(x, POOL_B).overcommitted);
    exchange_free(x);
}

static void a_large_household_holds_two_linked_units(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q = do_ask_one(x, do_open(x, VT_OOST, a_need(.adults = 2, .children = 4)), POOL_B);

    (void)state;
    assert_int_equal(the_request(x, q)->units, 2);
    assert_int_equal(the_pool(x, POOL_B).held, 2);
    assert_int_equal(the_pool(x, POOL_B).offerable, 0);
    do_answer(x, CMD_DECLINE, q, 1);
    assert_int_equal(the_pool(x, POOL_B).held, 0);
    exchange_free(x);
}

/* May one or two more be asked for: everything ledger_has_room weighs. */
static void room_is_what_is_left_of_both_counts(void **state)
{
    static const struct {
        const char *name;
        int total, free, hold, ask; /* total -1: not said; free -1: not said, -2: never reported */
        int64_t age_ms;
        bool want;
    } cases[] = {
        {"free and asked", 2, 2, 0, 1, 0, true},
        {"last one", 2, 2, 1, 1, 0, true},
        {"both, linked", 2, 2, 0, 2, 0, true},
        {"two wanted, one left", 2, 2, 1, 2, 0, false},
        {"all held", 2, 2, 2, 1, 0, false},
        {"none free", 2, 0, 0, 1, 0, false},
        {"one free and held", 2, 1, 1, 1, 0, false},
        {"free not said", 2, -1, 0, 1, 0, true},
        {"free not said, one held", 2, -1, 1, 1, 0, true},
        {"free not said, all held", 2, -1, 2, 1, 0, false},
        {"nothing said of units: the profile bounds", -1, -1, 2, 1, 0, false},
        {"never reported", -1, -2, 0, 1, 0, true},
        {"never reported, all held", -1, -2, 2, 1, 0, false},
        {"none free, long ago: ask", 2, 0, 0, 1, 25 * MS_HOUR, true},
        {"none free, long ago, all held", 2, 0, 2, 1, 25 * MS_HOUR, false},
        {"none free, a day less a moment ago", 2, 0, 0, 1, 24 * MS_HOUR - 1, false},
        {"the house has one unit now", 1, 1, 0, 2, 0, false},
        {"free said, total not", -1, 2, 0, 2, 0, true},
        {"free more than the profile has, all held", -1, 4, 2, 1, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct pool p = pool_of_kind(x, B_HUIS, "nieuw", KIND_CRISIS);
        struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}};
        struct pool_id id;

        define.u.pool = &p;
        id = exchange_do(x, &define).pool;
        for (int k = 0; k < cases[i].hold; k++)
            do_ask_one(x, do_open(x, VT_OOST, a_need()), id.v);
        if (cases[i].free != -2) {
            struct observation o = an_observation(x, id.v, cases[i].total, cases[i].free);

            assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).applied, 1);
        }
        if (ledger_has_room(x->e, id, cases[i].ask, x->now + cases[i].age_ms) != cases[i].want)
            fail_msg("%s", cases[i].name);
        exchange_free(x);
    }
}

static void holds_are_listed_oldest_first(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q[2], list[1];

    (void)state;
    q[0] = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    q[1] = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    assert_int_equal(engine_pool_holds(x->e, (struct pool_id){POOL_B}, list, 1), 2);
    assert_int_equal(list[0].v, q[0].v);
    do_answer(x, CMD_DECLINE, q[0], 1);
    assert_int_equal(engine_pool_holds(x->e, (struct pool_id){POOL_B}, list, 1), 1);
    assert_int_equal(list[0].v, q[1].v);
    assert_int_equal(engine_pool_holds(x->e, (struct pool_id){99}, list, 1), 0);
    exchange_free(x);
}

/* A source whose clock runs fast says "observed" a little in the future: it cannot know of an arrival after
 * it was sent. */
static void a_report_from_a_fast_clock_knows_no_later_arrival(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);
    struct observation o = an_observation(x, POOL_B, POOL_UNITS, 1);

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    x->now += 10 * MS_MINUTE;
    o.observed_at_ms = x->now + 110 * MS_SECOND;
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).refusal, REFUSAL_NONE);
    x->now += MS_MINUTE;
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_int_equal(the_pool(x, POOL_B).held, 1);
    assert_int_equal(the_pool(x, POOL_B).offerable, 0);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offerable_is_free_minus_held),
        cmocka_unit_test(units_are_as_reported_else_as_profiled),
        cmocka_unit_test(a_stop_holds_until_its_moment),
        cmocka_unit_test(a_request_holds_from_the_moment_it_is_made),
        cmocka_unit_test(an_ended_request_lets_go),
        cmocka_unit_test(an_arrival_counts_until_a_report_knows_of_it),
        cmocka_unit_test(a_report_from_a_fast_clock_knows_no_later_arrival),
        cmocka_unit_test(a_pending_hold_counts_whatever_is_reported),
        cmocka_unit_test(a_report_that_takes_units_away_shows_as_overcommitted),
        cmocka_unit_test(a_large_household_holds_two_linked_units),
        cmocka_unit_test(room_is_what_is_left_of_both_counts),
        cmocka_unit_test(holds_are_listed_oldest_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
