/* What a driver says and hears, line by line; replies stand as one text behind each line. */
#include "simulate/protocol.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Ids out of order, pools before their houses, columns divided by TABs or spaces, hidden columns at the end.
 * 77 takes up to four persons of both sexes in region 5; 3 is high security and women only, in region 2. */
static const char *const network[] = {
    "INIT 2 2 extra",
    "P\t77\t9\t4\t2\t11\t0\t0\t1000",
    "S 9 5 0 10 10 1 1 1 7 0 0 255 3 20 240",
    "R\t5\tDen Haag\t1\t1\t5",
    "",
    "# houses may come before regions",
    "R 2 Ede 900 40 7",
    "P 3 4 3 1 17 1 0",
    "S\t4\t2\t3\t900\t40\t0\t2\t1\t7\t0\t0\t255\t1",
};

/* id, t, urgency, deadline ... of a woman with KIDS, level SEC, from region 5, who must not go to EXCL */
#define WOMAN(id, kids, sec, excl)                                                                           \
    "REF\t" id "\t5\tA\t245\t900\t1\t0\t" kids "\t0\t1\t0\t0\t0\t" sec "\t0\t5\t5\t" excl

static const char *say(struct protocol *p, struct buf *out, const char *line)
{
    buf_clear(out);
    protocol_line(p, bytes_of_text(line), out);
    return buf_c_str(out);
}

static void expect(struct protocol *p, const char *line, const char *want)
{
    struct buf out = {0};
    const char *got = say(p, &out, line);

    if (strcmp(got, want) != 0)
        fail_msg("%s: '%s' instead of '%s'", line, got, want);
    buf_fini(&out);
}

/* The reply begins with WANT; what stands behind it, when to be woken, is the desk's. */
static void expect_begins(struct protocol *p, const char *line, const char *want)
{
    struct buf out = {0};
    const char *got = say(p, &out, line);

    if (strncmp(got, want, strlen(want)) != 0 || strstr(got, "OK\n") == NULL)
        fail_msg("%s: '%s' does not begin with '%s'", line, got, want);
    buf_fini(&out);
}

static void expect_no_ask(struct protocol *p, const char *line)
{
    struct buf out = {0};
    const char *got = say(p, &out, line);

    if (strstr(got, "REQ") != NULL || strstr(got, "ERR") != NULL || strstr(got, "OK\n") == NULL)
        fail_msg("%s: '%s'", line, got);
    buf_fini(&out);
}

static struct protocol *with_network(bool ranks)
{
    struct protocol *p = protocol_new(sim_policy_find("ours"), ranks);

    for (size_t i = 0; i < COUNT_OF(network); i++)
        expect(p, network[i], "");
    expect(p, "END", "OK\n");
    return p;
}

static struct protocol *with_two_free(void)
{
    struct protocol *p = with_network(false);

    expect(p, "PUB 77 2 0", "OK\n");
    expect(p, "PUB\t3\t1\t0", "OK\n");
    expect(p, "T 5", "OK\n");
    return p;
}

static void a_household_from_opening_to_a_place(void **state)
{
    struct protocol *p = with_two_free();

    (void)state;
    expect_begins(p, WOMAN("12", "b3,g4", "0", "0"), "REQ 1 12 77 180\n");
    expect_begins(p, "ANS 1 decline not today", "OK\n");
    expect_begins(p, "REF A 13 5 B 1445 2900 1 0 - 0 1 0 0 0 0 0 2 5 0", "REQ 2 13 77 ");
    expect_begins(p, "ANS 2 accept", "OK\n");
    expect_begins(p, "GONE 13 placed", "OK\n");
    expect_begins(p, WOMAN("1", "-", "2", "0"), "REQ 3 1 3 "); /* level 2: high security is for her */
    expect(p, "GONE 1 placed_local", "CAN 3\nOK\n");
    expect_begins(p, WOMAN("0", "-", "2", "0"), "REQ 4 0 3 ");
    expect_begins(p, "ANS 4 full", "OK\n");
    protocol_free(p);
}

/* Safety goes by ids as the driver has them: bit 5 of the mask is region 5, the first that was told. */
static void rules_hold_for_any_ids(void **state)
{
    struct protocol *p = with_two_free();

    (void)state;
    expect_no_ask(p, WOMAN("12", "-", "1", "20"));                  /* 77 lies in region 5, 3 is held back */
    expect_no_ask(p, WOMAN("13", "b12", "0", "0"));                 /* 77 takes boys up to 11 */
    expect_begins(p, WOMAN("14", "b11", "0", "4"), "REQ 1 14 77 "); /* bit 2: region 2 is excluded only */
    expect_no_ask(p, WOMAN("15", "-", "2", "4"));
    protocol_free(p);
}

