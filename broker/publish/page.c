#include "publish/page.h"

#include "base/hash.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- digest ---- */

static uint64_t add_text(uint64_t h, const char *text)
{
    return hash_combine(h, hash_bytes(bytes_of_text(text)));
}

static uint64_t digest_pool(uint64_t h, const struct publish_pool *p)
{
    const struct believed *o = p->view.latest;

    /* version stands for profile, report and holds; the rest turns with the clock, or belongs to others. */
    h = hash_combine(h, p->pool->id.v);
    h = hash_combine(h, p->view.version);
    h = hash_combine(h, (uint64_t)p->view.freshness << 1 | p->view.stopped);
    h = hash_combine(h, p->stop.reason); /* of two stops the one that ends leaves the other in force */
    h = hash_combine(h, (uint64_t)p->stop.until_ms);
    h = hash_combine(h, (uint64_t)(uint32_t)p->view.offerable << 32 | (uint32_t)p->available);
    h = hash_combine(h, o != NULL ? (uint64_t)o->observed_at_ms : 0);
    h = hash_combine(h, p->location->region);
    h = add_text(h, p->location->name);
    return add_text(h, p->org->name);
}

static uint64_t digest_cell(uint64_t h, const struct publish_cell *c)
{
    const struct supply_count *n = &c->supply->n;

    h = hash_combine(h, (uint64_t)c->region << 8 | (uint64_t)c->kind);
    h = hash_combine(h, (uint64_t)n->pools << 32 | (uint64_t)n->fresh);
    h = hash_combine(h, (uint64_t)n->total);
    h = hash_combine(h, (uint64_t)n->occupied);
    h = hash_combine(h, (uint64_t)n->free);
    h = hash_combine(
        h, (uint64_t)(c->supply->hidden << 2 | c->supply->total_hidden << 1 | c->supply->free_hidden));
    return hash_combine(h, (uint64_t)n->observed_at_ms);
}

/* ---- what is in it ---- */

/* True if the row that was just counted is on the page. */
static bool is_on_page(const struct publish_page *p)
{
    uint64_t first = (uint64_t)(p->page - 1) * p->limit;

    return p->total > first && p->total <= first + p->limit;
}

static int32_t available(const struct pool_view *v)
{
    if (v->latest != NULL && (v->stopped || v->latest->deliverable == TRI_NO))
        return 0;
    return v->offerable;
}

static bool is_told(const struct publish_pool *p, enum publish_need need)
{
    const struct believed *o = p->view.latest;

    if (need == NEED_NOTHING)
        return true;
    if (o == NULL)
        return false;
    if (need == NEED_NUMBER)
        return p->available != UNITS_UNKNOWN;
    return p->view.offerable != UNITS_UNKNOWN || o->deliverable != TRI_UNKNOWN || p->stop.reason != 0;
}

static void add_pools(const struct engine *e, int64_t now_ms, const struct publish_query *q,
                      struct publish_page *out)
{
    out->pools = mem_new(q->limit, sizeof *out->pools);
    for (uint32_t i = 1; i <= engine_pools(e); i++) {
        const struct pool_kept *pool = engine_pool(e, (struct pool_id){i});
        const struct location *l = engine_location(e, pool->location);

        if ((q->region != REGION_NONE && l->region != q->region) ||
            (q->kind != KIND_N && pool->kind != q->kind) ||
            (q->provider.v != 0 && pool->org.v != q->provider.v) || !may(e, &q->reader, ACT_SEE_CAPACITY, i))
            continue;
        struct pool_view view = engine_pool_view(e, pool->id, now_ms);
        struct publish_pool row = {.pool = pool,
                                   .code = engine_pool_code(e, pool->id),
                                   .name = engine_pool_name(e, pool->id),
                                   .name_en = engine_pool_name_en(e, pool->id),
                                   .location = l,
                                   .org = engine_org(e, pool->org),
                                   .view = view,
                                   .stop = engine_pool_stop(e, pool->id, now_ms),
                                   .available = available(&view)};
        if (!is_told(&row, q->need))
            continue;
        out->total++;
        if (!is_on_page(out))
            continue;
        out->pools[out->n] = row;
        out->digest = digest_pool(out->digest, &out->pools[out->n++]);
    }
}

