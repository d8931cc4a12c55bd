#include "adapters/format/opvang_xml/opvang_xml.h"

#include "adapters/format/opvang_xml/opvang_plain.h"
#include "adapters/gate/persons.h"
#include "adapters/gate/safe_xml.h"

#include <libxml/tree.h>
#include <stdio.h>

struct scene {
    const struct profile *profile;
    const char *provider;
    struct reading *r;
    int64_t observed_at_ms;
};

static int32_t units(const struct scene *s, const xmlNode *plek, const char *name)
{
    const xmlNode *node = xml_child(plek, OPVANG_NS, name);
    return node == NULL ? UNITS_UNKNOWN : reading_units(s->r, xml_line(node), name, xml_text(node));
}

static void read_stop(const struct scene *s, const xmlNode *plek, struct report *o)
{
    const xmlNode *stop = xml_child(plek, OPVANG_NS, "stop");
    const xmlNode *reason = xml_child(stop, OPVANG_NS, "reden");
    const xmlNode *until = xml_child(stop, OPVANG_NS, "tot");
    if (stop == NULL)
        return;
    const char *code = profile_stop(s->profile, xml_text(reason));
    if (code == NULL)
        reading_complain(s->r, xml_line(stop), "reden", "is not a known reason for a stop");
    else
        snprintf(o->stop, sizeof o->stop, "%s", code);
    if (until != NULL)
        o->stop_until_ms = reading_time(s->r, xml_line(until), "tot", xml_text(until));
}

static void read_plek(const struct scene *s, xmlNode *plek)
{
    const char *code = NULL;
    xmlChar *word = xmlGetNoNsProp(plek, (const xmlChar *)"code");
    bool known = format_pool(s->profile, s->provider, (struct bytes){0}, bytes_of_text((const char *)word),
                             xml_line(plek), s->r, &code);
    xmlFree(word);
    struct report *o = known ? reading_add(s->r, xml_line(plek)) : NULL;
    if (o == NULL)
        return;
    report_set_pool(o, code);
    const xmlNode *own_time = xml_child(plek, OPVANG_NS, "peilmoment");
    o->observed_at_ms = own_time == NULL
                            ? s->observed_at_ms
                            : reading_time(s->r, xml_line(own_time), "peilmoment", xml_text(own_time));
    o->total = units(s, plek, "totaal");
    o->free = units(s, plek, "vrij");
    o->occupied = units(s, plek, "bezet");
    o->out_of_order = units(s, plek, "buiten_gebruik");
    const xmlNode *deliverable = xml_child(plek, OPVANG_NS, "leverbaar");
    if (deliverable != NULL)
        o->deliverable = (enum known)profile_yes_no(s->profile, xml_text(deliverable));
    read_stop(s, plek, o);
}

enum err opvang_xml_read_by_schema(const struct schemas *schemas, const struct profile *profile,
                                   const char *provider, struct bytes in, struct reading *r)
{
    struct scene s = {.profile = profile, .provider = provider, .r = r};
    xmlDocPtr doc = NULL;
    enum err e = safe_xml_parse(in, &doc, r);
    if (e == OK) {
        if (schemas->opvang == NULL) {
            reading_complain(r, 0, "", "the schema of this format is not installed");
            e = ERR_BAD_INPUT;
        } else if (!xml_is(xmlDocGetRootElement(doc), OPVANG_NS, "capaciteit")) {
            reading_complain(r, xml_line(xmlDocGetRootElement(doc)), "",
                             "the root is not capaciteit in " OPVANG_NS);
            e = ERR_BAD_INPUT;
        } else if (!persons_not_in_xml(xmlDocGetRootElement(doc), profile_counts(profile), r)) {
            e = ERR_BAD_INPUT;
        } else {
            e = safe_xml_validate(schemas->opvang, doc, r);
        }
    }
    if (e == OK) {
        const xmlNode *root = xmlDocGetRootElement(doc);
        const xmlNode *time = xml_child(root, OPVANG_NS, "peilmoment");
        s.observed_at_ms = reading_time(r, xml_line(time), "peilmoment", xml_text(time));
        const xmlNode *pools = xml_child(root, OPVANG_NS, "plekken");
        for (xmlNode *plek = xml_child(pools, OPVANG_NS, "plek"); plek != NULL;
             plek = xml_next(plek, OPVANG_NS, "plek"))
            read_plek(&s, plek);
    }
    xmlFreeDoc(doc);
    return e;
}

enum err opvang_xml_read(const struct schemas *schemas, const struct profile *profile, const char *provider,
                         struct bytes in, struct reading *r)
{
    if (schemas->opvang != NULL && opvang_plain_read(profile, provider, in, r))
        return OK;
    return opvang_xml_read_by_schema(schemas, profile, provider, in, r);
}
