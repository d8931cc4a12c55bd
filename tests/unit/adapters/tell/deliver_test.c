/* The spool reaches the broker: nothing lost while it is away, nothing twice, and only what it refuses for
 * good is set aside. */
#include "support/feed_world.h"
#include "support/road.h"
#include "wire/server.h"
#include "wire/tls.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The broker away, then back: the same key again, nothing lost. */
static void broker_away(void **state)
{
    struct road *s = *state;
    struct reading r = {0};
    assert_int_equal(intake_take(&s->intake, CHANNEL_PUSH, "lindehof", "x", NULL, BYTES_LITERAL(GOOD), &r),
                     OK);
    s->status = 503;
    road_start_delivery(s);
    until(s, s->requests >= 2);
    wire_server_free(s->broker);
    tls_context_free(s->tls);
    uint64_t failures = deliver_counts(s->deliver).failures;
    until(s, deliver_counts(s->deliver).failures > failures + 1);
    assert_int_equal(spool_entries(s->intake.spool), 1);
    s->status = 200;
    int before = s->requests;
    road_start_broker(s);
    until(s, spool_entries(s->intake.spool) == 0);
    assert_int_equal(s->requests, before + 1);
    assert_string_equal(s->keys[0], s->keys[1]);
    assert_true(strlen(s->keys[0]) >= 8);
    assert_int_equal(world_count(s->quarantine_dir), 0);
    reading_fini(&r);
}

/* What the broker refuses for good goes to quarantine with its words; the next one is delivered. */
static void broker_refuses(void **state)
{
    struct road *s = *state;
    struct reading r = {0}, again = {0};
    assert_int_equal(intake_take(&s->intake, CHANNEL_PUSH, "lindehof", "x", NULL, BYTES_LITERAL(GOOD), &r),
                     OK);
    s->status = 422;
    road_start_delivery(s);
    until(s, spool_entries(s->intake.spool) == 0);
    assert_int_equal(road_count(s->quarantine_dir, "lindehof"), 2);
    assert_int_equal(deliver_counts(s->deliver).refused, 1);
    road_assert_message(s, "push", "quarantined", "did not take these numbers (422)");
    reading_fini(&r);
    s->status = 403; /* a matter of enrolment: wait, lose nothing */
    assert_int_equal(intake_take(&s->intake, CHANNEL_PUSH, "lindehof", "x", NULL, BYTES_LITERAL(GOOD), &r),
                     OK);
    int before = s->requests;
    until(s, s->requests >= before + 2);
    assert_int_equal(spool_entries(s->intake.spool), 1);
    s->status = 200;
    until(s, spool_entries(s->intake.spool) == 0);
    assert_int_equal(road_count(s->quarantine_dir, "lindehof"), 2);
    s->status = 403; /* somebody else's pool: waiting does not help */
    s->answer = "{\"type\":\"/problems/not_allowed\"}";
    assert_int_equal(
        intake_take(&s->intake, CHANNEL_PUSH, "lindehof", "x", NULL, BYTES_LITERAL(GOOD), &again), OK);
    reading_fini(&again);
    until(s, spool_entries(s->intake.spool) == 0);
    assert_int_equal(road_count(s->quarantine_dir, "lindehof"), 4);
    reading_fini(&r);
}

static void take_with_free(struct road *s, int units)
{
    struct reading r = {0};
    char text[400];
    snprintf(text, sizeof text,
             "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>2026-01-01T00:00:00Z</peilmoment>"
             "<plekken><plek code=\"K1\"><vrij>%d</vrij></plek></plekken></capaciteit>",
             units);
    assert_int_equal(intake_take(&s->intake, CHANNEL_PUSH, "lindehof", "x", NULL, bytes_of_text(text), &r),
                     OK);
    reading_fini(&r);
}

/* The broker away for a day: one request for what waits, in order; the same one until it is answered. */
static void backlog_in_one(void **state)
{
    struct road *s = *state;
    for (int i = 0; i < 5; i++)
        take_with_free(s, i);
    s->status = 503;
    road_start_delivery(s);
    until(s, s->requests >= 2);
    take_with_free(s, 5);
    int before = s->requests;
    until(s, s->requests > before + 1);
    s->status = 200;
    until(s, spool_entries(s->intake.spool) == 0);
    assert_string_equal(s->keys[0], s->keys[1]);
    assert_string_equal(s->keys[0], s->keys[2]);
    assert_non_null(strstr(buf_c_str(&s->body), "\"unitsFree\":5")); /* what came later went later */
    assert_null(strstr(buf_c_str(&s->body), "\"unitsFree\":4"));
    assert_int_equal(deliver_counts(s->deliver).reports, 6);
}

/* One bad among five: it alone goes to quarantine, the others are delivered, each once and in order. */
static void bad_one_among_good(void **state)
{
    struct road *s = *state;
    for (int i = 0; i < 5; i++)
        take_with_free(s, i);
    s->bad = "\"unitsFree\":2";
    road_start_delivery(s);
    until(s, spool_entries(s->intake.spool) == 0);
    assert_int_equal(s->requests, 6); /* together, then five alone */
    assert_non_null(strstr(buf_c_str(&s->body), "\"unitsFree\":4"));
    assert_int_equal(road_count(s->quarantine_dir, "lindehof"), 2);
    assert_int_equal(deliver_counts(s->deliver).refused, 1);
    assert_int_equal(deliver_counts(s->deliver).reports, 4);
    for (int i = 0; i < 3; i++) /* and together again from here on */
        take_with_free(s, 10 + i);
    until(s, spool_entries(s->intake.spool) == 0);
    assert_int_equal(deliver_counts(s->deliver).reports, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(broker_away, road_setup, road_teardown),
        cmocka_unit_test_setup_teardown(broker_refuses, road_setup, road_teardown),
        cmocka_unit_test_setup_teardown(backlog_in_one, road_setup, road_teardown),
        cmocka_unit_test_setup_teardown(bad_one_among_good, road_setup, road_teardown),
    };
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
