/* Profiles: every fault told at once, the ones that are shipped good, and a new provider connected by writing
 * one only, the one that the README shows. */
#include "support/feed_world.h"

#include "adapters/intake/check_file.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void load(const char *path, struct buf *out)
{
    FILE *in = fopen(path, "r");
    if (in == NULL)
        fail_msg("cannot read %s", path);
    out->len = fread(buf_extend(out, 1 << 20), 1, 1 << 20, in);
    fclose(in);
}

static void faults_at_once(void **state)
{
    static const char text[] = "{\"format\":\"csv\",\"colour\":1,\"csv\":{\"delimiter\":\"x\",\"time\":\"dd-"
                               "mm-yyyy hh:mm\",\"columns\":"
                               "{\"free\":\"a\",\"total\":\"a\"}},\"stops\":{\"w\":\"zomaar\"},\"providers\":"
                               "{\"A B\":{\"pools\":{\"w\":\"No "
                               "Code\"}},\"b\":{}}}";
    static const char *const wanted[] = {
        "/colour",  "/csv/delimiter",  "needs zone",     "needs at least the columns", "one column for two",
        "/stops/w", "provider's code", "code of a pool", "/providers/b/pools"};
    struct profile *p = NULL;
    struct buf faults = {0};
    (void)state;
    assert_int_equal(profile_read(bytes_of_text(text), "test", &p, &faults), ERR_BAD_INPUT);
    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        if (strstr(buf_c_str(&faults), wanted[i]) == NULL)
            fail_msg("'%s' is not in:\n%s", wanted[i], buf_c_str(&faults));
    buf_clear(&faults);
    assert_int_equal(
        profile_read(BYTES_LITERAL("{\"format\":\"csv\",\"format\":\"csv\"}"), "test", &p, &faults),
        ERR_BAD_INPUT);
    assert_non_null(strstr(buf_c_str(&faults), "line 1"));
    buf_fini(&faults);
}

/* Whether its numbers are used, and how often something should come. */
static void expectations(void **state)
{
    static const struct {
        const char *name, *keys, *fault;
        bool test;
        int minutes;
    } cases[] = {{"nothing said", "", NULL, false, 0},
                 {"on trial", "\"test\":true,", NULL, true, 0},
                 {"not on trial", "\"test\":false,\"expected_minutes\":15,", NULL, false, 15},
                 {"a day", "\"expected_minutes\":1440,", NULL, false, 1440},
                 {"more than a day", "\"expected_minutes\":1441,", "/expected_minutes", false, 0},
                 {"none", "\"expected_minutes\":0,", "/expected_minutes", false, 0},
                 {"a word", "\"test\":\"ja\",", "/test", false, 0}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct profile *p = NULL;
        struct buf text = {0}, faults = {0};
        buf_format(&text, "{\"format\":\"hsds\",%s\"providers\":{\"a\":{\"pools\":[\"a-1\"]}}}",
                   cases[i].keys);
        enum err e = profile_read(buf_view(&text), "test", &p, &faults);
        if ((e == OK) != (cases[i].fault == NULL))
            fail_msg("%s: %s", cases[i].name, buf_c_str(&faults));
        if (e == OK) {
            assert_int_equal(profile_is_test(p), cases[i].test);
            assert_int_equal(profile_expected_minutes(p), cases[i].minutes);
        } else {
            assert_non_null(strstr(buf_c_str(&faults), cases[i].fault));
        }
        profile_free(p);
        buf_fini(&text);
        buf_fini(&faults);
    }
}

/* A word that stands by itself is for any place, but a place of its own goes before it. */
static void word_for_any_place(void **state)
{
    struct profile *p = world_profile(profile_hsds);
    const char *code = NULL;
    (void)state;
    assert_int_equal(profile_pool(p, "havenlicht", BYTES_LITERAL("De Wulp"), BYTES_LITERAL("bed"), &code),
                     POOL_FOUND);
    assert_string_equal(code, "wulp-bed");
    assert_int_equal(profile_pool(p, "havenlicht", BYTES_LITERAL("Elders"), BYTES_LITERAL("bed"), &code),
                     POOL_FOUND);
    assert_string_equal(code, "elders-bed");
    assert_int_equal(profile_pool(p, "havenlicht", BYTES_LITERAL("Elders"), BYTES_LITERAL("hours"), &code),
                     POOL_IGNORED);
    assert_int_equal(profile_pool_at(p, "havenlicht", BYTES_LITERAL("Elders"), BYTES_LITERAL("bed"), &code),
                     POOL_UNKNOWN);
    profile_free(p);
}

