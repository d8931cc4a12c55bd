/* Live streams over real sockets: who hears what, coming back, losing the thread, and every way of ending. */
#include "http/sse_hub.h"

#include "base/time_text.h"
#include "http/app_state.h"
#include "http/feed_watch.h"
#include "support/web.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

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

static void listen_after(struct web_client *c, struct web *w, const struct web_login *who, const char *last)
{
    char request[400];

    web_connect(c, w, NULL);
    snprintf(request, sizeof request,
             "GET /api/v1/events HTTP/1.1\r\nHost: h\r\nCookie: __Host-plek=%s\r\n%s%s%s\r\n", who->cookie,
             last != NULL ? "Last-Event-ID: " : "", last != NULL ? last : "", last != NULL ? "\r\n" : "");
    web_send(c, request);
}

static bool has(struct web_client *c, const char *text)
{
    web_read(c);
    return c->in.len > 0 && memmem(c->in.p, c->in.len, text, strlen(text)) != NULL;
}

/* Not with strstr: under the sanitizer each call looks at all that follows, and this is a megabyte. */
static unsigned count(struct web_client *c, const char *text)
{
    size_t len = strlen(text);
    unsigned n = 0;

    for (size_t i = 0; i + len <= c->in.len; i++)
        n += c->in.p[i] == (uint8_t)text[0] && memcmp(c->in.p + i, text, len) == 0;
    return n;
}

static void started(struct web_client *c)
{
    web_until(c->w, has(c, "retry: 3000\n"));
}

static void forget(struct web_client *c)
{
    buf_clear(&c->in);
}

static void beat_all(struct web *w)
{
    for (int i = 0; i < SSE_BEAT_S; i++)
        sse_hub_beat(w->app->hub);
}

static void a_stream_begins_as_streams_do(void **state)
{
    struct web *w = *state;
    struct web_client c;
    struct web_login vt;
    char id[40];

    web_sign_in(w, "vt", &vt);
    listen_after(&c, w, &vt, NULL);
    started(&c);
    assert_true(has(&c, "HTTP/1.1 200"));
    assert_true(has(&c, "Content-Type: text/event-stream\r\n"));
    assert_true(has(&c, "Cache-Control: no-store\r\n"));
    assert_true(has(&c, "X-Accel-Buffering: no\r\n"));
    assert_true(has(&c, "X-Content-Type-Options: nosniff\r\n"));
    snprintf(id, sizeof id, "id: %llu\n", (unsigned long long)flow_published_seq(w->flow));
    assert_true(has(&c, id)); /* where to go on, even if nothing happens */
    assert_int_equal(sse_hub_streams(w->app->hub), 1);
    web_close(&c);
    web_until(w, sse_hub_streams(w->app->hub) == 0);
}

static void nobody_listens_without_a_session(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};

    web_ask(w, &a, "GET", "/api/v1/events", "", NULL);
    assert_int_equal(a.status, 401);
    web_answer_fini(&a);
}

static void a_fact_goes_to_those_who_may_hear_it(void **state)
{
    struct web *w = *state;
    struct web_client vt, a, b, gemeente;
    struct web_login who;
    char data[300], at[TIME_TEXT_SIZE];
    unsigned long long seq;

    web_sign_in(w, "vt", &who);
    listen_after(&vt, w, &who, NULL);
    started(&vt);
    web_sign_in(w, "huis-a", &who);
    listen_after(&a, w, &who, NULL);
    started(&a);
    web_sign_in(w, "huis-b", &who);
    listen_after(&b, w, &who, NULL);
    started(&b);
    web_sign_in(w, "gemeente", &who);
    listen_after(&gemeente, w, &who, NULL);
    started(&gemeente);

    web_report(w, WEB_POOL_A, 6, 2);
    seq = flow_published_seq(w->flow);
    snprintf(data, sizeof data,
             "id: %llu\nevent: capacity.observed\ndata: {\"seq\":%llu,\"at\":\"%s\",\"poolId\":1}\n\n", seq,
             seq, time_format(w->wall_ms, at));
    web_until(w, has(&vt, data) && has(&a, data));
    web_report(w, WEB_POOL_B, 6, 2);
    web_until(w, has(&vt, "\"poolId\":3") && has(&b, "\"poolId\":3"));
    assert_false(has(&a, "\"poolId\":3"));
    assert_false(has(&b, "\"poolId\":1"));
    assert_false(has(&gemeente, "data:"));
    web_close(&vt);
    web_close(&a);
    web_close(&b);
    web_close(&gemeente);
}

