#include "store/migrate.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX (1u << 20)
#define NAME_MAX_BYTES 120
#define LOCK_SECONDS 10

struct migration {
    unsigned version;
    char name[NAME_MAX_BYTES + 1];
    struct buf text;
    uint8_t sum[CRYPTO_SHA256_BYTES];
    bool applied;
};

struct migrations {
    struct migration *list;
    size_t n, cap;
    char *why;
    size_t why_size;
};

static void migrations_fini(struct migrations *m)
{
    for (size_t i = 0; i < m->n; i++)
        buf_fini(&m->list[i].text);
    free(m->list);
}

/* ---- files ---- */

/* "0001_journal.sql": four digits, '_', ... ".sql". */
static bool is_migration(const char *name)
{
    size_t len = strlen(name);

    for (int i = 0; i < 4; i++) {
        if (!isdigit((unsigned char)name[i]))
            return false;
    }
    return name[4] == '_' && len > 9 && len <= NAME_MAX_BYTES && strcmp(name + len - 4, ".sql") == 0;
}

static enum err read_file(const char *dir, struct migration *m)
{
    char path[4096];
    FILE *f = NULL;
    enum err e = ERR_IO;
    size_t n;

    if (snprintf(path, sizeof path, "%s/%s", dir, m->name) >= (int)sizeof path)
        return ERR_IO;
    f = fopen(path, "re");
    if (f == NULL)
        return ERR_IO;
    do {
        n = fread(buf_extend(&m->text, 4096), 1, 4096, f);
        m->text.len -= 4096 - n;
    } while (n > 0 && m->text.len <= FILE_BYTES_MAX);
    if (!ferror(f) && m->text.len <= FILE_BYTES_MAX)
        e = OK;
    fclose(f);
    crypto_sha256(buf_view(&m->text), m->sum);
    return e;
}

static int by_version(const void *a, const void *b)
{
    const struct migration *x = a, *y = b;

    return x->version < y->version ? -1 : x->version > y->version;
}

static enum err read_dir(struct migrations *m, const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    enum err e = OK;

    if (d == NULL) {
        snprintf(m->why, m->why_size, "%s: %s", dir, strerror(errno));
        return ERR_IO;
    }
    while (e == OK && (entry = readdir(d)) != NULL) {
        struct migration *one;

        if (!is_migration(entry->d_name))
            continue;
        MEM_GROW(m->list, m->n, m->cap);
        one = &m->list[m->n++];
        *one = (struct migration){.version = (unsigned)strtoul(entry->d_name, NULL, 10)};
        memcpy(one->name, entry->d_name, strlen(entry->d_name) + 1);
        e = read_file(dir, one);
        if (e != OK)
            snprintf(m->why, m->why_size, "%s cannot be read", one->name);
    }
    closedir(d);
    if (m->n > 0)
        qsort(m->list, m->n, sizeof *m->list, by_version);
    for (size_t i = 1; i < m->n && e == OK; i++) {
        if (m->list[i].version == m->list[i - 1].version) {
            snprintf(m->why, m->why_size, "%s and %s have the same number", m->list[i - 1].name,
                     m->list[i].name);
            e = ERR_CONFLICT;
        }
    }
    return e;
}

/* ---- what was applied ---- */

static struct migration *find(struct migrations *m, uint64_t version)
{
    for (size_t i = 0; i < m->n; i++) {
        if (m->list[i].version == version)
            return &m->list[i];
    }
    return NULL;
}

static enum err on_applied(void *ctx, const struct bytes *cells, unsigned n)
{
    struct migrations *m = ctx;
    struct migration *one;
    uint64_t version;

    CHECK(n == 2);
    if (!db_cell_u64(cells[0], &version))
        return ERR_BAD_INPUT;
    one = find(m, version);
    if (one == NULL) {
        snprintf(m->why, m->why_size,
                 "the database has migration %u, of which there is no file: is this an older "
                 "version of the program?",
                 (unsigned)version);
        return ERR_CONFLICT;
    }
    if (!bytes_equal(cells[1], BYTES(one->sum, sizeof one->sum))) {
        snprintf(m->why, m->why_size, "%s was changed after it was applied; write a new migration instead",
                 one->name);
        return ERR_CONFLICT;
    }
    one->applied = true;
    return OK;
}

static enum err read_applied(struct migrations *m, struct db *db)
{
    bool missing = false;
    enum err e =
        db_each(db, BYTES_LITERAL("SELECT version, sum FROM schema_version ORDER BY version"), on_applied, m);

    if (e != OK && m->why[0] == '\0')
        snprintf(m->why, m->why_size, "%s", db_why(db));
    for (size_t i = 0; i < m->n && e == OK; i++) {
        if (m->list[i].applied && missing) {
            snprintf(m->why, m->why_size, "%s comes before %s, which is applied already", m->list[i - 1].name,
                     m->list[i].name);
            e = ERR_CONFLICT;
        }
        missing = missing || !m->list[i].applied;
    }
    return e;
}

/* ---- applying ---- */

