/* Polling over real TLS with a site that says and does what no provider should. A "minute" is 30 ms here. */
#include "support/feed_world.h"
#include "support/poll_site.h"

#include "adapters/transport/poll.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <curl/curl.h>
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 10000
#define MINUTE_MS 30
#define TOTAL_MS 5000
#define SHORT_MS 400
#define TOKEN "a-token-of-at-least-16"
#define GOOD                                                                                                 \
    "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>2026-01-01T00:00:00Z</peilmoment><plekken>"  \
    "<plek code=\"K1\"><vrij>1</vrij></plek></plekken></capaciteit>"
#define OK_HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n"
#define SIZED OK_HEAD SITE_LENGTH "\r\n"
#define GOOD_A SIZED "ETag: \"a\"\r\nLast-Modified: Sun, 22 Nov 2026 00:00:00 GMT\r\n\r\n" GOOD
#define GOOD_B SIZED "ETag: \"b\"\r\n\r\n" GOOD
#define BAD_B SIZED "ETag: \"b\"\r\n\r\n<!DOCTYPE x><capaciteit/>"
#define SAME "HTTP/1.1 304 Not Modified\r\n\r\n"
#define EMPTY(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"
#define CLOSING(t)                                                                                           \
    {                                                                                                        \
        t, TAIL_CLOSE                                                                                        \
    }
#define says(s, ...)                                                                                         \
    do {                                                                                                     \
        const struct site_reply replies_[] = {__VA_ARGS__};                                                  \
        site_says((s)->site, replies_, COUNT_OF(replies_));                                                  \
    } while (0)

struct scene {
    struct test_certs certs;
    struct site *site;
    char dir[128], spool_dir[160], quarantine_dir[160];
    struct profiles *profiles;
    struct intake intake;
    struct poll_source source;
    struct poll_sources sources;
    struct poll_config config;
    struct poll *poll;
};

static void path_in(const struct scene *s, const char *name, char out[200])
{
    snprintf(out, 200, "%s/%s", s->dir, name);
}

static void open_spool(struct scene *s)
{
    const struct spool_limits limits = {.entries_max = 2, .bytes_max = 1 << 24};
    char why[200] = "";
    assert_int_equal(spool_open(s->spool_dir, &limits, &s->intake.spool, why, sizeof why), OK);
    assert_int_equal(messages_open(s->spool_dir, &s->intake.messages, why, sizeof why), OK);
}

static void close_spool(struct scene *s)
{
    spool_free(s->intake.spool);
    messages_free(s->intake.messages);
}

static int setup(void **state)
{
    struct scene *s = mem_new(1, sizeof *s);
    char why[200] = "";
    test_certs_make(&s->certs);
    world_folder(s->dir);
    s->profiles = world_profiles(s->dir);
    s->intake = (struct intake){.profiles = s->profiles, .schemas = *world_schemas()};
    snprintf(s->spool_dir, sizeof s->spool_dir, "%s/spool", s->dir);
    open_spool(s);
    snprintf(s->quarantine_dir, sizeof s->quarantine_dir, "%s/quarantine", s->dir);
    assert_int_equal(quarantine_open(s->quarantine_dir, &s->intake.quarantine, why, sizeof why), OK);
    s->site = site_open(&s->certs, false);
    s->source = (struct poll_source){.provider = "lindehof", .every_minutes = 1};
    snprintf(s->source.url, sizeof s->source.url, "https://127.0.0.1:%u/plekken.xml", site_port(s->site));
    snprintf(s->source.ca, sizeof s->source.ca, "%s", s->certs.ca);
    s->sources = (struct poll_sources){&s->source, 1};
    s->config = (struct poll_config){.sources = &s->sources,
                                     .spool_dir = s->spool_dir,
                                     .minute_ms = MINUTE_MS,
                                     .first_wait_ms = 20,
                                     .longest_wait_ms = 80,
                                     .total_ms = TOTAL_MS,
                                     .connect_ms = TOTAL_MS};
    *state = s;
    return 0;
}

static void stop(struct scene *s)
{
    poll_stop(s->poll);
    s->poll = NULL;
}

static int teardown(void **state)
{
    struct scene *s = *state;
    stop(s);
    site_close(s->site);
    quarantine_free(s->intake.quarantine);
    close_spool(s);
    profiles_free(s->profiles);
    world_remove(s->dir);
    test_certs_remove(&s->certs);
    free(s);
    return 0;
}

static void start(struct scene *s)
{
    char why[200] = "";
    if (poll_start(&s->config, &s->intake, &s->poll, why, sizeof why) != OK)
        fail_msg("%s", why);
}

static struct poll_status status(struct scene *s)
{
    struct poll_status st;
    assert_true(poll_status(s->poll, 0, &st));
    assert_false(poll_status(s->poll, 1, &st));
    return st;
}

static int spooled(struct scene *s)
{
    return (int)spool_entries(s->intake.spool);
}

static int is_reason(const struct dirent *e)
{
    return strstr(e->d_name, ".reason.json") != NULL;
}

/* What was put in quarantine: of each there is a reason. */
static int quarantined(struct scene *s)
{
    char path[200];
    struct dirent **names = NULL;
    path_in(s, "quarantine/lindehof", path);
    int n = scandir(path, &names, is_reason, NULL);
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
    return n < 0 ? 0 : n;
}

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

static bool asked(struct scene *s, int i, const char *header)
{
    return strstr(site_request(s->site, i), header) != NULL;
}

#define until(cond)                                                                                          \
    do {                                                                                                     \
        int64_t bound_ = time_mono_ms() + WAIT_MS;                                                           \
        while (!(cond)) {                                                                                    \
            if (time_mono_ms() > bound_)                                                                     \
                fail_msg("waited too long for: %s", #cond);                                                  \
            usleep(1000);                                                                                    \
        }                                                                                                    \
    } while (0)

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

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(new_then_unchanged),
        CASE(another_profile_reads_anew),
        CASE(broken_state_is_no_state),
        CASE(token_and_certificate),
        CASE(slow_and_cut_off),
        CASE(endless),
        CASE(just_too_big),
        CASE(cut_short_by_its_length),
        CASE(redirects),
        CASE(wrong_certificate),
        CASE(failing_then_well),
        CASE(backs_off),
        CASE(retry_after),
        CASE(bad_file),
        CASE(full_spool),
        CASE(stop_while_it_runs),
        CASE(many_sources),
    };
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
