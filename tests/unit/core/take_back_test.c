/* One pending request is taken back and the referral stands: in every state of a request, by whom, what it
 * frees, what the house hears of a late answer, and what the broker does not do by itself after it. */
#include "core/event.h"
#include "support/gate_steps.h"
#include "support/grants.h"
#include "support/nobed_steps.h"
#include "support/timer_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"
#include "core/timers/timers.h"

static struct outcome take_back_as(struct exchange *x, struct actor who, struct request_id q)
{
    struct command cmd = {.kind = CMD_TAKE_BACK, .actor = who};

    cmd.u.answer.request = q;
    return exchange_do(x, &cmd);
}

static struct outcome take_back(struct exchange *x, struct request_id q)
{
    return take_back_as(x, referrer_of(VT_OOST), q);
}

static void taken_back(struct exchange *x, struct request_id q)
{
    assert_int_equal(take_back(x, q).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 1);
    assert_int_equal(last_event(x, 0)->kind, EV_REQUEST_CANCELLED);
    assert_int_equal(last_event(x, 0)->u.request.why, CANCEL_TAKEN_BACK);
    assert_int_equal(the_request(x, q)->state, REQUEST_CANCELLED);
    assert_int_equal(the_request(x, q)->cancel_why, CANCEL_TAKEN_BACK);
    assert_int_equal(the_request(x, q)->ended_at_ms, x->now);
}

/* ---- every state ---- */

enum past {
    PENDING,
    SEEN,
    SILENT,
    EXTENDED,
    TAKEN_BACK,
    ACCEPTED,
    ADMITTED,
    LEFT,
    DECLINED,
    EXPIRED,
    OTHER_YES,
    WITHDRAWN,
    FELL_THROUGH,
    PAST_N
};

static const struct {
    const char *name;
    enum refusal refusal;
    unsigned events;
} pasts[PAST_N] = {
    [PENDING] = {"pending", REFUSAL_NONE, 1},
    [SEEN] = {"seen", REFUSAL_NONE, 1},
    [SILENT] = {"silent", REFUSAL_NONE, 1},
    [EXTENDED] = {"given extra time", REFUSAL_NONE, 1},
    [TAKEN_BACK] = {"taken back already", REFUSAL_NONE, 0},
    [ACCEPTED] = {"accepted", REFUSAL_ANSWERED, 0},
    [ADMITTED] = {"admitted", REFUSAL_ANSWERED, 0},
    [LEFT] = {"a bridge bed they left", REFUSAL_ANSWERED, 0},
    [DECLINED] = {"declined", REFUSAL_ANSWERED, 0},
    [EXPIRED] = {"expired", REFUSAL_WRONG_STATE, 0},
    [OTHER_YES] = {"another was first", REFUSAL_WRONG_STATE, 0},
    [WITHDRAWN] = {"withdrawn with its referral", REFUSAL_WRONG_STATE, 0},
    [FELL_THROUGH] = {"a yes that fell through", REFUSAL_WRONG_STATE, 0},
};

static struct request_id brought_to(struct exchange *x, enum past past)
{
    struct command off = {.kind = CMD_NO_SHOW, .actor = referrer_of(VT_OOST)};
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id other = {0}, q;

    if (past == LEFT) {
        const struct bridge *b = in_a_bed(x, r, POOL_B);

        q = b->request;
        about_bridge(x, CMD_END_BRIDGE, b->id, 0, BRIDGE_END_HOME);
        return q;
    }
    q = do_ask_one(x, r, POOL_B);
    if (past == OTHER_YES)
        other = do_ask_one(x, r, POOL_C);
    if (past == SEEN)
        do_answer(x, CMD_SEE_REQUEST, q, 0);
    if (past == EXTENDED)
        do_answer(x, CMD_EXTEND_REQUEST, q, 0);
    if (past == SILENT || past == EXPIRED) {
        x->now = past == SILENT ? the_request(x, q)->answer_by_ms : the_request(x, q)->lapse_at_ms;
        do_tick(x);
    }
    if (past == TAKEN_BACK)
        take_back(x, q);
    if (past == ACCEPTED || past == ADMITTED || past == FELL_THROUGH)
        do_answer(x, CMD_ACCEPT, q, 0);
    if (past == ADMITTED)
        do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    if (past == DECLINED)
        do_answer(x, CMD_DECLINE, q, 1);
    if (past == OTHER_YES)
        do_answer(x, CMD_ACCEPT, other, 0);
    if (past == WITHDRAWN)
        do_referral(x, CMD_WITHDRAW, r, 0, 1);
    if (past == FELL_THROUGH) {
        off.u.referral.referral = r;
        off.u.referral.why = CANCEL_FELL_THROUGH;
        exchange_do(x, &off);
    }
    x->now += MS_MINUTE;
    return q;
}

