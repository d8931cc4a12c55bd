/* Who may do what, and who may see what: the one place. Everything not granted here is denied. The
 * organisation comes from the session or certificate only. */
#ifndef PLEK_CORE_AUDIENCE_AUDIENCE_H
#define PLEK_CORE_AUDIENCE_AUDIENCE_H

#include "core/engine.h"

/* Things one can do that are not commands of the engine. */
enum action {
    ACT_SEARCH,       /* match without saving */
    ACT_SEE_POOL,     /* capacity and profile of a pool */
    ACT_SEE_REFERRAL, /* with the household's facts */
    ACT_SEE_REQUEST,
    ACT_REVEAL_LOCATION, /* address, night number, meeting point */
    ACT_SEE_STATISTICS,
    ACT_SEE_CAPACITY, /* capacity as documents for partners; how much of it: audience_of_capacity */
    ACT_MANAGE_ACCOUNTS,
    ACT_TELL_FEED, /* a machine: tell of the feeds of an organisation it carries, and fetch what is for it */
    ACT_SEE_FEEDS, /* feeds, messages and uploads of an organisation; the exchange's own people: of all */
    ACT_REPLAY_FEED, /* have a message of an organisation read again */
    ACT_UPLOAD,      /* bring a file of one's own organisation; taking its numbers is CMD_REPORT_CAPACITY */
    ACT_SEE_NOTIFICATIONS, /* what was told to whom outside, of an organisation; the exchange's own people: of
                              all */
    /* ---- timers and escalation ---- */
    ACT_SEE_DELIVERY, /* the delivery record of a provider: its own, or any for the exchange's own people */
    /* ---- no bed: bridges and the unplaced register ---- */
    ACT_SEE_NOBED,    /* bridges and nights of a referral */
    ACT_SEE_BRIDGE,   /* one bridge: its referrer, and of a bed its house, after its end too */
    ACT_SEE_UNPLACED, /* the register: of the own organisation, or counts */
    /* ---- gatekeepers ---- */
    ACT_WORK_GATE, /* its gatekeeper alone */
    ACT_SEE_GATE,  /* a gate request: its gatekeeper and its referrer; 0 = the list of one's own */
    ACT_RING_GATE, /* the night number of a gatekeeper that has one: who waits for it */
    /* ---- stays, clocks, nights and funding ---- */
    ACT_SEE_STAY,          /* one stay: its house, and the referrer of its referral */
    ACT_SEE_STAYS,         /* the lists of stays and clocks of an organisation (own only) */
    ACT_SEE_CLOCK,         /* one clock: its owner, whom it is offered to, and who may see its referral */
    ACT_SEE_CLOCK_CASE,    /* what the owner of a clock that runs must know of the household: code, region and
                              kind of the place, residence, numbers to ring; never a house */
    ACT_OPEN_RETURN,       /* the earlier need of a household that comes back, by its code */
    ACT_SEE_STATEMENT,     /* nights by municipality and stream; of whom: audience_of_statement */
    ACT_SEE_FUNDING_FLAGS, /* how often a place was refused for want of money */
    /* ---- MDO, regiehouder, consult ---- */
    ACT_SEE_MDO,     /* what was said in it; who is only invited sees that it is there (audience_of_mdo) */
    ACT_SEE_REGIE,   /* who co-ordinates a referral */
    ACT_SEE_CONSULT, /* a question to a specialist: by who asked and who was asked */
    ACT_SEE_ORGANISATIONS, /* the list of those that can be invited, asked, or handed over to */
    /* ---- warm handover, keys and notes ---- */
    ACT_SEE_KEYS,     /* the keys of the own organisation, wrapped halves included; and the night sheet */
    ACT_SEE_HANDOVER, /* of a referral: list, notes without their text, the receiver's public key */
    ACT_READ_NOTE,    /* the ciphertext: whom it was written to, as long as the yes stands */
    /* ---- location leaked, surge, conflict check ---- */
    ACT_SEE_LOCATIONS, /* the locations for which one may report a leak */
    ACT_SEE_LEAK,  /* one leak: the house's own people, and the exchange's administrators; 0 = any at all */
    ACT_SEE_SURGE, /* which regions have a surge */
    ACT_N
};

