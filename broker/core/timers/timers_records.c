/* Records of timers as fields: for journal and digest; and the promises over them. */
#include "core/timers/timers_state.h"

#include "base/check.h"
#include "core/broken.h"
#include "core/engine_state.h"
#include "core/event.h"
#include "core/fields.h"

/* "timers": told apart from the kinds of record in digest.c. */
#define RECORD_TIMERS UINT64_C(0x74696d657273)
#define RECORD_LEAKED UINT64_C(0x6c65616b6564)       /* "leaked" */
#define RECORD_CONFLICT UINT64_C(0x636f6e666c696374) /* "conflict" */

void escalation_fields(struct fields *f, struct escalation *x)
{
    field_u64(f, &x->referral.v);
    field_u64(f, &x->request.v);
    field_time(f, &x->until_ms);
    field_u32(f, &x->to.v);
    FIELD_ENUM(f, x->alarm, ALARM_N);
    FIELD_ENUM(f, x->how, HOLD_HOW_N);
}

void alarm_repeated_fields(struct fields *f, struct escalation *x)
{
    field_u64(f, &x->referral.v);
    field_u64(f, &x->request.v);
    FIELD_ENUM(f, x->alarm, ALARM_N);
    field_below(f, &x->again, ALARM_AGAIN_MAX + 1);
    FIELD_BOOL(f, x->passed_on);
}

bool desk_has_private(const struct event *ev)
{
    return ev->kind == EV_REFERRAL_DESK && ev->u.desk.facts_known;
}

void desk_private_fields(struct fields *f, struct event *ev)
{
    struct desk_said *s = &ev->u.desk.desk;

    FIELD_ENUM(f, s->channel, WAY_BACK_N);
    FIELD_ENUM(f, s->ground, GROUND_N);
    field_text(f, s->callback, sizeof s->callback);
    s->said = true;
    ev->u.desk.facts_known = true;
}

bool timers_request_is_empty(const struct request *q)
{
    return q->n_rung == 0 && q->n_extended == 0 && !q->widened;
}

void timers_request_fields(struct fields *f, struct request *q)
{
    field_below(f, &q->n_rung, RINGS_MAX + 1);
    field_below(f, &q->n_extended, EXTENSIONS_MAX + 1);
    FIELD_BOOL(f, q->widened);
    field_time(f, &q->rung_at_ms);
    field_time(f, &q->extended_at_ms);
}

static void alarm_fields(struct fields *f, struct alarm_state *a)
{
    field_time(f, &a->raised_at_ms);
    field_time(f, &a->acknowledged_at_ms);
    field_u32(f, &a->acknowledged_by.v);
}

uint64_t timers_digest(struct referral_id id, const struct timers *t)
{
    struct fields f = fields_hash();
    struct timers copy = *t;

    if (t->version == 0)
        return 0;
    f.hash = RECORD_TIMERS;
    field_u64(&f, &id.v);
    for (int i = 0; i < ALARM_GATE; i++)
        alarm_fields(&f, &copy.alarms[i]);
    field_u64(&f, &copy.hold_request.v);
    field_time(&f, &copy.hold_until_ms);
    field_time(&f, &copy.hold_set_at_ms);
    field_u8(&f, &copy.hold_extensions);
    FIELD_BOOL(&f, copy.hold_warned);
    FIELD_BOOL(&f, copy.hold_missed);
    field_time(&f, &copy.widened_at_ms);
    field_u8(&f, &copy.widen_steps);
    field_u32(&f, &copy.owner.v);
    FIELD_BOOL(&f, copy.handed);
    field_u32(&f, &copy.handed_to.v);
    field_time(&f, &copy.handed_at_ms);
    field_u64(&f, &copy.version);
    /* What journals of before it do not have leaves their digest as it was. */
    for (uint32_t i = 0; i < ALARMS_KEPT; i++) {
        struct alarm_state *a = &copy.alarms[i];

        if (i >= ALARM_GATE &&
            (a->raised_at_ms != 0 || a->acknowledged_at_ms != 0 || a->acknowledged_by.v != 0)) {
            field_u32(&f, &i);
            alarm_fields(&f, a);
        }
        if (a->n_again != 0 || a->again_at_ms != 0 || a->passed_on) {
            field_u32(&f, &i);
            field_u8(&f, &a->n_again);
            field_time(&f, &a->again_at_ms);
            FIELD_BOOL(&f, a->passed_on);
        }
    }
    return f.hash;
}

