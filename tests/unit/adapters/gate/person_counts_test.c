/* A profile may say that a word for a person is a count of them: then, and only while a whole number stands
 * there, a file with it is read. What identifies somebody is never a count. */
#include "support/feed_world.h"

#include "adapters/gate/persons.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define XPATH                                                                                                \
    "\"xpath\":{\"rows\":\"//plek\",\"fileObservedAt\":\"/stand/@op\",\"fields\":{\"pool\":\"@soort\","      \
    "\"free\":\"vrij\",\"occupied\":\"patient\"}},"
#define COLUMNS                                                                                              \
    "\"csv\":{\"columns\":{\"pool\":\"Plek\",\"free\":\"Vrij\",\"observedAt\":\"Moment\",\"part\":\"Deel\"}" \
    "},"
#define PROFILE(format, more, counts)                                                                        \
    "{\"format\":\"" format "\"," more counts                                                                \
    "\"providers\":{\"p\":{\"pools\":{\"nood\":\"p-nood\",\"kantoor\":null}}}}"
#define COUNTS "\"not_persons\":[\"Pati\xc3\xabnt\",\"clients\"],"
#define OWN_XML(inside)                                                                                      \
    "<stand op=\"" OBSERVED "\"><plek soort=\"nood\"><vrij>1</vrij>" inside "</plek></stand>"
#define CSV(heading, cell, more) "Plek;Vrij;Moment;Deel;" heading "\nnood;1;" OBSERVED ";;" cell "\n" more
#define HSDS(inside)                                                                                         \
    "{\"id\":\"s-1\",\"name\":\"De Wulp\"" inside ",\"capacities\":[{\"unit\":{\"name\":\"nood\"},"          \
    "\"available\":1,\"maximum\":4,\"updated\":\"" OBSERVED "\"}]}"

static const char xml_counts[] = PROFILE("xml_xpath", XPATH, COUNTS),
                  xml_none[] = PROFILE("xml_xpath", XPATH, ""),
                  csv_counts[] = PROFILE("csv", COLUMNS, COUNTS), csv_none[] = PROFILE("csv", COLUMNS, ""),
                  hsds_counts[] = PROFILE("hsds", "", COUNTS), hsds_none[] = PROFILE("hsds", "", "");

