/* Who watches over a household can be changed, and when it checks in: it is watched at every moment, an alarm
 * goes on, and a night is told of within bounds. */
#include "core/event.h"
#include "core/nobed/nobed.h"
#include "support/exchange.h"

#include "base/time_text.h"

#include <stdio.h>

static struct bridge_wish watched(const char *callback, uint16_t every)
{
    struct bridge_wish w = {.kind = BRIDGE_HOTEL, .active = true, .every_minutes = every};

    w.owner.kind = BRIDGE_OWNER_DESK;
    w.owner.account.v = 7;
    snprintf(w.owner.callback, sizeof w.owner.callback, "%s", callback);
    return w;
}

static struct outcome open_one(struct exchange *x, struct referral_id r, const struct bridge_wish *w)
{
    struct command cmd = {.kind = CMD_OPEN_BRIDGE, .actor = referrer_of(VT_OOST)};

    cmd.u.open_bridge.referral = r;
    cmd.u.open_bridge.wish = w;
    return exchange_do(x, &cmd);
}

static enum refusal change(struct exchange *x, struct actor who, uint64_t id, const struct bridge_wish *w)
{
    struct command cmd = {.kind = CMD_CHANGE_BRIDGE, .actor = who};

    cmd.u.open_bridge.bridge.v = id;
    cmd.u.open_bridge.wish = w;
    return exchange_do(x, &cmd).refusal;
}

static void another_watches_over_them(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct bridge_wish first = watched("010 000 0001", 120), other = watched("010 000 0002", 60);
    uint64_t id = open_one(x, r, &first).made;
    const struct bridge *b = NULL;
    struct engine *again = NULL;

    (void)state;
    x->now += MS_MINUTE;
    other.owner.kind = BRIDGE_OWNER_OTHER;
    other.owner.role = BRIDGE_ROLE_POLICE;
    snprintf(other.owner.org, sizeof other.owner.org, "Basisteam");
    other.n_times = 1;
    other.times_ms[0] = x->now + 30 * MS_MINUTE;
    assert_int_equal(change(x, referrer_of(VT_OOST), id, &other), REFUSAL_NONE);
    b = engine_bridge(x->e, (struct bridge_id){id});
    assert_string_equal(b->owner.callback, "010 000 0002");
    assert_int_equal(b->owner.role, BRIDGE_ROLE_POLICE);
    assert_int_equal(b->every_minutes, 60);
    assert_int_equal(b->next_ms, other.times_ms[0]);
    assert_true(b->due_ms > b->next_ms);
    /* Not without somebody, and by nobody else. */
    other.owner.kind = BRIDGE_OWNER_NONE;
    assert_int_equal(change(x, referrer_of(VT_OOST), id, &other), REFUSAL_LIMIT);
    assert_int_equal(change(x, referrer_of(VT_WEST), id, &first), REFUSAL_NOT_FOUND);
    assert_int_equal(change(x, shelter_of(HUIS_B), id, &first), REFUSAL_NOT_ALLOWED);
    again = exchange_replay(x);
    assert_int_equal(engine_digest(again, true), engine_digest(x->e, true));
    engine_free(again);
    exchange_free(x);
}

/* What rings goes on ringing: who watches from now on hears it. */
static void an_alarm_goes_on(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct bridge_wish first = watched("010 000 0001", 60), other = watched("010 000 0002", 120);
    uint64_t id = open_one(x, r, &first).made;
    const struct bridge *b = engine_bridge(x->e, (struct bridge_id){id});
    int64_t due_ms = 0;

    (void)state;
    x->now = b->due_ms;
    do_tick(x);
    b = engine_bridge(x->e, (struct bridge_id){id});
    assert_int_equal(b->state, BRIDGE_ALARM);
    due_ms = b->due_ms;
    assert_int_equal(change(x, referrer_of(VT_OOST), id, &other), REFUSAL_NONE);
    b = engine_bridge(x->e, (struct bridge_id){id});
    assert_int_equal(b->state, BRIDGE_ALARM);
    assert_int_equal(b->due_ms, due_ms);
    assert_int_equal(b->alarms, 1);
    x->now = due_ms;
    do_tick(x);
    assert_int_equal(engine_bridge(x->e, (struct bridge_id){id})->alarms, 2);
    exchange_free(x);
}

/* An order has no check-ins, and what is over is not watched. */
static void where_nobody_checks_in(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct bridge_wish order = {.kind = BRIDGE_ORDER, .active = true}, hotel = watched("010 000 0001", 60);
    struct command end = {.kind = CMD_END_BRIDGE, .actor = referrer_of(VT_OOST)};
    uint64_t id = open_one(x, r, &order).made;

    (void)state;
    assert_int_equal(change(x, referrer_of(VT_OOST), id, &hotel), REFUSAL_WRONG_STATE);
    id = open_one(x, r, &hotel).made;
    assert_int_equal(open_one(x, r, &hotel).refusal, REFUSAL_BRIDGE_THERE);
    end.u.bridge.bridge.v = id;
    end.u.bridge.code = BRIDGE_END_HOME;
    assert_int_equal(exchange_do(x, &end).refusal, REFUSAL_NONE);
    assert_int_equal(change(x, referrer_of(VT_OOST), id, &hotel), REFUSAL_WRONG_STATE);
    exchange_free(x);
}

static void a_night_has_bounds(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    int32_t opened = (int32_t)(x->now / MS_DAY);
    const struct {
        int32_t day;
        enum refusal want;
    } cases[] = {{10592 /* of 1999 */, REFUSAL_LIMIT},
                 {opened - NIGHTS_BEFORE - 1, REFUSAL_LIMIT},
                 {opened - NIGHTS_BEFORE, REFUSAL_NONE},
                 {opened, REFUSAL_NONE},
                 {opened + 2, REFUSAL_LIMIT}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct command cmd = {.kind = CMD_NOTE_NIGHT, .actor = referrer_of(VT_OOST)};

        cmd.u.night.referral = r;
        cmd.u.night.night.day = cases[i].day;
        for (uint8_t slept = 1; slept < 17 && !nobed_is_night(engine_vocab(x->e), slept); slept++)
            cmd.u.night.night.slept = (uint8_t)(slept + 1);
        if (cmd.u.night.night.slept == 0)
            cmd.u.night.night.slept = 1;
        assert_int_equal(exchange_do(x, &cmd).refusal, cases[i].want);
    }
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_watches_over_them),
        cmocka_unit_test(an_alarm_goes_on),
        cmocka_unit_test(where_nobody_checks_in),
        cmocka_unit_test(a_night_has_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
