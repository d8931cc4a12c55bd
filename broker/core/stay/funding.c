#include "core/stay/funding.h"

#include "core/stay/stay_rules.h"
#include "core/supply.h"

#include <string.h>

/* ---- the proposal ---- */

static bool is_counted(struct valid_days v, int32_t day)
{
    return v.from <= day && day <= v.to;
}

/* Somebody of unknown age may be that old. */
static bool all_below(const struct need *n, int age)
{
    for (unsigned i = 0; i < n->n_persons; i++) {
        if (n->persons[i].age == AGE_UNKNOWN || n->persons[i].age >= age)
            return false;
    }
    return n->n_persons > 0;
}

static bool has_bit(uint32_t wanted, unsigned value)
{
    return wanted == 0 || (wanted >> value & 1u) != 0;
}

static bool applies(const struct funding_rule *r, const struct funding_case *c)
{
    const struct need *n = c->need;
    bool asks_facts = r->residences != 0 || r->threat_kinds != 0 || r->traits != 0 || r->age_below != 0;

    if (!has_bit(r->kinds, (unsigned)c->kind))
        return false;
    if (!asks_facts)
        return true;
    return n != NULL && has_bit(r->residences, (unsigned)n->residence) &&
           (r->threat_kinds == 0 || (r->threat_kinds & n->threat_kinds.yes) != 0) &&
           (r->traits == 0 || (r->traits & n->traits.yes) != 0) &&
           (r->age_below == 0 || all_below(n, r->age_below));
}

/* The centrumgemeente of where the household is from, of the house where that is not known; for a stream that
 * follows the person its own municipality. */
static uint16_t municipality_of(const struct vocab *v, const struct funding_case *c, enum funding_place place)
{
    uint16_t home = c->need != NULL ? c->need->home_municipality : 0;
    const struct vocab_municipality *m = home != 0 ? vocab_municipality(v, home) : NULL;
    uint8_t region = c->need != NULL ? c->need->home_region : REGION_NONE;

    if (place == FUNDING_HOME && m != NULL)
        return home;
    if (m != NULL)
        region = m->region;
    if (region >= vocab_regions(v))
        region = c->region;
    return region < vocab_regions(v) ? vocab_region(v, region)->gemeente : 0;
}

/* What is proposed for the night of DAY, and until which day that stays so. */
static struct funding_span propose_for(const struct vocab *v, const struct funding_case *c, int32_t day,
                                       int32_t *until)
{
    const struct stay_rules *rules = vocab_stay_rules(v);
    const struct funding_stream *s = stay_rules_stream_find(rules, "te_regelen", day);
    struct funding_span span = {.from_day = day};

    *until = DAY_OPEN;
    span.stream = s != NULL ? s->nr : 0;
    for (size_t i = 0; i < rules->n_rules; i++) {
        const struct funding_rule *r = &rules->rules[i];

        if (!applies(r, c))
            continue;
        s = stay_rules_stream(rules, r->stream);
        if (is_counted(r->valid, day) && is_counted(s->valid, day)) {
            int32_t end = r->valid.to < s->valid.to ? r->valid.to : s->valid.to;

            span.stream = s->nr;
            span.rule = r->nr;
            *until = end < *until ? end : *until;
            break;
        }
        /* One that would go first begins later: until the day before. */
        if (r->valid.from > day && r->valid.from - 1 < *until)
            *until = r->valid.from - 1;
    }
    s = stay_rules_stream(rules, span.stream);
    span.municipality = municipality_of(v, c, s != NULL ? s->place : FUNDING_CENTRE);
    return span;
}

uint8_t funding_propose(const struct vocab *v, const struct funding_case *c, int32_t day,
                        struct funding_span *out, uint8_t max)
{
    int32_t until = 0;
    uint8_t n = 0;

    do {
        struct funding_span next = propose_for(v, c, day, &until);

        if (n == 0 || next.stream != out[n - 1].stream || next.municipality != out[n - 1].municipality)
            out[n++] = next;
        day = until == DAY_OPEN ? day : until + 1;
    } while (until != DAY_OPEN && n < max);
    return n;
}

/* ---- the nights ---- */

bool funding_change(struct funding *f, struct funding_span span)
{
    uint8_t n = f->n;

    while (n > 0 && f->spans[n - 1].from_day >= span.from_day)
        n--;
    if (n == FUNDING_SPANS_MAX)
        return false;
    f->spans[n] = span;
    memset(&f->spans[n + 1], 0, (FUNDING_SPANS_MAX - 1u - n) * sizeof f->spans[0]);
    f->n = (uint8_t)(n + 1);
    return true;
}

