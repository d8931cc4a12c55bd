/* Who hears of an event of core's small exchange, by the table of rules as it is shipped. */
#ifndef PLEK_TEST_SHIPPED_RULES_H
#define PLEK_TEST_SHIPPED_RULES_H

#include "support/exchange.h"

#include "notify/hears.h"
#include "notify/names.h"
#include "notify/rules.h"

/* A set of organisations, as a mask. */
#define M(org) (1u << (org))
#define NOBODY 0u

/* Group setup and teardown: the table is loaded for all tests of the program. */
int shipped_rules_setup(void **state);
int shipped_rules_teardown(void **state);
/* The table itself, borrowed; for tests that ask it in their own way. */
const struct rules *shipped_rules(void);

/* Somebody hears of events of that name. */
bool is_in_the_table(const char *name);
/* Whom the table gives EV over CHANNEL, where every organisation is a target. */
unsigned hear_it(const struct exchange *x, const struct event *ev, enum channel channel);
/* The newest event of that name; the test fails where there is none. */
const struct event *newest(const struct exchange *x, const char *name);
/* Exactly WHO hears of the newest NAME over CHANNEL. */
void expect(const struct exchange *x, const char *name, enum channel channel, unsigned who);
/* All that a row gives: mail, text message, call, webhook. */
void expect_all(const struct exchange *x, const char *name, unsigned mail, unsigned sms, unsigned voice,
                unsigned webhook);
/* The house whose night number is used for the newest NAME, where every shelter's is a target; 0 = none. */
unsigned night_number(const struct exchange *x, const char *name, enum channel channel);
/* Nobody need be rung any more by a message of that kind that waits; the same for text messages and calls. */
bool is_over(const struct exchange *x, const char *kind, struct referral_id r, struct request_id q);

#endif
