/* Messages: told, replaced, bounded, in order; asked for again, and what comes of it. */
#include "support/telling.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 200

static struct feed_message replay_of(const struct telling *t, const char *name, const char *of,
                                     enum feed_outcome outcome)
{
    struct feed_message m = a_message(t, HUIS_A, name, outcome);

    m.channel = FEED_REPLAY;
    snprintf(m.replay_of, sizeof m.replay_of, "%s", of);
    return m;
}

static void the_same_name_replaces(void **state)
{
    struct telling *t = *state;
    struct feed_message first = a_message(t, HUIS_A, "bericht-1", FEED_TAKEN);
    struct feed_message again = a_message(t, HUIS_A, "bericht-1", FEED_QUARANTINED);
    struct feed_message other = a_message(t, HUIS_B, "bericht-1", FEED_TAKEN);
    bool known = true;

    add_reports(&first, POOL_A1, 3);
    uint64_t id = feeds_tell(t->f, &first, t->now, &known);
    assert_false(known);
    assert_true(id > FIRST_ID);
    assert_int_equal(feeds_message(t->f, id)->n_reports, 3);
    assert_int_equal(feeds_tell(t->f, &again, t->now, &known), id);
    assert_true(known);
    assert_int_equal(feeds_message(t->f, id)->n_reports, 0);
    assert_int_equal(feeds_message(t->f, id)->outcome, FEED_QUARANTINED);
    assert_true(feeds_tell(t->f, &other, t->now, &known) != id); /* the same name of another is another */
    assert_false(known);
    assert_null(feeds_message(t->f, 0));
    assert_null(feeds_message(t->f, id + 5));
}

static void newest_first_of_one_or_of_all(void **state)
{
    struct telling *t = *state;
    const struct feed_message *out[ROOM];
    char name[32];

    for (int i = 0; i < 6; i++) {
        struct feed_message m = a_message(t, i % 2 == 0 ? HUIS_A : HUIS_B, "", FEED_TAKEN);
        snprintf(name, sizeof name, "bericht-%d", i);
        memcpy(m.message_id, name, sizeof name);
        m.received_ms = t->now - (i == 5 ? 3 : i) * MS_MINUTE; /* 5 came at the moment of 3, told later */
        tell(t, m);
    }
    assert_int_equal(feeds_messages(t->f, (struct org_id){0}, out, ROOM), 6);
    static const char *const all[] = {"bericht-0", "bericht-1", "bericht-2",
                                      "bericht-5", "bericht-3", "bericht-4"};
    for (int i = 0; i < 6; i++)
        assert_string_equal(out[i]->message_id, all[i]);
    assert_int_equal(feeds_messages(t->f, (struct org_id){HUIS_B}, out, 2), 3);
    assert_string_equal(out[0]->message_id, "bericht-1");
    assert_string_equal(out[1]->message_id, "bericht-5");
    assert_int_equal(feeds_messages(t->f, (struct org_id){HUIS_C}, out, ROOM), 0);
}

static void fifty_of_a_provider_the_oldest_go(void **state)
{
    struct telling *t = *state;
    const struct feed_message *out[ROOM];
    char name[32];

    for (int i = 0; i < 60; i++) {
        struct feed_message m = a_message(t, HUIS_A, "", FEED_TAKEN);
        snprintf(name, sizeof name, "bericht-%d", i);
        memcpy(m.message_id, name, sizeof name);
        m.received_ms = t->now - (60 - i) * MS_MINUTE;
        tell(t, m);
    }
    tell(t, a_message(t, HUIS_B, "een-ander", FEED_TAKEN));
    assert_int_equal(feeds_messages(t->f, (struct org_id){HUIS_A}, out, ROOM), FEED_MESSAGES_KEPT);
    assert_string_equal(out[0]->message_id, "bericht-59");
    assert_string_equal(out[FEED_MESSAGES_KEPT - 1]->message_id, "bericht-10");
    assert_int_equal(feeds_messages(t->f, (struct org_id){HUIS_B}, out, ROOM), 1);
}

