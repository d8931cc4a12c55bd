/* A departure that was a mistake: the household lives there still, and is found there. */
#include "support/nobed_steps.h"
#include "support/safety_steps.h"
#include "support/stay_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/stay/dates.h"

#include <string.h>

static void mistaken(struct exchange *x, struct referral_id r)
{
    assert_int_equal(depart(x, r, "eigen_keuze", "familie_vrienden"), REFUSAL_NONE);
}

static void it_lives_there_as_if_nothing_was_said(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    struct request_id q = stay_of(x, r)->request;
    int32_t held = engine_pool_view(x->e, (struct pool_id){POOL_B}, x->now).held;
    int64_t came_ms = x->now;
    char code[RETURN_CODE_SIZE];

    (void)state;
    x->now += 2 * MS_DAY;
    mistaken(x, r);
    memcpy(code, stay_of(x, r)->return_code, sizeof code);
    x->now += MS_HOUR;
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_HAS_LEFT);
    assert_int_equal(resume(x, r), REFUSAL_NONE);
    assert_int_equal(stay_of(x, r)->state, STAY_PRESENT);
    assert_int_equal(stay_of(x, r)->ended_at_ms, 0);
    assert_int_equal(stay_of(x, r)->departure, 0);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ADMITTED);
    assert_true(the_referral(x, r)->closed_at_ms == came_ms);
    assert_int_equal(engine_request(x->e, q)->left_at_ms, 0);
    assert_int_equal(engine_pool_view(x->e, (struct pool_id){POOL_B}, x->now).held, held);
    assert_string_equal(engine_return_code(x->e, r), code);
    assert_int_equal(engine_moves(x->e, r), 0);
    x->now += MS_DAY;
    assert_int_equal(stay_nights(stay_of(x, r), x->now), 3);
    assert_int_equal(resume(x, r), REFUSAL_NONE); /* it is so */
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    is_sound(x);
    mistaken(x, r); /* and once more, truly */
    is_sound(x);
    exchange_free(x);
}

static void the_clocks_of_its_place_run_again(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    struct stay_clock was;
    const struct stay_clock *c = NULL;
    struct command start = {.kind = CMD_START_CLOCK, .actor = shelter_of(HUIS_B)};

    (void)state;
    for (uint8_t kind = 1; clock_of(x, r, 0) == NULL && kind < 10; kind++) {
        start.u.clock =
            (struct clock_command){.referral = r, .kind = kind, .started_at_ms = x->now - MS_HOUR};
        if (kind != HUISVERBOD)
            exchange_do(x, &start);
    }
    assert_non_null(clock_of(x, r, 0));
    x->now += MS_HOUR;
    was = *clock_of(x, r, 0);
    mistaken(x, r);
    if (clock_of(x, r, 0)->state != CLOCK_STOPPED)
        fail_msg("a clock of the household, and none of its place");
    assert_int_equal(resume(x, r), REFUSAL_NONE);
    c = clock_of(x, r, 1);
    assert_non_null(c);
    assert_int_equal(c->state, CLOCK_RUNNING);
    assert_int_equal(c->kind, was.kind);
    assert_int_equal(c->owner.v, was.owner.v);
    assert_int_equal(c->desk.v, was.desk.v);
    assert_int_equal(c->stay.v, was.stay.v);
    assert_true(c->started_at_ms == was.started_at_ms && c->warn_at_ms == was.warn_at_ms &&
                c->runs_out_ms == was.runs_out_ms);
    is_sound(x);
    pass(x, c->runs_out_ms - x->now + 1);
    assert_int_equal(clock_of(x, r, 1)->state, CLOCK_RUN_OUT);
    is_sound(x);
    exchange_free(x);
}

/* The search that a clock opened was for today while it had no bed; it has the time of its clock again. */
static void its_search_has_its_time_again(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B), f;
    int64_t until_ms = 0;

    (void)state;
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    pass(x, 7 * MS_DAY + MS_HOUR);
    f = engine_household(x->e, r).later;
    until_ms = the_referral(x, f)->deadline_ms;
    assert_true(until_ms == clock_of(x, r, 0)->runs_out_ms);
    mistaken(x, r);
    assert_true(the_referral(x, f)->deadline_ms == x->now + MS_DAY);
    x->now += MS_HOUR;
    assert_int_equal(resume(x, r), REFUSAL_NONE);
    assert_true(the_referral(x, f)->deadline_ms == until_ms);
    assert_true(engine_is_planned(x->e, f));
    is_sound(x);
    exchange_free(x);
}

