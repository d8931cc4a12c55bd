/* Asking on after silence: at the moment the time to answer is over the broker asks the best next house that
 * fits, as often in a round as the settings say, and never what a person must decide. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <stdio.h>
#include <string.h>

/* To the moment at which Q's time to answer is over, and one tick there. */
static void fall_silent(struct exchange *x, struct request_id q)
{
    x->now = the_request(x, q)->answer_by_ms;
    do_tick(x);
}

/* The newest request of the referral, whoever asked. */
static const struct request *newest(const struct exchange *x, struct referral_id r)
{
    const struct referral *referral = the_referral(x, r);

    return the_request(x, referral->requests[referral->n_requests - 1]);
}

static void at_its_moment_and_once(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);
    const struct request *next = NULL;

    (void)state;
    x->now = the_request(x, q)->answer_by_ms - 1;
    do_tick(x);
    assert_int_equal(last_count(x), 0);
    fall_silent(x, q);
    assert_int_equal(last_count(x), 2);
    assert_int_equal(last_event(x, 1)->kind, EV_REQUEST_SILENT);
    assert_int_equal(last_event(x, 0)->kind, EV_REQUEST_MADE);
    next = newest(x, r);
    assert_int_equal(next->id.v, q.v + 1);
    assert_int_not_equal(next->pool.v, POOL_B);
    assert_int_equal(next->state, REQUEST_PENDING);
    assert_int_equal(next->asked_by.v, 0);
    assert_int_equal(last_event(x, 0)->account.v, 0);
    assert_int_equal(next->asked_at_ms, x->now);
    assert_int_equal(next->answer_by_ms, x->now + 10 * MS_MINUTE);
    assert_int_equal(next->lapse_at_ms, x->now + 3 * MS_HOUR);
    assert_int_equal(the_pool(x, next->pool.v).held, 1);
    assert_int_equal(x->last.n_requests, 1);
    assert_int_equal(x->last.requests[0].v, next->id.v);
    /* The first is still asked, and the second's silence makes no third. */
    assert_int_equal(the_request(x, q)->state, REQUEST_PENDING);
    do_tick(x);
    assert_int_equal(last_count(x), 0);
    fall_silent(x, next->id);
    assert_int_equal(last_count(x), 1);
    assert_int_equal(the_referral(x, r)->n_requests, 2);
    exchange_free(x);
}

/* What is frozen in it is what a person would have seen. */
static void its_proposal_says_that_the_broker_asked(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);
    const struct proposal *p = NULL;

    (void)state;
    assert_false(the_request(x, q)->proposal.by_broker);
    fall_silent(x, q);
    p = &newest(x, r)->proposal;
    assert_true(p->by_broker);
    assert_int_equal(p->rank, 1);
    assert_int_equal(p->verdict, VERDICT_FITS);
    assert_int_equal(p->free, 2);
    assert_int_equal(p->held, 0);
    assert_true(p->n_reasons > 0);
    exchange_free(x);
}

/* A yes in the same millisecond, before the tick and after it. */
static void a_yes_in_the_same_moment(void **state)
{
    (void)state;
    for (int yes_first = 0; yes_first < 2; yes_first++) {
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct request_id q = do_ask_one(x, r, POOL_B);

        x->now = the_request(x, q)->answer_by_ms;
        if (!yes_first)
            do_tick(x);
        assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_NONE);
        do_tick(x);
        assert_int_equal(the_referral(x, r)->state, REFERRAL_RESERVED);
        assert_int_equal(the_referral(x, r)->n_requests, yes_first ? 1 : 2);
        if (!yes_first) {
            assert_int_equal(newest(x, r)->state, REQUEST_CANCELLED);
            assert_int_equal(newest(x, r)->cancel_why, CANCEL_OTHER_YES);
            assert_int_equal(the_pool(x, newest(x, r)->pool.v).held, 0);
        }
        exchange_free(x);
    }
}

/* The yes of the house that the broker asked wins like any other. */
static void the_broker_s_house_may_be_first(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    fall_silent(x, q);
    assert_int_equal(do_answer(x, CMD_ACCEPT, newest(x, r)->id, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_request(x, q)->state, REQUEST_CANCELLED);
    assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_OTHER_WAS_FIRST);
    exchange_free(x);
}

