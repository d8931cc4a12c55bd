/* Impossible events, one condition each: replay refuses them with their reason and changes nothing; and the
 * same event without that one fault is applied, so that it is the fault that was refused. */
#include "support/exchange.h"
#include "support/possible.h"

#include "base/mem.h"
#include "core/fields.h"

#include <string.h>

static void possible_events_are_applied(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < EV_N; kind++) {
        struct world w = world_of_all();
        struct event ev = possible(&w, (enum event_kind)kind);
        char why[200] = "";

        /* The others are in their own world: stay/stay_apply_test.c, care/ ... */
        bool is_here = kind != EV_REFERRAL_WITHDRAWN && kind != EV_ALARM_ACKNOWLEDGED &&
                       kind != EV_ALARM_REPEATED && (kind < EV_STAY_STARTED || kind > EV_CONSULT_CLOSED) &&
                       (kind < EV_LEAK_REPORTED || kind == EV_HOUSEHOLD_REFUSED);

        if (is_here && engine_replay(w.x->e, &ev, why, sizeof why) != OK)
            fail_msg("%s", why);
        if (!engine_check(w.x->e, why, sizeof why))
            fail_msg("%s: %s", event_name(ev.kind), why);
        exchange_free(w.x);
    }
}

static void definitions(void **state)
{
    struct world w = world_of_all();

    (void)state;
    SPOIL(EV_ORG_DEFINED, ev.u.org.kind = ORG_KIND_N);
    SPOIL(EV_ORG_DEFINED, ev.u.org.id.v++);
    SPOIL(EV_ORG_DEFINED, ev.u.org.id.v--);
    SPOIL(EV_ORG_DEFINED, strcpy(ev.u.org.code, "huis-a"));
    SPOIL(EV_ORG_DEFINED, ev.u.org.region = VOCAB_REGIONS_MAX);
    KEEP(EV_ORG_DEFINED, ev.u.org.region = VOCAB_REGIONS_MAX - 1);
    KEEP(EV_ORG_DEFINED, ev.u.org.region = REGION_NONE);
    SPOIL(EV_LOCATION_DEFINED, ev.u.location.guard_24h = (enum tri)3);
    SPOIL(EV_LOCATION_DEFINED, ev.u.location.id.v--);
    SPOIL(EV_LOCATION_DEFINED, ev.u.location.org.v = 99);
    SPOIL(EV_LOCATION_DEFINED, strcpy(ev.u.location.code, "a-noord"));
    SPOIL(EV_LOCATION_DEFINED, ev.u.location.intake_from_minute = 1441);
    KEEP(EV_LOCATION_DEFINED, ev.u.location.intake_from_minute = 1440);
    SPOIL(EV_POOL_DEFINED, ev.u.pool.unit_size = 0);
    SPOIL(EV_POOL_DEFINED, ev.u.pool.location.v = 99);
    SPOIL(EV_POOL_DEFINED, ev.u.pool.org.v = HUIS_A);
    SPOIL(EV_POOL_DEFINED, ev.u.pool.id.v++);
    SPOIL(EV_POOL_DEFINED, strcpy(ev.u.pool.code, "a1"));
    SPOIL(EV_POOL_DEFINED, ev.u.pool.id.v = POOL_B);
    SPOIL(EV_POOL_DEFINED, ev.u.pool.id.v = POOL_C; strcpy(ev.u.pool.code, "c"));
    KEEP(EV_POOL_DEFINED, ev.u.pool.id.v = POOL_B; strcpy(ev.u.pool.code, "b"));
    KEEP(EV_POOL_DEFINED, ev.u.pool.funded_until_ms = FIELD_TIME_MAX);
    KEEP(EV_POOL_DEFINED, ev.u.pool.adult_age_min = AGE_UNKNOWN; ev.u.pool.adult_age_max = AGE_UNKNOWN);
    KEEP(EV_POOL_DEFINED, ev.u.pool.son_age_max = AGE_UNKNOWN; ev.u.pool.daughter_age_max = AGE_UNKNOWN);
    SPOIL(EV_POOL_DEFINED, ev.u.pool.adult_age_min = AGE_UNKNOWN - 1);
    SPOIL(EV_POOL_DEFINED, ev.u.pool.funded_until_ms = FIELD_TIME_MAX + 1);
    exchange_free(w.x);
}