static void for_a_week_and_no_longer(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id first = arrive(x, POOL_B), second = arrive(x, POOL_C);

    (void)state;
    mistaken(x, first);
    mistaken(x, second);
    assert_true(engine_stay_resume_until_ms(x->e, stay_of(x, first)) == x->now + RESUME_MAX_MS);
    x->now += RESUME_MAX_MS - 1;
    assert_int_equal(resume(x, first), REFUSAL_NONE);
    x->now++;
    assert_int_equal(resume(x, second), REFUSAL_TOO_LATE);
    is_sound(x);
    exchange_free(x);
}

static void not_if_it_has_been_elsewhere(void **state)
{
    struct exchange *x = exchange_new();
    char code[RETURN_CODE_SIZE];
    struct referral_id first = left_with_code(x, code);
    struct referral_id next = open_with_code(x, VT_OOST, code).referral;
    struct request_id q;

    (void)state;
    x->now += MS_HOUR;
    q = do_ask_one(x, next, POOL_C);
    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(resume(x, first), REFUSAL_MOVED_ON);
    x->now += MS_HOUR;
    mistaken(x, next);
    assert_int_equal(resume(x, first), REFUSAL_MOVED_ON); /* it left that one too, and was there */
    assert_int_equal(resume(x, next), REFUSAL_NONE);
    is_sound(x);
    exchange_free(x);
}

static void told_free(struct exchange *x, unsigned pool, int free)
{
    struct observation o = an_observation(x, pool, 2, free);

    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).refusal, REFUSAL_NONE);
}

/* A number told while they lived there never had their unit; one told since may have given it away. */
static void the_unit_is_theirs_if_it_is_there(void **state)
{
    static const struct {
        int told_there, told_since; /* free; -1 = not told */
        enum refusal want;
        int offerable;
    } cases[] = {
        {0, -1, REFUSAL_NONE, 0},
        {0, 0, REFUSAL_UNIT_GONE, 0},
        {0, 1, REFUSAL_NONE, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct referral_id r = arrive(x, POOL_B);

        x->now += MS_HOUR;
        told_free(x, POOL_B, cases[i].told_there);
        x->now += MS_HOUR;
        mistaken(x, r);
        x->now += MS_MINUTE;
        if (cases[i].told_since >= 0)
            told_free(x, POOL_B, cases[i].told_since);
        x->now += MS_MINUTE;
        if (resume(x, r) != cases[i].want)
            fail_msg("case %zu", i);
        assert_int_equal(engine_pool_view(x->e, (struct pool_id){POOL_B}, x->now).offerable,
                         cases[i].offerable);
        is_sound(x);
        exchange_free(x);
    }
}

/* What is held in a pool stands by age: the one that counts again comes before the younger ones. */
static void its_hold_is_where_it_was(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);

    (void)state;
    x->now += MS_HOUR;
    mistaken(x, r);
    told_free(x, POOL_B, 2);
    x->now += MS_MINUTE;
    do_ask_one(x, do_open(x, VT_WEST, a_need()), POOL_B);
    assert_int_equal(resume(x, r), REFUSAL_NONE);
    is_sound(x);
    exchange_free(x);
}

/* The kill switch finds who lives there, whether it was said before the leak or after. */
static void the_kill_switch_finds_it(void **state)
{
    (void)state;
    for (int is_after = 0; is_after < 2; is_after++) {
        struct exchange *x = exchange_new();
        struct referral_id r = arrive(x, POOL_B);
        uint32_t leak = 0;
        struct referral_id later;

        mistaken(x, r);
        x->now += MS_MINUTE;
        if (!is_after)
            assert_int_equal(resume(x, r), REFUSAL_NONE);
        leak = freeze(x, HUIS_B, B_HUIS);
        assert_int_equal(engine_leak(x->e, leak)->households, is_after ? 0 : 1);
        x->now += MS_MINUTE;
        if (is_after)
            assert_int_equal(resume(x, r), REFUSAL_NONE);
        assert_int_equal(engine_leak(x->e, leak)->households, 1);
        later = engine_household(x->e, r).later;
        assert_true(later.v != 0);
        assert_int_equal(the_referral(x, later)->urgency, URGENCY_NU);
        is_sound(x);
        exchange_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_lives_there_as_if_nothing_was_said),
        cmocka_unit_test(the_clocks_of_its_place_run_again),
        cmocka_unit_test(its_search_has_its_time_again),
        cmocka_unit_test(for_a_week_and_no_longer),
        cmocka_unit_test(not_if_it_has_been_elsewhere),
        cmocka_unit_test(the_unit_is_theirs_if_it_is_there),
        cmocka_unit_test(its_hold_is_where_it_was),
        cmocka_unit_test(the_kill_switch_finds_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
