/* A file that was refused for a person in it: only the reason stays, on the disk and in the log. */
#include "support/feed_world.h"
#include "support/person_files.h"

#include "adapters/intake/intake.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- on the disk, in the log ---- */

struct scene {
    char dir[128], log[200];
    struct profiles *profiles;
    struct intake intake;
};

static void path_in(const struct scene *s, const char *name, char out[200])
{
    snprintf(out, 200, "%s/%s", s->dir, name);
}

/* A provider per format, so that the folder of each can be looked at. */
static void open_scene(struct scene *s, const char *const *profiles, size_t n)
{
    struct spool_limits limits = spool_limits_default();
    struct buf faults = {0};
    char path[200], why[200];
    *s = (struct scene){0};
    world_folder(s->dir);
    path_in(s, "profiles", path);
    assert_int_equal(mkdir(path, 0700), 0);
    for (size_t i = 0; i < n; i++) {
        json_t *j = json_loads(profiles[i], 0, NULL), *of = json_object_get(j, "providers"),
               *own = json_object();
        char name[32];
        snprintf(name, sizeof name, "p%zu", i);
        json_object_set(own, name, json_object_iter_value(json_object_iter(of)));
        json_object_set_new(j, "providers", own);
        char *text = json_dumps(j, 0);
        snprintf(path, sizeof path, "%s/profiles/%s.json", s->dir, name);
        world_write(path, bytes_of_text(text));
        free(text);
        json_decref(j);
    }
    path_in(s, "profiles", path);
    assert_int_equal(profiles_load(path, &s->profiles, &faults), OK);
    buf_fini(&faults);
    s->intake = (struct intake){.profiles = s->profiles, .schemas = *world_schemas()};
    path_in(s, "spool", path);
    assert_int_equal(spool_open(path, &limits, &s->intake.spool, why, sizeof why), OK);
    path_in(s, "quarantine", path);
    assert_int_equal(quarantine_open(path, &s->intake.quarantine, why, sizeof why), OK);
    path_in(s, "log", s->log);
}

static void close_scene(struct scene *s)
{
    spool_free(s->intake.spool);
    quarantine_free(s->intake.quarantine);
    profiles_free(s->profiles);
    world_remove(s->dir);
}

/* Take it as a file of PROVIDER, what the program says going into the log beside. */
static enum err taken(struct scene *s, const char *provider, struct bytes text, struct reading *r)
{
    char from[200];
    path_in(s, MARK ".file", from);
    world_write(from, text);
    int log = open(s->log, O_WRONLY | O_CREAT | O_APPEND, 0600), was = dup(STDERR_FILENO);
    dup2(log, STDERR_FILENO);
    enum err e = intake_take(&s->intake, CHANNEL_DROP, provider, MARK ".file", from, text, r);
    fflush(stderr);
    dup2(was, STDERR_FILENO);
    close(log);
    close(was);
    if (e == OK)
        unlink(from); /* as the drop folder does */
    assert_int_not_equal(access(from, F_OK), 0);
    return e;
}

/* Files below DIR that hold the mark, or are called by it. */
static int marked(const char *dir, int *files)
{
    int n = 0;
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        char path[600];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || strcmp(e->d_name, "profiles") == 0)
            continue;
        assert_int_equal(stat(path, &st), 0);
        n += strstr(e->d_name, MARK) != NULL;
        if (S_ISDIR(st.st_mode)) {
            n += marked(path, files);
            continue;
        }
        struct buf text = {0};
        FILE *in = fopen(path, "r");
        text.len = fread(buf_extend(&text, (size_t)st.st_size + 1), 1, (size_t)st.st_size, in);
        fclose(in);
        n += memmem(text.p, text.len, MARK, strlen(MARK)) != NULL;
        (*files)++;
        buf_fini(&text);
    }
    closedir(d);
    return n;
}

