#include "support/chaos_safety.h"
#include "support/stay_chaos.h"
#include "support/chaos.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/fields.h"
#include "core/gate/gate_look.h"
#include "core/reason.h"
#include "support/chaos_nobed.h"
#include "support/match_builders.h"

#include <stdio.h>
#include <string.h>

/* ---- values ---- */

#define PICK(rng, type, n) ((enum type)rng_below((rng), (n)))

static enum tri a_tri(struct rng *r)
{
    return PICK(r, tri, 3);
}

static struct tri_set some_tris(struct rng *r, unsigned bits)
{
    uint64_t mask = bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
    struct tri_set s = {.yes = rng_next(r) & mask};

    s.no = rng_next(r) & mask & ~s.yes;
    return s;
}

static uint8_t a_region(struct rng *r)
{
    return rng_chance(r, 100) ? REGION_NONE : (uint8_t)rng_below(r, 35);
}

static int64_t a_time(struct rng *r)
{
    return rng_chance(r, 100) ? 0 : (int64_t)(rng_next(r) % (uint64_t)(FIELD_TIME_MAX + 1));
}

static int32_t a_count(struct rng *r)
{
    return (int32_t)rng_below(r, 40) - 1;
}

static void a_text(struct rng *r, char *out, size_t size)
{
    static const char *const letters[] = {"a", "Z", "3", "-", " ", "é", "€", "ı"};
    size_t len = 0;

    memset(out, 0, size);
    for (uint32_t n = 1 + rng_below(r, (uint32_t)size); n > 0; n--) {
        const char *c = letters[rng_below(r, COUNT_OF(letters))];

        if (len + strlen(c) + 1 > size)
            return;
        memcpy(out + len, c, strlen(c));
        len += strlen(c);
    }
}

struct need chaos_need(struct rng *r)
{
    struct need n = need_empty();

    n.urgency = PICK(r, urgency, URGENCY_N);
    n.threat_level = PICK(r, threat_level, THREAT_N);
    n.threat_kinds = some_tris(r, THREAT_KIND_N);
    n.n_persons = (uint8_t)(1 + rng_below(r, NEED_PERSONS_MAX));
    for (unsigned i = 0; i < n.n_persons; i++) {
        n.persons[i].sex = PICK(r, sex, SEX_N);
        n.persons[i].age = rng_chance(r, 50) ? AGE_UNKNOWN : (int16_t)rng_below(r, 121);
        n.persons[i].pregnant = rng_chance(r, 100);
    }
    n.keep_together = rng_chance(r, 500);
    n.traits = some_tris(r, 64);
    n.unsafe_regions = rng_next(r) & rng_next(r) & rng_next(r);
    n.n_points = (uint8_t)rng_below(r, NEED_POINTS_MAX + 1);
    for (unsigned i = 0; i < n.n_points; i++)
        n.points[i] = (struct unsafe_point){.region = (uint8_t)rng_below(r, 35),
                                            .minutes = (uint16_t)rng_below(r, 65536)};
    n.home_municipality = (uint16_t)rng_below(r, 65536);
    n.home_region = a_region(r);
    n.school_region = a_region(r);
    n.residence = PICK(r, residence, RESIDENCE_N);
    n.language = rng_chance(r, 300) ? 255 : (uint8_t)rng_below(r, 10);
    n.minor_alone = rng_chance(r, 50);
    n.anonymous = rng_chance(r, 100);
    n.ground = PICK(r, ground, GROUND_N);
    n.ground_at_ms = a_time(r);
    n.mdo_consent = a_tri(r);
    snprintf(n.callback, sizeof n.callback, "+31 %u", rng_below(r, 1000000));
    n.channel = PICK(r, way_back, WAY_BACK_N);
    if (rng_chance(r, 200))
        snprintf(n.return_code, sizeof n.return_code, "T-%u", rng_below(r, 100000));
    return n;
}

/* ---- events ---- */

static struct org an_org(struct rng *r)
{
    struct org o = {.id = {rng_below(r, 1000)}, .kind = PICK(r, org_kind, ORG_KIND_N), .region = a_region(r)};

    a_text(r, o.code, sizeof o.code);
    a_text(r, o.name, sizeof o.name);
    return o;
}

static struct location a_location(struct rng *r)
{
    struct location l = {.id = {rng_below(r, 1000)},
                         .org = {rng_below(r, 1000)},
                         .region = a_region(r),
                         .municipality = (uint16_t)rng_below(r, 65536),
                         .secret_address = a_tri(r),
                         .guard_24h = a_tri(r),
                         .night_intake = a_tri(r),
                         .intake_from_minute = (uint16_t)rng_below(r, 1440),
                         .intake_until_minute = (uint16_t)rng_below(r, 1440),
                         .answer_minutes = (uint16_t)rng_below(r, 500)};

    a_text(r, l.code, sizeof l.code);
    a_text(r, l.name, sizeof l.name);
    return l;
}

