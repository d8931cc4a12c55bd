#include "support/match_builders.h"

#include "base/mem.h"

static const struct near_miss *find_near(const struct match_result *r, enum rule rule, int detail)
{
    for (size_t i = 0; i < r->n_near; i++) {
        if (r->near[i].rule == rule && r->near[i].detail == detail)
            return &r->near[i];
    }
    return NULL;
}

static int pools_near(const struct match_result *r, enum rule rule, int detail)
{
    const struct near_miss *n = find_near(r, rule, detail);

    return n == NULL ? 0 : n->pools;
}

/* The promise of a near miss: with the change made, so many more are no longer out. */
static void keeps_its_promise(const struct engine *e, const struct match_query *q,
                              const struct match_result *r, const struct near_miss *n)
{
    struct need changed = *q->need;
    struct match_query query = *q;
    struct match_result after;

    if (n->rule == RULE_TRAIT)
        tri_put(&changed.traits, (unsigned)n->detail, TRI_NO);
    else if (n->rule == RULE_SIZE)
        changed.keep_together = false;
    else
        for (int i = 0; i < changed.n_points; i++)
            changed.points[i].minutes = (uint16_t)(changed.points[i].minutes - n->detail);
    query.need = &changed;
    match_run(e, &query, &after);
    assert_int_equal(after.n_fits + after.n_ask, r->n_fits + r->n_ask + n->pools);
    match_fini(&after);
}

static void run(struct engine *e, struct scene *s, struct match_result *r)
{
    s->query.need = &s->need;
    match_run(e, &s->query, r);
    for (size_t i = 0; i < r->n_near; i++)
        keeps_its_promise(e, &s->query, r, &r->near[i]);
}

static void the_dog_sleeps_elsewhere(void **state)
{
    const struct vocab *v = *state;
    unsigned dog = trait(v, "huisdier_hond");
    unsigned cat = trait(v, "huisdier_kat");
    struct engine *e = world_new(v);
    struct match_result r;
    struct scene s;

    scene_init(&s, v);
    tri_put(&s.pool.traits, dog, TRI_NO);
    world_add(e, &s);
    world_add(e, &s);
    s.pool.women = TRI_UNKNOWN; /* opens with a question */
    world_add(e, &s);
    s.pool.women = TRI_NO; /* out by another rule too: not one change away */
    world_add(e, &s);
    scene_init(&s, v);
    tri_put(&s.pool.traits, dog, TRI_NO);
    tri_put(&s.pool.traits, cat, TRI_NO);
    world_add(e, &s); /* two animals away */
    tri_put(&s.pool.traits, dog, TRI_YES);
    world_add(e, &s); /* the cat alone */

    tri_put(&s.need.traits, dog, TRI_YES);
    tri_put(&s.need.traits, cat, TRI_YES);
    run(e, &s, &r);
    assert_int_equal(r.n_out, 6);
    assert_int_equal(r.n_near, 2);
    assert_int_equal(pools_near(&r, RULE_TRAIT, (int)dog), 3);
    assert_int_equal(pools_near(&r, RULE_TRAIT, (int)cat), 1);
    assert_int_equal(r.near[0].detail, dog); /* most places first */
    match_fini(&r);
    engine_free(e);
}

static void only_what_a_worker_may_change(void **state)
{
    const struct vocab *v = *state;
    struct engine *e = world_new(v);
    struct match_result r;
    struct scene s;

    scene_init(&s, v);
    tri_put(&s.pool.traits, trait(v, "rolstoel"), TRI_NO);
    world_add(e, &s);
    scene_init(&s, v);
    tri_put(&s.pool.residences, RESIDENCE_GEEN, TRI_NO);
    world_add(e, &s);
    scene_init(&s, v);
    s.pool.serves_regions = 1;
    world_add(e, &s);
    scene_init(&s, v);
    tri_put(&s.pool.threat_kinds, THREAT_KIND_EER, TRI_NO);
    world_add(e, &s);
    scene_init(&s, v);
    s.seen.free = 0;
    world_add(e, &s);

    scene_init(&s, v);
    s.need.residence = RESIDENCE_GEEN;
    tri_put(&s.need.traits, trait(v, "rolstoel"), TRI_YES);
    tri_put(&s.need.threat_kinds, THREAT_KIND_EER, TRI_YES);
    run(e, &s, &r);
    assert_int_equal(r.n_out, 5);
    assert_int_equal(r.n_near, 0);
    match_fini(&r);
    engine_free(e);
}

