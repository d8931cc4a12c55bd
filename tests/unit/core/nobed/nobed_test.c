/* The way of a household without a place: bridges that ring when nobody is heard of, a bridge bed beside the
 * search, nights, and the end that only a person makes. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"
#include "core/match.h"
#include "core/nobed/nobed.h"
#include "core/timers/timers_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOTEL_NIGHT 12 /* destinations.csv: hotel */
#define OWN_HOME 1     /* eigen_woning: nowhere to sleep for a night */
#define ALL_FULL 1     /* unplaced_reasons.csv: alles_vol */

static struct bridge_wish a_hotel(void)
{
    return (struct bridge_wish){
        .kind = BRIDGE_HOTEL,
        .active = true,
        .slept = HOTEL_NIGHT,
        .owner = {.kind = BRIDGE_OWNER_DESK, .account = {101}, .callback = "010 555 0100"}};
}

static struct outcome open_bridge(struct exchange *x, struct referral_id r, const struct bridge_wish *w)
{
    struct command cmd = {.kind = CMD_OPEN_BRIDGE, .actor = referrer_of(VT_OOST)};

    cmd.u.open_bridge.referral = r;
    cmd.u.open_bridge.wish = w;
    return exchange_do(x, &cmd);
}

static const struct bridge *opened(struct exchange *x, struct referral_id r, struct bridge_wish w)
{
    if (open_bridge(x, r, &w).refusal != REFUSAL_NONE)
        fail_msg("bridge refused: %s", refusal_code(x->last.refusal));
    return engine_bridge_of(x->e, r, w.kind);
}

static struct outcome about_bridge(struct exchange *x, enum command_kind kind, struct bridge_id id,
                                   int64_t until_ms, unsigned code)
{
    struct command cmd = {.kind = kind, .actor = referrer_of(VT_OOST)};

    cmd.u.bridge.bridge = id;
    cmd.u.bridge.until_ms = until_ms;
    cmd.u.bridge.code = (uint8_t)code;
    return exchange_do(x, &cmd);
}

static struct outcome about_night(struct exchange *x, enum command_kind kind, struct referral_id r,
                                  int32_t day, unsigned slept, unsigned reason)
{
    struct command cmd = {.kind = kind, .actor = referrer_of(VT_OOST)};

    cmd.u.night.referral = r;
    cmd.u.night.night = (struct night){.day = day, .slept = (uint8_t)slept, .reason = (uint8_t)reason};
    return exchange_do(x, &cmd);
}

static int32_t today(const struct exchange *x)
{
    return (int32_t)(x->now / MS_DAY);
}

static const struct bridge *the_bridge(const struct exchange *x, uint64_t id)
{
    const struct bridge *b = engine_bridge(x->e, (struct bridge_id){id});

    assert_non_null(b);
    return b;
}

static struct request_id ask_bridge(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct command cmd = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};

    cmd.u.ask.referral = r;
    cmd.u.ask.pools[0].v = pool;
    cmd.u.ask.n = 1;
    cmd.u.ask.bridge = true;
    exchange_do(x, &cmd);
    return x->last.requests[0];
}

static void tick_at(struct exchange *x, int64_t at_ms)
{
    x->now = at_ms;
    do_tick(x);
}

static void replays(const struct exchange *x)
{
    struct engine *again = exchange_replay(x);

    assert_true(engine_digest(again, true) == engine_digest(x->e, true));
    engine_free(again);
}

/* ---- check-ins ---- */

static void a_missed_check_in_rings_until_somebody_answers(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    int64_t start = x->now;
    const struct bridge *b = opened(x, r, a_hotel());
    struct bridge_id id = b->id;

    (void)state;
    assert_int_equal(b->state, BRIDGE_ACTIVE);
    assert_true(b->next_ms == start + 120 * MS_MINUTE);
    assert_true(b->due_ms == start + 135 * MS_MINUTE);
    tick_at(x, b->due_ms - 1);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(the_bridge(x, id.v)->state, BRIDGE_ACTIVE);

    tick_at(x, start + 135 * MS_MINUTE);
    b = the_bridge(x, id.v);
    assert_int_equal(b->state, BRIDGE_ALARM);
    assert_int_equal(b->alarms, 1);
    assert_false(bridge_is_escalated(b));
    assert_true(b->due_ms == x->now + 10 * MS_MINUTE);

    /* Nobody answers: it rings again, now for the team lead too. */
    tick_at(x, b->due_ms);
    b = the_bridge(x, id.v);
    assert_int_equal(b->alarms, 2);
    assert_true(bridge_is_escalated(b));

    /* Seen: silence for as long as it takes to reach the household, then again. */
    assert_int_equal(about_bridge(x, CMD_CHECK_IN, id, 0, BRIDGE_CHECK_SEEN).refusal, REFUSAL_NONE);
    b = the_bridge(x, id.v);
    assert_true(b->state == BRIDGE_ALARM && b->seen_at_ms == x->now);
    assert_true(b->due_ms == x->now + 30 * MS_MINUTE);
    tick_at(x, b->due_ms);
    assert_int_equal(the_bridge(x, id.v)->alarms, 3);
    assert_true(the_bridge(x, id.v)->seen_at_ms == 0);

    /* The household is well: all is quiet, and the next check-in is waited for. */
    assert_int_equal(about_bridge(x, CMD_CHECK_IN, id, 0, BRIDGE_CHECK_SAFE).refusal, REFUSAL_NONE);
    b = the_bridge(x, id.v);
    assert_true(b->state == BRIDGE_ACTIVE && b->alarms == 0 && b->checked_at_ms == x->now);
    assert_true(b->next_ms == x->now + 120 * MS_MINUTE);
    /* It stays open all the while. */
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    replays(x);
    exchange_free(x);
}

