/* A known conflict beside a bed that stands: whoever has a yes, a bridge bed or a stay in that house is
 * alarmed in the commit that says so, until somebody has it; nothing is undone, and nobody else hears of it.
 */
#include "support/exchange.h"

#include "base/time_text.h"
#include "core/apply.h"
#include "core/event.h"
#include "core/timers/timers_state.h"
#include "support/nobed_steps.h"
#include "support/safety_steps.h"
#include "support/stay_steps.h"

#include <string.h>

struct scene {
    struct exchange *x;
    unsigned room; /* another pool of the house of POOL_B */
};

static struct scene scene_new(void)
{
    struct core_settings settings = core_settings_default();
    struct scene s = {.x = exchange_new_with(&settings)};
    struct pool p = pool_of_kind(s.x, B_HUIS, "b2", KIND_CRISIS);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct observation o;

    assert_int_equal(exchange_do(s.x, &cmd).refusal, REFUSAL_NONE);
    s.room = engine_pools(s.x->e);
    o = an_observation(s.x, s.room, POOL_UNITS, 2);
    do_report(s.x, shelter_of(HUIS_B), &o, 1);
    return s;
}

static void scene_free(struct scene *s)
{
    replays(s->x);
    exchange_free(s->x);
}

static bool stands(const struct exchange *x, struct referral_id r)
{
    return timers_alarm_stands(x->e, the_referral(x, r), ALARM_CONFLICT);
}

/* How often the last command raised it for R, which no desk learns who said. */
static unsigned raised(const struct exchange *x, struct referral_id r)
{
    unsigned n = 0;

    for (size_t i = 0; i < last_count(x); i++) {
        const struct event *ev = last_event(x, i);

        if ((ev->kind != EV_ALARM_RAISED && ev->kind != EV_ALARM_REPEATED) ||
            ev->u.escalation.alarm != ALARM_CONFLICT)
            continue;
        assert_int_equal(ev->account.v, 0);
        assert_int_equal(ev->u.escalation.request.v, 0);
        n += ev->u.escalation.referral.v == r.v;
    }
    return n;
}

static void no_for_conflict(struct exchange *x, struct request_id q)
{
    assert_int_equal(do_answer(x, CMD_DECLINE, q, nr(x, LIST_DECLINE, "netwerk_conflict")).refusal,
                     REFUSAL_NONE);
}

/* The house says yes to the question about Q, which DESK asks. */
static void known_there(struct exchange *x, enum an_org desk, struct request_id q)
{
    struct safety_command c = {.request = q, .conflict = true};

    assert_int_equal(give(x, CMD_ASK_CONFLICT, referrer_of(desk), c).refusal, REFUSAL_NONE);
    assert_int_equal(give(x, CMD_ANSWER_CONFLICT, shelter_of(HUIS_B), c).refusal, REFUSAL_NONE);
}

static struct request_id asked(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct outcome o = do_ask(x, r, &pool, 1);

    assert_int_equal(o.refusal, REFUSAL_NONE);
    return o.requests[0];
}

static enum refusal seen(struct exchange *x, struct referral_id r, enum an_org org)
{
    struct command c = {.kind = CMD_ACKNOWLEDGE_ALARM, .actor = as(referrer_of(org), ANNA)};

    c.u.escalation.referral = r;
    c.u.escalation.alarm = ALARM_CONFLICT;
    return exchange_do(x, &c).refusal;
}

/* ---- whose desk is alarmed ---- */

/* The bed that the household of a referral has in room ROOM of house B. */
enum bed { PROMISED_BED, ROAD_TO_BED, IN_BED, STAYS, BED_N };

static struct request_id bed_of(struct scene *s, struct referral_id r, enum bed bed)
{
    struct request_id q;

    if (bed == STAYS) {
        q = promised(s->x, r, s->room);
        do_answer(s->x, CMD_CONFIRM_ARRIVAL, q, 0);
        return q;
    }
    q = promised_bed(s->x, r, s->room);
    if (bed == IN_BED)
        do_answer(s->x, CMD_CONFIRM_ARRIVAL, q, 0);
    return q;
}

