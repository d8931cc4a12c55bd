/* The referral's way: every allowed move and every other refused, by the table and through commands. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/engine_state.h"

#include <stdlib.h>
#include <string.h>

static void the_table_of_moves(void **state)
{
    /* Row: from; column: to. open asked reserved travelling admitted withdrawn closed departed */
    static const char *const may[REFERRAL_STATE_N] = {
        [REFERRAL_OPEN] = ".x...xx.",     [REFERRAL_ASKED] = "x.x..xx.",
        [REFERRAL_RESERVED] = "x..xxx..", [REFERRAL_TRAVELLING] = "x...xx..",
        [REFERRAL_ADMITTED] = ".......x", [REFERRAL_WITHDRAWN] = "........",
        [REFERRAL_CLOSED] = "........",   [REFERRAL_DEPARTED] = "....x...",
    };

    (void)state;
    for (int from = 0; from < REFERRAL_STATE_N; from++) {
        for (int to = 0; to < REFERRAL_STATE_N; to++) {
            if (referral_may_become((enum referral_state)from, (enum referral_state)to) !=
                (may[from][to] == 'x'))
                fail_msg("%s to %s", referral_state_code((enum referral_state)from),
                         referral_state_code((enum referral_state)to));
        }
        assert_int_equal(referral_is_live((enum referral_state)from), from != REFERRAL_ADMITTED &&
                                                                          from != REFERRAL_DEPARTED &&
                                                                          strchr(may[from], 'x') != NULL);
    }
}

/* Bring a referral into a state by commands. Its request, if it has one, is to pool B. */
static struct referral_id a_referral(struct exchange *x, enum referral_state s, struct request_id *q)
{
    struct referral_id r = do_open(x, VT_OOST, a_need());

    *q = (struct request_id){0};
    if (s == REFERRAL_WITHDRAWN)
        do_referral(x, CMD_WITHDRAW, r, 0, 1);
    if (s == REFERRAL_CLOSED) {
        struct command cmd = {.kind = CMD_CLOSE_REFERRAL, .actor = referrer_of(VT_OOST)};

        cmd.u.night.referral = r;
        cmd.u.night.night = (struct night){.day = (int32_t)(x->now / MS_DAY), .slept = 12, .reason = 1};
        exchange_do(x, &cmd);
    }
    if (s == REFERRAL_OPEN || s == REFERRAL_WITHDRAWN || s == REFERRAL_CLOSED)
        return r;
    *q = do_ask_one(x, r, POOL_B);
    if (s == REFERRAL_ASKED)
        return r;
    do_answer(x, CMD_ACCEPT, *q, 0);
    if (s == REFERRAL_TRAVELLING)
        do_referral(x, CMD_TRAVEL, r, x->now + MS_HOUR, 0);
    if (s == REFERRAL_ADMITTED || s == REFERRAL_DEPARTED)
        do_answer(x, CMD_CONFIRM_ARRIVAL, *q, 0);
    if (s == REFERRAL_DEPARTED) {
        struct command cmd = {.kind = CMD_DEPART, .actor = shelter_of(HUIS_B)};

        cmd.u.stay =
            (struct stay_command){.stay = engine_stay_of(x->e, r)->id, .reason = 1, .destination = 1};
        assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    }
    return r;
}

