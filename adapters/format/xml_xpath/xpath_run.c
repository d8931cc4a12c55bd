#include "adapters/format/xml_xpath/xpath_run.h"

#include "adapters/gate/safe_xml.h"
#include "adapters/profile/xpath_rules.h"
#include "base/check.h"
#include "base/mem.h"

#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_A_STEP 64     /* of text that is copied or walked */
#define CALL_BYTES_MAX 4096 /* that one function may be given; more ends the budget */
#define COMPARES_A_STEP 64  /* of characters held against each other one by one */

struct xpath_run {
    xmlXPathContextPtr c;
    bool told; /* that the budget is gone */
};

/* ---- functions, each behind a toll ---- */

struct function {
    const char *name;
    xmlXPathFunction call;
};

/* Same names as xpath_functions. */
static const struct function functions[] = {
    {"boolean", xmlXPathBooleanFunction},
    {"ceiling", xmlXPathCeilingFunction},
    {"concat", xmlXPathConcatFunction},
    {"contains", xmlXPathContainsFunction},
    {"count", xmlXPathCountFunction},
    {"false", xmlXPathFalseFunction},
    {"floor", xmlXPathFloorFunction},
    {"last", xmlXPathLastFunction},
    {"local-name", xmlXPathLocalNameFunction},
    {"not", xmlXPathNotFunction},
    {"normalize-space", xmlXPathNormalizeFunction},
    {"number", xmlXPathNumberFunction},
    {"position", xmlXPathPositionFunction},
    {"round", xmlXPathRoundFunction},
    {"starts-with", xmlXPathStartsWithFunction},
    {"string", xmlXPathStringFunction},
    {"string-length", xmlXPathStringLengthFunction},
    {"substring", xmlXPathSubstringFunction},
    {"substring-after", xmlXPathSubstringAfterFunction},
    {"substring-before", xmlXPathSubstringBeforeFunction},
    {"translate", xmlXPathTranslateFunction},
    {"true", xmlXPathTrueFunction},
};

static xmlXPathFunction find_function(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(functions); i++)
        if (strcmp(functions[i].name, name) == 0)
            return functions[i].call;
    return NULL;
}

/* Next node of TOP in the order of the document, or NULL. */
static const xmlNode *after(const xmlNode *node, const xmlNode *top)
{
    if (node->type != XML_TEXT_NODE && node->children != NULL)
        return node->children;
    while (node != top && node->next == NULL)
        node = node->parent;
    return node == top ? NULL : node->next;
}

/* Bytes of text in NODE and nodes walked for it, as far as that matters. */
static size_t weight_of_node(const xmlNode *node)
{
    size_t weight = 0;
    for (const xmlNode *n = node; n != NULL && weight <= CALL_BYTES_MAX; n = after(n, node))
        weight += 1 + (n->type == XML_TEXT_NODE && n->content != NULL ? strlen((const char *)n->content) : 0);
    return weight;
}

static size_t weight(const xmlXPathObject *v)
{
    if (v == NULL)
        return 1;
    if (v->type == XPATH_STRING)
        return v->stringval != NULL ? strlen((const char *)v->stringval) : 1;
    if (v->type != XPATH_NODESET || v->nodesetval == NULL || v->nodesetval->nodeNr == 0)
        return 1;
    /* Its text is that of its first node; not always the first of the list, but those below that weigh more
     * are counted as steps when they are found. */
    return weight_of_node(v->nodesetval->nodeTab[0]);
}

static bool charge(xmlXPathContextPtr c, size_t steps)
{
    if (c->opLimit - c->opCount >= steps) {
        c->opCount += steps;
        return true;
    }
    c->opCount = c->opLimit;
    return false;
}

static size_t toll(xmlXPathParserContextPtr p, int nargs, const char *name)
{
    static const char *const light[] = {"boolean", "count",      "false",    "last", "not",
                                        "true",    "local-name", "position", NULL};
    static const char *const product[] = {"contains", "substring-after", "substring-before", "translate",
                                          NULL};
    size_t all = 0, first = 0, second = 0;
    for (int i = 0; light[i] != NULL; i++)
        if (strcmp(light[i], name) == 0)
            return 1;
    for (int i = 0; i < nargs && i < p->valueNr; i++) {
        size_t w = weight(p->valueTab[p->valueNr - nargs + i]);
        all += w;
        if (i == 0)
            first = w;
        else if (i == 1)
            second = w;
    }
    if (nargs == 0) /* of the node it stands at */
        all = p->context->node != NULL ? weight_of_node(p->context->node) : 0;
    if (all > CALL_BYTES_MAX)
        return XPATH_STEPS_MAX;
    for (int i = 0; product[i] != NULL; i++)
        if (strcmp(product[i], name) == 0)
            return 1 + all / BYTES_A_STEP + first * second / COMPARES_A_STEP;
    return 1 + all / BYTES_A_STEP;
}

static void call(xmlXPathParserContextPtr p, int nargs)
{
    const char *name = (const char *)p->context->function;
    xmlXPathFunction function = name != NULL ? find_function(name) : NULL;
    if (function == NULL)
        xmlXPathErr(p, XPATH_UNKNOWN_FUNC_ERROR);
    else if (nargs < 0 || nargs > p->valueNr)
        xmlXPathErr(p, XPATH_INVALID_ARITY);
    else if (!charge(p->context, toll(p, nargs, name)))
        xmlXPathErr(p, XPATH_OP_LIMIT_EXCEEDED);
    else
        function(p, nargs);
}

static xmlXPathFunction lookup(void *ctx, const xmlChar *name, const xmlChar *uri)
{
    (void)ctx;
    return uri == NULL && find_function((const char *)name) != NULL ? call : NULL;
}

/* ---- a run ---- */