static void the_desk_of_the_bed_is_alarmed(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * BED_N; i++) {
        struct scene s = scene_new();
        struct referral_id r = do_open(s.x, VT_OOST, a_need(.level = THREAT_GROEN)), beside;
        struct referral_id other = do_open(s.x, VT_OOST, a_need());
        struct request_id bed = bed_of(&s, r, (enum bed)(i / 2)), q;
        enum request_state was = the_request(s.x, bed)->state;

        promised_bed(s.x, other, s.room);
        beside = do_open_beside(s.x, VT_WEST, r);
        s.x->now += MS_MINUTE;
        q = asked(s.x, beside, POOL_B);
        if (i % 2 == 0)
            no_for_conflict(s.x, q);
        else
            known_there(s.x, VT_WEST, q);
        assert_int_equal(raised(s.x, r), 1);
        assert_true(stands(s.x, r));
        /* Nothing is undone by a machine. */
        assert_int_equal(the_request(s.x, bed)->state, was);
        assert_int_equal(the_request(s.x, q)->state, REQUEST_DECLINED);
        /* The desk of the no has no bed there, and another household is not known there. */
        assert_int_equal(raised(s.x, beside) + raised(s.x, other), 0);
        assert_false(stands(s.x, beside) || stands(s.x, other));
        scene_free(&s);
    }
}

/* Of the own referral too: its desk has the no and the bed. */
static void of_the_own_referral(void **state)
{
    struct scene s = scene_new();
    struct referral_id r = do_open(s.x, VT_OOST, a_need());

    (void)state;
    in_a_bed(s.x, r, s.room);
    known_there(s.x, VT_OOST, asked(s.x, r, POOL_B));
    assert_int_equal(raised(s.x, r), 1);
    assert_true(stands(s.x, r));
    scene_free(&s);
}

/* Another reason, another house: nobody is alarmed. */
static void no_other_no_alarms(void **state)
{
    struct scene s = scene_new();
    struct referral_id r = do_open(s.x, VT_OOST, a_need());
    struct request_id q;

    (void)state;
    in_a_bed(s.x, r, s.room);
    q = asked(s.x, r, POOL_B);
    do_answer(s.x, CMD_DECLINE, q, nr(s.x, LIST_DECLINE, "ggz"));
    assert_int_equal(raised(s.x, r), 0);
    no_for_conflict(s.x, asked(s.x, r, POOL_C));
    assert_int_equal(raised(s.x, r), 0);
    assert_false(stands(s.x, r));
    assert_int_equal(seen(s.x, r, VT_OOST), REFUSAL_WRONG_STATE);
    scene_free(&s);
}

/* ---- again, until a person has it ---- */

/* As at code rood, whatever the threat was told to be; from the fourth time on the next in line too. */
static void again_until_a_person_has_it(void **state)
{
    (void)state;
    for (int stays = 0; stays < 2; stays++) {
        struct scene s = scene_new();
        struct referral_id r = do_open(s.x, VT_OOST, a_need(.level = THREAT_GROEN)), beside;

        bed_of(&s, r, stays ? STAYS : IN_BED);
        beside = do_open_beside(s.x, VT_WEST, r);
        no_for_conflict(s.x, asked(s.x, beside, POOL_B));
        for (unsigned n = 1; n <= 4; n++) {
            s.x->now += 5 * MS_MINUTE - 1;
            do_tick(s.x);
            assert_int_equal(raised(s.x, r), 0);
            s.x->now += 1;
            do_tick(s.x);
            assert_int_equal(raised(s.x, r), 1);
        }
        assert_true(timers_alarm(s.x->e, r, ALARM_CONFLICT)->passed_on);
        assert_int_equal(seen(s.x, r, VT_WEST),
                         REFUSAL_NOT_FOUND); /* not its desk, whose household it is too */
        assert_int_equal(seen(s.x, r, VT_OOST), REFUSAL_NONE);
        assert_int_equal(timers_alarm(s.x->e, r, ALARM_CONFLICT)->acknowledged_by.v, ANNA);
        s.x->now += 20 * MS_MINUTE;
        do_tick(s.x);
        assert_int_equal(raised(s.x, r), 0);
        assert_true(stands(s.x, r)); /* shown, with who has it, as long as they are there */
        scene_free(&s);
    }
}

static void it_ends_with_the_bed(void **state)
{
    struct scene s = scene_new();
    struct referral_id r = do_open(s.x, VT_OOST, a_need()), lives = do_open(s.x, VT_OOST, a_need()), beside;
    const struct bridge *b = in_a_bed(s.x, r, s.room);

    (void)state;
    no_for_conflict(s.x, asked(s.x, r, POOL_B));
    assert_true(stands(s.x, r));
    assert_int_equal(about_bridge(s.x, CMD_END_BRIDGE, b->id, 0, BRIDGE_END_FAILED).refusal, REFUSAL_NONE);
    assert_false(stands(s.x, r));
    s.x->now += MS_HOUR;
    do_tick(s.x);
    assert_int_equal(raised(s.x, r), 0);

    bed_of(&s, lives, STAYS);
    beside = do_open_beside(s.x, VT_WEST, lives);
    no_for_conflict(s.x, asked(s.x, beside, POOL_B));
    assert_true(stands(s.x, lives));
    assert_int_equal(depart(s.x, lives, "veiligheid", "politie"), REFUSAL_NONE);
    assert_false(stands(s.x, lives));
    scene_free(&s);
}

