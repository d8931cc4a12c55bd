/* A report that says what is believed, only newer: many pools in one event, and the state is the same as if
 * each had been observed in full. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/engine_state.h"

#include <stdio.h>
#include <stdlib.h>

/* As many more pools of house C as make a batch full. */
static void define_pools(struct exchange *x, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}};
        struct pool p;
        char code[16];

        snprintf(code, sizeof code, "meer-%u", i);
        p = pool_of_kind(x, C_HUIS, code, KIND_CRISIS);
        cmd.u.pool = &p;
        assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    }
}

/* A report on each of N pools of house C, the first of which is FIRST. */
static void fill_batch(const struct exchange *x, struct observation *list, uint16_t n, unsigned first)
{
    for (uint16_t i = 0; i < n; i++) {
        list[i] = an_observation(x, first + i, POOL_UNITS, 1);
        list[i].source = SOURCE_HAND;
        list[i].report += i;
    }
}

static size_t count_last(const struct exchange *x, enum event_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < last_count(x); i++)
        n += last_event(x, i)->kind == kind;
    return n;
}

static void a_thousand_are_few_events(void **state)
{
    struct exchange *x = exchange_new();
    struct observation *list = mem_new(REPORT_BATCH_MAX, sizeof *list);
    uint32_t first = engine_pools(x->e) + 1;
    struct outcome o;

    (void)state;
    define_pools(x, REPORT_BATCH_MAX);
    fill_batch(x, list, REPORT_BATCH_MAX, first);
    o = do_report(x, shelter_of(HUIS_C), list, REPORT_BATCH_MAX);
    assert_int_equal(count_last(x, EV_CAPACITY_OBSERVED), REPORT_BATCH_MAX);
    x->now += MS_MINUTE;
    fill_batch(x, list, REPORT_BATCH_MAX, first);
    o = do_report(x, shelter_of(HUIS_C), list, REPORT_BATCH_MAX);
    assert_int_equal(o.applied, REPORT_BATCH_MAX);
    assert_int_equal(o.late + o.unchanged, 0);
    assert_int_equal(last_count(x), (REPORT_BATCH_MAX + CONFIRMED_MAX - 1) / CONFIRMED_MAX);
    assert_int_equal(count_last(x, EV_CAPACITY_CONFIRMED), last_count(x));
    assert_int_equal(o.seq, engine_seq(x->e));
    for (uint16_t i = 0; i < REPORT_BATCH_MAX; i++) {
        assert_int_equal(the_pool(x, first + i).latest->observed_at_ms, x->now);
        assert_int_equal(the_pool(x, first + i).latest->report, list[i].report);
    }
    /* The same again says nothing at all. */
    assert_int_equal(do_report(x, shelter_of(HUIS_C), list, REPORT_BATCH_MAX).unchanged, REPORT_BATCH_MAX);
    assert_int_equal(last_count(x), 0);
    free(list);
    exchange_free(x);
}

