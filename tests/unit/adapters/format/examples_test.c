/* The example profiles: each understands its sample exactly as stated beside it. And a new provider of XML of
 * its own is connected by writing the profile that the README shows, and nothing else. */
#include "support/feed_world.h"

#include "adapters/intake/check_file.h"
#include "base/mem.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define EXAMPLES PLEK_SOURCE_DIR "/adapters/profiles/examples"

static const char *const kinds[] = {"vrouwenopvang",   "omm",       "cosm",
                                    "sterk-huis-type", "fier-type", "koraal-type"};

static void load(const char *path, struct buf *out)
{
    FILE *in = fopen(path, "r");
    if (in == NULL)
        fail_msg("cannot read %s", path);
    out->len = fread(buf_extend(out, 1 << 20), 1, 1 << 20, in);
    fclose(in);
}

/* The file of KIND whose name begins with "KIND.sample.". */
static void find_sample(const char *kind, char out[400])
{
    char dir[300], begin[100];
    snprintf(dir, sizeof dir, EXAMPLES "/%s", kind);
    snprintf(begin, sizeof begin, "%s.sample.", kind);
    out[0] = '\0';
    DIR *d = opendir(dir);
    if (d == NULL)
        fail_msg("cannot read %s", dir);
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        if (strncmp(e->d_name, begin, strlen(begin)) == 0)
            snprintf(out, 400, "%.200s/%.150s", dir, e->d_name);
    closedir(d);
    if (out[0] == '\0')
        fail_msg("%s has no sample", kind);
}

static struct profile *load_profile(const char *path)
{
    struct profile *p = NULL;
    struct buf faults = {0};
    if (profile_load(path, &p, &faults) != OK)
        fail_msg("%s", buf_c_str(&faults));
    buf_fini(&faults);
    return p;
}

/* What `plek-adapter check SAMPLE --profile P --json` prints; to free. */
static char *checked(const struct profile *p, const char *sample, int want)
{
    char *out = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&out, &n);
    int rc = check_file(world_schemas(), p, profile_provider(p, 0), sample, true, f);
    fclose(f);
    if (rc != want)
        fail_msg("%s: check says %d:\n%s", sample, rc, out);
    return out;
}

static void as_expected(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct buf expected = {0};
        char path[400], sample[400];
        find_sample(kinds[i], sample);
        snprintf(path, sizeof path, EXAMPLES "/%s/%s.json", kinds[i], kinds[i]);
        struct profile *p = load_profile(path);
        snprintf(path, sizeof path, EXAMPLES "/%s/%s.expected.json", kinds[i], kinds[i]);
        load(path, &expected);
        char *got = checked(p, sample, CHECK_UNDERSTOOD);
        assert_string_equal(got, buf_c_str(&expected));
        free(got);
        profile_free(p);
        buf_fini(&expected);
    }
}

/* No kind is left out of the list above, none has a provider of another or of the demo. */
static void all_and_apart(void **state)
{
    struct profiles *demo = NULL;
    struct buf faults = {0};
    const char *seen[COUNT_OF(kinds)];
    size_t n = 0;
    DIR *d = opendir(EXAMPLES);
    (void)state;
    assert_non_null(d);
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += strchr(e->d_name, '.') == NULL;
    closedir(d);
    assert_int_equal(n, COUNT_OF(kinds));
    assert_int_equal(profiles_load(PLEK_SOURCE_DIR "/adapters/profiles", &demo, &faults), OK);
    struct profile *all[COUNT_OF(kinds)];
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        char path[400];
        snprintf(path, sizeof path, EXAMPLES "/%s/%s.json", kinds[i], kinds[i]);
        all[i] = load_profile(path);
        seen[i] = profile_provider(all[i], 0);
        assert_int_equal(profile_providers(all[i]), 1);
        assert_null(profiles_find(demo, seen[i]));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(seen[i], seen[j]);
    }
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        profile_free(all[i]);
    profiles_free(demo);
    buf_fini(&faults);
}

