/* Observations: which are faulty, which wins, what repeats, and that a batch is taken whole or not at all. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/fields.h"

#include <stdlib.h>
#include <string.h>

#define NOW INT64_C(1790000000000)

static void freshness_has_four_steps(void **state)
{
    static const struct {
        const char *name;
        int64_t age_ms;
        enum freshness want;
    } cases[] = {
        {"from the future, within reason", -MS_MINUTE, FRESH},
        {"now", 0, FRESH},
        {"just below two hours", 2 * MS_HOUR - 1, FRESH},
        {"two hours", 2 * MS_HOUR, AGEING},
        {"just below eight", 8 * MS_HOUR - 1, AGEING},
        {"eight hours", 8 * MS_HOUR, STALE},
        {"just below a day", 24 * MS_HOUR - 1, STALE},
        {"a day", 24 * MS_HOUR, NOT_KNOWN},
        {"a year", 365 * MS_DAY, NOT_KNOWN},
    };
    struct core_settings s = core_settings_default();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (freshness_of(NOW - cases[i].age_ms, NOW, &s.freshness[SOURCE_FEED]) != cases[i].want)
            fail_msg("%s", cases[i].name);
    }
}

static void faults_are_told_all_at_once(void **state)
{
#define GOOD .total = 4, .free = 1, .occupied = 2, .out_of_order = 1, .observed_at_ms = NOW
    static const struct {
        const char *name;
        struct observation o;
        int pool_units;
        unsigned want;
    } cases[] = {
        {"adds up", {GOOD}, 4, 0},
        {"nothing is no fault", {.total = 0, .observed_at_ms = NOW}, 4, 0},
        {"free only",
         {.total = -1, .free = 1, .occupied = -1, .out_of_order = -1, .observed_at_ms = NOW},
         4,
         0},
        {"stop only",
         {.total = -1, .free = -1, .occupied = -1, .out_of_order = -1, .stop = 1, .observed_at_ms = NOW},
         4,
         0},
        {"staff only",
         {.total = -1,
          .free = -1,
          .occupied = -1,
          .out_of_order = -1,
          .deliverable = TRI_NO,
          .observed_at_ms = NOW},
         4,
         0},
        {"nothing said",
         {.total = -1, .free = -1, .occupied = -1, .out_of_order = -1, .observed_at_ms = NOW},
         4,
         OBS_NO_COUNT},
        {"total alone says nothing of tonight",
         {.total = 4, .free = -1, .occupied = -1, .out_of_order = -1, .observed_at_ms = NOW},
         4,
         OBS_NO_COUNT},
        {"free over total", {.total = 2, .free = 3, .observed_at_ms = NOW}, 2, OBS_FREE_OVER_TOTAL},
        {"sum over total",
         {.total = 2, .free = 1, .occupied = 2, .observed_at_ms = NOW},
         2,
         OBS_FREE_OVER_TOTAL},
        {"out of order over total",
         {.total = 2, .free = 2, .out_of_order = 1, .observed_at_ms = NOW},
         2,
         OBS_FREE_OVER_TOTAL},
        {"unknown parts do not add",
         {.total = 2, .free = 2, .occupied = -1, .out_of_order = -1, .observed_at_ms = NOW},
         2,
         0},
        {"negative", {.total = 2, .free = -2, .observed_at_ms = NOW}, 2, OBS_NEGATIVE},
        {"negative total", {.total = -7, .free = 1, .observed_at_ms = NOW}, 2, OBS_NEGATIVE},
        {"two minutes ahead", {.free = 0, .observed_at_ms = NOW + 2 * MS_MINUTE}, 2, 0},
        {"more ahead", {.free = 0, .observed_at_ms = NOW + 2 * MS_MINUTE + 1}, 2, OBS_FUTURE},
        {"a week old", {.free = 0, .observed_at_ms = NOW - 7 * MS_DAY}, 2, 0},
        {"older", {.free = 0, .observed_at_ms = NOW - 7 * MS_DAY - 1}, 2, OBS_TOO_OLD},
        {"ten times the profile", {.total = 20, .free = 0, .observed_at_ms = NOW}, 2, 0},
        {"more than ten times", {.total = 21, .free = 0, .observed_at_ms = NOW}, 2, OBS_TOTAL_ODD},
        {"free more than ten times", {.total = -1, .free = 21, .observed_at_ms = NOW}, 2, OBS_TOTAL_ODD},
        {"profile not known", {.total = 21, .free = 0, .observed_at_ms = NOW}, 0, 0},
        {"everything wrong",
         {.total = 100, .free = 101, .occupied = -2, .observed_at_ms = NOW + MS_DAY},
         2,
         OBS_NEGATIVE | OBS_FREE_OVER_TOTAL | OBS_FUTURE | OBS_TOTAL_ODD},
        {"largest numbers do not overflow",
         {.total = INT32_MAX,
          .free = INT32_MAX,
          .occupied = INT32_MAX,
          .out_of_order = INT32_MAX,
          .observed_at_ms = NOW},
         0,
         OBS_FREE_OVER_TOTAL},
    };
#undef GOOD

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned got = observation_faults(&cases[i].o, cases[i].pool_units, NOW);

        if (got != cases[i].want)
            fail_msg("%s: %u, not %u", cases[i].name, got, cases[i].want);
    }
}

/* A second report against a first one (total 2, free 2, an hour ago). */
static void the_newest_observation_wins(void **state)
{
    static const struct {
        const char *name;
        int64_t after_ms; /* of its moment, after the first's */
        int free;
        bool same_id;
        int applied, late, unchanged, believed_free;
    } cases[] = {
        {"newer", 1, 1, false, 1, 0, 0, 1},
        {"newer, same numbers", 1, 2, false, 1, 0, 0, 2},
        {"older: kept, not used", -1, 1, false, 0, 1, 0, 2},
        {"same moment, other numbers: received later wins", 0, 1, false, 1, 0, 0, 1},
        {"same moment, same numbers", 0, 2, false, 0, 0, 1, 2},
        {"the same report", 0, 2, true, 0, 0, 1, 2},
        {"the same report by its id, whatever it says now", 1, 0, true, 0, 0, 1, 2},
        {"newer, free no longer said: unknown, never nought", 1, UNITS_UNKNOWN, false, 1, 0, 0,
         UNITS_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct observation first = an_observation(x, POOL_B, 2, 2), second;
        struct outcome o;
        uint64_t version = 0;

        do_report(x, shelter_of(HUIS_B), &first, 1);
        version = the_pool(x, POOL_B).version;
        x->now += MS_HOUR;
        second = an_observation(x, POOL_B, 2, cases[i].free);
        second.observed_at_ms = first.observed_at_ms + cases[i].after_ms;
        if (cases[i].same_id)
            second.report = first.report;
        o = do_report(x, shelter_of(HUIS_B), &second, 1);
        if (o.refusal != REFUSAL_NONE || o.applied != cases[i].applied || o.late != cases[i].late ||
            o.unchanged != cases[i].unchanged)
            fail_msg("%s: %u applied, %u late, %u unchanged", cases[i].name, o.applied, o.late, o.unchanged);
        if (the_pool(x, POOL_B).latest->free != cases[i].believed_free)
            fail_msg("%s: %d free", cases[i].name, the_pool(x, POOL_B).latest->free);
        assert_int_equal(last_count(x), cases[i].applied + cases[i].late);
        assert_int_equal(o.seq != 0, last_count(x) > 0);
        assert_int_equal(the_pool(x, POOL_B).version != version, cases[i].applied);
        if (cases[i].applied)
            assert_int_equal(the_pool(x, POOL_B).latest->received_at_ms, x->now);
        exchange_free(x);
    }
}

static void a_report_is_recognised_eight_back(void **state)
{
    struct exchange *x = exchange_new();
    struct observation o[9];

    (void)state;
    for (int i = 0; i < 9; i++) {
        x->now += MS_MINUTE;
        o[i] = an_observation(x, POOL_B, 2, i % 2);
        do_report(x, shelter_of(HUIS_B), &o[i], 1);
    }
    for (int i = 8; i >= 1; i--)
        assert_int_equal(do_report(x, shelter_of(HUIS_B), &o[i], 1).unchanged, 1);
    /* Further back its moment still says that it is old news. */
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o[0], 1).late, 1);
    exchange_free(x);
}

