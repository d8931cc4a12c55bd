/* Gate requests: every move of their table, who gives which command, and that nobody asks a place of a
 * gatekeeper past it. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"

#include <stdio.h>
#include <string.h>

#define POOL_JEUGD 6
#define ACCOUNT_TWO 999

static struct exchange *with_youth_care(struct exchange *x)
{
    struct pool p = pool_of_kind(x, C_HUIS, "jeugd", KIND_JEUGD);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct observation o;

    exchange_do(x, &cmd);
    o = an_observation(x, POOL_JEUGD, POOL_UNITS, POOL_UNITS);
    if (do_report(x, shelter_of(HUIS_C), &o, 1).applied != 1)
        fail_msg("no youth care in this world");
    x->now += MS_MINUTE;
    return x;
}

static struct exchange *the_exchange(void)
{
    return with_youth_care(exchange_new());
}

/* One that alarms a gatekeeper, and nothing else. */
static struct exchange *an_insisting_exchange(void)
{
    struct core_settings s = core_settings_default();

    memset(s.ask_next, 0, sizeof s.ask_next);
    s.timers = timers_settings_off();
    s.timers.gate = true;
    s.timers.again_times = 1;
    for (int i = 0; i < THREAT_N; i++)
        s.timers.again_s[i] = 900;
    return with_youth_care(exchange_new_with(&s));
}

static struct need a_victim(void)
{
    struct need n = a_need(.level = THREAT_ORANJE);

    tri_put(&n.threat_kinds, THREAT_KIND_NETWERK, TRI_YES);
    n.residence = RESIDENCE_BEDENKTIJD_AANGEBODEN;
    return n;
}

static struct need a_minor(void)
{
    struct need n = a_need(.adults = 0, .children = 1, .child_age = 15);

    n.minor_alone = true;
    return n;
}

static struct actor desk(void)
{
    return actor_of(ROLE_COMENSHA, COMENSHA);
}

static struct actor town(void)
{
    return actor_of(ROLE_GATEKEEPER, GEMEENTE);
}

static struct outcome gate_do(struct exchange *x, enum command_kind kind, struct actor who, unsigned gate,
                              unsigned value)
{
    struct command cmd = {.kind = kind, .actor = who, .u.gate.gate = {gate}};

    cmd.u.gate.asked = value;
    cmd.u.gate.answers.yes = kind == CMD_GATE_ANSWER ? value : 0;
    cmd.u.gate.reason = (uint8_t)value;
    return exchange_do(x, &cmd);
}

static enum refusal send(struct exchange *x, struct referral_id r, enum kind kind)
{
    struct command cmd = {.kind = CMD_GATE_SEND, .actor = referrer_of(the_referral(x, r)->org.v)};

    cmd.u.gate.referral = r;
    cmd.u.gate.kind = kind;
    return exchange_do(x, &cmd).refusal;
}

static const struct gate *gate_at(const struct exchange *x, unsigned id)
{
    return engine_gate(x->e, (struct gate_id){id});
}

static struct outcome ask_as(struct exchange *x, struct actor who, struct referral_id r, unsigned pool)
{
    struct command cmd = {.kind = CMD_ASK, .actor = who, .u.ask = {.referral = r, .pools = {{pool}}, .n = 1}};

    return exchange_do(x, &cmd);
}

/* A victim's referral whose gate request (1) is in STATE. */
static struct referral_id at_state(struct exchange *x, enum gate_state state)
{
    struct referral_id r = do_open(x, VT_OOST, a_victim());
    struct outcome o;

    assert_int_equal(send(x, r, KIND_COSM), REFUSAL_NONE);
    if (state == GATE_WITHDRAWN)
        gate_do(x, CMD_GATE_WITHDRAW, referrer_of(VT_OOST), 1, 0);
    if (state == GATE_WAITING || state == GATE_WITHDRAWN)
        return r;
    gate_do(x, CMD_GATE_TAKE, desk(), 1, 0);
    if (state == GATE_ASKED_BACK)
        gate_do(x, CMD_GATE_ASK_BACK, desk(), 1, 3);
    if (state == GATE_RETURNED)
        gate_do(x, CMD_GATE_RETURN, desk(), 1, GATE_RETURN_OTHER + 1);
    if (state != GATE_PLACING && state != GATE_PLACED)
        return r;
    o = ask_as(x, desk(), r, POOL_COSM);
    assert_int_equal(o.refusal, REFUSAL_NONE);
    if (state == GATE_PLACED)
        do_answer(x, CMD_ACCEPT, o.requests[0], 0);
    return r;
}