static void in_every_state(void **state)
{
    (void)state;
    for (int past = 0; past < PAST_N; past++) {
        struct exchange *x = exchange_timed();
        struct request_id q = brought_to(x, (enum past)past);
        enum request_state before = the_request(x, q)->state;
        enum cancel_why why = the_request(x, q)->cancel_why;
        enum refusal refusal = take_back(x, q).refusal;

        if (refusal != pasts[past].refusal || last_count(x) != pasts[past].events)
            fail_msg("%s: %s, %zu events", pasts[past].name, refusal_code(refusal), last_count(x));
        /* As it was before, or gone from the state table's only row that has it. */
        if (pasts[past].events == 0) {
            assert_int_equal(the_request(x, q)->state, before);
            assert_int_equal(the_request(x, q)->cancel_why, why);
        } else {
            assert_int_equal(before, REQUEST_PENDING);
            assert_int_equal(the_request(x, q)->state, REQUEST_CANCELLED);
            assert_int_equal(the_request(x, q)->cancel_why, CANCEL_TAKEN_BACK);
        }
        replays(x);
        exchange_free(x);
    }
}

/* The event itself, past decide: only of what is pending. */
static void apply_takes_it_of_what_is_pending_only(void **state)
{
    (void)state;
    for (int past = 0; past < PAST_N; past++) {
        struct exchange *x = exchange_timed();
        struct request_id q = brought_to(x, (enum past)past);
        struct event ev = {
            .kind = EV_REQUEST_CANCELLED,
            .seq = engine_seq(x->e) + 1,
            .at_ms = x->now,
            .account = {1},
            .u.request = {.request = q, .referral = the_request(x, q)->referral, .why = CANCEL_TAKEN_BACK}};

        char why[200] = "";
        bool is_pending = the_request(x, q)->state == REQUEST_PENDING;
        struct event by_nobody = ev;

        by_nobody.account.v = 0;
        assert_int_equal(engine_replay(x->e, &by_nobody, why, sizeof why), ERR_BAD_INPUT);
        if ((engine_replay(x->e, &ev, why, sizeof why) == OK) != is_pending)
            fail_msg("%s: %s", pasts[past].name, is_pending ? why : "let through");
        exchange_free(x);
    }
}

/* ---- what it frees ---- */

static void the_unit_and_the_question_are_free_in_that_commit(void **state)
{
    static const unsigned houses[] = {POOL_B, POOL_C};
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_GROEN));
    struct request_id wrong = do_ask_one(x, r, POOL_B), again;

    (void)state;
    /* One at once at groen: the wrong one blocks the search. */
    assert_int_equal(do_ask(x, r, &houses[1], 1).refusal, REFUSAL_TOO_MANY);
    assert_int_equal(the_pool(x, POOL_B).held, 1);
    taken_back(x, wrong);
    assert_int_equal(the_pool(x, POOL_B).held, 0);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    again = do_ask_one(x, r, POOL_C);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ASKED);
    taken_back(x, again);
    /* Also the house that it was taken back from. */
    again = do_ask_one(x, r, POOL_B);
    assert_int_equal(do_answer(x, CMD_ACCEPT, again, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_RESERVED);
    replays(x);
    exchange_free(x);
}

