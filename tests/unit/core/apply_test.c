/* Impossible events, one condition each: replay refuses them with their reason and changes nothing; and the
 * same event without that one fault is applied, so that it is the fault that was refused. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/fields.h"
#include "core/nobed/nobed.h"

#include <stdio.h>
#include <string.h>

/* A pending request to B (1), and a referral (2) that C said yes to (2) after A1 was asked too (3); a minor
 * alone (3) whose gate request (1) was taken and asked back. */
struct world {
    struct exchange *x;
    int64_t answer_by, lapse; /* of request 1 */
};

/* B has a key in use (3), of whose loss one person asks. */
static void loss_asked(struct exchange *x)
{
    struct cmd_make_key key = {.public_key = {3}, .wrapped_bytes = ORG_KEY_WRAPPED_MIN};
    struct command cmd = {.kind = CMD_MAKE_KEY, .actor = shelter_of(HUIS_B), .u.make_key = &key};

    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    cmd.kind = CMD_CONFIRM_KEY;
    cmd.actor.account.v++;
    cmd.u.key.v = 3;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    cmd.kind = CMD_LOSE_KEY;
    cmd.actor = shelter_of(HUIS_B);
    cmd.u.key_loss = (struct cmd_key_loss){{3}, KEY_LOSS_EXPOSED};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
}

/* C has a key in use (1) and one that waits to be confirmed (2); note 1 of referral 2 is written to the
 * first.
 */
static void handover_begun(struct exchange *x)
{
    struct cmd_make_key key = {.public_key = {1}, .wrapped_bytes = ORG_KEY_WRAPPED_MIN};
    struct cmd_write_note note = {.referral = {2}, .key = {1}, .bytes = NOTE_STEP_BYTES + NOTE_SEAL_BYTES};
    struct command cmd = {.kind = CMD_MAKE_KEY, .actor = shelter_of(HUIS_C), .u.make_key = &key};

    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    cmd.kind = CMD_CONFIRM_KEY;
    cmd.actor.account.v++;
    cmd.u.key.v = 1;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    key.public_key[0] = 2;
    cmd = (struct command){.kind = CMD_MAKE_KEY, .actor = shelter_of(HUIS_C), .u.make_key = &key};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    cmd = (struct command){.kind = CMD_WRITE_NOTE, .actor = referrer_of(VT_OOST), .u.write_note = &note};
    cmd.key = (struct command_key){7, 8, 9};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    loss_asked(x);
}

static void send_a_minor(struct exchange *x)
{
    struct need need = a_need(.adults = 0, .children = 1, .child_age = 15);
    struct command cmd = {.kind = CMD_GATE_SEND, .actor = referrer_of(VT_OOST)};
    struct actor desk = actor_of(ROLE_GATEKEEPER, GEMEENTE);

    need.minor_alone = true;
    cmd.u.gate.referral = do_open(x, VT_OOST, need);
    cmd.u.gate.kind = KIND_JEUGD;
    exchange_do(x, &cmd);
    cmd = (struct command){.kind = CMD_GATE_TAKE, .actor = desk, .u.gate.gate = {1}};
    exchange_do(x, &cmd);
    cmd = (struct command){.kind = CMD_GATE_ASK_BACK, .actor = desk, .u.gate = {.gate = {1}, .asked = 5}};
    if (exchange_do(x, &cmd).refusal != REFUSAL_NONE)
        fail_msg("no gate request in this world");
}

/* Referral 3: in a hotel (bridge 1), and a bridge bed that said yes (request 4, bridge 2). Referral 4 looks.
 */
static void add_bridges(struct exchange *x)
{
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct bridge_wish hotel = {.kind = BRIDGE_HOTEL,
                                .active = true,
                                .owner = {.kind = BRIDGE_OWNER_DESK, .account = {7}, .callback = "010 555"}};
    struct command open = {.kind = CMD_OPEN_BRIDGE, .actor = referrer_of(VT_OOST)};
    struct command ask = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};

    open.u.open_bridge.referral = r;
    open.u.open_bridge.wish = &hotel;
    assert_int_equal(exchange_do(x, &open).refusal, REFUSAL_NONE);
    ask.u.ask.referral = r;
    ask.u.ask.pools[0].v = POOL_A2;
    ask.u.ask.n = 1;
    ask.u.ask.bridge = true;
    assert_int_equal(exchange_do(x, &ask).refusal, REFUSAL_NONE);
    do_answer(x, CMD_ACCEPT, x->last.requests[0], 0);
    do_open(x, VT_OOST, a_need());
}

