/* Whoever holds an event stream open: staff of every role, and one that sees everything, which must get each
 * event once and in order through every break, crash and take-over. A stream that breaks resumes after the
 * last id it saw: first from the journal, then live. */
#ifndef PLEK_SIM_VIEWERS_H
#define PLEK_SIM_VIEWERS_H

#include "core/audience/audience.h"
#include "world.h"

struct viewers;

struct viewers *viewers_new(struct world *w);
void viewers_free(struct viewers *v);

/* Add one who looks as ACTOR (copied; its 'carries' must outlive the viewers). */
void viewers_add(struct viewers *v, const struct actor *actor);

/* The active broker published an event. */
void viewers_published(struct viewers *v, const struct engine *e, const struct event *ev);

/* All streams broke, or one of them at random: they resume at the active broker. */
void viewers_resume_all(struct viewers *v);
void viewers_resume_one(struct viewers *v);

#endif
