/* The room as a whole over an outbox in memory: who is told what, what is given up, and when it stops.
 * Receivers that answer are in tests/integration/48-notify. */
#include "support/notify_scene.h"

#include "base/crypto.h"
#include "base/log.h"
#include "base/time_text.h"

#include <arpa/inet.h>
#include <event2/event.h>

static void who_is_told(void **state)
{
    struct scene *s = scene_new();
    struct referral_id r = do_open(s->x, VT_OOST, a_need());

    (void)state;
    do_ask_one(s->x, r, POOL_A2); /* of A_ZUID */
    add_target(s, 1, HUIS_A, 0, CHANNEL_MAIL);
    add_target(s, 2, HUIS_A, A_ZUID, CHANNEL_MAIL);
    add_target(s, 3, HUIS_A, A_NOORD, CHANNEL_MAIL);
    add_target(s, 4, HUIS_B, 0, CHANNEL_MAIL);
    add_target(s, 5, 0, 0, CHANNEL_SMS);
    add_target(s, 6, VT_OOST, 0, CHANNEL_WEBHOOK);
    add_target(s, 7, VT_WEST, 0, CHANNEL_WEBHOOK);
    add_target(s, 8, HUIS_A, 0, CHANNEL_WEBHOOK);
    begin(s, NULL);
    scene_pass(s, 1000);
    assert_int_equal(count(s, 1, "request.made"), 1);
    assert_int_equal(count(s, 2, "request.made"), 1);
    assert_int_equal(count(s, 3, "request.made"), 0);
    assert_int_equal(count(s, 4, "request.made"), 0);
    assert_int_equal(count(s, 5, "request.made"), 1);
    assert_int_equal(count(s, 6, "request.made"), 1);
    assert_int_equal(count(s, 6, "referral.opened"), 1);
    assert_int_equal(count(s, 7, "referral.opened") + count(s, 7, "request.made"), 0);
    assert_int_equal(count(s, 8, "request.made"), 1);
    assert_int_equal(count(s, 8, "referral.opened"), 0);
    for (size_t i = 0; i < s->fake.n; i++) {
        if (s->fake.rows[i].target == 5) {
            assert_int_equal(s->fake.rows[i].location.v, A_ZUID);
            assert_int_equal(s->fake.rows[i].org.v, HUIS_A);
        }
    }
    assert_int_equal(s->fake.cursor, s->x->log.n);
    scene_free(s);
}

static void a_channel_that_is_off(void **state)
{
    struct scene *s = scene_new();

    (void)state;
    do_ask_one(s->x, do_open(s->x, VT_OOST, a_need()), POOL_B);
    add_target(s, 1, HUIS_B, 0, CHANNEL_MAIL);
    add_target(s, 2, HUIS_B, 0, CHANNEL_WEBHOOK);
    begin(s, &(struct notify_settings){.signing_key = NULL});
    scene_pass(s, 1000);
    assert_int_equal(count(s, 1, "request.made"), 1);
    assert_int_equal(count(s, 2, "request.made"), 0);
    scene_free(s);
}

static void given_up_after_its_attempts(void **state)
{
    struct scene *s = scene_new();
    int64_t second = 0;

    (void)state;
    do_open(s->x, VT_OOST, a_need());
    add_target(s, 1, VT_OOST, 0, CHANNEL_WEBHOOK);
    begin(s, NULL);
    for (int i = 0; i < 60 && (s->fake.n == 0 || s->fake.rows[0].attempts == 0); i++)
        scene_pass(s, 0);
    assert_int_equal(s->fake.rows[0].attempts, 1);
    assert_string_equal(s->fake.rows[0].trouble, "connect");
    second = s->fake.rows[0].next_at_ms - s->now_ms;
    assert_true(second > -500 * 4 && second <= 1000);
    for (int i = 0; i < 120 && s->fake.rows[0].status == OUTBOX_WAITING; i++)
        scene_pass(s, 0);
    assert_int_equal(s->fake.rows[0].status, OUTBOX_GIVEN_UP);
    assert_int_equal(s->fake.rows[0].attempts, 3);
    assert_int_equal(s->fake.opened, 3);
    scene_free(s);
}

