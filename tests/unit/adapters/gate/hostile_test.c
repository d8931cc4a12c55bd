/* Hostile files: each ends in a clear refusal within bounded time, and the next good file is taken. */
#include "support/feed_world.h"

#include "adapters/format/csv/csv_feed.h"
#include "adapters/gate/safe_json.h"
#include "adapters/gate/safe_xml.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define BOUND_MS 1000 /* processor time for one file, under sanitizers */
#define NS "xmlns=\"urn:veiligeplek:opvang:1\""
#define GOOD                                                                                                 \
    "<capaciteit " NS                                                                                        \
    "><peilmoment>2026-01-01T00:00:00Z</peilmoment><plekken><plek code=\"K1\"><vrij>1</vrij>"                \
    "</plek></plekken></capaciteit>"

static void refused(const char *what, const char *profile, struct bytes in, const char *reason)
{
    struct reading r = {0};
    clock_t began = clock();
    enum err e = world_read(profile, in, &r);
    long long took = (long long)(clock() - began) * 1000 / CLOCKS_PER_SEC;
    if (e == OK)
        fail_msg("%s was taken", what);
    if (r.complaints_n == 0 || strstr(r.complaints[0].reason, reason) == NULL)
        fail_msg("%s: '%s', wanted '%s'", what, r.complaints_n > 0 ? r.complaints[0].reason : "", reason);
    if (took > BOUND_MS)
        fail_msg("%s took %lld ms", what, took);
    reading_fini(&r);
    assert_int_equal(world_read(profile_opvang, BYTES_LITERAL(GOOD), &r), OK);
    reading_fini(&r);
}

