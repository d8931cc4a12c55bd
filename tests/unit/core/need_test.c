/* A need in range or not, who counts as a child, and the codes of the closed lists against schema/codes. */
#include "support/exchange.h"

#include "base/csv.h"
#include "base/mem.h"
#include "core/request.h"

#include <stdio.h>
#include <string.h>

static void one_value_out_of_range(void **state)
{
    struct need good = a_need(), n;

    (void)state;
    assert_true(need_is_valid(&good));
#define BAD(change)                                                                                          \
    do {                                                                                                     \
        n = good;                                                                                            \
        change;                                                                                              \
        if (need_is_valid(&n))                                                                               \
            fail_msg("%s was taken", #change);                                                               \
    } while (0)
#define FINE(change)                                                                                         \
    do {                                                                                                     \
        n = good;                                                                                            \
        change;                                                                                              \
        if (!need_is_valid(&n))                                                                              \
            fail_msg("%s was not taken", #change);                                                           \
    } while (0)
    BAD(n = need_empty());
    BAD(n.n_persons = 0);
    BAD(n.n_persons = NEED_PERSONS_MAX + 1);
    FINE(n.n_persons = NEED_PERSONS_MAX);
    BAD(n.urgency = URGENCY_N);
    BAD(n.threat_level = THREAT_N);
    BAD(n.threat_kinds.yes = UINT64_C(1) << THREAT_KIND_N);
    BAD((n.threat_kinds = (struct tri_set){.yes = 1, .no = 1}));
    BAD((n.traits = (struct tri_set){.yes = 4, .no = 4}));
    BAD(n.persons[0].sex = SEX_N);
    BAD(n.persons[0].age = -1);
    BAD(n.persons[0].age = 121);
    FINE(n.persons[0].age = 120);
    FINE(n.persons[0].age = 0);
    FINE(n.persons[0].age = AGE_UNKNOWN);
    BAD(n.n_points = NEED_POINTS_MAX + 1);
    BAD(n.n_points = 1; n.points[0].region = REGION_NONE);
    FINE(n.n_points = 1; n.points[0].region = 63);
    BAD(n.home_region = 64);
    FINE(n.home_region = REGION_NONE);
    BAD(n.school_region = 64);
    BAD(n.residence = RESIDENCE_N);
    BAD(n.language = 64);
    FINE(n.language = 63);
    FINE(n.language = 255);
    BAD(n.ground = GROUND_N);
    BAD(n.ground_at_ms = -1);
    BAD(n.mdo_consent = (enum tri)3);
    BAD(strcpy(n.callback, "Jansen"));
    BAD(memset(n.callback, '1', sizeof n.callback));
    BAD(strcpy(n.return_code, "een naam"));
    FINE(strcpy(n.return_code, "Linde-4821"));
#undef BAD
#undef FINE
}

static void who_is_a_child(void **state)
{
    struct need n = need_empty();

    (void)state;
    n.persons[n.n_persons++] = (struct person){.sex = SEX_F, .age = 18};
    n.persons[n.n_persons++] = (struct person){.sex = SEX_F, .age = AGE_UNKNOWN};
    n.persons[n.n_persons++] = (struct person){.sex = SEX_M, .age = 17};
    n.persons[n.n_persons++] = (struct person){.sex = SEX_F, .age = 3};
    n.persons[n.n_persons++] = (struct person){.sex = SEX_X, .age = 5};
    assert_int_equal(need_adults(&n), 2);
    assert_int_equal(need_children(&n), 3);
    assert_int_equal(need_oldest_child(&n, SEX_M), 17);
    assert_int_equal(need_oldest_child(&n, SEX_F), 5); /* of other sex: counts for both */
    n.persons[4].sex = SEX_UNKNOWN;
    n.persons[4].age = 16;
    assert_int_equal(need_oldest_child(&n, SEX_F), 16);
    n.n_persons = 2;
    assert_int_equal(need_oldest_child(&n, SEX_M), -1);
    assert_int_equal(need_children(&n), 0);
}

static void an_empty_need_knows_nothing(void **state)
{
    struct need n = need_empty();

    (void)state;
    assert_true(n.keep_together);
    assert_int_equal(n.home_region, REGION_NONE);
    assert_int_equal(n.school_region, REGION_NONE);
    assert_int_equal(n.language, 255);
    assert_int_equal(n.n_persons, 0);
    assert_int_equal(n.threat_level, THREAT_UNKNOWN);
    assert_int_equal(n.residence, RESIDENCE_ONBEKEND);
}

/* Every code stands in its table, and every row of the table is a code. */
static void codes_agree_with_the_tables(void **state)
{
    static const struct {
        const char *file;
        const char *const *(*codes)(void);
        size_t n, first; /* FIRST: values before it are not in the table */
    } lists[] = {
        {"kinds", kind_codes, KIND_N, 0},
        {"threat_levels", threat_level_codes, THREAT_N, 0},
        {"threat_kinds", threat_kind_codes, THREAT_KIND_N, 0},
        {"residences", residence_codes, RESIDENCE_N, 0},
        {"urgencies", urgency_codes, URGENCY_N, 0},
        {"sexes", sex_codes, SEX_N, 0},
        {"gatekeepers", gatekeeper_codes, GATEKEEPER_N, 0},
        {"organisation_kinds", org_kind_codes, ORG_KIND_N, 0},
        {"legal_grounds", ground_codes, GROUND_N, 1},
        {"roles", role_codes, ROLE_N, 1},
        {"gate_facts", gate_fact_codes, GATE_FACT_N, 0},
        {"gate_returns", gate_return_codes, GATE_RETURN_N, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct csv_table *t = NULL;
        char path[512], why[200] = "";

        snprintf(path, sizeof path, "%s/schema/codes/%s.csv", PLEK_SOURCE_DIR, lists[i].file);
        if (csv_load(path, &t, why, sizeof why) != OK)
            fail_msg("%s", why);
        size_t machines = lists[i].codes == role_codes ? 2 : 0; /* machine and system are no people's roles */

        for (size_t k = lists[i].first; k < lists[i].n; k++) {
            size_t found = 0;

            if (machines > 0 && (k == ROLE_MACHINE || k == ROLE_SYSTEM))
                continue;

            for (size_t row = 0; row < csv_rows(t); row++)
                found += strcmp(csv_field(t, row, "code"), lists[i].codes()[k]) == 0;
            if (found != 1)
                fail_msg("%s: %s stands there %zu times", lists[i].file, lists[i].codes()[k], found);
        }
        assert_int_equal(csv_rows(t), lists[i].n - lists[i].first - machines);
        csv_free(t);
    }
}

/* No name twice in a list, none missing. */
static void names_differ(void **state)
{
    const char *names[EV_N];
    size_t n = 0;

    (void)state;
#define LIST(count, name_of, type)                                                                           \
    do {                                                                                                     \
        n = 0;                                                                                               \
        for (unsigned i = 0; i < (count); i++) {                                                             \
            names[n] = name_of((enum type)i);                                                                \
            assert_non_null(names[n]);                                                                       \
            for (size_t k = 0; k < n; k++)                                                                   \
                assert_string_not_equal(names[k], names[n]);                                                 \
            n++;                                                                                             \
        }                                                                                                    \
    } while (0)
    LIST(KIND_N, kind_code, kind);
    LIST(THREAT_N, threat_level_code, threat_level);
    LIST(THREAT_KIND_N, threat_kind_code, threat_kind);
    LIST(RESIDENCE_N, residence_code, residence);
    LIST(URGENCY_N, urgency_code, urgency);
    LIST(SEX_N, sex_code, sex);
    LIST(GATEKEEPER_N, gatekeeper_code, gatekeeper);
    LIST(ORG_KIND_N, org_kind_code, org_kind);
    LIST(ROLE_N, role_code, role);
    LIST(SOURCE_N, source_code, source);
    LIST(FRESHNESS_N, freshness_code, freshness);
    LIST(GROUND_N, ground_code, ground);
    LIST(REFUSAL_N, refusal_code, refusal);
    LIST(CMD_N, command_name, command_kind);
    LIST(EV_N, event_name, event_kind);
    LIST(REFERRAL_STATE_N, referral_state_code, referral_state);
    LIST(REQUEST_STATE_N, request_state_code, request_state);
    LIST(CANCEL_N, cancel_why_code, cancel_why);
#undef LIST
    assert_string_equal(source_codes()[SOURCE_FEED], "feed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value_out_of_range),
        cmocka_unit_test(who_is_a_child),
        cmocka_unit_test(an_empty_need_knows_nothing),
        cmocka_unit_test(codes_agree_with_the_tables),
        cmocka_unit_test(names_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
