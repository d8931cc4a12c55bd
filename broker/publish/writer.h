/* Writes one document, element after element, as JSON or XML into a buffer; nothing is kept but where it is.
 * Why not a library: jansson would first build the whole document as a tree (a page of a thousand pools is
 * 60,000 pieces of memory, made and freed within one turn of the loop), and libxml2 has no business in the
 * broker at all, where nothing may be able to parse XML. What is left to do is to close what was opened and
 * to escape.
 *
 *                        WRITE_JSON       WRITE_XML          WRITE_FHIR_XML
 *   open "a" ... close   "a":{...}        <a>...</a>         <a>...</a>
 *   attribute "b"        "b":"v"          b="v"              b="v"           (before anything else in it)
 *   text "c"             "c":"v"          <c>v</c>           <c value="v"/>
 *   list "d" of open "d" "d":[{...},...]  <d>...</d><d>...   as XML: a list is nothing but its items
 *
 * Items of the outer lists begin a line each. The names are literals of ours and are not escaped. Of text,
 * control characters come out as spaces in XML.
 */
#ifndef PLEK_PUBLISH_WRITER_H
#define PLEK_PUBLISH_WRITER_H

#include "base/bytes.h"

#define WRITER_DEPTH_MAX 16

enum write_form { WRITE_JSON, WRITE_XML, WRITE_FHIR_XML };

struct writer {
    struct buf *out;
    enum write_form form;
    int depth;
    bool tag_open; /* XML: attributes may still follow */
    struct {
        const char *name;
        bool is_list;
        bool has_items;
    } at[WRITER_DEPTH_MAX];
};

/* Begin a document whose root is NAME with xmlns NS (XML only); it is open. OUT is borrowed. */
void writer_begin(struct writer *w, enum write_form form, struct buf *out, const char *name, const char *ns);
/* Close the root. Everything else must be closed (CHECK). */
void writer_end(struct writer *w);

void writer_open(struct writer *w, const char *name);
void writer_list(struct writer *w, const char *name);
void writer_close(struct writer *w); /* the innermost, list or not */

void writer_attribute(struct writer *w, const char *name, const char *text);
void writer_text(struct writer *w, const char *name, const char *text);
void writer_int(struct writer *w, const char *name, int64_t n);
void writer_bool(struct writer *w, const char *name, bool v);
void writer_null(struct writer *w, const char *name);                /* JSON; nothing in XML */
void writer_time(struct writer *w, const char *name, int64_t at_ms); /* RFC 3339 */

#endif