/* Numbers that no journal could hold, whatever the profile says. */
static void what_the_journal_cannot_hold_is_a_fault(void **state)
{
    static const struct {
        const char *name;
        struct observation o;
        unsigned want;
    } cases[] = {
        {"a million units", {.total = FIELD_COUNT_MAX, .stop_until_ms = FIELD_TIME_MAX}, 0},
        {"one more", {.total = FIELD_COUNT_MAX + 1}, OBS_TOTAL_ODD},
        {"free", {.total = -1, .free = FIELD_COUNT_MAX + 1}, OBS_TOTAL_ODD},
        {"occupied", {.total = -1, .occupied = FIELD_COUNT_MAX + 1}, OBS_TOTAL_ODD},
        {"out of order", {.total = -1, .out_of_order = FIELD_COUNT_MAX + 1}, OBS_TOTAL_ODD},
        {"free, a million", {.total = -1, .free = FIELD_COUNT_MAX}, 0},
        {"a stop before time", {.stop = 1, .stop_until_ms = -1}, OBS_FUTURE},
        {"a stop after all time", {.stop = 1, .stop_until_ms = FIELD_TIME_MAX + 1}, OBS_FUTURE},
        {"observed before time", {.observed_at_ms = -1}, OBS_TOO_OLD},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct pool p = pool_of_kind(x, B_HUIS, "onbekend", KIND_CRISIS);
        struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}};
        struct observation o = cases[i].o;

        p.units_total = 0; /* so that no factor of it is a bound */
        define.u.pool = &p;
        o.pool = exchange_do(x, &define).pool;
        if (o.observed_at_ms == 0)
            o.observed_at_ms = x->now;
        else
            x->now = MS_HOUR;
        do_report(x, shelter_of(HUIS_B), &o, 1);
        if (x->last.fault_bits != cases[i].want ||
            x->last.refusal != (cases[i].want != 0 ? REFUSAL_BAD_REPORT : REFUSAL_NONE))
            fail_msg("%s: %s, %u", cases[i].name, refusal_code(x->last.refusal), x->last.fault_bits);
        exchange_free(x);
    }
}

