/* The journal when things break, with the real server: killed, stopped, cut off at COMMIT, taken over. The
 * promise each time: what was called durable is there, everything appended becomes durable exactly once, and
 * the loop goes on ticking. */
#include "support/journal_world.h"

#include "base/rng.h"
#include "base/time_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <event2/event.h>

#include <cmocka.h>

#define LATE_MS_MAX 50
#define KILL_ROUNDS 20

static bool has_some(void *ctx)
{
    const struct journal_world *w = ctx;

    return w->durable >= w->claim.seq + 50;
}

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

/* ---- unknown commits ---- */

struct cutting {
    struct journal_world *w;
    struct cut_proxy *p;
};

static bool has_cut(void *ctx)
{
    const struct cutting *c = ctx;

    return cut_proxy_cuts(c->p) > 0;
}

/* COMMIT is cut once; the rows must be there once, and the writer must have learnt its fate. */
static void cut_once(struct journal_world *w, enum cut how, bool committed)
{
    struct db_params p = private_db_params(w->server);
    struct cutting c = {.w = w, .p = cut_proxy_new(ticking_base(w->t), p.socket)};
    struct journal_maria_stats s;
    uint64_t there;

    journal_world_write(w, cut_proxy_socket(c.p));
    journal_world_append(w, 30);
    assert_true(journal_world_drain(w, 5000));
    cut_proxy_next(c.p, how);
    journal_world_append(w, 20);
    assert_true(ticking_until(w->t, has_cut, NULL, &c, 5000));
    assert_int_equal(w->durable, 30); /* nobody was told */
    /* with CUT_AFTER the rows are in the table though the client was told "lost" */
    there = private_db_number(w->server, "SELECT COUNT(*) FROM journal");
    assert_int_equal(there, committed ? 50 : 30);
    journal_world_append(w, 10); /* goes on top */
    assert_true(journal_world_drain(w, 5000));
    s = journal_maria_stats(w->j);
    assert_int_equal(s.doubts, 1);
    assert_int_equal(s.doubts_committed, committed ? 1 : 0);
    assert_int_equal(s.rows, 60);
    assert_int_equal(journal_world_check(w, 0), 60);
    assert_int_equal(private_db_number(w->server, "SELECT COUNT(*) FROM referral_key"), 7);
    assert_int_equal(w->away + w->fenced, 0); /* too short to be called away */
    journal_maria_free(w->j);
    w->j = NULL;
    cut_proxy_free(c.p);
}

static void test_commit_lost_before_the_server(void **state)
{
    cut_once(*state, CUT_BEFORE_COMMIT, false);
}

static void test_commit_lost_after_the_server(void **state)
{
    cut_once(*state, CUT_AFTER_COMMIT, true);
}

static bool is_durable_50(void *ctx)
{
    const struct journal_world *w = ctx;

    return w->durable >= 50;
}

/* The server works on the old COMMIT while we are back already: the answer must wait for it. */
static void test_commit_that_comes_late(void **state)
{
    struct journal_world *w = *state;
    struct db_params p = private_db_params(w->server);
    struct cut_proxy *proxy = cut_proxy_new(ticking_base(w->t), p.socket);
    struct cutting c = {.w = w, .p = proxy};
    struct journal_maria_stats s;

    journal_world_write(w, cut_proxy_socket(proxy));
    journal_world_append(w, 30);
    assert_true(journal_world_drain(w, 5000));
    cut_proxy_next(proxy, CUT_LATE_COMMIT);
    journal_world_append(w, 20);
    assert_true(ticking_until(w->t, is_durable_50, NULL, w, 5000));
    assert_true(ticking_until(w->t, has_cut, NULL, &c, 1000)); /* the late one was answered */
    s = journal_maria_stats(w->j);
    assert_int_equal(s.doubts, 1);
    assert_int_equal(s.doubts_committed, 1);
    assert_int_equal(s.retries, 1); /* one question was enough */
    assert_int_equal(journal_world_check(w, 0), 50);
    assert_in_range(ticking_late_ms(w->t), 0, LATE_MS_MAX);
    journal_maria_free(w->j);
    w->j = NULL;
    cut_proxy_free(proxy);
}

