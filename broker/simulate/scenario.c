/* Read a scenario file, OPVSCN 1 (matching.md 5.2; schema/scenarios/README.md). Three walks over the text:
 * count the records and refuse what is too big; read the network and the households; read what is hidden
 * about them. So the order of records is free, and memory is bounded before anything is kept. */
#include "simulate/world.h"

#include "base/mem.h"
#include "base/rng.h"
#include "simulate/scenario_line.h"
#include "simulate/scenario_records.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum record {
    REC_HEAD,
    REC_PAR,
    REC_R,
    REC_S,
    REC_P,
    REC_O,
    REC_Q,
    REC_A,
    REC_H,
    REC_D,
    REC_W,
    REC_Y,
    REC_F,
    REC_X,
    REC_N
};
static const char *const record_names[REC_N] = {"OPVSCN", "PAR", "R", "S", "P", "O", "Q",
                                                "A",      "H",   "D", "W", "Y", "F", "X"};

struct reader {
    struct sim_world *w;
    struct scenario_line l;
    int counts[REC_N];
    uint8_t *seen_network; /* regions, then sites, then pools: 1 = its line was read */
    uint8_t *seen_hidden;  /* per referral: a bit per hidden record */
    int *slots;            /* id to index: open addressing, -1 = free */
    size_t n_slots;
};

static enum record record_of(const struct scenario_line *l)
{
    for (int i = 0; i < REC_N; i++) {
        if (line_is(l, record_names[i]))
            return (enum record)i;
    }
    return REC_N;
}

/* ---- first walk ---- */

static void count_records(struct reader *r, struct bytes text)
{
    static const int most[REC_N] = {[REC_HEAD] = 1,
                                    [REC_PAR] = SIM_PARS_MAX,
                                    [REC_R] = SIM_REGIONS_MAX,
                                    [REC_S] = SIM_SITES_MAX,
                                    [REC_P] = SIM_POOLS_MAX,
                                    [REC_O] = SIM_RESIDENTS_MAX,
                                    [REC_Q] = 1,
                                    [REC_A] = SIM_REFERRALS_MAX,
                                    [REC_H] = SIM_REFERRALS_MAX,
                                    [REC_D] = SIM_REFERRALS_MAX,
                                    [REC_W] = SIM_REFERRALS_MAX,
                                    [REC_Y] = SIM_REFERRALS_MAX,
                                    [REC_F] = SIM_REFERRALS_MAX,
                                    [REC_X] = 1};
    size_t at = 0;
    bool first = true;

    while (!r->l.failed && line_next(&r->l, text, &at)) {
        enum record rec = record_of(&r->l);
        if (rec == REC_N)
            line_fault(&r->l, NULL, "begins with no record this format has");
        else if (first && rec != REC_HEAD)
            line_fault(&r->l, NULL, "the first record must be OPVSCN");
        else if (++r->counts[rec] > most[rec])
            line_fault(&r->l, NULL, "more than %d records %s", most[rec], record_names[rec]);
        first = false;
    }
    if (first)
        line_fault(&r->l, NULL, "the file has no records");
}

/* ---- ids of referrals ---- */

static size_t slot_of(const struct reader *r, int id)
{
    size_t i = (size_t)rng_mix((uint64_t)id + 1) & (r->n_slots - 1);
    while (r->slots[i] >= 0 && r->w->referrals[r->slots[i]].id != id)
        i = (i + 1) & (r->n_slots - 1);
    return i;
}

/* Index of the referral that the next field names, or -1 with a fault. */
static int referral_field(struct reader *r, const char *field)
{
    int id = line_int(&r->l, field, 0, INT_MAX);
    int index = r->n_slots > 0 ? r->slots[slot_of(r, id)] : -1;
    if (index < 0)
        line_fault(&r->l, field, "no record A has id %d", id);
    return r->l.failed ? -1 : index;
}

/* ---- second walk: what a matcher may see ---- */

