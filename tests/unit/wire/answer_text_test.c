#include "wire/answer_text.h"

#include "base/json.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void dates(void **state)
{
    static const struct {
        int64_t at_ms;
        const char *want;
    } rows[] = {
        {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {784111777000, "Sun, 06 Nov 1994 08:49:37 GMT"}, /* the example of RFC 9110 5.6.7 */
        {951782400999, "Tue, 29 Feb 2000 00:00:00 GMT"},
        {4102444799000, "Thu, 31 Dec 2099 23:59:59 GMT"},
    };
    char out[ANSWER_DATE_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        answer_date(rows[i].at_ms, out);
        assert_string_equal(out, rows[i].want);
    }
}

static void heads(void **state)
{
    const struct wire_header headers[] = {{"Content-Type", "text/html"}, {"ETag", "\"1\""}};
    struct buf b = {0};

    (void)state;
    answer_head(&b, 200, "D", headers, 2, ANSWER_COUNTED, 12, false);
    assert_string_equal(buf_c_str(&b),
                        "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: text/html\r\nETag: \"1\"\r\n"
                        "Content-Length: 12\r\n\r\n");
    buf_clear(&b);
    answer_head(&b, 304, "D", headers + 1, 1, ANSWER_COUNTED, 12, true);
    assert_string_equal(buf_c_str(&b),
                        "HTTP/1.1 304 Not Modified\r\nDate: D\r\nETag: \"1\"\r\nConnection: close\r\n\r\n");
    buf_clear(&b);
    answer_head(&b, 299, "D", NULL, 0, ANSWER_CHUNKED, 0, false);
    assert_string_equal(buf_c_str(&b), "HTTP/1.1 299 Other\r\nDate: D\r\nTransfer-Encoding: chunked\r\n\r\n");
    buf_fini(&b);
}

static void unclean_headers_are_seen(void **state)
{
    static const struct {
        struct wire_header header;
        bool clean;
    } rows[] = {
        {{"Location", "/a"}, true},  {{"X", ""}, true},      {{"X", "tab\tand \xc3\xab"}, true},
        {{"X", "a\r\nY: b"}, false}, {{"X", "a\nb"}, false}, {{"X", "a\rb"}, false},
        {{"X", "\x1b"}, false},      {{"X", "\x7f"}, false}, {{"", "a"}, false},
        {{"X Y", "a"}, false},       {{"X:", "a"}, false},   {{"X\r\nY", "a"}, false},
        {{"X\x7f", "a"}, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(answer_headers_clean(&rows[i].header, 1), rows[i].clean);
    assert_true(answer_headers_clean(NULL, 0));
}

static void every_problem_is_json(void **state)
{
    (void)state;
    for (int f = 1; f < HTTP_FAULT_N; f++) {
        struct json_faults faults = {0};
        struct buf b = {0};
        answer_problem(&b, (enum http_fault)f);
        json_t *problem = json_parse(buf_view(&b), &faults);
        assert_non_null(problem);
        assert_int_equal(json_integer_value(json_object_get(problem, "status")),
                         http_fault_status((enum http_fault)f));
        assert_string_equal(json_string_value(json_object_get(problem, "code")),
                            http_fault_code((enum http_fault)f));
        assert_string_not_equal(json_string_value(json_object_get(problem, "title")), "Other");
        json_decref(problem);
        buf_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates),
        cmocka_unit_test(heads),
        cmocka_unit_test(unclean_headers_are_seen),
        cmocka_unit_test(every_problem_is_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
