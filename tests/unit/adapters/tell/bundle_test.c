/* What goes out together: the same reports under the same key after any crash, or not at all; nothing twice,
 * nothing out of order, and a disk that takes nothing more does not stop it. */
#include "support/feed_world.h"

#include "adapters/tell/bundle.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/rng.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define KILLS 40

static struct spool *open_spool(const char *dir)
{
    const struct spool_limits limits = {.entries_max = 100000, .bytes_max = UINT64_C(1) << 30};
    struct spool *s = NULL;
    char why[200] = "";
    if (spool_open(dir, &limits, &s, why, sizeof why) != OK)
        fail_msg("%s", why);
    return s;
}

/* An entry of N reports that all carry VALUE. */
static enum err put(struct spool *s, int n, int value)
{
    struct reading r = {0};
    for (int i = 0; i < n; i++) {
        struct report *o = reading_add(&r, i + 1);
        snprintf(o->pool, sizeof o->pool, "pool-%d", i);
        snprintf(o->id, sizeof o->id, "id-%d-%d", value, i);
        o->observed_at_ms = NOW_MS;
        o->free = value;
    }
    enum err e = spool_put(s, "a", NULL, &r);
    reading_fini(&r);
    return e;
}

static int value_at(const struct bundle *b, size_t report)
{
    json_t *body = bundle_body(b);
    const json_t *list = json_object_get(body, "reports");
    int value = (int)json_integer_value(json_object_get(json_array_get(list, report), "unitsFree"));
    json_decref(body);
    return value;
}

/* The next bundle holds N entries whose values count up from FIRST; its key into KEY. */
static void expect_next(struct spool *s, size_t n, int first, char key[36])
{
    struct bundle b;
    assert_int_equal(bundle_next(s, "a", BUNDLE_ENTRIES_MAX, &b), OK);
    assert_int_equal(b.n, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(value_at(&b, i * b.reports / n), first + (int)i);
    memcpy(key, b.key, sizeof b.key);
    bundle_fini(&b);
}

static void finish_next(struct spool *s)
{
    struct bundle b;
    assert_int_equal(bundle_next(s, "a", BUNDLE_ENTRIES_MAX, &b), OK);
    bundle_done(s, &b);
    bundle_fini(&b);
}

static void path_of(const char *dir, const char *name, char out[256])
{
    snprintf(out, 256, "%s/a/%s", dir, name);
}

static void same_again(void **state)
{
    char dir[128], key[36], later[36], path[256];
    (void)state;
    world_folder(dir);
    struct spool *s = open_spool(dir);
    for (int i = 0; i < 3; i++)
        assert_int_equal(put(s, 5, i), OK);
    expect_next(s, 3, 0, key);
    assert_int_equal(put(s, 5, 3), OK); /* comes in while the answer is awaited */
    expect_next(s, 3, 0, later);
    assert_string_equal(later, key);
    spool_free(s);
    s = open_spool(dir);
    expect_next(s, 3, 0, later);
    assert_string_equal(later, key);
    finish_next(s);
    expect_next(s, 1, 3, later);
    assert_string_not_equal(later, key);
    finish_next(s);
    path_of(dir, "", path);
    assert_int_equal(world_count(path), 0);
    assert_int_equal(world_hidden(path), 0);
    spool_free(s);
    world_remove(dir);
}

/* Died after the answer, when one of three had been removed. */
static void answered_before_the_crash(void **state)
{
    char dir[128], key[36], from[256], to[256];
    struct spool_entry entry;
    (void)state;
    world_folder(dir);
    struct spool *s = open_spool(dir);
    for (int i = 0; i < 3; i++)
        assert_int_equal(put(s, 5, i), OK);
    expect_next(s, 3, 0, key);
    assert_int_equal(put(s, 5, 3), OK);
    path_of(dir, ".sending", from);
    path_of(dir, ".sent", to);
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(spool_oldest(s, "a", &entry), OK);
    spool_done(s, &entry);
    spool_entry_fini(&entry);
    spool_free(s);
    s = open_spool(dir);
    expect_next(s, 1, 3, key);
    assert_int_equal(spool_entries(s), 1);
    assert_int_not_equal(access(to, F_OK), 0);
    spool_free(s);
    world_remove(dir);
}

/* A number comes again when the spool was empty at a start; a note about the old one is not about the new. */
static void old_note(void **state)
{
    char dir[128], key[36], from[256], to[256], kept[256];
    (void)state;
    world_folder(dir);
    struct spool *s = open_spool(dir);
    assert_int_equal(put(s, 5, 0), OK);
    assert_int_equal(put(s, 5, 1), OK);
    expect_next(s, 2, 0, key);
    path_of(dir, ".sending", from);
    path_of(dir, ".sent", to);
    path_of(dir, ".kept", kept);
    assert_int_equal(link(from, kept), 0);
    finish_next(s);
    spool_free(s);
    for (int round = 0; round < 2; round++) {
        s = open_spool(dir);
        if (round == 0) {
            assert_int_equal(put(s, 5, 7), OK); /* number 1 again */
            assert_int_equal(put(s, 5, 8), OK);
        }
        assert_int_equal(link(kept, round == 0 ? to : from), 0);
        expect_next(s, 2, 7, key);
        spool_free(s);
        unlink(from);
    }
    world_remove(dir);
}

static void limits(void **state)
{
    char dir[128], key[36], path[256];
    struct bundle b;
    (void)state;
    world_folder(dir);
    struct spool *s = open_spool(dir);
    for (int i = 0; i < 3; i++)
        assert_int_equal(put(s, 400, i), OK);
    assert_int_equal(put(s, 1000, 3), OK);
    expect_next(s, 2, 0, key); /* three would be 1,200 reports */
    finish_next(s);
    expect_next(s, 1, 2, key);
    finish_next(s);
    expect_next(s, 1, 3, key);
    assert_int_equal(put(s, 1, 4), OK);
    finish_next(s);
    /* Taken apart: one by one, each under the key of its entry. */
    assert_int_equal(put(s, 1, 5), OK);
    assert_int_equal(bundle_next(s, "a", BUNDLE_ENTRIES_MAX, &b), OK);
    assert_int_equal(b.n, 2);
    bundle_apart(s, &b);
    bundle_fini(&b);
    assert_int_equal(bundle_next(s, "a", 1, &b), OK);
    assert_int_equal(b.n, 1);
    assert_memory_equal(b.key, b.entries[0].key, 32);
    bundle_done(s, &b);
    bundle_fini(&b);
    /* What cannot be read ends a bundle, and comes alone when it is the oldest. */
    assert_int_equal(put(s, 1, 6), OK);
    path_of(dir, "0000000000000007.json", path);
    world_write(path, BYTES_LITERAL("{\"version\":1,\"provi"));
    expect_next(s, 1, 5, key);
    finish_next(s);
    assert_int_equal(bundle_next(s, "a", BUNDLE_ENTRIES_MAX, &b), ERR_BAD_INPUT);
    assert_int_equal(b.n, 1);
    bundle_done(s, &b);
    bundle_fini(&b);
    assert_int_equal(bundle_next(s, "a", BUNDLE_ENTRIES_MAX, &b), ERR_NOT_FOUND);
    bundle_fini(&b);
    spool_free(s);
    world_remove(dir);
}

/* A disk that is full takes no note of what is sent; one entry needs none, so the spool still empties. */
static void disk_full(void **state)
{
    struct rlimit before, tight;
    char dir[128], key[36], single[36];
    (void)state;
    world_folder(dir);
    struct spool *s = open_spool(dir);
    for (int i = 0; i < 3; i++)
        assert_int_equal(put(s, 5, i), OK);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = 40;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    expect_next(s, 1, 0, key);
    expect_next(s, 1, 0, single);
    assert_string_equal(single, key);
    finish_next(s);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    expect_next(s, 2, 1, key);
    spool_free(s);
    world_remove(dir);
}

/* ---- killed at any moment ---- */

struct told { /* what the broker hears, whole or not at all: fits in one write to a pipe */
    char key[36];
    int n;
    int values[100];
};

/* Put and send until killed; the pipe is the broker, which takes what it hears. */
static _Noreturn void sender(const char *dir, int fd, int from)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test ends without its kill */
    struct spool *s = open_spool(dir);
    for (int value = from;;) {
        for (int i = 0; i < 1 + value % 4; i++, value++)
            if (put(s, 1, value) != OK)
                _exit(1);
        struct bundle b;
        struct told t = {0};
        if (bundle_next(s, "a", 100, &b) != OK)
            _exit(1);
        memcpy(t.key, b.key, sizeof t.key);
        t.n = (int)b.n;
        for (int i = 0; i < t.n; i++)
            t.values[i] = value_at(&b, (size_t)i);
        if (write(fd, &t, sizeof t) != sizeof t)
            _exit(1);
        const struct timespec answer = {.tv_nsec = 2000000}; /* is under way; many die here */
        nanosleep(&answer, NULL);
        bundle_done(s, &b);
        bundle_fini(&b);
    }
}

