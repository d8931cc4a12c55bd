/* Where a household without a place slept: what was told, and what the bridges say where nobody told. */
#include "core/nobed/slept.h"

#include "support/match_builders.h"
#include "support/nobed_steps.h"
#include "support/stay_steps.h"

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

/* ---- as long as it is known ---- */

static void an_order_says_it_until_the_end_of_its_term(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r;
    struct bridge_wish order = {.kind = BRIDGE_ORDER, .active = true};

    (void)state;
    x->now = HALF_ELEVEN;
    r = do_open(x, VT_OOST, a_need());
    opened(x, r, order);
    x->now += 40 * MS_DAY; /* and nobody ended it */
    do_tick(x);
    assert_int_equal(known(x, r), 11); /* to half past ten of the tenth evening after */
    assert_night(10, evening() + 10, HOME, false);
    exchange_free(x);
}

static void who_is_not_heard_of_is_not_known_to_sleep_there(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r;
    const struct bridge *b = NULL;

    (void)state;
    x->now = HALF_ELEVEN;
    r = do_open(x, VT_OOST, a_need());
    b = opened(x, r, a_hotel());
    for (int i = 0; i < 12; i++) { /* its check-ins are missed */
        x->now += 6 * MS_HOUR;
        do_tick(x);
    }
    assert_int_equal(the_bridge(x, b->id.v)->state, BRIDGE_ALARM);
    assert_int_equal(known(x, r), 1);
    about_bridge(x, CMD_CHECK_IN, b->id, 0, BRIDGE_CHECK_SAFE); /* they were there */
    assert_int_equal(known(x, r), 4);
    assert_night(3, evening() + 3, HOTEL_NIGHT, false);
    exchange_free(x);
}

/* ---- the household's other referrals ---- */

/* A household that left a place at HALF_ELEVEN for a home, and for which two desks look: by the clock that
 * warned R, and by its return code *OTHER. */
static struct referral_id two_searches(struct exchange *x, struct referral_id *other)
{
    struct referral_id before, r;

    x->now = HALF_ELEVEN - 8 * MS_DAY;
    before = arrive(x, POOL_B);
    assert_int_equal(start_clock(x, before, HUISVERBOD), REFUSAL_NONE);
    pass(x, 8 * MS_DAY);
    r = clock_of(x, before, 0)->follow_up;
    assert_int_not_equal(r.v, 0);
    assert_int_equal(depart(x, before, "eigen_keuze", "eigen_woning"), REFUSAL_NONE);
    *other = open_with_code(x, VT_WEST, stay_of(x, before)->return_code).referral;
    assert_int_not_equal(other->v, 0);
    return r;
}

/* Whose hotel is of the one referral, and whose place of the other. */
static void who_came_to_a_place_has_left_every_hotel(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id other, r = two_searches(x, &other);
    const struct bridge *hotel = opened(x, r, a_hotel());
    const struct bridge *planned = opened(x, r, (struct bridge_wish){.kind = BRIDGE_NETWORK});
    struct request_id q;

    (void)state;
    x->now += 2 * MS_DAY;
    q = do_ask_one(x, other, POOL_C);
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_int_equal(engine_request(x->e, q)->state, REQUEST_ADMITTED);
    assert_int_equal(the_bridge(x, hotel->id.v)->state, BRIDGE_ENDED);
    assert_int_equal(the_bridge(x, hotel->id.v)->end, BRIDGE_END_MOVED);
    assert_int_equal(the_bridge(x, planned->id.v)->state, BRIDGE_PLANNED);
    x->now += 5 * MS_DAY;
    assert_int_equal(known(x, r), 2);
    assert_night(1, evening() + 1, HOTEL_NIGHT, false);
    replays(x);
    exchange_free(x);
}

static void who_came_to_a_bridge_bed_too(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id other, r = two_searches(x, &other);
    const struct bridge *hotel = opened(x, r, a_hotel());
    struct bridge_wish order = {.kind = BRIDGE_ORDER, .active = true};
    const struct bridge *own = opened(x, r, order);

    (void)state;
    x->now += 2 * MS_DAY;
    in_a_bed(x, r, POOL_C);
    assert_int_equal(the_bridge(x, hotel->id.v)->end, BRIDGE_END_MOVED);
    assert_int_equal(the_bridge(x, own->id.v)->state, BRIDGE_ACTIVE); /* who is out of the house is out */
    x->now += MS_DAY;
    assert_int_equal(known(x, r), 4);
    assert_night(2, evening() + 2, SHELTER, false);
    assert_int_equal(known(x, other), 0);
    replays(x);
    exchange_free(x);
}

/* Two desks each know of a hotel: the night is of the one that began last. */
static void a_hotel_of_another_desk_takes_the_nights_over(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id other, r = two_searches(x, &other);
    struct command cmd = {.kind = CMD_OPEN_BRIDGE, .actor = referrer_of(VT_WEST)};
    struct bridge_wish w = a_hotel();

    (void)state;
    opened(x, r, a_network());
    x->now += MS_DAY;
    cmd.u.open_bridge.referral = other;
    cmd.u.open_bridge.wish = &w;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    x->now += 2 * MS_DAY;
    assert_int_equal(known(x, r), 1);
    assert_night(0, evening(), FRIENDS, false);
    assert_int_equal(known(x, other), 3);
    exchange_free(x);
}

/* The departure was a mistake: all that while they slept in their place. */
static void who_never_left_slept_in_its_place(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id other, r = two_searches(x, &other);
    const struct stay *s = stay_of(x, engine_household(x->e, r).earlier);
    struct command cmd = {.kind = CMD_RESUME_STAY, .actor = house_of(x, s)};

    (void)state;
    opened(x, r, a_network());
    x->now += 2 * MS_DAY;
    assert_int_equal(known(x, r), 3);
    cmd.u.stay.stay = s->id;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    x->now += 2 * MS_DAY;
    assert_int_equal(known(x, r), 0);
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
        cmocka_unit_test(an_order_says_it_until_the_end_of_its_term),
        cmocka_unit_test(who_is_not_heard_of_is_not_known_to_sleep_there),
        cmocka_unit_test(who_came_to_a_place_has_left_every_hotel),
        cmocka_unit_test(who_came_to_a_bridge_bed_too),
        cmocka_unit_test(a_hotel_of_another_desk_takes_the_nights_over),
        cmocka_unit_test(who_never_left_slept_in_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