/* What each command does in each state, and for whom: TO = the state after it, or a refusal. */
static void every_move(void **state)
{
    enum { NO = GATE_STATE_N }; /* refused: wrong state */
    static const struct {
        enum command_kind kind;
        unsigned value;
        uint8_t to[GATE_STATE_N]; /* by the state before: waiting, taken, asked back, placing, placed, ... */
    } cases[] = {
        {CMD_GATE_TAKE, 0, {GATE_TAKEN, GATE_TAKEN, GATE_ASKED_BACK, GATE_PLACING, NO, NO, NO}},
        {CMD_GATE_ASK_BACK, 3, {NO, GATE_ASKED_BACK, GATE_ASKED_BACK, GATE_ASKED_BACK, NO, NO, NO}},
        {CMD_GATE_ANSWER, 1, {NO, NO, GATE_TAKEN, NO, NO, NO, NO}},
        {CMD_GATE_RETURN, 1, {GATE_RETURNED, GATE_RETURNED, GATE_RETURNED, GATE_RETURNED, NO, NO, NO}},
        {CMD_GATE_WITHDRAW,
         0,
         {GATE_WITHDRAWN, GATE_WITHDRAWN, GATE_WITHDRAWN, GATE_WITHDRAWN, NO, NO, GATE_WITHDRAWN}},
        {CMD_ASK, 0, {NO, GATE_PLACING, GATE_PLACING, NO, NO, NO, NO}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (unsigned from = 0; from < GATE_STATE_N; from++) {
            struct exchange *x = the_exchange();
            struct referral_id r = at_state(x, (enum gate_state)from);
            bool by_referrer = cases[i].kind == CMD_GATE_ANSWER || cases[i].kind == CMD_GATE_WITHDRAW;
            struct actor who = by_referrer ? referrer_of(VT_OOST) : desk();
            unsigned want = cases[i].to[from];
            struct outcome o;

            if (gate_at(x, 1)->state != (enum gate_state)from)
                fail_msg("the test does not reach %s", gate_state_code((enum gate_state)from));
            o = cases[i].kind == CMD_ASK ? ask_as(x, who, r, POOL_COSM)
                                         : gate_do(x, cases[i].kind, who, 1, cases[i].value);
            if ((o.refusal == REFUSAL_NONE) != (want != NO))
                fail_msg("%s in %s: %s", command_name(cases[i].kind), gate_state_code((enum gate_state)from),
                         refusal_code(o.refusal));
            if (gate_at(x, 1)->state != (enum gate_state)(want == NO ? from : want))
                fail_msg("%s in %s leads to %s", command_name(cases[i].kind),
                         gate_state_code((enum gate_state)from), gate_state_code(gate_at(x, 1)->state));
            exchange_free(x);
        }
    }
}

static void the_table_says_no_more(void **state)
{
    static const uint8_t want[GATE_STATE_N] = {
        [GATE_WAITING] = 1u << GATE_TAKEN | 1u << GATE_RETURNED | 1u << GATE_WITHDRAWN,
        [GATE_TAKEN] =
            1u << GATE_ASKED_BACK | 1u << GATE_PLACING | 1u << GATE_RETURNED | 1u << GATE_WITHDRAWN,
        [GATE_ASKED_BACK] =
            1u << GATE_TAKEN | 1u << GATE_PLACING | 1u << GATE_RETURNED | 1u << GATE_WITHDRAWN,
        [GATE_PLACING] =
            1u << GATE_ASKED_BACK | 1u << GATE_PLACED | 1u << GATE_RETURNED | 1u << GATE_WITHDRAWN,
        [GATE_PLACED] = 1u << GATE_PLACING | 1u << GATE_WITHDRAWN,
    };

    (void)state;
    for (unsigned from = 0; from < GATE_STATE_N; from++) {
        for (unsigned to = 0; to < GATE_STATE_N; to++)
            assert_int_equal(gate_may_become((enum gate_state)from, (enum gate_state)to),
                             want[from] >> to & 1);
    }
}

/* ---- who ---- */

static void others_find_nothing(void **state)
{
    static const struct {
        const char *name;
        enum command_kind kind;
        enum role role;
        unsigned org;
        enum refusal want;
    } cases[] = {
        {"another referrer takes it back", CMD_GATE_WITHDRAW, ROLE_REFERRER, VT_WEST, REFUSAL_NOT_FOUND},
        {"another referrer answers", CMD_GATE_ANSWER, ROLE_REFERRER, VT_WEST, REFUSAL_NOT_FOUND},
        {"the referrer takes it", CMD_GATE_TAKE, ROLE_REFERRER, VT_OOST, REFUSAL_NOT_ALLOWED},
        {"the referrer gives assent", CMD_GATE_ASSENT, ROLE_REFERRER, VT_OOST, REFUSAL_NOT_ALLOWED},
        {"CoMensha gives assent", CMD_GATE_ASSENT, ROLE_COMENSHA, COMENSHA, REFUSAL_NOT_ALLOWED},
        {"a municipality takes it", CMD_GATE_TAKE, ROLE_GATEKEEPER, GEMEENTE, REFUSAL_NOT_FOUND},
        {"its reviewer takes it", CMD_GATE_TAKE, ROLE_MUNICIPALITY, GEMEENTE, REFUSAL_NOT_ALLOWED},
        {"a shelter returns it", CMD_GATE_RETURN, ROLE_SHELTER, HUIS_C, REFUSAL_NOT_ALLOWED},
        {"CoMensha's desk of a shelter", CMD_GATE_TAKE, ROLE_COMENSHA, HUIS_C, REFUSAL_NOT_ALLOWED},
    };
    struct exchange *x = the_exchange();

    (void)state;
    at_state(x, GATE_WAITING);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct outcome o = gate_do(x, cases[i].kind, actor_of(cases[i].role, cases[i].org), 1, 1);

        if (o.refusal != cases[i].want)
            fail_msg("%s: %s", cases[i].name, refusal_code(o.refusal));
        assert_int_equal(gate_at(x, 1)->state, GATE_WAITING);
    }
    exchange_free(x);
}

