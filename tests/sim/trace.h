/* What a run leaves behind: the last lines of what happened, its first failure and its counts. It lies in
 * memory shared with the parent process, so that a run that crashes on a CHECK or a sanitizer still tells its
 * story. */
#ifndef PLEK_SIM_TRACE_H
#define PLEK_SIM_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#define TRACE_LINES 64 /* shown on failure: the shortest recent log that names the cause */
#define TRACE_WIDTH 160

/* What was done, so that a run that did nothing cannot pass for a good one. */
struct trace_counts {
    uint64_t steps, sent, answered, refused, repeated, lost, busy, away, fenced;
    uint64_t events, opened, asked, accepted, admitted, withdrawn, late_yes, lapsed, silent, asked_on, found;
    uint64_t confirmed, disagreed, stops_kept, gated;
    uint64_t rung, widened, alarms, hold_ended, extended, taken_over;
    uint64_t stays, departed, clocks, followed, ran_out, returned, bridge_beds, bridge_moves;
    uint64_t keys, notes, picked_up, unreadable, destroyed, items; /* warm handover */
    uint64_t conflicts, flagged, waited; /* found by a house; for money; a free place looked into */
    uint64_t crashes, takeovers, outages, checks, replays, seen_by_viewers, resumes, reads;
};

struct trace {
    uint64_t seed;
    uint64_t step;
    bool failed;
    char why[400];
    uint64_t n; /* lines ever written */
    char lines[TRACE_LINES][TRACE_WIDTH];
    struct trace_counts counts;
    uint64_t fingerprint; /* of every event and answer: the same seed must give the same */
    bool verbose;
};

/* Shared with children made by fork after this call. */
struct trace *trace_new(void);
void trace_free(struct trace *t);

/* Remember one line. */
void trace_line(struct trace *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Note that a promise was broken; the first one stays. */
void trace_fail(struct trace *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Print seed, version, step, failure and the last lines to standard error. */
void trace_print(const struct trace *t, const char *how);

#endif