static struct pool a_pool(struct rng *r)
{
    struct pool p = {.id = {rng_below(r, 1000)},
                     .location = {rng_below(r, 1000)},
                     .org = {rng_below(r, 1000)},
                     .kind = PICK(r, kind, KIND_N),
                     .unit_size = (uint8_t)(1 + rng_below(r, 9)),
                     .units_total = (uint16_t)rng_below(r, 65536),
                     .women = a_tri(r),
                     .men = a_tri(r),
                     .adult_age_min = (int16_t)rng_below(r, 100),
                     .adult_age_max = (int16_t)((int)rng_below(r, 32770) - 2),
                     .children = a_tri(r),
                     .son_age_max = (int16_t)((int)rng_below(r, 32770) - 2),
                     .daughter_age_max = (int16_t)((int)rng_below(r, 20) - 2),
                     .residences = some_tris(r, RESIDENCE_N),
                     .threat_levels = some_tris(r, THREAT_N),
                     .threat_kinds = some_tris(r, THREAT_KIND_N),
                     .traits = some_tris(r, 64),
                     .languages = rng_next(r),
                     .serves_regions = rng_next(r),
                     .safety_exception = rng_chance(r, 500),
                     .linkable = a_tri(r),
                     .gatekeeper = PICK(r, gatekeeper, GATEKEEPER_N),
                     .funded_until_ms = a_time(r),
                     .overflow = rng_chance(r, 100)};

    a_text(r, p.code, sizeof p.code);
    a_text(r, p.name, sizeof p.name);
    a_text(r, p.name_en, sizeof p.name_en);
    a_text(r, p.funding, sizeof p.funding);
    return p;
}

static struct observation some_observation(struct rng *r)
{
    return (struct observation){.pool = {rng_below(r, 1000)},
                                .source = PICK(r, source, SOURCE_N),
                                .report = rng_next(r),
                                .total = a_count(r),
                                .free = a_count(r),
                                .occupied = a_count(r),
                                .out_of_order = a_count(r),
                                .deliverable = a_tri(r),
                                .stop = (uint8_t)rng_below(r, 256),
                                .stop_until_ms = a_time(r),
                                .observed_at_ms = a_time(r),
                                .received_at_ms = a_time(r)};
}

static struct request some_request(struct rng *r)
{
    struct request q = {.id = {rng_next(r)},
                        .referral = {rng_next(r)},
                        .pool = {rng_below(r, 1000)},
                        .asked_by = {rng_below(r, 1000)},
                        .units = (uint8_t)rng_below(r, 3),
                        .asked_at_ms = a_time(r),
                        .answer_by_ms = a_time(r),
                        .lapse_at_ms = a_time(r)};

    q.proposal = (struct proposal){.rules_version = rng_next(r),
                                   .observed_at_ms = a_time(r),
                                   .free = a_count(r),
                                   .held = a_count(r),
                                   .minutes = (int32_t)rng_below(r, 32769) - 1,
                                   .rank = (uint16_t)rng_below(r, 65536),
                                   .score = (uint16_t)rng_below(r, 1001),
                                   .verdict = PICK(r, verdict, VERDICT_N),
                                   .n_reasons = (uint8_t)rng_below(r, MATCH_REASONS_MAX + 1)};
    for (unsigned i = 0; i < q.proposal.n_reasons; i++)
        q.proposal.reasons[i] = (struct reason){.code = (uint8_t)rng_below(r, REASON_N),
                                                .a = (int16_t)(rng_next(r) & 0x7fff),
                                                .b = (int16_t) - (int)(rng_next(r) & 0x7fff)};
    q.bridge = rng_chance(r, 300);
    return q;
}

static struct outcome some_outcome(struct rng *r)
{
    struct outcome o = {.refusal = PICK(r, refusal, REFUSAL_N),
                        .pool = {rng_below(r, 1000)},
                        .referral = {rng_next(r)},
                        .n_requests = (uint8_t)rng_below(r, OUTCOME_IDS_MAX + 1),
                        .fault_index = (uint16_t)rng_below(r, 65536),
                        .fault_bits = (uint16_t)rng_below(r, 65536),
                        .applied = (uint16_t)rng_below(r, 65536),
                        .late = (uint16_t)rng_below(r, 65536),
                        .unchanged = (uint16_t)rng_below(r, 65536),
                        .seq = rng_next(r)};

    for (unsigned i = 0; i < o.n_requests; i++)
        o.requests[i].v = rng_next(r);
    return o;
}

static void fill_confirmed(struct rng *r, struct confirmed *c)
{
    c->source = PICK(r, source, SOURCE_N);
    c->observed_at_ms = a_time(r);
    c->n = (uint8_t)(1 + rng_below(r, CONFIRMED_MAX));
    for (unsigned i = 0; i < c->n; i++) {
        c->pools[i].v = 1 + rng_below(r, 1000);
        c->reports[i] = rng_next(r);
    }
}

