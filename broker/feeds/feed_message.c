#include "feeds/feed_message.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

static const char *const channel_codes[FEED_CHANNEL_N] = {"drop",   "push",   "poll",
                                                          "upload", "replay", "unknown"};
static const char *const outcome_codes[FEED_OUTCOME_N] = {"taken", "quarantined", "test", "refused"};

void feed_message_fini(struct feed_message *m)
{
    free(m->reports);
    free(m->complaints);
    free(m->notices);
    free(m->cross);
    memset(m, 0, sizeof *m);
}

size_t feed_message_bytes(const struct feed_message *m)
{
    return sizeof *m + m->n_reports * sizeof *m->reports +
           ((size_t)m->n_complaints + m->n_notices) * sizeof *m->complaints + m->n_cross * sizeof *m->cross;
}

const char *feed_channel_code(enum feed_channel v)
{
    CHECK((unsigned)v < FEED_CHANNEL_N);
    return channel_codes[v];
}

const char *feed_outcome_code(enum feed_outcome v)
{
    CHECK((unsigned)v < FEED_OUTCOME_N);
    return outcome_codes[v];
}

const char *const *feed_channel_codes(void)
{
    return channel_codes;
}

const char *const *feed_outcome_codes(void)
{
    return outcome_codes;
}
