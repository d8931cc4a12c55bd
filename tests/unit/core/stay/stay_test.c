/* Stays and clocks through commands: what begins with an arrival, every move and every other refused, what a
 * departure frees, and what a household that comes back is offered. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/audience/audience.h"
#include "core/match.h"
#include "core/reason.h"
#include "core/stay/stay_rules.h"

#include <string.h>

#define NOODBED 1
#define BEDENKTIJD 2
#define HUISVERBOD 4

/* ---- steps ---- */

static uint8_t nr(const struct exchange *x, enum vocab_list list, const char *code)
{
    int i = vocab_list_find(x->vocab, list, code);

    assert_true(i >= 0);
    return (uint8_t)(i + 1);
}

static struct referral_id arrive_with(struct exchange *x, struct need need, unsigned pool)
{
    struct referral_id r = do_open(x, VT_OOST, need);
    struct request_id q = do_ask_one(x, r, pool);

    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    return r;
}

static struct referral_id arrive(struct exchange *x, unsigned pool)
{
    return arrive_with(x, a_need(), pool);
}

static const struct stay *stay_of(const struct exchange *x, struct referral_id r)
{
    const struct stay *s = engine_stay_of(x->e, r);

    assert_non_null(s);
    return s;
}

static struct actor house_of(const struct exchange *x, const struct stay *s)
{
    return shelter_of(engine_pool(x->e, s->pool)->org.v);
}

static enum refusal depart(struct exchange *x, struct referral_id r, const char *why, const char *where)
{
    const struct stay *s = stay_of(x, r);
    struct command cmd = {.kind = CMD_DEPART, .actor = house_of(x, s), .draw = ++x->draw};

    cmd.u.stay = (struct stay_command){
        .stay = s->id, .reason = nr(x, LIST_DEPARTURE, why), .destination = nr(x, LIST_DESTINATION, where)};
    return exchange_do(x, &cmd).refusal;
}

static enum refusal ready(struct exchange *x, struct referral_id r, bool is_ready, const char *block)
{
    const struct stay *s = stay_of(x, r);
    struct command cmd = {.kind = CMD_STAY_READY, .actor = house_of(x, s)};

    cmd.u.stay = (struct stay_command){
        .stay = s->id, .ready = is_ready, .block = block != NULL ? nr(x, LIST_OUTFLOW, block) : 0};
    return exchange_do(x, &cmd).refusal;
}

static enum refusal start_clock(struct exchange *x, struct referral_id r, uint8_t kind)
{
    struct command cmd = {.kind = CMD_START_CLOCK, .actor = referrer_of(the_referral(x, r)->org.v)};

    cmd.u.clock = (struct clock_command){.referral = r, .kind = kind};
    return exchange_do(x, &cmd).refusal;
}

static enum refusal clock_do(struct exchange *x, enum command_kind kind, struct actor who, struct clock_id id,
                             unsigned org)
{
    struct command cmd = {.kind = kind, .actor = who};

    cmd.u.clock = (struct clock_command){.clock = id, .org = {org}, .reason = 1};
    return exchange_do(x, &cmd).refusal;
}

