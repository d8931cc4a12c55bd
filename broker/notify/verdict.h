/* What a receiver's answer means for a message. */
#ifndef PLEK_NOTIFY_VERDICT_H
#define PLEK_NOTIFY_VERDICT_H

#include "flow/outbox_port.h"

enum fate {
    FATE_DELIVERED,
    FATE_AGAIN, /* it may go well later */
    FATE_NEVER, /* the same message will be refused for ever */
};

struct judgement {
    enum fate fate;
    char trouble[OUTBOX_TROUBLE_SIZE]; /* "http 503" "smtp 550" "timeout"; "" when delivered */
};

/* What became of a transfer (notify/transfer.h): REACHED false: no answer, WHY is a word of ours. */
struct answer {
    bool mail;
    bool complete;   /* the exchange of words came to its end */
    const char *why; /* static, where it did not: "timeout", "dns", "connect", "tls", ... */
    long code;       /* the last status or reply, 0 = none */
};

/* HTTP of a webhook: 2xx is delivered; 408, 425, 429 and 5xx may go well later; all else, redirects included,
 * never does. Of a gateway for text messages and voice: one receiver for all, whose other answers are about
 * us (a token that ran out, a bill, an address that moved) and may be put right in the night: only 400 and
 * 422, which are about this message, are for ever. Mail: 5xx never (but for 530, 534, 535 and 538, which are
 * about our own sign-in), all else that failed may. No answer: again. An HTTP answer that broke off behind a
 * 2xx counts as delivered: it was said. */
struct judgement verdict_of(const struct answer *a, enum channel channel);

#endif
