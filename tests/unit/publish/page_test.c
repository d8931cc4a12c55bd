/* Which rows a reader gets: by role, filter and page; and that the digest turns whenever a row does. */
#include "publish/page.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "support/exchange.h"

#include <string.h>

static struct publish_query asking(struct actor who)
{
    return (struct publish_query){.reader = who,
                                  .region = REGION_NONE,
                                  .kind = KIND_N,
                                  .page = 1,
                                  .limit = PUBLISH_LIMIT_MAX,
                                  .minimum_cell = 5};
}

static uint64_t digest(const struct exchange *x, const struct publish_query *q)
{
    struct publish_page p;

    publish_page_make(x->e, x->now, q, &p);
    uint64_t d = p.digest;
    publish_page_fini(&p);
    return d;
}

static void test_rows_by_role(void **state)
{
    struct exchange *x = exchange_new();
    const struct actor partner = {.role = ROLE_MACHINE, .reads_as = ROLE_SHELTER, .reads_for = {HUIS_A}};
    const struct actor adapter = {.role = ROLE_MACHINE, .carries = &(struct org_id){HUIS_A}, .n_carries = 1};
    const struct {
        const char *name;
        struct actor who;
        uint32_t total;
        bool cells;
    } cases[] = {
        {"referrer", referrer_of(VT_OOST), 5, false},
        {"CoMensha", actor_of(ROLE_COMENSHA, COMENSHA), 5, false},
        {"operator", actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR), 5, false},
        {"two houses", shelter_of(HUIS_A), 2, false},
        {"one house of two", shelter_at(HUIS_A, A_ZUID), 1, false},
        {"administrator", actor_of(ROLE_ORG_ADMIN, HUIS_C), 2, false},
        {"administrator without houses", actor_of(ROLE_ORG_ADMIN, VT_OOST), 0, false},
        {"municipality of another region", actor_of(ROLE_MUNICIPALITY, GEMEENTE), 0, true},
        {"rapporteur", actor_of(ROLE_RAPPORTEUR, RAPPORTEUR), 2, true},
        {"partner as A", partner, 2, false},
        {"adapter", adapter, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct publish_query q = asking(cases[i].who);
        struct publish_page p;

        publish_page_make(x->e, x->now, &q, &p);
        if (p.total != cases[i].total || p.n != p.total || (p.cells != NULL) != cases[i].cells)
            fail_msg("%s: %u rows", cases[i].name, p.total);
        publish_page_fini(&p);
    }
    exchange_free(x);
}

static void test_filters_and_pages(void **state)
{
    struct exchange *x = exchange_new();
    const uint8_t here = vocab_region_find(x->vocab, "R30"), there = vocab_region_find(x->vocab, "R28");
    const struct {
        const char *name;
        uint8_t region;
        enum kind kind;
        unsigned provider;
        uint32_t page, limit, total, n, first;
    } cases[] = {
        {"all", REGION_NONE, KIND_N, 0, 1, 10, 5, 5, POOL_A1},
        {"here", here, KIND_N, 0, 1, 10, 5, 5, POOL_A1},
        {"elsewhere", there, KIND_N, 0, 1, 10, 0, 0, 0},
        {"a kind", REGION_NONE, KIND_COSM, 0, 1, 10, 1, 1, POOL_COSM},
        {"a kind there is none of", here, KIND_JEUGD, 0, 1, 10, 0, 0, 0},
        {"a provider", REGION_NONE, KIND_N, HUIS_C, 1, 10, 2, 2, POOL_C},
        {"all three", here, KIND_CRISIS, HUIS_C, 1, 10, 1, 1, POOL_C},
        {"first page", REGION_NONE, KIND_N, 0, 1, 2, 5, 2, POOL_A1},
        {"second page", REGION_NONE, KIND_N, 0, 2, 2, 5, 2, POOL_B},
        {"last page", REGION_NONE, KIND_N, 0, 3, 2, 5, 1, POOL_COSM},
        {"behind the last", REGION_NONE, KIND_N, 0, 4, 2, 5, 0, 0},
        {"far behind the last", REGION_NONE, KIND_N, 0, UINT32_MAX, 1000, 5, 0, 0},
        {"one by one", REGION_NONE, KIND_N, 0, 5, 1, 5, 1, POOL_COSM},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct publish_query q = asking(referrer_of(VT_OOST));
        struct publish_page p;

        q.region = cases[i].region;
        q.kind = cases[i].kind;
        q.provider.v = cases[i].provider;
        q.page = cases[i].page;
        q.limit = cases[i].limit;
        publish_page_make(x->e, x->now, &q, &p);
        if (p.total != cases[i].total || p.n != cases[i].n ||
            (p.n > 0 && p.pools[0].pool->id.v != cases[i].first))
            fail_msg("%s: %u, %zu", cases[i].name, p.total, p.n);
        publish_page_fini(&p);
    }
    exchange_free(x);
}

static void test_links(void **state)
{
    struct exchange *x = exchange_new();
    const struct publish_links links = {.path = "/capacity", .filters = "region=R30&"};
    struct publish_query q = asking(referrer_of(VT_OOST));
    char path[PATH_TEXT_SIZE];
    struct publish_page p;

    (void)state;
    q.limit = 2;
    publish_page_make(x->e, x->now, &q, &p);
    assert_string_equal(publish_path(&p, 2, &links, path), "/api/v1/capacity?region=R30&page=2&limit=2");
    assert_string_equal(publish_path(&p, 3, &links, path), "/api/v1/capacity?region=R30&page=3&limit=2");
    assert_string_equal(publish_path(&p, 4, &links, path), "");
    publish_page_fini(&p);
    exchange_free(x);
}

