/* What follows an arrival: the stay (verblijf) of one household in one unit, its clocks, and the way back.
 *
 *   stay    present ──► ready ──► departed        ready: could leave, and may be blocked by something
 *              ▲───────────┘ │
 *              └─────────────┴──────► departed
 *
 *   clock   running ──► warned ──► run out        warned: its follow-up referral is open
 *              ▲───────────┴──────────┘ prolonged, or its end was told anew
 *           running, warned, run out ──► stopped
 *
 * A stay begins with the arrival of an accepted request, in the same events, and ends by a person: one of the
 * house, or whoever confirms that the household arrived at its next place. A clock is the machine's to run
 * and to alarm, and never the machine's to stop. Those of a place stop with the stay; a right of the person
 * (of_household in clocks.csv) runs on after it, and at the next place. */
#ifndef PLEK_CORE_STAY_H
#define PLEK_CORE_STAY_H

#include "core/ids.h"
#include "core/stay/funding.h"

struct engine;

struct stay_id {
    uint64_t v;
};
struct clock_id {
    uint64_t v;
};

enum stay_state { STAY_PRESENT, STAY_READY, STAY_DEPARTED, STAY_STATE_N };
enum clock_state { CLOCK_RUNNING, CLOCK_WARNED, CLOCK_RUN_OUT, CLOCK_STOPPED, CLOCK_STATE_N };

/* So far back a person may say that a clock began: longer than any that the law knows. */
#define CLOCK_AGO_MAX_MS (366 * MS_DAY)
/* A moment of coming or leaving is told or corrected at most so long after it was, and lies at most so long
 * before it was told: the sector's accounts are settled by the month. */
#define DATES_AGO_MAX_MS (31 * MS_DAY)
/* An arrival, or the end of a bridge bed that another tells, takes at most so much from a place of another
 * organisation, in which the household was as far as anybody had said: its nights are money, and a long
 * weekend (Friday evening to Tuesday morning, 87 hours) is how late an arrival is told. What lies further
 * back that organisation says itself, by telling the leaving. */
#define OTHERS_LOSE_MAX_MS (96 * MS_HOUR)
/* So long after a departure was told its house may say that it was a mistake. */
#define RESUME_MAX_MS (7 * MS_DAY)
#define RETURN_CODE_SIZE 16 /* that of need.return_code: "TK-7K3M-ACDE" */
#define RETURN_LETTERS 8    /* 25^8 = 1.5e11: nobody finds one by trying */
#define DESK_SIZE 24        /* that of need.callback */
/* How long after the departure its house is shown the code: a week, in which who left asks once more. */
#define RETURN_CODE_SHOWN_MS (7 * MS_DAY)

struct stay {
    struct stay_id id;
    struct referral_id referral;
    struct request_id request; /* the admitted one */
    struct pool_id pool;
    enum stay_state state;
    int64_t started_at_ms;
    int64_t ready_at_ms;   /* since when it could leave; 0 = not yet */
    int64_t blocked_at_ms; /* since when this keeps it; 0 = nothing does */
    int64_t waiting_at_ms; /* since when anything does, whatever it was first; in no digest: older journals */
    uint8_t block;         /* index in the list of outflow blocks + 1; 0 = nothing */
    int64_t ended_at_ms;
    uint8_t departure;   /* reason, index + 1; 0 with an end = arrived at its next place */
    uint8_t destination; /* index + 1; 0 = not said */
    struct funding funding;
    uint64_t version;                   /* seq of the last event that touched it */
    char return_code[RETURN_CODE_SIZE]; /* "" = none given, or its key was destroyed; in no digest */
};

struct stay_clock {
    struct clock_id id;
    struct referral_id referral;
    struct stay_id stay; /* 0 = of a household that is in no place of ours */
    uint8_t kind;        /* nr of the row in clocks.csv */
    enum clock_state state;
    struct org_id owner;      /* always one */
    struct location_id desk;  /* the owner's house; 0 = the organisation's own desk */
    struct org_id offered_to; /* asked to take it over; 0 = nobody */
    int64_t started_at_ms;    /* what it counts from: may lie before it was noted */
    int64_t warn_at_ms;       /* then the follow-up referral opens */
    int64_t runs_out_ms;
    int64_t run_out_at_ms; /* when the alarm was given; 0 = not */
    int64_t stopped_at_ms;
    uint8_t stop_reason;          /* index + 1; 0 with a stop = the stay ended, or it runs on elsewhere */
    uint8_t prolonged;            /* times */
    struct referral_id follow_up; /* 0 = none */
    uint64_t version;
    char callback[DESK_SIZE]; /* of the owner's desk where it gave one; "" else; in no digest */
};

/* How a referral follows an earlier one of the same household. */
enum link_why { LINK_NONE, LINK_FOLLOW_UP, LINK_RETURN, LINK_LEAKED, LINK_N };

