/* What nobody does is said again, once; nothing is given to who is not there; somebody outside of the
 * exchange can be who does it; and the co-ordinator has a name from the start. */
#include "support/exchange.h"

#include "base/time_text.h"
#include "core/audience/audience.h"
#include "core/engine_state.h"

#include <string.h>

static struct outcome give(struct exchange *x, enum command_kind kind, struct actor who,
                           struct care_command c)
{
    struct command cmd = {.kind = kind, .actor = who, .u.care = &c};

    return exchange_do(x, &cmd);
}

static struct outcome regie(struct exchange *x, enum command_kind kind, struct actor who,
                            struct referral_id r, const char *role)
{
    struct care_command c = {.referral = r, .orgs = {{HUIS_A}}, .n_orgs = 1, .callback = "010 1234567"};

    strcpy(c.role, role);
    return give(x, kind, who, c);
}

static uint32_t convene(struct exchange *x, struct referral_id r, enum an_org with, int64_t next_ms)
{
    struct care_command c = {
        .referral = r, .ground = GROUND_STATUTORY_TASK, .at_ms = next_ms, .orgs = {{with}}, .n_orgs = 1};
    struct outcome o = give(x, CMD_CONVENE_MDO, referrer_of(VT_OOST), c);

    assert_int_equal(o.refusal, REFUSAL_NONE);
    return (uint32_t)o.made;
}

static enum refusal answer(struct exchange *x, uint32_t m, struct actor who, bool joins)
{
    return give(x, CMD_ANSWER_MDO, who, (struct care_command){.id = m, .joins = joins}).refusal;
}

static struct outcome note(struct exchange *x, uint32_t m, struct actor who, enum an_org acts, int64_t due_ms)
{
    struct care_command c = {
        .id = m, .domain = MDO_STRAFRECHT, .sort = ITEM_ACTION, .at_ms = due_ms, .text = "aangifte opnemen"};

    c.orgs[0].v = acts;
    c.n_orgs = acts != 0;
    return give(x, CMD_NOTE_MDO, who, c);
}

