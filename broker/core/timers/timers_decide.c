/* Decisions of timers and escalation: what falls due by itself, and what people do about it: extra time,
 * acknowledging an alarm, handing over at the change of shift. */
#include "core/decide_silence.h"

#include "base/time_text.h"
#include "core/apply.h"
#include "core/engine_state.h"
#include "core/fields.h"
#include "core/timers/timers_state.h"

#include <string.h>

/* So long a journey takes at most: longer than any drive in the country. However far away the end that is
 * told, and however often it is told anew, a place is kept no longer than its hold and one such journey;
 * after that the alarm of a missed arrival comes at once, so that nobody keeps a bed for days by a time of
 * arrival.
 */
#define JOURNEY_MAX_MS (24 * MS_HOUR)

static struct escalation *add(struct decision *d, enum event_kind kind, struct referral_id referral)
{
    struct event *ev = decision_event(d, kind);

    ev->u.escalation.referral = referral;
    return &ev->u.escalation;
}

static const struct timers_settings *settings_of(const struct decision *d)
{
    return &d->e->settings.timers;
}

static void raise_alarm(struct decision *d, const struct referral *r, enum alarm alarm,
                        struct request_id request)
{
    struct escalation *x = add(d, EV_ALARM_RAISED, r->id);

    x->alarm = alarm;
    x->request = request;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- hold ---- */

static void set_hold(struct decision *d, const struct request *q, int64_t until_ms, enum hold_how how)
{
    struct escalation *x = add(d, EV_HOLD_SET, q->referral);

    x->request = q->id;
    x->until_ms = earlier(later(until_ms, d->now_ms), FIELD_TIME_MAX);
    x->how = how;
}

void timers_hold(struct decision *d, const struct request *q)
{
    const struct referral *r = engine_referral(d->e, q->referral);
    uint32_t hold_s = settings_of(d)->hold_s[r->need.threat_level];

    if (hold_s > 0)
        set_hold(d, q, timers_hold_end_ms(d->e, r, d->now_ms), HOLD_YES);
}

/* The last moment that a time of arrival can keep the place. */
static int64_t journey_max_ms(const struct decision *d, const struct referral *r)
{
    int64_t hold_ms = settings_of(d)->hold_s[r->need.threat_level] * MS_SECOND;
    int64_t hold_end_ms = timers_hold_end_ms(d->e, r, r->accepted_at_ms) +
                          timers_of(d->e, r->id)->hold_extensions * (hold_ms / 3);

    return earlier(d->now_ms, hold_end_ms) + JOURNEY_MAX_MS;
}

void timers_journey(struct decision *d, const struct referral *r, const struct request *q, int64_t eta_ms)
{
    const struct timers_settings *s = settings_of(d);
    enum threat_level level = r->need.threat_level;
    int64_t until_ms = timers_hold_until(d->e, r);

    if (s->hold_s[level] == 0)
        return;
    if (until_ms == 0)
        until_ms = timers_hold_end_ms(d->e, r, d->now_ms);
    if (eta_ms != 0)
        until_ms = later(until_ms, earlier(eta_ms + s->no_show_s[level] * MS_SECOND, journey_max_ms(d, r)));
    set_hold(d, q, until_ms, HOLD_JOURNEY);
}

void timers_lost(struct decision *d, const struct referral *r, enum alarm alarm)
{
    const struct timers_settings *s = settings_of(d);
    enum threat_level level = r->need.threat_level;

    if ((alarm == ALARM_NO_SHOW ? s->no_show_s[level] : s->hold_s[level]) > 0)
        raise_alarm(d, r, alarm, (struct request_id){0});
}

enum refusal decide_extend_hold(struct decision *d)
{
    const struct referral *r = engine_referral(d->e, d->cmd->u.referral.referral);
    const struct request *q = timers_held(d->e, r);
    const struct timers *t = timers_of(d->e, r->id);
    int64_t hold_ms = settings_of(d)->hold_s[r->need.threat_level] * MS_SECOND;

    d->outcome->referral = r->id;
    if (r->state != REFERRAL_RESERVED || q == NULL)
        return REFUSAL_WRONG_STATE;
    if (t->hold_extensions >= EXTENSIONS_MAX || hold_ms == 0)
        return REFUSAL_EXTENSIONS;
    decision_names(d, q->id);
    /* A third of the whole: three times together keep a place twice as long, and never without being asked.
     */
    set_hold(d, q, later(t->hold_until_ms, d->now_ms) + hold_ms / 3, HOLD_EXTENDED);
    return REFUSAL_NONE;
}

/* ---- extra time to answer ---- */

enum refusal decide_extend_request(struct decision *d)
{
    const struct request *q = engine_request(d->e, d->cmd->u.answer.request);
    int64_t extra_ms = settings_of(d)->extra_s * MS_SECOND;
    struct escalation *x = NULL;

