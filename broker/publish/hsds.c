/* Open Referral HSDS 3.1: a page of services, in the form that the standard's API reference gives pages. */
#include "publish/forms.h"

#include "core/ledger.h"

#include <stdio.h>

static void write_id(struct writer *w, const char *name, const char *thing, const char *code)
{
    char uuid[UUID_TEXT_SIZE];

    writer_text(w, name, publish_uuid(thing, code, uuid));
}

/* A word of one of our lists, as a taxonomy term of the service. */
static void write_term(struct writer *w, const char *service, const char *taxonomy, const char *code,
                       const char *name)
{
    char link[CODE_SIZE + 64];

    snprintf(link, sizeof link, "%s %s", service, taxonomy);
    writer_open(w, "attribute");
    write_id(w, "id", "attribute", link);
    writer_text(w, "link_entity", "service");
    writer_open(w, "taxonomy_term");
    write_id(w, "id", taxonomy, code);
    writer_text(w, "code", code);
    writer_text(w, "name", name);
    writer_text(w, "description", name);
    writer_text(w, "taxonomy", taxonomy);
    writer_close(w);
    writer_close(w);
}

static void write_terms(struct writer *w, const struct engine *e, const char *service, enum kind kind,
                        uint8_t region)
{
    writer_list(w, "attributes");
    write_term(w, service, URN_KIND, kind_code(kind), kind_code(kind));
    if (region != REGION_NONE) {
        const struct vocab_region *r = vocab_region(engine_vocab(e), region);
        write_term(w, service, URN_REGION, r->code, r->name);
    }
    writer_close(w);
}

/* One capacity, counted in units of KIND. */
static void write_capacity(struct writer *w, const char *service, enum kind kind, int64_t available,
                           int64_t maximum, int64_t updated_ms, const char *description)
{
    writer_list(w, "capacities");
    writer_open(w, "capacity");
    write_id(w, "id", "capacity", service);
    writer_open(w, "unit");
    write_id(w, "id", "unit", kind_code(kind));
    writer_text(w, "name", kind_code(kind));
    writer_text(w, "scheme", URN_KIND);
    writer_text(w, "identifier", kind_code(kind));
    writer_close(w);
    writer_int(w, "available", available);
    writer_int(w, "maximum", maximum);
    writer_text(w, "description", description);
    writer_time(w, "updated", updated_ms);
    writer_close(w);
    writer_close(w);
}

static void write_pool(struct writer *w, const struct engine *e, const struct publish_pool *p)
{
    const struct believed *o = p->view.latest;
    char name[2 * NAME_SIZE + 4], description[64];

    snprintf(name, sizeof name, "%s: %s", p->location->name, p->name);
    writer_open(w, "service");
    write_id(w, "id", "pool", p->code);
    writer_text(w, "name", name);
    writer_text(w, "status", p->view.stopped ? "temporarily closed" : "active");
    writer_open(w, "organization");
    write_id(w, "id", "org", p->org->code);
    writer_text(w, "name", p->org->name);
    writer_text(w, "description", p->org->name);
    writer_close(w);
    write_terms(w, e, p->code, p->pool->kind, p->location->region);
    if (o != NULL && p->available != UNITS_UNKNOWN) {
        snprintf(description, sizeof description, "Units for one household each, of %d persons.",
                 p->pool->unit_size);
        write_capacity(w, p->code, p->pool->kind, p->available, ledger_units(p->pool, o), o->observed_at_ms,
                       description);
    }
    writer_close(w);
}

static void write_cell(struct writer *w, const struct engine *e, const struct publish_cell *c)
{
    const struct supply_count *n = &c->supply->n;
    char code[CELL_CODE_SIZE], name[96];

    publish_cell_code(e, c, code);
    snprintf(name, sizeof name, "%s: %s", vocab_region(engine_vocab(e), c->region)->name, kind_code(c->kind));
    writer_open(w, "service");
    write_id(w, "id", "cell", code);
    writer_text(w, "name", name);
    writer_text(w, "status", "active");
    if (c->supply->free_hidden)
        writer_text(w, "alert", "Small numbers, and what would give them away, are not shown.");
    write_terms(w, e, code, c->kind, c->region);
    if (!c->supply->free_hidden && n->observed_at_ms != 0)
        write_capacity(w, code, c->kind, n->free, n->total, n->observed_at_ms,
                       "Units for one household each, of all houses of the region together.");
    writer_close(w);
}

void hsds_write(const struct publish_page *p, struct buf *out)
{
    struct writer w;

    writer_begin(&w, WRITE_JSON, out, "", "");
    writer_int(&w, "total_items", p->total);
    writer_int(&w, "total_pages", p->pages);
    writer_int(&w, "page_number", p->page);
    writer_int(&w, "size", (int64_t)p->n);
    writer_bool(&w, "first_page", p->page == 1);
    writer_bool(&w, "last_page", p->page >= p->pages);
    writer_bool(&w, "empty", p->n == 0);
    writer_list(&w, "contents");
    for (size_t i = 0; i < p->n; i++) {
        if (p->sight == CAPACITY_AGGREGATED)
            write_cell(&w, p->engine, &p->cells[i]);
        else
            write_pool(&w, p->engine, &p->pools[i]);
    }
    writer_close(&w);
    writer_end(&w);
}
