/* The kill switch, surge and the question about a conflict through commands: every allowed move and every
 * other refused, who may, what a frozen location takes back and whom it moves in which order, and what of it
 * shows. */
#include "support/exchange.h"
#include "support/moves.h"
#include "support/safety_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/match.h"
#include "core/scarcity.h"

#include <string.h>

static void the_tables_of_moves(void **state)
{
    (void)state;
    /* To: reported frozen lift_asked lifted dropped */
    MOVES(leak, leak_state, LEAK_STATE_N, [LEAK_REPORTED] = ".x..x", [LEAK_FROZEN] = "..x..",
          [LEAK_LIFT_ASKED] = ".x.x.", [LEAK_LIFTED] = ".....", [LEAK_DROPPED] = ".....");
    /* To: open no yes */
    MOVES(conflict, conflict_state,
          CONFLICT_STATE_N, [CONFLICT_OPEN] = ".xx", [CONFLICT_NO] = "...", [CONFLICT_YES] = "...");
}

/* ---- steps ---- */

static struct outcome surge(struct exchange *x, const char *region, bool on)
{
    return give(x, CMD_SET_SURGE, as(actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR), CARL),
                (struct safety_command){.regions = UINT64_C(1) << vocab_region_find(x->vocab, region),
                                        .on = on,
                                        .reason = SURGE_DRUKTE});
}

/* Pool at LOCATION that is kept for a surge, with two free units. */
static unsigned overflow_pool(struct exchange *x, unsigned location, enum an_org org)
{
    struct pool p = pool_of_kind(x, location, "overloop", KIND_CRISIS);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct observation o;

    p.overflow = true;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    o = an_observation(x, engine_pools(x->e), POOL_UNITS, POOL_UNITS);
    assert_int_equal(do_report(x, shelter_of(org), &o, 1).applied, 1);
    return engine_pools(x->e);
}

static bool is_listed(const struct exchange *x, const struct need *need, unsigned pool)
{
    struct match_query q = {.need = need, .role = ROLE_COMENSHA, .now_ms = x->now};
    struct match_result m;
    bool found = false;

    match_run(x->e, &q, &m);
    for (size_t i = 0; i < m.n; i++)
        found |= m.list[i].pool.v == pool;
    assert_int_equal(m.n, m.n_fits + m.n_ask + m.n_out);
    match_fini(&m);
    return found;
}

/* ---- two people ---- */

