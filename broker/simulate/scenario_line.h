/* One line of a scenario file, field by field. The first fault is kept with its line, field and reason; after
 * it every field reads as 0, so that a record is judged once, at its end. */
#ifndef PLEK_SIMULATE_SCENARIO_LINE_H
#define PLEK_SIMULATE_SCENARIO_LINE_H

#include "base/bytes.h"
#include "base/err.h"

struct scenario_line {
    const uint8_t *at, *end; /* what is left of the line */
    bool more;               /* a field follows, be it empty */
    bool blanks;             /* fields end at any run of blanks (the header); else at one TAB */
    bool spaces;             /* fields end at spaces too: one TAB with spaces around it, or spaces alone */
    int line, field;         /* from 1 */
    char kind[8];            /* the first field: "A", "PAR" */
    bool failed;
    char *why;
    size_t why_size;
};

/* Go to the next line with a record in TEXT (AT moves on): no blank line, no comment. False at the end. */
bool line_next(struct scenario_line *l, struct bytes text, size_t *at);
/* Begin with LINE, the text of line NUMBER, as a driver says it (matching.md 5.4): its fields end at spaces
 * too. False if there is no record on it. */
bool line_open(struct scenario_line *l, struct bytes line, int number);
bool line_is(const struct scenario_line *l, const char *kind);
/* The first fault counts; later ones are ignored. */
void line_fault(struct scenario_line *l, const char *field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
struct bytes line_text(struct scenario_line *l, const char *field);
int64_t line_int64(struct scenario_line *l, const char *field, int64_t lo, int64_t hi);
int line_int(struct scenario_line *l, const char *field, int lo, int hi);
bool line_bool(struct scenario_line *l, const char *field);
uint64_t line_u64(struct scenario_line *l, const char *field); /* decimal */
uint64_t line_hex(struct scenario_line *l, const char *field); /* with or without 0x; - is 0 */
/* N bytes of two hex digits each, into OUT. */
void line_hex_bytes(struct scenario_line *l, const char *field, uint8_t *out, size_t n);
void line_name(struct scenario_line *l, const char *field, char *out, size_t size);
void line_end(struct scenario_line *l); /* fault if fields are left */

#endif
