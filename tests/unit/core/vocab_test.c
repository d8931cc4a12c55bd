#include "support/match_builders.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void real_tables_load(void **state)
{
    struct vocab *v = vocab_of_repository();

    (void)state;
    assert_int_equal(vocab_regions(v), 35);
    assert_string_equal(vocab_region(v, 0)->code, "R01");
    assert_string_equal(vocab_region(v, region(v, "R28"))->name, "Rotterdam");
    assert_int_equal(vocab_region(v, region(v, "R28"))->gemeente, 599);
    assert_int_equal(vocab_region_find(v, "R99"), REGION_NONE);
    assert_int_equal(vocab_region_find(v, ""), REGION_NONE);

    assert_int_equal(vocab_municipality(v, 599)->region, region(v, "R28"));
    assert_int_equal(vocab_municipality(v, 1992)->region, region(v, "R27"));
    assert_int_equal(vocab_municipality(v, 9001)->region, REGION_NONE);
    assert_null(vocab_municipality(v, 1));
    assert_null(vocab_municipality(v, 0));

    assert_int_equal(vocab_minutes(v, region(v, "R01"), region(v, "R02")), 57);
    assert_int_equal(vocab_km(v, region(v, "R01"), region(v, "R03")), 89);
    assert_int_equal(vocab_minutes(v, region(v, "R35"), region(v, "R35")), 15);
    assert_int_equal(vocab_km(v, region(v, "R35"), region(v, "R35")), 0);
    vocab_free(v);
    vocab_free(NULL);
}

static void traits_carry_their_rule(void **state)
{
    struct vocab *v = vocab_of_repository();

    (void)state;
    assert_int_equal(vocab_trait(v, trait(v, "rolstoel"))->rule, TRAIT_MUST);
    assert_int_equal(vocab_trait(v, trait(v, "ggz"))->rule, TRAIT_REFUSAL);
    assert_int_equal(vocab_trait(v, trait(v, "tolk"))->rule, TRAIT_SOFT);
    assert_true(vocab_trait(v, trait(v, "huisdier_hond"))->waivable);
    assert_false(vocab_trait(v, trait(v, "eer"))->waivable);
    assert_int_equal(trait(v, "huisdier_hond"), 12);
    assert_int_equal(vocab_trait_find(v, "bestaat_niet"), -1);
    assert_int_equal(vocab_trait_find(v, ""), -1);
    assert_null(vocab_trait(v, 63));
    /* Every trait in exactly one mask. */
    assert_int_equal(vocab_trait_mask(v, TRAIT_MUST) & vocab_trait_mask(v, TRAIT_SOFT), 0);
    assert_int_equal(vocab_trait_mask(v, TRAIT_MUST) & vocab_trait_mask(v, TRAIT_REFUSAL), 0);
    for (unsigned bit = 0; bit < 64; bit++) {
        const struct vocab_trait *t = vocab_trait(v, bit);
        uint64_t all = vocab_trait_mask(v, TRAIT_MUST) | vocab_trait_mask(v, TRAIT_SOFT) |
                       vocab_trait_mask(v, TRAIT_REFUSAL);

        assert_int_equal(all >> bit & 1, t != NULL);
        if (t != NULL)
            assert_int_equal(vocab_trait_mask(v, t->rule) >> bit & 1, 1);
    }
    assert_int_equal(vocab_exploitation_traits(v), UINT64_C(1) << trait(v, "uitbuiting_seksueel") |
                                                       UINT64_C(1) << trait(v, "uitbuiting_arbeid") |
                                                       UINT64_C(1) << trait(v, "uitbuiting_crimineel"));
    vocab_free(v);
}

static void kinds_and_urgencies(void **state)
{
    struct vocab *v = vocab_of_repository();

    (void)state;
    assert_int_equal(vocab_kind_tier(v, KIND_CRISIS), 0);
    assert_int_equal(vocab_kind_tier(v, KIND_BEVEILIGD), 1);
    assert_int_equal(vocab_kind_tier(v, KIND_COSM), 1);
    assert_int_equal(vocab_kind_tier(v, KIND_OMM), 1);
    assert_int_equal(vocab_kind(v, KIND_NOOD)->max_hours, 72);
    assert_true(vocab_kind(v, KIND_UUR72)->residence_unknown);
    assert_false(vocab_kind(v, KIND_CRISIS)->residence_unknown);
    assert_int_equal(vocab_kind(v, KIND_COSM)->gatekeeper, GATEKEEPER_COMENSHA);
    assert_int_equal(vocab_kind(v, KIND_JEUGD)->gatekeeper, GATEKEEPER_GI);
    assert_int_equal(vocab_deadline_minutes(v, URGENCY_NU), 240);
    assert_int_equal(vocab_deadline_minutes(v, URGENCY_DRIE_DAGEN), 4320);
    vocab_free(v);
}

