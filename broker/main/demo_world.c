#include "main/demo_world.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX 20000 /* the benches load 10,000 pools */

/* What every reader needs. */
struct reading {
    const struct vocab *v;
    struct json_faults *f;
    int64_t now_ms;
};

static void read_text(struct reading *r, struct json_at at, const char *name, char *out, size_t size)
{
    const char *text = json_text(json_field(at, name), size - 1, r->f);
    memcpy(out, text, strlen(text) + 1);
}

static enum tri tri_of(const char *text)
{
    return strcmp(text, "yes") == 0 ? TRI_YES : strcmp(text, "no") == 0 ? TRI_NO : TRI_UNKNOWN;
}

/* "yes" / "no" / "unknown", or true / false; absent is unknown. */
static enum tri read_tri(struct reading *r, struct json_at at, const char *name)
{
    struct json_at field = json_field(at, name);
    if (!json_present(field))
        return TRI_UNKNOWN;
    if (json_is_boolean(field.value))
        return json_is_true(field.value) ? TRI_YES : TRI_NO;
    return tri_of(json_text(field, 8, r->f));
}

static uint8_t read_region(struct reading *r, struct json_at at)
{
    if (!json_present(at))
        return REGION_NONE;
    uint8_t region = vocab_region_find(r->v, json_text(at, 7, r->f));
    if (region == REGION_NONE)
        json_fault_add(r->f, at.pointer, "is not the code of a region");
    return region;
}

/* Ids in the file are 1, 2, 3 ... and must be what the engine gives. */
static uint32_t read_id(struct reading *r, struct json_at at, size_t index)
{
    int64_t id = json_int(json_field(at, "id"), 1, ITEMS_MAX, r->f);
    if (id != (int64_t)index + 1)
        json_fault_add(r->f, json_field(at, "id").pointer, "must be %zu: ids are dense", index + 1);
    return (uint32_t)id;
}

static void read_org(struct reading *r, struct json_at at, size_t i, struct org *o)
{
    o->id.v = read_id(r, at, i);
    int kind = json_choice(json_field(at, "kind"), org_kind_codes(), ORG_KIND_N, r->f);
    o->kind = kind < 0 ? ORG_SHELTER : (enum org_kind)kind;
    read_text(r, at, "code", o->code, sizeof o->code);
    read_text(r, at, "name", o->name, sizeof o->name);
    o->region = read_region(r, json_field(at, "region"));
}

static uint16_t read_clock(struct reading *r, struct json_at at, const char *name)
{
    struct json_at field = json_field(at, name);
    const char *text = json_text(field, 5, r->f);
    unsigned h = 0;
    unsigned m = 0;
    char end;
    if (sscanf(text, "%2u:%2u%c", &h, &m, &end) != 2 || h > 24 || m > 59)
        json_fault_add(r->f, field.pointer, "must be a clock time as 08:30");
    return (uint16_t)(h * 60 + m);
}

static void read_location(struct reading *r, struct json_at at, size_t i, struct location *l,
                          struct revealed_location *s)
{
    struct json_at gm = json_field(at, "municipality");
    struct json_at sealed = json_field(at, "sealed");
    unsigned number = 0;
    l->id.v = read_id(r, at, i);
    l->org.v = (uint32_t)json_int(json_field(at, "organisation"), 1, ITEMS_MAX, r->f);
    read_text(r, at, "code", l->code, sizeof l->code);
    read_text(r, at, "name", l->name, sizeof l->name);
    l->region = read_region(r, json_field(at, "region"));
    if (sscanf(json_text(gm, 6, r->f), "GM%4u", &number) != 1 ||
        vocab_municipality(r->v, (uint16_t)number) == NULL)
        json_fault_add(r->f, gm.pointer, "is not the code of a municipality");
    l->municipality = (uint16_t)number;
    l->secret_address = read_tri(r, at, "secret_address");
    l->guard_24h = read_tri(r, at, "guard_24h");
    l->night_intake = read_tri(r, at, "night_intake");
    l->intake_from_minute = read_clock(r, at, "intake_from");
    l->intake_until_minute = read_clock(r, at, "intake_until");
    l->answer_minutes = (uint16_t)json_int(json_field(at, "answer_minutes"), 0, 1440, r->f);
    read_text(r, sealed, "address", s->address, sizeof s->address);
    read_text(r, sealed, "night_number", s->night_number, sizeof s->night_number);
    read_text(r, sealed, "meeting_point", s->meeting_point, sizeof s->meeting_point);
}

/* Every code of a closed list, or of the traits, with its yes / no; those not named stay unknown. */
static struct tri_set read_closed(struct reading *r, struct json_at at, const char *const *codes, int n)
{
    struct tri_set s = {0, 0};
    for (int i = 0; i < n; i++)
        tri_put(&s, (unsigned)i, read_tri(r, at, codes[i]));
    return s;
}

