/* Any event that can stand in a journal: every field random within its range, and zero where its kind has
 * none. */
#include "support/chaos.h"
#include "support/chaos_safety.h"
#include "support/chaos_stay.h"

#include "base/mem.h"
#include "core/fields.h"
#include "core/reason.h"

#include <stdio.h>
#include <string.h>

/* ---- values ---- */

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
        chaos_stay_fill(r, &ev);
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
    case BODY_DESK:
        ev.u.desk.referral.v = rng_next(r);
        ev.u.desk.facts_known = rng_chance(r, 900);
        if (ev.u.desk.facts_known) {
            ev.u.desk.desk.said = true;
            ev.u.desk.desk.channel = PICK(r, way_back, WAY_BACK_N);
            ev.u.desk.desk.ground = PICK(r, ground, GROUND_N);
            snprintf(ev.u.desk.desk.callback, sizeof ev.u.desk.desk.callback, "+31 %u",
                     rng_below(r, 1000000));
        }
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
    case BODY_DATED:
        chaos_stay_fill(r, &ev);
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
