/* Who hears of what, and who does not: the table as it is shipped, over what really happens in an exchange.
 * Each expectation names every organisation that hears of it over that channel; all others must not. */
#include "notify/hears.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/care/care_command.h"
#include "core/gate/gate_look.h"
#include "core/nobed/nobed.h"
#include "support/exchange.h"
#include "support/shipped_rules.h"

#include <string.h>

#define HOTEL_NIGHT 12  /* destinations.csv: hotel */
#define BARRING_ORDER 4 /* clocks.csv: huisverbod */

/* ---- steps ---- */

static struct exchange *exchange_timed(void)
{
    struct core_settings s = core_settings_default();

    memset(s.ask_next, 0, sizeof s.ask_next);
    return exchange_new_with(&s);
}

static void tick_at(struct exchange *x, int64_t at_ms)
{
    x->now = at_ms;
    do_tick(x);
}

static void granted(struct exchange *x, const struct command *cmd)
{
    struct outcome o = exchange_do(x, cmd);

    if (o.refusal != REFUSAL_NONE)
        fail_msg("command %d: %s", (int)cmd->kind, refusal_code(o.refusal));
}

static void escalate(struct exchange *x, enum command_kind kind, struct referral_id r, enum alarm alarm)
{
    struct command cmd = {.kind = kind, .actor = referrer_of(VT_OOST)};

    cmd.u.escalation.referral = r;
    cmd.u.escalation.alarm = alarm;
    granted(x, &cmd);
}

static void about_referral(struct exchange *x, enum command_kind kind, struct referral_id r)
{
    struct command cmd = {.kind = kind, .actor = referrer_of(VT_OOST)};

    cmd.actor.account.v = 77;
    cmd.u.referral.referral = r;
    granted(x, &cmd);
}

static struct referral_id open_calmly(struct exchange *x)
{
    return do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
}

/* ---- timers ---- */

static void of_ringing_and_waiting(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = open_calmly(x);
    struct request_id q = do_ask_one(x, r, POOL_B);
    int64_t from = x->now;

    (void)state;
    tick_at(x, from + 5 * MS_MINUTE);
    expect_all(x, "request.rung", NOBODY, M(HUIS_B), NOBODY, M(HUIS_B) | M(VT_OOST));
    assert_int_equal(night_number(x, "request.rung", CHANNEL_SMS), B_HUIS);
    assert_int_equal(night_number(x, "request.rung", CHANNEL_VOICE), 0);
    assert_false(is_over(x, "request.rung", r, q));
    do_answer(x, CMD_SEE_REQUEST, q, 0);
    assert_true(is_over(x, "request.rung", r, q)); /* seen since it rang */
    /* The time to answer at rood lets a house be rung once; more time, once more. */
    granted(
        x, &(struct command){.kind = CMD_EXTEND_REQUEST, .actor = shelter_of(HUIS_B), .u.answer.request = q});
    expect_all(x, "request.extended", M(VT_OOST), NOBODY, NOBODY, M(VT_OOST));
    tick_at(x, from + 10 * MS_MINUTE);
    expect_all(x, "request.rung_again", NOBODY, M(HUIS_B), M(HUIS_B), M(HUIS_B) | M(VT_OOST));
    assert_int_equal(night_number(x, "request.rung_again", CHANNEL_VOICE), B_HUIS);
    expect_all(x, "referral.widened", NOBODY, NOBODY, NOBODY, M(VT_OOST));
    tick_at(x, from + 20 * MS_MINUTE);
    expect_all(x, "alarm.lead", M(VT_OOST), M(VT_OOST), NOBODY, M(VT_OOST));
    assert_false(is_over(x, "alarm.lead", r, q));
    escalate(x, CMD_ACKNOWLEDGE_ALARM, r, ALARM_LEAD);
    assert_true(is_over(x, "alarm.lead", r, q));
    expect_all(x, "alarm.acknowledged", NOBODY, NOBODY, NOBODY, M(VT_OOST));
    escalate(x, CMD_HAND_OVER, r, ALARM_LEAD);
    expect_all(x, "referral.handed_over", M(VT_OOST), NOBODY, NOBODY, M(VT_OOST));
    about_referral(x, CMD_TAKE_OVER, r);
    expect_all(x, "referral.taken_over", M(VT_OOST), NOBODY, NOBODY, M(VT_OOST));
    exchange_free(x);
}

