/* The unplaced register in numbers: what is counted, and that nothing is given where the overview hides. */
#include "report/unplaced.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "report/overview.h"
#include "support/exchange.h"

#include <stdlib.h>

static struct unplaced_report *made(const struct exchange *x, int minimum)
{
    struct unplaced_report *r = mem_new(1, sizeof *r);

    unplaced_report_make(x->e, x->now, 90, minimum, r);
    return r;
}

static void close_it(struct exchange *x, struct referral_id r)
{
    struct command cmd = {.kind = CMD_CLOSE_REFERRAL, .actor = referrer_of(VT_OOST)};

    cmd.u.night.referral = r;
    cmd.u.night.night = (struct night){.day = (int32_t)(x->now / MS_DAY), .slept = 12, .reason = 1};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
}

static const struct unplaced_row *home(const struct exchange *x, const struct unplaced_report *r)
{
    return &r->regions[engine_org(x->e, (struct org_id){VT_OOST})->region];
}

static void every_end_is_counted_once(void **state)
{
    struct exchange *x = exchange_new();
    struct unplaced_report *r = NULL;
    struct referral_id placed, bridged, withdrawn;
    struct command bridge = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};

    (void)state;
    placed = do_open(x, VT_OOST, a_need());
    bridged = do_open(x, VT_OOST, a_need());
    withdrawn = do_open(x, VT_OOST, a_need());
    close_it(x, do_open(x, VT_OOST, a_need())); /* before its deadline: it got no place all the same */
    x->now += 5 * MS_HOUR;
    do_tick(x);
    do_answer(x, CMD_ACCEPT, do_ask_one(x, placed, POOL_C), 0);
    bridge.u.ask.referral = bridged;
    bridge.u.ask.pools[0].v = POOL_B;
    bridge.u.ask.n = 1;
    bridge.u.ask.bridge = true;
    exchange_do(x, &bridge);
    do_answer(x, CMD_ACCEPT, x->last.requests[0], 0); /* a bridge is no place */
    do_referral(x, CMD_WITHDRAW, withdrawn, 0, 1);
    r = made(x, 1);
    assert_int_equal(home(x, r)->value[UNPLACED_WAITING], 1);
    assert_int_equal(home(x, r)->value[UNPLACED_CLOSED], 1);
    assert_int_equal(home(x, r)->value[UNPLACED_WITHDRAWN], 1);
    assert_int_equal(home(x, r)->value[UNPLACED_TOTAL], 3);
    assert_int_equal(r->all.value[UNPLACED_TOTAL], 3);
    assert_false(home(x, r)->hidden[UNPLACED_TOTAL]);
    free(r);
    x->now += 91 * MS_DAY;
    r = made(x, 1);
    assert_int_equal(r->all.value[UNPLACED_TOTAL], 0);
    free(r);
    exchange_free(x);
}

/* Five closed and one waiting: neither the one nor what it follows from. */
static void what_the_overview_hides_is_not_here_either(void **state)
{
    static const int counts[] = {0, 1, 3, 4, 5, 6, 9};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct exchange *x = exchange_new();
        struct unplaced_report *r = NULL;
        struct overview *o = mem_new(1, sizeof *o);

        for (int k = 0; k < counts[i]; k++)
            close_it(x, do_open(x, VT_OOST, a_need()));
        do_open(x, VT_OOST, a_need());
        x->now += 5 * MS_HOUR;
        do_tick(x);
        overview_make(x->e, x->now, 90, 5, o);
        r = made(x, 5);
        for (size_t g = 0; g <= r->n_regions; g++) {
            const struct unplaced_row *row = g < r->n_regions ? &r->regions[g] : &r->all;
            struct overview_cell total = g < r->n_regions ? o->regions[g].unplaced : o->totals.unplaced;

            assert_int_equal(row->hidden[UNPLACED_TOTAL], total.suppressed);
            for (int c = 0; c < UNPLACED_PART_N; c++) {
                if (total.suppressed)
                    assert_true(row->hidden[c]);
                if (!row->hidden[c])
                    assert_true(row->value[c] == 0 || row->value[c] >= 5);
            }
        }
        assert_true(home(x, r)->hidden[UNPLACED_WAITING]);
        free(o);
        free(r);
        exchange_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_end_is_counted_once),
        cmocka_unit_test(what_the_overview_hides_is_not_here_either),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
