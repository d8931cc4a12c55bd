/* Definitions: idempotent by code, in range, and a pool may change its profile but not its house. */
#include "support/exchange.h"

#include "base/mem.h"
#include "core/records.h"

#include <stdio.h>
#include <string.h>

static struct outcome define_org(struct exchange *x, struct org o)
{
    struct command cmd = {.kind = CMD_DEFINE_ORG, .actor = {.role = ROLE_SYSTEM}};

    cmd.u.org = &o;
    return exchange_do(x, &cmd);
}

static struct outcome define_location(struct exchange *x, struct location l)
{
    struct command cmd = {.kind = CMD_DEFINE_LOCATION, .actor = {.role = ROLE_SYSTEM}};

    cmd.u.location = &l;
    return exchange_do(x, &cmd);
}

static struct outcome define_pool(struct exchange *x, struct pool p)
{
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}};

    cmd.u.pool = &p;
    return exchange_do(x, &cmd);
}

static void the_same_again_changes_nothing(void **state)
{
    struct exchange *x = exchange_new();
    struct org o = *engine_org(x->e, (struct org_id){HUIS_A});
    struct location l = *engine_location(x->e, (struct location_id){A_ZUID});
    struct pool p = engine_pool_definition(x->e, (struct pool_id){POOL_B});

    (void)state;
    for (int with_id = 0; with_id < 2; with_id++) {
        if (!with_id) {
            o.id.v = 0;
            l.id.v = 0;
            p.id.v = 0;
        } else {
            o.id.v = HUIS_A;
            l.id.v = A_ZUID;
            p.id.v = POOL_B;
        }
        assert_int_equal(define_org(x, o).refusal, REFUSAL_NONE);
        assert_int_equal(last_count(x), 0);
        assert_int_equal(define_location(x, l).refusal, REFUSAL_NONE);
        assert_int_equal(last_count(x), 0);
        assert_int_equal(define_pool(x, p).refusal, REFUSAL_NONE);
        assert_int_equal(x->last.pool.v, POOL_B);
        assert_int_equal(last_count(x), 0);
    }
    exchange_free(x);
}

static void other_content_under_a_known_code(void **state)
{
    struct exchange *x = exchange_new();
    struct org o = *engine_org(x->e, (struct org_id){HUIS_A});
    struct location l = *engine_location(x->e, (struct location_id){A_ZUID});
    struct pool p = engine_pool_definition(x->e, (struct pool_id){POOL_B});
    uint64_t version = the_pool(x, POOL_B).version;

    (void)state;
    o.kind = ORG_COMENSHA;
    assert_int_equal(define_org(x, o).refusal, REFUSAL_DUPLICATE);
    l.region++;
    assert_int_equal(define_location(x, l).refusal, REFUSAL_DUPLICATE);
    p.son_age_max = 12;
    assert_int_equal(define_pool(x, p).refusal, REFUSAL_NONE);
    assert_int_equal(engine_pool(x->e, (struct pool_id){POOL_B})->son_age_max, 12);
    assert_true(the_pool(x, POOL_B).version > version);
    assert_int_equal(the_pool(x, POOL_B).latest->free, POOL_UNITS); /* what was reported stays */
    p.location.v = A_NOORD;
    p.org.v = HUIS_A;
    assert_int_equal(define_pool(x, p).refusal, REFUSAL_DUPLICATE);
    exchange_free(x);
}

static void ids_follow_each_other(void **state)
{
    struct exchange *x = exchange_new();
    struct pool p = pool_of_kind(x, B_HUIS, "nieuw", KIND_NOOD);

    (void)state;
    p.id.v = engine_pools(x->e) + 2;
    assert_int_equal(define_pool(x, p).refusal, REFUSAL_DUPLICATE);
    p.id.v = POOL_B;
    assert_int_equal(define_pool(x, p).refusal, REFUSAL_DUPLICATE);
    p.id.v = engine_pools(x->e) + 1;
    assert_int_equal(define_pool(x, p).refusal, REFUSAL_NONE);
    assert_int_equal(engine_pool_find(x->e, "nieuw").v, p.id.v);
    assert_int_equal(engine_pool(x->e, p.id)->org.v, HUIS_B); /* filled in from the location */
    exchange_free(x);
}

static void what_a_definition_hangs_on_must_exist(void **state)
{
    struct exchange *x = exchange_new();
    struct location l = *engine_location(x->e, (struct location_id){A_ZUID});
    struct pool p = pool_of_kind(x, 99, "nergens", KIND_NOOD);

    (void)state;
    assert_int_equal(define_pool(x, p).refusal, REFUSAL_NOT_FOUND);
    p = pool_of_kind(x, B_HUIS, "van-een-ander", KIND_NOOD);
    p.org.v = HUIS_C;
    assert_int_equal(define_pool(x, p).refusal, REFUSAL_DUPLICATE);
    l.id.v = 0;
    strcpy(l.code, "nergens");
    l.org.v = 99;
    assert_int_equal(define_location(x, l).refusal, REFUSAL_NOT_FOUND);
    exchange_free(x);
}

