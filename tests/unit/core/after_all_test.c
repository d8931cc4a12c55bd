/* At the door after all, and a yes that falls through: who stands at a door whose yes is over is promised and
 * admitted in one commit, or it is said what stands against it; and whoever undoes a yes says what for. */
#include "core/event.h"
#include "support/exchange.h"

#include "base/time_text.h"

#define COUNT_OF(a) (sizeof(a) / sizeof(a)[0])

/* A referral that lost its yes of POOL_B. */
static struct referral_id lost(struct exchange *x, bool refused, enum cancel_why why, struct request_id *q)
{
    struct command cmd = {.kind = CMD_NO_SHOW, .actor = referrer_of(VT_OOST)};
    struct referral_id r = do_open(x, VT_OOST, a_need());

    *q = do_ask_one(x, r, POOL_B);
    assert_int_equal(do_answer(x, CMD_ACCEPT, *q, 0).refusal, REFUSAL_NONE);
    x->now += MS_MINUTE;
    cmd.u.referral.referral = r;
    cmd.u.referral.refused = refused;
    cmd.u.referral.why = why;
    if (why == CANCEL_BED_GONE)
        cmd.actor = shelter_of(HUIS_B);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    x->now += MS_MINUTE;
    return r;
}

static struct outcome there(struct exchange *x, struct actor who, struct request_id q)
{
    struct command cmd = {.kind = CMD_CONFIRM_ARRIVAL, .actor = who};

    cmd.u.answer.request = q;
    return exchange_do(x, &cmd);
}

static void replays(const struct exchange *x)
{
    struct engine *again = exchange_replay(x);

    assert_int_equal(engine_digest(again, true), engine_digest(x->e, true));
    engine_free(again);
}

static void they_are_there_after_all(void **state)
{
    static const struct {
        bool refused;
        enum cancel_why why;
    } cases[] = {{false, CANCEL_NONE},
                 {true, CANCEL_NONE},
                 {false, CANCEL_BED_GONE},
                 {false, CANCEL_HOUSEHOLD_NO},
                 {false, CANCEL_FELL_THROUGH}};
    const struct actor who[] = {shelter_of(HUIS_B), referrer_of(VT_OOST)};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(who); i++) {
        struct exchange *x = exchange_new();
        struct request_id q, elsewhere;
        struct referral_id r = lost(x, cases[i / 2].refused, cases[i / 2].why, &q);
        int32_t held = the_pool(x, POOL_B).held;
        const struct request *now = NULL;
        struct outcome o;

        elsewhere = do_ask_one(x, r, POOL_C);
        o = there(x, who[i % 2], q);
        /* What the house undid itself, it alone does again. */
        if (i % 2 == 1 && (cases[i / 2].refused || cases[i / 2].why == CANCEL_BED_GONE)) {
            assert_int_equal(o.refusal, REFUSAL_WRONG_STATE);
            assert_int_equal(last_count(x), 0);
            o = there(x, who[0], q);
        }
        assert_int_equal(o.refusal, REFUSAL_NONE);
        assert_int_equal(the_referral(x, r)->state, REFERRAL_ADMITTED);
        now = the_request(x, o.requests[1]);
        assert_int_equal(now->state, REQUEST_ADMITTED);
        assert_int_equal(now->pool.v, POOL_B);
        assert_int_equal(the_pool(x, POOL_B).held, held + 1);
        /* What ended stays what it was, and who was asked besides is told. */
        assert_int_equal(the_request(x, q)->state, REQUEST_CANCELLED);
        assert_int_equal(the_request(x, elsewhere)->cancel_why, CANCEL_OTHER_YES);
        assert_int_equal(the_pool(x, POOL_C).held, 0);
        assert_non_null(engine_stay_of(x->e, r));
        /* Tapped twice. */
        assert_int_equal(there(x, who[i % 2], q).refusal, REFUSAL_NONE);
        assert_int_equal(last_count(x), 0);
        replays(x);
        exchange_free(x);
    }
}

/* The house that lost the yes was asked for a bridge bed since: what waits there makes way, and what was
 * promised there is where they arrive. */
