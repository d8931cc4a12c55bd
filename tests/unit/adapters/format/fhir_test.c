/* FHIR in both syntaxes: what must be understood, what is complained of and where, that no message about a
 * person gets through, and hostile files within bounded time. */
#include "support/feed_world.h"

#include "adapters/format/fhir/fhir_tree.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define BOUND_MS 1000             /* processor time for one file, under sanitizers */
#define AT INT64_C(1795307400000) /* OBSERVED, 2026-11-22T00:30:00Z */

static const char profile_fhir[] =
    "{\"format\":\"fhir\",\"providers\":{\"lindehof\":{\"pools\":{\"loc-7\":{\"crisis-gezin\":\"l7-gezin\","
    "\"nood\":\"l7-nood\",\"kantoor\":null},\"Locatie 8\":{\"Beds\":\"l8-bedden\"}}}}}";

#define X(name, value) "<" name " value=\"" value "\"/>"
#define XCODE(code) "<code><coding>" X("code", code) "</coding></code>"
#define XPOP(code, count) "<population>" XCODE(code) count "</population>"
#define XGROUP(code, pops) "<group>" XCODE(code) pops "</group>"
#define XBARE(body) "<MeasureReport xmlns=\"http://hl7.org/fhir\">\n" body "</MeasureReport>"
#define XHEAD X("status", "complete") X("type", "summary")
#define XSUBJECT "<subject><identifier>" X("value", "loc-7") "</identifier></subject>"
#define XREPORT(groups) XBARE(XHEAD XSUBJECT "\n" X("date", OBSERVED) "\n" groups)
#define XTIMES(times) XBARE(XHEAD XSUBJECT times XGROUP("nood", XPOP("numBeds", X("count", "4"))))
#define XBUNDLE(type, entries)                                                                               \
    "<Bundle xmlns=\"http://hl7.org/fhir\">" X("type", type) "\n" entries "</Bundle>"
#define XENTRY(resource) "<entry><resource>" resource "</resource></entry>\n"
#define XGOOD XREPORT(XGROUP("nood", XPOP("numTotBeds", X("count", "4"))))

#define JPOP(code, count) "{\"code\":{\"coding\":[{\"code\":\"" code "\"}]}" count "}"
#define JBARE(body) "{\"resourceType\":\"MeasureReport\"," body "}"
#define JHEAD "\"status\":\"complete\",\"type\":\"summary\",\"date\":\"" OBSERVED "\",\n"
#define JGROUP(code, pops)                                                                                   \
    "\"group\":[\n{\"code\":{\"coding\":[{\"code\":\"" code "\"}]},\"population\":[" pops "]}]"
#define JREPORT(pops)                                                                                        \
    JBARE(JHEAD "\"subject\":{\"identifier\":{\"value\":\"loc-7\"}},\n" JGROUP("nood", pops))
#define JBUNDLE(entries) "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[" entries "]}"
#define JENTRY(resource) "{\"resource\":" resource "}"
#define JGOOD JREPORT(JPOP("numTotBeds", ",\"count\":4"))

/* "pool total/free/occupied" per report, with @time when it is not AT. */
static void tell(const struct reading *r, struct buf *out)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct report *o = &r->list[i];
        buf_format(out, "%s%s %d/%d/%d", i > 0 ? ", " : "", o->pool, o->total, o->free, o->occupied);
        if (o->observed_at_ms != AT)
            buf_format(out, " @%lld", (long long)o->observed_at_ms);
        assert_int_equal(o->out_of_order, UNITS_UNKNOWN);
        assert_int_equal(o->deliverable, KNOWN_NOT);
        assert_string_equal(o->stop, "");
    }
}

static void expect_by(const char *profile, const char *what, struct bytes text, const char *want, int notices)
{
    struct reading r = {0};
    struct buf got = {0};
    enum err e = world_read(profile, text, &r);
    if (e != OK)
        fail_msg("%s: line %d %s: %s", what, r.complaints[0].line, r.complaints[0].field,
                 r.complaints[0].reason);
    tell(&r, &got);
    if (strcmp(buf_c_str(&got), want) != 0 || r.notices_n != notices)
        fail_msg("%s: '%s', %d notices; wanted '%s', %d", what, buf_c_str(&got), r.notices_n, want, notices);
    buf_fini(&got);
    reading_fini(&r);
}

