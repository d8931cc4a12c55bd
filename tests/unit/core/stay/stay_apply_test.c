/* Impossible events of stays and clocks, one condition each: replay refuses them and changes nothing; the
 * same event without that fault is applied. */
#include "support/exchange.h"

#include "base/time_text.h"
#include "core/fields.h"

#include <string.h>

/* Referral 1 lives at B with clock 1, a barring order that is offered to VT_WEST; 2 has just arrived at C and
 * its stay has not begun; 3 was declined by A1; 4 looks. */
static struct exchange *world_of_all(void)
{
    struct exchange *x = exchange_new();
    struct request_id q;
    struct command cmd = {.kind = CMD_START_CLOCK, .actor = referrer_of(VT_OOST)};

    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B), 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    cmd.u.clock = (struct clock_command){.referral = {1}, .kind = 4};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    cmd = (struct command){.kind = CMD_OFFER_CLOCK, .actor = referrer_of(VT_OOST)};
    cmd.u.clock = (struct clock_command){.clock = {1}, .org = {VT_WEST}};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_C), 0);
    {
        struct event ev = {.kind = EV_REFERRAL_ADMITTED, .at_ms = x->now, .seq = engine_seq(x->e) + 1};

        ev.u.referral.referral.v = 2;
        ev.u.referral.request = q;
        engine_apply(x->e, &ev);
    }
    return x;
}

static struct event possible(const struct exchange *x, enum event_kind kind)
{
    struct event ev;

    memset(&ev, 0, sizeof ev);
    ev.kind = kind;
    ev.seq = engine_seq(x->e) + 1;
    ev.at_ms = x->now;
    if (kind == EV_REFERRAL_LINKED) {
        ev.u.link = (struct link_event){.referral = {2}, .earlier = {1}, .why = LINK_RETURN};
    } else if (kind >= EV_CLOCK_STARTED && kind <= EV_CLOCK_RAN_OUT) {
        const struct stay_clock *c = engine_clock(x->e, (struct clock_id){1});

        ev.u.clock.clock.v = kind == EV_CLOCK_STARTED ? 2 : 1;
        ev.u.clock.referral.v = 1;
        ev.u.clock.owner.v = VT_OOST;
        ev.u.clock.org.v = kind == EV_CLOCK_STARTED ? VT_OOST : kind == EV_CLOCK_TAKEN ? VT_WEST : 0;
        ev.u.clock.kind = 1;
        ev.u.clock.started_at_ms = x->now;
        ev.u.clock.warn_at_ms = c->runs_out_ms;
        ev.u.clock.runs_out_ms = c->runs_out_ms + 1;
        if (kind == EV_CLOCK_WARNED)
            ev.at_ms = c->warn_at_ms;
    } else {
        ev.u.stay.stay.v = kind == EV_STAY_STARTED ? 2 : 1;
        ev.u.stay.referral.v = kind == EV_STAY_STARTED ? 2 : 1;
        ev.u.stay.request.v = 2;
        ev.u.stay.n_spans = 1;
        ev.u.stay.spans[0].from_day = time_day_nl(x->now);
        ev.u.stay.ready = true;
        ev.u.stay.block = 1;
    }
    return ev;
}

static void apply_now(struct exchange *x, struct event ev)
{
    char why[200] = "";

    ev.seq = engine_seq(x->e) + 1;
    if (engine_replay(x->e, &ev, why, sizeof why) != OK)
        fail_msg("%s", why);
    if (ev.kind != EV_STAY_ENDED && !engine_check(x->e, why, sizeof why))
        fail_msg("%s: %s", event_name(ev.kind), why);
}

#define SPOIL(KIND, CHANGE)                                                                                  \
    do {                                                                                                     \
        struct event ev = possible(x, KIND);                                                                 \
        uint64_t before = engine_digest(x->e, true);                                                         \
        char why[200] = "";                                                                                  \
        CHANGE;                                                                                              \
        if (engine_replay(x->e, &ev, why, sizeof why) != ERR_BAD_INPUT)                                      \
            fail_msg("%s: %s was applied", event_name(ev.kind), #CHANGE);                                    \
        assert_int_equal(engine_digest(x->e, true), before);                                                 \
    } while (0)

static void possible_events_are_applied(void **state)
{
    static const enum event_kind kinds[] = {EV_STAY_STARTED,      EV_STAY_READY,      EV_STAY_FUNDED,
                                            EV_RETURN_CODE_GIVEN, EV_CLOCK_STARTED,   EV_CLOCK_OFFERED,
                                            EV_CLOCK_TAKEN,       EV_CLOCK_PROLONGED, EV_CLOCK_STOPPED,
                                            EV_CLOCK_WARNED,      EV_REFERRAL_LINKED};

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct exchange *x = world_of_all();

        apply_now(x, possible(x, kinds[i]));
        exchange_free(x);
    }
}

