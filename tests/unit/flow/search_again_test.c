/* Searching again is bounded in each turn and forgets nothing; the order is the deadlines'; a restart tells
 * nobody twice. */
#include "flow/search_again.h"

#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/match.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define POINTS 2048
#define MANY_POOLS 500
#define MANY_REFERRALS 2000

struct search {
    struct exchange *x;
    struct search_again *s;
    struct event_list told;
    unsigned turns;
    int64_t longest_us; /* turn */
};

/* Give a command and let the search see what came of it. */
static enum refusal give(struct search *t, const struct command *cmd)
{
    struct event_list out = {0};
    struct outcome o;

    engine_decide(t->x->e, cmd, t->x->now, &out, &o);
    for (size_t i = 0; i < out.n; i++) {
        out.list[i].seq = engine_seq(t->x->e) + 1;
        engine_apply(t->x->e, &out.list[i]);
        search_again_saw(t->s, t->x->e, &out.list[i]);
        if (out.list[i].kind == EV_PLACE_FOUND)
            *event_list_add(&t->told, EV_PLACE_FOUND) = out.list[i];
    }
    event_list_fini(&out);
    return o.refusal;
}

/* One turn; the points that it cost. */
static uint32_t turn(struct search *t, uint32_t budget)
{
    uint32_t points = budget;
    struct command cmd;
    struct timespec from, to;
    int64_t us = 0;

    t->turns++;
    clock_gettime(CLOCK_MONOTONIC, &from);
    search_again_begin(t->s, t->x->e, t->x->now);
    while (search_again_next(t->s, t->x->e, t->x->now, &points, &cmd))
        assert_int_equal(give(t, &cmd) == REFUSAL_NOT_ALLOWED, 0);
    clock_gettime(CLOCK_MONOTONIC, &to);
    us = (int64_t)(to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
    t->longest_us = us > t->longest_us ? us : t->longest_us;
    assert_true(points <= budget);
    return budget - points;
}

static void to_the_end(struct search *t, uint32_t budget)
{
    do {
        turn(t, budget);
        assert_true(t->turns < 100000);
    } while (search_again_has_work(t->s));
}

static void report(struct search *t, unsigned pool, int free)
{
    const struct pool_kept *p = engine_pool(t->x->e, (struct pool_id){pool});
    struct observation o = an_observation(t->x, pool, POOL_UNITS, free);
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = {.role = ROLE_SHELTER, .org = p->org}};

    t->x->now += 1000;
    o.observed_at_ms = t->x->now;
    o.report = (uint64_t)t->x->now;
    cmd.u.report.list = &o;
    cmd.u.report.n = 1;
    assert_int_equal(give(t, &cmd), REFUSAL_NONE);
}

static struct referral_id open_one(struct search *t, enum urgency urgency)
{
    struct need need = a_need(.urgency = urgency);
    struct command cmd = {.kind = CMD_OPEN_REFERRAL, .actor = referrer_of(VT_OOST), .u.need = &need};

    t->x->now += 1000;
    cmd.draw = 977 * engine_referrals(t->x->e) + 1;
    assert_int_equal(give(t, &cmd), REFUSAL_NONE);
    return (struct referral_id){engine_referrals(t->x->e)};
}

static struct search search_new(const struct core_settings *settings)
{
    struct search t = {.x = exchange_new_with(settings), .s = search_again_new()};

    for (unsigned pool = POOL_A1; pool <= POOL_COSM; pool++)
        report(&t, pool, 0);
    to_the_end(&t, POINTS);
    return t;
}

static void search_end(struct search *t)
{
    char why[200] = "";

    if (!engine_check(t->x->e, why, sizeof why))
        fail_msg("%s", why);
    event_list_fini(&t->told);
    search_again_free(t->s);
    exchange_free(t->x);
}