static void fill_opened(struct rng *r, struct event *ev)
{
    ev->u.opened.id.v = rng_next(r);
    referral_code_make(rng_next(r), ev->u.opened.code);
    ev->u.opened.org.v = rng_below(r, 1000);
    ev->u.opened.urgency = PICK(r, urgency, URGENCY_N);
    ev->u.opened.home_region = a_region(r);
    ev->u.opened.deadline_ms = a_time(r);
    ev->u.opened.facts_known = rng_chance(r, 900);
    ev->u.opened.need = ev->u.opened.facts_known ? chaos_need(r) : need_empty();
}

static void chaos_mdo(struct rng *r, struct event *ev)
{
    struct care_mdo_event *v = &ev->u.mdo;

    v->mdo = rng_below(r, 1000);
    v->referral.v = rng_next(r);
    if (ev->kind == EV_MDO_CONVENED)
        v->ground = PICK(r, ground, GROUND_N);
    if (ev->kind == EV_MDO_CONVENED || ev->kind == EV_MDO_DATED || ev->kind == EV_MDO_REMINDED)
        v->next_ms = a_time(r);
    if (ev->kind == EV_MDO_ANSWERED)
        v->answer = PICK(r, participant_state, PARTICIPANT_STATE_N);
    if (ev->kind == EV_MDO_DATED || ev->kind == EV_MDO_CLOSED)
        return;
    v->n_orgs = (uint8_t)rng_below(r, MDO_PARTICIPANTS_MAX + 1);
    for (unsigned i = 0; i < v->n_orgs; i++)
        v->orgs[i].v = rng_below(r, 1000);
}

static void chaos_item(struct rng *r, struct event *ev)
{
    struct care_item_event *v = &ev->u.mdo_item;

    v->item = rng_below(r, 1000);
    v->mdo = rng_below(r, 1000);
    v->referral.v = rng_next(r);
    if (ev->kind == EV_MDO_ITEM_MOVED) {
        v->state = PICK(r, item_state, ITEM_STATE_N);
        return;
    }
    if (ev->kind == EV_MDO_ITEM_REMINDED)
        return;
    v->domain = PICK(r, mdo_domain, MDO_DOMAIN_N);
    v->sort = PICK(r, item_sort, ITEM_SORT_N);
    v->acts.v = rng_below(r, 1000);
    v->by.v = rng_below(r, 1000);
    v->due_ms = a_time(r);
    if (rng_chance(r, 900))
        a_text(r, v->text, sizeof v->text);
    if (ev->kind != EV_MDO_NOTED_OUTSIDE)
        return;
    v->outside = PICK(r, mdo_outside, OUTSIDE_N);
    if (rng_chance(r, 500))
        a_text(r, v->callback, sizeof v->callback);
}

static void chaos_care(struct rng *r, struct event *ev)
{
    enum event_body body = event_body_of(ev->kind);

    if (body == BODY_MDO_ITEM) {
        chaos_item(r, ev);
    } else if (body == BODY_CONSULT) {
        ev->u.consult.consult = rng_below(r, 1000);
        ev->u.consult.referral.v = rng_next(r);
        ev->u.consult.from.v = rng_below(r, 1000);
        ev->u.consult.to.v = rng_below(r, 1000);
        if (ev->kind == EV_CONSULT_CLOSED)
            ev->u.consult.state = PICK(r, consult_state, CONSULT_STATE_N);
        else if (ev->kind != EV_CONSULT_REMINDED && rng_chance(r, 900))
            a_text(r, ev->u.consult.text, sizeof ev->u.consult.text);
    } else if (body == BODY_REGIE) {
        ev->u.regie.referral.v = rng_next(r);
        ev->u.regie.of.v = rng_chance(r, 500) ? ev->u.regie.referral.v : rng_next(r);
        ev->u.regie.from.v = rng_below(r, 1000);
        ev->u.regie.to.v = rng_below(r, 1000);
        if ((ev->kind == EV_REGIE_TAKEN || ev->kind == EV_REGIE_NAMED) && rng_chance(r, 900)) {
            a_text(r, ev->u.regie.role, sizeof ev->u.regie.role);
            a_text(r, ev->u.regie.callback, sizeof ev->u.regie.callback);
        }
    } else {
        chaos_mdo(r, ev);
    }
}

static void some_bytes(struct rng *r, uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)rng_next(r);
}

