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

/* A leak that goes on, of which A may see the list, with R on it. Cost: all leaks and their households. */
static bool is_on_a_list(const struct engine *e, const struct actor *a, struct referral_id r)
{
    for (uint32_t i = engine_leaks(e); i > 0; i--) {
        const struct leak *l = engine_leak(e, i);

        if ((l->state != LEAK_FROZEN && l->state != LEAK_LIFT_ASKED) || !may(e, a, ACT_SEE_LEAK, i))
            continue;
        for (unsigned n = 0; n < l->households; n++) {
            const struct leak_household *h = engine_leak_household(e, i, n);

            if (h->earlier.v == r.v || h->later.v == r.v)
                return true;
        }
    }
    return false;
}

const char *audience_of_change(const struct engine *e, const struct actor *a, const struct event *ev)
{
    struct referral_id r = {0};

    if (event_body_of(ev->kind) == BODY_REGIE) {
        bool is_of_care = is_referrer(a) || a->role == ROLE_SHELTER;

        return is_of_care && ev->u.regie.from.v == a->org.v && is_who_it_says(e, a) ? event_name(ev->kind)
                                                                                    : NULL;
    }
    if (!role_may_act(a, ACT_SEE_LEAK) || !moves_on_the_list(a, ev))
        return NULL;
    r = event_subject(ev);
    return r.v != 0 && is_on_a_list(e, a, r) ? "leak.changed" : NULL;
}
