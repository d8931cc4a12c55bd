/* One household, several referrals: never two places (domain.md, Supply). A second search is refused while
 * one runs; and where two run all the same (a clock's follow-up beside another, an older journal), the first
 * yes lets go of what the other holds. */
#include "support/exchange.h"
#include "support/stay_steps.h"

#include "core/apply.h"

#include <string.h>

/* A household that left, and two desks that look for it: VT Oost by its code, VT West beside it. Each has
 * asked one house, C and A, where ASKED. */
struct two_searches {
    struct referral_id one, two;
    struct request_id q1, q2;
};

static struct two_searches two_searches(struct exchange *x, bool asked)
{
    char code[RETURN_CODE_SIZE];
    struct referral_id r = left_with_code(x, code);
    struct two_searches s = {.one = open_with_code(x, VT_OOST, code).referral};

    s.two = do_open_beside(x, VT_WEST, r);
    if (asked) {
        s.q1 = do_ask_one(x, s.one, POOL_C);
        s.q2 = do_ask_one(x, s.two, POOL_A1);
    }
    return s;
}

static void apply_by_hand(struct exchange *x, enum event_kind kind, struct request_id q)
{
    char why[200] = "";
    struct event ev;

    memset(&ev, 0, sizeof ev);
    ev.kind = kind;
    ev.seq = engine_seq(x->e) + 1;
    ev.at_ms = x->now;
    ev.u.request.request = q;
    ev.u.request.referral = the_request(x, q)->referral;
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
}

static void one_search_for_one_code(void **state)
{
    struct exchange *x = exchange_new();
    char code[RETURN_CODE_SIZE];
    struct referral_id one;

    (void)state;
    left_with_code(x, code);
    one = open_with_code(x, VT_OOST, code).referral;
    assert_int_equal(open_with_code(x, VT_WEST, code).refusal, REFUSAL_SEARCH_RUNS);
    assert_int_equal(x->last.referral.v, one.v); /* whom to ring */
    assert_int_equal(last_count(x), 0);
    assert_int_equal(open_with_code(x, VT_OOST, code).refusal, REFUSAL_SEARCH_RUNS);
    do_answer(x, CMD_ACCEPT, do_ask_one(x, one, POOL_C), 0);
    assert_int_equal(open_with_code(x, VT_WEST, code).refusal, REFUSAL_SEARCH_RUNS);
    do_referral(x, CMD_WITHDRAW, one, 0, 1);
    assert_int_equal(open_with_code(x, VT_WEST, code).refusal, REFUSAL_NONE);
    exchange_free(x);
}

/* Who arrived may leave again, and any desk may look for the next place. */
static void an_arrival_ends_the_search(void **state)
{
    struct exchange *x = exchange_new();
    char code[RETURN_CODE_SIZE];
    struct referral_id one;
    struct request_id q;

    (void)state;
    left_with_code(x, code);
    one = open_with_code(x, VT_OOST, code).referral;
    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, one, POOL_C), 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_int_equal(open_with_code(x, VT_WEST, code).refusal, REFUSAL_NONE);
    exchange_free(x);
}

/* Also a search that a clock opened, and that nobody has touched. */
static void the_search_of_a_clock_counts(void **state)
{
    struct exchange *x = exchange_new();
    char code[RETURN_CODE_SIZE];
    struct referral_id r = left_with_code(x, code), clocks = do_open_beside(x, VT_WEST, r);

    (void)state;
    assert_int_equal(open_with_code(x, VT_OOST, code).refusal, REFUSAL_SEARCH_RUNS);
    assert_int_equal(x->last.referral.v, clocks.v);
    exchange_free(x);
}

