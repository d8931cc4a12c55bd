#include "adapters/format/fhir/fhir_tree.h"

#include "adapters/gate/safe_xml.h"
#include "adapters/gate/text_gate.h"
#include "base/mem.h"

#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>

#define FHIR "http://hl7.org/fhir"
#define NODES_BLOCK 256

void fhir_tree_fini(struct fhir_tree *t)
{
    for (size_t i = 0; i < t->n; i += NODES_BLOCK)
        free(t->list[i]);
    free(t->list);
    xmlFreeDoc(t->xml);
    safe_json_fini(&t->json);
    *t = (struct fhir_tree){0};
}

/* A new node behind the last child of PARENT; its index, or 0 after a complaint. */
static int add(struct fhir_tree *t, int parent, struct bytes name, int line, struct reading *r)
{
    if (t->n > FHIR_NODES_MAX) {
        if (r->complaints_n == 0)
            reading_complain(r, line, "", "has more than %d elements", FHIR_NODES_MAX);
        return 0;
    }
    MEM_GROW(t->list, t->n, t->cap);
    int at = (int)t->n++;
    /* They do not move when there are more: values point into them. */
    t->list[at] = at % NODES_BLOCK == 0 ? mem_new(NODES_BLOCK, sizeof *t->list[at]) : t->list[at - 1] + 1;
    t->list[at]->name = name;
    t->list[at]->line = line;
    if (at > 0) {
        struct fhir_node *above = t->list[parent];
        if (above->last == 0)
            above->child = at;
        else
            t->list[above->last]->next = at;
        above->last = at;
    }
    return at;
}

/* What is passed over unread, wherever it stands. */
static bool unread(struct bytes name)
{
#define NAME(s)                                                                                              \
    {                                                                                                        \
        .p = (const uint8_t *)(s), .len = sizeof(s) - 1                                                      \
    }
    static const struct bytes names[] = {NAME("address"), NAME("position"), NAME("telecom"),
                                         NAME("contact"), NAME("photo"),    NAME("div")};
#undef NAME
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (name.len == names[i].len && bytes_equal(name, names[i]))
            return true;
    return false;
}

static void set_value(struct fhir_node *node, enum fhir_kind kind, const char *text, struct reading *r)
{
    node->kind = kind;
    node->value = trimmed(bytes_of_text(text));
    if (node->value.len == 0)
        reading_complain(r, node->line, "", "holds an empty value, which FHIR does not know");
}

/* ---- XML ---- */

static void set_xml_value(struct fhir_node *node, const xmlNode *from, struct reading *r)
{
    const xmlAttr *a = from->properties;
    for (; a != NULL; a = a->next) {
        if (a->ns != NULL || strcmp((const char *)a->name, "value") != 0)
            continue;
        const xmlNode *text = a->children;
        if (text != NULL && text->next != NULL)
            reading_complain(r, node->line, "", "holds a value that is not plain text");
        else
            set_value(node, FHIR_ANY, text == NULL ? "" : (const char *)text->content, r);
    }
}

/* Depth is bounded by safe_xml. Types begin with a capital, elements do not. */
static void add_xml(struct fhir_tree *t, int parent, const xmlNode *from, struct reading *r)
{
    struct bytes name = bytes_of_text((const char *)from->name);
    if (!xml_is(from, FHIR, NULL) || unread(name))
        return;
    int at = add(t, parent, name, xml_line(from), r);
    if (at == 0)
        return;
    t->list[at]->resource = name.p[0] >= 'A' && name.p[0] <= 'Z';
    set_xml_value(t->list[at], from, r);
    for (const xmlNode *n = xml_child(from, NULL, NULL); n != NULL; n = xml_next(n, NULL, NULL))
        add_xml(t, at, n, r);
}

static enum err read_xml(struct bytes in, struct fhir_tree *t, struct reading *r)
{
    enum err e = safe_xml_parse(in, &t->xml, r);
    if (e != OK)
        return e;
    const xmlNode *root = xmlDocGetRootElement(t->xml);
    if (!xml_is(root, FHIR, NULL)) {
        reading_complain(r, xml_line(root), "", "the root is not a resource of FHIR");
        return ERR_BAD_INPUT;
    }
    add_xml(t, 0, root, r);
    return OK;
}

/* ---- JSON ---- */

/* V in digits at the end of OUT; where they begin. Every count comes through here: a format would cost ten
 * times as much. */
static const char *digits_of(int64_t v, char out[FHIR_NUMBER_SIZE])
{
    char *at = out + FHIR_NUMBER_SIZE - 1;
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    *at = '\0';
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (v < 0)
        *--at = '-';
    return at;
}

static void set_json_value(struct fhir_node *node, const json_t *v, struct reading *r)
{
    if (json_is_string(v)) {
        set_value(node, FHIR_TEXT, json_string_value(v), r);
    } else if (json_is_integer(v)) {
        set_value(node, FHIR_NUMBER, digits_of(json_integer_value(v), node->number), r);
    } else if (!json_is_null(v)) {
        node->kind = FHIR_OTHER;
    }
}

