/* A household that has its place through one of its referrals: the search of another rests. It is not closed,
 * and goes on when people ask for it or something says that the household must leave. */
#include "support/exchange.h"
#include "support/safety_steps.h"
#include "support/stay_steps.h"
#include "support/timer_steps.h"

#include "base/time_text.h"

/* ONE brings the household to C; TWO, opened beside it, had asked A1 and was told no. */
struct pair {
    struct exchange *x;
    struct referral_id one, two;
};

static struct pair two_searches(void)
{
    struct pair p = {.x = exchange_timed()};
    struct request_id q;

    p.one = do_open(p.x, VT_OOST, a_need());
    p.two = do_open_beside(p.x, VT_WEST, p.one);
    q = do_ask_one(p.x, p.one, POOL_C);
    do_answer(p.x, CMD_DECLINE, do_ask_one(p.x, p.two, POOL_A1), 1);
    do_answer(p.x, CMD_ACCEPT, q, 0);
    p.x->now += MS_MINUTE;
    assert_int_equal(do_answer(p.x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    return p;
}

/* Requests of the referral in all that happened since it had N. */
static unsigned asked_since(const struct pair *p, unsigned n)
{
    return the_referral(p->x, p->two)->n_requests - n;
}

static void nobody_is_asked_for_it(void **state)
{
    struct pair p = two_searches();

    (void)state;
    assert_int_equal(asked_since(&p, 0), 1);
    pass(p.x, 90 * MS_MINUTE);
    assert_int_equal(asked_since(&p, 0), 1);
    assert_int_equal(the_referral(p.x, p.two)->state, REFERRAL_OPEN); /* no machine closes it */
    assert_true(engine_search_rests(p.x->e, p.two));
    assert_false(engine_search_rests(p.x->e, p.one));
    exchange_free(p.x);
}

/* Without the other's arrival it would have been asked on: the test above can fail. */
static void alone_it_is_asked_on(void **state)
{
    struct pair p = {.x = exchange_timed()};

    (void)state;
    p.one = do_open(p.x, VT_OOST, a_need());
    p.two = do_open_beside(p.x, VT_WEST, p.one);
    do_answer(p.x, CMD_DECLINE, do_ask_one(p.x, p.two, POOL_A1), 1);
    pass(p.x, 90 * MS_MINUTE);
    assert_true(asked_since(&p, 0) > 1);
    exchange_free(p.x);
}

static void a_person_who_asks_looks_again(void **state)
{
    struct pair p = two_searches();

    (void)state;
    p.x->now += MS_MINUTE;
    do_answer(p.x, CMD_DECLINE, do_ask_one(p.x, p.two, POOL_B), 1);
    pass(p.x, 90 * MS_MINUTE);
    assert_true(asked_since(&p, 0) > 2);
    exchange_free(p.x);
}

static void who_must_leave_is_looked_for(void **state)
{
    struct pair p = two_searches();
    struct command ready = {.kind = CMD_STAY_READY, .actor = shelter_of(HUIS_C)};
    const struct stay_clock *c = NULL;

    (void)state;
    ready.u.stay.stay = stay_of(p.x, p.one)->id;
    ready.u.stay.ready = true;
    assert_int_equal(exchange_do(p.x, &ready).refusal, REFUSAL_NONE);
    assert_false(engine_search_rests(p.x->e, p.two));
    ready.u.stay.ready = false;
    exchange_do(p.x, &ready);
    assert_true(engine_search_rests(p.x->e, p.two));
    /* A clock that warns. */
    assert_int_equal(start_clock(p.x, p.one, HUISVERBOD), REFUSAL_NONE);
    c = clock_of(p.x, p.one, 0);
    pass(p.x, c->warn_at_ms - p.x->now - 1);
    assert_true(engine_search_rests(p.x->e, p.two));
    pass(p.x, 1);
    assert_false(engine_search_rests(p.x->e, p.two));
    exchange_free(p.x);
}

static void a_leak_wakes_it(void **state)
{
    struct pair p = two_searches();
    uint32_t leak = freeze(p.x, HUIS_C, C_HUIS);

    (void)state;
    assert_false(engine_search_rests(p.x->e, p.two));
    step(p.x, CMD_ASK_LIFT, as(shelter_of(HUIS_C), ANNA), leak);
    step(p.x, CMD_LIFT_LEAK, as(shelter_of(HUIS_C), BERT), leak);
    assert_true(engine_search_rests(p.x->e, p.two));
    exchange_free(p.x);
}

/* The next place is looked for from the one where they are: that is no second search. */
static void the_search_from_a_place_goes_on(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id home = arrive(x, POOL_C), next = do_open_beside(x, VT_WEST, home);

    (void)state;
    assert_false(engine_search_rests(x->e, next));
    do_answer(x, CMD_DECLINE, do_ask_one(x, next, POOL_A1), 1);
    pass(x, 90 * MS_MINUTE);
    assert_true(the_referral(x, next)->n_requests > 1);
    exchange_free(x);
}

/* A unit that comes free is announced to who needs it. */
static void nothing_is_announced_to_it(void **state)
{
    struct pair p = two_searches();
    struct command cmd = {.kind = CMD_ANNOUNCE, .actor = {.role = ROLE_SYSTEM}};
    struct observation full = an_observation(p.x, POOL_B, POOL_UNITS, 0);
    struct observation free = full;

    (void)state;
    do_report(p.x, shelter_of(HUIS_B), &full, 1);
    p.x->now += MS_MINUTE;
    free = an_observation(p.x, POOL_B, POOL_UNITS, 1);
    do_report(p.x, shelter_of(HUIS_B), &free, 1);
    cmd.u.announce.referral = p.two;
    cmd.u.announce.pool.v = POOL_B;
    assert_int_equal(exchange_do(p.x, &cmd).refusal, REFUSAL_WRONG_STATE);
    depart(p.x, p.one, "eigen_keuze", "familie_vrienden");
    assert_int_not_equal(exchange_do(p.x, &cmd).refusal, REFUSAL_WRONG_STATE);
    exchange_free(p.x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_asked_for_it),
        cmocka_unit_test(alone_it_is_asked_on),
        cmocka_unit_test(a_person_who_asks_looks_again),
        cmocka_unit_test(who_must_leave_is_looked_for),
        cmocka_unit_test(a_leak_wakes_it),
        cmocka_unit_test(the_search_from_a_place_goes_on),
        cmocka_unit_test(nothing_is_announced_to_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
