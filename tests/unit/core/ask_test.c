/* Asking: all pools or none, within what the threat level allows, never twice, never more than there is, and
 * the proposal frozen as it was. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/match.h"

#include <stdio.h>
#include <string.h>

static struct outcome report(struct exchange *x, unsigned pool, enum an_org owner, struct observation o)
{
    x->now += MS_MINUTE;
    o.pool.v = pool;
    o.observed_at_ms = x->now;
    o.report = (uint64_t)x->now;
    return do_report(x, shelter_of(owner), &o, 1);
}

static void several_at_once_hold_each(void **state)
{
    static const unsigned pools[] = {POOL_A1, POOL_B, POOL_C};
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct outcome o = do_ask(x, r, pools, 3);

    (void)state;
    assert_int_equal(o.refusal, REFUSAL_NONE);
    assert_int_equal(o.n_requests, 3);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ASKED);
    assert_int_equal(the_referral(x, r)->first_asked_ms, x->now);
    assert_int_equal(the_referral(x, r)->n_requests, 3);
    for (unsigned i = 0; i < 3; i++) {
        const struct request *q = the_request(x, o.requests[i]);

        assert_int_equal(q->pool.v, pools[i]);
        assert_int_equal(q->referral.v, r.v);
        assert_int_equal(q->asked_by.v, 100 + VT_OOST);
        assert_int_equal(q->asked_at_ms, x->now);
        assert_int_equal(the_pool(x, pools[i]).held, 1);
    }
    exchange_free(x);
}

static void how_many_the_threat_level_allows(void **state)
{
    static const struct {
        enum threat_level level;
        unsigned max;
    } cases[] = {{THREAT_ROOD, 5}, {THREAT_ORANJE, 3}, {THREAT_GROEN, 1}, {THREAT_UNKNOWN, 1}};
    static const char *const more[] = {"d1", "d2", "d3"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need(.level = cases[i].level));
        unsigned pools[7] = {POOL_A1, POOL_A2, POOL_B, POOL_C};

        for (unsigned k = 0; k < 3; k++) {
            struct pool p = pool_of_kind(x, B_HUIS, more[k], KIND_CRISIS);
            struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}};

            define.u.pool = &p;
            pools[4 + k] = exchange_do(x, &define).pool.v;
        }
        /* All at once: one too many, nothing is asked. */
        assert_int_equal(do_ask(x, r, pools, (uint8_t)(cases[i].max + 1)).refusal, REFUSAL_TOO_MANY);
        assert_int_equal(last_count(x), 0);
        /* One by one. */
        for (unsigned k = 0; k < cases[i].max; k++)
            do_ask_one(x, r, pools[k]);
        assert_int_equal(do_ask(x, r, &pools[cases[i].max], 1).refusal, REFUSAL_TOO_MANY);
        /* A no makes room for another. */
        do_answer(x, CMD_DECLINE, the_referral(x, r)->requests[0], 1);
        do_ask_one(x, r, pools[cases[i].max]);
        exchange_free(x);
    }
}

static void all_or_none(void **state)
{
    static const struct {
        const char *name;
        unsigned second;
        enum refusal want;
    } cases[] = {
        {"no such pool", 77, REFUSAL_NOT_FOUND},
        {"no pool", 0, REFUSAL_NOT_FOUND},
        {"the same twice", POOL_A1, REFUSAL_ASKED_ALREADY},
        {"full", POOL_B, REFUSAL_TAKEN},
        {"placed by CoMensha", POOL_COSM, REFUSAL_GATEKEEPER},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need());
        unsigned pools[] = {POOL_A1, cases[i].second};
        struct outcome o;

        report(x, POOL_B, HUIS_B, an_observation(x, POOL_B, POOL_UNITS, 0));
        o = do_ask(x, r, pools, 2);
        if (o.refusal != cases[i].want)
            fail_msg("%s: %s", cases[i].name, refusal_code(o.refusal));
        assert_int_equal(o.pool.v, cases[i].second);
        assert_int_equal(last_count(x), 0);
        assert_int_equal(the_pool(x, POOL_A1).held, 0);
        assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
        exchange_free(x);
    }
}