/* The resourceType of an object, or NULL. Its few members are gone through as they stand: to look it up by
 * its hash would cost more. */
static const json_t *type_of(json_t *object)
{
    for (void *i = json_object_iter(object); i != NULL; i = json_object_iter_next(object, i))
        if (strcmp(json_object_iter_key(i), "resourceType") == 0)
            return json_object_iter_value(i);
    return NULL;
}

/* Depth is bounded by json_parse. true, false and null have no line of their own. */
static void add_json(struct fhir_tree *t, int parent, struct bytes name, const json_t *v, struct reading *r)
{
    if (json_is_array(v)) {
        for (size_t i = 0; i < json_array_size(v); i++)
            add_json(t, parent, name, json_array_get(v, i), r);
        return;
    }
    int line = safe_json_line(&t->json, v);
    int at = unread(name) ? 0 : add(t, parent, name, line > 0 ? line : t->list[parent]->line, r);
    if (at == 0)
        return;
    if (!json_is_object(v)) {
        set_json_value(t->list[at], v, r);
        return;
    }
    json_t *o = (json_t *)(uintptr_t)v;
    const json_t *type = type_of(o);
    if (type != NULL) {
        at = add(t, at, bytes_of_text(json_string_value(type)), line, r);
        if (at == 0)
            return;
        t->list[at]->resource = true;
    }
    for (void *i = json_object_iter(o); i != NULL; i = json_object_iter_next(o, i))
        add_json(t, at, bytes_of_text(json_object_iter_key(i)), json_object_iter_value(i), r);
}

static enum err read_json(struct bytes in, struct fhir_tree *t, struct reading *r)
{
    enum err e = safe_json_parse(in, &t->json, r);
    if (e != OK)
        return e;
    add_json(t, 0, BYTES_LITERAL("resource"), t->json.doc, r);
    const struct fhir_node *holder = fhir_child(t, t->list[0], "resource");
    if (holder == NULL || fhir_resource(t, holder) == NULL) {
        reading_complain(r, 1, "resourceType", "is missing: this is no resource of FHIR");
        return ERR_BAD_INPUT;
    }
    t->list[0]->child = holder->child; /* as in XML */
    return OK;
}

enum err fhir_tree_read(struct bytes in, struct fhir_tree *t, struct reading *r)
{
    enum err e = text_gate(in, FHIR_BYTES_MAX, true, r);
    bool mark = in.len >= 3 && memcmp(in.p, "\xef\xbb\xbf", 3) == 0;
    struct bytes text = mark ? BYTES(in.p + 3, in.len - 3) : in;
    struct bytes first = trimmed(text);
    if (e != OK)
        return e;
    add(t, 0, (struct bytes){0}, 0, r);
    if (first.len > 0 && first.p[0] == '<')
        e = read_xml(text, t, r);
    else if (first.len > 0 && first.p[0] == '{')
        e = read_json(text, t, r);
    else {
        reading_complain(r, 1, "", "is neither FHIR XML nor FHIR JSON");
        e = ERR_BAD_INPUT;
    }
    return e == OK && r->complaints_n > 0 ? ERR_BAD_INPUT : e;
}

/* ---- walking ---- */

static const struct fhir_node *from(const struct fhir_tree *t, int at, const char *name)
{
    while (at != 0 && name != NULL && !fhir_is(t->list[at], name))
        at = t->list[at]->next;
    return at == 0 ? NULL : t->list[at];
}

const struct fhir_node *fhir_root(const struct fhir_tree *t)
{
    return from(t, t->list[0]->child, NULL);
}

const struct fhir_node *fhir_child(const struct fhir_tree *t, const struct fhir_node *parent,
                                   const char *name)
{
    return parent == NULL ? NULL : from(t, parent->child, name);
}

const struct fhir_node *fhir_next(const struct fhir_tree *t, const struct fhir_node *node, const char *name)
{
    return node == NULL ? NULL : from(t, node->next, name);
}

bool fhir_is(const struct fhir_node *node, const char *name)
{
    /* Most names differ in their first letter already. */
    return node->name.len > 0 && node->name.p[0] == (uint8_t)name[0] &&
           bytes_equal(node->name, bytes_of_text(name));
}

const struct fhir_node *fhir_resource(const struct fhir_tree *t, const struct fhir_node *parent)
{
    const struct fhir_node *n = fhir_child(t, parent, NULL);
    while (n != NULL && !n->resource)
        n = fhir_next(t, n, NULL);
    return n;
}

struct bytes fhir_value(const struct fhir_tree *t, const struct fhir_node *parent, const char *name)
{
    const struct fhir_node *n = fhir_child(t, parent, name);
    return n == NULL ? (struct bytes){0} : n->value;
}
