/* A household fled a house that sits at its table: the seat ends in that commit, the others are told, and the
 * house reads nothing that comes after; who leads may invite it anew. Not where it sits there by more than
 * that house, nor for a departure as any other. */
#include "support/exchange.h"

#include "base/time_text.h"
#include "core/apply.h"
#include "core/audience/audience.h"
#include "core/event.h"
#include "support/nobed_steps.h"
#include "support/safety_steps.h"
#include "support/stay_steps.h"

static struct outcome care(struct exchange *x, enum command_kind kind, struct actor who,
                           struct care_command c)
{
    struct command cmd = {.kind = kind, .actor = who, .u.care = &c};

    return exchange_do(x, &cmd);
}

static uint32_t convened(struct exchange *x, struct actor who, struct referral_id r, enum an_org with)
{
    struct outcome o = care(x, CMD_CONVENE_MDO, who,
                            (struct care_command){.referral = r,
                                                  .ground = GROUND_STATUTORY_TASK,
                                                  .at_ms = x->now + MS_DAY,
                                                  .orgs = {{with}},
                                                  .n_orgs = 1});

    assert_int_equal(o.refusal, REFUSAL_NONE);
    return (uint32_t)o.made;
}

static enum refusal answer(struct exchange *x, uint32_t mdo, struct actor who, bool joins)
{
    return care(x, CMD_ANSWER_MDO, who, (struct care_command){.id = mdo, .joins = joins}).refusal;
}

static enum refusal invite(struct exchange *x, uint32_t mdo, struct actor who, enum an_org org)
{
    return care(x, CMD_INVITE_MDO, who, (struct care_command){.id = mdo, .orgs = {{org}}, .n_orgs = 1})
        .refusal;
}

static struct outcome note(struct exchange *x, uint32_t mdo, struct actor who, enum an_org acts)
{
    return care(x, CMD_NOTE_MDO, who,
                (struct care_command){.id = mdo,
                                      .domain = MDO_VEILIGHEID,
                                      .sort = ITEM_ACTION,
                                      .orgs = {{acts}},
                                      .n_orgs = 1,
                                      .text = "school zoeken"});
}

static enum participant_state seat(const struct exchange *x, uint32_t mdo, enum an_org org)
{
    return mdo_participant_of(engine_mdo(x->e, mdo), (struct org_id){org})->state;
}

/* Of the last command: the end of ORG's seat, that no person is named for; NULL if there was none. */
static const struct event *ended(const struct exchange *x, enum an_org org)
{
    for (size_t i = 0; i < last_count(x); i++) {
        const struct event *ev = last_event(x, i);

        if (ev->kind != EV_MDO_SEAT_ENDED || ev->u.mdo.orgs[0].v != (uint32_t)org)
            continue;
        assert_int_equal(ev->account.v, 0);
        return ev;
    }
    return NULL;
}

static bool sees(const struct exchange *x, struct actor who, uint32_t mdo)
{
    return may(x->e, &who, ACT_SEE_MDO, mdo);
}

