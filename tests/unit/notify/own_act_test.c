/* Who says what both had agreed on is not rung for its own word; the other side is, and programs are told all
 * the same. What another of the same organisation must act on is no such word. */
#include "notify/hears.h"
#include "notify/names.h"
#include "notify/rules.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "support/notify_scene.h"
#include "support/shipped_rules.h"

#include <stdio.h>
#include <string.h>

static const struct event *newest_of(const struct exchange *x, enum event_kind kind)
{
    for (size_t i = x->log.n; i > 0; i--) {
        if (x->log.list[i - 1].kind == kind)
            return &x->log.list[i - 1];
    }
    fail_msg("no %s", event_name(kind));
    return NULL;
}

/* Which organisations hear of EV, caused by WHO, over CHANNEL. */
static unsigned hear(const struct exchange *x, struct event ev, const struct account *who,
                     enum channel channel)
{
    struct subject s = subject_of_event(x->e, &ev);
    const struct notify_rule *rule = NULL;
    unsigned heard = 0;

    ev.account.v = 7; /* a person did it */
    subject_caused_by(&s, &ev, who);
    while ((rule = rules_next(shipped_rules(), name_of_event(x->e, &ev), rule)) != NULL) {
        for (unsigned org = VT_OOST; org <= OPERATOR; org++) {
            struct notify_target t = {.org = {org}, .channel = channel};
            struct party as;

            if ((rule->channels >> channel & 1u) != 0 && hears(x->e, &t, rule->group, &s, &as))
                heard |= M(org);
        }
    }
    return heard;
}

static struct account person(enum role role, unsigned org, unsigned house)
{
    return (struct account){.id = {7}, .role = role, .org = {org}, .location = {house}};
}

/* A yes at A_NOORD that falls through for WHY, as WHO says. */
static struct exchange *fell_through(enum cancel_why why, struct actor who, bool refused)
{
    struct core_settings settings = core_settings_default();
    struct exchange *x = exchange_new_with(&settings);
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct command cmd = {.kind = CMD_NO_SHOW, .actor = who};

    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_A1), 0);
    cmd.u.referral.referral = r;
    cmd.u.referral.why = why;
    cmd.u.referral.refused = refused;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    return x;
}

static void a_bed_that_is_gone(void **state)
{
    struct exchange *x = fell_through(CANCEL_BED_GONE, shelter_of(HUIS_A), false);
    const struct event *ev = newest_of(x, EV_REQUEST_CANCELLED);
    const struct account noord = person(ROLE_SHELTER, HUIS_A, A_NOORD),
                         whole = person(ROLE_SHELTER, HUIS_A, 0);
    const struct account zuid = person(ROLE_SHELTER, HUIS_A, A_ZUID),
                         desk = person(ROLE_REFERRER, VT_OOST, 0);

    (void)state;
    assert_int_equal(hear(x, *ev, &noord, CHANNEL_SMS), NOBODY);
    assert_int_equal(hear(x, *ev, &noord, CHANNEL_MAIL), NOBODY);
    assert_int_equal(hear(x, *ev, &whole, CHANNEL_SMS), NOBODY);
    assert_int_equal(hear(x, *ev, &noord, CHANNEL_WEBHOOK), M(HUIS_A));
    /* Said by the referrer, by another house, or by nobody knows whom: the house hears it. */
    assert_int_equal(hear(x, *ev, &desk, CHANNEL_SMS), M(HUIS_A));
    assert_int_equal(hear(x, *ev, &zuid, CHANNEL_SMS), M(HUIS_A));
    assert_int_equal(hear(x, *ev, NULL, CHANNEL_SMS), M(HUIS_A));
    /* The referrer hears it as an alarm, whoever said so. */
    ev = newest_of(x, EV_ALARM_RAISED);
    assert_int_equal(hear(x, *ev, &noord, CHANNEL_SMS), M(VT_OOST));
    assert_int_equal(hear(x, *ev, &desk, CHANNEL_SMS), M(VT_OOST));
    exchange_free(x);
}

/* The house waits for them no more; its own word it knows. */
static void nobody_came(void **state)
{
    struct exchange *x = fell_through(CANCEL_NO_SHOW, referrer_of(VT_OOST), false);
    const struct event *ev = newest_of(x, EV_REFERRAL_NO_SHOW);
    const struct account noord = person(ROLE_SHELTER, HUIS_A, A_NOORD),
                         desk = person(ROLE_REFERRER, VT_OOST, 0);
    const struct account other = person(ROLE_REFERRER, VT_WEST, 0);

    (void)state;
    assert_string_equal(name_of_event(x->e, ev), "referral.no_show");
    assert_int_equal(hear(x, *ev, &desk, CHANNEL_SMS), M(HUIS_A));
    assert_int_equal(hear(x, *ev, &desk, CHANNEL_MAIL), M(HUIS_A));
    assert_int_equal(hear(x, *ev, &noord, CHANNEL_SMS), NOBODY);
    assert_int_equal(hear(x, *ev, &noord, CHANNEL_MAIL), M(VT_OOST));
    assert_int_equal(hear(x, *ev, &other, CHANNEL_MAIL), M(HUIS_A) | M(VT_OOST));
    assert_int_equal(hear(x, *ev, &desk, CHANNEL_WEBHOOK), M(HUIS_A) | M(VT_OOST));
    exchange_free(x);
}

