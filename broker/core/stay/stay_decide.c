/* The stay: begun with the arrival, ready to leave or not, paid by whom, over. */
#include "core/stay/stay_decide.h"

#include "base/rng.h"
#include "base/time_text.h"
#include "core/engine_state.h"
#include "core/nobed/nobed_decide.h"
#include "core/stay/dates.h"
#include "core/stay/stay_rules.h"
#include "core/vocab.h"

#include <stdio.h>
#include <string.h>

#define PROPOSAL_SPANS 4 /* how far ahead the rules are looked at: three changes of them */
#define CODE_DRAWS 16    /* of 1.5e11 codes: that all are in use does not happen */

static struct event *stay_event(struct decision *d, enum event_kind kind, const struct stay *s)
{
    struct event *ev = decision_event(d, kind);

    ev->u.stay.stay = s->id;
    ev->u.stay.referral = s->referral;
    return ev;
}

/* The code of the newest stay of the household up to S: a later house's is not for an earlier one to learn.
 */
static const char *code_until(const struct engine *e, const struct stay *s)
{
    struct referral_id id = engine_household_first(e, s->referral);
    const struct stay *with_code = NULL;

    for (; id.v != 0; id = engine_household_next(e, id)) {
        const struct stay *one = engine_stay_of(e, id);

        if (one != NULL && one->id.v <= s->id.v && one->return_code[0] != '\0' &&
            (with_code == NULL || one->id.v > with_code->id.v))
            with_code = one;
    }
    return with_code != NULL ? with_code->return_code : "";
}

/* "" where facts are gone: nothing could seal it. A household keeps the code of its earlier stays. */
static void find_return_code(const struct decision *d, const struct stay *s, char out[RETURN_CODE_SIZE])
{
    uint64_t draw = d->cmd->draw;

    snprintf(out, RETURN_CODE_SIZE, "%s", code_until(d->e, s));
    if (out[0] != '\0')
        return;
    for (int i = 0; i < CODE_DRAWS; i++) {
        return_code_make(draw, out);
        if (engine_stay_by_return_code(d->e, out) == NULL)
            return;
        draw = rng_mix(draw + 1);
    }
    out[0] = '\0';
}

static void give_return_code(struct decision *d, const struct stay *s)
{
    char code[RETURN_CODE_SIZE] = "";

    if (s->return_code[0] != '\0' || !engine_referral(d->e, s->referral)->facts_known)
        return;
    find_return_code(d, s, code);
    if (code[0] != '\0')
        memcpy(stay_event(d, EV_RETURN_CODE_GIVEN, s)->u.stay.return_code, code, sizeof code);
}

/* Clocks first: no moment in which a clock of the place runs for a household that has left it. */
static void end_stay(struct decision *d, const struct stay *s, uint8_t reason, uint8_t destination,
                     bool arrives)
{
    struct event *ev = NULL;

    clock_decide_left(d, engine_referral(d->e, s->referral), engine_pool(d->e, s->pool), arrives);
    ev = stay_event(d, EV_STAY_ENDED, s);
    ev->u.stay.reason = reason;
    ev->u.stay.destination = destination;
}

/* ---- arrival ---- */

static uint8_t list_nr(const struct decision *d, enum vocab_list list, const char *code)
{
    return (uint8_t)(vocab_list_find(d->e->vocab, list, code) + 1);
}

/* A household is in one place: who arrives at the next has left the one before, whichever of its referrals
 * that was. */
void stay_decide_leave(struct decision *d, const struct referral *r, enum kind next)
{
    const char *destination = next == KIND_VERVOLG ? "vervolgopvang" : "andere_opvang";
    struct referral_id id = engine_household_first(d->e, r->id);

    for (; id.v != 0; id = engine_household_next(d->e, id)) {
        const struct stay *s = engine_stay_of(d->e, id);
        const struct bridge *bed = id.v != r->id.v ? engine_bridge_bed_reached(d->e, id) : NULL;

        if (bed != NULL) /* that of R is ended by who decides its arrival */
            decide_bridge_ends(d, bed, BRIDGE_END_MOVED);
        if (s != NULL && s->state != STAY_DEPARTED)
            end_stay(d, s, list_nr(d, LIST_DEPARTURE, "doorstroom"),
                     list_nr(d, LIST_DESTINATION, destination), true);
    }
}

static struct funding_case case_of(const struct decision *d, const struct referral *r,
                                   const struct pool_kept *pool)
{
    return (struct funding_case){.need = r->facts_known ? &r->need : NULL,
                                 .kind = pool->kind,
                                 .region = engine_location(d->e, pool->location)->region};
}

uint8_t stay_propose(const struct decision *d, const struct referral *r, const struct pool_kept *pool,
                     int32_t from_day, struct funding_span spans[FUNDING_SPANS_MAX])
{
    struct funding_case c = case_of(d, r, pool);

    return funding_propose(d->e->vocab, &c, from_day, spans, PROPOSAL_SPANS);
}