    d->outcome->referral = q->referral;
    decision_names(d, q->id);
    if (q->state != REQUEST_PENDING)
        return REFUSAL_WRONG_STATE;
    if (q->n_extended >= EXTENSIONS_MAX || extra_ms == 0)
        return REFUSAL_EXTENSIONS;
    x = add(d, EV_REQUEST_EXTENDED, q->referral);
    x->request = q->id;
    x->until_ms = later(q->answer_by_ms, d->now_ms) + extra_ms;
    return REFUSAL_NONE;
}

/* ---- alarms, and who it is with ---- */

enum refusal decide_acknowledge_alarm(struct decision *d)
{
    const struct referral *r = engine_referral(d->e, d->cmd->u.escalation.referral);
    enum alarm alarm = d->cmd->u.escalation.alarm;

    d->outcome->referral = r->id;
    if ((unsigned)alarm >= ALARM_N || !timers_alarm_stands(d->e, r, alarm))
        return REFUSAL_WRONG_STATE;
    if (timers_alarm(d->e, r->id, alarm)->acknowledged_at_ms != 0)
        return REFUSAL_NONE;
    add(d, EV_ALARM_ACKNOWLEDGED, r->id)->alarm = alarm;
    return REFUSAL_NONE;
}

enum refusal decide_hand_over(struct decision *d)
{
    const struct referral *r = engine_referral(d->e, d->cmd->u.escalation.referral);
    const struct timers *t = timers_of(d->e, r->id);
    struct account_id to = d->cmd->u.escalation.to;

    d->outcome->referral = r->id;
    if (!referral_is_live(r->state))
        return REFUSAL_WRONG_STATE;
    if (t->handed && t->handed_to.v == to.v)
        return REFUSAL_NONE;
    add(d, EV_REFERRAL_HANDED_OVER, r->id)->to = to;
    return REFUSAL_NONE;
}

/* A referral that the broker opened for another desk has neither number nor ground, and one that was
 * anonymous the first desk's chat: who takes it says its own. Once more corrects it. Of what a worker opened
 * it was said then, beside who is rung and by which channel: nothing overwrites that. */
static enum refusal say_desk(struct decision *d, const struct referral *r)
{
    const struct desk_said *said = &d->cmd->u.referral.desk;
    struct event *ev = NULL;

    if (!said->said || !r->facts_known)
        return REFUSAL_NONE; /* nothing could seal it */
    if (!timers_desk_is_to_say(r) || !desk_said_is_valid(said, &r->need))
        return REFUSAL_LIMIT;
    if (r->need.channel == said->channel && r->need.ground == said->ground &&
        strcmp(r->need.callback, said->callback) == 0)
        return REFUSAL_NONE;
    ev = decision_event(d, EV_REFERRAL_DESK);
    ev->u.desk.referral = r->id;
    ev->u.desk.facts_known = true;
    ev->u.desk.desk = *said;
    return REFUSAL_NONE;
}

enum refusal decide_take_over(struct decision *d)
{
    const struct referral *r = engine_referral(d->e, d->cmd->u.referral.referral);
    enum refusal refusal = REFUSAL_NONE;

    d->outcome->referral = r->id;
    if (!referral_is_live(r->state))
        return REFUSAL_WRONG_STATE;
    refusal = say_desk(d, r);
    /* Its owner may too: an offer that nobody took up is taken back like this. */
    if (refusal != REFUSAL_NONE ||
        (timers_owner(d->e, r).v == d->cmd->actor.account.v && !timers_of(d->e, r->id)->handed))
        return refusal;
    add(d, EV_REFERRAL_TAKEN_OVER, r->id);
    return REFUSAL_NONE;
}

/* ---- what falls due ---- */

/* Nobody acknowledged it: once more, and when that was in vain often enough the next in line is told too. */
static void raise_again(struct decision *d, const struct referral *r)
{
    for (unsigned i = 0; i < ALARM_N; i++) {
        const struct alarm_state *a = timers_alarm(d->e, r->id, (enum alarm)i);
        const struct request *q = referral_accepted(d->e, r);
        struct escalation *x = NULL;

        if (timers_again_ms(d->e, r, (enum alarm)i) > d->now_ms)
            continue;
        x = add(d, EV_ALARM_REPEATED, r->id);
        x->alarm = (enum alarm)i;
        /* The house too, where it was told the first time. */
        if (q != NULL && (i == ALARM_HOLD_ENDING || i == ALARM_NO_SHOW))
            x->request = q->id;
        x->again = (uint8_t)(a->n_again + 1);
        x->passed_on = x->again > settings_of(d)->again_times;
    }
}

static void ring_again(struct decision *d, const struct referral *r)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(d->e, r->requests[i]);

