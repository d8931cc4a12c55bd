#include "notify/template.h"

#include "base/json.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct template_values values = {.to = "+31612345678",
                                              .from = "Plek",
                                              .text = "a \"b\"\\ ${token} \xc3\xa9",
                                              .id = "e1-2",
                                              .token = "geheim"};

static void filled(void **state)
{
    struct template *t = NULL;
    struct buf body = {0}, headers = {0};
    struct json_faults faults = {0};
    char why[200] = "";

    (void)state;
    assert_int_equal(
        template_read(
            BYTES_LITERAL("{\"headers\":{\"Authorization\":\"Key "
                          "${token}\"},\"body\":{\"to\":[\"${to_digits}\",\"${to_00}\"],"
                          "\"t\":\"${text}\",\"n\":2,\"l\":\"${language} ${locale} ${id} ${from} $5\"}}"),
            "t", &t, why, sizeof why),
        OK);
    assert_int_equal(template_write(t, &values, &body, &headers), 1);
    assert_int_equal(headers.len, sizeof "Authorization: Key geheim");
    assert_memory_equal(headers.p, "Authorization: Key geheim", headers.len);
    json_t *root = json_parse(buf_view(&body), &faults);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_array_get(json_object_get(root, "to"), 0)), "31612345678");
    assert_string_equal(json_string_value(json_array_get(json_object_get(root, "to"), 1)), "0031612345678");
    /* What is put in stays in its place, and is not filled in again. */
    assert_string_equal(json_string_value(json_object_get(root, "t")), values.text);
    assert_string_equal(json_string_value(json_object_get(root, "l")), "nl nl-nl e1-2 Plek $5");
    assert_int_equal(json_integer_value(json_object_get(root, "n")), 2);
    json_decref(root);
    buf_fini(&body);
    buf_fini(&headers);
    template_free(t);
}

static void a_token_cannot_add_a_header(void **state)
{
    struct template_values bad = values;
    struct template *t = NULL;
    struct buf body = {0}, headers = {0};
    char why[200] = "";

    (void)state;
    bad.token = "a\r\nX: y";
    assert_int_equal(template_read(BYTES_LITERAL("{\"headers\":{\"K\":\"${token}\"},\"body\":1}"), "t", &t,
                                   why, sizeof why),
                     OK);
    template_write(t, &bad, &body, &headers);
    assert_null(memchr(headers.p, '\n', headers.len));
    assert_null(memchr(headers.p, '\r', headers.len));
    buf_fini(&body);
    buf_fini(&headers);
    template_free(t);
}

static void faults_are_told(void **state)
{
    static const char *const cases[] = {
        "",
        "[]",
        "{}",
        "{\"headers\":{}}",
        "{\"body\":{}}",
        "{\"headers\":[],\"body\":1}",
        "{\"headers\":{\"A\":1},\"body\":1}",
        "{\"headers\":{\"A B\":\"x\"},\"body\":1}",
        "{\"headers\":{\"A\":\"x\\ny\"},\"body\":1}",
        "{\"headers\":{},\"body\":\"${naam}\"}",
        "{\"headers\":{},\"body\":[{\"a\":\"${to\"}]}",
        "{\"headers\":{},\"body\":1,\"url\":\"x\"}",
        ("{\"headers\":{\"a\":\"\",\"b\":\"\",\"c\":\"\",\"d\":\"\",\"e\":\"\",\"f\":\"\",\"g\":\"\",\"h\":"
         "\"\",\"i\":\"\"},\"body\":1}"),
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct template *t = NULL;
        char why[300] = "";

        print_message("  %s\n", cases[i]);
        assert_int_equal(template_read(bytes_of_text(cases[i]), "t", &t, why, sizeof why), ERR_BAD_INPUT);
        assert_true(strncmp(why, "t: ", 3) == 0);
    }
}

static void shipped(void **state)
{
    static const char *const names[] = {"generic", "messagebird-sms", "messagebird-voice", "spryng-sms",
                                        "cm-sms"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct template *t = NULL;
        struct buf body = {0}, headers = {0};
        char path[300], why[400] = "";

        snprintf(path, sizeof path, "%s/schema/notify/gateways/%s.json", PLEK_SOURCE_DIR, names[i]);
        assert_int_equal(template_load(path, &t, why, sizeof why), OK);
        assert_int_equal(template_write(t, &values, &body, &headers), 1);
        assert_non_null(strstr(buf_c_str(&body), "31612345678"));
        assert_non_null(strstr(buf_c_str(&body), "e1-2"));
        buf_fini(&body);
        buf_fini(&headers);
        template_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filled),
        cmocka_unit_test(a_token_cannot_add_a_header),
        cmocka_unit_test(faults_are_told),
        cmocka_unit_test(shipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
