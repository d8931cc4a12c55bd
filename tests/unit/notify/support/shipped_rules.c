#include "support/shipped_rules.h"

#include "notify/over.h"

#include <stdio.h>
#include <string.h>

static struct rules *rules;

int shipped_rules_setup(void **state)
{
    char why[200] = "";

    (void)state;
    if (rules_load(PLEK_SOURCE_DIR "/schema/notify/rules.csv", &rules, why, sizeof why) == OK)
        return 0;
    fprintf(stderr, "%s\n", why);
    return -1;
}

int shipped_rules_teardown(void **state)
{
    (void)state;
    rules_free(rules);
    return 0;
}

const struct rules *shipped_rules(void)
{
    return rules;
}

bool is_in_the_table(const char *name)
{
    return rules_next(rules, name, NULL) != NULL;
}

unsigned hear_it(const struct exchange *x, const struct event *ev, enum channel channel)
{
    struct subject s = subject_of_event(x->e, ev);
    const struct notify_rule *rule = NULL;
    unsigned who = 0;

    while ((rule = rules_next(rules, name_of_event(x->e, ev), rule)) != NULL) {
        for (unsigned org = VT_OOST; org <= RAPPORTEUR; org++) {
            struct notify_target t = {.org = {org}, .channel = channel};
            struct party as;

            if ((rule->channels >> channel & 1u) != 0 && hears(x->e, &t, rule->group, &s, &as))
                who |= M(org);
        }
    }
    return who;
}

const struct event *newest(const struct exchange *x, const char *name)
{
    for (size_t i = x->log.n; i > 0; i--) {
        if (strcmp(name_of_event(x->e, &x->log.list[i - 1]), name) == 0)
            return &x->log.list[i - 1];
    }
    fail_msg("no %s", name);
    return NULL;
}

void expect(const struct exchange *x, const char *name, enum channel channel, unsigned who)
{
    unsigned got = hear_it(x, newest(x, name), channel);

    if (got != who)
        fail_msg("%s over %s: heard by %x, not %x", name, channel_code(channel), got, who);
}

void expect_all(const struct exchange *x, const char *name, unsigned mail, unsigned sms, unsigned voice,
                unsigned webhook)
{
    expect(x, name, CHANNEL_MAIL, mail);
    expect(x, name, CHANNEL_SMS, sms);
    expect(x, name, CHANNEL_VOICE, voice);
    expect(x, name, CHANNEL_WEBHOOK, webhook);
}

unsigned night_number(const struct exchange *x, const char *name, enum channel channel)
{
    struct notify_target t = {.channel = channel, .night_number = true};
    struct subject s = subject_of_event(x->e, newest(x, name));
    const struct notify_rule *rule = NULL;
    struct party as;

    while ((rule = rules_next(rules, name, rule)) != NULL) {
        if ((rule->channels >> channel & 1u) != 0 && hears(x->e, &t, rule->group, &s, &as))
            return as.house.v;
    }
    return 0;
}

bool is_over(const struct exchange *x, const char *kind, struct referral_id r, struct request_id q)
{
    struct outbox_row row = {.channel = CHANNEL_SMS, .referral = r, .request = q, .at_ms = x->now};
    bool over = false;

    snprintf(row.kind, sizeof row.kind, "%s", kind);
    over = over_is(x->e, &row);
    row.channel = CHANNEL_VOICE;
    assert_int_equal(over_is(x->e, &row), over);
    return over;
}