/* A check-in missed, seen but not followed by a word, and the next one missed too: the second in a row. */
static void seen_is_not_safe(void **state)
{
    struct exchange *x = exchange_new();
    const struct bridge *b = opened(x, do_open(x, VT_OOST, a_need()), a_hotel());

    (void)state;
    tick_at(x, b->due_ms);
    about_bridge(x, CMD_CHECK_IN, b->id, 0, BRIDGE_CHECK_SEEN);
    assert_false(bridge_is_escalated(the_bridge(x, 1)));
    tick_at(x, the_bridge(x, 1)->due_ms);
    assert_true(bridge_is_escalated(the_bridge(x, 1)));
    exchange_free(x);
}

static void named_times_come_first(void **state)
{
    struct exchange *x = exchange_new();
    struct bridge_wish w = a_hotel();
    const struct bridge *b = NULL;

    (void)state;
    w.n_times = 2;
    w.times_ms[0] = x->now + 20 * MS_MINUTE;
    w.times_ms[1] = x->now + 600 * MS_MINUTE;
    b = opened(x, do_open(x, VT_OOST, a_need()), w);
    assert_true(b->next_ms == w.times_ms[0]);
    x->now = w.times_ms[0] - 5 * MS_MINUTE;
    about_bridge(x, CMD_CHECK_IN, b->id, 0, BRIDGE_CHECK_SAFE);
    assert_true(the_bridge(x, 1)->next_ms == w.times_ms[1]);
    exchange_free(x);
}

