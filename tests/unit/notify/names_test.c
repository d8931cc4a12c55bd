/* What events are called in the table of who is told what. */
#include "notify/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const char *const of_alarm[ALARM_N] = {"alarm.lead",    "alarm.hold_ending", "alarm.hold_ended",
                                              "alarm.no_show", "alarm.gate",        "alarm.leaked",
                                              "alarm.conflict"};

/* Raised again it is the same alarm to those whose it is; passed on, it is the next in line's too. */
static void an_alarm_keeps_its_name_until_it_is_passed_on(void **state)
{
    (void)state;
    for (unsigned a = 0; a < ALARM_N; a++) {
        struct event ev = {.kind = EV_ALARM_RAISED};

        ev.u.escalation.alarm = (enum alarm)a;
        assert_string_equal(name_of_event(NULL, &ev), of_alarm[a]);
        ev.kind = EV_ALARM_REPEATED;
        assert_string_equal(name_of_event(NULL, &ev), of_alarm[a]);
        ev.u.escalation.passed_on = true;
        assert_string_equal(name_of_event(NULL, &ev), "alarm.passed_on");
        /* A row by that name is one of both kinds, so that the events are read from the journal. */
        assert_true(name_is_of_kind(of_alarm[a], EV_ALARM_RAISED));
        assert_true(name_is_of_kind(of_alarm[a], EV_ALARM_REPEATED));
    }
    assert_true(name_is_of_kind("alarm.passed_on", EV_ALARM_REPEATED));
    assert_false(name_is_of_kind("alarm.passed_on", EV_ALARM_RAISED));
}

static void others_are_called_as_their_kind(void **state)
{
    struct event ev = {.kind = EV_REQUEST_MADE};

    (void)state;
    assert_string_equal(name_of_event(NULL, &ev), "request.made");
    ev.kind = EV_HOLD_SET;
    ev.u.escalation.how = HOLD_YES;
    assert_string_equal(name_of_event(NULL, &ev), "hold.set");
    ev.u.escalation.how = HOLD_EXTENDED;
    assert_string_equal(name_of_event(NULL, &ev), "hold.extended");
    assert_false(name_is_of_kind("request.made", EV_REQUEST_SEEN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alarm_keeps_its_name_until_it_is_passed_on),
        cmocka_unit_test(others_are_called_as_their_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
