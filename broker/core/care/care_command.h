/* What the commands of care ask; one struct for all of them, borrowed by the command. */
#ifndef PLEK_CORE_CARE_COMMAND_H
#define PLEK_CORE_CARE_COMMAND_H

#include "core/care/care.h"

struct care_command {
    struct referral_id referral; /* convene; all of regie; ask a consult */
    uint32_t id;                 /* of the MDO, the item or the consult it is about */
    enum ground ground;          /* convene */
    int64_t at_ms;               /* convene, date: when they meet, 0 = no date; note: due, 0 = none */
    struct org_id
        orgs[MDO_PARTICIPANTS_MAX]; /* convene, invite; offer and ask a consult: one; note: who acts */
    uint8_t n_orgs;
    bool joins; /* answer an invitation */
    enum mdo_domain domain;
    enum item_sort sort;
    enum item_state state;        /* move an item */
    char text[CONSULT_TEXT_SIZE]; /* note (at most CARE_TEXT_SIZE - 1 bytes), ask and answer a consult */
    char role[REGIE_ROLE_SIZE];   /* take over or name the regie, with callback */
    char callback[REGIE_CALLBACK_SIZE];
    enum mdo_outside outside; /* note: who does it is not on the exchange; with callback, which may be "" */
};

#endif
