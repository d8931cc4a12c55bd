/* A journal that does what the test says and remembers what it was given. */
#ifndef PLEK_UNIT_FLOW_FAKE_JOURNAL_H
#define PLEK_UNIT_FLOW_FAKE_JOURNAL_H

#include "flow/journal_port.h"

struct fake_journal {
    struct journal_port port;
    struct journal_sink sink;
    struct journal_row *rows; /* their bytes are owned */
    size_t n, cap;
    unsigned appends, kicks;
    bool full;  /* append says ERR_BUSY */
    bool fills; /* full after the next append */
    bool away;
};

/* J must not move afterwards: the port points at it. */
void fake_journal_init(struct fake_journal *j);
void fake_journal_fini(struct fake_journal *j);

void fake_journal_durable(struct fake_journal *j, uint64_t seq);
void fake_journal_all_durable(struct fake_journal *j);
void fake_journal_goes(struct fake_journal *j);  /* away */
void fake_journal_comes(struct fake_journal *j); /* back */
void fake_journal_fences(struct fake_journal *j);

#endif
