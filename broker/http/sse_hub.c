#include "http/sse_hub.h"

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "http/app_state.h"
#include "http/guard.h"
#include "http/reply.h"
#include "http/sse_fact.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

/* While a stream that came back is being told what it missed, so much may wait for its client; a quarter of
 * what the wire drops a stream for, so that live facts behind it have room. */
#define RESUME_BACKLOG (64 * 1024)

struct stream {
    struct wire_ticket ticket; /* its serial is the key: never given twice */
    uint8_t session[SESSION_HASH_BYTES];
    struct actor actor;
    bool is_resuming;  /* still being told from the ring */
    uint64_t told_seq; /* resuming: everything up to here was told */
    bool is_over;      /* dropped or ended; on_stream_closed is on its way */
    UT_hash_handle hh;
};

struct sse_hub {
    struct http_app *app;
    struct event *timer;
    uint32_t streams_max;
    struct stream *streams;
    unsigned beat;

    struct fact ring[SSE_RING];
    size_t ring_head, ring_n;
    uint64_t seq;   /* published: all of it is in the ring or at or below the floor */
    uint64_t floor; /* facts up to here may be missing */

    struct event scratch; /* an event with the ids of a fact; great, so not on the stack */
    struct buf text;
};

/* ---- ring ---- */

static const struct fact *ring_at(const struct sse_hub *hub, size_t i)
{
    return &hub->ring[(hub->ring_head + i) % SSE_RING];
}

static void ring_add(struct sse_hub *hub, const struct fact *f)
{
    if (hub->ring_n == SSE_RING) {
        hub->floor = ring_at(hub, 0)->seq;
        hub->ring_head = (hub->ring_head + 1) % SSE_RING;
        hub->ring_n--;
    }
    hub->ring[(hub->ring_head + hub->ring_n) % SSE_RING] = *f;
    hub->ring_n++;
}

/* Place of the first fact after SEQ. */
static size_t ring_after(const struct sse_hub *hub, uint64_t seq)
{
    size_t from = 0, to = hub->ring_n;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (ring_at(hub, middle)->seq <= seq)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* Go on from SEQ without the facts up to it: they were replayed, not published. */
static void skip_to(struct sse_hub *hub, uint64_t seq)
{
    if (seq <= hub->seq)
        return;
    hub->seq = hub->floor = seq;
    hub->ring_n = 0;
}

/* ---- one stream ---- */

static void stream_write(struct sse_hub *hub, struct stream *s, struct bytes text)
{
    if (!s->is_over && wire_stream_write(hub->app->server, s->ticket, text) != OK)
        s->is_over = true;
}

static void stream_end(struct sse_hub *hub, struct stream *s)
{
    if (!s->is_over)
        wire_stream_end(hub->app->server, s->ticket);
    s->is_over = true;
}

/* Nobody can say what was missed: fetch everything anew, and go on from here. */
static void write_reset(struct sse_hub *hub, struct stream *s)
{
    char at[TIME_TEXT_SIZE];
    unsigned long long seq = (unsigned long long)hub->seq;

    buf_clear(&hub->text);
    buf_format(&hub->text, "id: %llu\nevent: reset\ndata: {\"seq\":%llu,\"at\":\"%s\"}\n\n", seq, seq,
               time_format(app_now_ms(hub->app), at));
    stream_write(hub, s, buf_view(&hub->text));
    s->is_resuming = false;
}

static void write_fact(struct sse_hub *hub, struct stream *s, const struct fact *f)
{
    buf_clear(&hub->text);
    fact_write(f, &hub->text);
    stream_write(hub, s, buf_view(&hub->text));
}

static void write_change(struct sse_hub *hub, struct stream *s, const struct fact *f, const char *name)
{
    struct buf text = {0}; /* seldom; what all others hear stays as it is written */

    fact_write_bare(f, name, &text);
    stream_write(hub, s, buf_view(&text));
    buf_fini(&text);
}

/* Tell what was missed, until the client must read first; sse_hub_drained goes on. */
static void resume(struct sse_hub *hub, struct stream *s)
{
    const struct engine *e = app_engine(hub->app);

    if (s->told_seq < hub->floor || s->told_seq > hub->seq) {
        write_reset(hub, s);
        return;
    }
    for (size_t i = ring_after(hub, s->told_seq); i < hub->ring_n; i++) {
        const struct fact *f = ring_at(hub, i);
        const char *name = NULL;

        if (s->is_over || wire_stream_backlog(hub->app->server, s->ticket) >= RESUME_BACKLOG)
            return;
        fact_to_event(f, &hub->scratch);
        if (audience_of_event(e, &s->actor, &hub->scratch))
            write_fact(hub, s, f);
        else if ((name = audience_of_change(e, &s->actor, &hub->scratch)) != NULL)
            write_change(hub, s, f, name);
        s->told_seq = f->seq;
    }
    s->is_resuming = false;
}

/* ---- what flow publishes ---- */

static void on_published(void *ctx, const struct engine *e, const struct event *ev)
{
    struct sse_hub *hub = ctx;
    struct stream *s, *next;
    struct fact f;

    skip_to(hub, ev->seq - 1);
    hub->seq = ev->seq;
    if (!fact_of_event(e, ev, &f))
        return;
    ring_add(hub, &f);
    buf_clear(&hub->text); /* written for the first who may hear it: a batch of reports has a thousand */
    HASH_ITER(hh, hub->streams, s, next)
    {
        const char *name = NULL;

        if (s->is_resuming || s->is_over)
            continue;
        if (!audience_of_event(e, &s->actor, ev)) {
            name = audience_of_change(e, &s->actor, ev);
            if (name != NULL)
                write_change(hub, s, &f, name);
            continue;
        }
        if (hub->text.len == 0)
            fact_write(&f, &hub->text);
        stream_write(hub, s, buf_view(&hub->text));
    }
}

void sse_hub_feed(struct sse_hub *hub, struct org_id provider)
{
    const struct engine *e = app_engine(hub->app);
    char at[TIME_TEXT_SIZE];

    buf_clear(&hub->text);
    buf_format(&hub->text, "event: feed\ndata: {\"seq\":%llu,\"at\":\"%s\"}\n\n",
               (unsigned long long)hub->seq, time_format(app_now_ms(hub->app), at));
    for (struct stream *s = hub->streams; s != NULL; s = s->hh.next) {
        if (may(e, &s->actor, ACT_SEE_FEEDS, provider.v))
            stream_write(hub, s, buf_view(&hub->text));
    }
}

/* ---- life of the hub ---- */

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    sse_hub_beat(ctx);
}

