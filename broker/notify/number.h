/* Telephone numbers as people write them ("0800-000 0001", "+31 (0)10 1234567"), in the one form that
 * gateways take: E.164. A number without a country is Dutch. */
#ifndef PLEK_NOTIFY_NUMBER_H
#define PLEK_NOTIFY_NUMBER_H

#include "base/bytes.h"

#define NUMBER_SIZE 17 /* "+", at most 15 digits, NUL */

/* ERR_BAD_INPUT, and OUT "", for what cannot be rung. Blanks, dots, dashes, slashes and brackets are passed
 * over, and "(0)" behind a country. */
MUST_CHECK enum err number_normal(const char *text, char out[NUMBER_SIZE]);

#endif
