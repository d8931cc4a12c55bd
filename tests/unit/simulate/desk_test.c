/* The desk over the real core, in worlds of eight weeks: it keeps the rules of a world that judges by its
 * own, repeats itself to the byte, and gets more people housed than the nearest house first. */
#include "simulate/core_map.h"
#include "simulate/drive.h"
#include "simulate/result_json.h"

#include "base/mem.h"
#include "core/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEEKS 8
#define SITES 60

static void draw(struct sim_world *w, uint64_t seed, int sites, int weeks)
{
    struct sim_par pars[] = {{.key = "sites", .value = sites}};
    struct sim_world params = {.name = "test", .horizon_min = weeks * 7 * SIM_DAY, .pars = pars, .n_pars = 1};
    char why[200] = "";

    if (world_draw(&params, seed, w, why, sizeof why) != OK)
        fail_msg("%s", why);
}

static void run(const struct sim_world *w, const char *policy, uint64_t seed, struct sim_result *result)
{
    struct matcher m = desk_new(w, sim_policy_find(policy), seed);

    drive(w, &m, result);
    m.free(m.ctx);
}

static void every_policy_keeps_the_rules(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct sim_world w = {0};

        draw(&w, seed, SITES, WEEKS);
        for (const struct sim_policy *p = sim_policies; p->name != NULL; p++) {
            struct sim_result r = {0};
            char why[200] = "";

            if (p->phone || (p->only_by_name && seed > 1))
                continue;
            run(&w, p->name, seed, &r);
            if (r.safety_violations > 0)
                fail_msg("%s, seed %d: %d violations, first: %s", p->name, (int)seed,
                         (int)r.safety_violations, r.first_violation);
            if (!result_check(&w, &r, why, sizeof why))
                fail_msg("%s, seed %d: %s", p->name, (int)seed, why);
            assert_true(r.asks > 100);
            result_fini(&r);
        }
        world_fini(&w);
    }
}

static void line_of(const struct sim_world *w, const char *policy, uint64_t seed, struct buf *out)
{
    struct sim_metrics m;
    struct sim_result r = {0};

    run(w, policy, seed, &r);
    metrics_of(w, &r, &m);
    result_json(out, policy, seed, w, &m, "ok", NULL);
    buf_add(out, BYTES(r.fates, (size_t)r.n * sizeof r.fates[0]));
    result_fini(&r);
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
    static const char *const names[] = {"ours", "random"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct sim_world w = {0};
        struct buf once = {0}, again = {0};

        draw(&w, 5, SITES, WEEKS);
        line_of(&w, names[i], 5, &once);
        world_fini(&w);
        draw(&w, 5, SITES, WEEKS);
        line_of(&w, names[i], 5, &again);
        assert_true(bytes_equal(buf_view(&once), buf_view(&again)));
        buf_fini(&once);
        buf_fini(&again);
        world_fini(&w);
    }
}

static double not_on_time(const char *policy, bool *burned)
{
    double sum = 0;

    for (uint64_t seed = 11; seed <= 14; seed++) {
        struct sim_world w = {0};
        struct sim_metrics m;
        struct sim_result r = {0};

        draw(&w, seed, SITES, 3 * WEEKS);
        run(&w, policy, seed, &r);
        metrics_of(&w, &r, &m);
        sum += 1 - m.on_time_share;
        *burned |= m.avoidable_burn > 0;
        result_fini(&r);
        world_fini(&w);
    }
    return sum / 4;
}

/* Far looser than the bars of limits.md, which `plek simulate` measures on whole years: a defect in price or
 * order must turn this red. */
static void ours_houses_more_than_nearest_first(void **state)
{
    bool burned_by_us = false, burned = false;
    double ours = not_on_time("ours", &burned_by_us);
    double nearest = not_on_time("nearest", &burned);
    double unpriced = not_on_time("ours-without-price", &burned);

    (void)state;
    if (ours > .75 * nearest)
        fail_msg("not on time: %.4f, nearest first %.4f", ours, nearest);
    if (ours > .95 * unpriced)
        fail_msg("not on time: %.4f, without the price %.4f", ours, unpriced);
    assert_false(burned_by_us);
    assert_true(burned);
}

