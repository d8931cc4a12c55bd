/* The table that goes out to partners beside the overview: counted alike, and neither gives away what the
 * other hides. The attacker here knows both, all equations between them, and solves them as a system. */
#include "report/supply.h"

#include "base/mem.h"
#include "base/rng.h"
#include "report/overview.h"
#include "support/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINIMUM 5
#define REGIONS 12 /* of the drawn world: enough for every pattern, and soon solved */

/* ---- a drawn network: a house in each region, some of the kinds, numbers small and large ---- */

static void define(struct exchange *x, struct command cmd)
{
    cmd.actor.role = ROLE_SYSTEM;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
}

static void draw_pool(struct exchange *x, struct rng *g, unsigned location, unsigned kind)
{
    char code[32];
    struct pool p;
    int total = rng_chance(g, 600) ? 1 + (int)rng_below(g, 5) : 6 + (int)rng_below(g, 30);

    snprintf(code, sizeof code, "p-%u-%u", location, kind);
    p = pool_of_kind(x, location, code, (enum kind)kind);
    p.units_total = (uint16_t)total;
    define(x, (struct command){.kind = CMD_DEFINE_POOL, .u.pool = &p});
    if (rng_chance(g, 100))
        return; /* never reported */
    struct observation o =
        an_observation(x, engine_pool_find(x->e, code).v, total, (int)rng_below(g, (uint32_t)total + 1));
    if (rng_chance(g, 300))
        o.free = 0;
    assert_int_equal(do_report(x, shelter_of(HUIS_A), &o, 1).applied, 1);
}

static struct exchange *draw_network(struct rng *g)
{
    struct exchange *x = exchange_new();

    for (uint8_t r = 0; r < REGIONS; r++) {
        struct location l = *engine_location(x->e, (struct location_id){A_NOORD});

        snprintf(l.code, sizeof l.code, "huis-%u", r);
        l.id.v = 0;
        l.region = r;
        define(x, (struct command){.kind = CMD_DEFINE_LOCATION, .u.location = &l});
        unsigned location = engine_location_find(x->e, l.code).v;
        for (unsigned k = 0; k < KIND_N; k++)
            if (rng_chance(g, 450))
                draw_pool(x, g, location, k);
    }
    return x;
}

/* ---- the attacker ---- */

/* Unknown 0.. are the cells, then kinds, then regions, then all. Rows of the matrix are the equations
 * "cells - margin = 0", without the known part: only which unknown follows matters, and that does not depend
 * on the values. Arithmetic modulo a prime. */
#define PRIME INT64_C(1000000007)
#define UNKNOWNS_MAX (VOCAB_REGIONS_MAX * KIND_N + KIND_N + VOCAB_REGIONS_MAX + 1)
#define EQUATIONS_MAX (KIND_N + VOCAB_REGIONS_MAX + 2)

struct system {
    size_t n, equations;
    int64_t m[EQUATIONS_MAX][UNKNOWNS_MAX];
};

static int64_t inverse(int64_t a)
{
    int64_t result = 1, base = (a % PRIME + PRIME) % PRIME;

    for (int64_t e = PRIME - 2; e > 0; e >>= 1) {
        if (e & 1)
            result = result * base % PRIME;
        base = base * base % PRIME;
    }
    return result;
}

/* Reduced row echelon form; returns how many unknowns stand alone in a row: those are known. */
static int solve(struct system *s)
{
    size_t row = 0;
    int known = 0;

    for (size_t col = 0; col < s->n && row < s->equations; col++) {
        size_t pivot = row;
        while (pivot < s->equations && s->m[pivot][col] == 0)
            pivot++;
        if (pivot == s->equations)
            continue;
        for (size_t c = 0; c < s->n && pivot != row; c++) {
            int64_t v = s->m[pivot][c];
            s->m[pivot][c] = s->m[row][c];
            s->m[row][c] = v;
        }
        int64_t f = inverse(s->m[row][col]);
        for (size_t c = 0; c < s->n; c++)
            s->m[row][c] = s->m[row][c] * f % PRIME;
        for (size_t r = 0; r < s->equations; r++) {
            int64_t by = s->m[r][col];
            for (size_t c = 0; c < s->n && r != row && by != 0; c++)
                s->m[r][c] = ((s->m[r][c] - by * s->m[row][c]) % PRIME + PRIME) % PRIME;
        }
        row++;
    }
    for (size_t r = 0; r < row; r++) {
        int entries = 0;
        for (size_t c = 0; c < s->n; c++)
            entries += s->m[r][c] != 0;
        known += entries == 1;
    }
    return known;
}

