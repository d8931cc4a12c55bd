/* When the timers of a referral fall due, and what stands of its alarms. */
#include "core/timers/timers_state.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "core/apply.h"
#include "core/care/care_state.h"
#include "core/engine_state.h"
#include "core/gate/gate_look.h"

#include <stdlib.h>

#define DAY_MINUTES 1440

struct timers_settings timers_settings_default(void)
{
    /* domain: section 5; a level that is not known has oranje's times. */
    return (struct timers_settings){
        .ring_s = {15 * 60, 60 * 60, 15 * 60, 5 * 60},
        .widen_s = {30 * 60, 4 * 3600, 30 * 60, 10 * 60},
        .widen_by = {1, 1, 1, 2},
        .lead_s = {60 * 60, 0, 60 * 60, 20 * 60},
        .hold_s = {6 * 3600, 24 * 3600, 6 * 3600, 3 * 3600},
        .hold_warn_s = {3600, 4 * 3600, 3600, 30 * 60},
        .no_show_s = {60 * 60, 4 * 3600, 60 * 60, 30 * 60},
        .again_s = {15 * 60, 60 * 60, 15 * 60, 5 * 60},
        .journey_s = 3 * 3600,
        .extra_s = 5 * 60,
        .next_day_minute = 9 * 60,
        .again_times = 3,
        .gate = true,
        .rings_max = 6,
        .widen_steps = 6,
    };
}

struct timers_settings timers_settings_off(void)
{
    return (struct timers_settings){.next_day_minute = NEXT_DAY_NEVER};
}

static const char *const codes[ALARM_N] = {
    [ALARM_LEAD] = "lead",
    [ALARM_HOLD_ENDING] = "hold_ending",
    [ALARM_HOLD_ENDED] = "hold_ended",
    [ALARM_NO_SHOW] = "no_show",
    [ALARM_GATE] = "gate",
    [ALARM_LEAKED] = "leaked",
    [ALARM_CONFLICT] = "conflict",
};

const char *alarm_code(enum alarm v)
{
    CHECK((unsigned)v < ALARM_N);
    return codes[v];
}

const char *const *alarm_codes(void)
{
    return codes;
}

/* ---- the table ---- */

void timers_free(struct timers_state *s)
{
    free(s->list);
    free(s->seldom);
    *s = (struct timers_state){0};
}

const struct timers *timers_of(const struct engine *e, struct referral_id id)
{
    static const struct timers none;

    return id.v >= 1 && id.v <= e->timers.n ? &e->timers.list[id.v - 1].t : &none;
}

const struct alarm_state *timers_alarm(const struct engine *e, struct referral_id id, enum alarm alarm)
{
    static const struct alarm_state none;

    CHECK((unsigned)alarm < ALARM_N);
    if (alarm < ALARMS_KEPT)
        return &timers_of(e, id)->alarms[alarm];
    if (id.v < 1 || id.v > e->timers.n)
        return &none;
    for (uint32_t at = e->timers.list[id.v - 1].seldom; at != 0; at = e->timers.seldom[at - 1].next) {
        if (e->timers.seldom[at - 1].alarm == alarm)
            return &e->timers.seldom[at - 1].a;
    }
    return &none;
}

struct timers_slot *timers_slot(struct engine *e, struct referral_id id)
{
    CHECK(id.v >= 1 && id.v <= e->timers.n);
    return &e->timers.list[id.v - 1];
}

void timers_refresh(struct engine *e, const struct referral *r)
{
    while (e->timers.n < e->n_referrals) {
        MEM_GROW_TIGHT(e->timers.list, e->timers.n, e->timers.cap);
        e->timers.list[e->timers.n++] = (struct timers_slot){0};
    }
    due_refresh_timers(e, r);
}

/* ---- small questions ---- */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static const struct timers_settings *settings_of(const struct engine *e)
{
    return &e->settings.timers;
}

struct account_id timers_owner(const struct engine *e, const struct referral *r)
{
    const struct timers *t = timers_of(e, r->id);

    return t->owner.v != 0 ? t->owner : r->opened_by;
}

bool timers_desk_is_to_say(const struct referral *r)
{
    const struct need *n = &r->need;

    return r->opened_by.v == 0 || n->ground == GROUND_NONE ||
           (n->channel == WAY_BACK_PHONE && n->callback[0] == '\0');
}

