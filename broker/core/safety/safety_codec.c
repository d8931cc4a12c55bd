/* Leaks, surges and conflicts as bytes and as a fingerprint. A token is private: it goes with the household's
 * key, and is in no digest. */
#include "core/safety/safety_state.h"

#include "base/check.h"
#include "base/hash.h"
#include "core/engine_state.h"
#include "core/fields.h"

/* Told apart from the records of digest.c and of the other folders. */
enum record_kind { RECORD_LEAK = 80, RECORD_LEAK_HOUSEHOLD, RECORD_SURGE, RECORD_CONFLICT };

static void leak_event_fields(struct fields *f, enum event_kind kind, struct leak_event *v)
{
    field_u32(f, &v->leak);
    field_u32(f, &v->location.v);
    if (kind == EV_LEAK_REPORTED)
        field_below(f, &v->reason, LEAK_REASON_N);
    if (kind == EV_LEAK_REPEATED) {
        field_below(f, &v->again, ALARM_AGAIN_MAX + 1);
        FIELD_BOOL(f, v->passed_on);
        FIELD_BOOL(f, v->is_last);
    }
    if (kind == EV_LOCATION_LIFTED && f->mode == FIELDS_READ)
        v->beds_untold = f->version < 5;
    if (kind != EV_LEAK_HOUSEHOLD && kind != EV_LEAK_BRIDGE && kind != EV_LEAK_SEARCH &&
        kind != EV_LEAK_PROMISED)
        return;
    field_u16(f, &v->rank);
    if (kind == EV_LEAK_PROMISED) {
        field_u64(f, &v->promised.v);
        field_u64(f, &v->earlier.v);
        v->later = v->earlier;
        return;
    }
    if (kind == EV_LEAK_BRIDGE) {
        field_u64(f, &v->bridge.v);
        field_u64(f, &v->earlier.v);
        v->later = v->earlier;
        field_time(f, &v->deadline_ms);
        return;
    }
    field_u64(f, &v->stay.v);
    field_u64(f, &v->earlier.v);
    field_u64(f, &v->later.v);
    if (kind != EV_LEAK_SEARCH)
        return;
    field_u64(f, &v->bridge.v);
    field_time(f, &v->deadline_ms);
}

void safety_event_fields(struct fields *f, struct event *ev)
{
    switch ((int)event_body_of(ev->kind)) { /* only those of this folder come here */
    case BODY_SURGE:
        field_below(f, &ev->u.surge.region, SURGE_REGIONS_MAX);
        FIELD_BOOL(f, ev->u.surge.on);
        field_below(f, &ev->u.surge.reason, SURGE_REASON_N);
        break;
    case BODY_CONFLICT:
        field_u64(f, &ev->u.conflict.request.v);
        field_u64(f, &ev->u.conflict.referral.v);
        if (ev->kind == EV_CONFLICT_ANSWERED)
            FIELD_BOOL(f, ev->u.conflict.conflict);
        break;
    default:
        CHECK(event_body_of(ev->kind) == BODY_LEAK);
        leak_event_fields(f, ev->kind, &ev->u.leak);
    }
}

bool safety_event_has_private(const struct event *ev)
{
    return ev->kind == EV_CONFLICT_ASKED && ev->u.conflict.token[0] != '\0';
}

void safety_event_private_fields(struct fields *f, struct event *ev)
{
    CHECK(ev->kind == EV_CONFLICT_ASKED);
    field_text(f, ev->u.conflict.token, sizeof ev->u.conflict.token);
}

/* ---- fingerprints ---- */

static struct fields hash_of(enum record_kind kind, uint64_t id)
{
    struct fields f = fields_hash();

    f.hash = hash_combine((uint64_t)kind, id);
    return f;
}

