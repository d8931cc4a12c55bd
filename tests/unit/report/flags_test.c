/* Refusals for want of money: in whole for the municipality of the region, and so hidden for others that no
 * small one can be worked out. */
#include "report/flags.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "support/exchange.h"

#include <stdlib.h>
#include <string.h>

#define MINIMUM 5

static void refuse(struct exchange *x, uint8_t region, int times)
{
    uint8_t reason = (uint8_t)(vocab_list_find(x->vocab, LIST_DECLINE, "bekostiging") + 1);

    for (int i = 0; i < times; i++) {
        struct need n = a_need(.level = THREAT_ROOD);

        n.home_region = region;
        do_answer(x, CMD_DECLINE, do_ask_one(x, do_open(x, VT_OOST, n), POOL_B), reason);
    }
}

static struct flags_report *made(const struct exchange *x, enum role role, unsigned org, int32_t days_ago)
{
    struct flags_report *r = malloc(sizeof *r);
    struct actor who = actor_of(role, org);
    struct flags_audience a = audience_of_flags(x->e, &who);
    int32_t day = time_day_nl(x->now) - days_ago;

    assert_non_null(r);
    assert_true(a.sees);
    flags_report_make(x->e, &a, day, day, MINIMUM, r);
    return r;
}

static void the_own_region_in_whole(void **state)
{
    struct exchange *x = exchange_new();
    uint8_t own = engine_org(x->e, (struct org_id){GEMEENTE})->region;
    struct flags_report *r = NULL;

    (void)state;
    refuse(x, own, 2);
    refuse(x, (uint8_t)(own + 1), 9);
    r = made(x, ROLE_MUNICIPALITY, GEMEENTE, 0);
    assert_int_equal(r->regions[own].count, 2);
    for (size_t i = 0; i < r->n_regions; i++)
        assert_int_equal(r->regions[i].hidden, i != own); /* also one that others may see */
    assert_true(r->all.hidden);
    free(r);
    r = made(x, ROLE_MUNICIPALITY, GEMEENTE, 1); /* yesterday there was none */
    assert_int_equal(r->regions[own].count, 0);
    free(r);
    exchange_free(x);
}

/* What is hidden beside a total that is shown adds up to no small number, and is never one region alone. */
static void assert_nothing_follows(const struct flags_report *r)
{
    int64_t hidden = r->all.count;
    size_t n = 0;

    for (size_t i = 0; i < r->n_regions; i++) {
        const struct flags_cell *c = &r->regions[i];

        if (c->hidden) {
            n++;
            continue;
        }
        assert_true(c->count == 0 || c->count >= MINIMUM);
        hidden -= c->count;
    }
    if (!r->all.hidden && n > 0 && (hidden < MINIMUM || n < 2))
        fail_msg("%d hidden regions have %d of %d", (int)n, (int)hidden, (int)r->all.count);
}

static void small_ones_are_hidden_and_do_not_follow(void **state)
{
    static const struct {
        int counts[4];
        bool all_hidden, big_hidden; /* the total; the last region */
    } cases[] = {
        {{0, 0, 0, 0}, false, false}, {{1, 0, 0, 0}, true, false},  {{4, 0, 0, 5}, false, true},
        {{3, 3, 0, 9}, false, false}, {{5, 6, 7, 8}, false, false}, {{1, 1, 1, 20}, false, true},
        {{4, 4, 4, 6}, false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct flags_report *r = NULL;
        int64_t sum = 0;

        for (uint8_t g = 0; g < 4; g++) {
            refuse(x, (uint8_t)(7 + g), cases[i].counts[g]);
            sum += cases[i].counts[g];
        }
        r = made(x, ROLE_RAPPORTEUR, RAPPORTEUR, 0);
        assert_int_equal(r->all.count, sum);
        assert_nothing_follows(r);
        for (size_t g = 0; g < 4; g++)
            assert_true(cases[i].counts[g] == 0 || cases[i].counts[g] >= MINIMUM || r->regions[7 + g].hidden);
        if (r->all.hidden != cases[i].all_hidden && r->regions[10].hidden != cases[i].big_hidden)
            fail_msg("case %zu: total %d, largest %d", i, r->all.hidden, r->regions[10].hidden);
        free(r);
        exchange_free(x);
    }
}

static void who_may_not_sees_none(void **state)
{
    struct exchange *x = exchange_new();
    const struct actor others[] = {referrer_of(VT_OOST), shelter_of(HUIS_A),
                                   actor_of(ROLE_COMENSHA, COMENSHA), actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR),
                                   actor_of(ROLE_MUNICIPALITY, RAPPORTEUR)};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_false(audience_of_flags(x->e, &others[i]).sees);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_own_region_in_whole),
        cmocka_unit_test(small_ones_are_hidden_and_do_not_follow),
        cmocka_unit_test(who_may_not_sees_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
