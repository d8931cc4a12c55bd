#include "vocabulary.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define FIELDS_MAX 9
#define ROWS_MAX 192
#define VALUE_SIZE 24

/* Rows under construction; nothing moves, so the pointers of a vocab_row stay good. */
struct rows {
    struct vocab_row list[ROWS_MAX];
    char values[ROWS_MAX][FIELDS_MAX][VALUE_SIZE];
    const char *value_of[ROWS_MAX][FIELDS_MAX];
    size_t n;
};

static void add(struct rows *r, const char *list, const char *const *names, size_t n)
{
    struct vocab_row *row = &r->list[r->n];

    CHECK(r->n < ROWS_MAX && n <= FIELDS_MAX);
    for (size_t i = 0; i < n; i++)
        r->value_of[r->n][i] = r->values[r->n][i];
    *row = (struct vocab_row){list, r->values[r->n][0], names, r->value_of[r->n], n};
    r->n++;
}

#define SET(r, field, ...) snprintf((r)->values[(r)->n][field], VALUE_SIZE, __VA_ARGS__)

static void add_places(struct rows *r)
{
    static const char *const region[] = {"code", "name", "gemeente"};
    static const char *const town[] = {"code", "region"};
    static const char *const travel[] = {"from", "to", "minutes", "km"};

    for (int i = 0; i < VOCABULARY_REGIONS; i++) {
        SET(r, 0, "R%02d", i + 1);
        SET(r, 1, "Streek %d", i + 1);
        SET(r, 2, "GM%04d", 100 + i);
        add(r, "regions", region, COUNT_OF(region));
    }
    for (int i = 0; i < VOCABULARY_REGIONS; i++) {
        SET(r, 0, "GM%04d", 100 + i);
        SET(r, 1, "R%02d", i + 1);
        add(r, "municipalities", town, COUNT_OF(town));
    }
    /* Regions on a line, half an hour apart. */
    for (int i = 0; i < VOCABULARY_REGIONS; i++)
        for (int j = 0; j < VOCABULARY_REGIONS; j++) {
            SET(r, 0, "R%02d", i + 1);
            SET(r, 1, "R%02d", j + 1);
            SET(r, 2, "%d", i == j ? 15 : 10 + 30 * abs(i - j));
            SET(r, 3, "%d", 40 * abs(i - j));
            add(r, "travel", travel, COUNT_OF(travel));
        }
}

static void add_words(struct rows *r)
{
    static const char *const trait[] = {"code", "bit", "need_rule", "waivable"};
    static const char *const language[] = {"code", "bit"};
    static const char *const rules[] = {"must", "soft", "refusal"};

    for (int i = 0; i < VOCABULARY_TRAITS; i++) {
        SET(r, 0, "trait_%d", i);
        SET(r, 1, "%d", i);
        SET(r, 2, "%s", rules[i % 3]);
        SET(r, 3, "%s", i % 2 == 0 ? "yes" : "no");
        add(r, "traits", trait, COUNT_OF(trait));
    }
    for (int i = 0; i < VOCABULARY_LANGUAGES; i++) {
        SET(r, 0, "l%d", i);
        SET(r, 1, "%d", i);
        add(r, "languages", language, COUNT_OF(language));
    }
}

