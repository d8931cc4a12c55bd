/* XML of any kind by XPath: what is understood, what is complained of, which expressions a profile may hold,
 * and that neither an expression nor a file takes the adapter away. */
#include "support/feed_world.h"

#include "adapters/format/xml_xpath/xpath_run.h"
#include "adapters/gate/safe_xml.h"
#include "adapters/profile/xpath_rules.h"
#include "base/mem.h"

#include <libxml/tree.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <cmocka.h>

#define BOUND_MS 1000 /* processor time for one file, under sanitizers */
/* By which the process may grow for one file. The address sanitizer keeps what was freed: it only has to end.
 */
#ifdef __SANITIZE_ADDRESS__
#define MEMORY_KB (1024 * 1024)
#else
#define MEMORY_KB (16 * 1024)
#endif
#define PROFILE(xpath)                                                                                       \
    "{\"format\":\"xml_xpath\",\"stops\":{\"vol\":\"anders\"},\"xpath\":{" xpath                             \
    "},\"providers\":{\"p\":{\"pools\":{\"nood\":\"x-nood\",\"Huis "                                         \
    "A\":{\"gezin\":\"a-gezin\"},\"oud\":null,"                                                              \
    "\"naam\":\"x-naam\"}}}}"
#define TYPICAL                                                                                              \
    PROFILE(                                                                                                 \
        "\"namespaces\":{\"z\":\"urn:z\"},\"rows\":\"//z:plek\",\"fileObservedAt\":\"/z:r/@op\","            \
        "\"refuse\":[\"//z:bewoner\",\"//@naam\"],\"fields\":{\"place\":\"../@huis\",\"pool\":\"@soort\","   \
        "\"total\":\"z:n[@van='totaal']\",\"free\":\"z:n[@van='vrij']\","                                    \
        "\"occupied\":\"count(z:kamer[z:staat='bezet'])\",\"deliverable\":\"boolean(z:dienst[. > 0])\","     \
        "\"stop\":\"z:stop\",\"stopUntil\":\"z:stop/@tot\",\"observedAt\":\"z:op\"}")
#define R(body) "<r xmlns=\"urn:z\" op=\"" OBSERVED "\"><huis huis=\"Huis A\">\n" body "</huis></r>"

struct row {
    const char *text;
    const char *want; /* reports, or a part of the first complaint */
    int line;         /* of the first complaint; -1 = understood */
};

static const struct row rows[] = {
    {R("<plek soort='nood'><n van='totaal'>4</n><n van='vrij'> 1 </n></plek>"), "x-nood 4/1/0 0 -;", -1},
    {R("<plek soort='gezin'><n van='vrij'>2</n><kamer><staat>bezet</staat></kamer><kamer><staat>leeg</staat>"
       "</kamer><dienst>2</dienst></plek><plek soort='oud'/>"),
     "a-gezin -1/2/1 1 -;", -1},
    {R("<plek soort='nood'><stop tot='2026-12-01T00:00:00Z'>Vol</stop><op>2026-11-22T00:00:00Z</op></plek>"),
     "x-nood -1/-1/0 0 anders @30;", -1},
    {R("<plek soort='nood'><n van='vrij'>1</n></plek>\n<plek soort='gezin'><n van='vrij'>x</n></plek>"),
     "free: is not a whole number", 3},
    {R("<plek soort='nood'><n van='totaal'>1</n><n van='vrij'>2</n></plek>"), "free: is more than the total",
     2},
    {R("<plek soort='nood'><n van='vrij'>-2</n></plek>"), "free: a count cannot be negative", 2},
    {R("<plek soort='nood'><n van='vrij'>1</n><n van='vrij'>1</n></plek>"), "free: is found more than once",
     2},
    {R("<plek soort='nood'><n van='vrij'>1<b/></n></plek>"), "free: is an element with others in it", 2},
    {R("<plek soort='zolder'/>"), "pool: this place is not in", 2},
    {R("<plek/>"), "pool: this place is not in", 2},
    {R("<plek soort='nood'><op>2026-11-22T00:00:00</op></plek>"), "observedAt: has no time zone", 2},
    {R("<plek soort='nood'><op>2026-11-22T01:02:01Z</op></plek>"), "observedAt: lies more than two minutes",
     2},
    {R("<plek soort='nood'><stop>zomaar</stop></plek>"), "stop: is not a known reason", 2},
    {"<r xmlns='urn:z'><plek soort='nood'/></r>", "observedAt: is missing", 1},
    {"<r xmlns='urn:anders'><plek soort='nood'/></r>", ": the file holds no observation", 0},
    {R("<plek soort='nood'/>\n<bewoner>Jansen</bewoner>"), "bewoner: must not be in this message", 3},
    {R("<plek soort='nood'/>\n<x naam='Jansen'/>"), "naam: must not be in this message", 3},
    {R("<plek soort='nood'/><x><BSN>1</BSN></x>"), "BSN: must not be in this message", 2},
    {R("<plek soort='nood' geboortedatum='x'/>"), "geboortedatum: must not be in this message", 2},
    {R("<plek soort='nood'/>\n<plek soort='nood'/>"), "pool: was already reported on line 2", 3},
};

