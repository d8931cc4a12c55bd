/* The unit of who stands at the door after all: the ledger is judged as it will be when their bridge request
 * there makes way, so that a house which took units away since is refused and not overrun; and the end of a
 * surge closes no door on them. */
#include "support/exchange.h"

#include "base/time_text.h"
#include "core/vocab.h"
#include "support/nobed_steps.h"
#include "support/safety_steps.h"

/* The yes of POOL to R is lost: nobody came. */
static struct request_id lost(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct command cmd = {.kind = CMD_NO_SHOW, .actor = referrer_of(VT_OOST)};
    struct request_id q = promised(x, r, pool);

    x->now += MS_MINUTE;
    cmd.u.referral.referral = r;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    x->now += MS_MINUTE;
    return q;
}

static enum refusal there(struct exchange *x, enum an_org org, struct request_id q)
{
    struct command cmd = {.kind = CMD_CONFIRM_ARRIVAL, .actor = shelter_of(org)};

    cmd.u.answer.request = q;
    return exchange_do(x, &cmd).refusal;
}

static void told(struct exchange *x, enum an_org org, unsigned pool, int total, int free)
{
    struct observation o = an_observation(x, pool, total, free);

    x->now += MS_MINUTE;
    o = an_observation(x, pool, total, free);
    assert_int_equal(do_report(x, shelter_of(org), &o, 1).applied, 1);
}

/* A pool of B with units for SIZE. */
static unsigned a_pool(struct exchange *x, int size, int units, bool overflow)
{
    struct pool p = pool_of_kind(x, B_HUIS, "deur", KIND_CRISIS);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};

    p.unit_size = (uint8_t)size;
    p.units_total = (uint16_t)units;
    p.overflow = overflow;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    told(x, HUIS_B, engine_pools(x->e), units, units);
    return engine_pools(x->e);
}

static void surge(struct exchange *x, bool on)
{
    struct safety_command c = {
        .regions = UINT64_C(1) << vocab_region_find(x->vocab, "R30"), .on = on, .reason = SURGE_DRUKTE};

    x->now += MS_MINUTE;
    assert_int_equal(give(x, CMD_SET_SURGE, as(actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR), CARL), c).refusal,
                     REFUSAL_NONE);
}

/* The bridge bed asked there holds a unit, and so does somebody else's request: of the one unit that is left,
 * none is theirs. */
static void the_house_took_units_away(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = lost(x, r, POOL_B), bed = bridge_granted(x, r, POOL_B);

    (void)state;
    do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    told(x, HUIS_B, POOL_B, 1, 0);
    assert_int_equal(the_pool(x, POOL_B).held, 2);
    assert_int_equal(there(x, HUIS_B, q), REFUSAL_UNIT_GONE);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(the_request(x, bed)->state, REQUEST_PENDING);
    /* It finds one more. */
    told(x, HUIS_B, POOL_B, 2, 0);
    assert_int_equal(there(x, HUIS_B, q), REFUSAL_NONE);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ADMITTED);
    replays(x);
    exchange_free(x);
}

static void the_surge_is_over(void **state)
{
    (void)state;
    for (int with_bed = 0; with_bed < 2; with_bed++) {
        struct exchange *x = exchange_new();
        unsigned pool = a_pool(x, 4, 2, true);
        struct request_id q;
        struct referral_id r;

        surge(x, true);
        r = do_open(x, VT_OOST, a_need());
        q = lost(x, r, pool);
        if (with_bed)
            bridge_granted(x, r, pool);
        surge(x, false);
        x->now += MS_MINUTE;
        assert_true(the_pool(x, pool).idle);
        /* Still offered to nobody. */
        assert_int_equal(do_ask(x, do_open(x, VT_OOST, a_need()), &pool, 1).refusal, REFUSAL_TAKEN);
        assert_int_equal(there(x, HUIS_B, q), REFUSAL_NONE);
        assert_int_equal(the_referral(x, r)->state, REFERRAL_ADMITTED);
        assert_int_equal(the_pool(x, pool).held, 1);
        replays(x);
        exchange_free(x);
    }
}

/* No room is no room there either. */
static void the_surge_is_over_and_it_is_full(void **state)
{
    struct exchange *x = exchange_new();
    unsigned pool = a_pool(x, 4, 1, true);
    struct request_id q;

    (void)state;
    surge(x, true);
    q = lost(x, do_open(x, VT_OOST, a_need()), pool);
    told(x, HUIS_B, pool, 1, 0);
    surge(x, false);
    assert_int_equal(there(x, HUIS_B, q), REFUSAL_UNIT_GONE);
    exchange_free(x);
}

/* A family for two units, whose bridge request was made when it needed one: the other must be there, and no
 * third. */
static void two_units_one_of_them_held_by_themselves(void **state)
{
    (void)state;
    for (int free = 0; free < 3; free++) {
        struct exchange *x = exchange_new();
        unsigned pool = a_pool(x, 1, 2, false);
        struct referral_id r = do_open(x, VT_OOST, a_need(.adults = 1, .children = 1));
        struct request_id q = lost(x, r, pool), bed;

        assert_int_equal(the_request(x, q)->units, 2);
        {
            struct pool p = pool_of_kind(x, B_HUIS, "deur", KIND_CRISIS);
            struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};

            assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE); /* its rooms are for four now */
        }
        bed = bridge_granted(x, r, pool);
        assert_int_equal(the_request(x, bed)->units, 1);
        told(x, HUIS_B, pool, 2, free);
        assert_int_equal(there(x, HUIS_B, q), free < 2 ? REFUSAL_UNIT_GONE : REFUSAL_NONE);
        assert_int_equal(the_request(x, bed)->state, free < 2 ? REQUEST_PENDING : REQUEST_CANCELLED);
        replays(x);
        exchange_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_house_took_units_away),
        cmocka_unit_test(the_surge_is_over),
        cmocka_unit_test(the_surge_is_over_and_it_is_full),
        cmocka_unit_test(two_units_one_of_them_held_by_themselves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