static const struct stay_clock *clock_of(const struct exchange *x, struct referral_id r, unsigned nth)
{
    return engine_clock(x->e, engine_clock_of(x->e, r, nth));
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

static struct pool_id an_emergency_pool(struct exchange *x)
{
    struct pool p = pool_of_kind(x, B_HUIS, "b-nood", KIND_NOOD);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct pool_id id;
    struct observation o;

    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    id = engine_pool_find(x->e, "b-nood");
    o = an_observation(x, id.v, 2, 2);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    return id;
}

/* ---- tables ---- */

static void the_tables_of_moves(void **state)
{
    static const char *const stays[STAY_STATE_N] = {".xx", "x.x", "..."};
    static const char *const clocks[CLOCK_STATE_N] = {".x.x", "x.xx", "x..x", "...."};

    (void)state;
    for (unsigned from = 0; from < STAY_STATE_N; from++)
        for (unsigned to = 0; to < STAY_STATE_N; to++)
            assert_int_equal(stay_may_become((enum stay_state)from, (enum stay_state)to),
                             stays[from][to] == 'x');
    for (unsigned from = 0; from < CLOCK_STATE_N; from++)
        for (unsigned to = 0; to < CLOCK_STATE_N; to++)
            assert_int_equal(clock_may_become((enum clock_state)from, (enum clock_state)to),
                             clocks[from][to] == 'x');
}

/* ---- the stay ---- */

static void a_stay_begins_with_the_arrival(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    const struct stay *s = stay_of(x, r);

    (void)state;
    assert_int_equal(s->state, STAY_PRESENT);
    assert_int_equal(s->pool.v, POOL_B);
    assert_int_equal(s->started_at_ms, x->now);
    assert_int_equal(s->funding.n, 1);
    assert_string_equal(stay_rules_stream(vocab_stay_rules(x->vocab), s->funding.spans[0].stream)->code,
                        "duvo");
    assert_int_equal(engine_stays(x->e), 1);
    exchange_free(x);
}

static void leaving_is_possible_from_each_state_and_final(void **state)
{
    (void)state;
    for (int was_ready = 0; was_ready < 2; was_ready++) {
        struct exchange *x = exchange_new();
        struct referral_id r = arrive(x, POOL_B);

        if (was_ready)
            assert_int_equal(ready(x, r, true, "woning"), REFUSAL_NONE);
        assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
        assert_int_equal(depart(x, r, "doel_bereikt", "eigen_woning"), REFUSAL_NONE);
        assert_int_equal(stay_of(x, r)->state, STAY_DEPARTED);
        assert_int_equal(clock_of(x, r, 0)->state, CLOCK_RUNNING); /* a right: clock_right_test.c */
        assert_int_equal(the_referral(x, r)->state, REFERRAL_DEPARTED);
        assert_int_equal(the_referral(x, r)->closed_at_ms, x->now);
        /* Said again it is so already; said differently it is too late. */
        assert_int_equal(depart(x, r, "doel_bereikt", "eigen_woning"), REFUSAL_NONE);
        assert_int_equal(last_count(x), 0);
        assert_int_equal(depart(x, r, "veiligheid", "eigen_woning"), REFUSAL_WRONG_STATE);
        assert_int_equal(ready(x, r, true, NULL), REFUSAL_WRONG_STATE);
        assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_WRONG_STATE);
        exchange_free(x);
    }
}

static void what_keeps_a_household_since_when(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    int64_t first;

    (void)state;
    assert_int_equal(ready(x, r, false, "woning"), REFUSAL_UNKNOWN_REASON);
    x->now += MS_DAY;
    first = x->now;
    assert_int_equal(ready(x, r, true, "woning"), REFUSAL_NONE);
    assert_int_equal(stay_of(x, r)->blocked_at_ms, first);
    x->now += MS_DAY;
    assert_int_equal(ready(x, r, true, "inkomen"), REFUSAL_NONE);
    assert_int_equal(stay_of(x, r)->blocked_at_ms, x->now);
    assert_int_equal(stay_of(x, r)->ready_at_ms, first); /* ready all the while */
    assert_int_equal(ready(x, r, true, "inkomen"), REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(ready(x, r, false, NULL), REFUSAL_NONE);
    assert_int_equal(stay_of(x, r)->state, STAY_PRESENT);
    assert_int_equal(stay_of(x, r)->blocked_at_ms, 0);
    exchange_free(x);
}

/* A report that is older than the arrival counts the unit as free: it is held until the household leaves. A
 * younger one knows of it: then only the house's next report frees it, or it would be counted twice. */
static void a_departure_frees_the_unit_once(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    struct observation o;

    (void)state;
    assert_int_equal(the_pool(x, POOL_B).offerable, 1);
    x->now += MS_HOUR;
    depart(x, r, "eigen_keuze", "familie_vrienden");
    assert_int_equal(the_pool(x, POOL_B).offerable, 2);

    r = arrive(x, POOL_B);
    x->now += MS_HOUR;
    o = an_observation(x, POOL_B, 2, 1);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    assert_int_equal(the_pool(x, POOL_B).offerable, 1);
    depart(x, r, "eigen_keuze", "familie_vrienden");
    assert_int_equal(the_pool(x, POOL_B).offerable, 1);
    exchange_free(x);
}

/* ---- clocks ---- */

static void clocks_begin_from_kind_and_residence(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need();
    struct referral_id r = arrive(x, an_emergency_pool(x).v);

    (void)state;
    assert_int_equal(clock_of(x, r, 0)->kind, NOODBED);
    assert_int_equal(clock_of(x, r, 0)->owner.v, HUIS_B);
    assert_int_equal(clock_of(x, r, 0)->desk.v, B_HUIS);
    assert_int_equal(clock_of(x, r, 0)->runs_out_ms, x->now + 72 * MS_HOUR);
    assert_int_equal(clock_of(x, r, 0)->warn_at_ms, x->now + 48 * MS_HOUR);
    assert_null(clock_of(x, r, 1));

    n.residence = RESIDENCE_BEDENKTIJD;
    r = arrive_with(x, n, POOL_C);
    assert_int_equal(clock_of(x, r, 0)->kind, BEDENKTIJD);
    assert_int_equal(clock_of(x, r, 0)->owner.v, COMENSHA);
    assert_null(clock_of(x, r, 1));
    exchange_free(x);
}

static void a_clock_opens_a_follow_up_and_alarms(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, an_emergency_pool(x).v);
    const struct referral *next = NULL;
    struct actor oost = referrer_of(VT_OOST);

    (void)state;
    pass(x, 48 * MS_HOUR - 1);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_RUNNING);
    pass(x, 1);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_WARNED);
    next = engine_referral(x->e, clock_of(x, r, 0)->follow_up);
    assert_non_null(next);
    assert_int_equal(next->state, REFERRAL_OPEN);
    /* The house owns the clock and refers nobody: the desk that placed them there goes on, and may. */
    assert_int_equal(clock_of(x, r, 0)->owner.v, HUIS_B);
    assert_int_equal(next->org.v, VT_OOST);
    assert_int_equal(audience_of_referral(x->e, &oost, next->id), SIGHT_FULL);
    assert_memory_equal(next->need.callback, the_referral(x, r)->need.callback, sizeof next->need.callback);
    assert_int_equal(next->need.ground, GROUND_VITAL_INTEREST);
    assert_int_equal(next->deadline_ms, clock_of(x, r, 0)->runs_out_ms);
    assert_int_equal(next->need.n_persons, the_referral(x, r)->need.n_persons);
    assert_int_equal(engine_household(x->e, next->id).earlier.v, r.v);
    assert_int_equal(engine_household(x->e, next->id).why, LINK_FOLLOW_UP);
    assert_int_equal(engine_household(x->e, r).later.v, next->id.v);
    pass(x, 24 * MS_HOUR);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_RUN_OUT);
    assert_int_equal(clock_of(x, r, 0)->run_out_at_ms, clock_of(x, r, 0)->runs_out_ms);
    /* Nobody closed anything. */
    assert_true(referral_is_live(engine_referral(x->e, clock_of(x, r, 0)->follow_up)->state));
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ADMITTED);
    exchange_free(x);
}

