#include "base/csv.h"

#include "base/check.h"
#include "base/csv_split.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES (4u << 20)

/* Fields of all rows, header first, behind each other: field F of data row R is cells[(R + 1) * columns + F].
 */
struct csv_table {
    char **cells;
    size_t n_cells, cap_cells;
    int *lines; /* per row, header first */
    size_t n_lines, cap_lines;
    size_t columns;
};

/* What the splitter's callbacks fill in. */
struct reading {
    struct csv_table *table;
    const char *name;
    char *why;
    size_t why_size;
    size_t fields; /* in the row under way */
    bool bad;      /* WHY holds the first fault; the rest is skipped */
};

static void complain(struct reading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void complain(struct reading *r, const char *format, ...)
{
    va_list args;

    if (r->bad)
        return;
    r->bad = true;
    va_start(args, format);
    vsnprintf(r->why, r->why_size, format, args);
    va_end(args);
}

static void on_field(void *context, struct bytes field)
{
    struct reading *r = context;
    struct csv_table *t = r->table;

    if (r->bad)
        return;
    r->fields++;
    MEM_GROW(t->cells, t->n_cells, t->cap_cells);
    t->cells[t->n_cells++] = mem_dup(field.p, field.len);
}

static void check_header(struct reading *r, int line)
{
    struct csv_table *t = r->table;

    for (size_t i = 0; i < t->columns; i++) {
        if (t->cells[i][0] == '\0')
            complain(r, "%s line %d: column %zu of the header has no name", r->name, line, i + 1);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(t->cells[i], t->cells[j]) == 0)
                complain(r, "%s line %d: columns %zu and %zu have the same name", r->name, line, j + 1,
                         i + 1);
        }
    }
}

static void on_row(void *context, int line)
{
    struct reading *r = context;
    struct csv_table *t = r->table;

    if (r->bad)
        return;
    MEM_GROW(t->lines, t->n_lines, t->cap_lines);
    t->lines[t->n_lines++] = line;
    if (t->n_lines == 1) {
        t->columns = r->fields;
        check_header(r, line);
    } else if (r->fields != t->columns) {
        complain(r, "%s line %d: %zu fields, header has %zu", r->name, line, r->fields, t->columns);
    }
    r->fields = 0;
}

/* Complain about the first thing that none of our tables may hold. A lone carriage return would end a row for
 * libcsv and not for anyone who counts lines. */
static void check_characters(struct reading *r, struct bytes text)
{
    int line = 1;

    while (text.len > 0 && !r->bad) {
        uint32_t code = 0;
        size_t n = bytes_utf8(text, &code);

        if (n == 0 || code == 0)
            complain(r, "%s line %d: not UTF-8 text", r->name, line);
        else if (code == '\r' && (text.len == 1 || text.p[1] != '\n'))
            complain(r, "%s line %d: a carriage return without a newline", r->name, line);
        else if (code == '\n')
            line++;
        text = BYTES(text.p + n, text.len - n);
    }
}

enum err csv_read(struct bytes text, const char *name, struct csv_table **out, char *why, size_t why_size)
{
    static const uint8_t bom[] = {0xef, 0xbb, 0xbf};
    struct csv_table *t = mem_new(1, sizeof *t);
    struct reading r = {.table = t, .name = name, .why = why, .why_size = why_size};
    struct csv_splitter to = {.on_field = on_field, .on_row = on_row, .context = &r};
    enum err e = ERR_BAD_INPUT;
    int line = 0;

    if (text.len > FILE_MAX_BYTES) {
        complain(&r, "%s: larger than %u bytes", name, FILE_MAX_BYTES);
        e = ERR_TOO_BIG;
        goto out;
    }
    check_characters(&r, text);
    if (r.bad)
        goto out;
    /* Spreadsheets put it there. */
    if (text.len >= sizeof bom && memcmp(text.p, bom, sizeof bom) == 0)
        text = BYTES(text.p + sizeof bom, text.len - sizeof bom);
    if (csv_split(text, &to, &line) != OK)
        complain(&r, "%s line %d: a quote is out of place or not closed", name, line);
    if (t->n_lines == 0)
        complain(&r, "%s: no header", name);
    if (r.bad)
        goto out;
    *out = TAKE(&t);
    e = OK;
out:
    csv_free(t);
    return e;
}

enum err csv_load(const char *path, struct csv_table **out, char *why, size_t why_size)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    uint8_t *text = NULL;
    size_t len = 0;
    enum err e = ERR_IO;
    FILE *file = fopen(path, "rbe");

    if (file == NULL) {
        snprintf(why, why_size, "%s: %m", name);
        return ERR_IO;
    }
    text = mem_new(FILE_MAX_BYTES + 1, 1);
    len = fread(text, 1, FILE_MAX_BYTES + 1, file);
    if (ferror(file)) {
        snprintf(why, why_size, "%s: %m", name);
        goto out;
    }
    e = csv_read(BYTES(text, len), name, out, why, why_size);
out:
    free(text);
    fclose(file);
    return e;
}

void csv_free(struct csv_table *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->n_cells; i++)
        free(t->cells[i]);
    free(t->cells);
    free(t->lines);
    free(t);
}

size_t csv_rows(const struct csv_table *t)
{
    return t->n_lines - 1;
}

size_t csv_columns(const struct csv_table *t)
{
    return t->columns;
}

const char *csv_column(const struct csv_table *t, size_t column)
{
    CHECK(column < t->columns);
    return t->cells[column]; /* the header is the first row */
}

const char *csv_field(const struct csv_table *t, size_t row, const char *name)
{
    CHECK(row < csv_rows(t));
    for (size_t i = 0; i < t->columns; i++) {
        if (strcmp(t->cells[i], name) == 0)
            return t->cells[(row + 1) * t->columns + i];
    }
    return "";
}

int csv_line(const struct csv_table *t, size_t row)
{
    CHECK(row < csv_rows(t));
    return t->lines[row + 1];
}
