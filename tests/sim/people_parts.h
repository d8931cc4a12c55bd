/* Inside the people, for people*.c only: what they know, and who does what.
 *
 *   people: what they know, each step and the calm
 *   people_referrals: referrers and houses about a referral      people_reports: houses tell their counts
 *   people_others: pages, profiles, and those who try what they may not
 */
#ifndef PLEK_SIM_PEOPLE_PARTS_H
#define PLEK_SIM_PEOPLE_PARTS_H

#include "people.h"

#include "households.h"
#include "supply.h"

#define ENDED_KEPT 16
#define REPORTS_KEPT 16
#define REPORT_LINES 6
#define PAGES_MAX 64

/* Ids of what is going on, in no order. */
struct id_list {
    uint64_t *list;
    size_t n, cap;
};

struct sent_report {
    struct org_id org;
    bool by_machine;
    uint16_t n;
    struct observation list[REPORT_LINES];
};

/* A page that is built and waits to be shown. */
struct page {
    struct people *people;
    uint64_t seq;
    uint64_t generation; /* the broker that built it; 0 = free */
};

struct people {
    struct world *w;
    struct page pages[PAGES_MAX];
    struct rng rng;
    struct cast cast;
    struct id_list live, pending;
    uint64_t ended[ENDED_KEPT]; /* requests that are over, for late answers */
    size_t n_ended;
    struct sent_report reports[REPORTS_KEPT];
    size_t n_reports;
    uint64_t next_report;
    uint8_t *tries; /* by referral - 1, in the calm */
    size_t n_tries;
};

/* ---- people.c ---- */
const struct engine *engine_of(const struct people *p);
uint32_t below(struct people *p, size_t n);
bool begin(struct people *p, const struct command *cmd, struct referral_id about);

/* ---- people_referrals.c; each sends one command at most, true = it was sent ---- */
struct actor referrer_of(const struct people *p, const struct referral *r);
const struct referral *some_referral(struct people *p);
void open_referral(struct people *p);
/* Ask who the exchange proposes, best first. False if it proposes nobody. */
bool ask(struct people *p, const struct referral *r);
void ask_wild(struct people *p, const struct referral *r);
void travel(struct people *p, const struct referral *r);
bool withdraw(struct people *p, const struct referral *r);
/* SEE_REQUEST, ACCEPT, DECLINE or CONFIRM_ARRIVAL by the house of Q. */
bool answer(struct people *p, enum command_kind kind, const struct request *q);
void answer_some(struct people *p, enum command_kind kind);
/* To one of the requests that are over. */
void answer_late(struct people *p);
bool arrive(struct people *p, const struct referral *r);
void no_show(struct people *p, const struct referral *r);

/* ---- people_reports.c ---- */
void report(struct people *p);
void report_again(struct people *p);

/* ---- people_others.c ---- */
void redefine(struct people *p);
/* Built now, shown when what it rests on is durable. */
void read_page(struct people *p);
/* Somebody who may not: a house of another organisation, a municipality, a referrer of another region. */
void intrude(struct people *p);

#endif