static void the_order_is_the_deadlines(void **state)
{
    static const struct {
        bool late_first;
        unsigned order[4]; /* of: past it and calm, past it and urgent, soon, later */
    } cases[] = {{false, {2, 3, 1, 0}}, {true, {1, 0, 2, 3}}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct core_settings settings = core_settings_default();
        struct search t;
        struct referral_id r[4];

        settings.late_first = cases[i].late_first;
        t = search_new(&settings);
        r[0] = open_one(&t, URGENCY_DRIE_DAGEN);
        t.x->now = engine_referral(t.x->e, r[0])->deadline_ms - 10 * MS_HOUR;
        r[1] = open_one(&t, URGENCY_NU);
        t.x->now += 11 * MS_HOUR;
        r[3] = open_one(&t, URGENCY_VANDAAG);
        r[2] = open_one(&t, URGENCY_NU);
        for (unsigned k = 0; k < 4; k++) {
            static const unsigned pools[] = {POOL_A1, POOL_A2, POOL_B, POOL_C};

            report(&t, pools[k], 1);
            to_the_end(&t, POINTS);
            assert_int_equal(t.told.n, k + 1);
            assert_int_equal(t.told.list[k].u.found.referral.v, r[cases[i].order[k]].v);
            assert_int_equal(t.told.list[k].u.found.pool.v, pools[k]);
            /* It goes away, so that the next place is for the next. */
            give(&t, &(struct command){.kind = CMD_WITHDRAW,
                                       .actor = referrer_of(VT_OOST),
                                       .u.referral = {.referral = r[cases[i].order[k]], .reason = 1}});
            report(&t, pools[k], 0);
            to_the_end(&t, POINTS);
        }
        search_end(&t);
    }
}

static void what_one_needs_no_more_is_for_the_next(void **state)
{
    struct core_settings settings = core_settings_default();
    struct search t = search_new(&settings);
    struct referral_id first = open_one(&t, URGENCY_NU), second = open_one(&t, URGENCY_NU);

    (void)state;
    report(&t, POOL_B, 1);
    to_the_end(&t, POINTS);
    assert_int_equal(t.told.n, 1);
    assert_int_equal(t.told.list[0].u.found.referral.v, first.v);
    give(&t, &(struct command){.kind = CMD_WITHDRAW,
                               .actor = referrer_of(VT_OOST),
                               .u.referral = {.referral = first, .reason = 1}});
    to_the_end(&t, POINTS);
    assert_int_equal(t.told.n, 2);
    assert_int_equal(t.told.list[1].u.found.referral.v, second.v);
    search_end(&t);
}

static void a_stop_that_ends_by_its_time_is_seen(void **state)
{
    struct core_settings settings = core_settings_default();
    struct search t = search_new(&settings);
    struct observation o = an_observation(t.x, POOL_B, POOL_UNITS, 1);
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = shelter_of(HUIS_B)};

    (void)state;
    open_one(&t, URGENCY_NU);
    t.x->now += 1000;
    o.observed_at_ms = t.x->now;
    o.report = 5;
    o.stop = 1;
    o.stop_until_ms = t.x->now + MS_HOUR;
    cmd.u.report.list = &o;
    cmd.u.report.n = 1;
    give(&t, &cmd);
    to_the_end(&t, POINTS);
    assert_int_equal(t.told.n, 0);
    assert_int_equal(search_again_next_ms(t.s), o.stop_until_ms);
    t.x->now = o.stop_until_ms;
    to_the_end(&t, POINTS);
    assert_int_equal(t.told.n, 1);
    assert_int_equal(search_again_next_ms(t.s), INT64_MAX);
    search_end(&t);
}

/* A stop of people ends by its time under a feed that never said one, and was confirmed meanwhile. */
static void a_stop_of_people_that_ends_is_seen(void **state)
{
    struct core_settings settings = core_settings_default();
    struct search t = search_new(&settings);
    struct observation o = an_observation(t.x, POOL_B, POOL_UNITS, 1);
    const struct org_id house = {HUIS_B};
    const struct actor machine = {.role = ROLE_MACHINE, .carries = &house, .n_carries = 1};
    struct command cmd = {.kind = CMD_REPORT_CAPACITY};
    int64_t until_ms = t.x->now + MS_HOUR;

    (void)state;
    open_one(&t, URGENCY_NU);
    cmd.u.report.list = &o;
    cmd.u.report.n = 1;
    for (int i = 0; i < 3; i++) { /* people, and twice the feed */
        t.x->now += 1000;
        o.observed_at_ms = t.x->now;
        o.report = 5 + (uint64_t)i;
        o.source = i == 0 ? SOURCE_HAND : SOURCE_FEED;
        cmd.actor = i == 0 ? shelter_of(HUIS_B) : machine;
        o.stop = i == 0;
        o.stop_until_ms = i == 0 ? until_ms : 0;
        give(&t, &cmd);
        to_the_end(&t, POINTS);
        assert_int_equal(search_again_next_ms(t.s), until_ms);
    }
    assert_int_equal(t.told.n, 0);
    t.x->now = until_ms;
    to_the_end(&t, POINTS);
    assert_int_equal(t.told.n, 1);
    assert_int_equal(t.told.list[0].u.found.pool.v, POOL_B);
    assert_int_equal(search_again_next_ms(t.s), INT64_MAX);
    search_end(&t);
}

