/* Profiles read anew while files come in: all or nothing, safely under every thread that reads by them. */
#include "support/feed_world.h"
#include "support/poll_site.h"
#include "support/until.h"

#include "adapters/gate/safe_xml.h"
#include "adapters/intake/reload.h"
#include "adapters/transport/drop.h"
#include "adapters/transport/poll.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define READERS 3
#define RELOADS 60
#define GOOD                                                                                                 \
    "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>2026-01-01T00:00:00Z</peilmoment><plekken>"  \
    "<plek code=\"K1\"><vrij>1</vrij></plek></plekken></capaciteit>"
#define PROFILE(code, pool)                                                                                  \
    "{\"format\":\"opvang_xml\",\"providers\":{\"" code "\":{\"pools\":{\"K1\":\"" pool "\"}}}}"
/* What is compiled by a profile and written into while it is used. */
#define XPATH_PROFILE                                                                                        \
    "{\"format\":\"xml_xpath\",\"xpath\":{\"rows\":\"//plek\",\"fileObservedAt\":\"/x/@op\",\"fields\":{"    \
    "\"pool\":\"@naam\",\"free\":\"count(bed)\"}},\"providers\":{\"padhuis\":{\"pools\":{\"n\":\"pad-1\"}}}" \
    "}"
#define XPATH_FILE "<x op=\"2026-01-01T00:00:00Z\"><plek naam=\"n\"><bed/><bed/></plek></x>"

struct scene {
    char dir[128], profiles_dir[160], drop_dir[160];
    struct event_base *base;
    struct intake intake;
    struct reload *reload;
    struct drop *drop;
    int changed;
};

static void write_profile(const struct scene *s, const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s.json", s->profiles_dir, name);
    world_write(path, bytes_of_text(text));
}

static void remove_profile(const struct scene *s, const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s.json", s->profiles_dir, name);
    assert_int_equal(unlink(path), 0);
}

static void on_changed(void *ctx)
{
    struct scene *s = ctx;
    s->changed++;
}

static int setup(void **state)
{
    struct scene *s = mem_new(1, sizeof *s);
    const struct spool_limits limits = {.entries_max = 100000, .bytes_max = 1 << 28};
    struct buf faults = {0};
    char path[200], why[200] = "";
    world_folder(s->dir);
    snprintf(s->profiles_dir, sizeof s->profiles_dir, "%s/profiles", s->dir);
    snprintf(s->drop_dir, sizeof s->drop_dir, "%s/drop", s->dir);
    assert_int_equal(mkdir(s->profiles_dir, 0700), 0);
    write_profile(s, "lindehof", PROFILE("lindehof", "old"));
    write_profile(s, "padhuis", XPATH_PROFILE);
    s->intake.schemas = *world_schemas();
    assert_int_equal(reload_open(s->profiles_dir, &s->intake, &s->reload, &faults), OK);
    reload_on_changed(s->reload, on_changed, s);
    snprintf(path, sizeof path, "%s/spool", s->dir);
    assert_int_equal(spool_open(path, &limits, &s->intake.spool, why, sizeof why), OK);
    assert_int_equal(messages_open(path, &s->intake.messages, why, sizeof why), OK);
    snprintf(path, sizeof path, "%s/quarantine", s->dir);
    assert_int_equal(quarantine_open(path, &s->intake.quarantine, why, sizeof why), OK);
    s->base = event_base_new();
    buf_fini(&faults);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;
    drop_free(s->drop);
    messages_free(s->intake.messages);
    quarantine_free(s->intake.quarantine);
    spool_free(s->intake.spool);
    reload_free(s->reload);
    event_base_free(s->base);
    world_remove(s->dir);
    free(s);
    return 0;
}

/* The pool that GOOD of PROVIDER is for; "" when it has no profile. */
static void pool_of(struct scene *s, const char *provider, char out[CODE_TEXT_SIZE])
{
    struct reading *r = mem_new(1, sizeof *r);
    struct intake_by by;
    out[0] = '\0';
    if (intake_read(&s->intake, provider, BYTES_LITERAL(GOOD), r, &by) == OK)
        memcpy(out, r->list[0].pool, CODE_TEXT_SIZE);
    reading_fini(r);
    free(r);
}

static void assert_pool(struct scene *s, const char *provider, const char *pool)
{
    char found[CODE_TEXT_SIZE];
    pool_of(s, provider, found);
    assert_string_equal(found, pool);
}

/* Read anew, with what the log says meanwhile. */
static enum err reload_logged(struct scene *s, char *said, size_t size)
{
    char path[200];
    snprintf(path, sizeof path, "%s/log", s->dir);
    int log = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), before = dup(STDERR_FILENO);
    assert_true(log >= 0 && before >= 0 && dup2(log, STDERR_FILENO) >= 0);
    enum err e = reload_now(s->reload);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    ssize_t n = pread(log, said, size - 1, 0);
    said[n > 0 ? n : 0] = '\0';
    close(log);
    close(before);
    return e;
}