/* Regions with ids above 63 have no bit of their own: the bits are their order. */
static void bits_of_regions_with_large_ids(void **state)
{
    struct protocol *p = protocol_new(sim_policy_find("ours"), false);

    (void)state;
    expect(p, "INIT 1 1", "");
    expect(p, "R 1000 Ede 1 1 1", "");
    expect(p, "R 1001 Breda 900 1 1", "");
    expect(p, "S 2000000000 1001 0 900 1 1 1 1 7 0 0 255 1", "");
    expect(p, "P 7 2000000000 4 1 17 1 0", "");
    expect(p, "END", "OK\n");
    expect(p, "PUB 7 1 0", "OK\n");
    expect_no_ask(p, "REF 1 0 A 240 900 1 0 - 0 1 0 0 0 1 0 1000 1000 2");
    expect_begins(p, "REF 2 0 A 240 900 1 0 - 0 1 0 0 0 1 0 1000 1000 1", "REQ 1 2 7 ");
    protocol_free(p);
}

static void waiting_and_waking(void **state)
{
    struct protocol *p = with_two_free();
    struct buf out = {0};

    (void)state;
    expect(p, "PUB 77 1 5", "OK\n");
    expect_begins(p, WOMAN("1", "-", "0", "0"), "REQ 1 1 77 180\n");
    expect_no_ask(p, WOMAN("2", "-", "0", "0"));
    expect(p, "T 185", "OK\n");
    assert_non_null(
        strstr(say(p, &out, "EXP 1"), "REQ 3 2 77 61\n")); /* whose place came free, for the next */
    buf_fini(&out);
    expect(p, "T 185", "OK\n");
    expect_begins(p, "GONE 2 unmet", "CAN 3\n");
    protocol_free(p);
}

static void faults_change_nothing(void **state)
{
    static const struct {
        const char *line, *want;
    } cases[] = {
        {"FOO", "ERR 14 is not T, PUB, REF, GONE, ANS, EXP or WAKE\nOK\n"},
        {"T 4", "ERR 15 field 2 (minute): 4 is before 5\nOK\n"},
        {"T -1", "ERR 16 field 2 (minute): -1 is not within 0 and 21081600\nOK\n"},
        {"PUB 78 1 1", "ERR 17 field 2 (pool): nothing has the number 78\nOK\n"},
        {"PUB 77", "ERR 18 field 3 (free): is missing\nOK\n"},
        {"REF", "ERR 19 field 2 (id): is missing\nOK\n"},
        {WOMAN("12", "x3", "0", "0"), "ERR 20 field 9 (kids): child 1 is not b or g and an age\nOK\n"},
        {WOMAN("12", "-", "?", "0"), "ERR 21 field 15 (sec): is not a whole number\nOK\n"},
        {"REF 12 5 A 245 900 1 0 - 0 1 0 512 0 0 0 5 5 0",
         "ERR 22 field 13 (needmask): 512 is not within 0 and 511\nOK\n"},
        {"REF 12 5 A 245 900 1 0 - 0 1 0 0 0 0 0 5 6 0", "ERR 23 (anchor)"},
        {"GONE 12 unmet", "ERR 24 field 2 (referral): nothing has the number 12\nOK\n"},
        {"ANS 1 accept", "ERR 25 field 2 (req): nothing has the number 1\nOK\n"},
        {"EXP 1", "ERR 26 field 2 (req): nothing has the number 1\nOK\n"},
        {"INIT 1 1", "ERR 27 is not T, PUB, REF, GONE, ANS, EXP or WAKE\nOK\n"},
        {"", "OK\n"},
        {"# a remark", "OK\n"},
    };
    struct protocol *p = with_two_free();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (strstr(cases[i].want, "anchor") == NULL)
            expect(p, cases[i].line, cases[i].want);
        else
            expect_begins(p, cases[i].line, "ERR 23 ");
    }
    expect_begins(p, WOMAN("12", "-", "0", "0"), "REQ 1 12 77 180\n");
    expect_begins(p, WOMAN("12", "-", "0", "0"), "ERR 31 field 2 (id): 12 was used before\n");
    expect_begins(p, "ANS 1 perhaps", "ERR 32 field 3 (answer): is not accept, decline or full\n");
    expect_begins(p, "GONE 12 away", "ERR 33 field 3 (why): is not placed_local, unmet or placed\n");
    protocol_free(p);
}

static void a_line_has_an_end(void **state)
{
    struct protocol *p = with_network(false);
    struct buf line = {0}, out = {0};

    (void)state;
    memset(buf_extend(&line, PROTOCOL_LINE_MAX + 1), ' ', PROTOCOL_LINE_MAX + 1);
    memcpy(line.p, "T 5", 3);
    protocol_line(p, buf_view(&line), &out);
    assert_string_equal(buf_c_str(&out), "ERR 11 longer than 65536 bytes\nOK\n");
    buf_clear(&out);
    protocol_line(p, BYTES(line.p, PROTOCOL_LINE_MAX), &out);
    assert_string_equal(buf_c_str(&out), "OK\n");
    buf_fini(&line);
    buf_fini(&out);
    protocol_free(p);
}

