#include "core/gate/gate.h"

#include "base/check.h"

#define TO(state) (1u << GATE_##state)

static const uint8_t may_become[GATE_STATE_N] = {
    [GATE_WAITING] = TO(TAKEN) | TO(RETURNED) | TO(WITHDRAWN),
    [GATE_TAKEN] = TO(ASKED_BACK) | TO(PLACING) | TO(RETURNED) | TO(WITHDRAWN),
    [GATE_ASKED_BACK] = TO(TAKEN) | TO(PLACING) | TO(RETURNED) | TO(WITHDRAWN),
    [GATE_PLACING] = TO(ASKED_BACK) | TO(PLACED) | TO(RETURNED) | TO(WITHDRAWN),
    [GATE_PLACED] = TO(PLACING) | TO(WITHDRAWN),
};

bool gate_may_become(enum gate_state from, enum gate_state to)
{
    CHECK((unsigned)from < GATE_STATE_N && (unsigned)to < GATE_STATE_N);
    return (may_become[from] >> to & 1) != 0;
}

bool gate_is_live(const struct gate *g)
{
    return g->ended_at_ms == 0;
}

bool gate_is_undecided(const struct gate *g)
{
    return gate_is_live(g) && g->state != GATE_PLACED && !g->assented;
}

bool gate_may_ask(const struct gate *g)
{
    return g->state == GATE_TAKEN || g->state == GATE_ASKED_BACK || g->state == GATE_PLACING;
}

const char *gate_state_code(enum gate_state s)
{
    static const char *const list[GATE_STATE_N] = {
        [GATE_WAITING] = "waiting",    [GATE_TAKEN] = "taken",   [GATE_ASKED_BACK] = "asked_back",
        [GATE_PLACING] = "placing",    [GATE_PLACED] = "placed", [GATE_RETURNED] = "returned",
        [GATE_WITHDRAWN] = "withdrawn"};

    CHECK((unsigned)s < GATE_STATE_N);
    return list[s];
}

static const char *const facts[GATE_FACT_N] = {
    [GATE_FACT_SIGNALS] = "signalen",   [GATE_FACT_RESIDENCE] = "verblijf",
    [GATE_FACT_POLICE] = "politie",     [GATE_FACT_REPORT] = "aangifte",
    [GATE_FACT_OFFERED] = "bedenktijd", [GATE_FACT_DOCUMENTS] = "papieren",
    [GATE_FACT_MEDICAL] = "medisch",    [GATE_FACT_WANTS] = "wil_plek",
    [GATE_FACT_GUARDIAN] = "gezag",     [GATE_FACT_REACHABLE] = "bereikbaar"};

static const char *const returns[GATE_RETURN_N] = {[GATE_RETURN_NO_INDICATION] = "geen_aanwijzing",
                                                   [GATE_RETURN_ORDINARY_FITS] = "gewone_opvang",
                                                   [GATE_RETURN_OTHER_GATE] = "andere_toewijzer",
                                                   [GATE_RETURN_ALREADY_HELD] = "heeft_plek",
                                                   [GATE_RETURN_NOT_REACHED] = "niet_beantwoord",
                                                   [GATE_RETURN_NOT_WANTED] = "wil_niet",
                                                   [GATE_RETURN_OTHER] = "anders"};

const char *gate_fact_code(enum gate_fact f)
{
    CHECK((unsigned)f < GATE_FACT_N);
    return facts[f];
}

const char *gate_return_code(enum gate_return r)
{
    CHECK((unsigned)r < GATE_RETURN_N);
    return returns[r];
}

const char *const *gate_fact_codes(void)
{
    return facts;
}

const char *const *gate_return_codes(void)
{
    return returns;
}

enum gatekeeper gate_keeper_of_kind(enum kind kind)
{
    if (kind == KIND_COSM || kind == KIND_OMM)
        return GATEKEEPER_COMENSHA;
    return kind == KIND_JEUGD ? GATEKEEPER_GI : GATEKEEPER_NONE;
}
