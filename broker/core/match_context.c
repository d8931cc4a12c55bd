#include "core/match_parts.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "core/ledger.h"
#include "core/referral.h"
#include "core/request.h"

#include <string.h>

#define DAY_MINUTES 1440
#define WEEK_DAYS 7
#define SATURDAY 5
#define OFFICE_FROM (8 * 60 + 30) /* when an ordinary house answers: matching.md 2.1 */
#define OFFICE_UNTIL (18 * 60)

_Static_assert(REFERRAL_REQUESTS_MAX <= 64, "asked[] of struct match_ctx holds 64");

static bool is_region(const struct match_ctx *c, uint8_t region)
{
    return region < vocab_regions(c->vocab);
}

static int older(int a, int b)
{
    return a > b ? a : b;
}

static void count_person(struct match_ctx *c, const struct person *p)
{
    if (p->age != AGE_UNKNOWN && p->age < ADULT_AGE) {
        c->children++;
        if (p->sex == SEX_M)
            c->oldest_boy = older(c->oldest_boy, p->age);
        else if (p->sex == SEX_F)
            c->oldest_girl = older(c->oldest_girl, p->age);
        else
            c->oldest_other = older(c->oldest_other, p->age);
        return;
    }
    if (p->sex == SEX_F)
        c->women++;
    else if (p->sex == SEX_M)
        c->men++;
    else
        c->others++;
    if (p->age == AGE_UNKNOWN) {
        c->adult_age_unknown = true;
        return;
    }
    c->adult_age_high = older(c->adult_age_high, p->age);
    if (c->adult_age_low < 0 || p->age < c->adult_age_low)
        c->adult_age_low = p->age;
}

static void read_household(struct match_ctx *c)
{
    int pregnant_bit = vocab_trait_find(c->vocab, "zwanger");

    c->persons = c->need->n_persons;
    c->adult_age_low = c->adult_age_high = -1;
    c->oldest_boy = c->oldest_girl = c->oldest_other = -1;
    for (int i = 0; i < c->persons; i++) {
        count_person(c, &c->need->persons[i]);
        /* Told with the person is told, whatever the list of needs says. */
        if (c->need->persons[i].pregnant && pregnant_bit != NO_BIT)
            tri_put(&c->traits, (unsigned)pregnant_bit, TRI_YES);
    }
}

static enum tri trafficking_of(const struct match_ctx *c)
{
    uint64_t exploitation = vocab_exploitation_traits(c->vocab);
    enum tri network = tri_get(c->need->threat_kinds, THREAT_KIND_NETWERK);

    if (network == TRI_YES || (c->traits.yes & exploitation) != 0)
        return TRI_YES;
    if (network == TRI_NO && (exploitation & ~c->traits.no) == 0)
        return TRI_NO;
    return TRI_UNKNOWN;
}

static enum tri guard_need_of(const struct match_ctx *c)
{
    enum tri asked_for = c->guard_bit == NO_BIT ? TRI_NO : tri_get(c->traits, (unsigned)c->guard_bit);

    if (c->need->threat_level == THREAT_ROOD || asked_for == TRI_YES)
        return TRI_YES;
    return c->need->threat_level == THREAT_UNKNOWN ? TRI_UNKNOWN : asked_for;
}

static void read_traits(struct match_ctx *c)
{
    c->excluding = vocab_trait_mask(c->vocab, TRAIT_MUST) | vocab_trait_mask(c->vocab, TRAIT_REFUSAL);
    c->soft = vocab_trait_mask(c->vocab, TRAIT_SOFT);
    c->secret_bit = vocab_trait_find(c->vocab, "geheim_adres");
    c->guard_bit = vocab_trait_find(c->vocab, "beveiliging_24u");
    c->dutch = vocab_language_find(c->vocab, "nl");
    c->trafficking = trafficking_of(c);
    c->guard_needed = guard_need_of(c);
}