/* The age of a pool was renewed: told to those who may see it, without its id, live and from the ring. */
static void a_confirmation_names_no_pool(void **state)
{
    struct web *w = *state;
    struct web_client vt, a, b, again;
    struct web_login placer, house, other;
    char data[300], at[TIME_TEXT_SIZE], before[24];
    unsigned long long seq = 0;

    web_report(w, WEB_POOL_A, 6, 2);
    web_pass(w, MS_MINUTE);
    web_sign_in(w, "vt", &placer);
    web_sign_in(w, "huis-a", &house);
    web_sign_in(w, "huis-b", &other);
    listen_after(&vt, w, &placer, NULL);
    listen_after(&a, w, &house, NULL);
    listen_after(&b, w, &other, NULL);
    started(&vt);
    started(&a);
    started(&b);
    snprintf(before, sizeof before, "%llu", (unsigned long long)flow_published_seq(w->flow));
    web_report(w, WEB_POOL_A, 6, 2);
    seq = flow_published_seq(w->flow);
    snprintf(data, sizeof data, "id: %llu\nevent: capacity.confirmed\ndata: {\"seq\":%llu,\"at\":\"%s\"}\n\n",
             seq, seq, time_format(w->wall_ms, at));
    web_until(w, has(&vt, data) && has(&a, data));
    web_report(w, WEB_POOL_B, 6, 2);
    web_until(w, has(&b, "\"poolId\":3"));
    assert_false(has(&b, "confirmed"));
    listen_after(&again, w, &house, before);
    web_until(w, has(&again, data));
    web_close(&again);
    listen_after(&again, w, &other, before);
    web_until(w, has(&again, "\"poolId\":3"));
    assert_false(has(&again, "confirmed"));
    web_close(&again);
    web_close(&vt);
    web_close(&a);
    web_close(&b);
}

static void a_request_is_told_with_its_ids_and_state(void **state)
{
    struct web *w = *state;
    struct web_client vt, a, b;
    struct web_login referrer, house, other;
    struct web_answer answer = {0};

    web_sign_in(w, "vt", &referrer);
    web_sign_in(w, "huis-a", &house);
    web_sign_in(w, "huis-b", &other);
    listen_after(&vt, w, &referrer, NULL);
    listen_after(&a, w, &house, NULL);
    listen_after(&b, w, &other, NULL);
    started(&vt);
    started(&a);
    started(&b);
    web_post(w, &answer, &referrer, "/api/v1/referrals", NULL,
             "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"vrouw\",\"age\":31}],"
             "\"callback\":\"010 555 0100\",\"ground\":\"vital_interest\"}");
    assert_int_equal(answer.status, 201);
    web_post(w, &answer, &referrer, "/api/v1/referrals/1/requests", NULL, "{\"poolIds\":[1]}");
    assert_int_equal(answer.status, 201);
    web_until(w, has(&a, "event: request.made") && has(&vt, "event: request.made"));
    assert_true(has(&a, "\"referralId\":1,\"requestId\":1,\"poolId\":1,\"state\":\"pending\"}"));
    assert_true(has(&vt, "event: referral.opened"));
    assert_false(has(&a, "event: referral.opened")); /* the household is not theirs yet */
    web_post(w, &answer, &house, "/api/v1/requests/1/acceptance", NULL, "{}");
    assert_int_equal(answer.status, 200);
    web_until(w, has(&a, "\"state\":\"accepted\"") && has(&vt, "\"state\":\"accepted\""));
    assert_false(has(&b, "data:"));
    web_close(&vt);
    web_close(&a);
    web_close(&b);
    web_answer_fini(&answer);
}

/* ---- coming back ---- */

static void who_comes_back_hears_what_was_missed_and_no_more(void **state)
{
    struct web *w = *state;
    struct web_client c;
    struct web_login house;
    char last[32];

    web_sign_in(w, "huis-a", &house);
    snprintf(last, sizeof last, "%llu", (unsigned long long)flow_published_seq(w->flow));
    for (int i = 0; i < 3; i++) {
        web_report(w, WEB_POOL_A, 6, i);
        web_report(w, WEB_POOL_B, 6, i);
    }
    listen_after(&c, w, &house, last);
    started(&c);
    web_until(w, (web_read(&c), count(&c, "\"poolId\":1") == 3));
    assert_int_equal(count(&c, "\"poolId\":3"), 0);
    assert_int_equal(count(&c, "event: reset"), 0);
    web_report(w, WEB_POOL_A, 6, 4); /* and goes on live */
    web_until(w, (web_read(&c), count(&c, "\"poolId\":1") == 4));
    web_close(&c);
}

