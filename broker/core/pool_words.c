/* The two words of a pool (core/capacity.h) in as little memory as they need. The side that is believed
 * mostly said just what is believed: its word follows from that. The other side's is kept by itself, and both
 * are where the broker corrected a number without a word of the stop. */
#include "core/engine_state.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static enum side other_side(enum side side)
{
    return side == SIDE_FEED ? SIDE_HAND : SIDE_FEED;
}

/* What the side that is believed said, if it said just that. */
static struct word word_believed(const struct pool_slot *s)
{
    struct word w = word_of_believed(&s->latest);

    if (side_of(s->latest.source) == SIDE_HAND) {
        w.echoes = s->hand_echoes;
        w.corrects = s->hand_corrects;
    }
    return w;
}

struct word pool_word(const struct pool_slot *s, enum side side)
{
    bool is_own = side == side_of(s->latest.source);

    if (s->n_words == SIDE_N)
        return s->words[side];
    if (is_own)
        return s->own_said ? word_believed(s) : (struct word){.said = false};
    return s->n_words == 1 ? s->words[0] : (struct word){.said = false};
}

void pool_words(const struct pool_slot *s, struct word out[SIDE_N])
{
    for (int side = 0; side < SIDE_N; side++)
        out[side] = pool_word(s, (enum side)side);
}

static bool is_same(const struct word *a, const struct word *b)
{
    return word_equal(a, b) && a->echoes == b->echoes && a->corrects == b->corrects;
}

static void store(struct pool_slot *s, const struct word *words, unsigned n)
{
    if (n != s->n_words)
        pool_words_free(s);
    if (n > 0 && s->words == NULL)
        s->words = mem_new(n, sizeof *words);
    s->n_words = n & 3u;
    if (n > 0)
        memcpy(s->words, words, n * sizeof *words);
}

void pool_words_keep(struct pool_slot *s, const struct word words[SIDE_N])
{
    static const struct word never;
    enum side own = side_of(s->latest.source);
    const struct word *other = &words[other_side(own)];
    struct word believed;

    s->own_said = words[own].said;
    s->hand_echoes = words[SIDE_HAND].echoes;
    s->hand_corrects = words[SIDE_HAND].corrects;
    believed = s->own_said ? word_believed(s) : never;
    if (!is_same(&words[own], &believed))
        store(s, words, SIDE_N);
    else if (is_same(other, &never))
        store(s, NULL, 0);
    else
        store(s, other, 1);
}

void pool_words_free(struct pool_slot *s)
{
    free(s->words);
    s->words = NULL;
    s->n_words = 0;
}
