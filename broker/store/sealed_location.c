#include "store/sealed_location.h"

#include "base/check.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 3
static const char *const columns[COLUMNS] = {"address", "night_number", "meeting_point"};

/* Where the text of a column is in the struct, and how much room it has. */
static char *field(struct revealed_location *l, size_t column, size_t *size)
{
    switch (column) {
    case 0:
        *size = sizeof l->address;
        return l->address;
    case 1:
        *size = sizeof l->night_number;
        return l->night_number;
    case 2:
        *size = sizeof l->meeting_point;
        return l->meeting_point;
    default:
        check_failed(__FILE__, __LINE__, __func__, "column");
    }
}

static struct bytes ad_of(struct location_id id, size_t column, char out[64])
{
    int n = snprintf(out, 64, "sealed_location:%" PRIu32 ":%s", id.v, columns[column]);

    return BYTES(out, (size_t)n);
}

/* An empty field is stored empty: that it is not known is no secret. */
static void seal_field(const struct vault *v, struct location_id id, size_t column, const char *text,
                       struct buf *sql)
{
    struct buf sealed = {0};
    char ad[64];

    if (text[0] != '\0')
        vault_seal(v, ad_of(id, column, ad), bytes_of_text(text), &sealed);
    sql_bytes(sql, buf_view(&sealed));
    buf_fini(&sealed);
}

static enum err open_field(const struct vault *v, struct location_id id, size_t column, struct bytes cell,
                           struct revealed_location *out)
{
    struct buf plain = {0};
    size_t size;
    char *text = field(out, column, &size), ad[64];
    enum err e = OK;

    text[0] = '\0';
    if (cell.len > 0)
        e = vault_open(v, ad_of(id, column, ad), cell, &plain);
    if (e == OK && !db_cell_text(buf_view(&plain), text, size))
        e = ERR_CRYPTO;
    if (plain.p != NULL)
        crypto_wipe(plain.p, plain.len);
    buf_fini(&plain);
    return e;
}

enum err sealed_location_put(struct db *db, const struct vault *vault, struct location_id id,
                             const struct revealed_location *fields)
{
    struct revealed_location copy = *fields;
    struct buf sql = {0};
    size_t size;
    enum err e;

    buf_format(
        &sql,
        "REPLACE INTO sealed_location (location, address, night_number, meeting_point) VALUES (%" PRIu32,
        id.v);
    for (size_t i = 0; i < COLUMNS; i++) {
        buf_text(&sql, ",");
        seal_field(vault, id, i, field(&copy, i, &size), &sql);
    }
    buf_text(&sql, ")");
    e = db_exec(db, buf_view(&sql), DB_COMMITS);
    crypto_wipe(&copy, sizeof copy);
    buf_fini(&sql);
    return e;
}

static void select_one(struct location_id id, struct buf *sql)
{
    buf_format(sql,
               "SELECT address, night_number, meeting_point FROM sealed_location WHERE location=%" PRIu32,
               id.v);
}

struct getting {
    const struct vault *vault;
    struct location_id id;
    struct revealed_location *out;
    bool found;
};

static enum err on_get(void *ctx, const struct bytes *cells, unsigned n)
{
    struct getting *g = ctx;
    enum err e = OK;

    CHECK(n == COLUMNS);
    g->found = true;
    for (size_t i = 0; i < COLUMNS && e == OK; i++)
        e = open_field(g->vault, g->id, i, cells[i], g->out);
    return e;
}

enum err sealed_location_get(struct db *db, const struct vault *vault, struct location_id id,
                             struct revealed_location *out)
{
    struct getting g = {.vault = vault, .id = id, .out = out};
    struct buf sql = {0};
    enum err e;

    select_one(id, &sql);
    e = db_each(db, buf_view(&sql), on_get, &g);
    buf_fini(&sql);
    return e == OK && !g.found ? ERR_NOT_FOUND : e;
}

/* ---- change of master ---- */

struct resealing {
    const struct vault *vault;
    struct location_id *ids;
    size_t n, cap;
};

static enum err on_row_to_reseal(void *ctx, const struct bytes *cells, unsigned n)
{
    struct resealing *r = ctx;
    uint64_t id;
    bool old = false;

    CHECK(n == COLUMNS + 1);
    if (!db_cell_u64(cells[0], &id))
        return ERR_BAD_INPUT;
    for (unsigned i = 1; i <= COLUMNS; i++)
        old = old || (cells[i].len > 0 && vault_key_id_of(cells[i]) != vault_key_id(r->vault));
    if (old) {
        MEM_GROW(r->ids, r->n, r->cap);
        r->ids[r->n++] = (struct location_id){(uint32_t)id};
    }
    return OK;
}

enum err sealed_location_reseal(struct db *db, const struct vault *vault, uint64_t *count)
{
    struct resealing r = {.vault = vault};
    enum err e;

    *count = 0;
    e = db_each(db,
                BYTES_LITERAL("SELECT location, address, night_number, meeting_point FROM sealed_location"),
                on_row_to_reseal, &r);
    for (size_t i = 0; i < r.n && e == OK; i++) {
        struct revealed_location fields;

        e = sealed_location_get(db, vault, r.ids[i], &fields);
        if (e == OK)
            e = sealed_location_put(db, vault, r.ids[i], &fields);
        crypto_wipe(&fields, sizeof fields);
        *count += e == OK;
    }
    free(r.ids);
    return e;
}

/* ---- on the loop ---- */

struct sealed_read {
    const struct vault *vault;
    struct location_id id;
    sealed_location_fn *done;
    void *ctx;
};

static void on_read(void *ctx, enum err trouble, struct db_result *result)
{
    struct sealed_read *r = ctx;
    struct revealed_location fields = {0};

    if (trouble == OK && !db_result_next(result))
        trouble = ERR_NOT_FOUND;
    for (unsigned i = 0; i < COLUMNS && trouble == OK; i++)
        trouble = open_field(r->vault, r->id, i, db_result_cell(result, i), &fields);
    r->done(r->ctx, trouble, trouble == OK ? &fields : NULL);
    crypto_wipe(&fields, sizeof fields);
    free(r);
}

enum err sealed_location_read(struct clerk *k, const struct vault *vault, struct location_id id,
                              uint32_t patience_ms, sealed_location_fn *done, void *ctx,
                              struct sealed_read **out)
{
    struct sealed_read *r = mem_new(1, sizeof *r);
    struct buf sql = {0};
    enum err e;

    *r = (struct sealed_read){.vault = vault, .id = id, .done = done, .ctx = ctx};
    select_one(id, &sql);
    e = clerk_do(k, buf_view(&sql), DB_READS, patience_ms, on_read, r);
    buf_fini(&sql);
    if (e == OK)
        *out = r;
    else
        free(r);
    return e;
}

void sealed_read_free(struct sealed_read *r)
{
    free(r);
}