static const struct {
    const char *what, *text;
    size_t len; /* 0 = to the NUL */
    const char *reason;
} xml_files[] = {
    {"outside entity", "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><r>&x;</r>", 0, "DOCTYPE"},
    {"outside entity by http", "<!DOCTYPE r [<!ENTITY x SYSTEM \"http://127.0.0.1:9/\">]><r>&x;</r>", 0,
     "DOCTYPE"},
    {"parameter entity", "<!DOCTYPE r [<!ENTITY % p SYSTEM \"file:///etc/passwd\"> %p;]><r/>", 0, "DOCTYPE"},
    {"outside DTD", "<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>", 0, "DOCTYPE"},
    {"public DTD", "<!DOCTYPE r PUBLIC \"-//X\" \"http://127.0.0.1:9/x.dtd\"><r/>", 0, "DOCTYPE"},
    {"empty DOCTYPE", "<!DOCTYPE capaciteit>" GOOD, 0, "DOCTYPE"},
    {"DOCTYPE behind white space", "\n\n  <!DOCTYPE x []><x/>", 0, "DOCTYPE"},
    {"billion laughs",
     "<!DOCTYPE r [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c "
     "\"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]><r>&c;</r>",
     0, "DOCTYPE"},
    {"entity without DOCTYPE", "<r>&x;</r>", 0, ""},
    {"entity in an attribute", "<r a=\"&x;\"/>", 0, ""},
    {"stylesheet", "<?xml-stylesheet href=\"http://127.0.0.1:9/\"?>" GOOD, 0, "processing instruction"},
    {"instruction inside", "<capaciteit " NS "><?php x?></capaciteit>", 0, "processing instruction"},
    {"instruction behind", GOOD "<?x y?>", 0, "processing instruction"},
    {"XInclude",
     "<capaciteit " NS
     " xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include href=\"/etc/passwd\"/></capaciteit>",
     0, "belong"},
    {"schema location of their own",
     "<capaciteit " NS " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
     "xsi:schemaLocation=\"urn:veiligeplek:opvang:1 file:///tmp/evil.xsd\"><evil/></capaciteit>",
     0, "belong"},
    {"xsi:type",
     "<capaciteit " NS
     " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><peilmoment xsi:type=\"plek\"/></capaciteit>",
     0, ""},
    {"NUL", "<r>\0</r>", 8, "NUL"},
    {"UTF-16 with mark", "\xff\xfe<\0r\0/\0>\0", 10, "UTF-16"},
    {"UTF-16 big-endian", "\xfe\xff\0<\0r\0/\0>", 10, "UTF-16"},
    {"UTF-16 without mark", "<\0r\0/\0>\0", 8, "NUL"},
    {"UTF-32", "<\0\0\0r\0\0\0", 8, "NUL"},
    {"UTF-7 declared", "<?xml version='1.0' encoding='UTF-7'?>" GOOD, 0, "another encoding"},
    {"EBCDIC declared", "<?xml version='1.0' encoding='IBM-1047'?>" GOOD, 0, "another encoding"},
    {"UTF-16 declared", "<?xml version='1.0' encoding='UTF-16'?>" GOOD, 0, "another encoding"},
    {"Latin-1 declared", "<?xml version='1.0' encoding=\"ISO-8859-1\"?>" GOOD, 0, "another encoding"},
    {"Latin-1 bytes", "<r>\xe9</r>", 0, "not UTF-8"},
    {"overlong", "<r>\xc0\x80</r>", 0, "not UTF-8"},
    {"surrogate", "<r>\xed\xa0\x80</r>", 0, "not UTF-8"},
    {"control character", "<r>\x01</r>", 0, "well-formed"},
    {"control by number", "<r>&#x1;</r>", 0, "well-formed"},
    {"NUL by number", "<r>&#0;</r>", 0, "well-formed"},
    {"two roots", GOOD GOOD, 0, "well-formed"},
    {"attribute twice", "<capaciteit " NS " a=\"1\" a=\"2\"/>", 0, "well-formed"},
    {"prefix without namespace", "<x:capaciteit/>", 0, ""},
    {"wrong root", "<html " NS "/>", 0, "root"},
    {"wrong namespace", "<capaciteit xmlns=\"urn:veiligeplek:opvang:2\"/>", 0, "root"},
    {"no XML", "hello", 0, "well-formed"},
    {"only a declaration", "<?xml version='1.0'?>", 0, "well-formed"},
    {"white space only", " \n ", 0, "well-formed"},
    {"JSON", "{\"plekken\":[]}", 0, "well-formed"},
    {"zip", "PK\3\4abcdefgh", 0, "archive"},
    {"gzip", "\x1f\x8b\x08 abcdefgh", 0, "archive"},
    {"XML 1.1 with restart", "<?xml version='1.1'?><r>&#x1;</r>", 0, ""},
    {"nothing", "", 0, "empty"},
    {"code twice",
     "<capaciteit " NS
     "><peilmoment>2026-01-01T00:00:00Z</peilmoment><plekken><plek code=\"K1\"><vrij>1</vrij></plek>"
     "<plek code=\"K1\"><vrij>2</vrij></plek></plekken></capaciteit>",
     0, "twice"},
    {"count twice",
     "<capaciteit " NS
     "><peilmoment>2026-01-01T00:00:00Z</peilmoment><plekken><plek code=\"K1\"><vrij>1</vrij>"
     "<vrij>2</vrij></plek></plekken></capaciteit>",
     0, "too often"},
};

/* XML by XPath: no schema holds these back. */
static const char profile_own_xml[] =
    "{\"format\":\"xml_xpath\",\"xpath\":{\"namespaces\":{\"o\":\"urn:veiligeplek:opvang:1\"},\"rows\":\"//"
    "o:plek\","
    "\"fileObservedAt\":\"//o:peilmoment\",\"fields\":{\"pool\":\"@code\",\"free\":\"o:vrij\"}},"
    "\"providers\":{\"p\":{\"pools\":{\"K1\":\"k1\"}}}}";

static void xml_list(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(xml_files); i++) {
        size_t n = xml_files[i].len > 0 ? xml_files[i].len : strlen(xml_files[i].text);
        refused(xml_files[i].what, profile_opvang, BYTES(xml_files[i].text, n), xml_files[i].reason);
        refused(xml_files[i].what, profile_have, BYTES(xml_files[i].text, n), "");
        refused(xml_files[i].what, profile_own_xml, BYTES(xml_files[i].text, n), "");
    }
}

static void repeat(struct buf *b, const char *text, int n)
{
    for (int i = 0; i < n; i++)
        buf_text(b, text);
}

static void refused_buf(const char *what, const char *profile, struct buf *b, const char *reason)
{
    refused(what, profile, buf_view(b), reason);
    buf_clear(b);
}

