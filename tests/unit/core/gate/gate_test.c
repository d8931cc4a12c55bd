/* Gate requests: every move of their table, who gives which command, and that nobody asks a place of a
 * gatekeeper past it. */
#include "support/exchange.h"
#include "support/gate_steps.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <string.h>

/* What each command does in each state, and for whom: TO = the state after it, or a refusal. */
static void every_move(void **state)
{
    enum { NO = GATE_STATE_N }; /* refused: wrong state */
    static const struct {
        enum command_kind kind;
        unsigned value;
        uint8_t to[GATE_STATE_N]; /* by the state before: waiting, taken, asked back, placing, placed, ... */
    } cases[] = {
        {CMD_GATE_TAKE, 0, {GATE_TAKEN, GATE_TAKEN, GATE_ASKED_BACK, GATE_PLACING, NO, NO, NO}},
        {CMD_GATE_ASK_BACK, 3, {NO, GATE_ASKED_BACK, GATE_ASKED_BACK, GATE_ASKED_BACK, NO, NO, NO}},
        {CMD_GATE_ANSWER, 1, {NO, NO, GATE_TAKEN, NO, NO, NO, NO}},
        {CMD_GATE_RETURN, 1, {GATE_RETURNED, GATE_RETURNED, GATE_RETURNED, GATE_RETURNED, NO, NO, NO}},
        {CMD_GATE_WITHDRAW,
         0,
         {GATE_WITHDRAWN, GATE_WITHDRAWN, GATE_WITHDRAWN, GATE_WITHDRAWN, NO, NO, GATE_WITHDRAWN}},
        {CMD_ASK, 0, {NO, GATE_PLACING, GATE_PLACING, NO, NO, NO, NO}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (unsigned from = 0; from < GATE_STATE_N; from++) {
            struct exchange *x = the_exchange();
            struct referral_id r = at_state(x, (enum gate_state)from);
            bool by_referrer = cases[i].kind == CMD_GATE_ANSWER || cases[i].kind == CMD_GATE_WITHDRAW;
            struct actor who = by_referrer ? referrer_of(VT_OOST) : desk();
            unsigned want = cases[i].to[from];
            struct outcome o;

            if (gate_at(x, 1)->state != (enum gate_state)from)
                fail_msg("the test does not reach %s", gate_state_code((enum gate_state)from));
            o = cases[i].kind == CMD_ASK ? ask_as(x, who, r, POOL_COSM)
                                         : gate_do(x, cases[i].kind, who, 1, cases[i].value);
            if ((o.refusal == REFUSAL_NONE) != (want != NO))
                fail_msg("%s in %s: %s", command_name(cases[i].kind), gate_state_code((enum gate_state)from),
                         refusal_code(o.refusal));
            if (gate_at(x, 1)->state != (enum gate_state)(want == NO ? from : want))
                fail_msg("%s in %s leads to %s", command_name(cases[i].kind),
                         gate_state_code((enum gate_state)from), gate_state_code(gate_at(x, 1)->state));
            exchange_free(x);
        }
    }
}

static void the_table_says_no_more(void **state)
{
    static const uint8_t want[GATE_STATE_N] = {
        [GATE_WAITING] = 1u << GATE_TAKEN | 1u << GATE_RETURNED | 1u << GATE_WITHDRAWN,
        [GATE_TAKEN] =
            1u << GATE_ASKED_BACK | 1u << GATE_PLACING | 1u << GATE_RETURNED | 1u << GATE_WITHDRAWN,
        [GATE_ASKED_BACK] =
            1u << GATE_TAKEN | 1u << GATE_PLACING | 1u << GATE_RETURNED | 1u << GATE_WITHDRAWN,
        [GATE_PLACING] =
            1u << GATE_ASKED_BACK | 1u << GATE_PLACED | 1u << GATE_RETURNED | 1u << GATE_WITHDRAWN,
        [GATE_PLACED] = 1u << GATE_PLACING | 1u << GATE_WITHDRAWN,
    };

    (void)state;
    for (unsigned from = 0; from < GATE_STATE_N; from++) {
        for (unsigned to = 0; to < GATE_STATE_N; to++)
            assert_int_equal(gate_may_become((enum gate_state)from, (enum gate_state)to),
                             want[from] >> to & 1);
    }
}

/* ---- who ---- */

static void others_find_nothing(void **state)
{
    static const struct {
        const char *name;
        enum command_kind kind;
        enum role role;
        unsigned org;
        enum refusal want;
    } cases[] = {
        {"another referrer takes it back", CMD_GATE_WITHDRAW, ROLE_REFERRER, VT_WEST, REFUSAL_NOT_FOUND},
        {"another referrer answers", CMD_GATE_ANSWER, ROLE_REFERRER, VT_WEST, REFUSAL_NOT_FOUND},
        {"the referrer takes it", CMD_GATE_TAKE, ROLE_REFERRER, VT_OOST, REFUSAL_NOT_ALLOWED},
        {"the referrer gives assent", CMD_GATE_ASSENT, ROLE_REFERRER, VT_OOST, REFUSAL_NOT_ALLOWED},
        {"CoMensha gives assent", CMD_GATE_ASSENT, ROLE_COMENSHA, COMENSHA, REFUSAL_NOT_ALLOWED},
        {"a municipality takes it", CMD_GATE_TAKE, ROLE_GATEKEEPER, GEMEENTE, REFUSAL_NOT_FOUND},
        {"its reviewer takes it", CMD_GATE_TAKE, ROLE_MUNICIPALITY, GEMEENTE, REFUSAL_NOT_ALLOWED},
        {"a shelter returns it", CMD_GATE_RETURN, ROLE_SHELTER, HUIS_C, REFUSAL_NOT_ALLOWED},
        {"CoMensha's desk of a shelter", CMD_GATE_TAKE, ROLE_COMENSHA, HUIS_C, REFUSAL_NOT_ALLOWED},
    };
    struct exchange *x = the_exchange();

    (void)state;
    at_state(x, GATE_WAITING);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct outcome o = gate_do(x, cases[i].kind, actor_of(cases[i].role, cases[i].org), 1, 1);

        if (o.refusal != cases[i].want)
            fail_msg("%s: %s", cases[i].name, refusal_code(o.refusal));
        assert_int_equal(gate_at(x, 1)->state, GATE_WAITING);
    }
    exchange_free(x);
}

