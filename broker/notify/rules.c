#include "notify/rules.h"

#include "base/csv.h"
#include "base/mem.h"
#include "notify/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rules {
    struct notify_rule *list;
    size_t n, cap;
    struct outbox_kinds kinds;
};

static bool is_word(const char *s, size_t size)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789._");

    return s[n] == '\0' && n < size;
}

static bool group_of(const char *word, enum group *out)
{
    static const char *const list[GROUP_N] = {"house",  "referrer", "provider",     "comensha", "operator",
                                              "keeper", "owner",    "receiver",     "sender",   "asked",
                                              "table",  "self",     "municipality", "overflow", "region",
                                              "lead",   "watcher",  "relieved"};

    for (unsigned g = 0; g < GROUP_N; g++) {
        if (strcmp(word, list[g]) == 0) {
            *out = (enum group)g;
            return true;
        }
    }
    return false;
}

/* Words between blanks; false if one is no channel, or there is none. */
static bool channels_of(const char *words, unsigned *out)
{
    *out = 0;
    while (*words != '\0') {
        size_t n = strcspn(words, " ");
        unsigned c = 0;

        while (c < CHANNEL_N && (strlen(channel_code((enum channel)c)) != n ||
                                 strncmp(words, channel_code((enum channel)c), n) != 0))
            c++;
        if (c == CHANNEL_N)
            return false;
        *out |= 1u << c;
        words += n + strspn(words + n, " ");
    }
    return *out != 0;
}

static const char *fault_of(const struct csv_table *t, size_t row, struct notify_rule *out)
{
    const char *event = csv_field(t, row, "event"), *text = csv_field(t, row, "text");

    if (event[0] == '\0' || !is_word(event, sizeof out->event))
        return "event is no name";
    if (!is_word(text, sizeof out->text))
        return "text is no key";
    if (!group_of(csv_field(t, row, "audience"), &out->group))
        return "no such audience";
    if (!channels_of(csv_field(t, row, "channels"), &out->channels))
        return "no such channel";
    if (text[0] == '\0' && out->channels != 1u << CHANNEL_WEBHOOK)
        return "only webhooks do without a text";
    memcpy(out->event, event, strlen(event) + 1);
    memcpy(out->text, text, strlen(text) + 1);
    return NULL;
}

static void note_kind(struct rules *r, const char *event)
{
    for (unsigned k = 0; k < EV_N; k++) {
        if (name_is_of_kind(event, (enum event_kind)k))
            outbox_kinds_add(&r->kinds, (enum event_kind)k);
    }
}

static enum err from_table(const struct csv_table *t, const char *name, struct rules **out, char *why,
                           size_t why_size)
{
    struct rules *r = mem_new(1, sizeof *r);

    for (size_t i = 0; i < csv_rows(t); i++) {
        struct notify_rule rule = {0};
        const char *fault = fault_of(t, i, &rule);

        if (fault != NULL) {
            snprintf(why, why_size, "%s line %d: %s", name, csv_line(t, i), fault);
            rules_free(r);
            return ERR_BAD_INPUT;
        }
        MEM_GROW(r->list, r->n, r->cap);
        r->list[r->n++] = rule;
        note_kind(r, rule.event);
    }
    *out = r;
    return OK;
}

enum err rules_read(struct bytes text, const char *name, struct rules **out, char *why, size_t why_size)
{
    struct csv_table *t = NULL;
    enum err e = csv_read(text, name, &t, why, why_size);

    if (e == OK)
        e = from_table(t, name, out, why, why_size);
    csv_free(t);
    return e;
}

enum err rules_load(const char *path, struct rules **out, char *why, size_t why_size)
{
    struct csv_table *t = NULL;
    enum err e = csv_load(path, &t, why, why_size);

    if (e == OK)
        e = from_table(t, path, out, why, why_size);
    csv_free(t);
    return e;
}

void rules_free(struct rules *r)
{
    if (r == NULL)
        return;
    free(r->list);
    free(r);
}

bool rules_is_bare(enum group group)
{
    return group == GROUP_ASKED || group == GROUP_MUNICIPALITY || group == GROUP_WATCHER ||
           group == GROUP_RELIEVED;
}

const struct notify_rule *rules_next(const struct rules *r, const char *event,
                                     const struct notify_rule *after)
{
    for (size_t i = after == NULL ? 0 : (size_t)(after - r->list) + 1; i < r->n; i++) {
        if (strcmp(r->list[i].event, event) == 0)
            return &r->list[i];
    }
    return NULL;
}

bool rules_is_urgent(const struct rules *r, const char *event)
{
    for (const struct notify_rule *rule = rules_next(r, event, NULL); rule != NULL;
         rule = rules_next(r, event, rule)) {
        if ((rule->channels & (1u << CHANNEL_SMS | 1u << CHANNEL_VOICE)) != 0)
            return true;
    }
    return false;
}

const struct outbox_kinds *rules_kinds(const struct rules *r)
{
    return &r->kinds;
}

const struct notify_rule *rules_at(const struct rules *r, size_t nth)
{
    return nth < r->n ? &r->list[nth] : NULL;
}
