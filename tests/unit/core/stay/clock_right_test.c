/* Clocks that are a right of the person: until when people told that they run, found out in the place, on
 * from place to place and after the last, and the barring order that bridges. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"
#include "core/nobed/nobed.h"
#include "core/stay/stay_decide.h"
#include "core/stay/stay_rules.h"

#include <string.h>

#define NOODBED 1
#define BEDENKTIJD 2
#define HUISVERBOD 4
#define VERLENGD 5

/* ---- steps ---- */

static uint8_t nr(const struct exchange *x, enum vocab_list list, const char *code)
{
    int i = vocab_list_find(x->vocab, list, code);

    assert_true(i >= 0);
    return (uint8_t)(i + 1);
}

static struct pool_id a_pool(struct exchange *x, const char *code, enum kind kind)
{
    struct pool p = pool_of_kind(x, B_HUIS, code, kind);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct pool_id id;
    struct observation o;

    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    id = engine_pool_find(x->e, code);
    o = an_observation(x, id.v, 2, 2);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    return id;
}

static struct referral_id open_with(struct exchange *x, enum residence residence)
{
    struct need need = a_need();

    need.residence = residence;
    return do_open(x, VT_OOST, need);
}

static void arrive(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct request_id q = do_ask_one(x, r, pool);

    assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
}

static void sleep_in_bed(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct command cmd = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};
    struct request_id q;

    cmd.u.ask.referral = r;
    cmd.u.ask.pools[0].v = pool;
    cmd.u.ask.n = 1;
    cmd.u.ask.bridge = true;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    q = the_referral(x, r)->requests[the_referral(x, r)->n_requests - 1];
    assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
}

static enum refusal find_by(struct exchange *x, struct actor who, struct referral_id r, enum residence found,
                            int64_t until_ms)
{
    struct command cmd = {.kind = CMD_FIND_RESIDENCE, .actor = who};

    cmd.u.residence.referral = r;
    cmd.u.residence.residence = found;
    cmd.u.residence.until_ms = until_ms;
    return exchange_do(x, &cmd).refusal;
}

static enum refusal find(struct exchange *x, struct referral_id r, enum residence found, int64_t until_ms)
{
    return find_by(x, referrer_of(VT_OOST), r, found, until_ms);
}

static enum refusal depart(struct exchange *x, struct referral_id r)
{
    const struct stay *s = engine_stay_of(x->e, r);
    struct command cmd = {.kind = CMD_DEPART, .draw = ++x->draw};

    cmd.actor = shelter_of(engine_pool(x->e, s->pool)->org.v);
    cmd.u.stay = (struct stay_command){.stay = s->id,
                                       .reason = nr(x, LIST_DEPARTURE, "doel_bereikt"),
                                       .destination = nr(x, LIST_DESTINATION, "eigen_woning")};
    return exchange_do(x, &cmd).refusal;
}

static enum refusal start_clock(struct exchange *x, struct referral_id r, uint8_t kind)
{
    struct command cmd = {.kind = CMD_START_CLOCK, .actor = referrer_of(VT_OOST)};

    cmd.u.clock = (struct clock_command){.referral = r, .kind = kind};
    return exchange_do(x, &cmd).refusal;
}

static enum refusal clock_do(struct exchange *x, enum command_kind kind, struct actor who,
                             const struct stay_clock *c, unsigned org)
{
    struct command cmd = {.kind = kind, .actor = who};

    cmd.u.clock = (struct clock_command){.clock = c->id, .org = {org}, .reason = 1};
    return exchange_do(x, &cmd).refusal;
}

/* The last of KIND that the referral had. */
static const struct stay_clock *clock_of(const struct exchange *x, struct referral_id r, uint8_t kind)
{
    const struct stay_clock *found = NULL;

    for (unsigned i = 0;; i++) {
        const struct stay_clock *c = engine_clock(x->e, engine_clock_of(x->e, r, i));

        if (c == NULL)
            return found;
        if (c->kind == kind)
            found = c;
    }
}

static unsigned live_clocks(const struct exchange *x, uint8_t kind)
{
    unsigned n = 0;

    for (uint64_t i = 1; i <= engine_clocks(x->e); i++)
        n += engine_clock(x->e, (struct clock_id){i})->kind == kind &&
             engine_clock(x->e, (struct clock_id){i})->state != CLOCK_STOPPED;
    return n;
}

