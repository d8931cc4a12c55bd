/* What the spool promises: acknowledged is on disk, in order, whole; whatever kills the process and however
 * full the disk is. */
#include "support/feed_world.h"

#include "adapters/spool/spool.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/rng.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define KILLS 25
#define PER_ENTRY 20

static struct spool *open_spool(const char *dir, size_t entries_max, uint64_t bytes_max)
{
    const struct spool_limits limits = {.entries_max = entries_max, .bytes_max = bytes_max};
    struct spool *s = NULL;
    char why[200] = "";
    if (spool_open(dir, &limits, &s, why, sizeof why) != OK)
        fail_msg("%s", why);
    return s;
}

/* PER_ENTRY reports that all carry the number N as their count. */
static struct reading reading_of(int n)
{
    struct reading r = {0};
    for (int i = 0; i < PER_ENTRY; i++) {
        struct report *o = reading_add(&r, i + 1);
        snprintf(o->pool, sizeof o->pool, "pool-%d", i);
        snprintf(o->id, sizeof o->id, "id-%d-%d", n, i);
        o->observed_at_ms = NOW_MS;
        o->free = n;
    }
    return r;
}

static enum err put(struct spool *s, const char *provider, int n)
{
    struct reading r = reading_of(n);
    enum err e = spool_put(s, provider, NULL, &r);
    reading_fini(&r);
    return e;
}

/* The number in the oldest entry, which must be whole; then it is removed. -1 if none. */
static int take(struct spool *s, const char *provider)
{
    struct spool_entry entry;
    enum err e = spool_oldest(s, provider, &entry);
    if (e == ERR_NOT_FOUND)
        return -1;
    assert_int_equal(e, OK);
    assert_int_equal(json_array_size(entry.reports), PER_ENTRY);
    int n = (int)json_integer_value(json_object_get(json_array_get(entry.reports, 0), "unitsFree"));
    spool_done(s, &entry);
    spool_entry_fini(&entry);
    return n;
}

static void order_and_restart(void **state)
{
    char dir[128], providers[4][CODE_TEXT_SIZE];
    (void)state;
    world_folder(dir);
    struct spool *s = open_spool(dir, 100, 1 << 20);
    for (int i = 0; i < 12; i++)
        assert_int_equal(put(s, i % 2 == 0 ? "even" : "odd", i), OK);
    assert_int_equal(take(s, "even"), 0);
    spool_free(s);
    s = open_spool(dir, 100, 1 << 20);
    assert_int_equal(spool_entries(s), 11);
    assert_int_equal(spool_waiting(s, providers, 4), 2);
    for (int i = 2; i < 12; i += 2)
        assert_int_equal(take(s, "even"), i);
    for (int i = 1; i < 12; i += 2)
        assert_int_equal(take(s, "odd"), i);
    assert_int_equal(take(s, "odd"), -1);
    assert_int_equal(spool_waiting(s, providers, 4), 0);
    spool_free(s);
    world_remove(dir);
}

/* The key belongs to the entry: asked twice it is the same, and no two entries share one. */
static void key_stays(void **state)
{
    char dir[128], first[33];
    struct spool_entry entry;
    (void)state;
    world_folder(dir);
    struct spool *s = open_spool(dir, 100, 1 << 20);
    assert_int_equal(put(s, "a", 1), OK);
    assert_int_equal(put(s, "a", 1), OK);
    assert_int_equal(spool_oldest(s, "a", &entry), OK);
    memcpy(first, entry.key, sizeof first);
    spool_entry_fini(&entry);
    spool_free(s);
    s = open_spool(dir, 100, 1 << 20);
    assert_int_equal(spool_oldest(s, "a", &entry), OK);
    assert_string_equal(entry.key, first);
    spool_done(s, &entry);
    spool_entry_fini(&entry);
    assert_int_equal(spool_oldest(s, "a", &entry), OK);
    assert_string_not_equal(entry.key, first);
    spool_entry_fini(&entry);
    spool_free(s);
    world_remove(dir);
}

static void limits(void **state)
{
    char dir[128];
    (void)state;
    world_folder(dir);
    struct spool *s = open_spool(dir, 3, 1 << 20);
    for (int i = 0; i < 3; i++)
        assert_int_equal(put(s, "a", i), OK);
    assert_int_equal(put(s, "a", 3), ERR_BUSY);
    assert_int_equal(take(s, "a"), 0);
    assert_int_equal(put(s, "a", 4), OK);
    spool_free(s);
    s = open_spool(dir, 100, 9000); /* also what was found at the start counts */
    assert_int_equal(put(s, "a", 5), ERR_BUSY);
    assert_int_equal(spool_entries(s), 3);
    spool_free(s);
    world_remove(dir);
}

