/* HL7 FHIR R4: a Bundle of MeasureReports of beds in the shape of the SANER guide. SANER's codes speak of
 * beds; we count units, what one household gets, and say so in the text beside each code. The elements of a
 * resource stand in the order of the standard: in XML it counts. */
#include "publish/forms.h"

#include "base/mem.h"
#include "core/ledger.h"

#include <stdio.h>
#include <stdlib.h>

#define SANER_VALUES "http://hl7.org/fhir/uv/saner/CodeSystem/MeasuredValues"
#define POPULATIONS "http://terminology.hl7.org/CodeSystem/measure-population"
#define ABSENT "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
#define MEASURE "urn:veiligeplek:fhir:Measure:opvangcapaciteit"

#define COUNT_MASKED INT64_C(-2) /* beside UNITS_UNKNOWN */

#define URL_SIZE (UUID_TEXT_SIZE + 10)

static const char *url_of(const char *thing, const char *code, char out[URL_SIZE])
{
    char uuid[UUID_TEXT_SIZE];

    snprintf(out, URL_SIZE, "urn:uuid:%s", publish_uuid(thing, code, uuid));
    return out;
}

/* ---- parts ---- */

static void write_coding(struct writer *w, const char *system, const char *code, const char *display)
{
    writer_open(w, "coding");
    writer_text(w, "system", system);
    writer_text(w, "code", code);
    if (display != NULL)
        writer_text(w, "display", display);
    writer_close(w);
}

static void write_identifier_of(struct writer *w, const char *system, const char *value)
{
    writer_open(w, "identifier");
    writer_text(w, "system", system);
    writer_text(w, "value", value);
    writer_close(w);
}

static void write_identifier(struct writer *w, const char *system, const char *value)
{
    writer_list(w, "identifier");
    write_identifier_of(w, system, value);
    writer_close(w);
}

/* A reference to what this Bundle holds (REFERENCE), or only by its name among ours (NULL). */
static void write_reference(struct writer *w, const char *name, const char *reference, const char *system,
                            const char *code, const char *display)
{
    writer_open(w, name);
    if (reference != NULL)
        writer_text(w, "reference", reference);
    write_identifier_of(w, system, code);
    writer_text(w, "display", display);
    writer_close(w);
}

static void open_resource(struct writer *w, const char *type)
{
    writer_open(w, "resource");
    if (w->form == WRITE_JSON)
        writer_text(w, "resourceType", type);
    else
        writer_open(w, type);
}

static void close_resource(struct writer *w)
{
    if (w->form != WRITE_JSON)
        writer_close(w);
    writer_close(w);
}

static void open_entry(struct writer *w, const char *thing, const char *code, const char *type)
{
    char url[URL_SIZE];

    writer_open(w, "entry");
    writer_text(w, "fullUrl", url_of(thing, code, url));
    open_resource(w, type);
}

/* MODE: "match" for what was asked, "include" for what it points at. */
static void close_entry(struct writer *w, const char *mode)
{
    close_resource(w);
    writer_open(w, "search");
    writer_text(w, "mode", mode);
    writer_close(w);
    writer_close(w);
}

/* ---- counts ---- */

static void write_count(struct writer *w, int64_t n)
{
    if (n >= 0) {
        writer_int(w, "count", n);
    } else if (n == COUNT_MASKED) {
        writer_open(w, w->form == WRITE_JSON ? "_count" : "count");
        writer_list(w, "extension");
        writer_open(w, "extension");
        writer_attribute(w, "url", ABSENT);
        writer_text(w, "valueCode", "masked");
        writer_close(w);
        writer_close(w);
        writer_close(w);
    }
}

static void write_population(struct writer *w, const char *code, const char *population, const char *text,
                             int64_t n)
{
    if (n == UNITS_UNKNOWN)
        return;
    writer_open(w, "population");
    writer_open(w, "code");
    writer_list(w, "coding");
    write_coding(w, SANER_VALUES, code, NULL);
    if (population != NULL)
        write_coding(w, POPULATIONS, population, NULL);
    writer_close(w);
    writer_text(w, "text", text);
    writer_close(w);
    write_count(w, n);
    writer_close(w);
}

struct group {
    const char *system, *code, *name; /* NULL = only its kind */
    enum kind kind;
    int64_t total, occupied, available;
};

static void write_group(struct writer *w, const struct group *g)
{
    writer_list(w, "group");
    writer_open(w, "group");
    writer_open(w, "code");
    writer_list(w, "coding");
    if (g->code != NULL)
        write_coding(w, g->system, g->code, g->name);
    write_coding(w, URN_KIND, kind_code(g->kind), NULL);
    writer_close(w);
    writer_close(w);
    writer_list(w, "population");
    write_population(w, "numTotBeds", "denominator", "units", g->total);
    write_population(w, "numTotBedsOcc", "numerator", "units occupied", g->occupied);
    write_population(w, "numTotBedsAvail", NULL, "units that can be offered", g->available);
    writer_close(w);
    writer_close(w);
    writer_close(w);
}

/* ---- resources ---- */

static void begin_report(struct writer *w, const char *thing, const char *code)
{
    char url[URL_SIZE];

    open_entry(w, thing, code, "MeasureReport");
    write_identifier(w, "urn:ietf:rfc:3986", url_of(thing, code, url));
    writer_text(w, "status", "complete");
    writer_text(w, "type", "summary");
    writer_text(w, "measure", MEASURE);
}

