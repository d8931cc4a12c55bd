/* A gatekeeper hears what came of each request that it made, and that a place it found fell through: it looks
 * for the next one, and the referrer may not. */
#include "base/time_text.h"
#include "support/gate_steps.h"
#include "support/safety_steps.h"
#include "support/shipped_rules.h"

#include <string.h>

/* With the holds and alarms of a broker; nobody is asked after silence, each alarm is raised once. */
static struct exchange *timed_exchange(void)
{
    struct core_settings s = core_settings_default();

    memset(s.ask_next, 0, sizeof s.ask_next);
    s.timers.again_times = 0;
    return with_youth_care(exchange_new_with(&s));
}

/* The request that the gatekeeper of the only referral made last. */
static struct request_id asked_for(const struct exchange *x)
{
    const struct referral *now = the_referral(x, (struct referral_id){1});

    return now->requests[now->n_requests - 1];
}

/* The keeper over mail, the referrer not; programs of both, and of the house where BOTH_SIDES. */
static void is_told_in_its_stead(const struct exchange *x, const char *name, unsigned house)
{
    expect_all(x, name, M(COMENSHA) | (strcmp(name, "request.expired") == 0 ? house : 0), NOBODY, NOBODY,
               M(COMENSHA) | M(VT_OOST) | house);
}

static void a_no(void **state)
{
    struct exchange *x = timed_exchange();

    (void)state;
    at_state(x, GATE_PLACING);
    do_answer(x, CMD_DECLINE, asked_for(x), 1);
    is_told_in_its_stead(x, "request.declined", M(HUIS_C));
    exchange_free(x);
}

static void silence_and_what_follows(void **state)
{
    struct exchange *x = timed_exchange();
    struct request_id q;

    (void)state;
    at_state(x, GATE_PLACING);
    q = asked_for(x);
    assert_int_equal(do_answer(x, CMD_EXTEND_REQUEST, q, 0).refusal, REFUSAL_NONE);
    is_told_in_its_stead(x, "request.extended", 0);
    x->now = the_request(x, q)->answer_by_ms;
    do_tick(x);
    is_told_in_its_stead(x, "request.silent", 0);
    x->now = the_request(x, q)->lapse_at_ms;
    do_tick(x);
    is_told_in_its_stead(x, "request.expired", M(HUIS_C));
    do_answer(x, CMD_ACCEPT, q, 0);
    is_told_in_its_stead(x, "request.late_yes", 0);
    exchange_free(x);
}

/* The household travels by the word of its referrer: a yes is told to both. */
static void a_yes(void **state)
{
    struct exchange *x = timed_exchange();

    (void)state;
    at_state(x, GATE_PLACED);
    expect_all(x, "request.accepted", M(COMENSHA) | M(VT_OOST), M(VT_OOST), NOBODY,
               M(COMENSHA) | M(VT_OOST) | M(HUIS_C));
    exchange_free(x);
}

static struct exchange *lost(enum cancel_why why, bool refused, struct actor who)
{
    struct exchange *x = timed_exchange();
    struct command cmd = {.kind = CMD_NO_SHOW, .actor = who};

    cmd.u.referral.referral = at_state(x, GATE_PLACED);
    cmd.u.referral.why = why;
    cmd.u.referral.refused = refused;
    x->now += MS_HOUR;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    assert_int_equal(gate_at(x, 1)->state, GATE_PLACING);
    return x;
}

/* Each way in which the place falls through: the case is with the gatekeeper again. */
static void a_place_that_falls_through(void **state)
{
    const unsigned both = M(COMENSHA) | M(VT_OOST), all = both | M(HUIS_C);
    struct exchange *x = lost(CANCEL_BED_GONE, false, shelter_of(HUIS_C));

    (void)state;
    expect_all(x, "alarm.hold_ended", both, both, NOBODY, both);
    expect_all(x, "request.cancelled", M(HUIS_C), M(HUIS_C), NOBODY, M(HUIS_C)); /* the alarm says it */
    exchange_free(x);
    x = lost(CANCEL_HOUSEHOLD_NO, false, referrer_of(VT_OOST));
    expect_all(x, "request.cancelled", M(HUIS_C) | M(COMENSHA), M(HUIS_C), NOBODY, M(HUIS_C) | M(COMENSHA));
    exchange_free(x);
    x = lost(CANCEL_NO_SHOW, false, referrer_of(VT_OOST));
    expect_all(x, "referral.no_show", all, M(HUIS_C), NOBODY, all);
    exchange_free(x);
    x = lost(CANCEL_NO_SHOW, true, referrer_of(VT_OOST));
    expect_all(x, "alarm.hold_ended", both, both, NOBODY, both);
    expect_all(x, "referral.turned_away", M(VT_OOST), NOBODY, NOBODY, M(VT_OOST));
    exchange_free(x);
}

static void a_hold_that_ran_out(void **state)
{
    const unsigned both = M(COMENSHA) | M(VT_OOST);
    struct exchange *x = timed_exchange();

    (void)state;
    at_state(x, GATE_PLACED);
    for (int i = 0; i < 48 && gate_at(x, 1)->state == GATE_PLACED; i++) {
        x->now += 15 * MS_MINUTE;
        do_tick(x);
    }
    assert_int_equal(gate_at(x, 1)->state, GATE_PLACING);
    assert_int_equal(the_request(x, asked_for(x))->cancel_why, CANCEL_HOLD_ENDED);
    expect_all(x, "alarm.hold_ended", both, both, NOBODY, both);
    expect(x, "alarm.hold_ending", CHANNEL_MAIL, M(VT_OOST) | M(HUIS_C)); /* it says when they come */
    exchange_free(x);
}