/* Two engines of one history: one hears a batch, the other the same observations in full. */
static void it_is_as_if_observed_in_full(void **state)
{
    static const enum source sources[] = {SOURCE_FEED, SOURCE_HAND, SOURCE_PHONE};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        struct exchange *x = exchange_new();
        struct engine *other = NULL;
        struct observation list[2];
        struct request_id q;
        struct event ev = {.kind = EV_CAPACITY_OBSERVED};
        char why[200];

        for (unsigned k = 0; k < 2; k++) { /* something in every field */
            x->now += MS_MINUTE;
            list[k] = an_observation(x, POOL_C + k, 4, 1);
            list[k].occupied = 2;
            list[k].out_of_order = 1;
            list[k].stop = 1;
            list[k].stop_until_ms = x->now;
        }
        do_report(x, shelter_of(HUIS_C), list, 2);
        q = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_C);
        do_answer(x, CMD_ACCEPT, q, 0);
        do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
        x->now += 9 * MS_HOUR; /* stale, so that the new age frees */
        other = exchange_replay(x);
        for (unsigned k = 0; k < 2; k++) {
            list[k] = observation_of(the_pool(x, POOL_C + k).latest, (struct pool_id){POOL_C + k});
            list[k].source = sources[i];
            list[k].report = 70 + k;
            list[k].observed_at_ms = x->now;
        }
        assert_int_equal(the_pool(x, POOL_C).held, 1);
        assert_int_equal(do_report(x, shelter_of(HUIS_C), list, 2).applied, 2);
        assert_int_equal(last_count(x), 1);
        assert_int_equal(last_event(x, 0)->kind, EV_CAPACITY_CONFIRMED);
        /* The newer count knows of the arrival. */
        assert_int_equal(the_pool(x, POOL_C).held, 0);
        assert_int_equal(engine_freed_pool(x->e, 0).v, POOL_C);
        assert_int_equal(engine_freed_pool(x->e, 1).v, POOL_COSM);
        assert_int_equal(engine_freed_pool(x->e, 2).v, 0);

        for (unsigned k = 0; k < 2; k++) {
            const struct pool_slot *a = NULL, *b = NULL;
            struct word words[SIDE_N], others[SIDE_N];

            ev.seq = engine_seq(other) + 1;
            ev.at_ms = x->now;
            ev.account = last_event(x, 0)->account;
            ev.u.capacity.o = list[k];
            ev.u.capacity.o.received_at_ms = x->now;
            ev.u.capacity.used = true;
            ev.u.capacity.kept = KEPT_WHOLE;
            engine_apply(other, &ev);
            a = &x->e->pools[POOL_C + k - 1];
            b = &other->pools[POOL_C + k - 1];
            assert_memory_equal(&a->latest, &b->latest, sizeof a->latest);
            pool_words(a, words);
            pool_words(b, others);
            for (int side = 0; side < SIDE_N; side++)
                assert_true(word_equal(&words[side], &others[side]));
            assert_memory_equal(a->reports, b->reports, sizeof a->reports);
            assert_int_equal(a->reports_next, b->reports_next);
            assert_int_equal(a->held, b->held);
            assert_int_equal(a->freed_ms, b->freed_ms);
        }
        assert_true(engine_check(other, why, sizeof why));
        engine_free(other);
        exchange_free(x);
    }
}

/* A report is recognised by its name after a confirmation too, whatever it says then. */
static void its_name_is_remembered(void **state)
{
    struct exchange *x = exchange_new();
    struct observation o;

    (void)state;
    x->now += MS_MINUTE;
    o = an_observation(x, POOL_B, POOL_UNITS, 2);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    assert_int_equal(last_event(x, 0)->kind, EV_CAPACITY_CONFIRMED);
    x->now += MS_MINUTE;
    o.observed_at_ms = x->now;
    o.free = 0;
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).unchanged, 1);
    assert_int_equal(last_count(x), 0);
    exchange_free(x);
}

static void what_is_and_is_not_a_confirmation(void **state)
{
    static const struct {
        const char *name;
        int64_t after_ms;
        enum source source;
        int free, occupied;
        enum tri deliverable;
        uint8_t stop;
        enum event_kind want; /* EV_N = nothing */
    } cases[] = {
        {"the same, newer", 1, SOURCE_HAND, 2, -1, TRI_YES, 0, EV_CAPACITY_CONFIRMED},
        {"by the other side", 1, SOURCE_FEED, 2, -1, TRI_YES, 0, EV_CAPACITY_CONFIRMED},
        {"by the other side, of the same moment", 0, SOURCE_FEED, 2, -1, TRI_YES, 0, EV_CAPACITY_CONFIRMED},
        {"of the same moment", 0, SOURCE_HAND, 2, -1, TRI_YES, 0, EV_N},
        {"older", -1, SOURCE_HAND, 2, -1, TRI_YES, 0, EV_CAPACITY_OBSERVED},
        {"another number", 1, SOURCE_HAND, 1, -1, TRI_YES, 0, EV_CAPACITY_OBSERVED},
        {"more said", 1, SOURCE_HAND, 2, 0, TRI_YES, 0, EV_CAPACITY_OBSERVED},
        {"less said", 1, SOURCE_HAND, -1, -1, TRI_YES, 0, EV_CAPACITY_OBSERVED},
        {"staff", 1, SOURCE_HAND, 2, -1, TRI_UNKNOWN, 0, EV_CAPACITY_OBSERVED},
        {"a stop", 1, SOURCE_HAND, 2, -1, TRI_YES, 1, EV_CAPACITY_OBSERVED},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct observation o = an_observation(x, POOL_B, POOL_UNITS, cases[i].free);

        o.observed_at_ms = the_pool(x, POOL_B).latest->observed_at_ms + cases[i].after_ms;
        o.source = cases[i].source;
        o.occupied = cases[i].occupied;
        o.deliverable = cases[i].deliverable;
        o.stop = cases[i].stop;
        x->now += MS_HOUR;
        do_report(x, shelter_of(HUIS_B), &o, 1);
        if (last_count(x) != (cases[i].want == EV_N ? 0 : 1) ||
            (cases[i].want != EV_N && last_event(x, 0)->kind != cases[i].want))
            fail_msg("%s: %zu events", cases[i].name, last_count(x));
        exchange_free(x);
    }
}

