#include "notify/rules.h"

#include "base/mem.h"
#include "notify/names.h"
#include "notify/texts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "event,audience,channels,text\n"

static void read_and_find(void **state)
{
    struct rules *r = NULL;
    char why[200] = "";
    const struct notify_rule *rule = NULL;

    (void)state;
    assert_int_equal(rules_read(BYTES_LITERAL(HEAD "request.made,house,sms mail,a\n"
                                                   "stay.extended,referrer,webhook,\n"
                                                   "request.made,referrer,webhook,\n"),
                                "t", &r, why, sizeof why),
                     OK);
    rule = rules_next(r, "request.made", NULL);
    assert_non_null(rule);
    assert_int_equal(rule->group, GROUP_HOUSE);
    assert_int_equal(rule->channels, 1u << CHANNEL_SMS | 1u << CHANNEL_MAIL);
    assert_string_equal(rule->text, "a");
    rule = rules_next(r, "request.made", rule);
    assert_non_null(rule);
    assert_int_equal(rule->group, GROUP_REFERRER);
    assert_null(rules_next(r, "request.made", rule));
    assert_null(rules_next(r, "request.seen", NULL));
    /* A row for an event that this version does not know is there and does no harm. */
    assert_non_null(rules_next(r, "stay.extended", NULL));
    for (unsigned k = 0; k < EV_N; k++)
        assert_int_equal(outbox_kinds_has(rules_kinds(r), (enum event_kind)k), k == EV_REQUEST_MADE);
    rules_free(r);
}

