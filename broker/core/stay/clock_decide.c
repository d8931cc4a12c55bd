/* Clocks. They begin by themselves from the kind of place and the residence, or by a person; they open a
 * follow-up referral before they run out, and alarm when they did. Only a person, or the end of the stay,
 * stops one. Those that are a right of the person (clock_right.c) outlive the stay. */
#include "core/stay/stay_decide.h"

#include "base/hash.h"
#include "base/rng.h"
#include "base/time_text.h"
#include "core/engine_state.h"
#include "core/fields.h"
#include "core/nobed/nobed_decide.h"
#include "core/stay/stay_rules.h"
#include "core/vocab.h"

#include <string.h>

/* Below this a follow-up is for today, above for the days that follow. */
#define SOON_MS (36 * MS_HOUR)

static struct event *clock_event(struct decision *d, enum event_kind kind, const struct stay_clock *c)
{
    struct event *ev = decision_event(d, kind);

    ev->u.clock.clock = c->id;
    ev->u.clock.referral = c->referral;
    ev->u.clock.owner = c->owner;
    return ev;
}

void clock_stop_event(struct decision *d, const struct stay_clock *c, uint8_t reason)
{
    clock_event(d, EV_CLOCK_STOPPED, c)->u.clock.reason = reason;
    if (reason != 0) /* with its place: who leaves or arrives says what becomes of the search */
        follow_up_clock_stopped(d, c);
}

void clock_move_event(struct decision *d, const struct stay_clock *c, const struct clock_rule *rule,
                      int64_t until_ms)
{
    struct event *ev = clock_event(d, EV_CLOCK_PROLONGED, c);

    ev->u.clock.runs_out_ms = until_ms;
    ev->u.clock.warn_at_ms = clock_warn_ms(rule, c->started_at_ms, until_ms);
    follow_up_clock_moved(d, c, until_ms);
}

void clock_pass_event(struct decision *d, const struct stay_clock *c, struct org_id to,
                      struct location_id desk)
{
    struct event *ev = NULL;

    clock_event(d, EV_CLOCK_OFFERED, c)->u.clock.org = to;
    ev = clock_event(d, EV_CLOCK_TAKEN, c);
    ev->u.clock.org = to;
    ev->u.clock.desk = desk;
}

/* ---- beginning ---- */

static struct org_id first_of_kind(const struct engine *e, enum org_kind kind)
{
    for (uint32_t i = 1; i <= engine_orgs(e); i++) {
        if (engine_org(e, (struct org_id){i})->kind == kind)
            return (struct org_id){i};
    }
    return (struct org_id){0};
}

/* Who the rule names, the house where that organisation does not take part, and the referrer without a house:
 * never nobody. P may be NULL: the household is in no place of ours. */
static void set_owner(const struct decision *d, const struct clock_rule *rule, const struct referral *r,
                      const struct pool_kept *p, struct clock_event *out)
{
    out->org = r->org;
    if (rule->owner == CLOCK_OWNER_COMENSHA)
        out->org = first_of_kind(d->e, ORG_COMENSHA);
    if ((rule->owner == CLOCK_OWNER_SHELTER || out->org.v == 0) && p != NULL) {
        out->org = p->org;
        out->desk = p->location;
    }
    if (out->org.v == 0)
        out->org = r->org;
}

int64_t clock_warn_ms(const struct clock_rule *rule, int64_t started_ms, int64_t runs_out_ms)
{
    int64_t warn_ms = runs_out_ms - rule->lead_minutes * MS_MINUTE;

    return warn_ms > started_ms ? warn_ms : started_ms;
}

/* Clocks that begin in this decision already: the next has the number behind them. */
static unsigned begun_here(const struct decision *d, struct referral_id id)
{
    unsigned n = 0;

    for (size_t i = d->first; i < d->out->n; i++)
        n += d->out->list[i].kind == EV_CLOCK_STARTED &&
             (id.v == 0 || d->out->list[i].u.clock.referral.v == id.v);
    return n;
}

struct event *clock_begin(struct decision *d, const struct clock_rule *rule, const struct clock_place *here,
                          int64_t started_ms, int64_t until_ms)
{
    unsigned nth = begun_here(d, (struct referral_id){0});
    struct event *ev = decision_event(d, EV_CLOCK_STARTED);
    struct clock_event *c = &ev->u.clock;

    c->clock.v = engine_clocks(d->e) + 1 + nth;
    c->referral = here->r->id;
    c->stay = here->stay;
    c->kind = rule->nr;
    c->runs_out_ms = until_ms != 0 ? until_ms : started_ms + rule->minutes * MS_MINUTE;
    /* Over before it was known here: as long ago as it can have begun. */
    c->started_at_ms = started_ms < c->runs_out_ms ? started_ms : c->runs_out_ms - rule->minutes * MS_MINUTE;
    c->warn_at_ms = clock_warn_ms(rule, c->started_at_ms, c->runs_out_ms);
    set_owner(d, rule, here->r, here->house, c);
    c->owner = c->org;
    return ev;
}

