#include "adapters/format/edxl_have/edxl_have.h"

#include "adapters/gate/persons.h"
#include "adapters/gate/safe_xml.h"

#include <libxml/tree.h>
#include <stdio.h>

#define HAVE "urn:oasis:names:tc:emergency:EDXL:HAVE:1.0"
#define DE "urn:oasis:names:tc:emergency:EDXL:DE:1.0"

struct scene {
    const struct schemas *schemas;
    const struct profile *profile;
    const char *provider;
    struct reading *r;
    struct bytes organisation; /* borrowed from the document */
    int64_t observed_at_ms;
};

/* In the standard's words: whether those who are sent can be received, with staff. */
static enum known deliverable(const struct scene *s, const xmlNode *status, int32_t available)
{
    struct bytes text = xml_text(status);
    if (status == NULL)
        return KNOWN_NOT;
    if (bytes_equal(text, BYTES_LITERAL("Vacant/Available")))
        return KNOWN_YES;
    if (bytes_equal(text, BYTES_LITERAL("NotAvailable")))
        return available == 0 ? KNOWN_NOT : KNOWN_NO; /* nothing free says nothing of staff */
    reading_complain(s->r, xml_line(status), "CapacityStatus", "must be Vacant/Available or NotAvailable");
    return KNOWN_NOT;
}

static int32_t count(const struct scene *s, const xmlNode *capacity, const char *name)
{
    const xmlNode *node = xml_child(capacity, HAVE, name);
    return node == NULL ? UNITS_UNKNOWN : reading_units(s->r, xml_line(node), name, xml_text(node));
}

static void read_capacity(const struct scene *s, struct bytes word, const xmlNode *capacity)
{
    const char *code = NULL;
    int line = xml_line(capacity);
    if (!format_pool(s->profile, s->provider, s->organisation, word, line, s->r, &code))
        return;
    struct report *o = reading_add(s->r, line);
    if (o == NULL)
        return;
    report_set_pool(o, code);
    o->observed_at_ms = s->observed_at_ms;
    o->free = count(s, capacity, "AvailableCount");
    o->total = count(s, capacity, "BaselineCount");
    o->deliverable = deliverable(s, xml_child(capacity, HAVE, "CapacityStatus"), o->free);
}

/* A type names the Capacity that follows it; a sub-category is closer than a type. */
static void read_bed_capacity(const struct scene *s, const xmlNode *bed)
{
    struct bytes word = {0};
    bool any = false;
    for (const xmlNode *n = xml_child(bed, HAVE, NULL); n != NULL; n = xml_next(n, HAVE, NULL)) {
        if (xml_is(n, HAVE, "BedType") || xml_is(n, HAVE, "SubCategoryBedType")) {
            word = xml_text(n);
        } else if (xml_is(n, HAVE, "Capacity")) {
            any = true;
            if (word.len == 0)
                reading_complain(s->r, xml_line(n), "BedType", "a Capacity has no bed type before it");
            else
                read_capacity(s, word, n);
        }
    }
    if (!any)
        reading_notice(s->r, xml_line(bed), "Capacity", "a bed type without counts");
}

static struct bytes name_of(const xmlNode *hospital)
{
    const xmlNode *n = xml_child(hospital, HAVE, "Organization");
    n = xml_child(n, HAVE, "OrganizationInformation");
    n = xml_child(n, NULL, "OrganisationName");
    return xml_text(xml_child(n, NULL, "NameElement"));
}

static void read_hospital(struct scene *s, const xmlNode *hospital)
{
    const xmlNode *beds = xml_child(hospital, HAVE, "HospitalBedCapacityStatus");
    const xmlNode *bed = xml_child(beds, HAVE, "BedCapacity");
    const xmlNode *time = xml_child(hospital, HAVE, "LastUpdateTime");
    if (bed == NULL) {
        reading_notice(s->r, xml_line(hospital), "BedCapacity", "an organisation without bed counts");
        return;
    }
    s->organisation = name_of(hospital);
    if (s->organisation.len == 0)
        reading_complain(s->r, xml_line(hospital), "OrganisationName", "is missing");
    if (time == NULL)
        reading_complain(s->r, xml_line(hospital), "LastUpdateTime", "is missing");
    s->observed_at_ms =
        time == NULL ? 0 : reading_time(s->r, xml_line(time), "LastUpdateTime", xml_text(time));
    for (; bed != NULL; bed = xml_next(bed, HAVE, "BedCapacity"))
        read_bed_capacity(s, bed);
}

/* The XSD is about a HospitalStatus as root: a copy stands alone. */
static enum err validate(const struct scene *s, xmlNode *status)
{
    xmlDocPtr doc = xmlNewDoc((const xmlChar *)"1.0");
    xmlNode *copy = doc != NULL ? xmlDocCopyNode(status, doc, 1) : NULL;
    enum err e = ERR_BUSY;
    if (copy != NULL) {
        xmlDocSetRootElement(doc, copy);
        xmlReconciliateNs(doc, copy);
        e = safe_xml_validate(s->schemas->have, doc, s->r);
    }
    xmlFreeDoc(doc);
    return e;
}

static enum err read_status(struct scene *s, xmlNode *status)
{
    enum err e = s->schemas->have != NULL ? validate(s, status) : OK;
    const xmlNode *hospital = xml_child(status, HAVE, "Hospital");
    if (e != OK)
        return e;
    if (hospital == NULL)
        reading_complain(s->r, xml_line(status), "Hospital", "is missing");
    for (; hospital != NULL; hospital = xml_next(hospital, HAVE, "Hospital"))
        read_hospital(s, hospital);
    return OK;
}

static enum err read_envelope(struct scene *s, const xmlNode *root)
{
    enum err e = OK;
    int found = 0;
    const xmlNode *object = xml_child(root, DE, "contentObject");
    for (; e == OK && object != NULL; object = xml_next(object, DE, "contentObject")) {
        const xmlNode *content = xml_child(xml_child(object, DE, "xmlContent"), DE, "embeddedXMLContent");
        for (; e == OK && content != NULL; content = xml_next(content, DE, "embeddedXMLContent")) {
            xmlNode *status = xml_child(content, HAVE, "HospitalStatus");
            for (; e == OK && status != NULL; status = xml_next(status, HAVE, "HospitalStatus")) {
                found++;
                e = read_status(s, status);
            }
        }
    }
    if (e == OK && found == 0)
        reading_complain(s->r, xml_line(root), "", "the envelope holds no HospitalStatus of EDXL-HAVE 1.0");
    return e;
}

enum err edxl_have_read(const struct schemas *schemas, const struct profile *profile, const char *provider,
                        struct bytes in, struct reading *r)
{
    struct scene s = {.schemas = schemas, .profile = profile, .provider = provider, .r = r};
    xmlDocPtr doc = NULL;
    enum err e = safe_xml_parse(in, &doc, r);
    if (e == OK) {
        xmlNode *root = xmlDocGetRootElement(doc);
        if (!persons_not_in_xml(root, profile_counts(profile), r)) {
            e = ERR_BAD_INPUT;
        } else if (xml_is(root, HAVE, "HospitalStatus")) {
            e = read_status(&s, root);
        } else if (xml_is(root, DE, "EDXLDistribution")) {
            e = read_envelope(&s, root);
        } else {
            reading_complain(r, xml_line(root), "",
                             "the root is neither HospitalStatus of EDXL-HAVE 1.0 nor an "
                             "EDXL-DE 1.0 envelope");
            e = ERR_BAD_INPUT;
        }
    }
    xmlFreeDoc(doc);
    return e;
}