/* How many are asked by the broker for one, two and more silences, under each setting. */
static void as_often_as_the_settings_say(void **state)
{
    static const struct {
        uint8_t next;
        unsigned want[3]; /* after 1, 2, 3 silences */
    } cases[] = {{0, {0, 0, 0}}, {1, {1, 1, 1}}, {2, {1, 2, 2}}, {9, {1, 2, 2}}};
    /* With A2 at a house of its own and four houses in all, three others can be asked after B and C. */

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct core_settings s = core_settings_default();
        static const unsigned pools[] = {POOL_B, POOL_C};
        struct exchange *x = NULL;
        struct referral_id r;

        s.timers = timers_settings_off();
        s.ask_next[THREAT_ROOD] = cases[i].next;
        x = exchange_new_with(&s);
        r = do_open(x, VT_OOST, a_need());
        do_ask(x, r, pools, 2);
        /* Both fall silent at once, then what the broker asked. */
        fall_silent(x, the_referral(x, r)->requests[0]);
        assert_int_equal(the_referral(x, r)->n_requests - 2u, cases[i].want[1]);
        fall_silent(x, newest(x, r)->id);
        assert_int_equal(the_referral(x, r)->n_requests - 2u, cases[i].want[2]);
        exchange_free(x);
    }
}

/* A person who asks again starts a new round. */
static void a_person_starts_a_new_round(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    fall_silent(x, q);
    assert_int_equal(the_referral(x, r)->n_requests, 2);
    x->now += MS_MINUTE;
    q = do_ask_one(x, r, newest(x, r)->pool.v == POOL_C ? POOL_A1 : POOL_C);
    fall_silent(x, the_referral(x, r)->requests[1]);
    assert_int_equal(the_referral(x, r)->n_requests, 4);
    assert_true(newest(x, r)->proposal.by_broker);
    fall_silent(x, q);
    assert_int_equal(the_referral(x, r)->n_requests, 4);
    exchange_free(x);
}

/* What the broker asked does not count against what its worker may ask; all together it is five. */
static void a_worker_may_still_ask_what_the_level_allows(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.level = THREAT_ORANJE, .urgency = URGENCY_DRIE_DAGEN));
    unsigned rest[3], n = 0;
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    fall_silent(x, q);
    for (unsigned pool = POOL_A1; pool <= POOL_C; pool++) {
        if (pool != POOL_B && pool != newest(x, r)->pool.v)
            rest[n++] = pool;
    }
    assert_int_equal(n, 2);
    assert_int_equal(do_ask(x, r, rest, 2).refusal, REFUSAL_NONE);
    assert_int_equal(the_referral(x, r)->n_requests, 4);
    exchange_free(x);
}

static void define_houses(struct exchange *x, unsigned n, unsigned *pools)
{
    for (unsigned i = 0; i < n; i++) {
        struct command define = {.kind = CMD_DEFINE_LOCATION, .actor = {.role = ROLE_SYSTEM}};
        struct location l = *engine_location(x->e, (struct location_id){B_HUIS});
        struct observation o;
        struct pool p;

        snprintf(l.code, sizeof l.code, "huis-%u", i);
        l.id.v = 0; /* a new one */
        define.u.location = &l;
        exchange_do(x, &define);
        snprintf(l.code, sizeof l.code, "pool-%u", i);
        p = pool_of_kind(x, engine_locations(x->e), l.code, KIND_CRISIS);
        p.org.v = HUIS_B;
        define.kind = CMD_DEFINE_POOL;
        define.u.pool = &p;
        pools[i] = exchange_do(x, &define).pool.v;
        o = an_observation(x, pools[i], POOL_UNITS, POOL_UNITS);
        do_report(x, shelter_of(HUIS_B), &o, 1);
    }
}

