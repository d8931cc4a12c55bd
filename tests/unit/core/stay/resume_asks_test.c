/* A search that was opened because a household had left, which had not: its desk is told, and it asks nobody
 * until a person does. */
#include "support/nobed_steps.h"
#include "support/stay_steps.h"
#include "support/timer_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/audience/audience.h"

static const struct event *told_of(const struct exchange *x, struct referral_id id)
{
    for (size_t i = 0; i < last_count(x); i++) {
        const struct event *ev = last_event(x, i);

        if (ev->kind == EV_REFERRAL_STILL_THERE && ev->u.referral.referral.v == id.v)
            return ev;
    }
    return NULL;
}

static void another_desk_is_told_and_asks_nobody(void **state)
{
    struct exchange *x = exchange_timed();
    char code[RETURN_CODE_SIZE];
    struct referral_id r, search;
    struct actor house, own = referrer_of(VT_OOST), other = referrer_of(VT_WEST);
    const struct event *ev = NULL;
    unsigned asked = 0;

    (void)state;
    r = left_with_code(x, code);
    search = open_with_code(x, VT_WEST, code).referral;
    house = house_of(x, stay_of(x, r));
    do_answer(x, CMD_DECLINE, do_ask_one(x, search, POOL_A1), 1); /* the broker would ask on */
    assert_false(engine_search_rests(x->e, search));
    x->now += MS_MINUTE;
    assert_int_equal(resume(x, r), REFUSAL_NONE);
    ev = told_of(x, search);
    assert_non_null(ev);
    assert_int_equal(happened(x, EV_REFERRAL_STILL_THERE), 1);
    assert_true(audience_of_event(x->e, &other, ev));
    assert_false(audience_of_event(x->e, &own, ev));
    assert_false(audience_of_event(x->e, &house, ev));
    assert_true(engine_search_rests(x->e, search));
    assert_true(engine_search_is_of_who_stayed(x->e, search));
    asked = the_referral(x, search)->n_requests;
    pass(x, 90 * MS_MINUTE);
    assert_int_equal(the_referral(x, search)->n_requests, asked); /* nobody more by the broker */
    assert_true(referral_is_live(the_referral(x, search)->state));
    is_sound(x);
    exchange_free(x);
}

/* A person asks a place again, or the household leaves after all: it is a search as any other. */
static void until_a_person_asks_or_they_leave(void **state)
{
    (void)state;
    for (int leaves = 0; leaves < 2; leaves++) {
        struct exchange *x = exchange_new();
        char code[RETURN_CODE_SIZE];
        struct referral_id r = left_with_code(x, code);
        struct referral_id search = open_with_code(x, VT_WEST, code).referral;

        assert_int_equal(resume(x, r), REFUSAL_NONE);
        assert_true(engine_search_rests(x->e, search));
        if (leaves)
            assert_int_equal(depart(x, r, "eigen_keuze", "familie_vrienden"), REFUSAL_NONE);
        else
            do_ask_one(x, search, POOL_C);
        assert_false(engine_search_rests(x->e, search));
        is_sound(x);
        exchange_free(x);
    }
}

/* What looked for its next place while it lived there goes on looking; another desk hears all the same. */
static void what_looked_before_goes_on(void **state)
{
    (void)state;
    for (int is_other = 0; is_other < 2; is_other++) {
        struct exchange *x = exchange_new();
        struct referral_id r = arrive(x, POOL_B);
        struct referral_id next = do_open_beside(x, is_other ? VT_WEST : VT_OOST, r);

        x->now += MS_HOUR;
        assert_int_equal(depart(x, r, "eigen_keuze", "familie_vrienden"), REFUSAL_NONE);
        x->now += MS_HOUR;
        assert_int_equal(resume(x, r), REFUSAL_NONE);
        assert_true((told_of(x, next) != NULL) == is_other);
        assert_false(engine_search_rests(x->e, next));
        is_sound(x);
        exchange_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_desk_is_told_and_asks_nobody),
        cmocka_unit_test(until_a_person_asks_or_they_leave),
        cmocka_unit_test(what_looked_before_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
