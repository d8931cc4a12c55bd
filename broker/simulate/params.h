/* The parameters of the generator: one row each (key in the PAR line, default, lowest, highest, meaning).
 * The defaults are the base scenario of matching.md 2.1; a scenario file names only what differs. */
#ifndef PLEK_SIMULATE_PARAMS_H
#define PLEK_SIMULATE_PARAMS_H

#include "simulate/world.h"

/* clang-format off */
#define SIM_PARAMS(X)                                                                                        \
    X(MIXED, "mixed", 0, 0, 1, "1: draw the parameters of the mixed set per seed (matching.md 5.2)")         \
    X(CHAIN, "chain", 0, 0, 1, "1: emergency, crisis and follow-on houses, and households that move on")     \
    X(SITES, "sites", 174, 20, 1000, "houses, of all kinds")                                                 \
    X(SITES_FOLLOW_ON, "sites_follow_on", 0, 0, 300, "of which follow-on (vervolg)")                         \
    X(SITES_SPECIALIST, "sites_specialist", 0, 0, 100, "of which national specialists")                      \
    X(SITES_COSM, "sites_cosm", -1, -1, 100, "of which COSM; -1 = 6 of 174")                                 \
    X(SITES_OMM, "sites_omm", -1, -1, 100, "of which OMM; -1 = 5 of 174")                                    \
    X(SITES_SECURE, "sites_secure", -1, -1, 100, "of which high security; -1 = 12 of 174")                   \
    X(SITES_MEN, "sites_men", -1, -1, 100, "of which for men; -1 = 7 of 174")                                \
    X(UNITS_ORDINARY, "units_ordinary", 0, 0, 3000, "units, exactly; 0 = as the draw falls")                 \
    X(UNITS_EMERGENCY, "units_emergency", 0, 0, 1000, "emergency units in ordinary houses, exactly")         \
    X(UNITS_COSM, "units_cosm", 0, 0, 1000, "as units_ordinary")                                             \
    X(UNITS_OMM, "units_omm", 0, 0, 1000, "as units_ordinary")                                               \
    X(UNITS_SECURE, "units_secure", 0, 0, 1000, "as units_ordinary")                                         \
    X(UNITS_MEN, "units_men", 0, 0, 1000, "as units_ordinary")                                               \
    X(UNITS_FOLLOW_ON, "units_follow_on", 0, 0, 3000, "as units_ordinary")                                   \
    X(UNITS_SPECIALIST, "units_specialist", 0, 0, 1000, "as units_ordinary")                                 \
    X(SPECIAL, "special", 1000, 100, 3000, "permille: units of COSM, OMM, high security and men's houses")   \
    X(EMERGENCY, "emergency", 350, 0, 1000, "permille of ordinary houses with an emergency pool")            \
    X(H24, "h24", 400, 0, 1000, "permille of houses that answer day and night")                              \
    X(UNDOCUMENTED, "undocumented", 200, 0, 1000, "permille of houses that take people without status")      \
    X(WHEELCHAIR, "wheelchair", 100, 0, 1000, "permille of pools fit for a wheelchair")                      \
    X(LOAD, "load", 950, 1, 3000, "permille: offered stay over capacity")                                    \
    X(ARRIVALS, "arrivals_day_centi", 0, 0, 20000, "arrivals a day, hundredths; 0 = by load")                \
    X(URGENT_A, "urgent_a", 250, 0, 1000, "permille of referrals with 4 hours")                              \
    X(URGENT_B, "urgent_b", 450, 0, 1000, "permille of referrals with 24 hours; the rest has 72")            \
    X(TRAFFICKING, "trafficking", 1000, 0, 3000, "permille: victims of trafficking, against 9.4 %")          \
    X(SEASON, "season", 100, 0, 900, "permille: swing of arrivals over the year")                            \
    X(SURGE, "surge", 0, 0, 5000, "permille: extra arrivals in the surge")                                   \
    X(SURGE_FROM, "surge_from", 200, 0, 3650, "day on which the surge begins")                               \
    X(SURGE_TO, "surge_to", 221, 0, 3650, "day on which it is over")                                         \
    X(LOCAL, "local", 250, 0, 1000, "permille that try their own region first, outside the exchange")        \
    X(STAY, "stay_days", 60, 1, 1000, "mean stay of a household without extras")                             \
    X(SITE_STAY_LOW, "site_stay_low", 700, 50, 5000, "permille: a house shortens or lengthens stays from")   \
    X(SITE_STAY_HIGH, "site_stay_high", 1400, 50, 5000, "... to")                                            \
    X(STAY_EMERGENCY, "stay_emergency", 300, 1, 10000, "permille of a stay, in an emergency unit")           \
    X(STAY_COSM, "stay_cosm", 1000, 1, 10000, "permille of a stay, in COSM")                                 \
    X(STAY_OMM, "stay_omm", 1000, 1, 10000, "permille of a stay, in OMM")                                    \
    X(STAY_FOLLOW_ON, "stay_follow_on", 1000, 1, 10000, "permille of a stay, in follow-on")                  \
    X(STAY_SPECIALIST, "stay_specialist", 1000, 1, 10000, "permille of a stay, at a specialist")             \
    X(BLOCK, "block", 250, 0, 1000, "permille of departures after which the unit cannot be used")            \
    X(BLOCK_MIN, "block_minutes", 2880, 1, 100000, "mean time it cannot")                                    \
    X(GHOST, "ghost", 300, 0, 1000, "permille of those that are shown as free meanwhile")                    \
    X(DELAY, "delay_minutes", 240, 1, 100000, "median over houses of the median age of a count")             \
    X(ANSWER, "answer", 1000, 50, 20000, "permille: time to answer, against 12-45 minutes")                  \
    X(DECLINE_LOW, "decline_low", 50, 0, 800, "permille a house declines, from")                             \
    X(DECLINE_HIGH, "decline_high", 300, 0, 800, "... to; what a household needs comes on top")              \
    X(DECLINE_SHIFT, "decline_shift", 0, -800, 800, "permille added to every decline")                       \
    X(HOUSEHOLD_DECLINES, "household_declines", 0, 0, 1000, "permille of yeses the household turns down")    \
    X(MOVE_ON, "move_on", 480, 0, 1000, "chain: permille that need follow-on after crisis")
/* clang-format on */

enum sim_param {
#define SIM_PARAM_ENUM(name, key, def, lo, hi, meaning) SIM_PAR_##name,
    SIM_PARAMS(SIM_PARAM_ENUM)
#undef SIM_PARAM_ENUM
        SIM_PAR_N
};

struct sim_param_row {
    const char *key;
    int64_t def, lo, hi;
    const char *meaning;
};

struct sim_params {
    int v[SIM_PAR_N];
};

const struct sim_param_row *sim_param_row(enum sim_param p);

/* The parameters of W for SEED: its PAR lines over the defaults; where `mixed` is 1, the ranges of the mixed
 * set over those. ERR_BAD_INPUT for an unknown key or a value out of bounds, or bounds that cross; WHY names
 * it. */
MUST_CHECK enum err sim_params_resolve(const struct sim_world *w, uint64_t seed, struct sim_params *out,
                                       char *why, size_t why_size);

#endif
