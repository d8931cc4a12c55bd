/* Events as bytes. The clear part starts with the codec version, then the account, then the fields of the
 * kind; the private part, where there is one, starts with the version too. Sequence, moment and kind are
 * columns of the journal row, not bytes in here. */
#include "core/event.h"

#include "base/check.h"
#include "core/gate/gate_codec.h"
#include "core/nobed/nobed_state.h"
#include "core/records.h"
#include "core/safety/safety_state.h"
#include "core/stay/stay_state.h"
#include "core/timers/timers_state.h"

#include <string.h>

static void capacity_fields(struct fields *f, struct event *ev)
{
    observation_fields(f, &ev->u.capacity.o);
    FIELD_BOOL(f, ev->u.capacity.used);
    if (fields_since(f, 3, ev->u.capacity.kept == KEPT_NOTHING))
        FIELD_ENUM(f, ev->u.capacity.kept, KEPT_N);
}

static void confirmed_fields(struct fields *f, struct event *ev)
{
    struct confirmed *c = &ev->u.confirmed;

    FIELD_ENUM(f, c->source, SOURCE_N);
    field_time(f, &c->observed_at_ms);
    field_below(f, &c->n, CONFIRMED_MAX + 1);
    for (unsigned i = 0; i < c->n; i++) {
        field_u32(f, &c->pools[i].v);
        field_u64(f, &c->reports[i]);
    }
}

static void opened_fields(struct fields *f, struct event *ev)
{
    field_u64(f, &ev->u.opened.id.v);
    field_text(f, ev->u.opened.code, sizeof ev->u.opened.code);
    field_u32(f, &ev->u.opened.org.v);
    FIELD_ENUM(f, ev->u.opened.urgency, URGENCY_N);
    field_region(f, &ev->u.opened.home_region);
    field_time(f, &ev->u.opened.deadline_ms);
}

static void request_event_fields(struct fields *f, struct event *ev)
{
    field_u64(f, &ev->u.request.request.v);
    field_u64(f, &ev->u.request.referral.v);
    field_u8(f, &ev->u.request.reason);
    FIELD_ENUM(f, ev->u.request.why, CANCEL_N);
}

static void referral_event_fields(struct fields *f, struct event *ev)
{
    field_u64(f, &ev->u.referral.referral.v);
    field_u64(f, &ev->u.referral.request.v);
    field_time(f, &ev->u.referral.eta_ms);
    field_u8(f, &ev->u.referral.reason);
}

