/* A text message that failed once goes out behind newer ones. It names no household, so that who reads it
 * takes it for what is so now: it does not go out when it is so no more. */
#include "notify/over.h"

#include "base/time_text.h"
#include "support/exchange.h"
#include "support/gate_steps.h"
#include "support/stay_steps.h"

#include <stdio.h>

static bool stands(const struct exchange *x, const char *kind, struct referral_id r, struct request_id q)
{
    struct outbox_row row = {.channel = CHANNEL_SMS, .referral = r, .request = q, .at_ms = x->now};
    struct outbox_row mail;

    snprintf(row.kind, sizeof row.kind, "%s", kind);
    mail = row;
    mail.channel = CHANNEL_MAIL;
    assert_false(over_is(x->e, &mail));
    return !over_is(x->e, &row);
}

/* 'Somebody is on the way' behind 'withdrawn': a night shift would wait at the door. */
static void on_the_way_until_they_are_not(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need()), away = do_open(x, VT_WEST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B), p = do_ask_one(x, away, POOL_A1);

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    assert_true(stands(x, "request.accepted", r, q));
    assert_false(stands(x, "referral.travelling", r, q));
    do_referral(x, CMD_TRAVEL, r, x->now + MS_HOUR, 0);
    assert_true(stands(x, "referral.travelling", r, q));
    assert_true(stands(x, "request.accepted", r, q));
    assert_true(stands(x, "bridge.travelling", r, q));
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_false(stands(x, "referral.travelling", r, q));
    assert_false(stands(x, "request.accepted", r, q));
    assert_false(stands(x, "bridge.travelling", r, q));

    do_answer(x, CMD_ACCEPT, p, 0);
    do_referral(x, CMD_TRAVEL, away, x->now + MS_HOUR, 0);
    do_referral(x, CMD_WITHDRAW, away, 0, 1);
    assert_int_equal(the_referral(x, away)->state, REFERRAL_WITHDRAWN);
    assert_false(stands(x, "referral.travelling", away, p));
    assert_false(stands(x, "request.accepted", away, p));
    exchange_free(x);
}

/* 'Nothing was found', 'a place is free' and 'the place is lost' are for who looks still. */
static void what_is_for_who_looks(void **state)
{
    static const char *const kinds[] = {"referral.unplaced", "referral.place_found", "request.lost",
                                        "gate.returned", "gate.assented"};
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        assert_true(stands(x, kinds[i], r, q));
    do_answer(x, CMD_ACCEPT, q, 0);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        assert_false(stands(x, kinds[i], r, q));
    exchange_free(x);
}

/* 'Withdrawn' is not the last word to a house that was asked for the same household anew. */
static void taken_back_unless_asked_anew(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id first = do_ask_one(x, r, POOL_B), again;

    (void)state;
    do_answer(x, CMD_ACCEPT, first, 0);
    do_referral(x, CMD_NO_SHOW, r, 0, 0);
    assert_int_equal(the_request(x, first)->state, REQUEST_CANCELLED);
    assert_true(stands(x, "request.cancelled", r, first));
    again = do_ask_one(x, r, POOL_B);
    assert_false(stands(x, "request.cancelled", r, first));
    do_answer(x, CMD_DECLINE, again, 1);
    assert_true(stands(x, "request.cancelled", r, first));
    exchange_free(x);
}

/* Two rooms of one house, asked at once: the yes of one sets the other free, and the house must hear that. */
static void another_room_was_asked_before(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.adults = 1, .children = 0));
    struct pool second = pool_of_kind(x, B_HUIS, "b-twee", KIND_CRISIS);
    struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &second};
    struct request_id one, two;
    struct observation o;
    unsigned nr = 0;

    (void)state;
    assert_int_equal(exchange_do(x, &define).refusal, REFUSAL_NONE);
    nr = engine_pools(x->e);
    o = an_observation(x, nr, POOL_UNITS, POOL_UNITS);
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).applied, 1);
    one = do_ask_one(x, r, POOL_B);
    two = do_ask_one(x, r, nr);
    x->now += MS_MINUTE;
    do_answer(x, CMD_ACCEPT, one, 0);
    assert_int_equal(the_request(x, two)->state, REQUEST_CANCELLED);
    assert_true(request_is_holding(the_request(x, one)));
    assert_true(stands(x, "request.cancelled", r, two));
    exchange_free(x);
}

/* 'Nobody came' is not said of those who stand at the door after all. */
static void nobody_came_until_they_did(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    do_referral(x, CMD_NO_SHOW, r, 0, 0);
    assert_true(stands(x, "referral.no_show", r, q));
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    assert_false(stands(x, "referral.no_show", r, q));
    exchange_free(x);
}

/* A gatekeeper's question until it was answered; a clock's word until somebody stopped it. */
static void until_it_was_dealt_with(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id asked = at_state(x, GATE_ASKED_BACK), there;
    struct command stop = {.kind = CMD_STOP_CLOCK};
    const struct stay_clock *c = NULL;

    (void)state;
    assert_true(stands(x, "gate.asked_back", asked, (struct request_id){0}));
    gate_do(x, CMD_GATE_ANSWER, referrer_of(VT_OOST), 1, 3);
    assert_false(stands(x, "gate.asked_back", asked, (struct request_id){0}));
    exchange_free(x);

    x = exchange_new();
    there = arrive(x, POOL_B);
    assert_int_equal(start_clock(x, there, HUISVERBOD), REFUSAL_NONE);
    assert_false(stands(x, "clock.warned", there, (struct request_id){0}));
    c = clock_of(x, there, 0);
    pass(x, c->warn_at_ms - x->now);
    assert_true(stands(x, "clock.warned", there, (struct request_id){0}));
    assert_false(stands(x, "clock.ran_out", there, (struct request_id){0}));
    c = clock_of(x, there, 0);
    pass(x, c->runs_out_ms - x->now);
    assert_true(stands(x, "clock.ran_out", there, (struct request_id){0}));
    c = clock_of(x, there, 0);
    stop.actor = engine_org(x->e, c->owner)->kind == ORG_SHELTER ? shelter_of((enum an_org)c->owner.v)
                                                                 : referrer_of((enum an_org)c->owner.v);
    stop.u.clock = (struct clock_command){.clock = c->id, .reason = 1};
    assert_int_equal(exchange_do(x, &stop).refusal, REFUSAL_NONE);
    assert_false(stands(x, "clock.ran_out", there, (struct request_id){0}));
    assert_false(stands(x, "clock.warned", there, (struct request_id){0}));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_the_way_until_they_are_not), cmocka_unit_test(what_is_for_who_looks),
        cmocka_unit_test(taken_back_unless_asked_anew),  cmocka_unit_test(nobody_came_until_they_did),
        cmocka_unit_test(another_room_was_asked_before), cmocka_unit_test(until_it_was_dealt_with),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