static void a_right_that_was_lost_counts_for_what_was_missed(void **state)
{
    struct web *w = *state;
    struct web_client c;
    struct web_login house;
    char last[32];

    web_sign_in(w, "huis-a", &house);
    snprintf(last, sizeof last, "%llu", (unsigned long long)flow_published_seq(w->flow));
    web_report(w, WEB_POOL_A, 6, 1);
    web_account(w, WEB_AN_A)->role = ROLE_ORG_ADMIN;
    web_account(w, WEB_AN_A)->org.v = WEB_HUIS_B;
    web_account(w, WEB_AN_A)->location.v = 0;
    listen_after(&c, w, &house, last);
    started(&c);
    web_report(w, WEB_POOL_B, 6, 1);
    web_until(w, has(&c, "\"poolId\":3"));
    assert_false(has(&c, "\"poolId\":1"));
    web_close(&c);
}

static void an_id_that_is_not_ours_begins_anew(void **state)
{
    static const char *const ids[] = {"999999", "x", "-1", "1x", "99999999999999999999"};
    struct web *w = *state;
    struct web_client c;
    struct web_login house;

    web_sign_in(w, "huis-a", &house);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        listen_after(&c, w, &house, ids[i]);
        web_until(w, has(&c, "event: reset\ndata: {"));
        assert_int_equal(count(&c, "event: "), 1);
        web_report(w, WEB_POOL_A, 6, (int)i);
        web_until(w, has(&c, "\"poolId\":1"));
        web_close(&c);
    }
}

/* Commands of the system, many at once: a definition with other content makes one fact each. */
static void define_many(struct web *w, unsigned n)
{
    struct pool p = engine_pool_definition(flow_engine(w->flow), (struct pool_id){WEB_POOL_A});
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};

    for (unsigned i = 0; i < n; i++) {
        p.units_total = (uint16_t)(7 - i % 2);
        p.id.v = 0;
        while (flow_submit(w->flow, &cmd, NULL, NULL) != OK)
            web_turn(w);
    }
    web_until(w, flow_published_seq(w->flow) == engine_seq(flow_engine(w->flow)) && !flow_has_work(w->flow) &&
                     journal_memory_is_idle(w->journal));
}

static void what_the_ring_forgot_is_a_reset(void **state)
{
    struct web *w = *state;
    struct web_client c;
    struct web_login house;
    char last[32];
    uint64_t seq;

    web_sign_in(w, "huis-a", &house);
    seq = flow_published_seq(w->flow);
    define_many(w, SSE_RING + 1);
    assert_int_equal(flow_published_seq(w->flow), seq + SSE_RING + 1);
    snprintf(last, sizeof last, "%llu", (unsigned long long)seq);
    listen_after(&c, w, &house, last);
    web_until(w, has(&c, "event: reset"));
    web_close(&c);
    /* one further on, everything is still there: 8,192 facts, more than a backlog holds, told in portions */
    snprintf(last, sizeof last, "%llu", (unsigned long long)seq + 1);
    listen_after(&c, w, &house, last);
    web_until(w, (web_read(&c), has(&c, "retry") && count(&c, "event: pool.defined") == SSE_RING));
    assert_int_equal(count(&c, "event: reset"), 0);
    web_close(&c);
}

