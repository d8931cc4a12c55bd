/* A journal that an older broker wrote, as it lies in support/journal_v<version>.txt: one event per line as
 * kind, moment, clear bytes, private bytes and, where it was told, the digest of the state after it (without
 * facts); last the digests of the whole, without and with facts. */
#ifndef PLEK_TEST_CORE_OLD_JOURNAL_H
#define PLEK_TEST_CORE_OLD_JOURNAL_H

#include "base/bytes.h"
#include "core/event.h"

struct old_row {
    enum event_kind kind;
    int64_t at_ms;
    struct buf clear, private_part;
    uint64_t digest; /* 0 = not told */
};

struct old_journal {
    uint8_t version;
    struct old_row *rows;
    size_t n, cap;
    uint64_t digest, digest_with_facts;
};

struct old_journal *old_journal_load(uint8_t version);
void old_journal_free(struct old_journal *j);
/* The event of row I, numbered as in a journal; fails the test if it does not read. */
struct event old_journal_event(const struct old_journal *j, size_t i);

#endif
