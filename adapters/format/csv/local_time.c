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

/* The number of one or two digits before SIGN at the start of TEXT, which moves behind it; 0 if there is
 * none. */
static int part_of_day(struct bytes *text, char sign)
{
    int n = 0;
    for (size_t i = 0; i < text->len && i <= 2; i++) {
        char c = (char)text->p[i];
        if (c == sign && i > 0) {
            *text = BYTES(text->p + i + 1, text->len - i - 1);
            return n;
        }
        if (c < '0' || c > '9')
            return 0;
        n = n * 10 + (c - '0');
    }
    return 0;
}

/* Month, day and year as Americans write them, into the letters of match. */
static bool match_day(struct bytes text, int out[128])
{
    out['M'] = part_of_day(&text, '/');
    out['D'] = out['M'] > 0 ? part_of_day(&text, '/') : 0;
    return out['D'] > 0 && match("YYYY", text, out);
}

/* What is on the clock in TEXT, in milliseconds as if it were UTC; 0 when it is no moment in FORM. */
static int64_t clock_time(enum time_form form, struct bytes text)
{
    static const char *const forms[][2] = {{"YYYY-MM-DD hh:mm", "YYYY-MM-DD hh:mm:ss"},
                                           {"DD-MM-YYYY hh:mm", "DD-MM-YYYY hh:mm:ss"}};
    int v[128] = {0}, seconds[128] = {0};
    const int *at = NULL;
    char iso[40];
    int64_t naive = 0;
    if (form == TIME_MDY_DAY) {
        at = match_day(text, v) ? v : NULL;
    } else {
        const char *const *patterns = forms[form == TIME_DMY];
        at = match(patterns[0], text, v) ? v : (match(patterns[1], text, seconds) ? seconds : NULL);
    }
    if (at == NULL)
        return 0;
    snprintf(iso, sizeof iso, "%04d-%02d-%02dT%02d:%02d:%02dZ", at['Y'], at['M'], at['D'], at['h'], at['m'],
             at['s']);
    return time_parse(bytes_of_text(iso), &naive) == OK ? naive : 0;
}

int64_t local_time(enum time_form form, struct bytes text, int line, struct reading *r)
{
    /* As the profile spells them: an example would be a row of digits, which the broker takes for a number of
     * somebody. */
    static const char *const spelt[] = {
        [TIME_YMD] = "yyyy-mm-dd hh:mm", [TIME_DMY] = "dd-mm-yyyy hh:mm", [TIME_MDY_DAY] = "m/d/yyyy"};
    int64_t naive = clock_time(form, trimmed(text)), found = 0;
    int n = 0;
    if (naive < 2 * MS_HOUR) {
        reading_complain(r, line, "observedAt", "is not a moment like %s", spelt[form]);
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