static void asking_nobody_changes_nothing(void **state)
{
    struct exchange *x = exchange_new();

    (void)state;
    assert_int_equal(do_ask(x, do_open(x, VT_OOST, a_need()), NULL, 0).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    exchange_free(x);
}

static void one_bed_many_hands(void **state)
{
    struct exchange *x = exchange_new();
    const unsigned pool = POOL_B;
    unsigned won = 0;

    (void)state;
    for (int i = 0; i < 20; i++)
        won += do_ask(x, do_open(x, i % 2 ? VT_OOST : VT_WEST, a_need()), &pool, 1).refusal == REFUSAL_NONE;
    assert_int_equal(won, POOL_UNITS);
    assert_int_equal(x->last.refusal, REFUSAL_TAKEN);
    assert_int_equal(x->last.pool.v, POOL_B);
    exchange_free(x);
}

/* The same pool again, after each end of the first request. */
static void the_same_pool_again(void **state)
{
    static const struct {
        const char *name;
        enum command_kind end; /* CMD_N: still pending */
        enum refusal want;
    } cases[] = {
        {"while pending", CMD_N, REFUSAL_ASKED_ALREADY},
        {"after its no", CMD_DECLINE, REFUSAL_ASKED_ALREADY},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct request_id q = do_ask_one(x, r, POOL_B);
        const unsigned pool = POOL_B;

        if (cases[i].end != CMD_N)
            do_answer(x, cases[i].end, q, 1);
        if (do_ask(x, r, &pool, 1).refusal != cases[i].want)
            fail_msg("%s: %s", cases[i].name, refusal_code(x->last.refusal));
        exchange_free(x);
    }
}

/* Who did not answer, and who was full, may be asked again after a while; a yes that came late at once. */
static void the_same_pool_after_a_while(void **state)
{
    static const struct {
        const char *name;
        uint8_t no; /* decline reason, 0 = silence */
        bool late_yes;
        int64_t wait_ms; /* INT64_MAX = never again */
    } cases[] = {
        {"silence", 0, false, 3 * MS_HOUR},    {"silence, then a late yes", 0, true, 0},
        {"full", 1, false, 12 * MS_HOUR},      {"just taken", 2, false, 12 * MS_HOUR},
        {"does not fit", 3, false, INT64_MAX}, {"region not safe", 4, false, INT64_MAX},
    };
    struct core_settings s = core_settings_default();
    const unsigned pool = POOL_B;

    (void)state;
    memset(s.ask_next, 0, sizeof s.ask_next);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new_with(&s);
        struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
        struct request_id q = do_ask_one(x, r, POOL_B);
        int64_t ended = 0;

        x->now = the_request(x, q)->lapse_at_ms - (cases[i].no != 0);
        if (cases[i].no != 0)
            do_answer(x, CMD_DECLINE, q, cases[i].no);
        else
            do_tick(x);
        ended = the_request(x, q)->ended_at_ms;
        if (cases[i].late_yes)
            do_answer(x, CMD_ACCEPT, q, 0);
        /* The house has room again, so that only what it said before counts. */
        x->now = ended + (cases[i].wait_ms == INT64_MAX ? 48 * MS_HOUR : cases[i].wait_ms) - 1;
        if (cases[i].wait_ms > 0) {
            struct observation o = an_observation(x, POOL_B, POOL_UNITS, POOL_UNITS);

            do_report(x, shelter_of(HUIS_B), &o, 1);
            if (do_ask(x, r, &pool, 1).refusal != REFUSAL_ASKED_ALREADY)
                fail_msg("%s, too early: %s", cases[i].name, refusal_code(x->last.refusal));
        }
        x->now++;
        if (do_ask(x, r, &pool, 1).refusal !=
            (cases[i].wait_ms == INT64_MAX ? REFUSAL_ASKED_ALREADY : REFUSAL_NONE))
            fail_msg("%s, after a while: %s", cases[i].name, refusal_code(x->last.refusal));
        exchange_free(x);
    }
}