static void xml_large(void **state)
{
    struct buf b = {0};
    (void)state;
    repeat(&b, "<a>", 60000);
    refused_buf("60,000 open tags", profile_opvang, &b, "nested deeper");
    repeat(&b, "<a>", 33);
    repeat(&b, "</a>", 33);
    refused_buf("depth 33", profile_opvang, &b, "nested deeper");
    repeat(&b, "<a>", 32);
    repeat(&b, "</a>", 32);
    refused_buf("depth 32 is not too deep", profile_opvang, &b, "root");
    buf_text(&b, "<r>");
    repeat(&b, "<a/>", 60000);
    buf_text(&b, "</r>");
    refused_buf("60,000 siblings", profile_opvang, &b, "20,000 elements");
    buf_text(&b, "<a");
    for (int i = 0; b.len < 250000; i++)
        buf_format(&b, " a%d=''", i);
    buf_text(&b, "/>");
    refused_buf("27,000 attributes", profile_opvang, &b, "");
    buf_text(&b, "<a");
    for (int i = 0; b.len < 250000; i++)
        buf_format(&b, " xmlns:n%d='u%d'", i, i);
    buf_text(&b, "/>");
    refused_buf("15,000 namespaces", profile_opvang, &b, "");
    buf_text(&b, "<a");
    for (int i = 0; i < 33; i++)
        buf_format(&b, " a%d=''", i);
    buf_text(&b, "/>");
    refused_buf("33 attributes", profile_opvang, &b, "too many attributes");
    buf_text(&b, "<");
    repeat(&b, "n", 200000);
    buf_text(&b, "/>");
    refused_buf("a name of 200 kB", profile_opvang, &b, "");
    buf_text(&b, "<r>");
    repeat(&b, "x", XML_BYTES_MAX);
    buf_text(&b, "</r>");
    refused_buf("more than the limit", profile_opvang, &b, "larger than");
    buf_text(&b, "<!--");
    repeat(&b, "-x", 100000);
    refused_buf("an endless comment", profile_opvang, &b, "well-formed");
    buf_text(&b, "<r><![CDATA[");
    repeat(&b, "]] ", 80000);
    refused_buf("endless CDATA", profile_opvang, &b, "well-formed");
    repeat(&b, "<!DOCTYPE", 20000);
    refused_buf("DOCTYPE again and again", profile_opvang, &b, "");
    buf_fini(&b);
}

/* A good file cut off anywhere is no file. */
static void truncated(void **state)
{
    struct buf b = {0};
    (void)state;
    buf_text(&b, "<capaciteit " NS "><peilmoment>2026-01-01T00:00:00Z</peilmoment><plekken>");
    for (int i = 0; i < 60; i++)
        buf_text(&b, "<plek code=\"K3\"><totaal>4</totaal><vrij>1</vrij></plek>\n");
    buf_text(&b, "</plekken></capaciteit>");
    for (size_t n = 100; n < b.len; n += 100)
        refused("cut off", profile_opvang, BYTES(b.p, n), "well-formed");
    buf_fini(&b);
}

#define HEAD "Locatie;Plek;Kamers;Vrij;Bezet;Personeel;Stop;Tot;Moment\n"
#define ROW(room, free) "Huis A;nood;" room ";" free ";;;;;2026-01-01T00:00:00Z\n"

