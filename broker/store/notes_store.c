#include "store/notes_store.h"

#include "base/check.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#define UNDER_WAY_MAX 256u

struct errand {
    struct notes_store *s;
    note_stored_fn *stored; /* one of the three */
    note_fetched_fn *fetched;
    note_listed_fn *listed;
    void *ctx;
    struct errand *prev, *next;
};

struct notes_store {
    struct notes_port port;
    struct clerk *clerk;
    uint64_t epoch;
    uint32_t patience_ms;
    struct errand *errands;
    size_t n;
};

static void errand_free(struct errand *a)
{
    DL_DELETE(a->s->errands, a);
    a->s->n--;
    free(a);
}

static struct errand *errand_new(struct notes_store *s, void *ctx)
{
    struct errand *a = mem_new(1, sizeof *a);

    a->s = s;
    a->ctx = ctx;
    DL_APPEND(s->errands, a);
    s->n++;
    return a;
}

/* Give SQL to the clerk for A; on an error A is gone. */
static enum err begin(struct errand *a, struct buf *sql, enum db_role role, clerk_done_fn *done)
{
    enum err e = clerk_do(a->s->clerk, buf_view(sql), role, a->s->patience_ms, done, a);

    buf_fini(sql);
    if (e != OK)
        errand_free(a);
    return e;
}

static void sql_locker(struct buf *sql, const struct note_locker *l)
{
    sql_bytes(sql, BYTES(l->b, sizeof l->b));
}

static void on_put(void *ctx, enum err trouble, struct db_result *r)
{
    struct errand *a = ctx;
    note_stored_fn *done = a->stored;
    void *done_ctx = a->ctx;

    (void)r;
    errand_free(a);
    /* In doubt: the client asks again with the same key, which is the same locker. */
    done(done_ctx, trouble == ERR_DOUBT ? ERR_AWAY : trouble);
}

static enum err port_put(void *ctx, const struct note_locker *locker, int64_t now_ms, struct bytes sealed,
                         note_stored_fn *done, void *done_ctx)
{
    struct notes_store *s = ctx;
    struct errand *a = NULL;
    struct buf sql = {0};

    if (s->n >= UNDER_WAY_MAX)
        return ERR_BUSY;
    a = errand_new(s, done_ctx);
    a->stored = done;
    buf_text(&sql, "INSERT INTO note_ciphertext (locker, stored_at_ms, sealed) VALUES (");
    sql_locker(&sql, locker);
    buf_text(&sql, ",");
    sql_i64(&sql, now_ms);
    buf_text(&sql, ",");
    sql_bytes(&sql, sealed);
    buf_text(&sql, ") ON DUPLICATE KEY UPDATE stored_at_ms=VALUES(stored_at_ms)");
    return begin(a, &sql, DB_COMMITS, on_put);
}

static void on_get(void *ctx, enum err trouble, struct db_result *r)
{
    struct errand *a = ctx;
    note_fetched_fn *done = a->fetched;
    void *done_ctx = a->ctx;
    struct bytes sealed = {0};

    errand_free(a);
    if (trouble == OK && !db_result_next(r))
        trouble = ERR_NOT_FOUND;
    if (trouble == OK)
        sealed = db_result_cell(r, 0);
    done(done_ctx, trouble, sealed);
}

static enum err port_get(void *ctx, const struct note_locker *locker, note_fetched_fn *done, void *done_ctx)
{
    struct notes_store *s = ctx;
    struct errand *a = NULL;
    struct buf sql = {0};

    if (s->n >= UNDER_WAY_MAX)
        return ERR_BUSY;
    a = errand_new(s, done_ctx);
    a->fetched = done;
    buf_text(&sql, "SELECT sealed FROM note_ciphertext WHERE locker=");
    sql_locker(&sql, locker);
    return begin(a, &sql, DB_READS, on_get);
}

static enum err port_drop(void *ctx, const struct note_locker *locker, int64_t before_ms)
{
    struct notes_store *s = ctx;
    struct buf sql = {0};
    enum err e;

    buf_text(&sql, "DELETE FROM note_ciphertext WHERE locker=");
    sql_locker(&sql, locker);
    buf_format(&sql, " AND stored_at_ms<%" PRId64 " AND (SELECT epoch FROM writer WHERE id=1)=%" PRIu64,
               before_ms, s->epoch);
    e = clerk_do(s->clerk, buf_view(&sql), DB_COMMITS, 0, NULL, NULL);
    buf_fini(&sql);
    return e;
}

static void on_list(void *ctx, enum err trouble, struct db_result *r)
{
    struct errand *a = ctx;
    note_listed_fn *done = a->listed;
    void *done_ctx = a->ctx;
    struct note_locker list[NOTE_LIST_MAX];
    size_t n = 0;

    errand_free(a);
    while (trouble == OK && n < NOTE_LIST_MAX && db_result_next(r)) {
        struct bytes cell = db_result_cell(r, 0);

        if (cell.len != sizeof list[n].b) {
            trouble = ERR_BAD_INPUT;
            break;
        }
        memcpy(list[n++].b, cell.p, sizeof list[0].b);
    }
    done(done_ctx, trouble, list, trouble == OK ? n : 0);
}

static enum err port_list(void *ctx, const struct note_locker *after, int64_t before_ms, note_listed_fn *done,
                          void *done_ctx)
{
    struct notes_store *s = ctx;
    struct errand *a = NULL;
    struct buf sql = {0};

    if (s->n >= UNDER_WAY_MAX)
        return ERR_BUSY;
    a = errand_new(s, done_ctx);
    a->listed = done;
    buf_text(&sql, "SELECT locker FROM note_ciphertext WHERE locker > ");
    sql_locker(&sql, after);
    buf_text(&sql, " AND stored_at_ms < ");
    sql_i64(&sql, before_ms);
    buf_format(&sql, " ORDER BY locker LIMIT %d", NOTE_LIST_MAX);
    return begin(a, &sql, DB_READS, on_list);
}

struct notes_store *notes_store_new(struct clerk *k, uint64_t epoch, uint32_t patience_ms)
{
    struct notes_store *s = mem_new(1, sizeof *s);

    s->clerk = k;
    s->epoch = epoch;
    s->patience_ms = patience_ms != 0 ? patience_ms : 3000;
    s->port =
        (struct notes_port){.ctx = s, .put = port_put, .get = port_get, .drop = port_drop, .list = port_list};
    return s;
}

void notes_store_free(struct notes_store *s)
{
    if (s == NULL)
        return;
    while (s->errands != NULL)
        errand_free(s->errands);
    free(s);
}

const struct notes_port *notes_store_port(struct notes_store *s)
{
    return &s->port;
}
