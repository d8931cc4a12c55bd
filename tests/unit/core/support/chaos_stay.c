#include "support/chaos_stay.h"

#include "base/time_text.h"
#include "core/fields.h"
#include "core/nobed/nobed.h"

#include <string.h>

static int64_t a_time(struct rng *r)
{
    return rng_chance(r, 100) ? FIELD_TIME_MAX : (int64_t)(rng_next(r) % (uint64_t)FIELD_TIME_MAX);
}

static void fill_spans(struct rng *r, struct funding_span *spans, uint8_t *n, unsigned max)
{
    *n = (uint8_t)(1 + rng_below(r, max));
    for (unsigned i = 0; i < *n; i++)
        spans[i] = (struct funding_span){.from_day = (int32_t)rng_next(r),
                                         .stream = (uint8_t)rng_next(r),
                                         .municipality = (uint16_t)rng_next(r),
                                         .rule = (uint8_t)rng_next(r),
                                         .reason = (uint8_t)rng_next(r)};
}

static void fill_stay(struct rng *r, struct event *ev)
{
    struct stay_event *s = &ev->u.stay;

    s->stay.v = rng_next(r);
    s->referral.v = rng_next(r);
    if (ev->kind == EV_STAY_STARTED)
        s->request.v = rng_next(r);
    if (ev->kind == EV_STAY_STARTED || ev->kind == EV_STAY_FUNDED)
        fill_spans(r, s->spans, &s->n_spans, FUNDING_SPANS_MAX);
    if (ev->kind == EV_STAY_READY) {
        s->ready = rng_chance(r, 500);
        s->block = (uint8_t)rng_next(r);
    }
    if (ev->kind == EV_STAY_ENDED) {
        s->reason = (uint8_t)rng_next(r);
        s->destination = (uint8_t)rng_next(r);
    }
    if (ev->kind == EV_RETURN_CODE_GIVEN && rng_chance(r, 900))
        return_code_make(rng_next(r), s->return_code);
}

static void fill_clock(struct rng *r, struct event *ev)
{
    struct clock_event *c = &ev->u.clock;
    bool starts = ev->kind == EV_CLOCK_STARTED;

    c->clock.v = rng_next(r);
    c->referral.v = rng_next(r);
    c->owner.v = (uint32_t)rng_next(r);
    if (starts) {
        c->stay.v = rng_next(r);
        c->kind = (uint8_t)rng_next(r);
        c->started_at_ms = a_time(r);
    }
    if (starts || ev->kind == EV_CLOCK_PROLONGED) {
        c->warn_at_ms = a_time(r);
        c->runs_out_ms = a_time(r);
    }
    if (starts || ev->kind == EV_CLOCK_OFFERED || ev->kind == EV_CLOCK_TAKEN) {
        c->org.v = (uint32_t)rng_next(r);
        c->desk.v = (uint32_t)rng_next(r);
    }
    if (ev->kind == EV_CLOCK_STOPPED)
        c->reason = (uint8_t)rng_next(r);
    if (ev->kind == EV_CLOCK_WARNED)
        c->follow_up.v = rng_next(r);
    if (ev->kind == EV_CLOCK_TAKEN && rng_chance(r, 500))
        strcpy(c->callback, "088-1234567");
}

void chaos_stay_fill(struct rng *r, struct event *ev)
{
    if (ev->kind == EV_REFERRAL_LINKED) {
        ev->u.link.referral.v = rng_next(r);
        ev->u.link.earlier.v = rng_next(r);
        ev->u.link.why = (enum link_why)rng_below(r, LINK_N);
    } else if (ev->kind == EV_FUNDING_FLAGGED) {
        ev->u.flag.referral.v = rng_next(r);
        ev->u.flag.request.v = rng_next(r);
        ev->u.flag.region = rng_chance(r, 200) ? REGION_NONE : (uint8_t)rng_below(r, VOCAB_REGIONS_MAX);
    } else if (ev->kind == EV_BRIDGE_FUNDED) {
        ev->u.bridge_funded.bridge.v = rng_next(r);
        ev->u.bridge_funded.referral.v = rng_next(r);
        fill_spans(r, ev->u.bridge_funded.spans, &ev->u.bridge_funded.n_spans, FUNDING_SPANS_MAX);
    } else if (ev->kind == EV_NIGHTS_DATED) {
        struct dated_event *v = &ev->u.dated;

        v->stay.v = rng_chance(r, 500) ? rng_next(r) : 0;
        v->bridge.v = v->stay.v == 0 ? rng_next(r) : 0;
        v->referral.v = rng_next(r);
        v->started_at_ms = a_time(r);
        v->ended_at_ms = rng_chance(r, 500) ? a_time(r) : 0;
        if (rng_chance(r, 500))
            fill_spans(r, v->spans, &v->n_spans, FUNDING_SPANS_MAX);
    } else if (ev->kind >= EV_CLOCK_STARTED && ev->kind <= EV_CLOCK_RAN_OUT) {
        fill_clock(r, ev);
    } else {
        fill_stay(r, ev);
    }
}

/* ---- commands ---- */

static struct actor somebody_of(const struct exchange *x, uint32_t org)
{
    const struct org *o = engine_org(x->e, (struct org_id){org});

    if (o == NULL || o->kind == ORG_SHELTER)
        return shelter_of(org);
    return actor_of(o->kind == ORG_COMENSHA ? ROLE_COMENSHA : ROLE_REFERRER, org);
}

/* Mostly one that is still lived in. */
static const struct stay *a_stay(const struct exchange *x, struct rng *r)
{
    const struct stay *s = NULL;

    for (int i = 0; i < 40 && (s == NULL || s->state == STAY_DEPARTED); i++)
        s = engine_stay(x->e, (struct stay_id){1 + rng_next(r) % engine_stays(x->e)});
    return s;
}

