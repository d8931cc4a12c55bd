/* Night sheets: one in a turn, so that the loop goes on; what stands in a row; whom one may ring. */
#include "http/night_sheet.h"

#include "base/time_text.h"
#include "core/audience/audience.h"
#include "flow/flow.h"
#include "http/app_state.h"
#include "loop/loop.h"
#include "support/folder.h"
#include "support/web.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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

    memset(key.public_key, (int)org, sizeof key.public_key);
    o = web_command(w, &make);
    assert_int_equal(o.refusal, REFUSAL_NONE);
    confirm.u.key.v = (uint32_t)o.made;
    assert_int_equal(web_command(w, &confirm).refusal, REFUSAL_NONE);
}

static void one_in_a_turn(void **state)
{
    struct web *w = begin(3600);
    unsigned made, all;

    (void)state;
    give_key(w, WEB_VT, ROLE_REFERRER);
    give_key(w, WEB_HUIS_A, ROLE_SHELTER);
    give_key(w, WEB_HUIS_B, ROLE_SHELTER);
    made = web_recorded(w, "night_sheet.make"); /* the rounds of the first keys */
    all = made + 3;
    for (int left = WEB_WAIT_MS / 2; made < all; left--) {
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

    assert_memory_equal(json_string_value(json_object_get(row, "location")), "Huis ",
                        5); /* and no word more */
    assert_int_equal(json_is_true(json_object_get(row, "bridge")), bridge);
    assert_int_equal(json_is_null(json_object_get(row, "etaAt")), bridge);
}

/* Whom the house rings about the first who comes. */
static void assert_coming(const json_t *data, const char *referrer, const char *gatekeeper,
                          const char *callback)
{
    const json_t *row = json_array_get(json_object_get(data, "coming"), 0);
    const char *keeper = json_string_value(json_object_get(row, "gatekeeper"));

    assert_string_equal(json_string_value(json_object_get(row, "referrer")), referrer);
    assert_string_equal(json_string_value(json_object_get(row, "callback")), callback);
    assert_int_equal(keeper == NULL, gatekeeper == NULL);
    if (gatekeeper != NULL)
        assert_string_equal(keeper, gatekeeper);
}

/* Nobody set out to the bed for the meantime: the journey of the referral is not the way there. */
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
    assert_int_equal(n, 4);                                /* and two houses to ring */
    assert_row(json_object_get(data, "houses"), 0, false); /* newest first */
    assert_row(json_object_get(data, "houses"), 1, true);
    json_decref(data);
    free(rows);
    data = night_sheet_data(flow_engine(w->flow), (struct org_id){WEB_HUIS_A}, w->wall_ms, &rows, &n);
    assert_row(json_object_get(data, "coming"), 0, true);
    assert_coming(data, "Organisatie vt", NULL, "010 555 0100");
    json_decref(data);
    free(rows);
    data = night_sheet_data(flow_engine(w->flow), (struct org_id){WEB_HUIS_B}, w->wall_ms, &rows, &n);
    assert_row(json_object_get(data, "coming"), 0, false);
    json_decref(data);
    free(rows);
    web_answer_fini(&answer);
    web_free(w);
}

/* ---- houses to ring ---- */

static struct org_id define_org(struct web *w, enum org_kind kind, const char *code, uint8_t region)
{
    struct org o = {.kind = kind, .region = region};
    struct command cmd = {.kind = CMD_DEFINE_ORG, .u.org = &o};

    snprintf(o.code, sizeof o.code, "%s", code);
    snprintf(o.name, sizeof o.name, "%s", code);
    assert_int_equal(web_command(w, &cmd).refusal, REFUSAL_NONE);
    return (struct org_id){engine_orgs(flow_engine(w->flow))};
}

/* Another pool like the first of the house. */
static enum web_pool define_pool(struct web *w, enum web_pool like, enum kind kind, enum gatekeeper keeper,
                                 const char *code)
{
    struct pool p = engine_pool_definition(flow_engine(w->flow), (struct pool_id){like});
    struct command cmd = {.kind = CMD_DEFINE_POOL, .u.pool = &p};

    p.id.v = 0;
    p.kind = kind;
    p.gatekeeper = keeper;
    snprintf(p.code, sizeof p.code, "%s", code);
    assert_int_equal(web_command(w, &cmd).refusal, REFUSAL_NONE);
    return (enum web_pool)engine_pools(flow_engine(w->flow));
}

