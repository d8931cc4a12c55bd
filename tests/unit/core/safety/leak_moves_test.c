/* The kill switch for those who are there or were to come: whose desk is alarmed and until when, a search
 * that is under way and keeps what it has come to, a household that is moved whole. */
#include "support/exchange.h"
#include "support/nobed_steps.h"
#include "support/safety_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"
#include "core/nobed/nobed.h"
#include "core/timers/timers_state.h"

#include <string.h>

/* What the warning of a clock opens, without the clock: R follows EARLIER, for a day that is not yet. */
static struct referral_id follow_up(struct exchange *x, struct referral_id earlier, struct need need)
{
    struct referral_id r = do_open(x, VT_OOST, need);
    struct event ev = {.kind = EV_REFERRAL_LINKED, .at_ms = x->now, .seq = engine_seq(x->e) + 1};

    ev.u.link = (struct link_event){.referral = r, .earlier = earlier, .why = LINK_FOLLOW_UP};
    engine_apply(x->e, &ev);
    *event_list_add(&x->log, ev.kind) = ev;
    return r;
}

static bool stands(const struct exchange *x, struct referral_id r)
{
    return timers_alarm_stands(x->e, the_referral(x, r), ALARM_LEAKED);
}

static struct exchange *with_timers(void)
{
    struct core_settings s = core_settings_default();

    return exchange_new_with(&s);
}

static unsigned times(const struct exchange *x, enum event_kind kind, struct referral_id r)
{
    unsigned n = 0;

    for (size_t i = 0; i < last_count(x); i++)
        n += last_event(x, i)->kind == kind && last_event(x, i)->u.escalation.referral.v == r.v &&
             last_event(x, i)->u.escalation.alarm == ALARM_LEAKED;
    return n;
}

/* ---- whose desk is alarmed ---- */

static void each_desk_is_alarmed_at_once(void **state)
{
    struct exchange *x = exchange_new();
    unsigned far = a_far_pool(x, 4);
    struct referral_id there = moves_in(x, VT_OOST, a_need(.level = THREAT_GROEN), POOL_A1), next;
    struct referral_id reserved = do_open(x, VT_OOST, a_need());
    struct referral_id bed = do_open(x, VT_OOST, a_need()), asked = do_open(x, VT_OOST, a_need());
    struct referral_id away = moves_in(x, VT_OOST, a_need(), POOL_A2), way = do_open(x, VT_OOST, a_need()),
                       going;

    (void)state;
    promised(x, reserved, POOL_A1);
    do_answer(x, CMD_CONFIRM_ARRIVAL, promised_bed(x, bed, POOL_A2), 0);
    freeze(x, HUIS_A, A_NOORD);
    next = engine_household(x->e, there).later;
    assert_true(stands(x, next) && stands(x, reserved));
    assert_int_equal(times(x, EV_ALARM_RAISED, next), 1);
    assert_int_equal(times(x, EV_ALARM_RAISED, reserved), 1);
    /* Not who has nothing to do with that house. */
    assert_false(stands(x, bed));
    /* The other house: in a bridge bed, on the way, on the way elsewhere, and only asked. */
    going = follow_up(x, away, a_need());
    promised(x, going, far);
    do_referral(x, CMD_TRAVEL, going, x->now + MS_HOUR, 0);
    do_ask_one(x, asked, POOL_B);
    promised(x, way, POOL_B);
    do_referral(x, CMD_TRAVEL, way, x->now + MS_HOUR, 0);
    freeze(x, HUIS_A, A_ZUID);
    assert_true(stands(x, bed));
    assert_false(stands(x, going));
    assert_int_equal(the_referral(x, going)->state, REFERRAL_TRAVELLING);
    freeze(x, HUIS_B, B_HUIS);
    assert_true(stands(x, way));
    assert_int_equal(the_referral(x, way)->state, REFERRAL_OPEN);
    assert_false(stands(x, asked));
    for (size_t i = 0; i < last_count(x); i++) /* no desk learns who confirmed it */
        assert_true(last_event(x, i)->kind != EV_ALARM_RAISED || last_event(x, i)->account.v == 0);
    replays(x);
    exchange_free(x);
}

