#include "adapters/format/csv/csv_feed.h"

#include "adapters/format/csv/local_time.h"
#include "adapters/format/format.h"
#include "adapters/gate/persons.h"
#include "adapters/gate/text_gate.h"
#include "base/check.h"
#include "base/mem.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELL_STEP_BYTES (64 * 1024)

struct cell {
    struct bytes text; /* where it lies in the file, or in room of the scene */
    bool too_long;     /* then only its beginning is in text */
};

/* Where a byte comes next: looked for once in a file, not in each line. */
struct next {
    int byte;
    const uint8_t *at; /* the end of the file if it does not come any more */
};

struct scene {
    const struct profile *profile;
    const struct csv_form *form;
    const char *provider;
    struct reading *r;
    int column_of[CSV_FIELD_N]; /* -1 = not delivered */
    int header_n;               /* 0 = header not read yet */
    int row_line;
    bool in_row;
    bool any_too_long;                    /* in this row */
    bool hopeless;                        /* the header does not serve */
    int n;                                /* fields of this row */
    const char *counted[CSV_COLUMNS_MAX]; /* the word, of a column that the profile says is a count */
    bool has_counted;
    struct next quote, carriage_return;
    struct cell row[CSV_COLUMNS_MAX];
    char room[CSV_COLUMNS_MAX][CSV_FIELD_BYTES_MAX];
};

/* Windows-1252 0x80 .. 0x9f; 0 = not assigned. */
static const uint16_t windows_1252[32] = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                          0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                          0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                          0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

