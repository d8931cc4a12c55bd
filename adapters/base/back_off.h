/* How long to wait after a failure: longer each time, and never in step with others. */
#ifndef PLEK_ADAPTERS_BACK_OFF_H
#define PLEK_ADAPTERS_BACK_OFF_H

#include <stdint.h>

/* The wait after one of WAIT_MS (0 = none yet): FIRST_MS, then twice as long each time, at most LONGEST_MS.
 */
int back_off_longer(int wait_ms, int first_ms, int longest_ms);

/* MS, a quarter more or less, so that many adapters do not come back in step. */
int64_t back_off_about(int ms);

#endif
