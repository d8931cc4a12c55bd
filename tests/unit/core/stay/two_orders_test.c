/* Two barring orders (huisverbod) of one household, told at two of its referrals: the law counts from the
 * first imposition, and at the next place the earlier end is the one that is watched. And rights of the
 * person for which a referral has no room: none is lost, and none stays with the house that was left. */
#include "support/exchange.h"
#include "support/nobed_steps.h"
#include "support/stay_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/stay/stay_decide.h"

#define NOODBED 1
#define DAYS(n) ((n) * (int64_t)MS_DAY)

static struct outcome order(struct exchange *x, struct referral_id r, int64_t imposed_ms, int64_t until_ms)
{
    struct bridge_wish w = {.kind = BRIDGE_ORDER,
                            .slept = HOTEL_NIGHT,
                            .active = true,
                            .imposed_ms = imposed_ms,
                            .until_ms = until_ms};
    struct command cmd = {.kind = CMD_OPEN_BRIDGE, .actor = referrer_of(the_referral(x, r)->org.v)};

    cmd.u.open_bridge.referral = r;
    cmd.u.open_bridge.wish = &w;
    return exchange_do(x, &cmd);
}

static void arrives(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct request_id q = do_ask_one(x, r, pool);

    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
}

/* Of the household of R: the only clock of an order that runs. */
static const struct stay_clock *only_order(const struct exchange *x, struct referral_id r)
{
    const struct stay_clock *found = NULL;

    for (uint64_t i = 1; i <= engine_clocks(x->e); i++) {
        const struct stay_clock *c = engine_clock(x->e, (struct clock_id){i});

        if (c->kind != HUISVERBOD || c->state == CLOCK_STOPPED)
            continue;
        assert_null(found);
        found = c;
    }
    assert_non_null(found);
    assert_int_equal(found->referral.v, r.v);
    return found;
}

static enum refusal prolong(struct exchange *x, const struct stay_clock *c)
{
    struct command cmd = {.kind = CMD_PROLONG_CLOCK, .actor = referrer_of(c->owner.v)};

    cmd.u.clock.clock = c->id;
    return exchange_do(x, &cmd).refusal;
}

static void is_whole(struct exchange *x)
{
    replays(x);
    exchange_free(x);
}

/* ---- told ---- */

static void a_second_one_counts_from_the_first(void **state)
{
    struct exchange *x = exchange_new();
    int64_t imposed = x->now - DAYS(5);
    struct referral_id one = do_open(x, VT_OOST, a_need()), two = do_open_beside(x, VT_WEST, one);

    (void)state;
    assert_int_equal(order(x, one, imposed, 0).refusal, REFUSAL_NONE);
    assert_int_equal(order(x, two, x->now - DAYS(1), imposed + DAYS(28) + 1).refusal, REFUSAL_LIMIT);
    assert_int_equal(order(x, two, x->now - DAYS(1), imposed + DAYS(28)).refusal, REFUSAL_NONE);
    assert_int_equal(engine_order_clock(x->e, one)->runs_out_ms, imposed + DAYS(10)); /* its desk's word */
    assert_int_equal(engine_order_clock(x->e, two)->runs_out_ms, imposed + DAYS(28));
    is_whole(x);
}

/* Who tells no moment tells of the order that the household has. */
static void without_a_moment_it_is_the_one_there_is(void **state)
{
    struct exchange *x = exchange_new();
    int64_t imposed = x->now - DAYS(5);
    struct referral_id one = do_open(x, VT_OOST, a_need()), two = do_open_beside(x, VT_WEST, one);
    struct referral_id other = do_open(x, VT_OOST, a_need());

    (void)state;
    order(x, one, imposed, 0);
    assert_int_equal(order(x, two, 0, 0).refusal, REFUSAL_NONE);
    assert_int_equal(engine_order_clock(x->e, two)->started_at_ms, imposed);
    assert_int_equal(engine_order_clock(x->e, two)->runs_out_ms, imposed + DAYS(10));
    assert_int_equal(order(x, other, 0, x->now + DAYS(28)).refusal, REFUSAL_NONE); /* another household */
    is_whole(x);
}

