/* Signing in and out: what the cookie looks like, how guessing ends, how sessions end. Real Argon2id (small),
 * real sockets, the clock of the test. */
#include "support/web.h"

#include "base/time_text.h"

#include <stdio.h>
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

static void the_cookie_is_for_this_host_only_and_no_script_reads_it(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    const char *rest;

    web_try_sign_in(w, &a, "vt", WEB_PASSWORD, "");
    assert_int_equal(a.status, 201);
    rest = strchr(web_header(&a, "Set-Cookie"), ';');
    assert_int_equal(rest - web_header(&a, "Set-Cookie"), 12 + 43); /* 256 bits in base64url */
    assert_string_equal(rest, "; Path=/; Secure; HttpOnly; SameSite=Strict");
    assert_string_equal(web_header(&a, "Cache-Control"), "no-store");
    assert_int_equal(web_recorded(w, "session.start"), 1);
    web_answer_fini(&a);
}

static void the_session_says_who_and_until_when(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login vt, a1;
    char at[TIME_TEXT_SIZE];

    web_sign_in(w, "vt", &vt);
    web_get(w, &a, &vt, "/api/v1/session");
    assert_int_equal(a.status, 200);
    assert_string_equal(web_text(&a, "account"), "vt");
    assert_string_equal(web_text(&a, "role"), "referrer");
    assert_string_equal(web_text(&a, "organisation"), "Organisatie vt");
    assert_int_equal(web_int(&a, "organisationId"), WEB_VT);
    assert_string_equal(web_text(&a, "region"), "R28");
    assert_true(json_is_null(json_object_get(a.json, "locationId")));
    assert_string_equal(web_text(&a, "csrfToken"), vt.csrf);
    assert_string_equal(web_text(&a, "idleEndsAt"), time_format(w->wall_ms + 15 * MS_MINUTE, at));
    assert_string_equal(web_text(&a, "endsAt"), time_format(w->wall_ms + 9 * MS_HOUR, at));
    web_sign_in(w, "huis-a", &a1);
    web_get(w, &a, &a1, "/api/v1/session");
    assert_string_equal(web_text(&a, "locationName"), "Huis a");
    assert_string_equal(web_text(&a, "idleEndsAt"), time_format(w->wall_ms + 30 * MS_MINUTE, at));
    web_answer_fini(&a);
}

/* Same status, same type, same words: unknown, wrong, disabled, without password. */
static void nobody_learns_who_has_an_account(void **state)
{
    struct web *w = *state;
    struct web_answer wrong = {0}, a = {0};
    const char *const names[] = {"nobody", "weg", "zonder"};

    web_try_sign_in(w, &wrong, "vt", "not this one", "");
    assert_int_equal(wrong.status, 401);
    assert_null(web_header(&wrong, "Set-Cookie"));
    for (size_t i = 0; i < 3; i++) {
        web_try_sign_in(w, &a, names[i], WEB_PASSWORD, "");
        assert_int_equal(a.status, 401);
        assert_string_equal(web_text(&a, "type"), web_text(&wrong, "type"));
        assert_string_equal(web_text(&a, "title"), web_text(&wrong, "title"));
        assert_string_equal(web_text(&a, "detail"), web_text(&wrong, "detail"));
    }
    assert_int_equal(web_sessions(w), 0);
    web_answer_fini(&a);
    web_answer_fini(&wrong);
}

static void five_wrong_ones_lock(struct web *w, const char *name, bool exists)
{
    struct web_answer a = {0};

    for (int i = 0; i < 5; i++) {
        web_try_sign_in(w, &a, name, "wrong", "");
        assert_int_equal(a.status, 401);
    }
    web_try_sign_in(w, &a, name, WEB_PASSWORD, "");
    assert_int_equal(a.status, 429);
    assert_string_equal(web_problem(&a), "sign_in_wait");
    assert_string_equal(web_header(&a, "Retry-After"), "900");
    web_pass(w, 15 * MS_MINUTE);
    web_try_sign_in(w, &a, name, WEB_PASSWORD, "");
    assert_int_equal(a.status, exists ? 201 : 401);
    web_answer_fini(&a);
}

static void wrong_passwords_lock_an_account_for_a_while(void **state)
{
    struct web *w = *state;

    five_wrong_ones_lock(w, "vt", true);
    assert_int_equal(web_account(w, WEB_AN_VT)->failed, 0);
}

static void a_name_that_does_not_exist_locks_just_the_same(void **state)
{
    five_wrong_ones_lock(*state, "nobody", false);
}

static void a_right_password_forgets_the_wrong_ones(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login vt;

    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 4; i++)
            web_try_sign_in(w, &a, "vt", "wrong", "");
        assert_int_equal(a.status, 401);
        web_sign_in(w, "vt", &vt);
    }
    web_answer_fini(&a);
}

