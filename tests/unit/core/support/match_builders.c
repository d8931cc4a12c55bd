#include "support/match_builders.h"

#include "base/csv.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every field a rule's list has somewhere; a table without one gives "". */
static const char *const field_names[] = {
    "code",         "name",
    "gemeente",     "from",
    "to",           "minutes",
    "km",           "region",
    "bit",          "need_rule",
    "waivable",     "tier",
    "max_hours",    "residence_unknown",
    "gatekeeper",   "deadline_minutes",
    "nr",           "effect",
    "owner",        "lead_minutes",
    "of_household", "prolong_to_minutes",
    "start_kinds",  "start_residences",
    "cut_permille", "municipality",
    "stream",       "kinds",
    "residences",   "threat_kinds",
    "traits",       "age_below",
    "valid_from",   "valid_to",
    "required",     "slept",
    "bridge",       "municipal",
};

static const char *const lists[] = {
    "regions",
    "travel",
    "municipalities",
    "traits",
    "languages",
    "kinds",
    "urgencies",
    "decline_reasons",
    "withdraw_reasons",
    "unplaced_reasons",
    "departure_reasons",
    "destinations",
    "stop_reasons",
    "outflow_blocks",
    "clocks",
    "clock_stop_reasons",
    "funding_streams",
    "funding_rules",
    "funding_change_reasons",
    "handover_items",
    "sexes", /* the last is not used by rules: must be passed over */
};

static void free_row(struct vocab_row *r)
{
    for (size_t i = 0; i < r->n; i++)
        free((void *)(uintptr_t)r->values[i]);
    free((void *)(uintptr_t)r->values);
    free((void *)(uintptr_t)r->code);
}

static struct vocab_row make_row(const char *list, const struct csv_table *t, size_t row)
{
    const char **values = mem_new(COUNT_OF(field_names), sizeof *values);
    const char *code = csv_field(t, row, "code");
    char pair[16];

    snprintf(pair, sizeof pair, "%s-%s", csv_field(t, row, "from"), csv_field(t, row, "to"));
    for (size_t i = 0; i < COUNT_OF(field_names); i++)
        values[i] = mem_dup_text(csv_field(t, row, field_names[i]));
    return (struct vocab_row){.list = list,
                              .code = mem_dup_text(code[0] != '\0' ? code : pair),
                              .names = field_names,
                              .values = values,
                              .n = COUNT_OF(field_names)};
}

struct rows rows_load(void)
{
    struct rows r = {0};

    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct csv_table *t = NULL;
        char path[512];
        char why[200];

        snprintf(path, sizeof path, "%s/schema/codes/%s.csv", PLEK_SOURCE_DIR, lists[i]);
        if (csv_load(path, &t, why, sizeof why) != OK)
            fail_msg("%s", why);
        r.list = mem_resize(r.list, r.n + csv_rows(t), sizeof *r.list);
        for (size_t row = 0; row < csv_rows(t); row++)
            r.list[r.n++] = make_row(lists[i], t, row);
        csv_free(t);
    }
    return r;
}

void rows_free(struct rows *r)
{
    for (size_t i = 0; i < r->n; i++)
        free_row(&r->list[i]);
    free(r->list);
    *r = (struct rows){0};
}

void rows_remove(struct rows *r, size_t row)
{
    free_row(&r->list[row]);
    memmove(&r->list[row], &r->list[row + 1], (r->n - row - 1) * sizeof r->list[0]);
    r->n--;
}

void rows_drop_list(struct rows *r, const char *list)
{
    for (size_t i = r->n; i > 0; i--) {
        if (strcmp(r->list[i - 1].list, list) == 0)
            rows_remove(r, i - 1);
    }
}

size_t rows_find(const struct rows *r, const char *list, const char *code)
{
    for (size_t i = 0; i < r->n; i++) {
        if (strcmp(r->list[i].list, list) == 0 && strcmp(r->list[i].code, code) == 0)
            return i;
    }
    fail_msg("no row %s %s", list, code);
    return 0;
}

char *rows_set(struct rows *r, size_t row, const char *field, const char *value)
{
    struct vocab_row *v = &r->list[row];
    const char **values = (const char **)(uintptr_t)v->values;

    for (size_t i = 0; i < v->n; i++) {
        char *before = (char *)(uintptr_t)values[i];

        if (strcmp(v->names[i], field) != 0)
            continue;
        values[i] = mem_dup_text(value);
        if (strcmp(field, "code") == 0) {
            free((void *)(uintptr_t)v->code);
            v->code = mem_dup_text(value);
        }
        return before;
    }
    fail_msg("no field %s", field);
    return NULL;
}

