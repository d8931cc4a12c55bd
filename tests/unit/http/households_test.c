/* What shows a household or acts on one, whichever resource it is: each that a list shows is a read of its
 * own in the access log, an id of the path is the id of the path, what is not one's own answers as what is
 * not there, and who tries again and again waits. */
#include "support/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REFERRAL                                                                                             \
    "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"vrouw\",\"age\":31}],"           \
    "\"callback\":\"010 555 0100\",\"ground\":\"vital_interest\"}"

struct scene {
    struct web *w;
    struct web_login vt, a, b;
    struct web_answer answer;
};

static int setup(void **state)
{
    struct scene *s = calloc(1, sizeof *s);

    s->w = web_started();
    web_sign_in(s->w, "vt", &s->vt);
    web_sign_in(s->w, "huis-a", &s->a);
    web_sign_in(s->w, "huis-b", &s->b);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;

    web_answer_fini(&s->answer);
    web_free(s->w);
    free(s);
    return 0;
}

static void post(struct scene *s, const struct web_login *who, const char *path, const char *body, int status)
{
    char at[120];

    snprintf(at, sizeof at, "/api/v1%s", path);
    web_post(s->w, &s->answer, who, at, NULL, body);
    if (s->answer.status != status)
        fail_msg("POST %s: %d %s", path, s->answer.status, buf_c_str(&s->answer.body));
}

static void get(struct scene *s, const struct web_login *who, const char *path)
{
    char at[120];

    snprintf(at, sizeof at, "/api/v1%s", path);
    web_get(s->w, &s->answer, who, at);
}

static void two_referrals(struct scene *s)
{
    post(s, &s->vt, "/referrals", REFERRAL, 201);
    post(s, &s->vt, "/referrals", REFERRAL, 201);
}

/* The list of MEMBER at PATH has SHOWN rows, of which FULL are entries under ACTION; and where the log takes
 * nothing, nothing is shown. */
static void assert_logged(struct scene *s, const struct web_login *who, const char *path, const char *member,
                          const char *action, size_t shown, unsigned full)
{
    unsigned before = web_recorded(s->w, action);

    print_message("  %s\n", path);
    get(s, who, path);
    assert_int_equal(s->answer.status, 200);
    assert_int_equal(json_array_size(json_object_get(s->answer.json, member)), shown);
    assert_int_equal(web_recorded(s->w, action) - before, full);
    web_record_fails(s->w, ERR_BUSY);
    get(s, who, path);
    assert_int_equal(s->answer.status, full > 0 ? 503 : 200);
    web_record_fails(s->w, OK);
}

static void each_that_a_list_shows_is_logged(void **state)
{
    struct scene *s = *state;

    two_referrals(s);
    for (int i = 1; i <= 2; i++) {
        char path[60];

        snprintf(path, sizeof path, "/referrals/%d/bridges", i);
        post(s, &s->vt, path, "{\"kind\":\"hotel\",\"owner\":{\"kind\":\"desk\"}}", 201);
        snprintf(path, sizeof path, "/referrals/%d/mdos", i);
        post(s, &s->vt, path, "{\"ground\":\"statutory_task\",\"organisationIds\":[2]}", 201);
        snprintf(path, sizeof path, "/referrals/%d/consults", i);
        post(s, &s->vt, path, "{\"organisationId\":2,\"question\":\"Wat nu?\"}", 201);
        snprintf(path, sizeof path, "/referrals/%d/regie-offer", i);
        post(s, &s->vt, path, "{\"organisationId\":2}", 200);
        snprintf(path, sizeof path, "/referrals/%d/requests", i);
        post(s, &s->vt, path, "{\"poolIds\":[1]}", 201);
        snprintf(path, sizeof path, "/requests/%d/acceptance", i);
        post(s, &s->a, path, "{}", 200);
        snprintf(path, sizeof path, "/requests/%d/arrival", i);
        post(s, &s->a, path, "{}", 200);
    }
    assert_logged(s, &s->vt, "/mdos", "mdos", "mdo.read", 2, 2);
    assert_logged(s, &s->vt, "/mdos?limit=1", "mdos", "mdo.read", 1, 1);
    assert_logged(s, &s->a, "/consults", "consults", "consult.read", 2, 2);
    assert_logged(s, &s->a, "/regies", "regies", "regie.read", 2, 2);
    assert_logged(s, &s->a, "/stays", "stays", "stay.read", 2, 2);
    assert_logged(s, &s->a, "/stays?limit=1", "stays", "stay.read", 1, 1);
    assert_logged(s, &s->b, "/stays", "stays", "stay.read", 0, 0);

    /* Who left: of the house that had them, with the code. */
    assert_logged(s, &s->a, "/stays?left=true", "stays", "stay.read", 0, 0);
    post(s, &s->a, "/stays/1/departure", "{\"reason\":\"eigen_keuze\",\"destination\":\"onbekend\"}", 200);
    assert_logged(s, &s->a, "/stays", "stays", "stay.read", 1, 1);
    assert_logged(s, &s->b, "/stays?left=true", "stays", "stay.read", 0, 0);
    assert_logged(s, &s->a, "/stays?left=true", "stays", "stay.read", 1, 1);
    get(s, &s->a, "/stays?left=true");
    assert_true(json_is_string(
        json_object_get(json_array_get(json_object_get(s->answer.json, "stays"), 0), "returnCode")));
    get(s, &s->a, "/stays?live=false");
    assert_int_equal(json_array_size(json_object_get(s->answer.json, "stays")), 2);
    assert_null(json_object_get(json_array_get(json_object_get(s->answer.json, "stays"), 1), "returnCode"));
}

