#include "support/driven.h"

#include "simulate/drive.h"

#include <stdlib.h>

void check_ok(const struct sim_world *w, const struct sim_result *r)
{
    char why[200];

    if (!result_check(w, r, why, sizeof why))
        fail_msg("%s", why);
}

void expect_log(const struct sim_world *w, struct town_rule *rules, size_t n, bool counts,
                struct sim_result *out, const char *want)
{
    char *log = town_drive(w, rules, n, counts, out);

    assert_string_equal(log, want);
    free(log);
    check_ok(w, out);
}
