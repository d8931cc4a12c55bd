/* The same key gives the same outcome and no events, whatever has happened since, within bounds. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <string.h>

static struct command_key key(uint64_t n)
{
    return (struct command_key){.hi = 5, .lo = n, .body = 1000 + n};
}

static struct outcome open_with_key(struct exchange *x, struct command_key k)
{
    struct need n = a_need();
    struct command cmd = {
        .kind = CMD_OPEN_REFERRAL, .actor = referrer_of(VT_OOST), .draw = ++x->draw, .key = k};

    cmd.u.need = &n;
    return exchange_do(x, &cmd);
}

static struct outcome ask_with_key(struct exchange *x, struct referral_id r, unsigned pool,
                                   struct command_key k)
{
    struct command cmd = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST), .key = k};

    cmd.u.ask.referral = r;
    cmd.u.ask.n = 1;
    cmd.u.ask.pools[0].v = pool;
    return exchange_do(x, &cmd);
}

/* By fields: an outcome has padding. */
static void assert_same_outcome(struct outcome a, struct outcome b)
{
    assert_int_equal(a.refusal, b.refusal);
    assert_int_equal(a.pool.v, b.pool.v);
    assert_int_equal(a.referral.v, b.referral.v);
    assert_int_equal(a.n_requests, b.n_requests);
    for (unsigned i = 0; i < a.n_requests; i++)
        assert_int_equal(a.requests[i].v, b.requests[i].v);
    assert_int_equal(a.applied, b.applied);
    assert_int_equal(a.late, b.late);
    assert_int_equal(a.unchanged, b.unchanged);
    assert_int_equal(a.seq, b.seq);
}

static void a_repeat_makes_nothing_new(void **state)
{
    struct exchange *x = exchange_new();
    struct outcome first = open_with_key(x, key(1)), again;

    (void)state;
    assert_int_equal(last_count(x), 2);
    assert_int_equal(last_event(x, 0)->kind, EV_COMMAND_DONE);
    x->now += MS_HOUR;
    do_open(x, VT_OOST, a_need());
    again = open_with_key(x, key(1));
    assert_int_equal(last_count(x), 0);
    assert_same_outcome(first, again);
    assert_int_equal(engine_referrals(x->e), 2);
    /* Without a key every command is a new one. */
    do_open(x, VT_OOST, a_need());
    assert_int_equal(engine_referrals(x->e), 3);
    exchange_free(x);
}

static void another_body_is_refused(void **state)
{
    struct exchange *x = exchange_new();
    struct command_key other = key(1);

    (void)state;
    open_with_key(x, key(1));
    other.body++;
    assert_int_equal(open_with_key(x, other).refusal, REFUSAL_KEY_REUSED);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(engine_referrals(x->e), 1);
    /* Another key of the same body is another command. */
    other = key(2);
    other.body = key(1).body;
    assert_int_equal(open_with_key(x, other).refusal, REFUSAL_NONE);
    exchange_free(x);
}

/* 'Taken' stays the answer of that click, also when a unit came free since. */
static void a_refusal_of_the_state_is_remembered(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q[2];
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct outcome first, again;

    (void)state;
    for (int i = 0; i < 2; i++)
        q[i] = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    first = ask_with_key(x, r, POOL_B, key(1));
    assert_int_equal(first.refusal, REFUSAL_TAKEN);
    assert_int_equal(last_count(x), 1);
    assert_int_equal(first.seq, engine_seq(x->e));
    do_answer(x, CMD_DECLINE, q[0], 3);
    again = ask_with_key(x, r, POOL_B, key(1));
    assert_same_outcome(first, again);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(ask_with_key(x, r, POOL_B, key(2)).refusal, REFUSAL_NONE);
    exchange_free(x);
}

/* A command under a key, prepared so that it will be refused. R is open and has asked nobody. */
struct trial {
    struct exchange *x;
    struct referral_id r;
    struct command cmd;
    struct org org;
    struct observation seen;
};

static void asks(struct trial *t, struct referral_id r, unsigned pool)
{
    t->cmd.kind = CMD_ASK;
    t->cmd.actor = referrer_of(VT_OOST);
    t->cmd.u.ask.referral = r;
    t->cmd.u.ask.n = 1;
    t->cmd.u.ask.pools[0].v = pool;
}