/* Two households whose clocks warn at the same moment: two referrals, in two ticks. */
static void clocks_that_are_due_together(void **state)
{
    struct exchange *x = exchange_new();
    struct pool_id p = an_emergency_pool(x);
    struct referral_id a = arrive(x, p.v), b = arrive(x, p.v);

    (void)state;
    pass(x, 48 * MS_HOUR);
    assert_int_not_equal(clock_of(x, a, 0)->follow_up.v, 0);
    assert_int_not_equal(clock_of(x, b, 0)->follow_up.v, 0);
    assert_int_not_equal(clock_of(x, a, 0)->follow_up.v, clock_of(x, b, 0)->follow_up.v);
    exchange_free(x);
}

static void a_move_ends_the_earlier_stay_and_counts(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, an_emergency_pool(x).v), next;
    const unsigned pool = POOL_C;
    struct outcome o;

    (void)state;
    pass(x, 50 * MS_HOUR);
    next = clock_of(x, r, 0)->follow_up;
    {
        struct observation fresh = an_observation(x, POOL_C, 2, 2);
        struct command ask = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};

        do_report(x, shelter_of(HUIS_C), &fresh, 1);
        ask.u.ask.referral = next;
        ask.u.ask.pools[0].v = pool;
        ask.u.ask.n = 1;
        o = exchange_do(x, &ask);
    }
    assert_int_equal(o.refusal, REFUSAL_NONE);
    do_answer(x, CMD_ACCEPT, o.requests[0], 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, o.requests[0], 0);
    assert_int_equal(stay_of(x, r)->state, STAY_DEPARTED);
    assert_int_equal(stay_of(x, r)->departure, nr(x, LIST_DEPARTURE, "doorstroom"));
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_STOPPED);
    assert_int_equal(stay_of(x, next)->state, STAY_PRESENT);
    assert_int_equal(engine_household(x->e, next).moves, 1);
    assert_int_equal(engine_household(x->e, r).moves, 0);
    exchange_free(x);
}

