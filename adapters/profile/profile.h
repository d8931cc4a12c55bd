/* A mapping profile: how one kind of provider speaks. One JSON file, written without programming; README.md
 * shows how. It says which format, how their words map to our pool codes for each provider that uses it, and
 * for CSV which column is what. A pool that is not listed for a provider cannot be reported by it: so one
 * provider never speaks for another's places. */
#ifndef PLEK_ADAPTERS_PROFILE_H
#define PLEK_ADAPTERS_PROFILE_H

#include "adapters/gate/persons.h"
#include "adapters/gate/report.h"

#define PROFILE_BYTES_MAX (1024 * 1024)
#define PROFILE_WORD_SIZE 97 /* their word for a place, a location or a column */
#define PROFILE_WORDS_MAX 5000
#define PROFILES_MAX 1000
#define PROFILE_MINUTES_MAX 1440

enum format {
    FORMAT_OPVANG_XML,
    FORMAT_EDXL_HAVE,
    FORMAT_CSV,
    FORMAT_OPVANG_JSON,
    FORMAT_HSDS,
    FORMAT_FHIR,
    FORMAT_XML_XPATH,
    FORMAT_IWMO, /* cross-check only */
    FORMAT_N
};

enum csv_field {
    CSV_PLACE, /* optional: the location, when a word alone is not unique */
    CSV_POOL,
    CSV_TOTAL,
    CSV_FREE,
    CSV_OCCUPIED,
    CSV_OUT_OF_ORDER,
    CSV_DELIVERABLE,
    CSV_STOP,
    CSV_STOP_UNTIL,
    CSV_OBSERVED_AT,
    CSV_PART, /* filled: this row is a part of another one's counts, and passed over */
    CSV_FIELD_N
};

enum encoding { ENCODING_UTF_8, ENCODING_ISO_8859_1, ENCODING_WINDOWS_1252 };

enum time_form {
    TIME_RFC3339, /* 2026-11-21T20:00:00+01:00 */
    TIME_YMD,     /* 2026-11-21 20:00[:00] */
    TIME_DMY,     /* 21-11-2026 20:00[:00], also with / or . */
    TIME_MDY_DAY  /* 11/21/2026, 5/1/2026: the day's beginning, so that nothing looks fresher than it is */
};

struct csv_form {
    char delimiter; /* ; , | or tab */
    enum encoding encoding;
    enum time_form time;
    bool newest;    /* of the rows of one pool only the newest counts; else a pool may come once */
    bool amsterdam; /* local times are Dutch civil time; else TIME_RFC3339 with a zone in each */
    char columns[CSV_FIELD_N][PROFILE_WORD_SIZE]; /* "" = not delivered */
};

struct profile;
struct xpath_form; /* profile_xpath.h */

const char *csv_field_name(enum csv_field field); /* as in the profile: "pool", "observedAt" */
const char *format_name(enum format format);

/* Read TEXT; NAME is the file's name without .json. Faults (all at once) go to FAULTS, one line each. */
MUST_CHECK enum err profile_read(struct bytes text, const char *name, struct profile **out,
                                 struct buf *faults);
MUST_CHECK enum err profile_load(const char *path, struct profile **out, struct buf *faults);
void profile_free(struct profile *p);

const char *profile_name(const struct profile *p);
/* SHA-256 of its text: another one reads the same file otherwise. CRYPTO_SHA256_BYTES long, borrowed. */
const uint8_t *profile_hash(const struct profile *p);
enum format profile_format(const struct profile *p);
const struct csv_form *profile_csv(const struct profile *p);
const struct xpath_form *profile_xpath(const struct profile *p);
/* Whether messages that only serve a cross-check are read at all: off unless the profile says so. */
bool profile_crosscheck(const struct profile *p);
size_t profile_providers(const struct profile *p);
const char *profile_provider(const struct profile *p, size_t i);
bool profile_serves(const struct profile *p, const char *provider);

/* What is called by a word for a person and yet is a count. Borrowed. */
const struct person_counts *profile_counts(const struct profile *p);

/* Its numbers are understood and shown to the provider, but not used: the first days of a new connection. */
bool profile_is_test(const struct profile *p);
/* How often a message is expected, 1 .. PROFILE_MINUTES_MAX; 0 = the profile does not say. */
int profile_expected_minutes(const struct profile *p);

enum pool_answer { POOL_FOUND, POOL_IGNORED, POOL_UNKNOWN };

/* Our code for PROVIDER's WORD at PLACE (empty = not told). CODE is borrowed from the profile. IGNORED: the
 * profile names it and says null. */
enum pool_answer profile_pool(const struct profile *p, const char *provider, struct bytes place,
                              struct bytes word, const char **code);

/* The same, but only of a word that the profile gives for this very PLACE, or with an empty one for any. */
enum pool_answer profile_pool_at(const struct profile *p, const char *provider, struct bytes place,
                                 struct bytes word, const char **code);

/* Our code for their reason of a stop, or NULL. Our own codes always stand for themselves. */
const char *profile_stop(const struct profile *p, struct bytes word);

/* 1 yes, 0 no, -1 neither. Without case. */
int profile_yes_no(const struct profile *p, struct bytes word);

#endif