/* A right of the person runs on from place to place: its first beginning in any referral of the household. */
static int64_t begun_before_ms(const struct engine *e, struct referral_id id, const struct clock_rule *rule)
{
    int64_t first_ms = 0;

    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        for (unsigned i = 0;; i++) {
            const struct stay_clock *c = engine_clock(e, engine_clock_of(e, id, i));
            const struct clock_rule *other =
                c == NULL ? NULL : stay_rules_clock(vocab_stay_rules(e->vocab), c->kind);

            if (c == NULL)
                break;
            if (other != NULL && strcmp(other->code, rule->code) == 0 &&
                (first_ms == 0 || c->started_at_ms < first_ms))
                first_ms = c->started_at_ms;
        }
    }
    return first_ms;
}

static bool begins_here(const struct clock_rule *rule, const struct clock_place *here)
{
    if (here->pool == NULL || (rule->kinds == 0 && rule->residences == 0))
        return false;
    if (rule->kinds != 0 && (rule->kinds >> (unsigned)here->pool->kind & 1u) == 0)
        return false;
    return rule->residences == 0 ||
           (here->is_known && (rule->residences >> (unsigned)here->residence & 1u) != 0);
}

/* That of a bridge bed stops in the commit in which the household arrives at its place. */
bool clock_is_stopped_here(const struct decision *d, struct clock_id id)
{
    for (size_t i = d->first; i < d->out->n; i++) {
        if (d->out->list[i].kind == EV_CLOCK_STOPPED && d->out->list[i].u.clock.clock.v == id.v)
            return true;
    }
    return false;
}

bool clock_right_runs(const struct decision *d, struct referral_id id, const struct clock_rule *rule)
{
    const struct stay_rules *rules = vocab_stay_rules(d->e->vocab);

    for (size_t i = d->first; i < d->out->n; i++) {
        const struct event *ev = &d->out->list[i];

        if (ev->kind == EV_CLOCK_STARTED && ev->u.clock.referral.v == id.v &&
            clock_is_same_right(stay_rules_clock(rules, ev->u.clock.kind), rule))
            return true;
    }
    for (unsigned i = 0;; i++) {
        const struct stay_clock *c = engine_clock(d->e, engine_clock_of(d->e, id, i));

        if (c == NULL)
            return false;
        if (c->state != CLOCK_STOPPED && !clock_is_stopped_here(d, c->id) &&
            (c->kind == rule->nr || clock_is_same_right(stay_rules_clock(rules, c->kind), rule)))
            return true;
    }
}

bool clock_has_room(const struct decision *d, struct referral_id id, bool of_household)
{
    unsigned n = id.v <= d->e->stay.n_households ? d->e->stay.households[id.v - 1].n_clocks : 0;

    return n + begun_here(d, id) < REFERRAL_CLOCKS_MAX - (of_household ? 0 : CLOCKS_FOR_RIGHTS);
}

/* A clock of the household that was past its warning when it moved: its owner sees and hears it, and nothing
 * is looked for, for the household has just got the place that the warning was about. */
void clock_warned_already(struct decision *d, const struct clock_event *begun)
{
    struct clock_event c = *begun; /* the next event may move the list */
    struct event *ev = decision_event(d, EV_CLOCK_WARNED);

    ev->u.clock.clock = c.clock;
    ev->u.clock.referral = c.referral;
    ev->u.clock.owner = c.owner;
}

void clock_begin_those(struct decision *d, const struct clock_place *here, bool of_residence)
{
    const struct stay_rules *rules = vocab_stay_rules(d->e->vocab);
    int32_t today = time_day_nl(d->now_ms);
    int64_t from_ms = here->from_ms != 0 ? here->from_ms : d->now_ms;
    struct event *ev = NULL;

    for (size_t i = 0; i < rules->n_clocks; i++) {
        const struct clock_rule *rule = &rules->clocks[i];
        int64_t before_ms = rule->of_household ? begun_before_ms(d->e, here->r->id, rule) : 0;

        if (today < rule->valid.from || today > rule->valid.to || (of_residence && rule->residences == 0) ||
            !begins_here(rule, here) || clock_right_runs(d, here->r->id, rule) ||
            !clock_has_room(d, here->r->id, rule->of_household))
            continue;
        ev = clock_begin(d, rule, here, before_ms != 0 ? before_ms : from_ms, clock_end_told(rule, here));
        if (before_ms != 0 && !of_residence && ev->u.clock.warn_at_ms <= d->now_ms)
            clock_warned_already(d, &ev->u.clock);
    }
}

