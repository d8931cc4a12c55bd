/* iWmo 3.2 WMO305 (start of care) and WMO307 (stop of care), as a cross-check of occupancy and nothing else.
 * Off unless the profile says "crosscheck": {"enabled": true}; off, not one byte is read.
 *
 * These messages are about a person. No tree of them is made: safe_xml_listen hands over the text of exactly
 * four elements of a StartProduct or StopProduct (Product/Categorie, Product/Code, Begindatum, Einddatum) and
 * its StatusAanlevering; every other text (Bsn, birth date, name, gender, numbers of decisions, the reason of
 * an end) ends in the parser. What fails is not kept (reading.not_kept), what succeeds becomes counts per
 * pool in reading.crosscheck, for this one message: never an observation, never in the spool.
 *
 * Why no more: these come days late, say dates and no times, and many places are not paid by them at all. */
#ifndef PLEK_ADAPTERS_IWMO_H
#define PLEK_ADAPTERS_IWMO_H

#include "adapters/format/format.h"

/* Their Categorie is the place and their Code the word in the profile's pools; without a Code the Categorie
 * is the word. A product that is not there is passed over: a provider delivers more than places. A product
 * counts from its date on, a Dutch day; one that is announced is passed over. One that takes an earlier one
 * back (StatusAanlevering 3) counts down. */
MUST_CHECK enum err iwmo_read(const struct profile *profile, const char *provider, struct bytes in,
                              int64_t now_ms, struct reading *r);

#endif
