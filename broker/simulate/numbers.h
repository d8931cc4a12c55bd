/* A set of whole numbers with a value each: the request numbers a matcher chose, the minutes it wants to be
 * woken. Only grows. */
#ifndef PLEK_SIMULATE_NUMBERS_H
#define PLEK_SIMULATE_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

struct sim_numbers { /* {0} is empty */
    struct sim_number *slots;
    size_t n, size; /* size is 0 or a power of two, at least twice n */
};

bool numbers_add(struct sim_numbers *s, int number, int value); /* false: it was there; its value stays */
int numbers_find(const struct sim_numbers *s, int number);      /* its value, -1 if not there */
void numbers_fini(struct sim_numbers *s);

#endif
