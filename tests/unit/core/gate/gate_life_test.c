/* The life of a gate request after it was sent: questions, a colleague, assent, what ends it, and its clocks.
 */
#include "support/exchange.h"
#include "support/gate_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"

#include <stdio.h>
#include <string.h>

#define ACCOUNT_TWO 999

/* One that alarms a gatekeeper, and nothing else. */
static struct exchange *an_insisting_exchange(void)
{
    struct core_settings s = core_settings_default();

    memset(s.ask_next, 0, sizeof s.ask_next);
    s.timers = timers_settings_off();
    s.timers.gate = true;
    s.timers.again_times = 1;
    for (int i = 0; i < THREAT_N; i++)
        s.timers.again_s[i] = 900;
    return with_youth_care(exchange_new_with(&s));
}

/* ---- the rest of its life ---- */

static void one_live_request_per_gatekeeper(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_TAKEN);

    (void)state;
    assert_int_equal(send_to_gate(x, r, KIND_OMM), REFUSAL_NONE); /* is there already: nothing new */
    assert_int_equal(engine_gates(x->e), 1);
    gate_do(x, CMD_GATE_RETURN, desk(), 1, 2);
    assert_int_equal(send_to_gate(x, r, KIND_OMM), REFUSAL_NONE);
    assert_int_equal(engine_gates(x->e), 2);
    assert_int_equal(gate_at(x, 2)->kind, KIND_OMM);
    exchange_free(x);
}

static void what_cannot_be_sent(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_victim());
    struct referral_id own = do_open(x, COMENSHA, a_victim());

    (void)state;
    assert_int_equal(send_to_gate(x, r, KIND_CRISIS), REFUSAL_DOES_NOT_FIT);
    assert_int_equal(send_to_gate(x, r, KIND_JEUGD), REFUSAL_DOES_NOT_FIT);
    assert_int_equal(send_to_gate(x, own, KIND_COSM), REFUSAL_DOES_NOT_FIT); /* it is the gatekeeper */
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    assert_int_equal(send_to_gate(x, r, KIND_COSM), REFUSAL_WRONG_STATE);
    exchange_free(x);
}

static void questions_are_answered(void **state)
{
    struct exchange *x = the_exchange();
    struct command cmd = {.kind = CMD_GATE_ANSWER, .actor = referrer_of(VT_OOST), .u.gate.gate = {1}};

    (void)state;
    at_state(x, GATE_ASKED_BACK); /* facts 0 and 1 */
    cmd.u.gate.answers = (struct tri_set){.yes = 1, .no = 4};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_LIMIT); /* was not asked */
    cmd.u.gate.answers = (struct tri_set){.yes = 1, .no = 2};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 0); /* said again */
    assert_int_equal(gate_at(x, 1)->answers.yes, 1);
    assert_int_equal(gate_at(x, 1)->answers.no, 2);
    /* Another question keeps what was answered to the first. */
    gate_do(x, CMD_GATE_ASK_BACK, desk(), 1, 6);
    cmd.u.gate.answers = (struct tri_set){.yes = 2};
    exchange_do(x, &cmd);
    assert_int_equal(gate_at(x, 1)->answers.yes, 3);
    assert_int_equal(gate_at(x, 1)->answers.no, 0);
    exchange_free(x);
}

static void a_colleague_takes_over(void **state)
{
    struct exchange *x = the_exchange();
    struct actor other = desk();

    (void)state;
    at_state(x, GATE_TAKEN);
    other.account.v = ACCOUNT_TWO;
    gate_do(x, CMD_GATE_TAKE, other, 1, 0);
    assert_int_equal(gate_at(x, 1)->owner.v, ACCOUNT_TWO);
    gate_do(x, CMD_GATE_TAKE, other, 1, 0);
    assert_int_equal(last_count(x), 0);
    exchange_free(x);
}

static void a_no_show_goes_back_to_the_gatekeeper(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_PLACED);

    (void)state;
    do_referral(x, CMD_NO_SHOW, r, 0, 0);
    assert_int_equal(gate_at(x, 1)->state, GATE_PLACING);
    assert_true(gate_is_live(gate_at(x, 1)));
    assert_int_equal(ask_as(x, desk(), r, POOL_COSM).refusal, REFUSAL_NONE);
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    assert_int_equal(gate_at(x, 1)->state, GATE_WITHDRAWN);
    exchange_free(x);
}

static void a_place_elsewhere_ends_it(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_PLACING);
    struct request_id bridge;

    (void)state;
    /* The referrer looks for a bed for the meantime beside it; orange allows three, the gatekeeper's not
     * counted. */
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), r, POOL_A1).refusal, REFUSAL_NONE);
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), r, POOL_A2).refusal, REFUSAL_NONE);
    bridge = do_ask_one(x, r, POOL_B);
    do_answer(x, CMD_ACCEPT, bridge, 0);
    assert_int_equal(gate_at(x, 1)->state, GATE_PLACING); /* it may still not come to that */
    do_answer(x, CMD_CONFIRM_ARRIVAL, bridge, 0);
    assert_int_equal(gate_at(x, 1)->state, GATE_WITHDRAWN);
    exchange_free(x);
}