static void a_late_report_is_recognised_too(void **state)
{
    struct exchange *x = exchange_new();
    struct observation o = an_observation(x, POOL_B, 2, 0);

    (void)state;
    o.observed_at_ms -= MS_DAY;
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).late, 1);
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).unchanged, 1);
    /* Without an id it cannot be. */
    o.report = 0;
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).late, 1);
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).late, 1);
    exchange_free(x);
}

static void a_batch_is_taken_whole_or_not(void **state)
{
    struct exchange *x = exchange_new();
    struct observation list[3];
    struct outcome o;

    (void)state;
    x->now += MS_HOUR;
    list[0] = an_observation(x, POOL_A1, 2, 1);
    list[1] = an_observation(x, POOL_A2, 2, 1);
    list[2] = an_observation(x, POOL_A1, 2, 0);
    list[2].observed_at_ms++;
    list[2].report++;
    list[1].free = 7;
    o = do_report(x, shelter_of(HUIS_A), list, 3);
    assert_int_equal(o.refusal, REFUSAL_BAD_REPORT);
    assert_int_equal(o.fault_index, 1);
    assert_int_equal(o.fault_bits, OBS_FREE_OVER_TOTAL);
    assert_int_equal(o.pool.v, POOL_A2);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(the_pool(x, POOL_A1).latest->free, 2);

    list[1].free = 1;
    list[1].stop = 200;
    o = do_report(x, shelter_of(HUIS_A), list, 3);
    assert_int_equal(o.refusal, REFUSAL_UNKNOWN_REASON);
    assert_int_equal(o.fault_index, 1);
    assert_int_equal(last_count(x), 0);

    list[1].stop = 0;
    o = do_report(x, shelter_of(HUIS_A), list, 3);
    assert_int_equal(o.applied, 3);
    assert_int_equal(the_pool(x, POOL_A1).latest->free, 0);
    assert_int_equal(the_pool(x, POOL_A2).latest->free, 1);
    exchange_free(x);
}

