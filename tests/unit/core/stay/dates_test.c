/* A household came or left at another moment than it was told: nights, money and clocks go by when it was so,
 * and no night has two places. */
#include "support/nobed_steps.h"
#include "support/stay_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/stay/dates.h"
#include "core/stay/stay_rules.h"

#include <string.h>

#define DAYS(n) ((n)*MS_DAY)

static struct request_id promised(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct request_id q = do_ask_one(x, r, pool);

    assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_NONE);
    return q;
}

static enum refusal arrived_at(struct exchange *x, struct request_id q, int64_t at_ms)
{
    struct command cmd = {.kind = CMD_CONFIRM_ARRIVAL, .draw = ++x->draw};

    cmd.actor = shelter_of(engine_pool(x->e, engine_request(x->e, q)->pool)->org.v);
    cmd.u.answer.request = q;
    cmd.u.answer.at_ms = at_ms;
    return exchange_do(x, &cmd).refusal;
}

static enum refusal left_at(struct exchange *x, struct referral_id r, int64_t at_ms)
{
    const struct stay *s = stay_of(x, r);
    struct command cmd = {.kind = CMD_DEPART, .actor = house_of(x, s), .draw = ++x->draw};

    cmd.u.stay = (struct stay_command){.stay = s->id, .reason = 1, .destination = 1, .at_ms = at_ms};
    return exchange_do(x, &cmd).refusal;
}

static enum refusal correct(struct exchange *x, struct referral_id r, int64_t from_ms, int64_t until_ms)
{
    const struct stay *s = stay_of(x, r);
    struct command cmd = {.kind = CMD_DATE_NIGHTS, .actor = house_of(x, s)};

    cmd.u.dates = (struct dates_command){.stay = s->id, .from_ms = from_ms, .until_ms = until_ms};
    return exchange_do(x, &cmd).refusal;
}

static enum refusal correct_bed(struct exchange *x, struct bridge_id id, int64_t from_ms, int64_t until_ms)
{
    struct command cmd = {.kind = CMD_DATE_NIGHTS, .actor = shelter_of(HUIS_B)};

    cmd.u.dates = (struct dates_command){.bridge = id, .from_ms = from_ms, .until_ms = until_ms};
    return exchange_do(x, &cmd).refusal;
}

/* Half past eleven in the evening of the day on which X is, in the Netherlands in winter. */
static int64_t late_evening(const struct exchange *x)
{
    return time_day_nl(x->now) * MS_DAY + 22 * MS_HOUR + 30 * MS_MINUTE;
}

static void who_came_before_midnight_has_that_night(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = promised(x, r, POOL_B);
    int64_t came_ms = late_evening(x);
    const struct stay *s = NULL;

    (void)state;
    assert_true(came_ms > x->now);
    x->now = came_ms + 50 * MS_MINUTE;
    assert_int_equal(arrived_at(x, q, came_ms), REFUSAL_NONE);
    s = stay_of(x, r);
    assert_true(s->started_at_ms == came_ms);
    assert_int_equal(stay_nights(s, x->now), 1);
    assert_non_null(funding_of_night(&s->funding, time_day_nl(came_ms)));
    assert_true(the_referral(x, r)->admitted_at_ms == x->now); /* when it was told stays */
    is_sound(x);
    exchange_free(x);
}

/* The clock of 72 hours, which begins in a bed for the meantime, counts from the arrival. */
static void clocks_and_longest_stays_count_from_then(void **state)
{
    struct exchange *x = exchange_new();
    unsigned pool = an_emergency_pool(x, B_HUIS, HUIS_B, "B-NOOD-2");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct request_id q = promised_bed(x, r, pool);
    const struct bridge *b = engine_bridge_bed(x->e, q);
    int64_t came_ms = x->now + MS_HOUR;

    (void)state;
    x->now += 5 * MS_HOUR;
    assert_int_equal(arrived_at(x, q, came_ms), REFUSAL_NONE);
    assert_true(b->started_at_ms == came_ms);
    assert_true(b->until_ms == came_ms + MAX_HOURS * MS_HOUR);
    is_sound(x);
    exchange_free(x);
}

