/* The residence situation, found out after the referral was opened: not knowing it never blocks a night bed,
 * so finding out is a task that is done by saying what was found, until the household has left: a 72-hour
 * place is there to find it out. From then on the match goes by it, and the clock of a reflection period. */
#include "base/time_text.h"
#include "core/apply.h"
#include "core/decide.h"
#include "core/fields.h"
#include "core/gate/gate_look.h"
#include "core/scarcity.h"
#include "core/stay/stay_decide.h"

bool residence_may_be_found(const struct referral *r)
{
    return (referral_is_live(r->state) || r->state == REFERRAL_ADMITTED) && r->facts_known;
}

bool residence_is_to_find(const struct referral *r)
{
    return residence_may_be_found(r) && r->need.residence == RESIDENCE_ONBEKEND;
}

bool residence_offer_is_open(const struct referral *r)
{
    return residence_may_be_found(r) && r->need.residence == RESIDENCE_BEDENKTIJD_AANGEBODEN;
}

bool residence_end_is_to_find(const struct referral *r)
{
    return residence_may_be_found(r) && r->need.residence == RESIDENCE_BEDENKTIJD &&
           r->residence_until_ms == 0;
}

bool residence_until_is_valid(enum residence residence, int64_t until_ms, int64_t now_ms)
{
    if (until_ms == 0)
        return true;
    return residence == RESIDENCE_BEDENKTIJD && until_ms > now_ms &&
           until_ms <= now_ms + RESIDENCE_UNTIL_MAX_DAYS * MS_DAY;
}

void decide_residence_event(struct decision *d, struct referral_id id, enum residence residence,
                            int64_t until_ms)
{
    struct event *ev = decision_event(d, EV_RESIDENCE_FOUND);

    ev->u.residence.referral = id;
    ev->u.residence.facts_known = true;
    ev->u.residence.residence = residence;
    ev->u.residence.until_ms = until_ms;
}

void decide_residence_until(struct decision *d, struct referral_id id, const struct referral *r)
{
    if (r->facts_known && r->residence_until_ms != 0 &&
        residence_until_is_valid(r->need.residence, r->residence_until_ms, d->now_ms))
        decide_residence_event(d, id, r->need.residence, r->residence_until_ms);
}

static void becomes(struct decision *d, const struct referral *r, enum residence found, int64_t until_ms)
{
    if (r->need.residence == found && r->residence_until_ms == until_ms)
        return;
    decide_residence_event(d, r->id, found, until_ms);
    clock_decide_residence(d, r, found, until_ms);
}

/* It is a fact of the household: what one desk finds out, every search and place of it that is not over goes
 * by. That a desk does not know it is no finding. Each has an event of its own: older journals, in which the
 * others did not hear of it, come to what they came to. */
static void tell_the_others(struct decision *d, const struct referral *r, enum residence found,
                            int64_t until_ms)
{
    struct referral_id id = engine_household_first(d->e, r->id);

    for (; found != RESIDENCE_ONBEKEND && id.v != 0; id = engine_household_next(d->e, id)) {
        const struct referral *other = engine_referral(d->e, id);

        bool is_known = until_ms == 0 && other->need.residence == found; /* with its end, maybe: that stays */

        if (id.v != r->id.v && residence_may_be_found(other) && !is_known)
            becomes(d, other, found, until_ms);
    }
}

enum refusal decide_find_residence(struct decision *d)
{
    const struct referral *r = engine_referral(d->e, d->cmd->u.residence.referral);
    enum residence found = d->cmd->u.residence.residence;
    int64_t until_ms = d->cmd->u.residence.until_ms;

    d->outcome->referral = r->id;
    if (!residence_may_be_found(r))
        return REFUSAL_WRONG_STATE;
    if ((unsigned)found >= RESIDENCE_N)
        return REFUSAL_LIMIT;
    /* Said again it changes nothing here, when it is over too; one that does not know it hears it then. */
    if (!residence_until_is_valid(found, until_ms, d->now_ms))
        return r->need.residence == found && r->residence_until_ms == until_ms ? REFUSAL_NONE : REFUSAL_LIMIT;
    becomes(d, r, found, until_ms);
    tell_the_others(d, r, found, until_ms);
    return REFUSAL_NONE;
}

const char *residence_found_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.residence.referral);

    if (r == NULL || (!referral_is_live(r->state) && r->state != REFERRAL_ADMITTED))
        return "a residence found for no household that looks for a place or is in one";
    if ((unsigned)ev->u.residence.residence >= RESIDENCE_N || ev->u.residence.until_ms < 0 ||
        ev->u.residence.until_ms > FIELD_TIME_MAX)
        return "a residence with a value out of range";
    return NULL;
}

void residence_found_apply(struct engine *e, const struct event *ev)
{
    struct referral_slot *s = referral_slot(e, ev->u.residence.referral);

    /* Without its facts, the referral has none either: one key seals both. */
    if (ev->u.residence.facts_known && s->r.facts_known) {
        s->r.need.residence = ev->u.residence.residence;
        s->r.residence_until_ms = ev->u.residence.until_ms;
        scarcity_need_changed(e, s->r.id);
    }
    referral_move(e, s, s->r.state, ev->seq);
}
