/* Who may do and see what: every role in every organisation at every desk, against short lists of who may.
 * What is not listed must be denied. */
#include "support/exchange.h"

#include "core/gate/gate_look.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/decide.h"

#include <string.h>

/* Who may: a role in an organisation; DESK 0 is any desk, ORG 0 any organisation in which the role exists. */
struct grant {
    enum role role;
    unsigned org;
    unsigned desk;
};
#define GRANTS_MAX 10
#define ANY 0

/* A situation in which all kinds of object exist. */
struct scene_of_all {
    struct exchange *x;
    struct referral_id pending;  /* of VT_OOST, asks B and C */
    struct request_id pending_b; /* the request to B */
    struct referral_id reserved; /* of VT_OOST, A1 said yes */
    struct request_id accepted_a;
    struct request_id cancelled_c; /* of the reserved one: C was too late */
    struct referral_id comenshas;  /* of CoMensha */
    struct referral_id stayed;     /* of VT_OOST, lives at A2 */
    struct stay_id stay;           /* its stay */
    struct clock_id clock;         /* a barring order: VT_OOST's, offered to VT_WEST */
};

static struct scene_of_all scene_new(void)
{
    static const unsigned b_and_c[] = {POOL_B, POOL_C}, a_and_c[] = {POOL_A1, POOL_C};
    struct scene_of_all s = {.x = exchange_new()};
    struct command cmd = {.kind = CMD_START_CLOCK, .actor = referrer_of(VT_OOST)};
    struct outcome o;

    s.pending = do_open(s.x, VT_OOST, a_need());
    s.pending_b = do_ask(s.x, s.pending, b_and_c, 2).requests[0];
    s.reserved = do_open(s.x, VT_OOST, a_need());
    o = do_ask(s.x, s.reserved, a_and_c, 2);
    s.accepted_a = o.requests[0];
    s.cancelled_c = o.requests[1];
    do_answer(s.x, CMD_ACCEPT, s.accepted_a, 0);
    s.comenshas = do_open(s.x, COMENSHA, a_need());
    s.stayed = do_open(s.x, VT_OOST, a_need());
    o.requests[0] = do_ask_one(s.x, s.stayed, POOL_A2);
    do_answer(s.x, CMD_ACCEPT, o.requests[0], 0);
    do_answer(s.x, CMD_CONFIRM_ARRIVAL, o.requests[0], 0);
    s.stay = engine_stay_of(s.x->e, s.stayed)->id;
    cmd.u.clock = (struct clock_command){.referral = s.stayed, .kind = 4};
    assert_int_equal(exchange_do(s.x, &cmd).refusal, REFUSAL_NONE);
    s.clock = engine_clock_of(s.x->e, s.stayed, 0);
    cmd = (struct command){.kind = CMD_OFFER_CLOCK, .actor = referrer_of(VT_OOST)};
    cmd.u.clock = (struct clock_command){.clock = s.clock, .org = {VT_WEST}};
    assert_int_equal(exchange_do(s.x, &cmd).refusal, REFUSAL_NONE);
    return s;
}

static bool exists_in(const struct exchange *x, enum role role, unsigned org)
{
    static const char *const where[ROLE_N] = {
        [ROLE_REFERRER] = "veilig_thuis shelter",
        [ROLE_SHELTER] = "shelter",
        [ROLE_COMENSHA] = "comensha",
        [ROLE_MUNICIPALITY] = "municipality",
        [ROLE_RAPPORTEUR] = "rapporteur",
        [ROLE_ORG_ADMIN] = "shelter veilig_thuis comensha municipality rapporteur",
        [ROLE_EXCHANGE_ADMIN] = "operator",
        [ROLE_GATEKEEPER] = "municipality",
    };
    const struct org *o = engine_org(x->e, (struct org_id){org});

    if (role == ROLE_SYSTEM)
        return true;
    return o != NULL && where[role] != NULL && strstr(where[role], org_kind_code(o->kind)) != NULL;
}

static bool is_granted(const struct exchange *x, const struct grant *grants, const struct actor *a)
{
    for (int i = 0; i < GRANTS_MAX && grants[i].role != ROLE_NONE; i++) {
        if (grants[i].role != a->role ||
            (grants[i].desk != ANY && a->location.v != 0 && grants[i].desk != a->location.v))
            continue;
        if (a->role == ROLE_SYSTEM)
            return true;
        if (a->role == ROLE_MACHINE) {
            if (a->n_carries > 0 && a->carries[0].v == grants[i].org)
                return true;
            continue;
        }
        if (grants[i].org == ANY ? exists_in(x, a->role, a->org.v) : grants[i].org == a->org.v)
            return true;
    }
    return false;
}

/* Call FN for every role, organisation (one that does not exist included), desk, and load carried. */
typedef bool judge_fn(const struct exchange *x, const struct actor *a, void *ctx);

