/* The reference data of stays: clocks with their lengths and owners, streams and the dated rules that propose
 * one. Built with the vocabulary (core/vocab.h) from its rows; lists without rows are empty: then no clock
 * starts by itself and every proposal is 'te_regelen'. decide and views look here, apply never does. */
#ifndef PLEK_CORE_STAY_RULES_H
#define PLEK_CORE_STAY_RULES_H

#include "core/tri.h"
#include "core/vocab.h"

#define CLOCK_RULES_MAX 32
#define FUNDING_STREAMS_MAX 32
#define FUNDING_RULES_MAX 64
#define DAY_OPEN INT32_MAX

enum clock_owner { CLOCK_OWNER_SHELTER, CLOCK_OWNER_COMENSHA, CLOCK_OWNER_REFERRER, CLOCK_OWNER_N };

/* Days on which a row counts, inclusive. */
struct valid_days {
    int32_t from, to;
};

struct clock_rule {
    char code[VOCAB_CODE_SIZE];
    uint8_t nr;
    struct valid_days valid;
    int32_t minutes;            /* from its start to its end */
    int32_t lead_minutes;       /* so long before the end its follow-up referral opens */
    int32_t prolong_to_minutes; /* the longest the law allows, from the start; 0 = not at all */
    enum clock_owner owner;
    uint32_t kinds;      /* bits: starts by itself at a place of this kind ... */
    uint32_t residences; /* ... and for this residence; 0 = any. Both 0: only a person starts it */
    bool of_household;   /* runs on from place to place (a right of the person), else with each stay anew */
};

enum funding_place { FUNDING_CENTRE, FUNDING_HOME };

struct funding_stream {
    char code[VOCAB_CODE_SIZE];
    uint8_t nr;
    struct valid_days valid;
    uint16_t cut_permille;
    bool municipal;           /* a municipality pays or answers for it: a night without one is nobody's */
    enum funding_place place; /* whose nights they are: of the centrumgemeente, or of the home municipality */
};

/* Applies where every condition that it names holds; the first that applies is the proposal. */
struct funding_rule {
    char code[VOCAB_CODE_SIZE];
    uint8_t nr;
    struct valid_days valid;
    uint8_t stream;
    uint32_t kinds, residences, threat_kinds; /* bits; 0 = any; of the threat kinds one known to be so */
    uint64_t traits;                          /* one of these needed; 0 = any */
    int16_t age_below;                        /* nobody of the household is this old; 0 = any */
};

struct stay_rules {
    struct clock_rule clocks[CLOCK_RULES_MAX];
    size_t n_clocks;
    struct funding_stream streams[FUNDING_STREAMS_MAX];
    size_t n_streams;
    struct funding_rule rules[FUNDING_RULES_MAX];
    size_t n_rules;
};

/* Read ROWS into OUT; V has its own lists already. ERR_BAD_INPUT: WHY says which row and field. */
MUST_CHECK enum err stay_rules_load(const struct vocab *v, const struct vocab_row *rows, size_t n,
                                    struct stay_rules *out, char *why, size_t why_size);

const struct stay_rules *vocab_stay_rules(const struct vocab *v);
/* NULL = no row with that number, or none with that code that counts on DAY. */
const struct clock_rule *stay_rules_clock(const struct stay_rules *r, uint8_t nr);
const struct clock_rule *stay_rules_clock_find(const struct stay_rules *r, const char *code, int32_t day);
const struct funding_stream *stay_rules_stream(const struct stay_rules *r, uint8_t nr);
const struct funding_stream *stay_rules_stream_find(const struct stay_rules *r, const char *code,
                                                    int32_t day);
const struct funding_rule *stay_rules_funding(const struct stay_rules *r, uint8_t nr);

#endif