/* May ACTOR give this command (its object included)? decide asks this for every command; only the outcome of
 * a known key, which holds its account, is told again to a role that has lost the object since. */
bool may_command(const struct engine *e, const struct command *cmd);

/* May ACTOR do ACTION on the object? OBJECT is the pool, referral, request or organisation id by the action's
 * nature, 0 where there is none. ACT_REVEAL_LOCATION takes a request id: only the referrer of an accepted
 * request, for that request's lifetime; and the house's own staff. */
bool may(const struct engine *e, const struct actor *actor, enum action action, uint64_t object);

/* What a shelter sees of a household before its yes: the minimum of facts; after it, all of them, until the
 * household has left. */
enum sight { SIGHT_NONE, SIGHT_MINIMUM, SIGHT_FULL };
enum sight audience_of_referral(const struct engine *e, const struct actor *actor, struct referral_id id);

/* As whom ACTOR sees a referral, the closest of what it is to it: what it may do about it follows from that.
 * Who co-ordinates reads all of the file and decides nothing of it; where the household is it sees no more
 * than the state says. */
enum standing {
    STANDING_NONE,
    STANDING_REFERRER,
    STANDING_HOUSE,
    STANDING_KEEPER,
    STANDING_REGIE,
    STANDING_ASKED,
    STANDING_N
};
enum standing audience_standing(const struct engine *e, const struct actor *actor, struct referral_id id);
const char *standing_code(enum standing s); /* "" "referrer" "house" "gatekeeper" "regie" "asked" */

/* May the return code of a stay be shown to ACTOR? To whom the stay is shown; to its house until
 * RETURN_CODE_SHOWN_MS after the departure, for then it reads the code out or tells it again to who lost it
 * on the way. Afterwards the household has it, and the desk that placed it. */
bool audience_of_return_code(const struct engine *e, const struct actor *actor, struct stay_id id,
                             int64_t now_ms);

/* May the house of a clock (its owner where that is a house, the desk, the number) be told to ACTOR? To all
 * that see the clock, but not to who only co-ordinates: it would learn where the household is. Whose clock it
 * is, or to whom it is offered, is told. */
bool audience_of_clock_house(const struct engine *e, const struct actor *actor, struct clock_id id);

/* May the place that was announced for a referral be told to ACTOR? To who asks places for it: the desk whose
 * referral it is, and the gatekeeper that works on it. */
bool audience_of_announced(const struct engine *e, const struct actor *actor, struct referral_id id);

/* May ACTOR, who brings the return code, be told whether the search of ID has a promise, and the number of
 * its desk? Nobody of an organisation whose house the household had to leave over a leak. */
bool audience_of_search(const struct engine *e, const struct actor *actor, struct referral_id id);

/* May ACTOR, who sees a clock, be told that the search ID was opened for it? Who may see that search, and the
 * others but for an organisation whose house the household had to leave over a leak. Which one it is and how
 * far it is, only who may see it: may(ACT_SEE_REFERRAL). */
bool audience_of_follow_up(const struct engine *e, const struct actor *actor, struct referral_id id);

/* May the house of a stay be named to whoever brings the return code of its household? The code says who
 * comes back, not where they are: it may be with whom it must not. So after the departure only, and never a
 * house whose location is frozen. */
bool audience_of_house_by_code(const struct engine *e, struct stay_id id);

/* What of an MDO: who is invited sees that it is there, why and for when; who joined, and who is close to the
 * referral, sees what is said in it. */
enum sight audience_of_mdo(const struct engine *e, const struct actor *actor, uint32_t id);

/* What of the regie of ID's household. MINIMUM is whether there is one: it moved at a later referral, which
 * is no concern of ACTOR, so who has it would tell where the household went. */
enum sight audience_of_regie(const struct engine *e, const struct actor *actor, struct referral_id id);

/* May the regie of ID's household be handed to TO, or taken by TO from an offer? Everybody's, unless the
 * household fled a house of who has it: then to the desk by whose referral it fled, and to nobody else.
 * Somebody in that house may be who told where they were, and who gets it reads where they are now. */
