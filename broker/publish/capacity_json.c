/* schema/feeds/capacity.schema.json */
#include "publish/forms.h"

#include "core/ledger.h"

static const char *const sights[] = {[CAPACITY_NONE] = "none",
                                     [CAPACITY_OWN] = "own",
                                     [CAPACITY_PER_POOL] = "pools",
                                     [CAPACITY_AGGREGATED] = "aggregated"};
static const char *const tri_texts[] = {[TRI_UNKNOWN] = "unknown", [TRI_NO] = "no", [TRI_YES] = "yes"};

static void units(struct writer *w, const char *name, int64_t n)
{
    if (n < 0)
        writer_null(w, name);
    else
        writer_int(w, name, n);
}

static void moment(struct writer *w, const char *name, int64_t at_ms)
{
    if (at_ms == 0)
        writer_null(w, name);
    else
        writer_time(w, name, at_ms);
}

static void region(struct writer *w, const struct engine *e, uint8_t index)
{
    if (index == REGION_NONE)
        writer_null(w, "region");
    else
        writer_text(w, "region", vocab_region(engine_vocab(e), index)->code);
}

static void write_stop(struct writer *w, const struct engine *e, const struct publish_pool *p)
{
    if (p->stop.reason == 0) {
        writer_null(w, "stop");
        return;
    }
    writer_open(w, "stop");
    writer_text(w, "reason", vocab_list_code(engine_vocab(e), LIST_STOP, p->stop.reason - 1U));
    moment(w, "untilAt", p->stop.until_ms);
    writer_close(w);
}

static void write_pool(struct writer *w, const struct engine *e, const struct publish_pool *p)
{
    const struct believed *o = p->view.latest;

    writer_open(w, "pool");
    writer_text(w, "code", p->code);
    writer_text(w, "name", p->name);
    writer_text(w, "nameEn", p->name_en);
    writer_text(w, "kind", kind_code(p->pool->kind));
    region(w, e, p->location->region);
    writer_text(w, "organisation", p->org->code);
    writer_text(w, "organisationName", p->org->name);
    writer_text(w, "location", p->location->code);
    writer_text(w, "locationName", p->location->name);
    writer_int(w, "unitSize", p->pool->unit_size);
    writer_int(w, "unitsTotal", ledger_units(p->pool, o));
    units(w, "unitsFree", o != NULL ? o->free : UNITS_UNKNOWN);
    units(w, "unitsOccupied", o != NULL ? o->occupied : UNITS_UNKNOWN);
    units(w, "unitsOutOfOrder", o != NULL ? o->out_of_order : UNITS_UNKNOWN);
    units(w, "offerable", p->view.offerable);
    units(w, "available", p->available);
    writer_text(w, "deliverable", tri_texts[o != NULL ? o->deliverable : TRI_UNKNOWN]);
    write_stop(w, e, p);
    writer_text(w, "freshness", freshness_code(p->view.freshness));
    moment(w, "observedAt", o != NULL ? o->observed_at_ms : 0);
    if (o != NULL)
        writer_text(w, "source", source_code(o->source));
    else
        writer_null(w, "source");
    writer_close(w);
}

static void write_count(struct writer *w, const char *name, int64_t n, bool hidden)
{
    writer_open(w, name);
    units(w, "value", n);
    writer_bool(w, "suppressed", hidden);
    writer_close(w);
}

static void write_cell(struct writer *w, const struct engine *e, const struct publish_cell *c)
{
    const struct supply_count *n = &c->supply->n;

    writer_open(w, "cell");
    region(w, e, c->region);
    writer_text(w, "regionName", vocab_region(engine_vocab(e), c->region)->name);
    writer_text(w, "kind", kind_code(c->kind));
    writer_int(w, "pools", n->pools);
    writer_int(w, "poolsFresh", n->fresh);
    write_count(w, "unitsTotal", n->total, c->supply->total_hidden);
    write_count(w, "unitsOccupied", n->occupied, c->supply->hidden);
    write_count(w, "unitsFree", n->free, c->supply->free_hidden);
    moment(w, "observedAt", n->observed_at_ms);
    writer_close(w);
}

void capacity_json_write(const struct publish_page *p, const struct publish_links *links, struct buf *out)
{
    char next[PATH_TEXT_SIZE];
    struct writer w;

    writer_begin(&w, WRITE_JSON, out, "", "");
    writer_text(&w, "format", "urn:veiligeplek:capaciteit:1");
    writer_text(&w, "sight", sights[p->sight]);
    writer_int(&w, "total", p->total);
    writer_int(&w, "page", p->page);
    writer_int(&w, "limit", p->limit);
    if (publish_path(p, p->page + 1, links, next)[0] != '\0')
        writer_text(&w, "next", next);
    else
        writer_null(&w, "next");
    if (p->sight == CAPACITY_AGGREGATED) {
        writer_int(&w, "minimumCell", p->minimum_cell);
        writer_list(&w, "cells");
        for (size_t i = 0; i < p->n; i++)
            write_cell(&w, p->engine, &p->cells[i]);
    } else {
        writer_list(&w, "pools");
        for (size_t i = 0; i < p->n; i++)
            write_pool(&w, p->engine, &p->pools[i]);
    }
    writer_close(&w);
    writer_end(&w);
}