struct sse_hub *sse_hub_new(struct http_app *app, uint32_t streams_max)
{
    const struct timeval second = {1, 0};
    struct sse_hub *hub = mem_new(1, sizeof *hub);

    hub->app = app;
    hub->streams_max = streams_max;
    skip_to(hub, flow_published_seq(app->parts.flow));
    flow_subscribe(app->parts.flow, on_published, hub);
    hub->timer = event_new(app->parts.base, -1, EV_PERSIST, on_timer, hub);
    CHECK(hub->timer != NULL && event_add(hub->timer, &second) == 0);
    return hub;
}

void sse_hub_free(struct sse_hub *hub)
{
    struct stream *s, *next;

    if (hub == NULL)
        return;
    HASH_ITER(hh, hub->streams, s, next)
    {
        HASH_DEL(hub->streams, s);
        free(s);
    }
    event_free(hub->timer);
    buf_fini(&hub->text);
    free(hub);
}

uint32_t sse_hub_streams(const struct sse_hub *hub)
{
    return HASH_COUNT(hub->streams);
}

/* ---- open and close ---- */

static unsigned count_of_session(const struct sse_hub *hub, const uint8_t hash[SESSION_HASH_BYTES])
{
    const struct stream *s;
    unsigned n = 0;

    for (s = hub->streams; s != NULL; s = s->hh.next)
        n += !s->is_over && memcmp(s->session, hash, SESSION_HASH_BYTES) == 0;
    return n;
}

/* True if there is room; otherwise the request was answered. */
static bool may_open(const struct sse_hub *hub, const struct call *call)
{
    if (flow_state(hub->app->parts.flow) == FLOW_FENCED) {
        reply_trouble(&call->late, ERR_FENCED);
        return false;
    }
    if (HASH_COUNT(hub->streams) >= hub->streams_max) {
        reply_problem(&call->late, 503, "streams", "Too many are listening",
                      "No more live streams now; ask for the state itself from time to time.");
        return false;
    }
    if (count_of_session(hub, call->session->hash) >= SSE_SESSION_STREAMS) {
        reply_problem(&call->late, 429, "streams", "Too many streams",
                      "This session has too many live streams open.");
        return false;
    }
    return true;
}

