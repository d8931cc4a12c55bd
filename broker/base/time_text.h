/* Wall time as milliseconds since 1970-01-01T00:00:00Z, and its text form (RFC 3339). Inside the product
 * every moment is int64_t ..._ms; a text without a zone is refused, never guessed. */
#ifndef PLEK_BASE_TIME_TEXT_H
#define PLEK_BASE_TIME_TEXT_H

#include "base/bytes.h"

#define TIME_TEXT_SIZE 32
#define MS_SECOND INT64_C(1000)
#define MS_MINUTE (60 * MS_SECOND)
#define MS_HOUR (60 * MS_MINUTE)
#define MS_DAY (24 * MS_HOUR)

/* Read "2026-11-21T20:00:00+01:00" (fraction optional, at most 9 digits, cut to ms; 'T' upper case; zone
 * required: Z or +hh:mm up to 14:00; years 1970-9999, in the text and in UTC; leap second 60 is refused).
 * ERR_BAD_INPUT otherwise. */
MUST_CHECK enum err time_parse(struct bytes text, int64_t *at_ms);

/* Write "2026-11-21T19:00:00.000Z" (always UTC, always milliseconds) and return OUT. Any AT_MS is written;
 * what time_parse can give reads back as the same moment. */
const char *time_format(int64_t at_ms, char out[TIME_TEXT_SIZE]);

/* Minute of the week in Dutch civil time (Europe/Amsterdam, EU summer-time rule computed here, no tz
 * database): 0 = Monday 00:00, below 10080. AT_MS is a moment that time_parse can give; before 1996, when the
 * Union had no common rule, the answer may be an hour off. */
int time_week_minute_nl(int64_t at_ms);

/* A calendar day as days since 1970-01-01. The Dutch civil day of a moment (same clock as above): a night
 * that summer time makes longer or shorter is one day as any other. */
int32_t time_day_nl(int64_t at_ms);
/* The moment at which a Dutch civil day begins: its midnight. */
int64_t time_day_starts_ms(int32_t day);
/* Read "2026-11-21" (years 1970-9999) or write it, into at least DAY_TEXT_SIZE bytes. */
#define DAY_TEXT_SIZE 16
MUST_CHECK enum err time_day_parse(struct bytes text, int32_t *day);
const char *time_day_format(int32_t day, char out[DAY_TEXT_SIZE]);

/* Read the wall clock / the monotonic clock. Only loop, main, adapters and tools call these; core never does.
 */
int64_t time_wall_ms(void);
int64_t time_mono_ms(void);

#endif
