#include "core/engine.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "core/engine_state.h"
#include "core/may_suit.h"
#include "core/scarcity.h"

#include <stdlib.h>

struct core_settings core_settings_default(void)
{
    struct core_settings s = {
        .ask_default = {[THREAT_UNKNOWN] = 1, [THREAT_GROEN] = 1, [THREAT_ORANJE] = 1, [THREAT_ROOD] = 2},
        .ask_max = {[THREAT_UNKNOWN] = 1, [THREAT_GROEN] = 1, [THREAT_ORANJE] = 3, [THREAT_ROOD] = 5},
        .answer_by_s = {[THREAT_UNKNOWN] = 40 * 60,
                        [THREAT_GROEN] = 160 * 60,
                        [THREAT_ORANJE] = 40 * 60,
                        [THREAT_ROOD] = 10 * 60},
        .hold_pending_s = {[THREAT_UNKNOWN] = 6 * 3600,
                           [THREAT_GROEN] = 12 * 3600,
                           [THREAT_ORANJE] = 6 * 3600,
                           [THREAT_ROOD] = 3 * 3600},
        .keys_max = 200000,
        .keys_age_s = 48 * 3600,
        .disagree_ms = 24 * MS_HOUR,
        .far_minutes = 120,
        .ask_next = {[THREAT_UNKNOWN] = 1, [THREAT_GROEN] = 1, [THREAT_ORANJE] = 1, [THREAT_ROOD] = 1},
        .urgent_answer_s =
            {[URGENCY_NU] = 40 * 60, [URGENCY_VANDAAG] = 80 * 60, [URGENCY_DRIE_DAGEN] = 160 * 60},
        .urgent_hold_s =
            {[URGENCY_NU] = 3 * 3600, [URGENCY_VANDAAG] = 6 * 3600, [URGENCY_DRIE_DAGEN] = 12 * 3600},
        .again_after_silence_s = 3 * 3600,
        .again_after_full_s = 12 * 3600,
        .tier_window_s =
            {[URGENCY_NU] = 2 * 3600, [URGENCY_VANDAAG] = 8 * 3600, [URGENCY_DRIE_DAGEN] = 16 * 3600},
        .price_coverage = 300,
        .price_rarity = 500,
        .price_short = 300,
        .price_distance = 200,
        .wait_share = 500,
        .chance = 150,
        /* ---- timers and escalation ---- */
        .timers = timers_settings_default(),
        /* ---- no bed: bridges and the unplaced register ---- */
        .bridge_check_in_minutes = 120,
        .bridge_grace_s = 15 * 60,
        .bridge_again_s = 10 * 60,
        .bridge_seen_s = 30 * 60,
        .bridge_arrival_s = 3 * 3600,
        .order_minutes = 10 * 24 * 60,
        .order_warn_s = 24 * 3600,
        .order_again_s = 3600,
        /* ---- gatekeepers ---- */
        /* ---- stays, clocks, nights and funding ---- */
        /* ---- MDO, regiehouder, consult ---- */
        .care = {.remind_s = 24 * 3600},
        /* ---- warm handover, keys and notes ---- */
        .handover = {.note_keep_s = 7 * 24 * 3600,
                     .note_unread_s = 90 * 24 * 3600,
                     .key_loss_s = 3 * 24 * 3600},
        /* ---- location leaked, surge, conflict check ---- */
    };

    for (int i = 0; i < SOURCE_N; i++)
        s.freshness[i] = (struct freshness_limits){
            .fresh_ms = 2 * MS_HOUR, .ageing_ms = 8 * MS_HOUR, .stale_ms = 24 * MS_HOUR};
    return s;
}

struct engine *engine_new(const struct vocab *vocab, const struct core_settings *settings)
{
    struct engine *e = mem_new(1, sizeof *e);

    e->vocab = vocab;
    e->settings = *settings;
    e->scarcity = scarcity_new();
    e->may_suit = may_suit_new();
    return e;
}