static const struct {
    const char *what, *text;
    size_t len;
    const char *reason;
} csv_files[] = {
    {"formula", HEAD ROW("=cmd|' /C calc'!A0", "1"), 0, "whole number"},
    {"formula with plus", HEAD ROW("+1", "1"), 0, "whole number"},
    {"formula as a place", HEAD "Huis A;@SUM(1);1;1;;;;;2026-01-01T00:00:00Z\n", 0, "profile"},
    {"huge number", HEAD ROW("99999999999999999999999999999999", "1"), 0, "more than 10000"},
    {"fraction", HEAD ROW("1.5", "1"), 0, "whole number"},
    {"exponent", HEAD ROW("1e9", "1"), 0, "whole number"},
    {"hexadecimal", HEAD ROW("0x10", "1"), 0, "whole number"},
    {"Arabic digits", HEAD ROW("\xd9\xa3", "1"), 0, "whole number"},
    {"stray quote", HEAD "Huis A;no\"od;1;1;;;;;2026-01-01T00:00:00Z\n", 0, "quote"},
    {"open quote", HEAD "Huis A;\"nood;1;1;;;;;2026-01-01T00:00:00Z\n", 0, "quote"},
    {"text behind a quote", HEAD "Huis A;\"nood\"x;1;1;;;;;2026-01-01T00:00:00Z\n", 0, "quote"},
    {"place with a line break", HEAD "Huis A;\"no\nod\";1;1;;;;;2026-01-01T00:00:00Z\n", 0, "profile"},
    {"same place twice", HEAD ROW("1", "1") ROW("1", "0"), 0, "already"},
    {"short row", HEAD "Huis A;nood;1\n", 0, "columns"},
    {"long row", HEAD "Huis A;nood;1;1;;;;;2026-01-01T00:00:00Z;;;;;\n", 0, "columns"},
    {"wrong delimiter", "Locatie,Plek,Kamers,Vrij,Bezet,Personeel,Stop,Tot,Moment\nHuis A,nood,1,1,,,,,\n", 0,
     "missing"},
    {"column twice", "Locatie;Plek;Plek;Kamers;Vrij;Bezet;Personeel;Stop;Tot;Moment\n", 0, "twice"},
    {"column missing", "Locatie;Plek;Kamers;Bezet;Personeel;Stop;Tot;Moment\n", 0, "missing"},
    {"NUL", HEAD "Huis A;no\0od;1", sizeof HEAD + 14, "NUL"},
    {"zip (a spreadsheet)", "PK\3\4\x14", 0, "archive"},
    {"gzip", "\x1f\x8b\x08zzz", 0, "archive"},
    {"UTF-16", "\xff\xfeL\0o\0", 6, "UTF-16"},
    {"Latin-1 where UTF-8 is said", HEAD "Huis A;caf\xe9;1;1;;;;;2026-01-01T00:00:00Z\n", 0, "not UTF-8"},
    {"XML", "<?xml version=\"1.0\"?><a/>", 0, "quote"},
    {"empty lines only", "\r\n\r\n\n", 0, "header"},
    {"only carriage returns", "\r\r\r\r", 0, ""},
    {"empty place", HEAD "Huis A;;1;1;;;;;2026-01-01T00:00:00Z\n", 0, "profile"},
    {"time of a day only", HEAD "Huis A;nood;1;1;;;;;2026-01-01\n", 0, "not a moment"},
    {"leap of nonsense", HEAD "Huis A;nood;1;1;;;;;9999-99-99T99:99:99Z\n", 0, "not a moment"},
};

static void csv_list(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(csv_files); i++) {
        size_t n = csv_files[i].len > 0 ? csv_files[i].len : strlen(csv_files[i].text);
        refused(csv_files[i].what, profile_csv_text, BYTES(csv_files[i].text, n), csv_files[i].reason);
    }
}

static void csv_large(void **state)
{
    struct buf b = {0};
    (void)state;
    repeat(&b, "x;", 500000);
    refused_buf("500,000 columns", profile_csv_text, &b, "more than 64 columns");
    buf_text(&b, HEAD "Huis A;\"");
    repeat(&b, "\"\"", 400000);
    buf_text(&b, "\";1;1;;;;;2026-01-01T00:00:00Z\n");
    refused_buf("a cell of 400 kB", profile_csv_text, &b, "longer than");
    buf_text(&b, HEAD);
    repeat(&b, "x\n", 400000);
    refused_buf("400,000 rows of one column", profile_csv_text, &b, "columns");
    buf_text(&b, HEAD);
    repeat(&b, ROW("1", "1"), 6000);
    refused_buf("more rows than a provider has pools", profile_csv_text, &b, "more than 1000");
    repeat(&b, "x", CSV_BYTES_MAX + 1);
    refused_buf("more than the limit", profile_csv_text, &b, "larger than");
    repeat(&b, "\"", CSV_BYTES_MAX);
    refused_buf("a million quotes", profile_csv_text, &b, "");
    buf_fini(&b);
}

#define JSON(rest)                                                                                           \
    "{\"formaat\":\"urn:veiligeplek:opvang:1\",\"peilmoment\":\"2026-01-01T00:00:00Z\",\"plekken\":[" rest
#define JSON_VRIJ(number) JSON("{\"code\":\"K1\",\"vrij\":" number "}]}")