/* Another house of huis-b, in another region, with one pool. */
static enum web_pool define_far_house(struct web *w, const char *region)
{
    const struct engine *e = flow_engine(w->flow);
    struct location l = *engine_location(e, (struct location_id){WEB_B});
    struct pool p = engine_pool_definition(e, (struct pool_id){WEB_POOL_B});
    struct command house = {.kind = CMD_DEFINE_LOCATION, .u.location = &l};
    struct command pool = {.kind = CMD_DEFINE_POOL, .u.pool = &p};

    l.id.v = 0;
    l.region = vocab_region_find(w->vocab, region);
    snprintf(l.code, sizeof l.code, "ver");
    snprintf(l.name, sizeof l.name, "Huis ver");
    assert_int_equal(web_command(w, &house).refusal, REFUSAL_NONE);
    p.id.v = 0;
    p.location.v = engine_locations(e);
    snprintf(p.code, sizeof p.code, "ver-crisis");
    assert_int_equal(web_command(w, &pool).refusal, REFUSAL_NONE);
    return (enum web_pool)engine_pools(e);
}

/* The names of the houses that ORG may ring, in their order, at most MAX; and how many are left off. */
static void assert_ring(struct web *w, uint32_t org, size_t max, const char *names, size_t left)
{
    struct night_row *rows = NULL;
    size_t n = 0, is_left = 99;
    char got[200] = "";
    json_t *ring =
        night_sheet_ring(flow_engine(w->flow), (struct org_id){org}, w->wall_ms, max, &rows, &n, &is_left);

    assert_int_equal(json_array_size(ring), n);
    for (size_t i = 0; i < n; i++) {
        const json_t *row = json_array_get(ring, i);

        assert_int_equal(rows[i].request.v, 0);
        assert_ptr_equal(rows[i].row, row);
        assert_null(json_object_get(row, "meetingPoint"));
        assert_true(json_is_null(json_object_get(row, "nightNumber")));
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i > 0 ? ", " : "",
                 json_string_value(json_object_get(row, "location")));
    }
    assert_string_equal(got, names);
    assert_int_equal(is_left, left);
    json_decref(ring);
    free(rows);
}

/* A command of huis-a's own two people: one says it, the other confirms. */
static void freeze(struct web *w, enum web_location house)
{
    struct command report = {.kind = CMD_REPORT_LEAK,
                             .actor = {.role = ROLE_ORG_ADMIN, .org = {WEB_HUIS_A}, .account = {71}},
                             .u.safety = {.location = {house}}};
    struct command confirm = {.kind = CMD_CONFIRM_LEAK,
                              .actor = {.role = ROLE_ORG_ADMIN, .org = {WEB_HUIS_A}, .account = {72}}};

    assert_int_equal(web_command(w, &report).refusal, REFUSAL_NONE);
    confirm.u.safety.leak = 1;
    assert_int_equal(web_command(w, &confirm).refusal, REFUSAL_NONE);
}

static void nearest_first_then_where_most_is_free(void **state)
{
    struct web *w = begin(0);
    enum web_pool far = define_far_house(w, "R28"); /* the referrer's own: nearer than the two of R30 */

    (void)state;
    web_report(w, WEB_POOL_A, 6, 1);
    web_report(w, WEB_POOL_A2, 6, 1);
    web_report(w, WEB_POOL_B, 6, 3);
    assert_ring(w, WEB_VT, 9, "Huis ver, Huis b, Huis a", 0); /* near, though nothing is known of it */
    web_report(w, WEB_POOL_A2, 6, 5);
    web_report(w, far, 6, 0);
    assert_ring(w, WEB_VT, 9, "Huis ver, Huis a, Huis b", 0);
    assert_ring(w, WEB_VT, 1, "Huis ver", 2);
    web_free(w);
}