static bool about_a_stay(struct exchange *x, struct rng *r, struct command *cmd, const struct stay *s)
{
    static const enum command_kind kinds[] = {CMD_DEPART,     CMD_STAY_READY, CMD_STAY_READY,
                                              CMD_STAY_READY, CMD_FUND_STAY,  CMD_GIVE_RETURN_CODE};

    cmd->kind = kinds[rng_below(r, 6)];
    cmd->actor = shelter_of(engine_pool(x->e, s->pool)->org.v);
    cmd->u.stay.stay = s->id;
    cmd->u.stay.reason = (uint8_t)rng_below(r, 7);
    cmd->u.stay.destination = (uint8_t)rng_below(r, 13);
    cmd->u.stay.ready = rng_chance(r, 700);
    cmd->u.stay.block = cmd->u.stay.ready ? (uint8_t)rng_below(r, 6) : 0;
    cmd->u.stay.stream = (uint8_t)(rng_chance(r, 900) ? 1 + rng_below(r, 2) : rng_below(r, 12));
    cmd->u.stay.municipality =
        rng_chance(r, 500) ? 363 : (uint16_t)(rng_chance(r, 900) ? 599 : rng_below(r, 2000));
    cmd->u.stay.from_day = time_day_nl(x->now) - (int32_t)(rng_chance(r, 700) ? 0 : rng_below(r, 5));
    return true;
}

/* Told at another moment than it was, or a mistake. */
static bool correct_a_stay(struct exchange *x, struct rng *r, struct command *cmd)
{
    const struct stay *s = engine_stay(x->e, (struct stay_id){1 + rng_next(r) % engine_stays(x->e)});
    int64_t shift_ms = (int64_t)rng_below(r, 60) * MS_HOUR;

    *cmd = (struct command){.actor = shelter_of(engine_pool(x->e, s->pool)->org.v)};
    if (rng_chance(r, 300)) {
        cmd->kind = CMD_RESUME_STAY;
        cmd->u.stay.stay = s->id;
        return true;
    }
    cmd->kind = CMD_DATE_NIGHTS;
    cmd->u.dates = (struct dates_command){.stay = s->id};
    if (engine_bridges(x->e) > 0 && rng_chance(r, 300)) {
        const struct bridge *b =
            engine_bridge(x->e, (struct bridge_id){1 + rng_next(r) % engine_bridges(x->e)});

        cmd->u.dates = (struct dates_command){.bridge = b->id, .from_ms = b->started_at_ms - shift_ms / 8};
        if (b->kind == BRIDGE_BED)
            cmd->actor = shelter_of(engine_pool(x->e, engine_request(x->e, b->request)->pool)->org.v);
        return true;
    }
    if (rng_chance(r, 600))
        cmd->u.dates.from_ms = s->started_at_ms + (rng_chance(r, 500) ? shift_ms : -shift_ms);
    if (rng_chance(r, 600))
        cmd->u.dates.until_ms = s->ended_at_ms - shift_ms / 4;
    return true;
}

static bool about_a_clock(struct exchange *x, struct rng *r, struct command *cmd, const struct stay_clock *c)
{
    static const enum command_kind kinds[] = {CMD_OFFER_CLOCK, CMD_TAKE_CLOCK, CMD_PROLONG_CLOCK,
                                              CMD_STOP_CLOCK};

    cmd->kind = kinds[rng_below(r, 4)];
    cmd->u.clock.clock = c->id;
    cmd->actor = somebody_of(x, cmd->kind == CMD_TAKE_CLOCK ? c->offered_to.v : c->owner.v);
    cmd->u.clock.org.v = rng_below(r, RAPPORTEUR + 2);
    cmd->u.clock.reason = (uint8_t)rng_below(r, 8);
    if (rng_chance(r, 500))
        strcpy(cmd->u.clock.callback, "088-1234567");
    return true;
}

/* Mostly one that still runs. */
static const struct stay_clock *a_clock(const struct exchange *x, struct rng *r)
{
    const struct stay_clock *c = NULL;

    for (int i = 0; i < 40 && (c == NULL || c->state == CLOCK_STOPPED); i++)
        c = engine_clock(x->e, (struct clock_id){1 + rng_next(r) % engine_clocks(x->e)});
    return c;
}

bool chaos_stay_command(struct exchange *x, struct rng *r, struct command *cmd)
{
    uint64_t stays = engine_stays(x->e), clocks = engine_clocks(x->e), referrals = engine_referrals(x->e);

    if (rng_chance(r, 100)) { /* a clock or two runs down */
        x->now += (int64_t)rng_below(r, 40) * MS_HOUR;
        *cmd = (struct command){.kind = CMD_TICK, .actor = {.role = ROLE_SYSTEM}};
        return true;
    }
    if (clocks > 0 && rng_chance(r, 400))
        return about_a_clock(x, r, cmd, a_clock(x, r));
    if (referrals > 0 && rng_chance(r, 200)) {
        const struct referral *f = engine_referral(x->e, (struct referral_id){1 + rng_next(r) % referrals});

        cmd->kind = CMD_START_CLOCK;
        cmd->actor = somebody_of(x, f->org.v);
        cmd->u.clock.referral = f->id;
        cmd->u.clock.kind = (uint8_t)(rng_chance(r, 600) ? 4 : rng_below(r, 9));
        cmd->u.clock.started_at_ms = rng_chance(r, 500) ? 0 : x->now - (int64_t)rng_below(r, 400) * MS_HOUR;
        return true;
    }
    if (stays == 0)
        return false;
    if (rng_chance(r, 150))
        return correct_a_stay(x, r, cmd);
    return about_a_stay(x, r, cmd, a_stay(x, r));
}