static void clear_fields(struct fields *f, struct event *ev)
{
    field_u32(f, &ev->account.v);
    switch (ev->kind) {
    case EV_ORG_DEFINED:
        org_fields(f, &ev->u.org);
        break;
    case EV_LOCATION_DEFINED:
        location_fields(f, &ev->u.location);
        break;
    case EV_POOL_DEFINED:
        pool_fields(f, &ev->u.pool);
        break;
    case EV_CAPACITY_OBSERVED:
        capacity_fields(f, ev);
        break;
    case EV_REFERRAL_OPENED:
        opened_fields(f, ev);
        break;
    case EV_REQUEST_MADE:
        request_made_fields(f, &ev->u.made);
        break;
    case EV_REQUEST_SEEN:
    case EV_REQUEST_ACCEPTED:
    case EV_REQUEST_DECLINED:
    case EV_REQUEST_EXPIRED:
    case EV_REQUEST_CANCELLED:
    case EV_REQUEST_LATE_YES:
    case EV_REQUEST_SILENT:
        request_event_fields(f, ev);
        break;
    case EV_REFERRAL_TRAVELLING:
    case EV_REFERRAL_ADMITTED:
    case EV_REFERRAL_NO_SHOW:
    case EV_HOUSEHOLD_REFUSED:
    case EV_REFERRAL_WITHDRAWN:
    case EV_REFERRAL_UNPLACED:
        referral_event_fields(f, ev);
        break;
    case EV_COMMAND_DONE:
        key_fields(f, &ev->u.done.key);
        outcome_fields(f, &ev->u.done.outcome);
        break;
    case EV_PLACE_FOUND:
        field_u64(f, &ev->u.found.referral.v);
        field_u32(f, &ev->u.found.pool.v);
        break;
    case EV_CAPACITY_CONFIRMED:
        confirmed_fields(f, ev);
        break;
    /* ---- timers and escalation ---- */
    case EV_REQUEST_RUNG:
    case EV_REQUEST_EXTENDED:
    case EV_REFERRAL_WIDENED:
    case EV_HOLD_SET:
    case EV_ALARM_RAISED:
    case EV_ALARM_ACKNOWLEDGED:
    case EV_REFERRAL_HANDED_OVER:
    case EV_REFERRAL_TAKEN_OVER:
        escalation_fields(f, &ev->u.escalation);
        break;
    case EV_ALARM_REPEATED:
        alarm_repeated_fields(f, &ev->u.escalation);
        break;
    /* ---- no bed: bridges and the unplaced register ---- */
    case EV_BRIDGE_OPENED:
        bridge_opened_fields(f, &ev->u.bridge_opened);
        break;
    case EV_BRIDGE_STARTED:
    case EV_BRIDGE_CHECKED:
    case EV_BRIDGE_ALARMED:
    case EV_BRIDGE_ARRIVED:
    case EV_BRIDGE_ENDED:
    case EV_BRIDGE_TRAVELLING:
        bridge_event_fields(f, ev);
        break;
    case EV_BRIDGE_FUNDED:
        bridge_funded_fields(f, ev);
        break;
    case EV_NIGHT_NOTED:
    case EV_REFERRAL_CLOSED:
        night_event_fields(f, ev);
        break;
    /* ---- gatekeepers ---- */
    case EV_GATE_SENT:
    case EV_GATE_TAKEN:
    case EV_GATE_ASKED_BACK:
    case EV_GATE_ANSWERED:
    case EV_GATE_ASSENTED:
    case EV_GATE_RETURNED:
    case EV_GATE_WITHDRAWN:
        gate_event_fields(f, ev);
        break;
    case EV_RESIDENCE_FOUND:
        field_u64(f, &ev->u.residence.referral.v);
        break;
    /* ---- stays, clocks, nights and funding ---- */
    case EV_STAY_STARTED:
    case EV_STAY_READY:
    case EV_STAY_FUNDED:
    case EV_RETURN_CODE_GIVEN:
    case EV_STAY_ENDED:
    case EV_REFERRAL_LINKED:
    case EV_FUNDING_FLAGGED:
    case EV_CLOCK_STARTED:
    case EV_CLOCK_OFFERED:
    case EV_CLOCK_TAKEN:
    case EV_CLOCK_PROLONGED:
    case EV_CLOCK_STOPPED:
    case EV_CLOCK_WARNED:
    case EV_CLOCK_RAN_OUT:
        stay_event_fields(f, ev);
        break;
    /* ---- MDO, regiehouder, consult ---- */
    case EV_MDO_CONVENED:
    case EV_MDO_INVITED:
    case EV_MDO_ANSWERED:
    case EV_MDO_DATED:
    case EV_MDO_CLOSED:
    case EV_MDO_NOTED:
    case EV_MDO_ITEM_MOVED:
    case EV_REGIE_OFFERED:
    case EV_REGIE_TAKEN:
    case EV_REGIE_KEPT:
    case EV_REGIE_ENDED:
    case EV_CONSULT_ASKED:
    case EV_CONSULT_ANSWERED:
    case EV_CONSULT_CLOSED:
        care_event_fields(f, ev);
        break;
    /* ---- warm handover, keys and notes ---- */
    case EV_KEY_MADE:
        key_made_fields(f, &ev->u.key_made);
        break;
    case EV_KEY_CONFIRMED:
    case EV_KEY_LOSS_DROPPED:
        key_event_fields(f, &ev->u.key);
        break;
    case EV_KEY_LOST:
        key_lost_fields(f, &ev->u.key);
        break;
    case EV_KEY_LOSS_ASKED:
        key_loss_asked_fields(f, &ev->u.key);
        break;
    case EV_HANDOVER_ITEM:
        item_fields(f, &ev->u.item);
        break;
    case EV_NOTE_WRITTEN:
        note_written_fields(f, &ev->u.note_written);
        break;
    case EV_NOTE_PICKED_UP:
    case EV_NOTE_UNREADABLE:
    case EV_NOTE_DESTROYED:
        note_event_fields(f, &ev->u.note);
        break;
    /* ---- location leaked, surge, conflict check ---- */
    case EV_LEAK_REPORTED:
    case EV_LEAK_DROPPED:
    case EV_LOCATION_FROZEN:
    case EV_LEAK_HOUSEHOLD:
    case EV_LEAK_BRIDGE:
    case EV_LEAK_LIFT_ASKED:
    case EV_LEAK_LIFT_REFUSED:
    case EV_LOCATION_LIFTED:
    case EV_SUPPLY_CHANGED:
    case EV_SURGE_SET:
    case EV_CONFLICT_ASKED:
    case EV_CONFLICT_ANSWERED:
        safety_event_fields(f, ev);
        break;
    case EV_N:
        CHECK(ev->kind != EV_N);
    }
}