static void the_file_is_open_while_it_is_live(void **state)
{
    static const enum sight want[GATE_STATE_N] = {
        [GATE_WAITING] = SIGHT_FULL,  [GATE_TAKEN] = SIGHT_FULL,  [GATE_ASKED_BACK] = SIGHT_FULL,
        [GATE_PLACING] = SIGHT_FULL,  [GATE_PLACED] = SIGHT_FULL, [GATE_RETURNED] = SIGHT_NONE,
        [GATE_WITHDRAWN] = SIGHT_NONE};

    (void)state;
    for (unsigned s = 0; s < GATE_STATE_N; s++) {
        struct exchange *x = the_exchange();
        struct referral_id r = at_state(x, (enum gate_state)s);
        struct actor comensha = desk(), gi = town();

        if (audience_of_referral(x->e, &comensha, r) != want[s])
            fail_msg("%s: CoMensha sees it wrongly", gate_state_code((enum gate_state)s));
        assert_int_equal(audience_of_referral(x->e, &gi, r), SIGHT_NONE);
        exchange_free(x);
    }
}

static void its_yes_is_for_both_and_the_address_for_one(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_PLACED);
    struct request_id q = gate_at(x, 1)->placed;
    struct actor comensha = desk(), referrer = referrer_of(VT_OOST);

    (void)state;
    assert_int_equal(the_referral(x, r)->state, REFERRAL_RESERVED);
    assert_true(may(x->e, &comensha, ACT_SEE_REQUEST, q.v));
    assert_true(may(x->e, &referrer, ACT_SEE_REQUEST, q.v));
    assert_true(may(x->e, &referrer, ACT_REVEAL_LOCATION, q.v));
    assert_false(may(x->e, &comensha, ACT_REVEAL_LOCATION, q.v));
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_int_equal(gate_at(x, 1)->state, GATE_PLACED);
    assert_false(gate_is_live(gate_at(x, 1)));
    assert_int_equal(audience_of_referral(x->e, &comensha, r), SIGHT_NONE);
    exchange_free(x);
}

/* ---- never past it ---- */

static void nobody_asks_past_the_gatekeeper(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_victim());
    struct referral_id child = do_open(x, VT_OOST, a_minor());

    (void)state;
    /* Without, while it waits, while it is taken, and after it came back: the referrer never. */
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), r, POOL_COSM).refusal, REFUSAL_GATEKEEPER);
    assert_int_equal(ask_as(x, desk(), r, POOL_COSM).refusal, REFUSAL_NOT_FOUND);
    send(x, r, KIND_COSM);
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), r, POOL_COSM).refusal, REFUSAL_GATEKEEPER);
    assert_int_equal(ask_as(x, desk(), r, POOL_COSM).refusal, REFUSAL_WRONG_STATE);
    gate_do(x, CMD_GATE_TAKE, desk(), 1, 0);
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), r, POOL_COSM).refusal, REFUSAL_GATEKEEPER);
    assert_int_equal(ask_as(x, desk(), r, POOL_B).refusal, REFUSAL_NOT_YOURS);
    assert_int_equal(ask_as(x, desk(), child, POOL_JEUGD).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(ask_as(x, town(), r, POOL_COSM).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(ask_as(x, desk(), r, POOL_COSM).refusal, REFUSAL_NONE);
    gate_do(x, CMD_GATE_RETURN, desk(), 1, 1);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN); /* nothing is held any more */
    assert_int_equal(ask_as(x, desk(), r, POOL_COSM).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), r, POOL_COSM).refusal, REFUSAL_GATEKEEPER);
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), child, POOL_JEUGD).refusal, REFUSAL_GATEKEEPER);
    exchange_free(x);
}

