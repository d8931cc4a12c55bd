#include "people_parts.h"

#include "calls.h"
#include "care_walk.h"
#include "gate_walk.h"
#include "handover_walk.h"
#include "nobed_walk.h"
#include "safety_walk.h"
#include "stay_walk.h"
#include "timers_walk.h"
#include "viewers.h"

#include "base/mem.h"

#include <stdlib.h>

#define CALM_TRIES 4 /* asks for one referral before its worker finds another way */

struct people *people_new(struct world *w)
{
    struct people *p = mem_new(1, sizeof *p);

    p->w = w;
    p->rng = rng_seed(rng_next(&w->rng));
    return p;
}

void people_free(struct people *p)
{
    if (p == NULL)
        return;
    free(p->live.list);
    free(p->pending.list);
    free(p->tries);
    free(p);
}

const struct engine *engine_of(const struct people *p)
{
    return flow_engine(p->w->active->flow);
}

uint32_t below(struct people *p, size_t n)
{
    return rng_below(&p->rng, (uint32_t)n);
}

bool begin(struct people *p, const struct command *cmd, struct referral_id about)
{
    return calls_begin(p->w->calls, cmd, about);
}

/* ---- what they know ---- */

static void id_add(struct id_list *l, uint64_t id)
{
    MEM_GROW(l->list, l->n, l->cap);
    l->list[l->n++] = id;
}

static void id_remove(struct id_list *l, uint64_t id)
{
    for (size_t i = 0; i < l->n; i++) {
        if (l->list[i] == id) {
            l->list[i] = l->list[--l->n];
            return;
        }
    }
}

static void request_over(struct people *p, uint64_t id)
{
    id_remove(&p->pending, id);
    p->ended[p->n_ended++ % ENDED_KEPT] = id;
}

