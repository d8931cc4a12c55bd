/* The canonical text must be what jansson writes sorted and compact, byte for byte: keys of writes that are
 * kept were made with that. */
#include "base/json_canonical.h"
#include "base/json.h"
#include "base/mem.h"

#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void same_as_jansson(void **state)
{
    static const char *const cases[] = {
        "{}",
        "[]",
        "[{},[],\"\"]",
        "{\"b\":1,\"a\":2,\"ab\":3,\"\":4,\"B\":5}",
        "{\"zoë\":\"caf\\u00e9\",\"z\":\"\\u0001\\n\\\"\\\\/\",\"\\\"\":\"\\u007f\xf0\x9f\x8f\xa0\"}",
        "[0,-1,7,10,9223372036854775807,-9223372036854775808]",
        "[1.5,-0.0,1e300,0.1,true,false,null]",
        "{\"reports\":[{\"pool\":\"a\",\"free\":0,\"deliverable\":true},{\"free\":12,\"pool\":\"b\"}]}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_faults faults = {0};
        json_t *value = json_parse(bytes_of_text(cases[i]), &faults);
        struct buf got = {0};

        assert_non_null(value);
        char *want = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
        json_canonical(value, &got);
        assert_string_equal(buf_c_str(&got), want);
        assert_int_equal(got.len, strlen(want));
        free(want);
        buf_fini(&got);
        json_decref(value);
    }
}

static void many_members_in_any_order(void **state)
{
    (void)state;
    for (int n = 1; n < 70; n++) {
        json_t *value = json_object();
        struct buf got = {0};

        for (int i = 0; i < n; i++) {
            char key[16];
            snprintf(key, sizeof key, "k%d", (i * 37) % 71);
            json_object_set_new(value, key, json_integer(i));
        }
        char *want = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
        json_canonical(value, &got);
        assert_string_equal(buf_c_str(&got), want);
        free(want);
        buf_fini(&got);
        json_decref(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_jansson),
        cmocka_unit_test(many_members_in_any_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
