#include "notify/subject.h"

/* The state that an event brings its request, or else its referral, into. */
static const char *state_of(enum event_kind k)
{
    static const char *const list[EV_N] = {
        [EV_REFERRAL_OPENED] = "open",         [EV_REQUEST_MADE] = "pending",
        [EV_REQUEST_SEEN] = "pending",         [EV_REQUEST_ACCEPTED] = "accepted",
        [EV_REQUEST_DECLINED] = "declined",    [EV_REQUEST_EXPIRED] = "expired",
        [EV_REQUEST_CANCELLED] = "cancelled",  [EV_REFERRAL_TRAVELLING] = "travelling",
        [EV_REFERRAL_ADMITTED] = "admitted",   [EV_REFERRAL_NO_SHOW] = "open",
        [EV_REFERRAL_WITHDRAWN] = "withdrawn", [EV_REQUEST_SILENT] = "pending",
        [EV_REFERRAL_UNPLACED] = "unplaced",
    };

    return (unsigned)k < EV_N && list[k] != NULL ? list[k] : "";
}

static void put_pool(const struct engine *e, struct pool_id id, struct subject *out)
{
    const struct pool *p = engine_pool(e, id);

    if (p == NULL)
        return;
    out->pool = id;
    out->house = p->location;
    out->house_org = p->org;
}

static void put_referral(const struct engine *e, struct referral_id id, struct subject *out)
{
    const struct referral *r = engine_referral(e, id);

    if (r == NULL)
        return;
    out->referral = id;
    out->referrer = r->org;
}

static void put_request(const struct engine *e, struct request_id id, struct subject *out)
{
    const struct request *q = engine_request(e, id);

    if (q == NULL)
        return;
    out->request = id;
    put_referral(e, q->referral, out);
    put_pool(e, q->pool, out);
}

struct subject subject_of_request(const struct engine *e, struct request_id id)
{
    struct subject s = {.state = "pending"};

    put_request(e, id, &s);
    return s;
}

struct subject subject_of_event(const struct engine *e, const struct event *ev)
{
    struct subject s = {.state = state_of(ev->kind)};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum" /* kinds that come later are about their referral */
    switch (ev->kind) {
    case EV_REQUEST_MADE:
        put_request(e, ev->u.made.id, &s);
        break;
    case EV_REQUEST_SEEN:
    case EV_REQUEST_ACCEPTED:
    case EV_REQUEST_DECLINED:
    case EV_REQUEST_EXPIRED:
    case EV_REQUEST_CANCELLED:
    case EV_REQUEST_LATE_YES:
    case EV_REQUEST_SILENT:
        put_request(e, ev->u.request.request, &s);
        break;
    case EV_REFERRAL_TRAVELLING:
    case EV_REFERRAL_ADMITTED:
    case EV_REFERRAL_NO_SHOW:
        put_request(e, ev->u.referral.request, &s); /* the one that was accepted */
        break;
    case EV_PLACE_FOUND:
        put_referral(e, ev->u.found.referral, &s);
        put_pool(e, ev->u.found.pool, &s);
        break;
    default:
        put_referral(e, event_subject(ev), &s);
        break;
    }
#pragma GCC diagnostic pop
    return s;
}
