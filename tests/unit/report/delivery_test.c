/* What a provider answered is counted by what became of it; the norm shows nobody; and ranking does not read
 * it. */
#include "report/delivery.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/match.h"
#include "support/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t reason_of(const struct exchange *x, const char *code)
{
    for (unsigned i = 0; i < vocab_list_size(x->vocab, LIST_DECLINE); i++) {
        if (strcmp(vocab_list_code(x->vocab, LIST_DECLINE, i), code) == 0)
            return (uint8_t)(i + 1);
    }
    fail_msg("no reason %s", code);
    return 0;
}

static struct exchange *an_exchange(void)
{
    struct core_settings s = core_settings_default();

    s.timers = timers_settings_off();
    memset(s.ask_next, 0, sizeof s.ask_next);
    return exchange_new_with(&s);
}

static struct delivery of(const struct exchange *x, unsigned org, int days)
{
    struct delivery d;

    delivery_make(x->e, (struct org_id){org}, x->now, days, &d);
    return d;
}

static struct request_id asked(struct exchange *x, unsigned pool)
{
    return do_ask_one(x, do_open(x, VT_OOST, a_need()), pool);
}

enum end {
    YES,
    NO,
    LATE_YES_HELD,
    LATE_NO,
    FULL,
    TAKEN,
    SILENT,
    LAPSED,
    LAPSED_YES,
    OTHER,
    GONE,
    GONE_LATE,
    WAITS
};

/* One household that asks B; how it ends. Its units are free again afterwards, and B's number says so. */
static void live(struct exchange *x, enum end end)
{
    static const unsigned both[] = {POOL_B, POOL_C};
    struct observation o = an_observation(x, POOL_B, POOL_UNITS, POOL_UNITS);
    struct referral_id r;
    struct request_id q;

    do_report(x, shelter_of(HUIS_B), &o, 1);
    r = do_open(x, VT_OOST, a_need());
    q = end == OTHER ? do_ask(x, r, both, 2).requests[0] : do_ask_one(x, r, POOL_B);
    x->now += 4 * MS_MINUTE;
    if (end == LATE_YES_HELD || end == LATE_NO || end == SILENT || end == GONE_LATE)
        x->now = the_request(x, q)->answer_by_ms + MS_MINUTE;
    if (end == LAPSED || end == LAPSED_YES)
        x->now = the_request(x, q)->lapse_at_ms;
    do_tick(x);
    if (end == YES || end == LATE_YES_HELD || end == LAPSED_YES)
        do_answer(x, CMD_ACCEPT, q, 0);
    if (end == NO || end == LATE_NO)
        do_answer(x, CMD_DECLINE, q, reason_of(x, "gezin_past_niet"));
    if (end == FULL || end == TAKEN)
        do_answer(x, CMD_DECLINE, q, reason_of(x, end == FULL ? "vol" : "net_vergeven"));
    if (end == OTHER)
        do_answer(x, CMD_ACCEPT, (struct request_id){q.v + 1}, 0);
    if (end != WAITS && end != SILENT)
        do_referral(x, CMD_WITHDRAW, r, 0, 1);
    x->now += MS_MINUTE;
}