static void what_can_be_a_count(void **state)
{
    static const struct {
        const char *name, *word;
    } cases[] = {
        {"patient", "patient"},
        {"Pati\xc3\xabnt", "patient"},
        {"Bewoners", "bewoners"},
        {"client", "client"},
        {"bsn", NULL},
        {"B.S.N.", NULL},
        {"clientnr", NULL},
        {"geboortedatum", NULL},
        {"voornaam", NULL},
        {"persoonsgegevens", NULL},
        {"clientgegevens", NULL},
        {"vrij", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *word = persons_countable(bytes_of_text(cases[i].name));
        if ((word == NULL) != (cases[i].word == NULL) || (word != NULL && strcmp(word, cases[i].word) != 0))
            fail_msg("'%s': %s", cases[i].name, word != NULL ? word : "none");
    }
}

static void what_is_a_count(void **state)
{
    static const struct {
        const char *text;
        bool is;
    } cases[] = {{"0", true},          {"7", true},       {"10000", true}, {"00010", true}, {"10001", false},
                 {"99999", false},     {"000010", false}, {"", false},     {"-1", false},   {"1.0", false},
                 {"999990019", false}, {"3 4", false},    {"+3", false},   {"drie", false}, {"3x", false}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (persons_is_count(bytes_of_text(cases[i].text)) != cases[i].is)
            fail_msg("'%s'", cases[i].text);
}

static void files(void **state)
{
    static const struct {
        const char *profile, *text, *reason; /* NULL: taken */
    } cases[] = {
        {xml_none, OWN_XML("<patient>0</patient>"), "person"},
        {xml_counts, OWN_XML("<patient>0</patient>"), NULL},
        {xml_counts, OWN_XML("<x:Patient xmlns:x=\"urn:x\"> 12 </x:Patient>"), NULL},
        {xml_counts, OWN_XML("<patient>Jansen</patient>"), "whole number"},
        {xml_counts, OWN_XML("<patient>999990019</patient>"), "whole number"},
        {xml_counts, OWN_XML("<patient/>"), "whole number"},
        {xml_counts, OWN_XML("<patient><naam>1</naam></patient>"), "whole number"},
        {xml_counts, OWN_XML("<patient>1<naam>Jansen</naam></patient>"), "whole number"},
        {xml_counts, OWN_XML("<patient wie=\"Jansen\">1</patient>"), "whole number"},
        /* The first is fine, and the next is looked at all the same. */
        {xml_counts, OWN_XML("<patient>1</patient><x><patient>Jansen</patient></x>"), "whole number"},
        {xml_counts, OWN_XML("<bewoner>1</bewoner>"), "about a person"}, /* not named */
        {xml_counts, OWN_XML("<patient>1</patient><bsn>1</bsn>"), "about a person"},
        {csv_none, CSV("patient", "0", ""), "column 5"},
        {csv_counts, CSV("patient", "0", ""), NULL},
        {csv_counts, CSV("Pati\xc3\xabnt (aantal)", " 3 ", ""), NULL},
        {csv_counts, CSV("patient", "", ""), NULL}, /* left out */
        {csv_counts, CSV("patient", "Jansen", ""), "whole number"},
        {csv_counts, CSV("patient", "999990019", ""), "whole number"},
        {csv_counts, CSV("Pati\xc3\xabnt (aantal)", "Jansen", ""), "whole number"},
        {csv_counts, CSV("Pati\xc3\xabnt (aantal)", "1", "nood;Jansen\n"),
         "has 2 columns"}, /* not looked at */
        {csv_counts, CSV("patient", "1", "kantoor;1;" OBSERVED ";;Jansen\n"),
         "whole number"}, /* passed over */
        {csv_counts, CSV("patient", "1", "nood;1;" OBSERVED ";ja;Jansen\n"), "whole number"}, /* a part */
        {csv_counts, CSV("bsn", "1", ""), "column 5"},
        {hsds_none, HSDS(",\"clients\":3"), "clients"},
        {hsds_counts, HSDS(",\"clients\":3"), NULL},
        {hsds_counts, HSDS(",\"x\":{\"clients\":0,\"patient\":10000}"), NULL},
        {hsds_counts, HSDS(",\"clients\":\"3\""), "whole number"},
        {hsds_counts, HSDS(",\"clients\":999990019"), "whole number"},
        {hsds_counts, HSDS(",\"clients\":-1"), "whole number"},
        {hsds_counts, HSDS(",\"clients\":[{\"naam\":\"Jansen\"}]"), "whole number"},
        {hsds_counts, HSDS(",\"x\":{\"clients\":1},\"y\":[{\"clients\":\"Jansen\"}]"), "whole number"},
        {hsds_counts, HSDS(",\"bewoners\":1"), "clients"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct reading r = {0};
        enum err e = world_read(cases[i].profile, bytes_of_text(cases[i].text), &r);
        const char *why = r.complaints_n > 0 ? r.complaints[0].reason : "";
        if (cases[i].reason == NULL && (e != OK || r.n != 1))
            fail_msg("%zu: %s", i, why);
        if (cases[i].reason != NULL && (e == OK || strstr(why, cases[i].reason) == NULL))
            fail_msg("%zu: '%s'", i, why);
        if (cases[i].reason != NULL && !r.not_kept)
            fail_msg("%zu would be kept", i);
        assert_null(memmem(&r.complaints, sizeof r.complaints, "Jansen", 6));
        reading_fini(&r);
    }
}

/* The number is used as any other: here the profile points at it. */
static void it_is_used(void **state)
{
    struct reading r = {0};
    (void)state;
    assert_int_equal(world_read(xml_counts, BYTES_LITERAL(OWN_XML("<patient>3</patient>")), &r), OK);
    assert_int_equal(r.list[0].occupied, 3);
    reading_fini(&r);
}

static void profiles(void **state)
{
    static const struct {
        const char *text, *fault; /* NULL: good */
    } cases[] = {
        {PROFILE("hsds", "", "\"not_persons\":[],"), NULL},
        {PROFILE("edxl_have", "", "\"not_persons\":[\"Patient\"],"), NULL},
        {PROFILE("hsds", "", "\"not_persons\":[\"patient\",\"bsn\"],"), "/not_persons/1: identifies"},
        {PROFILE("hsds", "", "\"not_persons\":[\"Client-nr.\"],"), "/not_persons/0: identifies"},
        {PROFILE("hsds", "", "\"not_persons\":[\"geboortedatum\"],"), "/not_persons/0: identifies"},
        {PROFILE("hsds", "", "\"not_persons\":[\"persoonsgegevens\"],"), "/not_persons/0: identifies"},
        {PROFILE("hsds", "", "\"not_persons\":[\"vrij\"],"), "/not_persons/0: is no word"},
        {PROFILE("hsds", "", "\"not_persons\":\"patient\","), "/not_persons: must be a list"},
        {PROFILE("hsds", "", "\"not_persons\":[1],"), "/not_persons/0: must be a text"},
        {PROFILE("fhir", "", "\"not_persons\":[\"patient\"],"), "/not_persons: does not go"},
        {PROFILE("iwmo", "", "\"not_persons\":[\"client\"],"), "/not_persons: does not go"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct profile *p = NULL;
        struct buf faults = {0};
        enum err e = profile_read(bytes_of_text(cases[i].text), "test", &p, &faults);
        if ((e == OK) != (cases[i].fault == NULL))
            fail_msg("%zu: %s", i, buf_c_str(&faults));
        if (e != OK && strstr(buf_c_str(&faults), cases[i].fault) == NULL)
            fail_msg("%zu: %s", i, buf_c_str(&faults));
        profile_free(p);
        buf_fini(&faults);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_a_count), cmocka_unit_test(what_is_a_count), cmocka_unit_test(files),
        cmocka_unit_test(it_is_used),          cmocka_unit_test(profiles),
    };
    world_schemas();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
