/* The decisions of this folder; see core/decide.h. */
#ifndef PLEK_CORE_STAY_DECIDE_H
#define PLEK_CORE_STAY_DECIDE_H

#include "core/decide.h"
#include "core/stay/stay_state.h"

/* stay_decide.c */
decide_fn decide_depart, decide_stay_ready, decide_fund_stay, decide_give_return_code;
/* clock_decide.c */
decide_fn decide_start_clock, decide_offer_clock, decide_take_clock, decide_prolong_clock, decide_stop_clock;

struct clock_rule;

/* Where a clock begins, and for whom. */
struct clock_place {
    const struct referral *r;
    const struct pool_kept *pool;  /* where the household is; NULL = in no place of ours */
    const struct pool_kept *house; /* whose the clocks of that place are; NULL in a bridge bed */
    struct stay_id stay;           /* 0 = none */
    int64_t from_ms;               /* since when it is there, what begins there counts from then; 0 = now */
    bool is_known;                 /* the two that follow are */
    enum residence residence;
    int64_t until_ms; /* told end of the reflection period; 0 = not told */
};

/* clock_decide.c: the clocks that begin by themselves at pool P for the household of R, in stay STAY; 0 = in
 * a bridge bed there: those are the referrer's, whose search goes on, where the rule names the house. The
 * rights of the person that run elsewhere in the household run on here. They count from AT; 0 = now. */
void clock_decide_arrival(struct decision *d, const struct referral *r, const struct pool_kept *p,
                          struct stay_id stay, int64_t at_ms);
/* The household of ID came to its place (STAY; 0 = its bridge bed) at FROM and not at WAS: what runs since
 * then as long as its rule says ends and warns by that. An end that was told, as that of an order, stays. */
void clock_decide_begun(struct decision *d, struct referral_id id, struct stay_id stay, int64_t was_ms,
                        int64_t from_ms);
/* The household left its bridge bed at a place of KIND: what that place began stops. A right of the person
 * runs on. */
void clock_decide_bridge_over(struct decision *d, struct referral_id id, enum kind kind);
/* One of RULE: from STARTED, until UNTIL; 0 = as long as the rule says. The event may be changed until the
 * next one is made. */
struct event *clock_begin(struct decision *d, const struct clock_rule *rule, const struct clock_place *here,
                          int64_t started_ms, int64_t until_ms);
/* Those that begin by themselves HERE and do not run yet; OF_RESIDENCE: only those that ask for one. */
void clock_begin_those(struct decision *d, const struct clock_place *here, bool of_residence);
void clock_warned_already(struct decision *d, const struct clock_event *begun);
/* C ends at UNTIL, later or earlier than it did, and warns before that. */
void clock_move_event(struct decision *d, const struct stay_clock *c, const struct clock_rule *rule,
                      int64_t until_ms);
/* C gets another owner at once: TO, or its house DESK (0 = its own desk). */
void clock_pass_event(struct decision *d, const struct stay_clock *c, struct org_id to,
                      struct location_id desk);
/* The right that RULE is about runs in the referral, after what was decided here. */
bool clock_right_runs(const struct decision *d, struct referral_id id, const struct clock_rule *rule);
bool clock_is_stopped_here(const struct decision *d, struct clock_id id);
/* The referral may have one clock more. The last CLOCKS_FOR_RIGHTS are for those OF_HOUSEHOLD, whatever came
 * before them. */
bool clock_has_room(const struct decision *d, struct referral_id id, bool of_household);

/* clock_right.c: two rows are about one right if they have one code, or the longer is the other's and a word
 * behind "_": "huisverbod" and "huisverbod_verlengd". They never run together. Each may be NULL. */
bool clock_is_same_right(const struct clock_rule *a, const struct clock_rule *b);
bool clock_is_of_order(const struct clock_rule *rule);
/* The end of a clock of RULE as people told it; 0 = not told. */
int64_t clock_end_told(const struct clock_rule *rule, const struct clock_place *here);
/* The rights of the household that run in its other referrals run on HERE, each once: with the earlier end,
 * and of an order the first imposition. One for which there is no room here runs on where it is, and is the
 * desk's of that referral if it was the house's that was left. */
void clock_carry(struct decision *d, const struct clock_place *here);
/* The stay of R at POOL is over: its clocks stop, the rights of the person run on. ARRIVES: at its next
 * place, which carries them; else the referrer's desk has what was the house's. */
void clock_decide_left(struct decision *d, const struct referral *r, const struct pool_kept *pool,
                       bool arrives);
/* The residence of R is FOUND now, and its end (0 = not told): its clocks begin, move or stop. */
void clock_decide_residence(struct decision *d, const struct referral *r, enum residence found,
                            int64_t until_ms);
/* A barring order that was imposed runs until UNTIL: its clock begins, or ends then. */
void clock_decide_order(struct decision *d, const struct referral *r, int64_t imposed_ms, int64_t until_ms);
/* That of ID which is in force, else of its household the one that ends first; NULL = none is. */
const struct stay_clock *clock_order_in_force(const struct engine *e, struct referral_id id, int64_t now_ms);
/* Until when an order of ID that was IMPOSED then may run: the law counts from the first of those of the
 * household that are in force. */
int64_t clock_order_end_max(const struct engine *e, struct referral_id id, int64_t imposed_ms,
                            int64_t now_ms);
/* It is over: nothing of it is left to watch. */
void clock_decide_order_over(struct decision *d, struct referral_id id);

/* follow_up.c: clock C, of which was warned, ends at UNTIL now: so does the time of the follow-up that it
 * opened or found, unless another clock that warned for it ends before. Nothing where that search is over, or
 * its household has no bed. */
void follow_up_clock_moved(struct decision *d, const struct stay_clock *c, int64_t until_ms);
/* C was stopped, and the household is where it was: its follow-up, if it was by the end of C, is by the end
 * of the first of the others that warned for it. */
void follow_up_clock_stopped(struct decision *d, const struct stay_clock *c);
/* A clock that ends at UNTIL warned, and found the search ID under way: that is by then too, if it was by
 * later. */
void follow_up_found(struct decision *d, struct referral_id id, int64_t until_ms);
/* A household leaves S, or B. If that was its last bed, what its clocks opened is a search as any other: for
 * today. Not where DESTINATION (index + 1) is a place to live, or END is home: then it stays as it is, until
 * people end it. */
void follow_up_stay_over(struct decision *d, const struct stay *s, uint8_t destination);
void follow_up_bed_over(struct decision *d, const struct bridge *b, enum bridge_end end);
/* Before the search of R is ended by a person's word: the same for the bridge bed that it reached, which ends
 * with it. WITHDRAWN_FOR: index + 1 of a reason to withdraw; 0 = it is closed without a place. */
void follow_up_search_over(struct decision *d, const struct referral *r, uint8_t withdrawn_for);
/* It never left, and ID, which one of its clocks opened, has until then; nothing where that moment has
 * passed. */
void follow_up_bed_back(struct decision *d, struct referral_id id, int64_t until_ms);
/* clock_decide.c: of a follow-up that has LEFT ms. */
enum urgency follow_up_urgency(int64_t left_ms);

/* decide_referral.c: a code that no referral has; false if none was found. */
bool decide_find_code(const struct engine *e, uint64_t draw, char code[REFERRAL_CODE_SIZE]);

#endif