static void bridges_are_logged_too(void **state)
{
    struct scene *s = *state;

    two_referrals(s);
    post(s, &s->vt, "/referrals/1/bridges", "{\"kind\":\"hotel\",\"owner\":{\"kind\":\"desk\"}}", 201);
    post(s, &s->vt, "/referrals/2/bridges", "{\"kind\":\"hotel\",\"owner\":{\"kind\":\"desk\"}}", 201);
    assert_logged(s, &s->vt, "/bridges", "bridges", "bridge.read", 2, 2);
}

/* 4294967297 is 1 where the upper half is lost: then one thing is acted on and another is logged. */
static void an_id_of_the_path_keeps_its_upper_half(void **state)
{
    static const struct {
        const char *path, *body;
    } cases[] = {
        {"/mdos/4294967297/items", "{\"domain\":\"veiligheid\",\"sort\":\"need\",\"text\":\"x\"}"},
        {"/mdos/4294967297/invitations", "{\"organisationIds\":[3]}"},
        {"/mdos/4294967297/date", "{\"nextAt\":null}"},
        {"/mdos/4294967297/closure", "{}"},
        {"/mdo-items/4294967297/state", "{\"state\":\"done\"}"},
        {"/consults/4294967297/closure", "{}"},
    };
    struct scene *s = *state;

    two_referrals(s);
    post(s, &s->vt, "/referrals/1/mdos", "{\"ground\":\"statutory_task\",\"organisationIds\":[2]}", 201);
    post(s, &s->vt, "/mdos/1/items", "{\"domain\":\"veiligheid\",\"sort\":\"need\",\"text\":\"x\"}", 200);
    post(s, &s->vt, "/referrals/1/consults", "{\"organisationId\":2,\"question\":\"Wat nu?\"}", 201);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        post(s, &s->vt, cases[i].path, cases[i].body, 404);
    post(s, &s->a, "/mdos/4294967297/participation", "{\"joins\":true}", 404);
    post(s, &s->a, "/consults/4294967297/answer", "{\"answer\":\"Dit\"}", 404);
    get(s, &s->vt, "/mdos/1");
    assert_string_equal(web_text(&s->answer, "state"), "convened");
    assert_int_equal(json_array_size(json_object_get(s->answer.json, "items")), 1);
}

static void a_referral_of_others_answers_as_one_that_is_not_there(void **state)
{
    static const char wish[] = "{\"kind\":\"hotel\",\"owner\":{\"kind\":\"desk\"}}";
    struct scene *s = *state;
    int status;

    two_referrals(s);
    web_post(s->w, &s->answer, &s->b, "/api/v1/referrals/1/bridges", NULL, wish);
    status = s->answer.status;
    web_post(s->w, &s->answer, &s->b, "/api/v1/referrals/99/bridges", NULL, wish);
    assert_int_equal(s->answer.status, status);
    assert_int_not_equal(status, 400); /* not for want of a number */
}

static void a_number_to_call_back_is_one(void **state)
{
    static const char *const bad[] = {"1", "- - - -", "010", " 010 555 0100"};
    struct scene *s = *state;
    char body[120];

    two_referrals(s);
    post(s, &s->vt, "/referrals/1/regie-offer", "{\"organisationId\":2}", 200);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        print_message("  \"%s\"\n", bad[i]);
        snprintf(body, sizeof body, "{\"role\":\"Casusregie\",\"callback\":\"%s\"}", bad[i]);
        post(s, &s->a, "/referrals/1/regie-acceptance", body, 400);
        assert_true(web_names(&s->answer, "/callback"));
        snprintf(body, sizeof body, "{\"callback\":\"%s\"}", bad[i]);
        post(s, &s->a, "/clocks/1/acceptance", body, 400);
        assert_true(web_names(&s->answer, "/callback"));
    }
    post(s, &s->a, "/referrals/1/regie-acceptance",
         "{\"role\":\"Casusregie\",\"callback\":\"+31 10 555-0100\"}", 200);
}