/* Everything that is published: the cells, and of the overview the margins. */
struct published {
    struct supply_table *t;
    struct overview *o;
};

static struct published publish(const struct exchange *x)
{
    struct published p = {mem_new(1, sizeof *p.t), mem_new(1, sizeof *p.o)};

    supply_table_make(x->e, x->now, MINIMUM, p.t);
    overview_make(x->e, x->now, 90, MINIMUM, p.o);
    return p;
}

static void forget(struct published *p)
{
    free(p->t);
    free(p->o);
}

/* The totals of what there is are all public; which cells of it are not, the attacker tries as well. */
static int attack_totals(const struct supply_table *t, int *hidden)
{
    struct system *s = mem_new(1, sizeof *s);
    int known;

    s->equations = KIND_N + t->n_regions;
    for (size_t r = 0; r < t->n_regions; r++) {
        for (size_t k = 0; k < KIND_N; k++) {
            if (!t->cell[r][k].total_hidden)
                continue;
            s->m[k][s->n] = 1;
            s->m[KIND_N + r][s->n++] = 1;
        }
    }
    *hidden += (int)s->n;
    known = solve(s);
    free(s);
    return known;
}

static int attack(const struct published *p, int *hidden)
{
    struct system *s = mem_new(1, sizeof *s);
    size_t kinds = 0, regions = KIND_N, all = KIND_N + p->t->n_regions;
    int known;

    s->equations = KIND_N + p->t->n_regions + 2;
    for (size_t r = 0; r < p->t->n_regions; r++) {
        for (size_t k = 0; k < KIND_N; k++) {
            if (!p->t->cell[r][k].hidden)
                continue;
            s->m[kinds + k][s->n] = 1;
            s->m[regions + r][s->n++] = 1;
        }
    }
    for (size_t k = 0; k < KIND_N; k++) {
        if (!p->o->kinds[k].units_occupied.suppressed)
            continue;
        s->m[kinds + k][s->n] = PRIME - 1;
        s->m[all][s->n++] = 1;
    }
    for (size_t r = 0; r < p->t->n_regions; r++) {
        if (!p->o->regions[r].units_occupied.suppressed)
            continue;
        s->m[regions + r][s->n] = PRIME - 1;
        s->m[all + 1][s->n++] = 1;
    }
    if (p->o->totals.units_occupied.suppressed) {
        s->m[all][s->n] = PRIME - 1;
        s->m[all + 1][s->n++] = PRIME - 1;
    }
    *hidden += (int)s->n;
    known = solve(s);
    free(s);
    return known;
}

static void test_nothing_follows_from_both(void **state)
{
    (void)state;
    struct rng g = rng_seed(20261129);
    int hidden = 0, shown = 0;

    for (int i = 0; i < 60; i++) {
        struct exchange *x = draw_network(&g);
        struct published p = publish(x);

        if (attack(&p, &hidden) != 0)
            fail_msg("network %d: a hidden number follows", i);
        if (attack_totals(p.t, &hidden) != 0)
            fail_msg("network %d: a hidden total follows", i);
        for (size_t r = 0; r < p.t->n_regions; r++) {
            for (size_t k = 0; k < KIND_N; k++) {
                const struct supply_cell *c = &p.t->cell[r][k];
                assert_true(c->hidden || c->n.occupied == 0 || c->n.occupied >= MINIMUM);
                assert_true(!c->hidden || (c->n.occupied == -1 && c->n.free == -1 && c->n.total != 0));
                assert_true(!c->total_hidden || (c->n.total == -1 && c->n.free == -1));
                shown += !c->hidden && c->n.pools > 0;
            }
        }
        forget(&p);
        exchange_free(x);
    }
    assert_true(hidden > 1000);
    assert_true(shown > 100); /* hiding everything would be no protection but silence */
}