static const struct {
    const char *what, *text;
    size_t len; /* 0 = to the NUL */
    const char *reason;
} json_files[] = {
    {"key twice", JSON("{\"code\":\"K1\",\"vrij\":1,\"vrij\":2}]}"), 0, "same key"},
    {"key twice by an escape", JSON("{\"code\":\"K1\",\"vrij\":1,\"vri\\u006a\":2}]}"), 0, "same key"},
    {"key of the root twice", JSON("],\"plekken\":[{\"code\":\"K1\",\"vrij\":1}]}"), 0, "same key"},
    {"a byte behind", JSON("{\"code\":\"K1\",\"vrij\":1}]}x"), 0, "follows the end"},
    {"two documents", JSON("]}{}"), 0, "follows the end"},
    {"comma behind the last", JSON("{\"code\":\"K1\",\"vrij\":1},]}"), 0, "not valid JSON"},
    {"comment", "/* */" JSON("]}"), 0, "not valid JSON"},
    {"single quotes", "{'formaat':1}", 0, "not valid JSON"},
    {"a program", "while(1);[]", 0, "not valid JSON"},
    {"NaN", JSON_VRIJ("NaN"), 0, "not valid JSON"},
    {"Infinity", JSON_VRIJ("Infinity"), 0, "not valid JSON"},
    {"leading zero", JSON_VRIJ("01"), 0, "not valid JSON"},
    {"leading plus", JSON_VRIJ("+1"), 0, "not valid JSON"},
    {"hexadecimal", JSON_VRIJ("0x10"), 0, "not valid JSON"},
    {"past 64 bits", JSON_VRIJ("99999999999999999999999999"), 0, "too large"},
    {"past a double", JSON_VRIJ("1e999"), 0, "too large"},
    {"open text", JSON("{\"code\":\"K1"), 0, "ends too early"},
    {"open list", JSON(""), 0, "ends too early"},
    {"half an escape", JSON("{\"code\":\"\\u12"), 0, "not valid JSON"},
    {"lone surrogate", JSON("{\"code\":\"\\ud800\"}]}"), 0, "not valid JSON"},
    {"NUL by escape", JSON("{\"code\":\"K1\\u0000\"}]}"), 0, "U+0000"},
    {"NUL in a key", JSON("{\"co\\u0000de\":\"K1\"}]}"), 0, "U+0000"},
    {"NUL behind", "[4\0]", 4, "NUL"},
    {"raw control character", JSON("{\"code\":\"K\x01\"}]}"), 0, "not valid JSON"},
    {"UTF-8 mark", "\xef\xbb\xbf{}", 0, "byte order mark"},
    {"UTF-16", "\xff\xfe{\0}\0", 6, "UTF-16"},
    {"UTF-16 without mark", "{\0}\0", 4, "NUL"},
    {"Latin-1 bytes", JSON("{\"code\":\"caf\xe9\"}]}"), 0, "not UTF-8"},
    {"overlong", JSON("{\"code\":\"\xc0\xaf\"}]}"), 0, "not UTF-8"},
    {"zip", "PK\3\4abcdefgh", 0, "archive"},
    {"gzip", "\x1f\x8b\x08 abcdefgh", 0, "archive"},
    {"XML", GOOD, 0, "not valid JSON"},
    {"a bare text", "\"plekken\"", 0, "not valid JSON"},
    {"a bare number", "7", 0, "not valid JSON"},
    {"null", "null", 0, "not valid JSON"},
    {"white space only", " \r\n ", 0, "ends too early"},
    {"nothing", "", 0, "empty"},
};

/* Valid JSON that one of the two does not take. */
static const struct {
    const char *what, *profile, *text, *reason;
} json_forms[] = {
    {"fraction", profile_opvang_json, JSON_VRIJ("1.0"), "whole number"},
    {"exponent", profile_opvang_json, JSON_VRIJ("1e1"), "whole number"},
    {"minus nothing", profile_opvang_json, JSON_VRIJ("-1"), "from 0 to 10000"},
    {"near 64 bits", profile_opvang_json, JSON_VRIJ("9223372036854775807"), "from 0 to 10000"},
    {"number as text", profile_opvang_json, JSON_VRIJ("\"1\""), "whole number"},
    {"number as list", profile_opvang_json, JSON_VRIJ("[1]"), "whole number"},
    {"list as root", profile_opvang_json, "[" JSON("]}") "]", "must be an object"},
    {"a place as root of all places", profile_opvang_json, JSON("[[[]]]]}"), "must be an object"},
    {"prototype", profile_opvang_json, JSON("],\"__proto__\":{}}"), "not a known field"},
    {"another version", profile_opvang_json, "{\"formaat\":\"urn:veiligeplek:opvang:2\"}", "must be one of"},
    {"control character in a code", profile_opvang_json, JSON("{\"code\":\"K1\\n\"}]}"),
     "control characters"},
    {"list of numbers", profile_hsds, "[1,2]", "a service"},
    {"list of lists", profile_hsds, "[[]]", "a service"},
    {"contents of a text", profile_hsds, "{\"contents\":\"x\"}", "a list"},
    {"capacities of an object", profile_hsds, "{\"id\":\"s\",\"capacities\":{}}", "a list"},
    {"unit as text", profile_hsds, "{\"id\":\"s\",\"capacities\":[{\"unit\":\"bed\"}]}", "must be an object"},
    {"id as number", profile_hsds, "{\"id\":7}", "must be a text"},
    {"status of our own", profile_hsds, "{\"id\":\"s\",\"status\":\"open\",\"capacities\":[{}]}",
     "must be one of"},
};