struct heard {
    struct told last;
    int applied; /* the highest value that was taken */
    int repeats; /* times that a key came again */
};

/* As the broker does: a known key changes nothing; else every report must be new, and in order. */
static void hear(struct heard *h, const struct told *t)
{
    if (strcmp(t->key, h->last.key) == 0) {
        assert_memory_equal(t->values, h->last.values, sizeof t->values);
        h->repeats++;
        return;
    }
    for (int i = 0; i < t->n; i++) {
        if (t->values[i] <= h->applied)
            fail_msg("report %d was sent again under another key", t->values[i]);
        h->applied = t->values[i];
    }
    h->last = *t;
}

static void killed_at_any_moment(void **state)
{
    struct rng rng = rng_seed(4);
    struct heard h = {.applied = -1};
    char dir[128];
    (void)state;
    world_folder(dir);
    for (int round = 0; round < KILLS; round++) {
        struct told t;
        int fds[2];
        assert_int_equal(pipe(fds), 0);
        pid_t pid = fork();
        if (pid == 0)
            sender(dir, fds[1], (round + 1) * 10000);
        close(fds[1]);
        assert_int_equal(read(fds[0], &t, sizeof t), sizeof t);
        hear(&h, &t);
        const struct timespec moment = {.tv_nsec = (long)rng_below(&rng, 8000000)};
        nanosleep(&moment, NULL); /* the moment of death; nothing is waited for */
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        while (read(fds[0], &t, sizeof t) == sizeof t)
            hear(&h, &t);
        close(fds[0]);
    }
    print_message("%d of %d kills came between the answer and the end\n", h.repeats, KILLS);
    assert_true(h.repeats > 0);
    world_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_again), cmocka_unit_test(answered_before_the_crash),
        cmocka_unit_test(old_note),   cmocka_unit_test(limits),
        cmocka_unit_test(disk_full),  cmocka_unit_test(killed_at_any_moment),
    };
    crypto_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
