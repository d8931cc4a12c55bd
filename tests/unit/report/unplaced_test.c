/* The unplaced register in numbers: what is counted, and that nothing is given where the overview hides. */
#include "report/unplaced.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "report/overview.h"
#include "support/exchange.h"

#include <stdlib.h>
#include <string.h>

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

static int64_t hidden_of(const struct unplaced_cell *cells, size_t n, int64_t total, size_t *n_hidden)
{
    int64_t hidden = total;

    *n_hidden = 0;
    for (size_t i = 0; i < n; i++) {
        *n_hidden += cells[i].hidden;
        if (!cells[i].hidden) {
            assert_true(cells[i].count == 0 || cells[i].count >= 5);
            hidden -= cells[i].count;
        }
    }
    return hidden;
}

static void close_as(struct exchange *x, struct referral_id r, uint8_t slept, uint8_t reason)
{
    struct command cmd = {.kind = CMD_CLOSE_REFERRAL, .actor = referrer_of(VT_OOST)};

    cmd.u.night.referral = r;
    cmd.u.night.night = (struct night){.day = (int32_t)(x->now / MS_DAY), .slept = slept, .reason = reason};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
}

static void why_where_and_how_long(void **state)
{
    struct exchange *x = exchange_new();
    struct command told = {.kind = CMD_NOTE_NIGHT, .actor = referrer_of(VT_OOST)};
    struct unplaced_report *r = NULL;
    size_t n = 0;

    (void)state;
    for (int i = 0; i < 6; i++)
        close_as(x, do_open(x, VT_OOST, a_need()), 12, 1);
    for (int i = 0; i < 2; i++)
        close_as(x, do_open(x, VT_OOST, a_need()), 14, 2);
    told.u.night.referral = do_open(x, VT_OOST, a_need());
    told.u.night.night = (struct night){.day = (int32_t)(x->now / MS_DAY), .slept = 16};
    assert_int_equal(exchange_do(x, &told).refusal, REFUSAL_NONE);
    x->now += 5 * MS_HOUR;
    do_tick(x);
    r = made(x, 1);
    assert_int_equal(r->slept[16].count, 1); /* of a night, while it is looked for */
    assert_int_equal(r->reasons[1].count, 6);
    assert_int_equal(r->reasons[2].count, 2);
    assert_int_equal(r->reasons[0].count, 1); /* nobody said yet */
    assert_int_equal(r->slept[12].count, 6);
    assert_int_equal(r->slept[14].count, 2);
    assert_int_equal(r->hours[0].count, 8); /* closed in their first hours */
    assert_int_equal(r->hours[1].count, 1);
    assert_int_equal(r->hours[2].count + r->hours[3].count, 0);
    free(r);
    r = made(x, 5);
    assert_false(r->all.hidden[UNPLACED_TOTAL]);
    assert_true(r->reasons[0].hidden && r->reasons[2].hidden);
    assert_true(hidden_of(r->reasons, r->n_reasons, 9, &n) >= 5 && n >= 2); /* three alone are too few */
    assert_true(hidden_of(r->slept, r->n_slept, 9, &n) >= 5 && n >= 2);
    assert_true(hidden_of(r->hours, UNPLACED_HOURS_N, 9, &n) >= 5 && n >= 2);
    free(r);
    exchange_free(x);
}

/* Nobody types the nights of a hotel: that it stands is enough, until somebody closes and says more. */
static void a_hotel_is_where_they_slept(void **state)
{
    struct exchange *x = exchange_new();
    struct command cmd = {.kind = CMD_OPEN_BRIDGE, .actor = referrer_of(VT_OOST)};
    struct bridge_wish wish = {.kind = BRIDGE_HOTEL, .active = true};
    struct referral_id id = do_open(x, VT_OOST, a_need());
    struct unplaced_report *r = NULL;

    (void)state;
    wish.owner.kind = BRIDGE_OWNER_DESK;
    wish.owner.account.v = 101;
    strcpy(wish.owner.callback, "010 555 0100");
    cmd.u.open_bridge.referral = id;
    cmd.u.open_bridge.wish = &wish;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    x->now += 2 * MS_DAY;
    do_tick(x);
    cmd = (struct command){.kind = CMD_CHECK_IN, .actor = referrer_of(VT_OOST)};
    cmd.u.bridge.bridge.v = 1;
    cmd.u.bridge.code = BRIDGE_CHECK_SAFE; /* heard of: so they were there */
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    r = made(x, 1);
    assert_int_equal(r->slept[12].count, 1);
    assert_int_equal(r->slept[0].count, 0);
    free(r);
    close_as(x, id, 14, 2);
    r = made(x, 1);
    assert_int_equal(r->slept[14].count, 1);
    assert_int_equal(r->slept[12].count, 0);
    free(r);
    exchange_free(x);
}

/* A total that the overview hides has no lines; nothing at all has nothing to hide. */
static void a_hidden_total_has_no_lines(void **state)
{
    struct exchange *x = exchange_new();
    struct unplaced_report *r = made(x, 5);

    (void)state;
    assert_false(r->all.hidden[UNPLACED_TOTAL] || r->reasons[0].hidden || r->hours[0].hidden);
    for (size_t g = 0; g < r->n_regions; g++)
        for (int c = 0; c < UNPLACED_PART_N; c++)
            assert_false(r->regions[g].hidden[c]);
    free(r);
    close_as(x, do_open(x, VT_OOST, a_need()), 12, 1);
    r = made(x, 5);
    assert_true(r->all.hidden[UNPLACED_TOTAL]);
    for (size_t i = 0; i < r->n_reasons; i++)
        assert_true(r->reasons[i].hidden);
    for (size_t i = 0; i < UNPLACED_HOURS_N; i++)
        assert_true(r->hours[i].hidden);
    free(r);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_end_is_counted_once),
        cmocka_unit_test(what_the_overview_hides_is_not_here_either),
        cmocka_unit_test(why_where_and_how_long),
        cmocka_unit_test(a_hotel_is_where_they_slept),
        cmocka_unit_test(a_hidden_total_has_no_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
