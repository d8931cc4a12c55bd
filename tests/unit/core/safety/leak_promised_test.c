/* Who had a yes at a house that leaked and had not arrived stands in its list: once, by its danger, with its
 * own search and what was told of it as it was. */
#include "support/exchange.h"
#include "support/safety_steps.h"

#include "base/mem.h"
#include "base/time_text.h"

/* A pool at HUIS_B with room for all that a test brings. */
static unsigned wide_pool(struct exchange *x)
{
    struct pool wide = pool_of_kind(x, B_HUIS, "b-groot", KIND_CRISIS);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &wide};
    struct observation o;

    wide.units_total = 9;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    o = an_observation(x, engine_pools(x->e), 9, 9);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    return engine_pools(x->e);
}

static struct referral_id promised_at(struct exchange *x, enum an_org org, struct need need, unsigned pool,
                                      struct request_id *q)
{
    struct referral_id r = do_open(x, org, need);

    *q = do_ask_one(x, r, pool);
    assert_int_equal(do_answer(x, CMD_ACCEPT, *q, 0).refusal, REFUSAL_NONE);
    return r;
}

static const struct leak_household *listed(const struct exchange *x, uint32_t leak, struct referral_id r)
{
    const struct leak_household *found = NULL;

    for (unsigned i = 0; i < engine_leak(x->e, leak)->households; i++) {
        const struct leak_household *h = engine_leak_household(x->e, leak, i);

        assert_int_equal(h->rank, i + 1);
        if (h->later.v != r.v && h->earlier.v != r.v)
            continue;
        assert_null(found);
        found = h;
    }
    return found;
}

static void agreed_and_on_the_way(void **state)
{
    struct exchange *x = exchange_new();
    unsigned pool = wide_pool(x);
    struct request_id q[2];
    struct referral_id agreed = promised_at(x, VT_OOST, a_need(.level = THREAT_GROEN), pool, &q[0]);
    struct referral_id way = promised_at(x, VT_WEST, a_need(.level = THREAT_ROOD), pool, &q[1]);
    struct referral_id asked = do_open(x, VT_OOST, a_need());
    struct need told = the_referral(x, agreed)->need;
    enum urgency urgency = the_referral(x, agreed)->urgency;
    int64_t deadline_ms = the_referral(x, agreed)->deadline_ms;
    const struct leak_household *h = NULL;
    uint32_t leak = 0;

    (void)state;
    do_referral(x, CMD_TRAVEL, way, x->now + MS_HOUR, 0);
    do_ask_one(x, asked, pool);
    leak = freeze(x, HUIS_B, B_HUIS);
    assert_int_equal(engine_leak(x->e, leak)->households, 2); /* who was only asked for is not promised */
    assert_null(listed(x, leak, asked));
    h = engine_leak_household(x->e, leak, 0); /* the most endangered first */
    assert_int_equal(h->later.v, way.v);
    assert_int_equal(h->promised.v, q[1].v);
    h = listed(x, leak, agreed);
    assert_non_null(h);
    assert_int_equal(h->promised.v, q[0].v);
    assert_true(h->stay.v == 0 && h->bridge.v == 0 && h->earlier.v == agreed.v && h->later.v == agreed.v);
    assert_int_equal(the_request(x, q[0])->cancel_why, CANCEL_LEAKED);
    /* It looks again as it was told, and its desk is alarmed. */
    assert_int_equal(the_referral(x, agreed)->state, REFERRAL_OPEN);
    assert_int_equal(the_referral(x, agreed)->urgency, urgency);
    assert_int_equal(the_referral(x, agreed)->deadline_ms, deadline_ms);
    assert_int_equal(the_referral(x, agreed)->need.unsafe_regions, told.unsafe_regions);
    assert_true(timers_alarm_stands(x->e, the_referral(x, agreed), ALARM_LEAKED));
    assert_true(timers_alarm_stands(x->e, the_referral(x, way), ALARM_LEAKED));
    exchange_free(x);
}

