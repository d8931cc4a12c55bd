/* From a folder or a push, through the spool, over real TLS with a client certificate to a small broker in
 * this process (the wire room's own server), which answers as told. */
#include "support/feed_world.h"

#include "../../wire/support/test_certs.h"
#include "adapters/base/disk.h"
#include "adapters/tell/deliver.h"
#include "adapters/transport/drop.h"
#include "adapters/transport/push.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "wire/server.h"
#include "wire/tls.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 20000
#define TOKEN "a-token-of-at-least-16"
#define GOOD                                                                                                 \
    "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>2026-01-01T00:00:00Z</peilmoment><plekken>"  \
    "<plek code=\"K1\"><vrij>1</vrij></plek></plekken></capaciteit>"
#define BAD "<!DOCTYPE x><capaciteit/>"

struct scene {
    struct test_certs certs;
    char dir[128], drop_dir[160], quarantine_dir[160];
    struct event_base *base;
    struct wire_server *broker;
    struct ssl_ctx_st *tls;
    uint16_t port;
    int status; /* the broker's next answers */
    const char *answer;
    int requests;     /* it got */
    bool certificate; /* the last came with the adapter's */
    char keys[8][80]; /* idempotency keys, first eight requests */
    struct buf body;  /* of the last */
    const char *bad;  /* a request with this in its body gets 422 */
    struct profiles *profiles;
    struct intake intake;
    struct deliver *deliver;
    struct drop *drop;
    struct push *push;
    struct adapter_config config; /* of push */
};

/* The disk's word, as told: the nth next fsync fails. */
static int fsyncs, failing_fsync;

