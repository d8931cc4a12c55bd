/* Who hears of which event. What is not listed must not be told. */
#include "support/grants.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"

static void pushed_only_to_who_it_concerns(void **state)
{
    static const struct {
        enum event_kind kind;
        struct grant grants[GRANTS_MAX];
    } cases[] = {
        {EV_ORG_DEFINED, {{ROLE_NONE, 0, 0}}},
        {EV_LOCATION_DEFINED, {{ROLE_NONE, 0, 0}}},
        {EV_POOL_DEFINED,
         {{ROLE_REFERRER, ANY, ANY},
          {ROLE_COMENSHA, ANY, ANY},
          {ROLE_EXCHANGE_ADMIN, ANY, ANY},
          {ROLE_SHELTER, HUIS_B, B_HUIS},
          {ROLE_ORG_ADMIN, HUIS_B, B_HUIS},
          {ROLE_MACHINE, HUIS_B, ANY}}},
        {EV_CAPACITY_OBSERVED,
         {{ROLE_REFERRER, ANY, ANY},
          {ROLE_COMENSHA, ANY, ANY},
          {ROLE_EXCHANGE_ADMIN, ANY, ANY},
          {ROLE_SHELTER, HUIS_B, B_HUIS},
          {ROLE_ORG_ADMIN, HUIS_B, B_HUIS},
          {ROLE_MACHINE, HUIS_B, ANY}}},
        {EV_REFERRAL_OPENED, {THE_REFERRER}},
        {EV_REQUEST_MADE, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REQUEST_SEEN, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REQUEST_ACCEPTED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REQUEST_DECLINED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REQUEST_EXPIRED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REQUEST_CANCELLED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REQUEST_LATE_YES, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REFERRAL_TRAVELLING, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REFERRAL_ADMITTED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REFERRAL_NO_SHOW, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REFERRAL_WITHDRAWN, {THE_REFERRER}},
        {EV_REFERRAL_UNPLACED, {THE_REFERRER}},
        {EV_COMMAND_DONE, {{ROLE_NONE, 0, 0}}},
        {EV_REQUEST_SILENT, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_PLACE_FOUND, {THE_REFERRER}},
        {EV_CAPACITY_CONFIRMED,
         {{ROLE_REFERRER, ANY, ANY},
          {ROLE_COMENSHA, ANY, ANY},
          {ROLE_EXCHANGE_ADMIN, ANY, ANY},
          {ROLE_SHELTER, HUIS_B, B_HUIS},
          {ROLE_ORG_ADMIN, HUIS_B, B_HUIS},
          {ROLE_MACHINE, HUIS_B, ANY}}},
        {EV_REQUEST_RUNG, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REQUEST_EXTENDED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_REFERRAL_WIDENED, {THE_REFERRER}},
        {EV_HOLD_SET, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_ALARM_RAISED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}}, /* of a place; else below */
        {EV_HOUSEHOLD_REFUSED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_ALARM_REPEATED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_ALARM_ACKNOWLEDGED, {THE_REFERRER}},
        {EV_REFERRAL_HANDED_OVER, {THE_REFERRER}},
        {EV_REFERRAL_TAKEN_OVER, {THE_REFERRER}},
        {EV_BRIDGE_OPENED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}}, /* of a bed; else below */
        {EV_BRIDGE_STARTED, {THE_REFERRER}},
        {EV_BRIDGE_CHECKED, {THE_REFERRER}},
        {EV_BRIDGE_ALARMED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_BRIDGE_ARRIVED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_BRIDGE_ENDED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_NIGHT_NOTED, {THE_REFERRER}},
        {EV_REFERRAL_CLOSED, {THE_REFERRER}},
        {EV_STAY_STARTED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_STAY_READY, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_STAY_FUNDED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_RETURN_CODE_GIVEN, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_STAY_ENDED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_STAY_RESUMED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_NIGHTS_DATED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_REFERRAL_LINKED, {THE_REFERRER}},
        {EV_FUNDING_FLAGGED, {{ROLE_MUNICIPALITY, GEMEENTE, ANY}}},
        {EV_CLOCK_STARTED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_CLOCK_OFFERED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}, {ROLE_REFERRER, VT_WEST, ANY}}},
        {EV_CLOCK_TAKEN, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}, {ROLE_REFERRER, VT_WEST, ANY}}},
        {EV_CLOCK_PROLONGED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_CLOCK_STOPPED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_CLOCK_WARNED, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_CLOCK_RAN_OUT, {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        {EV_KEY_MADE,
         {{ROLE_SHELTER, HUIS_B, ANY}, {ROLE_REFERRER, HUIS_B, ANY}, {ROLE_ORG_ADMIN, HUIS_B, ANY}}},
        {EV_KEY_CONFIRMED,
         {{ROLE_SHELTER, HUIS_B, ANY}, {ROLE_REFERRER, HUIS_B, ANY}, {ROLE_ORG_ADMIN, HUIS_B, ANY}}},
        {EV_KEY_LOST,
         {{ROLE_SHELTER, HUIS_B, ANY}, {ROLE_REFERRER, HUIS_B, ANY}, {ROLE_ORG_ADMIN, HUIS_B, ANY}}},
        {EV_KEY_LOSS_ASKED,
         {{ROLE_SHELTER, HUIS_B, ANY}, {ROLE_REFERRER, HUIS_B, ANY}, {ROLE_ORG_ADMIN, HUIS_B, ANY}}},
        {EV_KEY_LOSS_DROPPED,
         {{ROLE_SHELTER, HUIS_B, ANY}, {ROLE_REFERRER, HUIS_B, ANY}, {ROLE_ORG_ADMIN, HUIS_B, ANY}}},
        {EV_HANDOVER_ITEM, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_NOTE_WRITTEN, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_NOTE_PICKED_UP, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_NOTE_UNREADABLE, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {EV_NOTE_DESTROYED, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
    };
    static const struct grant own[GRANTS_MAX] = {THE_REFERRER};
    static const struct cmd_make_key key = {.public_key = {1}, .wrapped_bytes = ORG_KEY_WRAPPED_MIN};
    const struct command make = {.kind = CMD_MAKE_KEY, .actor = shelter_of(HUIS_B), .u.make_key = &key};
    struct event lead = {.kind = EV_ALARM_RAISED}, hotel = {.kind = EV_BRIDGE_OPENED};
    struct scene_of_all s = scene_new();

    (void)state;
    lead.u.escalation.referral = s.pending;
    hold_against(s.x, "an alarm without a yes", own, judge_event, &lead);
    hotel.u.bridge_opened.referral = s.pending;
    hold_against(s.x, "a bridge without a house", own, judge_event, &hotel);
    /* Later kinds: in the tests of their own part. */
    /* Those of care have tests of their own, those of gate requests: events_of_a_gate_request. */
    assert_int_equal(COUNT_OF(cases),
                     EV_CLOCK_RAN_OUT + 1 - (EV_RESIDENCE_FOUND - EV_GATE_SENT + 1) + EV_NOTE_DESTROYED -
                         EV_KEY_MADE + 1 + EV_KEY_LOSS_DROPPED - EV_KEY_LOSS_ASKED + 1 +
                         4 /* EV_ALARM_REPEATED, EV_HOUSEHOLD_REFUSED, EV_STAY_RESUMED, EV_NIGHTS_DATED */);
    assert_int_equal(exchange_do(s.x, &make).refusal, REFUSAL_NONE);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct event ev = {.kind = cases[i].kind};

        if (ev.kind == EV_POOL_DEFINED)
            ev.u.pool = engine_pool_definition(s.x->e, (struct pool_id){POOL_B});
        else if (ev.kind == EV_CAPACITY_OBSERVED)
            ev.u.capacity.o.pool.v = POOL_B;
        else if (ev.kind == EV_CAPACITY_CONFIRMED) {
            ev.u.confirmed.n = 1;
            ev.u.confirmed.pools[0].v = POOL_B;
        } else if (ev.kind == EV_REFERRAL_OPENED)
            ev.u.opened.id = s.pending;
        else if (ev.kind == EV_REQUEST_MADE)
            ev.u.made = *the_request(s.x, s.pending_b);
        else if ((ev.kind >= EV_REQUEST_SEEN && ev.kind <= EV_REQUEST_LATE_YES) ||
                 ev.kind == EV_REQUEST_SILENT)
            ev.u.request.request = s.pending_b;
        else if ((ev.kind >= EV_REQUEST_RUNG && ev.kind <= EV_REFERRAL_TAKEN_OVER) ||
                 ev.kind == EV_ALARM_REPEATED) {
            ev.u.escalation.referral = s.pending;
            ev.u.escalation.request = s.pending_b;
        } else if (ev.kind == EV_BRIDGE_OPENED) {
            ev.u.bridge_opened.referral = s.pending;
            ev.u.bridge_opened.request = s.pending_b;
        } else if (ev.kind > EV_BRIDGE_OPENED && ev.kind <= EV_BRIDGE_ENDED) {
            ev.u.bridge.referral = s.pending;
            ev.u.bridge.request = s.pending_b;
        } else if (ev.kind == EV_NIGHT_NOTED || ev.kind == EV_REFERRAL_CLOSED)
            ev.u.night.referral = s.pending;
        else if (ev.kind == EV_PLACE_FOUND)
            ev.u.found.referral = s.pending;
        else if (ev.kind == EV_FUNDING_FLAGGED)
            ev.u.flag.region = engine_org(s.x->e, (struct org_id){GEMEENTE})->region;
        else if (ev.kind == EV_REFERRAL_LINKED)
            ev.u.link.referral = s.stayed;
        else if (ev.kind >= EV_CLOCK_STARTED && ev.kind <= EV_CLOCK_RAN_OUT) {
            ev.u.clock.clock = s.clock;
            ev.u.clock.owner.v = VT_OOST;
            if (ev.kind == EV_CLOCK_OFFERED || ev.kind == EV_CLOCK_TAKEN)
                ev.u.clock.org.v = VT_WEST;
        } else if ((ev.kind >= EV_STAY_STARTED && ev.kind <= EV_STAY_ENDED) || ev.kind == EV_STAY_RESUMED)
            ev.u.stay.stay = s.stay;
        else if (ev.kind == EV_NIGHTS_DATED)
            ev.u.dated.stay = s.stay;
        else if (ev.kind == EV_KEY_MADE)
            ev.u.key_made.id.v = 1;
        else if (ev.kind == EV_KEY_CONFIRMED || ev.kind == EV_KEY_LOST || ev.kind == EV_KEY_LOSS_ASKED ||
                 ev.kind == EV_KEY_LOSS_DROPPED)
            ev.u.key.id.v = 1;
        else if (ev.kind == EV_HANDOVER_ITEM)
            ev.u.item.request = s.pending_b;
        else if (ev.kind == EV_NOTE_WRITTEN)
            ev.u.note_written.request = s.pending_b;
        else if (ev.kind >= EV_NOTE_PICKED_UP && ev.kind <= EV_NOTE_DESTROYED)
            ev.u.note.request = s.pending_b;
        else if ((ev.kind >= EV_REFERRAL_TRAVELLING && ev.kind <= EV_REFERRAL_UNPLACED) ||
                 ev.kind == EV_HOUSEHOLD_REFUSED) {
            ev.u.referral.referral = s.pending;
            ev.u.referral.request = s.pending_b;
        }
        hold_against(s.x, event_name(ev.kind), cases[i].grants, judge_event, &ev);
    }
    exchange_free(s.x);
}

/* Of a gate request hear its referrer and the gatekeeper, and nobody else. */
static void events_of_a_gate_request(void **state)
{
    static const struct grant grants[GRANTS_MAX] = {THE_REFERRER, {ROLE_COMENSHA, COMENSHA, ANY}};
    struct scene_of_all s = scene_new();
    struct gate_id gate = send_one(s.x);

    (void)state;
    for (unsigned kind = EV_GATE_SENT; kind <= EV_RESIDENCE_FOUND; kind++) {
        struct event ev = {.kind = (enum event_kind)kind, .seq = engine_seq(s.x->e) + 1};

        if (ev.kind == EV_RESIDENCE_FOUND)
            ev.u.residence.referral = engine_gate(s.x->e, gate)->referral;
        else
            ev.u.gate.gate = gate;
        hold_against(s.x, event_name(ev.kind), grants, judge_event, &ev);
    }
    for (int again = 0; again < 2; again++) { /* that it does not decide: it hears it too */
        struct event ev = {.kind = again ? EV_ALARM_REPEATED : EV_ALARM_RAISED,
                           .seq = engine_seq(s.x->e) + 1};

        ev.u.escalation.referral = engine_gate(s.x->e, gate)->referral;
        ev.u.escalation.alarm = ALARM_GATE;
        hold_against(s.x, "a gatekeeper that is late", grants, judge_event, &ev);
    }
    exchange_free(s.x);
}

/* What ends a gatekeeper's work is the last it hears of it, also where it is a place that it did not give. */
static void a_gatekeeper_hears_that_its_case_ended(void **state)
{
    struct exchange *x = exchange_new();
    struct actor desk = actor_of(ROLE_COMENSHA, COMENSHA), town = actor_of(ROLE_GATEKEEPER, GEMEENTE);
    struct command close = {.kind = CMD_CLOSE_REFERRAL, .actor = referrer_of(VT_OOST)};
    struct referral_id r = engine_gate(x->e, send_one(x))->referral;
    struct request_id q = do_ask_one(x, r, POOL_B);
    struct event admitted;

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    for (size_t i = 0; last_event(x, i)->kind != EV_REFERRAL_ADMITTED; i++)
        assert_true(i + 1 < last_count(x));
    for (size_t i = 0; i < last_count(x); i++) {
        if (last_event(x, i)->kind == EV_REFERRAL_ADMITTED)
            admitted = *last_event(x, i);
    }
    assert_true(audience_of_event(x->e, &desk, &admitted));
    assert_false(audience_of_event(x->e, &town, &admitted));

    close.u.night.referral = engine_gate(x->e, send_one(x))->referral;
    close.u.night.night = (struct night){.day = (int32_t)(x->now / MS_DAY), .slept = 12, .reason = 1};
    assert_int_equal(exchange_do(x, &close).refusal, REFUSAL_NONE);
    assert_int_equal(last_event(x, 0)->kind, EV_REFERRAL_CLOSED);
    assert_true(audience_of_event(x->e, &desk, last_event(x, 0)));
    assert_false(audience_of_event(x->e, &town, last_event(x, 0)));
    exchange_free(x);
}

/* The household has left: its house hears what that brought about, and afterwards of the stay alone. */
static void a_house_they_left_hears_only_of_its_stay(void **state)
{
    struct scene_of_all s = scene_new();
    struct actor house = shelter_at(HUIS_A, A_ZUID), referrer = referrer_of(VT_OOST);
    struct command depart = {.kind = CMD_DEPART, .actor = house};
    struct command stop = {.kind = CMD_STOP_CLOCK, .actor = referrer};
    struct event ended = {.kind = EV_N}, stopped = {.kind = EV_N};
    enum event_kind over[] = {EV_HANDOVER_ITEM, EV_NOTE_WRITTEN, EV_NOTE_PICKED_UP, EV_NOTE_UNREADABLE,
                              EV_NOTE_DESTROYED};
    struct request_id request = engine_stay(s.x->e, s.stay)->request;

    (void)state;
    depart.u.stay = (struct stay_command){.stay = s.stay, .reason = 1, .destination = 1};
    assert_int_equal(exchange_do(s.x, &depart).refusal, REFUSAL_NONE);
    for (size_t i = 0; i < last_count(s.x); i++) {
        const struct event *ev = last_event(s.x, i);

        if (ev->kind == EV_STAY_ENDED)
            ended = *ev;
    }
    /* A right of the person runs on until somebody stops it: here at the same moment. */
    stop.u.clock = (struct clock_command){.clock = s.clock, .reason = 1};
    assert_int_equal(exchange_do(s.x, &stop).refusal, REFUSAL_NONE);
    stopped = *last_event(s.x, 0);
    assert_int_equal(ended.kind, EV_STAY_ENDED);
    assert_int_equal(stopped.kind, EV_CLOCK_STOPPED);
    assert_true(audience_of_event(s.x->e, &house, &ended));
    assert_true(audience_of_event(s.x->e, &house, &stopped));
    stopped.at_ms++;
    assert_false(audience_of_event(s.x->e, &house, &stopped));
    assert_true(audience_of_event(s.x->e, &referrer, &stopped));
    stopped.u.clock.owner.v = HUIS_A; /* its own clock is its own */
    assert_true(audience_of_event(s.x->e, &house, &stopped));

    ended.kind = EV_STAY_FUNDED;
    ended.at_ms++;
    assert_true(audience_of_event(s.x->e, &house, &ended));
    for (size_t i = 0; i < COUNT_OF(over); i++) {
        struct event ev = {.kind = over[i], .at_ms = ended.at_ms - 1};

        if (ev.kind == EV_HANDOVER_ITEM)
            ev.u.item.request = request;
        else if (ev.kind == EV_NOTE_WRITTEN)
            ev.u.note_written.request = request;
        else
            ev.u.note.request = request;
        assert_true(audience_of_event(s.x->e, &house, &ev));
        ev.at_ms++;
        if (audience_of_event(s.x->e, &house, &ev))
            fail_msg("%s is told to the house", event_name(ev.kind));
        assert_true(audience_of_event(s.x->e, &referrer, &ev));
    }
    exchange_free(s.x);
}

/* One fact of many pools: for whoever may see one of them, wherever it stands in the list. */
static void one_of_many_confirmed_is_enough(void **state)
{
    struct exchange *x = exchange_new();
    struct actor a = shelter_of(HUIS_A), zuid = shelter_at(HUIS_A, A_ZUID),
                 noord = shelter_at(HUIS_A, A_NOORD);
    struct actor b = shelter_of(HUIS_B), c = shelter_of(HUIS_C);
    struct event ev = {.kind = EV_CAPACITY_CONFIRMED};

    (void)state;
    ev.u.confirmed.n = 2;
    ev.u.confirmed.pools[0].v = POOL_B;
    ev.u.confirmed.pools[1].v = POOL_A2;
    assert_true(audience_of_event(x->e, &a, &ev));
    assert_true(audience_of_event(x->e, &zuid, &ev));
    assert_true(audience_of_event(x->e, &b, &ev));
    assert_false(audience_of_event(x->e, &noord, &ev));
    assert_false(audience_of_event(x->e, &c, &ev));
    ev.u.confirmed.n = 1;
    assert_false(audience_of_event(x->e, &a, &ev));
    exchange_free(x);
}

/* Events as they really come name what the audience is judged by. */
static void real_events_reach_the_host(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct actor host = shelter_of(HUIS_B), other = shelter_of(HUIS_C);
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    do_referral(x, CMD_TRAVEL, r, x->now, 0);
    assert_true(audience_of_event(x->e, &host, last_event(x, 0)));
    do_referral(x, CMD_NO_SHOW, r, 0, 0);
    assert_true(audience_of_event(x->e, &host, last_event(x, 0)));
    assert_false(audience_of_event(x->e, &other, last_event(x, 0)));
    q = do_ask_one(x, r, POOL_C);
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_true(audience_of_event(x->e, &other, last_event(x, 0)));
    assert_false(audience_of_event(x->e, &host, last_event(x, 0)));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pushed_only_to_who_it_concerns),
        cmocka_unit_test(events_of_a_gate_request),
        cmocka_unit_test(a_gatekeeper_hears_that_its_case_ended),
        cmocka_unit_test(a_house_they_left_hears_only_of_its_stay),
        cmocka_unit_test(one_of_many_confirmed_is_enough),
        cmocka_unit_test(real_events_reach_the_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
