/* The shelter's answers: the first yes wins and lets go of the others, a late one is recorded once, and every
 * answer in every state has one meaning. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <string.h>

static void the_table_of_moves(void **state)
{
    /* pending accepted declined expired cancelled admitted left */
    static const char *const may[REQUEST_STATE_N] = {
        [REQUEST_PENDING] = ".xxxx..",
        [REQUEST_ACCEPTED] = "....xx.",
        [REQUEST_DECLINED] = ".......",
        [REQUEST_EXPIRED] = ".......",
        [REQUEST_CANCELLED] = ".......",
        [REQUEST_ADMITTED] = "......x", /* a bridge bed; apply lets no other */
        [REQUEST_LEFT] = ".......",
    };

    (void)state;
    for (unsigned from = 0; from < REQUEST_STATE_N; from++) {
        struct request q = {.state = (enum request_state)from};

        for (unsigned to = 0; to < REQUEST_STATE_N; to++) {
            if (request_may_become((enum request_state)from, (enum request_state)to) !=
                (may[from][to] == 'x'))
                fail_msg("%s to %s", request_state_code((enum request_state)from),
                         request_state_code((enum request_state)to));
        }
        assert_int_equal(request_is_holding(&q), strchr(may[from], 'x') != NULL && from != REQUEST_ADMITTED);
    }
}

/* How a request came to be as it is. */
enum past {
    PENDING,
    ACCEPTED,
    ADMITTED,
    DECLINED_1,
    EXPIRED,
    OTHER_YES,
    WITHDRAWN,
    YES_WITHDRAWN,
    NO_SHOW,
    PAST_N
};
static const char *const past_names[PAST_N] = {"pending",   "accepted",       "admitted",
                                               "declined",  "expired",        "other yes",
                                               "withdrawn", "yes, withdrawn", "no show"};

static struct request_id a_request(struct exchange *x, enum past past)
{
    static const unsigned pools[] = {POOL_B, POOL_C};
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct outcome asked = do_ask(x, r, pools, 2);
    struct request_id q = asked.requests[0];

    assert_int_equal(asked.refusal, REFUSAL_NONE);
    if (past == ACCEPTED || past == ADMITTED || past == YES_WITHDRAWN || past == NO_SHOW)
        do_answer(x, CMD_ACCEPT, q, 0);
    if (past == ADMITTED)
        do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    else if (past == DECLINED_1)
        do_answer(x, CMD_DECLINE, q, 1);
    else if (past == OTHER_YES)
        do_answer(x, CMD_ACCEPT, asked.requests[1], 0);
    else if (past == WITHDRAWN || past == YES_WITHDRAWN)
        do_referral(x, CMD_WITHDRAW, r, 0, 1);
    else if (past == NO_SHOW)
        do_referral(x, CMD_NO_SHOW, r, 0, 0);
    if (past == EXPIRED) {
        x->now += 3 * MS_HOUR;
        do_tick(x);
    }
    x->now += MS_MINUTE;
    return q;
}

