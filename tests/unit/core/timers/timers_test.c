/* Each timer of each threat level just before its moment and at it; what people do about them, in every
 * state; and what a machine never does: close a referral, ask what a person must decide, end a hold unwarned.
 */
#include "support/exchange.h"
#include "support/timer_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/timers/timers.h"
#include "core/timers/timers_state.h"

static void each_level_at_its_moment(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        struct core_settings s = timed();
        struct exchange *x = exchange_new_with(&s);
        struct referral_id r = do_open(x, VT_OOST, need_at(levels[i].level));
        struct request_id q = do_ask_one(x, r, POOL_B);
        int64_t from = x->now;

        due_at(x, from + levels[i].ring * MS_MINUTE, EV_REQUEST_RUNG, levels[i].name);
        assert_int_equal(the_request(x, q)->n_rung, 1);
        exchange_free(x);

        s.timers.widen_by[levels[i].level] = 1; /* one event a step */
        x = exchange_new_with(&s);
        r = do_open(x, VT_OOST, need_at(levels[i].level));
        do_answer(x, CMD_DECLINE, do_ask_one(x, r, POOL_B), 1);
        from = x->now;
        due_at(x, from + levels[i].widen * MS_MINUTE, EV_REFERRAL_WIDENED, levels[i].name);
        exchange_free(x);

        x = exchange_timed();
        r = do_open(x, VT_OOST, need_at(levels[i].level));
        from = x->now;
        if (levels[i].lead > 0) { /* groen: the_next_day_at_nine */
            due_at(x, from + levels[i].lead * MS_MINUTE, EV_ALARM_RAISED, levels[i].name);
            assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_LEAD));
        }
        exchange_free(x);
    }
}

/* ---- widen ---- */

static void nobody_is_asked_before_a_person_did(void **state)
{
    struct exchange *x = exchange_timed();

    (void)state;
    do_open(x, VT_OOST, need_at(THREAT_ROOD));
    for (int i = 0; i < 20; i++) {
        x->now += 10 * MS_MINUTE;
        do_tick(x);
        assert_int_equal(happened(x, EV_REQUEST_MADE), 0);
    }
    exchange_free(x);
}

/* All said no: the broker asks the next two, then the last house, then notes that there is none, so often in
 * a round; never the place that CoMensha gives out. */
static void widened_step_by_step(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    unsigned steps = 0;

    (void)state;
    do_answer(x, CMD_DECLINE, do_ask_one(x, r, POOL_B), 1);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    x->now += 10 * MS_MINUTE;
    do_tick(x);
    assert_int_equal(happened(x, EV_REQUEST_MADE), 2);
    assert_int_equal(happened(x, EV_REFERRAL_WIDENED), 2);
    assert_int_equal(timers_of(x->e, r)->widen_steps, 1);
    for (unsigned i = 1; i < 3; i++) {
        const struct request *q = the_request(x, the_referral(x, r)->requests[i]);

        assert_true(q->widened && q->proposal.by_broker && q->asked_by.v == 0);
        assert_int_equal(q->proposal.verdict, VERDICT_FITS);
    }
    for (int i = 0; i < 40; i++) {
        x->now += 5 * MS_MINUTE;
        do_tick(x);
        steps += happened(x, EV_REFERRAL_WIDENED) > 0;
    }
    assert_int_equal(steps, 5); /* six in all */
    assert_int_equal(the_referral(x, r)->n_requests, 4);
    for (unsigned i = 0; i < the_referral(x, r)->n_requests; i++)
        assert_int_not_equal(the_request(x, the_referral(x, r)->requests[i])->pool.v, POOL_COSM);
    exchange_free(x);
}

