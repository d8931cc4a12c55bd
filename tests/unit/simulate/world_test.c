/* The driver's own rules at their boundaries, opening hours, answers, groups. */
#include "simulate/world.h"

#include "base/mem.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* A world of one region pair, one house, one pool, one household, which fits; each case changes one thing. */
struct small {
    struct sim_world w;
    struct sim_site s;
    struct sim_pool p;
    struct sim_referral a;
    uint8_t accepts, answer, delay;
};

static void make_small(struct small *m)
{
    memset(m, 0, sizeof *m);
    m->s = (struct sim_site){.sexpol = SIM_WOMEN_ONLY,
                             .statusmask = SIM_STATUS_LEGAL,
                             .langmask = 1,
                             .respmed_min = 20,
                             .delaymed_min = 200};
    m->p = (struct sim_pool){.size = 3, .units = 1, .boymax = 11, .stay_permille = 1000};
    m->a = (struct sim_referral){.women = 1,
                                 .n_kids = 2,
                                 .status = SIM_STATUS_LEGAL,
                                 .follows = -1,
                                 .urg = SIM_B,
                                 .kids = {{true, 11}, {false, 17}}};
    m->w = (struct sim_world){.n_regions = 2,
                              .sites = &m->s,
                              .n_sites = 1,
                              .pools = &m->p,
                              .n_pools = 1,
                              .referrals = &m->a,
                              .n_referrals = 1,
                              .accepts = &m->accepts,
                              .accept_stride = 1,
                              .answer_q = &m->answer,
                              .delay_q = &m->delay};
    for (int i = 0; i < SIM_QUANTILES; i++)
        m->w.quantiles[i] = 500 + i;
}

static unsigned broken(const struct small *m)
{
    return world_broken_rules(&m->w, 0, 0);
}

#define FINE(m) assert_int_equal(broken(&(m)), 0)
#define BROKEN(m, rule) assert_int_equal(broken(&(m)), 1u << (rule))

static void size_children_and_boys(void **state)
{
    struct small m;
    (void)state;
    make_small(&m);
    FINE(m); /* three persons in a unit for three, a boy of 11 where 11 is the oldest */
    m.p.size = 2;
    BROKEN(m, SIM_RULE_SIZE);
    make_small(&m);
    m.a.kids[0].age = 12;
    BROKEN(m, SIM_RULE_BOY);
    m.a.kids[0].boy = false; /* girls of any age */
    FINE(m);
    make_small(&m);
    m.s.nochild = true;
    BROKEN(m, SIM_RULE_NOCHILD);
    m.a.n_kids = 0;
    FINE(m);
    m.p.boymax = -1; /* no boys, and there is none */
    FINE(m);
}

static void sexes(void **state)
{
    static const struct {
        enum sim_sexpol policy;
        int women, men;
        bool fine;
    } cases[] = {{SIM_WOMEN_ONLY, 1, 0, true}, {SIM_WOMEN_ONLY, 1, 1, false}, {SIM_MIXED, 1, 1, true},
                 {SIM_MIXED, 0, 1, true},      {SIM_MEN_ONLY, 0, 1, true},    {SIM_MEN_ONLY, 1, 1, false}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct small m;
        make_small(&m);
        m.a.n_kids = 1;
        m.s.sexpol = cases[i].policy;
        m.a.women = cases[i].women;
        m.a.men = cases[i].men;
        assert_int_equal(broken(&m), cases[i].fine ? 0 : 1u << SIM_RULE_SEX);
    }
}

static void region_and_own_region(void **state)
{
    struct small m;
    (void)state;
    make_small(&m);
    m.a.excl = 2; /* region 1, the house is in 0 */
    FINE(m);
    m.a.excl = 1;
    BROKEN(m, SIM_RULE_REGION);
    make_small(&m);
    m.w.n_regions = 64;
    m.s.region = 63;
    m.a.excl = UINT64_C(1) << 62;
    FINE(m);
    m.a.excl = UINT64_C(1) << 63;
    BROKEN(m, SIM_RULE_REGION);
    make_small(&m);
    m.s.ownonly = true;
    FINE(m);
    m.a.origin = 1;
    BROKEN(m, SIM_RULE_OWN);
    m.a.sec = 1; /* in danger: no longer held to its own region, but the address must be secret */
    BROKEN(m, SIM_RULE_SEC);
    m.s.sec = 1;
    FINE(m);
    m.a.sec = 2;
    BROKEN(m, SIM_RULE_SEC);
    m.s.sec = 2;
    FINE(m);
}

