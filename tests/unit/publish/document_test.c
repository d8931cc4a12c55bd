/* What each document says of one pool in every state that matters, and of counts; and what none of them says.
 * That they validate and read back is for tests/integration/32-capacity-out.test.mjs, with the standards' own
 * schemas. */
#include "publish/document.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "support/exchange.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const struct publish_links links = {.path = "/capacity", .filters = ""};

static void write_for(const struct exchange *x, struct actor who, enum publish_document d, int minimum,
                      uint32_t limit, struct buf *out)
{
    const struct publish_query q = {.reader = who,
                                    .region = REGION_NONE,
                                    .kind = KIND_N,
                                    .need = publish_need(d),
                                    .page = 1,
                                    .limit = limit,
                                    .minimum_cell = minimum};
    struct publish_page p;

    publish_page_make(x->e, x->now, &q, &p);
    publish_write(&p, d, &links, out);
    publish_page_fini(&p);
}

static const char *const names[PUBLISH_N] = {"json", "opvang.xml", "opvang.json",
                                             "hsds", "fhir.json",  "fhir.xml"};

/* ---- one pool, each document, states ---- */

struct state_of_pool {
    const char *name;
    int total, free, occupied;
    enum tri deliverable;
    uint8_t stop;
    bool held;
    /* What must stand in each document, and "" for nothing to look for; a text that begins with "!" must not.
     */
    const char *want[PUBLISH_N][2];
};

static const struct state_of_pool states[] = {
    {"free",
     2,
     1,
     1,
     TRI_YES,
     0,
     false,
     {{"\"unitsFree\":1,\"unitsOccupied\":1",
       "\"offerable\":1,\"available\":1,\"deliverable\":\"yes\",\"stop\":null"},
      {"<totaal>2</totaal><vrij>1</vrij><bezet>1</bezet><leverbaar>ja</leverbaar></plek>",
       "<plek code=\"b\">"},
      {"\"totaal\":2,\"vrij\":1,\"bezet\":1,\"leverbaar\":\"ja\"}", "{\"code\":\"b\""},
      {"\"available\":1,\"maximum\":2", "\"status\":\"active\""},
      {"\"numTotBedsAvail\"}],\"text\":\"units that can be offered\"},\"count\":1}", "\"count\":2}"},
      {"<code value=\"numTotBedsAvail\"/></coding><text value=\"units that can be offered\"/></code><count "
       "value=\"1\"/>",
       "<count value=\"2\"/>"}}},
    {"held",
     2,
     1,
     1,
     TRI_YES,
     0,
     true,
     {{"\"unitsFree\":1,\"unitsOccupied\":1", "\"offerable\":0,\"available\":0"},
      {"<vrij>0</vrij><bezet>1</bezet>", ""},
      {"\"vrij\":0,\"bezet\":1", ""},
      {"\"available\":0,\"maximum\":2", "\"status\":\"active\""},
      {"\"text\":\"units that can be offered\"},\"count\":0}", ""},
      {"<text value=\"units that can be offered\"/></code><count value=\"0\"/>", ""}}},
    {"unknown",
     2,
     -1,
     -1,
     TRI_YES,
     0,
     false,
     {{"\"unitsFree\":null,\"unitsOccupied\":null", "\"offerable\":null,\"available\":null"},
      {"!<vrij>", "<leverbaar>ja</leverbaar>"},
      {"!\"vrij\"", "\"leverbaar\":\"ja\""},
      {"!\"capacities\"", "\"status\":\"active\""},
      {"!MeasureReport", "\"total\":0"},
      {"!MeasureReport", "<total value=\"0\"/>"}}},
    {"nobody there",
     2,
     2,
     0,
     TRI_NO,
     0,
     false,
     {{"\"offerable\":2,\"available\":0", "\"deliverable\":\"no\""},
      {"<vrij>2</vrij><bezet>0</bezet><leverbaar>nee</leverbaar>", ""},
      {"\"vrij\":2,\"bezet\":0,\"leverbaar\":\"nee\"", ""},
      {"\"available\":0", "\"status\":\"active\""},
      {"\"text\":\"units that can be offered\"},\"count\":0}", ""},
      {"<text value=\"units that can be offered\"/></code><count value=\"0\"/>", ""}}},
    {"stopped",
     2,
     2,
     0,
     TRI_UNKNOWN,
     1,
     false,
     {{"\"offerable\":2,\"available\":0", "\"stop\":{\"reason\":\""},
      {"<vrij>2</vrij><bezet>0</bezet><stop><reden>", "!<leverbaar>"},
      {"\"vrij\":2,\"bezet\":0,\"stop\":{\"reden\":\"", "!leverbaar"},
      {"\"available\":0", "\"status\":\"temporarily closed\""},
      {"\"text\":\"units that can be offered\"},\"count\":0}", ""},
      {"<text value=\"units that can be offered\"/></code><count value=\"0\"/>", ""}}},
};

