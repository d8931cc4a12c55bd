/* When a house takes people in: week and weekend, windows over midnight, and the moment it opens next, across
 * a weekend and across a change of the clock. Summer time ended on Sunday 25 October 2026 at 03:00 and begins
 * on Sunday 28 March 2027 at 02:00. */
#include "support/match_builders.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <stdio.h>

#define AT(hour, minute) ((hour)*60 + (minute))

struct hours_case {
    const char *name, *now, *opens; /* OPENS NULL = it takes people in now */
    int from, until, weekend_from, weekend_until;
};

static void set_hours(struct scene *s, const struct hours_case *c)
{
    s->location.night_intake = TRI_NO;
    s->location.intake_from_minute = (uint16_t)c->from;
    s->location.intake_until_minute = (uint16_t)c->until;
    s->location.weekend_from_minute = (uint16_t)c->weekend_from;
    s->location.weekend_until_minute = (uint16_t)c->weekend_until;
    s->query.now_ms = at_ms(c->now);
    s->query.deadline_ms = s->query.now_ms + 30 * MS_DAY;
    scene_ready(s);
}

static void check(const struct hours_case *c, const struct scene *s)
{
    enum intake want = c->opens == NULL ? INTAKE_NOW : INTAKE_LATER;

    if (s->place.intake != want)
        fail_msg("%s: intake %d instead of %d", c->name, s->place.intake, want);
    if (c->opens != NULL && match_opens_at_ms(&s->ctx, &s->location) != at_ms(c->opens)) {
        char text[TIME_TEXT_SIZE];

        fail_msg("%s: opens %s instead of %s", c->name,
                 time_format(match_opens_at_ms(&s->ctx, &s->location), text), c->opens);
    }
}