int fsync(int fd)
{
    if (++fsyncs == failing_fsync) {
        errno = ENOSPC;
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}

static void on_request(void *ctx, const struct wire_request *request)
{
    static const struct wire_header json[] = {{"Content-Type", "application/json"}};
    struct scene *s = ctx;
    struct bytes key = {0};
    assert_true(bytes_equal(request->head->path, BYTES_LITERAL("/api/v1/capacity-reports")));
    assert_true(http_head_field(request->head, "Idempotency-Key", &key) && key.len < 80);
    if (s->requests < 8)
        memcpy(s->keys[s->requests], key.p, key.len);
    s->requests++;
    s->certificate = strcmp(request->subject, TEST_CLIENT_SUBJECT) == 0;
    buf_clear(&s->body);
    buf_add(&s->body, request->body);
    bool refused = s->bad != NULL && strstr(buf_c_str(&s->body), s->bad) != NULL;
    wire_answer(s->broker, request->ticket, refused ? 422 : s->status, json, 1, bytes_of_text(s->answer));
}

static uint64_t body_limit(void *ctx, const struct http_head *head, int door)
{
    (void)ctx;
    (void)head;
    (void)door;
    return 1024 * 1024;
}

static void start_broker(struct scene *s)
{
    const struct wire_handler handler = {.on_request = on_request, .body_limit = body_limit};
    const struct tls_config config = {s->certs.server_cert, s->certs.server_key, TLS_CLIENT_REQUIRED,
                                      s->certs.ca};
    struct wire_limits limits = wire_limits_default();
    char why[200] = "";
    assert_int_equal(tls_server_context(&config, &s->tls, why, sizeof why), OK);
    s->broker = wire_server_new(s->base, &limits, &handler, s);
    const struct wire_door door = {.tls = s->tls};
    assert_int_equal(wire_server_listen(s->broker, &door, "127.0.0.1", s->port, &s->port, why, sizeof why),
                     OK);
}

static void wake(void *ctx)
{
    const struct scene *s = ctx;
    if (s->deliver != NULL)
        deliver_wake(s->deliver);
}

static void start_delivery(struct scene *s)
{
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%u", s->port);
    const struct deliver_config config = {.broker = url,
                                          .ca = s->certs.ca,
                                          .cert = s->certs.client_cert,
                                          .key = s->certs.client_key,
                                          .messages = s->intake.messages,
                                          .first_wait_ms = 20,
                                          .longest_wait_ms = 100};
    s->deliver = deliver_start(&config, s->intake.spool, s->intake.quarantine);
}

static int setup(void **state)
{
    struct scene *s = mem_new(1, sizeof *s);
    const struct spool_limits limits = {.entries_max = 20, .bytes_max = 1 << 24};
    struct buf faults = {0};
    char path[200], why[200] = "";
    test_certs_make(&s->certs);
    world_folder(s->dir);
    snprintf(path, sizeof path, "%s/profiles", s->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/profiles/lindehof.json", s->dir);
    world_write(path, bytes_of_text(profile_opvang));
    snprintf(path, sizeof path, "%s/profiles/other.json", s->dir); /* a provider whom no test here may be */
    world_write(path, bytes_of_text(profile_csv_local));
    snprintf(path, sizeof path, "%s/profiles", s->dir);
    assert_int_equal(profiles_load(path, &s->profiles, &faults), OK);
    s->intake =
        (struct intake){.profiles = s->profiles, .schemas = *world_schemas(), .on_spooled = wake, .ctx = s};
    snprintf(path, sizeof path, "%s/spool", s->dir);
    assert_int_equal(spool_open(path, &limits, &s->intake.spool, why, sizeof why), OK);
    assert_int_equal(messages_open(path, &s->intake.messages, why, sizeof why), OK);
    snprintf(s->quarantine_dir, sizeof s->quarantine_dir, "%s/quarantine", s->dir);
    assert_int_equal(quarantine_open(s->quarantine_dir, &s->intake.quarantine, why, sizeof why), OK);
    snprintf(s->drop_dir, sizeof s->drop_dir, "%s/drop", s->dir);
    s->base = event_base_new();
    s->status = 200;
    s->answer = "{\"title\":\"answer\"}";
    start_broker(s);
    buf_fini(&faults);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;
    push_free(s->push);
    drop_free(s->drop);
    deliver_stop(s->deliver);
    wire_server_free(s->broker);
    tls_context_free(s->tls);
    quarantine_free(s->intake.quarantine);
    messages_free(s->intake.messages);
    spool_free(s->intake.spool);
    profiles_free(s->profiles);
    event_base_free(s->base);
    buf_fini(&s->body);
    world_remove(s->dir);
    test_certs_remove(&s->certs);
    free(s);
    return 0;
}

static void turn(struct scene *s)
{
    const struct timeval tick = {.tv_usec = 2000};
    event_base_loopexit(s->base, &tick);
    event_base_dispatch(s->base);
}

#define until(s, cond)                                                                                       \
    do {                                                                                                     \
        int64_t bound_ = time_mono_ms() + WAIT_MS;                                                           \
        while (!(cond)) {                                                                                    \
            if (time_mono_ms() > bound_)                                                                     \
                fail_msg("waited too long for: %s", #cond);                                                  \
            turn(s);                                                                                         \
        }                                                                                                    \
    } while (0)

static void open_drop(struct scene *s)
{
    char why[200] = "";
    assert_int_equal(drop_open(s->base, &s->intake, s->drop_dir, &s->drop, why, sizeof why), OK);
}

static const char *dropped(struct scene *s, const char *name)
{
    static char path[320];
    snprintf(path, sizeof path, "%s/lindehof/%s", s->drop_dir, name);
    return path;
}

static int count(const char *dir, const char *below)
{
    char path[320];
    snprintf(path, sizeof path, "%s/%s", dir, below);
    return world_count(path);
}

/* The oldest message that waits to be told; its CHANNEL and OUTCOME, and what it first complains of. */
static void assert_message(struct scene *s, const char *channel, const char *outcome, const char *complaint)
{
    struct message m;
    assert_int_equal(messages_oldest(s->intake.messages, "lindehof", &m), OK);
    const json_t *first = json_array_get(json_object_get(m.body, "complaints"), 0);
    const char *reason = json_string_value(json_object_get(first, "reason"));
    assert_string_equal(json_string_value(json_object_get(m.body, "channel")), channel);
    assert_string_equal(json_string_value(json_object_get(m.body, "outcome")), outcome);
    if (complaint == NULL)
        assert_null(reason);
    else if (reason == NULL || strstr(reason, complaint) == NULL)
        fail_msg("'%s' does not say '%s'", reason, complaint);
    messages_done(s->intake.messages, &m, false);
    message_fini(&m);
}

static void folder_to_broker(void **state)
{
    struct scene *s = *state;
    open_drop(s);
    start_delivery(s);
    world_write(dropped(s, "a.xml"), BYTES_LITERAL(GOOD));
    until(s, s->requests == 1 && spool_entries(s->intake.spool) == 0);
    assert_true(s->certificate);
    assert_non_null(strstr(buf_c_str(&s->body), "\"pool\":\"lindehof-nood\""));
    assert_non_null(strstr(buf_c_str(&s->body), "\"unitsFree\":1"));
    assert_null(strstr(buf_c_str(&s->body), "unitsTotal"));
    assert_int_equal(count(s->drop_dir, "lindehof"), 0);
    assert_int_equal(deliver_counts(s->deliver).reports, 1);
    assert_message(s, "drop", "taken", NULL);
}

static void half_written_file_is_left(void **state)
{
    struct scene *s = *state;
    char part[320];
    open_drop(s);
    snprintf(part, sizeof part, "%s", dropped(s, "b.xml"));
    FILE *f = fopen(part, "w");
    fputs("<capaciteit xmlns=\"urn:vei", f);
    fflush(f);
    world_write(dropped(s, ".hidden.xml"), BYTES_LITERAL(GOOD));
    world_write(dropped(s, "c.xml.part"), BYTES_LITERAL(GOOD));
    world_write(dropped(s, "d.tmp"), BYTES_LITERAL(GOOD));
    /* A good file after them proves that all were looked at. */
    world_write(dropped(s, "e.xml"), BYTES_LITERAL(GOOD));
    until(s, spool_entries(s->intake.spool) == 1);
    assert_int_equal(count(s->quarantine_dir, "lindehof"), -1);
    assert_int_equal(count(s->drop_dir, "lindehof"), 3);
    /* Also a start finds it open and leaves it. */
    drop_free(s->drop);
    open_drop(s);
    world_write(dropped(s, "f.xml"), BYTES_LITERAL(GOOD));
    until(s, spool_entries(s->intake.spool) == 2);
    assert_int_equal(count(s->drop_dir, "lindehof"), 3);
    /* Renamed when complete: taken. */
    f = freopen(part, "w", f);
    fputs(GOOD, f);
    fclose(f);
    snprintf(part, sizeof part, "%s", dropped(s, "c.xml.part"));
    assert_int_equal(rename(part, dropped(s, "c.xml")), 0);
    until(s, spool_entries(s->intake.spool) == 4);
}

static void newer_over_it(void *ctx)
{
    struct scene *s = ctx;
    char newer[320];
    snprintf(newer, sizeof newer, "%s", dropped(s, ".newer.tmp"));
    if (access(newer, F_OK) == 0)
        assert_int_equal(rename(newer, dropped(s, "a.xml")), 0);
}

/* A provider that renames its next file over the one that is being taken loses neither. */
static void renamed_over_while_taken(void **state)
{
    struct scene *s = *state;
    open_drop(s);
    s->intake.on_spooled = newer_over_it;
    s->intake.ctx = s;
    world_write(dropped(s, ".newer.tmp"), BYTES_LITERAL(BAD));
    world_write(dropped(s, "a.xml"), BYTES_LITERAL(GOOD));
    until(s, count(s->quarantine_dir, "lindehof") == 2);
    assert_int_equal(spool_entries(s->intake.spool), 1);
    assert_int_equal(count(s->drop_dir, "lindehof"), 0);
    assert_int_equal(world_hidden(dropped(s, "")), 0);
}

/* Killed while it took a file: taken at the start, before a newer one of the same name. */
static void begun_before_a_crash(void **state)
{
    struct scene *s = *state;
    char folder[200];
    struct spool_entry entry;
    assert_int_equal(mkdir(s->drop_dir, 0700), 0);
    snprintf(folder, sizeof folder, "%s/lindehof", s->drop_dir);
    assert_int_equal(mkdir(folder, 0700), 0);
    world_write(
        dropped(s, ".taking-a.xml"),
        BYTES_LITERAL("<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>2026-01-01T00:00:00Z"
                      "</peilmoment><plekken><plek code=\"K1\"><vrij>0</vrij></plek></plekken>"
                      "</capaciteit>"));
    world_write(dropped(s, "a.xml"), BYTES_LITERAL(GOOD));
    open_drop(s);
    until(s, spool_entries(s->intake.spool) == 2);
    assert_int_equal(spool_at(s->intake.spool, "lindehof", 0, &entry), OK);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(entry.reports, 0), "unitsFree")), 0);
    spool_entry_fini(&entry);
    assert_int_equal(count(s->drop_dir, "lindehof"), 0);
    assert_int_equal(world_hidden(folder), 0);
}

