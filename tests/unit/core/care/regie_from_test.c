/* Whose regie it was is told that it went, and not of whom: it may not see the file any more, and its page
 * still shows it. */
#include "support/safety_steps.h"

static const struct event *newest(const struct exchange *x, enum event_kind kind)
{
    for (size_t i = x->log.n; i > 0; i--) {
        if (x->log.list[i - 1].kind == kind)
            return &x->log.list[i - 1];
    }
    fail_msg("no %s", event_name(kind));
    return NULL;
}

static const char *change(const struct exchange *x, struct actor who, enum event_kind kind)
{
    return audience_of_change(x->e, &who, newest(x, kind));
}

static bool hears(const struct exchange *x, struct actor who, enum event_kind kind)
{
    return audience_of_event(x->e, &who, newest(x, kind));
}

/* HUIS_B took the regie of a household that lives with it. */
static struct referral_id held_by_the_house(struct exchange *x)
{
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B);

    assert_int_equal(regie(x, CMD_OFFER_REGIE, referrer_of(VT_OOST), r, HUIS_B), REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, shelter_of(HUIS_B), r, 0), REFUSAL_NONE);
    return r;
}

static void relieved_by_the_desk(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = held_by_the_house(x);

    (void)state;
    freeze(x, HUIS_B, B_HUIS);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, referrer_of(VT_OOST), engine_household(x->e, r).later, 0),
                     REFUSAL_NONE);
    assert_false(hears(x, shelter_of(HUIS_B), EV_REGIE_TAKEN));
    assert_string_equal(change(x, shelter_of(HUIS_B), EV_REGIE_TAKEN), "regie.taken");
    assert_true(hears(x, referrer_of(VT_OOST), EV_REGIE_TAKEN));
    assert_null(change(x, shelter_of(HUIS_A), EV_REGIE_TAKEN));
    assert_null(change(x, actor_of(ROLE_ORG_ADMIN, HUIS_B), EV_REGIE_TAKEN));
    assert_null(change(x, actor_of(ROLE_COMENSHA, HUIS_B), EV_REGIE_TAKEN)); /* no such desk */
    exchange_free(x);
}

static void handed_to_another_house(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = held_by_the_house(x);

    (void)state;
    assert_int_equal(regie(x, CMD_OFFER_REGIE, shelter_of(HUIS_B), r, HUIS_A), REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, shelter_of(HUIS_A), r, 0), REFUSAL_NONE);
    assert_true(hears(x, shelter_of(HUIS_A), EV_REGIE_TAKEN));
    assert_string_equal(change(x, shelter_of(HUIS_B), EV_REGIE_TAKEN), "regie.taken");
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relieved_by_the_desk),
        cmocka_unit_test(handed_to_another_house),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