static void never_more_than_five_at_once(void **state)
{
    struct core_settings s = core_settings_default();
    unsigned pools[8];
    struct exchange *x = NULL;
    struct referral_id r;

    (void)state;
    s.ask_next[THREAT_ROOD] = 5;
    x = exchange_new_with(&s);
    define_houses(x, 8, pools);
    r = do_open(x, VT_OOST, a_need());
    do_ask(x, r, pools, 3);
    fall_silent(x, the_referral(x, r)->requests[0]);
    assert_int_equal(the_referral(x, r)->n_requests, ASK_POOLS_MAX);
    fall_silent(x, newest(x, r)->id);
    assert_int_equal(the_referral(x, r)->n_requests, ASK_POOLS_MAX);
    /* And none for a person, though the level allows him five of his own. */
    assert_int_equal(do_ask(x, r, &pools[7], 1).refusal, REFUSAL_TOO_MANY);
    exchange_free(x);
}

/* Each case leaves one house, and says whether the broker may ask it. */
static void what_the_broker_may_ask(void **state)
{
    static const struct {
        const char *name;
        struct observation said; /* of the only other house; total 0 = nothing */
        enum tri children;       /* taken there? the household has one */
        enum kind kind;
        int64_t observed_ms_ago;
        bool asked;
    } cases[] = {
        {"fits", {.total = 2, .free = 1, .deliverable = TRI_YES}, TRI_YES, KIND_CRISIS, 0, true},
        {"full", {.total = 2, .free = 0, .deliverable = TRI_YES}, TRI_YES, KIND_CRISIS, 0, false},
        {"a question: children not said",
         {.total = 2, .free = 1, .deliverable = TRI_YES},
         TRI_UNKNOWN,
         KIND_CRISIS,
         0,
         false},
        {"does not fit", {.total = 2, .free = 1, .deliverable = TRI_YES}, TRI_NO, KIND_CRISIS, 0, false},
        {"free not said",
         {.total = 2, .free = UNITS_UNKNOWN, .deliverable = TRI_YES},
         TRI_YES,
         KIND_CRISIS,
         0,
         false},
        {"a stop",
         {.total = 2, .free = 1, .deliverable = TRI_YES, .stop = 1},
         TRI_YES,
         KIND_CRISIS,
         0,
         false},
        {"an old number",
         {.total = 2, .free = 1, .deliverable = TRI_YES},
         TRI_YES,
         KIND_CRISIS,
         9 * MS_HOUR,
         false},
        {"never reported", {.total = 0}, TRI_YES, KIND_CRISIS, 0, false},
        {"scarce, and not needed",
         {.total = 2, .free = 1, .deliverable = TRI_YES},
         TRI_YES,
         KIND_BEVEILIGD,
         0,
         false},
        {"CoMensha places there",
         {.total = 2, .free = 1, .deliverable = TRI_YES},
         TRI_YES,
         KIND_COSM,
         0,
         false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct command define = {.kind = CMD_DEFINE_LOCATION, .actor = {.role = ROLE_SYSTEM}};
        struct location l = *engine_location(x->e, (struct location_id){C_HUIS});
        struct observation o = cases[i].said;
        struct pool p;
        struct referral_id r;
        struct request_id q;

        for (unsigned pool = POOL_A1; pool <= POOL_C; pool++) {
            struct observation full = an_observation(x, pool, POOL_UNITS, pool == POOL_B ? POOL_UNITS : 0);

            do_report(x, shelter_of(pool <= POOL_A2 ? HUIS_A : pool == POOL_B ? HUIS_B : HUIS_C), &full, 1);
        }
        strcpy(l.code, "ander");
        l.id.v = 0; /* a new one */
        define.u.location = &l;
        exchange_do(x, &define);
        p = pool_of_kind(x, engine_locations(x->e), "ander-1", cases[i].kind);
        p.children = cases[i].children;
        define.kind = CMD_DEFINE_POOL;
        define.u.pool = &p;
        exchange_do(x, &define);
        o.pool = x->last.pool;
        o.report = 77;
        o.observed_at_ms = x->now - cases[i].observed_ms_ago;
        if (o.total > 0)
            do_report(x, shelter_of(HUIS_C), &o, 1);
        r = do_open(x, VT_OOST, a_need(.children = 1, .level = THREAT_ORANJE));
        q = do_ask_one(x, r, POOL_B);
        fall_silent(x, q);
        if ((the_referral(x, r)->n_requests == 2) != cases[i].asked)
            fail_msg("%s", cases[i].name);
        assert_int_equal(last_count(x), cases[i].asked ? 2 : 1);
        /* Its chance is over: what comes free later is for people to see. */
        if (!cases[i].asked) {
            struct observation later = an_observation(x, POOL_A1, POOL_UNITS, POOL_UNITS);

            do_report(x, shelter_of(HUIS_A), &later, 1);
            x->now += MS_MINUTE;
            do_tick(x);
            assert_int_equal(last_count(x), 0);
        }
        exchange_free(x);
    }
}

/* Near the deadline scarce places open to all; the broker leaves that to people. */
static void a_scarce_place_is_for_people_to_give(void **state)
{
    struct core_settings s = core_settings_default();
    struct exchange *x = NULL;
    struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}};
    struct match_candidate all[16];
    struct match_query query;
    struct observation o;
    struct referral_id r;
    struct request_id q;
    struct pool p;
    size_t n = 0;

    (void)state;
    s.tier_window_s[URGENCY_NU] = 48 * 3600; /* open from the start */
    x = exchange_new_with(&s);
    p = pool_of_kind(x, A_ZUID, "bewaakt", KIND_BEVEILIGD);
    define.u.pool = &p;
    o = an_observation(x, exchange_do(x, &define).pool.v, POOL_UNITS, POOL_UNITS);
    do_report(x, shelter_of(HUIS_A), &o, 1);
    for (unsigned pool = POOL_A1; pool <= POOL_C; pool++) {
        o = an_observation(x, pool, POOL_UNITS, pool == POOL_B ? POOL_UNITS : 0);
        do_report(x, shelter_of(pool <= POOL_A2 ? HUIS_A : pool == POOL_B ? HUIS_B : HUIS_C), &o, 1);
    }
    {
        struct need n_guard = a_need(.level = THREAT_GROEN);

        tri_put(&n_guard.traits, (unsigned)vocab_trait_find(x->vocab, "beveiliging_24u"), TRI_NO);
        r = do_open(x, VT_OOST, n_guard);
    }
    q = do_ask_one(x, r, POOL_B);
    query = (struct match_query){.need = &the_referral(x, r)->need,
                                 .referral = r,
                                 .referrer_region = REGION_NONE,
                                 .role = ROLE_REFERRER,
                                 .now_ms = x->now,
                                 .deadline_ms = the_referral(x, r)->deadline_ms};
    n = match_candidates(x->e, &query, 0, all, 16);
    assert_true(n >= 1);
    assert_int_equal(all[0].verdict, VERDICT_FITS); /* so a person could ask it */
    assert_true((all[0].rank_class & MATCH_CLASS_SCARCE) != 0);
    fall_silent(x, q);
    assert_int_equal(the_referral(x, r)->n_requests, 1);
    exchange_free(x);
}

