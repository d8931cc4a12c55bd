/* How long a turn of the loop is held by one document for partners, and how large it is: a network of N pools
 * in 36 regions, every document at several page sizes. Best and middle of RUNS in microseconds of processor
 * time; it judges nothing, for a time is a matter of the machine.
 *
 *   plek-bench-publish [POOLS [RUNS]]    10,000 and 100 unless said otherwise */
#include "publish/document.h"
#include "support/match_builders.h"

#include "base/mem.h"
#include "base/rng.h"
#include "base/time_text.h"
#include "core/decide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOW INT64_C(1795000000000)
#define HOUSES 600
#define RUNS_MAX 1000

static int64_t clock_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- the network ---- */

static void give(struct engine *e, struct command cmd)
{
    struct event_list events = {0};
    struct outcome outcome;

    engine_decide(e, &cmd, NOW, &events, &outcome);
    if (outcome.refusal != REFUSAL_NONE) {
        fprintf(stderr, "refused: %s\n", refusal_code(outcome.refusal));
        exit(1);
    }
    for (size_t i = 0; i < events.n; i++) {
        events.list[i].seq = engine_seq(e) + 1;
        engine_apply(e, &events.list[i]);
    }
    event_list_fini(&events);
}

static void define_org(struct engine *e, enum org_kind kind, const char *code, uint8_t region)
{
    struct org o = {.kind = kind, .region = region};

    snprintf(o.code, sizeof o.code, "%s", code);
    snprintf(o.name, sizeof o.name, "Organisatie %s", code);
    give(e, (struct command){.kind = CMD_DEFINE_ORG, .actor = {.role = ROLE_SYSTEM}, .u.org = &o});
}

static void define_house(struct engine *e, unsigned i)
{
    struct location l = {.region = (uint8_t)(i % vocab_regions(engine_vocab(e))),
                         .intake_until_minute = 1440};
    char code[CODE_SIZE];

    snprintf(code, sizeof code, "opvang-%u", i);
    define_org(e, ORG_SHELTER, code, l.region);
    l.org = engine_org_find(e, code);
    snprintf(l.code, sizeof l.code, "huis-van-opvang-%u", i);
    snprintf(l.name, sizeof l.name, "Codenaam %u", i);
    give(e, (struct command){.kind = CMD_DEFINE_LOCATION, .actor = {.role = ROLE_SYSTEM}, .u.location = &l});
}

static void define_pool(struct engine *e, struct rng *g, unsigned i)
{
    struct pool p = {.location = {1 + i % HOUSES},
                     .kind = (enum kind)(rng_below(g, KIND_N)),
                     .unit_size = 4,
                     .units_total = (uint16_t)(1 + rng_below(g, 12))};
    struct observation o = {.source = SOURCE_FEED,
                            .report = i + 1,
                            .total = p.units_total,
                            .free = (int32_t)rng_below(g, p.units_total + 1u),
                            .out_of_order = 0,
                            .deliverable = TRI_YES,
                            .observed_at_ms = NOW - rng_below(g, 10 * 3600 * 1000)};
    struct org_id org;

    snprintf(p.code, sizeof p.code, "huis-van-opvang-%u-plek-%u", i % HOUSES, i);
    snprintf(p.name, sizeof p.name, "Gezinskamer %u", i);
    snprintf(p.name_en, sizeof p.name_en, "Family room %u", i);
    give(e, (struct command){.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p});
    o.pool = (struct pool_id){engine_pools(e)};
    o.occupied = o.total - o.free;
    org = engine_pool(e, o.pool)->org;
    give(e, (struct command){.kind = CMD_REPORT_CAPACITY,
                             .actor = {.role = ROLE_MACHINE, .carries = &org, .n_carries = 1},
                             .u.report = {.list = &o, .n = 1}});
}

/* ---- measuring ---- */

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static void measure(const struct engine *e, const char *who, struct actor reader, enum publish_document d,
                    uint32_t limit, int runs)
{
    static const char *const names[PUBLISH_N] = {"json", "opvang.xml", "opvang.json",
                                                 "hsds", "fhir.json",  "fhir.xml"};
    const struct publish_links links = {.path = "/capacity", .filters = ""};
    const struct publish_query q = {.reader = reader,
                                    .region = REGION_NONE,
                                    .kind = KIND_N,
                                    .need = publish_need(d),
                                    .page = 1,
                                    .limit = limit,
                                    .minimum_cell = 5};
    int64_t all[RUNS_MAX], rows[RUNS_MAX];
    size_t bytes = 0, n = 0;

    for (int i = 0; i < runs; i++) {
        struct publish_page p;
        struct buf out = {0};
        int64_t begin = clock_ns();

        publish_page_make(e, NOW, &q, &p);
        rows[i] = clock_ns() - begin; /* what a 304 costs */
        publish_write(&p, d, &links, &out);
        all[i] = clock_ns() - begin;
        bytes = out.len;
        n = p.n;
        publish_page_fini(&p);
        buf_fini(&out);
    }
    qsort(all, (size_t)runs, sizeof *all, compare);
    qsort(rows, (size_t)runs, sizeof *rows, compare);
    printf(
        "%-10s %-12s limit %4u rows %4zu %8zu bytes  200: best %7.0f middle %7.0f us  304: middle %6.0f us\n",
        who, names[d], limit, n, bytes, (double)all[0] / 1e3, (double)all[runs / 2] / 1e3,
        (double)rows[runs / 2] / 1e3);
}

int main(int argc, char **argv)
{
    static const uint32_t limits[] = {200, 500, 1000};
    unsigned pools = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 10000;
    int runs = argc > 2 ? atoi(argv[2]) : 100;
    struct core_settings settings = core_settings_default();
    struct vocab *v = vocab_of_repository();
    struct engine *e = engine_new(v, &settings);
    struct rng g = rng_seed(20261129);

    if (runs < 1 || runs > RUNS_MAX)
        return 2;
    for (unsigned i = 0; i < HOUSES; i++)
        define_house(e, i);
    define_org(e, ORG_VEILIG_THUIS, "vt", 0);
    define_org(e, ORG_RAPPORTEUR, "rapporteur", REGION_NONE);
    for (unsigned i = 0; i < pools; i++)
        define_pool(e, &g, i);
    const struct actor referrer = {.role = ROLE_REFERRER, .org = engine_org_find(e, "vt")};
    const struct actor rapporteur = {.role = ROLE_RAPPORTEUR, .org = engine_org_find(e, "rapporteur")};
    printf("%u pools, %u organisations\n", engine_pools(e), engine_orgs(e));
    for (unsigned d = 0; d < PUBLISH_N; d++)
        for (size_t k = 0; k < COUNT_OF(limits); k++)
            if (limits[k] <= publish_limit_max((enum publish_document)d))
                measure(e, "per pool", referrer, (enum publish_document)d, limits[k], runs);
    for (unsigned d = 0; d < PUBLISH_N; d++)
        if (d != PUBLISH_OPVANG_XML && d != PUBLISH_OPVANG_JSON)
            measure(e, "aggregated", rapporteur, (enum publish_document)d, 1000, runs);
    engine_free(e);
    vocab_free(v);
    return 0;
}
