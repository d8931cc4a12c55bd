/* FHIR has two syntaxes for one document. This brings both to one tree: a node per element or field, with its
 * value, its line and its children; a list is its items one after the other, as in XML. A resource is a node
 * of its own under the field that holds it, named by its type. What may hold an address, a way to reach a
 * person or a narrative (address, position, telecom, contact, photo, div) does not enter the tree; nor do XML
 * attributes other than value. */
#ifndef PLEK_ADAPTERS_FHIR_TREE_H
#define PLEK_ADAPTERS_FHIR_TREE_H

#include "adapters/gate/safe_json.h"

#define FHIR_BYTES_MAX (256 * 1024) /* as XML_BYTES_MAX, for both syntaxes */
#define FHIR_NODES_MAX 20000        /* as XML_ELEMENTS_MAX */
#define FHIR_NUMBER_SIZE 24         /* any int64 */

enum fhir_kind {
    FHIR_PARENT, /* no value of its own */
    FHIR_ANY,    /* an XML attribute: its type is not told */
    FHIR_TEXT,   /* a JSON string */
    FHIR_NUMBER, /* a JSON whole number */
    FHIR_OTHER   /* any other JSON number, true or false; its value is not kept */
};

struct fhir_node {
    struct bytes name;  /* "group"; of a resource its type */
    struct bytes value; /* trimmed; empty unless kind is ANY, TEXT or NUMBER */
    enum fhir_kind kind;
    bool resource;
    int line;
    int next, child;               /* index of the next sibling and of the first child; 0 = none */
    int last;                      /* last child, while building */
    char number[FHIR_NUMBER_SIZE]; /* what value shows for a NUMBER */
};

/* {0} is an empty one. list[0] stands above the root resource. Names and values are borrowed from the
 * documents kept here. */
struct fhir_tree {
    struct fhir_node **list;
    size_t n, cap;
    struct _xmlDoc *xml;
    struct feed_json json;
};

void fhir_tree_fini(struct fhir_tree *t);

/* Read IN: XML when its first byte behind a byte order mark and white space is '<', JSON when it is '{'.
 * ERR_BAD_INPUT or ERR_TOO_BIG after a complaint in R. The caller ends T with fhir_tree_fini in any case. */
MUST_CHECK enum err fhir_tree_read(struct bytes in, struct fhir_tree *t, struct reading *r);

/* The root resource. */
const struct fhir_node *fhir_root(const struct fhir_tree *t);
/* First child of PARENT, or next sibling of NODE, by that name; NULL if there is none, and for NULL. NAME
 * NULL is any. */
const struct fhir_node *fhir_child(const struct fhir_tree *t, const struct fhir_node *parent,
                                   const char *name);
const struct fhir_node *fhir_next(const struct fhir_tree *t, const struct fhir_node *node, const char *name);
bool fhir_is(const struct fhir_node *node, const char *name);
/* First child of PARENT that is a resource, or NULL. */
const struct fhir_node *fhir_resource(const struct fhir_tree *t, const struct fhir_node *parent);
/* Value of the first child by that name, trimmed; empty if there is none. */
struct bytes fhir_value(const struct fhir_tree *t, const struct fhir_node *parent, const char *name);

#endif