static void the_next_one_after_it_is_another(void **state)
{
    struct exchange *x = exchange_new();
    int64_t imposed = x->now - DAYS(5);
    struct referral_id one = do_open(x, VT_OOST, a_need()), two = do_open_beside(x, VT_WEST, one);

    (void)state;
    order(x, one, imposed, 0);
    pass(x, DAYS(5) + 1);
    assert_int_equal(order(x, two, 0, x->now + DAYS(28)).refusal, REFUSAL_NONE);
    is_whole(x);
}

static void prolonged_it_counts_from_the_first(void **state)
{
    struct exchange *x = exchange_new();
    int64_t imposed = x->now - DAYS(5);
    struct referral_id one = do_open(x, VT_OOST, a_need()), two = do_open_beside(x, VT_WEST, one);

    (void)state;
    order(x, one, imposed, 0);
    assert_int_equal(start_clock(x, two, HUISVERBOD), REFUSAL_NONE);
    assert_int_equal(clock_of(x, two, 0)->runs_out_ms, x->now + DAYS(10));
    assert_int_equal(prolong(x, clock_of(x, two, 0)), REFUSAL_NONE);
    assert_int_equal(clock_of(x, two, 0)->runs_out_ms, imposed + DAYS(28));
    assert_int_equal(prolong(x, clock_of(x, two, 0)), REFUSAL_WRONG_STATE);
    /* A clock that is started late in the first one's time ends with it. */
    assert_int_equal(prolong(x, clock_of(x, one, 0)), REFUSAL_NONE);
    x->now = imposed + DAYS(20);
    {
        struct referral_id three = do_open_beside(x, VT_WEST, one);

        assert_int_equal(start_clock(x, three, HUISVERBOD), REFUSAL_NONE);
        assert_int_equal(clock_of(x, three, 0)->runs_out_ms, imposed + DAYS(28));
    }
    is_whole(x);
}

/* ---- at the next place ---- */

/* Days from now: imposed at one and two, and their ends; the household arrives through two, or through a
 * third. */
static const struct {
    const char *name;
    int imposed_one, end_one, imposed_two, end_two;
    bool through_third;
} carried[] = {
    {"the other ends first", -5, 5, -1, 9, false},
    {"its own ends first, the other was first", -5, 20, -1, 3, false},
    {"its own ends first and was first", -1, 20, -5, 4, false},
    {"the older of two others ends first", -5, 5, -1, 9, true},
    {"the younger of two others ends first", -1, 9, -5, 5, true},
    {"the later one ends first", -5, 20, -1, 3, true},
};

static void the_earlier_end_is_watched_at_the_next_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(carried); i++) {
        struct exchange *x = exchange_new();
        int64_t now = x->now;
        struct referral_id one = do_open(x, VT_OOST, a_need()), two = do_open_beside(x, VT_WEST, one);
        struct referral_id last = carried[i].through_third ? do_open_beside(x, VT_OOST, two) : two;
        int first =
            carried[i].imposed_one < carried[i].imposed_two ? carried[i].imposed_one : carried[i].imposed_two;
        int end = carried[i].end_one < carried[i].end_two ? carried[i].end_one : carried[i].end_two;
        const struct stay_clock *c = NULL;

        print_message("%s\n", carried[i].name);
        assert_int_equal(
            order(x, one, now + DAYS(carried[i].imposed_one), now + DAYS(carried[i].end_one)).refusal,
            REFUSAL_NONE);
        assert_int_equal(
            order(x, two, now + DAYS(carried[i].imposed_two), now + DAYS(carried[i].end_two)).refusal,
            REFUSAL_NONE);
        arrives(x, last, POOL_C);
        c = only_order(x, last);
        assert_int_equal(c->started_at_ms, now + DAYS(first));
        assert_int_equal(c->runs_out_ms, now + DAYS(end));
        assert_true(c->state == (c->warn_at_ms <= now ? CLOCK_WARNED : CLOCK_RUNNING));
        is_whole(x);
    }
}

/* At the desk that heard of no extension it was over; it runs where it was extended, and that goes along. */
static void an_extended_one_is_not_lost_at_the_move(void **state)
{
    struct exchange *x = exchange_new();
    int64_t imposed = x->now;
    struct referral_id one = do_open(x, VT_OOST, a_need()), two = do_open_beside(x, VT_WEST, one);

    (void)state;
    assert_int_equal(start_clock(x, one, HUISVERBOD), REFUSAL_NONE);
    assert_int_equal(start_clock(x, two, HUISVERBOD), REFUSAL_NONE);
    assert_int_equal(prolong(x, clock_of(x, one, 0)), REFUSAL_NONE);
    pass(x, DAYS(12));
    assert_int_equal(clock_of(x, two, 0)->state, CLOCK_RUN_OUT);
    arrives(x, two, POOL_C);
    assert_int_equal(only_order(x, two)->runs_out_ms, imposed + DAYS(28));
    is_whole(x);
}