/* Moves of a clock by its owner; everything after a stop is refused and changes nothing. */
static void a_clock_is_handed_over_prolonged_and_stopped(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    struct actor oost = referrer_of(VT_OOST), west = referrer_of(VT_WEST);
    struct clock_id c;

    (void)state;
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_WRONG_STATE); /* it runs */
    assert_int_equal(start_clock(x, r, 99), REFUSAL_UNKNOWN_REASON);
    c = clock_of(x, r, 0)->id;
    assert_int_equal(clock_of(x, r, 0)->owner.v, VT_OOST);
    assert_int_equal(clock_do(x, CMD_OFFER_CLOCK, oost, c, GEMEENTE), REFUSAL_LIMIT);
    assert_int_equal(clock_do(x, CMD_OFFER_CLOCK, oost, c, VT_OOST), REFUSAL_LIMIT);
    assert_int_equal(clock_do(x, CMD_TAKE_CLOCK, west, c, 0), REFUSAL_NOT_FOUND); /* not offered */
    assert_int_equal(clock_do(x, CMD_OFFER_CLOCK, oost, c, VT_WEST), REFUSAL_NONE);
    assert_int_equal(clock_of(x, r, 0)->owner.v, VT_OOST); /* until it is taken */
    assert_int_equal(clock_do(x, CMD_STOP_CLOCK, west, c, 0), REFUSAL_NOT_ALLOWED);
    assert_int_equal(clock_do(x, CMD_TAKE_CLOCK, west, c, 0), REFUSAL_NONE);
    assert_int_equal(clock_of(x, r, 0)->owner.v, VT_WEST);
    assert_int_equal(clock_of(x, r, 0)->offered_to.v, 0);

    pass(x, 8 * MS_DAY); /* three days before ten it warns */
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_WARNED);
    assert_int_equal(clock_do(x, CMD_PROLONG_CLOCK, west, c, 0), REFUSAL_NONE);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_RUNNING);
    assert_int_equal(clock_of(x, r, 0)->runs_out_ms, clock_of(x, r, 0)->started_at_ms + 28 * MS_DAY);
    assert_int_equal(clock_do(x, CMD_PROLONG_CLOCK, west, c, 0), REFUSAL_WRONG_STATE); /* four weeks */
    pass(x, 21 * MS_DAY);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_RUN_OUT);
    assert_int_equal(clock_do(x, CMD_STOP_CLOCK, west, c, 0), REFUSAL_NONE);
    assert_int_equal(clock_do(x, CMD_STOP_CLOCK, west, c, 0), REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(clock_do(x, CMD_PROLONG_CLOCK, west, c, 0), REFUSAL_WRONG_STATE);
    assert_int_equal(clock_do(x, CMD_OFFER_CLOCK, west, c, VT_OOST), REFUSAL_WRONG_STATE);
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE); /* a new one may */
    exchange_free(x);
}

/* A barring order on a household that still looks warns and opens nothing: that referral is there. */
static void a_clock_before_any_place(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());

    (void)state;
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    pass(x, 8 * MS_DAY);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_WARNED);
    assert_int_equal(clock_of(x, r, 0)->follow_up.v, 0);
    assert_int_equal(engine_referrals(x->e), 1);
    exchange_free(x);
}

/* Another desk gets the household's facts; the number, the ground and the consent were the first desk's. */
static void a_follow_up_of_another_desk(void **state)
{
    static const char *const numbers[] = {"", "020 555 0199", "bel de balie"}; /* words are no number */

    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct exchange *x = exchange_new();
        struct need need = a_need();
        struct command take = {.kind = CMD_TAKE_CLOCK, .actor = referrer_of(VT_WEST)};
        const struct need *got = NULL;
        struct referral_id r;

        need.mdo_consent = TRI_YES;
        need.ground_at_ms = x->now;
        r = arrive_with(x, need, POOL_B);
        assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
        take.u.clock.clock = clock_of(x, r, 0)->id;
        clock_do(x, CMD_OFFER_CLOCK, referrer_of(VT_OOST), take.u.clock.clock, VT_WEST);
        strcpy(take.u.clock.callback, numbers[i]);
        assert_int_equal(exchange_do(x, &take).refusal, REFUSAL_NONE);
        pass(x, 8 * MS_DAY);
        got = &the_referral(x, clock_of(x, r, 0)->follow_up)->need;
        assert_int_equal(the_referral(x, clock_of(x, r, 0)->follow_up)->org.v, VT_WEST);
        assert_string_equal(got->callback, i == 1 ? numbers[1] : "");
        assert_int_equal(got->ground, GROUND_NONE);
        assert_int_equal(got->ground_at_ms, 0);
        assert_int_equal(got->mdo_consent, TRI_UNKNOWN);
        assert_int_equal(got->n_persons, need.n_persons);
        exchange_free(x);
    }
}

/* The clock goes on and warns, but people have said that nothing is looked for. */
static void a_clock_of_who_is_not_looked_for(void **state)
{
    (void)state;
    for (int closed = 0; closed < 2; closed++) {
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct command close = {.kind = CMD_CLOSE_REFERRAL, .actor = referrer_of(VT_OOST)};

        assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
        close.u.night.referral = r;
        close.u.night.night = (struct night){
            .day = (int32_t)(x->now / MS_DAY), .slept = nr(x, LIST_DESTINATION, "hotel"), .reason = 1};
        if (closed == 0)
            do_referral(x, CMD_WITHDRAW, r, 0, 1);
        else
            assert_int_equal(exchange_do(x, &close).refusal, REFUSAL_NONE);
        assert_int_equal(the_referral(x, r)->state, closed ? REFERRAL_CLOSED : REFERRAL_WITHDRAWN);
        assert_int_equal(start_clock(x, r, HUISVERBOD + 1), REFUSAL_WRONG_STATE);
        pass(x, 8 * MS_DAY);
        assert_int_equal(clock_of(x, r, 0)->state, CLOCK_WARNED);
        assert_int_equal(clock_of(x, r, 0)->follow_up.v, 0);
        assert_int_equal(engine_referrals(x->e), 1);
        exchange_free(x);
    }
}

