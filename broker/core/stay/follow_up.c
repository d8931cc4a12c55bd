/* What a clock opened so that its household has a place in time: by when it must be, and what it is once the
 * household has no bed any more. */
#include "core/stay/stay_decide.h"

#include "core/engine_state.h"
#include "core/fields.h"
#include "core/nobed/nobed.h"
#include "core/scarcity.h"
#include "core/stay/dates.h"
#include "core/stay/stay_apply.h"
#include "core/vocab.h"

/* ---- look ---- */

/* Beds of the household of ID that count, those that are over in this decision left out. */
static bool has_bed(const struct engine *e, struct referral_id id, struct stay_id left_stay,
                    struct bridge_id left_bed)
{
    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        const struct stay *s = engine_stay_of(e, id);
        const struct bridge *bed = engine_bridge_bed_reached(e, id);

        if ((s != NULL && s->state != STAY_DEPARTED && s->id.v != left_stay.v) ||
            (bed != NULL && bed->id.v != left_bed.v))
            return true;
    }
    return false;
}

/* A place to live, and not where a household sleeps that still needs one. */
static bool destination_is_home(const struct engine *e, uint8_t destination)
{
    return destination != 0 && !vocab_destination_slept(e->vocab, destination);
}

/* People said that it needs no place: then it is not looked for as who has none. Not so of who found one by
 * themselves or among family and friends, or is at home by a barring order, which ends. */
static bool withdrawn_for_home(const struct engine *e, uint8_t reason)
{
    int none_needed = vocab_list_find(e->vocab, LIST_WITHDRAW, "niet_meer_nodig");

    return none_needed >= 0 && reason == none_needed + 1;
}

/* A bridge bed that was left for home, or ended with a search that was withdrawn for it. */
static bool left_for_home(const struct engine *e, const struct bridge *b)
{
    return b->end == BRIDGE_END_HOME ||
           (b->end == BRIDGE_END_WITHDRAWN &&
            withdrawn_for_home(e, engine_referral(e, b->referral)->withdraw_reason));
}

bool engine_household_has_bed(const struct engine *e, struct referral_id id)
{
    return has_bed(e, id, (struct stay_id){0}, (struct bridge_id){0});
}

int64_t engine_household_bed_over_ms(const struct engine *e, struct referral_id id)
{
    int64_t over_ms = 0;

    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        const struct stay *s = engine_stay_of(e, id);
        const struct nobed_case *c = engine_nobed(e, id);

        if (s != NULL && s->state == STAY_DEPARTED && s->ended_at_ms > over_ms)
            over_ms = s->ended_at_ms;
        for (unsigned i = 0; c != NULL && i < c->n_bridges; i++) {
            const struct bridge *b = engine_bridge(e, c->bridges[i]);

            if (b->kind == BRIDGE_BED && b->started_at_ms != 0 && b->ended_at_ms > over_ms)
                over_ms = b->ended_at_ms;
        }
    }
    return over_ms;
}

/* When that was told: of an arrival at the next bed, or of a leaving, which may have been before. */
int64_t engine_household_bed_over_told_ms(const struct engine *e, struct referral_id id)
{
    int64_t told_ms = engine_household_bed_over_ms(e, id);

    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        const struct stay *s = engine_stay_of(e, id);
        const struct nobed_case *c = engine_nobed(e, id);

        if (s != NULL && engine_stay_end_told_ms(e, s) > told_ms)
            told_ms = engine_stay_end_told_ms(e, s);
        for (unsigned i = 0; c != NULL && i < c->n_bridges; i++) {
            const struct bridge *b = engine_bridge(e, c->bridges[i]);
            const struct request *q = engine_request(e, b->request);

            if (b->kind == BRIDGE_BED && b->started_at_ms != 0 && b->ended_at_ms != 0 && q != NULL &&
                q->ended_at_ms > told_ms)
                told_ms = q->ended_at_ms;
        }
    }
    return told_ms;
}

/* Where two ended in one moment, nobody knows which was the last. */
bool engine_household_is_settled(const struct engine *e, struct referral_id id)
{
    int64_t over_ms = engine_household_bed_over_ms(e, id);
    bool is_home = false;
    unsigned n = 0;

    if (over_ms == 0 || engine_household_has_bed(e, id))
        return false;
    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        const struct stay *s = engine_stay_of(e, id);
        const struct nobed_case *c = engine_nobed(e, id);

        if (s != NULL && s->ended_at_ms == over_ms) {
            is_home = destination_is_home(e, s->destination);
            n++;
        }
        for (unsigned i = 0; c != NULL && i < c->n_bridges; i++) {
            const struct bridge *b = engine_bridge(e, c->bridges[i]);

            if (b->kind == BRIDGE_BED && b->started_at_ms != 0 && b->ended_at_ms == over_ms) {
                is_home = left_for_home(e, b);
                n++;
            }
        }
    }
    return n == 1 && is_home;
}

