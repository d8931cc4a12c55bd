/* Any bytes as a gateway's template: no crash; what is taken can be filled in, whatever the values are, and
 * gives JSON and headers of one line each. */
#include "notify/template.h"

#include "base/check.h"
#include "base/json.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct template_values v = {
        .to = "+31612345678", .from = "\"\\", .text = "${text} \"},\n{", .id = "e1-2", .token = "a\r\nb"};
    struct template *t = NULL;
    struct buf body = {0}, headers = {0};
    char why[300] = "";

    if (template_read(BYTES(data, size), "t", &t, why, sizeof why) == OK) {
        size_t n = template_write(t, &v, &body, &headers), lines = 0;
        json_error_t error;
        json_t *root = json_loadb((const char *)body.p, body.len, JSON_DECODE_ANY, &error);

        CHECK(root != NULL && n <= TEMPLATE_HEADERS_MAX);
        for (size_t i = 0; i < headers.len; i++) {
            lines += headers.p[i] == 0;
            CHECK(headers.p[i] != '\n' && headers.p[i] != '\r');
        }
        CHECK(lines == n);
        json_decref(root);
        template_free(t);
    } else {
        CHECK(why[0] != '\0');
    }
    buf_fini(&body);
    buf_fini(&headers);
    return 0;
}