/* ---- in there after it was said ---- */

/* Their departure was a mistake, or they stand at the door after all: they are where they are known. */
static void who_turns_up_there_is_alarmed(void **state)
{
    struct scene s = scene_new();
    struct referral_id r = do_open(s.x, VT_OOST, a_need()), lost = do_open(s.x, VT_OOST, a_need()), beside;
    struct command back = {.kind = CMD_RESUME_STAY, .actor = shelter_of(HUIS_B)};
    struct request_id q;

    (void)state;
    bed_of(&s, r, STAYS);
    beside = do_open_beside(s.x, VT_WEST, r);
    q = asked(s.x, beside, POOL_B);
    assert_int_equal(depart(s.x, r, "eigen_keuze", "familie_vrienden"), REFUSAL_NONE);
    no_for_conflict(s.x, q);
    assert_int_equal(raised(s.x, r), 0);
    back.u.stay.stay = stay_of(s.x, r)->id;
    s.x->now += MS_MINUTE;
    assert_int_equal(exchange_do(s.x, &back).refusal, REFUSAL_NONE);
    assert_int_equal(raised(s.x, r), 1);
    assert_true(stands(s.x, r));

    q = promised(s.x, lost, s.room);
    do_referral(s.x, CMD_NO_SHOW, lost, 0, 0);
    s.x->now += MS_MINUTE;
    no_for_conflict(s.x, asked(s.x, lost, POOL_B));
    assert_int_equal(raised(s.x, lost), 0);
    assert_int_equal(do_answer(s.x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_referral(s.x, lost)->state, REFERRAL_ADMITTED);
    assert_int_equal(raised(s.x, lost), 1);
    scene_free(&s);
}

/* ---- the record ---- */

/* Beside that of a leak, and in no digest of a referral that never had it. */
static void it_has_a_digest_of_its_own(void **state)
{
    static const struct alarm_state none, once = {.raised_at_ms = 5};
    const struct referral_id id = {1};

    (void)state;
    assert_true(timers_digest_seldom(id, ALARM_CONFLICT, &none) == 0);
    assert_true(timers_digest_seldom(id, ALARM_CONFLICT, &once) != 0);
    assert_true(timers_digest_seldom(id, ALARM_CONFLICT, &once) !=
                timers_digest_seldom(id, ALARM_LEAKED, &once));
}

static void both_alarms_of_a_house_are_kept(void **state)
{
    struct scene s = scene_new();
    struct referral_id r = do_open(s.x, VT_OOST, a_need());

    (void)state;
    in_a_bed(s.x, r, s.room);
    no_for_conflict(s.x, asked(s.x, r, POOL_B));
    s.x->now += MS_MINUTE;
    freeze(s.x, HUIS_B, B_HUIS);
    assert_true(stands(s.x, r));
    assert_true(timers_alarm_stands(s.x->e, the_referral(s.x, r), ALARM_LEAKED));
    assert_int_equal(seen(s.x, r, VT_OOST), REFUSAL_NONE);
    assert_int_equal(timers_alarm(s.x->e, r, ALARM_LEAKED)->acknowledged_at_ms, 0);
    assert_true(engine_digest(s.x->e, true) != 0);
    scene_free(&s);
}

/* Nothing that a journal cannot have. */
static void without_a_bed_it_is_impossible(void **state)
{
    struct scene s = scene_new();
    struct referral_id r = do_open(s.x, VT_OOST, a_need());
    struct event ev = {.kind = EV_ALARM_RAISED, .at_ms = s.x->now};

    (void)state;
    ev.u.escalation.referral = r;
    ev.u.escalation.alarm = ALARM_CONFLICT;
    assert_non_null(alarm_raised_impossible(s.x->e, &ev));
    in_a_bed(s.x, r, s.room);
    assert_null(alarm_raised_impossible(s.x->e, &ev));
    scene_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_desk_of_the_bed_is_alarmed),
        cmocka_unit_test(of_the_own_referral),
        cmocka_unit_test(no_other_no_alarms),
        cmocka_unit_test(again_until_a_person_has_it),
        cmocka_unit_test(it_ends_with_the_bed),
        cmocka_unit_test(who_turns_up_there_is_alarmed),
        cmocka_unit_test(it_has_a_digest_of_its_own),
        cmocka_unit_test(both_alarms_of_a_house_are_kept),
        cmocka_unit_test(without_a_bed_it_is_impossible),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
