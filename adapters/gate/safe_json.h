/* The only way JSON of a provider gets in: text, size, depth and number of values bounded before anything is
 * built; the same key twice, a byte behind the end and a number past 64 bits are refused (base/json.h). It
 * remembers on which line each value stands, so that every complaint has its place. */
#ifndef PLEK_ADAPTERS_SAFE_JSON_H
#define PLEK_ADAPTERS_SAFE_JSON_H

#include "adapters/gate/report.h"

#define FEED_JSON_BYTES_MAX (1024 * 1024) /* INTAKE_BYTES_MAX; an HSDS service in full has 24 kB */
/* An empty object costs about 250 bytes of memory for its 3 bytes of text, a number about 40 for 2: so a file
 * of 1 MiB cannot ask for more than some 10 MB. The HSDS service in full has 67 objects and lists. */
#define FEED_JSON_OBJECTS_MAX 20000 /* and lists; as XML_ELEMENTS_MAX */
#define FEED_JSON_VALUES_MAX 50000

struct json_line;
struct person_counts;

/* One file. FAULTS is filled by the readers of base/json.h and handed over by safe_json_tell. */
struct feed_json {
    json_t *doc;
    struct json_line *lines; /* by value */
    size_t lines_cap;
    struct json_faults faults;
    bool persons; /* by safe_json_no_persons; safe_json_tell hands it over too */
};

/* Parse IN into F ({0}). On OK the caller ends F with safe_json_fini; otherwise F is as before and R has a
 * complaint, with its line where there is one. */
MUST_CHECK enum err safe_json_parse(struct bytes in, struct feed_json *f, struct reading *r);
void safe_json_fini(struct feed_json *f);

/* Line of VALUE of this file, from 1; 0 for true, false, null and what is not of this file. */
int safe_json_line(const struct feed_json *f, const json_t *value);

/* Line of what POINTER names; where that has none of its own (missing, true, false, null), of what holds it.
 */
int safe_json_line_of(const struct feed_json *f, const char *pointer);

/* Complain of WHERE: its pointer is the field. Control characters of keys do not get into it. */
void safe_json_complain(const struct feed_json *f, struct reading *r, const char *pointer,
                        const char *reason);

/* Turn the collected faults into complaints. */
void safe_json_tell(const struct feed_json *f, struct reading *r);

/* Read a moment with a zone from a text; 0 after a complaint. */
int64_t safe_json_moment(struct feed_json *f, struct json_at at, struct reading *r);

/* A fault for each key, anywhere, that persons.h knows for people; one that C counts is fine with a whole
 * number of units. */
void safe_json_no_persons(struct feed_json *f, const struct person_counts *c);

/* Read a whole number of units; UNITS_UNKNOWN after a fault. 12.0 is no whole number here. */
int32_t safe_json_units(struct feed_json *f, struct json_at at);

#endif
