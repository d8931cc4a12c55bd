/* Who was named to watch over a household is rung when its bridge alarms, and told nothing of whom. */
#include "core/nobed/nobed.h"
#include "notify/hears.h"
#include "notify/over.h"
#include "notify/rules.h"
#include "notify/subject.h"
#include "support/exchange.h"

#include <stdio.h>

#define HOTEL_NIGHT 12 /* destinations.csv: hotel */

static const struct event *newest_alarm(const struct exchange *x)
{
    for (size_t i = x->log.n; i > 0; i--) {
        if (x->log.list[i - 1].kind == EV_BRIDGE_ALARMED)
            return &x->log.list[i - 1];
    }
    fail_msg("no alarm");
    return NULL;
}

static void who_watches_is_told_nothing_of_whom(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct bridge_wish w = {
        .kind = BRIDGE_HOTEL,
        .active = true,
        .slept = HOTEL_NIGHT,
        .owner = {.kind = BRIDGE_OWNER_OTHER, .role = BRIDGE_ROLE_POLICE, .callback = "010 555 0100"}};
    struct command cmd = {.kind = CMD_OPEN_BRIDGE, .actor = referrer_of(VT_OOST)};
    struct notify_target t = {.org = {VT_WEST}, .channel = CHANNEL_SMS};
    struct outbox_row row = {.channel = CHANNEL_SMS, .kind = "bridge.alarmed"};
    struct subject s;
    struct party as;

    (void)state;
    snprintf(w.owner.org, sizeof w.owner.org, "%.40s", engine_org(x->e, (struct org_id){VT_WEST})->name);
    cmd.u.open_bridge.referral = r;
    cmd.u.open_bridge.wish = &w;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    x->now = engine_bridge_of(x->e, r, BRIDGE_HOTEL)->due_ms;
    do_tick(x);
    s = subject_of_event(x->e, newest_alarm(x));
    assert_true(hears(x->e, &t, GROUP_WATCHER, &s, &as));
    assert_false(hears(x->e, &t, GROUP_OWNER, &s, &as));
    assert_true(rules_is_bare(GROUP_WATCHER));
    assert_false(rules_is_bare(GROUP_OWNER)); /* of a clock: it acts on it */
    assert_false(over_is(x->e, &row));        /* of no referral, and it rings */
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_watches_is_told_nothing_of_whom),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