/* Each command in each state: where it leads, or that it is refused and changes nothing. */
static void commands_in_every_state(void **state)
{
#define NO REFERRAL_STATE_N
    static const struct {
        enum command_kind kind;
        /* from open asked reserved travelling admitted withdrawn closed departed */
        enum referral_state to[REFERRAL_STATE_N];
    } cases[] = {
        {CMD_ASK, {REFERRAL_ASKED, REFERRAL_ASKED, NO, NO, NO, NO, NO, NO}},
        {CMD_TRAVEL, {NO, NO, REFERRAL_TRAVELLING, REFERRAL_TRAVELLING, NO, NO, NO, NO}},
        {CMD_NO_SHOW, {NO, NO, REFERRAL_OPEN, REFERRAL_OPEN, NO, NO, NO, NO}},
        {CMD_WITHDRAW,
         {REFERRAL_WITHDRAWN, REFERRAL_WITHDRAWN, REFERRAL_WITHDRAWN, REFERRAL_WITHDRAWN, NO, NO, NO, NO}},
        /* of a household that has left: nothing would happen (stay/resume_test.c) */
        {CMD_CONFIRM_ARRIVAL,
         {NO, NO, REFERRAL_ADMITTED, REFERRAL_ADMITTED, REFERRAL_ADMITTED, NO, NO, REFERRAL_STATE_N + 1}},
    };
#undef NO

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (unsigned from = 0; from < REFERRAL_STATE_N; from++) {
            struct exchange *x = exchange_new();
            struct request_id q;
            struct referral_id r = a_referral(x, (enum referral_state)from, &q);
            enum referral_state to = cases[i].to[from];
            const unsigned pool = POOL_C;
            struct outcome o;

            assert_int_equal(the_referral(x, r)->state, from);
            if (cases[i].kind == CMD_CONFIRM_ARRIVAL && q.v == 0) {
                exchange_free(x); /* no request to confirm */
                continue;
            }
            if (cases[i].kind == CMD_ASK)
                o = do_ask(x, r, &pool, 1);
            else if (cases[i].kind == CMD_CONFIRM_ARRIVAL)
                o = do_answer(x, cases[i].kind, q, 0);
            else
                o = do_referral(x, cases[i].kind, r, x->now + 2 * MS_HOUR, 2);
            if (to == REFERRAL_STATE_N + 1) {
                assert_int_equal(o.refusal, REFUSAL_HAS_LEFT);
                assert_int_equal(last_count(x), 0);
                exchange_free(x);
                continue;
            }
            if (to == REFERRAL_STATE_N ? o.refusal != REFUSAL_WRONG_STATE || last_count(x) != 0
                                       : o.refusal != REFUSAL_NONE || the_referral(x, r)->state != to)
                fail_msg("%s in %s: %s, then %s", command_name(cases[i].kind),
                         referral_state_code((enum referral_state)from), refusal_code(o.refusal),
                         referral_state_code(the_referral(x, r)->state));
            assert_int_equal(o.referral.v, r.v);
            exchange_free(x);
        }
    }
}

static void opening_keeps_what_statistics_need(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need(.urgency = URGENCY_VANDAAG);
    const struct referral *r = NULL;

    (void)state;
    n.home_region = 3;
    r = the_referral(x, do_open(x, VT_OOST, n));
    assert_int_equal(r->state, REFERRAL_OPEN);
    assert_int_equal(r->org.v, VT_OOST);
    assert_int_equal(r->opened_by.v, 100 + VT_OOST);
    assert_int_equal(r->urgency, URGENCY_VANDAAG);
    assert_int_equal(r->home_region, 3);
    assert_int_equal(r->opened_at_ms, x->now);
    assert_int_equal(r->deadline_ms, x->now + 1440 * MS_MINUTE);
    assert_true(r->facts_known);
    assert_int_equal(r->need.n_persons, 1);
    assert_int_equal(r->version, engine_seq(x->e));
    exchange_free(x);
}

static void a_need_out_of_range_is_not_opened(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need(.adults = 0);
    struct command cmd = {.kind = CMD_OPEN_REFERRAL, .actor = referrer_of(VT_OOST)};

    (void)state;
    cmd.u.need = &n;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_LIMIT);
    assert_int_equal(engine_referrals(x->e), 0);
    exchange_free(x);
}

static void codes_are_speakable_and_differ(void **state)
{
    struct exchange *x = exchange_new();
    struct command cmd = {.kind = CMD_OPEN_REFERRAL, .actor = referrer_of(VT_OOST), .draw = 7};
    struct need n = a_need();
    char code[REFERRAL_CODE_SIZE], again[REFERRAL_CODE_SIZE];

    (void)state;
    for (uint64_t draw = 0; draw < 20000; draw++) {
        referral_code_make(draw, code);
        assert_int_equal(strlen(code), 7);
        assert_memory_equal(code, "VT-", 3);
        assert_int_equal(strspn(code + 3, "ACDEFGHJKMNPQRTUVWXY34679"), 4);
    }
    referral_code_make(1, code);
    referral_code_make(1, again);
    assert_string_equal(code, again);
    referral_code_make_long(1, REFERRAL_CODE_LETTERS_MAX, code);
    assert_int_equal(strlen(code), 3 + REFERRAL_CODE_LETTERS_MAX);

    /* The same draw again and again: other codes, then longer ones, then an honest refusal. */
    cmd.u.need = &n;
    for (unsigned i = 0; i < 8 * 5; i++) {
        const struct referral *r = NULL;

        assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
        r = the_referral(x, x->last.referral);
        for (uint64_t k = 1; k < r->id.v; k++)
            assert_string_not_equal(r->code, the_referral(x, (struct referral_id){k})->code);
        assert_int_equal(strlen(r->code), 7 + i / 8);
    }
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_LIMIT);
    exchange_free(x);
}

