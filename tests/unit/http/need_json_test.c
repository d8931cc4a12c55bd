/* The standard intake: what is taken, and for everything else the place and the reason, all at once. The
 * vocabulary is the real one (schema/codes). */
#include "http/need_json.h"

#include "base/mem.h"
#include "core/supply.h"
#include "support/match_builders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct vocab *vocab_of(void **state)
{
    return *state;
}

#define HOUSEHOLD "\"household\":[{\"sex\":\"vrouw\",\"age\":30},{\"sex\":\"man\",\"age\":9}]"
#define BASE "\"urgency\":\"nu\",\"threatLevel\":\"rood\"," HOUSEHOLD
#define SHARING ",\"callback\":\"010-123 45 67\",\"ground\":\"vital_interest\""

struct need_case {
    const char *name;
    const char *json;
    const char *pointer; /* of the one fault; NULL = taken as a search */
};

static const struct need_case cases[] = {
    {"least", "{" BASE "}", NULL},
    {"not an object", "[1]", ""},
    {"urgency missing", "{\"threatLevel\":\"rood\"," HOUSEHOLD "}", "/urgency"},
    {"urgency unknown", "{\"urgency\":\"soon\",\"threatLevel\":\"rood\"," HOUSEHOLD "}", "/urgency"},
    {"urgency null", "{\"urgency\":null,\"threatLevel\":\"rood\"," HOUSEHOLD "}", "/urgency"},
    {"urgency number", "{\"urgency\":1,\"threatLevel\":\"rood\"," HOUSEHOLD "}", "/urgency"},
    {"level missing", "{\"urgency\":\"nu\"," HOUSEHOLD "}", "/threatLevel"},
    {"level unknown word", "{\"urgency\":\"nu\",\"threatLevel\":\"red\"," HOUSEHOLD "}", "/threatLevel"},
    {"level not yet", "{\"urgency\":\"nu\",\"threatLevel\":\"onbekend\"," HOUSEHOLD "}", NULL},
    {"misspelt field", "{" BASE ",\"tratis\":{}}", "/tratis"},
    {"a name is not a field", "{" BASE ",\"name\":\"x\"}", "/name"},
    {"bsn is not a field", "{" BASE ",\"bsn\":\"123456782\"}", "/bsn"},
    {"household missing", "{\"urgency\":\"nu\",\"threatLevel\":\"rood\"}", "/household"},
    {"household empty", "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[]}", "/household"},
    {"household object", "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":{}}", "/household"},
    {"person without sex", "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"age\":30}]}",
     "/household/0/sex"},
    {"person sex word",
     "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"f\",\"age\":30}]}",
     "/household/0/sex"},
    {"age text",
     "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"vrouw\",\"age\":\"30\"}]}",
     "/household/0/age"},
    {"age negative",
     "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"vrouw\",\"age\":-1}]}",
     "/household/0/age"},
    {"age 121",
     "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"vrouw\",\"age\":121}]}",
     "/household/0/age"},
    {"age fraction",
     "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"vrouw\",\"age\":30.5}]}",
     "/household/0/age"},
    {"adult of unknown age",
     "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"vrouw\",\"age\":null}]}", NULL},
    {"birth date is not a field",
     "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"vrouw\",\"born\":\"1990-01-01\"}"
     "]}",
     "/household/0/born"},
    {"pregnant word",
     "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"vrouw\",\"pregnant\":\"yes\"}]}",
     "/household/0/pregnant"},
    {"child alone",
     "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"man\",\"age\":9}]}",
     "/household"},
    {"minor alone, said so",
     "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"minorAlone\":true,\"household\":[{\"sex\":\"man\","
     "\"age\":9}]}",
     NULL},
    {"minor alone with an adult", "{" BASE ",\"minorAlone\":true}", "/minorAlone"},
    {"traits array", "{" BASE ",\"traits\":[\"tolk\"]}", "/traits"},
    {"trait unknown", "{" BASE ",\"traits\":{\"tolkk\":\"yes\"}}", "/traits/tolkk"},
    {"trait boolean", "{" BASE ",\"traits\":{\"tolk\":true}}", "/traits/tolk"},
    {"trait with slash", "{" BASE ",\"traits\":{\"a/b\":\"yes\"}}", "/traits/a~1b"},
    {"threat kind unknown", "{" BASE ",\"threatKinds\":{\"stalking\":\"yes\"}}", "/threatKinds/stalking"},
    {"threat kinds", "{" BASE ",\"threatKinds\":{\"eer\":\"yes\",\"netwerk\":\"unknown\"}}", NULL},
    {"region unknown", "{" BASE ",\"unsafeRegions\":[\"R01\",\"R99\"]}", "/unsafeRegions/1"},
    {"region number", "{" BASE ",\"unsafeRegions\":[1]}", "/unsafeRegions/0"},
    {"regions text", "{" BASE ",\"unsafeRegions\":\"R01\"}", "/unsafeRegions"},
    {"municipality unknown", "{" BASE ",\"unsafeMunicipalities\":[\"GM9998\"]}", "/unsafeMunicipalities/0"},
    {"municipality form", "{" BASE ",\"homeMunicipality\":\"0599\"}", "/homeMunicipality"},
    {"municipality too long", "{" BASE ",\"homeMunicipality\":\"GM05990\"}", "/homeMunicipality"},
    {"municipality signed", "{" BASE ",\"homeMunicipality\":\"GM+599\"}", "/homeMunicipality"},
    {"home", "{" BASE ",\"homeMunicipality\":\"GM0599\"}", NULL},
    {"school form", "{" BASE ",\"schoolMunicipality\":7}", "/schoolMunicipality"},
    {"point without minutes", "{" BASE ",\"unsafePoints\":[{\"municipality\":\"GM0599\"}]}",
     "/unsafePoints/0/minutes"},
    {"point minutes 0", "{" BASE ",\"unsafePoints\":[{\"municipality\":\"GM0599\",\"minutes\":0}]}",
     "/unsafePoints/0/minutes"},
    {"point with address",
     "{" BASE ",\"unsafePoints\":[{\"municipality\":\"GM0599\",\"minutes\":30,\"address\":\"x\"}]}",
     "/unsafePoints/0/address"},
    {"residence unknown word", "{" BASE ",\"residence\":\"illegal\"}", "/residence"},
    {"residence boolean", "{" BASE ",\"residence\":true}", "/residence"},
    {"language unknown", "{" BASE ",\"language\":\"qq\"}", "/language"},
    {"language", "{" BASE ",\"language\":\"ti\"}", NULL},
    {"keepTogether word", "{" BASE ",\"keepTogether\":\"yes\"}", "/keepTogether"},
    {"anonymous number", "{" BASE ",\"anonymous\":1}", "/anonymous"},
    {"callback letters", "{" BASE ",\"callback\":\"call me please\"}", "/callback"},
    {"callback short", "{" BASE ",\"callback\":\"12345\"}", "/callback"},
    {"callback long", "{" BASE ",\"callback\":\"012345678901234567890123456789\"}", "/callback"},
    {"ground unknown", "{" BASE ",\"ground\":\"because\"}", "/ground"},
    {"ground none is no ground", "{" BASE ",\"ground\":\"none\"}", "/ground"},
    {"groundAt without zone", "{" BASE ",\"groundAt\":\"2026-11-21T03:00:00\"}", "/groundAt"},
    {"mdo word", "{" BASE ",\"mdoConsent\":\"maybe\"}", "/mdoConsent"},
    {"return code long", "{" BASE ",\"returnCode\":\"0123456789abcdef\"}", "/returnCode"},
    {"control character", "{" BASE ",\"returnCode\":\"a\\u0007\"}", "/returnCode"},
};