static void lists_go_by_their_number(void **state)
{
    struct vocab *v = vocab_of_repository();

    (void)state;
    assert_int_equal(vocab_list_size(v, LIST_DECLINE), 15);
    assert_string_equal(vocab_list_code(v, LIST_DECLINE, 0), "vol");
    assert_int_equal(vocab_list_find(v, LIST_DECLINE, "dreiging_te_hoog"), 14);
    for (uint8_t reason = 0; reason <= 60; reason++) {
        assert_int_equal(vocab_decline_is_full(v, reason), reason == 1);
        assert_int_equal(vocab_decline_is_taken(v, reason), reason == 2);
    }
    assert_int_equal(vocab_list_find(v, LIST_STOP, "locatie_gelekt"), 6);
    assert_int_equal(vocab_list_find(v, LIST_DECLINE, "locatie_gelekt"), -1);
    assert_null(vocab_list_code(v, LIST_DECLINE, 15));
    assert_int_equal(vocab_language_find(v, "nl"), 0);
    assert_string_equal(vocab_language(v, 3), "ti");
    assert_null(vocab_language(v, 255));
    vocab_free(v);
}

/* One change to the real tables, and the fault that must be named for it. */
static void faults_are_named(void **state)
{
    static const struct {
        const char *list, *code, *field, *value;
        const char *why;
    } cases[] = {
        {"traits", "ggz", "need_rule", "maybe", "traits ggz: need_rule must be must, soft or refusal"},
        {"traits", "ggz", "need_rule", "", "traits ggz: need_rule must be must, soft or refusal"},
        {"traits", "ggz", "waivable", "ja", "traits ggz: waivable must be yes or no"},
        {"traits", "ggz", "bit", "64", "traits ggz: bit is too large"},
        {"traits", "ggz", "bit", "-1", "traits ggz: bit is not a whole number"},
        {"traits", "ggz", "bit", "", "traits ggz: bit is missing"},
        {"traits", "lvb", "bit", "0", "traits lvb: bit is used by another trait"},
        {"traits", "lvb", "code", "ggz", "traits ggz: code is given twice"},
        {"traits", "lvb", "code", "een_code_van_meer_dan_eenendertig_tekens",
         "traits een_code_van_meer_dan_eenendertig_tekens: code is too long"},
        {"regions", "R02", "code", "R01", "regions R01: code is given twice"},
        {"regions", "R02", "name", "", "regions R02: name is missing"},
        {"regions", "R02", "gemeente", "0034", "regions R02: gemeente must be GM and four digits"},
        {"travel", "R01-R02", "to", "R77", "travel R01-R02: to names no region"},
        {"travel", "R01-R02", "minutes", "57.5", "travel R01-R02: minutes is not a whole number"},
        {"travel", "R01-R02", "km", "99999", "travel R01-R02: km is too large"},
        {"travel", "R01-R02", "to", "R01", "travel R01-R02: to is given twice from the same region"},
        {"municipalities", "GM0599", "region", "Rotterdam", "municipalities GM0599: region names no region"},
        {"municipalities", "GM0599", "code", "GM0034", "municipalities GM0034: code is given twice"},
        {"languages", "en", "bit", "0", "languages en: bit is used by another language"},
        {"languages", "en", "code", "nl", "languages nl: code is given twice"},
        {"kinds", "crisis", "tier", "2", "kinds crisis: tier is too large"},
        {"kinds", "crisis", "code", "krisis", "kinds krisis: code is no kind the rules know"},
        {"kinds", "crisis", "code", "nood", "kinds nood: code is given twice"},
        {"kinds", "crisis", "gatekeeper", "", "kinds crisis: gatekeeper must be none, comensha or gi"},
        {"kinds", "nood", "residence_unknown", "1", "kinds nood: residence_unknown must be yes or no"},
        {"kinds", "nood", "max_hours", "3 days", "kinds nood: max_hours is not a whole number"},
        {"urgencies", "nu", "deadline_minutes", "0", "urgencies nu: deadline_minutes must be at least 1"},
        {"urgencies", "nu", "code", "straks", "urgencies straks: code is no urgency the rules know"},
        {"urgencies", "nu", "code", "vandaag", "urgencies vandaag: code is given twice"},
        {"decline_reasons", "vol", "nr", "0", "decline_reasons vol: nr must be at least 1"},
        {"decline_reasons", "vol", "nr", "2", "decline_reasons net_vergeven: nr is used by another row"},
        {"decline_reasons", "vol", "effect", "half",
         "decline_reasons vol: effect must be none, rule, funding_flag, full or taken"},
        {"stop_reasons", "anders", "code", "incident", "stop_reasons incident: code is given twice"},
    };

    struct rows rows = rows_load();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct vocab *v = NULL;
        char why[200] = "";
        size_t row = rows_find(&rows, cases[i].list, cases[i].code);
        char *before = rows_set(&rows, row, cases[i].field, cases[i].value);

        if (vocab_new(rows.list, rows.n, &v, why, sizeof why) != ERR_BAD_INPUT)
            fail_msg("taken: %s", cases[i].why);
        assert_string_equal(why, cases[i].why);
        assert_null(v);
        free(rows_set(&rows, row, cases[i].field, before));
        free(before);
    }
    rows_free(&rows);
}

