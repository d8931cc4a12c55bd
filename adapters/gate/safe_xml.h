/* The only way XML gets in. Push parser with hooks of our own: a DOCTYPE, a processing instruction or an
 * entity stops it; depth, elements, attributes and size are bounded; bytes are UTF-8 whatever the declaration
 * says, and a declaration of anything else is refused; nothing is ever fetched (design: limits, trap 5). */
#ifndef PLEK_ADAPTERS_SAFE_XML_H
#define PLEK_ADAPTERS_SAFE_XML_H

#include "adapters/gate/report.h"

#define XML_BYTES_MAX                                                                                        \
    (256 * 1024) /* the largest real file seen has 46 kB; attributes cost quadratic time                     \
                  */
#define XML_DEPTH_MAX 32
#define XML_ELEMENTS_MAX 20000
#define XML_ATTRIBUTES_MAX 32
#define XML_NAMESPACES_MAX 16 /* on one element */

struct _xmlDoc;
struct _xmlNode;
struct _xmlSchema;

/* Start libxml2 and refuse every outside entity for the whole process. Call once, before threads. */
void safe_xml_start(void);

/* Call first on each further thread that reads XML: libxml2 keeps its last-resort error handler per thread,
 * and its own prints pieces of the document. */
void safe_xml_thread(void);

/* Parse IN. On OK the caller frees *OUT with xmlFreeDoc; otherwise a complaint with its line is in R. */
MUST_CHECK enum err safe_xml_parse(struct bytes in, struct _xmlDoc **out, struct reading *r);

/* Hears a document without a tree of it being made. ON_START returns whether the text directly in that
 * element is wanted; only then ON_TEXT gets it, in pieces. ON_ATTRIBUTE, which may be NULL, is told of each
 * attribute right behind the ON_START of its element, but no declarations of namespaces; an & in VALUE begins
 * a reference that was not resolved. All other text, attributes and comments are dropped where they are
 * parsed. NS is "" without one, of an attribute its prefix if that is not declared; LINE from 1. Elements are
 * told until the first fault. */
struct safe_xml_listener {
    bool (*on_start)(void *ctx, const char *ns, const char *name, int line);
    void (*on_text)(void *ctx, struct bytes text);
    void (*on_end)(void *ctx);
    void (*on_attribute)(void *ctx, const char *ns, const char *name, struct bytes value);
};

/* Parse IN for L, within the bounds of safe_xml_parse. Otherwise a complaint with its line is in R, and what
 * L heard until then is of no use. */
MUST_CHECK enum err safe_xml_listen(struct bytes in, const struct safe_xml_listener *l, void *ctx,
                                    struct reading *r);

/* Compile the XSD at PATH with what it includes from disk beside it; network never. Only at start, before
 * other threads use libxml2. ERR_IO or ERR_BAD_INPUT with WHY. Free with safe_xml_schema_free. */
MUST_CHECK enum err safe_xml_schema(const char *path, struct _xmlSchema **out, char *why, size_t why_size);
void safe_xml_schema_free(struct _xmlSchema *schema);

/* Hold DOC against SCHEMA; every breach becomes a complaint with line and element. The text of the breach
 * never holds values of the document. */
MUST_CHECK enum err safe_xml_validate(struct _xmlSchema *schema, struct _xmlDoc *doc, struct reading *r);

/* ---- walking ---- */
bool xml_is(const struct _xmlNode *node, const char *ns, const char *name);
/* First child element of PARENT, or next sibling element of NODE, with that name; NULL if there is none. NS
 * NULL stands for any, NAME NULL for any. */
struct _xmlNode *xml_child(const struct _xmlNode *parent, const char *ns, const char *name);
struct _xmlNode *xml_next(const struct _xmlNode *node, const char *ns, const char *name);
int xml_line(const struct _xmlNode *node);
/* Text directly in NODE, borrowed, trimmed; empty for NULL, for an element in it, or for more than 200 bytes.
 */
struct bytes xml_text(const struct _xmlNode *node);

#endif
