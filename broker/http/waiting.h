/* The calls that wait for flow (call.c). */
#ifndef PLEK_HTTP_WAITING_H
#define PLEK_HTTP_WAITING_H

struct http_app;

/* Forget them all, unanswered. Flow must not deliver any more. */
void waiting_free_all(struct http_app *app);

#endif
