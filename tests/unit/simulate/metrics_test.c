/* Figures of a handful of fates, worked out by hand, and the line of JSON. */
#include "simulate/drive.h"
#include "simulate/result_json.h"

#include "support/town.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static void near(const char *what, double got, double want)
{
    if (got - want > 1e-9 || want - got > 1e-9)
        fail_msg("%s: %f, not %f", what, got, want);
}

/* Pool 0 in region 0, 1 in region 1 (60 km on), 2 in region 0: high security. */
static void six(struct sim_world *w, struct sim_result *r)
{
    static const struct sim_fate fates[] = {
        {SIM_ON_TIME, 0, 60, 1, 0, 1, 0, 0, false},  /* A: 1 h */
        {SIM_ON_TIME, 0, 120, 1, 1, 2, 0, 0, false}, /* B: 2 h, 60 km */
        {SIM_LATE, 0, 300, 1, 2, 1, 0, 1, true},     /* B: 5 h, burns */
        {SIM_UNMET, 0, -1, -1, -1, 3, 0, 0, false},  /* A */
        {SIM_LOCAL, 0, 0, 1, 2, 0, -1, 1, false},    /* A: burns too */
        {SIM_NOT_COME, -1, -1, -1, -1, 0, -1, 0, false},
    };

    town(w, 3, 6);
    w->sites[2].kind = SIM_SECURE;
    for (int i = 0; i < 6; i++)
        town_person(w, i, 0);
    w->referrals[0].urg = w->referrals[3].urg = w->referrals[4].urg = SIM_A;
    w->referrals[3].wheel = w->referrals[0].wheel = true;
    w->referrals[5].follows = 1;
    w->pools[0].wheel = true;
    *r = (struct sim_result){
        .n = 6, .fates = mem_new(6, sizeof *r->fates), .asks = 7, .declines = 2, .expired = 1};
    memcpy(r->fates, fates, sizeof fates);
}

static void shares_and_times(void **state)
{
    struct sim_world w;
    struct sim_result r;
    struct sim_metrics m;

    (void)state;
    six(&w, &r);
    metrics_of(&w, &r, &m);
    assert_int_equal(m.requests, 5);
    assert_int_equal(m.on_time, 3); /* local is on time too */
    assert_int_equal(m.late, 1);
    assert_int_equal(m.unmet, 1);
    assert_int_equal(m.local, 1);
    near("on time", m.on_time_share, .6);
    near("late", m.late_share, .2);
    near("unmet", m.unmet_share, .2);
    near("median", m.median_hours, 2);
    near("p90", m.p90_hours, 5);
    near("median A", m.median_hours_urgency[SIM_A], 1);
    near("median B", m.median_hours_urgency[SIM_B], 3.5);
    near("median C", m.median_hours_urgency[SIM_C], -1);
    near("on time A", m.on_time_urgency[SIM_A], 2.0 / 3);
    near("on time B", m.on_time_urgency[SIM_B], .5);
    near("asks", m.asks_per_placement, 7.0 / 3);
    near("declined", m.decline_share, 2.0 / 7);
    near("expired", m.expired_share, 1.0 / 7);
    near("km", m.distance_km, 60.0 / 4);
    near("elsewhere", m.out_of_region, .25);
    near("burnt", m.burn_share, 1);
    near("avoidable", m.avoidable_burn, .5);
    near("wheelchair", m.group_on_time[SIM_G_WHEELCHAIR], .5);
    assert_int_equal(m.group_n[SIM_G_WHEELCHAIR], 2);
    near("nobody", m.group_on_time[SIM_G_LARGE], -1);
    result_fini(&r);
    world_fini(&w);
}