/* ---- a full list ---- */

static enum refusal clock_do(struct exchange *x, enum command_kind kind, struct actor who, struct clock_id id,
                             unsigned org)
{
    struct command cmd = {.kind = kind, .actor = who};

    cmd.u.clock = (struct clock_command){.clock = id, .org = {org}, .reason = 1};
    return exchange_do(x, &cmd).refusal;
}

static unsigned clocks_of(const struct exchange *x, struct referral_id r)
{
    unsigned n = 0;

    while (engine_clock_of(x->e, r, n).v != 0)
        n++;
    return n;
}

/* As many as people may begin; each is stopped again. */
static void fill(struct exchange *x, struct referral_id r)
{
    while (start_clock(x, r, NOODBED) == REFUSAL_NONE)
        clock_do(x, CMD_STOP_CLOCK, referrer_of(the_referral(x, r)->org.v),
                 clock_of(x, r, clocks_of(x, r) - 1)->id, 0);
    assert_int_equal(x->last.refusal, REFUSAL_LIMIT);
    assert_int_equal(clocks_of(x, r), REFERRAL_CLOCKS_MAX - CLOCKS_FOR_RIGHTS);
}

/* Lives at B, which has taken its clock of an order over. */
static struct referral_id with_an_order_at_b(struct exchange *x)
{
    struct referral_id one = arrive(x, POOL_B);

    assert_int_equal(start_clock(x, one, HUISVERBOD), REFUSAL_NONE);
    assert_int_equal(clock_do(x, CMD_OFFER_CLOCK, referrer_of(VT_OOST), clock_of(x, one, 0)->id, HUIS_B),
                     REFUSAL_NONE);
    assert_int_equal(clock_do(x, CMD_TAKE_CLOCK, shelter_of(HUIS_B), clock_of(x, one, 0)->id, 0),
                     REFUSAL_NONE);
    return one;
}

/* However many clocks people began and stopped, a right that comes along has room. */
static void there_is_room_for_a_right(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id one = with_an_order_at_b(x), two = do_open_beside(x, VT_WEST, one);

    (void)state;
    fill(x, two);
    arrives(x, two, POOL_C);
    assert_int_equal(only_order(x, two)->owner.v, VT_WEST);
    is_whole(x);
}

/* Orders that came and went took that room too: then it runs on where it is, with the desk that placed the
 * household there, and comes along with the next arrival. */
static void without_room_it_runs_on_with_the_desk(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id one = with_an_order_at_b(x), two = do_open_beside(x, VT_OOST, one), three;
    struct clock_id kept = clock_of(x, one, 0)->id;

    (void)state;
    fill(x, two);
    for (unsigned i = 0; i < CLOCKS_FOR_RIGHTS; i++) {
        struct bridge_id b = {order(x, two, 0, 0).made};

        about_bridge(x, CMD_END_BRIDGE, b, 0, BRIDGE_END_OVER);
    }
    assert_int_equal(clocks_of(x, two), REFERRAL_CLOCKS_MAX);
    arrives(x, two, POOL_C);
    assert_int_equal(only_order(x, one)->id.v, kept.v);
    assert_int_equal(only_order(x, one)->owner.v, VT_OOST);
    assert_int_equal(only_order(x, one)->state, CLOCK_RUNNING);
    three = do_open_beside(x, VT_OOST, two);
    arrives(x, three, POOL_A1);
    assert_int_equal(only_order(x, three)->started_at_ms, engine_clock(x->e, kept)->started_at_ms);
    is_whole(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_one_counts_from_the_first),
        cmocka_unit_test(without_a_moment_it_is_the_one_there_is),
        cmocka_unit_test(the_next_one_after_it_is_another),
        cmocka_unit_test(prolonged_it_counts_from_the_first),
        cmocka_unit_test(the_earlier_end_is_watched_at_the_next_place),
        cmocka_unit_test(an_extended_one_is_not_lost_at_the_move),
        cmocka_unit_test(there_is_room_for_a_right),
        cmocka_unit_test(without_room_it_runs_on_with_the_desk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
