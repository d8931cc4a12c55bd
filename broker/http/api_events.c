/* The live stream of one browser: where it goes on; the rest is the hub's. */
#include "http/route.h"

#include "http/app_state.h"
#include "http/sse_hub.h"

#define SEQ_DIGITS_MAX 18

static uint64_t read_last_id(const struct http_head *head)
{
    struct bytes v;
    uint64_t seq = 0;

    if (!http_head_field(head, "Last-Event-ID", &v) || v.len == 0)
        return SSE_FROM_NOW;
    if (v.len > SEQ_DIGITS_MAX)
        return SSE_NOT_OURS;
    for (size_t i = 0; i < v.len; i++) {
        if (v.p[i] < '0' || v.p[i] > '9')
            return SSE_NOT_OURS;
        seq = seq * 10 + (uint64_t)(v.p[i] - '0');
    }
    return seq;
}

void api_events_get(struct call *call)
{
    sse_hub_open(call->late.app->hub, call, read_last_id(call->request->head));
}