static void of_a_place_that_is_kept(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = open_calmly(x);
    struct request_id q = do_ask_one(x, r, POOL_B);
    int64_t end = 0;

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    expect_all(x, "hold.set", NOBODY, NOBODY, NOBODY, M(HUIS_B) | M(VT_OOST));
    about_referral(x, CMD_EXTEND_HOLD, r);
    expect_all(x, "hold.extended", M(HUIS_B), NOBODY, NOBODY, M(HUIS_B) | M(VT_OOST));
    end = timers_hold_until(x->e, the_referral(x, r));
    tick_at(x, end - 30 * MS_MINUTE);
    expect_all(x, "alarm.hold_ending", M(HUIS_B) | M(VT_OOST), M(VT_OOST), NOBODY, M(HUIS_B) | M(VT_OOST));
    assert_false(is_over(x, "alarm.hold_ending", r, q));
    tick_at(x, end);
    /* The house hears that its request was withdrawn. */
    expect_all(x, "alarm.hold_ended", M(VT_OOST), M(VT_OOST), NOBODY, M(VT_OOST));
    assert_true(is_over(x, "alarm.hold_ending", r, q));
    r = open_calmly(x);
    q = do_ask_one(x, r, POOL_C);
    do_answer(x, CMD_ACCEPT, q, 0);
    do_referral(x, CMD_TRAVEL, r, x->now + MS_MINUTE, 0);
    tick_at(x, x->now + 31 * MS_MINUTE);
    expect_all(x, "alarm.no_show", M(HUIS_C) | M(VT_OOST), M(HUIS_C) | M(VT_OOST), NOBODY,
               M(HUIS_C) | M(VT_OOST));
    assert_int_equal(night_number(x, "alarm.no_show", CHANNEL_SMS), C_HUIS);
    exchange_free(x);
}

/* ---- no bed ---- */

static void of_a_bridge(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_calmly(x);
    struct bridge_wish w = {
        .kind = BRIDGE_HOTEL,
        .active = true,
        .slept = HOTEL_NIGHT,
        .owner = {.kind = BRIDGE_OWNER_DESK, .account = {101}, .callback = "010 555 0100"}};
    struct command cmd = {.kind = CMD_OPEN_BRIDGE, .actor = referrer_of(VT_OOST)};
    const struct bridge *b = NULL;

    (void)state;
    cmd.u.open_bridge.referral = r;
    cmd.u.open_bridge.wish = &w;
    granted(x, &cmd);
    b = engine_bridge_of(x->e, r, BRIDGE_HOTEL);
    expect_all(x, "bridge.opened", NOBODY, NOBODY, NOBODY, M(VT_OOST));
    assert_true(is_over(x, "bridge.alarmed", r, (struct request_id){0}));
    for (int i = 0; i < 3; i++) { /* it repeats, and calls the team lead in */
        const char *name = i == 0 ? "bridge.alarmed" : "bridge.lead";
        size_t before = x->log.n;

        tick_at(x, b->due_ms);
        assert_true(newest(x, name) >= x->log.list + before);
        expect_all(x, name, M(VT_OOST), M(VT_OOST), M(VT_OOST), M(VT_OOST));
        assert_false(is_over(x, name, r, (struct request_id){0}));
    }
    cmd = (struct command){.kind = CMD_CHECK_IN, .actor = referrer_of(VT_OOST)};
    cmd.u.bridge.bridge = b->id;
    cmd.u.bridge.code = BRIDGE_CHECK_SEEN;
    granted(x, &cmd);
    assert_true(is_over(x, "bridge.alarmed", r, (struct request_id){0}));
    assert_true(is_over(x, "bridge.lead", r, (struct request_id){0}));
    expect_all(x, "bridge.checked", NOBODY, NOBODY, NOBODY, M(VT_OOST));
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    expect_all(x, "bridge.ended", NOBODY, NOBODY, NOBODY, M(VT_OOST)); /* no house had it */
    exchange_free(x);
}