/* The id of a region, house or pool: 0 to N - 1, each once; the tables go by them. FIRST is where its kind
 * begins in seen_network. */
static int network_id(struct reader *r, int n, int first)
{
    int id = line_int(&r->l, "id", 0, n - 1);
    if (!r->l.failed && r->seen_network[first + id]++)
        line_fault(&r->l, "id", "%d was used before", id);
    return r->l.failed ? 0 : id;
}

static void read_head(struct reader *r)
{
    struct scenario_line *l = &r->l;
    (void)line_int(l, "version", 1, 1);
    line_name(l, "name", r->w->name, sizeof r->w->name);
    r->w->horizon_min = line_int(l, "horizon_min", 0, SIM_HORIZON_MAX);
    r->w->wseed = line_u64(l, "wseed");
    r->w->sseed = line_u64(l, "sseed");
}

static void read_par(struct reader *r)
{
    struct sim_par *p = &r->w->pars[r->w->n_pars];
    line_name(&r->l, "key", p->key, sizeof p->key);
    p->value = line_int64(&r->l, "value", INT64_MIN + 1, INT64_MAX);
    for (size_t i = 0; i < r->w->n_pars && !r->l.failed; i++) {
        if (strcmp(r->w->pars[i].key, p->key) == 0)
            line_fault(&r->l, "key", "was given before");
    }
    if (strcmp(p->key, "household_declines") == 0 && (p->value < 0 || p->value > 1000))
        line_fault(&r->l, "value", "household_declines is not within 0 and 1000");
    else if (strcmp(p->key, "household_declines") == 0)
        r->w->households_decline_permille = (int)p->value;
    r->w->n_pars++;
}

static void read_region(struct reader *r)
{
    record_region(&r->l, &r->w->regions[network_id(r, r->counts[REC_R], 0)]);
}

static void read_site(struct reader *r)
{
    struct scenario_line *l = &r->l;
    struct sim_site *s = &r->w->sites[network_id(r, r->counts[REC_S], r->counts[REC_R])];
    record_site(l, s, r->counts[REC_R] - 1);
    s->respmed_min = line_int(l, "respmed_min", 0, 100000);
    s->delaymed_min = line_int(l, "delaymed_min", 0, 1000000);
}

static void read_pool(struct reader *r)
{
    struct scenario_line *l = &r->l;
    int first = r->counts[REC_R] + r->counts[REC_S];
    struct sim_pool *p = &r->w->pools[network_id(r, r->counts[REC_P], first)];
    record_pool(l, p, r->counts[REC_S] - 1);
    p->stay_permille = line_int(l, "stay_permille", 1, 100000);
}

static void read_resident(struct reader *r)
{
    struct sim_resident *o = &r->w->residents[r->w->n_residents++];
    o->pool = line_int(&r->l, "pool", 0, r->counts[REC_P] - 1);
    o->end_min = line_int(&r->l, "end_min", 0, INT_MAX / 2);
}

static void read_quantiles(struct reader *r)
{
    for (int i = 0; i < SIM_QUANTILES; i++)
        r->w->quantiles[i] = line_int(&r->l, "quantile", 0, 1000000);
}

static void read_reference(struct reader *r)
{
    struct sim_reference *x = &r->w->reference;
    x->ub_permille = line_int(&r->l, "ub_ontime_permille", -1, 1000);
    x->lb_permille = line_int(&r->l, "lb_permille", -1, 1000);
    x->firstfit_permille = line_int(&r->l, "firstfit_ontime_permille", -1, 1000);
    x->firstfit_unmet_permille = line_int(&r->l, "firstfit_unmet_permille", -1, 1000);
}

static void read_referral(struct reader *r)
{
    struct sim_referral *a = &r->w->referrals[r->w->n_referrals++];

    a->follows = -1;
    a->id = line_int(&r->l, "id", 0, INT_MAX);
    record_referral(&r->l, a, r->counts[REC_R] - 1);
}