static size_t put_utf8(char to[3], uint32_t code)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xc0 | (code >> 6));
        to[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    to[0] = (char)(0xe0 | (code >> 12));
    to[1] = (char)(0x80 | ((code >> 6) & 0x3f));
    to[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

/* IN in UTF-8 into ROOM; false: it holds no more than its beginning. */
static bool convert(enum encoding from, struct bytes in, char room[CSV_FIELD_BYTES_MAX], size_t *len)
{
    *len = 0;
    for (size_t i = 0; i < in.len; i++) {
        uint32_t code = in.p[i];
        char put[3];
        size_t n = 0;
        if (from == ENCODING_WINDOWS_1252 && code >= 0x80 && code < 0xa0)
            code = windows_1252[code - 0x80] != 0 ? windows_1252[code - 0x80] : 0xfffd;
        n = put_utf8(put, code);
        if (*len + n > CSV_FIELD_BYTES_MAX)
            return false;
        memcpy(room + *len, put, n);
        *len += n;
    }
    return true;
}

/* STAYS: its bytes lie still until the row is read; most are not copied then. */
static inline void add_cell(struct scene *s, struct bytes in, bool stays)
{
    int n = s->n++;
    if (n >= CSV_COLUMNS_MAX)
        return;
    struct cell *out = &s->row[n];
    if (s->form->encoding == ENCODING_UTF_8 || bytes_ascii(in) == in.len) {
        *out = (struct cell){in, false};
        if (in.len > CSV_FIELD_BYTES_MAX) {
            *out = (struct cell){BYTES(in.p, CSV_FIELD_BYTES_MAX), true};
            s->any_too_long = true;
        }
        if (!stays && out->text.len > 0)
            out->text.p = memcpy(s->room[n], out->text.p, out->text.len);
    } else {
        out->too_long = !convert(s->form->encoding, in, s->room[n], &out->text.len);
        out->text.p = (const uint8_t *)s->room[n];
        s->any_too_long |= out->too_long;
    }
}

static struct bytes at(const struct scene *s, enum csv_field field)
{
    int column = s->column_of[field];
    return column < 0 ? (struct bytes){0} : trimmed(s->row[column].text);
}

/* Also of columns that the profile does not use: what is not asked for must not come. */
static void refuse_persons(struct scene *s)
{
    for (int i = 0; i < s->n; i++) {
        const char *word = persons_word(s->row[i].text);
        s->counted[i] = word != NULL && persons_are_counted(profile_counts(s->profile), word) ? word : NULL;
        s->has_counted |= s->counted[i] != NULL;
        if (word == NULL || s->counted[i] != NULL)
            continue;
        reading_complain(s->r, s->row_line, word, "column %d must not be in this file: it is about a person",
                         i + 1);
        s->r->not_kept = true;
    }
}

/* An empty cell is how CSV leaves something out. */
static void check_counted(const struct scene *s)
{
    for (int i = 0; i < s->n; i++) {
        struct bytes cell = trimmed(s->row[i].text);
        if (s->counted[i] == NULL || (cell.len == 0 && !s->row[i].too_long) || persons_is_count(cell))
            continue;
        reading_complain(s->r, s->row_line, s->counted[i], "%s", persons_why_no_count());
    }
}

static void read_header(struct scene *s)
{
    s->header_n = s->n;
    refuse_persons(s);
    for (int f = 0; f < CSV_FIELD_N; f++) {
        const char *name = s->form->columns[f];
        s->column_of[f] = -1;
        for (int i = 0; i < s->n && name[0] != '\0'; i++) {
            if (!bytes_equal(trimmed(s->row[i].text), bytes_of_text(name)))
                continue;
            if (s->column_of[f] >= 0)
                reading_complain(s->r, s->row_line, csv_field_name((enum csv_field)f),
                                 "its column comes twice in the header");
            s->column_of[f] = i;
        }
        if (name[0] != '\0' && s->column_of[f] < 0)
            reading_complain(s->r, s->row_line, csv_field_name((enum csv_field)f),
                             "its column is missing in the header");
    }
    s->hopeless = s->r->complaints_n > 0;
}

static int32_t units(const struct scene *s, enum csv_field field)
{
    return reading_units(s->r, s->row_line, csv_field_name(field), at(s, field));
}

static int64_t moment(const struct scene *s, enum csv_field field)
{
    return s->form->time == TIME_RFC3339
               ? reading_time(s->r, s->row_line, csv_field_name(field), at(s, field))
               : local_time(s->form->time, at(s, field), s->row_line, s->r);
}

static void read_stop(const struct scene *s, struct report *o)
{
    struct bytes reason = at(s, CSV_STOP);
    const char *code = NULL;
    if (reason.len == 0)
        return;
    code = profile_stop(s->profile, reason);
    if (code == NULL)
        reading_complain(s->r, s->row_line, "stop", "is not a known reason for a stop");
    else
        snprintf(o->stop, sizeof o->stop, "%s", code);
    if (at(s, CSV_STOP_UNTIL).len > 0)
        o->stop_until_ms = moment(s, CSV_STOP_UNTIL);
}

static void read_row(const struct scene *s)
{
    const char *code = NULL;
    struct bytes deliverable = at(s, CSV_DELIVERABLE);
    if (at(s, CSV_PART).len > 0) {
        reading_notice(s->r, s->row_line, "part", "passed over: a part of another row's counts");
        return;
    }
    if (!format_pool(s->profile, s->provider, at(s, CSV_PLACE), at(s, CSV_POOL), s->row_line, s->r, &code))
        return;
    struct report *o = reading_add(s->r, s->row_line);
    if (o == NULL)
        return;
    report_set_pool(o, code);
    o->observed_at_ms = moment(s, CSV_OBSERVED_AT);
    o->total = units(s, CSV_TOTAL);
    o->free = units(s, CSV_FREE);
    o->occupied = units(s, CSV_OCCUPIED);
    o->out_of_order = units(s, CSV_OUT_OF_ORDER);
    if (deliverable.len > 0) {
        o->deliverable = (enum known)profile_yes_no(s->profile, deliverable);
        if (o->deliverable == KNOWN_NOT)
            reading_complain(s->r, s->row_line, "deliverable", "is neither yes nor no");
    }
    read_stop(s, o);
}

static void on_field(void *text, size_t len, void *context)
{
    add_cell(context, BYTES(text, len), false);
}

static bool row_serves(const struct scene *s)
{
    if (s->n > CSV_COLUMNS_MAX)
        reading_complain(s->r, s->row_line, "", "has more than %d columns", CSV_COLUMNS_MAX);
    else if (s->header_n != 0 && s->n != s->header_n)
        reading_complain(s->r, s->row_line, "", "has %d columns, the header has %d", s->n, s->header_n);
    else
        return true;
    return false;
}

/* Whether a cell that counts is; in a row with a column that does not count it may be. */
static bool too_long(const struct scene *s)
{
    for (int i = 0; s->header_n == 0 && i < s->n; i++)
        if (s->row[i].too_long) {
            reading_complain(s->r, s->row_line, "", "column %d is longer than %d bytes", i + 1,
                             CSV_FIELD_BYTES_MAX);
            return true;
        }
    for (int f = 0; s->header_n != 0 && f < CSV_FIELD_N; f++)
        if (s->column_of[f] >= 0 && s->row[s->column_of[f]].too_long) {
            reading_complain(s->r, s->row_line, csv_field_name((enum csv_field)f), "is longer than %d bytes",
                             CSV_FIELD_BYTES_MAX);
            return true;
        }
    return false;
}

static void on_row(int terminator, void *context)
{
    struct scene *s = context;
    (void)terminator;
    s->in_row = false;
    bool serves = row_serves(s) && !(s->any_too_long && too_long(s));
    if (serves && s->header_n == 0)
        read_header(s);
    else if (serves && !s->hopeless) {
        if (s->has_counted)
            check_counted(s);
        read_row(s);
    }
    if (s->header_n == 0)
        s->hopeless = true;
    s->n = 0;
    s->any_too_long = false;
}

static int never_space(unsigned char c)
{
    (void)c;
    return 0;
}

static bool is_blank(struct bytes line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.p[i] != '\r' && line.p[i] != '\n')
            return false;
    return true;
}

/* The first of eight bytes is the lowest, on every machine. */
static uint64_t word_at(const uint8_t *p)
{
    uint64_t word = 0;
    memcpy(&word, p, sizeof word);
    return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(word) : word;
}

/* The high bit of each byte of WORD that is the byte of which PATTERN is made. */
static uint64_t bytes_that_are(uint64_t word, uint64_t pattern)
{
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    uint64_t other = word ^ pattern;
    return ~(((other & low) + low) | other | low);
}

/* Eight bytes at a time: a cell has a few, too short for a memchr each. */
static void cut_cells(struct scene *s, const uint8_t *at, const uint8_t *end)
{
    const uint8_t delimiter = (uint8_t)s->form->delimiter, *cell = at;
    const uint64_t pattern = delimiter * UINT64_C(0x0101010101010101);

    for (; (size_t)(end - at) >= sizeof pattern; at += sizeof pattern) {
        for (uint64_t found = bytes_that_are(word_at(at), pattern); found != 0; found &= found - 1) {
            const uint8_t *next = at + __builtin_ctzll(found) / 8;
            add_cell(s, BYTES(cell, (size_t)(next - cell)), true);
            cell = next + 1;
        }
    }
    for (; at < end; at++)
        if (*at == delimiter) {
            add_cell(s, BYTES(cell, (size_t)(at - cell)), true);
            cell = at + 1;
        }
    add_cell(s, BYTES(cell, (size_t)(end - cell)), true);
}

static const uint8_t *find_next(int byte, struct bytes in)
{
    const uint8_t *at = in.len > 0 ? memchr(in.p, byte, in.len) : NULL;
    return at != NULL ? at : in.p + in.len;
}

/* Whether it comes in the first N bytes of IN, which is what is left of the file. */
static bool comes_within(struct next *next, struct bytes in, size_t n)
{
    if (next->at < in.p)
        next->at = find_next(next->byte, in);
    return next->at < in.p + n;
}

/* A line without a quote, which nearly all are, is its cells with the delimiter between: so it is cut where
 * it lies. libcsv copies a cell byte by byte, and is for lines with quotes. False: this is one of those, or
 * holds a return within. N bytes of IN, which is what is left of the file. */
static bool cut_plain(struct scene *s, struct bytes in, size_t n)
{
    if (n > 0 && in.p[n - 1] == '\n')
        n--;
    if (n > 0 && in.p[n - 1] == '\r')
        n--;
    if (comes_within(&s->quote, in, n) || comes_within(&s->carriage_return, in, n))
        return false;
    cut_cells(s, in.p, in.p + n);
    on_row('\n', s);
    return true;
}

/* Line by line, because libcsv does not count lines; a quoted field may go on in the next. */
static void split(struct scene *s, struct bytes in)
{
    struct csv_parser parser;
    int line = 0;
    CHECK(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
    csv_set_delim(&parser, (unsigned char)s->form->delimiter);
    csv_set_space_func(&parser, never_space);
    /* It grows a cell by this much at a time: by its default of 128 bytes a long one costs quadratic time. */
    csv_set_blk_size(&parser, CELL_STEP_BYTES);
    s->quote = (struct next){'"', find_next('"', in)};
    s->carriage_return = (struct next){'\r', find_next('\r', in)};
    while (in.len > 0 && !s->hopeless && s->r->complaints_more == 0) {
        const uint8_t *newline = memchr(in.p, '\n', in.len);
        struct bytes piece = BYTES(in.p, newline == NULL ? in.len : (size_t)(newline - in.p) + 1);
        line++;
        bool begins = !s->in_row && !is_blank(piece);
        if (begins) {
            s->row_line = line;
            s->in_row = true;
        }
        if (!(begins && cut_plain(s, in, piece.len)) &&
            csv_parse(&parser, piece.p, piece.len, on_field, on_row, s) != piece.len) {
            reading_complain(s->r, line, "", "has a quote that is not closed or not doubled");
            s->hopeless = true;
        }
        in = BYTES(in.p + piece.len, in.len - piece.len);
    }
    if (!s->hopeless && s->r->complaints_more == 0 && csv_fini(&parser, on_field, on_row, s) != 0)
        reading_complain(s->r, s->row_line, "", "has a quote that is not closed");
    csv_free(&parser);
}

static bool has_newer(const struct reading *r, const struct report *o)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->list[i].observed_at_ms > o->observed_at_ms && strcmp(r->list[i].pool, o->pool) == 0)
            return true;
    return false;
}