/* A right of the household is past its warning when it moves: warned of at the next place, and the move was
 * what the warning was for. */
static void who_has_just_moved_is_not_moved_again(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need();
    struct command ask = {.kind = CMD_ASK, .actor = referrer_of(COMENSHA)};
    struct observation fresh;
    struct referral_id r, next;
    struct outcome o;

    (void)state;
    n.residence = RESIDENCE_BEDENKTIJD;
    r = arrive_with(x, n, POOL_C);
    pass(x, 80 * MS_DAY);
    next = clock_of(x, r, 0)->follow_up;
    assert_int_equal(the_referral(x, next)->org.v, COMENSHA);
    fresh = an_observation(x, POOL_B, 2, 2);
    do_report(x, shelter_of(HUIS_B), &fresh, 1);
    ask.u.ask.referral = next;
    ask.u.ask.pools[0].v = POOL_B;
    ask.u.ask.n = 1;
    o = exchange_do(x, &ask);
    assert_int_equal(o.refusal, REFUSAL_NONE);
    do_answer(x, CMD_ACCEPT, o.requests[0], 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, o.requests[0], 0);
    assert_int_equal(clock_of(x, next, 0)->kind, BEDENKTIJD);
    assert_int_equal(clock_of(x, next, 0)->started_at_ms, clock_of(x, r, 0)->started_at_ms);
    assert_int_equal(clock_of(x, next, 0)->state, CLOCK_WARNED);
    assert_int_equal(clock_of(x, next, 0)->follow_up.v, 0);
    pass(x, MS_HOUR);
    assert_int_equal(engine_referrals(x->e), 2);
    pass(x, 12 * MS_DAY);
    assert_int_equal(clock_of(x, next, 0)->state, CLOCK_RUN_OUT);
    exchange_free(x);
}

/* ---- return ---- */

static struct need returning(struct exchange *x, struct referral_id r)
{
    struct need n = a_need();

    assert_int_not_equal(stay_of(x, r)->return_code[0], '\0');
    memcpy(n.return_code, stay_of(x, r)->return_code, sizeof n.return_code);
    return n;
}

static void a_code_leads_back(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B), again;
    char code[RETURN_CODE_SIZE];

    (void)state;
    depart(x, r, "eigen_keuze", "familie_vrienden");
    memcpy(code, stay_of(x, r)->return_code, sizeof code);
    assert_int_equal(strlen(code), 12);
    again = do_open(x, VT_WEST, returning(x, r)); /* another desk, any desk */
    assert_int_equal(engine_household(x->e, again).earlier.v, r.v);
    assert_int_equal(engine_household(x->e, again).why, LINK_RETURN);
    assert_int_equal(engine_household(x->e, again).moves, 1);
    assert_int_equal(engine_stay_by_return_code(x->e, code)->referral.v, r.v);
    assert_null(engine_stay_by_return_code(x->e, ""));
    assert_null(engine_stay_by_return_code(x->e, "TK-AAAA-AAAA"));
    exchange_free(x);
}

/* The household keeps its code from stay to stay, and it leads to the last. */
static void one_code_for_a_household(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B), again;
    char code[RETURN_CODE_SIZE];

    (void)state;
    depart(x, r, "eigen_keuze", "familie_vrienden");
    memcpy(code, stay_of(x, r)->return_code, sizeof code);
    again = arrive_with(x, returning(x, r), POOL_C);
    depart(x, again, "eigen_keuze", "familie_vrienden");
    assert_string_equal(stay_of(x, again)->return_code, code);
    assert_int_equal(engine_stay_by_return_code(x->e, code)->referral.v, again.v);
    exchange_free(x);
}

/* Two referrals follow the first: the newer came to nothing, and the household is at the place that the older
 * found. What came to nothing hides neither house, code, number of moves, nor that a stay goes on. */
