/* What the two JSON formats promise beside the tables of formats_test: every fault at once with its pointer
 * and line, nothing of the file in a complaint but its keys, the shipped samples and the example of the
 * standard. */
#include "support/feed_world.h"

#include "adapters/gate/safe_json.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "{\"formaat\":\"urn:veiligeplek:opvang:1\",\"peilmoment\":\"" OBSERVED "\",\"plekken\":["

static bool load(const char *name, struct buf *out)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", PLEK_SOURCE_DIR, name);
    FILE *in = fopen(path, "r");
    if (in == NULL)
        return false;
    out->len = fread(buf_extend(out, 65536), 1, 65536, in);
    fclose(in);
    return true;
}

static void lines(void **state)
{
    static const char text[] =
        "\n{\"a\": [1,\n 2.5, \"x\\\"]}\\\\\",\r\n {\"b}\\\"\" :\n\"y\"}, true\n,[],\n-3e5]\n,"
        "\"c/d~\":\n{}, \"e\":\nnull}";
    static const struct {
        const char *pointer;
        int line;
    } cases[] = {{"", 2},          {"/a", 2},   {"/a/0", 2},    {"/a/1", 3}, {"/a/2", 3}, {"/a/3", 4},
                 {"/a/3/b}\"", 5}, {"/a/4", 2}, {"/a/5", 6},    {"/a/6", 7}, {"/a/7", 2}, {"/c~1d~0", 9},
                 {"/c~1d~0/x", 9}, {"/e", 2},   {"/none/0", 2}, {"/a/x", 2}};
    struct feed_json f = {0};
    struct reading r = {0};
    (void)state;
    assert_int_equal(safe_json_parse(BYTES_LITERAL(text), &f, &r), OK);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (safe_json_line_of(&f, cases[i].pointer) != cases[i].line)
            fail_msg("%s: line %d, wanted %d", cases[i].pointer, safe_json_line_of(&f, cases[i].pointer),
                     cases[i].line);
    safe_json_fini(&f);
    reading_fini(&r);
}

static void has(const struct reading *r, int line, const char *field, const char *reason)
{
    for (int i = 0; i < r->complaints_n; i++)
        if (r->complaints[i].line == line && strcmp(r->complaints[i].field, field) == 0 &&
            strstr(r->complaints[i].reason, reason) != NULL)
            return;
    fail_msg("no complaint on line %d of %s: %s", line, field, reason);
}

static void all_faults_at_once(void **state)
{
    struct reading r = {0};
    (void)state;
    assert_int_equal(world_read(profile_opvang_json,
                                BYTES_LITERAL("{\"formaat\":\"anders\",\"bronId\":\"Jansen en zoon\",\n"
                                              "\"peilmoment\":\"2026-11-22\",\n\"plekken\":[{\n"
                                              "\"code\":\"K1\",\n\"totaal\":2.0,\n\"vrij\":\"Jansen\",\n"
                                              "\"bezet\":null,\n\"buiten_gebruik\":10001,\n"
                                              "\"leverbaar\":true,\n\"stop\":{\"tot\":\"gauw\"}},\n"
                                              "{\"vrij\":1},\n7,\n{\"code\":\"Jansen\",\"vrij\":1}],\n"
                                              "\"bewoner\":\"Jansen\"}"),
                                &r),
                     ERR_BAD_INPUT);
    has(&r, 1, "/formaat", "must be one of");
    has(&r, 1, "/bronId", "letters, digits");
    has(&r, 2, "/peilmoment", "not a moment");
    has(&r, 5, "/plekken/0/totaal", "whole number");
    has(&r, 6, "/plekken/0/vrij", "whole number");
    has(&r, 3, "/plekken/0/bezet", "whole number");
    has(&r, 8, "/plekken/0/buiten_gebruik", "from 0 to 10000");
    has(&r, 3, "/plekken/0/leverbaar", "must be a text");
    has(&r, 10, "/plekken/0/stop/reden", "is missing");
    has(&r, 10, "/plekken/0/stop/tot", "not a moment");
    has(&r, 11, "/plekken/1/code", "is missing");
    has(&r, 12, "/plekken/2", "must be an object");
    has(&r, 13, "/plekken/3/code", "not in the provider's profile");
    has(&r, 14, "/bewoner", "describes clients");
    has(&r, 14, "/bewoner", "not a known field");
    assert_int_equal(r.complaints_n, 15);
    assert_true(r.not_kept);
    for (int i = 0; i < r.complaints_n; i++)
        assert_null(strstr(r.complaints[i].reason, "Jansen"));
    reading_fini(&r);
}