/* A place that CoMensha gives out fits CoMensha's own referral, and still only its people give it out. */
static void no_gatekept_place(void **state)
{
    struct exchange *x = exchange_timed();
    struct pool a2 = engine_pool_definition(x->e, (struct pool_id){POOL_A2});
    struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &a2};
    struct match_query query;
    struct match_candidate all[16];
    struct referral_id r;
    bool is_there = false;
    size_t n = 0;

    (void)state;
    a2.gatekeeper = GATEKEEPER_COMENSHA;
    assert_int_equal(exchange_do(x, &define).refusal, REFUSAL_NONE);
    r = do_open(x, COMENSHA, need_at(THREAT_ROOD));
    do_answer(x, CMD_DECLINE, do_ask_one(x, r, POOL_B), 1);
    query = match_query_of(x->e, the_referral(x, r), x->now);
    n = match_candidates(x->e, &query, 0, all, COUNT_OF(all));
    for (size_t i = 0; i < n; i++)
        is_there |= all[i].pool.v == POOL_A2 && all[i].verdict == VERDICT_FITS &&
                    (all[i].rank_class & MATCH_CLASS_SCARCE) == 0;
    assert_true(is_there); /* or this tests nothing */
    for (int i = 0; i < 8; i++) {
        x->now += 10 * MS_MINUTE;
        do_tick(x);
    }
    assert_int_equal(the_referral(x, r)->n_requests, 3); /* B, A1 and C: the others of this world */
    for (unsigned i = 0; i < the_referral(x, r)->n_requests; i++)
        assert_int_not_equal(the_request(x, the_referral(x, r)->requests[i])->pool.v, POOL_A2);
    exchange_free(x);
}

/* Houses within their time count: no more at once than a worker may ask at that level. */
static void no_more_at_once_than_the_level_allows(void **state)
{
    struct core_settings s = timed();
    struct exchange *x = NULL;
    struct referral_id r;

    (void)state;
    s.timers.widen_s[THREAT_GROEN] = 60;
    x = exchange_new_with(&s);
    r = do_open(x, VT_OOST, need_at(THREAT_GROEN));
    do_ask_one(x, r, POOL_B);
    x->now += MS_MINUTE;
    do_tick(x);
    assert_int_equal(happened(x, EV_REFERRAL_WIDENED), 1);
    assert_int_equal(last_event(x, 0)->u.escalation.request.v, 0); /* noted, so that the clock runs on */
    assert_int_equal(the_referral(x, r)->n_requests, 1);
    exchange_free(x);
}

/* ---- every state ---- */

enum situation {
    OPEN,
    ASKED,
    ALARMED,
    RESERVED,
    ENDING,
    ENDED,
    TRAVELLING,
    MISSED,
    ADMITTED,
    WITHDRAWN,
    SITUATIONS
};

static struct referral_id brought_to(struct exchange *x, enum situation s, struct request_id *q)
{
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));

    *q = do_ask_one(x, r, POOL_B);
    if (s == OPEN)
        do_answer(x, CMD_DECLINE, *q, 1);
    if (s == ALARMED) {
        x->now += 20 * MS_MINUTE;
        do_tick(x);
    }
    if (s >= RESERVED && s != WITHDRAWN)
        do_answer(x, CMD_ACCEPT, *q, 0);
    if (s == ENDING || s == ENDED) {
        x->now += 150 * MS_MINUTE;
        do_tick(x);
    }
    if (s == ENDED) {
        x->now += 30 * MS_MINUTE;
        do_tick(x);
    }
    if (s == TRAVELLING || s == MISSED)
        do_referral(x, CMD_TRAVEL, r, x->now + MS_HOUR, 0);
    if (s == MISSED) {
        x->now += 90 * MS_MINUTE;
        do_tick(x);
    }
    if (s == ADMITTED)
        do_answer(x, CMD_CONFIRM_ARRIVAL, *q, 0);
    if (s == WITHDRAWN)
        do_referral(x, CMD_WITHDRAW, r, 0, 1);
    return r;
}