static void capacity_that_forbids_asking(void **state)
{
    static const struct {
        const char *name;
        struct observation o;
        enum refusal want;
    } cases[] = {
        {"one free", {.total = 2, .free = 1, .deliverable = TRI_YES}, REFUSAL_NONE},
        {"none free", {.total = 2, .free = 0, .deliverable = TRI_YES}, REFUSAL_TAKEN},
        {"free not said: in consultation",
         {.total = 2, .free = UNITS_UNKNOWN, .deliverable = TRI_YES},
         REFUSAL_NONE},
        {"no units at all", {.total = 0, .free = UNITS_UNKNOWN, .deliverable = TRI_YES}, REFUSAL_TAKEN},
        {"stop in force", {.total = 2, .free = 2, .deliverable = TRI_YES, .stop = 1}, REFUSAL_TAKEN},
        {"stop that is over",
         {.total = 2, .free = 2, .deliverable = TRI_YES, .stop = 1, .stop_until_ms = 1},
         REFUSAL_NONE},
        {"no staff", {.total = 2, .free = 2, .deliverable = TRI_NO}, REFUSAL_TAKEN},
        {"staff not said", {.total = 2, .free = 2}, REFUSAL_NONE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        const unsigned pool = POOL_B;
        struct outcome o;

        assert_int_equal(report(x, POOL_B, HUIS_B, cases[i].o).applied, 1);
        o = do_ask(x, do_open(x, VT_OOST, a_need()), &pool, 1);
        if (o.refusal != cases[i].want)
            fail_msg("%s: %s", cases[i].name, refusal_code(o.refusal));
        exchange_free(x);
    }
}

/* Old numbers never mean full, but there is a bound to what we promise. */
static void an_old_number_is_asked_up_to_the_units(void **state)
{
    struct exchange *x = exchange_new();
    const unsigned pool = POOL_B;

    (void)state;
    report(x, POOL_B, HUIS_B, an_observation(x, POOL_B, POOL_UNITS, 0));
    assert_int_equal(do_ask(x, do_open(x, VT_OOST, a_need()), &pool, 1).refusal, REFUSAL_TAKEN);
    x->now += 25 * MS_HOUR;
    for (int i = 0; i < POOL_UNITS; i++)
        do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    assert_int_equal(do_ask(x, do_open(x, VT_OOST, a_need()), &pool, 1).refusal, REFUSAL_TAKEN);
    exchange_free(x);
}

static void only_comensha_places_in_cosm(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need();
    struct outcome o;
    const unsigned pool = POOL_COSM;

    (void)state;
    tri_put(&n.threat_kinds, THREAT_KIND_NETWERK, TRI_YES);
    assert_int_equal(do_ask(x, do_open(x, VT_OOST, n), &pool, 1).refusal, REFUSAL_GATEKEEPER);
    o = do_ask(x, do_open(x, COMENSHA, n), &pool, 1);
    assert_int_not_equal(o.refusal, REFUSAL_GATEKEEPER);
    exchange_free(x);
}

static void a_hard_rule_excludes(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need();
    const unsigned pool = POOL_B;

    (void)state;
    n.unsafe_regions = UINT64_MAX;
    assert_int_equal(do_ask(x, do_open(x, VT_OOST, n), &pool, 1).refusal, REFUSAL_DOES_NOT_FIT);
    assert_int_equal(do_ask(x, do_open(x, VT_OOST, a_need(.adults = 9)), &pool, 1).refusal,
                     REFUSAL_DOES_NOT_FIT);
    exchange_free(x);
}

static void two_linked_units_or_none(void **state)
{
    struct exchange *x = exchange_new();
    const unsigned pool = POOL_B;
    struct request_id q;

    (void)state;
    q = do_ask_one(x, do_open(x, VT_OOST, a_need(.adults = 1, .children = 4)), POOL_B);
    assert_int_equal(the_request(x, q)->units, 2);
    assert_int_equal(do_ask(x, do_open(x, VT_OOST, a_need()), &pool, 1).refusal, REFUSAL_TAKEN);
    do_answer(x, CMD_DECLINE, q, 3);
    do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    assert_int_not_equal(do_ask(x, do_open(x, VT_OOST, a_need(.adults = 1, .children = 4)), &pool, 1).refusal,
                         REFUSAL_NONE);
    exchange_free(x);
}

/* Of threat level and urgency, whichever is shorter. */
static void times_follow_threat_level_and_urgency(void **state)
{
    static const struct {
        enum threat_level level;
        enum urgency urgency;
        int64_t answer_by_ms, lapse_ms;
    } cases[] = {
        {THREAT_ROOD, URGENCY_DRIE_DAGEN, 10 * MS_MINUTE, 3 * MS_HOUR},
        {THREAT_ORANJE, URGENCY_DRIE_DAGEN, 40 * MS_MINUTE, 6 * MS_HOUR},
        {THREAT_GROEN, URGENCY_DRIE_DAGEN, 160 * MS_MINUTE, 12 * MS_HOUR},
        {THREAT_UNKNOWN, URGENCY_DRIE_DAGEN, 40 * MS_MINUTE, 6 * MS_HOUR},
        {THREAT_GROEN, URGENCY_VANDAAG, 80 * MS_MINUTE, 6 * MS_HOUR},
        {THREAT_GROEN, URGENCY_NU, 40 * MS_MINUTE, 3 * MS_HOUR},
        {THREAT_ORANJE, URGENCY_NU, 40 * MS_MINUTE, 3 * MS_HOUR},
        {THREAT_ROOD, URGENCY_NU, 10 * MS_MINUTE, 3 * MS_HOUR},
    };
    struct core_settings s = core_settings_default();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct request_id q = do_ask_one(
            x, do_open(x, VT_OOST, a_need(.level = cases[i].level, .urgency = cases[i].urgency)), POOL_B);

        assert_int_equal(the_request(x, q)->answer_by_ms, x->now + cases[i].answer_by_ms);
        assert_int_equal(the_request(x, q)->lapse_at_ms, x->now + cases[i].lapse_ms);
        exchange_free(x);
    }
    /* However it is set: a hold never lapses before the shelter had its time to answer. */
    s.hold_pending_s[THREAT_ROOD] = 60;
    {
        struct exchange *x = exchange_new_with(&s);
        struct request_id q = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);

        assert_int_equal(the_request(x, q)->lapse_at_ms, the_request(x, q)->answer_by_ms);
        exchange_free(x);
    }
}

