#include "core/stay/dates.h"

#include "base/time_text.h"
#include "core/engine_state.h"
#include "core/nobed/nobed_decide.h"
#include "core/nobed/nobed_state.h"
#include "core/stay/stay_decide.h"
#include "core/stay/stay_rules.h"
#include "core/vocab.h"

#include <string.h>

/* One place that the household was in: a stay, or a bridge bed that it reached. */
struct place {
    struct stay_id stay;
    struct bridge_id bridge;
    struct org_id org;            /* whose it is */
    int64_t started_ms, ended_ms; /* ended: INT64_MAX = it is there still */
};

typedef bool place_fn(const struct place *p, void *ctx); /* false: look no further */

static struct org_id org_of_request(const struct engine *e, struct request_id id)
{
    const struct request *q = engine_request(e, id);

    return q != NULL ? engine_pool(e, q->pool)->org : (struct org_id){0};
}

/* Beds of older journals, whose nights nobody told, have those that no other place has: never in the way
 * (bridge_nights.c). */
static bool each_bed(const struct engine *e, struct referral_id id, place_fn *fn, void *ctx)
{
    const struct nobed_case *c = engine_nobed(e, id);

    for (unsigned i = 0; c != NULL && i < c->n_bridges; i++) {
        const struct bridge *b = engine_bridge(e, c->bridges[i]);
        struct place p = {.bridge = b->id,
                          .org = org_of_request(e, b->request),
                          .started_ms = b->started_at_ms,
                          .ended_ms = bridge_is_live(b) ? INT64_MAX : b->ended_at_ms};

        if (b->kind == BRIDGE_BED && b->started_at_ms != 0 && e->nobed.bridges[b->id.v - 1].funding.n > 0 &&
            !fn(&p, ctx))
            return false;
    }
    return true;
}

/* Every place of ID's household, whichever of its referrals led there. Returns false if FN stopped it. */
static bool each_place(const struct engine *e, struct referral_id id, place_fn *fn, void *ctx)
{
    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        const struct stay *s = engine_stay_of(e, id);
        struct place p;

        if (s != NULL) {
            p = (struct place){.stay = s->id,
                               .org = org_of_request(e, s->request),
                               .started_ms = s->started_at_ms,
                               .ended_ms = s->state == STAY_DEPARTED ? s->ended_at_ms : INT64_MAX};
            if (!fn(&p, ctx))
                return false;
        }
        if (!each_bed(e, id, fn, ctx))
            return false;
    }
    return true;
}

static bool is_same(const struct place *a, const struct place *b)
{
    return a->stay.v == b->stay.v && a->bridge.v == b->bridge.v;
}

/* CTX: the place as it is to be. */
static bool stands_beside(const struct place *p, void *ctx)
{
    const struct place *own = ctx;

    return is_same(p, own) || p->ended_ms <= own->started_ms || p->started_ms >= own->ended_ms;
}

/* CTX: a place that begins now and ends what goes on, so that only what was before it counts. */
static bool was_before(const struct place *p, void *ctx)
{
    const struct place *own = ctx;

    return is_same(p, own) || (p->ended_ms != INT64_MAX ? p->ended_ms : p->started_ms) <= own->started_ms;
}

/* CTX: a place that begins now. No other organisation has a place that goes on and would end by it. */
static bool is_of_one_house(const struct place *p, void *ctx)
{
    const struct place *own = ctx;

    return is_same(p, own) || p->ended_ms != INT64_MAX || p->org.v == own->org.v;
}

/* ---- look ---- */

int64_t engine_first_yes_ms(const struct engine *e, const struct request *q)
{
    const struct referral *r = engine_referral(e, q->referral);
    int64_t first_ms = 0;

    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *other = engine_request(e, r->requests[i]);
        bool is_yes = other->state == REQUEST_ACCEPTED || other->state == REQUEST_ADMITTED ||
                      other->state == REQUEST_LEFT || request_lost_its_yes(other);

        if (other->pool.v == q->pool.v && other->bridge == q->bridge && is_yes && !other->late_yes &&
            other->answered_at_ms != 0 && (first_ms == 0 || other->answered_at_ms < first_ms))
            first_ms = other->answered_at_ms;
    }
    return first_ms;
}

