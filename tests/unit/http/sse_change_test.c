/* A list of somebody's changes by what they may not hear: the stream says that it did, with no id at all,
 * live and to who comes back. */
#include "support/listening.h"
#include "support/web.h"

#include "base/time_text.h"
#include "http/app_state.h"

#include <stdio.h>
#include <stdlib.h>

#define DESK "{\"role\":\"casusregisseur\",\"callback\":\"010 555 0100\"}"

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

static void post(struct web *w, const struct web_login *who, const char *path, const char *body, int status)
{
    struct web_answer answer = {0};

    web_post(w, &answer, who, path, NULL, body);
    if (answer.status != status)
        fail_msg("%s: %d", path, answer.status);
    web_answer_fini(&answer);
}

/* Referral 1 of vt, with a yes of huis-a, which has leaked since; with REGIE it lived there, and the house
 * had its regie. ADMIN: of the administration there. */
static void a_house_that_leaked(struct web *w, bool regie, struct web_login *vt, struct web_login *house,
                                struct web_login *admin)
{
    web_account(w, WEB_AN_B)->role = ROLE_ORG_ADMIN;
    web_account(w, WEB_AN_B)->org.v = WEB_HUIS_A;
    web_account(w, WEB_AN_B)->location.v = 0;
    web_sign_in(w, "vt", vt);
    web_sign_in(w, "huis-a", house);
    web_sign_in(w, "huis-b", admin);
    post(w, vt, "/api/v1/referrals",
         "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"vrouw\",\"age\":31}],"
         "\"callback\":\"010 555 0100\",\"ground\":\"vital_interest\"}",
         201);
    post(w, vt, "/api/v1/referrals/1/requests", "{\"poolIds\":[1]}", 201);
    post(w, house, "/api/v1/requests/1/acceptance", "{}", 200);
    if (regie) {
        post(w, house, "/api/v1/requests/1/arrival", "{}", 200);
        post(w, vt, "/api/v1/referrals/1/regie-offer", "{\"organisationId\":2}", 200);
        post(w, house, "/api/v1/referrals/1/regie-acceptance", DESK, 200);
    }
    post(w, house, "/api/v1/locations/1/leak-reports", "{\"reason\":\"adres_gedeeld\"}", 201);
    post(w, admin, "/api/v1/leaks/1/confirmation", "{}", 200);
}

static void a_list_that_changes(void **state)
{
    struct web *w = *state;
    struct web_client live, again, people;
    struct web_login vt, house, admin;
    char data[200], at[TIME_TEXT_SIZE], before[24];
    unsigned long long seq;

    a_house_that_leaked(w, false, &vt, &house, &admin);
    listen_after(&live, w, &admin, NULL);
    listen_after(&people, w, &house, NULL);
    started(&live);
    started(&people);
    snprintf(before, sizeof before, "%llu", (unsigned long long)flow_published_seq(w->flow));
    post(w, &vt, "/api/v1/referrals/1/withdrawal", "{\"reason\":\"anders\"}", 200);
    web_until(w, has(&live, "leak.changed") && has(&people, "leak.changed"));
    web_report(w, WEB_POOL_A2, 6, 2);
    web_until(w, has(&live, "\"poolId\":2"));
    seq = strtoull(before, NULL, 10);
    for (bool found = false; !found; seq++) {
        assert_true(seq <= flow_published_seq(w->flow));
        snprintf(data, sizeof data, "id: %llu\nevent: leak.changed\ndata: {\"seq\":%llu,\"at\":\"%s\"}\n\n",
                 seq, seq, time_format(w->wall_ms, at));
        found = has(&live, data);
    }
    assert_true(has(&people, data));
    assert_int_equal(count(&live, "leak.changed"), 1);
    assert_int_equal(count(&live, "referralId"), 0);
    assert_int_equal(count(&live, "referral.withdrawn"), 0);
    listen_after(&again, w, &admin, before); /* from the ring */
    web_until(w, has(&again, "\"poolId\":2"));
    assert_true(has(&again, data));
    assert_int_equal(count(&again, "leak.changed"), 1);
    assert_int_equal(count(&again, "referralId"), 0);
    web_close(&again);
    web_close(&live);
    web_close(&people);
}

/* The regie that the house had of it is the desk's now; what it hears names no referral. */
static void a_regie_that_went(void **state)
{
    struct web *w = *state;
    struct web_client live, again;
    struct web_login vt, house, admin;
    char before[24];

    a_house_that_leaked(w, true, &vt, &house, &admin);
    listen_after(&live, w, &house, NULL);
    started(&live);
    snprintf(before, sizeof before, "%llu", (unsigned long long)flow_published_seq(w->flow));
    post(w, &vt, "/api/v1/referrals/2/regie-acceptance", DESK, 200);
    web_until(w, has(&live, "event: regie.taken\ndata: {\"seq\":"));
    web_report(w, WEB_POOL_A2, 6, 2);
    web_until(w, has(&live, "\"poolId\":2"));
    assert_int_equal(count(&live, "event: regie.taken"), 1);
    assert_int_equal(count(&live, "\"referralId\":2"), 0);
    listen_after(&again, w, &house, before); /* from the ring */
    web_until(w, has(&again, "\"poolId\":2"));
    assert_int_equal(count(&again, "event: regie.taken"), 1);
    assert_int_equal(count(&again, "\"referralId\":2"), 0);
    web_close(&again);
    web_close(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_list_that_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_regie_that_went, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
