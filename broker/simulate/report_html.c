/* The page of the report: no scripts, nothing from elsewhere, day and night, from a phone to a wide screen.
 */
#include "simulate/report_html.h"

#include "simulate/report_charts.h"

#include <string.h>

static const char style[] =
    ":root{color-scheme:light dark;--bg:#f4f6f7;--card:#fff;--ink:#13232c;--soft:#4a5d69;--line:#d3dce0;"
    "--good:#0d5570;--late:#d99a55;--bad:#b3392f;--bound:#13232c;"
    "--m0:#4a5d69;--m1:#b3592a;--m2:#0d5570;--m3:#6b4c9a;--m4:#2f7d52;--m5:#a03a66;--m6:#7a6a12}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#0b1115;--card:#151f25;--ink:#e8eff2;--soft:#a5b6bf;"
    "--line:#2f3f48;--good:#5fb4d2;--late:#d9a45f;--bad:#e27a6d;--bound:#e8eff2;"
    "--m0:#a5b6bf;--m1:#eb9a66;--m2:#5fb4d2;--m3:#b79be6;--m4:#74c796;--m5:#ec8db5;--m6:#d6c25a}}\n"
    "*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);"
    "font:1rem/1.55 \"Source Sans 3\",\"Segoe UI\",system-ui,sans-serif}\n"
    "main{max-width:78rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}\n"
    "h1{font-size:2rem;line-height:1.2;margin:0 0 .5rem;font-weight:650;letter-spacing:-.01em}\n"
    "h2{font-size:1.4rem;margin:3rem 0 .25rem;font-weight:650}h3{font-size:1.0625rem;margin:0 0 .25rem;"
    "font-weight:650}\n"
    "p{margin:0 0 1rem;max-width:44rem}.soft,.note{color:var(--soft)}.note{font-size:.9375rem;margin:0 0 "
    ".75rem}\n"
    ".lead{font-size:1.1875rem}\n"
    ".card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1.25rem 1.25rem "
    "1rem;"
    "margin:1rem 0}\n"
    ".pair{display:grid;gap:0 1rem}@media(min-width:60rem){.pair{grid-template-columns:1fr 1fr;"
    "align-items:start}}\n"
    ".scroll{overflow-x:auto}.scroll:focus-visible{outline:3px solid var(--good);outline-offset:3px}\n"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.9375rem}\n"
    "th,td{padding:.5rem .4rem;text-align:right;border-bottom:1px solid var(--line);vertical-align:bottom}\n"
    "thead th{font-weight:600;color:var(--soft);font-size:.8125rem;line-height:1.3}\n"
    "tbody tr:last-child>*{border-bottom:0}th:first-child{text-align:left;padding-left:0;min-width:8.5rem;"
    "font-weight:600;position:sticky;left:0;background:var(--card)}\n"
    "@media(min-width:60rem){th:first-child{min-width:17rem}}"
    "td.first{font-weight:650}caption{text-align:left;color:var(--soft);padding:0 0 "
    ".5rem;font-size:.9375rem}\n"
    "svg{display:block;overflow:visible}.mark{display:inline-block;vertical-align:-1px;margin-right:.4rem}\n"
    "ul.key{list-style:none;display:flex;flex-wrap:wrap;gap:.125rem 1.25rem;padding:0;margin:0 0 .75rem;"
    "font-size:.9375rem}\n"
    ".swatch{display:inline-block;width:.75rem;height:.75rem;border-radius:2px;margin-right:.4rem}\n"
    "text{fill:var(--ink);font-size:15px}.figure{text-anchor:end;font-variant-numeric:tabular-nums;"
    "fill:var(--soft)}\n"
    ".scale{font-size:13px;fill:var(--soft)}.mid{text-anchor:middle}.end,.boundword{text-anchor:end}\n"
    ".boundword{font-size:13px}\n"
    ".track{stroke:var(--line);stroke-width:2}.tick{stroke:var(--line);stroke-width:2}\n"
    ".mean{stroke:var(--ink);stroke-width:2}.bound{stroke:var(--bound);stroke-width:2;stroke-dasharray:4 3}\n"
    ".ontime{fill:var(--good);background:var(--good)}.late{fill:var(--late);background:var(--late)}\n"
    ".unmet{fill:var(--bad);background:var(--bad)}\n"
    ".m0{fill:var(--m0)}.m1{fill:var(--m1)}.m2{fill:var(--m2)}.m3{fill:var(--m3)}.m4{fill:var(--m4)}"
    ".m5{fill:var(--m5)}.m6{fill:var(--m6)}\n"
    ".m{fill-opacity:.85;stroke:var(--card);stroke-width:1}\n"
    "@media print{body{background:#fff}.card{break-inside:avoid}}\n";

/* ---- words ---- */

static const struct report_policy *find(const struct report_scenario *s, const char *policy)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->policies[i].policy, policy) == 0)
            return &s->policies[i];
    return NULL;
}

static const struct report_policy *best_of(const struct report_scenario *s)
{
    const struct report_policy *best = &s->policies[0];
    for (size_t i = 1; i < s->n; i++)
        if (s->policies[i].on_time > best->on_time)
            best = &s->policies[i];
    return best;
}

