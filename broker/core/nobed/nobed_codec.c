/* Bridges and nights as fields: journal and digest name each once. */
#include "core/event.h"
#include "core/nobed/nobed_state.h"
#include "core/stay/stay_state.h"

#define DAYS_MAX INT32_C(2932896) /* the end of the year 9999 */

void bridge_opened_fields(struct fields *f, struct bridge *b)
{
    field_u64(f, &b->id.v);
    field_u64(f, &b->referral.v);
    field_u64(f, &b->request.v);
    FIELD_ENUM(f, b->kind, BRIDGE_KIND_N);
    FIELD_ENUM(f, b->state, BRIDGE_STATE_N);
    field_u8(f, &b->slept);
    FIELD_ENUM(f, b->owner.kind, BRIDGE_OWNER_KIND_N);
    field_u32(f, &b->owner.account.v);
    field_u16(f, &b->every_minutes);
    field_below(f, &b->n_times, BRIDGE_TIMES_MAX + 1);
    for (unsigned i = 0; i < b->n_times; i++)
        field_time(f, &b->times_ms[i]);
    field_time(f, &b->until_ms);
    field_time(f, &b->next_ms);
    field_time(f, &b->due_ms);
}

void bridge_owner_fields(struct fields *f, struct bridge_owner *o)
{
    FIELD_ENUM(f, o->role, BRIDGE_ROLE_N);
    field_text(f, o->org, sizeof o->org);
    field_text(f, o->callback, sizeof o->callback);
}

bool bridge_owner_has_facts(const struct bridge_owner *o)
{
    return o->role != 0 || o->org[0] != '\0' || o->callback[0] != '\0';
}

void bridge_event_fields(struct fields *f, struct event *ev)
{
    field_u64(f, &ev->u.bridge.bridge.v);
    field_u64(f, &ev->u.bridge.referral.v);
    field_u64(f, &ev->u.bridge.request.v);
    field_time(f, &ev->u.bridge.until_ms);
    field_time(f, &ev->u.bridge.next_ms);
    field_time(f, &ev->u.bridge.due_ms);
    FIELD_ENUM(f, ev->u.bridge.check, BRIDGE_CHECK_N);
    FIELD_ENUM(f, ev->u.bridge.end, BRIDGE_END_N);
}

void bridge_funded_fields(struct fields *f, struct event *ev)
{
    field_u64(f, &ev->u.bridge_funded.bridge.v);
    field_u64(f, &ev->u.bridge_funded.referral.v);
    funding_spans_fields(f, ev->u.bridge_funded.spans, &ev->u.bridge_funded.n_spans);
}

static void night_fields(struct fields *f, struct night *n)
{
    field_i32(f, &n->day, 0, DAYS_MAX);
    field_u8(f, &n->slept);
    field_u8(f, &n->reason);
}

void night_event_fields(struct fields *f, struct event *ev)
{
    field_u64(f, &ev->u.night.referral.v);
    night_fields(f, &ev->u.night.night);
}

void bridge_life_fields(struct fields *f, struct bridge *b)
{
    FIELD_ENUM(f, b->end, BRIDGE_END_N);
    field_u8(f, &b->alarms);
    field_time(f, &b->opened_at_ms);
    field_time(f, &b->started_at_ms);
    field_time(f, &b->checked_at_ms);
    field_time(f, &b->seen_at_ms);
    field_time(f, &b->ended_at_ms);
    field_u64(f, &b->version);
    if (b->set_out_at_ms != 0) /* as before where no journey was told */
        field_time(f, &b->set_out_at_ms);
}

void nobed_case_fields(struct fields *f, struct nobed_case *c)
{
    field_u64(f, &c->referral.v);
    field_below(f, &c->n_bridges, BRIDGES_PER_REFERRAL_MAX + 1);
    for (unsigned i = 0; i < c->n_bridges; i++)
        field_u64(f, &c->bridges[i].v);
    field_below(f, &c->n_nights, NIGHTS_MAX + 1);
    for (unsigned i = 0; i < c->n_nights; i++)
        night_fields(f, &c->nights[i]);
    field_u8(f, &c->closed_slept);
    field_u8(f, &c->closed_reason);
}