static void fit_by_the_formula(void **state)
{
    static const struct {
        const char *name;
        int sec, pool, anchor, lang;
        bool soft, emerg;
        double want;
    } cases[] = {
        {"at home", 0, 0, 0, 0, false, false, 1},
        {"60 km and another region", 0, 1, 0, 0, false, false, 1 - .24 - .12},
        {"another region, near school", 0, 1, 1, 0, false, false, 1 - .12},
        {"language", 0, 0, 0, 3, false, false, .82},
        {"wish", 0, 0, 0, 0, true, false, .85},
        {"short stay", 0, 0, 0, 0, false, true, .85},
        {"secret: at the threat", 1, 0, 0, 0, false, false, .8},
        {"secret: 60 km away", 1, 1, 0, 0, false, false, 1 - .028 - .066},
        {"everything at once", 0, 1, 0, 3, true, true, 1 - .24 - .12 - .18 - .15 - .15},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sim_world w;
        struct sim_result r;
        struct sim_metrics m;

        town(&w, 2, 1);
        town_person(&w, 0, 0)->sec = cases[i].sec;
        w.referrals[0].anchor = cases[i].anchor;
        w.referrals[0].lang = cases[i].lang;
        w.referrals[0].softmask = cases[i].soft ? SIM_CAP_YOUTH : 0;
        w.pools[cases[i].pool].emerg = cases[i].emerg;
        r = (struct sim_result){.n = 1, .fates = mem_new(1, sizeof *r.fates)};
        r.fates[0] = (struct sim_fate){SIM_ON_TIME, 0, 60, 1, cases[i].pool, 1, 0, 0, false};
        metrics_of(&w, &r, &m);
        near(cases[i].name, m.fit, cases[i].want);
        result_fini(&r);
        world_fini(&w);
    }
}

static void one_line_of_json(void **state)
{
    static const char want[] =
        "{\"policy\":\"ours\",\"seed\":18446744073709551615,\"scenario\":\"a "
        "\\\"b\\\\\\u0009\",\"requests\":5,"
        "\"on_time\":0.6000,\"late\":0.2000,\"unmet\":0.2000,\"local\":0.2000,\"on_time_n\":3,\"late_n\":1,"
        "\"unmet_n\":1,\"local_n\":1,\"median_hours\":2.0000,\"p90_hours\":5.0000,"
        "\"median_hours_urgency\":{\"A\":1.0000,\"B\":3.5000,\"C\":null},"
        "\"on_time_urgency\":{\"A\":0.6667,\"B\":0.5000,\"C\":null},\"asks_per_placement\":2.3333,"
        "\"decline_share\":0.2857,\"expired_share\":0.1429,\"distance_km\":15.0000,\"fit\":0.9100,"
        "\"out_of_region\":0.2500,\"avoidable_burn\":0.5000,\"burn_share\":1.0000,"
        "\"groups\":{\"teen_son\":null,\"wheelchair\":0.5000,\"no_status\":null,\"pending\":null,\"men\":"
        "null,"
        "\"large\":null,\"care\":null,\"trafficking\":null,\"high_threat\":null,\"language\":null,"
        "\"ordinary\":0.6667},"
        "\"groups_n\":{\"teen_son\":0,\"wheelchair\":2,\"no_status\":0,\"pending\":0,\"men\":0,\"large\":0,"
        "\"care\":0,\"trafficking\":0,\"high_threat\":0,\"language\":0,\"ordinary\":3},"
        "\"bound\":0.9850,\"bound_feasible\":null,\"safety_violations\":0,\"check\":\"ok\"}\n";
    struct sim_bound bound = {.upper = .985};
    struct sim_world w;
    struct sim_result r;
    struct sim_metrics m;
    struct buf out = {0};

    (void)state;
    six(&w, &r);
    strcpy(w.name, "a \"b\\\t");
    metrics_of(&w, &r, &m);
    result_json(&out, "ours", UINT64_MAX, &w, &m, "ok", &bound);
    assert_string_equal(buf_c_str(&out), want);
    buf_clear(&out);
    result_json(&out, "ours", 1, &w, &m, "ok", NULL);
    assert_null(strstr(buf_c_str(&out), "bound"));
    buf_fini(&out);
    result_fini(&r);
    world_fini(&w);
}

static void nobody_came(void **state)
{
    struct sim_world w;
    struct sim_result r = {0};
    struct sim_metrics m;

    (void)state;
    town(&w, 1, 0);
    metrics_of(&w, &r, &m);
    assert_int_equal(m.requests, 0);
    near("on time", m.on_time_share, -1);
    near("median", m.median_hours, -1);
    near("asks", m.asks_per_placement, -1);
    world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_and_times),
        cmocka_unit_test(fit_by_the_formula),
        cmocka_unit_test(one_line_of_json),
        cmocka_unit_test(nobody_came),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