static void of_a_bridge_bed(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_calmly(x);
    struct command cmd = {.kind = CMD_ASK,
                          .actor = referrer_of(VT_OOST),
                          .u.ask = {.referral = r, .pools = {{POOL_B}}, .n = 1, .bridge = true}};
    struct request_id q;

    (void)state;
    granted(x, &cmd);
    q = x->last.requests[0];
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    expect_all(x, "bridge.arrived", M(VT_OOST), NOBODY, NOBODY, M(VT_OOST) | M(HUIS_B));
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    expect_all(x, "bridge.ended", M(HUIS_B), NOBODY, NOBODY, M(VT_OOST) | M(HUIS_B));
    exchange_free(x);
}

/* ---- gatekeepers ---- */

static void gate_do(struct exchange *x, enum command_kind kind, unsigned value)
{
    bool by_referrer = kind == CMD_GATE_ANSWER || kind == CMD_GATE_WITHDRAW;
    struct command cmd = {.kind = kind,
                          .actor = by_referrer ? referrer_of(VT_OOST) : actor_of(ROLE_COMENSHA, COMENSHA)};

    cmd.u.gate.gate.v = engine_gates(x->e);
    cmd.u.gate.asked = value;
    cmd.u.gate.answers.yes = kind == CMD_GATE_ANSWER ? value : 0;
    cmd.u.gate.reason = (uint8_t)value;
    granted(x, &cmd);
}

static void gate_send(struct exchange *x, enum kind kind, struct need need)
{
    struct command cmd = {.kind = CMD_GATE_SEND, .actor = referrer_of(VT_OOST)};

    cmd.u.gate.referral = do_open(x, VT_OOST, need);
    cmd.u.gate.kind = kind;
    granted(x, &cmd);
}

static void of_a_gatekeeper(void **state)
{
    struct exchange *x = exchange_new();
    struct need minor = a_need(.adults = 0, .children = 1, .child_age = 15);
    struct command assent = {.kind = CMD_GATE_ASSENT, .actor = actor_of(ROLE_GATEKEEPER, GEMEENTE)};

    (void)state;
    gate_send(x, KIND_COSM, a_need());
    expect_all(x, "gate.sent", M(COMENSHA), NOBODY, NOBODY, M(COMENSHA) | M(VT_OOST));
    gate_do(x, CMD_GATE_TAKE, 0);
    expect_all(x, "gate.taken", M(VT_OOST), NOBODY, NOBODY, M(VT_OOST));
    gate_do(x, CMD_GATE_ASK_BACK, 3);
    expect_all(x, "gate.asked_back", M(VT_OOST), M(VT_OOST), NOBODY, M(VT_OOST));
    gate_do(x, CMD_GATE_ANSWER, 1);
    expect_all(x, "gate.answered", M(COMENSHA), NOBODY, NOBODY, M(COMENSHA));
    gate_do(x, CMD_GATE_RETURN, GATE_RETURN_OTHER + 1);
    expect_all(x, "gate.returned", M(VT_OOST), M(VT_OOST), NOBODY, M(VT_OOST));
    gate_send(x, KIND_COSM, a_need());
    gate_do(x, CMD_GATE_WITHDRAW, 0);
    expect_all(x, "gate.withdrawn", M(COMENSHA), NOBODY, NOBODY, M(COMENSHA));
    minor.minor_alone = true;
    gate_send(x, KIND_JEUGD, minor);
    expect(x, "gate.sent", CHANNEL_MAIL, M(GEMEENTE));
    assent.u.gate.gate.v = engine_gates(x->e);
    assent.kind = CMD_GATE_TAKE;
    granted(x, &assent);
    assent.kind = CMD_GATE_ASSENT;
    granted(x, &assent);
    expect_all(x, "gate.assented", M(VT_OOST), M(VT_OOST), NOBODY, M(VT_OOST));
    exchange_free(x);
}

/* ---- stays, clocks, money ---- */

static void clock_do(struct exchange *x, enum command_kind kind, struct actor who, unsigned org)
{
    struct command cmd = {.kind = kind, .actor = who};

    cmd.u.clock = (struct clock_command){.clock = {1}, .org = {org}, .reason = 1};
    granted(x, &cmd);
}

