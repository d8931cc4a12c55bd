/* What comes in and what does not: paths, methods, types, sizes, keys, the signs of a foreign site, and the
 * two doors. And what every answer carries. */
#include "support/web.h"

#include "../wire/support/test_certs.h"
#include "base/time_text.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSON_TYPE "Content-Type: application/json\r\n"
#define REPORT                                                                                               \
    "{\"reports\":[{\"poolId\":1,\"reportId\":\"%s\",\"observedAt\":\"2026-11-25T11:00:00Z\","               \
    "\"source\":\"hand\",\"unitsFree\":%d}]}"

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

/* ---- paths and methods ---- */

static void paths_and_methods(void **state)
{
    static const struct {
        const char *method, *path;
        int status;
        const char *allow;
    } cases[] = {
        {"GET", "/api/v1/version", 200, NULL},
        {"HEAD", "/api/v1/version", 200, NULL},
        {"GET", "/api/v1/nothing", 404, NULL},
        {"GET", "/api/v1", 404, NULL},
        {"GET", "/api/v1/", 404, NULL},
        {"GET", "/api/v1/version/", 404, NULL},
        {"GET", "/api/v1//version", 404, NULL},
        {"GET", "/api/v1/Version", 404, NULL},
        {"GET", "/api/v1/%76ersion", 404, NULL},
        {"GET", "/api/v10/version", 404, NULL},
        {"GET", "/api/v1/pools/1", 401, NULL},
        {"GET", "/api/v1/pools/0", 404, NULL},
        {"GET", "/api/v1/pools/01", 404, NULL},
        {"GET", "/api/v1/pools/-1", 404, NULL},
        {"GET", "/api/v1/pools/+1", 404, NULL},
        {"GET", "/api/v1/pools/1x", 404, NULL},
        {"GET", "/api/v1/pools/", 404, NULL},
        {"GET", "/api/v1/pools/9007199254740992", 401, NULL},
        {"GET", "/api/v1/pools/9007199254740993", 404, NULL},
        {"GET", "/api/v1/pools/99999999999999999999", 404, NULL},
        {"POST", "/api/v1/version", 405, "GET, HEAD"},
        {"PUT", "/api/v1/session", 405, "GET, HEAD, POST, DELETE"},
        {"DELETE", "/api/v1/referrals", 405, "GET, HEAD, POST"},
        {"GET", "/api/v1/capacity-reports", 405, "POST"},
        {"POST", "/", 405, "GET, HEAD"},
        {"GET", "/nothing", 404, NULL},
        {"POST", "/nothing", 404, NULL},
    };
    struct web *w = *state;
    struct web_answer a = {0};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        web_ask(w, &a, cases[i].method, cases[i].path, "", NULL);
        if (a.status != cases[i].status)
            fail_msg("%s %s: %d", cases[i].method, cases[i].path, a.status);
        if (cases[i].allow != NULL)
            assert_string_equal(web_header(&a, "Allow"), cases[i].allow);
        else
            assert_null(web_header(&a, "Allow"));
    }
    web_answer_fini(&a);
}

static void head_is_get_without_its_body(void **state)
{
    struct web *w = *state;
    struct web_answer get = {0}, head = {0};
    struct web_client c;
    char length[16];

    web_ask(w, &get, "GET", "/api/v1/version", "", NULL);
    snprintf(length, sizeof length, "%s", web_header(&get, "Content-Length"));
    web_connect(&c, w, NULL);
    web_ask_on(&c, &head, "HEAD", "/api/v1/version", "", NULL);
    assert_string_equal(web_header(&head, "Content-Length"), length);
    web_ask_on(&c, &get, "GET", "/api/v1/version", "", NULL); /* nothing of a body lay in between */
    assert_int_equal(get.status, 200);
    web_close(&c);
    web_answer_fini(&get);
    web_answer_fini(&head);
}

/* ---- headers ---- */

static const char *const page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html";