static unsigned count(const struct exchange *x, enum event_kind kind)
{
    unsigned n = 0;

    for (size_t i = 0; i < x->log.n; i++)
        n += x->log.list[i].kind == kind;
    return n;
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

static void ticks(struct exchange *x, int64_t later_ms)
{
    x->now += later_ms;
    do_tick(x);
}

/* ---- seats ---- */

static void who_refused_or_left_gets_no_action_and_is_invited_again(void **state)
{
    struct exchange *x = exchange_new();
    struct actor own = referrer_of(VT_OOST), a = shelter_of(HUIS_A);
    uint32_t m = convene(x, do_open(x, VT_OOST, a_need()), HUIS_A, 0);
    struct care_command again = {.id = m, .orgs = {{HUIS_A}}, .n_orgs = 1};

    (void)state;
    answer(x, m, a, false);
    assert_int_equal(note(x, m, own, HUIS_A, 0).refusal, REFUSAL_NOT_AT_TABLE);
    assert_int_equal(give(x, CMD_INVITE_MDO, own, again).refusal, REFUSAL_NONE);
    assert_int_equal(mdo_participant_of(engine_mdo(x->e, m), (struct org_id){HUIS_A})->state,
                     PARTICIPANT_INVITED);
    assert_int_equal(engine_mdo(x->e, m)->n_participants, 2);
    assert_int_equal(answer(x, m, a, true), REFUSAL_NONE);
    /* Who is there is not invited again. */
    assert_int_equal(give(x, CMD_INVITE_MDO, own, again).refusal, REFUSAL_NONE);
    assert_int_equal(mdo_participant_of(engine_mdo(x->e, m), (struct org_id){HUIS_A})->state,
                     PARTICIPANT_JOINED);
    /* What it promised is done, dropped or taken over before it goes. */
    assert_int_equal(note(x, m, own, HUIS_A, 0).refusal, REFUSAL_NONE);
    assert_int_equal(answer(x, m, a, false), REFUSAL_OWN_ACTIONS);
    give(x, CMD_MOVE_ITEM, a, (struct care_command){.id = 1, .state = ITEM_DROPPED});
    assert_int_equal(answer(x, m, a, false), REFUSAL_NONE);
    assert_int_equal(note(x, m, own, HUIS_A, 0).refusal, REFUSAL_NOT_AT_TABLE);
    give(x, CMD_INVITE_MDO, own, again);
    assert_int_equal(answer(x, m, a, true), REFUSAL_NONE);
    exchange_free(x);
}

static void the_police_acts_without_a_seat(void **state)
{
    struct exchange *x = exchange_new();
    struct actor own = referrer_of(VT_OOST);
    uint32_t m = convene(x, do_open(x, VT_OOST, a_need()), HUIS_A, 0);
    struct care_command c = {.id = m,
                             .domain = MDO_STRAFRECHT,
                             .sort = ITEM_ACTION,
                             .at_ms = x->now + MS_HOUR,
                             .text = "aangifte opnemen",
                             .outside = OUTSIDE_POLICE,
                             .callback = "0900 8844"};
    const struct mdo_item *i = NULL;

    (void)state;
    c.orgs[0].v = HUIS_A;
    c.n_orgs = 1;
    assert_int_equal(give(x, CMD_NOTE_MDO, own, c).refusal, REFUSAL_LIMIT); /* one of them does it */
    c.n_orgs = 0;
    c.outside = OUTSIDE_N;
    assert_int_equal(give(x, CMD_NOTE_MDO, own, c).refusal, REFUSAL_LIMIT);
    c.outside = OUTSIDE_POLICE;
    i = engine_mdo_item(x->e, (uint32_t)give(x, CMD_NOTE_MDO, own, c).made);
    assert_non_null(i);
    assert_int_equal(i->outside, OUTSIDE_POLICE);
    assert_int_equal(i->acts.v, 0);
    assert_string_equal(mdo_item_callback(x->e, i), "0900 8844");
    assert_int_equal(give(x, CMD_CLOSE_MDO, own, (struct care_command){.id = m}).refusal,
                     REFUSAL_OPEN_ACTIONS);
    c.outside = OUTSIDE_NONE;
    assert_int_equal(give(x, CMD_NOTE_MDO, own, c).refusal, REFUSAL_NOT_FOUND);
    exchange_free(x);
}

/* By its desk for cases; who reads its figures hears and sees nothing. */
static void a_municipality_sits_at_the_table_by_its_desk(void **state)
{
    struct exchange *x = exchange_new();
    uint32_t m = convene(x, do_open(x, VT_OOST, a_need()), GEMEENTE, 0);
    struct actor desk = actor_of(ROLE_GATEKEEPER, GEMEENTE), figures = actor_of(ROLE_MUNICIPALITY, GEMEENTE);
    struct event noted = {.kind = EV_MDO_NOTED}, offered = {.kind = EV_REGIE_OFFERED};
    struct referral_id r = engine_mdo(x->e, m)->referral;

    (void)state;
    noted.u.mdo_item.mdo = m;
    noted.seq = offered.seq = 1000;
    offered.u.regie.referral = r;
    assert_int_equal(audience_of_mdo(x->e, &desk, m), SIGHT_MINIMUM);
    assert_int_equal(audience_of_mdo(x->e, &figures, m), SIGHT_NONE);
    assert_int_equal(answer(x, m, figures, true), REFUSAL_NOT_ALLOWED);
    assert_false(audience_of_event(x->e, &desk, &noted));
    assert_int_equal(answer(x, m, desk, true), REFUSAL_NONE);
    assert_int_equal(audience_of_mdo(x->e, &desk, m), SIGHT_FULL);
    assert_true(audience_of_event(x->e, &desk, &noted));
    assert_false(audience_of_event(x->e, &figures, &noted));
    assert_false(audience_of_event(x->e, &desk, &offered));
    assert_int_equal(note(x, m, desk, GEMEENTE, 0).refusal, REFUSAL_NONE);
    /* Of the table it is, and of nothing else. */
    assert_int_equal(audience_of_referral(x->e, &desk, r), SIGHT_NONE);
    assert_false(may(x->e, &desk, ACT_SEE_REGIE, r.v));
    assert_int_equal(regie(x, CMD_OFFER_REGIE, desk, r, "").refusal, REFUSAL_NOT_ALLOWED);
    exchange_free(x);
}

/* ---- regie ---- */

static void who_holds_it_says_who_and_how_to_ring(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct actor own = referrer_of(VT_OOST), a = shelter_of(HUIS_A);

    (void)state;
    assert_int_equal(regie(x, CMD_NAME_REGIE, a, r, "regie").refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(regie(x, CMD_NAME_REGIE, own, r, "").refusal, REFUSAL_LIMIT);
    assert_int_equal(regie(x, CMD_NAME_REGIE, own, r, "dienstdoende").refusal, REFUSAL_NONE);
    assert_string_equal(engine_regie(x->e, r).role, "dienstdoende");
    assert_int_equal(engine_regie(x->e, r).moves, 0);
    assert_int_equal(engine_regie(x->e, r).holder.v, VT_OOST);
    regie(x, CMD_NAME_REGIE, own, r, "dienstdoende");
    assert_int_equal(count(x, EV_REGIE_NAMED), 1);
    regie(x, CMD_NAME_REGIE, own, r, "casusregisseur");
    assert_string_equal(engine_regie(x->e, r).role, "casusregisseur");
    regie(x, CMD_OFFER_REGIE, own, r, "");
    assert_int_equal(regie(x, CMD_NAME_REGIE, own, r, "x").refusal, REFUSAL_WRONG_STATE);
    exchange_free(x);
}

static void the_second_of_two_colleagues_hears_that_one_was_first(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct actor own = referrer_of(VT_OOST), a = shelter_of(HUIS_A);

    (void)state;
    assert_int_equal(regie(x, CMD_TAKE_REGIE, a, r, "een").refusal, REFUSAL_NOT_FOUND);
    regie(x, CMD_OFFER_REGIE, own, r, "");
    assert_int_equal(regie(x, CMD_TAKE_REGIE, a, r, "een").refusal, REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, a, r, "een").refusal, REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, a, r, "twee").refusal, REFUSAL_REGIE_TAKEN);
    assert_string_equal(engine_regie(x->e, r).role, "een");
    exchange_free(x);
}

