#include "core/vocab.h"

#include "base/check.h"
#include "core/stay/stay_rules.h"
#include "core/vocab_parts.h"

#include <stdlib.h>
#include <string.h>

void vocab_free(struct vocab *v)
{
    if (v == NULL)
        return;
    free(v->municipalities);
    free(v->stay);
    free(v);
}

uint64_t vocab_version(const struct vocab *v)
{
    return v->version;
}

size_t vocab_regions(const struct vocab *v)
{
    return v->n_regions;
}

const struct vocab_region *vocab_region(const struct vocab *v, uint8_t index)
{
    CHECK(index < v->n_regions);
    return &v->regions[index];
}

uint8_t vocab_region_find(const struct vocab *v, const char *code)
{
    for (size_t i = 0; i < v->n_regions; i++) {
        if (strcmp(v->regions[i].code, code) == 0)
            return (uint8_t)i;
    }
    return REGION_NONE;
}

int vocab_minutes(const struct vocab *v, uint8_t from, uint8_t to)
{
    CHECK(from < v->n_regions && to < v->n_regions);
    return v->minutes[from][to];
}

int vocab_km(const struct vocab *v, uint8_t from, uint8_t to)
{
    CHECK(from < v->n_regions && to < v->n_regions);
    return v->km[from][to];
}

static int compare_number(const void *key, const void *row)
{
    uint16_t a = *(const uint16_t *)key;
    uint16_t b = ((const struct vocab_municipality *)row)->number;

    return a < b ? -1 : a > b;
}

const struct vocab_municipality *vocab_municipality(const struct vocab *v, uint16_t number)
{
    return bsearch(&number, v->municipalities, v->n_municipalities, sizeof v->municipalities[0],
                   compare_number);
}

size_t vocab_traits(const struct vocab *v)
{
    return v->n_traits;
}

const struct vocab_trait *vocab_trait(const struct vocab *v, unsigned bit)
{
    return bit < v->n_traits && v->traits[bit].code[0] != '\0' ? &v->traits[bit] : NULL;
}

int vocab_trait_find(const struct vocab *v, const char *code)
{
    for (size_t i = 0; code[0] != '\0' && i < v->n_traits; i++) {
        if (strcmp(v->traits[i].code, code) == 0)
            return (int)i;
    }
    return -1;
}

uint64_t vocab_trait_mask(const struct vocab *v, enum trait_rule rule)
{
    CHECK(rule < TRAIT_RULE_N);
    return v->trait_masks[rule];
}

uint64_t vocab_exploitation_traits(const struct vocab *v)
{
    return v->exploitation_traits;
}

size_t vocab_languages(const struct vocab *v)
{
    return v->n_languages;
}

const char *vocab_language(const struct vocab *v, unsigned index)
{
    return index < v->n_languages && v->languages[index][0] != '\0' ? v->languages[index] : NULL;
}

int vocab_language_find(const struct vocab *v, const char *code)
{
    for (size_t i = 0; code[0] != '\0' && i < v->n_languages; i++) {
        if (strcmp(v->languages[i], code) == 0)
            return (int)i;
    }
    return -1;
}

size_t vocab_list_size(const struct vocab *v, enum vocab_list list)
{
    CHECK(list < LIST_N);
    return v->lists[list].n;
}

const char *vocab_list_code(const struct vocab *v, enum vocab_list list, unsigned index)
{
    CHECK(list < LIST_N);
    return index < v->lists[list].n && v->lists[list].code[index][0] != '\0' ? v->lists[list].code[index]
                                                                             : NULL;
}

int vocab_list_find(const struct vocab *v, enum vocab_list list, const char *code)
{
    CHECK(list < LIST_N);
    for (size_t i = 0; code[0] != '\0' && i < v->lists[list].n; i++) {
        if (strcmp(v->lists[list].code[i], code) == 0)
            return (int)i;
    }
    return -1;
}

static bool is_of(uint64_t reasons, uint8_t reason)
{
    return reason >= 1 && reason <= VOCAB_REASONS_MAX && (reasons >> (reason - 1) & 1) != 0;
}

bool vocab_decline_is_full(const struct vocab *v, uint8_t reason)
{
    return is_of(v->decline_full, reason);
}

bool vocab_decline_is_taken(const struct vocab *v, uint8_t reason)
{
    return is_of(v->decline_taken, reason);
}

bool vocab_decline_is_for_money(const struct vocab *v, uint8_t reason)
{
    return is_of(v->decline_for_money, reason);
}

const struct stay_rules *vocab_stay_rules(const struct vocab *v)
{
    return v->stay;
}

int vocab_deadline_minutes(const struct vocab *v, enum urgency u)
{
    CHECK(u < URGENCY_N);
    return v->deadline_minutes[u];
}

const struct vocab_kind *vocab_kind(const struct vocab *v, enum kind k)
{
    CHECK(k < KIND_N);
    return &v->kinds[k];
}

int vocab_kind_tier(const struct vocab *v, enum kind k)
{
    return vocab_kind(v, k)->tier;
}