static void what_cannot_be_a_bridge(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct bridge_wish good = a_hotel();

    (void)state;
#define REFUSED(CHANGE)                                                                                      \
    do {                                                                                                     \
        struct bridge_wish w = good;                                                                         \
        CHANGE;                                                                                              \
        if (open_bridge(x, r, &w).refusal != REFUSAL_LIMIT)                                                  \
            fail_msg("%s", #CHANGE);                                                                         \
    } while (0)
    REFUSED(w.owner = (struct bridge_owner){0});
    REFUSED(w.owner.callback[0] = '\0');
    REFUSED(w.kind = BRIDGE_BED);
    REFUSED(w.every_minutes = BRIDGE_EVERY_MIN - 1);
    REFUSED(w.every_minutes = BRIDGE_EVERY_MAX + 1);
    REFUSED(w.slept = OWN_HOME);
    REFUSED(w.n_times = BRIDGE_TIMES_MAX + 1);
    REFUSED(w.n_times = 1; w.times_ms[0] = x->now);
    REFUSED(w.n_times = 1; w.times_ms[0] = x->now + 36 * MS_DAY);
    REFUSED(w.n_times = 2; w.times_ms[0] = w.times_ms[1] = x->now + 5);
    REFUSED(w.until_ms = x->now);
    REFUSED(w.until_ms = x->now + 36 * MS_DAY);
#undef REFUSED
    assert_int_equal(open_bridge(x, r, &good).refusal, REFUSAL_NONE);
    assert_int_equal(open_bridge(x, r, &good).refusal, REFUSAL_BRIDGE_THERE);
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    assert_int_equal(open_bridge(x, r, &good).refusal, REFUSAL_WRONG_STATE);
    exchange_free(x);
}

static void a_planned_hotel_that_nobody_reaches_rings_too(void **state)
{
    struct exchange *x = exchange_new();
    struct bridge_wish w = a_hotel();
    const struct bridge *b = NULL;

    (void)state;
    w.active = false;
    b = opened(x, do_open(x, VT_OOST, a_need()), w);
    assert_int_equal(b->state, BRIDGE_PLANNED);
    assert_int_equal(about_bridge(x, CMD_CHECK_IN, b->id, 0, BRIDGE_CHECK_SAFE).refusal, REFUSAL_WRONG_STATE);
    tick_at(x, b->due_ms);
    assert_int_equal(the_bridge(x, 1)->state, BRIDGE_ALARM);
    assert_int_equal(about_bridge(x, CMD_START_BRIDGE, (struct bridge_id){1}, 0, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_bridge(x, 1)->state, BRIDGE_ACTIVE);
    assert_true(the_bridge(x, 1)->next_ms == x->now + 120 * MS_MINUTE);
    exchange_free(x);
}

/* ---- the barring order ---- */

static void an_order_from_applied_for_to_its_end(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    const struct bridge *b = opened(x, r, (struct bridge_wish){.kind = BRIDGE_ORDER});
    struct bridge_id id = b->id;
    int64_t start = 0;

    (void)state;
    assert_true(b->state == BRIDGE_PLANNED && b->due_ms == 0 && b->until_ms == 0);
    x->now += MS_HOUR;
    start = x->now;
    assert_int_equal(about_bridge(x, CMD_START_BRIDGE, id, 0, 0).refusal, REFUSAL_NONE);
    b = the_bridge(x, id.v);
    assert_true(b->state == BRIDGE_ACTIVE && b->until_ms == start + 10 * MS_DAY);
    assert_true(b->due_ms == start + 9 * MS_DAY); /* in time to extend it */
    assert_int_equal(about_bridge(x, CMD_END_BRIDGE, id, 0, BRIDGE_END_REFUSED).refusal,
                     REFUSAL_UNKNOWN_REASON);
    tick_at(x, b->due_ms);
    assert_int_equal(the_bridge(x, id.v)->state, BRIDGE_ALARM);
    /* Extended to 28 days: quiet again until a day before the end. */
    assert_int_equal(about_bridge(x, CMD_START_BRIDGE, id, start + 28 * MS_DAY, 0).refusal, REFUSAL_NONE);
    b = the_bridge(x, id.v);
    assert_true(b->state == BRIDGE_ACTIVE && b->started_at_ms == start && b->due_ms == start + 27 * MS_DAY);
    tick_at(x, b->due_ms);
    about_bridge(x, CMD_CHECK_IN, id, 0, BRIDGE_CHECK_SEEN);
    assert_true(the_bridge(x, id.v)->due_ms == start + 28 * MS_DAY); /* at the end itself in any case */
    tick_at(x, start + 28 * MS_DAY);
    assert_true(bridge_is_escalated(the_bridge(x, id.v)));
    assert_int_equal(about_bridge(x, CMD_END_BRIDGE, id, 0, BRIDGE_END_OVER).refusal, REFUSAL_NONE);
    assert_int_equal(the_bridge(x, id.v)->state, BRIDGE_ENDED);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    replays(x);
    exchange_free(x);
}

static void a_refused_order(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct bridge_id id = opened(x, r, (struct bridge_wish){.kind = BRIDGE_ORDER})->id;

    (void)state;
    assert_int_equal(about_bridge(x, CMD_END_BRIDGE, id, 0, BRIDGE_END_OVER).refusal, REFUSAL_UNKNOWN_REASON);
    assert_int_equal(about_bridge(x, CMD_END_BRIDGE, id, 0, BRIDGE_END_PLACED).refusal,
                     REFUSAL_UNKNOWN_REASON);
    assert_int_equal(about_bridge(x, CMD_END_BRIDGE, id, 0, BRIDGE_END_REFUSED).refusal, REFUSAL_NONE);
    assert_int_equal(about_bridge(x, CMD_END_BRIDGE, id, 0, BRIDGE_END_REFUSED).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(about_bridge(x, CMD_END_BRIDGE, id, 0, BRIDGE_END_HOME).refusal, REFUSAL_WRONG_STATE);
    assert_int_equal(about_bridge(x, CMD_START_BRIDGE, id, 0, 0).refusal, REFUSAL_WRONG_STATE);
    assert_int_equal(about_bridge(x, CMD_CHECK_IN, id, 0, 0).refusal, REFUSAL_WRONG_STATE);
    exchange_free(x);
}

/* The defaults are the terms of the code list, whose owner is the law. */
static void terms_are_those_of_the_list(void **state)
{
    struct core_settings s = core_settings_default();
    char line[256];
    unsigned minutes = 0;
    FILE *f = fopen(PLEK_SOURCE_DIR "/schema/codes/clocks.csv", "r");

    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL)
        sscanf(line, "%*u,huisverbod,Huisverbod: 10 dagen,Barring order: 10 days,%u", &minutes);
    fclose(f);
    assert_int_equal(minutes, s.order_minutes);
}

/* ---- a bridge bed ---- */

static void a_bridge_bed_does_not_end_the_search(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id right = do_ask_one(x, r, POOL_C);
    struct request_id bridge = ask_bridge(x, r, POOL_B);
    const struct bridge *b = NULL;

    (void)state;
    assert_int_equal(x->last.refusal, REFUSAL_NONE);
    assert_int_equal(the_pool(x, POOL_B).held, 1);
    assert_int_equal(do_answer(x, CMD_ACCEPT, bridge, 0).refusal, REFUSAL_NONE);
    /* Its yes: the other request stands, the referral asks on, and the way there is watched. */
    assert_int_equal(the_request(x, right)->state, REQUEST_PENDING);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ASKED);
    assert_true(the_referral(x, r)->accepted_at_ms == 0);
    b = engine_bridge_bed(x->e, bridge);
    assert_non_null(b);
    assert_true(b->state == BRIDGE_PLANNED && b->due_ms == x->now + 3 * MS_HOUR);

    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, bridge, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_request(x, bridge)->state, REQUEST_ADMITTED);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ASKED);
    assert_true(b->state == BRIDGE_ACTIVE && b->due_ms == 0);
    assert_int_equal(the_pool(x, POOL_B).held, 1);

    /* The right place says yes: the household has both until it is there. */
    assert_int_equal(do_answer(x, CMD_ACCEPT, right, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_RESERVED);
    assert_int_equal(the_pool(x, POOL_B).held, 1);
    assert_int_equal(the_pool(x, POOL_C).held, 1);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, right, 0).refusal, REFUSAL_NONE);
    /* One commit: the bridge is over, its unit free, the household placed. */
    assert_true(last_count(x) >= 2); /* and what an arrival begins */
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ADMITTED);
    assert_int_equal(the_request(x, bridge)->state, REQUEST_LEFT);
    assert_true(b->state == BRIDGE_ENDED && b->end == BRIDGE_END_PLACED);
    assert_int_equal(the_pool(x, POOL_B).held, 0);
    assert_int_equal(the_pool(x, POOL_B).offerable, 2);
    replays(x);
    exchange_free(x);
}