static void every_answer_carries_the_security_headers(void **state)
{
    static const char *const paths[] = {
        "/",       "/nothing",          "/s/1/app.js",         "/api/v1/version",
        "/api/v1", "/api/v1/referrals", "/api/v1/openapi.json"};
    struct web *w = *state;
    struct web_answer a = {0};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        bool is_page = strncmp(paths[i], "/api/", 5) != 0;

        web_ask(w, &a, "GET", paths[i], "", NULL);
        assert_string_equal(web_header(&a, "X-Content-Type-Options"), "nosniff");
        assert_string_equal(web_header(&a, "Referrer-Policy"), "no-referrer");
        assert_string_equal(web_header(&a, "Cross-Origin-Opener-Policy"), "same-origin");
        assert_string_equal(web_header(&a, "Strict-Transport-Security"), "max-age=31536000");
        assert_non_null(strstr(web_header(&a, "Permissions-Policy"), "geolocation=()"));
        assert_string_equal(web_header(&a, "API-Version"), PLEK_VERSION);
        if (strncmp(paths[i], "/s/", 3) != 0)
            assert_string_equal(web_header(&a, "Cache-Control"), "no-store");
        if (is_page)
            assert_string_equal(web_header(&a, "Content-Security-Policy"), page_policy);
        else
            assert_non_null(strstr(web_header(&a, "Content-Security-Policy"), "default-src 'none'"));
    }
    web_answer_fini(&a);
}

static void a_problem_says_what_and_gives_a_code(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0}, b = {0};

    web_ask(w, &a, "GET", "/api/v1/nothing", "", NULL);
    web_ask(w, &b, "GET", "/api/v1/nothing", "", NULL);
    assert_string_equal(web_header(&a, "Content-Type"), "application/problem+json");
    assert_string_equal(web_text(&a, "type"), "/problems/not_found");
    assert_int_equal(web_int(&a, "status"), 404);
    assert_true(strlen(web_text(&a, "title")) > 0 && strlen(web_text(&a, "detail")) > 0);
    assert_int_equal(strlen(web_text(&a, "code")), 8);
    assert_string_not_equal(web_text(&a, "code"), web_text(&b, "code"));
    web_answer_fini(&a);
    web_answer_fini(&b);
}

/* What the wire itself refuses has the same form. */
static void the_wire_speaks_in_problems_too(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};

    web_ask(w, &a, "BREW", "/", "", NULL);
    assert_int_equal(a.status, 501);
    assert_string_equal(web_header(&a, "Content-Type"), "application/problem+json");
    assert_int_equal(web_int(&a, "status"), 501);
    assert_true(strncmp(web_text(&a, "type"), "/problems/", 10) == 0);
    web_answer_fini(&a);
}

/* ---- foreign sites ---- */

static void only_our_own_pages_write(void **state)
{
    static const struct {
        const char *name, *headers; /* beside cookie */
        bool token;
        int status;
    } cases[] = {
        {"as our page does", "Origin: " WEB_ORIGIN "\r\nSec-Fetch-Site: same-origin\r\n", true, 200},
        {"no browser", "", true, 200},
        {"typed by hand", "Sec-Fetch-Site: none\r\n", true, 200},
        {"no token", "Origin: " WEB_ORIGIN "\r\n", false, 403},
        {"another's token", "X-CSRF-Token: AAAAAAAAAAAAAAAAAAAAAA\r\n", false, 403},
        {"short token", "X-CSRF-Token: A\r\n", false, 403},
        {"foreign origin", "Origin: https://evil.example\r\n", true, 403},
        {"null origin", "Origin: null\r\n", true, 403},
        {"our name, other port", "Origin: https://plek.example\r\n", true, 403},
        {"our name, no TLS", "Origin: http://plek.example:8443\r\n", true, 403},
        {"cross-site", "Sec-Fetch-Site: cross-site\r\n", true, 403},
        {"sister site", "Sec-Fetch-Site: same-site\r\n", true, 403},
    };
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login house;
    char headers[700], body[300];

    web_sign_in(w, "huis-a", &house);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(headers, sizeof headers,
                 "Cookie: __Host-plek=%s\r\n" JSON_TYPE "Idempotency-Key: key-csrf-%zu\r\n%s%s%s%s",
                 house.cookie, i, cases[i].headers, cases[i].token ? "X-CSRF-Token: " : "",
                 cases[i].token ? house.csrf : "", cases[i].token ? "\r\n" : "");
        snprintf(body, sizeof body, REPORT, cases[i].name, 2);
        web_ask(w, &a, "POST", "/api/v1/capacity-reports", headers, body);
        if (a.status != cases[i].status)
            fail_msg("%s: %d %s", cases[i].name, a.status, web_problem(&a));
        if (a.status == 403)
            assert_string_equal(web_problem(&a), "csrf");
    }
    web_answer_fini(&a);
}

