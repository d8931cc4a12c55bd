/* Where a household without a place slept: what was told, and what the bridges say where nobody told. */
#include "core/nobed/slept.h"

#include "support/match_builders.h"
#include "support/nobed_steps.h"

#include "base/time_text.h"

#include <string.h>

#define HOME 2    /* destinations.csv: terug_naar_huis */
#define FRIENDS 4 /* familie_vrienden */
#define SHELTER 5 /* andere_opvang */
#define CARE 8    /* zorginstelling */
#define HALF_ELEVEN at_ms("2026-11-25T22:30:00+01:00")

static struct slept_night nights[NIGHTS_MAX];

static size_t known(const struct exchange *x, struct referral_id r)
{
    return slept_nights(x->e, r, x->now, nights);
}

static int32_t evening(void)
{
    return time_day_nl(HALF_ELEVEN);
}

static void tell(struct exchange *x, struct referral_id r, int32_t day, uint8_t slept)
{
    struct command cmd = {.kind = CMD_NOTE_NIGHT, .actor = referrer_of(VT_OOST)};

    cmd.u.night.referral = r;
    cmd.u.night.night = (struct night){.day = day, .slept = slept, .reason = 1};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
}

static void assert_night(size_t i, int32_t day, uint8_t slept, bool is_told)
{
    assert_int_equal(nights[i].night.day, day);
    assert_int_equal(nights[i].night.slept, slept);
    assert_int_equal(nights[i].known.v == 0, is_told);
}

static struct bridge_wish a_network(void)
{
    return (struct bridge_wish){.kind = BRIDGE_NETWORK, .active = true};
}

/* ---- one bridge ---- */

static void a_hotel_has_its_nights_without_a_word(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r;
    const struct bridge *b = NULL;

    (void)state;
    x->now = HALF_ELEVEN;
    r = do_open(x, VT_OOST, a_need());
    assert_int_equal(known(x, r), 0);
    b = opened(x, r, a_hotel());
    assert_int_equal(known(x, r), 1); /* tonight they sleep there */
    assert_night(0, evening(), HOTEL_NIGHT, false);
    x->now += 12 * MS_HOUR; /* half past ten the next day: no second night yet */
    assert_int_equal(known(x, r), 1);
    x->now += 12 * MS_HOUR;
    assert_int_equal(known(x, r), 2);
    assert_night(1, evening() + 1, HOTEL_NIGHT, false);
    x->now += 18 * MS_DAY;
    assert_int_equal(known(x, r), 20);
    about_bridge(x, CMD_END_BRIDGE, b->id, 0, BRIDGE_END_MOVED);
    x->now += 5 * MS_DAY;
    assert_int_equal(known(x, r), 20); /* what came after is not known */
    exchange_free(x);
}

static void from_midnight_to_morning_it_is_the_night_of_yesterday(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r;

    (void)state;
    x->now = HALF_ELEVEN + 5 * MS_HOUR; /* 03:30 */
    r = do_open(x, VT_OOST, a_need());
    opened(x, r, a_hotel());
    assert_int_equal(known(x, r), 1);
    assert_night(0, evening(), HOTEL_NIGHT, false);
    exchange_free(x);
}

static void by_day_alone_is_no_night(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r;
    const struct bridge *b = NULL;

    (void)state;
    x->now = HALF_ELEVEN + 9 * MS_HOUR; /* 07:30 */
    r = do_open(x, VT_OOST, a_need());
    b = opened(x, r, a_hotel());
    x->now += 14 * MS_HOUR; /* 21:30 */
    assert_int_equal(known(x, r), 0);
    about_bridge(x, CMD_END_BRIDGE, b->id, 0, BRIDGE_END_MOVED);
    x->now += MS_DAY;
    assert_int_equal(known(x, r), 0);
    exchange_free(x);
}

static void a_planned_one_has_none(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r;
    struct bridge_wish w = {.kind = BRIDGE_ORDER};

    (void)state;
    x->now = HALF_ELEVEN;
    r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    opened(x, r, w);
    promised_bed(x, r, POOL_B);
    x->now += MS_DAY;
    assert_int_equal(known(x, r), 0);
    exchange_free(x);
}