static void two_people_freeze_and_two_lift(void **state)
{
    struct exchange *x = exchange_new();
    struct actor anna = as(shelter_of(HUIS_B), ANNA), bert = as(actor_of(ROLE_ORG_ADMIN, HUIS_B), BERT);
    uint32_t leak = (uint32_t)report(x, anna, B_HUIS).made;
    const struct leak *l = engine_leak(x->e, leak);

    (void)state;
    assert_int_equal(leak, 1);
    assert_int_equal(l->state, LEAK_REPORTED);
    assert_false(the_pool(x, POOL_B).hidden);
    /* Said again, by whomever: it is the same. */
    assert_int_equal(report(x, bert, B_HUIS).made, leak);
    assert_int_equal(last_count(x), 0);
    /* Nothing but a second person, or taking it back. */
    assert_int_equal(step(x, CMD_ASK_LIFT, bert, leak), REFUSAL_WRONG_STATE);
    assert_int_equal(step(x, CMD_LIFT_LEAK, bert, leak), REFUSAL_WRONG_STATE);
    assert_int_equal(step(x, CMD_CONFIRM_LEAK, anna, leak), REFUSAL_SAME_PERSON);
    assert_int_equal(engine_leak(x->e, leak)->state, LEAK_REPORTED);
    assert_int_equal(step(x, CMD_CONFIRM_LEAK, bert, leak), REFUSAL_NONE);
    assert_int_equal(engine_leak(x->e, leak)->state, LEAK_FROZEN);
    assert_true(the_pool(x, POOL_B).hidden);
    assert_int_equal(the_pool(x, POOL_B).offerable, 0);
    assert_int_equal(step(x, CMD_CONFIRM_LEAK, bert, leak), REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(step(x, CMD_CONFIRM_LEAK, as(bert, CARL), leak), REFUSAL_WRONG_STATE);
    assert_int_equal(step(x, CMD_WITHDRAW_LEAK, anna, leak), REFUSAL_WRONG_STATE);
    assert_int_equal(step(x, CMD_LIFT_LEAK, anna, leak), REFUSAL_WRONG_STATE);
    /* Lifting: one asks, it may be refused, and another does it. */
    assert_int_equal(step(x, CMD_ASK_LIFT, anna, leak), REFUSAL_NONE);
    assert_int_equal(step(x, CMD_CONFIRM_LEAK, bert, leak), REFUSAL_WRONG_STATE);
    assert_int_equal(step(x, CMD_WITHDRAW_LEAK, bert, leak), REFUSAL_NONE);
    assert_int_equal(engine_leak(x->e, leak)->state, LEAK_FROZEN);
    assert_true(the_pool(x, POOL_B).hidden);
    assert_int_equal(step(x, CMD_ASK_LIFT, anna, leak), REFUSAL_NONE);
    assert_int_equal(step(x, CMD_LIFT_LEAK, anna, leak), REFUSAL_SAME_PERSON);
    assert_true(the_pool(x, POOL_B).hidden);
    assert_int_equal(step(x, CMD_LIFT_LEAK, bert, leak), REFUSAL_NONE);
    assert_int_equal(engine_leak(x->e, leak)->state, LEAK_LIFTED);
    assert_false(the_pool(x, POOL_B).hidden);
    assert_int_equal(the_pool(x, POOL_B).offerable, POOL_UNITS);
    for (int kind = CMD_CONFIRM_LEAK; kind <= CMD_ASK_LIFT; kind++)
        assert_int_equal(step(x, (enum command_kind)kind, as(bert, CARL), leak), REFUSAL_WRONG_STATE);
    /* A new one may come; a report that is taken back is over too. */
    assert_int_equal(report(x, anna, B_HUIS).made, leak + 1);
    assert_int_equal(step(x, CMD_WITHDRAW_LEAK, bert, leak + 1), REFUSAL_NONE);
    assert_int_equal(engine_leak(x->e, leak + 1)->state, LEAK_DROPPED);
    for (int kind = CMD_CONFIRM_LEAK; kind <= CMD_LIFT_LEAK; kind++)
        if (kind != CMD_WITHDRAW_LEAK)
            assert_int_equal(step(x, (enum command_kind)kind, bert, leak + 1), REFUSAL_WRONG_STATE);
    exchange_free(x);
}

static void who_may(void **state)
{
    struct exchange *x = exchange_new();
    const struct {
        struct actor who;
        unsigned location;
        enum refusal want;
    } cases[] = {
        {shelter_of(HUIS_A), A_NOORD, REFUSAL_NONE},
        {shelter_at(HUIS_A, A_ZUID), A_ZUID, REFUSAL_NONE},
        {shelter_at(HUIS_A, A_ZUID), A_NOORD, REFUSAL_NOT_FOUND},
        {shelter_of(HUIS_A), B_HUIS, REFUSAL_NOT_FOUND},
        {shelter_of(HUIS_A), 99, REFUSAL_NOT_FOUND},
        {actor_of(ROLE_ORG_ADMIN, HUIS_C), C_HUIS, REFUSAL_NONE},
        {actor_of(ROLE_ORG_ADMIN, HUIS_C), B_HUIS, REFUSAL_NOT_FOUND},
        {actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR), B_HUIS, REFUSAL_NONE},
        {referrer_of(VT_OOST), B_HUIS, REFUSAL_NOT_ALLOWED},
        {referrer_of(COMENSHA), B_HUIS, REFUSAL_NOT_ALLOWED},
        {actor_of(ROLE_MUNICIPALITY, GEMEENTE), B_HUIS, REFUSAL_NOT_ALLOWED},
        {actor_of(ROLE_RAPPORTEUR, RAPPORTEUR), B_HUIS, REFUSAL_NOT_ALLOWED},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (report(x, cases[i].who, cases[i].location).refusal != cases[i].want)
            fail_msg("report, case %zu: %s", i, refusal_code(x->last.refusal));
    }
    /* What another house reported, it neither sees nor confirms. */
    assert_int_equal(step(x, CMD_CONFIRM_LEAK, shelter_of(HUIS_B), 1), REFUSAL_NOT_FOUND);
    assert_false(may(x->e, &(struct actor){.role = ROLE_SHELTER, .org = {HUIS_B}}, ACT_SEE_LEAK, 1));
    assert_int_equal(give(x, CMD_REPORT_LEAK, shelter_of(HUIS_A),
                          (struct safety_command){.location = {A_NOORD}, .reason = LEAK_REASON_N})
                         .refusal,
                     REFUSAL_UNKNOWN_REASON);
    assert_int_equal(
        give(x, CMD_SET_SURGE, shelter_of(HUIS_A), (struct safety_command){.regions = 1, .on = true}).refusal,
        REFUSAL_NOT_ALLOWED);
    exchange_free(x);
}