static enum err begin(struct sse_hub *hub, const struct call *call)
{
    struct wire_header h[REPLY_COMMON_MAX + 3];
    size_t n = reply_common_headers(&call->late, REPLY_API, h);

    h[n++] = (struct wire_header){"Content-Type", "text/event-stream"};
    h[n++] = (struct wire_header){"Cache-Control", "no-store"};
    h[n++] = (struct wire_header){"X-Accel-Buffering", "no"}; /* a proxy that collects first tells too late */
    reply_log(&call->late, 200);
    return wire_stream_begin(hub->app->server, call->late.ticket, h, n);
}

void sse_hub_open(struct sse_hub *hub, struct call *call, uint64_t after_seq)
{
    struct stream *s;

    if (!may_open(hub, call) || begin(hub, call) != OK || call->late.head)
        return;
    s = mem_new(1, sizeof *s);
    s->ticket = call->late.ticket;
    memcpy(s->session, call->session->hash, sizeof s->session);
    s->actor = call->late.actor;
    HASH_ADD(hh, hub->streams, ticket.serial, sizeof s->ticket.serial, s);

    skip_to(hub, flow_published_seq(hub->app->parts.flow));
    buf_clear(&hub->text);
    buf_text(&hub->text, "retry: 3000\n");
    if (after_seq == SSE_FROM_NOW) /* even if nothing happens: where to go on when the line breaks */
        buf_format(&hub->text, "id: %llu\n", (unsigned long long)hub->seq);
    buf_text(&hub->text, "\n");
    stream_write(hub, s, buf_view(&hub->text));
    if (after_seq == SSE_FROM_NOW)
        return;
    s->is_resuming = true;
    s->told_seq = after_seq;
    resume(hub, s);
}

static struct stream *find(struct sse_hub *hub, struct wire_ticket ticket)
{
    struct stream *s = NULL;

    HASH_FIND(hh, hub->streams, &ticket.serial, sizeof ticket.serial, s);
    return s;
}

void sse_hub_drained(struct sse_hub *hub, struct wire_ticket ticket)
{
    struct stream *s = find(hub, ticket);

    if (s != NULL && s->is_resuming && !s->is_over)
        resume(hub, s);
}

void sse_hub_closed(struct sse_hub *hub, struct wire_ticket ticket)
{
    struct stream *s = find(hub, ticket);

    if (s == NULL)
        return;
    HASH_DEL(hub->streams, s);
    free(s);
}

void sse_hub_end_session(struct sse_hub *hub, const uint8_t hash[SESSION_HASH_BYTES])
{
    struct stream *s;

    for (s = hub->streams; s != NULL; s = s->hh.next) {
        if (memcmp(s->session, hash, SESSION_HASH_BYTES) == 0)
            stream_end(hub, s);
    }
}

/* ---- beat ---- */

/* Is the session still good? The account is read anew: its role or house may have changed. */
static bool refresh(struct sse_hub *hub, struct stream *s)
{
    const struct people_port *people = &hub->app->parts.people;
    const struct session *session = people->session_find(people->ctx, s->session);
    const struct account *a = session != NULL ? people->get(people->ctx, session->account) : NULL;

    if (session == NULL || guard_is_over(hub->app, session, a) ||
        flow_state(hub->app->parts.flow) == FLOW_FENCED)
        return false;
    s->actor = guard_actor_of_account(a);
    if (a->role == ROLE_SHELTER)
        people->session_touch(people->ctx, s->session, app_now_ms(hub->app));
    return true;
}

void sse_hub_beat(struct sse_hub *hub)
{
    struct stream *s;

    hub->beat = (hub->beat + 1) % SSE_BEAT_S;
    for (s = hub->streams; s != NULL; s = s->hh.next) {
        if (s->is_over || s->ticket.serial % SSE_BEAT_S != hub->beat)
            continue;
        if (!refresh(hub, s)) {
            stream_end(hub, s);
            continue;
        }
        buf_clear(&hub->text);
        buf_text(&hub->text, ": alive\n");
        if (!s->is_resuming) /* so that a quiet stream can still be resumed hours later */
            buf_format(&hub->text, "id: %llu\n", (unsigned long long)hub->seq);
        buf_text(&hub->text, "\n");
        stream_write(hub, s, buf_view(&hub->text));
    }
}
