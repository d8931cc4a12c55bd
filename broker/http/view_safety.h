/* What people see of leaks and surges, as the JSON of schema/api/openapi.yaml. As in view.h every view shows
 * only what core/audience grants; of a household never more than its referral's code. All return new
 * references. */
#ifndef PLEK_HTTP_VIEW_SAFETY_H
#define PLEK_HTTP_VIEW_SAFETY_H

#include "core/audience/audience.h"

#include <jansson.h>

/* With the households that are to be moved, in their order. */
json_t *view_leak(const struct engine *e, const struct actor *actor, uint32_t id);
/* A location for which ACTOR may report a leak. */
json_t *view_own_location(const struct engine *e, struct location_id id);
json_t *view_surge(const struct engine *e, uint8_t region);
/* The question about a request; null if none was asked. */
json_t *view_conflict(const struct engine *e, struct request_id id);

#endif
