#include "http/report_scan.h"

#include "base/json_scan.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "core/command.h"
#include "http/report_json.h"

#include <stdlib.h>
#include <string.h>

#define KEEP_BYTES (64 * 1024)

#define NAME(s)                                                                                              \
    {                                                                                                        \
        (const uint8_t *)"\"" s "\"", sizeof(s) + 1                                                          \
    }

/* In the order of their bytes, for the canonical text. `line` is of feeds' messages and not taken here. */
enum field {
    DELIVERABLE,
    OBSERVED_AT,
    POOL,
    POOL_ID,
    REPORT_ID,
    SOURCE,
    STOP,
    UNITS_FREE,
    UNITS_OCCUPIED,
    UNITS_OUT_OF_ORDER,
    UNITS_TOTAL,
    FIELD_N
};
static const struct bytes fields[FIELD_N] = {
    [DELIVERABLE] = NAME("deliverable"),
    [OBSERVED_AT] = NAME("observedAt"),
    [POOL] = NAME("pool"),
    [POOL_ID] = NAME("poolId"),
    [REPORT_ID] = NAME("reportId"),
    [SOURCE] = NAME("source"),
    [STOP] = NAME("stop"),
    [UNITS_FREE] = NAME("unitsFree"),
    [UNITS_OCCUPIED] = NAME("unitsOccupied"),
    [UNITS_OUT_OF_ORDER] = NAME("unitsOutOfOrder"),
    [UNITS_TOTAL] = NAME("unitsTotal"),
};

enum stop_field { REASON, UNTIL_AT, STOP_FIELD_N };
static const struct bytes stop_fields[STOP_FIELD_N] = {
    [REASON] = NAME("reason"),
    [UNTIL_AT] = NAME("untilAt"),
};

/* Not there, or null: for a field that may be left out that is the same. */
static bool is_left_out(const struct json_plain *v)
{
    return v->kind == JSON_PLAIN_ABSENT || v->kind == JSON_PLAIN_NULL;
}

/* V as a text of 1 to SIZE - 1 bytes into OUT. */
static bool read_text(const struct json_plain *v, char *out, size_t size)
{
    if (v->kind != JSON_PLAIN_TEXT || v->text.len == 0 || v->text.len >= size)
        return false;
    memcpy(out, v->text.p, v->text.len);
    out[v->text.len] = '\0';
    return true;
}

static bool read_time(const struct json_plain *v, int64_t *at_ms)
{
    return v->kind == JSON_PLAIN_TEXT && time_parse(v->text, at_ms) == OK;
}

static bool read_units(const struct json_plain *v, int32_t *units)
{
    *units = v->kind == JSON_PLAIN_NUMBER ? (int32_t)v->number : UNITS_UNKNOWN;
    return is_left_out(v) || (v->kind == JSON_PLAIN_NUMBER && v->number <= REPORT_UNITS_MAX);
}

static bool read_pool(const struct engine *e, const struct json_plain *members, struct pool_id *pool)
{
    const struct json_plain *id = &members[POOL_ID], *code = &members[POOL];
    char text[CODE_SIZE];

    if (is_left_out(id)) {
        *pool = read_text(code, text, sizeof text) ? engine_pool_find(e, text) : (struct pool_id){0};
        return pool->v != 0;
    }
    if (!is_left_out(code) || id->kind != JSON_PLAIN_NUMBER || id->number == 0 || id->number > UINT32_MAX)
        return false;
    pool->v = (uint32_t)id->number;
    return true;
}

static bool read_source(const struct json_plain *v, enum source *source)
{
    for (int i = 0; i < SOURCE_N; i++) {
        if (v->kind == JSON_PLAIN_TEXT && bytes_equal(v->text, bytes_of_text(source_codes()[i]))) {
            *source = (enum source)i;
            return true;
        }
    }
    return false;
}

