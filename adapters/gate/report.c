#include "adapters/gate/report.h"

#include "base/crypto.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reading_fini(struct reading *r)
{
    free(r->list);
    *r = (struct reading){0};
}

__attribute__((format(printf, 4, 0))) static void
write_complaint(struct complaint *c, int line, const char *field, const char *reason, va_list args)
{
    c->line = line;
    snprintf(c->field, sizeof c->field, "%s", field);
    vsnprintf(c->reason, sizeof c->reason, reason, args);
}

void reading_complain(struct reading *r, int line, const char *field, const char *reason, ...)
{
    va_list args;
    if (r->complaints_n == COMPLAINTS_MAX) {
        r->complaints_more++;
        return;
    }
    va_start(args, reason);
    write_complaint(&r->complaints[r->complaints_n++], line, field, reason, args);
    va_end(args);
}

void reading_notice(struct reading *r, int line, const char *field, const char *reason, ...)
{
    va_list args;
    if (r->notices_n == COMPLAINTS_MAX)
        return;
    va_start(args, reason);
    write_complaint(&r->notices[r->notices_n++], line, field, reason, args);
    va_end(args);
}

void report_set_pool(struct report *o, const char *code)
{
    size_t n = strnlen(code, sizeof o->pool - 1);
    memcpy(o->pool, code, n);
    o->pool[n] = '\0';
}

struct report *reading_add(struct reading *r, int line)
{
    if (r->n == REPORTS_MAX) {
        reading_complain(r, line, "", "the file holds more than %d observations", REPORTS_MAX);
        return NULL;
    }
    MEM_GROW(r->list, r->n, r->cap);
    r->list[r->n] = (struct report){.total = UNITS_UNKNOWN,
                                    .free = UNITS_UNKNOWN,
                                    .occupied = UNITS_UNKNOWN,
                                    .out_of_order = UNITS_UNKNOWN,
                                    .deliverable = KNOWN_NOT,
                                    .line = line};
    return &r->list[r->n++];
}

bool is_code(struct bytes text)
{
    if (text.len == 0 || text.len >= CODE_TEXT_SIZE || text.p[0] == '-')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return false;
    }
    return true;
}

int32_t reading_units(struct reading *r, int line, const char *field, struct bytes text)
{
    int32_t n = 0;
    text = trimmed(text);
    if (text.len == 0)
        return UNITS_UNKNOWN;
    if (text.p[0] == '-') {
        reading_complain(r, line, field, "a count cannot be negative");
        return UNITS_UNKNOWN;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9') {
            reading_complain(r, line, field, "is not a whole number");
            return UNITS_UNKNOWN;
        }
        n = n * 10 + (text.p[i] - '0');
        if (n > UNITS_MAX) {
            reading_complain(r, line, field, "is more than %d", UNITS_MAX);
            return UNITS_UNKNOWN;
        }
    }
    return n;
}

int64_t reading_time(struct reading *r, int line, const char *field, struct bytes text)
{
    uint8_t with_zone[40];
    int64_t at = 0;
    text = trimmed(text);
    if (text.len > 0 && text.len == r->moment_len && memcmp(text.p, r->moment_text, text.len) == 0)
        return r->moment_ms;
    if (time_parse(text, &at) == OK) {
        if (text.len <= sizeof r->moment_text) {
            memcpy(r->moment_text, text.p, text.len);
            r->moment_len = text.len;
            r->moment_ms = at;
        }
        return at;
    }
    if (text.len > 0 && text.len < sizeof with_zone) {
        memcpy(with_zone, text.p, text.len);
        with_zone[text.len] = 'Z';
        if (time_parse(BYTES(with_zone, text.len + 1), &at) == OK) {
            reading_complain(r, line, field, "has no time zone");
            return 0;
        }
    }
    reading_complain(r, line, field, "is not a moment like 2026-11-21T20:00:00+01:00");
    return 0;
}

static void judge_counts(struct reading *r, const struct report *o)
{
    static const char too_many[] = "is more than the total";
    if (o->total != UNITS_UNKNOWN) {
        if (o->free > o->total)
            reading_complain(r, o->line, "free", too_many);
        if (o->occupied > o->total)
            reading_complain(r, o->line, "occupied", too_many);
        if (o->out_of_order > o->total)
            reading_complain(r, o->line, "outOfOrder", too_many);
        if (o->free >= 0 && o->occupied >= 0 && o->free <= o->total && o->occupied <= o->total &&
            o->free + o->occupied + (o->out_of_order > 0 ? o->out_of_order : 0) > o->total)
            reading_complain(r, o->line, "total", "is less than free, occupied and out of order together");
    }
    if (r->complaints_n == 0 && o->free < 0 && o->total < 0 && o->occupied < 0 && o->out_of_order < 0 &&
        o->stop[0] == '\0' && o->deliverable == KNOWN_NOT)
        reading_complain(r, o->line, "", "says nothing: no count, no stop");
}