/* A place that the referrer asks beside the gatekeeper is none for the meantime; a bed asked as such is. */
static void only_a_bed_for_the_meantime_bridges(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_TAKEN);
    struct command bed = {.kind = CMD_ASK,
                          .actor = referrer_of(VT_OOST),
                          .u.ask = {.referral = r, .pools = {{POOL_B}}, .n = 1, .bridge = true}};

    (void)state;
    do_ask_one(x, r, POOL_A1);
    assert_null(gate_bridge_of(x->e, the_referral(x, r)));
    assert_int_equal(exchange_do(x, &bed).refusal, REFUSAL_NONE);
    do_ask_one(x, r, POOL_A2);
    assert_non_null(gate_bridge_of(x->e, the_referral(x, r)));
    assert_int_equal(gate_bridge_of(x->e, the_referral(x, r))->pool.v, POOL_B);
    exchange_free(x);
}

static void the_gatekeeper_gives_its_assent(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id child = do_open(x, VT_OOST, a_minor());
    struct outcome o;

    (void)state;
    assert_int_equal(send_to_gate(x, child, KIND_JEUGD), REFUSAL_NONE);
    assert_int_equal(gate_at(x, 1)->org.v, GEMEENTE); /* of the referrer's region: none is known */
    gate_do(x, CMD_GATE_TAKE, town(), 1, 0);
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), child, POOL_JEUGD).refusal, REFUSAL_GATEKEEPER);
    assert_int_equal(gate_do(x, CMD_GATE_ASSENT, town(), 1, 0).refusal, REFUSAL_NONE);
    assert_int_equal(gate_at(x, 1)->state, GATE_PLACING);
    o = ask_as(x, referrer_of(VT_OOST), child, POOL_JEUGD);
    assert_int_equal(o.refusal, REFUSAL_NONE);
    assert_int_equal(the_request(x, o.requests[0])->gate.v, 1);
    do_answer(x, CMD_ACCEPT, o.requests[0], 0);
    assert_int_equal(gate_at(x, 1)->state, GATE_PLACED);
    exchange_free(x);
}

static void the_gatekeeper_of_a_minor_asks_itself(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id child = do_open(x, VT_OOST, a_minor());

    (void)state;
    send_to_gate(x, child, KIND_JEUGD);
    gate_do(x, CMD_GATE_TAKE, town(), 1, 0);
    assert_int_equal(ask_as(x, town(), child, POOL_COSM).refusal, REFUSAL_NOT_YOURS);
    assert_int_equal(ask_as(x, town(), child, POOL_JEUGD).refusal, REFUSAL_NONE);
    exchange_free(x);
}

static void whose_queue_a_minor_is_in(void **state)
{
    struct exchange *x = the_exchange();
    struct need at_home = a_minor();
    const struct org *vt_west = engine_org(x->e, (struct org_id){VT_WEST});

    (void)state;
    at_home.home_region = engine_org(x->e, (struct org_id){GEMEENTE})->region;
    send_to_gate(x, do_open(x, VT_WEST, at_home), KIND_JEUGD);
    assert_int_equal(gate_at(x, 1)->org.v, GEMEENTE); /* the home region goes before the referrer's */
    at_home.home_region = vt_west->region;
    assert_int_equal(send_to_gate(x, do_open(x, VT_WEST, at_home), KIND_JEUGD), REFUSAL_NO_GATEKEEPER);
    exchange_free(x);
}

static struct org_id define_org(struct exchange *x, enum org_kind kind, const char *code, uint8_t region)
{
    struct org o = {.kind = kind, .region = region};
    struct command cmd = {.kind = CMD_DEFINE_ORG, .actor = {.role = ROLE_SYSTEM}, .u.org = &o};

    snprintf(o.code, sizeof o.code, "%s", code);
    snprintf(o.name, sizeof o.name, "%s", code);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    return engine_org_find(x->e, code);
}

static void define_location(struct exchange *x, struct org_id org, const char *code, uint16_t municipality)
{
    struct location l = *engine_location(x->e, (struct location_id){A_NOORD});
    struct command cmd = {.kind = CMD_DEFINE_LOCATION, .actor = {.role = ROLE_SYSTEM}, .u.location = &l};

    l.id.v = 0;
    l.org = org;
    l.municipality = municipality;
    snprintf(l.code, sizeof l.code, "%s", code);
    snprintf(l.name, sizeof l.name, "%s", code);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
}

