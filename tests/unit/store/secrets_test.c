/* Sealed addresses and the access log, together: what is shown was logged first, what is logged cannot be
 * changed unseen. */
#include "store/secrets.h"

#include "base/rng.h"
#include "base/time_text.h"
#include "support/cut_proxy.h"
#include "support/store_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ADDRESS "Geheimestraat 12, 9999 ZZ Nergenshuizen"
#define NIGHT "06-00000042"

struct world {
    struct store_world *s;
    struct crypto_key master;
    struct vault *vault;
    struct access_log *log;
    struct secrets *secrets;
    const struct secrets_port *port;
    struct revealed_location seen;
    bool logged_at_reveal;
};

static struct world *begin(struct store_world *s, uint32_t patience_ms)
{
    struct world *w = calloc(1, sizeof *w);

    w->s = s;
    crypto_random(&w->master, sizeof w->master);
    w->vault = vault_new(VAULT_LOCATIONS, &w->master, NULL);
    w->log = access_log_new(s->clerk);
    w->secrets = secrets_new(ticking_base(s->t), w->log, s->sealed, w->vault, patience_ms);
    w->port = secrets_port(w->secrets);
    return w;
}

static void finish(struct world *w)
{
    secrets_free(w->secrets);
    access_log_free(w->log);
    vault_free(w->vault);
    free(w);
}

static struct access_entry entry_of(uint64_t object)
{
    return (struct access_entry){.at_ms = INT64_C(1800000000000) + (int64_t)object,
                                 .action = "location.reveal",
                                 .account = {7},
                                 .org = {3},
                                 .role = ROLE_REFERRER,
                                 .object = object,
                                 .ground = GROUND_VITAL_INTEREST};
}

static void on_revealed(void *ctx, enum err trouble, const struct revealed_location *location)
{
    struct world *w = ctx;

    assert_true((location != NULL) == (trouble == OK));
    if (location != NULL) {
        w->seen = *location;
        w->logged_at_reveal = private_db_number(w->s->server, "SELECT COUNT(*) FROM access_log") > 0;
    }
    store_world_done(w->s, trouble);
}

static void store_address(struct world *w, uint32_t id)
{
    struct revealed_location fields = {.address = ADDRESS, .night_number = NIGHT};

    assert_int_equal(sealed_location_put(w->s->sealed_db, w->vault, (struct location_id){id}, &fields), OK);
}

/* ---- sealed addresses ---- */

static void test_reveal_is_logged_first(void **state)
{
    struct world *w = begin(*state, 0);
    struct access_entry e = entry_of(5);

    store_address(w, 5);
    assert_int_equal(w->port->reveal(w->port->ctx, (struct location_id){5}, &e, on_revealed, w), OK);
    assert_int_equal(w->s->completions, 0);
    assert_true(store_world_wait(w->s, 1, 3000));
    assert_int_equal(w->s->trouble, OK);
    assert_true(w->logged_at_reveal);
    assert_string_equal(w->seen.address, ADDRESS);
    assert_string_equal(w->seen.night_number, NIGHT);
    assert_string_equal(w->seen.meeting_point, "");
    /* also when there is nothing to show */
    assert_int_equal(w->port->reveal(w->port->ctx, (struct location_id){6}, &e, on_revealed, w), OK);
    assert_true(store_world_wait(w->s, 1, 3000));
    assert_int_equal(w->s->trouble, ERR_NOT_FOUND);
    assert_int_equal(private_db_number(w->s->server,
                                       "SELECT COUNT(*) FROM access_log WHERE account=7 AND org=3 AND "
                                       "role='referrer' AND ground='vital_interest' AND object=5 AND "
                                       "event='location.reveal' AND refused=0"),
                     2);
    finish(w);
}

static void test_addresses_are_nowhere_in_clear(void **state)
{
    struct world *w = begin(*state, 0);

    store_address(w, 5);
    private_db_kill(w->s->server);
    assert_true(private_db_files_hold(w->s->server, "sealed_location"));
    assert_false(private_db_files_hold(w->s->server, "Geheimestraat"));
    assert_false(private_db_files_hold(w->s->server, NIGHT));
    private_db_restart(w->s->server);
    store_world_reconnect(w->s);
    finish(w);
}

