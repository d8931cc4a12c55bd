/* Whatever a profile file holds: read, asked a few questions, freed; or refused with a reason. */
#include "adapters/profile/profile.h"
#include "base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct profile *p = NULL;
    struct buf faults = {0};
    const char *code = NULL;
    enum err e = profile_read(BYTES(data, size), "fuzz", &p, &faults);
    CHECK((e == OK) == (faults.len == 0));
    if (e == OK) {
        for (size_t i = 0; i < profile_providers(p); i++)
            (void)profile_pool(p, profile_provider(p, i), BYTES_LITERAL("a"), BYTES(data, size), &code);
        (void)profile_stop(p, BYTES(data, size));
        (void)profile_yes_no(p, BYTES(data, size));
    }
    profile_free(p);
    buf_fini(&faults);
    return 0;
}
