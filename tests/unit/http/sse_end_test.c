/* Streams that live on: beats, what counts as use, and what ends them. */
#include "support/listening.h"
#include "support/web.h"

#include "base/time_text.h"
#include "http/app_state.h"
#include "http/sse_hub.h"

#include <stdio.h>

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

static void beat_all(struct web *w)
{
    for (int i = 0; i < SSE_BEAT_S; i++)
        sse_hub_beat(w->app->hub);
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

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {

        CASE(a_quiet_stream_beats_and_says_where_it_is),
        CASE(an_open_stream_is_use_for_shelters_only),
        CASE(to_listen_again_is_no_use),
        CASE(signing_out_ends_the_streams_of_this_session_only),
        CASE(a_disabled_account_hears_nothing_more),
        CASE(a_fenced_broker_sends_its_listeners_away),
        CASE(a_session_has_a_bounded_number_of_streams),
        cmocka_unit_test(all_together_too),
        CASE(head_begins_no_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
