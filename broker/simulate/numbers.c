/* Open addressing with steps of one; see numbers.h. */
#include "simulate/numbers.h"

#include "base/mem.h"
#include "base/rng.h"

#include <stdlib.h>

struct sim_number {
    int number, value;
    bool used;
};

/* The slot of NUMBER, or the free one where it would stand. */
static size_t slot_of(const struct sim_numbers *s, int number)
{
    size_t at = (size_t)rng_mix((uint64_t)(unsigned)number + 1) & (s->size - 1);

    while (s->slots[at].used && s->slots[at].number != number)
        at = (at + 1) & (s->size - 1);
    return at;
}

static void make_room(struct sim_numbers *s)
{
    struct sim_numbers bigger = {.n = s->n, .size = s->size == 0 ? 64 : 2 * s->size};

    if (s->size >= 2 * (s->n + 1))
        return;
    bigger.slots = mem_new(bigger.size, sizeof *bigger.slots);
    for (size_t i = 0; i < s->size; i++)
        if (s->slots[i].used)
            bigger.slots[slot_of(&bigger, s->slots[i].number)] = s->slots[i];
    free(s->slots);
    *s = bigger;
}

bool numbers_add(struct sim_numbers *s, int number, int value)
{
    size_t at = 0;

    make_room(s);
    at = slot_of(s, number);
    if (s->slots[at].used)
        return false;
    s->slots[at] = (struct sim_number){number, value, true};
    s->n++;
    return true;
}

int numbers_find(const struct sim_numbers *s, int number)
{
    size_t at = 0;

    if (s->size == 0)
        return -1;
    at = slot_of(s, number);
    return s->slots[at].used ? s->slots[at].value : -1;
}

void numbers_fini(struct sim_numbers *s)
{
    free(s->slots);
    *s = (struct sim_numbers){0};
}
