/* A household in a bridge bed of a house whose address is known: it lives there too. It is in the list of
 * those to be moved, by the same rank, and its own search, which is under way, goes on for now and away from
 * there. */
#include "support/exchange.h"
#include "support/nobed_steps.h"
#include "support/safety_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/nobed/nobed.h"

#include <string.h>

static const struct leak_household *at_rank(const struct exchange *x, uint32_t leak, unsigned rank)
{
    const struct leak_household *h = engine_leak_household(x->e, leak, rank - 1);

    assert_non_null(h);
    return h;
}

static enum refusal check_in(struct exchange *x, struct bridge_id id, enum bridge_check check)
{
    struct command cmd = {.kind = CMD_CHECK_IN, .actor = referrer_of(VT_OOST)};

    cmd.u.bridge.bridge = id;
    cmd.u.bridge.code = (uint8_t)check;
    return exchange_do(x, &cmd).refusal;
}

/* Each in two rooms of B: oranje with children that lives there, rood alone in a bridge bed. */
static void it_is_moved_by_its_rank(void **state)
{
    struct exchange *x = exchange_new();
    struct need rood = a_need(.urgency = URGENCY_DRIE_DAGEN);
    struct referral_id stays = moves_in(x, VT_OOST, a_need(.level = THREAT_ORANJE, .children = 2), POOL_B);
    struct referral_id r = do_open(x, VT_OOST, rood);
    const struct bridge *b = in_a_bed(x, r, POOL_B);
    uint8_t region = engine_location(x->e, (struct location_id){B_HUIS})->region;
    uint64_t referrals = engine_referrals(x->e);
    int64_t before = the_referral(x, r)->deadline_ms;
    uint32_t leak = 0;

    (void)state;
    leak = freeze(x, HUIS_B, B_HUIS);
    assert_int_equal(engine_leak(x->e, leak)->households, 2);
    /* rood goes first, wherever it sleeps */
    assert_int_equal(at_rank(x, leak, 1)->bridge.v, b->id.v);
    assert_int_equal(at_rank(x, leak, 1)->stay.v, 0);
    assert_int_equal(at_rank(x, leak, 1)->earlier.v, r.v);
    assert_int_equal(at_rank(x, leak, 1)->later.v, r.v);
    assert_int_equal(at_rank(x, leak, 2)->earlier.v, stays.v);
    assert_int_equal(engine_referrals(x->e),
                     referrals + 1); /* of the one that lives there; not of this one */
    /* Its search is for now, and not in that region. */
    assert_int_equal(the_referral(x, r)->urgency, URGENCY_NU);
    assert_int_equal(the_referral(x, r)->need.urgency, URGENCY_NU);
    assert_true((the_referral(x, r)->need.unsafe_regions >> region & 1) != 0);
    assert_true(the_referral(x, r)->deadline_ms < before);
    /* The bridge stands: a household is not on the street because its house is known. */
    assert_true(bridge_is_live(b) && the_request(x, b->request)->state == REQUEST_ADMITTED);
    replays(x);
    exchange_free(x);
}

/* Its desk hears of it at once, and again until the household is away. */
static void its_desk_is_rung_until_it_is_away(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    const struct bridge *b = in_a_bed(x, r, POOL_B);
    struct command end = {.kind = CMD_END_BRIDGE, .actor = referrer_of(VT_OOST)};

    (void)state;
    assert_true(b->due_ms == 0); /* no longest stay there */
    freeze(x, HUIS_B, B_HUIS);
    assert_true(b->due_ms == x->now);
    do_tick(x);
    assert_true(b->state == BRIDGE_ALARM && b->due_ms == x->now + 10 * MS_MINUTE);
    assert_int_equal(check_in(x, b->id, BRIDGE_CHECK_SAFE), REFUSAL_WRONG_STATE); /* nobody is safe there */
    assert_int_equal(check_in(x, b->id, BRIDGE_CHECK_SEEN), REFUSAL_NONE);
    assert_true(b->due_ms == x->now + 30 * MS_MINUTE);
    x->now = b->due_ms;
    do_tick(x);
    assert_int_equal(b->alarms, 2);
    end.u.bridge.bridge = b->id;
    end.u.bridge.code = BRIDGE_END_MOVED;
    assert_int_equal(exchange_do(x, &end).refusal, REFUSAL_NONE);
    assert_true(b->due_ms == 0);
    replays(x);
    exchange_free(x);
}

static void a_bed_whose_leak_is_lifted_rings_no_more(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    const struct bridge *b = in_a_bed(x, r, POOL_B);
    uint32_t leak = freeze(x, HUIS_B, B_HUIS);

    (void)state;
    do_tick(x);
    assert_int_equal(b->state, BRIDGE_ALARM);
    lift(x, HUIS_B, leak);
    assert_true(b->state == BRIDGE_ACTIVE && b->due_ms == 0 && b->alarms == 0);
    replays(x);
    exchange_free(x);
}

/* The search for a place may take days; for tonight there is the next bridge, and the alarm is over with the
 * bed that it was about. */
static void from_there_it_goes_to_the_next_bed(void **state)
{
    struct exchange *x = exchange_new();
    unsigned far = a_far_pool(x, 2);
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    const struct bridge *b = in_a_bed(x, r, POOL_B);
    struct bridge_id id = b->id;

    (void)state;
    freeze(x, HUIS_B, B_HUIS);
    do_tick(x);
    assert_int_equal(engine_bridge(x->e, id)->state, BRIDGE_ALARM);
    in_a_bed(x, r, far);
    b = engine_bridge(x->e, id);
    assert_true(b->state == BRIDGE_ENDED && b->end == BRIDGE_END_MOVED && b->due_ms == 0);
    assert_int_equal(the_request(x, b->request)->state, REQUEST_LEFT);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    replays(x);
    exchange_free(x);
}

