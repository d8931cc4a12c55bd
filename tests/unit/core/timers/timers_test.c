/* Each timer of each threat level just before its moment and at it; what people do about them, in every
 * state; and what a machine never does: close a referral, ask what a person must decide, end a hold unwarned.
 */
#include "core/timers/timers.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/apply.h"
#include "core/timers/timers_state.h"
#include "support/exchange.h"

#include <stdio.h>
#include <string.h>

/* The settings of a broker, but that nobody is asked after silence: that is silence_test.c; and each alarm
 * once: raised_again_... below. */
static struct core_settings timed(void)
{
    struct core_settings s = core_settings_default();

    memset(s.ask_next, 0, sizeof s.ask_next);
    s.timers.again_times = 0;
    return s;
}

static struct exchange *exchange_timed(void)
{
    struct core_settings s = timed();

    return exchange_new_with(&s);
}

/* How many events of KIND the last command came to. */
static unsigned happened(const struct exchange *x, enum event_kind kind)
{
    unsigned n = 0;

    for (size_t i = 0; i < last_count(x); i++)
        n += last_event(x, i)->kind == kind;
    return n;
}

static struct need need_at(enum threat_level level)
{
    return a_need(.level = level, .urgency = URGENCY_DRIE_DAGEN);
}

/* One tick at AT, of which KIND must come, and one a moment before, of which it must not. */
static void due_at(struct exchange *x, int64_t at_ms, enum event_kind kind, const char *what)
{
    x->now = at_ms - 1;
    do_tick(x);
    if (happened(x, kind) != 0)
        fail_msg("%s: too early", what);
    x->now = at_ms;
    do_tick(x);
    if (happened(x, kind) != 1)
        fail_msg("%s: %u times at its moment", what, happened(x, kind));
    do_tick(x);
    if (happened(x, kind) != 0)
        fail_msg("%s: twice", what);
}

static struct outcome take_over(struct exchange *x, struct referral_id r, uint32_t account)
{
    struct command cmd = {.kind = CMD_TAKE_OVER, .actor = referrer_of(VT_OOST)};

    cmd.actor.account.v = account;
    cmd.u.referral.referral = r;
    return exchange_do(x, &cmd);
}

static struct outcome escalate(struct exchange *x, enum command_kind kind, struct referral_id r,
                               enum alarm alarm, uint32_t to)
{
    struct command cmd = {.kind = kind, .actor = referrer_of(VT_OOST)};

    cmd.u.escalation.referral = r;
    cmd.u.escalation.alarm = alarm;
    cmd.u.escalation.to.v = to;
    return exchange_do(x, &cmd);
}

/* Minutes, as the domain's table has them (section 5). */
static const struct {
    const char *name;
    enum threat_level level;
    int ring, widen, lead, hold, warn, no_show;
} levels[] = {
    {"rood", THREAT_ROOD, 5, 10, 20, 3 * 60, 30, 30},
    {"oranje", THREAT_ORANJE, 15, 30, 60, 6 * 60, 60, 60},
    {"groen", THREAT_GROEN, 60, 4 * 60, 0, 24 * 60, 4 * 60, 4 * 60},
    {"onbekend", THREAT_UNKNOWN, 15, 30, 60, 6 * 60, 60, 60},
};

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

static void the_hold_after_a_yes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        struct exchange *x = exchange_timed();
        struct referral_id r = do_open(x, VT_OOST, need_at(levels[i].level));
        struct request_id q = do_ask_one(x, r, POOL_B);
        int64_t from = x->now, end = from + levels[i].hold * MS_MINUTE;

        do_answer(x, CMD_ACCEPT, q, 0);
        assert_int_equal(last_event(x, 0)->kind, EV_HOLD_SET);
        assert_int_equal(timers_hold_until(x->e, the_referral(x, r)), end);
        due_at(x, end - levels[i].warn * MS_MINUTE, EV_ALARM_RAISED, levels[i].name);
        assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_HOLD_ENDING));
        x->now = end - 1;
        do_tick(x);
        assert_int_equal(last_count(x), 0);
        assert_int_equal(the_referral(x, r)->state, REFERRAL_RESERVED);
        x->now = end;
        do_tick(x);
        assert_int_equal(happened(x, EV_REQUEST_CANCELLED), 1);
        assert_int_equal(the_request(x, q)->cancel_why, CANCEL_HOLD_ENDED);
        assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN); /* and never closed */
        assert_int_equal(the_referral(x, r)->closed_at_ms, 0);
        assert_int_equal(the_referral(x, r)->accepted_at_ms, 0);
        assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_HOLD_ENDED));
        assert_int_equal(the_pool(x, POOL_B).held, 0);
        exchange_free(x);
    }
}