/* Every free place but the gatekeeper's is gone: neither silence nor a place that came free leads there. */
static void the_broker_does_not_go_past_it_either(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_victim());
    struct command announce = {.kind = CMD_ANNOUNCE, .actor = {.role = ROLE_SYSTEM}};
    struct observation o;
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    for (unsigned pool = POOL_A1; pool <= POOL_C; pool++) {
        static const enum an_org owners[] = {0, HUIS_A, HUIS_A, HUIS_B, HUIS_C};

        o = an_observation(x, pool, POOL_UNITS, pool == POOL_B ? 1 : 0);
        do_report(x, shelter_of(owners[pool]), &o, 1);
    }
    x->now = the_request(x, q)->answer_by_ms;
    do_tick(x);
    assert_int_not_equal(the_request(x, q)->silent_at_ms, 0);
    assert_int_equal(the_referral(x, r)->n_requests, 1);
    o = an_observation(x, POOL_COSM, POOL_UNITS, 0);
    do_report(x, shelter_of(HUIS_C), &o, 1);
    x->now += MS_MINUTE;
    o = an_observation(x, POOL_COSM, POOL_UNITS, 1);
    do_report(x, shelter_of(HUIS_C), &o, 1);
    announce.u.announce.referral = r;
    announce.u.announce.pool.v = POOL_COSM;
    assert_int_equal(exchange_do(x, &announce).refusal, REFUSAL_DOES_NOT_FIT);
    exchange_free(x);
}

static void silence_of_a_gatekeepers_house_asks_nobody_on(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_PLACING);

    (void)state;
    x->now = the_request(x, the_referral(x, r)->requests[0])->answer_by_ms;
    do_tick(x);
    assert_int_not_equal(the_request(x, the_referral(x, r)->requests[0])->silent_at_ms, 0);
    assert_int_equal(the_referral(x, r)->n_requests, 1);
    exchange_free(x);
}

/* While nobody has taken it the broker goes on, after a silence as after a while without a yes; once its
 * gatekeeper works on it, neither. */
static void a_queue_stops_no_search(void **state)
{
    static const struct {
        enum gate_state gate;
        bool goes_on;
    } cases[] = {{GATE_WAITING, true},
                 {GATE_TAKEN, false},
                 {GATE_ASKED_BACK, false},
                 {GATE_RETURNED, true},
                 {GATE_WITHDRAWN, true}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (int widens = 0; widens < 2; widens++) {
            struct core_settings s = core_settings_default();
            struct exchange *x = NULL;
            struct referral_id r;
            struct request_id q;

            if (widens)
                memset(s.ask_next, 0, sizeof s.ask_next);
            else
                s.timers = timers_settings_off();
            x = exchange_new_with(&s);
            r = at_state(x, cases[i].gate);
            q = do_ask_one(x, r, POOL_B);
            if (widens)
                do_answer(x, CMD_DECLINE, q, 1);
            x->now = widens ? x->now + 30 * MS_MINUTE : the_request(x, q)->answer_by_ms;
            do_tick(x);
            if ((the_referral(x, r)->n_requests > 1) != cases[i].goes_on)
                fail_msg("gate state %d, %s: %d requests", cases[i].gate, widens ? "widening" : "silence",
                         the_referral(x, r)->n_requests);
            exchange_free(x);
        }
    }
}

/* ---- the rest of its life ---- */

static void one_live_request_per_gatekeeper(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_TAKEN);

    (void)state;
    assert_int_equal(send(x, r, KIND_OMM), REFUSAL_NONE); /* is there already: nothing new */
    assert_int_equal(engine_gates(x->e), 1);
    gate_do(x, CMD_GATE_RETURN, desk(), 1, 2);
    assert_int_equal(send(x, r, KIND_OMM), REFUSAL_NONE);
    assert_int_equal(engine_gates(x->e), 2);
    assert_int_equal(gate_at(x, 2)->kind, KIND_OMM);
    exchange_free(x);
}