static void expect(const char *what, struct bytes text, const char *want, int notices)
{
    expect_by(profile_fhir, what, text, want, notices);
}

static const struct {
    const char *what, *text, *want;
    int notices;
} goods[] = {
    {"a report alone", XGOOD, "l7-nood 4/-1/-1", 0},
    {"the same in JSON", JGOOD, "l7-nood 4/-1/-1", 0},
    {"byte order mark and white space", "\xef\xbb\xbf \r\n\t" JGOOD, "l7-nood 4/-1/-1", 0},
    {"byte order mark, XML", "\xef\xbb\xbf" XGOOD, "l7-nood 4/-1/-1", 0},
    {"all three, either family, either case",
     XREPORT(XGROUP("nood", XPOP("numTotBeds", X("count", "4")) XPOP("numbedsocc", X("count", "1"))
                                XPOP("numBedsAvail", X("count", "3")))),
     "l7-nood 4/3/1", 0},
    {"no count is unknown, with or without a reason",
     XREPORT(XGROUP("nood", XPOP("numBeds", X("count", "4")) XPOP("numBedsOcc", "")
                                XPOP("numBedsAvail", "<count><extension url=\"u\">" X(
                                                         "valueCode", "unknown") "</extension></count>"))),
     "l7-nood 4/-1/-1", 0},
    {"no count in JSON",
     JREPORT(JPOP("numBeds", ",\"count\":4") "," JPOP("numBedsAvail",
                                                      ",\"_count\":{\"extension\":[{\"url\":\"u\","
                                                      "\"valueCode\":\"unknown\"}]}")),
     "l7-nood 4/-1/-1", 0},
    {"zero is zero", JREPORT(JPOP("numBedsAvail", ",\"count\":0")), "l7-nood -1/0/-1", 0},
    {"another population is passed over",
     JREPORT(JPOP("numVent", ",\"count\":9") "," JPOP("numBeds", ",\"count\":2")), "l7-nood 2/-1/-1", 1},
    {"a group the profile passes over",
     XREPORT(XGROUP("kantoor", XPOP("numBeds", X("count", "4")))
                 XGROUP("nood", XPOP("numBeds", X("count", "2")))),
     "l7-nood 2/-1/-1", 1},
    {"the second coding of a group, and its text",
     XREPORT(
         "<group><code><coding>" X("code", "x") "</coding><coding>" X("code", "nood") "</coding></code>" XPOP(
             "numBeds",
             X("count", "4")) "</group><group><code>" X("text",
                                                        "crisis-gezin") "</code>" XPOP("numBeds",
                                                                                       X("count",
                                                                                         "5")) "</group>"),
     "l7-nood 4/-1/-1, l7-gezin 5/-1/-1", 0},
    {"place by a Location of the Bundle, by fullUrl",
     XBUNDLE("transaction",
             "<entry>" X("fullUrl", "urn:uuid:1") "<resource><Location>" X("name", "Locatie 8") "<address>" X("line", "Geheimweg 1") "</address></Location></resource><request>" X(
                 "method",
                 "PUT") "</request></entry>" XENTRY("<MeasureReport>" XHEAD
                                                    "<subject>" X("reference", "urn:uuid:1") "</subject>" X(
                                                        "date", OBSERVED)
                                                        XGROUP("Beds",
                                                               XPOP("numBeds",
                                                                    X("count", "7"))) "</MeasureReport>")),
     "l8-bedden 7/-1/-1", 0},
    {"place by Type/id",
     JBUNDLE(JENTRY(
         "{\"resourceType\":\"Location\",\"id\":\"a\",\"address\":{\"line\":[\"Geheimweg 1\",\"b\"]},"
         "\"name\":\"Locatie 8\"}") "," JENTRY(JBARE(JHEAD
                                                     "\"subject\":{\"reference\":\"Location/a\"}," JGROUP(
                                                         "Beds", JPOP("numBeds", ",\"count\":7"))))),
     "l8-bedden 7/-1/-1", 0},
    {"place by what is contained",
     JBARE(JHEAD "\"contained\":[{\"resourceType\":\"Location\",\"id\":\"a\",\"name\":\"Locatie 8\"}],"
                 "\"subject\":{\"reference\":\"#a\"}," JGROUP("Beds", JPOP("numBeds", ",\"count\":7"))),
     "l8-bedden 7/-1/-1", 0},
    {"place by the reporter",
     JBARE(JHEAD "\"reporter\":{\"display\":\"Locatie 8\"}," JGROUP("Beds", JPOP("numBeds", ",\"count\":7"))),
     "l8-bedden 7/-1/-1", 0},
    {"the whole day, told in it",
     XTIMES(X("date", OBSERVED) "<period>" X("end", "2026-11-22T23:59:59+01:00") "</period>"),
     "l7-nood 4/-1/-1", 0},
    {"the day only", XTIMES(X("date", OBSERVED) "<period>" X("end", "2026-11-22") "</period>"),
     "l7-nood 4/-1/-1", 0},
    {"told later than it was",
     XTIMES(X("date", "2026-11-22T01:45:00+01:00") "<period>" X("end", OBSERVED) "</period>"),
     "l7-nood 4/-1/-1", 0},
    {"period.end alone", XTIMES("<period>" X("end", "2026-11-22T00:00:00Z") "</period>"),
     "l7-nood 4/-1/-1 @1795305600000", 0},
    {"a message",
     XBUNDLE("message", XENTRY("<MessageHeader/>")
                            XENTRY("<MeasureReport>" XHEAD XSUBJECT X("date", OBSERVED)
                                       XGROUP("nood", XPOP("numBeds", X("count", "1"))) "</MeasureReport>")),
     "l7-nood 1/-1/-1", 0},
    {"narrative is not read",
     XREPORT("<text><status value=\"generated\"/><div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Patient "
             "A</p></div></text>" XGROUP("nood", XPOP("numBeds", X("count", "1")))),
     "l7-nood 1/-1/-1", 0},
};

