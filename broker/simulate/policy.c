/* The policies to compare, by name: ringing round, what a desk without an order of its own would do, ours,
 * and ours less one of its parts. */
#include "simulate/matcher.h"

#include <string.h>

/* Ours with another way of asking: what a setting costs. */
#define OURS_ASKING(id, heading, ...)                                                                        \
    {                                                                                                        \
        .name = (id), .title = (heading), .order = ORDER_UTILITY, .by_deadline = true, .windows = true,      \
        .price = true, .only_by_name = true, __VA_ARGS__                                                     \
    }

const struct sim_policy sim_policies[] = {
    {.name = "phone", .title = "Ringing round", .phone = true},
    {.name = "nearest", .title = "Nearest first", .order = ORDER_NEAREST},
    {.name = "nearest-deadline",
     .title = "Nearest, earliest deadline first",
     .order = ORDER_NEAREST,
     .by_deadline = true},
    {.name = "random", .title = "A random suitable place", .order = ORDER_RANDOM},
    {.name = "best-score", .title = "Best score", .order = ORDER_FIT},
    {.name = "ours",
     .title = "Ours",
     .order = ORDER_UTILITY,
     .by_deadline = true,
     .windows = true,
     .price = true,
     .second_request = true},
    {.name = "ours-without-price",
     .title = "Ours without the price",
     .order = ORDER_UTILITY,
     .by_deadline = true,
     .windows = true,
     .second_request = true},
    OURS_ASKING("ours-one", "Ours, one asked at once", .at_once = 1, .second_request = true),
    OURS_ASKING("ours-two", "Ours, two asked at once", .at_once = 2, .second_request = true),
    OURS_ASKING("ours-three", "Ours, three asked at once", .at_once = 3, .second_request = true),
    OURS_ASKING("ours-patient", "Ours, nobody asked on after silence", .at_once = 1),
    {.name = NULL},
};

const struct sim_policy *sim_policy_find(const char *name)
{
    for (const struct sim_policy *p = sim_policies; p->name != NULL; p++) {
        if (strcmp(p->name, name) == 0)
            return p;
    }
    return NULL;
}
