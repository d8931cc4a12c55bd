/* A household in a bridge bed: how long it may stay and who is told, who pays for its nights, and that none
 * of them is a night of another place too. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/nobed/nobed.h"
#include "core/stay/stay_rules.h"

#include <string.h>

#define NOODBED 1    /* clocks.csv */
#define MAX_HOURS 72 /* kinds.csv: nood */
#define A_CHANGE 1   /* funding_change_reasons.csv */
#define WMO 2        /* funding_streams.csv */
#define DEN_HAAG 518

static struct pool_id an_emergency_pool(struct exchange *x, unsigned location, enum an_org org,
                                        const char *code)
{
    struct pool p = pool_of_kind(x, location, code, KIND_NOOD);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct pool_id id;
    struct observation o;

    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    id = engine_pool_find(x->e, code);
    o = an_observation(x, id.v, 2, 2);
    do_report(x, shelter_of(org), &o, 1);
    return id;
}

static struct request_id ask_bridge(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct command cmd = {.kind = CMD_ASK, .actor = referrer_of(the_referral(x, r)->org.v)};

    cmd.u.ask.referral = r;
    cmd.u.ask.pools[0].v = pool;
    cmd.u.ask.n = 1;
    cmd.u.ask.bridge = true;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    return x->last.requests[0];
}

/* The household of R is in a bridge bed of POOL. */
static struct bridge_id in_a_bed(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct request_id q = ask_bridge(x, r, pool);

    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    return engine_bridge_bed(x->e, q)->id;
}

static const struct bridge *the_bridge(const struct exchange *x, struct bridge_id id)
{
    const struct bridge *b = engine_bridge(x->e, id);

    assert_non_null(b);
    return b;
}

static enum refusal about_bridge(struct exchange *x, enum command_kind kind, struct bridge_id id,
                                 unsigned code)
{
    struct command cmd = {.kind = kind, .actor = referrer_of(VT_OOST)};

    cmd.u.bridge.bridge = id;
    cmd.u.bridge.code = (uint8_t)code;
    return exchange_do(x, &cmd).refusal;
}

static enum refusal fund(struct exchange *x, struct actor who, struct bridge_id id, uint16_t municipality,
                         int32_t from_day)
{
    struct command cmd = {.kind = CMD_FUND_BRIDGE, .actor = who};

    cmd.u.fund_bridge.bridge = id;
    cmd.u.fund_bridge.reason = A_CHANGE;
    cmd.u.fund_bridge.stream = WMO;
    cmd.u.fund_bridge.municipality = municipality;
    cmd.u.fund_bridge.from_day = from_day;
    return exchange_do(x, &cmd).refusal;
}

static const struct stay_clock *clock_of(const struct exchange *x, struct referral_id r, unsigned nth)
{
    return engine_clock(x->e, engine_clock_of(x->e, r, nth));
}

static void tick_at(struct exchange *x, int64_t at_ms)
{
    x->now = at_ms;
    do_tick(x);
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

static void replays(const struct exchange *x)
{
    struct engine *again = exchange_replay(x);

    assert_true(engine_digest(again, true) == engine_digest(x->e, true));
    engine_free(again);
}

/* ---- how long ---- */

static void a_bed_that_is_over_is_told_of_until_somebody_acts(void **state)
{
    struct exchange *x = exchange_new();
    struct pool_id nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    int64_t arrival = x->now, end = x->now + MAX_HOURS * MS_HOUR;
    struct bridge_id id = in_a_bed(x, r, nood.v);
    const struct bridge *b = the_bridge(x, id);

    (void)state;
    assert_true(b->until_ms == end && b->next_ms == end && b->due_ms == end - MS_DAY);
    /* On the board of the referrer, whose search goes on, and of nobody's house. */
    assert_int_equal(clock_of(x, r, 0)->kind, NOODBED);
    assert_int_equal(clock_of(x, r, 0)->owner.v, VT_OOST);
    assert_int_equal(clock_of(x, r, 0)->desk.v, 0);
    assert_true(clock_of(x, r, 0)->runs_out_ms == end);

    tick_at(x, arrival + 48 * MS_HOUR);
    assert_true(b->state == BRIDGE_ALARM && b->alarms == 1);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_WARNED);
    tick_at(x, x->now + MS_HOUR); /* nobody answers */
    assert_int_equal(b->alarms, 2);
    /* Seen: quiet until the end itself, not for ever. */
    assert_int_equal(about_bridge(x, CMD_CHECK_IN, id, BRIDGE_CHECK_SEEN), REFUSAL_NONE);
    assert_true(b->due_ms == end);
    tick_at(x, end - 1);
    assert_int_equal(b->alarms, 2);
    tick_at(x, end);
    assert_int_equal(b->alarms, 3);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_RUN_OUT);
    tick_at(x, end + MS_HOUR);
    assert_int_equal(b->alarms, 4);
    /* The machine rings. It ends nothing, and the household keeps its bed. */
    pass(x, 3 * MS_DAY);
    assert_int_equal(b->state, BRIDGE_ALARM);
    assert_int_equal(the_request(x, b->request)->state, REQUEST_ADMITTED);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_RUN_OUT);
    /* A person does, and nothing rings any more. */
    assert_int_equal(about_bridge(x, CMD_END_BRIDGE, id, BRIDGE_END_OVER), REFUSAL_NONE);
    assert_true(b->state == BRIDGE_ENDED && b->due_ms == 0);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_STOPPED);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    replays(x);
    exchange_free(x);
}