/* What waits when the adapter starts goes before what comes in meanwhile. */
static void oldest_first_at_the_start(void **state)
{
    struct scene *s = *state;
    char path[320], folder[200];
    assert_int_equal(mkdir(s->drop_dir, 0700), 0);
    snprintf(folder, sizeof folder, "%s/lindehof", s->drop_dir);
    assert_int_equal(mkdir(folder, 0700), 0);
    for (int i = 0; i < 12; i++) {
        char text[400];
        if (i == 10) /* these two come when it watches and has not looked yet */
            open_drop(s);
        snprintf(
            text, sizeof text,
            "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>2026-01-01T00:00:00Z</peilmoment>"
            "<plekken><plek code=\"K1\"><vrij>%d</vrij></plek></plekken></capaciteit>",
            i);
        snprintf(path, sizeof path, "%s/%02d.xml", folder, i);
        world_write(path, bytes_of_text(text));
    }
    until(s, spool_entries(s->intake.spool) == 12);
    for (size_t i = 0; i < 12; i++) {
        struct spool_entry entry;
        assert_int_equal(spool_at(s->intake.spool, "lindehof", i, &entry), OK);
        const json_t *report = json_array_get(entry.reports, 0);
        assert_int_equal(json_integer_value(json_object_get(report, "unitsFree")), i);
        spool_entry_fini(&entry);
    }
    world_write(dropped(s, "later.xml"), BYTES_LITERAL(GOOD)); /* and from then on each when it comes */
    until(s, spool_entries(s->intake.spool) == 13);
}