static void fill_handover(struct rng *r, struct event *ev)
{
    struct ev_key_made *k = &ev->u.key_made;
    struct ev_note_written *w = &ev->u.note_written;

    if (ev->kind == EV_KEY_MADE) {
        k->id.v = (uint32_t)rng_next(r);
        k->org.v = rng_below(r, 1000);
        some_bytes(r, k->public_key, sizeof k->public_key);
        k->wrapped_bytes = (uint8_t)rng_below(r, ORG_KEY_WRAPPED_MAX + 1);
        some_bytes(r, k->wrapped, k->wrapped_bytes);
    } else if (ev->kind == EV_KEY_CONFIRMED || ev->kind == EV_KEY_LOST || ev->kind == EV_KEY_LOSS_ASKED ||
               ev->kind == EV_KEY_LOSS_DROPPED) {
        ev->u.key.id.v = (uint32_t)rng_next(r);
        if (ev->kind == EV_KEY_LOST || ev->kind == EV_KEY_LOSS_ASKED)
            ev->u.key.reason = PICK(r, key_loss_reason, KEY_LOSS_REASON_N);
        if (ev->kind == EV_KEY_LOSS_ASKED)
            ev->u.key.until_ms = a_time(r);
    } else if (ev->kind == EV_HANDOVER_ITEM) {
        ev->u.item.referral.v = rng_next(r);
        ev->u.item.request.v = rng_next(r);
        ev->u.item.required = (uint32_t)rng_next(r);
        ev->u.item.item = (uint8_t)rng_below(r, HANDOVER_ITEMS_MAX);
        ev->u.item.side = PICK(r, handover_side, HANDOVER_SIDE_N);
        ev->u.item.given = rng_chance(r, 500);
    } else if (ev->kind == EV_NOTE_WRITTEN) {
        w->id.v = (uint32_t)rng_next(r);
        w->referral.v = rng_next(r);
        w->request.v = rng_next(r);
        w->key.v = (uint32_t)rng_next(r);
        w->from = PICK(r, handover_side, HANDOVER_SIDE_N);
        w->bytes = (uint16_t)rng_next(r);
        w->locker_hi = rng_next(r);
        w->locker_lo = rng_next(r);
        some_bytes(r, w->hash, sizeof w->hash);
        w->destroy_at_ms = a_time(r);
    } else {
        ev->u.note.id.v = (uint32_t)rng_next(r);
        ev->u.note.referral.v = rng_next(r);
        ev->u.note.request.v = rng_next(r);
        ev->u.note.destroy_at_ms = a_time(r);
    }
}

static void fill_gate(struct rng *r, enum event_kind kind, struct gate_event *g)
{
    g->gate.v = rng_below(r, 1000);
    g->referral.v = rng_next(r);
    if (kind == EV_GATE_SENT) {
        g->org.v = rng_below(r, 1000);
        g->keeper = PICK(r, gatekeeper, GATEKEEPER_N);
        g->kind = PICK(r, kind, KIND_N);
    }
    if (kind == EV_GATE_ASKED_BACK)
        g->asked = (uint32_t)rng_next(r);
    if (kind == EV_GATE_RETURNED)
        g->reason = (uint8_t)rng_below(r, GATE_RETURN_N + 1);
    g->answers_known = kind == EV_GATE_ANSWERED && rng_chance(r, 900);
    if (g->answers_known)
        g->answers = some_tris(r, GATE_FACT_N);
}

static void fill_bridge(struct rng *r, struct bridge *b)
{
    static const char *const orgs[] = {"", "Politie basisteam", "Wijkteam"};

    b->id.v = rng_next(r);
    b->referral.v = rng_next(r);
    b->request.v = rng_next(r);
    b->kind = PICK(r, bridge_kind, BRIDGE_KIND_N);
    b->state = PICK(r, bridge_state, BRIDGE_STATE_N);
    b->slept = (uint8_t)rng_below(r, 256);
    b->owner.kind = PICK(r, bridge_owner_kind, BRIDGE_OWNER_KIND_N);
    b->owner.account.v = rng_below(r, 100000);
    if (rng_chance(r, 800)) {
        b->owner.role = PICK(r, bridge_owner_role, BRIDGE_ROLE_N);
        snprintf(b->owner.org, sizeof b->owner.org, "%s", orgs[rng_below(r, COUNT_OF(orgs))]);
        snprintf(b->owner.callback, sizeof b->owner.callback, "010 %u", rng_below(r, 1000000));
    }
    b->every_minutes = (uint16_t)rng_below(r, 1441);
    b->n_times = (uint8_t)rng_below(r, BRIDGE_TIMES_MAX + 1);
    for (unsigned i = 0; i < b->n_times; i++)
        b->times_ms[i] = a_time(r);
    b->until_ms = a_time(r);
    b->next_ms = a_time(r);
    b->due_ms = a_time(r);
}

static void fill_escalation(struct rng *r, enum event_kind kind, struct escalation *x)
{
    if (kind != EV_ALARM_REPEATED) {
        *x = (struct escalation){.referral = {rng_next(r)},
                                 .request = {rng_next(r)},
                                 .until_ms = a_time(r),
                                 .to = {rng_below(r, 100000)},
                                 .alarm = PICK(r, alarm, ALARM_N),
                                 .how = PICK(r, hold_how, HOLD_HOW_N)};
        return;
    }
    *x = (struct escalation){.referral = {rng_next(r)},
                             .request = {rng_next(r)},
                             .alarm = PICK(r, alarm, ALARM_N),
                             .again = (uint8_t)rng_below(r, ALARM_AGAIN_MAX + 1),
                             .passed_on = rng_below(r, 2) == 0};
}