static void the_file_is_open_while_it_is_live(void **state)
{
    static const enum sight want[GATE_STATE_N] = {
        [GATE_WAITING] = SIGHT_FULL,  [GATE_TAKEN] = SIGHT_FULL,  [GATE_ASKED_BACK] = SIGHT_FULL,
        [GATE_PLACING] = SIGHT_FULL,  [GATE_PLACED] = SIGHT_FULL, [GATE_RETURNED] = SIGHT_NONE,
        [GATE_WITHDRAWN] = SIGHT_NONE};

    (void)state;
    for (unsigned s = 0; s < GATE_STATE_N; s++) {
        struct exchange *x = the_exchange();
        struct referral_id r = at_state(x, (enum gate_state)s);
        struct actor comensha = desk(), gi = town();

        if (audience_of_referral(x->e, &comensha, r) != want[s])
            fail_msg("%s: CoMensha sees it wrongly", gate_state_code((enum gate_state)s));
        assert_int_equal(audience_of_referral(x->e, &gi, r), SIGHT_NONE);
        exchange_free(x);
    }
}

static void its_yes_is_for_both_and_the_address_for_one(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_PLACED);
    struct request_id q = gate_at(x, 1)->placed;
    struct actor comensha = desk(), referrer = referrer_of(VT_OOST);

    (void)state;
    assert_int_equal(the_referral(x, r)->state, REFERRAL_RESERVED);
    assert_true(may(x->e, &comensha, ACT_SEE_REQUEST, q.v));
    assert_true(may(x->e, &referrer, ACT_SEE_REQUEST, q.v));
    assert_true(may(x->e, &referrer, ACT_REVEAL_LOCATION, q.v));
    assert_false(may(x->e, &comensha, ACT_REVEAL_LOCATION, q.v));
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_int_equal(gate_at(x, 1)->state, GATE_PLACED);
    assert_false(gate_is_live(gate_at(x, 1)));
    assert_int_equal(audience_of_referral(x->e, &comensha, r), SIGHT_NONE);
    exchange_free(x);
}

/* ---- never past it ---- */

static void nobody_asks_past_the_gatekeeper(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_victim());
    struct referral_id child = do_open(x, VT_OOST, a_minor());

    (void)state;
    /* Without, while it waits, while it is taken, and after it came back: the referrer never. */
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), r, POOL_COSM).refusal, REFUSAL_GATEKEEPER);
    assert_int_equal(ask_as(x, desk(), r, POOL_COSM).refusal, REFUSAL_NOT_FOUND);
    send_to_gate(x, r, KIND_COSM);
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), r, POOL_COSM).refusal, REFUSAL_GATEKEEPER);
    assert_int_equal(ask_as(x, desk(), r, POOL_COSM).refusal, REFUSAL_WRONG_STATE);
    gate_do(x, CMD_GATE_TAKE, desk(), 1, 0);
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), r, POOL_COSM).refusal, REFUSAL_GATEKEEPER);
    assert_int_equal(ask_as(x, desk(), r, POOL_B).refusal, REFUSAL_NOT_YOURS);
    assert_int_equal(ask_as(x, desk(), child, POOL_JEUGD).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(ask_as(x, town(), r, POOL_COSM).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(ask_as(x, desk(), r, POOL_COSM).refusal, REFUSAL_NONE);
    gate_do(x, CMD_GATE_RETURN, desk(), 1, 1);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN); /* nothing is held any more */
    assert_int_equal(ask_as(x, desk(), r, POOL_COSM).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), r, POOL_COSM).refusal, REFUSAL_GATEKEEPER);
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), child, POOL_JEUGD).refusal, REFUSAL_GATEKEEPER);
    exchange_free(x);
}