static struct tri_set read_traits(struct reading *r, struct json_at at)
{
    struct tri_set s = {0, 0};
    for (unsigned bit = 0; bit < vocab_traits(r->v); bit++)
        if (vocab_trait(r->v, bit) != NULL)
            tri_put(&s, bit, read_tri(r, at, vocab_trait(r->v, bit)->code));
    return s;
}

/* A number, null = no limit, -1 = none admitted, "unknown". */
static int16_t read_child_age(struct reading *r, struct json_at at)
{
    if (!json_present(at))
        return AGE_NO_LIMIT;
    if (json_is_string(at.value))
        return AGE_UNKNOWN;
    return (int16_t)json_int(at, AGE_NONE, 17, r->f);
}

static uint64_t read_region_mask(struct reading *r, struct json_at at)
{
    uint64_t mask = 0;
    if (!json_present(at))
        return UINT64_MAX;
    size_t n = json_list(at, VOCAB_REGIONS_MAX, r->f);
    for (size_t i = 0; i < n; i++) {
        uint8_t region = read_region(r, json_item(at, i));
        if (region != REGION_NONE)
            mask |= UINT64_C(1) << region;
    }
    return mask;
}

static uint64_t read_languages(struct reading *r, struct json_at at)
{
    uint64_t mask = 0;
    size_t n = json_list(at, VOCAB_LANGUAGES_MAX, r->f);
    for (size_t i = 0; i < n; i++) {
        struct json_at item = json_item(at, i);
        int index = vocab_language_find(r->v, json_text(item, 8, r->f));
        if (index < 0)
            json_fault_add(r->f, item.pointer, "is not a known language");
        else
            mask |= UINT64_C(1) << index;
    }
    return mask;
}

/* "2026-12-31" → the end of that day, UTC; null = 0. */
static int64_t read_day(struct reading *r, struct json_at at)
{
    char text[32];
    int64_t ms = 0;
    if (!json_present(at))
        return 0;
    snprintf(text, sizeof text, "%.10sT23:59:59Z", json_text(at, 10, r->f));
    if (time_parse(bytes_of_text(text), &ms) != OK)
        json_fault_add(r->f, at.pointer, "must be a date as 2026-12-31");
    return ms;
}

static void read_pool(struct reading *r, struct json_at at, size_t i, const struct demo_world *w,
                      struct pool *p)
{
    struct json_at age = json_field(at, "adult_age");
    struct json_at sexes = json_field(at, "sexes");
    struct json_at serves = json_field(at, "serves");
    p->id.v = read_id(r, at, i);
    p->location.v = (uint32_t)json_int(json_field(at, "location"), 1, (int64_t)w->n_locations, r->f);
    p->org = w->locations[p->location.v - 1].org;
    read_text(r, at, "code", p->code, sizeof p->code);
    read_text(r, at, "name", p->name, sizeof p->name);
    read_text(r, at, "name_en", p->name_en, sizeof p->name_en);
    int kind = json_choice(json_field(at, "kind"), kind_codes(), KIND_N, r->f);
    p->kind = kind < 0 ? KIND_CRISIS : (enum kind)kind;
    p->unit_size = (uint8_t)json_int(json_field(at, "unit_size"), 1, 50, r->f);
    p->units_total = (uint16_t)json_int(json_field(at, "units_total"), 0, 1000, r->f);
    p->women = read_tri(r, sexes, "women");
    p->men = read_tri(r, sexes, "men");
    p->adult_age_min = (int16_t)json_int(json_field(age, "min"), 0, 120, r->f);
    p->adult_age_max = AGE_NO_LIMIT;
    if (json_present(json_field(age, "max")))
        p->adult_age_max = (int16_t)json_int(json_field(age, "max"), 0, 120, r->f);
    p->children = read_tri(r, at, "children");
    p->son_age_max = read_child_age(r, json_field(at, "oldest_son"));
    p->daughter_age_max = read_child_age(r, json_field(at, "oldest_daughter"));
    p->residences = read_closed(r, json_field(at, "residences"), residence_codes(), RESIDENCE_N);
    p->threat_levels = read_closed(r, json_field(at, "threat_levels"), threat_level_codes(), THREAT_N);
    p->threat_kinds = read_closed(r, json_field(at, "threat_kinds"), threat_kind_codes(), THREAT_KIND_N);
    p->traits = read_traits(r, json_field(at, "traits"));
    p->languages = read_languages(r, json_field(at, "languages"));
    p->serves_regions = read_region_mask(r, json_field(serves, "regions"));
    p->safety_exception = json_bool(json_field(serves, "safety_exception"), r->f);
    p->linkable = read_tri(r, at, "linkable");
    int gate = json_choice(json_field(at, "gatekeeper"), gatekeeper_codes(), GATEKEEPER_N, r->f);
    p->gatekeeper = gate < 0 ? GATEKEEPER_NONE : (enum gatekeeper)gate;
    read_text(r, at, "funding", p->funding, sizeof p->funding);
    p->funded_until_ms = read_day(r, json_field(at, "funded_until"));
    if (json_present(json_field(at, "overflow")))
        p->overflow = json_bool(json_field(at, "overflow"), r->f);
}

