/* Shares of the outbox, and who is told later. */
#include "notify/backlog.h"

#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void targets(struct backlog *b, size_t n, size_t mails)
{
    struct notify_target list[300];

    assert_true(n <= 300);
    memset(list, 0, sizeof list);
    for (size_t i = 0; i < n; i++) {
        list[i].id = (uint32_t)i + 1;
        list[i].channel = i < mails ? CHANNEL_MAIL : CHANNEL_WEBHOOK;
    }
    backlog_targets(b, list, n);
}

static void a_share_is_of_its_channel_alone(void **state)
{
    struct backlog b = {.waiting_max = 1000};

    (void)state;
    targets(&b, 6, 2);
    assert_int_equal(backlog_share(&b, CHANNEL_MAIL), 500);
    assert_int_equal(backlog_share(&b, CHANNEL_WEBHOOK), 250);
    assert_int_equal(backlog_share(&b, CHANNEL_SMS), 1000);
    targets(&b, 300, 0); /* many: enough for an evening for each */
    assert_int_equal(backlog_share(&b, CHANNEL_WEBHOOK), 100);
    b.waiting_max = 10;
    assert_int_equal(backlog_share(&b, CHANNEL_WEBHOOK), 10);
    backlog_fini(&b);
}

static void full_in_the_middle_of_a_step(void **state)
{
    struct backlog b = {.waiting_max = 10};
    struct outbox_behind moves[4];

    (void)state;
    targets(&b, 4, 2);
    backlog_counts(&b, &(struct outbox_load){3, 8}, 1);
    backlog_begin(&b);
    assert_true(backlog_takes(&b, 3, 20, 0));
    assert_true(backlog_takes(&b, 3, 21, 0));
    assert_false(backlog_takes(&b, 3, 22, 0));
    assert_false(backlog_takes(&b, 3, 23, 0));
    assert_true(backlog_takes(&b, 4, 23, 0)); /* another of the same channel */
    assert_true(backlog_takes(&b, 1, 23, 0));
    assert_false(backlog_takes(&b, 9, 23, 0)); /* no target any more */
    assert_int_equal(backlog_moves(&b, moves), 1);
    assert_int_equal(moves[0].target, 3);
    assert_int_equal(moves[0].from, 22);
    backlog_undone(&b); /* the commit was refused: as if nothing had been tried */
    assert_int_equal(backlog_behind(&b), 0);
    assert_int_equal(backlog_moves(&b, moves), 0);
    assert_true(backlog_takes(&b, 3, 20, 0));
    assert_true(backlog_takes(&b, 3, 21, 0));
    assert_false(backlog_takes(&b, 3, 22, 0));
    backlog_kept(&b);
    assert_int_equal(backlog_behind(&b), 1);
    backlog_begin(&b);
    assert_false(backlog_takes(&b, 3, 24, 0)); /* behind: with all the others it is told nothing */
    backlog_fini(&b);
}

static void catching_up(void **state)
{
    struct backlog b = {.waiting_max = 10};
    struct outbox_behind moves[4];
    const unsigned on = 1u << CHANNEL_WEBHOOK | 1u << CHANNEL_MAIL;

    (void)state;
    targets(&b, 4, 2);
    backlog_counts(&b, (struct outbox_load[]){{1, 10}, {3, 10}}, 2);
    backlog_begin(&b);
    assert_false(backlog_takes(&b, 3, 20, 0));
    assert_false(backlog_takes(&b, 1, 30, 0));
    backlog_kept(&b);
    assert_null(backlog_next(&b, on));
    backlog_counts(&b, (struct outbox_load[]){{1, 5}, {3, 6}}, 2);
    assert_int_equal(backlog_next(&b, on)->target, 1); /* half of its share is free, of the other not */
    assert_null(backlog_next(&b, 1u << CHANNEL_WEBHOOK));
    backlog_counts(&b, NULL, 0);
    assert_int_equal(backlog_next(&b, on)->target, 3); /* who is behind most */
    backlog_begin(&b);
    assert_false(backlog_takes(&b, 4, 20, 3));
    for (uint64_t seq = 20; seq < 30; seq++)
        assert_true(backlog_takes(&b, 3, seq, 3));
    assert_false(backlog_takes(&b, 3, 30, 3)); /* full again */
    backlog_caught_up(&b, 3, 40, 40);
    assert_int_equal(backlog_moves(&b, moves), 1);
    assert_int_equal(moves[0].from, 30);
    backlog_kept(&b);
    assert_int_equal(backlog_behind(&b), 2);
    backlog_counts(&b, NULL, 0);
    backlog_begin(&b);
    backlog_caught_up(&b, 1, 35, 40); /* a part of the way */
    backlog_kept(&b);
    backlog_begin(&b);
    backlog_caught_up(&b, 3, 40, 40);
    assert_int_equal(backlog_moves(&b, moves), 1);
    assert_int_equal(moves[0].from, 0);
    backlog_kept(&b);
    assert_int_equal(backlog_behind(&b), 1);
    assert_int_equal(backlog_next(&b, on)->from, 36);
    targets(&b, 4, 2); /* read anew: what we know of them goes before what was read */
    assert_int_equal(backlog_next(&b, on)->from, 36);
    targets(&b, 0, 0);
    assert_null(backlog_next(&b, on));
    backlog_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_is_of_its_channel_alone),
        cmocka_unit_test(full_in_the_middle_of_a_step),
        cmocka_unit_test(catching_up),
    };
    log_set_level((enum log_level) - 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
