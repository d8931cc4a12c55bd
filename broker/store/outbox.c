#include "store/outbox.h"

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/outbox_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/* Our own reason to refuse a commit: the writer's epoch is another's. */
#define FENCED_STATE "45000"

struct outbox {
    struct outbox_port port;
    struct clerk *clerk;
    const struct vault *vault;
    uint64_t epoch;
    struct op *ops; /* under way, to be freed with us */
};

enum op_kind { OP_DONE, OP_CURSOR, OP_EVENTS, OP_ROWS, OP_TARGETS, OP_LOADS, OP_STATS };

struct op {
    struct outbox *o;
    enum op_kind kind;
    union {
        outbox_done_fn *done;
        outbox_cursor_fn *cursor;
        outbox_events_fn *events;
        outbox_rows_fn *rows;
        outbox_targets_fn *targets;
        outbox_loads_fn *loads;
        outbox_stats_fn *stats;
    } fn;
    void *ctx;
    struct op *prev, *next;
};

/* ---- results ---- */

static void give_cursor(const struct op *op, enum err trouble, struct db_result *r)
{
    uint64_t seq = 0;

    if (trouble == OK && !(db_result_next(r) && db_cell_u64(db_result_cell(r, 0), &seq)))
        trouble = ERR_NOT_FOUND;
    op->fn.cursor(op->ctx, trouble, seq);
}

static void give_events(const struct op *op, enum err trouble, struct db_result *r)
{
    struct outbox_event *list = NULL;
    struct buf all = {0};
    size_t n = 0, cap = 0, at = 0;
    uint64_t kind = 0;

    while (trouble == OK && db_result_next(r)) {
        struct bytes clear = db_result_cell(r, 3);

        MEM_GROW(list, n, cap);
        if (!db_cell_u64(db_result_cell(r, 0), &list[n].seq) ||
            !db_cell_i64(db_result_cell(r, 1), &list[n].at_ms) || !db_cell_u64(db_result_cell(r, 2), &kind)) {
            trouble = ERR_BAD_INPUT;
            break;
        }
        list[n].kind = (enum event_kind)kind;
        list[n].clear.len = clear.len;
        buf_add(&all, clear);
        n++;
    }
    for (size_t i = 0; i < n; i++) { /* now that the memory of all moves no more */
        list[i].clear.p = all.p + at;
        at += list[i].clear.len;
    }
    op->fn.events(op->ctx, trouble, trouble == OK ? list : NULL, trouble == OK ? n : 0);
    free(list);
    buf_fini(&all);
}

static void give_rows(const struct op *op, enum err trouble, struct db_result *r)
{
    struct outbox_row *list = NULL;
    size_t n = 0, cap = 0;

    while (trouble == OK && db_result_next(r)) {
        struct bytes cells[OUTBOX_CELLS];

        for (unsigned i = 0; i < OUTBOX_CELLS; i++)
            cells[i] = db_result_cell(r, i);
        MEM_GROW(list, n, cap);
        memset(&list[n], 0, sizeof list[n]);
        if (outbox_row_of_cells(cells, &list[n]))
            n++;
        else
            log_error("outbox row cannot be read", "id=%" PRIu64, list[n].id);
    }
    op->fn.rows(op->ctx, trouble, list, n);
    free(list);
}

static void give_targets(const struct op *op, enum err trouble, struct db_result *r)
{
    struct notify_target *list = NULL;
    size_t n = 0, cap = 0;

    while (trouble == OK && db_result_next(r)) {
        struct bytes cells[TARGET_CELLS];

        for (unsigned i = 0; i < TARGET_CELLS; i++)
            cells[i] = db_result_cell(r, i);
        MEM_GROW(list, n, cap);
        memset(&list[n], 0, sizeof list[n]);
        if (notify_target_of_cells(cells, &list[n]))
            n++;
        else
            log_error("notification target cannot be read", "id=%u", list[n].id);
    }
    op->fn.targets(op->ctx, trouble, list, n);
    free(list);
}

static void give_loads(const struct op *op, enum err trouble, struct db_result *r)
{
    struct outbox_load *list = NULL;
    size_t n = 0, cap = 0;

    while (trouble == OK && db_result_next(r)) {
        uint64_t target = 0;

        MEM_GROW(list, n, cap);
        if (!db_cell_u64(db_result_cell(r, 0), &target) ||
            !db_cell_u64(db_result_cell(r, 1), &list[n].waiting))
            trouble = ERR_BAD_INPUT;
        list[n++].target = (uint32_t)target;
    }
    op->fn.loads(op->ctx, trouble, list, trouble == OK ? n : 0);
    free(list);
}