/* The last unit goes to whoever asks next. */
static void another_household_may_have_it(void **state)
{
    struct exchange *x = exchange_timed();
    struct observation o = an_observation(x, POOL_B, POOL_UNITS, 1);
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct referral_id other = do_open(x, VT_WEST, a_need());
    static const unsigned b = POOL_B;
    struct request_id q;

    (void)state;
    o.observed_at_ms = x->now;
    do_report(x, shelter_of(HUIS_B), &o, 1);
    q = do_ask_one(x, r, POOL_B);
    assert_int_equal(do_ask(x, other, &b, 1).refusal, REFUSAL_TAKEN);
    taken_back(x, q);
    assert_int_equal(do_ask(x, other, &b, 1).refusal, REFUSAL_NONE);
    exchange_free(x);
}

static void what_else_was_asked_goes_on(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id b = do_ask_one(x, r, POOL_B), c = do_ask_one(x, r, POOL_C);

    (void)state;
    taken_back(x, b);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ASKED);
    assert_int_equal(the_request(x, c)->state, REQUEST_PENDING);
    assert_int_equal(the_pool(x, POOL_C).held, 1);
    taken_back(x, c);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    exchange_free(x);
}

/* A hotel was found: the bed for the meantime is asked no more, and the search does not notice. */
static void a_bridge_bed(void **state)
{
    (void)state;
    for (int asks = 0; asks < 2; asks++) {
        struct exchange *x = exchange_timed();
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct request_id bed = bridge_granted(x, r, POOL_B);
        enum referral_state before = REFERRAL_OPEN;

        if (asks) {
            do_ask_one(x, r, POOL_C);
            before = REFERRAL_ASKED;
        }
        opened(x, r, a_hotel());
        taken_back(x, bed);
        assert_int_equal(the_referral(x, r)->state, before);
        assert_int_equal(the_pool(x, POOL_B).held, 0);
        assert_int_equal(engine_bridge_of(x->e, r, BRIDGE_HOTEL)->state, BRIDGE_ACTIVE);
        assert_null(engine_bridge_bed(x->e, bed));
        /* And the same house once more, for the meantime. */
        bridge_granted(x, r, POOL_B);
        replays(x);
        exchange_free(x);
    }
}

/* ---- the house ---- */

static void a_late_answer(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    taken_back(x, q);
    x->now += MS_MINUTE;
    assert_int_equal(do_answer(x, CMD_DECLINE, q, 1).refusal, REFUSAL_TAKEN_BACK);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(do_answer(x, CMD_EXTEND_REQUEST, q, 0).refusal, REFUSAL_WRONG_STATE);
    assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_TAKEN_BACK);
    assert_int_equal(last_count(x), 1);
    assert_int_equal(last_event(x, 0)->kind, EV_REQUEST_LATE_YES);
    assert_true(the_request(x, q)->late_yes);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    assert_int_equal(the_pool(x, POOL_B).held, 0);
    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(last_count(x), 0);
    /* Once more is what it was. */
    assert_int_equal(take_back(x, q).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    replays(x);
    exchange_free(x);
}

