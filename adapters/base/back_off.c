#include "adapters/base/back_off.h"

#include "base/crypto.h"

int back_off_longer(int wait_ms, int first_ms, int longest_ms)
{
    if (wait_ms > longest_ms / 2)
        return longest_ms;
    int ms = wait_ms == 0 ? first_ms : wait_ms * 2;
    return ms < longest_ms ? ms : longest_ms;
}

int64_t back_off_about(int ms)
{
    int spread = ms / 2 + 1;
    return ms - ms / 4 + (int64_t)(crypto_random_u64() % (uint64_t)spread);
}