static void understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(goods); i++)
        expect(goods[i].what, bytes_of_text(goods[i].text), goods[i].want, goods[i].notices);
}

/* TEXT is refused by a first complaint with REASON, at LINE unless -1 and of FIELD unless NULL. */
static void refused(const char *what, struct bytes text, int line, const char *field, const char *reason)
{
    struct reading r = {0};
    clock_t began = clock();
    enum err e = world_read(profile_fhir, text, &r);
    long long took = (long long)(clock() - began) * 1000 / CLOCKS_PER_SEC;
    if (e == OK)
        fail_msg("%s was taken", what);
    const struct complaint *c = &r.complaints[0];
    if (strstr(c->reason, reason) == NULL || (line >= 0 && c->line != line) ||
        (field != NULL && strcmp(c->field, field) != 0))
        fail_msg("%s: line %d '%s': %s; wanted line %d '%s': %s", what, c->line, c->field, c->reason, line,
                 field != NULL ? field : "", reason);
    for (int i = 0; i < r.complaints_n; i++)
        assert_null(strstr(r.complaints[i].reason, "Jansen"));
    for (int i = 0; i < r.complaints_n; i++)
        assert_null(strstr(r.complaints[i].field, "Jansen"));
    if (took > BOUND_MS)
        fail_msg("%s took %lld ms", what, took);
    reading_fini(&r);
    expect("a good file after it", BYTES_LITERAL(XGOOD), "l7-nood 4/-1/-1", 0);
}

struct bad {
    const char *what, *text;
    int line;
    const char *field, *reason;
};

