#include "http/need_json.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/supply.h"

#include <string.h>

#define MUNICIPALITIES_MAX 20
#define MINUTES_MAX 600

static const char *const tri_codes[] = {"unknown", "no", "yes"}; /* order of enum tri */

static const char *const need_fields[] = {"urgency",
                                          "threatLevel",
                                          "threatKinds",
                                          "household",
                                          "keepTogether",
                                          "traits",
                                          "unsafeRegions",
                                          "unsafePoints",
                                          "unsafeMunicipalities",
                                          "homeMunicipality",
                                          "schoolMunicipality",
                                          "residence",
                                          "residenceUntil",
                                          "language",
                                          "minorAlone",
                                          "anonymous",
                                          "ground",
                                          "groundAt",
                                          "mdoConsent",
                                          "callback",
                                          "returnCode",
                                          "channel"};

/* "GM0599" → its row; NULL after a fault. */
static const struct vocab_municipality *read_municipality(const struct vocab *v, struct json_at at,
                                                          uint16_t *number, struct json_faults *f)
{
    int before = f->n + f->more;
    const char *text = json_text(at, 6, f);
    unsigned n = 0;
    char end;
    if (f->n + f->more != before)
        return NULL;
    if (strlen(text) == 6 && strspn(text + 2, "0123456789") == 4 && sscanf(text, "GM%4u%c", &n, &end) == 1) {
        const struct vocab_municipality *m = vocab_municipality(v, (uint16_t)n);
        if (m != NULL) {
            *number = (uint16_t)n;
            return m;
        }
    }
    json_fault_add(f, at.pointer, "is not the code of a municipality (GM and four digits)");
    return NULL;
}

/* {"code": "yes|no|unknown"}: FIND gives the bit of a code, -1 if unknown. */
static void read_tri_map(struct json_at at, int (*find)(const struct vocab *v, const char *code),
                         const struct vocab *v, struct tri_set *out, struct json_faults *f)
{
    const char *key;
    json_t *value;
    if (!json_is_object(at.value)) {
        json_fault_add(f, at.pointer, "must be an object of codes with yes, no or unknown");
        return;
    }
    json_t *object = json_deep_copy(at.value); /* jansson iterates without const only */
    json_object_foreach(object, key, value)
    {
        struct json_at field = json_field(at, key);
        int bit = find(v, key);
        if (bit < 0) {
            json_fault_add(f, field.pointer, "is not a known code");
            continue;
        }
        int choice = json_choice(field, tri_codes, 3, f);
        if (choice >= 0)
            tri_put(out, (unsigned)bit, (enum tri)choice);
    }
    json_decref(object);
}

static int find_threat_kind(const struct vocab *v, const char *code)
{
    (void)v;
    for (int i = 0; i < THREAT_KIND_N; i++)
        if (strcmp(threat_kind_code((enum threat_kind)i), code) == 0)
            return i;
    return -1;
}

static void read_person(struct json_at at, struct person *p, struct json_faults *f)
{
    static const char *const fields[] = {"sex", "age", "pregnant"};
    json_only(at, fields, COUNT_OF(fields), f);
    int sex = json_choice(json_field(at, "sex"), sex_codes(), SEX_N, f);
    p->sex = sex < 0 ? SEX_UNKNOWN : (enum sex)sex;
    p->age = AGE_UNKNOWN;
    if (json_present(json_field(at, "age")))
        p->age = (int16_t)json_int(json_field(at, "age"), 0, 120, f);
    if (json_present(json_field(at, "pregnant")))
        p->pregnant = json_bool(json_field(at, "pregnant"), f);
}

static void read_household(struct json_at at, struct need *n, struct json_faults *f)
{
    size_t len = json_list(at, NEED_PERSONS_MAX, f);
    if (len == 0 && json_is_array(at.value) && json_array_size(at.value) == 0)
        json_fault_add(f, at.pointer, "needs at least one person");
    for (size_t i = 0; i < len; i++)
        read_person(json_item(at, i), &n->persons[i], f);
    n->n_persons = (uint8_t)len;
}

