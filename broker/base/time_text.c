#include "base/time_text.h"

#include "base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define OFFSET_MINUTES_MAX (14 * 60)

struct civil {
    int64_t year;
    int month; /* 1-12 */
    int day;   /* 1-31 */
};

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;

    return a % b < 0 ? q - 1 : q;
}

/* Days since 1970-01-01 of a day in the proleptic Gregorian calendar. Years are counted from 1 March, so that
 * the leap day is the last of its year (Hinnant, "chrono-compatible low-level date algorithms"). */
static int64_t days_of(struct civil c)
{
    int64_t y = c.month <= 2 ? c.year - 1 : c.year;
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static struct civil civil_of(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    struct civil c = {
        .year = year_of_era + era * 400,
        .month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9),
        .day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1),
    };

    if (c.month <= 2)
        c.year++;
    return c;
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 2 && leap ? 29 : days[month - 1];
}

/* Read exactly N digits; false at anything else. */
static bool digits(struct bytes text, size_t *at, size_t n, int *value)
{
    int v = 0;

    if (text.len - *at < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = text.p[*at + i];

        if (c < '0' || c > '9')
            return false;
        v = v * 10 + (c - '0');
    }
    *at += n;
    *value = v;
    return true;
}

static bool mark(struct bytes text, size_t *at, char c)
{
    if (*at >= text.len || text.p[*at] != (uint8_t)c)
        return false;
    (*at)++;
    return true;
}

/* ".123456789": 1 to 9 digits, of which three count; no dot means no fraction. */
static bool fraction(struct bytes text, size_t *at, int *ms)
{
    size_t n = 0;
    int scale = 100;

    *ms = 0;
    if (!mark(text, at, '.'))
        return true;
    for (; *at < text.len && text.p[*at] >= '0' && text.p[*at] <= '9'; (*at)++, n++) {
        *ms += (text.p[*at] - '0') * scale;
        scale /= 10;
    }
    return n >= 1 && n <= 9;
}

static bool zone(struct bytes text, size_t *at, int *offset_minutes)
{
    int sign = 1;
    int h = 0;
    int m = 0;

    *offset_minutes = 0;
    if (mark(text, at, 'Z'))
        return true;
    if (mark(text, at, '-'))
        sign = -1;
    else if (!mark(text, at, '+'))
        return false;
    if (!digits(text, at, 2, &h) || !mark(text, at, ':') || !digits(text, at, 2, &m) || m > 59 ||
        h * 60 + m > OFFSET_MINUTES_MAX)
        return false;
    *offset_minutes = sign * (h * 60 + m);
    return true;
}

enum err time_parse(struct bytes text, int64_t *at_ms)
{
    size_t at = 0;
    int year = 0;
    int month = 0;
    int day = 0;
    int h = 0;
    int m = 0;
    int s = 0;
    int ms = 0;
    int offset_minutes = 0;
    int64_t days = 0;
    int64_t t = 0;

    if (!digits(text, &at, 4, &year) || !mark(text, &at, '-') || !digits(text, &at, 2, &month) ||
        !mark(text, &at, '-') || !digits(text, &at, 2, &day) || !mark(text, &at, 'T') ||
        !digits(text, &at, 2, &h) || !mark(text, &at, ':') || !digits(text, &at, 2, &m) ||
        !mark(text, &at, ':') || !digits(text, &at, 2, &s) || !fraction(text, &at, &ms) ||
        !zone(text, &at, &offset_minutes) || at != text.len)
        return ERR_BAD_INPUT;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || h > 23 ||
        m > 59 || s > 59)
        return ERR_BAD_INPUT;
    days = days_of((struct civil){.year = year, .month = month, .day = day});
    t = days * MS_DAY + (h * 60 + m - offset_minutes) * MS_MINUTE + s * MS_SECOND + ms;
    /* The zone can push the first and last hours out of the years we can write back. */
    if (t < 0 || t >= days_of((struct civil){.year = 10000, .month = 1, .day = 1}) * MS_DAY)
        return ERR_BAD_INPUT;
    *at_ms = t;
    return OK;
}