bool engine_is_planned(const struct engine *e, struct referral_id id)
{
    return engine_household(e, id).why == LINK_FOLLOW_UP &&
           (engine_household_has_bed(e, id) || engine_household_is_settled(e, id));
}

bool engine_search_is_left(const struct engine *e, struct referral_id id)
{
    const struct referral *r = engine_referral(e, id);
    int64_t told_ms = 0;

    if (engine_household(e, id).why != LINK_FOLLOW_UP || !referral_is_looking(r->state) ||
        !engine_household_is_settled(e, id) || engine_bridge_of(e, id, BRIDGE_HOTEL) != NULL ||
        engine_bridge_of(e, id, BRIDGE_NETWORK) != NULL)
        return false;
    told_ms = engine_household_bed_over_told_ms(e, id);
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (request_is_holding(q) || (!q->proposal.by_broker && q->asked_at_ms > told_ms))
            return false;
    }
    return true;
}

/* ---- decide ---- */

/* After what was decided here. */
static int64_t deadline_here(const struct decision *d, const struct referral *r)
{
    int64_t deadline_ms = r->deadline_ms;

    for (size_t i = d->first; i < d->out->n; i++) {
        const struct event *ev = &d->out->list[i];

        if (ev->kind == EV_REFERRAL_RETIMED && ev->u.referral.referral.v == r->id.v)
            deadline_ms = ev->u.referral.eta_ms;
    }
    return deadline_ms;
}

static void retime(struct decision *d, const struct referral *r, int64_t deadline_ms, enum urgency urgency)
{
    struct event *ev = NULL;

    if (deadline_ms > FIELD_TIME_MAX || (r->deadline_ms == deadline_ms && r->urgency == urgency))
        return;
    ev = decision_referral_event(d, EV_REFERRAL_RETIMED, r);
    ev->u.referral.eta_ms = deadline_ms;
    ev->u.referral.reason = (uint8_t)urgency;
}

/* Of two clocks that warned for one search, the one that ends first says by when: that of the follow-up of C,
 * by the others that run and by UNTIL. */
static int64_t soonest_but(const struct decision *d, const struct stay_clock *c, int64_t until_ms)
{
    struct referral_id id = engine_household_first(d->e, c->follow_up);

    for (; id.v != 0; id = engine_household_next(d->e, id)) {
        for (unsigned i = 0;; i++) {
            const struct stay_clock *other = engine_clock(d->e, engine_clock_of(d->e, id, i));

            if (other == NULL)
                break;
            if (other->id.v != c->id.v && other->state == CLOCK_WARNED &&
                other->follow_up.v == c->follow_up.v && !clock_is_stopped_here(d, other->id) &&
                other->runs_out_ms < until_ms)
                until_ms = other->runs_out_ms;
        }
    }
    return until_ms;
}

void follow_up_clock_moved(struct decision *d, const struct stay_clock *c, int64_t until_ms)
{
    const struct referral *r = engine_referral(d->e, c->follow_up);

    if (r == NULL || !referral_is_live(r->state) || !engine_is_planned(d->e, r->id))
        return;
    until_ms = soonest_but(d, c, until_ms);
    if (until_ms > d->now_ms)
        retime(d, r, until_ms, follow_up_urgency(until_ms - d->now_ms));
}

void follow_up_clock_stopped(struct decision *d, const struct stay_clock *c)
{
    const struct referral *r = engine_referral(d->e, c->follow_up);
    int64_t until_ms = 0;

    /* By another day than that of C: not because of C. */
    if (r == NULL || !referral_is_live(r->state) || !engine_is_planned(d->e, r->id) ||
        deadline_here(d, r) != c->runs_out_ms)
        return;
    until_ms = soonest_but(d, c, INT64_MAX);
    if (until_ms != INT64_MAX && until_ms > d->now_ms) /* else people say what becomes of it */
        retime(d, r, until_ms, follow_up_urgency(until_ms - d->now_ms));
}

