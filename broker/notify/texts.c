#include "notify/texts.h"

#include "base/csv.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES_MAX 300 /* about two text messages */

struct texts {
    struct csv_table *table;
};

/* A line, and in it no place for anything: it is the same whomever it is about. */
static bool is_good(const char *s)
{
    size_t n = strlen(s);

    if (n == 0 || n > TEXT_BYTES_MAX)
        return false;
    for (const char *p = s; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == '$')
            return false;
    }
    return true;
}

static enum err judge(struct csv_table *t, const char *name, struct texts **out, char *why, size_t why_size)
{
    static const char *const columns[] = {"subject_nl", "subject_en", "text_nl", "text_en"};

    for (size_t i = 0; i < csv_rows(t); i++) {
        for (size_t c = 0; c < COUNT_OF(columns); c++) {
            if (is_good(csv_field(t, i, columns[c])))
                continue;
            snprintf(why, why_size, "%s line %d: %s is empty, too long or holds what it may not", name,
                     csv_line(t, i), columns[c]);
            csv_free(t);
            return ERR_BAD_INPUT;
        }
    }
    *out = mem_new(1, sizeof **out);
    (*out)->table = t;
    return OK;
}

enum err texts_read(struct bytes text, const char *name, struct texts **out, char *why, size_t why_size)
{
    struct csv_table *t = NULL;
    enum err e = csv_read(text, name, &t, why, why_size);

    return e == OK ? judge(t, name, out, why, why_size) : e;
}

enum err texts_load(const char *path, struct texts **out, char *why, size_t why_size)
{
    struct csv_table *t = NULL;
    enum err e = csv_load(path, &t, why, why_size);

    return e == OK ? judge(t, path, out, why, why_size) : e;
}

void texts_free(struct texts *t)
{
    if (t == NULL)
        return;
    csv_free(t->table);
    free(t);
}

/* Row of KEY, or the number of rows. */
static size_t find(const struct texts *t, const char *key)
{
    size_t n = csv_rows(t->table);

    for (size_t i = 0; i < n; i++) {
        if (strcmp(csv_field(t->table, i, "key"), key) == 0)
            return i;
    }
    return n;
}

bool texts_has(const struct texts *t, const char *key)
{
    return find(t, key) < csv_rows(t->table);
}

bool texts_write(const struct texts *t, const char *key, bool english, struct buf *subject, struct buf *text)
{
    size_t row = find(t, key);

    if (row == csv_rows(t->table))
        return false;
    if (subject != NULL)
        buf_text(subject, csv_field(t->table, row, english ? "subject_en" : "subject_nl"));
    if (text != NULL)
        buf_text(text, csv_field(t->table, row, english ? "text_en" : "text_nl"));
    return true;
}
