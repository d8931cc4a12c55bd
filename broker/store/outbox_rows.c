#include "store/outbox_rows.h"

#include "store/db_blocking.h"

#include <inttypes.h>
#include <string.h>

static bool number(struct bytes cell, uint64_t max, uint64_t *out)
{
    return db_cell_u64(cell, out) && *out <= max;
}

static bool channel_of(struct bytes cell, enum channel *out)
{
    for (unsigned c = 0; c < CHANNEL_N; c++) {
        if (bytes_equal(cell, bytes_of_text(channel_code((enum channel)c)))) {
            *out = (enum channel)c;
            return true;
        }
    }
    return false;
}

bool outbox_row_of_cells(const struct bytes *c, struct outbox_row *r)
{
    uint64_t target = 0, location = 0, org = 0, pool = 0, attempts = 0, status = 0;
    bool good = db_cell_u64(c[0], &r->id) && db_cell_text(c[1], r->key, sizeof r->key) &&
                number(c[2], UINT32_MAX, &target) && number(c[3], UINT32_MAX, &location) &&
                channel_of(c[4], &r->channel) && db_cell_text(c[5], r->kind, sizeof r->kind) &&
                db_cell_text(c[6], r->text, sizeof r->text) &&
                db_cell_text(c[7], r->state, sizeof r->state) && db_cell_i64(c[8], &r->at_ms) &&
                number(c[9], UINT32_MAX, &org) && db_cell_u64(c[10], &r->referral.v) &&
                db_cell_u64(c[11], &r->request.v) && number(c[12], UINT32_MAX, &pool) &&
                number(c[13], UINT32_MAX, &attempts) && db_cell_i64(c[14], &r->next_at_ms) &&
                number(c[15], OUTBOX_STATUS_N - 1, &status) &&
                db_cell_text(c[16], r->trouble, sizeof r->trouble) && db_cell_i64(c[17], &r->done_at_ms);

    r->target = (uint32_t)target;
    r->location.v = (uint32_t)location;
    r->org.v = (uint32_t)org;
    r->pool.v = (uint32_t)pool;
    r->attempts = (uint32_t)attempts;
    r->status = (enum outbox_status)status;
    return good;
}

bool notify_target_of_cells(const struct bytes *c, struct notify_target *t)
{
    uint64_t id = 0, org = 0, location = 0;
    int64_t retired = 0;
    bool good = number(c[0], UINT32_MAX, &id) && db_cell_text(c[1], t->name, sizeof t->name) &&
                number(c[2], UINT32_MAX, &org) && number(c[3], UINT32_MAX, &location) &&
                channel_of(c[4], &t->channel) && c[5].len == 2 && c[6].len <= sizeof t->sealed &&
                db_cell_i64(c[7], &retired) && db_cell_u64(c[8], &t->behind_from);

    if (!good)
        return false;
    t->id = (uint32_t)id;
    t->org.v = (uint32_t)org;
    t->location.v = (uint32_t)location;
    t->english = memcmp(c[5].p, "en", 2) == 0;
    t->night_number = c[6].len == 0;
    t->retired = retired != 0;
    t->sealed_len = (uint16_t)c[6].len;
    if (c[6].len > 0)
        memcpy(t->sealed, c[6].p, c[6].len);
    return true;
}

void outbox_insert_sql(struct buf *sql, const struct outbox_row *rows, size_t n)
{
    buf_text(sql,
             "INSERT IGNORE INTO outbox (event_key, target, location, channel, kind, text_key, state, at_ms, "
             "org, referral, request, pool, next_at_ms) VALUES ");
    for (size_t i = 0; i < n; i++) {
        const struct outbox_row *r = &rows[i];

        buf_text(sql, i == 0 ? "(" : ",(");
        sql_text(sql, r->key);
        buf_format(sql, ",%" PRIu32 ",%" PRIu32 ",", r->target, r->location.v);
        sql_text(sql, channel_code(r->channel));
        buf_text(sql, ",");
        sql_text(sql, r->kind);
        buf_text(sql, ",");
        sql_text(sql, r->text);
        buf_text(sql, ",");
        sql_text(sql, r->state);
        buf_format(sql, ",%" PRId64 ",%" PRIu32 ",%" PRIu64 ",%" PRIu64 ",%" PRIu32 ",%" PRId64 ")", r->at_ms,
                   r->org.v, r->referral.v, r->request.v, r->pool.v, r->next_at_ms);
    }
}

/* The indexes are named, for the server would guess from statistics that a night changes more than they are
 * counted. */
void outbox_due_sql(struct buf *sql, enum channel channel, int64_t now_ms, unsigned limit)
{
    buf_text(sql, "SELECT " OUTBOX_COLUMNS " FROM (");
    if (channel == CHANNEL_WEBHOOK)
        buf_text(sql,
                 "SELECT MIN(id) AS id FROM outbox FORCE INDEX (by_target) WHERE status=0 GROUP BY target");
    else
        buf_format(sql,
                   "SELECT COALESCE(MIN(IF(attempts=0, id, NULL)), MIN(id)) AS id FROM outbox "
                   "FORCE INDEX (by_receiver) WHERE status=0 AND channel='%s' AND next_at_ms<=%" PRId64
                   " GROUP BY target, location",
                   channel_code(channel), now_ms);
    buf_format(sql,
               ") h STRAIGHT_JOIN outbox o FORCE INDEX (PRIMARY) ON o.id=h.id WHERE o.status=0 AND "
               "o.channel='%s' AND o.next_at_ms<=%" PRId64 " ORDER BY o.attempts>0, o.id LIMIT %u",
               channel_code(channel), now_ms, limit);
}
