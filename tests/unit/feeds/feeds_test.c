/* Adapters and their sources: silence as a function of now, who is away, what is one feed, and keys. */
#include "support/telling.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void silence_follows_from_now(void **state)
{
    static const struct {
        const char *what;
        int64_t last_ago_ms;       /* when the last message came; < 0 never */
        int64_t beat_ago_ms;       /* when the adapter was heard */
        enum feed_outcome outcome; /* of a message that was told; FEED_OUTCOME_N none */
        enum feed_state want;
    } cases[] = {
        {"just now", 0, 0, FEED_OUTCOME_N, FEED_OK},
        {"twice the expected time", 120 * MS_MINUTE, 0, FEED_OUTCOME_N, FEED_OK},
        {"a moment more", 120 * MS_MINUTE + 1, 0, FEED_OUTCOME_N, FEED_SILENT},
        {"never", -1, 0, FEED_OUTCOME_N, FEED_NEVER},
        {"put aside", 5 * MS_MINUTE, 0, FEED_QUARANTINED, FEED_STATE_QUARANTINED},
        {"put aside, and nothing since", 121 * MS_MINUTE, 0, FEED_QUARANTINED, FEED_SILENT},
        {"tried out", 5 * MS_MINUTE, 0, FEED_TEST, FEED_OK},
        {"heard a minute ago", 5 * MS_MINUTE, 60 * MS_SECOND, FEED_OUTCOME_N, FEED_OK},
        {"heard more than a minute ago", 5 * MS_MINUTE, 60 * MS_SECOND + 1, FEED_OUTCOME_N,
         FEED_ADAPTER_AWAY},
        {"away and silent", 300 * MS_MINUTE, 61 * MS_SECOND, FEED_OUTCOME_N, FEED_ADAPTER_AWAY},
        {"away and never", -1, 61 * MS_SECOND, FEED_OUTCOME_N, FEED_ADAPTER_AWAY},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        void *fresh = NULL;
        telling_setup(&fresh);
        struct telling *t = fresh;
        struct feed_source s = a_source(t, HUIS_A, FEED_DROP, cases[i].last_ago_ms);
        struct feed_row row;
        int64_t last_ms = s.last_message_ms;

        if (cases[i].outcome != FEED_OUTCOME_N) {
            struct feed_message m = a_message(t, HUIS_A, "een-bericht", cases[i].outcome);
            m.received_ms = last_ms;
            tell(t, m);
        }
        t->now -= cases[i].beat_ago_ms;
        beat(t, MACHINE_1, "een", &s, 1);
        int64_t heard_ms = t->now;
        t->now += cases[i].beat_ago_ms;
        row = the_row(t, HUIS_A, FEED_DROP);
        if (row.state != cases[i].want)
            fail_msg("%s: %s", cases[i].what, feed_state_code(row.state));
        assert_int_equal(row.silent_since_ms, row.state == FEED_SILENT         ? last_ms
                                              : row.state == FEED_ADAPTER_AWAY ? heard_ms
                                                                               : 0);
        assert_int_equal(row.last_outcome, cases[i].outcome);
        telling_teardown(&fresh);
    }
}

