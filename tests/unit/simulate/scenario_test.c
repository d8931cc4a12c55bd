/* Scenario files: what another program of the same format may write is read, every fault names its place, and
 * what is written is read back as the same bytes. */
#include "simulate/world.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define HEAD "OPVSCN\t1\tt\t1440\t1\t2\n"
#define NETWORK                                                                                              \
    "R\t0\tDen Haag\t816\t4550\t800\n"                                                                       \
    "R\t1\tEde\t1747\t4509\t240\n"                                                                           \
    "S\t0\t0\t0\t820\t4550\t0\t1\t1\t7\t0\t0\t1\t3\t20\t240\n"                                               \
    "S\t1\t1\t3\t1740\t4500\t1\t2\t0\t1\t1\t0\t0\t1\t30\t60\n"                                               \
    "P\t0\t0\t3\t2\t11\t0\t0\t1000\n"                                                                        \
    "P\t1\t1\t8\t1\t17\t1\t1\t300\n"                                                                         \
    "O\t1\t500\n"
#define A0 "A\t7\t60\t1\t1500\t4380\t1\t0\tb10,g4\t0\t1\t0\t0\t2\t1\t3\t0\t1\t2\n"
#define HIDDEN0 "H\t7\t1\t90000\t2880\t1\nD\t7\t03\nW\t7\t80ff\nY\t7\t0001\n"
#define A1 "A\t3\t90\t0\t330\t1530\t0\t1\t-\t0\t4\t0\t0\t0\t0\t0\t1\t1\t0\n"
#define HIDDEN1 "H\t3\t0\t8000\t0\t0\nD\t3\t02\nW\t3\t8001\nY\t3\t0002\n"

/* The quantiles are long: every test text has @Q@ where they go. */
static struct bytes expand(struct buf *b, const char *text)
{
    const char *q = strstr(text, "@Q@");
    buf_add(b, BYTES(text, q == NULL ? strlen(text) : (size_t)(q - text)));
    if (q != NULL) {
        buf_text(b, "Q");
        for (int i = 0; i < SIM_QUANTILES; i++)
            buf_format(b, "\t%d", 100 + 10 * i);
        buf_text(b, "\n");
        buf_text(b, q + 3);
    }
    return buf_view(b);
}

static void expect_fault(const char *text, const char *want)
{
    struct buf b = {0};
    struct sim_world w;
    char why[300] = "";
    enum err e = world_read(expand(&b, text), &w, why, sizeof why);
    if (e != ERR_BAD_INPUT || strstr(why, want) == NULL)
        fail_msg("%s: '%s' instead of '%s'", text, why, want);
    assert_null(w.sites);
    buf_fini(&b);
}

static void read_it(const char *text, struct sim_world *w)
{
    struct buf b = {0};
    char why[300] = "";
    if (world_read(expand(&b, text), w, why, sizeof why) != OK)
        fail_msg("%s", why);
    buf_fini(&b);
}

static void every_field(void **state)
{
    struct sim_world w;
    const struct sim_referral *a = NULL;
    (void)state;
    read_it(HEAD "PAR\tload\t950\n" NETWORK "@Q@" A0 HIDDEN0 "X\t985\t961\t832\t100\n", &w);
    assert_true(world_is_drawn(&w));
    assert_string_equal(w.name, "t");
    assert_int_equal(w.horizon_min, 1440);
    assert_int_equal(w.wseed, 1);
    assert_int_equal(w.sseed, 2);
    assert_int_equal(w.n_pars, 1);
    assert_int_equal(w.pars[0].value, 950);
    assert_string_equal(w.regions[0].name, "Den Haag");
    assert_int_equal(w.regions[1].weight, 240);
    assert_int_equal(w.sites[1].kind, SIM_SECURE);
    assert_int_equal(w.sites[1].sexpol, SIM_MIXED);
    assert_int_equal(w.sites[1].sec, 2);
    assert_false(w.sites[1].h24);
    assert_true(w.sites[1].ownonly);
    assert_int_equal(w.sites[0].statusmask, 7);
    assert_int_equal(w.sites[0].langmask, 3);
    assert_int_equal(w.sites[0].delaymed_min, 240);
    assert_true(w.pools[1].wheel && w.pools[1].emerg);
    assert_int_equal(w.pools[1].stay_permille, 300);
    assert_int_equal(w.pools[0].boymax, 11);
    assert_int_equal(w.residents[0].pool, 1);
    assert_int_equal(w.residents[0].end_min, 500);
    assert_int_equal(w.quantiles[255], 2650);
    a = &w.referrals[0];
    assert_int_equal(a->id, 7);
    assert_int_equal(a->urg, SIM_B);
    assert_int_equal(a->deadline, 1500);
    assert_int_equal(a->patience, 4380);
    assert_int_equal(a->n_kids, 2);
    assert_true(a->kids[0].boy && a->kids[0].age == 10 && !a->kids[1].boy && a->kids[1].age == 4);
    assert_int_equal(a->softmask, SIM_CAP_ADDICTION);
    assert_int_equal(a->sec, 1);
    assert_int_equal(a->lang, 3);
    assert_int_equal(a->anchor, 1);
    assert_int_equal(a->excl, 2);
    assert_true(a->local && a->ghost);
    assert_int_equal(a->stay_min, 90000);
    assert_int_equal(a->follows, -1);
    assert_true(world_accepts(&w, 0, 0) && world_accepts(&w, 0, 1));
    assert_int_equal(w.answer_q[1], 255);
    assert_int_equal(w.delay_q[1], 1);
    assert_int_equal(w.reference.firstfit_permille, 832);
    world_fini(&w);
    world_fini(&w);
}

