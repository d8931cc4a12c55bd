/* The blocking half of the outbox: what `plek notify` does. */
#include "store/outbox.h"

#include "base/check.h"
#include "store/outbox_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct bytes ad_of(const char *name, char out[128])
{
    int n = snprintf(out, 128, "notify_target:%s:address", name);

    return BYTES(out, (size_t)n);
}

enum err notify_target_add(struct db *db, const struct vault *vault, const struct notify_target *t,
                           const char *address, int64_t now_ms)
{
    struct buf sql = {0}, sealed = {0};
    char ad[128];
    uint64_t count = 0;
    enum err e = db_number(db, "SELECT COUNT(*) FROM notify_target WHERE retired_at_ms = 0", 0, &count);

    if (e != OK)
        return e;
    if (count >= OUTBOX_TARGETS_MAX)
        return ERR_TOO_BIG;
    if (address[0] != '\0')
        vault_seal(vault, ad_of(t->name, ad), bytes_of_text(address), &sealed);
    buf_text(&sql,
             "INSERT INTO notify_target (name, org, location, channel, language, address, created_at_ms) "
             "VALUES (");
    sql_text(&sql, t->name);
    buf_format(&sql, ",%" PRIu32 ",%" PRIu32 ",'%s','%s',", t->org.v, t->location.v, channel_code(t->channel),
               t->english ? "en" : "nl");
    sql_bytes(&sql, buf_view(&sealed));
    buf_format(&sql, ",%" PRId64 ")", now_ms);
    e = db_exec(db, buf_view(&sql), DB_COMMITS);
    buf_fini(&sql);
    buf_fini(&sealed);
    return e;
}

enum err notify_target_retire(struct db *db, const char *name, int64_t now_ms)
{
    struct buf sql = {0};
    enum err e;

    buf_format(&sql, "UPDATE notify_target SET address='', retired_at_ms=%" PRId64 " WHERE name=", now_ms);
    sql_text(&sql, name);
    buf_text(&sql, " AND retired_at_ms=0");
    e = db_exec(db, buf_view(&sql), DB_COMMITS);
    buf_fini(&sql);
    return e == OK && db_affected(db) == 0 ? ERR_NOT_FOUND : e;
}

struct each {
    notify_target_fn *fn;
    void *ctx;
};

static enum err on_target(void *ctx, const struct bytes *cells, unsigned n)
{
    struct each *each = ctx;
    struct notify_target t = {0};

    CHECK(n == TARGET_CELLS);
    if (!notify_target_of_cells(cells, &t))
        return ERR_BAD_INPUT;
    each->fn(each->ctx, &t);
    return OK;
}

enum err notify_target_each(struct db *db, notify_target_fn *fn, void *ctx)
{
    struct each each = {fn, ctx};

    return db_each(db, BYTES_LITERAL(TARGET_SELECT), on_target, &each);
}

enum err notify_target_open(const struct vault *vault, const struct notify_target *t,
                            char out[TARGET_ADDRESS_SIZE])
{
    struct buf plain = {0};
    char ad[128];
    enum err e = vault_open(vault, ad_of(t->name, ad), BYTES(t->sealed, t->sealed_len), &plain);

    if (e == OK && !db_cell_text(buf_view(&plain), out, TARGET_ADDRESS_SIZE))
        e = ERR_CRYPTO;
    if (plain.p != NULL)
        crypto_wipe(plain.p, plain.len);
    buf_fini(&plain);
    return e;
}

enum err notify_outbox_add(struct db *db, const struct outbox_row *row)
{
    struct buf sql = {0};
    enum err e;

    outbox_insert_sql(&sql, row, 1);
    e = db_exec(db, buf_view(&sql), DB_COMMITS);
    buf_fini(&sql);
    return e;
}