const struct request *timers_held(const struct engine *e, const struct referral *r)
{
    const struct request *q = referral_accepted(e, r);

    return q != NULL && timers_of(e, r->id)->hold_request.v == q->id.v ? q : NULL;
}

int64_t timers_hold_until(const struct engine *e, const struct referral *r)
{
    return timers_held(e, r) != NULL ? timers_of(e, r->id)->hold_until_ms : 0;
}

int64_t timers_looks_since_ms(const struct engine *e, const struct referral *r)
{
    int64_t since_ms = r->opened_at_ms;

    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        bool had_yes = q->answered_at_ms != 0 && !q->late_yes;

        /* A bridge bed that was lost is no place that was. */
        if (q->bridge)
            continue;
        if (request_lost_its_yes(q) || (q->cancel_why == CANCEL_LEAKED && had_yes))
            since_ms = later(since_ms, q->ended_at_ms);
    }
    return since_ms;
}

/* A gatekeeper that was asked by AT_MS has not decided; with BY_THEN: and was to. When it was to is known
 * from facts of the household too, which a journal may have lost. */
static bool gate_presses(const struct engine *e, const struct referral *r, int64_t at_ms, bool by_then)
{
    for (unsigned i = 0; i < r->n_gates; i++) {
        const struct gate *g = engine_gate(e, r->gates[i]);

        if (gate_is_undecided(g) && g->sent_at_ms <= at_ms &&
            (!by_then || gate_clocks_of(e, g).act_by_ms <= at_ms))
            return true;
    }
    return false;
}

static int64_t lead_planned_ms(const struct engine *e, const struct referral *r);
static int64_t lead_since_ms(const struct engine *e, const struct referral *r);

/* What was raised for the day that a planned search had before, or while its household still had its bed, is
 * about something else. */
static bool lead_counts(const struct engine *e, const struct referral *r, int64_t raised_ms)
{
    if (raised_ms < lead_since_ms(e, r))
        return false;
    return !engine_is_planned(e, r->id) || raised_ms >= lead_planned_ms(e, r);
}

/* A bed that it has, or was promised; with AT_CONFLICT: in a house that said of them that they are known. */
static bool has_bed(const struct engine *e, const struct referral *r, bool at_conflict)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (request_has_bed(q) && (!at_conflict || engine_conflict_at(e, q)))
            return true;
    }
    return false;
}

static bool stands(const struct engine *e, const struct referral *r, enum alarm alarm, bool by_facts)
{
    const struct timers *t = timers_of(e, r->id);
    int64_t raised_ms = timers_alarm(e, r->id, alarm)->raised_at_ms;

    if (raised_ms == 0)
        return false;
    switch (alarm) {
    case ALARM_LEAD:
        if (by_facts && (engine_search_is_left(e, r->id) || !lead_counts(e, r, raised_ms)))
            return false;
        return referral_is_looking(r->state) && raised_ms >= timers_looks_since_ms(e, r);
    case ALARM_HOLD_ENDED:
        return referral_is_looking(r->state) && raised_ms >= timers_looks_since_ms(e, r);
    case ALARM_HOLD_ENDING:
        return r->state == REFERRAL_RESERVED && timers_held(e, r) != NULL && t->hold_warned;
    case ALARM_NO_SHOW: /* missed on the way; or people said so, and it looks again */
        if (referral_is_looking(r->state))
            return raised_ms >= timers_looks_since_ms(e, r);
        return r->state == REFERRAL_TRAVELLING && timers_held(e, r) != NULL && t->hold_missed;
    case ALARM_GATE:
        return referral_is_looking(r->state) && gate_presses(e, r, raised_ms, by_facts);
    case ALARM_LEAKED: /* a yes alone takes nobody out of there */
        return referral_is_looking(r->state) || r->state == REFERRAL_RESERVED;
    case ALARM_CONFLICT: /* until they are out of there, or do not go there */
        return has_bed(e, r, by_facts);
    case ALARM_N:
        break;
    }
    return false;
}

bool timers_alarm_stands(const struct engine *e, const struct referral *r, enum alarm alarm)
{
    return stands(e, r, alarm, true);
}

