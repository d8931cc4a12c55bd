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
#define COUNT(name) uint64_t name;
#include "trace_counts.def"
#undef COUNT
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