static void codes_of_return_are_not_to_be_tried(void **state)
{
    struct scene *s = *state;

    for (int i = 0; i < 10; i++)
        post(s, &s->vt, "/returns", "{\"code\":\"ABCD-EFGH\"}", 404);
    assert_int_equal(web_recorded(s->w, "return.miss"), 10);
    post(s, &s->vt, "/returns", "{\"code\":\"ABCD-EFGH\"}", 429);
    assert_string_equal(web_problem(&s->answer), "too_often");
    assert_non_null(web_header(&s->answer, "Retry-After"));
    post(s, &s->a, "/referrals", "{}", 400); /* others, and other work, do not wait */
    web_pass(s->w, 61 * 1000);
    post(s, &s->vt, "/returns", "{\"code\":\"ABCD-EFGH\"}", 404);
}

/* A code is tried with a new referral as it is at /returns. */
static void a_referral_is_no_way_to_try_codes(void **state)
{
    static const char with_code[] =
        "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"vrouw\",\"age\":31}],"
        "\"callback\":\"010 555 0100\",\"ground\":\"vital_interest\",\"returnCode\":\"ABCD-EFGH\"}";
    struct scene *s = *state;

    for (int i = 0; i < 10; i++)
        post(s, &s->vt, "/referrals", with_code, 201); /* of nobody that is known: it is a new one */
    assert_int_equal(web_recorded(s->w, "return.miss"), 10);
    post(s, &s->vt, "/referrals", with_code, 429);
    post(s, &s->vt, "/returns", "{\"code\":\"ABCD-EFGH\"}", 429);
    post(s, &s->vt, "/referrals", REFERRAL, 201); /* without a code nobody waits */
}

/* A busy desk that has the code is not held up. */
static void a_code_that_is_right_does_not_count(void **state)
{
    struct scene *s = *state;
    char body[60];

    post(s, &s->vt, "/referrals", REFERRAL, 201);
    post(s, &s->vt, "/referrals/1/requests", "{\"poolIds\":[1]}", 201);
    post(s, &s->a, "/requests/1/acceptance", "{}", 200);
    post(s, &s->a, "/requests/1/arrival", "{}", 200);
    post(s, &s->a, "/stays/1/departure", "{\"reason\":\"eigen_keuze\",\"destination\":\"onbekend\"}", 200);
    snprintf(body, sizeof body, "{\"code\":\"%s\"}",
             json_string_value(json_object_get(s->answer.json, "returnCode")));
    for (int i = 0; i < 25; i++)
        post(s, &s->vt, "/returns", body, 200);
    assert_int_equal(web_recorded(s->w, "return.read"), 25);
    assert_int_equal(web_recorded(s->w, "return.miss"), 0);
}

static void keys_are_not_made_by_the_dozen(void **state)
{
    struct scene *s = *state;
    char body[400], wrapped[161];
    int made = 0;

    memset(wrapped, 'A', sizeof wrapped - 1);
    wrapped[sizeof wrapped - 1] = '\0';
    for (int i = 0; i < 16; i++) {
        snprintf(body, sizeof body, "{\"publicKey\":\"%c%.42s\",\"wrapped\":\"%s\"}", 'B' + i, wrapped,
                 wrapped);
        web_post(s->w, &s->answer, &s->vt, "/api/v1/keys", NULL, body);
        assert_int_not_equal(s->answer.status, 429);
        assert_int_not_equal(s->answer.status, 400);
        made += s->answer.status == 201;
    }
    assert_true(made > 0);
    web_post(s->w, &s->answer, &s->vt, "/api/v1/keys", NULL, body);
    assert_int_equal(s->answer.status, 429);
    assert_string_equal(web_problem(&s->answer), "too_often");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_that_a_list_shows_is_logged),
        CASE(bridges_are_logged_too),
        CASE(an_id_of_the_path_keeps_its_upper_half),
        CASE(a_referral_of_others_answers_as_one_that_is_not_there),
        CASE(a_number_to_call_back_is_one),
        CASE(codes_of_return_are_not_to_be_tried),
        CASE(a_referral_is_no_way_to_try_codes),
        CASE(a_code_that_is_right_does_not_count),
        CASE(keys_are_not_made_by_the_dozen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
