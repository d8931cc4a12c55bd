/* What every text format asks of its bytes first: no archive, no binary, no other encoding than the one that
 * the profile says. Bounded: one pass. */
#ifndef PLEK_ADAPTERS_TEXT_GATE_H
#define PLEK_ADAPTERS_TEXT_GATE_H

#include "adapters/gate/report.h"

/* Complain of IN and return ERR_BAD_INPUT, or return OK. With MUST_BE_UTF8 also of bytes that are no UTF-8,
 * with their line. More than MAX bytes is ERR_TOO_BIG. What is no text at all is not kept either: no profile
 * can make it readable, and nobody knows what is in it. */
MUST_CHECK enum err text_gate(struct bytes in, size_t max, bool must_be_utf8, struct reading *r);

#endif
