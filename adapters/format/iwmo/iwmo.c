#include "adapters/format/iwmo/iwmo.h"

#include "adapters/gate/safe_xml.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <stdio.h>
#include <string.h>

#define NS(message) "http://www.istandaarden.nl/iwmo/3_2/" message "/schema"
#define FIELD_SIZE 16              /* a date has 10 bytes, a category 2, a code at most 5 */
#define DUTCH_DAY_AHEAD_MS 7200000 /* a day begins here at most two hours before it does in UTC */

enum field { CATEGORY, CODE, BEGIN, END, STATUS, FIELD_N, NO_FIELD = -1 };

static const char *const field_names[FIELD_N] = {"Categorie", "Code", "Begindatum", "Einddatum",
                                                 "StatusAanlevering"};

struct message {
    const char *ns, *list, *item;
};
static const struct message messages[] = {{NS("wmo305"), "StartProducten", "StartProduct"},
                                          {NS("wmo307"), "StopProducten", "StopProduct"}};

struct scene {
    const struct profile *profile;
    const char *provider;
    struct reading *r;
    int64_t now_ms;
    const struct message *message; /* by the root */
    int depth;
    int on_path; /* so many elements from the root on are those on the way to a field */
    enum field field;
    int line; /* of the item */
    char text[FIELD_N][FIELD_SIZE];
    size_t len[FIELD_N];
    bool told[FIELD_N];
};

static bool stops(const struct scene *s)
{
    return s->message == &messages[1];
}

/* ---- the way down: Bericht / Client / StartProducten / StartProduct / Product / Code ---- */

static const struct message *by_root(const char *ns, const char *name)
{
    for (size_t i = 0; i < COUNT_OF(messages); i++)
        if (strcmp(ns, messages[i].ns) == 0 && strcmp(name, "Bericht") == 0)
            return &messages[i];
    return NULL;
}

static enum field field_at(const struct scene *s, const char *ns, const char *name)
{
    /* Product is of the basic schema, which qualifies what is in it; some write the message's own. */
    bool basic = strcmp(ns, NS("basisschema")) == 0, own = strcmp(ns, s->message->ns) == 0;
    enum field from = s->depth == 6 ? CATEGORY : BEGIN, to = s->depth == 6 ? BEGIN : FIELD_N;
    for (enum field f = from; f < to; f++)
        if ((own || (basic && f < BEGIN)) && strcmp(name, field_names[f]) == 0)
            return f;
    return NO_FIELD;
}

static bool on_the_way(struct scene *s, const char *ns, const char *name)
{
    if (s->depth == 1) {
        s->message = by_root(ns, name);
        return s->message != NULL;
    }
    if (s->message == NULL || strcmp(ns, s->message->ns) != 0)
        return false;
    const char *const way[] = {"Client", s->message->list, s->message->item, "Product"};
    return s->depth <= 5 && strcmp(name, way[s->depth - 2]) == 0;
}

static bool on_start(void *ctx, const char *ns, const char *name, int line)
{
    struct scene *s = ctx;
    s->depth++;
    if (s->on_path != s->depth - 1)
        return false;
    if (on_the_way(s, ns, name)) {
        s->on_path = s->depth;
        if (s->depth == 4) {
            s->line = line;
            memset(s->len, 0, sizeof s->len);
            memset(s->told, 0, sizeof s->told);
        }
        return false;
    }
    s->field = s->message != NULL && s->depth >= 5 ? field_at(s, ns, name) : NO_FIELD;
    if (s->field == NO_FIELD)
        return false;
    if (s->told[s->field])
        reading_complain(s->r, line, name, "comes twice in one product");
    s->told[s->field] = true;
    return true;
}

static void on_text(void *ctx, struct bytes text)
{
    struct scene *s = ctx;
    size_t *len = &s->len[s->field];
    if (*len + text.len > FIELD_SIZE) {
        *len = FIELD_SIZE + 1; /* too long: told at the item's end, once */
        return;
    }
    memcpy(s->text[s->field] + *len, text.p, text.len);
    *len += text.len;
}

/* ---- one product ---- */

static struct bytes text_of(struct scene *s, enum field f)
{
    if (s->len[f] <= FIELD_SIZE)
        return trimmed(BYTES(s->text[f], s->len[f]));
    reading_complain(s->r, s->line, field_names[f], "is longer than %d bytes", FIELD_SIZE);
    return (struct bytes){0};
}