/* In a bed for the meantime the household is still the referrer's to place. */
void clock_decide_arrival(struct decision *d, const struct referral *r, const struct pool_kept *p,
                          struct stay_id stay, int64_t at_ms)
{
    struct clock_place here = {.r = r,
                               .pool = p,
                               .house = stay.v != 0 ? p : NULL,
                               .stay = stay,
                               .from_ms = at_ms,
                               .is_known = r->facts_known,
                               .residence = r->need.residence,
                               .until_ms = r->residence_until_ms};

    clock_carry(d, &here);
    clock_begin_those(d, &here, false);
}

/* As it ran since WAS, in minutes: as long as its rule says, or says of one that was prolonged; 0 = another
 * end was told. */
static int64_t minutes_of(const struct clock_rule *rule, const struct stay_clock *c)
{
    int64_t ran_ms = c->runs_out_ms - c->started_at_ms;

    if (ran_ms == rule->minutes * MS_MINUTE)
        return rule->minutes;
    return rule->prolong_to_minutes != 0 && ran_ms == rule->prolong_to_minutes * MS_MINUTE
               ? rule->prolong_to_minutes
               : 0;
}

void clock_decide_begun(struct decision *d, struct referral_id id, struct stay_id stay, int64_t was_ms,
                        int64_t from_ms)
{
    const struct stay_rules *rules = vocab_stay_rules(d->e->vocab);

    for (unsigned i = 0;; i++) {
        const struct stay_clock *c = engine_clock(d->e, engine_clock_of(d->e, id, i));
        const struct clock_rule *rule = c != NULL ? stay_rules_clock(rules, c->kind) : NULL;
        struct event *ev = NULL;

        if (c == NULL)
            break;
        if (c->state == CLOCK_STOPPED || rule == NULL || c->stay.v != stay.v || c->started_at_ms != was_ms ||
            minutes_of(rule, c) == 0)
            continue;
        ev = clock_event(d, EV_CLOCK_PROLONGED, c);
        ev->u.clock.runs_out_ms = from_ms + minutes_of(rule, c) * MS_MINUTE;
        ev->u.clock.warn_at_ms = clock_warn_ms(rule, from_ms, ev->u.clock.runs_out_ms);
        follow_up_clock_moved(d, c, from_ms + minutes_of(rule, c) * MS_MINUTE);
    }
}

void clock_decide_bridge_over(struct decision *d, struct referral_id id, enum kind kind)
{
    const struct stay_rules *rules = vocab_stay_rules(d->e->vocab);

    for (unsigned i = 0;; i++) {
        const struct stay_clock *c = engine_clock(d->e, engine_clock_of(d->e, id, i));
        const struct clock_rule *rule = c != NULL ? stay_rules_clock(rules, c->kind) : NULL;

        if (c == NULL)
            break;
        if (c->stay.v == 0 && c->state != CLOCK_STOPPED && rule != NULL && !rule->of_household &&
            (rule->kinds >> (unsigned)kind & 1u) != 0)
            clock_stop_event(d, c, 0);
    }
}

/* As long as the rule says (0), but an order no longer than the household's orders may. */
static int64_t end_of(const struct decision *d, const struct clock_rule *rule, struct referral_id id,
                      int64_t started_ms)
{
    int64_t max_ms =
        clock_is_of_order(rule) ? clock_order_end_max(d->e, id, started_ms, d->now_ms) : INT64_MAX;

    return started_ms + rule->minutes * MS_MINUTE > max_ms ? max_ms : 0;
}

enum refusal decide_start_clock(struct decision *d)
{
    const struct clock_command *c = &d->cmd->u.clock;
    const struct referral *r = engine_referral(d->e, c->referral);
    const struct stay *s = engine_stay_of(d->e, r->id);
    const struct clock_rule *rule = stay_rules_clock(vocab_stay_rules(d->e->vocab), c->kind);
    int32_t today = time_day_nl(d->now_ms);
    int64_t started_ms = c->started_at_ms != 0 ? c->started_at_ms : d->now_ms;
    struct clock_place here = {.r = r};

