/* What a house does not say alone: that another organisation had a household days less than it says, and that
 * its own place, which a household left because it was not safe, was safe after all. */
#include "support/exchange.h"
#include "support/nobed_steps.h"
#include "support/stay_steps.h"

#include "base/mem.h"
#include "core/stay/dates.h"

#include <string.h>

static enum refusal arrived_at(struct exchange *x, struct request_id q, int64_t at_ms)
{
    struct command cmd = {.kind = CMD_CONFIRM_ARRIVAL, .draw = ++x->draw};

    cmd.actor = shelter_of(engine_pool(x->e, engine_request(x->e, q)->pool)->org.v);
    cmd.u.answer.request = q;
    cmd.u.answer.at_ms = at_ms;
    return exchange_do(x, &cmd).refusal;
}

/* It lives in B, or sleeps there in a bridge bed, and has had the yes of POOL for five days. */
static struct request_id elsewhere(struct exchange *x, bool is_bed, unsigned pool)
{
    struct need n = a_need(.urgency = URGENCY_DRIE_DAGEN);
    struct referral_id r = is_bed ? do_open(x, VT_OOST, n) : arrive(x, POOL_B);
    struct request_id q;

    if (is_bed)
        in_a_bed(x, r, POOL_B);
    else
        r = do_open_beside(x, VT_OOST, r);
    q = do_ask_one(x, r, pool);
    assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_NONE);
    x->now += 5 * MS_DAY;
    return q;
}

static void another_house_loses_a_long_weekend_at_most(void **state)
{
    (void)state;
    for (int is_bed = 0; is_bed < 2; is_bed++) {
        struct exchange *x = exchange_new();
        struct request_id q = elsewhere(x, is_bed, POOL_C);

        assert_int_equal(arrived_at(x, q, x->now - 5 * MS_DAY), REFUSAL_WAS_ELSEWHERE);
        assert_int_equal(arrived_at(x, q, x->now - OTHERS_LOSE_MAX_MS - 1), REFUSAL_WAS_ELSEWHERE);
        assert_int_equal(last_count(x), 0);
        assert_int_equal(arrived_at(x, q, x->now - OTHERS_LOSE_MAX_MS), REFUSAL_NONE);
        is_sound(x);
        exchange_free(x);
    }
}

/* Who placed them ends the bed too, and takes no more from its house than an arrival elsewhere. */
static void nor_does_the_desk_cut_more_off_a_bed(void **state)
{
    static const struct {
        int64_t ago_ms;
        bool is_house;
        enum refusal want;
    } cases[] = {
        {24 * MS_DAY, false, REFUSAL_WAS_ELSEWHERE},
        {OTHERS_LOSE_MAX_MS + 1, false, REFUSAL_WAS_ELSEWHERE},
        {OTHERS_LOSE_MAX_MS, false, REFUSAL_NONE},
        {24 * MS_DAY, true, REFUSAL_NONE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
        struct bridge_id bed = in_a_bed(x, r, POOL_B)->id;
        struct command end = {.kind = CMD_END_BRIDGE,
                              .actor = cases[i].is_house ? shelter_of(HUIS_B) : referrer_of(VT_OOST)};

        x->now += 25 * MS_DAY;
        end.u.bridge.bridge = bed;
        end.u.bridge.code = BRIDGE_END_MOVED;
        end.u.bridge.at_ms = x->now - cases[i].ago_ms;
        assert_int_equal(exchange_do(x, &end).refusal, cases[i].want);
        assert_int_equal(the_bridge(x, bed.v)->state == BRIDGE_ENDED, cases[i].want == REFUSAL_NONE);
        is_sound(x);
        exchange_free(x);
    }
}

/* That house says when they left, or it is one organisation: then it is as it was. */
static void unless_it_says_so_itself(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q = elsewhere(x, false, POOL_C);
    const struct stay *s = engine_stay(x->e, (struct stay_id){1});
    struct command leave = {.kind = CMD_DEPART, .actor = house_of(x, s), .draw = ++x->draw};
    int64_t left_ms = x->now - OTHERS_LOSE_MAX_MS - MS_HOUR;

    (void)state;
    leave.u.stay = (struct stay_command){.stay = s->id,
                                         .reason = nr(x, LIST_DEPARTURE, "doorstroom"),
                                         .destination = nr(x, LIST_DESTINATION, "andere_opvang"),
                                         .at_ms = left_ms};
    assert_int_equal(exchange_do(x, &leave).refusal, REFUSAL_NONE);
    assert_int_equal(arrived_at(x, q, left_ms), REFUSAL_NONE);
    is_sound(x);
    exchange_free(x);
}

/* A second tap that says another moment is not swallowed: it is a correction, and has a way of its own. */
static void another_moment_is_not_swallowed(void **state)
{
    (void)state;
    for (int is_bed = 0; is_bed < 2; is_bed++) {
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
        struct request_id q = is_bed ? promised_bed(x, r, POOL_B) : do_ask_one(x, r, POOL_B);
        struct command end = {.kind = CMD_END_BRIDGE, .actor = shelter_of(HUIS_B)};
        int64_t came_ms = 0;

        if (!is_bed)
            assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_NONE);
        x->now += 3 * MS_HOUR;
        came_ms = x->now - MS_HOUR;
        assert_int_equal(arrived_at(x, q, came_ms), REFUSAL_NONE);
        x->now += MS_MINUTE;
        assert_int_equal(arrived_at(x, q, 0), REFUSAL_NONE);
        assert_int_equal(arrived_at(x, q, came_ms), REFUSAL_NONE);
        assert_int_equal(last_count(x), 0);
        assert_int_equal(arrived_at(x, q, came_ms - MS_MINUTE), REFUSAL_WRONG_STATE);
        if (is_bed) {
            end.u.bridge.bridge.v = 1;
            end.u.bridge.code = BRIDGE_END_MOVED;
            end.u.bridge.at_ms = x->now - MS_MINUTE;
            assert_int_equal(exchange_do(x, &end).refusal, REFUSAL_NONE);
            x->now += MS_MINUTE;
            assert_int_equal(exchange_do(x, &end).refusal, REFUSAL_NONE);
            end.u.bridge.at_ms = came_ms;
            assert_int_equal(exchange_do(x, &end).refusal, REFUSAL_WRONG_STATE);
        }
        is_sound(x);
        exchange_free(x);
    }
}

static void what_was_not_safe_is_not_taken_back(void **state)
{
    static const char *const whys[] = {"eigen_keuze", "veiligheid"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct exchange *x = exchange_new();
        struct referral_id r = arrive(x, POOL_B);
        struct command resume = {.kind = CMD_RESUME_STAY, .actor = shelter_of(HUIS_B)};

        assert_int_equal(depart(x, r, whys[i], "familie_vrienden"), REFUSAL_NONE);
        resume.u.stay.stay = stay_of(x, r)->id;
        assert_true((engine_stay_resume_until_ms(x->e, stay_of(x, r)) == 0) == (i == 1));
        assert_int_equal(exchange_do(x, &resume).refusal, i == 1 ? REFUSAL_LEFT_UNSAFE : REFUSAL_NONE);
        assert_int_equal(stay_of(x, r)->state, i == 1 ? STAY_DEPARTED : STAY_PRESENT);
        is_sound(x);
        exchange_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_house_loses_a_long_weekend_at_most),
        cmocka_unit_test(nor_does_the_desk_cut_more_off_a_bed),
        cmocka_unit_test(unless_it_says_so_itself),
        cmocka_unit_test(another_moment_is_not_swallowed),
        cmocka_unit_test(what_was_not_safe_is_not_taken_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