/* A sample with a resident in it: the whole message is refused, without the name. */
static void resident_refused(void **state)
{
    struct buf text = {0}, with = {0};
    char dir[128], sample[400], path[200];
    (void)state;
    world_folder(dir);
    find_sample("sterk-huis-type", sample);
    load(sample, &text);
    char *at = strstr(buf_c_str(&text), "</kamer>");
    assert_non_null(at);
    buf_add(&with, BYTES(text.p, (size_t)(at - buf_c_str(&text))));
    buf_text(&with, "<bez:bewoner>Jansen</bez:bewoner>");
    buf_text(&with, at);
    snprintf(path, sizeof path, "%s/sample.xml", dir);
    world_write(path, buf_view(&with));
    struct profile *p = load_profile(EXAMPLES "/sterk-huis-type/sterk-huis-type.json");
    char *got = checked(p, path, CHECK_QUARANTINED);
    assert_non_null(strstr(got, "\"field\": \"bewoner\""));
    assert_null(strstr(got, "Jansen"));
    assert_non_null(strstr(got, "\"reports\": []"));
    free(got);
    profile_free(p);
    buf_fini(&text);
    buf_fini(&with);
    world_remove(dir);
}

/* The block of the README that begins with FENCE, of which TEXT is a part, into PATH. */
static void write_block(const char *readme, const char *fence, const char *text, const char *path)
{
    for (const char *at = strstr(readme, fence); at != NULL; at = strstr(at, fence)) {
        at += strlen(fence);
        const char *end = strstr(at, "```"), *found = strstr(at, text);
        assert_non_null(end);
        if (found == NULL || found > end)
            continue;
        world_write(path, BYTES(at, (size_t)(end - at)));
        return;
    }
    fail_msg("the README has no %s with %s", fence, text);
}

/* Folder, profile and file of a provider the tree has never heard of. */
static void connected_by_a_profile_only(void **state)
{
    struct buf readme = {0};
    struct profiles *all = NULL;
    char dir[128], profiles[200], path[300], sample[300];
    (void)state;
    load(PLEK_SOURCE_DIR "/adapters/README.md", &readme);
    world_folder(dir);
    snprintf(profiles, sizeof profiles, "%s/profiles", dir);
    assert_int_equal(mkdir(profiles, 0700), 0);
    snprintf(path, sizeof path, "%s/eigen.json", profiles);
    snprintf(sample, sizeof sample, "%s/levering.xml", dir);
    write_block(buf_c_str(&readme), "```json\n", "xml_xpath", path);
    write_block(buf_c_str(&readme), "```xml\n", "Voorbeeldhuis", sample);
    assert_int_equal(profiles_load(profiles, &all, &readme), OK);
    const struct profile *p = profiles_find(all, "voorbeeldhuis");
    assert_non_null(p);
    char *got = checked(p, sample, CHECK_UNDERSTOOD);
    json_t *doc = json_loads(got, 0, NULL), *reports = json_object_get(doc, "reports");
    assert_int_equal(json_array_size(reports), 2);
    for (size_t i = 0; i < 2; i++) {
        const char *pool = "", *at = "", *reason = "";
        int total = -1, available = -1, staffed = -1;
        assert_int_equal(json_unpack(json_array_get(reports, i), "{s:s, s:s, s:i, s:i, s?b, s?{s:s}}", "pool",
                                     &pool, "observedAt", &at, "unitsTotal", &total, "unitsFree", &available,
                                     "deliverable", &staffed, "stop", "reason", &reason),
                         0);
        assert_string_equal(pool, i == 0 ? "voorbeeldhuis-nood" : "voorbeeldhuis-gezin");
        assert_string_equal(at, "2026-01-15T19:00:00.000Z");
        assert_int_equal(total, i == 0 ? 3 : 5);
        assert_int_equal(available, i == 0 ? 1 : 0);
        assert_int_equal(staffed, i == 0 ? 1 : -1);
        assert_string_equal(reason, i == 0 ? "" : "onderhoud");
    }
    json_decref(doc);
    free(got);
    profiles_free(all);
    buf_fini(&readme);
    world_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_expected),
        cmocka_unit_test(all_and_apart),
        cmocka_unit_test(resident_refused),
        cmocka_unit_test(connected_by_a_profile_only),
    };
    world_schemas();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
