#include "nobed_model.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <stdlib.h>

/* After the moment of a check-in, and between two alarms that nobody answers (domain: hotel bridge). */
#define GRACE_MS (15 * MS_MINUTE)
#define AGAIN_MS (10 * MS_MINUTE)
#define SEEN_MS (30 * MS_MINUTE)

struct bridge_model {
    uint64_t referral, request;
    bool watched, ended;
    int64_t ring_at_ms; /* if nothing is heard before */
};

struct nobed_model {
    struct trace *trace;
    struct bridge_model *list;
    size_t n, cap;
};

struct nobed_model *nobed_model_new(struct trace *t)
{
    struct nobed_model *m = mem_new(1, sizeof *m);

    m->trace = t;
    return m;
}

void nobed_model_free(struct nobed_model *m)
{
    if (m == NULL)
        return;
    free(m->list);
    free(m);
}

static void opened(struct nobed_model *m, const struct event *ev)
{
    const struct bridge *b = &ev->u.bridge_opened;

    MEM_GROW(m->list, m->n, m->cap);
    m->list[m->n++] = (struct bridge_model){.referral = b->referral.v,
                                            .request = b->request.v,
                                            .watched = b->kind == BRIDGE_HOTEL,
                                            .ring_at_ms = b->next_ms + GRACE_MS};
    if (b->kind == BRIDGE_HOTEL &&
        (b->owner.kind == BRIDGE_OWNER_NONE || b->owner.callback[0] == '\0' || b->next_ms <= ev->at_ms))
        trace_fail(m->trace, "seq %llu: a hotel without safety owner or next check-in",
                   (unsigned long long)ev->seq);
}

static void went_on(struct nobed_model *m, const struct event *ev)
{
    struct bridge_model *b = NULL;

    if (ev->u.bridge.bridge.v < 1 || ev->u.bridge.bridge.v > m->n) {
        trace_fail(m->trace, "seq %llu: a bridge that nobody opened", (unsigned long long)ev->seq);
        return;
    }
    b = &m->list[ev->u.bridge.bridge.v - 1];
    if (b->ended || b->referral != ev->u.bridge.referral.v || b->request != ev->u.bridge.request.v)
        trace_fail(m->trace, "seq %llu: bridge %llu is over, or another's", (unsigned long long)ev->seq,
                   (unsigned long long)ev->u.bridge.bridge.v);
    b->ended = ev->kind == EV_BRIDGE_ENDED;
    if (ev->kind == EV_BRIDGE_ALARMED) {
        if (b->watched && ev->at_ms < b->ring_at_ms)
            trace_fail(m->trace, "seq %llu: bridge %llu rings before its time", (unsigned long long)ev->seq,
                       (unsigned long long)ev->u.bridge.bridge.v);
        b->ring_at_ms = ev->at_ms + AGAIN_MS;
    } else if (ev->kind == EV_BRIDGE_CHECKED && ev->u.bridge.check == BRIDGE_CHECK_SEEN) {
        b->ring_at_ms = ev->at_ms + SEEN_MS;
    } else {
        b->ring_at_ms = ev->u.bridge.next_ms + GRACE_MS;
    }
}

void nobed_model_event(struct nobed_model *m, const struct event *ev)
{
    if (ev->kind == EV_BRIDGE_OPENED)
        opened(m, ev);
    else if (ev->kind > EV_BRIDGE_OPENED && ev->kind <= EV_BRIDGE_ENDED)
        went_on(m, ev);
    else if (ev->kind == EV_REFERRAL_CLOSED &&
             (ev->account.v == 0 || ev->u.night.night.slept == 0 || ev->u.night.night.reason == 0))
        trace_fail(m->trace, "seq %llu: closed by a machine, or without saying where the household slept",
                   (unsigned long long)ev->seq);
}

void nobed_model_due(struct nobed_model *m, const struct engine *e, int64_t now_ms)
{
    for (uint64_t i = 1; i <= engine_bridges(e); i++) {
        const struct bridge *b = engine_bridge(e, (struct bridge_id){i});

        if (b->kind == BRIDGE_HOTEL && (b->state == BRIDGE_PLANNED || b->state == BRIDGE_ACTIVE) &&
            b->next_ms + GRACE_MS <= now_ms)
            trace_fail(m->trace, "bridge %llu: nobody rang, %lld ms after its time", (unsigned long long)i,
                       (long long)(now_ms - b->next_ms - GRACE_MS));
    }
}
