/* The code lists as GET /api/v1/codes gives them. */
#ifndef PLEK_MAIN_CODES_JSON_H
#define PLEK_MAIN_CODES_JSON_H

#include "store/reference.h"

#include <jansson.h>

/* {"traits": [{"code": ..., "labelNl": ...}], ...}: every column in camelCase, every value a string; lists
 * that pages have no use for (travel) are left out. New reference. */
json_t *codes_json(const struct reference *r);

#endif
