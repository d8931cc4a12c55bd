/* Small cells stay hidden, also from someone who subtracts: random tables are attacked by solving their
 * equations, and small ones by trying every table that fits what was published. */
#include "report/suppress.h"

#include "base/mem.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MINIMUM 5

static void add_margins(struct suppress_table *t)
{
    size_t last_row = t->rows - 1;
    size_t last_col = t->cols - 1;
    for (size_t c = 0; c < t->cols; c++)
        t->value[last_row][c] = 0;
    for (size_t r = 0; r < last_row; r++) {
        t->value[r][last_col] = 0;
        for (size_t c = 0; c < last_col; c++) {
            t->value[r][last_col] += t->value[r][c];
            t->value[last_row][c] += t->value[r][c];
        }
        t->value[last_row][last_col] += t->value[r][last_col];
    }
}

static struct suppress_table draw(struct rng *g, size_t rows, size_t cols, uint32_t below)
{
    struct suppress_table t = {.rows = rows, .cols = cols};
    for (size_t r = 0; r + 1 < rows; r++)
        for (size_t c = 0; c + 1 < cols; c++)
            t.value[r][c] = rng_chance(g, 300) ? 0 : rng_below(g, below);
    add_margins(&t);
    return t;
}

/* The subtraction attacker: takes every equation with one unknown left and solves it, until none is left.
 * Returns how many hidden cells were found. */
static int subtract(const struct suppress_table *t)
{
    struct suppress_table known = *t;
    int found = 0;
    for (bool again = true; again;) {
        again = false;
        for (size_t line = 0; line < t->rows + t->cols; line++) {
            bool is_row = line < t->rows;
            size_t i = is_row ? line : line - t->rows;
            size_t n = is_row ? t->cols : t->rows;
            size_t unknown = 0;
            size_t at = 0;
            for (size_t k = 0; k < n; k++) {
                if (is_row ? known.hidden[i][k] : known.hidden[k][i]) {
                    unknown++;
                    at = k;
                }
            }
            if (unknown == 1) {
                if (is_row)
                    known.hidden[i][at] = false;
                else
                    known.hidden[at][i] = false;
                found++;
                again = true;
            }
        }
    }
    return found;
}

static void test_subtraction_finds_nothing(void **state)
{
    (void)state;
    struct rng g = rng_seed(20261121);
    int hidden = 0;
    for (int i = 0; i < 3000; i++) {
        struct suppress_table t =
            draw(&g, 2 + rng_below(&g, 36), 2 + rng_below(&g, 5), 3 + rng_below(&g, 40));
        suppress_table(&t, MINIMUM);
        assert_int_equal(subtract(&t), 0);
        for (size_t r = 0; r < t.rows; r++) {
            for (size_t c = 0; c < t.cols; c++) {
                assert_true(t.hidden[r][c] || t.value[r][c] == 0 || t.value[r][c] >= MINIMUM);
                hidden += t.hidden[r][c];
            }
        }
    }
    assert_true(hidden > 10000);
}

/* All tables of 3 x 3 inner cells that fit the published figures, knowing that a hidden cell is not 0 unless
 * it had to be hidden as company: then it may be anything. */
struct attack {
    const struct suppress_table *t;
    int64_t inner[2][2];
    int64_t seen_min[2][2], seen_max[2][2];
    int solutions;
    int64_t least; /* of a hidden cell, as far as the attacker knows */
};

static bool fits(const struct attack *a)
{
    const struct suppress_table *t = a->t;
    int64_t r0 = a->inner[0][0] + a->inner[0][1];
    int64_t r1 = a->inner[1][0] + a->inner[1][1];
    int64_t c0 = a->inner[0][0] + a->inner[1][0];
    int64_t c1 = a->inner[0][1] + a->inner[1][1];
    int64_t margin[5] = {r0, r1, c0, c1, r0 + r1};
    int64_t shown[5] = {t->value[0][2], t->value[1][2], t->value[2][0], t->value[2][1], t->value[2][2]};
    bool hidden[5] = {t->hidden[0][2], t->hidden[1][2], t->hidden[2][0], t->hidden[2][1], t->hidden[2][2]};
    for (int i = 0; i < 5; i++)
        if (!hidden[i] && margin[i] != shown[i])
            return false;
    return true;
}

static void enumerate(struct attack *a, int at)
{
    int r = at / 2;
    int c = at % 2;
    if (at == 4) {
        if (!fits(a))
            return;
        a->solutions++;
        for (int i = 0; i < 4; i++) {
            int64_t v = a->inner[i / 2][i % 2];
            if (v < a->seen_min[i / 2][i % 2])
                a->seen_min[i / 2][i % 2] = v;
            if (v > a->seen_max[i / 2][i % 2])
                a->seen_max[i / 2][i % 2] = v;
        }
        return;
    }
    if (!a->t->hidden[r][c]) {
        a->inner[r][c] = a->t->value[r][c];
        enumerate(a, at + 1);
        return;
    }
    for (a->inner[r][c] = a->least; a->inner[r][c] <= 24; a->inner[r][c]++)
        enumerate(a, at + 1);
}

