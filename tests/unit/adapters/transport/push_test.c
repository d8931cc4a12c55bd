/* Pushes over real TLS: who may, by token, by pinned key or by the number in a certificate; and 202 only when
 * it is on disk. */
#include "support/feed_world.h"
#include "support/road.h"

#include "adapters/base/disk.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "wire/tls.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
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

#define TOKEN "a-token-of-at-least-16"

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

struct sender {
    const struct road *s;
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
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)UNTIL_MS);
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

static long push(struct road *s, struct sender p)
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
static enum err try_push(struct road *s, const char *more, char *why, size_t why_size)
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

static void open_push(struct road *s, const char *more)
{
    char why[200] = "";
    if (try_push(s, more, why, sizeof why) != OK)
        fail_msg("%s", why);
}

static void pushes(void **state)
{
    struct road *s = *state;
    open_push(s, "");
    assert_int_equal(push(s, (struct sender){.token = TOKEN, .path = "/push/lindehof", .body = GOOD}), 202);
    assert_int_equal(spool_entries(s->intake.spool), 1);
    assert_int_equal(
        push(s, (struct sender){.token = "", .path = "/push/lindehof", .body = GOOD, .certificate = true}),
        202);
    assert_int_equal(spool_entries(s->intake.spool), 2);
    assert_int_equal(push(s, (struct sender){.token = TOKEN, .path = "/push/lindehof", .body = BAD}), 422);
    assert_int_equal(road_count(s->quarantine_dir, "lindehof"), 2);
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
    road_assert_message(s, "push", "taken", NULL);
    road_assert_message(s, "push", "taken", NULL);
    road_assert_message(s, "push", "quarantined", "DOCTYPE");
    assert_int_equal(push(s, (struct sender){.token = TOKEN, .path = "/push/lindehof", .body = big}), 413);
    road_assert_message(s, "push", "refused", "larger than");
    assert_int_equal(push(s, (struct sender){.token = TOKEN "x", .path = "/push/lindehof", .body = big}),
                     413);
    assert_int_equal(road_count(s->quarantine_dir, "lindehof"), 3); /* of the large one the reason only */
    free(big);
    /* Full: a clear refusal, and what was accepted stays. */
    for (int i = 2; i < 20; i++)
        assert_int_equal(push(s, (struct sender){.token = TOKEN, .path = "/push/lindehof", .body = GOOD}),
                         202);
    assert_int_equal(push(s, (struct sender){.token = TOKEN, .path = "/push/lindehof", .body = GOOD}), 503);
    assert_int_equal(spool_entries(s->intake.spool), 20);
}

/* POST as PROVIDER with a certificate made for it. */
static long push_as(struct road *s, const char *provider, const struct test_issue *issue)
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
    struct road *s = *state;
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
    struct road *s = *state;
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
    struct road *s = *state;
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
    struct road *s = *state;
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
    struct road *s = *state;
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
    struct road *s = *state;
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
    road_start_delivery(s);
    until(s, spool_entries(s->intake.spool) == 0);
    assert_int_equal(deliver_counts(s->deliver).reports, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pushes, road_setup, road_teardown),
        cmocka_unit_test_setup_teardown(by_subject, road_setup, road_teardown),
        cmocka_unit_test_setup_teardown(rotation, road_setup, road_teardown),
        cmocka_unit_test_setup_teardown(revoked, road_setup, road_teardown),
        cmocka_unit_test_setup_teardown(renewed, road_setup, road_teardown),
        cmocka_unit_test_setup_teardown(access_file_faults, road_setup, road_teardown),
        cmocka_unit_test_setup_teardown(answered_only_when_on_disk, road_setup, road_teardown),
    };
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
