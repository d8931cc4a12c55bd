/* Who lives at a location that leaked: moved the most endangered first, or rung for. */
#include "support/exchange.h"
#include "support/safety_steps.h"

#include "core/match.h"

#include <string.h>

/* ---- who lives there ---- */

static void households_move_the_most_endangered_first(void **state)
{
    struct exchange *x = exchange_new();
    struct pool wide = pool_of_kind(x, B_HUIS, "b-groot", KIND_CRISIS);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &wide};
    unsigned pool = 0;
    struct observation o;
    struct referral_id r[6];
    /* Of R; 4 has left. A child counts before how many they are. */
    const unsigned order[] = {2, 1, 5, 3, 0};
    uint64_t first = 0;
    uint32_t leak = 0;
    uint8_t region = vocab_region_find(x->vocab, "R30");

    (void)state;
    wide.units_total = 9;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    pool = engine_pools(x->e);
    o = an_observation(x, pool, 9, 9);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    r[0] = moves_in(x, VT_OOST, a_need(.level = THREAT_GROEN, .children = 3), pool);
    r[1] = moves_in(x, VT_OOST, a_need(.children = 1), pool);
    r[2] = moves_in(x, VT_WEST, a_need(.children = 2), pool);
    r[3] = moves_in(x, VT_OOST, a_need(.level = THREAT_ORANJE, .adults = 2, .children = 0), pool);
    r[4] = moves_in(x, VT_OOST, a_need(), pool);
    r[5] = moves_in(x, VT_WEST, a_need(.adults = 4, .children = 0), pool);
    {
        const struct stay *s = engine_stay_of(x->e, r[4]);
        struct command depart = {.kind = CMD_DEPART, .actor = shelter_of(HUIS_B), .draw = ++x->draw};

        depart.u.stay = (struct stay_command){.stay = s->id, .reason = 1, .destination = 1};
        assert_int_equal(exchange_do(x, &depart).refusal, REFUSAL_NONE);
    }
    first = engine_referrals(x->e) + 1;
    leak = freeze(x, HUIS_B, B_HUIS);
    assert_int_equal(engine_leak(x->e, leak)->households, 5);
    assert_int_equal(engine_referrals(x->e), first + 4);
    for (unsigned i = 0; i < 5; i++) {
        const struct leak_household *h = engine_leak_household(x->e, leak, i);
        const struct referral *later = engine_referral(x->e, h->later);

        assert_int_equal(h->rank, i + 1);
        assert_int_equal(h->earlier.v, r[order[i]].v);
        assert_int_equal(h->later.v, first + i);
        assert_int_equal(later->org.v, engine_referral(x->e, h->earlier)->org.v);
        assert_int_equal(later->urgency, URGENCY_NU);
        assert_true((later->need.unsafe_regions >> region & 1) != 0);
        assert_int_equal(later->need.n_persons, engine_referral(x->e, h->earlier)->need.n_persons);
        assert_int_equal(engine_household(x->e, h->later).earlier.v, h->earlier.v);
        assert_int_equal(engine_household(x->e, h->later).why, LINK_LEAKED);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(later->code,
                                    engine_referral(x->e, engine_leak_household(x->e, leak, k)->later)->code);
    }
    assert_null(engine_leak_household(x->e, leak, 5));
    exchange_free(x);
}

/* The house may have the regie, and somebody there may be who told where they were. */
static void the_house_they_fled_from_is_not_told_where_they_are(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B), next;
    struct actor house = shelter_of(HUIS_B), placer = referrer_of(VT_OOST);

    (void)state;
    assert_int_equal(regie(x, CMD_OFFER_REGIE, placer, r, HUIS_B), REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, house, r, 0), REFUSAL_NONE);
    freeze(x, HUIS_B, B_HUIS);
    next = engine_household(x->e, r).later;
    assert_int_equal(engine_household(x->e, next).why, LINK_LEAKED);
    assert_int_equal(engine_regie(x->e, next).holder.v,
                     HUIS_B); /* until it hands it over, from the old file */
    assert_int_equal(audience_of_referral(x->e, &house, r), SIGHT_FULL);
    assert_int_equal(audience_of_referral(x->e, &house, next), SIGHT_NONE);
    assert_int_equal(audience_of_referral(x->e, &placer, next), SIGHT_FULL);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, house, r, VT_OOST), REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, placer, r, 0), REFUSAL_NONE);
    exchange_free(x);
}

