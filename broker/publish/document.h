/* The documents that go out, each one page. What each says of a pool (of a cell, in brackets):
 *
 * - own JSON (schema/feeds/capacity.schema.json): everything, the unknown as null, what is hidden as
 * suppressed.
 * - own XML and JSON of a provider (schema/feeds/opvang.xsd, opvang.schema.json): the form in which feeds
 * come in, with our code as the provider's word. `vrij` is what can still be offered: what this exchange
 * holds is free in the house, but would be promised twice. Never counts of a region.
 * - HSDS 3.1: a page of services, one for each pool (kind in a region), with one capacity: `available` what
 * can be offered now, `maximum` what there is. Where that is not known, or hidden, there is no capacity,
 * because the standard requires a number. A stop is a service that is temporarily closed.
 * - FHIR R4: a Bundle of MeasureReports as the SANER guide shapes them, one for each pool (kind in a region),
 * whose subject is the location (the region). A hidden count is masked, an unknown one left out.
 *
 * Nowhere an address, a telephone number or the municipality of a house: the engine has none but the last. */
#ifndef PLEK_PUBLISH_DOCUMENT_H
#define PLEK_PUBLISH_DOCUMENT_H

#include "publish/page.h"

enum publish_document {
    PUBLISH_JSON,
    PUBLISH_OPVANG_XML,
    PUBLISH_OPVANG_JSON,
    PUBLISH_HSDS,
    PUBLISH_FHIR_JSON,
    PUBLISH_FHIR_XML,
    PUBLISH_N
};

const char *publish_media_type(enum publish_document d); /* "application/fhir+xml" */

enum publish_need publish_need(enum publish_document d);

/* The largest page of this form: what keeps its turn of the loop below about five milliseconds (README). */
uint32_t publish_limit_max(enum publish_document d);

/* Append the document of P to OUT. */
void publish_write(const struct publish_page *p, enum publish_document d, const struct publish_links *links,
                   struct buf *out);

#endif