static struct world world_of_all(void)
{
    static const unsigned c_and_a[] = {POOL_C, POOL_A1};
    struct world w = {.x = exchange_new()};
    struct outcome o;

    do_ask_one(w.x, do_open(w.x, VT_OOST, a_need()), POOL_B);
    w.lapse = the_request(w.x, (struct request_id){1})->lapse_at_ms;
    w.answer_by = the_request(w.x, (struct request_id){1})->answer_by_ms;
    o = do_ask(w.x, do_open(w.x, VT_OOST, a_need()), c_and_a, 2);
    do_answer(w.x, CMD_ACCEPT, o.requests[0], 0);
    add_bridges(w.x);
    handover_begun(w.x);
    send_a_minor(w.x);
    return w;
}

static struct event an_event(const struct world *w, enum event_kind kind)
{
    struct event ev;

    memset(&ev, 0, sizeof ev);
    ev.kind = kind;
    ev.seq = engine_seq(w->x->e) + 1;
    ev.at_ms = w->x->now;
    return ev;
}

static void possible_handover(const struct world *w, struct event *ev)
{
    const struct engine *e = w->x->e;

    ev->account.v = 7;
    if (ev->kind == EV_KEY_MADE) {
        ev->u.key_made.id.v = engine_org_keys(e) + 1;
        ev->u.key_made.org.v = HUIS_B;
        ev->u.key_made.wrapped_bytes = ORG_KEY_WRAPPED_MIN;
    } else if (ev->kind == EV_KEY_CONFIRMED || ev->kind == EV_KEY_LOST) {
        ev->u.key.id.v = 2;
    } else if (ev->kind == EV_KEY_LOSS_ASKED) {
        ev->u.key = (struct ev_key){.id = {1}, .reason = KEY_LOSS_LEFT, .until_ms = ev->at_ms};
    } else if (ev->kind == EV_KEY_LOSS_DROPPED) {
        ev->u.key.id.v = 3;
    } else if (ev->kind == EV_HANDOVER_ITEM) {
        ev->u.item = (struct ev_item){.referral = {2}, .request = {2}, .required = 3, .given = true};
    } else if (ev->kind == EV_NOTE_WRITTEN) {
        ev->u.note_written = (struct ev_note_written){.id = {engine_notes(e) + 1},
                                                      .referral = {2},
                                                      .request = {2},
                                                      .key = {1},
                                                      .bytes = NOTE_STEP_BYTES + NOTE_SEAL_BYTES,
                                                      .locker_lo = 1,
                                                      .destroy_at_ms = ev->at_ms};
    } else {
        ev->u.note = (struct ev_note){.id = {1}, .referral = {2}, .request = {2}};
        ev->u.note.destroy_at_ms = ev->at_ms;
        if (ev->kind == EV_NOTE_DESTROYED)
            ev->at_ms = engine_note(e, (struct note_id){1})->destroy_at_ms;
    }
}

/* A possible event of each kind in this world. */
static struct event possible(const struct world *w, enum event_kind kind)
{
    struct event ev = an_event(w, kind);
    const struct engine *e = w->x->e;

