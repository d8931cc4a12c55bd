/* plek-sim: whole nights of the exchange, drawn from seeds, under faults, far faster than real time. Each
 * seed runs in a process of its own, so that one that crashes on a CHECK is one failure and not the end.
 * README.md says what is simulated, what is checked and how a failing seed is read. */
#include "base/log.h"
#include "base/mem.h"
#include "world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define JOBS_MAX 16
#define EXTRA_MAX 1000

struct options {
    uint64_t first, last;      /* first > last: none */
    uint64_t extra[EXTRA_MAX]; /* seeds from files */
    size_t n_extra;
    uint64_t steps;
    int jobs;
    bool verbose, stats, walked, fingerprints;
    enum broken broken;
};

struct job {
    pid_t pid; /* 0 = free */
    struct trace *trace;
};

static const char usage[] =
    "plek-sim --seeds A-B [--also FILE] [--steps N] [--jobs N] [--break WHAT] [--stats] [--walked]\n"
    "         [--fingerprints] [--verbose]\n"
    "  --seeds A-B     run these seeds (A alone is one)\n"
    "  --also FILE     and those in FILE: one a line, # begins a comment\n"
    "  --steps N       steps of each seed before the calm (default 10000)\n"
    "  --jobs N        processes at once (default: processors)\n"
    "  --break WHAT    plant a defect, which must be found: double-hold lost-answer key order audience "
    "digest\n"
    "                  stuck hold gate alarm night bed check note loss leak regie again\n"
    "                  keeper left clock found unpaid household\n"
    "  --stats         say what was done in all\n"
    "  --walked        fail if anything of that was never done\n"
    "  --fingerprints  print one line a seed that must be the same in every run\n"
    "  --verbose       tell everything that happens, on standard error\n";

static void die(const char *what)
{
    fprintf(stderr, "plek-sim: %s\n%s", what, usage);
    exit(2);
}

static uint64_t number(const char *text, const char **end)
{
    char *stop = NULL;
    unsigned long long v = 0;

    errno = 0;
    v = strtoull(text, &stop, 10);
    if (errno != 0 || stop == text)
        die("a number is missing");
    *end = stop;
    return v;
}

static void read_seeds(const char *text, struct options *o)
{
    const char *end = NULL;

    o->first = o->last = number(text, &end);
    if (*end == '-')
        o->last = number(end + 1, &end);
    if (*end != '\0' || o->last < o->first)
        die("--seeds wants A-B");
}

static void read_file(const char *path, struct options *o)
{
    char line[256];
    FILE *f = fopen(path, "r");

    if (f == NULL)
        die("cannot read the file of --also");
    while (fgets(line, sizeof line, f) != NULL) {
        const char *end = NULL;

        if (line[0] == '#' || line[strspn(line, " \t\r\n")] == '\0')
            continue;
        if (o->n_extra == EXTRA_MAX)
            die("too many seeds in the file of --also");
        o->extra[o->n_extra++] = number(line, &end);
    }
    fclose(f);
}

static enum broken read_broken(const char *text)
{
    for (int b = 0; b < BROKEN_N; b++) {
        if (strcmp(text, broken_name((enum broken)b)) == 0)
            return (enum broken)b;
    }
    die("--break does not know that");
    return BROKEN_NOTHING;
}

static struct options read_options(int argc, char **argv)
{
    struct options o = {.first = 1, .last = 0, .steps = 10000};
    const char *end = NULL;

    o.jobs = (int)sysconf(_SC_NPROCESSORS_ONLN);
    for (int i = 1; i < argc; i++) {
        bool has_value = i + 1 < argc;

        if (strcmp(argv[i], "--verbose") == 0)
            o.verbose = true;
        else if (strcmp(argv[i], "--stats") == 0)
            o.stats = true;
        else if (strcmp(argv[i], "--walked") == 0)
            o.walked = true;
        else if (strcmp(argv[i], "--fingerprints") == 0)
            o.fingerprints = true;
        else if (strcmp(argv[i], "--seeds") == 0 && has_value)
            read_seeds(argv[++i], &o);
        else if (strcmp(argv[i], "--also") == 0 && has_value)
            read_file(argv[++i], &o);
        else if (strcmp(argv[i], "--steps") == 0 && has_value)
            o.steps = number(argv[++i], &end);
        else if (strcmp(argv[i], "--jobs") == 0 && has_value)
            o.jobs = (int)number(argv[++i], &end);
        else if (strcmp(argv[i], "--break") == 0 && has_value)
            o.broken = read_broken(argv[++i]);
        else
            die(argv[i]);
    }
    if (o.first > o.last && o.n_extra == 0)
        die("no seeds");
    o.jobs = o.jobs < 1 ? 1 : o.jobs > JOBS_MAX ? JOBS_MAX : o.jobs;
    return o;
}

