/* Why a place stands behind the one above it: each reason provoked by exactly one cause, and gone with it;
 * and in any world the reason is the one that the terms kept with a proposal tell. */
#include "support/any_world.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/scarcity.h"

#include <string.h>

#define NOTICEABLE 5 /* of core/match_rank_why.c: below it two places are as good */

/* ---- one cause ---- */

/* What is the same for both places, and the households whose history makes a price. */
static void set_stage(struct scene *s, enum reason_code code)
{
    s->query.now_ms = NIGHT_MS;
    s->query.deadline_ms = NIGHT_MS + 6 * MS_HOUR; /* after eight; within the window of scarce places */
    s->seen.observed_at_ms = NIGHT_MS - MS_HOUR;
    s->need.home_region = s->location.region;
    if (code == REASON_RANK_STALE)
        s->pool.women = TRI_UNKNOWN; /* an old number is a question: only among questions it is a class */
    if (code == REASON_RANK_LANGUAGE) {
        s->need.language = language(s->vocab, "ti");
        s->pool.languages = UINT64_MAX;
    }
    if (code == REASON_RANK_SOFT)
        tri_put(&s->need.traits, trait(s->vocab, "school"), TRI_YES);
    /* Sons of twelve and dogs have no place but the one that takes them. */
    s->pool.son_age_max = 11;
    tri_put(&s->pool.traits, trait(s->vocab, "huisdier_hond"), TRI_NO);
}

/* The one thing in which the place that comes second differs. */
static void set_cause(struct scene *s, int code)
{
    switch (code) {
    case REASON_RANK_ASK:
        s->pool.women = TRI_UNKNOWN;
        break;
    case REASON_RANK_HELD:
        s->pool.kind = KIND_BEVEILIGD;
        break;
    case REASON_RANK_LATER:
        s->location.night_intake = TRI_NO;
        break;
    case REASON_RANK_STALE:
        s->seen.observed_at_ms = NIGHT_MS - 9 * MS_HOUR;
        break;
    case REASON_RANK_SCARCE:
        s->pool.son_age_max = AGE_NO_LIMIT;
        break;
    case REASON_RANK_SCARCE_MANY:
        tri_put(&s->pool.traits, trait(s->vocab, "huisdier_hond"), TRI_YES);
        break;
    case REASON_RANK_FARTHER:
        s->location.region = region(s->vocab, "R17");
        break;
    case REASON_RANK_LANGUAGE:
        s->pool.languages = 0;
        break;
    case REASON_RANK_SOFT:
        tri_put(&s->pool.traits, trait(s->vocab, "school"), TRI_NO);
        break;
    case REASON_RANK_SECOND_MOVE:
        s->pool.kind = KIND_NOOD;
        break;
    case REASON_RANK_EQUAL:
        s->seen.observed_at_ms--;
        break;
    default:
        fail_msg("no cause of reason %d", code);
    }
}

/* Twenty mothers with a son of twelve and twenty women with a dog. */
static void add_history(struct engine *e, const struct scene *s, enum reason_code code)
{
    struct need son = s->need;
    struct need dog = s->need;

    need_add(&son, SEX_M, 12);
    tri_put(&dog.traits, trait(s->vocab, "huisdier_hond"), TRI_YES);
    for (int i = 0; i < 20 && code == REASON_RANK_SCARCE; i++)
        world_open(e, &son, NIGHT_MS - MS_DAY);
    for (int i = 0; i < 20 && code == REASON_RANK_SCARCE_MANY; i++)
        world_open(e, &dog, NIGHT_MS - MS_DAY);
}

/* Pool 1 with the cause or without, pool 2 always without: among equals pool 1 comes first. */
static struct match_result run_two(const struct vocab *v, enum reason_code code, bool with_cause)
{
    struct engine *e = world_new(v);
    struct match_result r;
    struct scene s;
    struct scene plain;

    scene_init(&s, v);
    set_stage(&s, code);
    plain = s;
    if (with_cause)
        set_cause(&s, (int)code);
    world_add(e, &s);
    world_add(e, &plain);
    add_history(e, &plain, code);
    plain.query.need = &plain.need;
    match_run(e, &plain.query, &r);
    assert_int_equal(r.n_out, 0);
    engine_free(e);
    return r;
}

