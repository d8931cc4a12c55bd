/* When a household came or left, as a body tells it: what kinds of moment cannot be, and the word and the
 * sentence of each. Pages have a text of their own for each word (i18n, faults.<code>), so that a person
 * reads why, and not only that it is wrong. */
#ifndef PLEK_HTTP_MOMENTS_H
#define PLEK_HTTP_MOMENTS_H

#include "base/json.h"

enum moment_wrong {
    MOMENT_RIGHT,
    MOMENT_IN_FUTURE,
    MOMENT_BEFORE_YES,
    MOMENT_BEFORE_ARRIVAL,
    MOMENT_AFTER_DEPARTURE,
    MOMENT_TOO_LONG_AGO,
    MOMENT_TOO_LONG_BEFORE, /* it was told */
    MOMENT_ORDER_TOO_OLD,   /* a barring order of then is over */
    MOMENT_WRONG_N
};

/* What bounds a moment, in ms; 0 = not. */
struct moment_bounds {
    int64_t now_ms;
    int64_t yes_ms;       /* of the house: nobody arrives before it */
    int64_t arrival_ms;   /* nobody leaves before it */
    int64_t departure_ms; /* nobody arrives after it */
    int64_t told_ms;      /* it was told then, and is corrected; 0 = it is told now */
};

/* The first thing that is wrong with AT_MS, in the order of the enumeration. A moment reaches at most
 * DATES_AGO_MAX_MS (core/stay) back from when it is, or was, told. */
enum moment_wrong moment_judge(int64_t at_ms, const struct moment_bounds *bounds);

/* Its word in the API, as "in_future". */
const char *moment_code(enum moment_wrong why);

/* Add the fault of AT; none if WHY is MOMENT_RIGHT. */
void moment_fault(struct json_faults *f, struct json_at at, enum moment_wrong why);

#endif