/* Again and again, either way, under load. */
static void test_commits_cut_under_load(void **state)
{
    struct journal_world *w = *state;
    struct db_params p = private_db_params(w->server);
    struct cut_proxy *proxy = cut_proxy_new(ticking_base(w->t), p.socket);
    struct rng rng = rng_seed(7);

    journal_world_write(w, cut_proxy_socket(proxy));
    w->rows_per_turn = 3;
    for (unsigned i = 1; i <= 15; i++) {
        w->claim.seq = w->durable;
        cut_proxy_next(proxy, rng_chance(&rng, 500) ? CUT_BEFORE_COMMIT : CUT_AFTER_COMMIT);
        assert_true(journal_world_load(w, has_some, 5000));
    }
    assert_true(journal_world_drain(w, 5000));
    assert_int_equal(cut_proxy_cuts(proxy), 15);
    assert_int_equal(journal_maria_stats(w->j).doubts, 15);
    assert_int_equal(journal_world_check(w, 0), w->appended);
    assert_in_range(ticking_late_ms(w->t), 0, LATE_MS_MAX);
    journal_maria_free(w->j);
    w->j = NULL;
    cut_proxy_free(proxy);
}

/* ---- kill -9 ---- */

static void test_server_killed_in_mid_load(void **state)
{
    struct journal_world *w = *state;
    struct rng rng = rng_seed(11);

    journal_world_write(w, NULL);
    w->rows_per_turn = 4;
    for (unsigned i = 0; i < KILL_ROUNDS; i++) {
        uint64_t told;

        w->claim.seq = w->durable;
        assert_true(journal_world_load(w, has_some, 10000));
        journal_world_load(w, never, rng_below(&rng, 20)); /* anywhere in a transaction */
        told = w->durable;
        private_db_kill(w->server);
        private_db_restart(w->server);
        assert_true(private_db_number(w->server, "SELECT MAX(seq) FROM journal") >= told);
    }
    assert_true(journal_world_drain(w, 10000));
    assert_int_equal(journal_world_check(w, 0), w->appended);
    assert_int_equal(journal_maria_stats(w->j).rows, w->appended);
    assert_int_equal(w->fenced, 0);
    print_message("%u kills: %llu rows, %llu doubts, of which %llu had been committed\n", KILL_ROUNDS,
                  (unsigned long long)w->appended, (unsigned long long)journal_maria_stats(w->j).doubts,
                  (unsigned long long)journal_maria_stats(w->j).doubts_committed);
}

static void test_server_dead_at_start(void **state)
{
    struct journal_world *w = *state;

    journal_world_write(w, NULL);
    private_db_kill(w->server);
    journal_world_append(w, 5);
    assert_true(journal_world_load(w, journal_world_is_away, 3000));
    assert_true(w->port->is_away(w->port->ctx));
    private_db_launch(w->server);
    assert_true(journal_world_load(w, journal_world_is_back, 20000));
    assert_false(w->port->is_away(w->port->ctx));
    assert_true(journal_world_drain(w, 5000));
    assert_int_equal(journal_world_check(w, 0), 5);
    assert_int_equal(w->away, 1);
    assert_in_range(ticking_late_ms(w->t), 0, LATE_MS_MAX);
}

/* ---- late ourselves ---- */

#define OWN_DELAY_MS 150

static void dawdle(evutil_socket_t fd, short what, void *ctx)
{
    const struct timespec delay = {.tv_nsec = OWN_DELAY_MS * 1000000L};

    (void)fd;
    (void)what;
    (void)ctx;
    nanosleep(&delay, NULL);
}

/* Every turn is late, so a batch of several statements takes longer than a database may be silent: it was
 * not. */
static void test_own_lateness_is_not_the_databases(void **state)
{
    struct journal_world *w = *state;
    const struct timeval each_turn = {.tv_usec = 1};
    struct event *late;
    unsigned rows;

    w->limits.away_ms = 2 * OWN_DELAY_MS;
    journal_world_write(w, NULL);
    ticking_reset(w->t);
    late = event_new(ticking_base(w->t), -1, EV_PERSIST, dawdle, NULL);
    assert_int_equal(event_add(late, &each_turn), 0);
    /* A batch may be over between two late turns: then another. */
    for (rows = 0; rows < 30 || (rows < 300 && ticking_late_ms(w->t) < OWN_DELAY_MS / 2); rows += 10) {
        journal_world_append(w, 10);
        assert_true(journal_world_drain(w, 10000));
    }
    assert_true(ticking_late_ms(w->t) >= OWN_DELAY_MS / 2);
    assert_int_equal(w->away, 0);
    private_db_stall(w->server);
    journal_world_append(w, 1);
    assert_true(ticking_until(w->t, journal_world_is_away, NULL, w, 20000)); /* now it does not answer */
    private_db_resume(w->server);
    event_free(late);
    assert_true(ticking_until(w->t, journal_world_is_back, NULL, w, 5000));
    assert_true(journal_world_drain(w, 5000));
    assert_int_equal(journal_world_check(w, 0), rows + 1);
}

