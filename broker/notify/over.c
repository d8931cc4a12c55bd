#include "notify/over.h"

#include "core/nobed/nobed.h"
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

bool over_is(const struct engine *e, const struct outbox_row *row)
{
    const struct request *q = engine_request(e, row->request);

    if (row->channel != CHANNEL_SMS && row->channel != CHANNEL_VOICE)
        return false;
    if (strcmp(row->kind, "request.made") == 0)
        return q != NULL && q->state != REQUEST_PENDING;
    if (strcmp(row->kind, "request.unseen") == 0)
        return !unseen_is(e, row->request);
    if (strcmp(row->kind, "request.rung") == 0 || strcmp(row->kind, "request.rung_again") == 0)
        return q == NULL || q->state != REQUEST_PENDING || q->seen_at_ms >= row->at_ms;
    if (strcmp(row->kind, "bridge.alarmed") == 0 || strcmp(row->kind, "bridge.lead") == 0)
        return row->referral.v != 0 && !bridge_rings(e, row->referral); /* the watcher's does not say which */
    if (strcmp(row->kind, "leak.reported") == 0 || strcmp(row->kind, "leak.repeated") == 0 ||
        strcmp(row->kind, "leak.passed_on") == 0 || strcmp(row->kind, "leak.given_up") == 0)
        return !a_report_waits(e);
    if (strcmp(row->kind, "request.conflict_asked") == 0)
        return q == NULL || q->state != REQUEST_PENDING || engine_conflict_of(e, q->id) == NULL ||
               engine_conflict_of(e, q->id)->state != CONFLICT_OPEN;
    if (strcmp(row->kind, "alarm.passed_on") == 0)
        return !any_alarm_stands(e, row->referral);
    if (strncmp(row->kind, "alarm.", sizeof "alarm." - 1) == 0)
        return !alarm_stands(e, row->referral, row->kind + sizeof "alarm." - 1);
    return false;
}
