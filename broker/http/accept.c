#include "http/accept.h"

#include <string.h>
#include <strings.h>

static struct bytes trimmed(struct bytes v)
{
    while (v.len > 0 && (v.p[0] == ' ' || v.p[0] == '\t'))
        v = BYTES(v.p + 1, v.len - 1);
    while (v.len > 0 && (v.p[v.len - 1] == ' ' || v.p[v.len - 1] == '\t'))
        v.len--;
    return v;
}

/* Take what stands before the next END off the front of REST. */
static bool next(struct bytes *rest, char end, struct bytes *part)
{
    const uint8_t *stop;

    if (rest->p == NULL || rest->len == 0)
        return false;
    stop = memchr(rest->p, end, rest->len);
    part->p = rest->p;
    part->len = stop != NULL ? (size_t)(stop - rest->p) : rest->len;
    *rest = stop != NULL ? BYTES(stop + 1, rest->len - part->len - 1) : BYTES(NULL, 0);
    *part = trimmed(*part);
    return true;
}

/* Thousandths of "1", "0.5", "0.125"; -1 for anything else. */
static int quality(struct bytes v)
{
    int q = 0;

    if (v.len < 1 || v.len > 5 || (v.p[0] != '0' && v.p[0] != '1') || (v.len > 1 && v.p[1] != '.'))
        return -1;
    for (size_t i = 0; i < 5; i++) {
        uint8_t c = i < v.len ? v.p[i] : '0';
        if (i == 1)
            continue;
        if (c < '0' || c > '9')
            return -1;
        q = q * 10 + (c - '0');
    }
    return q <= 1000 ? q : -1;
}

/* How closely RANGE names TYPE: 3 itself, 2 its half, 1 anything, 0 not. */
static int closeness(struct bytes range, const char *type)
{
    size_t len = strlen(type);
    size_t half = strcspn(type, "/") + 1;

    if (range.len == len && strncasecmp((const char *)range.p, type, len) == 0)
        return 3;
    if (range.len == half + 1 && range.p[half] == '*' && strncasecmp((const char *)range.p, type, half) == 0)
        return 2;
    return range.len == 3 && memcmp(range.p, "*/*", 3) == 0;
}

static int wanted(struct bytes accept, const char *type)
{
    struct bytes item, range, parameter;
    int best = 0, want = 0;

    while (next(&accept, ',', &item)) {
        int q = 1000;

        if (!next(&item, ';', &range))
            continue;
        while (next(&item, ';', &parameter))
            if (parameter.len > 2 && (parameter.p[0] | 0x20) == 'q' && parameter.p[1] == '=')
                q = quality(BYTES(parameter.p + 2, parameter.len - 2));
        int close = closeness(range, type);
        if (q >= 0 && close > best) {
            best = close;
            want = q;
        }
    }
    return want;
}

int accept_choose(struct bytes accept, const char *const *offers, int n)
{
    int best = -1, most = 0;

    if (accept.len == 0)
        return n > 0 ? 0 : -1;
    for (int i = 0; i < n; i++) {
        int q = wanted(accept, offers[i]);
        if (q > most) {
            most = q;
            best = i;
        }
    }
    return best;
}

bool accept_has_etag(struct bytes if_none_match, const char *etag)
{
    struct bytes item;

    while (next(&if_none_match, ',', &item)) {
        if (bytes_equal(item, BYTES_LITERAL("*")))
            return true;
        if (item.len > 2 && item.p[0] == 'W' && item.p[1] == '/')
            item = BYTES(item.p + 2, item.len - 2);
        if (bytes_equal(item, bytes_of_text(etag)))
            return true;
    }
    return false;
}
