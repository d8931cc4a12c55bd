/* A referral that the broker opened for another desk has neither number nor ground: who takes it says them.
 */
#include "support/exchange.h"
#include "support/nobed_steps.h"
#include "support/stay_steps.h"
#include "support/timer_steps.h"

#include "core/event.h"

#include <stdio.h>
#include <string.h>

#define COSM_CLOCK 6 /* clocks.csv: CoMensha owns it */

/* Placed by VT Oost in B; CoMensha's clock opens the next search, at CoMensha. */
static struct referral_id at_comensha(struct exchange *x, struct need n)
{
    struct command c = {.kind = CMD_START_CLOCK, .actor = referrer_of(VT_OOST)};
    struct referral_id r, f;

    n.ground = GROUND_CONSENT;
    snprintf(n.callback, sizeof n.callback, "010 555 0000");
    r = arrive_with(x, n, POOL_B);
    c.u.clock = (struct clock_command){.referral = r, .kind = COSM_CLOCK};
    assert_int_equal(exchange_do(x, &c).refusal, REFUSAL_NONE);
    pass(x, 75 * MS_DAY);
    f = engine_household(x->e, r).later;
    assert_int_equal(the_referral(x, f)->org.v, COMENSHA);
    assert_string_equal(the_referral(x, f)->need.callback, "");
    assert_int_equal(the_referral(x, f)->need.ground, GROUND_NONE);
    return f;
}

static struct actor of_comensha(uint32_t account)
{
    struct actor a = referrer_of(COMENSHA);

    a.role = ROLE_COMENSHA;
    a.account.v = account;
    return a;
}

static enum refusal take(struct exchange *x, struct actor who, struct referral_id r, struct desk_said said)
{
    struct command cmd = {.kind = CMD_TAKE_OVER, .actor = who};

    cmd.u.referral.referral = r;
    cmd.u.referral.desk = said;
    return exchange_do(x, &cmd).refusal;
}

static const struct desk_said its_number = {true, WAY_BACK_PHONE, GROUND_STATUTORY_TASK, "033 448 1186"};

