#include "core/records.h"

#include "core/reason.h"
#include "core/timers/timers_state.h"
#include "core/vocab.h"

#define MINUTES_OF_DAY 1440

void org_fields(struct fields *f, struct org *o)
{
    field_u32(f, &o->id.v);
    FIELD_ENUM(f, o->kind, ORG_KIND_N);
    field_text(f, o->code, sizeof o->code);
    field_text(f, o->name, sizeof o->name);
    field_region(f, &o->region);
}

void location_fields(struct fields *f, struct location *l)
{
    field_u32(f, &l->id.v);
    field_u32(f, &l->org.v);
    field_text(f, l->code, sizeof l->code);
    field_text(f, l->name, sizeof l->name);
    field_region(f, &l->region);
    field_u16(f, &l->municipality);
    FIELD_TRI(f, l->secret_address);
    FIELD_TRI(f, l->guard_24h);
    FIELD_TRI(f, l->night_intake);
    field_u16(f, &l->intake_from_minute);
    field_u16(f, &l->intake_until_minute);
    field_u16(f, &l->answer_minutes);
    if (fields_since(f, 2, l->weekend_from_minute == 0 && l->weekend_until_minute == 0)) {
        field_u16(f, &l->weekend_from_minute);
        field_u16(f, &l->weekend_until_minute);
    }
}

void pool_fields(struct fields *f, struct pool *p)
{
    field_u32(f, &p->id.v);
    field_u32(f, &p->location.v);
    field_u32(f, &p->org.v);
    field_text(f, p->code, sizeof p->code);
    field_text(f, p->name, sizeof p->name);
    field_text(f, p->name_en, sizeof p->name_en);
    FIELD_ENUM(f, p->kind, KIND_N);
    field_u8(f, &p->unit_size);
    field_u16(f, &p->units_total);
    FIELD_TRI(f, p->women);
    FIELD_TRI(f, p->men);
    field_i16(f, &p->adult_age_min, AGE_UNKNOWN, AGE_NO_LIMIT);
    field_i16(f, &p->adult_age_max, AGE_UNKNOWN, AGE_NO_LIMIT);
    FIELD_TRI(f, p->children);
    field_i16(f, &p->son_age_max, AGE_UNKNOWN, AGE_NO_LIMIT);
    field_i16(f, &p->daughter_age_max, AGE_UNKNOWN, AGE_NO_LIMIT);
    field_tris(f, &p->residences, RESIDENCE_N);
    field_tris(f, &p->threat_levels, THREAT_N);
    field_tris(f, &p->threat_kinds, THREAT_KIND_N);
    field_tris(f, &p->traits, VOCAB_TRAITS_MAX);
    field_u64(f, &p->languages);
    field_u64(f, &p->serves_regions);
    FIELD_BOOL(f, p->safety_exception);
    FIELD_TRI(f, p->linkable);
    FIELD_ENUM(f, p->gatekeeper, GATEKEEPER_N);
    field_text(f, p->funding, sizeof p->funding);
    field_time(f, &p->funded_until_ms);
    if (fields_since(f, 4, !p->overflow))
        FIELD_BOOL(f, p->overflow);
}

void observation_fields(struct fields *f, struct observation *o)
{
    field_u32(f, &o->pool.v);
    FIELD_ENUM(f, o->source, SOURCE_N);
    field_u64(f, &o->report);
    field_count(f, &o->total);
    field_count(f, &o->free);
    field_count(f, &o->occupied);
    field_count(f, &o->out_of_order);
    FIELD_TRI(f, o->deliverable);
    field_u8(f, &o->stop);
    field_time(f, &o->stop_until_ms);
    field_time(f, &o->observed_at_ms);
    field_time(f, &o->received_at_ms);
}

void key_fields(struct fields *f, struct command_key *k)
{
    field_u64(f, &k->hi);
    field_u64(f, &k->lo);
    field_u64(f, &k->body);
}

void outcome_fields(struct fields *f, struct outcome *o)
{
    FIELD_ENUM(f, o->refusal, REFUSAL_N);
    field_u32(f, &o->pool.v);
    field_u64(f, &o->referral.v);
    field_below(f, &o->n_requests, OUTCOME_IDS_MAX + 1);
    for (unsigned i = 0; i < o->n_requests; i++)
        field_u64(f, &o->requests[i].v);
    field_u16(f, &o->fault_index);
    field_u16(f, &o->fault_bits);
    field_u16(f, &o->applied);
    field_u16(f, &o->late);
    field_u16(f, &o->unchanged);
    field_u64(f, &o->seq);
    if (fields_since(f, 4, o->made == 0))
        field_u64(f, &o->made);
}

