#include "flow/tail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void add(struct tail *t, uint64_t seq)
{
    struct event ev = {.seq = seq, .kind = EV_REQUEST_SEEN, .u.request.request = {seq * 10}};

    tail_add(t, &ev, seq * 3);
}

static void marks_move_and_events_stay_until_published(void **state)
{
    struct tail t = {0};

    (void)state;
    assert_true(tail_is_sane(&t));
    assert_int_equal(tail_applied(&t), 0);
    for (uint64_t seq = 1; seq <= 5; seq++)
        add(&t, seq);
    assert_int_equal(tail_applied(&t), 5);
    t.appended = 5;
    t.durable = 3;
    assert_true(tail_is_sane(&t));
    tail_forget_published(&t);
    tail_forget_published(&t);
    assert_int_equal(t.published, 2);
    assert_int_equal(tail_applied(&t), 5);
    assert_int_equal(tail_at(&t, 3)->ev.u.request.request.v, 30);
    assert_int_equal(tail_at(&t, 5)->digest, 15);
    tail_fini(&t);
}

static void what_one_command_did_hangs_together(void **state)
{
    static const bool more[] = {false, true, true, false, false, true, false};
    struct tail t = {0};

    (void)state;
    add(&t, 1);
    tail_join(&t, 1);
    for (uint64_t seq = 2; seq <= 4; seq++)
        add(&t, seq);
    tail_join(&t, 3);
    tail_join(&t, 0); /* a command that did nothing */
    add(&t, 5);
    tail_join(&t, 1);
    add(&t, 6);
    add(&t, 7);
    tail_join(&t, 2);
    for (uint64_t seq = 1; seq <= 7; seq++)
        assert_int_equal(tail_at(&t, seq)->more, more[seq - 1]);
    t.appended = t.durable = 7;
    while (t.published < 7)
        tail_forget_published(&t);
    for (uint64_t seq = 8; seq <= 70; seq++) { /* places in the ring are used again */
        add(&t, seq);
        assert_false(tail_at(&t, seq)->more);
    }
    tail_fini(&t);
}

static void marks_out_of_order_are_not_sane(void **state)
{
    struct tail t = {0};

    (void)state;
    add(&t, 1);
    t.appended = 1;
    t.durable = 1;
    t.published = 0;
    assert_true(tail_is_sane(&t));
    t.appended = 2; /* more than applied */
    assert_false(tail_is_sane(&t));
    t.appended = 0; /* durable but never appended */
    assert_false(tail_is_sane(&t));
    tail_fini(&t);
}

static void it_goes_on_behind_a_replayed_journal(void **state)
{
    struct tail t = {0};

    (void)state;
    tail_restart(&t, 1000);
    assert_int_equal(tail_applied(&t), 1000);
    add(&t, 1001);
    assert_int_equal(tail_at(&t, 1001)->ev.seq, 1001);
    assert_true(tail_is_sane(&t));
    tail_fini(&t);
}

/* Turns the ring many times, and past the size at which an empty one is given back. */
static void a_long_life_keeps_every_event_where_it_belongs(void **state)
{
    struct tail t = {0};
    uint64_t seq = 0;

    (void)state;
    for (int round = 0; round < 40; round++) {
        size_t burst = round % 10 == 9 ? 5000 : 100;

        for (size_t i = 0; i < burst; i++)
            add(&t, ++seq);
        t.appended = t.durable = seq;
        while (t.published < t.durable) {
            assert_int_equal(tail_at(&t, t.published + 1)->ev.u.request.request.v, (t.published + 1) * 10);
            tail_forget_published(&t);
        }
        assert_true(tail_is_sane(&t));
        assert_true(t.cap <= 4096);
    }
    tail_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_move_and_events_stay_until_published),
        cmocka_unit_test(what_one_command_did_hangs_together),
        cmocka_unit_test(marks_out_of_order_are_not_sane),
        cmocka_unit_test(it_goes_on_behind_a_replayed_journal),
        cmocka_unit_test(a_long_life_keeps_every_event_where_it_belongs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