/* ---- stalled ---- */

static void test_server_stopped_under_load(void **state)
{
    struct journal_world *w = *state;
    int64_t from;

    journal_world_write(w, NULL);
    w->rows_per_turn = 2;
    assert_true(journal_world_load(w, has_some, 5000));
    ticking_reset(w->t);
    private_db_stall(w->server);
    from = time_mono_ms();
    assert_true(journal_world_load(w, journal_world_is_away, 5000));
    assert_in_range(time_mono_ms() - from, 500, 2500); /* AWAY_MS is 1000 */
    assert_true(w->port->is_away(w->port->ctx));
    journal_world_load(w, never, 500);
    assert_in_range(ticking_late_ms(w->t), 0, LATE_MS_MAX);
    private_db_resume(w->server);
    assert_true(journal_world_load(w, journal_world_is_back, 5000));
    w->rows_per_turn = 0;
    assert_true(journal_world_drain(w, 5000));
    assert_int_equal(journal_world_check(w, 0), w->appended);
    assert_int_equal(w->away, 1);
    assert_in_range(ticking_late_ms(w->t), 0, LATE_MS_MAX);
}

/* Idle, the beat finds out. */
static void test_server_stopped_while_idle(void **state)
{
    struct journal_world *w = *state;

    w->limits.beat_ms = 100;
    w->limits.away_ms = 300;
    journal_world_write(w, NULL);
    journal_world_append(w, 1);
    assert_true(journal_world_drain(w, 5000));
    private_db_stall(w->server);
    assert_true(ticking_until(w->t, journal_world_is_away, NULL, w, 3000));
    private_db_resume(w->server);
    assert_true(ticking_until(w->t, journal_world_is_back, NULL, w, 5000));
    assert_in_range(ticking_late_ms(w->t), 0, LATE_MS_MAX);
}

/* Longer than the deadlines of statements and COMMIT: given up, connected anew, nothing twice. */
static void test_server_stopped_past_the_deadlines(void **state)
{
    struct journal_world *w = *state;

    w->limits.statement_ms = 200;
    w->limits.commit_ms = 200;
    w->limits.connect_ms = 200;
    w->limits.away_ms = 500;
    journal_world_write(w, NULL);
    w->rows_per_turn = 2;
    for (unsigned i = 1; i <= 4; i++) {
        w->claim.seq = w->durable;
        assert_true(journal_world_load(w, has_some, 10000));
        private_db_stall(w->server);
        assert_true(journal_world_load(w, journal_world_is_away, 5000));
        assert_int_equal(w->away, i);
        private_db_resume(w->server);
        assert_true(journal_world_load(w, journal_world_is_back, 10000));
    }
    w->rows_per_turn = 0;
    assert_true(journal_world_drain(w, 10000));
    assert_int_equal(journal_world_check(w, 0), w->appended);
    assert_true(journal_maria_stats(w->j).retries >= 4);
    assert_in_range(ticking_late_ms(w->t), 0, LATE_MS_MAX);
}

/* ---- two writers ---- */

static void take_over(struct journal_world *w, struct journal_claim *claim)
{
    struct db *db = private_db_open(w->server);
    char why[DB_WHY_SIZE];

    if (journal_maria_take_over(db, claim, why, sizeof why) != OK)
        fail_msg("%s", why);
    db_close(db);
}

static void test_second_writer_fences_the_first(void **state)
{
    struct journal_world *w = *state;
    struct journal_claim claim;
    struct journal_row row = {.seq = 51};

    w->limits.beat_ms = 0;
    journal_world_write(w, NULL);
    journal_world_append(w, 40);
    assert_true(journal_world_drain(w, 5000));
    take_over(w, &claim);
    assert_int_equal(claim.epoch, 2);
    assert_int_equal(claim.seq, 40);
    journal_world_append(w, 10);
    assert_true(ticking_until(w->t, journal_world_is_fenced, NULL, w, 5000));
    assert_int_equal(w->fenced_by, 2);
    assert_int_equal(w->durable, 40);
    assert_int_equal(w->port->append(w->port->ctx, &row, 1), ERR_FENCED);
    assert_int_equal(journal_world_check(w, 0), 40);
}

static void test_idle_writer_learns_of_the_second(void **state)
{
    struct journal_world *w = *state;
    struct journal_claim claim;

    w->limits.beat_ms = 50;
    journal_world_write(w, NULL);
    journal_world_append(w, 4);
    assert_true(journal_world_drain(w, 5000));
    take_over(w, &claim);
    assert_true(ticking_until(w->t, journal_world_is_fenced, NULL, w, 3000));
}

