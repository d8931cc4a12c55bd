/* What the settings file says of the core arrives there: the defaults are the core's own, and each setting
 * moves its own field and no other. */
#include "main/boot.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct core_settings of_text(const char *text)
{
    struct config c = config_default();
    struct buf faults = {0};

    assert_int_equal(config_parse(&c, "x", bytes_of_text(text), &faults), OK);
    buf_fini(&faults);
    return boot_core_settings(&c);
}

/* A field of struct core_settings, as a number. */
struct place {
    size_t at, size;
};
#define AT(field)                                                                                            \
    {                                                                                                        \
        offsetof(struct core_settings, field), sizeof((struct core_settings *)NULL)->field                   \
    }

static uint64_t value_of(const struct core_settings *s, struct place p)
{
    uint8_t u8 = 0;
    uint16_t u16 = 0;
    uint32_t u32 = 0;
    const char *from = (const char *)s + p.at;

    if (p.size == sizeof u8)
        return (void)memcpy(&u8, from, sizeof u8), u8;
    if (p.size == sizeof u16)
        return (void)memcpy(&u16, from, sizeof u16), u16;
    assert_int_equal(p.size, sizeof u32);
    return (void)memcpy(&u32, from, sizeof u32), u32;
}

static const struct {
    const char *name;
    struct place field;
    struct place unknown; /* the row of a threat level that is not known, where it follows this one */
} cases[] = {
    {"ask_rood", AT(ask_default[THREAT_ROOD]), {0}},
    {"ask_oranje", AT(ask_default[THREAT_ORANJE]), {0}},
    {"ask_groen", AT(ask_default[THREAT_GROEN]), AT(ask_default[THREAT_UNKNOWN])},
    {"ask_max_rood", AT(ask_max[THREAT_ROOD]), {0}},
    {"ask_max_oranje", AT(ask_max[THREAT_ORANJE]), {0}},
    {"ask_max_groen", AT(ask_max[THREAT_GROEN]), AT(ask_max[THREAT_UNKNOWN])},
    {"answer_by_rood_s", AT(answer_by_s[THREAT_ROOD]), {0}},
    {"answer_by_oranje_s", AT(answer_by_s[THREAT_ORANJE]), AT(answer_by_s[THREAT_UNKNOWN])},
    {"answer_by_groen_s", AT(answer_by_s[THREAT_GROEN]), {0}},
    {"hold_rood_s", AT(hold_pending_s[THREAT_ROOD]), {0}},
    {"hold_oranje_s", AT(hold_pending_s[THREAT_ORANJE]), AT(hold_pending_s[THREAT_UNKNOWN])},
    {"hold_groen_s", AT(hold_pending_s[THREAT_GROEN]), {0}},
    {"answer_by_nu_s", AT(urgent_answer_s[URGENCY_NU]), {0}},
    {"answer_by_vandaag_s", AT(urgent_answer_s[URGENCY_VANDAAG]), {0}},
    {"answer_by_drie_dagen_s", AT(urgent_answer_s[URGENCY_DRIE_DAGEN]), {0}},
    {"hold_nu_s", AT(urgent_hold_s[URGENCY_NU]), {0}},
    {"hold_vandaag_s", AT(urgent_hold_s[URGENCY_VANDAAG]), {0}},
    {"hold_drie_dagen_s", AT(urgent_hold_s[URGENCY_DRIE_DAGEN]), {0}},
    {"ask_next_rood", AT(ask_next[THREAT_ROOD]), {0}},
    {"ask_next_oranje", AT(ask_next[THREAT_ORANJE]), {0}},
    {"ask_next_groen", AT(ask_next[THREAT_GROEN]), AT(ask_next[THREAT_UNKNOWN])},
    {"again_after_silence_s", AT(again_after_silence_s), {0}},
    {"again_after_full_s", AT(again_after_full_s), {0}},
    {"tier_window_nu_s", AT(tier_window_s[URGENCY_NU]), {0}},
    {"tier_window_vandaag_s", AT(tier_window_s[URGENCY_VANDAAG]), {0}},
    {"tier_window_drie_dagen_s", AT(tier_window_s[URGENCY_DRIE_DAGEN]), {0}},
    {"price_coverage_permille", AT(price_coverage), {0}},
    {"price_rarity_permille", AT(price_rarity), {0}},
    {"price_short_permille", AT(price_short), {0}},
    {"price_distance_permille", AT(price_distance), {0}},
    {"wait_share_permille", AT(wait_share), {0}},
    {"chance_permille", AT(chance), {0}},
    {"late_first", AT(late_first), {0}},
    {"far_minutes", AT(far_minutes), {0}},
    {"ring_rood_s", AT(timers.ring_s[THREAT_ROOD]), {0}},
    {"ring_oranje_s", AT(timers.ring_s[THREAT_ORANJE]), AT(timers.ring_s[THREAT_UNKNOWN])},
    {"ring_groen_s", AT(timers.ring_s[THREAT_GROEN]), {0}},
    {"widen_rood_s", AT(timers.widen_s[THREAT_ROOD]), {0}},
    {"widen_oranje_s", AT(timers.widen_s[THREAT_ORANJE]), AT(timers.widen_s[THREAT_UNKNOWN])},
    {"widen_groen_s", AT(timers.widen_s[THREAT_GROEN]), {0}},
    {"widen_by_rood", AT(timers.widen_by[THREAT_ROOD]), {0}},
    {"widen_by_oranje", AT(timers.widen_by[THREAT_ORANJE]), AT(timers.widen_by[THREAT_UNKNOWN])},
    {"widen_by_groen", AT(timers.widen_by[THREAT_GROEN]), {0}},
    {"lead_rood_s", AT(timers.lead_s[THREAT_ROOD]), {0}},
    {"lead_oranje_s", AT(timers.lead_s[THREAT_ORANJE]), AT(timers.lead_s[THREAT_UNKNOWN])},
    {"lead_groen_s", AT(timers.lead_s[THREAT_GROEN]), {0}},
    {"keep_rood_s", AT(timers.hold_s[THREAT_ROOD]), {0}},
    {"keep_oranje_s", AT(timers.hold_s[THREAT_ORANJE]), AT(timers.hold_s[THREAT_UNKNOWN])},
    {"keep_groen_s", AT(timers.hold_s[THREAT_GROEN]), {0}},
    {"keep_warn_rood_s", AT(timers.hold_warn_s[THREAT_ROOD]), {0}},
    {"keep_warn_oranje_s", AT(timers.hold_warn_s[THREAT_ORANJE]), AT(timers.hold_warn_s[THREAT_UNKNOWN])},
    {"keep_warn_groen_s", AT(timers.hold_warn_s[THREAT_GROEN]), {0}},
    {"no_show_rood_s", AT(timers.no_show_s[THREAT_ROOD]), {0}},
    {"no_show_oranje_s", AT(timers.no_show_s[THREAT_ORANJE]), AT(timers.no_show_s[THREAT_UNKNOWN])},
    {"no_show_groen_s", AT(timers.no_show_s[THREAT_GROEN]), {0}},
    {"extra_time_s", AT(timers.extra_s), {0}},
    {"lead_next_day_minute", AT(timers.next_day_minute), {0}},
    {"rings_max", AT(timers.rings_max), {0}},
    {"widen_steps", AT(timers.widen_steps), {0}},
};

