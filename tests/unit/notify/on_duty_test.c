/* Who is on duty hears what they would wait for in vain, or not know of: the tables as shipped. */
#include "notify/hears.h"
#include "notify/names.h"
#include "notify/rules.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/nobed/nobed.h"
#include "support/exchange.h"
#include "support/shipped_rules.h"

#include <stdio.h>
#include <string.h>

#define HOTEL_NIGHT 12 /* destinations.csv: hotel */

static void expects(const struct exchange *x, const char *name, unsigned sms, unsigned mail, unsigned webhook)
{
    const struct event *ev = newest(x, name);

    assert_int_equal(hear_it(x, ev, CHANNEL_SMS), sms);
    assert_int_equal(hear_it(x, ev, CHANNEL_MAIL), mail);
    assert_int_equal(hear_it(x, ev, CHANNEL_WEBHOOK), webhook);
}

/* A yes to a bridge bed at HUIS_B, on whose way the household is. */
static struct exchange *on_the_way_to_a_bed(struct referral_id *r, struct request_id *q)
{
    struct exchange *x = exchange_new();
    struct command cmd = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};

    *r = do_open(x, VT_OOST, a_need());
    cmd.u.ask.referral = *r;
    cmd.u.ask.pools[0].v = POOL_B;
    cmd.u.ask.n = 1;
    cmd.u.ask.bridge = true;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    *q = x->last.requests[0];
    assert_int_equal(do_answer(x, CMD_ACCEPT, *q, 0).refusal, REFUSAL_NONE);
    cmd = (struct command){.kind = CMD_BRIDGE_TRAVEL, .actor = referrer_of(VT_OOST)};
    cmd.u.bridge.bridge = engine_bridge_bed(x->e, *q)->id;
    cmd.u.bridge.until_ms = x->now + MS_HOUR;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    return x;
}

static void the_house_of_a_bridge_bed(void **state)
{
    const unsigned house = M(HUIS_B), both = M(HUIS_B) | M(VT_OOST);
    struct referral_id r;
    struct request_id q;
    struct exchange *x = on_the_way_to_a_bed(&r, &q);

    (void)state;
    expects(x, "bridge.travelling", house, house, both);
    x->now = engine_bridge_bed(x->e, q)->due_ms;
    do_tick(x);
    expects(x, "bridge.alarmed", both, both, both); /* nobody came: it knows best whether they did */
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    expects(x, "bridge.called_off", house, house, both); /* and need not wait up */
    exchange_free(x);
    /* Who leaves a bed is no news to its house at night. */
    x = on_the_way_to_a_bed(&r, &q);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    expects(x, "bridge.ended", NOBODY, house, both);
    exchange_free(x);
}

/* Who is to watch over a household hears so at once, and not only when it goes wrong. */
static void a_watcher_that_was_named(void **state)
{
    struct exchange *x = exchange_new();
    struct bridge_wish w = {
        .kind = BRIDGE_HOTEL,
        .active = true,
        .slept = HOTEL_NIGHT,
        .owner = {.kind = BRIDGE_OWNER_OTHER, .role = BRIDGE_ROLE_POLICE, .callback = "010 555 0100"}};
    struct command cmd = {.kind = CMD_OPEN_BRIDGE, .actor = referrer_of(VT_OOST)};

    (void)state;
    snprintf(w.owner.org, sizeof w.owner.org, "%.40s", engine_org(x->e, (struct org_id){VT_WEST})->name);
    cmd.u.open_bridge.referral = do_open(x, VT_OOST, a_need());
    cmd.u.open_bridge.wish = &w;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    expects(x, "bridge.opened", M(VT_WEST), M(VT_WEST), M(VT_OOST));
    exchange_free(x);
}

/* What was asked of a house that leaked is answered no more: its desk asks on, and learns of no address. Who
 * had a yes has an alarm instead. */
static void what_was_asked_of_a_house_that_leaked(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id asked = do_open(x, VT_OOST, a_need()), promised = do_open(x, VT_WEST, a_need());
    struct command cmd = {.kind = CMD_REPORT_LEAK, .actor = shelter_of(HUIS_B), .draw = 5};
    unsigned cancelled = 0;

    (void)state;
    do_ask_one(x, asked, POOL_B);
    do_answer(x, CMD_ACCEPT, do_ask_one(x, promised, POOL_B), 0);
    cmd.actor.account.v = 501;
    cmd.u.safety = (struct safety_command){.location = {B_HUIS}, .reason = LEAK_ADRES_GEDEELD, .leak = 1};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    cmd.kind = CMD_CONFIRM_LEAK;
    cmd.actor.account.v = 502;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    expects(x, "request.lost", M(VT_OOST), M(VT_OOST), M(VT_OOST) | M(HUIS_B));
    expects(x, "request.cancelled", M(HUIS_B), M(HUIS_B), M(HUIS_B));
    for (size_t i = 0; i < last_count(x); i++)
        cancelled += last_event(x, i)->kind == EV_REQUEST_CANCELLED;
    assert_int_equal(cancelled, 2);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_house_of_a_bridge_bed),
        cmocka_unit_test(a_watcher_that_was_named),
        cmocka_unit_test(what_was_asked_of_a_house_that_leaked),
    };

    return cmocka_run_group_tests(tests, shipped_rules_setup, shipped_rules_teardown);
}