static void the_first_yes_lets_go_of_the_rest(void **state)
{
    struct exchange *x = exchange_new();
    struct two_searches s = two_searches(x, true);

    (void)state;
    assert_int_equal(do_answer(x, CMD_ACCEPT, s.q1, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_request(x, s.q2)->state, REQUEST_CANCELLED);
    assert_int_equal(the_request(x, s.q2)->cancel_why, CANCEL_OTHER_YES);
    assert_int_equal(the_referral(x, s.two)->state, REFERRAL_OPEN); /* a machine closes none */
    assert_int_equal(do_answer(x, CMD_ACCEPT, s.q2, 0).refusal, REFUSAL_OTHER_WAS_FIRST);
    assert_int_equal(the_referral(x, s.two)->state, REFERRAL_OPEN);
    exchange_free(x);
}

static enum refusal ask(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct command cmd = {.kind = CMD_ASK, .actor = referrer_of(the_referral(x, r)->org.v)};

    cmd.u.ask.referral = r;
    cmd.u.ask.pools[0].v = pool;
    cmd.u.ask.n = 1;
    return exchange_do(x, &cmd).refusal;
}

/* Nor is anything asked beside a promise, by people or by the broker after silence; once that came to
 * nothing, it is again. */
static void nothing_is_asked_beside_a_promise(void **state)
{
    struct exchange *x = exchange_new();
    struct two_searches s = two_searches(x, false);
    struct request_id q;

    (void)state;
    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, s.one, POOL_C), 0);
    assert_int_equal(ask(x, s.two, POOL_A1), REFUSAL_HAS_PLACE);
    assert_int_equal(x->last.referral.v, s.one.v);
    assert_int_equal(the_referral(x, s.two)->n_requests, 0);
    do_referral(x, CMD_NO_SHOW, s.one, 0, 0);
    assert_int_equal(ask(x, s.two, POOL_A1), REFUSAL_NONE);
    exchange_free(x);
}

/* Two places of one household, as an older journal has them: what the other holds goes with the arrival. */
static void an_arrival_lets_go_of_an_older_promise(void **state)
{
    struct exchange *x = exchange_new();
    struct two_searches s = two_searches(x, true);

    (void)state;
    apply_by_hand(x, EV_REQUEST_ACCEPTED, s.q1);
    apply_by_hand(x, EV_REQUEST_ACCEPTED, s.q2);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, s.q1, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_request(x, s.q2)->state, REQUEST_CANCELLED);
    assert_int_equal(the_referral(x, s.two)->state, REFERRAL_OPEN);
    assert_int_equal(the_referral(x, s.two)->accepted_at_ms, 0);
    exchange_free(x);
}

/* The state of such a journal is one that the invariant names. */
static void two_places_are_a_broken_promise(void **state)
{
    struct exchange *x = exchange_new();
    char why[200] = "";
    struct two_searches s = two_searches(x, true);

    (void)state;
    assert_true(engine_check(x->e, why, sizeof why)); /* asking in parallel is no promise */
    apply_by_hand(x, EV_REQUEST_ACCEPTED, s.q1);
    assert_false(engine_check(x->e, why, sizeof why));
    apply_by_hand(x, EV_REQUEST_ACCEPTED, s.q2);
    assert_false(engine_check(x->e, why, sizeof why));
    assert_non_null(strstr(why, "its household has a place through referral"));
    exchange_free(x);
}

/* Who lives in a place may have the next promised: that is a move, and no second place. */
static void a_move_is_one_place(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id home = arrive(x, POOL_B), next = do_open_beside(x, VT_WEST, home);

    (void)state;
    assert_int_equal(do_answer(x, CMD_ACCEPT, do_ask_one(x, next, POOL_C), 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_referral(x, home)->state, REFERRAL_ADMITTED);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_search_for_one_code),
        cmocka_unit_test(an_arrival_ends_the_search),
        cmocka_unit_test(the_search_of_a_clock_counts),
        cmocka_unit_test(the_first_yes_lets_go_of_the_rest),
        cmocka_unit_test(nothing_is_asked_beside_a_promise),
        cmocka_unit_test(an_arrival_lets_go_of_an_older_promise),
        cmocka_unit_test(two_places_are_a_broken_promise),
        cmocka_unit_test(a_move_is_one_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
