/* Who is reminded: who must act and who asked, by name of the subject; the rest of the way is hears_test.c's.
 */
#include "notify/subject.h"

#include "base/time_text.h"
#include "support/exchange.h"

static void give(struct exchange *x, enum command_kind kind, struct actor who, struct care_command c)
{
    struct command cmd = {.kind = kind, .actor = who, .u.care = &c};

    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
}

/* Of the last event of that kind, after so long. */
static struct subject reminded(struct exchange *x, enum event_kind kind, int64_t later_ms)
{
    struct subject none = {.referrer = {0}};

    x->now += later_ms;
    do_tick(x);
    for (size_t i = x->log.n; i > 0; i--) {
        if (x->log.list[i - 1].kind == kind)
            return subject_of_event(x->e, &x->log.list[i - 1]);
    }
    fail_msg("no %s", event_name(kind));
    return none;
}

static void of_a_table(void **state)
{
    struct exchange *x = exchange_new();
    struct actor own = referrer_of(VT_OOST), a = shelter_of(HUIS_A);
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct care_command convene = {.referral = r,
                                   .ground = GROUND_STATUTORY_TASK,
                                   .at_ms = x->now + 48 * MS_HOUR,
                                   .orgs = {{HUIS_A}, {HUIS_B}},
                                   .n_orgs = 2};
    struct care_command note = {.id = 1,
                                .sort = ITEM_ACTION,
                                .orgs = {{HUIS_A}},
                                .n_orgs = 1,
                                .at_ms = x->now + 30 * MS_HOUR,
                                .text = "School"};
    struct subject s;

    (void)state;
    give(x, CMD_CONVENE_MDO, own, convene);
    give(x, CMD_ANSWER_MDO, a, (struct care_command){.id = 1, .joins = true});
    s = reminded(x, EV_MDO_REMINDED, 25 * MS_HOUR); /* B did not answer */
    assert_int_equal(s.n_table, 1);
    assert_int_equal(s.table[0].v, HUIS_B);
    assert_int_equal(s.sender.org.v, VT_OOST);
    assert_int_equal(s.referral.v, r.v);
    give(x, CMD_NOTE_MDO, own, note);
    s = reminded(x, EV_MDO_ITEM_REMINDED, 6 * MS_HOUR);
    assert_int_equal(s.receiver.org.v, HUIS_A);
    assert_int_equal(s.sender.org.v, VT_OOST);
    /* Who is outside hears nothing: who noted it does. */
    note.n_orgs = 0;
    note.outside = OUTSIDE_POLICE;
    give(x, CMD_NOTE_MDO, a, note);
    s = reminded(x, EV_MDO_ITEM_REMINDED, 1);
    assert_int_equal(s.receiver.org.v, HUIS_A);
    s = reminded(x, EV_MDO_REMINDED, 24 * MS_HOUR); /* the date: all of them */
    assert_int_equal(s.n_table, 3);
    assert_int_equal(s.sender.org.v, 0);
    exchange_free(x);
}

static void of_regie_and_consult(void **state)
{
    struct exchange *x = exchange_new();
    struct actor own = referrer_of(VT_OOST);
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct care_command ask = {.referral = r, .orgs = {{HUIS_B}}, .n_orgs = 1, .text = "Wat nu?"};
    struct subject s;

    (void)state;
    give(x, CMD_OFFER_REGIE, own, (struct care_command){.referral = r, .orgs = {{HUIS_A}}, .n_orgs = 1});
    give(x, CMD_ASK_CONSULT, own, ask);
    s = reminded(x, EV_REGIE_REMINDED, 25 * MS_HOUR);
    assert_int_equal(s.receiver.org.v, HUIS_A);
    assert_int_equal(s.sender.org.v, VT_OOST);
    assert_string_equal(s.state, "offered");
    s = reminded(x, EV_CONSULT_REMINDED, 0);
    assert_int_equal(s.asked.org.v, HUIS_B);
    assert_int_equal(s.sender.org.v, VT_OOST);
    assert_true(s.referral.v == 0 && s.referrer.v == 0); /* of which it is, who is asked must not learn */
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_table),
        cmocka_unit_test(of_regie_and_consult),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