static void a_bed_that_a_later_report_knows_of_is_not_freed_twice(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id bridge = ask_bridge(x, r, POOL_B);
    struct observation o;

    (void)state;
    do_answer(x, CMD_ACCEPT, bridge, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, bridge, 0);
    x->now += MS_MINUTE;
    o = an_observation(x, POOL_B, 2, 1); /* the house counts the household itself */
    do_report(x, shelter_of(HUIS_B), &o, 1);
    assert_int_equal(the_pool(x, POOL_B).held, 0);
    x->now += MS_MINUTE;
    assert_int_equal(about_bridge(x, CMD_END_BRIDGE, (struct bridge_id){1}, 0, BRIDGE_END_HOME).refusal,
                     REFUSAL_NONE);
    assert_int_equal(the_pool(x, POOL_B).offerable, 1); /* until the house says that they left */
    exchange_free(x);
}

static void who_does_not_come_to_the_bridge(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id bridge = ask_bridge(x, r, POOL_B);
    struct command cmd = {.kind = CMD_END_BRIDGE, .actor = shelter_of(HUIS_B)};

    (void)state;
    do_answer(x, CMD_ACCEPT, bridge, 0);
    tick_at(x, the_bridge(x, 1)->due_ms);
    assert_int_equal(the_bridge(x, 1)->state, BRIDGE_ALARM);
    /* The house itself may say so; another house may not. */
    cmd.u.bridge.bridge.v = 1;
    cmd.u.bridge.code = BRIDGE_END_FAILED;
    cmd.actor = shelter_of(HUIS_C);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NOT_FOUND);
    cmd.actor = shelter_of(HUIS_B);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    assert_true(the_request(x, bridge)->state == REQUEST_CANCELLED &&
                the_request(x, bridge)->cancel_why == CANCEL_NO_SHOW);
    assert_int_equal(the_pool(x, POOL_B).held, 0);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    /* And may be asked again. */
    ask_bridge(x, r, POOL_B);
    assert_int_equal(x->last.refusal, REFUSAL_NONE);
    exchange_free(x);
}

/* As of a place: a no stands, 'full' for half a day and silence for some hours. It is a word about beds for
 * the meantime, so a place may be asked there all the same. */
static void a_house_that_said_no_to_a_bridge(void **state)
{
    static const struct {
        const char *reason; /* NULL = it did not answer */
        int64_t again_ms;   /* 0 = never */
    } cases[] = {{"gezin_past_niet", 0}, {"vol", 12 * MS_HOUR}, {NULL, 3 * MS_HOUR}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct request_id bridge = ask_bridge(x, r, POOL_B);
        struct observation o;

        if (cases[i].reason != NULL)
            do_answer(x, CMD_DECLINE, bridge,
                      (uint8_t)(vocab_list_find(x->vocab, LIST_DECLINE, cases[i].reason) + 1));
        else
            tick_at(x, the_request(x, bridge)->lapse_at_ms);
        assert_int_equal(the_request(x, bridge)->state,
                         cases[i].reason != NULL ? REQUEST_DECLINED : REQUEST_EXPIRED);
        x->now += MS_MINUTE;
        o = an_observation(x, POOL_B, 2, 2);
        do_report(x, shelter_of(HUIS_B), &o, 1);
        ask_bridge(x, r, POOL_B);
        assert_int_equal(x->last.refusal, REFUSAL_ASKED_ALREADY);
        do_ask_one(x, r, POOL_B);
        do_referral(x, CMD_WITHDRAW, r, 0, 1);

        r = do_open(x, VT_OOST, a_need()); /* no word about another household */
        bridge = ask_bridge(x, r, POOL_B);
        assert_int_equal(x->last.refusal, REFUSAL_NONE);
        if (cases[i].reason != NULL)
            do_answer(x, CMD_DECLINE, bridge,
                      (uint8_t)(vocab_list_find(x->vocab, LIST_DECLINE, cases[i].reason) + 1));
        else
            tick_at(x, the_request(x, bridge)->lapse_at_ms);
        x->now += cases[i].again_ms != 0 ? cases[i].again_ms : 13 * MS_HOUR;
        o = an_observation(x, POOL_B, 2, 2);
        do_report(x, shelter_of(HUIS_B), &o, 1);
        ask_bridge(x, r, POOL_B);
        assert_int_equal(x->last.refusal, cases[i].again_ms != 0 ? REFUSAL_NONE : REFUSAL_ASKED_ALREADY);
        exchange_free(x);
    }
}

static enum refusal set_out(struct exchange *x, struct bridge_id id, int64_t eta_ms)
{
    return about_bridge(x, CMD_BRIDGE_TRAVEL, id, eta_ms, 0).refusal;
}