static void a_referral_without_a_stay_hides_nothing(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id first = arrive(x, POOL_B), older, newer, last;
    struct request_id q;
    char code[RETURN_CODE_SIZE];

    (void)state;
    depart(x, first, "eigen_keuze", "familie_vrienden");
    memcpy(code, stay_of(x, first)->return_code, sizeof code);
    older = do_open(x, VT_OOST, returning(x, first));
    newer = do_open(x, VT_OOST, returning(x, first));
    do_referral(x, CMD_WITHDRAW, newer, 0, 1);
    assert_int_equal(engine_household(x->e, first).later.v, newer.v);
    assert_int_equal(engine_moves(x->e, older), 1);
    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, older, POOL_C), 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_int_equal(engine_stay_by_return_code(x->e, code)->referral.v, older.v);
    assert_int_equal(engine_stay_before(x->e, older, "")->referral.v, first.v);
    assert_null(engine_stay_before(x->e, first, ""));

    last = do_open(x, VT_OOST, returning(x, first));
    assert_int_equal(engine_household(x->e, last).earlier.v, older.v);
    assert_int_equal(engine_stay_before(x->e, last, "")->referral.v, older.v);
    assert_int_equal(engine_moves(x->e, last), 2);
    assert_int_equal(engine_moves(x->e, newer), 1);
    assert_int_equal(engine_moves(x->e, first), 0);
    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, last, POOL_A1), 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_int_equal(stay_of(x, older)->state, STAY_DEPARTED); /* one household, one place */
    depart(x, last, "eigen_keuze", "familie_vrienden");
    assert_string_equal(stay_of(x, last)->return_code, code);
    exchange_free(x);
}

static enum refusal give_code(struct exchange *x, struct referral_id r)
{
    const struct stay *s = stay_of(x, r);
    struct command cmd = {.kind = CMD_GIVE_RETURN_CODE, .actor = house_of(x, s), .draw = ++x->draw};

    cmd.u.stay.stay = s->id;
    return exchange_do(x, &cmd).refusal;
}

/* The next house's code leads to where they are now: the house before it never learns that one, and after a
 * week none at all. */
static void an_earlier_house_learns_no_later_code(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id first = arrive(x, POOL_B), next = do_open(x, VT_OOST, a_need());
    struct event ev;
    struct request_id q;
    char why[200] = "";

    (void)state;
    memset(&ev, 0, sizeof ev);
    ev.kind = EV_REFERRAL_LINKED;
    ev.seq = engine_seq(x->e) + 1;
    ev.at_ms = x->now;
    ev.u.link = (struct link_event){.referral = next, .earlier = first, .why = LINK_FOLLOW_UP};
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, next, POOL_C), 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_string_equal(stay_of(x, first)->return_code, ""); /* left by the move: nobody gave one */
    assert_int_equal(give_code(x, next), REFUSAL_NONE);
    assert_int_equal(give_code(x, first), REFUSAL_NONE);
    assert_string_not_equal(stay_of(x, first)->return_code, "");
    assert_string_not_equal(stay_of(x, first)->return_code, stay_of(x, next)->return_code);
    x->now += 8 * MS_DAY;
    assert_int_equal(give_code(x, first), REFUSAL_WRONG_STATE);
    exchange_free(x);
}

/* Linked to what came to nothing, as no command does by itself: the house before it is found, and left. */
static void a_chain_through_a_referral_without_a_stay(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id first = arrive(x, POOL_B), middle = do_open(x, VT_OOST, a_need());
    struct referral_id last = do_open(x, VT_OOST, a_need());
    struct request_id q;

    (void)state;
    do_referral(x, CMD_WITHDRAW, middle, 0, 1);
    for (int i = 0; i < 2; i++) {
        struct event ev;
        char why[200] = "";

        memset(&ev, 0, sizeof ev);
        ev.kind = EV_REFERRAL_LINKED;
        ev.seq = engine_seq(x->e) + 1;
        ev.at_ms = x->now;
        /* The later link first: the household is found from either end. */
        ev.u.link = (struct link_event){
            .referral = i == 0 ? last : middle, .earlier = i == 0 ? middle : first, .why = LINK_FOLLOW_UP};
        assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
        if (!engine_check(x->e, why, sizeof why))
            fail_msg("%s", why);
    }
    assert_int_equal(engine_household_first(x->e, last).v, first.v);
    assert_int_equal(engine_stay_before(x->e, last, "")->referral.v, first.v);
    assert_int_equal(engine_moves(x->e, last), 1);
    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, last, POOL_C), 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_int_equal(stay_of(x, first)->state, STAY_DEPARTED);
    exchange_free(x);
}

static struct pool_match match_for(struct exchange *x, const struct need *n, unsigned pool)
{
    struct match_query q = {.need = n, .role = ROLE_REFERRER, .now_ms = x->now};
    struct pool_match m;

    match_one(x->e, &q, (struct pool_id){pool}, &m);
    return m;
}

static bool says(const struct pool_match *m, enum reason_code code)
{
    for (unsigned i = 0; i < m->n_reasons; i++) {
        if (m->reasons[i].code == code)
            return true;
    }
    return false;
}

