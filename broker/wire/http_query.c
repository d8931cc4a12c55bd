#include "wire/http_query.h"

#include "wire/http_bytes.h"

/* Length of the well-formed UTF-8 sequence at P (RFC 3629: no overlong forms, no surrogates, up to U+10FFFF),
 * or 0. */
static size_t utf8_sequence(const uint8_t *p, size_t len)
{
    static const struct {
        uint8_t from, to, second_from, second_to;
        size_t len;
    } forms[] = {
        {0x20, 0x7e, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
        if (p[0] < forms[f].from || p[0] > forms[f].to || len < forms[f].len)
            continue;
        if (forms[f].len > 1 && (p[1] < forms[f].second_from || p[1] > forms[f].second_to))
            continue;
        for (size_t i = 2; i < forms[f].len; i++) {
            if (p[i] < 0x80 || p[i] > 0xbf)
                return 0;
        }
        return forms[f].len;
    }
    return 0;
}

/* Printable UTF-8: control characters are refused, also U+0080 - U+009F. */
static bool is_text(const uint8_t *p, size_t len)
{
    while (len > 0) {
        size_t n = utf8_sequence(p, len);
        if (n == 0 || (p[0] == 0xc2 && p[1] < 0xa0))
            return false;
        p += n;
        len -= n;
    }
    return true;
}

enum err http_percent_decode(struct bytes raw, bool plus_is_space, char *out, size_t size)
{
    size_t n = 0;
    enum err e = ERR_BAD_INPUT;

    for (size_t i = 0; i < raw.len; i++) {
        int c = raw.p[i];
        if (n + 1 >= size) {
            e = ERR_TOO_BIG;
            goto out;
        }
        if (c == '%') {
            c = http_escape(raw, i);
            if (c < 0)
                goto out;
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        out[n++] = (char)c;
    }
    if (!is_text((const uint8_t *)out, n))
        goto out;
    e = OK;
out:
    out[e == OK ? n : 0] = '\0';
    return e;
}

bool http_query_next(struct bytes *rest, struct bytes *name, struct bytes *value)
{
    while (rest->len > 0) {
        size_t end = http_index(*rest, '&');
        struct bytes pair = http_part(*rest, 0, end);
        *rest = http_part(*rest, end < rest->len ? end + 1 : end, rest->len);
        if (pair.len == 0)
            continue;
        size_t equals = http_index(pair, '=');
        *name = http_part(pair, 0, equals);
        *value = http_part(pair, equals < pair.len ? equals + 1 : equals, pair.len);
        return true;
    }
    return false;
}

enum err http_query_text(struct bytes query, const char *name, char *out, size_t size)
{
    struct bytes raw_name, raw_value, found = {NULL, 0};
    char decoded[128]; /* longer than any parameter's name: what does not fit is none of them */
    int hits = 0;

    out[0] = '\0';
    while (http_query_next(&query, &raw_name, &raw_value)) {
        if (http_percent_decode(raw_name, true, decoded, sizeof decoded) == OK &&
            strcmp(decoded, name) == 0) {
            found = raw_value;
            hits++;
        }
    }
    if (hits == 0)
        return ERR_NOT_FOUND;
    if (hits > 1)
        return ERR_CONFLICT;
    return http_percent_decode(found, true, out, size);
}

enum err http_query_int(struct bytes query, const char *name, int64_t min, int64_t max, int64_t *out)
{
    char text[24];
    int64_t n = 0;
    size_t i = 0;
    enum err e = http_query_text(query, name, text, sizeof text);

    if (e != OK)
        return e == ERR_TOO_BIG ? ERR_BAD_INPUT : e;
    bool negative = text[0] == '-';
    size_t digits_from = negative ? 1 : 0;
    for (i = digits_from; text[i] >= '0' && text[i] <= '9'; i++) {
        if (i - digits_from == 18)
            return ERR_BAD_INPUT;
        n = n * 10 + (text[i] - '0');
    }
    if (text[i] != '\0' || i == digits_from)
        return ERR_BAD_INPUT;
    n = negative ? -n : n;
    if (n < min || n > max)
        return ERR_TOO_BIG;
    *out = n;
    return OK;
}

bool http_path_next(struct bytes *rest, struct bytes *segment)
{
    if (rest->len == 0)
        return false;
    struct bytes after = http_part(*rest, rest->p[0] == '/' ? 1 : 0, rest->len);
    size_t end = http_index(after, '/');
    *segment = http_part(after, 0, end);
    *rest = http_part(after, end, after.len);
    return true;
}