static void all_or_nothing(void **state)
{
    struct scene *s = *state;
    char said[2000];
    assert_pool(s, "lindehof", "old");
    write_profile(s, "lindehof", PROFILE("lindehof", "new"));
    write_profile(s, "huis2", "{\n\"format\": \"csv\",\n\"providers\" {}\n}");
    assert_int_equal(reload_logged(s, said, sizeof said), ERR_BAD_INPUT);
    assert_non_null(strstr(said, "level=error"));
    assert_non_null(strstr(said, "huis2.json line 3"));
    assert_pool(s, "lindehof", "old");
    assert_int_equal(s->changed, 0);
    write_profile(s, "huis2",
                  "{\"format\":\"opvang_xml\",\"colour\":1,\"providers\":{\"huis2\":{\"pools\":[]}}}");
    assert_int_equal(reload_logged(s, said, sizeof said), ERR_BAD_INPUT);
    assert_non_null(strstr(said, "huis2.json /colour"));
    write_profile(s, "huis2", PROFILE("lindehof", "x")); /* in two of them */
    assert_int_equal(reload_logged(s, said, sizeof said), ERR_CONFLICT);
    assert_non_null(strstr(said, "provider lindehof is in"));
    assert_pool(s, "lindehof", "old");
    write_profile(s, "huis2", PROFILE("huis2", "h2"));
    assert_int_equal(reload_now(s->reload), OK);
    assert_pool(s, "lindehof", "new");
    assert_pool(s, "huis2", "h2");
    assert_int_equal(s->changed, 1);
    remove_profile(s, "huis2");
    assert_int_equal(reload_now(s->reload), OK);
    assert_pool(s, "huis2", "");
}

static void only_if_changed(void **state)
{
    struct scene *s = *state;
    assert_int_equal(reload_if_changed(s->reload), OK);
    assert_int_equal(s->changed, 0);
    write_profile(s, "lindehof", PROFILE("lindehof", "wen"));
    assert_int_equal(reload_if_changed(s->reload), OK);
    assert_int_equal(s->changed, 1);
    assert_pool(s, "lindehof", "wen");
    write_profile(s, "lindehof", PROFILE("lindehof", "new")); /* as long, perhaps within a tick */
    assert_int_equal(reload_if_changed(s->reload), OK);
    assert_pool(s, "lindehof", "new");
    /* What was faulty stays faulty until somebody mends it. */
    write_profile(s, "lindehof", "{");
    assert_int_equal(reload_if_changed(s->reload), ERR_BAD_INPUT);
    assert_int_equal(reload_if_changed(s->reload), ERR_BAD_INPUT);
    assert_int_equal(s->changed, 2);
    remove_profile(s, "lindehof");
    assert_int_equal(reload_if_changed(s->reload), OK);
}

static void drop_folders_follow(void **state)
{
    struct scene *s = *state;
    char path[300], why[200] = "";
    assert_int_equal(drop_open(s->base, &s->intake, s->drop_dir, &s->drop, why, sizeof why), OK);
    write_profile(s, "huis2", PROFILE("huis2", "h2"));
    remove_profile(s, "lindehof");
    assert_int_equal(reload_now(s->reload), OK);
    assert_int_equal(drop_renew(s->drop), OK);
    /* Gone: what is laid there is left alone. The new one's is taken. */
    snprintf(path, sizeof path, "%s/lindehof/a.xml", s->drop_dir);
    world_write(path, BYTES_LITERAL(GOOD));
    struct buf big = {0};
    memset(buf_extend(&big, INTAKE_BYTES_MAX + 1), 'x', INTAKE_BYTES_MAX + 1);
    snprintf(path, sizeof path, "%s/lindehof/big.xml", s->drop_dir);
    world_write(path, buf_view(&big));
    buf_fini(&big);
    snprintf(path, sizeof path, "%s/huis2/a.xml", s->drop_dir);
    world_write(path, BYTES_LITERAL(GOOD));
    until(s, spool_entries_of(s->intake.spool, "huis2") == 1);
    snprintf(path, sizeof path, "%s/lindehof", s->drop_dir);
    assert_int_equal(world_count(path), 2);
    /* Back: what lies there is found. */
    write_profile(s, "lindehof", PROFILE("lindehof", "again"));
    assert_int_equal(reload_now(s->reload), OK);
    assert_int_equal(drop_renew(s->drop), OK);
    until(s, spool_entries_of(s->intake.spool, "lindehof") == 1 && world_count(path) == 0);
}

/* ---- poll ---- */

static struct poll_status status_of(struct poll *p)
{
    struct poll_status status;
    assert_true(poll_status(p, 0, &status));
    return status;
}

