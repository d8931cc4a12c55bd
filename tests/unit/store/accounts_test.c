#include "store/accounts.h"

#include "support/store_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1800000000000)

static struct accounts *load(struct store_world *w, const struct accounts_limits *limits, int64_t now_ms)
{
    struct accounts *a = NULL;

    if (accounts_load(w->db, limits, now_ms, &a, w->why, sizeof w->why) != OK)
        fail_msg("%s", w->why);
    accounts_attach(a, ticking_base(w->t), w->clerk);
    return a;
}

static struct account_id add(struct store_world *w, const char *name, enum role role)
{
    struct account account = {.org = {12},
                              .role = role,
                              .location = {3},
                              .display_nl = "Nachtdienst \xc3\xa9\xc3\xa9n",
                              .display_en = "Night shift one",
                              .password_hash = "$argon2id$test"};
    struct account_id id = {0};

    snprintf(account.username, sizeof account.username, "%s", name);
    if (account_add(w->db, &account, NOW, &id, w->why, sizeof w->why) != OK)
        fail_msg("%s", w->why);
    return id;
}

static struct session session_of(struct account_id id, uint8_t n, int64_t created_ms)
{
    struct session s = {.account = id, .created_ms = created_ms, .seen_ms = created_ms};

    memset(s.hash, n, sizeof s.hash);
    s.hash[0] = '\'';
    s.hash[1] = 0;
    memset(s.csrf, 255 - n, sizeof s.csrf);
    return s;
}

static void sign_in(struct store_world *w, const struct people_port *p, const struct session *s)
{
    assert_int_equal(p->session_add(p->ctx, s, store_world_done, w), OK);
    assert_null(p->session_find(p->ctx, s->hash)); /* not before it is durable */
    assert_true(store_world_wait(w, 1, 3000));
    assert_int_equal(w->trouble, OK);
    assert_non_null(p->session_find(p->ctx, s->hash));
}

static void test_accounts_round_trip(void **state)
{
    struct store_world *w = *state;
    struct account twin = {.username = "Sanne@VT.example", .role = ROLE_SHELTER};
    struct account bad = {.username = "with space", .role = ROLE_SHELTER};
    const struct account *found;
    const struct people_port *p;
    struct account_id id, other;
    struct accounts *a;

    id = add(w, "Sanne@vt.example", ROLE_REFERRER);
    assert_int_equal(account_add(w->db, &twin, NOW, &other, w->why, sizeof w->why), ERR_CONFLICT);
    assert_int_equal(account_add(w->db, &bad, NOW, &other, w->why, sizeof w->why), ERR_BAD_INPUT);
    for (int i = 0; i < ROLE_N; i++) {
        char name[32];

        snprintf(name, sizeof name, "role-%d", i);
        add(w, name, (enum role)i);
    }
    a = load(w, NULL, NOW);
    p = accounts_port(a);
    assert_int_equal(accounts_count(a), 1 + ROLE_N);
    found = p->find(p->ctx, "sanne@VT.EXAMPLE");
    assert_non_null(found);
    assert_int_equal(found->id.v, id.v);
    assert_string_equal(found->username, "sanne@vt.example");
    assert_int_equal(found->org.v, 12);
    assert_int_equal(found->location.v, 3);
    assert_int_equal(found->role, ROLE_REFERRER);
    assert_string_equal(found->display_nl, "Nachtdienst \xc3\xa9\xc3\xa9n");
    assert_string_equal(found->display_en, "Night shift one");
    assert_string_equal(found->password_hash, "$argon2id$test");
    assert_false(found->disabled);
    assert_ptr_equal(p->get(p->ctx, id), found);
    for (int i = 0; i < ROLE_N; i++) {
        char name[32];

        snprintf(name, sizeof name, "role-%d", i);
        assert_int_equal(p->find(p->ctx, name)->role, i);
    }
    assert_null(p->find(p->ctx, "nobody"));
    assert_null(p->find(p->ctx, ""));
    assert_null(
        p->find(p->ctx, "a name that is far longer than any username may be, sixty-five bytes at least"));
    assert_null(p->get(p->ctx, (struct account_id){99999}));
    accounts_free(a);
}