/* Within a region each municipality has the requests of its own; the region's first has the others. */
static void the_home_municipality_decides(void **state)
{
    static const uint16_t homes[] = {606, 622, 613, 597, 0};
    struct exchange *x = the_exchange();
    uint8_t region = engine_org(x->e, (struct org_id){GEMEENTE})->region;
    struct org_id town_b = define_org(x, ORG_MUNICIPALITY, "gemeente-b", region);
    uint32_t wanted[] = {town_b.v, town_b.v, GEMEENTE, GEMEENTE, GEMEENTE};

    (void)state;
    define_location(x, (struct org_id){HUIS_A}, "huis-in-613", 613); /* a house is nobody's town hall */
    define_location(x, (struct org_id){HUIS_A}, "huis-in-606", 606);
    define_location(x, town_b, "loket-606", 606);
    define_location(x, town_b, "loket-622", 622); /* one desk for two */
    for (size_t i = 0; i < COUNT_OF(homes); i++) {
        struct need n = a_minor();
        struct referral_id r;

        n.home_region = region;
        n.home_municipality = homes[i];
        r = do_open(x, VT_WEST, n);
        assert_int_equal(send_to_gate(x, r, KIND_JEUGD), REFUSAL_NONE);
        if (gate_at(x, (unsigned)i + 1)->org.v != wanted[i])
            fail_msg("GM%04u goes to organisation %u", homes[i], gate_at(x, (unsigned)i + 1)->org.v);
    }
    exchange_free(x);
}

/* So one desk is alarmed for a referral. No command leads to two, and an event of a second is refused. */
static void one_gatekeeper_at_a_time(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id child = do_open(x, VT_OOST, a_minor()), woman = do_open(x, VT_OOST, a_victim());
    struct event ev = {.kind = EV_GATE_SENT, .at_ms = x->now};
    char why[200] = "";

    (void)state;
    assert_int_equal(send_to_gate(x, child, KIND_COSM), REFUSAL_DOES_NOT_FIT);
    assert_int_equal(send_to_gate(x, child, KIND_OMM), REFUSAL_DOES_NOT_FIT);
    assert_int_equal(send_to_gate(x, woman, KIND_JEUGD), REFUSAL_DOES_NOT_FIT);
    assert_int_equal(send_to_gate(x, child, KIND_JEUGD), REFUSAL_NONE);
    assert_int_equal(send_to_gate(x, woman, KIND_COSM), REFUSAL_NONE);
    assert_int_equal(send_to_gate(x, woman, KIND_OMM), REFUSAL_NONE);
    assert_int_equal(engine_gates(x->e), 2);
    assert_int_equal(gate_undecided_of(x->e, the_referral(x, woman))->org.v, COMENSHA);
    assert_true(engine_check(x->e, why, sizeof why));
    ev.seq = engine_seq(x->e) + 1;
    ev.u.gate.gate.v = 3;
    ev.u.gate.referral = woman;
    ev.u.gate.org.v = GEMEENTE;
    ev.u.gate.keeper = GATEKEEPER_GI;
    ev.u.gate.kind = KIND_JEUGD;
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), ERR_BAD_INPUT);
    gate_do(x, CMD_GATE_WITHDRAW, referrer_of(VT_OOST), 2, 0);
    ev.seq = engine_seq(x->e) + 1;
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
    exchange_free(x);
}

/* ---- clocks ---- */

static void the_queue_goes_by_what_presses(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_WAITING);
    struct command found = {.kind = CMD_FIND_RESIDENCE, .actor = referrer_of(VT_OOST)};
    struct gate_clocks c = gate_clocks_of(x->e, gate_at(x, 1));

    (void)state;
    assert_int_equal(c.waiting_since_ms, x->now);
    assert_int_equal(c.deadline_ms, the_referral(x, r)->deadline_ms);
    assert_int_equal(c.act_by_ms, c.deadline_ms);
    assert_int_equal(c.reflection_until_ms, 0);
    found.u.residence.referral = r;
    found.u.residence.residence = RESIDENCE_BEDENKTIJD;
    found.u.residence.until_ms = x->now + MS_HOUR;
    assert_int_equal(exchange_do(x, &found).refusal, REFUSAL_NONE);
    c = gate_clocks_of(x->e, gate_at(x, 1));
    assert_int_equal(c.reflection_until_ms, x->now + MS_HOUR);
    assert_int_equal(c.act_by_ms, x->now + MS_HOUR);
    exchange_free(x);
}

static unsigned events_of(const struct exchange *x, enum event_kind kind)
{
    unsigned n = 0;

    for (size_t i = 0; i < last_count(x); i++)
        n += last_event(x, i)->kind == kind;
    return n;
}

static bool is_alarmed(const struct exchange *x, struct referral_id r)
{
    return timers_alarm_stands(x->e, the_referral(x, r), ALARM_GATE);
}