static void b_declines(struct trial *t, uint8_t reason)
{
    t->cmd.kind = CMD_DECLINE;
    t->cmd.actor = shelter_of(HUIS_B);
    t->cmd.u.answer.request = do_ask_one(t->x, t->r, POOL_B);
    t->cmd.u.answer.reason = reason;
}

static void too_many(struct trial *t)
{
    struct referral_id green = do_open(t->x, VT_OOST, a_need(.level = THREAT_GROEN));

    do_ask_one(t->x, green, POOL_C);
    asks(t, green, POOL_B);
}

static void asked_already(struct trial *t)
{
    do_ask_one(t->x, t->r, POOL_B);
    asks(t, t->r, POOL_B);
}

static void for_the_gatekeeper(struct trial *t)
{
    asks(t, t->r, POOL_COSM);
}

static void does_not_fit(struct trial *t)
{
    asks(t, do_open(t->x, VT_OOST, a_need(.adults = 9)), POOL_B);
}

static void is_withdrawn(struct trial *t)
{
    do_referral(t->x, CMD_WITHDRAW, t->r, 0, 1);
    asks(t, t->r, POOL_B);
}

static void no_such_pool(struct trial *t)
{
    asks(t, t->r, 99);
}

static void answered_otherwise(struct trial *t)
{
    b_declines(t, 2);
    do_answer(t->x, CMD_DECLINE, t->cmd.u.answer.request, 1);
}

static void unknown_reason(struct trial *t)
{
    b_declines(t, 0);
}

static void other_was_first(struct trial *t)
{
    b_declines(t, 1); /* a no: without a late yes of its own */
    do_answer(t->x, CMD_ACCEPT, do_ask_one(t->x, t->r, POOL_C), 0);
}

static void lapsed(struct trial *t)
{
    b_declines(t, 1);
    t->x->now += 4 * MS_HOUR;
    do_tick(t->x);
}

static void defined_otherwise(struct trial *t)
{
    t->cmd.kind = CMD_DEFINE_ORG;
    t->cmd.actor = (struct actor){.role = ROLE_SYSTEM};
    t->cmd.u.org = &t->org;
    t->org.region = 1;
}

static void out_of_range(struct trial *t)
{
    defined_otherwise(t);
    t->org.name[0] = '\0';
}

static void read_before(struct trial *t)
{
    t->cmd.kind = CMD_REPORT_CAPACITY;
    t->cmd.actor = shelter_of(HUIS_B);
    t->cmd.u.report.list = &t->seen;
    t->cmd.u.report.n = 1;
    t->cmd.u.report.version = 1;
}

