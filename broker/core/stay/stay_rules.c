#include "core/stay/stay_rules.h"

#include "base/time_text.h"
#include "core/need.h"

#include <stdio.h>
#include <string.h>

#define CLOCK_MINUTES_MAX (5 * 366 * 24 * 60)

struct load {
    const struct vocab *v;
    struct stay_rules *out;
    const struct vocab_row *row;
    char *why;
    size_t why_size;
};

static enum err bad(struct load *l, const char *field, const char *what)
{
    return vocab_row_fault(l->row, field, what, l->why, l->why_size);
}

static const char *field(const struct load *l, const char *name)
{
    return vocab_row_value(l->row, name);
}

/* Digits only; empty = 0. */
static enum err number(struct load *l, const char *name, int32_t max, int32_t *out)
{
    int32_t v = 0;

    for (const char *p = field(l, name); *p != '\0'; p++) {
        if (*p < '0' || *p > '9')
            return bad(l, name, "is not a whole number");
        v = v * 10 + (*p - '0');
        if (v > max)
            return bad(l, name, "is too large");
    }
    *out = v;
    return OK;
}

static enum err number_8(struct load *l, const char *name, uint8_t *out)
{
    int32_t v = 0;
    enum err e = number(l, name, UINT8_MAX, &v);

    *out = (uint8_t)v;
    return e == OK && v == 0 ? bad(l, name, "must be at least 1") : e;
}

static enum err day(struct load *l, const char *name, int32_t open, int32_t *out)
{
    const char *text = field(l, name);

    *out = open;
    if (text[0] == '\0' || time_day_parse(bytes_of_text(text), out) == OK)
        return OK;
    return bad(l, name, "is no date");
}

static enum err head(struct load *l, char code[VOCAB_CODE_SIZE], uint8_t *nr, struct valid_days *valid)
{
    size_t len = strlen(field(l, "code"));
    enum err e = number_8(l, "nr", nr);

    if (e != OK)
        return e;
    if (len == 0 || len >= VOCAB_CODE_SIZE)
        return bad(l, "code", "is missing or too long");
    memcpy(code, field(l, "code"), len + 1);
    e = day(l, "valid_from", INT32_MIN, &valid->from);
    if (e == OK)
        e = day(l, "valid_to", DAY_OPEN, &valid->to);
    return e == OK && valid->to < valid->from ? bad(l, "valid_to", "lies before valid_from") : e;
}

static int index_of(const char *const *codes, int n, const char *code, size_t len)
{
    for (int i = 0; i < n; i++) {
        if (strlen(codes[i]) == len && memcmp(codes[i], code, len) == 0)
            return i;
    }
    return -1;
}

typedef int find_fn(const struct load *l, const char *word, size_t len);

static int find_kind(const struct load *l, const char *word, size_t len)
{
    (void)l;
    return index_of(kind_codes(), KIND_N, word, len);
}

static int find_residence(const struct load *l, const char *word, size_t len)
{
    (void)l;
    return index_of(residence_codes(), RESIDENCE_N, word, len);
}

static int find_threat_kind(const struct load *l, const char *word, size_t len)
{
    (void)l;
    return index_of(threat_kind_codes(), THREAT_KIND_N, word, len);
}

static int find_trait(const struct load *l, const char *word, size_t len)
{
    char code[VOCAB_CODE_SIZE] = "";

    if (len >= sizeof code)
        return -1;
    memcpy(code, word, len);
    return vocab_trait_find(l->v, code);
}

/* Codes with spaces between them, as bits. */
static enum err bits(struct load *l, const char *name, find_fn *find, uint64_t *out)
{
    const char *at = field(l, name);

    *out = 0;
    while (*at != '\0') {
        size_t len = strcspn(at, " ");
        int i = find(l, at, len);

        if (i < 0)
            return bad(l, name, "names something that no list has");
        *out |= UINT64_C(1) << i;
        at += len;
        at += strspn(at, " ");
    }
    return OK;
}

static enum err bits_32(struct load *l, const char *name, find_fn *find, uint32_t *out)
{
    uint64_t wide = 0;
    enum err e = bits(l, name, find, &wide);

    *out = (uint32_t)wide;
    return e;
}

/* A code may have several rows, but none for the same day, and a number is given once. */
#define CHECK_DISTINCT(l, list, n, item)                                                                     \
    do {                                                                                                     \
        for (size_t i_ = 0; i_ < (n); i_++) {                                                                \
            if ((list)[i_].nr == (item).nr)                                                                  \
                return bad(l, "nr", "is used by another row");                                               \
            if (strcmp((list)[i_].code, (item).code) == 0 && (list)[i_].valid.from <= (item).valid.to &&     \
                (item).valid.from <= (list)[i_].valid.to)                                                    \
                return bad(l, "code", "is given twice for the same day");                                    \
        }                                                                                                    \
    } while (0)

static enum err read_clock(struct load *l)
{
    static const char *const owners[CLOCK_OWNER_N] = {"shelter", "comensha", "referrer"};
    struct clock_rule c = {0};
    int owner = index_of(owners, CLOCK_OWNER_N, field(l, "owner"), strlen(field(l, "owner")));
    enum err e = head(l, c.code, &c.nr, &c.valid);