/* Without a word in the file the broker is what the core says it is. */
static void the_defaults_are_the_core_s(void **state)
{
    struct core_settings got = of_text("");
    struct core_settings want = core_settings_default();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (value_of(&got, cases[i].field) != value_of(&want, cases[i].field))
            fail_msg("%s", cases[i].name);
        if (cases[i].unknown.size != 0 &&
            value_of(&got, cases[i].unknown) != value_of(&want, cases[i].unknown))
            fail_msg("%s, threat level not known", cases[i].name);
    }
    for (int i = 0; i < SOURCE_N; i++)
        assert_memory_equal(&got.freshness[i], &want.freshness[i], sizeof got.freshness[i]);
    assert_false(got.plain_clock); /* for simulated worlds: no setting of a broker */
}

static void each_setting_moves_its_own_field(void **state)
{
    struct core_settings before = of_text("");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t was = value_of(&before, cases[i].field);
        uint64_t is = was == 0 ? 1 : was == 1 ? 2 : was - 1; /* within the range of each */
        struct core_settings after;
        char text[80];

        snprintf(text, sizeof text, "%s = %u\n", cases[i].name, (unsigned)is);
        after = of_text(text);
        for (size_t k = 0; k < COUNT_OF(cases); k++) {
            if (value_of(&after, cases[k].field) != (k == i ? is : value_of(&before, cases[k].field)))
                fail_msg("%s moves %s", cases[i].name, cases[k].name);
        }
        if (cases[i].unknown.size != 0)
            assert_int_equal(value_of(&after, cases[i].unknown), is);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_the_core_s),
        cmocka_unit_test(each_setting_moves_its_own_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