#define PRICE_MAX INT32_C(100000000)

/* What the first journals did not keep of a proposal: the price of the place and how many others there were.
 */
static void market_fields(struct fields *f, struct proposal *p)
{
    field_i32(f, &p->price.coverage, 0, PRICE_MAX);
    field_i32(f, &p->price.rarity, 0, PRICE_MAX);
    field_u16(f, &p->fits);
    field_u16(f, &p->asks);
    FIELD_BOOL(f, p->by_broker);
}

static bool market_is_empty(const struct proposal *p)
{
    return p->price.coverage == 0 && p->price.rarity == 0 && p->fits == 0 && p->asks == 0 && !p->by_broker;
}

void request_made_fields(struct fields *f, struct request *r)
{
    struct proposal *p = &r->proposal;

    field_u64(f, &r->id.v);
    field_u64(f, &r->referral.v);
    field_u32(f, &r->pool.v);
    field_u32(f, &r->asked_by.v);
    field_below(f, &r->units, 3);
    field_time(f, &r->asked_at_ms);
    field_time(f, &r->answer_by_ms);
    field_time(f, &r->lapse_at_ms);
    field_u64(f, &p->rules_version);
    field_time(f, &p->observed_at_ms);
    field_count(f, &p->free);
    field_count(f, &p->held);
    field_i32(f, &p->minutes, -1, INT16_MAX);
    field_u16(f, &p->rank);
    field_u16(f, &p->score);
    FIELD_ENUM(f, p->verdict, VERDICT_N);
    if (fields_since(f, 2, market_is_empty(p)))
        market_fields(f, p);
    if (fields_since(f, 4, r->keeper == GATEKEEPER_NONE && r->gate.v == 0)) {
        FIELD_ENUM(f, r->keeper, GATEKEEPER_N);
        field_u32(f, &r->gate.v);
    }
    if (fields_since(f, 4, !r->bridge))
        FIELD_BOOL(f, r->bridge);
}

static void reason_fields(struct fields *f, struct reason *r)
{
    field_below(f, &r->code, REASON_N);
    field_i16(f, &r->a, INT16_MIN, INT16_MAX);
    field_i16(f, &r->b, INT16_MIN, INT16_MAX);
}

/* How the rank came about: distances and languages tell of the household, so this is sealed with the reasons.
 */
static void terms_fields(struct fields *f, struct proposal *p)
{
    reason_fields(f, &p->why);
    field_i32(f, &p->utility, -PRICE_MAX, PRICE_MAX);
    field_i16(f, &p->terms.distance, 0, INT16_MAX);
    field_i16(f, &p->terms.language, 0, INT16_MAX);
    field_i16(f, &p->terms.soft, 0, INT16_MAX);
    field_i16(f, &p->terms.second_move, 0, INT16_MAX);
    field_i16(f, &p->terms.scarcity, 0, INT16_MAX);
}

static bool terms_are_empty(const struct proposal *p)
{
    const struct match_terms *t = &p->terms;

    return p->why.code == 0 && p->why.a == 0 && p->why.b == 0 && p->utility == 0 && t->distance == 0 &&
           t->language == 0 && t->soft == 0 && t->second_move == 0 && t->scarcity == 0;
}

bool proposal_has_facts(const struct proposal *p)
{
    return p->n_reasons > 0 || !terms_are_empty(p);
}

void reasons_fields(struct fields *f, struct proposal *p)
{
    field_below(f, &p->n_reasons, MATCH_REASONS_MAX + 1);
    for (unsigned i = 0; i < p->n_reasons; i++)
        reason_fields(f, &p->reasons[i]);
    if (fields_since(f, 2, terms_are_empty(p)))
        terms_fields(f, p);
}

void request_life_fields(struct fields *f, struct request *r)
{
    field_u32(f, &r->answered_by.v);
    FIELD_ENUM(f, r->state, REQUEST_STATE_N);
    FIELD_ENUM(f, r->cancel_why, CANCEL_N);
    field_u8(f, &r->decline_reason);
    FIELD_BOOL(f, r->late_yes);
    field_time(f, &r->seen_at_ms);
    field_time(f, &r->answered_at_ms);
    field_time(f, &r->ended_at_ms);
    field_u64(f, &r->version);
    if (fields_since(f, 2, r->silent_at_ms == 0))
        field_time(f, &r->silent_at_ms);
    if (fields_since(f, 4, timers_request_is_empty(r)))
        timers_request_fields(f, r);
    if (fields_since(f, 4, !r->overflow))
        FIELD_BOOL(f, r->overflow);
    /* No event holds these: they are another's, and in the digest only where that happened. */
    if (f->mode == FIELDS_HASH && r->left_at_ms != 0 && !r->left_untold)
        field_time(f, &r->left_at_ms);
    if (f->mode == FIELDS_HASH && r->refused)
        FIELD_BOOL(f, r->refused);
}

