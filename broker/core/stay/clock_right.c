/* Clocks that are a right of the person: a reflection period, a barring order. They run on from place to
 * place, and after the household has left or was closed without a place: somebody must hear that the
 * perpetrator may come back, or that the right to be here ends. */
#include "core/stay/stay_decide.h"

#include "base/time_text.h"
#include "core/engine_state.h"
#include "core/nobed/nobed.h"
#include "core/stay/stay_rules.h"
#include "core/vocab.h"

#include <string.h>

#define ORDER_CODE "huisverbod"
#define ORDER_LONGEST_MS                                                                                     \
    (28 * MS_DAY) /* Wet tijdelijk huisverbod art. 9 lid 1, where clocks.csv has no row */

static const struct clock_rule *rule_of(const struct engine *e, const struct stay_clock *c)
{
    return c != NULL ? stay_rules_clock(vocab_stay_rules(e->vocab), c->kind) : NULL;
}

bool clock_is_same_right(const struct clock_rule *a, const struct clock_rule *b)
{
    size_t len_a = a != NULL ? strlen(a->code) : 0, len_b = b != NULL ? strlen(b->code) : 0;
    size_t len = len_a < len_b ? len_a : len_b;

    if (len == 0 || strncmp(a->code, b->code, len) != 0)
        return false;
    return len_a == len_b || (len_a > len ? a->code[len] : b->code[len]) == '_';
}

bool clock_is_of_order(const struct clock_rule *rule)
{
    static const struct clock_rule order = {.code = ORDER_CODE};

    return clock_is_same_right(rule, &order);
}

int64_t clock_end_told(const struct clock_rule *rule, const struct clock_place *here)
{
    return rule->residences != 0 && here->is_known && here->residence == RESIDENCE_BEDENKTIJD ? here->until_ms
                                                                                              : 0;
}

/* ---- from place to place, and after the last ---- */

/* One right as it runs in the household's other referrals. */
struct right {
    const struct stay_clock *first; /* that ends first: the one that runs on; NULL = none runs */
    int64_t started_ms;             /* of the one that began first */
};

static bool runs_of_right(const struct engine *e, const struct stay_clock *c, const struct clock_rule *rule)
{
    return c->state != CLOCK_STOPPED && c->state != CLOCK_RUN_OUT && clock_is_same_right(rule_of(e, c), rule);
}

/* Two tell of one right at two desks, each with its own end: who hears of the earlier is never too late. */
static struct right right_elsewhere(const struct engine *e, struct referral_id here,
                                    const struct clock_rule *rule)
{
    struct right found = {.first = NULL};
    struct referral_id id = engine_household_first(e, here);

    for (; id.v != 0; id = engine_household_next(e, id)) {
        for (unsigned i = 0; id.v != here.v; i++) {
            const struct stay_clock *c = engine_clock(e, engine_clock_of(e, id, i));

            if (c == NULL)
                break;
            if (!runs_of_right(e, c, rule))
                continue;
            if (found.first == NULL || c->started_at_ms < found.started_ms)
                found.started_ms = c->started_at_ms;
            if (found.first == NULL || c->runs_out_ms < found.first->runs_out_ms)
                found.first = c;
        }
    }
    return found;
}

/* That of the referral itself; NULL = it runs nowhere in it. */
static const struct stay_clock *right_here(const struct decision *d, struct referral_id id,
                                           const struct clock_rule *rule)
{
    for (unsigned i = 0;; i++) {
        const struct stay_clock *c = engine_clock(d->e, engine_clock_of(d->e, id, i));

        if (c == NULL || (runs_of_right(d->e, c, rule) && !clock_is_stopped_here(d, c->id)))
            return c;
    }
}

/* An order that was over here, and runs elsewhere: there it was extended, and it is that one that goes on. */
static void stop_run_out(struct decision *d, struct referral_id id, const struct clock_rule *rule)
{
    const struct stay_clock *c = NULL;

    for (unsigned i = 0; (c = engine_clock(d->e, engine_clock_of(d->e, id, i))) != NULL; i++) {
        if (c->state == CLOCK_RUN_OUT && clock_is_same_right(rule_of(d->e, c), rule) &&
            !clock_is_stopped_here(d, c->id))
            clock_stop_event(d, c, 0);
    }
}

/* With its owner, unless that is a house: the one it was left. An order that runs here too becomes one with
 * it: since the first imposition, until the earlier end. */
