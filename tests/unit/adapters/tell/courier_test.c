/* What became of every message reaches the broker: in order, once, whatever is killed or away. */
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
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void each_becomes_a_message(void **state)
{
    struct telling *s = *state;
    assert_int_equal(telling_give(s, CHANNEL_DROP, "lindehof", GOOD), OK);
    assert_int_equal(telling_give(s, CHANNEL_PUSH, "lindehof", BAD), ERR_BAD_INPUT);
    assert_int_equal(intake_too_big(&s->intake, CHANNEL_POLL, "lindehof", "x", NULL, 10737418240), OK);
    assert_int_equal(telling_give(s, CHANNEL_DROP, "proefhuis", GOOD), OK);
    assert_int_equal(telling_give(s, CHANNEL_DROP, "niemand", GOOD), ERR_NOT_FOUND);
    telling_start(s);
    until(s, told_messages(s->broker) == 4);
    const json_t *m = NULL;
    for (int i = 0; i < 4; i++) {
        m = told_message(s->broker, i);
        char *all = json_dumps(m, 0);
        assert_null(strstr(all, "Mevrouw"));
        assert_null(strstr(all, "many"));
        free(all);
        if (strcmp(telling_text(m, "provider"), "proefhuis") == 0) {
            assert_string_equal(telling_text(m, "outcome"), "test");
            assert_string_equal(telling_text(m, "profile"), "trial");
            assert_int_equal(json_array_size(json_object_get(m, "reports")), 1);
        } else if (strcmp(telling_text(m, "outcome"), "taken") == 0) {
            assert_string_equal(telling_text(m, "channel"), "drop");
            assert_string_equal(telling_text(m, "format"), "opvang_xml");
            assert_string_equal(telling_text(m, "profile"), "lindehof");
            assert_int_equal(telling_number(m, "bytes"), strlen(GOOD));
            assert_int_equal(telling_number(telling_item(m, "reports", 0), "unitsFree"), 1);
            assert_int_equal(telling_number(telling_item(m, "reports", 0), "line"), 4);
            assert_string_equal(telling_text(telling_item(m, "reports", 0), "pool"), "lindehof-nood");
        } else if (strcmp(telling_text(m, "channel"), "push") == 0) {
            assert_string_equal(telling_text(m, "outcome"), "quarantined");
            assert_int_equal(json_array_size(json_object_get(m, "reports")), 0);
            assert_int_equal(telling_number(telling_item(m, "complaints", 0), "line"), 4);
            assert_string_equal(telling_text(telling_item(m, "complaints", 0), "field"), "vrij");
        } else {
            assert_string_equal(telling_text(m, "channel"), "poll");
            assert_string_equal(telling_text(m, "outcome"), "refused");
            assert_int_equal(telling_number(m, "bytes"), 1000000000); /* the API takes no more */
        }
    }
    assert_int_equal(spool_entries(s->intake.spool), 1); /* not of the one on trial */
    until(s, courier_counts(s->courier).messages == 4);
    until(s, messages_counts(s->intake.messages).waiting == 0);
}

/* A provider may put anything where a key belongs: it does not leave the house. */
static void keys_are_not_told(void **state)
{
    struct telling *s = *state;
    const char *json =
        "{\"formaat\":\"urn:veiligeplek:opvang:1\",\"Jansen\":1,\"peilmoment\":\"x\",\"plekken\":"
        "[{\"code\":\"j-1\",\"123456782\":2,\"vrij\":\"een\"}]}";
    assert_int_equal(telling_give(s, CHANNEL_DROP, "jeezon", json), ERR_BAD_INPUT);
    telling_start(s);
    until(s, told_messages(s->broker) == 1);
    char *all = json_dumps(told_message(s->broker, 0), 0);
    assert_null(strstr(all, "Jansen"));
    assert_null(strstr(all, "123456782"));
    assert_non_null(strstr(all, "\"/?\""));
    assert_non_null(strstr(all, "\"/plekken/0/?\""));
    assert_non_null(strstr(all, "\"/plekken/0/vrij\""));
    free(all);
}

