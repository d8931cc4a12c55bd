#include "core/event.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct confirmed) <= sizeof(struct pool),
               "an event does not grow by EV_CAPACITY_CONFIRMED");
_Static_assert(sizeof(struct ev_key_made) <= sizeof(struct pool), "nor by EV_KEY_MADE");

_Static_assert(sizeof(struct bridge) <= sizeof(struct pool), "an event does not grow by EV_BRIDGE_OPENED");
_Static_assert(sizeof(struct stay_event) <= sizeof(struct pool) &&
                   sizeof(struct clock_event) <= sizeof(struct pool),
               "nor by a stay's or a clock's");

struct event *event_list_add(struct event_list *l, enum event_kind kind)
{
    struct event *ev = NULL;

    CHECK((unsigned)kind < EV_N);
    MEM_GROW(l->list, l->n, l->cap);
    ev = &l->list[l->n++];
    /* Padding too, so that nothing of an earlier event can show through. */
    memset(ev, 0, sizeof *ev);
    ev->kind = kind;
    return ev;
}

void event_list_clear(struct event_list *l)
{
    l->n = 0;
}

void event_list_fini(struct event_list *l)
{
    free(l->list);
    *l = (struct event_list){0};
}

/* ---- what event_kinds.def says ---- */

static const struct kind_row {
    const char *name;
    enum event_body body;
    enum { CLEAR, PRIVATE } seal;
    enum { SAME, ROOM } room;
} kinds[EV_N] = {
#define EVENT_KIND(name, code, body, seal, room) [EV_##name] = {code, BODY_##body, seal, room},
#include "core/event_kinds.def"
#undef EVENT_KIND
};

static const struct kind_row *row_of(enum event_kind k)
{
    CHECK((unsigned)k < EV_N);
    return &kinds[k];
}

const char *event_name(enum event_kind k)
{
    return row_of(k)->name;
}

enum event_body event_body_of(enum event_kind k)
{
    return row_of(k)->body;
}

bool event_may_have_private(enum event_kind k)
{
    return row_of(k)->seal == PRIVATE;
}

bool event_may_change_room(enum event_kind k)
{
    return row_of(k)->room == ROOM;
}

struct referral_id event_subject(const struct event *ev)
{
    switch (event_body_of(ev->kind)) {
    case BODY_OPENED:
        return ev->u.opened.id;
    case BODY_MADE:
        return ev->u.made.referral;
    case BODY_REQUEST:
        return ev->u.request.referral;
    case BODY_REFERRAL:
        return ev->u.referral.referral;
    case BODY_FOUND:
        return ev->u.found.referral;
    case BODY_DESK:
        return ev->u.desk.referral;
    case BODY_ESCALATION:
        return ev->u.escalation.referral;
    case BODY_BRIDGE_OPENED:
        return ev->u.bridge_opened.referral;
    case BODY_BRIDGE:
        return ev->u.bridge.referral;
    case BODY_BRIDGE_FUNDED:
        return ev->u.bridge_funded.referral;
    case BODY_NIGHT:
        return ev->u.night.referral;
    case BODY_GATE:
        return ev->u.gate.referral;
    case BODY_RESIDENCE:
        return ev->u.residence.referral;
    case BODY_STAY:
        return ev->u.stay.referral;
    case BODY_CLOCK:
        return ev->u.clock.referral;
    case BODY_DATED:
        return ev->u.dated.referral;
    case BODY_LINK:
        return ev->u.link.referral;
    case BODY_FLAG:
        return ev->u.flag.referral;
    case BODY_MDO:
        return ev->u.mdo.referral;
    case BODY_MDO_ITEM:
        return ev->u.mdo_item.referral;
    case BODY_REGIE:
        return ev->u.regie.referral;
    case BODY_CONSULT:
        return ev->u.consult.referral;
    case BODY_ITEM:
        return ev->u.item.referral;
    case BODY_NOTE_WRITTEN:
        return ev->u.note_written.referral;
    case BODY_NOTE:
        return ev->u.note.referral;
    case BODY_CONFLICT:
        return ev->u.conflict.referral;
    case BODY_NOTHING:
    case BODY_ORG:
    case BODY_LOCATION:
    case BODY_POOL:
    case BODY_CAPACITY:
    case BODY_CONFIRMED:
    case BODY_DONE:
    case BODY_KEY_MADE:
    case BODY_KEY:
    case BODY_LEAK:
    case BODY_SURGE:
        break;
    }
    return (struct referral_id){0};
}