static void found_fields(struct fields *f, struct referral *r)
{
    field_below(f, &r->n_found, REFERRAL_FOUND_MAX + 1);
    for (unsigned i = 0; i < r->n_found; i++) {
        field_u32(f, &r->found[i].pool.v);
        field_time(f, &r->found[i].at_ms);
        field_u64(f, &r->found[i].seq);
    }
}

void referral_fields(struct fields *f, struct referral *r)
{
    field_u64(f, &r->id.v);
    field_text(f, r->code, sizeof r->code);
    field_u32(f, &r->org.v);
    field_u32(f, &r->opened_by.v);
    FIELD_ENUM(f, r->state, REFERRAL_STATE_N);
    FIELD_ENUM(f, r->urgency, URGENCY_N);
    field_region(f, &r->home_region);
    FIELD_BOOL(f, r->unplaced);
    field_u8(f, &r->withdraw_reason);
    field_time(f, &r->opened_at_ms);
    field_time(f, &r->deadline_ms);
    field_time(f, &r->eta_ms);
    field_time(f, &r->first_asked_ms);
    field_time(f, &r->accepted_at_ms);
    field_time(f, &r->admitted_at_ms);
    field_time(f, &r->closed_at_ms);
    field_u64(f, &r->version);
    field_below(f, &r->n_requests, REFERRAL_REQUESTS_MAX + 1);
    for (unsigned i = 0; i < r->n_requests; i++)
        field_u64(f, &r->requests[i].v);
    if (fields_since(f, 2, r->n_found == 0))
        found_fields(f, r);
}

/* ---- definitions ---- */

static bool is_region(uint8_t v)
{
    return v < VOCAB_REGIONS_MAX || v == REGION_NONE;
}

static bool is_tri(enum tri v)
{
    return (unsigned)v <= TRI_YES;
}

static bool is_name(const char *text, size_t size)
{
    return text[0] != '\0' && text_is_clean(text, size);
}

static bool is_tris(struct tri_set v, unsigned bits)
{
    return tri_set_is_sane(v) && (bits >= 64 || (v.yes | v.no) >> bits == 0);
}

bool org_is_valid(const struct org *o)
{
    return (unsigned)o->kind < ORG_KIND_N && is_name(o->code, sizeof o->code) &&
           is_name(o->name, sizeof o->name) && is_region(o->region);
}

bool location_is_valid(const struct location *l)
{
    return is_name(l->code, sizeof l->code) && is_name(l->name, sizeof l->name) && is_region(l->region) &&
           is_tri(l->secret_address) && is_tri(l->guard_24h) && is_tri(l->night_intake) &&
           l->intake_from_minute <= MINUTES_OF_DAY && l->intake_until_minute <= MINUTES_OF_DAY &&
           l->weekend_from_minute <= MINUTES_OF_DAY && l->weekend_until_minute <= MINUTES_OF_DAY;
}

bool pool_is_valid(const struct pool *p)
{
    return is_name(p->code, sizeof p->code) && is_name(p->name, sizeof p->name) &&
           text_is_clean(p->name_en, sizeof p->name_en) && (unsigned)p->kind < KIND_N && p->unit_size >= 1 &&
           is_tri(p->women) && is_tri(p->men) && p->adult_age_min >= AGE_UNKNOWN &&
           p->adult_age_max >= AGE_UNKNOWN && is_tri(p->children) && p->son_age_max >= AGE_UNKNOWN &&
           p->daughter_age_max >= AGE_UNKNOWN && is_tris(p->residences, RESIDENCE_N) &&
           is_tris(p->threat_levels, THREAT_N) && is_tris(p->threat_kinds, THREAT_KIND_N) &&
           tri_set_is_sane(p->traits) && is_tri(p->linkable) && (unsigned)p->gatekeeper < GATEKEEPER_N &&
           text_is_clean(p->funding, sizeof p->funding) && p->funded_until_ms >= 0 &&
           p->funded_until_ms <= FIELD_TIME_MAX;
}