static void of_a_clock(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_calmly(x);
    struct request_id q = do_ask_one(x, r, POOL_B);
    struct command start = {.kind = CMD_START_CLOCK, .actor = referrer_of(VT_OOST)};
    const struct stay_clock *c = NULL;

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    expect_all(x, "stay.started", NOBODY, NOBODY, NOBODY, M(HUIS_B) | M(VT_OOST));
    start.u.clock = (struct clock_command){.referral = r, .kind = BARRING_ORDER};
    granted(x, &start);
    expect_all(x, "clock.started", NOBODY, NOBODY, NOBODY, M(VT_OOST));
    clock_do(x, CMD_OFFER_CLOCK, referrer_of(VT_OOST), HUIS_C);
    expect_all(x, "clock.offered", M(HUIS_C), NOBODY, NOBODY, M(HUIS_C));
    clock_do(x, CMD_TAKE_CLOCK, shelter_at(HUIS_C, C_HUIS), 0);
    expect_all(x, "clock.taken", M(VT_OOST), NOBODY, NOBODY, M(VT_OOST));
    c = engine_clock(x->e, (struct clock_id){1});
    tick_at(x, c->warn_at_ms);
    expect_all(x, "clock.warned", M(HUIS_C), M(HUIS_C), NOBODY, M(HUIS_C));
    assert_int_equal(night_number(x, "clock.warned", CHANNEL_SMS), C_HUIS);
    /* a shelter does not refer: the desk of the referral searches on */
    expect_all(x, "referral.follow_up", M(VT_OOST), NOBODY, NOBODY, M(VT_OOST));
    tick_at(x, c->runs_out_ms);
    expect_all(x, "clock.ran_out", M(HUIS_C), M(HUIS_C), NOBODY, M(HUIS_C));
    clock_do(x, CMD_STOP_CLOCK, shelter_at(HUIS_C, C_HUIS), 0);
    expect_all(x, "clock.stopped", NOBODY, NOBODY, NOBODY, M(HUIS_C));
    exchange_free(x);
}

static void of_a_departure_and_of_money(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_calmly(x);
    struct request_id q = do_ask_one(x, r, POOL_B);
    struct command cmd = {.actor = shelter_of(HUIS_B)};
    struct subject s;

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    cmd.u.stay = (struct stay_command){.stay = {1}, .ready = true, .reason = 1, .destination = 1};
    cmd.kind = CMD_STAY_READY;
    granted(x, &cmd);
    expect_all(x, "stay.ready", NOBODY, NOBODY, NOBODY, M(HUIS_B));
    cmd.kind = CMD_DEPART;
    granted(x, &cmd);
    expect_all(x, "stay.ended", M(VT_OOST), NOBODY, NOBODY, M(HUIS_B) | M(VT_OOST));
    q = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_C);
    do_answer(x, CMD_DECLINE, q, (uint8_t)(vocab_list_find(x->vocab, LIST_DECLINE, "bekostiging") + 1));
    /* The municipality of that region, and not one word of whom. */
    s = subject_of_event(x->e, newest(x, "funding.flagged"));
    expect_all(x, "funding.flagged",
               s.region == engine_org(x->e, (struct org_id){GEMEENTE})->region ? M(GEMEENTE) : NOBODY, NOBODY,
               NOBODY, NOBODY);
    assert_true(s.referral.v == 0 && s.request.v == 0 && s.pool.v == 0 && s.house.v == 0);
    exchange_free(x);
}

static void of_money_by_region(void **state)
{
    struct exchange *x = exchange_new();
    struct notify_target t = {.org = {GEMEENTE}, .channel = CHANNEL_MAIL};
    struct event ev = {.kind = EV_FUNDING_FLAGGED};
    struct subject s;
    struct party as;

    (void)state;
    ev.u.flag.region = engine_org(x->e, t.org)->region;
    s = subject_of_event(x->e, &ev);
    assert_true(hears(x->e, &t, GROUP_MUNICIPALITY, &s, &as));
    assert_true(rules_is_bare(GROUP_MUNICIPALITY));
    ev.u.flag.region = (uint8_t)(ev.u.flag.region == 0 ? 1 : 0);
    s = subject_of_event(x->e, &ev);
    assert_false(hears(x->e, &t, GROUP_MUNICIPALITY, &s, &as));
    s.region = REGION_NONE;
    assert_false(hears(x->e, &t, GROUP_MUNICIPALITY, &s, &as));
    t.org.v = RAPPORTEUR;
    s.region = engine_org(x->e, t.org)->region;
    assert_false(hears(x->e, &t, GROUP_MUNICIPALITY, &s, &as));
    exchange_free(x);
}

/* ---- MDO, regie, consult ---- */

