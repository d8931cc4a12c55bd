#include "notify/over.h"

#include "core/gate/gate_look.h"
#include "core/nobed/nobed.h"
#include "core/stay/stay.h"
#include "notify/unseen.h"

#include <string.h>

static bool alarm_stands(const struct engine *e, struct referral_id id, const char *code)
{
    const struct referral *r = engine_referral(e, id);

    for (unsigned a = 0; r != NULL && a < ALARM_N; a++) {
        if (strcmp(alarm_code((enum alarm)a), code) == 0)
            return timers_alarm_stands(e, r, (enum alarm)a) &&
                   timers_alarm(e, id, (enum alarm)a)->acknowledged_at_ms == 0;
    }
    return false;
}

static bool any_alarm_stands(const struct engine *e, struct referral_id id)
{
    for (unsigned a = 0; a < ALARM_N; a++) {
        if (alarm_stands(e, id, alarm_code((enum alarm)a)))
            return true;
    }
    return false;
}

static bool bridge_rings(const struct engine *e, struct referral_id id)
{
    const struct nobed_case *c = engine_nobed(e, id);

    for (unsigned i = 0; c != NULL && i < c->n_bridges; i++) {
        const struct bridge *b = engine_bridge(e, c->bridges[i]);

        if (b != NULL && b->state == BRIDGE_ALARM && b->seen_at_ms == 0)
            return true;
    }
    return false;
}

/* A report that a second person must confirm, anywhere: a row does not say which. */
static bool a_report_waits(const struct engine *e)
{
    for (uint32_t i = engine_leaks(e); i > 0; i--) {
        if (engine_leak(e, i)->state == LEAK_REPORTED)
            return true;
    }
    return false;
}

/* ---- what each kind rings for, while it stands ---- */

static bool is_pending(const struct engine *e, const struct outbox_row *row)
{
    const struct request *q = engine_request(e, row->request);

    return q == NULL || q->state == REQUEST_PENDING;
}

static bool is_unseen(const struct engine *e, const struct outbox_row *row)
{
    return unseen_is(e, row->request);
}

static bool is_not_looked_at(const struct engine *e, const struct outbox_row *row)
{
    const struct request *q = engine_request(e, row->request);

    return q != NULL && q->state == REQUEST_PENDING && q->seen_at_ms < row->at_ms;
}

static bool conflict_is_open(const struct engine *e, const struct outbox_row *row)
{
    const struct request *q = engine_request(e, row->request);
    const struct conflict *c = q != NULL ? engine_conflict_of(e, q->id) : NULL;

    return c != NULL && q->state == REQUEST_PENDING && c->state == CONFLICT_OPEN;
}

static bool yes_stands(const struct engine *e, const struct outbox_row *row)
{
    const struct request *q = engine_request(e, row->request);

    return q == NULL || q->state == REQUEST_ACCEPTED;
}

/* Nobody came there: until they stand at the door after all. */
static bool nobody_came(const struct engine *e, const struct outbox_row *row)
{
    const struct request *q = engine_request(e, row->request);
    const struct stay *s = engine_stay_of(e, row->referral);

    return q == NULL || s == NULL || s->pool.v != q->pool.v;
}

/* Taken back, and the house was not asked anew since for the same household: a message has no code, and the
 * house would take it for the request that it has now. Another room of it that was asked before is none such:
 * what is taken back is free again all the same. */
static bool is_not_asked_anew(const struct engine *e, const struct outbox_row *row)
{
    const struct referral *r = engine_referral(e, row->referral);
    const struct request *q = engine_request(e, row->request);

    for (unsigned i = 0; r != NULL && q != NULL && i < r->n_requests; i++) {
        const struct request *other = engine_request(e, r->requests[i]);

        if (other->id.v != q->id.v && request_is_holding(other) && other->asked_at_ms >= q->ended_at_ms &&
            engine_pool(e, other->pool)->location.v == engine_pool(e, q->pool)->location.v)
            return false;
    }
    return true;
}

