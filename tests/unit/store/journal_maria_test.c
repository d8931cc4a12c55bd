/* The ordinary life of the journal: order, group commit, bounds, take-over, and the private parts. Faults are
 * in journal_faults_test.c. */
#include "support/journal_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

static bool has_committed(void *ctx)
{
    const struct journal_world *w = ctx;

    return w->durable_calls >= 40;
}

static void test_all_that_waits_goes_in_one_commit(void **state)
{
    struct journal_world *w = *state;

    journal_world_write(w, NULL);
    journal_world_append(w, 500); /* not connected yet */
    assert_true(journal_world_drain(w, 5000));
    assert_int_equal(journal_maria_stats(w->j).commits, 1);
    assert_int_equal(w->durable_calls, 1);
    assert_int_equal(journal_world_check(w, 0), 500);
}

static void test_group_commit_under_load(void **state)
{
    struct journal_world *w = *state;
    struct journal_maria_stats s;

    journal_world_write(w, NULL);
    w->rows_per_turn = 5;
    assert_true(journal_world_load(w, has_committed, 20000));
    assert_true(journal_world_drain(w, 5000));
    s = journal_maria_stats(w->j);
    assert_int_equal(s.rows, w->appended);
    assert_int_equal(s.commits, w->durable_calls);
    assert_true(s.rows >= 2 * s.commits); /* several appends share a commit, without any timer */
    assert_int_equal(s.doubts + s.retries, 0);
    assert_int_equal(journal_world_check(w, 0), w->appended);
    assert_in_range(ticking_late_ms(w->t), 0, 50);
    assert_int_equal(private_db_number(w->server, "SELECT seq FROM writer"), w->appended);
}

static void test_a_commit_is_bounded(void **state)
{
    struct journal_world *w = *state;

    w->limits.rows_max = 10;
    journal_world_write(w, NULL);
    journal_world_append(w, 95);
    assert_true(journal_world_drain(w, 5000));
    assert_int_equal(journal_maria_stats(w->j).commits, 10);
    w->limits = journal_maria_limits_default();
    w->limits.bytes_max = 1000;
    journal_world_write(w, NULL);
    journal_world_append(w, 100);
    assert_true(journal_world_drain(w, 5000));
    assert_true(journal_maria_stats(w->j).commits >= 10);
    assert_int_equal(journal_world_check(w, 0), 195);
}

static void test_queue_is_bounded(void **state)
{
    struct journal_world *w = *state;
    static uint8_t big[300 << 10];
    struct journal_row row = {.seq = 1, .clear = BYTES(big, 4000)}, two[2] = {row, row};

    w->limits.queue_bytes = 10000;
    journal_world_write(w, NULL);
    two[1].seq = 2;
    assert_int_equal(w->port->append(w->port->ctx, two, 2), OK);
    row.seq = 3;
    assert_int_equal(w->port->append(w->port->ctx, &row, 1), ERR_BUSY);
    assert_int_equal(journal_maria_stats(w->j).queue_rows, 2);
    w->appended = 2;
    assert_true(journal_world_drain(w, 5000));
    assert_int_equal(w->port->append(w->port->ctx, &row, 1), OK);
    row = (struct journal_row){.seq = 4, .clear = BYTES(big, sizeof big)};
    assert_int_equal(w->port->append(w->port->ctx, &row, 1), ERR_TOO_BIG);
}

/* A restart goes on where the journal ends, with the next epoch. */
static void test_restart_goes_on(void **state)
{
    struct journal_world *w = *state;

    journal_world_write(w, NULL);
    assert_int_equal(w->claim.epoch, 1);
    journal_world_append(w, 30);
    assert_true(journal_world_drain(w, 5000));
    journal_maria_free(w->j);
    w->j = NULL;
    journal_world_new_ring(w, 100);
    assert_int_equal(journal_world_check(w, 0), 30);
    journal_world_write(w, NULL);
    assert_int_equal(w->claim.epoch, 2);
    assert_int_equal(w->claim.seq, 30);
    journal_world_append(w, 30);
    assert_true(journal_world_drain(w, 5000));
    assert_int_equal(journal_world_check(w, 0), 60);
    assert_int_equal(private_db_number(w->server, "SELECT COUNT(*) FROM referral_key"), 7);
}

static bool beat_has_changed(void *ctx)
{
    struct journal_world *w = ctx;

    return private_db_number(w->server, "SELECT connection <> 0 FROM writer") == 1;
}