/* A bridge bed that another desk's search was promised or asks for, and nobody comes to any more: its house
 * need not keep it, nor ring about it. A bed that was reached is ended by leaving it. */
static void let_go_of_beds(struct decision *d, const struct referral *r)
{
    struct referral_id id = engine_household_first(d->e, r->id);

    for (; id.v != 0; id = engine_household_next(d->e, id)) {
        const struct referral *other = engine_referral(d->e, id);
        const struct bridge *bed = id.v != r->id.v ? engine_bridge_bed_next(d->e, id) : NULL;

        if (bed != NULL)
            decide_bridge_ends(d, bed, BRIDGE_END_PLACED);
        for (unsigned i = 0; id.v != r->id.v && i < other->n_requests; i++) {
            const struct request *q = engine_request(d->e, other->requests[i]);

            if (q->bridge && q->state == REQUEST_PENDING && !decision_has_cancelled(d, q->id))
                decision_request_event(d, EV_REQUEST_CANCELLED, q)->u.request.why = CANCEL_OTHER_YES;
        }
    }
}

void stay_decide_arrival(struct decision *d, const struct request *q, int64_t at_ms)
{
    const struct referral *r = engine_referral(d->e, q->referral);
    const struct pool_kept *p = engine_pool(d->e, q->pool);
    struct stay_id id = {engine_stays(d->e) + 1};
    struct event *ev = NULL;

    stay_decide_leave(d, r, p->kind);
    decide_leave_bridges(d, r, false); /* its own ended as placed */
    let_go_of_beds(d, r);
    dates_decide_left(d, r, (struct bridge_id){0}, at_ms);
    ev = decision_event(d, EV_STAY_STARTED);
    ev->u.stay.stay = id;
    ev->u.stay.referral = r->id;
    ev->u.stay.request = q->id;
    ev->u.stay.n_spans = stay_propose(d, r, p, time_day_nl(at_ms != 0 ? at_ms : d->now_ms), ev->u.stay.spans);
    if (at_ms != 0)
        dates_decide_stay(d, r->id, id, at_ms, 0);
    clock_decide_arrival(d, r, p, id, at_ms);
}

/* ---- by the house ---- */

static const struct stay *named(struct decision *d)
{
    const struct stay *s = engine_stay(d->e, d->cmd->u.stay.stay);

    d->outcome->referral = s->referral;
    return s;
}

static bool is_listed(const struct decision *d, enum vocab_list list, uint8_t nr)
{
    return nr >= 1 && vocab_list_code(d->e->vocab, list, nr - 1u) != NULL;
}

enum refusal decide_depart(struct decision *d)
{
    const struct stay *s = named(d);
    const struct stay_command *c = &d->cmd->u.stay;

    if (!is_listed(d, LIST_DEPARTURE, c->reason) || !is_listed(d, LIST_DESTINATION, c->destination))
        return REFUSAL_UNKNOWN_REASON;
    if (s->state == STAY_DEPARTED)
        return s->departure == c->reason && s->destination == c->destination &&
                       (c->at_ms == 0 || c->at_ms == s->ended_at_ms)
                   ? REFUSAL_NONE
                   : REFUSAL_WRONG_STATE;
    if (dates_judge_end(d, s->started_at_ms, c->at_ms) != REFUSAL_NONE)
        return REFUSAL_LIMIT;
    give_return_code(d, s);
    end_stay(d, s, c->reason, c->destination, false);
    if (c->reason == list_nr(d, LIST_DEPARTURE, "veiligheid"))
        care_decide_fled(d, s->referral, engine_pool(d->e, s->pool)->org, true);
    follow_up_stay_over(d, s, c->destination);
    if (c->at_ms != 0)
        dates_decide_stay(d, s->referral, s->id, s->started_at_ms, c->at_ms);
    return REFUSAL_NONE;
}

enum refusal decide_stay_ready(struct decision *d)
{
    const struct stay *s = named(d);
    const struct stay_command *c = &d->cmd->u.stay;
    struct event *ev = NULL;

    if (c->block != 0 && (!c->ready || !is_listed(d, LIST_OUTFLOW, c->block)))
        return REFUSAL_UNKNOWN_REASON;
    if (s->state == STAY_DEPARTED)
        return REFUSAL_WRONG_STATE;
    if (c->ready == (s->state == STAY_READY) && c->block == s->block)
        return REFUSAL_NONE;
    ev = stay_event(d, EV_STAY_READY, s);
    ev->u.stay.ready = c->ready;
    ev->u.stay.block = c->block;
    return REFUSAL_NONE;
}