static void bad_file_to_quarantine(void **state)
{
    struct scene *s = *state;
    assert_int_equal(mkdir(s->drop_dir, 0700), 0);
    char folder[200];
    snprintf(folder, sizeof folder, "%s/lindehof", s->drop_dir);
    assert_int_equal(mkdir(folder, 0700), 0);
    world_write(dropped(s, "../lindehof/Mevrouw X.xml"), BYTES_LITERAL(BAD)); /* there before the start */
    open_drop(s);
    until(s, count(s->quarantine_dir, "lindehof") == 2);
    assert_int_equal(count(s->drop_dir, "lindehof"), 0);
    struct buf big = {0};
    memset(buf_extend(&big, INTAKE_BYTES_MAX + 1), 'x', INTAKE_BYTES_MAX + 1);
    world_write(dropped(s, "big.xml"), buf_view(&big));
    buf_fini(&big);
    until(s, count(s->quarantine_dir, "lindehof") == 3); /* of what nobody looked into only the reason */
    assert_int_equal(count(s->drop_dir, "lindehof"), 0);
    assert_int_equal(spool_entries(s->intake.spool), 0);
    assert_message(s, "drop", "quarantined", "DOCTYPE");
    assert_message(s, "drop", "refused", "larger than");
    /* The process lives on, and a link to elsewhere is not followed. */
    assert_int_equal(symlink("/etc/passwd", dropped(s, "link.xml")), 0);
    world_write(dropped(s, "good.xml"), BYTES_LITERAL(GOOD));
    until(s, spool_entries(s->intake.spool) == 1);
    assert_int_equal(count(s->quarantine_dir, "lindehof"), 3);
}

/* The broker away, then back: the same key again, nothing lost. */
static void broker_away(void **state)
{
    struct scene *s = *state;
    struct reading r = {0};
    assert_int_equal(intake_take(&s->intake, CHANNEL_PUSH, "lindehof", "x", NULL, BYTES_LITERAL(GOOD), &r),
                     OK);
    s->status = 503;
    start_delivery(s);
    until(s, s->requests >= 2);
    wire_server_free(s->broker);
    tls_context_free(s->tls);
    uint64_t failures = deliver_counts(s->deliver).failures;
    until(s, deliver_counts(s->deliver).failures > failures + 1);
    assert_int_equal(spool_entries(s->intake.spool), 1);
    s->status = 200;
    int before = s->requests;
    start_broker(s);
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
    struct scene *s = *state;
    struct reading r = {0}, again = {0};
    assert_int_equal(intake_take(&s->intake, CHANNEL_PUSH, "lindehof", "x", NULL, BYTES_LITERAL(GOOD), &r),
                     OK);
    s->status = 422;
    start_delivery(s);
    until(s, spool_entries(s->intake.spool) == 0);
    assert_int_equal(count(s->quarantine_dir, "lindehof"), 2);
    assert_int_equal(deliver_counts(s->deliver).refused, 1);
    assert_message(s, "push", "quarantined", "did not take these numbers (422)");
    reading_fini(&r);
    s->status = 403; /* a matter of enrolment: wait, lose nothing */
    assert_int_equal(intake_take(&s->intake, CHANNEL_PUSH, "lindehof", "x", NULL, BYTES_LITERAL(GOOD), &r),
                     OK);
    int before = s->requests;
    until(s, s->requests >= before + 2);
    assert_int_equal(spool_entries(s->intake.spool), 1);
    s->status = 200;
    until(s, spool_entries(s->intake.spool) == 0);
    assert_int_equal(count(s->quarantine_dir, "lindehof"), 2);
    s->status = 403; /* somebody else's pool: waiting does not help */
    s->answer = "{\"type\":\"/problems/not_allowed\"}";
    assert_int_equal(
        intake_take(&s->intake, CHANNEL_PUSH, "lindehof", "x", NULL, BYTES_LITERAL(GOOD), &again), OK);
    reading_fini(&again);
    until(s, spool_entries(s->intake.spool) == 0);
    assert_int_equal(count(s->quarantine_dir, "lindehof"), 4);
    reading_fini(&r);
}