static void who_floods_pushes_out_its_own(void **state)
{
    struct telling *t = *state;
    const struct feed_message *out[ROOM];
    char name[32];

    t->limits.message_bytes = 1024 * 1024;
    feeds_free(t->f);
    t->f = feeds_new(&t->limits, FIRST_ID, t->now);
    struct feed_message small = a_message(t, HUIS_B, "klein-en-oud", FEED_TAKEN);
    small.received_ms = t->now - MS_DAY;
    tell(t, small);
    for (int i = 0; i < 40; i++) {
        struct feed_message m = a_message(t, HUIS_A, "", FEED_TAKEN);
        snprintf(name, sizeof name, "bericht-%d", i);
        memcpy(m.message_id, name, sizeof name);
        add_reports(&m, POOL_A1, FEED_REPORTS_MAX);
        m.received_ms = t->now + i;
        tell(t, m);
    }
    size_t n = feeds_messages(t->f, (struct org_id){HUIS_A}, out, ROOM), bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += feed_message_bytes(out[i]);
    assert_true(n > 0 && n < 40 && bytes <= t->limits.message_bytes);
    assert_string_equal(out[0]->message_id, "bericht-39");
    assert_int_equal(feeds_messages(t->f, (struct org_id){HUIS_B}, out, ROOM), 1);
}

static void a_replay_is_asked_and_answered(void **state)
{
    struct telling *t = *state;
    struct feed_source s = a_source(t, HUIS_A, FEED_DROP, 0);
    struct feed_order orders[FEED_ORDERS_MAX];
    uint64_t aside = tell(t, a_message(t, HUIS_A, "terzijde", FEED_QUARANTINED));
    uint64_t fine = tell(t, a_message(t, HUIS_B, "genomen", FEED_TAKEN)), order = 0, second = 0;
    const struct feed_message *m = feeds_message(t->f, aside);

    assert_int_equal(feeds_replay_state(t->f, m, t->now), FEED_REPLAY_NONE);
    assert_int_equal(feeds_replay(t->f, 4711, t->now, &order), ERR_NOT_FOUND);
    assert_int_equal(feeds_replay(t->f, fine, t->now, &order), ERR_CONFLICT);
    assert_int_equal(feeds_replay(t->f, aside, t->now, &order), OK);
    assert_int_equal(feeds_replay(t->f, aside, t->now, &second), ERR_CONFLICT);
    assert_int_equal(feeds_replay_state(t->f, m, t->now), FEED_REPLAY_ASKED);

    /* Only an adapter that reads it, of the machine that told it; until it is answered. */
    assert_int_equal(feeds_orders(t->f, MACHINE_1, t->now, orders), 0);
    beat(t, MACHINE_1, "een", &s, 1);
    beat(t, MACHINE_2, "een", &s, 1);
    assert_int_equal(feeds_orders(t->f, MACHINE_2, t->now, orders), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(feeds_orders(t->f, MACHINE_1, t->now, orders), 1);
        assert_int_equal(orders[0].id, order);
        assert_int_equal(orders[0].kind, FEED_ORDER_REPLAY);
        assert_string_equal(orders[0].message_id, "terzijde");
    }
    struct feed_message answer = replay_of(t, "opnieuw-1", "terzijde", FEED_REFUSED);
    answer.order = order;
    tell(t, answer);
    assert_int_equal(feeds_orders(t->f, MACHINE_1, t->now, orders), 0);
    assert_int_equal(feeds_replay_state(t->f, m, t->now), FEED_REPLAY_FAILED);
    assert_int_equal(the_row(t, HUIS_A, FEED_DROP).state, FEED_STATE_QUARANTINED);

    assert_int_equal(feeds_replay(t->f, aside, t->now, &second), OK); /* a failed one may be asked again */
    assert_true(second > order);
    tell(t, replay_of(t, "opnieuw-2", "terzijde", FEED_TAKEN));
    assert_int_equal(feeds_replay_state(t->f, m, t->now), FEED_REPLAY_DONE);
    assert_int_equal(feeds_replay(t->f, aside, t->now, &second), ERR_CONFLICT);
    assert_int_equal(the_row(t, HUIS_A, FEED_DROP).state, FEED_OK);
}