static void add_lists(struct rows *r, bool gatekeepers, bool money)
{
    static const char *const kind[] = {"code",      "gatekeeper",        "tier",
                                       "max_hours", "residence_unknown", "bridge"};
    static const char *const urgency[] = {"code", "deadline_minutes"};
    static const char *const reason[] = {"code", "nr", "effect", "slept"};
    static const char *const lists[] = {"decline_reasons",   "withdraw_reasons",   "unplaced_reasons",
                                        "departure_reasons", "destinations",       "stop_reasons",
                                        "outflow_blocks",    "clock_stop_reasons", "funding_change_reasons"};
    static const char *const deadlines[URGENCY_N] = {"240", "1440", "4320"};

    for (int k = 0; k < KIND_N; k++) {
        bool comensha = k == KIND_COSM || k == KIND_OMM;

        SET(r, 0, "%s", kind_code((enum kind)k));
        SET(r, 1, "%s", !gatekeepers ? "none" : comensha ? "comensha" : k == KIND_JEUGD ? "gi" : "none");
        SET(r, 2, "%d", comensha || k == KIND_BEVEILIGD);
        if (k == KIND_NOOD || k == KIND_UUR72)
            SET(r, 3, "%d", VOCABULARY_MAX_HOURS);
        else
            SET(r, 3, "%s", "");
        SET(r, 4, "%s", k == KIND_NOOD || k == KIND_UUR72 ? "yes" : "no");
        SET(r, 5, "%s",
            k == KIND_NOOD || k == KIND_UUR72 || k == KIND_CRISIS || k == KIND_MANNEN ? "yes" : "no");
        add(r, "kinds", kind, COUNT_OF(kind));
    }
    for (int i = 0; i < VOCABULARY_REASONS; i++) {
        static const char *const item[] = {"code", "nr", "required"};

        SET(r, 0, "punt_%d", i + 1);
        SET(r, 1, "%d", i + 1);
        SET(r, 2, "%s", i < 2 ? "yes" : "no");
        add(r, "handover_items", item, COUNT_OF(item));
    }
    for (int u = 0; u < URGENCY_N; u++) {
        SET(r, 0, "%s", urgency_code((enum urgency)u));
        SET(r, 1, "%s", deadlines[u]);
        add(r, "urgencies", urgency, COUNT_OF(urgency));
    }
    for (size_t l = 0; l < COUNT_OF(lists); l++)
        for (int i = 0; i < VOCABULARY_REASONS; i++) {
            if (l == 0 && i + 1 == VOCABULARY_CONFLICT) /* the core knows it by name */
                SET(r, 0, "netwerk_conflict");
            else if (l == 3 && i + 1 == VOCABULARY_UNSAFE)
                SET(r, 0, "veiligheid");
            else
                SET(r, 0, "reden_%d", i + 1);
            SET(r, 1, "%d", i + 1);
            SET(r, 2, "%s",
                i + 1 == VOCABULARY_FULL             ? "full"
                : money && i + 1 == VOCABULARY_MONEY ? "funding_flag"
                                                     : "none");
            SET(r, 3, "%s", i == 0 ? "no" : "yes");
            add(r, lists[l], reason, COUNT_OF(reason));
        }
}

/* Short clocks, so that they run out in one night. The first starts at emergency places, the second with any
 * household at a crisis place and goes on at the next, the third with a barring order or by a person, the
 * fourth with a reflection period. */
static void add_stays(struct rows *r)
{
    static const char *const clock[] = {"code",
                                        "nr",
                                        "minutes",
                                        "owner",
                                        "lead_minutes",
                                        "start_kinds",
                                        "of_household",
                                        "prolong_to_minutes",
                                        "start_residences"};
    static const char *const stream[] = {"code", "nr", "municipal"};
    static const char *const rule[] = {"code", "nr", "kinds", "stream"};
    static const char *const clocks[VOCABULARY_CLOCKS][9] = {
        {"noodbed", "1", "240", "shelter", "60", "nood uur72", "no", "", ""},
        {"recht", "2", "600", "comensha", "120", "crisis vervolg", "yes", "900", ""},
        {"huisverbod", "3", "360", "referrer", "90", "", "yes", "720", ""},
        {"bedenktijd", "4", "480", "comensha", "100", "", "yes", "", "bedenktijd"}};
    static const char *const streams[] = {"eerste", "tweede", "te_regelen"};

    for (int i = 0; i < VOCABULARY_CLOCKS; i++) {
        for (int k = 0; k < 9; k++)
            SET(r, k, "%s", clocks[i][k]);
        add(r, "clocks", clock, COUNT_OF(clock));
    }
    for (int i = 0; i < 3; i++) {
        SET(r, 0, "%s", streams[i]);
        SET(r, 1, "%d", i + 1);
        SET(r, 2, "%s", i + 1 == VOCABULARY_MUNICIPAL ? "yes" : "no");
        add(r, "funding_streams", stream, COUNT_OF(stream));
    }
    SET(r, 0, "nood_eerst");
    SET(r, 1, "1");
    SET(r, 2, "nood");
    SET(r, 3, "eerste");
    add(r, "funding_rules", rule, COUNT_OF(rule));
}

static struct vocab *vocabulary_of(bool gatekeepers, bool money)
{
    struct rows *r = mem_new(1, sizeof *r);
    struct vocab *v = NULL;
    char why[200] = "";

    add_places(r);
    add_words(r);
    add_lists(r, gatekeepers, money);
    add_stays(r);
    if (vocab_new(r->list, r->n, &v, why, sizeof why) != OK) {
        fprintf(stderr, "the simulation's own vocabulary is refused: %s\n", why);
        abort();
    }
    free(r);
    return v;
}

struct vocab *vocabulary_new(void)
{
    return vocabulary_of(true, true);
}

struct vocab *vocabulary_new_without_gatekeepers(void)
{
    return vocabulary_of(false, true);
}

struct vocab *vocabulary_new_without_money(void)
{
    return vocabulary_of(true, false);
}
