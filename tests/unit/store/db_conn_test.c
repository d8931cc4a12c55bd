#include "store/db_conn.h"

#include "base/crypto.h"
#include "base/time_text.h"
#include "support/private_db.h"
#include "support/ticking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
    struct private_db *server;
    struct ticking *t;
    struct db_conn *c;
    /* last completion */
    unsigned completions;
    enum db_fate fate;
    unsigned code;
    char why[256];
    uint64_t affected, rows;
    char cells[4][80];
    size_t cell_len, cell_sum;
    unsigned want; /* completions to wait for */
};

static struct db_conn *conn_new(struct world *w, bool autocommit)
{
    struct db_params p = private_db_params(w->server);

    return db_conn_new(
        ticking_base(w->t), &p,
        &(struct db_conn_options){.autocommit = autocommit, .lock_wait_s = 1, .connect_ms = 1000});
}

static int start(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    crypto_start();
    w->server = private_db_start();
    *state = w;
    return 0;
}

static int stop(void **state)
{
    struct world *w = *state;

    private_db_stop(w->server);
    free(w);
    return 0;
}

static int begin(void **state)
{
    struct world *w = *state;

    private_db_empty(w->server);
    w->t = ticking_new();
    w->c = conn_new(w, true);
    w->completions = w->want = 0;
    return 0;
}

static int end(void **state)
{
    struct world *w = *state;

    private_db_resume(w->server); /* a test that failed may have left it stopped */
    db_conn_free(w->c);
    ticking_free(w->t);
    return 0;
}

static void on_connect(void *ctx, enum db_fate fate, const char *why)
{
    struct world *w = ctx;

    w->completions++;
    w->fate = fate;
    snprintf(w->why, sizeof w->why, "%s", why);
}

static void on_query(void *ctx, struct db_result *r)
{
    struct world *w = ctx;

    w->completions++;
    w->fate = r->fate;
    w->code = r->code;
    w->affected = r->affected;
    w->rows = r->rows;
    w->cell_sum = 0;
    snprintf(w->why, sizeof w->why, "%s", r->why);
    for (unsigned i = 0; db_result_next(r); i++) {
        struct bytes cell = db_result_cell(r, 0);

        w->cell_len = cell.len;
        w->cell_sum += cell.len;
        if (i < 4 && cell.len < sizeof w->cells[0])
            snprintf(w->cells[i], sizeof w->cells[i], "%s", cell.p ? (const char *)cell.p : "NULL");
    }
}

static bool arrived(void *ctx)
{
    const struct world *w = ctx;

    return w->completions >= w->want;
}

static bool wait(struct world *w, int64_t ms)
{
    w->want = w->completions + 1;
    return ticking_until(w->t, arrived, NULL, w, ms);
}

static void connect_it(struct world *w)
{
    assert_int_equal(db_connect(w->c, on_connect, w), OK);
    assert_true(wait(w, 3000));
    if (w->fate != DB_DONE)
        fail_msg("%s", w->why);
}

static void query(struct world *w, const char *sql, enum db_role role, uint32_t limit_ms)
{
    unsigned before = w->completions;

    assert_int_equal(db_query(w->c, bytes_of_text(sql), role, limit_ms, on_query, w), OK);
    assert_int_equal(w->completions, before); /* never from inside the start */
    assert_true(wait(w, limit_ms + 2000));
}

static void test_rows_come_back(void **state)
{
    struct world *w = *state;

    assert_int_equal(db_query(w->c, BYTES_LITERAL("SELECT 1"), DB_READS, 100, on_query, w), ERR_AWAY);
    connect_it(w);
    query(w, "SELECT 'een' UNION ALL SELECT NULL UNION ALL SELECT 'dr\xc3\xaf\x65'", DB_READS, 1000);
    assert_int_equal(w->fate, DB_DONE);
    assert_int_equal(w->rows, 3);
    assert_string_equal(w->cells[0], "een");
    assert_string_equal(w->cells[1], "NULL");
    assert_string_equal(w->cells[2], "dr\xc3\xaf\x65");
}

static void test_second_start_is_refused(void **state)
{
    struct world *w = *state;

    connect_it(w);
    assert_int_equal(db_query(w->c, BYTES_LITERAL("SELECT 1"), DB_READS, 1000, on_query, w), OK);
    assert_int_equal(db_query(w->c, BYTES_LITERAL("SELECT 2"), DB_READS, 1000, on_query, w), ERR_BUSY);
    assert_int_equal(db_connect(w->c, on_connect, w), ERR_BUSY);
    assert_true(wait(w, 1000));
    assert_string_equal(w->cells[0], "1");
}