static void tell(const struct reading *r, struct buf *out)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct report *o = &r->list[i];
        buf_format(out, "%s %d/%d/%d %d %s", o->pool, o->total, o->free, o->occupied, o->deliverable,
                   o->stop[0] != '\0' ? o->stop : "-");
        if (o->observed_at_ms != NOW_MS - 30 * 60000)
            buf_format(out, " @%lld", (long long)(NOW_MS - o->observed_at_ms) / 60000 - 30);
        buf_text(out, ";");
    }
}

static void by_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct reading r = {0};
        struct buf got = {0};
        enum err e = world_read(TYPICAL, bytes_of_text(rows[i].text), &r);
        if (e == OK)
            tell(&r, &got);
        else
            buf_format(&got, "%s: %s", r.complaints[0].field, r.complaints[0].reason);
        if ((e == OK) != (rows[i].line < 0) || strstr(buf_c_str(&got), rows[i].want) == NULL ||
            (e != OK && r.complaints[0].line != rows[i].line))
            fail_msg("case %zu: line %d '%s', wanted line %d '%s'", i, r.complaints[0].line, buf_c_str(&got),
                     rows[i].line, rows[i].want);
        buf_fini(&got);
        reading_fini(&r);
    }
}

/* ---- which expressions ---- */

static bool known(const void *ctx, struct bytes prefix)
{
    (void)ctx;
    return bytes_equal(prefix, BYTES_LITERAL("z"));
}

