/* From settings to a running notify: reads its secrets from their files and wires the outbox. */
#ifndef PLEK_MAIN_NOTIFY_WIRE_H
#define PLEK_MAIN_NOTIFY_WIRE_H

#include "main/boot.h"
#include "notify/notify.h"
#include "store/outbox.h"

struct notify_wire {
    struct clerk *clerk;
    struct vault *vault;
    struct outbox *outbox;
    struct notify *notify;
};

/* B has been started. SECRETS is borrowed and outlives it. On an error WHY holds one line, and OUT must be
 * closed all the same. */
MUST_CHECK enum err notify_wire_open(struct boot *b, const struct secrets_port *secrets,
                                     const struct people_port *people, struct notify_wire *out, char *why,
                                     size_t why_size);
/* First of the two: before flow and the secrets end. */
void notify_wire_close(struct notify_wire *w);

#endif
