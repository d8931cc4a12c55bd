/* HL7 FHIR R4, in XML or JSON: MeasureReports of beds as the SANER guide shapes them, alone or in a Bundle of
 * type collection, message, batch, transaction or searchset (all of it, no page of more). Each group of a
 * MeasureReport is one pool. Its place is what the subject is called (its identifier, or that of the Location
 * it points at in this message, or a name), else the reporter; its word is a code of the group. The
 * populations are told by their SANER code:
 *
 *   total     numTotBeds or numBeds
 *   free      numTotBedsAvail or numBedsAvail
 *   occupied  numTotBedsOcc or numBedsOcc
 *
 * A population without a count (or with a data-absent-reason only) is unknown. What was observed when: the
 * earlier of date and period.end, for a report made at eight tells of eight also when its period is the whole
 * day. Strata, scores and every other resource are passed over; people are not: see fhir_persons.h. */
#ifndef PLEK_ADAPTERS_FHIR_H
#define PLEK_ADAPTERS_FHIR_H

#include "adapters/format/format.h"

/* As format_read, without the rules of all formats. OK also when there are complaints in R. */
MUST_CHECK enum err fhir_read(const struct profile *profile, const char *provider, struct bytes in,
                              struct reading *r);

#endif