static void observations(void **state)
{
    struct world w = world_of_all();

    (void)state;
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.o.pool.v = 99);
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.o.source = SOURCE_N);
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.o.total = -2);
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.o.free = FIELD_COUNT_MAX + 1);
    KEEP(EV_CAPACITY_OBSERVED, ev.u.capacity.o.total = FIELD_COUNT_MAX);
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.o.occupied = -2);
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.o.out_of_order = -2);
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.o.deliverable = (enum tri)3);
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.o.stop_until_ms = -1);
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.o.observed_at_ms = FIELD_TIME_MAX + 1);
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.o.received_at_ms = -1);
    /* Newer must be believed, older must not. */
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.used = false);
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.o.observed_at_ms = 1);
    KEEP(EV_CAPACITY_OBSERVED, ev.u.capacity.o.observed_at_ms = 1; ev.u.capacity.used = false);
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.kept = KEPT_N);
    KEEP(EV_CAPACITY_OBSERVED, ev.u.capacity.kept = KEPT_WHOLE);
    /* Only the broker's own correction of a house's number keeps no stop. */
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.kept = KEPT_COUNTS);
    SPOIL(EV_CAPACITY_OBSERVED, ev.u.capacity.kept = KEPT_COUNTS; ev.u.capacity.o.report = 0;
          ev.u.capacity.o.source = SOURCE_FEED);
    KEEP(EV_CAPACITY_OBSERVED, ev.u.capacity.kept = KEPT_COUNTS; ev.u.capacity.o.report = 0);
    exchange_free(w.x);
}

static void confirmations(void **state)
{
    struct world w = world_of_all();

    (void)state;
    SPOIL(EV_CAPACITY_CONFIRMED, ev.u.confirmed.n = 0);
    SPOIL(EV_CAPACITY_CONFIRMED, ev.u.confirmed.n = CONFIRMED_MAX + 1);
    SPOIL(EV_CAPACITY_CONFIRMED, ev.u.confirmed.source = SOURCE_N);
    SPOIL(EV_CAPACITY_CONFIRMED, ev.u.confirmed.observed_at_ms = FIELD_TIME_MAX + 1);
    SPOIL(EV_CAPACITY_CONFIRMED, ev.u.confirmed.pools[1].v = 99);
    SPOIL(EV_CAPACITY_CONFIRMED, ev.u.confirmed.pools[1].v = 0);
    SPOIL(EV_CAPACITY_CONFIRMED, ev.u.confirmed.pools[1].v = POOL_B);
    /* Of the same moment the other side may say the same; nothing older confirms. */
    KEEP(EV_CAPACITY_CONFIRMED,
         ev.u.confirmed.observed_at_ms = the_pool(mine.x, POOL_B).latest->observed_at_ms);
    SPOIL(EV_CAPACITY_CONFIRMED,
          ev.u.confirmed.observed_at_ms = the_pool(w.x, POOL_B).latest->observed_at_ms - 1);
    exchange_free(w.x);
}

static void what_nobody_reported_cannot_be_confirmed(void **state)
{
    struct world w = world_of_all();
    struct event defined = possible(&w, EV_POOL_DEFINED);
    uint32_t pool = defined.u.pool.id.v;

    (void)state;
    engine_apply(w.x->e, &defined);
    SPOIL(EV_CAPACITY_CONFIRMED, ev.u.confirmed.pools[1].v = pool);
    exchange_free(w.x);
}