void rows_repeat(struct rows *r, size_t row)
{
    struct vocab_row copy = r->list[row];
    const char **values = mem_new(copy.n, sizeof *values);

    for (size_t i = 0; i < copy.n; i++)
        values[i] = mem_dup_text(copy.values[i]);
    copy.values = values;
    copy.code = mem_dup_text(copy.code);
    r->list = mem_resize(r->list, r->n + 1, sizeof *r->list);
    r->list[r->n++] = copy;
}

struct vocab *vocab_of_repository(void)
{
    struct rows rows = rows_load();
    struct vocab *v = NULL;
    char why[200] = "";

    if (vocab_new(rows.list, rows.n, &v, why, sizeof why) != OK)
        fail_msg("schema/codes: %s", why);
    rows_free(&rows);
    return v;
}

int vocab_setup(void **state)
{
    *state = vocab_of_repository();
    return 0;
}

int vocab_teardown(void **state)
{
    vocab_free(*state);
    return 0;
}

unsigned trait(const struct vocab *v, const char *code)
{
    int bit = vocab_trait_find(v, code);

    if (bit < 0)
        fail_msg("no trait %s", code);
    return (unsigned)bit;
}

uint8_t region(const struct vocab *v, const char *code)
{
    uint8_t r = vocab_region_find(v, code);

    if (r == REGION_NONE)
        fail_msg("no region %s", code);
    return r;
}

uint8_t language(const struct vocab *v, const char *code)
{
    int index = vocab_language_find(v, code);

    if (index < 0)
        fail_msg("no language %s", code);
    return (uint8_t)index;
}

int64_t at_ms(const char *text)
{
    int64_t ms = 0;

    if (time_parse(bytes_of_text(text), &ms) != OK)
        fail_msg("not a time: %s", text);
    return ms;
}

/* ---- scene ---- */

static struct tri_set all_yes(unsigned n)
{
    return (struct tri_set){.yes = n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1};
}

static struct tri_set all_no(unsigned n)
{
    return (struct tri_set){.no = all_yes(n).yes};
}

void need_add(struct need *n, enum sex sex, int age)
{
    n->persons[n->n_persons++] = (struct person){.sex = sex, .age = (int16_t)age};
}

void scene_init(struct scene *s, const struct vocab *vocab)
{
    *s = (struct scene){.vocab = vocab, .settings = core_settings_default(), .need = need_empty()};
    s->need.urgency = URGENCY_VANDAAG;
    s->need.threat_level = THREAT_GROEN;
    s->need.residence = RESIDENCE_NL;
    s->need.home_region = region(vocab, "R28");
    s->need.language = language(vocab, "nl");
    s->need.threat_kinds = all_no(THREAT_KIND_N);
    s->need.traits = all_no((unsigned)vocab_traits(vocab));
    need_add(&s->need, SEX_F, 30);
    s->location = (struct location){.code = "huis",
                                    .name = "Esdoorn",
                                    .region = region(vocab, "R30"),
                                    .secret_address = TRI_YES,
                                    .guard_24h = TRI_NO,
                                    .night_intake = TRI_YES,
                                    .intake_from_minute = 8 * 60,
                                    .intake_until_minute = 18 * 60};
    s->pool = (struct pool){.id = {1},
                            .code = "huis-crisis",
                            .name = "Gezinskamer",
                            .name_en = "Family room",
                            .kind = KIND_CRISIS,
                            .unit_size = 4,
                            .units_total = 6,
                            .women = TRI_YES,
                            .men = TRI_YES,
                            .adult_age_max = AGE_NO_LIMIT,
                            .children = TRI_YES,
                            .son_age_max = AGE_NO_LIMIT,
                            .daughter_age_max = AGE_NO_LIMIT,
                            .residences = all_yes(RESIDENCE_N),
                            .threat_levels = all_yes(THREAT_N),
                            .threat_kinds = all_yes(THREAT_KIND_N),
                            .traits = all_yes((unsigned)vocab_traits(vocab)),
                            .languages = UINT64_C(1) << language(vocab, "nl"),
                            .serves_regions = UINT64_MAX,
                            .linkable = TRI_NO};
    s->query = (struct match_query){
        .referrer_region = region(vocab, "R28"), .role = ROLE_REFERRER, .now_ms = NOON_MS};
    s->seen = (struct observation){.pool = {1},
                                   .total = 6,
                                   .free = 2,
                                   .occupied = 4,
                                   .deliverable = TRI_YES,
                                   .observed_at_ms = NOON_MS - MS_HOUR,
                                   .received_at_ms = NOON_MS - MS_HOUR};
    s->view = (struct pool_view){
        .reported = true, .latest = &s->believed, .offerable = 2, .freshness = FRESH, .version = 1};
}