static void say_nothing(void *ctx, xmlErrorPtr error)
{
    (void)ctx;
    (void)error;
}

/* One byte over the bound is enough to be told too long; less to carry for every element around it. */
static void cut_text(xmlNode *text)
{
    if (text->type != XML_TEXT_NODE || text->content == NULL)
        return;
    size_t n = strnlen((const char *)text->content, XPATH_VALUE_MAX + 4);
    if (n <= XPATH_VALUE_MAX + 3)
        return;
    n = XPATH_VALUE_MAX + 1;
    while ((text->content[n] & 0xc0) == 0x80)
        n++; /* at most to +4, to the end of a character */
    text->content[n] = '\0';
}

static void cut_texts(xmlDocPtr doc)
{
    const xmlNode *root = xmlDocGetRootElement(doc);
    for (const xmlNode *n = root; n != NULL; n = after(n, root)) {
        cut_text((xmlNode *)(uintptr_t)n);
        for (const xmlAttr *a = n->type == XML_ELEMENT_NODE ? n->properties : NULL; a != NULL; a = a->next)
            for (xmlNode *t = a->children; t != NULL; t = t->next)
                cut_text(t);
    }
}

struct xpath_run *xpath_run_new(const struct xpath_form *form, xmlDocPtr doc)
{
    struct xpath_run *run = mem_new(1, sizeof *run);
    run->c = xmlXPathNewContext(doc);
    CHECK(run->c != NULL);
    run->c->opLimit = XPATH_STEPS_MAX;
    run->c->error = say_nothing;
    xmlXPathRegisterFuncLookup(run->c, lookup, NULL);
    for (int i = 0; i < form->namespaces_n; i++)
        CHECK(xmlXPathRegisterNs(run->c, (const xmlChar *)form->namespaces[i].prefix,
                                 (const xmlChar *)form->namespaces[i].uri) == 0);
    cut_texts(doc);
    xmlXPathOrderDocElems(doc); /* else comparing where two nodes stand walks along their siblings */
    return run;
}

void xpath_run_free(struct xpath_run *run)
{
    if (run == NULL)
        return;
    xmlXPathFreeContext(run->c);
    free(run);
}

bool xpath_run_spent(const struct xpath_run *run)
{
    return run->c->opCount >= run->c->opLimit;
}

static xmlXPathObjectPtr evaluate(struct xpath_run *run, xmlXPathCompExprPtr expr, xmlNode *node, int line,
                                  const char *field, struct reading *r)
{
    if (run->told)
        return NULL;
    run->c->node = node;
    xmlXPathObjectPtr found = xmlXPathCompiledEval(expr, run->c);
    if (xpath_run_spent(run)) {
        run->told = true;
        reading_complain(r, line, field,
                         "its XPath takes more than %d steps here: simplify it or send smaller files",
                         XPATH_STEPS_MAX);
        xmlXPathFreeObject(found);
        return NULL;
    }
    if (found == NULL)
        reading_complain(r, line, field, "cannot be worked out: its XPath does not fit this file");
    return found;
}

xmlNodeSetPtr xpath_run_nodes(struct xpath_run *run, xmlXPathCompExprPtr expr, const char *field,
                              struct reading *r)
{
    xmlXPathObjectPtr found = evaluate(run, expr, (xmlNode *)run->c->doc, 0, field, r);
    xmlNodeSetPtr nodes = NULL;
    if (found == NULL)
        return NULL;
    if (found->type != XPATH_NODESET) {
        reading_complain(r, 0, field, "its XPath must find elements");
    } else {
        nodes = found->nodesetval != NULL ? found->nodesetval : xmlXPathNodeSetCreate(NULL);
        found->nodesetval = NULL;
        xmlXPathNodeSetSort(nodes);
    }
    xmlXPathFreeObject(found);
    return nodes;
}

/* A value is an attribute, a text or an element with nothing but text in it. */
static bool holds_elements(const xmlNode *node)
{
    for (const xmlNode *n = node->type == XML_ELEMENT_NODE ? node->children : NULL; n != NULL; n = n->next)
        if (n->type == XML_ELEMENT_NODE)
            return true;
    return node->type == XML_DOCUMENT_NODE;
}

/* Why FOUND is no single value, or NULL. */
static const char *no_value(const xmlXPathObject *found)
{
    const xmlNodeSet *nodes = found->type == XPATH_NODESET ? found->nodesetval : NULL;
    if (nodes == NULL || nodes->nodeNr == 0)
        return NULL;
    if (nodes->nodeNr > 1)
        return "is found more than once; its XPath must find one";
    if (nodes->nodeTab[0]->type == XML_NAMESPACE_DECL || holds_elements(nodes->nodeTab[0]))
        return "is an element with others in it, not a value";
    return NULL;
}

size_t xpath_run_text(struct xpath_run *run, xmlXPathCompExprPtr expr, xmlNode *node, int line,
                      const char *field, struct reading *r, char out[XPATH_VALUE_MAX + 1])
{
    size_t n = 0;
    out[0] = '\0';
    xmlXPathObjectPtr found = expr != NULL ? evaluate(run, expr, node, line, field, r) : NULL;
    if (found == NULL)
        return 0;
    const char *why = no_value(found);
    xmlChar *text = why == NULL ? xmlXPathCastToString(found) : NULL;
    struct bytes v = trimmed(bytes_of_text((const char *)text));
    if (why == NULL && v.len > XPATH_VALUE_MAX)
        why = "is longer than 200 bytes";
    if (why != NULL) {
        reading_complain(r, line, field, "%s", why);
    } else if (v.len > 0) {
        memcpy(out, v.p, v.len);
        n = v.len;
        out[n] = '\0';
    }
    xmlFree(text);
    xmlXPathFreeObject(found);
    return n;
}