static void only_whom_the_reader_may_ring(void **state)
{
    struct web *w = begin(0);
    struct org_id comensha = define_org(w, ORG_COMENSHA, "comensha", REGION_NONE);

    (void)state;
    assert_ring(w, WEB_VT, 9, "Huis a, Huis b", 0);
    assert_ring(w, WEB_HUIS_A, 9, "", 0);
    assert_ring(w, WEB_GEMEENTE, 9, "", 0);
    assert_ring(w, WEB_OPERATOR, 9, "", 0);
    define_pool(w, WEB_POOL_A, KIND_COSM, GATEKEEPER_COMENSHA, "a-cosm");
    define_pool(w, WEB_POOL_A, KIND_JEUGD, GATEKEEPER_GI, "a-jeugd");
    for (uint32_t pool = 1; pool <= 5; pool++) {
        assert_int_equal(
            audience_of_ringing(flow_engine(w->flow), (struct org_id){WEB_VT}, (struct pool_id){pool}),
            pool < 4);
        assert_int_equal(audience_of_ringing(flow_engine(w->flow), comensha, (struct pool_id){pool}),
                         pool < 5);
    }
    assert_false(audience_of_ringing(flow_engine(w->flow), (struct org_id){WEB_VT}, (struct pool_id){99}));
    assert_false(audience_of_ringing(flow_engine(w->flow), (struct org_id){99}, (struct pool_id){1}));
    freeze(w, WEB_A);
    assert_ring(w, WEB_VT, 9, "Huis b", 0);
    assert_ring(w, comensha.v, 9, "Huis b", 0);
    web_free(w);
}

static const json_t *place_of(const json_t *ring, size_t house, size_t place)
{
    return json_array_get(json_object_get(json_array_get(ring, house), "places"), place);
}

/* Free is what a call may yield. */
static void what_is_known_of_its_places(void **state)
{
    struct web *w = begin(0);
    struct night_row *rows = NULL;
    size_t n = 0, left = 0;
    struct web_login vt;
    struct web_answer answer = {0};
    json_t *ring = NULL;

    (void)state;
    web_sign_in(w, "vt", &vt);
    web_post(w, &answer, &vt, "/api/v1/referrals", NULL,
             "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"vrouw\",\"age\":31}],"
             "\"callback\":\"010 555 0100\",\"ground\":\"vital_interest\"}");
    web_post(w, &answer, &vt, "/api/v1/referrals/1/requests", NULL, "{\"poolIds\":[3]}");
    assert_int_equal(answer.status, 201);
    ring = night_sheet_ring(flow_engine(w->flow), (struct org_id){WEB_VT}, w->wall_ms, 9, &rows, &n, &left);
    assert_string_equal(json_string_value(json_object_get(json_array_get(ring, 1), "location")), "Huis b");
    assert_int_equal(json_integer_value(json_object_get(place_of(ring, 1, 0), "free")), 2); /* 3, one asked */
    assert_string_equal(json_string_value(json_object_get(place_of(ring, 1, 0), "kind")), "crisis");
    assert_string_equal(json_string_value(json_object_get(place_of(ring, 1, 0), "observedAt")),
                        "2026-11-25T11:00:00.000Z");
    assert_true(json_is_integer(json_object_get(json_array_get(ring, 1), "minutes")));
    assert_string_equal(json_string_value(json_object_get(json_array_get(ring, 1), "region")), "R30");
    /* Two pools of a kind are one line, as old as the older of them. */
    assert_int_equal(json_array_size(json_object_get(json_array_get(ring, 0), "places")), 1);
    assert_int_equal(json_integer_value(json_object_get(place_of(ring, 0, 0), "free")), 6);
    json_decref(ring);
    free(rows);
    rows = NULL;
    n = 0;
    web_pass(w, 60 * 1000);
    web_report(w, WEB_POOL_A, 6, 1);
    ring = night_sheet_ring(flow_engine(w->flow), (struct org_id){WEB_VT}, w->wall_ms, 9, &rows, &n, &left);
    assert_int_equal(json_integer_value(json_object_get(place_of(ring, 0, 0), "free")), 4);
    assert_string_equal(json_string_value(json_object_get(place_of(ring, 0, 0), "observedAt")),
                        "2026-11-25T11:00:00.000Z");
    json_decref(ring);
    free(rows);
    web_answer_fini(&answer);
    web_free(w);
}