int64_t engine_stay_told_ms(const struct engine *e, const struct stay *s)
{
    return engine_referral(e, s->referral)->admitted_at_ms;
}

int64_t engine_stay_end_told_ms(const struct engine *e, const struct stay *s)
{
    return s->state == STAY_DEPARTED ? engine_request(e, s->request)->left_at_ms : 0;
}

int64_t engine_stay_dates_until_ms(const struct engine *e, const struct stay *s)
{
    int64_t end_ms = engine_stay_end_told_ms(e, s);

    return (end_ms != 0 ? end_ms : engine_stay_told_ms(e, s)) + DATES_AGO_MAX_MS;
}

/* Of a bed only its moments are kept: the later of them is the one that was told last. */
int64_t engine_bridge_dates_until_ms(const struct engine *e, const struct bridge *b)
{
    const struct request *q = engine_request(e, b->request);

    return q != NULL && b->started_at_ms != 0 && e->nobed.bridges[b->id.v - 1].funding.n > 0
               ? q->ended_at_ms + DATES_AGO_MAX_MS
               : 0;
}

/* What ended in the very moment in which this one began and ended came before it or after: nobody knows. */
static bool is_over_before(const struct place *p, void *ctx)
{
    const struct place *own = ctx;

    return is_same(p, own) || (p->ended_ms <= own->started_ms && p->ended_ms != own->ended_ms);
}

bool engine_stay_left_unsafe(const struct engine *e, const struct stay *s)
{
    int unsafe = vocab_list_find(e->vocab, LIST_DEPARTURE, "veiligheid");

    return s->state == STAY_DEPARTED && unsafe >= 0 && s->departure == unsafe + 1;
}

static int64_t resume_until_ms(const struct engine *e, const struct stay *s)
{
    struct place own = {.stay = s->id, .started_ms = s->started_at_ms, .ended_ms = s->ended_at_ms};

    if (s->state != STAY_DEPARTED || !each_place(e, s->referral, is_over_before, &own))
        return 0;
    return engine_stay_end_told_ms(e, s) + RESUME_MAX_MS;
}

int64_t engine_stay_resume_until_ms(const struct engine *e, const struct stay *s)
{
    return engine_stay_left_unsafe(e, s) ? 0 : resume_until_ms(e, s);
}

int64_t engine_stay_desk_resume_until_ms(const struct engine *e, const struct stay *s)
{
    return engine_stay_left_unsafe(e, s) ? resume_until_ms(e, s) : 0;
}

/* ---- judge ---- */

enum refusal dates_judge_arrival(const struct decision *d, const struct request *q, int64_t at_ms)
{
    const struct bridge *bed = q->bridge ? engine_bridge_bed(d->e, q->id) : NULL;
    struct place own = {.bridge = bed != NULL ? bed->id : (struct bridge_id){0},
                        .org = engine_pool(d->e, q->pool)->org,
                        .started_ms = at_ms};

    if (at_ms == 0)
        return REFUSAL_NONE;
    if (at_ms > d->now_ms || at_ms < d->now_ms - DATES_AGO_MAX_MS || at_ms < engine_first_yes_ms(d->e, q))
        return REFUSAL_LIMIT;
    if (at_ms < d->now_ms - OTHERS_LOSE_MAX_MS && !each_place(d->e, q->referral, is_of_one_house, &own))
        return REFUSAL_WAS_ELSEWHERE;
    return each_place(d->e, q->referral, was_before, &own) ? REFUSAL_NONE : REFUSAL_WAS_ELSEWHERE;
}

bool dates_came_at(const struct engine *e, const struct request *q, int64_t at_ms)
{
    const struct bridge *bed = q->bridge ? engine_bridge_bed(e, q->id) : NULL;
    const struct stay *s = q->bridge ? NULL : engine_stay_of(e, q->referral);

    return at_ms == 0 || (bed != NULL && bed->started_at_ms == at_ms) ||
           (s != NULL && s->request.v == q->id.v && s->started_at_ms == at_ms);
}