/* 'It still is so' while a stop of people stands under the feed's number: said without the stop, it lifts it,
 * as any report of theirs does. */
static void a_confirmation_by_hand_lifts_their_stop(void **state)
{
    struct exchange *x = exchange_new();
    struct observation o;

    (void)state;
    x->now += MS_MINUTE;
    o = an_observation(x, POOL_B, POOL_UNITS, 1);
    o.stop = 1;
    do_report(x, shelter_of(HUIS_B), &o, 1);
    for (int i = 0; i < 3; i++) { /* the feed, twice the same, then people */
        x->now += MS_MINUTE;
        o = an_observation(x, POOL_B, POOL_UNITS, 1);
        o.source = i < 2 ? SOURCE_FEED : SOURCE_HAND;
        do_report(x, shelter_of(HUIS_B), &o, 1);
        assert_int_equal(last_event(x, 0)->kind, i == 0 ? EV_CAPACITY_OBSERVED : EV_CAPACITY_CONFIRMED);
        assert_int_equal(the_pool(x, POOL_B).stopped, i < 2);
    }
    assert_int_equal(engine_freed_pool(x->e, 0).v, POOL_B);
    exchange_free(x);
}

/* Reports of several moments and sources in one batch, and a pool that stands in it twice. */
static void a_mixed_batch_is_judged_in_order(void **state)
{
    struct exchange *x = exchange_new();
    struct observation list[5];
    uint32_t first = engine_pools(x->e) + 1;
    struct engine *e = NULL;

    (void)state;
    define_pools(x, 4);
    fill_batch(x, list, 4, first);
    do_report(x, shelter_of(HUIS_C), list, 4);
    x->now += MS_HOUR;
    fill_batch(x, list, 4, first);
    list[1].observed_at_ms--;      /* another moment */
    list[2].source = SOURCE_PHONE; /* another source */
    list[4] = list[0];             /* and then it changed */
    list[4].report = 99;
    list[4].free = 0;
    assert_int_equal(do_report(x, shelter_of(HUIS_C), list, 5).applied, 5);
    assert_int_equal(count_last(x, EV_CAPACITY_CONFIRMED), 3);
    assert_int_equal(count_last(x, EV_CAPACITY_OBSERVED), 1);
    assert_int_equal(last_event(x, 3)->u.confirmed.n, 2);
    assert_int_equal(the_pool(x, first).latest->free, 0);
    assert_int_equal(the_pool(x, first + 1).latest->observed_at_ms, x->now - 1);
    assert_int_equal(the_pool(x, first + 2).latest->source, SOURCE_PHONE);
    /* Twice the same in one batch: the second is of a pool that the batch has touched, so it goes in full. */
    x->now += MS_HOUR;
    fill_batch(x, list, 1, first + 1);
    list[1] = list[0];
    list[0].observed_at_ms--;
    list[1].report++;
    assert_int_equal(do_report(x, shelter_of(HUIS_C), list, 2).applied, 2);
    assert_int_equal(last_event(x, 1)->kind, EV_CAPACITY_CONFIRMED);
    assert_int_equal(last_event(x, 0)->kind, EV_CAPACITY_OBSERVED);
    e = exchange_replay(x);
    assert_int_equal(engine_digest(e, true), engine_digest(x->e, true));
    engine_free(e);
    exchange_free(x);
}

static void an_event_does_not_grow(void **state)
{
    (void)state;
    assert_true(sizeof(struct confirmed) <= sizeof(struct pool));
    assert_true(sizeof(struct confirmed) + sizeof(struct pool_id) + sizeof(uint64_t) > sizeof(struct pool));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_are_few_events),
        cmocka_unit_test(it_is_as_if_observed_in_full),
        cmocka_unit_test(its_name_is_remembered),
        cmocka_unit_test(what_is_and_is_not_a_confirmation),
        cmocka_unit_test(a_confirmation_by_hand_lifts_their_stop),
        cmocka_unit_test(a_mixed_batch_is_judged_in_order),
        cmocka_unit_test(an_event_does_not_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
