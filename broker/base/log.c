#include "base/log.h"

#include "base/bytes.h"
#include "base/time_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Long enough for a dozen ids; under PIPE_BUF, so that one write to a pipe stays in one piece. */
#define LINE_MAX_BYTES 1024

static _Atomic int shown = LOG_INFO;

void log_set_level(enum log_level level)
{
    atomic_store(&shown, (int)level);
}

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_ERROR:
        return "error";
    case LOG_WARN:
        return "warn";
    case LOG_INFO:
        return "info";
    case LOG_DEBUG:
        return "debug";
    }
    return "?";
}

/* Make TEXT safe for a terminal and for line-wise readers, in place. */
static void tame(char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        uint32_t code = 0;
        size_t n = bytes_utf8(BYTES(text + at, len - at), &code);

        if (n == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0)) {
            n = n == 0 ? 1 : n;
            memset(text + at, '?', n);
        }
        at += n;
    }
}

static void write_all(const char *p, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        /* Nobody is left to tell that the log itself is gone. */
        if (n <= 0)
            return;
        p += n;
        len -= (size_t)n;
    }
}

void log_line(enum log_level level, const char *what, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    char wall[TIME_TEXT_SIZE];
    int64_t mono = 0;
    size_t room = sizeof line - 1; /* the newline */
    size_t len = 0;
    int n = 0;
    int saved_errno = errno;

    if ((int)level > atomic_load(&shown))
        return;
    mono = time_mono_ms();
    n = snprintf(line, room, "mono=%" PRId64 ".%03d time=%s level=%s msg=\"%s\"%s", mono / MS_SECOND,
                 (int)(mono % MS_SECOND), time_format(time_wall_ms(), wall), level_name(level), what,
                 format[0] != '\0' ? " " : "");
    len = n < 0 ? 0 : (size_t)n;
    if (len < room) {
        va_list args;

        va_start(args, format);
        errno = saved_errno; /* for %m */
        n = vsnprintf(line + len, room - len, format, args);
        va_end(args);
        len += n < 0 ? 0 : (size_t)n;
    }
    if (len >= room) {
        /* Tamed after the cut, so that half a character at its end becomes '?'. */
        len = room - 4;
        tame(line, len);
        memcpy(line + len, "...", 3);
        len += 3;
    } else {
        tame(line, len);
    }
    line[len] = '\n';
    write_all(line, len + 1);
    errno = saved_errno;
}