static void care_do(struct exchange *x, enum command_kind kind, struct actor who, struct care_command c)
{
    granted(x, &(struct command){.kind = kind, .actor = who, .u.care = &c});
}

static void of_an_mdo(void **state)
{
    struct exchange *x = exchange_new();
    struct actor own = referrer_of(VT_OOST), a = shelter_of(HUIS_A);
    struct referral_id r = open_calmly(x);

    (void)state;
    care_do(x, CMD_CONVENE_MDO, own,
            (struct care_command){
                .referral = r, .ground = GROUND_STATUTORY_TASK, .orgs = {{HUIS_A}}, .n_orgs = 1});
    expect_all(x, "mdo.convened", M(HUIS_A), NOBODY, NOBODY, M(HUIS_A));
    care_do(x, CMD_INVITE_MDO, own, (struct care_command){.id = 1, .orgs = {{HUIS_B}}, .n_orgs = 1});
    expect_all(x, "mdo.invited", M(HUIS_B), NOBODY, NOBODY, M(HUIS_B));
    care_do(x, CMD_ANSWER_MDO, a, (struct care_command){.id = 1, .joins = true});
    expect_all(x, "mdo.answered", M(VT_OOST), NOBODY, NOBODY, M(VT_OOST));
    assert_string_equal(subject_of_event(x->e, newest(x, "mdo.answered")).state, "joined");
    care_do(x, CMD_ANSWER_MDO, shelter_of(HUIS_B), (struct care_command){.id = 1, .joins = false});
    assert_string_equal(subject_of_event(x->e, newest(x, "mdo.answered")).state, "refused");
    care_do(x, CMD_DATE_MDO, own, (struct care_command){.id = 1, .at_ms = x->now + MS_HOUR});
    expect_all(x, "mdo.dated", M(VT_OOST) | M(HUIS_A), NOBODY, NOBODY, M(VT_OOST) | M(HUIS_A));
    care_do(
        x, CMD_NOTE_MDO, own,
        (struct care_command){.id = 1, .sort = ITEM_ACTION, .orgs = {{HUIS_A}}, .n_orgs = 1, .text = "bel"});
    expect_all(x, "mdo.noted", M(HUIS_A), NOBODY, NOBODY, M(HUIS_A));
    care_do(x, CMD_MOVE_ITEM, a, (struct care_command){.id = 1, .state = ITEM_DONE});
    care_do(x, CMD_NOTE_MDO, own,
            (struct care_command){.id = 1, .sort = ITEM_NEED, .text = "rust"}); /* nobody's to do */
    expect_all(x, "mdo.noted", NOBODY, NOBODY, NOBODY, NOBODY);
    care_do(x, CMD_CLOSE_MDO, own, (struct care_command){.id = 1});
    expect_all(x, "mdo.closed", M(VT_OOST) | M(HUIS_A), NOBODY, NOBODY, M(VT_OOST) | M(HUIS_A));
    exchange_free(x);
}

static void of_regie_and_consult(void **state)
{
    struct exchange *x = exchange_new();
    struct actor own = referrer_of(VT_OOST), a = shelter_of(HUIS_A);
    struct referral_id r = open_calmly(x);
    struct care_command offer = {.referral = r, .orgs = {{HUIS_A}}, .n_orgs = 1};
    struct care_command take = {.referral = r, .role = "casusregisseur", .callback = "010 555 0100"};
    struct care_command ask = {.referral = r, .orgs = {{HUIS_B}}, .n_orgs = 1, .text = "Wat nu?"};
    struct subject s;

    (void)state;
    care_do(x, CMD_OFFER_REGIE, own, offer);
    expect_all(x, "regie.offered", M(HUIS_A), NOBODY, NOBODY, M(HUIS_A));
    care_do(x, CMD_KEEP_REGIE, a, (struct care_command){.referral = r});
    expect_all(x, "regie.kept", M(HUIS_A) | M(VT_OOST), NOBODY, NOBODY, M(HUIS_A) | M(VT_OOST));
    care_do(x, CMD_OFFER_REGIE, own, offer);
    care_do(x, CMD_TAKE_REGIE, a, take);
    expect_all(x, "regie.taken", M(VT_OOST), NOBODY, NOBODY, M(VT_OOST));

    care_do(x, CMD_ASK_CONSULT, a, ask);
    assert_true(rules_is_bare(GROUP_ASKED));
    expect_all(x, "consult.asked", M(HUIS_B), NOBODY, NOBODY, M(HUIS_B));
    s = subject_of_event(x->e, newest(x, "consult.asked"));
    assert_true(s.referral.v == 0 && s.request.v == 0 && s.referrer.v == 0);
    care_do(x, CMD_ANSWER_CONSULT, shelter_of(HUIS_B), (struct care_command){.id = 1, .text = "Een tolk."});
    expect_all(x, "consult.answered", M(HUIS_A), NOBODY, NOBODY, M(HUIS_A));
    care_do(x, CMD_ASK_CONSULT, a, ask);
    care_do(x, CMD_CLOSE_CONSULT, shelter_of(HUIS_B), (struct care_command){.id = 2});
    expect_all(x, "consult.declined", M(HUIS_A), NOBODY, NOBODY, M(HUIS_A));
    care_do(x, CMD_ASK_CONSULT, a, ask);
    care_do(x, CMD_CLOSE_CONSULT, a, (struct care_command){.id = 3});
    expect_all(x, "consult.withdrawn", M(HUIS_B), NOBODY, NOBODY, M(HUIS_B));
    exchange_free(x);
}