static void what_cannot_be_sent(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_victim());
    struct referral_id own = do_open(x, COMENSHA, a_victim());

    (void)state;
    assert_int_equal(send(x, r, KIND_CRISIS), REFUSAL_DOES_NOT_FIT);
    assert_int_equal(send(x, r, KIND_JEUGD), REFUSAL_DOES_NOT_FIT);
    assert_int_equal(send(x, own, KIND_COSM), REFUSAL_DOES_NOT_FIT); /* it is the gatekeeper */
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    assert_int_equal(send(x, r, KIND_COSM), REFUSAL_WRONG_STATE);
    exchange_free(x);
}

static void questions_are_answered(void **state)
{
    struct exchange *x = the_exchange();
    struct command cmd = {.kind = CMD_GATE_ANSWER, .actor = referrer_of(VT_OOST), .u.gate.gate = {1}};

    (void)state;
    at_state(x, GATE_ASKED_BACK); /* facts 0 and 1 */
    cmd.u.gate.answers = (struct tri_set){.yes = 1, .no = 4};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_LIMIT); /* was not asked */
    cmd.u.gate.answers = (struct tri_set){.yes = 1, .no = 2};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 0); /* said again */
    assert_int_equal(gate_at(x, 1)->answers.yes, 1);
    assert_int_equal(gate_at(x, 1)->answers.no, 2);
    /* Another question keeps what was answered to the first. */
    gate_do(x, CMD_GATE_ASK_BACK, desk(), 1, 6);
    cmd.u.gate.answers = (struct tri_set){.yes = 2};
    exchange_do(x, &cmd);
    assert_int_equal(gate_at(x, 1)->answers.yes, 3);
    assert_int_equal(gate_at(x, 1)->answers.no, 0);
    exchange_free(x);
}

static void a_colleague_takes_over(void **state)
{
    struct exchange *x = the_exchange();
    struct actor other = desk();

    (void)state;
    at_state(x, GATE_TAKEN);
    other.account.v = ACCOUNT_TWO;
    gate_do(x, CMD_GATE_TAKE, other, 1, 0);
    assert_int_equal(gate_at(x, 1)->owner.v, ACCOUNT_TWO);
    gate_do(x, CMD_GATE_TAKE, other, 1, 0);
    assert_int_equal(last_count(x), 0);
    exchange_free(x);
}

static void a_no_show_goes_back_to_the_gatekeeper(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_PLACED);

    (void)state;
    do_referral(x, CMD_NO_SHOW, r, 0, 0);
    assert_int_equal(gate_at(x, 1)->state, GATE_PLACING);
    assert_true(gate_is_live(gate_at(x, 1)));
    assert_int_equal(ask_as(x, desk(), r, POOL_COSM).refusal, REFUSAL_NONE);
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    assert_int_equal(gate_at(x, 1)->state, GATE_WITHDRAWN);
    exchange_free(x);
}

static void a_place_elsewhere_ends_it(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_PLACING);
    struct request_id bridge;

    (void)state;
    /* The referrer looks for a bed for the meantime beside it; orange allows three, the gatekeeper's not
     * counted. */
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), r, POOL_A1).refusal, REFUSAL_NONE);
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), r, POOL_A2).refusal, REFUSAL_NONE);
    bridge = do_ask_one(x, r, POOL_B);
    do_answer(x, CMD_ACCEPT, bridge, 0);
    assert_int_equal(gate_at(x, 1)->state, GATE_PLACING); /* it may still not come to that */
    do_answer(x, CMD_CONFIRM_ARRIVAL, bridge, 0);
    assert_int_equal(gate_at(x, 1)->state, GATE_WITHDRAWN);
    exchange_free(x);
}

/* A place that the referrer asks beside the gatekeeper is none for the meantime; a bed asked as such is. */
static void only_a_bed_for_the_meantime_bridges(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_TAKEN);
    struct command bed = {.kind = CMD_ASK,
                          .actor = referrer_of(VT_OOST),
                          .u.ask = {.referral = r, .pools = {{POOL_B}}, .n = 1, .bridge = true}};

    (void)state;
    do_ask_one(x, r, POOL_A1);
    assert_null(gate_bridge_of(x->e, the_referral(x, r)));
    assert_int_equal(exchange_do(x, &bed).refusal, REFUSAL_NONE);
    do_ask_one(x, r, POOL_A2);
    assert_non_null(gate_bridge_of(x->e, the_referral(x, r)));
    assert_int_equal(gate_bridge_of(x->e, the_referral(x, r))->pool.v, POOL_B);
    exchange_free(x);
}

