#include "support/store_world.h"

#include "base/time_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void on_done(void *ctx, enum err trouble, struct db_result *r)
{
    struct store_world *w = ctx;

    assert_true((r != NULL) == (trouble == OK));
    store_world_done(w, trouble);
}

static enum err say(struct store_world *w, const char *sql, enum db_role role, uint32_t patience_ms)
{
    unsigned before = w->completions;
    enum err e = clerk_do(w->clerk, bytes_of_text(sql), role, patience_ms, on_done, w);

    assert_int_equal(w->completions, before);
    return e;
}

static void test_in_order(void **state)
{
    struct store_world *w = *state;
    char sql[80];

    assert_int_equal(say(w, "CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL)", DB_COMMITS, 0), OK);
    assert_int_equal(say(w, "INSERT INTO t VALUES (1, 0)", DB_COMMITS, 0), OK);
    for (int i = 1; i <= 50; i++) {
        snprintf(sql, sizeof sql, "UPDATE t SET v=v*3+%d WHERE id=1 AND v < 1000000", i);
        assert_int_equal(say(w, sql, DB_COMMITS, 0), OK);
    }
    assert_true(store_world_wait(w, 52, 5000));
    assert_int_equal(w->trouble, OK);
    /* the same, computed here */
    uint64_t v = 0;
    for (uint64_t i = 1; i <= 50; i++)
        v = v < 1000000 ? v * 3 + i : v;
    assert_int_equal(private_db_number(w->server, "SELECT v FROM t"), v);
}

static void test_refusals_are_told(void **state)
{
    struct store_world *w = *state;

    private_db_exec(w->server, "CREATE TABLE t (id INT PRIMARY KEY)");
    assert_int_equal(say(w, "INSERT INTO t VALUES (1)", DB_COMMITS, 0), OK);
    assert_true(store_world_wait(w, 1, 3000));
    assert_int_equal(say(w, "INSERT INTO t VALUES (1)", DB_COMMITS, 0), OK);
    assert_true(store_world_wait(w, 1, 3000));
    assert_int_equal(w->trouble, ERR_CONFLICT);
    assert_int_equal(say(w, "INSERT INTO nowhere VALUES (1)", DB_COMMITS, 0), OK);
    assert_true(store_world_wait(w, 1, 3000));
    assert_int_equal(w->trouble, ERR_BAD_INPUT);
    assert_int_equal(say(w, "SELECT 1", DB_READS, 0), OK);
    assert_true(store_world_wait(w, 1, 3000));
    assert_int_equal(w->trouble, OK);
}

static void test_patience_ends(void **state)
{
    struct store_world *w = *state;
    int64_t from;

    private_db_exec(w->server, "CREATE TABLE t (id INT PRIMARY KEY)");
    assert_int_equal(say(w, "SELECT 1", DB_READS, 0), OK);
    assert_true(store_world_wait(w, 1, 3000));
    private_db_stall(w->server);
    from = time_mono_ms();
    assert_int_equal(say(w, "INSERT INTO t VALUES (1)", DB_COMMITS, 300), OK); /* is sent: doubt */
    assert_true(store_world_wait(w, 1, 3000));
    assert_int_equal(w->trouble, ERR_DOUBT);
    assert_int_equal(say(w, "INSERT INTO t VALUES (2)", DB_COMMITS, 200), OK); /* is never sent: away */
    assert_true(store_world_wait(w, 1, 3000));
    assert_int_equal(w->trouble, ERR_AWAY);
    assert_in_range(time_mono_ms() - from, 450, 2000);
    assert_true(clerk_is_away(w->clerk));
    assert_in_range(ticking_late_ms(w->t), 0, 50);
    private_db_resume(w->server);
    assert_int_equal(say(w, "REPLACE INTO t VALUES (3)", DB_COMMITS, 0), OK);
    assert_true(store_world_wait(w, 1, 5000));
    assert_int_equal(w->trouble, OK);
    assert_false(clerk_is_away(w->clerk));
    assert_int_equal(private_db_number(w->server, "SELECT COUNT(*) FROM t WHERE id=2"), 0);
}

static void test_endless_patience_survives_a_kill(void **state)
{
    struct store_world *w = *state;

    private_db_exec(w->server, "CREATE TABLE t (id INT PRIMARY KEY)");
    private_db_kill(w->server);
    for (int i = 0; i < 20; i++) {
        char sql[64];

        snprintf(sql, sizeof sql, "REPLACE INTO t VALUES (%d)", i);
        assert_int_equal(say(w, sql, DB_COMMITS, 0), OK);
    }
    assert_false(store_world_wait(w, 1, 200));
    private_db_restart(w->server);
    assert_true(store_world_wait(w, 20, 10000));
    assert_int_equal(private_db_number(w->server, "SELECT COUNT(*) FROM t"), 20);
    store_world_reconnect(w);
}

static void test_bounds(void **state)
{
    struct store_world *w = *state;
    struct db_params p = private_db_params(w->server);
    struct clerk_limits limits = clerk_limits_default();

    clerk_free(w->clerk);
    limits.jobs_max = 3;
    limits.bytes_max = 100;
    w->clerk = clerk_new(ticking_base(w->t), &p, &limits);
    assert_int_equal(say(w, "SELECT 1", DB_READS, 0), OK);
    assert_int_equal(say(w, "SELECT 1", DB_READS, 0), OK);
    assert_int_equal(say(w,
                         "SELECT 'ninety bytes and more: .................................................'",
                         DB_READS, 0),
                     OK);
    assert_int_equal(say(w, "SELECT 1", DB_READS, 0), ERR_BUSY); /* jobs */
    assert_true(store_world_wait(w, 3, 3000));
    assert_int_equal(say(w,
                         "SELECT 'ninety bytes and more: .................................................'",
                         DB_READS, 0),
                     OK);
    assert_int_equal(say(w,
                         "SELECT 'ninety bytes and more: .................................................'",
                         DB_READS, 0),
                     ERR_BUSY); /* bytes */
    assert_true(store_world_wait(w, 1, 3000));
}

int main(void)
{
#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, store_world_begin, store_world_end)
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_in_order),      STORE_TEST(test_refusals_are_told),
        STORE_TEST(test_patience_ends), STORE_TEST(test_endless_patience_survives_a_kill),
        STORE_TEST(test_bounds),
    };

    return cmocka_run_group_tests_name("clerk", tests, store_world_start, store_world_stop);
}