/* ---- what freezing does ---- */

static void what_was_asked_and_promised_is_taken_back(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id asked = do_open(x, VT_OOST, a_need()), reserved = do_open(x, VT_WEST, a_need());
    struct request_id q1 = do_ask_one(x, asked, POOL_A1), q1b = do_ask_one(x, asked, POOL_B);
    struct request_id q2 = do_ask_one(x, reserved, POOL_A1);
    struct actor reveals = referrer_of(VT_WEST);
    size_t cancelled = 0;

    (void)state;
    do_answer(x, CMD_ACCEPT, q2, 0);
    do_referral(x, CMD_TRAVEL, reserved, x->now + MS_HOUR, 0);
    assert_true(may(x->e, &reveals, ACT_REVEAL_LOCATION, q2.v));
    freeze(x, HUIS_A, A_NOORD);
    for (size_t i = 0; i < last_count(x); i++)
        cancelled += last_event(x, i)->kind == EV_REQUEST_CANCELLED;
    assert_int_equal(cancelled, 2);
    assert_int_equal(the_request(x, q1)->state, REQUEST_CANCELLED);
    assert_int_equal(the_request(x, q1)->cancel_why, CANCEL_LEAKED);
    assert_int_equal(the_request(x, q2)->cancel_why, CANCEL_LEAKED);
    assert_int_equal(the_request(x, q1b)->state, REQUEST_PENDING);
    assert_int_equal(the_referral(x, asked)->state, REFERRAL_ASKED);
    assert_int_equal(the_referral(x, reserved)->state, REFERRAL_OPEN);
    assert_int_equal(the_referral(x, reserved)->accepted_at_ms, 0);
    assert_int_equal(the_referral(x, reserved)->eta_ms, 0);
    assert_int_equal(the_pool(x, POOL_A1).held, 0);
    assert_false(may(x->e, &reveals, ACT_REVEAL_LOCATION, q2.v));
    /* A yes that comes now is recorded, and counts for nothing. */
    assert_int_equal(do_answer(x, CMD_ACCEPT, q1, 0).refusal, REFUSAL_WRONG_STATE);
    assert_true(the_request(x, q1)->late_yes);
    /* The other house of the same organisation goes on. */
    assert_false(the_pool(x, POOL_A2).hidden);
    exchange_free(x);
}

static void it_is_hidden_from_all_but_its_own(void **state)
{
    struct exchange *x = exchange_new();
    struct need need = a_need();
    struct referral_id r = do_open(x, VT_OOST, need);
    const struct actor hidden_from[] = {referrer_of(VT_OOST), referrer_of(COMENSHA), shelter_of(HUIS_B)};
    const struct actor shown_to[] = {shelter_of(HUIS_A), actor_of(ROLE_ORG_ADMIN, HUIS_A),
                                     actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR)};
    struct command announce = {.kind = CMD_ANNOUNCE,
                               .actor = {.role = ROLE_SYSTEM},
                               .u.announce = {.referral = r, .pool = {POOL_A1}}};
    struct match_candidate list[8];
    struct match_query q;
    struct observation o;

    (void)state;
    assert_true(is_listed(x, &need, POOL_A1));
    freeze(x, HUIS_A, A_NOORD);
    assert_false(is_listed(x, &need, POOL_A1));
    assert_true(is_listed(x, &need, POOL_A2));
    for (size_t i = 0; i < COUNT_OF(hidden_from); i++) {
        assert_false(may(x->e, &hidden_from[i], ACT_SEE_POOL, POOL_A1));
        assert_false(may(x->e, &hidden_from[i], ACT_SEE_CAPACITY, POOL_A1));
    }
    for (size_t i = 0; i < COUNT_OF(shown_to); i++) {
        assert_true(may(x->e, &shown_to[i], ACT_SEE_POOL, POOL_A1));
        assert_true(may(x->e, &shown_to[i], ACT_SEE_CAPACITY, POOL_A1));
    }
    assert_int_equal(do_ask(x, r, (unsigned[]){POOL_A1}, 1).refusal, REFUSAL_TAKEN);
    assert_int_equal(exchange_do(x, &announce).refusal, REFUSAL_TAKEN);
    q = match_query_of(x->e, engine_referral(x->e, r), x->now);
    for (size_t n = match_candidates(x->e, &q, UINT32_MAX, list, COUNT_OF(list)); n > 0; n--)
        assert_int_not_equal(list[n - 1].pool.v, POOL_A1);
    /* Nobody counts on an old number there either: where nothing is known nobody may ask. */
    x->now += 30 * MS_HOUR;
    assert_int_equal(do_ask(x, r, (unsigned[]){POOL_A1}, 1).refusal, REFUSAL_TAKEN);
    /* Its own people report on; that still offers nothing. */
    o = an_observation(x, POOL_A1, POOL_UNITS, POOL_UNITS);
    assert_int_equal(do_report(x, shelter_of(HUIS_A), &o, 1).applied, 1);
    assert_int_equal(engine_freed_pool(x->e, 0).v, 0);
    assert_int_equal(the_pool(x, POOL_A1).offerable, 0);
    exchange_free(x);
}