static void lead(const struct report_scenario *s, struct buf *out)
{
    const struct report_policy *best = best_of(s);
    const struct report_policy *base = find(s, REPORT_BASELINE);
    buf_text(out, "<p class=\"lead\">Most on time: ");
    report_escape(out, best->title);
    buf_text(out, ", <strong>");
    report_share(out, best->on_time);
    buf_text(out, " %</strong>");
    if (base != NULL && base != best) {
        buf_text(out, ", against ");
        report_share(out, base->on_time);
        buf_text(out, " % with ");
        report_escape(out, base->title);
    }
    buf_text(out, ".");
    if (s->bound >= 0) {
        buf_text(out, " No way of matching can have more on average than ");
        report_share(out, s->bound);
        buf_text(out, " % (the bound).");
    }
    buf_text(out, "</p>\n");
}

/* ---- the table ---- */

static const char *const heads[] = {
    "On time, %",
    "Late, %",
    "Unmet, %",
    "Median hours",
    "Hours of 9 in 10",
    "Asks per place",
    "Distance, km",
    "Fit, 0–1",
    "Avoidable burn, %",
    "Not on time, times nearest",
    "Unmet, times nearest",
    "Share of the bound, %",
};

static void number_cell(struct buf *out, double v, int decimals)
{
    buf_text(out, "<td>");
    report_number(out, v, decimals);
    buf_text(out, "</td>");
}

static void table_row(const struct report_policy *p, size_t i, struct buf *out)
{
    buf_text(out, "<tr><th scope=\"row\">");
    report_mark(i, out);
    report_escape(out, p->title);
    buf_text(out, "</th><td class=\"first\">");
    report_share(out, p->on_time);
    buf_text(out, "</td>");
    number_cell(out, p->late * 100, 1);
    number_cell(out, p->unmet * 100, 1);
    number_cell(out, p->median_hours, 2);
    number_cell(out, p->p90_hours, 1);
    number_cell(out, p->asks, 2);
    number_cell(out, p->km, 0);
    number_cell(out, p->fit, 3);
    number_cell(out, p->burn * 100, 1);
    number_cell(out, p->not_on_time_ratio, 2);
    number_cell(out, p->unmet_ratio, 2);
    number_cell(out, p->bound_share * 100, 1);
    buf_text(out, "</tr>\n");
}

static void table(const struct report_scenario *s, size_t id, struct buf *out)
{
    buf_format(
        out,
        "<section class=\"card\"><div class=\"scroll\" role=\"region\" tabindex=\"0\" "
        "aria-labelledby=\"means-%zu\">\n<table><caption id=\"means-%zu\">Means over %zu %s</caption>\n"
        "<thead><tr><th scope=\"col\">Way of matching</th>",
        id, id, s->years, s->years == 1 ? "year" : "years");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        buf_format(out, "<th scope=\"col\">%s</th>", heads[i]);
    buf_text(out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < s->n; i++)
        table_row(&s->policies[i], i, out);
    buf_text(out, "</tbody></table></div></section>\n");
}

/* ---- the page ---- */

static void key(const struct report_scenario *s, struct buf *out)
{
    buf_text(out, "<ul class=\"key\">");
    for (size_t i = 0; i < s->n; i++) {
        buf_text(out, "<li>");
        report_mark(i, out);
        report_escape(out, s->policies[i].title);
        buf_text(out, "</li>");
    }
    buf_text(out, "</ul>\n");
}

static void section(const struct report_scenario *s, const struct report_row *rows, size_t n, size_t id,
                    struct buf *out)
{
    buf_text(out, "<h2>Scenario ");
    report_escape(out, s->scenario);
    buf_text(out, "</h2>\n");
    lead(s, out);
    buf_text(out, "<section class=\"card\"><h3>What became of everybody</h3>\n"
                  "<ul class=\"key\"><li><span class=\"swatch ontime\"></span>a place on time</li>"
                  "<li><span class=\"swatch late\"></span>late</li>"
                  "<li><span class=\"swatch unmet\"></span>unmet</li></ul>\n");
    report_chart_outcomes(s, id, out);
    buf_text(out, "</section>\n");
    table(s, id, out);
    buf_text(out, "<div class=\"pair\"><section class=\"card\"><h3>On time, who has few beds</h3>\n"
                  "<p class=\"note\">Per cent of the group. Right: the lowest and the highest.</p>\n");
    key(s, out);
    report_chart_groups(s, id, out);
    buf_text(out, "</section>\n<section class=\"card\"><h3>On time, each year apart</h3>\n"
                  "<p class=\"note\">One mark per drawn year; the line is the mean. Right: in how many years "
                  "it has more "
                  "on time than nearest.</p>\n");
    report_chart_years(s, rows, n, id, out);
    buf_text(out, "</section></div>\n");
}

void report_html(const struct report_row *rows, size_t n, struct buf *out)
{
    struct report_means m;
    report_means_of(rows, n, &m);
    buf_format(out,
               "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
               "<title>Simulated years: what a way of matching does for people</title>\n<style>\n%s</style>\n"
               "</head>\n<body>\n<main>\n<h1>What a way of matching does for people</h1>\n",
               style);
    buf_text(
        out,
        "<p class=\"soft\">Simulated years of a made-up network of shelters. Every way of matching meets "
        "the same households, houses and answers in a year, so the differences count and the levels do "
        "not.</p>\n");
    for (size_t i = 0; i < m.n; i++)
        section(&m.list[i], rows, n, i, out);
    if (m.n == 0)
        buf_text(out, "<p>No years.</p>\n");
    buf_text(out, "</main>\n</body>\n</html>\n");
    report_means_fini(&m);
}