static void give_stats(const struct op *op, enum err trouble, struct db_result *r)
{
    struct outbox_stats s = {0};

    if (trouble == OK && !(db_result_next(r) && db_cell_u64(db_result_cell(r, 0), &s.waiting) &&
                           db_cell_i64(db_result_cell(r, 1), &s.oldest_at_ms) &&
                           db_cell_u64(db_result_cell(r, 2), &s.given_up)))
        trouble = ERR_BAD_INPUT;
    op->fn.stats(op->ctx, trouble, &s);
}

static void on_reply(void *ctx, enum err trouble, struct db_result *r)
{
    struct op *op = ctx;

    DL_DELETE(op->o->ops, op);
    switch (op->kind) {
    case OP_DONE:
        if (op->fn.done != NULL)
            op->fn.done(op->ctx, trouble);
        break;
    case OP_CURSOR:
        give_cursor(op, trouble, r);
        break;
    case OP_EVENTS:
        give_events(op, trouble, r);
        break;
    case OP_ROWS:
        give_rows(op, trouble, r);
        break;
    case OP_TARGETS:
        give_targets(op, trouble, r);
        break;
    case OP_LOADS:
        give_loads(op, trouble, r);
        break;
    case OP_STATS:
        give_stats(op, trouble, r);
        break;
    }
    free(op);
}

/* Patient for ever: what must be kept is kept, however long the database is away. Takes SQL. */
static enum err run(struct outbox *o, struct buf *sql, enum db_role role, const struct op *what)
{
    struct op *op = mem_new(1, sizeof *op);
    enum err e;

    *op = *what;
    op->o = o;
    e = clerk_do(o->clerk, buf_view(sql), role, 0, on_reply, op);
    buf_fini(sql);
    if (e == OK)
        DL_APPEND(o->ops, op);
    else
        free(op);
    return e;
}

/* ---- the port ---- */

static enum err port_cursor(void *ctx, outbox_cursor_fn *done, void *done_ctx)
{
    struct buf sql = {0};

    buf_text(&sql, "SELECT seq FROM notify_cursor WHERE id=1");
    return run(ctx, &sql, DB_READS, &(struct op){.kind = OP_CURSOR, .fn.cursor = done, .ctx = done_ctx});
}

static enum err port_events(void *ctx, uint64_t after, uint64_t upto, const struct outbox_kinds *kinds,
                            unsigned limit, outbox_events_fn *done, void *done_ctx)
{
    struct buf sql = {0};

    buf_format(&sql,
               "SELECT seq, at_ms, kind, clear_part FROM journal WHERE seq>%" PRIu64 " AND seq<=%" PRIu64
               " AND kind IN (65535",
               after, upto);
    for (unsigned k = 0; k < EV_N; k++) {
        if (outbox_kinds_has(kinds, (enum event_kind)k))
            buf_format(&sql, ",%u", k);
    }
    buf_format(&sql, ") ORDER BY seq LIMIT %u", limit);
    return run(ctx, &sql, DB_READS, &(struct op){.kind = OP_EVENTS, .fn.events = done, .ctx = done_ctx});
}

/* One statement that is a transaction, so that the clerk may repeat it: rows that are there stay as they are,
 * the cursor never goes back. Where anything fails, all of it is undone. */
static enum err port_commit(void *ctx, const struct outbox_step *step, outbox_done_fn *done, void *done_ctx)
{
    struct outbox *o = ctx;
    struct buf sql = {0};

    buf_format(&sql,
               "BEGIN NOT ATOMIC "
               "DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END; "
               "IF (SELECT epoch FROM writer WHERE id=1) <> %" PRIu64 " THEN SIGNAL SQLSTATE '" FENCED_STATE
               "'; END IF; START TRANSACTION; ",
               o->epoch);
    if (step->n_rows > 0) {
        outbox_insert_sql(&sql, step->rows, step->n_rows);
        buf_text(&sql, "; ");
    }
    for (size_t i = 0; i < step->n_behind; i++)
        buf_format(&sql, "UPDATE notify_target SET behind_from=%" PRIu64 " WHERE id=%" PRIu32 "; ",
                   step->behind[i].from, step->behind[i].target);
    if (step->seq > 0)
        buf_format(&sql, "UPDATE notify_cursor SET seq=%" PRIu64 " WHERE id=1 AND seq<%" PRIu64 "; ",
                   step->seq, step->seq);
    buf_text(&sql, "COMMIT; END");
    return run(o, &sql, DB_COMMITS, &(struct op){.kind = OP_DONE, .fn.done = done, .ctx = done_ctx});
}

