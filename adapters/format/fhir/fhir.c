#include "adapters/format/fhir/fhir.h"

#include "adapters/format/fhir/fhir_persons.h"
#include "adapters/format/fhir/fhir_tree.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define WORDS_MAX 8 /* ways to call one place or one pool */

struct scene {
    const struct fhir_tree *tree;
    const struct profile *profile;
    const char *provider;
    struct reading *r;
    const struct fhir_node *bundle; /* NULL = a MeasureReport alone */
};

struct words {
    struct bytes list[WORDS_MAX];
    int n;
};

static void add_word(struct words *w, struct bytes word)
{
    if (word.len > 0 && w->n < WORDS_MAX)
        w->list[w->n++] = word;
}

/* The one child by NAME that FHIR allows there, or NULL. */
static const struct fhir_node *single(const struct scene *s, const struct fhir_node *parent, const char *name)
{
    const struct fhir_node *n = fhir_child(s->tree, parent, name);
    const struct fhir_node *second = fhir_next(s->tree, n, name);
    if (second != NULL)
        reading_complain(s->r, second->line, name, "comes twice");
    return n;
}

static bool must_be(const struct scene *s, const struct fhir_node *report, const char *name,
                    const char *value)
{
    const struct fhir_node *n = single(s, report, name);
    if (n != NULL && bytes_equal(n->value, bytes_of_text(value)))
        return true;
    reading_complain(s->r, n != NULL ? n->line : report->line, name, "must be %s", value);
    return false;
}

/* ---- what a place is called ---- */

/* Whether RESOURCE, which stands under FULL_URL, is what REFERENCE points at: by its url or as Type/id. */
static bool points_at(const struct scene *s, struct bytes reference, struct bytes full_url,
                      const struct fhir_node *resource)
{
    struct bytes type = resource->name, id = fhir_value(s->tree, resource, "id");
    if (full_url.len > 0 && bytes_equal(reference, full_url))
        return true;
    return id.len > 0 && reference.len == type.len + 1 + id.len &&
           memcmp(reference.p, type.p, type.len) == 0 && reference.p[type.len] == '/' &&
           memcmp(reference.p + type.len + 1, id.p, id.len) == 0;
}

static const struct fhir_node *in_bundle(const struct scene *s, const struct fhir_node *at,
                                         struct bytes reference)
{
    const struct fhir_node *found = NULL;
    const struct fhir_node *entry = fhir_child(s->tree, s->bundle, "entry");
    for (; entry != NULL; entry = fhir_next(s->tree, entry, "entry")) {
        const struct fhir_node *n = fhir_resource(s->tree, fhir_child(s->tree, entry, "resource"));
        if (n == NULL || !points_at(s, reference, fhir_value(s->tree, entry, "fullUrl"), n))
            continue;
        if (found != NULL)
            reading_complain(s->r, at->line, "reference", "points at two resources of this Bundle");
        found = n;
    }
    return found;
}

static const struct fhir_node *in_contained(const struct scene *s, const struct fhir_node *report,
                                            struct bytes id)
{
    const struct fhir_node *c = fhir_child(s->tree, report, "contained");
    for (; c != NULL; c = fhir_next(s->tree, c, "contained")) {
        const struct fhir_node *n = fhir_resource(s->tree, c);
        if (n != NULL && bytes_equal(fhir_value(s->tree, n, "id"), id))
            return n;
    }
    return NULL;
}

static void name_resource(const struct scene *s, const struct fhir_node *n, struct words *w)
{
    const struct fhir_node *i = fhir_child(s->tree, n, "identifier");
    for (; i != NULL; i = fhir_next(s->tree, i, "identifier"))
        add_word(w, fhir_value(s->tree, i, "value"));
    add_word(w, fhir_value(s->tree, n, "name"));
}