/* Every byte value and both quotes survive the way there and back. */
static void test_escaping_round_trip(void **state)
{
    struct world *w = *state;
    struct buf sql = {0}, hex = {0};
    uint8_t all[512], sum[CRYPTO_SHA256_BYTES];

    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)(i < 256 ? i : 511 - i);
    connect_it(w);
    buf_text(&sql, "SELECT SHA2(");
    sql_bytes(&sql, BYTES(all, sizeof all));
    buf_text(&sql, ",256)");
    assert_int_equal(db_query(w->c, buf_view(&sql), DB_READS, 1000, on_query, w), OK);
    assert_true(wait(w, 1000));
    assert_int_equal(w->fate, DB_DONE);
    assert_int_equal(w->cell_len, 64);
    crypto_sha256(BYTES(all, sizeof all), sum);
    crypto_hex(BYTES(sum, sizeof sum), &hex);
    assert_memory_equal(hex.p, w->cells[0], 64);
    buf_clear(&sql);
    buf_text(&sql, "SELECT ");
    sql_text(&sql, "'; DROP TABLE x; -- \\' \\");
    query(w, buf_c_str(&sql), DB_READS, 1000);
    assert_string_equal(w->cells[0], "'; DROP TABLE x; -- \\' \\");
    buf_fini(&sql);
    buf_fini(&hex);
}

static void test_fates(void **state)
{
    struct world *w = *state;
    struct db *other;

    connect_it(w);
    query(w, "CREATE TABLE t (id INT PRIMARY KEY, v INT) ENGINE=InnoDB", DB_COMMITS, 2000);
    query(w, "INSERT INTO t VALUES (1, 1), (2, 2)", DB_COMMITS, 1000);
    assert_int_equal(w->affected, 2);
    query(w, "UPDATE t SET v=1 WHERE id=1", DB_COMMITS, 1000);
    assert_int_equal(w->affected, 1); /* matched, though nothing changed */
    query(w, "INSERT INTO t VALUES (1, 1)", DB_COMMITS, 1000);
    assert_int_equal(w->fate, DB_REFUSED);
    assert_int_equal(w->code, DB_CODE_DUPLICATE);
    query(w, "SELEC 1", DB_READS, 1000);
    assert_int_equal(w->fate, DB_REFUSED);
    other = private_db_open(w->server);
    assert_int_equal(db_exec_text(other, "START TRANSACTION", DB_WRITES), OK);
    assert_int_equal(db_exec_text(other, "UPDATE t SET v=9 WHERE id=1", DB_WRITES), OK);
    query(w, "UPDATE t SET v=8 WHERE id=1", DB_COMMITS, 3000);
    assert_int_equal(w->code, 1205);
    assert_int_equal(w->fate, DB_UNDONE);
    assert_int_equal(db_conn_state(w->c), DB_CONN_READY);
    db_close(other);
}

/* Our own deadline, not the library's: the role decides between gone and unknown. */
static void test_deadline(void **state)
{
    struct world *w = *state;
    int64_t from;

    connect_it(w);
    from = time_mono_ms();
    query(w, "SELECT SLEEP(5)", DB_READS, 200);
    assert_in_range(time_mono_ms() - from, 190, 600);
    assert_int_equal(w->fate, DB_GONE);
    assert_int_equal(db_conn_state(w->c), DB_CONN_CLOSED);
    connect_it(w);
    query(w, "DO SLEEP(5)", DB_COMMITS, 200);
    assert_int_equal(w->fate, DB_UNKNOWN);
    assert_in_range(ticking_late_ms(w->t), 0, 50);
}

static void test_loop_ticks_through_slow_and_big(void **state)
{
    struct world *w = *state;

    connect_it(w);
    ticking_reset(w->t);
    query(w, "SELECT SLEEP(0.5)", DB_READS, 3000);
    assert_int_equal(w->fate, DB_DONE);
    query(w, "SELECT REPEAT('x', 100000) FROM seq_1_to_80", DB_READS, 5000);
    assert_int_equal(w->fate, DB_DONE);
    assert_int_equal(w->cell_sum, 8000000);
    assert_in_range(ticking_late_ms(w->t), 0, 50);
}