static void lifting_counts_as_freed_and_frozen_is_no_supply(void **state)
{
    struct exchange *x = exchange_new();
    struct actor anna = as(shelter_of(HUIS_B), ANNA), bert = as(shelter_of(HUIS_B), BERT);
    struct scarcity_moment before, frozen, after;
    uint32_t leak = 0;

    (void)state;
    for (int i = 0; i < 3; i++)
        do_open(x, VT_OOST, a_need());
    scarcity_at(x->e, x->now, &before);
    leak = freeze(x, HUIS_B, B_HUIS);
    scarcity_at(x->e, x->now, &frozen);
    assert_true(memcmp(before.loss, frozen.loss, sizeof before.loss) != 0);
    step(x, CMD_ASK_LIFT, anna, leak);
    step(x, CMD_LIFT_LEAK, bert, leak);
    assert_int_equal(engine_pool_freed_ms(x->e, (struct pool_id){POOL_B}, x->now), x->now);
    scarcity_at(x->e, x->now, &after);
    assert_memory_equal(before.loss, after.loss, sizeof before.loss);
    exchange_free(x);
}

/* ---- surge ---- */

static void overflow_opens_in_a_surge_of_its_region(void **state)
{
    struct exchange *x = exchange_new();
    unsigned pool = overflow_pool(x, B_HUIS, HUIS_B);
    struct need need = a_need();
    struct referral_id r = do_open(x, VT_OOST, need), r2 = do_open(x, VT_OOST, need);
    struct request_id q;

    (void)state;
    assert_true(the_pool(x, pool).idle);
    assert_false(is_listed(x, &need, pool));
    assert_true(may(x->e, &(struct actor){.role = ROLE_REFERRER, .org = {VT_OOST}}, ACT_SEE_POOL, pool));
    assert_int_equal(do_ask(x, r, (unsigned[]){pool}, 1).refusal, REFUSAL_TAKEN);
    assert_int_equal(surge(x, "R01", true).refusal, REFUSAL_NONE);
    assert_true(the_pool(x, pool).idle);
    x->now += MS_MINUTE;
    assert_int_equal(surge(x, "R30", true).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 1);
    assert_int_equal(engine_freed_pool(x->e, 0).v, pool);
    assert_int_equal(surge(x, "R30", true).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    assert_false(the_pool(x, pool).idle);
    assert_true(is_listed(x, &need, pool));
    q = do_ask_one(x, r, pool);
    assert_true(the_request(x, q)->overflow);
    x->now += MS_MINUTE;
    assert_int_equal(surge(x, "R30", false).refusal, REFUSAL_NONE);
    /* What was asked in it may still be answered. */
    assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(do_ask(x, r2, (unsigned[]){pool}, 1).refusal, REFUSAL_TAKEN);
    assert_false(is_listed(x, &need, pool));
    assert_int_equal(engine_surge(x->e, vocab_region_find(x->vocab, "R30"))->until_ms, x->now);
    exchange_free(x);
}

static void a_surge_of_the_nation_is_one_event_per_region(void **state)
{
    struct exchange *x = exchange_new();
    uint64_t all = (UINT64_C(1) << vocab_regions(x->vocab)) - 1;
    struct actor admin = actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR);

    (void)state;
    surge(x, "R30", true);
    assert_int_equal(
        give(x, CMD_SET_SURGE, admin, (struct safety_command){.regions = all, .on = true}).refusal,
        REFUSAL_NONE);
    assert_int_equal(last_count(x), vocab_regions(x->vocab) - 1);
    assert_int_equal(
        give(x, CMD_SET_SURGE, admin, (struct safety_command){.regions = all, .on = false}).refusal,
        REFUSAL_NONE);
    assert_int_equal(last_count(x), vocab_regions(x->vocab));
    assert_int_equal(give(x, CMD_SET_SURGE, admin, (struct safety_command){.regions = 0, .on = true}).refusal,
                     REFUSAL_LIMIT);
    assert_int_equal(
        give(x, CMD_SET_SURGE, admin, (struct safety_command){.regions = all + 1, .on = true}).refusal,
        REFUSAL_LIMIT);
    assert_int_equal(give(x, CMD_SET_SURGE, admin,
                          (struct safety_command){.regions = 1, .on = true, .reason = SURGE_REASON_N})
                         .refusal,
                     REFUSAL_UNKNOWN_REASON);
    exchange_free(x);
}