/* The ways in which a MeasureReport calls its place, the surest first. */
static struct words places(const struct scene *s, const struct fhir_node *report)
{
    struct words w = {0};
    const struct fhir_node *subject = single(s, report, "subject");
    const struct fhir_node *n = subject != NULL ? subject : single(s, report, "reporter");
    if (n == NULL) {
        reading_complain(s->r, report->line, "subject", "is missing, and reporter too");
        return w;
    }
    struct bytes reference = fhir_value(s->tree, n, "reference");
    const struct fhir_node *pointed = NULL;
    if (reference.len > 1 && reference.p[0] == '#')
        pointed = in_contained(s, report, BYTES(reference.p + 1, reference.len - 1));
    else if (reference.len > 0)
        pointed = in_bundle(s, n, reference);
    add_word(&w, fhir_value(s->tree, fhir_child(s->tree, n, "identifier"), "value"));
    if (pointed != NULL)
        name_resource(s, pointed, &w);
    add_word(&w, fhir_value(s->tree, n, "display"));
    add_word(&w, reference);
    if (w.n == 0)
        reading_complain(s->r, n->line, subject != NULL ? "subject" : "reporter",
                         "does not tell which place");
    return w;
}

/* ---- when ---- */

/* A dateTime of FHIR may be a day, a month or a year only. */
static bool is_moment(struct bytes text)
{
    return text.len > 10;
}

/* 0 after a complaint. */
static int64_t observed_at(const struct scene *s, const struct fhir_node *report)
{
    static const struct fhir_node none;
    const struct fhir_node *date = single(s, report, "date");
    const struct fhir_node *end = single(s, single(s, report, "period"), "end");
    date = date != NULL ? date : &none;
    end = end != NULL ? end : &none;
    if (!is_moment(date->value) && !is_moment(end->value)) {
        reading_complain(s->r, report->line, "date", "is missing or no moment, and so is period.end");
        return 0;
    }
    /* The counts of yesterday, told today, are not of today. */
    if (!is_moment(end->value) && end->value.len > 0 &&
        memcmp(end->value.p, date->value.p, end->value.len) < 0)
        reading_complain(s->r, end->line, "period.end", "is before the day of date, without a time");
    if (!is_moment(date->value) && date->value.len > 0 &&
        memcmp(date->value.p, end->value.p, date->value.len) < 0)
        reading_complain(s->r, date->line, "date", "is before the day of period.end, without a time");
    int64_t at = INT64_MAX;
    if (is_moment(date->value))
        at = reading_time(s->r, date->line, "date", date->value);
    if (is_moment(end->value)) {
        int64_t end_ms = reading_time(s->r, end->line, "period.end", end->value);
        at = end_ms < at ? end_ms : at;
    }
    return at;
}

/* ---- counts ---- */

enum told { TOTAL, FREE, OCCUPIED, TOLD_N, NOTHING = -1 };

static enum told told_by(struct bytes code)
{
    static const struct {
        const char *code;
        enum told told;
    } codes[] = {{"numTotBeds", TOTAL},  {"numBeds", TOTAL},          {"numTotBedsAvail", FREE},
                 {"numBedsAvail", FREE}, {"numTotBedsOcc", OCCUPIED}, {"numBedsOcc", OCCUPIED}};
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (code.len == strlen(codes[i].code) &&
            strncasecmp((const char *)code.p, codes[i].code, code.len) == 0)
            return codes[i].told;
    return NOTHING;
}

/* Any coding may tell; two that tell different things are a fault. */
static enum told told_of(const struct scene *s, const struct fhir_node *population)
{
    const struct fhir_node *code = single(s, population, "code");
    const struct fhir_node *c = fhir_child(s->tree, code, "coding");
    enum told told = NOTHING;
    for (; c != NULL; c = fhir_next(s->tree, c, "coding")) {
        enum told by = told_by(fhir_value(s->tree, c, "code"));
        if (by != NOTHING && told != NOTHING && by != told)
            reading_complain(s->r, c->line, "population.code", "says two different things");
        told = by != NOTHING ? by : told;
    }
    return told;
}