/* One pool twice in one batch is judged as if the reports came one by one. */
static void a_batch_is_judged_in_order(void **state)
{
    static const struct {
        const char *name;
        int64_t second_after_ms;
        int second_free;
        bool same_id;
        int applied, late, unchanged, believed_free;
    } cases[] = {
        {"newer second", 1, 0, false, 2, 0, 0, 0}, {"older second", -1, 0, false, 1, 1, 0, 1},
        {"same again", 0, 1, false, 1, 0, 1, 1},   {"same moment, other", 0, 0, false, 2, 0, 0, 0},
        {"same id", 5, 0, true, 1, 0, 1, 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct observation list[2];
        struct outcome o;

        x->now += MS_HOUR;
        list[0] = an_observation(x, POOL_B, 2, 1);
        list[1] = an_observation(x, POOL_B, 2, cases[i].second_free);
        list[1].observed_at_ms += cases[i].second_after_ms;
        list[1].report = cases[i].same_id ? list[0].report : list[0].report + 1;
        o = do_report(x, shelter_of(HUIS_B), list, 2);
        if (o.applied != cases[i].applied || o.late != cases[i].late || o.unchanged != cases[i].unchanged ||
            the_pool(x, POOL_B).latest->free != cases[i].believed_free)
            fail_msg("%s: %u applied, %u late, %u unchanged, %d free", cases[i].name, o.applied, o.late,
                     o.unchanged, the_pool(x, POOL_B).latest->free);
        exchange_free(x);
    }
}

static void a_full_batch_is_taken_and_one_more_is_not(void **state)
{
    static const unsigned pools[] = {POOL_A1, POOL_A2};
    struct exchange *x = exchange_new();
    struct observation *list = mem_new(REPORT_BATCH_MAX + 1, sizeof *list);

    (void)state;
    x->now += MS_HOUR;
    for (int i = 0; i <= REPORT_BATCH_MAX; i++) {
        list[i] = an_observation(x, pools[i % 2], 2, i % 3);
        list[i].observed_at_ms += i;
        list[i].report += (uint64_t)i;
    }
    assert_int_equal(do_report(x, shelter_of(HUIS_A), list, REPORT_BATCH_MAX + 1).refusal, REFUSAL_LIMIT);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(do_report(x, shelter_of(HUIS_A), list, REPORT_BATCH_MAX).applied, REPORT_BATCH_MAX);
    assert_int_equal(the_pool(x, POOL_A2).latest->free, (REPORT_BATCH_MAX - 1) % 3);
    assert_int_equal(do_report(x, shelter_of(HUIS_A), list, 0).refusal, REFUSAL_NONE);
    free(list);
    exchange_free(x);
}

static void a_pool_that_is_not_there_or_not_ones_own(void **state)
{
    struct exchange *x = exchange_new();
    const struct org_id carried[] = {{HUIS_A}, {HUIS_C}};
    struct actor machine = {.role = ROLE_MACHINE, .carries = carried, .n_carries = 2};
    struct observation list[2];
    struct outcome o;

    (void)state;
    x->now += MS_HOUR;
    list[0] = an_observation(x, POOL_A1, 2, 1);
    list[1] = an_observation(x, 77, 2, 1);
    o = do_report(x, shelter_of(HUIS_A), list, 2);
    assert_int_equal(o.refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(o.fault_index, 1);
    list[1] = an_observation(x, POOL_B, 2, 1);
    o = do_report(x, shelter_of(HUIS_A), list, 2);
    assert_int_equal(o.refusal, REFUSAL_NOT_ALLOWED);
    assert_int_equal(o.fault_index, 1);
    assert_int_equal(o.pool.v, POOL_B);
    assert_int_equal(do_report(x, machine, list, 2).refusal, REFUSAL_NOT_ALLOWED);
    list[1] = an_observation(x, POOL_C, 2, 1);
    machine.n_carries = 1;
    assert_int_equal(do_report(x, machine, list, 2).refusal, REFUSAL_NOT_ALLOWED);
    machine.n_carries = 2;
    list[0].source = list[1].source = SOURCE_FEED;
    assert_int_equal(do_report(x, machine, list, 2).applied, 2);
    /* A desk of one house speaks for that house only. */
    list[0] = an_observation(x, POOL_A1, 2, 0);
    list[1] = an_observation(x, POOL_A2, 2, 0);
    assert_int_equal(do_report(x, shelter_at(HUIS_A, A_NOORD), list, 2).refusal, REFUSAL_NOT_ALLOWED);
    assert_int_equal(do_report(x, shelter_at(HUIS_A, A_NOORD), list, 1).refusal, REFUSAL_NONE);
    exchange_free(x);
}

static void if_match_refuses_what_was_read_before(void **state)
{
    struct exchange *x = exchange_new();
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = shelter_of(HUIS_B)};
    struct observation o;

    (void)state;
    cmd.u.report.list = &o;
    cmd.u.report.n = 1;
    cmd.u.report.version = the_pool(x, POOL_B).version;
    x->now += MS_HOUR;
    o = an_observation(x, POOL_B, 2, 1);
    assert_int_equal(exchange_do(x, &cmd).applied, 1);
    x->now += MS_HOUR;
    o = an_observation(x, POOL_B, 2, 0);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_STALE_VERSION);
    assert_int_equal(the_pool(x, POOL_B).latest->free, 1);
    /* A unit promised in between changes what the page showed. */
    cmd.u.report.version = the_pool(x, POOL_B).version;
    do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_STALE_VERSION);
    cmd.u.report.version = 0;
    assert_int_equal(exchange_do(x, &cmd).applied, 1);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(freshness_has_four_steps),
        cmocka_unit_test(faults_are_told_all_at_once),
        cmocka_unit_test(the_newest_observation_wins),
        cmocka_unit_test(a_report_is_recognised_eight_back),
        cmocka_unit_test(what_the_journal_cannot_hold_is_a_fault),
        cmocka_unit_test(a_late_report_is_recognised_too),
        cmocka_unit_test(a_batch_is_taken_whole_or_not),
        cmocka_unit_test(a_batch_is_judged_in_order),
        cmocka_unit_test(a_full_batch_is_taken_and_one_more_is_not),
        cmocka_unit_test(a_pool_that_is_not_there_or_not_ones_own),
        cmocka_unit_test(if_match_refuses_what_was_read_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