/* What SPAN, set over F, makes of those behind it. */
struct setting {
    const struct stay_rules *rules;
    const struct funding *f;
    struct funding_span span;
    const struct funding_span *was; /* what paid for SPAN's first night; NULL = nothing */
};

static int32_t last_day(const struct stay_rules *rules, uint8_t stream)
{
    const struct funding_stream *s = stay_rules_stream(rules, stream);

    return s != NULL ? s->valid.to : DAY_OPEN;
}

/* The first of F that begins after DAY; NULL = none. */
static const struct funding_span *first_after(const struct funding *f, int32_t day)
{
    for (unsigned i = 0; i < f->n; i++) {
        if (f->spans[i].from_day > day)
            return &f->spans[i];
    }
    return NULL;
}

/* A proposal follows the correction of the municipality, as far as both streams ask the same one. */
static struct funding_span corrected(const struct setting *s, struct funding_span next, bool anew)
{
    const struct funding_stream *to = stay_rules_stream(s->rules, next.stream);
    const struct funding_stream *from = stay_rules_stream(s->rules, s->span.stream);
    bool same = to != NULL && from != NULL && to->municipal && from->municipal && to->place == from->place;

    if (next.reason == 0 && same && s->span.municipality != 0 &&
        (anew || (s->was != NULL && next.municipality == s->was->municipality)))
        next.municipality = s->span.municipality;
    return next;
}

/* For the nights from DAY on, until BEFORE: as it was told, if that pays then, else as the rules say. */
static bool resume(const struct vocab *v, const struct funding_case *c, const struct setting *s, int32_t day,
                   int32_t before, struct funding *out)
{
    const struct funding_span *told = funding_of_night(s->f, day);
    struct funding_span next[FUNDING_SPANS_MAX];
    uint8_t n = 1;

    if (told != NULL && last_day(s->rules, told->stream) >= day) {
        next[0] = corrected(s, *told, false);
        next[0].from_day = day;
    } else {
        n = funding_propose(v, c, day, next, FUNDING_SPANS_MAX);
        for (uint8_t i = 0; i < n; i++)
            next[i] = corrected(s, next[i], true);
    }
    for (uint8_t i = 0; i < n && next[i].from_day < before; i++) {
        if (!funding_change(out, next[i]))
            return false;
    }
    return true;
}

bool funding_set(const struct vocab *v, const struct funding_case *c, const struct funding *f,
                 struct funding_span span, struct funding *out)
{
    struct setting s = {.rules = vocab_stay_rules(v), .f = f, .span = span};
    int32_t reach = 0;

    s.was = funding_of_night(f, span.from_day);
    *out = *f;
    if (!funding_change(out, span))
        return false;
    /* Until where SPAN takes the place of what was told. */
    reach = s.was != NULL && s.was->stream == span.stream ? span.from_day : last_day(s.rules, span.stream);
    for (;;) {
        const struct funding_span *newest = &out->spans[out->n - 1];
        int32_t last = last_day(s.rules, newest->stream);
        const struct funding_span *told = first_after(f, newest->from_day > reach ? newest->from_day : reach);

        if (told != NULL && (last == DAY_OPEN || told->from_day <= last + 1)) {
            if (!funding_change(out, corrected(&s, *told, false)))
                return false;
        } else if (last == DAY_OPEN || last < newest->from_day) {
            return true; /* open; or told for nights before which it ended, which nobody asked about */
        } else if (!resume(v, c, &s, last + 1, told != NULL ? told->from_day : INT32_MAX, out)) {
            return false;
        }
    }
}

const struct funding_span *funding_of_night(const struct funding *f, int32_t day)
{
    for (unsigned i = f->n; i > 0; i--) {
        if (f->spans[i - 1].from_day <= day)
            return &f->spans[i - 1];
    }
    return NULL;
}

int32_t funding_nights(const struct funding *f, unsigned n, int32_t arrival, int32_t departure, int32_t first,
                       int32_t last)
{
    int32_t from = f->spans[n].from_day;
    int32_t until = n + 1u < f->n ? f->spans[n + 1].from_day - 1 : DAY_OPEN; /* its last night */

    from = from > arrival ? from : arrival;
    from = from > first ? from : first;
    until = until < departure - 1 ? until : departure - 1;
    until = until < last ? until : last;
    return until < from ? 0 : until - from + 1;
}
