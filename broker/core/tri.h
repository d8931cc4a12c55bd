/* Three-valued facts: yes, no, unknown. Unknown neither passes silently nor excludes silently: it becomes a
 * question to ask on the call (domain: section 5). */
#ifndef PLEK_CORE_TRI_H
#define PLEK_CORE_TRI_H

#include <stdbool.h>
#include <stdint.h>

enum tri { TRI_UNKNOWN = 0, TRI_NO = 1, TRI_YES = 2 };

/* Up to 64 such facts. Invariant: yes & no == 0; a bit in neither is unknown. */
struct tri_set {
    uint64_t yes;
    uint64_t no;
};

static inline enum tri tri_get(struct tri_set s, unsigned bit)
{
    uint64_t m = UINT64_C(1) << bit;
    return (s.yes & m) ? TRI_YES : (s.no & m) ? TRI_NO : TRI_UNKNOWN;
}

static inline void tri_put(struct tri_set *s, unsigned bit, enum tri v)
{
    uint64_t m = UINT64_C(1) << bit;
    s->yes = v == TRI_YES ? (s->yes | m) : (s->yes & ~m);
    s->no = v == TRI_NO ? (s->no | m) : (s->no & ~m);
}

static inline bool tri_set_is_sane(struct tri_set s)
{
    return (s.yes & s.no) == 0;
}

#endif