/* The house that knows them goes up, nothing goes down, and what is not safe is no better for it. */
static void the_known_house_is_a_bonus_and_never_a_penalty(void **state)
{
    static const struct {
        const char *departure;
        bool knows;
    } cases[] = {{"eigen_keuze", true}, {"veiligheid", false}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct referral_id r = arrive(x, POOL_B);
        struct need known, fresh;

        depart(x, r, cases[i].departure, "familie_vrienden");
        known = returning(x, r);
        known.home_region = 0; /* far from B, so that there is something to make up for */
        fresh = known;
        memset(fresh.return_code, 0, sizeof fresh.return_code);
        for (unsigned pool = POOL_A1; pool <= POOL_COSM; pool++) {
            struct pool_match with = match_for(x, &known, pool), without = match_for(x, &fresh, pool);

            assert_int_equal(with.verdict, without.verdict);
            assert_true(with.score >= without.score && with.utility >= without.utility);
            if (pool == POOL_B && cases[i].knows)
                assert_true(with.score > without.score);
            else
                assert_int_equal(with.score, without.score);
            assert_int_equal(says(&with, REASON_KNOWN_HOUSE), pool == POOL_B && cases[i].knows);
            assert_false(says(&without, REASON_KNOWN_HOUSE));
        }
        /* Unsafe now: out, whoever knows them there. */
        known.unsafe_regions = UINT64_C(1) << engine_location(x->e, (struct location_id){B_HUIS})->region;
        assert_int_equal(match_for(x, &known, POOL_B).verdict, VERDICT_OUT);
        exchange_free(x);
    }
}

/* The list of a referral itself says that the house knows them. */
static bool list_says(const struct exchange *x, struct referral_id r, unsigned pool)
{
    struct match_query q = match_query_of(x->e, the_referral(x, r), x->now);
    struct pool_match m;

    match_one(x->e, &q, (struct pool_id){pool}, &m);
    return says(&m, REASON_KNOWN_HOUSE);
}

static bool search_says(struct exchange *x, const struct need *n, unsigned pool)
{
    struct pool_match m = match_for(x, n, pool);

    return says(&m, REASON_KNOWN_HOUSE);
}

/* Who has only the code does not learn from the list where the household is, now or at its next place. */
static void the_code_does_not_say_where_they_are(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B), again;
    struct command give = {.kind = CMD_GIVE_RETURN_CODE, .actor = house_of(x, stay_of(x, r)), .draw = 7};
    struct need with_code;
    struct request_id q;

    (void)state;
    give.u.stay.stay = stay_of(x, r)->id;
    assert_int_equal(exchange_do(x, &give).refusal, REFUSAL_NONE);
    with_code = returning(x, r);
    again = do_open(x, VT_WEST, with_code);
    assert_false(audience_of_house_by_code(x->e, stay_of(x, r)->id));
    assert_false(search_says(x, &with_code, POOL_B));
    assert_false(list_says(x, again, POOL_B));
    depart(x, r, "eigen_keuze", "familie_vrienden");
    assert_true(audience_of_house_by_code(x->e, stay_of(x, r)->id));
    assert_true(search_says(x, &with_code, POOL_B));
    assert_true(list_says(x, again, POOL_B));
    q = do_ask_one(x, again, POOL_C);
    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    for (unsigned pool = POOL_A1; pool <= POOL_COSM; pool++)
        assert_false(search_says(x, &with_code, pool)); /* it leads to where they are now */
    assert_false(audience_of_house_by_code(x->e, stay_of(x, again)->id));
    assert_false(audience_of_house_by_code(x->e, (struct stay_id){0}));
    exchange_free(x);
}

/* Hidden from all is hidden from who has the code too. */
static void a_house_that_leaked_is_not_named(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    struct actor one = {.role = ROLE_ORG_ADMIN, .org = engine_pool(x->e, stay_of(x, r)->pool)->org};
    struct command report = {.kind = CMD_REPORT_LEAK, .u.safety = {.location = {B_HUIS}}};
    struct command confirm = {.kind = CMD_CONFIRM_LEAK, .u.safety = {.leak = 1}};

    (void)state;
    depart(x, r, "eigen_keuze", "familie_vrienden");
    assert_true(audience_of_house_by_code(x->e, stay_of(x, r)->id));
    report.actor = confirm.actor = one;
    report.actor.account.v = 71;
    confirm.actor.account.v = 72;
    assert_int_equal(exchange_do(x, &report).refusal, REFUSAL_NONE);
    assert_int_equal(exchange_do(x, &confirm).refusal, REFUSAL_NONE);
    assert_false(audience_of_house_by_code(x->e, stay_of(x, r)->id));
    exchange_free(x);
}