/* '.' = refused as the wrong state, '+' = allowed; one letter per situation. */
static const struct {
    const char *name;
    enum command_kind kind;
    enum alarm alarm;
    const char *allowed;
} moves[] = {
    {"extra time", CMD_EXTEND_REQUEST, 0, ".++......."},
    {"longer hold", CMD_EXTEND_HOLD, 0, "...++....."},
    {"seen: no yes", CMD_ACKNOWLEDGE_ALARM, ALARM_LEAD, "..+......."},
    {"seen: hold ends", CMD_ACKNOWLEDGE_ALARM, ALARM_HOLD_ENDING, "....+....."},
    {"seen: hold ended", CMD_ACKNOWLEDGE_ALARM, ALARM_HOLD_ENDED, ".....+...."},
    {"seen: missed", CMD_ACKNOWLEDGE_ALARM, ALARM_NO_SHOW, ".......+.."},
    {"hand over", CMD_HAND_OVER, 0, "++++++++.."},
    {"take over", CMD_TAKE_OVER, 0, "++++++++.."},
};

static void every_move_in_every_state(void **state)
{
    (void)state;
    for (size_t m = 0; m < COUNT_OF(moves); m++) {
        for (int s = 0; s < SITUATIONS; s++) {
            struct exchange *x = exchange_timed();
            struct request_id q;
            struct referral_id r = brought_to(x, (enum situation)s, &q);
            struct outcome o;
            bool want = moves[m].allowed[s] == '+';

            if (moves[m].kind == CMD_EXTEND_REQUEST)
                o = do_answer(x, CMD_EXTEND_REQUEST, q, 0);
            else if (moves[m].kind == CMD_EXTEND_HOLD)
                o = do_referral(x, CMD_EXTEND_HOLD, r, 0, 0);
            else if (moves[m].kind == CMD_TAKE_OVER)
                o = take_over(x, r, 9);
            else
                o = escalate(x, moves[m].kind, r, moves[m].alarm, 0);
            if (o.refusal != (want ? REFUSAL_NONE : REFUSAL_WRONG_STATE) || last_count(x) != (want ? 1u : 0u))
                fail_msg("%s in situation %d: %s, %zu events", moves[m].name, s, refusal_code(o.refusal),
                         last_count(x));
            if (moves[m].kind == CMD_ACKNOWLEDGE_ALARM && want) { /* once more changes nothing */
                escalate(x, moves[m].kind, r, moves[m].alarm, 0);
                assert_int_equal(last_count(x), 0);
            }
            exchange_free(x);
        }
    }
}

/* A yes that comes when it is over: a clear answer each time, and written down where the house had not
 * answered. */
