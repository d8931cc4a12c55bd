/* What a check of the whole state found: the first promise that does not hold, in words for the log. With ids
 * only, never with anything of a household. */
#ifndef PLEK_CORE_BROKEN_H
#define PLEK_CORE_BROKEN_H

#include <stdbool.h>
#include <stddef.h>

/* Where the words go: WHY of the one who asks, SIZE bytes; 0 = nobody reads them. */
struct finding {
    char *why;
    size_t size;
};

/* Say what is broken. Always false, so that a check ends with `return broken(...)`. */
__attribute__((format(printf, 2, 3))) bool broken(struct finding f, const char *format, ...);

#endif
