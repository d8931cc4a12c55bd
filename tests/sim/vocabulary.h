/* A small reference world, made up and fixed, so that a seed means the same next year whatever schema/codes/
 * says by then. */
#ifndef PLEK_SIM_VOCABULARY_H
#define PLEK_SIM_VOCABULARY_H

#include "core/vocab.h"

#define VOCABULARY_REGIONS 6
#define VOCABULARY_TRAITS 8
#define VOCABULARY_LANGUAGES 4
#define VOCABULARY_CLOCKS 4
#define VOCABULARY_PLACE_CLOCK 1 /* the one that ends with the stay; the others are a right of the person */
#define VOCABULARY_MUNICIPAL 1   /* the stream that a municipality pays from */
#define VOCABULARY_REASONS 3     /* in every coded list */
#define VOCABULARY_ORDER_CLOCK 3 /* with an order that is in force, or by a person */
#define VOCABULARY_RIGHT_CLOCK 4 /* with a residence situation: a reflection period */
/* A barring order: over within a night too. */
#define VOCABULARY_ORDER_MINUTES 360
/* At an emergency or 72-hour place: so short that it is over within a night. */
#define VOCABULARY_MAX_HOURS 5
/* Decline reasons: we are full; a conflict was found; it is not paid for. */
#define VOCABULARY_FULL 1
#define VOCABULARY_CONFLICT 2
#define VOCABULARY_MONEY 3
/* Departure reasons: it was not safe in that house. */
#define VOCABULARY_UNSAFE 2

struct vocab *vocabulary_new(void);
/* The same, in which no place has a gatekeeper. */
struct vocab *vocabulary_new_without_gatekeepers(void);
/* The same, in which nobody declines for want of money. */
struct vocab *vocabulary_new_without_money(void);

#endif