static void a_bed_is_another_shelter(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r;

    (void)state;
    x->now = HALF_ELEVEN;
    r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    in_a_bed(x, r, POOL_B);
    assert_int_equal(known(x, r), 1);
    assert_night(0, evening(), SHELTER, false);
    exchange_free(x);
}

/* ---- several, and what is told ---- */

static void who_moved_slept_where_it_went(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r;

    (void)state;
    x->now = HALF_ELEVEN;
    r = do_open(x, VT_OOST, a_need());
    opened(x, r, a_hotel());
    x->now += MS_DAY;
    opened(x, r, a_network()); /* nobody ended the hotel */
    assert_int_equal(known(x, r), 2);
    assert_night(0, evening(), HOTEL_NIGHT, false);
    assert_night(1, evening() + 1, FRIENDS, false);
    exchange_free(x);
}

/* Whichever of the two began first. */
static void an_order_says_where_they_are_only_by_itself(void **state)
{
    (void)state;
    for (int hotel_first = 0; hotel_first < 2; hotel_first++) {
        struct exchange *x = exchange_new();
        struct referral_id r;
        struct bridge_wish order = {.kind = BRIDGE_ORDER, .active = true};

        x->now = HALF_ELEVEN;
        r = do_open(x, VT_OOST, a_need());
        opened(x, r, hotel_first ? a_hotel() : order);
        x->now += MS_MINUTE;
        assert_int_equal(known(x, r), 1);
        assert_night(0, evening(), hotel_first ? HOTEL_NIGHT : HOME, false);
        opened(x, r, hotel_first ? order : a_hotel());
        assert_int_equal(known(x, r), 1);
        assert_night(0, evening(), HOTEL_NIGHT, false);
        exchange_free(x);
    }
}

static void a_person_knows_better(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r;

    (void)state;
    x->now = HALF_ELEVEN;
    r = do_open(x, VT_OOST, a_need());
    tell(x, r, evening() - 1, FRIENDS);
    opened(x, r, a_hotel());
    x->now += 2 * MS_DAY;
    tell(x, r, evening() + 1, CARE);
    assert_int_equal(known(x, r), 4);
    assert_night(0, evening() - 1, FRIENDS, true);
    assert_night(1, evening(), HOTEL_NIGHT, false);
    assert_night(2, evening() + 1, CARE, true);
    assert_int_equal(nights[2].night.reason, 1);
    assert_night(3, evening() + 2, HOTEL_NIGHT, false);
    exchange_free(x);
}

static void of_more_than_a_quarter_the_newest(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r;

    (void)state;
    x->now = HALF_ELEVEN;
    r = do_open(x, VT_OOST, a_need());
    tell(x, r, evening() - 1, FRIENDS);
    opened(x, r, a_network());
    x->now += (NIGHTS_MAX + 8) * MS_DAY;
    tell(x, r, evening() + 3, CARE); /* too old by now, and told all the same */
    assert_int_equal(known(x, r), NIGHTS_MAX);
    for (size_t i = 1; i < NIGHTS_MAX; i++)
        assert_int_equal(nights[i].night.day, evening() + 9 + (int32_t)i);
    assert_night(NIGHTS_MAX - 1, evening() + NIGHTS_MAX + 8, FRIENDS, false);
    assert_night(0, evening() + 9, FRIENDS, false);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hotel_has_its_nights_without_a_word),
        cmocka_unit_test(from_midnight_to_morning_it_is_the_night_of_yesterday),
        cmocka_unit_test(by_day_alone_is_no_night),
        cmocka_unit_test(a_planned_one_has_none),
        cmocka_unit_test(a_bed_is_another_shelter),
        cmocka_unit_test(who_moved_slept_where_it_went),
        cmocka_unit_test(an_order_says_where_they_are_only_by_itself),
        cmocka_unit_test(a_person_knows_better),
        cmocka_unit_test(of_more_than_a_quarter_the_newest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