    switch (kind) {
    case EV_ORG_DEFINED:
        ev.u.org = (struct org){.id = {engine_orgs(e) + 1}, .code = "nieuw", .name = "N", .region = 1};
        break;
    case EV_LOCATION_DEFINED:
        ev.u.location = *engine_location(e, (struct location_id){B_HUIS});
        ev.u.location.id.v = engine_locations(e) + 1;
        strcpy(ev.u.location.code, "nieuw");
        break;
    case EV_POOL_DEFINED:
        ev.u.pool = pool_of_kind(w->x, B_HUIS, "nieuw", KIND_NOOD);
        ev.u.pool.id.v = engine_pools(e) + 1;
        ev.u.pool.org.v = HUIS_B;
        break;
    case EV_CAPACITY_OBSERVED:
        ev.u.capacity.o = an_observation(w->x, POOL_B, 2, 1);
        ev.u.capacity.used = true;
        break;
    case EV_REFERRAL_OPENED:
        ev.u.opened.id.v = engine_referrals(e) + 1;
        strcpy(ev.u.opened.code, "VT-NNNN");
        ev.u.opened.org.v = VT_OOST;
        ev.u.opened.deadline_ms = w->x->now + MS_HOUR;
        ev.u.opened.facts_known = true;
        ev.u.opened.need = a_need();
        break;
    case EV_REQUEST_MADE:
        ev.u.made = (struct request){.id = {engine_requests(e) + 1},
                                     .referral = {1},
                                     .pool = {POOL_A1},
                                     .units = 1,
                                     .asked_at_ms = ev.at_ms,
                                     .answer_by_ms = ev.at_ms,
                                     .lapse_at_ms = ev.at_ms};
        break;
    case EV_REQUEST_EXPIRED:
        ev.at_ms = w->lapse;
        ev.u.request.request.v = 1;
        ev.u.request.referral.v = 1;
        break;
    case EV_REQUEST_SILENT:
        ev.at_ms = w->answer_by;
        ev.u.request.request.v = 1;
        ev.u.request.referral.v = 1;
        break;
    case EV_REQUEST_CANCELLED:
        ev.u.request.why = CANCEL_OTHER_YES;
        ev.u.request.request.v = 1;
        ev.u.request.referral.v = 1;
        break;
    case EV_REQUEST_SEEN:
    case EV_REQUEST_ACCEPTED:
    case EV_REQUEST_DECLINED:
        ev.u.request.request.v = 1;
        ev.u.request.referral.v = 1;
        break;
    case EV_REQUEST_LATE_YES:
        ev.u.request.request.v = 3;
        ev.u.request.referral.v = 2;
        break;
    case EV_REFERRAL_TRAVELLING:
    case EV_REFERRAL_ADMITTED:
    case EV_REFERRAL_NO_SHOW:
    case EV_HOUSEHOLD_REFUSED:
        ev.u.referral.referral.v = 2;
        ev.u.referral.request.v = 2;
        break;
    case EV_REFERRAL_UNPLACED:
        ev.u.referral.referral.v = 1;
        ev.at_ms = engine_referral(e, (struct referral_id){1})->deadline_ms;
        break;
    case EV_REFERRAL_WITHDRAWN:
        ev.u.referral.referral.v = 1; /* possible only after its request ended: see the cases */
        break;
    case EV_COMMAND_DONE:
        ev.u.done.key.lo = 1;
        ev.u.done.outcome.seq = ev.seq;
        break;
    case EV_PLACE_FOUND:
        ev.u.found.referral.v = 1;
        ev.u.found.pool.v = POOL_A1;
        break;
    case EV_CAPACITY_CONFIRMED:
        ev.u.confirmed = (struct confirmed){.pools = {{POOL_B}, {POOL_A1}},
                                            .reports = {7, 8},
                                            .observed_at_ms = ev.at_ms,
                                            .source = SOURCE_PHONE,
                                            .n = 2};
        break;
    /* ---- timers and escalation ---- */
    case EV_REQUEST_RUNG:
    case EV_REQUEST_EXTENDED:
        ev.u.escalation.referral.v = 1;
        ev.u.escalation.request.v = 1;
        ev.u.escalation.until_ms = w->answer_by + 1;
        break;
    case EV_HOLD_SET:
        ev.u.escalation.referral.v = 2;
        ev.u.escalation.request.v = 2;
        ev.u.escalation.until_ms = ev.at_ms;
        break;
    case EV_REFERRAL_WIDENED:
    case EV_ALARM_RAISED:
    case EV_ALARM_REPEATED: /* these two only after it was raised: timers/timers_test.c */
    case EV_ALARM_ACKNOWLEDGED:
    case EV_REFERRAL_HANDED_OVER:
    case EV_REFERRAL_TAKEN_OVER:
        ev.account.v = 7;
        ev.u.escalation.referral.v = 1;
        break;
    /* ---- no bed: bridges and the unplaced register ---- */
    /* ---- gatekeepers ---- */
    case EV_GATE_SENT:
        ev.u.gate = (struct gate_event){.gate = {2},
                                        .referral = {5},
                                        .org = {COMENSHA},
                                        .keeper = GATEKEEPER_COMENSHA,
                                        .kind = KIND_COSM};
        break;
    case EV_GATE_TAKEN:
    case EV_GATE_ASKED_BACK:
    case EV_GATE_ANSWERED:
    case EV_GATE_ASSENTED:
    case EV_GATE_RETURNED:
    case EV_GATE_WITHDRAWN:
        ev.account.v = 7;
        ev.u.gate = (struct gate_event){.gate = {1}, .referral = {5}, .asked = 2, .reason = 1};
        ev.u.gate.answers.yes = kind == EV_GATE_ANSWERED ? 4 : 0;
        break;
    case EV_RESIDENCE_FOUND:
        ev.u.residence = (struct residence_event){
            .referral = {1}, .facts_known = true, .residence = RESIDENCE_BEDENKTIJD, .until_ms = ev.at_ms};
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
        break; /* in their own world: stay/apply_test.c */
               /* ---- MDO, regiehouder, consult ---- */
        break; /* in their own world: stay/stay_apply_test.c */
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
        break; /* care/care_apply_test.c */
    case EV_BRIDGE_OPENED:
        ev.u.bridge_opened = (struct bridge){.id = {engine_bridges(e) + 1},
                                             .referral = {1},
                                             .kind = BRIDGE_HOTEL,
                                             .owner = {.kind = BRIDGE_OWNER_DESK, .account = {7}},
                                             .every_minutes = 60,
                                             .next_ms = ev.at_ms + 1,
                                             .due_ms = ev.at_ms + 2};
        break;
    case EV_BRIDGE_STARTED:
    case EV_BRIDGE_CHECKED:
    case EV_BRIDGE_ALARMED:
        ev.u.bridge.bridge.v = 1;
        ev.u.bridge.referral.v = 3;
        if (kind == EV_BRIDGE_ALARMED)
            ev.at_ms = engine_bridge(e, ev.u.bridge.bridge)->due_ms;
        ev.u.bridge.next_ms = ev.at_ms + 1;
        ev.u.bridge.due_ms = ev.at_ms + 2;
        break;
    case EV_BRIDGE_ARRIVED:
    case EV_BRIDGE_ENDED:
        ev.u.bridge.bridge.v = 2;
        ev.u.bridge.referral.v = 3;
        ev.u.bridge.request.v = 4;
        ev.u.bridge.end = kind == EV_BRIDGE_ENDED ? BRIDGE_END_HOME : BRIDGE_END_NONE;
        break;
    case EV_BRIDGE_FUNDED:
    case EV_BRIDGE_CHANGED:
    case EV_BRIDGE_TRAVELLING:
        break; /* nobed/bridge_nights_test.c */
    case EV_NIGHT_NOTED:
    case EV_REFERRAL_CLOSED:
        ev.account.v = 9;
        ev.u.night.referral.v = 4;
        ev.u.night.night = (struct night){.day = 20000, .slept = 12, .reason = 1};
        break;
    /* ---- warm handover, keys and notes ---- */
    case EV_KEY_MADE:
    case EV_KEY_CONFIRMED:
    case EV_KEY_LOST:
    case EV_KEY_LOSS_ASKED:
    case EV_KEY_LOSS_DROPPED:
    case EV_HANDOVER_ITEM:
    case EV_NOTE_WRITTEN:
    case EV_NOTE_PICKED_UP:
    case EV_NOTE_UNREADABLE:
    case EV_NOTE_DESTROYED:
        possible_handover(w, &ev);
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
        break; /* safety/safety_test.c */
    case EV_N:
        break;
    }
    return ev;
}