static void what_began_with_the_arrival_moves_with_it(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need();
    struct referral_id r;
    struct request_id q;
    const struct stay_clock *c = NULL;
    int64_t told_ms = 0, lasts_ms = 0, lead_ms = 0;

    (void)state;
    n.residence = RESIDENCE_BEDENKTIJD; /* its clock begins with the arrival */
    r = do_open(x, VT_OOST, n);
    q = promised(x, r, POOL_B);
    x->now += 2 * MS_DAY;
    told_ms = x->now;
    assert_int_equal(arrived_at(x, q, 0), REFUSAL_NONE);
    c = clock_of(x, r, 0);
    assert_non_null(c);
    lasts_ms = c->runs_out_ms - c->started_at_ms;
    lead_ms = c->runs_out_ms - c->warn_at_ms;
    assert_int_equal(correct(x, r, told_ms - MS_DAY, 0), REFUSAL_NONE);
    c = clock_of(x, r, 0);
    assert_true(c->started_at_ms == told_ms - MS_DAY);
    assert_true(c->runs_out_ms - c->started_at_ms == lasts_ms);
    assert_true(c->runs_out_ms - c->warn_at_ms == lead_ms);
    is_sound(x);
    exchange_free(x);
}

/* A clock that warned already moves with the arrival, and so does the day by which its search must be done.
 */
static void its_search_moves_too(void **state)
{
    struct exchange *x = exchange_new();
    struct pool p = pool_of_kind(x, B_HUIS, "b-nood", KIND_NOOD);
    struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct observation o;
    struct referral_id r, f;
    int64_t was_ms = 0;

    (void)state;
    assert_int_equal(exchange_do(x, &define).refusal, REFUSAL_NONE);
    o = an_observation(x, engine_pools(x->e), 3, 3);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    r = do_open(x, VT_OOST, a_need());
    assert_int_equal(arrived_at(x, promised(x, r, engine_pools(x->e)), 0), REFUSAL_NONE);
    was_ms = clock_of(x, r, 0)->runs_out_ms;
    pass(x, clock_of(x, r, 0)->warn_at_ms - x->now + MS_MINUTE);
    f = clock_of(x, r, 0)->follow_up;
    assert_true(the_referral(x, f)->deadline_ms == was_ms);
    assert_int_equal(correct(x, r, stay_of(x, r)->started_at_ms - MS_HOUR, 0),
                     REFUSAL_LIMIT); /* before the yes */
    assert_int_equal(correct(x, r, stay_of(x, r)->started_at_ms + MS_HOUR, 0), REFUSAL_NONE);
    assert_true(clock_of(x, r, 0)->runs_out_ms == was_ms + MS_HOUR);
    assert_true(the_referral(x, f)->deadline_ms == was_ms + MS_HOUR);
    is_sound(x);
    exchange_free(x);
}

static void who_left_on_friday_has_no_night_of_the_weekend(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    int64_t left_ms = 0;

    (void)state;
    x->now += DAYS(4);
    left_ms = x->now;
    x->now += DAYS(3);
    assert_int_equal(left_at(x, r, left_ms), REFUSAL_NONE);
    assert_int_equal(stay_nights(stay_of(x, r), x->now), 4);
    assert_true(stay_left_lately(x->e, stay_of(x, r), x->now));
    assert_true(engine_stay_end_told_ms(x->e, stay_of(x, r)) == x->now);
    assert_int_equal(left_at(x, r, left_ms), REFUSAL_NONE); /* said again */
    assert_int_equal(left_at(x, r, left_ms - 1), REFUSAL_WRONG_STATE);
    is_sound(x);
    exchange_free(x);
}

