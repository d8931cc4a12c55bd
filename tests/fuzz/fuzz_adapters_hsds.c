/* Whatever bytes a provider sends as services of HSDS 3.1: understood or refused. */
#include "support/fuzz_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_feed feed;
    fuzz_feed_read(&feed, FUZZ_HSDS, BYTES(data, size));
    return 0;
}