static void rules(void **state)
{
    static const char *const allowed[] = {"//z:plek",
                                          "/r/s/t",
                                          "a/b[@c='d']/e",
                                          "../../@x",
                                          "ancestor::z:huis/@naam",
                                          ".",
                                          "@*",
                                          "count(a[b='c'])",
                                          "string(a)",
                                          "a[last()]",
                                          "a[position() = last()]",
                                          "a[1]/text()",
                                          "normalize-space(concat(../a, ' ', b))",
                                          "a[b[c[d = 'e']]]",
                                          "boolean(a[. > 0 and @div != \"x\"])",
                                          "div/mod/and",
                                          "a[* = '*' or 3 < b]",
                                          "translate(a, 'abc', '')",
                                          "../..//x",
                                          "self::*[z:a = 'b']",
                                          "descendant::x[@y]",
                                          "a [ b = 'c' ]",
                                          "*[@a mod 2 = 1]"};
    static const char *const refused[][2] = {{"//*[//*[//*]]", "begin at the root"},
                                             {"//*[.//*]", "one step at a time"},
                                             {"//*[/ = 'x']", "begin at the root"},
                                             {"//*[contains(/, 'x')]", "begin at the root"},
                                             {"//*[(/) = 'x']", "begin at the root"},
                                             {"count(//*) * count(//*)", "compare and reckon"},
                                             {"//* = //*", "compare and reckon"},
                                             {"//a[* = *]", "compare with a text"},
                                             {"//a[. = b]", "compare with a text"},
                                             {"//*//*", "only one //"},
                                             {"//a/descendant::b", "only one //"},
                                             {"//*/..", "only at the beginning"},
                                             {"//*/ancestor::*", "only at the beginning"},
                                             {"ancestor::*/ancestor::*", "only at the beginning"},
                                             {"//*[..]", "go up inside"},
                                             {"//*[parent::a]", "go up inside"},
                                             {"//*/following::*", "axis"},
                                             {"a/preceding-sibling::*", "axis"},
                                             {"namespace::*", "axis"},
                                             {"//a|//b", "join"},
                                             {"document('file:///etc/passwd')", "function"},
                                             {"id('a')", "function"},
                                             {"sum(//a)", "function"},
                                             {"z:f(a)", "function"},
                                             {"$a", "variable"},
                                             {"y:a", "prefix"},
                                             {"((((((((((1))))))))))", "nested"},
                                             {"a[(c])", "match"},
                                             {"a]", "match"},
                                             {"'a", "not closed"},
                                             {"a b", "operator is missing"},
                                             {"a{1}", "character"},
                                             {"", "1 to 256"}};
    char long_one[XPATH_BYTES_MAX + 2];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(allowed); i++) {
        const char *why = xpath_rules(bytes_of_text(allowed[i]), known, NULL);
        if (why != NULL)
            fail_msg("%s: %s", allowed[i], why);
    }
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        const char *why = xpath_rules(bytes_of_text(refused[i][0]), known, NULL);
        if (why == NULL || strstr(why, refused[i][1]) == NULL)
            fail_msg("%s: '%s', wanted '%s'", refused[i][0], why != NULL ? why : "allowed", refused[i][1]);
    }
    memset(long_one, 'a', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    assert_non_null(xpath_rules(bytes_of_text(long_one), known, NULL));
    long_one[XPATH_BYTES_MAX] = '\0';
    assert_null(xpath_rules(bytes_of_text(long_one), known, NULL));
}

/* A fault of the profile is told with its field, before any file comes. */
static void profile_faults(void **state)
{
    static const char *const wanted[] = {"/xpath/rows: is not an XPath 1.0",
                                         "/xpath/fields/free: must compare",
                                         "/xpath/fields/pool: uses a prefix",
                                         "/xpath/refuse/0: uses a function",
                                         "/xpath/namespaces/Q",
                                         "/xpath/colour",
                                         "/xpath/time",
                                         "/xpath: needs file"};
    struct profile *p = NULL;
    struct buf faults = {0};
    (void)state;
    assert_int_equal(
        profile_read(
            BYTES_LITERAL(PROFILE("\"colour\":1,\"namespaces\":{\"Q\":\"u\"},\"rows\":\"//a[\",\"time\":"
                                  "\"dd-mm-yyyy hh:mm\",\"fields\":{\"pool\":\"q:x\",\"free\":\"a[*=*]\"},"
                                  "\"refuse\":[\"id('x')\"]")),
            "test", &p, &faults),
        ERR_BAD_INPUT);
    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        if (strstr(buf_c_str(&faults), wanted[i]) == NULL)
            fail_msg("'%s' is not in:\n%s", wanted[i], buf_c_str(&faults));
    buf_clear(&faults);
    assert_int_equal(
        profile_read(BYTES_LITERAL("{\"format\":\"xml_xpath\",\"providers\":{\"p\":{\"pools\":[]}}}"), "test",
                     &p, &faults),
        ERR_BAD_INPUT);
    assert_non_null(strstr(buf_c_str(&faults), "/xpath"));
    buf_clear(&faults);
    assert_int_equal(
        profile_read(BYTES_LITERAL("{\"format\":\"csv\",\"xpath\":{},\"providers\":{\"p\":{\"pools\":"
                                   "[]}}}"),
                     "test", &p, &faults),
        ERR_BAD_INPUT);
    assert_non_null(strstr(buf_c_str(&faults), "belongs to the format xml_xpath only"));
    buf_fini(&faults);
}

/* ---- bounds ---- */

