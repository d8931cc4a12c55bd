/* Three charts: what became of everybody, who among those with few beds was on time, and each year apart. */
#include "simulate/report_charts.h"

#include <math.h>
#include <string.h>

#define ROW 52   /* px: a line of text and what it is about */
#define TOP 26   /* px: the words of the scale */
#define TRACK 34 /* px from the top of a row to the middle of its track */

#define MARKS 7 /* shapes; an eighth policy takes the first again */

void report_escape(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            buf_text(out, "&amp;");
            break;
        case '<':
            buf_text(out, "&lt;");
            break;
        case '>':
            buf_text(out, "&gt;");
            break;
        case '"':
            buf_text(out, "&quot;");
            break;
        case '\'':
            buf_text(out, "&#39;");
            break;
        default:
            buf_add(out, BYTES(text, 1));
        }
    }
}

const char *report_group_title(enum sim_group g)
{
    static const char *const titles[SIM_GROUP_N] = {
        [SIM_G_TEEN_SON] = "Son of 12 or older",
        [SIM_G_WHEELCHAIR] = "Wheelchair",
        [SIM_G_NO_STATUS] = "No residence status",
        [SIM_G_PENDING] = "Status pending",
        [SIM_G_MEN] = "Men",
        [SIM_G_LARGE] = "Five persons or more",
        [SIM_G_CARE] = "Psychiatric or addiction care",
        [SIM_G_TRAFFICKING] = "Trafficking",
        [SIM_G_HIGH_THREAT] = "High threat",
        [SIM_G_LANGUAGE] = "Other language than Dutch",
        [SIM_G_ORDINARY] = "None of these",
    };
    return titles[g];
}

/* ---- parts ---- */

static void begin(struct buf *out, const char *what, size_t id, double height, const char *title)
{
    buf_format(out,
               "<svg role=\"img\" width=\"100%%\" height=\"%.0f\" aria-labelledby=\"%s-t%zu\" "
               "aria-describedby=\"%s-d%zu\"><title id=\"%s-t%zu\">%s</title>\n",
               height, what, id, what, id, what, id, title);
    buf_format(out, "<desc id=\"%s-d%zu\">", what, id);
}

static double held(double share)
{
    return !isfinite(share) || share < 0 ? 0 : share > 1 ? 1 : share;
}

/* Shape of policy I in a box of 12 x 12 around its place. */
static void shape(size_t i, struct buf *out)
{
    static const char *const shapes[MARKS] = {
        "<circle r=\"5\"/>",
        "<rect x=\"-4.5\" y=\"-4.5\" width=\"9\" height=\"9\"/>",
        "<path d=\"M0-6 6 0 0 6-6 0Z\"/>",
        "<path d=\"M0-5.5 5.5 4.5-5.5 4.5Z\"/>",
        "<path d=\"M0 5.5 5.5-4.5-5.5-4.5Z\"/>",
        "<path d=\"M-2-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z\"/>",
        "<rect x=\"-6\" y=\"-2.5\" width=\"12\" height=\"5\"/>",
    };
    buf_format(out, "<g class=\"m m%zu\">%s</g>", i % MARKS, shapes[i % MARKS]);
}

void report_mark(size_t i, struct buf *out)
{
    buf_text(out,
             "<svg class=\"mark\" width=\"14\" height=\"14\" viewBox=\"-7 -7 14 14\" aria-hidden=\"true\">");
    shape(i, out);
    buf_text(out, "</svg>");
}

/* A mark at X (0..1 of the width), Y px. */
static void mark_at(double x, double y, size_t i, struct buf *out)
{
    buf_format(out, "<svg x=\"%.2f%%\" y=\"%.1f\" overflow=\"visible\">", 100 * x, y);
    shape(i, out);
    buf_text(out, "</svg>\n");
}

static void words(double x, double y, const char *class, const char *text, struct buf *out)
{
    buf_format(out, "<text x=\"%.2f%%\" y=\"%.1f\" class=\"%s\">", 100 * x, y, class);
    report_escape(out, text);
    buf_text(out, "</text>\n");
}

static void upright(double x, double from, double to, const char *class, struct buf *out)
{
    buf_format(out, "<line x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", 100 * x,
               100 * x, from, to, class);
}