struct event chaos_event(struct rng *r, enum event_kind kind)
{
    struct event ev;

    memset(&ev, 0, sizeof ev);
    ev.kind = kind;
    ev.account.v = rng_below(r, 100000);
    switch (event_body_of(kind)) {
    case BODY_ORG:
        ev.u.org = an_org(r);
        break;
    case BODY_LOCATION:
        ev.u.location = a_location(r);
        break;
    case BODY_POOL:
        ev.u.pool = a_pool(r);
        break;
    case BODY_CAPACITY:
        ev.u.capacity.o = some_observation(r);
        ev.u.capacity.used = rng_chance(r, 500);
        ev.u.capacity.kept = PICK(r, kept, KEPT_N);
        break;
    case BODY_OPENED:
        fill_opened(r, &ev);
        break;
    case BODY_MADE:
        ev.u.made = some_request(r);
        break;
    case BODY_REQUEST:
        ev.u.request.request.v = rng_next(r);
        ev.u.request.referral.v = rng_next(r);
        ev.u.request.reason = (uint8_t)rng_below(r, 256);
        ev.u.request.why = PICK(r, cancel_why, CANCEL_N);
        break;
    case BODY_BRIDGE_OPENED:
        fill_bridge(r, &ev.u.bridge_opened);
        break;
    case BODY_BRIDGE:
        ev.u.bridge.bridge.v = rng_next(r);
        ev.u.bridge.referral.v = rng_next(r);
        ev.u.bridge.request.v = rng_next(r);
        ev.u.bridge.until_ms = a_time(r);
        ev.u.bridge.next_ms = a_time(r);
        ev.u.bridge.due_ms = a_time(r);
        ev.u.bridge.check = PICK(r, bridge_check, BRIDGE_CHECK_N);
        ev.u.bridge.end = PICK(r, bridge_end, BRIDGE_END_N);
        break;
    case BODY_BRIDGE_FUNDED:
        stay_chaos_fill(r, &ev);
        break;
    case BODY_NIGHT:
        ev.u.night.referral.v = rng_next(r);
        ev.u.night.night.day = (int32_t)rng_below(r, 40000);
        ev.u.night.night.slept = (uint8_t)rng_below(r, 256);
        ev.u.night.night.reason = (uint8_t)rng_below(r, 256);
        break;
    case BODY_REFERRAL:
        ev.u.referral.referral.v = rng_next(r);
        ev.u.referral.request.v = rng_next(r);
        ev.u.referral.eta_ms = a_time(r);
        ev.u.referral.reason = (uint8_t)rng_below(r, 256);
        break;
    case BODY_DONE:
        ev.u.done.key = (struct command_key){rng_next(r), rng_next(r), rng_next(r)};
        ev.u.done.outcome = some_outcome(r);
        break;
    case BODY_FOUND:
        ev.u.found.referral.v = rng_next(r);
        ev.u.found.pool.v = (uint32_t)rng_next(r);
        break;
    case BODY_CONFIRMED:
        fill_confirmed(r, &ev.u.confirmed);
        break;
    /* ---- timers and escalation ---- */
    case BODY_ESCALATION:
        fill_escalation(r, kind, &ev.u.escalation);
        break;
    /* ---- gatekeepers ---- */
    case BODY_GATE:
        fill_gate(r, kind, &ev.u.gate);
        break;
    case BODY_RESIDENCE:
        ev.u.residence.referral.v = rng_next(r);
        ev.u.residence.facts_known = rng_chance(r, 900);
        if (ev.u.residence.facts_known) {
            ev.u.residence.residence = PICK(r, residence, RESIDENCE_N);
            ev.u.residence.until_ms = a_time(r);
        }
        break;
    /* ---- stays, clocks, nights and funding ---- */
    case BODY_STAY:
    case BODY_LINK:
    case BODY_FLAG:
    case BODY_CLOCK:
        stay_chaos_fill(r, &ev);
        break;
    /* ---- MDO, regiehouder, consult ---- */
    case BODY_MDO:
    case BODY_MDO_ITEM:
    case BODY_REGIE:
    case BODY_CONSULT:
        chaos_care(r, &ev);
        break;
    /* ---- warm handover, keys and notes ---- */
    case BODY_KEY_MADE:
    case BODY_KEY:
    case BODY_ITEM:
    case BODY_NOTE_WRITTEN:
    case BODY_NOTE:
        fill_handover(r, &ev);
        break;
    /* ---- location leaked, surge, conflict check ---- */
    case BODY_LEAK:
    case BODY_NOTHING:
    case BODY_SURGE:
    case BODY_CONFLICT:
        chaos_safety_fill(r, &ev);
        break;
    }
    return ev;
}