static void faults_are_told(void **state)
{
    static const struct {
        const char *name, *row, *why;
    } cases[] = {
        {"audience", "request.made,neighbours,sms,a\n", "t line 2: no such audience"},
        {"channel", "request.made,house,pigeon,a\n", "t line 2: no such channel"},
        {"no channel", "request.made,house,,a\n", "t line 2: no such channel"},
        {"beginning of a channel", "request.made,house,sm,a\n", "t line 2: no such channel"},
        {"event", "Request Made,house,sms,a\n", "t line 2: event is no name"},
        {"no event", ",house,sms,a\n", "t line 2: event is no name"},
        {"text", "request.made,house,sms,a b\n", "t line 2: text is no key"},
        {"no text", "request.made,house,sms webhook,\n", "t line 2: only webhooks do without a text"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct rules *r = NULL;
        struct buf text = {0};
        char why[200] = "";

        print_message("  %s\n", cases[i].name);
        buf_text(&text, HEAD);
        buf_text(&text, cases[i].row);
        assert_int_equal(rules_read(buf_view(&text), "t", &r, why, sizeof why), ERR_BAD_INPUT);
        assert_string_equal(why, cases[i].why);
        buf_fini(&text);
    }
}

/* The table as it is shipped: each event is known to core, or one of the two that notify makes itself; each
 * text is there. */
static void shipped(void **state)
{
    struct rules *r = NULL;
    struct texts *t = NULL;
    const struct notify_rule *rule = NULL;
    char why[200] = "";
    size_t n = 0;

    (void)state;
    assert_int_equal(rules_load(PLEK_SOURCE_DIR "/schema/notify/rules.csv", &r, why, sizeof why), OK);
    assert_int_equal(texts_load(PLEK_SOURCE_DIR "/schema/notify/texts.csv", &t, why, sizeof why), OK);
    for (; (rule = rules_at(r, n)) != NULL; n++) {
        bool known = strcmp(rule->event, "request.unseen") == 0 || strcmp(rule->event, "feed.silent") == 0;

        for (unsigned k = 0; k < EV_N; k++)
            known = known || name_is_of_kind(rule->event, (enum event_kind)k);
        if (!known)
            fail_msg("%s is no event", rule->event);
        if (rule->text[0] != '\0' && !texts_has(t, rule->text))
            fail_msg("%s has no text", rule->event);
    }
    assert_true(n > 10 && texts_has(t, "test"));
    /* The night desk hears of a request at once, and is rung when nobody saw it. */
    rule = rules_next(r, "request.made", NULL);
    assert_true(rule->group == GROUP_HOUSE && (rule->channels >> CHANNEL_SMS & 1u) != 0);
    rule = rules_next(r, "request.unseen", NULL);
    assert_true(rule->group == GROUP_HOUSE && rule->channels == 1u << CHANNEL_VOICE);
    rules_free(r);
    texts_free(t);
}

/* Each kind of event is told to somebody, or stands here because it concerns nobody on duty: so a new kind is
 * a decision. */
static void each_kind_is_told_or_left(void **state)
{
    static const enum event_kind left[] = {
        EV_ORG_DEFINED,        EV_LOCATION_DEFINED, EV_POOL_DEFINED,      EV_CAPACITY_OBSERVED,
        EV_CAPACITY_CONFIRMED, EV_COMMAND_DONE,     EV_SUPPLY_CHANGED,    /* supply and keys */
        EV_STAY_FUNDED,        EV_BRIDGE_FUNDED,    EV_RETURN_CODE_GIVEN, /* money and papers */
        EV_NIGHT_NOTED,        EV_RESIDENCE_FOUND,  EV_REGIE_NAMED,       EV_MDO_ITEM_MOVED,
        EV_MDO_NOTED_OUTSIDE,  EV_NOTE_DESTROYED, /* noted by who knows; nobody must act */
        EV_LEAK_BRIDGE,        EV_LEAK_SEARCH,      EV_LEAK_PROMISED, /* alarm.leaked */
        EV_REFERRAL_RETIMED,   EV_BRIDGE_WATCHED,   EV_REFERRAL_DESK  /* its alarms say so when they come */
    };
    struct rules *r = NULL;
    char why[200] = "";

    (void)state;
    assert_int_equal(rules_load(PLEK_SOURCE_DIR "/schema/notify/rules.csv", &r, why, sizeof why), OK);
    for (unsigned k = 0; k < EV_N; k++) {
        bool is_left = false;

        for (size_t i = 0; i < COUNT_OF(left); i++)
            is_left = is_left || (unsigned)left[i] == k;
        if (is_left == outbox_kinds_has(rules_kinds(r), (enum event_kind)k))
            fail_msg("%s: %s", event_name((enum event_kind)k), is_left ? "told after all" : "told to nobody");
    }
    rules_free(r);
}

static char *read_text(const char *path)
{
    FILE *f = fopen(path, "re");
    char *text = mem_new(1, 64 * 1024);

    assert_non_null(f);
    assert_true(fread(text, 1, 64 * 1024 - 1, f) > 0);
    fclose(f);
    return text;
}

/* Who receives webhooks finds each type that is sent in the list, and what it is about. */
static void webhooks_are_described(void **state)
{
    struct rules *r = NULL;
    const struct notify_rule *rule = NULL;
    char why[200] = "", type[OUTBOX_WORD_SIZE + 32];
    char *page = read_text(PLEK_SOURCE_DIR "/schema/api/README.md");

    (void)state;
    assert_int_equal(rules_load(PLEK_SOURCE_DIR "/schema/notify/rules.csv", &r, why, sizeof why), OK);
    for (size_t n = 0; (rule = rules_at(r, n)) != NULL; n++) {
        if ((rule->channels >> CHANNEL_WEBHOOK & 1u) == 0)
            continue;
        snprintf(type, sizeof type, "nl.veiligeplek.%s.v1", rule->event);
        for (char *p = type; *p != '\0'; p++)
            *p = *p == '_' ? '-' : *p;
        if (strstr(page, type) == NULL)
            fail_msg("%s is not in the list of webhooks", type);
    }
    free(page);
    rules_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_and_find),
        cmocka_unit_test(faults_are_told),
        cmocka_unit_test(shipped),
        cmocka_unit_test(each_kind_is_told_or_left),
        cmocka_unit_test(webhooks_are_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
