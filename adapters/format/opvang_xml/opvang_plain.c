#include "adapters/format/opvang_xml/opvang_plain.h"

#include "adapters/format/opvang_xml/opvang_xml.h"
#include "adapters/gate/safe_xml.h"
#include "base/hash.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODES_MAX REPORTS_MAX
#define TABLE_CAP 2048    /* a power of two, never more than half full */
#define WORD_BYTES_MAX 96 /* maxLength of "code" */
#define TEXT_BYTES_MAX 200
#define LINE_MAX_OF_TREE 65534 /* from here on a node of a tree does not know its line */

enum element {
    ABOVE, /* around the root */
    CAPACITEIT,
    BRON_ID,
    PEILMOMENT,
    PLEKKEN,
    PLEK,
    OWN_PEILMOMENT,
    TOTAAL,
    VRIJ,
    BEZET,
    BUITEN_GEBRUIK,
    LEVERBAAR,
    STOP,
    REDEN,
    TOT,
    ELEMENT_N
};

#define BIT(element) (1u << (element))

/* opvang.xsd. */
static const struct rule {
    const char *name;
    enum element in;
    bool holds_text;
    unsigned after;     /* brothers that must have come */
    unsigned not_after; /* those that must not, itself too if it may come once */
    unsigned must_hold; /* children */
} rules[ELEMENT_N] = {
    [CAPACITEIT] = {"capaciteit", ABOVE, false, 0, BIT(CAPACITEIT), BIT(PLEKKEN)},
    [BRON_ID] = {"bronId", CAPACITEIT, true, 0, BIT(BRON_ID) | BIT(PEILMOMENT) | BIT(PLEKKEN), 0},
    [PEILMOMENT] = {"peilmoment", CAPACITEIT, true, 0, BIT(PEILMOMENT) | BIT(PLEKKEN), 0},
    [PLEKKEN] = {"plekken", CAPACITEIT, false, BIT(PEILMOMENT), BIT(PLEKKEN), BIT(PLEK)},
    [PLEK] = {"plek", PLEKKEN, false, 0, 0, 0},
    [OWN_PEILMOMENT] = {"peilmoment", PLEK, true, 0, BIT(OWN_PEILMOMENT), 0},
    [TOTAAL] = {"totaal", PLEK, true, 0, BIT(TOTAAL), 0},
    [VRIJ] = {"vrij", PLEK, true, 0, BIT(VRIJ), 0},
    [BEZET] = {"bezet", PLEK, true, 0, BIT(BEZET), 0},
    [BUITEN_GEBRUIK] = {"buiten_gebruik", PLEK, true, 0, BIT(BUITEN_GEBRUIK), 0},
    [LEVERBAAR] = {"leverbaar", PLEK, true, 0, BIT(LEVERBAAR), 0},
    [STOP] = {"stop", PLEK, false, 0, BIT(STOP), BIT(REDEN)},
    [REDEN] = {"reden", STOP, true, 0, BIT(REDEN) | BIT(TOT), 0},
    [TOT] = {"tot", STOP, true, BIT(REDEN), BIT(TOT), 0},
};

struct scene {
    const struct profile *profile;
    const char *provider;
    struct reading *r;
    bool doubt; /* once true nothing more is looked at */
    enum element at;
    int line;                      /* of the element that began last */
    unsigned held[ELEMENT_N];      /* by element: the children that have come */
    int64_t observed_at_ms;        /* of the file */
    bool has_code;                 /* of this plek */
    struct report *o, passed_over; /* of this plek; what the profile passes over goes to the latter */
    char text[TEXT_BYTES_MAX];
    size_t len;
    size_t codes_n;
    uint64_t codes[TABLE_CAP]; /* hashes of the codes; 0 = free */
};

static bool is_blank(struct bytes text)
{
    return trimmed(text).len == 0;
}

/* xs:token that is its own value: no blank around it, nor two together, nor a reference. No more bytes than
 * the schema lets it have characters. */
static bool is_token(struct bytes v, size_t max)
{
    if (v.len == 0 || v.len > max || v.p[0] == ' ' || v.p[v.len - 1] == ' ')
        return false;
    for (size_t i = 0; i < v.len; i++)
        if (v.p[i] < ' ' || v.p[i] == '&' || (v.p[i] == ' ' && v.p[i + 1] == ' '))
            return false;
    return true;
}

static bool is_source(struct bytes v)
{
    if (!is_token(v, 64))
        return false;
    for (size_t i = 0; i < v.len; i++) {
        uint8_t c = v.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
              c == '_' || c == '-'))
            return false;
    }
    return true;
}

static int32_t units(struct scene *s, struct bytes v)
{
    int32_t n = 0;
    s->doubt |= v.len == 0 || v.len > 5;
    for (size_t i = 0; i < v.len && !s->doubt; i++) {
        s->doubt |= v.p[i] < '0' || v.p[i] > '9';
        n = n * 10 + (v.p[i] - '0');
    }
    s->doubt |= n > UNITS_MAX;
    return n;
}

/* What we take is an xs:dateTime, but for two things libxml2 does not: the last hour of the zones, and blanks
 * around it. */
static int64_t moment(struct scene *s, struct bytes v)
{
    s->doubt |= v.len < 20 || trimmed(v).len != v.len || memcmp(v.p + v.len - 5, "14:00", 5) == 0;
    return s->doubt ? 0 : reading_time(s->r, s->line, rules[s->at].name, v);
}

static void read_reason(struct scene *s, struct bytes v)
{
    const char *code = is_token(v, WORD_BYTES_MAX) ? profile_stop(s->profile, v) : NULL;
    if (code == NULL)
        s->doubt = true;
    else
        snprintf(s->o->stop, sizeof s->o->stop, "%s", code);
}