/* A ciphertext moved to another row or column does not open. */
static void test_moved_fields_do_not_open(void **state)
{
    struct world *w = begin(*state, 0);
    struct revealed_location out;

    store_address(w, 1);
    store_address(w, 2);
    assert_int_equal(db_exec_text(w->s->sealed_db,
                                  "UPDATE sealed_location a JOIN sealed_location b ON b.location=2 "
                                  "SET a.address=b.address WHERE a.location=1",
                                  DB_COMMITS),
                     OK);
    assert_int_equal(sealed_location_get(w->s->sealed_db, w->vault, (struct location_id){1}, &out),
                     ERR_CRYPTO);
    assert_int_equal(db_exec_text(w->s->sealed_db,
                                  "UPDATE sealed_location SET meeting_point=night_number WHERE "
                                  "location=2",
                                  DB_COMMITS),
                     OK);
    assert_int_equal(sealed_location_get(w->s->sealed_db, w->vault, (struct location_id){2}, &out),
                     ERR_CRYPTO);
    assert_int_equal(sealed_location_get(w->s->sealed_db, w->vault, (struct location_id){3}, &out),
                     ERR_NOT_FOUND);
    finish(w);
}

static void test_change_of_master(void **state)
{
    struct world *w = begin(*state, 0);
    struct crypto_key fresh;
    struct vault *both, *only;
    struct revealed_location out;
    uint64_t n;

    crypto_random(&fresh, sizeof fresh);
    both = vault_new(VAULT_LOCATIONS, &fresh, &w->master);
    only = vault_new(VAULT_LOCATIONS, &fresh, NULL);
    for (uint32_t id = 1; id <= 5; id++)
        store_address(w, id);
    assert_int_equal(sealed_location_get(w->s->sealed_db, only, (struct location_id){1}, &out), ERR_CRYPTO);
    assert_int_equal(sealed_location_reseal(w->s->sealed_db, both, &n), OK);
    assert_int_equal(n, 5);
    assert_int_equal(sealed_location_reseal(w->s->sealed_db, both, &n), OK);
    assert_int_equal(n, 0);
    assert_int_equal(sealed_location_get(w->s->sealed_db, only, (struct location_id){1}, &out), OK);
    assert_string_equal(out.address, ADDRESS);
    assert_int_equal(sealed_location_get(w->s->sealed_db, w->vault, (struct location_id){1}, &out),
                     ERR_CRYPTO);
    vault_free(both);
    vault_free(only);
    finish(w);
}

/* The database of the log is away: nothing is shown, the entry is written later all the same. */
static void test_no_log_no_address(void **state)
{
    struct world *w = begin(*state, 300);
    struct access_entry e = entry_of(5);

    store_address(w, 5);
    private_db_exec(w->s->server, "RENAME TABLE access_log TO access_log_elsewhere");
    assert_int_equal(w->port->reveal(w->port->ctx, (struct location_id){5}, &e, on_revealed, w), OK);
    assert_true(store_world_wait(w->s, 1, 3000));
    assert_int_equal(w->s->trouble, ERR_AWAY);
    assert_string_equal(w->seen.address, "");
    private_db_exec(w->s->server, "RENAME TABLE access_log_elsewhere TO access_log");
    private_db_stall(w->s->server);
    assert_int_equal(w->port->reveal(w->port->ctx, (struct location_id){5}, &e, on_revealed, w), OK);
    assert_true(store_world_wait(w->s, 1, 3000));
    assert_int_equal(w->s->trouble, ERR_AWAY);
    private_db_resume(w->s->server);
    assert_int_equal(w->port->reveal(w->port->ctx, (struct location_id){5}, &e, on_revealed, w), OK);
    assert_true(store_world_wait(w->s, 1, 5000));
    assert_true(store_world_settle(w->s, 3000));
    assert_int_equal(private_db_number(w->s->server, "SELECT COUNT(*) FROM access_log"), 3);
    assert_in_range(ticking_late_ms(w->s->t), 0, 50);
    finish(w);
}

/* ---- access log ---- */

static void record(struct world *w, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct access_entry e = entry_of(i);

        e.action = "referral.read";
        e.refused = i % 5 == 0;
        assert_int_equal(w->port->record(w->port->ctx, &e, store_world_done, w->s), OK);
    }
    assert_true(store_world_wait(w->s, n, 10000));
    assert_int_equal(w->s->trouble, OK);
}

static enum err verify(struct world *w, const struct access_head *known, struct access_head *head)
{
    return access_log_verify(w->s->db, known, head, w->s->why, sizeof w->s->why);
}

static void test_log_is_batched_and_verifies(void **state)
{
    struct world *w = begin(*state, 0);
    struct access_head head, later;

    assert_int_equal(verify(w, NULL, &head), OK);
    assert_int_equal(head.seq, 0);
    record(w, 500);
    assert_int_equal(verify(w, NULL, &head), OK);
    assert_int_equal(head.seq, 500);
    record(w, 10);
    assert_int_equal(verify(w, &head, &later), OK);
    assert_int_equal(later.seq, 510);
    finish(w);
}

