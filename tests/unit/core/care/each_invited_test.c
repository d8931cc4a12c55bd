/* Whoever is invited to an MDO and does not answer is reminded a day after its own invitation, however many
 * were invited since. */
#include "support/exchange.h"

#include "base/time_text.h"
#include "core/engine_state.h"

static uint32_t convene(struct exchange *x, enum an_org with)
{
    struct care_command c = {.referral = do_open(x, VT_OOST, a_need()),
                             .ground = GROUND_STATUTORY_TASK,
                             .orgs = {{with}},
                             .n_orgs = 1};
    struct command cmd = {.kind = CMD_CONVENE_MDO, .actor = referrer_of(VT_OOST), .u.care = &c};
    struct outcome o = exchange_do(x, &cmd);

    assert_int_equal(o.refusal, REFUSAL_NONE);
    return (uint32_t)o.made;
}

static void invite(struct exchange *x, uint32_t m, enum an_org who)
{
    struct care_command c = {.id = m, .orgs = {{who}}, .n_orgs = 1};
    struct command cmd = {.kind = CMD_INVITE_MDO, .actor = referrer_of(VT_OOST), .u.care = &c};

    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
}

/* A tick LATER; who was reminded in it, as one bit for each organisation. */
static unsigned reminded_after(struct exchange *x, int64_t later_ms)
{
    size_t first = x->log.n;
    unsigned orgs = 0;

    x->now += later_ms;
    do_tick(x);
    for (size_t i = first; i < x->log.n; i++) {
        const struct event *ev = &x->log.list[i];

        for (unsigned k = 0; ev->kind == EV_MDO_REMINDED && k < ev->u.mdo.n_orgs; k++)
            orgs |= 1u << ev->u.mdo.orgs[k].v;
    }
    return orgs;
}

static void who_is_invited_later_puts_off_nobody(void **state)
{
    struct exchange *x = exchange_new();
    uint32_t m = convene(x, HUIS_A);

    (void)state;
    assert_int_equal(reminded_after(x, 12 * MS_HOUR), 0);
    invite(x, m, HUIS_B);
    assert_int_equal(reminded_after(x, 11 * MS_HOUR), 0);
    invite(x, m, GEMEENTE);
    assert_int_equal(reminded_after(x, MS_HOUR + MS_MINUTE), 1u << HUIS_A);
    assert_int_equal(reminded_after(x, 10 * MS_HOUR), 0);
    assert_int_equal(reminded_after(x, 2 * MS_HOUR), 1u << HUIS_B);
    assert_int_equal(reminded_after(x, 11 * MS_HOUR), 1u << GEMEENTE);
    assert_int_equal(reminded_after(x, 72 * MS_HOUR), 0); /* each once */
    exchange_free(x);
}

/* Those that are due at one moment hear it in one event. */
static void invited_together_is_reminded_together(void **state)
{
    struct exchange *x = exchange_new();
    uint32_t m = convene(x, HUIS_A);

    (void)state;
    invite(x, m, HUIS_B);
    assert_int_equal(reminded_after(x, 25 * MS_HOUR), 1u << HUIS_A | 1u << HUIS_B);
    exchange_free(x);
}

/* Years later an invitation has its day still; and one that is dated before the convening, as by a clock that
 * was set back, counts from the convening. */
static void an_invitation_of_any_moment_has_its_day(void **state)
{
    struct exchange *x = exchange_new();
    uint32_t m = convene(x, HUIS_A);

    (void)state;
    assert_int_equal(reminded_after(x, 25 * MS_HOUR), 1u << HUIS_A);
    x->now += 3 * 365 * MS_DAY;
    invite(x, m, HUIS_B);
    assert_int_equal(reminded_after(x, 23 * MS_HOUR), 0);
    assert_int_equal(reminded_after(x, 2 * MS_HOUR), 1u << HUIS_B);
    x->now = engine_mdo(x->e, m)->convened_at_ms - MS_HOUR;
    invite(x, m, GEMEENTE);
    assert_int_equal(mdo_participant_of(engine_mdo(x->e, m), (struct org_id){GEMEENTE})->asked_min, 0);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_invited_later_puts_off_nobody),
        cmocka_unit_test(invited_together_is_reminded_together),
        cmocka_unit_test(an_invitation_of_any_moment_has_its_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