/* ---- the two vocabularies ---- */

struct core {
    struct vocab *vocab;
    struct engine *engine;
};

static void act(struct core *c, const struct command *cmd, int64_t now_ms)
{
    struct event_list events = {0};
    struct outcome outcome;

    engine_decide(c->engine, cmd, now_ms, &events, &outcome);
    assert_string_equal(refusal_code(outcome.refusal), refusal_code(REFUSAL_NONE));
    for (size_t i = 0; i < events.n; i++) {
        events.list[i].seq = engine_seq(c->engine) + 1;
        engine_apply(c->engine, &events.list[i]);
    }
    event_list_fini(&events);
}

static void define(struct core *c, const struct sim_world *w)
{
    struct core_settings settings = core_settings_default();
    struct command cmd = {.actor = {.role = ROLE_SYSTEM}};

    c->vocab = map_vocab(w);
    c->engine = engine_new(c->vocab, &settings);
    for (uint32_t i = 0; i < map_orgs(w); i++) {
        struct org o = map_org(w, i);

        cmd.kind = CMD_DEFINE_ORG, cmd.u.org = &o;
        act(c, &cmd, 1);
    }
    for (int i = 0; i < w->n_sites; i++) {
        struct location l = map_location(w, i);

        cmd.kind = CMD_DEFINE_LOCATION, cmd.u.location = &l;
        act(c, &cmd, 1);
    }
    for (int i = 0; i < w->n_pools; i++) {
        struct pool p = map_pool_profile(w, c->vocab, i);

        cmd.kind = CMD_DEFINE_POOL, cmd.u.pool = &p;
        act(c, &cmd, 1);
    }
}

/* The world judges by rules written apart from core's. For each household and each pool both must say the
 * same. */
static void the_map_agrees_with_the_world(void **state)
{
    struct sim_world w = {0};
    struct core c;
    int pairs[2] = {0};

    (void)state;
    draw(&w, 21, 120, 6);
    define(&c, &w);
    for (int i = 0; i < w.n_referrals; i++) {
        struct need need = map_need(c.vocab, &w.referrals[i]);
        struct command cmd = {.kind = CMD_OPEN_REFERRAL,
                              .actor = map_referrer_actor(&w, &w.referrals[i]),
                              .draw = (uint64_t)i * 7919,
                              .u.need = &need};

        act(&c, &cmd, 2);
        for (int p = 0; p < w.n_pools; p++) {
            bool fits = match_may_suit(c.engine, (struct referral_id){(uint64_t)i + 1}, map_pool(p));
            unsigned broken = world_broken_rules(&w, i, p);

            pairs[fits]++;
            if (fits != (broken == 0))
                fail_msg("referral %d, pool %d: core says %s, the world says %s", i, p, fits ? "fits" : "out",
                         broken == 0 ? "fits" : sim_rule_name((enum sim_rule)__builtin_ctz(broken)));
        }
    }
    assert_true(pairs[0] > 10000 && pairs[1] > 10000);
    engine_free(c.engine);
    vocab_free(c.vocab);
    world_fini(&w);
}

static void policies_are_found_by_name(void **state)
{
    (void)state;
    assert_null(sim_policy_find("none"));
    assert_true(sim_policy_find("phone")->phone);
    for (const struct sim_policy *p = sim_policies; p->name != NULL; p++)
        assert_ptr_equal(sim_policy_find(p->name), p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_policy_keeps_the_rules),
        cmocka_unit_test(the_same_seed_gives_the_same_bytes),
        cmocka_unit_test(ours_houses_more_than_nearest_first),
        cmocka_unit_test(the_map_agrees_with_the_world),
        cmocka_unit_test(policies_are_found_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
