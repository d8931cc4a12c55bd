/* Nothing of people gets in, whatever the format, and nothing of what was refused for it stays: the reason
 * only. Addresses and ways to reach a house are passed over: they get to no reading, spool, reason or log. */
#include "support/feed_world.h"

#include "adapters/gate/persons.h"
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

#define MARK "merkteken7311"

static const char profile_fhir[] =
    "{\"format\":\"fhir\",\"providers\":{\"p\":{\"pools\":{\"loc-7\":{\"nood\":\"l7-nood\"}}}}}";
static const char profile_own_xml[] =
    "{\"format\":\"xml_xpath\",\"xpath\":{\"rows\":\"//plek\",\"fileObservedAt\":\"/stand/@op\",\"fields\":{"
    "\"pool\":\"@soort\",\"free\":\"vrij\"},\"refuse\":[\"//"
    "gast\"]},\"providers\":{\"p\":{\"pools\":{\"nood\":"
    "\"p-nood\"}}}}";

/* ---- words ---- */

static void words(void **state)
{
    static const struct {
        const char *name;
        bool one, group;
    } cases[] = {
        {"bsn", true, true},
        {"BSN", true, true},
        {"B.S.N.", true, true},
        {"Burgerservicenummer", true, true},
        {"geboorte-datum", true, true},
        {"Geboorte datum", true, true},
        {"naam_client", true, true},
        {"Naam cli\xc3\xabnt", true, true},
        {"CLI\xc3\x8bNT", true, true},
        {"cli\xebnt", true, true}, /* Latin-1 */
        {"naam bewoner", true, true},
        {"bewonerNaam", true, true},
        {"pati\xc3\xabnt", true, true},
        {"Bewoners", false, true},
        {"cli\xc3\xabnten", false, true},
        {"household", false, true},
        {"aantal_bewoners", false, false},
        {"Cli\xc3\xabntnr. (intern)", true, true},
        {"BSN [verplicht]", true, true},
        {"(bsn", false, false},
        {"naam", false, false},
        {"name", false, false},
        {"locatie", false, false},
        {"bs", false, false},
        {"bsnx", false, false},
        {"", false, false},
        {"\xe2\x82\xac", false, false},
        {"geboortedatumgeboortedatumgeboortedatum", false, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bytes name = bytes_of_text(cases[i].name);
        if ((persons_word(name) != NULL) != cases[i].one ||
            (persons_or_group(name) != NULL) != cases[i].group)
            fail_msg("'%s'", cases[i].name);
    }
}

/* More names than it has room for: each is known or not, never taken for another. */
static void names_that_come_again(void **state)
{
    struct persons_seen seen = {0};
    char names[4 * PERSONS_SEEN][16];
    size_t known = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct bytes name = BYTES(names[i], (size_t)snprintf(names[i], sizeof names[i], "naam%03zu", i));
        assert_false(persons_seen(&seen, name));
        persons_remember(&seen, name);
        assert_true(persons_seen(&seen, name));
        assert_false(persons_seen(&seen, bytes_of_text("clientnaam")));
        assert_false(persons_seen(&seen, BYTES(names[i], name.len - 1)));
    }
    for (size_t i = 0; i < COUNT_OF(names); i++)
        known += persons_seen(&seen, bytes_of_text(names[i]));
    assert_in_range(known, 1, PERSONS_SEEN);
    assert_false(persons_seen(&seen, (struct bytes){0}));
}