bool audience_of_regie_offer(const struct engine *e, struct referral_id id, struct org_id to);

/* May ACTOR take the regie of ID's household over without an offer: it is the desk by whose referral the
 * household fled a house of who has it. */
bool audience_relieves_regie(const struct engine *e, const struct actor *actor, struct referral_id id);

/* What of a consult. FULL is with the household, as it is now: for who asked, while the household is its
 * concern, and for who was asked, until the consult has ended. MINIMUM is question and answer. */
enum sight audience_of_consult(const struct engine *e, const struct actor *actor, uint32_t id);

/* What of the capacity of the exchange goes out to whom.
 *
 *   referrer, CoMensha, exchange_admin   every pool: what they see in the lists of places too
 *   shelter, org_admin                   the pools of the own organisation (a desk: of its house)
 *   municipality                         counts per kind of the own region, small ones hidden
 *   rapporteur                           counts per kind and region, small ones hidden
 *   a machine                            what the role sees as which it is enrolled to read, otherwise
 * nothing
 *
 * may(ACT_SEE_CAPACITY) asks for one pool, or with object 0 whether there is anything to see at all. */
enum capacity_sight { CAPACITY_NONE, CAPACITY_OWN, CAPACITY_PER_POOL, CAPACITY_AGGREGATED };
struct capacity_audience {
    enum capacity_sight sight;
    uint8_t region;    /* CAPACITY_AGGREGATED: of this region only; REGION_NONE = of all */
    struct org_id org; /* CAPACITY_OWN: whose */
};
struct capacity_audience audience_of_capacity(const struct engine *e, const struct actor *actor);

/* Whose nights a statement counts. A house has its own by the night; who pays, and who watches, sees counts
 * in which small numbers are hidden. */
struct statement_audience {
    bool sees;
    bool whole;        /* nothing is hidden: it is about the reader's own house */
    struct org_id org; /* nights in houses of this organisation only; 0 = of all */
    uint8_t region;    /* nights that municipalities of this region pay only; REGION_NONE = of all */
};
struct statement_audience audience_of_statement(const struct engine *e, const struct actor *actor);

/* Whose refusals for want of money are counted for whom. A municipality has those of its own region one by
 * one, for it must answer for them; who watches the country sees counts in which small ones are hidden, and
 * hears of none when it happens. */
struct flags_audience {
    bool sees;
    bool whole;     /* nothing is hidden of REGION, and nothing else is seen */
    uint8_t region; /* REGION_NONE = all */
};
struct flags_audience audience_of_flags(const struct engine *e, const struct actor *actor);

/* May the night sheet of ORG tell the night number of the house of POOL, to ring when the exchange is down?
 * Only to those whose work is to place, as far as they see its places: never one whose location is frozen,
 * and none that a gatekeeper gives out, but to CoMensha its own. A house's people see no other house's
 * places: its sheet, which every desk of it can open, has none to ring. */
bool audience_of_ringing(const struct engine *e, struct org_id org, struct pool_id pool);

/* The request of which ACTOR may acknowledge the list and read and write notes; NULL = none. The house of a
 * bridge bed has its own, also while the referrer hands over to the place that came after it. A house that
 * hands a household on has no note of its own to the next: where they go is told to nobody there. It writes
 * to the referrer, who writes to the next house. */
const struct request *audience_of_handover(const struct engine *e, const struct actor *actor,
                                           struct referral_id id);

/* May this event's small facts (ids and states, never a household's) be pushed to ACTOR's stream? */
bool audience_of_event(const struct engine *e, const struct actor *actor, const struct event *ev);
/* To who does not hear it: a list of ACTOR's shows something else by it, and ACTOR is told so with no id at
 * all. The name of what is told: "leak.changed" (who lived or was to come in a house that leaked moves), or
 * that of the event itself (the regie went from ACTOR's organisation, which cannot see to whom any more);
 * NULL = nothing. */
const char *audience_of_change(const struct engine *e, const struct actor *actor, const struct event *ev);

#endif