static void the_two_moments_of_a_request(void **state)
{
    static const struct {
        const char *name;
        int64_t opens, deadline, answer, hold, answer_by, lapse;
    } cases[] = {
        {"open now, deadline far", 100, 1000, 10, 60, 110, 160},
        {"the clock starts at the opening", 300, 1000, 10, 60, 310, 360},
        {"the hold ends at the deadline", 100, 150, 10, 60, 110, 150},
        {"at exactly the deadline", 100, 160, 10, 60, 110, 160},
        {"a deadline nearer than the answer", 100, 105, 10, 60, 110, 110},
        {"a deadline in the next millisecond", 100, 101, 10, 60, 110, 110},
        {"a deadline before the opening", 300, 200, 10, 60, 310, 310},
        {"the deadline is now: it bounds nothing", 100, 100, 10, 60, 110, 160},
        {"the deadline is long past", 100, 5, 10, 60, 110, 160},
        {"past it, and closed", 300, 5, 10, 60, 310, 360},
        {"a hold shorter than the answer", 100, 1000, 10, 3, 110, 110},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct request_terms t =
            request_terms(100, cases[i].opens, cases[i].deadline, cases[i].answer, cases[i].hold);

        if (t.answer_by_ms != cases[i].answer_by || t.lapse_at_ms != cases[i].lapse)
            fail_msg("%s: %lld, %lld", cases[i].name, (long long)t.answer_by_ms, (long long)t.lapse_at_ms);
    }
}

