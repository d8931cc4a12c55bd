/* The tables of safety inside the engine, and what decide, apply, codec and check need of this folder.
 * Private to core. */
#ifndef PLEK_CORE_SAFETY_STATE_H
#define PLEK_CORE_SAFETY_STATE_H

#include "core/safety/safety.h"

#include <stddef.h>

struct event;
struct fields;
struct freed_watch;

struct safety_tables {
    struct leak_slot {
        struct leak l;
        uint64_t sum; /* its digest, part of engine.sum */
        uint32_t due; /* place in the heap + 1, 0 = not there */
    } * leaks;
    struct leak_household_slot {
        struct leak_household h;
        uint64_t sum;
    } * households;
    struct surge_slot {
        struct surge s;
        uint64_t sum;
    } * surges;
    struct conflict_slot {
        struct conflict c;
        uint64_t sum;
    } * conflicts;
    uint32_t *leak_of_location; /* by location id - 1: its open leak, 0 = none; shorter than the locations */
    uint32_t n_leaks, cap_leaks;
    uint32_t n_households, cap_households;
    uint32_t n_surges, cap_surges;
    uint32_t n_conflicts, cap_conflicts;
    uint32_t n_leak_of_location, cap_leak_of_location;
    uint32_t n_frozen; /* locations */
    uint64_t in_surge; /* bit = region */
};

/* ---- for engine.c, digest.c, invariant.c ---- */
void safety_free(struct safety_tables *t);
uint64_t safety_recount(const struct engine *e);
uint64_t safety_facts(const struct engine *e, uint64_t h); /* tokens: what a key destroys */
bool safety_check(const struct engine *e, char *why, size_t why_size);

/* ---- for the codec ---- */
void safety_event_fields(struct fields *f, struct event *ev); /* clear part of any kind of this folder */
bool safety_event_has_private(const struct event *ev);
void safety_event_private_fields(struct fields *f, struct event *ev);

/* ---- leak_again.c: for timers (the moment of engine_took_up is known), apply, decide ---- */
void safety_took_up(struct engine *e);
void safety_refresh_due(struct engine *e, struct leak_slot *s);

/* ---- for freed.c: the pools whose offer an event of this folder changes, as far as there is room ---- */
void safety_watch(const struct engine *e, const struct event *ev, struct freed_watch *w);

/* ---- inside this folder: keep a record's digest and the engine's sum in step ---- */
void safety_refresh_leak(struct engine *e, struct leak_slot *s);
void safety_refresh_household(struct engine *e, struct leak_household_slot *s);
void safety_refresh_surge(struct engine *e, struct surge_slot *s, uint32_t nth);
void safety_refresh_conflict(struct engine *e, struct conflict_slot *s);

#endif