/* Everything due until then, tick by tick as the flow gives them. */
static void pass(struct exchange *x, int64_t ms)
{
    int64_t until = x->now + ms;

    while (engine_next_due_ms(x->e) <= until) {
        x->now = engine_next_due_ms(x->e) > x->now ? engine_next_due_ms(x->e) : x->now;
        do_tick(x);
    }
    x->now = until;
}

static int64_t lead_ms(const struct exchange *x, uint8_t kind)
{
    return stay_rules_clock(vocab_stay_rules(x->vocab), kind)->lead_minutes * MS_MINUTE;
}

/* ---- the told end ---- */

static void a_reflection_period_runs_until_it_was_told_to(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_with(x, RESIDENCE_ONBEKEND);
    int64_t until_ms = x->now + 21 * MS_DAY;
    const struct stay_clock *c = NULL;

    (void)state;
    assert_int_equal(find(x, r, RESIDENCE_BEDENKTIJD, until_ms), REFUSAL_NONE);
    assert_null(clock_of(x, r, BEDENKTIJD)); /* in no place yet */
    arrive(x, r, a_pool(x, "b-72", KIND_UUR72).v);
    c = clock_of(x, r, BEDENKTIJD);
    assert_int_equal(c->runs_out_ms, until_ms);
    assert_int_equal(c->warn_at_ms, until_ms - lead_ms(x, BEDENKTIJD));
    assert_int_equal(c->owner.v, COMENSHA);
    /* Told anew it moves, later and earlier. */
    assert_int_equal(find(x, r, RESIDENCE_BEDENKTIJD, until_ms + MS_DAY), REFUSAL_NONE);
    assert_int_equal(c->runs_out_ms, until_ms + MS_DAY);
    assert_int_equal(c->prolonged, 1);
    assert_int_equal(find(x, r, RESIDENCE_BEDENKTIJD, until_ms - MS_DAY), REFUSAL_NONE);
    assert_int_equal(c->runs_out_ms, until_ms - MS_DAY);
    assert_int_equal(c->warn_at_ms, until_ms - MS_DAY - lead_ms(x, BEDENKTIJD));
    assert_int_equal(c->prolonged, 1);
    pass(x, 21 * MS_DAY);
    assert_int_equal(c->state, CLOCK_RUN_OUT);
    assert_int_equal(c->run_out_at_ms, until_ms - MS_DAY);
    exchange_free(x);
}

static void what_can_be_told_of_an_end(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_with(x, RESIDENCE_ONBEKEND);

    (void)state;
    assert_int_equal(find(x, r, RESIDENCE_BEDENKTIJD, x->now), REFUSAL_LIMIT);
    assert_int_equal(find(x, r, RESIDENCE_BEDENKTIJD, x->now - MS_DAY), REFUSAL_LIMIT);
    assert_int_equal(find(x, r, RESIDENCE_BEDENKTIJD, x->now + (RESIDENCE_UNTIL_MAX_DAYS + 1) * MS_DAY),
                     REFUSAL_LIMIT);
    assert_int_equal(find(x, r, RESIDENCE_DUBLIN, x->now + MS_DAY), REFUSAL_LIMIT);
    assert_int_equal(find(x, r, RESIDENCE_BEDENKTIJD, x->now + RESIDENCE_UNTIL_MAX_DAYS * MS_DAY),
                     REFUSAL_NONE);
    exchange_free(x);
}

/* The told end had passed before they arrived: nobody must think that it runs for three months more. */
static void an_end_that_passed_on_the_way_alarms(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_with(x, RESIDENCE_ONBEKEND);
    struct pool_id pool = a_pool(x, "b-72", KIND_UUR72);
    const struct stay_clock *c = NULL;

    (void)state;
    assert_int_equal(find(x, r, RESIDENCE_BEDENKTIJD, x->now + MS_HOUR), REFUSAL_NONE);
    x->now += 2 * MS_HOUR;
    arrive(x, r, pool.v);
    c = clock_of(x, r, BEDENKTIJD);
    assert_int_equal(c->runs_out_ms, x->now - MS_HOUR);
    pass(x, 1);
    assert_int_equal(c->state, CLOCK_RUN_OUT);
    exchange_free(x);
}