struct household_link {
    struct stay_id stay;        /* of this referral; 0 = none */
    struct referral_id earlier; /* 0 = the first */
    struct referral_id later;   /* the newest that follows this one; 0 = none. Others may follow it too */
    enum link_why why;          /* of EARLIER */
    uint16_t moves;             /* stays of the household when it was linked; see engine_moves */
    /* Its household was found where it had been said to have left, before this search was opened: it rests
     * until a person asks a place after so many - 1 requests (engine_search_rests). 0 = not so. */
    uint16_t rests_from;
};

/* A decline for want of money at code rood: no fact of the household but its region. */
struct funding_flag {
    struct referral_id referral;
    struct request_id request;
    uint8_t region; /* REGION_NONE = not known */
    int64_t at_ms;
};

/* ---- what a command asks, and what an event says; each kind uses what it needs ---- */

struct stay_command {
    struct stay_id stay;
    uint8_t reason;      /* DEPART: departure reason, FUND: change reason; index + 1 */
    uint8_t destination; /* DEPART */
    bool ready;          /* READY: can leave; false = not after all */
    uint8_t block;       /* READY: what keeps it, index + 1; 0 = nothing */
    uint8_t stream;      /* FUND: nr */
    uint16_t municipality;
    int32_t from_day;
    int64_t at_ms; /* DEPART: when it left; 0 = now */
};

struct dates_command {
    struct stay_id stay;     /* or: */
    struct bridge_id bridge; /* one of the two is 0 */
    int64_t from_ms;         /* when it came; 0 = as it was told */
    int64_t until_ms;        /* when it left; 0 = as it was told */
};

struct clock_command {
    struct clock_id clock;       /* all but START */
    struct referral_id referral; /* START */
    uint8_t kind;                /* START: nr */
    int64_t started_at_ms;       /* START: what it counts from; 0 = now */
    struct org_id org;           /* OFFER: to whom; 0 = nobody after all */
    uint8_t reason;              /* STOP: index + 1 */
    char callback[DESK_SIZE];    /* TAKE: of the new owner's desk, "" = none */
};

struct stay_event {
    struct stay_id stay;
    struct referral_id referral;
    struct request_id request; /* started */
    uint8_t n_spans;           /* started: the proposal; funded: one */
    struct funding_span spans[FUNDING_SPANS_MAX];
    bool ready;
    uint8_t block, reason, destination;
    bool untold; /* ended in a journal before version 5, see request.left_untold; never written */
    char return_code[RETURN_CODE_SIZE]; /* private */
};

struct clock_event {
    struct clock_id clock;
    struct referral_id referral;
    struct stay_id stay; /* started */
    uint8_t kind;        /* started */
    struct org_id owner; /* at that moment: streams go by it, for the engine may be ahead of them */
    struct org_id org;   /* started: the owner; offered: to whom; taken: the new owner */
    struct location_id desk;
    int64_t started_at_ms, warn_at_ms, runs_out_ms; /* started; prolonged: the last two */
    uint8_t reason;                                 /* stopped */
    struct referral_id follow_up;                   /* warned; 0 = its facts are gone, none could be opened */
    char callback[DESK_SIZE];                       /* private; taken */
};

/* The moments of a stay, or of a bridge bed that was reached, as they are after it. When each was told stays
 * what it was: what a house sees and hears, and what counts as held, goes by that. */
struct dated_event {
    struct stay_id stay;     /* 0 = it is a bridge bed */
    struct bridge_id bridge; /* 0 = it is a stay */
    struct referral_id referral;
    int64_t started_at_ms;
    int64_t ended_at_ms; /* 0 = still there */
    uint8_t n_spans;     /* who pays for its nights from now on, all of them; 0 = as it was */
    struct funding_span spans[FUNDING_SPANS_MAX];
};

struct link_event {
    struct referral_id referral, earlier;
    enum link_why why;
};

struct flag_event {
    struct referral_id referral;
    struct request_id request;
    uint8_t region;
};

bool stay_may_become(enum stay_state from, enum stay_state to);
bool clock_may_become(enum clock_state from, enum clock_state to);
const char *stay_state_code(enum stay_state s);   /* "present" "ready" "departed" */
const char *clock_state_code(enum clock_state s); /* "running" "warned" "run_out" "stopped" */
const char *link_why_code(enum link_why w);       /* "" "follow_up" "return" "leaked" */

/* Write the code that DRAW gives. */
void return_code_make(uint64_t draw, char out[RETURN_CODE_SIZE]);

