/* What the drop folder cannot read is told, once, and holds up nobody; what another account still has in hand
 * is left alone. The rights are taken from this process for the while: as root it could read all. */
#include "support/feed_world.h"
#include "support/until.h"

#include "adapters/transport/drop.h"
#include "adapters/transport/drop_known.h"
#include "base/crypto.h"
#include "base/mem.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#define OTHER_ACCOUNT 65534
#define GOOD                                                                                                 \
    "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>2026-01-01T00:00:00Z</peilmoment><plekken>"  \
    "<plek code=\"K1\"><vrij>1</vrij></plek></plekken></capaciteit>"

struct scene {
    char dir[128], drop_dir[160], log[160];
    struct event_base *base;
    struct profiles *profiles;
    struct intake intake;
    struct drop *drop;
    __u32 rights; /* effective, of before */
    int half;     /* written meanwhile; -1 = not yet */
};

/* Rights that root has over files and their leases; without them the modes count for it too. */
static void set_rights(struct scene *s, bool on)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    assert_int_equal(syscall(SYS_capget, &head, data), 0);
    if (!on)
        s->rights = data[0].effective;
    data[0].effective =
        on ? s->rights : s->rights & ~(1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH | 1u << CAP_LEASE);
    assert_int_equal(syscall(SYS_capset, &head, data), 0);
}

static int setup(void **state)
{
    struct scene *s = mem_new(1, sizeof *s);
    const struct spool_limits limits = {.entries_max = 200, .bytes_max = 1 << 24};
    char path[200], why[200] = "";
    world_folder(s->dir);
    s->profiles = world_profiles(s->dir);
    s->intake = (struct intake){.profiles = s->profiles, .schemas = *world_schemas()};
    snprintf(path, sizeof path, "%s/spool", s->dir);
    assert_int_equal(spool_open(path, &limits, &s->intake.spool, why, sizeof why), OK);
    assert_int_equal(messages_open(path, &s->intake.messages, why, sizeof why), OK);
    snprintf(path, sizeof path, "%s/quarantine", s->dir);
    assert_int_equal(quarantine_open(path, &s->intake.quarantine, why, sizeof why), OK);
    snprintf(s->drop_dir, sizeof s->drop_dir, "%s/drop", s->dir);
    snprintf(s->log, sizeof s->log, "%s/log", s->dir);
    s->base = event_base_new();
    assert_int_equal(drop_open(s->base, &s->intake, s->drop_dir, &s->drop, why, sizeof why), OK);
    set_rights(s, false);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;
    set_rights(s, true);
    drop_free(s->drop);
    quarantine_free(s->intake.quarantine);
    messages_free(s->intake.messages);
    spool_free(s->intake.spool);
    profiles_free(s->profiles);
    event_base_free(s->base);
    world_remove(s->dir);
    free(s);
    return 0;
}

static const char *dropped(const struct scene *s, const char *name)
{
    static char path[320];
    snprintf(path, sizeof path, "%s/lindehof/%s", s->drop_dir, name);
    return path;
}

/* Written under a name that is passed over, then renamed: it comes as it is. */
static void put(const struct scene *s, const char *name, mode_t mode, bool of_other)
{
    char part[320];
    snprintf(part, sizeof part, "%s", dropped(s, ".new"));
    world_write(part, BYTES_LITERAL(GOOD));
    assert_int_equal(chmod(part, mode), 0);
    if (of_other)
        assert_int_equal(chown(part, OTHER_ACCOUNT, OTHER_ACCOUNT), 0);
    assert_int_equal(rename(part, dropped(s, name)), 0);
}

/* A good file that comes last proves that all before it were looked at. */
static void look(struct scene *s)
{
    static int number;
    char name[32];
    size_t before = spool_entries(s->intake.spool);
    snprintf(name, sizeof name, "z%d.xml", number++);
    put(s, name, 0600, false);
    until(s, spool_entries(s->intake.spool) > before);
}

/* Messages of outcome OUTCOME that wait; all of them are done with then. LAST: what the last complains of. */
static int told(struct scene *s, const char *outcome, char last[160])
{
    struct message m;
    int n = 0;
    while (messages_oldest(s->intake.messages, "lindehof", &m) == OK) {
        const json_t *first = json_array_get(json_object_get(m.body, "complaints"), 0);
        if (strcmp(json_string_value(json_object_get(m.body, "outcome")), outcome) == 0) {
            assert_string_equal(json_string_value(json_object_get(m.body, "channel")), "drop");
            n++;
            if (first != NULL)
                snprintf(last, 160, "%s", json_string_value(json_object_get(first, "reason")));
        }
        messages_done(s->intake.messages, &m, false);
        message_fini(&m);
    }
    return n;
}

