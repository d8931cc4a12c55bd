#include "core/nobed/slept.h"

#include "base/time_text.h"
#include "core/stay/stay.h"

#include <string.h>

#define EVENING_MS (22 * MS_HOUR) /* after midnight of its day a night begins, */
#define MORNING_MS (6 * MS_HOUR)  /* and after midnight of the next it is over */

/* Index + 1; 0 = the list in use has no such row. */
static uint8_t destination(const struct engine *e, const char *code)
{
    return (uint8_t)(vocab_list_find(engine_vocab(e), LIST_DESTINATION, code) + 1);
}

static uint8_t slept_in(const struct engine *e, const struct bridge *b)
{
    static const char *const usual[BRIDGE_KIND_N] = {
        [BRIDGE_ORDER] = "terug_naar_huis",
        [BRIDGE_NETWORK] = "familie_vrienden",
        [BRIDGE_HOTEL] = "hotel",
        [BRIDGE_BED] = "andere_opvang",
    };

    return b->slept != 0 ? b->slept : destination(e, usual[b->kind]);
}

/* B has a night that OTHER would have without it. */
static bool comes_before(const struct bridge *b, const struct bridge *other)
{
    if ((b->kind == BRIDGE_ORDER) != (other->kind == BRIDGE_ORDER))
        return b->kind != BRIDGE_ORDER;
    return b->started_at_ms > other->started_at_ms ||
           (b->started_at_ms == other->started_at_ms && b->id.v > other->id.v);
}

/* Where DAY stands in the N of OUT, or would. */
static size_t spot_of(const struct slept_night *out, size_t n, int32_t day)
{
    size_t at = n;

    while (at > 0 && out[at - 1].night.day >= day)
        at--;
    return at;
}

/* Until when it is known to stand. */
static int64_t stood_until_ms(const struct bridge *b, int64_t now_ms)
{
    int64_t until_ms = bridge_is_live(b) ? now_ms : b->ended_at_ms;

    if (b->kind == BRIDGE_ORDER && b->until_ms != 0 && b->until_ms < until_ms)
        return b->until_ms;
    if (b->state == BRIDGE_ALARM && bridge_has_check_ins(b) && b->next_ms != 0 && b->next_ms < until_ms)
        return b->next_ms;
    return until_ms;
}

struct nights {
    int32_t first, last; /* FIRST > LAST: none */
};

static struct nights nights_between(int64_t from_ms, int64_t until_ms)
{
    return (struct nights){time_day_nl(from_ms - MORNING_MS), time_day_nl(until_ms - EVENING_MS)};
}

static bool has(struct nights n, int32_t day)
{
    return n.first <= day && day <= n.last;
}

/* The household had that night in S, and not in B: it came there later, or was there until the morning. */
static bool is_in_stay(const struct stay *s, const struct bridge *b, int32_t day, int64_t now_ms)
{
    bool is_over = s->state == STAY_DEPARTED;

    if (!has(nights_between(s->started_at_ms, is_over ? s->ended_at_ms : now_ms), day))
        return false;
    return b->kind == BRIDGE_ORDER || s->started_at_ms > b->started_at_ms || !is_over ||
           time_day_nl(s->ended_at_ms - MORNING_MS) > day;
}

/* On DAY the household was in a place, or where it went after B began by another referral. */
static bool is_elsewhere(const struct engine *e, const struct bridge *b, int32_t day, int64_t now_ms)
{
    struct referral_id id = engine_household_first(e, b->referral);

    for (; id.v != 0; id = engine_household_next(e, id)) {
        const struct nobed_case *c = id.v != b->referral.v ? engine_nobed(e, id) : NULL;
        const struct stay *s = engine_stay_of(e, id);

        if (s != NULL && is_in_stay(s, b, day, now_ms))
            return true;
        for (unsigned i = 0; c != NULL && i < c->n_bridges; i++) {
            const struct bridge *other = engine_bridge(e, c->bridges[i]);

            if (other->started_at_ms != 0 && other->kind != BRIDGE_ORDER && comes_before(other, b) &&
                has(nights_between(other->started_at_ms, stood_until_ms(other, now_ms)), day))
                return true;
        }
    }
    return false;
}

static size_t put(const struct engine *e, const struct bridge *b, int32_t day, struct slept_night *out,
                  size_t n)
{
    struct slept_night is = {{.day = day, .slept = slept_in(e, b)}, b->id};
    size_t at = spot_of(out, n, day);

    if (at < n && out[at].night.day == day) {
        if (out[at].known.v != 0 && comes_before(b, engine_bridge(e, out[at].known)))
            out[at] = is;
        return n;
    }
    if (n == NIGHTS_MAX) { /* the oldest makes room, if it is older */
        if (at == 0)
            return n;
        at--;
        memmove(out, out + 1, at * sizeof *out);
        out[at] = is;
        return n;
    }
    memmove(out + at + 1, out + at, (n - at) * sizeof *out);
    out[at] = is;
    return n + 1;
}

size_t slept_nights(const struct engine *e, struct referral_id id, int64_t now_ms,
                    struct slept_night out[NIGHTS_MAX])
{
    const struct nobed_case *c = engine_nobed(e, id);
    size_t n = 0;

    for (; c != NULL && n < c->n_nights; n++)
        out[n] = (struct slept_night){.night = c->nights[n]};
    for (unsigned i = 0; c != NULL && i < c->n_bridges; i++) {
        const struct bridge *b = engine_bridge(e, c->bridges[i]);
        struct nights of = nights_between(b->started_at_ms, stood_until_ms(b, now_ms));

        if (b->started_at_ms == 0 || slept_in(e, b) == 0)
            continue; /* nobody came to it */
        if (of.first <= of.last - NIGHTS_MAX)
            of.first = of.last - NIGHTS_MAX + 1;
        for (int32_t day = of.first; day <= of.last; day++) {
            if (!is_elsewhere(e, b, day, now_ms))
                n = put(e, b, day, out, n);
        }
    }
    return n;
}