/* Every free place but the gatekeeper's is gone: neither silence nor a place that came free leads there. */
static void the_broker_does_not_go_past_it_either(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_victim());
    struct command announce = {.kind = CMD_ANNOUNCE, .actor = {.role = ROLE_SYSTEM}};
    struct observation o;
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    for (unsigned pool = POOL_A1; pool <= POOL_C; pool++) {
        static const enum an_org owners[] = {0, HUIS_A, HUIS_A, HUIS_B, HUIS_C};

        o = an_observation(x, pool, POOL_UNITS, pool == POOL_B ? 1 : 0);
        do_report(x, shelter_of(owners[pool]), &o, 1);
    }
    x->now = the_request(x, q)->answer_by_ms;
    do_tick(x);
    assert_int_not_equal(the_request(x, q)->silent_at_ms, 0);
    assert_int_equal(the_referral(x, r)->n_requests, 1);
    o = an_observation(x, POOL_COSM, POOL_UNITS, 0);
    do_report(x, shelter_of(HUIS_C), &o, 1);
    x->now += MS_MINUTE;
    o = an_observation(x, POOL_COSM, POOL_UNITS, 1);
    do_report(x, shelter_of(HUIS_C), &o, 1);
    announce.u.announce.referral = r;
    announce.u.announce.pool.v = POOL_COSM;
    assert_int_equal(exchange_do(x, &announce).refusal, REFUSAL_DOES_NOT_FIT);
    exchange_free(x);
}

static void silence_of_a_gatekeepers_house_asks_nobody_on(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_PLACING);

    (void)state;
    x->now = the_request(x, the_referral(x, r)->requests[0])->answer_by_ms;
    do_tick(x);
    assert_int_not_equal(the_request(x, the_referral(x, r)->requests[0])->silent_at_ms, 0);
    assert_int_equal(the_referral(x, r)->n_requests, 1);
    exchange_free(x);
}

/* While nobody has taken it the broker goes on, after a silence as after a while without a yes; once its
 * gatekeeper works on it, neither. */
static void a_queue_stops_no_search(void **state)
{
    static const struct {
        enum gate_state gate;
        bool goes_on;
    } cases[] = {{GATE_WAITING, true},
                 {GATE_TAKEN, false},
                 {GATE_ASKED_BACK, false},
                 {GATE_RETURNED, true},
                 {GATE_WITHDRAWN, true}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (int widens = 0; widens < 2; widens++) {
            struct core_settings s = core_settings_default();
            struct exchange *x = NULL;
            struct referral_id r;
            struct request_id q;

            if (widens)
                memset(s.ask_next, 0, sizeof s.ask_next);
            else
                s.timers = timers_settings_off();
            x = exchange_new_with(&s);
            r = at_state(x, cases[i].gate);
            q = do_ask_one(x, r, POOL_B);
            if (widens)
                do_answer(x, CMD_DECLINE, q, 1);
            x->now = widens ? x->now + 30 * MS_MINUTE : the_request(x, q)->answer_by_ms;
            do_tick(x);
            if ((the_referral(x, r)->n_requests > 1) != cases[i].goes_on)
                fail_msg("gate state %d, %s: %d requests", cases[i].gate, widens ? "widening" : "silence",
                         the_referral(x, r)->n_requests);
            exchange_free(x);
        }
    }
}

/* ---- clocks ---- */

static void a_replay_comes_to_the_same(void **state)
{
    (void)state;
    for (unsigned s = 0; s < GATE_STATE_N; s++) {
        struct exchange *x = the_exchange();
        struct engine *again = NULL;

        at_state(x, (enum gate_state)s);
        again = exchange_replay(x);
        assert_int_equal(engine_digest(again, true), engine_digest(x->e, true));
        engine_free(again);
        exchange_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_move),
        cmocka_unit_test(the_table_says_no_more),
        cmocka_unit_test(others_find_nothing),
        cmocka_unit_test(the_file_is_open_while_it_is_live),
        cmocka_unit_test(its_yes_is_for_both_and_the_address_for_one),
        cmocka_unit_test(nobody_asks_past_the_gatekeeper),
        cmocka_unit_test(the_broker_does_not_go_past_it_either),
        cmocka_unit_test(silence_of_a_gatekeepers_house_asks_nobody_on),
        cmocka_unit_test(a_queue_stops_no_search),
        cmocka_unit_test(a_replay_comes_to_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