/* A household with a bed until its deadline: no alarm hours after the machine opened it, and a yes for that
 * day is kept until then. */
static void a_follow_up_before_its_day(void **state)
{
    static const int lead_before[THREAT_N] = {
        [THREAT_ROOD] = 20, [THREAT_ORANJE] = 60, [THREAT_UNKNOWN] = 60};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        for (int with_yes = 0; with_yes < 2; with_yes++) {
            struct exchange *x = exchange_timed();
            struct pool p = pool_of_kind(x, B_HUIS, "b-nood", KIND_NOOD);
            struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
            struct referral_id r = do_open(x, VT_OOST, need_at(levels[i].level)), next;
            struct request_id q;
            struct observation o;
            int64_t deadline = 0, due = 0;

            exchange_do(x, &cmd);
            o = an_observation(x, engine_pool_find(x->e, "b-nood").v, 2, 2);
            do_report(x, shelter_of(HUIS_B), &o, 1);
            q = do_ask_one(x, r, o.pool.v);
            do_answer(x, CMD_ACCEPT, q, 0);
            do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
            x->now += 48 * MS_HOUR;
            do_tick(x);
            next = engine_household(x->e, r).later;
            deadline = the_referral(x, next)->deadline_ms;
            assert_int_equal(deadline, x->now + 24 * MS_HOUR);
            if (with_yes) {
                o = an_observation(x, POOL_C, 2, 2);
                do_report(x, shelter_of(HUIS_C), &o, 1);
                do_answer(x, CMD_ACCEPT, do_ask_one(x, next, POOL_C), 0);
                assert_int_equal(timers_hold_until(x->e, the_referral(x, next)), deadline);
                due_at(x, deadline - levels[i].warn * MS_MINUTE, EV_ALARM_RAISED, levels[i].name);
            } else {
                due = deadline - lead_before[levels[i].level] * MS_MINUTE;
                if (levels[i].level == THREAT_GROEN) /* opened on Friday, for Saturday afternoon */
                    assert_int_equal(time_parse(bytes_of_text("2026-11-28T09:00:00+01:00"), &due), OK);
                due_at(x, due, EV_ALARM_RAISED, levels[i].name);
            }
            exchange_free(x);
        }
    }
}

static void missed_on_the_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        struct exchange *x = exchange_timed();
        struct referral_id r = do_open(x, VT_OOST, need_at(levels[i].level));
        struct request_id q = do_ask_one(x, r, POOL_B);
        int64_t eta = 0, late = levels[i].no_show * MS_MINUTE;

        do_answer(x, CMD_ACCEPT, q, 0);
        eta = x->now + levels[i].hold * MS_MINUTE - MS_MINUTE; /* so that the journey outlasts the hold */
        if (eta + late > x->now + 24 * MS_HOUR)
            eta = x->now + MS_HOUR;
        do_referral(x, CMD_TRAVEL, r, eta, 0);
        assert_true(timers_hold_until(x->e, the_referral(x, r)) >= eta + late);
        due_at(x, eta + late, EV_ALARM_RAISED, levels[i].name);
        assert_int_equal(timers_alarm_stands(x->e, the_referral(x, r), ALARM_NO_SHOW), 1);
        /* Both sides hear it, and a person decides: nothing else happens by itself, however late. */
        x->now += 48 * MS_HOUR;
        do_tick(x);
        assert_int_equal(last_count(x), 0);
        assert_int_equal(the_referral(x, r)->state, REFERRAL_TRAVELLING);
        /* A new time of arrival starts the clock again. */
        do_referral(x, CMD_TRAVEL, r, x->now + MS_MINUTE, 0);
        assert_false(timers_alarm_stands(x->e, the_referral(x, r), ALARM_NO_SHOW));
        due_at(x, the_referral(x, r)->eta_ms + late, EV_ALARM_RAISED, "a second time");
        exchange_free(x);
    }
}