static void searching_and_signing_in_and_out_are_guarded_too(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login vt;
    char headers[300];

    web_sign_in(w, "vt", &vt);
    snprintf(headers, sizeof headers, "Cookie: __Host-plek=%s\r\n" JSON_TYPE, vt.cookie);
    web_ask(w, &a, "POST", "/api/v1/matches", headers, "{}");
    assert_int_equal(a.status, 403);
    snprintf(headers, sizeof headers, "Cookie: __Host-plek=%s\r\n", vt.cookie);
    web_ask(w, &a, "DELETE", "/api/v1/session", headers, NULL);
    assert_int_equal(a.status, 403);
    web_get(w, &a, &vt, "/api/v1/session"); /* still there */
    assert_int_equal(a.status, 200);
    web_try_sign_in(w, &a, "vt", WEB_PASSWORD, "Origin: https://evil.example\r\n");
    assert_int_equal(a.status, 403);
    assert_null(web_header(&a, "Set-Cookie"));
    web_answer_fini(&a);
}

static void a_cookie_that_is_not_ours_is_nobody(void **state)
{
    static const char *const values[] = {"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                         "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"};
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login vt;
    char headers[300];

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        snprintf(headers, sizeof headers, "Cookie: __Host-plek=%s\r\n", values[i]);
        web_ask(w, &a, "GET", "/api/v1/session", headers, NULL);
        assert_int_equal(a.status, 401);
    }
    web_sign_in(w, "vt", &vt);
    /* A second one planted beside it: neither counts. */
    snprintf(headers, sizeof headers, "Cookie: __Host-plek=%s; __Host-plek=x\r\n", vt.cookie);
    web_ask(w, &a, "GET", "/api/v1/session", headers, NULL);
    assert_int_equal(a.status, 401);
    web_answer_fini(&a);
}

/* ---- keys ---- */

static void a_write_needs_a_key(void **state)
{
    static const struct {
        const char *key;
        int status;
    } cases[] = {
        {"abcdefgh", 200},  {"0123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 200},
        {"1234567", 400},   {"0123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz1", 400},
        {"has space", 400}, {"slash/slash", 400},
        {"", 400},
    };
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login house;
    char headers[600], body[300];

    web_sign_in(w, "huis-a", &house);
    snprintf(body, sizeof body, REPORT, "r", 2);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        web_post(w, &a, &house, "/api/v1/capacity-reports", cases[i].key, body);
        if (a.status != cases[i].status)
            fail_msg("key '%s': %d", cases[i].key, a.status);
        assert_true(a.status == 200 || web_names(&a, "header:Idempotency-Key"));
    }
    snprintf(headers, sizeof headers, "%s" JSON_TYPE, house.headers);
    web_ask(w, &a, "POST", "/api/v1/capacity-reports", headers, body);
    assert_int_equal(a.status, 400);
    assert_true(web_names(&a, "header:Idempotency-Key"));
    web_answer_fini(&a);
}