/* One bit per region, so that a place costs one test however many areas are named. */
static void read_unsafe(struct match_ctx *c)
{
    const struct need *n = c->need;

    c->unsafe = n->unsafe_regions;
    for (int i = 0; i < n->n_points; i++) {
        /* Danger that cannot be placed on the map leaves no region that may be called safe. */
        if (!is_region(c, n->points[i].region))
            c->unsafe = UINT64_MAX;
        for (uint8_t r = 0; is_region(c, n->points[i].region) && is_region(c, r); r++) {
            if (vocab_minutes(c->vocab, n->points[i].region, r) < n->points[i].minutes)
                c->unsafe |= UINT64_C(1) << r;
        }
    }
    c->unsafe_given = n->unsafe_regions != 0 || n->n_points > 0;
    c->home_unsafe = is_region(c, n->home_region) && (c->unsafe >> n->home_region & 1) != 0;
}

static int week_minute_of(const struct match_ctx *c, int64_t at_ms)
{
    /* The first of January 1970 was a Thursday, three days after a Monday; no record is older. */
    if (!c->plain_clock)
        return time_week_minute_nl(at_ms);
    return (int)((at_ms + 3 * MS_DAY) / MS_MINUTE % (WEEK_DAYS * DAY_MINUTES));
}

static void read_time(struct match_ctx *c, const struct match_query *q)
{
    int64_t term_ms = vocab_deadline_minutes(c->vocab, c->need->urgency) * MS_MINUTE;
    int week_minute = week_minute_of(c, q->now_ms);

    c->now_ms = q->now_ms;
    c->deadline_ms = q->deadline_ms != 0 ? q->deadline_ms : q->now_ms + term_ms;
    /* A household past its deadline still needs a place: a house that opens at eight must not drop out then.
     */
    c->intake_by_ms = c->deadline_ms > q->now_ms ? c->deadline_ms : q->now_ms + term_ms;
    c->day_minute = week_minute % DAY_MINUTES;
    c->weekday = week_minute / DAY_MINUTES;
    c->office_hours =
        week_minute < 5 * DAY_MINUTES && c->day_minute >= OFFICE_FROM && c->day_minute < OFFICE_UNTIL;
}

void match_ctx_init(struct match_ctx *c, const struct vocab *vocab, const struct core_settings *settings,
                    const struct match_query *q)
{
    memset(c, 0, sizeof *c);
    c->vocab = vocab;
    c->need = q->need;
    c->role = q->role;
    c->placing = q->placing | (q->role == ROLE_COMENSHA ? 1u << GATEKEEPER_COMENSHA : 0);
    c->traits = q->need->traits;
    c->settings = settings;
    c->plain_clock = settings->plain_clock;
    c->all_regions = vocab_regions(vocab) == 64 ? UINT64_MAX : (UINT64_C(1) << vocab_regions(vocab)) - 1;
    c->from = is_region(c, q->need->home_region) ? q->need->home_region
              : is_region(c, q->referrer_region) ? q->referrer_region
                                                 : REGION_NONE;
    read_time(c, q);
    read_household(c);
    read_traits(c);
    read_unsafe(c);
    match_distance_costs(c);
}

/* A no stands, but for 'full': rooms come free. Who did not answer is left in peace for a while, unless it
 * said yes after all (matching.md 3.4). */
static bool counts_as_asked(const struct match_ctx *c, const struct request *q)
{
    const struct core_settings *s = c->settings;

    switch (q->state) {
    case REQUEST_PENDING:
    case REQUEST_ACCEPTED:
    case REQUEST_ADMITTED:
        return true;
    case REQUEST_DECLINED:
        return !(vocab_decline_is_full(c->vocab, q->decline_reason) ||
                 vocab_decline_is_taken(c->vocab, q->decline_reason)) ||
               c->now_ms < q->ended_at_ms + s->again_after_full_s * MS_SECOND;
    case REQUEST_EXPIRED:
        return !q->late_yes && c->now_ms < q->ended_at_ms + s->again_after_silence_s * MS_SECOND;
    case REQUEST_CANCELLED: /* its bed fell away, or they do not want to go there: not at once again */
        return (q->cancel_why == CANCEL_BED_GONE || q->cancel_why == CANCEL_HOUSEHOLD_NO) &&
               c->now_ms < q->ended_at_ms + s->again_after_full_s * MS_SECOND;
    case REQUEST_LEFT:
    case REQUEST_STATE_N:
        break;
    }
    return false;
}