static const struct bad bads[] = {
    {"more free than there is",
     XREPORT(XGROUP("nood", XPOP("numBeds", X("count", "2")) XPOP("numBedsAvail", X("count", "3")))), 4,
     "free", "more than the total"},
    {"the same in JSON", JREPORT(JPOP("numBeds", ",\"count\":2") "," JPOP("numBedsAvail", ",\"count\":3")), 4,
     "free", "more than the total"},
    {"negative", XREPORT(XGROUP("nood", XPOP("numBeds", X("count", "-1")))), 4, "population.count",
     "negative"},
    {"negative in JSON", JREPORT("\n\n" JPOP("numBeds", ",\"count\":-1")), 6, "population.count", "negative"},
    {"a fraction", JREPORT(JPOP("numBeds", ",\"count\":1.0")), 4, "population.count", "whole number"},
    {"a count as a text", JREPORT(JPOP("numBeds", ",\"count\":\"1\"")), 4, "population.count",
     "whole number"},
    {"true", JREPORT(JPOP("numBeds", ",\"count\":true")), 4, "population.count", "whole number"},
    {"huge", JREPORT(JPOP("numBeds", ",\"count\":9223372036854775807")), 4, "population.count",
     "more than 10000"},
    {"past 64 bits", JREPORT(JPOP("numBeds", ",\"count\":9223372036854775808")), 4, "", "too large"},
    {"an empty value", XREPORT(XGROUP("nood", XPOP("numBeds", X("count", "")))), 4, "", "empty value"},
    {"a pool that is not theirs", XREPORT(XGROUP("zolder", XPOP("numBeds", X("count", "1")))), 4, "pool",
     "profile"},
    {"a group without code", XREPORT("<group>" XPOP("numBeds", X("count", "1")) "</group>"), 4, "group.code",
     "missing"},
    {"nothing said", XREPORT(XGROUP("nood", "")), 4, "", "says nothing"},
    {"no group", XREPORT(""), 1, "group", "missing"},
    {"a group twice",
     XREPORT(XGROUP("nood", XPOP("numBeds", X("count", "1"))) "\n" XGROUP("nood",
                                                                          XPOP("numBeds", X("count", "1")))),
     5, "pool", "already"},
    {"the total twice",
     XREPORT(XGROUP("nood", XPOP("numBeds", X("count", "1")) XPOP("numTotBeds", X("count", "2")))), 4,
     "population", "second time"},
    {"two things in one code",
     XREPORT("<group>" XCODE("nood") "<population><code><coding>" X("code", "numBeds") "</coding><coding>" X(
         "code", "numBedsOcc") "</coding></code>" X("count", "1") "</population></group>"),
     4, "population.code", "two different"},
    {"two counts", XREPORT(XGROUP("nood", XPOP("numBeds", X("count", "1") X("count", "2")))), 4, "count",
     "twice"},
    {"no zone", XTIMES(X("date", "2026-11-22T01:30:00")), 2, "date", "no time zone"},
    {"a day as date", XTIMES(X("date", "2026-11-22")), 1, "date", "no moment"},
    {"no time at all", XTIMES(""), 1, "date", "missing"},
    {"yesterday, told today", XTIMES(X("date", OBSERVED) "<period>" X("end", "2026-11-21") "</period>"), 2,
     "period.end", "before the day"},
    {"the future", XTIMES(X("date", "2026-11-22T02:03:00+01:00")), 2, "observedAt", "future"},
    {"nonsense as time", XTIMES(X("date", "2026-13-22T02:03:00Z")), 2, "date", "not a moment"},
    {"in error", XBARE(X("status", "error") X("type", "summary")), 2, "status", "must be complete"},
    {"of one person", XBARE(X("status", "complete") X("type", "individual")), 2, "type", "must be summary"},
    {"no place", XBARE(XHEAD X("date", OBSERVED) XGROUP("nood", "")), 1, "subject", "missing"},
    {"an empty place", XBARE(XHEAD "<subject/>" X("date", OBSERVED) XGROUP("nood", "")), 2, "subject",
     "which place"},
    {"a Bundle of history", XBUNDLE("history", ""), 1, "Bundle.type", "must be"},
    {"an empty Bundle", XBUNDLE("collection", ""), 1, "MeasureReport", "missing"},
    {"a message without header", XBUNDLE("message", XENTRY("<Location/>")), 1, "MessageHeader",
     "first entry"},
    {"one page", XBUNDLE("searchset", "<link>" X("relation", "next") "</link>"), 2, "Bundle.link",
     "one page"},
    {"a deletion", XBUNDLE("batch", "<entry><request>" X("method", "DELETE") "</request></entry>"), 2,
     "entry.request", "POST or PUT"},
    {"an entry without resource", XBUNDLE("collection", "<entry/>"), 2, "entry", "no resource"},
    {"a Bundle in a Bundle", XBUNDLE("collection", XENTRY("<Bundle/>")), 2, "Bundle", "another Bundle"},
    {"another root", "<Location xmlns=\"http://hl7.org/fhir\"/>", 1, "", "neither a Bundle"},
    {"an extension that turns the meaning", XREPORT("<modifierExtension url=\"u\"/>"), 4, "modifierExtension",
     "not known"},
    {"rules we do not know", JBARE("\n\"implicitRules\":\"u\""), 2, "implicitRules", "not known"},
    {"two places under one url",
     JBUNDLE(
         "{\"fullUrl\":\"u\",\"resource\":{\"resourceType\":\"Location\"}},{\"fullUrl\":\"u\",\"resource\":{"
         "\"resourceType\":\"Location\"}},\n" JENTRY(JBARE(JHEAD "\"subject\":{\"reference\":\"u\"}"))),
     3, "reference", "two resources"},
};