    if (e == OK && owner < 0)
        e = bad(l, "owner", "must be shelter, comensha or referrer");
    if (e == OK)
        e = number(l, "minutes", CLOCK_MINUTES_MAX, &c.minutes);
    if (e == OK && c.minutes == 0)
        e = bad(l, "minutes", "must be at least 1");
    if (e == OK)
        e = number(l, "lead_minutes", CLOCK_MINUTES_MAX, &c.lead_minutes);
    if (e == OK && c.lead_minutes >= c.minutes)
        e = bad(l, "lead_minutes", "must be shorter than the clock");
    if (e == OK)
        e = number(l, "prolong_to_minutes", CLOCK_MINUTES_MAX, &c.prolong_to_minutes);
    if (e == OK && c.prolong_to_minutes != 0 && c.prolong_to_minutes <= c.minutes)
        e = bad(l, "prolong_to_minutes", "must be longer than the clock");
    if (e == OK)
        e = bits_32(l, "start_kinds", find_kind, &c.kinds);
    if (e == OK)
        e = bits_32(l, "start_residences", find_residence, &c.residences);
    if (e != OK)
        return e;
    CHECK_DISTINCT(l, l->out->clocks, l->out->n_clocks, c);
    if (l->out->n_clocks == CLOCK_RULES_MAX)
        return bad(l, "nr", "is one row too many");
    c.owner = (enum clock_owner)owner;
    c.of_household = strcmp(field(l, "of_household"), "yes") == 0;
    l->out->clocks[l->out->n_clocks++] = c;
    return OK;
}

static enum err read_stream(struct load *l)
{
    struct funding_stream s = {.place = FUNDING_CENTRE};
    int32_t cut = 0;
    enum err e = head(l, s.code, &s.nr, &s.valid);

    if (e == OK)
        e = number(l, "cut_permille", 1000, &cut);
    if (e != OK)
        return e;
    CHECK_DISTINCT(l, l->out->streams, l->out->n_streams, s);
    if (l->out->n_streams == FUNDING_STREAMS_MAX)
        return bad(l, "nr", "is one row too many");
    s.cut_permille = (uint16_t)cut;
    if (strcmp(field(l, "municipality"), "home") == 0)
        s.place = FUNDING_HOME;
    s.municipal = strcmp(field(l, "municipal"), "yes") == 0;
    l->out->streams[l->out->n_streams++] = s;
    return OK;
}

static enum err read_rule(struct load *l)
{
    struct funding_rule r = {0};
    const struct funding_stream *s = NULL;
    int32_t below = 0;
    enum err e = head(l, r.code, &r.nr, &r.valid);

    if (e == OK)
        e = bits_32(l, "kinds", find_kind, &r.kinds);
    if (e == OK)
        e = bits_32(l, "residences", find_residence, &r.residences);
    if (e == OK)
        e = bits_32(l, "threat_kinds", find_threat_kind, &r.threat_kinds);
    if (e == OK)
        e = bits(l, "traits", find_trait, &r.traits);
    if (e == OK)
        e = number(l, "age_below", 130, &below);
    if (e != OK)
        return e;
    for (size_t i = 0; s == NULL && i < l->out->n_streams; i++) {
        if (strcmp(l->out->streams[i].code, field(l, "stream")) == 0)
            s = &l->out->streams[i];
    }
    if (s == NULL)
        return bad(l, "stream", "names no stream");
    CHECK_DISTINCT(l, l->out->rules, l->out->n_rules, r);
    if (l->out->n_rules == FUNDING_RULES_MAX)
        return bad(l, "nr", "is one row too many");
    r.stream = s->nr;
    r.age_below = (int16_t)below;
    l->out->rules[l->out->n_rules++] = r;
    return OK;
}

enum err stay_rules_load(const struct vocab *v, const struct vocab_row *rows, size_t n,
                         struct stay_rules *out, char *why, size_t why_size)
{
    /* Streams before the rules that name them, whatever the order of the lists. */
    static const struct {
        const char *list;
        enum err (*read)(struct load *l);
    } readers[] = {{"clocks", read_clock}, {"funding_streams", read_stream}, {"funding_rules", read_rule}};
    struct load l = {.v = v, .out = out, .why = why, .why_size = why_size};

    memset(out, 0, sizeof *out);
    for (size_t k = 0; k < sizeof readers / sizeof readers[0]; k++) {
        for (size_t i = 0; i < n; i++) {
            enum err e = OK;

            if (strcmp(rows[i].list, readers[k].list) != 0)
                continue;
            l.row = &rows[i];
            e = readers[k].read(&l);
            if (e != OK)
                return e;
        }
    }
    return OK;
}

/* ---- looking up ---- */

#define FIND_NR(list, n, number)                                                                             \
    do {                                                                                                     \
        for (size_t i = 0; i < (n); i++) {                                                                   \
            if ((list)[i].nr == (number))                                                                    \
                return &(list)[i];                                                                           \
        }                                                                                                    \
        return NULL;                                                                                         \
    } while (0)

const struct clock_rule *stay_rules_clock(const struct stay_rules *r, uint8_t nr)
{
    FIND_NR(r->clocks, r->n_clocks, nr);
}

const struct funding_stream *stay_rules_stream(const struct stay_rules *r, uint8_t nr)
{
    FIND_NR(r->streams, r->n_streams, nr);
}

const struct funding_rule *stay_rules_funding(const struct stay_rules *r, uint8_t nr)
{
    FIND_NR(r->rules, r->n_rules, nr);
}

#define FIND_CODE(list, n, text, on)                                                                         \
    do {                                                                                                     \
        for (size_t i = 0; i < (n); i++) {                                                                   \
            if (strcmp((list)[i].code, (text)) == 0 && (list)[i].valid.from <= (on) &&                       \
                (on) <= (list)[i].valid.to)                                                                  \
                return &(list)[i];                                                                           \
        }                                                                                                    \
        return NULL;                                                                                         \
    } while (0)

const struct clock_rule *stay_rules_clock_find(const struct stay_rules *r, const char *code, int32_t day)
{
    FIND_CODE(r->clocks, r->n_clocks, code, day);
}

const struct funding_stream *stay_rules_stream_find(const struct stay_rules *r, const char *code, int32_t day)
{
    FIND_CODE(r->streams, r->n_streams, code, day);
}