static void words(void **state)
{
    struct profile *p = world_profile(profile_csv_text);
    const char *code = NULL;
    (void)state;
    assert_int_equal(profile_pool(p, "havenlicht", BYTES_LITERAL("Huis B"), BYTES_LITERAL("nood"), &code),
                     POOL_FOUND);
    assert_string_equal(code, "b-nood");
    assert_int_equal(profile_pool(p, "havenlicht", BYTES_LITERAL("Huis C"), BYTES_LITERAL("nood"), &code),
                     POOL_UNKNOWN);
    /* Another provider has no part in these places. */
    assert_int_equal(profile_pool(p, "lindehof", BYTES_LITERAL("Huis B"), BYTES_LITERAL("nood"), &code),
                     POOL_UNKNOWN);
    assert_int_equal(profile_yes_no(p, BYTES_LITERAL("JAWEL")), 1);
    assert_int_equal(profile_yes_no(p, BYTES_LITERAL("nee")), 0);
    assert_int_equal(profile_yes_no(p, BYTES_LITERAL("mwah")), -1);
    profile_free(p);
    p = world_profile(profile_opvang);
    assert_int_equal(profile_pool(p, "lindehof", (struct bytes){0}, BYTES_LITERAL("K3"), &code),
                     POOL_IGNORED);
    assert_string_equal(profile_stop(p, BYTES_LITERAL("Te weinig mensen")), "personeel");
    assert_string_equal(profile_stop(p, BYTES_LITERAL("ziekte")), "ziekte");
    assert_null(profile_stop(p, BYTES_LITERAL("zomaar")));
    profile_free(p);
}

static void provider_in_two(void **state)
{
    char dir[128], path[200];
    struct profiles *all = NULL;
    struct buf faults = {0};
    (void)state;
    world_folder(dir);
    snprintf(path, sizeof path, "%s/a.json", dir);
    world_write(path, bytes_of_text(profile_csv_text));
    snprintf(path, sizeof path, "%s/b.json", dir);
    world_write(path, bytes_of_text(profile_csv_local));
    assert_int_equal(profiles_load(dir, &all, &faults), ERR_CONFLICT);
    assert_non_null(strstr(buf_c_str(&faults), "havenlicht is in a.json already"));
    buf_fini(&faults);
    world_remove(dir);
}

/* Those in the tree load together and understand the demo's files, wholly. */
static void shipped(void **state)
{
    static const char *const feeds[][2] = {{"lindehof-groep", "lindehof-groep.opvang.xml"},
                                           {"de-wulp", "de-wulp.have.xml"},
                                           {"havenlicht", "havenlicht.csv"}};
    static const char mark[] = "@OBSERVED_AT@", moment[] = "2026-11-22T01:00:00Z";
    struct profiles *all = NULL;
    struct buf faults = {0};
    (void)state;
    assert_int_equal(profiles_load(PLEK_SOURCE_DIR "/adapters/profiles", &all, &faults), OK);
    for (size_t i = 0; i < COUNT_OF(feeds); i++) {
        struct buf template = {0}, text = {0};
        struct reading r = {0};
        char path[300];
        snprintf(path, sizeof path, "%s/schema/demo/feeds/%s.in", PLEK_SOURCE_DIR, feeds[i][1]);
        load(path, &template);
        const char *at = buf_c_str(&template);
        for (const char *hit = strstr(at, mark); hit != NULL; hit = strstr(at, mark)) {
            buf_add(&text, BYTES(at, (size_t)(hit - at)));
            buf_text(&text, moment);
            at = hit + strlen(mark);
        }
        buf_text(&text, at);
        if (format_read(world_schemas(), profiles_find(all, feeds[i][0]), feeds[i][0], buf_view(&text),
                        NOW_MS, &r) != OK)
            fail_msg("%s: line %d: %s", feeds[i][1], r.complaints[0].line, r.complaints[0].reason);
        assert_true(r.n >= 7);
        buf_fini(&template);
        buf_fini(&text);
        reading_fini(&r);
    }
    profiles_free(all);
    buf_fini(&faults);
}

static void check_says(const struct profile *p, const char *path, bool json, int want, const char *text)
{
    char *out = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&out, &n);
    assert_int_equal(check_file(world_schemas(), p, profile_provider(p, 0), path, json, f), want);
    fclose(f);
    if (strstr(out, text) == NULL)
        fail_msg("'%s' is not in:\n%s", text, out);
    free(out);
}

/* A provider is connected by writing a profile only: the README's own, on the sample beside the schema. */
static void readme_profile(void **state)
{
    struct buf readme = {0};
    (void)state;
    load(PLEK_SOURCE_DIR "/adapters/README.md", &readme);
    char *begin = strstr(buf_c_str(&readme), "```json\n");
    assert_non_null(begin);
    char *end = strstr(begin + 8, "```");
    *end = '\0';
    struct profile *p = world_profile(begin + 8);
    const char *sample = PLEK_SOURCE_DIR "/schema/feeds/samples/opvang.csv";
    check_says(p, sample, false, CHECK_UNDERSTOOD, "voorbeeldhuis-nood");
    check_says(p, sample, false, CHECK_UNDERSTOOD, "understood: 2 observations");
    check_says(p, sample, true, CHECK_UNDERSTOOD, "\"unitsFree\": 1");
    check_says(p, PLEK_SOURCE_DIR "/schema/feeds/samples/opvang.xml", false, CHECK_QUARANTINED, "not taken");
    check_says(p, PLEK_SOURCE_DIR "/schema/feeds/samples/opvang.xml", true, CHECK_QUARANTINED,
               "\"understood\": false");
    profile_free(p);
    buf_fini(&readme);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expectations),       cmocka_unit_test(faults_at_once),  cmocka_unit_test(words),
        cmocka_unit_test(word_for_any_place), cmocka_unit_test(provider_in_two), cmocka_unit_test(shipped),
        cmocka_unit_test(readme_profile),
    };
    world_schemas();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