/* Who has only the return code learns nothing from the list of a house where the household still is (and a
 * clock's follow-up is of who knows it). Not where it left because it was not safe: what its neighbours may
 * know is no reason to go back. What has become unsafe since is out by the rules, whoever knows it. */
static bool is_house_to_go_back_to(const struct match_ctx *c, const struct engine *e, struct referral_id id,
                                   const struct stay *s)
{
    enum link_why why = engine_household(e, id).why;
    int unsafe = vocab_list_find(c->vocab, LIST_DEPARTURE, "veiligheid");

    if (s->state != STAY_DEPARTED && (why == LINK_RETURN || why == LINK_NONE))
        return false;
    return unsafe < 0 || s->departure != unsafe + 1;
}

void match_ctx_add_known(struct match_ctx *c, const struct engine *e, struct referral_id id)
{
    const struct stay *s = engine_stay_before(e, id, c->need->return_code);

    if (s != NULL && is_house_to_go_back_to(c, e, id, s))
        c->known_house = engine_pool(e, s->pool)->location;
}

/* ---- houses ---- */

/* One word for each house, the weightiest; where there is no room, the lightest of all gives way. */
static void add_house(struct match_ctx *c, struct location_id id, enum house_word word)
{
    struct match_house *lightest = &c->houses[0];

    for (size_t i = 0; i < c->n_houses; i++) {
        struct match_house *h = &c->houses[i];

        if (h->location.v == id.v) {
            h->word = word > h->word ? word : h->word;
            return;
        }
        lightest = h->word < lightest->word ? h : lightest;
    }
    if (c->n_houses < MATCH_HOUSES_MAX)
        lightest = &c->houses[c->n_houses++];
    else if (lightest->word >= word)
        return;
    *lightest = (struct match_house){id, word};
}

/* What a request of the household says of the house; OWN: of the referral that is looked for. */
static enum house_word word_of_request(const struct match_ctx *c, const struct request *q, bool own)
{
    int64_t rest_ms = c->settings->again_after_full_s * MS_SECOND;

    if (q->state == REQUEST_DECLINED)
        return q->decline_reason == c->conflict_reason ? HOUSE_CONFLICT : HOUSE_NONE;
    if (q->state != REQUEST_CANCELLED)
        return HOUSE_NONE;
    if (q->refused) /* until nobody can let them in by that yes any more: then people may ask again */
        return own && c->now_ms < q->ended_at_ms + REQUEST_LOST_MS ? HOUSE_REFUSED : HOUSE_REFUSED_BEFORE;
    if (q->cancel_why != CANCEL_HOUSEHOLD_NO)
        return HOUSE_NONE;
    return own && c->now_ms < q->ended_at_ms + rest_ms ? HOUSE_UNWANTED : HOUSE_UNWANTED_BEFORE;
}

/* They came in there after all: what was said of its door is over. */
static bool was_let_in(const struct engine *e, const struct referral *r, struct location_id house)
{
    for (int i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->state == REQUEST_ADMITTED && !q->bridge && engine_pool(e, q->pool)->location.v == house.v)
            return true;
    }
    return false;
}

static void add_houses_of(struct match_ctx *c, const struct engine *e, const struct referral *r, bool own,
                          bool bridge)
{
    for (int i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);
        enum house_word word = word_of_request(c, q, own);
        struct location_id house = {0};

        /* Of a bed for the meantime only that a resident knows them is said of the house too. */
        if (word == HOUSE_NONE || (word != HOUSE_CONFLICT && !bridge && q->bridge))
            continue;
        house = engine_pool(e, q->pool)->location;
        if (word == HOUSE_CONFLICT || !was_let_in(e, r, house))
            add_house(c, house, word);
    }
}