bool timers_alarm_may_stand(const struct engine *e, const struct referral *r, enum alarm alarm)
{
    return stands(e, r, alarm, false);
}

int64_t timers_again_ms(const struct engine *e, const struct referral *r, enum alarm alarm)
{
    const struct timers_settings *s = settings_of(e);
    const struct alarm_state *a = timers_alarm(e, r->id, alarm);
    /* Where the address is known, or somebody in the house is, the threat is not what was told of it. */
    uint32_t again_s = s->again_s[alarm >= ALARMS_KEPT ? THREAT_ROOD : r->need.threat_level];

    /* Raised in an earlier life of the broker, and a day has passed: whoever has it heard, or has gone. */
    if (a->raised_at_ms < e->timers.took_up_ms - MS_DAY)
        return INT64_MAX;
    if (again_s == 0 || a->n_again >= 2 * s->again_times || a->acknowledged_at_ms != 0 ||
        !timers_alarm_stands(e, r, alarm))
        return INT64_MAX;
    return later(a->raised_at_ms, a->again_at_ms) + again_s * MS_SECOND;
}

void engine_took_up(struct engine *e, int64_t now_ms)
{
    e->timers.took_up_ms = now_ms;
    for (uint32_t i = 0; i < e->timers.n; i++)
        due_refresh_timers(e, &e->referrals[i].r);
    care_took_up(e);
    safety_took_up(e);
}

/* ---- ring again ---- */

/* The house's clock started when it was asked, or opened; with the answer's length taken off its end, because
 * the request does not keep it. */
static int64_t clock_start_ms(const struct engine *e, const struct referral *r, const struct request *q)
{
    const struct core_settings *s = &e->settings;
    uint32_t by_level = s->answer_by_s[r->need.threat_level];
    uint32_t by_urgency = s->urgent_answer_s[r->urgency];
    uint32_t answer_s = by_level < by_urgency ? by_level : by_urgency;

    if (q->n_extended > 0)
        return q->extended_at_ms;
    return later(q->asked_at_ms, q->answer_by_ms - (int64_t)answer_s * MS_SECOND);
}

int64_t timers_ring_ms(const struct engine *e, const struct referral *r, const struct request *q)
{
    const struct timers_settings *s = settings_of(e);
    uint32_t ring_s = s->ring_s[r->need.threat_level];
    int64_t next_ms = 0;

    if (ring_s == 0 || q->state != REQUEST_PENDING || q->silent_at_ms != 0 || q->n_rung >= s->rings_max)
        return INT64_MAX;
    /* Who has just looked, or asked for time, is not rung out of it. */
    next_ms = later(later(clock_start_ms(e, r, q), q->seen_at_ms), q->rung_at_ms) + ring_s * MS_SECOND;
    return next_ms < q->answer_by_ms ? next_ms : INT64_MAX;
}

/* ---- widen ---- */

/* A round starts when a person asks, or when the place was lost. 0 = nobody has asked yet: whether and where
 * a household is made known is a person's decision first. */
static int64_t round_start_ms(const struct engine *e, const struct referral *r)
{
    int64_t asked_ms = 0;

    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (!q->proposal.by_broker && !q->bridge)
            asked_ms = later(asked_ms, q->asked_at_ms);
    }
    return asked_ms == 0 ? 0 : later(asked_ms, timers_looks_since_ms(e, r));
}

/* When the place was last asked for, whoever did: a bridge bed is for the meantime. 0 = never. */
static int64_t last_asked_ms(const struct engine *e, const struct referral *r)
{
    for (unsigned i = r->n_requests; i > 0; i--) {
        const struct request *q = engine_request(e, r->requests[i - 1]);

        if (!q->bridge)
            return q->asked_at_ms;
    }
    return 0;
}

/* Where people took back all that was asked for the place, whether it is looked for is their decision again.
 */
static bool is_all_taken_back(const struct engine *e, const struct referral *r)
{
    bool any = false;

    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->bridge)
            continue;
        if (!request_was_taken_back(q))
            return false;
        any = true;
    }
    return any;
}

