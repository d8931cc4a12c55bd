/* Any bytes: a text that is taken names a moment in 1970-9999, is written back as the same moment, and has a
 * place in the week; a refused one leaves the output alone. */
#include "base/check.h"
#include "base/time_text.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[TIME_TEXT_SIZE];
    int64_t at = -7;
    int64_t back = 0;
    int minute = 0;

    if (time_parse(BYTES(data, size), &at) != OK) {
        CHECK(at == -7);
        /* As a number instead of a text, too: any moment can be written. */
        if (size >= sizeof at) {
            memcpy(&at, data, sizeof at);
            CHECK(strlen(time_format(at, text)) < TIME_TEXT_SIZE);
        }
        return 0;
    }
    CHECK(at >= 0 && at < INT64_C(253402300800000));
    CHECK(time_parse(bytes_of_text(time_format(at, text)), &back) == OK && back == at);
    minute = time_week_minute_nl(at);
    CHECK(minute >= 0 && minute < 7 * 24 * 60);
    return 0;
}