/* Who is to go on from there by a clock is at home with the house, and its desk knows which. */
static void the_follow_up_knows_the_house(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);

    (void)state;
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    pass(x, 8 * MS_DAY);
    assert_true(list_says(x, clock_of(x, r, 0)->follow_up, POOL_B));
    exchange_free(x);
}

/* ---- money ---- */

static void a_refusal_for_money_at_code_rood_is_flagged(void **state)
{
    static const struct {
        enum threat_level level;
        const char *reason;
        unsigned flags;
    } cases[] = {{THREAT_ROOD, "bekostiging", 1}, {THREAT_ORANJE, "bekostiging", 0}, {THREAT_ROOD, "vol", 0}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct need n = a_need(.level = cases[i].level);
        struct request_id q;

        n.home_region = 7;
        q = do_ask_one(x, do_open(x, VT_OOST, n), POOL_B);
        do_answer(x, CMD_DECLINE, q, nr(x, LIST_DECLINE, cases[i].reason));
        assert_int_equal(engine_funding_flags(x->e), cases[i].flags);
        if (cases[i].flags > 0)
            assert_int_equal(engine_funding_flag(x->e, 1)->region, 7);
        exchange_free(x);
    }
}

static enum refusal fund(struct exchange *x, struct referral_id r, const char *stream, int32_t from)
{
    const struct stay *s = stay_of(x, r);
    struct command cmd = {.kind = CMD_FUND_STAY, .actor = house_of(x, s)};

    cmd.u.stay =
        (struct stay_command){.stay = s->id,
                              .reason = 1,
                              .municipality = 363,
                              .from_day = from,
                              .stream = stay_rules_stream_find(vocab_stay_rules(x->vocab), stream, from)->nr};
    return exchange_do(x, &cmd).refusal;
}

static void another_pays_from_a_day_on(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    int32_t day = time_day_nl(x->now);

    (void)state;
    x->now += 10 * MS_DAY;
    assert_int_equal(fund(x, r, "wmo", day - 1), REFUSAL_LIMIT);  /* before it came */
    assert_int_equal(fund(x, r, "wmo", day + 11), REFUSAL_LIMIT); /* not yet */
    assert_int_equal(fund(x, r, "wmo", day + 4), REFUSAL_NONE);
    assert_int_equal(fund(x, r, "te_regelen", day + 10), REFUSAL_NONE); /* always right */
    assert_int_equal(funding_nights(&stay_of(x, r)->funding, 0, day, day + 10, day, day + 30), 4);
    assert_int_equal(funding_nights(&stay_of(x, r)->funding, 1, day, day + 10, day, day + 30), 6);
    depart(x, r, "doel_bereikt", "eigen_woning");
    assert_int_equal(stay_nights(stay_of(x, r), x->now + 90 * MS_DAY), 10);
    /* Settled later, when everybody has gone. */
    x->now += 30 * MS_DAY;
    assert_int_equal(fund(x, r, "wmo", day), REFUSAL_NONE);
    assert_int_equal(stay_of(x, r)->funding.n, 1);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tables_of_moves),
        cmocka_unit_test(a_stay_begins_with_the_arrival),
        cmocka_unit_test(leaving_is_possible_from_each_state_and_final),
        cmocka_unit_test(what_keeps_a_household_since_when),
        cmocka_unit_test(a_departure_frees_the_unit_once),
        cmocka_unit_test(clocks_begin_from_kind_and_residence),
        cmocka_unit_test(a_clock_opens_a_follow_up_and_alarms),
        cmocka_unit_test(clocks_that_are_due_together),
        cmocka_unit_test(a_move_ends_the_earlier_stay_and_counts),
        cmocka_unit_test(a_clock_is_handed_over_prolonged_and_stopped),
        cmocka_unit_test(a_clock_before_any_place),
        cmocka_unit_test(a_follow_up_of_another_desk),
        cmocka_unit_test(a_clock_of_who_is_not_looked_for),
        cmocka_unit_test(who_has_just_moved_is_not_moved_again),
        cmocka_unit_test(a_code_leads_back),
        cmocka_unit_test(one_code_for_a_household),
        cmocka_unit_test(a_referral_without_a_stay_hides_nothing),
        cmocka_unit_test(an_earlier_house_learns_no_later_code),
        cmocka_unit_test(a_chain_through_a_referral_without_a_stay),
        cmocka_unit_test(the_known_house_is_a_bonus_and_never_a_penalty),
        cmocka_unit_test(the_code_does_not_say_where_they_are),
        cmocka_unit_test(a_house_that_leaked_is_not_named),
        cmocka_unit_test(the_follow_up_knows_the_house),
        cmocka_unit_test(a_refusal_for_money_at_code_rood_is_flagged),
        cmocka_unit_test(another_pays_from_a_day_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