/* Nobody keeps a bed for days by a time of arrival: after 24 hours people are asked. */
static void a_journey_of_days(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    int64_t from = x->now;

    (void)state;
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    do_referral(x, CMD_TRAVEL, r, from + 70 * MS_HOUR, 0);
    due_at(x, from + 24 * MS_HOUR, EV_ALARM_RAISED, "a journey of three days");
    exchange_free(x);
}

/* Nobody said when they will be there: missed after the time that the way takes, and not hours later when the
 * place is let go of. */
static void a_journey_without_an_end(void **state)
{
    struct core_settings s = timed();
    struct exchange *x = exchange_new_with(&s);
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    uint8_t from = engine_org(x->e, (struct org_id){VT_OOST})->region;
    uint8_t to = engine_location(x->e, (struct location_id){B_HUIS})->region;
    int way = vocab_minutes(x->vocab, from, to);

    (void)state;
    assert_true(way > 0 && way + 30 < 3 * 60 - 5);
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    x->now += 5 * MS_MINUTE;
    do_referral(x, CMD_TRAVEL, r, 0, 0);
    due_at(x, x->now + (way + 30) * MS_MINUTE, EV_ALARM_RAISED, "the way from its referrer");
    assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_NO_SHOW));
    exchange_free(x);

    x = exchange_new_with(&s); /* from where it lives, if that is known */
    struct need n = need_at(THREAT_ROOD);
    n.home_region = to;
    r = do_open(x, VT_OOST, n);
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    do_referral(x, CMD_TRAVEL, r, 0, 0);
    assert_true(vocab_minutes(x->vocab, to, to) != way);
    due_at(x, x->now + (vocab_minutes(x->vocab, to, to) + 30) * MS_MINUTE, EV_ALARM_RAISED, "from home");
    exchange_free(x);

    s.timers.journey_s = 45 * 60; /* from nowhere that is known */
    x = exchange_new_with(&s);
    r = do_open(x, COMENSHA, need_at(THREAT_ORANJE));
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    do_referral(x, CMD_TRAVEL, r, 0, 0);
    due_at(x, x->now + (45 + 60) * MS_MINUTE, EV_ALARM_RAISED, "as long as a journey may take");
    exchange_free(x);

    s.timers.journey_s = 86400; /* and never after the hold */
    x = exchange_new_with(&s);
    r = do_open(x, COMENSHA, need_at(THREAT_ORANJE));
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    do_referral(x, CMD_TRAVEL, r, 0, 0);
    due_at(x, timers_hold_until(x->e, the_referral(x, r)), EV_ALARM_RAISED, "the end of the hold");
    exchange_free(x);

    s.timers.journey_s = 0;
    x = exchange_new_with(&s);
    r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    do_referral(x, CMD_TRAVEL, r, 0, 0);
    due_at(x, timers_hold_until(x->e, the_referral(x, r)), EV_ALARM_RAISED, "turned off");
    exchange_free(x);
}

static struct exchange *exchange_insisting(void)
{
    struct core_settings s = core_settings_default();

    memset(s.ask_next, 0, sizeof s.ask_next);
    memset(s.timers.ring_s, 0, sizeof s.timers.ring_s);
    memset(s.timers.widen_s, 0, sizeof s.timers.widen_s);
    return exchange_new_with(&s);
}

static const struct escalation *repeated(const struct exchange *x)
{
    for (size_t i = 0; i < last_count(x); i++) {
        if (last_event(x, i)->kind == EV_ALARM_REPEATED)
            return &last_event(x, i)->u.escalation;
    }
    return NULL;
}

/* As often as a house is rung again (domain: section 5), to those whose alarm it is; then the helpdesk of the
 * exchange is told as well; and not all night. */
