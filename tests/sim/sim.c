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
    bool verbose, stats, fingerprints;
    enum broken broken;
};

struct job {
    pid_t pid; /* 0 = free */
    struct trace *trace;
};

static const char usage[] =
    "plek-sim --seeds A-B [--also FILE] [--steps N] [--jobs N] [--break WHAT] [--stats] [--fingerprints]\n"
    "         [--verbose]\n"
    "  --seeds A-B     run these seeds (A alone is one)\n"
    "  --also FILE     and those in FILE: one a line, # begins a comment\n"
    "  --steps N       steps of each seed before the calm (default 10000)\n"
    "  --jobs N        processes at once (default: processors)\n"
    "  --break WHAT    plant a defect, which must be found: double-hold lost-answer key order audience "
    "digest\n"
    "                  stuck hold gate alarm night bed check note loss leak regie again\n"
    "                  keeper left household\n"
    "  --stats         say what was done in all\n"
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

static void print_stats(const struct trace_counts *n, double seconds)
{
    printf("steps=%llu events=%llu sent=%llu answered=%llu refused=%llu repeated=%llu lost=%llu busy=%llu "
           "away=%llu fenced=%llu\n",
           (unsigned long long)n->steps, (unsigned long long)n->events, (unsigned long long)n->sent,
           (unsigned long long)n->answered, (unsigned long long)n->refused, (unsigned long long)n->repeated,
           (unsigned long long)n->lost, (unsigned long long)n->busy, (unsigned long long)n->away,
           (unsigned long long)n->fenced);
    printf("opened=%llu asked=%llu accepted=%llu admitted=%llu withdrawn=%llu late_yes=%llu lapsed=%llu "
           "silent=%llu asked_on=%llu found=%llu\n",
           (unsigned long long)n->opened, (unsigned long long)n->asked, (unsigned long long)n->accepted,
           (unsigned long long)n->admitted, (unsigned long long)n->withdrawn, (unsigned long long)n->late_yes,
           (unsigned long long)n->lapsed, (unsigned long long)n->silent, (unsigned long long)n->asked_on,
           (unsigned long long)n->found);
    printf("confirmed=%llu disagreed=%llu stops_kept=%llu gated=%llu\n", (unsigned long long)n->confirmed,
           (unsigned long long)n->disagreed, (unsigned long long)n->stops_kept, (unsigned long long)n->gated);
    printf("rung=%llu widened=%llu alarms=%llu hold_ended=%llu extended=%llu taken_over=%llu\n",
           (unsigned long long)n->rung, (unsigned long long)n->widened, (unsigned long long)n->alarms,
           (unsigned long long)n->hold_ended, (unsigned long long)n->extended,
           (unsigned long long)n->taken_over);
    printf("stays=%llu departed=%llu clocks=%llu followed=%llu ran_out=%llu returned=%llu bridge_beds=%llu "
           "bridge_moves=%llu\n",
           (unsigned long long)n->stays, (unsigned long long)n->departed, (unsigned long long)n->clocks,
           (unsigned long long)n->followed, (unsigned long long)n->ran_out, (unsigned long long)n->returned,
           (unsigned long long)n->bridge_beds, (unsigned long long)n->bridge_moves);
    printf("keys=%llu items=%llu notes=%llu picked_up=%llu unreadable=%llu destroyed=%llu\n",
           (unsigned long long)n->keys, (unsigned long long)n->items, (unsigned long long)n->notes,
           (unsigned long long)n->picked_up, (unsigned long long)n->unreadable,
           (unsigned long long)n->destroyed);
    printf("conflicts=%llu flagged=%llu waited=%llu\n", (unsigned long long)n->conflicts,
           (unsigned long long)n->flagged, (unsigned long long)n->waited);
    printf("crashes=%llu takeovers=%llu outages=%llu replays=%llu checks=%llu seen=%llu resumes=%llu "
           "reads=%llu seconds=%.1f\n",
           (unsigned long long)n->crashes, (unsigned long long)n->takeovers, (unsigned long long)n->outages,
           (unsigned long long)n->replays, (unsigned long long)n->checks,
           (unsigned long long)n->seen_by_viewers, (unsigned long long)n->resumes,
           (unsigned long long)n->reads, seconds);
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
    return passed == n ? 0 : 1;
}