/* Who sent the household there is another than who refers it: the house can ring both. */
static void who_comes_by_a_gatekeeper_says_by_whom(void **state)
{
    struct web *w = begin(0);
    enum web_pool pool = define_pool(w, WEB_POOL_A, KIND_JEUGD, GATEKEEPER_GI, "a-jeugd");
    struct actor town = {.role = ROLE_GATEKEEPER, .org = {WEB_GEMEENTE}, .account = {55}};
    struct command take = {.kind = CMD_GATE_TAKE, .actor = town, .u.gate.gate = {1}};
    struct command ask = {
        .kind = CMD_ASK, .actor = town, .u.ask = {.referral = {1}, .pools = {{pool}}, .n = 1}};
    struct command accept = {.kind = CMD_ACCEPT,
                             .actor = {.role = ROLE_SHELTER, .org = {WEB_HUIS_A}, .account = {21}}};
    struct web_login vt;
    struct web_answer answer = {0};
    struct night_row *rows = NULL;
    struct outcome o;
    size_t n = 0;
    json_t *data = NULL;

    (void)state;
    web_report(w, pool, 6, 3);
    web_sign_in(w, "vt", &vt);
    web_post(w, &answer, &vt, "/api/v1/referrals", NULL,
             "{\"urgency\":\"nu\",\"threatLevel\":\"rood\",\"household\":[{\"sex\":\"vrouw\",\"age\":16}],"
             "\"minorAlone\":true,\"callback\":\"010 555 0100\",\"ground\":\"vital_interest\"}");
    assert_int_equal(answer.status, 201);
    web_post(w, &answer, &vt, "/api/v1/referrals/1/gate-requests", NULL, "{\"kind\":\"jeugd\"}");
    assert_int_equal(answer.status, 201);
    assert_int_equal(web_command(w, &take).refusal, REFUSAL_NONE);
    o = web_command(w, &ask);
    assert_int_equal(o.refusal, REFUSAL_NONE);
    accept.u.answer.request = o.requests[0];
    assert_int_equal(web_command(w, &accept).refusal, REFUSAL_NONE);
    data = night_sheet_data(flow_engine(w->flow), (struct org_id){WEB_HUIS_A}, w->wall_ms, &rows, &n);
    assert_coming(data, "Organisatie vt", "Organisatie gemeente", "010 555 0100");
    json_decref(data);
    free(rows);
    web_answer_fini(&answer);
    web_free(w);
}

/* A list that ends at its limit says how much more there is. */
static void what_does_not_fit_is_counted(void **state)
{
    struct web *w = begin(0);
    struct night_row *rows = NULL;
    size_t n = 0;
    char code[16];
    json_t *data = NULL;

    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        snprintf(code, sizeof code, "meer-%u", i);
        define_pool(w, WEB_POOL_A, KIND_CRISIS, GATEKEEPER_NONE, code);
    }
    data = night_sheet_data(flow_engine(w->flow), (struct org_id){WEB_HUIS_A}, w->wall_ms, &rows, &n);
    assert_int_equal(json_array_size(json_object_get(data, "pools")), 300);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(data, "left"), "pools")), 2);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(data, "left"), "coming")), 0);
    json_decref(data);
    free(rows);
    web_free(w);
}

/* A number is read once a round and written down for each reader; what is frozen starts the next round. */
static void read_once_and_again_when_one_is_frozen(void **state)
{
    struct web *w = begin(3600);

    (void)state;
    define_org(w, ORG_VEILIG_THUIS, "vt-oost", REGION_NONE);
    give_key(w, WEB_VT, ROLE_REFERRER);
    web_until(w, web_recorded(w, "night_sheet.make") == 1);     /* the round of its key */
    assert_int_equal(web_recorded(w, "night_sheet.number"), 2); /* two houses */
    give_key(w, WEB_GEMEENTE + 1, ROLE_REFERRER);
    web_until(w, web_recorded(w, "night_sheet.make") == 3);
    assert_int_equal(web_recorded(w, "night_sheet.number"), 6); /* once more, each for two readers */
    freeze(w, WEB_A);
    web_until(w, web_recorded(w, "night_sheet.make") == 5);     /* an hour before its time */
    assert_int_equal(web_recorded(w, "night_sheet.number"), 7); /* the other house once more, for both */
    assert_int_equal(web_recorded(w, "night_sheet.reveal"), 0);
    web_free(w);
}

/* ---- rounds that fail ---- */

static unsigned rounds(const struct web *w)
{
    return web_recorded(w, "night_sheet.make");
}

static void on_ignored(void *ctx, enum err trouble, const struct outcome *outcome)
{
    (void)ctx;
    (void)trouble;
    (void)outcome;
}

/* The loop turns and the journal does not: what waits for it waits. Real time, as the timers of rounds. */
static void journal_stands_still(struct web *w, int64_t ms)
{
    int64_t until_ms = time_mono_ms() + ms;

    while (time_mono_ms() < until_ms)
        loop_turn(w->loop, 2);
}

/* Once it waits for a commit that is then given up, once it is refused at the door: each time it is tried
 * again after five seconds, and not at the next hour. */