static void raised_again_until_the_next_in_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        struct exchange *x = exchange_insisting();
        struct referral_id r = do_open(x, VT_OOST, need_at(levels[i].level));
        const struct alarm_state *a = &timers_of(x->e, r)->alarms[ALARM_LEAD];
        int64_t at = 0;

        x->now = timers_lead_ms(x->e, the_referral(x, r));
        at = x->now;
        do_tick(x);
        assert_int_equal(happened(x, EV_ALARM_RAISED), 1);
        for (int n = 1; n <= 6; n++) {
            due_at(x, at + n * levels[i].ring * MS_MINUTE, EV_ALARM_REPEATED, levels[i].name);
            a = &timers_of(x->e, r)->alarms[ALARM_LEAD];
            assert_int_equal(a->n_again, n);
            assert_int_equal(a->passed_on, n > 3);
            assert_int_equal(a->raised_at_ms, at);
        }
        x->now += 2 * MS_DAY;
        do_tick(x);
        assert_int_equal(happened(x, EV_ALARM_REPEATED), 0);
        assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_LEAD));
        exchange_free(x);
    }
}

static void not_again_when_somebody_looks_or_it_is_over(void **state)
{
    struct exchange *x = exchange_insisting();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    struct request_id q;

    (void)state;
    x->now += 20 * MS_MINUTE;
    do_tick(x);
    due_at(x, x->now + 5 * MS_MINUTE, EV_ALARM_REPEATED, "nobody looks");
    escalate(x, CMD_ACKNOWLEDGE_ALARM, r, ALARM_LEAD, 0);
    x->now += MS_HOUR;
    do_tick(x);
    assert_int_equal(happened(x, EV_ALARM_REPEATED), 0);
    /* A new one begins anew, and tells the house if it told it before. */
    q = do_ask_one(x, r, POOL_B);
    do_answer(x, CMD_ACCEPT, q, 0);
    x->now += 150 * MS_MINUTE;
    do_tick(x);
    assert_int_equal(happened(x, EV_ALARM_RAISED), 1);
    due_at(x, x->now + 5 * MS_MINUTE, EV_ALARM_REPEATED, "the hold ends");
    x->now += 5 * MS_MINUTE;
    do_tick(x);
    assert_int_equal(repeated(x)->request.v, q.v);
    assert_int_equal(repeated(x)->alarm, ALARM_HOLD_ENDING);
    assert_int_equal(repeated(x)->again, 2);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_int_equal(engine_next_due_ms(x->e) == INT64_MAX ||
                         !timers_alarm_stands(x->e, the_referral(x, r), ALARM_HOLD_ENDING),
                     true);
    x->now += MS_HOUR;
    do_tick(x);
    assert_int_equal(happened(x, EV_ALARM_REPEATED), 0);
    exchange_free(x);
}

/* The broker lived through the same, was away, and is there again at AT. */
static void comes_back(struct exchange *x, int64_t at_ms)
{
    struct engine *again = exchange_replay(x);

    engine_free(x->e);
    x->e = again;
    x->now = at_ms;
    engine_took_up(x->e, at_ms);
}

/* What fell due while it was away comes once, and not all of it at once. */
static void once_after_hours_away(void **state)
{
    struct exchange *x = exchange_insisting();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));

    (void)state;
    x->now = timers_lead_ms(x->e, the_referral(x, r));
    do_tick(x);
    comes_back(x, x->now + 3 * MS_HOUR);
    do_tick(x);
    assert_int_equal(happened(x, EV_ALARM_REPEATED), 1);
    assert_int_equal(repeated(x)->again, 1);
    do_tick(x);
    assert_int_equal(happened(x, EV_ALARM_REPEATED), 0);
    due_at(x, x->now + 5 * MS_MINUTE, EV_ALARM_REPEATED, "an interval after it");
    exchange_free(x);
}