static void complained_of(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bads); i++)
        refused(bads[i].what, bytes_of_text(bads[i].text), bads[i].line, bads[i].field, bads[i].reason);
}

#define NAME "<name><family value=\"Jansen\"/></name>"
#define PEOPLE "is about people"

static const struct bad people[] = {
    {"Patient", XBUNDLE("collection", XENTRY(XGOOD) XENTRY("<Patient>" NAME "</Patient>")), -1, "Patient",
     PEOPLE},
    {"RelatedPerson", XBUNDLE("collection", XENTRY("<RelatedPerson>" NAME "</RelatedPerson>")), 2,
     "RelatedPerson", PEOPLE},
    {"Encounter", XBUNDLE("collection", XENTRY("<Encounter/>")), 2, "Encounter", PEOPLE},
    {"Observation",
     JBUNDLE("\n" JENTRY("{\"resourceType\":\"Observation\",\"subject\":{\"display\":\"Jansen\"}}")), 2,
     "Observation", PEOPLE},
    {"Task", JBUNDLE(JENTRY("{\"resourceType\":\"Task\"}") "," JENTRY(JGOOD)), 1, "Task", PEOPLE},
    {"Practitioner", JBUNDLE(JENTRY(JGOOD) ",\n" JENTRY("{\"resourceType\":\"Practitioner\"}")), -1,
     "Practitioner", PEOPLE},
    {"contained", JBARE("\"contained\":[{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Jansen\"}]}]"),
     1, "Patient", PEOPLE},
    {"hidden in an extension",
     JBARE("\"extension\":[{\"valueReference\":{\"resourceType\":\"Patient\",\"name\":\"Jansen\"}}]"), 1,
     "Patient", PEOPLE},
    {"as root", "<Patient xmlns=\"http://hl7.org/fhir\">" NAME "</Patient>", 1, "Patient", PEOPLE},
    {"as the subject", XBARE(XHEAD "<subject>" X("reference", "Patient/Jansen") "</subject>"), 2, "Patient",
     "is referred to"},
    {"by a server",
     XBARE(XHEAD "<evaluatedResource>" X("reference",
                                         "https://x/fhir/Encounter/7/_history/1") "</evaluatedResource>"),
     2, "Encounter", "is referred to"},
    {"by a question", XBARE(XHEAD "<subject>" X("reference", "Patient?name=Jansen") "</subject>"), 2,
     "Patient", "is referred to"},
    {"by the type of a reference", XBARE(XHEAD "<subject>" X("type", "Patient") "</subject>"), 2, "Patient",
     "is referred to"},
    {"by a citizen's number",
     XBARE("<subject><identifier>" X("system", "http://fhir.nl/fhir/NamingSystem/bsn")
               X("value", "999999990") "</identifier></subject>"),
     2, "identifier", "service number"},
    {"their results", XREPORT("<group><population><subjectResults/></population></group>"), 4,
     "subjectResults", PEOPLE},
    {"a name for a type", JBUNDLE(JENTRY("{\"resourceType\":\"Jansen\"}")), 1, "resource", "does not belong"},
    {"no text for a type", JBUNDLE(JENTRY("{\"resourceType\":7}")), 1, "resource", "does not belong"},
    {"Medication", XBUNDLE("collection", XENTRY("<Medication/>")), 2, "resource", "does not belong"},
};

static void no_people(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(people); i++)
        refused(people[i].what, bytes_of_text(people[i].text), people[i].line, people[i].field,
                people[i].reason);
}