/* Whether a pool stands in the list twice; HASHES are of the pools. */
static bool any_twice(const struct reading *r, const uint64_t *hashes)
{
    size_t cap = 16;
    bool twice = false;
    while (cap < 2 * r->n)
        cap *= 2;
    const struct report **table = mem_new(cap, sizeof *table);
    for (size_t i = 0; i < r->n && !twice; i++) {
        size_t at = (size_t)hashes[i] & (cap - 1);
        while (table[at] != NULL && strcmp(table[at]->pool, r->list[i].pool) != 0)
            at = (at + 1) & (cap - 1);
        twice = table[at] != NULL;
        table[at] = &r->list[i];
    }
    free(table);
    return twice;
}

static int by_pool(const void *a, const void *b)
{
    const struct report *const *x = a, *const *y = b;
    int order = strcmp((*x)->pool, (*y)->pool);
    return order != 0 ? order : (*x > *y) - (*x < *y);
}

static void judge_twice(struct reading *r)
{
    const struct report **sorted = mem_new(r->n + 1, sizeof *sorted);
    for (size_t i = 0; i < r->n; i++)
        sorted[i] = &r->list[i];
    qsort(sorted, r->n, sizeof *sorted, by_pool);
    for (size_t i = 1; i < r->n; i++)
        if (strcmp(sorted[i]->pool, sorted[i - 1]->pool) == 0)
            reading_complain(r, sorted[i]->line, "pool", "was already reported on line %d of this file",
                             sorted[i - 1]->line);
    free(sorted);
}

static void put_hex(char *to, const uint8_t *in, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        to[2 * i] = digits[in[i] >> 4];
        to[2 * i + 1] = digits[in[i] & 15];
    }
}

/* What O says, into the hash of its pool's code: the same file read by a mended profile says something else,
 * and the broker must not take it for the report it knows. */
static uint64_t hash_said(uint64_t pool, const struct report *o)
{
    const int64_t said[] = {o->observed_at_ms, o->total,       o->free,         o->occupied,
                            o->out_of_order,   o->deliverable, o->stop_until_ms};
    uint64_t h = hash_combine(pool, hash_bytes(bytes_of_text(o->stop)));
    for (size_t i = 0; i < COUNT_OF(said); i++)
        h = hash_combine(h, (uint64_t)said[i]);
    return h;
}

/* One slow hash for the file; codes of pools come from a profile, so a fast one tells them apart. */
static void name_reports(struct reading *r, const char *provider, const uint8_t file_hash[FILE_HASH_BYTES],
                         const uint64_t *hashes)
{
    uint8_t file[FILE_HASH_BYTES], pool[sizeof *hashes];
    const size_t file_len = (REPORT_ID_SIZE - 1) / 2 - sizeof pool;
    char id[REPORT_ID_SIZE] = "";
    struct buf in = {0};
    buf_add(&in, BYTES(file_hash, FILE_HASH_BYTES));
    buf_text(&in, provider);
    crypto_blake2b(buf_view(&in), file, sizeof file);
    buf_fini(&in);
    put_hex(id, file, file_len);
    for (size_t i = 0; i < r->n; i++) {
        const uint64_t said = hash_said(hashes[i], &r->list[i]);
        for (size_t k = 0; k < sizeof pool; k++)
            pool[k] = (uint8_t)(said >> (56 - 8 * k));
        put_hex(id + 2 * file_len, pool, sizeof pool);
        memcpy(r->list[i].id, id, sizeof id);
    }
}

void reading_judge(struct reading *r, const char *provider, const uint8_t file_hash[FILE_HASH_BYTES],
                   int64_t now_ms)
{
    uint64_t *hashes = mem_new(r->n + 1, sizeof *hashes);
    for (size_t i = 0; i < r->n; i++) {
        struct report *o = &r->list[i];
        hashes[i] = hash_bytes(bytes_of_text(o->pool));
        judge_counts(r, o);
        if (o->observed_at_ms > now_ms + FUTURE_MS_MAX)
            reading_complain(r, o->line, "observedAt", "lies more than two minutes in the future");
    }
    name_reports(r, provider, file_hash, hashes);
    if (r->complaints_n == 0 && any_twice(r, hashes))
        judge_twice(r);
    free(hashes);
    if (r->n == 0 && r->complaints_n == 0 && r->notices_n == 0 && r->crosscheck_n == 0)
        reading_complain(r, 0, "", "the file holds no observation");
}

