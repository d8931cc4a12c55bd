/* Feeds and uploads through the door: who is let in where, what is logged before it is shown, and what the
 * clock of the turn makes of silence. The rest of the way is tested against the real broker. */
#include "support/web.h"

#include "base/time_text.h"
#include "http/app_state.h"
#include "http/feed_watch.h"

#include <inttypes.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSON_TYPE "Content-Type: application/json\r\n"
#define HEARTBEAT                                                                                            \
    "{\"adapter\":\"een\",\"startedAt\":\"2026-11-25T10:00:00Z\",\"feeds\":[{\"provider\":\"huis-a\","       \
    "\"channel\":\"drop\",\"profile\":\"\",\"expectedMinutes\":60,\"test\":false,\"waiting\":0,"             \
    "\"lastMessageAt\":\"2026-11-25T10:59:00Z\"}]}"
#define MESSAGE                                                                                              \
    "{\"provider\":\"huis-a\",\"messageId\":\"bericht-%u\",\"channel\":\"%s\",\"format\":\"csv\","           \
    "\"profile\":\"\",\"bytes\":4,\"receivedAt\":\"2026-11-25T11:00:00Z\",\"outcome\":\"%s\","               \
    "\"reports\":[%s],\"complaints\":[],\"notices\":[]%s}"
#define REPORT                                                                                               \
    "{\"line\":2,\"poolId\":1,\"reportId\":\"r\",\"observedAt\":\"2026-11-25T11:00:00Z\",\"source\":"        \
    "\"feed\","                                                                                              \
    "\"unitsFree\":2}"
/* Of a pool in another house of the same organisation. */
#define OTHER_POOL 4
#define OTHER_REPORT                                                                                         \
    "{\"line\":3,\"poolId\":4,\"reportId\":\"s\",\"observedAt\":\"2026-11-25T11:00:00Z\",\"source\":"        \
    "\"feed\",\"unitsFree\":1}"

struct scene {
    struct web *w;
    struct ssl_ctx_st *tls;
    struct web_client machine;
    struct web_login house;
    struct web_answer a;
    unsigned told;
    char tag[40];
};

static int setup(void **state)
{
    struct scene *s = calloc(1, sizeof *s);

    s->w = web_started();
    web_open_machines(s->w);
    s->tls = web_machine_client(s->w, true);
    web_connect(&s->machine, s->w, s->tls);
    web_sign_in(s->w, "huis-a", &s->house);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;

    web_answer_fini(&s->a);
    web_close(&s->machine);
    SSL_CTX_free(s->tls);
    web_free(s->w);
    free(s);
    return 0;
}

static void beat(struct scene *s)
{
    web_ask_on(&s->machine, &s->a, "POST", "/api/v1/feed-heartbeats", JSON_TYPE, HEARTBEAT);
    assert_int_equal(s->a.status, 200);
}

static int64_t tell(struct scene *s, const char *channel, const char *outcome, const char *report,
                    const char *more)
{
    char body[1200], headers[120];

    snprintf(headers, sizeof headers, JSON_TYPE "Idempotency-Key: bericht-%u\r\n", ++s->told);
    snprintf(body, sizeof body, MESSAGE, s->told, channel, outcome, report, more);
    web_ask_on(&s->machine, &s->a, "POST", "/api/v1/feed-messages", headers, body);
    assert_int_equal(s->a.status, 201);
    return web_int(&s->a, "id");
}

static const char *path_of(const char *list, int64_t id, const char *step)
{
    static char path[80];

    snprintf(path, sizeof path, "/api/v1/%s/%" PRId64 "%s", list, id, step);
    return path;
}

static int64_t bring(struct scene *s)
{
    web_post(s->w, &s->a, &s->house, "/api/v1/uploads", NULL, "{\"content\":\"cGxlaw==\"}");
    assert_int_equal(s->a.status, 201);
    return web_int(&s->a, "id");
}

/* The upload is read, as one row. */
static int64_t bring_and_read(struct scene *s)
{
    char order[64];
    int64_t id = bring(s);

    beat(s);
    snprintf(order, sizeof order, ",\"orderId\":%lld",
             (long long)json_integer_value(
                 json_object_get(json_array_get(json_object_get(s->a.json, "orders"), 0), "id")));
    tell(s, "upload", "taken", REPORT, order);
    return id;
}

