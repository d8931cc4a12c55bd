#include "store/reference.h"

#include "base/check.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_NAME_MAX 48
#define CODE_MAX 64
#define LISTS_MAX 64
#define INSERT_BYTES ((size_t)512 << 10)

/* ---- loading ---- */

/* What names a row where the file has no column "code" (travel: from; protocol: threat_level). */
static const char *code_of(const struct csv_table *t, size_t row)
{
    const char *code = csv_field(t, row, "code");

    return code[0] != '\0' ? code : csv_field(t, row, csv_column(t, 0));
}

static void sql_date(struct buf *sql, const char *text)
{
    sql_text(sql, text[0] != '\0' ? text : NULL);
}

static void add_row(struct buf *sql, const char *list, const struct csv_table *t, size_t row)
{
    json_t *fields = json_object();
    char *text;

    for (size_t i = 0; i < csv_columns(t); i++) {
        const char *name = csv_column(t, i);

        CHECK(json_object_set_new(fields, name, json_string(csv_field(t, row, name))) == 0);
    }
    text = json_dumps(fields, JSON_COMPACT); /* in the order of the columns */
    CHECK(text != NULL);
    buf_text(sql,
             sql->len == 0
                 ? "INSERT INTO reference_row (list, position, code, valid_from, valid_to, fields) VALUES ("
                 : ",(");
    sql_text(sql, list);
    buf_text(sql, ",");
    sql_u64(sql, row);
    buf_text(sql, ",");
    sql_text(sql, code_of(t, row));
    buf_text(sql, ",");
    sql_date(sql, csv_field(t, row, "valid_from"));
    buf_text(sql, ",");
    sql_date(sql, csv_field(t, row, "valid_to"));
    buf_text(sql, ",");
    sql_text(sql, text);
    buf_text(sql, ")");
    free(text);
    json_decref(fields);
}

static enum err insert_rows(struct db *db, const char *list, const struct csv_table *t)
{
    struct buf sql = {0};
    enum err e = OK;

    for (size_t row = 0; row < csv_rows(t) && e == OK; row++) {
        add_row(&sql, list, t, row);
        if (sql.len >= INSERT_BYTES || row + 1 == csv_rows(t)) {
            e = db_exec(db, buf_view(&sql), DB_WRITES);
            buf_clear(&sql);
        }
    }
    buf_fini(&sql);
    return e;
}

static enum err replace_list(struct db *db, const char *list, const struct csv_table *t, char *why,
                             size_t why_size)
{
    struct buf sql = {0};
    enum err e = db_exec_text(db, "START TRANSACTION", DB_WRITES);

    buf_text(&sql, "DELETE FROM reference_row WHERE list=");
    sql_text(&sql, list);
    if (e == OK)
        e = db_exec(db, buf_view(&sql), DB_WRITES);
    if (e == OK)
        e = insert_rows(db, list, t);
    if (e == OK)
        e = db_exec_text(db, "COMMIT", DB_COMMITS);
    if (e != OK) {
        snprintf(why, why_size, "%s.csv: %s", list, db_why(db));
        if (db_exec_text(db, "ROLLBACK", DB_WRITES) != OK)
            e = ERR_AWAY;
    }
    buf_fini(&sql);
    return e;
}

/* The list's name of a file "<list>.csv"; false if it is none. */
static bool list_of_file(const char *file, char list[LIST_NAME_MAX + 1])
{
    size_t len = strlen(file);

    if (len <= 4 || len - 4 > LIST_NAME_MAX || strcmp(file + len - 4, ".csv") != 0 || file[0] == '.')
        return false;
    memcpy(list, file, len - 4);
    list[len - 4] = '\0';
    return true;
}

static enum err load_file(struct db *db, const char *dir, const char *list, uint64_t *rows, char *why,
                          size_t why_size)
{
    struct csv_table *t = NULL;
    char path[4096];
    enum err e;

    if (snprintf(path, sizeof path, "%s/%s.csv", dir, list) >= (int)sizeof path)
        return ERR_IO;
    e = csv_load(path, &t, why, why_size);
    for (size_t i = 0; e == OK && i < csv_rows(t); i++) {
        size_t len = strlen(code_of(t, i));

        if (len == 0 || len > CODE_MAX) {
            snprintf(why, why_size, "%s.csv line %d: the code is empty or longer than %d bytes", list,
                     csv_line(t, i), CODE_MAX);
            e = ERR_BAD_INPUT;
        }
    }
    if (e == OK)
        e = replace_list(db, list, t, why, why_size);
    if (e == OK)
        *rows += csv_rows(t);
    csv_free(t);
    return e;
}

