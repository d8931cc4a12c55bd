/* The clocks of a stay and of a referral: begun, handed over, prolonged, stopped, run out. */
#include "support/exchange.h"
#include "support/stay_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/audience/audience.h"
#include "core/match.h"
#include "core/reason.h"

#include <string.h>

#define NOODBED 1
#define BEDENKTIJD 2

/* ---- steps ---- */

static enum refusal clock_do(struct exchange *x, enum command_kind kind, struct actor who, struct clock_id id,
                             unsigned org)
{
    struct command cmd = {.kind = kind, .actor = who};

    cmd.u.clock = (struct clock_command){.clock = id, .org = {org}, .reason = 1};
    return exchange_do(x, &cmd).refusal;
}

static struct pool_id an_emergency_pool(struct exchange *x)
{
    struct pool p = pool_of_kind(x, B_HUIS, "b-nood", KIND_NOOD);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct pool_id id;
    struct observation o;

    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    id = engine_pool_find(x->e, "b-nood");
    o = an_observation(x, id.v, 2, 2);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    return id;
}

/* ---- clocks ---- */

static void clocks_begin_from_kind_and_residence(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need();
    struct referral_id r = arrive(x, an_emergency_pool(x).v);

    (void)state;
    assert_int_equal(clock_of(x, r, 0)->kind, NOODBED);
    assert_int_equal(clock_of(x, r, 0)->owner.v, HUIS_B);
    assert_int_equal(clock_of(x, r, 0)->desk.v, B_HUIS);
    assert_int_equal(clock_of(x, r, 0)->runs_out_ms, x->now + 72 * MS_HOUR);
    assert_int_equal(clock_of(x, r, 0)->warn_at_ms, x->now + 48 * MS_HOUR);
    assert_null(clock_of(x, r, 1));

    n.residence = RESIDENCE_BEDENKTIJD;
    r = arrive_with(x, n, POOL_C);
    assert_int_equal(clock_of(x, r, 0)->kind, BEDENKTIJD);
    assert_int_equal(clock_of(x, r, 0)->owner.v, COMENSHA);
    assert_null(clock_of(x, r, 1));
    exchange_free(x);
}

static void a_clock_opens_a_follow_up_and_alarms(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, an_emergency_pool(x).v);
    const struct referral *next = NULL;
    struct actor oost = referrer_of(VT_OOST);

    (void)state;
    pass(x, 48 * MS_HOUR - 1);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_RUNNING);
    pass(x, 1);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_WARNED);
    next = engine_referral(x->e, clock_of(x, r, 0)->follow_up);
    assert_non_null(next);
    assert_int_equal(next->state, REFERRAL_OPEN);
    /* The house owns the clock and refers nobody: the desk that placed them there goes on, and may. */
    assert_int_equal(clock_of(x, r, 0)->owner.v, HUIS_B);
    assert_int_equal(next->org.v, VT_OOST);
    assert_int_equal(audience_of_referral(x->e, &oost, next->id), SIGHT_FULL);
    assert_memory_equal(next->need.callback, the_referral(x, r)->need.callback, sizeof next->need.callback);
    assert_int_equal(next->need.ground, GROUND_VITAL_INTEREST);
    assert_int_equal(next->deadline_ms, clock_of(x, r, 0)->runs_out_ms);
    assert_int_equal(next->need.n_persons, the_referral(x, r)->need.n_persons);
    assert_int_equal(engine_household(x->e, next->id).earlier.v, r.v);
    assert_int_equal(engine_household(x->e, next->id).why, LINK_FOLLOW_UP);
    assert_int_equal(engine_household(x->e, r).later.v, next->id.v);
    pass(x, 24 * MS_HOUR);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_RUN_OUT);
    assert_int_equal(clock_of(x, r, 0)->run_out_at_ms, clock_of(x, r, 0)->runs_out_ms);
    /* Nobody closed anything. */
    assert_true(referral_is_live(engine_referral(x->e, clock_of(x, r, 0)->follow_up)->state));
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ADMITTED);
    exchange_free(x);
}

/* A place of B for a few days, where nothing else is against it, and one of A that lasts, where nobody speaks
 * their language. */
static struct pool_id a_lasting_pool(struct exchange *x)
{
    struct pool p = pool_of_kind(x, A_NOORD, "a-blijf", KIND_CRISIS);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};

    p.languages = 0;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    return engine_pool_find(x->e, "a-blijf");
}