static void the_intake_may_tell_the_end(void **state)
{
    struct exchange *x = exchange_new();
    struct need need = a_need();
    struct command cmd = {.kind = CMD_OPEN_REFERRAL, .actor = referrer_of(VT_OOST), .draw = ++x->draw};
    struct pool_id pool = a_pool(x, "b-72", KIND_UUR72);
    struct referral_id r, next;
    int64_t until_ms = x->now + 30 * MS_DAY;

    (void)state;
    need.residence = RESIDENCE_BEDENKTIJD;
    cmd.u.need = &need;
    cmd.u.residence_until_ms = x->now;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_LIMIT);
    cmd.u.residence_until_ms = until_ms;
    r = exchange_do(x, &cmd).referral;
    assert_int_equal(the_referral(x, r)->residence_until_ms, until_ms);
    arrive(x, r, pool.v);
    pass(x, 3 * MS_DAY); /* 72 hours: the follow-up is open */
    next = engine_household(x->e, r).later;
    assert_int_not_equal(next.v, 0);
    assert_int_equal(the_referral(x, next)->residence_until_ms, until_ms);
    exchange_free(x);
}

/* ---- found out in the place ---- */

static void found_out_in_the_place_its_clock_begins(void **state)
{
    (void)state;
    for (int in_bed = 0; in_bed < 2; in_bed++) {
        struct exchange *x = exchange_new();
        struct referral_id r = open_with(x, RESIDENCE_ONBEKEND);
        struct pool_id pool = a_pool(x, "b-72", KIND_UUR72);
        int64_t until_ms = x->now + 20 * MS_DAY;

        if (in_bed)
            sleep_in_bed(x, r, pool.v);
        else
            arrive(x, r, pool.v);
        assert_true(residence_is_to_find(the_referral(x, r)));
        /* By the house where they are, and no other. */
        assert_int_equal(find_by(x, shelter_of(HUIS_C), r, RESIDENCE_NL, 0), REFUSAL_NOT_FOUND);
        assert_int_equal(find_by(x, shelter_of(HUIS_B), r, RESIDENCE_BEDENKTIJD_AANGEBODEN, 0), REFUSAL_NONE);
        assert_false(residence_is_to_find(the_referral(x, r)));
        assert_true(residence_offer_is_open(the_referral(x, r)));
        assert_null(clock_of(x, r, BEDENKTIJD));
        assert_int_equal(find_by(x, shelter_of(HUIS_B), r, RESIDENCE_BEDENKTIJD, 0), REFUSAL_NONE);
        assert_false(residence_offer_is_open(the_referral(x, r)));
        assert_true(residence_end_is_to_find(the_referral(x, r)));
        assert_int_equal(clock_of(x, r, BEDENKTIJD)->state, CLOCK_RUNNING); /* in the same commit */
        assert_int_equal(find(x, r, RESIDENCE_BEDENKTIJD, until_ms), REFUSAL_NONE);
        assert_int_equal(clock_of(x, r, BEDENKTIJD)->runs_out_ms, until_ms);
        assert_int_equal(live_clocks(x, BEDENKTIJD), 1);
        /* It ended in a permit: nothing runs that nobody waits for. */
        assert_int_equal(find(x, r, RESIDENCE_B8_VERGUNNING, 0), REFUSAL_NONE);
        assert_int_equal(live_clocks(x, BEDENKTIJD), 0);
        if (!in_bed) {
            assert_int_equal(depart(x, r), REFUSAL_NONE);
            assert_int_equal(find(x, r, RESIDENCE_NL, 0), REFUSAL_WRONG_STATE);
            assert_int_equal(find_by(x, shelter_of(HUIS_B), r, RESIDENCE_NL, 0), REFUSAL_NOT_FOUND);
        }
        exchange_free(x);
    }
}

static void its_gatekeeper_may_tell_it_while_it_works_on_it(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_with(x, RESIDENCE_ONBEKEND);
    struct command send = {.kind = CMD_GATE_SEND, .actor = referrer_of(VT_OOST)};
    struct actor keeper = actor_of(ROLE_COMENSHA, COMENSHA);

    (void)state;
    assert_int_equal(find_by(x, keeper, r, RESIDENCE_BEDENKTIJD_AANGEBODEN, 0), REFUSAL_NOT_FOUND);
    send.u.gate.referral = r;
    send.u.gate.kind = KIND_COSM;
    assert_int_equal(exchange_do(x, &send).refusal, REFUSAL_NONE);
    assert_int_equal(find_by(x, keeper, r, RESIDENCE_BEDENKTIJD_AANGEBODEN, 0), REFUSAL_NONE);
    exchange_free(x);
}