static const struct {
    const char *what, *text;
    size_t len; /* 0 = to the NUL */
    const char *reason;
} hostile[] = {
    {"outside entity", "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Bundle>&x;</Bundle>", 0,
     "DOCTYPE"},
    {"entity in a value", "<Bundle xmlns=\"http://hl7.org/fhir\"><type value=\"&x;\"/></Bundle>", 0, ""},
    {"no namespace", "<Bundle><type value=\"collection\"/></Bundle>", 0, "not a resource"},
    {"wrong namespace", "<Bundle xmlns=\"http://hl7.org/fhir/2\"/>", 0, "not a resource"},
    {"gzip", "\x1f\x8b\x08zzz", 0, "archive"},
    {"zip", "PK\3\4abc", 0, "archive"},
    {"nothing", "", 0, "empty"},
    {"a mark only", "\xef\xbb\xbf", 0, "neither FHIR"},
    {"white space only", " \n\t", 0, "neither FHIR"},
    {"a list", "[{\"resourceType\":\"Bundle\"}]", 0, "neither FHIR"},
    {"Turtle", "@prefix fhir: <http://hl7.org/fhir/> .", 0, "neither FHIR"},
    {"two marks", "\xef\xbb\xbf\xef\xbb\xbf{}", 0, "neither FHIR"},
    {"no type", "{}", 0, "is missing"},
    {"a type that is an object", "{\"resourceType\":{}}", 0, "does not belong"},
    {"a key twice", "{\"resourceType\":\"Bundle\",\"resourceType\":\"Patient\"}", 0, "twice"},
    {"a key twice by escapes", "{\"resourceType\":\"Bundle\",\"resource\\u0054ype\":\"Patient\"}", 0,
     "twice"},
    {"a type by escapes", "{\"resource\\u0054ype\":\"\\u0050atient\"}", 0, "about people"},
    {"NUL", "{\"resourceType\":\"Bundle\0\"}", 27, "NUL"},
    {"NUL by escapes", "{\"resourceType\":\"Bundle\\u0000Patient\"}", 0, "U+0000"},
    {"UTF-16", "\xff\xfe{\0}\0", 6, "UTF-16"},
    {"Latin-1", "{\"resourceType\":\"\xe9\"}", 0, "not UTF-8"},
    {"half a surrogate", "{\"resourceType\":\"\\ud800\"}", 0, ""},
    {"a comment", "{/* */\"resourceType\":\"Bundle\"}", 0, "not valid JSON"},
    {"two documents", JGOOD "{}", 0, "follows the end"},
    {"cut off", "{\"resourceType\":\"Bundle\",\"entry\":[", 0, ""},
    {"a number past all", JREPORT(JPOP("numBeds", ",\"count\":1e999")), 0, ""},
    {"a date as a number",
     JBARE("\"status\":\"complete\",\"type\":\"summary\",\"date\":20261122013000,\"subject\":"
           "{\"display\":\"loc-7\"}," JGROUP("nood", JPOP("numBeds", ",\"count\":1"))),
     0, "not a moment"},
    {"fields where a list belongs", JBARE("\"status\":{\"value\":\"complete\"},\"type\":[\"summary\"]"), 0,
     "must be"},
    {"a status twice", JBARE("\"status\":[\"complete\",\"error\"],\"type\":\"summary\""), 0, "twice"},
    {"a place that points at itself",
     JBARE(JHEAD
           "\"contained\":[{\"resourceType\":\"MeasureReport\",\"id\":\"a\","
           "\"subject\":{\"reference\":\"#a\"}}],\"subject\":{\"reference\":\"#a\"}," JGROUP("nood", "")),
     0, "profile"},
};

static void hostile_list(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        size_t n = hostile[i].len > 0 ? hostile[i].len : strlen(hostile[i].text);
        refused(hostile[i].what, BYTES(hostile[i].text, n), -1, NULL, hostile[i].reason);
    }
}

static void repeat(struct buf *b, const char *text, int n)
{
    for (int i = 0; i < n; i++)
        buf_text(b, text);
}

static void refused_buf(const char *what, struct buf *b, const char *reason)
{
    refused(what, buf_view(b), -1, NULL, reason);
    buf_clear(b);
}