static void each_reason_has_one_cause(void **state)
{
    static const struct {
        enum reason_code code;
        int a, b; /* -1 = any but 0 */
    } cases[] = {
        {REASON_RANK_ASK, 0, 0},
        {REASON_RANK_HELD, KIND_BEVEILIGD, 0},
        {REASON_RANK_LATER, 8 * 60, 0},
        {REASON_RANK_STALE, 9, 0},
        {REASON_RANK_SCARCE, SCARCE_TEEN_SON, 100},
        {REASON_RANK_SCARCE_MANY, -1, 0},
        {REASON_RANK_FARTHER, -1, 0},
        {REASON_RANK_LANGUAGE, -1, 0},
        {REASON_RANK_SOFT, 0, 0},
        {REASON_RANK_SECOND_MOVE, 72, 0},
        {REASON_RANK_EQUAL, 0, 0},
    };

    assert_int_equal(COUNT_OF(cases), REASON_RANK_EQUAL - REASON_RANK_BEST);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *name = reason_row(cases[i].code)->code;
        struct match_result r = run_two(*state, cases[i].code, true);
        struct reason why = r.list[1].why;

        if (r.list[0].pool.v != 2 || r.list[0].why.code != REASON_RANK_BEST)
            fail_msg("%s: the place without the cause is not first", name);
        if (why.code != cases[i].code)
            fail_msg("%s: it says %s", name, reason_row((enum reason_code)why.code)->code);
        if (cases[i].a >= 0 ? why.a != cases[i].a : why.a <= 0)
            fail_msg("%s: detail a is %d", name, why.a);
        if (why.b != cases[i].b)
            fail_msg("%s: detail b is %d", name, why.b);
        match_fini(&r);

        /* Without its cause the place is first, and the other one is as good. */
        r = run_two(*state, cases[i].code, false);
        if (r.list[0].pool.v != 1 || r.list[0].why.code != REASON_RANK_BEST)
            fail_msg("%s: without its cause the place is not first", name);
        if (r.list[1].why.code != REASON_RANK_EQUAL)
            fail_msg("%s: without its cause it says %s", name,
                     reason_row((enum reason_code)r.list[1].why.code)->code);
        match_fini(&r);
    }
}

/* ---- any world ---- */

#define POOLS 40
#define HISTORY 60

struct lot {
    struct scene who;
    struct scene supply[POOLS];
    struct need history[HISTORY];
};

static void draw_lot(struct lot *l, const struct vocab *v, uint64_t seed)
{
    struct rng r = rng_seed(seed);
    struct scene other;

    scene_init(&l->who, v);
    any_need(&r, &l->who);
    for (int i = 0; i < POOLS; i++) {
        l->supply[i] = l->who;
        any_supply(&r, &l->supply[i]);
    }
    other = l->who;
    for (int i = 0; i < HISTORY; i++) {
        any_need(&r, &other);
        l->history[i] = other.need;
    }
    l->who.query.need = &l->who.need;
}

static struct match_result run_lot(const struct lot *l)
{
    struct engine *e = world_new(l->who.vocab);
    struct match_result r;

    for (int i = 0; i < POOLS; i++)
        world_add(e, &l->supply[i]);
    for (int i = 0; i < HISTORY; i++)
        world_open(e, &l->history[i], l->who.query.now_ms - MS_DAY);
    match_run(e, &l->who.query, &r);
    engine_free(e);
    return r;
}

static bool is_of_class(enum reason_code code)
{
    return code == REASON_RANK_ASK || code == REASON_RANK_HELD || code == REASON_RANK_LATER ||
           code == REASON_RANK_STALE;
}

/* By how many points the place is behind the one above it in what REASON names. */
static int behind_by(const struct pool_match *above, const struct pool_match *m, int code)
{
    switch (code) {
    case REASON_RANK_SCARCE:
    case REASON_RANK_SCARCE_MANY:
        return m->terms.scarcity - above->terms.scarcity;
    case REASON_RANK_FARTHER:
        return m->terms.distance - above->terms.distance;
    case REASON_RANK_LANGUAGE:
        return m->terms.language - above->terms.language;
    case REASON_RANK_SOFT:
        return m->terms.soft - above->terms.soft;
    case REASON_RANK_SECOND_MOVE:
        return m->terms.second_move - above->terms.second_move;
    default:
        return 0;
    }
}

