/* Whatever bytes a provider sends as CSV, each under three profiles: understood or refused. */
#include "support/fuzz_feed.h"

#define FUZZ_CSV_SANER                                                                                       \
    "{\"format\":\"csv\",\"csv\":{\"delimiter\":\",\",\"time\":\"m/d/yyyy\",\"zone\":\"Europe/"              \
    "Amsterdam\",\"rows\":"                                                                                  \
    "\"newest\",\"columns\":{\"pool\":\"orgid\",\"observedAt\":\"collectionDate\",\"total\":\"numbeds\","    \
    "\"part\":"                                                                                              \
    "\"stratifier\"}},\"providers\":{\"p\":{\"pools\":{\"1\":\"a\",\"2\":\"b\"}}}}"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_feed utf_8, local, saner;
    fuzz_feed_read(&utf_8, FUZZ_CSV_UTF_8, BYTES(data, size));
    fuzz_feed_read(&local, FUZZ_CSV_LOCAL, BYTES(data, size));
    fuzz_feed_read(&saner, FUZZ_CSV_SANER, BYTES(data, size));
    return 0;
}