void match_ctx_add_houses(struct match_ctx *c, const struct engine *e, struct referral_id id, bool bridge)
{
    int unsafe = vocab_list_find(c->vocab, LIST_DEPARTURE, "veiligheid");
    int conflict = vocab_list_find(c->vocab, LIST_DECLINE, "netwerk_conflict");
    struct referral_id at = id;

    if (at.v == 0 && c->need->return_code[0] != '\0') {
        const struct stay *s = engine_stay_by_return_code(e, c->need->return_code);

        at = s != NULL ? s->referral : at;
    }
    if (at.v == 0)
        return;
    c->conflict_reason = conflict < 0 ? 0 : (uint8_t)(conflict + 1);
    for (at = engine_household_first(e, at); at.v != 0; at = engine_household_next(e, at)) {
        const struct stay *s = engine_stay_of(e, at);

        add_houses_of(c, e, engine_referral(e, at), at.v == id.v, bridge);
        if (s != NULL && s->state == STAY_DEPARTED && unsafe >= 0 && s->departure == unsafe + 1)
            add_house(c, engine_pool(e, s->pool)->location, HOUSE_UNSAFE);
    }
}

void match_ctx_add_asked(struct match_ctx *c, const struct engine *e, struct referral_id id, bool bridge)
{
    const struct referral *r = id.v != 0 ? engine_referral(e, id) : NULL;

    for (int i = 0; r != NULL && i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q == NULL || !counts_as_asked(c, q))
            continue;
        /* What a house says of a bed for the meantime, it does not say of a place, only of the next time that
         * it is asked for one; but one pool is not asked twice at a time. */
        if (q->bridge && !bridge && !request_is_holding(q))
            continue;
        c->asked[c->n_asked++] = (struct match_asked){
            .pool = q->pool,
            .declined = q->state == REQUEST_DECLINED,
            .decline_reason = q->decline_reason,
        };
    }
}

/* ---- places ---- */

struct hours {
    int from, until; /* minutes of the day, overnight if FROM is the later; equal = nobody is taken in */
};

static struct hours hours_of(const struct location *l, int weekday)
{
    bool is_weekend = weekday >= SATURDAY;

    if (is_weekend && (l->weekend_from_minute != 0 || l->weekend_until_minute != 0))
        return (struct hours){l->weekend_from_minute, l->weekend_until_minute};
    return (struct hours){l->intake_from_minute, l->intake_until_minute};
}

static bool is_open(const struct location *l, int weekday, int day_minute)
{
    struct hours today = hours_of(l, weekday);
    struct hours yesterday = hours_of(l, (weekday + WEEK_DAYS - 1) % WEEK_DAYS);

    if (yesterday.from > yesterday.until && day_minute < yesterday.until)
        return true;
    if (today.from == today.until)
        return false;
    return today.from < today.until ? day_minute >= today.from && day_minute < today.until
                                    : day_minute >= today.from;
}

/* Minutes of the week's clock from now to the next opening. */
static int wait_for_opening(const struct match_ctx *c, const struct location *l)
{
    for (int days = 0; days <= WEEK_DAYS; days++) {
        struct hours h = hours_of(l, (c->weekday + days) % WEEK_DAYS);
        int wait = days * DAY_MINUTES + h.from - c->day_minute;

        if (h.from != h.until && wait >= 0)
            return wait;
    }
    return 0;
}

int match_opens_day_minute(const struct match_ctx *c, const struct location *l)
{
    return (c->day_minute + wait_for_opening(c, l)) % DAY_MINUTES;
}

/* Minutes that the clock at AT_MS is before DAY_MINUTE; negative = after it. */
static int clock_is_before(const struct match_ctx *c, int64_t at_ms, int day_minute)
{
    int off = day_minute - week_minute_of(c, at_ms) % DAY_MINUTES;

    return off > DAY_MINUTES / 2 ? off - DAY_MINUTES : off < -DAY_MINUTES / 2 ? off + DAY_MINUTES : off;
}

