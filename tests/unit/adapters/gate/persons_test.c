/* Nothing of people gets in, whatever the format, and nothing of what was refused for it stays: the reason
 * only. Addresses and ways to reach a house are passed over: they get to no reading, spool, reason or log. */
#include "support/feed_world.h"
#include "support/person_files.h"

#include "adapters/gate/persons.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(names_that_come_again),
        cmocka_unit_test(bytes_of_any_kind),
        cmocka_unit_test(ways_to_a_house),
        cmocka_unit_test(these_alone_are_good),
        cmocka_unit_test(every_format_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
