/* A fact: what of an event goes into the streams. Ids and states only, never anything of a household; whoever
 * hears it fetches what they may see.
 *
 * Pools whose age was renewed (EV_CAPACITY_CONFIRMED) are one fact for up to CONFIRMED_MAX of them, and it
 * names none: it is heard by all who may see at least one, as one text for all, and a feed confirms pools of
 * houses that may not see each other's. A fact per pool would fill streams and ring with what hardly anybody
 * waits for: a thousand facts each time that the country's feeds say the same again. */
#ifndef PLEK_HTTP_SSE_FACT_H
#define PLEK_HTTP_SSE_FACT_H

#include "core/engine.h"

struct fact {
    uint64_t seq;
    int64_t at_ms;
    enum event_kind kind;
    struct referral_id referral; /* 0 = none, as the others */
    struct request_id request;
    struct pool_id pool;
    uint64_t object; /* of a table of its own, by kind; for the audience alone, never written */
    struct gate_id gate;
    struct stay_id stay;
    struct clock_id clock;
    struct org_id owner, org;                /* of a clock, or whose regie it was; for the audience alone */
    uint8_t region;                          /* for the audience alone */
    const char *state;                       /* static; NULL = none */
    struct pool_id confirmed[CONFIRMED_MAX]; /* for the audience alone */
    uint8_t n_confirmed;
};

/* Take the fact out of a durable event. False if its kind is for nobody's stream. */
bool fact_of_event(const struct engine *e, const struct event *ev, struct fact *out);

/* The way back, as far as core/audience needs it: kind and ids. Overwrites OUT's ids and kind only. */
void fact_to_event(const struct fact *f, struct event *out);

/* Append the fact as one event of text/event-stream. */
void fact_write(const struct fact *f, struct buf *out);
/* The same as NAME, without any id or state: something changed, and not of whom (audience_of_change). */
void fact_write_bare(const struct fact *f, const char *name, struct buf *out);

#endif
