/* Any bytes as a settings file: no crash; a refusal says why, and what is taken can be printed. */
#include "main/config.h"

#include "base/check.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config c = config_default();
    struct buf faults = {0};
    enum err e = config_parse(&c, "fuzz.conf", BYTES(data, size), &faults);
    CHECK((e == OK) == (faults.len == 0));
    if (e == OK) {
        char *text = NULL;
        size_t n = 0;
        FILE *out = open_memstream(&text, &n);
        CHECK(out != NULL);
        config_print(&c, out);
        fclose(out);
        CHECK(n > 0);
        free(text);
    }
    buf_fini(&faults);
    return 0;
}