/* Under load: what the first was told is durable is below the second's claim; nothing is added after it. */
static void test_take_over_under_load(void **state)
{
    struct journal_world *w = *state;
    struct journal_claim claim;

    journal_world_write(w, NULL);
    w->rows_per_turn = 3;
    assert_true(journal_world_load(w, has_some, 5000));
    take_over(w, &claim);
    assert_true(journal_world_load(w, journal_world_is_fenced, 5000));
    assert_true(w->durable <= claim.seq);
    assert_int_equal(private_db_number(w->server, "SELECT MAX(seq) FROM journal"), claim.seq);
    assert_int_equal(journal_world_check(w, 0), claim.seq);
}

/* A writer that was stopped (SIGSTOP, swapped out) in mid-transaction holds the writer row for ever. */
static void test_take_over_from_a_writer_that_stands_still(void **state)
{
    struct journal_world *w = *state;
    struct db *db = private_db_open(w->server);
    struct journal_claim claim;

    assert_int_equal(db_exec_text(db, "UPDATE writer SET connection=CONNECTION_ID()", DB_COMMITS), OK);
    assert_int_equal(db_exec_text(db, "START TRANSACTION", DB_WRITES), OK);
    assert_int_equal(db_exec_text(db, "UPDATE writer SET seq=1", DB_WRITES), OK);
    take_over(w, &claim);
    assert_int_equal(claim.epoch, 1);
    assert_int_equal(claim.seq, 0);
    assert_int_equal(db_exec_text(db, "COMMIT", DB_COMMITS), ERR_DOUBT);
    db_close(db);
}

/* A database that has lost what it had said is durable (flush at commit switched off, a restored copy) must
 * not be written on. */
static void test_lost_rows_are_noticed(void **state)
{
    struct journal_world *w = *state;

    w->limits.beat_ms = 50;
    journal_world_write(w, NULL);
    journal_world_append(w, 20);
    assert_true(journal_world_drain(w, 5000));
    private_db_exec(w->server, "DELETE FROM journal WHERE seq > 15");
    private_db_exec(w->server, "UPDATE writer SET seq=15");
    assert_true(ticking_until(w->t, journal_world_is_fenced, NULL, w, 3000));
    assert_int_equal(w->fenced_by, w->claim.epoch);
}

/* A refusal that does not pass by itself: away, and on again when a person has mended it. */
static void test_refused_rows_wait(void **state)
{
    struct journal_world *w = *state;

    w->limits.away_ms = 200;
    journal_world_write(w, NULL);
    journal_world_append(w, 5);
    assert_true(journal_world_drain(w, 5000));
    private_db_exec(w->server, "RENAME TABLE journal TO journal_elsewhere");
    journal_world_append(w, 5);
    assert_true(ticking_until(w->t, journal_world_is_away, NULL, w, 3000));
    assert_int_equal(w->back, 0);
    private_db_exec(w->server, "RENAME TABLE journal_elsewhere TO journal");
    assert_true(journal_world_drain(w, 5000));
    assert_int_equal(w->back, 1);
    assert_int_equal(journal_world_check(w, 0), 10);
}

int main(void)
{
#define JOURNAL_TEST(f) cmocka_unit_test_setup_teardown(f, journal_world_begin, journal_world_end)
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(test_commit_lost_before_the_server),
        JOURNAL_TEST(test_commit_lost_after_the_server),
        JOURNAL_TEST(test_commit_that_comes_late),
        JOURNAL_TEST(test_commits_cut_under_load),
        JOURNAL_TEST(test_server_killed_in_mid_load),
        JOURNAL_TEST(test_server_dead_at_start),
        JOURNAL_TEST(test_own_lateness_is_not_the_databases),
        JOURNAL_TEST(test_server_stopped_under_load),
        JOURNAL_TEST(test_server_stopped_while_idle),
        JOURNAL_TEST(test_server_stopped_past_the_deadlines),
        JOURNAL_TEST(test_second_writer_fences_the_first),
        JOURNAL_TEST(test_idle_writer_learns_of_the_second),
        JOURNAL_TEST(test_take_over_under_load),
        JOURNAL_TEST(test_take_over_from_a_writer_that_stands_still),
        JOURNAL_TEST(test_lost_rows_are_noticed),
        JOURNAL_TEST(test_refused_rows_wait),
    };

    return cmocka_run_group_tests_name("journal_faults", tests, journal_world_start, journal_world_stop);
}