unsigned timers_steps(const struct engine *e, const struct referral *r)
{
    const struct timers *t = timers_of(e, r->id);

    return t->widened_at_ms != 0 && t->widened_at_ms >= round_start_ms(e, r) ? t->widen_steps : 0;
}

int64_t timers_widen_ms(const struct engine *e, const struct referral *r)
{
    const struct timers_settings *s = settings_of(e);
    uint32_t widen_s = s->widen_s[r->need.threat_level];
    int64_t from_ms = last_asked_ms(e, r);

    if (widen_s == 0 || s->widen_by[r->need.threat_level] == 0 || !r->facts_known || from_ms == 0 ||
        r->n_requests >= REFERRAL_REQUESTS_MAX || !referral_is_looking(r->state) ||
        timers_steps(e, r) >= s->widen_steps || is_all_taken_back(e, r) || engine_search_is_left(e, r->id))
        return INT64_MAX;
    /* From the newest request, whoever asked it: each house gets its time before the next is drawn in. */
    from_ms = later(timers_looks_since_ms(e, r), from_ms);
    return later(from_ms, timers_of(e, r->id)->widened_at_ms) + widen_s * MS_SECOND;
}

/* ---- team lead ---- */

static int minute_of_day(const struct core_settings *s, int64_t at_ms)
{
    if (s->plain_clock)
        return (int)(at_ms / MS_MINUTE % DAY_MINUTES);
    return time_week_minute_nl(at_ms) % DAY_MINUTES;
}

static int64_t next_day_ms(const struct core_settings *s, int64_t at_ms)
{
    int64_t midnight_ms = at_ms - at_ms % MS_MINUTE - minute_of_day(s, at_ms) * MS_MINUTE;
    int64_t due_ms = midnight_ms + MS_DAY + s->timers.next_day_minute * MS_MINUTE;
    int off = (int)s->timers.next_day_minute - minute_of_day(s, due_ms);

    /* Twice a year a day has another length. */
    if (off > DAY_MINUTES / 2)
        off -= DAY_MINUTES;
    if (off < -DAY_MINUTES / 2)
        off += DAY_MINUTES;
    return due_ms + off * MS_MINUTE;
}

/* Since when its household has neither a place nor the promise of one: a follow-up whose household lost its
 * bed counts from when that was told, for nobody could look before. */
static int64_t lead_since_ms(const struct engine *e, const struct referral *r)
{
    int64_t since_ms = timers_looks_since_ms(e, r);

    if (engine_household(e, r->id).why == LINK_FOLLOW_UP && !engine_is_planned(e, r->id))
        since_ms = later(since_ms, engine_household_bed_over_told_ms(e, r->id));
    return since_ms;
}

/* As long before its day as another after its opening; without a length the morning of the day before. */
static int64_t lead_planned_ms(const struct engine *e, const struct referral *r)
{
    const struct core_settings *s = &e->settings;
    int64_t lead_ms = s->timers.lead_s[r->need.threat_level] * MS_SECOND;
    int64_t since_ms = timers_looks_since_ms(e, r);

    if (lead_ms > 0)
        return later(since_ms + lead_ms, r->deadline_ms - lead_ms);
    return later(next_day_ms(s, since_ms), next_day_ms(s, r->deadline_ms - 2 * MS_DAY));
}

int64_t timers_lead_ms(const struct engine *e, const struct referral *r)
{
    const struct timers_settings *s = settings_of(e);
    uint32_t lead_s = s->lead_s[r->need.threat_level];

    if (!referral_is_looking(r->state) || engine_search_is_left(e, r->id) ||
        timers_alarm_stands(e, r, ALARM_LEAD) || (lead_s == 0 && s->next_day_minute >= NEXT_DAY_NEVER))
        return INT64_MAX;
    if (engine_is_planned(e, r->id))
        return lead_planned_ms(e, r);
    return lead_s > 0 ? lead_since_ms(e, r) + lead_s * MS_SECOND
                      : next_day_ms(&e->settings, lead_since_ms(e, r));
}

/* ---- after the yes ---- */

int64_t timers_hold_end_ms(const struct engine *e, const struct referral *r, int64_t now_ms)
{
    int64_t end_ms = now_ms + settings_of(e)->hold_s[r->need.threat_level] * MS_SECOND;

    return engine_is_planned(e, r->id) ? later(end_ms, r->deadline_ms) : end_ms;
}

