/* Coming back: the code, what a house learns of it, and the house that is known. */
#include "support/exchange.h"
#include "support/stay_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/audience/audience.h"
#include "core/match.h"
#include "core/reason.h"

#include <string.h>

/* ---- return ---- */

static struct need returning(struct exchange *x, struct referral_id r)
{
    struct need n = a_need();

    assert_int_not_equal(stay_of(x, r)->return_code[0], '\0');
    memcpy(n.return_code, stay_of(x, r)->return_code, sizeof n.return_code);
    return n;
}

static void a_code_leads_back(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B), again;
    char code[RETURN_CODE_SIZE];

    (void)state;
    depart(x, r, "eigen_keuze", "familie_vrienden");
    memcpy(code, stay_of(x, r)->return_code, sizeof code);
    assert_int_equal(strlen(code), 12);
    again = do_open(x, VT_WEST, returning(x, r)); /* another desk, any desk */
    assert_int_equal(engine_household(x->e, again).earlier.v, r.v);
    assert_int_equal(engine_household(x->e, again).why, LINK_RETURN);
    assert_int_equal(engine_household(x->e, again).moves, 1);
    assert_int_equal(engine_stay_by_return_code(x->e, code)->referral.v, r.v);
    assert_null(engine_stay_by_return_code(x->e, ""));
    assert_null(engine_stay_by_return_code(x->e, "TK-AAAA-AAAA"));
    exchange_free(x);
}

/* The household keeps its code from stay to stay, and it leads to the last. */
static void one_code_for_a_household(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B), again;
    char code[RETURN_CODE_SIZE];

    (void)state;
    depart(x, r, "eigen_keuze", "familie_vrienden");
    memcpy(code, stay_of(x, r)->return_code, sizeof code);
    again = arrive_with(x, returning(x, r), POOL_C);
    depart(x, again, "eigen_keuze", "familie_vrienden");
    assert_string_equal(stay_of(x, again)->return_code, code);
    assert_int_equal(engine_stay_by_return_code(x->e, code)->referral.v, again.v);
    exchange_free(x);
}

/* Two referrals follow the first: the newer came to nothing, and the household is at the place that the older
 * found. What came to nothing hides neither house, code, number of moves, nor that a stay goes on. */
static void a_referral_without_a_stay_hides_nothing(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id first = arrive(x, POOL_B), older, newer, last;
    struct request_id q;
    char code[RETURN_CODE_SIZE];

    (void)state;
    depart(x, first, "eigen_keuze", "familie_vrienden");
    memcpy(code, stay_of(x, first)->return_code, sizeof code);
    older = do_open(x, VT_OOST, returning(x, first));
    newer = do_open_beside(x, VT_OOST, first);
    do_referral(x, CMD_WITHDRAW, newer, 0, 1);
    assert_int_equal(engine_household(x->e, first).later.v, newer.v);
    assert_int_equal(engine_moves(x->e, older), 1);
    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, older, POOL_C), 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_int_equal(engine_stay_by_return_code(x->e, code)->referral.v, older.v);
    assert_int_equal(engine_stay_before(x->e, older, "")->referral.v, first.v);
    assert_null(engine_stay_before(x->e, first, ""));

    last = do_open(x, VT_OOST, returning(x, first));
    assert_int_equal(engine_household(x->e, last).earlier.v, older.v);
    assert_int_equal(engine_stay_before(x->e, last, "")->referral.v, older.v);
    assert_int_equal(engine_moves(x->e, last), 2);
    assert_int_equal(engine_moves(x->e, newer), 1);
    assert_int_equal(engine_moves(x->e, first), 0);
    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, last, POOL_A1), 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_int_equal(stay_of(x, older)->state, STAY_DEPARTED); /* one household, one place */
    depart(x, last, "eigen_keuze", "familie_vrienden");
    assert_string_equal(stay_of(x, last)->return_code, code);
    exchange_free(x);
}

static enum refusal give_code(struct exchange *x, struct referral_id r)
{
    const struct stay *s = stay_of(x, r);
    struct command cmd = {.kind = CMD_GIVE_RETURN_CODE, .actor = house_of(x, s), .draw = ++x->draw};

    cmd.u.stay.stay = s->id;
    return exchange_do(x, &cmd).refusal;
}

/* The next house's code leads to where they are now: the house before it never learns that one, and after a
 * week none at all. */