static void opened_referrals(void **state)
{
    struct world w = world_of_all();

    (void)state;
    SPOIL(EV_REFERRAL_OPENED, ev.u.opened.id.v++);
    SPOIL(EV_REFERRAL_OPENED, ev.u.opened.id.v--);
    SPOIL(EV_REFERRAL_OPENED, ev.u.opened.org.v = 99);
    SPOIL(EV_REFERRAL_OPENED, ev.u.opened.code[0] = '\0');
    SPOIL(EV_REFERRAL_OPENED, memset(ev.u.opened.code, 'A', sizeof ev.u.opened.code));
    SPOIL(EV_REFERRAL_OPENED,
          memcpy(ev.u.opened.code, the_referral(w.x, (struct referral_id){1})->code, REFERRAL_CODE_SIZE));
    SPOIL(EV_REFERRAL_OPENED, ev.u.opened.urgency = URGENCY_N);
    SPOIL(EV_REFERRAL_OPENED, ev.u.opened.deadline_ms = -1);
    SPOIL(EV_REFERRAL_OPENED, ev.u.opened.deadline_ms = FIELD_TIME_MAX + 1);
    KEEP(EV_REFERRAL_OPENED, ev.u.opened.deadline_ms = FIELD_TIME_MAX);
    SPOIL(EV_REFERRAL_OPENED, ev.u.opened.need.n_persons = 0);
    KEEP(EV_REFERRAL_OPENED, ev.u.opened.need.n_persons = 0; ev.u.opened.facts_known = false);
    exchange_free(w.x);
}

static void made_requests(void **state)
{
    struct world w = world_of_all();

    (void)state;
    SPOIL(EV_REQUEST_MADE, ev.u.made.id.v++);
    SPOIL(EV_REQUEST_MADE, ev.u.made.referral.v = 99);
    SPOIL(EV_REQUEST_MADE, ev.u.made.referral.v = 2); /* has a place */
    SPOIL(EV_REQUEST_MADE, ev.u.made.pool.v = 99);
    SPOIL(EV_REQUEST_MADE, ev.u.made.pool.v = POOL_B); /* asked already */
    SPOIL(EV_REQUEST_MADE, ev.u.made.units = 0);
    SPOIL(EV_REQUEST_MADE, ev.u.made.units = 3);
    KEEP(EV_REQUEST_MADE, ev.u.made.units = 2);
    SPOIL(EV_REQUEST_MADE, ev.u.made.pool.v = POOL_C; ev.u.made.units = 2); /* one is held there */
    KEEP(EV_REQUEST_MADE, ev.u.made.pool.v = POOL_C);
    SPOIL(EV_REQUEST_MADE, ev.u.made.state = REQUEST_ACCEPTED);
    SPOIL(EV_REQUEST_MADE, ev.u.made.answer_by_ms--);
    SPOIL(EV_REQUEST_MADE, ev.u.made.lapse_at_ms--);
    SPOIL(EV_REQUEST_MADE, ev.u.made.lapse_at_ms = FIELD_TIME_MAX + 1);
    KEEP(EV_REQUEST_MADE, ev.u.made.lapse_at_ms = FIELD_TIME_MAX);
    exchange_free(w.x);
}

static void gate_requests(void **state)
{
    struct world w = world_of_all();

    (void)state;
    SPOIL(EV_GATE_SENT, ev.u.gate.gate.v++);
    SPOIL(EV_GATE_SENT, ev.u.gate.referral.v = 99);
    SPOIL(EV_GATE_SENT, ev.u.gate.org.v = 99);
    SPOIL(EV_GATE_SENT, ev.u.gate.keeper = GATEKEEPER_GI); /* not of that kind */
    SPOIL(EV_GATE_SENT, ev.u.gate.kind = KIND_CRISIS);
    SPOIL(EV_GATE_SENT, ev.u.gate.referral.v = 5); /* a second live one */
    SPOIL(EV_GATE_SENT, ev.u.gate.referral.v = 5; ev.u.gate.keeper = GATEKEEPER_GI;
          ev.u.gate.kind = KIND_JEUGD);
    KEEP(EV_GATE_SENT, ev.u.gate.keeper = GATEKEEPER_GI; ev.u.gate.kind = KIND_JEUGD);
    KEEP(EV_GATE_SENT, ev.u.gate.referral.v = 1; ev.u.gate.kind = KIND_OMM);
    SPOIL(EV_GATE_TAKEN, ev.u.gate.gate.v = 2);
    SPOIL(EV_GATE_TAKEN, ev.u.gate.referral.v = 1);
    SPOIL(EV_GATE_TAKEN, ev.account.v = 0);
    SPOIL(EV_GATE_ASKED_BACK, ev.u.gate.asked = 0);
    SPOIL(EV_GATE_ASKED_BACK, ev.u.gate.asked = 1u << GATE_FACT_N);
    KEEP(EV_GATE_ASKED_BACK, ev.u.gate.asked = 1u << (GATE_FACT_N - 1));
    SPOIL(EV_GATE_ANSWERED, ev.u.gate.answers.yes = 2); /* was not asked */
    SPOIL(EV_GATE_ANSWERED, ev.u.gate.answers.no = 4);  /* yes and no */
    SPOIL(EV_GATE_RETURNED, ev.u.gate.reason = 0);
    SPOIL(EV_GATE_RETURNED, ev.u.gate.reason = GATE_RETURN_N + 1);
    KEEP(EV_GATE_RETURNED, ev.u.gate.reason = GATE_RETURN_N);
    SPOIL(EV_REQUEST_MADE, ev.u.made.keeper = GATEKEEPER_COMENSHA; ev.u.made.gate.v = 1);
    SPOIL(EV_REQUEST_MADE, ev.u.made.referral.v = 5; ev.u.made.gate.v = 1); /* of another gatekeeper */
    SPOIL(EV_REQUEST_MADE, ev.u.made.referral.v = 5; ev.u.made.keeper = GATEKEEPER_GI; ev.u.made.gate.v = 2);
    KEEP(EV_REQUEST_MADE, ev.u.made.referral.v = 5; ev.u.made.keeper = GATEKEEPER_GI; ev.u.made.gate.v = 1);
    SPOIL(EV_RESIDENCE_FOUND, ev.u.residence.referral.v = 99);
    SPOIL(EV_RESIDENCE_FOUND, ev.u.residence.residence = RESIDENCE_N);
    SPOIL(EV_RESIDENCE_FOUND, ev.u.residence.until_ms = FIELD_TIME_MAX + 1);
    exchange_free(w.x);
}