static void hostile_large(void **state)
{
    struct buf b = {0};
    (void)state;
    repeat(&b, "{\"a\":", 15000);
    refused_buf("15,000 objects deep", &b, "nested deeper");
    buf_text(&b, "{\"a\":");
    repeat(&b, "[", 200000);
    refused_buf("200,000 lists deep", &b, "objects and lists");
    buf_text(&b, "{\"resourceType\":\"Bundle\",\"entry\":[0");
    repeat(&b, ",0", 40000);
    buf_text(&b, "]}");
    refused_buf("40,000 entries", &b, "more than 20000 elements");
    buf_text(&b, "{\"resourceType\":\"Bundle\",\"address\":[0");
    repeat(&b, ",0", 40000);
    buf_text(&b, "]}");
    refused_buf("40,000 parts of an address", &b, "must be collection");
    repeat(&b, " ", FHIR_BYTES_MAX);
    buf_text(&b, "{}");
    refused_buf("larger than the limit", &b, "larger than");
    repeat(&b, "<a xmlns='http://hl7.org/fhir'>", 5000);
    refused_buf("5,000 elements deep", &b, "nested deeper");
    buf_text(&b, "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[");
    repeat(&b,
           "{\"fullUrl\":\"u\",\"resource\":{\"resourceType\":\"MeasureReport\",\"status\":\"complete\","
           "\"type\":"
           "\"summary\",\"subject\":{\"reference\":\"u\"}}},",
           1500);
    buf_text(&b, "{}]}");
    refused_buf("1,500 that all point at each other", &b, "two resources");
    buf_text(&b, "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[");
    for (int i = 0; i < 900; i++)
        buf_format(&b,
                   "{\"fullUrl\":\"%d\",\"resource\":{\"resourceType\":\"MeasureReport\"," JHEAD
                   "\"subject\":{\"display\":\"loc-7\",\"reference\":\"x\"},\"group\":{\"code\":{\"text\":"
                   "\"kantoor\"}}}},",
                   i);
    buf_text(&b, "{}]}");
    refused_buf("900 that point at nothing", &b, "holds no resource");
    buf_text(&b, "{\"resourceType\":\"MeasureReport\"," JHEAD
                 "\"subject\":{\"display\":\"y\",\"reference\":\"x\"},"
                 "\"group\":[{}");
    for (int i = 0; i < 900; i++)
        buf_text(
            &b, ",{\"code\":{\"coding\":[{\"code\":\"a\"},{\"code\":\"b\"},{\"code\":\"c\"},{\"code\":\"d\"},"
                "{\"code\":\"e\"},{\"code\":\"f\"},{\"code\":\"g\"},{\"code\":\"h\"},{\"code\":\"i\"}]}}");
    buf_text(&b, "]}");
    refused_buf("900 groups by nine names that nobody knows", &b, "is missing");
    buf_fini(&b);
}

/* A good file cut off anywhere is no file. */
static void truncated(void **state)
{
    static const char *const files[] = {XGOOD, JGOOD};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++)
        for (size_t n = 1; n < strlen(files[i]); n += 7)
            refused("cut off", BYTES(files[i], n), -1, NULL, "");
}

/* The file at PATH in the folder with the standards; false when that is not at hand. */
static bool read_standard(const char *path, struct buf *text)
{
    char full[512];
    snprintf(full, sizeof full, "%s/../shared/standards/fhir/%s", PLEK_SOURCE_DIR, path);
    FILE *in = fopen(full, "r");
    if (in == NULL) {
        print_message("the folder of standards is not here: sample skipped\n");
        return false;
    }
    buf_clear(text);
    text->len = fread(buf_extend(text, 65536), 1, 65536, in);
    fclose(in);
    return true;
}

static void published_samples(void **state)
{
    struct buf text = {0};
    (void)state;
    if (!read_standard("shelter-profile/capacity-bundle.xml", &text))
        skip();
    expect("capacity-bundle.xml", buf_view(&text), "l7-gezin 12/3/9 @1795287600000", 0);
    assert_true(read_standard("shelter-profile/referral-task.xml", &text));
    refused("referral-task.xml", buf_view(&text), 7, "ServiceRequest", PEOPLE);
    buf_fini(&text);
}

/* ---- the CSV of the SANER guide: the format csv, by a profile only ---- */