static void without_an_adapter_the_journal_tells(void **state)
{
    struct telling *t = *state;
    struct observation by_hand = an_observation(t->x, POOL_B, 2, 1),
                       by_feed = an_observation(t->x, POOL_C, 2, 1);

    size_t at_first = count_rows(t); /* the exchange reports its pools by hand */
    assert_int_equal(at_first, 0);
    by_hand.source = SOURCE_HAND;
    by_feed.source = SOURCE_FEED;
    t->x->now += MS_MINUTE;
    by_hand.observed_at_ms = by_feed.observed_at_ms = t->x->now;
    assert_int_equal(do_report(t->x, shelter_of(HUIS_B), &by_hand, 1).refusal, REFUSAL_NONE);
    assert_int_equal(do_report(t->x, shelter_of(HUIS_C), &by_feed, 1).refusal, REFUSAL_NONE);
    t->now = t->x->now;
    assert_int_equal(count_rows(t), 1);
    assert_int_equal(the_row(t, HUIS_C, FEED_UNKNOWN).state, FEED_OK);
    assert_int_equal(the_row(t, HUIS_C, FEED_UNKNOWN).last_report_ms, t->now);
    assert_int_equal(the_row(t, HUIS_C, FEED_UNKNOWN).expected_minutes, 0);
    t->now += t->limits.silent_ms;
    assert_int_equal(the_row(t, HUIS_C, FEED_UNKNOWN).state, FEED_OK);
    t->now++;
    assert_int_equal(the_row(t, HUIS_C, FEED_UNKNOWN).state, FEED_SILENT);
    assert_int_equal(the_row(t, HUIS_C, FEED_UNKNOWN).silent_since_ms, t->x->now);

    struct feed_source s = a_source(t, HUIS_C, FEED_POLL, 0);
    beat(t, MACHINE_1, "een", &s, 1);
    assert_int_equal(count_rows(t), 1);
    assert_int_equal(the_row(t, HUIS_C, FEED_POLL).state, FEED_OK);
    assert_int_equal(the_row(t, HUIS_C, FEED_POLL).last_report_ms, t->x->now);
}

/* The exchange restarts while the adapter is down: all that is known are reports from before. */
static void who_does_not_come_back_is_away(void **state)
{
    struct telling *t = *state;
    struct observation o = an_observation(t->x, POOL_C, 2, 1);
    struct feed_row row;

    o.source = SOURCE_FEED;
    t->x->now += MS_MINUTE;
    o.observed_at_ms = t->x->now;
    assert_int_equal(do_report(t->x, shelter_of(HUIS_C), &o, 1).refusal, REFUSAL_NONE);
    t->now = t->x->now + 1;
    feeds_free(t->f);
    t->f = feeds_new(&t->limits, FIRST_ID, t->now);
    t->now += t->limits.away_ms;
    assert_int_equal(the_row(t, HUIS_C, FEED_UNKNOWN).state, FEED_OK);
    t->now++;
    row = the_row(t, HUIS_C, FEED_UNKNOWN);
    assert_int_equal(row.state, FEED_ADAPTER_AWAY);
    assert_int_equal(row.silent_since_ms, 0);
    assert_true(row.alarm);
    /* Without an adapter, by a report alone. */
    o.report++;
    t->x->now = o.observed_at_ms = t->now;
    assert_int_equal(do_report(t->x, shelter_of(HUIS_C), &o, 1).refusal, REFUSAL_NONE);
    assert_int_equal(the_row(t, HUIS_C, FEED_UNKNOWN).state, FEED_OK);
    assert_false(the_row(t, HUIS_C, FEED_UNKNOWN).alarm);
}

static void a_restart_of_either_side_asks_for_everything(void **state)
{
    struct telling *t = *state;
    struct feed_source s = a_source(t, HUIS_A, FEED_DROP, 0);
    struct feed_heartbeat restarted = {
        .machine = MACHINE_1, .adapter = "een", .started_ms = 6, .sources = &s, .n = 1};

    assert_true(beat(t, MACHINE_1, "een", &s, 1).resync);
    assert_false(beat(t, MACHINE_1, "een", &s, 1).resync);
    assert_true(beat(t, MACHINE_1, "twee", &s, 1).resync);
    assert_true(beat(t, MACHINE_2, "een", &s, 1).resync);
    assert_false(beat(t, MACHINE_1, "een", &s, 1).resync);
    assert_true(feeds_heartbeat(t->f, &restarted, t->now).resync);
    assert_false(feeds_heartbeat(t->f, &restarted, t->now).resync);
    feeds_free(t->f);
    t->f = feeds_new(&t->limits, FIRST_ID, t->now);
    assert_true(beat(t, MACHINE_1, "een", &s, 1).resync);
}