static void steps_of_a_request(void **state)
{
    static const enum event_kind kinds[] = {EV_REQUEST_SILENT,   EV_REQUEST_SEEN,    EV_REQUEST_ACCEPTED,
                                            EV_REQUEST_DECLINED, EV_REQUEST_EXPIRED, EV_REQUEST_CANCELLED,
                                            EV_REQUEST_LATE_YES};
    struct world w = world_of_all();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        SPOIL(kinds[i], ev.u.request.request.v = 99);
        SPOIL(kinds[i], ev.u.request.request.v = 0);
        SPOIL(kinds[i], ev.u.request.referral.v = 3 - ev.u.request.referral.v);
        if (kinds[i] == EV_REQUEST_LATE_YES)
            continue;
        SPOIL(kinds[i], ev.u.request.request.v = 2; ev.u.request.referral.v = 2); /* said yes */
        SPOIL(kinds[i], ev.u.request.request.v = 3; ev.u.request.referral.v = 2); /* cancelled */
    }
    SPOIL(EV_REQUEST_EXPIRED, ev.at_ms--);
    SPOIL(EV_REQUEST_SILENT, ev.at_ms--);
    SPOIL(EV_REQUEST_CANCELLED, ev.u.request.why = CANCEL_NONE);
    SPOIL(EV_REQUEST_CANCELLED, ev.u.request.why = CANCEL_NO_SHOW);
    KEEP(EV_REQUEST_CANCELLED, ev.u.request.why = CANCEL_WITHDRAWN);
    KEEP(EV_REQUEST_CANCELLED, ev.u.request.why = CANCEL_WITHDRAWN; ev.u.request.request.v = 2;
         ev.u.request.referral.v = 2);
    SPOIL(EV_REQUEST_LATE_YES, ev.u.request.request.v = 1; ev.u.request.referral.v = 1);
    SPOIL(EV_REQUEST_LATE_YES, ev.u.request.request.v = 2; ev.u.request.referral.v = 2);
    do_answer(w.x, CMD_SEE_REQUEST, (struct request_id){1}, 0);
    SPOIL(EV_REQUEST_SEEN, ev.seq += 0);
    do_answer(w.x, CMD_ACCEPT, (struct request_id){3}, 0);
    SPOIL(EV_REQUEST_LATE_YES, ev.seq += 0);
    w.x->now = w.answer_by;
    do_tick(w.x);
    SPOIL(EV_REQUEST_SILENT, ev.seq += 0);
    exchange_free(w.x);
}

