/* Small readers that the handlers of care share. Each adds a fault with its pointer. */
#ifndef PLEK_HTTP_CARE_JSON_H
#define PLEK_HTTP_CARE_JSON_H

#include "http/call.h"

/* A list of 1 to MAX different organisations into C. */
void care_read_orgs(struct call *call, struct json_at at, unsigned max, struct care_command *c);
/* A text that says something, at most SIZE - 1 bytes, copied into OUT[SIZE]. */
void care_read_text(struct call *call, struct json_at at, char *out, size_t size);

#endif