static void an_answer_in_every_state(void **state)
{
    static const struct {
        enum command_kind kind;
        uint8_t reason;
        struct {
            enum refusal refusal;
            int events;
        } want[PAST_N];
    } cases[] = {
        {CMD_ACCEPT,
         0,
         {[PENDING] = {REFUSAL_NONE, 2},
          [ACCEPTED] = {REFUSAL_NONE, 0},
          [ADMITTED] = {REFUSAL_NONE, 0},
          [DECLINED_1] = {REFUSAL_ANSWERED, 0},
          [EXPIRED] = {REFUSAL_LAPSED, 1},
          [OTHER_YES] = {REFUSAL_OTHER_WAS_FIRST, 1},
          [WITHDRAWN] = {REFUSAL_WRONG_STATE, 1},
          [YES_WITHDRAWN] = {REFUSAL_WRONG_STATE, 0},
          [NO_SHOW] = {REFUSAL_WRONG_STATE, 0}}},
        {CMD_DECLINE,
         1,
         {[PENDING] = {REFUSAL_NONE, 2},
          [ACCEPTED] = {REFUSAL_WRONG_STATE, 0},
          [ADMITTED] = {REFUSAL_WRONG_STATE, 0},
          [DECLINED_1] = {REFUSAL_NONE, 0},
          [EXPIRED] = {REFUSAL_LAPSED, 0},
          [OTHER_YES] = {REFUSAL_OTHER_WAS_FIRST, 0},
          [WITHDRAWN] = {REFUSAL_WRONG_STATE, 0},
          [YES_WITHDRAWN] = {REFUSAL_WRONG_STATE, 0},
          [NO_SHOW] = {REFUSAL_WRONG_STATE, 0}}},
        {CMD_DECLINE,
         2,
         {[PENDING] = {REFUSAL_NONE, 2},
          [ACCEPTED] = {REFUSAL_WRONG_STATE, 0},
          [ADMITTED] = {REFUSAL_WRONG_STATE, 0},
          [DECLINED_1] = {REFUSAL_ANSWERED, 0},
          [EXPIRED] = {REFUSAL_LAPSED, 0},
          [OTHER_YES] = {REFUSAL_OTHER_WAS_FIRST, 0},
          [WITHDRAWN] = {REFUSAL_WRONG_STATE, 0},
          [YES_WITHDRAWN] = {REFUSAL_WRONG_STATE, 0},
          [NO_SHOW] = {REFUSAL_WRONG_STATE, 0}}},
        {CMD_SEE_REQUEST, 0, {[PENDING] = {REFUSAL_NONE, 1}}}, /* seeing is never refused */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (unsigned past = 0; past < PAST_N; past++) {
            struct exchange *x = exchange_new();
            struct request_id q = a_request(x, (enum past)past);
            struct outcome o = do_answer(x, cases[i].kind, q, cases[i].reason);

            if (o.refusal != cases[i].want[past].refusal || (int)last_count(x) != cases[i].want[past].events)
                fail_msg("%s (%u) when %s: %s, %zu events", command_name(cases[i].kind), cases[i].reason,
                         past_names[past], refusal_code(o.refusal), last_count(x));
            assert_int_equal(o.requests[0].v, q.v);
            assert_int_equal(o.referral.v, the_request(x, q)->referral.v);
            exchange_free(x);
        }
    }
}

static void the_first_yes_lets_go_of_the_others(void **state)
{
    static const unsigned pools[] = {POOL_A1, POOL_B, POOL_C};

    (void)state;
    for (unsigned first = 0; first < 3; first++) {
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct outcome asked = do_ask(x, r, pools, 3), o;

        x->now += MS_MINUTE;
        o = do_answer(x, CMD_ACCEPT, asked.requests[first], 0);
        assert_int_equal(o.refusal, REFUSAL_NONE);
        assert_int_equal(o.n_requests, 3);
        assert_int_equal(o.requests[0].v, asked.requests[first].v);
        assert_int_equal(last_count(x), 3);
        assert_int_equal(last_event(x, 0)->kind, EV_REQUEST_ACCEPTED);
        for (unsigned i = 0; i < 3; i++) {
            const struct request *q = the_request(x, asked.requests[i]);

            assert_int_equal(q->state, i == first ? REQUEST_ACCEPTED : REQUEST_CANCELLED);
            assert_int_equal(q->cancel_why, i == first ? CANCEL_NONE : CANCEL_OTHER_YES);
            assert_int_equal(the_pool(x, pools[i]).held, i == first ? 1 : 0);
        }
        assert_int_equal(the_referral(x, r)->state, REFERRAL_RESERVED);
        assert_int_equal(the_referral(x, r)->accepted_at_ms, x->now);
        assert_int_equal(the_request(x, asked.requests[first])->answered_at_ms, x->now);
        assert_int_equal(the_request(x, asked.requests[first])->answered_by.v,
                         100 + engine_pool(x->e, (struct pool_id){pools[first]})->org.v);
        exchange_free(x);
    }
}

static void a_late_yes_is_recorded_once(void **state)
{
    static const struct {
        enum past past;
        enum refusal want;
    } cases[] = {
        {EXPIRED, REFUSAL_LAPSED}, {OTHER_YES, REFUSAL_OTHER_WAS_FIRST}, {WITHDRAWN, REFUSAL_WRONG_STATE}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct request_id q = a_request(x, cases[i].past);
        int64_t first = x->now;

        assert_false(the_request(x, q)->late_yes);
        assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, cases[i].want);
        assert_int_equal(last_event(x, 0)->kind, EV_REQUEST_LATE_YES);
        assert_int_not_equal(x->last.seq, 0);
        x->now += MS_HOUR;
        assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, cases[i].want);
        assert_int_equal(last_count(x), 0);
        assert_true(the_request(x, q)->late_yes);
        assert_int_equal(the_request(x, q)->answered_at_ms, first);
        /* It holds nothing. */
        assert_int_equal(the_pool(x, POOL_B).held, 0);
        exchange_free(x);
    }
}

