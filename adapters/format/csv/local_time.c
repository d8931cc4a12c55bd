#include "adapters/format/csv/local_time.h"

#include "base/time_text.h"

#include <stdio.h>
#include <string.h>

#define WEEK_MINUTES (7 * 24 * 60)

/* PATTERN: d digit into the number of its letter, anything else itself; '-' also stands for / and . */
static bool match(const char *pattern, struct bytes text, int out[128])
{
    if (strlen(pattern) != text.len)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char want = pattern[i], have = (char)text.p[i];
        if (strchr("YMDhms", want) != NULL) {
            if (have < '0' || have > '9')
                return false;
            out[(int)want] = out[(int)want] * 10 + (have - '0');
        } else if (want == '-' ? strchr("-/.", have) == NULL : want != have) {
            return false;
        }
    }
    return true;
}

/* Minute of the week of these numbers as if they were UTC, from a moment known to be well-formed. */
static int week_minute_utc(int64_t at_ms)
{
    int64_t minutes = at_ms / MS_MINUTE; /* 1970-01-01 was a Thursday */
    return (int)((minutes + 3 * 24 * 60) % WEEK_MINUTES);
}

int64_t local_time(enum time_form form, struct bytes text, int line, struct reading *r)
{
    static const char *const forms[][2] = {{"YYYY-MM-DD hh:mm", "YYYY-MM-DD hh:mm:ss"},
                                           {"DD-MM-YYYY hh:mm", "DD-MM-YYYY hh:mm:ss"}};
    int v[128] = {0}, seconds[128] = {0};
    char iso[40];
    int64_t naive = 0, found = 0;
    int n = 0;
    const char *const *patterns = forms[form == TIME_DMY];
    text = trimmed(text);
    const int *at = match(patterns[0], text, v) ? v : seconds;
    if (at == v || match(patterns[1], text, seconds)) {
        snprintf(iso, sizeof iso, "%04d-%02d-%02dT%02d:%02d:%02dZ", at['Y'], at['M'], at['D'], at['h'],
                 at['m'], at['s']);
        if (time_parse(bytes_of_text(iso), &naive) != OK)
            naive = 0;
    }
    if (naive < 2 * MS_HOUR) {
        reading_complain(r, line, "observedAt", "is not a moment like %s",
                         form == TIME_DMY ? "21-11-2026 20:00" : "2026-11-21 20:00");
        return 0;
    }
    for (int hours = 2; hours >= 1; hours--) { /* summer time, winter time */
        int64_t candidate = naive - hours * MS_HOUR;
        if (time_week_minute_nl(candidate) == week_minute_utc(naive)) {
            found = candidate;
            n++;
        }
    }
    if (n == 1)
        return found;
    reading_complain(r, line, "observedAt",
                     n == 0 ? "does not exist: the clock was put forward"
                            : "comes twice: the clock was put back; deliver the zone");
    return 0;
}