        if (timers_ring_ms(d->e, r, q) <= d->now_ms)
            add(d, EV_REQUEST_RUNG, r->id)->request = q->id;
    }
}

/* Houses that are within their time to answer: drawing in more at once than a worker may ask at this level
 * would keep more beds than the household can need. */
static unsigned waited_for(const struct decision *d, const struct referral *r)
{
    unsigned n = 0;

    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(d->e, r->requests[i]);

        n += request_is_asking(q) && q->answer_by_ms > d->now_ms;
    }
    return n;
}

/* One step: the next places that fit are asked, or that there are none is noted, so that the clock runs on.
 */
static bool widen(struct decision *d, struct ask_on *a, const struct referral *r)
{
    enum threat_level level = r->need.threat_level;
    unsigned asked = 0;

    if (ask_on_count(a, r->id) > 0)
        return true; /* silence has just drawn in another */
    for (unsigned i = 0; !decide_is_at_gate(d->e, r) && i < settings_of(d)->widen_by[level] &&
                         waited_for(d, r) + asked < d->e->settings.ask_max[level];
         i++) {
        struct request_id made = {0};

        if (!decide_ask_next(d, a, r, true, &made))
            return asked > 0 ? true : false;
        if (made.v == 0)
            break;
        add(d, EV_REFERRAL_WIDENED, r->id)->request = made;
        asked++;
    }
    if (asked == 0)
        add(d, EV_REFERRAL_WIDENED, r->id);
    return true;
}

static void hold_is_due(struct decision *d, const struct referral *r)
{
    const struct timers_settings *s = settings_of(d);
    const struct timers *t = timers_of(d->e, r->id);
    const struct request *q = referral_accepted(d->e, r);
    enum threat_level level = r->need.threat_level;

    if (timers_held(d->e, r) == NULL) {
        set_hold(d, q, timers_hold_end_ms(d->e, r, d->now_ms), HOLD_YES);
    } else if (t->hold_warned) {
        struct event *ev = decision_request_event(d, EV_REQUEST_CANCELLED, q);

        ev->u.request.why = CANCEL_HOLD_ENDED;
        decision_names(d, q->id);
        raise_alarm(d, r, ALARM_HOLD_ENDED, (struct request_id){0});
    } else {
        /* The broker was away when it should have warned: people get that time now, nothing ends unwarned. */
        if (t->hold_until_ms <= d->now_ms)
            set_hold(d, q, d->now_ms + s->hold_warn_s[level] * MS_SECOND, HOLD_LATE);
        raise_alarm(d, r, ALARM_HOLD_ENDING, q->id);
    }
}

/* Whose place it is that ALARM is about; once in a decision. */
static void of_house(struct decision *d, struct referral_id id, enum alarm alarm)
{
    struct event *ev = NULL;

    for (size_t i = d->first; i < d->out->n; i++) {
        const struct event *told = &d->out->list[i];

        if (told->kind == EV_ALARM_RAISED && told->u.escalation.referral.v == id.v &&
            told->u.escalation.alarm == alarm)
            return;
    }
    ev = decision_event(d, EV_ALARM_RAISED);
    ev->account.v = 0; /* who said it is of that house: no desk has to know */
    ev->u.escalation.referral = id;
    ev->u.escalation.alarm = alarm;
}

void timers_leaked(struct decision *d, struct referral_id id)
{
    of_house(d, id, ALARM_LEAKED);
}

void timers_conflict(struct decision *d, struct referral_id id)
{
    of_house(d, id, ALARM_CONFLICT);
}

bool timers_tick(struct decision *d, struct ask_on *a, struct referral_id id)
{
    const struct referral *r = engine_referral(d->e, id);
    size_t at = decision_events(d);

    raise_again(d, r);
    if (referral_is_looking(r->state)) {
        ring_again(d, r);
        if (timers_lead_ms(d->e, r) <= d->now_ms)
            raise_alarm(d, r, ALARM_LEAD, (struct request_id){0});
        if (timers_gate_ms(d->e, r) <= d->now_ms)
            raise_alarm(d, r, ALARM_GATE, (struct request_id){0});
        if (timers_widen_ms(d->e, r) <= d->now_ms && !widen(d, a, r)) {
            d->out->n = d->first + at;
            return false;
        }
    }
    if (timers_hold_ms(d->e, r) <= d->now_ms)
        hold_is_due(d, r);
    if (timers_no_show_ms(d->e, r) <= d->now_ms)
        raise_alarm(d, r, ALARM_NO_SHOW, referral_accepted(d->e, r)->id);
    return true;
}