static void care_status_wheelchair(void **state)
{
    struct small m;
    (void)state;
    make_small(&m);
    m.a.wheel = true;
    BROKEN(m, SIM_RULE_WHEEL);
    m.p.wheel = true;
    FINE(m);
    m.a.status = SIM_STATUS_PENDING;
    BROKEN(m, SIM_RULE_STATUS);
    m.s.statusmask |= SIM_STATUS_PENDING;
    FINE(m);
    m.a.status = SIM_STATUS_NONE;
    BROKEN(m, SIM_RULE_STATUS);
    make_small(&m);
    m.a.softmask = SIM_CAP_PSYCH; /* a wish is no rule */
    FINE(m);
    m.a.needmask = SIM_CAP_PSYCH | SIM_CAP_LVB;
    m.s.capmask = SIM_CAP_PSYCH;
    BROKEN(m, SIM_RULE_CAP);
    m.s.capmask = SIM_CAP_PSYCH | SIM_CAP_LVB | SIM_CAP_YOUTH;
    FINE(m);
}

static void placing_right(void **state)
{
    static const struct {
        enum sim_kind kind;
        int traff;
        unsigned need;
        bool fine;
    } cases[] = {{SIM_COSM, 0, 0, false},          {SIM_COSM, 1, 0, true},
                 {SIM_COSM, 2, 0, true},           {SIM_OMM, 0, 0, false},
                 {SIM_OMM, 0, SIM_CAP_OMM, false}, {SIM_OMM, 1, 0, false},
                 {SIM_OMM, 1, SIM_CAP_OMM, true},  {SIM_OMM, 2, 0, true},
                 {SIM_SECURE, 0, 0, true}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct small m;
        make_small(&m);
        m.s.kind = cases[i].kind;
        m.s.capmask = SIM_CAP_OMM;
        m.a.traff = cases[i].traff;
        m.a.needmask = cases[i].need;
        if (broken(&m) != (cases[i].fine ? 0 : 1u << SIM_RULE_PLACING))
            fail_msg("case %zu: %x", i, broken(&m));
    }
}

static void all_rules_are_told(void **state)
{
    struct small m;
    (void)state;
    make_small(&m);
    m.a.excl = 1;
    m.a.sec = 2;
    m.a.men = 1;
    m.p.size = 1;
    assert_int_equal(broken(&m),
                     1u << SIM_RULE_REGION | 1u << SIM_RULE_SIZE | 1u << SIM_RULE_SEX | 1u << SIM_RULE_SEC);
    for (int i = 0; i < SIM_RULE_N; i++)
        assert_non_null(sim_rule_name((enum sim_rule)i));
    for (int i = 0; i < SIM_GROUP_N; i++)
        assert_non_null(sim_group_name((enum sim_group)i));
}

#define AT(day, hour, min) ((day)*SIM_DAY + (hour)*60 + (min))

static void opening_hours(void **state)
{
    static const struct {
        int at, opens;
    } cases[] = {
        {AT(0, 0, 0), AT(0, 8, 30)},    {AT(0, 8, 29), AT(0, 8, 30)},     {AT(0, 8, 30), AT(0, 8, 30)},
        {AT(0, 17, 59), AT(0, 17, 59)}, {AT(0, 18, 0), AT(1, 8, 30)},     {AT(4, 18, 0), AT(5, 10, 0)},
        {AT(5, 15, 59), AT(5, 15, 59)}, {AT(5, 16, 0), AT(6, 10, 0)},     {AT(6, 16, 0), AT(7, 8, 30)},
        {AT(7, 3, 0), AT(7, 8, 30)},    {AT(364, 23, 0), AT(365, 8, 30)},
    };
    struct sim_site s = {0};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        s.h24 = false;
        assert_int_equal(site_opens(&s, cases[i].at), cases[i].opens);
        assert_int_equal(site_is_open(&s, cases[i].at), cases[i].at == cases[i].opens);
        s.h24 = true;
        assert_int_equal(site_opens(&s, cases[i].at), cases[i].at);
    }
}

