/* From a request to its handler: door, route, who, whether the browser meant it, key, body. Whatever is wrong
 * is answered here; a handler sees only calls that are whole. */
#ifndef PLEK_HTTP_DISPATCH_H
#define PLEK_HTTP_DISPATCH_H

#include "http/call.h"

void dispatch_request(struct http_app *app, const struct wire_request *request);

/* The largest body that this head may announce. */
uint64_t dispatch_body_limit(const struct http_app *app, const struct http_head *head);

#endif