/* Which refusals a key remembers: those that the state of the exchange caused. */
static void every_refusal_is_remembered_or_not(void **state)
{
    static const struct {
        void (*prepare)(struct trial *t);
        enum refusal want;
        bool kept;
    } cases[] = {
        {too_many, REFUSAL_TOO_MANY, true},
        {asked_already, REFUSAL_ASKED_ALREADY, true},
        {for_the_gatekeeper, REFUSAL_GATEKEEPER, true},
        {does_not_fit, REFUSAL_DOES_NOT_FIT, true},
        {is_withdrawn, REFUSAL_WRONG_STATE, true},
        {no_such_pool, REFUSAL_NOT_FOUND, false},
        {answered_otherwise, REFUSAL_ANSWERED, true},
        {unknown_reason, REFUSAL_UNKNOWN_REASON, false},
        {other_was_first, REFUSAL_OTHER_WAS_FIRST, true},
        {lapsed, REFUSAL_LAPSED, true},
        {defined_otherwise, REFUSAL_DUPLICATE, true},
        {out_of_range, REFUSAL_LIMIT, false},
        {read_before, REFUSAL_STALE_VERSION, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct trial t = {.x = exchange_new()};

        t.r = do_open(t.x, VT_OOST, a_need());
        t.org = *engine_org(t.x->e, (struct org_id){HUIS_A});
        t.seen = an_observation(t.x, POOL_B, 2, 1);
        cases[i].prepare(&t);
        t.cmd.key = key(1);
        for (int again = 0; again < 2; again++) {
            struct outcome o = exchange_do(t.x, &t.cmd);
            size_t want = cases[i].kept && !again ? 1 : 0;

            if (o.refusal != cases[i].want || last_count(t.x) != want)
                fail_msg("%s, time %d: %s, %zu events", refusal_code(cases[i].want), again + 1,
                         refusal_code(o.refusal), last_count(t.x));
        }
        exchange_free(t.x);
    }
}

static void a_late_yes_and_its_key(void **state)
{
    struct exchange *x = exchange_new();
    struct command cmd = {.kind = CMD_ACCEPT, .actor = shelter_of(HUIS_B), .key = key(1)};
    struct outcome first;

    (void)state;
    cmd.u.answer.request = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    x->now += 3 * MS_HOUR;
    do_tick(x);
    first = exchange_do(x, &cmd);
    assert_int_equal(first.refusal, REFUSAL_LAPSED);
    assert_int_equal(last_count(x), 2);
    assert_int_equal(first.seq, engine_seq(x->e));
    assert_same_outcome(first, exchange_do(x, &cmd));
    exchange_free(x);
}

/* Which refusals leave a trace, and which are judged afresh. */
static void refusals_of_the_door_leave_no_trace(void **state)
{
    struct exchange *x = exchange_new();
    struct observation o = an_observation(x, POOL_B, 2, 7);
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = shelter_of(HUIS_B), .key = key(1)};
    uint64_t seq = engine_seq(x->e);

    (void)state;
    cmd.u.report.list = &o;
    cmd.u.report.n = 1;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_BAD_REPORT);
    o.free = 1;
    o.stop = 255;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_UNKNOWN_REASON);
    cmd.actor = shelter_of(HUIS_A);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NOT_ALLOWED);
    o.pool.v = 99;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(x->last.seq, 0);
    assert_int_equal(engine_seq(x->e), seq);
    exchange_free(x);
}

/* Feeds repeat themselves all day: that costs no row, key or not. */
static void a_report_that_says_nothing_new_leaves_no_trace(void **state)
{
    struct exchange *x = exchange_new();
    struct observation o;
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = shelter_of(HUIS_B), .key = key(1)};
    struct outcome first;

    (void)state;
    o = an_observation(x, POOL_B, 2, 1);
    cmd.u.report.list = &o;
    cmd.u.report.n = 1;
    first = exchange_do(x, &cmd);
    assert_int_equal(first.applied, 1);
    assert_int_equal(last_count(x), 2);
    assert_same_outcome(first, exchange_do(x, &cmd)); /* known key: as it was then */
    cmd.key = key(2);
    assert_int_equal(exchange_do(x, &cmd).unchanged, 1);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(x->last.seq, 0);
    exchange_free(x);
}

/* A report that nobody can have seen yet says so by the clock: sent again with its key when it is time, it is
 * taken, once. From then on the key gives that answer. */
static void a_report_of_the_future_may_come_again(void **state)
{
    struct exchange *x = exchange_new();
    struct observation o = an_observation(x, POOL_B, 2, 1);
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = shelter_of(HUIS_B), .key = key(1)};
    struct outcome done;

    (void)state;
    o.observed_at_ms = x->now + MS_HOUR;
    cmd.u.report.list = &o;
    cmd.u.report.n = 1;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_BAD_REPORT);
    assert_int_equal(last_count(x), 0);
    x->now += MS_HOUR;
    done = exchange_do(x, &cmd);
    assert_int_equal(done.refusal, REFUSAL_NONE);
    assert_int_equal(done.applied, 1);
    x->now -= MS_HOUR; /* and a clock that is set back changes no answer */
    assert_same_outcome(exchange_do(x, &cmd), done);
    assert_int_equal(last_count(x), 0);
    exchange_free(x);
}

static void who_may_not_gets_no_outcome_by_key(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need();
    struct command cmd = {.kind = CMD_OPEN_REFERRAL, .actor = referrer_of(VT_OOST), .key = key(1)};

    (void)state;
    cmd.u.need = &n;
    exchange_do(x, &cmd);
    cmd.actor = shelter_of(HUIS_A);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NOT_ALLOWED);
    assert_int_equal(x->last.referral.v, 0);
    exchange_free(x);
}