/* The stop, and in its place its canonical form. */
static bool read_stop(const struct vocab *v, struct json_plain *stop, struct observation *o, struct buf *text)
{
    struct json_plain members[STOP_FIELD_N];
    char reason[VOCAB_CODE_SIZE];
    int index = -1;

    if (is_left_out(stop))
        return true;
    struct json_scan s = json_scan_of(stop->raw);
    if (stop->kind != JSON_PLAIN_OBJECT || !json_scan_object(&s, stop_fields, STOP_FIELD_N, members) ||
        !read_text(&members[REASON], reason, sizeof reason))
        return false;
    index = vocab_list_find(v, LIST_STOP, reason);
    if (index < 0 || (!is_left_out(&members[UNTIL_AT]) && !read_time(&members[UNTIL_AT], &o->stop_until_ms)))
        return false;
    o->stop = (uint8_t)(index + 1);
    buf_clear(text);
    json_plain_canonical(stop_fields, STOP_FIELD_N, members, text);
    stop->raw = buf_view(text);
    return true;
}

static bool read_report(const struct engine *e, uint64_t channel, struct json_plain *members,
                        struct observation *o, struct buf *stop)
{
    const struct json_plain *id = &members[REPORT_ID], *deliverable = &members[DELIVERABLE];

    if (!read_pool(e, members, &o->pool) || !read_source(&members[SOURCE], &o->source) ||
        !read_time(&members[OBSERVED_AT], &o->observed_at_ms) ||
        !read_units(&members[UNITS_TOTAL], &o->total) || !read_units(&members[UNITS_FREE], &o->free) ||
        !read_units(&members[UNITS_OCCUPIED], &o->occupied) ||
        !read_units(&members[UNITS_OUT_OF_ORDER], &o->out_of_order) ||
        !read_stop(engine_vocab(e), &members[STOP], o, stop))
        return false;
    if (id->kind != JSON_PLAIN_TEXT || id->text.len == 0 || id->text.len > REPORT_ID_MAX)
        return false;
    o->report = report_hash(channel, id->text);
    o->deliverable = deliverable->kind == JSON_PLAIN_TRUE    ? TRI_YES
                     : deliverable->kind == JSON_PLAIN_FALSE ? TRI_NO
                                                             : TRI_UNKNOWN;
    return o->deliverable != TRI_UNKNOWN || is_left_out(deliverable);
}

bool report_scan(const struct engine *e, uint64_t channel, struct bytes body, struct report_batch *batch)
{
    static const struct bytes reports = NAME("reports");
    struct json_scan s = json_scan_of(body);
    struct json_plain members[FIELD_N];

    batch->n = 0;
    buf_clear(&batch->canonical);
    if (!json_scan_mark(&s, '{') || !json_scan_text(&s, reports) || !json_scan_mark(&s, ':') ||
        !json_scan_mark(&s, '['))
        return false;
    buf_text(&batch->canonical, "{\"reports\":[");
    do {
        if (batch->n == REPORT_BATCH_MAX || !json_scan_object(&s, fields, FIELD_N, members))
            return false;
        MEM_GROW(batch->list, batch->n, batch->cap);
        struct observation *o = &batch->list[batch->n++];

        *o = (struct observation){0};
        if (!read_report(e, channel, members, o, &batch->stop))
            return false;
        if (batch->n > 1)
            buf_u8(&batch->canonical, ',');
        json_plain_canonical(fields, FIELD_N, members, &batch->canonical);
    } while (json_scan_mark(&s, ','));
    buf_text(&batch->canonical, "]}");
    return json_scan_mark(&s, ']') && json_scan_mark(&s, '}') && json_scan_over(&s);
}

void report_batch_trim(struct report_batch *batch)
{
    if (batch->canonical.cap > KEEP_BYTES)
        report_batch_fini(batch);
}

void report_batch_fini(struct report_batch *batch)
{
    free(batch->list);
    buf_fini(&batch->canonical);
    buf_fini(&batch->stop);
    *batch = (struct report_batch){0};
}