/* A house with these hours, asked on Wednesday at 12:01. */
static void the_clock_starts_when_the_house_opens(void **state)
{
    static const struct {
        const char *name;
        enum tri night;
        uint16_t from, until;
        int64_t starts_ms; /* from 12:01 */
    } cases[] = {
        {"open at night too", TRI_YES, 0, 0, 0},
        {"open by day", TRI_NO, 9 * 60, 17 * 60, 0},
        {"opens at one", TRI_NO, 13 * 60, 17 * 60, 59 * MS_MINUTE},
        {"opens tomorrow at nine", TRI_NO, 9 * 60, 12 * 60, 20 * MS_HOUR + 59 * MS_MINUTE},
        {"closed, but perhaps somebody is up", TRI_UNKNOWN, 13 * 60, 17 * 60, 0},
        {"hours not known", TRI_NO, 0, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct location l = *engine_location(x->e, (struct location_id){B_HUIS});
        struct command define = {.kind = CMD_DEFINE_LOCATION, .actor = {.role = ROLE_SYSTEM}};
        struct pool p;
        struct request_id q;
        unsigned pool = 0;

        snprintf(l.code, sizeof l.code, "uren");
        l.night_intake = cases[i].night;
        l.intake_from_minute = cases[i].from;
        l.intake_until_minute = cases[i].until;
        l.id.v = 0; /* a new one */
        define.u.location = &l;
        p = pool_of_kind(x, engine_locations(x->e) + 1, "uren-1", KIND_CRISIS);
        exchange_do(x, &define);
        define.kind = CMD_DEFINE_POOL;
        define.u.pool = &p;
        pool = exchange_do(x, &define).pool.v;
        q = do_ask_one(x, do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN)), pool);
        if (the_request(x, q)->answer_by_ms != x->now + cases[i].starts_ms + 10 * MS_MINUTE)
            fail_msg("%s: %lld ms", cases[i].name, (long long)(the_request(x, q)->answer_by_ms - x->now));
        assert_int_equal(the_request(x, q)->lapse_at_ms, x->now + cases[i].starts_ms + 3 * MS_HOUR);
        exchange_free(x);
    }
}

static void the_proposal_is_frozen(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct match_query query = {.need = &the_referral(x, r)->need,
                                .referral = r,
                                .referrer_region = engine_org(x->e, (struct org_id){VT_OOST})->region,
                                .role = ROLE_REFERRER,
                                .now_ms = x->now,
                                .deadline_ms = the_referral(x, r)->deadline_ms};
    struct match_result all;
    struct pool_match m = {.rank = 0};
    struct observation seen;
    struct proposal p, later;

    (void)state;
    do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    match_run(x->e, &query, &all);
    for (size_t i = 0; i < all.n; i++) {
        if (all.list[i].pool.v == POOL_B)
            m = all.list[i];
    }
    match_fini(&all);
    seen = observation_of(the_pool(x, POOL_B).latest, (struct pool_id){POOL_B});
    p = the_request(x, do_ask_one(x, r, POOL_B))->proposal;
    assert_int_equal(p.rules_version, vocab_version(x->vocab));
    assert_int_equal(p.observed_at_ms, seen.observed_at_ms);
    assert_int_equal(p.free, 2);
    assert_int_equal(p.held, 1);
    assert_int_not_equal(m.rank, 0);
    assert_int_equal(p.rank, m.rank);
    assert_int_equal(p.score, m.score);
    assert_int_equal(p.minutes, m.minutes);
    assert_int_equal(p.verdict, m.verdict);
    assert_true(p.n_reasons > 0);
    assert_int_equal(p.n_reasons, m.n_reasons);
    assert_memory_equal(p.reasons, m.reasons, m.n_reasons * sizeof m.reasons[0]);

    report(x, POOL_B, HUIS_B, an_observation(x, POOL_B, POOL_UNITS, 0));
    later = the_request(x, (struct request_id){2})->proposal;
    assert_int_equal(later.free, 2);
    assert_int_equal(later.observed_at_ms, p.observed_at_ms);
    exchange_free(x);
}