/* The same key hears the same, whatever came of the request since. */
static void told_again(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct command cmd = {.kind = CMD_TAKE_BACK, .actor = referrer_of(VT_OOST), .key = {1, 2, 3}};
    struct command late = {.kind = CMD_ACCEPT, .actor = shelter_of(HUIS_B), .key = {4, 5, 6}};

    (void)state;
    cmd.u.answer.request = late.u.answer.request = do_ask_one(x, r, POOL_B);
    for (int i = 0; i < 2; i++) {
        struct outcome o = exchange_do(x, &cmd);

        assert_int_equal(o.refusal, REFUSAL_NONE);
        assert_int_equal(o.requests[0].v, cmd.u.answer.request.v);
        assert_int_equal(last_count(x), i == 0 ? 2 : 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(exchange_do(x, &late).refusal, REFUSAL_TAKEN_BACK);
        assert_int_equal(last_count(x), i == 0 ? 2 : 0);
    }
    replays(x);
    exchange_free(x);
}

/* ---- what the broker does by itself ---- */

static void its_clocks_end(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    do_answer(x, CMD_EXTEND_REQUEST, q, 0);
    taken_back(x, q);
    assert_true(timers_ring_ms(x->e, the_referral(x, r), the_request(x, q)) == INT64_MAX);
    assert_true(timers_widen_ms(x->e, the_referral(x, r)) == INT64_MAX);
    /* That nobody has a yes is alarmed all the same. */
    x->now += 3 * MS_HOUR;
    do_tick(x);
    assert_int_equal(last_count(x), 1);
    assert_int_equal(happened(x, EV_ALARM_RAISED), 1);
    /* And once people ask again, so does the broker. */
    do_ask_one(x, r, POOL_C);
    x->now = timers_widen_ms(x->e, the_referral(x, r));
    do_tick(x);
    assert_true(happened(x, EV_REFERRAL_WIDENED) > 0);
    exchange_free(x);
}

/* Widening and asking on go past a house that people took a request back from, in all of its rooms, until
 * there is no other. */
static void the_broker_does_not_ask_it_anew(void **state)
{
    (void)state;
    for (int after_silence = 0; after_silence < 2; after_silence++) {
        struct core_settings s = after_silence ? core_settings_default() : timed();
        struct exchange *x = exchange_new_with(&s);
        struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
        struct request_id wrong = do_ask_one(x, r, POOL_C);
        unsigned other_room = an_emergency_pool(x, C_HUIS, HUIS_C, "c-nood");
        unsigned asked = 0;

        do_ask_one(x, r, POOL_B);
        taken_back(x, wrong);
        for (int hour = 0; hour < 12; hour++) {
            x->now += 10 * MS_MINUTE;
            do_tick(x);
        }
        for (unsigned i = 2; i < the_referral(x, r)->n_requests; i++) {
            unsigned pool = the_request(x, the_referral(x, r)->requests[i])->pool.v;

            assert_int_not_equal(pool, POOL_C);
            assert_int_not_equal(pool, other_room);
            asked++;
        }
        assert_true(asked > 0);
        exchange_free(x);
    }
}

static enum refusal tell(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct command cmd = {.kind = CMD_ANNOUNCE, .actor = {.role = ROLE_SYSTEM}};

    cmd.u.announce.referral = r;
    cmd.u.announce.pool.v = pool;
    return exchange_do(x, &cmd).refusal;
}

/* Its place is announced to the others that look, and is no news to who let it go. */
static void who_hears_that_it_is_free(void **state)
{
    static const enum an_org owners[] = {0, HUIS_A, HUIS_A, HUIS_B, HUIS_C, HUIS_C};
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, a_need()), other = do_open(x, VT_WEST, a_need());
    struct request_id q;

    (void)state;
    for (unsigned pool = POOL_A1; pool <= POOL_COSM; pool++) {
        struct observation o = an_observation(x, pool, POOL_UNITS, pool == POOL_B ? 1 : 0);

        o.observed_at_ms = x->now;
        o.report = pool;
        do_report(x, shelter_of(owners[pool]), &o, 1);
    }
    q = do_ask_one(x, r, POOL_B);
    x->now += MS_MINUTE;
    assert_int_equal(tell(x, other, POOL_B), REFUSAL_TAKEN);
    taken_back(x, q);
    assert_int_equal(engine_freed_pool(x->e, 0).v, POOL_B);
    assert_int_equal(tell(x, r, POOL_B), REFUSAL_DOES_NOT_FIT);
    assert_int_equal(tell(x, other, POOL_B), REFUSAL_NONE);
    assert_null(engine_place_found(x->e, r, x->now));
    exchange_free(x);
}