static void read_text(struct scene *s, struct bytes v)
{
    switch (s->at) {
    case BRON_ID:
        s->doubt |= !is_source(v);
        break;
    case PEILMOMENT:
        s->observed_at_ms = moment(s, v);
        break;
    case OWN_PEILMOMENT:
        s->o->observed_at_ms = moment(s, v);
        break;
    case TOTAAL:
        s->o->total = units(s, v);
        break;
    case VRIJ:
        s->o->free = units(s, v);
        break;
    case BEZET:
        s->o->occupied = units(s, v);
        break;
    case BUITEN_GEBRUIK:
        s->o->out_of_order = units(s, v);
        break;
    case LEVERBAAR:
        s->doubt |= !bytes_equal(v, BYTES_LITERAL("ja")) && !bytes_equal(v, BYTES_LITERAL("nee"));
        s->o->deliverable = (enum known)profile_yes_no(s->profile, v);
        break;
    case REDEN:
        read_reason(s, v);
        break;
    case TOT:
        s->o->stop_until_ms = moment(s, v);
        break;
    case ABOVE:
    case CAPACITEIT:
    case PLEKKEN:
    case PLEK:
    case STOP:
    case ELEMENT_N:
        s->doubt |= !is_blank(v);
        break;
    }
}

/* Codes are told apart by their hashes: two with the same are a doubt, equal or not. */
static bool is_new(struct scene *s, struct bytes code)
{
    uint64_t h = hash_bytes(code);
    size_t at = (size_t)h & (TABLE_CAP - 1);
    if (s->codes_n++ == CODES_MAX || h == 0)
        return false;
    while (s->codes[at] != 0 && s->codes[at] != h)
        at = (at + 1) & (TABLE_CAP - 1);
    if (s->codes[at] == h)
        return false;
    s->codes[at] = h;
    return true;
}

static void on_attribute(void *ctx, const char *ns, const char *name, struct bytes value)
{
    struct scene *s = ctx;
    const char *code = NULL;
    if (s->doubt)
        return;
    if (s->at != PLEK || ns[0] != '\0' || strcmp(name, "code") != 0 || !is_token(value, WORD_BYTES_MAX) ||
        !is_new(s, value)) {
        s->doubt = true;
        return;
    }
    s->has_code = true;
    if (!format_pool(s->profile, s->provider, (struct bytes){0}, value, s->line, s->r, &code))
        return;
    s->o = reading_add(s->r, s->line);
    if (s->o == NULL) { /* with a complaint */
        s->o = &s->passed_over;
        return;
    }
    report_set_pool(s->o, code);
    s->o->observed_at_ms = s->observed_at_ms;
}

static enum element child_of(enum element parent, const char *name)
{
    for (int i = CAPACITEIT; i < ELEMENT_N; i++)
        if (rules[i].in == parent && rules[i].name[0] == name[0] && strcmp(rules[i].name, name) == 0)
            return (enum element)i;
    return ELEMENT_N;
}

static bool on_start(void *ctx, const char *ns, const char *name, int line)
{
    struct scene *s = ctx;
    enum element is = s->doubt ? ELEMENT_N : child_of(s->at, name);
    unsigned *held = &s->held[s->at];
    if (is == ELEMENT_N || strcmp(ns, OPVANG_NS) != 0 || (rules[is].after & ~*held) != 0 ||
        (rules[is].not_after & *held) != 0 || line > LINE_MAX_OF_TREE) {
        s->doubt = true;
        return false;
    }
    *held |= BIT(is);
    s->held[is] = 0;
    s->at = is;
    s->line = line;
    s->len = 0;
    if (is == PLEK) {
        s->has_code = false;
        s->o = &s->passed_over;
    }
    return true;
}

static void on_text(void *ctx, struct bytes text)
{
    struct scene *s = ctx;
    if (s->doubt)
        return;
    if (!rules[s->at].holds_text) {
        s->doubt = !is_blank(text);
    } else if (text.len > sizeof s->text - s->len) {
        s->doubt = true;
    } else {
        memcpy(s->text + s->len, text.p, text.len);
        s->len += text.len;
    }
}

static void on_end(void *ctx)
{
    struct scene *s = ctx;
    if (s->doubt)
        return;
    if (rules[s->at].holds_text)
        read_text(s, BYTES(s->text, s->len));
    s->doubt |= (rules[s->at].must_hold & ~s->held[s->at]) != 0 || (s->at == PLEK && !s->has_code);
    s->at = rules[s->at].in;
}

bool opvang_plain_read(const struct profile *profile, const char *provider, struct bytes in,
                       struct reading *r)
{
    static const struct safe_xml_listener listener = {
        .on_start = on_start, .on_attribute = on_attribute, .on_text = on_text, .on_end = on_end};
    const size_t n = r->n;
    const int complaints_n = r->complaints_n, complaints_more = r->complaints_more, notices_n = r->notices_n;
    const bool not_kept = r->not_kept;
    struct scene *s = mem_new(1, sizeof *s);
    s->profile = profile;
    s->provider = provider;
    s->r = r;
    bool good = safe_xml_listen(in, &listener, s, r) == OK && !s->doubt && r->complaints_n == complaints_n &&
                r->complaints_more == complaints_more;
    free(s);
    if (good)
        return true;
    r->n = n;
    r->complaints_n = complaints_n;
    r->complaints_more = complaints_more;
    r->notices_n = notices_n;
    r->not_kept = not_kept;
    return false;
}