static void each_end_is_counted_once(void **state)
{
    static const struct {
        const char *name;
        enum end end;
        struct delivery want;
    } cases[] = {
        {"yes", YES, {.in_time = 1, .yes = 1}},
        {"no", NO, {.in_time = 1, .no = 1}},
        {"yes after its time", LATE_YES_HELD, {.yes = 1}},
        {"no after its time", LATE_NO, {.no = 1, .late_no = 1}},
        {"full, and said free", FULL, {.in_time = 1, .no = 1, .false_free = 1}},
        {"taken, and said free", TAKEN, {.in_time = 1, .no = 1, .false_free = 1}},
        {"silent", SILENT, {.unanswered = 1}},
        {"lapsed", LAPSED, {.unanswered = 1}},
        {"lapsed, then a yes", LAPSED_YES, {.unanswered = 1, .late_yes = 1}},
        {"another was first", OTHER, {.let_go = 1}},
        {"withdrawn in time", GONE, {.let_go = 1}},
        {"withdrawn after its time", GONE_LATE, {.unanswered = 1}},
        {"not answered yet", WAITS, {.waiting = 1}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = an_exchange();
        struct delivery d;
        const struct delivery *w = &cases[i].want;

        live(x, cases[i].end);
        d = of(x, HUIS_B, 90);
        if (d.asked != 1 || d.waiting != w->waiting || d.let_go != w->let_go || d.in_time != w->in_time ||
            d.yes != w->yes || d.no != w->no || d.late_no != w->late_no || d.unanswered != w->unanswered ||
            d.late_yes != w->late_yes || d.false_free != w->false_free)
            fail_msg(
                "%s: waiting %u, let go %u, in time %u, yes %u, no %u (late %u), unanswered %u (late yes "
                "%u), false free %u",
                cases[i].name, d.waiting, d.let_go, d.in_time, d.yes, d.no, d.late_no, d.unanswered,
                d.late_yes, d.false_free);
        assert_int_equal(of(x, HUIS_A, 90).asked, 0); /* each its own */
        exchange_free(x);
    }
}

/* Full, and its number had said so: the household asked none the less. That is no false 'free'. */
/* A yes that was none when the household stood there: it counts as a yes, and beside it. */
static void refused_at_the_door(void **state)
{
    struct exchange *x = an_exchange();
    struct command cmd = {.kind = CMD_NO_SHOW, .actor = referrer_of(VT_OOST)};
    struct delivery d;

    (void)state;
    for (int refused = 0; refused < 2; refused++) {
        struct referral_id r = do_open(x, VT_OOST, a_need());

        do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
        cmd.u.referral.referral = r;
        cmd.u.referral.refused = refused != 0;
        assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    }
    d = of(x, HUIS_B, 30);
    assert_int_equal(d.asked, 2);
    assert_int_equal(d.yes, 2);
    assert_int_equal(d.refused, 1);
    assert_int_equal(d.rates[RATE_REFUSED], 50);
    assert_int_equal(d.no, 0);
    assert_string_equal(delivery_rate_code(RATE_REFUSED), "refused");
    assert_int_equal(of(x, HUIS_C, 30).refused, 0);
    exchange_free(x);
}

static void an_honest_house_has_no_false_free(void **state)
{
    struct exchange *x = an_exchange();
    struct observation o = an_observation(x, POOL_B, POOL_UNITS, UNITS_UNKNOWN);
    struct request_id q;

    (void)state;
    do_report(x, shelter_of(HUIS_B), &o, 1);
    q = asked(x, POOL_B);
    do_answer(x, CMD_DECLINE, q, reason_of(x, "vol"));
    assert_int_equal(of(x, HUIS_B, 90).no, 1);
    assert_int_equal(of(x, HUIS_B, 90).false_free, 0);
    exchange_free(x);
}

static void rates_medians_and_the_period(void **state)
{
    struct exchange *x = an_exchange();
    struct delivery d;

    (void)state;
    d = of(x, HUIS_B, 90);
    assert_int_equal(d.rates[RATE_YES], -1);
    assert_int_equal(d.median_minutes, -1);
    live(x, YES);
    live(x, YES);
    live(x, NO);
    live(x, GONE); /* no chance: in no rate */
    live(x, LATE_NO);
    d = of(x, HUIS_B, 90);
    assert_int_equal(d.asked, 5);
    assert_int_equal(d.rates[RATE_YES], 50);
    assert_int_equal(d.rates[RATE_IN_TIME], 75);
    assert_int_equal(d.rates[RATE_LATE_NO], 25);
    assert_int_equal(d.median_minutes, 4);
    x->now += 30 * MS_DAY;
    assert_int_equal(of(x, HUIS_B, 30).asked, 0);
    assert_int_equal(of(x, HUIS_B, 90).asked, 5);
    exchange_free(x);
}

/* ---- the norm ---- */

/* N more houses of one pool each. */
static void more_houses(struct exchange *x, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct org o = {.kind = ORG_SHELTER, .region = engine_org(x->e, (struct org_id){HUIS_B})->region};
        struct location l = *engine_location(x->e, (struct location_id){B_HUIS});
        struct pool p;
        struct observation seen;
        struct command cmd = {.actor = {.role = ROLE_SYSTEM}};

        snprintf(o.code, sizeof o.code, "huis-%u", i);
        snprintf(o.name, sizeof o.name, "Huis %u", i);
        cmd.kind = CMD_DEFINE_ORG;
        cmd.u.org = &o;
        exchange_do(x, &cmd);
        l.id.v = 0;
        l.org.v = engine_orgs(x->e);
        snprintf(l.code, sizeof l.code, "plek-%u", i);
        cmd.kind = CMD_DEFINE_LOCATION;
        cmd.u.location = &l;
        exchange_do(x, &cmd);
        p = pool_of_kind(x, engine_locations(x->e), l.code, KIND_CRISIS);
        p.units_total = 9;
        p.org = l.org;
        cmd.kind = CMD_DEFINE_POOL;
        cmd.u.pool = &p;
        exchange_do(x, &cmd);
        seen = an_observation(x, engine_pools(x->e), 9, 9);
        do_report(x, shelter_of(engine_orgs(x->e)), &seen, 1);
    }
}

/* ASKED requests to each of the newest HOUSES houses, of which the Nth house says yes to N in ten. */
static void let_them_answer(struct exchange *x, unsigned houses, unsigned n_asked)
{
    for (unsigned h = 0; h < houses; h++) {
        for (unsigned i = 0; i < n_asked; i++) {
            struct request_id q = asked(x, engine_pools(x->e) - h);

            x->now += MS_MINUTE;
            if (i * 10 < h * n_asked)
                do_answer(x, CMD_ACCEPT, q, 0);
            else
                do_answer(x, CMD_DECLINE, q, reason_of(x, "gezin_past_niet"));
            do_referral(x, CMD_WITHDRAW, the_request(x, q)->referral, 0, 1);
        }
    }
}

