#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Per thread: the password worker must not overwrite what the loop says it is doing. */
static _Thread_local const char *context;

void check_context(const char *doing)
{
    context = doing;
}

_Noreturn void check_failed(const char *file, int line, const char *func, const char *cond)
{
    /* Stack and write(2) only: the heap may be what is broken. */
    char text[512];
    int n = snprintf(text, sizeof text,
                     "level=error msg=\"check failed\" at=%s:%d in=%s check=\"%s\" doing=\"%s\"\n", file,
                     line, func, cond, context != NULL ? context : "");
    size_t len = n < 0 ? 0 : (size_t)n;

    if (len >= sizeof text) {
        len = sizeof text - 1;
        text[len - 1] = '\n';
    }
    if (write(STDERR_FILENO, text, len) < 0)
        abort();
    abort();
}