static uint64_t digest_of_leak(const struct leak *record)
{
    struct fields f = hash_of(RECORD_LEAK, record->id);
    struct leak l = *record;

    field_u32(&f, &l.location.v);
    FIELD_ENUM(&f, l.state, LEAK_STATE_N);
    FIELD_ENUM(&f, l.reason, LEAK_REASON_N);
    field_u32(&f, &l.reported_by.v);
    field_u32(&f, &l.confirmed_by.v);
    field_u32(&f, &l.lift_asked_by.v);
    field_u32(&f, &l.lifted_by.v);
    field_time(&f, &l.reported_at_ms);
    field_time(&f, &l.frozen_at_ms);
    field_time(&f, &l.ended_at_ms);
    field_u16(&f, &l.households);
    field_u64(&f, &l.version);
    if (l.n_again != 0) { /* none in older journals, whose digest stays as it was */
        field_u8(&f, &l.n_again);
        field_time(&f, &l.again_at_ms);
        FIELD_BOOL(&f, l.passed_on);
    }
    return f.hash;
}

static uint64_t digest_of_leak_household(const struct leak_household *record)
{
    struct fields f = hash_of(RECORD_LEAK_HOUSEHOLD, record->stay.v);
    struct leak_household h = *record;

    field_u32(&f, &h.leak);
    field_u16(&f, &h.rank);
    field_u64(&f, &h.earlier.v);
    field_u64(&f, &h.later.v);
    if (h.bridge.v != 0)
        field_u64(&f, &h.bridge.v);
    if (h.promised.v != 0)
        field_u64(&f, &h.promised.v);
    return f.hash;
}

static uint64_t digest_of_surge(const struct surge *record, uint32_t nth)
{
    struct fields f = hash_of(RECORD_SURGE, nth);
    struct surge s = *record;

    field_u8(&f, &s.region);
    FIELD_ENUM(&f, s.reason, SURGE_REASON_N);
    field_u32(&f, &s.by.v);
    field_time(&f, &s.from_ms);
    field_time(&f, &s.until_ms);
    return f.hash;
}

static uint64_t digest_of_conflict(const struct conflict *record)
{
    struct fields f = hash_of(RECORD_CONFLICT, record->id);
    struct conflict c = *record;

    field_u64(&f, &c.request.v);
    FIELD_ENUM(&f, c.state, CONFLICT_STATE_N);
    field_time(&f, &c.asked_at_ms);
    field_time(&f, &c.answered_at_ms);
    return f.hash;
}

static void refresh(struct engine *e, uint64_t *sum, uint64_t now)
{
    e->sum += now - *sum;
    *sum = now;
}

void safety_refresh_leak(struct engine *e, struct leak_slot *s)
{
    refresh(e, &s->sum, digest_of_leak(&s->l));
}

void safety_refresh_household(struct engine *e, struct leak_household_slot *s)
{
    refresh(e, &s->sum, digest_of_leak_household(&s->h));
}

void safety_refresh_surge(struct engine *e, struct surge_slot *s, uint32_t nth)
{
    refresh(e, &s->sum, digest_of_surge(&s->s, nth));
}

void safety_refresh_conflict(struct engine *e, struct conflict_slot *s)
{
    refresh(e, &s->sum, digest_of_conflict(&s->c));
}

uint64_t safety_recount(const struct engine *e)
{
    const struct safety_tables *t = &e->safety;
    uint64_t sum = 0;

    for (uint32_t i = 0; i < t->n_leaks; i++)
        sum += digest_of_leak(&t->leaks[i].l);
    for (uint32_t i = 0; i < t->n_households; i++)
        sum += digest_of_leak_household(&t->households[i].h);
    for (uint32_t i = 0; i < t->n_surges; i++)
        sum += digest_of_surge(&t->surges[i].s, i + 1);
    for (uint32_t i = 0; i < t->n_conflicts; i++)
        sum += digest_of_conflict(&t->conflicts[i].c);
    return sum;
}

uint64_t safety_facts(const struct engine *e, uint64_t h)
{
    for (uint32_t i = 0; i < e->safety.n_conflicts; i++)
        h = hash_combine(h, hash_bytes(bytes_of_text(e->safety.conflicts[i].c.token)));
    return h;
}
