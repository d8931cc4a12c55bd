#include "base/mem.h"

#include "base/check.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *mem_new(size_t n, size_t size)
{
    /* calloc(0) may give NULL, which callers are promised never to see. */
    void *p = n == 0 || size == 0 ? calloc(1, 1) : calloc(n, size);

    CHECK(p != NULL);
    return p;
}

void *mem_resize(void *p, size_t n, size_t size)
{
    void *grown = n == 0 || size == 0 ? realloc(p, 1) : reallocarray(p, n, size);

    CHECK(grown != NULL);
    return grown;
}

char *mem_dup(const void *p, size_t len)
{
    char *copy = NULL;

    CHECK(len < SIZE_MAX);
    copy = malloc(len + 1);
    CHECK(copy != NULL);
    if (len > 0)
        memcpy(copy, p, len);
    copy[len] = '\0';
    return copy;
}

char *mem_dup_text(const char *text)
{
    return text == NULL ? NULL : mem_dup(text, strlen(text));
}