/* True if there are facts to seal. */
static bool has_private(const struct event *ev)
{
    if (ev->kind == EV_REFERRAL_OPENED)
        return ev->u.opened.facts_known;
    if (care_event_is_one(ev))
        return care_event_has_private(ev);
    if (ev->kind == EV_BRIDGE_OPENED)
        return bridge_owner_has_facts(&ev->u.bridge_opened.owner);
    if (stay_has_private(ev) || gate_has_private(ev))
        return true;
    if (safety_event_has_private(ev))
        return true;
    return ev->kind == EV_REQUEST_MADE && proposal_has_facts(&ev->u.made.proposal);
}

void event_encode(const struct event *ev, struct buf *clear, struct buf *private_part)
{
    struct event copy = *ev;
    struct fields f = fields_write(clear);

    CHECK((unsigned)ev->kind < EV_N);
    buf_u8(clear, CODEC_VERSION);
    clear_fields(&f, &copy);
    if (!has_private(ev))
        return;
    buf_u8(private_part, CODEC_VERSION);
    if (ev->kind == EV_REFERRAL_OPENED) {
        need_encode(&ev->u.opened.need, private_part);
        return;
    }
    f = fields_write(private_part);
    if (care_event_is_one(ev)) {
        care_event_private_fields(&f, &copy);
    } else if (ev->kind == EV_BRIDGE_OPENED) {
        f = fields_write(private_part);
        bridge_owner_fields(&f, &copy.u.bridge_opened.owner);
    } else if (stay_has_private(ev)) {
        stay_private_fields(&f, &copy);
    } else if (gate_has_private(ev)) {
        gate_private_fields(&f, &copy);
    } else if (safety_event_has_private(ev)) {
        safety_event_private_fields(&f, &copy);
    } else {
        reasons_fields(&f, &copy.u.made.proposal);
    }
}

static bool is_known_version(uint8_t version)
{
    return version >= 1 && version <= CODEC_VERSION;
}

/* An empty private part leaves the facts unknown: the household's key was destroyed. */
MUST_CHECK static enum err private_decode(struct bytes private_part, uint8_t version, struct event *ev)
{
    struct bytes_reader r = bytes_read(private_part);
    struct fields f = fields_read_version(&r, version);

    if (ev->kind == EV_REFERRAL_OPENED)
        ev->u.opened.need = need_empty();
    if (private_part.len == 0)
        return OK;
    if (bytes_u8(&r) != version)
        return ERR_BAD_INPUT;
    if (ev->kind == EV_REFERRAL_OPENED) {
        if (need_decode(&r, version, &ev->u.opened.need) != OK)
            return ERR_BAD_INPUT;
        ev->u.opened.facts_known = true;
    } else if (ev->kind == EV_REQUEST_MADE) {
        reasons_fields(&f, &ev->u.made.proposal);
        /* No facts are written as no private part: one spelling for one event. */
        if (!proposal_has_facts(&ev->u.made.proposal))
            return ERR_BAD_INPUT;
    } else if (care_event_may_have_private((int)ev->kind)) {
        care_event_private_fields(&f, ev);
        if (!care_event_has_private(ev))
            return ERR_BAD_INPUT;
    } else if (gate_takes_private(ev->kind)) {
        gate_private_fields(&f, ev);
    } else if (ev->kind == EV_BRIDGE_OPENED) {
        bridge_owner_fields(&f, &ev->u.bridge_opened.owner);
        if (!bridge_owner_has_facts(&ev->u.bridge_opened.owner))
            return ERR_BAD_INPUT;
    } else if (safety_event_may_have_private((int)ev->kind)) {
        safety_event_private_fields(&f, ev);
        if (!safety_event_has_private(ev))
            return ERR_BAD_INPUT;
    } else {
        stay_private_fields(&f, ev);
        if (!stay_has_private(ev))
            return ERR_BAD_INPUT;
    }
    return bytes_ok(&r) ? OK : ERR_BAD_INPUT;
}

enum err event_decode(enum event_kind kind, struct bytes clear, struct bytes private_part, struct event *out)
{
    struct bytes_reader r = bytes_read(clear);
    struct fields f;
    struct event ev;
    uint8_t version = 0;

    if ((unsigned)kind >= EV_N)
        return ERR_BAD_INPUT;
    memset(&ev, 0, sizeof ev);
    ev.kind = kind;
    version = bytes_u8(&r);
    if (!is_known_version(version))
        return ERR_BAD_INPUT;
    f = fields_read_version(&r, version);
    clear_fields(&f, &ev);
    if (!bytes_ok(&r) || private_decode(private_part, version, &ev) != OK)
        return ERR_BAD_INPUT;
    *out = ev;
    return OK;
}
