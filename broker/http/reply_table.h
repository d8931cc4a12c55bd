/* The one table from what went wrong to what is said: HTTP status, problem type and English texts. The type
 * is the last part of the problem's `type` URI and the key of the Dutch and English texts of the pages. */
#ifndef PLEK_HTTP_REPLY_TABLE_H
#define PLEK_HTTP_REPLY_TABLE_H

#include "base/err.h"
#include "core/outcome.h"

struct reply_row {
    int status;
    const char *type;
    const char *title;
    const char *detail;
    int retry_after_s; /* 0 = no such header */
};

/* For any value but OK and REFUSAL_NONE (CHECK). */
const struct reply_row *reply_row_of_trouble(enum err trouble);
const struct reply_row *reply_row_of_refusal(enum refusal refusal);

/* One sentence for one bit of enum observation_fault. */
const char *reply_observation_text(unsigned bit);

#endif