static void level(double y, struct buf *out)
{
    buf_format(out, "<line x1=\"0%%\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\" class=\"track\"/>\n", y, y);
}

/* A text of our own making at the right end of a row. */
static void figure(double y, struct buf *text, struct buf *out)
{
    words(1, y, "figure", buf_c_str(text), out);
    buf_clear(text);
}

/* ---- what became of everybody ---- */

static void say_outcomes(const struct report_scenario *s, struct buf *out)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct report_policy *p = &s->policies[i];
        report_escape(out, p->title);
        buf_text(out, ": on time ");
        report_share(out, p->on_time);
        buf_text(out, " %, late ");
        report_share(out, p->late);
        buf_text(out, " %, unmet ");
        report_share(out, p->unmet);
        buf_text(out, " %. ");
    }
    if (s->bound >= 0) {
        buf_text(out, "Bound: ");
        report_share(out, s->bound);
        buf_text(out, " % on time.");
    }
    buf_text(out, "</desc>\n");
}

static void segment(double from, double share, double y, const char *class, struct buf *out)
{
    buf_format(out, "<rect x=\"%.2f%%\" y=\"%.1f\" width=\"%.2f%%\" height=\"18\" class=\"%s\"/>\n",
               100 * from, y, 100 * share, class);
}

void report_chart_outcomes(const struct report_scenario *s, size_t id, struct buf *out)
{
    struct buf text = {0};
    double height = TOP + ROW * (double)s->n + 6;
    begin(out, "outcome", id, height, "On time, late and unmet per way of matching");
    say_outcomes(s, out);
    for (size_t i = 0; i < s->n; i++) {
        const struct report_policy *p = &s->policies[i];
        double y = TOP + ROW * (double)i;
        words(0, y + 18, "name", p->title, out);
        report_share(&text, p->on_time);
        buf_text(&text, " %");
        figure(y + 18, &text, out);
        segment(0, held(p->on_time), y + 26, "ontime", out);
        segment(held(p->on_time), held(p->late), y + 26, "late", out);
        segment(held(p->on_time) + held(p->late), held(p->unmet), y + 26, "unmet", out);
        if (s->bound >= 0)
            upright(held(s->bound), y + 23, y + 49, "bound", out);
    }
    if (s->bound >= 0) {
        report_share(&text, s->bound);
        buf_text(&text, " % bound");
        words(1, TOP - 12, "boundword", buf_c_str(&text), out);
    }
    buf_text(out, "</svg>\n");
    buf_fini(&text);
}

/* ---- groups ---- */

static void say_groups(const struct report_scenario *s, struct buf *out)
{
    for (int g = 0; g < SIM_GROUP_N; g++) {
        buf_format(out, "%s:", report_group_title((enum sim_group)g));
        for (size_t i = 0; i < s->n; i++) {
            buf_text(out, i > 0 ? ", " : " ");
            report_escape(out, s->policies[i].title);
            buf_text(out, " ");
            report_share(out, s->policies[i].group[g]);
        }
        buf_text(out, ". ");
    }
    buf_text(out, "</desc>\n");
}

/* Lowest and highest share of group G, in words for the right end of its row. */
static void group_range(const struct report_scenario *s, int g, struct buf *text)
{
    double lo = 2;
    double hi = -1;
    for (size_t i = 0; i < s->n; i++) {
        double v = s->policies[i].group[g];
        if (!(v >= 0))
            continue;
        lo = v < lo ? v : lo;
        hi = v > hi ? v : hi;
    }
    if (hi < 0) {
        buf_text(text, "nobody");
        return;
    }
    report_number(text, lo * 100, 0);
    buf_text(text, "–");
    report_number(text, hi * 100, 0);
    buf_text(text, " %");
}