static void a_search_under_way_goes_on_and_a_promise_stands(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id lives = moves_in(x, VT_OOST, a_need(), POOL_B),
                       other = moves_in(x, VT_WEST, a_need(), POOL_B);
    struct referral_id next[2], first = {0};
    uint32_t leak = 0;
    struct request_id q;

    (void)state;
    /* Both look for a next place already, by the way back of their first leak: one has found one, elsewhere.
     */
    leak = freeze(x, HUIS_B, B_HUIS);
    next[0] = engine_household(x->e, lives).later;
    next[1] = engine_household(x->e, other).later;
    /* The region is unsafe for them all: so only a place that needs no region. */
    step(x, CMD_ASK_LIFT, as(shelter_of(HUIS_B), ANNA), leak);
    step(x, CMD_LIFT_LEAK, as(shelter_of(HUIS_B), BERT), leak);
    {
        struct location l = *engine_location(x->e, (struct location_id){A_NOORD});
        struct command place = {
            .kind = CMD_DEFINE_LOCATION, .actor = {.role = ROLE_SYSTEM}, .u.location = &l};
        struct observation o;

        l.id.v = 0;
        l.region = vocab_region_find(x->vocab, "R01");
        strcpy(l.code, "ver-weg");
        assert_int_equal(exchange_do(x, &place).refusal, REFUSAL_NONE);
        struct pool p = pool_of_kind(x, engine_locations(x->e), "ver", KIND_CRISIS);
        struct command pool = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
        assert_int_equal(exchange_do(x, &pool).refusal, REFUSAL_NONE);
        o = an_observation(x, engine_pools(x->e), POOL_UNITS, POOL_UNITS);
        do_report(x, shelter_of(HUIS_A), &o, 1);
    }
    q = do_ask_one(x, next[1], engine_pools(x->e));
    do_answer(x, CMD_ACCEPT, q, 0);
    first.v = engine_referrals(x->e) + 1;
    freeze(x, HUIS_B, B_HUIS);
    assert_int_equal(engine_referrals(x->e), first.v - 1);
    assert_int_equal(the_referral(x, next[0])->state, REFERRAL_OPEN);
    assert_int_equal(engine_household(x->e, lives).later.v, next[0].v);
    assert_int_equal(the_referral(x, next[1])->state, REFERRAL_RESERVED);
    assert_int_equal(engine_household(x->e, other).later.v, next[1].v);
    exchange_free(x);
}

/* Erased facts are played by decoding as the store does after the key is gone: here by a replay without
 * them. */
static void households_of_whom_nothing_is_known_are_rung_for(void **state)
{
    struct exchange *x = exchange_new();
    struct engine *old = x->e;
    struct event_list out = {0};
    struct outcome o;
    struct command cmd = {.kind = CMD_CONFIRM_LEAK, .actor = as(shelter_of(HUIS_B), BERT)};
    const struct leak_household *h = NULL;
    char why[200];

    (void)state;
    moves_in(x, VT_OOST, a_need(.level = THREAT_GROEN), POOL_B);
    moves_in(x, VT_WEST, a_need(), POOL_B);
    report(x, as(shelter_of(HUIS_B), ANNA), B_HUIS);
    x->e = engine_new(x->vocab, &x->settings);
    for (size_t i = 0; i < x->log.n; i++) {
        struct event ev = x->log.list[i];

        if (ev.kind == EV_REFERRAL_OPENED && ev.u.opened.id.v == 2) {
            ev.u.opened.facts_known = false;
            ev.u.opened.need = need_empty();
        }
        engine_apply(x->e, &ev);
    }
    cmd.u.safety.leak = 1;
    engine_decide(x->e, &cmd, x->now, &out, &o);
    assert_int_equal(o.refusal, REFUSAL_NONE);
    for (size_t i = 0; i < out.n; i++) {
        out.list[i].seq = engine_seq(x->e) + 1;
        engine_apply(x->e, &out.list[i]);
        if (!engine_check(x->e, why, sizeof why))
            fail_msg("%s", why);
    }
    h = engine_leak_household(x->e, 1, 0);
    assert_int_equal(h->earlier.v, 1);
    assert_int_equal(h->later.v, 3);
    h = engine_leak_household(x->e, 1, 1);
    assert_int_equal(h->earlier.v, 2);
    assert_int_equal(h->later.v, 0);
    event_list_fini(&out);
    engine_free(x->e);
    x->e = old;
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        cmocka_unit_test(households_move_the_most_endangered_first),
        cmocka_unit_test(the_house_they_fled_from_is_not_told_where_they_are),
        cmocka_unit_test(a_search_under_way_goes_on_and_a_promise_stands),
        cmocka_unit_test(households_of_whom_nothing_is_known_are_rung_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