static void stays(void **state)
{
    struct exchange *x = world_of_all();

    (void)state;
    SPOIL(EV_STAY_STARTED, ev.u.stay.stay.v = 3);
    SPOIL(EV_STAY_STARTED, ev.u.stay.referral.v = 99);
    SPOIL(EV_STAY_STARTED, ev.u.stay.referral.v = 1; ev.u.stay.request.v = 1); /* has one */
    SPOIL(EV_STAY_STARTED, ev.u.stay.request.v = 1);
    SPOIL(EV_STAY_STARTED, ev.u.stay.n_spans = 0);
    SPOIL(EV_STAY_STARTED, ev.u.stay.spans[0].from_day++); /* the first night is nobody's */
    SPOIL(EV_STAY_STARTED, ev.u.stay.n_spans = 2; ev.u.stay.spans[1] = ev.u.stay.spans[0]);
    SPOIL(EV_STAY_READY, ev.u.stay.stay.v = 2);
    SPOIL(EV_STAY_READY, ev.u.stay.referral.v = 2);
    SPOIL(EV_STAY_READY, ev.u.stay.ready = false);
    SPOIL(EV_STAY_FUNDED, ev.u.stay.n_spans = 2);
    SPOIL(EV_STAY_FUNDED, ev.u.stay.spans[0].from_day--);
    SPOIL(EV_STAY_FUNDED, ev.u.stay.stay.v = 9);
    SPOIL(EV_RETURN_CODE_GIVEN, ev.u.stay.referral.v = 2);
    SPOIL(EV_STAY_ENDED, ev.u.stay.stay.v = 9);
    SPOIL(EV_REFERRAL_LINKED, ev.u.link.earlier.v = 2);
    SPOIL(EV_REFERRAL_LINKED, ev.u.link.earlier.v = 0);
    SPOIL(EV_REFERRAL_LINKED, ev.u.link.why = LINK_NONE);
    SPOIL(EV_REFERRAL_LINKED, ev.u.link.referral.v = 1; ev.u.link.earlier.v = 1);
    SPOIL(EV_FUNDING_FLAGGED, ev.u.flag.referral.v = 1; ev.u.flag.request.v = 1);
    apply_now(x, possible(x, EV_CLOCK_STOPPED));
    apply_now(x, possible(x, EV_STAY_ENDED));
    SPOIL(EV_STAY_ENDED, (void)0);
    SPOIL(EV_STAY_READY, (void)0);
    apply_now(x, possible(x, EV_STAY_FUNDED)); /* money is settled later too */
    exchange_free(x);
}

static void clocks(void **state)
{
    struct exchange *x = world_of_all();

    (void)state;
    SPOIL(EV_CLOCK_STARTED, ev.u.clock.clock.v = 3);
    SPOIL(EV_CLOCK_STARTED, ev.u.clock.referral.v = 99);
    SPOIL(EV_CLOCK_STARTED, ev.u.clock.stay.v = 9);
    SPOIL(EV_CLOCK_STARTED, ev.u.clock.org.v = 0; ev.u.clock.owner.v = 0);
    SPOIL(EV_CLOCK_STARTED, ev.u.clock.owner.v = VT_WEST);
    SPOIL(EV_CLOCK_STARTED, ev.u.clock.desk.v = 99);
    SPOIL(EV_CLOCK_STARTED, ev.u.clock.kind = 0);
    SPOIL(EV_CLOCK_STARTED, ev.u.clock.warn_at_ms = ev.u.clock.runs_out_ms + 1);
    SPOIL(EV_CLOCK_STARTED, ev.u.clock.warn_at_ms = ev.u.clock.started_at_ms - 1);
    SPOIL(EV_CLOCK_STARTED, ev.u.clock.runs_out_ms = FIELD_TIME_MAX + 1);
    SPOIL(EV_CLOCK_OFFERED, ev.u.clock.org.v = 99);
    SPOIL(EV_CLOCK_OFFERED, ev.u.clock.owner.v = VT_WEST);
    SPOIL(EV_CLOCK_TAKEN, ev.u.clock.org.v = HUIS_A);
    SPOIL(EV_CLOCK_TAKEN, ev.u.clock.org.v = 0);
    SPOIL(EV_CLOCK_PROLONGED, ev.u.clock.runs_out_ms--);
    SPOIL(EV_CLOCK_WARNED, ev.at_ms--);
    SPOIL(EV_CLOCK_WARNED, ev.u.clock.follow_up.v = 2); /* not this household's */
    SPOIL(EV_CLOCK_RAN_OUT, ev.at_ms = FIELD_TIME_MAX); /* without a warning */
    SPOIL(EV_CLOCK_STOPPED, ev.u.clock.referral.v = 2);
    apply_now(x, possible(x, EV_CLOCK_WARNED));
    SPOIL(EV_CLOCK_WARNED, (void)0);
    SPOIL(EV_CLOCK_RAN_OUT, ev.at_ms = engine_clock(x->e, ev.u.clock.clock)->runs_out_ms - 1);
    apply_now(x, possible(x, EV_CLOCK_STOPPED));
    SPOIL(EV_CLOCK_STOPPED, (void)0);
    SPOIL(EV_CLOCK_TAKEN, (void)0);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(possible_events_are_applied),
        cmocka_unit_test(stays),
        cmocka_unit_test(clocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