/* A file that grows by a row each time: only what is newest of each pool is kept. Bounded by REPORTS_MAX. */
static void keep_newest(struct reading *r)
{
    size_t kept = 0;
    bool *old = mem_new(r->n + 1, sizeof *old);
    for (size_t i = 0; i < r->n; i++)
        old[i] = has_newer(r, &r->list[i]);
    for (size_t i = 0; i < r->n; i++) {
        if (old[i])
            reading_notice(r, r->list[i].line, "observedAt",
                           "passed over: another row tells of this place later");
        else
            r->list[kept++] = r->list[i];
    }
    r->n = kept;
    free(old);
}

enum err csv_feed_read(const struct profile *profile, const char *provider, struct bytes in,
                       struct reading *r)
{
    const struct csv_form *form = profile_csv(profile);
    struct scene *s = NULL;
    enum err e = text_gate(in, CSV_BYTES_MAX, form->encoding == ENCODING_UTF_8, r);
    if (e != OK)
        return e;
    if (in.len >= 3 && memcmp(in.p, "\xef\xbb\xbf", 3) == 0)
        in = BYTES(in.p + 3, in.len - 3);
    s = mem_new(1, sizeof *s);
    s->profile = profile;
    s->form = form;
    s->provider = provider;
    s->r = r;
    split(s, in);
    if (s->header_n == 0 && r->complaints_n == 0)
        reading_complain(r, 1, "", "the file has no header");
    /* Not every cell of that column was looked at, or one is no number. */
    r->not_kept |= s->has_counted && r->complaints_n > 0;
    if (form->newest && r->complaints_n == 0)
        keep_newest(r);
    free(s);
    return OK;
}
