/* What every format is turned into: a list of observations in the exchange's own words, or complaints with
 * their place. A format fills it; reading_judge then applies the rules that hold for all formats; a reading
 * with one complaint is taken not at all. Holds no personal data: what a format does not map is never copied.
 */
#ifndef PLEK_ADAPTERS_REPORT_H
#define PLEK_ADAPTERS_REPORT_H

#include "base/bytes.h"
#include "base/json.h"

#define CODE_TEXT_SIZE 49 /* pool and provider codes: 48 bytes by the API, and NUL */
#define REPORT_ID_SIZE 41 /* 96 bits of the file, 64 of the pool, in hex, and NUL */
#define FILE_HASH_BYTES 32
#define STOP_CODE_SIZE 33  /* reasons of schema/codes/stop_reasons.csv */
#define UNITS_MAX 10000    /* by the API */
#define UNITS_UNKNOWN (-1) /* missing is unknown, never 0 */
/* Of one file: what the broker takes at once, so that a file is taken whole or not at all. The largest known
 * provider has about 200 pools. */
#define REPORTS_MAX 1000
#define COMPLAINTS_MAX 64    /* kept; the rest is counted */
#define FUTURE_MS_MAX 120000 /* clocks of providers differ; more than two minutes ahead is a fault */

enum known { KNOWN_NOT = -1, KNOWN_NO = 0, KNOWN_YES = 1 };

struct report {
    char pool[CODE_TEXT_SIZE]; /* our code */
    char id[REPORT_ID_SIZE];   /* by reading_judge */
    int64_t observed_at_ms;
    int32_t total, free, occupied, out_of_order; /* 0 .. UNITS_MAX or UNITS_UNKNOWN */
    enum known deliverable;
    char stop[STOP_CODE_SIZE]; /* "" = no stop */
    int64_t stop_until_ms;     /* 0 = open */
    int line;                  /* where it stands in the file, from 1; 0 = not known */
};

struct complaint {
    int line; /* 0 = the whole file */
    char field[64];
    char reason[160]; /* English sentence without values from the file */
};

#define CROSSCHECK_MAX 200 /* pools of one provider; the broker takes no more */

/* What another kind of message says of a pool, to hold beside the observations: counted in this one message,
 * never used. What is taken back counts down, so either may be negative. */
struct crosscheck {
    char pool[CODE_TEXT_SIZE];
    int started, stopped;
};

/* {0} is an empty one. */
struct reading {
    struct report *list;
    size_t n, cap;
    struct complaint complaints[COMPLAINTS_MAX];
    int complaints_n;
    int complaints_more;
    struct complaint notices[COMPLAINTS_MAX]; /* passed over on purpose; no fault */
    int notices_n;
    struct crosscheck crosscheck[CROSSCHECK_MAX];
    int crosscheck_n;
    /* The moment read last, by reading_time: in a file it is often the same all along. */
    char moment_text[40];
    size_t moment_len; /* 0 = none */
    int64_t moment_ms;
    /* Refused, and its bytes must not be kept anywhere: they tell of people or of addresses, or nobody can
     * look into them. */
    bool not_kept;
};

void reading_fini(struct reading *r);

/* Add an observation with every number unknown; the pointer is good until the next addition. NULL after a
 * complaint when the file holds more than REPORTS_MAX. */
struct report *reading_add(struct reading *r, int line);

/* CODE is one of the profile, so it fits. */
void report_set_pool(struct report *o, const char *code);

void reading_complain(struct reading *r, int line, const char *field, const char *reason, ...)
    __attribute__((format(printf, 4, 5)));
void reading_notice(struct reading *r, int line, const char *field, const char *reason, ...)
    __attribute__((format(printf, 4, 5)));

/* Read a whole number of units from TEXT: digits only, spaces around allowed. Empty is unknown; anything else
 * is a complaint, and unknown. */
int32_t reading_units(struct reading *r, int line, const char *field, struct bytes text);

/* Read a moment with a zone; 0 after a complaint, which says so when only the zone is missing. */
int64_t reading_time(struct reading *r, int line, const char *field, struct bytes text);

/* Apply the rules of every format: a pool once, free and the rest within the total, not from the future, at
 * least one observation, cross-check or notice. Then name each report after PROVIDER, the bytes of the file
 * the pool and what is said of it, so that the same file twice gives the same names, and read by a mended
 * profile another. FILE_HASH is BLAKE2b of the bytes. */
void reading_judge(struct reading *r, const char *provider, const uint8_t file_hash[FILE_HASH_BYTES],
                   int64_t now_ms);

/* As an item of POST /capacity-reports; a new reference. */
json_t *report_json(const struct report *report);

/* Add to R what report_json made, name and all. False, and nothing added, for anything else. */
bool reading_add_json(struct reading *r, const json_t *report);

/* {"complaints":[{"line":..,"field":..,"reason":..}],"more":n,"notices":[...]}; a new reference. */
json_t *reading_json(const struct reading *r);

/* [{"pool":..,"occupiedByMessages":started less stopped,"note":..}]; a new reference. */
json_t *reading_crosscheck_json(const struct reading *r);

/* A provider's or pool's code: a-z, 0-9, '-' and '_', 1-48 long, no '-' first. Safe as a folder's name. */
bool is_code(struct bytes text);

static inline bool is_white(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* TEXT without white space around it. */
static inline struct bytes trimmed(struct bytes text)
{
    while (text.len > 0 && is_white(text.p[0]))
        text = BYTES(text.p + 1, text.len - 1);
    while (text.len > 0 && is_white(text.p[text.len - 1]))
        text.len--;
    return text;
}

#endif