static void get(struct scene *s, const char *path, int status)
{
    web_get(s->w, &s->a, &s->house, path);
    if (s->a.status != status)
        fail_msg("GET %s: %d %s", path, s->a.status, web_problem(&s->a));
}

/* Look, and keep the tag of what is shown. */
static void look(struct scene *s, int64_t id)
{
    get(s, path_of("uploads", id, ""), 200);
    snprintf(s->tag, sizeof s->tag, "%s", web_text(&s->a, "previewTag"));
}

static void accept_as_shown(struct scene *s, int64_t id, const char *tag)
{
    char headers[800], match[80] = "";

    if (tag[0] != '\0')
        snprintf(match, sizeof match, "If-Match: %s\r\n", tag);
    snprintf(headers, sizeof headers, "%s%sIdempotency-Key: aanvaard-%u\r\n" JSON_TYPE, s->house.headers,
             match, ++s->told);
    web_ask(s->w, &s->a, "POST", path_of("uploads", id, "/acceptance"), headers, "{}");
}

static void accept_upload(struct scene *s, int64_t id, int status)
{
    accept_as_shown(s, id, s->tag);
    if (s->a.status != status)
        fail_msg("acceptance: %d %s", s->a.status, web_problem(&s->a));
}

/* ---- who is let in where ---- */

static void each_at_its_own_door(void **state)
{
    static const struct {
        const char *method, *path;
        bool of_machines;
    } cases[] = {
        {"POST", "/api/v1/feed-messages", true},
        {"POST", "/api/v1/feed-heartbeats", true},
        {"GET", "/api/v1/feed-orders/1/content", true},
        {"GET", "/api/v1/feeds", false},
        {"GET", "/api/v1/feed-messages", false},
        {"GET", "/api/v1/feed-messages/1", false},
        {"POST", "/api/v1/feed-messages/1/replay", false},
        {"POST", "/api/v1/uploads", false},
        {"GET", "/api/v1/uploads/1", false},
        {"POST", "/api/v1/uploads/1/acceptance", false},
    };
    struct scene *s = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *body = cases[i].method[0] == 'P' ? "{}" : NULL;

        web_ask(s->w, &s->a, cases[i].method, cases[i].path, JSON_TYPE, body);
        assert_int_equal(s->a.status, 401);
        if (cases[i].of_machines) {
            char headers[600];
            snprintf(headers, sizeof headers, "%sIdempotency-Key: sleutel-1\r\n" JSON_TYPE, s->house.headers);
            web_ask(s->w, &s->a, cases[i].method, cases[i].path, headers, body);
        } else {
            web_ask_on(&s->machine, &s->a, cases[i].method, cases[i].path,
                       JSON_TYPE "Idempotency-Key: sleutel-1\r\n", body);
        }
        if (s->a.status != 403 || strcmp(web_problem(&s->a), "not_allowed") != 0)
            fail_msg("%s %s at the other door: %d", cases[i].method, cases[i].path, s->a.status);
    }
}

/* ---- silence ---- */

static int64_t silent_feeds(struct scene *s)
{
    feed_watch_look(s->w->app->watch);
    web_ask(s->w, &s->a, "GET", "/api/v1/health", "", NULL);
    return web_int(&s->a, "feedsSilent");
}

static const char *state_now(struct scene *s)
{
    get(s, "/api/v1/feeds", 200);
    return json_string_value(
        json_object_get(json_array_get(json_object_get(s->a.json, "feeds"), 0), "state"));
}

static void silence_by_the_clock(void **state)
{
    struct scene *s = *state;

    assert_int_equal(silent_feeds(s), 0);
    beat(s);
    assert_string_equal(state_now(s), "ok");
    web_pass(s->w, 61 * MS_SECOND);
    assert_string_equal(state_now(s), "adapter_away");
    assert_int_equal(silent_feeds(s), 1);
    beat(s);
    assert_string_equal(state_now(s), "ok");
    assert_int_equal(silent_feeds(s), 0);
    for (int i = 0; i < 12; i++) { /* two hours, in which somebody goes on working */
        web_pass(s->w, 10 * MS_MINUTE);
        beat(s);
        state_now(s);
    }
    assert_string_equal(state_now(s), "silent");
    assert_int_equal(silent_feeds(s), 1);
}