static long memory_kb(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

/* Read IN by PROFILE within the bounds; WANT is in a complaint, NULL = understood. */
static void within_bounds(const char *what, const char *profile, struct buf *in, const char *want)
{
    struct reading r = {0};
    long before = memory_kb();
    clock_t began = clock();
    enum err e = world_read(profile, buf_view(in), &r);
    long long took = (long long)(clock() - began) * 1000 / CLOCKS_PER_SEC;
    print_message("%-44s %6zu kB  %4lld ms  +%ld kB  %s\n", what, in->len / 1024, took, memory_kb() - before,
                  r.complaints_n > 0 ? r.complaints[r.complaints_n - 1].reason : "understood");
    bool told = want == NULL;
    for (int i = 0; i < r.complaints_n; i++)
        told |= want != NULL && strstr(r.complaints[i].reason, want) != NULL;
    if ((e == OK) != (want == NULL) || !told)
        fail_msg("%s: '%s'", what, r.complaints_n > 0 ? r.complaints[0].reason : "taken");
    if (took > BOUND_MS || memory_kb() - before > MEMORY_KB)
        fail_msg("%s took %lld ms and %ld kB", what, took, memory_kb() - before);
    reading_fini(&r);
    assert_int_equal(world_read(TYPICAL, bytes_of_text(rows[0].text), &r), OK);
    reading_fini(&r);
    buf_clear(in);
}

/* As many PIECEs as a file may hold. */
static void fill(struct buf *b, const char *begin, const char *piece, const char *end)
{
    int elements = 0;
    for (const char *at = piece; *at != '\0'; at++)
        elements += at[0] == '<' && at[1] != '/';
    buf_text(b, begin);
    for (int i = 0;
         i < 19900 / (elements > 0 ? elements : 1) && b->len + strlen(piece) + strlen(end) < XML_BYTES_MAX;
         i++)
        buf_text(b, piece);
    buf_text(b, end);
}

#define ONE(expression)                                                                                      \
    PROFILE("\"rows\":\"/r/e\",\"fileObservedAt\":\"/r/"                                                     \
            "@op\",\"fields\":{\"pool\":\"'naam'\",\"stop\":" expression "}")
#define ROWS(expression)                                                                                     \
    PROFILE("\"rows\":" expression ",\"fileObservedAt\":\"/r/@op\",\"fields\":{\"pool\":\"@p\"}")
#define A10 "aaaaaaaaaa"
#define A100 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10
#define A28 "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
#define END28                                                                                                \
    "</a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></" \
    "a></a></a>"
#define BEGIN "<r op=\"" OBSERVED "\">"
#define E100 "<e><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/></e>"

static void bombs(void **state)
{
    struct buf b = {0};
    (void)state;
    fill(&b, BEGIN, E100, "</r>");
    within_bounds("every row looks at the whole file", ONE("\"//x\""), &b, "steps");
    fill(&b, BEGIN, E100, "</r>");
    within_bounds("predicates in predicates", ONE("\"string(//*[*[*[*[. = 'a'] = 'b'] = 'c'] = 'd'])\""), &b,
                  "steps");
    fill(&b, BEGIN, E100, "</r>");
    within_bounds("counting the file for each row", ONE("\"count(//*)\""), &b, "steps");
    fill(&b, BEGIN, "<x>" A100 A100 "</x>", "<e/></r>");
    within_bounds("translate the file by the file", ONE("\"translate(/, /, 'b')\""), &b, "steps");
    fill(&b, BEGIN, "<e>" A100 "</e>", "</r>");
    within_bounds("look for the file in the file", ROWS("\"/*[contains(., substring(., 2))]\""), &b, "steps");
    fill(&b, BEGIN "<e>", "aaaaaaaaaaa", "</e></r>");
    within_bounds("the whole file many times over",
                  ONE("\"concat(/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/,/)\""),
                  &b, "steps");
    fill(&b, BEGIN, "<e>" A100 "</e>", "</r>");
    within_bounds("the whole file for each element", ROWS("\"//*[. = 'aab']\""), &b, "no observation");
    fill(&b, BEGIN, "<e>aaaaaa</e>", "</r>");
    within_bounds("every element a row", ROWS("\"//e\""), &b, "more than 1000");
    fill(&b, BEGIN, "<e/>", "</r>");
    within_bounds("sort 19,000 texts", ROWS("\"//text()\""), &b, "no observation");
    fill(&b, BEGIN, "<e>a</e>", "</r>");
    within_bounds("texts as rows", ROWS("\"//text()\""), &b, "more than 1000");
    fill(&b, BEGIN "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
         "<e>aaaaaaaaaaaaaaaaaa</e>",
         "</a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></"
         "a></a></a>"
         "</a></r>");
    within_bounds(
        "deep, all text at the bottom",
        ROWS("\"//*[.='ab' or .='ac' or .='ad' or .='ae' or .='af' or .='ag' or .='ah' or .='ai' or .='aj' "
             "or .='ak' or .='al' or .='am' or .='an' or .='ao' or .='ap' or .='aq' or .='ar']\""),
        &b, "");
#ifndef __SANITIZE_ADDRESS__ /* which moves a text whenever it grows: minutes instead of 370 ms */
    fill(&b, BEGIN "<e/><e/><e/><e/><e/><e/><e/><e/><e/><e/>" A28, "<e>" A100 A100 "</e>", END28 "</r>");
    within_bounds("deep, again for each row",
                  ONE("\"//*[.='a' or .='b' or .='c' or .='d' or .='aab' or .='aac' or .='aad' or .='aae' or "
                      ".='aaf' or "
                      ".='aag' or .='aah' or .='aai' or .='aaj' or .='aak' or .='aal' or .='aam' or .='aan' "
                      "or .='aao' or .='aap']\""),
                  &b, "steps");
#endif
    buf_fini(&b);
}

/* The largest file that is meant: it must not meet the bound. */
static void large_and_good(void **state)
{
    static const char profile[] =
        "{\"format\":\"xml_xpath\",\"xpath\":{\"rows\":\"//plek\",\"fields\":{\"place\":\"../"
        "@huis\",\"pool\":\"@id\","
        "\"total\":\"n[@v='t']\",\"free\":\"n[@v='f']\",\"occupied\":\"n[@v='b']\",\"deliverable\":\"staf\","
        "\"stop\":\"stop\",\"observedAt\":\"../../op\"}},\"providers\":{\"p\":{\"pools\":%s}}}";
    struct buf pools = {0}, text = {0}, in = {0};
    (void)state;
    buf_text(&pools, "[");
    buf_text(&in, "<r><op>" OBSERVED "</op><h huis='Huis A'>");
    for (int i = 0; i < REPORTS_MAX; i++) {
        buf_format(&pools, "%s\"k%d\"", i > 0 ? "," : "", i);
        buf_format(&in, "<plek id='k%d'><n v='t'>12</n><n v='f'>3</n><n v='b'>9</n><staf>ja</staf></plek>\n",
                   i);
    }
    buf_text(&pools, "]");
    buf_text(&in, "</h></r>");
    char *whole = NULL;
    assert_true(asprintf(&whole, "%.*s%s}}}", (int)(strstr(profile, "%s") - profile), profile,
                         buf_c_str(&pools)) > 0);
    within_bounds("1,000 places", whole, &in, NULL);
    free(whole);
    buf_fini(&pools);
    buf_fini(&text);
    buf_fini(&in);
}

/* The steps that are left after a text that costs more than there are: none; and no step too few is counted.
 */
static void texts_are_cut(void **state)
{
    struct buf b = {0};
    struct reading r = {0};
    (void)state;
    buf_text(&b, BEGIN "<e>");
    for (int i = 0; i < 200; i++)
        buf_text(&b, "\xc3\xa9");
    buf_text(&b, "</e></r>");
    assert_int_equal(world_read(ONE("\".\""), buf_view(&b), &r), ERR_BAD_INPUT);
    assert_string_equal(r.complaints[0].reason, "is longer than 200 bytes");
    reading_fini(&r);
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_table), cmocka_unit_test(rules),          cmocka_unit_test(profile_faults),
        cmocka_unit_test(bombs),    cmocka_unit_test(large_and_good), cmocka_unit_test(texts_are_cut),
    };
    world_schemas();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
