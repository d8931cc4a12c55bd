/* What an event is about, for those who are told: ids and one word of state, as the stream of the pages has
 * them, and the parties that it concerns. Looks at the event and at what never changes once it is there
 * (whose pool, whose referral), because the engine may be far ahead of an event that is read back from the
 * journal; where it must look at more (who sits at a table, the desk of a clock), it is told to who is there
 * now. */
#ifndef PLEK_NOTIFY_SUBJECT_H
#define PLEK_NOTIFY_SUBJECT_H

#include "core/engine.h"
#include "flow/people_port.h"

/* An organisation, or one house of it. */
struct party {
    struct org_id org;        /* 0 = nobody */
    struct location_id house; /* 0 = the organisation as a whole */
};

struct subject {
    struct referral_id referral; /* 0 = none, as all */
    struct request_id request;
    struct pool_id pool;
    struct org_id house_org; /* of the pool */
    struct location_id house;
    struct org_id referrer; /* of the referral */
    struct org_id provider; /* of a feed */
    struct party keeper;    /* in whose queue a gate request is */
    struct party owner;     /* of a clock, at that moment */
    struct party receiver;  /* what is offered, given or written goes to it: clock, regie, action, note */
    struct party
        sender;         /* it comes from it, or an answer goes back to it: clock, regie, MDO, consult, note */
    struct party asked; /* as a specialist, without being told about whom */
    struct party self;  /* whose key it is */
    struct party watcher;       /* named as safety owner of a bridge, without being told about whom */
    struct bridge_id named_for; /* the watcher is named for it, and told so once */
    unsigned named_before;      /* and was named for it and relieved so often before */
    struct party relieved;      /* was named for it, and another took its stead */
    struct org_id table[MDO_PARTICIPANTS_MAX]; /* those whom an event of an MDO concerns */
    uint8_t n_table;
    bool bare_sender; /* the household fled a house of the sender: no id goes there, not even an old one */
    bool by_house, by_referrer; /* said by that side itself, which need not be rung for it */
    bool by_keeper;    /* of a request that a gatekeeper made: the referrer is not rung for it in its stead */
    uint8_t region;    /* of which no household is told; REGION_NONE = none */
    const char *state; /* static, "" = none */
};

/* Of an event as decoded without its private part. A kind that is not known here is about its referral, if it
 * has one: enough for a row in rules.csv to tell the referrer. */
struct subject subject_of_event(const struct engine *e, const struct event *ev);
/* WHO caused the event (NULL = not known, or the broker): where it is one side's word about what both had
 * agreed on, that side is not told of its own word. Only of what leaves nothing to do there: a key to be
 * confirmed, a leak or an alarm is another's business in the same organisation too. */
void subject_caused_by(struct subject *s, const struct event *ev, const struct account *who);
/* EV offers the regie, or ends an offer, only because it is taken from its holder in the same commit
 * (core/care/care_decide.c, relieve). Seen by the engine: false once the regie has moved on. */
bool subject_is_relief(const struct engine *e, const struct event *ev);
struct subject subject_of_request(const struct engine *e, struct request_id id);

#endif