/* Who stood at the door did come: neither side reads that nobody came. */
static void turned_away(void **state)
{
    struct exchange *x = fell_through(CANCEL_NO_SHOW, referrer_of(VT_OOST), true);
    const struct event *ev = newest_of(x, EV_REFERRAL_NO_SHOW);
    const struct account noord = person(ROLE_SHELTER, HUIS_A, A_NOORD),
                         desk = person(ROLE_REFERRER, VT_OOST, 0);

    (void)state;
    assert_string_equal(name_of_event(x->e, ev), "referral.turned_away");
    assert_true(name_is_of_kind("referral.turned_away", EV_REFERRAL_NO_SHOW));
    assert_int_equal(hear(x, *ev, &noord, CHANNEL_MAIL), M(VT_OOST));
    assert_int_equal(hear(x, *ev, &desk, CHANNEL_MAIL), NOBODY);
    ev = newest_of(x, EV_HOUSEHOLD_REFUSED);
    assert_int_equal(hear(x, *ev, &desk, CHANNEL_MAIL), M(HUIS_A));
    assert_int_equal(hear(x, *ev, &noord, CHANNEL_MAIL),
                     NOBODY); /* the text says that the referrer says so */
    exchange_free(x);
}

/* A leak that one of the house reports: the others of it must confirm it, and who works there tonight must
 * know. An alarm is of the household: the desk whose worker reported is rung as any. */
static void a_leak_is_everybodys(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct command cmd = {.kind = CMD_REPORT_LEAK, .actor = shelter_of(HUIS_A), .draw = 5};
    const struct account noord = person(ROLE_SHELTER, HUIS_A, A_NOORD),
                         desk = person(ROLE_REFERRER, VT_OOST, 0);

    (void)state;
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_A1), 0);
    cmd.actor.account.v = 501;
    cmd.u.safety = (struct safety_command){.location = {A_NOORD}, .reason = LEAK_ADRES_GEDEELD};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    assert_int_equal(hear(x, *newest_of(x, EV_LEAK_REPORTED), &noord, CHANNEL_SMS), M(HUIS_A) | M(OPERATOR));
    cmd.kind = CMD_CONFIRM_LEAK;
    cmd.actor.account.v = 502;
    cmd.u.safety.leak = 1;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    assert_int_equal(hear(x, *newest_of(x, EV_LOCATION_FROZEN), &noord, CHANNEL_SMS),
                     M(HUIS_A) | M(OPERATOR));
    assert_int_equal(hear(x, *newest_of(x, EV_ALARM_RAISED), &desk, CHANNEL_SMS), M(VT_OOST));
    exchange_free(x);
}

/* The whole way: the account that the journal names. */
static void as_it_is_told(void **state)
{
    for (int known = 0; known < 2; known++) {
        struct scene *s = scene_new();
        struct referral_id r = do_open(s->x, VT_OOST, a_need());
        struct command cmd = {.kind = CMD_NO_SHOW, .actor = shelter_of(HUIS_A)};

        (void)state;
        do_answer(s->x, CMD_ACCEPT, do_ask_one(s->x, r, POOL_A1), 0);
        cmd.actor.account.v = 77;
        cmd.u.referral.referral = r;
        cmd.u.referral.why = CANCEL_BED_GONE;
        assert_int_equal(exchange_do(s->x, &cmd).refusal, REFUSAL_NONE);
        s->who = person(ROLE_SHELTER, HUIS_A, A_NOORD);
        s->who.id.v = known == 1 ? 77 : 78;
        add_target(s, 1, HUIS_A, 0, CHANNEL_SMS);
        add_target(s, 2, HUIS_A, 0, CHANNEL_WEBHOOK);
        add_target(s, 3, HUIS_A, 0, CHANNEL_MAIL);
        begin(s, NULL);
        scene_pass(s, 1000);
        assert_int_equal(count(s, 1, "request.cancelled"), known == 0);
        assert_int_equal(count(s, 2, "request.cancelled"), 1);
        assert_int_equal(count(s, 3, "request.cancelled"), known == 0);
        assert_int_equal(count(s, 1, "request.made"), 1);
        scene_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bed_that_is_gone), cmocka_unit_test(nobody_came),
        cmocka_unit_test(turned_away),        cmocka_unit_test(a_leak_is_everybodys),
        cmocka_unit_test(as_it_is_told),
    };

    return cmocka_run_group_tests(tests, shipped_rules_setup, shipped_rules_teardown);
}
