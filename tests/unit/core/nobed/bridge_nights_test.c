/* A household in a bridge bed: who pays for its nights, and that none of them is a night of another place
 * too. */
#include "support/nobed_steps.h"

#include "base/time_text.h"
#include "core/stay/stay_rules.h"

#include <string.h>

#define A_CHANGE 1 /* funding_change_reasons.csv */
#define WMO 2      /* funding_streams.csv */
#define DEN_HAAG 518

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

/* ---- who pays ---- */

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
    id = in_a_bed(x, r, POOL_B)->id;
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
    struct bridge_id id = in_a_bed(x, r, POOL_B)->id;
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
    bed = in_a_bed(x, second, POOL_B)->id;
    x->now += MS_DAY;
    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, third, POOL_C), 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_bridge(x, bed.v)->state, BRIDGE_ENDED);
    assert_int_equal(the_bridge(x, bed.v)->end, BRIDGE_END_MOVED);
    assert_true(the_bridge(x, bed.v)->ended_at_ms == engine_stay_of(x->e, third)->started_at_ms);
    assert_int_equal(the_referral(x, second)->state, REFERRAL_OPEN); /* its desk closes it, no machine */
    if (!engine_check(x->e, why, sizeof why))
        fail_msg("%s", why);
    replays(x);
    exchange_free(x);
}

static void the_house_settles_who_pays(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct request_id q = bridge_granted(x, r, POOL_B);
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
    about_bridge(x, CMD_END_BRIDGE, id, 0, BRIDGE_END_HOME);
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
    struct bridge_id id = in_a_bed(x, r, POOL_B)->id;
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
    unsigned nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct request_id q = bridge_granted(x, r, nood);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_nights_are_paid_as_those_of_a_stay),
        cmocka_unit_test(a_move_on_one_day_pays_each_night_once),
        cmocka_unit_test(who_reaches_a_bridge_bed_has_left_where_it_was),
        cmocka_unit_test(who_arrives_by_another_referral_has_left_the_bed),
        cmocka_unit_test(the_house_settles_who_pays),
        cmocka_unit_test(what_nothing_was_told_of_is_to_be_arranged),
        cmocka_unit_test(impossible_nights),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