static void what_it_does_not_carry_is_told_once(void **state)
{
    struct telling *t = *state;
    struct feed_heartbeat h = {.machine = MACHINE_1, .adapter = "een", .started_ms = 5};

    assert_false(feeds_heartbeat(t->f, &h, t->now).foreign_changed);
    h.foreign = 2;
    assert_true(feeds_heartbeat(t->f, &h, t->now).foreign_changed);
    assert_false(feeds_heartbeat(t->f, &h, t->now).foreign_changed);
    h.foreign = 0;
    assert_true(feeds_heartbeat(t->f, &h, t->now).foreign_changed);
}

static void a_heartbeat_replaces_the_one_before(void **state)
{
    struct telling *t = *state;
    struct feed_source two[] = {a_source(t, HUIS_A, FEED_DROP, 0), a_source(t, HUIS_B, FEED_PUSH, 0)};

    beat(t, MACHINE_1, "een", two, 2);
    assert_int_equal(count_rows(t), 2);
    assert_true(feeds_is_read(t->f, MACHINE_1, (struct org_id){HUIS_B}, t->now));
    beat(t, MACHINE_1, "een", two, 1);
    assert_int_equal(count_rows(t), 1);
    assert_false(feeds_is_read(t->f, MACHINE_1, (struct org_id){HUIS_B}, t->now));
}

static void one_source_of_two_adapters_is_one_feed(void **state)
{
    struct telling *t = *state;
    struct feed_source old = a_source(t, HUIS_A, FEED_DROP, 200 * MS_MINUTE);
    struct feed_source young = a_source(t, HUIS_A, FEED_DROP, MS_MINUTE);

    old.waiting = 3;
    young.waiting = 4;
    beat(t, MACHINE_1, "een", &young, 1);
    t->now++;
    beat(t, MACHINE_2, "een", &old, 1);
    assert_int_equal(count_rows(t), 1);
    assert_int_equal(the_row(t, HUIS_A, FEED_DROP).state, FEED_OK);
    assert_int_equal(the_row(t, HUIS_A, FEED_DROP).waiting, 7);
    /* The first dies; the second goes on, and the feed has moved to it. */
    t->now += 61 * MS_SECOND;
    beat(t, MACHINE_2, "een", &old, 1);
    assert_int_equal(the_row(t, HUIS_A, FEED_DROP).waiting, 3);
    assert_int_equal(the_row(t, HUIS_A, FEED_DROP).state, FEED_SILENT);
}

static void a_clock_that_runs_ahead_hides_nothing(void **state)
{
    struct telling *t = *state;
    struct feed_source s = a_source(t, HUIS_A, FEED_DROP, 0);

    s.last_message_ms = t->now + 300 * MS_DAY;
    beat(t, MACHINE_1, "een", &s, 1);
    assert_int_equal(the_row(t, HUIS_A, FEED_DROP).last_message_ms, t->now);
    s.last_message_ms = t->now + 2 * MS_MINUTE;
    beat(t, MACHINE_1, "een", &s, 1);
    assert_int_equal(the_row(t, HUIS_A, FEED_DROP).last_message_ms, s.last_message_ms);
}

static void adapters_are_bounded(void **state)
{
    struct telling *t = *state;
    char name[16];

    /* Five of one machine: the one not heard for longest goes, another machine's stays. */
    struct feed_source b = a_source(t, HUIS_B, FEED_DROP, 0);
    beat(t, MACHINE_2, "ander", &b, 1);
    for (unsigned i = 0; i < 5; i++) {
        struct feed_source s = a_source(t, HUIS_A, (enum feed_channel)(i % 3), 0);
        s.provider.v = i == 0 ? HUIS_C : HUIS_A;
        t->now++;
        snprintf(name, sizeof name, "nr-%u", i);
        beat(t, MACHINE_1, name, &s, 1);
    }
    assert_false(feeds_is_read(t->f, MACHINE_1, (struct org_id){HUIS_C}, t->now));
    assert_true(feeds_is_read(t->f, MACHINE_1, (struct org_id){HUIS_A}, t->now));
    assert_true(feeds_is_read(t->f, MACHINE_2, (struct org_id){HUIS_B}, t->now));
    /* More machines than fit: the oldest of all. */
    for (uint32_t m = 10; m < 10 + t->limits.adapters_max; m++) {
        struct feed_source s = a_source(t, HUIS_A, FEED_DROP, 0);
        t->now++;
        beat(t, m, "een", &s, 1);
    }
    assert_false(feeds_is_read(t->f, MACHINE_2, (struct org_id){HUIS_B}, t->now));
}

