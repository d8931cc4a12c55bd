/* The tables of care inside the engine. Ids are dense: a table is an array by id - 1. */
#ifndef PLEK_CORE_CARE_TABLES_H
#define PLEK_CORE_CARE_TABLES_H

#include "base/hash.h"
#include "core/care/care.h"

#include <stddef.h>

struct care_tables {
    struct mdo_slot {
        struct mdo m;
        uint64_t sum; /* its digest, part of engine.sum */
    } * mdos;
    struct mdo_item_slot {
        struct mdo_item i;
        uint64_t sum;
    } * items;
    struct regie_slot {
        struct regie r;
        uint64_t sum;
    } * regies;
    struct consult_slot {
        struct consult c;
        uint64_t sum;
    } * consults;
    /* Of the items that somebody outside of the exchange does, in the order of the items. */
    struct care_outside {
        char callback[REGIE_CALLBACK_SIZE]; /* private */
    } * outsides;
    uint32_t n_mdos, cap_mdos;
    uint32_t n_items, cap_items;
    uint32_t n_regies, cap_regies;
    uint32_t n_consults, cap_consults;
    uint32_t n_outsides, cap_outsides;
};

void care_free(struct care_tables *t);

struct engine;
/* Sum of the digests of all records, counted anew; without private texts. */
uint64_t care_recount(const struct engine *e);
/* H with the private texts, for engine_digest(with_facts); H itself if there are none. */
uint64_t care_facts(const struct engine *e, uint64_t h);
/* Every promise of care; false: WHY names the first broken one. */
bool care_check(const struct engine *e, char *why, size_t why_size);

#endif
