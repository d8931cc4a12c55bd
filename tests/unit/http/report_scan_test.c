/* The short way of a batch of reports against the long one: what is plain goes the short way and comes to the
 * same observations and the same canonical text; whatever is anything else goes the long way. */
#include "http/report_scan.h"

#include "base/json_canonical.h"
#include "base/mem.h"
#include "core/command.h"
#include "http/report_json.h"
#include "support/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANNEL 77

#define HEAD "{\"reports\":["
#define TAIL "]}"
#define PLAIN                                                                                                \
    "{\"pool\":\"b\",\"reportId\":\"r-1\",\"observedAt\":\"2026-11-25T11:00:00Z\",\"source\":\"feed\""
#define ONE(more) HEAD PLAIN more "}" TAIL

struct scan_case {
    const char *name;
    bool is_short;
    const char *body;
};

static const struct scan_case cases[] = {
    {"least", true, ONE("")},
    {"every count", true,
     ONE(",\"unitsTotal\":20,\"unitsFree\":0,\"unitsOccupied\":7,\"unitsOutOfOrder\":1")},
    {"staffed", true, ONE(",\"unitsFree\":1,\"deliverable\":true")},
    {"not staffed", true, ONE(",\"unitsFree\":1,\"deliverable\":false")},
    {"left out by null", true, ONE(",\"unitsFree\":null,\"deliverable\":null,\"stop\":null,\"poolId\":null")},
    {"a stop", true, ONE(",\"stop\":{\"reason\":\"schoonmaak\"}")},
    {"a stop with an end", true,
     ONE(",\"stop\":{ \"untilAt\" : \"2026-12-01T00:00:00+01:00\", \"reason\":\"schoonmaak\" "
         "},\"unitsFree\":2")},
    {"a stop without end", true, ONE(",\"stop\":{\"reason\":\"schoonmaak\",\"untilAt\":null}")},
    {"by id", true,
     HEAD "{\"poolId\":3,\"reportId\":\"x\",\"observedAt\":\"2026-11-25T12:00:00.5+01:00\",\"source\":"
          "\"hand\"}" TAIL},
    {"white space", true, " {\n\t\"reports\" : [ \r\n" PLAIN " , \"unitsFree\" : 3 } ] }\n "},
    {"several", true, HEAD PLAIN "}," PLAIN ",\"unitsFree\":1}, " PLAIN ",\"stop\":null}" TAIL},
    {"largest count", true, ONE(",\"unitsFree\":10000")},
    {"an id of no pool is core's to refuse", true,
     HEAD "{\"poolId\":4294967295,\"reportId\":\"x\",\"observedAt\":\"2026-11-25T11:00:00Z\",\"source\":"
          "\"feed\"}" TAIL},

    {"empty", false, ""},
    {"no object", false, "[]"},
    {"no reports", false, "{}"},
    {"none", false, HEAD TAIL},
    {"two lists", false, "{\"reports\":[" PLAIN "}],\"reports\":[" PLAIN "}]}"},
    {"another member", false, "{\"reports\":[" PLAIN "}],\"more\":1}"},
    {"comma behind the last", false, HEAD PLAIN "}," TAIL},
    {"comma within", false, HEAD PLAIN ",}" TAIL},
    {"something behind", false, HEAD PLAIN "}" TAIL "x"},
    {"a second document", false, HEAD PLAIN "}" TAIL "{}"},
    {"cut off", false, HEAD PLAIN},
    {"text not closed", false, HEAD "{\"pool"},
    {"byte order mark", false, "\xef\xbb\xbf" HEAD PLAIN "}" TAIL},
    {"unknown member", false, ONE(",\"line\":3")},
    {"member twice", false, ONE(",\"unitsFree\":1,\"unitsFree\":1")},
    {"null and then one", false, ONE(",\"unitsFree\":null,\"unitsFree\":1")},
    {"name with an escape", false, ONE(",\"units\\u0046ree\":1")},
    {"text with an escape", false, ONE(",\"stop\":{\"reason\":\"schoonm\\u0061ak\"}")},
    {"fraction", false, ONE(",\"unitsFree\":1.0")},
    {"exponent", false, ONE(",\"unitsFree\":1e2")},
    {"negative", false, ONE(",\"unitsFree\":-1")},
    {"minus nothing", false, ONE(",\"unitsFree\":-0")},
    {"leading zero", false, ONE(",\"unitsFree\":01")},
    {"over the largest count", false, ONE(",\"unitsFree\":10001")},
    {"over every number", false, ONE(",\"unitsFree\":100000000000000000000000")},
    {"count as a text", false, ONE(",\"unitsFree\":\"1\"")},
    {"count as an object", false, ONE(",\"unitsFree\":{}")},
    {"count as a list", false, ONE(",\"unitsFree\":[1]")},
    {"count as yes", false, ONE(",\"unitsFree\":true")},
    {"staffed as a number", false, ONE(",\"deliverable\":1")},
    {"half a word", false, ONE(",\"deliverable\":tru")},
    {"a longer word", false, ONE(",\"deliverable\":trueish")},
    {"capital", false, ONE(",\"deliverable\":True")},
    {"stop without reason", false, ONE(",\"stop\":{}")},
    {"stop of no list", false, ONE(",\"stop\":{\"reason\":\"zomaar\"}")},
    {"stop with an unknown member", false, ONE(",\"stop\":{\"reason\":\"schoonmaak\",\"x\":1}")},
    {"stop with an object", false, ONE(",\"stop\":{\"reason\":{\"reason\":\"schoonmaak\"}}")},
    {"stop as a text", false, ONE(",\"stop\":\"schoonmaak\"")},
    {"stop not closed", false, HEAD PLAIN ",\"stop\":{\"reason\":\"schoonmaak\"" TAIL},
    {"stop until never", false, ONE(",\"stop\":{\"reason\":\"schoonmaak\",\"untilAt\":\"never\"}")},
    {"both pools", false, ONE(",\"poolId\":3")},
    {"no pool", false,
     HEAD "{\"reportId\":\"x\",\"observedAt\":\"2026-11-25T11:00:00Z\",\"source\":\"feed\"}" TAIL},
    {"pool of nobody", false,
     HEAD "{\"pool\":\"nergens\",\"reportId\":\"x\",\"observedAt\":\"2026-11-25T11:00:00Z\",\"source\":"
          "\"feed\"}" TAIL},
    {"pool nought", false,
     HEAD
     "{\"poolId\":0,\"reportId\":\"x\",\"observedAt\":\"2026-11-25T11:00:00Z\",\"source\":\"feed\"}" TAIL},
    {"pool beyond", false,
     HEAD "{\"poolId\":4294967296,\"reportId\":\"x\",\"observedAt\":\"2026-11-25T11:00:00Z\",\"source\":"
          "\"feed\"}" TAIL},
    {"no report id", false,
     HEAD "{\"poolId\":3,\"observedAt\":\"2026-11-25T11:00:00Z\",\"source\":\"feed\"}" TAIL},
    {"empty report id", false,
     HEAD
     "{\"poolId\":3,\"reportId\":\"\",\"observedAt\":\"2026-11-25T11:00:00Z\",\"source\":\"feed\"}" TAIL},
    {"no source", false,
     HEAD "{\"poolId\":3,\"reportId\":\"x\",\"observedAt\":\"2026-11-25T11:00:00Z\"}" TAIL},
    {"a source unknown", false,
     HEAD
     "{\"poolId\":3,\"reportId\":\"x\",\"observedAt\":\"2026-11-25T11:00:00Z\",\"source\":\"radio\"}" TAIL},
    {"no moment", false, HEAD "{\"poolId\":3,\"reportId\":\"x\",\"source\":\"feed\"}" TAIL},
    {"a moment without zone", false,
     HEAD
     "{\"poolId\":3,\"reportId\":\"x\",\"observedAt\":\"2026-11-25T11:00:00\",\"source\":\"feed\"}" TAIL},
};