/* ---- keys and notes ---- */

static void key_do(struct exchange *x, enum command_kind kind, uint32_t account, uint32_t key)
{
    struct cmd_make_key made = {.public_key = {(uint8_t)(key + 1)}, .wrapped_bytes = ORG_KEY_WRAPPED_MIN};
    struct command cmd = {.kind = kind, .actor = shelter_of(HUIS_C)};

    cmd.actor.account.v = account;
    if (kind == CMD_MAKE_KEY)
        cmd.u.make_key = &made;
    else if (kind == CMD_LOSE_KEY)
        cmd.u.key_loss = (struct cmd_key_loss){{key}, KEY_LOSS_FORGOTTEN};
    else
        cmd.u.key.v = key;
    granted(x, &cmd);
}

static void of_keys_and_notes(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_calmly(x);
    struct cmd_write_note note = {.referral = r, .key = {1}, .bytes = NOTE_STEP_BYTES + NOTE_SEAL_BYTES};
    struct command write = {.kind = CMD_WRITE_NOTE, .actor = referrer_of(VT_OOST), .u.write_note = &note};

    (void)state;
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_C), 0);
    key_do(x, CMD_MAKE_KEY, 1, 0);
    expect_all(x, "key.made", M(HUIS_C), NOBODY, NOBODY, M(HUIS_C));
    key_do(x, CMD_CONFIRM_KEY, 2, 1);
    expect_all(x, "key.confirmed", M(HUIS_C), NOBODY, NOBODY, M(HUIS_C));
    write.key = (struct command_key){7, 8, 9};
    granted(x, &write);
    expect_all(x, "note.written", M(HUIS_C), NOBODY, NOBODY, M(HUIS_C));
    key_do(x, CMD_LOSE_KEY, 1, 1);
    expect_all(x, "key.loss_asked", M(HUIS_C), NOBODY, NOBODY, M(HUIS_C));
    key_do(x, CMD_KEEP_KEY, 2, 1);
    expect_all(x, "key.loss_dropped", M(HUIS_C), NOBODY, NOBODY, M(HUIS_C)); /* a thief could have kept it */
    key_do(x, CMD_LOSE_KEY, 1, 1);
    key_do(x, CMD_CONFIRM_KEY_LOSS, 2, 1);
    expect_all(x, "key.lost", M(HUIS_C), NOBODY, NOBODY, M(HUIS_C));
    expect_all(x, "note.unreadable", M(VT_OOST), M(VT_OOST), NOBODY, M(VT_OOST));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_ringing_and_waiting),
        cmocka_unit_test(of_a_place_that_is_kept),
        cmocka_unit_test(of_a_bridge),
        cmocka_unit_test(of_a_bridge_bed),
        cmocka_unit_test(of_a_gatekeeper),
        cmocka_unit_test(of_a_clock),
        cmocka_unit_test(of_a_departure_and_of_money),
        cmocka_unit_test(of_money_by_region),
        cmocka_unit_test(of_an_mdo),
        cmocka_unit_test(of_regie_and_consult),
        cmocka_unit_test(of_keys_and_notes),
    };

    return cmocka_run_group_tests(tests, shipped_rules_setup, shipped_rules_teardown);
}