static void an_earlier_house_learns_no_later_code(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id first = arrive(x, POOL_B), next = do_open(x, VT_OOST, a_need());
    struct event ev;
    struct request_id q;
    char why[200] = "";

    (void)state;
    memset(&ev, 0, sizeof ev);
    ev.kind = EV_REFERRAL_LINKED;
    ev.seq = engine_seq(x->e) + 1;
    ev.at_ms = x->now;
    ev.u.link = (struct link_event){.referral = next, .earlier = first, .why = LINK_FOLLOW_UP};
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, next, POOL_C), 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_string_equal(stay_of(x, first)->return_code, ""); /* left by the move: nobody gave one */
    assert_int_equal(give_code(x, next), REFUSAL_NONE);
    assert_int_equal(give_code(x, first), REFUSAL_NONE);
    assert_string_not_equal(stay_of(x, first)->return_code, "");
    assert_string_not_equal(stay_of(x, first)->return_code, stay_of(x, next)->return_code);
    x->now += 8 * MS_DAY;
    assert_int_equal(give_code(x, first), REFUSAL_WRONG_STATE);
    exchange_free(x);
}

/* Linked to what came to nothing, as no command does by itself: the house before it is found, and left. */
static void a_chain_through_a_referral_without_a_stay(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id first = arrive(x, POOL_B), middle = do_open(x, VT_OOST, a_need());
    struct referral_id last = do_open(x, VT_OOST, a_need());
    struct request_id q;

    (void)state;
    do_referral(x, CMD_WITHDRAW, middle, 0, 1);
    for (int i = 0; i < 2; i++) {
        struct event ev;
        char why[200] = "";

        memset(&ev, 0, sizeof ev);
        ev.kind = EV_REFERRAL_LINKED;
        ev.seq = engine_seq(x->e) + 1;
        ev.at_ms = x->now;
        /* The later link first: the household is found from either end. */
        ev.u.link = (struct link_event){
            .referral = i == 0 ? last : middle, .earlier = i == 0 ? middle : first, .why = LINK_FOLLOW_UP};
        assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
        if (!engine_check(x->e, why, sizeof why))
            fail_msg("%s", why);
    }
    assert_int_equal(engine_household_first(x->e, last).v, first.v);
    assert_int_equal(engine_stay_before(x->e, last, "")->referral.v, first.v);
    assert_int_equal(engine_moves(x->e, last), 1);
    do_answer(x, CMD_ACCEPT, q = do_ask_one(x, last, POOL_C), 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_int_equal(stay_of(x, first)->state, STAY_DEPARTED);
    exchange_free(x);
}

static struct pool_match match_for(struct exchange *x, const struct need *n, unsigned pool)
{
    struct match_query q = {.need = n, .role = ROLE_REFERRER, .now_ms = x->now};
    struct pool_match m;

    match_one(x->e, &q, (struct pool_id){pool}, &m);
    return m;
}

static bool says(const struct pool_match *m, enum reason_code code)
{
    for (unsigned i = 0; i < m->n_reasons; i++) {
        if (m->reasons[i].code == code)
            return true;
    }
    return false;
}

/* The house that knows them goes up, nothing goes down, and what is not safe is no better for it. */
static void the_known_house_is_a_bonus_and_never_a_penalty(void **state)
{
    static const struct {
        const char *departure;
        bool knows;
    } cases[] = {{"eigen_keuze", true}, {"veiligheid", false}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct referral_id r = arrive(x, POOL_B);
        struct need known, fresh;

        depart(x, r, cases[i].departure, "familie_vrienden");
        known = returning(x, r);
        known.home_region = 0; /* far from B, so that there is something to make up for */
        fresh = known;
        memset(fresh.return_code, 0, sizeof fresh.return_code);
        for (unsigned pool = POOL_A1; pool <= POOL_COSM; pool++) {
            struct pool_match with = match_for(x, &known, pool), without = match_for(x, &fresh, pool);

            /* Left because it was not safe: people are asked to look first. */
            assert_int_equal(with.verdict, pool == POOL_B && !cases[i].knows ? VERDICT_ASK : without.verdict);
            assert_true(with.score >= without.score && with.utility >= without.utility);
            if (pool == POOL_B && cases[i].knows)
                assert_true(with.score > without.score);
            else
                assert_int_equal(with.score, without.score);
            assert_int_equal(says(&with, REASON_KNOWN_HOUSE), pool == POOL_B && cases[i].knows);
            assert_false(says(&without, REASON_KNOWN_HOUSE));
        }
        /* Unsafe now: out, whoever knows them there. */
        known.unsafe_regions = UINT64_C(1) << engine_location(x->e, (struct location_id){B_HUIS})->region;
        assert_int_equal(match_for(x, &known, POOL_B).verdict, VERDICT_OUT);
        exchange_free(x);
    }
}

/* The list of a referral itself says that the house knows them. */
static bool list_says(const struct exchange *x, struct referral_id r, unsigned pool)
{
    struct match_query q = match_query_of(x->e, the_referral(x, r), x->now);
    struct pool_match m;

    match_one(x->e, &q, (struct pool_id){pool}, &m);
    return says(&m, REASON_KNOWN_HOUSE);
}

static bool search_says(struct exchange *x, const struct need *n, unsigned pool)
{
    struct pool_match m = match_for(x, n, pool);

    return says(&m, REASON_KNOWN_HOUSE);
}

/* Who has only the code does not learn from the list where the household is, now or at its next place. */
static void the_code_does_not_say_where_they_are(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B), again;
    struct command give = {.kind = CMD_GIVE_RETURN_CODE, .actor = house_of(x, stay_of(x, r)), .draw = 7};
    struct need with_code;
    struct request_id q;

    (void)state;
    give.u.stay.stay = stay_of(x, r)->id;
    assert_int_equal(exchange_do(x, &give).refusal, REFUSAL_NONE);
    with_code = returning(x, r);
    again = do_open(x, VT_WEST, with_code);
    assert_false(audience_of_house_by_code(x->e, stay_of(x, r)->id));
    assert_false(search_says(x, &with_code, POOL_B));
    assert_false(list_says(x, again, POOL_B));
    depart(x, r, "eigen_keuze", "familie_vrienden");
    assert_true(audience_of_house_by_code(x->e, stay_of(x, r)->id));
    assert_true(search_says(x, &with_code, POOL_B));
    assert_true(list_says(x, again, POOL_B));
    q = do_ask_one(x, again, POOL_C);
    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    for (unsigned pool = POOL_A1; pool <= POOL_COSM; pool++)
        assert_false(search_says(x, &with_code, pool)); /* it leads to where they are now */
    assert_false(audience_of_house_by_code(x->e, stay_of(x, again)->id));
    assert_false(audience_of_house_by_code(x->e, (struct stay_id){0}));
    exchange_free(x);
}