static void a_retired_target(void **state)
{
    struct scene *s = scene_new();

    (void)state;
    do_open(s->x, VT_OOST, a_need());
    add_target(s, 1, VT_OOST, 0, CHANNEL_WEBHOOK);
    begin(s, NULL);
    for (int i = 0; i < 60 && (s->fake.n == 0 || s->fake.rows[0].attempts == 0); i++)
        scene_pass(s, 0);
    s->fake.n_targets = 0;
    notify_refresh(s->notify);
    for (int i = 0; i < 60 && s->fake.rows[0].status == OUTBOX_WAITING; i++)
        scene_pass(s, 0);
    assert_int_equal(s->fake.rows[0].status, OUTBOX_UNNEEDED);
    assert_string_equal(s->fake.rows[0].trouble, "target retired");
    assert_int_equal(s->fake.opened, 1);
    scene_free(s);
}

static void rung_when_unseen(void **state)
{
    struct scene *s = scene_new();
    struct request_id q = do_ask_one(s->x, do_open(s->x, VT_OOST, a_need()), POOL_B);
    struct request_id seen = do_ask_one(s->x, do_open(s->x, VT_OOST, a_need()), POOL_C);

    (void)state;
    do_answer(s->x, CMD_SEE_REQUEST, seen, 0);
    add_target(s, 1, 0, 0, CHANNEL_VOICE);
    begin(s, NULL);
    scene_pass(s, 5000);
    assert_int_equal(count(s, 1, "request.unseen"), 0);
    s->now_ms = s->x->now + MS_MINUTE;
    for (int i = 0; i < 40 && s->fake.n == 0; i++)
        scene_pass(s, 0);
    scene_pass(s, 2000);
    assert_int_equal(s->fake.n, 1);
    assert_int_equal(s->fake.rows[0].request.v, q.v);
    assert_int_equal(s->fake.rows[0].location.v, B_HUIS);
    assert_string_equal(s->fake.rows[0].trouble, "night number away"); /* tried again, as secrets say */
    /* One that waits from before, and was seen meanwhile: nobody is rung out of bed for it. */
    s->fake.rows[1] = s->fake.rows[0];
    s->fake.rows[1].id = 2;
    s->fake.rows[1].request = seen;
    s->fake.rows[1].attempts = 0;
    s->fake.rows[1].next_at_ms = 0;
    s->fake.n = 2;
    for (int i = 0; i < 60 && s->fake.rows[1].status == OUTBOX_WAITING && s->fake.rows[1].attempts == 0; i++)
        scene_pass(s, 0);
    assert_int_equal(s->fake.rows[1].status, OUTBOX_UNNEEDED);
    assert_string_equal(s->fake.rows[1].trouble, "seen meanwhile");
    scene_free(s);
}

static void stops_when_another_broker_writes(void **state)
{
    struct scene *s = scene_new();
    unsigned commits = 0;

    (void)state;
    do_open(s->x, VT_OOST, a_need());
    add_target(s, 1, VT_OOST, 0, CHANNEL_WEBHOOK);
    s->fake.commit_says = ERR_FENCED;
    begin(s, NULL);
    for (int i = 0; i < 20 && s->fake.commits == 0; i++)
        scene_pass(s, 0);
    commits = s->fake.commits;
    assert_int_equal(commits, 1);
    s->fake.commit_says = OK;
    scene_pass(s, 4000);
    assert_int_equal(s->fake.commits, 1);
    assert_int_equal(s->fake.n, 0);
    assert_true(notify_port(s->notify).stats(s->notify).stopped);
    scene_free(s);
}

/* A full disk, a lock, a row that is wrong: no reason to tell nobody anything until somebody restarts us. */
static void refused_rows_are_tried_again(void **state)
{
    struct scene *s = scene_new();
    unsigned commits = 0;

    (void)state;
    do_open(s->x, VT_OOST, a_need());
    add_target(s, 1, VT_OOST, 0, CHANNEL_WEBHOOK);
    s->fake.commit_says = ERR_BAD_INPUT;
    log_set_level((enum log_level) - 1);
    begin(s, NULL);
    for (int i = 0; i < 20 && s->fake.commits == 0; i++)
        scene_pass(s, 0);
    scene_pass(s, 1000);
    assert_int_equal(s->fake.commits, 1); /* not again and again in one turn */
    for (int i = 0; i < 60 && s->fake.commits == 1; i++)
        scene_pass(s, 0);
    commits = s->fake.commits;
    assert_int_equal(commits, 2);
    assert_false(notify_port(s->notify).stats(s->notify).stopped);
    log_set_level(LOG_ERROR);
    s->fake.commit_says = OK;
    for (int i = 0; i < 60 && s->fake.n == 0; i++)
        scene_pass(s, 0);
    assert_int_equal(count(s, 1, "referral.opened"), 1);
    scene_free(s);
}