/* A key that is long, no ASCII or steers a terminal: the complaint can still be written as JSON. */
static void keys_of_any_kind(void **state)
{
    struct buf b = {0};
    struct reading r = {0};
    (void)state;
    buf_text(&b, HEAD "{\"code\":\"K1\",\"vrij\":1,\"\\u001b[31m\\u202ex\":1,\"");
    for (int i = 0; i < 100; i++)
        buf_text(&b, "\xe2\x82\xac");
    buf_text(&b, "\":1}]}");
    assert_int_equal(world_read(profile_opvang_json, buf_view(&b), &r), ERR_BAD_INPUT);
    assert_int_equal(r.complaints_n, 2);
    has(&r, 1, "/plekken/0/?[31m?x", "not a known field");
    json_t *told = reading_json(&r);
    assert_int_equal(json_array_size(json_object_get(told, "complaints")), 2);
    json_decref(told);
    buf_fini(&b);
    reading_fini(&r);
}

static void more_faults_than_are_kept(void **state)
{
    struct buf b = {0};
    struct reading r = {0};
    (void)state;
    buf_text(&b, HEAD);
    for (int i = 0; i < 100; i++)
        buf_format(&b, "%s{\"code\":\"K1\",\"vrij\":-1}", i > 0 ? "," : "");
    buf_text(&b, "]}");
    assert_int_equal(world_read(profile_opvang_json, buf_view(&b), &r), ERR_BAD_INPUT);
    assert_int_equal(r.complaints_n, COMPLAINTS_MAX);
    assert_true(r.complaints_more >= 100 - COMPLAINTS_MAX);
    buf_fini(&b);
    reading_fini(&r);
}

/* Our sample says in JSON what our sample says in XML. */
static void own_samples(void **state)
{
    static const char as_xml[] =
        "{\"format\":\"opvang_xml\",\"providers\":{\"lindehof\":{\"pools\":{\"nood\":"
        "\"vh-nood\",\"gezin\":\"vh-gezin\"}}}}";
    struct buf xml = {0}, json = {0}, hsds = {0};
    struct reading of_xml = {0}, of_json = {0}, of_hsds = {0};
    (void)state;
    assert_true(load("schema/feeds/samples/opvang.xml", &xml));
    assert_true(load("schema/feeds/samples/opvang.json", &json));
    assert_true(load("schema/feeds/samples/hsds.json", &hsds));
    assert_int_equal(world_read(as_xml, buf_view(&xml), &of_xml), OK);
    assert_int_equal(world_read(profile_opvang_json, buf_view(&json), &of_json), OK);
    assert_int_equal(of_json.n, 2);
    assert_int_equal(of_xml.n, of_json.n);
    for (size_t i = 0; i < of_json.n; i++) {
        json_t *a = report_json(&of_xml.list[i]), *b = report_json(&of_json.list[i]);
        json_object_del(a, "reportId");
        json_object_del(b, "reportId");
        assert_true(json_equal(a, b));
        json_decref(a);
        json_decref(b);
    }
    assert_int_equal(of_json.list[0].line, 6);
    assert_int_equal(of_json.list[1].line, 14);
    assert_int_equal(world_read(profile_hsds, buf_view(&hsds), &of_hsds), OK);
    assert_int_equal(of_hsds.n, 2);
    assert_string_equal(of_hsds.list[0].pool, "vh-nood");
    assert_int_equal(of_hsds.list[0].free, 1);
    assert_int_equal(of_hsds.list[0].total, 2);
    assert_int_equal(of_hsds.list[1].total, 4);
    assert_int_equal(of_hsds.list[0].observed_at_ms, of_json.list[0].observed_at_ms);
    buf_fini(&xml);
    buf_fini(&json);
    buf_fini(&hsds);
    reading_fini(&of_xml);
    reading_fini(&of_json);
    reading_fini(&of_hsds);
}