/* Many tries at once are no more tries than one after the other. */
static void a_lock_counts_for_those_already_being_judged(void **state)
{
    struct web *w = *state;
    struct web_client c[8];
    struct web_answer a = {0};
    int wrong = 0, wait = 0;
    static const char body[] = "{\"username\":\"vt\",\"password\":\"wrong\"}";
    char request[400];

    snprintf(request, sizeof request,
             "POST /api/v1/session HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: "
             "%zu\r\n\r\n%s",
             strlen(body), body);
    for (int i = 0; i < 8; i++) {
        web_connect(&c[i], w, NULL);
        web_send(&c[i], request);
    }
    for (int i = 0; i < 8; i++) {
        web_until(w, (web_read(&c[i]), c[i].in.len > 12));
        wrong += memcmp(c[i].in.p + 9, "401", 3) == 0;
        wait += memcmp(c[i].in.p + 9, "429", 3) == 0;
        web_close(&c[i]);
    }
    assert_int_equal(wrong, 5);
    assert_int_equal(wait, 3);
    web_answer_fini(&a);
}

/* Ten wrong ones from an address, whatever the names; right ones are free. */
static void one_address_does_not_try_for_ever(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login vt;
    char name[32];

    for (int i = 0; i < 12; i++)
        web_sign_in(w, "vt", &vt);
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "name-%d", i);
        web_try_sign_in(w, &a, name, "wrong", "");
        assert_int_equal(a.status, 401);
    }
    web_try_sign_in(w, &a, "vt", WEB_PASSWORD, "");
    assert_int_equal(a.status, 429);
    assert_string_equal(web_header(&a, "Retry-After"), "6");
    web_pass(w, 6 * MS_SECOND);
    web_try_sign_in(w, &a, "vt", WEB_PASSWORD, "");
    assert_int_equal(a.status, 201);
    web_answer_fini(&a);
}

static void bad_bodies_say_where(void **state)
{
    static const struct {
        const char *body, *pointer;
    } cases[] = {
        {"{}", "/username"},
        {"{}", "/password"},
        {"{\"username\":\"\",\"password\":\"x\"}", "/username"},
        {"{\"username\":7,\"password\":\"x\"}", "/username"},
        {"{\"username\":\"vt\",\"password\":\"x\",\"otp\":1}", "/otp"},
        {"[]", ""},
        {"{\"username\":", ""},
    };
    struct web *w = *state;
    struct web_answer a = {0};
    char longest[300];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        web_ask(w, &a, "POST", "/api/v1/session", "Content-Type: application/json\r\n", cases[i].body);
        assert_int_equal(a.status, 400);
        assert_true(web_names(&a, cases[i].pointer));
    }
    memset(longest, 'x', 201);
    longest[201] = '\0';
    web_try_sign_in(w, &a, "vt", longest, "");
    assert_int_equal(a.status, 400);
    assert_true(web_names(&a, "/password"));
    longest[200] = '\0';
    web_try_sign_in(w, &a, "vt", longest, "");
    assert_int_equal(a.status, 401);
    web_answer_fini(&a);
}

static void an_idle_session_ends_and_a_used_one_lives_on(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login vt, house;

    web_sign_in(w, "vt", &vt);
    web_sign_in(w, "huis-a", &house);
    for (int i = 0; i < 4; i++) {
        web_pass(w, 14 * MS_MINUTE);
        web_get(w, &a, &vt, "/api/v1/pools");
        assert_int_equal(a.status, 200);
        if (i == 1)
            web_get(w, &a, &house, "/api/v1/pools");
    }
    web_get(w, &a, &house, "/api/v1/session"); /* 28 minutes: shelters have 30 */
    assert_int_equal(a.status, 200);
    web_pass(w, 15 * MS_MINUTE);
    web_get(w, &a, &vt, "/api/v1/session");
    assert_int_equal(a.status, 401);
    assert_string_equal(web_problem(&a), "signed_out");
    assert_non_null(web_header(&a, "WWW-Authenticate"));
    assert_int_equal(web_sessions(w), 1); /* what is over is taken away */
    web_answer_fini(&a);
}

static void no_session_outlives_a_shift(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login vt;

    web_sign_in(w, "vt", &vt);
    for (int i = 0; i < 53; i++) {
        web_pass(w, 10 * MS_MINUTE);
        web_get(w, &a, &vt, "/api/v1/session");
        assert_int_equal(a.status, 200);
    }
    web_pass(w, 10 * MS_MINUTE);
    web_get(w, &a, &vt, "/api/v1/session");
    assert_int_equal(a.status, 401);
    web_answer_fini(&a);
}