/* Each step of CHANGE tells something else of pool B than before; the digest sees it, also of counts. */
static void test_digest(void **state)
{
    struct exchange *x = exchange_new();
    struct publish_query pools = asking(referrer_of(VT_OOST)),
                         cells = asking(actor_of(ROLE_RAPPORTEUR, RAPPORTEUR));
    uint64_t before = digest(x, &pools), counts = digest(x, &cells);
    struct observation o;

    (void)state;
    cells.minimum_cell = 1;
    counts = digest(x, &cells);
    assert_true(before == digest(x, &pools));
    x->now += MS_MINUTE; /* nothing turns with a minute */
    assert_true(before == digest(x, &pools));
    assert_true(counts == digest(x, &cells));

    o = an_observation(x, POOL_B, POOL_UNITS, POOL_UNITS - 1);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    assert_true(before != digest(x, &pools));
    assert_true(counts != digest(x, &cells));
    before = digest(x, &pools);
    counts = digest(x, &cells);

    struct referral_id r = do_open(x, VT_OOST, a_need());
    assert_true(before == digest(x, &pools)); /* a household that looks is nobody's capacity */
    do_ask_one(x, r, POOL_B);
    assert_true(before != digest(x, &pools));
    assert_true(counts != digest(x, &cells));
    before = digest(x, &pools);

    x->now += 2 * MS_HOUR; /* no longer fresh, without anybody saying a word */
    assert_true(before != digest(x, &pools));

    /* Hand and feed each stop the pool; the feed's ends, the pool stays shut for another reason. */
    o = an_observation(x, POOL_B, POOL_UNITS, 0);
    o.source = SOURCE_HAND;
    o.stop = 1;
    do_report(x, shelter_of(HUIS_B), &o, 1);
    x->now += MS_MINUTE;
    o = an_observation(x, POOL_B, POOL_UNITS, 0);
    o.source = SOURCE_FEED;
    o.stop = 2;
    o.stop_until_ms = x->now + 19 * MS_MINUTE;
    do_report(x, shelter_of(HUIS_B), &o, 1);
    struct pool_stop first = engine_pool_stop(x->e, (struct pool_id){POOL_B}, x->now);
    before = digest(x, &pools);
    x->now += 20 * MS_MINUTE;
    assert_true(first.reason != engine_pool_stop(x->e, (struct pool_id){POOL_B}, x->now).reason);
    assert_true(before != digest(x, &pools));

    before = digest(x, &pools);
    pools.limit = 3;
    assert_true(before != digest(x, &pools));
    exchange_free(x);
}

static void test_available(void **state)
{
    static const struct {
        const char *name;
        int free;
        enum tri deliverable;
        uint8_t stop;
        int until_minutes; /* 0 = open end */
        int32_t want;
    } cases[] = {
        {"free", 2, TRI_YES, 0, 0, 2},
        {"free, of staff nothing was said", 2, TRI_UNKNOWN, 0, 0, 2},
        {"nobody there", 2, TRI_NO, 0, 0, 0},
        {"stopped", 2, TRI_YES, 1, 0, 0},
        {"stopped till later", 2, TRI_YES, 1, 60, 0},
        {"the stop is over", 2, TRI_YES, 1, 1, 2},
        {"free not known", -1, TRI_YES, 0, 0, UNITS_UNKNOWN},
        {"free not known, stopped", -1, TRI_UNKNOWN, 1, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct observation o = an_observation(x, POOL_B, POOL_UNITS, cases[i].free);
        struct publish_query q = asking(shelter_of(HUIS_B));
        struct publish_page p;

        o.deliverable = cases[i].deliverable;
        o.stop = cases[i].stop;
        o.stop_until_ms = cases[i].until_minutes > 0 ? x->now + cases[i].until_minutes * MS_MINUTE : 0;
        if (do_report(x, shelter_of(HUIS_B), &o, 1).applied != 1)
            fail_msg("%s: not taken", cases[i].name);
        x->now += 2 * MS_MINUTE;
        publish_page_make(x->e, x->now, &q, &p);
        if (p.pools[0].available != cases[i].want)
            fail_msg("%s: %d", cases[i].name, p.pools[0].available);
        publish_page_fini(&p);
        exchange_free(x);
    }
}

static void test_uuid(void **state)
{
    char a[UUID_TEXT_SIZE], b[UUID_TEXT_SIZE];

    (void)state;
    assert_string_equal(publish_uuid("pool", "x", a), publish_uuid("pool", "x", b));
    assert_string_not_equal(publish_uuid("pool", "y", a), b);
    assert_string_not_equal(publish_uuid("org", "x", a), b);
    assert_int_equal(strlen(b), 36);
    assert_int_equal(b[14], '8');
    assert_non_null(strchr("89ab", b[19]));
    assert_string_equal(b,
                        "14ae732f-ca8c-8583-9b9e-ccabf7d8f934"); /* partners keep these: never change them */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_by_role), cmocka_unit_test(test_filters_and_pages),
        cmocka_unit_test(test_links),        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_available),    cmocka_unit_test(test_uuid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
