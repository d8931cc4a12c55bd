/* Who hears of a leak, a surge and a question about a resident, and who does not: the table as it is shipped.
 * Each expectation names every organisation that hears of it over that channel; all others must not. */
#include "notify/hears.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"
#include "core/nobed/nobed.h"
#include "notify/names.h"
#include "notify/over.h"
#include "support/exchange.h"
#include "support/nobed_steps.h"
#include "support/safety_steps.h"
#include "support/shipped_rules.h"

#include <string.h>

/* ---- looking ---- */

/* The alarms of the last commit: for which referrals, and that only its own desk is rung for each. */
static unsigned rung_for(const struct exchange *x, struct referral_id r)
{
    unsigned n = 0;

    for (size_t i = 0; i < last_count(x); i++) {
        const struct event *ev = last_event(x, i);

        if (strcmp(name_of_event(x->e, ev), "alarm.leaked") != 0 || ev->u.escalation.referral.v != r.v)
            continue;
        n++;
        for (unsigned c = 0; c < CHANNEL_N; c++)
            assert_int_equal(hear_it(x, ev, (enum channel)c), M(the_referral(x, r)->org.v));
    }
    return n;
}

/* ---- steps ---- */

static void must(struct exchange *x, enum command_kind kind, struct actor who, struct safety_command c)
{
    enum refusal refusal = give(x, kind, who, c).refusal;

    if (refusal != REFUSAL_NONE)
        fail_msg("command %d: %s", (int)kind, refusal_code(refusal));
}

static struct safety_command reported(struct exchange *x, enum an_org org, unsigned location)
{
    return (struct safety_command){.leak = (uint32_t)report(x, as(shelter_of(org), ANNA), location).made};
}

/* ---- the kill switch ---- */

static void of_the_two_who_freeze_and_lift(void **state)
{
    struct exchange *x = exchange_new();
    const unsigned house = M(HUIS_A), both = M(HUIS_A) | M(OPERATOR);
    struct safety_command c = reported(x, HUIS_A, A_NOORD);
    struct notify_target other = {.org = {HUIS_A}, .location = {A_ZUID}, .channel = CHANNEL_SMS};
    struct subject s = subject_of_event(x->e, newest(x, "leak.reported"));
    struct party seen_as;

    (void)state;
    expect_all(x, "leak.reported", both, both, both, both);
    assert_int_equal(night_number(x, "leak.reported", CHANNEL_VOICE), A_NOORD);
    assert_false(hears(x->e, &other, GROUP_HOUSE, &s, &seen_as)); /* the other house of it */
    assert_true(s.referral.v == 0 && s.request.v == 0 && s.pool.v == 0);
    assert_false(is_over(x, "leak.reported", (struct referral_id){0}, (struct request_id){0}));
    must(x, CMD_CONFIRM_LEAK, as(shelter_of(HUIS_A), BERT), c);
    assert_true(is_over(x, "leak.reported", (struct referral_id){0}, (struct request_id){0}));
    expect_all(x, "leak.frozen", both, both, NOBODY, both);
    must(x, CMD_ASK_LIFT, as(shelter_of(HUIS_A), ANNA), c);
    expect_all(x, "leak.lift_asked", both, house, NOBODY, both);
    must(x, CMD_WITHDRAW_LEAK, as(shelter_of(HUIS_A), BERT), c);
    expect_all(x, "leak.lift_refused", house, NOBODY, NOBODY, house);
    must(x, CMD_ASK_LIFT, as(shelter_of(HUIS_A), ANNA), c);
    must(x, CMD_LIFT_LEAK, as(shelter_of(HUIS_A), BERT), c);
    expect_all(x, "leak.lifted", house, NOBODY, NOBODY, house);
    c = reported(x, HUIS_A, A_NOORD);
    must(x, CMD_WITHDRAW_LEAK, as(shelter_of(HUIS_A), BERT), c);
    expect_all(x, "leak.dropped", house, NOBODY, NOBODY, house);
    exchange_free(x);
}