static enum err port_due(void *ctx, enum channel channel, int64_t now_ms, unsigned limit,
                         outbox_rows_fn *done, void *done_ctx)
{
    struct buf sql = {0};

    outbox_due_sql(&sql, channel, now_ms, limit);
    return run(ctx, &sql, DB_READS, &(struct op){.kind = OP_ROWS, .fn.rows = done, .ctx = done_ctx});
}

static enum err port_mark(void *ctx, const struct outbox_row *r, outbox_done_fn *done, void *done_ctx)
{
    struct buf sql = {0};

    buf_format(&sql,
               "UPDATE outbox SET attempts=%" PRIu32 ", next_at_ms=%" PRId64
               ", status=%u, done_at_ms=%" PRId64 ", trouble=",
               r->attempts, r->next_at_ms, (unsigned)r->status, r->done_at_ms);
    sql_text(&sql, r->trouble);
    buf_format(&sql, " WHERE id=%" PRIu64, r->id);
    return run(ctx, &sql, DB_COMMITS, &(struct op){.kind = OP_DONE, .fn.done = done, .ctx = done_ctx});
}

static enum err port_loads(void *ctx, outbox_loads_fn *done, void *done_ctx)
{
    struct buf sql = {0};

    buf_text(&sql, "SELECT target, COUNT(*) FROM outbox WHERE status=0 GROUP BY target");
    return run(ctx, &sql, DB_READS, &(struct op){.kind = OP_LOADS, .fn.loads = done, .ctx = done_ctx});
}

static enum err port_stats(void *ctx, outbox_stats_fn *done, void *done_ctx)
{
    struct buf sql = {0};

    buf_text(&sql, "SELECT (SELECT COUNT(*) FROM outbox WHERE status=0), "
                   "(SELECT COALESCE(MIN(at_ms),0) FROM outbox WHERE status=0), "
                   "(SELECT COUNT(*) FROM outbox WHERE status=2)");
    return run(ctx, &sql, DB_READS, &(struct op){.kind = OP_STATS, .fn.stats = done, .ctx = done_ctx});
}

static enum err port_list(void *ctx, struct org_id org, bool given_up_only, unsigned limit,
                          outbox_rows_fn *done, void *done_ctx)
{
    struct buf sql = {0};

    buf_text(&sql, "SELECT " OUTBOX_COLUMNS " FROM outbox o WHERE 1=1");
    if (org.v != 0)
        buf_format(&sql, " AND o.org=%" PRIu32, org.v);
    if (given_up_only)
        buf_text(&sql, " AND o.status=2");
    buf_format(&sql, " ORDER BY o.id DESC LIMIT %u", limit);
    return run(ctx, &sql, DB_READS, &(struct op){.kind = OP_ROWS, .fn.rows = done, .ctx = done_ctx});
}

static enum err port_targets(void *ctx, outbox_targets_fn *done, void *done_ctx)
{
    struct buf sql = {0};

    buf_format(&sql, TARGET_SELECT " LIMIT %d", OUTBOX_TARGETS_MAX);
    return run(ctx, &sql, DB_READS, &(struct op){.kind = OP_TARGETS, .fn.targets = done, .ctx = done_ctx});
}

static enum err port_purge(void *ctx, int64_t before_ms, outbox_done_fn *done, void *done_ctx)
{
    struct buf sql = {0};

    buf_format(&sql, "DELETE FROM outbox WHERE status<>0 AND done_at_ms<%" PRId64 " LIMIT 10000", before_ms);
    return run(ctx, &sql, DB_COMMITS, &(struct op){.kind = OP_DONE, .fn.done = done, .ctx = done_ctx});
}

static enum err port_open(void *ctx, const struct notify_target *t, char out[TARGET_ADDRESS_SIZE])
{
    struct outbox *o = ctx;

    return notify_target_open(o->vault, t, out);
}

struct outbox *outbox_new(struct clerk *k, const struct vault *vault, uint64_t epoch)
{
    struct outbox *o = mem_new(1, sizeof *o);

    o->clerk = k;
    o->vault = vault;
    o->epoch = epoch;
    o->port = (struct outbox_port){.ctx = o,
                                   .cursor = port_cursor,
                                   .events = port_events,
                                   .commit = port_commit,
                                   .due = port_due,
                                   .mark = port_mark,
                                   .loads = port_loads,
                                   .stats = port_stats,
                                   .list = port_list,
                                   .targets = port_targets,
                                   .purge = port_purge,
                                   .open = port_open};
    return o;
}

void outbox_free(struct outbox *o)
{
    if (o == NULL)
        return;
    while (o->ops != NULL) {
        struct op *op = o->ops;

        DL_DELETE(o->ops, op);
        free(op);
    }
    free(o);
}

const struct outbox_port *outbox_port(struct outbox *o)
{
    return &o->port;
}
