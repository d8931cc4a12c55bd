#include "adapters/gate/safe_xml.h"

#include "adapters/gate/text_gate.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define CHUNK 4096
#define TEXT_MAX 200

struct gate {
    int depth, elements;
    const struct safe_xml_listener *listener; /* NULL: a tree is made */
    void *ctx;
    bool wanted[XML_DEPTH_MAX + 1]; /* by depth: the listener wants the text directly in it */
    const char *why;                /* first reason to stop, static; NULL = none */
    int line;
};

static xmlParserInputPtr load_nothing(const char *url, const char *id, xmlParserCtxtPtr ctxt)
{
    (void)url;
    (void)id;
    (void)ctxt;
    return NULL;
}

static void say_nothing(void *ctx, xmlErrorPtr error)
{
    (void)ctx;
    (void)error;
}

static void say_nothing_at_all(void *ctx, const char *message, ...)
{
    (void)ctx;
    (void)message;
}

void safe_xml_start(void)
{
    xmlInitParser();
    xmlSetExternalEntityLoader(load_nothing);
    safe_xml_thread();
}

void safe_xml_thread(void)
{
    xmlSetStructuredErrorFunc(NULL, say_nothing);
    xmlSetGenericErrorFunc(NULL, say_nothing_at_all);
}

static void stop(xmlParserCtxtPtr c, const char *why)
{
    struct gate *g = c->_private;
    if (g->why == NULL) {
        g->why = why;
        g->line = xmlSAX2GetLineNumber(c);
    }
    xmlStopParser(c);
}

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
    (void)name;
    (void)public_id;
    (void)system_id;
    stop(ctx, "holds a DOCTYPE, which is refused");
}

static void on_instruction(void *ctx, const xmlChar *target, const xmlChar *data)
{
    (void)target;
    (void)data;
    stop(ctx, "holds a processing instruction, which is refused");
}

static void on_reference(void *ctx, const xmlChar *name)
{
    (void)name;
    stop(ctx, "holds an entity, which is refused");
}

/* An attribute is five pointers: name, prefix, namespace, where its value begins and ends. */
static void tell_start(struct gate *g, const xmlChar *name, const xmlChar *uri, int line, int attributes_n,
                       const xmlChar **attributes)
{
    const struct safe_xml_listener *l = g->listener;
    g->wanted[g->depth] = l->on_start(g->ctx, uri != NULL ? (const char *)uri : "", (const char *)name, line);
    for (int i = 0; l->on_attribute != NULL && i < attributes_n; i++, attributes += 5) {
        const xmlChar *ns = attributes[2] != NULL ? attributes[2] : attributes[1];
        l->on_attribute(g->ctx, ns != NULL ? (const char *)ns : "", (const char *)attributes[0],
                        BYTES(attributes[3], (size_t)(attributes[4] - attributes[3])));
    }
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces_n, const xmlChar **namespaces, int attributes_n, int defaulted_n,
                     const xmlChar **attributes)
{
    xmlParserCtxtPtr c = ctx;
    struct gate *g = c->_private;
    if (g->why != NULL)
        return;
    if (++g->depth > XML_DEPTH_MAX)
        stop(c, "is nested deeper than 32 elements");
    else if (++g->elements > XML_ELEMENTS_MAX)
        stop(c, "has more than 20,000 elements");
    else if (attributes_n > XML_ATTRIBUTES_MAX || namespaces_n > XML_NAMESPACES_MAX)
        stop(c, "has an element with too many attributes");
    else if (g->listener != NULL)
        tell_start(g, name, uri, xmlSAX2GetLineNumber(c), attributes_n, attributes);
    else
        xmlSAX2StartElementNs(c, name, prefix, uri, namespaces_n, namespaces, attributes_n, defaulted_n,
                              attributes);
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    xmlParserCtxtPtr c = ctx;
    struct gate *g = c->_private;
    if (g->why != NULL)
        return;
    g->depth--;
    if (g->listener != NULL)
        g->listener->on_end(g->ctx);
    else
        xmlSAX2EndElementNs(c, name, prefix, uri);
}

static void on_text(void *ctx, const xmlChar *text, int n)
{
    const struct gate *g = ((xmlParserCtxtPtr)ctx)->_private;
    if (g->why != NULL)
        return;
    if (g->listener == NULL)
        xmlSAX2Characters(ctx, text, n);
    else if (g->wanted[g->depth])
        g->listener->on_text(g->ctx, BYTES(text, (size_t)n));
}