static void heartbeat_says(void **state)
{
    struct telling *s = *state;
    telling_start(s);
    until(s, told_heartbeats(s->broker) == 1);
    const json_t *feed = told_feed(s->broker, "proefhuis");
    assert_true(json_is_true(json_object_get(feed, "test")));
    assert_int_equal(telling_number(feed, "expectedMinutes"), 5);
    assert_true(json_is_null(json_object_get(feed, "lastMessageAt")));
    feed = told_feed(s->broker, "lindehof");
    assert_string_equal(telling_text(feed, "channel"), "drop");
    assert_int_equal(telling_number(feed, "expectedMinutes"), 60);
    assert_int_equal(telling_give(s, CHANNEL_PUSH, "lindehof", GOOD), OK);
    intake_heard(&s->intake, "jeezon", CHANNEL_POLL);
    int before = told_heartbeats(s->broker);
    until(s, told_heartbeats(s->broker) > before + 1);
    feed = told_feed(s->broker, "lindehof");
    assert_string_equal(telling_text(feed, "channel"), "push");
    assert_int_equal(telling_number(feed, "waiting"), 1);
    assert_true(json_is_string(json_object_get(feed, "lastMessageAt")));
    /* Nothing new is heard too, without a message. */
    assert_true(json_is_string(json_object_get(told_feed(s->broker, "jeezon"), "lastMessageAt")));
    assert_int_equal(told_messages(s->broker), 1);
}

/* The file of the only message of PROVIDER gets a number of an hour ahead, as when our clock ran so. */
static void set_ahead(const struct telling *s, const char *provider)
{
    char command[600];
    snprintf(command, sizeof command,
             "cd '%s/.messages/%s' && for f in [0-9]*; do mv \"$f\" %016lld.\"${f#*.}\"; done", s->spool_dir,
             provider, (long long)time_wall_ms() + 3600000);
    assert_int_equal(system(command), 0);
}

/* Our clock ran ahead once: who was heard then is heard at the moment that shows, and no later. */
static void clock_ran_ahead(void **state)
{
    struct telling *s = *state;
    enum channel channel = CHANNEL_N;
    char why[200] = "";
    assert_int_equal(telling_give(s, CHANNEL_PUSH, "lindehof", GOOD), OK);
    messages_free(s->intake.messages);
    set_ahead(s, "lindehof");
    assert_int_equal(messages_open(s->spool_dir, &s->intake.messages, why, sizeof why), OK);
    int64_t heard = messages_last_heard(s->intake.messages, "lindehof", &channel);
    assert_in_range(heard, 1, time_wall_ms());
    int64_t before = time_wall_ms();
    until(s, time_wall_ms() > before + 5);
    assert_int_equal(messages_last_heard(s->intake.messages, "lindehof", &channel), heard);
    intake_heard(&s->intake, "lindehof", CHANNEL_POLL);
    assert_true(messages_last_heard(s->intake.messages, "lindehof", &channel) > before);
    assert_int_equal(channel, CHANNEL_POLL);
    /* What comes now is told behind it all the same. */
    assert_int_equal(telling_give(s, CHANNEL_DROP, "lindehof", BAD), ERR_BAD_INPUT);
    telling_start(s);
    until(s, told_messages(s->broker) == 2);
    assert_string_equal(told_text(s->broker, 1, "outcome"), "quarantined");
}

static void away_and_back(void **state)
{
    struct telling *s = *state;
    told_stop(s->broker);
    telling_start(s);
    telling_give_numbers(s, "lindehof", 0, 8);
    telling_give_numbers(s, "proefhuis", 100, 5);
    until(s, courier_counts(s->courier).failures >= 2);
    assert_int_equal(messages_counts(s->intake.messages).waiting, 13);
    told_start(s->broker);
    until(s, told_messages(s->broker) == 13);
    assert_int_equal(telling_in_order(s, "lindehof", 0), 8);
    assert_int_equal(telling_in_order(s, "proefhuis", 100), 5);
    /* It restarts and has forgotten all: told again, all and in order, and what is new behind it. */
    told_stop(s->broker);
    uint64_t failures = courier_counts(s->courier).failures;
    /* The first may be an answer that was under way; behind the second a heartbeat comes before all else. */
    until(s, courier_counts(s->courier).failures > failures + 1);
    telling_give_numbers(s, "lindehof", 8, 1);
    told_start(s->broker);
    until(s, told_messages(s->broker) == 14);
    assert_int_equal(telling_in_order(s, "lindehof", 0), 9);
    assert_int_equal(telling_in_order(s, "proefhuis", 100), 5);
    until(s, messages_counts(s->intake.messages).waiting == 0);
    assert_int_equal(messages_counts(s->intake.messages).gone_untold, 0);
}

