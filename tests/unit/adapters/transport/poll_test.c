/* Polling over real TLS with a site that says and does what no provider should. A "minute" is 30 ms here. */
#include "support/poll_scene.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define TOKEN "a-token-of-at-least-16"

static void new_then_unchanged(void **state)
{
    struct scene *s = *state;
    says(s, CLOSING(GOOD_A), CLOSING(SAME));
    start(s);
    until(status(s).unchanged >= 2);
    assert_int_equal(status(s).taken, 1);
    /* One message, and heard since: what is unchanged is none, but the source lives. */
    enum channel channel = CHANNEL_N;
    assert_int_equal(messages_counts(s->intake.messages).kept, 1);
    until(messages_last_heard(s->intake.messages, "lindehof", &channel) > status(s).last_taken_ms);
    assert_int_equal(channel, CHANNEL_POLL);
    assert_int_equal(status(s).health, POLL_WELL);
    assert_true(status(s).last_seen_ms >= status(s).last_taken_ms && status(s).last_taken_ms > 0);
    assert_true(asked(s, 0, "GET /plekken.xml HTTP/1.1\r\n") && asked(s, 0, "Accept-Encoding: identity\r\n"));
    assert_false(asked(s, 0, "If-") || asked(s, 0, "Authorization") || asked(s, 0, "Cookie"));
    assert_true(asked(s, 1, "If-None-Match: \"a\"\r\n"));
    assert_true(asked(s, 1, "If-Modified-Since: Sun, 22 Nov 2026 00:00:00 GMT\r\n"));
    /* A restart knows it still, and the spool does not mind what lies in its folder. */
    stop(s);
    close_spool(s);
    open_spool(s);
    says(s, CLOSING(SAME));
    start(s);
    until(status(s).unchanged >= 1);
    assert_true(asked(s, 0, "If-None-Match: \"a\"\r\n"));
    assert_int_equal(spooled(s), 1);
    /* Another URL begins anew. */
    stop(s);
    snprintf(s->source.url, sizeof s->source.url, "https://127.0.0.1:%u/other", site_port(s->site));
    says(s, CLOSING(GOOD_B), CLOSING(SAME));
    start(s);
    until(status(s).unchanged >= 1);
    assert_false(asked(s, 0, "If-"));
    assert_false(asked(s, 1, "If-Modified-Since"));
    assert_int_equal(spooled(s), 2);
}

/* Whether it was asked without validators. */
static bool asked_whole(struct scene *s)
{
    int n = site_requests(s->site);
    for (int i = 0; i < n && i < SITE_KEPT; i++)
        if (!asked(s, i, "If-None-Match"))
            return true;
    return false;
}

/* The profile is another one, while we run or while we do not: the file is read anew though unchanged. */
static void another_profile_reads_anew(void **state)
{
    struct scene *s = *state;
    struct buf text = {0};
    char path[200];
    buf_format(&text, "{\"test\":true,%s", profile_opvang + 1);
    path_in(s, "profiles/lindehof.json", path);
    struct buf fault = {0};
    char dir[200];
    path_in(s, "profiles", dir);
    struct profiles *trial = NULL, *live = s->profiles;
    world_write(path, buf_view(&text));
    assert_int_equal(profiles_load(dir, &trial, &fault), OK);
    intake_swap(&s->intake, trial);
    says(s, CLOSING(GOOD_A), CLOSING(SAME));
    start(s);
    until(status(s).unchanged >= 2);
    assert_int_equal(status(s).taken, 1);
    assert_int_equal(spooled(s), 0);
    /* The trial is over. */
    says(s, CLOSING(GOOD_A));
    intake_swap(&s->intake, live);
    poll_renew(s->poll);
    until(asked_whole(s));
    int asked_n = site_requests(s->site);
    until(site_requests(s->site) > asked_n + 1 && spooled(s) >= 1);
    says(s, CLOSING(SAME));
    uint64_t unchanged = status(s).unchanged;
    until(status(s).unchanged > unchanged);
    asked_n = site_requests(s->site);
    /* The same profile again: nothing to read anew. */
    poll_renew(s->poll);
    until(site_requests(s->site) > asked_n + 1);
    assert_false(asked_whole(s));
    stop(s);
    says(s, CLOSING(SAME));
    start(s);
    until(status(s).unchanged >= 1);
    assert_true(asked(s, 0, "If-None-Match: \"a\"\r\n"));
    /* Another one across a restart. */
    stop(s);
    intake_swap(&s->intake, trial);
    says(s, CLOSING(GOOD_A), CLOSING(SAME));
    start(s);
    until(status(s).unchanged >= 1);
    assert_false(asked(s, 0, "If-"));
    assert_int_equal(status(s).taken, 1);
    stop(s);
    intake_swap(&s->intake, live);
    profiles_free(trial);
    buf_fini(&text);
    buf_fini(&fault);
}

