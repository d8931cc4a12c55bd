/* Whatever bytes a provider sends as iWmo: counted or refused, never an observation, never kept. And with the
 * cross-check off not one byte matters. */
#include "support/fuzz_feed.h"

#define FUZZ_IWMO(on)                                                                                        \
    "{\"format\":\"iwmo\",\"crosscheck\":{\"enabled\":" on "},\"providers\":{\"p\":{\"pools\":{\"16A01\":"   \
    "\"a\",\"16\":{\"16B02\":\"b\",\"16\":\"c\"},\"01A01\":null}}}}"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_feed on, off;
    fuzz_feed_read(&on, FUZZ_IWMO("true"), BYTES(data, size));
    struct reading r = {0};
    if (off.profile == NULL)
        fuzz_feed_read(&off, FUZZ_IWMO("false"), BYTES(data, size));
    for (int i = 0; i < 2; i++) {
        enum err e = format_read(&on.schemas, i == 0 ? on.profile : off.profile, "p", BYTES(data, size),
                                 FUZZ_NOW_MS, &r);
        CHECK(i == 0 || e == ERR_BAD_INPUT);
        CHECK(r.n == 0 && (e == OK) == !r.not_kept);
        for (int k = 0; k < r.crosscheck_n; k++)
            CHECK(r.crosscheck[k].pool[0] != '\0' && r.crosscheck[k].pool[1] == '\0');
        json_decref(reading_crosscheck_json(&r));
        reading_fini(&r);
    }
    return 0;
}