/* A yes must find the others gone already, whichever of them it is. */
static void a_yes_beside_another_request(void **state)
{
    static const unsigned pools[] = {POOL_A1, POOL_B, POOL_C};

    (void)state;
    for (uint64_t first = 1; first <= 3; first++) {
        struct exchange *x = exchange_new();
        struct world w = {.x = x};
        struct event ev;

        do_ask(x, do_open(x, VT_OOST, a_need()), pools, 3);
        ev = an_event(&w, EV_REQUEST_ACCEPTED);
        ev.u.request.request.v = first;
        ev.u.request.referral.v = 1;
        refused(&w, &ev, "a yes beside two");
        for (uint64_t other = 1; other <= 3; other++) {
            if (other == first)
                continue;
            do_answer(x, CMD_DECLINE, (struct request_id){other}, 1);
            ev.seq = engine_seq(x->e) + 1;
            if (other != (first == 3 ? 2u : 3u))
                refused(&w, &ev, "a yes beside one");
        }
        engine_apply(x->e, &ev);
        exchange_free(x);
    }
}

static void steps_of_a_handover(void **state)
{
    struct world w = world_of_all();

    (void)state;
    SPOIL(EV_KEY_MADE, ev.u.key_made.id.v++);
    SPOIL(EV_KEY_MADE, ev.u.key_made.org.v = 99);
    SPOIL(EV_KEY_MADE, ev.u.key_made.wrapped_bytes = ORG_KEY_WRAPPED_MIN - 1);
    SPOIL(EV_KEY_MADE, ev.u.key_made.wrapped_bytes = ORG_KEY_WRAPPED_MAX + 1);
    KEEP(EV_KEY_MADE, ev.u.key_made.wrapped_bytes = ORG_KEY_WRAPPED_MAX);
    SPOIL(EV_KEY_CONFIRMED, ev.u.key.id.v = 1); /* in use already */
    SPOIL(EV_KEY_CONFIRMED, ev.u.key.id.v = 99);
    SPOIL(EV_KEY_CONFIRMED, ev.account.v = 100 + HUIS_C); /* who made it */
    SPOIL(EV_KEY_LOST, ev.u.key.id.v = 99);
    SPOIL(EV_KEY_LOST, ev.u.key.id.v = 1); /* in use: nobody asked first */
    SPOIL(EV_KEY_LOST, ev.account.v = 0);
    SPOIL(EV_KEY_LOST, ev.u.key.reason = KEY_LOSS_REASON_N);
    KEEP(EV_KEY_LOST, ev.u.key.id.v = 3; ev.u.key.reason = KEY_LOSS_EXPOSED); /* B's: by another */
    SPOIL(EV_KEY_LOST, ev.u.key.id.v = 3; ev.u.key.reason = KEY_LOSS_OTHER);  /* not the reason asked */
    SPOIL(EV_KEY_LOST, ev.u.key.id.v = 3; ev.u.key.reason = KEY_LOSS_EXPOSED; /* by who asked */
          ev.account.v = 100 + HUIS_B);
    SPOIL(EV_KEY_LOSS_ASKED, ev.u.key.id.v = 2); /* nobody confirmed it */
    SPOIL(EV_KEY_LOSS_ASKED, ev.u.key.id.v = 3); /* asked already */
    SPOIL(EV_KEY_LOSS_ASKED, ev.u.key.id.v = 99);
    SPOIL(EV_KEY_LOSS_ASKED, ev.account.v = 0);
    SPOIL(EV_KEY_LOSS_ASKED, ev.u.key.reason = KEY_LOSS_REASON_N);
    SPOIL(EV_KEY_LOSS_ASKED, ev.u.key.until_ms--);
    SPOIL(EV_KEY_LOSS_DROPPED, ev.u.key.id.v = 1); /* nobody asked */
    SPOIL(EV_KEY_LOSS_DROPPED, ev.u.key.id.v = 99);
    KEEP(EV_KEY_LOSS_DROPPED, ev.account.v = 0); /* nobody confirmed in time */
    SPOIL(EV_HANDOVER_ITEM, ev.u.item.referral.v = 1; ev.u.item.request.v = 1);
    SPOIL(EV_HANDOVER_ITEM, ev.u.item.request.v = 3);
    SPOIL(EV_HANDOVER_ITEM, ev.u.item.item = HANDOVER_ITEMS_MAX);
    SPOIL(EV_HANDOVER_ITEM, ev.u.item.required = UINT32_C(1) << HANDOVER_ITEMS_MAX);
    SPOIL(EV_HANDOVER_ITEM, ev.u.item.given = false); /* was not given */
    SPOIL(EV_NOTE_WRITTEN, ev.u.note_written.id.v++);
    SPOIL(EV_NOTE_WRITTEN, ev.u.note_written.referral.v = 1; ev.u.note_written.request.v = 1);
    SPOIL(EV_NOTE_WRITTEN, ev.u.note_written.key.v = 2); /* not confirmed */
    SPOIL(EV_NOTE_WRITTEN, ev.u.note_written.key.v = 99);
    SPOIL(EV_NOTE_WRITTEN, ev.u.note_written.from = HANDOVER_HOUSE); /* not the referrer's key */
    SPOIL(EV_NOTE_WRITTEN, ev.u.note_written.bytes++);
    SPOIL(EV_NOTE_WRITTEN, ev.u.note_written.bytes = NOTE_SEAL_BYTES);
    SPOIL(EV_NOTE_WRITTEN, ev.u.note_written.bytes = 17 * NOTE_STEP_BYTES + NOTE_SEAL_BYTES);
    KEEP(EV_NOTE_WRITTEN, ev.u.note_written.bytes = 16 * NOTE_STEP_BYTES + NOTE_SEAL_BYTES);
    SPOIL(EV_NOTE_WRITTEN, ev.u.note_written.destroy_at_ms--);
    SPOIL(EV_NOTE_PICKED_UP, ev.u.note.id.v = 2);
    SPOIL(EV_NOTE_PICKED_UP, ev.u.note.referral.v = 1);
    SPOIL(EV_NOTE_PICKED_UP, ev.u.note.request.v = 3);
    SPOIL(EV_NOTE_PICKED_UP, ev.u.note.destroy_at_ms--);
    SPOIL(EV_NOTE_UNREADABLE, ev.u.note.id.v = 0);
    SPOIL(EV_NOTE_DESTROYED, ev.at_ms--);
    SPOIL(EV_NOTE_DESTROYED, ev.u.note.id.v = 99);
    exchange_free(w.x);
}