/* A declaration of another encoding than the bytes are in is a misunderstanding, or an attempt. */
static bool other_encoding(struct bytes in)
{
    const uint8_t *end = NULL, *at = NULL;
    if (in.len > 3 && memcmp(in.p, "\xef\xbb\xbf", 3) == 0)
        in = BYTES(in.p + 3, in.len - 3);
    if (in.len < 6 || memcmp(in.p, "<?xml", 5) != 0)
        return false;
    end = memmem(in.p, in.len < 512 ? in.len : 512, "?>", 2);
    if (end == NULL)
        return false;
    at = memmem(in.p, (size_t)(end - in.p), "encoding", 8);
    if (at == NULL)
        return false;
    while (at < end && *at != '"' && *at != '\'')
        at++;
    size_t left = (size_t)(end - at);
    return !(left >= 7 && strncasecmp((const char *)at + 1, "UTF-8", 5) == 0 && at[6] == at[0]) &&
           !(left >= 10 && strncasecmp((const char *)at + 1, "US-ASCII", 8) == 0 && at[9] == at[0]);
}

static void set_hooks(xmlSAXHandler *sax, bool tree)
{
    if (!tree) {
        sax->startDocument = NULL;
        sax->endDocument = NULL;
    }
    sax->internalSubset = on_doctype;
    sax->externalSubset = NULL;
    sax->entityDecl = NULL;
    sax->getEntity = NULL;
    sax->getParameterEntity = NULL;
    sax->reference = on_reference;
    sax->comment = NULL;
    sax->processingInstruction = on_instruction;
    sax->startElementNs = on_start;
    sax->endElementNs = on_end;
    sax->characters = on_text;
    sax->ignorableWhitespace = on_text;
    sax->cdataBlock = on_text;
    sax->serror = say_nothing;
}

static void feed(xmlParserCtxtPtr c, const struct gate *g, struct bytes in)
{
    for (size_t at = 0; at < in.len && g->why == NULL; at += CHUNK) {
        size_t n = in.len - at < CHUNK ? in.len - at : CHUNK;
        if (xmlParseChunk(c, (const char *)in.p + at, (int)n, 0) != 0)
            return;
    }
    if (g->why == NULL)
        xmlParseChunk(c, NULL, 0, 1);
}

/* G says whether a tree is made; then *OUT is it, else NULL. */
static enum err parse(struct bytes in, struct gate *g, xmlDocPtr *out, struct reading *r)
{
    const int options = XML_PARSE_NONET | XML_PARSE_NOBLANKS | XML_PARSE_NOCDATA | XML_PARSE_COMPACT |
                        XML_PARSE_IGNORE_ENC | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    enum err e = text_gate(in, XML_BYTES_MAX, true, r);
    if (e != OK)
        return e;
    if (other_encoding(in)) {
        reading_complain(r, 1, "", "is declared in another encoding than UTF-8");
        return ERR_BAD_INPUT;
    }
    /* Told that this is UTF-8, libxml2 would take the byte order mark for text. */
    if (in.len >= 3 && memcmp(in.p, "\xef\xbb\xbf", 3) == 0)
        in = BYTES(in.p + 3, in.len - 3);
    xmlParserCtxtPtr c = xmlCreatePushParserCtxt(NULL, NULL, NULL, 0, NULL);
    if (c == NULL)
        return ERR_BUSY;
    xmlCtxtUseOptions(c, options);
    c->_private = g;
    set_hooks(c->sax, g->listener == NULL);
    xmlSwitchEncoding(c, XML_CHAR_ENCODING_UTF8);
    feed(c, g, in);
    int line = g->why != NULL ? g->line : (c->lastError.line > 0 ? c->lastError.line : 1);
    bool good = c->wellFormed && g->why == NULL && g->elements > 0 && g->depth == 0 &&
                (g->listener != NULL || (c->myDoc != NULL && xmlDocGetRootElement(c->myDoc) != NULL));
    *out = c->myDoc;
    c->myDoc = NULL;
    xmlFreeParserCtxt(c);
    if (good)
        return OK;
    xmlFreeDoc(*out);
    *out = NULL;
    reading_complain(r, line, "", "%s",
                     g->why != NULL ? g->why : "is not well-formed XML from here on, or cut off");
    return ERR_BAD_INPUT;
}

enum err safe_xml_parse(struct bytes in, xmlDocPtr *out, struct reading *r)
{
    return parse(in, &(struct gate){0}, out, r);
}

enum err safe_xml_listen(struct bytes in, const struct safe_xml_listener *l, void *ctx, struct reading *r)
{
    xmlDocPtr none = NULL;
    return parse(in, &(struct gate){.listener = l, .ctx = ctx}, &none, r);
}

