/* jansson does not tell on which line a value stood. This walks beside it through a text that it has taken:
 * one call for each value and each key, in the order of the text, tells the line where it begins. */
#ifndef PLEK_ADAPTERS_JSON_LINES_H
#define PLEK_ADAPTERS_JSON_LINES_H

#include "base/bytes.h"

struct json_lines {
    struct bytes rest;
    int line;
};

/* TEXT was taken by json_parse; borrowed. */
struct json_lines json_lines_of(struct bytes text);

/* Line, from 1, of the next key, value, '{' or '['. The one after an object or list opened is the first in
 * it. */
int json_lines_next(struct json_lines *l);

#endif