static void bridges(void **state)
{
    static const enum event_kind kinds[] = {EV_BRIDGE_STARTED, EV_BRIDGE_CHECKED, EV_BRIDGE_ALARMED,
                                            EV_BRIDGE_ARRIVED, EV_BRIDGE_ENDED};
    struct world w = world_of_all();

    (void)state;
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.id.v++);
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.referral.v = 99);
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.referral.v = 3); /* has a hotel */
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.kind = BRIDGE_KIND_N);
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.kind = BRIDGE_BED); /* no house said yes */
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.kind = BRIDGE_BED; ev.u.bridge_opened.request.v = 2);
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.request.v = 1);
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.state = BRIDGE_ALARM);
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.state = BRIDGE_ENDED);
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.owner.kind = BRIDGE_OWNER_NONE);
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.every_minutes = 0);
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.next_ms = 0);
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.due_ms = 0);
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.due_ms = FIELD_TIME_MAX + 1);
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.n_times = BRIDGE_TIMES_MAX + 1);
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.n_times = 2; ev.u.bridge_opened.times_ms[0] = 5;
          ev.u.bridge_opened.times_ms[1] = 5);
    KEEP(EV_BRIDGE_OPENED, ev.u.bridge_opened.n_times = 2; ev.u.bridge_opened.times_ms[0] = 5;
         ev.u.bridge_opened.times_ms[1] = 6);
    KEEP(EV_BRIDGE_OPENED, ev.u.bridge_opened.kind = BRIDGE_NETWORK;
         ev.u.bridge_opened.owner.kind = BRIDGE_OWNER_NONE; ev.u.bridge_opened.every_minutes = 0);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        SPOIL(kinds[i], ev.u.bridge.bridge.v = 99);
        SPOIL(kinds[i], ev.u.bridge.referral.v = 4);
        SPOIL(kinds[i], ev.u.bridge.request.v = 1);
        SPOIL(kinds[i], ev.u.bridge.next_ms = -1);
        SPOIL(kinds[i], ev.u.bridge.due_ms = FIELD_TIME_MAX + 1);
        SPOIL(kinds[i], ev.u.bridge.until_ms = FIELD_TIME_MAX + 1);
    }
    for (size_t i = 0; i < 3; i++) {
        SPOIL(kinds[i], ev.u.bridge.due_ms = 0);
        SPOIL(kinds[i], ev.u.bridge.next_ms = 0);
    }
    SPOIL(EV_BRIDGE_STARTED, ev.u.bridge.bridge.v = 2;
          ev.u.bridge.request.v = 4);                                /* a bed begins otherwise */
    SPOIL(EV_BRIDGE_CHECKED, ev.u.bridge.check = BRIDGE_CHECK_SEEN); /* nothing rings */
    SPOIL(EV_BRIDGE_CHECKED, ev.u.bridge.bridge.v = 2; ev.u.bridge.request.v = 4); /* nobody arrived */
    SPOIL(EV_BRIDGE_ALARMED, ev.at_ms--);
    SPOIL(EV_BRIDGE_ALARMED, ev.u.bridge.due_ms = ev.at_ms);
    SPOIL(EV_BRIDGE_ARRIVED, ev.u.bridge.bridge.v = 1; ev.u.bridge.request.v = 0);
    SPOIL(EV_BRIDGE_ENDED, ev.u.bridge.end = BRIDGE_END_NONE);
    SPOIL(EV_BRIDGE_ENDED, ev.u.bridge.end = BRIDGE_END_N);
    /* The request of a bridge bed ends with its bridge, and only so. */
    SPOIL(EV_REQUEST_CANCELLED, ev.u.request.request.v = 4; ev.u.request.referral.v = 3;
          ev.u.request.why = CANCEL_WITHDRAWN);
    /* One bed at a time; and no end of a referral that leaves one standing. */
    SPOIL(EV_REQUEST_MADE, ev.u.made.referral.v = 3; ev.u.made.bridge = true);
    KEEP(EV_REQUEST_MADE, ev.u.made.referral.v = 3);
    SPOIL(EV_REFERRAL_WITHDRAWN, ev.u.referral.referral.v = 3);
    SPOIL(EV_REFERRAL_CLOSED, ev.u.night.referral.v = 3);
    exchange_free(w.x);
}