static void sources_follow(void **state)
{
    static const struct site_reply reply = {"HTTP/1.1 200 OK\r\n" SITE_LENGTH "\r\n\r\n" GOOD, TAIL_CLOSE};
    struct scene *s = *state;
    struct test_certs certs;
    struct poll *poll = NULL;
    struct poll_source source = {.provider = "lindehof", .every_minutes = 1};
    const struct poll_sources sources = {&source, 1};
    char spool_dir[200], why[200] = "";
    test_certs_make(&certs);
    struct site *site = site_open(&certs, false);
    site_says(site, &reply, 1);
    snprintf(spool_dir, sizeof spool_dir, "%s/spool", s->dir);
    snprintf(source.url, sizeof source.url, "https://127.0.0.1:%u/x", site_port(site));
    snprintf(source.ca, sizeof source.ca, "%s", certs.ca);
    /* Minutes of an hour: only a renewal makes it ask again within this test. */
    const struct poll_config config = {
        .sources = &sources, .spool_dir = spool_dir, .minute_ms = 3600000, .first_wait_ms = 3600000};
    write_profile(s, "lindehof",
                  "{\"format\":\"opvang_xml\",\"providers\":{\"lindehof\":{\"pools\":[\"k2\"]}}}");
    assert_int_equal(reload_now(s->reload), OK);
    assert_int_equal(poll_start(&config, &s->intake, &poll, why, sizeof why), OK);
    until(s, status_of(poll).health == POLL_BAD_FILE);
    write_profile(s, "lindehof", PROFILE("lindehof", "new"));
    assert_int_equal(reload_now(s->reload), OK);
    poll_renew(poll);
    until(s, status_of(poll).health == POLL_WELL);
    assert_int_equal(site_requests(site), 2);
    assert_int_equal(spool_entries(s->intake.spool), 1);
    poll_stop(poll);
    /* No profile any more: not asked; with one, at once. */
    remove_profile(s, "lindehof");
    assert_int_equal(reload_now(s->reload), OK);
    assert_int_equal(poll_start(&config, &s->intake, &poll, why, sizeof why), OK);
    until(s, status_of(poll).health == POLL_UNKNOWN);
    assert_int_equal(site_requests(site), 2);
    write_profile(s, "lindehof", PROFILE("lindehof", "newer"));
    assert_int_equal(reload_now(s->reload), OK);
    poll_renew(poll);
    until(s, status_of(poll).health == POLL_WELL);
    assert_int_equal(site_requests(site), 3);
    poll_stop(poll);
    site_close(site);
    test_certs_remove(&certs);
}

/* ---- under load ---- */

struct reader {
    struct scene *s;
    int number, taken, old, fresh, none;
    bool *stop;
    pthread_t thread;
};

static void *read_on(void *ctx)
{
    struct reader *me = ctx;
    struct scene *s = me->s;
    char pool[CODE_TEXT_SIZE];
    safe_xml_thread();
    while (!__atomic_load_n(me->stop, __ATOMIC_SEQ_CST)) {
        struct reading *r = mem_new(1, sizeof *r);
        pool_of(s, "lindehof", pool);
        me->old += strcmp(pool, "old") == 0;
        me->fresh += strcmp(pool, "new") == 0;
        pool_of(s, "komtgaat", pool);
        me->none += pool[0] == '\0';
        if (intake_take(&s->intake, CHANNEL_PUSH, "padhuis", "x", NULL, BYTES_LITERAL(XPATH_FILE), r) == OK)
            me->taken += r->n == 1 && r->list[0].free == 2;
        reading_fini(r);
        free(r);
    }
    return NULL;
}

static void under_load(void **state)
{
    struct scene *s = *state;
    struct reader readers[READERS];
    bool stop = false;
    for (int i = 0; i < READERS; i++) {
        readers[i] = (struct reader){.s = s, .number = i, .stop = &stop};
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    for (int i = 0; i < RELOADS; i++) {
        write_profile(s, "lindehof", i % 2 == 0 ? PROFILE("lindehof", "new") : PROFILE("lindehof", "old"));
        if (i % 3 == 0)
            write_profile(s, "komtgaat", PROFILE("komtgaat", "kg"));
        assert_int_equal(i % 5 == 4 ? reload_if_changed(s->reload) : reload_now(s->reload), OK);
        if (i % 3 == 0)
            remove_profile(s, "komtgaat");
    }
    __atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
    int taken = 0, old = 0, fresh = 0;
    for (int i = 0; i < READERS; i++) {
        pthread_join(readers[i].thread, NULL);
        taken += readers[i].taken;
        old += readers[i].old;
        fresh += readers[i].fresh;
    }
    assert_true(taken > 0 && old > 0 && fresh > 0);
    assert_int_equal(spool_entries(s->intake.spool), taken); /* each was read by a whole set */
    assert_int_equal(s->changed, RELOADS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_or_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(only_if_changed, setup, teardown),
        cmocka_unit_test_setup_teardown(drop_folders_follow, setup, teardown),
        cmocka_unit_test_setup_teardown(sources_follow, setup, teardown),
        cmocka_unit_test_setup_teardown(under_load, setup, teardown),
    };
    signal(SIGPIPE, SIG_IGN);
    crypto_start();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
