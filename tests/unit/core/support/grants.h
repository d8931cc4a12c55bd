/* Who may, as a short list, and everybody else: every role in every organisation at every desk is held
 * against the list, and what is not listed must be denied. For the tests of core/audience. */
#ifndef PLEK_TEST_CORE_GRANTS_H
#define PLEK_TEST_CORE_GRANTS_H

#include "support/exchange.h"

/* Who may: a role in an organisation; DESK 0 is any desk, ORG 0 any organisation in which the role exists. */
struct grant {
    enum role role;
    unsigned org;
    unsigned desk;
};
#define GRANTS_MAX 10
#define ANY 0

#define THE_REFERRER                                                                                         \
    {                                                                                                        \
        ROLE_REFERRER, VT_OOST, ANY                                                                          \
    }

/* A situation in which all kinds of object exist. */
struct scene_of_all {
    struct exchange *x;
    struct referral_id pending;  /* of VT_OOST, asks B and C */
    struct request_id pending_b; /* the request to B */
    struct referral_id reserved; /* of VT_OOST, A1 said yes */
    struct request_id accepted_a;
    struct request_id cancelled_c; /* of the reserved one: C was too late */
    struct referral_id comenshas;  /* of CoMensha */
    struct referral_id stayed;     /* of VT_OOST, lives at A2 */
    struct stay_id stay;           /* its stay */
    struct clock_id clock;         /* a barring order: VT_OOST's, offered to VT_WEST */
};
struct scene_of_all scene_new(void); /* its exchange is the caller's to free */
/* A referral of VT_OOST's that is with CoMensha. */
struct gate_id send_one(struct exchange *x);

/* Call FN for every role, organisation (one that does not exist included), desk, and load carried, and fail
 * the test where it says something else than GRANTS, or where GRANTS lets nobody in but is not empty. */
typedef bool judge_fn(const struct exchange *x, const struct actor *a, void *ctx);
void hold_against(const struct exchange *x, const char *name, const struct grant *grants, judge_fn *fn,
                  void *ctx);

/* CTX is a struct command, a struct look, a struct event. */
judge_fn judge_command;
struct look {
    enum action action;
    uint64_t object;
};
judge_fn judge_look;
judge_fn judge_event;

#endif