void people_published(struct people *p, const struct engine *e, const struct event *ev)
{
    (void)e;
    switch (ev->kind) {
    case EV_REFERRAL_OPENED:
        id_add(&p->live, ev->u.opened.id.v);
        break;
    case EV_REQUEST_MADE:
        id_add(&p->pending, ev->u.made.id.v);
        break;
    case EV_REQUEST_ACCEPTED:
        id_remove(&p->pending, ev->u.request.request.v);
        break;
    case EV_REQUEST_DECLINED:
    case EV_REQUEST_CANCELLED:
    case EV_REQUEST_EXPIRED:
        request_over(p, ev->u.request.request.v);
        p->w->trace->counts.lapsed += ev->kind == EV_REQUEST_EXPIRED;
        break;
    case EV_REFERRAL_NO_SHOW:
        request_over(p, ev->u.referral.request.v);
        break;
    case EV_REFERRAL_ADMITTED:
    case EV_REFERRAL_WITHDRAWN:
        id_remove(&p->live, ev->u.referral.referral.v);
        break;
    case EV_KEY_MADE:
    case EV_KEY_CONFIRMED:
    case EV_KEY_LOST:
    case EV_KEY_LOSS_ASKED:
    case EV_KEY_LOSS_DROPPED:
    case EV_HANDOVER_ITEM:
    case EV_NOTE_WRITTEN:
    case EV_NOTE_PICKED_UP:
    case EV_NOTE_UNREADABLE:
    case EV_NOTE_DESTROYED:
        handover_walk_count(p->w->trace, ev);
        break;
    case EV_REFERRAL_CLOSED:
        id_remove(&p->live, ev->u.night.referral.v);
        break;
    case EV_BRIDGE_ENDED:
        if (ev->u.bridge.request.v != 0)
            request_over(p, ev->u.bridge.request.v);
        break;
    case EV_BRIDGE_OPENED:
    case EV_BRIDGE_STARTED:
    case EV_BRIDGE_CHECKED:
    case EV_BRIDGE_ALARMED:
    case EV_BRIDGE_ARRIVED:
    case EV_BRIDGE_FUNDED:
    case EV_BRIDGE_CHANGED:
    case EV_BRIDGE_TRAVELLING:
    case EV_BRIDGE_WATCHED:
    case EV_NIGHT_NOTED:
    case EV_ORG_DEFINED:
    case EV_LOCATION_DEFINED:
    case EV_POOL_DEFINED:
    case EV_CAPACITY_OBSERVED:
    case EV_CAPACITY_CONFIRMED:
    case EV_REQUEST_SEEN:
    case EV_REQUEST_LATE_YES:
    case EV_REQUEST_SILENT:
    case EV_PLACE_FOUND:
    case EV_STAY_STARTED:
    case EV_STAY_READY:
    case EV_STAY_FUNDED:
    case EV_RETURN_CODE_GIVEN:
    case EV_STAY_ENDED:
    case EV_STAY_RESUMED:
    case EV_NIGHTS_DATED:
    case EV_REFERRAL_LINKED:
    case EV_FUNDING_FLAGGED:
    case EV_CLOCK_STARTED:
    case EV_CLOCK_OFFERED:
    case EV_CLOCK_TAKEN:
    case EV_CLOCK_PROLONGED:
    case EV_CLOCK_STOPPED:
    case EV_CLOCK_WARNED:
    case EV_CLOCK_RAN_OUT:
    case EV_REFERRAL_TRAVELLING:
    case EV_REFERRAL_UNPLACED:
    case EV_REFERRAL_RETIMED:
    case EV_REFERRAL_STILL_THERE:
    case EV_REQUEST_RUNG:
    case EV_REQUEST_EXTENDED:
    case EV_REFERRAL_WIDENED:
    case EV_HOLD_SET:
    case EV_ALARM_RAISED:
    case EV_ALARM_REPEATED:
    case EV_HOUSEHOLD_REFUSED:
    case EV_ALARM_ACKNOWLEDGED:
    case EV_REFERRAL_HANDED_OVER:
    case EV_REFERRAL_TAKEN_OVER:
    case EV_MDO_CONVENED:
    case EV_MDO_INVITED:
    case EV_MDO_ANSWERED:
    case EV_MDO_DATED:
    case EV_MDO_CLOSED:
    case EV_MDO_NOTED:
    case EV_MDO_ITEM_MOVED:
    case EV_REGIE_OFFERED:
    case EV_REGIE_TAKEN:
    case EV_REGIE_KEPT:
    case EV_REGIE_ENDED:
    case EV_CONSULT_ASKED:
    case EV_CONSULT_ANSWERED:
    case EV_CONSULT_CLOSED:
    case EV_REGIE_NAMED:
    case EV_MDO_NOTED_OUTSIDE:
    case EV_MDO_REMINDED:
    case EV_MDO_ITEM_REMINDED:
    case EV_REGIE_REMINDED:
    case EV_CONSULT_REMINDED:
    case EV_LEAK_REPORTED:
    case EV_LEAK_REPEATED:
    case EV_LEAK_DROPPED:
    case EV_LOCATION_FROZEN:
    case EV_LEAK_HOUSEHOLD:
    case EV_LEAK_BRIDGE:
    case EV_LEAK_SEARCH:
    case EV_LEAK_PROMISED:
    case EV_LEAK_LIFT_ASKED:
    case EV_LEAK_LIFT_REFUSED:
    case EV_LOCATION_LIFTED:
    case EV_SUPPLY_CHANGED:
    case EV_SURGE_SET:
    case EV_CONFLICT_ASKED:
    case EV_CONFLICT_ANSWERED:
    case EV_COMMAND_DONE:
    case EV_GATE_SENT:
    case EV_GATE_TAKEN:
    case EV_GATE_ASKED_BACK:
    case EV_GATE_ANSWERED:
    case EV_GATE_ASSENTED:
    case EV_GATE_RETURNED:
    case EV_GATE_WITHDRAWN:
    case EV_RESIDENCE_FOUND:
    case EV_REFERRAL_DESK:
    case EV_N:
        break;
    }
}

