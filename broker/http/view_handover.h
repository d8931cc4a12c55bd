/* The warm handover as the API shows it; see http/view.h. */
#ifndef PLEK_HTTP_VIEW_HANDOVER_H
#define PLEK_HTTP_VIEW_HANDOVER_H

#include "core/audience/audience.h"

#include <jansson.h>

/* A key of the actor's own organisation, its wrapped half included. */
json_t *view_org_key(const struct engine *e, const struct actor *actor, struct org_key_id id);
/* What a note is about, without its text. */
json_t *view_note(const struct engine *e, const struct actor *actor, struct note_id id);
/* List, notes and the key of the other side. */
json_t *view_handover(const struct engine *e, const struct actor *actor, struct referral_id id);

/* BYTES as base64url text. */
json_t *view_bytes(const uint8_t *p, size_t n);

#endif