static void a_place_without_a_longest_stay_rings_for_nothing(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct bridge_id id = in_a_bed(x, r, POOL_B);

    (void)state;
    assert_true(the_bridge(x, id)->until_ms == 0 && the_bridge(x, id)->due_ms == 0);
    assert_null(clock_of(x, r, 0));
    pass(x, 10 * MS_DAY);
    assert_int_equal(the_bridge(x, id)->state, BRIDGE_ACTIVE);
    exchange_free(x);
}

/* Its clock is that of the bed: at the next place, of the same kind, another begins. */
static void the_clock_of_the_next_place_begins_anew(void **state)
{
    struct exchange *x = exchange_new();
    struct pool_id nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    struct pool_id next = an_emergency_pool(x, C_HUIS, HUIS_C, "c-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct bridge_id id = in_a_bed(x, r, nood.v);
    struct request_id q;

    (void)state;
    x->now += MS_DAY;
    q = do_ask_one(x, r, next.v);
    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_bridge(x, id)->end, BRIDGE_END_PLACED);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_STOPPED);
    assert_int_equal(clock_of(x, r, 1)->kind, NOODBED);
    assert_int_equal(clock_of(x, r, 1)->state, CLOCK_RUNNING);
    assert_int_equal(clock_of(x, r, 1)->owner.v, HUIS_C); /* of a stay: the house's */
    assert_true(clock_of(x, r, 1)->started_at_ms == x->now);
    replays(x);
    exchange_free(x);
}

/* A right of the person begins where it first has a bed, and runs on at the next. */
static void a_right_of_the_person_runs_on(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need(.urgency = URGENCY_DRIE_DAGEN);
    struct referral_id r;
    struct bridge_id id;

    (void)state;
    n.residence = RESIDENCE_BEDENKTIJD;
    n.threat_kinds.yes = 1;
    r = do_open(x, VT_OOST, n);
    id = in_a_bed(x, r, POOL_B);
    assert_int_equal(clock_of(x, r, 0)->owner.v, COMENSHA);
    x->now += MS_DAY;
    assert_int_equal(about_bridge(x, CMD_END_BRIDGE, id, BRIDGE_END_MOVED), REFUSAL_NONE);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_RUNNING);
    exchange_free(x);
}

/* ---- who pays ---- */

static int32_t nights_of(const struct exchange *x, struct bridge_id id)
{
    struct bridge_days days = bridge_days(x->e, the_bridge(x, id), x->now);

    return days.end - days.first;
}