/* Told of the way, the alarm goes by when they are expected; who is late after all sets it anew. */
static void on_the_way_to_a_bridge_bed(void **state)
{
    struct core_settings with = core_settings_default();
    struct exchange *x = exchange_new_with(&with); /* code rood: half an hour after the time of arrival */
    struct referral_id r;
    struct bridge_id id = {1};
    const struct bridge *b = NULL;
    int64_t eta = 0;

    (void)state;
    r = do_open(x, VT_OOST, a_need());
    do_answer(x, CMD_ACCEPT, ask_bridge(x, r, POOL_B), 0);
    b = the_bridge(x, 1);
    eta = x->now + 40 * MS_MINUTE;
    assert_int_equal(set_out(x, id, x->now + 3 * MS_DAY), REFUSAL_LIMIT);
    assert_int_equal(set_out(x, id, -1), REFUSAL_LIMIT);
    assert_int_equal(set_out(x, id, eta), REFUSAL_NONE);
    assert_true(b->set_out_at_ms == x->now && b->next_ms == eta && b->due_ms == eta + 30 * MS_MINUTE);
    assert_int_equal(b->state, BRIDGE_PLANNED);
    assert_int_equal(set_out(x, id, eta), REFUSAL_NONE); /* said again */
    assert_int_equal(last_count(x), 0);
    tick_at(x, eta + 30 * MS_MINUTE);
    assert_int_equal(b->state, BRIDGE_ALARM);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN); /* looks on all the while */
    /* Heard of: later than thought. */
    eta = x->now + MS_HOUR;
    assert_int_equal(set_out(x, id, eta), REFUSAL_NONE);
    assert_true(b->state == BRIDGE_PLANNED && b->alarms == 0 && b->due_ms == eta + 30 * MS_MINUTE);
    do_answer(x, CMD_CONFIRM_ARRIVAL, b->request, 0);
    assert_int_equal(set_out(x, id, eta), REFUSAL_WRONG_STATE); /* is there */
    replays(x);
    exchange_free(x);
}

/* On the way, and nobody knows when they will be there: the alarm goes by the way between the regions. */
static void on_the_way_without_a_time(void **state)
{
    struct core_settings with = core_settings_default();
    struct exchange *x = exchange_new_with(&with);
    struct referral_id r;
    struct bridge_id id = {1};
    const struct bridge *b = NULL;
    int64_t way_ms = 0;

    (void)state;
    r = do_open(x, VT_OOST, a_need());
    do_answer(x, CMD_ACCEPT, ask_bridge(x, r, POOL_B), 0);
    b = the_bridge(x, 1);
    way_ms = timers_way_ms(x->e, the_referral(x, r), (struct pool_id){POOL_B});
    assert_true(way_ms > 0);
    x->now += MS_MINUTE;
    assert_int_equal(set_out(x, id, 0), REFUSAL_NONE);
    assert_true(b->set_out_at_ms == x->now && b->next_ms == 0);
    assert_true(b->due_ms == x->now + way_ms + 30 * MS_MINUTE);
    x->now += MS_MINUTE;
    assert_int_equal(set_out(x, id, 0), REFUSAL_NONE); /* said again: no later alarm */
    assert_int_equal(last_count(x), 0);
    tick_at(x, b->due_ms);
    assert_int_equal(b->state, BRIDGE_ALARM);
    /* Heard of, and still nobody knows when. */
    assert_int_equal(set_out(x, id, 0), REFUSAL_NONE);
    assert_true(b->state == BRIDGE_PLANNED && b->due_ms == x->now + way_ms + 30 * MS_MINUTE);
    assert_int_equal(set_out(x, id, x->now + MS_HOUR), REFUSAL_NONE); /* now it is known */
    assert_true(b->next_ms == x->now + MS_HOUR);
    do_answer(x, CMD_CONFIRM_ARRIVAL, b->request, 0);
    replays(x);
    exchange_free(x);
}

static void the_first_bridge_that_says_yes_is_the_one(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id one = ask_bridge(x, r, POOL_A1), two = ask_bridge(x, r, POOL_B);

    (void)state;
    do_answer(x, CMD_ACCEPT, two, 0);
    assert_true(the_request(x, one)->state == REQUEST_CANCELLED &&
                the_request(x, one)->cancel_why == CANCEL_OTHER_YES);
    assert_int_equal(do_answer(x, CMD_ACCEPT, one, 0).refusal, REFUSAL_OTHER_WAS_FIRST);
    ask_bridge(x, r, POOL_C);
    assert_int_equal(x->last.refusal, REFUSAL_BRIDGE_THERE);
    exchange_free(x);
}

/* The right place was first: a bridge that is only asked is not needed any more. */
static void a_place_makes_pending_bridges_needless(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id right = do_ask_one(x, r, POOL_C), bridge = ask_bridge(x, r, POOL_B);

    (void)state;
    do_answer(x, CMD_ACCEPT, right, 0);
    assert_int_equal(the_request(x, bridge)->state, REQUEST_CANCELLED);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_RESERVED);
    ask_bridge(x, r, POOL_A1);
    assert_int_equal(x->last.refusal, REFUSAL_WRONG_STATE);
    exchange_free(x);
}

