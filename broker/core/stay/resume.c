/* A departure that was a mistake. The household lives there still, so it must be found by the kill switch,
 * and the clocks of its place run again from where they were. */
#include "core/stay/dates.h"

#include "core/engine_state.h"
#include "core/ledger.h"
#include "core/safety/safety_decide.h"
#include "core/stay/stay_decide.h"
#include "core/stay/stay_rules.h"

static bool stopped_with(const struct stay_clock *c, const struct stay *s, int64_t end_told_ms)
{
    return c->state == CLOCK_STOPPED && c->stop_reason == 0 && c->stay.v == s->id.v &&
           c->stopped_at_ms == end_told_ms;
}

/* Those that stopped with it, by nobody's word: each with its owner and its moments. One that was warned of
 * warns again; its follow-up, while it is under way, is the one there is. */
static void run_again(struct decision *d, const struct stay *s, int64_t end_told_ms)
{
    unsigned begun = 0;

    for (unsigned i = 0;; i++) {
        const struct stay_clock *c = engine_clock(d->e, engine_clock_of(d->e, s->referral, i));
        struct event *ev = NULL;

        if (c == NULL)
            break;
        if (!stopped_with(c, s, end_told_ms) || c->runs_out_ms <= c->started_at_ms ||
            !clock_has_room(d, s->referral, true))
            continue;
        ev = decision_event(d, EV_CLOCK_STARTED);
        ev->u.clock = (struct clock_event){.clock = {engine_clocks(d->e) + 1 + begun++},
                                           .referral = s->referral,
                                           .stay = s->id,
                                           .kind = c->kind,
                                           .owner = c->owner,
                                           .org = c->owner,
                                           .desk = c->desk,
                                           .started_at_ms = c->started_at_ms,
                                           .warn_at_ms = c->warn_at_ms > c->started_at_ms ? c->warn_at_ms
                                                                                          : c->started_at_ms,
                                           .runs_out_ms = c->runs_out_ms};
    }
}

/* Of those that went on, and of those that stopped with the stay and run again. */
static bool has_search(const struct stay_clock *c, const struct stay *s, int64_t end_told_ms)
{
    return c->follow_up.v != 0 && (c->state == CLOCK_WARNED || stopped_with(c, s, end_told_ms));
}

/* What its clocks had opened was for today since the household had no bed (follow_up_bed_over): each is for
 * the day on which the first of its clocks runs out again. */
static void give_time_back(struct decision *d, const struct stay *s, int64_t end_told_ms)
{
    const struct stay_clock *c = NULL, *other = NULL;

    for (unsigned i = 0; (c = engine_clock(d->e, engine_clock_of(d->e, s->referral, i))) != NULL; i++) {
        bool is_first = has_search(c, s, end_told_ms);

        for (unsigned k = 0;
             is_first && (other = engine_clock(d->e, engine_clock_of(d->e, s->referral, k))) != NULL; k++) {
            if (other->follow_up.v == c->follow_up.v && has_search(other, s, end_told_ms) &&
                (other->runs_out_ms < c->runs_out_ms || (other->runs_out_ms == c->runs_out_ms && k < i)))
                is_first = false;
        }
        if (is_first)
            follow_up_bed_back(d, c->follow_up, c->runs_out_ms);
    }
}

/* The unit is theirs. A number that was told since they left may have it among the free ones: then there must
 * be one, and it is taken off. One told while they lived there never had it. */
static enum refusal judge_unit(struct decision *d, const struct request *q, int64_t end_told_ms, bool *takes)
{
    struct pool_view v = engine_pool_view(d->e, q->pool, d->now_ms);
    bool counts = !v.reported || q->ended_at_ms >= v.latest->observed_at_ms;
    bool is_new = v.reported && v.latest->observed_at_ms >= end_told_ms;

    *takes = !counts && is_new && v.latest->free != UNITS_UNKNOWN;
    if (counts && !ledger_is_within(d->e, q->pool, q->units))
        return REFUSAL_UNIT_GONE;
    if ((counts || *takes) && v.reported && v.latest->free != UNITS_UNKNOWN &&
        v.latest->free - v.held < q->units)
        return REFUSAL_UNIT_GONE;
    return REFUSAL_NONE;
}

/* Who looks for them hears it, and not where they are. What was opened because they had left asks nobody by
 * itself any more; what looked before goes on. */
static void tell_who_looks(struct decision *d, const struct stay *s, int64_t end_told_ms)
{
    struct referral_id id = engine_household_first(d->e, s->referral);
    const struct referral *own = engine_referral(d->e, s->referral);

    for (; id.v != 0; id = engine_household_next(d->e, id)) {
        const struct referral *r = engine_referral(d->e, id);
        bool rests = r->opened_at_ms >= end_told_ms;

        if (id.v != own->id.v && referral_is_live(r->state) && (rests || r->org.v != own->org.v))
            decision_referral_event(d, EV_REFERRAL_STILL_THERE, r)->u.referral.reason = rests;
    }
}

enum refusal decide_resume_stay(struct decision *d)
{
    const struct stay *s = engine_stay(d->e, d->cmd->u.stay.stay);
    const struct request *q = engine_request(d->e, s->request);
    int64_t end_told_ms = engine_stay_end_told_ms(d->e, s), until_ms = 0;
    bool by_house = d->cmd->actor.role == ROLE_SHELTER; /* else by the desk of its referral */
    enum refusal refusal = REFUSAL_NONE;
    struct event *ev = NULL;
    bool takes = false;

    d->outcome->referral = s->referral;
    if (s->state != STAY_DEPARTED)
        return REFUSAL_NONE;
    if (engine_stay_left_unsafe(d->e, s) == by_house)
        return by_house ? REFUSAL_LEFT_UNSAFE : REFUSAL_NOT_ALLOWED;
    until_ms = by_house ? engine_stay_resume_until_ms(d->e, s) : engine_stay_desk_resume_until_ms(d->e, s);
    if (until_ms == 0 || engine_household_has_bed(d->e, s->referral))
        return REFUSAL_MOVED_ON;
    if (until_ms <= d->now_ms)
        return REFUSAL_TOO_LATE;
    refusal = judge_unit(d, q, end_told_ms, &takes);
    if (refusal != REFUSAL_NONE) {
        d->outcome->pool = q->pool;
        return refusal;
    }
    ev = decision_event(d, EV_STAY_RESUMED);
    ev->u.stay.stay = s->id;
    ev->u.stay.referral = s->referral;
    if (takes)
        decide_units_taken(d, q);
    run_again(d, s, end_told_ms);
    give_time_back(d, s, end_told_ms);
    tell_who_looks(d, s, end_told_ms);
    decide_leak_back(d, s);
    return REFUSAL_NONE;
}
