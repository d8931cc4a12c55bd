/* A departure that says that it was not safe there, of a household that is there: the desk of its referral
 * takes it back, and a leak reaches it before that. */
#include "support/nobed_steps.h"
#include "support/safety_steps.h"
#include "support/stay_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/stay/dates.h"

static enum refusal resumes(struct exchange *x, struct actor who, struct referral_id r)
{
    struct command cmd = {.kind = CMD_RESUME_STAY, .actor = who};

    cmd.u.stay.stay = stay_of(x, r)->id;
    return exchange_do(x, &cmd).refusal;
}

static void its_desk_takes_it_back(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B);
    const struct stay *s = stay_of(x, r);

    (void)state;
    assert_int_equal(depart(x, r, "veiligheid", "onbekend"), REFUSAL_NONE);
    assert_true(engine_stay_resume_until_ms(x->e, s) == 0);
    assert_true(engine_stay_desk_resume_until_ms(x->e, s) == x->now + RESUME_MAX_MS);
    x->now += MS_HOUR;
    assert_int_equal(resumes(x, shelter_of(HUIS_B), r), REFUSAL_LEFT_UNSAFE);
    assert_int_equal(resumes(x, referrer_of(VT_WEST), r), REFUSAL_NOT_FOUND);
    assert_int_equal(resumes(x, shelter_of(HUIS_C), r), REFUSAL_NOT_FOUND);
    assert_int_equal(resumes(x, referrer_of(VT_OOST), r), REFUSAL_NONE);
    assert_int_equal(s->state, STAY_PRESENT);
    assert_false(engine_stay_left_unsafe(x->e, s));
    assert_int_equal(resumes(x, referrer_of(VT_OOST), r), REFUSAL_NONE); /* it is so */
    freeze(x, HUIS_B, B_HUIS);
    assert_true(engine_household(x->e, r).later.v != 0);
    is_sound(x);
    exchange_free(x);
}

/* What the house told of its own is the house's to take back. */
static void and_no_other_departure(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B);

    (void)state;
    assert_int_equal(depart(x, r, "eigen_keuze", "onbekend"), REFUSAL_NONE);
    assert_true(engine_stay_desk_resume_until_ms(x->e, stay_of(x, r)) == 0);
    assert_int_equal(resumes(x, referrer_of(VT_OOST), r), REFUSAL_NOT_ALLOWED);
    assert_int_equal(stay_of(x, r)->state, STAY_DEPARTED);
    assert_int_equal(resumes(x, shelter_of(HUIS_B), r), REFUSAL_NONE);
    is_sound(x);
    exchange_free(x);
}

static void for_a_week(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct exchange *x = exchange_new();
        struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B);

        assert_int_equal(depart(x, r, "veiligheid", "onbekend"), REFUSAL_NONE);
        x->now += RESUME_MAX_MS - 1 + late;
        assert_int_equal(resumes(x, referrer_of(VT_OOST), r), late ? REFUSAL_TOO_LATE : REFUSAL_NONE);
        is_sound(x);
        exchange_free(x);
    }
}

static void not_if_it_has_been_elsewhere(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B);
    struct request_id q;

    (void)state;
    assert_int_equal(depart(x, r, "veiligheid", "onbekend"), REFUSAL_NONE);
    x->now += MS_HOUR;
    q = do_ask_one(x, do_open_beside(x, VT_OOST, r), POOL_C);
    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(resumes(x, referrer_of(VT_OOST), r), REFUSAL_MOVED_ON);
    is_sound(x);
    exchange_free(x);
}

/* Nobody but its desk can say that it is there, and the desk does not know: the leak tells it. */
static void a_leak_reaches_it(void **state)
{
    static const struct {
        const char *why;
        int64_t ago_ms;
        bool is_listed;
    } cases[] = {
        {"veiligheid", 0, true},
        {"veiligheid", RESUME_MAX_MS - 1, true},
        {"veiligheid", RESUME_MAX_MS, false},
        {"eigen_keuze", 0, false}, /* its house takes that back, and then it is listed */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B), later;
        uint32_t leak = 0;

        assert_int_equal(depart(x, r, cases[i].why, "onbekend"), REFUSAL_NONE);
        x->now += cases[i].ago_ms;
        leak = freeze(x, HUIS_B, B_HUIS);
        later = engine_household(x->e, r).later;
        if ((engine_leak(x->e, leak)->households == 1) != cases[i].is_listed ||
            (later.v != 0) != cases[i].is_listed)
            fail_msg("case %zu", i);
        if (cases[i].is_listed) {
            assert_int_equal(the_referral(x, later)->urgency, URGENCY_NU);
            assert_true(timers_alarm_stands(x->e, the_referral(x, later), ALARM_LEAKED));
            if (cases[i].ago_ms == 0) {
                assert_int_equal(resumes(x, referrer_of(VT_OOST), r), REFUSAL_NONE);
                assert_int_equal(engine_leak(x->e, leak)->households, 1); /* once */
                assert_int_equal(engine_household(x->e, r).later.v, later.v);
            }
        }
        is_sound(x);
        exchange_free(x);
    }
}

/* Where it lives now, and where its search under way leads, is known. */
static void not_if_it_sleeps_elsewhere(void **state)
{
    (void)state;
    for (int there = 0; there < 2; there++) {
        struct exchange *x = exchange_new();
        struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B);
        struct referral_id next = do_open_beside(x, VT_OOST, r);
        struct request_id q;
        uint32_t leak = 0;

        assert_int_equal(depart(x, r, "veiligheid", "onbekend"), REFUSAL_NONE);
        x->now += MS_HOUR;
        q = do_ask_one(x, next, a_far_pool(x, 2));
        do_answer(x, CMD_ACCEPT, q, 0);
        if (there)
            assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
        leak = freeze(x, HUIS_B, B_HUIS);
        assert_int_equal(engine_leak(x->e, leak)->households, there ? 0 : 1);
        if (!there) { /* its search goes on, with the yes that it has */
            assert_int_equal(engine_household(x->e, next).why, LINK_LEAKED);
            assert_int_equal(engine_request(x->e, q)->state, REQUEST_ACCEPTED);
        }
        is_sound(x);
        exchange_free(x);
    }
}

/* Who is not there is not moved a second time because lifting was refused. */
static void a_refused_lift_moves_none_that_left(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B);
    uint32_t leak = freeze(x, HUIS_B, B_HUIS);

    (void)state;
    assert_int_equal(depart(x, r, "veiligheid", "onbekend"), REFUSAL_NONE);
    assert_int_equal(do_referral(x, CMD_WITHDRAW, engine_household(x->e, r).later, 0, 1).refusal,
                     REFUSAL_NONE);
    assert_int_equal(step(x, CMD_ASK_LIFT, as(shelter_of(HUIS_B), ANNA), leak), REFUSAL_NONE);
    assert_int_equal(step(x, CMD_WITHDRAW_LEAK, as(shelter_of(HUIS_B), BERT), leak), REFUSAL_NONE);
    assert_int_equal(engine_leak(x->e, leak)->households, 1);
    is_sound(x);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_desk_takes_it_back),
        cmocka_unit_test(and_no_other_departure),
        cmocka_unit_test(for_a_week),
        cmocka_unit_test(not_if_it_has_been_elsewhere),
        cmocka_unit_test(a_leak_reaches_it),
        cmocka_unit_test(not_if_it_sleeps_elsewhere),
        cmocka_unit_test(a_refused_lift_moves_none_that_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