/* One house with two kinds of room: who does not answer for one does not for the other. */
static void not_the_same_house_again(void **state)
{
    struct exchange *x = exchange_new();
    struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}};
    struct pool p = pool_of_kind(x, B_HUIS, "b2", KIND_CRISIS);
    struct observation o;
    struct referral_id r;
    struct request_id q;

    (void)state;
    define.u.pool = &p;
    o = an_observation(x, exchange_do(x, &define).pool.v, POOL_UNITS, POOL_UNITS);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    for (unsigned pool = POOL_A1; pool <= POOL_C; pool++) {
        o = an_observation(x, pool, POOL_UNITS, pool == POOL_B ? POOL_UNITS : 0);
        do_report(x, shelter_of(pool <= POOL_A2 ? HUIS_A : pool == POOL_B ? HUIS_B : HUIS_C), &o, 1);
    }
    r = do_open(x, VT_OOST, a_need());
    q = do_ask_one(x, r, POOL_B);
    fall_silent(x, q);
    assert_int_equal(the_referral(x, r)->n_requests, 1);
    exchange_free(x);
}

static void a_withdrawn_household_is_not_asked_for(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    x->now = the_request(x, q)->answer_by_ms;
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    do_tick(x);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(the_referral(x, r)->n_requests, 1);
    exchange_free(x);
}