/* What the first try did may end the right to do it: a house that reports a no show is no host any more. */
static void a_repeat_hears_the_same_after_its_right_ended(void **state)
{
    struct exchange *x = exchange_new();
    struct command cmd = {.kind = CMD_NO_SHOW, .actor = shelter_of(HUIS_B), .key = key(1)};
    struct outcome first;

    (void)state;
    cmd.u.referral.referral = do_open(x, VT_OOST, a_need());
    do_answer(x, CMD_ACCEPT, do_ask_one(x, cmd.u.referral.referral, POOL_B), 0);
    first = exchange_do(x, &cmd);
    assert_int_equal(first.refusal, REFUSAL_NONE);
    assert_same_outcome(first, exchange_do(x, &cmd));
    assert_int_equal(last_count(x), 0);
    cmd.key = key(2);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NOT_FOUND);
    exchange_free(x);
}

static void the_oldest_key_goes_first(void **state)
{
    struct core_settings s = core_settings_default();
    struct exchange *x = NULL;
    char why[200];

    (void)state;
    s.keys_max = 3;
    x = exchange_new_with(&s);
    for (uint64_t i = 1; i <= 4; i++) {
        open_with_key(x, key(i));
        assert_true(engine_check(x->e, why, sizeof why));
    }
    for (uint64_t i = 2; i <= 4; i++) {
        open_with_key(x, key(i));
        assert_int_equal(last_count(x), 0);
    }
    open_with_key(x, key(1));
    assert_int_equal(last_count(x), 2);
    exchange_free(x);
}

static void a_key_is_kept_two_days(void **state)
{
    struct exchange *x = exchange_new();
    int64_t at = x->now;
    struct outcome first = open_with_key(x, key(1));

    (void)state;
    x->now = at + 48 * MS_HOUR;
    assert_same_outcome(first, open_with_key(x, key(1)));
    x->now++;
    assert_int_equal(open_with_key(x, key(1)).referral.v, 2);
    /* And then anew from there. */
    x->now += MS_HOUR;
    assert_int_equal(open_with_key(x, key(1)).referral.v, 2);
    exchange_free(x);
}

/* A wall clock set back must not keep an old key alive under a new one. */
static void keys_survive_a_clock_set_back(void **state)
{
    struct exchange *x = exchange_new();
    int64_t at = x->now;
    struct outcome second;

    (void)state;
    open_with_key(x, key(1));
    x->now = at - MS_HOUR;
    second = open_with_key(x, key(2));
    assert_int_equal(second.referral.v, 2);
    assert_same_outcome(second, open_with_key(x, key(2)));
    x->now = at + 47 * MS_HOUR + MS_MINUTE; /* key 2 is past, key 1 before it is not */
    assert_int_equal(open_with_key(x, key(1)).referral.v, 1);
    assert_int_equal(open_with_key(x, key(2)).referral.v, 3);
    assert_int_equal(open_with_key(x, key(2)).referral.v, 3);
    exchange_free(x);
}

/* Outcomes are part of the state: after a restart the same key gets the same answer. */
static void keys_survive_a_restart(void **state)
{
    struct exchange *x = exchange_new();
    struct outcome first = open_with_key(x, key(1));
    struct engine *again = exchange_replay(x);

    (void)state;
    engine_free(x->e);
    x->e = again;
    assert_same_outcome(first, open_with_key(x, key(1)));
    assert_int_equal(last_count(x), 0);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeat_makes_nothing_new),
        cmocka_unit_test(another_body_is_refused),
        cmocka_unit_test(a_refusal_of_the_state_is_remembered),
        cmocka_unit_test(every_refusal_is_remembered_or_not),
        cmocka_unit_test(a_late_yes_and_its_key),
        cmocka_unit_test(refusals_of_the_door_leave_no_trace),
        cmocka_unit_test(a_report_that_says_nothing_new_leaves_no_trace),
        cmocka_unit_test(a_report_of_the_future_may_come_again),
        cmocka_unit_test(who_may_not_gets_no_outcome_by_key),
        cmocka_unit_test(a_repeat_hears_the_same_after_its_right_ended),
        cmocka_unit_test(the_oldest_key_goes_first),
        cmocka_unit_test(a_key_is_kept_two_days),
        cmocka_unit_test(keys_survive_a_clock_set_back),
        cmocka_unit_test(keys_survive_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