static void an_offer_taken_back_is_over_and_not_unknown(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct actor own = referrer_of(VT_OOST), a = shelter_of(HUIS_A);

    (void)state;
    regie(x, CMD_OFFER_REGIE, own, r, "");
    regie(x, CMD_KEEP_REGIE, own, r, "");
    assert_int_equal(regie(x, CMD_TAKE_REGIE, a, r, "een").refusal, REFUSAL_OFFER_OVER);
    assert_int_equal(regie(x, CMD_KEEP_REGIE, a, r, "").refusal, REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, shelter_of(HUIS_B), r, "een").refusal, REFUSAL_NOT_FOUND);
    assert_false(may(x->e, &a, ACT_SEE_REGIE, r.v));
    exchange_free(x);
}

/* ---- reminders ---- */

static void invited_and_no_answer(void **state)
{
    struct exchange *x = exchange_new();
    uint32_t m = convene(x, do_open(x, VT_OOST, a_need()), HUIS_A, 0);
    struct care_command more = {.id = m, .orgs = {{HUIS_B}, {HUIS_A}}, .n_orgs = 2};

    (void)state;
    ticks(x, 23 * MS_HOUR);
    assert_int_equal(count(x, EV_MDO_REMINDED), 0);
    ticks(x, MS_HOUR + MS_MINUTE);
    assert_int_equal(count(x, EV_MDO_REMINDED), 1);
    assert_int_equal(newest(x, EV_MDO_REMINDED)->u.mdo.n_orgs, 1);
    assert_int_equal(newest(x, EV_MDO_REMINDED)->u.mdo.orgs[0].v, HUIS_A);
    ticks(x, 48 * MS_HOUR);
    assert_int_equal(count(x, EV_MDO_REMINDED), 1); /* once */
    give(x, CMD_INVITE_MDO, referrer_of(VT_OOST), more);
    ticks(x, 25 * MS_HOUR);
    assert_int_equal(newest(x, EV_MDO_REMINDED)->u.mdo.n_orgs, 1); /* the new one */
    assert_int_equal(newest(x, EV_MDO_REMINDED)->u.mdo.orgs[0].v, HUIS_B);
    /* Who refused and is invited again is reminded again; who answered is not. */
    answer(x, m, shelter_of(HUIS_A), false);
    answer(x, m, shelter_of(HUIS_B), true);
    give(x, CMD_INVITE_MDO, referrer_of(VT_OOST), more);
    ticks(x, 25 * MS_HOUR);
    assert_int_equal(count(x, EV_MDO_REMINDED), 3);
    assert_int_equal(newest(x, EV_MDO_REMINDED)->u.mdo.orgs[0].v, HUIS_A);
    exchange_free(x);
}

