/* Reference rows in, struct vocab out. Each list has one reader; a reader looks at one row, in file order.
 * Regions are read before what points at them, whatever the order of the lists. What is wrong is said once,
 * for the first fault: "traits ggz: need_rule must be must, soft or refusal". */
#include "core/vocab.h"

#include "base/hash.h"
#include "base/mem.h"
#include "core/handover/handover.h"
#include "core/stay/stay_rules.h"
#include "core/vocab_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Raise it when a rule or a weight changes in the code, so that a proposal tells which rules judged it. */
/* 4: a house that knows the household; 5: whom a 72-hour place is for; 6: who moves on is offered what lasts
 */
#define RULES_EDITION 6

#define NO_TRAVEL UINT16_MAX

struct load {
    struct vocab *v;
    const struct vocab_row *row; /* under way */
    size_t cap_municipalities;
    uint32_t kinds_seen; /* bits */
    char *why;
    size_t why_size;
};

typedef enum err read_row(struct load *l);

enum err vocab_row_fault(const struct vocab_row *row, const char *field, const char *what, char *why,
                         size_t why_size)
{
    snprintf(why, why_size, "%s %s: %s %s", row->list, row->code ? row->code : "", field, what);
    return ERR_BAD_INPUT;
}

const char *vocab_row_value(const struct vocab_row *row, const char *name)
{
    for (size_t i = 0; i < row->n; i++) {
        if (strcmp(row->names[i], name) == 0)
            return row->values[i] ? row->values[i] : "";
    }
    return "";
}

/* Say what is wrong with the row under way. */
static enum err bad(struct load *l, const char *field, const char *what)
{
    return vocab_row_fault(l->row, field, what, l->why, l->why_size);
}

/* Value of a field; "" where the row has none: the reader says that it is missing. */
static const char *field(const struct load *l, const char *name)
{
    return vocab_row_value(l->row, name);
}

static enum err field_text(struct load *l, const char *name, char *out, size_t size)
{
    const char *s = field(l, name);
    size_t len = strlen(s);

    if (len == 0)
        return bad(l, name, "is missing");
    if (len >= size)
        return bad(l, name, "is too long");
    memcpy(out, s, len + 1);
    return OK;
}

/* Digits only: a sign, a space or a fraction is a mistake in the table. */
static enum err number(struct load *l, const char *name, const char *digits, int max, int *out)
{
    int v = 0;

    if (digits[0] == '\0')
        return bad(l, name, "is missing");
    for (const char *p = digits; *p != '\0'; p++) {
        if (*p < '0' || *p > '9')
            return bad(l, name, "is not a whole number");
        v = v * 10 + (*p - '0');
        if (v > max)
            return bad(l, name, "is too large");
    }
    *out = v;
    return OK;
}

static enum err field_number(struct load *l, const char *name, int max, int *out)
{
    return number(l, name, field(l, name), max, out);
}

static enum err field_yes(struct load *l, const char *name, bool *out)
{
    const char *s = field(l, name);

    if (strcmp(s, "yes") != 0 && strcmp(s, "no") != 0)
        return bad(l, name, "must be yes or no");
    *out = strcmp(s, "yes") == 0;
    return OK;
}

/* "GM0599" gives 599. */
static enum err field_gemeente(struct load *l, const char *name, uint16_t *out)
{
    const char *s = field(l, name);
    int v = 0;
    enum err e = OK;

    if (strncmp(s, "GM", 2) != 0)
        return bad(l, name, "must be GM and four digits");
    e = number(l, name, s + 2, 9999, &v);
    *out = (uint16_t)v;
    return e;
}

/* Region index by code, among the regions read so far. */
static enum err field_region(struct load *l, const char *name, uint8_t *out)
{
    *out = vocab_region_find(l->v, field(l, name));
    return *out == REGION_NONE ? bad(l, name, "names no region") : OK;
}

static int index_of(const char *const *codes, int n, const char *code)
{
    for (int i = 0; i < n; i++) {
        if (strcmp(codes[i], code) == 0)
            return i;
    }
    return -1;
}

