/* The short road for plain files of our own XML against the one by tree and schema: what it takes, the schema
 * takes too, and both give the same. */
#include "support/feed_world.h"

#include "adapters/format/opvang_xml/opvang_plain.h"
#include "adapters/format/opvang_xml/opvang_xml.h"
#include "base/crypto.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define XSD PLEK_SOURCE_DIR "/schema/feeds/opvang.xsd"
/* Of the schema that opvang_plain.c was written after. */
#define XSD_SHA256 "b0827b04df4dc68e8fe4945cd82049a8ea3ad55b3aca64ec398999d85b214160"

#define HEAD "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>2026-11-19T20:00:00Z</peilmoment>"
#define TAIL "</plekken></capaciteit>"
#define AROUND(plekken) HEAD "<plekken>" plekken TAIL
#define OF_K1(content) AROUND("<plek code=\"K1\">" content "</plek>")

static const char whole[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\">\n"
    "  <!-- by hand -->\n"
    "  <bronId>nacht_1.a-b</bronId>\n"
    "  <peilmoment>2026-11-19T20:00:00.5+01:00</peilmoment>\n"
    "  <plekken>\n"
    "    <plek code=\"K1\">\n"
    "      <leverbaar>nee</leverbaar><vrij>3</vrij><totaal>00020</totaal>\n"
    "      <stop><reden>te weinig mensen</reden><tot>2026-11-21T08:00:00+01:00</tot></stop>\n"
    "      <bezet>1</bezet><buiten_gebruik>2</buiten_gebruik><peilmoment>2026-11-19T19:00:00Z</peilmoment>\n"
    "    </plek>\n"
    "    <plek code=\"K3\"/>\n"
    "    <plek code=\"K2\"><vrij><![CDATA[1]]></vrij></plek>\n"
    "  </plekken>\n"
    "</capaciteit>\n";

static const char profile_text[] =
    "{\"format\":\"opvang_xml\",\"stops\":{\"te weinig mensen\":\"personeel\",\"te ziek, "
    "\u00e9\u00e9n\":\"ziekte\"},"
    "\"providers\":{\"lindehof\":{\"pools\":{\"K1\":\"lindehof-nood\",\"K2\":\"lindehof-gezin\",\"K3\":null,"
    "\"de \u00e9\u00e9n\":\"lindehof-een\"}}}}";
static struct profile *profile;

static void assert_same(const struct reading *a, const struct reading *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->complaints_n, b->complaints_n);
    assert_int_equal(a->not_kept, b->not_kept);
    assert_int_equal(a->notices_n, b->notices_n);
    for (int i = 0; i < a->notices_n; i++) {
        assert_int_equal(a->notices[i].line, b->notices[i].line);
        assert_string_equal(a->notices[i].field, b->notices[i].field);
        assert_string_equal(a->notices[i].reason, b->notices[i].reason);
    }
    for (size_t i = 0; i < a->n; i++) {
        const struct report *x = &a->list[i], *y = &b->list[i];
        assert_string_equal(x->pool, y->pool);
        assert_int_equal(x->observed_at_ms, y->observed_at_ms);
        assert_int_equal(x->total, y->total);
        assert_int_equal(x->free, y->free);
        assert_int_equal(x->occupied, y->occupied);
        assert_int_equal(x->out_of_order, y->out_of_order);
        assert_int_equal(x->deliverable, y->deliverable);
        assert_string_equal(x->stop, y->stop);
        assert_int_equal(x->stop_until_ms, y->stop_until_ms);
        assert_int_equal(x->line, y->line);
    }
}

/* Whether IN went the short road; then the other gives the same, else nothing of it is left. */
static bool is_plain(struct bytes in)
{
    struct reading *mine = mem_new(1, sizeof *mine), *theirs = mem_new(1, sizeof *theirs);
    bool plain = opvang_plain_read(profile, "lindehof", in, mine);
    if (plain)
        assert_int_equal(opvang_xml_read_by_schema(world_schemas(), profile, "lindehof", in, theirs), OK);
    assert_same(mine, theirs);
    reading_fini(mine);
    reading_fini(theirs);
    free(mine);
    free(theirs);
    return plain;
}

static void plain_files_go_the_short_road(void **state)
{
    (void)state;
    const char *const files[] = {
        whole,
        OF_K1("<vrij>1</vrij>"),
        OF_K1(""),
        OF_K1("<totaal>10000</totaal>"),
        OF_K1("<stop><reden>ziekte</reden></stop>"),
        AROUND("<plek code=\"de \u00e9\u00e9n\"><stop><reden>te ziek, \u00e9\u00e9n</reden></stop></plek>"),
        OF_K1("<vrij><!-- none -->&#49;</vrij>"),
        OF_K1("<peilmoment>2026-11-19T20:00:00.123456789-13:59</peilmoment>"),
        AROUND("<plek xmlns:x=\"urn:x\" code='K1'></plek>"),
        "<o:capaciteit xmlns:o=\"urn:veiligeplek:opvang:1\"><o:peilmoment>2026-11-19T20:00:00Z</o:peilmoment>"
        "<o:plekken><o:plek code=\"K2\"/></o:plekken></o:capaciteit>",
    };
    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (!is_plain(bytes_of_text(files[i])))
            fail_msg("%s", files[i]);
}