static void read_unsafe(const struct vocab *v, struct json_at at, struct need *n, struct json_faults *f)
{
    static const char *const fields[] = {"municipality", "minutes"};
    struct json_at regions = json_field(at, "unsafeRegions");
    struct json_at places = json_field(at, "unsafeMunicipalities");
    struct json_at points = json_field(at, "unsafePoints");
    uint16_t number;
    size_t len = json_present(regions) ? json_list(regions, VOCAB_REGIONS_MAX, f) : 0;
    for (size_t i = 0; i < len; i++) {
        struct json_at item = json_item(regions, i);
        uint8_t r = vocab_region_find(v, json_text(item, 7, f));
        if (r == REGION_NONE)
            json_fault_add(f, item.pointer, "is not the code of a region");
        else
            n->unsafe_regions |= UINT64_C(1) << r;
    }
    len = json_present(places) ? json_list(places, MUNICIPALITIES_MAX, f) : 0;
    for (size_t i = 0; i < len; i++) {
        struct json_at item = json_item(places, i);
        const struct vocab_municipality *m = read_municipality(v, item, &number, f);
        if (m != NULL && m->region != REGION_NONE)
            n->unsafe_regions |= UINT64_C(1) << m->region;
        else if (m != NULL) /* a danger that no rule can weigh must not vanish */
            json_fault_add(f, item.pointer, "lies in no region; name the region that is unsafe");
    }
    len = json_present(points) ? json_list(points, NEED_POINTS_MAX, f) : 0;
    for (size_t i = 0; i < len; i++) {
        struct json_at item = json_item(points, i);
        struct json_at where = json_field(item, "municipality");
        json_only(item, fields, COUNT_OF(fields), f);
        const struct vocab_municipality *m = read_municipality(v, where, &number, f);
        int64_t minutes = json_int(json_field(item, "minutes"), 1, MINUTES_MAX, f);
        if (m == NULL)
            continue;
        if (m->region == REGION_NONE) {
            json_fault_add(f, where.pointer, "has no travel times; name the region that is unsafe");
            continue;
        }
        n->points[n->n_points].region = m->region;
        n->points[n->n_points++].minutes = (uint16_t)minutes;
    }
}

static void read_places(const struct vocab *v, struct json_at at, struct need *n, struct json_faults *f)
{
    struct json_at home = json_field(at, "homeMunicipality");
    struct json_at school = json_field(at, "schoolMunicipality");
    uint16_t number = 0;
    if (json_present(home)) {
        const struct vocab_municipality *m = read_municipality(v, home, &number, f);
        if (m != NULL) {
            n->home_municipality = number;
            n->home_region = m->region;
        }
    }
    if (json_present(school)) {
        const struct vocab_municipality *m = read_municipality(v, school, &number, f);
        n->school_region = m != NULL ? m->region : REGION_NONE;
    }
}

bool phone_is_valid(const char *text)
{
    size_t n = strlen(text);
    return n >= 6 && n <= 23 && strchr("0123456789+", text[0]) != NULL && strspn(text, "0123456789+- ") == n;
}

static void read_sharing(struct json_at at, bool opening, struct need *n, struct json_faults *f)
{
    struct json_at callback = json_field(at, "callback");
    struct json_at ground = json_field(at, "ground");
    if (json_present(json_field(at, "channel"))) {
        int c = json_choice(json_field(at, "channel"), way_back_codes(), WAY_BACK_N, f);
        n->channel = c < 0 ? WAY_BACK_PHONE : (enum way_back)c;
    }
    if (opening && n->channel == WAY_BACK_PHONE && !json_present(callback)) {
        json_fault_add(f, callback.pointer,
                       "is needed: the desk's number, or channel chat where there is none");
    } else if (json_present(callback)) {
        const char *text = json_text(callback, sizeof n->callback - 1, f);
        if (phone_is_valid(text))
            memcpy(n->callback, text, strlen(text) + 1);
        else if (json_is_string(callback.value))
            json_fault_add(f, callback.pointer,
                           "must be a telephone number of 6 to 23 digits, spaces, + and -");
    }
    if (json_present(ground) || opening) {
        int g = json_choice(ground, ground_codes() + 1, GROUND_N - 1, f);
        n->ground = g < 0 ? GROUND_NONE : (enum ground)(g + 1);
    }
    if (json_present(json_field(at, "groundAt")))
        n->ground_at_ms = json_time(json_field(at, "groundAt"), f);
    if (json_present(json_field(at, "mdoConsent"))) {
        int c = json_choice(json_field(at, "mdoConsent"), tri_codes, 3, f);
        n->mdo_consent = c < 0 ? TRI_UNKNOWN : (enum tri)c;
    }
    if (json_present(json_field(at, "returnCode"))) {
        const char *code = json_text(json_field(at, "returnCode"), sizeof n->return_code - 1, f);
        memcpy(n->return_code, code, strlen(code) + 1);
    }
}

static void read_rest(const struct vocab *v, struct json_at at, bool opening, struct need *n,
                      struct json_faults *f)
{
    struct json_at language = json_field(at, "language");
    if (json_present(json_field(at, "residence"))) {
        int r = json_choice(json_field(at, "residence"), residence_codes(), RESIDENCE_N, f);
        n->residence = r < 0 ? RESIDENCE_ONBEKEND : (enum residence)r;
    }
    if (!opening && json_present(json_field(at, "residenceUntil")))
        json_time(json_field(at, "residenceUntil"), f); /* no search goes by it: kept beside the need */
    if (json_present(language)) {
        int index = vocab_language_find(v, json_text(language, 8, f));
        if (index < 0)
            json_fault_add(f, language.pointer, "is not the code of a language in the list");
        else
            n->language = (uint8_t)index;
    }
    if (json_present(json_field(at, "keepTogether")))
        n->keep_together = json_bool(json_field(at, "keepTogether"), f);
    if (json_present(json_field(at, "minorAlone")))
        n->minor_alone = json_bool(json_field(at, "minorAlone"), f);
    if (json_present(json_field(at, "anonymous")))
        n->anonymous = json_bool(json_field(at, "anonymous"), f);
}