static void test_killed_server(void **state)
{
    struct world *w = *state;

    connect_it(w);
    assert_int_equal(db_query(w->c, BYTES_LITERAL("SELECT SLEEP(5)"), DB_READS, 4000, on_query, w), OK);
    private_db_kill(w->server);
    assert_true(wait(w, 1000));
    assert_int_equal(w->fate, DB_GONE);
    assert_int_equal(db_connect(w->c, on_connect, w), OK);
    assert_true(wait(w, 1000));
    assert_int_equal(w->fate, DB_GONE);
    private_db_restart(w->server);
    connect_it(w);
    query(w, "SELECT 5", DB_READS, 1000);
    assert_string_equal(w->cells[0], "5");
}

/* A stopped server accepts nobody; its queue fills (back_log is 8 here) and connect() of the library would
 * sleep on our thread. Knocking does not. */
static void test_stopped_server_with_full_queue(void **state)
{
    struct world *w = *state;
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fds[300], n = 0;

    snprintf(at.sun_path, sizeof at.sun_path, "%s", private_db_params(w->server).socket);
    private_db_stall(w->server);
    /* first attempt: in the queue, waiting for the greeting */
    assert_int_equal(db_connect(w->c, on_connect, w), OK);
    for (; n < 300; n++) {
        fds[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (connect(fds[n], (struct sockaddr *)&at, sizeof at) != 0)
            break;
    }
    assert_true(n < 300); /* the queue is full */
    ticking_reset(w->t);
    assert_false(wait(w, 300));
    assert_int_equal(db_conn_state(w->c), DB_CONN_KNOCKING);
    /* a second one finds no room, and says so at once */
    db_disconnect(w->c);
    assert_int_equal(db_connect(w->c, on_connect, w), OK);
    assert_true(wait(w, 100));
    assert_int_equal(w->fate, DB_GONE);
    assert_in_range(ticking_late_ms(w->t), 0, 50);
    for (int i = 0; i <= n; i++)
        close(fds[i]);
    private_db_resume(w->server);
    for (int64_t until = time_mono_ms() + 5000; w->fate != DB_DONE && time_mono_ms() < until;) {
        assert_int_equal(db_connect(w->c, on_connect, w), OK);
        assert_true(wait(w, 3000));
    }
    assert_int_equal(w->fate, DB_DONE);
}

/* Forgetting what is under way: no completion, no leak (the sanitizer looks), and usable again. */
static void test_disconnect_under_way(void **state)
{
    struct world *w = *state;
    unsigned before;

    connect_it(w);
    before = w->completions;
    assert_int_equal(db_query(w->c, BYTES_LITERAL("SELECT SLEEP(3)"), DB_READS, 4000, on_query, w), OK);
    db_disconnect(w->c);
    assert_int_equal(db_connect(w->c, on_connect, w), OK);
    db_disconnect(w->c);
    assert_int_equal(w->completions, before);
    connect_it(w);
    assert_int_equal(db_query(w->c, BYTES_LITERAL("SELECT SLEEP(3)"), DB_READS, 4000, on_query, w), OK);
    db_conn_free(w->c);
    w->c = conn_new(w, true);
}

#define INSERT "INSERT INTO many (n, b) VALUES (?, ?)"
#define MANY 3

/* What it points to lives on until the completion. */
static enum err start_insert(struct world *w, const char *sql, uint64_t first, uint32_t limit_ms)
{
    static const uint8_t odd[] = {'a', 0, '\'', '\\', '"', 0xff, '?'};
    static const uint8_t *const bytes[MANY] = {odd, odd, odd + 1};
    static const unsigned long lengths[MANY] = {sizeof odd, 0, 1};
    static uint64_t numbers[MANY];
    static const struct db_column columns[] = {{.numbers = numbers}, {.bytes = bytes, .lengths = lengths}};

    if (db_conn_state(w->c) == DB_CONN_READY) {
        numbers[0] = first;
        numbers[1] = first + 1;
        numbers[2] = UINT64_MAX - first;
    }
    return db_insert(w->c, sql, columns, 2, MANY, limit_ms, on_query, w);
}

static void insert(struct world *w, const char *sql, uint64_t first)
{
    unsigned before = w->completions;

    assert_int_equal(start_insert(w, sql, first, 2000), OK);
    assert_int_equal(start_insert(w, sql, first, 2000), ERR_BUSY);
    assert_int_equal(w->completions, before); /* never from inside the start */
    assert_true(wait(w, 4000));
}

static void make_table(struct world *w)
{
    query(w, "CREATE OR REPLACE TABLE many (n BIGINT UNSIGNED PRIMARY KEY, b BLOB NOT NULL)", DB_WRITES,
          1000);
    assert_int_equal(w->fate, DB_DONE);
}

/* Numbers and bytes come through as they are; what the server refuses leaves the connection as good as it
 * was. */
static void test_many_rows_at_once(void **state)
{
    struct world *w = *state;

    assert_int_equal(start_insert(w, INSERT, 1, 100), ERR_AWAY);
    connect_it(w);
    make_table(w);
    for (uint64_t first = 10; first <= 30; first += 10) { /* the second and third by the same statement */
        insert(w, INSERT, first);
        assert_int_equal(w->fate, DB_DONE);
        assert_int_equal(w->affected, MANY);
    }
    query(w, "SELECT CONCAT(n, ' ', HEX(b)) FROM many WHERE n < 12 OR n > 18446744073709551604 ORDER BY n",
          DB_READS, 1000);
    assert_int_equal(w->rows, MANY);
    assert_string_equal(w->cells[0], "10 6100275C22FF3F");
    assert_string_equal(w->cells[1], "11 ");
    assert_string_equal(w->cells[2], "18446744073709551605 00");

    insert(w, INSERT, 10);
    assert_int_equal(w->fate, DB_REFUSED);
    assert_int_equal(w->code, 1062); /* the same key again */
    insert(w, "INSERT INTO nowhere (n, b) VALUES (?, ?)", 40);
    assert_int_equal(w->fate, DB_REFUSED);
    assert_int_equal(w->code, 1146);
    insert(w, INSERT, 40);
    assert_int_equal(w->fate, DB_DONE);
    query(w, "SELECT COUNT(*) FROM many", DB_READS, 1000);
    assert_string_equal(w->cells[0], "12");
}

/* A server that is silent, once before the statement was ever prepared and once behind it: the connection
 * goes, and the next one prepares anew. Forgotten under way it leaves nothing. */
static void test_many_rows_out_of_time(void **state)
{
    struct world *w = *state;

    connect_it(w);
    make_table(w);
    for (int prepared = 0; prepared < 2; prepared++) {
        if (prepared)
            insert(w, INSERT, 10);
        private_db_stall(w->server);
        assert_int_equal(start_insert(w, INSERT, 20, 150), OK);
        assert_true(wait(w, 1000));
        assert_int_equal(w->fate, DB_GONE);
        assert_int_equal(db_conn_state(w->c), DB_CONN_CLOSED);
        private_db_resume(w->server);
        connect_it(w);
    }
    make_table(w); /* the server may have done what was given up */
    insert(w, INSERT, 30);
    assert_int_equal(w->fate, DB_DONE);
    assert_int_equal(w->affected, MANY);
    assert_int_equal(start_insert(w, INSERT, 40, 1000), OK);
    db_disconnect(w->c);
    connect_it(w);
    assert_int_equal(start_insert(w, INSERT, 50, 1000), OK);
    db_conn_free(w->c);
    w->c = conn_new(w, true);
}

static void test_wrong_password_is_told(void **state)
{
    struct world *w = *state;
    struct db_params p = private_db_params(w->server);

    db_conn_free(w->c);
    p.password = "wrong";
    w->c = db_conn_new(ticking_base(w->t), &p,
                       &(struct db_conn_options){.autocommit = true, .connect_ms = 1000});
    assert_int_equal(db_connect(w->c, on_connect, w), OK);
    assert_true(wait(w, 1000));
    assert_int_equal(w->fate, DB_GONE);
    assert_non_null(strstr(w->why, "Access denied"));
    assert_null(strstr(w->why, "wrong"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows_come_back, begin, end),
        cmocka_unit_test_setup_teardown(test_second_start_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(test_escaping_round_trip, begin, end),
        cmocka_unit_test_setup_teardown(test_fates, begin, end),
        cmocka_unit_test_setup_teardown(test_deadline, begin, end),
        cmocka_unit_test_setup_teardown(test_loop_ticks_through_slow_and_big, begin, end),
        cmocka_unit_test_setup_teardown(test_killed_server, begin, end),
        cmocka_unit_test_setup_teardown(test_stopped_server_with_full_queue, begin, end),
        cmocka_unit_test_setup_teardown(test_disconnect_under_way, begin, end),
        cmocka_unit_test_setup_teardown(test_many_rows_at_once, begin, end),
        cmocka_unit_test_setup_teardown(test_many_rows_out_of_time, begin, end),
        cmocka_unit_test_setup_teardown(test_wrong_password_is_told, begin, end),
    };

    return cmocka_run_group_tests_name("db_conn", tests, start, stop);
}