static void a_bridge_bed_at_the_same_door(void **state)
{
    (void)state;
    for (int promised = 0; promised < 2; promised++) {
        struct exchange *x = exchange_new();
        struct command ask = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};
        struct request_id q, bed;
        struct referral_id r = lost(x, false, CANCEL_NONE, &q);
        struct outcome o;

        ask.u.ask.referral = r;
        ask.u.ask.pools[0].v = POOL_B;
        ask.u.ask.n = 1;
        ask.u.ask.bridge = true;
        o = exchange_do(x, &ask);
        assert_int_equal(o.refusal, REFUSAL_NONE);
        bed = o.requests[0];
        if (promised)
            assert_int_equal(do_answer(x, CMD_ACCEPT, bed, 0).refusal, REFUSAL_NONE);
        o = there(x, shelter_of(HUIS_B), q);
        assert_int_equal(o.refusal, promised ? REFUSAL_BRIDGE_THERE : REFUSAL_NONE);
        assert_int_equal(the_referral(x, r)->state, promised ? REFERRAL_OPEN : REFERRAL_ADMITTED);
        assert_int_equal(the_request(x, bed)->state, promised ? REQUEST_ACCEPTED : REQUEST_CANCELLED);
        replays(x);
        exchange_free(x);
    }
}

static void a_hold_that_ended_is_no_closed_door(void **state)
{
    struct core_settings s = core_settings_default();
    struct exchange *x = exchange_new_with(&s);
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    for (int i = 0; i < 40; i++) {
        x->now += 10 * MS_MINUTE;
        do_tick(x);
    }
    assert_int_equal(the_request(x, q)->cancel_why, CANCEL_HOLD_ENDED);
    assert_int_equal(there(x, shelter_of(HUIS_B), q).refusal, REFUSAL_NONE);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ADMITTED);
    replays(x);
    exchange_free(x);
}

