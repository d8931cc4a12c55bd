/* Events as bytes. The clear part starts with the codec version, then the account, then the fields of the
 * kind; the private part, where there is one, starts with the version too. Sequence, moment and kind are
 * columns of the journal row, not bytes in here. */
#include "core/event.h"

#include "base/check.h"
#include "base/mem.h"
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
    switch (event_body_of(ev->kind)) {
    case BODY_NOTHING:
        break;
    case BODY_ORG:
        org_fields(f, &ev->u.org);
        break;
    case BODY_LOCATION:
        location_fields(f, &ev->u.location);
        break;
    case BODY_POOL:
        pool_fields(f, &ev->u.pool);
        break;
    case BODY_CAPACITY:
        capacity_fields(f, ev);
        break;
    case BODY_CONFIRMED:
        confirmed_fields(f, ev);
        break;
    case BODY_OPENED:
        opened_fields(f, ev);
        break;
    case BODY_MADE:
        request_made_fields(f, &ev->u.made);
        break;
    case BODY_REQUEST:
        request_event_fields(f, ev);
        break;
    case BODY_REFERRAL:
        referral_event_fields(f, ev);
        break;
    case BODY_DONE:
        key_fields(f, &ev->u.done.key);
        outcome_fields(f, &ev->u.done.outcome);
        break;
    case BODY_FOUND:
        field_u64(f, &ev->u.found.referral.v);
        field_u32(f, &ev->u.found.pool.v);
        break;
    case BODY_DESK:
        field_u64(f, &ev->u.desk.referral.v);
        break;
    case BODY_ESCALATION:
        if (ev->kind == EV_ALARM_REPEATED)
            alarm_repeated_fields(f, &ev->u.escalation);
        else
            escalation_fields(f, &ev->u.escalation);
        break;
    case BODY_BRIDGE_OPENED:
        bridge_opened_fields(f, &ev->u.bridge_opened);
        break;
    case BODY_BRIDGE:
        bridge_event_fields(f, ev);
        break;
    case BODY_BRIDGE_FUNDED:
        bridge_funded_fields(f, ev);
        break;
    case BODY_NIGHT:
        night_event_fields(f, ev);
        break;
    case BODY_GATE:
        gate_event_fields(f, ev);
        break;
    case BODY_RESIDENCE:
        field_u64(f, &ev->u.residence.referral.v);
        break;
    case BODY_STAY:
    case BODY_CLOCK:
    case BODY_LINK:
    case BODY_FLAG:
    case BODY_DATED:
        stay_event_fields(f, ev);
        break;
    case BODY_MDO:
    case BODY_MDO_ITEM:
    case BODY_REGIE:
    case BODY_CONSULT:
        care_event_fields(f, ev);
        break;
    case BODY_KEY_MADE:
        key_made_fields(f, &ev->u.key_made);
        break;
    case BODY_KEY:
        key_event_fields(f, ev);
        break;
    case BODY_ITEM:
        item_fields(f, &ev->u.item);
        break;
    case BODY_NOTE_WRITTEN:
        note_written_fields(f, &ev->u.note_written);
        break;
    case BODY_NOTE:
        note_event_fields(f, &ev->u.note);
        break;
    case BODY_LEAK:
    case BODY_SURGE:
    case BODY_CONFLICT:
        safety_event_fields(f, ev);
        break;
    }
}

/* ---- the private part ---- */

static bool opened_has_private(const struct event *ev)
{
    return ev->u.opened.facts_known;
}

static void opened_private_fields(struct fields *f, struct event *ev)
{
    if (f->mode == FIELDS_WRITE)
        need_encode(&ev->u.opened.need, f->out);
    else
        ev->u.opened.facts_known = need_decode(f->in, f->version, &ev->u.opened.need) == OK;
}

static bool made_has_private(const struct event *ev)
{
    return proposal_has_facts(&ev->u.made.proposal);
}

static void made_private_fields(struct fields *f, struct event *ev)
{
    reasons_fields(f, &ev->u.made.proposal);
}

static bool bridge_has_private(const struct event *ev)
{
    return bridge_owner_has_facts(&ev->u.bridge_opened.owner);
}

static void bridge_private_fields(struct fields *f, struct event *ev)
{
    bridge_owner_fields(f, &ev->u.bridge_opened.owner);
}
/* By body, for the kinds that may have one (event_kinds.def). */
static const struct private_codec {
    bool (*is_there)(const struct event *ev); /* there are facts to seal */
    void (*fields)(struct fields *f, struct event *ev);
} privates[] = {
    [BODY_OPENED] = {opened_has_private, opened_private_fields},
    [BODY_MADE] = {made_has_private, made_private_fields},
    [BODY_BRIDGE_OPENED] = {bridge_has_private, bridge_private_fields},
    [BODY_GATE] = {gate_has_private, gate_private_fields},
    [BODY_RESIDENCE] = {gate_has_private, gate_private_fields},
    [BODY_STAY] = {stay_has_private, stay_private_fields},
    [BODY_CLOCK] = {stay_has_private, stay_private_fields},
    [BODY_DESK] = {desk_has_private, desk_private_fields},
    [BODY_MDO_ITEM] = {care_event_has_private, care_event_private_fields},
    [BODY_REGIE] = {care_event_has_private, care_event_private_fields},
    [BODY_CONSULT] = {care_event_has_private, care_event_private_fields},
    [BODY_CONFLICT] = {safety_event_has_private, safety_event_private_fields},
};

static const struct private_codec *private_codec_of(enum event_kind kind)
{
    unsigned body = event_body_of(kind);

    CHECK(body < COUNT_OF(privates) && privates[body].fields != NULL);
    return &privates[body];
}

static bool has_private(const struct event *ev)
{
    return event_may_have_private(ev->kind) && private_codec_of(ev->kind)->is_there(ev);
}

void event_encode(const struct event *ev, struct buf *clear, struct buf *private_part)
{
    struct event copy = *ev;
    struct fields f = fields_write(clear);

    buf_u8(clear, CODEC_VERSION);
    clear_fields(&f, &copy);
    if (!has_private(ev))
        return;
    f = fields_write(private_part);
    buf_u8(private_part, CODEC_VERSION);
    private_codec_of(ev->kind)->fields(&f, &copy);
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
    if (!event_may_have_private(ev->kind) || bytes_u8(&r) != version)
        return ERR_BAD_INPUT;
    private_codec_of(ev->kind)->fields(&f, ev);
    /* No facts are written as no private part: one spelling for one event. */
    return bytes_ok(&r) && has_private(ev) ? OK : ERR_BAD_INPUT;
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