static bool observation_equal(const struct observation *a, const struct observation *b)
{
    return observation_says_the_same(a, b) && a->pool.v == b->pool.v && a->source == b->source &&
           a->report == b->report && a->observed_at_ms == b->observed_at_ms &&
           a->received_at_ms == b->received_at_ms;
}

/* Both ways of BODY: the short one, where it takes it, says what the long one says. */
static bool taken_short(const struct engine *e, struct bytes body, struct report_batch *batch)
{
    struct json_faults faults = {0};
    struct buf canonical = {0};
    size_t n = 0;

    if (!report_scan(e, CHANNEL, body, batch))
        return false;
    json_t *root = json_parse(body, &faults);
    assert_non_null(root);
    struct observation *list = report_json_batch(e, CHANNEL, json_root(root), &n, &faults);
    assert_int_equal(faults.n, 0);
    assert_int_equal(n, batch->n);
    for (size_t i = 0; i < n; i++)
        assert_true(observation_equal(&list[i], &batch->list[i]));
    json_canonical(root, &canonical);
    assert_string_equal(buf_c_str(&batch->canonical), buf_c_str(&canonical));
    buf_fini(&canonical);
    free(list);
    json_decref(root);
    return true;
}

static void short_is_as_long(void **state)
{
    struct exchange *x = *state;
    struct report_batch batch = {0};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        /* Of its own size, so that a read past the end is seen. */
        size_t len = strlen(cases[i].body);
        char *body = malloc(len > 0 ? len : 1);

        memcpy(body, cases[i].body, len);
        if (taken_short(x->e, BYTES(body, len), &batch) != cases[i].is_short)
            fail_msg("'%s' went the %s way", cases[i].name, cases[i].is_short ? "long" : "short");
        free(body);
    }
    report_batch_fini(&batch);
}