/* ---- one reader per list ---- */

static enum err read_region(struct load *l)
{
    struct vocab *v = l->v;
    struct vocab_region *r = NULL;
    enum err e = OK;

    if (v->n_regions == VOCAB_REGIONS_MAX)
        return bad(l, "code", "is one region too many: 64 fit");
    r = &v->regions[v->n_regions];
    e = field_text(l, "code", r->code, sizeof r->code);
    if (e == OK)
        e = field_text(l, "name", r->name, sizeof r->name);
    if (e == OK)
        e = field_gemeente(l, "gemeente", &r->gemeente);
    if (e == OK && vocab_region_find(v, r->code) != REGION_NONE)
        e = bad(l, "code", "is given twice");
    if (e == OK)
        v->n_regions++;
    return e;
}

static enum err read_travel(struct load *l)
{
    uint8_t from = 0;
    uint8_t to = 0;
    int minutes = 0;
    int km = 0;
    enum err e = field_region(l, "from", &from);

    if (e == OK)
        e = field_region(l, "to", &to);
    if (e == OK)
        e = field_number(l, "minutes", 1440, &minutes); /* nowhere in the country is a day away */
    if (e == OK)
        e = field_number(l, "km", 2000, &km);
    if (e == OK && l->v->minutes[from][to] != NO_TRAVEL)
        e = bad(l, "to", "is given twice from the same region");
    if (e != OK)
        return e;
    l->v->minutes[from][to] = (uint16_t)minutes;
    l->v->km[from][to] = (uint16_t)km;
    return OK;
}

static enum err read_municipality(struct load *l)
{
    struct vocab *v = l->v;
    struct vocab_municipality m = {.region = REGION_NONE};
    enum err e = field_gemeente(l, "code", &m.number);

    /* The Caribbean public bodies belong to no region. */
    if (e == OK && field(l, "region")[0] != '\0')
        e = field_region(l, "region", &m.region);
    if (e != OK)
        return e;
    MEM_GROW(v->municipalities, v->n_municipalities, l->cap_municipalities);
    v->municipalities[v->n_municipalities++] = m;
    return OK;
}

static enum err read_trait(struct load *l)
{
    static const char *const rules[TRAIT_RULE_N] = {"must", "soft", "refusal"};
    struct vocab *v = l->v;
    struct vocab_trait t = {0};
    int bit = 0;
    int rule = index_of(rules, TRAIT_RULE_N, field(l, "need_rule"));
    enum err e = field_text(l, "code", t.code, sizeof t.code);

    if (e == OK)
        e = field_number(l, "bit", VOCAB_TRAITS_MAX - 1, &bit);
    if (e == OK && rule < 0)
        e = bad(l, "need_rule", "must be must, soft or refusal");
    if (e == OK)
        e = field_yes(l, "waivable", &t.waivable);
    /* Where the table does not say, a house hears nothing of it before its yes: the least that can leak. */
    t.before_yes = false;
    if (e == OK && field(l, "before_yes")[0] != '\0')
        e = field_yes(l, "before_yes", &t.before_yes);
    if (e == OK && v->traits[bit].code[0] != '\0')
        e = bad(l, "bit", "is used by another trait");
    if (e == OK && vocab_trait_find(v, t.code) >= 0)
        e = bad(l, "code", "is given twice");
    if (e != OK)
        return e;
    t.rule = (enum trait_rule)rule;
    v->traits[bit] = t;
    v->trait_masks[rule] |= UINT64_C(1) << bit;
    if (strncmp(t.code, "uitbuiting", strlen("uitbuiting")) == 0)
        v->exploitation_traits |= UINT64_C(1) << bit;
    if ((size_t)bit >= v->n_traits)
        v->n_traits = (size_t)bit + 1;
    return OK;
}

static enum err read_language(struct load *l)
{
    struct vocab *v = l->v;
    char code[VOCAB_CODE_SIZE];
    int bit = 0;
    enum err e = field_text(l, "code", code, sizeof code);