static void test_every_hidden_cell_stays_open(void **state)
{
    (void)state;
    struct rng g = rng_seed(7);
    for (int i = 0; i < 2000; i++) {
        struct suppress_table t = draw(&g, 3, 3, 12);
        struct attack a = {.t = &t};
        suppress_table(&t, MINIMUM);
        memset(a.seen_min, 0x7f, sizeof a.seen_min);
        a.least = 1; /* zeros are shown where possible: the attacker reckons with that */
        for (int k = 0; k < 4; k++)
            if (t.hidden[k / 2][k % 2] && t.value[k / 2][k % 2] == 0)
                a.least = 0;
        enumerate(&a, 0);
        assert_true(a.solutions >= 1);
        for (size_t r = 0; r < 2; r++)
            for (size_t c = 0; c < 2; c++)
                if (t.hidden[r][c] && a.seen_min[r][c] == a.seen_max[r][c])
                    fail_msg("table %d: cell %zu,%zu = %lld follows", i, r, c, (long long)t.value[r][c]);
    }
}

static void test_known_cases(void **state)
{
    (void)state;
    /* a single small cell in a large table: its rectangle goes with it, the rest stays */
    struct suppress_table t = {.rows = 4, .cols = 4, .value = {{20, 30, 3}, {15, 9, 12}, {8, 40, 50}}};
    add_margins(&t);
    suppress_table(&t, MINIMUM);
    int hidden = 0;
    for (size_t r = 0; r < 4; r++)
        for (size_t c = 0; c < 4; c++)
            hidden += t.hidden[r][c];
    assert_true(t.hidden[0][2]);
    assert_int_equal(hidden, 4);

    /* two ones beside a shown total would both be known to be 1: a third cell goes with them */
    struct suppress_table ones = {.rows = 3, .cols = 4, .value = {{1, 1, 20}, {30, 31, 32}}};
    add_margins(&ones);
    suppress_table(&ones, MINIMUM);
    assert_true(ones.hidden[0][2] || ones.hidden[0][3]);

    /* nothing small: nothing hidden; minimum 1 hides nothing at all */
    struct suppress_table big = {.rows = 3, .cols = 3, .value = {{20, 0}, {15, 9}}};
    add_margins(&big);
    suppress_table(&big, MINIMUM);
    assert_int_equal(big.hidden[0][0] + big.hidden[0][1] + big.hidden[1][0] + big.hidden[1][1], 0);
    suppress_table(&t, 1);
    for (size_t r = 0; r < 4; r++)
        for (size_t c = 0; c < 4; c++)
            assert_false(t.hidden[r][c]);
}

/* Whoever knows that a room of two holds at most two: what is hidden in a line must leave room for doubt. */
static void test_bounds_leave_room(void **state)
{
    (void)state;
    struct rng g = rng_seed(20261129);
    int lines = 0;
    for (int i = 0; i < 1000; i++) {
        struct suppress_table t =
            draw(&g, 3 + rng_below(&g, 30), 3 + rng_below(&g, 8), 3 + rng_below(&g, 20));
        t.bounded = true;
        for (size_t r = 0; r < t.rows; r++)
            for (size_t c = 0; c < t.cols; c++)
                t.bound[r][c] = t.value[r][c] + (rng_chance(&g, 500) ? 0 : rng_below(&g, 4));
        suppress_table(&t, MINIMUM);
        assert_int_equal(subtract(&t), 0);
        for (size_t r = 0; r + 1 < t.rows; r++) {
            int64_t left = 0;
            bool any = false, all = true;
            for (size_t c = 0; c + 1 < t.cols; c++) {
                any |= t.hidden[r][c];
                all &= t.hidden[r][c];
                left += t.hidden[r][c] ? t.bound[r][c] - t.value[r][c] : 0;
            }
            if (!any || all || t.hidden[r][t.cols - 1])
                continue;
            assert_true(left >= MINIMUM);
            lines++;
        }
    }
    assert_true(lines > 100);
}

/* What is published nowhere covers for others, and is never made public. */
static void test_given_cells(void **state)
{
    (void)state;
    struct suppress_table t = {.rows = 3, .cols = 3};
    t.value[0][0] = 3;
    t.value[0][1] = 20;
    t.value[1][0] = 30;
    t.value[1][1] = 40;
    t.given[1][0] = t.given[1][1] = t.given[1][2] = true;
    add_margins(&t);
    suppress_table(&t, MINIMUM);
    assert_true(t.hidden[1][0] && t.hidden[1][1] && t.hidden[1][2]);
    assert_true(t.hidden[0][0]);
    assert_int_equal(subtract(&t), 0);
}

static void test_open_cells_stay_open(void **state)
{
    (void)state;
    struct rng g = rng_seed(11);
    for (int i = 0; i < 1000; i++) {
        struct suppress_table t = draw(&g, 3 + rng_below(&g, 34), 3, 9);
        t.quiet[1] = true;
        for (size_t r = 0; r < t.rows; r++)
            t.open[r][2] = true;
        suppress_table(&t, MINIMUM);
        for (size_t r = 0; r < t.rows; r++)
            assert_false(t.hidden[r][2]);
        for (size_t r = 0; r < t.rows; r++)
            assert_true(t.hidden[r][0] || t.value[r][0] == 0 || t.value[r][0] >= MINIMUM);
        assert_int_equal(subtract(&t), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_cases),
        cmocka_unit_test(test_subtraction_finds_nothing),
        cmocka_unit_test(test_every_hidden_cell_stays_open),
        cmocka_unit_test(test_bounds_leave_room),
        cmocka_unit_test(test_given_cells),
        cmocka_unit_test(test_open_cells_stay_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