/* A NUL, a control character, DEL and a letter beyond ASCII, at every place of a body: never the short way,
 * whatever the long one says. */
static void only_plain_bytes(void **state)
{
    struct exchange *x = *state;
    static const uint8_t odd[] = {0x00, 0x01, 0x0b, 0x1f, 0x7f, 0x80, 0xc3, 0xff};
    struct report_batch batch = {0};
    char body[] = ONE(",\"stop\":{\"reason\":\"schoonmaak\"},\"unitsFree\":1");
    size_t len = sizeof body - 1;

    assert_true(taken_short(x->e, BYTES(body, len), &batch));
    for (size_t i = 0; i < len; i++) {
        for (size_t k = 0; k < sizeof odd; k++) {
            char kept = body[i];

            body[i] = (char)odd[k];
            assert_false(report_scan(x->e, CHANNEL, BYTES(body, len), &batch));
            body[i] = kept;
        }
        assert_false(report_scan(x->e, CHANNEL, BYTES(body, i), &batch));
    }
    report_batch_fini(&batch);
}

static void add_many(struct buf *body, unsigned n)
{
    buf_clear(body);
    for (unsigned i = 0; i < n; i++)
        buf_format(body, "%s" PLAIN ",\"unitsFree\":%u}", i == 0 ? HEAD : ",", i % 3);
    buf_text(body, TAIL);
}

static void as_many_as_the_long_way(void **state)
{
    struct exchange *x = *state;
    struct report_batch batch = {0};
    struct buf body = {0};

    add_many(&body, REPORT_BATCH_MAX);
    assert_true(taken_short(x->e, buf_view(&body), &batch));
    assert_int_equal(batch.n, REPORT_BATCH_MAX);
    report_batch_trim(&batch);
    assert_null(batch.list);
    add_many(&body, REPORT_BATCH_MAX + 1);
    assert_false(taken_short(x->e, buf_view(&body), &batch));
    report_batch_trim(&batch);
    add_many(&body, 2);
    assert_true(taken_short(x->e, buf_view(&body), &batch));
    report_batch_trim(&batch);
    assert_int_equal(batch.n, 2);
    report_batch_fini(&batch);
    buf_fini(&body);
}

static void texts_up_to_their_length(void **state)
{
    struct exchange *x = *state;
    struct report_batch batch = {0};
    struct buf body = {0};

    for (int len = REPORT_ID_MAX - 1; len <= REPORT_ID_MAX + 1; len++) {
        buf_clear(&body);
        buf_format(&body,
                   HEAD "{\"poolId\":1,\"reportId\":\"%0*d\",\"observedAt\":\"2026-11-25T11:00:00Z\","
                        "\"source\":\"phone\"}" TAIL,
                   len, 1);
        assert_int_equal(taken_short(x->e, buf_view(&body), &batch), len <= REPORT_ID_MAX);
    }
    report_batch_fini(&batch);
    buf_fini(&body);
}

static int set_up(void **state)
{
    *state = exchange_new();
    return *state == NULL;
}

static int tear_down(void **state)
{
    exchange_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_is_as_long),
        cmocka_unit_test(only_plain_bytes),
        cmocka_unit_test(as_many_as_the_long_way),
        cmocka_unit_test(texts_up_to_their_length),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