/* Everything is taken, and the totals say so: then a number of units is a number of households, and nobody
 * may know a small one. (Alone in its region, or of its kind, it is the total itself.) */
static void test_everything_taken(void **state)
{
    (void)state;
    struct rng g = rng_seed(4);
    int small = 0;

    for (int i = 0; i < 20; i++) {
        struct exchange *x = draw_network(&g);
        struct supply_table *bare = mem_new(1, sizeof *bare), *t = mem_new(1, sizeof *t);

        supply_table_make(x->e, x->now, 1, bare);
        supply_table_make(x->e, x->now, MINIMUM, t);
        for (size_t r = 0; r < t->n_regions; r++) {
            for (size_t k = 0; k < KIND_N; k++) {
                int in_row = 0, in_col = 0;
                for (size_t c = 0; c < KIND_N; c++)
                    in_row += bare->cell[r][c].n.total > 0;
                for (size_t c = 0; c < t->n_regions; c++)
                    in_col += bare->cell[c][k].n.total > 0;
                int64_t total = bare->cell[r][k].n.total;
                if (total == 0 || total >= MINIMUM || in_row == 1 || in_col == 1)
                    continue;
                assert_true(t->cell[r][k].total_hidden);
                small++;
            }
        }
        free(bare);
        free(t);
        exchange_free(x);
    }
    assert_true(small > 200);
}

/* The attacker himself: of a table of which only the small cells are hidden he finds some. */
static void test_the_attacker_can(void **state)
{
    (void)state;
    struct rng g = rng_seed(7);
    int found = 0, hidden = 0;

    for (int i = 0; i < 5; i++) {
        struct exchange *x = draw_network(&g);
        struct published p = publish(x);
        struct supply_table *bare = mem_new(1, sizeof *bare);

        supply_table_make(x->e, x->now, 1, bare);
        for (size_t r = 0; r < bare->n_regions; r++)
            for (size_t k = 0; k < KIND_N; k++)
                bare->cell[r][k].hidden =
                    bare->cell[r][k].n.occupied > 0 && bare->cell[r][k].n.occupied < MINIMUM;
        free(p.t);
        p.t = bare;
        found += attack(&p, &hidden);
        forget(&p);
        exchange_free(x);
    }
    assert_true(found > 0);
}

/* Counted alike: the cells add up to what the overview says. */
static void test_adds_up_to_the_overview(void **state)
{
    (void)state;
    struct rng g = rng_seed(3);
    struct exchange *x = draw_network(&g);
    struct supply_table *t = mem_new(1, sizeof *t);
    struct overview *o = mem_new(1, sizeof *o);

    supply_table_make(x->e, x->now, 1, t);
    overview_make(x->e, x->now, 90, 1, o);
    for (size_t k = 0; k < KIND_N; k++) {
        int64_t total = 0, occupied = 0, free_ = 0;
        for (size_t r = 0; r < t->n_regions; r++) {
            total += t->cell[r][k].n.total;
            occupied += t->cell[r][k].n.occupied;
            free_ += t->cell[r][k].n.free;
        }
        assert_int_equal(total, o->kinds[k].units_total.value);
        assert_int_equal(occupied, o->kinds[k].units_occupied.value);
        assert_int_equal(free_, o->kinds[k].units_free.value);
    }
    free(t);
    free(o);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_follows_from_both),
        cmocka_unit_test(test_everything_taken),
        cmocka_unit_test(test_the_attacker_can),
        cmocka_unit_test(test_adds_up_to_the_overview),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
