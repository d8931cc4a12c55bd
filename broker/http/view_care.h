/* What people see of care: MDO, regie and consults as the JSON of schema/api/openapi.yaml. As in view.h every
 * view shows only what core/audience grants. All return new references. */
#ifndef PLEK_HTTP_VIEW_CARE_H
#define PLEK_HTTP_VIEW_CARE_H

#include "core/audience/audience.h"

#include <jansson.h>

/* {"id", "name", "kind"}; null for no organisation. */
json_t *view_organisation(const struct engine *e, struct org_id id);
/* With its items where ACTOR sees what is said in it; else an empty list and "full" false. */
json_t *view_mdo(const struct engine *e, const struct actor *actor, uint32_t id);
/* Of the referral's household; who has it only where audience_of_regie is FULL, else "full" is false. */
json_t *view_regie(const struct engine *e, const struct actor *actor, struct referral_id id);
/* The household without identity: threat, needs, ages in bands. Which referral it is only for who asked. */
json_t *view_consult(const struct engine *e, const struct actor *actor, uint32_t id);

#endif
