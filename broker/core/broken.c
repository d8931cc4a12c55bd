#include "core/broken.h"

#include <stdarg.h>
#include <stdio.h>

bool broken(struct finding f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (f.size > 0)
        vsnprintf(f.why, f.size, format, args);
    va_end(args);
    return false;
}