static void told_once_and_when_changed(void **state)
{
    struct scene *s = *state;
    char why[160] = "";
    put(s, "Mevrouw Jansen.xml", 0, false);
    look(s);
    assert_int_equal(told(s, "refused", why), 1);
    assert_non_null(strstr(why, "rights"));
    look(s);
    look(s);
    assert_int_equal(told(s, "refused", why), 0);
    assert_int_equal(access(dropped(s, "Mevrouw Jansen.xml"), F_OK), 0); /* it is the provider's */
    assert_int_equal(chmod(dropped(s, "Mevrouw Jansen.xml"), 0200), 0);
    look(s);
    assert_int_equal(told(s, "refused", why), 1);
    put(s, "Mevrouw Jansen.xml", 0, false); /* another file */
    look(s);
    assert_int_equal(told(s, "refused", why), 1);
    assert_int_equal(spool_entries(s->intake.spool), 5);
    assert_int_equal(chmod(dropped(s, "Mevrouw Jansen.xml"), 0600), 0);
    look(s);
    until(s, spool_entries(s->intake.spool) == 7); /* mended: taken */
    assert_int_equal(told(s, "refused", why), 0);
}

/* By its kind it fails for root as for anybody. */
static void what_is_no_file(void **state)
{
    struct scene *s = *state;
    char why[160] = "";
    assert_int_equal(symlink("/nowhere/at/all", dropped(s, "a.xml")), 0);
    assert_int_equal(symlink("/etc/passwd", dropped(s, "b.xml")), 0);
    assert_int_equal(mkfifo(dropped(s, "c.xml"), 0600), 0);
    assert_int_equal(mkdir(dropped(s, "archive"), 0700), 0);
    look(s);
    assert_int_equal(told(s, "refused", why), 3);
    assert_non_null(strstr(why, "a link, a pipe or a device"));
    look(s);
    assert_int_equal(told(s, "refused", why), 0);
    /* Gone and come again is another one. */
    assert_int_equal(unlink(dropped(s, "a.xml")), 0);
    look(s);
    assert_int_equal(symlink("/nowhere/at/all", dropped(s, "a.xml")), 0);
    look(s);
    assert_int_equal(told(s, "refused", why), 1);
}

/* More than one look takes, and more than is told at a time. */
static void a_folder_full_of_them(void **state)
{
    struct scene *s = *state;
    char name[32], why[160] = "";
    for (int i = 0; i < 70; i++) {
        snprintf(name, sizeof name, "a%02d.xml", i);
        put(s, name, 0, false);
    }
    look(s);
    assert_int_equal(told(s, "refused", why), DROP_TOLD_MAX);
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "a%02d.xml", i);
        assert_int_equal(unlink(dropped(s, name)), 0);
    }
    look(s); /* forgets those */
    look(s);
    assert_int_equal(told(s, "refused", why), 10);
}

static void begun_and_then_unreadable(void **state)
{
    struct scene *s = *state;
    char why[160] = "";
    put(s, ".taking-a.xml", 0, false);
    look(s);
    look(s);
    assert_int_equal(told(s, "refused", why), 1);
    assert_int_equal(chmod(dropped(s, ".taking-a.xml"), 0600), 0);
    look(s);
    until(s, spool_entries(s->intake.spool) == 4);
}

static void the_folder_itself(void **state)
{
    struct scene *s = *state;
    char why[160] = "";
    put(s, "a.xml", 0600, false);
    assert_int_equal(chmod(dropped(s, ""), 0300), 0);
    until(s, messages_counts(s->intake.messages).waiting == 1);
    assert_int_equal(told(s, "refused", why), 1);
    assert_non_null(strstr(why, "folder cannot be read"));
    assert_int_equal(chmod(dropped(s, ""), 0500), 0); /* readable, and nothing comes out of it */
    until(s, messages_counts(s->intake.messages).waiting == 1);
    assert_int_equal(told(s, "refused", why), 1);
    assert_non_null(strstr(why, "out of its folder"));
    assert_int_equal(chmod(dropped(s, ""), 0700), 0);
    look(s);
    until(s, spool_entries(s->intake.spool) == 2);
}