static void assert_order(const struct exchange *x, const struct match_query *q, struct pool_id first,
                         struct pool_id second, enum reason_code why)
{
    const struct pool_id both[] = {first, second};
    struct match_candidate all[8];
    struct match_standing at;
    struct match_result m;

    match_run(x->e, q, &m);
    assert_int_equal(m.n_fits, 2);
    assert_int_equal(m.list[0].pool.v, first.v);
    assert_int_equal(m.list[1].pool.v, second.v);
    assert_int_equal(m.list[1].why.code, why);
    assert_int_equal(m.list[1].why.a, why == REASON_RANK_SECOND_MOVE ? 72 : m.list[1].why.a);
    match_fini(&m);
    match_ranks(x->e, q, both, 2, &at);
    assert_int_equal(at.rank[0], 1);
    assert_int_equal(at.rank[1], 2);
    assert_int_equal(at.why[1].code, why);
    assert_true(match_candidates(x->e, q, 0, all, COUNT_OF(all)) >= 2);
    assert_int_equal(all[0].pool.v, first.v);
    assert_int_equal(all[1].pool.v, second.v);
}

static void a_follow_up_is_offered_what_lasts_first(void **state)
{
    struct exchange *x = exchange_new();
    struct pool_id lasts = a_lasting_pool(x), days = an_emergency_pool(x);
    struct need n = a_need();
    struct referral_id r;
    struct observation o;
    struct match_query q;

    (void)state;
    n.language = (uint8_t)vocab_language_find(x->vocab, "tr");
    r = arrive_with(x, n, days.v);
    pass(x, 48 * MS_HOUR);
    o = an_observation(x, days.v, 2, 1);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    o = an_observation(x, lasts.v, 2, 2);
    do_report(x, shelter_of(HUIS_A), &o, 1);
    q = match_query_of(x->e, engine_referral(x->e, clock_of(x, r, 0)->follow_up), x->now);
    assert_order(x, &q, lasts, days, REASON_RANK_SECOND_MOVE);
    /* For tonight alone, and for who does not come from such a place, what fits best goes first. */
    q.bridge = true;
    assert_order(x, &q, days, lasts, REASON_RANK_LANGUAGE);
    q = match_query_of(x->e, engine_referral(x->e, do_open(x, VT_OOST, n)), x->now);
    assert_order(x, &q, days, lasts, REASON_RANK_LANGUAGE);
    exchange_free(x);
}

/* Two households whose clocks warn at the same moment: two referrals, in two ticks. */
static void clocks_that_are_due_together(void **state)
{
    struct exchange *x = exchange_new();
    struct pool_id p = an_emergency_pool(x);
    struct referral_id a = arrive(x, p.v), b = arrive(x, p.v);

    (void)state;
    pass(x, 48 * MS_HOUR);
    assert_int_not_equal(clock_of(x, a, 0)->follow_up.v, 0);
    assert_int_not_equal(clock_of(x, b, 0)->follow_up.v, 0);
    assert_int_not_equal(clock_of(x, a, 0)->follow_up.v, clock_of(x, b, 0)->follow_up.v);
    exchange_free(x);
}

static void a_move_ends_the_earlier_stay_and_counts(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, an_emergency_pool(x).v), next;
    const unsigned pool = POOL_C;
    struct outcome o;

    (void)state;
    pass(x, 50 * MS_HOUR);
    next = clock_of(x, r, 0)->follow_up;
    {
        struct observation fresh = an_observation(x, POOL_C, 2, 2);
        struct command ask = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};

        do_report(x, shelter_of(HUIS_C), &fresh, 1);
        ask.u.ask.referral = next;
        ask.u.ask.pools[0].v = pool;
        ask.u.ask.n = 1;
        o = exchange_do(x, &ask);
    }
    assert_int_equal(o.refusal, REFUSAL_NONE);
    do_answer(x, CMD_ACCEPT, o.requests[0], 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, o.requests[0], 0);
    assert_int_equal(stay_of(x, r)->state, STAY_DEPARTED);
    assert_int_equal(stay_of(x, r)->departure, nr(x, LIST_DEPARTURE, "doorstroom"));
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_STOPPED);
    assert_int_equal(stay_of(x, next)->state, STAY_PRESENT);
    assert_int_equal(engine_household(x->e, next).moves, 1);
    assert_int_equal(engine_household(x->e, r).moves, 0);
    exchange_free(x);
}

