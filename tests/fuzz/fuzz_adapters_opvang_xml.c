/* Whatever bytes a provider sends as opvang_xml: understood or refused, never more. And what goes the short
 * road for plain files is good by the schema too, and says the same. */
#include "adapters/format/opvang_xml/opvang_plain.h"
#include "adapters/format/opvang_xml/opvang_xml.h"
#include "support/fuzz_feed.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare_roads(const struct fuzz_feed *feed, struct bytes in)
{
    struct reading a = {0}, b = {0};
    if (opvang_plain_read(feed->profile, "p", in, &a)) {
        CHECK(opvang_xml_read_by_schema(&feed->schemas, feed->profile, "p", in, &b) == OK);
        CHECK(a.n == b.n && b.complaints_n == 0 && a.notices_n == b.notices_n);
    }
    for (size_t i = 0; i < b.n; i++) {
        const struct report *x = &a.list[i], *y = &b.list[i];
        CHECK(strcmp(x->pool, y->pool) == 0 && strcmp(x->stop, y->stop) == 0 && x->line == y->line &&
              x->observed_at_ms == y->observed_at_ms && x->stop_until_ms == y->stop_until_ms);
        CHECK(x->total == y->total && x->free == y->free && x->occupied == y->occupied &&
              x->out_of_order == y->out_of_order && x->deliverable == y->deliverable);
    }
    reading_fini(&a);
    reading_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_feed feed;
    fuzz_feed_read(&feed, FUZZ_OPVANG_XML, BYTES(data, size));
    compare_roads(&feed, BYTES(data, size));
    return 0;
}