/* Of another account's file we get no lease, which would tell that it is still written. */
static void of_another_account(void **state)
{
    struct scene *s = *state;
    char why[160] = "";
    if (geteuid() != 0)
        skip(); /* nobody else can give files away */
    int fd = open(dropped(s, "half.xml"), O_WRONLY | O_CREAT, 0644);
    assert_int_equal(fchown(fd, OTHER_ACCOUNT, OTHER_ACCOUNT), 0);
    assert_int_equal(write(fd, GOOD, 30), 30);
    put(s, "whole.xml", 0644, true);
    until(s, spool_entries(s->intake.spool) == 1);
    look(s);
    assert_int_equal(access(dropped(s, "half.xml"), F_OK), 0);
    assert_int_equal(told(s, "quarantined", why), 0);
    assert_int_equal(write(fd, &GOOD[30], sizeof GOOD - 31), sizeof GOOD - 31);
    assert_int_equal(close(fd), 0);
    until(s, spool_entries(s->intake.spool) == 3);
    assert_int_equal(told(s, "quarantined", why), 0);
}

static void half_of_the_next(void *ctx)
{
    struct scene *s = ctx;
    if (s->half >= 0)
        return;
    s->half = open(dropped(s, "a.xml"), O_WRONLY | O_CREAT | O_EXCL, 0644);
    assert_int_equal(fchown(s->half, OTHER_ACCOUNT, OTHER_ACCOUNT), 0);
    assert_int_equal(write(s->half, GOOD, 30), 30);
}

/* That one file of this name was closed says nothing of the next. */
static void the_next_of_that_name(void **state)
{
    struct scene *s = *state;
    char why[160] = "";
    if (geteuid() != 0)
        skip();
    s->half = -1;
    s->intake.on_spooled = half_of_the_next;
    s->intake.ctx = s;
    put(s, "a.xml", 0644, true);
    until(s, s->half >= 0);
    look(s);
    look(s);
    assert_int_equal(access(dropped(s, "a.xml"), F_OK), 0);
    assert_int_equal(told(s, "quarantined", why), 0);
    close(s->half);
}

/* A file server holds a lease for its client: our opening asks for it back, and meanwhile it is busy. */
static void leased(void **state)
{
    struct scene *s = *state;
    char why[160] = "", part[320];
    snprintf(part, sizeof part, "%s", dropped(s, ".new"));
    world_write(part, BYTES_LITERAL(GOOD));
    int fd = open(part, O_RDONLY);
    assert_int_equal(fcntl(fd, F_SETLEASE, F_WRLCK), 0);
    assert_int_equal(rename(part, dropped(s, "a.xml")), 0);
    look(s);
    look(s);
    assert_int_equal(spool_entries(s->intake.spool), 2);
    assert_int_equal(told(s, "refused", why), 0);
    assert_int_equal(close(fd), 0);
    look(s);
    until(s, spool_entries(s->intake.spool) == 4);
}

static void known_names(void **state)
{
    struct drop_known *k = drop_known_new();
    struct stat st = {.st_ino = 1, .st_ctim = {.tv_sec = 5}}, other = st;
    char name[32];
    (void)state;
    other.st_ctim.tv_nsec = 1;
    drop_known_close(k, "a");
    assert_true(drop_known_is_closed(k, "a"));
    assert_false(drop_known_is_closed(k, "b"));
    assert_true(drop_known_tell(k, "a", &st));
    assert_false(drop_known_tell(k, "a", &st));
    assert_true(drop_known_tell(k, "a", &other));
    drop_known_seen(k, "a");
    drop_known_end(k);
    assert_true(drop_known_is_closed(k, "a"));
    drop_known_end(k);
    assert_false(drop_known_is_closed(k, "a"));
    for (int i = 0; i < DROP_TOLD_MAX; i++) {
        snprintf(name, sizeof name, "n%d", i);
        assert_true(drop_known_tell(k, name, &st));
    }
    assert_false(drop_known_tell(k, "one too many", &st));
    assert_true(drop_known_tell(k, "n0", &other));
    drop_known_forget(k, "n0");
    assert_true(drop_known_tell(k, "one too many", &st));
    for (int i = 0; i <= DROP_CLOSED_MAX; i++) {
        snprintf(name, sizeof name, "c%d", i);
        drop_known_close(k, name);
    }
    assert_true(drop_known_is_closed(k, "c100"));
    assert_false(drop_known_is_closed(k, name));
    drop_known_free(k);
    drop_known_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_names),
        cmocka_unit_test_setup_teardown(told_once_and_when_changed, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_file, setup, teardown),
        cmocka_unit_test_setup_teardown(a_folder_full_of_them, setup, teardown),
        cmocka_unit_test_setup_teardown(begun_and_then_unreadable, setup, teardown),
        cmocka_unit_test_setup_teardown(the_folder_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(of_another_account, setup, teardown),
        cmocka_unit_test_setup_teardown(the_next_of_that_name, setup, teardown),
        cmocka_unit_test_setup_teardown(leased, setup, teardown),
    };
    crypto_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
