#include "report/delivery.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <stdlib.h>
#include <string.h>

/* A provider's count under way. */
struct tally {
    struct delivery d;
    int64_t *minutes;
    size_t n_minutes, cap_minutes;
};

const char *delivery_rate_code(enum delivery_rate r)
{
    static const char *const codes[RATE_N] = {
        [RATE_IN_TIME] = "inTime",        [RATE_YES] = "yes",
        [RATE_UNANSWERED] = "unanswered", [RATE_LATE_NO] = "lateNo",
        [RATE_FALSE_FREE] = "falseFree",  [RATE_REFUSED] = "refused",
        [RATE_BED_GONE] = "bedGone",
    };

    CHECK((unsigned)r < RATE_N);
    return codes[r];
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* At PERMILLE of a sorted list; the lower neighbour, so that it is a number that exists. -1 of none. */
static int64_t quantile(int64_t *list, size_t n, size_t permille)
{
    if (n == 0)
        return -1;
    qsort(list, n, sizeof *list, by_size);
    return list[(n - 1) * permille / 1000];
}

/* Its own number had units left when it was asked. */
static bool said_free(const struct request *q)
{
    return q->proposal.free != UNITS_UNKNOWN && q->proposal.free > q->proposal.held;
}

static void count_no(const struct engine *e, struct delivery *d, const struct request *q)
{
    d->no++;
    d->late_no += q->answered_at_ms > q->answer_by_ms;
    d->false_free += said_free(q) && (vocab_decline_is_full(engine_vocab(e), q->decline_reason) ||
                                      vocab_decline_is_taken(engine_vocab(e), q->decline_reason));
}

static void count(const struct engine *e, struct tally *t, const struct request *q, int64_t now_ms)
{
    struct delivery *d = &t->d;
    bool is_answered = q->answered_at_ms != 0 && !q->late_yes;
    int64_t until_ms = q->ended_at_ms != 0 ? q->ended_at_ms : now_ms;

    if (is_answered && q->asked_by.v != 0 && q->asked_by.v == q->answered_by.v)
        return; /* at the door after all */
    d->asked++;
    d->extra_time += q->n_extended;
    d->late_yes += q->late_yes;
    d->refused += q->refused;
    d->bed_gone += q->cancel_why == CANCEL_BED_GONE;
    if (!is_answered) {
        d->waiting += q->state == REQUEST_PENDING && until_ms < q->answer_by_ms;
        d->let_go += q->state == REQUEST_CANCELLED && until_ms < q->answer_by_ms;
        d->unanswered += until_ms >= q->answer_by_ms;
        return;
    }
    d->in_time += q->answered_at_ms <= q->answer_by_ms;
    if (q->state == REQUEST_DECLINED)
        count_no(e, d, q);
    else
        d->yes++;
    MEM_GROW(t->minutes, t->n_minutes, t->cap_minutes);
    t->minutes[t->n_minutes++] = (q->answered_at_ms - q->asked_at_ms) / MS_MINUTE;
}

static uint32_t counted(const struct delivery *d)
{
    return d->asked - d->waiting - d->let_go;
}

static void finish(struct tally *t)
{
    struct delivery *d = &t->d;
    const uint32_t parts[RATE_N] = {[RATE_IN_TIME] = d->in_time,       [RATE_YES] = d->yes,
                                    [RATE_UNANSWERED] = d->unanswered, [RATE_LATE_NO] = d->late_no,
                                    [RATE_FALSE_FREE] = d->false_free, [RATE_REFUSED] = d->refused,
                                    [RATE_BED_GONE] = d->bed_gone};
    uint32_t n = counted(d);

    for (int i = 0; i < RATE_N; i++)
        d->rates[i] = n == 0 ? -1 : (int)((parts[i] * 100u + n / 2) / n);
    d->median_minutes = quantile(t->minutes, t->n_minutes, 500);
    free(t->minutes);
    t->minutes = NULL;
}

/* Count into TALLIES, one per organisation by id - 1; without ALL only that of ORG, which is then the first.
 */
static void pass(const struct engine *e, int64_t now_ms, int days, struct org_id org, bool all,
                 struct tally *tallies)
{
    int64_t from_ms = now_ms - days * MS_DAY;

    /* Newest first: requests are numbered in the order of asking. */
    for (uint64_t i = engine_requests(e); i >= 1; i--) {
        const struct request *q = engine_request(e, (struct request_id){i});
        struct org_id whose = engine_pool(e, q->pool)->org;

        if (q->asked_at_ms < from_ms)
            break;
        if (all || whose.v == org.v)
            count(e, &tallies[all ? whose.v - 1 : 0], q, now_ms);
    }
}

void delivery_make(const struct engine *e, struct org_id org, int64_t now_ms, int days, struct delivery *out)
{
    struct tally t = {.d = {.from_ms = now_ms - days * MS_DAY, .to_ms = now_ms}};

    pass(e, now_ms, days, org, false, &t);
    finish(&t);
    *out = t.d;
}

static int to_five(int64_t v)
{
    return (int)((v + 2) / 5 * 5);
}

void delivery_norm_make(const struct engine *e, int64_t now_ms, int days, struct delivery_norm *out)
{
    uint32_t n_orgs = engine_orgs(e);
    struct tally *tallies = mem_new(n_orgs + 1u, sizeof *tallies);
    int64_t *list = mem_new(n_orgs + 1u, sizeof *list);
    size_t n = 0;

    memset(out, 0, sizeof *out);
    pass(e, now_ms, days, (struct org_id){0}, true, tallies);
    for (uint32_t i = 0; i < n_orgs; i++) {
        finish(&tallies[i]);
        out->providers += counted(&tallies[i].d) >= DELIVERY_ASKED_MIN;
    }
    out->is_shown = out->providers >= DELIVERY_PROVIDERS_MIN;
    for (int rate = 0; rate < RATE_N && out->is_shown; rate++) {
        n = 0;
        for (uint32_t i = 0; i < n_orgs; i++) {
            if (counted(&tallies[i].d) >= DELIVERY_ASKED_MIN)
                list[n++] = tallies[i].d.rates[rate];
        }
        out->rates[rate].low = to_five(quantile(list, n, 250));
        out->rates[rate].middle = to_five(quantile(list, n, 500));
        out->rates[rate].high = to_five(quantile(list, n, 750));
    }
    n = 0;
    for (uint32_t i = 0; i < n_orgs; i++) {
        if (counted(&tallies[i].d) >= DELIVERY_ASKED_MIN && tallies[i].d.median_minutes >= 0)
            list[n++] = tallies[i].d.median_minutes;
    }
    out->median_minutes = out->is_shown && n >= DELIVERY_PROVIDERS_MIN ? to_five(quantile(list, n, 500)) : -1;
    free(list);
    free(tallies);
}