static void test_idle_writer_beats(void **state)
{
    struct journal_world *w = *state;
    struct db *db = private_db_open(w->server);
    int64_t silence;

    assert_int_equal(journal_maria_silence_ms(db, &silence), OK);
    assert_true(silence == INT64_MAX);
    w->limits.beat_ms = 50;
    journal_world_write(w, NULL);
    assert_true(ticking_until(w->t, beat_has_changed, NULL, w, 3000));
    assert_false(ticking_until(w->t, never, NULL, w, 300));
    assert_int_equal(journal_maria_silence_ms(db, &silence), OK);
    assert_in_range(silence, 0, 2000);
    assert_int_equal(journal_maria_stats(w->j).commits, 0);
    assert_int_equal(w->away, 0);
    db_close(db);
}

/* ---- private parts ---- */

static void test_private_parts_are_nowhere_in_clear(void **state)
{
    struct journal_world *w = *state;

    journal_world_write(w, NULL);
    journal_world_append(w, 60);
    assert_true(journal_world_drain(w, 5000));
    private_db_kill(w->server);
    assert_true(private_db_files_hold(w->server, CLEAR_MARK)); /* the search does find what is there */
    assert_false(private_db_files_hold(w->server, PRIVATE_MARK));
    private_db_restart(w->server);
    assert_int_equal(journal_world_check(w, 0), 60);
}

static void test_destroyed_key_takes_the_facts_only(void **state)
{
    struct journal_world *w = *state;
    struct db *db = private_db_open(w->server);

    journal_world_write(w, NULL);
    journal_world_append(w, 60);
    assert_true(journal_world_drain(w, 5000));
    assert_int_equal(key_ring_destroy(w->ring, db, (struct referral_id){3}, 12345), OK);
    assert_int_equal(key_ring_destroy(w->ring, db, (struct referral_id){3}, 99999), OK);
    assert_int_equal(key_ring_destroy(w->ring, db, (struct referral_id){77}, 12345), ERR_NOT_FOUND);
    assert_int_equal(journal_world_check(w, 3), 60);
    /* What comes after it is kept without private part, in this process and in the next. */
    journal_world_append(w, 30);
    assert_true(journal_world_drain(w, 5000));
    journal_world_new_ring(w, 100);
    journal_world_write(w, NULL);
    journal_world_append(w, 30);
    assert_true(journal_world_drain(w, 5000));
    assert_int_equal(journal_world_check(w, 3), 120);
    assert_int_equal(private_db_number(w->server,
                                       "SELECT destroyed_at FROM referral_key WHERE referral=3 AND "
                                       "wrapped IS NULL"),
                     12345);
    assert_int_equal(private_db_number(w->server,
                                       "SELECT COUNT(*) FROM journal WHERE subject=3 AND seq>60 AND "
                                       "sealed_part<>''"),
                     0);
    db_close(db);
}

/* With room for few keys the others are forgotten and asked for again: never two keys for one referral. */
static void test_few_keys_in_memory(void **state)
{
    struct journal_world *w = *state;

    w->subjects = 40;
    journal_world_new_ring(w, 4);
    journal_world_write(w, NULL);
    journal_world_append(w, 400);
    assert_true(journal_world_drain(w, 10000));
    assert_true(key_ring_count(w->ring) <= 4);
    assert_int_equal(journal_world_check(w, 0), 400);
    assert_int_equal(private_db_number(w->server, "SELECT COUNT(*) FROM referral_key"), 40);
}

