/* The charts of the report: SVG whose lengths are per cent of the width, so that text keeps its size on a
 * phone. Each has a title and a description that says all its numbers. */
#ifndef PLEK_SIMULATE_REPORT_CHARTS_H
#define PLEK_SIMULATE_REPORT_CHARTS_H

#include "simulate/report_means.h"

/* Append text as HTML content or attribute: & < > " ' are escaped. */
void report_escape(struct buf *out, const char *text);

/* ID makes the ids of title and description unique in the page. */
void report_chart_outcomes(const struct report_scenario *s, size_t id, struct buf *out);
void report_chart_groups(const struct report_scenario *s, size_t id, struct buf *out);
void report_chart_years(const struct report_scenario *s, const struct report_row *rows, size_t n, size_t id,
                        struct buf *out);
/* The mark of policy I (shape and colour) in a small picture of its own; for keys and headings. */
void report_mark(size_t i, struct buf *out);
const char *report_group_title(enum sim_group g);

#endif