void people_broker_up(struct people *p)
{
    const struct engine *e = engine_of(p);

    p->live.n = p->pending.n = 0;
    for (uint64_t i = 1; i <= engine_referrals(e); i++) {
        if (referral_is_live(engine_referral(e, (struct referral_id){i})->state))
            id_add(&p->live, i);
    }
    for (uint64_t i = 1; i <= engine_requests(e); i++) {
        if (engine_request(e, (struct request_id){i})->state == REQUEST_PENDING)
            id_add(&p->pending, i);
    }
}

void people_arrive(struct people *p)
{
    struct actor machine = actor_of(ROLE_MACHINE, p->cast.operator_org);
    struct cast *c = &p->cast;

    supply_define(p->w, &p->rng, c);
    machine.org = c->operator_org;
    machine.carries = c->shelters;
    machine.n_carries = (uint16_t)c->n_shelters;
    for (int i = 0; i < c->n_referrers; i++)
        viewers_add(p->w->viewers, &(struct actor){.role = ROLE_REFERRER, .org = c->referrers[i]});
    for (int i = 0; i < c->n_shelters; i++)
        viewers_add(p->w->viewers, &(struct actor){.role = ROLE_SHELTER, .org = c->shelters[i]});
    viewers_add(p->w->viewers, &(struct actor){.role = ROLE_COMENSHA, .org = c->comensha});
    viewers_add(p->w->viewers, &(struct actor){.role = ROLE_MUNICIPALITY, .org = c->municipality});
    viewers_add(p->w->viewers, &(struct actor){.role = ROLE_GATEKEEPER, .org = c->municipality});
    viewers_add(p->w->viewers, &(struct actor){.role = ROLE_RAPPORTEUR, .org = c->rapporteur});
    viewers_add(p->w->viewers, &(struct actor){.role = ROLE_EXCHANGE_ADMIN, .org = c->operator_org});
    viewers_add(p->w->viewers, &machine);
}

/* ---- others ---- */

static void with_timers(struct people *p)
{
    const struct referral *r = some_referral(p);
    struct command cmd;

    if (r != NULL && timers_walk_draw(&p->rng, engine_of(p), r, &cmd))
        begin(p, &cmd, r->id);
}

/* ---- a step ---- */

static enum deed draw_deed(struct people *p)
{
    const uint32_t *weights = p->w->plan.weights;
    uint32_t sum = 0, at = 0;
    int deed = 0;

    for (int i = 0; i < DO_N; i++)
        sum += weights[i];
    at = rng_below(&p->rng, sum);
    while (at >= weights[deed])
        at -= weights[deed++];
    return (enum deed)deed;
}

/* What needs a referral that is still looking or on its way. */
static void do_with_referral(struct people *p, enum deed deed)
{
    const struct referral *r = some_referral(p);

    if (r == NULL)
        return;
    if (deed == DO_ASK)
        ask(p, r);
    else if (deed == DO_ASK_WILD)
        ask_wild(p, r);
    else if (deed == DO_TRAVEL && r->state == REFERRAL_RESERVED)
        travel(p, r);
    else if (deed == DO_ARRIVE)
        arrive(p, r);
    else if (deed == DO_NO_SHOW)
        no_show(p, r);
    else if (deed == DO_WITHDRAW)
        withdraw(p, r);
    else if (deed == DO_NOBED)
        nobed_walk(p->w, &p->rng, referrer_of(p, r), r);
}

static void do_stay(struct people *p)
{
    struct command cmd;

    if (stay_walk_draw(engine_of(p), &p->rng, p->w->now_ms, &cmd))
        begin(p, &cmd, (struct referral_id){0});
}

static const struct request *some_pending(struct people *p)
{
    if (p->pending.n == 0)
        return NULL;
    return engine_request(engine_of(p), (struct request_id){p->pending.list[below(p, p->pending.n)]});
}

