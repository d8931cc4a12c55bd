/* When a household came to its bridge bed is told otherwise: its longest stay counts from then, and so does
 * who is told before it ends. */
#include "support/nobed_steps.h"
#include "support/safety_steps.h"
#include "support/stay_steps.h"

#include "base/time_text.h"

#include <string.h>

struct bed {
    struct exchange *x;
    struct referral_id r;
    const struct bridge *b;
    int64_t told_ms; /* the arrival; the yes was ten hours before it */
};

/* In a bed where nobody may stay longer than 72 hours. */
static struct bed a_bed(void)
{
    struct exchange *x = exchange_new();
    unsigned nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    struct bed bed = {.x = x, .r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN))};
    struct request_id q = promised_bed(x, bed.r, nood);

    x->now += 10 * MS_HOUR;
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    bed.b = engine_bridge_bed(x->e, q);
    bed.told_ms = x->now;
    return bed;
}

static enum refusal came(struct bed *bed, int64_t at_ms)
{
    struct command cmd = {.kind = CMD_DATE_NIGHTS, .actor = shelter_of(HUIS_B)};

    cmd.u.dates = (struct dates_command){.bridge = bed->b->id, .from_ms = at_ms};
    return exchange_do(bed->x, &cmd).refusal;
}

static void done(struct bed *bed)
{
    replays(bed->x);
    exchange_free(bed->x);
}

static void its_end_moves_with_its_beginning(void **state)
{
    struct bed bed = a_bed();
    int64_t came_ms = bed.told_ms - 6 * MS_HOUR;
    int64_t end_ms = came_ms + MAX_HOURS * MS_HOUR;

    (void)state;
    assert_int_equal(came(&bed, came_ms), REFUSAL_NONE);
    assert_true(bed.b->until_ms == end_ms && bed.b->next_ms == end_ms && bed.b->due_ms == end_ms - MS_DAY);
    assert_true(clock_of(bed.x, bed.r, 0)->runs_out_ms == end_ms); /* the referrer's clock says the same */
    tick_at(bed.x, end_ms - MS_DAY - 1);
    assert_int_equal(bed.b->alarms, 0);
    tick_at(bed.x, end_ms - MS_DAY);
    assert_int_equal(bed.b->alarms, 1);
    done(&bed);
}

static void an_end_that_is_past_rings_at_once(void **state)
{
    struct bed bed = a_bed();

    (void)state;
    bed.x->now = bed.told_ms + 47 * MS_HOUR; /* an hour before the warning */
    assert_int_equal(came(&bed, bed.told_ms - 2 * MS_HOUR), REFUSAL_NONE);
    assert_true(bed.b->due_ms == bed.b->until_ms); /* less than a day: at its end */
    tick_at(bed.x, bed.b->until_ms);
    assert_int_equal(bed.b->alarms, 1);
    done(&bed);

    bed = a_bed();
    tick_at(bed.x, bed.told_ms + 48 * MS_HOUR);
    assert_int_equal(about_bridge(bed.x, CMD_CHECK_IN, bed.b->id, 0, BRIDGE_CHECK_SEEN).refusal,
                     REFUSAL_NONE);
    bed.x->now = bed.told_ms + 71 * MS_HOUR; /* seen, and quiet until the end */
    assert_int_equal(came(&bed, bed.told_ms - 5 * MS_HOUR), REFUSAL_NONE);
    assert_true(bed.b->due_ms == bed.x->now + 1); /* which was four hours ago */
    tick_at(bed.x, bed.x->now + 1);
    assert_int_equal(bed.b->alarms, 2);
    done(&bed);
}

static void an_alarm_for_an_end_that_is_far_again_is_over(void **state)
{
    struct bed bed = a_bed();
    int64_t came_ms = bed.told_ms + 40 * MS_HOUR; /* somebody had tapped too early */

    (void)state;
    tick_at(bed.x, bed.told_ms + 48 * MS_HOUR);
    assert_int_equal(bed.b->state, BRIDGE_ALARM);
    assert_int_equal(came(&bed, came_ms), REFUSAL_NONE);
    assert_int_equal(bed.b->state, BRIDGE_ACTIVE);
    assert_int_equal(bed.b->alarms, 0);
    assert_true(bed.b->until_ms == came_ms + MAX_HOURS * MS_HOUR);
    assert_true(bed.b->due_ms == bed.b->until_ms - MS_DAY);
    tick_at(bed.x, bed.b->due_ms - 1);
    assert_int_equal(bed.b->alarms, 0);
    done(&bed);
}

