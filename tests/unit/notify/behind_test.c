/* Receivers that are behind: who is full is told later, nobody else waits, and what is urgent is not held
 * back. */
#include "support/notify_scene.h"

#include "base/crypto.h"
#include "base/log.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* So much waits for TARGET, never due. */
static void fill(struct scene *s, uint32_t target, enum channel channel, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct outbox_row *r = &s->fake.rows[s->fake.n++];

        *r = (struct outbox_row){.id = s->fake.n,
                                 .target = target,
                                 .channel = channel,
                                 .key = "x",
                                 .location = {(uint32_t)i},
                                 .next_at_ms = INT64_MAX};
    }
}

static void who_is_full_is_told_later_and_holds_up_nobody(void **state)
{
    struct scene *s = scene_new();
    uint64_t first = 0;

    (void)state;
    first = s->x->log.n + 1;
    do_open(s->x, VT_OOST, a_need());
    do_ask_one(s->x, do_open(s->x, VT_OOST, a_need()), POOL_B);
    add_target(s, 1, VT_OOST, 0, CHANNEL_WEBHOOK);
    add_target(s, 2, VT_OOST, 0, CHANNEL_WEBHOOK);
    add_target(s, 3, HUIS_B, 0, CHANNEL_MAIL);
    fill(s, 1, CHANNEL_WEBHOOK, 8);
    log_set_level((enum log_level) - 1);
    begin(s, &(struct notify_settings){.waiting_max = 8, .signing_key = &s->key});
    scene_pass(s, 3000);
    log_set_level(LOG_ERROR);
    assert_int_equal(s->fake.cursor, s->x->log.n); /* for all others it goes on */
    assert_int_equal(count(s, 1, "referral.opened"), 0);
    assert_int_equal(count(s, 2, "referral.opened"), 2);
    assert_int_equal(count(s, 2, "request.made"), 1);
    assert_int_equal(count(s, 3, "request.made"), 1);
    assert_true(s->fake.behind[1].from >= first && s->fake.behind[1].from <= s->fake.cursor);
    assert_int_equal(s->fake.behind[2].from, 0);
    assert_int_equal(notify_port(s->notify).stats(s->notify).behind, 1);
    /* Not as soon as one is gone, but from half of its share on; then all, in order and once. */
    s->fake.rows[0].status = OUTBOX_DELIVERED;
    scene_pass(s, 3000);
    assert_int_equal(count(s, 1, "referral.opened"), 0);
    for (size_t i = 0; i < 8; i++)
        s->fake.rows[i].status = OUTBOX_DELIVERED;
    for (int i = 0; i < 60 && s->fake.behind[1].from != 0; i++)
        scene_pass(s, 0);
    assert_int_equal(s->fake.behind[1].from, 0);
    assert_int_equal(count(s, 1, "referral.opened"), 2);
    assert_int_equal(count(s, 1, "request.made"), 1);
    assert_int_equal(notify_port(s->notify).stats(s->notify).behind, 0);
    assert_int_equal(s->fake.cursor, s->x->log.n);
    scene_free(s);
}

/* Behind at the start, as another run of the broker left it. */
static void who_was_behind_goes_on_where_it_was(void **state)
{
    struct scene *s = scene_new();

    (void)state;
    do_open(s->x, VT_OOST, a_need());
    add_target(s, 1, VT_OOST, 0, CHANNEL_WEBHOOK);
    s->fake.targets[0].behind_from = s->x->log.n; /* of the last event */
    s->fake.cursor = s->x->log.n;
    begin(s, NULL);
    for (int i = 0; i < 60 && s->fake.n == 0; i++)
        scene_pass(s, 0);
    assert_int_equal(count(s, 1, "referral.opened"), 1);
    scene_pass(s, 1000);
    assert_int_equal(s->fake.n, 1);
    scene_free(s);
}

static void what_is_urgent_is_never_held_back(void **state)
{
    struct scene *s = scene_new();
    struct referral_id r = do_open(s->x, VT_OOST, a_need());

    (void)state;
    do_answer(s->x, CMD_DECLINE, do_ask_one(s->x, r, POOL_B), 1);
    do_answer(s->x, CMD_ACCEPT, do_ask_one(s->x, r, POOL_C), 0);
    add_target(s, 1, VT_OOST, 0, CHANNEL_MAIL);
    add_target(s, 2, 0, 0, CHANNEL_SMS);
    fill(s, 1, CHANNEL_MAIL, 8);
    fill(s, 2, CHANNEL_SMS, 8);
    log_set_level((enum log_level) - 1);
    begin(s, &(struct notify_settings){.waiting_max = 8, .signing_key = &s->key});
    scene_pass(s, 2000);
    log_set_level(LOG_ERROR);
    assert_int_equal(count(s, 1, "request.declined"), 0); /* nobody is rung for it: it waits */
    assert_int_equal(count(s, 1, "request.accepted"), 1);
    assert_int_equal(count(s, 2, "request.made"), 2);
    assert_int_equal(s->fake.behind[2].from, 0);
    /* And once, also when its target catches up. */
    for (size_t i = 0; i < 8; i++)
        s->fake.rows[i].status = OUTBOX_DELIVERED;
    for (int i = 0; i < 60 && count(s, 1, "request.declined") == 0; i++)
        scene_pass(s, 0);
    assert_int_equal(count(s, 1, "request.declined"), 1);
    assert_int_equal(count(s, 1, "request.accepted"), 1);
    scene_free(s);
}

/* A door that never answers: connected, and then nothing. */
static int deaf(struct scene *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, size) == 0 && listen(fd, 128) == 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    snprintf(s->fake.hook, sizeof s->fake.hook, "https://127.0.0.1:%u/x", ntohs(at.sin_port));
    return fd;
}

static void those_that_failed_leave_room(void **state)
{
    struct scene *s = scene_new();
    int fd = deaf(s);

    (void)state;
    for (uint32_t t = 1; t <= 45; t++) { /* the last five were never tried */
        add_target(s, t, VT_OOST, 0, CHANNEL_WEBHOOK);
        fill(s, t, CHANNEL_WEBHOOK, 1);
        s->fake.rows[t - 1].next_at_ms = 0;
        s->fake.rows[t - 1].attempts = t <= 40;
    }
    fill(s, 45, CHANNEL_WEBHOOK, 2); /* two more of a receiver that has one on its way */
    s->fake.rows[45].next_at_ms = s->fake.rows[46].next_at_ms = 0;
    s->fake.rows[45].location = s->fake.rows[46].location = (struct location_id){0};
    begin(s,
          &(struct notify_settings){.connect_ms = 600000, .signing_key = &s->key}); /* none ends meanwhile */
    for (int i = 0; i < 40 && s->fake.opened == 0; i++)
        scene_pass(s, 0);
    scene_pass(s, 0);
    assert_int_equal(s->fake.opened, 32 + 5);
    scene_free(s);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        cmocka_unit_test(who_is_full_is_told_later_and_holds_up_nobody),
        cmocka_unit_test(who_was_behind_goes_on_where_it_was),
        cmocka_unit_test(what_is_urgent_is_never_held_back),
        cmocka_unit_test(those_that_failed_leave_room),
    };
    crypto_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
