/* From a path to a route: exact words, and one decimal number where the pattern says {id}. */
#ifndef PLEK_HTTP_ROUTER_H
#define PLEK_HTTP_ROUTER_H

#include "http/route.h"

/* Largest number in a path: what every JSON reader can hold exactly (2^53). */
#define ROUTE_ID_MAX (UINT64_C(1) << 53)

struct router_found {
    const struct route *route; /* NULL: nothing at this path, or not by this method */
    uint64_t id;               /* of the path, 0 = none */
    unsigned methods;          /* bit = enum http_method that the path does answer to; 0 = no such path */
};

/* Match PATH below /api/v1 ("/referrals/12"; raw, nothing is decoded: no route has a character that needs
 * it). A number is written without leading zeros, 1 to ROUTE_ID_MAX; anything else is no such path. HEAD is
 * answered wherever GET is. */
struct router_found router_match(const struct route *table, size_t n, enum http_method method,
                                 struct bytes path);

/* Write METHODS as the value of Allow ("GET, HEAD, POST") and return OUT. */
const char *router_allow(unsigned methods, char *out, size_t size);

#endif