static void carry_one(struct decision *d, const struct clock_place *here, const struct right *right)
{
    const struct stay_clock *c = right->first;
    const struct clock_rule *rule = rule_of(d->e, c);
    const struct stay_clock *own = clock_is_of_order(rule) ? right_here(d, here->r->id, rule) : NULL;
    int64_t started_ms = clock_is_of_order(rule) ? right->started_ms : c->started_at_ms;
    int64_t told_ms = clock_end_told(rule, here);
    struct event *ev = NULL;

    if (own != NULL) {
        if (own->runs_out_ms <= c->runs_out_ms && own->started_at_ms <= started_ms)
            return;
        clock_stop_event(d, own, 0);
        started_ms = own->started_at_ms < started_ms ? own->started_at_ms : started_ms;
        c = own->runs_out_ms < c->runs_out_ms ? own : c;
        rule = rule_of(d->e, c);
    }
    if (clock_is_of_order(rule))
        stop_run_out(d, here->r->id, rule);
    if (clock_right_runs(d, here->r->id, rule))
        return;
    ev = clock_begin(d, rule, here, started_ms, told_ms != 0 ? told_ms : c->runs_out_ms);
    if (engine_org(d->e, c->owner)->kind != ORG_SHELTER || c->owner.v == here->r->org.v) {
        ev->u.clock.org = ev->u.clock.owner = c->owner;
        ev->u.clock.desk = c->desk;
    }
    if (ev->u.clock.warn_at_ms <= d->now_ms)
        clock_warned_already(d, &ev->u.clock);
}

/* What was the house's is the desk's that placed the household there: the house has nobody left of whom to
 * tell. */
static void give_back(struct decision *d, const struct stay_clock *c, struct org_id desk)
{
    if (engine_org(d->e, c->owner)->kind == ORG_SHELTER && c->owner.v != desk.v)
        clock_pass_event(d, c, desk, (struct location_id){0});
}

void clock_carry(struct decision *d, const struct clock_place *here)
{
    struct referral_id id = engine_household_first(d->e, here->r->id);

    for (; id.v != 0; id = engine_household_next(d->e, id)) {
        for (unsigned i = 0; id.v != here->r->id.v; i++) {
            const struct stay_clock *c = engine_clock(d->e, engine_clock_of(d->e, id, i));
            const struct clock_rule *rule = rule_of(d->e, c);
            struct right right = {.first = NULL};

            if (c == NULL)
                break;
            if (c->state == CLOCK_STOPPED || rule == NULL || !rule->of_household ||
                clock_is_stopped_here(d, c->id))
                continue;
            right = right_elsewhere(d->e, here->r->id, rule);
            if (c == right.first && !clock_has_room(d, here->r->id, true)) {
                give_back(d, c, engine_referral(d->e, id)->org); /* it runs on where it is */
                continue;
            }
            clock_stop_event(d, c, 0);
            if (c == right.first) /* what ran out was told of already */
                carry_one(d, here, &right);
        }
    }
}

void clock_decide_left(struct decision *d, const struct referral *r, const struct pool_kept *pool,
                       bool arrives)
{
    for (unsigned i = 0;; i++) {
        const struct stay_clock *c = engine_clock(d->e, engine_clock_of(d->e, r->id, i));
        const struct clock_rule *rule = rule_of(d->e, c);

        if (c == NULL)
            break;
        if (c->state == CLOCK_STOPPED)
            continue;
        if (rule == NULL || !rule->of_household)
            clock_stop_event(d, c, 0);
        else if (!arrives && c->owner.v == pool->org.v && c->owner.v != r->org.v)
            clock_pass_event(d, c, r->org, (struct location_id){0});
    }
}

/* ---- the residence, found out ---- */

static uint8_t not_needed(const struct decision *d)
{
    return (uint8_t)(vocab_list_find(d->e->vocab, LIST_CLOCK_STOP, "niet_nodig") + 1);
}

/* In its stay, or in a bridge bed, whose clocks are the referrer's. */
static struct clock_place place_of(const struct engine *e, const struct referral *r)
{
    const struct stay *s = engine_stay_of(e, r->id);
    const struct bridge *bed = engine_bridge_bed_reached(e, r->id);
    struct clock_place here = {.r = r, .is_known = true};

    if (s != NULL && s->state != STAY_DEPARTED) {
        here.pool = here.house = engine_pool(e, s->pool);
        here.stay = s->id;
    } else if (bed != NULL) {
        here.pool = engine_pool(e, engine_request(e, bed->request)->pool);
    }
    return here;
}