static void on_the_way_with_a_new_time(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q;
    struct referral_id r = a_referral(x, REFERRAL_RESERVED, &q);

    (void)state;
    do_referral(x, CMD_TRAVEL, r, x->now + MS_HOUR, 0);
    assert_int_equal(the_referral(x, r)->eta_ms, x->now + MS_HOUR);
    assert_int_equal(last_event(x, 0)->u.referral.request.v, q.v);
    /* Said again: nothing new. */
    do_referral(x, CMD_TRAVEL, r, x->now + MS_HOUR, 0);
    assert_int_equal(last_count(x), 0);
    do_referral(x, CMD_TRAVEL, r, x->now + 2 * MS_HOUR, 0);
    assert_int_equal(the_referral(x, r)->eta_ms, x->now + 2 * MS_HOUR);
    do_referral(x, CMD_TRAVEL, r, 0, 0);
    assert_int_equal(the_referral(x, r)->eta_ms, 0);
    assert_int_equal(do_referral(x, CMD_TRAVEL, r, -1, 0).refusal, REFUSAL_LIMIT);
    assert_int_equal(do_referral(x, CMD_TRAVEL, r, INT64_MAX, 0).refusal, REFUSAL_LIMIT);
    exchange_free(x);
}

static void arrival_ends_the_search(void **state)
{
    static const enum referral_state from[] = {REFERRAL_RESERVED, REFERRAL_TRAVELLING};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(from); i++) {
        struct exchange *x = exchange_new();
        struct request_id q;
        struct referral_id r = a_referral(x, from[i], &q);

        x->now += MS_HOUR;
        assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
        assert_int_equal(the_referral(x, r)->state, REFERRAL_ADMITTED);
        assert_int_equal(the_referral(x, r)->admitted_at_ms, x->now);
        assert_int_equal(the_referral(x, r)->closed_at_ms, x->now);
        assert_int_equal(the_request(x, q)->state, REQUEST_ADMITTED);
        assert_int_equal(the_request(x, q)->ended_at_ms, x->now);
        assert_int_equal(last_count(x), 2); /* and its stay begins */
        assert_int_equal(last_event(x, 0)->kind, EV_STAY_STARTED);
        do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
        assert_int_equal(x->last.refusal, REFUSAL_NONE);
        assert_int_equal(last_count(x), 0);
        exchange_free(x);
    }
}

static void the_referrer_may_confirm_arrival_too(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q;
    struct referral_id r = a_referral(x, REFERRAL_TRAVELLING, &q);
    struct command cmd = {.kind = CMD_CONFIRM_ARRIVAL, .actor = referrer_of(VT_OOST)};

    (void)state;
    cmd.u.answer.request = q;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ADMITTED);
    exchange_free(x);
}

static void arrival_only_after_a_yes(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q;

    (void)state;
    a_referral(x, REFERRAL_ASKED, &q);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_WRONG_STATE);
    do_answer(x, CMD_DECLINE, q, 1);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_WRONG_STATE);
    exchange_free(x);
}

static void no_show_by_shelter_or_referrer(void **state)
{
    const struct actor who[] = {shelter_of(HUIS_B), referrer_of(VT_OOST)};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(who); i++) {
        struct exchange *x = exchange_new();
        struct request_id q;
        struct referral_id r = a_referral(x, REFERRAL_TRAVELLING, &q);
        struct command cmd = {.kind = CMD_NO_SHOW, .actor = who[i]};

        cmd.u.referral.referral = r;
        x->now += MS_HOUR;
        assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
        assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
        assert_int_equal(the_referral(x, r)->eta_ms, 0);
        assert_int_equal(the_referral(x, r)->accepted_at_ms, 0);
        assert_int_equal(the_request(x, q)->state, REQUEST_CANCELLED);
        assert_int_equal(the_request(x, q)->cancel_why, CANCEL_NO_SHOW);
        assert_int_equal(the_request(x, q)->ended_at_ms, x->now);
        assert_int_equal(last_event(x, 0)->u.referral.request.v, q.v);
        exchange_free(x);
    }
}

/* It stood at the door and was not let in: as a no show, and noted of the house that said yes. */
static void refused_at_the_door(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q;
    struct referral_id r = a_referral(x, REFERRAL_TRAVELLING, &q);
    struct command cmd = {.kind = CMD_NO_SHOW, .actor = referrer_of(VT_OOST)};
    struct engine *again = NULL;
    uint64_t before = 0;
    char why[200];

    (void)state;
    cmd.u.referral.referral = r;
    cmd.u.referral.refused = true;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 2);
    assert_int_equal(last_event(x, 1)->kind, EV_HOUSEHOLD_REFUSED);
    assert_int_equal(last_event(x, 0)->kind, EV_REFERRAL_NO_SHOW);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    assert_int_equal(the_request(x, q)->cancel_why, CANCEL_NO_SHOW);
    assert_true(the_request(x, q)->refused);
    if (!engine_check(x->e, why, sizeof why))
        fail_msg("%s", why);
    again = exchange_replay(x);
    assert_int_equal(engine_digest(again, true), engine_digest(x->e, true));
    assert_true(engine_request(again, q)->refused);
    engine_free(again);
    /* In the digest, or a replay could lose it unseen. */
    before = digest_of_request(the_request(x, q));
    struct request other = *the_request(x, q);
    other.refused = false;
    assert_true(digest_of_request(&other) != before);
    exchange_free(x);
}

