/* One line per happening, key=value, to standard error: monotonic and wall time, level, a fixed phrase, then
 * ids. error = a person must act now; warn = a person must act soon; info = decisions and life cycle; debug =
 * state moves. Never personal data, addresses, call-back numbers, request bodies or secrets: ids only. */
#ifndef PLEK_BASE_LOG_H
#define PLEK_BASE_LOG_H

/* An empty FORMAT is normal here: many happenings have no ids. */
#pragma GCC diagnostic ignored "-Wformat-zero-length"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Show lines up to LEVEL (default LOG_INFO). */
void log_set_level(enum log_level level);

/* Write `… level=… msg="WHAT" FORMAT…`. FORMAT holds key=value pairs, may be "". Values must not hold quotes
 * or newlines from outside; control characters and bytes that are not UTF-8 are replaced by '?'. A line is at
 * most 1024 bytes, longer ones end in "...". One write per line, so lines of threads do not mix. */
void log_line(enum log_level level, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(what, ...) log_line(LOG_ERROR, what, __VA_ARGS__)
#define log_warn(what, ...) log_line(LOG_WARN, what, __VA_ARGS__)
#define log_info(what, ...) log_line(LOG_INFO, what, __VA_ARGS__)
#define log_debug(what, ...) log_line(LOG_DEBUG, what, __VA_ARGS__)

#endif