static void the_gatekeeper_gives_its_assent(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id child = do_open(x, VT_OOST, a_minor());
    struct outcome o;

    (void)state;
    assert_int_equal(send(x, child, KIND_JEUGD), REFUSAL_NONE);
    assert_int_equal(gate_at(x, 1)->org.v, GEMEENTE); /* of the referrer's region: none is known */
    gate_do(x, CMD_GATE_TAKE, town(), 1, 0);
    assert_int_equal(ask_as(x, referrer_of(VT_OOST), child, POOL_JEUGD).refusal, REFUSAL_GATEKEEPER);
    assert_int_equal(gate_do(x, CMD_GATE_ASSENT, town(), 1, 0).refusal, REFUSAL_NONE);
    assert_int_equal(gate_at(x, 1)->state, GATE_PLACING);
    o = ask_as(x, referrer_of(VT_OOST), child, POOL_JEUGD);
    assert_int_equal(o.refusal, REFUSAL_NONE);
    assert_int_equal(the_request(x, o.requests[0])->gate.v, 1);
    do_answer(x, CMD_ACCEPT, o.requests[0], 0);
    assert_int_equal(gate_at(x, 1)->state, GATE_PLACED);
    exchange_free(x);
}

static void the_gatekeeper_of_a_minor_asks_itself(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id child = do_open(x, VT_OOST, a_minor());

    (void)state;
    send(x, child, KIND_JEUGD);
    gate_do(x, CMD_GATE_TAKE, town(), 1, 0);
    assert_int_equal(ask_as(x, town(), child, POOL_COSM).refusal, REFUSAL_NOT_YOURS);
    assert_int_equal(ask_as(x, town(), child, POOL_JEUGD).refusal, REFUSAL_NONE);
    exchange_free(x);
}

static void whose_queue_a_minor_is_in(void **state)
{
    struct exchange *x = the_exchange();
    struct need at_home = a_minor();
    const struct org *vt_west = engine_org(x->e, (struct org_id){VT_WEST});

    (void)state;
    at_home.home_region = engine_org(x->e, (struct org_id){GEMEENTE})->region;
    send(x, do_open(x, VT_WEST, at_home), KIND_JEUGD);
    assert_int_equal(gate_at(x, 1)->org.v, GEMEENTE); /* the home region goes before the referrer's */
    at_home.home_region = vt_west->region;
    assert_int_equal(send(x, do_open(x, VT_WEST, at_home), KIND_JEUGD), REFUSAL_NO_GATEKEEPER);
    exchange_free(x);
}

static struct org_id define_org(struct exchange *x, enum org_kind kind, const char *code, uint8_t region)
{
    struct org o = {.kind = kind, .region = region};
    struct command cmd = {.kind = CMD_DEFINE_ORG, .actor = {.role = ROLE_SYSTEM}, .u.org = &o};

    snprintf(o.code, sizeof o.code, "%s", code);
    snprintf(o.name, sizeof o.name, "%s", code);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    return engine_org_find(x->e, code);
}

static void define_location(struct exchange *x, struct org_id org, const char *code, uint16_t municipality)
{
    struct location l = *engine_location(x->e, (struct location_id){A_NOORD});
    struct command cmd = {.kind = CMD_DEFINE_LOCATION, .actor = {.role = ROLE_SYSTEM}, .u.location = &l};

    l.id.v = 0;
    l.org = org;
    l.municipality = municipality;
    snprintf(l.code, sizeof l.code, "%s", code);
    snprintf(l.name, sizeof l.name, "%s", code);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
}

/* Within a region each municipality has the requests of its own; the region's first has the others. */
static void the_home_municipality_decides(void **state)
{
    static const uint16_t homes[] = {606, 622, 613, 597, 0};
    struct exchange *x = the_exchange();
    uint8_t region = engine_org(x->e, (struct org_id){GEMEENTE})->region;
    struct org_id town_b = define_org(x, ORG_MUNICIPALITY, "gemeente-b", region);
    uint32_t wanted[] = {town_b.v, town_b.v, GEMEENTE, GEMEENTE, GEMEENTE};

    (void)state;
    define_location(x, (struct org_id){HUIS_A}, "huis-in-613", 613); /* a house is nobody's town hall */
    define_location(x, (struct org_id){HUIS_A}, "huis-in-606", 606);
    define_location(x, town_b, "loket-606", 606);
    define_location(x, town_b, "loket-622", 622); /* one desk for two */
    for (size_t i = 0; i < COUNT_OF(homes); i++) {
        struct need n = a_minor();
        struct referral_id r;

        n.home_region = region;
        n.home_municipality = homes[i];
        r = do_open(x, VT_WEST, n);
        assert_int_equal(send(x, r, KIND_JEUGD), REFUSAL_NONE);
        if (gate_at(x, (unsigned)i + 1)->org.v != wanted[i])
            fail_msg("GM%04u goes to organisation %u", homes[i], gate_at(x, (unsigned)i + 1)->org.v);
    }
    exchange_free(x);
}

