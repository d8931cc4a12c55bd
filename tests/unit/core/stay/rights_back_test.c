/* A right of the person goes to the referrer's desk when its household leaves, and back to the house where
 * that was a mistake: to the desk of the house that had it, and only what went by the departure. */
#include "support/nobed_steps.h"
#include "support/stay_steps.h"

#include "base/mem.h"
#include "base/time_text.h"

static enum refusal hand(struct exchange *x, enum command_kind kind, struct actor who, struct clock_id c,
                         unsigned to)
{
    struct command cmd = {.kind = kind, .actor = who};

    cmd.u.clock.clock = c;
    cmd.u.clock.org.v = to;
    return exchange_do(x, &cmd).refusal;
}

/* In B under a barring order, whose clock the house took over. */
static struct referral_id with_a_right(struct exchange *x, struct clock_id *right)
{
    struct referral_id r = arrive(x, POOL_B);

    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    *right = clock_of(x, r, 0)->id;
    assert_int_equal(hand(x, CMD_OFFER_CLOCK, referrer_of(VT_OOST), *right, HUIS_B), REFUSAL_NONE);
    assert_int_equal(hand(x, CMD_TAKE_CLOCK, shelter_at(HUIS_B, B_HUIS), *right, 0), REFUSAL_NONE);
    assert_int_equal(engine_clock(x->e, *right)->desk.v, B_HUIS);
    return r;
}

static void done(struct exchange *x)
{
    char why[200] = "";

    if (!engine_check(x->e, why, sizeof why))
        fail_msg("%s", why);
    replays(x);
    exchange_free(x);
}

static void what_went_with_the_departure_comes_back(void **state)
{
    struct exchange *x = exchange_new();
    struct clock_id id;
    struct referral_id r = with_a_right(x, &id);
    int64_t ends_ms = engine_clock(x->e, id)->runs_out_ms;

    (void)state;
    x->now += MS_DAY;
    assert_int_equal(depart(x, r, "eigen_keuze", "familie_vrienden"), REFUSAL_NONE);
    assert_int_equal(engine_clock(x->e, id)->owner.v, VT_OOST);
    assert_int_equal(engine_clock(x->e, id)->desk.v, 0);
    x->now += MS_DAY;
    assert_int_equal(resume(x, r), REFUSAL_NONE);
    assert_int_equal(engine_clock(x->e, id)->owner.v, HUIS_B);
    assert_int_equal(engine_clock(x->e, id)->desk.v, B_HUIS);
    assert_true(engine_clock(x->e, id)->runs_out_ms == ends_ms);
    assert_int_equal(engine_clock(x->e, id)->offered_to.v, 0);
    /* And once more, truly: the desk has it again. */
    x->now += MS_DAY;
    assert_int_equal(depart(x, r, "eigen_keuze", "familie_vrienden"), REFUSAL_NONE);
    assert_int_equal(engine_clock(x->e, id)->owner.v, VT_OOST);
    done(x);
}

static void what_the_desk_had_before_stays(void **state)
{
    struct exchange *x = exchange_new();
    struct clock_id id;
    struct referral_id r = with_a_right(x, &id);

    (void)state;
    assert_int_equal(hand(x, CMD_OFFER_CLOCK, shelter_of(HUIS_B), id, VT_OOST), REFUSAL_NONE);
    assert_int_equal(hand(x, CMD_TAKE_CLOCK, referrer_of(VT_OOST), id, 0), REFUSAL_NONE);
    x->now += MS_DAY;
    assert_int_equal(depart(x, r, "eigen_keuze", "familie_vrienden"), REFUSAL_NONE);
    x->now += MS_HOUR;
    assert_int_equal(resume(x, r), REFUSAL_NONE);
    assert_int_equal(engine_clock(x->e, id)->owner.v, VT_OOST);
    done(x);
}

static void what_people_agreed_on_since_stands(void **state)
{
    struct exchange *x = exchange_new();
    struct clock_id id;
    struct referral_id r = with_a_right(x, &id);

    (void)state;
    x->now += MS_DAY;
    assert_int_equal(depart(x, r, "eigen_keuze", "familie_vrienden"), REFUSAL_NONE);
    x->now += MS_HOUR;
    assert_int_equal(hand(x, CMD_OFFER_CLOCK, referrer_of(VT_OOST), id, VT_WEST), REFUSAL_NONE);
    assert_int_equal(hand(x, CMD_TAKE_CLOCK, referrer_of(VT_WEST), id, 0), REFUSAL_NONE);
    assert_int_equal(resume(x, r), REFUSAL_NONE);
    assert_int_equal(engine_clock(x->e, id)->owner.v, VT_WEST);
    done(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_went_with_the_departure_comes_back),
        cmocka_unit_test(what_the_desk_had_before_stays),
        cmocka_unit_test(what_people_agreed_on_since_stands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