static void the_same_key_gives_the_same_answer(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login house, other;
    char body[300];
    uint64_t seq;

    web_sign_in(w, "huis-a", &house);
    snprintf(body, sizeof body, REPORT, "once", 2);
    web_post(w, &a, &house, "/api/v1/capacity-reports", "key-again", body);
    assert_int_equal(a.status, 200);
    assert_int_equal(web_int(&a, "applied"), 1);
    seq = flow_published_seq(w->flow);
    web_post(w, &a, &house, "/api/v1/capacity-reports", "key-again", body);
    assert_int_equal(web_int(&a, "applied"), 1);
    /* White space and order of members are not meaning. */
    web_post(w, &a, &house, "/api/v1/capacity-reports", "key-again",
             "{ \"reports\": [ {\"unitsFree\":2, \"source\":\"hand\", "
             "\"observedAt\":\"2026-11-25T11:00:00Z\",\"reportId\":\"once\",\"poolId\":1}]}");
    assert_int_equal(a.status, 200);
    assert_int_equal(web_int(&a, "applied"), 1);
    assert_int_equal(flow_published_seq(w->flow), seq);
    /* Another body under it is a fault of the client. */
    snprintf(body, sizeof body, REPORT, "once", 1);
    web_post(w, &a, &house, "/api/v1/capacity-reports", "key-again", body);
    assert_int_equal(a.status, 422);
    assert_string_equal(web_problem(&a), "key_reused");
    /* Another person's key of the same text is another key. */
    web_sign_in(w, "huis-b", &other);
    web_post(w, &a, &other, "/api/v1/capacity-reports", "key-again",
             "{\"reports\":[{\"poolId\":3,\"reportId\":\"b\",\"observedAt\":\"2026-11-25T11:00:00Z\","
             "\"source\":\"hand\",\"unitsFree\":2}]}");
    assert_int_equal(a.status, 200);
    web_answer_fini(&a);
}

/* ---- bodies ---- */

static void only_json_of_a_bounded_size(void **state)
{
    static const struct {
        const char *type, *body;
        int status;
    } cases[] = {
        {"application/json", "{}", 400}, /* read, and found wanting */
        {"application/json; charset=utf-8", "{}", 400},
        {"Application/JSON;charset=UTF-8", "{}", 400},
        {"application/json; charset=latin1", "{}", 415},
        {"text/plain", "{}", 415},
        {"application/x-www-form-urlencoded", "a=b", 415},
        {"multipart/form-data; boundary=x", "{}", 415},
        {"application/jsonp", "{}", 415},
        {NULL, "{}", 415},
        {"application/json", "{\"a\":1,\"a\":2}", 400},
        {"application/json", "{} {}", 400},
        {"application/json", "\xff", 400},
    };
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login house;
    char headers[600];

    web_sign_in(w, "huis-a", &house);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(headers, sizeof headers, "%sIdempotency-Key: key-type-%zu\r\n%s%s%s", house.headers, i,
                 cases[i].type != NULL ? "Content-Type: " : "", cases[i].type != NULL ? cases[i].type : "",
                 cases[i].type != NULL ? "\r\n" : "");
        web_ask(w, &a, "POST", "/api/v1/capacity-reports", headers, cases[i].body);
        if (a.status != cases[i].status)
            fail_msg("%s %s: %d", cases[i].type, cases[i].body, a.status);
    }
    web_answer_fini(&a);
}

static void a_syntax_fault_has_line_and_column(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    const json_t *fault;

    web_ask(w, &a, "POST", "/api/v1/session", JSON_TYPE, "{\n  \"username\": oops\n}");
    assert_int_equal(a.status, 400);
    fault = json_array_get(json_object_get(a.json, "errors"), 0);
    assert_int_equal(json_integer_value(json_object_get(fault, "line")), 2);
    assert_true(json_integer_value(json_object_get(fault, "column")) > 0);
    assert_null(strstr((const char *)buf_c_str(&a.body), "oops")); /* never what was sent */
    web_answer_fini(&a);
}

