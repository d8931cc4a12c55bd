/* Any text as a telephone number: refused, or a plus and 8 to 15 digits, which reads as itself. Any text as a
 * mail address: what is taken holds nothing that could end a header or a command. */
#include "notify/message.h"
#include "notify/number.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_dup(data, size), out[NUMBER_SIZE], again[NUMBER_SIZE];

    if (number_normal(text, out) == OK) {
        size_t n = strspn(out + 1, "0123456789");

        CHECK(out[0] == '+' && out[1 + n] == '\0' && n >= 8 && n <= 15);
        CHECK(number_normal(out, again) == OK && strcmp(out, again) == 0);
    } else {
        CHECK(out[0] == '\0');
    }
    if (mail_address_is_good(text))
        CHECK(strpbrk(text, "\r\n <>\",;") == NULL && strchr(text, '@') != NULL);
    free(text);
    return 0;
}
