#include "store/reference.h"

#include "base/csv.h"
#include "support/store_world.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CODES PLEK_SOURCE_DIR "/schema/codes"

static struct reference *load(struct store_world *w, const char *dir)
{
    struct reference *r = NULL;
    uint64_t rows;

    if (reference_load_dir(w->db, dir, &rows, w->why, sizeof w->why) != OK ||
        reference_read(w->db, &r, w->why, sizeof w->why) != OK)
        fail_msg("%s", w->why);
    return r;
}

/* Every field of every row of every file comes back from the database as it stands in the file. */
static void test_own_lists_come_back_whole(void **state)
{
    struct store_world *w = *state;
    struct reference *r = load(w, CODES);
    DIR *d = opendir(CODES);
    struct dirent *entry;
    size_t files = 0, all = 0, n_all;

    while ((entry = readdir(d)) != NULL) {
        struct csv_table *t = NULL;
        const struct vocab_row *rows;
        char path[512], list[64];
        size_t n;

        if (sscanf(entry->d_name, "%60[a-z_].csv", list) != 1 || strstr(entry->d_name, ".csv") == NULL)
            continue;
        files++;
        snprintf(path, sizeof path, CODES "/%s", entry->d_name);
        assert_int_equal(csv_load(path, &t, w->why, sizeof w->why), OK);
        rows = reference_list(r, list, &n);
        assert_int_equal(n, csv_rows(t));
        for (size_t i = 0; i < n; i++) {
            assert_string_equal(rows[i].list, list);
            assert_int_equal(rows[i].n, csv_columns(t));
            for (size_t c = 0; c < rows[i].n; c++) {
                assert_string_equal(rows[i].names[c], csv_column(t, c)); /* in the order of the file */
                assert_string_equal(rows[i].values[c], csv_field(t, i, csv_column(t, c)));
            }
        }
        all += n;
        csv_free(t);
    }
    closedir(d);
    assert_true(files >= 20);
    reference_rows(r, &n_all);
    assert_int_equal(n_all, all);
    assert_string_equal(reference_list(r, "regions", &n_all)[0].code, "R01");
    assert_string_equal(reference_list(r, "travel", &n_all)[0].code, "R01");
    assert_null(reference_list(r, "nothing", &n_all));
    assert_int_equal(n_all, 0);
    reference_free(r);
}

static void put(const char *dir, const char *name, const char *text)
{
    char path[128];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* A list is replaced whole or not at all; lists without a file stay. */
static void test_replacing(void **state)
{
    struct store_world *w = *state;
    char dir[] = "/tmp/plek-ref-XXXXXX", command[64];
    struct reference *r;
    uint64_t rows;
    size_t n;

    assert_int_equal(reference_read(w->db, &r, w->why, sizeof w->why), ERR_NOT_FOUND);
    assert_non_null(mkdtemp(dir));
    put(dir, "a.csv",
        "code,label,valid_from,valid_to\nx,\"komma, en "
        "\"\"aanhaling\"\"\",2026-01-01,\ny,\xc3\xa9,,2027-01-01\n");
    put(dir, "b.csv", "from,to\nR01,R02\n");
    r = load(w, dir);
    assert_string_equal(reference_field(reference_list(r, "a", &n), "label"), "komma, en \"aanhaling\"");
    reference_free(r);
    assert_int_equal(private_db_number(w->server, "SELECT COUNT(*) FROM reference_row WHERE list='a' AND "
                                                  "valid_from='2026-01-01' AND valid_to IS NULL"),
                     1);
    /* a bad date: nothing of the list changes, and the file is named */
    put(dir, "a.csv", "code,label,valid_from,valid_to\nz,new,yesterday,\n");
    assert_int_equal(reference_load_dir(w->db, dir, &rows, w->why, sizeof w->why), ERR_BAD_INPUT);
    assert_non_null(strstr(w->why, "a.csv"));
    put(dir, "a.csv", "code,label\n,empty\n");
    assert_int_equal(reference_load_dir(w->db, dir, &rows, w->why, sizeof w->why), ERR_BAD_INPUT);
    assert_non_null(strstr(w->why, "a.csv line 2"));
    assert_int_equal(private_db_number(w->server, "SELECT COUNT(*) FROM reference_row WHERE list='a'"), 2);
    put(dir, "a.csv", "code,label\nz,new\n");
    snprintf(command, sizeof command, "rm %s/b.csv", dir);
    assert_int_equal(system(command), 0);
    r = load(w, dir);
    assert_string_equal(reference_list(r, "a", &n)->code, "z");
    assert_int_equal(n, 1);
    assert_non_null(reference_list(r, "b", &n));
    reference_free(r);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    assert_int_equal(system(command), 0);
    assert_int_equal(reference_load_dir(w->db, dir, &rows, w->why, sizeof w->why), ERR_IO);
}

int main(void)
{
#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, store_world_begin, store_world_end)
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_own_lists_come_back_whole),
        STORE_TEST(test_replacing),
    };

    return cmocka_run_group_tests_name("reference", tests, store_world_start, store_world_stop);
}
