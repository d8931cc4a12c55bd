#include "core/need.h"

#include "base/check.h"
#include "core/records.h"
#include "core/supply.h"
#include "core/vocab.h"

#include <string.h>

#define AGE_MAX 120
#define LANGUAGE_NONE 255

struct need need_empty(void)
{
    return (struct need){.keep_together = true,
                         .home_region = REGION_NONE,
                         .school_region = REGION_NONE,
                         .language = LANGUAGE_NONE};
}

static bool is_region(uint8_t v)
{
    return v < VOCAB_REGIONS_MAX || v == REGION_NONE;
}

/* Only characters that a telephone number or return code may hold; never a name. */
static bool is_made_of(const char *text, size_t size, const char *allowed)
{
    return memchr(text, '\0', size) != NULL && strspn(text, allowed) == strlen(text);
}

static bool household_is_valid(const struct need *n)
{
    if (n->n_persons < 1 || n->n_persons > NEED_PERSONS_MAX)
        return false;
    for (unsigned i = 0; i < n->n_persons; i++) {
        const struct person *p = &n->persons[i];

        if ((unsigned)p->sex >= SEX_N || (p->age != AGE_UNKNOWN && (p->age < 0 || p->age > AGE_MAX)))
            return false;
    }
    return true;
}

static bool places_are_valid(const struct need *n)
{
    if (n->n_points > NEED_POINTS_MAX)
        return false;
    for (unsigned i = 0; i < n->n_points; i++) {
        if (n->points[i].region >= VOCAB_REGIONS_MAX)
            return false;
    }
    return is_region(n->home_region) && is_region(n->school_region);
}

bool need_is_valid(const struct need *n)
{
    return (unsigned)n->urgency < URGENCY_N && (unsigned)n->threat_level < THREAT_N &&
           tri_set_is_sane(n->threat_kinds) &&
           (n->threat_kinds.yes | n->threat_kinds.no) >> THREAT_KIND_N == 0 && household_is_valid(n) &&
           tri_set_is_sane(n->traits) && places_are_valid(n) && (unsigned)n->residence < RESIDENCE_N &&
           (n->language < VOCAB_LANGUAGES_MAX || n->language == LANGUAGE_NONE) &&
           (unsigned)n->ground < GROUND_N && n->ground_at_ms >= 0 && n->ground_at_ms <= FIELD_TIME_MAX &&
           (unsigned)n->mdo_consent <= TRI_YES && (unsigned)n->channel < WAY_BACK_N &&
           is_made_of(n->callback, sizeof n->callback, "0123456789 +-") &&
           is_made_of(n->return_code, sizeof n->return_code,
                      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
}

void desk_said_put(const struct desk_said *s, int64_t at_ms, struct need *with)
{
    with->channel = s->channel;
    with->ground = s->ground;
    with->ground_at_ms = at_ms;
    memcpy(with->callback, s->callback, sizeof with->callback);
}

bool desk_said_is_valid(const struct desk_said *s, const struct need *n)
{
    struct need with = *n;

    desk_said_put(s, 0, &with);
    return need_is_valid(&with) && s->ground != GROUND_NONE &&
           (s->channel == WAY_BACK_CHAT || s->callback[0] != '\0');
}

/* A person whose age nobody knows is an adult: a child always has an age. */
static bool is_adult(const struct person *p)
{
    return p->age == AGE_UNKNOWN || p->age >= ADULT_AGE;
}

int need_adults(const struct need *n)
{
    int adults = 0;

    for (unsigned i = 0; i < n->n_persons; i++)
        adults += is_adult(&n->persons[i]);
    return adults;
}

int need_children(const struct need *n)
{
    return n->n_persons - need_adults(n);
}

int need_oldest_child(const struct need *n, enum sex sex)
{
    int oldest = -1;

    for (unsigned i = 0; i < n->n_persons; i++) {
        const struct person *p = &n->persons[i];
        /* Of unknown or other sex: may be either, so it is judged as both. */
        bool counts = p->sex == sex || p->sex == SEX_UNKNOWN || p->sex == SEX_X;

        if (!is_adult(p) && counts && p->age > oldest)
            oldest = p->age;
    }
    return oldest;
}

void need_fields(struct fields *f, struct need *n)
{
    FIELD_ENUM(f, n->urgency, URGENCY_N);
    FIELD_ENUM(f, n->threat_level, THREAT_N);
    field_tris(f, &n->threat_kinds, THREAT_KIND_N);
    field_below(f, &n->n_persons, NEED_PERSONS_MAX + 1);
    for (unsigned i = 0; i < n->n_persons; i++) {
        FIELD_ENUM(f, n->persons[i].sex, SEX_N);
        field_i16(f, &n->persons[i].age, AGE_UNKNOWN, AGE_MAX);
        FIELD_BOOL(f, n->persons[i].pregnant);
    }
    FIELD_BOOL(f, n->keep_together);
    field_tris(f, &n->traits, VOCAB_TRAITS_MAX);
    field_u64(f, &n->unsafe_regions);
    field_below(f, &n->n_points, NEED_POINTS_MAX + 1);
    for (unsigned i = 0; i < n->n_points; i++) {
        field_region(f, &n->points[i].region);
        field_u16(f, &n->points[i].minutes);
    }
    field_u16(f, &n->home_municipality);
    field_region(f, &n->home_region);
    field_region(f, &n->school_region);
    FIELD_ENUM(f, n->residence, RESIDENCE_N);
    field_u8(f, &n->language);
    FIELD_BOOL(f, n->minor_alone);
    FIELD_BOOL(f, n->anonymous);
    FIELD_ENUM(f, n->ground, GROUND_N);
    field_time(f, &n->ground_at_ms);
    FIELD_TRI(f, n->mdo_consent);
    field_text(f, n->callback, sizeof n->callback);
    field_text(f, n->return_code, sizeof n->return_code);
    if (fields_since(f, 4, n->channel == WAY_BACK_PHONE))
        FIELD_ENUM(f, n->channel, WAY_BACK_N);
}

void need_encode(const struct need *n, struct buf *out)
{
    struct fields f = fields_write(out);
    struct need copy = *n;

    CHECK(need_is_valid(n));
    need_fields(&f, &copy);
}

enum err need_decode(struct bytes_reader *r, uint8_t version, struct need *out)
{
    struct fields f = fields_read_version(r, version);
    struct need n;

    memset(&n, 0, sizeof n);
    need_fields(&f, &n);
    /* The loops above ran over checked counts only: a failed reader gives zeros. */
    if (r->failed || !need_is_valid(&n)) {
        r->failed = true;
        return ERR_BAD_INPUT;
    }
    *out = n;
    return OK;
}

const char *const *way_back_codes(void)
{
    static const char *const list[WAY_BACK_N] = {[WAY_BACK_PHONE] = "telefoon", [WAY_BACK_CHAT] = "chat"};

    return list;
}