/* From Rotterdam: Utrecht 60 minutes, Alkmaar 88, Nissewaard 27, Rotterdam itself 15. */
static void set_points_world(struct engine *e, const struct vocab *v)
{
    static const char *const regions[] = {"R30", "R01", "R27", "R28"};

    for (size_t i = 0; i < COUNT_OF(regions); i++) {
        struct scene s;

        scene_init(&s, v);
        s.location.region = region(v, regions[i]);
        world_add(e, &s);
    }
}

static void a_shorter_distance(void **state)
{
    static const struct {
        const char *name;
        enum threat_level level;
        const char *region; /* unsafe as a whole */
        int minutes;        /* from Rotterdam */
        int by_15, by_30;   /* pools opened; 0 = not offered */
    } cases[] = {
        {"Utrecht within one step", THREAT_ORANJE, NULL, 75, 1, 0},
        {"Utrecht within two steps", THREAT_ORANJE, NULL, 76, 0, 1},
        {"Alkmaar by two", THREAT_GROEN, NULL, 118, 0, 1},
        {"Alkmaar by one", THREAT_GROEN, NULL, 103, 1, 0},
        {"all out, too far for two steps", THREAT_GROEN, NULL, 300, 0, 0},
        {"never at code rood", THREAT_ROOD, NULL, 75, 0, 0},
        {"never at a level not known", THREAT_UNKNOWN, NULL, 75, 0, 0},
        {"a region named unsafe stays so", THREAT_ORANJE, "R30", 75, 0, 0},
        {"Nissewaard by one; never the point's own region", THREAT_GROEN, NULL, 30, 1, 0},
        {"nothing too near", THREAT_GROEN, NULL, 15, 0, 0},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct engine *e = world_new(*state);
        struct match_result r;
        struct scene s;

        set_points_world(e, *state);
        scene_init(&s, *state);
        s.need.threat_level = cases[i].level;
        s.need.points[s.need.n_points++] =
            (struct unsafe_point){region(*state, "R28"), (uint16_t)cases[i].minutes};
        if (cases[i].region != NULL)
            s.need.unsafe_regions = UINT64_C(1) << region(*state, cases[i].region);
        s.query.need = &s.need;
        match_run(e, &s.query, &r);
        if (pools_near(&r, RULE_UNSAFE, 15) != cases[i].by_15 ||
            pools_near(&r, RULE_UNSAFE, 30) != cases[i].by_30)
            fail_msg("%s: %d and %d", cases[i].name, pools_near(&r, RULE_UNSAFE, 15),
                     pools_near(&r, RULE_UNSAFE, 30));
        for (size_t n = 0; n < r.n_near && cases[i].minutes > 45; n++)
            keeps_its_promise(e, &s.query, &r, &r.near[n]);
        match_fini(&r);
        engine_free(e);
    }
}

static void the_household_in_two_units(void **state)
{
    struct engine *e = world_new(*state);
    struct match_result r;
    struct scene s;

    scene_init(&s, *state);
    world_add(e, &s); /* two free of four persons each, not linkable */
    s.seen.free = 1;
    world_add(e, &s); /* one free */
    s.seen.free = 2;
    s.pool.unit_size = 2;
    world_add(e, &s); /* two of two: too small even then */
    while (s.need.n_persons < 6)
        need_add(&s.need, SEX_F, 5);
    run(e, &s, &r);
    assert_int_equal(r.n_out, 3);
    assert_int_equal(pools_near(&r, RULE_SIZE, 0), 1);
    match_fini(&r);

    s.need.keep_together = false;
    run(e, &s, &r);
    assert_int_equal(r.n_fits, 1);
    assert_int_equal(r.list[0].units, 2);
    assert_true(says(&r.list[0], REASON_ROOM_APART));
    assert_int_equal(r.n_near, 0);
    match_fini(&r);
    engine_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_dog_sleeps_elsewhere),
        cmocka_unit_test(only_what_a_worker_may_change),
        cmocka_unit_test(a_shorter_distance),
        cmocka_unit_test(the_household_in_two_units),
    };

    return cmocka_run_group_tests(tests, vocab_setup, vocab_teardown);
}