    d->outcome->referral = r->id;
    if (rule == NULL || today < rule->valid.from || today > rule->valid.to)
        return REFUSAL_UNKNOWN_REASON;
    if (r->state == REFERRAL_DEPARTED || r->state == REFERRAL_WITHDRAWN || r->state == REFERRAL_CLOSED ||
        clock_right_runs(d, r->id, rule))
        return REFUSAL_WRONG_STATE;
    if (started_ms > d->now_ms || started_ms < d->now_ms - CLOCK_AGO_MAX_MS || started_ms <= 0 ||
        !clock_has_room(d, r->id, false))
        return REFUSAL_LIMIT;
    here.house = s != NULL ? engine_pool(d->e, s->pool) : NULL;
    here.stay = s != NULL ? s->id : (struct stay_id){0};
    clock_begin(d, rule, &here, started_ms, end_of(d, rule, r->id, started_ms));
    return REFUSAL_NONE;
}

/* ---- whose it is ---- */

static const struct stay_clock *named(struct decision *d)
{
    const struct stay_clock *c = engine_clock(d->e, d->cmd->u.clock.clock);

    d->outcome->referral = c->referral;
    return c;
}

enum refusal decide_offer_clock(struct decision *d)
{
    const struct stay_clock *c = named(d);
    struct org_id to = d->cmd->u.clock.org;
    const struct org *o = engine_org(d->e, to);

    if (c->state == CLOCK_STOPPED)
        return REFUSAL_WRONG_STATE;
    if (to.v != 0 && (o == NULL || to.v == c->owner.v ||
                      (o->kind != ORG_SHELTER && o->kind != ORG_VEILIG_THUIS && o->kind != ORG_COMENSHA)))
        return REFUSAL_LIMIT;
    if (c->offered_to.v != to.v)
        clock_event(d, EV_CLOCK_OFFERED, c)->u.clock.org = to;
    return REFUSAL_NONE;
}

enum refusal decide_take_clock(struct decision *d)
{
    const struct stay_clock *c = named(d);
    struct event *ev = NULL;

    if (c->state == CLOCK_STOPPED || c->offered_to.v != d->cmd->actor.org.v)
        return c->owner.v == d->cmd->actor.org.v && c->state != CLOCK_STOPPED ? REFUSAL_NONE
                                                                              : REFUSAL_WRONG_STATE;
    ev = clock_event(d, EV_CLOCK_TAKEN, c);
    ev->u.clock.org = d->cmd->actor.org;
    ev->u.clock.desk = d->cmd->actor.location;
    if (engine_referral(d->e, c->referral)->facts_known)
        memcpy(ev->u.clock.callback, d->cmd->u.clock.callback, DESK_SIZE);
    return REFUSAL_NONE;
}

/* ---- prolonged, stopped ---- */

enum refusal decide_prolong_clock(struct decision *d)
{
    const struct stay_clock *c = named(d);
    const struct clock_rule *rule = stay_rules_clock(vocab_stay_rules(d->e->vocab), c->kind);
    int64_t until_ms = 0;

    if (c->state == CLOCK_STOPPED)
        return REFUSAL_WRONG_STATE;
    if (rule != NULL)
        until_ms = c->started_at_ms + rule->prolong_to_minutes * MS_MINUTE;
    if (clock_is_of_order(rule)) {
        int64_t max_ms = clock_order_end_max(d->e, c->referral, c->started_at_ms, d->now_ms);

        until_ms = until_ms < max_ms ? until_ms : max_ms;
    }
    if (until_ms <= c->runs_out_ms || until_ms <= d->now_ms)
        return REFUSAL_WRONG_STATE; /* it runs as long as it can already */
    clock_move_event(d, c, rule, until_ms);
    if (clock_is_of_order(rule))
        decide_order_until(d, c->referral, until_ms);
    return REFUSAL_NONE;
}

enum refusal decide_stop_clock(struct decision *d)
{
    const struct stay_clock *c = named(d);
    uint8_t reason = d->cmd->u.clock.reason;

    if (reason < 1 || vocab_list_code(d->e->vocab, LIST_CLOCK_STOP, reason - 1u) == NULL)
        return REFUSAL_UNKNOWN_REASON;
    if (c->state == CLOCK_STOPPED)
        return c->stop_reason == reason ? REFUSAL_NONE : REFUSAL_WRONG_STATE;
    clock_stop_event(d, c, reason);
    return REFUSAL_NONE;
}

/* ---- due ---- */

/* Only who refers can look for a place. A clock that is with the house that took the household in goes back
 * to the desk that placed it there, which may be a shelter's own: then it has people who refer. */