/* Never a unit twice, nor a household two places; each refusal says which it is. */
static void what_stands_against_it_is_named(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q, other;
    struct referral_id r = lost(x, false, CANCEL_NONE, &q), second;
    struct observation full = an_observation(x, POOL_B, 2, 0);

    (void)state;
    /* The unit went to others. */
    second = do_open(x, VT_WEST, a_need());
    do_ask_one(x, second, POOL_B);
    second = do_open(x, VT_WEST, a_need());
    do_ask_one(x, second, POOL_B);
    assert_int_equal(there(x, shelter_of(HUIS_B), q).refusal, REFUSAL_UNIT_GONE);
    assert_int_equal(last_count(x), 0);
    exchange_free(x);

    /* The house says it is full. */
    x = exchange_new();
    r = lost(x, false, CANCEL_NONE, &q);
    full = an_observation(x, POOL_B, 2, 0);
    do_report(x, shelter_of(HUIS_B), &full, 1);
    assert_int_equal(there(x, shelter_of(HUIS_B), q).refusal, REFUSAL_UNIT_GONE);
    exchange_free(x);

    /* Another said yes. */
    x = exchange_new();
    r = lost(x, false, CANCEL_NONE, &q);
    other = do_ask_one(x, r, POOL_C);
    do_answer(x, CMD_ACCEPT, other, 0);
    assert_int_equal(there(x, shelter_of(HUIS_B), q).refusal, REFUSAL_PLACED_ELSEWHERE);
    do_answer(x, CMD_CONFIRM_ARRIVAL, other, 0);
    assert_int_equal(there(x, shelter_of(HUIS_B), q).refusal, REFUSAL_PLACED_ELSEWHERE);
    exchange_free(x);

    /* Not a day later. */
    x = exchange_new();
    r = lost(x, false, CANCEL_FELL_THROUGH, &q);
    x->now = the_request(x, q)->ended_at_ms + MS_DAY;
    {
        struct observation fresh = an_observation(x, POOL_B, POOL_UNITS, POOL_UNITS);

        do_report(x, shelter_of(HUIS_B), &fresh, 1);
    }
    assert_int_equal(there(x, shelter_of(HUIS_B), q).refusal, REFUSAL_LONG_OVER);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    x->now--;
    assert_int_equal(there(x, shelter_of(HUIS_B), q).refusal, REFUSAL_NONE);
    exchange_free(x);

    /* Nobody looks any more. */
    x = exchange_new();
    r = lost(x, false, CANCEL_NONE, &q);
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    assert_int_equal(there(x, referrer_of(VT_OOST), q).refusal, REFUSAL_SEARCH_OVER);
    /* Nobody else's business. */
    assert_int_equal(there(x, shelter_of(HUIS_A), q).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(there(x, referrer_of(VT_WEST), q).refusal, REFUSAL_NOT_FOUND);
    exchange_free(x);
}

/* The same house was asked again meanwhile: it is that request that they came for, and no third. */
static void asked_again_it_is_one_request(void **state)
{
    (void)state;
    for (int yes = 0; yes < 2; yes++) {
        struct exchange *x = exchange_new();
        struct request_id q, again;
        struct referral_id r = lost(x, false, CANCEL_NONE, &q);
        uint64_t n = 0;

        again = do_ask_one(x, r, POOL_B);
        if (yes)
            do_answer(x, CMD_ACCEPT, again, 0);
        n = engine_requests(x->e);
        assert_int_equal(there(x, shelter_of(HUIS_B), q).refusal, REFUSAL_NONE);
        assert_int_equal(engine_requests(x->e), n);
        assert_int_equal(the_request(x, again)->state, REQUEST_ADMITTED);
        assert_int_equal(the_referral(x, r)->state, REFERRAL_ADMITTED);
        exchange_free(x);
    }
}

/* The yes of more than a day ago is the last thing that stands against it: what is asked of that house now is
 * what they came for, and a search that is over, or has its place, says so. */
static void a_day_later_what_is_now_counts(void **state)
{
    static const struct {
        const char *name;
        unsigned asks; /* pool that is asked since; 0 = none */
        bool promised, withdrawn;
        enum refusal want;
    } cases[] = {{"nothing since", 0, false, false, REFUSAL_LONG_OVER},
                 {"asked again", POOL_B, false, false, REFUSAL_NONE},
                 {"asked again and promised", POOL_B, true, false, REFUSAL_NONE},
                 {"promised elsewhere", POOL_C, true, false, REFUSAL_PLACED_ELSEWHERE},
                 {"nobody looks any more", 0, false, true, REFUSAL_SEARCH_OVER}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct request_id q;
        struct referral_id r = lost(x, false, CANCEL_FELL_THROUGH, &q);
        unsigned pools[] = {POOL_B, POOL_C};

        x->now = the_request(x, q)->ended_at_ms + MS_DAY + MS_MINUTE;
        for (size_t p = 0; p < COUNT_OF(pools); p++) {
            struct observation fresh = an_observation(x, pools[p], POOL_UNITS, POOL_UNITS);

            do_report(x, shelter_of(pools[p] == POOL_B ? HUIS_B : HUIS_C), &fresh, 1);
        }
        if (cases[i].asks != 0) {
            struct request_id again = do_ask_one(x, r, cases[i].asks);

            if (cases[i].promised)
                do_answer(x, CMD_ACCEPT, again, 0);
        }
        if (cases[i].withdrawn)
            do_referral(x, CMD_WITHDRAW, r, 0, 1);
        if (there(x, shelter_of(HUIS_B), q).refusal != cases[i].want)
            fail_msg("%s: %s", cases[i].name, refusal_code(x->last.refusal));
        exchange_free(x);
    }
}

/* Each side says what is its own to say; the reason is in the request, and the search goes on with its facts.
 */
static void a_yes_that_falls_through_says_why(void **state)
{
    static const struct {
        enum cancel_why why;
        bool house, referrer;
    } cases[] = {{CANCEL_BED_GONE, true, true},
                 {CANCEL_HOUSEHOLD_NO, false, true},
                 {CANCEL_FELL_THROUGH, false, true},
                 {CANCEL_WITHDRAWN, false, false},
                 {CANCEL_LEAKED, false, false}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases) * 2; i++) {
        bool by_house = i % 2 == 0, on_the_way = i / 2 % 2 == 0;
        bool may = by_house ? cases[i / 2].house : cases[i / 2].referrer;
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct request_id q = do_ask_one(x, r, POOL_B);
        struct command cmd = {.kind = CMD_NO_SHOW,
                              .actor = by_house ? shelter_of(HUIS_B) : referrer_of(VT_OOST)};

        do_answer(x, CMD_ACCEPT, q, 0);
        if (on_the_way)
            do_referral(x, CMD_TRAVEL, r, x->now + MS_HOUR, 0);
        cmd.u.referral.referral = r;
        cmd.u.referral.why = cases[i / 2].why;
        assert_int_equal(exchange_do(x, &cmd).refusal, may ? REFUSAL_NONE : REFUSAL_UNKNOWN_REASON);
        assert_int_equal(the_request(x, q)->cancel_why, may ? cases[i / 2].why : CANCEL_NONE);
        if (may) {
            assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
            assert_int_equal(the_referral(x, r)->eta_ms, 0);
            assert_int_equal(the_referral(x, r)->accepted_at_ms, 0);
            assert_true(the_referral(x, r)->facts_known);
            assert_int_equal(the_pool(x, POOL_B).held, 0);
            do_ask_one(x, r, POOL_C); /* at once */
        }
        replays(x);
        exchange_free(x);
    }
}