static void of_each_desk_whose_household_is_there(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id there = do_open(x, VT_WEST, a_need(.level = THREAT_GROEN));
    struct referral_id reserved = do_open(x, VT_OOST, a_need()), way = do_open(x, VT_WEST, a_need());
    struct referral_id bed = do_open(x, VT_OOST, a_need()), to_bed = do_open(x, VT_OOST, a_need());
    struct referral_id asked = do_open(x, VT_OOST, a_need()), next;

    (void)state;
    do_answer(x, CMD_CONFIRM_ARRIVAL, promised(x, there, POOL_A1), 0);
    promised(x, reserved, POOL_A1);
    freeze(x, HUIS_A, A_NOORD);
    next = engine_household(x->e, there).later;
    assert_int_equal(rung_for(x, next), 1);
    assert_int_equal(rung_for(x, reserved), 1);
    assert_false(is_over(x, "alarm.leaked", next, (struct request_id){0}));
    do_answer(x, CMD_CONFIRM_ARRIVAL, promised_bed(x, bed, POOL_A2), 0);
    promised_bed(x, to_bed, POOL_A2);
    freeze(x, HUIS_A, A_ZUID);
    assert_int_equal(rung_for(x, bed), 1);
    assert_int_equal(rung_for(x, to_bed), 1);
    promised(x, way, POOL_B);
    do_referral(x, CMD_TRAVEL, way, x->now + MS_HOUR, 0);
    do_ask_one(x, asked, POOL_B);
    freeze(x, HUIS_B, B_HUIS);
    assert_int_equal(rung_for(x, way), 1);
    assert_int_equal(rung_for(x, asked), 0);
    exchange_free(x);
}

/* The gatekeeper in whose queue the search is hears that it presses. */
static void of_a_gatekeeper(void **state)
{
    struct exchange *x = exchange_new();
    struct need need = a_need(.level = THREAT_ORANJE);
    struct command send = {.kind = CMD_GATE_SEND, .actor = referrer_of(VT_OOST)};
    struct event link = {.kind = EV_REFERRAL_LINKED, .at_ms = x->now};
    struct referral_id there, next;

    (void)state;
    need.residence = RESIDENCE_BEDENKTIJD_AANGEBODEN;
    tri_put(&need.threat_kinds, THREAT_KIND_NETWERK, TRI_YES);
    there = do_open(x, VT_OOST, need);
    do_answer(x, CMD_CONFIRM_ARRIVAL, promised(x, there, POOL_B), 0);
    next = do_open(x, VT_OOST, need);
    link.seq = engine_seq(x->e) + 1;
    link.u.link = (struct link_event){.referral = next, .earlier = there, .why = LINK_FOLLOW_UP};
    engine_apply(x->e, &link);
    send.u.gate.referral = next;
    send.u.gate.kind = KIND_COSM;
    assert_int_equal(exchange_do(x, &send).refusal, REFUSAL_NONE);
    freeze(x, HUIS_B, B_HUIS);
    expect_all(x, "alarm.leaked", M(VT_OOST) | M(COMENSHA), M(VT_OOST) | M(COMENSHA), M(VT_OOST),
               M(VT_OOST) | M(COMENSHA));
    exchange_free(x);
}

/* Nothing looks for its next place: its desk is rung, and the helpdesk hears that somebody must ring the
 * house. */
static void of_a_household_whose_facts_are_erased(void **state)
{
    struct exchange *x = exchange_new();
    struct event ev = {.kind = EV_LEAK_HOUSEHOLD};
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct subject s;

    (void)state;
    ev.u.leak.location.v = B_HUIS;
    ev.u.leak.earlier = r;
    ev.u.leak.later.v = 9;
    assert_string_equal(name_of_event(x->e, &ev), "leak.household");
    assert_false(is_in_the_table("leak.household"));
    ev.u.leak.later.v = 0;
    assert_string_equal(name_of_event(x->e, &ev), "leak.unknown");
    assert_true(name_is_of_kind("leak.unknown", EV_LEAK_HOUSEHOLD));
    s = subject_of_event(x->e, &ev);
    assert_true(s.referral.v == r.v && s.house.v == 0);
    assert_int_equal(hear_it(x, &ev, CHANNEL_VOICE), M(VT_OOST));
    assert_int_equal(hear_it(x, &ev, CHANNEL_SMS), M(VT_OOST) | M(OPERATOR));
    assert_int_equal(hear_it(x, &ev, CHANNEL_WEBHOOK), M(VT_OOST));
    exchange_free(x);
}

