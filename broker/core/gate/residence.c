/* The residence situation, found out after the referral was opened: not knowing it never blocks a night bed,
 * so finding out is a task that is done by saying what was found. From then on the match goes by it. */
#include "core/apply.h"
#include "core/decide.h"
#include "core/fields.h"
#include "core/gate/gate_look.h"
#include "core/scarcity.h"

bool residence_is_to_find(const struct referral *r)
{
    return referral_is_live(r->state) && r->facts_known && r->need.residence == RESIDENCE_ONBEKEND;
}

bool residence_end_is_to_find(const struct referral *r)
{
    return referral_is_live(r->state) && r->facts_known && r->need.residence == RESIDENCE_BEDENKTIJD &&
           r->residence_until_ms == 0;
}

enum refusal decide_find_residence(struct decision *d)
{
    const struct referral *r = engine_referral(d->e, d->cmd->u.residence.referral);
    enum residence found = d->cmd->u.residence.residence;
    int64_t until_ms = d->cmd->u.residence.until_ms;
    struct event *ev = NULL;

    d->outcome->referral = r->id;
    if (!referral_is_live(r->state) || !r->facts_known)
        return REFUSAL_WRONG_STATE;
    if ((unsigned)found >= RESIDENCE_N || until_ms < 0 || until_ms > FIELD_TIME_MAX ||
        (until_ms != 0 && found != RESIDENCE_BEDENKTIJD))
        return REFUSAL_LIMIT;
    if (r->need.residence == found && r->residence_until_ms == until_ms)
        return REFUSAL_NONE;
    ev = decision_event(d, EV_RESIDENCE_FOUND);
    ev->u.residence.referral = r->id;
    ev->u.residence.facts_known = true;
    ev->u.residence.residence = found;
    ev->u.residence.until_ms = until_ms;
    return REFUSAL_NONE;
}

const char *residence_found_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.residence.referral);

    if (r == NULL || !referral_is_live(r->state))
        return "a residence found for no referral that is under way";
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
