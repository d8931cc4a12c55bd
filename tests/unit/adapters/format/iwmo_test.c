/* iWmo: counts per pool and nothing else. That the rest of Client ends in the parser is shown by looking for
 * it in all of this program's memory afterwards. */
#include "support/feed_world.h"

#include "adapters/gate/safe_xml.h"
#include "adapters/intake/check_file.h"
#include "adapters/intake/intake.h"
#include "base/mem.h"

#include <dirent.h>
#include <inttypes.h>
#include <libxml/xmlmemory.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PROFILE(crosscheck)                                                                                  \
    "{\"format\":\"iwmo\"" crosscheck ",\"providers\":{\"aanbieder\":{\"pools\":{\"16A01\":\"h-nood\","      \
    "\"16\":{\"16B02\":\"h-gezin\",\"16\":\"h-overig\"},\"01A01\":null}}}}"
#define ON ",\"crosscheck\":{\"enabled\":true}"

#define ROOT(kind, lists)                                                                                    \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<w:Bericht "                                                \
    "xmlns:w=\"http://www.istandaarden.nl/iwmo/3_2/" kind                                                    \
    "/schema\" xmlns:i=\"http://www.istandaarden.nl/iwmo/3_2/basisschema/schema\">\n"                        \
    "<w:Header><w:BerichtCode>418</w:BerichtCode><w:Afzender>12345678</w:Afzender></w:Header>\n"             \
    "<w:Client><w:Bsn>999990019</w:Bsn><w:Geboortedatum><i:Datum>1990-01-01</i:Datum></w:Geboortedatum>"     \
    "<w:Geslacht>2</w:Geslacht><w:Naam><i:Geslachtsnaam><i:Naam>Jansen</i:Naam></i:Geslachtsnaam></w:Naam>"  \
    "\n" lists "</w:Client></w:Bericht>"
#define STARTS(items) ROOT("wmo305", "<w:StartProducten>\n" items "</w:StartProducten>")
#define STOPS(items) ROOT("wmo307", "<w:StopProducten>\n" items "</w:StopProducten>")
#define PRODUCT(category, code)                                                                              \
    "<w:Product><i:Categorie>" category "</i:Categorie><i:Code>" code "</i:Code></w:Product>"
#define START(product, day, status)                                                                          \
    "<w:StartProduct><w:ToewijzingNummer>77</w:ToewijzingNummer>" product "<w:ToewijzingIngangsdatum>"       \
    "2026-11-01</w:ToewijzingIngangsdatum><w:Begindatum>" day "</w:Begindatum><w:StatusAanlevering>" status  \
    "</w:StatusAanlevering></w:StartProduct>\n"
#define STOP(product, day, status)                                                                           \
    "<w:StopProduct>" product "<w:Begindatum>2026-10-01</w:Begindatum><w:RedenBeeindiging>22"                \
    "</w:RedenBeeindiging><w:Einddatum>" day "</w:Einddatum><w:StatusAanlevering>" status                    \
    "</w:StatusAanlevering></w:StopProduct>\n"

/* "pool started/stopped" each. */
static void tell(const struct reading *r, struct buf *out)
{
    for (int i = 0; i < r->crosscheck_n; i++)
        buf_format(out, "%s%s %d/%d", i > 0 ? ", " : "", r->crosscheck[i].pool, r->crosscheck[i].started,
                   r->crosscheck[i].stopped);
}

