#include "notify/back_off.h"

int64_t back_off_ms(const struct back_off *b, uint32_t attempts, int64_t asked_ms, uint64_t draw)
{
    int64_t ms = b->first_ms, wait = 0;

    for (uint32_t i = 1; i < attempts && ms < b->most_ms; i++)
        ms *= 2;
    if (ms > b->most_ms)
        ms = b->most_ms;
    wait = ms / 2 + (int64_t)(draw % (uint64_t)(ms - ms / 2 + 1));
    if (asked_ms > b->most_ms)
        asked_ms = b->most_ms;
    return wait > asked_ms ? wait : asked_ms;
}