/* ---- of one house ---- */

/* A second house of the same organisation, with a pool. */
static void another_house(struct scene *s)
{
    const struct engine *e = flow_engine(s->w->flow);
    struct location l = *engine_location(e, (struct location_id){WEB_A});
    struct pool p = engine_pool_definition(e, (struct pool_id){1});
    struct command house = {.kind = CMD_DEFINE_LOCATION, .u.location = &l};
    struct command pool = {.kind = CMD_DEFINE_POOL, .u.pool = &p};

    l.id.v = 0;
    snprintf(l.code, sizeof l.code, "huis-a-twee");
    assert_int_equal(web_command(s->w, &house).refusal, REFUSAL_NONE);
    p.id.v = 0;
    p.location.v = WEB_B + 1;
    snprintf(p.code, sizeof p.code, "plek-a-twee");
    assert_int_equal(web_command(s->w, &pool).refusal, REFUSAL_NONE);
    assert_int_equal(engine_pool_find(e, "plek-a-twee").v, OTHER_POOL);
}

static json_t *part(const struct scene *s, const char *list, size_t i, const char *name)
{
    return json_object_get(json_array_get(json_object_get(s->a.json, list), i), name);
}

static void of_another_house_no_number_is_shown(void **state)
{
    static const char cross[] =
        ",\"crossCheck\":[{\"pool\":\"plek-a-twee\",\"occupiedByMessages\":3,\"note\":\"\"}]";
    struct scene *s = *state;
    char more[200];

    another_house(s);
    int64_t id = tell(s, "drop", "taken", REPORT "," OTHER_REPORT, cross);
    get(s, path_of("feed-messages", id, ""), 200);
    assert_int_equal(json_array_size(json_object_get(s->a.json, "reports")), 1);
    assert_int_equal(json_integer_value(part(s, "reports", 0, "poolId")), 1);
    assert_int_equal(web_int(&s->a, "hiddenReports"), 1);
    assert_int_equal(json_array_size(json_object_get(s->a.json, "crossCheck")), 0);

    id = bring(s);
    beat(s);
    snprintf(more, sizeof more, ",\"orderId\":%lld",
             (long long)json_integer_value(part(s, "orders", 0, "id")));
    tell(s, "upload", "taken", REPORT "," OTHER_REPORT, more);
    get(s, path_of("uploads", id, ""), 200);
    assert_true(json_is_object(part(s, "preview", 0, "before")));
    assert_true(json_is_false(part(s, "preview", 1, "allowed")));
    assert_true(json_is_null(part(s, "preview", 1, "before")));
    assert_true(json_is_null(part(s, "preview", 1, "effect")));
}

/* ---- what is shown is logged first ---- */

static void nothing_is_shown_that_cannot_be_logged(void **state)
{
    struct scene *s = *state;
    int64_t message = tell(s, "drop", "quarantined", "", ""), id = bring(s);

    web_record_fails(s->w, ERR_BUSY);
    get(s, path_of("feed-messages", message, ""), 503);
    get(s, path_of("uploads", id, ""), 200); /* nothing in it yet */
    web_record_fails(s->w, OK);
    int64_t read = bring_and_read(s); /* answers the older one */
    (void)read;
    web_record_fails(s->w, ERR_BUSY);
    get(s, path_of("uploads", id, ""), 503);
    accept_upload(s, id, 409); /* nobody has seen it */
    web_record_fails(s->w, OK);
    get(s, path_of("uploads", id, ""), 200);
    get(s, path_of("feed-messages", message, ""), 200);
    assert_int_equal(web_recorded(s->w, "upload.read"), 1);
    assert_int_equal(web_recorded(s->w, "feed.read"), 1);
}

/* ---- uploads ---- */

static void only_a_look_at_the_rows_counts_as_one(void **state)
{
    struct scene *s = *state;
    int64_t id = bring_and_read(s);

    web_ask(s->w, &s->a, "HEAD", path_of("uploads", id, ""), s->house.headers, NULL);
    assert_int_equal(s->a.status, 200);
    accept_upload(s, id, 409);
    look(s, id);
    accept_upload(s, id, 200);
    assert_int_equal(web_int(&s->a, "applied"), 1);
    get(s, "/api/v1/pools/1", 200);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(s->a.json, "capacity"), "unitsFree")),
                     2);
}