static void take_with_free(struct scene *s, int units)
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
    struct scene *s = *state;
    for (int i = 0; i < 5; i++)
        take_with_free(s, i);
    s->status = 503;
    start_delivery(s);
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
    struct scene *s = *state;
    for (int i = 0; i < 5; i++)
        take_with_free(s, i);
    s->bad = "\"unitsFree\":2";
    start_delivery(s);
    until(s, spool_entries(s->intake.spool) == 0);
    assert_int_equal(s->requests, 6); /* together, then five alone */
    assert_non_null(strstr(buf_c_str(&s->body), "\"unitsFree\":4"));
    assert_int_equal(count(s->quarantine_dir, "lindehof"), 2);
    assert_int_equal(deliver_counts(s->deliver).refused, 1);
    assert_int_equal(deliver_counts(s->deliver).reports, 4);
    for (int i = 0; i < 3; i++) /* and together again from here on */
        take_with_free(s, 10 + i);
    until(s, spool_entries(s->intake.spool) == 0);
    assert_int_equal(deliver_counts(s->deliver).reports, 7);
}

/* ---- push ---- */

struct sender {
    const struct scene *s;
    const char *token, *path, *body;
    bool certificate, stranger;
    const char *cert, *key; /* another than the client's or stranger's */
    long status;            /* 0 while under way, -1 when TLS failed */
    pthread_t thread;
};

static size_t swallow(char *data, size_t size, size_t n, void *ctx)
{
    (void)data;
    (void)ctx;
    return size * n;
}

static void *send_it(void *ctx)
{
    struct sender *p = ctx;
    char url[200], header[100];
    CURL *c = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    long status = 0;
    snprintf(url, sizeof url, "https://127.0.0.1:%u%s", push_port(p->s->push, p->certificate), p->path);
    snprintf(header, sizeof header, "Authorization: Bearer %s", p->token);
    if (p->token[0] != '\0')
        headers = curl_slist_append(headers, header);
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_CAINFO, p->s->certs.ca);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    if (p->body != NULL)
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, p->body);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)WAIT_MS);
    if (p->certificate) {
        const struct test_certs *certs = &p->s->certs;
        curl_easy_setopt(c, CURLOPT_SSLCERT,
                         p->cert != NULL ? p->cert
                         : p->stranger   ? certs->stranger_cert
                                         : certs->client_cert);
        curl_easy_setopt(c, CURLOPT_SSLKEY,
                         p->key != NULL ? p->key
                         : p->stranger  ? certs->stranger_key
                                        : certs->client_key);
    }
    CURLcode code = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(c);
    __atomic_store_n(&p->status, code == CURLE_OK ? status : -1, __ATOMIC_SEQ_CST);
    return NULL;
}

static long push(struct scene *s, struct sender p)
{
    p.s = s;
    assert_int_equal(pthread_create(&p.thread, NULL, send_it, &p), 0);
    until(s, __atomic_load_n(&p.status, __ATOMIC_SEQ_CST) != 0);
    pthread_join(p.thread, NULL);
    return p.status;
}

static void add_hash(struct buf *access, const char *line, const uint8_t hash[32])
{
    buf_text(access, line);
    crypto_hex(BYTES(hash, 32), access);
    buf_text(access, "\n");
}

/* Lindehof by token and by key of the client's certificate, and what MORE lines say. */
static enum err try_push(struct scene *s, const char *more, char *why, size_t why_size)
{
    struct adapter_config *c = &s->config;
    uint8_t hash[32];
    struct buf access = {0};
    snprintf(c->push_listen, sizeof c->push_listen, "127.0.0.1:0");
    snprintf(c->push_mtls_listen, sizeof c->push_mtls_listen, "127.0.0.1:0");
    snprintf(c->push_cert, sizeof c->push_cert, "%s", s->certs.server_cert);
    snprintf(c->push_key, sizeof c->push_key, "%s", s->certs.server_key);
    snprintf(c->push_access, sizeof c->push_access, "%s/access", s->dir);
    buf_text(&access, "# who may push\n");
    crypto_sha256(bytes_of_text(TOKEN), hash);
    add_hash(&access, "lindehof = token-sha256:", hash);
    assert_int_equal(tls_file_spki_sha256(s->certs.client_cert, hash, why, why_size), OK);
    add_hash(&access, "lindehof = cert-sha256:", hash);
    buf_text(&access, more);
    world_write(c->push_access, buf_view(&access));
    assert_int_equal(chmod(c->push_access, 0600), 0);
    buf_fini(&access);
    return push_open(s->base, &s->intake, c, &s->push, why, why_size);
}

static void open_push(struct scene *s, const char *more)
{
    char why[200] = "";
    if (try_push(s, more, why, sizeof why) != OK)
        fail_msg("%s", why);
}