static void set_units(json_t *to, const char *name, int32_t units)
{
    if (units != UNITS_UNKNOWN)
        json_object_set_new(to, name, json_integer(units));
}

json_t *report_json(const struct report *o)
{
    char at[TIME_TEXT_SIZE];
    json_t *j = json_pack("{s:s, s:s, s:s, s:s}", "pool", o->pool, "reportId", o->id, "observedAt",
                          time_format(o->observed_at_ms, at), "source", "feed");
    set_units(j, "unitsTotal", o->total);
    set_units(j, "unitsFree", o->free);
    set_units(j, "unitsOccupied", o->occupied);
    set_units(j, "unitsOutOfOrder", o->out_of_order);
    if (o->deliverable != KNOWN_NOT)
        json_object_set_new(j, "deliverable", json_boolean(o->deliverable == KNOWN_YES));
    if (o->stop[0] != '\0') {
        json_t *stop = json_pack("{s:s}", "reason", o->stop);
        if (o->stop_until_ms != 0)
            json_object_set_new(stop, "untilAt", json_string(time_format(o->stop_until_ms, at)));
        json_object_set_new(j, "stop", stop);
    }
    return j;
}

static int32_t units_of(struct json_at report, const char *name, struct json_faults *f)
{
    struct json_at at = json_field(report, name);
    return json_present(at) ? (int32_t)json_int(at, 0, UNITS_MAX, f) : UNITS_UNKNOWN;
}

bool reading_add_json(struct reading *r, const json_t *report)
{
    struct json_faults *f = mem_new(1, sizeof *f);
    struct json_at at = json_root(report), stop = json_field(at, "stop"), until = json_field(stop, "untilAt");
    struct json_at staffed = json_field(at, "deliverable");
    struct report o = {.total = units_of(at, "unitsTotal", f),
                       .free = units_of(at, "unitsFree", f),
                       .occupied = units_of(at, "unitsOccupied", f),
                       .out_of_order = units_of(at, "unitsOutOfOrder", f),
                       .deliverable = KNOWN_NOT};
    snprintf(o.pool, sizeof o.pool, "%s", json_text(json_field(at, "pool"), CODE_TEXT_SIZE - 1, f));
    snprintf(o.id, sizeof o.id, "%s", json_text(json_field(at, "reportId"), REPORT_ID_SIZE - 1, f));
    o.observed_at_ms = json_time(json_field(at, "observedAt"), f);
    if (json_present(staffed))
        o.deliverable = json_bool(staffed, f) ? KNOWN_YES : KNOWN_NO;
    if (json_present(stop))
        snprintf(o.stop, sizeof o.stop, "%s", json_text(json_field(stop, "reason"), STOP_CODE_SIZE - 1, f));
    if (json_present(until))
        o.stop_until_ms = json_time(until, f);
    bool good = f->n == 0;
    struct report *added = good ? reading_add(r, 0) : NULL;
    if (added != NULL)
        *added = o;
    free(f);
    return added != NULL;
}

static json_t *list_json(const struct complaint *list, int n)
{
    json_t *out = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(out, json_pack("{s:i, s:s, s:s}", "line", list[i].line, "field", list[i].field,
                                             "reason", list[i].reason));
    return out;
}

json_t *reading_json(const struct reading *r)
{
    return json_pack("{s:o, s:i, s:o}", "complaints", list_json(r->complaints, r->complaints_n), "more",
                     r->complaints_more, "notices", list_json(r->notices, r->notices_n));
}

json_t *reading_crosscheck_json(const struct reading *r)
{
    json_t *out = json_array();
    for (int i = 0; i < r->crosscheck_n; i++) {
        const struct crosscheck *c = &r->crosscheck[i];
        char note[64];
        snprintf(note, sizeof note, "started %d, stopped %d in this message", c->started, c->stopped);
        json_array_append_new(out, json_pack("{s:s, s:i, s:s}", "pool", c->pool, "occupiedByMessages",
                                             c->started - c->stopped, "note", note));
    }
    return out;
}