static void the_seat_ends_with_the_flight(void **state)
{
    (void)state;
    for (int joined = 0; joined < 2; joined++) {
        struct exchange *x = exchange_new();
        struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B);
        uint32_t m = convened(x, referrer_of(VT_OOST), r, HUIS_B);
        struct actor house = shelter_of(HUIS_B), other = referrer_of(VT_WEST);
        const struct event *ev = NULL;
        struct outcome item;

        assert_int_equal(invite(x, m, referrer_of(VT_OOST), VT_WEST), REFUSAL_NONE);
        assert_int_equal(answer(x, m, other, true), REFUSAL_NONE);
        if (joined) {
            assert_int_equal(answer(x, m, house, true), REFUSAL_NONE);
            item = note(x, m, other, HUIS_B);
            assert_int_equal(item.refusal, REFUSAL_NONE);
        }
        assert_int_equal(depart(x, r, "veiligheid", "politie"), REFUSAL_NONE);
        assert_int_equal(seat(x, m, HUIS_B), PARTICIPANT_LEFT);
        assert_int_equal(seat(x, m, VT_WEST), PARTICIPANT_JOINED);
        ev = ended(x, HUIS_B);
        assert_non_null(ev);
        assert_true(audience_of_event(x->e, &other, ev));
        assert_true(audience_of_event(x->e, &(struct actor){.role = ROLE_REFERRER, .org = {VT_OOST}}, ev));
        assert_false(audience_of_event(x->e, &house, ev));
        assert_string_equal(audience_of_change(x->e, &house, ev),
                            "mdo.seat_ended"); /* with no word of whom */
        assert_null(audience_of_change(x->e, &(struct actor){.role = ROLE_SHELTER, .org = {HUIS_A}}, ev));
        /* It reads and says nothing more, hears of no new date, and does not come back by itself. */
        assert_false(sees(x, house, m));
        assert_true(sees(x, other, m));
        assert_int_equal(care(x, CMD_DATE_MDO, referrer_of(VT_OOST),
                              (struct care_command){.id = m, .at_ms = x->now + 2 * MS_DAY})
                             .refusal,
                         REFUSAL_NONE);
        assert_false(audience_of_event(x->e, &house, last_event(x, 0)));
        assert_int_not_equal(answer(x, m, house, true), REFUSAL_NONE);
        assert_int_not_equal(note(x, m, house, HUIS_B).refusal, REFUSAL_NONE);
        /* What it had promised stands, for the others to see and to end. */
        if (joined) {
            assert_int_equal(engine_mdo_item(x->e, (uint32_t)item.made)->state, ITEM_OPEN);
            assert_int_equal(care(x, CMD_MOVE_ITEM, other,
                                  (struct care_command){.id = (uint32_t)item.made, .state = ITEM_DROPPED})
                                 .refusal,
                             REFUSAL_NONE);
        }
        /* A person may judge otherwise: its staff are not the danger. */
        assert_int_equal(invite(x, m, referrer_of(VT_OOST), HUIS_B), REFUSAL_NONE);
        assert_int_equal(answer(x, m, house, true), REFUSAL_NONE);
        assert_true(sees(x, house, m));
        replays(x);
        exchange_free(x);
    }
}

/* At a table of the household's next search too, where it would read where they go. */
static void at_every_table_of_the_household(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B), next = do_open_beside(x, VT_OOST, r);
    struct referral_id stranger = do_open(x, VT_OOST, a_need());
    uint32_t m = convened(x, referrer_of(VT_OOST), next, HUIS_B),
             of_another = convened(x, referrer_of(VT_OOST), stranger, HUIS_B);

    (void)state;
    assert_int_equal(depart(x, r, "veiligheid", "politie"), REFUSAL_NONE);
    assert_int_equal(seat(x, m, HUIS_B), PARTICIPANT_LEFT);
    assert_int_equal(seat(x, of_another, HUIS_B), PARTICIPANT_INVITED);
    replays(x);
    exchange_free(x);
}

/* Who called the table together sits there until its household flees it, and may be asked back. */
static void the_house_that_convened_goes_too(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B);
    uint32_t m = convened(x, shelter_of(HUIS_B), r, VT_WEST);

    (void)state;
    assert_int_equal(answer(x, m, shelter_of(HUIS_B), false), REFUSAL_WRONG_STATE);
    assert_int_equal(depart(x, r, "veiligheid", "politie"), REFUSAL_NONE);
    assert_int_equal(seat(x, m, HUIS_B), PARTICIPANT_LEFT);
    assert_false(sees(x, shelter_of(HUIS_B), m));
    assert_true(sees(x, referrer_of(VT_OOST), m));
    assert_int_equal(invite(x, m, referrer_of(VT_OOST), HUIS_B), REFUSAL_NONE);
    assert_int_equal(answer(x, m, shelter_of(HUIS_B), true), REFUSAL_NONE);
    replays(x);
    exchange_free(x);
}