static void pushes(void **state)
{
    struct scene *s = *state;
    open_push(s, "");
    assert_int_equal(push(s, (struct sender){.token = TOKEN, .path = "/push/lindehof", .body = GOOD}), 202);
    assert_int_equal(spool_entries(s->intake.spool), 1);
    assert_int_equal(
        push(s, (struct sender){.token = "", .path = "/push/lindehof", .body = GOOD, .certificate = true}),
        202);
    assert_int_equal(spool_entries(s->intake.spool), 2);
    assert_int_equal(push(s, (struct sender){.token = TOKEN, .path = "/push/lindehof", .body = BAD}), 422);
    assert_int_equal(count(s->quarantine_dir, "lindehof"), 2);
    /* Nobody's token, somebody else's provider, no token, no path, no POST. */
    assert_int_equal(push(s, (struct sender){.token = TOKEN "x", .path = "/push/lindehof", .body = GOOD}),
                     401);
    assert_int_equal(push(s, (struct sender){.token = TOKEN, .path = "/push/havenlicht", .body = GOOD}), 401);
    assert_int_equal(push(s, (struct sender){.token = "", .path = "/push/lindehof", .body = GOOD}), 401);
    assert_int_equal(
        push(s,
             (struct sender){
                 .token = "", .path = "/push/lindehof", .body = GOOD, .certificate = true, .stranger = true}),
        401);
    assert_int_equal(push(s, (struct sender){.token = TOKEN, .path = "/push/", .body = GOOD}), 404);
    assert_int_equal(push(s, (struct sender){.token = TOKEN, .path = "/push/lindehof"}), 405);
    assert_int_equal(push(s, (struct sender){.token = "", .path = "/health"}), 200);
    assert_int_equal(spool_entries(s->intake.spool), 2);
    /* Too big: nothing is read, but who sent it is known and told. */
    char *big = mem_new(INTAKE_BYTES_MAX + 2, 1);
    memset(big, 'x', INTAKE_BYTES_MAX + 1);
    assert_message(s, "push", "taken", NULL);
    assert_message(s, "push", "taken", NULL);
    assert_message(s, "push", "quarantined", "DOCTYPE");
    assert_int_equal(push(s, (struct sender){.token = TOKEN, .path = "/push/lindehof", .body = big}), 413);
    assert_message(s, "push", "refused", "larger than");
    assert_int_equal(push(s, (struct sender){.token = TOKEN "x", .path = "/push/lindehof", .body = big}),
                     413);
    assert_int_equal(count(s->quarantine_dir, "lindehof"), 3); /* of the large one the reason only */
    free(big);
    /* Full: a clear refusal, and what was accepted stays. */
    for (int i = 2; i < 20; i++)
        assert_int_equal(push(s, (struct sender){.token = TOKEN, .path = "/push/lindehof", .body = GOOD}),
                         202);
    assert_int_equal(push(s, (struct sender){.token = TOKEN, .path = "/push/lindehof", .body = GOOD}), 503);
    assert_int_equal(spool_entries(s->intake.spool), 20);
}

/* POST as PROVIDER with a certificate made for it. */
static long push_as(struct scene *s, const char *provider, const struct test_issue *issue)
{
    char cert[96], key[96], path[80];
    test_certs_issue(&s->certs, issue, "brought", cert, key);
    snprintf(path, sizeof path, "/push/%s", provider);
    return push(s,
                (struct sender){
                    .token = "", .path = path, .body = GOOD, .certificate = true, .cert = cert, .key = key});
}

#define LINDEHOF_OIN "00000003273849100000" /* 00000003, KvK number, 0000 */
#define OTHER_OIN "00000001802327497000"    /* 00000001, RSIN, 000 */

static void by_subject(void **state)
{
    static const struct {
        struct test_issue issue;
        long status;
    } cases[] = {
        {{.serial = LINDEHOF_OIN, .usage = "clientAuth"}, 202},
        {{.serial = LINDEHOF_OIN}, 202}, /* another key and certificate of the same organisation */
        {{.serial = LINDEHOF_OIN, .by_other_ca = true}, 401},
        {{.serial = LINDEHOF_OIN, .from_s = -7200, .to_s = -3600}, 401},
        {{.serial = LINDEHOF_OIN, .from_s = 1800, .to_s = 3600}, 401},
        {{.serial = LINDEHOF_OIN, .usage = "serverAuth"}, 401},
        {{.serial = OTHER_OIN}, 401}, /* a good certificate, of another provider */
        {{.serial = "00000003273849100001"}, 401},
        {{.serial = "0000000327384910000"}, 401},
        {{.serial = LINDEHOF_OIN "0"}, 401},
        {{.serial = " " LINDEHOF_OIN}, 401},
        {{.serial = LINDEHOF_OIN, .second = LINDEHOF_OIN}, 401},
        {{.serial = LINDEHOF_OIN, .second = OTHER_OIN}, 401},
        {{.serial = OTHER_OIN, .second = LINDEHOF_OIN}, 401},
        {{.serial = LINDEHOF_OIN "\0", .serial_len = 21}, 401},
        {{.serial = LINDEHOF_OIN "\n"}, 401},
        {{.serial = NULL}, 401},
    };
    struct scene *s = *state;
    size_t taken = 0;
    snprintf(s->config.push_client_ca, SETTING_SIZE, "%s", s->certs.ca);
    open_push(s, "lindehof = subject:" LINDEHOF_OIN "\nhavenlicht = subject:" OTHER_OIN "\n");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        long status = push_as(s, "lindehof", &cases[i].issue);
        if (status != cases[i].status)
            fail_msg("case %zu: %ld", i, status);
        taken += status == 202;
        assert_int_equal(spool_entries(s->intake.spool), taken);
    }
    /* The pinned key goes on beside it, whoever signed; the number of a certificate is no token. */
    assert_int_equal(
        push(s, (struct sender){.token = "", .path = "/push/lindehof", .body = GOOD, .certificate = true}),
        202);
    assert_int_equal(push(s, (struct sender){.token = LINDEHOF_OIN, .path = "/push/lindehof", .body = GOOD}),
                     401);
}