/* 25 November 2026 is a Wednesday; 28 and 29 are the weekend. */
static void hours_and_the_next_opening(void **state)
{
    static const struct hours_case cases[] = {
        {"open in the week", "2026-11-25T12:00:00+01:00", NULL, AT(8, 30), AT(18, 0), 0, 0},
        {"its first minute", "2026-11-25T08:30:00+01:00", NULL, AT(8, 30), AT(18, 0), 0, 0},
        {"a minute before; seconds do not count", "2026-11-25T08:29:41+01:00", "2026-11-25T08:30:00+01:00",
         AT(8, 30), AT(18, 0), 0, 0},
        {"its last minute", "2026-11-25T17:59:59+01:00", NULL, AT(8, 30), AT(18, 0), 0, 0},
        {"just closed", "2026-11-25T18:00:00+01:00", "2026-11-26T08:30:00+01:00", AT(8, 30), AT(18, 0), 0, 0},
        {"no weekend hours: as in the week", "2026-11-28T12:00:00+01:00", NULL, AT(8, 30), AT(18, 0), 0, 0},
        {"Friday evening, weekend 10-16", "2026-11-27T18:00:00+01:00", "2026-11-28T10:00:00+01:00", AT(8, 30),
         AT(18, 0), AT(10, 0), AT(16, 0)},
        {"Saturday 9:00", "2026-11-28T09:00:00+01:00", "2026-11-28T10:00:00+01:00", AT(8, 30), AT(18, 0),
         AT(10, 0), AT(16, 0)},
        {"Saturday 10:00", "2026-11-28T10:00:00+01:00", NULL, AT(8, 30), AT(18, 0), AT(10, 0), AT(16, 0)},
        {"Saturday 16:00", "2026-11-28T16:00:00+01:00", "2026-11-29T10:00:00+01:00", AT(8, 30), AT(18, 0),
         AT(10, 0), AT(16, 0)},
        {"Sunday 16:00", "2026-11-29T16:00:00+01:00", "2026-11-30T08:30:00+01:00", AT(8, 30), AT(18, 0),
         AT(10, 0), AT(16, 0)},
        {"closed at the weekend", "2026-11-28T12:00:00+01:00", "2026-11-30T08:30:00+01:00", AT(8, 30),
         AT(18, 0), AT(10, 0), AT(10, 0)},
        {"closed from Friday", "2026-11-27T18:30:00+01:00", "2026-11-30T08:30:00+01:00", AT(8, 30), AT(18, 0),
         AT(10, 0), AT(10, 0)},
        {"all day", "2026-11-25T03:00:00+01:00", NULL, 0, 1440, 0, 0},
        {"all weekend", "2026-11-29T23:59:00+01:00", NULL, AT(9, 0), AT(17, 0), 0, 1440},
        {"after all weekend", "2026-11-30T00:00:00+01:00", "2026-11-30T09:00:00+01:00", AT(9, 0), AT(17, 0),
         0, 1440},
        {"over midnight, evening", "2026-11-25T23:00:00+01:00", NULL, AT(20, 0), AT(6, 0), 0, 0},
        {"over midnight, morning", "2026-11-26T05:59:00+01:00", NULL, AT(20, 0), AT(6, 0), 0, 0},
        {"over midnight, over", "2026-11-26T06:00:00+01:00", "2026-11-26T20:00:00+01:00", AT(20, 0), AT(6, 0),
         0, 0},
        {"Friday's night is Saturday's morning", "2026-11-28T05:00:00+01:00", NULL, AT(20, 0), AT(6, 0),
         AT(10, 0), AT(16, 0)},
        {"and ends at six", "2026-11-28T07:00:00+01:00", "2026-11-28T10:00:00+01:00", AT(20, 0), AT(6, 0),
         AT(10, 0), AT(16, 0)},
        {"Sunday has no night", "2026-11-30T01:00:00+01:00", "2026-11-30T20:00:00+01:00", AT(20, 0), AT(6, 0),
         AT(10, 0), AT(16, 0)},
        {"Sunday's night is Monday's morning", "2026-11-30T01:00:00+01:00", NULL, AT(9, 0), AT(17, 0),
         AT(22, 0), AT(2, 0)},
        {"opens at the end of the day", "2026-11-25T12:00:00+01:00", "2026-11-26T00:00:00+01:00", 1440,
         AT(6, 0), 0, 0},
        {"summer", "2026-07-01T07:00:00+02:00", "2026-07-01T08:30:00+02:00", AT(8, 30), AT(18, 0), 0, 0},
        {"the night summer begins", "2027-03-27T20:00:00+01:00", "2027-03-28T08:00:00+02:00", AT(8, 0),
         AT(18, 0), 0, 0},
        {"the night summer ends", "2026-10-24T20:00:00+02:00", "2026-10-25T08:00:00+01:00", AT(8, 0),
         AT(18, 0), 0, 0},
        {"over a weekend with a change", "2027-03-26T19:00:00+01:00", "2027-03-29T08:30:00+02:00", AT(8, 30),
         AT(18, 0), AT(10, 0), AT(10, 0)},
        {"in the hour passed over", "2027-03-27T20:00:00+01:00", "2027-03-28T03:00:00+02:00", AT(2, 30),
         AT(18, 0), 0, 0},
        {"ten minutes before that hour", "2027-03-28T01:50:00+01:00", "2027-03-28T03:00:00+02:00", AT(2, 10),
         AT(18, 0), 0, 0},
        {"at its end", "2027-03-28T01:50:00+01:00", "2027-03-28T03:00:00+02:00", AT(3, 0), AT(18, 0), 0, 0},
        {"in the hour that comes twice: the first", "2026-10-24T20:00:00+02:00", "2026-10-25T02:30:00+02:00",
         AT(2, 30), AT(18, 0), 0, 0},
        {"after the hour that comes twice", "2026-10-25T02:50:00+02:00", "2026-10-25T03:00:00+01:00",
         AT(3, 0), AT(18, 0), 0, 0},
        {"midnight between two days of change", "2027-03-28T23:30:00+02:00", "2027-03-29T00:10:00+02:00",
         AT(0, 10), AT(18, 0), 0, 0},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        set_hours(&s, &cases[i]);
        check(&cases[i], &s);
    }
}

/* The moment it gives is the first minute at which the house is open, whatever the hours. */
static void the_opening_is_the_first_open_minute(void **state)
{
    static const char *const starts[] = {"2026-10-23T12:00:00+02:00", "2027-03-26T12:00:00+01:00",
                                         "2026-11-27T12:00:00+01:00"};
    static const struct hours_case hours[] = {
        {.from = AT(8, 30), .until = AT(18, 0), .weekend_from = AT(10, 0), .weekend_until = AT(16, 0)},
        {.from = AT(22, 0), .until = AT(2, 0), .weekend_from = AT(23, 30), .weekend_until = AT(4, 0)},
        {.from = AT(2, 30), .until = AT(3, 30)},
        {.from = AT(9, 0), .until = AT(17, 0), .weekend_from = AT(1, 0), .weekend_until = AT(1, 0)},
    };

    for (size_t k = 0; k < COUNT_OF(starts) * COUNT_OF(hours); k++) {
        struct hours_case c = hours[k / COUNT_OF(starts)];
        struct scene s;
        int64_t promised = 0;

        c.now = starts[k % COUNT_OF(starts)];
        scene_init(&s, *state);
        set_hours(&s, &c);
        for (int minute = 0; minute < 4 * 24 * 60; minute++) {
            scene_ready(&s);
            if (s.place.intake == INTAKE_NOW)
                promised = 0;
            else if (promised == 0 || (minute % 7 == 0))
                /* An hour that comes twice closes some houses again; no promise reaches over that. */
                promised = match_opens_at_ms(&s.ctx, &s.location);
            if (promised != 0 && s.query.now_ms >= promised)
                fail_msg("hours %zu, start %zu: closed at minute %d, when it should have opened",
                         k / COUNT_OF(starts), k % COUNT_OF(starts), minute);
            s.query.now_ms += MS_MINUTE;
            if (promised > s.query.now_ms || promised == 0)
                continue;
            scene_ready(&s);
            assert_int_equal(s.place.intake, INTAKE_NOW);
        }
    }
}

