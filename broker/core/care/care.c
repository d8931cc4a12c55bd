#include "core/care/care.h"

#include "base/check.h"
#include "core/care/care_state.h"

/* A bit per state that may follow. */
#define TO(s) (1u << (unsigned)(s))

#define MOVES(name, type, count)                                                                             \
    bool name##_may_become(enum type from, enum type to)                                                     \
    {                                                                                                        \
        CHECK((unsigned)from < (count) && (unsigned)to < (count));                                           \
        return ((unsigned)name##_moves[from] >> (unsigned)to & 1u) != 0;                                     \
    }

static const uint8_t mdo_moves[MDO_STATE_N] = {[MDO_CONVENED] = TO(MDO_CLOSED)};
static const uint8_t participant_moves[PARTICIPANT_STATE_N] = {
    [PARTICIPANT_INVITED] = TO(PARTICIPANT_JOINED) | TO(PARTICIPANT_REFUSED) | TO(PARTICIPANT_LEFT),
    [PARTICIPANT_REFUSED] = TO(PARTICIPANT_JOINED) | TO(PARTICIPANT_INVITED),
    [PARTICIPANT_JOINED] = TO(PARTICIPANT_LEFT),
    [PARTICIPANT_LEFT] = TO(PARTICIPANT_INVITED),
};
static const uint8_t item_moves[ITEM_STATE_N] = {
    [ITEM_OPEN] = TO(ITEM_DOING) | TO(ITEM_DONE) | TO(ITEM_DROPPED),
    [ITEM_DOING] = TO(ITEM_DONE) | TO(ITEM_DROPPED),
    [ITEM_DONE] = TO(ITEM_OPEN),
    [ITEM_DROPPED] = TO(ITEM_OPEN),
};
static const uint8_t regie_moves[REGIE_STATE_N] = {
    [REGIE_HELD] = TO(REGIE_OFFERED) | TO(REGIE_ENDED),
    [REGIE_OFFERED] = TO(REGIE_HELD),
};
static const uint8_t consult_moves[CONSULT_STATE_N] = {
    [CONSULT_ASKED] = TO(CONSULT_ANSWERED) | TO(CONSULT_DECLINED) | TO(CONSULT_WITHDRAWN),
};

MOVES(mdo, mdo_state, MDO_STATE_N)
MOVES(participant, participant_state, PARTICIPANT_STATE_N)
MOVES(item, item_state, ITEM_STATE_N)
MOVES(regie, regie_state, REGIE_STATE_N)
MOVES(consult, consult_state, CONSULT_STATE_N)

#define CODES(name, type, count, ...)                                                                        \
    static const char *const name##_list[count] = {__VA_ARGS__};                                             \
    const char *name##_code(enum type v)                                                                     \
    {                                                                                                        \
        CHECK((unsigned)v < (count));                                                                        \
        return name##_list[v];                                                                               \
    }
#define ALL_CODES(name)                                                                                      \
    const char *const *name##_codes(void)                                                                    \
    {                                                                                                        \
        return name##_list;                                                                                  \
    }

CODES(mdo_state, mdo_state, MDO_STATE_N, [MDO_CONVENED] = "convened", [MDO_CLOSED] = "closed")
CODES(participant_state, participant_state, PARTICIPANT_STATE_N, [PARTICIPANT_INVITED] = "invited",
      [PARTICIPANT_JOINED] = "joined", [PARTICIPANT_REFUSED] = "refused", [PARTICIPANT_LEFT] = "left")
CODES(
    mdo_domain, mdo_domain,
    MDO_DOMAIN_N, [MDO_VEILIGHEID] = "veiligheid", [MDO_MEDISCH] = "medisch", [MDO_FORENSISCH] = "forensisch",
    [MDO_PSYCHISCH] = "psychisch", [MDO_STRAFRECHT] = "strafrecht", [MDO_HERSTEL] = "herstel")
CODES(mdo_outside, mdo_outside, OUTSIDE_N, [OUTSIDE_NONE] = "", [OUTSIDE_POLICE] = "politie",
      [OUTSIDE_PROSECUTION] = "om", [OUTSIDE_GP] = "huisarts", [OUTSIDE_CSG] = "csg",
      [OUTSIDE_HOSPITAL] = "ziekenhuis", [OUTSIDE_GGZ] = "ggz", [OUTSIDE_YOUTH] = "jeugdbescherming",
      [OUTSIDE_LAWYER] = "advocaat", [OUTSIDE_OTHER] = "anders")
CODES(item_sort, item_sort,
      ITEM_SORT_N, [ITEM_NEED] = "need", [ITEM_ACTION] = "action", [ITEM_DECISION] = "decision")
CODES(item_state, item_state, ITEM_STATE_N, [ITEM_OPEN] = "open", [ITEM_DOING] = "doing",
      [ITEM_DONE] = "done", [ITEM_DROPPED] = "dropped")
CODES(regie_state, regie_state,
      REGIE_STATE_N, [REGIE_HELD] = "held", [REGIE_OFFERED] = "offered", [REGIE_ENDED] = "ended")
CODES(consult_state, consult_state, CONSULT_STATE_N, [CONSULT_ASKED] = "asked",
      [CONSULT_ANSWERED] = "answered", [CONSULT_DECLINED] = "declined", [CONSULT_WITHDRAWN] = "withdrawn")
ALL_CODES(mdo_domain)
ALL_CODES(mdo_outside)
ALL_CODES(item_sort)
ALL_CODES(item_state)

uint32_t engine_mdos(const struct engine *e)
{
    return e->care.n_mdos;
}

uint32_t engine_mdo_items(const struct engine *e)
{
    return e->care.n_items;
}

uint32_t engine_consults(const struct engine *e)
{
    return e->care.n_consults;
}

const struct mdo *engine_mdo(const struct engine *e, uint32_t id)
{
    return id >= 1 && id <= e->care.n_mdos ? &e->care.mdos[id - 1].m : NULL;
}

const struct mdo_item *engine_mdo_item(const struct engine *e, uint32_t id)
{
    return id >= 1 && id <= e->care.n_items ? &e->care.items[id - 1].i : NULL;
}

const char *mdo_item_callback(const struct engine *e, const struct mdo_item *i)
{
    return i->outside_at != 0 ? e->care.outsides[i->outside_at - 1].callback : "";
}

const struct consult *engine_consult(const struct engine *e, uint32_t id)
{
    return id >= 1 && id <= e->care.n_consults ? &e->care.consults[id - 1].c : NULL;
}

const struct mdo *engine_mdo_of(const struct engine *e, struct referral_id id)
{
    uint32_t last = engine_referral(e, id) != NULL ? e->referrals[id.v - 1].last_mdo : 0;

    return last != 0 && e->care.mdos[last - 1].m.state != MDO_CLOSED ? &e->care.mdos[last - 1].m : NULL;
}

struct regie care_own_regie(const struct engine *e, struct referral_id id)
{
    const struct referral *r = engine_referral(e, id);
    uint32_t kept = r != NULL ? e->referrals[id.v - 1].regie : 0;

    if (r == NULL)
        return (struct regie){.state = REGIE_ENDED};
    if (kept != 0)
        return e->care.regies[kept - 1].r;
    return (struct regie){
        .referral = id, .at = id, .state = REGIE_HELD, .holder = r->org, .since_ms = r->opened_at_ms};
}

struct referral_id care_regie_first(const struct engine *e, struct referral_id id)
{
    uint32_t first = engine_referral(e, id) != NULL ? e->referrals[id.v - 1].regie_first : 0;

    return first != 0 ? (struct referral_id){first} : id;
}

struct regie engine_regie(const struct engine *e, struct referral_id id)
{
    struct referral_id first = care_regie_first(e, id);
    uint32_t now = engine_referral(e, first) != NULL ? e->referrals[first.v - 1].regie_now : 0;

    return care_own_regie(e, now != 0 ? (struct referral_id){now} : first);
}

struct referral_id engine_regie_next(const struct engine *e, const struct regie *r, struct referral_id after)
{
    struct referral_id first = care_regie_first(e, r->referral);
    struct referral_id id =
        after.v != 0 ? engine_household_next(e, after) : engine_household_first(e, r->referral);

    while (id.v != 0 && care_regie_first(e, id).v != first.v)
        id = engine_household_next(e, id);
    return id;
}

const struct mdo_participant *mdo_participant_of(const struct mdo *m, struct org_id org)
{
    for (unsigned i = 0; i < m->n_participants; i++) {
        if (m->participants[i].org.v == org.v)
            return &m->participants[i];
    }
    return NULL;
}