/* A broker that comes back after weeks does not ring for all that was left to stand. */
static void not_again_after_a_day_away(void **state)
{
    static const struct {
        const char *name;
        int64_t away_ms;
        unsigned times;
    } cases[] = {{"a day", MS_DAY, 1}, {"a moment more", MS_DAY + 1, 0}, {"weeks", 20 * MS_DAY, 0}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_insisting();
        struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD)), later;
        char why[200] = "";

        x->now = timers_lead_ms(x->e, the_referral(x, r));
        do_tick(x);
        comes_back(x, x->now + cases[i].away_ms);
        assert_true(engine_check(x->e, why, sizeof why));
        do_tick(x);
        if (happened(x, EV_ALARM_REPEATED) != cases[i].times)
            fail_msg("%s: %u times", cases[i].name, happened(x, EV_ALARM_REPEATED));
        do_tick(x);
        assert_true(engine_next_due_ms(x->e) > x->now); /* nothing is due for ever */
        assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_LEAD));
        /* What begins now is raised again as ever; and the old one can be acknowledged. */
        later = do_open(x, VT_WEST, need_at(THREAT_ROOD));
        assert_int_equal(escalate(x, CMD_ACKNOWLEDGE_ALARM, r, ALARM_LEAD, 0).refusal, REFUSAL_NONE);
        x->now = timers_lead_ms(x->e, the_referral(x, later));
        do_tick(x);
        due_at(x, x->now + 5 * MS_MINUTE, EV_ALARM_REPEATED, cases[i].name);
        exchange_free(x);
    }
}

static void what_cannot_be_raised_again(void **state)
{
    struct exchange *x = exchange_insisting();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    struct event ev = {.kind = EV_ALARM_REPEATED, .seq = 1};
    char why[200];

    (void)state;
    ev.u.escalation = (struct escalation){.referral = r, .alarm = ALARM_LEAD, .again = 1};
    assert_string_equal(alarm_repeated_impossible(x->e, &ev), "an alarm that does not stand");
    x->now += 20 * MS_MINUTE;
    do_tick(x);
    assert_null(alarm_repeated_impossible(x->e, &ev));
    ev.u.escalation.again = 2;
    assert_string_equal(alarm_repeated_impossible(x->e, &ev), "an alarm raised again out of turn");
    ev.u.escalation.alarm = ALARM_N;
    assert_non_null(alarm_repeated_impossible(x->e, &ev));
    ev.u.escalation.alarm = ALARM_LEAD;
    ev.u.escalation.again = 1;
    escalate(x, CMD_ACKNOWLEDGE_ALARM, r, ALARM_LEAD, 0);
    assert_string_equal(alarm_repeated_impossible(x->e, &ev), "an alarm acknowledged already");
    assert_true(engine_check(x->e, why, sizeof why));
    exchange_free(x);
}

static void the_next_day_at_nine(void **state)
{
    static const struct {
        const char *opened, *due;
    } cases[] = {
        {"2026-11-25T12:01:00+01:00", "2026-11-26T09:00:00+01:00"},
        {"2026-11-25T23:59:59+01:00", "2026-11-26T09:00:00+01:00"},
        {"2026-11-26T00:00:00+01:00", "2026-11-27T09:00:00+01:00"},
        {"2027-03-27T20:00:00+01:00", "2027-03-28T09:00:00+02:00"}, /* an hour shorter */
        {"2027-10-30T20:00:00+02:00", "2027-10-31T09:00:00+01:00"}, /* an hour longer */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_timed();
        int64_t due = 0;

        assert_int_equal(time_parse(bytes_of_text(cases[i].opened), &x->now), OK);
        assert_int_equal(time_parse(bytes_of_text(cases[i].due), &due), OK);
        do_open(x, VT_OOST, need_at(THREAT_GROEN));
        due_at(x, due, EV_ALARM_RAISED, cases[i].opened);
        exchange_free(x);
    }
}