uint64_t timers_digest_seldom(struct referral_id id, enum alarm alarm, const struct alarm_state *state)
{
    struct fields f = fields_hash();
    struct alarm_state a = *state;

    if (a.raised_at_ms == 0)
        return 0;
    f.hash = alarm == ALARM_LEAKED ? RECORD_LEAKED : RECORD_CONFLICT;
    field_u64(&f, &id.v);
    alarm_fields(&f, &a);
    field_u8(&f, &a.n_again);
    field_time(&f, &a.again_at_ms);
    FIELD_BOOL(&f, a.passed_on);
    return f.hash;
}

uint64_t timers_digest_of(const struct engine *e, struct referral_id id)
{
    uint64_t sum = timers_digest(id, timers_of(e, id));

    for (int i = ALARMS_KEPT; i < ALARM_N; i++)
        sum += timers_digest_seldom(id, (enum alarm)i, timers_alarm(e, id, (enum alarm)i));
    return sum;
}

uint64_t timers_recount(const struct engine *e)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < e->timers.n; i++)
        sum += timers_digest_of(e, (struct referral_id){i + 1u});
    return sum;
}

/* ---- promises ---- */

static bool is_due_right(const struct engine *e, const struct timers_slot *s, const struct referral *r)
{
    int64_t at_ms = timers_due_ms(e, r);

    if (at_ms == INT64_MAX)
        return s->due == 0;
    return s->due >= 1 && s->due <= e->n_due && e->due[s->due - 1].kind == DUE_TIMERS &&
           e->due[s->due - 1].id == r->id.v && e->due[s->due - 1].at_ms == at_ms;
}

static bool are_alarms_right(const struct engine *e, struct referral_id id)
{
    for (int i = 0; i < ALARM_N; i++) {
        const struct alarm_state *a = timers_alarm(e, id, (enum alarm)i);

        if ((a->acknowledged_at_ms == 0) != (a->acknowledged_by.v == 0) ||
            (a->acknowledged_at_ms != 0 && a->acknowledged_at_ms < a->raised_at_ms) ||
            a->n_again > ALARM_AGAIN_MAX || (a->n_again == 0) != (a->again_at_ms == 0) ||
            (a->n_again != 0 && (a->again_at_ms < a->raised_at_ms || a->raised_at_ms == 0)))
            return false;
    }
    return true;
}

bool timers_check(const struct engine *e, char *why, size_t why_size)
{
    const struct finding f = {.why = why, .size = why_size};

    if (e->timers.n != e->n_referrals)
        return broken(f, "timers: %u records for %u referrals", e->timers.n, e->n_referrals);
    for (uint32_t i = 0; i < e->timers.n; i++) {
        const struct timers_slot *s = &e->timers.list[i];
        const struct referral *r = &e->referrals[i].r;
        const struct request *q = timers_held(e, r);

        if (s->t.hold_extensions > EXTENSIONS_MAX)
            return broken(f, "referral %u: its hold was extended %u times", i + 1, s->t.hold_extensions);
        if (q != NULL && s->t.hold_until_ms < q->answered_at_ms)
            return broken(f, "referral %u: a hold that ended before the yes", i + 1);
        if (!are_alarms_right(e, r->id))
            return broken(f, "referral %u: an alarm acknowledged by nobody, or before it", i + 1);
        if (!s->t.handed && (s->t.handed_to.v != 0 || s->t.handed_at_ms != 0))
            return broken(f, "referral %u: handed to somebody and not handed over", i + 1);
        if (!is_due_right(e, s, r))
            return broken(f, "referral %u: timers not where its state says", i + 1);
    }
    for (uint32_t i = 0; i < e->n_requests; i++) {
        const struct request *q = &e->requests[i].r;

        if (q->n_extended > EXTENSIONS_MAX || q->n_rung > RINGS_MAX)
            return broken(f, "request %u: extended or rung too often", i + 1);
        if (q->widened && !q->proposal.by_broker)
            return broken(f, "request %u: widened by a person", i + 1);
    }
    return true;
}
