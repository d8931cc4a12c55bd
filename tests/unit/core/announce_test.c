/* A better place is announced: only where it fits and is free, came free after the household was opened, is
 * the best that nobody else was told of, and beats what is asked; once, until the pool was full or asked. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/match.h"

#include <string.h>

static void report(struct exchange *x, unsigned pool, int free)
{
    static const enum an_org owners[] = {0, HUIS_A, HUIS_A, HUIS_B, HUIS_C, HUIS_C};
    struct observation o;

    x->now += MS_MINUTE;
    o = an_observation(x, pool, POOL_UNITS, free);
    o.observed_at_ms = x->now;
    o.report = (uint64_t)x->now;
    assert_int_equal(do_report(x, shelter_of(owners[pool]), &o, 1).applied, 1);
}

/* Everything is full. */
static struct exchange *full_exchange(void)
{
    struct exchange *x = exchange_new();

    for (unsigned pool = POOL_A1; pool <= POOL_COSM; pool++)
        report(x, pool, 0);
    x->now += MS_MINUTE;
    return x;
}

static enum refusal tell(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct command cmd = {.kind = CMD_ANNOUNCE, .actor = {.role = ROLE_SYSTEM}};
    struct outcome o;

    cmd.u.announce.referral = r;
    cmd.u.announce.pool.v = pool;
    o = exchange_do(x, &cmd);
    assert_int_equal(last_count(x), o.refusal == REFUSAL_NONE ? 1 : 0);
    return o.refusal;
}

static void a_freed_place_is_told_once(void **state)
{
    struct exchange *x = full_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct engine *e = NULL;

    (void)state;
    assert_int_equal(tell(x, r, POOL_B), REFUSAL_TAKEN);
    report(x, POOL_B, 1);
    assert_null(engine_place_found(x->e, r, x->now));
    assert_int_equal(tell(x, r, POOL_B), REFUSAL_NONE);
    assert_int_equal(last_event(x, 0)->kind, EV_PLACE_FOUND);
    assert_int_equal(engine_place_found(x->e, r, x->now)->pool.v, POOL_B);
    assert_int_equal(engine_place_found(x->e, r, x->now)->at_ms, x->now);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    assert_int_equal(the_referral(x, r)->n_requests, 0);
    assert_int_equal(the_pool(x, POOL_B).held, 0);
    assert_int_equal(tell(x, r, POOL_B), REFUSAL_DUPLICATE);
    report(x, POOL_B, 1);
    assert_int_equal(tell(x, r, POOL_B), REFUSAL_DUPLICATE);
    report(x, POOL_B, 0);
    assert_null(engine_place_found(x->e, r, x->now));
    report(x, POOL_B, 1);
    assert_int_equal(tell(x, r, POOL_B), REFUSAL_NONE);
    e = exchange_replay(x);
    assert_int_equal(engine_digest(e, true), engine_digest(x->e, true));
    assert_int_equal(engine_pool_untold(e, (struct pool_id){POOL_B}, x->now), 0);
    engine_free(e);
    exchange_free(x);
}

static void what_is_not_told(void **state)
{
    struct exchange *x = full_exchange();
    struct referral_id r;

    (void)state;
    report(x, POOL_B, 1);
    x->now += MS_MINUTE;
    r = do_open(x, VT_OOST, a_need());
    assert_int_equal(tell(x, r, POOL_B), REFUSAL_DOES_NOT_FIT); /* in its list from the start */
    report(x, POOL_COSM, 1);
    assert_int_equal(tell(x, r, POOL_COSM), REFUSAL_DOES_NOT_FIT); /* placed by others */
    assert_int_equal(tell(x, r, 99), REFUSAL_NOT_FOUND);
    assert_int_equal(tell(x, (struct referral_id){99}, POOL_B), REFUSAL_NOT_FOUND);
    report(x, POOL_C, 1); /* confirmed later than B: the same else, so above it */
    report(x, POOL_B, 2); /* and B again */
    assert_int_equal(tell(x, r, POOL_C), REFUSAL_DOES_NOT_FIT);
    assert_int_equal(tell(x, r, POOL_B), REFUSAL_NONE);
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    report(x, POOL_A1, 1);
    assert_int_equal(tell(x, r, POOL_A1), REFUSAL_WRONG_STATE);
    exchange_free(x);
}

