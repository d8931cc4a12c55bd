/* Who is proposed, from dated rules, and who pays for which night: at every boundary of dates, the nights in
 * which the clocks change among them. */
#include "support/match_builders.h"

#include "base/time_text.h"
#include "core/stay/funding.h"
#include "core/stay/stay_rules.h"

#include <stdlib.h>
#include <string.h>

static int32_t day(const char *text)
{
    int32_t d = 0;

    assert_int_equal(time_day_parse(bytes_of_text(text), &d), OK);
    return d;
}

static int64_t moment(const char *text)
{
    int64_t at = 0;

    assert_int_equal(time_parse(bytes_of_text(text), &at), OK);
    return at;
}

struct rules {
    struct rows rows;
    struct vocab *v;
};

static struct rules rules_of_schema(void)
{
    struct rules r = {.rows = rows_load()};
    char why[200] = "";

    if (vocab_new(r.rows.list, r.rows.n, &r.v, why, sizeof why) != OK)
        fail_msg("%s", why);
    return r;
}

static void rules_done(struct rules *r)
{
    vocab_free(r->v);
    rows_free(&r->rows);
}

static const char *stream_of(const struct rules *r, uint8_t nr)
{
    const struct funding_stream *s = stay_rules_stream(vocab_stay_rules(r->v), nr);

    assert_non_null(s);
    return s->code;
}

static struct need a_woman(enum residence residence)
{
    struct need n = need_empty();

    n.persons[0] = (struct person){.sex = SEX_F, .age = 34};
    n.n_persons = 1;
    n.residence = residence;
    n.home_municipality = 363;
    return n;
}

static void the_proposal_follows_the_rules_of_its_day(void **state)
{
    static const struct {
        const char *name;
        enum kind kind;
        enum residence residence;
        int age;
        const char *trait, *on, *want;
        const char *municipality;
    } cases[] = {
        {"a shelter", KIND_CRISIS, RESIDENCE_NL, 34, NULL, "2026-11-25", "duvo", "centre"},
        {"cosm is the ministries'", KIND_COSM, RESIDENCE_BEDENKTIJD, 34, NULL, "2026-11-25", "cosm",
         "centre"},
        {"omm, the last day of the grant", KIND_OMM, RESIDENCE_NL, 34, NULL, "2025-12-31", "spuk_omm",
         "centre"},
        {"omm, the first day after it", KIND_OMM, RESIDENCE_NL, 34, NULL, "2026-01-01", "gf_omm", "centre"},
        {"residence not known", KIND_NOOD, RESIDENCE_ONBEKEND, 34, NULL, "2026-11-25", "te_regelen",
         "centre"},
        {"no residence", KIND_CRISIS, RESIDENCE_GEEN, 34, NULL, "2026-11-25", "te_regelen", "centre"},
        {"reflection period outside a cosm place", KIND_CRISIS, RESIDENCE_BEDENKTIJD, 34, NULL, "2026-11-25",
         "te_regelen", "centre"},
        {"reflection period offered", KIND_UUR72, RESIDENCE_BEDENKTIJD_AANGEBODEN, 34, NULL, "2026-11-25",
         "te_regelen", "centre"},
        {"the permit after it", KIND_CRISIS, RESIDENCE_B8_VERGUNNING, 34, NULL, "2026-11-25", "duvo",
         "centre"},
        {"a girl of 17", KIND_CRISIS, RESIDENCE_NL, 17, NULL, "2026-11-25", "jeugdwet", "home"},
        {"a woman of 18", KIND_CRISIS, RESIDENCE_NL, 18, NULL, "2026-11-25", "duvo", "centre"},
        {"age not known", KIND_CRISIS, RESIDENCE_NL, AGE_UNKNOWN, NULL, "2026-11-25", "duvo", "centre"},
        {"a youth place", KIND_JEUGD, RESIDENCE_GEEN, 34, NULL, "2026-11-25", "jeugdwet", "home"},
        {"a specialist", KIND_SPECIALIST, RESIDENCE_NL, 34, "lvb", "2026-11-25", "wlz", "centre"},
        {"treatment", KIND_SPECIALIST, RESIDENCE_NL, 34, "ggz", "2026-11-25", "zvw_ggz", "centre"},
        {"before any rule", KIND_CRISIS, RESIDENCE_NL, 34, NULL, "2014-12-31", NULL, "centre"},
    };
    struct rules r = rules_of_schema();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct need n = a_woman(cases[i].residence);
        struct funding_case c = {.need = &n, .kind = cases[i].kind, .region = 0};
        struct funding_span spans[4];

        n.persons[0].age = (int16_t)cases[i].age;
        if (cases[i].trait != NULL)
            tri_put(&n.traits, (unsigned)vocab_trait_find(r.v, cases[i].trait), TRI_YES);
        assert_int_not_equal(funding_propose(r.v, &c, day(cases[i].on), spans, 4), 0);
        if (cases[i].want == NULL ? spans[0].stream != 0
                                  : strcmp(stream_of(&r, spans[0].stream), cases[i].want) != 0)
            fail_msg("%s", cases[i].name);
        assert_int_equal(spans[0].municipality, 363); /* Amsterdam: its own centre */
    }
    rules_done(&r);
}