static void test_failures_and_lock_survive(void **state)
{
    struct store_world *w = *state;
    struct account_id id = add(w, "lock", ROLE_SHELTER);
    struct accounts *a = load(w, NULL, NOW);
    const struct people_port *p = accounts_port(a);

    p->note_sign_in(p->ctx, id, 5, NOW + 900000);
    assert_int_equal(p->get(p->ctx, id)->failed, 5);
    assert_true(store_world_settle(w, 3000));
    accounts_free(a);
    a = load(w, NULL, NOW);
    p = accounts_port(a);
    assert_int_equal(p->get(p->ctx, id)->failed, 5);
    assert_true(p->get(p->ctx, id)->locked_until_ms == NOW + 900000);
    assert_int_equal(account_set_password(w->db, id, "$argon2id$new"), OK);
    assert_int_equal(accounts_refresh(a, store_world_done, w), OK);
    assert_int_equal(accounts_refresh(a, store_world_done, w), ERR_BUSY);
    assert_true(store_world_wait(w, 1, 3000));
    assert_int_equal(p->get(p->ctx, id)->failed, 0);
    assert_string_equal(p->get(p->ctx, id)->password_hash, "$argon2id$new");
    accounts_free(a);
}

static void test_sessions_survive_a_restart(void **state)
{
    struct store_world *w = *state;
    struct account_id id = add(w, "nacht", ROLE_SHELTER);
    struct accounts *a = load(w, NULL, NOW);
    const struct people_port *p = accounts_port(a);
    struct session s1 = session_of(id, 1, NOW), s2 = session_of(id, 2, NOW),
                   old = session_of(id, 3, NOW - 36000000);
    const struct session *found;

    sign_in(w, p, &s1);
    sign_in(w, p, &s2);
    sign_in(w, p, &old);
    assert_int_equal(p->session_end(p->ctx, s2.hash, store_world_done, w), OK);
    assert_null(p->session_find(p->ctx, s2.hash)); /* at once */
    assert_int_equal(p->session_end(p->ctx, s2.hash, store_world_done, w), ERR_NOT_FOUND);
    assert_true(store_world_wait(w, 1, 3000));
    accounts_free(a);
    private_db_kill(w->server);
    private_db_restart(w->server);
    store_world_reconnect(w);
    a = load(w, NULL, NOW);
    p = accounts_port(a);
    found = p->session_find(p->ctx, s1.hash);
    assert_non_null(found);
    assert_memory_equal(found->csrf, s1.csrf, sizeof s1.csrf);
    assert_int_equal(found->account.v, id.v);
    assert_true(found->created_ms == NOW && found->seen_ms == NOW);
    assert_null(p->session_find(p->ctx, s2.hash));
    assert_null(p->session_find(p->ctx, old.hash)); /* ten hours */
    assert_int_equal(accounts_sessions(a), 1);
    accounts_free(a);
}

static bool seen_is_written(void *ctx)
{
    struct store_world *w = ctx;

    return private_db_number(w->server, "SELECT COUNT(*) FROM session WHERE seen_at_ms=1800000090000") == 2;
}

static void test_touch_is_lazy_and_batched(void **state)
{
    struct store_world *w = *state;
    struct accounts_limits limits = accounts_limits_default();
    struct account_id id = add(w, "touch", ROLE_SHELTER);
    struct session s1 = session_of(id, 1, NOW), s2 = session_of(id, 2, NOW), s3 = session_of(id, 4, NOW);
    const struct people_port *p;
    struct accounts *a;

    limits.flush_ms = 30;
    a = load(w, &limits, NOW);
    p = accounts_port(a);
    sign_in(w, p, &s1);
    sign_in(w, p, &s2);
    sign_in(w, p, &s3);
    p->session_touch(p->ctx, s1.hash, NOW + 1000); /* too soon to be written */
    p->session_touch(p->ctx, s3.hash, NOW + 59999);
    assert_true(p->session_find(p->ctx, s1.hash)->seen_ms == NOW + 1000);
    p->session_touch(p->ctx, s1.hash, NOW + 90000);
    p->session_touch(p->ctx, s2.hash, NOW + 90000);
    p->session_touch(p->ctx, s2.hash, NOW + 80000); /* a late one does not turn the clock back */
    assert_true(ticking_until(w->t, seen_is_written, NULL, w, 3000));
    assert_true(p->session_find(p->ctx, s2.hash)->seen_ms == NOW + 90000);
    assert_int_equal(
        private_db_number(w->server, "SELECT COUNT(*) FROM session WHERE seen_at_ms=1800000000000"), 1);
    accounts_free(a);
}

static bool is_swept(void *ctx)
{
    struct store_world *w = ctx;

    return private_db_number(w->server, "SELECT COUNT(*) FROM session") == 1;
}

