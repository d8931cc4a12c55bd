/* Whatever bytes a provider sends as edxl_have: understood or refused, never more. */
#include "support/fuzz_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_feed feed;
    fuzz_feed_read(&feed, FUZZ_EDXL_HAVE, BYTES(data, size));
    return 0;
}