static void whom_its_owner_acts_for_is_told_while_it_runs(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_with(x, RESIDENCE_BEDENKTIJD);
    struct actor keeper = actor_of(ROLE_COMENSHA, COMENSHA), other = referrer_of(VT_WEST);
    const struct stay_clock *c = NULL;

    (void)state;
    arrive(x, r, a_pool(x, "b-72", KIND_UUR72).v);
    c = clock_of(x, r, BEDENKTIJD);
    assert_int_equal(audience_of_referral(x->e, &keeper, r), SIGHT_NONE);
    assert_true(may(x->e, &keeper, ACT_SEE_CLOCK_CASE, c->id.v));
    assert_int_equal(clock_do(x, CMD_OFFER_CLOCK, keeper, c, VT_WEST), REFUSAL_NONE);
    assert_false(may(x->e, &other, ACT_SEE_CLOCK_CASE, c->id.v)); /* it is not its own yet */
    assert_int_equal(clock_do(x, CMD_STOP_CLOCK, keeper, c, 0), REFUSAL_NONE);
    assert_false(may(x->e, &keeper, ACT_SEE_CLOCK_CASE, c->id.v));
    exchange_free(x);
}

/* ---- after the place, and at the next ---- */

static void a_right_outlives_the_stay(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_with(x, RESIDENCE_NL);
    const struct stay_clock *c = NULL;

    (void)state;
    arrive(x, r, a_pool(x, "b-nood", KIND_NOOD).v);
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    c = clock_of(x, r, HUISVERBOD);
    assert_int_equal(clock_do(x, CMD_OFFER_CLOCK, referrer_of(VT_OOST), c, VT_WEST), REFUSAL_NONE);
    assert_int_equal(clock_do(x, CMD_TAKE_CLOCK, referrer_of(VT_WEST), c, 0), REFUSAL_NONE);
    assert_int_equal(depart(x, r), REFUSAL_NONE);
    assert_int_equal(clock_of(x, r, NOODBED)->state, CLOCK_STOPPED); /* that of the place */
    assert_int_equal(c->state, CLOCK_RUNNING);
    assert_int_equal(c->owner.v, VT_WEST);
    pass(x, 10 * MS_DAY - lead_ms(x, HUISVERBOD));
    assert_int_equal(c->state, CLOCK_WARNED);
    assert_int_equal(c->follow_up.v, 0); /* nobody looks for a place: people must say so */
    pass(x, lead_ms(x, HUISVERBOD));
    assert_int_equal(c->state, CLOCK_RUN_OUT);
    assert_int_equal(clock_do(x, CMD_STOP_CLOCK, referrer_of(VT_WEST), c, 0), REFUSAL_NONE);
    exchange_free(x);
}

static void what_was_the_house_s_goes_back_to_the_desk(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_with(x, RESIDENCE_NL);
    const struct stay_clock *c = NULL;

    (void)state;
    arrive(x, r, POOL_B);
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    c = clock_of(x, r, HUISVERBOD);
    assert_int_equal(clock_do(x, CMD_OFFER_CLOCK, referrer_of(VT_OOST), c, HUIS_B), REFUSAL_NONE);
    assert_int_equal(clock_do(x, CMD_TAKE_CLOCK, shelter_of(HUIS_B), c, 0), REFUSAL_NONE);
    assert_int_equal(depart(x, r), REFUSAL_NONE);
    assert_int_equal(c->state, CLOCK_RUNNING);
    assert_int_equal(c->owner.v, VT_OOST);
    assert_int_equal(c->desk.v, 0);
    exchange_free(x);
}