enum err reference_load_dir(struct db *db, const char *dir, uint64_t *rows, char *why, size_t why_size)
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    enum err e = OK;
    unsigned lists = 0;

    *rows = 0;
    if (d == NULL) {
        snprintf(why, why_size, "%s: %s", dir, strerror(errno));
        return ERR_IO;
    }
    while (e == OK && (entry = readdir(d)) != NULL) {
        char list[LIST_NAME_MAX + 1];

        if (!list_of_file(entry->d_name, list))
            continue;
        lists++;
        e = load_file(db, dir, list, rows, why, why_size);
    }
    closedir(d);
    if (e == OK && lists == 0) {
        snprintf(why, why_size, "%s: no .csv file", dir);
        e = ERR_IO;
    }
    return e;
}

/* ---- reading ---- */

struct reference {
    struct vocab_row *rows;
    json_t **docs; /* the fields of each row; names and values point into them */
    size_t n, cap_rows, cap_docs;
    char *lists[LISTS_MAX];
    size_t n_lists;
};

/* What the reading callback works on. */
struct reading {
    struct reference *r;
    char *why;
    size_t why_size;
};

static const char *list_name(struct reference *r, struct bytes cell)
{
    if (r->n_lists > 0 && bytes_equal(cell, bytes_of_text(r->lists[r->n_lists - 1])))
        return r->lists[r->n_lists - 1];
    if (r->n_lists == LISTS_MAX)
        return NULL;
    r->lists[r->n_lists] = mem_dup(cell.p, cell.len);
    return r->lists[r->n_lists++];
}

static bool take_fields(struct vocab_row *row, json_t *doc)
{
    const char **names = mem_new(json_object_size(doc) + 1, sizeof *names);
    const char **values = mem_new(json_object_size(doc) + 1, sizeof *values);
    const char *name;
    json_t *value;
    size_t n = 0;

    json_object_foreach(doc, name, value)
    {
        if (!json_is_string(value))
            break;
        names[n] = name;
        values[n++] = json_string_value(value);
    }
    row->names = names;
    row->values = values;
    row->n = n;
    return n > 0 && n == json_object_size(doc);
}

/* Where the field that names the row is; see code_of. */
static const char *code_field(const struct vocab_row *row)
{
    const char *code = reference_field(row, "code");

    return code[0] != '\0' ? code : row->values[0];
}

static enum err on_row(void *ctx, const struct bytes *cells, unsigned n)
{
    struct reading *reading = ctx;
    struct reference *r = reading->r;
    struct json_faults faults = {0};
    struct vocab_row *row;
    json_t *doc;

    CHECK(n == 2);
    doc = json_parse(cells[1], &faults);
    MEM_GROW(r->rows, r->n, r->cap_rows);
    MEM_GROW(r->docs, r->n, r->cap_docs);
    row = &r->rows[r->n];
    *row = (struct vocab_row){0};
    r->docs[r->n++] = doc;
    row->list = list_name(r, cells[0]);
    if (row->list == NULL || !json_is_object(doc) || !take_fields(row, doc)) {
        snprintf(reading->why, reading->why_size, "reference_row: row %zu of all is no object of texts",
                 r->n);
        return ERR_BAD_INPUT;
    }
    row->code = code_field(row);
    return OK;
}

enum err reference_read(struct db *db, struct reference **out, char *why, size_t why_size)
{
    struct reference *r = mem_new(1, sizeof *r);
    struct reading reading = {.r = r, .why = why, .why_size = why_size};
    enum err e;

    why[0] = '\0';
    e = db_each(db, BYTES_LITERAL("SELECT list, fields FROM reference_row ORDER BY list, position"), on_row,
                &reading);
    if (e != OK && why[0] == '\0')
        snprintf(why, why_size, "%s", db_why(db));
    if (e == OK && r->n == 0) {
        snprintf(why, why_size, "the database holds no reference data: load it first");
        e = ERR_NOT_FOUND;
    }
    if (e == OK)
        *out = TAKE(&r);
    reference_free(r);
    return e;
}

void reference_free(struct reference *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->n; i++) {
        free((void *)(uintptr_t)r->rows[i].names);
        free((void *)(uintptr_t)r->rows[i].values);
        json_decref(r->docs[i]);
    }
    for (size_t i = 0; i < r->n_lists; i++)
        free(r->lists[i]);
    free(r->rows);
    free(r->docs);
    free(r);
}

const struct vocab_row *reference_rows(const struct reference *r, size_t *n)
{
    *n = r->n;
    return r->rows;
}

const struct vocab_row *reference_list(const struct reference *r, const char *list, size_t *n)
{
    const struct vocab_row *first = NULL;

    *n = 0;
    for (size_t i = 0; i < r->n; i++) {
        if (strcmp(r->rows[i].list, list) != 0)
            continue;
        if (first == NULL)
            first = &r->rows[i];
        ++*n;
    }
    return first;
}

const char *reference_field(const struct vocab_row *row, const char *name)
{
    for (size_t i = 0; i < row->n; i++) {
        if (strcmp(row->names[i], name) == 0)
            return row->values[i];
    }
    return "";
}