static void a_norm_needs_five_providers_asked_five_times(void **state)
{
    static const struct {
        unsigned houses, asked;
        bool shown;
    } cases[] = {{4, 10, false}, {5, 4, false}, {5, 5, true}, {6, 5, true}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = an_exchange();
        struct delivery_norm n;

        more_houses(x, 6);
        let_them_answer(x, cases[i].houses, cases[i].asked);
        delivery_norm_make(x->e, x->now, 90, &n);
        assert_int_equal(n.is_shown, cases[i].shown);
        if (!n.is_shown) { /* and then no number of it is there either */
            assert_int_equal(n.rates[RATE_YES].middle, 0);
            assert_int_equal(n.median_minutes, -1);
        }
        exchange_free(x);
    }
}

static void the_norm_shows_quarters_in_steps_of_five(void **state)
{
    struct exchange *x = an_exchange();
    struct delivery_norm n;

    (void)state;
    more_houses(x, 6);
    let_them_answer(x, 6, 10); /* 0, 10, ... 50 % yes */
    delivery_norm_make(x->e, x->now, 90, &n);
    assert_int_equal(n.providers, 6);
    assert_int_equal(n.rates[RATE_YES].low, 10);
    assert_int_equal(n.rates[RATE_YES].middle, 20);
    assert_int_equal(n.rates[RATE_YES].high, 30);
    assert_int_equal(n.rates[RATE_IN_TIME].middle, 100);
    for (int i = 0; i < RATE_N; i++) {
        assert_int_equal(n.rates[i].low % 5, 0);
        assert_int_equal(n.rates[i].middle % 5, 0);
        assert_int_equal(n.rates[i].high % 5, 0);
    }
    exchange_free(x);
}

/* ---- never in the ranking ---- */

/* The whole list for a household, byte by byte: order, scores, prices, reasons. */
static size_t ranking_of(const struct exchange *x, struct pool_match *out, size_t max)
{
    struct need need = a_need(.urgency = URGENCY_DRIE_DAGEN);
    struct match_query q = {.need = &need,
                            .role = ROLE_REFERRER,
                            .referrer_region = 3,
                            .now_ms = x->now,
                            .deadline_ms = x->now + MS_DAY};
    struct match_result r;
    size_t n = 0;

    match_run(x->e, &q, &r);
    memset(out, 0, max * sizeof *out);
    for (n = 0; n < r.n && n < max; n++)
        memcpy(&out[n], &r.list[n], sizeof out[n]);
    match_fini(&r);
    return n;
}

/* Two worlds that differ in nothing but how house B answered thirty households: always in time with yes, or
 * never. Everything else, the moments and the last reports too, is the same; the ranking is byte-equal. */
static struct exchange *world_where_b(bool is_good)
{
    struct exchange *x = an_exchange();
    struct observation o;

    for (int i = 0; i < 30; i++) {
        int64_t from = x->now;
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct request_id q = do_ask_one(x, r, POOL_B);

        x->now = from + MS_MINUTE;
        if (is_good) {
            do_answer(x, CMD_ACCEPT, q, 0);
        } else {
            x->now = the_request(x, q)->answer_by_ms;
            do_tick(x);
        }
        do_referral(x, CMD_WITHDRAW, r, 0, 1);
        x->now = from + 12 * MS_HOUR;
    }
    for (unsigned pool = POOL_A1; pool <= POOL_C; pool++) {
        o = an_observation(x, pool, POOL_UNITS, POOL_UNITS);
        do_report(x, shelter_of(engine_pool(x->e, (struct pool_id){pool})->org.v), &o, 1);
    }
    x->now += MS_MINUTE;
    return x;
}

static void ranking_is_byte_equal_with_opposite_records(void **state)
{
    struct exchange *good = world_where_b(true), *bad = world_where_b(false);
    struct pool_match *a = mem_new(16, sizeof *a), *b = mem_new(16, sizeof *b);
    size_t n = 0;

    (void)state;
    assert_int_equal(of(good, HUIS_B, 90).rates[RATE_YES], 100);
    assert_int_equal(of(bad, HUIS_B, 90).rates[RATE_UNANSWERED], 100);
    assert_int_equal(good->now, bad->now);
    n = ranking_of(good, a, 16);
    assert_int_equal(n, ranking_of(bad, b, 16));
    assert_true(n >= 4);
    assert_memory_equal(a, b, 16 * sizeof *a);
    free(a);
    free(b);
    exchange_free(good);
    exchange_free(bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_end_is_counted_once),
        cmocka_unit_test(refused_at_the_door),
        cmocka_unit_test(an_honest_house_has_no_false_free),
        cmocka_unit_test(rates_medians_and_the_period),
        cmocka_unit_test(a_norm_needs_five_providers_asked_five_times),
        cmocka_unit_test(the_norm_shows_quarters_in_steps_of_five),
        cmocka_unit_test(ranking_is_byte_equal_with_opposite_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