static void its_nights_are_paid_as_those_of_a_stay(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r, other;
    struct need n = a_need(.urgency = URGENCY_DRIE_DAGEN);
    struct bridge_id id;
    struct funding f, of_stay;
    struct request_id q;

    (void)state;
    n.home_municipality = 363;
    r = do_open(x, VT_OOST, n);
    id = in_a_bed(x, r, POOL_B);
    f = engine_bridge_funding(x->e, id);
    other = do_open(x, VT_OOST, n);
    q = do_ask_one(x, other, POOL_C);
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    of_stay = engine_stay_of(x->e, other)->funding;
    assert_memory_equal(&f, &of_stay, sizeof f);
    assert_int_equal(f.spans[0].municipality, 363);
    assert_int_equal(nights_of(x, id), 0);
    x->now += 3 * MS_DAY;
    assert_int_equal(nights_of(x, id), 3);
    exchange_free(x);
}

/* From the bridge to the place on one day: that night is the place's, and no night is paid twice. */
static void a_move_on_one_day_pays_each_night_once(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct bridge_id id = in_a_bed(x, r, POOL_B);
    int32_t first = time_day_nl(x->now);
    struct request_id q;

    (void)state;
    x->now += 2 * MS_DAY;
    q = do_ask_one(x, r, POOL_C);
    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    x->now += 2 * MS_DAY;
    assert_int_equal(nights_of(x, id), 2);
    assert_int_equal(stay_nights(engine_stay_of(x->e, r), x->now), 2);
    assert_int_equal(time_day_nl(engine_stay_of(x->e, r)->started_at_ms), first + 2);
    replays(x);
    exchange_free(x);
}

/* It is in one place: who reaches a bridge bed has left the place it was looked for from. */
static void who_reaches_a_bridge_bed_has_left_where_it_was(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need(.urgency = URGENCY_DRIE_DAGEN);
    struct referral_id r = do_open(x, VT_OOST, n), next;
    struct request_id q = do_ask_one(x, r, POOL_C);
    const struct stay *s = NULL;

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    s = engine_stay_of(x->e, r);
    x->now += MS_DAY;
    memcpy(n.return_code, s->return_code, sizeof n.return_code);
    if (n.return_code[0] == '\0') {
        struct command cmd = {.kind = CMD_GIVE_RETURN_CODE, .actor = shelter_of(HUIS_C), .draw = 77};

        cmd.u.stay.stay = s->id;
        assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
        memcpy(n.return_code, engine_stay_of(x->e, r)->return_code, sizeof n.return_code);
    }
    next = do_open(x, VT_OOST, n);
    assert_int_equal(engine_household(x->e, next).earlier.v, r.v);
    in_a_bed(x, next, POOL_B);
    assert_int_equal(engine_stay_of(x->e, r)->state, STAY_DEPARTED);
    assert_int_equal(stay_nights(engine_stay_of(x->e, r), x->now + 5 * MS_DAY), 1);
    replays(x);
    exchange_free(x);
}

/* ---- from one bed to the next ---- */

static enum refusal ask_bridges(struct exchange *x, struct referral_id r, unsigned a, unsigned b)
{
    struct command cmd = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};

    cmd.u.ask.referral = r;
    cmd.u.ask.pools[0].v = a;
    cmd.u.ask.pools[1].v = b;
    cmd.u.ask.n = b != 0 ? 2 : 1;
    cmd.u.ask.bridge = true;
    return exchange_do(x, &cmd).refusal;
}

/* What was said days ago is believed no more. */
static void free_again(struct exchange *x, enum an_org org, unsigned pool)
{
    struct observation o = an_observation(x, pool, 2, 2);

    do_report(x, shelter_of(org), &o, 1);
}

/* Never a dead end: its time there is over and no place is found. It keeps its bed while it asks for the
 * next, the first yes wins, and the arrival there is the departure here: one commit, and no night twice. */