static void a_plain_clock_knows_no_summer(void **state)
{
    struct scene s;

    scene_init(&s, *state);
    s.settings.plain_clock = true;
    s.location.night_intake = TRI_NO;
    s.location.intake_from_minute = AT(8, 30);
    s.location.intake_until_minute = AT(18, 0);
    s.location.weekend_from_minute = AT(10, 0);
    s.location.weekend_until_minute = AT(16, 0);

    /* Wednesday 1 July 2026 8:30 by a clock without a zone: the Dutch one would say 10:30. */
    s.query.now_ms = at_ms("2026-07-01T08:29:00+00:00");
    scene_ready(&s);
    assert_int_equal(s.ctx.weekday, 2);
    assert_int_equal(s.ctx.day_minute, AT(8, 29));
    assert_int_equal(s.place.intake, INTAKE_LATER);
    assert_int_equal(match_opens_at_ms(&s.ctx, &s.location), s.query.now_ms + MS_MINUTE);

    /* Saturday noon before summer begins, to Sunday ten: 18 hours after 16:00, no more, no less. */
    s.query.now_ms = at_ms("2027-03-27T16:00:00+00:00");
    s.query.deadline_ms = s.query.now_ms + MS_DAY;
    scene_ready(&s);
    assert_int_equal(s.ctx.weekday, 5);
    assert_int_equal(match_opens_at_ms(&s.ctx, &s.location), s.query.now_ms + 18 * MS_HOUR);

    /* The first moment there is was a Thursday. */
    s.query.now_ms = 0;
    scene_ready(&s);
    assert_int_equal(s.ctx.weekday, 3);
    assert_int_equal(s.ctx.day_minute, 0);
    assert_int_equal(match_opens_at_ms(&s.ctx, &s.location), AT(8, 30) * MS_MINUTE);
    s.query.now_ms = 4 * MS_DAY; /* the first Monday */
    scene_ready(&s);
    assert_int_equal(s.ctx.weekday, 0);
}

/* A house whose hours nobody told is a question, by day and by night; one that takes in all night is not. */
static void unknown_hours_ask(void **state)
{
    struct scene s;

    scene_init(&s, *state);
    s.location.intake_from_minute = s.location.intake_until_minute = 0;
    s.location.night_intake = TRI_NO;
    scene_ready(&s);
    assert_int_equal(s.place.intake, INTAKE_UNKNOWN);
    s.location.night_intake = TRI_YES;
    scene_ready(&s);
    assert_int_equal(s.place.intake, INTAKE_NOW);
}

/* Saturday evening, urgent within the day: a house that opens on Monday is too late, on Sunday it is not. */
static void a_weekend_can_be_too_late(void **state)
{
    struct hours_case c = {.now = "2026-11-28T18:00:00+01:00",
                           .from = AT(8, 30),
                           .until = AT(18, 0),
                           .weekend_from = AT(10, 0),
                           .weekend_until = AT(16, 0)};
    struct scene s;

    scene_init(&s, *state);
    set_hours(&s, &c);
    s.query.deadline_ms = s.query.now_ms + MS_DAY;
    assert_int_equal(scene_rule(&s, RULE_NIGHT), VERDICT_FITS);
    assert_int_equal(s.place.intake, INTAKE_LATER);
    s.location.weekend_until_minute = AT(10, 0); /* nobody at the weekend */
    assert_int_equal(scene_rule(&s, RULE_NIGHT), VERDICT_OUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_and_the_next_opening),
        cmocka_unit_test(the_opening_is_the_first_open_minute),
        cmocka_unit_test(a_plain_clock_knows_no_summer),
        cmocka_unit_test(unknown_hours_ask),
        cmocka_unit_test(a_weekend_can_be_too_late),
    };

    return cmocka_run_group_tests(tests, vocab_setup, vocab_teardown);
}
