#include "store/migrate.h"

#include "base/crypto.h"
#include "support/private_db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
    struct private_db *server;
    struct db *db;
    char dir[32];
    char why[DB_WHY_SIZE];
};

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
    w->db = private_db_open(w->server);
    strcpy(w->dir, "/tmp/plek-mig-XXXXXX");
    return mkdtemp(w->dir) == NULL;
}

static int end(void **state)
{
    struct world *w = *state;
    char command[64];

    db_close(w->db);
    snprintf(command, sizeof command, "rm -rf %s", w->dir);
    return system(command);
}

static void put(struct world *w, const char *name, const char *text)
{
    char path[96];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", w->dir, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static enum err run(struct world *w, unsigned *applied)
{
    return migrate(w->db, w->dir, applied, w->why, sizeof w->why);
}

/* The product's own files: once, then nothing more, and the check agrees. */
static void test_own_files_apply_once(void **state)
{
    struct world *w = *state;
    unsigned applied = 0, again = 0;

    assert_int_equal(migrate_check(w->db, PLEK_SOURCE_DIR "/schema/sql", w->why, sizeof w->why),
                     ERR_NOT_FOUND);
    assert_int_equal(migrate(w->db, PLEK_SOURCE_DIR "/schema/sql", &applied, w->why, sizeof w->why), OK);
    assert_true(applied >= 4);
    assert_int_equal(migrate(w->db, PLEK_SOURCE_DIR "/schema/sql", &again, w->why, sizeof w->why), OK);
    assert_int_equal(again, 0);
    assert_int_equal(migrate_check(w->db, PLEK_SOURCE_DIR "/schema/sql", w->why, sizeof w->why), OK);
    assert_int_equal(private_db_number(w->server, "SELECT COUNT(*) FROM schema_version"), applied);
    assert_int_equal(private_db_number(w->server, "SELECT COUNT(*) FROM writer"), 1);
}

/* Every table has a primary key and is InnoDB with utf8mb4: Galera and crash safety need it. */
static void test_own_tables_are_sound(void **state)
{
    struct world *w = *state;
    unsigned applied;

    assert_int_equal(migrate(w->db, PLEK_SOURCE_DIR "/schema/sql", &applied, w->why, sizeof w->why), OK);
    assert_int_equal(private_db_number(w->server,
                                       "SELECT COUNT(*) FROM information_schema.tables t WHERE "
                                       "table_schema='plek' AND (engine <> 'InnoDB' OR table_collation "
                                       "NOT LIKE 'utf8mb4%' OR NOT EXISTS (SELECT 1 FROM "
                                       "information_schema.table_constraints c WHERE "
                                       "c.table_schema='plek' AND c.table_name=t.table_name AND "
                                       "c.constraint_type='PRIMARY KEY'))"),
                     0);
}

static void test_new_file_is_added(void **state)
{
    struct world *w = *state;
    unsigned applied;

    put(w, "0001_a.sql",
        "-- a comment; with a semicolon;\nCREATE TABLE a (\n  id INT PRIMARY KEY\n);\n\n"
        "INSERT INTO a VALUES (1),\n(2);\n");
    put(w, "README.md", "not a migration");
    assert_int_equal(run(w, &applied), OK);
    assert_int_equal(applied, 1);
    assert_int_equal(private_db_number(w->server, "SELECT COUNT(*) FROM a"), 2);
    put(w, "0002_b.sql", "INSERT INTO a VALUES (3);");
    assert_int_equal(run(w, &applied), OK);
    assert_int_equal(applied, 1);
    assert_int_equal(private_db_number(w->server, "SELECT COUNT(*) FROM a"), 3);
}

static void test_changed_file_is_refused(void **state)
{
    struct world *w = *state;
    unsigned applied;

    put(w, "0001_a.sql", "CREATE TABLE a (id INT PRIMARY KEY);\n");
    assert_int_equal(run(w, &applied), OK);
    put(w, "0001_a.sql", "CREATE TABLE a (id BIGINT PRIMARY KEY);\n");
    assert_int_equal(run(w, &applied), ERR_CONFLICT);
    assert_non_null(strstr(w->why, "0001_a.sql was changed"));
    assert_int_equal(applied, 0);
}

static void test_slipped_in_and_missing_are_refused(void **state)
{
    struct world *w = *state;
    unsigned applied;
    char path[96];

    put(w, "0002_b.sql", "CREATE TABLE b (id INT PRIMARY KEY);\n");
    assert_int_equal(run(w, &applied), OK);
    put(w, "0001_a.sql", "CREATE TABLE a (id INT PRIMARY KEY);\n");
    assert_int_equal(run(w, &applied), ERR_CONFLICT);
    assert_non_null(strstr(w->why, "0001_a.sql comes before"));
    snprintf(path, sizeof path, "%s/0002_b.sql", w->dir);
    unlink(path);
    assert_int_equal(run(w, &applied), ERR_CONFLICT);
    assert_non_null(strstr(w->why, "no file"));
    put(w, "0001_c.sql", "DO 1;\n");
    assert_int_equal(run(w, &applied), ERR_CONFLICT);
    assert_non_null(strstr(w->why, "same number"));
}

static void test_bad_statement_is_named_and_not_recorded(void **state)
{
    struct world *w = *state;
    unsigned applied;

    put(w, "0001_a.sql", "CREATE TABLE a (id INT PRIMARY KEY);\nCREATE TABEL b (id INT);\n");
    assert_int_equal(run(w, &applied), ERR_BAD_INPUT);
    assert_non_null(strstr(w->why, "0001_a.sql, statement 2"));
    assert_int_equal(private_db_number(w->server, "SELECT COUNT(*) FROM schema_version"), 0);
}

static void test_two_do_not_run_together(void **state)
{
    struct world *w = *state;
    struct db *other = private_db_open(w->server);
    uint64_t got;
    unsigned applied;

    put(w, "0001_a.sql", "CREATE TABLE a (id INT PRIMARY KEY);\n");
    assert_int_equal(db_number(other, "SELECT GET_LOCK('plek_migrate_plek', 0)", 0, &got), OK);
    assert_int_equal(got, 1);
    /* Let the lock be waited for by the statement limit instead of ten seconds. */
    assert_int_equal(db_exec_text(w->db, "SET SESSION max_statement_time=0.3", DB_WRITES), OK);
    assert_int_not_equal(run(w, &applied), OK);
    assert_int_equal(private_db_number(w->server, "SELECT COUNT(*) FROM information_schema.tables WHERE "
                                                  "table_schema='plek'"),
                     0);
    db_close(other);
    assert_int_equal(db_exec_text(w->db, "SET SESSION max_statement_time=0", DB_WRITES), OK);
    assert_int_equal(run(w, &applied), OK);
}

/* The second user sees the sealed database only, the first one never. */
static void test_sealed_database_stands_apart(void **state)
{
    struct world *w = *state;
    struct db_params sealed = private_db_sealed_params(w->server);
    struct db *db;
    unsigned applied;
    uint64_t n;

    assert_int_equal(db_open(&sealed, &db, w->why, sizeof w->why), OK);
    assert_int_equal(migrate(db, PLEK_SOURCE_DIR "/schema/sql/sealed", &applied, w->why, sizeof w->why), OK);
    assert_int_equal(applied, 1);
    assert_int_equal(db_number(db, "SELECT COUNT(*) FROM sealed_location", 9, &n), OK);
    db_close(db);
    assert_int_equal(db_number(w->db, "SELECT COUNT(*) FROM plek_sealed.sealed_location", 9, &n),
                     ERR_BAD_INPUT);
    assert_int_equal(db_code(w->db), 1142);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_own_files_apply_once, begin, end),
        cmocka_unit_test_setup_teardown(test_own_tables_are_sound, begin, end),
        cmocka_unit_test_setup_teardown(test_new_file_is_added, begin, end),
        cmocka_unit_test_setup_teardown(test_changed_file_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(test_slipped_in_and_missing_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(test_bad_statement_is_named_and_not_recorded, begin, end),
        cmocka_unit_test_setup_teardown(test_two_do_not_run_together, begin, end),
        cmocka_unit_test_setup_teardown(test_sealed_database_stands_apart, begin, end),
    };

    return cmocka_run_group_tests_name("migrate", tests, start, stop);
}
