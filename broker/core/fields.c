#include "core/fields.h"

#include "base/check.h"
#include "base/hash.h"
#include "core/vocab.h"

#include <string.h>

struct fields fields_write(struct buf *out)
{
    return (struct fields){.mode = FIELDS_WRITE, .out = out};
}

struct fields fields_read(struct bytes_reader *in)
{
    return fields_read_version(in, CODEC_VERSION);
}

struct fields fields_read_version(struct bytes_reader *in, uint8_t version)
{
    return (struct fields){.mode = FIELDS_READ, .in = in, .version = version};
}

bool fields_since(const struct fields *f, uint8_t version, bool empty)
{
    switch (f->mode) {
    case FIELDS_WRITE:
        return true;
    case FIELDS_READ:
        return f->version >= version;
    case FIELDS_HASH:
        return !empty;
    }
    return true;
}

struct fields fields_hash(void)
{
    return (struct fields){.mode = FIELDS_HASH};
}

bool fields_failed(const struct fields *f)
{
    return f->mode == FIELDS_READ && f->in->failed;
}

/* One number of SIZE bytes. */
static uint64_t number(struct fields *f, uint64_t v, int size)
{
    switch (f->mode) {
    case FIELDS_WRITE:
        if (size == 1)
            buf_u8(f->out, (uint8_t)v);
        else if (size == 2)
            buf_u16(f->out, (uint16_t)v);
        else if (size == 4)
            buf_u32(f->out, (uint32_t)v);
        else
            buf_u64(f->out, v);
        return v;
    case FIELDS_READ:
        if (size == 1)
            return bytes_u8(f->in);
        if (size == 2)
            return bytes_u16(f->in);
        return size == 4 ? bytes_u32(f->in) : bytes_u64(f->in);
    case FIELDS_HASH:
        f->hash = hash_combine(f->hash, v);
        return v;
    }
    return v;
}

/* IS_FINE says whether the value just handled is in range. False: use the harmless value instead. */
static bool accept(struct fields *f, bool is_fine)
{
    if (is_fine)
        return true;
    CHECK(f->mode != FIELDS_WRITE);
    if (f->mode == FIELDS_READ)
        f->in->failed = true;
    return f->mode == FIELDS_HASH;
}

void field_u8(struct fields *f, uint8_t *v)
{
    *v = (uint8_t)number(f, *v, 1);
}

void field_u16(struct fields *f, uint16_t *v)
{
    *v = (uint16_t)number(f, *v, 2);
}

void field_u32(struct fields *f, uint32_t *v)
{
    *v = (uint32_t)number(f, *v, 4);
}

void field_u64(struct fields *f, uint64_t *v)
{
    *v = number(f, *v, 8);
}

void field_below(struct fields *f, uint8_t *v, unsigned limit)
{
    *v = (uint8_t)number(f, *v, 1);
    if (!accept(f, *v < limit))
        *v = 0;
}

void field_i16(struct fields *f, int16_t *v, int16_t min, int16_t max)
{
    *v = (int16_t)(uint16_t)number(f, (uint16_t)*v, 2);
    if (!accept(f, *v >= min && *v <= max))
        *v = min;
}

void field_i32(struct fields *f, int32_t *v, int32_t min, int32_t max)
{
    *v = (int32_t)(uint32_t)number(f, (uint32_t)*v, 4);
    if (!accept(f, *v >= min && *v <= max))
        *v = min;
}

void field_count(struct fields *f, int32_t *v)
{
    field_i32(f, v, -1, FIELD_COUNT_MAX);
}

void field_time(struct fields *f, int64_t *v)
{
    *v = (int64_t)number(f, (uint64_t)*v, 8);
    if (!accept(f, *v >= 0 && *v <= FIELD_TIME_MAX))
        *v = 0;
}

void field_region(struct fields *f, uint8_t *v)
{
    *v = (uint8_t)number(f, *v, 1);
    if (!accept(f, *v < VOCAB_REGIONS_MAX || *v == REGION_NONE))
        *v = REGION_NONE;
}

void field_tris(struct fields *f, struct tri_set *v, unsigned bits)
{
    v->yes = number(f, v->yes, 8);
    v->no = number(f, v->no, 8);
    if (!accept(f, tri_set_is_sane(*v) && (bits >= 64 || (v->yes | v->no) >> bits == 0)))
        *v = (struct tri_set){0};
}

bool text_is_clean(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    struct bytes left = BYTES(text, len);

    if (len == size)
        return false;
    while (left.len > 0) {
        uint32_t c = 0;
        size_t n = bytes_utf8(left, &c);

        if (n == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0))
            return false;
        left = BYTES(left.p + n, left.len - n);
    }
    return true;
}

void field_text(struct fields *f, char *text, size_t size)
{
    if (f->mode == FIELDS_READ)
        bytes_string(f->in, text, size);
    else if (f->mode == FIELDS_HASH)
        f->hash = hash_combine(f->hash, hash_bytes(BYTES(text, strnlen(text, size))));
    if (!accept(f, text_is_clean(text, size)))
        memset(text, 0, size);
    if (f->mode == FIELDS_WRITE)
        buf_string(f->out, text);
}