/* ---- commands ---- */

/* More than the profile says, so that there is something to ask for. */
#define CHAOS_UNITS 6

/* An id that is probably a recent one, sometimes any, sometimes none. */
static uint64_t an_id(struct rng *r, uint64_t n)
{
    uint64_t recent = n > 12 ? 12 : n;

    if (n == 0 || rng_chance(r, 20))
        return n + rng_below(r, 3);
    return rng_chance(r, 900) ? n - rng_below(r, (uint32_t)recent) : 1 + rng_next(r) % n;
}

/* Mostly one with which something can still happen. */
static uint64_t a_referral(const struct exchange *x, struct rng *r)
{
    for (int tries = 0; tries < 40 && rng_chance(r, 980); tries++) {
        uint64_t id = an_id(r, engine_referrals(x->e));
        const struct referral *ref = engine_referral(x->e, (struct referral_id){id});

        if (ref != NULL && referral_is_live(ref->state))
            return id;
    }
    return an_id(r, engine_referrals(x->e));
}

static uint64_t a_request(const struct exchange *x, struct rng *r)
{
    for (int tries = 0; tries < 40 && rng_chance(r, 970); tries++) {
        uint64_t id = an_id(r, engine_requests(x->e));
        const struct request *q = engine_request(x->e, (struct request_id){id});

        if (q != NULL && request_is_holding(q))
            return id;
    }
    return an_id(r, engine_requests(x->e));
}

static bool is_gate_step(enum command_kind kind)
{
    return kind >= CMD_GATE_TAKE && kind <= CMD_GATE_WITHDRAW;
}

static struct actor keeper_of(const struct exchange *x, const struct gate *g)
{
    bool is_comensha = g == NULL || engine_org(x->e, g->org)->kind == ORG_COMENSHA;

    return actor_of(is_comensha ? ROLE_COMENSHA : ROLE_GATEKEEPER, g == NULL ? COMENSHA : g->org.v);
}

static struct actor gate_actor(const struct exchange *x, struct rng *r, const struct command *cmd)
{
    const struct gate *g = engine_gate(x->e, cmd->u.gate.gate);
    struct actor desk = keeper_of(x, g);

    if (g != NULL && (cmd->kind == CMD_GATE_ANSWER || cmd->kind == CMD_GATE_WITHDRAW))
        return referrer_of(engine_referral(x->e, g->referral)->org.v);
    desk.account.v += rng_below(r, 2);
    return desk;
}

static void gate_step(const struct exchange *x, struct rng *r, struct command *cmd)
{
    cmd->u.gate.gate.v = (uint32_t)an_id(r, engine_gates(x->e));
    for (uint32_t i = engine_gates(x->e); i > 0 && rng_chance(r, 900); i--) {
        const struct gate *g = engine_gate(x->e, (struct gate_id){i});

        if (gate_is_live(g) && (cmd->kind != CMD_GATE_ANSWER || g->state == GATE_ASKED_BACK) &&
            (cmd->kind != CMD_GATE_ASSENT || (g->keeper == GATEKEEPER_GI && gate_may_ask(g)))) {
            cmd->u.gate.gate = g->id;
            break;
        }
    }
    cmd->u.gate.asked = (uint32_t)rng_below(r, 1u << (GATE_FACT_N + (rng_chance(r, 50) ? 1 : 0)));
    if (cmd->kind == CMD_GATE_ANSWER && engine_gate(x->e, cmd->u.gate.gate) != NULL)
        cmd->u.gate.answers.yes =
            engine_gate(x->e, cmd->u.gate.gate)->asked & (rng_chance(r, 50) ? UINT64_MAX : rng_next(r));
    cmd->u.gate.reason = (uint8_t)rng_below(r, GATE_RETURN_N + 2);
}

static struct actor an_actor(struct exchange *x, struct rng *r, const struct command *cmd, bool is_right)
{
    const struct referral *ref = NULL;
    const struct request *q = NULL;

