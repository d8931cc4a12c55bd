/* Stays: begun with the arrival, what keeps a household, departures, and who pays the nights. */
#include "support/exchange.h"
#include "support/stay_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/match.h"
#include "core/stay/stay_rules.h"

/* ---- steps ---- */

static enum refusal ready(struct exchange *x, struct referral_id r, bool is_ready, const char *block)
{
    const struct stay *s = stay_of(x, r);
    struct command cmd = {.kind = CMD_STAY_READY, .actor = house_of(x, s)};

    cmd.u.stay = (struct stay_command){
        .stay = s->id, .ready = is_ready, .block = block != NULL ? nr(x, LIST_OUTFLOW, block) : 0};
    return exchange_do(x, &cmd).refusal;
}

/* ---- tables ---- */

static void the_tables_of_moves(void **state)
{
    static const char *const stays[STAY_STATE_N] = {".xx", "x.x", "xx."};
    static const char *const clocks[CLOCK_STATE_N] = {".x.x", "x.xx", "x..x", "...."};

    (void)state;
    for (unsigned from = 0; from < STAY_STATE_N; from++)
        for (unsigned to = 0; to < STAY_STATE_N; to++)
            assert_int_equal(stay_may_become((enum stay_state)from, (enum stay_state)to),
                             stays[from][to] == 'x');
    for (unsigned from = 0; from < CLOCK_STATE_N; from++)
        for (unsigned to = 0; to < CLOCK_STATE_N; to++)
            assert_int_equal(clock_may_become((enum clock_state)from, (enum clock_state)to),
                             clocks[from][to] == 'x');
}

/* ---- the stay ---- */

static void a_stay_begins_with_the_arrival(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    const struct stay *s = stay_of(x, r);

    (void)state;
    assert_int_equal(s->state, STAY_PRESENT);
    assert_int_equal(s->pool.v, POOL_B);
    assert_int_equal(s->started_at_ms, x->now);
    assert_int_equal(s->funding.n, 1);
    assert_string_equal(stay_rules_stream(vocab_stay_rules(x->vocab), s->funding.spans[0].stream)->code,
                        "duvo");
    assert_int_equal(engine_stays(x->e), 1);
    exchange_free(x);
}

static void leaving_is_possible_from_each_state_and_final(void **state)
{
    (void)state;
    for (int was_ready = 0; was_ready < 2; was_ready++) {
        struct exchange *x = exchange_new();
        struct referral_id r = arrive(x, POOL_B);

        if (was_ready)
            assert_int_equal(ready(x, r, true, "woning"), REFUSAL_NONE);
        assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
        assert_int_equal(depart(x, r, "doel_bereikt", "eigen_woning"), REFUSAL_NONE);
        assert_int_equal(stay_of(x, r)->state, STAY_DEPARTED);
        assert_int_equal(clock_of(x, r, 0)->state, CLOCK_RUNNING); /* a right: clock_right_test.c */
        assert_int_equal(the_referral(x, r)->state, REFERRAL_DEPARTED);
        assert_int_equal(the_referral(x, r)->closed_at_ms, x->now);
        /* Said again it is so already; said differently it is too late. */
        assert_int_equal(depart(x, r, "doel_bereikt", "eigen_woning"), REFUSAL_NONE);
        assert_int_equal(last_count(x), 0);
        assert_int_equal(depart(x, r, "veiligheid", "eigen_woning"), REFUSAL_WRONG_STATE);
        assert_int_equal(ready(x, r, true, NULL), REFUSAL_WRONG_STATE);
        assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_WRONG_STATE);
        exchange_free(x);
    }
}