static void counted(void **state)
{
    static const struct {
        const char *text, *want;
        int notices;
    } cases[] = {
        {STARTS(START(PRODUCT("16", "16A01"), "2026-11-20", "1")), "h-nood 1/0", 0},
        {STARTS(START(PRODUCT("16", "16A01"), "2026-11-20", "1") START(
             PRODUCT("16", "16B02"), "2026-11-22", "1") START(PRODUCT("16", "16A01"), "2026-11-21", "1")),
         "h-nood 2/0, h-gezin 1/0", 0},
        {STOPS(STOP(PRODUCT("16", "16A01"), "2026-11-20", "1")), "h-nood 0/1", 0},
        /* Taken back, then sent anew. */
        {STARTS(START(PRODUCT("16", "16A01"), "2026-11-20", "3")
                    START(PRODUCT("16", "16A01"), "2026-11-19", "1")),
         "h-nood 0/0", 0},
        {STOPS(STOP(PRODUCT("16", "16A01"), "2026-11-20", "3")), "h-nood 0/-1", 0},
        /* A category alone; a product of another kind, one passed over on purpose, none, one of tomorrow. */
        {STARTS(START("<w:Product><i:Categorie>16</i:Categorie></w:Product>", "2026-11-20", "1") START(
             PRODUCT("02", "02A05"), "2026-11-20", "1") START(PRODUCT("01", "01A01"), "2026-11-20", "1")
                    START("", "2026-11-20", "1") START(PRODUCT("16", "16A01"), "2026-11-23", "1")),
         "h-overig 1/0", 4},
        /* In the message's own namespace, without a prefix, with white space and CDATA, in any order. */
        {"<Bericht "
         "xmlns='http://www.istandaarden.nl/iwmo/3_2/wmo305/schema'><Client><StartProducten><StartProduct>"
         "<StatusAanlevering> 1 </StatusAanlevering><Begindatum><![CDATA[2026-11-]]>20</Begindatum><Product>"
         "<Code>16A<!-- x "
         "-->01</Code><Categorie>16</Categorie></Product></StartProduct></StartProducten></Client>"
         "</Bericht>",
         "h-nood 1/0", 0},
        /* What has the same names elsewhere says nothing. */
        {STARTS(START(PRODUCT("16", "16A01") "<w:X><w:Product><i:Code>16B02</i:Code></w:Product></w:X>",
                      "2026-11-20", "1") "<w:X>" START(PRODUCT("16", "16B02"), "2026-11-20", "1") "</w:X>"),
         "h-nood 1/0", 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct reading r = {0};
        struct buf got = {0};
        if (world_read(PROFILE(ON), bytes_of_text(cases[i].text), &r) != OK)
            fail_msg("case %zu: line %d %s: %s", i, r.complaints[0].line, r.complaints[0].field,
                     r.complaints[0].reason);
        tell(&r, &got);
        assert_string_equal(buf_c_str(&got), cases[i].want);
        assert_int_equal(r.notices_n, cases[i].notices);
        assert_int_equal(r.n, 0); /* never an observation */
        buf_fini(&got);
        reading_fini(&r);
    }
}

static void refused(void **state)
{
    static const struct {
        const char *profile, *text;
        int line;
        const char *field, *reason;
    } cases[] = {
        {PROFILE(""), STARTS(START(PRODUCT("16", "16A01"), "2026-11-20", "1")), 0, "", "off"},
        {PROFILE(",\"crosscheck\":{\"enabled\":false}"), "x", 0, "", "off"},
        {PROFILE(",\"crosscheck\":{}"), "x", 0, "", "off"},
        {PROFILE(ON), STARTS(START(PRODUCT("16", "16A01"), "20-11-2026", "1")), 6, "Begindatum", "not a day"},
        {PROFILE(ON), STARTS(START(PRODUCT("16", "16A01"), "2026-02-30", "1")), 6, "Begindatum", "not a day"},
        {PROFILE(ON), STARTS(START(PRODUCT("16", "16A01"), "2026-11-20+01:00", "1")), 6, "Begindatum",
         "not a day"},
        {PROFILE(ON), STOPS(STOP(PRODUCT("16", "16A01"), "", "1")), 6, "Einddatum", "not a day"},
        {PROFILE(ON), STARTS(START(PRODUCT("16", "16A01"), "2026-11-20", "4")), 6, "StatusAanlevering",
         "must be 1"},
        {PROFILE(ON), STARTS(START(PRODUCT("16", "16A0116A0116A0116A01"), "2026-11-20", "1")), 6, "Code",
         "longer"},
        {PROFILE(ON), STARTS(START(PRODUCT("16", "16A01") PRODUCT("16", "16A01"), "2026-11-20", "1")), 6,
         "Categorie", "twice"},
        {PROFILE(ON), STARTS(""), 1, "", "no StartProduct"},
        {PROFILE(ON), STOPS(START(PRODUCT("16", "16A01"), "2026-11-20", "1")), 1, "", "no StopProduct"},
        {PROFILE(ON), ROOT("wmo301", ""), 1, "", "the root is not"},
        {PROFILE(ON), ROOT("wmo306", ""), 1, "", "the root is not"},
        {PROFILE(ON), "<Bericht/>", 1, "", "the root is not"},
        {PROFILE(ON), "<!DOCTYPE x><Bericht/>", 1, "", "DOCTYPE"},
        {PROFILE(ON), "<Bericht>&x;</Bericht>", 1, "", ""},
        {PROFILE(ON), "<Bericht><?x y?></Bericht>", 1, "", "instruction"},
        {PROFILE(ON), "<Bericht><a></Bericht>", 1, "", "well-formed"},
        {PROFILE(ON), "<Bericht>", 1, "", "well-formed"},
        {PROFILE(ON), "{}", 1, "", "well-formed"},
        {PROFILE(ON), "", 0, "", "empty"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct reading r = {0};
        enum err e = world_read(cases[i].profile, bytes_of_text(cases[i].text), &r);
        if (e == OK || r.complaints[0].line != cases[i].line ||
            strcmp(r.complaints[0].field, cases[i].field) != 0 ||
            strstr(r.complaints[0].reason, cases[i].reason) == NULL)
            fail_msg("case %zu: line %d '%s': '%s'", i, r.complaints[0].line, r.complaints[0].field,
                     r.complaints[0].reason);
        assert_true(r.not_kept);
        reading_fini(&r);
    }
}

static void more_pools_than_are_told(void **state)
{
    struct buf text = {0}, profile = {0};
    struct reading r = {0};
    (void)state;
    buf_text(&profile, "{\"format\":\"iwmo\"" ON ",\"providers\":{\"a\":{\"pools\":{\"x\":null");
    buf_text(&text,
             "<Bericht xmlns='http://www.istandaarden.nl/iwmo/3_2/wmo305/schema'><Client><StartProducten>");
    for (int i = 0; i <= CROSSCHECK_MAX; i++) {
        buf_format(&profile, ",\"P%d\":\"pool-%d\"", i, i);
        buf_format(&text,
                   "<StartProduct><Product><Code>P%d</Code></Product><Begindatum>2026-11-20</Begindatum>"
                   "<StatusAanlevering>1</StatusAanlevering></StartProduct>",
                   i);
    }
    buf_text(&profile, "}}}}");
    buf_text(&text, "</StartProducten></Client></Bericht>");
    assert_int_equal(world_read(buf_c_str(&profile), buf_view(&text), &r), ERR_BAD_INPUT);
    assert_int_equal(r.crosscheck_n, CROSSCHECK_MAX);
    assert_non_null(strstr(r.complaints[0].reason, "more than 200 pools"));
    reading_fini(&r);
    buf_fini(&text);
    buf_fini(&profile);
}

static void profile_faults(void **state)
{
    static const struct {
        const char *text, *fault;
    } cases[] = {
        {PROFILE(",\"crosscheck\":true"), "/crosscheck"},
        {PROFILE(",\"crosscheck\":{\"enabled\":\"ja\"}"), "/crosscheck/enabled"},
        {PROFILE(",\"crosscheck\":{\"enabled\":true,\"16A01\":\"h-nood\"}"), "/crosscheck/16A01"},
        {"{\"format\":\"hsds\",\"crosscheck\":{\"enabled\":true},\"providers\":{\"a\":{\"pools\":[]}}}",
         "format iwmo only"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct profile *p = NULL;
        struct buf faults = {0};
        assert_int_equal(profile_read(bytes_of_text(cases[i].text), "test", &p, &faults), ERR_BAD_INPUT);
        if (strstr(buf_c_str(&faults), cases[i].fault) == NULL)
            fail_msg("case %zu: %s", i, buf_c_str(&faults));
        buf_fini(&faults);
    }
}

/* ---- what ends in the parser ---- */

/* The mark, so that the program itself does not hold it: each byte less one. */
static const char mark_less_one[] = "ldqjsdjdm6200";
#define MARK_LEN (sizeof mark_less_one - 1)

static void add_mark(struct buf *b)
{
    for (size_t i = 0; i < MARK_LEN; i++)
        buf_u8(b, (uint8_t)(mark_less_one[i] + 1));
}

/* TEXT with each @ the mark, behind what a freed buffer loses first: the sanitizer writes in its beginning.
 */
static void with_marks(const char *text, struct buf *out)
{
    for (; *text != '\0'; text++)
        if (*text == '@') {
            buf_text(out, "........................");
            add_mark(out);
        } else {
            buf_u8(out, (uint8_t)*text);
        }
}

static int marks_in(const uint8_t *p, size_t n)
{
    int found = 0;
    for (size_t i = 0; i + MARK_LEN <= n; i++) {
        size_t k = 0;
        while (k < MARK_LEN && p[i + k] == mark_less_one[k] + 1)
            k++;
        found += k == MARK_LEN;
    }
    return found;
}

/* The marks in every page that this program can write, also in what it has freed. */
static int marks_in_memory(void)
{
    static uint8_t piece[1 << 20];
    char line[512];
    int found = 0;
    FILE *maps = fopen("/proc/self/maps", "r"), *mem = fopen("/proc/self/mem", "r");
    assert_non_null(maps);
    assert_non_null(mem);
    setvbuf(mem, NULL, _IONBF, 0);
    while (fgets(line, sizeof line, maps) != NULL) {
        uintptr_t from, to;
        char rights[8];
        /* The shadow of the sanitizer is terabytes of nothing that a text could stand in. */
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s", &from, &to, rights) != 3 || rights[1] != 'w' ||
            to - from > (uintptr_t)1 << 30)
            continue;
        for (uintptr_t at = from; at < to; at += sizeof piece - MARK_LEN) {
            size_t n = to - at < sizeof piece ? to - at : sizeof piece;
            if ((uintptr_t)piece < at + n && at < (uintptr_t)piece + sizeof piece)
                continue; /* not in what is looked with */
            if (fseeko(mem, (off_t)at, SEEK_SET) == 0 && fread(piece, 1, n, mem) == n)
                found += marks_in(piece, n);
        }
    }
    fclose(maps);
    fclose(mem);
    explicit_bzero(piece, sizeof piece);
    return found;
}

static void wipe(struct buf *b)
{
    explicit_bzero(b->p, b->cap);
    buf_fini(b);
}

/* libxml2's own memory is wiped when it gives it back: what is found afterwards is in buffers of ours. */
static void wiping_free(void *p)
{
    if (p != NULL)
        explicit_bzero(p, malloc_usable_size(p));
    free(p);
}

static void *wiping_realloc(void *p, size_t n)
{
    void *q = malloc(n);
    if (p != NULL && q != NULL) {
        size_t had = malloc_usable_size(p);
        memcpy(q, p, had < n ? had : n);
        wiping_free(p);
    }
    return q;
}

static const char with_person[] =
    ROOT("wmo305",
         "<w:Bsn>@</w:Bsn><w:Geboortedatum><i:Datum>@</i:Datum></w:Geboortedatum><w:Naam x='@'><i:Voornamen>@"
         "</i:Voornamen></w:Naam><w:Adres>@</w:Adres><w:StartProducten><w:StartProduct><w:ToewijzingNummer>@"
         "</w:ToewijzingNummer><w:Product><i:Categorie>16</i:Categorie><i:Code>16A01</i:Code><i:X>@</i:X>"
         "</w:Product><w:Begindatum>2026-11-20</w:Begindatum><!-- @ --><w:RedenBeeindiging>@"
         "</w:RedenBeeindiging><w:StatusAanlevering>%</w:StatusAanlevering></w:StartProduct>"
         "</w:StartProducten><w:Commentaar><![CDATA[@]]></w:Commentaar>");

static void person_text(struct buf *out, char status)
{
    (void)buf_extend(out, 8192); /* at once: growing would leave copies behind that are not wiped */
    buf_clear(out);
    with_marks(with_person, out);
    uint8_t *percent = memchr(out->p, '%', out->len);
    assert_non_null(percent);
    *percent = (uint8_t)status;
}

static void client_ends_in_the_parser(void **state)
{
    static struct reading good, bad, cut; /* in memory while it is looked through */
    struct buf text = {0};
    (void)state;
    assert_int_equal(marks_in_memory(), 0);
    person_text(&text, '1');
    assert_int_equal(world_read(PROFILE(ON), buf_view(&text), &good), OK);
    assert_int_equal(good.crosscheck_n, 1);
    wipe(&text);
    person_text(&text, '8'); /* a fault in the item itself */
    assert_int_equal(world_read(PROFILE(ON), buf_view(&text), &bad), ERR_BAD_INPUT);
    wipe(&text);
    person_text(&text, '1'); /* a fault of the parser, in the midst of it */
    assert_int_equal(world_read(PROFILE(ON), BYTES(text.p, text.len - 120), &cut), ERR_BAD_INPUT);
    wipe(&text);
    assert_int_equal(marks_in_memory(), 0);
    /* That it can find: the same text as a tree. */
    struct reading r = {0};
    struct _xmlDoc *doc = NULL;
    person_text(&text, '1');
    assert_int_equal(safe_xml_parse(buf_view(&text), &doc, &r), OK);
    wipe(&text);
    assert_in_range(marks_in_memory(), 8, 1000);
    xmlFreeDoc(doc);
    assert_int_equal(marks_in_memory(), 0);
}

/* ---- on the disk ---- */

static struct intake *an_intake(const char *dir, const char *profile, struct intake *in)
{
    struct spool_limits limits = spool_limits_default();
    struct profiles *all = NULL;
    struct buf faults = {0};
    char path[200], why[200];
    snprintf(path, sizeof path, "%s/profiles", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/profiles/p.json", dir);
    world_write(path, bytes_of_text(profile));
    snprintf(path, sizeof path, "%s/profiles", dir);
    assert_int_equal(profiles_load(path, &all, &faults), OK);
    *in = (struct intake){.profiles = all};
    snprintf(path, sizeof path, "%s/spool", dir);
    assert_int_equal(spool_open(path, &limits, &in->spool, why, sizeof why), OK);
    snprintf(path, sizeof path, "%s/quarantine", dir);
    assert_int_equal(quarantine_open(path, &in->quarantine, why, sizeof why), OK);
    return in;
}

/* Good or not: no byte of the file stays, and nothing goes towards the broker. */
static void nothing_is_stored(void **state)
{
    static const struct {
        const char *profile;
        char status;
        enum err want;
        int files; /* in quarantine: the reason */
    } cases[] = {{PROFILE(ON), '1', OK, -1},
                 {PROFILE(ON), '8', ERR_BAD_INPUT, 1},
                 {PROFILE(""), '1', ERR_BAD_INPUT, 1}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct intake in;
        struct reading r = {0};
        struct buf text = {0};
        char dir[128], from[200], folder[200];
        world_folder(dir);
        an_intake(dir, cases[i].profile, &in);
        person_text(&text, cases[i].status);
        snprintf(from, sizeof from, "%s/jansen.xml", dir);
        world_write(from, buf_view(&text));
        assert_int_equal(intake_take(&in, CHANNEL_DROP, "aanbieder", "jansen.xml", from, buf_view(&text), &r),
                         cases[i].want);
        assert_int_equal(access(from, F_OK) == 0,
                         cases[i].want == OK); /* who brought it removes what was taken */
        snprintf(folder, sizeof folder, "%s/quarantine/aanbieder", dir);
        assert_int_equal(world_count(folder), cases[i].files);
        assert_int_equal(spool_entries(in.spool), 0);
        /* Neither the name of the file nor its content. */
        DIR *d = cases[i].files == 1 ? opendir(folder) : NULL;
        for (const struct dirent *e = d != NULL ? readdir(d) : NULL; e != NULL; e = readdir(d))
            assert_true(e->d_name[0] == '.' || strstr(e->d_name, "-.reason.json") != NULL);
        if (d != NULL)
            closedir(d);
        reading_fini(&r);
        spool_free(in.spool);
        quarantine_free(in.quarantine);
        profiles_free((struct profiles *)(uintptr_t)in.profiles);
        wipe(&text);
        world_remove(dir);
    }
}

static void check_tells_it(void **state)
{
    char dir[128], path[200], *said = NULL;
    size_t n = 0;
    struct profile *p = world_profile(PROFILE(ON));
    (void)state;
    world_folder(dir);
    snprintf(path, sizeof path, "%s/bericht.xml", dir);
    world_write(path, BYTES_LITERAL(STARTS(START(PRODUCT("16", "16A01"), "2025-11-20", "1")
                                               START(PRODUCT("16", "16B02"), "2025-11-20", "1"))));
    for (int json = 0; json < 2; json++) {
        FILE *out = open_memstream(&said, &n);
        assert_int_equal(check_file(world_schemas(), p, "aanbieder", path, json == 1, out), CHECK_UNDERSTOOD);
        fclose(out);
        if (json == 0)
            assert_non_null(
                strstr(said, "cross-check h-nood: started 1, stopped 0 in this message; not used\n"));
        else {
            json_t *doc = json_loads(said, 0, NULL), *list = json_object_get(doc, "crossCheck");
            assert_int_equal(json_array_size(list), 2);
            assert_int_equal(json_array_size(json_object_get(doc, "reports")), 0);
            const json_t *one = json_array_get(list, 1);
            assert_string_equal(json_string_value(json_object_get(one, "pool")), "h-gezin");
            assert_int_equal(json_integer_value(json_object_get(one, "occupiedByMessages")), 1);
            assert_string_equal(json_string_value(json_object_get(one, "note")),
                                "started 1, stopped 0 in this message");
            json_decref(doc);
        }
        free(said);
        said = NULL;
    }
    profile_free(p);
    world_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counted),
        cmocka_unit_test(refused),
        cmocka_unit_test(more_pools_than_are_told),
        cmocka_unit_test(profile_faults),
        cmocka_unit_test(client_ends_in_the_parser),
        cmocka_unit_test(nothing_is_stored),
        cmocka_unit_test(check_tells_it),
    };
    xmlMemSetup(wiping_free, malloc, wiping_realloc, strdup);
    world_schemas();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