static void withdrawal_lets_go_of_everything(void **state)
{
    static const unsigned pools[] = {POOL_A1, POOL_B, POOL_C};
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct outcome asked, o;

    (void)state;
    asked = do_ask(x, r, pools, 3);
    assert_int_equal(asked.refusal, REFUSAL_NONE);
    do_answer(x, CMD_DECLINE, asked.requests[2], 1);
    x->now += MS_MINUTE;
    o = do_referral(x, CMD_WITHDRAW, r, 0, 2);
    assert_int_equal(o.refusal, REFUSAL_NONE);
    assert_int_equal(o.n_requests, 2);
    assert_int_equal(last_count(x), 3);
    assert_int_equal(the_referral(x, r)->withdraw_reason, 2);
    assert_int_equal(the_referral(x, r)->closed_at_ms, x->now);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(the_request(x, asked.requests[i])->state, REQUEST_CANCELLED);
        assert_int_equal(the_request(x, asked.requests[i])->cancel_why, CANCEL_WITHDRAWN);
        assert_int_equal(the_pool(x, pools[i]).held, 0);
    }
    assert_int_equal(the_request(x, asked.requests[2])->state, REQUEST_DECLINED);
    /* Tapped twice: fine. With another reason: too late. */
    assert_int_equal(do_referral(x, CMD_WITHDRAW, r, 0, 2).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(do_referral(x, CMD_WITHDRAW, r, 0, 3).refusal, REFUSAL_WRONG_STATE);
    exchange_free(x);
}

static void nobody_travels_to_a_withdrawn_place(void **state)
{
    struct exchange *x = exchange_new();
    struct request_id q;
    struct referral_id r = a_referral(x, REFERRAL_TRAVELLING, &q);

    (void)state;
    assert_int_not_equal(the_referral(x, r)->eta_ms, 0);
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    assert_int_equal(the_referral(x, r)->eta_ms, 0);
    assert_int_equal(the_request(x, q)->cancel_why, CANCEL_WITHDRAWN);
    exchange_free(x);
}

static void withdrawal_needs_a_known_reason(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    size_t known = vocab_list_size(x->vocab, LIST_WITHDRAW);

    (void)state;
    assert_int_equal(do_referral(x, CMD_WITHDRAW, r, 0, 0).refusal, REFUSAL_UNKNOWN_REASON);
    assert_int_equal(do_referral(x, CMD_WITHDRAW, r, 0, (uint8_t)(known + 1)).refusal,
                     REFUSAL_UNKNOWN_REASON);
    assert_int_equal(do_referral(x, CMD_WITHDRAW, r, 0, (uint8_t)known).refusal, REFUSAL_NONE);
    exchange_free(x);
}

static void a_referral_that_is_not_there(void **state)
{
    static const enum command_kind kinds[] = {CMD_TRAVEL, CMD_NO_SHOW, CMD_WITHDRAW};
    struct exchange *x = exchange_new();
    const unsigned pool = POOL_B;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        assert_int_equal(do_referral(x, kinds[i], (struct referral_id){99}, 0, 1).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(do_ask(x, (struct referral_id){99}, &pool, 1).refusal, REFUSAL_NOT_FOUND);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_moves),
        cmocka_unit_test(commands_in_every_state),
        cmocka_unit_test(opening_keeps_what_statistics_need),
        cmocka_unit_test(a_need_out_of_range_is_not_opened),
        cmocka_unit_test(codes_are_speakable_and_differ),
        cmocka_unit_test(on_the_way_with_a_new_time),
        cmocka_unit_test(arrival_ends_the_search),
        cmocka_unit_test(the_referrer_may_confirm_arrival_too),
        cmocka_unit_test(arrival_only_after_a_yes),
        cmocka_unit_test(no_show_by_shelter_or_referrer),
        cmocka_unit_test(refused_at_the_door),
        cmocka_unit_test(withdrawal_lets_go_of_everything),
        cmocka_unit_test(nobody_travels_to_a_withdrawn_place),
        cmocka_unit_test(withdrawal_needs_a_known_reason),
        cmocka_unit_test(a_referral_that_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