static void a_disabled_account_is_out_at_once(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login vt;

    web_sign_in(w, "vt", &vt);
    web_account(w, WEB_AN_VT)->disabled = true;
    web_get(w, &a, &vt, "/api/v1/session");
    assert_int_equal(a.status, 401);
    web_answer_fini(&a);
}

static void signing_in_again_makes_a_new_id_and_ends_the_old(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login vt;
    char cookie[200];

    web_sign_in(w, "vt", &vt);
    snprintf(cookie, sizeof cookie, "Cookie: __Host-plek=%s\r\n", vt.cookie);
    web_try_sign_in(w, &a, "vt", WEB_PASSWORD, cookie);
    assert_int_equal(a.status, 201);
    assert_null(strstr(web_header(&a, "Set-Cookie"), vt.cookie));
    web_get(w, &a, &vt, "/api/v1/session");
    assert_int_equal(a.status, 401);
    assert_int_equal(web_sessions(w), 1);
    web_answer_fini(&a);
}

static void signing_out_takes_session_and_cookie(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login vt;

    web_sign_in(w, "vt", &vt);
    web_ask(w, &a, "DELETE", "/api/v1/session", vt.headers, NULL);
    assert_int_equal(a.status, 204);
    assert_string_equal(web_header(&a, "Set-Cookie"),
                        "__Host-plek=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    web_get(w, &a, &vt, "/api/v1/session");
    assert_int_equal(a.status, 401);
    assert_int_equal(web_sessions(w), 0);
    assert_int_equal(web_recorded(w, "session.end"), 1);
    web_answer_fini(&a);
}

static void without_the_store_nobody_comes_in_but_everybody_gets_out(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    struct web_login vt;

    web_sign_in(w, "vt", &vt);
    web_people_fail(w, ERR_AWAY);
    web_try_sign_in(w, &a, "vt2", WEB_PASSWORD, "");
    assert_int_equal(a.status, 503);
    assert_null(web_header(&a, "Set-Cookie"));
    assert_non_null(web_header(&a, "Retry-After"));
    journal_memory_cut(w->journal);
    web_until(w, flow_state(w->flow) == FLOW_AWAY);
    web_people_hold(w, true);
    web_ask(w, &a, "DELETE", "/api/v1/session", vt.headers, NULL);
    /* the browser forgets; that the session itself lives on is said, not hidden */
    assert_int_equal(a.status, 503);
    assert_non_null(strstr(web_header(&a, "Set-Cookie"), "Max-Age=0"));
    web_answer_fini(&a);
}

static void what_cannot_be_recorded_does_not_happen(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};

    web_record_fails(w, ERR_BUSY);
    web_try_sign_in(w, &a, "vt", WEB_PASSWORD, "");
    assert_int_equal(a.status, 503);
    assert_null(web_header(&a, "Set-Cookie"));
    web_until(w, web_sessions(w) == 0);
    web_answer_fini(&a);
}

static void names_are_taken_in_any_case(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};

    web_try_sign_in(w, &a, "VT", WEB_PASSWORD, "");
    assert_int_equal(a.status, 201);
    web_answer_fini(&a);
}

/* The app may go while a password is being judged or a session written: nothing is answered, nothing leaks.
 */
static void the_app_may_go_while_somebody_signs_in(void **state)
{
    struct web *w = *state;
    struct web_client c[4];
    static const char body[] = "{\"username\":\"vt\",\"password\":\"" WEB_PASSWORD "\"}";
    char request[400];

    snprintf(request, sizeof request,
             "POST /api/v1/session HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: "
             "%zu\r\n\r\n%s",
             strlen(body), body);
    for (int i = 0; i < 4; i++) {
        web_connect(&c[i], w, NULL);
        web_send(&c[i], request);
    }
    web_turn(w);
    for (int i = 0; i < 4; i++)
        web_close(&c[i]);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_cookie_is_for_this_host_only_and_no_script_reads_it),
        CASE(the_session_says_who_and_until_when),
        CASE(nobody_learns_who_has_an_account),
        CASE(wrong_passwords_lock_an_account_for_a_while),
        CASE(a_name_that_does_not_exist_locks_just_the_same),
        CASE(a_right_password_forgets_the_wrong_ones),
        CASE(a_lock_counts_for_those_already_being_judged),
        CASE(one_address_does_not_try_for_ever),
        CASE(bad_bodies_say_where),
        CASE(an_idle_session_ends_and_a_used_one_lives_on),
        CASE(no_session_outlives_a_shift),
        CASE(a_disabled_account_is_out_at_once),
        CASE(signing_in_again_makes_a_new_id_and_ends_the_old),
        CASE(signing_out_takes_session_and_cookie),
        CASE(without_the_store_nobody_comes_in_but_everybody_gets_out),
        CASE(what_cannot_be_recorded_does_not_happen),
        CASE(names_are_taken_in_any_case),
        CASE(the_app_may_go_while_somebody_signs_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
