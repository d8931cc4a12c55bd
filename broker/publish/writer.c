#include "publish/writer.h"

#include "base/check.h"
#include "base/time_text.h"

#include <string.h>

/* An item of a list that stands no deeper begins a line: so that who reads a document, or a complaint of it,
 * finds the place, and two of them can be compared. */
#define ROW_DEPTH 3

static void raw(struct writer *w, const char *text)
{
    buf_text(w->out, text);
}

/* ---- escaping: runs of plain bytes are copied whole ---- */

static const char *json_escape(uint8_t c, char room[8])
{
    static const char hex[] = "0123456789abcdef";

    if (c == '"')
        return "\\\"";
    if (c == '\\')
        return "\\\\";
    if (c >= 0x20)
        return NULL;
    memcpy(room, "\\u00", 4);
    room[4] = hex[c >> 4];
    room[5] = hex[c & 15];
    room[6] = '\0';
    return room;
}

static const char *xml_escape(uint8_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return c < 0x20 || c == 0x7f ? " " : NULL;
    }
}

/* U+FFFE and U+FFFF: allowed in a JSON text, and in no XML 1.0 document. */
static bool is_no_character(const char *p)
{
    return (uint8_t)p[0] == 0xef && (uint8_t)p[1] == 0xbf && ((uint8_t)p[2] == 0xbe || (uint8_t)p[2] == 0xbf);
}

static void escaped(struct writer *w, const char *text)
{
    const char *from = text;
    char room[8];

    for (const char *p = text; *p != '\0'; p++) {
        uint8_t c = (uint8_t)*p;
        const char *with = w->form == WRITE_JSON ? json_escape(c, room) : xml_escape(c);

        size_t takes = 1;

        if (w->form != WRITE_JSON && is_no_character(p)) {
            with = " ";
            takes = 3;
        }
        if (with == NULL)
            continue;
        buf_add(w->out, BYTES(from, (size_t)(p - from)));
        raw(w, with);
        from = p + takes;
        p += takes - 1;
    }
    buf_text(w->out, from);
}

/* ---- structure ---- */

static void push(struct writer *w, const char *name, bool is_list)
{
    CHECK(w->depth < WRITER_DEPTH_MAX);
    w->at[w->depth].name = name;
    w->at[w->depth].is_list = is_list;
    w->at[w->depth].has_items = false;
    w->depth++;
}

/* XML: what is inside begins, so no more attributes. JSON: the comma before, and the key where one belongs.
 */
static void lead(struct writer *w, const char *name)
{
    CHECK(w->depth > 0);
    bool in_list = w->at[w->depth - 1].is_list;

    if (w->form != WRITE_JSON) {
        if (w->tag_open)
            raw(w, ">");
        w->tag_open = false;
        return;
    }
    if (w->at[w->depth - 1].has_items)
        raw(w, ",");
    w->at[w->depth - 1].has_items = true;
    if (in_list)
        return;
    raw(w, "\"");
    raw(w, name);
    raw(w, "\":");
}

void writer_begin(struct writer *w, enum write_form form, struct buf *out, const char *name, const char *ns)
{
    *w = (struct writer){.out = out, .form = form};
    push(w, name, false);
    if (form == WRITE_JSON) {
        raw(w, "{");
        return;
    }
    raw(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
    raw(w, name);
    raw(w, " xmlns=\"");
    raw(w, ns);
    raw(w, "\"");
    w->tag_open = true;
}

void writer_open(struct writer *w, const char *name)
{
    bool is_row;

    lead(w, name);
    is_row = w->at[w->depth - 1].is_list && w->depth <= ROW_DEPTH;
    push(w, name, false);
    if (is_row)
        raw(w, "\n");
    raw(w, w->form == WRITE_JSON ? "{" : "<");
    if (w->form != WRITE_JSON) {
        raw(w, name);
        w->tag_open = true;
    }
}

void writer_list(struct writer *w, const char *name)
{
    if (w->form == WRITE_JSON) {
        lead(w, name);
        raw(w, "[");
    }
    push(w, name, true);
}

void writer_close(struct writer *w)
{
    CHECK(w->depth > 0);
    w->depth--;
    bool is_list = w->at[w->depth].is_list;

    if (w->form == WRITE_JSON) {
        raw(w, is_list ? "]" : "}");
    } else if (!is_list && w->tag_open) {
        raw(w, "/>");
        w->tag_open = false;
    } else if (!is_list) {
        raw(w, "</");
        raw(w, w->at[w->depth].name);
        raw(w, ">");
    }
}

void writer_end(struct writer *w)
{
    CHECK(w->depth == 1);
    writer_close(w);
    raw(w, "\n");
}

/* ---- values ---- */

void writer_attribute(struct writer *w, const char *name, const char *text)
{
    if (w->form == WRITE_JSON) {
        writer_text(w, name, text);
        return;
    }
    CHECK(w->tag_open);
    raw(w, " ");
    raw(w, name);
    raw(w, "=\"");
    escaped(w, text);
    raw(w, "\"");
}

/* TEXT as it is, in the form's brackets. */
static void value(struct writer *w, const char *name, const char *text, bool quoted)
{
    lead(w, name);
    if (w->form == WRITE_JSON) {
        raw(w, quoted ? "\"" : "");
        escaped(w, text);
        raw(w, quoted ? "\"" : "");
        return;
    }
    raw(w, "<");
    raw(w, name);
    raw(w, w->form == WRITE_XML ? ">" : " value=\"");
    escaped(w, text);
    raw(w, w->form == WRITE_XML ? "</" : "\"/>");
    if (w->form == WRITE_XML) {
        raw(w, name);
        raw(w, ">");
    }
}

void writer_text(struct writer *w, const char *name, const char *text)
{
    value(w, name, text, true);
}

void writer_int(struct writer *w, const char *name, int64_t n)
{
    char digits[24];
    char *p = digits + sizeof digits - 1;
    uint64_t v = n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n;

    *p = '\0';
    do
        *--p = (char)('0' + v % 10);
    while ((v /= 10) != 0);
    if (n < 0)
        *--p = '-';
    value(w, name, p, false);
}

void writer_bool(struct writer *w, const char *name, bool v)
{
    value(w, name, v ? "true" : "false", false);
}

void writer_null(struct writer *w, const char *name)
{
    if (w->form == WRITE_JSON)
        value(w, name, "null", false);
}

void writer_time(struct writer *w, const char *name, int64_t at_ms)
{
    char text[TIME_TEXT_SIZE];

    writer_text(w, name, time_format(at_ms, text));
}
