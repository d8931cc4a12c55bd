/* Whatever bytes a provider sends as fhir, in either syntax: understood or refused, never more. */
#include "support/fuzz_feed.h"

#define FUZZ_FHIR                                                                                            \
    "{\"format\":\"fhir\",\"providers\":{\"p\":{\"pools\":{\"loc-7\":{\"nood\":\"a\",\"gezin\":\"b\","       \
    "\"kantoor\":null},\"Beds\":\"c\"}}}}"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_feed feed;
    fuzz_feed_read(&feed, FUZZ_FHIR, BYTES(data, size));
    return 0;
}
