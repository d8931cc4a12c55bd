/* One description of a record, three uses: write it, read it back, hash it. A description is a function that
 * names each field once, in the order of the journal (core/records.h), so that codec and digest cannot drift
 * apart.
 *
 * Reading is canonical: a value out of its range, a text that is not clean, or a byte too few fails the
 * reader and leaves a harmless value, so what reads well writes the same bytes again. Writing a value that
 * could not be read back is a bug (CHECK): a journal that cannot be replayed is worse than a crash. */
#ifndef PLEK_CORE_FIELDS_H
#define PLEK_CORE_FIELDS_H

#include "base/bytes.h"
#include "core/tri.h"

/* Latest moment that a record may hold: the end of the year 9999, as in base/time_text.h. */
#define FIELD_TIME_MAX INT64_C(253402300799999)
/* Largest count of units: far above any house, far below an overflow of their sums. */
#define FIELD_COUNT_MAX INT32_C(1000000)

enum fields_mode { FIELDS_WRITE, FIELDS_READ, FIELDS_HASH };

struct fields {
    enum fields_mode mode;
    struct buf *out;         /* WRITE */
    struct bytes_reader *in; /* READ */
    uint64_t hash;           /* HASH */
    uint8_t version; /* READ: codec version of the bytes; fields that came later are not in older ones */
};

/* 2: weekend hours, terms of a proposal; 3: the last word of each side; 4: outcomes of what comes after
 * arrival, requests that are bridges, the channel of the call-back; 5: whose record a regie is, why a key is
 * lost. A field of a record that no event has may not change the digest of what an older version told: rows
 * of its journal carry digests, and a start that comes to another is refused. So an event says that it is of
 * such a journal (alone, untold, beds_untold: read by version, never written), and what it did is left as it
 * was then. */
#define CODEC_VERSION 5

struct fields fields_write(struct buf *out);
struct fields fields_read(struct bytes_reader *in);
struct fields fields_hash(void);
struct fields fields_read_version(struct bytes_reader *in, uint8_t version);
/* True if a field that came with codec VERSION takes part: always in writing, in reading if the bytes are
 * that new, in a digest if it is not EMPTY, so that a state read from an old journal keeps its digest. */
bool fields_since(const struct fields *f, uint8_t version, bool empty);
bool fields_failed(const struct fields *f); /* only reading can fail */

void field_u8(struct fields *f, uint8_t *v);
void field_u16(struct fields *f, uint16_t *v);
void field_u32(struct fields *f, uint32_t *v);
void field_u64(struct fields *f, uint64_t *v);
void field_below(struct fields *f, uint8_t *v, unsigned limit); /* v < LIMIT */
void field_i16(struct fields *f, int16_t *v, int16_t min, int16_t max);
void field_count(struct fields *f, int32_t *v); /* -1 (unknown) to FIELD_COUNT_MAX */
void field_i32(struct fields *f, int32_t *v, int32_t min, int32_t max);
void field_time(struct fields *f, int64_t *v);                       /* 0 to FIELD_TIME_MAX */
void field_region(struct fields *f, uint8_t *v);                     /* a region's index, or REGION_NONE */
void field_tris(struct fields *f, struct tri_set *v, unsigned bits); /* no fact from bit BITS upwards */
/* NUL-terminated text in TEXT[SIZE], UTF-8 without control characters. */
void field_text(struct fields *f, char *text, size_t size);

bool text_is_clean(const char *text, size_t size); /* what field_text takes */

/* An enum or bool as one byte below LIMIT. */
#define FIELD_ENUM(f, lvalue, limit)                                                                         \
    do {                                                                                                     \
        uint8_t byte_ = (uint8_t)(lvalue);                                                                   \
        field_below((f), &byte_, (limit));                                                                   \
        (lvalue) = (__typeof__(lvalue))byte_;                                                                \
    } while (0)

#define FIELD_BOOL(f, lvalue) FIELD_ENUM(f, lvalue, 2)
#define FIELD_TRI(f, lvalue) FIELD_ENUM(f, lvalue, 3)

#endif