void follow_up_found(struct decision *d, struct referral_id id, int64_t until_ms)
{
    const struct referral *r = engine_referral(d->e, id);

    if (engine_is_planned(d->e, id) && until_ms > d->now_ms && until_ms < r->deadline_ms)
        retime(d, r, until_ms, follow_up_urgency(until_ms - d->now_ms));
}

/* Those of the household of ID that its clocks opened are for today, but for the one that ENDS here. */
static void make_today(struct decision *d, struct referral_id id, struct referral_id ends)
{
    for (id = engine_household_first(d->e, id); id.v != 0; id = engine_household_next(d->e, id)) {
        const struct referral *r = engine_referral(d->e, id);
        int64_t by_ms = d->now_ms + vocab_deadline_minutes(d->e->vocab, URGENCY_VANDAAG) * MS_MINUTE;

        if (id.v == ends.v || engine_household(d->e, id).why != LINK_FOLLOW_UP || !referral_is_live(r->state))
            continue;
        retime(d, r, r->deadline_ms < by_ms ? r->deadline_ms : by_ms,
               r->urgency < URGENCY_VANDAAG ? r->urgency : URGENCY_VANDAAG);
    }
}

void follow_up_stay_over(struct decision *d, const struct stay *s, uint8_t destination)
{
    if (!destination_is_home(d->e, destination) && !has_bed(d->e, s->referral, s->id, (struct bridge_id){0}))
        make_today(d, s->referral, (struct referral_id){0});
}

void follow_up_bed_over(struct decision *d, const struct bridge *b, enum bridge_end end)
{
    if (end != BRIDGE_END_HOME && !has_bed(d->e, b->referral, (struct stay_id){0}, b->id))
        make_today(d, b->referral, (struct referral_id){0});
}

void follow_up_search_over(struct decision *d, const struct referral *r, uint8_t withdrawn_for)
{
    const struct bridge *bed = engine_bridge_bed_reached(d->e, r->id);

    if (bed != NULL && !withdrawn_for_home(d->e, withdrawn_for) &&
        !has_bed(d->e, r->id, (struct stay_id){0}, bed->id))
        make_today(d, r->id, r->id);
}

void follow_up_bed_back(struct decision *d, struct referral_id id, int64_t until_ms)
{
    const struct referral *r = engine_referral(d->e, id);

    /* One that brings it out of a leaked house, or that somebody opened by its code, has its own time. */
    if (r != NULL && referral_is_live(r->state) && engine_household(d->e, id).why == LINK_FOLLOW_UP &&
        until_ms > d->now_ms)
        retime(d, r, until_ms, follow_up_urgency(until_ms - d->now_ms));
}

/* ---- apply ---- */

const char *referral_retimed_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.referral.referral);

    if (r == NULL || !referral_is_live(r->state))
        return "another deadline for no referral that is live";
    return ev->u.referral.eta_ms <= 0 || ev->u.referral.eta_ms > FIELD_TIME_MAX ||
                   ev->u.referral.reason >= URGENCY_N
               ? "a deadline that is none"
               : NULL;
}

/* One that was unplaced, and gets time again, is not: its household has its bed until then. */
void referral_retimed_apply(struct engine *e, const struct event *ev)
{
    struct referral_slot *s = referral_slot(e, ev->u.referral.referral);

    s->r.deadline_ms = ev->u.referral.eta_ms;
    s->r.urgency = (enum urgency)ev->u.referral.reason;
    if (s->r.deadline_ms > ev->at_ms)
        s->r.unplaced = false;
    if (s->r.facts_known) {
        s->r.need.urgency = s->r.urgency;
        scarcity_need_changed(e, s->r.id);
    }
    referral_move(e, s, s->r.state, ev->seq);
}

const char *referral_still_there_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.referral.referral);

    return r == NULL || !referral_is_live(r->state) ? "a search told of that is none" : NULL;
}

void referral_still_there_apply(struct engine *e, const struct event *ev)
{
    struct referral_slot *s = referral_slot(e, ev->u.referral.referral);
    struct household_slot *h = household_slot(e, s->r.id);

    if (ev->u.referral.reason != 0) {
        h->h.rests_from = (uint16_t)(s->r.n_requests + 1);
        household_touched(e, h);
    }
    referral_move(e, s, s->r.state, ev->seq);
}

void household_timers_refresh(struct engine *e, struct referral_id id)
{
    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        due_refresh_referral(e, referral_slot(e, id));
        timers_refresh(e, engine_referral(e, id));
    }
}