static void write_period(struct writer *w, int64_t at_ms)
{
    writer_open(w, "period");
    writer_time(w, "start", at_ms);
    writer_time(w, "end", at_ms);
    writer_close(w);
}

static void write_pool(struct writer *w, const struct publish_pool *p)
{
    const struct believed *o = p->view.latest;
    const struct group group = {.system = URN_POOL,
                                .code = p->code,
                                .name = p->name,
                                .kind = p->pool->kind,
                                .total = ledger_units(p->pool, o),
                                .occupied = o->occupied,
                                .available = p->available};
    char url[URL_SIZE];

    begin_report(w, "pool", p->code);
    write_reference(w, "subject", url_of("location", p->location->code, url), URN_LOCATION, p->location->code,
                    p->location->name);
    writer_time(w, "date", o->observed_at_ms);
    write_reference(w, "reporter", url_of("org", p->org->code, url), URN_ORG, p->org->code, p->org->name);
    write_period(w, o->observed_at_ms);
    write_group(w, &group);
    close_entry(w, "match");
}

static void write_cell(struct writer *w, const struct engine *e, const struct publish_cell *c)
{
    const struct vocab_region *r = vocab_region(engine_vocab(e), c->region);
    const struct supply_count *n = &c->supply->n;
    const struct group group = {.kind = c->kind,
                                .total = c->supply->total_hidden ? COUNT_MASKED : n->total,
                                .occupied = c->supply->hidden ? COUNT_MASKED : n->occupied,
                                .available = c->supply->free_hidden ? COUNT_MASKED : n->free};
    char code[CELL_CODE_SIZE];

    begin_report(w, "cell", publish_cell_code(e, c, code));
    write_reference(w, "subject", NULL, URN_REGION, r->code, r->name);
    writer_time(w, "date", n->observed_at_ms);
    write_period(w, n->observed_at_ms);
    write_group(w, &group);
    close_entry(w, "match");
}

static void write_org(struct writer *w, const struct org *org)
{
    open_entry(w, "org", org->code, "Organization");
    write_identifier(w, URN_ORG, org->code);
    writer_text(w, "name", org->name);
    close_entry(w, "include");
}

/* Its code name and its region; where it is stays sealed. */
static void write_location(struct writer *w, const struct engine *e, const struct publish_pool *p)
{
    const struct location *l = p->location;
    char url[URL_SIZE];

    open_entry(w, "location", l->code, "Location");
    write_identifier(w, URN_LOCATION, l->code);
    writer_text(w, "status", "active");
    writer_text(w, "name", l->name);
    writer_text(w, "mode", "instance");
    write_reference(w, "managingOrganization", url_of("org", p->org->code, url), URN_ORG, p->org->code,
                    p->org->name);
    if (l->region != REGION_NONE) {
        const struct vocab_region *r = vocab_region(engine_vocab(e), l->region);
        write_reference(w, "partOf", NULL, URN_REGION, r->code, r->name);
    }
    close_entry(w, "include");
}

/* ---- the Bundle ---- */

/* Every organisation and location of the page once. */
static void write_included(struct writer *w, const struct publish_page *p)
{
    bool *orgs = mem_new(engine_orgs(p->engine) + 1u, sizeof *orgs);
    bool *locations = mem_new(engine_locations(p->engine) + 1u, sizeof *locations);

    for (size_t i = 0; i < p->n; i++) {
        const struct publish_pool *pool = &p->pools[i];

        if (!orgs[pool->org->id.v])
            write_org(w, pool->org);
        orgs[pool->org->id.v] = true;
        if (!locations[pool->location->id.v])
            write_location(w, p->engine, pool);
        locations[pool->location->id.v] = true;
    }
    free(orgs);
    free(locations);
}

static void write_link(struct writer *w, const char *relation, const char *url)
{
    if (url[0] == '\0')
        return;
    writer_open(w, "link");
    writer_text(w, "relation", relation);
    writer_text(w, "url", url);
    writer_close(w);
}

void fhir_write(const struct publish_page *p, enum write_form form, const struct publish_links *links,
                struct buf *out)
{
    struct writer w;
    char path[PATH_TEXT_SIZE];

    writer_begin(&w, form, out, "Bundle", "http://hl7.org/fhir");
    if (form == WRITE_JSON)
        writer_text(&w, "resourceType", "Bundle");
    writer_text(&w, "type", "searchset");
    writer_int(&w, "total", p->total);
    writer_list(&w, "link");
    write_link(&w, "self", publish_path(p, p->page, links, path));
    write_link(&w, "next", publish_path(p, p->page + 1, links, path));
    writer_close(&w);
    if (p->n > 0) { /* FHIR knows no empty list */
        writer_list(&w, "entry");
        for (size_t i = 0; i < p->n; i++) {
            if (p->sight == CAPACITY_AGGREGATED)
                write_cell(&w, p->engine, &p->cells[i]);
            else
                write_pool(&w, &p->pools[i]);
        }
        if (p->sight != CAPACITY_AGGREGATED)
            write_included(&w, p);
        writer_close(&w);
    }
    writer_end(&w);
}