/* It lives there, or is in a bridge bed there, and has a yes for another place of the house. */
static void each_household_once(void **state)
{
    struct exchange *x = exchange_new();
    unsigned pool = wide_pool(x);
    struct referral_id lives = moves_in(x, VT_OOST, a_need(), pool), next = do_open(x, VT_OOST, a_need());
    struct event link = {.kind = EV_REFERRAL_LINKED, .at_ms = x->now};
    struct referral_id sleeps = do_open(x, VT_WEST, a_need());
    struct command bed = {.kind = CMD_ASK, .actor = referrer_of(VT_WEST)};
    uint32_t leak = 0;

    (void)state;
    link.seq = engine_seq(x->e) + 1;
    link.u.link = (struct link_event){.referral = next, .earlier = lives, .why = LINK_FOLLOW_UP};
    engine_apply(x->e, &link);
    assert_int_equal(do_answer(x, CMD_ACCEPT, do_ask_one(x, next, pool), 0).refusal, REFUSAL_NONE);
    bed.u.ask.referral = sleeps;
    bed.u.ask.pools[0].v = pool;
    bed.u.ask.n = 1;
    bed.u.ask.bridge = true;
    assert_int_equal(exchange_do(x, &bed).refusal, REFUSAL_NONE);
    {
        struct request_id q = x->last.requests[0];

        assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_NONE);
        assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    }
    leak = freeze(x, HUIS_B, B_HUIS);
    assert_int_equal(engine_leak(x->e, leak)->households, 2);
    assert_int_equal(listed(x, leak, next)->stay.v, engine_stay_of(x->e, lives)->id.v);
    assert_int_equal(listed(x, leak, next)->promised.v, 0);
    assert_int_not_equal(listed(x, leak, sleeps)->bridge.v, 0);
    exchange_free(x);
}

/* Another house of the organisation, and a yes that was over before, are no part of it. */
static void of_this_house_only(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q;
    struct referral_id zuid = promised_at(x, VT_OOST, a_need(), POOL_A2, &q),
                       gone = promised_at(x, VT_OOST, a_need(), POOL_A1, &q);
    uint32_t leak = 0;

    (void)state;
    do_referral(x, CMD_WITHDRAW, gone, 0, 1);
    leak = freeze(x, HUIS_A, A_NOORD);
    assert_int_equal(engine_leak(x->e, leak)->households, 0);
    assert_int_equal(the_referral(x, zuid)->state, REFERRAL_RESERVED);
    exchange_free(x);
}

static void what_no_journal_may_say(void **state)
{
    static const struct {
        const char *name;
        uint16_t rank;
        uint64_t request, referral;
        unsigned location;
    } cases[] = {
        {"out of order", 3, 1, 1, B_HUIS},
        {"listed already", 2, 1, 1, B_HUIS},
        {"of no request", 2, 99, 1, B_HUIS},
        {"of another's request", 2, 1, 2, B_HUIS},
        {"of a request that had no yes", 2, 2, 2, B_HUIS},
        {"of another house", 2, 1, 1, A_NOORD},
    };
    struct exchange *x = exchange_new();
    struct event ev = {.kind = EV_LEAK_PROMISED, .at_ms = x->now};
    struct request_id q;
    struct referral_id asked;
    char why[200] = "";

    (void)state;
    promised_at(x, VT_OOST, a_need(), POOL_B, &q);
    asked = do_open(x, VT_OOST, a_need());
    do_ask_one(x, asked, POOL_B);
    freeze(x, HUIS_B, B_HUIS);
    ev.seq = engine_seq(x->e) + 1;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        print_message("  %s\n", cases[i].name);
        ev.u.leak = (struct leak_event){.leak = 1,
                                        .location = {cases[i].location},
                                        .rank = cases[i].rank,
                                        .promised = {cases[i].request},
                                        .earlier = {cases[i].referral},
                                        .later = {cases[i].referral}};
        assert_int_not_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
        print_message("    %s\n", why);
    }
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agreed_and_on_the_way),
        cmocka_unit_test(each_household_once),
        cmocka_unit_test(of_this_house_only),
        cmocka_unit_test(what_no_journal_may_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
