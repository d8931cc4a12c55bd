/* Plain JSON of known members: what is taken, with its values and its canonical form, and what is not. */
#include "base/json_scan.h"
#include "base/mem.h"

#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#define NAME(s)                                                                                              \
    {                                                                                                        \
        (const uint8_t *)"\"" s "\"", sizeof(s) + 1                                                          \
    }
enum { A, AB, B, N };
static const struct bytes names[N] = {NAME("a"), NAME("ab"), NAME("b")};

static void objects(void **state)
{
    static const struct {
        const char *text;
        const char *canonical; /* NULL: not taken */
    } cases[] = {
        {"{}", "{}"},
        {" { } ", "{}"},
        {"{\"a\":1}", "{\"a\":1}"},
        {"{\"b\":true,\"ab\":\"x y\",\"a\":null}", "{\"a\":null,\"ab\":\"x y\",\"b\":true}"},
        {"\t{\r\n\"b\" : false ,\"a\":\"\" }\n", "{\"a\":\"\",\"b\":false}"},
        {"{\"a\":0,\"b\":999999999999999}", "{\"a\":0,\"b\":999999999999999}"},
        {"", NULL},
        {"{", NULL},
        {"[]", NULL},
        {"{\"a\"}", NULL},
        {"{\"a\":}", NULL},
        {"{\"a\":1,}", NULL},
        {"{,\"a\":1}", NULL},
        {"{\"a\":1 \"b\":1}", NULL},
        {"{\"a\":1;\"b\":1}", NULL},
        {"{\"a\":1}x", NULL},
        {"{\"c\":1}", NULL},
        {"{\"A\":1}", NULL},
        {"{a:1}", NULL},
        {"{\"a\":1,\"a\":1}", NULL},
        {"{\"a\":null,\"a\":1}", NULL},
        {"{\"a\":-1}", NULL},
        {"{\"a\":+1}", NULL},
        {"{\"a\":01}", NULL},
        {"{\"a\":1.5}", NULL},
        {"{\"a\":1e1}", NULL},
        {"{\"a\":1000000000000000}", NULL},
        {"{\"a\":nul}", NULL},
        {"{\"a\":trues}", NULL},
        {"{\"a\":[1]}", NULL},
        {"{\"a\":\"\\n\"}", NULL},
        {"{\"a\":\"\n\"}", NULL},
        {"{\"a\":\"\xc3\xab\"}", NULL},
        {"{\"a\":\"x}", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_scan s = json_scan_of(bytes_of_text(cases[i].text));
        struct json_plain members[N];
        struct buf out = {0};
        bool taken = json_scan_object(&s, names, N, members) && json_scan_over(&s);

        if (taken != (cases[i].canonical != NULL))
            fail_msg("%s", cases[i].text);
        if (taken) {
            json_plain_canonical(names, N, members, &out);
            assert_string_equal(buf_c_str(&out), cases[i].canonical);
        }
        buf_fini(&out);
    }
}

static void values(void **state)
{
    struct json_scan s =
        json_scan_of(BYTES_LITERAL("{\"a\":1048576,\"b\":\"no\",\"ab\":{\"x\":\"}\",\"y\":2}}"));
    struct json_plain m[N];

    (void)state;
    assert_true(json_scan_object(&s, names, N, m));
    assert_int_equal(m[A].kind, JSON_PLAIN_NUMBER);
    assert_int_equal(m[A].number, 1048576);
    assert_int_equal(m[B].kind, JSON_PLAIN_TEXT);
    assert_true(bytes_equal(m[B].text, BYTES_LITERAL("no")));
    assert_true(bytes_equal(m[B].raw, BYTES_LITERAL("\"no\"")));
    assert_int_equal(m[AB].kind, JSON_PLAIN_OBJECT); /* up to its own end: a brace within a text is none */
    assert_true(bytes_equal(m[AB].raw, BYTES_LITERAL("{\"x\":\"}\",\"y\":2}")));
}

static void marks_and_texts(void **state)
{
    struct json_scan s = json_scan_of(BYTES_LITERAL(" [ \"b\" ]"));

    (void)state;
    assert_false(json_scan_mark(&s, '{'));
    assert_true(json_scan_mark(&s, '['));
    assert_false(json_scan_text(&s, names[A]));
    assert_true(json_scan_text(&s, names[B]));
    assert_false(json_scan_over(&s));
    assert_true(json_scan_mark(&s, ']'));
    assert_true(json_scan_over(&s));
    assert_false(json_scan_mark(&s, ']'));
    assert_false(json_scan_text(&s, names[A]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects),
        cmocka_unit_test(values),
        cmocka_unit_test(marks_and_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
