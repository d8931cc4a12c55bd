#include "main/plek_simulate.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "main/matcher_exec.h"
#include "simulate/drive.h"
#include "simulate/report_html.h"
#include "simulate/result_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WHY_SIZE 300
#define POLICIES_MAX 16
#define SEEDS_MAX 10000
#define FILE_MAX (256u << 20)
#define BOUND_ITERATIONS 300

const char simulate_usage[] =
    "usage: plek simulate --scenario FILE [--seeds A-B] [--policy NAME[,NAME]] [--bound] [--json]\n"
    "                     [--report FILE.html] [--world FILE.scn] [--timing]\n"
    "  --scenario FILE   parameters (schema/scenarios/*.scn) or a whole world\n"
    "  --seeds A-B       worlds to draw: 1-10; one number is one world (default 1)\n"
    "  --policy NAMES    of phone, nearest, nearest-deadline, random, best-score, ours, ours-without-price\n"
    "                    (default: all of these); ours-one, ours-two, ours-three (asked at once), "
    "ours-patient;\n"
    "                    or exec:COMMAND, a matcher that is not ours and speaks the line protocol of plek\n"
    "                    match --stdio\n"
    "  --bound           what nobody could exceed, not even knowing the year\n"
    "  --json            one object per policy and seed; without it a table\n"
    "  --report FILE     the pictures, as one page\n"
    "  --world FILE      write the world of the first seed and stop\n"
    "  --timing          seconds per policy and seed, on standard error\n";

struct options {
    const char *scenario, *report, *world;
    uint64_t from, to;
    bool seeds_given;
    const struct sim_policy *policies[POLICIES_MAX];
    size_t n_policies;
    struct sim_policy external[POLICIES_MAX]; /* exec:COMMAND, by that name; not the phone, no desk */
    size_t n_external;
    bool policies_given, json, bound, timing;
};

static int complain(const char *what, const char *why)
{
    fprintf(stderr, "plek simulate: %s%s%s\n", what, why[0] != '\0' ? ": " : "", why);
    return 1;
}

/* ---- options ---- */

static bool read_seeds(const char *text, struct options *o)
{
    char *end = NULL;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    o->from = strtoull(text, &end, 10);
    o->to = o->from;
    if (*end == '-' && end[1] >= '0' && end[1] <= '9')
        o->to = strtoull(end + 1, &end, 10);
    o->seeds_given = true;
    return errno == 0 && *end == '\0' && o->to >= o->from && o->to - o->from < SEEDS_MAX;
}

/* The command of a policy exec:COMMAND, NULL for one of ours. All of it: it may have commas. */
static const char *command_of(const char *name)
{
    return strncmp(name, "exec:", 5) == 0 && name[5] != '\0' ? name + 5 : NULL;
}

static bool read_policies(const char *text, struct options *o)
{
    o->policies_given = true;
    if (command_of(text) != NULL && o->n_policies < POLICIES_MAX) {
        struct sim_policy *p = &o->external[o->n_external++];

        *p = (struct sim_policy){.name = text, .title = text};
        o->policies[o->n_policies++] = p;
        return true;
    }
    while (*text != '\0') {
        char name[40];
        size_t len = strcspn(text, ",");

        if (len == 0 || len >= sizeof name || o->n_policies == POLICIES_MAX)
            return false;
        memcpy(name, text, len);
        name[len] = '\0';
        o->policies[o->n_policies] = sim_policy_find(name);
        if (o->policies[o->n_policies++] == NULL) {
            complain("no such policy", name);
            return false;
        }
        text += len + (text[len] == ',');
    }
    return o->n_policies > 0;
}