static void look_for(const char *state, const char *form, const char *text, const char *want)
{
    bool unwanted = want[0] == '!';

    if (want[0] != '\0' && (strstr(text, want + unwanted) != NULL) == unwanted)
        fail_msg("%s, %s: %s\n%s", state, form, want, text);
}

static void test_states(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        struct exchange *x = exchange_new();
        struct observation o = an_observation(x, POOL_B, states[i].total, states[i].free);

        o.occupied = states[i].occupied;
        o.deliverable = states[i].deliverable;
        o.stop = states[i].stop;
        assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).applied, 1);
        if (states[i].held)
            do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
        for (unsigned d = 0; d < PUBLISH_N; d++) {
            struct buf out = {0};

            write_for(x, shelter_of(HUIS_B), (enum publish_document)d, 5, 10, &out);
            for (int k = 0; k < 2; k++)
                look_for(states[i].name, names[d], buf_c_str(&out), states[i].want[d][k]);
            buf_fini(&out);
        }
        exchange_free(x);
    }
}

/* ---- counts ---- */

static void test_counts(void **state)
{
    /* Three houses of ours stand in one region: eight crisis units, six of them free, and two for CoMensha.
     */
    static const struct {
        const char *name;
        int minimum, want_masks;
        const char *want[PUBLISH_N][2];
    } cases[] = {
        {"shown",
         1,
         0,
         {[PUBLISH_JSON] = {"\"region\":\"R30\"", "\"unitsTotal\":{\"value\":8,\"suppressed\":false},"
                                                  "\"unitsOccupied\":{\"value\":2,\"suppressed\":false}"},
          [PUBLISH_HSDS] = {"\"available\":6,\"maximum\":8", "!\"alert\""},
          [PUBLISH_FHIR_JSON] = {"\"text\":\"units occupied\"},\"count\":2}", "!masked"},
          [PUBLISH_FHIR_XML] = {"<text value=\"units occupied\"/></code><count value=\"2\"/>", "!masked"}}},
        {"hidden",
         5,
         2,
         {[PUBLISH_JSON] = {"\"unitsTotal\":{\"value\":8,\"suppressed\":false},\"unitsOccupied\":{\"value\":"
                            "null,\"suppressed\":true}",
                            "\"unitsFree\":{\"value\":null,\"suppressed\":true}"},
          [PUBLISH_HSDS] = {"!\"maximum\":8", "\"alert\":\"Small numbers"},
          [PUBLISH_FHIR_JSON] =
              {"\"_count\":{\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/"
               "data-absent-reason\",\"valueCode\":\"masked\"}]}",
               "!\"text\":\"units occupied\"},\"count\":2}"},
          [PUBLISH_FHIR_XML] = {"<count><extension url=\"http://hl7.org/fhir/StructureDefinition/"
                                "data-absent-reason\"><valueCode value=\"masked\"/></extension></count>",
                                "!<text value=\"units occupied\"/></code><count value=\"2\"/>"}}},
    };
    struct exchange *x = exchange_new();
    struct observation o = an_observation(x, POOL_B, 2, 0);

    (void)state;
    o.occupied = 2;
    do_report(x, shelter_of(HUIS_B), &o, 1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (unsigned d = 0; d < PUBLISH_N; d++) {
            struct buf out = {0};

            if (cases[i].want[d][0] == NULL)
                continue;
            write_for(x, actor_of(ROLE_RAPPORTEUR, RAPPORTEUR), (enum publish_document)d, cases[i].minimum,
                      10, &out);
            for (int k = 0; k < 2; k++)
                look_for(cases[i].name, names[d], buf_c_str(&out), cases[i].want[d][k]);
            /* Both numbers of the crisis places, or neither. */
            int masks = 0;
            for (const char *at = buf_c_str(&out); (at = strstr(at, "masked")) != NULL; at++)
                masks++;
            if (d == PUBLISH_FHIR_JSON || d == PUBLISH_FHIR_XML)
                assert_int_equal(masks, cases[i].want_masks);
            /* Nobody's house: neither its name nor its code, nor whose it is. */
            for (unsigned l = 1; l <= engine_locations(x->e); l++) {
                assert_null(strstr(buf_c_str(&out), engine_location(x->e, (struct location_id){l})->code));
                assert_null(strstr(buf_c_str(&out), engine_location(x->e, (struct location_id){l})->name));
            }
            assert_null(strstr(buf_c_str(&out), "Organisatie"));
            assert_null(strstr(buf_c_str(&out), "Kamers"));
            buf_fini(&out);
        }
    }
    exchange_free(x);
}

/* ---- pages, emptiness, and that JSON is JSON ---- */

