/* Records of a network in any order, put together when all are told; see protocol_network.h. */
#include "simulate/protocol_network.h"

#include "base/mem.h"

#include <limits.h>
#include <stdlib.h>

/* ---- one record ---- */

static int new_id(struct scenario_line *l, const struct sim_numbers *numbers, int n, int most)
{
    int id = line_int(l, "id", 0, INT_MAX);

    if (!l->failed && numbers_find(numbers, id) >= 0)
        line_fault(l, "id", "%d was used before", id);
    if (n >= most)
        line_fault(l, NULL, "more than %d records %s", most, l->kind);
    return id;
}

static void take_region(struct network *net, struct scenario_line *l)
{
    struct sim_region r = {0};
    int id = 0;

    /* A name may have spaces, where TABs divide the fields. */
    for (const uint8_t *at = l->at; at < l->end; at++) {
        if (*at == '\t')
            l->spaces = false;
    }
    id = new_id(l, &net->regions, net->w.n_regions, SIM_REGIONS_MAX);
    record_region(l, &r);
    if (l->failed)
        return;
    numbers_add(&net->regions, id, net->w.n_regions);
    net->w.regions[net->w.n_regions++] = r;
    net->bits_are_ids = id < 64 && (net->bits_are_ids || net->w.n_regions == 1);
}

static void take_site(struct network *net, struct scenario_line *l)
{
    struct sim_world *w = &net->w;
    struct sim_site s = {0};
    size_t cap = net->cap_sites;
    int id = new_id(l, &net->sites, w->n_sites, SIM_SITES_MAX);

    record_site(l, &s, INT_MAX);
    if (l->failed)
        return;
    MEM_GROW(net->site_lines, (size_t)w->n_sites, cap);
    MEM_GROW(w->sites, (size_t)w->n_sites, net->cap_sites);
    numbers_add(&net->sites, id, w->n_sites);
    net->site_lines[w->n_sites] = l->line;
    w->sites[w->n_sites++] = s;
}

static void take_pool(struct network *net, struct scenario_line *l)
{
    struct sim_world *w = &net->w;
    struct sim_pool p = {0};
    size_t cap = net->cap_pools, cap_ids = net->cap_pools;
    int id = new_id(l, &net->pools, w->n_pools, SIM_POOLS_MAX);

    record_pool(l, &p, INT_MAX);
    if (l->failed)
        return;
    MEM_GROW(net->pool_ids, (size_t)w->n_pools, cap_ids);
    MEM_GROW(net->pool_lines, (size_t)w->n_pools, cap);
    MEM_GROW(w->pools, (size_t)w->n_pools, net->cap_pools);
    numbers_add(&net->pools, id, w->n_pools);
    net->pool_ids[w->n_pools] = id;
    net->pool_lines[w->n_pools] = l->line;
    w->pools[w->n_pools++] = p;
}

void network_record(struct network *net, struct scenario_line *l)
{
    if (line_is(l, "R"))
        take_region(net, l);
    else if (line_is(l, "S"))
        take_site(net, l);
    else if (line_is(l, "P"))
        take_pool(net, l);
    else
        line_fault(l, NULL, "is not R, S, P or END");
}

/* ---- together ---- */

static void left_out(struct buf *faults, int line, const char *what, int id)
{
    buf_format(faults, "ERR %d no %s has the number %d\n", line, what, id);
}

/* Sites without a region go; AT is where each of them stands afterwards, -1 = nowhere. */
static void join_sites(struct network *net, int *at, struct buf *faults)
{
    struct sim_world *w = &net->w;
    int n = 0;

    for (int i = 0; i < w->n_sites; i++) {
        int region = numbers_find(&net->regions, w->sites[i].region);

        at[i] = region < 0 ? -1 : n;
        if (region < 0) {
            left_out(faults, net->site_lines[i], "region", w->sites[i].region);
            continue;
        }
        w->sites[n] = w->sites[i];
        w->sites[n++].region = region;
    }
    w->n_sites = n;
}

static void join_pools(struct network *net, const int *site_at, struct buf *faults)
{
    struct sim_world *w = &net->w;
    int n = 0;

    numbers_fini(&net->pools);
    for (int i = 0; i < w->n_pools; i++) {
        int told = numbers_find(&net->sites, w->pools[i].site);
        int site = told < 0 ? -1 : site_at[told];

        if (site < 0) {
            left_out(faults, net->pool_lines[i], "site", w->pools[i].site);
            continue;
        }
        net->pool_ids[n] = net->pool_ids[i];
        numbers_add(&net->pools, net->pool_ids[n], n);
        w->pools[n] = w->pools[i];
        w->pools[n++].site = site;
    }
    w->n_pools = n;
}

void network_join(struct network *net, struct buf *faults)
{
    int *site_at = mem_new((size_t)net->w.n_sites + 1, sizeof *site_at);

    join_sites(net, site_at, faults);
    join_pools(net, site_at, faults);
    free(site_at);
}

/* ---- regions of a household ---- */

static uint64_t mask_of(const struct network *net, uint64_t ids)
{
    uint64_t mask = 0;

    if (!net->bits_are_ids)
        return ids;
    for (int id = 0; id < 64; id++) {
        int region = ids >> id & 1 ? numbers_find(&net->regions, id) : -1;

        if (region >= 0)
            mask |= UINT64_C(1) << region;
    }
    return mask;
}

static int region_of(const struct network *net, struct scenario_line *l, const char *field, int id)
{
    int region = numbers_find(&net->regions, id);

    if (region < 0)
        line_fault(l, field, "no region has the number %d", id);
    return region;
}

void network_places(const struct network *net, struct scenario_line *l, struct sim_referral *r)
{
    r->origin = region_of(net, l, "origin", r->origin);
    r->anchor = region_of(net, l, "anchor", r->anchor);
    r->excl = mask_of(net, r->excl);
}

void network_fini(struct network *net)
{
    numbers_fini(&net->regions);
    numbers_fini(&net->sites);
    numbers_fini(&net->pools);
    free(net->pool_ids);
    free(net->pool_lines);
    free(net->site_lines);
    world_fini(&net->w);
    *net = (struct network){0};
}