static bool read_option(char **args, int n, int *at, struct options *o)
{
    const char *name = args[*at];
    const char *value = NULL;

    if (strcmp(name, "--json") == 0)
        return o->json = true;
    if (strcmp(name, "--bound") == 0)
        return o->bound = true;
    if (strcmp(name, "--timing") == 0)
        return o->timing = true;
    if (*at + 1 >= n)
        return false;
    value = args[++*at];
    if (strcmp(name, "--scenario") == 0)
        return (o->scenario = value) != NULL;
    if (strcmp(name, "--report") == 0)
        return (o->report = value) != NULL;
    if (strcmp(name, "--world") == 0)
        return (o->world = value) != NULL;
    if (strcmp(name, "--seeds") == 0)
        return read_seeds(value, o);
    return strcmp(name, "--policy") == 0 && read_policies(value, o);
}

static bool read_options(char **args, int n, struct options *o)
{
    *o = (struct options){.from = 1, .to = 1};
    for (int i = 0; i < n; i++) {
        if (!read_option(args, n, &i, o))
            return false;
    }
    for (size_t i = 0; !o->policies_given && sim_policies[i].name != NULL; i++) {
        if (!sim_policies[i].only_by_name)
            o->policies[o->n_policies++] = &sim_policies[i];
    }
    return o->scenario != NULL;
}

/* ---- files ---- */

static enum err read_file(const char *path, struct buf *out, char *why, size_t why_size)
{
    FILE *f = fopen(path, "rb");
    size_t got = 0;

    if (f == NULL) {
        snprintf(why, why_size, "%s", strerror(errno));
        return ERR_NOT_FOUND;
    }
    do {
        uint8_t *p = buf_extend(out, 65536);

        got = fread(p, 1, 65536, f);
        out->len -= 65536 - got;
    } while (got > 0 && out->len <= FILE_MAX);
    bool bad = ferror(f) != 0 || out->len > FILE_MAX;
    fclose(f);
    if (bad)
        snprintf(why, why_size, "cannot be read, or is larger than 256 MiB");
    return bad ? ERR_BAD_INPUT : OK;
}

static int write_file(const char *path, const struct buf *b)
{
    FILE *f = fopen(path, "wb");
    bool good = f != NULL && fwrite(b->p, 1, b->len, f) == b->len;

    if (f != NULL && fclose(f) != 0)
        good = false;
    return good ? 0 : complain(path, strerror(errno));
}

/* ---- runs ---- */

struct session {
    const struct options *o;
    struct sim_world parameters; /* as the file says; a whole world if it is one */
    struct report_row *rows;
    size_t n_rows, cap_rows;
    int faults; /* results that the check refused, years that came to nothing */
};

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Run W under a matcher that is not ours. */
static bool drive_command(const struct sim_world *w, const char *command, struct sim_result *out)
{
    struct matcher m;
    char why[WHY_SIZE] = "";

    if (matcher_exec_new(w, command, &m, why, sizeof why) != OK) {
        complain(command, why);
        return false;
    }
    drive(w, &m, out);
    if (matcher_exec_trouble(&m) != NULL)
        snprintf(why, sizeof why, "%s", matcher_exec_trouble(&m));
    m.free(m.ctx);
    if (why[0] != '\0')
        complain(command, why);
    return why[0] == '\0';
}

