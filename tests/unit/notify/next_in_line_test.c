/* An alarm that its desk does not answer reaches the next in line: by the number of the team lead where there
 * is one, else by the desk's; and nobody who is rung already is forgotten for it. The tables are those as
 * shipped. */
#include "base/mem.h"
#include "core/nobed/nobed.h"
#include "notify/hears.h"
#include "notify/names.h"
#include "notify/rules.h"
#include "support/exchange.h"

#include <stdio.h>
#include <string.h>

#define HOTEL_NIGHT 12 /* destinations.csv: hotel */

static struct rules *rules;

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

    while ((rule = rules_next(rules, name_of_event(x->e, ev), rule)) != NULL) {
        for (unsigned i = 0; i < TARGETS; i++) {
            struct party as;

            if ((rule->channels >> channel & 1u) == 0 || (told & T(i)) != 0 ||
                !hears(x->e, &targets[i], rule->group, &s, &as) ||
                !hears_as_lead(&targets[i], rule->group, targets, TARGETS))
                continue;
            told |= T(i); /* the outbox keeps the first */
            if (text == NULL || strcmp(rule->text, text) == 0)
                who |= T(i);
        }
    }
    return who;
}

static const struct event *newest(const struct exchange *x, enum event_kind kind)
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
    ev = newest(x, EV_BRIDGE_ALARMED);
    assert_string_equal(name_of_event(x->e, ev), "bridge.alarmed");
    assert_int_equal(rings(x, ev, CHANNEL_VOICE, NULL), T(OOST_DESK) | T(WEST_DESK));
    x->now = engine_bridge_of(x->e, r, BRIDGE_HOTEL)->due_ms;
    do_tick(x);
    ev = newest(x, EV_BRIDGE_ALARMED);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_alarm_of_a_bridge),
    };
    char why[200] = "";
    int failed = 0;

    if (rules_load(PLEK_SOURCE_DIR "/schema/notify/rules.csv", &rules, why, sizeof why) != OK) {
        fprintf(stderr, "%s\n", why);
        return 1;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    rules_free(rules);
    return failed;
}