/* Order of records, ids of referrals, letters for urgency, spaces in the header, CR LF, remarks, 0x: free. */
static void another_hand(void **state)
{
    struct sim_world w;
    (void)state;
    read_it("# drawn elsewhere\r\nOPVSCN 1  t 1440 1 2\r\n" HIDDEN1 "@Q@" A1
            "A\t7\t60\tB\t1500\t4380\t1\t0\t\t0\t1\t0\t0\t2\t1\t3\t0\t1\t0xF # a remark\n\n" HIDDEN0 NETWORK,
            &w);
    assert_int_equal(w.n_referrals, 2);
    assert_int_equal(w.referrals[0].id, 7); /* by moment */
    assert_int_equal(w.referrals[0].urg, SIM_B);
    assert_int_equal(w.referrals[0].n_kids, 0);
    assert_int_equal(w.referrals[0].excl, 15);
    assert_int_equal(w.referrals[0].stay_min, 90000);
    assert_int_equal(w.referrals[1].stay_min, 8000);
    assert_false(world_accepts(&w, 1, 0));
    assert_true(world_accepts(&w, 1, 1));
    assert_int_equal(w.reference.ub_permille, -1);
    world_fini(&w);
}

static void parameters_only(void **state)
{
    struct sim_world w;
    struct buf b = {0};
    (void)state;
    read_it("OPVSCN\t1\ttight\t525600\t0\t0\nPAR\tload\t1100\nPAR\tshift\t-30\n", &w);
    assert_false(world_is_drawn(&w));
    assert_int_equal(w.n_pars, 2);
    assert_int_equal(w.pars[1].value, -30);
    world_write(&w, &b);
    assert_string_equal(buf_c_str(&b), "OPVSCN\t1\ttight\t525600\t0\t0\nPAR\tload\t1100\nPAR\tshift\t-30\n");
    buf_fini(&b);
    world_fini(&w);
}

#define F_A                                                                                                  \
    "A\t8\t-1\t2\t10080\t43200\t1\t0\t-\t0\t1\t0\t128\t0\t0\t0\t0\t0\t0\n"                                   \
    "H\t8\t0\t100\t0\t0\nD\t8\t00\nW\t8\t0000\nY\t8\t0000\n"

static void who_follows_whom(void **state)
{
    struct sim_world w;
    (void)state;
    read_it(HEAD NETWORK "@Q@" F_A "F\t8\t7\n" A0 HIDDEN0, &w);
    assert_int_equal(w.referrals[1].id, 8); /* at the end, although it stood first */
    assert_int_equal(w.referrals[1].follows, 0);
    assert_int_equal(w.referrals[1].t, -1);
    world_fini(&w);
    expect_fault(HEAD NETWORK "@Q@" A0 HIDDEN0 F_A, "referral 8 has t -1 and no record F");
    expect_fault(HEAD NETWORK "@Q@" A0 HIDDEN0 F_A "F\t8\t8\n", "must be a record A that comes before");
    expect_fault(HEAD NETWORK "@Q@" A0 HIDDEN0 A1 HIDDEN1 "F\t3\t7\n", "has a moment of its own");
}

static void faults_have_a_place(void **state)
{
    (void)state;
    expect_fault("", "the file has no records");
    expect_fault("PAR\tload\t1\n", "line 1: the first record must be OPVSCN");
    expect_fault("OPVSCN\t2\tt\t1\t1\t1\n", "line 1, field 2 (version): 2 is not within 1 and 1");
    expect_fault("OPVSCN\t1\tt\t1\t1\n", "line 1, field 6 (sseed): is missing");
    expect_fault(HEAD "Z\t1\n", "line 2: begins with no record");
    expect_fault(HEAD "PAR load 5\n", "line 2: begins with no record"); /* no TABs */
    expect_fault(HEAD "PAR\tload\t0.95\n", "line 2, field 3 (value): is not a whole number");
    expect_fault(HEAD "PAR\tload\t99999999999999999999\n", "is not a whole number");
    expect_fault(HEAD "PAR\ta\t1\nPAR\ta\t1\n", "line 3, field 3 (key): was given before");
    expect_fault(HEAD "PAR\ta\t1\t2\n", "line 2: has more fields than the 3 of a record PAR");
    expect_fault(HEAD HEAD, "line 2: more than 1 records OPVSCN");
    expect_fault(HEAD NETWORK, "the file has no record Q");
    expect_fault(HEAD "R\t1\tEde\t1\t1\t1\nS\nP\n@Q@", "line 2, field 2 (id): 1 is not within 0 and 0");
    expect_fault(HEAD "R\t0\tEde\t1\t1\t1\nR\t0\tEde\t1\t1\t1\nS\nP\n@Q@",
                 "line 3, field 2 (id): 0 was used");
    expect_fault(HEAD NETWORK "@Q@" A0, "referral 7 has no record H");
    expect_fault(HEAD NETWORK "@Q@" A0 A0 HIDDEN0, "two records A have id 7");
    expect_fault(HEAD NETWORK "@Q@" A0 HIDDEN0 "H\t7\t0\t1\t1\t1\n", "7 has a record H before this one");
    expect_fault(HEAD NETWORK "@Q@" A0 HIDDEN1, "no record A has id 3");
    expect_fault(HEAD NETWORK "@Q@" A0 "D\t7\t0\n",
                 "line 11, field 3 (hexbits): has 1 hexadecimal digits, expected 2 (1 bytes)");
    expect_fault(HEAD NETWORK "@Q@" A0 "W\t7\t80g1\n", "digits 3 and next are not hexadecimal");
}