    if (!is_right)
        return actor_of(PICK(r, role, ROLE_N), rng_below(r, RAPPORTEUR + 2));
    if (cmd->kind == CMD_TICK || cmd->kind == CMD_ANNOUNCE)
        return (struct actor){.role = ROLE_SYSTEM};
    if (cmd->kind == CMD_OPEN_REFERRAL)
        return referrer_of(rng_chance(r, 500) ? VT_OOST : rng_chance(r, 800) ? VT_WEST : COMENSHA);
    if (is_gate_step(cmd->kind))
        return gate_actor(x, r, cmd);
    if (cmd->kind == CMD_ASK)
        ref = engine_referral(x->e, cmd->u.ask.referral);
    if (cmd->kind == CMD_ASK && ref != NULL && ref->n_gates > 0 && rng_chance(r, 500))
        return keeper_of(x, engine_gate(x->e, ref->gates[ref->n_gates - 1]));
    if (cmd->kind == CMD_ASK)
        ref = engine_referral(x->e, cmd->u.ask.referral);
    else if (cmd->kind == CMD_GATE_SEND)
        ref = engine_referral(x->e, cmd->u.gate.referral);
    else if (cmd->kind == CMD_FIND_RESIDENCE)
        ref = engine_referral(x->e, cmd->u.residence.referral);
    else if (cmd->kind == CMD_ACKNOWLEDGE_ALARM || cmd->kind == CMD_HAND_OVER)
        ref = engine_referral(x->e, cmd->u.escalation.referral);
    else if (cmd->kind == CMD_TRAVEL || cmd->kind == CMD_NO_SHOW || cmd->kind == CMD_WITHDRAW ||
             cmd->kind == CMD_EXTEND_HOLD || cmd->kind == CMD_TAKE_OVER)
        ref = engine_referral(x->e, cmd->u.referral.referral);
    else
        q = engine_request(x->e, cmd->u.answer.request);
    if (ref != NULL) {
        struct actor a = referrer_of(ref->org.v);

        if (cmd->kind == CMD_TAKE_OVER)
            a.account.v += 1000 * rng_below(r, 2); /* a colleague */
        return a;
    }
    return shelter_of(q != NULL ? engine_pool(x->e, q->pool)->org.v : HUIS_A);
}

static struct outcome report_step(struct exchange *x, struct rng *r)
{
    static const enum an_org owners[] = {HUIS_A, HUIS_A, HUIS_A, HUIS_B, HUIS_C, HUIS_C};
    unsigned pool = 1 + rng_below(r, POOL_COSM);
    struct observation list[3];
    uint16_t n = (uint16_t)(1 + rng_below(r, 3));
    bool is_feed = rng_chance(r, 333);

    for (uint16_t i = 0; i < n; i++) {
        struct pool_view v = the_pool(x, pool);

        if (v.reported && rng_chance(r, 250)) { /* still so */
            list[i] = observation_of(v.latest, (struct pool_id){pool});
            list[i].source = is_feed ? SOURCE_FEED : rng_chance(r, 500) ? SOURCE_HAND : SOURCE_PHONE;
            list[i].report = rng_next(r);
            list[i].observed_at_ms = x->now;
            continue;
        }
        list[i] = an_observation(x, pool, CHAOS_UNITS,
                                 rng_chance(r, 100) ? UNITS_UNKNOWN : (int)rng_below(r, CHAOS_UNITS + 1));
        list[i].report = rng_below(r, 200);
        list[i].source = is_feed ? SOURCE_FEED : rng_chance(r, 500) ? SOURCE_HAND : SOURCE_PHONE;
        list[i].observed_at_ms -= rng_chance(r, 300) ? (int64_t)rng_below(r, 10) * MS_HOUR : 0;
        list[i].deliverable = rng_chance(r, 100) ? TRI_NO : TRI_YES;
        list[i].stop = rng_chance(r, 50) ? (uint8_t)rng_below(r, 12) : 0;
        if (rng_chance(r, 100))
            list[i].total = UNITS_UNKNOWN;
    }
    return do_report(x, shelter_of(owners[pool]), list, n);
}

static enum command_kind a_kind(struct rng *r)
{
    static const uint8_t often[CMD_N] = {
        [CMD_REPORT_CAPACITY] = 18,
        [CMD_OPEN_REFERRAL] = 10,
        [CMD_ASK] = 18,
        [CMD_SEE_REQUEST] = 5,
        [CMD_ACCEPT] = 10,
        [CMD_DECLINE] = 10,
        [CMD_TRAVEL] = 5,
        [CMD_CONFIRM_ARRIVAL] = 6,
        [CMD_NO_SHOW] = 2,
        [CMD_WITHDRAW] = 3,
        [CMD_TICK] = 9,
        [CMD_ANNOUNCE] = 4,
        [CMD_GATE_SEND] = 5,
        [CMD_GATE_TAKE] = 5,
        [CMD_GATE_ASK_BACK] = 2,
        [CMD_GATE_ANSWER] = 2,
        [CMD_GATE_ASSENT] = 2,
        [CMD_GATE_RETURN] = 1,
        [CMD_GATE_WITHDRAW] = 1,
        [CMD_FIND_RESIDENCE] = 2,
        [CMD_EXTEND_REQUEST] = 2,
        [CMD_EXTEND_HOLD] = 2,
        [CMD_ACKNOWLEDGE_ALARM] = 1,
        [CMD_HAND_OVER] = 1,
        [CMD_TAKE_OVER] = 1,
    };
    uint32_t sum = 0, at = 0;

    for (unsigned k = 0; k < CMD_N; k++)
        sum += often[k];
    at = rng_below(r, sum);
    for (unsigned k = 0; k < CMD_N; k++) {
        if (at < often[k])
            return (enum command_kind)k;
        at -= often[k];
    }
    return CMD_TICK;
}

