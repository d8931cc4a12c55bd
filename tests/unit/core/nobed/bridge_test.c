/* A bridge by itself: its table of moves, who must answer for it, and when the household is next heard of. */
#include "support/exchange.h"

#include "base/time_text.h"
#include "core/nobed/bridge.h"

#include <string.h>

static void the_table_of_moves(void **state)
{
    /* planned active alarm ended */
    static const char *const may[BRIDGE_STATE_N] = {
        [BRIDGE_PLANNED] = ".xxx",
        [BRIDGE_ACTIVE] = "..xx",
        [BRIDGE_ALARM] = "xx.x",
        [BRIDGE_ENDED] = "....",
    };

    (void)state;
    for (unsigned from = 0; from < BRIDGE_STATE_N; from++) {
        for (unsigned to = 0; to < BRIDGE_STATE_N; to++) {
            if (bridge_may_become((enum bridge_state)from, (enum bridge_state)to) != (may[from][to] == 'x'))
                fail_msg("%s to %s", bridge_state_code((enum bridge_state)from),
                         bridge_state_code((enum bridge_state)to));
        }
    }
}

static void a_closed_referral_moves_no_more(void **state)
{
    (void)state;
    for (unsigned s = 0; s < REFERRAL_STATE_N; s++) {
        enum referral_state from = (enum referral_state)s;

        assert_int_equal(referral_may_become(from, REFERRAL_CLOSED), referral_is_looking(from));
        assert_false(referral_may_become(REFERRAL_CLOSED, from));
    }
    assert_false(referral_is_live(REFERRAL_CLOSED));
}

static void who_may_answer_for_a_household(void **state)
{
    static const struct {
        const char *name;
        struct bridge_owner owner;
        bool valid;
    } cases[] = {
        {"nobody", {.kind = BRIDGE_OWNER_NONE}, true},
        {"nobody with a number", {.kind = BRIDGE_OWNER_NONE, .callback = "010"}, false},
        {"the own desk", {.kind = BRIDGE_OWNER_DESK, .account = {3}, .callback = "010 555"}, true},
        {"a desk of nobody", {.kind = BRIDGE_OWNER_DESK, .callback = "010 555"}, false},
        {"a desk without a number", {.kind = BRIDGE_OWNER_DESK, .account = {3}}, false},
        {"the police",
         {.kind = BRIDGE_OWNER_OTHER, .role = BRIDGE_ROLE_POLICE, .org = "Basisteam", .callback = "112"},
         true},
        {"another without a name", {.kind = BRIDGE_OWNER_OTHER, .callback = "112"}, false},
        {"another without a number", {.kind = BRIDGE_OWNER_OTHER, .org = "Basisteam"}, false},
        {"a name for a number", {.kind = BRIDGE_OWNER_OTHER, .org = "Basisteam", .callback = "Jan"}, false},
        {"no such kind", {.kind = BRIDGE_OWNER_KIND_N, .callback = "112"}, false},
        {"no such role",
         {.kind = BRIDGE_OWNER_OTHER, .role = BRIDGE_ROLE_N, .org = "Basisteam", .callback = "112"},
         false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (bridge_owner_is_valid(&cases[i].owner) != cases[i].valid)
            fail_msg("%s", cases[i].name);
    }
}

#define AT(minutes) ((minutes)*MS_MINUTE)

static void when_it_is_next_heard_of(void **state)
{
    static const struct {
        const char *name;
        uint8_t n;
        int64_t times[3];
        int64_t now, want;
    } cases[] = {
        {"no list: an interval from now", 0, {0}, AT(100), AT(220)},
        {"the next on the list", 3, {AT(200), AT(300), AT(400)}, AT(100), AT(200)},
        {"a little early counts for it", 3, {AT(200), AT(300), AT(400)}, AT(190), AT(300)},
        {"exactly the grace before it counts too", 3, {AT(200), AT(300), AT(400)}, AT(185), AT(300)},
        {"more than the grace before it does not", 3, {AT(200), AT(300), AT(400)}, AT(185) - 1, AT(200)},
        {"past the list the interval goes on", 3, {AT(200), AT(300), AT(400)}, AT(400), AT(520)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bridge b = {.every_minutes = 120, .n_times = cases[i].n};

        memcpy(b.times_ms, cases[i].times, sizeof cases[i].times);
        if (bridge_next_check(&b, cases[i].now, AT(15)) != cases[i].want)
            fail_msg("%s", cases[i].name);
    }
}

static void every_value_has_a_code(void **state)
{
    (void)state;
    for (int k = 0; k < BRIDGE_KIND_N; k++)
        assert_true(bridge_kind_code((enum bridge_kind)k)[0] != '\0');
    for (int end = 1; end < BRIDGE_END_N; end++)
        assert_true(bridge_end_code((enum bridge_end)end)[0] != '\0');
    for (int c = 0; c < BRIDGE_CHECK_N; c++)
        assert_true(bridge_check_codes()[c][0] != '\0');
    for (int r = 0; r < BRIDGE_ROLE_N; r++)
        assert_true(bridge_owner_role_code((enum bridge_owner_role)r)[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_moves),
        cmocka_unit_test(a_closed_referral_moves_no_more),
        cmocka_unit_test(who_may_answer_for_a_household),
        cmocka_unit_test(when_it_is_next_heard_of),
        cmocka_unit_test(every_value_has_a_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