/* As above, of what no event says. */
static void a_refused_ring_is_tried_again(void **state)
{
    struct scene *s = scene_new();

    (void)state;
    do_ask_one(s->x, do_open(s->x, VT_OOST, a_need()), POOL_B);
    add_target(s, 1, 0, 0, CHANNEL_VOICE);
    begin(s, NULL);
    scene_pass(s, 2000);
    s->fake.commit_says = ERR_BAD_INPUT;
    s->now_ms = s->x->now + MS_MINUTE;
    s->fake.commits = 0;
    log_set_level((enum log_level) - 1);
    for (int i = 0; i < 40 && s->fake.commits == 0; i++)
        scene_pass(s, 0);
    scene_pass(s, 0);
    log_set_level(LOG_ERROR);
    s->fake.commit_says = OK;
    for (int i = 0; i < 60 && s->fake.n == 0; i++)
        scene_pass(s, 0);
    assert_int_equal(count(s, 1, "request.unseen"), 1);
    scene_free(s);
}

static void a_night_number_that_comes_after_the_stop(void **state)
{
    struct scene *s = scene_new();
    struct revealed_location l = {.night_number = "+31 6 12345678"};

    (void)state;
    add_target(s, 1, 0, 0, CHANNEL_VOICE);
    s->reveal.keeps = true;
    s->fake.n = 1;
    s->fake.rows[0] = (struct outbox_row){.id = 1,
                                          .target = 1,
                                          .key = "x",
                                          .kind = "request.made",
                                          .text = "request_unseen",
                                          .channel = CHANNEL_VOICE,
                                          .location = {B_HUIS}};
    begin(s, NULL);
    for (int i = 0; i < 60 && s->reveal.done == NULL; i++)
        scene_pass(s, 0);
    assert_non_null(s->reveal.done);
    log_set_level((enum log_level) - 1);
    s->sink.on_fenced(s->sink.ctx, 9);
    log_set_level(LOG_ERROR);
    for (int i = 0; i < 60 && !notify_port(s->notify).stats(s->notify).stopped; i++)
        scene_pass(s, 0);
    assert_true(notify_port(s->notify).stats(s->notify).stopped);
    s->reveal.done(s->reveal.ctx, OK, &l);
    scene_pass(s, 1000);
    assert_int_equal(s->fake.rows[0].status, OUTBOX_WAITING); /* left to who took over */
    assert_int_equal(s->fake.rows[0].attempts, 0);
    scene_free(s);
}

static void stops_when_flow_is_fenced(void **state)
{
    struct scene *s = scene_new();

    (void)state;
    do_open(s->x, VT_OOST, a_need());
    add_target(s, 1, VT_OOST, 0, CHANNEL_WEBHOOK);
    begin(s, NULL);
    log_set_level((enum log_level) - 1);
    s->sink.on_fenced(s->sink.ctx, 9);
    log_set_level(LOG_ERROR);
    scene_pass(s, 3000);
    assert_int_equal(s->fake.commits, 0);
    assert_int_equal(s->fake.opened, 0);
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_told),
        cmocka_unit_test(a_channel_that_is_off),
        cmocka_unit_test(given_up_after_its_attempts),
        cmocka_unit_test(a_retired_target),
        cmocka_unit_test(rung_when_unseen),
        cmocka_unit_test(stops_when_another_broker_writes),
        cmocka_unit_test(refused_rows_are_tried_again),
        cmocka_unit_test(a_refused_ring_is_tried_again),
        cmocka_unit_test(a_night_number_that_comes_after_the_stop),
        cmocka_unit_test(stops_when_flow_is_fenced),
    };
    crypto_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
