/* The standard intake as JSON (schema/api/openapi.yaml, Need) and as struct need. Reading collects every
 * fault with its pointer; an unknown field is a fault, so that a misspelt need cannot vanish. */
#ifndef PLEK_HTTP_NEED_JSON_H
#define PLEK_HTTP_NEED_JSON_H

#include "base/json.h"
#include "core/need.h"
#include "core/vocab.h"

/* Read the object at AT. OPENING: a referral is being opened, so call-back number and ground are required;
 * without it this is a search. A trait that is not mentioned is not needed. True if no fault was added; OUT
 * is then valid. Opening, the end of a residence is the caller's to read, who has a clock; told or not, it is
 * no part of the need. */
bool need_from_json(const struct vocab *v, struct json_at at, bool opening, struct need *out,
                    struct json_faults *faults);

/* The residence said in the object at AT; the one that stands where none is said, -1 where it is no known
 * word. */
int residence_from_json(struct json_at at);

/* Digits with spaces, + and - between: a desk's number, 6 to 23 characters. */
bool phone_is_valid(const char *text);
/* What the desk that takes a referral says of itself, from the body AT: callback, channel, ground. A body
 * without one of them says nothing (OUT->said false). Else a ground is needed, and a number unless it is a
 * chat; of an ANONYMOUS household no mobile number, which is a person's. */
void desk_from_json(struct json_at at, bool anonymous, struct desk_said *out, struct json_faults *f);

/* The whole need, for the organisation that made it. Unsafe municipalities come back as their regions. New
 * reference. */
json_t *need_to_json(const struct vocab *v, const struct need *n);

/* {"code": "yes" | "unknown"} of the traits in WANTED (bits); "no" is left out. New reference. */
json_t *traits_to_json(const struct vocab *v, struct tri_set traits, uint64_t wanted);

#endif