/* Moves of a clock by its owner; everything after a stop is refused and changes nothing. */
static void a_clock_is_handed_over_prolonged_and_stopped(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    struct actor oost = referrer_of(VT_OOST), west = referrer_of(VT_WEST);
    struct clock_id c;

    (void)state;
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_WRONG_STATE); /* it runs */
    assert_int_equal(start_clock(x, r, 99), REFUSAL_UNKNOWN_REASON);
    c = clock_of(x, r, 0)->id;
    assert_int_equal(clock_of(x, r, 0)->owner.v, VT_OOST);
    assert_int_equal(clock_do(x, CMD_OFFER_CLOCK, oost, c, GEMEENTE), REFUSAL_LIMIT);
    assert_int_equal(clock_do(x, CMD_OFFER_CLOCK, oost, c, VT_OOST), REFUSAL_LIMIT);
    assert_int_equal(clock_do(x, CMD_TAKE_CLOCK, west, c, 0), REFUSAL_NOT_FOUND); /* not offered */
    assert_int_equal(clock_do(x, CMD_OFFER_CLOCK, oost, c, VT_WEST), REFUSAL_NONE);
    assert_int_equal(clock_of(x, r, 0)->owner.v, VT_OOST);                   /* until it is taken */
    assert_int_equal(clock_do(x, CMD_TAKE_CLOCK, oost, c, 0), REFUSAL_NONE); /* who has it has it */
    assert_int_equal(last_count(x), 0);
    assert_int_equal(clock_of(x, r, 0)->offered_to.v, VT_WEST);
    assert_int_equal(clock_do(x, CMD_STOP_CLOCK, west, c, 0), REFUSAL_NOT_ALLOWED);
    assert_int_equal(clock_do(x, CMD_TAKE_CLOCK, west, c, 0), REFUSAL_NONE);
    assert_int_equal(clock_of(x, r, 0)->owner.v, VT_WEST);
    assert_int_equal(clock_of(x, r, 0)->offered_to.v, 0);

    pass(x, 8 * MS_DAY); /* three days before ten it warns */
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_WARNED);
    assert_int_equal(clock_do(x, CMD_PROLONG_CLOCK, west, c, 0), REFUSAL_NONE);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_RUNNING);
    assert_int_equal(clock_of(x, r, 0)->runs_out_ms, clock_of(x, r, 0)->started_at_ms + 28 * MS_DAY);
    assert_int_equal(clock_do(x, CMD_PROLONG_CLOCK, west, c, 0), REFUSAL_WRONG_STATE); /* four weeks */
    pass(x, 21 * MS_DAY);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_RUN_OUT);
    assert_int_equal(clock_do(x, CMD_STOP_CLOCK, west, c, 0), REFUSAL_NONE);
    assert_int_equal(clock_do(x, CMD_STOP_CLOCK, west, c, 0), REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(clock_do(x, CMD_PROLONG_CLOCK, west, c, 0), REFUSAL_WRONG_STATE);
    assert_int_equal(clock_do(x, CMD_OFFER_CLOCK, west, c, VT_OOST), REFUSAL_WRONG_STATE);
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE); /* a new one may */
    exchange_free(x);
}

/* A barring order on a household that still looks warns and opens nothing: that referral is there. */
static void a_clock_before_any_place(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());

    (void)state;
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    pass(x, 8 * MS_DAY);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_WARNED);
    assert_int_equal(clock_of(x, r, 0)->follow_up.v, 0);
    assert_int_equal(engine_referrals(x->e), 1);
    exchange_free(x);
}

/* Another desk gets the household's facts; the number, the ground and the consent were the first desk's. */
static void a_follow_up_of_another_desk(void **state)
{
    static const char *const numbers[] = {"", "020 555 0199", "bel de balie"}; /* words are no number */

    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct exchange *x = exchange_new();
        struct need need = a_need();
        struct command take = {.kind = CMD_TAKE_CLOCK, .actor = referrer_of(VT_WEST)};
        const struct need *got = NULL;
        struct referral_id r;

        need.mdo_consent = TRI_YES;
        need.ground_at_ms = x->now;
        r = arrive_with(x, need, POOL_B);
        assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
        take.u.clock.clock = clock_of(x, r, 0)->id;
        clock_do(x, CMD_OFFER_CLOCK, referrer_of(VT_OOST), take.u.clock.clock, VT_WEST);
        strcpy(take.u.clock.callback, numbers[i]);
        assert_int_equal(exchange_do(x, &take).refusal, REFUSAL_NONE);
        pass(x, 8 * MS_DAY);
        got = &the_referral(x, clock_of(x, r, 0)->follow_up)->need;
        assert_int_equal(the_referral(x, clock_of(x, r, 0)->follow_up)->org.v, VT_WEST);
        assert_string_equal(got->callback, i == 1 ? numbers[1] : "");
        assert_int_equal(got->ground, GROUND_NONE);
        assert_int_equal(got->ground_at_ms, 0);
        assert_int_equal(got->mdo_consent, TRI_UNKNOWN);
        assert_int_equal(got->n_persons, need.n_persons);
        exchange_free(x);
    }
}