static void what_keeps_a_household_since_when(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    int64_t first;

    (void)state;
    assert_int_equal(ready(x, r, false, "woning"), REFUSAL_UNKNOWN_REASON);
    x->now += MS_DAY;
    first = x->now;
    assert_int_equal(ready(x, r, true, "woning"), REFUSAL_NONE);
    assert_int_equal(stay_of(x, r)->blocked_at_ms, first);
    x->now += MS_DAY;
    assert_int_equal(ready(x, r, true, "inkomen"), REFUSAL_NONE);
    assert_int_equal(stay_of(x, r)->blocked_at_ms, x->now);
    assert_int_equal(stay_of(x, r)->ready_at_ms, first); /* ready all the while */
    assert_int_equal(ready(x, r, true, "inkomen"), REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(ready(x, r, false, NULL), REFUSAL_NONE);
    assert_int_equal(stay_of(x, r)->state, STAY_PRESENT);
    assert_int_equal(stay_of(x, r)->blocked_at_ms, 0);
    exchange_free(x);
}

/* A report that is older than the arrival counts the unit as free: it is held until the household leaves. A
 * younger one knows of it: then only the house's next report frees it, or it would be counted twice. */
static void a_departure_frees_the_unit_once(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    struct observation o;

    (void)state;
    assert_int_equal(the_pool(x, POOL_B).offerable, 1);
    x->now += MS_HOUR;
    depart(x, r, "eigen_keuze", "familie_vrienden");
    assert_int_equal(the_pool(x, POOL_B).offerable, 2);

    r = arrive(x, POOL_B);
    x->now += MS_HOUR;
    o = an_observation(x, POOL_B, 2, 1);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    assert_int_equal(the_pool(x, POOL_B).offerable, 1);
    depart(x, r, "eigen_keuze", "familie_vrienden");
    assert_int_equal(the_pool(x, POOL_B).offerable, 1);
    exchange_free(x);
}

/* ---- money ---- */

static void a_refusal_for_money_at_code_rood_is_flagged(void **state)
{
    static const struct {
        enum threat_level level;
        const char *reason;
        unsigned flags;
    } cases[] = {{THREAT_ROOD, "bekostiging", 1}, {THREAT_ORANJE, "bekostiging", 0}, {THREAT_ROOD, "vol", 0}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct need n = a_need(.level = cases[i].level);
        struct request_id q;

        n.home_region = 7;
        q = do_ask_one(x, do_open(x, VT_OOST, n), POOL_B);
        do_answer(x, CMD_DECLINE, q, nr(x, LIST_DECLINE, cases[i].reason));
        assert_int_equal(engine_funding_flags(x->e), cases[i].flags);
        if (cases[i].flags > 0)
            assert_int_equal(engine_funding_flag(x->e, 1)->region, 7);
        exchange_free(x);
    }
}

#define LAST_OF_2025 20453 /* days since 1970 */

/* By the row of STREAM that is in force on IN_FORCE. */
static enum refusal fund_by(struct exchange *x, struct referral_id r, const char *stream, int32_t in_force,
                            int32_t from)
{
    const struct stay *s = stay_of(x, r);
    struct command cmd = {.kind = CMD_FUND_STAY, .actor = house_of(x, s)};
    const struct funding_stream *row = stay_rules_stream_find(vocab_stay_rules(x->vocab), stream, in_force);

    assert_non_null(row);
    cmd.u.stay = (struct stay_command){
        .stay = s->id, .reason = 1, .municipality = 363, .from_day = from, .stream = row->nr};
    return exchange_do(x, &cmd).refusal;
}

static enum refusal fund(struct exchange *x, struct referral_id r, const char *stream, int32_t from)
{
    return fund_by(x, r, stream, from, from);
}

static void another_pays_from_a_day_on(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    int32_t day = time_day_nl(x->now);

    (void)state;
    x->now += 10 * MS_DAY;
    assert_int_equal(fund(x, r, "wmo", day - 1), REFUSAL_LIMIT);  /* before it came */
    assert_int_equal(fund(x, r, "wmo", day + 11), REFUSAL_LIMIT); /* not yet */
    /* It ended with 2025. */
    assert_int_equal(fund_by(x, r, "spuk_omm", LAST_OF_2025, day + 4), REFUSAL_LIMIT);
    assert_int_equal(fund(x, r, "wmo", day + 4), REFUSAL_NONE);
    assert_int_equal(fund(x, r, "te_regelen", day + 10), REFUSAL_NONE); /* always right */
    assert_int_equal(funding_nights(&stay_of(x, r)->funding, 0, day, day + 10, day, day + 30), 4);
    assert_int_equal(funding_nights(&stay_of(x, r)->funding, 1, day, day + 10, day, day + 30), 6);
    depart(x, r, "doel_bereikt", "eigen_woning");
    assert_int_equal(stay_nights(stay_of(x, r), x->now + 90 * MS_DAY), 10);
    /* Settled later, when everybody has gone. */
    x->now += 30 * MS_DAY;
    assert_int_equal(fund(x, r, "wmo", day), REFUSAL_NONE);
    assert_int_equal(stay_of(x, r)->funding.n, 1);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tables_of_moves),
        cmocka_unit_test(a_stay_begins_with_the_arrival),
        cmocka_unit_test(leaving_is_possible_from_each_state_and_final),
        cmocka_unit_test(what_keeps_a_household_since_when),
        cmocka_unit_test(a_departure_frees_the_unit_once),
        cmocka_unit_test(a_refusal_for_money_at_code_rood_is_flagged),
        cmocka_unit_test(another_pays_from_a_day_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
