/* Sites that are slow, cut off, endless, moved, wrong or bad: what the poller makes of each. */
#include "support/poll_scene.h"

#include <curl/curl.h>
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define SHORT_MS 400

#define BAD_B SIZED "ETag: \"b\"\r\n\r\n<!DOCTYPE x><capaciteit/>"

/* The size of all files in quarantine, reasons too. */
static int64_t quarantined_bytes(struct scene *s)
{
    char path[200];
    int64_t sum = 0;
    struct dirent **names = NULL;
    path_in(s, "quarantine/lindehof", path);
    int n = scandir(path, &names, NULL, NULL);
    for (int i = 0; i < n; i++) {
        char file[500];
        struct stat st;
        snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
        if (stat(file, &st) == 0 && S_ISREG(st.st_mode))
            sum += st.st_size;
        free(names[i]);
    }
    free(names);
    return sum;
}

static void slow_and_cut_off(void **state)
{
    struct scene *s = *state;
    int64_t began = time_mono_ms();
    s->config.total_ms = SHORT_MS;
    says(s, {OK_HEAD "ETag: \"a\"\r\n\r\n" GOOD, TAIL_HANG}, {OK_HEAD "Content-Le", TAIL_HANG},
         CLOSING(OK_HEAD "Content-Length: 5000\r\n\r\n" GOOD),
         CLOSING(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5000\r\n" GOOD), {"", TAIL_CLOSE},
         {OK_HEAD "\r\n" GOOD, TAIL_CUT},
         {OK_HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\n<\r\n0\r\n\r\n", TAIL_CUT}, CLOSING(GOOD_B));
    start(s);
    until(status(s).failures >= 1);
    assert_in_range(time_mono_ms() - began, SHORT_MS - 10, TOTAL_MS);
    until(status(s).taken >= 1);
    assert_true(site_requests(s->site) >= 8);
    assert_false(asked(s, 7, "If-"));
    assert_int_equal(status(s).last_seen_ms, status(s).last_taken_ms);
    assert_int_equal(quarantined(s), 1); /* the whole, chunked and bad one */
}

static void endless(void **state)
{
    struct scene *s = *state;
    says(s, {OK_HEAD "\r\n" GOOD, TAIL_ENDLESS});
    start(s);
    until(status(s).health == POLL_BAD_FILE && status(s).failures >= 2);
    assert_true(status(s).last_seen_ms > 0);
    says(s, {OK_HEAD "Content-Length: 99999999999\r\n\r\n" GOOD, TAIL_ENDLESS},
         {"HTTP/1.1 500 Internal\r\n\r\n", TAIL_ENDLESS}, {OK_HEAD "X: ", TAIL_ENDLESS}, CLOSING(GOOD_B));
    until(status(s).taken >= 1);
    assert_int_equal(quarantined(s), 1);            /* the same beginning three times */
    assert_in_range(quarantined_bytes(s), 1, 4096); /* the reason only */
    assert_int_equal(status(s).failures, 0);
}

/* A byte more than the bound is never kept: it shows in what lies in quarantine. */
static void just_too_big(void **state)
{
    struct scene *s = *state;
    for (int more = 0; more < 2; more++) {
        struct buf reply = {0};
        size_t n = (size_t)INTAKE_BYTES_MAX + (size_t)more;
        int64_t before = more == 0 ? 0 : quarantined_bytes(s);
        buf_text(&reply, SIZED "\r\n");
        memset(buf_extend(&reply, n), 'x', n);
        says(s, {buf_c_str(&reply), TAIL_CLOSE});
        start(s);
        until(status(s).health == POLL_BAD_FILE);
        stop(s);
        says(s, CLOSING(EMPTY("500 No")));
        assert_int_equal(quarantined(s), more + 1);
        if (more == 0)
            assert_true(quarantined_bytes(s) > INTAKE_BYTES_MAX);
        else
            assert_true(quarantined_bytes(s) - before < 4096);
        buf_fini(&reply);
    }
}

static void cut_short_by_its_length(void **state)
{
    struct scene *s = *state;
    says(s, CLOSING(OK_HEAD "ETag: \"b\"\r\nContent-Length: 40\r\n\r\n" GOOD), CLOSING(GOOD_B));
    start(s);
    until(status(s).taken >= 1);
    assert_int_equal(quarantined(s), 1);
    assert_false(asked(s, 1, "If-None-Match"));
}

static void redirects(void **state)
{
    struct scene *s = *state;
    char here[4][200];
    const unsigned port = site_port(s->site);
    static const struct {
        const char *before;
        unsigned port; /* 0 = the site's */
    } to[] = {{"http://127.0.0.1", 0},
              {"https://localhost", 0},
              {"https://127.0.0.1", 1},
              {"https://me:secret@127.0.0.1", 0}};
    says(s, CLOSING("HTTP/1.1 302 Found\r\nLocation: /one\r\nETag: \"no\"\r\nContent-Length: 0\r\n\r\n"),
         CLOSING("HTTP/1.1 301 Moved\r\nLocation: two\r\nContent-Length: 3\r\n\r\nxyz"),
         CLOSING("HTTP/1.1 308 Moved\r\nLocation: /three\r\nContent-Length: 0\r\n\r\n"), CLOSING(GOOD_B));
    start(s);
    until(status(s).taken >= 1);
    assert_true(asked(s, 2, "GET /two ") && asked(s, 3, "GET /three "));
    stop(s);
    for (size_t i = 0; i < COUNT_OF(to); i++) {
        snprintf(here[i], sizeof here[i],
                 "HTTP/1.1 302 Found\r\nLocation: %s:%u/x\r\nContent-Length: 0\r\n\r\n", to[i].before,
                 to[i].port != 0 ? to[i].port : port);
        says(s, {here[i], TAIL_CLOSE}, CLOSING(EMPTY("500 No")));
        start(s);
        until(status(s).failures >= 1);
        assert_int_equal(status(s).health, POLL_AWAY);
        until(site_requests(s->site) >= 2);
        assert_true(asked(s, 1, "GET /plekken.xml ")); /* not where it led */
        stop(s);
    }
    /* Round and round: first and three more. */
    says(s, CLOSING("HTTP/1.1 302 Found\r\nLocation: /round\r\nContent-Length: 0\r\n\r\n"));
    start(s);
    until(site_requests(s->site) >= 5);
    assert_true(asked(s, 3, "GET /round ") && asked(s, 4, "GET /plekken.xml "));
}

static void wrong_certificate(void **state)
{
    struct scene *s = *state;
    says(s, CLOSING(GOOD_B));
    for (int i = 0; i < 3; i++) {
        snprintf(s->source.ca, sizeof s->source.ca, "%s",
                 i == 0   ? "" /* this machine's own authorities */
                 : i == 1 ? s->certs.stranger_cert
                          : s->certs.ca);
        snprintf(s->source.url, sizeof s->source.url, "https://%s:%u/", i == 2 ? "localhost" : "127.0.0.1",
                 site_port(s->site)); /* the certificate is for 127.0.0.1 */
        start(s);
        until(status(s).failures >= 2);
        assert_int_equal(status(s).health, POLL_AWAY);
        stop(s);
    }
    assert_int_equal(site_requests(s->site), 0);
}

static void failing_then_well(void **state)
{
    struct scene *s = *state;
    says(s, CLOSING(GOOD_A), CLOSING(EMPTY("500 Broken")), CLOSING(EMPTY("204 Nothing")),
         CLOSING("nonsense\r\n\r\n"), CLOSING(EMPTY("404 Gone")));
    start(s);
    until(status(s).health == POLL_CLOSED);
    assert_int_equal(status(s).taken, 1);
    assert_true(status(s).failures >= 4 && status(s).last_seen_ms == status(s).last_taken_ms);
    says(s, CLOSING(SAME));
    until(status(s).unchanged >= 1);
    assert_int_equal(status(s).health, POLL_WELL);
    assert_int_equal(status(s).failures, 0);
    assert_true(asked(s, 0, "If-None-Match: \"a\"\r\n")); /* kept through the bad times */
    stop(s);
    for (int i = 0; i < 4; i++) {
        static const char *const shut[] = {EMPTY("401 x"), EMPTY("403 x"), EMPTY("404 x"), EMPTY("410 x")};
        says(s, {shut[i], TAIL_CLOSE});
        start(s);
        until(status(s).failures >= 1);
        assert_int_equal(status(s).health, POLL_CLOSED);
        stop(s);
    }
}

/* Waits grow to the longest and no further. */
static void backs_off(void **state)
{
    struct scene *s = *state;
    s->config.first_wait_ms = 40;
    s->config.longest_wait_ms = 160;
    says(s, CLOSING(EMPTY("500 Broken")));
    start(s);
    until(site_requests(s->site) >= 6);
    stop(s);
    static const int least[] = {30, 60, 120, 120, 120};
    for (int i = 0; i < 5; i++)
        assert_true(site_request_at_ms(s->site, i + 1) - site_request_at_ms(s->site, i) >= least[i]);
    assert_true(site_request_at_ms(s->site, 5) - site_request_at_ms(s->site, 0) < 5000);
}

static void retry_after(void **state)
{
    struct scene *s = *state;
    s->config.longest_wait_ms = 3000;
    says(s, CLOSING("HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"), CLOSING(GOOD_B));
    start(s);
    until(status(s).taken == 1);
    stop(s);
    assert_in_range(site_request_at_ms(s->site, 1) - site_request_at_ms(s->site, 0), 990, 3000);
    s->config.longest_wait_ms = 200; /* a year is not believed */
    says(s, CLOSING("HTTP/1.1 429 Busy\r\nRetry-After: 31536000\r\nContent-Length: 0\r\n\r\n"),
         CLOSING(SAME));
    start(s);
    until(status(s).unchanged == 1);
    assert_in_range(site_request_at_ms(s->site, 1) - site_request_at_ms(s->site, 0), 195, 3000);
}

static void bad_file(void **state)
{
    struct scene *s = *state;
    says(s, CLOSING(GOOD_A), CLOSING(BAD_B), CLOSING(BAD_B), CLOSING(BAD_B), CLOSING(GOOD_B), CLOSING(SAME));
    start(s);
    until(status(s).unchanged >= 1);
    assert_int_equal(status(s).taken, 2);
    assert_int_equal(quarantined(s), 1);
    assert_int_equal(messages_counts(s->intake.messages).kept, 3); /* the same bad file again is none */
    for (int i = 1; i <= 4; i++) /* by the last good one, so that a mended "b" is found */
        assert_true(asked(s, i, "If-None-Match: \"a\"\r\n"));
    assert_true(asked(s, 5, "If-None-Match: \"b\"\r\n"));
    for (int i = 2; i <= 4; i++) /* never sooner than the interval */
        assert_true(site_request_at_ms(s->site, i) - site_request_at_ms(s->site, i - 1) >= MINUTE_MS - 1);
    /* After a restart it is read anew, once. */
    stop(s);
    says(s, CLOSING(BAD_B), CLOSING(BAD_B), CLOSING(SAME));
    start(s);
    until(status(s).unchanged >= 1);
    assert_int_equal(quarantined(s), 2);
}

static void full_spool(void **state)
{
    struct scene *s = *state;
    says(s, CLOSING(GOOD_A), CLOSING(GOOD_B), CLOSING(SIZED "ETag: \"c\"\r\n\r\n" GOOD));
    start(s);
    until(status(s).health == POLL_FULL && status(s).failures >= 2);
    assert_int_equal(spooled(s), 2);
    assert_int_equal(quarantined(s), 0);
    assert_true(asked(s, 3, "If-None-Match: \"b\"\r\n")); /* "c" was not kept, so it is not known */
    struct spool_entry entry = {0};
    assert_int_equal(spool_oldest(s->intake.spool, "lindehof", &entry), OK);
    spool_done(s->intake.spool, &entry);
    spool_entry_fini(&entry);
    until(status(s).taken >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        CASE(slow_and_cut_off),  CASE(endless),
        CASE(just_too_big),      CASE(cut_short_by_its_length),
        CASE(redirects),         CASE(wrong_certificate),
        CASE(failing_then_well), CASE(backs_off),
        CASE(retry_after),       CASE(bad_file),
        CASE(full_spool),
    };
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