static void a_right_runs_on_at_the_next_place(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_with(x, RESIDENCE_NL), next;
    struct pool_id pool = a_pool(x, "b-nood", KIND_NOOD);
    const struct stay_clock *first = NULL, *second = NULL;

    (void)state;
    arrive(x, r, pool.v);
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    first = clock_of(x, r, HUISVERBOD);
    pass(x, 3 * MS_DAY);
    next = engine_household(x->e, r).later;
    assert_int_not_equal(next.v, 0);
    arrive(x, next, POOL_C);
    first = clock_of(x, r, HUISVERBOD);
    second = clock_of(x, next, HUISVERBOD);
    assert_int_equal(first->state, CLOCK_STOPPED);
    assert_int_equal(second->state, CLOCK_RUNNING);
    assert_int_equal(second->started_at_ms, first->started_at_ms);
    assert_int_equal(second->runs_out_ms, first->runs_out_ms);
    assert_int_equal(second->owner.v, VT_OOST);
    assert_int_equal(live_clocks(x, HUISVERBOD), 1);
    exchange_free(x);
}

/* ---- the barring order ---- */

static struct outcome open_order(struct exchange *x, struct referral_id r, bool active, int64_t imposed_ms,
                                 int64_t until_ms)
{
    struct bridge_wish w = {
        .kind = BRIDGE_ORDER, .active = active, .imposed_ms = imposed_ms, .until_ms = until_ms};
    struct command cmd = {.kind = CMD_OPEN_BRIDGE, .actor = referrer_of(VT_OOST)};

    cmd.u.open_bridge.referral = r;
    cmd.u.open_bridge.wish = &w;
    return exchange_do(x, &cmd);
}

static enum refusal start_order(struct exchange *x, uint64_t id, int64_t imposed_ms, int64_t until_ms)
{
    struct command cmd = {.kind = CMD_START_BRIDGE, .actor = referrer_of(VT_OOST)};

    cmd.u.bridge.bridge.v = id;
    cmd.u.bridge.imposed_ms = imposed_ms;
    cmd.u.bridge.until_ms = until_ms;
    return exchange_do(x, &cmd).refusal;
}

static enum refusal end_order(struct exchange *x, uint64_t id, enum bridge_end end)
{
    struct command cmd = {.kind = CMD_END_BRIDGE, .actor = referrer_of(VT_OOST)};

    cmd.u.bridge.bridge.v = id;
    cmd.u.bridge.code = (uint8_t)end;
    return exchange_do(x, &cmd).refusal;
}

static enum refusal close_home(struct exchange *x, struct referral_id r)
{
    struct command cmd = {.kind = CMD_CLOSE_REFERRAL, .actor = referrer_of(VT_OOST)};

    cmd.u.night.referral = r;
    cmd.u.night.night = (struct night){
        .day = (int32_t)(x->now / MS_DAY), .slept = nr(x, LIST_DESTINATION, "terug_naar_huis"), .reason = 1};
    return exchange_do(x, &cmd).refusal;
}

static void an_order_has_its_clock_at_once(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_with(x, RESIDENCE_NL);
    int64_t imposed_ms = x->now - 2 * MS_DAY;
    uint64_t id = open_order(x, r, true, imposed_ms, 0).made;
    const struct stay_clock *c = clock_of(x, r, HUISVERBOD);

    (void)state;
    assert_non_null(c);
    assert_int_equal(c->owner.v, VT_OOST);
    assert_int_equal(c->started_at_ms, imposed_ms);
    assert_int_equal(c->runs_out_ms, imposed_ms + 10 * MS_DAY);
    assert_int_equal(engine_bridge(x->e, (struct bridge_id){id})->until_ms, c->runs_out_ms);
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_WRONG_STATE); /* not entered twice */
    assert_int_equal(start_clock(x, r, VERLENGD), REFUSAL_WRONG_STATE);   /* and never together */
    /* 28 days from its imposition, and not from when it was noted. */
    assert_int_equal(start_order(x, id, 0, imposed_ms + 28 * MS_DAY + 1), REFUSAL_LIMIT);
    assert_int_equal(start_order(x, id, imposed_ms, imposed_ms + 28 * MS_DAY), REFUSAL_LIMIT);
    assert_int_equal(start_order(x, id, 0, imposed_ms + 28 * MS_DAY), REFUSAL_NONE);
    assert_int_equal(c->runs_out_ms, imposed_ms + 28 * MS_DAY);
    assert_int_equal(clock_do(x, CMD_PROLONG_CLOCK, referrer_of(VT_OOST), c, 0), REFUSAL_WRONG_STATE);
    assert_int_equal(end_order(x, id, BRIDGE_END_OVER), REFUSAL_NONE);
    assert_int_equal(c->state, CLOCK_STOPPED);
    exchange_free(x);
}

