/* Fields of regions, sites, pools and households; see scenario_records.h. What is read is bounded, and what
 * is written is read back as the same. */
#include "simulate/scenario_records.h"

#include <inttypes.h>

/* ---- read ---- */

#define COORDINATE_MAX 100000 /* 10,000 km */

void record_region(struct scenario_line *l, struct sim_region *x)
{
    line_name(l, "name", x->name, sizeof x->name);
    x->x = line_int(l, "x", -COORDINATE_MAX, COORDINATE_MAX);
    x->y = line_int(l, "y", -COORDINATE_MAX, COORDINATE_MAX);
    x->weight = line_int(l, "weight", 0, 10000000);
}

#define CAPS_MAX 0x1ff

void record_site(struct scenario_line *l, struct sim_site *s, int last)
{
    s->region = line_int(l, "region", 0, last);
    s->kind = (enum sim_kind)line_int(l, "kind", 0, SIM_KIND_N - 1);
    s->x = line_int(l, "x", -COORDINATE_MAX, COORDINATE_MAX);
    s->y = line_int(l, "y", -COORDINATE_MAX, COORDINATE_MAX);
    s->sexpol = (enum sim_sexpol)line_int(l, "sexpol", 0, SIM_SEXPOL_N - 1);
    s->sec = line_int(l, "sec", 0, 2);
    s->h24 = line_bool(l, "h24");
    s->statusmask = (unsigned)line_int(l, "statusmask", 0, 7);
    s->ownonly = line_bool(l, "ownonly");
    s->nochild = line_bool(l, "nochild");
    s->capmask = (unsigned)line_int(l, "capmask", 0, CAPS_MAX);
    s->langmask = line_u64(l, "langmask");
}

void record_pool(struct scenario_line *l, struct sim_pool *p, int last)
{
    p->site = line_int(l, "site", 0, last);
    p->size = line_int(l, "size", 1, 100);
    p->units = line_int(l, "units", 0, 1000);
    p->boymax = line_int(l, "boymax", -1, 99);
    p->wheel = line_bool(l, "wheel");
    p->emerg = line_bool(l, "emerg");
}

/* b10,g4 or - for none. */
static void read_kids(struct scenario_line *l, struct sim_referral *a)
{
    struct bytes t = line_text(l, "kids");
    size_t i = 0;
    if (l->failed || t.len == 0 || bytes_equal(t, BYTES_LITERAL("-")))
        return;
    do {
        struct sim_kid kid = {0};
        size_t digits = 0;
        i += i > 0; /* the comma */
        if (a->n_kids == SIM_KIDS_MAX) {
            line_fault(l, "kids", "more than %d", SIM_KIDS_MAX);
            return;
        }
        kid.boy = i < t.len && t.p[i] == 'b';
        if (i < t.len && (t.p[i] == 'b' || t.p[i] == 'g'))
            i++;
        else
            digits = 9; /* not a child: refused below */
        for (; i < t.len && t.p[i] >= '0' && t.p[i] <= '9' && digits < 3; i++, digits++)
            kid.age = kid.age * 10 + (t.p[i] - '0');
        if (digits < 1 || digits > 2 || (i < t.len && t.p[i] != ',')) {
            line_fault(l, "kids", "child %d is not b or g and an age", a->n_kids + 1);
            return;
        }
        a->kids[a->n_kids++] = kid;
    } while (i < t.len);
}

/* 0, 1, 2 or the letters A, B, C. */
static enum sim_urgency read_urgency(struct scenario_line *l)
{
    struct bytes t = line_text(l, "urg");
    if (!l->failed && t.len == 1) {
        if (t.p[0] >= '0' && t.p[0] <= '2')
            return (enum sim_urgency)(t.p[0] - '0');
        if (t.p[0] >= 'A' && t.p[0] <= 'C')
            return (enum sim_urgency)(t.p[0] - 'A');
    }
    line_fault(l, "urg", "is not 0, 1, 2 nor A, B, C");
    return SIM_A;
}

void record_referral(struct scenario_line *l, struct sim_referral *a, int last)
{
    a->t = line_int(l, "t", -1, SIM_HORIZON_MAX);
    a->urg = read_urgency(l);
    a->deadline = line_int(l, "deadline", a->t < 0 ? 0 : a->t, 2 * SIM_HORIZON_MAX);
    a->patience = line_int(l, "patience", a->deadline, 3 * SIM_HORIZON_MAX);
    a->women = line_int(l, "women", 0, 20);
    a->men = line_int(l, "men", 0, 20);
    read_kids(l, a);
    a->wheel = line_bool(l, "wheel");
    a->status = (unsigned)line_int(l, "status", 1, 4);
    if (!l->failed && a->status == 3)
        line_fault(l, "status", "is not 1, 2 or 4");
    a->traff = line_int(l, "traff", 0, 2);
    a->needmask = (unsigned)line_int(l, "needmask", 0, CAPS_MAX);
    a->softmask = (unsigned)line_int(l, "softmask", 0, CAPS_MAX);
    a->sec = line_int(l, "sec", 0, 2);
    a->lang = line_int(l, "lang", 0, 63);
    a->origin = line_int(l, "origin", 0, last);
    a->anchor = line_int(l, "anchor", 0, last);
    a->excl = line_hex(l, "exclmask");
    if (world_persons(a) == 0)
        line_fault(l, NULL, "nobody is in this household");
}

/* ---- write ---- */

void record_write_region(struct buf *out, int id, const struct sim_region *r)
{
    buf_format(out, "\t%d\t%s\t%d\t%d\t%d", id, r->name, r->x, r->y, r->weight);
}

void record_write_site(struct buf *out, int id, const struct sim_site *s)
{
    buf_format(out, "\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%u\t%d\t%d\t%u\t%" PRIu64, id, s->region, (int)s->kind,
               s->x, s->y, (int)s->sexpol, s->sec, s->h24, s->statusmask, s->ownonly, s->nochild, s->capmask,
               s->langmask);
}

void record_write_pool(struct buf *out, int id, const struct sim_pool *p)
{
    buf_format(out, "\t%d\t%d\t%d\t%d\t%d\t%d\t%d", id, p->site, p->size, p->units, p->boymax, p->wheel,
               p->emerg);
}

static void write_kids(struct buf *out, const struct sim_referral *r)
{
    if (r->n_kids == 0)
        buf_text(out, "-");
    for (int i = 0; i < r->n_kids; i++)
        buf_format(out, "%s%c%d", i > 0 ? "," : "", r->kids[i].boy ? 'b' : 'g', r->kids[i].age);
}

void record_write_referral(struct buf *out, const struct sim_referral *r)
{
    buf_format(out, "\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t", r->id, r->t, (int)r->urg, r->deadline, r->patience,
               r->women, r->men);
    write_kids(out, r);
    buf_format(out, "\t%d\t%u\t%d\t%u\t%u\t%d\t%d\t%d\t%d\t%" PRIx64, r->wheel, r->status, r->traff,
               r->needmask, r->softmask, r->sec, r->lang, r->origin, r->anchor, r->excl);
}