/* One value out of range each; what is taken can be written to the journal and read back. */
static void values_out_of_range(void **state)
{
    struct exchange *x = exchange_new();
    const struct pool good = pool_of_kind(x, B_HUIS, "goed", KIND_NOOD);
    struct pool bad[14];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        bad[i] = good;
    bad[0].code[0] = '\0';
    memset(bad[1].code, 'a', sizeof bad[1].code);
    strcpy(bad[2].name, "regel\nbreuk");
    strcpy(bad[3].name, "\xff");
    bad[4].kind = KIND_N;
    bad[5].unit_size = 0;
    bad[6].women = (enum tri)3;
    bad[7].adult_age_max = -3;
    bad[8].son_age_max = -3;
    bad[9].residences.no = bad[9].residences.yes;
    bad[10].threat_kinds.yes = UINT64_C(1) << THREAT_KIND_N;
    bad[11].gatekeeper = GATEKEEPER_N;
    bad[12].funded_until_ms = -1;
    bad[13].traits.no = bad[13].traits.yes;
    assert_true(pool_is_valid(&good));
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (define_pool(x, bad[i]).refusal != REFUSAL_LIMIT)
            fail_msg("case %zu was taken", i);
    }
    assert_int_equal(define_pool(x, good).refusal, REFUSAL_NONE);

    struct org o = {.kind = ORG_KIND_N, .code = "x", .name = "X", .region = REGION_NONE};
    assert_int_equal(define_org(x, o).refusal, REFUSAL_LIMIT);
    o.kind = ORG_SHELTER;
    o.region = VOCAB_REGIONS_MAX;
    assert_int_equal(define_org(x, o).refusal, REFUSAL_LIMIT);
    struct location l = {.org = {HUIS_A}, .code = "y", .name = "Y", .intake_until_minute = 1441};
    assert_int_equal(define_location(x, l).refusal, REFUSAL_LIMIT);
    exchange_free(x);
}

static void many_codes_are_found_again(void **state)
{
    struct exchange *x = exchange_new();
    struct pool p = pool_of_kind(x, B_HUIS, "", KIND_NOOD);

    (void)state;
    for (unsigned i = 0; i < 500; i++) {
        snprintf(p.code, sizeof p.code, "kamer-%u", i);
        assert_int_equal(define_pool(x, p).refusal, REFUSAL_NONE);
    }
    for (unsigned i = 0; i < 500; i++) {
        snprintf(p.code, sizeof p.code, "kamer-%u", i);
        assert_int_equal(engine_pool_find(x->e, p.code).v, POOL_COSM + 1 + i);
    }
    assert_int_equal(engine_pool_find(x->e, "kamer-500").v, 0);
    assert_int_equal(engine_org_find(x->e, "huis-c").v, HUIS_C);
    assert_int_equal(engine_location_find(x->e, "c-huis").v, C_HUIS);
    assert_int_equal(engine_location_find(x->e, "").v, 0);
    exchange_free(x);
}

static void what_is_not_there_is_null(void **state)
{
    struct exchange *x = exchange_new();

    (void)state;
    for (unsigned id = 0; id <= 100; id += 100) {
        assert_null(engine_org(x->e, (struct org_id){id}));
        assert_null(engine_location(x->e, (struct location_id){id}));
        assert_null(engine_pool(x->e, (struct pool_id){id}));
        assert_null(engine_referral(x->e, (struct referral_id){id}));
        assert_null(engine_request(x->e, (struct request_id){id}));
        assert_false(engine_pool_view(x->e, (struct pool_id){id}, x->now).reported);
    }
    assert_int_equal(engine_orgs(x->e), RAPPORTEUR);
    assert_int_equal(engine_locations(x->e), C_HUIS);
    assert_int_equal(engine_pools(x->e), POOL_COSM);
    assert_ptr_equal(engine_vocab(x->e), x->vocab);
    assert_int_equal(engine_settings(x->e)->ask_max[THREAT_ROOD], 5);
    engine_free(NULL);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_again_changes_nothing),
        cmocka_unit_test(other_content_under_a_known_code),
        cmocka_unit_test(ids_follow_each_other),
        cmocka_unit_test(what_a_definition_hangs_on_must_exist),
        cmocka_unit_test(values_out_of_range),
        cmocka_unit_test(many_codes_are_found_again),
        cmocka_unit_test(what_is_not_there_is_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