static void possible_events_are_applied(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < EV_N; kind++) {
        struct world w = world_of_all();
        struct event ev = possible(&w, (enum event_kind)kind);
        char why[200] = "";

        /* The others are in their own world: stay/apply_test.c, care/ ... */
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

static void refused(const struct world *w, const struct event *ev, const char *what)
{
    uint64_t before = engine_digest(w->x->e, true);
    char why[200] = "";

    if (engine_replay(w->x->e, ev, why, sizeof why) != ERR_BAD_INPUT)
        fail_msg("%s: %s was applied", event_name(ev->kind), what);
    if (engine_digest(w->x->e, true) != before)
        fail_msg("%s: %s changed something", event_name(ev->kind), what);
    assert_non_null(strstr(why, event_name(ev->kind)));
}

/* Make the possible event of KIND, spoil it, and see it refused. */
#define SPOIL(KIND, CHANGE)                                                                                  \
    do {                                                                                                     \
        struct event ev = possible(&w, KIND);                                                                \
        CHANGE;                                                                                              \
        refused(&w, &ev, #CHANGE);                                                                           \
    } while (0)
/* The boundary beside it is fine. */
#define KEEP(KIND, CHANGE)                                                                                   \
    do {                                                                                                     \
        struct world mine = world_of_all();                                                                  \
        struct event ev = possible(&mine, KIND);                                                             \
        char why[200] = "";                                                                                  \
        CHANGE;                                                                                              \
        if (engine_replay(mine.x->e, &ev, why, sizeof why) != OK)                                            \
            fail_msg("%s: %s", #CHANGE, why);                                                                \
        exchange_free(mine.x);                                                                               \
    } while (0)

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
    SPOIL(EV_GATE_SENT, ev.u.gate.keeper = GATEKEEPER_GI;
          ev.u.gate.kind = KIND_JEUGD); /* a second live one */
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