static void test_old_sessions_are_swept(void **state)
{
    struct store_world *w = *state;
    struct accounts_limits limits = accounts_limits_default();
    struct account_id id = add(w, "sweep", ROLE_SHELTER);
    struct session s1 = session_of(id, 1, NOW), s2 = session_of(id, 2, NOW + 3600000);
    const struct people_port *p;
    struct accounts *a;

    limits.flush_ms = 30;
    a = load(w, &limits, NOW);
    p = accounts_port(a);
    sign_in(w, p, &s1);
    sign_in(w, p, &s2);
    p->session_touch(p->ctx, s2.hash, NOW + 9 * 3600000 + 1); /* what the clock is now */
    assert_true(ticking_until(w->t, is_swept, NULL, w, 3000));
    assert_null(p->session_find(p->ctx, s1.hash));
    assert_non_null(p->session_find(p->ctx, s2.hash));
    accounts_free(a);
}

static void test_disabling_ends_sessions_here_too(void **state)
{
    struct store_world *w = *state;
    struct account_id id = add(w, "left", ROLE_SHELTER), other = add(w, "stays", ROLE_SHELTER);
    struct accounts *a = load(w, NULL, NOW);
    const struct people_port *p = accounts_port(a);
    struct session s1 = session_of(id, 1, NOW), s2 = session_of(other, 2, NOW);

    sign_in(w, p, &s1);
    sign_in(w, p, &s2);
    assert_int_equal(account_set_disabled(w->db, id, NOW), OK);
    assert_int_equal(account_set_disabled(w->db, (struct account_id){4711}, NOW), ERR_NOT_FOUND);
    assert_int_equal(accounts_refresh(a, store_world_done, w), OK);
    assert_true(store_world_wait(w, 1, 3000));
    assert_true(p->get(p->ctx, id)->disabled);
    assert_null(p->session_find(p->ctx, s1.hash));
    assert_non_null(p->session_find(p->ctx, s2.hash));
    assert_int_equal(accounts_sessions(a), 1);
    accounts_free(a);
}

static void test_sign_in_while_the_database_is_away(void **state)
{
    struct store_world *w = *state;
    struct accounts_limits limits = accounts_limits_default();
    struct account_id id = add(w, "away", ROLE_SHELTER);
    struct session s = session_of(id, 1, NOW);
    const struct people_port *p;
    struct accounts *a;

    limits.add_ms = 200;
    a = load(w, &limits, NOW);
    p = accounts_port(a);
    private_db_stall(w->server);
    assert_int_equal(p->session_add(p->ctx, &s, store_world_done, w), OK);
    assert_true(store_world_wait(w, 1, 3000));
    assert_int_equal(w->trouble, ERR_AWAY);
    assert_null(p->session_find(p->ctx, s.hash)); /* no cookie was promised */
    private_db_resume(w->server);
    sign_in(w, p, &s);
    accounts_free(a);
}

/* What is under way when all is closed is forgotten without a leak (the sanitizer looks). */
static void test_closing_under_way(void **state)
{
    struct store_world *w = *state;
    struct account_id id = add(w, "close", ROLE_SHELTER);
    struct accounts *a = load(w, NULL, NOW);
    const struct people_port *p = accounts_port(a);
    struct session s1 = session_of(id, 1, NOW), s2 = session_of(id, 2, NOW);
    struct db_params params = private_db_params(w->server);

    sign_in(w, p, &s1);
    assert_int_equal(p->session_add(p->ctx, &s2, store_world_done, w), OK);
    assert_int_equal(p->session_end(p->ctx, s1.hash, store_world_done, w), OK);
    assert_int_equal(accounts_refresh(a, store_world_done, w), OK);
    accounts_free(a);
    clerk_free(w->clerk);
    w->clerk = clerk_new(ticking_base(w->t), &params, NULL);
    assert_int_equal(w->completions, 1);
}

