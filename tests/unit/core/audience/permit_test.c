/* Who may give which command: every role in every organisation at every desk, against short lists of who may.
 * What is not listed must be denied. */
#include "support/grants.h"

#include "base/mem.h"
#include "core/gate/gate_look.h"
#include "core/nobed/nobed.h"

static void commands_without_an_object(void **state)
{
    static const struct {
        enum command_kind kind;
        struct grant grants[GRANTS_MAX];
    } cases[] = {
        {CMD_DEFINE_ORG, {{ROLE_SYSTEM, ANY, ANY}, {ROLE_EXCHANGE_ADMIN, OPERATOR, ANY}}},
        {CMD_DEFINE_LOCATION, {{ROLE_SYSTEM, ANY, ANY}, {ROLE_EXCHANGE_ADMIN, OPERATOR, ANY}}},
        {CMD_DEFINE_POOL, {{ROLE_SYSTEM, ANY, ANY}, {ROLE_EXCHANGE_ADMIN, OPERATOR, ANY}}},
        {CMD_OPEN_REFERRAL, {{ROLE_REFERRER, ANY, ANY}, {ROLE_COMENSHA, COMENSHA, ANY}}},
        {CMD_TICK, {{ROLE_SYSTEM, ANY, ANY}}},
        {CMD_ANNOUNCE, {{ROLE_SYSTEM, ANY, ANY}}},
    };
    struct scene_of_all s = scene_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct command cmd = {.kind = cases[i].kind};

        hold_against(s.x, command_name(cmd.kind), cases[i].grants, judge_command, &cmd);
    }
    exchange_free(s.x);
}

static void commands_of_a_gate_request(void **state)
{
    static const struct {
        enum command_kind kind;
        struct grant grants[GRANTS_MAX];
    } cases[] = {
        {CMD_GATE_SEND, {THE_REFERRER}},
        {CMD_GATE_TAKE, {{ROLE_COMENSHA, COMENSHA, ANY}}},
        {CMD_GATE_ASK_BACK, {{ROLE_COMENSHA, COMENSHA, ANY}}},
        {CMD_GATE_ANSWER, {THE_REFERRER}},
        {CMD_GATE_ASSENT, {{ROLE_NONE, 0, 0}}}, /* only who has the desk of a municipality, and its own */
        {CMD_GATE_RETURN, {{ROLE_COMENSHA, COMENSHA, ANY}}},
        {CMD_GATE_WITHDRAW, {THE_REFERRER}},
        {CMD_FIND_RESIDENCE, {THE_REFERRER, {ROLE_COMENSHA, COMENSHA, ANY}}},
        {CMD_ASK, {THE_REFERRER, {ROLE_COMENSHA, COMENSHA, ANY}}},
    };
    struct scene_of_all s = scene_new();
    struct gate_id gate = send_one(s.x);
    struct referral_id referral = engine_gate(s.x->e, gate)->referral;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct command cmd = {.kind = cases[i].kind};

        if (cmd.kind == CMD_ASK)
            cmd.u.ask.referral = referral;
        else if (cmd.kind == CMD_FIND_RESIDENCE)
            cmd.u.residence.referral = referral;
        else {
            cmd.u.gate.gate = gate;
            cmd.u.gate.referral = referral;
        }
        hold_against(s.x, command_name(cmd.kind), cases[i].grants, judge_command, &cmd);
    }
    exchange_free(s.x);
}

