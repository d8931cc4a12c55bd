/* What goes out, before it has a form: one page of pools, or of counts by kind and region, as far as the
 * reader may see (core/audience) and asked. Every document is written from it. */
#ifndef PLEK_PUBLISH_PAGE_H
#define PLEK_PUBLISH_PAGE_H

#include "core/audience/audience.h"
#include "report/supply.h"

/* Of any document; publish_limit_max says it for each. */
#define PUBLISH_LIMIT_MAX 1000
#define PUBLISH_LIMIT_DEFAULT 200

/* What a form needs of a pool to say anything of it; the others are left out, for whoever reads one of them,
 * our own adapter too, would refuse the whole document. */
enum publish_need {
    NEED_NOTHING, /* says "not known" */
    NEED_WORD,    /* what can be offered, or a stop, or whether there is staff */
    NEED_NUMBER   /* what can be offered */
};

struct publish_query {
    struct actor reader;
    uint8_t region;         /* REGION_NONE = all */
    enum kind kind;         /* KIND_N = all */
    struct org_id provider; /* 0 = all */
    enum publish_need need;
    uint32_t page; /* from 1 */
    uint32_t limit;
    int minimum_cell;
};

struct publish_pool {
    const struct pool_kept *pool; /* borrowed until the next apply, like all below */
    const char *code, *name, *name_en;
    const struct location *location;
    const struct org *org;
    struct pool_view view;
    struct pool_stop stop; /* in force now */
    /* What a form can say that has no word for a stop or for staff: offerable, but 0 while a stop is in force
     * or nobody is there to take anyone in. UNITS_UNKNOWN where free was never said. */
    int32_t available;
};

struct publish_cell {
    uint8_t region;
    enum kind kind;
    const struct supply_cell *supply;
};

struct publish_page {
    const struct engine *engine;
    enum capacity_sight sight;
    int minimum_cell;
    uint32_t total; /* of all pages */
    uint32_t page, pages, limit;
    struct publish_pool *pools; /* N of one of these: cells with CAPACITY_AGGREGATED */
    struct publish_cell *cells;
    size_t n;
    struct supply_table *supply; /* owned; NULL without cells */
    /* Changes whenever anything changes that a document made of this page says; the same after a restart. */
    uint64_t digest;
};

/* Fill OUT; an audience that sees nothing gets an empty page. A page behind the last is empty. Cost: a pass
 * over all pools. */
void publish_page_make(const struct engine *e, int64_t now_ms, const struct publish_query *q,
                       struct publish_page *out);
void publish_page_fini(struct publish_page *p);

/* A name for THING ("pool", "location" ...) and CODE in the form of a UUID, the same each time (RFC 9562,
 * version 8: two hashes). For standards that want one. */
#define UUID_TEXT_SIZE 37
const char *publish_uuid(const char *thing, const char *code, char out[UUID_TEXT_SIZE]);

/* "R12-crisis": the code of a cell, for documents that name things by one code. */
#define CELL_CODE_SIZE 24
const char *publish_cell_code(const struct engine *e, const struct publish_cell *c, char out[CELL_CODE_SIZE]);

/* Where a document and its other pages are found: the path below /api/v1, and the reader's own filters
 * ("region=R12&kind=crisis&", or ""). */
struct publish_links {
    const char *path;
    const char *filters;
};
/* "/api/v1/capacity?region=R12&page=2&limit=200": a path, for a reader comes through either of two doors. ""
 * where there is no such page. */
#define PATH_TEXT_SIZE 256
const char *publish_path(const struct publish_page *p, uint32_t page, const struct publish_links *links,
                         char out[PATH_TEXT_SIZE]);

#endif