static void missing_rows_are_named(void **state)
{
    static const struct {
        const char *list, *code; /* code NULL: the whole list */
        const char *why;
    } cases[] = {
        {"regions", NULL, "regions: the list is missing or empty"},
        {"travel", NULL, "travel: the list is missing or empty"},
        {"municipalities", NULL, "municipalities: the list is missing or empty"},
        {"traits", NULL, "traits: the list is missing or empty"},
        {"languages", NULL, "languages: the list is missing or empty"},
        {"kinds", NULL, "kinds: the list is missing or empty"},
        {"urgencies", NULL, "urgencies: the list is missing or empty"},
        {"decline_reasons", NULL, "decline_reasons: the list is missing or empty"},
        {"withdraw_reasons", NULL, "withdraw_reasons: the list is missing or empty"},
        {"unplaced_reasons", NULL, "unplaced_reasons: the list is missing or empty"},
        {"departure_reasons", NULL, "departure_reasons: the list is missing or empty"},
        {"destinations", NULL, "destinations: the list is missing or empty"},
        {"stop_reasons", NULL, "stop_reasons: the list is missing or empty"},
        {"travel", "R02-R35", "travel: no row from R02 to R35"},
        {"kinds", "uur72", "kinds: no row for uur72"},
        {"urgencies", "drie_dagen", "urgencies: no row for drie_dagen"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct rows rows = rows_load();
        struct vocab *v = NULL;
        char why[200] = "";

        if (cases[i].code == NULL)
            rows_drop_list(&rows, cases[i].list);
        else
            rows_remove(&rows, rows_find(&rows, cases[i].list, cases[i].code));
        assert_int_equal(vocab_new(rows.list, rows.n, &v, why, sizeof why), ERR_BAD_INPUT);
        assert_string_equal(why, cases[i].why);
        rows_free(&rows);
    }
}

static void sixty_four_regions_fit_and_no_more(void **state)
{
    struct rows rows = rows_load();
    size_t first = rows_find(&rows, "regions", "R01");
    struct vocab *v = NULL;
    char why[200] = "";

    (void)state;
    for (int i = 36; i <= 65; i++) {
        char code[16];

        rows_repeat(&rows, first);
        snprintf(code, sizeof code, "R%d", i);
        free(rows_set(&rows, rows.n - 1, "code", code));
    }
    assert_int_equal(vocab_new(rows.list, rows.n, &v, why, sizeof why), ERR_BAD_INPUT);
    assert_string_equal(why, "regions R65: code is one region too many: 64 fit");
    rows_free(&rows);
}

static uint64_t version_of(const struct rows *rows)
{
    struct vocab *v = NULL;
    char why[200] = "";
    uint64_t version = 0;

    if (vocab_new(rows->list, rows->n, &v, why, sizeof why) != OK)
        fail_msg("%s", why);
    version = vocab_version(v);
    vocab_free(v);
    return version;
}

/* With one field changed, and changed back. */
static uint64_t version_with(struct rows *rows, const char *list, const char *code, const char *field,
                             const char *value)
{
    size_t row = rows_find(rows, list, code);
    char *before = rows_set(rows, row, field, value);
    uint64_t version = version_of(rows);

    free(rows_set(rows, row, field, before));
    free(before);
    return version;
}

static void version_tells_what_rules_use(void **state)
{
    static const struct {
        const char *list, *code, *field, *value;
    } uses[] = {
        {"travel", "R01-R02", "minutes", "58"},     {"travel", "R01-R02", "km", "58"},
        {"traits", "ggz", "need_rule", "must"},     {"traits", "ggz", "waivable", "yes"},
        {"traits", "tolk", "code", "tolk_2"},       {"kinds", "crisis", "tier", "1"},
        {"kinds", "nood", "max_hours", "48"},       {"kinds", "crisis", "residence_unknown", "yes"},
        {"kinds", "crisis", "gatekeeper", "gi"},    {"urgencies", "nu", "deadline_minutes", "180"},
        {"languages", "ti", "code", "so2"},         {"regions", "R35", "code", "R35"},
        {"decline_reasons", "vol", "code", "vol2"}, {"decline_reasons", "vol", "effect", "none"},
    };
    struct rows rows = rows_load();
    uint64_t base = version_of(&rows);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(uses); i++) {
        bool same = base == version_with(&rows, uses[i].list, uses[i].code, uses[i].field, uses[i].value);

        /* The row that sets R35 to R35 shows that the test itself changes nothing. */
        if (same != (strcmp(uses[i].list, "regions") == 0))
            fail_msg("%s %s %s", uses[i].list, uses[i].code, uses[i].field);
    }
    /* A name is for people, not for rules. */
    assert_int_equal(base, version_with(&rows, "regions", "R28", "name", "Rotterdam-Rijnmond"));
    assert_int_equal(base, version_of(&rows));
    rows_free(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_tables_load),
        cmocka_unit_test(traits_carry_their_rule),
        cmocka_unit_test(kinds_and_urgencies),
        cmocka_unit_test(lists_go_by_their_number),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(missing_rows_are_named),
        cmocka_unit_test(sixty_four_regions_fit_and_no_more),
        cmocka_unit_test(version_tells_what_rules_use),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
