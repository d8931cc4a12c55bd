/* Any bytes as Accept and as If-None-Match: one of the forms or none, and the same again; what names the ETag
 * also does when something else stands before it. */
#include "base/check.h"
#include "base/mem.h"
#include "http/accept.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const offers[] = {"application/fhir+json", "application/fhir+xml"};
    static const char *const etag = "\"0011223344556677\"";
    static const char before[] = "\"x\",";
    struct bytes field = BYTES(data, size);
    int chosen = accept_choose(field, offers, 2);
    struct buf longer = {0};

    CHECK(chosen >= -1 && chosen < 2);
    CHECK(size > 0 || chosen == 0);
    CHECK(accept_choose(field, offers, 2) == chosen);
    /* What alone is wanted is wanted among others. */
    CHECK((accept_choose(field, &offers[1], 1) == 0) == (chosen == 1) || chosen == 0);
    buf_add(&longer, BYTES(before, sizeof before - 1));
    buf_add(&longer, field);
    if (accept_has_etag(field, etag))
        CHECK(accept_has_etag(buf_view(&longer), etag));
    buf_fini(&longer);
    return 0;
}