/* Its adapter lives, the file never comes: after twice the expected time that is silence, whatever name the
 * adapter takes meanwhile. */
static void what_never_comes_is_an_alarm(void **state)
{
    struct telling *t = *state;
    struct feed_source s = a_source(t, HUIS_A, FEED_DROP, -1);
    int64_t since_ms = t->now;

    beat(t, MACHINE_1, "een", &s, 1);
    t->now += 120 * MS_MINUTE;
    beat(t, MACHINE_1, "een", &s, 1);
    assert_int_equal(the_row(t, HUIS_A, FEED_DROP).state, FEED_NEVER);
    assert_false(the_row(t, HUIS_A, FEED_DROP).alarm);
    t->now += 61 * MS_SECOND;
    beat(t, MACHINE_1, "twee", &s, 1);
    assert_int_equal(the_row(t, HUIS_A, FEED_DROP).state, FEED_SILENT);
    assert_int_equal(the_row(t, HUIS_A, FEED_DROP).silent_since_ms, since_ms);
    assert_true(the_row(t, HUIS_A, FEED_DROP).alarm);
}

/* No message is known, as after a restart of both; the engine's reports tell that it came, unless another
 * channel may have brought them. */
static void reports_count_for_the_only_channel(void **state)
{
    struct telling *t = *state;
    struct feed_source s[] = {a_source(t, HUIS_C, FEED_DROP, -1), a_source(t, HUIS_C, FEED_POLL, -1)};
    struct observation o = an_observation(t->x, POOL_C, 2, 1);

    o.source = SOURCE_FEED;
    t->x->now += MS_MINUTE;
    o.observed_at_ms = t->now = t->x->now;
    assert_int_equal(do_report(t->x, shelter_of(HUIS_C), &o, 1).refusal, REFUSAL_NONE);
    beat(t, MACHINE_1, "een", s, 2);
    assert_int_equal(the_row(t, HUIS_C, FEED_DROP).state, FEED_NEVER);
    beat(t, MACHINE_1, "een", s, 1);
    assert_int_equal(the_row(t, HUIS_C, FEED_DROP).state, FEED_OK);
    t->now += 120 * MS_MINUTE + 1;
    beat(t, MACHINE_1, "een", s, 1);
    assert_int_equal(the_row(t, HUIS_C, FEED_DROP).state, FEED_SILENT);
    assert_int_equal(the_row(t, HUIS_C, FEED_DROP).silent_since_ms, t->x->now);
}

/* Every file comes in time and is put aside. */
static void nothing_good_for_long_is_an_alarm(void **state)
{
    static const struct {
        const char *what;
        enum feed_outcome first, then;
    } cases[] = {
        {"good once", FEED_TAKEN, FEED_QUARANTINED},
        {"tried out once", FEED_TEST, FEED_REFUSED},
        {"never good", FEED_QUARANTINED, FEED_QUARANTINED},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        void *fresh = NULL;
        telling_setup(&fresh);
        struct telling *t = fresh;
        struct feed_source s = a_source(t, HUIS_A, FEED_DROP, 0);
        int64_t since_ms = t->now;
        struct feed_row row;

        tell(t, a_message(t, HUIS_A, "het-eerste", cases[i].first));
        for (unsigned step = 1; step <= 5; step++) {
            char name[24];
            t->now += 30 * MS_MINUTE;
            s.last_message_ms = t->now;
            snprintf(name, sizeof name, "bericht-%u", step);
            tell(t, a_message(t, HUIS_A, name, cases[i].then));
            beat(t, MACHINE_1, "een", &s, 1);
            row = the_row(t, HUIS_A, FEED_DROP);
            if (row.state != FEED_STATE_QUARANTINED || row.alarm != (step == 5) ||
                row.silent_since_ms != (step == 5 ? since_ms : 0))
                fail_msg("%s, step %u: %s, alarm %d", cases[i].what, step, feed_state_code(row.state),
                         row.alarm);
        }
        tell(t, a_message(t, HUIS_A, "weer-goed", FEED_TAKEN));
        assert_false(the_row(t, HUIS_A, FEED_DROP).alarm);
        telling_teardown(&fresh);
    }
}