static void from_its_bed_it_asks_for_the_next(void **state)
{
    struct exchange *x = exchange_new();
    struct pool_id nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    struct pool_id next = an_emergency_pool(x, C_HUIS, HUIS_C, "c-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct bridge_id id = in_a_bed(x, r, nood.v), later;
    struct request_id here = the_bridge(x, id)->request, first, second;

    (void)state;
    pass(x, (MAX_HOURS + 1) * MS_HOUR);
    assert_int_equal(the_bridge(x, id)->state, BRIDGE_ALARM);
    free_again(x, HUIS_B, nood.v);
    free_again(x, HUIS_C, next.v);
    free_again(x, HUIS_C, POOL_C);
    /* To stay on where it is, it asks its house and takes no second unit. */
    assert_int_equal(ask_bridges(x, r, nood.v, 0), REFUSAL_ASKED_ALREADY);
    assert_int_equal(ask_bridges(x, r, next.v, POOL_C), REFUSAL_NONE);
    first = x->last.requests[0];
    second = x->last.requests[1];
    assert_int_equal(do_answer(x, CMD_ACCEPT, first, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_request(x, second)->state, REQUEST_CANCELLED);
    assert_int_equal(the_request(x, second)->cancel_why, CANCEL_OTHER_YES);
    assert_int_equal(ask_bridges(x, r, POOL_C, 0), REFUSAL_BRIDGE_THERE);
    later = engine_bridge_bed(x->e, first)->id;
    /* Until it is there it sleeps where it slept. */
    assert_int_equal(engine_bridge_bed(x->e, here)->id.v, id.v);
    assert_int_equal(engine_bridge_bed_reached(x->e, r)->id.v, id.v);
    assert_int_equal(engine_bridge_bed_next(x->e, r)->id.v, later.v);
    x->now += MS_DAY;
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, first, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_bridge(x, id)->end, BRIDGE_END_MOVED);
    assert_true(the_bridge(x, id)->ended_at_ms == the_bridge(x, later)->started_at_ms);
    assert_int_equal(the_request(x, here)->state, REQUEST_LEFT);
    assert_int_equal(engine_bridge_bed_reached(x->e, r)->id.v, later.v);
    assert_null(engine_bridge_bed_next(x->e, r));
    assert_int_equal(nights_of(x, id), 4);
    assert_int_equal(nights_of(x, later), 0);
    /* The clock of the bed is that of the next one. */
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_STOPPED);
    assert_int_equal(clock_of(x, r, 1)->state, CLOCK_RUNNING);
    x->now += MS_DAY;
    assert_int_equal(nights_of(x, id) + nights_of(x, later), 5);
    replays(x);
    exchange_free(x);
}

/* Its own place ends the bed that it is in and the one that it was to go to. */
static void the_place_ends_both_beds(void **state)
{
    struct exchange *x = exchange_new();
    struct pool_id nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct bridge_id id = in_a_bed(x, r, POOL_B);
    struct request_id next, place;

    (void)state;
    assert_int_equal(ask_bridges(x, r, nood.v, 0), REFUSAL_NONE);
    next = x->last.requests[0];
    do_answer(x, CMD_ACCEPT, next, 0);
    place = do_ask_one(x, r, POOL_C);
    do_answer(x, CMD_ACCEPT, place, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, place, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_bridge(x, id)->end, BRIDGE_END_PLACED);
    assert_int_equal(the_request(x, next)->state, REQUEST_CANCELLED);
    assert_int_equal(the_pool(x, nood.v).held, 0);
    replays(x);
    exchange_free(x);
}

static void assert_why(struct exchange *x, struct event ev, const char *want)
{
    char why[200] = "";

    ev.seq = engine_seq(x->e) + 1;
    ev.at_ms = x->now;
    assert_int_not_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
    if (strstr(why, want) == NULL)
        fail_msg("%s, not %s", why, want);
}

/* No journal may say that a household sleeps in two beds, or moves from a house to itself. */
static void impossible_moves(void **state)
{
    struct exchange *x = exchange_new();
    struct pool_id nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct bridge_id id = in_a_bed(x, r, nood.v);
    struct event there = {.kind = EV_BRIDGE_ARRIVED}, made;
    struct request_id next;

    (void)state;
    assert_int_equal(ask_bridges(x, r, POOL_C, 0), REFUSAL_NONE);
    next = x->last.requests[0];
    made = *last_event(x, 0);
    assert_int_equal(made.kind, EV_REQUEST_MADE);
    made.u.made.id.v++;
    made.u.made.pool = nood;
    assert_why(x, made, "a bridge from a place to itself");
    do_answer(x, CMD_ACCEPT, next, 0);
    made.u.made.pool.v = POOL_A1;
    assert_why(x, made, "a second bridge bed for one household");
    there.u.bridge.bridge = engine_bridge_bed(x->e, next)->id;
    there.u.bridge.referral = r;
    there.u.bridge.request = next;
    assert_why(x, there, "an arrival that leaves the household in two beds");
    assert_true(bridge_is_live(the_bridge(x, id)));
    exchange_free(x);
}