enum refusal stay_judge_span(const struct decision *d, const struct referral *r, const struct pool_kept *pool,
                             const struct funding *funding, const struct funding_span *span, int32_t first,
                             int32_t last, struct funding *changed)
{
    struct funding_case c = case_of(d, r, pool);
    const struct stay_rules *rules = vocab_stay_rules(d->e->vocab);
    const struct funding_stream *stream = stay_rules_stream(rules, span->stream);

    *changed = *funding;
    if (!is_listed(d, LIST_FUNDING_CHANGE, span->reason) || stream == NULL)
        return REFUSAL_UNKNOWN_REASON;
    if (stream->municipal && span->municipality == 0)
        return REFUSAL_NO_MUNICIPALITY;
    if (span->from_day < first || span->from_day > last || span->from_day < stream->valid.from ||
        span->from_day > stream->valid.to ||
        (span->municipality != 0 && vocab_municipality(d->e->vocab, span->municipality) == NULL) ||
        !funding_set(d->e->vocab, &c, funding, *span, changed))
        return REFUSAL_LIMIT;
    return REFUSAL_NONE;
}

enum refusal decide_fund_stay(struct decision *d)
{
    const struct stay *s = named(d);
    const struct stay_command *c = &d->cmd->u.stay;
    struct funding_span span = {
        .from_day = c->from_day, .stream = c->stream, .municipality = c->municipality, .reason = c->reason};
    struct funding changed;
    int32_t last = time_day_nl(s->state == STAY_DEPARTED ? s->ended_at_ms : d->now_ms);
    enum refusal refusal = stay_judge_span(d, engine_referral(d->e, s->referral), engine_pool(d->e, s->pool),
                                           &s->funding, &span, time_day_nl(s->started_at_ms), last, &changed);

    if (refusal != REFUSAL_NONE || memcmp(&changed, &s->funding, sizeof changed) == 0)
        return refusal;
    /* One event sets one span and drops those behind it: what stays of them is told again, in order. */
    for (unsigned i = 0; i < changed.n; i++) {
        struct event *ev = NULL;

        if (changed.spans[i].from_day < span.from_day)
            continue;
        ev = stay_event(d, EV_STAY_FUNDED, s);
        ev->u.stay.n_spans = 1;
        ev->u.stay.spans[0] = changed.spans[i];
    }
    return REFUSAL_NONE;
}

enum refusal decide_give_return_code(struct decision *d)
{
    const struct stay *s = named(d);

    if (s->return_code[0] == '\0' && !engine_referral(d->e, s->referral)->facts_known)
        return REFUSAL_WRONG_STATE;
    if (s->state == STAY_DEPARTED &&
        !stay_left_lately(d->e, s, d->now_ms)) /* no longer the house's to know */
        return REFUSAL_WRONG_STATE;
    give_return_code(d, s);
    return REFUSAL_NONE;
}

/* ---- hooks of other decisions ---- */

struct referral_id stay_search_of_code(const struct decision *d, const char *return_code)
{
    const struct stay *s = engine_stay_by_return_code(d->e, return_code);

    return s != NULL ? engine_household_search(d->e, s->referral) : (struct referral_id){0};
}

void stay_decide_let_go(struct decision *d, const struct referral *r)
{
    struct referral_id id = engine_household_first(d->e, r->id);

    for (; id.v != 0; id = engine_household_next(d->e, id)) {
        const struct referral *other = engine_referral(d->e, id);

        for (unsigned i = 0; id.v != r->id.v && i < other->n_requests; i++) {
            const struct request *q = engine_request(d->e, other->requests[i]);

            if (!q->bridge && request_is_holding(q) && !decision_has_cancelled(d, q->id))
                decision_request_event(d, EV_REQUEST_CANCELLED, q)->u.request.why = CANCEL_OTHER_YES;
        }
    }
}

void stay_decide_opened(struct decision *d, struct referral_id id, const char *return_code)
{
    const struct stay *s = engine_stay_by_return_code(d->e, return_code);
    struct event *ev = NULL;

    if (s == NULL)
        return;
    ev = decision_event(d, EV_REFERRAL_LINKED);
    ev->u.link.referral = id;
    ev->u.link.earlier = s->referral;
    ev->u.link.why = LINK_RETURN;
}

/* Where the household's region is not known, that of the desk that placed it: somebody must be told. */
void stay_decide_declined(struct decision *d, const struct request *q, uint8_t reason)
{
    const struct referral *r = engine_referral(d->e, q->referral);
    struct event *ev = NULL;

    if (!vocab_decline_is_for_money(d->e->vocab, reason) || r->need.threat_level != THREAT_ROOD)
        return;
    ev = decision_event(d, EV_FUNDING_FLAGGED);
    ev->u.flag.referral = r->id;
    ev->u.flag.request = q->id;
    ev->u.flag.region =
        r->home_region < vocab_regions(d->e->vocab) ? r->home_region : engine_org(d->e, r->org)->region;
}