static void a_date_that_passed_and_an_action_past_its_day(void **state)
{
    struct exchange *x = exchange_new();
    struct actor own = referrer_of(VT_OOST);
    uint32_t m = convene(x, do_open(x, VT_OOST, a_need()), HUIS_A, x->now + 2 * MS_HOUR);

    (void)state;
    answer(x, m, shelter_of(HUIS_A), true);
    note(x, m, own, HUIS_A, x->now + MS_HOUR);
    note(x, m, own, VT_OOST, x->now + 3 * MS_HOUR);
    ticks(x, MS_HOUR);
    assert_int_equal(count(x, EV_MDO_ITEM_REMINDED), 1);
    assert_int_equal(newest(x, EV_MDO_ITEM_REMINDED)->u.mdo_item.item, 1);
    assert_int_equal(count(x, EV_MDO_REMINDED), 0);
    ticks(x, MS_HOUR);
    assert_int_equal(newest(x, EV_MDO_REMINDED)->u.mdo.next_ms, x->now);
    give(x, CMD_MOVE_ITEM, own, (struct care_command){.id = 2, .state = ITEM_DONE});
    ticks(x, 24 * MS_HOUR);
    assert_int_equal(count(x, EV_MDO_ITEM_REMINDED), 1); /* it was done */
    assert_int_equal(count(x, EV_MDO_REMINDED), 1);
    give(x, CMD_DATE_MDO, own, (struct care_command){.id = m, .at_ms = x->now + MS_HOUR});
    ticks(x, MS_HOUR);
    assert_int_equal(count(x, EV_MDO_REMINDED), 2);
    exchange_free(x);
}

static void an_offer_and_a_question_without_an_answer(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct actor own = referrer_of(VT_OOST);
    struct care_command ask = {.referral = r, .orgs = {{HUIS_B}}, .n_orgs = 1, .text = "kan dit bij jullie?"};

    (void)state;
    regie(x, CMD_OFFER_REGIE, own, r, "");
    assert_int_equal(give(x, CMD_ASK_CONSULT, own, ask).refusal, REFUSAL_NONE);
    ticks(x, 25 * MS_HOUR);
    assert_int_equal(newest(x, EV_REGIE_REMINDED)->u.regie.to.v, HUIS_A);
    assert_int_equal(newest(x, EV_CONSULT_REMINDED)->u.consult.to.v, HUIS_B);
    ticks(x, 48 * MS_HOUR);
    assert_int_equal(count(x, EV_REGIE_REMINDED) + count(x, EV_CONSULT_REMINDED), 2);
    /* Another offer is said again; one that was answered is not. */
    regie(x, CMD_KEEP_REGIE, own, r, "");
    regie(x, CMD_OFFER_REGIE, own, r, "");
    ticks(x, 25 * MS_HOUR);
    assert_int_equal(count(x, EV_REGIE_REMINDED), 2);
    regie(x, CMD_KEEP_REGIE, own, r, "");
    regie(x, CMD_OFFER_REGIE, own, r, "");
    regie(x, CMD_TAKE_REGIE, shelter_of(HUIS_A), r, "een");
    ticks(x, 25 * MS_HOUR);
    assert_int_equal(count(x, EV_REGIE_REMINDED), 2);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_refused_or_left_gets_no_action_and_is_invited_again),
        cmocka_unit_test(the_police_acts_without_a_seat),
        cmocka_unit_test(a_municipality_sits_at_the_table_by_its_desk),
        cmocka_unit_test(who_holds_it_says_who_and_how_to_ring),
        cmocka_unit_test(the_second_of_two_colleagues_hears_that_one_was_first),
        cmocka_unit_test(an_offer_taken_back_is_over_and_not_unknown),
        cmocka_unit_test(invited_and_no_answer),
        cmocka_unit_test(a_date_that_passed_and_an_action_past_its_day),
        cmocka_unit_test(an_offer_and_a_question_without_an_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
