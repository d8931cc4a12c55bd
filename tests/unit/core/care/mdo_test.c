/* MDO: every allowed move and every other refused, by the tables and through commands; who sits at the table,
 * and what may be said there. */
#include "support/exchange.h"
#include "support/moves.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/fields.h"

#include <string.h>

static void the_tables_of_moves(void **state)
{
    (void)state;
    MOVES(mdo, mdo_state, MDO_STATE_N, [MDO_CONVENED] = ".x", [MDO_CLOSED] = "..");
    /* To: invited joined refused left */
    MOVES(participant, participant_state, PARTICIPANT_STATE_N, [PARTICIPANT_INVITED] = ".xxx",
          [PARTICIPANT_JOINED] = "...x", [PARTICIPANT_REFUSED] = "xx..", [PARTICIPANT_LEFT] = "x...");
    /* To: open doing done dropped */
    MOVES(item, item_state, ITEM_STATE_N, [ITEM_OPEN] = ".xxx", [ITEM_DOING] = "..xx", [ITEM_DONE] = "x...",
          [ITEM_DROPPED] = "x...");
    /* To: held offered ended */
    MOVES(regie, regie_state,
          REGIE_STATE_N, [REGIE_HELD] = ".xx", [REGIE_OFFERED] = "x..", [REGIE_ENDED] = "...");
    /* To: asked answered declined withdrawn */
    MOVES(consult, consult_state, CONSULT_STATE_N, [CONSULT_ASKED] = ".xxx", [CONSULT_ANSWERED] = "....",
          [CONSULT_DECLINED] = "....", [CONSULT_WITHDRAWN] = "....");
}

static struct outcome give(struct exchange *x, enum command_kind kind, struct actor who,
                           struct care_command c)
{
    struct command cmd = {.kind = kind, .actor = who, .u.care = &c};

    return exchange_do(x, &cmd);
}

static uint32_t convene(struct exchange *x, struct referral_id r, enum an_org with)
{
    struct outcome o = give(x, CMD_CONVENE_MDO, referrer_of(VT_OOST),
                            (struct care_command){.referral = r,
                                                  .ground = GROUND_STATUTORY_TASK,
                                                  .at_ms = x->now + MS_HOUR,
                                                  .orgs = {{with}},
                                                  .n_orgs = 1});

    assert_int_equal(o.refusal, REFUSAL_NONE);
    assert_int_equal(o.referral.v, r.v);
    return (uint32_t)o.made;
}

static struct outcome answer(struct exchange *x, uint32_t mdo, struct actor who, bool joins)
{
    return give(x, CMD_ANSWER_MDO, who, (struct care_command){.id = mdo, .joins = joins});
}

static struct outcome note(struct exchange *x, uint32_t mdo, struct actor who, enum item_sort sort,
                           enum an_org acts)
{
    return give(x, CMD_NOTE_MDO, who,
                (struct care_command){.id = mdo,
                                      .domain = MDO_MEDISCH,
                                      .sort = sort,
                                      .orgs = {{acts}},
                                      .n_orgs = acts != 0,
                                      .text = "afspraak maken"});
}

static enum participant_state state_of(const struct exchange *x, uint32_t mdo, enum an_org org)
{
    return mdo_participant_of(engine_mdo(x->e, mdo), (struct org_id){org})->state;
}

/* The house that called the table together leads it while the household is there, and not when they left. */
static void a_convener_leads_while_it_is_close(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);
    struct command depart = {.kind = CMD_DEPART, .actor = shelter_of(HUIS_B)};
    struct care_command date = {.at_ms = x->now + 2 * MS_HOUR};
    struct outcome o;

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    o = give(x, CMD_CONVENE_MDO, shelter_of(HUIS_B),
             (struct care_command){.referral = r,
                                   .ground = GROUND_STATUTORY_TASK,
                                   .at_ms = x->now + MS_HOUR,
                                   .orgs = {{VT_WEST}},
                                   .n_orgs = 1});
    assert_int_equal(o.refusal, REFUSAL_NONE);
    date.id = (uint32_t)o.made;
    assert_int_equal(give(x, CMD_DATE_MDO, shelter_of(HUIS_B), date).refusal, REFUSAL_NONE);
    depart.u.stay = (struct stay_command){.stay = engine_stay_of(x->e, r)->id, .reason = 1, .destination = 1};
    assert_int_equal(exchange_do(x, &depart).refusal, REFUSAL_NONE);
    date.at_ms += MS_HOUR;
    assert_int_equal(give(x, CMD_DATE_MDO, shelter_of(HUIS_B), date).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(give(x, CMD_DATE_MDO, referrer_of(VT_OOST), date).refusal, REFUSAL_NONE);
    exchange_free(x);
}