static void a_replay_that_nobody_answers_has_failed(void **state)
{
    struct telling *t = *state;
    struct feed_source s = a_source(t, HUIS_A, FEED_DROP, 0);
    struct feed_order orders[FEED_ORDERS_MAX];
    uint64_t aside = tell(t, a_message(t, HUIS_A, "terzijde", FEED_QUARANTINED)), order = 0;

    assert_int_equal(feeds_replay(t->f, aside, t->now, &order), OK);
    t->now += t->limits.order_ms;
    beat(t, MACHINE_1, "een", &s, 1);
    assert_int_equal(feeds_orders(t->f, MACHINE_1, t->now, orders), 1);
    t->now++;
    assert_int_equal(feeds_orders(t->f, MACHINE_1, t->now, orders), 0);
    assert_int_equal(feeds_replay_state(t->f, feeds_message(t->f, aside), t->now), FEED_REPLAY_FAILED);
    assert_int_equal(feeds_replay(t->f, aside, t->now, &order), OK);
}

static void told_again_after_a_restart_in_any_order(void **state)
{
    struct telling *t = *state;

    /* The newest first: the replay is there before what it replays. */
    tell(t, replay_of(t, "opnieuw-1", "terzijde", FEED_TAKEN));
    uint64_t aside = tell(t, a_message(t, HUIS_A, "terzijde", FEED_QUARANTINED));
    assert_int_equal(feeds_replay_state(t->f, feeds_message(t->f, aside), t->now), FEED_REPLAY_DONE);
    struct feed_source s = a_source(t, HUIS_A, FEED_DROP, 0);
    beat(t, MACHINE_1, "een", &s, 1);
    assert_int_equal(the_row(t, HUIS_A, FEED_DROP).state, FEED_OK);
}

static void replays_are_bounded(void **state)
{
    struct telling *t = *state;
    uint64_t order = 0, ids[3];

    t->limits.replays_max = 2;
    feeds_free(t->f);
    t->f = feeds_new(&t->limits, FIRST_ID, t->now);
    ids[0] = tell(t, a_message(t, HUIS_A, "terzijde-0", FEED_QUARANTINED));
    ids[1] = tell(t, a_message(t, HUIS_A, "terzijde-1", FEED_QUARANTINED));
    ids[2] = tell(t, a_message(t, HUIS_B, "terzijde-2", FEED_QUARANTINED));
    assert_int_equal(feeds_replay(t->f, ids[0], t->now, &order), OK);
    assert_int_equal(feeds_replay(t->f, ids[1], t->now, &order), OK);
    assert_int_equal(feeds_replay(t->f, ids[2], t->now, &order), ERR_BUSY);
    t->now += t->limits.order_ms + 1;
    assert_int_equal(feeds_replay(t->f, ids[2], t->now, &order), OK);
}

static void orders_come_in_their_order_twenty_at_a_time(void **state)
{
    struct telling *t = *state;
    struct feed_source s = a_source(t, HUIS_A, FEED_DROP, 0);
    struct feed_order orders[FEED_ORDERS_MAX];
    uint64_t order = 0, upload = 0;
    char name[32];

    beat(t, MACHINE_1, "een", &s, 1);
    for (int i = 0; i < 25; i++) {
        struct feed_message m = a_message(t, HUIS_A, "", FEED_QUARANTINED);
        snprintf(name, sizeof name, "terzijde-%d", i);
        memcpy(m.message_id, name, sizeof name);
        assert_int_equal(feeds_replay(t->f, tell(t, m), t->now, &order), OK);
    }
    assert_int_equal(
        feeds_upload(t->f, (struct org_id){HUIS_A}, BYTES_LITERAL("bestand"), false, t->now, &upload), OK);
    assert_int_equal(feeds_orders(t->f, MACHINE_1, t->now, orders), FEED_ORDERS_MAX);
    for (int i = 1; i < FEED_ORDERS_MAX; i++)
        assert_true(orders[i - 1].id < orders[i].id);
    assert_int_equal(orders[FEED_ORDERS_MAX - 1].kind, FEED_ORDER_READ); /* asked last, and not left behind */
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, telling_setup, telling_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_same_name_replaces),
        TEST(newest_first_of_one_or_of_all),
        TEST(fifty_of_a_provider_the_oldest_go),
        TEST(who_floods_pushes_out_its_own),
        TEST(a_replay_is_asked_and_answered),
        TEST(a_replay_that_nobody_answers_has_failed),
        TEST(told_again_after_a_restart_in_any_order),
        TEST(replays_are_bounded),
        TEST(orders_come_in_their_order_twenty_at_a_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
