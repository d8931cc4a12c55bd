/* What a batch of 1,000 capacity reports costs the engine: processor time to decide and apply it, and rows of
 * the journal, for reports that say something new and for those that say the same again, only newer. Prints;
 * it judges nothing, for a time is a matter of the machine.
 *
 *   plek-bench-reports [ROUNDS]    200 unless said otherwise */
#include "support/any_world.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/engine_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define REPORTS REPORT_BATCH_MAX
#define ROUNDS 200

struct cost {
    const char *what;
    int64_t *decide_ns, *apply_ns;
    size_t n, rows, bytes;
};

static int64_t clock_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static void fill(struct rng *rng, struct observation *list, int64_t now_ms, bool is_new)
{
    for (unsigned i = 0; i < REPORTS; i++) {
        list[i].pool.v = i + 1;
        list[i].source = SOURCE_FEED;
        list[i].report = rng_next(rng);
        list[i].total = UNITS_UNKNOWN;
        list[i].free = is_new ? (list[i].free + 1) % 3 : list[i].free;
        list[i].occupied = list[i].out_of_order = UNITS_UNKNOWN;
        list[i].deliverable = TRI_YES;
        list[i].observed_at_ms = now_ms;
    }
}

/* The journal's share of an event: what it takes as bytes. */
static size_t bytes_of(const struct event *ev)
{
    struct buf clear = {0}, private_part = {0};
    size_t n = 0;

    event_encode(ev, &clear, &private_part);
    n = clear.len + private_part.len;
    buf_fini(&clear);
    buf_fini(&private_part);
    return n;
}

static void give(struct engine *e, struct command *cmd, int64_t now_ms, struct cost *c)
{
    struct event_list out = {0};
    struct outcome o;
    int64_t from = clock_ns(), decided = 0;

    engine_decide(e, cmd, now_ms, &out, &o);
    decided = clock_ns();
    for (size_t i = 0; i < out.n; i++) {
        out.list[i].seq = engine_seq(e) + 1;
        engine_apply(e, &out.list[i]);
    }
    c->decide_ns[c->n] = decided - from;
    c->apply_ns[c->n++] = clock_ns() - decided;
    c->rows = out.n;
    c->bytes = 0;
    for (size_t i = 0; i < out.n; i++)
        c->bytes += bytes_of(&out.list[i]);
    event_list_fini(&out);
}

static void print(struct cost *c)
{
    qsort(c->decide_ns, c->n, sizeof *c->decide_ns, compare);
    qsort(c->apply_ns, c->n, sizeof *c->apply_ns, compare);
    printf("%-20s rows %4zu  bytes %6zu  decide p50 %7.1f  apply p50 %7.1f us for %d reports\n", c->what,
           c->rows, c->bytes, (double)c->decide_ns[c->n / 2] / 1e3, (double)c->apply_ns[c->n / 2] / 1e3,
           REPORTS);
}

int main(int argc, char **argv)
{
    size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS;
    struct vocab *v = vocab_of_repository();
    struct scene s;
    struct engine *e = any_world(&s, v, 1, REPORTS);
    struct rng rng = rng_seed(4);
    struct observation *list = mem_new(REPORTS, sizeof *list);
    struct org_id *carried = mem_new(engine_orgs(e), sizeof *carried);
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = {.role = ROLE_MACHINE}};
    struct cost costs[] = {{.what = "something new"}, {.what = "the same, newer"}, {.what = "the very same"}};
    int64_t now_ms = NOON_MS + 30 * MS_DAY;

    for (uint32_t i = 0; i < engine_orgs(e); i++)
        carried[i].v = i + 1;
    cmd.actor.carries = carried;
    cmd.actor.n_carries = (uint16_t)engine_orgs(e);
    cmd.u.report.list = list;
    cmd.u.report.n = REPORTS;
    for (size_t k = 0; k < COUNT_OF(costs); k++) {
        costs[k].decide_ns = mem_new(rounds + 1, sizeof(int64_t));
        costs[k].apply_ns = mem_new(rounds + 1, sizeof(int64_t));
    }
    for (size_t i = 0; i < rounds; i++) {
        for (size_t k = 0; k < COUNT_OF(costs); k++) {
            if (k < 2) {
                now_ms += MS_MINUTE;
                fill(&rng, list, now_ms, k == 0);
            }
            give(e, &cmd, now_ms, &costs[k]);
        }
    }
    for (size_t k = 0; k < COUNT_OF(costs) && rounds > 0; k++) {
        print(&costs[k]);
        free(costs[k].decide_ns);
        free(costs[k].apply_ns);
    }
    printf("a pool takes %zu bytes, an event %zu\n", sizeof(struct pool_slot), sizeof(struct event));
    free(list);
    free(carried);
    engine_free(e);
    vocab_free(v);
    return 0;
}
