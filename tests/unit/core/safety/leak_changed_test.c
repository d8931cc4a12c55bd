/* Who sees the list of a house that leaked is told when it changes, also by what it may not hear; and never
 * of whom. */
#include "support/nobed_steps.h"
#include "support/safety_steps.h"

#include "base/time_text.h"

#include <string.h>

/* What WHO is told of EV: its own name, "leak.changed", or "". */
static const char *told(const struct exchange *x, struct actor who, const struct event *ev)
{
    const char *name =
        audience_of_event(x->e, &who, ev) ? event_name(ev->kind) : audience_of_change(x->e, &who, ev);

    return name != NULL ? name : "";
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

/* The administrators of the house and its people, those of the exchange, another house and a desk. */
static void expect(const struct exchange *x, enum event_kind kind, const char *admin, const char *house,
                   const char *exchange)
{
    const struct event *ev = newest(x, kind);
    struct actor machine = actor_of(ROLE_RAPPORTEUR, RAPPORTEUR);

    assert_string_equal(told(x, actor_of(ROLE_ORG_ADMIN, HUIS_B), ev), admin);
    assert_string_equal(told(x, shelter_of(HUIS_B), ev), house);
    assert_string_equal(told(x, actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR), ev), exchange);
    assert_null(audience_of_change(x->e, &(struct actor){.role = ROLE_ORG_ADMIN, .org = {HUIS_A}}, ev));
    assert_string_equal(told(x, actor_of(ROLE_ORG_ADMIN, HUIS_A), ev), "");
    assert_string_equal(told(x, referrer_of(VT_WEST), ev), "");
    assert_string_equal(told(x, machine, ev), "");
}

#define CHANGED "leak.changed"

/* Who was to come, and looks no more. */
static void it_does_not_come(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct referral_id other = do_open(x, VT_OOST, a_need());

    (void)state;
    promised(x, r, POOL_B);
    freeze(x, HUIS_B, B_HUIS);
    do_referral(x, CMD_WITHDRAW, other, 0, 1); /* of no leak */
    expect(x, EV_REFERRAL_WITHDRAWN, "", "", "");
    do_ask_one(x, r, POOL_A1); /* how far it is, the exchange sees alone */
    expect(x, EV_REQUEST_MADE, "", "", CHANGED);
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    expect(x, EV_REFERRAL_WITHDRAWN, CHANGED, CHANGED, CHANGED);
    exchange_free(x);
}

static void it_has_left(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B), later;
    uint32_t leak = freeze(x, HUIS_B, B_HUIS);

    (void)state;
    later = engine_leak_household(x->e, leak, 0)->later;
    assert_int_not_equal(later.v, r.v);
    do_answer(x, CMD_CONFIRM_ARRIVAL, promised(x, later, a_far_pool(x, 2)), 0);
    expect(x, EV_REQUEST_ACCEPTED, "", "", CHANGED);
    expect(x, EV_REFERRAL_ADMITTED, CHANGED, CHANGED, CHANGED);
    expect(x, EV_STAY_ENDED, CHANGED, event_name(EV_STAY_ENDED), CHANGED); /* its house hears it in full */
    exchange_free(x);
}

/* What they come to and leave after that is not the house's: not that they move, nor when. */
static void what_follows_elsewhere_is_not_the_house_s(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B), later;
    uint32_t leak = freeze(x, HUIS_B, B_HUIS);
    struct request_id bed;
    struct command leave = {.kind = CMD_DEPART, .draw = ++x->draw};
    const struct stay *s = NULL;

    (void)state;
    later = engine_leak_household(x->e, leak, 0)->later;
    assert_int_not_equal(later.v, r.v);
    bed = promised_bed(x, later, a_far_pool(x, 2));
    do_answer(x, CMD_CONFIRM_ARRIVAL, bed, 0);
    expect(x, EV_BRIDGE_ARRIVED, "", "", CHANGED);
    do_answer(x, CMD_CONFIRM_ARRIVAL, promised(x, later, a_far_pool(x, 2)), 0);
    expect(x, EV_BRIDGE_ENDED, "", "", CHANGED);
    s = engine_stay_of(x->e, later);
    leave.actor = shelter_of(engine_pool(x->e, s->pool)->org.v);
    leave.u.stay.stay = s->id;
    leave.u.stay.reason = leave.u.stay.destination = 1;
    x->now += MS_DAY;
    assert_int_equal(exchange_do(x, &leave).refusal, REFUSAL_NONE);
    assert_string_equal(told(x, actor_of(ROLE_ORG_ADMIN, HUIS_B), newest(x, EV_STAY_ENDED)), "");
    assert_string_equal(told(x, shelter_of(HUIS_B), newest(x, EV_STAY_ENDED)), "");
    exchange_free(x);
}

/* A list that is over changes for nobody. */
static void a_leak_that_is_over(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    uint32_t leak;

    (void)state;
    promised(x, r, POOL_B);
    leak = freeze(x, HUIS_B, B_HUIS);
    assert_int_equal(step(x, CMD_ASK_LIFT, as(shelter_of(HUIS_B), ANNA), leak), REFUSAL_NONE);
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    expect(x, EV_REFERRAL_WITHDRAWN, CHANGED, CHANGED, CHANGED);
    assert_int_equal(step(x, CMD_LIFT_LEAK, as(shelter_of(HUIS_B), BERT), leak), REFUSAL_NONE);
    expect(x, EV_REFERRAL_WITHDRAWN, "", "", "");
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_does_not_come),
        cmocka_unit_test(it_has_left),
        cmocka_unit_test(what_follows_elsewhere_is_not_the_house_s),
        cmocka_unit_test(a_leak_that_is_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