int64_t match_opens_at_ms(const struct match_ctx *c, const struct location *l)
{
    int wait = wait_for_opening(c, l);
    int opens = (c->day_minute + wait) % DAY_MINUTES;
    int64_t at_ms = c->now_ms - c->now_ms % MS_MINUTE + wait * MS_MINUTE;

    /* In the night the clock is changed, the wait is an hour longer or shorter than the clock says. */
    at_ms += clock_is_before(c, at_ms, opens) * MS_MINUTE;
    /* In spring an hour is passed over: a house that opens within it opens at its end. */
    while (clock_is_before(c, at_ms, opens) > 0)
        at_ms += MS_MINUTE;
    return at_ms;
}

static enum intake intake_of(const struct match_ctx *c, const struct location *l)
{
    bool hours_known = l->intake_from_minute != l->intake_until_minute;

    if (l->night_intake == TRI_YES || (hours_known && is_open(l, c->weekday, c->day_minute)))
        return INTAKE_NOW;
    if (l->night_intake == TRI_UNKNOWN || !hours_known)
        return INTAKE_UNKNOWN;
    return match_opens_at_ms(c, l) < c->intake_by_ms ? INTAKE_LATER : INTAKE_TOO_LATE;
}

static enum tri need_of_kind(const struct match_ctx *c, enum kind kind)
{
    if (vocab_kind_tier(c->vocab, kind) == 0)
        return TRI_YES;
    if (kind == KIND_BEVEILIGD)
        return c->guard_needed;
    return kind == KIND_COSM || kind == KIND_OMM ? c->trafficking : TRI_NO;
}

static void complete(struct tri_set *traits, int bit, enum tri fact)
{
    if (bit != NO_BIT && tri_get(*traits, (unsigned)bit) == TRI_UNKNOWN)
        tri_put(traits, (unsigned)bit, fact);
}

/* A house that opens soon enough for this household stands beside those that answer now: asking them first
 * for everybody would use up the few that answer at night. Not at code rood: there every hour counts. */
static bool is_later(const struct match_ctx *c, const struct match_place *p)
{
    int64_t left_ms = c->deadline_ms - c->now_ms;

    if (p->intake != INTAKE_LATER || c->need->threat_level == THREAT_ROOD || left_ms <= 0)
        return p->intake != INTAKE_NOW;
    return (match_opens_at_ms(c, p->location) - c->now_ms) * 1000 > left_ms * c->settings->wait_share;
}

void match_place_init(struct match_place *p, const struct match_ctx *c, const struct pool_kept *pool,
                      const struct location *location, const struct pool_view *view)
{
    p->pool = pool;
    p->location = location;
    p->kind = vocab_kind(c->vocab, pool->kind);
    p->view = *view;
    p->room = ledger_units(pool, view->latest) - view->held;
    p->offerable = view->hidden || view->idle     ? 0
                   : view->freshness == NOT_KNOWN ? UNITS_UNKNOWN
                                                  : view->offerable;
    p->traits = pool->traits;
    complete(&p->traits, c->secret_bit, location->secret_address);
    complete(&p->traits, c->guard_bit, location->guard_24h);
    p->gatekeeper = p->kind->gatekeeper != GATEKEEPER_NONE ? p->kind->gatekeeper : pool->gatekeeper;
    p->intake = intake_of(c, location);
    p->later = is_later(c, p);
    p->needed = need_of_kind(c, pool->kind);
}

void match_place_load(struct match_place *p, const struct match_ctx *c, const struct engine *e,
                      struct pool_id id)
{
    const struct pool_kept *pool = engine_pool(e, id);
    struct pool_view view;

    CHECK(pool != NULL);
    view = engine_pool_view(e, id, c->now_ms);
    match_place_init(p, c, pool, engine_location(e, pool->location), &view);
}