static const char profile_saner_csv[] =
    "{\"format\":\"csv\",\"csv\":{\"delimiter\":\",\",\"columns\":{\"pool\":\"subject\",\"observedAt\":"
    "\"period-end\",\"total\":\"numTotBeds\",\"occupied\":\"numTotBedsOcc\",\"free\":\"numTotBedsAvail\","
    "\"part\":\"stratifier\"}},\"providers\":{\"p\":{\"pools\":{\"loc-7\":\"l7-nood\"}}}}";
static const char profile_cdc_csv[] =
    "{\"format\":\"csv\",\"csv\":{\"delimiter\":\",\",\"time\":\"m/d/yyyy\",\"zone\":\"Europe/Amsterdam\","
    "\"rows\":\"newest\",\"columns\":{\"pool\":\"orgid\",\"observedAt\":\"collectionDate\",\"total\":"
    "\"numbeds\","
    "\"occupied\":\"numBedsOcc\"}},\"providers\":{\"p\":{\"pools\":{\"12345\":\"a\",\"6\":\"b\"}}}}";

#define SANER_HEAD                                                                                           \
    "subject,reporter,period-start,period-end,stratifier,stratum,numTotBeds,numTotBedsOcc,numTotBedsAvail\n"
#define CDC_HEAD "orgid,collectionDate,numbeds,numBedsOcc\n"

static void csv_of_saner(void **state)
{
    struct buf text = {0};
    (void)state;
    expect_by(profile_saner_csv, "as the guide describes it",
              BYTES_LITERAL(SANER_HEAD "loc-7,org,2026-11-22T00:00:00Z," OBSERVED ",,,12,9,\n"
                                       "loc-7,org,2026-11-22T00:00:00Z," OBSERVED ",kind,gezin,4,3,1\n"),
              "l7-nood 12/-1/9", 1);
    expect_by(profile_cdc_csv, "the newest row of each, in any order",
              BYTES_LITERAL(
                  CDC_HEAD "12345,11/20/2026,5,4\n12345,11/21/2026,6,5\n6,1/2/2026,3,\n12345,9/3/2026,1,1\n"),
              "a 6/-1/5 @1795215600000, b 3/-1/-1 @1767308400000", 2);
    if (!read_standard("saner/covid19-test-csv-import.csv", &text))
        skip();
    expect_by(profile_cdc_csv, "covid19-test-csv-import.csv", buf_view(&text), "a 125/-1/100 @1590962400000",
              3);
    buf_fini(&text);
}

static void csv_of_saner_refused(void **state)
{
    static const struct {
        const char *text, *reason;
    } files[] = {{CDC_HEAD "6,21/11/2026,1,1\n", "not a moment like m/d/yyyy"},
                 {CDC_HEAD "6,2/30/2026,1,1\n", "not a moment"},
                 {CDC_HEAD "6,2026-11-21,1,1\n", "not a moment"},
                 {CDC_HEAD "6,11/21/26,1,1\n", "not a moment"},
                 {CDC_HEAD "6,11/21/20261,1,1\n", "not a moment"},
                 {CDC_HEAD "6,011/21/2026,1,1\n", "not a moment"},
                 {CDC_HEAD "6,/21/2026,1,1\n", "not a moment"},
                 {CDC_HEAD "6,0/21/2026,1,1\n", "not a moment"},
                 {CDC_HEAD "6,11,1,1\n", "not a moment"},
                 {CDC_HEAD "6,11/23/2026,1,1\n6,11/21/2026,1,1\n", "future"},
                 {CDC_HEAD "6,11/21/2026,1,1\n6,11/21/2026,1,0\n", "already"}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct reading r = {0};
        assert_int_equal(world_read(profile_cdc_csv, bytes_of_text(files[i].text), &r), ERR_BAD_INPUT);
        if (strstr(r.complaints[0].reason, files[i].reason) == NULL)
            fail_msg("case %zu: %s", i, r.complaints[0].reason);
        reading_fini(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(understood),
        cmocka_unit_test(complained_of),
        cmocka_unit_test(no_people),
        cmocka_unit_test(hostile_list),
        cmocka_unit_test(hostile_large),
        cmocka_unit_test(truncated),
        cmocka_unit_test(published_samples),
        cmocka_unit_test(csv_of_saner),
        cmocka_unit_test(csv_of_saner_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