/* What was announced, asked and taken back is no news either. */
static void an_announced_place_is_decided(void **state)
{
    static const enum an_org owners[] = {0, HUIS_A, HUIS_A, HUIS_B, HUIS_C, HUIS_C};
    struct exchange *x = exchange_timed();
    struct referral_id r = {0};

    (void)state;
    for (int free = 0; free < 2; free++) {
        for (unsigned pool = POOL_A1; pool <= POOL_COSM; pool++) {
            struct observation o = an_observation(x, pool, POOL_UNITS, pool == POOL_B ? free : 0);

            o.observed_at_ms = x->now;
            o.report = (uint64_t)x->now + pool;
            do_report(x, shelter_of(owners[pool]), &o, 1);
        }
        if (free == 0)
            r = do_open(x, VT_OOST, a_need());
        x->now += MS_MINUTE;
    }
    assert_int_equal(tell(x, r, POOL_B), REFUSAL_NONE);
    assert_non_null(engine_place_found(x->e, r, x->now));
    taken_back(x, do_ask_one(x, r, POOL_B));
    assert_null(engine_place_found(x->e, r, x->now));
    exchange_free(x);
}

/* ---- by whom ---- */

static void who_asked_takes_back(void **state)
{
    static const struct grant referrer[GRANTS_MAX] = {THE_REFERRER};
    static const struct grant keeper[GRANTS_MAX] = {{ROLE_COMENSHA, COMENSHA, ANY}};
    struct scene_of_all s = scene_new();
    struct command cmd = {.kind = CMD_TAKE_BACK};
    struct exchange *x = NULL;
    struct referral_id r;

    (void)state;
    cmd.u.answer.request = s.pending_b;
    hold_against(s.x, "what the referrer asked", referrer, judge_command, &cmd);
    cmd.u.answer.request = s.accepted_a;
    hold_against(s.x, "what is answered", referrer, judge_command, &cmd);
    exchange_free(s.x);

    x = exchange_new();
    r = at_state(x, GATE_PLACING);
    cmd.u.answer.request = the_referral(x, r)->requests[0];
    hold_against(x, "what the gatekeeper asked", keeper, judge_command, &cmd);
    /* The referrer sees it and takes back its gate request; others do not know that there is one. */
    assert_int_equal(take_back(x, cmd.u.answer.request).refusal, REFUSAL_NOT_ALLOWED);
    assert_int_equal(take_back_as(x, referrer_of(VT_WEST), cmd.u.answer.request).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(take_back_as(x, shelter_of(HUIS_C), cmd.u.answer.request).refusal, REFUSAL_NOT_ALLOWED);
    assert_int_equal(take_back(x, (struct request_id){99}).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(take_back_as(x, desk(), cmd.u.answer.request).refusal, REFUSAL_NONE);
    /* The case is its desk's still, which asks another. */
    assert_true(gate_is_live(gate_at(x, 1)));
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    assert_int_equal(ask_as(x, desk(), r, POOL_COSM).refusal, REFUSAL_NONE);
    replays(x);
    exchange_free(x);
}

/* Of its own referral, what the broker asked by itself is the referrer's too. */
static void what_the_broker_asked(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B), next;

    (void)state;
    x->now = the_request(x, q)->answer_by_ms;
    do_tick(x);
    assert_int_equal(the_referral(x, r)->n_requests, 2);
    next = the_referral(x, r)->requests[1];
    assert_true(the_request(x, next)->proposal.by_broker);
    taken_back(x, next);
    assert_int_equal(the_request(x, q)->state, REQUEST_PENDING);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_every_state),
        cmocka_unit_test(apply_takes_it_of_what_is_pending_only),
        cmocka_unit_test(the_unit_and_the_question_are_free_in_that_commit),
        cmocka_unit_test(another_household_may_have_it),
        cmocka_unit_test(what_else_was_asked_goes_on),
        cmocka_unit_test(a_bridge_bed),
        cmocka_unit_test(a_late_answer),
        cmocka_unit_test(told_again),
        cmocka_unit_test(its_clocks_end),
        cmocka_unit_test(the_broker_does_not_ask_it_anew),
        cmocka_unit_test(who_hears_that_it_is_free),
        cmocka_unit_test(an_announced_place_is_decided),
        cmocka_unit_test(who_asked_takes_back),
        cmocka_unit_test(what_the_broker_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