/* Hidden from all is hidden from who has the code too. */
static void a_house_that_leaked_is_not_named(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    struct actor one = {.role = ROLE_ORG_ADMIN, .org = engine_pool(x->e, stay_of(x, r)->pool)->org};
    struct command report = {.kind = CMD_REPORT_LEAK, .u.safety = {.location = {B_HUIS}}};
    struct command confirm = {.kind = CMD_CONFIRM_LEAK, .u.safety = {.leak = 1}};

    (void)state;
    depart(x, r, "eigen_keuze", "familie_vrienden");
    assert_true(audience_of_house_by_code(x->e, stay_of(x, r)->id));
    report.actor = confirm.actor = one;
    report.actor.account.v = 71;
    confirm.actor.account.v = 72;
    assert_int_equal(exchange_do(x, &report).refusal, REFUSAL_NONE);
    assert_int_equal(exchange_do(x, &confirm).refusal, REFUSAL_NONE);
    assert_false(audience_of_house_by_code(x->e, stay_of(x, r)->id));
    exchange_free(x);
}

/* Who is to go on from there by a clock is at home with the house, and its desk knows which. */
static void the_follow_up_knows_the_house(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);

    (void)state;
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    pass(x, 8 * MS_DAY);
    assert_true(list_says(x, clock_of(x, r, 0)->follow_up, POOL_B));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        cmocka_unit_test(a_code_leads_back),
        cmocka_unit_test(one_code_for_a_household),
        cmocka_unit_test(a_referral_without_a_stay_hides_nothing),
        cmocka_unit_test(an_earlier_house_learns_no_later_code),
        cmocka_unit_test(a_chain_through_a_referral_without_a_stay),
        cmocka_unit_test(the_known_house_is_a_bonus_and_never_a_penalty),
        cmocka_unit_test(the_code_does_not_say_where_they_are),
        cmocka_unit_test(a_house_that_leaked_is_not_named),
        cmocka_unit_test(the_follow_up_knows_the_house),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