/* Whoever lost a place is alarmed in the same commit: missed, or without a bed. What the referrer undid for
 * its own reasons rings for nobody. */
static void a_lost_place_rings_at_once(void **state)
{
    static const struct {
        bool refused;
        enum cancel_why why;
        enum alarm alarm; /* ALARM_N: none */
    } cases[] = {{false, CANCEL_NONE, ALARM_NO_SHOW},
                 {true, CANCEL_NONE, ALARM_HOLD_ENDED},
                 {false, CANCEL_BED_GONE, ALARM_HOLD_ENDED},
                 {false, CANCEL_HOUSEHOLD_NO, ALARM_N},
                 {false, CANCEL_FELL_THROUGH, ALARM_N}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct core_settings s = core_settings_default();
        struct exchange *x = exchange_new_with(&s);
        struct command cmd = {.kind = CMD_ACKNOWLEDGE_ALARM, .actor = referrer_of(VT_OOST)};
        struct request_id q;
        struct referral_id r = lost(x, cases[i].refused, cases[i].why, &q);

        for (int a = 0; a < ALARM_N; a++)
            assert_int_equal(timers_alarm_stands(x->e, the_referral(x, r), (enum alarm)a),
                             a == (int)cases[i].alarm);
        if (cases[i].alarm < ALARM_N) {
            const struct event *ev = last_event(x, 0);

            assert_int_equal(ev->kind, EV_ALARM_RAISED);
            assert_int_equal(ev->u.escalation.request.v, 0);
            /* Raised again while nobody looks after it, then quiet. */
            x->now += 10 * MS_MINUTE;
            do_tick(x);
            assert_int_equal(timers_of(x->e, r)->alarms[cases[i].alarm].n_again, 1);
            cmd.u.escalation.referral = r;
            cmd.u.escalation.alarm = cases[i].alarm;
            assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
            assert_true(timers_again_ms(x->e, the_referral(x, r), cases[i].alarm) == INT64_MAX);
            /* They turn up: it is over. */
            assert_int_equal(there(x, shelter_of(HUIS_B), q).refusal, REFUSAL_NONE);
            assert_false(timers_alarm_stands(x->e, the_referral(x, r), cases[i].alarm));
        }
        replays(x);
        exchange_free(x);
    }
}

/* What the house lost is not asked of it again at once, nor where the household would not go; for other
 * reasons it may be. */
static void who_is_asked_again(void **state)
{
    static const struct {
        enum cancel_why why;
        enum refusal at_once;
    } cases[] = {{CANCEL_NONE, REFUSAL_NONE},
                 {CANCEL_FELL_THROUGH, REFUSAL_NONE},
                 {CANCEL_BED_GONE, REFUSAL_ASKED_ALREADY},
                 {CANCEL_HOUSEHOLD_NO, REFUSAL_ASKED_ALREADY}};
    const unsigned pool = POOL_B;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct observation o;
        struct request_id q;
        struct referral_id r = lost(x, false, cases[i].why, &q);

        assert_int_equal(do_ask(x, r, &pool, 1).refusal, cases[i].at_once);
        x->now += MS_DAY;
        o = an_observation(x, POOL_B, 2, 2);
        do_report(x, shelter_of(HUIS_B), &o, 1);
        if (cases[i].at_once != REFUSAL_NONE)
            assert_int_equal(do_ask(x, r, &pool, 1).refusal, REFUSAL_NONE);
        exchange_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_there_after_all),
        cmocka_unit_test(a_bridge_bed_at_the_same_door),
        cmocka_unit_test(a_hold_that_ended_is_no_closed_door),
        cmocka_unit_test(what_stands_against_it_is_named),
        cmocka_unit_test(asked_again_it_is_one_request),
        cmocka_unit_test(a_day_later_what_is_now_counts),
        cmocka_unit_test(a_yes_that_falls_through_says_why),
        cmocka_unit_test(a_lost_place_rings_at_once),
        cmocka_unit_test(who_is_asked_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