struct outcome chaos_step(struct exchange *x, struct rng *r)
{
    struct command cmd = {.kind = a_kind(r), .draw = rng_next(r)};
    struct need need = chaos_need(r);

    x->now += rng_below(r, 4 * 60 * 1000);
    if (rng_chance(r, 120))
        return chaos_nobed_step(x, r);
    if (rng_chance(r, 150) && stay_chaos_command(x, r, &cmd))
        return exchange_do(x, &cmd);
    if (rng_chance(r, 5))
        x->now += 6 * MS_HOUR; /* a broker that stood still */
    if (rng_chance(r, 150))
        return chaos_care_step(x, r);
    if (rng_chance(r, 120))
        return chaos_handover_step(x, r);
    if (rng_chance(r, 40))
        return chaos_safety_step(x, r);
    if (cmd.kind == CMD_REPORT_CAPACITY)
        return report_step(x, r);
    if (rng_chance(r, 700))
        cmd.key = (struct command_key){1, rng_below(r, 2000), rng_below(r, 2)};
    if (cmd.kind == CMD_OPEN_REFERRAL) {
        need = rng_chance(r, 700) ? a_need(.level = PICK(r, threat_level, THREAT_N)) : need;
        if (rng_chance(r, 80)) {
            need = a_need(.adults = 0, .children = 1, .child_age = 15);
            need.minor_alone = true;
        }
        if (engine_stays(x->e) > 0 && rng_chance(r, 200)) /* it comes back */
            memcpy(need.return_code,
                   engine_stay(x->e, (struct stay_id){1 + rng_next(r) % engine_stays(x->e)})->return_code,
                   sizeof need.return_code);
        cmd.u.need = &need;
    } else if (cmd.kind == CMD_ASK) {
        cmd.u.ask.referral.v = a_referral(x, r);
        cmd.u.ask.n = (uint8_t)(1 + rng_below(r, 2));
        for (unsigned i = 0; i < cmd.u.ask.n; i++)
            cmd.u.ask.pools[i].v = 1 + rng_below(r, POOL_COSM + (rng_chance(r, 50) ? 1 : 0));
    } else if (cmd.kind == CMD_ACKNOWLEDGE_ALARM || cmd.kind == CMD_HAND_OVER) {
        cmd.u.escalation.referral.v = a_referral(x, r);
        cmd.u.escalation.alarm = PICK(r, alarm, ALARM_N);
        cmd.u.escalation.to.v = rng_below(r, 3);
    } else if (cmd.kind == CMD_TRAVEL || cmd.kind == CMD_NO_SHOW || cmd.kind == CMD_WITHDRAW ||
               cmd.kind == CMD_EXTEND_HOLD || cmd.kind == CMD_TAKE_OVER) {
        const struct request *q = engine_request(x->e, (struct request_id){a_request(x, r)});

        cmd.u.referral.referral.v = a_referral(x, r);
        if (cmd.kind != CMD_WITHDRAW && q != NULL && rng_chance(r, 900))
            cmd.u.referral.referral = q->referral;
        cmd.u.referral.eta_ms = x->now + MS_HOUR;
        cmd.u.referral.reason = (uint8_t)rng_below(r, 13);
        cmd.u.referral.refused = cmd.kind == CMD_NO_SHOW && cmd.u.referral.reason % 2 == 0;
    } else if (cmd.kind == CMD_ANNOUNCE) {
        cmd.u.announce.referral.v = a_referral(x, r);
        cmd.u.announce.pool.v = 1 + rng_below(r, POOL_COSM + (rng_chance(r, 50) ? 1 : 0));
    } else if (cmd.kind == CMD_GATE_SEND) {
        const struct referral *ref = NULL;

        cmd.u.gate.referral.v = a_referral(x, r);
        ref = engine_referral(x->e, cmd.u.gate.referral);
        cmd.u.gate.kind = rng_chance(r, 50)                      ? PICK(r, kind, KIND_N)
                          : ref != NULL && ref->need.minor_alone ? KIND_JEUGD
                                                                 : KIND_COSM;
    } else if (is_gate_step(cmd.kind)) {
        gate_step(x, r, &cmd);
    } else if (cmd.kind == CMD_FIND_RESIDENCE) {
        cmd.u.residence.referral.v = a_referral(x, r);
        cmd.u.residence.residence = PICK(r, residence, RESIDENCE_N);
        cmd.u.residence.until_ms = rng_chance(r, 300) ? x->now + MS_DAY : 0;
    } else if (cmd.kind != CMD_TICK) {
        cmd.u.answer.request.v = a_request(x, r);
        cmd.u.answer.reason = (uint8_t)rng_below(r, 17);
        if (rng_chance(r, 150))
            cmd.u.answer.reason = (uint8_t)(vocab_list_find(x->vocab, LIST_DECLINE, "bekostiging") + 1);
    }
    cmd.actor = an_actor(x, r, &cmd, rng_chance(r, 950));
    return exchange_do(x, &cmd);
}