/* By the schema some are good; all are read by it. */
static void all_else_is_left_to_the_schema(void **state)
{
    (void)state;
    const char *const files[] = {
        "",
        "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"/>",
        HEAD "<plekken></plekken></capaciteit>",
        HEAD "</capaciteit>",
        "<capaciteit><peilmoment>2026-11-19T20:00:00Z</peilmoment><plekken><plek code=\"K1\"/>" TAIL,
        "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><plekken><plek code=\"K1\"/></plekken>"
        "<peilmoment>2026-11-19T20:00:00Z</peilmoment></capaciteit>",
        HEAD "<bronId>a</bronId><plekken><plek code=\"K1\"/>" TAIL,
        HEAD "<peilmoment>2026-11-19T20:00:00Z</peilmoment><plekken><plek code=\"K1\"/>" TAIL,
        AROUND("<plek code=\"K1\"/></plekken><plekken><plek code=\"K2\"/>"),
        AROUND("<plek/>"),
        AROUND("<plek code=\"\"/>"),
        AROUND("<plek code=\" K1\"/>"),
        AROUND("<plek code=\"de  \u00e9\u00e9n\"/>"),
        AROUND("<plek code=\"K9\"/>"),
        AROUND("<plek code=\"K1\"/><plek code=\"K1\"/>"),
        AROUND("<plek code=\"K3\"/><plek code=\"K3\"/>"),
        AROUND("<plek code=\"K1\" naam=\"x\"/>"),
        AROUND("<plek x:code=\"K1\"/>"),
        AROUND("<plek xmlns:x=\"urn:x\" x:code=\"K1\"/>"),
        AROUND("<x:plek code=\"K1\"/>"),
        AROUND("<plek xmlns=\"urn:x\" code=\"K1\"/>"),
        AROUND("text<plek code=\"K1\"/>"),
        OF_K1("text"),
        OF_K1("<bsn>999990019</bsn>"),
        OF_K1("<vrij bsn=\"999990019\">1</vrij>"),
        OF_K1("<vrij>1</vrij><vrij>1</vrij>"),
        OF_K1("<vrij/>"),
        OF_K1("<vrij> 1</vrij>"),
        OF_K1("<vrij>+1</vrij>"),
        OF_K1("<vrij>-1</vrij>"),
        OF_K1("<vrij>1.0</vrij>"),
        OF_K1("<vrij>10001</vrij>"),
        OF_K1("<vrij>000001</vrij>"),
        OF_K1("<vrij><totaal>1</totaal></vrij>"),
        OF_K1("<leverbaar>Ja</leverbaar>"),
        OF_K1("<leverbaar>true</leverbaar>"),
        OF_K1("<stop/>"),
        OF_K1("<stop><tot>2026-11-21T08:00:00Z</tot></stop>"),
        OF_K1("<stop><tot>2026-11-21T08:00:00Z</tot><reden>ziekte</reden></stop>"),
        OF_K1("<stop><reden>ziekte</reden><reden>ziekte</reden></stop>"),
        OF_K1("<stop><reden>geen zin</reden></stop>"),
        OF_K1("<peilmoment>\n2026-11-19T20:00:00Z</peilmoment>"),
        OF_K1("<peilmoment>2026-11-19T20:00:00</peilmoment>"),
        OF_K1("<peilmoment>2026-02-30T20:00:00Z</peilmoment>"),
        OF_K1("<peilmoment>2026-11-19T20:00:00+14:00</peilmoment>"),
        OF_K1("<vrij>1</vrij"),
        OF_K1("<vrij>&amp;</vrij>"),
        "<?xml version=\"1.0\"?><!DOCTYPE x>" OF_K1(""),
    };
    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (is_plain(bytes_of_text(files[i])))
            fail_msg("%s", files[i]);
}

/* One byte of a good file gone, doubled or another, wherever it stands. */
static void one_byte_away_both_roads_still_agree(void **state)
{
    (void)state;
    static const char others[] = " 0z<>/\"\xc3";
    const size_t n = sizeof whole - 1;
    char changed[sizeof whole + 1];
    size_t plain = 0;
    for (size_t at = 0; at < n; at++) {
        memcpy(changed, whole, at);
        memcpy(changed + at, whole + at + 1, n - at - 1);
        plain += is_plain(BYTES(changed, n - 1));
        memcpy(changed, whole, at + 1);
        memcpy(changed + at + 1, whole + at, n - at);
        plain += is_plain(BYTES(changed, n + 1));
        for (size_t k = 0; k < sizeof others - 1; k++) {
            memcpy(changed, whole, n);
            changed[at] = others[k];
            plain += is_plain(BYTES(changed, n));
        }
    }
    assert_true(plain > n / 4);
}

static void more_places_than_a_file_may_have_are_left_to_the_schema(void **state)
{
    (void)state;
    struct buf in = {0};
    buf_text(&in, HEAD "<plekken>");
    for (int i = 0; i <= REPORTS_MAX; i++)
        buf_format(&in, "<plek code=\"k%d\"/>", i);
    buf_text(&in, TAIL);
    assert_false(is_plain(buf_view(&in)));
    buf_fini(&in);
}

/* What is narrower in the schema must be in opvang_plain.c. When this fails: hold the two against each other,
 * add what changed above, then write the new digest. */
static void the_schema_is_the_one_it_was_written_after(void **state)
{
    (void)state;
    static uint8_t text[64 * 1024];
    uint8_t digest[CRYPTO_SHA256_BYTES];
    char hex[2 * sizeof digest + 1] = "";
    FILE *f = fopen(XSD, "re");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    assert_in_range(n, 1, sizeof text - 1);
    crypto_sha256(BYTES(text, n), digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(hex, XSD_SHA256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_files_go_the_short_road),
        cmocka_unit_test(all_else_is_left_to_the_schema),
        cmocka_unit_test(one_byte_away_both_roads_still_agree),
        cmocka_unit_test(more_places_than_a_file_may_have_are_left_to_the_schema),
        cmocka_unit_test(the_schema_is_the_one_it_was_written_after),
    };
    (void)world_schemas();
    profile = world_profile(profile_text);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    profile_free(profile);
    return failed;
}