/* For another reason, another house, or by a referral of its own: the seat stays. */
static void who_stays_at_the_table(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B);
    uint32_t m = convened(x, referrer_of(VT_OOST), r, HUIS_B);

    (void)state;
    assert_int_equal(invite(x, m, referrer_of(VT_OOST), HUIS_A), REFUSAL_NONE);
    assert_int_equal(depart(x, r, "eigen_keuze", "familie_vrienden"), REFUSAL_NONE);
    assert_null(ended(x, HUIS_B));
    assert_int_equal(seat(x, m, HUIS_B), PARTICIPANT_INVITED);
    exchange_free(x);

    x = exchange_new();
    r = moves_in(x, VT_OOST, a_need(), POOL_B);
    m = convened(x, referrer_of(VT_OOST), r, HUIS_A);
    assert_int_equal(depart(x, r, "veiligheid", "politie"), REFUSAL_NONE);
    assert_int_equal(last_event(x, 0)->kind == EV_MDO_SEAT_ENDED, 0);
    assert_int_equal(seat(x, m, HUIS_A), PARTICIPANT_INVITED);
    assert_int_equal(seat(x, m, VT_OOST), PARTICIPANT_JOINED);
    exchange_free(x);

    /* It co-ordinates: that is handed over by people, and goes by its own rule. */
    x = exchange_new();
    r = moves_in(x, VT_OOST, a_need(), POOL_B);
    m = convened(x, referrer_of(VT_OOST), r, HUIS_B);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, referrer_of(VT_OOST), r, HUIS_B), REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, shelter_of(HUIS_B), r, 0), REFUSAL_NONE);
    assert_int_equal(depart(x, r, "veiligheid", "politie"), REFUSAL_NONE);
    assert_int_equal(seat(x, m, HUIS_B), PARTICIPANT_INVITED);
    exchange_free(x);
}

/* A leak is a flight too: of a place and of a bridge bed, also of who co-ordinates. */
static void a_leak_ends_it_too(void **state)
{
    (void)state;
    for (int bed = 0; bed < 2; bed++) {
        struct exchange *x = exchange_new();
        struct referral_id r = bed ? do_open(x, VT_OOST, a_need()) : moves_in(x, VT_OOST, a_need(), POOL_B);
        uint32_t m = convened(x, referrer_of(VT_OOST), r, HUIS_B);

        if (bed)
            in_a_bed(x, r, POOL_B);
        assert_int_equal(answer(x, m, shelter_of(HUIS_B), true), REFUSAL_NONE);
        assert_int_equal(regie(x, CMD_OFFER_REGIE, referrer_of(VT_OOST), r, HUIS_B), REFUSAL_NONE);
        assert_int_equal(regie(x, CMD_TAKE_REGIE, shelter_of(HUIS_B), r, 0), REFUSAL_NONE);
        freeze(x, HUIS_B, B_HUIS);
        assert_non_null(ended(x, HUIS_B));
        assert_int_equal(seat(x, m, HUIS_B), PARTICIPANT_LEFT);
        assert_true(sees(x, shelter_of(HUIS_B), m)); /* it is their host until they are away */
        replays(x);
        exchange_free(x);
    }
}

static void what_no_journal_has(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    uint32_t m = convened(x, referrer_of(VT_OOST), r, HUIS_B);
    struct event ev = {.kind = EV_MDO_SEAT_ENDED, .at_ms = x->now};

    (void)state;
    ev.u.mdo.mdo = m;
    ev.u.mdo.referral = r;
    ev.u.mdo.n_orgs = 1;
    ev.u.mdo.orgs[0].v = HUIS_A;
    assert_non_null(mdo_seat_ended_impossible(x->e, &ev));
    ev.u.mdo.orgs[0].v = HUIS_B;
    assert_null(mdo_seat_ended_impossible(x->e, &ev));
    ev.u.mdo.n_orgs = 2;
    assert_non_null(mdo_seat_ended_impossible(x->e, &ev));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_seat_ends_with_the_flight),
        cmocka_unit_test(at_every_table_of_the_household),
        cmocka_unit_test(the_house_that_convened_goes_too),
        cmocka_unit_test(who_stays_at_the_table),
        cmocka_unit_test(a_leak_ends_it_too),
        cmocka_unit_test(what_no_journal_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