/* Rung while it may still answer, at most so often, and not out of having just looked. */
static void rung_again_and_not_for_ever(void **state)
{
    struct core_settings s = timed();
    struct exchange *x = NULL;
    struct referral_id r;
    struct request_id q;
    int64_t from = 0;

    (void)state;
    s.timers.rings_max = 3;
    s.timers.ring_s[THREAT_GROEN] = 10 * 60;
    x = exchange_new_with(&s);
    r = do_open(x, VT_OOST, need_at(THREAT_GROEN));
    q = do_ask_one(x, r, POOL_B);
    from = x->now;
    x->now = from + 8 * MS_MINUTE;
    do_answer(x, CMD_SEE_REQUEST, q, 0);
    due_at(x, from + 18 * MS_MINUTE, EV_REQUEST_RUNG, "seen");
    due_at(x, from + 28 * MS_MINUTE, EV_REQUEST_RUNG, "again");
    due_at(x, from + 38 * MS_MINUTE, EV_REQUEST_RUNG, "and again");
    x->now = from + 100 * MS_MINUTE;
    do_tick(x);
    assert_int_equal(happened(x, EV_REQUEST_RUNG), 0);
    exchange_free(x);

    s.timers.rings_max = 20; /* until its time to answer is over, and not at that moment */
    x = exchange_new_with(&s);
    r = do_open(x, VT_OOST, need_at(THREAT_GROEN));
    q = do_ask_one(x, r, POOL_B);
    while (the_request(x, q)->silent_at_ms == 0) {
        x->now = engine_next_due_ms(x->e);
        do_tick(x);
    }
    assert_int_equal(the_request(x, q)->n_rung, 15); /* of 160 minutes */
    exchange_free(x);
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

/* ---- people ---- */

static void extra_time_three_times(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    struct request_id q = do_ask_one(x, r, POOL_B);
    int64_t by = the_request(x, q)->answer_by_ms;

    (void)state;
    assert_int_equal(do_answer(x, CMD_EXTEND_REQUEST, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_request(x, q)->answer_by_ms, by + 5 * MS_MINUTE);
    assert_int_equal(the_request(x, q)->seen_at_ms, x->now);
    /* Called silent, and then it asks for time: it is within its time again. */
    x->now = by + 5 * MS_MINUTE;
    do_tick(x);
    assert_int_not_equal(the_request(x, q)->silent_at_ms, 0);
    x->now += MS_MINUTE;
    assert_int_equal(do_answer(x, CMD_EXTEND_REQUEST, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_request(x, q)->silent_at_ms, 0);
    assert_int_equal(the_request(x, q)->answer_by_ms, x->now + 5 * MS_MINUTE);
    assert_int_equal(do_answer(x, CMD_EXTEND_REQUEST, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(do_answer(x, CMD_EXTEND_REQUEST, q, 0).refusal, REFUSAL_EXTENSIONS);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(the_request(x, q)->n_extended, 3);
    exchange_free(x);
}

static void a_hold_is_extended_three_times(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    int64_t end = 0;

    (void)state;
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    end = timers_hold_until(x->e, the_referral(x, r));
    x->now = end - MS_MINUTE;
    do_tick(x);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(do_referral(x, CMD_EXTEND_HOLD, r, 0, 0).refusal, REFUSAL_NONE);
        assert_int_equal(timers_hold_until(x->e, the_referral(x, r)), end + i * MS_HOUR);
        assert_false(timers_alarm_stands(x->e, the_referral(x, r), ALARM_HOLD_ENDING));
    }
    assert_int_equal(do_referral(x, CMD_EXTEND_HOLD, r, 0, 0).refusal, REFUSAL_EXTENSIONS);
    due_at(x, end + 3 * MS_HOUR - 30 * MS_MINUTE, EV_ALARM_RAISED, "warned of the new end");
    /* A new yes has three of its own. */
    do_referral(x, CMD_NO_SHOW, r, 0, 0);
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_C), 0);
    assert_int_equal(do_referral(x, CMD_EXTEND_HOLD, r, 0, 0).refusal, REFUSAL_NONE);
    exchange_free(x);
}

/* The broker was away over both moments: nothing ends unwarned. */
static void no_hold_ends_unwarned(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));

    (void)state;
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    x->now += 12 * MS_HOUR;
    do_tick(x);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_RESERVED);
    assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_HOLD_ENDING));
    due_at(x, x->now + 30 * MS_MINUTE, EV_REQUEST_CANCELLED, "after the time to act");
    exchange_free(x);
}