/* Whose nights: the home municipality for the Youth Act, the centre of its region for the others, the house's
 * where nothing is known. */
static void the_municipality(void **state)
{
    struct rules r = rules_of_schema();
    struct need n = a_woman(RESIDENCE_NL);
    struct funding_case c = {.need = &n, .kind = KIND_CRISIS, .region = vocab_region_find(r.v, "R12")};
    const struct vocab_municipality *m =
        vocab_municipality(r.v, 37); /* Stadskanaal, of the region of Groningen */
    struct funding_span span;

    (void)state;
    assert_non_null(m);
    n.home_municipality = 37;
    funding_propose(r.v, &c, day("2026-11-25"), &span, 1);
    assert_int_equal(span.municipality, 14);
    n.persons[0].age = 16;
    funding_propose(r.v, &c, day("2026-11-25"), &span, 1);
    assert_int_equal(span.municipality, 37);
    n.home_municipality = 0;
    n.home_region = m->region;
    funding_propose(r.v, &c, day("2026-11-25"), &span, 1);
    assert_int_equal(span.municipality, 14);
    c.need = NULL; /* facts erased: only kind and house are left */
    funding_propose(r.v, &c, day("2026-11-25"), &span, 1);
    assert_int_equal(span.municipality, vocab_region(r.v, c.region)->gemeente);
    rules_done(&r);
}

/* What is known ahead is proposed ahead: nobody must remember the first of January. */
static void a_stay_over_the_end_of_a_grant(void **state)
{
    struct rules r = rules_of_schema();
    struct need n = a_woman(RESIDENCE_NL);
    struct funding_case c = {.need = &n, .kind = KIND_OMM, .region = 0};
    struct funding f = {0};

    (void)state;
    f.n = funding_propose(r.v, &c, day("2025-12-20"), f.spans, 4);
    assert_int_equal(f.n, 2);
    assert_int_equal(f.spans[1].from_day, day("2026-01-01"));
    assert_string_equal(stream_of(&r, funding_of_night(&f, day("2025-12-31"))->stream), "spuk_omm");
    assert_string_equal(stream_of(&r, funding_of_night(&f, day("2026-01-01"))->stream), "gf_omm");
    assert_int_equal(stay_rules_stream(vocab_stay_rules(r.v), f.spans[1].stream)->cut_permille, 100);
    /* from the 20th, leaving on the 4th: 12 and 3 nights */
    assert_int_equal(funding_nights(&f, 0, day("2025-12-20"), day("2026-01-04"), 0, INT32_MAX), 12);
    assert_int_equal(funding_nights(&f, 1, day("2025-12-20"), day("2026-01-04"), 0, INT32_MAX), 3);
    /* by month */
    assert_int_equal(
        funding_nights(&f, 0, day("2025-12-20"), day("2026-01-04"), day("2026-01-01"), day("2026-01-31")), 0);
    rules_done(&r);
}