/* The begin of that day in UTC; 0 after a complaint. */
static int64_t day(struct scene *s, enum field f)
{
    static const char midnight[] = "T00:00:00Z";
    char at[10 + sizeof midnight];
    struct bytes text = text_of(s, f);
    int64_t ms = 0;
    if (text.len == 10) {
        memcpy(at, text.p, 10);
        memcpy(at + 10, midnight, sizeof midnight);
        if (time_parse(bytes_of_text(at), &ms) == OK)
            return ms;
    }
    reading_complain(s->r, s->line, field_names[f], "is missing or not a day like 2026-11-21");
    return 0;
}

static struct crosscheck *tally(struct reading *r, const char *pool)
{
    for (int i = 0; i < r->crosscheck_n; i++)
        if (strcmp(r->crosscheck[i].pool, pool) == 0)
            return &r->crosscheck[i];
    if (r->crosscheck_n == CROSSCHECK_MAX)
        return NULL;
    struct crosscheck *c = &r->crosscheck[r->crosscheck_n++];
    snprintf(c->pool, sizeof c->pool, "%s", pool);
    return c;
}

static void count(struct scene *s, const char *pool, bool back)
{
    struct crosscheck *c = tally(s->r, pool);
    if (c == NULL)
        reading_complain(s->r, s->line, "Product", "the message is about more than %d pools", CROSSCHECK_MAX);
    else if (stops(s))
        c->stopped += back ? -1 : 1;
    else
        c->started += back ? -1 : 1;
}

static bool is_back(struct scene *s)
{
    struct bytes status = text_of(s, STATUS);
    if (status.len == 1 && strchr("129", status.p[0]) != NULL)
        return false;
    if (status.len == 1 && status.p[0] == '3')
        return true;
    reading_complain(s->r, s->line, field_names[STATUS], "must be 1, 2, 3 or 9");
    return false;
}

static void end_of_product(struct scene *s)
{
    struct bytes category = text_of(s, CATEGORY), code = text_of(s, CODE);
    int64_t from = day(s, BEGIN);
    if (stops(s))
        from = day(s, END);
    bool back = is_back(s);
    const char *pool = NULL;
    enum pool_answer answer =
        profile_pool(s->profile, s->provider, category, code.len > 0 ? code : category, &pool);
    if (code.len == 0 && category.len == 0)
        reading_notice(s->r, s->line, "Product", "passed over: no product is told");
    else if (answer == POOL_UNKNOWN)
        reading_notice(s->r, s->line, "Product",
                       "passed over: this product is not in the provider's profile");
    else if (answer == POOL_IGNORED)
        reading_notice(s->r, s->line, "Product", "passed over: the profile says so");
    else if (from > s->now_ms + DUTCH_DAY_AHEAD_MS)
        reading_notice(s->r, s->line, field_names[stops(s) ? END : BEGIN], "passed over: lies in the future");
    else
        count(s, pool, back);
}

static void on_end(void *ctx)
{
    struct scene *s = ctx;
    if (s->depth == 4 && s->on_path == 4)
        end_of_product(s);
    s->depth--;
    if (s->on_path > s->depth)
        s->on_path = s->depth;
}

/* ---- the message ---- */

enum err iwmo_read(const struct profile *profile, const char *provider, struct bytes in, int64_t now_ms,
                   struct reading *r)
{
    static const struct safe_xml_listener listener = {on_start, on_text, on_end};
    struct scene s = {.profile = profile, .provider = provider, .r = r, .now_ms = now_ms};
    if (!profile_crosscheck(profile)) {
        reading_complain(r, 0, "",
                         "the cross-check by iWmo is off: crosscheck.enabled of the profile is not true");
        return ERR_BAD_INPUT;
    }
    enum err e = safe_xml_listen(in, &listener, &s, r);
    if (e != OK)
        return e;
    if (s.message == NULL)
        reading_complain(r, 1, "", "the root is not Bericht of iWmo 3.2 WMO305 or WMO307");
    else if (r->crosscheck_n == 0 && r->notices_n == 0 && r->complaints_n == 0)
        reading_complain(r, 1, "", "the message holds no %s", s.message->item);
    return OK;
}
