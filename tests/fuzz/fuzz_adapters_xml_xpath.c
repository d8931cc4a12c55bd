/* Whatever bytes a provider sends as XML of its own: understood or refused, never more. And whatever
 * expression stands in a profile: what the rules allow, libxml2 compiles or not, and the file is read within
 * its steps. */
#include "support/fuzz_feed.h"

#include <string.h>

#define FUZZ_XML_XPATH                                                                                       \
    "{\"format\":\"xml_xpath\",\"xpath\":{\"namespaces\":{\"z\":\"urn:z\"},\"rows\":\"//z:plek\","           \
    "\"fileObservedAt\":\"/z:r/@op\",\"refuse\":[\"//z:bewoner\",\"//@naam\"],\"fields\":{\"place\":"        \
    "\"../@huis\",\"pool\":\"@soort\",\"total\":\"z:n[@van='totaal']\",\"free\":\"z:n[@van='vrij']\","       \
    "\"occupied\":\"count(z:kamer[z:staat='bezet'])\",\"deliverable\":\"boolean(z:dienst[. > 0])\","         \
    "\"stop\":\"z:stop\",\"stopUntil\":\"z:stop/@tot\",\"observedAt\":\"z:op\"}},\"providers\":{\"p\":{"     \
    "\"pools\":{\"nood\":\"a\",\"Huis A\":{\"gezin\":\"b\"},\"oud\":null}}}}"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first line is an expression for the pool of each row when it begins with '#'. */
static void with_expression(struct bytes expression, struct bytes in)
{
    struct fuzz_feed own = {0};
    struct buf faults = {0};
    json_t *j = json_pack("{s:s, s:{s:s, s:s, s:{s:s%}}, s:{s:{s:[s]}}}", "format", "xml_xpath", "xpath",
                          "rows", "//*", "fileObservedAt", "//@op", "fields", "pool",
                          (const char *)expression.p, expression.len, "providers", "p", "pools", "nood");
    char *text = j != NULL ? json_dumps(j, 0) : NULL;
    json_decref(j);
    if (text != NULL && profile_read(bytes_of_text(text), "fuzz", &own.profile, &faults) == OK)
        fuzz_feed_read(&own, NULL, in);
    profile_free(own.profile);
    free(text);
    buf_fini(&faults);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_feed feed;
    const uint8_t *end = size > 0 && data[0] == '#' ? memchr(data, '\n', size) : NULL;
    size_t first = end != NULL ? (size_t)(end - data) : 0;
    fuzz_feed_read(&feed, FUZZ_XML_XPATH, BYTES(data, size));
    if (first > 1)
        with_expression(BYTES(data + 1, first - 1), BYTES(data + first + 1, size - first - 1));
    return 0;
}