static struct org_id follow_up_desk(const struct engine *e, const struct stay_clock *c,
                                    const struct referral *r)
{
    enum org_kind kind = engine_org(e, c->owner)->kind;

    return kind == ORG_VEILIG_THUIS || kind == ORG_COMENSHA ? c->owner : r->org;
}

enum urgency follow_up_urgency(int64_t left_ms)
{
    return left_ms <= SOON_MS ? URGENCY_VANDAAG : URGENCY_DRIE_DAGEN;
}

/* The same household, told once. To another desk go no number of the first, no ground that it had, and no
 * consent that was given to it. */
static struct need follow_up_need(const struct stay_clock *c, const struct referral *r, struct org_id desk,
                                  int64_t left_ms)
{
    struct need n = r->need;

    n.urgency = follow_up_urgency(left_ms);
    memset(n.return_code, 0, sizeof n.return_code);
    if (desk.v != r->org.v) {
        memset(n.callback, 0, sizeof n.callback);
        n.ground = GROUND_NONE;
        n.ground_at_ms = 0;
        n.mdo_consent = TRI_UNKNOWN;
    }
    if (desk.v == c->owner.v && c->callback[0] != '\0') {
        memcpy(n.callback, c->callback, sizeof n.callback);
        if (!need_is_valid(&n)) /* a clock may be told of by words, a referral by a number */
            memset(n.callback, 0, sizeof n.callback);
    }
    return n;
}

static struct referral_id open_follow_up(struct decision *d, const struct stay_clock *c,
                                         const struct referral *r)
{
    int64_t left_ms = c->runs_out_ms - d->now_ms;
    struct org_id desk = follow_up_desk(d->e, c, r);
    struct need need = follow_up_need(c, r, desk, left_ms);
    char code[REFERRAL_CODE_SIZE];
    struct referral_id id = {engine_referrals(d->e) + 1};
    struct event *ev = NULL;

    /* The code names it and guards nothing, so it needs no draw: the same on every replay is enough. */
    if (!decide_find_code(d->e, rng_mix(hash_combine(d->e->seq, c->id.v)), code))
        return (struct referral_id){0};
    ev = decision_event(d, EV_REFERRAL_OPENED);
    ev->u.opened.id = id;
    memcpy(ev->u.opened.code, code, sizeof code);
    ev->u.opened.org = desk;
    ev->u.opened.urgency = need.urgency;
    ev->u.opened.home_region = need.home_region;
    /* It needs its place when the clock runs out; past that, within the time that its urgency gives. */
    ev->u.opened.deadline_ms =
        left_ms > 0 ? c->runs_out_ms
                    : d->now_ms + vocab_deadline_minutes(d->e->vocab, need.urgency) * MS_MINUTE;
    ev->u.opened.facts_known = true;
    ev->u.opened.need = need;
    ev = decision_event(d, EV_REFERRAL_LINKED);
    ev->u.link.referral = id;
    ev->u.link.earlier = c->referral;
    ev->u.link.why = LINK_FOLLOW_UP;
    decide_residence_until(d, id, r);
    return id;
}

/* A next place is being looked for already, for whatever reason: not twice. */
static struct referral_id under_way(const struct engine *e, struct referral_id id)
{
    struct referral_id later = engine_household(e, id).later;
    const struct referral *r = engine_referral(e, later);

    return r != NULL && referral_is_live(r->state) ? later : (struct referral_id){0};
}

static bool has_opened(const struct decision *d)
{
    for (size_t i = d->first; i < d->out->n; i++) {
        if (d->out->list[i].kind == EV_REFERRAL_OPENED)
            return true;
    }
    return false;
}

bool stay_decide_due(struct decision *d, uint64_t clock)
{
    const struct stay_clock *c = engine_clock(d->e, (struct clock_id){clock});
    const struct referral *r = engine_referral(d->e, c->referral);
    struct referral_id follow_up = under_way(d->e, c->referral);

    if (c->state == CLOCK_WARNED) {
        clock_event(d, EV_CLOCK_RAN_OUT, c);
        return true;
    }
    /* A referral's id and code are told from the engine as it is: one in a tick. */
    if (has_opened(d))
        return false;
    /* Who still looks for its first place has a referral that does; and where it was withdrawn, closed or
     * left, people have said that nothing is looked for. */
    if (follow_up.v != 0)
        follow_up_found(d, follow_up, c->runs_out_ms);
    else if (r->facts_known && r->state == REFERRAL_ADMITTED)
        follow_up = open_follow_up(d, c, r);
    clock_event(d, EV_CLOCK_WARNED, c)->u.clock.follow_up = follow_up;
    return true;
}