/* So one desk is alarmed for a referral. No command leads to two, and an event of a second is refused. */
static void one_gatekeeper_at_a_time(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id child = do_open(x, VT_OOST, a_minor()), woman = do_open(x, VT_OOST, a_victim());
    struct event ev = {.kind = EV_GATE_SENT, .at_ms = x->now};
    char why[200] = "";

    (void)state;
    assert_int_equal(send(x, child, KIND_COSM), REFUSAL_DOES_NOT_FIT);
    assert_int_equal(send(x, child, KIND_OMM), REFUSAL_DOES_NOT_FIT);
    assert_int_equal(send(x, woman, KIND_JEUGD), REFUSAL_DOES_NOT_FIT);
    assert_int_equal(send(x, child, KIND_JEUGD), REFUSAL_NONE);
    assert_int_equal(send(x, woman, KIND_COSM), REFUSAL_NONE);
    assert_int_equal(send(x, woman, KIND_OMM), REFUSAL_NONE);
    assert_int_equal(engine_gates(x->e), 2);
    assert_int_equal(gate_undecided_of(x->e, the_referral(x, woman))->org.v, COMENSHA);
    assert_true(engine_check(x->e, why, sizeof why));
    ev.seq = engine_seq(x->e) + 1;
    ev.u.gate.gate.v = 3;
    ev.u.gate.referral = woman;
    ev.u.gate.org.v = GEMEENTE;
    ev.u.gate.keeper = GATEKEEPER_GI;
    ev.u.gate.kind = KIND_JEUGD;
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), ERR_BAD_INPUT);
    gate_do(x, CMD_GATE_WITHDRAW, referrer_of(VT_OOST), 2, 0);
    ev.seq = engine_seq(x->e) + 1;
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
    exchange_free(x);
}

/* ---- clocks ---- */

static void the_queue_goes_by_what_presses(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_WAITING);
    struct command found = {.kind = CMD_FIND_RESIDENCE, .actor = referrer_of(VT_OOST)};
    struct gate_clocks c = gate_clocks_of(x->e, gate_at(x, 1));

    (void)state;
    assert_int_equal(c.waiting_since_ms, x->now);
    assert_int_equal(c.deadline_ms, the_referral(x, r)->deadline_ms);
    assert_int_equal(c.act_by_ms, c.deadline_ms);
    assert_int_equal(c.reflection_until_ms, 0);
    found.u.residence.referral = r;
    found.u.residence.residence = RESIDENCE_BEDENKTIJD;
    found.u.residence.until_ms = x->now + MS_HOUR;
    assert_int_equal(exchange_do(x, &found).refusal, REFUSAL_NONE);
    c = gate_clocks_of(x->e, gate_at(x, 1));
    assert_int_equal(c.reflection_until_ms, x->now + MS_HOUR);
    assert_int_equal(c.act_by_ms, x->now + MS_HOUR);
    exchange_free(x);
}

static unsigned events_of(const struct exchange *x, enum event_kind kind)
{
    unsigned n = 0;

    for (size_t i = 0; i < last_count(x); i++)
        n += last_event(x, i)->kind == kind;
    return n;
}

static bool is_alarmed(const struct exchange *x, struct referral_id r)
{
    return timers_alarm_stands(x->e, the_referral(x, r), ALARM_GATE);
}

/* In which states a gatekeeper that lets what presses pass is alarmed; what it decides ends the alarm. */
static void no_decision_in_time(void **state)
{
    static const bool decides[GATE_STATE_N] = {
        [GATE_WAITING] = true, [GATE_TAKEN] = true, [GATE_ASKED_BACK] = true, [GATE_PLACING] = true};

    (void)state;
    for (unsigned s = 0; s < GATE_STATE_N; s++) {
        struct exchange *x = an_insisting_exchange();
        struct referral_id r = at_state(x, (enum gate_state)s);
        struct engine *again = NULL;
        char why[200];

        x->now = the_referral(x, r)->deadline_ms - 1;
        do_tick(x);
        assert_int_equal(events_of(x, EV_ALARM_RAISED), 0);
        x->now++;
        do_tick(x);
        if (events_of(x, EV_ALARM_RAISED) != decides[s] || is_alarmed(x, r) != decides[s])
            fail_msg("state %u", s);
        do_tick(x);
        assert_int_equal(events_of(x, EV_ALARM_RAISED), 0);
        if (s == GATE_WAITING || s == GATE_TAKEN) {
            x->now += 15 * MS_MINUTE;
            do_tick(x); /* nobody looks: again, and then the next in line */
            assert_int_equal(events_of(x, EV_ALARM_REPEATED), 1);
            assert_false(last_event(x, 0)->u.escalation.passed_on);
            x->now += 15 * MS_MINUTE;
            do_tick(x);
            assert_int_equal(events_of(x, EV_ALARM_REPEATED), 1);
            assert_true(last_event(x, 0)->u.escalation.passed_on);
            gate_do(x, CMD_GATE_RETURN, desk(), 1, GATE_RETURN_OTHER + 1);
            assert_false(is_alarmed(x, r));
        }
        if (!engine_check(x->e, why, sizeof why))
            fail_msg("state %u: %s", s, why);
        again = exchange_replay(x);
        assert_int_equal(engine_digest(again, true), engine_digest(x->e, true));
        engine_free(again);
        exchange_free(x);
    }
}

