#include "store/accounts_rows.h"

#include "store/accounts.h"
#include "store/accounts_table.h"

#include <stdio.h>
#include <string.h>

bool role_of_cell(struct bytes cell, enum role *out)
{
    for (int i = 0; i < ROLE_N; i++) {
        if (bytes_equal(cell, bytes_of_text(role_code((enum role)i)))) {
            *out = (enum role)i;
            return true;
        }
    }
    return false;
}

static bool u32_of_cell(struct bytes cell, uint32_t *out)
{
    uint64_t v;

    if (!db_cell_u64(cell, &v) || v > UINT32_MAX)
        return false;
    *out = (uint32_t)v;
    return true;
}

bool account_of_cells(const struct bytes *c, struct account *out)
{
    int64_t disabled_at = 0;
    bool ok = u32_of_cell(c[0], &out->id.v) && db_cell_text(c[1], out->username, sizeof out->username) &&
              u32_of_cell(c[2], &out->org.v) && role_of_cell(c[3], &out->role) &&
              u32_of_cell(c[4], &out->location.v) &&
              db_cell_text(c[5], out->display_nl, sizeof out->display_nl) &&
              db_cell_text(c[6], out->display_en, sizeof out->display_en) &&
              db_cell_text(c[7], out->password_hash, sizeof out->password_hash) &&
              u32_of_cell(c[8], &out->failed) && db_cell_i64(c[9], &out->locked_until_ms) &&
              db_cell_i64(c[10], &disabled_at);

    out->disabled = disabled_at != 0;
    return ok;
}

bool session_of_cells(const struct bytes *c, struct session *out)
{
    if (c[0].len != sizeof out->hash || c[1].len != sizeof out->csrf || !u32_of_cell(c[2], &out->account.v) ||
        !db_cell_i64(c[3], &out->created_ms) || !db_cell_i64(c[4], &out->seen_ms))
        return false;
    memcpy(out->hash, c[0].p, sizeof out->hash);
    memcpy(out->csrf, c[1].p, sizeof out->csrf);
    return true;
}