static void test_machines(void **state)
{
    struct store_world *w = *state;
    uint8_t pin1[CRYPTO_SHA256_BYTES] = {1, '\'', 0, '\\'}, pin2[CRYPTO_SHA256_BYTES] = {2},
            pin3[CRYPTO_SHA256_BYTES] = {3};
    struct org_id orgs[] = {{4}, {9}};
    const struct people_port *p;
    const struct machine *m;
    struct accounts *a;
    uint32_t id = 0, bare = 0;

    assert_int_equal(machine_add(w->db, "feed-noord", pin1, orgs, 2, NOW, &id, w->why, sizeof w->why), OK);
    assert_int_equal(machine_add(w->db, "feed-zuid", pin1, orgs, 1, NOW, &bare, w->why, sizeof w->why),
                     ERR_CONFLICT);
    assert_int_equal(machine_add(w->db, "feed-zuid", pin2, NULL, 0, NOW, &bare, w->why, sizeof w->why), OK);
    assert_int_equal(machine_set_next_pin(w->db, id, pin3), OK);
    a = load(w, NULL, NOW);
    p = accounts_port(a);
    m = p->machine_find(p->ctx, pin1);
    assert_non_null(m);
    assert_int_equal(m->id, id);
    assert_string_equal(m->name, "feed-noord");
    assert_int_equal(m->n_carries, 2);
    assert_int_equal(m->carries[0].v + m->carries[1].v, 13);
    assert_ptr_equal(p->machine_find(p->ctx, pin3), m); /* the next certificate is welcome already */
    assert_int_equal(p->machine_find(p->ctx, pin2)->n_carries, 0);
    assert_null(p->machine_find(p->ctx, (const uint8_t[CRYPTO_SHA256_BYTES]){9}));
    accounts_free(a);
}

/* What `plek machine` does beside a running broker shows after a refresh; who is not touched keeps its place.
 */
static void test_machines_are_read_anew(void **state)
{
    struct store_world *w = *state;
    uint8_t adapter[CRYPTO_SHA256_BYTES] = {11}, partner[CRYPTO_SHA256_BYTES] = {12};
    struct org_id orgs[] = {{4}, {9}};
    const struct org_id *carried;
    const struct people_port *p;
    struct accounts *a;
    uint32_t id = 0;

    assert_int_equal(machine_add(w->db, "adapter", adapter, orgs, 2, NOW, &id, w->why, sizeof w->why), OK);
    a = load(w, NULL, NOW);
    p = accounts_port(a);
    carried = p->machine_find(p->ctx, adapter)->carries;
    assert_int_equal(p->machine_find(p->ctx, adapter)->reads_as, ROLE_NONE);

    assert_int_equal(machine_add(w->db, "partner", partner, NULL, 0, NOW, &id, w->why, sizeof w->why), OK);
    assert_int_equal(machine_set_reading(w->db, id, ROLE_MUNICIPALITY, (struct org_id){7}), OK);
    assert_int_equal(machine_set_reading(w->db, 99999, ROLE_MUNICIPALITY, (struct org_id){7}), ERR_NOT_FOUND);
    assert_null(p->machine_find(p->ctx, partner)); /* not before it was told */
    assert_int_equal(accounts_refresh(a, store_world_done, w), OK);
    assert_true(store_world_wait(w, 1, 3000));
    assert_int_equal(w->trouble, OK);
    assert_int_equal(p->machine_find(p->ctx, partner)->reads_as, ROLE_MUNICIPALITY);
    assert_int_equal(p->machine_find(p->ctx, partner)->reads_for.v, 7);
    assert_ptr_equal(p->machine_find(p->ctx, adapter)->carries, carried);

    assert_int_equal(machine_remove(w->db, "adapter"), OK);
    assert_int_equal(machine_remove(w->db, "adapter"), ERR_NOT_FOUND);
    assert_int_equal(accounts_refresh(a, store_world_done, w), OK);
    assert_true(store_world_wait(w, 1, 3000));
    assert_null(p->machine_find(p->ctx, adapter));
    assert_non_null(p->machine_find(p->ctx, partner));
    assert_int_equal(carried[0].v + carried[1].v, 13); /* an actor under way may still look */
    accounts_free(a);
}

int main(void)
{
#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, store_world_begin, store_world_end)
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_accounts_round_trip),
        STORE_TEST(test_failures_and_lock_survive),
        STORE_TEST(test_sessions_survive_a_restart),
        STORE_TEST(test_touch_is_lazy_and_batched),
        STORE_TEST(test_old_sessions_are_swept),
        STORE_TEST(test_disabling_ends_sessions_here_too),
        STORE_TEST(test_sign_in_while_the_database_is_away),
        STORE_TEST(test_closing_under_way),
        STORE_TEST(test_machines),
        STORE_TEST(test_machines_are_read_anew),
    };

    return cmocka_run_group_tests_name("accounts", tests, store_world_start, store_world_stop);
}