/* ---- look: borrowed until the next apply; NULL = no such thing ---- */
uint64_t engine_stays(const struct engine *e); /* ids are 1..n, by arrival */
uint64_t engine_clocks(const struct engine *e);
uint64_t engine_funding_flags(const struct engine *e);
const struct stay *engine_stay(const struct engine *e, struct stay_id id);
const struct stay_clock *engine_clock(const struct engine *e, struct clock_id id);
const struct funding_flag *engine_funding_flag(const struct engine *e, uint64_t nth); /* 1..n */
const struct stay *engine_stay_of(const struct engine *e, struct referral_id id);
struct household_link engine_household(const struct engine *e, struct referral_id id);
/* All referrals of ID's household, in the order in which they were linked: from the first (ID itself where
 * nothing is linked to it) by the next until 0. One may have been withdrawn or closed without a place, and
 * several may follow the same one, so who looks for something of the household looks at all of them. */
struct referral_id engine_household_first(const struct engine *e, struct referral_id id);
struct referral_id engine_household_next(const struct engine *e, struct referral_id id);
/* Another referral of ID's household that looks for a place or was promised one; 0 = none. One that was
 * promised a place goes before one that looks. One that is left (engine_search_is_left) is none. */
struct referral_id engine_household_search(const struct engine *e, struct referral_id id);
/* Another referral of ID's household that was promised a place which it has not reached, a bridge bed apart;
 * 0 = none. There is one at most: a household holds one place (domain.md, Supply), besides that in which it
 * lives. */
struct referral_id engine_household_promised(const struct engine *e, struct referral_id id);
/* The household of ID lives in a place of ours, or in a bridge bed. Cost: the household. */
bool engine_household_has_bed(const struct engine *e, struct referral_id id);
/* When its last stay or bridge bed that is over ended; 0 = none is. Cost: the household. */
int64_t engine_household_bed_over_ms(const struct engine *e, struct referral_id id);
/* When the last of what ended them was told; never before that, and 0 where it is. Cost: the household. */
int64_t engine_household_bed_over_told_ms(const struct engine *e, struct referral_id id);
/* It has no bed, and left its last one, a stay, for a place to live: a destination without slept=yes in
 * destinations.csv. Cost: the household. */
bool engine_household_is_settled(const struct engine *e, struct referral_id id);
/* ID is a clock's follow-up whose household still has a bed, or is settled: it is looked for against a day.
 * Without either it is a search as any other. Cost: the household. */
bool engine_is_planned(const struct engine *e, struct referral_id id);
/* ID is a clock's follow-up of a household that is settled, and asks nobody: it waits for a person to end it,
 * and is in nobody's way. Cost: the household. */
bool engine_search_is_left(const struct engine *e, struct referral_id id);
/* The search of ID rests: another referral of its household was promised a place, or brought the household to
 * one since ID was opened and last asked for by a person (or was found never to have left it), and nothing
 * says that it must leave there: it is not ready to, no clock of it was warned of, its address is known to
 * nobody who must not know it. The broker asks and announces nothing for it then; people may, and they alone
 * end it. Cost: the household. */
bool engine_search_rests(const struct engine *e, struct referral_id id);
/* ID was opened after its household was said to have left a place, that was a mistake, and no person has
 * asked a place for it since. */
bool engine_search_is_of_who_stayed(const struct engine *e, struct referral_id id);
/* The last stay of the household that holds CODE. Cost: all stays. */
const struct stay *engine_stay_by_return_code(const struct engine *e, const char *code);
/* The household's last stay before ID's own, whatever came between; where the household of ID had none, the
 * one that RETURN_CODE leads to ("" = none). NULL = it is new to us. Cost: the household. */
const struct stay *engine_stay_before(const struct engine *e, struct referral_id id, const char *return_code);
/* Stays of the household before ID's own; while it looks, all of them. Cost: the household. */
unsigned engine_moves(const struct engine *e, struct referral_id id);
/* The code that the household of ID was given last; "" = none, or its keys were destroyed. */
const char *engine_return_code(const struct engine *e, struct referral_id id);
/* The nth clock (from 0) of a referral, oldest first; id 0 = no more. Cost: all clocks of the referral. */
struct clock_id engine_clock_of(const struct engine *e, struct referral_id id, unsigned nth);

/* The last clock of a barring order (huisverbod) that the referral had, running or not; NULL = none. */
const struct stay_clock *engine_order_clock(const struct engine *e, struct referral_id id);
/* How long an order may run at most, from its imposition: 28 days (clocks.csv). */
int64_t engine_order_longest_ms(const struct engine *e, int64_t now_ms);

/* The household left, and that was told less than RETURN_CODE_SHOWN_MS ago. */
bool stay_left_lately(const struct engine *e, const struct stay *s, int64_t now_ms);

/* Nights of a stay up to NOW: the days whose midnight it slept through (funding.h). */
int32_t stay_nights(const struct stay *s, int64_t now_ms);

#endif
