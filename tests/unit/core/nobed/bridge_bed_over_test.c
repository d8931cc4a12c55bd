/* A household in a bridge bed: how long it may stay and who is told, and how it goes on to the next bed. */
#include "support/nobed_steps.h"
#include "support/stay_steps.h"

#include "base/time_text.h"

#include <string.h>

#define NOODBED 1 /* clocks.csv */

/* ---- how long ---- */

static void a_bed_that_is_over_is_told_of_until_somebody_acts(void **state)
{
    struct exchange *x = exchange_new();
    unsigned nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    int64_t arrival = x->now, end = x->now + MAX_HOURS * MS_HOUR;
    struct bridge_id id = in_a_bed(x, r, nood)->id;
    const struct bridge *b = the_bridge(x, id.v);

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
    assert_int_equal(about_bridge(x, CMD_CHECK_IN, id, 0, BRIDGE_CHECK_SEEN).refusal, REFUSAL_NONE);
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
    assert_int_equal(about_bridge(x, CMD_END_BRIDGE, id, 0, BRIDGE_END_OVER).refusal, REFUSAL_NONE);
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
    struct bridge_id id = in_a_bed(x, r, POOL_B)->id;

    (void)state;
    assert_true(the_bridge(x, id.v)->until_ms == 0 && the_bridge(x, id.v)->due_ms == 0);
    assert_null(clock_of(x, r, 0));
    pass(x, 10 * MS_DAY);
    assert_int_equal(the_bridge(x, id.v)->state, BRIDGE_ACTIVE);
    exchange_free(x);
}

/* Its clock is that of the bed: at the next place, of the same kind, another begins. */
static void the_clock_of_the_next_place_begins_anew(void **state)
{
    struct exchange *x = exchange_new();
    unsigned nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    unsigned next = an_emergency_pool(x, C_HUIS, HUIS_C, "c-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct bridge_id id = in_a_bed(x, r, nood)->id;
    struct request_id q;

    (void)state;
    x->now += MS_DAY;
    q = do_ask_one(x, r, next);
    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_bridge(x, id.v)->end, BRIDGE_END_PLACED);
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
    id = in_a_bed(x, r, POOL_B)->id;
    assert_int_equal(clock_of(x, r, 0)->owner.v, COMENSHA);
    x->now += MS_DAY;
    assert_int_equal(about_bridge(x, CMD_END_BRIDGE, id, 0, BRIDGE_END_MOVED).refusal, REFUSAL_NONE);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_RUNNING);
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
    unsigned nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    unsigned next = an_emergency_pool(x, C_HUIS, HUIS_C, "c-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct bridge_id id = in_a_bed(x, r, nood)->id, later;
    struct request_id here = the_bridge(x, id.v)->request, first, second;

    (void)state;
    pass(x, (MAX_HOURS + 1) * MS_HOUR);
    assert_int_equal(the_bridge(x, id.v)->state, BRIDGE_ALARM);
    free_again(x, HUIS_B, nood);
    free_again(x, HUIS_C, next);
    free_again(x, HUIS_C, POOL_C);
    /* To stay on where it is, it asks its house and takes no second unit. */
    assert_int_equal(ask_bridges(x, r, nood, 0), REFUSAL_ASKED_ALREADY);
    assert_int_equal(ask_bridges(x, r, next, POOL_C), REFUSAL_NONE);
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
    assert_int_equal(the_bridge(x, id.v)->end, BRIDGE_END_MOVED);
    assert_true(the_bridge(x, id.v)->ended_at_ms == the_bridge(x, later.v)->started_at_ms);
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
    unsigned nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct bridge_id id = in_a_bed(x, r, POOL_B)->id;
    struct request_id next, place;

    (void)state;
    assert_int_equal(ask_bridges(x, r, nood, 0), REFUSAL_NONE);
    next = x->last.requests[0];
    do_answer(x, CMD_ACCEPT, next, 0);
    place = do_ask_one(x, r, POOL_C);
    do_answer(x, CMD_ACCEPT, place, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, place, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_bridge(x, id.v)->end, BRIDGE_END_PLACED);
    assert_int_equal(the_request(x, next)->state, REQUEST_CANCELLED);
    assert_int_equal(the_pool(x, nood).held, 0);
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
    unsigned nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct bridge_id id = in_a_bed(x, r, nood)->id;
    struct event there = {.kind = EV_BRIDGE_ARRIVED}, made;
    struct request_id next;

    (void)state;
    assert_int_equal(ask_bridges(x, r, POOL_C, 0), REFUSAL_NONE);
    next = x->last.requests[0];
    made = *last_event(x, 0);
    assert_int_equal(made.kind, EV_REQUEST_MADE);
    made.u.made.id.v++;
    made.u.made.pool.v = nood;
    assert_why(x, made, "a bridge from a place to itself");
    do_answer(x, CMD_ACCEPT, next, 0);
    made.u.made.pool.v = POOL_A1;
    assert_why(x, made, "a second bridge bed for one household");
    there.u.bridge.bridge = engine_bridge_bed(x->e, next)->id;
    there.u.bridge.referral = r;
    there.u.bridge.request = next;
    assert_why(x, there, "an arrival that leaves the household in two beds");
    assert_true(bridge_is_live(the_bridge(x, id.v)));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bed_that_is_over_is_told_of_until_somebody_acts),
        cmocka_unit_test(a_place_without_a_longest_stay_rings_for_nothing),
        cmocka_unit_test(the_clock_of_the_next_place_begins_anew),
        cmocka_unit_test(a_right_of_the_person_runs_on),
        cmocka_unit_test(from_its_bed_it_asks_for_the_next),
        cmocka_unit_test(the_place_ends_both_beds),
        cmocka_unit_test(impossible_moves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
