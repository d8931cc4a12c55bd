/* What people ask by way of the broker is carried out, once, and answered. */
#include "support/feed_world.h"
#include "support/telling.h"

#include "base/crypto.h"
#include "base/mem.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Seven uploads were told in POSTS requests: told again to a broker that has forgotten, and of no order. */
static void told_again(struct telling *s, int posts)
{
    char *first = json_dumps(json_object_get(told_message(s->broker, 0), "reports"), 0), id[MESSAGE_ID_SIZE];
    snprintf(id, sizeof id, "%s", told_text(s->broker, 0, "messageId"));
    telling_stop(s);
    told_stop(s->broker);
    told_start(s->broker);
    messages_free(s->intake.messages);
    spool_free(s->intake.spool);
    telling_open_disk(s);
    telling_start(s);
    until(s, told_messages(s->broker) == 7);
    assert_int_equal(told_posts(s->broker), posts + 7);
    for (int i = 0; i < 7; i++) {
        const json_t *m = told_message(s->broker, i);
        assert_string_equal(telling_text(m, "channel"), "upload");
        assert_null(json_object_get(m, "orderId"));
        if (strcmp(telling_text(m, "messageId"), id) != 0)
            continue;
        char *again = json_dumps(json_object_get(m, "reports"), 0);
        assert_string_equal(again, first);
        id[0] = '\0';
        free(again);
    }
    assert_int_equal(id[0], '\0');
    free(first);
}

static void uploads(void **state)
{
    static const struct {
        const char *provider, *content, *outcome, *reason;
        bool test;
    } cases[] = {
        {"lindehof", GOOD, "taken", NULL, false},   {"lindehof", GOOD, "test", NULL, true},
        {"proefhuis", GOOD, "test", NULL, false},   {"lindehof", BAD, "refused", NULL},
        {"niemand", GOOD, "refused", "no profile"}, {"lindehof", NULL, "refused", "no longer there"}};
    struct telling *s = *state;
    telling_start(s);
    for (int i = 0; i < (int)COUNT_OF(cases); i++) {
        told_content(s->broker, bytes_of_text(cases[i].content));
        told_order(s->broker, 100 + i, "read", cases[i].provider, NULL, cases[i].test);
        until(s, told_answered(s->broker, 100 + i));
        const json_t *m = told_message(s->broker, i);
        assert_string_equal(telling_text(m, "channel"), "upload");
        assert_string_equal(telling_text(m, "outcome"), cases[i].outcome);
        assert_int_equal(json_array_size(json_object_get(m, "reports")),
                         strcmp(cases[i].outcome, "refused") != 0);
        assert_int_equal(json_array_size(json_object_get(m, "complaints")) > 0,
                         strcmp(cases[i].outcome, "refused") == 0);
        if (cases[i].reason != NULL)
            assert_non_null(
                strstr(telling_text(telling_item(m, "complaints", 0), "reason"), cases[i].reason));
    }
    /* Larger than is read: nothing of it. */
    struct buf big = {0};
    memset(buf_extend(&big, INTAKE_BYTES_MAX + 1), 'x', INTAKE_BYTES_MAX + 1);
    told_content(s->broker, buf_view(&big));
    told_order(s->broker, 200, "read", "lindehof", NULL, false);
    until(s, told_answered(s->broker, 200));
    assert_string_equal(told_text(s->broker, 6, "outcome"), "refused");
    assert_non_null(strstr(telling_text(telling_item(told_message(s->broker, 6), "complaints", 0), "reason"),
                           "adapter takes"));
    told_content(s->broker, (struct bytes){0});
    buf_fini(&big);
    assert_int_equal(spool_entries(s->intake.spool), 0);
    assert_int_equal(world_count(s->quarantine_dir), 0);
    until(s, courier_counts(s->courier).orders == 7);
    int posts = told_posts(s->broker);
    assert_int_equal(messages_counts(s->intake.messages).kept, 7); /* what became of them */
    assert_int_equal(messages_counts(s->intake.messages).waiting, 0);
    told_again(s, posts);
}

/* The broker does not take what was understood (a pool that is not the provider's): whoever waits hears why.
 */
static void why_not(void **state)
{
    struct telling *s = *state;
    telling_start(s);
    told_answers(s->broker, 400, "invalid");
    told_refuses_reports_only(s->broker, true);
    told_content(s->broker, BYTES_LITERAL(GOOD));
    told_order(s->broker, 1, "read", "lindehof", NULL, false);
    until(s, told_answered(s->broker, 1));
    assert_string_equal(told_text(s->broker, 0, "outcome"), "refused");
    assert_int_equal(telling_number(telling_item(told_message(s->broker, 0), "complaints", 0), "line"), 4);
    assert_int_equal(telling_give(s, CHANNEL_DROP, "proefhuis", GOOD), OK);
    until(s, told_messages(s->broker) == 2);
    assert_string_equal(told_text(s->broker, 1, "outcome"), "refused");
    told_content(s->broker, (struct bytes){0});
}

static void ask_replay(struct telling *s, int64_t order, const char *message)
{
    told_order(s->broker, order, "replay", "lindehof", message, false);
    until(s, told_answered(s->broker, order));
}