/* A night bears the day it begins on. Its length in hours, 23, 24 or 25, is nobody's business. */
static void nights_go_by_the_dutch_day(void **state)
{
    static const struct {
        const char *name, *arrival, *departure;
        int32_t nights;
    } cases[] = {
        {"the same day", "2026-11-25T00:30:00+01:00", "2026-11-25T23:30:00+01:00", 0},
        {"over midnight", "2026-11-25T23:59:00+01:00", "2026-11-26T00:01:00+01:00", 1},
        {"the day by UTC is another", "2026-11-25T00:30:00+01:00", "2026-11-26T00:30:00+01:00", 1},
        {"the short night", "2026-03-28T20:00:00+01:00", "2026-03-29T09:00:00+02:00", 1},
        {"the day of the short night", "2026-03-29T00:30:00+01:00", "2026-03-30T00:30:00+02:00", 1},
        {"23:30 by summer time is the day before in UTC+1", "2026-07-01T23:30:00+02:00",
         "2026-07-02T00:10:00+02:00", 1},
        {"the long night", "2026-10-24T20:00:00+02:00", "2026-10-25T09:00:00+01:00", 1},
        {"within the hour that comes twice", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", 0},
        {"a year", "2026-03-29T12:00:00+02:00", "2027-03-29T12:00:00+02:00", 365},
        {"a leap day", "2028-02-28T12:00:00+01:00", "2028-03-01T12:00:00+01:00", 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct funding f = {.n = 1};
        int32_t from = time_day_nl(moment(cases[i].arrival)), to = time_day_nl(moment(cases[i].departure));

        f.spans[0].from_day = from;
        if (to - from != cases[i].nights || funding_nights(&f, 0, from, to, 0, INT32_MAX) != cases[i].nights)
            fail_msg("%s: %d nights", cases[i].name, (int)(to - from));
    }
}

/* However spans are changed, every night is in exactly one of them, and months add up to the whole. */
static void every_night_once(void **state)
{
    struct funding f = {.n = 1};
    int32_t arrival = day("2026-02-20"), departure = day("2026-06-03");
    static const char *const changes[] = {"2026-03-01", "2026-05-31", "2026-04-15", "2026-04-16",
                                          "2026-02-20"};
    static const char *const months[] = {"2026-02-01", "2026-03-01", "2026-04-01",
                                         "2026-05-01", "2026-06-01", "2026-07-01"};

    (void)state;
    f.spans[0].from_day = arrival;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        int32_t sum = 0;

        assert_true(funding_change(
            &f, (struct funding_span){.from_day = day(changes[i]), .stream = (uint8_t)(i + 1)}));
        assert_int_equal(funding_of_night(&f, day(changes[i]))->stream, i + 1);
        for (unsigned m = 0; m + 1 < sizeof months / sizeof months[0]; m++) {
            for (unsigned n = 0; n < f.n; n++)
                sum += funding_nights(&f, n, arrival, departure, day(months[m]), day(months[m + 1]) - 1);
        }
        assert_int_equal(sum, departure - arrival);
        for (int32_t d = arrival; d < departure; d++) {
            int32_t times = 0;

            for (unsigned n = 0; n < f.n; n++)
                times += funding_nights(&f, n, arrival, departure, d, d);
            assert_int_equal(times, 1);
        }
    }
    assert_int_equal(f.n, 1); /* the last began with the arrival and took the place of all */
    assert_null(funding_of_night(&f, arrival - 1));
    for (int i = 1; i < FUNDING_SPANS_MAX; i++)
        assert_true(funding_change(&f, (struct funding_span){.from_day = arrival + i}));
    assert_false(funding_change(&f, (struct funding_span){.from_day = arrival + FUNDING_SPANS_MAX}));
    assert_int_equal(f.n, FUNDING_SPANS_MAX);
}

static void rows_that_cannot_be(void **state)
{
    static const struct {
        const char *list, *code, *field, *value, *why;
    } cases[] = {
        {"clocks", "noodbed", "owner", "niemand",
         "clocks noodbed: owner must be shelter, comensha or referrer"},
        {"clocks", "noodbed", "minutes", "0", "clocks noodbed: minutes must be at least 1"},
        {"clocks", "noodbed", "minutes", "drie", "clocks noodbed: minutes is not a whole number"},
        {"clocks", "noodbed", "lead_minutes", "4320",
         "clocks noodbed: lead_minutes must be shorter than the clock"},
        {"clocks", "huisverbod", "prolong_to_minutes", "14400",
         "clocks huisverbod: prolong_to_minutes must be longer than the clock"},
        {"clocks", "noodbed", "start_kinds", "nood tent",
         "clocks noodbed: start_kinds names something that no list has"},
        {"clocks", "noodbed", "nr", "2", "clocks bedenktijd: nr is used by another row"},
        {"clocks", "bedenktijd", "code", "noodbed",
         "clocks bedenktijd: code is given twice for the same day"},
        {"funding_rules", "cosm_plek", "stream", "goud", "funding_rules cosm_plek: stream names no stream"},
        {"funding_rules", "cosm_plek", "valid_from", "2026-02-30",
         "funding_rules cosm_plek: valid_from is no date"},
        {"funding_rules", "cosm_plek", "valid_to", "2014-01-01",
         "funding_rules cosm_plek: valid_to lies before valid_from"},
        {"funding_streams", "duvo", "cut_permille", "1001",
         "funding_streams duvo: cut_permille is too large"},
    };
    struct rows rows = rows_load();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t row = rows_find(&rows, cases[i].list, cases[i].code);
        char *before = rows_set(&rows, row, cases[i].field, cases[i].value);
        struct vocab *v = NULL;
        char why[200] = "";

        assert_int_equal(vocab_new(rows.list, rows.n, &v, why, sizeof why), ERR_BAD_INPUT);
        /* A row names itself by its code column as it was read. */
        if (strcmp(cases[i].field, "code") != 0)
            assert_string_equal(why, cases[i].why);
        free(rows_set(&rows, row, cases[i].field, before));
        free(before);
    }
    rows_free(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_proposal_follows_the_rules_of_its_day),
        cmocka_unit_test(the_municipality),
        cmocka_unit_test(a_stay_over_the_end_of_a_grant),
        cmocka_unit_test(nights_go_by_the_dutch_day),
        cmocka_unit_test(every_night_once),
        cmocka_unit_test(rows_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