/* Two lines of one provider: the next key or number is let in before the last one goes. */
static void rotation(void **state)
{
    struct scene *s = *state;
    char cert[96], key[96], why[200] = "";
    uint8_t hash[32];
    struct buf lines = {0};
    const struct test_issue next = {.by_other_ca = true};
    test_certs_issue(&s->certs, &next, "next", cert, key);
    assert_int_equal(tls_file_spki_sha256(cert, hash, why, sizeof why), OK);
    add_hash(&lines, "lindehof = cert-sha256:", hash);
    buf_text(&lines, "lindehof = subject:" LINDEHOF_OIN "\nlindehof = subject:" OTHER_OIN "\n");
    snprintf(s->config.push_client_ca, SETTING_SIZE, "%s", s->certs.ca);
    open_push(s, buf_c_str(&lines));
    buf_fini(&lines);
    assert_int_equal(
        push(s, (struct sender){.token = "", .path = "/push/lindehof", .body = GOOD, .certificate = true}),
        202);
    assert_int_equal(push(s, (struct sender){.token = "",
                                             .path = "/push/lindehof",
                                             .body = GOOD,
                                             .certificate = true,
                                             .cert = cert,
                                             .key = key}),
                     202);
    assert_int_equal(push_as(s, "lindehof", &(struct test_issue){.serial = LINDEHOF_OIN}), 202);
    assert_int_equal(push_as(s, "lindehof", &(struct test_issue){.serial = OTHER_OIN}), 202);
    assert_int_equal(spool_entries(s->intake.spool), 4);
}

/* A new list of revoked certificates counts without a restart; one that cannot be read leaves the old. */
static void revoked(void **state)
{
    struct scene *s = *state;
    char cert[96], key[96], crl[96];
    const struct test_issue issue = {.serial = LINDEHOF_OIN};
    snprintf(crl, sizeof crl, "%s/crl.pem", s->certs.dir);
    snprintf(s->config.push_client_ca, SETTING_SIZE, "%s", s->certs.ca);
    snprintf(s->config.push_client_crl, SETTING_SIZE, "%s", crl);
    test_certs_issue(&s->certs, &issue, "brought", cert, key);
    const struct sender sender = {
        .token = "", .path = "/push/lindehof", .body = GOOD, .certificate = true, .cert = cert, .key = key};
    test_certs_crl(&s->certs, NULL, 3600, crl);
    open_push(s, "lindehof = subject:" LINDEHOF_OIN "\n");
    assert_int_equal(push(s, sender), 202);
    unlink(crl);
    test_certs_crl(&s->certs, cert, 3600, crl);
    assert_int_equal(push(s, sender), 202); /* not looked yet */
    push_look(s->push);
    assert_int_equal(push(s, sender), 401);
    unlink(crl);
    world_write(crl, BYTES_LITERAL("no list"));
    push_look(s->push);
    assert_int_equal(push(s, sender), 401);
    assert_int_equal(
        push(s, (struct sender){.token = "", .path = "/push/lindehof", .body = GOOD, .certificate = true}),
        202); /* by its pinned key */
}

/* Put the content of FROM at TO; its moment is always the same. */
static void put_file(const char *from, const char *to)
{
    const struct timespec times[2] = {{.tv_sec = 1700000000}, {.tv_sec = 1700000000}};
    struct buf content = {0};
    assert_int_equal(disk_read_named(from, 65536, &content), OK);
    world_write(to, buf_view(&content));
    assert_int_equal(utimensat(AT_FDCWD, to, times, 0), 0);
    buf_fini(&content);
}

/* A new certificate of ours counts without a restart at the token's door too, also where that is the only
 * one; a half new one leaves the old, and is tried again though no moment changed since. */
