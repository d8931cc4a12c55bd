/* Destroys ciphertexts that are no longer wanted: of notes that the engine says are destroyed, and what was
 * stored and then refused. Every note_sweep_s (a minute) it goes through the store and drops what no living
 * note names; so nothing is forgotten over a restart or while the database was away. Only what is durable
 * counts. */
#ifndef PLEK_HTTP_NOTE_JANITOR_H
#define PLEK_HTTP_NOTE_JANITOR_H

#include "flow/notes_port.h"

struct http_app;
struct note_janitor;

struct note_janitor *note_janitor_new(struct http_app *app);
/* What is under way calls back no more. NULL is fine. */
void note_janitor_free(struct note_janitor *j);

struct note_locker note_locker_of(uint64_t hi, uint64_t lo);

#endif