/* ---- conflict ---- */

static struct outcome ask_conflict(struct exchange *x, struct actor who, struct request_id q)
{
    return give(x, CMD_ASK_CONFLICT, who, (struct safety_command){.request = q});
}

static struct outcome answer_conflict(struct exchange *x, struct actor who, struct request_id q,
                                      bool conflict)
{
    return give(x, CMD_ANSWER_CONFLICT, who, (struct safety_command){.request = q, .conflict = conflict});
}

static void an_open_question_stands_before_the_yes(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B), other = do_ask_one(x, r, POOL_C);
    struct actor house = shelter_of(HUIS_B), desk = referrer_of(VT_OOST);

    (void)state;
    assert_int_equal(answer_conflict(x, house, q, false).refusal, REFUSAL_WRONG_STATE);
    assert_int_equal(ask_conflict(x, house, q).refusal, REFUSAL_NOT_ALLOWED);
    assert_int_equal(ask_conflict(x, referrer_of(VT_WEST), q).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(ask_conflict(x, desk, q).refusal, REFUSAL_NONE);
    assert_int_equal(strlen(engine_conflict_of(x->e, q)->token), 3 + CONFLICT_TOKEN_LETTERS);
    assert_int_equal(ask_conflict(x, desk, q).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_CONFLICT_OPEN);
    assert_int_equal(the_request(x, q)->state, REQUEST_PENDING);
    assert_int_equal(answer_conflict(x, shelter_of(HUIS_C), q, false).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(answer_conflict(x, house, q, false).refusal, REFUSAL_NONE);
    assert_int_equal(answer_conflict(x, house, q, false).refusal, REFUSAL_NONE);
    assert_int_equal(answer_conflict(x, house, q, true).refusal, REFUSAL_ANSWERED);
    /* Of two tokens none is like the other. */
    ask_conflict(x, desk, other);
    assert_string_not_equal(engine_conflict_of(x->e, q)->token, engine_conflict_of(x->e, other)->token);
    assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_request(x, other)->state, REQUEST_CANCELLED);
    assert_int_equal(answer_conflict(x, shelter_of(HUIS_C), other, true).refusal, REFUSAL_WRONG_STATE);
    assert_int_equal(ask_conflict(x, desk, q).refusal, REFUSAL_NONE); /* asked already */
    exchange_free(x);
}

static void a_conflict_declines(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    ask_conflict(x, referrer_of(VT_OOST), q);
    assert_int_equal(answer_conflict(x, shelter_of(HUIS_B), q, true).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 2);
    assert_int_equal(the_request(x, q)->state, REQUEST_DECLINED);
    assert_string_equal(vocab_list_code(x->vocab, LIST_DECLINE, the_request(x, q)->decline_reason - 1u),
                        "netwerk_conflict");
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    assert_int_equal(engine_conflict_of(x->e, q)->state, CONFLICT_YES);
    /* Asked only while the house has not answered. */
    r = do_open(x, VT_OOST, a_need());
    q = do_ask_one(x, r, POOL_C);
    do_answer(x, CMD_DECLINE, q, 4);
    assert_int_equal(ask_conflict(x, referrer_of(VT_OOST), q).refusal, REFUSAL_WRONG_STATE);
    exchange_free(x);
}

