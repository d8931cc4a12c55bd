/* Whatever bytes a provider sends as CSV, each under two profiles: understood or refused. */
#include "support/fuzz_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_feed utf_8, local;
    fuzz_feed_read(&utf_8, FUZZ_CSV_UTF_8, BYTES(data, size));
    fuzz_feed_read(&local, FUZZ_CSV_LOCAL, BYTES(data, size));
    return 0;
}
