#include "report/suppress.h"

#include "base/check.h"

#include <string.h>

/* Points of the graph: rows first, then columns. */
#define POINTS_MAX (SUPPRESS_ROWS_MAX + SUPPRESS_COLS_MAX)

struct bridge_search {
    const struct suppress_table *t;
    int order[POINTS_MAX]; /* 0 = not visited */
    int low[POINTS_MAX];
    int next;
    bool found;
    size_t row, col; /* of the first bridge */
};

static void check_adds_up(const struct suppress_table *t)
{
    for (size_t r = 0; r < t->rows; r++) {
        int64_t sum = 0;
        for (size_t c = 0; c + 1 < t->cols; c++) {
            CHECK(t->value[r][c] >= 0);
            sum += t->value[r][c];
        }
        CHECK(sum == t->value[r][t->cols - 1]);
    }
    for (size_t c = 0; c < t->cols; c++) {
        int64_t sum = 0;
        for (size_t r = 0; r + 1 < t->rows; r++)
            sum += t->value[r][c];
        CHECK(sum == t->value[t->rows - 1][c]);
    }
}

/* Depth first over hidden cells (Tarjan's bridges). Depth is at most POINTS_MAX. */
static void visit(struct bridge_search *s, size_t point, size_t from)
{
    const struct suppress_table *t = s->t;
    bool is_row = point < t->rows;
    size_t n = is_row ? t->cols : t->rows;
    s->order[point] = s->low[point] = ++s->next;
    for (size_t i = 0; i < n && !s->found; i++) {
        size_t row = is_row ? point : i;
        size_t col = is_row ? i : point - t->rows;
        size_t other = is_row ? t->rows + i : i;
        if (!t->hidden[row][col] || other == from)
            continue;
        if (s->order[other] == 0) {
            visit(s, other, point);
            if (s->found)
                return;
            if (s->low[other] < s->low[point])
                s->low[point] = s->low[other];
            if (s->low[other] > s->order[point]) {
                s->found = true;
                s->row = row;
                s->col = col;
            }
        } else if (s->order[other] < s->low[point]) {
            s->low[point] = s->order[other];
        }
    }
}

static bool find_bridge(const struct suppress_table *t, size_t *row, size_t *col)
{
    struct bridge_search s = {.t = t};
    for (size_t p = 0; p < t->rows + t->cols && !s.found; p++)
        if (s.order[p] == 0)
            visit(&s, p, SIZE_MAX);
    *row = s.row;
    *col = s.col;
    return s.found;
}

/* What hiding a cell costs the reader: the number that is lost. Margins are what most readers come for, and a
 * zero is the dearest, because hiding zeros would only fool those who do not know that we show them.
 * Negative: impossible. */
static int64_t cost_of(const struct suppress_table *t, size_t r, size_t c)
{
    bool is_margin = r + 1 == t->rows || c + 1 == t->cols;

    if (t->hidden[r][c])
        return 0;
    if (t->open[r][c])
        return -1;
    return t->value[r][c] == 0 ? INT64_C(1) << 40 : (t->value[r][c] + 1) * (is_margin ? 1000 : 1);
}

/* Dijkstra over the points, from row ROW, without the cell (ROW, COL) itself. */
struct ring_search {
    int64_t cost[POINTS_MAX]; /* of the cheapest way found to here */
    size_t from[POINTS_MAX];
    bool done[POINTS_MAX];
};

static void spread(const struct suppress_table *t, struct ring_search *s, size_t point, size_t row,
                   size_t col)
{
    bool is_row = point < t->rows;

    for (size_t i = 0; i < (is_row ? t->cols : t->rows); i++) {
        size_t r = is_row ? point : i;
        size_t c = is_row ? i : point - t->rows;
        size_t other = is_row ? t->rows + i : i;
        int64_t cost = cost_of(t, r, c);

        if (cost < 0 || (r == row && c == col) || s->cost[point] + cost >= s->cost[other])
            continue;
        s->cost[other] = s->cost[point] + cost;
        s->from[other] = point;
    }
}

/* Close the bridge (ROW, COL) by the cheapest ring through it. False if open cells leave none. */
static bool close_ring(struct suppress_table *t, size_t row, size_t col)
{
    struct ring_search s = {0};
    size_t points = t->rows + t->cols;
    size_t end = t->rows + col;

    for (size_t p = 0; p < points; p++)
        s.cost[p] = INT64_MAX;
    s.cost[row] = 0;
    for (;;) {
        size_t next = SIZE_MAX;

        for (size_t p = 0; p < points; p++)
            if (!s.done[p] && s.cost[p] != INT64_MAX && (next == SIZE_MAX || s.cost[p] < s.cost[next]))
                next = p;
        if (next == SIZE_MAX || next == end)
            break;
        s.done[next] = true;
        spread(t, &s, next, row, col);
    }
    if (s.cost[end] == INT64_MAX)
        return false;
    for (size_t p = end; p != row; p = s.from[p]) {
        size_t q = s.from[p];
        t->hidden[p < t->rows ? p : q][(p < t->rows ? q : p) - t->rows] = true;
    }
    return true;
}

/* Rule 3 for one line: ROWWISE with index I. True if a cell was added. */
static bool widen(struct suppress_table *t, bool rowwise, size_t i, int64_t minimum)
{
    size_t n = rowwise ? t->cols : t->rows;
    int64_t sum = 0;
    int64_t left = t->bounded ? 0 : minimum; /* of the bounds */
    bool any = false;
    size_t best = SIZE_MAX;
    int64_t best_cost = INT64_MAX;
    if (rowwise ? t->hidden[i][n - 1] : t->hidden[n - 1][i])
        return false;
    for (size_t k = 0; k + 1 < n; k++) {
        size_t r = rowwise ? i : k;
        size_t c = rowwise ? k : i;
        if (t->hidden[r][c]) {
            any = true;
            sum += t->value[r][c];
            left += t->bounded ? t->bound[r][c] - t->value[r][c] : 0;
            continue;
        }
        int64_t cost = cost_of(t, r, c);
        if (cost >= 0 && cost < best_cost) {
            best_cost = cost;
            best = k;
        }
    }
    if (!any || (sum >= minimum && left >= minimum) || best == SIZE_MAX)
        return false;
    if (rowwise)
        t->hidden[i][best] = true;
    else
        t->hidden[best][i] = true;
    return true;
}

static void hide_all(struct suppress_table *t)
{
    for (size_t r = 0; r < t->rows; r++)
        for (size_t c = 0; c < t->cols; c++)
            t->hidden[r][c] = t->given[r][c] || !t->open[r][c];
}

void suppress_table(struct suppress_table *t, int64_t minimum)
{
    size_t row;
    size_t col;
    bool changed = true;
    CHECK(t->rows >= 2 && t->rows <= SUPPRESS_ROWS_MAX && t->cols >= 2 && t->cols <= SUPPRESS_COLS_MAX);
    check_adds_up(t);
    for (size_t r = 0; r < t->rows; r++)
        for (size_t c = 0; c < t->cols; c++)
            t->hidden[r][c] = t->given[r][c] || (!t->open[r][c] && !t->quiet[c] && t->value[r][c] > 0 &&
                                                 t->value[r][c] < minimum);
    while (changed) {
        changed = false;
        while (find_bridge(t, &row, &col)) {
            if (!close_ring(t, row, col)) {
                hide_all(t);
                return;
            }
        }
        for (size_t r = 0; r < t->rows; r++)
            changed |= widen(t, true, r, minimum);
        for (size_t c = 0; c < t->cols; c++)
            changed |= widen(t, false, c, minimum);
    }
}