static void read_observation(struct reading *r, struct json_at at, struct observation *o)
{
    o->pool.v = (uint32_t)json_int(json_field(at, "pool"), 1, ITEMS_MAX, r->f);
    int source = json_choice(json_field(at, "source"), source_codes(), SOURCE_N, r->f);
    o->source = source < 0 ? SOURCE_HAND : (enum source)source;
    o->total = (int32_t)json_int(json_field(at, "units_total"), 0, 1000, r->f);
    o->free = (int32_t)json_int(json_field(at, "units_free"), 0, 1000, r->f);
    o->occupied = (int32_t)json_int(json_field(at, "units_occupied"), 0, 1000, r->f);
    o->out_of_order = (int32_t)json_int(json_field(at, "units_out_of_order"), 0, 1000, r->f);
    o->deliverable = read_tri(r, at, "deliverable");
    o->observed_at_ms =
        r->now_ms - json_int(json_field(at, "age_minutes"), 0, 7 * 24 * 60 - 1, r->f) * MS_MINUTE;
    o->report = hash_combine(hash_bytes(BYTES_LITERAL("demo")), o->pool.v) | 1;
}

static void read_account(struct reading *r, struct json_at at, size_t i, struct account *a)
{
    struct json_at location = json_field(at, "location");
    a->id.v = (uint32_t)i + 1;
    read_text(r, at, "username", a->username, sizeof a->username);
    a->org.v = (uint32_t)json_int(json_field(at, "organisation"), 1, ITEMS_MAX, r->f);
    int role = json_choice(json_field(at, "role"), role_codes(), ROLE_N, r->f);
    a->role = role < 0 ? ROLE_NONE : (enum role)role;
    if (json_present(location))
        a->location.v = (uint32_t)json_int(location, 1, ITEMS_MAX, r->f);
    read_text(r, at, "display_nl", a->display_nl, sizeof a->display_nl);
    read_text(r, at, "display_en", a->display_en, sizeof a->display_en);
}

static void read_machine(struct reading *r, struct json_at at, struct demo_machine *m)
{
    struct json_at orgs = json_field(at, "organisations");
    read_text(r, at, "name", m->name, sizeof m->name);
    m->n_orgs = json_list(orgs, ITEMS_MAX, r->f);
    m->orgs = mem_new(m->n_orgs + 1, sizeof *m->orgs);
    for (size_t i = 0; i < m->n_orgs; i++)
        m->orgs[i].v = (uint32_t)json_int(json_item(orgs, i), 1, ITEMS_MAX, r->f);
}

bool demo_world_read(const struct vocab *v, const json_t *root, int64_t now_ms, struct demo_world *out,
                     struct json_faults *faults)
{
    struct reading r = {.v = v, .f = faults, .now_ms = now_ms};
    struct json_at at = json_root(root);
    struct demo_world w = {0};
    int before = faults->n + faults->more;

    if (json_int(json_field(at, "version"), 1, 1, faults) != 1)
        json_fault_add(faults, "/version", "must be 1");
#define READ_LIST(name, field)                                                                               \
    struct json_at field##_at = json_field(at, name);                                                        \
    w.n_##field = json_list(field##_at, ITEMS_MAX, faults);                                                  \
    w.field = mem_new(w.n_##field + 1, sizeof *w.field)
    READ_LIST("organisations", orgs);
    for (size_t i = 0; i < w.n_orgs; i++)
        read_org(&r, json_item(orgs_at, i), i, &w.orgs[i]);
    READ_LIST("locations", locations);
    w.sealed = mem_new(w.n_locations + 1, sizeof *w.sealed);
    for (size_t i = 0; i < w.n_locations; i++)
        read_location(&r, json_item(locations_at, i), i, &w.locations[i], &w.sealed[i]);
    READ_LIST("pools", pools);
    for (size_t i = 0; w.n_locations > 0 && i < w.n_pools; i++)
        read_pool(&r, json_item(pools_at, i), i, &w, &w.pools[i]);
    READ_LIST("observations", observations);
    for (size_t i = 0; i < w.n_observations; i++)
        read_observation(&r, json_item(observations_at, i), &w.observations[i]);
    READ_LIST("accounts", accounts);
    for (size_t i = 0; i < w.n_accounts; i++)
        read_account(&r, json_item(accounts_at, i), i, &w.accounts[i]);
    READ_LIST("machines", machines);
    for (size_t i = 0; i < w.n_machines; i++)
        read_machine(&r, json_item(machines_at, i), &w.machines[i]);
#undef READ_LIST
    *out = w;
    return faults->n + faults->more == before;
}

void demo_world_fini(struct demo_world *w)
{
    free(w->orgs);
    free(w->locations);
    free(w->sealed);
    free(w->pools);
    free(w->observations);
    free(w->accounts);
    for (size_t i = 0; i < w->n_machines; i++)
        free(w->machines[i].orgs);
    free(w->machines);
    memset(w, 0, sizeof *w);
}