static void the_last_no_reopens_the_search(void **state)
{
    static const unsigned pools[] = {POOL_B, POOL_C};
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct outcome asked = do_ask(x, r, pools, 2);

    (void)state;
    do_answer(x, CMD_DECLINE, asked.requests[0], 3);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ASKED);
    assert_int_equal(the_request(x, asked.requests[0])->decline_reason, 3);
    do_answer(x, CMD_DECLINE, asked.requests[1], 1);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    exchange_free(x);
}

/* What a no does to the number of the house: HELD units for others, then a no to one that had asked. */
static void a_full_house_corrects_its_number(void **state)
{
    static const struct {
        const char *name;
        uint8_t reason;
        int free;    /* reported of three units */
        int pending; /* others waiting for an answer there */
        bool arrived, vague;
        bool corrected;
        int free_after;
        int left; /* that may be asked for */
    } cases[] = {
        {"full, and shown free", 1, 2, 0, false, false, true, 0},
        {"just taken", 2, 1, 0, false, false, true, 0},
        {"just taken, another is free", 2, 2, 0, false, false, true, 1, 1},
        {"just taken, another is asked for", 2, 2, 1, false, false, true, 1},
        {"just taken, and an arrival that the report cannot know of", 2, 3, 0, true, false, true, 1, 1},
        {"does not fit: the number stands", 3, 2, 0, false, false, false, 2},
        {"one is asked for another household", 1, 3, 1, false, false, true, 1},
        {"all that is free is held for others", 1, 2, 1, false, false, true, 1},
        {"nothing was shown free any more", 1, 2, 2, false, false, false, 2},
        {"an arrival that the report cannot know of", 1, 3, 0, true, false, true, 0},
        {"free not said", 1, 0, 0, false, true, false, UNITS_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct observation o = an_observation(x, POOL_B, 3, cases[i].vague ? UNITS_UNKNOWN : 3);
        struct request_id q;

        do_report(x, shelter_of(HUIS_B), &o, 1);
        q = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
        for (int k = 0; k < cases[i].pending; k++)
            do_ask_one(x, do_open(x, VT_WEST, a_need()), POOL_B);
        x->now += MS_MINUTE;
        o = an_observation(x, POOL_B, 3, cases[i].vague ? UNITS_UNKNOWN : cases[i].free);
        do_report(x, shelter_of(HUIS_B), &o, 1);
        if (cases[i].arrived) {
            struct request_id other = do_ask_one(x, do_open(x, VT_WEST, a_need()), POOL_B);

            do_answer(x, CMD_ACCEPT, other, 0);
            do_answer(x, CMD_CONFIRM_ARRIVAL, other, 0);
        }
        x->now += MS_MINUTE;
        do_answer(x, CMD_DECLINE, q, cases[i].reason);
        if ((int)last_count(x) != (cases[i].corrected ? 2 : 1) ||
            the_pool(x, POOL_B).latest->free != cases[i].free_after)
            fail_msg("%s: %zu events, %d free", cases[i].name, last_count(x),
                     the_pool(x, POOL_B).latest->free);
        assert_int_equal(the_request(x, q)->state, REQUEST_DECLINED);
        if (cases[i].corrected) {
            const struct believed *said = the_pool(x, POOL_B).latest;

            assert_int_equal(the_pool(x, POOL_B).offerable, cases[i].left);
            assert_false(the_pool(x, POOL_B).overcommitted);
            assert_int_equal(said->observed_at_ms, x->now);
            assert_int_equal(said->source, SOURCE_HAND);
            assert_int_equal(said->total, 3);
            assert_int_equal(last_event(x, 0)->account.v, 100 + HUIS_B);
        }
        exchange_free(x);
    }
}

/* A report observed before the no does not bring the rooms back; one after it does. */
static void only_a_later_report_frees_a_full_house(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    struct observation o = an_observation(x, POOL_B, POOL_UNITS, 2);

    (void)state;
    x->now += MS_MINUTE;
    do_answer(x, CMD_DECLINE, q, 1);
    x->now += MS_MINUTE;
    o.observed_at_ms = x->now - MS_MINUTE - 1;
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).late, 1);
    assert_int_equal(the_pool(x, POOL_B).offerable, 0);
    o = an_observation(x, POOL_B, POOL_UNITS, 1);
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).applied, 1);
    assert_int_equal(the_pool(x, POOL_B).offerable, 1);
    exchange_free(x);
}