static void nights_and_closing(void **state)
{
    struct world w = world_of_all();
    struct event closed;

    (void)state;
    SPOIL(EV_NIGHT_NOTED, ev.u.night.referral.v = 99);
    SPOIL(EV_NIGHT_NOTED, ev.u.night.night.slept = 0);
    SPOIL(EV_NIGHT_NOTED, ev.u.night.night.day = -1);
    KEEP(EV_NIGHT_NOTED, ev.u.night.night.reason = 0);
    SPOIL(EV_REFERRAL_CLOSED, ev.account.v = 0); /* a machine */
    SPOIL(EV_REFERRAL_CLOSED, ev.u.night.referral.v = 99);
    SPOIL(EV_REFERRAL_CLOSED, ev.u.night.referral.v = 1); /* still asks */
    SPOIL(EV_REFERRAL_CLOSED, ev.u.night.referral.v = 2); /* has a place */
    SPOIL(EV_REFERRAL_CLOSED, ev.u.night.night.slept = 0);
    SPOIL(EV_REFERRAL_CLOSED, ev.u.night.night.reason = 0);
    closed = possible(&w, EV_REFERRAL_CLOSED);
    engine_apply(w.x->e, &closed);
    SPOIL(EV_REFERRAL_CLOSED, ev.seq += 0);
    SPOIL(EV_NIGHT_NOTED, ev.seq += 0);
    SPOIL(EV_BRIDGE_OPENED, ev.u.bridge_opened.referral.v = 4);
    exchange_free(w.x);
}