/* Take the next statement from TEXT (whole lines up to one that ends with ';'), without comment lines and
 * without the ';'. False at the end. */
static bool next_statement(struct bytes *text, struct buf *statement)
{
    buf_clear(statement);
    while (text->len > 0) {
        const uint8_t *end = memchr(text->p, '\n', text->len);
        size_t n = end != NULL ? (size_t)(end - text->p) : text->len;
        struct bytes line = BYTES(text->p, n);

        *text = BYTES(text->p + n + (end != NULL), text->len - n - (end != NULL));
        while (line.len > 0 && isspace(line.p[line.len - 1]))
            line.len--;
        if (line.len == 0 || (line.len >= 2 && memcmp(line.p, "--", 2) == 0))
            continue;
        if (line.p[line.len - 1] == ';') {
            buf_add(statement, BYTES(line.p, line.len - 1));
            return true;
        }
        buf_add(statement, line);
        buf_text(statement, "\n");
    }
    return statement->len > 0;
}

static enum err apply(struct migrations *m, const struct migration *one, struct db *db)
{
    struct bytes text = buf_view(&one->text);
    struct buf sql = {0};
    enum err e = OK;

    for (unsigned i = 1; e == OK && next_statement(&text, &sql); i++) {
        e = db_exec(db, buf_view(&sql), DB_COMMITS);
        if (e != OK)
            snprintf(m->why, m->why_size, "%s, statement %u: %s", one->name, i, db_why(db));
    }
    if (e == OK) {
        buf_clear(&sql);
        buf_text(&sql, "INSERT INTO schema_version (version, name, sum, applied_at) VALUES (");
        sql_u64(&sql, one->version);
        buf_text(&sql, ",");
        sql_text(&sql, one->name);
        buf_text(&sql, ",");
        sql_bytes(&sql, BYTES(one->sum, sizeof one->sum));
        buf_text(&sql, ",UTC_TIMESTAMP())");
        e = db_exec(db, buf_view(&sql), DB_COMMITS);
        if (e != OK)
            snprintf(m->why, m->why_size, "%s: %s", one->name, db_why(db));
    }
    if (e == OK)
        log_info("migration applied", "file=%s", one->name);
    buf_fini(&sql);
    return e;
}

static enum err lock(struct db *db, char *why, size_t why_size)
{
    uint64_t got = 0;
    char sql[96];
    enum err e;

    snprintf(sql, sizeof sql, "SELECT GET_LOCK(CONCAT('plek_migrate_', DATABASE()), %d)", LOCK_SECONDS);
    e = db_number(db, sql, 0, &got);
    if (e == OK && got == 1)
        return OK;
    snprintf(why, why_size, "%s", e != OK ? db_why(db) : "another migration is running");
    return e != OK ? e : ERR_BUSY;
}

static enum err migrate_locked(struct migrations *m, struct db *db, const char *dir, unsigned *applied)
{
    enum err e =
        db_exec_text(db,
                     "CREATE TABLE IF NOT EXISTS schema_version (version INT UNSIGNED NOT NULL PRIMARY "
                     "KEY, name VARCHAR(120) NOT NULL, sum BINARY(32) NOT NULL, applied_at DATETIME NOT "
                     "NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
                     DB_COMMITS);

    if (e != OK)
        snprintf(m->why, m->why_size, "%s", db_why(db));
    if (e == OK)
        e = read_dir(m, dir);
    if (e == OK)
        e = read_applied(m, db);
    for (size_t i = 0; i < m->n && e == OK; i++) {
        if (m->list[i].applied)
            continue;
        e = apply(m, &m->list[i], db);
        *applied += e == OK;
    }
    return e;
}

enum err migrate(struct db *db, const char *dir, unsigned *applied, char *why, size_t why_size)
{
    struct migrations m = {.why = why, .why_size = why_size};
    enum err e;

    *applied = 0;
    why[0] = '\0';
    e = lock(db, why, why_size);
    if (e != OK)
        return e;
    e = migrate_locked(&m, db, dir, applied);
    migrations_fini(&m);
    if (db_exec_text(db, "DO RELEASE_LOCK(CONCAT('plek_migrate_', DATABASE()))", DB_READS) != OK && e == OK) {
        snprintf(why, why_size, "%s", db_why(db));
        e = ERR_AWAY;
    }
    return e;
}

enum err migrate_check(struct db *db, const char *dir, char *why, size_t why_size)
{
    struct migrations m = {.why = why, .why_size = why_size};
    enum err e;

    why[0] = '\0';
    e = read_dir(&m, dir);
    if (e == OK)
        e = read_applied(&m, db);
    if (e == ERR_BAD_INPUT && db_code(db) == 1146) {
        snprintf(why, why_size, "the database is not migrated");
        e = ERR_NOT_FOUND;
    }
    for (size_t i = 0; i < m.n && e == OK; i++) {
        if (!m.list[i].applied) {
            snprintf(why, why_size, "%s is not applied", m.list[i].name);
            e = ERR_NOT_FOUND;
        }
    }
    migrations_fini(&m);
    return e;
}