/* One unit, one who is told; the next hears of the next best, or when the first needs it no more. */
static void one_unit_is_told_to_one(void **state)
{
    struct exchange *x = full_exchange();
    struct referral_id first = do_open(x, VT_OOST, a_need());
    struct referral_id second = do_open(x, VT_WEST, a_need());
    struct match_candidate c;
    struct match_query q;

    (void)state;
    report(x, POOL_A1, 1);
    report(x, POOL_B, 1);
    assert_int_equal(tell(x, first, POOL_B), REFUSAL_NONE);
    assert_int_equal(tell(x, second, POOL_B), REFUSAL_OTHER_WAS_FIRST);
    q = match_query_of(x->e, the_referral(x, second), x->now);
    assert_true(match_first(x->e, &q, &c));
    assert_int_equal(c.pool.v, POOL_A1);
    assert_int_equal(tell(x, second, POOL_A1), REFUSAL_NONE);
    do_referral(x, CMD_WITHDRAW, first, 0, 1);
    assert_int_equal(engine_pool_untold(x->e, (struct pool_id){POOL_B}, x->now), 1);
    assert_int_equal(tell(x, second, POOL_B), REFUSAL_NONE);
    exchange_free(x);
}

static void it_must_beat_what_is_asked(void **state)
{
    struct exchange *x = full_exchange();
    struct pool doubtful = engine_pool_definition(x->e, (struct pool_id){POOL_B});
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &doubtful};
    struct referral_id sure = do_open(x, VT_OOST, a_need()), unsure = {0};

    (void)state;
    report(x, POOL_A1, 1);
    do_ask_one(x, sure, POOL_A1);
    report(x, POOL_C, 1);
    assert_int_equal(tell(x, sure, POOL_C), REFUSAL_DOES_NOT_FIT); /* no better, only other */
    do_referral(x, CMD_WITHDRAW, sure, 0, 1);
    report(x, POOL_C, 0);
    doubtful.women = TRI_UNKNOWN;
    exchange_do(x, &cmd);
    report(x, POOL_B, 1);
    report(x, POOL_A1, 0);
    unsure = do_open(x, VT_OOST, a_need());
    do_ask_one(x, unsure, POOL_B);
    report(x, POOL_C, 1);
    assert_int_equal(tell(x, unsure, POOL_C), REFUSAL_NONE);
    exchange_free(x);
}

/* A stop that ends by its time frees without an event; so does nothing else. */
static void what_counts_as_freed(void **state)
{
    struct exchange *x = full_exchange();
    struct pool_id b = {POOL_B};
    struct observation o;

    (void)state;
    report(x, POOL_B, 2);
    assert_int_equal(engine_freed_pool(x->e, 0).v, POOL_B);
    report(x, POOL_B, 2);
    assert_int_equal(engine_freed_pool(x->e, 0).v, 0);
    report(x, POOL_B, 1);
    assert_int_equal(engine_freed_pool(x->e, 0).v, 0);
    o = an_observation(x, POOL_B, POOL_UNITS, 1);
    x->now += MS_MINUTE;
    o.observed_at_ms = x->now;
    o.report = 77;
    o.stop = 1;
    o.stop_until_ms = x->now + MS_HOUR;
    do_report(x, shelter_of(HUIS_B), &o, 1);
    assert_int_equal(engine_pool_room(x->e, b, x->now), 0);
    assert_int_equal(engine_pool_room(x->e, b, x->now + MS_HOUR), 1);
    assert_int_equal(engine_pool_freed_ms(x->e, b, x->now + MS_HOUR), x->now + MS_HOUR);
    x->now += 9 * MS_HOUR;
    assert_int_equal(engine_pool_room(x->e, b, x->now), 0); /* too old to be certain */
    report(x, POOL_B, 1);
    assert_int_equal(engine_freed_pool(x->e, 0).v, POOL_B);
    exchange_free(x);
}

/* A house that said no is not shown as a place that came free, though it has another room. */
static void a_no_ends_the_announcement(void **state)
{
    struct exchange *x = full_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q;

    (void)state;
    report(x, POOL_B, 2);
    assert_int_equal(tell(x, r, POOL_B), REFUSAL_NONE);
    q = do_ask_one(x, r, POOL_B);
    assert_null(engine_place_found(x->e, r, x->now));
    assert_false(vocab_decline_is_full(engine_vocab(x->e), 3));
    do_answer(x, CMD_DECLINE, q, 3);
    assert_int_equal(the_request(x, q)->state, REQUEST_DECLINED);
    assert_true(engine_pool_room(x->e, (struct pool_id){POOL_B}, x->now) > 0);
    assert_null(engine_place_found(x->e, r, x->now));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_freed_place_is_told_once), cmocka_unit_test(what_is_not_told),
        cmocka_unit_test(one_unit_is_told_to_one),    cmocka_unit_test(it_must_beat_what_is_asked),
        cmocka_unit_test(what_counts_as_freed),       cmocka_unit_test(a_no_ends_the_announcement),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