/* Every pool, the first in rank included, is frozen with the rank the worker saw. */
static void the_rank_is_the_one_that_was_seen(void **state)
{
    static const unsigned pools[] = {POOL_A1, POOL_A2, POOL_B, POOL_C};
    struct exchange *x = exchange_new();
    struct outcome o = do_ask(x, do_open(x, VT_OOST, a_need()), pools, 4);
    unsigned seen = 0;

    (void)state;
    assert_int_equal(o.n_requests, 4);
    for (unsigned i = 0; i < 4; i++)
        seen |= 1u << the_request(x, o.requests[i])->proposal.rank;
    assert_int_equal(seen, 0x1e);
    exchange_free(x);
}

static void a_referral_asks_a_bounded_number_in_its_life(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}};
    unsigned pool = 0;

    (void)state;
    for (int i = 0; i <= REFERRAL_REQUESTS_MAX; i++) {
        char code[CODE_SIZE];
        struct pool p;

        snprintf(code, sizeof code, "veel-%d", i);
        p = pool_of_kind(x, B_HUIS, code, KIND_CRISIS);
        define.u.pool = &p;
        pool = exchange_do(x, &define).pool.v;
        if (i < REFERRAL_REQUESTS_MAX)
            do_answer(x, CMD_DECLINE, do_ask_one(x, r, pool), 1);
    }
    assert_int_equal(do_ask(x, r, &pool, 1).refusal, REFUSAL_LIMIT);
    assert_int_equal(the_referral(x, r)->n_requests, REFERRAL_REQUESTS_MAX);
    exchange_free(x);
}

/* The key of a household was destroyed: nobody can be asked without facts. */
static void without_facts_nobody_is_asked(void **state)
{
    struct exchange *x = exchange_new();
    struct event ev = {.kind = EV_REFERRAL_OPENED, .at_ms = x->now, .seq = engine_seq(x->e) + 1};
    const unsigned pool = POOL_B;

    (void)state;
    ev.u.opened.id.v = 1;
    ev.u.opened.org.v = VT_OOST;
    strcpy(ev.u.opened.code, "VT-AAAA");
    engine_apply(x->e, &ev);
    assert_false(the_referral(x, ev.u.opened.id)->facts_known);
    assert_int_equal(do_ask(x, ev.u.opened.id, &pool, 1).refusal, REFUSAL_WRONG_STATE);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_at_once_hold_each),
        cmocka_unit_test(how_many_the_threat_level_allows),
        cmocka_unit_test(all_or_none),
        cmocka_unit_test(asking_nobody_changes_nothing),
        cmocka_unit_test(one_bed_many_hands),
        cmocka_unit_test(the_same_pool_again),
        cmocka_unit_test(the_same_pool_after_a_while),
        cmocka_unit_test(capacity_that_forbids_asking),
        cmocka_unit_test(an_old_number_is_asked_up_to_the_units),
        cmocka_unit_test(only_comensha_places_in_cosm),
        cmocka_unit_test(a_hard_rule_excludes),
        cmocka_unit_test(two_linked_units_or_none),
        cmocka_unit_test(times_follow_threat_level_and_urgency),
        cmocka_unit_test(the_two_moments_of_a_request),
        cmocka_unit_test(the_clock_starts_when_the_house_opens),
        cmocka_unit_test(the_proposal_is_frozen),
        cmocka_unit_test(the_rank_is_the_one_that_was_seen),
        cmocka_unit_test(a_referral_asks_a_bounded_number_in_its_life),
        cmocka_unit_test(without_facts_nobody_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