static void only_places_of_the_first_nights_are_bridges(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct pool p = pool_of_kind(x, B_HUIS, "later", KIND_VERVOLG);
    struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};

    (void)state;
    exchange_do(x, &define);
    ask_bridge(x, r, POOL_COSM + 1);
    assert_int_equal(x->last.refusal, REFUSAL_DOES_NOT_FIT);
    exchange_free(x);
}

/* The list of kinds says which, so that what the search offers as a bridge can be asked as one. */
static void a_men_s_house_is_a_bridge_too(void **state)
{
    struct exchange *x = exchange_new();
    struct need man = a_need();
    struct pool p = pool_of_kind(x, B_HUIS, "mannen", KIND_MANNEN);
    struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct observation o;
    struct referral_id r;

    (void)state;
    man.persons[0].sex = SEX_M;
    r = do_open(x, VT_OOST, man);
    exchange_do(x, &define);
    o = an_observation(x, POOL_COSM + 1, POOL_UNITS, POOL_UNITS);
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).applied, 1);
    x->now += MS_MINUTE;
    assert_true(gate_may_bridge(x->e, (struct pool_id){POOL_COSM + 1}));
    ask_bridge(x, r, POOL_COSM + 1);
    assert_int_equal(x->last.refusal, REFUSAL_NONE);
    exchange_free(x);
}

/* A pool of a kind that bridges, but for a gatekeeper to give out, is no bridge: its yes would pass by the
 * gate request, which would then end with a unit held. */
static void a_gatekeeper_s_place_is_no_bridge(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need(.level = THREAT_ORANJE);
    struct pool p = pool_of_kind(x, B_HUIS, "bewaakt", KIND_CRISIS);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct actor desk = actor_of(ROLE_COMENSHA, COMENSHA);
    struct observation o;
    struct referral_id r;

    (void)state;
    p.gatekeeper = GATEKEEPER_COMENSHA;
    exchange_do(x, &cmd);
    o = an_observation(x, POOL_COSM + 1, POOL_UNITS, POOL_UNITS);
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).applied, 1);
    x->now += MS_MINUTE;
    tri_put(&n.threat_kinds, THREAT_KIND_NETWERK, TRI_YES);
    n.residence = RESIDENCE_BEDENKTIJD_AANGEBODEN;
    r = do_open(x, VT_OOST, n);
    cmd = (struct command){.kind = CMD_GATE_SEND, .actor = referrer_of(VT_OOST)};
    cmd.u.gate.referral = r;
    cmd.u.gate.kind = KIND_COSM;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    cmd = (struct command){.kind = CMD_GATE_TAKE, .actor = desk, .u.gate.gate = {1}};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);

    cmd = (struct command){.kind = CMD_ASK,
                           .actor = desk,
                           .u.ask = {.referral = r, .pools = {{POOL_COSM + 1}}, .n = 1, .bridge = true}};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_DOES_NOT_FIT);
    /* Whatever is said next, nothing is held: giving it back must be an answer and no impossible event. */
    do_answer(x, CMD_ACCEPT, (struct request_id){engine_requests(x->e)}, 0);
    cmd = (struct command){.kind = CMD_GATE_RETURN, .actor = desk, .u.gate = {.gate = {1}, .reason = 1}};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    cmd = (struct command){.kind = CMD_ASK,
                           .actor = referrer_of(VT_OOST),
                           .u.ask = {.referral = r, .pools = {{POOL_COSM + 1}}, .n = 1, .bridge = true}};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_DOES_NOT_FIT);
    exchange_free(x);
}

/* A house that says no to a bed for the meantime, or had them for the meantime, did not say no to the place.
 */
static void what_is_said_of_a_bridge_is_not_said_of_a_place(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id bridge = ask_bridge(x, r, POOL_B);
    struct match_query query;
    struct pool_match m;

    (void)state;
    do_ask(x, r, (const unsigned[]){POOL_B}, 1);
    assert_int_equal(x->last.refusal, REFUSAL_ASKED_ALREADY); /* one pool, once at a time */
    do_answer(x, CMD_DECLINE, bridge, 3);
    assert_int_equal(the_request(x, bridge)->state, REQUEST_DECLINED);
    query = match_query_of(x->e, the_referral(x, r), x->now);
    match_one(x->e, &query, (struct pool_id){POOL_B}, &m);
    assert_true(m.verdict != VERDICT_OUT);
    bridge = ask_bridge(x, r, POOL_C);
    do_answer(x, CMD_ACCEPT, bridge, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, bridge, 0);
    assert_int_equal(the_request(x, bridge)->state, REQUEST_ADMITTED);
    do_ask(x, r, (const unsigned[]){POOL_B, POOL_C}, 2);
    assert_int_equal(x->last.refusal, REFUSAL_NONE);
    exchange_free(x);
}

/* Nobody came to the bridge: the household has been looking since the beginning all the same. */
static void a_bridge_lost_does_not_set_the_search_back(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id bridge = ask_bridge(x, r, POOL_B);

    (void)state;
    do_answer(x, CMD_ACCEPT, bridge, 0);
    x->now += MS_HOUR;
    about_bridge(x, CMD_END_BRIDGE, engine_bridge_bed(x->e, bridge)->id, 0, BRIDGE_END_FAILED);
    assert_int_equal(the_request(x, bridge)->cancel_why, CANCEL_NO_SHOW);
    assert_true(timers_looks_since_ms(x->e, the_referral(x, r)) == the_referral(x, r)->opened_at_ms);
    exchange_free(x);
}