static json_t *read_back(struct buf *out)
{
    json_t *doc = json_loadb((const char *)out->p, out->len, JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(doc);
    return doc;
}

static void test_pages(void **state)
{
    static const struct {
        uint32_t limit;
        bool more;
    } cases[] = {{2, true}, {5, false}, {1000, false}};
    struct exchange *x = exchange_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (unsigned d = 0; d < PUBLISH_N; d++) {
            struct buf out = {0};

            write_for(x, referrer_of(VT_OOST), (enum publish_document)d, 5, cases[i].limit, &out);
            const char *text = buf_c_str(&out);
            if (d == PUBLISH_JSON)
                assert_int_equal(strstr(text, "\"next\":\"/api/v1/capacity?page=2&limit=2\"") != NULL,
                                 cases[i].more);
            if (d == PUBLISH_HSDS)
                assert_int_equal(strstr(text, "\"last_page\":false") != NULL, cases[i].more);
            if (d == PUBLISH_FHIR_JSON)
                assert_int_equal(strstr(text, "\"relation\":\"next\"") != NULL, cases[i].more);
            if (d == PUBLISH_FHIR_XML)
                assert_int_equal(strstr(text, "<relation value=\"next\"/>") != NULL, cases[i].more);
            if (d != PUBLISH_OPVANG_XML && d != PUBLISH_FHIR_XML)
                json_decref(read_back(&out));
            buf_fini(&out);
        }
    }
    exchange_free(x);
}

/* FHIR knows no empty list; the others say that there is nothing. */
static void test_nothing(void **state)
{
    struct exchange *x = exchange_new();
    struct buf out = {0};

    (void)state;
    write_for(x, actor_of(ROLE_MUNICIPALITY, GEMEENTE), PUBLISH_FHIR_JSON, 5, 10, &out);
    assert_null(strstr(buf_c_str(&out), "entry"));
    assert_non_null(strstr(buf_c_str(&out), "\"total\":0"));
    buf_clear(&out);
    write_for(x, actor_of(ROLE_MUNICIPALITY, GEMEENTE), PUBLISH_HSDS, 5, 10, &out);
    assert_non_null(strstr(buf_c_str(&out), "\"empty\":true,\"contents\":[]"));
    buf_clear(&out);
    write_for(x, actor_of(ROLE_MUNICIPALITY, GEMEENTE), PUBLISH_JSON, 5, 10, &out);
    assert_non_null(strstr(buf_c_str(&out), "\"minimumCell\":5,\"cells\":[]"));
    buf_fini(&out);
    exchange_free(x);
}

/* A pool that was never reported is in the own document and in HSDS, without a number, and not in the others.
 */
static void test_never_reported(void **state)
{
    struct exchange *x = exchange_new();
    struct pool p = pool_of_kind(x, B_HUIS, "nieuw", KIND_NOOD);

    (void)state;
    assert_int_equal(
        exchange_do(x,
                    &(struct command){.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p})
            .refusal,
        REFUSAL_NONE);
    for (unsigned d = 0; d < PUBLISH_N; d++) {
        bool says = d == PUBLISH_JSON || d == PUBLISH_HSDS;
        struct buf out = {0};

        write_for(x, shelter_of(HUIS_B), (enum publish_document)d, 5, 10, &out);
        assert_int_equal(strstr(buf_c_str(&out), d == PUBLISH_HSDS ? "Kamers nieuw" : "nieuw") != NULL, says);
        buf_fini(&out);
    }
    exchange_free(x);
}

/* The municipality of a house is the one thing of its place that the engine knows. */
static void test_no_municipality(void **state)
{
    struct exchange *x = exchange_new();
    struct location l = *engine_location(x->e, (struct location_id){B_HUIS});
    struct pool p;

    (void)state;
    l.id.v = 0;
    l.municipality = 9876;
    snprintf(l.code, sizeof l.code, "b-twee");
    struct command define = {.kind = CMD_DEFINE_LOCATION, .actor = {.role = ROLE_SYSTEM}, .u.location = &l};
    assert_int_equal(exchange_do(x, &define).refusal, REFUSAL_NONE);
    p = pool_of_kind(x, engine_location_find(x->e, "b-twee").v, "b2", KIND_NOOD);
    define = (struct command){.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    assert_int_equal(exchange_do(x, &define).refusal, REFUSAL_NONE);
    struct observation o = an_observation(x, engine_pool_find(x->e, "b2").v, 2, 1);
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).applied, 1);
    for (unsigned d = 0; d < PUBLISH_N; d++) {
        struct buf out = {0};

        write_for(x, actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR), (enum publish_document)d, 5, 10, &out);
        assert_non_null(strstr(buf_c_str(&out), d == PUBLISH_HSDS ? "Kamers b2" : "b2"));
        assert_null(strstr(buf_c_str(&out), "9876"));
        buf_fini(&out);
    }
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),         cmocka_unit_test(test_counts),
        cmocka_unit_test(test_pages),          cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_never_reported), cmocka_unit_test(test_no_municipality),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