static void only_the_reason_stays(void **state)
{
    struct scene s;
    const char *profiles[COUNT_OF(refused)];
    int files = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        profiles[i] = refused[i].profile;
    open_scene(&s, profiles, COUNT_OF(refused));
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct reading r = {0};
        char provider[32], folder[200];
        snprintf(provider, sizeof provider, "p%zu", i);
        assert_int_equal(taken(&s, provider, bytes_of_text(refused[i].text), &r), ERR_BAD_INPUT);
        snprintf(folder, sizeof folder, "%s/quarantine/%s", s.dir, provider);
        if (world_count(folder) != 1)
            fail_msg("%d files for %s", world_count(folder), refused[i].text);
        reading_fini(&r);
    }
    assert_int_equal(marked(s.dir, &files), 0);
    assert_int_equal(files, (int)COUNT_OF(refused) + 1); /* and the log */
    assert_int_equal(spool_entries(s.intake.spool), 0);
    /* That `marked` can find: a fault without people in it is kept, bytes and all. */
    struct reading r = {0};
    assert_int_equal(taken(&s, "p9", BYTES_LITERAL(CSV("x", MARK, "9")), &r), ERR_BAD_INPUT);
    assert_int_equal(marked(s.dir, &files), 3); /* by both names and by content */
    reading_fini(&r);
    close_scene(&s);
}

/* A name where a key belongs comes into the complaint about it: not into the reason on disk. */
static void keys_do_not_stay(void **state)
{
    struct scene s;
    struct reading r = {0};
    const char *profiles[] = {profile_opvang_json};
    int files = 0;
    (void)state;
    open_scene(&s, profiles, 1);
    const char text[] = OWN_JSON(",\"" MARK " Geheimestraat 12\":{\"bsn\":\"1\"}");
    assert_int_equal(taken(&s, "p0", bytes_of_text(text), &r), ERR_BAD_INPUT);
    assert_int_equal(marked(s.dir, &files), 0);
    assert_int_equal(files, 2); /* the reason and the log */
    reading_fini(&r);
    close_scene(&s);
}

/* Addresses, phones and contacts where each format has them. FREE 1: taken; 9 of 4: quarantined. */
static const struct {
    const char *profile, *good, *bad;
} addressed[] = {
#define HAVE_ADDRESS                                                                                         \
    "<a:Addresses xmlns:a=\"urn:oasis:names:tc:ciq:xpil:3\"><x:Address xmlns:x=\"urn:oasis:names:tc:ciq:"    \
    "xal:3\"><x:Thoroughfare><x:NameElement>" MARK "</x:NameElement></x:Thoroughfare></x:Address>"           \
    "</a:Addresses><a:ContactNumbers xmlns:a=\"urn:oasis:names:tc:ciq:xpil:3\"><a:ContactNumber>" MARK       \
    "</a:ContactNumber></a:ContactNumbers>"
    {profile_have, HAVE(HAVE_ADDRESS, ""), HAVE(HAVE_ADDRESS, "") "<!-- behind the root is nothing -->x"},
#define HSDS_ADDRESS                                                                                         \
    ",\"contacts\":[{\"name\":\"" MARK "\",\"email\":\"" MARK "\",\"phones\":[{\"number\":\"" MARK "\"}]}]," \
    "\"service_at_locations\":[{\"location\":{\"latitude\":52.1,\"addresses\":[{\"address_1\":\"" MARK       \
    "\",\"postal_code\":\"" MARK "\"}]}}],\"url\":\"" MARK "\",\"email\":\"" MARK "\""
    {profile_hsds, HSDS("1", HSDS_ADDRESS), HSDS("9", HSDS_ADDRESS)},
#define FHIR_ADDRESS                                                                                         \
    ",\"contained\":[{\"resourceType\":\"Location\",\"id\":\"l\",\"address\":{\"line\":[\"" MARK             \
    "\"]},\"telecom\":[{\"value\":\"" MARK "\"}],\"position\":{\"latitude\":1},\"text\":{\"div\":\"" MARK    \
    "\"}}]"
    {profile_fhir, FHIR("1", FHIR_ADDRESS), FHIR("9", FHIR_ADDRESS)},
    {profile_csv_text, CSV("Straat en telefoon", MARK, "1"), CSV("Straat en telefoon", MARK, "9")},
    {profile_own_xml, OWN_XML("", "<adres><straat>" MARK "</straat></adres>"),
     OWN_XML("", "<adres><straat>" MARK "</straat></adres><plek soort='x'/>")},
};