static void read_visible(struct reader *r, enum record rec)
{
    static void (*const readers[REC_N])(struct reader *) = {
        [REC_HEAD] = read_head,   [REC_PAR] = read_par,    [REC_R] = read_region,
        [REC_S] = read_site,      [REC_P] = read_pool,     [REC_O] = read_resident,
        [REC_Q] = read_quantiles, [REC_A] = read_referral, [REC_X] = read_reference,
    };
    if (readers[rec] == NULL)
        return;
    readers[rec](r);
    line_end(&r->l);
}

/* ---- between the walks: the order of referrals, and their ids ---- */

struct place {
    int t, index;
};

static int by_time(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;
    if ((x->t < 0) != (y->t < 0))
        return x->t < 0 ? 1 : -1;
    if (x->t != y->t)
        return x->t < y->t ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* By moment, those that continue another at the end; equal ones as in the file. */
static void order_referrals(struct sim_world *w)
{
    size_t n = (size_t)w->n_referrals;
    struct place *places = mem_new(n + 1, sizeof *places);
    struct sim_referral *ordered = mem_new(n + 1, sizeof *ordered);

    for (size_t i = 0; i < n; i++)
        places[i] = (struct place){w->referrals[i].t, (int)i};
    qsort(places, n, sizeof *places, by_time);
    for (size_t i = 0; i < n; i++)
        ordered[i] = w->referrals[places[i].index];
    free(places);
    free(w->referrals);
    w->referrals = ordered;
}

static void index_ids(struct reader *r)
{
    r->n_slots = 8;
    while (r->n_slots < 2 * (size_t)r->w->n_referrals)
        r->n_slots *= 2;
    r->slots = mem_new(r->n_slots, sizeof *r->slots);
    for (size_t i = 0; i < r->n_slots; i++)
        r->slots[i] = -1;
    for (int i = 0; i < r->w->n_referrals; i++) {
        size_t slot = slot_of(r, r->w->referrals[i].id);
        if (r->slots[slot] >= 0)
            line_fault(&r->l, NULL, "two records A have id %d", r->w->referrals[i].id);
        r->slots[slot] = i;
    }
}

/* ---- third walk: what is hidden from a matcher ---- */

static void read_hidden(struct reader *r, enum record rec)
{
    struct sim_world *w = r->w;
    struct scenario_line *l = &r->l;
    size_t sites = (size_t)w->n_sites;
    int index = 0;
    struct sim_referral *a = NULL;

    if (rec != REC_H && rec != REC_D && rec != REC_W && rec != REC_Y && rec != REC_F)
        return;
    index = referral_field(r, "id");
    if (index < 0)
        return;
    a = &w->referrals[index];
    if (r->seen_hidden[index] & 1u << (rec - REC_H))
        line_fault(l, "id", "%d has a record %s before this one", a->id, record_names[rec]);
    r->seen_hidden[index] |= (uint8_t)(1u << (rec - REC_H));
    if (rec == REC_H) {
        a->local = line_bool(l, "local");
        a->stay_min = line_int(l, "stay_min", 0, 100 * 366 * SIM_DAY);
        a->block_min = line_int(l, "block_min", 0, 100 * 366 * SIM_DAY);
        a->ghost = line_bool(l, "ghost");
    } else if (rec == REC_D) {
        line_hex_bytes(l, "hexbits", w->accepts + (size_t)index * w->accept_stride, w->accept_stride);
    } else if (rec == REC_W) {
        line_hex_bytes(l, "site_quantile_bytes", w->answer_q + (size_t)index * sites, sites);
    } else if (rec == REC_Y) {
        line_hex_bytes(l, "pool_delay_bytes", w->delay_q + (size_t)index * sites, sites);
    } else {
        a->follows = referral_field(r, "follows");
        if (a->t >= 0)
            line_fault(l, "id", "referral %d has a moment of its own: only t -1 can follow", a->id);
        if (a->follows >= index)
            line_fault(l, "follows", "must be a record A that comes before that of %d", a->id);
    }
    line_end(l);
}

static void check_complete(struct reader *r)
{
    struct sim_world *w = r->w;
    r->l.line++; /* behind the last */
    for (int i = 0; i < w->n_referrals && !r->l.failed; i++) {
        for (enum record rec = REC_H; rec <= REC_Y; rec++) {
            if (!(r->seen_hidden[i] & 1u << (rec - REC_H)))
                line_fault(&r->l, NULL, "referral %d has no record %s", w->referrals[i].id,
                           record_names[rec]);
        }
        if (w->referrals[i].t < 0 && w->referrals[i].follows < 0)
            line_fault(&r->l, NULL, "referral %d has t -1 and no record F", w->referrals[i].id);
    }
}

/* ---- the whole ---- */

/* Is there enough of a network, and not too much in all? A file of parameters has none of it. */
static void check_counts(struct reader *r)
{
    static const enum record needed[] = {REC_R, REC_S, REC_P, REC_Q};
    const int *n = r->counts;
    bool parameters = true;
    for (enum record rec = REC_R; rec <= REC_F; rec++)
        parameters = parameters && n[rec] == 0;
    for (size_t i = 0; i < COUNT_OF(needed) && !parameters; i++) {
        if (n[needed[i]] == 0)
            line_fault(&r->l, NULL, "the file has no record %s", record_names[needed[i]]);
    }
    if (!world_size_is_allowed(n[REC_P], n[REC_S], n[REC_A]))
        line_fault(&r->l, NULL, "%d referrals by %d pools and %d sites is more than a world may hold",
                   n[REC_A], n[REC_P], n[REC_S]);
}

static void make_room(struct reader *r)
{
    struct sim_world *w = r->w;
    const int *n = r->counts;
    size_t referrals = (size_t)n[REC_A];

    w->pars = mem_new((size_t)n[REC_PAR] + 1, sizeof *w->pars);
    w->sites = mem_new((size_t)n[REC_S] + 1, sizeof *w->sites);
    w->pools = mem_new((size_t)n[REC_P] + 1, sizeof *w->pools);
    w->residents = mem_new((size_t)n[REC_O] + 1, sizeof *w->residents);
    w->referrals = mem_new(referrals + 1, sizeof *w->referrals);
    w->n_regions = n[REC_R];
    w->n_sites = n[REC_S];
    w->n_pools = n[REC_P];
    w->accept_stride = ((size_t)w->n_pools + 7) / 8;
    w->accepts = mem_new(referrals * w->accept_stride + 1, 1);
    w->answer_q = mem_new(referrals * (size_t)w->n_sites + 1, 1);
    w->delay_q = mem_new(referrals * (size_t)w->n_sites + 1, 1);
    r->seen_network = mem_new((size_t)(n[REC_R] + n[REC_S] + n[REC_P]) + 1, 1);
    r->seen_hidden = mem_new(referrals + 1, 1);
}

static void walk(struct reader *r, struct bytes text, void (*read_record)(struct reader *, enum record))
{
    size_t at = 0;
    r->l.line = 0;
    while (!r->l.failed && line_next(&r->l, text, &at))
        read_record(r, record_of(&r->l));
}

enum err world_read(struct bytes text, struct sim_world *out, char *why, size_t why_size)
{
    struct sim_world w = {.reference = {-1, -1, -1, -1}};
    struct reader r = {.w = &w, .l = {.why = why, .why_size = why_size}};

    memset(out, 0, sizeof *out);
    count_records(&r, text);
    check_counts(&r);
    if (!r.l.failed) {
        make_room(&r);
        walk(&r, text, read_visible);
    }
    if (!r.l.failed) {
        order_referrals(&w);
        index_ids(&r);
    }
    if (!r.l.failed) {
        walk(&r, text, read_hidden);
        check_complete(&r);
    }
    free(r.seen_network);
    free(r.seen_hidden);
    free(r.slots);
    if (r.l.failed) {
        world_fini(&w);
        return ERR_BAD_INPUT;
    }
    *out = w;
    return OK;
}
