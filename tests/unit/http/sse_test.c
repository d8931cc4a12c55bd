/* Live streams over real sockets: who hears what, coming back, losing the thread, and every way of ending. */
#include "support/listening.h"
#include "support/web.h"

#include "base/time_text.h"
#include "http/app_state.h"
#include "http/feed_watch.h"
#include "http/sse_hub.h"

#include <stdio.h>
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

static void forget(struct web_client *c)
{
    buf_clear(&c->in);
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
        CASE(news_of_a_feed_goes_to_its_house_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