static void sizes_are_bounded_by_route(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    char headers[100];
    static const struct {
        const char *path;
        unsigned length;
        bool is_let_in;
    } cases[] = {
        {"/api/v1/session", 65537, false},
        {"/api/v1/capacity-reports", 65537, true},
        {"/api/v1/capacity-reports", 1048577, false},
        {"/nothing", 65537, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *body = malloc(cases[i].length + 1);

        memset(body, ' ', cases[i].length);
        body[cases[i].length] = '\0';
        snprintf(headers, sizeof headers, JSON_TYPE);
        web_ask(w, &a, "POST", cases[i].path, headers, body);
        assert_int_equal(a.status == 413, !cases[i].is_let_in);
        free(body);
    }
    web_answer_fini(&a);
}

/* ---- who may what ---- */

static void a_role_that_may_not_is_told_so(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login vt, gemeente;
    char body[300];

    web_sign_in(w, "vt", &vt);
    web_sign_in(w, "gemeente", &gemeente);
    snprintf(body, sizeof body, REPORT, "r", 2);
    web_post(w, &a, &vt, "/api/v1/capacity-reports", NULL, body);
    assert_int_equal(a.status, 403);
    assert_string_equal(web_problem(&a), "not_allowed");
    web_get(w, &a, &vt, "/api/v1/statistics/overview");
    assert_int_equal(a.status, 403);
    web_get(w, &a, &gemeente, "/api/v1/requests/1"); /* does not exist, or not for them: the same */
    assert_int_equal(a.status, 404);
    web_answer_fini(&a);
}

static void the_codes_are_for_those_who_are_signed_in(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login vt;

    web_ask(w, &a, "GET", "/api/v1/codes", "", NULL);
    assert_int_equal(a.status, 401);
    web_sign_in(w, "vt", &vt);
    web_get(w, &a, &vt, "/api/v1/codes");
    assert_int_equal(a.status, 200);
    assert_true(json_is_array(json_object_get(a.json, "kinds")));
    web_answer_fini(&a);
}

/* ---- machines ---- */

static void ask_machine(struct web *w, struct ssl_ctx_st *tls, struct web_answer *a, const char *method,
                        const char *path, const char *headers, const char *body)
{
    struct web_client c;

    web_connect(&c, w, tls);
    web_ask_on(&c, a, method, path, headers, body);
    web_close(&c);
}

static void machines_bring_capacity_by_their_door_and_nothing_else(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct ssl_ctx_st *enrolled, *stranger;
    char body[300];
    static const char headers[] = JSON_TYPE "Idempotency-Key: key-machine\r\n";
    static const char *const closed[] = {"/",
                                         "/s/1/app.js",
                                         "/api/v1/session",
                                         "/api/v1/health",
                                         "/api/v1/referrals",
                                         "/api/v1/events",
                                         "/api/v1/statistics/overview"};

    web_open_machines(w);
    enrolled = web_machine_client(w, true);
    stranger = web_machine_client(w, false);
    snprintf(body, sizeof body, REPORT, "m", 2);
    ask_machine(w, enrolled, &a, "POST", "/api/v1/capacity-reports", headers, body);
    assert_int_equal(a.status, 422); /* it does not speak for people */
    memcpy(strstr(body, "hand"), "feed", 4);
    ask_machine(w, enrolled, &a, "POST", "/api/v1/capacity-reports", headers, body);
    assert_int_equal(a.status, 200);
    assert_int_equal(web_int(&a, "applied"), 1);
    ask_machine(w, enrolled, &a, "POST", "/api/v1/capacity-reports", headers, body); /* same key */
    assert_int_equal(web_int(&a, "applied"), 1);
    ask_machine(w, enrolled, &a, "POST", "/api/v1/capacity-reports", JSON_TYPE, body);
    assert_int_equal(a.status, 400);
    /* not a pool of the organisation it carries */
    ask_machine(w, enrolled, &a, "POST", "/api/v1/capacity-reports",
                JSON_TYPE "Idempotency-Key: key-other\r\n",
                "{\"reports\":[{\"poolId\":3,\"reportId\":\"m\",\"observedAt\":\"2026-11-25T11:00:00Z\","
                "\"source\":\"feed\",\"unitsFree\":2}]}");
    assert_int_equal(a.status, 403);
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        ask_machine(w, enrolled, &a, "GET", closed[i], "", NULL);
        assert_int_equal(a.status, 403);
    }
    ask_machine(w, stranger, &a, "GET", "/api/v1/pools", "", NULL);
    assert_int_equal(a.status, 403);
    assert_string_equal(web_problem(&a), "unknown_machine");
    SSL_CTX_free(enrolled);
    SSL_CTX_free(stranger);
    web_answer_fini(&a);
}