static void a_whole_mdo(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    uint32_t m = convene(x, r, HUIS_A);
    struct outcome o;

    (void)state;
    assert_int_equal(state_of(x, m, VT_OOST), PARTICIPANT_JOINED);
    assert_int_equal(state_of(x, m, HUIS_A), PARTICIPANT_INVITED);
    assert_ptr_equal(engine_mdo_of(x->e, r), engine_mdo(x->e, m));
    /* Who is invited says nothing before it joins. */
    assert_int_equal(note(x, m, shelter_of(HUIS_A), ITEM_NEED, 0).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(answer(x, m, shelter_of(HUIS_A), true).refusal, REFUSAL_NONE);
    assert_int_equal(answer(x, m, shelter_of(HUIS_A), true).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    o = note(x, m, shelter_of(HUIS_A), ITEM_ACTION, VT_OOST);
    assert_int_equal(o.refusal, REFUSAL_NONE);
    assert_string_equal(engine_mdo_item(x->e, (uint32_t)o.made)->text, "afspraak maken");
    assert_int_equal(engine_mdo_item(x->e, (uint32_t)o.made)->acts.v, VT_OOST);
    /* A promise stands in the way of closing until it is kept or dropped. */
    assert_int_equal(give(x, CMD_CLOSE_MDO, referrer_of(VT_OOST), (struct care_command){.id = m}).refusal,
                     REFUSAL_OPEN_ACTIONS);
    assert_int_equal(give(x, CMD_MOVE_ITEM, referrer_of(VT_OOST),
                          (struct care_command){.id = (uint32_t)o.made, .state = ITEM_DONE})
                         .refusal,
                     REFUSAL_NONE);
    assert_int_equal(
        give(x, CMD_DATE_MDO, referrer_of(VT_OOST), (struct care_command){.id = m, .at_ms = x->now + 5})
            .refusal,
        REFUSAL_NONE);
    assert_int_equal(engine_mdo(x->e, m)->next_ms, x->now + 5);
    assert_int_equal(give(x, CMD_CLOSE_MDO, referrer_of(VT_OOST), (struct care_command){.id = m}).refusal,
                     REFUSAL_NONE);
    assert_null(engine_mdo_of(x->e, r));
    /* A closed one takes nothing more, and the next one may come. */
    assert_int_equal(note(x, m, shelter_of(HUIS_A), ITEM_NEED, 0).refusal, REFUSAL_WRONG_STATE);
    assert_int_equal(answer(x, m, shelter_of(HUIS_A), false).refusal, REFUSAL_WRONG_STATE);
    assert_int_equal(convene(x, r, HUIS_B), m + 1);
    exchange_free(x);
}

static void one_at_a_time_on_a_ground(void **state)
{
    struct exchange *x = exchange_new();
    struct need refuses = a_need();
    struct referral_id r = do_open(x, VT_OOST, a_need()), no = {0};
    struct care_command c = {.ground = GROUND_CONSENT, .orgs = {{HUIS_A}}, .n_orgs = 1};

    (void)state;
    refuses.mdo_consent = TRI_NO;
    no = do_open(x, VT_OOST, refuses);
    c.referral = no;
    assert_int_equal(give(x, CMD_CONVENE_MDO, referrer_of(VT_OOST), c).refusal, REFUSAL_NO_CONSENT);
    c.ground = GROUND_NONE;
    assert_int_equal(give(x, CMD_CONVENE_MDO, referrer_of(VT_OOST), c).refusal, REFUSAL_LIMIT);
    c.ground = GROUND_VITAL_INTEREST;
    assert_int_equal(give(x, CMD_CONVENE_MDO, referrer_of(VT_OOST), c).refusal, REFUSAL_NONE);
    convene(x, r, HUIS_A);
    c.referral = r;
    assert_int_equal(give(x, CMD_CONVENE_MDO, referrer_of(VT_OOST), c).refusal, REFUSAL_WRONG_STATE);
    /* Those who watch over the exchange or the country, and those who are not there, take no part. */
    c.referral = do_open(x, VT_OOST, a_need());
    c.orgs[0].v = OPERATOR;
    assert_int_equal(give(x, CMD_CONVENE_MDO, referrer_of(VT_OOST), c).refusal, REFUSAL_NOT_FOUND);
    c.orgs[0].v = 99;
    assert_int_equal(give(x, CMD_CONVENE_MDO, referrer_of(VT_OOST), c).refusal, REFUSAL_NOT_FOUND);
    exchange_free(x);
}

/* Each answer in each state. */
static void answers_in_every_state(void **state)
{
    static const struct {
        enum participant_state from;
        bool joins;
        enum participant_state to;
        enum refusal refusal;
    } cases[] = {
        {PARTICIPANT_INVITED, true, PARTICIPANT_JOINED, REFUSAL_NONE},
        {PARTICIPANT_INVITED, false, PARTICIPANT_REFUSED, REFUSAL_NONE},
        {PARTICIPANT_JOINED, true, PARTICIPANT_JOINED, REFUSAL_NONE},
        {PARTICIPANT_JOINED, false, PARTICIPANT_LEFT, REFUSAL_NONE},
        {PARTICIPANT_REFUSED, true, PARTICIPANT_JOINED, REFUSAL_NONE},
        {PARTICIPANT_REFUSED, false, PARTICIPANT_REFUSED, REFUSAL_NONE},
        {PARTICIPANT_LEFT, true, PARTICIPANT_LEFT, REFUSAL_WRONG_STATE},
        {PARTICIPANT_LEFT, false, PARTICIPANT_LEFT, REFUSAL_NONE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        uint32_t m = convene(x, do_open(x, VT_OOST, a_need()), HUIS_A);

        if (cases[i].from == PARTICIPANT_REFUSED)
            answer(x, m, shelter_of(HUIS_A), false);
        if (cases[i].from == PARTICIPANT_JOINED || cases[i].from == PARTICIPANT_LEFT)
            answer(x, m, shelter_of(HUIS_A), true);
        if (cases[i].from == PARTICIPANT_LEFT)
            answer(x, m, shelter_of(HUIS_A), false);
        assert_int_equal(state_of(x, m, HUIS_A), cases[i].from);
        if (answer(x, m, shelter_of(HUIS_A), cases[i].joins).refusal != cases[i].refusal ||
            state_of(x, m, HUIS_A) != cases[i].to)
            fail_msg("case %zu", i);
        exchange_free(x);
    }
}

/* Who convened it stays at the table: it closes, or hands over the regie. */
static void who_convened_does_not_leave(void **state)
{
    struct exchange *x = exchange_new();
    uint32_t m = convene(x, do_open(x, VT_OOST, a_need()), HUIS_A);

    (void)state;
    assert_int_equal(answer(x, m, referrer_of(VT_OOST), false).refusal, REFUSAL_WRONG_STATE);
    exchange_free(x);
}

static void who_sees_what(void **state)
{
    struct exchange *x = exchange_new();
    uint32_t m = convene(x, do_open(x, VT_OOST, a_need()), HUIS_A);
    struct actor own = referrer_of(VT_OOST), west = referrer_of(VT_WEST), a = shelter_of(HUIS_A),
                 b = shelter_of(HUIS_B), town = actor_of(ROLE_MUNICIPALITY, GEMEENTE);
    struct event noted = {.kind = EV_MDO_NOTED}, convened = {.kind = EV_MDO_CONVENED};

    (void)state;
    noted.u.mdo_item.mdo = m;
    noted.seq = convened.seq = engine_seq(x->e);
    convened.u.mdo.mdo = m;
    assert_int_equal(audience_of_mdo(x->e, &own, m), SIGHT_FULL);
    assert_int_equal(audience_of_mdo(x->e, &a, m), SIGHT_MINIMUM);
    assert_true(audience_of_event(x->e, &a, &convened));
    assert_false(audience_of_event(x->e, &a, &noted));
    answer(x, m, a, true);
    assert_int_equal(audience_of_mdo(x->e, &a, m), SIGHT_FULL);
    /* What was said before it joined is read and not heard. */
    assert_false(audience_of_event(x->e, &a, &noted));
    noted.seq = engine_seq(x->e);
    assert_true(audience_of_event(x->e, &a, &noted));
    /* At the table is not in the file: the household's facts stay with who cares for it. */
    assert_int_equal(audience_of_referral(x->e, &a, engine_mdo(x->e, m)->referral), SIGHT_NONE);
    assert_int_equal(audience_of_mdo(x->e, &b, m), SIGHT_NONE);
    assert_int_equal(audience_of_mdo(x->e, &west, m), SIGHT_NONE);
    assert_int_equal(audience_of_mdo(x->e, &town, m), SIGHT_NONE);
    assert_false(audience_of_event(x->e, &b, &convened));
    assert_false(audience_of_event(x->e, &town, &convened));
    answer(x, m, a, false);
    assert_int_equal(audience_of_mdo(x->e, &a, m), SIGHT_NONE);
    assert_int_equal(answer(x, m, b, true).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(
        give(x, CMD_INVITE_MDO, a, (struct care_command){.id = m, .orgs = {{HUIS_B}}, .n_orgs = 1}).refusal,
        REFUSAL_NOT_FOUND);
    exchange_free(x);
}

static void bounds_and_bad_values(void **state)
{
    struct exchange *x = exchange_new();
    uint32_t m = convene(x, do_open(x, VT_OOST, a_need()), HUIS_A);
    struct actor own = referrer_of(VT_OOST);
    struct care_command c = {.id = m, .domain = MDO_HERSTEL, .sort = ITEM_NEED, .text = "rust"};

    (void)state;
    for (int i = 0; i < MDO_ITEMS_MAX; i++)
        assert_int_equal(give(x, CMD_NOTE_MDO, own, c).refusal, REFUSAL_NONE);
    assert_int_equal(give(x, CMD_NOTE_MDO, own, c).refusal, REFUSAL_LIMIT);
    m = convene(x, do_open(x, VT_OOST, a_need()), HUIS_A);
    c.id = m;
    strcpy(c.text, "");
    assert_int_equal(give(x, CMD_NOTE_MDO, own, c).refusal, REFUSAL_LIMIT);
    strcpy(c.text, "regel\nregel");
    assert_int_equal(give(x, CMD_NOTE_MDO, own, c).refusal, REFUSAL_LIMIT);
    memset(c.text, 'a', CARE_TEXT_SIZE);
    assert_int_equal(give(x, CMD_NOTE_MDO, own, c).refusal, REFUSAL_LIMIT);
    c.text[CARE_TEXT_SIZE - 1] = '\0';
    assert_int_equal(give(x, CMD_NOTE_MDO, own, c).refusal, REFUSAL_NONE);
    c.at_ms = FIELD_TIME_MAX + 1;
    assert_int_equal(give(x, CMD_NOTE_MDO, own, c).refusal, REFUSAL_LIMIT);
    c.at_ms = 0;
    c.domain = MDO_DOMAIN_N;
    assert_int_equal(give(x, CMD_NOTE_MDO, own, c).refusal, REFUSAL_LIMIT);
    assert_int_equal(note(x, m, own, ITEM_ACTION, 0).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(note(x, m, own, ITEM_ACTION, HUIS_B).refusal, REFUSAL_NOT_FOUND);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tables_of_moves),
        cmocka_unit_test(a_convener_leads_while_it_is_close),
        cmocka_unit_test(a_whole_mdo),
        cmocka_unit_test(one_at_a_time_on_a_ground),
        cmocka_unit_test(answers_in_every_state),
        cmocka_unit_test(who_convened_does_not_leave),
        cmocka_unit_test(who_sees_what),
        cmocka_unit_test(bounds_and_bad_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