static void replays(void **state)
{
    struct telling *s = *state;
    char id[MESSAGE_ID_SIZE], path[300];
    telling_start(s);
    assert_int_equal(telling_give(s, CHANNEL_DROP, "lindehof", NEW_PLACE), ERR_BAD_INPUT);
    until(s, told_messages(s->broker) == 1);
    snprintf(id, sizeof id, "%s", told_text(s->broker, 0, "messageId"));
    /* Nothing was mended. */
    ask_replay(s, 1, id);
    assert_string_equal(told_text(s->broker, 1, "outcome"), "refused");
    assert_string_equal(told_text(s->broker, 1, "channel"), "replay");
    assert_string_equal(told_text(s->broker, 1, "replayOf"), id);
    assert_int_equal(telling_set_aside(s, "lindehof"), 2);
    /* Something was mended, but another profile is faulty: not by the old ones. */
    telling_profile(s, "lindehof", PROFILE("", "lindehof", "\"K9\":\"lindehof-nieuw\""));
    telling_profile(s, "json", "{");
    ask_replay(s, 2, id);
    assert_string_equal(told_text(s->broker, 2, "outcome"), "refused");
    assert_non_null(strstr(telling_text(telling_item(told_message(s->broker, 2), "complaints", 0), "reason"),
                           "profiles on disk"));
    assert_int_equal(telling_set_aside(s, "lindehof"), 2);
    /* All mended. */
    telling_profile(s, "json",
                    "{\"format\":\"opvang_json\",\"providers\":{\"jeezon\":{\"pools\":[\"j-1\"]}}}");
    ask_replay(s, 3, id);
    const json_t *m = told_message(s->broker, 3);
    assert_string_equal(telling_text(m, "outcome"), "taken");
    assert_string_equal(telling_text(telling_item(m, "reports", 0), "pool"), "lindehof-nieuw");
    assert_int_equal(telling_set_aside(s, "lindehof"), 0);
    assert_int_equal(spool_entries(s->intake.spool), 1);
    /* The broker restarts and asks again: the same answer, and the numbers once. */
    told_stop(s->broker);
    told_start(s->broker);
    ask_replay(s, 4, id);
    assert_int_equal(spool_entries(s->intake.spool), 1);
    until(s, told_messages(s->broker) == 4);
    /* Gone from quarantine, and one that never was. */
    assert_int_equal(telling_give(s, CHANNEL_DROP, "lindehof", BAD), ERR_BAD_INPUT);
    until(s, told_messages(s->broker) == 5);
    snprintf(id, sizeof id, "%s", told_text(s->broker, 4, "messageId"));
    snprintf(path, sizeof path, "%s/adapters-test-gone", s->dir);
    assert_int_equal(rename(s->quarantine_dir, path), 0);
    ask_replay(s, 5, id);
    assert_non_null(strstr(telling_text(telling_item(told_message(s->broker, 5), "complaints", 0), "reason"),
                           "no longer in"));
    ask_replay(s, 6, "ffffffffffffffffffffffffffffffff");
    assert_string_equal(told_text(s->broker, 6, "outcome"), "refused");
    ask_replay(s, 7, "../../../etc/passwd");
    assert_string_equal(told_text(s->broker, 7, "outcome"), "refused");
    assert_int_equal(spool_entries(s->intake.spool), 1);
}

/* Reports that the broker did not take, asked once more: as they are. */
static void replay_of_reports(void **state)
{
    struct telling *s = *state;
    struct spool_entry entry = {0};
    struct buf kept = {0};
    char id[MESSAGE_ID_SIZE];
    telling_give_numbers(s, "lindehof", 3, 1);
    assert_int_equal(spool_oldest(s->intake.spool, "lindehof", &entry), OK);
    char *reports = json_dumps(entry.reports, 0);
    assert_int_equal(quarantine_put(s->intake.quarantine, "lindehof", "reports.json", NULL,
                                    bytes_of_text(reports), json_pack("{s:s}", "refusedBy", "broker"), &kept),
                     OK);
    snprintf(id, sizeof id, "%s", entry.key);
    messages_refused(s->intake.messages, "lindehof", id, NULL, 403, buf_c_str(&kept));
    spool_done(s->intake.spool, &entry);
    telling_start(s);
    until(s, told_messages(s->broker) == 1);
    ask_replay(s, 1, id);
    assert_string_equal(told_text(s->broker, 1, "outcome"), "taken");
    assert_int_equal(spool_entries(s->intake.spool), 1);
    assert_int_equal(telling_set_aside(s, "lindehof"), 0);
    struct spool_entry again = {0};
    assert_int_equal(spool_oldest(s->intake.spool, "lindehof", &again), OK);
    assert_true(json_equal(entry.reports, again.reports));
    spool_entry_fini(&entry);
    spool_entry_fini(&again);
    buf_fini(&kept);
    free(reports);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(uploads, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(why_not, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(replays, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(replay_of_reports, telling_setup, telling_teardown),
    };
    signal(SIGPIPE, SIG_IGN);
    crypto_start();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
