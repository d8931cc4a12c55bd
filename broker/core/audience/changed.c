/* What a list of somebody's shows has changed, by an event that they may not hear: told with no word of whom.
 */
#include "core/audience/audience_parts.h"

#include "core/event.h"

/* Who lives or was to come there, as the list of a leak shows: to the house whether they have left and
 * somebody looks, to the exchange how far it is. */
static bool moves_on_the_list(const struct actor *a, const struct event *ev)
{
    switch ((int)ev->kind) { /* all others change nothing that a house sees there */
    case EV_REFERRAL_ADMITTED:
    case EV_REFERRAL_WITHDRAWN:
    case EV_REFERRAL_CLOSED:
    case EV_STAY_ENDED:
    case EV_STAY_RESUMED:
    case EV_BRIDGE_ARRIVED:
    case EV_BRIDGE_ENDED:
        return true;
    case EV_REQUEST_MADE:
    case EV_REQUEST_ACCEPTED:
    case EV_REQUEST_DECLINED:
    case EV_REQUEST_EXPIRED:
    case EV_REQUEST_CANCELLED:
    case EV_REFERRAL_TRAVELLING:
    case EV_REFERRAL_NO_SHOW:
    case EV_REFERRAL_UNPLACED:
        return a->role == ROLE_EXCHANGE_ADMIN;
    default:
        return false;
    }
}

/* EV, of referral R, may change the row H for A. A house sees of its own bed that they left, and of their
 * search whether there is one; what they come to and leave elsewhere is not the house's to know, nor when. */
static bool is_of_row(const struct leak_household *h, const struct actor *a, const struct event *ev,
                      struct referral_id r)
{
    bool is_stay = ev->kind == EV_STAY_ENDED || ev->kind == EV_STAY_RESUMED;
    bool is_bed = ev->kind == EV_BRIDGE_ARRIVED || ev->kind == EV_BRIDGE_ENDED;

    if (a->role != ROLE_EXCHANGE_ADMIN && is_stay)
        return h->stay.v != 0 && h->stay.v == ev->u.stay.stay.v;
    if (a->role != ROLE_EXCHANGE_ADMIN && is_bed)
        return h->bridge.v != 0 && h->bridge.v == ev->u.bridge.bridge.v;
    return h->earlier.v == r.v || h->later.v == r.v;
}

/* A leak that goes on, of which A may see the list, with a row that EV may change. Cost: all leaks and their
 * households. */
static bool is_on_a_list(const struct engine *e, const struct actor *a, const struct event *ev,
                         struct referral_id r)
{
    for (uint32_t i = engine_leaks(e); i > 0; i--) {
        const struct leak *l = engine_leak(e, i);

        if ((l->state != LEAK_FROZEN && l->state != LEAK_LIFT_ASKED) || !may(e, a, ACT_SEE_LEAK, i))
            continue;
        for (unsigned n = 0; n < l->households; n++) {
            if (is_of_row(engine_leak_household(e, i, n), a, ev, r))
                return true;
        }
    }
    return false;
}

const char *audience_of_change(const struct engine *e, const struct actor *a, const struct event *ev)
{
    struct referral_id r = {0};

    bool is_of_care = (is_referrer(a) || a->role == ROLE_SHELTER) && is_who_it_says(e, a);

    if (event_body_of(ev->kind) == BODY_REGIE)
        return is_of_care && ev->u.regie.from.v == a->org.v ? event_name(ev->kind) : NULL;
    if (ev->kind == EV_MDO_SEAT_ENDED) /* its table is not there for it any more */
        return is_of_care && ev->u.mdo.orgs[0].v == a->org.v ? event_name(ev->kind) : NULL;
    if (!role_may_act(a, ACT_SEE_LEAK) || !moves_on_the_list(a, ev))
        return NULL;
    r = event_subject(ev);
    return r.v != 0 && is_on_a_list(e, a, ev, r) ? "leak.changed" : NULL;
}