/* The standard's own example says 12 free of at most 10: quarantined with its place. With 8 it is taken, and
 * of its contacts, phones and addresses nothing is. */
static void example_of_the_standard(void **state)
{
    static const char wrong[] = "\"available\": 12", right[] = "\"available\":  8";
    struct buf b = {0};
    struct reading r = {0};
    (void)state;
    if (!load("../shared/standards/hsds/examples/service_full.json", &b)) {
        print_message("the folder of standards is not here: example skipped\n");
        skip();
    }
    assert_int_equal(world_read(profile_hsds, buf_view(&b), &r), ERR_BAD_INPUT);
    assert_int_equal(r.complaints_n, 1);
    char *text = (char *)(uintptr_t)buf_c_str(&b), *at = strstr(text, wrong);
    assert_non_null(at);
    int line = 1; /* of the capacity's brace: counted by hand from where the number stands */
    for (const char *c = text; c < strstr(text, "\"capacities\""); c++)
        line += *c == '\n';
    has(&r, line + 1, "free", "more than the total");
    reading_fini(&r);
    memcpy(at, right, sizeof right - 1);
    assert_int_equal(world_read(profile_hsds, buf_view(&b), &r), OK);
    assert_int_equal(r.n, 1);
    assert_string_equal(r.list[0].pool, "cc-bed");
    assert_int_equal(r.list[0].free, 8);
    assert_int_equal(r.list[0].total, 10);
    assert_int_equal(r.list[0].observed_at_ms, INT64_C(1727270586500)); /* 2024-09-25T13:23:06.5Z */
    buf_fini(&b);
    reading_fini(&r);
}

/* Words for clients are refused anywhere in a file of HSDS; the complaint names the field, not its value. */
static void clients_are_refused(void **state)
{
    struct reading r = {0};
    (void)state;
    assert_int_equal(
        world_read(profile_hsds,
                   BYTES_LITERAL("{\"id\":\"s\",\"name\":\"De Wulp\",\"organization\":{\"locations\":[{\n"
                                 "\"residents\":[{\"given\":\"Jansen\"}]}]},\"capacities\":[{\"unit\":{"
                                 "\"name\":\"bed\",\"bewoner\":\"Jansen\"},\"available\":1,\n"
                                 "\"date_of_birth\":\"Jansen\",\"maximun\":3,\"updated\":\"" OBSERVED
                                 "\"}]}"),
                   &r),
        ERR_BAD_INPUT);
    has(&r, 2, "/organization/locations/0/residents", "describes clients");
    has(&r, 2, "/capacities/0/unit/bewoner", "describes clients");
    has(&r, 3, "/capacities/0/date_of_birth", "describes clients");
    has(&r, 3, "/capacities/0/maximun", "not a known field");
    for (int i = 0; i < r.complaints_n; i++)
        assert_null(strstr(r.complaints[i].reason, "Jansen"));
    reading_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(all_faults_at_once),
        cmocka_unit_test(keys_of_any_kind),
        cmocka_unit_test(more_faults_than_are_kept),
        cmocka_unit_test(own_samples),
        cmocka_unit_test(example_of_the_standard),
        cmocka_unit_test(clients_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