static void once_only(void **state)
{
    struct telling *s = *state;
    telling_start(s);
    telling_give_numbers(s, "lindehof", 0, 3);
    until(s, told_messages(s->broker) == 3);
    int before = told_heartbeats(s->broker);
    until(s, told_heartbeats(s->broker) > before + 2);
    assert_int_equal(told_posts(s->broker), 3);
    /* The adapter restarts: the broker knows it all, and hears nothing twice. */
    telling_stop(s);
    messages_free(s->intake.messages);
    spool_free(s->intake.spool);
    telling_open_disk(s);
    telling_start(s);
    before = told_heartbeats(s->broker);
    until(s, told_heartbeats(s->broker) > before + 2);
    assert_int_equal(told_posts(s->broker), 3);
    assert_true(json_is_string(json_object_get(told_feed(s->broker, "lindehof"), "lastMessageAt")));
}

/* The process dies with messages that nobody was told: the next one tells them, each that was acknowledged.
 */
static void killed(void **state)
{
    struct telling *s = *state;
    int pipe_fds[2], n = 0, acknowledged = 0;
    assert_int_equal(pipe(pipe_fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0;; i++) {
            char content[400];
            snprintf(content, sizeof content, FILE_OF("%d"), i);
            if (telling_give(s, CHANNEL_DROP, "lindehof", content) != OK ||
                write(pipe_fds[1], &i, sizeof i) != sizeof i)
                _exit(1);
        }
    }
    close(pipe_fds[1]);
    while (acknowledged < 20 && read(pipe_fds[0], &n, sizeof n) == sizeof n)
        acknowledged = n + 1;
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    while (read(pipe_fds[0], &n, sizeof n) == sizeof n)
        acknowledged = n + 1;
    close(pipe_fds[0]);
    assert_true(acknowledged >= 20);
    messages_free(s->intake.messages);
    spool_free(s->intake.spool);
    telling_open_disk(s);
    int waiting = (int)messages_counts(s->intake.messages).waiting;
    assert_true(waiting >= (acknowledged < MESSAGES_KEPT ? acknowledged : MESSAGES_KEPT));
    telling_start(s);
    until(s, told_messages(s->broker) == waiting);
    const json_t *last = told_message(s->broker, waiting - 1);
    assert_true(telling_number(telling_item(last, "reports", 0), "unitsFree") >= acknowledged - 1);
    telling_in_order(
        s, "lindehof",
        (int)telling_number(telling_item(told_message(s->broker, 0), "reports", 0), "unitsFree"));
}

static void only_the_last_are_kept(void **state)
{
    struct telling *s = *state;
    telling_give_numbers(s, "lindehof", 0, MESSAGES_KEPT + 3);
    assert_int_equal(messages_counts(s->intake.messages).gone_untold, 3);
    telling_start(s);
    until(s, told_messages(s->broker) == MESSAGES_KEPT);
    assert_int_equal(telling_in_order(s, "lindehof", 3), MESSAGES_KEPT);
    assert_int_equal(spool_entries(s->intake.spool), MESSAGES_KEPT + 3); /* the numbers are all there */
}

static void not_wanted(void **state)
{
    static const struct {
        int status;
        const char *problem;
        bool again;
    } cases[] = {{400, "x", false},           {422, "x", false}, {403, "not_allowed", false},
                 {404, "not_found", false},   {401, "x", true},  {403, "not_enrolled", true},
                 {404, "no_such_path", true}, {429, "x", true},  {503, "x", true}};
    struct telling *s = *state;
    telling_start(s);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int posts = told_posts(s->broker), told = told_messages(s->broker);
        uint64_t aside = courier_counts(s->courier).aside;
        told_answers(s->broker, cases[i].status, cases[i].problem);
        telling_give_numbers(s, "lindehof", (int)i, 1);
        until(s, told_posts(s->broker) >= posts + (cases[i].again ? 2 : 1));
        if (!cases[i].again) {
            until(s, courier_counts(s->courier).aside == aside + 1);
            int beats = told_heartbeats(s->broker);
            until(s, told_heartbeats(s->broker) > beats + 2);
            assert_int_equal(told_posts(s->broker), posts + 1); /* no endless loop */
        } else {
            assert_int_equal(courier_counts(s->courier).aside, aside);
        }
        told_answers(s->broker, 201, NULL);
        until(s, messages_counts(s->intake.messages).waiting == 0);
        assert_int_equal(told_messages(s->broker), told + cases[i].again);
    }
}