const char *time_format(int64_t at_ms, char out[TIME_TEXT_SIZE])
{
    int64_t days = floor_div(at_ms, MS_DAY);
    int64_t rest = (at_ms % MS_DAY + MS_DAY) % MS_DAY;
    struct civil c = civil_of(days);

    snprintf(out, TIME_TEXT_SIZE, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day,
             (int)(rest / MS_HOUR), (int)(rest / MS_MINUTE % 60), (int)(rest / MS_SECOND % 60),
             (int)(rest % MS_SECOND));
    return out;
}

/* 0 = Monday; 1970-01-01 was a Thursday. */
static int weekday_of(int64_t days)
{
    return (int)(days + 3 - floor_div(days + 3, 7) * 7);
}

/* 01:00 UTC on the last Sunday of MONTH: directive 2000/84/EC sets both switches there for the whole Union.
 */
static int64_t switch_ms(int64_t year, int month)
{
    int64_t last = days_of((struct civil){.year = year, .month = month, .day = 31});
    int64_t sunday = last - (weekday_of(last) + 1) % 7;

    return sunday * MS_DAY + MS_HOUR;
}

/* The same moment on the Dutch clock on the wall, read as if it were UTC. */
static int64_t local_nl(int64_t at_ms)
{
    int64_t year = civil_of(floor_div(at_ms, MS_DAY)).year;
    bool summer = at_ms >= switch_ms(year, 3) && at_ms < switch_ms(year, 10);

    return at_ms + (summer ? 2 : 1) * MS_HOUR;
}

int time_week_minute_nl(int64_t at_ms)
{
    int64_t local = local_nl(at_ms);
    int64_t days = floor_div(local, MS_DAY);

    return weekday_of(days) * 1440 + (int)((local - days * MS_DAY) / MS_MINUTE);
}

int32_t time_day_nl(int64_t at_ms)
{
    return (int32_t)floor_div(local_nl(at_ms), MS_DAY);
}

int64_t time_day_starts_ms(int32_t day)
{
    int64_t utc = (int64_t)day * MS_DAY;

    /* Both switches come at 01:00 UTC, after midnight here in winter and in summer, so midnight's own clock
     * is that of an hour before it in UTC. */
    return utc - (local_nl(utc - 2 * MS_HOUR) - (utc - 2 * MS_HOUR));
}

enum err time_day_parse(struct bytes text, int32_t *day)
{
    size_t at = 0;
    int year = 0;
    int month = 0;
    int date = 0;

    if (!digits(text, &at, 4, &year) || !mark(text, &at, '-') || !digits(text, &at, 2, &month) ||
        !mark(text, &at, '-') || !digits(text, &at, 2, &date) || at != text.len)
        return ERR_BAD_INPUT;
    if (year < 1970 || month < 1 || month > 12 || date < 1 || date > days_in_month(year, month))
        return ERR_BAD_INPUT;
    *day = (int32_t)days_of((struct civil){.year = year, .month = month, .day = date});
    return OK;
}

const char *time_day_format(int32_t day, char out[DAY_TEXT_SIZE])
{
    struct civil c = civil_of(day);

    /* Bounded for the compiler: no day that a 32-bit count of days names needs more in the years we read. */
    snprintf(out, DAY_TEXT_SIZE, "%04d-%02u-%02u", (int)c.year % 10000, (unsigned)c.month % 100,
             (unsigned)c.day % 100);
    return out;
}

static int64_t read_clock(clockid_t id)
{
    struct timespec t;

    CHECK(clock_gettime(id, &t) == 0);
    return (int64_t)t.tv_sec * MS_SECOND + t.tv_nsec / 1000000;
}

int64_t time_wall_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t time_mono_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}