static void a_late_yes_in_every_state(void **state)
{
    static const struct {
        const char *name;
        enum { SILENT, LAPSED, OTHER_FIRST, TAKEN_BACK, HELD_TOO_LONG, NOT_COME, SAID_NO, SAID_YES } how;
        enum refusal answer;
        unsigned events;
    } cases[] = {
        {"after its time, still held", SILENT, REFUSAL_NONE, 2},
        {"lapsed", LAPSED, REFUSAL_LAPSED, 1},
        {"another was first", OTHER_FIRST, REFUSAL_OTHER_WAS_FIRST, 1},
        {"withdrawn", TAKEN_BACK, REFUSAL_WRONG_STATE, 1},
        {"its hold ended", HELD_TOO_LONG, REFUSAL_WRONG_STATE, 0},
        {"nobody came", NOT_COME, REFUSAL_WRONG_STATE, 0},
        {"it said no", SAID_NO, REFUSAL_ANSWERED, 0},
        {"it said yes", SAID_YES, REFUSAL_NONE, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        static const unsigned two[] = {POOL_B, POOL_C};
        struct exchange *x = exchange_timed();
        struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
        struct outcome asked = do_ask(x, r, two, 2);
        struct request_id q = asked.requests[0];

        if (cases[i].how == SILENT)
            x->now = the_request(x, q)->answer_by_ms;
        if (cases[i].how == LAPSED)
            x->now = the_request(x, q)->lapse_at_ms;
        if (cases[i].how == OTHER_FIRST)
            do_answer(x, CMD_ACCEPT, asked.requests[1], 0);
        if (cases[i].how == TAKEN_BACK)
            do_referral(x, CMD_WITHDRAW, r, 0, 1);
        if (cases[i].how == SAID_NO)
            do_answer(x, CMD_DECLINE, q, 1);
        if (cases[i].how == SAID_YES || cases[i].how == NOT_COME || cases[i].how == HELD_TOO_LONG)
            do_answer(x, CMD_ACCEPT, q, 0);
        if (cases[i].how == NOT_COME)
            do_referral(x, CMD_NO_SHOW, r, 0, 0);
        for (int k = 0; k < 3 && cases[i].how == HELD_TOO_LONG; k++) {
            x->now = engine_next_due_ms(x->e);
            do_tick(x);
        }
        do_tick(x);
        if (cases[i].how ==
            SILENT) /* the other house first, so that one event is this yes and one its hold */
            do_answer(x, CMD_DECLINE, asked.requests[1], 1);
        for (unsigned k = 0; k < the_referral(x, r)->n_requests && cases[i].how == SILENT; k++) {
            struct request_id other = the_referral(x, r)->requests[k];

            if (other.v != q.v && the_request(x, other)->state == REQUEST_PENDING)
                do_answer(x, CMD_DECLINE, other, 1);
        }
        if (do_answer(x, CMD_ACCEPT, q, 0).refusal != cases[i].answer || last_count(x) != cases[i].events)
            fail_msg("%s: %s, %zu events", cases[i].name, refusal_code(x->last.refusal), last_count(x));
        assert_int_equal(the_request(x, q)->late_yes,
                         cases[i].events == 1 && cases[i].answer != REFUSAL_NONE);
        do_answer(x, CMD_ACCEPT, q, 0); /* told again, recorded once */
        assert_int_equal(last_count(x), 0);
        exchange_free(x);
    }
}

/* A record that differs in one field has another digest, or a replay could go wrong unseen. */
static void the_digest_sees_every_field(void **state)
{
    static const struct timers of_all = {.version = 1};
    const uint64_t before = timers_digest((struct referral_id){1}, &of_all);
    struct timers t = of_all;

    (void)state;
#define DIFFERS(change)                                                                                      \
    do {                                                                                                     \
        t = of_all;                                                                                          \
        change;                                                                                              \
        if (timers_digest((struct referral_id){1}, &t) == before)                                            \
            fail_msg("%s: not in the digest", #change);                                                      \
    } while (0)
    for (int i = 0; i < ALARMS_KEPT; i++) {
        DIFFERS(t.alarms[i].raised_at_ms = 1);
        DIFFERS(t.alarms[i].acknowledged_at_ms = 1);
        DIFFERS(t.alarms[i].acknowledged_by.v = 1);
        DIFFERS(t.alarms[i].n_again = 1);
        DIFFERS(t.alarms[i].again_at_ms = 1);
        DIFFERS(t.alarms[i].passed_on = true);
    }
    DIFFERS(t.hold_request.v = 1);
    DIFFERS(t.hold_until_ms = 1);
    DIFFERS(t.hold_set_at_ms = 1);
    DIFFERS(t.hold_extensions = 1);
    DIFFERS(t.hold_warned = true);
    DIFFERS(t.hold_missed = true);
    DIFFERS(t.widened_at_ms = 1);
    DIFFERS(t.widen_steps = 1);
    DIFFERS(t.owner.v = 1);
    DIFFERS(t.handed = true);
    DIFFERS(t.handed_to.v = 1);
    DIFFERS(t.handed_at_ms = 1);
    DIFFERS(t.version = 2);
#undef DIFFERS
    assert_true(timers_digest((struct referral_id){2}, &of_all) != before);
    t = (struct timers){0};
    assert_true(timers_digest((struct referral_id){1}, &t) == 0); /* as before there were timers */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_level_at_its_moment),
        cmocka_unit_test(nobody_is_asked_before_a_person_did),
        cmocka_unit_test(widened_step_by_step),
        cmocka_unit_test(no_gatekept_place),
        cmocka_unit_test(no_more_at_once_than_the_level_allows),
        cmocka_unit_test(every_move_in_every_state),
        cmocka_unit_test(a_late_yes_in_every_state),
        cmocka_unit_test(the_digest_sees_every_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
