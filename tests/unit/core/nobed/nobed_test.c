/* The way of a household without a place: bridges that ring when nobody is heard of, a bridge bed beside the
 * search, nights, and the end that only a person makes. */
#include "support/exchange.h"
#include "support/nobed_steps.h"

#include "base/time_text.h"
#include "core/match.h"
#include "core/nobed/nobed.h"

#include <stdio.h>

#define OWN_HOME 1 /* eigen_woning: nowhere to sleep for a night */
#define ALL_FULL 1 /* unplaced_reasons.csv: alles_vol */

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
        cmocka_unit_test(nights_are_told_and_told_anew),
        cmocka_unit_test(only_a_person_closes),
        cmocka_unit_test(a_household_with_a_yes_is_not_closed),
        cmocka_unit_test(erased_owners_leave_the_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