static void a_round_that_cannot_begin_is_tried_again(void **state)
{
    struct web *w = begin(3600);
    struct cmd_make_key key = {.wrapped_bytes = ORG_KEY_WRAPPED_MIN};
    struct command make = {.kind = CMD_MAKE_KEY,
                           .actor = {.role = ROLE_SHELTER, .org = {WEB_HUIS_A}, .account = {20}},
                           .key = {.hi = 1, .lo = 1},
                           .u.make_key = &key};

    (void)state;
    give_key(w, WEB_VT, ROLE_REFERRER);
    memset(key.public_key, 77, sizeof key.public_key);
    assert_int_equal(flow_submit(w->flow, &make, on_ignored, NULL), OK);
    journal_stands_still(w, 2500); /* the first round, two seconds after the start */
    assert_int_equal(rounds(w), 0);
    journal_memory_cut(w->journal);
    journal_memory_step(w->journal);
    journal_stands_still(w, 5500); /* the second, refused */
    assert_int_equal(rounds(w), 0);
    journal_memory_heal(w->journal);
    web_until(w, rounds(w) == 1);
    web_free(w);
}

#define ON_DISK "nachtlijst-vt.html"

/* A round each second, on disk too: in the folder of the test. */
static struct web *begin_on_disk(void **state)
{
    struct web *w = web_new();

    w->settings.night_sheet_s = 1;
    w->settings.night_sheet_dir = *state;
    web_start(w);
    give_key(w, WEB_VT, ROLE_REFERRER);
    return w;
}

static void end_on_disk(struct web *w, void **state)
{
    web_free(w); /* its threads have ended: nothing is written any more */
    assert_int_equal(unlink(folder_path(state, ON_DISK)), 0);
    assert_int_equal(rmdir(*state), 0); /* and nothing else is left in it */
    assert_int_equal(mkdir(*state, 0700), 0);
}

static ino_t file_of(void **state)
{
    struct stat st;

    return stat(folder_path(state, ON_DISK), &st) == 0 ? st.st_ino : 0;
}

/* Root may write anywhere: what is in the way of the new file is a folder. */
static void a_folder_that_cannot_be_written_is_tried_at_the_next_round(void **state)
{
    struct web *w = begin_on_disk(state);
    struct buf out = {0};

    assert_int_equal(mkdir(folder_path(state, ON_DISK ".new"), 0700), 0);
    web_until(w, rounds(w) >= 2);
    assert_int_equal(file_of(state), 0);
    assert_int_equal(night_sheet_write(w->app->night, (struct org_id){WEB_VT}, &out), OK);
    buf_fini(&out);
    assert_int_equal(rmdir(folder_path(state, ON_DISK ".new")), 0);
    web_until(w, file_of(state) != 0);
    end_on_disk(w, state);
}

/* As on a full disk: a part is written and then no more. The sheet of before stays whole. */
static void a_full_disk_leaves_the_file_of_before(void **state)
{
    struct web *w = begin_on_disk(state);
    struct rlimit before, full = {0};
    struct stat st;
    ino_t file = 0;
    unsigned n = 0;
    void (*was)(int) = SIG_DFL;

    web_until(w, file_of(state) != 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    full = (struct rlimit){.rlim_cur = 100, .rlim_max = before.rlim_max};
    was = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    n = rounds(w);
    web_until(w, rounds(w) >= n + 2); /* one of them began after the disk was full, and has ended */
    file = file_of(state);
    n = rounds(w);
    web_until(w, rounds(w) >= n + 2);
    assert_int_equal(stat(folder_path(state, ON_DISK), &st), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(st.st_ino, file);
    assert_true(st.st_size > 100);
    assert_true((st.st_mode & 0777) == 0600);
    web_until(w, file_of(state) != file);
    signal(SIGXFSZ, was);
    end_on_disk(w, state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_in_a_turn),
        cmocka_unit_test(a_bridge_bed_says_so),
        cmocka_unit_test(nearest_first_then_where_most_is_free),
        cmocka_unit_test(only_whom_the_reader_may_ring),
        cmocka_unit_test(what_is_known_of_its_places),
        cmocka_unit_test(what_does_not_fit_is_counted),
        cmocka_unit_test(who_comes_by_a_gatekeeper_says_by_whom),
        cmocka_unit_test(read_once_and_again_when_one_is_frozen),
        cmocka_unit_test(a_round_that_cannot_begin_is_tried_again),
        cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_written_is_tried_at_the_next_round,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_file_of_before, folder_setup, folder_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