/* ---- one seed ---- */

static _Noreturn void run_seed(struct trace *t, const struct options *o)
{
    struct world *w = NULL;

    if (!o->verbose)
        log_set_level((enum log_level) - 1); /* nothing: outages are the daily bread here */
    w = world_new(t, t->seed, o->steps, o->broken);
    world_run(w);
    world_free(w);
    exit(t->failed ? 1 : 0);
}

static void job_start(struct job *j, uint64_t seed, const struct options *o)
{
    memset(j->trace, 0, sizeof *j->trace);
    j->trace->seed = seed;
    j->trace->verbose = o->verbose;
    fflush(NULL);
    j->pid = fork();
    if (j->pid < 0)
        die("cannot fork");
    if (j->pid == 0)
        run_seed(j->trace, o);
}

/* Wait for one to end. True if its seed passed. */
static bool job_end(struct job *jobs, int n, const struct options *o, struct trace_counts *sum)
{
    int status = 0;
    pid_t pid = 0;
    struct job *j = NULL;
    char how[64];

    do
        pid = wait(&status);
    while (pid < 0 && errno == EINTR);
    for (int i = 0; i < n; i++) {
        if (jobs[i].pid == pid)
            j = &jobs[i];
    }
    if (j == NULL)
        die("lost a process");
    j->pid = 0;
    for (size_t i = 0; i < sizeof *sum / sizeof(uint64_t); i++)
        ((uint64_t *)sum)[i] += ((const uint64_t *)&j->trace->counts)[i];
    if (o->fingerprints)
        printf("seed %llu fingerprint %016llx\n", (unsigned long long)j->trace->seed,
               (unsigned long long)j->trace->fingerprint);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && !j->trace->failed)
        return true;
    if (WIFSIGNALED(status))
        snprintf(how, sizeof how, "killed by signal %d", WTERMSIG(status));
    else
        snprintf(how, sizeof how, "ended with status %d", WEXITSTATUS(status));
    trace_print(j->trace, how);
    return false;
}

static const char *const count_names[] = {
#define COUNT(name) #name,
#include "trace_counts.def"
#undef COUNT
};

static void print_stats(const struct trace_counts *sum, double seconds)
{
    for (size_t i = 0; i < sizeof count_names / sizeof *count_names; i++)
        printf("%s=%llu%c", count_names[i], (unsigned long long)((const uint64_t *)sum)[i],
               i % 8 == 7 ? '\n' : ' ');
    printf("seconds=%.1f\n", seconds);
}

/* Each that was never done is named. */
static bool is_all_walked(const struct trace_counts *sum)
{
    bool all = true;

    for (size_t i = 0; i < sizeof count_names / sizeof *count_names; i++) {
        if (((const uint64_t *)sum)[i] > 0)
            continue;
        fprintf(stderr, "plek-sim: '%s' was never done, and so judged by nobody\n", count_names[i]);
        all = false;
    }
    return all;
}

int main(int argc, char **argv)
{
    struct options o = read_options(argc, argv);
    struct job jobs[JOBS_MAX] = {0};
    struct trace_counts sum = {0};
    uint64_t n = o.n_extra + (o.first <= o.last ? o.last - o.first + 1 : 0);
    uint64_t started = 0, ended = 0, passed = 0;
    struct timespec from, to;

    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < o.jobs; i++)
        jobs[i].trace = trace_new();
    while (ended < n) {
        for (int i = 0; i < o.jobs && started < n; i++) {
            if (jobs[i].pid != 0)
                continue;
            job_start(&jobs[i], started < o.n_extra ? o.extra[started] : o.first + started - o.n_extra, &o);
            started++;
        }
        passed += job_end(jobs, o.jobs, &o, &sum);
        ended++;
    }
    for (int i = 0; i < o.jobs; i++)
        trace_free(jobs[i].trace);
    clock_gettime(CLOCK_MONOTONIC, &to);
    if (o.stats)
        print_stats(&sum, (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9);
    printf("%llu passed, %llu failed\n", (unsigned long long)passed, (unsigned long long)(ended - passed));
    if (o.walked && !is_all_walked(&sum))
        return 1;
    return passed == n ? 0 : 1;
}