/* One confirmation frees many: old numbers are fresh again, and each waits for its own search. */
static void all_that_a_confirmation_frees_are_seen(void **state)
{
    struct core_settings settings = core_settings_default();
    struct search t = search_new(&settings);
    struct observation list[2];
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = shelter_of(HUIS_A)};

    (void)state;
    cmd.u.report.list = list;
    cmd.u.report.n = 2;
    for (int round = 0; round < 2; round++) {
        t.x->now += 9 * MS_HOUR;
        if (round == 1) { /* stale by now: nothing is certain, so nothing is told */
            open_one(&t, URGENCY_NU);
            open_one(&t, URGENCY_NU);
            to_the_end(&t, POINTS);
            assert_int_equal(t.told.n, 0);
        }
        for (unsigned i = 0; i < 2; i++) {
            list[i] = an_observation(t.x, POOL_A1 + i, POOL_UNITS, 1);
            list[i].report += i;
        }
        assert_int_equal(give(&t, &cmd), REFUSAL_NONE);
        if (round == 0)
            to_the_end(&t, POINTS);
    }
    assert_int_equal(engine_freed_pool(t.x->e, 0).v, POOL_A1);
    assert_int_equal(engine_freed_pool(t.x->e, 1).v, POOL_A2);
    to_the_end(&t, POINTS);
    assert_int_equal(t.told.n, 2);
    assert_int_not_equal(t.told.list[0].u.found.referral.v, t.told.list[1].u.found.referral.v);
    search_end(&t);
}

/* 2,000 wait and 500 pools come free at once: many turns, each within its points; the first 500 in the order
 * are told of one place each. Then a restart, which tells nobody anything. */
static void a_flood_is_bounded_and_nothing_is_forgotten(void **state)
{
    struct core_settings settings = core_settings_default();
    struct search t = search_new(&settings);
    bool seen[MANY_POOLS + POOL_COSM + 1] = {false};
    struct match_candidate best;
    struct match_query q;

    (void)state;
    for (unsigned i = 0; i < MANY_POOLS; i++) {
        char code[16];
        struct pool p;

        snprintf(code, sizeof code, "veel-%u", i);
        p = pool_of_kind(t.x, B_HUIS, code, KIND_CRISIS);
        give(&t, &(struct command){.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p});
    }
    for (unsigned i = 0; i < MANY_REFERRALS; i++)
        open_one(&t, URGENCY_NU);
    for (unsigned i = 0; i < MANY_POOLS; i++)
        report(&t, POOL_COSM + 1 + i, 1);
    /* The prices are compiled at the first look after the network changed, whoever looks first. */
    q = match_query_of(t.x->e, engine_referral(t.x->e, (struct referral_id){1}), t.x->now);
    assert_true(match_first(t.x->e, &q, &best));
    t.turns = 0;
    t.longest_us = 0;
    to_the_end(&t, POINTS);
    assert_true(t.turns > 3);
    assert_int_equal(t.told.n, MANY_POOLS);
    for (unsigned i = 0; i < MANY_POOLS; i++) {
        assert_int_equal(t.told.list[i].u.found.referral.v, i + 1);
        assert_false(seen[t.told.list[i].u.found.pool.v]);
        seen[t.told.list[i].u.found.pool.v] = true;
    }
    print_message("%u turns of at most %u points, the longest %lld us\n", t.turns, (unsigned)POINTS,
                  (long long)t.longest_us);
    search_again_free(t.s);
    t.s = search_again_new();
    assert_true(search_again_has_work(t.s));
    to_the_end(&t, SEARCH_POINTS_MIN);
    assert_int_equal(t.told.n, MANY_POOLS);
    search_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_the_deadlines),
        cmocka_unit_test(what_one_needs_no_more_is_for_the_next),
        cmocka_unit_test(a_stop_that_ends_by_its_time_is_seen),
        cmocka_unit_test(a_stop_of_people_that_ends_is_seen),
        cmocka_unit_test(all_that_a_confirmation_frees_are_seen),
        cmocka_unit_test(a_flood_is_bounded_and_nothing_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