enum err safe_xml_schema(const char *path, xmlSchemaPtr *out, char *why, size_t why_size)
{
    xmlSchemaParserCtxtPtr c = NULL;
    if (access(path, R_OK) != 0) {
        snprintf(why, why_size, "cannot read %s", path);
        return ERR_IO;
    }
    /* The schema itself may include its neighbours: that loader only for as long as this lasts. */
    xmlSetExternalEntityLoader(xmlNoNetExternalEntityLoader);
    c = xmlSchemaNewParserCtxt(path);
    *out = c != NULL ? xmlSchemaParse(c) : NULL;
    xmlSchemaFreeParserCtxt(c);
    xmlSetExternalEntityLoader(load_nothing);
    if (*out != NULL)
        return OK;
    snprintf(why, why_size, "%s is not a schema that can be used", path);
    return ERR_BAD_INPUT;
}

void safe_xml_schema_free(xmlSchemaPtr schema)
{
    xmlSchemaFree(schema);
}

/* libxml2's own message quotes values; these say the same without them. */
static const char *breach(int code)
{
    switch (code) {
    case XML_SCHEMAV_CVC_ELT_1:
        return "this element is not known here";
    case XML_SCHEMAV_ELEMENT_CONTENT:
        return "does not belong here, comes too often, or something before it or in it is missing";
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1:
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_2:
        return "has an attribute that is not known here";
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_4:
        return "lacks a required attribute";
    case XML_SCHEMAV_CVC_IDC:
        return "a code comes twice in this file";
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_3:
        return "holds loose text";
    default:
        return "its value does not have the form the schema asks";
    }
}

static void on_breach(void *ctx, xmlErrorPtr error)
{
    struct reading *r = ctx;
    const xmlNode *node = error->node;
    const char *name = node != NULL && node->name != NULL ? (const char *)node->name : "";
    int line = error->line > 0 ? error->line : (node != NULL ? xml_line(node) : 0);
    const struct complaint *last = r->complaints_n > 0 ? &r->complaints[r->complaints_n - 1] : NULL;
    /* libxml2 tells a broken facet and then the broken type: one complaint. */
    if (last != NULL && last->line == line && strncmp(last->field, name, sizeof last->field - 1) == 0 &&
        strcmp(last->reason, breach(error->code)) == 0)
        return;
    reading_complain(r, line, name, "%s", breach(error->code));
}

enum err safe_xml_validate(xmlSchemaPtr schema, xmlDocPtr doc, struct reading *r)
{
    xmlSchemaValidCtxtPtr c = xmlSchemaNewValidCtxt(schema);
    if (c == NULL)
        return ERR_BUSY;
    int before = r->complaints_n;
    xmlSchemaSetValidStructuredErrors(c, on_breach, r);
    int rc = xmlSchemaValidateDoc(c, doc);
    xmlSchemaFreeValidCtxt(c);
    if (rc == 0)
        return OK;
    if (r->complaints_n == before)
        reading_complain(r, 0, "", "does not follow the schema");
    return ERR_BAD_INPUT;
}

bool xml_is(const xmlNode *node, const char *ns, const char *name)
{
    if (node == NULL || node->type != XML_ELEMENT_NODE)
        return false;
    if (name != NULL && strcmp((const char *)node->name, name) != 0)
        return false;
    return ns == NULL || (node->ns != NULL && strcmp((const char *)node->ns->href, ns) == 0);
}

static xmlNode *first_from(xmlNode *node, const char *ns, const char *name)
{
    while (node != NULL && !xml_is(node, ns, name))
        node = node->next;
    return node;
}

xmlNode *xml_child(const xmlNode *parent, const char *ns, const char *name)
{
    return parent == NULL ? NULL : first_from(parent->children, ns, name);
}

xmlNode *xml_next(const xmlNode *node, const char *ns, const char *name)
{
    return node == NULL ? NULL : first_from(node->next, ns, name);
}

int xml_line(const xmlNode *node)
{
    return node == NULL ? 0 : (int)xmlGetLineNo(node);
}

struct bytes xml_text(const xmlNode *node)
{
    const xmlNode *text = node != NULL ? node->children : NULL;
    if (text == NULL || text->next != NULL || text->type != XML_TEXT_NODE || text->content == NULL)
        return (struct bytes){0};
    struct bytes v = trimmed(bytes_of_text((const char *)text->content));
    return v.len <= TEXT_MAX ? v : (struct bytes){0};
}