static void a_no_needs_a_known_reason(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    size_t known = vocab_list_size(x->vocab, LIST_DECLINE);

    (void)state;
    assert_int_equal(do_answer(x, CMD_DECLINE, q, 0).refusal, REFUSAL_UNKNOWN_REASON);
    assert_int_equal(do_answer(x, CMD_DECLINE, q, (uint8_t)(known + 1)).refusal, REFUSAL_UNKNOWN_REASON);
    assert_int_equal(the_request(x, q)->state, REQUEST_PENDING);
    assert_int_equal(do_answer(x, CMD_DECLINE, q, (uint8_t)known).refusal, REFUSAL_NONE);
    exchange_free(x);
}

static void seen_is_noted_once(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    int64_t first = 0;

    (void)state;
    x->now += MS_MINUTE;
    first = x->now;
    do_answer(x, CMD_SEE_REQUEST, q, 0);
    x->now += MS_MINUTE;
    do_answer(x, CMD_SEE_REQUEST, q, 0);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(the_request(x, q)->seen_at_ms, first);
    exchange_free(x);
}

/* The unit is still held, so nobody is hurt by a yes that comes before the broker looked at the clock. */
static void a_yes_before_the_tick_counts(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);

    (void)state;
    x->now = the_request(x, q)->lapse_at_ms + MS_MINUTE;
    assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_NONE);
    do_tick(x);
    assert_int_equal(the_request(x, q)->state, REQUEST_ACCEPTED);
    exchange_free(x);
}

static void after_a_no_show_the_search_goes_on(void **state)
{
    static const unsigned pools[] = {POOL_B, POOL_C};
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct outcome asked = do_ask(x, r, pools, 2);
    struct request_id again;

    (void)state;
    do_answer(x, CMD_ACCEPT, asked.requests[0], 0);
    do_referral(x, CMD_NO_SHOW, r, 0, 0);
    assert_int_equal(do_answer(x, CMD_ACCEPT, asked.requests[1], 0).refusal, REFUSAL_OTHER_WAS_FIRST);
    again = do_ask_one(x, r, POOL_A1);
    assert_int_equal(do_answer(x, CMD_ACCEPT, again, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_RESERVED);
    exchange_free(x);
}

static void a_request_that_is_not_there_or_not_ones_own(void **state)
{
    static const enum command_kind kinds[] = {CMD_SEE_REQUEST, CMD_ACCEPT, CMD_DECLINE, CMD_CONFIRM_ARRIVAL};
    struct exchange *x = exchange_new();
    struct request_id q = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_A1);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct command cmd = {.kind = kinds[i], .actor = shelter_of(HUIS_B)};

        assert_int_equal(do_answer(x, kinds[i], (struct request_id){99}, 1).refusal, REFUSAL_NOT_FOUND);
        cmd.u.answer.request = q;
        cmd.u.answer.reason = 1;
        assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NOT_FOUND);
        cmd.actor = shelter_at(HUIS_A, A_ZUID); /* the other house of the same organisation */
        assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NOT_FOUND);
    }
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_moves),
        cmocka_unit_test(an_answer_in_every_state),
        cmocka_unit_test(the_first_yes_lets_go_of_the_others),
        cmocka_unit_test(a_late_yes_is_recorded_once),
        cmocka_unit_test(the_last_no_reopens_the_search),
        cmocka_unit_test(a_full_house_corrects_its_number),
        cmocka_unit_test(only_a_later_report_frees_a_full_house),
        cmocka_unit_test(a_no_needs_a_known_reason),
        cmocka_unit_test(seen_is_noted_once),
        cmocka_unit_test(a_yes_before_the_tick_counts),
        cmocka_unit_test(after_a_no_show_the_search_goes_on),
        cmocka_unit_test(a_request_that_is_not_there_or_not_ones_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
