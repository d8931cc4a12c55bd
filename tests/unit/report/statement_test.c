/* The statement counts every night once, for who pays it, and hides what would point at a household. */
#include "report/statement.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/stay/stay_rules.h"
#include "support/exchange.h"

#include <stdlib.h>
#include <string.h>

static struct referral_id arrive(struct exchange *x, uint16_t home, unsigned pool)
{
    struct need n = a_need();
    struct request_id q;

    n.home_municipality = home;
    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, do_open(x, VT_OOST, n), pool), 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    return the_request(x, q)->referral;
}

static struct statement *statement(const struct exchange *x, const struct actor *who, const char *month,
                                   int days, int64_t minimum)
{
    struct statement *s = mem_new(1, sizeof *s);
    struct statement_audience a = audience_of_statement(x->e, who);
    int32_t first = 0;

    assert_true(a.sees);
    assert_int_equal(time_day_parse(bytes_of_text(month), &first), OK);
    statement_make(x->e, &a, first, first + days - 1, x->now, minimum, s);
    return s;
}

/* The world starts on Wednesday 25 November 2026: six nights of November, the rest in December. */
static void nights_by_month_and_payer(void **state)
{
    struct exchange *x = exchange_new();
    struct actor all = actor_of(ROLE_RAPPORTEUR, RAPPORTEUR);
    struct command cmd = {.kind = CMD_FUND_STAY, .actor = shelter_of(HUIS_B)};
    struct referral_id r = arrive(x, 363, POOL_B);
    struct statement *s = NULL;

    (void)state;
    arrive(x, 363, POOL_C);
    x->now += 10 * MS_DAY;
    s = statement(x, &all, "2026-11-01", 30, 1);
    assert_int_equal(s->n, 1);
    assert_int_equal(s->rows[0].municipality, 363);
    assert_int_equal(s->rows[0].nights, 12);
    assert_int_equal(s->rows[0].stays, 2);
    free(s);
    s = statement(x, &all, "2026-12-01", 31, 1);
    assert_int_equal(s->rows[0].nights, 8); /* to now, and not beyond */
    free(s);

    /* one of them is paid by another in the middle of November, and by the first again */
    cmd.u.stay = (struct stay_command){.stay = engine_stay_of(x->e, r)->id,
                                       .reason = 1,
                                       .stream = 2,
                                       .municipality = 599,
                                       .from_day = time_day_nl(x->now - 9 * MS_DAY)};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    cmd.u.stay.stream = engine_stay_of(x->e, r)->funding.spans[0].stream;
    cmd.u.stay.municipality = 363;
    cmd.u.stay.from_day += 2;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    s = statement(x, &all, "2026-11-01", 30, 1);
    assert_int_equal(s->n, 2);
    assert_int_equal(s->rows[0].nights + s->rows[1].nights, 12);
    assert_int_equal(s->rows[0].stays, 2); /* a stay with two spans is told once */
    assert_int_equal(s->rows[1].municipality, 599);
    assert_int_equal(s->rows[1].nights, 2);
    assert_int_equal(s->nights, 12);
    assert_int_equal(s->stays, 2);
    free(s);
    exchange_free(x);
}

/* Three nights in a bridge bed of B, then in C: four nights of the house that had them on each day. */
static void nights_in_a_bridge_bed_count_once(void **state)
{
    struct exchange *x = exchange_new();
    struct actor all = actor_of(ROLE_RAPPORTEUR, RAPPORTEUR), house = shelter_of(HUIS_B);
    struct need n = a_need(.urgency = URGENCY_DRIE_DAGEN);
    struct command cmd = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};
    struct referral_id r;
    struct request_id q;
    struct statement *s = NULL;

    (void)state;
    n.home_municipality = 363;
    r = do_open(x, VT_OOST, n);
    cmd.u.ask.referral = r;
    cmd.u.ask.pools[0].v = POOL_B;
    cmd.u.ask.n = 1;
    cmd.u.ask.bridge = true;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    q = x->last.requests[0];
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    x->now += 3 * MS_DAY;
    q = do_ask_one(x, r, POOL_C);
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    x->now += MS_DAY;
    s = statement(x, &all, "2026-11-01", 30, 1);
    assert_int_equal(s->n, 1);
    assert_int_equal(s->rows[0].municipality, 363);
    assert_int_equal(s->nights, 4);
    assert_int_equal(s->stays, 2); /* in two places */
    free(s);
    s = statement(x, &house, "2026-11-01", 30, 1);
    assert_int_equal(s->nights, 3);
    free(s);
    exchange_free(x);
}

static void small_numbers_are_hidden_from_all_but_the_house(void **state)
{
    struct exchange *x = exchange_new();
    struct actor all = actor_of(ROLE_RAPPORTEUR, RAPPORTEUR), house = shelter_of(HUIS_B);
    struct statement *s = NULL;

    (void)state;
    arrive(x, 363, POOL_B);
    arrive(x, 363, POOL_C);
    x->now += 2 * MS_DAY;
    s = statement(x, &all, "2026-11-01", 30, 3);
    assert_true(s->rows[0].suppressed && s->totals_suppressed);
    free(s);
    s = statement(x, &all, "2026-11-01", 30, 2);
    assert_false(s->rows[0].suppressed || s->totals_suppressed);
    free(s);
    s = statement(x, &house, "2026-11-01", 30, 3);
    assert_int_equal(s->nights, 2); /* its own stay, by the night */
    assert_false(s->rows[0].suppressed || s->totals_suppressed);
    free(s);
    exchange_free(x);
}

/* Each municipality reads what it and its region pay, and nothing of another's. */
static void a_municipality_reads_its_own(void **state)
{
    struct exchange *x = exchange_new();
    struct actor policy = actor_of(ROLE_MUNICIPALITY, GEMEENTE);
    uint8_t region = engine_org(x->e, (struct org_id){GEMEENTE})->region;
    uint16_t own = vocab_region(x->vocab, region)->gemeente;
    uint16_t other = vocab_region(x->vocab, region == 0 ? 1 : 0)->gemeente;
    struct statement *s = NULL;

    (void)state;
    arrive(x, own, POOL_B);
    arrive(x, other, POOL_C);
    x->now += 3 * MS_DAY;
    s = statement(x, &policy, "2026-11-01", 30, 1);
    assert_int_equal(s->n, 1);
    assert_int_equal(s->rows[0].municipality, own);
    assert_int_equal(s->nights, 3);
    free(s);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nights_by_month_and_payer),
        cmocka_unit_test(nights_in_a_bridge_bed_count_once),
        cmocka_unit_test(small_numbers_are_hidden_from_all_but_the_house),
        cmocka_unit_test(a_municipality_reads_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
