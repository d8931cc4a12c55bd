#include "trace.h"

#include "base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

struct trace *trace_new(void)
{
    struct trace *t = mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    CHECK(t != MAP_FAILED);
    return t;
}

void trace_free(struct trace *t)
{
    munmap(t, sizeof *t);
}

void trace_line(struct trace *t, const char *format, ...)
{
    char *line = t->lines[t->n++ % TRACE_LINES];
    int at = snprintf(line, TRACE_WIDTH, "%8llu ", (unsigned long long)t->step);
    va_list args;

    va_start(args, format);
    vsnprintf(line + at, (size_t)(TRACE_WIDTH - at), format, args);
    va_end(args);
    if (t->verbose)
        fprintf(stderr, "%s\n", line);
}

void trace_fail(struct trace *t, const char *format, ...)
{
    va_list args;

    if (t->failed)
        return;
    t->failed = true;
    va_start(args, format);
    vsnprintf(t->why, sizeof t->why, format, args);
    va_end(args);
}

void trace_print(const struct trace *t, const char *how)
{
    const char *commit = getenv("PLEK_COMMIT");
    uint64_t first = t->n > TRACE_LINES ? t->n - TRACE_LINES : 0;

    fprintf(stderr, "seed %llu failed at step %llu: %s\n", (unsigned long long)t->seed,
            (unsigned long long)t->step, t->failed ? t->why : how);
    fprintf(stderr, "  version %s%s%s\n", PLEK_VERSION, commit != NULL ? ", commit " : "",
            commit != NULL ? commit : "");
    for (uint64_t i = first; i < t->n; i++)
        fprintf(stderr, "  %s\n", t->lines[i % TRACE_LINES]);
    fprintf(stderr, "  again: plek-sim --seeds %llu-%llu --verbose\n", (unsigned long long)t->seed,
            (unsigned long long)t->seed);
}