static bool is_on_the_way(const struct engine *e, const struct outbox_row *row)
{
    const struct referral *r = engine_referral(e, row->referral);

    return r == NULL || (r->state == REFERRAL_TRAVELLING && yes_stands(e, row));
}

static bool is_looking(const struct engine *e, const struct outbox_row *row)
{
    const struct referral *r = engine_referral(e, row->referral);

    return r == NULL || referral_is_looking(r->state);
}

static bool gate_asks(const struct engine *e, const struct outbox_row *row)
{
    const struct referral *r = engine_referral(e, row->referral);
    const struct gate *g = r != NULL ? gate_any_live_of(e, r) : NULL;

    return r == NULL || (g != NULL && g->state == GATE_ASKED_BACK);
}

static bool a_clock_says(const struct engine *e, const struct outbox_row *row, enum clock_state from)
{
    const struct stay_clock *c = NULL;

    for (unsigned i = 0; (c = engine_clock(e, engine_clock_of(e, row->referral, i))) != NULL; i++) {
        if (c->state == CLOCK_RUN_OUT || c->state == from)
            return true;
    }
    return false;
}

static bool a_clock_warns(const struct engine *e, const struct outbox_row *row)
{
    return a_clock_says(e, row, CLOCK_WARNED);
}

static bool a_clock_ran_out(const struct engine *e, const struct outbox_row *row)
{
    return a_clock_says(e, row, CLOCK_RUN_OUT);
}

static bool a_bridge_rings(const struct engine *e, const struct outbox_row *row)
{
    return row->referral.v == 0 || bridge_rings(e, row->referral); /* the watcher's does not say which */
}

static bool a_leak_waits(const struct engine *e, const struct outbox_row *row)
{
    (void)row;
    return a_report_waits(e);
}

static bool any_alarm(const struct engine *e, const struct outbox_row *row)
{
    return any_alarm_stands(e, row->referral);
}

/* The kinds that ring somebody and can be overtaken. */
static const struct {
    const char *kind;
    bool (*stands)(const struct engine *e, const struct outbox_row *row);
} rings[] = {
    {"request.made", is_pending},
    {"request.unseen", is_unseen},
    {"request.rung", is_not_looked_at},
    {"request.rung_again", is_not_looked_at},
    {"request.conflict_asked", conflict_is_open},
    {"request.accepted", yes_stands},
    {"request.lost", is_looking},
    {"request.cancelled", is_not_asked_anew},
    {"request.taken_back", is_not_asked_anew},
    {"bridge.called_off", is_not_asked_anew},
    {"bridge.travelling", yes_stands},
    {"referral.travelling", is_on_the_way},
    {"referral.no_show", nobody_came},
    {"referral.unplaced", is_looking},
    {"referral.place_found", is_looking},
    {"gate.asked_back", gate_asks},
    {"gate.assented", is_looking},
    {"gate.returned", is_looking},
    {"clock.warned", a_clock_warns},
    {"clock.ran_out", a_clock_ran_out},
    {"bridge.alarmed", a_bridge_rings},
    {"bridge.lead", a_bridge_rings},
    {"leak.reported", a_leak_waits},
    {"leak.repeated", a_leak_waits},
    {"leak.passed_on", a_leak_waits},
    {"leak.given_up", a_leak_waits},
    {"alarm.passed_on", any_alarm},
};

bool over_is(const struct engine *e, const struct outbox_row *row)
{
    if (row->channel != CHANNEL_SMS && row->channel != CHANNEL_VOICE)
        return false;
    for (size_t i = 0; i < sizeof rings / sizeof *rings; i++) {
        if (strcmp(row->kind, rings[i].kind) == 0)
            return !rings[i].stands(e, row);
    }
    if (strncmp(row->kind, "alarm.", sizeof "alarm." - 1) == 0)
        return !alarm_stands(e, row->referral, row->kind + sizeof "alarm." - 1);
    return false;
}