static void an_order_extended_by_its_clock(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_with(x, RESIDENCE_NL);
    int64_t imposed_ms = x->now;
    uint64_t id = open_order(x, r, true, 0, 0).made;

    (void)state;
    assert_int_equal(clock_do(x, CMD_PROLONG_CLOCK, referrer_of(VT_OOST), clock_of(x, r, HUISVERBOD), 0),
                     REFUSAL_NONE);
    assert_int_equal(engine_bridge(x->e, (struct bridge_id){id})->until_ms, imposed_ms + 28 * MS_DAY);
    exchange_free(x);
}

static void when_an_order_can_have_been_imposed(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_with(x, RESIDENCE_NL);
    uint64_t id = 0;

    (void)state;
    assert_int_equal(open_order(x, r, true, x->now + 1, 0).refusal, REFUSAL_LIMIT);
    assert_int_equal(open_order(x, r, true, x->now - 10 * MS_DAY - 1, 0).refusal, REFUSAL_LIMIT);
    assert_int_equal(open_order(x, r, true, x->now - 10 * MS_DAY, 0).refusal, REFUSAL_LIMIT); /* over */
    assert_int_equal(open_order(x, r, true, 0, x->now + 28 * MS_DAY + 1).refusal, REFUSAL_LIMIT);
    assert_int_equal(open_order(x, r, false, x->now, 0).refusal, REFUSAL_LIMIT); /* applied for */
    id = open_order(x, r, false, 0, 0).made;
    assert_null(clock_of(x, r, HUISVERBOD));
    assert_int_equal(start_order(x, id, x->now - MS_DAY, 0), REFUSAL_NONE);
    assert_int_equal(clock_of(x, r, HUISVERBOD)->runs_out_ms, x->now + 9 * MS_DAY);
    assert_int_equal(live_clocks(x, HUISVERBOD), 1);
    exchange_free(x);
}

static void an_order_is_watched_after_the_closing(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = open_with(x, RESIDENCE_NL);
    const struct stay_clock *c = NULL;

    (void)state;
    open_order(x, r, true, 0, 0);
    assert_int_equal(close_home(x, r), REFUSAL_NONE);
    c = clock_of(x, r, HUISVERBOD);
    assert_int_equal(c->state, CLOCK_RUNNING);
    assert_int_equal(c->owner.v, VT_OOST);
    pass(x, 10 * MS_DAY);
    assert_int_equal(c->state, CLOCK_RUN_OUT);
    exchange_free(x);
}

static void rows_of_one_right(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {{"huisverbod", "huisverbod", true},
                 {"huisverbod", "huisverbod_verlengd", true},
                 {"bedenktijd_dublin", "bedenktijd", true},
                 {"cosm", "omm", false},
                 {"huis", "huisverbod", false},
                 {"huisverbod_a", "huisverbod_b", false},
                 {"", "huisverbod", false}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct clock_rule a = {.nr = 1}, b = {.nr = 2};

        strcpy(a.code, cases[i].a);
        strcpy(b.code, cases[i].b);
        assert_int_equal(clock_is_same_right(&a, &b), cases[i].same);
        assert_int_equal(clock_is_same_right(&b, &a), cases[i].same);
    }
    assert_false(clock_is_same_right(NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reflection_period_runs_until_it_was_told_to),
        cmocka_unit_test(what_can_be_told_of_an_end),
        cmocka_unit_test(an_end_that_passed_on_the_way_alarms),
        cmocka_unit_test(the_intake_may_tell_the_end),
        cmocka_unit_test(found_out_in_the_place_its_clock_begins),
        cmocka_unit_test(its_gatekeeper_may_tell_it_while_it_works_on_it),
        cmocka_unit_test(whom_its_owner_acts_for_is_told_while_it_runs),
        cmocka_unit_test(a_right_outlives_the_stay),
        cmocka_unit_test(what_was_the_house_s_goes_back_to_the_desk),
        cmocka_unit_test(a_right_runs_on_at_the_next_place),
        cmocka_unit_test(an_order_has_its_clock_at_once),
        cmocka_unit_test(an_order_extended_by_its_clock),
        cmocka_unit_test(when_an_order_can_have_been_imposed),
        cmocka_unit_test(an_order_is_watched_after_the_closing),
        cmocka_unit_test(rows_of_one_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
