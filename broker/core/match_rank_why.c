/* Why a place stands behind the one above it: the class if they differ, else the largest difference between
 * what each lost (matching.md 3.5). The sentence rests on terms that are kept with the proposal. */
#include "core/match_parts.h"

#include "base/time_text.h"

#define NOTICEABLE 5 /* permille of fit; below it two places are as good */

static struct reason reason_of(enum reason_code code, int64_t a, int64_t b)
{
    return (struct reason){
        .code = (uint8_t)code,
        .a = (int16_t)(a > INT16_MAX ? INT16_MAX : a),
        .b = (int16_t)(b > INT16_MAX ? INT16_MAX : b),
    };
}

static int64_t age_hours(const struct match_ctx *c, const struct match_place *p)
{
    return p->view.latest != NULL ? (c->now_ms - p->view.latest->observed_at_ms) / MS_HOUR : 0;
}

/* The first difference of class, in the order in which classes count. */
static bool class_differs(const struct match_ctx *c, const struct ranked_place *before,
                          const struct ranked_place *own, struct reason *out)
{
    const struct match_place *b = before->place;
    const struct match_place *o = own->place;

    if (before->match->verdict != own->match->verdict)
        *out = reason_of(REASON_RANK_ASK, 0, 0);
    else if ((b->needed != TRI_YES) != (o->needed != TRI_YES))
        *out = reason_of(REASON_RANK_HELD, o->pool->kind, 0);
    else if (match_moves_again(c, b) != match_moves_again(c, o))
        *out = reason_of(REASON_RANK_SECOND_MOVE, o->kind->max_hours, 0);
    else if (b->later != o->later)
        *out = reason_of(REASON_RANK_LATER, match_opens_day_minute(c, o->location), 0);
    else if ((b->view.freshness >= STALE) != (o->view.freshness >= STALE))
        *out = reason_of(REASON_RANK_STALE, age_hours(c, o), 0);
    else
        return false;
    return true;
}

static struct reason scarce(const struct match_ctx *c, const struct ranked_place *own)
{
    enum scarce_group group = SCARCE_N;
    int percent = 0;

    if (c->moment != NULL && scarcity_group(c->engine, c->moment, own->match->pool, &group, &percent))
        return reason_of(REASON_RANK_SCARCE, group, percent);
    return reason_of(REASON_RANK_SCARCE_MANY, own->match->price.coverage / 100, 0);
}

struct reason match_rank_why(const struct match_ctx *c, const struct ranked_place *before,
                             const struct ranked_place *own)
{
    const struct match_terms *a = before != NULL ? &before->match->terms : NULL;
    const struct match_terms *b = &own->match->terms;
    struct reason why;
    int most = NOTICEABLE;

    if (before == NULL)
        return reason_of(REASON_RANK_BEST, 0, 0);
    if (class_differs(c, before, own, &why))
        return why;
    why = reason_of(REASON_RANK_EQUAL, 0, 0);
    if (b->scarcity - a->scarcity > most) {
        most = b->scarcity - a->scarcity;
        why = reason_of(REASON_RANK_SCARCE, 0, 0);
    }
    if (b->distance - a->distance > most) {
        most = b->distance - a->distance;
        why = reason_of(REASON_RANK_FARTHER, own->match->minutes, 0);
    }
    if (b->language - a->language > most) {
        most = b->language - a->language;
        why = reason_of(REASON_RANK_LANGUAGE, c->need->language, 0);
    }
    if (b->soft - a->soft > most) {
        most = b->soft - a->soft;
        why = reason_of(REASON_RANK_SOFT, 0, 0);
    }
    if (b->second_move - a->second_move > most)
        why = reason_of(REASON_RANK_SECOND_MOVE, own->place->kind->max_hours, 0);
    /* For whom it is kept takes a look at all profiles: only where that is what is said. */
    return why.code == REASON_RANK_SCARCE ? scarce(c, own) : why;
}
