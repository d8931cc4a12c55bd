/* An event loop for tests with a 5 ms tick that measures how late it ever was: the promise is that nothing in
 * the store holds the loop up for more than 50 ms.
 *
 * A shared or virtual machine stands still by itself at times (240 ms was seen with an empty loop). So a
 * second thread on the same processor does nothing but sleep 2 ms and look at the clock: time during which it
 * did not run either was the machine's, and is not counted. A loop that blocks or computes does not stop that
 * thread. */
#ifndef PLEK_TEST_TICKING_H
#define PLEK_TEST_TICKING_H

#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct ticking;

struct ticking *ticking_new(void);
void ticking_free(struct ticking *t);
struct event_base *ticking_base(struct ticking *t);

/* Turn until DONE(CTX) or MS have passed; EACH (may be NULL) is called after every turn. Returns whether DONE
 * became true. */
bool ticking_until(struct ticking *t, bool (*done)(void *ctx), void (*each)(void *ctx), void *ctx,
                   int64_t ms);

/* Longest distance between two ticks since the last reset, minus the 5 ms and what the machine stood still.
 */
int64_t ticking_late_ms(const struct ticking *t);
void ticking_reset(struct ticking *t);

#endif