static void renewed(void **state)
{
    const struct sender sender = {.token = TOKEN, .path = "/push/lindehof", .body = GOOD};
    struct scene *s = *state;
    put_file(s->certs.server_key, s->certs.server_key); /* from now on of that moment */
    open_push(s, "");
    s->config.push_mtls_listen[0] = '\0';
    assert_int_equal(push(s, sender), 202);
    put_file(s->certs.stranger_cert, s->certs.server_cert);
    push_look(s->push);
    assert_int_equal(push(s, sender), 202);
    put_file(s->certs.stranger_key, s->certs.server_key);
    push_look(s->push);
    assert_int_equal(push(s, sender), -1); /* the sender does not trust its authority */
}

static void access_file_faults(void **state)
{
    static const struct {
        const char *more;
        bool ca;
        enum err want;
    } cases[] = {
        {"lindehof = subject:" LINDEHOF_OIN "\n", true, OK},
        {"lindehof = subject:" LINDEHOF_OIN "\n", false, ERR_BAD_INPUT}, /* nobody would vouch for it */
        {"lindehof = subject:\n", true, ERR_BAD_INPUT},
        {"lindehof = subject: " LINDEHOF_OIN "\n", true, ERR_BAD_INPUT},
        {"lindehof = subject:1 2\n", true, ERR_BAD_INPUT},
        {"lindehof = serial:" LINDEHOF_OIN "\n", true, ERR_BAD_INPUT},
        {"lindehof = subject:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", true,
         ERR_BAD_INPUT}, /* 65 */
        {"lindehof = token-sha256:00\n", true, ERR_BAD_INPUT},
    };
    struct scene *s = *state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char why[300] = "";
        snprintf(s->config.push_client_ca, SETTING_SIZE, "%s", cases[i].ca ? s->certs.ca : "");
        enum err e = try_push(s, cases[i].more, why, sizeof why);
        if (e != cases[i].want || (e != OK && strstr(why, "line 4") == NULL))
            fail_msg("case %zu: %s %s", i, err_name(e), why);
        if (e == OK)
            push_free(s->push);
        s->push = NULL;
    }
}

/* 202 only after both fsyncs, of the file and of its folder; where one fails or the disk is full, 503 and
 * nothing is kept, and what was accepted before is still there. */
static void answered_only_when_on_disk(void **state)
{
    struct scene *s = *state;
    const struct sender good = {.token = TOKEN, .path = "/push/lindehof", .body = GOOD};
    struct rlimit before, tight;
    open_push(s, "");
    assert_int_equal(push(s, good), 202); /* makes the folder */
    fsyncs = 0;
    assert_int_equal(push(s, good), 202);
    assert_int_equal(fsyncs, 4); /* and two for the message that tells of it */
    for (int nth = 1; nth <= 2; nth++) {
        fsyncs = 0;
        failing_fsync = nth;
        assert_int_equal(push(s, good), 503);
        assert_int_equal(fsyncs, nth);
        failing_fsync = 0;
        char folder[200];
        snprintf(folder, sizeof folder, "%s/spool/lindehof", s->dir);
        assert_int_equal(spool_entries(s->intake.spool), 2);
        assert_int_equal(world_count(folder), 2);
        assert_int_equal(world_hidden(folder), 0);
    }
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = 100;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    long full = push(s, good);
    long full_and_bad = push(s, (struct sender){.token = TOKEN, .path = "/push/lindehof", .body = BAD});
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(full, 503);
    assert_int_equal(full_and_bad, 503); /* no room for the quarantine either: the provider keeps it */
    assert_int_equal(spool_entries(s->intake.spool), 2);
    assert_int_equal(push(s, good), 202);
    start_delivery(s);
    until(s, spool_entries(s->intake.spool) == 0);
    assert_int_equal(deliver_counts(s->deliver).reports, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(folder_to_broker, setup, teardown),
        cmocka_unit_test_setup_teardown(half_written_file_is_left, setup, teardown),
        cmocka_unit_test_setup_teardown(oldest_first_at_the_start, setup, teardown),
        cmocka_unit_test_setup_teardown(renamed_over_while_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(begun_before_a_crash, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_file_to_quarantine, setup, teardown),
        cmocka_unit_test_setup_teardown(broker_away, setup, teardown),
        cmocka_unit_test_setup_teardown(broker_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(backlog_in_one, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_one_among_good, setup, teardown),
        cmocka_unit_test_setup_teardown(pushes, setup, teardown),
        cmocka_unit_test_setup_teardown(by_subject, setup, teardown),
        cmocka_unit_test_setup_teardown(rotation, setup, teardown),
        cmocka_unit_test_setup_teardown(revoked, setup, teardown),
        cmocka_unit_test_setup_teardown(renewed, setup, teardown),
        cmocka_unit_test_setup_teardown(access_file_faults, setup, teardown),
        cmocka_unit_test_setup_teardown(answered_only_when_on_disk, setup, teardown),
    };
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
