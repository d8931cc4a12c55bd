/* Where a household without a place slept, at the API: at night a hotel that stands is told as known by
 * itself, what a person tells stands above it, and the register says the same. Time is the test's: it begins
 * at noon. */
#include "support/web.h"

#include "base/time_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REFERRAL                                                                                             \
    "{\"urgency\":\"nu\",\"threatLevel\":\"oranje\",\"household\":[{\"sex\":\"vrouw\",\"age\":31}],"         \
    "\"callback\":\"010 555 0100\",\"ground\":\"vital_interest\"}"
#define HOTEL                                                                                                \
    "{\"kind\":\"hotel\",\"slept\":\"hotel\",\"active\":true,\"everyMinutes\":1440,"                         \
    "\"owner\":{\"kind\":\"desk\",\"callback\":\"010 555 0100\"}}"

struct scene {
    struct web *w;
    struct web_login vt;
    struct web_answer answer;
};

static void post(struct scene *s, const char *path, const char *body, int status)
{
    web_post(s->w, &s->answer, &s->vt, path, NULL, body);
    if (s->answer.status != status)
        fail_msg("POST %s: %d %s", path, s->answer.status, buf_c_str(&s->answer.body));
}

static int setup(void **state)
{
    struct scene *s = calloc(1, sizeof *s);

    s->w = web_started();
    web_sign_in(s->w, "vt", &s->vt);
    post(s, "/api/v1/referrals", REFERRAL, 201);
    post(s, "/api/v1/referrals/1/bridges", HOTEL, 201);
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

/* Who comes back the next day signs in anew. */
static void later(struct scene *s, int64_t ms)
{
    web_pass(s->w, ms);
    web_sign_in(s->w, "vt", &s->vt);
}

/* "2026-11-25 hotel hotel; ..." of the nights of O. */
static const char *nights_of(const json_t *o)
{
    static char text[400];
    size_t i = 0;
    json_t *n = NULL;

    text[0] = '\0';
    json_array_foreach(json_object_get(o, "nights"), i, n)
    {
        const char *by = json_string_value(json_object_get(n, "knownBy"));

        assert_non_null(json_object_get(n, "knownBy"));
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s %s %s", i > 0 ? "; " : "",
                 json_string_value(json_object_get(n, "date")),
                 json_string_value(json_object_get(n, "slept")), by != NULL ? by : "told");
    }
    return text;
}

static const char *nights(struct scene *s)
{
    web_get(s->w, &s->answer, &s->vt, "/api/v1/referrals/1/bridges");
    assert_int_equal(s->answer.status, 200);
    return nights_of(s->answer.json);
}

static void a_hotel_says_where_they_slept(void **state)
{
    struct scene *s = *state;
    char evening[2][TIME_TEXT_SIZE];
    char want[200], told[200];

    assert_string_equal(nights(s), ""); /* at noon nobody slept there yet */
    later(s, 11 * MS_HOUR);
    time_format(time_day_nl(s->w->wall_ms) * MS_DAY, evening[0]);
    time_format((time_day_nl(s->w->wall_ms) + 1) * MS_DAY, evening[1]);
    snprintf(want, sizeof want, "%.10s hotel hotel", evening[0]);
    assert_string_equal(nights(s), want);
    later(s, MS_DAY);
    assert_string_equal(nights(s), want); /* not heard of at noon: where they are tonight is not known */
    post(s, "/api/v1/bridges/1/check-ins", "{\"result\":\"safe\"}", 200);
    snprintf(want, sizeof want, "%.10s hotel hotel; %.10s hotel hotel", evening[0], evening[1]);
    assert_string_equal(nights(s), want);
    snprintf(told, sizeof told, "{\"date\":\"%.10s\",\"slept\":\"zorginstelling\",\"reason\":\"alles_vol\"}",
             evening[0]);
    post(s, "/api/v1/referrals/1/nights", told, 200);
    snprintf(want, sizeof want, "%.10s zorginstelling told; %.10s hotel hotel", evening[0], evening[1]);
    assert_string_equal(nights(s), want);
    web_get(s->w, &s->answer, &s->vt, "/api/v1/unplaced");
    assert_int_equal(s->answer.status, 200);
    assert_string_equal(nights_of(json_array_get(json_object_get(s->answer.json, "unplaced"), 0)), want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_hotel_says_where_they_slept, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