static void the_house_settles_who_pays(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct request_id q = ask_bridge(x, r, POOL_B);
    int32_t day = time_day_nl(x->now);
    struct bridge_id id;
    struct funding f;

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    id = engine_bridge_bed(x->e, q)->id;
    assert_int_equal(fund(x, shelter_of(HUIS_B), id, DEN_HAAG, day), REFUSAL_WRONG_STATE); /* not there yet */
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    x->now += 3 * MS_DAY;
    assert_int_equal(fund(x, shelter_of(HUIS_C), id, DEN_HAAG, day + 1), REFUSAL_NOT_FOUND);
    assert_int_equal(fund(x, referrer_of(VT_OOST), id, DEN_HAAG, day + 1), REFUSAL_NOT_ALLOWED);
    assert_int_equal(fund(x, shelter_of(HUIS_B), id, DEN_HAAG, day - 1), REFUSAL_LIMIT);
    assert_int_equal(fund(x, shelter_of(HUIS_B), id, 9999, day + 1), REFUSAL_LIMIT);
    assert_int_equal(fund(x, shelter_of(HUIS_B), id, DEN_HAAG, day + 1), REFUSAL_NONE);
    assert_int_equal(last_count(x), 1);
    f = engine_bridge_funding(x->e, id);
    assert_int_equal(funding_of_night(&f, day + 1)->municipality, DEN_HAAG);
    assert_int_not_equal(funding_of_night(&f, day)->municipality, DEN_HAAG);
    assert_int_equal(fund(x, shelter_of(HUIS_B), id, DEN_HAAG, day + 1), REFUSAL_NONE); /* so already */
    assert_int_equal(last_count(x), 0);
    /* Money is settled after the fact too. */
    about_bridge(x, CMD_END_BRIDGE, id, BRIDGE_END_HOME);
    assert_int_equal(fund(x, shelter_of(HUIS_B), id, DEN_HAAG, day), REFUSAL_NONE);
    assert_int_equal(fund(x, shelter_of(HUIS_B), id, DEN_HAAG, day + 4), REFUSAL_LIMIT); /* was gone */
    replays(x);
    exchange_free(x);
}

/* ---- journals from before, and events that cannot be ---- */

static void what_nothing_was_told_of_is_to_be_arranged(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct bridge_id id = in_a_bed(x, r, POOL_B);
    struct engine *old = engine_new(x->vocab, &x->settings);
    const struct stay_rules *rules = vocab_stay_rules(x->vocab);
    struct funding f;
    char why[200] = "";
    uint64_t seq = 0;

    (void)state;
    for (size_t i = 0; i < x->log.n; i++) {
        struct event ev = x->log.list[i];

        if (ev.kind == EV_BRIDGE_FUNDED)
            continue;
        ev.seq = ++seq;
        assert_int_equal(engine_replay(old, &ev, why, sizeof why), OK);
    }
    assert_true(engine_check(old, why, sizeof why));
    f = engine_bridge_funding(old, id);
    assert_int_equal(f.n, 1);
    assert_int_equal(f.spans[0].stream, stay_rules_stream_find(rules, "te_regelen", f.spans[0].from_day)->nr);
    assert_int_equal(f.spans[0].municipality, 0);
    assert_int_equal(f.spans[0].from_day, time_day_nl(x->now));
    engine_free(old);
    exchange_free(x);
}

static void refused(const struct exchange *x, struct event ev, const char *what)
{
    uint64_t before = engine_digest(x->e, true);
    char why[200] = "";

    ev.seq = engine_seq(x->e) + 1;
    ev.at_ms = x->now;
    if (engine_replay(x->e, &ev, why, sizeof why) != ERR_BAD_INPUT)
        fail_msg("%s: %s was applied", event_name(ev.kind), what);
    assert_true(engine_digest(x->e, true) == before);
}