bool username_fold(const char *text, char out[USERNAME_SIZE])
{
    size_t len = strlen(text);

    out[0] = '\0';
    if (len == 0 || len >= USERNAME_SIZE)
        return false;
    for (size_t i = 0; i <= len; i++)
        out[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
    return true;
}

/* ---- blocking, for `plek` ---- */

static bool name_is_allowed(const char *name)
{
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-@") == strlen(name);
}

static void add_comma_text(struct buf *sql, const char *text)
{
    buf_text(sql, ",");
    sql_text(sql, text);
}

static void add_comma_i64(struct buf *sql, int64_t v)
{
    buf_text(sql, ",");
    sql_i64(sql, v);
}

static enum err last_id(struct db *db, uint32_t *out)
{
    uint64_t v = 0;
    enum err e = db_number(db, "SELECT LAST_INSERT_ID()", 0, &v);

    if (e == OK)
        *out = (uint32_t)v;
    return e;
}

enum err account_add(struct db *db, const struct account *account, int64_t now_ms, struct account_id *id,
                     char *why, size_t why_size)
{
    struct buf sql = {0};
    char name[USERNAME_SIZE];
    enum err e;

    if (!username_fold(account->username, name) || !name_is_allowed(name)) {
        snprintf(why, why_size, "a username is 1 to %d of a-z 0-9 . _ - @", USERNAME_SIZE - 1);
        return ERR_BAD_INPUT;
    }
    buf_text(&sql,
             "INSERT INTO account (username, org, role, location, display_nl, display_en, password_hash, "
             "created_at_ms) VALUES (");
    sql_text(&sql, name);
    add_comma_i64(&sql, account->org.v);
    add_comma_text(&sql, role_code(account->role));
    add_comma_i64(&sql, account->location.v);
    add_comma_text(&sql, account->display_nl);
    add_comma_text(&sql, account->display_en);
    add_comma_text(&sql, account->password_hash);
    add_comma_i64(&sql, now_ms);
    buf_text(&sql, ")");
    e = db_exec(db, buf_view(&sql), DB_COMMITS);
    if (e == ERR_CONFLICT)
        snprintf(why, why_size, "the username is taken");
    else if (e != OK)
        snprintf(why, why_size, "%s", db_why(db));
    if (e == OK)
        e = last_id(db, &id->v);
    buf_fini(&sql);
    return e;
}

static enum err end_sessions(struct db *db, struct account_id id)
{
    char sql[80];

    snprintf(sql, sizeof sql, "DELETE FROM session WHERE account=%u", id.v);
    return db_exec_text(db, sql, DB_COMMITS);
}

static enum err update_one(struct db *db, struct buf *sql)
{
    enum err e = db_exec(db, buf_view(sql), DB_COMMITS);

    if (e == OK && db_affected(db) == 0)
        e = ERR_NOT_FOUND;
    buf_fini(sql);
    return e;
}

enum err account_set_password(struct db *db, struct account_id id, const char *hash)
{
    struct buf sql = {0};
    enum err e;

    buf_text(&sql, "UPDATE account SET failed_count=0, locked_until_ms=0, password_hash=");
    sql_text(&sql, hash);
    buf_text(&sql, " WHERE id=");
    sql_u64(&sql, id.v);
    e = update_one(db, &sql);
    return e == OK ? end_sessions(db, id) : e;
}

enum err account_set_disabled(struct db *db, struct account_id id, int64_t at_ms)
{
    struct buf sql = {0};
    enum err e;

    buf_text(&sql, "UPDATE account SET disabled_at_ms=");
    sql_i64(&sql, at_ms);
    buf_text(&sql, " WHERE id=");
    sql_u64(&sql, id.v);
    e = update_one(db, &sql);
    return e == OK && at_ms != 0 ? end_sessions(db, id) : e;
}

static enum err insert_machine(struct db *db, const char *name, const uint8_t *pin, int64_t now_ms)
{
    struct buf sql = {0};
    enum err e;

    buf_text(&sql, "INSERT INTO machine (name, pin, created_at_ms) VALUES (");
    sql_text(&sql, name);
    buf_text(&sql, ",");
    sql_bytes(&sql, BYTES(pin, CRYPTO_SHA256_BYTES));
    add_comma_i64(&sql, now_ms);
    buf_text(&sql, ")");
    e = db_exec(db, buf_view(&sql), DB_WRITES);
    buf_fini(&sql);
    return e;
}

static enum err insert_machine_orgs(struct db *db, uint32_t id, const struct org_id *orgs, size_t n)
{
    struct buf sql = {0};
    enum err e = OK;

    for (size_t i = 0; i < n; i++) {
        buf_text(&sql, i == 0 ? "INSERT INTO machine_org (machine, org) VALUES (" : ",(");
        sql_u64(&sql, id);
        add_comma_i64(&sql, orgs[i].v);
        buf_text(&sql, ")");
    }
    if (n > 0)
        e = db_exec(db, buf_view(&sql), DB_WRITES);
    buf_fini(&sql);
    return e;
}

enum err machine_add(struct db *db, const char *name, const uint8_t pin[CRYPTO_SHA256_BYTES],
                     const struct org_id *orgs, size_t n_orgs, int64_t now_ms, uint32_t *id, char *why,
                     size_t why_size)
{
    uint32_t new_id = 0;
    enum err e;

    if (name[0] == '\0' || strlen(name) >= DISPLAY_SIZE) {
        snprintf(why, why_size, "a machine's name has 1 to %d bytes", DISPLAY_SIZE - 1);
        return ERR_BAD_INPUT;
    }
    e = db_exec_text(db, "START TRANSACTION", DB_WRITES);
    if (e == OK)
        e = insert_machine(db, name, pin, now_ms);
    if (e == OK)
        e = last_id(db, &new_id);
    if (e == OK)
        e = insert_machine_orgs(db, new_id, orgs, n_orgs);
    if (e == OK)
        e = db_exec_text(db, "COMMIT", DB_COMMITS);
    if (e == OK) {
        *id = new_id;
        return OK;
    }
    snprintf(why, why_size, "%s", e == ERR_CONFLICT ? "the name or the key is known already" : db_why(db));
    if (db_exec_text(db, "ROLLBACK", DB_WRITES) != OK)
        return ERR_AWAY;
    return e;
}

enum err machine_set_reading(struct db *db, uint32_t id, enum role role, struct org_id org)
{
    struct buf sql = {0};

    buf_text(&sql, "UPDATE machine SET read_role=");
    sql_text(&sql, role == ROLE_NONE ? "" : role_code(role));
    buf_text(&sql, ", read_org=");
    sql_u64(&sql, role == ROLE_NONE ? 0 : org.v);
    buf_text(&sql, " WHERE id=");
    sql_u64(&sql, id);
    return update_one(db, &sql);
}

enum err machine_remove(struct db *db, const char *name)
{
    struct buf sql = {0};

    /* Its organisations go with it (ON DELETE CASCADE). What it did stays in the journal, under its number.
     */
    buf_text(&sql, "DELETE FROM machine WHERE name=");
    sql_text(&sql, name);
    return update_one(db, &sql);
}

static enum err on_machine_row(void *ctx, const struct bytes *cells, unsigned n)
{
    return n == MACHINE_CELLS && machine_list_row(ctx, cells) ? OK : ERR_BAD_INPUT;
}

enum err machine_each(struct db *db, machine_row_fn *fn, void *ctx)
{
    struct machine_list l = {0};
    enum err e = db_each(db, BYTES_LITERAL(MACHINE_SELECT), on_machine_row, &l);

    for (size_t i = 0; e == OK && i < l.n; i++) {
        const struct machine_entry *m = &l.list[i];
        struct machine_row row = {.m = m->m, .created_at_ms = m->created_at_ms};

        memcpy(row.pin, m->pin, sizeof row.pin);
        row.has_next_pin = memcmp(m->pin, m->next_pin, sizeof m->pin) != 0;
        fn(ctx, &row);
    }
    machine_list_fini(&l);
    return e;
}

enum err machine_set_next_pin(struct db *db, uint32_t id, const uint8_t next_pin[CRYPTO_SHA256_BYTES])
{
    struct buf sql = {0};

    /* What was announced before becomes the current one. */
    buf_text(&sql, "UPDATE machine SET pin=COALESCE(next_pin, pin), next_pin=");
    sql_bytes(&sql, BYTES(next_pin, CRYPTO_SHA256_BYTES));
    buf_text(&sql, " WHERE id=");
    sql_u64(&sql, id);
    return update_one(db, &sql);
}