/* A spoilt entry is told apart, not skipped and not taken for an answer. */
static void spoilt_entry(void **state)
{
    char dir[128], path[256];
    struct spool_entry entry;
    (void)state;
    world_folder(dir);
    struct spool *s = open_spool(dir, 10, 1 << 20);
    assert_int_equal(put(s, "a", 1), OK);
    snprintf(path, sizeof path, "%s/a/0000000000000001.json", dir);
    world_write(path, BYTES_LITERAL("{\"version\":1,\"provi"));
    assert_int_equal(spool_oldest(s, "a", &entry), ERR_BAD_INPUT);
    assert_int_equal(entry.number, 1);
    spool_done(s, &entry);
    spool_entry_fini(&entry);
    spool_free(s);
    world_remove(dir);
}

/* What a broken-off write left behind is cleared away at the start and never taken for an entry. */
static void leftovers(void **state)
{
    char dir[128], folder[160], path[256];
    (void)state;
    world_folder(dir);
    struct spool *s = open_spool(dir, 10, 1 << 20);
    assert_int_equal(put(s, "a", 1), OK);
    spool_free(s);
    snprintf(folder, sizeof folder, "%s/a", dir);
    snprintf(path, sizeof path, "%s/.0000000000000002.json.tmp", folder);
    world_write(path, BYTES_LITERAL("{\"version\":1,\"provi"));
    s = open_spool(dir, 10, 1 << 20);
    assert_int_equal(spool_entries(s), 1);
    assert_int_equal(world_hidden(folder), 0);
    spool_free(s);
    world_remove(dir);
}

/* Put entries and tell each acknowledged number to the pipe, until killed. */
static _Noreturn void writer(const char *dir, int fd, int from)
{
    struct spool *s = open_spool(dir, 100000, UINT64_C(1) << 30);
    for (int n = from;; n++)
        if (put(s, "a", n) != OK || write(fd, &n, sizeof n) != sizeof n)
            _exit(1);
}

static void killed_at_any_moment(void **state)
{
    struct rng rng = rng_seed(2);
    char dir[128];
    int acknowledged = -1;
    (void)state;
    world_folder(dir);
    for (int round = 0; round < KILLS; round++) {
        int pipe_fds[2], n = 0;
        assert_int_equal(pipe(pipe_fds), 0);
        pid_t pid = fork();
        if (pid == 0)
            writer(dir, pipe_fds[1], acknowledged + 2); /* the one under way may have been kept too */
        close(pipe_fds[1]);
        assert_int_equal(read(pipe_fds[0], &n, sizeof n), sizeof n);
        acknowledged = n;
        const struct timespec moment = {.tv_nsec = (long)rng_below(&rng, 15000000)};
        nanosleep(&moment, NULL); /* the moment of death; nothing is waited for */
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        while (read(pipe_fds[0], &n, sizeof n) == sizeof n)
            acknowledged = n;
        close(pipe_fds[0]);
    }
    struct spool *s = open_spool(dir, 100000, UINT64_C(1) << 30);
    int last = -1, got = 0;
    for (int n = take(s, "a"); n >= 0; n = take(s, "a")) {
        assert_true(n > last && n - last <= 2); /* in order; at most the unacknowledged one is missing */
        last = n;
        got++;
    }
    assert_true(last >= acknowledged);
    assert_true(got >= KILLS);
    spool_free(s);
    world_remove(dir);
}

/* A full disk, as the process sees it: writes end early with an error. */
static void disk_full(void **state)
{
    struct rlimit before, tight;
    char dir[128], folder[160];
    (void)state;
    world_folder(dir);
    struct spool *s = open_spool(dir, 100, 1 << 20);
    assert_int_equal(put(s, "a", 1), OK);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = 500;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    assert_int_equal(put(s, "a", 2), ERR_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    snprintf(folder, sizeof folder, "%s/a", dir);
    assert_int_equal(world_count(folder), 1);
    assert_int_equal(world_hidden(folder), 0); /* nothing half written is left on a disk that is full */
    assert_int_equal(put(s, "a", 3), OK);
    assert_int_equal(take(s, "a"), 1);
    assert_int_equal(take(s, "a"), 3);
    spool_free(s);
    world_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_restart),
        cmocka_unit_test(key_stays),
        cmocka_unit_test(limits),
        cmocka_unit_test(spoilt_entry),
        cmocka_unit_test(leftovers),
        cmocka_unit_test(killed_at_any_moment),
        cmocka_unit_test(disk_full),
    };
    crypto_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
