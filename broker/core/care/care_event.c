#include "core/care/care_event.h"

#include "base/check.h"
#include "core/event.h"
#include "core/fields.h"

static void org_list(struct fields *f, struct care_mdo_event *v)
{
    field_below(f, &v->n_orgs, MDO_PARTICIPANTS_MAX + 1);
    for (unsigned i = 0; i < v->n_orgs; i++)
        field_u32(f, &v->orgs[i].v);
}

static void mdo_event_fields(struct fields *f, enum event_kind kind, struct care_mdo_event *v)
{
    field_u32(f, &v->mdo);
    field_u64(f, &v->referral.v);
    if (kind == EV_MDO_CONVENED)
        FIELD_ENUM(f, v->ground, GROUND_N);
    if (kind == EV_MDO_CONVENED || kind == EV_MDO_DATED || kind == EV_MDO_REMINDED)
        field_time(f, &v->next_ms);
    if (kind == EV_MDO_CONVENED || kind == EV_MDO_INVITED || kind == EV_MDO_ANSWERED ||
        kind == EV_MDO_REMINDED || kind == EV_MDO_SEAT_ENDED)
        org_list(f, v);
    if (kind == EV_MDO_ANSWERED)
        FIELD_ENUM(f, v->answer, PARTICIPANT_STATE_N);
}

static void item_event_fields(struct fields *f, enum event_kind kind, struct care_item_event *v)
{
    field_u32(f, &v->item);
    field_u32(f, &v->mdo);
    field_u64(f, &v->referral.v);
    if (kind == EV_MDO_ITEM_MOVED) {
        FIELD_ENUM(f, v->state, ITEM_STATE_N);
        return;
    }
    if (kind == EV_MDO_ITEM_REMINDED)
        return;
    FIELD_ENUM(f, v->domain, MDO_DOMAIN_N);
    FIELD_ENUM(f, v->sort, ITEM_SORT_N);
    field_u32(f, &v->acts.v);
    field_u32(f, &v->by.v);
    field_time(f, &v->due_ms);
    if (kind == EV_MDO_NOTED_OUTSIDE)
        FIELD_ENUM(f, v->outside, OUTSIDE_N);
}

static void regie_event_fields(struct fields *f, struct care_regie_event *v)
{
    field_u64(f, &v->referral.v);
    field_u32(f, &v->from.v);
    field_u32(f, &v->to.v);
    if (fields_since(f, 5, v->of.v == v->referral.v))
        field_u64(f, &v->of.v);
    else
        v->of = v->referral; /* each referral had a regie of its own */
}

static void consult_event_fields(struct fields *f, enum event_kind kind, struct care_consult_event *v)
{
    field_u32(f, &v->consult);
    field_u64(f, &v->referral.v);
    field_u32(f, &v->from.v);
    field_u32(f, &v->to.v);
    if (kind == EV_CONSULT_CLOSED)
        FIELD_ENUM(f, v->state, CONSULT_STATE_N);
}

void care_event_fields(struct fields *f, struct event *ev)
{
    switch ((int)event_body_of(ev->kind)) { /* only those of care come here */
    case BODY_MDO:
        mdo_event_fields(f, ev->kind, &ev->u.mdo);
        break;
    case BODY_MDO_ITEM:
        item_event_fields(f, ev->kind, &ev->u.mdo_item);
        break;
    case BODY_REGIE:
        regie_event_fields(f, &ev->u.regie);
        break;
    default:
        CHECK(event_body_of(ev->kind) == BODY_CONSULT);
        consult_event_fields(f, ev->kind, &ev->u.consult);
    }
}

bool care_event_has_private(const struct event *ev)
{
    switch ((int)ev->kind) { /* the others have none */
    case EV_MDO_NOTED:
        return ev->u.mdo_item.text[0] != '\0';
    case EV_MDO_NOTED_OUTSIDE:
        return ev->u.mdo_item.text[0] != '\0' || ev->u.mdo_item.callback[0] != '\0';
    case EV_REGIE_TAKEN:
    case EV_REGIE_NAMED:
        return ev->u.regie.role[0] != '\0' || ev->u.regie.callback[0] != '\0';
    case EV_CONSULT_ASKED:
    case EV_CONSULT_ANSWERED:
        return ev->u.consult.text[0] != '\0';
    default:
        return false;
    }
}

void care_event_private_fields(struct fields *f, struct event *ev)
{
    if (ev->kind == EV_MDO_NOTED || ev->kind == EV_MDO_NOTED_OUTSIDE) {
        field_text(f, ev->u.mdo_item.text, sizeof ev->u.mdo_item.text);
        if (ev->kind == EV_MDO_NOTED_OUTSIDE)
            field_text(f, ev->u.mdo_item.callback, sizeof ev->u.mdo_item.callback);
    } else if (ev->kind == EV_REGIE_TAKEN || ev->kind == EV_REGIE_NAMED) {
        field_text(f, ev->u.regie.role, sizeof ev->u.regie.role);
        field_text(f, ev->u.regie.callback, sizeof ev->u.regie.callback);
    } else {
        CHECK(ev->kind == EV_CONSULT_ASKED || ev->kind == EV_CONSULT_ANSWERED);
        field_text(f, ev->u.consult.text, sizeof ev->u.consult.text);
    }
}