/* In which states a gatekeeper that lets what presses pass is alarmed; what it decides ends the alarm. */
static void no_decision_in_time(void **state)
{
    static const bool decides[GATE_STATE_N] = {
        [GATE_WAITING] = true, [GATE_TAKEN] = true, [GATE_ASKED_BACK] = true, [GATE_PLACING] = true};

    (void)state;
    for (unsigned s = 0; s < GATE_STATE_N; s++) {
        struct exchange *x = an_insisting_exchange();
        struct referral_id r = at_state(x, (enum gate_state)s);
        struct engine *again = NULL;
        char why[200];

        x->now = the_referral(x, r)->deadline_ms - 1;
        do_tick(x);
        assert_int_equal(events_of(x, EV_ALARM_RAISED), 0);
        x->now++;
        do_tick(x);
        if (events_of(x, EV_ALARM_RAISED) != decides[s] || is_alarmed(x, r) != decides[s])
            fail_msg("state %u", s);
        do_tick(x);
        assert_int_equal(events_of(x, EV_ALARM_RAISED), 0);
        if (s == GATE_WAITING || s == GATE_TAKEN) {
            x->now += 15 * MS_MINUTE;
            do_tick(x); /* nobody looks: again, and then the next in line */
            assert_int_equal(events_of(x, EV_ALARM_REPEATED), 1);
            assert_false(last_event(x, 0)->u.escalation.passed_on);
            x->now += 15 * MS_MINUTE;
            do_tick(x);
            assert_int_equal(events_of(x, EV_ALARM_REPEATED), 1);
            assert_true(last_event(x, 0)->u.escalation.passed_on);
            gate_do(x, CMD_GATE_RETURN, desk(), 1, GATE_RETURN_OTHER + 1);
            assert_false(is_alarmed(x, r));
        }
        if (!engine_check(x->e, why, sizeof why))
            fail_msg("state %u: %s", s, why);
        again = exchange_replay(x);
        assert_int_equal(engine_digest(again, true), engine_digest(x->e, true));
        engine_free(again);
        exchange_free(x);
    }
}

static void what_presses_later_is_late_later(void **state)
{
    struct exchange *x = an_insisting_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_victim());
    int64_t sent = 0;

    (void)state;
    /* Sent when it pressed already: not late in the first minutes. */
    x->now = the_referral(x, r)->deadline_ms + MS_HOUR;
    do_tick(x);
    assert_int_equal(send_to_gate(x, r, KIND_COSM), REFUSAL_NONE);
    sent = x->now;
    assert_int_equal(timers_gate_ms(x->e, the_referral(x, r)), sent + 15 * MS_MINUTE);
    x->now = sent + 15 * MS_MINUTE;
    do_tick(x);
    assert_true(is_alarmed(x, r));
    /* A place said yes: nothing presses any more. */
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_A1), 0);
    assert_false(is_alarmed(x, r));
    assert_int_equal(timers_gate_ms(x->e, the_referral(x, r)), INT64_MAX);
    exchange_free(x);
}

static void assent_is_a_decision(void **state)
{
    struct exchange *x = an_insisting_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_minor());

    (void)state;
    assert_int_equal(send_to_gate(x, r, KIND_JEUGD), REFUSAL_NONE);
    gate_do(x, CMD_GATE_TAKE, town(), 1, 0);
    assert_true(timers_gate_ms(x->e, the_referral(x, r)) != INT64_MAX);
    gate_do(x, CMD_GATE_ASSENT, town(), 1, 0);
    assert_true(gate_at(x, 1)->assented);
    assert_int_equal(timers_gate_ms(x->e, the_referral(x, r)), INT64_MAX);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        cmocka_unit_test(one_live_request_per_gatekeeper),
        cmocka_unit_test(what_cannot_be_sent),
        cmocka_unit_test(questions_are_answered),
        cmocka_unit_test(a_colleague_takes_over),
        cmocka_unit_test(a_no_show_goes_back_to_the_gatekeeper),
        cmocka_unit_test(a_place_elsewhere_ends_it),
        cmocka_unit_test(only_a_bed_for_the_meantime_bridges),
        cmocka_unit_test(the_gatekeeper_gives_its_assent),
        cmocka_unit_test(the_gatekeeper_of_a_minor_asks_itself),
        cmocka_unit_test(whose_queue_a_minor_is_in),
        cmocka_unit_test(the_home_municipality_decides),
        cmocka_unit_test(one_gatekeeper_at_a_time),
        cmocka_unit_test(the_queue_goes_by_what_presses),
        cmocka_unit_test(no_decision_in_time),
        cmocka_unit_test(what_presses_later_is_late_later),
        cmocka_unit_test(assent_is_a_decision),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