enum refusal dates_judge_end(const struct decision *d, int64_t started_ms, int64_t at_ms)
{
    bool is_right =
        at_ms == 0 || (at_ms <= d->now_ms && at_ms >= d->now_ms - DATES_AGO_MAX_MS && at_ms >= started_ms);

    return is_right ? REFUSAL_NONE : REFUSAL_LIMIT;
}

/* ---- the events ---- */

static struct dated_event *dated(struct decision *d, struct referral_id r, int64_t started_ms,
                                 int64_t ended_ms)
{
    struct dated_event *ev = &decision_event(d, EV_NIGHTS_DATED)->u.dated;

    ev->referral = r;
    ev->started_at_ms = started_ms;
    ev->ended_at_ms = ended_ms;
    return ev;
}

void dates_decide_stay(struct decision *d, struct referral_id r, struct stay_id s, int64_t started_ms,
                       int64_t ended_ms)
{
    dated(d, r, started_ms, ended_ms)->stay = s;
}

void dates_decide_bridge(struct decision *d, const struct bridge *b, int64_t started_ms, int64_t ended_ms)
{
    dated(d, b->referral, started_ms, ended_ms)->bridge = b->id;
}

void dates_decide_left(struct decision *d, const struct referral *r, struct bridge_id bed, int64_t at_ms)
{
    struct referral_id id = engine_household_first(d->e, r->id);

    for (; at_ms != 0 && id.v != 0; id = engine_household_next(d->e, id)) {
        const struct stay *s = engine_stay_of(d->e, id);
        const struct bridge *b = engine_bridge_bed_reached(d->e, id);

        if (s != NULL && s->state != STAY_DEPARTED && s->started_at_ms <= at_ms)
            dates_decide_stay(d, id, s->id, s->started_at_ms, at_ms);
        /* One of an older journal, which was not judged by its nights, may have begun since: it ends now. */
        if (b != NULL && b->id.v != bed.v && b->started_at_ms <= at_ms)
            dates_decide_bridge(d, b, b->started_at_ms, at_ms);
    }
}

/* ---- corrected ---- */

/* Who paid the first night pays those that come before it, where its stream counted then; else they are
 * proposed anew. False if there is no room for them. */
static bool fund_earlier(const struct decision *d, const struct referral *r, const struct pool_kept *p,
                         const struct funding *was, int32_t day, struct dated_event *out)
{
    const struct funding_stream *s = stay_rules_stream(vocab_stay_rules(d->e->vocab), was->spans[0].stream);
    struct funding_span before[FUNDING_SPANS_MAX];
    uint8_t n = 0;

    if (was->n == 0 || day >= was->spans[0].from_day)
        return true;
    memcpy(out->spans, was->spans, sizeof out->spans);
    out->n_spans = was->n;
    if (s == NULL || (s->valid.from <= day && s->valid.to >= was->spans[0].from_day)) {
        out->spans[0].from_day = day;
        return true;
    }
    n = stay_propose(d, r, p, day, before);
    while (n > 1 && before[n - 1].from_day >= was->spans[0].from_day)
        n--;
    if (n + was->n > FUNDING_SPANS_MAX)
        return false;
    memcpy(&out->spans[0], before, n * sizeof before[0]);
    memcpy(&out->spans[n], was->spans, was->n * sizeof before[0]);
    out->n_spans = (uint8_t)(n + was->n);
    return true;
}

/* A stay or a bridge bed, as it is corrected. */
struct corrected {
    struct place place; /* as it is to be */
    const struct referral *r;
    const struct request *q;
    struct funding funding;
    int64_t started_ms, ended_ms; /* as it is; ended: 0 = still there */
    int64_t told_ms, end_told_ms; /* when that was said */
};