static void test_load_names_what_is_wrong(void **state)
{
    struct journal_world *w = *state;
    struct crypto_key other = {{1}};
    struct vault *wrong = vault_new(VAULT_REFERRAL_KEYS, &other, NULL);
    struct key_ring *ring = key_ring_new(wrong, 16);
    char why[DB_WHY_SIZE];
    uint64_t rows;

    journal_world_write(w, NULL);
    journal_world_append(w, 20);
    assert_true(journal_world_drain(w, 5000));
    assert_int_equal(journal_world_reload(w, ring, &rows, why), ERR_CRYPTO);
    assert_string_equal(why,
                        "journal row 3: the key of its referral does not open with the master key at hand");
    assert_int_equal(rows, 2);
    key_ring_free(ring);
    vault_free(wrong);
    ring = key_ring_new(w->vault, 16);
    /* one bit of a sealed part; a part moved to another row; a key that vanished; a row that vanished */
    private_db_exec(w->server, "UPDATE journal SET sealed_part=CONCAT(LEFT(sealed_part,30),CHAR(ORD(SUBSTR("
                               "sealed_part,31,1))^1),SUBSTR(sealed_part,32)) WHERE seq=18");
    assert_int_equal(journal_world_reload(w, ring, &rows, why), ERR_CRYPTO);
    assert_string_equal(why, "journal row 18: its private part does not open");
    private_db_exec(w->server, "UPDATE journal a JOIN journal b ON b.seq=15 SET a.sealed_part=b.sealed_part, "
                               "a.subject=b.subject WHERE a.seq=12");
    assert_int_equal(journal_world_reload(w, ring, &rows, why), ERR_CRYPTO);
    assert_string_equal(why, "journal row 12: its private part does not open");
    private_db_exec(w->server, "DELETE FROM referral_key WHERE referral=3"); /* rows 9, ... */
    assert_int_equal(journal_world_reload(w, ring, &rows, why), ERR_BAD_INPUT);
    assert_string_equal(why, "journal row 9: its key is missing without having been destroyed");
    private_db_exec(w->server, "DELETE FROM journal WHERE seq=5");
    assert_int_equal(journal_world_reload(w, ring, &rows, why), ERR_BAD_INPUT);
    assert_string_equal(why, "journal row 5: missing");
    key_ring_free(ring);
}

/* New master: the old keys are wrapped anew; then the old master is of no use any more. */
static void test_change_of_master(void **state)
{
    struct journal_world *w = *state;
    struct db *db = private_db_open(w->server);
    struct crypto_key fresh;
    struct vault *both, *only;
    struct key_ring *ring;
    char why[DB_WHY_SIZE];
    uint64_t n;

    w->subjects = 600; /* more than one batch */
    journal_world_write(w, NULL);
    journal_world_append(w, 1800);
    assert_true(journal_world_drain(w, 10000));
    assert_int_equal(key_ring_destroy(w->ring, db, (struct referral_id){4}, 1), OK);
    crypto_random(&fresh, sizeof fresh);
    both = vault_new(VAULT_REFERRAL_KEYS, &fresh, &w->master);
    only = vault_new(VAULT_REFERRAL_KEYS, &fresh, NULL);
    ring = key_ring_new(only, 16);
    assert_int_equal(key_ring_rewrap(ring, db, &n, why, sizeof why), ERR_CRYPTO); /* old master not at hand */
    key_ring_free(ring);
    ring = key_ring_new(both, 16);
    assert_int_equal(key_ring_rewrap(ring, db, &n, why, sizeof why), OK);
    assert_int_equal(n, private_db_number(w->server, "SELECT COUNT(*) FROM referral_key") - 1);
    assert_int_equal(key_ring_rewrap(ring, db, &n, why, sizeof why), OK);
    assert_int_equal(n, 0);
    key_ring_free(ring);
    vault_free(both);
    ring = key_ring_new(w->vault, 16);
    assert_int_equal(journal_world_reload(w, ring, &n, why), ERR_CRYPTO);
    key_ring_free(ring);
    vault_free(w->vault);
    w->vault = only;
    journal_world_new_ring(w, 16);
    assert_int_equal(journal_world_check(w, 4), 1800);
    db_close(db);
}

int main(void)
{
#define JOURNAL_TEST(f) cmocka_unit_test_setup_teardown(f, journal_world_begin, journal_world_end)
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(test_all_that_waits_goes_in_one_commit),
        JOURNAL_TEST(test_group_commit_under_load),
        JOURNAL_TEST(test_a_commit_is_bounded),
        JOURNAL_TEST(test_queue_is_bounded),
        JOURNAL_TEST(test_restart_goes_on),
        JOURNAL_TEST(test_idle_writer_beats),
        JOURNAL_TEST(test_private_parts_are_nowhere_in_clear),
        JOURNAL_TEST(test_destroyed_key_takes_the_facts_only),
        JOURNAL_TEST(test_few_keys_in_memory),
        JOURNAL_TEST(test_load_names_what_is_wrong),
        JOURNAL_TEST(test_change_of_master),
    };

    return cmocka_run_group_tests_name("journal_maria", tests, journal_world_start, journal_world_stop);
}