    if (e == OK)
        e = field_number(l, "bit", VOCAB_LANGUAGES_MAX - 1, &bit);
    if (e == OK && v->languages[bit][0] != '\0')
        e = bad(l, "bit", "is used by another language");
    if (e == OK && vocab_language_find(v, code) >= 0)
        e = bad(l, "code", "is given twice");
    if (e != OK)
        return e;
    memcpy(v->languages[bit], code, sizeof code);
    if ((size_t)bit >= v->n_languages)
        v->n_languages = (size_t)bit + 1;
    return OK;
}

static enum err read_kind(struct load *l)
{
    struct vocab_kind k = {0};
    int kind = index_of(kind_codes(), KIND_N, field(l, "code"));
    int gate = index_of(gatekeeper_codes(), GATEKEEPER_N, field(l, "gatekeeper"));
    int tier = 0;
    int hours = 0;
    enum err e = OK;

    if (kind < 0)
        return bad(l, "code", "is no kind the rules know");
    if (gate < 0)
        return bad(l, "gatekeeper", "must be none, comensha or gi");
    e = field_number(l, "tier", 1, &tier);
    if (e == OK && field(l, "max_hours")[0] != '\0')
        e = field_number(l, "max_hours", INT16_MAX, &hours);
    if (e == OK)
        e = field_yes(l, "residence_unknown", &k.residence_unknown);
    if (e == OK && field(l, "bridge")[0] != '\0')
        e = field_yes(l, "bridge", &k.bridge);
    if (e == OK && (l->kinds_seen & 1u << kind) != 0)
        e = bad(l, "code", "is given twice");
    if (e != OK)
        return e;
    l->kinds_seen |= 1u << kind;
    k.tier = (uint8_t)tier;
    k.max_hours = (uint16_t)hours;
    k.gatekeeper = (enum gatekeeper)gate;
    l->v->kinds[kind] = k;
    return OK;
}

static enum err read_urgency(struct load *l)
{
    int u = index_of(urgency_codes(), URGENCY_N, field(l, "code"));
    int minutes = 0;
    enum err e = OK;

    if (u < 0)
        return bad(l, "code", "is no urgency the rules know");
    e = field_number(l, "deadline_minutes", 60 * 24 * 30, &minutes);
    if (e == OK && minutes == 0)
        e = bad(l, "deadline_minutes", "must be at least 1");
    if (e == OK && l->v->deadline_minutes[u] != 0)
        e = bad(l, "code", "is given twice");
    if (e == OK)
        l->v->deadline_minutes[u] = minutes;
    return e;
}

static enum err read_reason(struct load *l, enum vocab_list list)
{
    struct vocab_codes *codes = &l->v->lists[list];
    char code[VOCAB_CODE_SIZE];
    int nr = 0;
    enum err e = field_text(l, "code", code, sizeof code);

    if (e == OK)
        e = field_number(l, "nr", VOCAB_REASONS_MAX, &nr);
    if (e == OK && nr == 0)
        e = bad(l, "nr", "must be at least 1");
    if (e == OK && codes->code[nr - 1][0] != '\0')
        e = bad(l, "nr", "is used by another row");
    if (e == OK && vocab_list_find(l->v, list, code) >= 0)
        e = bad(l, "code", "is given twice");
    if (e != OK)
        return e;
    memcpy(codes->code[nr - 1], code, sizeof code);
    if ((size_t)nr > codes->n)
        codes->n = (size_t)nr;
    return OK;
}

#define REASON_READER(name, list)                                                                            \
    static enum err name(struct load *l)                                                                     \
    {                                                                                                        \
        return read_reason(l, list);                                                                         \
    }
REASON_READER(read_withdraw, LIST_WITHDRAW)
REASON_READER(read_unplaced, LIST_UNPLACED)
REASON_READER(read_departure, LIST_DEPARTURE)
REASON_READER(read_stop, LIST_STOP)
REASON_READER(read_outflow, LIST_OUTFLOW)
REASON_READER(read_clock_stop, LIST_CLOCK_STOP)
REASON_READER(read_funding_change, LIST_FUNDING_CHANGE)