void report_chart_groups(const struct report_scenario *s, size_t id, struct buf *out)
{
    struct buf text = {0};
    begin(out, "group", id, TOP + ROW * SIM_GROUP_N + 6.0,
          "Share on time per group and way of matching, 0 to 100 per cent");
    say_groups(s, out);
    words(0, 12, "scale", "0 %", out);
    words(0.5, 12, "scale mid", "50", out);
    words(1, 12, "scale end", "100", out);
    for (int g = 0; g < SIM_GROUP_N; g++) {
        double y = TOP + ROW * (double)g;
        words(0, y + 18, "name", report_group_title((enum sim_group)g), out);
        group_range(s, g, &text);
        figure(y + 18, &text, out);
        level(y + TRACK, out);
        upright(0.5, y + TRACK - 4, y + TRACK + 4, "tick", out);
        for (size_t i = 0; i < s->n; i++)
            if (s->policies[i].group[g] >= 0)
                mark_at(held(s->policies[i].group[g]), y + TRACK, i, out);
    }
    buf_text(out, "</svg>\n");
    buf_fini(&text);
}

/* ---- each year apart ---- */

struct range {
    double lo, hi;
};

static bool row_of(const struct report_row *r, const struct report_scenario *s, size_t i)
{
    return strcmp(r->scenario, s->scenario) == 0 && strcmp(r->policy, s->policies[i].policy) == 0;
}

/* All years, rounded outward to five points. */
static struct range years_range(const struct report_scenario *s, const struct report_row *rows, size_t n)
{
    struct range r = {1, 0};
    for (size_t k = 0; k < n; k++) {
        double v = rows[k].metrics.on_time_share;
        if (strcmp(rows[k].scenario, s->scenario) != 0 || !isfinite(v))
            continue;
        r.lo = v < r.lo ? v : r.lo;
        r.hi = v > r.hi ? v : r.hi;
    }
    r.lo = held(floor(r.lo * 20 - 0.001) / 20);
    r.hi = held(ceil(r.hi * 20 + 0.001) / 20);
    return r.hi > r.lo ? r : (struct range){0, 1};
}

static double along(struct range r, double v)
{
    return (held(v) - r.lo) / (r.hi - r.lo);
}

static void say_years(const struct report_scenario *s, const struct report_row *rows, size_t n,
                      struct buf *out)
{
    for (size_t i = 0; i < s->n; i++) {
        report_escape(out, s->policies[i].title);
        buf_text(out, ":");
        for (size_t k = 0; k < n; k++) {
            if (!row_of(&rows[k], s, i))
                continue;
            buf_format(out, " seed %llu ", (unsigned long long)rows[k].seed);
            report_share(out, rows[k].metrics.on_time_share);
            buf_text(out, ";");
        }
        buf_text(out, " mean ");
        report_share(out, s->policies[i].on_time);
        buf_text(out, ". ");
    }
    buf_text(out, "</desc>\n");
}

static void year_row(const struct report_scenario *s, const struct report_row *rows, size_t n, struct range r,
                     size_t i, struct buf *out)
{
    const struct report_policy *p = &s->policies[i];
    struct buf text = {0};
    double y = TOP + ROW * (double)i;
    words(0, y + 18, "name", p->title, out);
    if (p->seeds_shared > 0 && strcmp(p->policy, REPORT_BASELINE) != 0) {
        buf_format(&text, "%zu of %zu", p->seeds_better, p->seeds_shared);
        figure(y + 18, &text, out);
    }
    level(y + TRACK, out);
    upright(along(r, p->on_time), y + TRACK - 9, y + TRACK + 9, "mean", out);
    for (size_t k = 0; k < n; k++)
        if (row_of(&rows[k], s, i))
            mark_at(along(r, rows[k].metrics.on_time_share), y + TRACK, i, out);
    buf_fini(&text);
}

void report_chart_years(const struct report_scenario *s, const struct report_row *rows, size_t n, size_t id,
                        struct buf *out)
{
    struct range r = years_range(s, rows, n);
    struct buf text = {0};
    begin(out, "year", id, TOP + ROW * (double)s->n + 6,
          "Share on time, one mark per year and way of matching");
    say_years(s, rows, n, out);
    report_number(&text, r.lo * 100, 0);
    buf_text(&text, " %");
    words(0, 12, "scale", buf_c_str(&text), out);
    buf_clear(&text);
    report_number(&text, r.hi * 100, 0);
    words(1, 12, "scale end", buf_c_str(&text), out);
    for (size_t i = 0; i < s->n; i++)
        year_row(s, rows, n, r, i, out);
    buf_text(out, "</svg>\n");
    buf_fini(&text);
}