static void a_client_that_stops_reading_is_dropped_and_the_others_go_on(void **state)
{
    struct web *w = *state;
    struct web_client slow, quick;
    struct web_login house;
    const int small = 4096;

    web_sign_in(w, "huis-a", &house);
    listen_after(&slow, w, &house, NULL);
    assert_int_equal(setsockopt(slow.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    started(&slow);
    listen_after(&quick, w, &house, NULL);
    started(&quick);
    for (int i = 0; i < 200 && sse_hub_streams(w->app->hub) == 2; i++) {
        define_many(w, 500);
        web_read(&quick);
        forget(&quick);
    }
    assert_int_equal(sse_hub_streams(w->app->hub), 1);
    assert_int_equal(wire_server_stats(w->app->server)->streams_dropped, 1);
    web_report(w, WEB_POOL_A, 6, 1);
    web_until(w, has(&quick, "event: capacity.observed"));
    web_close(&slow);
    web_close(&quick);
}

/* ---- beating and ending ---- */

static void a_quiet_stream_beats_and_says_where_it_is(void **state)
{
    struct web *w = *state;
    struct web_client c;
    struct web_login gemeente;
    char beat[60];

    web_sign_in(w, "gemeente", &gemeente);
    listen_after(&c, w, &gemeente, NULL);
    started(&c);
    web_report(w, WEB_POOL_A, 6, 1); /* not for them, but their place moves on */
    beat_all(w);
    snprintf(beat, sizeof beat, ": alive\nid: %llu\n\n", (unsigned long long)flow_published_seq(w->flow));
    web_until(w, has(&c, beat));
    beat_all(w);
    web_until(w, (web_read(&c), count(&c, ": alive") == 2)); /* one in each round */
    web_close(&c);
}

static void an_open_stream_is_use_for_shelters_only(void **state)
{
    struct web *w = *state;
    struct web_client vt, house;
    struct web_login a, b;
    struct web_answer answer = {0};

    web_sign_in(w, "vt", &a);
    web_sign_in(w, "huis-a", &b);
    listen_after(&vt, w, &a, NULL);
    listen_after(&house, w, &b, NULL);
    started(&vt);
    started(&house);
    for (int i = 0; i < 4; i++) {
        web_pass(w, 14 * MS_MINUTE);
        beat_all(w);
    }
    web_until(w, (web_read(&vt), vt.ended));
    web_get(w, &answer, &b, "/api/v1/session");
    assert_int_equal(answer.status, 200);
    assert_false((web_read(&house), house.ended));
    web_get(w, &answer, &a, "/api/v1/session");
    assert_int_equal(answer.status, 401);
    web_close(&vt);
    web_close(&house);
    web_answer_fini(&answer);
}

static void to_listen_again_is_no_use(void **state)
{
    struct web *w = *state;
    struct web_client c;
    struct web_login vt;
    struct web_answer answer = {0};

    web_sign_in(w, "vt", &vt);
    for (int i = 0; i < 2; i++) { /* a line that breaks and comes back by itself */
        web_pass(w, 7 * MS_MINUTE);
        listen_after(&c, w, &vt, NULL);
        started(&c);
        web_close(&c);
    }
    web_pass(w, MS_MINUTE);
    web_get(w, &answer, &vt, "/api/v1/events");
    assert_int_equal(answer.status, 401);
    web_answer_fini(&answer);
}

static void signing_out_ends_the_streams_of_this_session_only(void **state)
{
    struct web *w = *state;
    struct web_client mine, other;
    struct web_login a, b;
    struct web_answer answer = {0};

    web_sign_in(w, "vt", &a);
    web_sign_in(w, "vt", &b);
    listen_after(&mine, w, &a, NULL);
    listen_after(&other, w, &b, NULL);
    started(&mine);
    started(&other);
    web_ask(w, &answer, "DELETE", "/api/v1/session", a.headers, NULL);
    assert_int_equal(answer.status, 204);
    web_until(w, (web_read(&mine), mine.ended));
    web_report(w, WEB_POOL_A, 6, 1);
    web_until(w, has(&other, "capacity.observed"));
    assert_false(has(&mine, "capacity.observed"));
    web_close(&mine);
    web_close(&other);
    web_answer_fini(&answer);
}

static void a_disabled_account_hears_nothing_more(void **state)
{
    struct web *w = *state;
    struct web_client c;
    struct web_login vt;

    web_sign_in(w, "vt", &vt);
    listen_after(&c, w, &vt, NULL);
    started(&c);
    web_account(w, WEB_AN_VT)->disabled = true;
    beat_all(w);
    web_until(w, (web_read(&c), c.ended));
    web_close(&c);
}

static void a_fenced_broker_sends_its_listeners_away(void **state)
{
    struct web *w = *state;
    struct web_client c;
    struct web_login vt;
    struct web_answer a = {0};
    struct journal_memory *other;

    web_sign_in(w, "vt", &vt);
    listen_after(&c, w, &vt, NULL);
    started(&c);
    other = journal_memory_new(w->disk, 2, 0);
    struct pool p = engine_pool_definition(flow_engine(w->flow), (struct pool_id){WEB_POOL_A});
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    p.units_total = 9;
    assert_int_equal(flow_submit(w->flow, &cmd, NULL, NULL), OK);
    web_until(w, flow_state(w->flow) == FLOW_FENCED);
    beat_all(w);
    web_until(w, (web_read(&c), c.ended));
    assert_false(has(&c, "data:")); /* what was not committed was not told */
    web_get(w, &a, &vt, "/api/v1/events");
    assert_int_equal(a.status, 503);
    journal_memory_free(other);
    web_close(&c);
    web_answer_fini(&a);
}

static void a_session_has_a_bounded_number_of_streams(void **state)
{
    struct web *w = *state;
    struct web_client c[SSE_SESSION_STREAMS];
    struct web_login vt, other;
    struct web_answer a = {0};

    web_sign_in(w, "vt", &vt);
    web_sign_in(w, "vt", &other);
    for (int i = 0; i < SSE_SESSION_STREAMS; i++) {
        listen_after(&c[i], w, &vt, NULL);
        started(&c[i]);
    }
    web_get(w, &a, &vt, "/api/v1/events");
    assert_int_equal(a.status, 429);
    assert_non_null(web_header(&a, "Retry-After"));
    web_close(&c[0]);
    web_until(w, sse_hub_streams(w->app->hub) == SSE_SESSION_STREAMS - 1);
    listen_after(&c[0], w, &vt, NULL);
    started(&c[0]);
    for (int i = 0; i < SSE_SESSION_STREAMS; i++)
        web_close(&c[i]);
    web_answer_fini(&a);
}

static void all_together_too(void **state)
{
    struct web *w = web_new();
    struct web_client c[3];
    struct web_login vt;
    struct web_answer a = {0};

    (void)state;
    w->settings.streams_max = 3;
    web_start(w);
    web_sign_in(w, "vt", &vt);
    for (int i = 0; i < 3; i++) {
        listen_after(&c[i], w, &vt, NULL);
        started(&c[i]);
    }
    web_get(w, &a, &vt, "/api/v1/events");
    assert_int_equal(a.status, 503);
    assert_string_equal(web_problem(&a), "streams");
    for (int i = 0; i < 3; i++)
        web_close(&c[i]);
    web_answer_fini(&a);
    web_free(w);
}

static void head_begins_no_stream(void **state)
{
    struct web *w = *state;
    struct web_login vt;
    struct web_answer a = {0};
    char headers[200];

    web_sign_in(w, "vt", &vt);
    snprintf(headers, sizeof headers, "Cookie: __Host-plek=%s\r\n", vt.cookie);
    web_ask(w, &a, "HEAD", "/api/v1/events", headers, NULL);
    assert_int_equal(a.status, 200);
    assert_int_equal(sse_hub_streams(w->app->hub), 0);
    web_answer_fini(&a);
}

/* No event lies behind it, so it takes no id: who listens after it misses nothing that is counted. */
static void news_of_a_feed_goes_to_its_house_once(void **state)
{
    struct web *w = *state;
    struct web_client a, b, vt;
    struct web_login who;
    struct org_id house = engine_org_find(app_engine(w->app), "huis-a");

    web_sign_in(w, "huis-a", &who);
    listen_after(&a, w, &who, NULL);
    started(&a);
    web_sign_in(w, "huis-b", &who);
    listen_after(&b, w, &who, NULL);
    started(&b);
    web_sign_in(w, "vt", &who);
    listen_after(&vt, w, &who, NULL);
    started(&vt);
    feed_watch_changed(w->app->watch, house);
    feed_watch_changed(w->app->watch, house);
    web_until(w, has(&a, "event: feed\ndata: {"));
    web_report(w, WEB_POOL_A, 6, 2); /* and what comes behind it has come too */
    web_report(w, WEB_POOL_B, 6, 2);
    web_until(w, has(&a, "capacity.observed") && has(&b, "capacity.observed") && has(&vt, "\"poolId\":3"));
    assert_int_equal(count(&a, "event: feed\n"), 1);
    assert_int_equal(count(&b, "event: feed\n"), 0);
    assert_int_equal(count(&vt, "event: feed\n"), 0);
    feed_watch_changed(w->app->watch, house);
    web_until(w, (has(&a, "feed"), count(&a, "event: feed\n") == 2)); /* the next news is told too */
    web_close(&a);
    web_close(&b);
    web_close(&vt);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_stream_begins_as_streams_do),
        CASE(nobody_listens_without_a_session),
        CASE(a_fact_goes_to_those_who_may_hear_it),
        CASE(a_confirmation_names_no_pool),
        CASE(a_request_is_told_with_its_ids_and_state),
        CASE(who_comes_back_hears_what_was_missed_and_no_more),
        CASE(a_right_that_was_lost_counts_for_what_was_missed),
        CASE(an_id_that_is_not_ours_begins_anew),
        CASE(what_the_ring_forgot_is_a_reset),
        CASE(a_client_that_stops_reading_is_dropped_and_the_others_go_on),
        CASE(a_quiet_stream_beats_and_says_where_it_is),
        CASE(an_open_stream_is_use_for_shelters_only),
        CASE(to_listen_again_is_no_use),
        CASE(signing_out_ends_the_streams_of_this_session_only),
        CASE(a_disabled_account_hears_nothing_more),
        CASE(a_fenced_broker_sends_its_listeners_away),
        CASE(a_session_has_a_bounded_number_of_streams),
        cmocka_unit_test(all_together_too),
        CASE(head_begins_no_stream),
        CASE(news_of_a_feed_goes_to_its_house_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
