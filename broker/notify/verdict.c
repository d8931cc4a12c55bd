#include "notify/verdict.h"

#include <stdio.h>

static struct judgement said(enum fate fate, const char *protocol, long code)
{
    struct judgement v = {.fate = fate};

    snprintf(v.trouble, sizeof v.trouble, "%s %ld", protocol, code);
    return v;
}

static struct judgement of_mail(const struct answer *a)
{
    bool ours = a->code == 530 || a->code == 534 || a->code == 535 || a->code == 538;

    if (a->code >= 400 && a->code < 600)
        return said(a->code >= 500 && !ours ? FATE_NEVER : FATE_AGAIN, "smtp", a->code);
    return said(FATE_AGAIN, a->why != NULL ? a->why : "smtp", a->code);
}

static bool is_for_ever(enum channel channel, long code)
{
    if (channel == CHANNEL_SMS || channel == CHANNEL_VOICE)
        return code == 400 || code == 422;
    return code != 408 && code != 425 && code != 429 && code < 500;
}

struct judgement verdict_of(const struct answer *a, enum channel channel)
{
    struct judgement none = {.fate = FATE_AGAIN};

    if (a->mail ? a->complete : a->code >= 200 && a->code < 300)
        return (struct judgement){.fate = FATE_DELIVERED};
    if (a->mail && a->code != 0)
        return of_mail(a);
    if (a->code == 0) {
        snprintf(none.trouble, sizeof none.trouble, "%s", a->why != NULL ? a->why : "no answer");
        return none;
    }
    return said(is_for_ever(channel, a->code) ? FATE_NEVER : FATE_AGAIN, "http", a->code);
}