static void an_alarm_is_told_once_per_change(void **state)
{
    struct telling *t = *state;
    struct feed_source s = a_source(t, HUIS_A, FEED_DROP, 0);
    struct feed_row row;

    beat(t, MACHINE_1, "een", &s, 1);
    row = the_row(t, HUIS_A, FEED_DROP);
    assert_false(feeds_note(t->f, &row));
    t->now += 3 * MS_MINUTE;
    row = the_row(t, HUIS_A, FEED_DROP);
    assert_true(row.alarm);
    assert_true(feeds_note(t->f, &row));
    assert_false(feeds_note(t->f, &row));
    row.state = FEED_SILENT; /* from away to silent is no news */
    assert_false(feeds_note(t->f, &row));
    row.alarm = false;
    assert_true(feeds_note(t->f, &row));
    row.alarm = true;
    row.channel = FEED_PUSH; /* each for itself */
    assert_true(feeds_note(t->f, &row));
    /* A feed that was heard another way meanwhile is told of anew when it falls silent again. */
    feeds_noted(t->f);
    assert_false(feeds_note(t->f, &row));
    feeds_noted(t->f);
    feeds_noted(t->f);
    assert_true(feeds_note(t->f, &row));
}

static void keys_are_remembered_within_bounds(void **state)
{
    struct telling *t = *state;
    struct command_key key = {1, 2, 3}, other_body = {1, 2, 4};
    struct feed_answer a = {.id = 77, .known = true}, got = {0};

    assert_int_equal(feeds_key_find(t->f, true, &key, &got), FEED_KEY_NEW);
    feeds_key_store(t->f, true, &key, &a);
    assert_int_equal(feeds_key_find(t->f, true, &key, &got), FEED_KEY_SAME);
    assert_int_equal(got.id, 77);
    assert_true(got.known);
    assert_int_equal(feeds_key_find(t->f, true, &other_body, &got), FEED_KEY_REUSED);
    assert_int_equal(feeds_key_find(t->f, false, &key, &got), FEED_KEY_NEW);
    feeds_key_store(t->f, false, &key, &a);
    for (uint64_t i = 0; i < 4095; i++) {
        struct command_key k = {i + 10, 0, 0};
        feeds_key_store(t->f, true, &k, &a);
    }
    assert_int_equal(feeds_key_find(t->f, true, &key, &got), FEED_KEY_SAME);
    feeds_key_store(t->f, true, &(struct command_key){5, 5, 5}, &a);
    assert_int_equal(feeds_key_find(t->f, true, &key, &got), FEED_KEY_NEW);
    assert_int_equal(feeds_key_find(t->f, false, &key, &got),
                     FEED_KEY_SAME); /* machines push out machines' */
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, telling_setup, telling_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(silence_follows_from_now),
        TEST(without_an_adapter_the_journal_tells),
        TEST(who_does_not_come_back_is_away),
        TEST(a_restart_of_either_side_asks_for_everything),
        TEST(what_it_does_not_carry_is_told_once),
        TEST(a_heartbeat_replaces_the_one_before),
        TEST(one_source_of_two_adapters_is_one_feed),
        TEST(a_clock_that_runs_ahead_hides_nothing),
        TEST(adapters_are_bounded),
        TEST(what_never_comes_is_an_alarm),
        TEST(reports_count_for_the_only_channel),
        TEST(nothing_good_for_long_is_an_alarm),
        TEST(an_alarm_is_told_once_per_change),
        TEST(keys_are_remembered_within_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
