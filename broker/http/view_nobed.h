/* Bridges and the unplaced register as JSON (schema/api/openapi.yaml: Bridge, NoBed, Unplaced). */
#ifndef PLEK_HTTP_VIEW_NOBED_H
#define PLEK_HTTP_VIEW_NOBED_H

#include "core/nobed/nobed.h"
#include "http/view.h"

/* One bridge as ACTOR may see it: the safety owner only to whom the referral is shown in full. Of a bed that
 * the household reached: its nights up to NOW, and who pays for them. */
json_t *view_bridge(const struct engine *e, const struct actor *actor, const struct bridge *b,
                    int64_t now_ms);

/* Since when an order is in force: as its clock says, else since it was told of here. 0 = it is not. */
int64_t view_order_imposed_ms(const struct engine *e, const struct bridge *b);

struct late;
/* The answer to a command on the bridge of the call. */
void bridge_changed(const struct late *late, const struct outcome *o);

/* All of one referral: {"referralId", "state", "bridges", "nights", ...}. */
json_t *view_nobed(const struct engine *e, const struct actor *actor, struct referral_id id, int64_t now_ms);

/* A line of the register: without anything of the household. */
json_t *view_unplaced(const struct engine *e, struct referral_id id, int64_t now_ms);

/* "2026-11-25" of a day, and back; -1 if TEXT is no date. */
json_t *view_day(int32_t day);
int32_t day_parse(const char *text);

#endif
