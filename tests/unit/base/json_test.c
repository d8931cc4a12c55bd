#include "base/json.h"
#include "base/mem.h"

#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *parsed(const char *text)
{
    struct json_faults faults = {0};
    json_t *value = json_parse(bytes_of_text(text), &faults);

    if (value == NULL)
        fail_msg("'%s': %s", text, faults.list[0].reason);
    return value;
}

static void texts_that_are_taken(void **state)
{
    static const char *const cases[] = {
        "{}",
        "[]",
        " \r\n\t{ } \n",
        "{\"a\":{\"a\":1},\"b\":{\"a\":2}}", /* the same key in two objects */
        "[9223372036854775807,-9223372036854775808]",
        "[\"\xf0\x9f\x8f\xa0\",\"\\ud83c\\udfe0\"]",
        "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", /* 16 deep */
        "[[[[[[[[[[[[[[[\"[[[[[[\\\"[[[\"]]]]]]]]]]]]]]]",
        "[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]", /* 18 beside each other */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        json_decref(parsed(cases[i]));
}

static void texts_that_are_refused(void **state)
{
    static const struct {
        const char *name;
        struct bytes in;
        const char *reason; /* part of it */
        int line;           /* 0: not looked at */
        int column;
    } cases[] = {
#define CASE(name, s, ...) {name, {(const uint8_t *)(s), sizeof(s) - 1}, __VA_ARGS__}
        {"nothing", {NULL, 0}, "ends too early", 1, 0},
        CASE("only spaces", "  ", "ends too early"),
        CASE("scalar", "12", "not valid JSON"),
        CASE("cut off", "{\"a\":", "ends too early"),
        CASE("text cut off", "{\"a", "ends too early"),
        CASE("trailing comma", "[1,]", "not valid JSON"),
        CASE("single quotes", "{'a':1}", "not valid JSON"),
        CASE("comment", "[/* */]", "not valid JSON"),
        CASE("NaN", "[NaN]", "not valid JSON"),
        CASE("leading zero", "[01]", "not valid JSON"),
        CASE("more behind", "{} x", "something follows"),
        CASE("second document", "{}\n{}", "something follows", 2, 1),
        CASE("NUL behind", "{}\0", "U+0000", 1, 3),
        CASE("NUL inside", "{\0}", "U+0000", 1, 2),
        CASE("NUL behind a number", "\n[4\0]", "U+0000", 2, 3), /* jansson takes this one */
        CASE("NUL in the third line", "[1,\n22,\n 3\0]", "U+0000", 3, 3),
        CASE("NUL in a text", "[\"a\0b\"]", "U+0000", 1, 4),
        CASE("escaped NUL", "[\"a\\u0000b\"]", "U+0000"),
        CASE("escaped NUL in a key", "{\"a\\u0000b\":1}", "U+0000"),
        CASE("duplicate key", "{\"a\":1,\n \"a\":2}", "twice", 2, 4),
        CASE("duplicate key by escape", "{\"a\":1,\"\\u0061\":2}", "twice"),
        CASE("duplicate key within", "[{\"b\":{\"a\":1,\"a\":1}}]", "twice"),
        CASE("lone byte", "[\"\xff\"]", "UTF-8"),
        CASE("overlong", "[\"\xc0\xaf\"]", "UTF-8"),
        CASE("surrogate", "[\"\xed\xa0\x80\"]", "UTF-8"),
        CASE("half a pair", "[\"\\ud83c\"]", "not valid JSON"),
        CASE("byte order mark", "\xef\xbb\xbf{}", "not valid JSON"),
        CASE("newline in a text", "[\"a\nb\"]", "not valid JSON"),
        CASE("one above int64", "[9223372036854775808]", "too large"),
        CASE("one below int64", "[-9223372036854775809]", "too large"),
        CASE("huge exponent", "[1e999]", "too large"),
        CASE("17 deep", "\n[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "deeper than 16", 2, 17),
        CASE("17 deep, mixed", "[[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]]", "deeper than 16", 1, 17),
        CASE("17 deep behind a text", "[\"\xc3\xab\\\"]]\",[[[[[[[[[[[[[[[[[", "deeper than 16", 1, 25),
#undef CASE
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_faults faults = {0};
        json_t *value = json_parse(cases[i].in, &faults);

        if (value != NULL || faults.n != 1 || strstr(faults.list[0].reason, cases[i].reason) == NULL)
            fail_msg("%s: %s", cases[i].name, value != NULL ? "taken" : faults.list[0].reason);
        assert_string_equal(faults.list[0].pointer, "");
        assert_true(faults.list[0].line >= 1);
        if (cases[i].line > 0 &&
            (faults.list[0].line != cases[i].line || faults.list[0].column != cases[i].column))
            fail_msg("%s: at %d:%d", cases[i].name, faults.list[0].line, faults.list[0].column);
    }
}

/* A million brackets must cost a scan, not a stack. */
static void very_deep(void **state)
{
    size_t len = 1000000;
    char *text = malloc(len);
    struct json_faults faults = {0};

    (void)state;
    memset(text, '[', len);
    assert_null(json_parse(BYTES(text, len), &faults));
    assert_non_null(strstr(faults.list[0].reason, "deeper"));
    free(text);
}

static void syntax_faults_do_not_quote_the_text(void **state)
{
    static const char *const cases[] = {"{\"name\": Jansen}", "{\"Jansen\":1,\"Jansen\":2}", "[] Jansen",
                                        "[\"Jansen\\u0000\"]", "[\"Jansen"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_faults faults = {0};

        assert_null(json_parse(bytes_of_text(cases[i]), &faults));
        assert_null(strstr(faults.list[0].reason, "Jansen"));
    }
}

/* In memory of exactly its size, so that AddressSanitizer sees one byte too many. */
static void no_prefix_is_taken_or_read_past_its_end(void **state)
{
    static const char text[] = "{\"a\":[1,-2.5e3,true,null,\"\\u00eb\xc3\xab\\\\\"]}";

    (void)state;
    json_decref(parsed(text));
    for (size_t len = 0; len < sizeof text - 1; len++) {
        struct json_faults faults = {0};
        char *exact = malloc(len > 0 ? len : 1);

        memcpy(exact, text, len);
        assert_null(json_parse(BYTES(exact, len), &faults));
        assert_int_equal(faults.n, 1);
        free(exact);
    }
}

static void pointers(void **state)
{
    json_t *doc = parsed("{\"household\":[{\"age\":4},{\"a/b~c\":{\"\":5}}],\"n\":null}");
    struct json_at list = json_field(json_root(doc), "household");
    struct json_at odd = json_field(json_field(json_item(list, 1), "a/b~c"), "");
    struct json_at past = json_field(json_item(list, 12), "age");
    struct json_faults faults = {0};

    (void)state;
    assert_string_equal(json_root(doc).pointer, "");
    assert_string_equal(list.pointer, "/household");
    assert_string_equal(json_field(json_item(list, 0), "age").pointer, "/household/0/age");
    assert_string_equal(odd.pointer, "/household/1/a~1b~0c/");
    assert_int_equal(json_int(odd, 0, 9, &faults), 5);
    assert_string_equal(past.pointer, "/household/12/age");
    assert_false(json_present(past));
    assert_false(json_present(json_field(json_root(doc), "n")));
    assert_false(json_present(json_field(list, "age"))); /* a list has no fields */
    assert_false(json_present(json_item(json_root(doc), 0)));
    assert_false(json_present(json_root(NULL)));
    assert_true(json_present(list));
    assert_int_equal(faults.n, 0);
    json_decref(doc);
}

static void a_long_pointer_ends_early_and_whole(void **state)
{
    struct json_at at = json_root(NULL);
    size_t size = sizeof at.pointer;

    (void)state;
    for (int i = 0; i < 40; i++)
        at = json_field(at, "\xc3\xab/");
    assert_true(strlen(at.pointer) < size && strlen(at.pointer) > size - 8);
    for (size_t shift = 0; shift < 4; shift++) {
        char name[200] = "xxxx";
        struct bytes rest;
        uint32_t code = 0;
        size_t n = 0;

        for (size_t i = shift; i + 3 < sizeof name; i += 3)
            memcpy(name + i, "\xe2\x82\xac", 3);
        at = json_field(json_root(NULL), name);
        for (rest = bytes_of_text(at.pointer); (n = bytes_utf8(rest, &code)) > 0;)
            rest = BYTES(rest.p + n, rest.len - n);
        assert_int_equal(rest.len, 0);
        assert_true(strlen(at.pointer) > size - 5);
    }
}

static const char *const words[] = {"crisis", "stay", "step_down"};
static const char *const fields[] = {"text", "int"};

enum reader { TEXT, INT, BOOL, TIME, CHOICE, LIST, ONLY };

/* Read the field "v" of DOC; the value as text in OUT. */
static void read_value(enum reader reader, const json_t *doc, struct json_faults *f, char *out, size_t size)
{
    struct json_at at = json_field(json_root(doc), "v");

    out[0] = '\0';
    switch (reader) {
    case TEXT:
        snprintf(out, size, "%s", json_text(at, 8, f));
        break;
    case INT:
        snprintf(out, size, "%lld", (long long)json_int(at, -3, 120, f));
        break;
    case BOOL:
        snprintf(out, size, "%d", json_bool(at, f));
        break;
    case TIME:
        snprintf(out, size, "%lld", (long long)json_time(at, f));
        break;
    case CHOICE:
        snprintf(out, size, "%d", json_choice(at, words, (int)COUNT_OF(words), f));
        break;
    case LIST:
        snprintf(out, size, "%zu", json_list(at, 3, f));
        break;
    case ONLY:
        json_only(at, fields, (int)COUNT_OF(fields), f);
        break;
    }
}

static void readers(void **state)
{
    static const struct {
        enum reader reader;
        const char *doc;
        const char *want;
        const char *fault; /* NULL: none */
    } cases[] = {
        {TEXT, "{\"v\":\"kamer\"}", "kamer", NULL},
        {TEXT, "{\"v\":\"\"}", "", NULL},
        {TEXT, "{\"v\":\"12345678\"}", "12345678", NULL},
        {TEXT, "{\"v\":\"123456789\"}", "", "must be at most 8 bytes long"},
        {TEXT, "{\"v\":\"co\xc3\xb6p\"}", "co\xc3\xb6p", NULL},
        {TEXT, "{\"v\":\"a\\nb\"}", "", "must not hold control characters"},
        {TEXT, "{\"v\":\"a\\u007fb\"}", "", "must not hold control characters"},
        {TEXT, "{\"v\":\"a\\u0085b\"}", "", "must not hold control characters"},
        {TEXT, "{\"v\":\"a\\u00a0b\"}",
         "a\xc2\xa0"
         "b",
         NULL},
        {TEXT, "{\"v\":5}", "", "must be a text"},
        {TEXT, "{\"v\":null}", "", "must be a text"},
        {TEXT, "{}", "", "is missing"},
        {TEXT, "[]", "", "is missing"},
        {INT, "{\"v\":-3}", "-3", NULL},
        {INT, "{\"v\":120}", "120", NULL},
        {INT, "{\"v\":-4}", "-3", "must be a whole number from -3 to 120"},
        {INT, "{\"v\":121}", "-3", "must be a whole number from -3 to 120"},
        {INT, "{\"v\":4.0}", "-3", "must be a whole number"},
        {INT, "{\"v\":\"4\"}", "-3", "must be a whole number"},
        {INT, "{}", "-3", "is missing"},
        {BOOL, "{\"v\":true}", "1", NULL},
        {BOOL, "{\"v\":false}", "0", NULL},
        {BOOL, "{\"v\":1}", "0", "must be true or false"},
        {BOOL, "{}", "0", "is missing"},
        {TIME, "{\"v\":\"2026-11-21T20:00:00+01:00\"}", "1795287600000", NULL},
        {TIME, "{\"v\":\"2026-11-21T20:00:00\"}", "0", "must be a time with a zone"},
        {TIME, "{\"v\":1795287600000}", "0", "must be a time with a zone"},
        {TIME, "{}", "0", "is missing"},
        {CHOICE, "{\"v\":\"crisis\"}", "0", NULL},
        {CHOICE, "{\"v\":\"step_down\"}", "2", NULL},
        {CHOICE, "{\"v\":\"Crisis\"}", "-1", "must be one of: crisis, stay, step_down"},
        {CHOICE, "{\"v\":\"\"}", "-1", "must be one of: crisis, stay, step_down"},
        {CHOICE, "{\"v\":0}", "-1", "must be a text"},
        {CHOICE, "{}", "-1", "is missing"},
        {LIST, "{\"v\":[]}", "0", NULL},
        {LIST, "{\"v\":[1,2,3]}", "3", NULL},
        {LIST, "{\"v\":[1,2,3,4]}", "0", "must have at most 3 items"},
        {LIST, "{\"v\":{}}", "0", "must be a list"},
        {LIST, "{}", "0", "is missing"},
        {ONLY, "{\"v\":{}}", "", NULL},
        {ONLY, "{\"v\":{\"int\":1,\"text\":2}}", "", NULL},
        {ONLY, "{\"v\":[]}", "", "must be an object"},
        {ONLY, "{}", "", "is missing"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        json_t *doc = parsed(cases[i].doc);
        struct json_faults f = {0};
        char got[64];

        read_value(cases[i].reader, doc, &f, got, sizeof got);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("case %zu, %s: got '%s'", i, cases[i].doc, got);
        if (f.n != (cases[i].fault != NULL) ||
            (f.n == 1 && strncmp(f.list[0].reason, cases[i].fault, strlen(cases[i].fault)) != 0))
            fail_msg("case %zu, %s: %d faults, '%s'", i, cases[i].doc, f.n, f.list[0].reason);
        if (f.n == 1) {
            assert_string_equal(f.list[0].pointer, "/v");
            assert_int_equal(f.list[0].line, 0);
        }
        json_decref(doc);
    }
}

static void every_unknown_field_is_told(void **state)
{
    json_t *doc = parsed("{\"txet\":1,\"int\":2,\"a/b\":3}");
    struct json_faults f = {0};

    (void)state;
    json_only(json_root(doc), fields, (int)COUNT_OF(fields), &f);
    assert_int_equal(f.n, 2);
    assert_string_equal(f.list[0].pointer, "/txet");
    assert_string_equal(f.list[1].pointer, "/a~1b");
    json_decref(doc);
}

static void all_faults_are_collected_in_order(void **state)
{
    json_t *doc = parsed("{\"size\":\"two\",\"urgent\":1,\"household\":[{\"age\":4},{\"age\":-1},{}]}");
    struct json_at root = json_root(doc);
    struct json_at household = json_field(root, "household");
    struct json_faults f = {0};
    static const char *const want[] = {"/size", "/urgent", "/household/1/age", "/household/2/age", "/from"};

    (void)state;
    json_int(json_field(root, "size"), 1, 20, &f);
    json_bool(json_field(root, "urgent"), &f);
    for (size_t i = 0, n = json_list(household, 20, &f); i < n; i++)
        json_int(json_field(json_item(household, i), "age"), 0, 120, &f);
    json_time(json_field(root, "from"), &f);
    assert_int_equal(f.n, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++)
        assert_string_equal(f.list[i].pointer, want[i]);
    json_decref(doc);
}

static void faults_past_the_bound_are_counted(void **state)
{
    struct json_faults f = {0};

    (void)state;
    for (int i = 0; i < JSON_FAULTS_MAX + 5; i++)
        json_fault_add(&f, "/x", "fault %d", i);
    assert_int_equal(f.n, 64);
    assert_int_equal(f.more, 5);
    assert_string_equal(f.list[63].reason, "fault 63");
}

static void a_long_reason_is_cut_at_a_character(void **state)
{
    char reason[200] = "xxx";
    struct json_faults f = {0};

    (void)state;
    for (size_t shift = 0; shift < 2; shift++) {
        reason[0] = 'x';
        for (size_t i = shift; i + 2 < sizeof reason; i += 2)
            memcpy(reason + i, "\xc3\xab", 2);
        json_fault_add(&f, reason, "%s", reason);
    }
    assert_int_equal(strlen(f.list[0].reason), 118);
    assert_int_equal(strlen(f.list[1].reason), 119);
    assert_int_equal(strlen(f.list[0].pointer), 94);
    assert_int_equal(strlen(f.list[1].pointer), 95);
}

/* Counted by signs outside of texts; over a bound nothing is built and nothing is a fault. */
static void bounds_count_before_building(void **state)
{
    static const char text[] = "[1,\"a,[{\\\"\",{\"b\":[]}]"; /* 3 objects and lists, 6 values at most */
    static const struct {
        size_t objects_max, values_max;
        bool taken;
    } cases[] = {{3, 6, true}, {2, 6, false}, {3, 5, false}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_bounds b = {.objects_max = cases[i].objects_max, .values_max = cases[i].values_max};
        struct json_faults faults = {0};
        json_t *value = json_parse_bounded(bytes_of_text(text), &b, &faults);

        assert_int_equal(value != NULL, cases[i].taken);
        assert_int_equal(faults.n, 0);
        assert_int_equal(b.objects, 3);
        assert_int_equal(b.values, 6);
        json_decref(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_that_are_taken),
        cmocka_unit_test(texts_that_are_refused),
        cmocka_unit_test(very_deep),
        cmocka_unit_test(syntax_faults_do_not_quote_the_text),
        cmocka_unit_test(no_prefix_is_taken_or_read_past_its_end),
        cmocka_unit_test(pointers),
        cmocka_unit_test(a_long_pointer_ends_early_and_whole),
        cmocka_unit_test(readers),
        cmocka_unit_test(every_unknown_field_is_told),
        cmocka_unit_test(all_faults_are_collected_in_order),
        cmocka_unit_test(faults_past_the_bound_are_counted),
        cmocka_unit_test(a_long_reason_is_cut_at_a_character),
        cmocka_unit_test(bounds_count_before_building),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