static void json_list_of_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(json_files); i++) {
        size_t n = json_files[i].len > 0 ? json_files[i].len : strlen(json_files[i].text);
        refused(json_files[i].what, profile_opvang_json, BYTES(json_files[i].text, n), json_files[i].reason);
        refused(json_files[i].what, profile_hsds, BYTES(json_files[i].text, n), json_files[i].reason);
    }
    for (size_t i = 0; i < COUNT_OF(json_forms); i++)
        refused(json_forms[i].what, json_forms[i].profile, bytes_of_text(json_forms[i].text),
                json_forms[i].reason);
}

static void refused_both(const char *what, struct buf *b, const char *reason)
{
    refused(what, profile_opvang_json, buf_view(b), reason);
    refused_buf(what, profile_hsds, b, reason);
}

static void json_large(void **state)
{
    struct buf b = {0};
    (void)state;
    repeat(&b, "[", 19000);
    refused_both("19,000 open lists", &b, "nested deeper");
    repeat(&b, "[", 500000);
    refused_both("500,000 open lists", &b, "more than 20000 objects");
    repeat(&b, "{\"a\":", 17);
    refused_both("17 open objects", &b, "nested deeper");
    buf_text(&b, "[{}");
    repeat(&b, ",{}", 20000);
    buf_text(&b, "]");
    refused_both("20,001 objects", &b, "more than 20000 objects");
    buf_text(&b, "[0");
    repeat(&b, ",0", 50000);
    buf_text(&b, "]");
    refused_both("50,001 numbers", &b, "50000 values");
    buf_text(&b, "{\"k\":0");
    for (int i = 0; i < 49000; i++)
        buf_format(&b, ",\"k%d\":0", i);
    buf_text(&b, "}");
    refused("49,000 keys", profile_opvang_json, buf_view(&b), "");
    refused_buf("49,000 keys", profile_hsds, &b, "neither an id nor a name");
    buf_text(&b, "[\"");
    repeat(&b, "\\u20ac", 170000);
    buf_text(&b, "\"]");
    refused_both("a text of 1 MB of escapes", &b, "");
    buf_text(&b, "{\"id\":\"");
    repeat(&b, "x", 1000000);
    buf_text(&b, "\"}");
    refused_both("an id of 1 MB", &b, "");
    buf_text(&b, "[");
    repeat(&b, "9", 1000000);
    buf_text(&b, "]");
    refused_both("a number of a million digits", &b, "too large");
    buf_text(&b, JSON("{\"code\":\"K3\"}"));
    repeat(&b, ",{\"code\":\"K3\"}", 5000);
    buf_text(&b, "]}");
    refused_buf("5,001 places", profile_opvang_json, &b, "at most 5000 items");
    repeat(&b, " ", FEED_JSON_BYTES_MAX + 1);
    refused_both("more than the limit", &b, "larger than");
    buf_fini(&b);
}

static void json_cut_off(void **state)
{
    static const char good[] = JSON("{\"code\":\"K3\",\"totaal\":4,\"vrij\":1}]}");
    (void)state;
    for (size_t n = 1; n < sizeof good - 1; n++)
        refused("cut off", profile_opvang_json, BYTES(good, n), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xml_list),   cmocka_unit_test(xml_large),    cmocka_unit_test(truncated),
        cmocka_unit_test(csv_list),   cmocka_unit_test(csv_large),    cmocka_unit_test(json_list_of_files),
        cmocka_unit_test(json_large), cmocka_unit_test(json_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
