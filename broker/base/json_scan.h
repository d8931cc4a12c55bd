/* Plain JSON read straight from its bytes, without building a tree: for bodies that come by the thousand and
 * nearly all look alike. It knows less than JSON on purpose: texts of printable ASCII without escapes, whole
 * numbers from 0 to 15 digits, members that are named beforehand and stand once. Everything else it only
 * refuses, without saying why; json_parse then judges the same bytes and names the faults. What it takes,
 * json_parse takes too, with the same values (fuzz_http_reports holds the two against each other). */
#ifndef PLEK_BASE_JSON_SCAN_H
#define PLEK_BASE_JSON_SCAN_H

#include "base/bytes.h"

struct json_scan {
    const uint8_t *at, *end;
};

enum json_plain_kind {
    JSON_PLAIN_ABSENT,
    JSON_PLAIN_NULL,
    JSON_PLAIN_TRUE,
    JSON_PLAIN_FALSE,
    JSON_PLAIN_NUMBER,
    JSON_PLAIN_TEXT,
    JSON_PLAIN_OBJECT /* not looked into: json_scan_object of its bytes tells whether it is one */
};

/* One value; all views are borrowed from the text. */
struct json_plain {
    enum json_plain_kind kind;
    struct bytes raw;  /* as it stands there, which is also its canonical form, but for objects */
    struct bytes text; /* of a text: what is between the quotes */
    uint64_t number;
};

struct json_scan json_scan_of(struct bytes text);
bool json_scan_mark(struct json_scan *s, char c);            /* C is next, behind white space: step over it */
bool json_scan_text(struct json_scan *s, struct bytes text); /* the same for TEXT in its quotes */
bool json_scan_over(struct json_scan *s);                    /* nothing but white space is left */

/* Read the object that is next: MEMBERS[i] gets the value of NAMES[i], each a name in its quotes. False for
 * anything that is not plain, and for a member that is not in NAMES or stands twice; MEMBERS is then of no
 * use. */
bool json_scan_object(struct json_scan *s, const struct bytes *names, size_t n, struct json_plain *members);

/* Append the object as json_canonical writes it. NAMES must be in the order of their bytes; the raw of a
 * member that is an object must have been replaced by its canonical form. */
void json_plain_canonical(const struct bytes *names, size_t n, const struct json_plain *members,
                          struct buf *out);

#endif
