/* Fetches files that providers publish at a URL of their own: a thread with libcurl, at most POLL_AT_ONCE
 * questions at a time, each source at its own interval. What poll_fetch.h says bounds each question.
 *
 *   200                  to the intake, as the source's provider. Only after it said OK do ETag and
 *                        Last-Modified count as known, and are on disk (poll_state.h)
 *   304                  nothing new, but seen alive
 *   401 403 404 410      logged as an error: a person must act
 *   all else, no answer  wait 1, 2, 4 ... 60 minutes, a quarter more or less, and try again. Retry-After
 *                        makes it longer, up to the same hour
 *
 * A bad file (in quarantine, or too large) leaves the validators as they were: it is asked for again without
 * its ETag, so a file mended under the same ETag is found. It is asked for with the same growing waits, never
 * sooner than the interval, and the same bytes are not put in quarantine twice. That they were bad is only
 * remembered in memory: after a restart, with a mended profile perhaps, they are read anew. A good file is
 * read anew too when the profile has changed, while we run or while we did not (poll_state.h). */
#ifndef PLEK_ADAPTERS_POLL_H
#define PLEK_ADAPTERS_POLL_H

#include "adapters/intake/intake.h"
#include "adapters/transport/poll_sources.h"

#define POLL_AT_ONCE 8 /* questions at a time: bounds memory to as many files */

struct poll;

struct poll_config {
    const struct poll_sources *sources; /* borrowed */
    const char *spool_dir;              /* the folder .poll in it holds the validators */
    /* 0 stands for the figure */
    int minute_ms;       /* 60,000: what every_minutes counts */
    int first_wait_ms;   /* 60,000 */
    int longest_wait_ms; /* 3,600,000 */
    int total_ms;        /* 30,000 for one question with its redirects */
    int connect_ms;      /* 10,000 of these, TLS included */
};

enum poll_health {
    POLL_NOT_YET, /* not asked since the start */
    POLL_WELL,    /* taken, or unchanged since */
    POLL_BAD_FILE,
    POLL_CLOSED, /* 401, 403, 404, 410 */
    POLL_AWAY,   /* no answer, or no file in it */
    POLL_FULL,   /* our own spool or quarantine could not take it */
    POLL_UNKNOWN /* its provider has no profile any more: not asked */
};

/* Times are of the wall clock, 0 = never since the start. */
struct poll_status {
    char provider[CODE_TEXT_SIZE];
    enum poll_health health;
    int64_t last_try_ms;
    int64_t last_seen_ms;  /* it gave a file, good or bad, or said that nothing has changed */
    int64_t last_taken_ms; /* the intake said OK */
    uint64_t taken, unchanged;
    int failures; /* in a row */
};

/* Start. INTAKE is borrowed and used from the thread of the poll. curl_global_init must have been called.
 * ERR_IO with WHY. */
MUST_CHECK enum err poll_start(const struct poll_config *config, const struct intake *intake,
                               struct poll **out, char *why, size_t why_size);

/* The profiles were exchanged. A source whose provider has none any more is left alone until it has one
 * again; a bad file is asked for again now: it may be understood. So is, whole, every file whose provider's
 * profile is another one than before: it may be on trial no longer, or be understood otherwise. From any
 * thread. */
void poll_renew(struct poll *p);

/* How source I of the file (from 0) is doing. False past the last. From any thread. */
bool poll_status(struct poll *p, size_t i, struct poll_status *out);

/* Break off what is under way (nothing of it is kept) and end the thread. NULL is fine. */
void poll_stop(struct poll *p);

#endif