/* Two brokers, or a broker and `plek`, write to one chain. */
static void test_two_writers_one_chain(void **state)
{
    struct world *w = begin(*state, 0);
    struct access_log *other = access_log_new(w->s->clerk);
    struct access_head head;

    for (uint64_t i = 0; i < 20; i++) {
        struct access_entry e = entry_of(i);

        assert_int_equal(access_log_append(i % 2 ? other : w->log, &e, store_world_done, w->s), OK);
        if (i % 3 == 0)
            assert_true(store_world_wait(w->s, 1, 3000));
    }
    assert_true(store_world_settle(w->s, 3000));
    assert_int_equal(access_log_waiting(w->log) + access_log_waiting(other), 0);
    assert_int_equal(verify(w, NULL, &head), OK);
    assert_int_equal(head.seq, 20);
    access_log_free(other);
    finish(w);
}

/* The server is killed while entries are written: each is there exactly once. */
static void test_kill_logs_once(void **state)
{
    struct world *w = begin(*state, 0);
    struct access_head head;

    for (unsigned round = 0; round < 5; round++) {
        for (uint64_t i = 0; i < 30; i++) {
            struct access_entry e = entry_of(i);

            assert_int_equal(access_log_append(w->log, &e, store_world_done, w->s), OK);
        }
        store_world_wait(w->s, 1, 3 + round * 2); /* anywhere in it */
        private_db_kill(w->s->server);
        private_db_restart(w->s->server);
    }
    w->s->want = 150;
    assert_true(store_world_settle(w->s, 10000));
    assert_int_equal(w->s->completions, 150);
    store_world_reconnect(w->s);
    assert_int_equal(verify(w, NULL, &head), OK);
    assert_int_equal(head.seq, 150);
    finish(w);
}

/* The connection is lost at the INSERT, before the server has it and after it has committed. */
static void test_lost_insert_logs_once(void **state)
{
    struct store_world *s = *state;
    struct db_params p = private_db_params(s->server);
    struct cut_proxy *proxy = cut_proxy_new(ticking_base(s->t), p.socket);
    struct access_head head;
    struct world *w;

    clerk_free(s->clerk);
    p.socket = cut_proxy_socket(proxy);
    s->clerk = clerk_new(ticking_base(s->t), &p, NULL);
    w = begin(s, 0);
    cut_proxy_watch(proxy, "INSERT INTO access_log");
    record(w, 10);
    for (unsigned i = 1; i <= 6; i++) {
        cut_proxy_next(proxy, i % 2 ? CUT_AFTER_COMMIT : CUT_BEFORE_COMMIT);
        record(w, 7);
        assert_int_equal(cut_proxy_cuts(proxy), i);
    }
    assert_int_equal(verify(w, NULL, &head), OK);
    assert_int_equal(head.seq, 10 + 6 * 7);
    finish(w);
    clerk_free(s->clerk);
    s->clerk = NULL;
    cut_proxy_free(proxy);
}

static void test_queue_is_bounded(void **state)
{
    struct world *w = begin(*state, 0);
    struct access_entry e = entry_of(1);
    unsigned n = 0;

    private_db_stall(w->s->server);
    while (w->port->record(w->port->ctx, &e, NULL, NULL) == OK)
        n++;
    assert_int_equal(n, ACCESS_LOG_QUEUE_MAX);
    private_db_resume(w->s->server);
    finish(w);
}

