/* A table of allowed moves, a row for each state: one letter for each that it may become, x = it may. */
#ifndef PLEK_TEST_MOVES_H
#define PLEK_TEST_MOVES_H

#define MOVES(name, type, count, ...)                                                                        \
    do {                                                                                                     \
        static const char *const may[count] = {__VA_ARGS__};                                                 \
        for (unsigned from = 0; from < (count); from++)                                                      \
            for (unsigned to = 0; to < (count); to++)                                                        \
                if (name##_may_become((enum type)from, (enum type)to) != (may[from][to] == 'x'))             \
                    fail_msg(#name " %u to %u", from, to);                                                   \
    } while (0)

#endif
