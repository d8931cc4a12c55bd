/* The gate events as bytes, for core/event_codec.c. */
#ifndef PLEK_CORE_GATE_GATE_CODEC_H
#define PLEK_CORE_GATE_GATE_CODEC_H

#include "core/event.h"
#include "core/fields.h"

void gate_event_fields(struct fields *f, struct event *ev); /* clear */
/* Answers of EV_GATE_ANSWERED, residence of EV_RESIDENCE_FOUND. Reading marks the facts as known. */
void gate_private_fields(struct fields *f, struct event *ev);
bool gate_has_private(const struct event *ev); /* there are facts to seal */

#endif