static int32_t count_of(const struct scene *s, const struct fhir_node *population)
{
    const struct fhir_node *count = single(s, population, "count");
    if (count == NULL || count->kind == FHIR_PARENT)
        return UNITS_UNKNOWN;
    if (count->kind == FHIR_ANY || count->kind == FHIR_NUMBER)
        return reading_units(s->r, count->line, "population.count", count->value);
    reading_complain(s->r, count->line, "population.count", "is not a whole number");
    return UNITS_UNKNOWN;
}

static void read_population(const struct scene *s, const struct fhir_node *population, bool seen[TOLD_N],
                            struct report *o)
{
    int32_t *const to[TOLD_N] = {&o->total, &o->free, &o->occupied};
    enum told told = told_of(s, population);
    if (told == NOTHING) {
        reading_notice(s->r, population->line, "population", "passed over: not a count of beds by its code");
        return;
    }
    if (seen[told])
        reading_complain(s->r, population->line, "population", "tells a second time what another told");
    seen[told] = true;
    *to[told] = count_of(s, population);
}

/* ---- groups, reports, bundles ---- */

/* Our pool by the first pair of place and word that the profile knows; false after a complaint or notice. */
static bool find_pool(const struct scene *s, const struct words *place, const struct fhir_node *group,
                      const char **code)
{
    struct words word = {0};
    const struct fhir_node *of = single(s, group, "code");
    const struct fhir_node *c = fhir_child(s->tree, of, "coding");
    for (; c != NULL; c = fhir_next(s->tree, c, "coding"))
        add_word(&word, fhir_value(s->tree, c, "code"));
    add_word(&word, fhir_value(s->tree, of, "text"));
    if (word.n == 0) {
        reading_complain(s->r, group->line, "group.code", "is missing");
        return false;
    }
    for (int p = 0; p < place->n; p++)
        for (int w = 0; w < word.n; w++)
            if (profile_pool(s->profile, s->provider, place->list[p], word.list[w], code) != POOL_UNKNOWN)
                return format_pool(s->profile, s->provider, place->list[p], word.list[w], group->line, s->r,
                                   code);
    reading_complain(s->r, group->line, "pool", "this place is not in the provider's profile");
    return false;
}

static void read_group(const struct scene *s, const struct words *place, int64_t at_ms,
                       const struct fhir_node *group)
{
    const char *code = NULL;
    bool seen[TOLD_N] = {false};
    if (!find_pool(s, place, group, &code))
        return;
    struct report *o = reading_add(s->r, group->line);
    if (o == NULL)
        return;
    report_set_pool(o, code);
    o->observed_at_ms = at_ms;
    const struct fhir_node *p = fhir_child(s->tree, group, "population");
    for (; p != NULL; p = fhir_next(s->tree, p, "population"))
        read_population(s, p, seen, o);
}

static void read_report(const struct scene *s, const struct fhir_node *report)
{
    const struct fhir_node *group = fhir_child(s->tree, report, "group");
    bool serves = must_be(s, report, "status", "complete");
    serves &= must_be(s, report, "type", "summary");
    if (!serves)
        return;
    struct words place = places(s, report);
    int64_t at_ms = observed_at(s, report);
    if (group == NULL)
        reading_complain(s->r, report->line, "group", "is missing");
    for (; group != NULL && place.n > 0; group = fhir_next(s->tree, group, "group"))
        read_group(s, &place, at_ms, group);
}

/* What an entry of a batch or transaction asks to be done with its resource. */
static void judge_request(const struct scene *s, const struct fhir_node *entry)
{
    const struct fhir_node *request = single(s, entry, "request");
    struct bytes method = fhir_value(s->tree, request, "method");
    if (request != NULL && !bytes_equal(method, BYTES_LITERAL("POST")) &&
        !bytes_equal(method, BYTES_LITERAL("PUT")))
        reading_complain(s->r, request->line, "entry.request", "must be POST or PUT");
}

