#include "support/listening.h"

#include <stdio.h>
#include <string.h>

void listen_after(struct web_client *c, struct web *w, const struct web_login *who, const char *last)
{
    char request[400];

    web_connect(c, w, NULL);
    snprintf(request, sizeof request,
             "GET /api/v1/events HTTP/1.1\r\nHost: h\r\nCookie: __Host-plek=%s\r\n%s%s%s\r\n", who->cookie,
             last != NULL ? "Last-Event-ID: " : "", last != NULL ? last : "", last != NULL ? "\r\n" : "");
    web_send(c, request);
}

bool has(struct web_client *c, const char *text)
{
    web_read(c);
    return c->in.len > 0 && memmem(c->in.p, c->in.len, text, strlen(text)) != NULL;
}

unsigned count(struct web_client *c, const char *text)
{
    size_t len = strlen(text);
    unsigned n = 0;

    for (size_t i = 0; i + len <= c->in.len; i++)
        n += c->in.p[i] == (uint8_t)text[0] && memcmp(c->in.p + i, text, len) == 0;
    return n;
}

void started(struct web_client *c)
{
    web_until(c->w, has(c, "retry: 3000\n"));
}
