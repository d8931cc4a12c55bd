/* A report of a leak that nobody confirms or withdraws is said again, to the next in line too, and says when
 * it is for the last time. */
#include "support/exchange.h"
#include "support/safety_steps.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <string.h>

#define EACH (5 * MS_MINUTE) /* alarms at code rood */

static struct exchange *timed(void)
{
    struct core_settings s = core_settings_default();

    return exchange_new_with(&s);
}

/* The repeats of LEAK in the last commit, 0 or 1, and in *SAID the event. */
static unsigned said(const struct exchange *x, uint32_t leak, struct leak_event *out)
{
    unsigned n = 0;

    for (size_t i = 0; i < last_count(x); i++) {
        const struct event *ev = last_event(x, i);

        if (ev->kind != EV_LEAK_REPEATED || ev->u.leak.leak != leak)
            continue;
        assert_int_equal(ev->account.v, 0);
        *out = ev->u.leak;
        n++;
    }
    return n;
}

static unsigned said_at(struct exchange *x, uint32_t leak, int64_t at_ms, struct leak_event *out)
{
    *out = (struct leak_event){0};
    x->now = at_ms;
    do_tick(x);
    return said(x, leak, out);
}

static void until_it_is_given_up(void **state)
{
    struct exchange *x = timed();
    int64_t at_ms = x->now;
    uint32_t leak = (uint32_t)report(x, as(shelter_of(HUIS_B), ANNA), B_HUIS).made;
    const struct leak *l = engine_leak(x->e, leak);
    struct leak_event ev;

    (void)state;
    assert_int_equal(said_at(x, leak, at_ms + EACH - 1, &ev), 0);
    for (unsigned i = 1; i <= 6; i++) {
        assert_false(leak_is_given_up(x->e, l));
        at_ms += EACH;
        assert_int_equal(said_at(x, leak, at_ms, &ev), 1);
        assert_int_equal(ev.again, i);
        assert_int_equal(ev.location.v, B_HUIS);
        assert_int_equal(ev.passed_on, i > 3); /* so often to its own, as often to the next too */
        assert_int_equal(ev.is_last, i == 6);
        assert_int_equal(l->n_again, i);
        assert_int_equal(l->passed_on, i > 3);
        assert_int_equal(l->state, LEAK_REPORTED); /* no machine freezes a house */
    }
    assert_true(leak_is_given_up(x->e, l));
    assert_int_equal(said_at(x, leak, at_ms + MS_DAY, &ev), 0);
    /* A person can still. */
    assert_int_equal(step(x, CMD_CONFIRM_LEAK, as(shelter_of(HUIS_B), BERT), leak), REFUSAL_NONE);
    assert_false(leak_is_given_up(x->e, l));
    exchange_free(x);
}

static void until_somebody_answers(void **state)
{
    static const enum command_kind ends[] = {CMD_CONFIRM_LEAK, CMD_WITHDRAW_LEAK};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct exchange *x = timed();
        uint32_t leak = (uint32_t)report(x, as(shelter_of(HUIS_B), ANNA), B_HUIS).made;
        struct leak_event ev;

        assert_int_equal(said_at(x, leak, x->now + EACH, &ev), 1);
        assert_int_equal(step(x, ends[i], as(shelter_of(HUIS_B), BERT), leak), REFUSAL_NONE);
        assert_int_equal(leak_again_ms(x->e, engine_leak(x->e, leak)), INT64_MAX);
        assert_int_equal(said_at(x, leak, x->now + EACH, &ev), 0);
        assert_int_equal(engine_leak(x->e, leak)->n_again, 1);
        exchange_free(x);
    }
}

