/* Stays and clocks as bytes and as a fingerprint. What a person could be found by (a return code, a desk's
 * number) is private: sealed with the referral's key, and in no digest. */
#include "core/stay/stay_state.h"

#include "base/check.h"
#include "base/hash.h"
#include "core/engine_state.h"
#include "core/fields.h"
#include "core/vocab.h"

/* Told apart from the records of digest.c, which count from 1. */
enum record_kind { RECORD_STAY = 40, RECORD_CLOCK, RECORD_HOUSEHOLD, RECORD_FLAG };

static void field_day(struct fields *f, int32_t *v)
{
    field_i32(f, v, INT32_MIN, INT32_MAX);
}

void funding_spans_fields(struct fields *f, struct funding_span *spans, uint8_t *n)
{
    field_below(f, n, FUNDING_SPANS_MAX + 1);
    for (unsigned i = 0; i < *n; i++) {
        field_day(f, &spans[i].from_day);
        field_u8(f, &spans[i].stream);
        field_u16(f, &spans[i].municipality);
        field_u8(f, &spans[i].rule);
        field_u8(f, &spans[i].reason);
    }
}

static void stay_fields_of(struct fields *f, struct event *ev)
{
    struct stay_event *s = &ev->u.stay;

    field_u64(f, &s->stay.v);
    field_u64(f, &s->referral.v);
    if (ev->kind == EV_STAY_STARTED)
        field_u64(f, &s->request.v);
    if (ev->kind == EV_STAY_STARTED || ev->kind == EV_STAY_FUNDED)
        funding_spans_fields(f, s->spans, &s->n_spans);
    if (ev->kind == EV_STAY_READY) {
        FIELD_BOOL(f, s->ready);
        field_u8(f, &s->block);
    }
    if (ev->kind == EV_STAY_ENDED) {
        field_u8(f, &s->reason);
        field_u8(f, &s->destination);
        if (f->mode == FIELDS_READ)
            s->untold = f->version < 5;
    }
}

static void clock_fields_of(struct fields *f, struct event *ev)
{
    struct clock_event *c = &ev->u.clock;

    field_u64(f, &c->clock.v);
    field_u64(f, &c->referral.v);
    field_u32(f, &c->owner.v);
    if (ev->kind == EV_CLOCK_STARTED) {
        field_u64(f, &c->stay.v);
        field_u8(f, &c->kind);
        field_time(f, &c->started_at_ms);
    }
    if (ev->kind == EV_CLOCK_STARTED || ev->kind == EV_CLOCK_PROLONGED) {
        field_time(f, &c->warn_at_ms);
        field_time(f, &c->runs_out_ms);
    }
    if (ev->kind == EV_CLOCK_STARTED || ev->kind == EV_CLOCK_OFFERED || ev->kind == EV_CLOCK_TAKEN) {
        field_u32(f, &c->org.v);
        field_u32(f, &c->desk.v);
    }
    if (ev->kind == EV_CLOCK_STOPPED)
        field_u8(f, &c->reason);
    if (ev->kind == EV_CLOCK_WARNED)
        field_u64(f, &c->follow_up.v);
}

void stay_event_fields(struct fields *f, struct event *ev)
{
    switch ((int)event_body_of(ev->kind)) { /* only those of this folder come here */
    case BODY_LINK:
        field_u64(f, &ev->u.link.referral.v);
        field_u64(f, &ev->u.link.earlier.v);
        FIELD_ENUM(f, ev->u.link.why, LINK_N);
        break;
    case BODY_FLAG:
        field_u64(f, &ev->u.flag.referral.v);
        field_u64(f, &ev->u.flag.request.v);
        field_region(f, &ev->u.flag.region);
        break;
    case BODY_CLOCK:
        clock_fields_of(f, ev);
        break;
    case BODY_DATED:
        field_u64(f, &ev->u.dated.stay.v);
        field_u64(f, &ev->u.dated.bridge.v);
        field_u64(f, &ev->u.dated.referral.v);
        field_time(f, &ev->u.dated.started_at_ms);
        field_time(f, &ev->u.dated.ended_at_ms);
        funding_spans_fields(f, ev->u.dated.spans, &ev->u.dated.n_spans);
        break;
    default:
        CHECK(event_body_of(ev->kind) == BODY_STAY);
        stay_fields_of(f, ev);
    }
}

bool stay_has_private(const struct event *ev)
{
    if (ev->kind == EV_RETURN_CODE_GIVEN)
        return ev->u.stay.return_code[0] != '\0';
    return ev->kind == EV_CLOCK_TAKEN && ev->u.clock.callback[0] != '\0';
}