static void bytes_of_any_kind(void **state)
{
    static const struct {
        const char *text;
        size_t len; /* 0 = to the NUL */
        bool found;
    } cases[] = {
        {"<a><bsn>1</bsn", 0, true},
        {"<a><x:Bsn>1", 0, true},
        {"<a bsn='1'", 0, true},
        {"{\"bsn\":", 0, true},
        {"plek;vrij;geboortedatum\n", 0, true},
        {"plek;vrij;bewoner\n", 0, true},
        {"bewoner;vrij\n", 0, true},
        {"\"Bewoner\";vrij\n", 0, true},
        {"{\"client\" : 1", 0, true},
        {"<client", 0, true},
        {"<z:client nr", 0, true},
        {"<x client='", 0, true},
        {"b\0s\0n\0", 6, true}, /* UTF-16 */
        {"\0b\0s\0n", 6, true},
        {"x;111222333;y", 0, true}, /* eleven-test */
        {"x;111222334;y", 0, false},
        {"x;1112223330;y", 0, false},
        {"000000000", 0, false},
        {"BSN_999990019", 0, true},
        {"BSN999990019", 0, true},
        {"nr999990019x", 0, true},
        {"x;999 990 019;y", 0, true},
        {"x;999.990.019;y", 0, true},
        {"x;9999-90-019;y", 0, true},
        {"999990019 2026-01-15", 0, true},
        {"12 999 990 019", 0, true},
        {"999\xc2\xa0"
         "990\xc2\xa0"
         "019",
         0, true},
        {"9\0"
         "9\0"
         "9\0"
         "9\0"
         "9\0"
         "0\0"
         "0\0"
         "1\0"
         "9\0",
         18, true}, /* UTF-16 */
        {"1999990019", 0, false},
        {"9999900191", 0, false},
        {"999  990  019", 0, false},
        {"999,990,019", 0, false},
        {"99-99-9001 9:30", 0, false},                   /* as a time goes on */
        {"one client, or a bewoner: it says", 0, false}, /* prose */
        {"patients, and residents", 0, false},
        {"{\"id\":\"s\",\"name\":\"De Wulp\",\"available\":12}", 0, false},
        {"Locatie;Plek;Kamers;Vrij\nHuis A;nood;2;3\n", 0, false},
        {"", 0, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t n = cases[i].len > 0 ? cases[i].len : strlen(cases[i].text);
        if (persons_in_bytes(BYTES(cases[i].text, n)) != cases[i].found)
            fail_msg("'%s'", cases[i].text);
    }
}

static void ways_to_a_house(void **state)
{
    static const struct {
        const char *text;
        bool found;
    } cases[] = {
        {"{\"contacts\":[{\"name\":\"x\"}]}", true},
        {"{\"address_1\":\"x\"", true},
        {"{\"postal_code\":\"x\"", true},
        {"{\"phone\":\"x\"", true},
        {"{\"ph\\u006fne\":\"x\"", true},
        {"{\"latitude\":52.1", true},
        {"\"telecom\":[", true},
        {"Naam;Telefoon;Straat\n", true},
        {"Locatie;Straat en huisnr;Vrij\n", true},
        {"<adres><naam>x</naam></adres>", true},
        {"<mobiel>x", true},
        {"<x:AddressLine>x", true},
        {"<xpil:ContactNumber>x", true},
        {"<gml:pos>52 5</gml:pos>", true},
        {"<Country>NL", true},
        {"a;b@c.nl;d", true},
        {"a;1234 AB;d", true},
        {"a;1234AB", true},
        {"a;0612345678;d", true},
        {"a;06-12345678;d", true},
        {"a;0229 123456", true},
        {"a;05-01-2026 20:00;d", false},
        {"a;2026-01-05T20:00:00+01:00;d", false},
        {"12345 AB", false},
        {"1234 ABC", false},
        {"call the country by phone, a contact", false},
        {"{\"id\":\"s\",\"name\":\"De Wulp\",\"location\":\"l\",\"available\":12}", false},
        {"Locatie;Plek;Kamers;Vrij\nHuis A;nood;2;3\n", false},
        {"@", false},
        {"", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (persons_reached_in_bytes(bytes_of_text(cases[i].text)) != cases[i].found)
            fail_msg("'%s'", cases[i].text);
}

/* ---- every format ---- */

#define OPVANG(inside)                                                                                       \
    "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>" OBSERVED "</peilmoment><plekken><plek "    \
    "code=\"K1\"" inside "</plek></plekken></capaciteit>"
#define HAVE(organisation, hospital)                                                                         \
    "<h:HospitalStatus xmlns:h=\"urn:oasis:names:tc:emergency:EDXL:HAVE:1.0\" "                              \
    "xmlns:n=\"urn:oasis:names:tc:ciq:xnl:3\"><h:Hospital><h:Organization><h:OrganizationInformation>"       \
    "<n:OrganisationName><n:NameElement>De Wulp</n:NameElement></n:OrganisationName>" organisation           \
    "</h:OrganizationInformation></h:Organization><h:HospitalBedCapacityStatus><h:BedCapacity>"              \
    "<h:BedType>nood</h:BedType><h:Capacity><h:CapacityStatus>Vacant/Available</h:CapacityStatus>"           \
    "<h:AvailableCount>1</h:AvailableCount></h:Capacity></h:BedCapacity></"                                  \
    "h:HospitalBedCapacityStatus>" hospital "<h:LastUpdateTime>" OBSERVED                                    \
    "</h:LastUpdateTime></h:Hospital></h:HospitalStatus>"
#define CSV(heading, cell, free)                                                                             \
    "Locatie;Plek;Kamers;Vrij;Bezet;Personeel;Stop;Tot;Moment;" heading "\nHuis A;nood;2;" free              \
    ";;;;;" OBSERVED ";" cell "\n"
#define OWN_JSON(inside)                                                                                     \
    "{\"formaat\":\"urn:veiligeplek:opvang:1\",\"peilmoment\":\"" OBSERVED                                   \
    "\",\"plekken\":[{\"code\":\"K1\",\"vrij\":1" inside "}]}"
#define HSDS(free, inside)                                                                                   \
    "{\"id\":\"s-1\",\"name\":\"De Wulp\"" inside ",\"capacities\":[{\"unit\":{\"name\":\"bed\"},"           \
    "\"available\":" free ",\"maximum\":4,\"updated\":\"" OBSERVED "\"}]}"
#define FHIR(free, more)                                                                                     \
    "{\"resourceType\":\"MeasureReport\",\"status\":\"complete\",\"type\":\"summary\",\"subject\":{"         \
    "\"identifier\":{\"value\":\"loc-7\"}},\"date\":\"" OBSERVED "\"" more                                   \
    ",\"group\":[{\"code\":{\"text\":\"nood\"},\"population\":[{\"code\":{\"coding\":[{\"code\":"            \
    "\"numTotBedsAvail\"}]},\"count\":" free "},{\"code\":{\"coding\":[{\"code\":\"numTotBeds\"}]},"         \
    "\"count\":4}]}]}"
#define OWN_XML(attributes, inside)                                                                          \
    "<stand op=\"" OBSERVED "\"" attributes "><plek soort=\"nood\"><vrij>1</vrij></plek>" inside "</stand>"

/* Each would be taken without the words of a person in it: see `these_alone_are_good`. */
static const struct {
    const char *profile, *text, *reason;
} refused[] = {
    {profile_opvang, OPVANG("><bsn>" MARK "</bsn>"), "person"},
    {profile_opvang, OPVANG("><naam_bewoner>" MARK "</naam_bewoner>"), "person"},
    {profile_opvang, OPVANG(" geboortedatum=\"" MARK "\">"), "person"},
    {profile_opvang, OPVANG("><x:Bsn xmlns:x=\"urn:x\">" MARK "</x:Bsn>"), "person"},
    {profile_have, HAVE("<h:bsn>" MARK "</h:bsn>", ""), "person"},
    {profile_have, HAVE("", "<p:PersonDetails xmlns:p=\"urn:x\">" MARK "</p:PersonDetails>"), "person"},
    {profile_have, HAVE("", "<p:BirthInfo xmlns:p=\"urn:x\" d=\"" MARK "\"/>"), "person"},
    {profile_have, HAVE("", "<bewoner>" MARK "</bewoner>"), "person"},
    {profile_have, HAVE("", "<h:CommentText Patient-ID=\"" MARK "\"/>"), "person"},
    {profile_csv_text, CSV("BSN", MARK, "1"), "column 10"},
    {profile_csv_text, CSV("Geboortedatum", MARK, "1"), "column 10"},
    {profile_csv_text, CSV("naam bewoner", MARK, "1"), "column 10"},
    {profile_csv_text, CSV("\"Naam cli\xc3\xabnt\"", MARK, "1"), "column 10"},
    {profile_csv_text, CSV("Voornaam", MARK, "1"), "column 10"},
    {profile_csv_text, CSV("pati\xc3\xabnt", MARK, "1"), "column 10"},
    {profile_opvang_json, OWN_JSON(",\"bsn\":\"" MARK "\""), "clients"},
    {profile_opvang_json, OWN_JSON(",\"b\\u0073n\":\"" MARK "\""), "clients"},
    {profile_opvang_json, OWN_JSON(",\"bewoners\":[{\"naam\":\"" MARK "\"}]"), "clients"},
    {profile_hsds, HSDS("1", ",\"patient\":{\"name\":\"" MARK "\"}"), "clients"},
    {profile_hsds, HSDS("1", ",\"organization\":{\"x\":[{\"Date-of-Birth\":\"" MARK "\"}]}"), "clients"},
    {profile_hsds, HSDS("1", ",\"attributes\":[{\"b\\u0073n\":\"" MARK "\"}]"), "clients"},
    {profile_fhir, FHIR("1", ",\"evaluatedResource\":[{\"reference\":\"Patient/" MARK "\"}]"), "people"},
    {profile_fhir,
     FHIR("1", ",\"contained\":[{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"" MARK "\"}]}]"),
     "people"},
    {profile_fhir, FHIR("1", ",\"birthDate\":\"" MARK "\""), "people"},
    {profile_fhir,
     FHIR("1",
          ",\"identifier\":[{\"system\":\"http://fhir.nl/fhir/NamingSystem/bsn\",\"value\":\"" MARK "\"}]"),
     "service number"},
    {profile_own_xml, OWN_XML("", "<Bsn>" MARK "</Bsn>"), "person"},
    {profile_own_xml, OWN_XML(" geboorteDatum=\"" MARK "\"", ""), "person"},
    {profile_own_xml, OWN_XML("", "<gast>" MARK "</gast>"), "person"}, /* by the profile's own refuse */
    /* Broken, so that nobody came to looking for people: not kept all the same. */
    {profile_opvang, "<capaciteit><bsn>" MARK "</bsn>", "well-formed"},
    {profile_csv_text, "Locatie;\"Geboortedatum\nHuis A;" MARK, "quote"},
    {profile_hsds, "{\"patient\":\"" MARK "\"", "ends too early"},
    {profile_csv_text, "Locatie;Plek\nHuis A;111222333;" MARK "\n", "missing"},
    /* Nobody can look into these. */
    {profile_opvang, "PK\3\4" MARK, "archive"},
    {profile_csv_text, "%PDF-1.7 " MARK, "document"},
};

static const struct {
    const char *profile, *text;
} goods[] = {
    {profile_opvang, OPVANG("><vrij>1</vrij>")},
    {profile_have, HAVE("", "")},
    {profile_csv_text, CSV("x", MARK, "1")},
    {profile_opvang_json, OWN_JSON("")},
    {profile_hsds, HSDS("1", "")},
    {profile_fhir, FHIR("1", "")},
    {profile_own_xml, OWN_XML("", "")},
    {profile_own_xml, OWN_XML(" client=\"ZorgSoft 4.2\"", "")}, /* a program */
};

static void these_alone_are_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(goods); i++) {
        struct reading r = {0};
        if (world_read(goods[i].profile, bytes_of_text(goods[i].text), &r) != OK)
            fail_msg("%zu: %s: %s", i, r.complaints[0].field, r.complaints[0].reason);
        assert_int_equal(r.n, 1);
        assert_false(r.not_kept);
        reading_fini(&r);
    }
}

static void every_format_refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct reading r = {0};
        enum err e = world_read(refused[i].profile, bytes_of_text(refused[i].text), &r);
        if (e == OK || r.complaints_n == 0 || strstr(r.complaints[0].reason, refused[i].reason) == NULL)
            fail_msg("%s: '%s'", refused[i].text, r.complaints_n > 0 ? r.complaints[0].reason : "taken");
        if (!r.not_kept)
            fail_msg("would be kept: %s", refused[i].text);
        assert_null(memmem(&r, sizeof r, MARK, strlen(MARK)));
        reading_fini(&r);
    }
}

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
        cmocka_unit_test(words),
        cmocka_unit_test(names_that_come_again),
        cmocka_unit_test(bytes_of_any_kind),
        cmocka_unit_test(ways_to_a_house),
        cmocka_unit_test(these_alone_are_good),
        cmocka_unit_test(every_format_refuses),
        cmocka_unit_test(only_the_reason_stays),
        cmocka_unit_test(keys_do_not_stay),
        cmocka_unit_test(addresses_are_passed_over),
        cmocka_unit_test(again_by_todays_profiles),
        cmocka_unit_test(the_old_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