/* A reader who has the terms of both places, and nothing else, comes to the same reason. */
static void check_told_by_terms(uint64_t seed, const struct pool_match *above, const struct pool_match *m)
{
    enum reason_code code = (enum reason_code)m->why.code;
    int most = NOTICEABLE;

    if ((above->verdict != m->verdict) != (code == REASON_RANK_ASK))
        fail_msg("seed %llu, rank %u: rank_ask and the verdicts", (unsigned long long)seed, m->rank);
    if (is_of_class(code))
        return;
    if (above->utility < m->utility)
        fail_msg("seed %llu, rank %u: more useful than the place above it", (unsigned long long)seed,
                 m->rank);
    for (int other = REASON_RANK_SCARCE; other < REASON_RANK_EQUAL; other++) {
        int points = behind_by(above, m, other);

        most = points > most ? points : most;
    }
    if (code == REASON_RANK_EQUAL ? most > NOTICEABLE
                                  : behind_by(above, m, (int)code) != most || most <= NOTICEABLE)
        fail_msg("seed %llu, rank %u: %s, yet behind by %d and at most by %d", (unsigned long long)seed,
                 m->rank, reason_row(code)->code, behind_by(above, m, (int)code), most);
}

static void the_reason_follows_from_the_terms(void **state)
{
    unsigned met[REASON_N] = {0};

    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct lot l;
        struct match_result r;

        draw_lot(&l, *state, seed);
        r = run_lot(&l);
        for (size_t i = 0; i < r.n; i++) {
            const struct pool_match *m = &r.list[i];

            met[m->why.code]++;
            if (m->rank == 0)
                assert_int_equal(m->why.code, 0);
            else if (m->rank == 1)
                assert_int_equal(m->why.code, REASON_RANK_BEST);
            else
                check_told_by_terms(seed, m - 1, m);
        }
        match_fini(&r);
    }
    for (int code = REASON_RANK_BEST; code < REASON_RANK_EQUAL; code++)
        if (met[code] == 0)
            fail_msg("%s was never met", reason_row((enum reason_code)code)->code);
}

/* Take away from OWN what sets it behind ABOVE. */
static void remove_cause(const struct scene *who, struct scene *own, const struct scene *above, int code)
{
    switch (code) {
    case REASON_RANK_LANGUAGE:
        own->pool.languages |= UINT64_C(1) << who->need.language;
        break;
    case REASON_RANK_SOFT:
        own->pool.traits.yes |= who->need.traits.yes;
        own->pool.traits.no &= ~who->need.traits.yes;
        break;
    case REASON_RANK_FARTHER:
        own->location.region = above->location.region;
        break;
    case REASON_RANK_LATER:
        own->location.night_intake = TRI_YES;
        break;
    case REASON_RANK_STALE:
        own->seen.observed_at_ms = who->query.now_ms;
        own->view.reported = true;
        break;
    case REASON_RANK_HELD:
    case REASON_RANK_SECOND_MOVE:
        own->pool.kind = KIND_CRISIS;
        break;
    default: /* who depends on it, and what must be asked there: as at the place above */
        own->pool = above->pool;
        own->location = above->location;
        own->seen = above->seen;
        own->view.reported = above->view.reported;
    }
}

static size_t place_of(const struct match_result *r, struct pool_id pool)
{
    for (size_t i = 0; i < r->n; i++) {
        if (r->list[i].pool.v == pool.v)
            return i;
    }
    fail_msg("pool %u is gone", pool.v);
    return 0;
}

/* In each world one ranked place, another one with each seed. */
static void without_its_cause_the_reason_is_gone(void **state)
{
    unsigned tried = 0, moved = 0;

    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct lot l;
        struct match_result r, now;
        struct pool_match own, above;
        size_t at = 0;

        draw_lot(&l, *state, seed);
        r = run_lot(&l);
        if (r.n_fits + r.n_ask < 2) {
            match_fini(&r);
            continue;
        }
        at = 1 + seed % (r.n_fits + r.n_ask - 1);
        own = r.list[at];
        above = r.list[at - 1];
        match_fini(&r);
        if (own.why.code == REASON_RANK_EQUAL)
            continue;

        remove_cause(&l.who, &l.supply[own.pool.v - 1], &l.supply[above.pool.v - 1], own.why.code);
        now = run_lot(&l);
        at = place_of(&now, own.pool);
        if (now.list[at].rank > 1 && now.list[at - 1].pool.v == above.pool.v &&
            now.list[at].why.code == own.why.code)
            fail_msg("seed %llu: pool %u is still behind pool %u for %s", (unsigned long long)seed,
                     own.pool.v, above.pool.v, reason_row((enum reason_code)own.why.code)->code);
        tried++;
        moved += now.list[at].rank != own.rank;
        match_fini(&now);
    }
    assert_true(tried > 80);
    assert_true(moved > tried / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reason_has_one_cause),
        cmocka_unit_test(the_reason_follows_from_the_terms),
        cmocka_unit_test(without_its_cause_the_reason_is_gone),
    };

    return cmocka_run_group_tests(tests, vocab_setup, vocab_teardown);
}