static bool read_need(const struct vocab *v, const char *text, bool opening, struct need *n,
                      struct json_faults *f)
{
    json_t *root = json_parse(bytes_of_text(text), f);
    assert_non_null(root);
    bool good = need_from_json(v, json_root(root), opening, n, f);
    json_decref(root);
    return good;
}

static void test_cases(void **state)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct need_case *c = &cases[i];
        struct json_faults f = {0};
        struct need n;
        bool good = read_need(vocab_of(state), c->json, false, &n, &f);
        if (c->pointer == NULL) {
            if (!good)
                fail_msg("%s: %s %s", c->name, f.list[0].pointer, f.list[0].reason);
            assert_true(need_is_valid(&n));
            continue;
        }
        bool found = false;
        for (int k = 0; k < f.n; k++)
            found |= strcmp(f.list[k].pointer, c->pointer) == 0;
        if (good || !found)
            fail_msg("%s: no fault at '%s' (%d faults, first at '%s')", c->name, c->pointer, f.n,
                     f.n > 0 ? f.list[0].pointer : "-");
    }
}

static void test_all_faults_at_once(void **state)
{
    struct json_faults f = {0};
    struct need n;
    assert_false(
        read_need(vocab_of(state),
                  "{\"urgency\":\"x\",\"threatLevel\":\"y\",\"household\":[{\"sex\":\"z\",\"age\":200}],"
                  "\"traits\":{\"q\":\"yes\"},\"homeMunicipality\":\"GM\",\"extra\":1}",
                  true, &n, &f));
    /* urgency, level, sex, age, trait, municipality, extra, callback, ground */
    assert_int_equal(f.n, 9);
}

static void test_opening_needs_callback_and_ground(void **state)
{
    struct json_faults f = {0};
    struct need n;
    assert_false(read_need(vocab_of(state), "{" BASE "}", true, &n, &f));
    assert_int_equal(f.n, 2);
    assert_string_equal(f.list[0].pointer, "/callback");
    assert_string_equal(f.list[1].pointer, "/ground");
    f = (struct json_faults){0};
    assert_true(read_need(vocab_of(state), "{" BASE SHARING "}", true, &n, &f));
    assert_string_equal(n.callback, "010-123 45 67");
    assert_int_equal(n.ground, GROUND_VITAL_INTEREST);
    assert_int_equal(n.channel, WAY_BACK_PHONE);
}