/* A list that does not say where people sleep has no nights. */
static enum err read_destination(struct load *l)
{
    enum err e = read_reason(l, LIST_DESTINATION);

    if (e == OK && strcmp(field(l, "slept"), "yes") == 0)
        l->v->destination_slept |= UINT64_C(1) << vocab_list_find(l->v, LIST_DESTINATION, field(l, "code"));
    return e;
}

/* A list that does not say what a no comes to has no effects. */
static enum err read_decline(struct load *l)
{
    static const char *const effects[] = {"", "none", "rule", "funding_flag", "full", "taken"};
    const char *effect = field(l, "effect");
    enum err e = OK;

    if (index_of(effects, (int)COUNT_OF(effects), effect) < 0)
        return bad(l, "effect", "must be none, rule, funding_flag, full or taken");
    e = read_reason(l, LIST_DECLINE);
    if (e == OK && strcmp(effect, "taken") == 0)
        l->v->decline_taken |= UINT64_C(1) << vocab_list_find(l->v, LIST_DECLINE, field(l, "code"));
    if (e == OK && strcmp(effect, "funding_flag") == 0)
        l->v->decline_for_money |= UINT64_C(1) << vocab_list_find(l->v, LIST_DECLINE, field(l, "code"));
    if (e == OK && strcmp(effect, "full") == 0)
        l->v->decline_full |= UINT64_C(1) << vocab_list_find(l->v, LIST_DECLINE, field(l, "code"));
    return e;
}

/* One bit each in a list: fewer than there may be reasons. */
static enum err read_handover(struct load *l)
{
    bool required = false;
    enum err e = read_reason(l, LIST_HANDOVER);

    if (e == OK && l->v->lists[LIST_HANDOVER].n > HANDOVER_ITEMS_MAX)
        e = bad(l, "nr", "is more than a handover can have");
    if (e == OK)
        e = field_yes(l, "required", &required);
    if (e == OK && required)
        l->v->handover_required |= UINT32_C(1) << vocab_list_find(l->v, LIST_HANDOVER, field(l, "code"));
    return e;
}

/* ---- the whole ---- */

/* In the order of reading: regions before what names them. */
static const struct {
    const char *list;
    read_row *read;
    bool optional; /* a world without it is whole: what comes after an arrival asks for it, the match does not
                    */
} readers[] = {
    {"regions", read_region, false},
    {"travel", read_travel, false},
    {"municipalities", read_municipality, false},
    {"traits", read_trait, false},
    {"languages", read_language, false},
    {"kinds", read_kind, false},
    {"urgencies", read_urgency, false},
    {"decline_reasons", read_decline, false},
    {"withdraw_reasons", read_withdraw, false},
    {"unplaced_reasons", read_unplaced, false},
    {"departure_reasons", read_departure, false},
    {"destinations", read_destination, false},
    {"stop_reasons", read_stop, false},
    {"outflow_blocks", read_outflow, true},
    {"clock_stop_reasons", read_clock_stop, true},
    {"funding_change_reasons", read_funding_change, true},
    {"handover_items", read_handover, true},
};

static enum err read_list(struct load *l, size_t which, const struct vocab_row *rows, size_t n)
{
    size_t found = 0;

    for (size_t i = 0; i < n; i++) {
        enum err e = OK;

        if (strcmp(rows[i].list, readers[which].list) != 0)
            continue;
        found++;
        l->row = &rows[i];
        e = readers[which].read(l);
        if (e != OK)
            return e;
    }
    if (found > 0 || readers[which].optional)
        return OK;
    snprintf(l->why, l->why_size, "%s: the list is missing or empty", readers[which].list);
    return ERR_BAD_INPUT;
}

static int compare_municipality(const void *a, const void *b)
{
    int x = ((const struct vocab_municipality *)a)->number;
    int y = ((const struct vocab_municipality *)b)->number;

    return x - y;
}

/* Every pair of regions, every kind and every urgency must be there: the rules look without asking first. */
static enum err check_complete(struct load *l)
{
    struct vocab *v = l->v;

