/* Rows put together: per scenario the policies in order of appearance, with means over their seeds. */
#ifndef PLEK_SIMULATE_REPORT_MEANS_H
#define PLEK_SIMULATE_REPORT_MEANS_H

#include "simulate/report_html.h"

/* Held against others. */
#define REPORT_BASELINE "nearest"

struct report_policy {
    const char *policy, *title; /* borrowed from the rows */
    size_t n;                   /* years */
    /* Means over the years. Shares 0..1; hours; -1 = none of the years has it. */
    double on_time, late, unmet, median_hours, p90_hours, asks, km, fit, burn;
    double group[SIM_GROUP_N];
    double bound;       /* of the years that have one */
    double bound_share; /* mean on time / mean bound, over those years */
    /* Against the baseline, over the seeds that both have; -1 = not comparable. */
    double not_on_time_ratio, unmet_ratio;
    size_t seeds_shared, seeds_better; /* better = more on time than the baseline in that year */
};

struct report_scenario {
    const char *scenario; /* borrowed */
    struct report_policy *policies;
    size_t n, cap;
    size_t years; /* different seeds */
    double bound; /* mean over the seeds that have one, -1 = none */
};

struct report_means {
    struct report_scenario *list;
    size_t n, cap;
};

void report_means_of(const struct report_row *rows, size_t n, struct report_means *out);
void report_means_fini(struct report_means *m);

/* Write a number for people: DECIMALS places, "–" where there is none (negative or no number). A share comes
 * in per cent, without the sign. */
void report_number(struct buf *out, double v, int decimals);
void report_share(struct buf *out, double share);

#endif