/* Whatever the threat was told to be: as at code rood, until somebody says that they have it. */
static void it_is_raised_again_until_acknowledged(void **state)
{
    struct exchange *x = with_timers();
    struct referral_id there =
        moves_in(x, VT_OOST, a_need(.level = THREAT_GROEN, .urgency = URGENCY_DRIE_DAGEN), POOL_B);
    struct command seen = {.kind = CMD_ACKNOWLEDGE_ALARM, .actor = referrer_of(VT_OOST)};
    struct referral_id next;

    (void)state;
    seen.actor.account.v = 7;
    seen.u.escalation.alarm = ALARM_LEAKED;
    freeze(x, HUIS_B, B_HUIS);
    next = engine_household(x->e, there).later;
    for (unsigned n = 1; n <= 4; n++) {
        x->now += 5 * MS_MINUTE - 1;
        do_tick(x);
        assert_int_equal(times(x, EV_ALARM_REPEATED, next), 0);
        x->now += 1;
        do_tick(x);
        assert_int_equal(times(x, EV_ALARM_REPEATED, next), 1);
    }
    assert_true(timers_alarm(x->e, next, ALARM_LEAKED)->passed_on); /* the helpdesk, from the fourth on */
    seen.u.escalation.referral = next;
    assert_int_equal(exchange_do(x, &seen).refusal, REFUSAL_NONE);
    x->now += MS_HOUR;
    do_tick(x);
    assert_int_equal(times(x, EV_ALARM_REPEATED, next), 0);
    assert_true(stands(x, next));
    replays(x);
    exchange_free(x);
}

/* A yes takes nobody out of there, being on the way does. */
static void it_stands_until_they_are_on_their_way(void **state)
{
    struct exchange *x = exchange_new();
    unsigned far = a_far_pool(x, 4);
    struct referral_id there = moves_in(x, VT_OOST, a_need(), POOL_B), next;

    (void)state;
    freeze(x, HUIS_B, B_HUIS);
    next = engine_household(x->e, there).later;
    promised(x, next, far);
    assert_true(stands(x, next));
    do_referral(x, CMD_TRAVEL, next, x->now + MS_HOUR, 0);
    assert_false(stands(x, next));
    exchange_free(x);
}

