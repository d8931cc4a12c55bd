#include "adapters/profile/profile_pools.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pool_word {
    char place[PROFILE_WORD_SIZE];
    char word[PROFILE_WORD_SIZE];
    char code[CODE_TEXT_SIZE]; /* "" = ignored on purpose */
    uint8_t place_len, word_len;
};

struct profile_pools {
    struct pool_word *words; /* sorted by place and word */
    size_t n, cap;
    uint16_t *table;  /* index + 1 of each word by its hash, 0 = none; never more than half full */
    size_t table_cap; /* a power of two */
};

bool profile_word_fits(const char *text, const char *pointer, struct json_faults *f)
{
    if (text[0] != '\0' && strlen(text) < PROFILE_WORD_SIZE)
        return true;
    json_fault_add(f, pointer, "must be 1 to %d bytes long", PROFILE_WORD_SIZE - 1);
    return false;
}

static int by_place_and_word(const void *a, const void *b)
{
    const struct pool_word *x = a, *y = b;
    int order = strcmp(x->place, y->place);
    return order != 0 ? order : strcmp(x->word, y->word);
}

static void add_word(struct profile_pools *p, const char *place, const char *word, struct json_at code,
                     struct json_faults *f)
{
    if (!profile_word_fits(word, code.pointer, f))
        return;
    if (p->n == PROFILE_WORDS_MAX) {
        json_fault_add(f, code.pointer, "is one place too many: at most %d", PROFILE_WORDS_MAX);
        return;
    }
    MEM_GROW(p->words, p->n, p->cap);
    struct pool_word *w = &p->words[p->n];
    *w = (struct pool_word){0};
    snprintf(w->place, sizeof w->place, "%s", place);
    snprintf(w->word, sizeof w->word, "%s", word);
    if (!json_is_null(code.value)) {
        const char *text = json_text(code, CODE_TEXT_SIZE - 1, f);
        if (json_is_string(code.value) && !is_code(bytes_of_text(text)))
            json_fault_add(f, code.pointer, "is not the code of a pool");
        snprintf(w->code, sizeof w->code, "%s", text);
    }
    p->n++;
}

static void read_place(struct profile_pools *p, const char *place, struct json_at words,
                       struct json_faults *f)
{
    void *at = json_object_iter((json_t *)(uintptr_t)words.value);
    if (!profile_word_fits(place, words.pointer, f))
        return;
    for (; at != NULL; at = json_object_iter_next((json_t *)(uintptr_t)words.value, at)) {
        const char *word = json_object_iter_key(at);
        add_word(p, place, word, json_field(words, word), f);
    }
}

/* A list of our own codes, or an object: word → code or null, or location → {word → code or null}. */
static void read_pools(struct profile_pools *p, struct json_at pools, struct json_faults *f)
{
    json_t *object = (json_t *)(uintptr_t)pools.value;
    if (json_is_array(object)) {
        size_t n = json_list(pools, PROFILE_WORDS_MAX, f);
        for (size_t i = 0; i < n; i++) {
            struct json_at item = json_item(pools, i);
            add_word(p, "", json_text(item, CODE_TEXT_SIZE - 1, f), item, f);
        }
    } else if (json_is_object(object)) {
        for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
            const char *key = json_object_iter_key(at);
            struct json_at field = json_field(pools, key);
            if (json_is_object(field.value))
                read_place(p, key, field, f);
            else
                add_word(p, "", key, field, f);
        }
    } else {
        json_fault_add(f, pools.pointer,
                       "must be a list of pool codes, or an object of their word and our code");
    }
    if (p->n > 0)
        qsort(p->words, p->n, sizeof *p->words, by_place_and_word);
    for (size_t i = 1; i < p->n; i++)
        if (by_place_and_word(&p->words[i], &p->words[i - 1]) == 0)
            json_fault_add(f, pools.pointer, "has a word twice");
}

/* Both halves of a product of 128 bits: each bit of H and V comes into the low ones. */
static uint64_t fold(uint64_t h, uint64_t v)
{
    __uint128_t product = (__uint128_t)(h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes at a time, the last ones again where they do not fill eight. Only of the words of a profile is
 * a table made, so nobody who sends files can make it slow. */
static uint64_t hash_text(uint64_t h, struct bytes v)
{
    uint64_t word = 0;
    h = fold(h, v.len);
    if (v.len < sizeof word) {
        for (size_t i = 0; i < v.len; i++)
            word = word << 8 | v.p[i];
        return fold(h, word);
    }
    for (size_t at = 0; at + sizeof word < v.len; at += sizeof word) {
        memcpy(&word, v.p + at, sizeof word);
        h = fold(h, word);
    }
    memcpy(&word, v.p + v.len - sizeof word, sizeof word);
    return fold(h, word);
}

static size_t hash_of(struct bytes place, struct bytes word)
{
    return (size_t)hash_text(hash_text(1, place), word);
}

static void make_table(struct profile_pools *p)
{
    p->table_cap = 16;
    while (p->table_cap < 2 * p->n)
        p->table_cap *= 2;
    p->table = mem_new(p->table_cap, sizeof *p->table);
    for (size_t i = 0; i < p->n; i++) {
        struct pool_word *w = &p->words[i];
        w->place_len = (uint8_t)strlen(w->place);
        w->word_len = (uint8_t)strlen(w->word);
        size_t at = hash_of(BYTES(w->place, w->place_len), BYTES(w->word, w->word_len)) & (p->table_cap - 1);
        while (p->table[at] != 0)
            at = (at + 1) & (p->table_cap - 1);
        p->table[at] = (uint16_t)(i + 1);
    }
}

struct profile_pools *profile_pools_read(struct json_at pools, struct json_faults *f)
{
    struct profile_pools *p = mem_new(1, sizeof *p);
    read_pools(p, pools, f);
    make_table(p);
    return p;
}

void profile_pools_free(struct profile_pools *p)
{
    if (p == NULL)
        return;
    free(p->words);
    free(p->table);
    free(p);
}

/* ---- asking ---- */

static bool is_text(const char *text, uint8_t len, struct bytes v)
{
    return v.len == len && (len == 0 || memcmp(text, v.p, len) == 0);
}

enum pool_answer profile_pools_find(const struct profile_pools *p, struct bytes place, struct bytes word,
                                    const char **code)
{
    if (place.len >= PROFILE_WORD_SIZE || word.len >= PROFILE_WORD_SIZE)
        return POOL_UNKNOWN;
    size_t at = hash_of(place, word) & (p->table_cap - 1);
    for (; p->table[at] != 0; at = (at + 1) & (p->table_cap - 1)) {
        const struct pool_word *w = &p->words[p->table[at] - 1];
        if (!is_text(w->word, w->word_len, word) || !is_text(w->place, w->place_len, place))
            continue;
        *code = w->code;
        return w->code[0] == '\0' ? POOL_IGNORED : POOL_FOUND;
    }
    return POOL_UNKNOWN;
}