static void add_cells(const struct engine *e, int64_t now_ms, const struct publish_query *q, uint8_t only,
                      struct publish_page *out)
{
    out->cells = mem_new(q->limit, sizeof *out->cells);
    out->supply = mem_new(1, sizeof *out->supply);
    supply_table_make(e, now_ms, q->minimum_cell, out->supply);
    for (uint8_t r = 0; r < out->supply->n_regions; r++) {
        if ((only != REGION_NONE && r != only) || (q->region != REGION_NONE && r != q->region))
            continue;
        for (unsigned k = 0; k < KIND_N; k++) {
            const struct supply_cell *c = &out->supply->cell[r][k];

            if (c->n.pools == 0 || (q->kind != KIND_N && k != (unsigned)q->kind))
                continue;
            if (q->need == NEED_NUMBER && c->n.observed_at_ms == 0)
                continue;
            out->total++;
            if (!is_on_page(out))
                continue;
            out->cells[out->n] = (struct publish_cell){.region = r, .kind = (enum kind)k, .supply = c};
            out->digest = digest_cell(out->digest, &out->cells[out->n++]);
        }
    }
}

void publish_page_make(const struct engine *e, int64_t now_ms, const struct publish_query *q,
                       struct publish_page *out)
{
    struct capacity_audience seen = audience_of_capacity(e, &q->reader);

    *out = (struct publish_page){.engine = e,
                                 .sight = seen.sight,
                                 .minimum_cell = q->minimum_cell,
                                 .page = q->page,
                                 .limit = q->limit};
    out->digest = hash_combine((uint64_t)seen.sight, (uint64_t)q->page << 32 | q->limit);
    if (seen.sight == CAPACITY_AGGREGATED)
        add_cells(e, now_ms, q, seen.region, out);
    else if (seen.sight != CAPACITY_NONE)
        add_pools(e, now_ms, q, out);
    out->pages = (out->total + q->limit - 1) / q->limit;
    out->digest = hash_combine(out->digest, (uint64_t)out->total << 32 | (uint64_t)q->minimum_cell);
}

void publish_page_fini(struct publish_page *p)
{
    free(p->pools);
    free(p->cells);
    free(p->supply);
    *p = (struct publish_page){0};
}

/* ---- names ---- */

const char *publish_uuid(const char *thing, const char *code, char out[UUID_TEXT_SIZE])
{
    uint64_t a = add_text(hash_bytes(bytes_of_text(thing)), code);
    uint64_t b = add_text(hash_combine(a, 1), code);

    snprintf(out, UUID_TEXT_SIZE, "%08" PRIx64 "-%04" PRIx64 "-8%03" PRIx64 "-%04" PRIx64 "-%012" PRIx64,
             a >> 32, a >> 16 & 0xffff, a & 0xfff, (b >> 48 & 0x3fff) | 0x8000, b & UINT64_C(0xffffffffffff));
    return out;
}

const char *publish_cell_code(const struct engine *e, const struct publish_cell *c, char out[CELL_CODE_SIZE])
{
    snprintf(out, CELL_CODE_SIZE, "%s-%s", vocab_region(engine_vocab(e), c->region)->code,
             kind_code(c->kind));
    return out;
}

const char *publish_path(const struct publish_page *p, uint32_t page, const struct publish_links *links,
                         char out[PATH_TEXT_SIZE])
{
    out[0] = '\0';
    if (page <= p->pages || page == p->page)
        snprintf(out, PATH_TEXT_SIZE, "/api/v1%s?%spage=%" PRIu32 "&limit=%" PRIu32, links->path,
                 links->filters, page, p->limit);
    return out;
}