static void stop_pool(struct scene *s, const char *stop)
{
    char body[300];

    s->told++;
    web_pass(s->w, MS_SECOND);
    snprintf(body, sizeof body,
             "{\"reports\":[{\"poolId\":1,\"reportId\":\"stop-%u\",\"observedAt\":\"2026-11-25T11:00:%02uZ\","
             "\"source\":\"hand\",\"unitsFree\":1,\"stop\":{\"reason\":\"personeel\"%s}}]}",
             s->told, s->told, stop);
    web_post(s->w, &s->a, &s->house, "/api/v1/capacity-reports", NULL, body);
    if (s->a.status != 200)
        fail_msg("stop: %d %s", s->a.status, web_problem(&s->a));
}

/* Each yes stands for what that person saw: a look by somebody else does not refresh it, and a stop that goes
 * on for longer is another stop. */
static void a_stop_that_was_not_shown_is_not_lifted(void **state)
{
    struct scene *s = *state;
    int64_t id = bring_and_read(s);
    char first[40];

    look(s, id);
    snprintf(first, sizeof first, "%s", s->tag);
    stop_pool(s, ",\"untilAt\":\"2026-11-25T18:00:00Z\"");
    look(s, id); /* a colleague, or another tab */
    accept_as_shown(s, id, first);
    assert_int_equal(s->a.status, 412);
    assert_string_equal(web_problem(&s->a), "stale_version");
    stop_pool(s, "");
    accept_upload(s, id, 412); /* shown until six, now open-ended */
    accept_as_shown(s, id, "\"iets anders\"");
    assert_int_equal(s->a.status, 412);
    accept_as_shown(s, id, "");
    assert_int_equal(s->a.status, 409);
    look(s, id);
    accept_upload(s, id, 200);
}

static void a_preview_lives_half_an_hour(void **state)
{
    struct scene *s = *state;
    int64_t id = bring_and_read(s);

    get(s, path_of("uploads", id, ""), 200);
    web_pass(s->w, 20 * MS_MINUTE);
    get(s, path_of("uploads", id, ""), 200);
    assert_string_equal(web_text(&s->a, "state"), "read");
    web_pass(s->w, 10 * MS_MINUTE);
    get(s, path_of("uploads", id, ""), 200);
    assert_string_equal(web_text(&s->a, "state"), "expired");
    accept_upload(s, id, 409);
}

static void the_look_drops_what_is_over(void **state)
{
    struct scene *s = *state;
    int64_t id = bring(s);

    web_pass(s->w, 31 * MS_MINUTE);
    feed_watch_look(s->w->app->watch);
    assert_null(feeds_upload_find(s->w->app->feeds, (uint64_t)id)->content);
}

static void a_key_holds(void **state)
{
    struct scene *s = *state;
    int64_t message = tell(s, "drop", "quarantined", "", ""), order = 0, id = 0;

    for (int i = 0; i < 2; i++) {
        web_post(s->w, &s->a, &s->house, path_of("feed-messages", message, "/replay"), "replay-key", "{}");
        assert_int_equal(s->a.status, 202);
        order = i == 0 ? web_int(&s->a, "orderId") : order;
        assert_int_equal(web_int(&s->a, "orderId"), order);
        web_post(s->w, &s->a, &s->house, "/api/v1/uploads", "upload-key", "{\"content\":\"cGxlaw==\"}");
        assert_int_equal(s->a.status, 201);
        id = i == 0 ? web_int(&s->a, "id") : id;
        assert_int_equal(web_int(&s->a, "id"), id);
    }
    web_post(s->w, &s->a, &s->house, "/api/v1/uploads", "upload-key", "{\"content\":\"cGxla3M=\"}");
    assert_int_equal(s->a.status, 422);
    assert_string_equal(web_problem(&s->a), "key_reused");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_at_its_own_door),
        TEST(silence_by_the_clock),
        TEST(of_another_house_no_number_is_shown),
        TEST(nothing_is_shown_that_cannot_be_logged),
        TEST(only_a_look_at_the_rows_counts_as_one),
        TEST(a_stop_that_was_not_shown_is_not_lifted),
        TEST(a_preview_lives_half_an_hour),
        TEST(the_look_drops_what_is_over),
        TEST(a_key_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
