#include "support/possible.h"

#include "base/time_text.h"
#include "core/nobed/nobed.h"

#include <string.h>

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

struct world world_of_all(void)
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

struct event an_event(const struct world *w, enum event_kind kind)
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

struct event possible(const struct world *w, enum event_kind kind)
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
    case EV_REFERRAL_RETIMED:
        ev.u.referral.referral.v = 1;
        ev.u.referral.eta_ms = ev.at_ms + MS_DAY;
        ev.u.referral.reason = URGENCY_DRIE_DAGEN;
        break;
    case EV_REFERRAL_STILL_THERE:
        ev.u.referral.referral.v = 1;
        ev.u.referral.reason = 1;
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
    case EV_ALARM_REPEATED: /* these two only after it was raised: timers/alarm_test.c */
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
                                        .referral = {4},
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
    case EV_REFERRAL_DESK:
        ev.u.desk.referral.v = 1;
        ev.u.desk.facts_known = true;
        ev.u.desk.desk = (struct desk_said){true, WAY_BACK_PHONE, GROUND_VITAL_INTEREST, "030 555 0000"};
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
    case EV_STAY_RESUMED:
    case EV_NIGHTS_DATED:
    case EV_REFERRAL_LINKED:
    case EV_FUNDING_FLAGGED:
    case EV_CLOCK_STARTED:
    case EV_CLOCK_OFFERED:
    case EV_CLOCK_TAKEN:
    case EV_CLOCK_PROLONGED:
    case EV_CLOCK_STOPPED:
    case EV_CLOCK_WARNED:
    case EV_CLOCK_RAN_OUT:
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
    case EV_REGIE_NAMED:
    case EV_MDO_NOTED_OUTSIDE:
    case EV_MDO_REMINDED:
    case EV_MDO_ITEM_REMINDED:
    case EV_REGIE_REMINDED:
    case EV_CONSULT_REMINDED:
        break; /* care/mdo_test.c, care/regie_test.c */
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
    case EV_BRIDGE_WATCHED:
        break; /* nobed/bridge_nights_test.c, nobed/beds_let_go_test.c */
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
    case EV_LEAK_REPEATED:
    case EV_LEAK_DROPPED:
    case EV_LOCATION_FROZEN:
    case EV_LEAK_HOUSEHOLD:
    case EV_LEAK_BRIDGE:
    case EV_LEAK_SEARCH:
    case EV_LEAK_PROMISED:
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

void refused(const struct world *w, const struct event *ev, const char *what)
{
    uint64_t before = engine_digest(w->x->e, true);
    char why[200] = "";

    if (engine_replay(w->x->e, ev, why, sizeof why) != ERR_BAD_INPUT)
        fail_msg("%s: %s was applied", event_name(ev->kind), what);
    if (engine_digest(w->x->e, true) != before)
        fail_msg("%s: %s changed something", event_name(ev->kind), what);
    assert_non_null(strstr(why, event_name(ev->kind)));
}
