/* Night numbers between the vault and the sheets of one round, and to whom each was told today.
 *
 * A round makes the sheets of all organisations, and most tell the same houses: a number is opened once, kept
 * in clear until the round is over, and wiped. That a number was told to an organisation is in the access log
 * once a day and after each start; who asks here knows whether that entry is there already. */
#ifndef PLEK_HTTP_NIGHT_NUMBERS_H
#define PLEK_HTTP_NIGHT_NUMBERS_H

#include "core/ids.h"

#include <stdbool.h>

struct night_numbers;

struct night_numbers *night_numbers_new(void);
void night_numbers_free(struct night_numbers *n); /* wiped first; NULL is fine */

/* The number of LOCATION for ORG on DAY (a civil day, Dutch), if it was kept in this round and the log holds
 * today's entry for ORG; NULL: open it, which records it first. Borrowed until the next keep. */
const char *night_numbers_get(const struct night_numbers *n, struct org_id org, struct location_id location,
                              int32_t day);

/* It was opened for ORG on DAY, and is in the log. Copied. */
void night_numbers_keep(struct night_numbers *n, struct org_id org, struct location_id location, int32_t day,
                        const char *number);

/* The round is over: no number is left in clear. Who was told is remembered. */
void night_numbers_wipe(struct night_numbers *n);

#endif