void engine_free(struct engine *e)
{
    if (e == NULL)
        return;
    keys_free(e);
    timers_free(&e->timers);
    scarcity_free(e);
    may_suit_free(e);
    nobed_free(&e->nobed);
    free(e->orgs);
    free(e->locations);
    for (uint32_t i = 0; i < e->n_pools; i++)
        pool_words_free(&e->pools[i]);
    pool_texts_free(&e->pool_texts);
    free(e->pools);
    for (uint32_t i = 0; i < e->n_referrals; i++) {
        free(e->referrals[i].r.requests);
        free(e->referrals[i].r.found);
    }
    free(e->referrals);
    free(e->requests);
    free(e->org_codes.entries);
    free(e->location_codes.entries);
    free(e->pool_codes.entries);
    free(e->referral_codes.entries);
    handover_free(&e->handover);
    free(e->due);
    free(e->gates.list);
    care_free(&e->care);
    stay_state_free(&e->stay);
    safety_free(&e->safety);
    free(e);
}

uint64_t engine_seq(const struct engine *e)
{
    return e->seq;
}

const struct vocab *engine_vocab(const struct engine *e)
{
    return e->vocab;
}

const struct core_settings *engine_settings(const struct engine *e)
{
    return &e->settings;
}

uint32_t engine_orgs(const struct engine *e)
{
    return e->n_orgs;
}

uint32_t engine_locations(const struct engine *e)
{
    return e->n_locations;
}

uint32_t engine_pools(const struct engine *e)
{
    return e->n_pools;
}

uint64_t engine_referrals(const struct engine *e)
{
    return e->n_referrals;
}

uint64_t engine_requests(const struct engine *e)
{
    return e->n_requests;
}

const struct org *engine_org(const struct engine *e, struct org_id id)
{
    return id.v >= 1 && id.v <= e->n_orgs ? &e->orgs[id.v - 1] : NULL;
}

const struct location *engine_location(const struct engine *e, struct location_id id)
{
    return id.v >= 1 && id.v <= e->n_locations ? &e->locations[id.v - 1] : NULL;
}

const struct pool_kept *engine_pool(const struct engine *e, struct pool_id id)
{
    return id.v >= 1 && id.v <= e->n_pools ? &e->pools[id.v - 1].pool : NULL;
}

const struct referral *engine_referral(const struct engine *e, struct referral_id id)
{
    return id.v >= 1 && id.v <= e->n_referrals ? &e->referrals[id.v - 1].r : NULL;
}

const struct request *engine_request(const struct engine *e, struct request_id id)
{
    return id.v >= 1 && id.v <= e->n_requests ? &e->requests[id.v - 1].r : NULL;
}

struct pool_slot *pool_slot(struct engine *e, struct pool_id id)
{
    CHECK(engine_pool(e, id) != NULL);
    return &e->pools[id.v - 1];
}

struct referral_slot *referral_slot(struct engine *e, struct referral_id id)
{
    CHECK(engine_referral(e, id) != NULL);
    return &e->referrals[id.v - 1];
}

struct request_slot *request_slot(struct engine *e, struct request_id id)
{
    CHECK(engine_request(e, id) != NULL);
    return &e->requests[id.v - 1];
}

struct org_id engine_org_find(const struct engine *e, const char *code)
{
    return (struct org_id){code_find(e, &e->org_codes, org_code_of, code)};
}

struct location_id engine_location_find(const struct engine *e, const char *code)
{
    return (struct location_id){code_find(e, &e->location_codes, location_code_of, code)};
}

struct pool_id engine_pool_find(const struct engine *e, const char *code)
{
    return (struct pool_id){code_find(e, &e->pool_codes, pool_code_of, code)};
}

bool engine_referral_code_exists(const struct engine *e, const char *code)
{
    return code_find(e, &e->referral_codes, referral_code_of, code) != 0;
}