static void households_that_cannot_be(void **state)
{
    static const struct {
        const char *line, *want;
    } cases[] = {
        {"A\t1\t60\t1\t59\t90\t1\t0\t-\t0\t1\t0\t0\t0\t0\t0\t0\t0\t0\n", "(deadline): 59 is not within 60"},
        {"A\t1\t60\t3\t60\t90\t1\t0\t-\t0\t1\t0\t0\t0\t0\t0\t0\t0\t0\n", "field 4 (urg): is not 0, 1, 2"},
        {"A\t1\t60\t1\t60\t90\t0\t0\t-\t0\t1\t0\t0\t0\t0\t0\t0\t0\t0\n", "nobody is in this household"},
        {"A\t1\t60\t1\t60\t90\t1\t0\tb\t0\t1\t0\t0\t0\t0\t0\t0\t0\t0\n", "(kids): child 1 is not"},
        {"A\t1\t60\t1\t60\t90\t1\t0\tb1,\t0\t1\t0\t0\t0\t0\t0\t0\t0\t0\n", "(kids): child 2 is not"},
        {"A\t1\t60\t1\t60\t90\t1\t0\tx3\t0\t1\t0\t0\t0\t0\t0\t0\t0\t0\n", "(kids): child 1 is not"},
        {"A\t1\t60\t1\t60\t90\t1\t0\tb100\t0\t1\t0\t0\t0\t0\t0\t0\t0\t0\n", "(kids): child 1 is not"},
        {"A\t1\t60\t1\t60\t90\t1\t0\tb1,b1,b1,b1,b1,b1,b1,b1,b1,b1,b1\t0\t1\t0\t0\t0\t0\t0\t0\t0\t0\n",
         "(kids): more than 10"},
        {"A\t1\t60\t1\t60\t90\t1\t0\t-\t0\t3\t0\t0\t0\t0\t0\t0\t0\t0\n", "(status): is not 1, 2 or 4"},
        {"A\t1\t60\t1\t60\t90\t1\t0\t-\t0\t1\t0\t0\t0\t0\t0\t2\t0\t0\n", "(origin): 2 is not within 0 and 1"},
        {"A\t1\t60\t1\t60\t90\t1\t0\t-\t0\t1\t0\t0\t0\t0\t0\t0\t0\n", "(exclmask): is missing"},
        {"A\t1\t60\t1\t60\t90\t1\t0\t-\t0\t1\t0\t0\t0\t0\t0\t0\t0\t1x\n", "(exclmask): is not a hexadecimal"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf b = {0};
        buf_format(&b, "%s%s@Q@%s", HEAD, NETWORK, cases[i].line);
        expect_fault(buf_c_str(&b), cases[i].want);
        buf_fini(&b);
    }
}

static void too_big_is_refused_before_memory(void **state)
{
    struct buf b = {0};
    struct sim_world w;
    char why[300] = "";
    (void)state;
    buf_text(&b, HEAD);
    for (int i = 0; i <= SIM_REGIONS_MAX; i++)
        buf_text(&b, "R\n");
    assert_int_equal(world_read(buf_view(&b), &w, why, sizeof why), ERR_BAD_INPUT);
    assert_string_equal(why, "line 66: more than 64 records R");
    buf_clear(&b);
    buf_text(&b, HEAD "R\nQ\n");
    for (int i = 0; i < SIM_SITES_MAX; i++)
        buf_text(&b, "S\nP\nP\nP\nP\n");
    for (int i = 0; i < 60000; i++)
        buf_text(&b, "A\n");
    assert_int_equal(world_read(buf_view(&b), &w, why, sizeof why), ERR_BAD_INPUT);
    assert_non_null(strstr(why, "60000 referrals by 8000 pools and 2000 sites is more than"));
    buf_fini(&b);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field),
        cmocka_unit_test(another_hand),
        cmocka_unit_test(parameters_only),
        cmocka_unit_test(who_follows_whom),
        cmocka_unit_test(faults_have_a_place),
        cmocka_unit_test(households_that_cannot_be),
        cmocka_unit_test(too_big_is_refused_before_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
