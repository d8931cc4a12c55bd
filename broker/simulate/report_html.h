/* What simulated years came to, for people: a page and a text table. Every number comes from the rows; the
 * same rows give the same bytes. */
#ifndef PLEK_SIMULATE_REPORT_HTML_H
#define PLEK_SIMULATE_REPORT_HTML_H

#include "simulate/drive.h"

struct report_row { /* one year of one world under one policy */
    char scenario[SIM_NAME_SIZE];
    const char *policy; /* name, as on the command line; "nearest" is what others are held against */
    const char *title;  /* for people; NULL = the name */
    uint64_t seed;
    struct sim_metrics metrics;
    double bound; /* share on time nobody can exceed; -1 = not computed */
};

/* Append one self-contained HTML file: a section per scenario, in the order of the rows. */
void report_html(const struct report_row *rows, size_t n, struct buf *out);
/* Append the same means as a table for a terminal. */
void report_text(const struct report_row *rows, size_t n, struct buf *out);

#endif
