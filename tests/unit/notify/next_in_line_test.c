/* An alarm that its desk does not answer reaches the next in line: by the number of the team lead where there
 * is one, else by the desk's; and nobody who is rung already is forgotten for it. The tables are those as
 * shipped. */
#include "base/mem.h"
#include "base/time_text.h"
#include "core/nobed/nobed.h"
#include "notify/hears.h"
#include "notify/names.h"
#include "notify/over.h"
#include "notify/rules.h"
#include "support/exchange.h"
#include "support/shipped_rules.h"

#include <stdio.h>
#include <string.h>

#define HOTEL_NIGHT 12 /* destinations.csv: hotel */

enum { OOST_DESK, OOST_LEAD, WEST_DESK, WEST_LEAD, A_DESK, A_LEAD, A_ZUID_LEAD, B_DESK, HELPDESK, TARGETS };
#define T(i) (1u << (i))

static struct notify_target targets[TARGETS] = {
    [OOST_DESK] = {.name = "oost", .org = {VT_OOST}},
    [OOST_LEAD] = {.name = "lead.oost", .org = {VT_OOST}},
    [WEST_DESK] = {.name = "west", .org = {VT_WEST}},
    [WEST_LEAD] = {.name = "lead.west", .org = {VT_WEST}},
    [A_DESK] = {.name = "huis-a", .org = {HUIS_A}},
    [A_LEAD] = {.name = "lead.huis-a", .org = {HUIS_A}},
    [A_ZUID_LEAD] = {.name = "lead.huis-a.zuid", .org = {HUIS_A}, .location = {A_ZUID}},
    [B_DESK] = {.name = "huis-b", .org = {HUIS_B}},
    [HELPDESK] = {.name = "helpdesk", .org = {OPERATOR}},
};

/* Over which targets EV rings by CHANNEL; TEXT: with this text alone, NULL = any. */
static unsigned rings(const struct exchange *x, const struct event *ev, enum channel channel,
                      const char *text)
{
    struct subject s = subject_of_event(x->e, ev);
    const struct notify_rule *rule = NULL;
    unsigned told = 0, who = 0;

    while ((rule = rules_next(shipped_rules(), name_of_event(x->e, ev), rule)) != NULL) {
        for (unsigned i = 0; i < TARGETS; i++) {
            struct party as;

            if ((rule->channels >> channel & 1u) == 0 || (told & T(i)) != 0 ||
                !hears(x->e, &targets[i], rule->group, &s, &as) ||
                !hears_as_lead(&targets[i], rule->group, as, targets, TARGETS))
                continue;
            told |= T(i); /* the outbox keeps the first */
            if (text == NULL || strcmp(rule->text, text) == 0)
                who |= T(i);
        }
    }
    return who;
}

static const struct event *newest_of(const struct exchange *x, enum event_kind kind)
{
    for (size_t i = x->log.n; i > 0; i--) {
        if (x->log.list[i - 1].kind == kind)
            return &x->log.list[i - 1];
    }
    fail_msg("no %s", event_name(kind));
    return NULL;
}

/* ---- a bridge ---- */

static void a_second_alarm_of_a_bridge(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct bridge_wish w = {
        .kind = BRIDGE_HOTEL,
        .active = true,
        .slept = HOTEL_NIGHT,
        .owner = {.kind = BRIDGE_OWNER_OTHER, .role = BRIDGE_ROLE_POLICE, .callback = "010 555 0100"}};
    struct command cmd = {.kind = CMD_OPEN_BRIDGE, .actor = referrer_of(VT_OOST)};
    const struct event *ev = NULL;

    (void)state;
    snprintf(w.owner.org, sizeof w.owner.org, "%.40s", engine_org(x->e, (struct org_id){VT_WEST})->name);
    cmd.u.open_bridge.referral = r;
    cmd.u.open_bridge.wish = &w;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    x->now = engine_bridge_of(x->e, r, BRIDGE_HOTEL)->due_ms;
    do_tick(x);
    ev = newest_of(x, EV_BRIDGE_ALARMED);
    assert_string_equal(name_of_event(x->e, ev), "bridge.alarmed");
    assert_int_equal(rings(x, ev, CHANNEL_VOICE, NULL), T(OOST_DESK) | T(WEST_DESK));
    x->now = engine_bridge_of(x->e, r, BRIDGE_HOTEL)->due_ms;
    do_tick(x);
    ev = newest_of(x, EV_BRIDGE_ALARMED);
    assert_string_equal(name_of_event(x->e, ev), "bridge.lead");
    assert_true(name_is_of_kind("bridge.lead", EV_BRIDGE_ALARMED));
    for (unsigned c = 0; c < CHANNEL_N; c++) {
        unsigned lead = c == CHANNEL_WEBHOOK ? 0 : T(OOST_LEAD);

        assert_int_equal(rings(x, ev, (enum channel)c, NULL), T(OOST_DESK) | T(WEST_DESK) | lead);
        assert_int_equal(rings(x, ev, (enum channel)c, "bridge_lead"), lead);
    }
    /* Without a number of its own the lead is called in over the desk's, and the desk reads that. */
    targets[OOST_LEAD].retired = true;
    targets[OOST_LEAD].org.v = 0;
    assert_int_equal(rings(x, ev, CHANNEL_SMS, "bridge_lead"), T(OOST_DESK));
    targets[OOST_LEAD].retired = false;
    targets[OOST_LEAD].org.v = VT_OOST;
    exchange_free(x);
}

