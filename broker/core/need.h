/* What a household needs: the standard intake (domain: section 5), made once. No name, no birth date, no
 * address. Everything in here describes people: it travels in the private part of events and is sealed in the
 * journal. */
#ifndef PLEK_CORE_NEED_H
#define PLEK_CORE_NEED_H

#include "base/bytes.h"
#include "core/kinds.h"
#include "core/tri.h"

/* How the referrer is reached: a desk that is rung, or one that can only be written to (Chat). */
enum way_back { WAY_BACK_PHONE, WAY_BACK_CHAT, WAY_BACK_N } ONE_BYTE;

#define NEED_PERSONS_MAX 12
#define NEED_POINTS_MAX 8
#define ADULT_AGE 18

struct person {
    enum sex sex;
    int16_t age; /* years; AGE_UNKNOWN for an adult of unknown age. A child (below 18) always has an age */
    bool pregnant;
};

/* "Keep at least MINUTES of travel away from this region." */
struct unsafe_point {
    uint8_t region;
    uint16_t minutes;
};

struct need {
    enum urgency urgency;
    enum threat_level threat_level;
    uint8_t n_persons, n_points;
    bool keep_together;
    enum way_back channel;       /* nobed: CHAT needs no call-back; changes no match */
    struct tri_set threat_kinds; /* yes / no; unknown = not asked */
    struct person persons[NEED_PERSONS_MAX];
    struct tri_set traits;   /* yes = needed, no = not needed, neither = not known */
    uint64_t unsafe_regions; /* bit = region */
    struct unsafe_point points[NEED_POINTS_MAX];
    uint16_t home_municipality; /* 0 = not given */
    uint8_t home_region;   /* REGION_NONE if not known: distance then counts from the referrer's region */
    uint8_t school_region; /* where school or work should stay reachable; REGION_NONE = no wish */
    enum residence residence;
    uint8_t language; /* index, 255 = none needed or not known */
    bool minor_alone; /* an unaccompanied minor: jeugd places, gatekeeper GI */
    bool anonymous;
    enum ground ground;
    enum tri mdo_consent;
    int64_t ground_at_ms; /* 0 = not given */
    char callback[24];    /* number of the worker's desk; digits, space, + and - */
    char return_code[16]; /* of an earlier stay, "" = none */
};

/* What a desk says of itself when it takes a referral that another opened: how it is rung, and on what legal
 * ground it works. */
struct desk_said {
    bool said; /* else nothing was, and the rest is empty */
    enum way_back channel;
    enum ground ground;
    char callback[24];
};
/* Whether N, with what the desk says, is a need as any other: with CHANNEL telephone a number, always a
 * ground.
 */
bool desk_said_is_valid(const struct desk_said *s, const struct need *n);
/* Nothing of N is another desk's then: WITH gets what S says, and AT as the moment of its ground. */
void desk_said_put(const struct desk_said *s, int64_t at_ms, struct need *with);

/* An empty need: nothing known, keep together. */
struct need need_empty(void);

/* True if every field is in range (a need from the API or a decoder must be before it enters the engine). */
bool need_is_valid(const struct need *n);

int need_adults(const struct need *n);
int need_children(const struct need *n);
/* Oldest child of that sex below 18, or -1. A child of unknown or other sex counts for both. */
int need_oldest_child(const struct need *n, enum sex sex);

/* Private part of an event: append / read back. Reading takes the codec version of the
 * bytes and refuses anything out of range (ERR_BAD_INPUT). */
void need_encode(const struct need *n, struct buf *out);
MUST_CHECK enum err need_decode(struct bytes_reader *r, uint8_t version, struct need *out);

const char *const *way_back_codes(void); /* "telefoon" "chat" */

#endif
