/* Houses tell their counts: true, late, vague, spoiled, or what the exchange shows already. */
#include "people_parts.h"

#include "base/time_text.h"

static void count_units(struct people *p, const struct pool *pool, struct observation *o)
{
    uint32_t total = pool->units_total;

    o->total = (int32_t)total;
    o->free = rng_chance(&p->rng, p->w->calm ? 0 : p->w->plan.full) ? 0 : (int32_t)below(p, total + 1);
    if (p->w->calm)
        o->free = (int32_t)total;
    o->occupied = (int32_t)total - o->free;
    o->out_of_order = UNITS_UNKNOWN;
    o->deliverable = rng_chance(&p->rng, 900) ? TRI_YES : TRI_UNKNOWN;
    if (!p->w->calm && rng_chance(&p->rng, p->w->plan.vague))
        o->free = o->occupied = UNITS_UNKNOWN;
    if (o->free == UNITS_UNKNOWN)
        o->deliverable = TRI_YES;
    if (!p->w->calm && rng_chance(&p->rng, 30)) {
        o->stop = (uint8_t)(1 + below(p, 3));
        o->stop_until_ms = rng_chance(&p->rng, 300) ? 0 : p->w->now_ms + MS_HOUR;
    }
}

/* It still is as the exchange shows it. */
static void still_so(const struct people *p, struct observation *o)
{
    struct pool_view v = engine_pool_view(engine_of(p), o->pool, p->w->now_ms);
    struct observation now = *o;

    if (!v.reported)
        return;
    *o = observation_of(v.latest, now.pool);
    o->report = now.report;
    o->observed_at_ms = now.observed_at_ms;
    o->received_at_ms = 0;
}

static struct observation observe(struct people *p, const struct pool *pool, uint64_t report)
{
    struct observation o = {.pool = pool->id, .report = report, .observed_at_ms = p->w->now_ms};

    count_units(p, pool, &o);
    if (!p->w->calm && rng_chance(&p->rng, p->w->plan.late))
        o.observed_at_ms -= (int64_t)below(p, 180) * MS_MINUTE;
    return o;
}

/* Nobody can have seen this: refused as a whole. */
static void spoil(struct people *p, struct observation *o)
{
    if (rng_chance(&p->rng, 500))
        o->free = o->total + 1 + (int32_t)below(p, 5);
    else
        o->observed_at_ms = p->w->now_ms + MS_HOUR;
}

static void send_report(struct people *p, const struct sent_report *r)
{
    struct observation list[REPORT_LINES];
    struct command cmd = {.kind = CMD_REPORT_CAPACITY};

    for (uint16_t i = 0; i < r->n; i++) {
        list[i] = r->list[i];
        ledger_model_said(checker_ledger(p->w->checker), &list[i]);
        if (p->w->plan.broken == BROKEN_DOUBLE_HOLD && list[i].free >= 0) {
            list[i].free++;
            list[i].total++;
        }
    }
    cmd.actor = actor_of(ROLE_SHELTER, r->org);
    if (r->by_machine) {
        cmd.actor = actor_of(ROLE_MACHINE, p->cast.operator_org);
        cmd.actor.carries = p->cast.shelters;
        cmd.actor.n_carries = (uint16_t)p->cast.n_shelters;
    }
    cmd.u.report.list = list;
    cmd.u.report.n = r->n;
    begin(p, &cmd, (struct referral_id){0});
}

void report(struct people *p)
{
    struct sent_report *r = &p->reports[p->n_reports++ % REPORTS_KEPT];
    int first = (int)below(p, (size_t)p->cast.n_pools);
    enum source by_people = rng_chance(&p->rng, 250) ? SOURCE_PHONE : SOURCE_HAND;
    bool is_same = !p->w->calm && rng_chance(&p->rng, p->w->plan.same);

    *r = (struct sent_report){.org = p->cast.pools[first].org, .by_machine = rng_chance(&p->rng, 600)};
    p->next_report++;
    for (int i = first; i < p->cast.n_pools && r->n < REPORT_LINES; i++) {
        const struct pool *pool = &p->cast.pools[i];

        if (pool->org.v != r->org.v || (r->n > 0 && rng_chance(&p->rng, 400)))
            break;
        r->list[r->n] = observe(p, pool, rng_mix(p->next_report));
        if (is_same)
            still_so(p, &r->list[r->n]);
        r->list[r->n++].source = r->by_machine ? SOURCE_FEED : by_people;
    }
    if (!p->w->calm && rng_chance(&p->rng, p->w->plan.false_report))
        spoil(p, &r->list[below(p, r->n)]);
    send_report(p, r);
}

void report_again(struct people *p)
{
    size_t n = p->n_reports < REPORTS_KEPT ? p->n_reports : REPORTS_KEPT;

    if (n > 0)
        send_report(p, &p->reports[below(p, n)]);
}