static void run_policy(struct session *s, const struct sim_world *w, const struct sim_policy *policy,
                       uint64_t seed, const struct sim_bound *bound)
{
    struct sim_result result = {0};
    struct report_row row = {.policy = policy->name, .title = policy->title, .seed = seed};
    char why[WHY_SIZE] = "";
    double start = seconds_now();

    if (policy->phone) {
        drive_by_phone(w, seed, &result);
    } else if (command_of(policy->name) != NULL) {
        if (!drive_command(w, command_of(policy->name), &result)) {
            s->faults++;
            result_fini(&result);
            return;
        }
    } else {
        struct matcher m = desk_new(w, policy, seed);

        drive(w, &m, &result);
        m.free(m.ctx);
    }
    if (s->o->timing)
        fprintf(stderr, "%s seed %llu: %.2f s\n", policy->name, (unsigned long long)seed,
                seconds_now() - start);
    metrics_of(w, &result, &row.metrics);
    bool good = result_check(w, &result, why, sizeof why);
    if (good)
        snprintf(why, sizeof why, "ok");
    if (!good || result.safety_violations > 0) {
        s->faults++;
        fprintf(stderr, "plek simulate: %s seed %llu: check: %s; violations: %lld %s\n", policy->name,
                (unsigned long long)seed, why, (long long)result.safety_violations, result.first_violation);
    }
    snprintf(row.scenario, sizeof row.scenario, "%s", w->name);
    row.bound = bound != NULL ? bound->upper : -1;
    if (s->o->json) {
        struct buf line = {0};

        result_json(&line, policy->name, seed, w, &row.metrics, why, bound);
        fwrite(line.p, 1, line.len, stdout);
        fflush(stdout);
        buf_fini(&line);
    }
    MEM_GROW(s->rows, s->n_rows, s->cap_rows);
    s->rows[s->n_rows++] = row;
    result_fini(&result);
}

static void run_world(struct session *s, const struct sim_world *w, uint64_t seed)
{
    struct sim_bound bound;
    double start = seconds_now();

    if (s->o->bound) {
        bound_of(w, BOUND_ITERATIONS, &bound);
        if (s->o->timing)
            fprintf(stderr, "bound seed %llu: %.2f s\n", (unsigned long long)seed, seconds_now() - start);
    }
    for (size_t i = 0; i < s->o->n_policies; i++)
        run_policy(s, w, s->o->policies[i], seed, s->o->bound ? &bound : NULL);
}

static int write_world(const struct options *o, const struct sim_world *w)
{
    struct buf out = {0};
    int rc = 0;

    world_write(w, &out);
    rc = write_file(o->world, &out);
    buf_fini(&out);
    return rc;
}

static int run_seeds(struct session *s)
{
    char why[WHY_SIZE] = "";

    if (world_is_drawn(&s->parameters)) {
        if (s->o->seeds_given)
            return complain(s->o->scenario, "is a whole world: --seeds says nothing about it");
        run_world(s, &s->parameters, s->parameters.wseed);
        return 0;
    }
    for (uint64_t seed = s->o->from; seed <= s->o->to; seed++) {
        struct sim_world w = {0};

        if (world_draw(&s->parameters, seed, &w, why, sizeof why) != OK)
            return complain(s->o->scenario, why);
        if (s->o->world != NULL) {
            int rc = write_world(s->o, &w);

            world_fini(&w);
            return rc;
        }
        run_world(s, &w, seed);
        world_fini(&w);
    }
    return 0;
}

static int show(const struct session *s)
{
    struct buf out = {0};
    int rc = 0;

    if (!s->o->json && s->n_rows > 0) {
        report_text(s->rows, s->n_rows, &out);
        fwrite(out.p, 1, out.len, stdout);
    }
    if (s->o->report != NULL) {
        buf_clear(&out);
        report_html(s->rows, s->n_rows, &out);
        rc = write_file(s->o->report, &out);
    }
    buf_fini(&out);
    return rc;
}

int cmd_simulate(char **args, int n)
{
    struct options o;
    struct session s = {.o = &o};
    struct buf text = {0};
    char why[WHY_SIZE] = "";
    int rc = 0;

    if (!read_options(args, n, &o)) {
        fputs(simulate_usage, stderr);
        return 2;
    }
    if (read_file(o.scenario, &text, why, sizeof why) != OK ||
        world_read(buf_view(&text), &s.parameters, why, sizeof why) != OK)
        rc = complain(o.scenario, why);
    buf_fini(&text);
    if (rc == 0)
        rc = run_seeds(&s);
    if (rc == 0)
        rc = show(&s);
    world_fini(&s.parameters);
    free(s.rows);
    return rc != 0 ? rc : s.faults > 0;
}
