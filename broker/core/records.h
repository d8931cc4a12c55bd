/* The records of the journal and of the state, each field named once: see core/fields.h. A change here
 * changes the journal: add a codec version (core/event_codec.c), never edit an old order. */
#ifndef PLEK_CORE_RECORDS_H
#define PLEK_CORE_RECORDS_H

#include "core/command.h"
#include "core/fields.h"
#include "core/outcome.h"
#include "core/referral.h"
#include "core/request.h"

void org_fields(struct fields *f, struct org *o);
void location_fields(struct fields *f, struct location *l);
void pool_fields(struct fields *f, struct pool *p);
void observation_fields(struct fields *f, struct observation *o);
void key_fields(struct fields *f, struct command_key *k);
void outcome_fields(struct fields *f, struct outcome *o);

/* A request as it was made, without the reasons of its proposal (private). */
void request_made_fields(struct fields *f, struct request *r);
void reasons_fields(struct fields *f, struct proposal *p);
bool proposal_has_facts(const struct proposal *p); /* anything that reasons_fields would write */
/* The household's facts (private). */
void need_fields(struct fields *f, struct need *n);

/* State only: what came after. */
void request_life_fields(struct fields *f, struct request *r);
void referral_fields(struct fields *f, struct referral *r); /* without the facts */

/* True if every field of a definition can stand in the journal and makes sense. */
bool org_is_valid(const struct org *o);
bool location_is_valid(const struct location *l);
bool pool_is_valid(const struct pool *p);

#endif
