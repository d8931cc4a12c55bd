/* Events of the handover as bytes: all in the clear part, since none tells of the household. */
#include "core/event.h"
#include "core/fields.h"

static void bytes_fields(struct fields *f, uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        field_u8(f, &p[i]);
}

void key_made_fields(struct fields *f, struct ev_key_made *ev)
{
    field_u32(f, &ev->id.v);
    field_u32(f, &ev->org.v);
    bytes_fields(f, ev->public_key, sizeof ev->public_key);
    field_below(f, &ev->wrapped_bytes, ORG_KEY_WRAPPED_MAX + 1);
    bytes_fields(f, ev->wrapped, ev->wrapped_bytes);
}

void key_event_fields(struct fields *f, struct event *ev)
{
    struct ev_key *k = &ev->u.key;

    field_u32(f, &k->id.v);
    if (ev->kind != EV_KEY_LOST && ev->kind != EV_KEY_LOSS_ASKED)
        return;
    if (fields_since(f, 5, false))
        FIELD_ENUM(f, k->reason, KEY_LOSS_REASON_N);
    else
        k->alone = true;
    if (ev->kind == EV_KEY_LOSS_ASKED)
        field_time(f, &k->until_ms);
}

void item_fields(struct fields *f, struct ev_item *ev)
{
    field_u64(f, &ev->referral.v);
    field_u64(f, &ev->request.v);
    field_u32(f, &ev->required);
    field_below(f, &ev->item, HANDOVER_ITEMS_MAX);
    FIELD_ENUM(f, ev->side, HANDOVER_SIDE_N);
    FIELD_BOOL(f, ev->given);
}

void note_written_fields(struct fields *f, struct ev_note_written *ev)
{
    field_u32(f, &ev->id.v);
    field_u64(f, &ev->referral.v);
    field_u64(f, &ev->request.v);
    field_u32(f, &ev->key.v);
    FIELD_ENUM(f, ev->from, HANDOVER_SIDE_N);
    field_u16(f, &ev->bytes);
    field_u64(f, &ev->locker_hi);
    field_u64(f, &ev->locker_lo);
    bytes_fields(f, ev->hash, sizeof ev->hash);
    field_time(f, &ev->destroy_at_ms);
}

void note_event_fields(struct fields *f, struct ev_note *ev)
{
    field_u32(f, &ev->id.v);
    field_u64(f, &ev->referral.v);
    field_u64(f, &ev->request.v);
    field_time(f, &ev->destroy_at_ms);
}