int64_t timers_hold_ms(const struct engine *e, const struct referral *r)
{
    const struct timers_settings *s = settings_of(e);
    const struct timers *t = timers_of(e, r->id);

    if (s->hold_s[r->need.threat_level] == 0 ||
        (r->state != REFERRAL_RESERVED && r->state != REFERRAL_TRAVELLING))
        return INT64_MAX;
    /* A yes from before there were holds, or one whose second event was lost with the machine: set it now. */
    if (timers_held(e, r) == NULL)
        return r->accepted_at_ms;
    if (r->state == REFERRAL_TRAVELLING)
        return INT64_MAX;
    if (t->hold_warned)
        return t->hold_until_ms;
    return later(t->hold_set_at_ms, t->hold_until_ms - s->hold_warn_s[r->need.threat_level] * MS_SECOND);
}

int64_t timers_way_ms(const struct engine *e, const struct referral *r, struct pool_id pool)
{
    uint8_t from = r->home_region != REGION_NONE ? r->home_region : engine_org(e, r->org)->region;
    uint8_t to = engine_location(e, engine_pool(e, pool)->location)->region;

    if (settings_of(e)->journey_s == 0)
        return 0;
    if (from >= vocab_regions(e->vocab) || to >= vocab_regions(e->vocab))
        return settings_of(e)->journey_s * MS_SECOND;
    return vocab_minutes(e->vocab, from, to) * MS_MINUTE;
}

int64_t timers_no_show_ms(const struct engine *e, const struct referral *r)
{
    const struct timers *t = timers_of(e, r->id);
    uint32_t no_show_s = settings_of(e)->no_show_s[r->need.threat_level];
    int64_t way_ms = 0;

    if (no_show_s == 0 || r->state != REFERRAL_TRAVELLING || timers_held(e, r) == NULL || t->hold_missed)
        return INT64_MAX;
    /* The hold reaches that far, unless the journey was told for days ahead. */
    if (r->eta_ms != 0)
        return earlier(r->eta_ms + no_show_s * MS_SECOND, t->hold_until_ms);
    way_ms = timers_way_ms(e, r, timers_held(e, r)->pool);
    if (way_ms == 0)
        return t->hold_until_ms;
    /* Nobody waits out a hold of hours for somebody who should have been there long ago. */
    return earlier(t->hold_set_at_ms + way_ms + no_show_s * MS_SECOND, t->hold_until_ms);
}

/* ---- the gatekeeper ---- */

int64_t timers_gate_ms(const struct engine *e, const struct referral *r)
{
    const struct timers_settings *s = settings_of(e);
    int64_t due_ms = INT64_MAX;

    if (!s->gate || !referral_is_looking(r->state) || timers_alarm_stands(e, r, ALARM_GATE))
        return INT64_MAX;
    for (unsigned i = 0; i < r->n_gates; i++) {
        const struct gate *g = engine_gate(e, r->gates[i]);
        int64_t act_ms = 0;

        if (!gate_is_undecided(g))
            continue;
        act_ms = gate_clocks_of(e, g).act_by_ms;
        /* Sent when it pressed already: nobody is late in the first minutes. */
        if (act_ms != INT64_MAX)
            due_ms =
                earlier(due_ms, later(act_ms, g->sent_at_ms + s->again_s[r->need.threat_level] * MS_SECOND));
    }
    return due_ms;
}

int64_t timers_due_ms(const struct engine *e, const struct referral *r)
{
    int64_t due_ms = INT64_MAX;

    if (referral_is_looking(r->state)) {
        for (unsigned i = 0; i < r->n_requests; i++)
            due_ms = earlier(due_ms, timers_ring_ms(e, r, engine_request(e, r->requests[i])));
        due_ms = earlier(due_ms, earlier(timers_widen_ms(e, r), timers_lead_ms(e, r)));
        due_ms = earlier(due_ms, timers_gate_ms(e, r));
    }
    for (int a = 0; a < ALARM_N; a++)
        due_ms = earlier(due_ms, timers_again_ms(e, r, (enum alarm)a));
    return earlier(due_ms, earlier(timers_hold_ms(e, r), timers_no_show_ms(e, r)));
}
