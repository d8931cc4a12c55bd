/* The open lists: regions with travel times, municipalities, traits with the rule each carries, languages,
 * reasons. Loaded from reference rows (schema/codes/ by way of the database), never changed while the process
 * lives, and used by decide, match and views only: apply does not look here, so a changed list cannot change
 * history. */
#ifndef PLEK_CORE_VOCAB_H
#define PLEK_CORE_VOCAB_H

#include "base/err.h"
#include "core/kinds.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VOCAB_REGIONS_MAX 64 /* one bit each */
#define VOCAB_TRAITS_MAX 64
#define VOCAB_LANGUAGES_MAX 64
#define VOCAB_REASONS_MAX 48
#define VOCAB_CODE_SIZE 32

#define REGION_NONE 255 /* no region known */

struct vocab_region {
    char code[8]; /* "R12" */
    char name[48];
    uint16_t gemeente; /* number of the centrumgemeente, 599 for GM0599 */
};

struct vocab_municipality {
    uint16_t number; /* 599 for GM0599 */
    uint8_t region;  /* index, REGION_NONE for the Caribbean public bodies */
};

/* What a needed trait asks of a pool. */
enum trait_rule {
    TRAIT_MUST,    /* pool must offer it; refused: out; unknown: ask */
    TRAIT_SOFT,    /* missing costs score and is said; never excludes */
    TRAIT_REFUSAL, /* excludes only where the pool refuses it; unknown: ask */
    TRAIT_RULE_N
};

struct vocab_trait {
    char code[VOCAB_CODE_SIZE];
    enum trait_rule rule;
    bool
        waivable; /* a nearest miss may name it ("dog boarded elsewhere"); never for faith, origin, funding */
    bool before_yes; /* told to a house before its yes, because its rooms decide; the rest comes after */
};

/* What the rules ask of a kind of place. */
struct vocab_kind {
    uint8_t tier;           /* 1 = scarce, not offered without need (matching.md 3.3) */
    uint16_t max_hours;     /* longest stay of an emergency place: a second move follows; 0 = no such end */
    bool residence_unknown; /* takes a household whose residence is not known yet */
    bool bridge;            /* may bridge the wait for a gatekeeper; false where the row does not say */
    enum gatekeeper gatekeeper; /* placing right that goes with the kind, whatever a pool's profile says */
};

/* A coded list whose members matter to rules only by their code: decline, withdraw, stop reasons. */
enum vocab_list {
    LIST_DECLINE,
    LIST_WITHDRAW,
    LIST_UNPLACED,
    LIST_DEPARTURE,
    LIST_DESTINATION,
    LIST_STOP,
    LIST_OUTFLOW,
    LIST_CLOCK_STOP,
    LIST_FUNDING_CHANGE,
    LIST_HANDOVER, /* items of the warm handover; may be empty */
    LIST_N
};

/* One row of reference data as the loader found it. Only rows valid today: a code given twice is a fault. */
struct vocab_row {
    const char *list; /* file name without ".csv": "regions", "traits", "decline_reasons", ... */
    const char *code;
    const char *const *names; /* field names and values, N of each */
    const char *const *values;
    size_t n;
};

/* For who reads rows. The value of a field; "" where the row has none. */
const char *vocab_row_value(const struct vocab_row *row, const char *name);
/* Say what is wrong with a field: "traits ggz: need_rule must be must, soft or refusal". Always
 * ERR_BAD_INPUT.
 */
enum err vocab_row_fault(const struct vocab_row *row, const char *field, const char *what, char *why,
                         size_t why_size);

struct vocab;

/* Build from rows in file order. Lists the rules do not use are passed over; one they do use must have rows.
 * Indices are stable numbers of the data: a region's place among the regions, "bit" of traits and languages,
 * "nr" - 1 in the lists of reasons. An index without a row gives NULL. On ERR_BAD_INPUT, WHY says which row
 * and field. The rows are borrowed for the call. */
MUST_CHECK enum err vocab_new(const struct vocab_row *rows, size_t n, struct vocab **out, char *why,
                              size_t why_size);
void vocab_free(struct vocab *v);

/* Fingerprint of all that rules depend on: the "rules version" frozen in a proposal. */
uint64_t vocab_version(const struct vocab *v);

size_t vocab_regions(const struct vocab *v);
const struct vocab_region *vocab_region(const struct vocab *v, uint8_t index); /* index < vocab_regions */
uint8_t vocab_region_find(const struct vocab *v, const char *code);            /* REGION_NONE if unknown */
/* Road minutes and kilometres between two regions (a region to itself included). */
int vocab_minutes(const struct vocab *v, uint8_t from, uint8_t to);
int vocab_km(const struct vocab *v, uint8_t from, uint8_t to);

/* Municipality by number, NULL if unknown. Text form: "GM0599". */
const struct vocab_municipality *vocab_municipality(const struct vocab *v, uint16_t number);

size_t vocab_traits(const struct vocab *v);                                 /* highest bit in use + 1 */
const struct vocab_trait *vocab_trait(const struct vocab *v, unsigned bit); /* NULL for an unused bit */
int vocab_trait_find(const struct vocab *v, const char *code);              /* bit, or -1 */
uint64_t vocab_trait_mask(const struct vocab *v, enum trait_rule rule);     /* bits of the traits with RULE */
uint64_t
vocab_exploitation_traits(const struct vocab *v); /* bits of the codes that begin with "uitbuiting" */

size_t vocab_languages(const struct vocab *v); /* highest index in use + 1 */
const char *vocab_language(const struct vocab *v, unsigned index);
int vocab_language_find(const struct vocab *v, const char *code); /* index, or -1 */

size_t vocab_list_size(const struct vocab *v, enum vocab_list list); /* highest index in use + 1 */
const char *vocab_list_code(const struct vocab *v, enum vocab_list list, unsigned index);
int vocab_list_find(const struct vocab *v, enum vocab_list list, const char *code); /* index, or -1 */

/* True if a house that declines for REASON (index + 1) says that it is full: effect 'full' in the list. */
bool vocab_decline_is_full(const struct vocab *v, uint8_t reason);
/* The same for effect 'taken': the unit that was asked for is gone; others of the pool may be free. */
bool vocab_decline_is_taken(const struct vocab *v, uint8_t reason);

/* True if DESTINATION (index + 1) says where people sleep for a night: slept=yes in the list. */
bool vocab_destination_slept(const struct vocab *v, uint8_t destination);
/* The same for effect 'funding_flag': it says no for want of money. */
bool vocab_decline_is_for_money(const struct vocab *v, uint8_t reason);

/* Bits (index) of the items of a handover that both sides must acknowledge. */
uint32_t vocab_handover_required(const struct vocab *v);

/* Minutes from opening a referral to its deadline. */
int vocab_deadline_minutes(const struct vocab *v, enum urgency u);
/* 1 for the scarce kinds that are not offered without need (cosm, omm, beveiligd), else 0 (matching.md 3.3).
 */
int vocab_kind_tier(const struct vocab *v, enum kind k);
const struct vocab_kind *vocab_kind(const struct vocab *v, enum kind k); /* never NULL below KIND_N */

#endif