static void answers(void **state)
{
    struct small m;
    (void)state;
    make_small(&m);
    m.answer = 250; /* 750 permille of 20 minutes */
    assert_int_equal(world_answer_at(&m.w, 0, 0, AT(1, 12, 0)), AT(1, 12, 15));
    m.a.urg = SIM_A;
    assert_int_equal(world_answer_at(&m.w, 0, 0, AT(1, 12, 0)), AT(1, 12, 10));
    m.a.urg = SIM_C;
    assert_int_equal(world_answer_at(&m.w, 0, 0, AT(1, 12, 0)), AT(1, 12, 19));
    m.a.urg = SIM_B; /* closed: from when it opens, by day */
    assert_int_equal(world_answer_at(&m.w, 0, 0, AT(1, 20, 0)), AT(2, 8, 45));
    m.s.h24 = true; /* at night, by night */
    assert_int_equal(world_answer_at(&m.w, 0, 0, AT(1, 18, 59)), AT(1, 19, 14));
    assert_int_equal(world_answer_at(&m.w, 0, 0, AT(1, 19, 0)), AT(1, 19, 24));
    assert_int_equal(world_answer_at(&m.w, 0, 0, AT(1, 7, 59)), AT(1, 8, 23));
    m.delay = 128; /* just over the median: 1006 permille of it */
    assert_int_equal(world_sync_delay(&m.w, 0, 0), 201);
    m.delay = 255;
    assert_int_equal(world_sync_delay(&m.w, 0, 0), 1800);
    m.delay = 0;
    assert_int_equal(world_sync_delay(&m.w, 0, 0), 0);
}

static void groups(void **state)
{
    struct small m;
    (void)state;
    make_small(&m);
    assert_int_equal(world_groups(&m.a), 1u << SIM_G_ORDINARY);
    m.a.lang = 3;
    assert_int_equal(world_groups(&m.a), 1u << SIM_G_ORDINARY | 1u << SIM_G_LANGUAGE);
    m.a.lang = 0;
    m.a.kids[0].age = 12;
    assert_int_equal(world_groups(&m.a), 1u << SIM_G_TEEN_SON);
    make_small(&m);
    m.a.women = 3;
    assert_int_equal(world_groups(&m.a), 1u << SIM_G_LARGE);
    m.a.women = 1;
    m.a.needmask = SIM_CAP_LVB;
    assert_int_equal(world_groups(&m.a), 1u << SIM_G_ORDINARY);
    m.a.needmask = SIM_CAP_ADDICTION;
    m.a.sec = 2;
    assert_int_equal(world_groups(&m.a), 1u << SIM_G_CARE | 1u << SIM_G_HIGH_THREAT);
    assert_true(world_needs_tier1(&m.a, SIM_SECURE));
    assert_false(world_needs_tier1(&m.a, SIM_COSM));
    m.a.sec = 1;
    assert_false(world_needs_tier1(&m.a, SIM_SECURE));
}

static void distance(void **state)
{
    struct small m;
    (void)state;
    make_small(&m);
    m.s.x = 300; /* 30 and 40 km */
    m.s.y = 400;
    assert_int_equal(world_km(&m.w, 0, 0), 50);
    m.s.y = 399;
    assert_int_equal(world_km(&m.w, 0, 0), 49);
    m.s.x = m.s.y = 100000;
    m.w.regions[1] = (struct sim_region){.x = -100000, .y = -100000};
    assert_int_equal(world_km(&m.w, 1, 0), 28284);
}

static void accept_bits(void **state)
{
    struct small m;
    (void)state;
    make_small(&m);
    m.accepts = 0x82;
    assert_false(world_accepts(&m.w, 0, 0));
    assert_true(world_accepts(&m.w, 0, 1));
    assert_true(world_accepts(&m.w, 0, 7));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_children_and_boys),
        cmocka_unit_test(sexes),
        cmocka_unit_test(region_and_own_region),
        cmocka_unit_test(care_status_wheelchair),
        cmocka_unit_test(placing_right),
        cmocka_unit_test(all_rules_are_told),
        cmocka_unit_test(opening_hours),
        cmocka_unit_test(answers),
        cmocka_unit_test(groups),
        cmocka_unit_test(distance),
        cmocka_unit_test(accept_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