/* The clock goes on and warns, but people have said that nothing is looked for. */
static void a_clock_of_who_is_not_looked_for(void **state)
{
    (void)state;
    for (int closed = 0; closed < 2; closed++) {
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct command close = {.kind = CMD_CLOSE_REFERRAL, .actor = referrer_of(VT_OOST)};

        assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
        close.u.night.referral = r;
        close.u.night.night = (struct night){
            .day = (int32_t)(x->now / MS_DAY), .slept = nr(x, LIST_DESTINATION, "hotel"), .reason = 1};
        if (closed == 0)
            do_referral(x, CMD_WITHDRAW, r, 0, 1);
        else
            assert_int_equal(exchange_do(x, &close).refusal, REFUSAL_NONE);
        assert_int_equal(the_referral(x, r)->state, closed ? REFERRAL_CLOSED : REFERRAL_WITHDRAWN);
        assert_int_equal(start_clock(x, r, HUISVERBOD + 1), REFUSAL_WRONG_STATE);
        pass(x, 8 * MS_DAY);
        assert_int_equal(clock_of(x, r, 0)->state, CLOCK_WARNED);
        assert_int_equal(clock_of(x, r, 0)->follow_up.v, 0);
        assert_int_equal(engine_referrals(x->e), 1);
        exchange_free(x);
    }
}

/* A right of the household is past its warning when it moves: warned of at the next place, and the move was
 * what the warning was for. */
static void who_has_just_moved_is_not_moved_again(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need();
    struct command ask = {.kind = CMD_ASK, .actor = referrer_of(COMENSHA)};
    struct observation fresh;
    struct referral_id r, next;
    struct outcome o;

    (void)state;
    n.residence = RESIDENCE_BEDENKTIJD;
    r = arrive_with(x, n, POOL_C);
    pass(x, 80 * MS_DAY);
    next = clock_of(x, r, 0)->follow_up;
    assert_int_equal(the_referral(x, next)->org.v, COMENSHA);
    fresh = an_observation(x, POOL_B, 2, 2);
    do_report(x, shelter_of(HUIS_B), &fresh, 1);
    ask.u.ask.referral = next;
    ask.u.ask.pools[0].v = POOL_B;
    ask.u.ask.n = 1;
    o = exchange_do(x, &ask);
    assert_int_equal(o.refusal, REFUSAL_NONE);
    do_answer(x, CMD_ACCEPT, o.requests[0], 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, o.requests[0], 0);
    assert_int_equal(clock_of(x, next, 0)->kind, BEDENKTIJD);
    assert_int_equal(clock_of(x, next, 0)->started_at_ms, clock_of(x, r, 0)->started_at_ms);
    assert_int_equal(clock_of(x, next, 0)->state, CLOCK_WARNED);
    assert_int_equal(clock_of(x, next, 0)->follow_up.v, 0);
    pass(x, MS_HOUR);
    assert_int_equal(engine_referrals(x->e), 2);
    pass(x, 12 * MS_DAY);
    assert_int_equal(clock_of(x, next, 0)->state, CLOCK_RUN_OUT);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        cmocka_unit_test(clocks_begin_from_kind_and_residence),
        cmocka_unit_test(a_clock_opens_a_follow_up_and_alarms),
        cmocka_unit_test(a_follow_up_is_offered_what_lasts_first),
        cmocka_unit_test(clocks_that_are_due_together),
        cmocka_unit_test(a_move_ends_the_earlier_stay_and_counts),
        cmocka_unit_test(a_clock_is_handed_over_prolonged_and_stopped),
        cmocka_unit_test(a_clock_before_any_place),
        cmocka_unit_test(a_follow_up_of_another_desk),
        cmocka_unit_test(a_clock_of_who_is_not_looked_for),
        cmocka_unit_test(who_has_just_moved_is_not_moved_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