static void an_alarm_is_in_the_digest(void **state)
{
    struct alarm_state of_all = {.raised_at_ms = 9}, a;
    const struct referral_id id = {1};
    const uint64_t before = timers_digest_seldom(id, ALARM_LEAKED, &of_all);

    (void)state;
#define DIFFERS(change)                                                                                      \
    do {                                                                                                     \
        a = of_all;                                                                                          \
        change;                                                                                              \
        if (timers_digest_seldom(id, ALARM_LEAKED, &a) == before)                                            \
            fail_msg("%s: not in the digest", #change);                                                      \
    } while (0)
    DIFFERS(a.raised_at_ms = 1);
    DIFFERS(a.acknowledged_at_ms = 1);
    DIFFERS(a.acknowledged_by.v = 1);
    DIFFERS(a.n_again = 1);
    DIFFERS(a.again_at_ms = 1);
    DIFFERS(a.passed_on = true);
    a = (struct alarm_state){0};
    assert_true(timers_digest_seldom(id, ALARM_LEAKED, &a) == 0); /* as in a journal that has none */
    assert_true(timers_digest_seldom((struct referral_id){2}, ALARM_LEAKED, &of_all) != before);
}

/* ---- on its way to a bridge bed there ---- */

static void who_is_on_the_way_to_a_bridge_bed_is_listed(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id there = moves_in(x, VT_OOST, a_need(.level = THREAT_ORANJE), POOL_B);
    struct referral_id r = do_open(x, VT_OOST, a_need(.children = 1, .urgency = URGENCY_DRIE_DAGEN));
    struct request_id q = promised_bed(x, r, POOL_B);
    const struct bridge *b = engine_bridge_bed(x->e, q);
    uint8_t region = engine_location(x->e, (struct location_id){B_HUIS})->region;
    const struct leak_household *h = NULL;
    uint32_t leak = freeze(x, HUIS_B, B_HUIS);

    (void)state;
    assert_int_equal(the_request(x, q)->cancel_why, CANCEL_LEAKED);
    b = engine_bridge(x->e, (struct bridge_id){1});
    assert_true(b->state == BRIDGE_ENDED && b->end == BRIDGE_END_LEAKED);
    assert_int_equal(engine_leak(x->e, leak)->households, 2);
    h = engine_leak_household(x->e, leak, 0); /* rood, wherever it is */
    assert_true(h->bridge.v == b->id.v && h->stay.v == 0 && h->earlier.v == r.v && h->later.v == r.v);
    assert_int_equal(engine_leak_household(x->e, leak, 1)->earlier.v, there.v);
    assert_true(stands(x, r));
    assert_int_equal(the_referral(x, r)->urgency, URGENCY_NU);
    assert_true((the_referral(x, r)->need.unsafe_regions >> region & 1) != 0);
    replays(x);
    exchange_free(x);
}

/* A household in one place is listed once, though its next bed is in the same house. */
static void who_lives_there_is_listed_once(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id there = moves_in(x, VT_OOST, a_need(), POOL_A1), next = follow_up(x, there, a_need());
    uint32_t leak = 0;

    (void)state;
    promised_bed(x, next, POOL_A1);
    leak = freeze(x, HUIS_A, A_NOORD);
    assert_int_equal(engine_leak(x->e, leak)->households, 1);
    assert_int_equal(engine_leak_household(x->e, leak, 0)->stay.v, engine_stay_of(x->e, there)->id.v);
    assert_int_equal(times(x, EV_ALARM_RAISED, next), 1);
    replays(x);
    exchange_free(x);
}

/* ---- a search that is under way ---- */

static void a_search_keeps_its_place_in_the_queue(void **state)
{
    struct exchange *x = exchange_new();
    unsigned far = a_far_pool(x, 4);
    struct need need = a_need(.level = THREAT_ORANJE, .urgency = URGENCY_DRIE_DAGEN);
    struct referral_id there = {0}, next = {0};
    struct command send = {.kind = CMD_GATE_SEND, .actor = referrer_of(VT_OOST)};
    uint8_t region = engine_location(x->e, (struct location_id){B_HUIS})->region;
    struct request_id near, elsewhere;
    uint64_t referrals = 0;
    uint32_t leak = 0;

    (void)state;
    need.threat_kinds.yes |= 1u << THREAT_KIND_NETWERK;
    need.residence = RESIDENCE_BEDENKTIJD_AANGEBODEN;
    there = moves_in(x, VT_OOST, need, POOL_B);
    next = follow_up(x, there, need);
    send.u.gate.referral = next;
    send.u.gate.kind = KIND_COSM;
    assert_int_equal(exchange_do(x, &send).refusal, REFUSAL_NONE);
    elsewhere = do_ask_one(x, next, far);
    near = do_ask_one(x, next, POOL_C);
    referrals = engine_referrals(x->e);
    leak = freeze(x, HUIS_B, B_HUIS);
    /* The same search, with all that it has come to, for now and away from there. */
    assert_int_equal(engine_referrals(x->e), referrals);
    assert_int_equal(engine_leak_household(x->e, leak, 0)->later.v, next.v);
    assert_true(gate_is_undecided(engine_gate(x->e, (struct gate_id){1})));
    assert_int_equal(the_request(x, elsewhere)->state, REQUEST_PENDING);
    assert_int_equal(the_request(x, near)->state, REQUEST_CANCELLED);
    assert_int_equal(the_referral(x, next)->urgency, URGENCY_NU);
    assert_int_equal(the_referral(x, next)->need.urgency, URGENCY_NU);
    assert_true((the_referral(x, next)->need.unsafe_regions >> region & 1) != 0);
    assert_int_equal(engine_household(x->e, next).why, LINK_LEAKED); /* planned for a day no longer */
    assert_true(stands(x, next));
    for (size_t i = 0; i < last_count(x); i++) { /* the desk and the gatekeeper hear it, the house does not */
        const struct event *ev = last_event(x, i);
        struct actor desk = referrer_of(VT_OOST), keeper = actor_of(ROLE_COMENSHA, COMENSHA);
        struct actor house = shelter_of(HUIS_B), asked = shelter_of(HUIS_C);

        if (ev->kind != EV_ALARM_RAISED)
            continue;
        assert_true(audience_of_event(x->e, &desk, ev) && audience_of_event(x->e, &keeper, ev));
        assert_false(audience_of_event(x->e, &house, ev) || audience_of_event(x->e, &asked, ev));
    }
    replays(x);
    exchange_free(x);
}

/* ---- whole ---- */

static void the_whole_household_is_moved(void **state)
{
    struct exchange *x = exchange_new();
    struct need need = a_need(.level = THREAT_ORANJE, .adults = 2, .children = 2);
    struct need want, got;
    struct referral_id there;
    uint8_t region = engine_location(x->e, (struct location_id){B_HUIS})->region;

    (void)state;
    need.persons[1].age = 71;
    need.persons[3].age = 2;
    there = moves_in(x, VT_OOST, need, POOL_B);
    freeze(x, HUIS_B, B_HUIS);
    want = the_referral(x, there)->need;
    got = the_referral(x, engine_household(x->e, there).later)->need;
    assert_int_equal(got.n_persons, 4);
    for (unsigned i = 0; i < want.n_persons; i++)
        assert_true(got.persons[i].sex == want.persons[i].sex && got.persons[i].age == want.persons[i].age &&
                    got.persons[i].pregnant == want.persons[i].pregnant);
    assert_int_equal(got.unsafe_regions, want.unsafe_regions | UINT64_C(1) << region);
    assert_int_equal(got.urgency, URGENCY_NU);
    got.unsafe_regions = want.unsafe_regions;
    got.urgency = want.urgency;
    assert_memory_equal(&got, &want, sizeof got); /* and nothing else was told anew */
    exchange_free(x);
}

/* ---- the journal ---- */

static void impossible_searches(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id there = moves_in(x, VT_OOST, a_need(), POOL_B), next = follow_up(x, there, a_need());
    struct referral_id way = do_open(x, VT_OOST, a_need());
    struct event good[2] = {{0}}, bad[12];
    char why[200] = "";
    uint32_t leak = 0;

    (void)state;
    promised_bed(x, way, POOL_B);
    leak = freeze(x, HUIS_B, B_HUIS);
    for (size_t i = 0, n = 0; i < last_count(x); i++) {
        if (last_event(x, i)->kind == EV_LEAK_SEARCH)
            good[n++] = *last_event(x, i);
    }
    if (good[0].u.leak.stay.v == 0) {
        struct event other = good[0];

        good[0] = good[1];
        good[1] = other;
    }
    assert_int_equal(good[0].u.leak.later.v, next.v);
    assert_int_equal(good[1].u.leak.later.v, way.v);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        bad[i] = good[i >= 6];
        bad[i].seq = engine_seq(x->e) + 1;
        bad[i].u.leak.rank = 3;
    }
    bad[0].u.leak.rank = 2;
    bad[1].u.leak.stay.v = 9;
    bad[2].u.leak.later.v = 9;
    bad[3].u.leak.later = way;
    bad[4].u.leak.deadline_ms = 0;
    bad[5].u.leak.bridge.v = 1;
    bad[6].u.leak.bridge.v = 9;
    bad[7].u.leak.earlier = next;
    bad[8].u.leak.later = next;
    bad[9].u.leak.location.v = C_HUIS;
    bad[10].u.leak.leak = leak + 1;
    bad[11].u.leak.deadline_ms = 0;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (engine_replay(x->e, &bad[i], why, sizeof why) != ERR_BAD_INPUT)
            fail_msg("case %zu was possible", i);
    }
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_desk_is_alarmed_at_once),
        cmocka_unit_test(it_is_raised_again_until_acknowledged),
        cmocka_unit_test(it_stands_until_they_are_on_their_way),
        cmocka_unit_test(an_alarm_is_in_the_digest),
        cmocka_unit_test(who_is_on_the_way_to_a_bridge_bed_is_listed),
        cmocka_unit_test(who_lives_there_is_listed_once),
        cmocka_unit_test(a_search_keeps_its_place_in_the_queue),
        cmocka_unit_test(the_whole_household_is_moved),
        cmocka_unit_test(impossible_searches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
