/* Listening to the streams of the broker. */
#ifndef PLEK_TEST_LISTENING_H
#define PLEK_TEST_LISTENING_H

#include "support/web.h"

void listen_after(struct web_client *c, struct web *w, const struct web_login *who, const char *last);
bool has(struct web_client *c, const char *text);
/* Not with strstr: under the sanitizer each call looks at all that follows, and this is a megabyte. */
unsigned count(struct web_client *c, const char *text);
void started(struct web_client *c);

#endif