/* The place that the referrer found itself, beside its case, is no business of the gatekeeper. */
static void what_the_referrer_asked_itself(void **state)
{
    struct exchange *x = timed_exchange();
    struct referral_id r = at_state(x, GATE_TAKEN);
    struct request_id q = do_ask_one(x, r, POOL_A1);
    struct command cmd = {.kind = CMD_NO_SHOW, .actor = shelter_of(HUIS_B)};

    (void)state;
    do_answer(x, CMD_DECLINE, q, 1);
    expect(x, "request.declined", CHANNEL_MAIL, M(VT_OOST));
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    expect(x, "request.accepted", CHANNEL_MAIL, M(VT_OOST));
    cmd.u.referral.referral = r;
    cmd.u.referral.why = CANCEL_BED_GONE;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    expect(x, "alarm.hold_ended", CHANNEL_MAIL, M(VT_OOST));
    exchange_free(x);
}

/* Each loss is whose place it was, also read back when a later one is known. */
static void two_losses(void **state)
{
    struct exchange *x = lost(CANCEL_BED_GONE, false, shelter_of(HUIS_C));
    struct referral_id r = {1};
    struct event first = *newest(x, "alarm.hold_ended");
    struct command cmd = {.kind = CMD_NO_SHOW, .actor = shelter_of(HUIS_B)};

    (void)state;
    x->now += MS_MINUTE;
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    x->now += MS_MINUTE;
    cmd.u.referral.referral = r;
    cmd.u.referral.why = CANCEL_BED_GONE;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    assert_true(newest(x, "alarm.hold_ended")->at_ms > first.at_ms);
    expect(x, "alarm.hold_ended", CHANNEL_SMS, M(VT_OOST));
    assert_int_equal(hear_it(x, &first, CHANNEL_SMS), M(VT_OOST) | M(COMENSHA));
    exchange_free(x);
}

/* Raised again it is told again; passed on it is the referrer's and the helpdesk's. */
static void a_loss_that_is_told_again(void **state)
{
    struct exchange *x = lost(CANCEL_BED_GONE, false, shelter_of(HUIS_C));
    struct event ev = *newest(x, "alarm.hold_ended");
    struct pool p = pool_of_kind(x, B_HUIS, "cosm-b", KIND_COSM);
    struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct observation said;

    (void)state;
    ev.kind = EV_ALARM_REPEATED;
    ev.at_ms += MS_HOUR;
    assert_int_equal(hear_it(x, &ev, CHANNEL_SMS), M(COMENSHA) | M(VT_OOST));
    ev.u.escalation.passed_on = true;
    assert_int_equal(hear_it(x, &ev, CHANNEL_SMS) & M(COMENSHA), NOBODY);
    /* It asked again: it looks after it, and has no other way to say so. */
    ev.u.escalation.passed_on = false;
    x->now += MS_HOUR;
    assert_int_equal(exchange_do(x, &define).refusal, REFUSAL_NONE);
    said = an_observation(x, engine_pool_find(x->e, "cosm-b").v, 2, 2);
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &said, 1).applied, 1);
    assert_int_equal(ask_as(x, desk(), (struct referral_id){1}, said.pool.v).refusal, REFUSAL_NONE);
    ev.at_ms += MS_HOUR;
    assert_int_equal(hear_it(x, &ev, CHANNEL_SMS), M(VT_OOST));
    exchange_free(x);
}

/* Sent back since: who looks for a place now hears it. */
static void a_case_that_was_sent_back(void **state)
{
    struct exchange *x = timed_exchange();

    (void)state;
    at_state(x, GATE_PLACING);
    do_answer(x, CMD_DECLINE, asked_for(x), 1);
    gate_do(x, CMD_GATE_RETURN, desk(), 1, GATE_RETURN_OTHER + 1);
    assert_int_equal(gate_at(x, 1)->state, GATE_RETURNED);
    expect(x, "request.declined", CHANNEL_MAIL, M(VT_OOST));
    exchange_free(x);
}

/* With the assent of the municipality its referrer asks such places too: both hear. */
static void with_its_assent(void **state)
{
    struct exchange *x = timed_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_minor());
    struct request_id q;

    (void)state;
    assert_int_equal(send_to_gate(x, r, KIND_JEUGD), REFUSAL_NONE);
    gate_do(x, CMD_GATE_TAKE, town(), 1, 0);
    assert_int_equal(gate_do(x, CMD_GATE_ASSENT, town(), 1, 0).refusal, REFUSAL_NONE);
    q = do_ask_one(x, r, POOL_JEUGD);
    assert_int_equal(the_request(x, q)->gate.v, 1);
    do_answer(x, CMD_DECLINE, q, 1);
    expect(x, "request.declined", CHANNEL_MAIL, M(VT_OOST) | M(GEMEENTE));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_no),
        cmocka_unit_test(silence_and_what_follows),
        cmocka_unit_test(a_yes),
        cmocka_unit_test(a_place_that_falls_through),
        cmocka_unit_test(a_hold_that_ran_out),
        cmocka_unit_test(what_the_referrer_asked_itself),
        cmocka_unit_test(two_losses),
        cmocka_unit_test(a_loss_that_is_told_again),
        cmocka_unit_test(a_case_that_was_sent_back),
        cmocka_unit_test(with_its_assent),
    };

    return cmocka_run_group_tests(tests, shipped_rules_setup, shipped_rules_teardown);
}
