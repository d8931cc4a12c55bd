/* A bounded memory of who tried too often: sign-ins by address, and wrong passwords for names that do not
 * exist. Keys are hashes with a salt of this process, so neither address nor name is kept. When the table is
 * full the longest-quiet of eight neighbours is forgotten: a flood from many addresses weakens it, and never
 * makes it grow. */
#ifndef PLEK_HTTP_THROTTLE_H
#define PLEK_HTTP_THROTTLE_H

#include "base/bytes.h"

struct throttle;

/* SLOTS is rounded up to a power of two, at least 8; 32 bytes each. */
struct throttle *throttle_new(size_t slots);
void throttle_free(struct throttle *t);

uint64_t throttle_key(const struct throttle *t, struct bytes who);

/* ---- a bucket of BURST tries that refills one try each EVERY_MS ---- */
struct throttle_rate {
    int burst;
    int64_t every_ms;
};

/* Take one try: 0, or the milliseconds until there is one (then none was taken). */
int64_t throttle_take(struct throttle *t, uint64_t key, const struct throttle_rate *rate, int64_t now_ms);
/* Put back a try that did no harm. */
void throttle_give_back(struct throttle *t, uint64_t key, const struct throttle_rate *rate, int64_t now_ms);

/* ---- failures in a row, then a lock: as an account has, for those who have no account ---- */
/* Until when KEY is locked; 0 = it is not. */
int64_t throttle_locked_until(struct throttle *t, uint64_t key, int64_t now_ms);
/* One failure more; the one that makes MAX locks for WAIT_MS and starts the count anew. */
void throttle_fail(struct throttle *t, uint64_t key, uint32_t max, int64_t wait_ms, int64_t now_ms);

#endif