static enum refusal judge_corrected(const struct decision *d, struct corrected *c,
                                    const struct dates_command *want)
{
    int64_t from_ms = want->from_ms != 0 ? want->from_ms : c->started_ms;
    int64_t until_ms = want->until_ms != 0 ? want->until_ms : c->ended_ms;

    if (want->until_ms != 0 && c->ended_ms == 0)
        return REFUSAL_WRONG_STATE;
    if ((want->from_ms != 0 && c->told_ms + DATES_AGO_MAX_MS <= d->now_ms) ||
        (want->until_ms != 0 && c->end_told_ms + DATES_AGO_MAX_MS <= d->now_ms))
        return REFUSAL_TOO_LATE;
    if (want->from_ms != 0 && (from_ms > d->now_ms || from_ms < c->told_ms - DATES_AGO_MAX_MS ||
                               from_ms < engine_first_yes_ms(d->e, c->q)))
        return REFUSAL_LIMIT;
    if (want->until_ms != 0 && (until_ms > d->now_ms || until_ms < c->end_told_ms - DATES_AGO_MAX_MS))
        return REFUSAL_LIMIT;
    if (until_ms != 0 && until_ms < from_ms)
        return REFUSAL_LIMIT;
    c->place.started_ms = from_ms;
    c->place.ended_ms = until_ms != 0 ? until_ms : INT64_MAX;
    return each_place(d->e, c->r->id, stands_beside, &c->place) ? REFUSAL_NONE : REFUSAL_WAS_ELSEWHERE;
}

static struct corrected of_stay(const struct engine *e, const struct stay *s)
{
    return (struct corrected){.place = {.stay = s->id},
                              .r = engine_referral(e, s->referral),
                              .q = engine_request(e, s->request),
                              .funding = s->funding,
                              .started_ms = s->started_at_ms,
                              .ended_ms = s->state == STAY_DEPARTED ? s->ended_at_ms : 0,
                              .told_ms = engine_stay_told_ms(e, s),
                              .end_told_ms = engine_stay_end_told_ms(e, s)};
}

/* The request of a bed ends with the arrival, and once more with the leaving: when the arrival of one that is
 * over was told, nobody knows any more, and its last word counts for both. */
static struct corrected of_bridge(const struct engine *e, const struct bridge *b)
{
    const struct request *q = engine_request(e, b->request);

    return (struct corrected){.place = {.bridge = b->id},
                              .r = engine_referral(e, b->referral),
                              .q = q,
                              .funding = e->nobed.bridges[b->id.v - 1].funding,
                              .started_ms = b->started_at_ms,
                              .ended_ms = bridge_is_live(b) ? 0 : b->ended_at_ms,
                              .told_ms = q->ended_at_ms,
                              .end_told_ms = bridge_is_live(b) ? 0 : q->ended_at_ms};
}

enum refusal decide_date_nights(struct decision *d)
{
    const struct dates_command *want = &d->cmd->u.dates;
    const struct stay *s = engine_stay(d->e, want->stay);
    const struct bridge *b = s == NULL ? engine_bridge(d->e, want->bridge) : NULL;
    struct corrected c;
    struct dated_event ev = {.n_spans = 0};
    enum refusal refusal = REFUSAL_NONE;

    if (s == NULL &&
        (b->kind != BRIDGE_BED || b->started_at_ms == 0 ||
         d->e->nobed.bridges[b->id.v - 1].funding.n == 0)) /* of an older journal: it stays as it is */
        return REFUSAL_WRONG_STATE;
    c = s != NULL ? of_stay(d->e, s) : of_bridge(d->e, b);
    d->outcome->referral = c.r->id;
    refusal = judge_corrected(d, &c, want);
    if (refusal != REFUSAL_NONE)
        return refusal;
    ev.stay = c.place.stay;
    ev.bridge = c.place.bridge;
    ev.referral = c.r->id;
    ev.started_at_ms = c.place.started_ms;
    ev.ended_at_ms = c.ended_ms != 0 ? c.place.ended_ms : 0;
    if (ev.started_at_ms == c.started_ms && ev.ended_at_ms == c.ended_ms)
        return REFUSAL_NONE;
    if (!fund_earlier(d, c.r, engine_pool(d->e, c.q->pool), &c.funding, time_day_nl(ev.started_at_ms), &ev))
        return REFUSAL_LIMIT;
    decision_event(d, EV_NIGHTS_DATED)->u.dated = ev;
    if (b != NULL)
        decide_bed_term_moved(d, b, ev.started_at_ms);
    if (ev.started_at_ms != c.started_ms)
        clock_decide_begun(d, c.r->id, c.place.stay, c.started_ms, ev.started_at_ms);
    return REFUSAL_NONE;
}