/* A house that does not answer for a bridge: it is noted and lapses, and nobody is asked on for it. */
static void a_silent_bridge_is_not_asked_on(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id bridge = ask_bridge(x, r, POOL_B);

    (void)state;
    tick_at(x, the_request(x, bridge)->answer_by_ms);
    assert_true(the_request(x, bridge)->silent_at_ms == x->now);
    assert_int_equal(the_referral(x, r)->n_requests, 1);
    tick_at(x, the_request(x, bridge)->lapse_at_ms);
    assert_int_equal(the_request(x, bridge)->state, REQUEST_EXPIRED);
    assert_int_equal(do_answer(x, CMD_ACCEPT, bridge, 0).refusal, REFUSAL_LAPSED);
    exchange_free(x);
}

static void withdrawing_lets_go_of_all(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id bridge = ask_bridge(x, r, POOL_B);

    (void)state;
    opened(x, r, a_hotel());
    do_answer(x, CMD_ACCEPT, bridge, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, bridge, 0);
    do_ask_one(x, r, POOL_C);
    assert_int_equal(do_referral(x, CMD_WITHDRAW, r, 0, 1).refusal, REFUSAL_NONE);
    assert_int_equal(the_request(x, bridge)->state, REQUEST_LEFT);
    assert_int_equal(the_pool(x, POOL_B).held + the_pool(x, POOL_C).held, 0);
    assert_int_equal(the_bridge(x, 1)->end, BRIDGE_END_WITHDRAWN);
    assert_int_equal(the_bridge(x, 2)->end, BRIDGE_END_WITHDRAWN);
    replays(x);
    exchange_free(x);
}

/* ---- nights, and the end ---- */

static void nights_are_told_and_told_anew(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    int32_t day = today(x);
    const struct nobed_case *c = NULL;

    (void)state;
    assert_int_equal(about_night(x, CMD_NOTE_NIGHT, r, day, OWN_HOME, 0).refusal, REFUSAL_UNKNOWN_REASON);
    assert_int_equal(about_night(x, CMD_NOTE_NIGHT, r, day, 0, 0).refusal, REFUSAL_UNKNOWN_REASON);
    assert_int_equal(about_night(x, CMD_NOTE_NIGHT, r, day, HOTEL_NIGHT, 99).refusal, REFUSAL_UNKNOWN_REASON);
    assert_int_equal(about_night(x, CMD_NOTE_NIGHT, r, day + 2, HOTEL_NIGHT, 0).refusal, REFUSAL_LIMIT);
    assert_int_equal(about_night(x, CMD_NOTE_NIGHT, r, -1, HOTEL_NIGHT, 0).refusal, REFUSAL_LIMIT);
    assert_int_equal(about_night(x, CMD_NOTE_NIGHT, r, day, HOTEL_NIGHT, 0).refusal, REFUSAL_NONE);
    assert_int_equal(about_night(x, CMD_NOTE_NIGHT, r, day, HOTEL_NIGHT, 0).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(about_night(x, CMD_NOTE_NIGHT, r, day - 1, 4, ALL_FULL).refusal, REFUSAL_NONE);
    assert_int_equal(about_night(x, CMD_NOTE_NIGHT, r, day, 4, ALL_FULL).refusal, REFUSAL_NONE);
    c = engine_nobed(x->e, r);
    assert_int_equal(c->n_nights, 2);
    assert_true(c->nights[0].day == day - 1 && c->nights[1].day == day && c->nights[1].slept == 4);
    for (int32_t i = 2; i < NIGHTS_MAX + 10; i++)
        about_night(x, CMD_NOTE_NIGHT, r, day - i, 4, 0);
    c = engine_nobed(x->e, r);
    assert_int_equal(c->n_nights, NIGHTS_MAX); /* older than all that are kept: not kept */
    assert_int_equal(c->nights[NIGHTS_MAX - 1].day, day);
    replays(x);
    exchange_free(x);
}

static void only_a_person_closes(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id bridge = ask_bridge(x, r, POOL_B);
    struct command machine = {.kind = CMD_CLOSE_REFERRAL, .actor = {.role = ROLE_SYSTEM}};

    (void)state;
    do_answer(x, CMD_ACCEPT, bridge, 0);
    do_ask_one(x, r, POOL_C);
    /* Long past its deadline it still looks. */
    for (int day = 0; day < 40; day++)
        tick_at(x, x->now + MS_DAY);
    assert_true(the_referral(x, r)->unplaced && referral_is_looking(the_referral(x, r)->state));
    machine.u.night.referral = r;
    machine.u.night.night = (struct night){.day = today(x), .slept = HOTEL_NIGHT, .reason = ALL_FULL};
    assert_int_equal(exchange_do(x, &machine).refusal, REFUSAL_NOT_ALLOWED);
    assert_int_equal(about_night(x, CMD_CLOSE_REFERRAL, r, today(x), HOTEL_NIGHT, 0).refusal,
                     REFUSAL_UNKNOWN_REASON);
    assert_int_equal(about_night(x, CMD_CLOSE_REFERRAL, r, today(x), OWN_HOME, ALL_FULL).refusal,
                     REFUSAL_UNKNOWN_REASON);
    assert_int_equal(about_night(x, CMD_CLOSE_REFERRAL, r, today(x), HOTEL_NIGHT, ALL_FULL).refusal,
                     REFUSAL_NONE);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_CLOSED);
    assert_true(the_referral(x, r)->closed_at_ms == x->now);
    assert_int_equal(the_bridge(x, 1)->end, BRIDGE_END_CLOSED);
    assert_int_equal(the_pool(x, POOL_B).held + the_pool(x, POOL_C).held, 0);
    assert_int_equal(engine_nobed(x->e, r)->nights[0].slept, HOTEL_NIGHT);
    /* The same again is no refusal; another word is. */
    assert_int_equal(about_night(x, CMD_CLOSE_REFERRAL, r, today(x), HOTEL_NIGHT, ALL_FULL).refusal,
                     REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(about_night(x, CMD_CLOSE_REFERRAL, r, today(x), 4, ALL_FULL).refusal,
                     REFUSAL_WRONG_STATE);
    assert_int_equal(about_night(x, CMD_NOTE_NIGHT, r, today(x), 4, 0).refusal, REFUSAL_WRONG_STATE);
    replays(x);
    exchange_free(x);
}

static void a_household_with_a_yes_is_not_closed(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());

    (void)state;
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_C), 0);
    assert_int_equal(about_night(x, CMD_CLOSE_REFERRAL, r, today(x), HOTEL_NIGHT, ALL_FULL).refusal,
                     REFUSAL_WRONG_STATE);
    exchange_free(x);
}