/* What was asked near there is taken back; what was asked elsewhere, and a yes from elsewhere, stands. */
static void what_was_asked_elsewhere_stands(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct referral_id with_a_yes = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct request_id far_away, close_by, yes;

    (void)state;
    a_far_pool(x, 2);
    in_a_bed(x, with_a_yes, POOL_B);
    yes = do_ask_one(x, with_a_yes, POOL_C);
    do_answer(x, CMD_ACCEPT, yes, 0);
    in_a_bed(x, r, POOL_B);
    far_away = do_ask_one(x, r, engine_pools(x->e));
    close_by = do_ask_one(x, r, POOL_A1);
    freeze(x, HUIS_B, B_HUIS);
    assert_int_equal(the_request(x, close_by)->state, REQUEST_CANCELLED);
    assert_int_equal(the_request(x, close_by)->cancel_why, CANCEL_WITHDRAWN); /* not why: that is not for C */
    assert_int_equal(the_request(x, far_away)->state, REQUEST_PENDING);
    assert_int_equal(the_request(x, yes)->state, REQUEST_ACCEPTED);
    assert_int_equal(the_referral(x, with_a_yes)->state, REFERRAL_RESERVED);
    replays(x);
    exchange_free(x);
}

/* On its way there it has not arrived: its bed is taken back with the rest, and the search goes on. It is
 * listed: somebody must stop it. */
static void who_is_on_the_way_is_stopped(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = bridge_granted(x, r, POOL_B);

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(engine_leak(x->e, freeze(x, HUIS_B, B_HUIS))->households, 1);
    assert_int_equal(the_request(x, q)->state, REQUEST_CANCELLED);
    assert_int_equal(the_request(x, q)->cancel_why, CANCEL_LEAKED); /* nobody failed to show up */
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    exchange_free(x);
}

static void impossible_moves(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    const struct bridge *b = in_a_bed(x, r, POOL_B);
    uint32_t leak = freeze(x, HUIS_B, B_HUIS);
    struct event good = {.kind = EV_LEAK_BRIDGE,
                         .u.leak = {.leak = leak,
                                    .location = {B_HUIS},
                                    .rank = 2,
                                    .bridge = b->id,
                                    .earlier = r,
                                    .later = r,
                                    .deadline_ms = x->now + 1}};
    struct event bad[7];
    char why[200] = "";

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        bad[i] = good;
        bad[i].seq = engine_seq(x->e) + 1;
        bad[i].at_ms = x->now;
    }
    bad[0].u.leak.rank = 1;
    bad[1].u.leak.bridge.v = 9;
    bad[2].u.leak.earlier.v = bad[2].u.leak.later.v = 9;
    bad[3].u.leak.later.v = 0;
    bad[4].u.leak.location.v = C_HUIS;
    bad[5].u.leak.deadline_ms = 0;
    bad[6].u.leak.leak = leak + 1;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (engine_replay(x->e, &bad[i], why, sizeof why) != ERR_BAD_INPUT)
            fail_msg("case %zu was possible", i);
    }
    exchange_free(x);
}

/* In a bridge bed of the house, promised another there, and looking near by: one household, told once. */
static void two_beds_of_one_household(void **state)
{
    struct exchange *x = exchange_new();
    struct pool other = pool_of_kind(x, B_HUIS, "b2", KIND_CRISIS);
    struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &other};
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct observation o;
    struct request_id near_by, planned;
    uint32_t leak = 0;

    (void)state;
    assert_int_equal(exchange_do(x, &define).refusal, REFUSAL_NONE);
    o = an_observation(x, POOL_COSM + 1, POOL_UNITS, POOL_UNITS);
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).applied, 1);
    in_a_bed(x, r, POOL_B);
    near_by = do_ask_one(x, r, POOL_C);
    planned = bridge_granted(x, r, POOL_COSM + 1);
    assert_int_equal(do_answer(x, CMD_ACCEPT, planned, 0).refusal, REFUSAL_NONE);
    assert_int_equal(engine_location(x->e, (struct location_id){C_HUIS})->region,
                     engine_location(x->e, (struct location_id){B_HUIS})->region);
    leak = freeze(x, HUIS_B, B_HUIS);
    assert_int_equal(at_rank(x, leak, 1)->later.v, r.v);
    assert_null(engine_leak_household(x->e, leak, 1));
    assert_int_equal(the_request(x, near_by)->state, REQUEST_CANCELLED);
    assert_int_equal(the_request(x, planned)->state, REQUEST_CANCELLED);
    replays(x);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_moved_by_its_rank),
        cmocka_unit_test(two_beds_of_one_household),
        cmocka_unit_test(its_desk_is_rung_until_it_is_away),
        cmocka_unit_test(a_bed_whose_leak_is_lifted_rings_no_more),
        cmocka_unit_test(from_there_it_goes_to_the_next_bed),
        cmocka_unit_test(what_was_asked_elsewhere_stands),
        cmocka_unit_test(who_is_on_the_way_is_stopped),
        cmocka_unit_test(impossible_moves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