#define SPOIL(BASE, CHANGE)                                                                                  \
    do {                                                                                                     \
        struct event ev = (BASE);                                                                            \
        CHANGE;                                                                                              \
        refused(x, ev, #CHANGE);                                                                             \
    } while (0)

static void impossible_nights(void **state)
{
    struct exchange *x = exchange_new();
    struct pool_id nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct request_id q = ask_bridge(x, r, nood.v);
    struct event first = {.kind = EV_BRIDGE_FUNDED};
    struct event there = {.kind = EV_BRIDGE_ARRIVED};
    struct event change;

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    first.u.bridge_funded.bridge.v = 1;
    first.u.bridge_funded.referral = r;
    first.u.bridge_funded.n_spans = 1;
    first.u.bridge_funded.spans[0].from_day = time_day_nl(x->now);
    SPOIL(first, (void)0); /* nobody is there */
    there.u.bridge.bridge.v = 1;
    there.u.bridge.referral = r;
    there.u.bridge.request = q;
    there.u.bridge.until_ms = x->now + MS_DAY;
    SPOIL(there, (void)0); /* a term that nobody watches */
    SPOIL(there, ev.u.bridge.due_ms = x->now + MS_DAY);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    change = first;
    change.u.bridge_funded.spans[0].from_day++;
    SPOIL(change, ev.u.bridge_funded.bridge.v = 2);
    SPOIL(change, ev.u.bridge_funded.referral.v = 99);
    SPOIL(change, ev.u.bridge_funded.n_spans = 2);
    SPOIL(change, ev.u.bridge_funded.n_spans = 0);
    SPOIL(change, ev.u.bridge_funded.n_spans = FUNDING_SPANS_MAX + 1);
    SPOIL(change, ev.u.bridge_funded.spans[0].from_day -= 2);
    exchange_free(x);
}

/* Two desks look for one household, each with its own referral: who arrives at one's place has left the bed
 * of the other, and no night has two. */
static void who_arrives_by_another_referral_has_left_the_bed(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id first = do_open(x, VT_OOST, a_need()), second, third;
    struct command depart = {.kind = CMD_DEPART, .actor = shelter_of(HUIS_B), .draw = 7};
    struct need n = a_need();
    struct request_id q = do_ask_one(x, first, POOL_B);
    struct bridge_id bed;
    char why[200] = "";

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    depart.u.stay =
        (struct stay_command){.stay = engine_stay_of(x->e, first)->id, .reason = 1, .destination = 1};
    assert_int_equal(exchange_do(x, &depart).refusal, REFUSAL_NONE);
    memcpy(n.return_code, engine_stay_of(x->e, first)->return_code, sizeof n.return_code);
    second = do_open(x, VT_OOST, n);
    third = do_open_beside(x, VT_WEST, first);
    bed = in_a_bed(x, second, POOL_B);
    x->now += MS_DAY;
    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, third, POOL_C), 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_bridge(x, bed)->state, BRIDGE_ENDED);
    assert_int_equal(the_bridge(x, bed)->end, BRIDGE_END_MOVED);
    assert_true(the_bridge(x, bed)->ended_at_ms == engine_stay_of(x->e, third)->started_at_ms);
    assert_int_equal(the_referral(x, second)->state, REFERRAL_OPEN); /* its desk closes it, no machine */
    if (!engine_check(x->e, why, sizeof why))
        fail_msg("%s", why);
    replays(x);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_arrives_by_another_referral_has_left_the_bed),
        cmocka_unit_test(a_bed_that_is_over_is_told_of_until_somebody_acts),
        cmocka_unit_test(a_place_without_a_longest_stay_rings_for_nothing),
        cmocka_unit_test(the_clock_of_the_next_place_begins_anew),
        cmocka_unit_test(a_right_of_the_person_runs_on),
        cmocka_unit_test(its_nights_are_paid_as_those_of_a_stay),
        cmocka_unit_test(a_move_on_one_day_pays_each_night_once),
        cmocka_unit_test(who_reaches_a_bridge_bed_has_left_where_it_was),
        cmocka_unit_test(from_its_bed_it_asks_for_the_next),
        cmocka_unit_test(the_place_ends_both_beds),
        cmocka_unit_test(impossible_moves),
        cmocka_unit_test(the_house_settles_who_pays),
        cmocka_unit_test(what_nothing_was_told_of_is_to_be_arranged),
        cmocka_unit_test(impossible_nights),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