static void addresses_are_passed_over(void **state)
{
    struct scene s;
    const char *profiles[COUNT_OF(addressed)];
    int files = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(addressed); i++)
        profiles[i] = addressed[i].profile;
    open_scene(&s, profiles, COUNT_OF(addressed));
    for (size_t i = 0; i < COUNT_OF(addressed); i++) {
        struct reading r = {0};
        char provider[32];
        snprintf(provider, sizeof provider, "p%zu", i);
        if (taken(&s, provider, bytes_of_text(addressed[i].good), &r) != OK)
            fail_msg("%zu: %s: %s", i, r.complaints[0].field, r.complaints[0].reason);
        assert_int_equal(r.n, 1);
        assert_null(memmem(&r, sizeof r, MARK, strlen(MARK)));
        assert_null(memmem(r.list, r.n * sizeof *r.list, MARK, strlen(MARK)));
        reading_fini(&r);
    }
    assert_int_equal(spool_entries(s.intake.spool), COUNT_OF(addressed));
    assert_int_equal(marked(s.dir, &files), 0);
    assert_true(files > (int)COUNT_OF(addressed));
    /* With a fault the file is not kept, and what is said of it has nothing of that. */
    for (size_t i = 0; i < COUNT_OF(addressed); i++) {
        struct reading r = {0};
        char provider[32];
        snprintf(provider, sizeof provider, "p%zu", i);
        assert_int_equal(taken(&s, provider, bytes_of_text(addressed[i].bad), &r), ERR_BAD_INPUT);
        json_t *said = reading_json(&r);
        char *text = json_dumps(said, 0);
        assert_null(strstr(text, MARK));
        free(text);
        json_decref(said);
        assert_true(r.not_kept);
        reading_fini(&r);
    }
    assert_int_equal(marked(s.dir, &files), 0);
    close_scene(&s);
}

/* What the broker refused once does not go on for a provider that is nobody's by now. What cannot be read is
 * not said to be gone. */
static void again_by_todays_profiles(void **state)
{
    struct scene s;
    struct reading *r = mem_new(1, sizeof *r);
    const char *profiles[] = {profile_csv_text};
    struct buf kept = {0};
    char path[300];
    json_t *out = NULL;
    (void)state;
    open_scene(&s, profiles, 1);
    assert_int_equal(
        quarantine_put(s.intake.quarantine, "gone", "reports.json", NULL,
                       BYTES_LITERAL("[{\"reportId\":\"r\",\"pool\":\"p\",\"observedAt\":\"" OBSERVED
                                     "\",\"source\":\"feed\",\"unitsFree\":1}]"),
                       json_pack("{s:s}", "refusedBy", "broker"), &kept),
        OK);
    assert_int_equal(intake_again(&s.intake, "gone", "m", buf_c_str(&kept), r, &out), ERR_NOT_FOUND);
    assert_string_equal(r->complaints[0].field, "profile");
    assert_int_equal(spool_entries(s.intake.spool), 0);
    path_in(&s, "quarantine/gone", path);
    assert_int_equal(world_count(path), 2);
    reading_fini(r);
    *r = (struct reading){0};
    /* A folder cannot be read. */
    path_in(&s, "quarantine/gone/folder", path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(intake_again(&s.intake, "gone", "m", "folder", r, &out), ERR_IO);
    assert_int_equal(r->complaints_n, 0);
    assert_int_equal(intake_again(&s.intake, "gone", "m", "nothing", r, &out), ERR_NOT_FOUND);
    assert_non_null(strstr(r->complaints[0].reason, "no longer"));
    reading_fini(r);
    free(r);
    buf_fini(&kept);
    close_scene(&s);
}

/* What is kept is kept for a month. */
static void the_old_go(void **state)
{
    struct scene s;
    struct reading r = {0};
    const char *profiles[] = {profile_csv_text};
    char folder[200];
    int64_t now = time_wall_ms();
    (void)state;
    open_scene(&s, profiles, 1);
    assert_int_equal(taken(&s, "p0", BYTES_LITERAL(CSV("x", "y", "9")), &r), ERR_BAD_INPUT);
    reading_fini(&r);
    path_in(&s, "quarantine/p0", folder);
    quarantine_expire(s.intake.quarantine, now + (QUARANTINE_DAYS_MAX - 1) * INT64_C(86400000));
    assert_int_equal(world_count(folder), 2);
    quarantine_expire(s.intake.quarantine, now + (QUARANTINE_DAYS_MAX + 1) * INT64_C(86400000));
    assert_int_equal(world_count(folder), 0);
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        cmocka_unit_test(only_the_reason_stays),
        cmocka_unit_test(keys_do_not_stay),
        cmocka_unit_test(addresses_are_passed_over),
        cmocka_unit_test(again_by_todays_profiles),
        cmocka_unit_test(the_old_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