void scene_ready(struct scene *s)
{
    s->query.need = &s->need;
    s->believed = believed_of(&s->seen);
    s->kept = pool_keep(&s->pool);
    match_ctx_init(&s->ctx, s->vocab, &s->settings, &s->query);
    match_place_init(&s->place, &s->ctx, &s->kept, &s->location, &s->view);
}

enum verdict scene_rule(struct scene *s, enum rule rule)
{
    scene_ready(s);
    return match_rule(rule, &s->ctx, &s->place);
}

struct pool_match scene_match(struct scene *s)
{
    struct pool_match m = {.pool = s->pool.id, .minutes = -1};
    struct match_judgement j;

    scene_ready(s);
    match_judge(&s->ctx, &s->place, &j);
    m.verdict = j.verdict;
    m.out_mask = j.out_mask;
    m.ask_mask = j.ask_mask;
    m.units = j.units;
    m.score = (uint16_t)match_fit(&s->ctx, &s->place, &m.terms);
    if (s->ctx.from != REGION_NONE)
        m.minutes = (int16_t)vocab_minutes(s->vocab, s->ctx.from, s->location.region);
    match_explain(&s->ctx, &s->place, &m);
    return m;
}

const struct reason *find_reason(const struct pool_match *m, enum reason_code code)
{
    for (unsigned i = 0; i < m->n_reasons; i++) {
        if (m->reasons[i].code == code)
            return &m->reasons[i];
    }
    return NULL;
}

bool says(const struct pool_match *m, enum reason_code code)
{
    return find_reason(m, code) != NULL;
}

/* ---- engines ---- */

static void apply(struct engine *e, struct event *ev)
{
    ev->seq = engine_seq(e) + 1;
    engine_apply(e, ev);
}

struct engine *world_new(const struct vocab *vocab)
{
    struct core_settings settings = core_settings_default();
    struct engine *e = engine_new(vocab, &settings);
    struct event ev = {.kind = EV_ORG_DEFINED, .at_ms = NOON_MS - MS_DAY};

    ev.u.org = (struct org){
        .id = {1}, .kind = ORG_SHELTER, .code = "opvang", .name = "Opvang", .region = REGION_NONE};
    apply(e, &ev);
    return e;
}

struct pool_id world_add(struct engine *e, const struct scene *s)
{
    struct event ev = {.kind = EV_LOCATION_DEFINED, .at_ms = s->query.now_ms};

    ev.u.location = s->location;
    ev.u.location.id.v = engine_locations(e) + 1;
    ev.u.location.org.v = 1;
    snprintf(ev.u.location.code, sizeof ev.u.location.code, "huis-%u", ev.u.location.id.v);
    apply(e, &ev);

    ev = (struct event){.kind = EV_POOL_DEFINED, .at_ms = s->query.now_ms};
    ev.u.pool = s->pool;
    ev.u.pool.id.v = engine_pools(e) + 1;
    ev.u.pool.location.v = engine_locations(e);
    ev.u.pool.org.v = 1;
    snprintf(ev.u.pool.code, sizeof ev.u.pool.code, "pool-%u", ev.u.pool.id.v);
    apply(e, &ev);

    if (s->view.reported) {
        ev = (struct event){.kind = EV_CAPACITY_OBSERVED, .at_ms = s->query.now_ms};
        ev.u.capacity.o = s->seen;
        ev.u.capacity.o.pool.v = engine_pools(e);
        ev.u.capacity.o.report = engine_seq(e) + 1;
        ev.u.capacity.used = true;
        apply(e, &ev);
    }
    return (struct pool_id){engine_pools(e)};
}

void world_report(struct engine *e, struct pool_id pool, int free, int64_t observed_at_ms)
{
    struct event ev = {.kind = EV_CAPACITY_OBSERVED, .at_ms = observed_at_ms};
    const struct believed *latest = engine_pool_view(e, pool, observed_at_ms).latest;

    ev.u.capacity.o = observation_of(latest, pool);
    ev.u.capacity.o.free = free;
    ev.u.capacity.o.observed_at_ms = observed_at_ms;
    ev.u.capacity.o.received_at_ms = observed_at_ms;
    ev.u.capacity.o.report = engine_seq(e) + 1;
    ev.u.capacity.used = true;
    apply(e, &ev);
}
