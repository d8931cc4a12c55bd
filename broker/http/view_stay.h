/* Stays and clocks as the JSON of schema/api/openapi.yaml. What of them is for whom was asked before; the
 * number of a desk and, by view_stay, the return code are shown with WHOLE only, which is a read that the
 * caller logs. */
#ifndef PLEK_HTTP_VIEW_STAY_H
#define PLEK_HTTP_VIEW_STAY_H

#include "http/view.h"

json_t *view_stay(const struct engine *e, const struct actor *actor, const struct stay *s, bool whole,
                  int64_t now_ms);
/* null: none was given, its household's key was destroyed, or it is not shown to ACTOR any more. */
json_t *view_return_code(const struct engine *e, const struct actor *actor, const struct stay *s,
                         int64_t now_ms);
json_t *view_clock(const struct engine *e, const struct actor *actor, const struct stay_clock *c, bool whole,
                   int64_t now_ms);
/* What the owner of a clock must know of its household (ACT_SEE_CLOCK_CASE): no house, no address. */
json_t *view_clock_case(const struct engine *e, const struct actor *actor, const struct stay_clock *c);
/* All clocks of a referral, oldest first. */
json_t *view_clocks_of(const struct engine *e, const struct actor *actor, struct referral_id id, bool whole,
                       int64_t now_ms);

/* Who looks for a household through referral ID, for another desk that asks: organisation and its call-back,
 * and never where a place is. The referral itself is named to who may see it only. */
json_t *view_search(const struct engine *e, const struct actor *actor, struct referral_id id);

/* Who pays from which day on. */
json_t *view_funding(const struct engine *e, const struct funding *f);
json_t *view_civil_day(int32_t day);
json_t *view_municipality(uint16_t number);                  /* "GM0599"; null for 0 */
const char *view_stream(const struct engine *e, uint8_t nr); /* "te_regelen" where none is known */

#endif
