/* One description of a document, three forms; whatever a text holds stays inside its brackets. */
#include "publish/writer.h"

#include "base/mem.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void write_sample(struct writer *w, enum write_form form, struct buf *out, const char *text)
{
    writer_begin(w, form, out, "root", "urn:x");
    writer_open(w, "thing");
    writer_attribute(w, "code", text);
    writer_text(w, "name", text);
    writer_int(w, "n", INT64_MIN);
    writer_bool(w, "b", true);
    writer_null(w, "nothing");
    writer_time(w, "at", 1795000000123);
    writer_close(w);
    writer_list(w, "item");
    for (int i = 0; i < 2; i++) {
        writer_open(w, "item");
        writer_int(w, "i", i);
        writer_close(w);
    }
    writer_close(w);
    writer_list(w, "none");
    writer_close(w);
    writer_open(w, "empty");
    writer_close(w);
    writer_end(w);
}

static void test_forms(void **state)
{
    static const struct {
        enum write_form form;
        const char *want;
    } cases[] = {
        {WRITE_JSON,
         "{\"thing\":{\"code\":\"x\",\"name\":\"x\",\"n\":-9223372036854775808,\"b\":true,"
         "\"nothing\":null,\"at\":\"2026-11-18T11:06:40.123Z\"},\"item\":[\n{\"i\":0},\n{\"i\":1}],"
         "\"none\":[],\"empty\":{}}\n"},
        {WRITE_XML, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<root xmlns=\"urn:x\"><thing code=\"x\">"
                    "<name>x</name><n>-9223372036854775808</n><b>true</b><at>2026-11-18T11:06:40.123Z</at>"
                    "</thing>\n<item><i>0</i></item>\n<item><i>1</i></item><empty/></root>\n"},
        {WRITE_FHIR_XML,
         "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<root xmlns=\"urn:x\"><thing code=\"x\">"
         "<name value=\"x\"/><n value=\"-9223372036854775808\"/><b value=\"true\"/>"
         "<at value=\"2026-11-18T11:06:40.123Z\"/></thing>\n<item><i value=\"0\"/></item>"
         "\n<item><i value=\"1\"/></item><empty/></root>\n"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out = {0};
        struct writer w;

        write_sample(&w, cases[i].form, &out, "x");
        assert_string_equal(buf_c_str(&out), cases[i].want);
        buf_fini(&out);
    }
}

static void test_texts_stay_inside(void **state)
{
    static const char *const texts[] = {
        "",
        "plain",
        "\"",
        "\\",
        "</name>",
        "a & b",
        "]]>",
        "\n\t\x01\x1f\x7f",
        "\xc3\xa9\xf0\x9f\x8f\xa0",
        "\"},{\"x\":\"",
        "&lt;",
        "--><!--",
        "\xef\xbf\xbe\xef\xbf\xbf",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct buf out = {0};
        struct writer w;

        write_sample(&w, WRITE_JSON, &out, texts[i]);
        json_t *doc = json_loadb((const char *)out.p, out.len, 0, NULL);
        assert_non_null(doc);
        assert_int_equal(json_object_size(doc), 4);
        const char *name = json_string_value(json_object_get(json_object_get(doc, "thing"), "name"));
        assert_string_equal(name, texts[i]);
        json_decref(doc);

        for (unsigned form = WRITE_XML; form <= WRITE_FHIR_XML; form++) {
            buf_clear(&out);
            write_sample(&w, (enum write_form)form, &out, texts[i]);
            const char *xml = buf_c_str(&out);
            /* as many brackets as with a harmless text: none was added */
            struct buf plain = {0};
            write_sample(&w, (enum write_form)form, &plain, "x");
            int brackets = 0, quotes = 0;
            for (const char *p = xml; *p != '\0'; p++) {
                brackets += (*p == '<') - (*p == '>') * 1000;
                quotes += *p == '"';
            }
            for (const char *p = buf_c_str(&plain); *p != '\0'; p++) {
                brackets -= (*p == '<') - (*p == '>') * 1000;
                quotes -= *p == '"';
            }
            assert_int_equal(brackets, 0);
            assert_int_equal(quotes, 0);
            for (const char *p = xml; *p != '\0'; p++)
                assert_true((uint8_t)*p >= 0x20 || *p == '\n');
            buf_fini(&plain);
        }
        buf_fini(&out);
    }
}

/* What JSON may hold and XML 1.0 may not is a space there; its neighbours stay. */
static void test_no_characters(void **state)
{
    static const struct {
        const char *text, *xml;
    } cases[] = {
        {"a\xef\xbf\xbe"
         "b",
         "a b"},                          /* U+FFFE */
        {"\xef\xbf\xbf", " "},            /* U+FFFF */
        {"\xef\xbf\xbd", "\xef\xbf\xbd"}, /* U+FFFD is one */
        {"\xef\xbe\xbf", "\xef\xbe\xbf"}, /* U+FFBF too */
        {"\xef\xbf\xbf\xef\xbf\xbe<", "  &lt;"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out = {0};
        struct writer w;
        char want[64];

        write_sample(&w, WRITE_XML, &out, cases[i].text);
        snprintf(want, sizeof want, "<name>%s</name>", cases[i].xml);
        assert_non_null(strstr(buf_c_str(&out), want));
        buf_clear(&out);
        write_sample(&w, WRITE_FHIR_XML, &out, cases[i].text);
        snprintf(want, sizeof want, "<name value=\"%s\"/>", cases[i].xml);
        assert_non_null(strstr(buf_c_str(&out), want));
        buf_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_texts_stay_inside),
        cmocka_unit_test(test_no_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
