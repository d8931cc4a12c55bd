#include "notify/unseen.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <stdlib.h>

bool unseen_is(const struct engine *e, struct request_id id)
{
    const struct request *q = engine_request(e, id);

    return q != NULL && q->state == REQUEST_PENDING && q->seen_at_ms == 0;
}

void unseen_fill(struct unseen *u, const struct engine *e)
{
    u->n = 0;
    for (uint64_t i = 1; i <= engine_requests(e); i++) {
        if (unseen_is(e, (struct request_id){i}))
            unseen_add(u, (struct request_id){i});
    }
}

void unseen_add(struct unseen *u, struct request_id id)
{
    MEM_GROW(u->list, u->n, u->cap);
    u->list[u->n++] = id;
}

void unseen_fini(struct unseen *u)
{
    free(u->list);
    *u = (struct unseen){0};
}

/* The house's clock starts at its opening (core/request.h), which is its time to answer before answer_by. */
static int64_t due_ms(const struct engine *e, const struct request *q, const struct unseen_limits *limits)
{
    const struct core_settings *s = engine_settings(e);
    const struct referral *r = engine_referral(e, q->referral);
    enum threat_level level = r != NULL && r->facts_known ? r->need.threat_level : THREAT_ROOD;
    enum urgency urgency = r != NULL ? r->urgency : URGENCY_NU;
    int64_t answer_s = s->answer_by_s[level];
    int64_t limit_ms = limits->ms[level] != 0 ? limits->ms[level] : s->timers.ring_s[level] * MS_SECOND / 2;
    int64_t opens_ms = 0;

    if (limit_ms == 0)
        return INT64_MAX;
    if (s->urgent_answer_s[urgency] < answer_s)
        answer_s = s->urgent_answer_s[urgency];
    opens_ms = q->answer_by_ms - answer_s * MS_SECOND;
    if (opens_ms < q->asked_at_ms) /* settings were changed since */
        opens_ms = q->asked_at_ms;
    return opens_ms + limit_ms;
}

bool unseen_take(struct unseen *u, const struct engine *e, const struct unseen_limits *limits, int64_t now_ms,
                 struct request_id *out)
{
    for (size_t i = 0; i < u->n;) {
        bool is_due = false;

        if (unseen_is(e, u->list[i])) {
            is_due = due_ms(e, engine_request(e, u->list[i]), limits) <= now_ms;
            if (!is_due) {
                i++;
                continue;
            }
            *out = u->list[i];
        }
        u->list[i] = u->list[--u->n];
        if (is_due)
            return true;
    }
    return false;
}