static void refused_by_the_broker(void **state)
{
    struct telling *s = *state;
    struct spool_entry entry = {0};
    json_t *problem = json_pack("{s:s, s:[{s:s, s:s}]}", "detail", "whole", "errors", "pointer",
                                "/reports/0/unitsFree", "detail", "more than the total");
    telling_start(s);
    telling_give_numbers(s, "lindehof", 7, 1);
    until(s, told_messages(s->broker) == 1);
    assert_string_equal(told_text(s->broker, 0, "outcome"), "taken");
    assert_int_equal(spool_oldest(s->intake.spool, "lindehof", &entry), OK);
    assert_string_equal(entry.key, told_text(s->broker, 0, "messageId"));
    messages_refused(s->intake.messages, "lindehof", entry.key, problem, 422, "f");
    until(s, strcmp(told_text(s->broker, 0, "outcome"), "quarantined") == 0);
    assert_int_equal(told_messages(s->broker), 1); /* the same message */
    const json_t *c = telling_item(told_message(s->broker, 0), "complaints", 0);
    assert_string_equal(telling_text(c, "reason"), "more than the total");
    assert_string_equal(telling_text(c, "field"), "/reports/0/unitsFree");
    assert_int_equal(telling_number(c, "line"), 4);
    /* Quicker than the message itself. */
    struct feed_message m = {.provider = "lindehof",
                             .id = "0123456789abcdef0123456789abcdef",
                             .format = "csv",
                             .profile = "p",
                             .outcome = FEED_TAKEN,
                             .received_at_ms = NOW_MS};
    struct reading r = {0};
    messages_refused(s->intake.messages, "lindehof", m.id, NULL, 403, "g");
    assert_true(messages_put(s->intake.messages, feed_message_json(&m, &r), ""));
    until(s, told_messages(s->broker) == 2);
    assert_string_equal(told_text(s->broker, 1, "outcome"), "quarantined");
    spool_entry_fini(&entry);
    json_decref(problem);
}

/* A full disk: the numbers get through where they still can, and what cannot be told is counted. */
static void disk_full(void **state)
{
    struct telling *s = *state;
    struct rlimit before, tight;
    struct stat st;
    char path[300];
    telling_give_numbers(s, "lindehof", 1, 1);
    snprintf(path, sizeof path, "%s/lindehof/0000000000000001.json", s->spool_dir);
    assert_int_equal(stat(path, &st), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = (rlim_t)st.st_size + 20; /* a message is longer than its entry in the spool */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    enum err e = telling_give(s, CHANNEL_DROP, "lindehof", FILE_OF("2"));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(e, OK);
    assert_int_equal(spool_entries(s->intake.spool), 2);
    assert_int_equal(messages_counts(s->intake.messages).unwritten, 1);
    snprintf(path, sizeof path, "%s/.messages/lindehof", s->spool_dir);
    assert_int_equal(world_count(path), 1);
    assert_int_equal(world_hidden(path), 0);
    telling_give_numbers(s, "lindehof", 3, 1);
    telling_start(s);
    until(s, told_messages(s->broker) == 2);
}

/* The answer to a heartbeat is lost that may have asked for all: all is told again. */
static void lost_answer(void **state)
{
    struct telling *s = *state;
    s->timeout_ms = 1000;
    telling_start(s);
    telling_give_numbers(s, "lindehof", 0, 2);
    until(s, told_posts(s->broker) == 2);
    told_cuts_a_heartbeat(s->broker);
    until(s, told_posts(s->broker) == 4);
    assert_int_equal(told_messages(s->broker), 2);
}

/* One provider's message cannot be told: the others' are, and its own as soon as it can. */
static void one_cannot_be_told(void **state)
{
    struct telling *s = *state;
    told_fails_for(s->broker, "lindehof");
    telling_give_numbers(s, "lindehof", 0, 3);
    telling_give_numbers(s, "proefhuis", 100, 30);
    telling_start(s);
    until(s, told_messages(s->broker) == 30);
    assert_int_equal(telling_in_order(s, "proefhuis", 100), 30);
    uint64_t failures = courier_counts(s->courier).failures;
    assert_true(failures >= 1 && failures < 30); /* not as often as the others are told */
    until(s, courier_counts(s->courier).failures >= failures + 2);
    assert_int_equal(messages_counts(s->intake.messages).waiting, 3);
    told_fails_for(s->broker, NULL);
    until(s, told_messages(s->broker) == 33);
    assert_int_equal(telling_in_order(s, "lindehof", 0), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_becomes_a_message, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(keys_are_not_told, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(heartbeat_says, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(clock_ran_ahead, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(away_and_back, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(once_only, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(killed, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(only_the_last_are_kept, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(not_wanted, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(refused_by_the_broker, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(disk_full, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(lost_answer, telling_setup, telling_teardown),
        cmocka_unit_test_setup_teardown(one_cannot_be_told, telling_setup, telling_teardown),
    };
    signal(SIGPIPE, SIG_IGN);
    crypto_start();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
