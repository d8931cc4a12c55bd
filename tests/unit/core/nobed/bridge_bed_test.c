/* A bridge bed: asked for, travelled to, and what it does not end. */
#include "support/exchange.h"
#include "support/nobed_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"
#include "core/match.h"
#include "core/nobed/nobed.h"
#include "core/timers/timers_state.h"

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
    opened(x, r, (struct bridge_wish){.kind = BRIDGE_ORDER, .active = true});
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

int main(void)
{
    const struct CMUnitTest tests[] = {

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
        cmocka_unit_test(a_house_that_said_no_to_a_bridge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