/* An engine that never met any of it has the digest it always had: codec_old_test.c holds old journals to
 * theirs. Here: facts erased, the rest stands. */
static void erased_owners_leave_the_rest(void **state)
{
    struct exchange *x = exchange_new();
    struct engine *e = engine_new(x->vocab, &x->settings);
    char why[200] = "";

    (void)state;
    opened(x, do_open(x, VT_OOST, a_need()), a_hotel());
    for (size_t i = 0; i < x->log.n; i++) {
        struct event *ev = &x->log.list[i], back;
        struct buf clear = {0}, private_part = {0};

        event_encode(ev, &clear, &private_part);
        assert_int_equal(private_part.len > 0,
                         ev->kind == EV_REFERRAL_OPENED || ev->kind == EV_BRIDGE_OPENED);
        assert_int_equal(event_decode(ev->kind, buf_view(&clear), (struct bytes){0}, &back), OK);
        back.seq = ev->seq;
        back.at_ms = ev->at_ms;
        if (engine_replay(e, &back, why, sizeof why) != OK)
            fail_msg("%s", why);
        buf_fini(&clear);
        buf_fini(&private_part);
    }
    assert_true(engine_digest(e, false) == engine_digest(x->e, false));
    assert_false(engine_digest(e, true) == engine_digest(x->e, true));
    assert_true(engine_check(e, why, sizeof why));
    assert_string_equal(engine_bridge(e, (struct bridge_id){1})->owner.callback, "");
    engine_free(e);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missed_check_in_rings_until_somebody_answers),
        cmocka_unit_test(seen_is_not_safe),
        cmocka_unit_test(named_times_come_first),
        cmocka_unit_test(what_cannot_be_a_bridge),
        cmocka_unit_test(a_planned_hotel_that_nobody_reaches_rings_too),
        cmocka_unit_test(an_order_from_applied_for_to_its_end),
        cmocka_unit_test(a_refused_order),
        cmocka_unit_test(terms_are_those_of_the_list),
        cmocka_unit_test(a_bridge_bed_does_not_end_the_search),
        cmocka_unit_test(a_bed_that_a_later_report_knows_of_is_not_freed_twice),
        cmocka_unit_test(who_does_not_come_to_the_bridge),
        cmocka_unit_test(on_the_way_to_a_bridge_bed),
        cmocka_unit_test(on_the_way_without_a_time),
        cmocka_unit_test(the_first_bridge_that_says_yes_is_the_one),
        cmocka_unit_test(a_place_makes_pending_bridges_needless),
        cmocka_unit_test(only_places_of_the_first_nights_are_bridges),
        cmocka_unit_test(a_men_s_house_is_a_bridge_too),
        cmocka_unit_test(a_gatekeeper_s_place_is_no_bridge),
        cmocka_unit_test(what_is_said_of_a_bridge_is_not_said_of_a_place),
        cmocka_unit_test(a_bridge_lost_does_not_set_the_search_back),
        cmocka_unit_test(a_silent_bridge_is_not_asked_on),
        cmocka_unit_test(withdrawing_lets_go_of_all),
        cmocka_unit_test(nights_are_told_and_told_anew),
        cmocka_unit_test(only_a_person_closes),
        cmocka_unit_test(a_household_with_a_yes_is_not_closed),
        cmocka_unit_test(a_house_that_said_no_to_a_bridge),
        cmocka_unit_test(erased_owners_leave_the_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