static void steps_of_a_referral(void **state)
{
    struct world w = world_of_all();
    struct event unplaced = possible(&w, EV_REFERRAL_UNPLACED);

    (void)state;
    SPOIL(EV_REFERRAL_TRAVELLING, ev.u.referral.referral.v = 99);
    SPOIL(EV_REFERRAL_TRAVELLING, ev.u.referral.referral.v = 1);
    SPOIL(EV_REFERRAL_TRAVELLING, ev.u.referral.eta_ms = -1);
    SPOIL(EV_REFERRAL_TRAVELLING, ev.u.referral.eta_ms = FIELD_TIME_MAX + 1);
    KEEP(EV_REFERRAL_TRAVELLING, ev.u.referral.eta_ms = FIELD_TIME_MAX);
    SPOIL(EV_REFERRAL_ADMITTED, ev.u.referral.referral.v = 99);
    SPOIL(EV_REFERRAL_ADMITTED, ev.u.referral.request.v = 99);
    SPOIL(EV_REFERRAL_ADMITTED, ev.u.referral.request.v = 3);
    SPOIL(EV_REFERRAL_ADMITTED, ev.u.referral.referral.v = 1);
    SPOIL(EV_REFERRAL_ADMITTED, ev.u.referral.referral.v = 1; ev.u.referral.request.v = 1);
    SPOIL(EV_REFERRAL_NO_SHOW, ev.u.referral.referral.v = 99);
    SPOIL(EV_REFERRAL_NO_SHOW, ev.u.referral.request.v = 3);
    SPOIL(EV_REFERRAL_NO_SHOW, ev.u.referral.referral.v = 1; ev.u.referral.request.v = 1);
    SPOIL(EV_REFERRAL_WITHDRAWN, ev.u.referral.referral.v = 99);
    SPOIL(EV_REFERRAL_WITHDRAWN, ev.seq += 0); /* its request is pending: the first, and the only one */
    SPOIL(EV_REFERRAL_WITHDRAWN, ev.u.referral.referral.v = 2);
    SPOIL(EV_REFERRAL_UNPLACED, ev.at_ms--);
    SPOIL(EV_REFERRAL_UNPLACED, ev.u.referral.referral.v = 99);
    SPOIL(EV_REFERRAL_UNPLACED, ev.u.referral.referral.v = 2);
    engine_apply(w.x->e, &unplaced);
    SPOIL(EV_REFERRAL_UNPLACED, ev.seq += 0); /* flagged already */
    exchange_free(w.x);
}

static void places_found(void **state)
{
    struct world w = world_of_all();

    (void)state;
    SPOIL(EV_PLACE_FOUND, ev.u.found.referral.v = 99);
    SPOIL(EV_PLACE_FOUND, ev.u.found.referral.v = 2); /* has a yes */
    SPOIL(EV_PLACE_FOUND, ev.u.found.pool.v = 99);
    SPOIL(EV_PLACE_FOUND, ev.u.found.pool.v = POOL_B); /* asked already */
    KEEP(EV_PLACE_FOUND, ev.u.found.pool.v = POOL_C);
    exchange_free(w.x);
}

static void outcomes(void **state)
{
    struct world w = world_of_all();

    (void)state;
    SPOIL(EV_COMMAND_DONE, ev.u.done.key.lo = 0);
    KEEP(EV_COMMAND_DONE, ev.u.done.key.lo = 0; ev.u.done.key.hi = 1);
    SPOIL(EV_COMMAND_DONE, ev.u.done.outcome.seq++);
    SPOIL(EV_COMMAND_DONE, ev.u.done.outcome.seq = 0);
    SPOIL(EV_COMMAND_DONE, ev.at_ms = FIELD_TIME_MAX + 1);
    KEEP(EV_COMMAND_DONE, ev.at_ms = FIELD_TIME_MAX);
    exchange_free(w.x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(possible_events_are_applied),
        cmocka_unit_test(definitions),
        cmocka_unit_test(observations),
        cmocka_unit_test(confirmations),
        cmocka_unit_test(what_nobody_reported_cannot_be_confirmed),
        cmocka_unit_test(opened_referrals),
        cmocka_unit_test(made_requests),
        cmocka_unit_test(gate_requests),
        cmocka_unit_test(steps_of_a_request),
        cmocka_unit_test(a_yes_beside_another_request),
        cmocka_unit_test(steps_of_a_handover),
        cmocka_unit_test(bridges),
        cmocka_unit_test(nights_and_closing),
        cmocka_unit_test(steps_of_a_referral),
        cmocka_unit_test(places_found),
        cmocka_unit_test(outcomes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
