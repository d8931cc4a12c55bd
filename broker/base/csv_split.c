#include "base/csv_split.h"

#include "base/check.h"

#include <csv.h>
#include <string.h>

struct split {
    const struct csv_splitter *to;
    int row_line; /* where the row under way began */
    bool in_row;
};

static void field_done(void *field, size_t len, void *context)
{
    struct split *s = context;

    s->to->on_field(s->to->context, BYTES(field, len));
}

static void row_done(int terminator, void *context)
{
    struct split *s = context;

    (void)terminator;
    s->to->on_row(s->to->context, s->row_line);
    s->in_row = false;
}

static int never_space(unsigned char c)
{
    (void)c;
    return 0;
}

static bool is_blank(struct bytes line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.p[i] != '\r' && line.p[i] != '\n')
            return false;
    }
    return true;
}

enum err csv_split(struct bytes text, const struct csv_splitter *to, int *bad_line)
{
    struct csv_parser parser;
    struct split s = {.to = to};
    enum err e = ERR_BAD_INPUT;
    int line = 0;

    CHECK(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
    /* libcsv trims spaces by default; RFC 4180 says they belong to the field. */
    csv_set_space_func(&parser, never_space);
    /* Line by line, because libcsv does not count lines; a quoted field may go on in the next. */
    while (text.len > 0) {
        const uint8_t *newline = memchr(text.p, '\n', text.len);
        struct bytes piece = BYTES(text.p, newline == NULL ? text.len : (size_t)(newline - text.p) + 1);

        line++;
        if (!s.in_row && !is_blank(piece)) {
            s.row_line = line;
            s.in_row = true;
        }
        if (csv_parse(&parser, piece.p, piece.len, field_done, row_done, &s) != piece.len)
            goto out;
        text = BYTES(text.p + piece.len, text.len - piece.len);
    }
    if (csv_fini(&parser, field_done, row_done, &s) != 0)
        goto out;
    e = OK;
out:
    if (e != OK) {
        CHECK(csv_error(&parser) != CSV_ENOMEM);
        /* An unclosed quote is only seen at the end, but the row that holds it is what must be looked at. */
        *bad_line = text.len == 0 ? s.row_line : line;
    }
    csv_free(&parser);
    return e;
}