void clock_decide_residence(struct decision *d, const struct referral *r, enum residence found,
                            int64_t until_ms)
{
    struct clock_place here = place_of(d->e, r);

    here.residence = found;
    here.until_ms = until_ms;
    for (unsigned i = 0;; i++) {
        const struct stay_clock *c = engine_clock(d->e, engine_clock_of(d->e, r->id, i));
        const struct clock_rule *rule = rule_of(d->e, c);
        int64_t told_ms = rule != NULL ? clock_end_told(rule, &here) : 0;

        if (c == NULL)
            break;
        if (c->state == CLOCK_STOPPED || rule == NULL || rule->residences == 0 || found == RESIDENCE_ONBEKEND)
            continue;
        if ((rule->residences >> (unsigned)found & 1u) == 0)
            clock_stop_event(d, c, not_needed(d));
        else if (told_ms != 0 && told_ms != c->runs_out_ms && told_ms > c->started_at_ms)
            clock_move_event(d, c, rule, told_ms);
    }
    clock_begin_those(d, &here, true);
}

/* ---- the barring order ---- */

const struct stay_clock *engine_order_clock(const struct engine *e, struct referral_id id)
{
    const struct stay_clock *last = NULL;

    for (unsigned i = 0;; i++) {
        const struct stay_clock *c = engine_clock(e, engine_clock_of(e, id, i));

        if (c == NULL)
            return last;
        if (clock_is_of_order(rule_of(e, c)))
            last = c;
    }
}

const struct stay_clock *clock_order_in_force(const struct engine *e, struct referral_id id, int64_t now_ms)
{
    static const struct clock_rule order = {.code = ORDER_CODE};
    const struct stay_clock *own = engine_order_clock(e, id);
    const struct stay_clock *other = right_elsewhere(e, id, &order).first;

    if (own != NULL && own->state != CLOCK_STOPPED && own->runs_out_ms > now_ms)
        return own;
    return other != NULL && other->runs_out_ms > now_ms ? other : NULL;
}

/* The first imposition of the household's orders that are in force; INT64_MAX = none is. */
static int64_t first_imposed_ms(const struct engine *e, struct referral_id id, int64_t now_ms)
{
    int64_t first_ms = INT64_MAX;

    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        for (unsigned i = 0;; i++) {
            const struct stay_clock *c = engine_clock(e, engine_clock_of(e, id, i));

            if (c == NULL)
                break;
            if (clock_is_of_order(rule_of(e, c)) && c->state != CLOCK_STOPPED && c->runs_out_ms > now_ms &&
                c->started_at_ms < first_ms)
                first_ms = c->started_at_ms;
        }
    }
    return first_ms;
}

int64_t clock_order_end_max(const struct engine *e, struct referral_id id, int64_t imposed_ms, int64_t now_ms)
{
    int64_t first_ms = first_imposed_ms(e, id, now_ms);

    return (first_ms < imposed_ms ? first_ms : imposed_ms) + engine_order_longest_ms(e, now_ms);
}

int64_t engine_order_longest_ms(const struct engine *e, int64_t now_ms)
{
    const struct clock_rule *rule =
        stay_rules_clock_find(vocab_stay_rules(e->vocab), ORDER_CODE, time_day_nl(now_ms));

    return rule != NULL && rule->prolong_to_minutes != 0 ? rule->prolong_to_minutes * MS_MINUTE
                                                         : ORDER_LONGEST_MS;
}

void clock_decide_order(struct decision *d, const struct referral *r, int64_t imposed_ms, int64_t until_ms)
{
    const struct clock_rule *rule =
        stay_rules_clock_find(vocab_stay_rules(d->e->vocab), ORDER_CODE, time_day_nl(d->now_ms));
    const struct stay_clock *c = engine_order_clock(d->e, r->id);
    struct clock_place here = {.r = r};

    if (c != NULL && c->state != CLOCK_STOPPED && c->runs_out_ms <= d->now_ms) {
        clock_stop_event(d, c, not_needed(d)); /* of an earlier order */
        c = NULL;
    }
    if (c != NULL && c->state != CLOCK_STOPPED) {
        if (until_ms != c->runs_out_ms && until_ms > c->started_at_ms)
            clock_move_event(d, c, rule_of(d->e, c), until_ms);
    } else if (rule != NULL && clock_has_room(d, r->id, true)) {
        clock_begin(d, rule, &here, imposed_ms, until_ms);
    }
}

void clock_decide_order_over(struct decision *d, struct referral_id id)
{
    const struct stay_clock *c = engine_order_clock(d->e, id);

    if (c != NULL && c->state != CLOCK_STOPPED)
        clock_stop_event(d, c, not_needed(d));
}