/* ---- replay ---- */

static void replay_comes_to_the_same(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct engine *other = NULL;

    (void)state;
    ask_conflict(x, referrer_of(VT_OOST), do_ask_one(x, r, POOL_B));
    moves_in(x, VT_WEST, a_need(), POOL_A1);
    surge(x, "R30", true);
    freeze(x, HUIS_A, A_NOORD);
    other = exchange_replay(x);
    assert_true(engine_digest(other, true) == engine_digest(x->e, true));
    engine_free(other);
    exchange_free(x);
}

/* The inside of apply: what no decision makes is impossible. */
static void impossible_events(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);
    uint32_t leak = (uint32_t)report(x, as(shelter_of(HUIS_B), ANNA), B_HUIS).made;
    const struct event bad[] = {
        {.kind = EV_LEAK_REPORTED, .account = {ANNA}, .u.leak = {.leak = leak + 1, .location = {B_HUIS}}},
        {.kind = EV_LEAK_REPORTED, .account = {ANNA}, .u.leak = {.leak = leak + 2, .location = {A_NOORD}}},
        {.kind = EV_LEAK_REPORTED, .u.leak = {.leak = leak + 1, .location = {A_NOORD}}},
        {.kind = EV_LOCATION_FROZEN, .account = {ANNA}, .u.leak = {.leak = leak, .location = {B_HUIS}}},
        /* While it holds a unit for somebody. */
        {.kind = EV_LOCATION_FROZEN, .account = {BERT}, .u.leak = {.leak = leak, .location = {B_HUIS}}},
        {.kind = EV_LOCATION_LIFTED, .account = {BERT}, .u.leak = {.leak = leak, .location = {B_HUIS}}},
        {.kind = EV_LEAK_LIFT_ASKED, .account = {BERT}, .u.leak = {.leak = leak, .location = {B_HUIS}}},
        {.kind = EV_LEAK_LIFT_REFUSED, .account = {BERT}, .u.leak = {.leak = leak, .location = {B_HUIS}}},
        {.kind = EV_LEAK_DROPPED, .account = {BERT}, .u.leak = {.leak = leak, .location = {A_NOORD}}},
        {.kind = EV_LEAK_HOUSEHOLD, .u.leak = {.leak = leak, .location = {B_HUIS}, .rank = 1}},
        {.kind = EV_SURGE_SET, .u.surge = {.region = 3, .on = false}},
        {.kind = EV_SURGE_SET, .u.surge = {.region = SURGE_REGIONS_MAX, .on = true}},
        {.kind = EV_CONFLICT_ASKED, .u.conflict = {.request = {q.v + 1}, .referral = r}},
        {.kind = EV_CONFLICT_ANSWERED, .u.conflict = {.request = q, .referral = r}},
        {.kind = EV_REQUEST_CANCELLED, .u.request = {.request = q, .referral = r, .why = CANCEL_LEAKED}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct event ev = bad[i];
        char why[200];

        ev.seq = engine_seq(x->e) + 1;
        ev.at_ms = x->now;
        if (ev.kind == EV_REQUEST_CANCELLED) /* for a leak of a house that has none */
            assert_int_equal(step(x, CMD_WITHDRAW_LEAK, shelter_of(HUIS_B), leak), REFUSAL_NONE);
        ev.seq = engine_seq(x->e) + 1;
        if (engine_replay(x->e, &ev, why, sizeof why) != ERR_BAD_INPUT)
            fail_msg("case %zu was possible", i);
    }
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tables_of_moves),
        cmocka_unit_test(two_people_freeze_and_two_lift),
        cmocka_unit_test(who_may),
        cmocka_unit_test(what_was_asked_and_promised_is_taken_back),
        cmocka_unit_test(it_is_hidden_from_all_but_its_own),
        cmocka_unit_test(lifting_counts_as_freed_and_frozen_is_no_supply),
        cmocka_unit_test(overflow_opens_in_a_surge_of_its_region),
        cmocka_unit_test(a_surge_of_the_nation_is_one_event_per_region),
        cmocka_unit_test(an_open_question_stands_before_the_yes),
        cmocka_unit_test(a_conflict_declines),
        cmocka_unit_test(replay_comes_to_the_same),
        cmocka_unit_test(impossible_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
