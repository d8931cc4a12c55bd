/* What the tests of the drive ask of its log. */
#ifndef PLEK_TEST_DRIVEN_H
#define PLEK_TEST_DRIVEN_H

#include "support/town.h"

void check_ok(const struct sim_world *w, const struct sim_result *r);
/* Drive W with RULES and hold the log against WANT. */
void expect_log(const struct sim_world *w, struct town_rule *rules, size_t n, bool counts,
                struct sim_result *out, const char *want);

#endif