/* ---- a report of a leak ---- */

static struct outcome of_a_leak(struct exchange *x, enum command_kind kind, uint32_t account,
                                struct safety_command c)
{
    struct command cmd = {.kind = kind, .actor = shelter_of(HUIS_A), .draw = ++x->draw, .u.safety = c};

    cmd.actor.account.v = account;
    return exchange_do(x, &cmd);
}

static bool rings_no_more(const struct exchange *x, const char *kind)
{
    struct outbox_row row = {.channel = CHANNEL_VOICE, .at_ms = x->now};

    snprintf(row.kind, sizeof row.kind, "%s", kind);
    return over_is(x->e, &row);
}

static void a_report_that_nobody_confirms(void **state)
{
    struct core_settings settings = core_settings_default();
    struct exchange *x = exchange_new_with(&settings);
    struct safety_command c = {.location = {A_NOORD}, .reason = LEAK_ADRES_GEDEELD};
    struct notify_target night = {.night_number = true, .channel = CHANNEL_VOICE};
    const struct event *ev = NULL;

    (void)state;
    c.leak = (uint32_t)of_a_leak(x, CMD_REPORT_LEAK, 501, c).made;
    for (unsigned i = 1; i <= 6; i++) {
        const char *name = i <= 3 ? "leak.repeated" : i < 6 ? "leak.passed_on" : "leak.given_up";
        /* The lead of this house and not of another; to whom it is said is said what to do. */
        unsigned own = T(A_DESK), next = i <= 3 ? 0 : T(A_LEAD) | T(HELPDESK);
        struct subject s;
        struct party as;

        x->now += 5 * MS_MINUTE;
        do_tick(x);
        ev = newest_of(x, EV_LEAK_REPEATED);
        assert_string_equal(name_of_event(x->e, ev), name);
        assert_true(name_is_of_kind(name, EV_LEAK_REPEATED));
        for (unsigned ch = 0; ch < CHANNEL_N; ch++)
            assert_int_equal(rings(x, ev, (enum channel)ch, NULL),
                             own | (ch == CHANNEL_WEBHOOK ? next & ~T(A_LEAD) : next));
        assert_int_equal(rings(x, ev, CHANNEL_SMS, "leak_given_up_helpdesk"), i == 6 ? T(HELPDESK) : 0);
        s = subject_of_event(x->e, ev);
        assert_true(hears(x->e, &night, GROUP_HOUSE, &s, &as) && as.house.v == A_NOORD);
        assert_true(s.referral.v == 0 && s.request.v == 0 && s.pool.v == 0);
        assert_false(rings_no_more(x, name));
    }
    assert_int_equal(of_a_leak(x, CMD_WITHDRAW_LEAK, 502, c).refusal, REFUSAL_NONE);
    assert_true(rings_no_more(x, "leak.repeated") && rings_no_more(x, "leak.passed_on") &&
                rings_no_more(x, "leak.given_up"));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_alarm_of_a_bridge),
        cmocka_unit_test(a_report_that_nobody_confirms),
    };

    return cmocka_run_group_tests(tests, shipped_rules_setup, shipped_rules_teardown);
}