static void hold_against(const struct exchange *x, const char *name, const struct grant *grants, judge_fn *fn,
                         void *ctx)
{
    unsigned allowed = 0;

    for (unsigned role = 0; role <= ROLE_N; role++) {
        for (unsigned org = 0; org <= RAPPORTEUR + 1; org++) {
            for (unsigned desk = 0; desk <= C_HUIS; desk++) {
                struct org_id carried = {org};
                struct actor a = {.role = (enum role)role,
                                  .org = {org},
                                  .account = {1},
                                  .location = {desk},
                                  .carries = &carried,
                                  .n_carries = 1};
                bool want = role < ROLE_N && is_granted(x, grants, &a);

                if (fn(x, &a, ctx) != want)
                    fail_msg("%s: role %u of organisation %u at desk %u should %s", name, role, org, desk,
                             want ? "be let in" : "be denied");
                allowed += want;
            }
        }
    }
    /* A list that lets nobody in would prove nothing. */
    if (grants[0].role != ROLE_NONE && allowed == 0)
        fail_msg("%s: nobody may", name);
}

static bool judge_command(const struct exchange *x, const struct actor *a, void *ctx)
{
    struct command cmd = *(const struct command *)ctx;
    struct outcome o = {0};
    enum refusal r = REFUSAL_NONE;

    cmd.actor = *a;
    r = permit_command(x->e, &cmd, &o);
    assert_int_equal(may_command(x->e, &cmd), r == REFUSAL_NONE);
    assert_true(r == REFUSAL_NONE || r == REFUSAL_NOT_ALLOWED || r == REFUSAL_NOT_FOUND);
    return r == REFUSAL_NONE;
}

#define THE_REFERRER                                                                                         \
    {                                                                                                        \
        ROLE_REFERRER, VT_OOST, ANY                                                                          \
    }

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

/* A referral of VT_OOST's that is with CoMensha. */
static struct gate_id send_one(struct exchange *x)
{
    struct command cmd = {.kind = CMD_GATE_SEND, .actor = referrer_of(VT_OOST)};

    cmd.u.gate.referral = do_open(x, VT_OOST, a_need());
    cmd.u.gate.kind = KIND_COSM;
    if (exchange_do(x, &cmd).refusal != REFUSAL_NONE)
        fail_msg("not sent: %s", refusal_code(x->last.refusal));
    return (struct gate_id){engine_gates(x->e)};
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
        {CMD_FIND_RESIDENCE, {THE_REFERRER}},
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
        else
            cmd.u.bridge.bridge.v = cases[i].bed ? 2 : 1;
        hold_against(s.x, command_name(cmd.kind), cases[i].grants, judge_command, &cmd);
    }
    exchange_free(s.x);
}