static void who_takes_it_says_how_it_is_rung_and_on_what_ground(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id f = at_comensha(x, a_need());
    const struct need *n = &the_referral(x, f)->need;
    struct desk_said other = its_number;

    (void)state;
    assert_int_equal(take(x, of_comensha(900), f, its_number), REFUSAL_NONE);
    assert_int_equal(timers_owner(x->e, the_referral(x, f)).v, 900);
    assert_string_equal(n->callback, "033 448 1186");
    assert_int_equal(n->channel, WAY_BACK_PHONE);
    assert_int_equal(n->ground, GROUND_STATUTORY_TASK);
    assert_true(n->ground_at_ms == x->now);
    /* Once more says nothing; another number corrects it, and the owner stays. */
    assert_int_equal(take(x, of_comensha(900), f, its_number), REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    snprintf(other.callback, sizeof other.callback, "033 448 0000");
    assert_int_equal(take(x, of_comensha(900), f, other), REFUSAL_NONE);
    assert_int_equal(happened(x, EV_REFERRAL_DESK), 1);
    assert_int_equal(happened(x, EV_REFERRAL_TAKEN_OVER), 0);
    assert_string_equal(n->callback, "033 448 0000");
    /* Taken without a word keeps what was said. */
    assert_int_equal(take(x, of_comensha(901), f, (struct desk_said){.said = false}), REFUSAL_NONE);
    assert_string_equal(n->callback, "033 448 0000");
    replays(x);
    exchange_free(x);
}

/* The chat of an anonymous household was the first desk's. */
static void another_desk_has_another_channel(void **state)
{
    struct exchange *x = exchange_timed();
    struct need n = a_need();
    struct referral_id f;

    (void)state;
    n.anonymous = true;
    n.channel = WAY_BACK_CHAT;
    f = at_comensha(x, n);
    assert_int_equal(the_referral(x, f)->need.channel, WAY_BACK_CHAT);
    assert_int_equal(take(x, of_comensha(900), f, its_number), REFUSAL_NONE);
    assert_int_equal(the_referral(x, f)->need.channel, WAY_BACK_PHONE);
    exchange_free(x);
}

/* With the ground and the channel that it was opened with: nobody turns its chat into a telephone. */
static void what_a_worker_opened_has_its_desk(void **state)
{
    struct exchange *x = exchange_timed();
    struct need n = a_need();
    struct desk_said chat = {true, WAY_BACK_CHAT, GROUND_VITAL_INTEREST, ""};
    struct referral_id r;

    (void)state;
    n.anonymous = true;
    n.channel = WAY_BACK_CHAT;
    n.ground = GROUND_CONSENT;
    r = do_open(x, VT_OOST, n);
    assert_int_equal(take(x, referrer_of(VT_OOST), r, its_number), REFUSAL_LIMIT);
    assert_int_equal(take(x, referrer_of(VT_OOST), r, chat), REFUSAL_LIMIT);
    assert_int_equal(the_referral(x, r)->need.channel, WAY_BACK_CHAT);
    assert_int_equal(the_referral(x, r)->need.ground, GROUND_CONSENT);
    assert_int_equal(take(x, referrer_of(VT_OOST), r, (struct desk_said){.said = false}), REFUSAL_NONE);
    exchange_free(x);
}

/* From before a ground had to be given: what is missing may still be said. */
static void what_is_missing_is_said(void **state)
{
    struct exchange *x = exchange_timed();
    struct need n = a_need();
    struct referral_id r;

    (void)state;
    n.ground = GROUND_NONE;
    r = do_open(x, VT_OOST, n);
    assert_int_equal(take(x, referrer_of(VT_OOST), r, its_number), REFUSAL_NONE);
    assert_int_equal(the_referral(x, r)->need.ground, GROUND_STATUTORY_TASK);
    assert_int_equal(take(x, referrer_of(VT_OOST), r,
                          (struct desk_said){true, WAY_BACK_PHONE, GROUND_CONSENT, "033 448 0000"}),
                     REFUSAL_LIMIT);
    exchange_free(x);
}

static void half_a_desk_is_none(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id f = at_comensha(x, a_need());
    struct desk_said s = its_number;

    (void)state;
    s.ground = GROUND_NONE;
    assert_int_equal(take(x, of_comensha(900), f, s), REFUSAL_LIMIT);
    s = its_number;
    s.callback[0] = '\0';
    assert_int_equal(take(x, of_comensha(900), f, s), REFUSAL_LIMIT);
    snprintf(s.callback, sizeof s.callback, "bel Anna");
    assert_int_equal(take(x, of_comensha(900), f, s), REFUSAL_LIMIT);
    assert_int_equal(timers_owner(x->e, the_referral(x, f)).v, 0);
    assert_int_equal(take(x, referrer_of(VT_WEST), f, its_number), REFUSAL_NOT_FOUND);
    exchange_free(x);
}

/* Number and ground lie in the private part: without the household's key nothing is said. */
static void what_is_said_is_sealed(void **state)
{
    struct event ev = {.kind = EV_REFERRAL_DESK}, back;
    struct buf clear = {0}, sealed = {0};

    (void)state;
    ev.u.desk.referral.v = 7;
    ev.u.desk.facts_known = true;
    ev.u.desk.desk = its_number;
    event_encode(&ev, &clear, &sealed);
    assert_null(memmem(clear.p, clear.len, "448", 3));
    assert_non_null(memmem(sealed.p, sealed.len, "448", 3));
    assert_int_equal(
        event_decode(EV_REFERRAL_DESK, (struct bytes){clear.p, clear.len}, (struct bytes){0}, &back), OK);
    assert_false(back.u.desk.facts_known);
    assert_int_equal(back.u.desk.referral.v, 7);
    assert_int_equal(back.u.desk.desk.callback[0], '\0');
    buf_fini(&clear);
    buf_fini(&sealed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_takes_it_says_how_it_is_rung_and_on_what_ground),
        cmocka_unit_test(another_desk_has_another_channel),
        cmocka_unit_test(what_a_worker_opened_has_its_desk),
        cmocka_unit_test(what_is_missing_is_said),
        cmocka_unit_test(half_a_desk_is_none),
        cmocka_unit_test(what_is_said_is_sealed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