static void broken_state_is_no_state(void **state)
{
    struct scene *s = *state;
    says(s, CLOSING(GOOD_A), {SAME, TAIL_HANG});
    start(s);
    until(status(s).taken == 1);
    stop(s);
    char command[400];
    snprintf(command, sizeof command, "for f in '%s'/.poll/*.json; do echo '{\"etag\":7' > \"$f\"; done",
             s->spool_dir);
    assert_int_equal(system(command), 0);
    says(s, CLOSING(EMPTY("304 Not Modified")));
    start(s);
    until(status(s).failures >= 1);
    assert_false(asked(s, 0, "If-"));
    assert_int_equal(status(s).health, POLL_AWAY); /* nobody asked "if": that 304 says nothing */
    assert_int_equal(status(s).last_seen_ms, 0);
}

static void token_and_certificate(void **state)
{
    struct scene *s = *state;
    char path[200];
    path_in(s, "token", path);
    world_write(path, BYTES_LITERAL(TOKEN "\n"));
    assert_int_equal(chmod(path, 0600), 0);
    snprintf(s->source.token_file, sizeof s->source.token_file, "%s", path);
    says(s, CLOSING(GOOD_B), CLOSING(SAME));
    start(s);
    until(status(s).unchanged >= 1);
    assert_true(asked(s, 0, "Authorization: Bearer " TOKEN "\r\n"));
    /* Changed while we run: the new one. Open to all: nothing is asked. */
    world_write(path, BYTES_LITERAL(TOKEN "-new"));
    says(s, CLOSING(SAME));
    until(site_requests(s->site) > 2);
    assert_true(asked(s, 2, "Authorization: Bearer " TOKEN "-new\r\n"));
    assert_int_equal(chmod(path, 0644), 0);
    until(status(s).failures >= 1);
    says(s, CLOSING(SAME));
    until(status(s).failures >= 3);
    assert_int_equal(site_requests(s->site), 0);
    stop(s);
    s->source.token_file[0] = '\0';
    site_close(s->site);
    s->site = site_open(&s->certs, true);
    snprintf(s->source.url, sizeof s->source.url, "https://127.0.0.1:%u/", site_port(s->site));
    says(s, CLOSING(GOOD_B));
    start(s);
    until(status(s).failures >= 2);
    assert_int_equal(site_requests(s->site), 0);
    stop(s);
    snprintf(s->source.cert, sizeof s->source.cert, "%s", s->certs.client_cert);
    snprintf(s->source.key, sizeof s->source.key, "%s", s->certs.client_key);
    start(s);
    until(status(s).taken >= 1);
}

static void stop_while_it_runs(void **state)
{
    struct scene *s = *state;
    s->config.total_ms = 30000;
    says(s, {OK_HEAD "\r\n" GOOD, TAIL_HANG});
    start(s);
    until(site_requests(s->site) == 1);
    usleep(20000);
    int64_t began = time_mono_ms();
    stop(s);
    assert_true(time_mono_ms() - began < 3000);
    assert_int_equal(spooled(s), 0);
}

/* More sources than may be asked at once: each has its turn, also behind one that hangs. */
static void many_sources(void **state)
{
    struct scene *s = *state;
    struct poll_source list[20];
    struct poll_status st;
    for (int i = 0; i < 20; i++) {
        list[i] = s->source;
        snprintf(list[i].url, sizeof list[i].url, "https://127.0.0.1:%u/%d", site_port(s->site), i);
        list[i].every_minutes = 1000;
    }
    s->sources = (struct poll_sources){list, 20};
    says(s, CLOSING(SIZED "\r\n<!DOCTYPE x><capaciteit/>"));
    start(s);
    for (size_t i = 0; i < 20; i++)
        until(poll_status(s->poll, i, &st) && st.health == POLL_BAD_FILE);
    assert_int_equal(quarantined(s), 20);
    assert_int_equal(site_requests(s->site), 20);
    stop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(new_then_unchanged),    CASE(another_profile_reads_anew), CASE(broken_state_is_no_state),
        CASE(token_and_certificate), CASE(stop_while_it_runs),         CASE(many_sources),
    };
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
