/* Memory for our own bounded needs: running out aborts (replay restores), so callers need no error path.
 * Sizes that come from outside are limited before they get here (ERR_TOO_BIG). */
#ifndef PLEK_BASE_MEM_H
#define PLEK_BASE_MEM_H

#include <stddef.h>

/* Return zeroed memory for N objects of SIZE bytes; the caller frees it with free(). */
void *mem_new(size_t n, size_t size) __attribute__((returns_nonnull, malloc));

/* Grow or shrink P to N objects of SIZE bytes; new bytes are not zeroed. P may be NULL. */
void *mem_resize(void *p, size_t n, size_t size) __attribute__((returns_nonnull));

/* Return a copy of LEN bytes with a NUL behind them; the caller frees it. */
char *mem_dup(const void *p, size_t len) __attribute__((returns_nonnull, malloc));

/* Return a copy of TEXT; NULL gives NULL. The caller frees it. */
char *mem_dup_text(const char *text);

/* Make room for one more in a growing array: CAP is doubled (from 8) when USED reaches it. */
#define MEM_GROW(array, used, cap)                                                                           \
    do {                                                                                                     \
        if ((used) == (cap)) {                                                                               \
            (cap) = (cap) ? (cap)*2 : 8;                                                                     \
            (array) = mem_resize((array), (cap), sizeof *(array));                                           \
        }                                                                                                    \
    } while (0)

/* The same for a large table whose empty places count: CAP grows by a 32nd, so hardly any lie idle, and each
 * element is copied 32 times at most over the life of the table, mostly by moving pages. */
#define MEM_GROW_TIGHT(array, used, cap)                                                                     \
    do {                                                                                                     \
        if ((used) == (cap)) {                                                                               \
            (cap) += (cap) / 32 + 8;                                                                         \
            (array) = mem_resize((array), (cap), sizeof *(array));                                           \
        }                                                                                                    \
    } while (0)

/* Hand over what P points to and clear P, so that the old owner cannot free it. */
#define TAKE(p)                                                                                              \
    ({                                                                                                       \
        __typeof__(*(p)) taken_ = *(p);                                                                      \
        *(p) = NULL;                                                                                         \
        taken_;                                                                                              \
    })

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

#endif