    for (size_t i = 0; i < v->n_regions; i++) {
        for (size_t j = 0; j < v->n_regions; j++) {
            if (v->minutes[i][j] != NO_TRAVEL)
                continue;
            snprintf(l->why, l->why_size, "travel: no row from %s to %s", v->regions[i].code,
                     v->regions[j].code);
            return ERR_BAD_INPUT;
        }
    }
    for (size_t i = 1; i < v->n_municipalities; i++) {
        if (v->municipalities[i].number == v->municipalities[i - 1].number) {
            snprintf(l->why, l->why_size, "municipalities GM%04u: code is given twice",
                     v->municipalities[i].number);
            return ERR_BAD_INPUT;
        }
    }
    for (unsigned k = 0; k < KIND_N; k++) {
        if ((l->kinds_seen & 1u << k) == 0) {
            snprintf(l->why, l->why_size, "kinds: no row for %s", kind_code((enum kind)k));
            return ERR_BAD_INPUT;
        }
    }
    for (unsigned u = 0; u < URGENCY_N; u++) {
        if (v->deadline_minutes[u] == 0) {
            snprintf(l->why, l->why_size, "urgencies: no row for %s", urgency_code((enum urgency)u));
            return ERR_BAD_INPUT;
        }
    }
    return OK;
}

static uint64_t hash_text(uint64_t h, const char *s)
{
    return hash_combine(h, hash_bytes(bytes_of_text(s)));
}

/* Everything a rule, a score or a stated reason depends on. Field by field: padding must not count. */
static uint64_t fingerprint(const struct vocab *v)
{
    uint64_t h = hash_combine(0, RULES_EDITION);

    for (size_t i = 0; i < v->n_regions; i++) {
        h = hash_text(h, v->regions[i].code);
        for (size_t j = 0; j < v->n_regions; j++)
            h = hash_combine(h, (uint64_t)v->minutes[i][j] << 16 | v->km[i][j]);
    }
    for (size_t i = 0; i < v->n_traits; i++) {
        h = hash_text(h, v->traits[i].code);
        h = hash_combine(h, (uint64_t)v->traits[i].rule << 1 | v->traits[i].waivable);
    }
    for (size_t i = 0; i < v->n_languages; i++)
        h = hash_text(h, v->languages[i]);
    for (unsigned k = 0; k < KIND_N; k++) {
        h = hash_combine(h, v->kinds[k].tier);
        h = hash_combine(h, v->kinds[k].max_hours);
        h = hash_combine(h, v->kinds[k].residence_unknown);
        h = hash_combine(h, v->kinds[k].gatekeeper);
    }
    for (unsigned u = 0; u < URGENCY_N; u++)
        h = hash_combine(h, (uint64_t)v->deadline_minutes[u]);
    for (size_t i = 0; i < v->lists[LIST_DECLINE].n; i++)
        h = hash_text(h, v->lists[LIST_DECLINE].code[i]);
    h = hash_combine(h, v->decline_full);
    return hash_combine(h, v->decline_taken);
}

enum err vocab_new(const struct vocab_row *rows, size_t n, struct vocab **out, char *why, size_t why_size)
{
    struct vocab *v = mem_new(1, sizeof *v);
    struct load l = {.v = v, .why = why, .why_size = why_size};
    enum err e = OK;

    memset(v->minutes, 0xff, sizeof v->minutes); /* NO_TRAVEL */
    for (size_t i = 0; e == OK && i < COUNT_OF(readers); i++)
        e = read_list(&l, i, rows, n);
    if (e != OK)
        goto out;
    qsort(v->municipalities, v->n_municipalities, sizeof v->municipalities[0], compare_municipality);
    e = check_complete(&l);
    if (e != OK)
        goto out;
    v->stay = mem_new(1, sizeof *v->stay);
    e = stay_rules_load(v, rows, n, v->stay, why, why_size);
    if (e != OK)
        goto out;
    v->version = fingerprint(v);
    *out = TAKE(&v);
out:
    vocab_free(v);
    return e;
}