static void moments_that_cannot_be(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q;
    uint64_t events = 0;
    int64_t yes_ms = 0;

    (void)state;
    x->now += DAYS(2);
    q = promised(x, r, POOL_B);
    yes_ms = x->now;
    x->now += MS_HOUR;
    events = x->log.n;
    assert_int_equal(arrived_at(x, q, x->now + 1), REFUSAL_LIMIT);
    assert_int_equal(arrived_at(x, q, yes_ms - 1), REFUSAL_LIMIT);
    assert_int_equal(x->log.n, events);
    assert_int_equal(arrived_at(x, q, yes_ms), REFUSAL_NONE);
    x->now += DAYS(60);
    assert_int_equal(left_at(x, r, x->now + 1), REFUSAL_LIMIT);
    assert_int_equal(left_at(x, r, yes_ms - 1), REFUSAL_LIMIT);
    assert_int_equal(left_at(x, r, x->now - DATES_AGO_MAX_MS - 1), REFUSAL_LIMIT);
    assert_int_equal(left_at(x, r, x->now - DATES_AGO_MAX_MS), REFUSAL_NONE);
    is_sound(x);
    exchange_free(x);
}

/* From house to house: the place before is left when the next is reached, and no night is in both or none. */
static void the_place_before_is_left_then(void **state)
{
    struct exchange *x = exchange_new();
    char code[RETURN_CODE_SIZE];
    struct referral_id first = arrive(x, POOL_B), next;
    struct command give = {.kind = CMD_GIVE_RETURN_CODE, .actor = shelter_of(HUIS_B), .draw = 5};
    struct request_id q;
    int64_t came_ms = 0;

    (void)state;
    give.u.stay.stay = stay_of(x, first)->id;
    assert_int_equal(exchange_do(x, &give).refusal, REFUSAL_NONE);
    memcpy(code, stay_of(x, first)->return_code, sizeof code);
    next = open_with_code(x, VT_OOST, code).referral;
    q = promised(x, next, POOL_C);
    x->now += DAYS(3);
    came_ms = x->now - DAYS(1);
    assert_int_equal(arrived_at(x, q, came_ms), REFUSAL_NONE);
    assert_true(stay_of(x, first)->ended_at_ms == came_ms);
    assert_true(stay_of(x, next)->started_at_ms == came_ms);
    assert_int_equal(stay_nights(stay_of(x, first), x->now) + stay_nights(stay_of(x, next), x->now), 3);
    is_sound(x);

    /* Neither may take a night of the other afterwards. */
    assert_int_equal(correct(x, next, came_ms - MS_HOUR, 0), REFUSAL_WAS_ELSEWHERE);
    assert_int_equal(correct(x, first, 0, came_ms + MS_HOUR), REFUSAL_WAS_ELSEWHERE);
    assert_int_equal(correct(x, first, 0, came_ms - MS_HOUR), REFUSAL_NONE);
    assert_int_equal(correct(x, next, came_ms - MS_HOUR, 0), REFUSAL_NONE);
    is_sound(x);
    exchange_free(x);
}

static void a_bed_for_the_meantime_is_left_then_too(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct bridge_id bed = in_a_bed(x, r, POOL_B)->id;
    struct request_id q;
    int64_t bed_ms = x->now, came_ms = 0;

    (void)state;
    x->now += DAYS(1);
    q = promised(x, r, POOL_C);
    x->now += DAYS(2);
    came_ms = x->now - DAYS(1);
    assert_int_equal(arrived_at(x, q, came_ms), REFUSAL_NONE);
    assert_int_equal(nights_of(x, bed), 2);
    assert_int_equal(stay_nights(stay_of(x, r), x->now), 1);
    is_sound(x);
    assert_int_equal(correct_bed(x, bed, 0, came_ms + 1), REFUSAL_WAS_ELSEWHERE);
    assert_int_equal(correct_bed(x, bed, bed_ms, came_ms - DAYS(1)), REFUSAL_NONE);
    assert_int_equal(nights_of(x, bed), 1);
    assert_int_equal(correct_bed(x, bed, bed_ms - DAYS(3), 0), REFUSAL_LIMIT); /* before its yes */
    is_sound(x);
    exchange_free(x);
}

static void a_bed_that_was_left_earlier(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    const struct bridge *b = in_a_bed(x, r, POOL_B);
    struct command cmd = {.kind = CMD_END_BRIDGE, .actor = shelter_of(HUIS_B)};

    (void)state;
    x->now += DAYS(3);
    cmd.u.bridge.bridge = b->id;
    cmd.u.bridge.code = BRIDGE_END_HOME;
    cmd.u.bridge.at_ms = b->started_at_ms - 1;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_LIMIT);
    cmd.u.bridge.at_ms = x->now - DAYS(2);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    assert_int_equal(nights_of(x, b->id), 1);
    is_sound(x);
    exchange_free(x);
}