/* A record with a fault is left out, and what lies in it; the one OK of the network stays the one of END. */
static void a_network_with_faults(void **state)
{
    struct protocol *p = protocol_new(sim_policy_find("ours"), false);

    (void)state;
    expect(p, "T 1", "ERR 1 INIT must come first\nOK\n");
    expect(p, "INIT two 1", "ERR 2 field 2 (np): is not a whole number\n");
    expect(p, "R 0 Ede 1 1 1", "");
    expect(p, "R 0 Ede 1 1 1", "ERR 4 field 2 (id): 0 was used before\n");
    expect(p, "S 1 0 0 1 1 1 1 1 8 0 0 255 1", "ERR 5 field 10 (statusmask): 8 is not within 0 and 7\n");
    expect(p, "P 1 1 4 1 17 1 0", "");
    expect(p, "END",
           "ERR 6 no site has the number 1\nERR 7 the network has no pool: begin again with INIT\nOK\n");
    expect(p, "PUB 1 1 1", "ERR 8 INIT must come first\nOK\n");
    expect(p, "INIT 1 1", "");
    expect(p, "R 0 Ede 1 1 1", "");
    expect(p, "S 1 0 0 1 1 1 1 1 7 0 0 255 1", "");
    expect(p, "S 2 5 0 1 1 1 1 1 7 0 0 255 1", "");
    expect(p, "P 5 2 4 1 17 1 0", "");
    expect(p, "P 6 1 4 1 17 1 0", "");
    expect(p, "END", "ERR 12 no region has the number 5\nERR 13 no site has the number 2\nOK\n");
    expect(p, "PUB 5 1 0", "ERR 16 field 2 (pool): nothing has the number 5\nOK\n");
    expect(p, "PUB 6 1 0", "OK\n");
    expect_begins(p, "REF 1 0 A 240 900 1 0 - 0 1 0 0 0 0 0 0 0 0", "REQ 1 1 6 ");
    protocol_free(p);
}

static void where_the_places_stand(void **state)
{
    struct protocol *p = with_network(true);

    (void)state;
    expect(p, "PUB 77 2 0", "OK\n");
    expect(p, "PUB 3 1 0", "OK\n");
    expect_begins(p, WOMAN("12", "-", "2", "0"), "RANK 12 1 3 0 0 ");
    expect_begins(p, WOMAN("13", "-", "0", "0"), "RANK 13 1 77 0 0 ");
    protocol_free(p);
}

/* The largest network the bounds allow is taken, and asked. */
static void as_large_as_allowed(void **state)
{
    struct protocol *p = protocol_new(sim_policy_find("ours"), false);
    char line[120];

    (void)state;
    expect(p, "INIT 8000 2000", "");
    for (int i = 0; i <= SIM_REGIONS_MAX; i++) {
        snprintf(line, sizeof line, "R %d Ede %d 0 1", i, 10 * i);
        expect(p, line, i < SIM_REGIONS_MAX ? "" : "ERR 66 more than 64 records R\n");
    }
    for (int i = 0; i < SIM_SITES_MAX; i++) {
        snprintf(line, sizeof line, "S %d %d 0 1 1 1 1 1 7 0 0 255 1", i, i % SIM_REGIONS_MAX);
        expect(p, line, "");
    }
    for (int i = 0; i < SIM_POOLS_MAX; i++) {
        snprintf(line, sizeof line, "P %d %d 100 1000 99 1 0", 10000 - i, i % SIM_SITES_MAX);
        expect(p, line, "");
    }
    expect(p, "P 20000 0 1 1 1 1 1", "ERR 10067 more than 8000 records P\n");
    expect(p, "END", "OK\n");
    expect(p, "PUB 10000 1 0", "OK\n");
    expect_begins(p, "REF 1 0 A 240 900 1 0 - 0 1 0 0 0 0 0 63 63 0", "REQ 1 1 10000 ");
    protocol_free(p);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_household_from_opening_to_a_place),
        cmocka_unit_test(rules_hold_for_any_ids),
        cmocka_unit_test(bits_of_regions_with_large_ids),
        cmocka_unit_test(waiting_and_waking),
        cmocka_unit_test(faults_change_nothing),
        cmocka_unit_test(a_line_has_an_end),
        cmocka_unit_test(a_network_with_faults),
        cmocka_unit_test(where_the_places_stand),
        cmocka_unit_test(as_large_as_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