/* A mobile number is a person's; a desk, that of the chat too, has a line of its own. */
static bool is_mobile(const char *number)
{
    static const char *const prefixes[] = {"06", "+316", "00316"};
    char digits[24];
    size_t n = 0;
    for (const char *p = number; *p != '\0' && n + 1 < sizeof digits; p++)
        if (*p != ' ' && *p != '-')
            digits[n++] = *p;
    digits[n] = '\0';
    for (size_t i = 0; i < COUNT_OF(prefixes); i++)
        if (strncmp(digits, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

/* Who is anonymous comes by a channel that can answer without ringing a person, and who comes by that channel
 * is anonymous (domain.md, Users: Chat). A number beside it is the channel's desk. */
static void check_way_back(struct json_at at, const struct need *n, struct json_faults *f)
{
    bool is_chat = n->channel == WAY_BACK_CHAT;
    if (n->anonymous && !is_chat)
        json_fault_add(f, json_field(at, "channel").pointer,
                       "must be chat: who is anonymous is not rung back by telephone");
    if (is_chat && !n->anonymous)
        json_fault_add(f, json_field(at, "anonymous").pointer,
                       "must be true: who comes by chat is anonymous");
    if (n->anonymous && is_mobile(n->callback))
        json_fault_add(f, json_field(at, "callback").pointer,
                       "is a person's number: leave it out, or give that of the channel's desk");
}

/* HOUSEHOLD_OK: no fault in it; ages read in error would judge wrongly. */
static void check_together(struct json_at at, bool household_ok, const struct need *n, struct json_faults *f)
{
    int adults = need_adults(n);
    struct json_at alone = json_field(at, "minorAlone");
    if (!household_ok || n->n_persons == 0 || (json_present(alone) && !json_is_boolean(alone.value)))
        return;
    if (!n->minor_alone && adults == 0)
        json_fault_add(f, json_field(at, "household").pointer,
                       "has no adult; set minorAlone when a child comes without one");
    if (n->minor_alone && adults > 0)
        json_fault_add(f, alone.pointer, "cannot be true: the household has an adult");
}

void desk_from_json(struct json_at at, bool anonymous, struct desk_said *out, struct json_faults *f)
{
    static const char *const fields[] = {"callback", "channel", "ground"};
    struct need n = need_empty();
    *out = (struct desk_said){.said = false};
    json_only(at, fields, COUNT_OF(fields), f);
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        out->said |= json_present(json_field(at, fields[i]));
    if (!out->said)
        return;
    read_sharing(at, true, &n, f);
    if (anonymous && is_mobile(n.callback))
        json_fault_add(f, json_field(at, "callback").pointer,
                       "is a person's number: give that of the desk, or of its chat");
    out->channel = n.channel;
    out->ground = n.ground;
    memcpy(out->callback, n.callback, sizeof out->callback);
}

int residence_from_json(struct json_at at)
{
    struct json_at said = json_field(at, "residence");
    struct json_faults told_by_others = {.n = 0};
    if (!json_present(said))
        return RESIDENCE_ONBEKEND;
    return json_choice(said, residence_codes(), RESIDENCE_N, &told_by_others);
}

bool need_from_json(const struct vocab *v, struct json_at at, bool opening, struct need *out,
                    struct json_faults *faults)
{
    int before = faults->n + faults->more;
    struct need n = need_empty();

    json_only(at, need_fields, COUNT_OF(need_fields), faults);
    int urgency = json_choice(json_field(at, "urgency"), urgency_codes(), URGENCY_N, faults);
    int level = json_choice(json_field(at, "threatLevel"), threat_level_codes(), THREAT_N, faults);
    n.urgency = urgency < 0 ? URGENCY_NU : (enum urgency)urgency;
    n.threat_level = level < 0 ? THREAT_UNKNOWN : (enum threat_level)level;
    if (json_present(json_field(at, "threatKinds")))
        read_tri_map(json_field(at, "threatKinds"), find_threat_kind, v, &n.threat_kinds, faults);
    int before_household = faults->n + faults->more;
    read_household(json_field(at, "household"), &n, faults);
    bool household_ok = faults->n + faults->more == before_household;
    for (unsigned bit = 0; bit < vocab_traits(v); bit++)
        if (vocab_trait(v, bit) != NULL)
            tri_put(&n.traits, bit, TRI_NO);
    if (json_present(json_field(at, "traits")))
        read_tri_map(json_field(at, "traits"), vocab_trait_find, v, &n.traits, faults);
    read_unsafe(v, at, &n, faults);
    read_places(v, at, &n, faults);
    read_sharing(at, opening, &n, faults);
    read_rest(v, at, opening, &n, faults);
    if (opening)
        check_way_back(at, &n, faults);
    check_together(at, household_ok, &n, faults);
    if (faults->n + faults->more != before)
        return false;
    if (!need_is_valid(&n)) {
        json_fault_add(faults, at.pointer, "does not describe a household that can be placed");
        return false;
    }
    *out = n;
    return true;
}

json_t *traits_to_json(const struct vocab *v, struct tri_set traits, uint64_t wanted)
{
    json_t *o = json_object();
    for (unsigned bit = 0; bit < vocab_traits(v); bit++) {
        const struct vocab_trait *t = vocab_trait(v, bit);
        if (t != NULL && (wanted >> bit & 1) != 0 && tri_get(traits, bit) != TRI_NO)
            json_object_set_new(o, t->code, json_string(tri_codes[tri_get(traits, bit)]));
    }
    return o;
}

static json_t *household_to_json(const struct need *n)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < n->n_persons; i++) {
        const struct person *p = &n->persons[i];
        json_array_append_new(list, json_pack("{s:s, s:o, s:b}", "sex", sex_code(p->sex), "age",
                                              p->age < 0 ? json_null() : json_integer(p->age), "pregnant",
                                              p->pregnant));
    }
    return list;
}

static json_t *threat_kinds_to_json(struct tri_set kinds)
{
    json_t *o = json_object();
    for (unsigned i = 0; i < THREAT_KIND_N; i++)
        if (tri_get(kinds, i) != TRI_UNKNOWN)
            json_object_set_new(o, threat_kind_code((enum threat_kind)i),
                                json_string(tri_codes[tri_get(kinds, i)]));
    return o;
}

json_t *need_to_json(const struct vocab *v, const struct need *n)
{
    char gm[8];
    char when[TIME_TEXT_SIZE];
    json_t *regions = json_array();
    json_t *o =
        json_pack("{s:s, s:s, s:o, s:o, s:b, s:o, s:s, s:b, s:b, s:s}", "urgency", urgency_code(n->urgency),
                  "threatLevel", threat_level_code(n->threat_level), "threatKinds",
                  threat_kinds_to_json(n->threat_kinds), "household", household_to_json(n), "keepTogether",
                  n->keep_together, "traits", traits_to_json(v, n->traits, UINT64_MAX), "residence",
                  residence_code(n->residence), "minorAlone", n->minor_alone, "anonymous", n->anonymous,
                  "mdoConsent", tri_codes[n->mdo_consent]);
    json_object_set_new(o, "channel", json_string(way_back_codes()[n->channel]));
    for (uint8_t r = 0; r < vocab_regions(v); r++)
        if ((n->unsafe_regions >> r & 1) != 0)
            json_array_append_new(regions, json_string(vocab_region(v, r)->code));
    json_object_set_new(o, "unsafeRegions", regions);
    if (n->n_points > 0) {
        json_t *points = json_array();
        for (unsigned i = 0; i < n->n_points; i++) {
            snprintf(gm, sizeof gm, "GM%04u", vocab_region(v, n->points[i].region)->gemeente % 10000U);
            json_array_append_new(
                points, json_pack("{s:s, s:i}", "municipality", gm, "minutes", (int)n->points[i].minutes));
        }
        json_object_set_new(o, "unsafePoints", points);
    }
    if (n->home_municipality != 0) {
        snprintf(gm, sizeof gm, "GM%04u", n->home_municipality % 10000U);
        json_object_set_new(o, "homeMunicipality", json_string(gm));
    }
    if (n->school_region < vocab_regions(v)) { /* kept as its region: the centre of it comes back */
        snprintf(gm, sizeof gm, "GM%04u", vocab_region(v, n->school_region)->gemeente % 10000U);
        json_object_set_new(o, "schoolMunicipality", json_string(gm));
    }
    if (n->language < vocab_languages(v))
        json_object_set_new(o, "language", json_string(vocab_language(v, n->language)));
    if (n->ground != GROUND_NONE)
        json_object_set_new(o, "ground", json_string(ground_code(n->ground)));
    if (n->ground_at_ms != 0)
        json_object_set_new(o, "groundAt", json_string(time_format(n->ground_at_ms, when)));
    if (n->callback[0] != '\0')
        json_object_set_new(o, "callback", json_string(n->callback));
    if (n->return_code[0] != '\0')
        json_object_set_new(o, "returnCode", json_string(n->return_code));
    return o;
}