/* ---- a question about a resident ---- */

static void of_a_question_about_a_resident(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);
    struct safety_command c = {.request = q};

    (void)state;
    must(x, CMD_ASK_CONFLICT, as(referrer_of(VT_OOST), ANNA), c);
    expect_all(x, "request.conflict_asked", M(HUIS_B), M(HUIS_B), NOBODY, M(HUIS_B));
    assert_int_equal(night_number(x, "request.conflict_asked", CHANNEL_SMS), B_HUIS);
    assert_false(is_over(x, "request.conflict_asked", r, q));
    must(x, CMD_ANSWER_CONFLICT, as(shelter_of(HUIS_B), BERT), c);
    assert_true(is_over(x, "request.conflict_asked", r, q));
    expect_all(x, "request.conflict_answered", M(VT_OOST), NOBODY, NOBODY, M(VT_OOST));
    exchange_free(x);
}

/* ---- surge ---- */

static void of_a_surge(void **state)
{
    struct exchange *x = exchange_new();
    struct pool extra = pool_of_kind(x, A_ZUID, "a-extra", KIND_CRISIS);
    struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &extra};
    uint8_t region = engine_location(x->e, (struct location_id){A_ZUID})->region;
    struct safety_command c = {.regions = UINT64_C(1) << region, .on = true, .reason = SURGE_DRUKTE};
    struct notify_target house = {.org = {HUIS_A}, .location = {A_NOORD}, .channel = CHANNEL_MAIL};
    struct notify_target night = {.night_number = true, .channel = CHANNEL_SMS};
    unsigned who = M(HUIS_A) | M(COMENSHA);
    struct subject s;
    struct party seen_as;

    (void)state;
    extra.overflow = true;
    assert_int_equal(exchange_do(x, &define).refusal, REFUSAL_NONE);
    for (unsigned org = VT_OOST; org <= VT_WEST; org++)
        who |= engine_org(x->e, (struct org_id){org})->region == region ? M(org) : 0;
    must(x, CMD_SET_SURGE, as(actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR), ANNA), c);
    expect_all(x, "surge.set", who, NOBODY, NOBODY, who);
    s = subject_of_event(x->e, newest(x, "surge.set"));
    assert_string_equal(s.state, "on");
    assert_false(hears(x->e, &house, GROUP_OVERFLOW, &s, &seen_as)); /* keeps none itself */
    house.location.v = A_ZUID;
    assert_true(hears(x->e, &house, GROUP_OVERFLOW, &s, &seen_as));
    assert_false(hears(x->e, &night, GROUP_OVERFLOW, &s, &seen_as));
    c.on = false;
    must(x, CMD_SET_SURGE, as(actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR), ANNA), c);
    expect_all(x, "surge.over", who, NOBODY, NOBODY, who);
    /* Another region: not its business. */
    c.on = true;
    c.regions = UINT64_C(1) << (region == 0 ? 1 : 0);
    must(x, CMD_SET_SURGE, as(actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR), ANNA), c);
    s = subject_of_event(x->e, newest(x, "surge.set"));
    assert_false(hears(x->e, &house, GROUP_OVERFLOW, &s, &seen_as));
    who = M(COMENSHA);
    for (unsigned org = VT_OOST; org <= VT_WEST; org++)
        who |= engine_org(x->e, (struct org_id){org})->region == s.region ? M(org) : 0;
    expect_all(x, "surge.set", who, NOBODY, NOBODY, who);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_two_who_freeze_and_lift),
        cmocka_unit_test(of_each_desk_whose_household_is_there),
        cmocka_unit_test(of_a_gatekeeper),
        cmocka_unit_test(of_a_household_whose_facts_are_erased),
        cmocka_unit_test(of_a_question_about_a_resident),
        cmocka_unit_test(of_a_surge),
    };

    return cmocka_run_group_tests(tests, shipped_rules_setup, shipped_rules_teardown);
}
