#include "loop/wall.h"

#include "base/time_text.h"

#include <stddef.h>

static struct wall_ms host_wall(void *ctx)
{
    (void)ctx;
    return (struct wall_ms){time_wall_ms()};
}

static struct mono_ms host_mono(void *ctx)
{
    (void)ctx;
    return (struct mono_ms){time_mono_ms()};
}

struct clocks clocks_host(void)
{
    return (struct clocks){NULL, host_wall, host_mono};
}
