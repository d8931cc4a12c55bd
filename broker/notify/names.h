/* What events are called for those who are told. Mostly event_name of core/event.h; where one kind of event
 * says things that are told to different people or in other ways, each has a name of its own: rules.csv,
 * webhooks and lists know only these. */
#ifndef PLEK_NOTIFY_NAMES_H
#define PLEK_NOTIFY_NAMES_H

#include "core/engine.h"

/* Static. EV as decoded without its private part; the engine may be ahead of it: then a first ring can be
 * called a second one, which is so by then. */
const char *name_of_event(const struct engine *e, const struct event *ev);
/* True if events of KIND can be called NAME. */
bool name_is_of_kind(const char *name, enum event_kind kind);

#endif