static void what_presses_later_is_late_later(void **state)
{
    struct exchange *x = an_insisting_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_victim());
    int64_t sent = 0;

    (void)state;
    /* Sent when it pressed already: not late in the first minutes. */
    x->now = the_referral(x, r)->deadline_ms + MS_HOUR;
    do_tick(x);
    assert_int_equal(send(x, r, KIND_COSM), REFUSAL_NONE);
    sent = x->now;
    assert_int_equal(timers_gate_ms(x->e, the_referral(x, r)), sent + 15 * MS_MINUTE);
    x->now = sent + 15 * MS_MINUTE;
    do_tick(x);
    assert_true(is_alarmed(x, r));
    /* A place said yes: nothing presses any more. */
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_A1), 0);
    assert_false(is_alarmed(x, r));
    assert_int_equal(timers_gate_ms(x->e, the_referral(x, r)), INT64_MAX);
    exchange_free(x);
}

static void assent_is_a_decision(void **state)
{
    struct exchange *x = an_insisting_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_minor());

    (void)state;
    assert_int_equal(send(x, r, KIND_JEUGD), REFUSAL_NONE);
    gate_do(x, CMD_GATE_TAKE, town(), 1, 0);
    assert_true(timers_gate_ms(x->e, the_referral(x, r)) != INT64_MAX);
    gate_do(x, CMD_GATE_ASSENT, town(), 1, 0);
    assert_true(gate_at(x, 1)->assented);
    assert_int_equal(timers_gate_ms(x->e, the_referral(x, r)), INT64_MAX);
    exchange_free(x);
}

static void a_replay_comes_to_the_same(void **state)
{
    (void)state;
    for (unsigned s = 0; s < GATE_STATE_N; s++) {
        struct exchange *x = the_exchange();
        struct engine *again = NULL;

        at_state(x, (enum gate_state)s);
        again = exchange_replay(x);
        assert_int_equal(engine_digest(again, true), engine_digest(x->e, true));
        engine_free(again);
        exchange_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_move),
        cmocka_unit_test(the_table_says_no_more),
        cmocka_unit_test(others_find_nothing),
        cmocka_unit_test(the_file_is_open_while_it_is_live),
        cmocka_unit_test(its_yes_is_for_both_and_the_address_for_one),
        cmocka_unit_test(nobody_asks_past_the_gatekeeper),
        cmocka_unit_test(the_broker_does_not_go_past_it_either),
        cmocka_unit_test(silence_of_a_gatekeepers_house_asks_nobody_on),
        cmocka_unit_test(a_queue_stops_no_search),
        cmocka_unit_test(one_live_request_per_gatekeeper),
        cmocka_unit_test(what_cannot_be_sent),
        cmocka_unit_test(questions_are_answered),
        cmocka_unit_test(a_colleague_takes_over),
        cmocka_unit_test(a_no_show_goes_back_to_the_gatekeeper),
        cmocka_unit_test(a_place_elsewhere_ends_it),
        cmocka_unit_test(only_a_bed_for_the_meantime_bridges),
        cmocka_unit_test(the_gatekeeper_gives_its_assent),
        cmocka_unit_test(the_gatekeeper_of_a_minor_asks_itself),
        cmocka_unit_test(whose_queue_a_minor_is_in),
        cmocka_unit_test(the_home_municipality_decides),
        cmocka_unit_test(one_gatekeeper_at_a_time),
        cmocka_unit_test(the_queue_goes_by_what_presses),
        cmocka_unit_test(no_decision_in_time),
        cmocka_unit_test(what_presses_later_is_late_later),
        cmocka_unit_test(assent_is_a_decision),
        cmocka_unit_test(a_replay_comes_to_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
