/* What the events of care carry. */
#ifndef PLEK_CORE_CARE_EVENT_H
#define PLEK_CORE_CARE_EVENT_H

#include "core/care/care.h"

struct care_mdo_event { /* convened, invited, answered, dated, closed, reminded */
    uint32_t mdo;
    struct referral_id referral;
    enum ground ground;                       /* convened */
    int64_t next_ms;                          /* convened, dated; reminded: it passed, 0 = it did not */
    struct org_id orgs[MDO_PARTICIPANTS_MAX]; /* convened: all, who convenes first; invited: the new ones */
    uint8_t n_orgs;                           /* answered: one; reminded: who did not answer */
    enum participant_state answer;            /* answered */
};

struct care_item_event { /* noted, noted for somebody outside, moved, reminded */
    uint32_t item, mdo;
    struct referral_id referral;
    enum mdo_domain domain; /* noted, with all below but STATE */
    enum item_sort sort;
    enum item_state state; /* moved */
    struct org_id acts, by;
    int64_t due_ms;
    char text[CARE_TEXT_SIZE];          /* private */
    enum mdo_outside outside;           /* noted for somebody outside */
    char callback[REGIE_CALLBACK_SIZE]; /* the same; private */
};

struct care_regie_event {               /* offered, taken, kept, ended, named, reminded */
    struct referral_id referral;        /* at which it was done; its key seals what is private */
    struct referral_id of;              /* whose record it is; before codec version 5 the same */
    struct org_id from;                 /* who holds it at that moment */
    struct org_id to;                   /* offered, taken, kept, reminded: the other one; named: FROM */
    char role[REGIE_ROLE_SIZE];         /* taken, named; private */
    char callback[REGIE_CALLBACK_SIZE]; /* taken, named; private */
};

struct care_consult_event { /* asked, answered, closed, reminded */
    uint32_t consult;
    struct referral_id referral;
    struct org_id from, to;
    enum consult_state state;     /* closed: declined or withdrawn */
    char text[CONSULT_TEXT_SIZE]; /* asked: the question; answered: the answer; private */
};

struct fields;
struct event;

/* The clear part of an event of care, each field once (core/fields.h). */
void care_event_fields(struct fields *f, struct event *ev);
/* Whether there is a private part, and its fields. */
bool care_event_has_private(const struct event *ev);
void care_event_private_fields(struct fields *f, struct event *ev);

#endif