static bool read_entry(const struct scene *s, const struct fhir_node *entry)
{
    const struct fhir_node *holder = single(s, entry, "resource");
    const struct fhir_node *n = fhir_resource(s->tree, holder);
    judge_request(s, entry);
    if (n == NULL) {
        reading_complain(s->r, entry->line, "entry", "holds no resource");
    } else if (fhir_is(n, "Bundle")) {
        reading_complain(s->r, n->line, "Bundle", "stands in another Bundle");
    } else if (fhir_is(n, "MeasureReport")) {
        read_report(s, n);
        return true;
    }
    return false;
}

static void judge_bundle(const struct scene *s)
{
    static const char *const types[] = {"collection", "message", "batch", "transaction", "searchset"};
    const struct fhir_node *type = single(s, s->bundle, "type");
    const struct fhir_node *link = fhir_child(s->tree, s->bundle, "link");
    bool known = false;
    for (size_t i = 0; i < COUNT_OF(types); i++)
        known |= type != NULL && bytes_equal(type->value, bytes_of_text(types[i]));
    if (!known)
        reading_complain(s->r, type != NULL ? type->line : s->bundle->line, "Bundle.type",
                         "must be collection, message, batch, transaction or searchset");
    for (; link != NULL; link = fhir_next(s->tree, link, "link"))
        if (bytes_equal(fhir_value(s->tree, link, "relation"), BYTES_LITERAL("next")))
            reading_complain(s->r, link->line, "Bundle.link", "says that this is one page of more");
    const struct fhir_node *first = fhir_child(s->tree, s->bundle, "entry");
    first = fhir_resource(s->tree, fhir_child(s->tree, first, "resource"));
    if (type != NULL && bytes_equal(type->value, BYTES_LITERAL("message")) &&
        (first == NULL || !fhir_is(first, "MessageHeader")))
        reading_complain(s->r, s->bundle->line, "MessageHeader", "must be the first entry of a message");
}

static void read_bundle(const struct scene *s)
{
    const struct fhir_node *entry = fhir_child(s->tree, s->bundle, "entry");
    bool any = false;
    judge_bundle(s);
    for (; entry != NULL && s->r->complaints_more == 0; entry = fhir_next(s->tree, entry, "entry"))
        any |= read_entry(s, entry);
    if (!any && s->r->complaints_n == 0)
        reading_complain(s->r, s->bundle->line, "MeasureReport", "is missing");
}

/* FHIR: who does not know what these say may not use what they stand in. */
static bool nothing_unknown(const struct scene *s)
{
    static const char *const names[] = {"modifierExtension", "implicitRules"};
    int before = s->r->complaints_n;
    for (size_t i = 1; i < s->tree->n; i++)
        for (size_t k = 0; k < COUNT_OF(names); k++)
            if (fhir_is(s->tree->list[i], names[k]))
                reading_complain(s->r, s->tree->list[i]->line, names[k],
                                 "can turn the meaning, and is not known");
    return s->r->complaints_n == before;
}

static void read_root(struct scene *s)
{
    const struct fhir_node *root = fhir_root(s->tree);
    if (!fhir_no_persons(s->tree, s->r) || !nothing_unknown(s))
        return;
    if (fhir_is(root, "Bundle")) {
        s->bundle = root;
        read_bundle(s);
    } else if (fhir_is(root, "MeasureReport")) {
        read_report(s, root);
    } else {
        reading_complain(s->r, root->line, "", "the root is neither a Bundle nor a MeasureReport");
    }
}

enum err fhir_read(const struct profile *profile, const char *provider, struct bytes in, struct reading *r)
{
    struct fhir_tree tree = {0};
    struct scene s = {.tree = &tree, .profile = profile, .provider = provider, .r = r};
    enum err e = fhir_tree_read(in, &tree, r);
    if (e == OK)
        read_root(&s);
    fhir_tree_fini(&tree);
    return e;
}
