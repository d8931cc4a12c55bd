/* Night sheets: one in a turn, so that the loop goes on; and what stands in a row. */
#include "http/night_sheet.h"

#include "support/web.h"

#include <stdlib.h>
#include <string.h>

static struct web *begin(uint32_t every_s)
{
    struct web *w = web_new();

    w->settings.night_sheet_s = every_s;
    web_start(w);
    return w;
}

static void give_key(struct web *w, enum web_org org, enum role role)
{
    struct cmd_make_key key = {.wrapped_bytes = ORG_KEY_WRAPPED_MIN};
    struct command make = {.kind = CMD_MAKE_KEY,
                           .actor = {.role = role, .org = {org}, .account = {org * 10}},
                           .u.make_key = &key};
    struct command confirm = {.kind = CMD_CONFIRM_KEY,
                              .actor = {.role = role, .org = {org}, .account = {org * 10 + 1}}};
    struct outcome o;

    memset(key.public_key, org, sizeof key.public_key);
    o = web_command(w, &make);
    assert_int_equal(o.refusal, REFUSAL_NONE);
    confirm.u.key.v = (uint32_t)o.made;
    assert_int_equal(web_command(w, &confirm).refusal, REFUSAL_NONE);
}

static void one_in_a_turn(void **state)
{
    struct web *w = begin(3600);
    unsigned made = 0;

    (void)state;
    give_key(w, WEB_VT, ROLE_REFERRER);
    give_key(w, WEB_HUIS_A, ROLE_SHELTER);
    give_key(w, WEB_HUIS_B, ROLE_SHELTER);
    for (int left = WEB_WAIT_MS / 2; made < 3; left--) {
        unsigned before = made;

        assert_int_not_equal(left, 0);
        web_turn(w);
        made = web_recorded(w, "night_sheet.make");
        assert_true(made - before <= 1);
    }
    web_free(w);
}

static void assert_row(const json_t *list, size_t i, bool bridge)
{
    const json_t *row = json_array_get(list, i);
    bool says = strstr(json_string_value(json_object_get(row, "location")), "overbrugging") != NULL;

    assert_int_equal(says, bridge);
    assert_int_equal(json_is_true(json_object_get(row, "bridge")), bridge);
    assert_int_equal(json_is_null(json_object_get(row, "etaAt")), bridge);
}

/* A bed for the meantime is not where the household travels to. */
static void a_bridge_bed_says_so(void **state)
{
    struct web *w = begin(0);
    struct web_login vt, a, b;
    const struct {
        const struct web_login *who;
        const char *path, *body;
    } steps[] = {
        {&vt, "/api/v1/referrals",
         "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"vrouw\",\"age\":31}],"
         "\"callback\":\"010 555 0100\",\"ground\":\"vital_interest\"}"},
        {&vt, "/api/v1/referrals/1/requests", "{\"poolIds\":[1],\"bridge\":true}"},
        {&a, "/api/v1/requests/1/acceptance", "{}"},
        {&vt, "/api/v1/referrals/1/requests", "{\"poolIds\":[3]}"},
        {&b, "/api/v1/requests/2/acceptance", "{}"},
        {&vt, "/api/v1/referrals/1/journey", "{\"etaAt\":\"2026-11-25T13:00:00Z\"}"},
    };
    struct web_answer answer = {0};
    struct night_row *rows = NULL;
    size_t n = 0;
    json_t *data;

    (void)state;
    web_sign_in(w, "vt", &vt);
    web_sign_in(w, "huis-a", &a);
    web_sign_in(w, "huis-b", &b);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        web_post(w, &answer, steps[i].who, steps[i].path, NULL, steps[i].body);
        if (answer.status / 100 != 2)
            fail_msg("%s: %d %s", steps[i].path, answer.status, buf_c_str(&answer.body));
    }
    data = night_sheet_data(flow_engine(w->flow), (struct org_id){WEB_VT}, w->wall_ms, &rows, &n);
    assert_int_equal(n, 2);
    assert_row(json_object_get(data, "houses"), 0, false); /* newest first */
    assert_row(json_object_get(data, "houses"), 1, true);
    json_decref(data);
    free(rows);
    data = night_sheet_data(flow_engine(w->flow), (struct org_id){WEB_HUIS_A}, w->wall_ms, &rows, &n);
    assert_row(json_object_get(data, "coming"), 0, true);
    json_decref(data);
    free(rows);
    data = night_sheet_data(flow_engine(w->flow), (struct org_id){WEB_HUIS_B}, w->wall_ms, &rows, &n);
    assert_row(json_object_get(data, "coming"), 0, false);
    json_decref(data);
    free(rows);
    web_answer_fini(&answer);
    web_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_in_a_turn),
        cmocka_unit_test(a_bridge_bed_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
