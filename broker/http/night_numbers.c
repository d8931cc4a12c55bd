#include "http/night_numbers.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "flow/secrets_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct number {
    bool is_kept;
    char text[sizeof((struct revealed_location *)NULL)->night_number];
};

struct told {
    int32_t day;
    uint8_t *locations; /* a bit each */
    uint32_t bytes;
};

struct night_numbers {
    struct number *of; /* by location - 1 */
    uint32_t n_of;
    struct told *to; /* by organisation - 1 */
    uint32_t n_to;
};

/* ARRAY, of USED, has room for AT (from 0); what is new is zero. */
static void *with_room(void *array, uint32_t *used, uint32_t at, size_t size)
{
    if (at < *used)
        return array;
    array = mem_resize(array, at + 1U, size);
    memset((char *)array + *used * size, 0, (at + 1U - *used) * size);
    *used = at + 1;
    return array;
}

struct night_numbers *night_numbers_new(void)
{
    return mem_new(1, sizeof(struct night_numbers));
}

void night_numbers_free(struct night_numbers *n)
{
    if (n == NULL)
        return;
    night_numbers_wipe(n);
    for (uint32_t i = 0; i < n->n_to; i++)
        free(n->to[i].locations);
    free(n->to);
    free(n);
}

static bool is_told(const struct night_numbers *n, struct org_id org, uint32_t at, int32_t day)
{
    const struct told *t = org.v <= n->n_to ? &n->to[org.v - 1] : NULL;

    return t != NULL && t->day == day && at / 8 < t->bytes && (t->locations[at / 8] >> at % 8 & 1) != 0;
}

const char *night_numbers_get(const struct night_numbers *n, struct org_id org, struct location_id location,
                              int32_t day)
{
    uint32_t at = location.v - 1;

    if (at >= n->n_of || !n->of[at].is_kept || !is_told(n, org, at, day))
        return NULL;
    return n->of[at].text;
}

void night_numbers_keep(struct night_numbers *n, struct org_id org, struct location_id location, int32_t day,
                        const char *number)
{
    uint32_t at = location.v - 1;
    struct told *t = NULL;

    if (at >= n->n_of) { /* by hand: a resize would leave numbers behind in memory that is not wiped */
        struct number *more = mem_new(at + 1U, sizeof *more);

        if (n->n_of > 0)
            memcpy(more, n->of, n->n_of * sizeof *more);
        night_numbers_wipe(n);
        n->of = more;
        n->n_of = at + 1;
    }
    n->of[at].is_kept = true;
    snprintf(n->of[at].text, sizeof n->of[at].text, "%s", number);
    n->to = with_room(n->to, &n->n_to, org.v - 1, sizeof *n->to);
    t = &n->to[org.v - 1];
    t->locations = with_room(t->locations, &t->bytes, at / 8, 1);
    if (t->day != day)
        memset(t->locations, 0, t->bytes);
    t->day = day;
    t->locations[at / 8] = (uint8_t)(t->locations[at / 8] | 1U << at % 8);
}

void night_numbers_wipe(struct night_numbers *n)
{
    if (n->of != NULL)
        crypto_wipe(n->of, n->n_of * sizeof *n->of);
    free(n->of);
    n->of = NULL;
    n->n_of = 0;
}
