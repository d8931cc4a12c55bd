/* The houses that may be rung: one row a house, with what is known of its places. Who may ring which is said
 * by core/audience/audience.h alone. */
#include "http/night_sheet.h"

#include "base/mem.h"
#include "core/audience/audience.h"
#include "http/view.h"

#include <stdlib.h>

/* What of a house makes it worth a call, best first. */
enum { HAS_FREE, NOT_TOLD, HAS_NONE, HAS_STOP };

/* Of all pools of one kind in a house: on paper they are one line. */
struct ring_kind {
    bool is_there;
    int worth; /* of its best pool */
    int64_t free;
    int64_t seen_ms; /* the oldest word about those that it counts; 0 = none was said */
};

struct ring_house {
    struct location_id location;
    struct ring_kind kinds[KIND_N];
    int minutes; /* from the reader's region; INT32_MAX: it has none */
    int worth;
    int64_t free; /* units of all its places */
};

struct ring_list {
    struct ring_house *of; /* one a house */
    size_t n, cap;
    size_t *at; /* by location - 1: its place in OF + 1 */
    uint32_t n_at;
};

static struct ring_house *house_of(const struct engine *e, struct ring_list *list, struct org_id reader,
                                   struct location_id id)
{
    uint8_t from = engine_org(e, reader)->region;
    struct ring_house *house = NULL;

    if (list->at[id.v - 1] != 0)
        return &list->of[list->at[id.v - 1] - 1];
    MEM_GROW(list->of, list->n, list->cap);
    house = &list->of[list->n++];
    list->at[id.v - 1] = list->n;
    *house = (struct ring_house){.location = id, .minutes = INT32_MAX, .worth = HAS_STOP};
    if (from != REGION_NONE && engine_location(e, id)->region != REGION_NONE)
        house->minutes = vocab_minutes(engine_vocab(e), from, engine_location(e, id)->region);
    return house;
}

/* Free is what is staffed and not promised or asked already: what a call may yield. Silence is not "full". */
static int32_t free_of(const struct pool_view *v)
{
    return v->reported && v->latest->deliverable == TRI_NO ? 0 : v->offerable;
}

static int worth_of(const struct pool_view *v)
{
    if (v->stopped)
        return HAS_STOP;
    if (free_of(v) == UNITS_UNKNOWN)
        return NOT_TOLD;
    return free_of(v) > 0 ? HAS_FREE : HAS_NONE;
}

static void add_place(struct ring_house *house, const struct pool_kept *p, const struct pool_view *v)
{
    struct ring_kind *k = &house->kinds[p->kind];
    int worth = worth_of(v);
    int64_t seen_ms = v->reported ? v->latest->observed_at_ms : 0;

    if (!k->is_there)
        *k = (struct ring_kind){.is_there = true, .worth = HAS_STOP};
    if ((worth == HAS_FREE || worth == HAS_NONE) && seen_ms > 0 && (k->seen_ms == 0 || seen_ms < k->seen_ms))
        k->seen_ms = seen_ms;
    if (worth < k->worth)
        k->worth = worth;
    if (worth < house->worth)
        house->worth = worth;
    if (worth == HAS_FREE) {
        k->free += free_of(v);
        house->free += free_of(v);
    }
}

static void gather(const struct engine *e, struct org_id reader, int64_t now_ms, struct ring_list *list)
{
    for (uint32_t i = 1; i <= engine_pools(e); i++) {
        const struct pool_kept *p = engine_pool(e, (struct pool_id){i});
        struct pool_view v = engine_pool_view(e, p->id, now_ms);

        if (!v.idle && audience_of_ringing(e, reader, p->id))
            add_place(house_of(e, list, reader, p->location), p, &v);
    }
}

/* Nearest region first, in it where most is free: the order in which one rings. */
static int by_nearness(const void *a, const void *b)
{
    const struct ring_house *x = a, *y = b;

    if (x->minutes != y->minutes)
        return x->minutes < y->minutes ? -1 : 1;
    if (x->worth != y->worth)
        return x->worth - y->worth;
    if (x->free != y->free)
        return x->free > y->free ? -1 : 1;
    return x->location.v < y->location.v ? -1 : 1;
}

static json_t *places_of(const struct ring_house *house)
{
    json_t *places = json_array();

    for (unsigned i = 0; i < KIND_N; i++) {
        const struct ring_kind *k = &house->kinds[i];
        bool is_known = k->worth == HAS_FREE || k->worth == HAS_NONE;

        if (k->is_there)
            json_array_append_new(
                places,
                json_pack("{s:s, s:o, s:b, s:o}", "kind", kind_code((enum kind)i), "free",
                          is_known ? json_integer(k->free) : json_null(), "stopped", k->worth == HAS_STOP,
                          "observedAt", is_known && k->seen_ms > 0 ? view_time(k->seen_ms) : json_null()));
    }
    return places;
}

static json_t *ring_row(const struct engine *e, const struct ring_house *house)
{
    const struct location *l = engine_location(e, house->location);
    const char *region = l->region != REGION_NONE ? vocab_region(engine_vocab(e), l->region)->name : NULL;

    return json_pack("{s:s, s:o, s:s?, s:o, s:n, s:o}", "location", l->name, "region",
                     view_region(e, l->region), "regionName", region, "minutes",
                     house->minutes == INT32_MAX ? json_null() : json_integer(house->minutes), "nightNumber",
                     "places", places_of(house));
}

json_t *night_sheet_ring(const struct engine *e, struct org_id org, int64_t now_ms, size_t rows_max,
                         struct night_row **rows, size_t *n_rows, size_t *left)
{
    struct ring_list list = {.n_at = engine_locations(e)};
    json_t *ring = json_array();

    list.at = mem_new(list.n_at + 1, sizeof *list.at);
    gather(e, org, now_ms, &list);
    if (list.n > 0)
        qsort(list.of, list.n, sizeof *list.of, by_nearness);
    *left = list.n > rows_max ? list.n - rows_max : 0;
    *rows = mem_resize(*rows, *n_rows + list.n - *left + 1, sizeof **rows);
    for (size_t i = 0; i < list.n; i++) {
        if (i < rows_max) {
            json_t *row = ring_row(e, &list.of[i]);

            json_array_append_new(ring, row);
            (*rows)[(*n_rows)++] = (struct night_row){.location = list.of[i].location, .row = row};
        }
    }
    free(list.of);
    free(list.at);
    return ring;
}
