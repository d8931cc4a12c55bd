#include "adapters/format/xml_xpath/xml_xpath.h"

#include "adapters/format/csv/local_time.h"
#include "adapters/format/format.h"
#include "adapters/format/xml_xpath/xpath_run.h"
#include "adapters/gate/persons.h"
#include "adapters/gate/safe_xml.h"
#include "base/mem.h"

#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdio.h>
#include <string.h>

struct scene {
    const struct profile *profile;
    const struct xpath_form *form;
    const char *provider;
    struct xpath_run *run;
    struct reading *r;
    int64_t file_observed_at_ms; /* 0 = not told */
    xmlNode *row;
    int line;
};

struct value {
    char text[XPATH_VALUE_MAX + 1];
    size_t len;
};

static struct bytes field(const struct scene *s, enum csv_field f, struct value *v)
{
    v->len = xpath_run_text(s->run, s->form->fields[f], s->row, s->line, csv_field_name(f), s->r, v->text);
    return BYTES(v->text, v->len);
}

static int32_t units(const struct scene *s, enum csv_field f)
{
    struct value v;
    return reading_units(s->r, s->line, csv_field_name(f), field(s, f, &v));
}

static int64_t moment(const struct scene *s, const char *name, struct bytes text)
{
    return s->form->time == TIME_RFC3339 ? reading_time(s->r, s->line, name, text)
                                         : local_time(s->form->time, text, s->line, s->r);
}

static int64_t observed_at(const struct scene *s)
{
    struct value v;
    int before = s->r->complaints_n;
    struct bytes text = field(s, CSV_OBSERVED_AT, &v);
    if (text.len > 0)
        return moment(s, "observedAt", text);
    if (s->file_observed_at_ms == 0 && s->r->complaints_n == before)
        reading_complain(s->r, s->line, "observedAt", "is missing");
    return s->file_observed_at_ms;
}

static void read_stop(const struct scene *s, struct report *o)
{
    struct value v;
    struct bytes reason = field(s, CSV_STOP, &v);
    if (reason.len == 0)
        return;
    const char *code = profile_stop(s->profile, reason);
    if (code == NULL)
        reading_complain(s->r, s->line, "stop", "is not a known reason for a stop");
    else
        snprintf(o->stop, sizeof o->stop, "%s", code);
    struct bytes until = field(s, CSV_STOP_UNTIL, &v);
    if (until.len > 0)
        o->stop_until_ms = moment(s, "stopUntil", until);
}

static void read_row(const struct scene *s)
{
    struct value place, word, staffed;
    const char *code = NULL;
    struct bytes at = field(s, CSV_PLACE, &place), pool = field(s, CSV_POOL, &word);
    if (xpath_run_spent(s->run) || !format_pool(s->profile, s->provider, at, pool, s->line, s->r, &code))
        return;
    struct report *o = reading_add(s->r, s->line);
    if (o == NULL)
        return;
    report_set_pool(o, code);
    o->observed_at_ms = observed_at(s);
    o->total = units(s, CSV_TOTAL);
    o->free = units(s, CSV_FREE);
    o->occupied = units(s, CSV_OCCUPIED);
    o->out_of_order = units(s, CSV_OUT_OF_ORDER);
    struct bytes deliverable = field(s, CSV_DELIVERABLE, &staffed);
    if (deliverable.len > 0) {
        o->deliverable = (enum known)profile_yes_no(s->profile, deliverable);
        if (o->deliverable == KNOWN_NOT)
            reading_complain(s->r, s->line, "deliverable", "is neither yes nor no");
    }
    read_stop(s, o);
}

/* ---- personal data ---- */

static void complain_of_person(const struct scene *s, const xmlNode *node)
{
    const xmlNode *element = node->type == XML_ELEMENT_NODE ? node : node->parent;
    bool named = node->type == XML_ELEMENT_NODE || node->type == XML_ATTRIBUTE_NODE;
    reading_complain(s->r, xml_line(element), named ? (const char *)node->name : "",
                     "must not be in this message: it may be about a person");
    s->r->not_kept = true;
}

static void refuse(const struct scene *s, xmlXPathCompExprPtr expr)
{
    xmlNodeSetPtr found = xpath_run_nodes(s->run, expr, "refuse", s->r);
    for (int i = 0; found != NULL && i < found->nodeNr; i++)
        if (found->nodeTab[i]->type != XML_NAMESPACE_DECL)
            complain_of_person(s, found->nodeTab[i]);
    xmlXPathFreeNodeSet(found);
}

/* ---- the file ---- */

static void read_rows(struct scene *s)
{
    xmlNodeSetPtr rows = xpath_run_nodes(s->run, s->form->rows, "rows", s->r);
    if (rows != NULL && rows->nodeNr > REPORTS_MAX)
        reading_complain(s->r, 0, "rows", "the file holds more than %d observations", REPORTS_MAX);
    for (int i = 0; rows != NULL && rows->nodeNr <= REPORTS_MAX && i < rows->nodeNr; i++) {
        s->row = rows->nodeTab[i];
        if (s->row->type != XML_ELEMENT_NODE) {
            reading_complain(s->r, 0, "rows", "its XPath must find elements");
            break;
        }
        s->line = xml_line(s->row);
        read_row(s);
        if (xpath_run_spent(s->run) || s->r->complaints_more > 0)
            break;
    }
    xmlXPathFreeNodeSet(rows);
}

static void read_document(struct scene *s, xmlDocPtr doc)
{
    struct value v;
    bool none = persons_not_in_xml(xmlDocGetRootElement(doc), profile_counts(s->profile), s->r);
    for (int i = 0; i < s->form->refuse_n; i++)
        refuse(s, s->form->refuse[i]);
    if (!none || s->r->complaints_n > 0)
        return;
    s->line = xml_line(xmlDocGetRootElement(doc));
    v.len = xpath_run_text(s->run, s->form->file_observed_at, (xmlNode *)doc, s->line, "fileObservedAt", s->r,
                           v.text);
    if (v.len > 0)
        s->file_observed_at_ms = moment(s, "fileObservedAt", BYTES(v.text, v.len));
    if (s->r->complaints_n == 0)
        read_rows(s);
}

enum err xml_xpath_read(const struct profile *profile, const char *provider, struct bytes in,
                        struct reading *r)
{
    struct scene s = {.profile = profile, .form = profile_xpath(profile), .provider = provider, .r = r};
    xmlDocPtr doc = NULL;
    enum err e = safe_xml_parse(in, &doc, r);
    if (e != OK)
        return e;
    s.run = xpath_run_new(s.form, doc);
    read_document(&s, doc);
    xpath_run_free(s.run);
    xmlFreeDoc(doc);
    return OK;
}
