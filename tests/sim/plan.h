/* How one run is: drawn from the seed before anything happens, the probabilities themselves included, so that
 * a hundred seeds are a hundred different kinds of night and not a hundred samples of one. */
#ifndef PLEK_SIM_PLAN_H
#define PLEK_SIM_PLAN_H

#include "base/rng.h"
#include "flow/flow.h"
#include "store/journal_memory.h"

/* A defect planted on purpose: the checker must notice (positive controls). */
enum broken {
    BROKEN_NOTHING,
    BROKEN_DOUBLE_HOLD, /* reports say one unit more than the house does: two households for one unit */
    BROKEN_LOST_ANSWER, /* the disk says 'durable' and does not write */
    BROKEN_KEY,         /* a client that repeats makes a new key */
    BROKEN_ORDER,       /* a stream gives two events the wrong way round */
    BROKEN_AUDIENCE,    /* a stream does not ask who may see what */
    BROKEN_DIGEST,      /* a restart reads one row that was changed */
    BROKEN_STUCK,       /* shelters never answer and nobody withdraws, also when all faults are over */
    BROKEN_HOLD,        /* a broker whose timers are off: places are kept for ever and nobody is alarmed */
    BROKEN_GATE,        /* the reference data say that no place has a gatekeeper */
    BROKEN_ALARM,       /* a broker whose alarms for missed check-ins ring a day late */
    BROKEN_NIGHT,       /* a night is paid by another than the events say */
    BROKEN_BED,         /* the same, of a night in a bridge bed */
    BROKEN_CHECK,       /* a check of the broker's own fails: the process dies */
    /* ---- warm handover, keys and notes ---- */
    BROKEN_NOTE, /* a note changes outside apply */
    BROKEN_LOSS, /* the judge hears of no question: a key in use is lost by one person */
    /* ---- location leaked, surge, conflict check ---- */
    BROKEN_LEAK, /* the judge hears of no report: a house is frozen by one person */
    /* ---- MDO, regiehouder, consult ---- */
    BROKEN_REGIE, /* the judge hears of nobody who took it: two organisations co-ordinate one household */
    /* ---- timers and escalation ---- */
    BROKEN_AGAIN,  /* a broker that raises each alarm once */
    BROKEN_KEEPER, /* a broker that lets a gatekeeper be late */
    /* ---- stays, clocks, nights and funding ---- */
    BROKEN_LEFT,      /* a house that the household left hears on of it */
    BROKEN_CLOCK,     /* the judge does not hear who took a clock over */
    BROKEN_FOUND,     /* a broker that looks for nobody again: no place is announced */
    BROKEN_UNPAID,    /* the reference data know no decline for want of money: no municipality is told */
    BROKEN_HOUSEHOLD, /* the judge takes all that is opened for one household */
    BROKEN_DATES,     /* the judge does not hear when a household came and left in truth */
    /* ---- requests, since ---- */
    BROKEN_BACK, /* the judge is told of another who took it back */
    BROKEN_N
};
const char *broken_name(enum broken b); /* "double-hold", ...; BROKEN_NOTHING is "nothing" */

/* What people do: one row per sort of act, drawn by weight. */
enum deed {
    DO_NOTHING,
    DO_OPEN,
    DO_ASK,
    DO_ASK_WILD, /* pools at random, more than allowed, twice the same */
    DO_SEE,
    DO_ACCEPT,
    DO_DECLINE,
    DO_LATE_YES,
    DO_TRAVEL,
    DO_ARRIVE,
    DO_NO_SHOW,
    DO_WITHDRAW,
    DO_REPORT,
    DO_REPORT_AGAIN, /* the same report, sent again, late */
    DO_REDEFINE,
    DO_READ,
    DO_INTRUDE, /* an existing object, somebody else's hands */
    DO_STAY,    /* what follows an arrival: stays, clocks, money */
    DO_RESUME,  /* a viewer's stream breaks and resumes */
    DO_TIMERS,  /* extra time, holds, alarms, hand-overs (timers_walk) */
    DO_GATE,    /* gatekeepers, and those who need them: gate_walk.h */
    DO_CARE,    /* MDO, regie, questions to specialists */
    /* ---- warm handover, keys and notes ---- */
    DO_HANDOVER, /* keys, items, notes */
    DO_NOBED,    /* bridges, check-ins, nights, closing */
    /* ---- location leaked, surge, conflict check ---- */
    DO_SAFETY, /* leaks, surges, the question about a conflict */
    /* ---- requests, since ---- */
    DO_TAKE_BACK, /* a pending request, by who asked it */
    DO_N
};

struct plan {
    enum broken broken;
    uint64_t steps;
    int referrers, shelters;      /* organisations */
    int locations_max, pools_max; /* of each shelter; of each location */
    int units_max;
    bool plenty; /* many places that take anybody, and workers who ask as many as they may */
    uint32_t weights[DO_N];
    uint32_t acts_max;   /* in one step */
    int64_t step_ms_max; /* time from step to step: 0 to this */
    uint32_t leap; /* per mille of steps: time leaps up to leap_ms_max, so that deadlines pass in heaps */
    int64_t leap_ms_max;
    uint32_t repeat; /* of answered calls: the answer was lost on the way, asked again with the same key */
    uint32_t twice;  /* of calls: sent twice at once */
    uint32_t other_body;      /* of answered calls: the same key with another body */
    uint32_t full;            /* of reports: a house says that it is full */
    uint32_t vague;           /* of reports: without a free count */
    uint32_t same;            /* of reports: it still is as the exchange shows it */
    uint32_t late;            /* of reports: observed some time ago */
    uint32_t false_report;    /* of reports: cannot be true */
    uint32_t crash, takeover; /* per 10,000 steps */
    uint32_t turn_skipped;    /* per mille: libevent had nothing to say, so the journal moves alone */
    struct journal_memory_faults faults;
    size_t journal_bytes_max;
    struct flow_limits limits;
};

struct plan plan_draw(uint64_t seed, uint64_t steps, enum broken broken);

#endif