/* A yes from before there were holds (or one whose second event was lost) gets its end at the first tick. */
static void a_yes_without_an_end(void **state)
{
    struct core_settings off = timed();
    struct exchange *x = NULL;
    struct engine *again = NULL;
    struct event_list out = {0};
    struct outcome outcome;

    (void)state;
    off.timers = timers_settings_off();
    x = exchange_new_with(&off);
    do_answer(x, CMD_ACCEPT, do_ask_one(x, do_open(x, VT_OOST, need_at(THREAT_ROOD)), POOL_B), 0);
    assert_int_equal(last_event(x, 0)->kind, EV_REQUEST_ACCEPTED);
    x->settings = timed();
    again = exchange_replay(x);
    assert_true(engine_digest(again, true) == engine_digest(x->e, true)); /* settings are no state */
    assert_true(engine_next_due_ms(again) <= x->now);
    engine_decide(again, &(struct command){.kind = CMD_TICK, .actor = {.role = ROLE_SYSTEM}}, x->now, &out,
                  &outcome);
    assert_int_equal(out.n, 1);
    assert_int_equal(out.list[0].kind, EV_HOLD_SET);
    assert_int_equal(out.list[0].u.escalation.until_ms, x->now + 3 * MS_HOUR);
    event_list_fini(&out);
    engine_free(again);
    exchange_free(x);
}

static void handed_over_and_taken(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    uint32_t opener = the_referral(x, r)->opened_by.v;

    (void)state;
    assert_int_equal(timers_owner(x->e, the_referral(x, r)).v, opener);
    assert_int_equal(escalate(x, CMD_HAND_OVER, r, 0, 0).refusal, REFUSAL_NONE); /* to whoever is next */
    assert_true(timers_of(x->e, r)->handed);
    assert_int_equal(timers_owner(x->e, the_referral(x, r)).v, opener); /* until somebody takes it */
    escalate(x, CMD_HAND_OVER, r, 0, 0);
    assert_int_equal(last_count(x), 0);
    escalate(x, CMD_HAND_OVER, r, 0, 777);
    assert_int_equal(timers_of(x->e, r)->handed_to.v, 777);
    assert_int_equal(take_over(x, r, 778).refusal, REFUSAL_NONE); /* who is there takes it, named or not */
    assert_int_equal(timers_owner(x->e, the_referral(x, r)).v, 778);
    assert_false(timers_of(x->e, r)->handed);
    take_over(x, r, 778);
    assert_int_equal(last_count(x), 0);
    /* Another organisation: no such referral. */
    assert_int_equal(exchange_do(x, &(struct command){.kind = CMD_TAKE_OVER,
                                                      .actor = referrer_of(VT_WEST),
                                                      .u.referral.referral = r})
                         .refusal,
                     REFUSAL_NOT_FOUND);
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
        cmocka_unit_test(the_hold_after_a_yes),
        cmocka_unit_test(a_follow_up_before_its_day),
        cmocka_unit_test(missed_on_the_way),
        cmocka_unit_test(a_journey_of_days),
        cmocka_unit_test(a_journey_without_an_end),
        cmocka_unit_test(raised_again_until_the_next_in_line),
        cmocka_unit_test(not_again_when_somebody_looks_or_it_is_over),
        cmocka_unit_test(once_after_hours_away),
        cmocka_unit_test(not_again_after_a_day_away),
        cmocka_unit_test(what_cannot_be_raised_again),
        cmocka_unit_test(the_next_day_at_nine),
        cmocka_unit_test(rung_again_and_not_for_ever),
        cmocka_unit_test(nobody_is_asked_before_a_person_did),
        cmocka_unit_test(widened_step_by_step),
        cmocka_unit_test(no_gatekept_place),
        cmocka_unit_test(no_more_at_once_than_the_level_allows),
        cmocka_unit_test(extra_time_three_times),
        cmocka_unit_test(a_hold_is_extended_three_times),
        cmocka_unit_test(no_hold_ends_unwarned),
        cmocka_unit_test(a_yes_without_an_end),
        cmocka_unit_test(handed_over_and_taken),
        cmocka_unit_test(every_move_in_every_state),
        cmocka_unit_test(a_late_yes_in_every_state),
        cmocka_unit_test(the_digest_sees_every_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