void stay_private_fields(struct fields *f, struct event *ev)
{
    if (ev->kind == EV_RETURN_CODE_GIVEN)
        field_text(f, ev->u.stay.return_code, sizeof ev->u.stay.return_code);
    else if (ev->kind == EV_CLOCK_TAKEN)
        field_text(f, ev->u.clock.callback, sizeof ev->u.clock.callback);
}

/* ---- fingerprints ---- */

static struct fields hash_of(enum record_kind kind)
{
    struct fields f = fields_hash();

    f.hash = (uint64_t)kind;
    return f;
}

uint64_t digest_of_stay(const struct stay *s)
{
    struct fields f = hash_of(RECORD_STAY);
    struct stay copy = *s;

    field_u64(&f, &copy.id.v);
    field_u64(&f, &copy.referral.v);
    field_u64(&f, &copy.request.v);
    field_u32(&f, &copy.pool.v);
    FIELD_ENUM(&f, copy.state, STAY_STATE_N);
    field_time(&f, &copy.started_at_ms);
    field_time(&f, &copy.ready_at_ms);
    field_time(&f, &copy.blocked_at_ms);
    field_u8(&f, &copy.block);
    field_time(&f, &copy.ended_at_ms);
    field_u8(&f, &copy.departure);
    field_u8(&f, &copy.destination);
    field_u64(&f, &copy.version);
    funding_spans_fields(&f, copy.funding.spans, &copy.funding.n);
    return f.hash;
}

uint64_t digest_of_clock(const struct stay_clock *c)
{
    struct fields f = hash_of(RECORD_CLOCK);
    struct stay_clock copy = *c;

    field_u64(&f, &copy.id.v);
    field_u64(&f, &copy.referral.v);
    field_u64(&f, &copy.stay.v);
    field_u8(&f, &copy.kind);
    FIELD_ENUM(&f, copy.state, CLOCK_STATE_N);
    field_u32(&f, &copy.owner.v);
    field_u32(&f, &copy.desk.v);
    field_u32(&f, &copy.offered_to.v);
    field_time(&f, &copy.started_at_ms);
    field_time(&f, &copy.warn_at_ms);
    field_time(&f, &copy.runs_out_ms);
    field_time(&f, &copy.run_out_at_ms);
    field_time(&f, &copy.stopped_at_ms);
    field_u8(&f, &copy.stop_reason);
    field_u8(&f, &copy.prolonged);
    field_u64(&f, &copy.follow_up.v);
    field_u64(&f, &copy.version);
    return f.hash;
}

/* Nothing known of it: nothing counted, so that a table that grew by the way changes no digest. */
uint64_t digest_of_household(const struct household_slot *h)
{
    struct fields f = hash_of(RECORD_HOUSEHOLD);
    struct household_link copy = h->h;

    if (copy.stay.v == 0 && copy.earlier.v == 0 && copy.later.v == 0)
        return 0;
    field_u64(&f, &copy.stay.v);
    field_u64(&f, &copy.earlier.v);
    field_u64(&f, &copy.later.v);
    FIELD_ENUM(&f, copy.why, LINK_N);
    field_u16(&f, &copy.moves);
    if (copy.rests_from != 0)
        field_u16(&f, &copy.rests_from);
    return f.hash;
}

uint64_t digest_of_flag(const struct funding_flag *flag, uint64_t nth)
{
    struct fields f = hash_of(RECORD_FLAG);
    struct funding_flag copy = *flag;

    field_u64(&f, &nth);
    field_u64(&f, &copy.referral.v);
    field_u64(&f, &copy.request.v);
    field_region(&f, &copy.region);
    field_time(&f, &copy.at_ms);
    return f.hash;
}

uint64_t stay_digest_recount(const struct stay_tables *s)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < s->n_stays; i++)
        sum += digest_of_stay(&s->stays[i].s);
    for (uint32_t i = 0; i < s->n_clocks; i++)
        sum += digest_of_clock(&s->clocks[i].c);
    for (uint32_t i = 0; i < s->n_households; i++)
        sum += digest_of_household(&s->households[i]);
    for (uint32_t i = 0; i < s->n_flags; i++)
        sum += digest_of_flag(&s->flags[i].f, i + 1);
    return sum;
}

uint64_t stay_digest_facts(const struct stay_tables *s, uint64_t h)
{
    for (uint32_t i = 0; i < s->n_stays; i++)
        h = hash_combine(h, hash_bytes(bytes_of_text(s->stays[i].s.return_code)));
    for (uint32_t i = 0; i < s->n_clocks; i++)
        h = hash_combine(h, hash_bytes(bytes_of_text(s->clocks[i].c.callback)));
    return h;
}