/* Who can only be written to has no number; everybody else must give one, a telephone as a telephone. */
static void test_a_chat_needs_no_callback(void **state)
{
    static const char ground[] = ",\"ground\":\"vital_interest\"";
    static const struct {
        const char *extra, *pointer;
    } rows[] = {
        {",\"anonymous\":true,\"channel\":\"chat\"", NULL},
        {",\"anonymous\":true,\"channel\":\"chat\",\"callback\":\"010-123 45 67\"", NULL},
        {",\"anonymous\":true,\"channel\":\"chat\",\"callback\":\"chat\"", "/callback"},
        {",\"anonymous\":true,\"channel\":\"chat\",\"callback\":\"06 1234 5678\"", "/callback"},
        {",\"anonymous\":true,\"channel\":\"chat\",\"callback\":\"+31 6-12345678\"", "/callback"},
        {",\"anonymous\":true,\"channel\":\"chat\",\"callback\":\"0031 612345678\"", "/callback"},
        {",\"anonymous\":true,\"callback\":\"06 1234 5678\",\"channel\":\"telefoon\"", "/channel"},
        {",\"anonymous\":true,\"callback\":\"010-123 45 67\"", "/channel"},
        {",\"channel\":\"chat\"", "/anonymous"},
        {",\"channel\":\"telefoon\"", "/callback"},
        {",\"channel\":\"brief\"", "/channel"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_faults f = {0};
        char text[512];
        struct need n;

        snprintf(text, sizeof text, "{" BASE "%s%s}", rows[i].extra, ground);
        if (read_need(vocab_of(state), text, true, &n, &f) != (rows[i].pointer == NULL))
            fail_msg("%s", rows[i].extra);
        if (rows[i].pointer != NULL)
            assert_string_equal(f.list[0].pointer, rows[i].pointer);
        else
            assert_int_equal(n.channel, WAY_BACK_CHAT);
    }
}

static void test_values(void **state)
{
    const struct vocab *v = vocab_of(state);
    struct json_faults f = {0};
    struct need n;
    unsigned tolk = (unsigned)vocab_trait_find(v, "tolk");
    unsigned dog = (unsigned)vocab_trait_find(v, "huisdier_hond");
    unsigned lvb = (unsigned)vocab_trait_find(v, "lvb");
    assert_true(read_need(v,
                          "{" BASE ",\"traits\":{\"tolk\":\"yes\",\"huisdier_hond\":\"unknown\"},"
                          "\"unsafeMunicipalities\":[\"GM0599\"],\"homeMunicipality\":\"GM0599\","
                          "\"unsafePoints\":[{\"municipality\":\"GM0363\",\"minutes\":45}]}",
                          false, &n, &f));
    assert_int_equal(tri_get(n.traits, tolk), TRI_YES);
    assert_int_equal(tri_get(n.traits, dog), TRI_UNKNOWN);
    assert_int_equal(tri_get(n.traits, lvb), TRI_NO); /* not mentioned: not needed */
    uint8_t rotterdam = vocab_municipality(v, 599)->region;
    assert_true((n.unsafe_regions >> rotterdam & 1) != 0);
    assert_int_equal(n.home_region, rotterdam);
    assert_int_equal(n.n_points, 1);
    assert_int_equal(n.points[0].minutes, 45);
    assert_int_equal(n.persons[1].age, 9);
    assert_int_equal(n.persons[1].sex, SEX_M);
}

/* What goes out can come back in: the page edits what it got. */
static void test_round_trip(void **state)
{
    const struct vocab *v = vocab_of(state);
    struct json_faults f = {0};
    struct need n;
    struct need again;
    assert_true(read_need(
        v,
        "{" BASE SHARING ",\"traits\":{\"tolk\":\"yes\",\"lvb\":\"unknown\"},\"language\":\"ti\","
        "\"unsafeRegions\":[\"R02\",\"R03\"],\"residence\":\"dublin\",\"mdoConsent\":\"yes\","
        "\"threatKinds\":{\"eer\":\"yes\",\"gezin\":\"no\"},\"groundAt\":\"2026-11-21T02:00:00Z\","
        "\"homeMunicipality\":\"GM0599\",\"returnCode\":\"K7\",\"anonymous\":true,\"channel\":\"chat\"}",
        true, &n, &f));
    json_t *json = need_to_json(v, &n);
    assert_true(need_from_json(v, json_root(json), true, &again, &f));
    json_decref(json);
    struct buf a = {0};
    struct buf b = {0};
    need_encode(&n, &a);
    need_encode(&again, &b);
    assert_true(bytes_equal(buf_view(&a), buf_view(&b)));
    buf_fini(&a);
    buf_fini(&b);
}

static int set_up(void **state)
{
    *state = vocab_of_repository();
    return *state == NULL;
}

static int tear_down(void **state)
{
    vocab_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_all_faults_at_once),
        cmocka_unit_test(test_opening_needs_callback_and_ground),
        cmocka_unit_test(test_a_chat_needs_no_callback),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
