/* Capacity out at the door: nothing is told before it is durable, also not in bytes, and also not "nothing
 * changed". */
#include "support/web.h"

#include "base/rng.h"
#include "base/time_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int setup(void **state)
{
    *state = web_started();
    return 0;
}

static int teardown(void **state)
{
    web_free(*state);
    return 0;
}

struct done {
    bool called;
};

static void on_done(void *ctx, enum err trouble, const struct outcome *outcome)
{
    struct done *d = ctx;

    assert_int_equal(trouble, OK);
    assert_int_equal(outcome->refusal, REFUSAL_NONE);
    d->called = true;
}

/* Say FREE of pool A, without waiting for anything; the number of the event will be the engine's next. */
static void report(struct web *w, int free, uint64_t id, struct done *d)
{
    struct observation o = {.pool = {WEB_POOL_A},
                            .source = SOURCE_HAND,
                            .report = id,
                            .total = 6,
                            .free = free,
                            .occupied = UNITS_UNKNOWN,
                            .out_of_order = UNITS_UNKNOWN,
                            .deliverable = TRI_YES,
                            .observed_at_ms = w->wall_ms + (int64_t)id};
    struct command cmd = {.kind = CMD_REPORT_CAPACITY,
                          .actor = {.role = ROLE_SHELTER, .org = {WEB_HUIS_A}},
                          .u.report = {.list = &o, .n = 1}};
    uint64_t before = engine_seq(flow_engine(w->flow));

    *d = (struct done){0};
    assert_int_equal(flow_submit(w->flow, &cmd, on_done, d), OK);
    web_until(w, engine_seq(flow_engine(w->flow)) > before);
}

/* The free number of pool A in what came, by either form; -1 = no whole answer yet. */
static int told(struct web_client *c)
{
    static const char mark[] = "\"unitsFree\":";
    const char *text, *at;

    web_read(c);
    text = buf_c_str(&c->in);
    if (strstr(text, "\r\n\r\n") == NULL)
        return -1;
    at = strstr(text, mark);
    return at != NULL && strchr(at, '}') != NULL ? atoi(at + sizeof mark - 1) : -1;
}

/* One number is being written down, a reader asks, and a second number is there before the first is durable.
 */
static void nothing_is_told_before_it_is_durable(void **state)
{
    struct web *w = *state;
    const struct journal_memory_faults slow = {.slow_steps_max = 12};
    struct rng g = rng_seed(20261129);
    struct web_login vt;
    int seconds = 0;

    web_sign_in(w, "vt", &vt);
    journal_memory_set_faults(w->journal, &slow);
    for (uint64_t i = 1; i <= 60; i++) {
        struct web_client c;
        struct done first, second;
        char request[700];
        uint64_t durable_from;

        report(w, 1, 10 * i, &first);
        web_connect(&c, w, NULL);
        snprintf(request, sizeof request,
                 "GET /api/v1/capacity?limit=1 HTTP/1.1\r\nHost: plek.example\r\n%s\r\n", vt.headers);
        web_send(&c, request);
        for (uint32_t turns = rng_below(&g, 6); turns > 0; turns--)
            web_turn(w);
        report(w, 2, 10 * i + 1, &second);
        durable_from = engine_seq(flow_engine(w->flow));
        int free = -1;
        web_until(w, (free = told(&c)) != -1);
        if (free == 2) {
            assert_true(journal_disk_seq(w->disk) >= durable_from);
            seconds++;
        }
        web_until(w, first.called && second.called);
        web_close(&c);
    }
    assert_true(seconds > 10);
}

static void a_match_waits_too(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login vt;
    char headers[700];

    web_sign_in(w, "vt", &vt);
    web_get(w, &a, &vt, "/api/v1/capacity");
    assert_int_equal(a.status, 200);
    snprintf(headers, sizeof headers, "%sIf-None-Match: %s\r\n", vt.headers, web_header(&a, "ETag"));
    web_ask(w, &a, "GET", "/api/v1/capacity", headers, NULL);
    assert_int_equal(a.status, 304);
    assert_int_equal(a.body.len, 0);
    assert_null(web_header(&a, "Content-Type"));
    web_ask(w, &a, "HEAD", "/api/v1/capacity", vt.headers, NULL);
    assert_int_equal(a.status, 200);
    assert_int_equal(a.body.len, 0);
    web_report(w, WEB_POOL_A, 6, 0);
    web_ask(w, &a, "GET", "/api/v1/capacity", headers, NULL);
    assert_int_equal(a.status, 200);
    web_answer_fini(&a);
}

/* What waits when the web side goes is freed with it (the sanitizer looks). */
static void what_waits_is_freed(void **state)
{
    struct web *w = *state;
    const struct journal_memory_faults slow = {.slow_steps_max = 5000};
    struct web_login vt;
    struct web_client c;
    struct done d;
    char request[700];

    web_sign_in(w, "vt", &vt);
    journal_memory_set_faults(w->journal, &slow);
    report(w, 1, 7, &d);
    web_connect(&c, w, NULL);
    snprintf(
        request, sizeof request,
        "GET /api/v1/capacity/fhir HTTP/1.1\r\nHost: plek.example\r\nAccept: application/fhir+xml\r\n%s\r\n",
        vt.headers);
    web_send(&c, request);
    for (int i = 0; i < 20; i++)
        web_turn(w);
    web_read(&c);
    assert_int_equal(c.in.len, 0);
    web_close(&c);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(nothing_is_told_before_it_is_durable),
        CASE(a_match_waits_too),
        CASE(what_waits_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