/* Nights that come to the front are paid by who paid the first. */
static void nights_that_come_to_the_front_are_paid(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = promised(x, r, POOL_B);
    const struct stay *s = NULL;
    int64_t told_ms = 0;
    int32_t paid = 0;

    (void)state;
    x->now += DAYS(3);
    told_ms = x->now;
    assert_int_equal(arrived_at(x, q, 0), REFUSAL_NONE);
    x->now += DAYS(2);
    assert_int_equal(correct(x, r, told_ms - DAYS(2), 0), REFUSAL_NONE);
    s = stay_of(x, r);
    assert_int_equal(stay_nights(s, x->now), 4);
    for (unsigned i = 0; i < s->funding.n; i++)
        paid += funding_nights(&s->funding, i, time_day_nl(s->started_at_ms), time_day_nl(x->now), INT32_MIN,
                               INT32_MAX);
    assert_int_equal(paid, 4);
    is_sound(x);
    assert_int_equal(correct(x, r, told_ms, 0), REFUSAL_NONE); /* and back */
    assert_int_equal(stay_nights(stay_of(x, r), x->now), 2);
    is_sound(x);
    exchange_free(x);
}

static void corrected_for_a_month_and_no_longer(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    int64_t came_ms = x->now;

    (void)state;
    assert_int_equal(correct(x, r, 0, x->now), REFUSAL_WRONG_STATE); /* it has not left */
    x->now = came_ms + DATES_AGO_MAX_MS - 1;
    assert_true(engine_stay_dates_until_ms(x->e, stay_of(x, r)) > x->now);
    assert_int_equal(correct(x, r, came_ms + MS_HOUR, 0), REFUSAL_NONE);
    x->now++;
    assert_int_equal(correct(x, r, came_ms, 0), REFUSAL_TOO_LATE);
    assert_int_equal(left_at(x, r, 0), REFUSAL_NONE);
    assert_int_equal(correct(x, r, 0, x->now - DAYS(3)), REFUSAL_NONE);
    x->now += DATES_AGO_MAX_MS;
    assert_int_equal(correct(x, r, 0, x->now), REFUSAL_TOO_LATE);
    is_sound(x);
    exchange_free(x);
}

/* Nobody came, says the house at midnight; and finds that they had come at half past eleven. */
static void at_the_door_after_all_since_then(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = promised(x, r, POOL_B);
    int64_t came_ms = late_evening(x);

    (void)state;
    x->now = came_ms + MS_HOUR;
    assert_int_equal(do_referral(x, CMD_NO_SHOW, r, 0, 0).refusal, REFUSAL_NONE);
    x->now += MS_HOUR;
    assert_int_equal(arrived_at(x, q, came_ms), REFUSAL_NONE);
    assert_true(stay_of(x, r)->started_at_ms == came_ms);
    assert_int_equal(correct(x, r, came_ms - MS_HOUR, 0), REFUSAL_NONE); /* its first yes was before */
    is_sound(x);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_came_before_midnight_has_that_night),
        cmocka_unit_test(clocks_and_longest_stays_count_from_then),
        cmocka_unit_test(what_began_with_the_arrival_moves_with_it),
        cmocka_unit_test(its_search_moves_too),
        cmocka_unit_test(who_left_on_friday_has_no_night_of_the_weekend),
        cmocka_unit_test(moments_that_cannot_be),
        cmocka_unit_test(the_place_before_is_left_then),
        cmocka_unit_test(a_bed_for_the_meantime_is_left_then_too),
        cmocka_unit_test(a_bed_that_was_left_earlier),
        cmocka_unit_test(nights_that_come_to_the_front_are_paid),
        cmocka_unit_test(corrected_for_a_month_and_no_longer),
        cmocka_unit_test(at_the_door_after_all_since_then),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