/* Of two houses each has its own. */
static void each_house_by_itself(void **state)
{
    struct exchange *x = timed();
    uint32_t first = (uint32_t)report(x, as(shelter_of(HUIS_B), ANNA), B_HUIS).made, second = 0;
    struct leak_event ev;

    (void)state;
    x->now += MS_MINUTE;
    second = (uint32_t)report(x, as(shelter_of(HUIS_A), ANNA), A_NOORD).made;
    assert_int_equal(said_at(x, first, x->now + EACH - MS_MINUTE, &ev), 1);
    assert_int_equal(said(x, second, &ev), 0);
    assert_int_equal(said_at(x, second, x->now + MS_MINUTE, &ev), 1);
    assert_int_equal(ev.location.v, A_NOORD);
    assert_int_equal(said(x, first, &ev), 0);
    exchange_free(x);
}

/* A broker that comes back after minutes says it at once; one that comes back after days does not. */
static void after_a_start(void **state)
{
    struct exchange *x = timed();
    uint32_t leak = (uint32_t)report(x, as(shelter_of(HUIS_B), ANNA), B_HUIS).made;
    int64_t at_ms = x->now;
    struct leak_event ev;

    (void)state;
    engine_took_up(x->e, at_ms + MS_DAY + 1);
    assert_int_equal(engine_next_due_ms(x->e), INT64_MAX);
    assert_true(leak_is_given_up(x->e, engine_leak(x->e, leak)));
    assert_int_equal(said_at(x, leak, at_ms + MS_DAY + 1, &ev), 0);
    engine_took_up(x->e, at_ms + MS_DAY);
    assert_int_equal(said_at(x, leak, at_ms + MS_DAY, &ev), 1);
    assert_int_equal(leak_again_ms(x->e, engine_leak(x->e, leak)), at_ms + MS_DAY + EACH);
    exchange_free(x);
}

static void a_repeat_is_impossible(void **state)
{
    static const struct {
        const char *name;
        uint32_t leak;
        unsigned location;
        uint8_t again;
    } cases[] = {
        {"of no leak", 9, B_HUIS, 1},
        {"of another house", 1, A_NOORD, 1},
        {"out of turn", 1, B_HUIS, 2},
        {"for the second time as the first", 1, B_HUIS, 0},
    };
    struct exchange *x = timed();
    struct event ev = {.kind = EV_LEAK_REPEATED, .at_ms = x->now};
    char why[200] = "";

    (void)state;
    report(x, as(shelter_of(HUIS_B), ANNA), B_HUIS);
    ev.seq = engine_seq(x->e) + 1;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        print_message("  %s\n", cases[i].name);
        ev.u.leak = (struct leak_event){
            .leak = cases[i].leak, .location = {cases[i].location}, .again = cases[i].again};
        assert_int_not_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
    }
    ev.u.leak = (struct leak_event){.leak = 1, .location = {B_HUIS}, .again = 1};
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
    ev.kind = EV_LEAK_DROPPED;
    ev.seq = engine_seq(x->e) + 1;
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
    ev.kind = EV_LEAK_REPEATED;
    ev.seq = engine_seq(x->e) + 1;
    ev.u.leak.again = 2;
    assert_int_not_equal(engine_replay(x->e, &ev, why, sizeof why), OK); /* it waits for nobody */
    exchange_free(x);
}

/* Switched off, nothing is said again. */
static void where_it_is_off(void **state)
{
    struct core_settings s = core_settings_default();
    struct exchange *x = NULL;
    struct leak_event ev;
    uint32_t leak = 0;

    (void)state;
    s.timers.again_s[THREAT_ROOD] = 0;
    x = exchange_new_with(&s);
    leak = (uint32_t)report(x, as(shelter_of(HUIS_B), ANNA), B_HUIS).made;
    assert_int_equal(said_at(x, leak, x->now + MS_DAY, &ev), 0);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(until_it_is_given_up),   cmocka_unit_test(until_somebody_answers),
        cmocka_unit_test(each_house_by_itself),   cmocka_unit_test(after_a_start),
        cmocka_unit_test(a_repeat_is_impossible), cmocka_unit_test(where_it_is_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