/* Nobody looked for hours: the hold is over and the next house is asked, in one go. */
static void after_standing_still(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    x->now = the_request(x, q)->lapse_at_ms + 3 * MS_HOUR; /* past the deadline too */
    do_tick(x);
    assert_int_equal(the_request(x, q)->state, REQUEST_EXPIRED);
    assert_int_equal(newest(x, r)->state, REQUEST_PENDING);
    assert_true(newest(x, r)->proposal.by_broker);
    assert_int_not_equal(newest(x, r)->pool.v, POOL_B);
    assert_int_equal(newest(x, r)->answer_by_ms, x->now + 10 * MS_MINUTE);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ASKED);
    assert_true(the_referral(x, r)->unplaced);
    exchange_free(x);
}

/* Many households fall silent at one moment, and few units are left: none is promised twice. */
static void many_at_once_share_what_there_is(void **state)
{
    struct exchange *x = exchange_new();
    unsigned pools[20], rooms = 0, made = 0;
    struct request_id first = {0};
    struct observation full = an_observation(x, POOL_A1, POOL_UNITS, 0);

    (void)state;
    do_report(x, shelter_of(HUIS_A), &full, 1);
    define_houses(x, 20, pools);
    for (unsigned i = 0; i < 40; i++) {
        struct request_id q = do_ask_one(x, do_open(x, VT_OOST, a_need()), pools[i / 2]);

        if (first.v == 0)
            first = q;
    }
    for (unsigned pool = POOL_A1; pool <= POOL_C; pool++)
        rooms += (unsigned)the_pool(x, pool).offerable;
    assert_int_equal(rooms, 6);
    x->now = the_request(x, first)->answer_by_ms;
    do_tick(x); /* a tick searches for so many; the others wait for the next */
    assert_int_equal(the_request(x, (struct request_id){first.v + 7})->silent_at_ms, x->now);
    assert_int_equal(the_request(x, (struct request_id){first.v + 8})->silent_at_ms, 0);
    for (int i = 1; i < 5; i++) {
        assert_true(engine_next_due_ms(x->e) <= x->now);
        do_tick(x);
    }
    assert_true(engine_next_due_ms(x->e) > x->now);
    for (uint64_t id = first.v + 40; id <= engine_requests(x->e); id++)
        made += the_request(x, (struct request_id){id})->proposal.by_broker;
    assert_int_equal(made, rooms);
    for (unsigned pool = POOL_A1; pool <= POOL_C; pool++) {
        assert_int_equal(the_pool(x, pool).offerable, 0);
        assert_false(the_pool(x, pool).overcommitted);
    }
    exchange_free(x);
}

static void replay_equals_live(void **state)
{
    static const unsigned pools[] = {POOL_B, POOL_C};
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct engine *again = NULL;

    (void)state;
    do_ask(x, r, pools, 2);
    fall_silent(x, the_referral(x, r)->requests[0]);
    do_answer(x, CMD_DECLINE, the_referral(x, r)->requests[0], 1);
    fall_silent(x, newest(x, r)->id);
    again = exchange_replay(x);
    assert_true(engine_digest(again, true) == engine_digest(x->e, true));
    assert_int_equal(engine_next_due_ms(again), engine_next_due_ms(x->e));
    engine_free(again);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_its_moment_and_once),
        cmocka_unit_test(its_proposal_says_that_the_broker_asked),
        cmocka_unit_test(a_yes_in_the_same_moment),
        cmocka_unit_test(the_broker_s_house_may_be_first),
        cmocka_unit_test(as_often_as_the_settings_say),
        cmocka_unit_test(a_person_starts_a_new_round),
        cmocka_unit_test(a_worker_may_still_ask_what_the_level_allows),
        cmocka_unit_test(never_more_than_five_at_once),
        cmocka_unit_test(what_the_broker_may_ask),
        cmocka_unit_test(a_scarce_place_is_for_people_to_give),
        cmocka_unit_test(not_the_same_house_again),
        cmocka_unit_test(a_withdrawn_household_is_not_asked_for),
        cmocka_unit_test(after_standing_still),
        cmocka_unit_test(many_at_once_share_what_there_is),
        cmocka_unit_test(replay_equals_live),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