/* Within the last day nobody makes it quiet by a correction. */
static void an_alarm_that_nobody_saw_rings_on(void **state)
{
    struct bed bed = a_bed();
    int64_t due_ms = 0;

    (void)state;
    tick_at(bed.x, bed.told_ms + 50 * MS_HOUR);
    due_ms = bed.b->due_ms;
    assert_int_equal(came(&bed, bed.told_ms + MS_HOUR), REFUSAL_NONE);
    assert_int_equal(bed.b->state, BRIDGE_ALARM);
    assert_true(bed.b->due_ms == due_ms);
    assert_true(bed.b->until_ms == bed.told_ms + MS_HOUR + MAX_HOURS * MS_HOUR);
    done(&bed);
}

/* A house whose address is known to who must not know it rings for that, whatever its term; lifted, it rings
 * by the term as it was told last. */
static void a_leak_rings_on(void **state)
{
    struct bed bed = a_bed();
    int64_t came_ms = bed.told_ms - 6 * MS_HOUR;
    uint32_t leak = freeze(bed.x, HUIS_B, B_HUIS);

    (void)state;
    do_tick(bed.x);
    assert_int_equal(bed.b->state, BRIDGE_ALARM);
    assert_int_equal(came(&bed, came_ms), REFUSAL_NONE);
    assert_int_equal(bed.b->state, BRIDGE_ALARM);
    assert_true(bed.b->due_ms < bed.x->now + MS_HOUR);
    lift(bed.x, HUIS_B, leak);
    assert_int_equal(bed.b->state, BRIDGE_ACTIVE);
    assert_true(bed.b->until_ms == came_ms + MAX_HOURS * MS_HOUR);
    assert_true(bed.b->due_ms == bed.b->until_ms - MS_DAY);
    done(&bed);
}

static void a_bed_without_a_longest_stay_has_none_after(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct bed bed = {.x = x, .r = r, .b = in_a_bed(x, r, POOL_B)};

    (void)state;
    x->now += 3 * MS_HOUR;
    assert_int_equal(came(&bed, x->now - MS_HOUR), REFUSAL_NONE);
    assert_true(bed.b->until_ms == 0 && bed.b->due_ms == 0);
    assert_int_equal(last_event(x, 0)->kind, EV_NIGHTS_DATED);
    done(&bed);
}

static void impossible_terms(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    const struct bridge *b = in_a_bed(x, r, POOL_B); /* without a term */
    unsigned nood = an_emergency_pool(x, C_HUIS, HUIS_C, "c-nood");
    struct referral_id other = do_open(x, VT_WEST, a_need());
    const struct bridge *waits = engine_bridge_bed(x->e, promised_bed(x, other, nood));
    char why[200] = "";

    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct bridge *of = i == 0 ? b : waits;
        struct event ev;

        memset(&ev, 0, sizeof ev);
        ev.kind = EV_BRIDGE_STARTED;
        ev.seq = engine_seq(x->e) + 1;
        ev.at_ms = x->now;
        ev.u.bridge.bridge = of->id;
        ev.u.bridge.referral = of->referral;
        ev.u.bridge.request = of->request;
        ev.u.bridge.until_ms = ev.u.bridge.next_ms = ev.u.bridge.due_ms = x->now + MS_DAY;
        assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), ERR_BAD_INPUT);
    }
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_end_moves_with_its_beginning),
        cmocka_unit_test(an_end_that_is_past_rings_at_once),
        cmocka_unit_test(an_alarm_for_an_end_that_is_far_again_is_over),
        cmocka_unit_test(an_alarm_that_nobody_saw_rings_on),
        cmocka_unit_test(a_leak_rings_on),
        cmocka_unit_test(a_bed_without_a_longest_stay_has_none_after),
        cmocka_unit_test(impossible_terms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