static void commands_on_a_request(void **state)
{
    static const struct {
        enum command_kind kind;
        bool accepted; /* the one A said yes to, else the one pending at B */
        struct grant grants[GRANTS_MAX];
    } cases[] = {
        {CMD_SEE_REQUEST, false, {{ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {CMD_ACCEPT, false, {{ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {CMD_DECLINE, false, {{ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {CMD_CONFIRM_ARRIVAL, false, {{ROLE_SHELTER, HUIS_B, B_HUIS}, THE_REFERRER}},
        {CMD_EXTEND_REQUEST, false, {{ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {CMD_EXTEND_REQUEST, true, {{ROLE_SHELTER, HUIS_A, A_NOORD}}},
        {CMD_SEE_REQUEST, true, {{ROLE_SHELTER, HUIS_A, A_NOORD}}},
        {CMD_ACCEPT, true, {{ROLE_SHELTER, HUIS_A, A_NOORD}}},
        {CMD_DECLINE, true, {{ROLE_SHELTER, HUIS_A, A_NOORD}}},
        {CMD_CONFIRM_ARRIVAL, true, {{ROLE_SHELTER, HUIS_A, A_NOORD}, THE_REFERRER}},
    };
    struct scene_of_all s = scene_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct command cmd = {.kind = cases[i].kind};

        cmd.u.answer.request = cases[i].accepted ? s.accepted_a : s.pending_b;
        hold_against(s.x, command_name(cmd.kind), cases[i].grants, judge_command, &cmd);
    }
    exchange_free(s.x);
}

static void commands_on_a_referral(void **state)
{
    static const struct {
        enum command_kind kind;
        bool reserved;
        struct grant grants[GRANTS_MAX];
    } cases[] = {
        {CMD_ASK, false, {THE_REFERRER}},
        {CMD_TRAVEL, false, {THE_REFERRER}},
        {CMD_NO_SHOW, false, {THE_REFERRER}}, /* nobody is host yet */
        {CMD_WITHDRAW, false, {THE_REFERRER}},
        {CMD_ASK, true, {THE_REFERRER}},
        {CMD_TRAVEL, true, {THE_REFERRER}},
        {CMD_NO_SHOW, true, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_NOORD}}},
        {CMD_WITHDRAW, true, {THE_REFERRER}},
        {CMD_EXTEND_HOLD, true, {THE_REFERRER}},
        {CMD_ACKNOWLEDGE_ALARM, true, {THE_REFERRER}},
        {CMD_HAND_OVER, false, {THE_REFERRER}},
        {CMD_TAKE_OVER, false, {THE_REFERRER}},
    };
    struct scene_of_all s = scene_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct command cmd = {.kind = cases[i].kind};
        struct referral_id r = cases[i].reserved ? s.reserved : s.pending;

        if (cmd.kind == CMD_ASK)
            cmd.u.ask.referral = r;
        else if (cmd.kind == CMD_ACKNOWLEDGE_ALARM || cmd.kind == CMD_HAND_OVER)
            cmd.u.escalation.referral = r;
        else
            cmd.u.referral.referral = r;
        hold_against(s.x, command_name(cmd.kind), cases[i].grants, judge_command, &cmd);
    }
    exchange_free(s.x);
}

/* A hotel is its referrer's alone; a bridge bed also the house's, which may say that nobody came. */
/* What is heard of it, and who may look at it: whose search it is, and the house. */
static void events_of_a_bridge_bed(const struct scene_of_all *s, const struct bridge *b)
{
    static const struct grant both[GRANTS_MAX] = {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}};
    struct event funded = {.kind = EV_BRIDGE_FUNDED,
                           .u.bridge_funded = {.bridge = b->id, .referral = s->pending}};
    struct event going = {.kind = EV_BRIDGE_TRAVELLING,
                          .u.bridge = {.bridge = b->id, .referral = s->pending, .request = b->request}};
    struct look look = {ACT_SEE_BRIDGE, b->id.v};

    hold_against(s->x, "nights of a bridge bed", both, judge_event, &funded);
    hold_against(s->x, "on the way to a bridge bed", both, judge_event, &going);
    hold_against(s->x, "a bridge bed", both, judge_look, &look);
}

static void commands_on_the_no_bed_path(void **state)
{
    static const struct {
        enum command_kind kind;
        bool bed;
        struct grant grants[GRANTS_MAX];
    } cases[] = {
        {CMD_OPEN_BRIDGE, false, {THE_REFERRER}},
        {CMD_NOTE_NIGHT, false, {THE_REFERRER}},
        {CMD_CLOSE_REFERRAL, false, {THE_REFERRER}},
        {CMD_START_BRIDGE, false, {THE_REFERRER}},
        {CMD_CHECK_IN, false, {THE_REFERRER}},
        {CMD_END_BRIDGE, false, {THE_REFERRER}},
        {CMD_CHECK_IN, true, {THE_REFERRER}},
        {CMD_END_BRIDGE, true, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {CMD_FUND_BRIDGE, true, {{ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {CMD_BRIDGE_TRAVEL, true, {THE_REFERRER}},
    };
    struct scene_of_all s = scene_new();
    struct bridge_wish hotel = {.kind = BRIDGE_HOTEL,
                                .owner = {.kind = BRIDGE_OWNER_DESK, .account = {1}, .callback = "112"}};
    struct command cmd = {.kind = CMD_OPEN_BRIDGE, .actor = referrer_of(VT_OOST)};

    (void)state;
    cmd.u.open_bridge.referral = s.pending;
    cmd.u.open_bridge.wish = &hotel;
    assert_int_equal(exchange_do(s.x, &cmd).refusal, REFUSAL_NONE);
    cmd = (struct command){.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};
    cmd.u.ask.referral = s.pending;
    cmd.u.ask.pools[0].v = POOL_A2;
    cmd.u.ask.n = 1;
    cmd.u.ask.bridge = true;
    assert_int_equal(exchange_do(s.x, &cmd).refusal, REFUSAL_NONE);
    do_answer(s.x, CMD_ACCEPT, s.x->last.requests[0], 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cmd = (struct command){.kind = cases[i].kind};
        if (cmd.kind == CMD_OPEN_BRIDGE)
            cmd.u.open_bridge.referral = s.pending;
        else if (cmd.kind == CMD_NOTE_NIGHT || cmd.kind == CMD_CLOSE_REFERRAL)
            cmd.u.night.referral = s.pending;
        else if (cmd.kind == CMD_FUND_BRIDGE)
            cmd.u.fund_bridge.bridge.v = 2;
        else
            cmd.u.bridge.bridge.v = cases[i].bed ? 2 : 1;
        hold_against(s.x, command_name(cmd.kind), cases[i].grants, judge_command, &cmd);
    }
    events_of_a_bridge_bed(&s, engine_bridge(s.x->e, (struct bridge_id){2}));
    exchange_free(s.x);
}

static void commands_on_a_stay_and_its_clock(void **state)
{
    static const struct {
        enum command_kind kind;
        struct grant grants[GRANTS_MAX];
    } cases[] = {
        {CMD_DEPART, {{ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {CMD_RESUME_STAY, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {CMD_DATE_NIGHTS, {{ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {CMD_STAY_READY, {{ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {CMD_FUND_STAY, {{ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {CMD_GIVE_RETURN_CODE, {{ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {CMD_START_CLOCK, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {CMD_OFFER_CLOCK, {THE_REFERRER}},
        {CMD_PROLONG_CLOCK, {THE_REFERRER}},
        {CMD_STOP_CLOCK, {THE_REFERRER}},
        {CMD_TAKE_CLOCK, {THE_REFERRER, {ROLE_REFERRER, VT_WEST, ANY}}},
    };
    struct scene_of_all s = scene_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct command cmd = {.kind = cases[i].kind};

        if (cmd.kind == CMD_DATE_NIGHTS)
            cmd.u.dates.stay = s.stay;
        else if (cmd.kind < CMD_START_CLOCK || cmd.kind == CMD_RESUME_STAY)
            cmd.u.stay.stay = s.stay;
        else if (cmd.kind == CMD_START_CLOCK)
            cmd.u.clock.referral = s.stayed;
        else
            cmd.u.clock.clock = s.clock;
        hold_against(s.x, command_name(cmd.kind), cases[i].grants, judge_command, &cmd);
    }
    exchange_free(s.x);
}

static void capacity_of_ones_own_house(void **state)
{
    static const struct {
        unsigned pool;
        struct grant grants[GRANTS_MAX];
    } cases[] = {
        {POOL_A1, {{ROLE_SHELTER, HUIS_A, A_NOORD}, {ROLE_MACHINE, HUIS_A, ANY}}},
        {POOL_A2, {{ROLE_SHELTER, HUIS_A, A_ZUID}, {ROLE_MACHINE, HUIS_A, ANY}}},
        {POOL_COSM, {{ROLE_SHELTER, HUIS_C, C_HUIS}, {ROLE_MACHINE, HUIS_C, ANY}}},
    };
    struct scene_of_all s = scene_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct command cmd = {.kind = CMD_REPORT_CAPACITY};
        struct observation o = an_observation(s.x, cases[i].pool, 2, 1);

        cmd.u.report.list = &o;
        cmd.u.report.n = 1;
        hold_against(s.x, "report", cases[i].grants, judge_command, &cmd);
    }
    exchange_free(s.x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_without_an_object),  cmocka_unit_test(commands_of_a_gate_request),
        cmocka_unit_test(commands_on_a_request),       cmocka_unit_test(commands_on_a_referral),
        cmocka_unit_test(commands_on_the_no_bed_path), cmocka_unit_test(commands_on_a_stay_and_its_clock),
        cmocka_unit_test(capacity_of_ones_own_house),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
