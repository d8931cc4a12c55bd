/* Inside of struct vocab, for vocab.c (looking up) and vocab_load.c (building) only. */
#ifndef PLEK_CORE_VOCAB_PARTS_H
#define PLEK_CORE_VOCAB_PARTS_H

#include "core/vocab.h"

_Static_assert(VOCAB_REASONS_MAX <= 64, "decline_full has one bit for each");

struct vocab_codes {
    char code[VOCAB_REASONS_MAX][VOCAB_CODE_SIZE]; /* "" = no such index */
    size_t n;                                      /* highest index in use + 1 */
};

struct vocab {
    struct vocab_region regions[VOCAB_REGIONS_MAX];
    size_t n_regions;
    uint16_t minutes[VOCAB_REGIONS_MAX][VOCAB_REGIONS_MAX];
    uint16_t km[VOCAB_REGIONS_MAX][VOCAB_REGIONS_MAX];
    struct vocab_municipality *municipalities; /* by number */
    size_t n_municipalities;
    struct vocab_trait traits[VOCAB_TRAITS_MAX]; /* code "" = unused bit */
    size_t n_traits;                             /* highest bit in use + 1 */
    uint64_t trait_masks[TRAIT_RULE_N];
    uint64_t exploitation_traits;
    char languages[VOCAB_LANGUAGES_MAX][VOCAB_CODE_SIZE]; /* "" = unused index */
    size_t n_languages;                                   /* highest index in use + 1 */
    struct vocab_codes lists[LIST_N];
    uint64_t decline_full; /* bits of the decline list */
    uint64_t decline_taken;
    uint64_t decline_for_money;
    struct stay_rules *stay; /* owned */
    struct vocab_kind kinds[KIND_N];
    int deadline_minutes[URGENCY_N];
    uint64_t version;
};

#endif