static void do_deed(struct people *p, enum deed deed)
{
    switch (deed) {
    case DO_OPEN:
        open_referral(p);
        break;
    case DO_ASK:
    case DO_ASK_WILD:
    case DO_TRAVEL:
    case DO_ARRIVE:
    case DO_NO_SHOW:
    case DO_WITHDRAW:
    case DO_NOBED:
        do_with_referral(p, deed);
        break;
    case DO_SEE:
        answer_some(p, CMD_SEE_REQUEST);
        break;
    case DO_ACCEPT:
        answer_some(p, CMD_ACCEPT);
        break;
    case DO_DECLINE:
        answer_some(p, CMD_DECLINE);
        break;
    case DO_LATE_YES:
        answer_late(p);
        break;
    case DO_REPORT:
        report(p);
        break;
    case DO_REPORT_AGAIN:
        report_again(p);
        break;
    case DO_REDEFINE:
        redefine(p);
        break;
    case DO_READ:
        read_page(p);
        break;
    case DO_INTRUDE:
        intrude(p);
        break;
    case DO_TIMERS:
        with_timers(p);
        break;
    case DO_STAY:
        do_stay(p);
        break;
    case DO_RESUME:
        viewers_resume_one(p->w->viewers);
        break;
    case DO_GATE:
        gate_walk(p->w, &p->rng, &p->cast, some_referral(p));
        break;
    case DO_CARE:
        care_walk(p->w, &p->rng, &p->cast, some_referral(p));
        break;
    /* ---- warm handover, keys and notes ---- */
    case DO_HANDOVER:
        handover_walk_step(p->w, &p->rng, &p->cast, some_referral(p));
        break;
    /* ---- location leaked, surge, conflict check ---- */
    case DO_SAFETY:
        safety_walk(p->w, &p->rng, &p->cast, some_pending(p));
        break;
    case DO_NOTHING:
    case DO_N:
        break;
    }
}

void people_step(struct people *p)
{
    uint32_t acts = rng_below(&p->rng, p->w->plan.acts_max + 1);

    for (uint32_t i = 0; i < acts; i++)
        do_deed(p, draw_deed(p));
}

/* ---- the calm ---- */

static void settle(struct people *p, const struct referral *r)
{
    const struct engine *e = engine_of(p);
    const struct request *pending = NULL;

    for (unsigned i = 0; i < r->n_requests && pending == NULL; i++) {
        if (engine_request(e, r->requests[i])->state == REQUEST_PENDING)
            pending = engine_request(e, r->requests[i]);
    }
    if (pending != NULL && safety_walk_answer(p->w, pending))
        return;
    if (pending != NULL)
        answer(p, rng_chance(&p->rng, 700) ? CMD_ACCEPT : CMD_DECLINE, pending);
    else if (r->state == REFERRAL_RESERVED || r->state == REFERRAL_TRAVELLING)
        arrive(p, r);
    else if (engine_household(e, r->id).why == LINK_FOLLOW_UP) /* or each place would open the next */
        withdraw(p, r);
    else if (p->tries[r->id.v - 1]++ < CALM_TRIES && ask(p, r))
        return;
    else if (r->id.v % 2 == 0)
        nobed_close(p->w, &p->rng, referrer_of(p, r), r);
    else
        withdraw(p, r);
}

/* Everybody goes home before a clock opens yet another referral. */
static void leave(struct people *p)
{
    struct command cmd;

    for (unsigned i = 0; i < 4 && stay_walk_leave(engine_of(p), i, &cmd); i++) {
        const struct stay *s = engine_stay(engine_of(p), cmd.u.stay.stay);

        if (!calls_is_busy(p->w->calls, s->referral))
            begin(p, &cmd, s->referral);
    }
}

void people_calm_step(struct people *p)
{
    size_t n = (size_t)engine_referrals(engine_of(p));

    if (p->w->plan.broken == BROKEN_STUCK)
        return;
    if (n > p->n_tries) {
        p->tries = mem_resize(p->tries, n, sizeof *p->tries);
        while (p->n_tries < n)
            p->tries[p->n_tries++] = 0;
    }
    if (rng_chance(&p->rng, 200))
        report(p);
    leave(p);
    safety_walk_lift(p->w, &p->cast);
    for (size_t i = 0; i < p->live.n; i++) {
        struct referral_id id = {p->live.list[i]};

        if (!calls_is_busy(p->w->calls, id))
            settle(p, engine_referral(engine_of(p), id));
    }
}