/* Every kind of change in every column is found. */
static void test_tampering_is_found(void **state)
{
    static const struct {
        const char *name, *sql, *says;
    } cases[] = {
        {"time", "UPDATE access_log SET at_ms=at_ms+1 WHERE seq=17", "row 17: was changed"},
        {"id", "UPDATE access_log SET id=REPEAT('x',16) WHERE seq=17", "row 17: was changed"},
        {"event", "UPDATE access_log SET event='referral.reae' WHERE seq=17", "row 17: was changed"},
        {"refused", "UPDATE access_log SET refused=1-refused WHERE seq=17", "row 17: was changed"},
        {"object", "UPDATE access_log SET object=object+1 WHERE seq=17", "row 17: was changed"},
        {"account", "UPDATE access_log SET account=8 WHERE seq=17", "row 17: was changed"},
        {"org", "UPDATE access_log SET org=4 WHERE seq=17", "row 17: was changed"},
        {"role", "UPDATE access_log SET role='shelter' WHERE seq=17", "row 17: was changed"},
        {"ground", "UPDATE access_log SET ground='consent' WHERE seq=17", "row 17: was changed"},
        {"hash", "UPDATE access_log SET hash=REPEAT('x',32) WHERE seq=17", "row 17: was changed"},
        {"previous", "UPDATE access_log SET prev_hash=REPEAT('x',32) WHERE seq=17", "row 17: does not go on"},
        {"taken out", "DELETE FROM access_log WHERE seq=17", "row 17: missing"},
        {"taken out, renumbered",
         "DELETE FROM access_log WHERE seq=17; UPDATE access_log SET seq=seq-1 WHERE seq>17 ORDER BY seq",
         "row 17: does not go on"},
        {"first taken out", "DELETE FROM access_log WHERE seq=1", "row 1: missing"},
        {"swapped",
         "UPDATE access_log SET seq=1000 WHERE seq=17; UPDATE access_log SET seq=17 WHERE seq=18; UPDATE "
         "access_log SET seq=18 WHERE seq=1000",
         "row 17: does not go on"},
        {"end cut off", "DELETE FROM access_log WHERE seq>30", "row 40: was noted down and is gone"},
    };
    struct world *w = begin(*state, 0);
    struct access_head head, now;

    record(w, 40);
    assert_int_equal(verify(w, NULL, &head), OK);
    private_db_exec(w->s->server, "CREATE TABLE kept AS SELECT * FROM access_log");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char sql[400];

        snprintf(sql, sizeof sql, "%s", cases[i].sql);
        for (char *part = strtok(sql, ";"); part != NULL; part = strtok(NULL, ";"))
            private_db_exec(w->s->server, part);
        if (verify(w, &head, &now) != ERR_BAD_INPUT || strstr(w->s->why, cases[i].says) == NULL)
            fail_msg("%s: \"%s\"", cases[i].name, w->s->why);
        private_db_exec(w->s->server, "DELETE FROM access_log");
        private_db_exec(w->s->server, "INSERT INTO access_log SELECT * FROM kept");
        assert_int_equal(verify(w, &head, &now), OK);
    }
    finish(w);
}

/* The whole log written anew by somebody who knows how: only a head kept elsewhere shows it. */
static void test_rewritten_log_is_found_by_a_kept_head(void **state)
{
    struct world *w = begin(*state, 0);
    struct access_head head, now;

    record(w, 10);
    assert_int_equal(verify(w, NULL, &head), OK);
    private_db_exec(w->s->server, "DELETE FROM access_log");
    access_log_free(w->log);
    secrets_free(w->secrets);
    w->log = access_log_new(w->s->clerk);
    w->secrets = secrets_new(ticking_base(w->s->t), w->log, w->s->sealed, w->vault, 0);
    w->port = secrets_port(w->secrets);
    record(w, 12);
    assert_int_equal(verify(w, NULL, &now), OK);
    assert_int_equal(verify(w, &head, &now), ERR_BAD_INPUT);
    assert_non_null(strstr(w->s->why, "row 10: is not the row that was noted down"));
    finish(w);
}

static void test_closing_under_way(void **state)
{
    struct world *w = begin(*state, 0);
    struct db_params p = private_db_params(w->s->server), sealed = private_db_sealed_params(w->s->server);
    struct access_entry e = entry_of(1);
    struct store_world *s = w->s;

    store_address(w, 1);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(w->port->reveal(w->port->ctx, (struct location_id){1}, &e, on_revealed, w), OK);
    assert_true(store_world_wait(s, 1, 3000)); /* the others are somewhere between log and address */
    finish(w);
    clerk_free(s->clerk);
    clerk_free(s->sealed);
    s->clerk = clerk_new(ticking_base(s->t), &p, NULL);
    s->sealed = clerk_new(ticking_base(s->t), &sealed, NULL);
}

int main(void)
{
#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, store_world_begin, store_world_end)
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_reveal_is_logged_first),   STORE_TEST(test_addresses_are_nowhere_in_clear),
        STORE_TEST(test_moved_fields_do_not_open), STORE_TEST(test_change_of_master),
        STORE_TEST(test_no_log_no_address),        STORE_TEST(test_log_is_batched_and_verifies),
        STORE_TEST(test_two_writers_one_chain),    STORE_TEST(test_kill_logs_once),
        STORE_TEST(test_lost_insert_logs_once),    STORE_TEST(test_queue_is_bounded),
        STORE_TEST(test_tampering_is_found),       STORE_TEST(test_rewritten_log_is_found_by_a_kept_head),
        STORE_TEST(test_closing_under_way),
    };

    return cmocka_run_group_tests_name("secrets", tests, store_world_start, store_world_stop);
}