static void commands_on_a_stay_and_its_clock(void **state)
{
    static const struct {
        enum command_kind kind;
        struct grant grants[GRANTS_MAX];
    } cases[] = {
        {CMD_DEPART, {{ROLE_SHELTER, HUIS_A, A_ZUID}}},
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

        if (cmd.kind < CMD_START_CLOCK)
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

/* ---- looking ---- */

struct look {
    enum action action;
    uint64_t object;
};

static bool judge_look(const struct exchange *x, const struct actor *a, void *ctx)
{
    const struct look *l = ctx;

    return may(x->e, a, l->action, l->object);
}

static void looking_at_things(void **state)
{
    struct scene_of_all s = scene_new();
    const struct {
        const char *name;
        struct look look;
        struct grant grants[GRANTS_MAX];
    } cases[] = {
        {"search", {ACT_SEARCH, 0}, {{ROLE_REFERRER, ANY, ANY}, {ROLE_COMENSHA, ANY, ANY}}},
        {"statistics", {ACT_SEE_STATISTICS, 0}, {{ROLE_MUNICIPALITY, ANY, ANY}, {ROLE_RAPPORTEUR, ANY, ANY}}},
        {"accounts", {ACT_MANAGE_ACCOUNTS, 0}, {{ROLE_ORG_ADMIN, ANY, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"accounts of B",
         {ACT_MANAGE_ACCOUNTS, HUIS_B},
         {{ROLE_ORG_ADMIN, HUIS_B, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"feeds",
         {ACT_SEE_FEEDS, 0},
         {{ROLE_SHELTER, ANY, ANY}, {ROLE_ORG_ADMIN, ANY, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"feeds of A", /* also from the desk of one house: they are the organisation's */
         {ACT_SEE_FEEDS, HUIS_A},
         {{ROLE_SHELTER, HUIS_A, ANY}, {ROLE_ORG_ADMIN, HUIS_A, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"feeds of an organisation far away",
         {ACT_SEE_FEEDS, UINT64_C(1) << 32 | HUIS_A},
         {{ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"replay of a message of A",
         {ACT_REPLAY_FEED, HUIS_A},
         {{ROLE_SHELTER, HUIS_A, ANY}, {ROLE_ORG_ADMIN, HUIS_A, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"notifications",
         {ACT_SEE_NOTIFICATIONS, 0},
         {{ROLE_ORG_ADMIN, ANY, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"notifications of A",
         {ACT_SEE_NOTIFICATIONS, HUIS_A},
         {{ROLE_ORG_ADMIN, HUIS_A, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"a feed of A told", {ACT_TELL_FEED, HUIS_A}, {{ROLE_MACHINE, HUIS_A, ANY}}},
        {"a feed of an organisation far away told",
         {ACT_TELL_FEED, UINT64_C(1) << 32 | HUIS_A},
         {{ROLE_NONE, 0, 0}}},
        {"upload", /* where there are places: an administrator elsewhere has no file of them */
         {ACT_UPLOAD, 0},
         {{ROLE_SHELTER, ANY, ANY},
          {ROLE_ORG_ADMIN, HUIS_A, ANY},
          {ROLE_ORG_ADMIN, HUIS_B, ANY},
          {ROLE_ORG_ADMIN, HUIS_C, ANY}}},
        {"upload of A", {ACT_UPLOAD, HUIS_A}, {{ROLE_SHELTER, HUIS_A, ANY}, {ROLE_ORG_ADMIN, HUIS_A, ANY}}},
        {"pool A1",
         {ACT_SEE_POOL, POOL_A1},
         {{ROLE_REFERRER, ANY, ANY},
          {ROLE_COMENSHA, ANY, ANY},
          {ROLE_EXCHANGE_ADMIN, ANY, ANY},
          {ROLE_SHELTER, HUIS_A, A_NOORD},
          {ROLE_ORG_ADMIN, HUIS_A, A_NOORD},
          {ROLE_MACHINE, HUIS_A, ANY}}},
        /* Machines here read nothing: what they carry is for bringing. */
        {"capacity",
         {ACT_SEE_CAPACITY, 0},
         {{ROLE_REFERRER, ANY, ANY},
          {ROLE_COMENSHA, ANY, ANY},
          {ROLE_SHELTER, ANY, ANY},
          {ROLE_MUNICIPALITY, ANY, ANY},
          {ROLE_RAPPORTEUR, ANY, ANY},
          {ROLE_ORG_ADMIN, ANY, ANY},
          {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"capacity of A1",
         {ACT_SEE_CAPACITY, POOL_A1},
         {{ROLE_REFERRER, ANY, ANY},
          {ROLE_COMENSHA, ANY, ANY},
          {ROLE_EXCHANGE_ADMIN, ANY, ANY},
          {ROLE_SHELTER, HUIS_A, A_NOORD},
          {ROLE_ORG_ADMIN, HUIS_A, A_NOORD}}},
        {"capacity of none", {ACT_SEE_CAPACITY, 99}, {{ROLE_NONE, 0, 0}}},
        {"no pool", {ACT_SEE_POOL, 99}, {{ROLE_NONE, 0, 0}}},
        {"pool far away", {ACT_SEE_POOL, UINT64_C(1) << 32 | POOL_A1}, {{ROLE_NONE, 0, 0}}},
        {"referral that asks", {ACT_SEE_REFERRAL, s.pending.v}, {THE_REFERRER}},
        {"referral with a yes",
         {ACT_SEE_REFERRAL, s.reserved.v},
         {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_NOORD}}},
        {"referral of CoMensha", {ACT_SEE_REFERRAL, s.comenshas.v}, {{ROLE_COMENSHA, COMENSHA, ANY}}},
        {"no-bed path of a referral", {ACT_SEE_NOBED, s.pending.v}, {THE_REFERRER}},
        {"no-bed path of none", {ACT_SEE_NOBED, 99}, {{ROLE_NONE, 0, 0}}},
        {"unplaced",
         {ACT_SEE_UNPLACED, 0},
         {{ROLE_REFERRER, ANY, ANY},
          {ROLE_COMENSHA, ANY, ANY},
          {ROLE_MUNICIPALITY, ANY, ANY},
          {ROLE_RAPPORTEUR, ANY, ANY}}},
        {"no referral", {ACT_SEE_REFERRAL, 99}, {{ROLE_NONE, 0, 0}}},
        {"request to B", {ACT_SEE_REQUEST, s.pending_b.v}, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {"no request", {ACT_SEE_REQUEST, 99}, {{ROLE_NONE, 0, 0}}},
        /* The address: before a yes, only the house itself. */
        {"address of B", {ACT_REVEAL_LOCATION, s.pending_b.v}, {{ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {"address of A",
         {ACT_REVEAL_LOCATION, s.accepted_a.v},
         {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_NOORD}}},
        {"address of C, cancelled", {ACT_REVEAL_LOCATION, s.cancelled_c.v}, {{ROLE_SHELTER, HUIS_C, C_HUIS}}},
        {"no address", {ACT_REVEAL_LOCATION, 0}, {{ROLE_NONE, 0, 0}}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct look l = cases[i].look;

        hold_against(s.x, cases[i].name, cases[i].grants, judge_look, &l);
    }
    assert_false(may(s.x->e, &(struct actor){.role = ROLE_REFERRER, .org = {VT_OOST}}, ACT_N, 0));
    exchange_free(s.x);
}

/* An address is shown for the lifetime of the accepted request, and not a moment longer. */
static void an_address_for_the_lifetime_of_a_yes(void **state)
{
    static const struct {
        const char *name;
        enum command_kind end; /* CMD_N: nothing more */
        bool travels, want;
    } cases[] = {
        {"promised", CMD_N, false, true},
        {"on the way", CMD_N, true, true},
        {"arrived", CMD_CONFIRM_ARRIVAL, true, false},
        {"no show", CMD_NO_SHOW, true, false},
        {"withdrawn", CMD_WITHDRAW, false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct request_id q = do_ask_one(x, r, POOL_B);
        struct actor referrer = referrer_of(VT_OOST);

        do_answer(x, CMD_ACCEPT, q, 0);
        if (cases[i].travels)
            do_referral(x, CMD_TRAVEL, r, 0, 0);
        if (cases[i].end == CMD_CONFIRM_ARRIVAL)
            do_answer(x, cases[i].end, q, 0);
        else if (cases[i].end != CMD_N)
            do_referral(x, cases[i].end, r, 0, 1);
        if (may(x->e, &referrer, ACT_REVEAL_LOCATION, q.v) != cases[i].want)
            fail_msg("%s", cases[i].name);
        exchange_free(x);
    }
}

/* What the asked house, another house and others see of a household at each step. */
static void sight_follows_the_request(void **state)
{
    static const struct {
        const char *name;
        enum command_kind steps[2];
        enum sight asked;
    } cases[] = {
        {"pending", {CMD_N, CMD_N}, SIGHT_MINIMUM},
        {"seen", {CMD_SEE_REQUEST, CMD_N}, SIGHT_MINIMUM},
        {"yes", {CMD_ACCEPT, CMD_N}, SIGHT_FULL},
        {"arrived", {CMD_ACCEPT, CMD_CONFIRM_ARRIVAL}, SIGHT_FULL},
        {"no", {CMD_DECLINE, CMD_N}, SIGHT_NONE},
        {"lapsed", {CMD_TICK, CMD_N}, SIGHT_NONE},
        {"late yes", {CMD_TICK, CMD_ACCEPT}, SIGHT_NONE},
        {"withdrawn", {CMD_WITHDRAW, CMD_N}, SIGHT_NONE},
        {"yes, withdrawn", {CMD_ACCEPT, CMD_WITHDRAW}, SIGHT_NONE},
        {"no show", {CMD_ACCEPT, CMD_NO_SHOW}, SIGHT_NONE},
    };
    struct core_settings quiet = core_settings_default();

    (void)state;
    memset(quiet.ask_next, 0, sizeof quiet.ask_next); /* the broker asks nobody else */
    quiet.timers = timers_settings_off();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new_with(&quiet);
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct request_id q = do_ask_one(x, r, POOL_A1);

        for (int k = 0; k < 2; k++) {
            if (cases[i].steps[k] == CMD_TICK) {
                x->now += 4 * MS_HOUR;
                do_tick(x);
            } else if (cases[i].steps[k] == CMD_WITHDRAW || cases[i].steps[k] == CMD_NO_SHOW) {
                do_referral(x, cases[i].steps[k], r, 0, 1);
            } else if (cases[i].steps[k] != CMD_N) {
                do_answer(x, cases[i].steps[k], q, 1);
            }
        }
        for (unsigned role = 0; role < ROLE_N; role++) {
            for (unsigned org = 0; org <= RAPPORTEUR + 1; org++) {
                for (unsigned desk = 0; desk <= C_HUIS; desk++) {
                    struct org_id carried = {org};
                    struct actor a = {.role = (enum role)role,
                                      .org = {org},
                                      .location = {desk},
                                      .carries = &carried,
                                      .n_carries = 1};
                    enum sight want = SIGHT_NONE;

                    if (role == ROLE_REFERRER && org == VT_OOST)
                        want = SIGHT_FULL;
                    else if (role == ROLE_SHELTER && org == HUIS_A && (desk == 0 || desk == A_NOORD))
                        want = cases[i].asked;
                    if (audience_of_referral(x->e, &a, r) != want)
                        fail_msg("%s: role %u of organisation %u at desk %u", cases[i].name, role, org, desk);
                }
            }
        }
        exchange_free(x);
    }
}

static void a_shelter_that_refers_sees_only_its_own(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id own = do_open(x, HUIS_A, a_need()), other = do_open(x, VT_OOST, a_need());
    struct actor referrer = referrer_of(HUIS_A), desk = shelter_of(HUIS_A);

    (void)state;
    assert_int_equal(audience_of_referral(x->e, &referrer, own), SIGHT_FULL);
    assert_int_equal(audience_of_referral(x->e, &desk, own),
                     SIGHT_NONE); /* the role decides, not the house */
    assert_int_equal(audience_of_referral(x->e, &referrer, other), SIGHT_NONE);
    exchange_free(x);
}

/* ---- capacity out ---- */

static void capacity_by_role(void **state)
{
    static const struct {
        const char *name;
        enum role role;
        unsigned org;
        enum capacity_sight want;
        const char *region; /* NULL = all, or none */
    } cases[] = {
        {"referrer", ROLE_REFERRER, VT_OOST, CAPACITY_PER_POOL, NULL},
        {"CoMensha", ROLE_COMENSHA, COMENSHA, CAPACITY_PER_POOL, NULL},
        {"operator", ROLE_EXCHANGE_ADMIN, OPERATOR, CAPACITY_PER_POOL, NULL},
        {"house", ROLE_SHELTER, HUIS_A, CAPACITY_OWN, NULL},
        {"administrator", ROLE_ORG_ADMIN, HUIS_B, CAPACITY_OWN, NULL},
        {"municipality", ROLE_MUNICIPALITY, GEMEENTE, CAPACITY_AGGREGATED, "R28"},
        {"rapporteur", ROLE_RAPPORTEUR, RAPPORTEUR, CAPACITY_AGGREGATED, NULL},
        {"a role that the organisation has not", ROLE_EXCHANGE_ADMIN, HUIS_A, CAPACITY_NONE, NULL},
        {"the broker itself", ROLE_SYSTEM, OPERATOR, CAPACITY_NONE, NULL},
        {"a machine as a machine", ROLE_MACHINE, HUIS_A, CAPACITY_NONE, NULL},
        {"nobody", ROLE_NONE, VT_OOST, CAPACITY_NONE, NULL},
    };
    struct exchange *x = exchange_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct org_id org = {cases[i].org};
        uint8_t region = cases[i].region != NULL ? vocab_region_find(x->vocab, cases[i].region) : REGION_NONE;
        /* A person, and a machine that reads as that role: it carries others, which changes nothing. */
        struct org_id carried = {HUIS_C};
        struct actor who[] = {{.role = cases[i].role, .org = org},
                              {.role = ROLE_MACHINE,
                               .reads_as = cases[i].role,
                               .reads_for = org,
                               .carries = &carried,
                               .n_carries = 1}};

        for (int k = 0; k < 2; k++) {
            struct capacity_audience got = audience_of_capacity(x->e, &who[k]);

            if (got.sight != cases[i].want || got.region != region)
                fail_msg("%s: sight %d", cases[i].name, got.sight);
            assert_int_equal(got.org.v, got.sight == CAPACITY_OWN ? org.v : 0);
            assert_int_equal(may(x->e, &who[k], ACT_SEE_CAPACITY, 0), got.sight != CAPACITY_NONE);
            assert_int_equal(may(x->e, &who[k], ACT_SEE_CAPACITY, POOL_A1),
                             got.sight == CAPACITY_PER_POOL ||
                                 (got.sight == CAPACITY_OWN && org.v == HUIS_A));
        }
        /* Reading opens nothing else to the machine. */
        for (unsigned action = 0; action < ACT_N; action++) {
            struct actor reader = who[1];

            reader.n_carries = 0;
            if (action != ACT_SEE_CAPACITY)
                for (uint64_t object = 0; object < 5; object++)
                    assert_false(may(x->e, &reader, (enum action)action, object));
        }
    }
    exchange_free(x);
}

/* ---- streams ---- */

static bool judge_event(const struct exchange *x, const struct actor *a, void *ctx)
{
    return audience_of_event(x->e, a, ctx);
}

static void pushed_only_to_who_it_concerns(void **state)
{
    static const struct {
        enum event_kind kind;
        struct grant grants[GRANTS_MAX];
    } cases[] = {
        {EV_ORG_DEFINED, {{ROLE_NONE, 0, 0}}},
        {EV_LOCATION_DEFINED, {{ROLE_NONE, 0, 0}}},
        {EV_POOL_DEFINED,
         {{ROLE_REFERRER, ANY, ANY},
          {ROLE_COMENSHA, ANY, ANY},
          {ROLE_EXCHANGE_ADMIN, ANY, ANY},
          {ROLE_SHELTER, HUIS_B, B_HUIS},
          {ROLE_ORG_ADMIN, HUIS_B, B_HUIS},
          {ROLE_MACHINE, HUIS_B, ANY}}},
        {EV_CAPACITY_OBSERVED,
         {{ROLE_REFERRER, ANY, ANY},
          {ROLE_COMENSHA, ANY, ANY},
          {ROLE_EXCHANGE_ADMIN, ANY, ANY},
          {ROLE_SHELTER, HUIS_B, B_HUIS},
          {ROLE_ORG_ADMIN, HUIS_B, B_HUIS},
          {ROLE_MACHINE, HUIS_B, ANY}}},
        {EV_REFERRAL_OPENED, {THE_REFERRER}},
        {EV_REQUEST_MADE, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REQUEST_SEEN, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REQUEST_ACCEPTED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REQUEST_DECLINED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REQUEST_EXPIRED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REQUEST_CANCELLED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REQUEST_LATE_YES, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REFERRAL_TRAVELLING, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REFERRAL_ADMITTED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REFERRAL_NO_SHOW, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REFERRAL_WITHDRAWN, {THE_REFERRER}},
        {EV_REFERRAL_UNPLACED, {THE_REFERRER}},
        {EV_COMMAND_DONE, {{ROLE_NONE, 0, 0}}},
        {EV_REQUEST_SILENT, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_PLACE_FOUND, {THE_REFERRER}},
        {EV_CAPACITY_CONFIRMED,
         {{ROLE_REFERRER, ANY, ANY},
          {ROLE_COMENSHA, ANY, ANY},
          {ROLE_EXCHANGE_ADMIN, ANY, ANY},
          {ROLE_SHELTER, HUIS_B, B_HUIS},
          {ROLE_ORG_ADMIN, HUIS_B, B_HUIS},
          {ROLE_MACHINE, HUIS_B, ANY}}},
        {EV_REQUEST_RUNG, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REQUEST_EXTENDED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REFERRAL_WIDENED, {THE_REFERRER}},
        {EV_HOLD_SET, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_ALARM_RAISED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}}, /* of a place; else below */
        {EV_ALARM_ACKNOWLEDGED, {THE_REFERRER}},
        {EV_REFERRAL_HANDED_OVER, {THE_REFERRER}},
        {EV_REFERRAL_TAKEN_OVER, {THE_REFERRER}},
        {EV_BRIDGE_OPENED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}}, /* of a bed; else below */
        {EV_BRIDGE_STARTED, {THE_REFERRER}},
        {EV_BRIDGE_CHECKED, {THE_REFERRER}},
        {EV_BRIDGE_ALARMED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_BRIDGE_ARRIVED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_BRIDGE_ENDED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_NIGHT_NOTED, {THE_REFERRER}},
        {EV_REFERRAL_CLOSED, {THE_REFERRER}},
        {EV_STAY_STARTED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_STAY_READY, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_STAY_FUNDED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_RETURN_CODE_GIVEN, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_STAY_ENDED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_REFERRAL_LINKED, {THE_REFERRER}},
        {EV_FUNDING_FLAGGED, {{ROLE_MUNICIPALITY, GEMEENTE, ANY}, {ROLE_RAPPORTEUR, ANY, ANY}}},
        {EV_CLOCK_STARTED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}, {ROLE_ORG_ADMIN, VT_OOST, ANY}}},
        {EV_CLOCK_OFFERED,
         {THE_REFERRER,
          {ROLE_SHELTER, HUIS_A, A_ZUID},
          {ROLE_ORG_ADMIN, VT_OOST, ANY},
          {ROLE_REFERRER, VT_WEST, ANY},
          {ROLE_ORG_ADMIN, VT_WEST, ANY}}},
        {EV_CLOCK_TAKEN,
         {THE_REFERRER,
          {ROLE_SHELTER, HUIS_A, A_ZUID},
          {ROLE_ORG_ADMIN, VT_OOST, ANY},
          {ROLE_REFERRER, VT_WEST, ANY},
          {ROLE_ORG_ADMIN, VT_WEST, ANY}}},
        {EV_CLOCK_PROLONGED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}, {ROLE_ORG_ADMIN, VT_OOST, ANY}}},
        {EV_CLOCK_STOPPED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}, {ROLE_ORG_ADMIN, VT_OOST, ANY}}},
        {EV_CLOCK_WARNED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}, {ROLE_ORG_ADMIN, VT_OOST, ANY}}},
        {EV_CLOCK_RAN_OUT, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}, {ROLE_ORG_ADMIN, VT_OOST, ANY}}},
        {EV_KEY_MADE, {{ROLE_NONE, 0, 0}}},
        {EV_KEY_CONFIRMED, {{ROLE_NONE, 0, 0}}},
        {EV_KEY_LOST, {{ROLE_NONE, 0, 0}}},
        {EV_HANDOVER_ITEM, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_NOTE_WRITTEN, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_NOTE_PICKED_UP, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_NOTE_UNREADABLE, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_NOTE_DESTROYED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
    };
    static const struct grant own[GRANTS_MAX] = {THE_REFERRER};
    struct event lead = {.kind = EV_ALARM_RAISED}, hotel = {.kind = EV_BRIDGE_OPENED};
    struct scene_of_all s = scene_new();

    (void)state;
    lead.u.escalation.referral = s.pending;
    hold_against(s.x, "an alarm without a yes", own, judge_event, &lead);
    hotel.u.bridge_opened.referral = s.pending;
    hold_against(s.x, "a bridge without a house", own, judge_event, &hotel);
    /* Later kinds: in the tests of their own part. */
    /* Those of care have tests of their own, those of gate requests: events_of_a_gate_request. */
    assert_int_equal(COUNT_OF(cases), EV_CLOCK_RAN_OUT + 1 - (EV_RESIDENCE_FOUND - EV_GATE_SENT + 1) +
                                          EV_NOTE_DESTROYED - EV_KEY_MADE + 1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct event ev = {.kind = cases[i].kind};

        if (ev.kind == EV_POOL_DEFINED)
            ev.u.pool = engine_pool_definition(s.x->e, (struct pool_id){POOL_B});
        else if (ev.kind == EV_CAPACITY_OBSERVED)
            ev.u.capacity.o.pool.v = POOL_B;
        else if (ev.kind == EV_CAPACITY_CONFIRMED) {
            ev.u.confirmed.n = 1;
            ev.u.confirmed.pools[0].v = POOL_B;
        } else if (ev.kind == EV_REFERRAL_OPENED)
            ev.u.opened.id = s.pending;
        else if (ev.kind == EV_REQUEST_MADE)
            ev.u.made = *the_request(s.x, s.pending_b);
        else if ((ev.kind >= EV_REQUEST_SEEN && ev.kind <= EV_REQUEST_LATE_YES) ||
                 ev.kind == EV_REQUEST_SILENT)
            ev.u.request.request = s.pending_b;
        else if (ev.kind >= EV_REQUEST_RUNG && ev.kind <= EV_REFERRAL_TAKEN_OVER) {
            ev.u.escalation.referral = s.pending;
            ev.u.escalation.request = s.pending_b;
        } else if (ev.kind == EV_BRIDGE_OPENED) {
            ev.u.bridge_opened.referral = s.pending;
            ev.u.bridge_opened.request = s.pending_b;
        } else if (ev.kind > EV_BRIDGE_OPENED && ev.kind <= EV_BRIDGE_ENDED) {
            ev.u.bridge.referral = s.pending;
            ev.u.bridge.request = s.pending_b;
        } else if (ev.kind == EV_NIGHT_NOTED || ev.kind == EV_REFERRAL_CLOSED)
            ev.u.night.referral = s.pending;
        else if (ev.kind == EV_PLACE_FOUND)
            ev.u.found.referral = s.pending;
        else if (ev.kind == EV_FUNDING_FLAGGED)
            ev.u.flag.region = engine_org(s.x->e, (struct org_id){GEMEENTE})->region;
        else if (ev.kind == EV_REFERRAL_LINKED)
            ev.u.link.referral = s.stayed;
        else if (ev.kind >= EV_CLOCK_STARTED && ev.kind <= EV_CLOCK_RAN_OUT) {
            ev.u.clock.clock = s.clock;
            ev.u.clock.owner.v = VT_OOST;
            if (ev.kind == EV_CLOCK_OFFERED || ev.kind == EV_CLOCK_TAKEN)
                ev.u.clock.org.v = VT_WEST;
        } else if (ev.kind >= EV_STAY_STARTED && ev.kind <= EV_STAY_ENDED)
            ev.u.stay.stay = s.stay;
        else if (ev.kind == EV_HANDOVER_ITEM)
            ev.u.item.request = s.pending_b;
        else if (ev.kind == EV_NOTE_WRITTEN)
            ev.u.note_written.request = s.pending_b;
        else if (ev.kind >= EV_NOTE_PICKED_UP && ev.kind <= EV_NOTE_DESTROYED)
            ev.u.note.request = s.pending_b;
        else if (ev.kind >= EV_REFERRAL_TRAVELLING && ev.kind <= EV_REFERRAL_UNPLACED) {
            ev.u.referral.referral = s.pending;
            ev.u.referral.request = s.pending_b;
        }
        hold_against(s.x, event_name(ev.kind), cases[i].grants, judge_event, &ev);
    }
    exchange_free(s.x);
}

/* Of a gate request hear its referrer and the gatekeeper, and nobody else. */
static void events_of_a_gate_request(void **state)
{
    static const struct grant grants[GRANTS_MAX] = {THE_REFERRER, {ROLE_COMENSHA, COMENSHA, ANY}};
    struct scene_of_all s = scene_new();
    struct gate_id gate = send_one(s.x);

    (void)state;
    for (unsigned kind = EV_GATE_SENT; kind <= EV_RESIDENCE_FOUND; kind++) {
        struct event ev = {.kind = (enum event_kind)kind, .seq = engine_seq(s.x->e) + 1};

        if (ev.kind == EV_RESIDENCE_FOUND)
            ev.u.residence.referral = engine_gate(s.x->e, gate)->referral;
        else
            ev.u.gate.gate = gate;
        hold_against(s.x, event_name(ev.kind), grants, judge_event, &ev);
    }
    exchange_free(s.x);
}

/* What ends a gatekeeper's work is the last it hears of it, also where it is a place that it did not give. */
static void a_gatekeeper_hears_that_its_case_ended(void **state)
{
    struct exchange *x = exchange_new();
    struct actor desk = actor_of(ROLE_COMENSHA, COMENSHA), town = actor_of(ROLE_GATEKEEPER, GEMEENTE);
    struct command close = {.kind = CMD_CLOSE_REFERRAL, .actor = referrer_of(VT_OOST)};
    struct referral_id r = engine_gate(x->e, send_one(x))->referral;
    struct request_id q = do_ask_one(x, r, POOL_B);
    struct event admitted;

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    for (size_t i = 0; last_event(x, i)->kind != EV_REFERRAL_ADMITTED; i++)
        assert_true(i + 1 < last_count(x));
    for (size_t i = 0; i < last_count(x); i++) {
        if (last_event(x, i)->kind == EV_REFERRAL_ADMITTED)
            admitted = *last_event(x, i);
    }
    assert_true(audience_of_event(x->e, &desk, &admitted));
    assert_false(audience_of_event(x->e, &town, &admitted));

    close.u.night.referral = engine_gate(x->e, send_one(x))->referral;
    close.u.night.night = (struct night){.day = (int32_t)(x->now / MS_DAY), .slept = 12, .reason = 1};
    assert_int_equal(exchange_do(x, &close).refusal, REFUSAL_NONE);
    assert_int_equal(last_event(x, 0)->kind, EV_REFERRAL_CLOSED);
    assert_true(audience_of_event(x->e, &desk, last_event(x, 0)));
    assert_false(audience_of_event(x->e, &town, last_event(x, 0)));
    exchange_free(x);
}

/* A bed for the meantime at B, and C's yes for the place that they wait for: B is a host, and no more. */
static void a_bridge_house_is_not_the_receiving_house(void **state)
{
    static const struct grant receiving[GRANTS_MAX] = {THE_REFERRER, {ROLE_SHELTER, HUIS_C, C_HUIS}};
    static const struct grant only_referrer[GRANTS_MAX] = {THE_REFERRER};
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct cmd_write_note note = {.referral = r};
    struct command ask = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};
    struct command no_show = {.kind = CMD_NO_SHOW}, item = {.kind = CMD_HANDOVER_ITEM},
                   write = {.kind = CMD_WRITE_NOTE, .u.write_note = &note};
    struct look handover = {ACT_SEE_HANDOVER, r.v};
    struct actor b = shelter_of(HUIS_B);

    (void)state;
    ask.u.ask.referral = r;
    ask.u.ask.pools[0].v = POOL_B;
    ask.u.ask.n = 1;
    ask.u.ask.bridge = true;
    assert_int_equal(exchange_do(x, &ask).refusal, REFUSAL_NONE);
    do_answer(x, CMD_ACCEPT, x->last.requests[0], 0);
    assert_int_equal(audience_of_referral(x->e, &b, r), SIGHT_FULL);
    no_show.u.referral.referral = r;
    item.u.item.referral = r;
    hold_against(x, "no show at a bridge", only_referrer, judge_command, &no_show);
    hold_against(x, "handing over to a bridge", only_referrer, judge_look, &handover);

    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_C), 0);
    assert_int_equal(audience_of_referral(x->e, &b, r), SIGHT_FULL);
    hold_against(x, "no show beside a bridge", receiving, judge_command, &no_show);
    hold_against(x, "item beside a bridge", receiving, judge_command, &item);
    hold_against(x, "note beside a bridge", receiving, judge_command, &write);
    hold_against(x, "handover beside a bridge", receiving, judge_look, &handover);
    exchange_free(x);
}

/* The household has left: its house keeps the stay, which it must still account for, and nothing else. */
/* One fact of many pools: for whoever may see one of them, wherever it stands in the list. */
static void one_of_many_confirmed_is_enough(void **state)
{
    struct exchange *x = exchange_new();
    struct actor a = shelter_of(HUIS_A), zuid = shelter_at(HUIS_A, A_ZUID),
                 noord = shelter_at(HUIS_A, A_NOORD);
    struct actor b = shelter_of(HUIS_B), c = shelter_of(HUIS_C);
    struct event ev = {.kind = EV_CAPACITY_CONFIRMED};

    (void)state;
    ev.u.confirmed.n = 2;
    ev.u.confirmed.pools[0].v = POOL_B;
    ev.u.confirmed.pools[1].v = POOL_A2;
    assert_true(audience_of_event(x->e, &a, &ev));
    assert_true(audience_of_event(x->e, &zuid, &ev));
    assert_true(audience_of_event(x->e, &b, &ev));
    assert_false(audience_of_event(x->e, &noord, &ev));
    assert_false(audience_of_event(x->e, &c, &ev));
    ev.u.confirmed.n = 1;
    assert_false(audience_of_event(x->e, &a, &ev));
    exchange_free(x);
}

/* Events as they really come name what the audience is judged by. */
static void real_events_reach_the_host(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct actor host = shelter_of(HUIS_B), other = shelter_of(HUIS_C);
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    do_referral(x, CMD_TRAVEL, r, x->now, 0);
    assert_true(audience_of_event(x->e, &host, last_event(x, 0)));
    do_referral(x, CMD_NO_SHOW, r, 0, 0);
    assert_true(audience_of_event(x->e, &host, last_event(x, 0)));
    assert_false(audience_of_event(x->e, &other, last_event(x, 0)));
    q = do_ask_one(x, r, POOL_C);
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_true(audience_of_event(x->e, &other, last_event(x, 0)));
    assert_false(audience_of_event(x->e, &host, last_event(x, 0)));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_without_an_object),
        cmocka_unit_test(commands_of_a_gate_request),
        cmocka_unit_test(commands_on_a_request),
        cmocka_unit_test(commands_on_a_referral),
        cmocka_unit_test(commands_on_the_no_bed_path),
        cmocka_unit_test(commands_on_a_stay_and_its_clock),
        cmocka_unit_test(capacity_of_ones_own_house),
        cmocka_unit_test(looking_at_things),
        cmocka_unit_test(an_address_for_the_lifetime_of_a_yes),
        cmocka_unit_test(sight_follows_the_request),
        cmocka_unit_test(a_shelter_that_refers_sees_only_its_own),
        cmocka_unit_test(capacity_by_role),
        cmocka_unit_test(pushed_only_to_who_it_concerns),
        cmocka_unit_test(events_of_a_gate_request),
        cmocka_unit_test(a_gatekeeper_hears_that_its_case_ended),
        cmocka_unit_test(a_bridge_house_is_not_the_receiving_house),
        cmocka_unit_test(one_of_many_confirmed_is_enough),
        cmocka_unit_test(real_events_reach_the_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