/* ---- the state of the service ---- */

static void health_tells_and_writes_are_refused_while_the_journal_is_away(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login house;
    char body[300];

    web_ask(w, &a, "GET", "/api/v1/health", "", NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(web_text(&a, "status"), "ok");
    assert_int_equal(web_int(&a, "pools"), 3);
    assert_int_equal(web_int(&a, "turnMaxMs"), 7);
    assert_int_equal(web_int(&a, "durableSeq"), (int64_t)flow_durable_seq(w->flow));

    web_sign_in(w, "huis-a", &house);
    journal_memory_cut(w->journal);
    web_until(w, flow_state(w->flow) == FLOW_AWAY);
    web_ask(w, &a, "GET", "/api/v1/health", "", NULL);
    assert_int_equal(a.status, 503);
    assert_string_equal(json_string_value(json_object_get(json_object_get(a.json, "health"), "status")),
                        "away");
    snprintf(body, sizeof body, REPORT, "r", 2);
    web_post(w, &a, &house, "/api/v1/capacity-reports", "key-away", body);
    assert_int_equal(a.status, 503);
    assert_string_equal(web_problem(&a), "away");
    assert_string_equal(web_header(&a, "Retry-After"), "5");
    web_get(w, &a, &house, "/api/v1/pools"); /* reads go on */
    assert_int_equal(a.status, 200);

    journal_memory_heal(w->journal);
    web_until(w, flow_state(w->flow) == FLOW_OK);
    web_post(w, &a, &house, "/api/v1/capacity-reports", "key-away", body);
    assert_int_equal(a.status, 200);
    assert_int_equal(web_int(&a, "applied"), 1);
    web_answer_fini(&a);
}

static void after_a_take_over_nothing_is_promised(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login house;
    struct journal_memory *other;
    char body[300];

    web_sign_in(w, "huis-a", &house);
    other = journal_memory_new(w->disk, 2, 0);
    snprintf(body, sizeof body, REPORT, "r", 2);
    web_post(w, &a, &house, "/api/v1/capacity-reports", NULL, body);
    assert_int_equal(a.status, 503);
    assert_string_equal(web_problem(&a), "fenced");
    web_ask(w, &a, "GET", "/api/v1/health", "", NULL);
    assert_int_equal(a.status, 503);
    journal_memory_free(other);
    web_answer_fini(&a);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(paths_and_methods),
        CASE(head_is_get_without_its_body),
        CASE(every_answer_carries_the_security_headers),
        CASE(a_problem_says_what_and_gives_a_code),
        CASE(the_wire_speaks_in_problems_too),
        CASE(only_our_own_pages_write),
        CASE(searching_and_signing_in_and_out_are_guarded_too),
        CASE(a_cookie_that_is_not_ours_is_nobody),
        CASE(a_write_needs_a_key),
        CASE(the_same_key_gives_the_same_answer),
        CASE(only_json_of_a_bounded_size),
        CASE(a_syntax_fault_has_line_and_column),
        CASE(sizes_are_bounded_by_route),
        CASE(a_role_that_may_not_is_told_so),
        CASE(the_codes_are_for_those_who_are_signed_in),
        CASE(machines_bring_capacity_by_their_door_and_nothing_else),
        CASE(health_tells_and_writes_are_refused_while_the_journal_is_away),
        CASE(after_a_take_over_nothing_is_promised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
