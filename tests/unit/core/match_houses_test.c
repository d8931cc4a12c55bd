/* What stands between a household and a house: a resident who knows them, a door that stayed shut, a house
 * they do not want or left because it was not safe. It is said of the house and not of a room, in every
 * referral of the household; the broker asks there for nobody, and people see why. */
#include "support/exchange.h"

#include "base/time_text.h"
#include "core/event.h"
#include "core/match.h"
#include "core/reason.h"
#include "support/nobed_steps.h"
#include "support/safety_steps.h"
#include "support/stay_steps.h"

#include <string.h>

struct scene {
    struct exchange *x;
    unsigned room; /* another pool of the house of POOL_B */
};

static void free_at(struct exchange *x, unsigned pool, int free)
{
    struct observation o = an_observation(x, pool, POOL_UNITS, free);

    do_report(x, shelter_of(engine_pool(x->e, (struct pool_id){pool})->org.v), &o, 1);
}

static struct scene scene_new(void)
{
    struct core_settings settings = core_settings_default();
    struct scene s = {.x = exchange_new_with(&settings)};
    struct pool p = pool_of_kind(s.x, B_HUIS, "b2", KIND_CRISIS);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};

    assert_int_equal(exchange_do(s.x, &cmd).refusal, REFUSAL_NONE);
    s.room = engine_pools(s.x->e);
    free_at(s.x, s.room, 2);
    return s;
}

static void scene_free(struct scene *s)
{
    replays(s->x);
    exchange_free(s->x);
}

/* The question about Q, answered by the house. */
static void known_there(struct exchange *x, struct request_id q, bool conflict)
{
    struct command c = {.kind = CMD_ASK_CONFLICT, .actor = referrer_of(VT_OOST), .draw = ++x->draw};

    c.u.safety.request = q;
    assert_int_equal(exchange_do(x, &c).refusal, REFUSAL_NONE);
    c.kind = CMD_ANSWER_CONFLICT;
    c.actor = shelter_of(HUIS_B);
    c.u.safety.conflict = conflict;
    assert_int_equal(exchange_do(x, &c).refusal, REFUSAL_NONE);
}

static void lost(struct exchange *x, struct referral_id r, bool refused, enum cancel_why why)
{
    struct command c = {.kind = CMD_NO_SHOW, .actor = referrer_of(VT_OOST)};

    promised(x, r, POOL_B);
    x->now += MS_MINUTE;
    c.u.referral.referral = r;
    c.u.referral.refused = refused;
    c.u.referral.why = why;
    assert_int_equal(exchange_do(x, &c).refusal, REFUSAL_NONE);
}

/* As the list of R has POOL: the verdict, and that the first or last thing said of it is CODE (0 = nothing of
 * a house). */
static void expect(const struct exchange *x, struct referral_id r, unsigned pool, bool bridge,
                   enum verdict verdict, unsigned code)
{
    struct match_query q = match_query_of(x->e, the_referral(x, r), x->now);
    struct pool_match m;
    bool is_said = code == 0;

    q.bridge = bridge;
    match_one(x->e, &q, (struct pool_id){pool}, &m);
    assert_int_equal(m.verdict, verdict);
    assert_int_equal((m.out_mask | m.ask_mask) & 1u << RULE_ASKED, verdict == VERDICT_FITS ? 0 : 1);
    for (unsigned i = 0; i < m.n_reasons; i++)
        is_said |= code != 0 && m.reasons[i].code == code;
    assert_true(is_said);
}

/* How often the broker asked the house of POOL_B for R in three quarters of an hour, when people asked OTHER,
 * which is silent, and nothing else is free. */
static unsigned broker_asks(struct exchange *x, struct referral_id r, unsigned other)
{
    unsigned n = 0;

    for (unsigned pool = POOL_A1; pool <= POOL_C; pool++)
        free_at(x, pool, pool == other || pool == POOL_B ? 2 : 0);
    do_ask_one(x, r, other);
    for (int i = 0; i < 9; i++)
        pass(x, 5 * MS_MINUTE);
    for (unsigned i = 0; i < the_referral(x, r)->n_requests; i++) {
        const struct request *q = the_request(x, the_referral(x, r)->requests[i]);

        n += q->proposal.by_broker && engine_pool(x->e, q->pool)->location.v == B_HUIS;
    }
    return n;
}

static unsigned announced(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct command cmd = {.kind = CMD_ANNOUNCE, .actor = {.role = ROLE_SYSTEM}};

    cmd.u.announce.referral = r;
    cmd.u.announce.pool.v = pool;
    return exchange_do(x, &cmd).refusal;
}

/* ---- nothing stands between them ---- */

/* So that the tests below can fail: with nothing of this kind the broker does ask there. */
static void without_a_word_the_broker_asks(void **state)
{
    struct scene s = scene_new();
    struct referral_id r = do_open(s.x, VT_OOST, a_need());

    (void)state;
    do_answer(s.x, CMD_DECLINE, do_ask_one(s.x, r, POOL_B), nr(s.x, LIST_DECLINE, "zorgzwaarte"));
    expect(s.x, r, s.room, false, VERDICT_FITS, 0);
    assert_int_equal(broker_asks(s.x, r, POOL_A1), 1);
    scene_free(&s);
}

/* ---- a resident knows them ---- */

static void a_conflict_is_of_the_house(void **state)
{
    (void)state;
    for (int by_question = 0; by_question < 2; by_question++) {
        struct scene s = scene_new();
        struct referral_id r = do_open(s.x, VT_OOST, a_need());
        struct request_id q = do_ask_one(s.x, r, POOL_B);

        if (by_question)
            known_there(s.x, q, true);
        else
            do_answer(s.x, CMD_DECLINE, q, nr(s.x, LIST_DECLINE, "netwerk_conflict"));
        assert_int_equal(the_request(s.x, q)->state, REQUEST_DECLINED);
        expect(s.x, r, POOL_B, false, VERDICT_OUT, REASON_OUT_DECLINED);
        expect(s.x, r, s.room, false, VERDICT_OUT, REASON_OUT_CONFLICT);
        expect(s.x, r, s.room, true, VERDICT_OUT, REASON_OUT_CONFLICT);
        expect(s.x, r, POOL_C, false, VERDICT_FITS, 0);
        assert_int_equal(do_ask(s.x, r, &s.room, 1).refusal,
                         REFUSAL_DOES_NOT_FIT); /* nobody was asked there */
        assert_int_equal(broker_asks(s.x, r, POOL_A1), 0);
        scene_free(&s);
    }
}

static void of_a_bridge_bed_it_counts_for_the_place(void **state)
{
    struct scene s = scene_new();
    struct referral_id r = do_open(s.x, VT_OOST, a_need());
    const unsigned pool = POOL_B;

    (void)state;
    known_there(s.x, bridge_granted(s.x, r, POOL_B), true);
    expect(s.x, r, POOL_B, false, VERDICT_OUT, REASON_OUT_CONFLICT);
    expect(s.x, r, s.room, false, VERDICT_OUT, REASON_OUT_CONFLICT);
    assert_int_equal(do_ask(s.x, r, &pool, 1).refusal, REFUSAL_ASKED_ALREADY);
    assert_int_equal(broker_asks(s.x, r, POOL_A1), 0);
    scene_free(&s);
}

/* What is asked there in another room, or by the household's other referral, gets the same no at once. */
static void what_waits_there_is_over(void **state)
{
    (void)state;
    for (int conflict = 0; conflict < 2; conflict++) {
        struct scene s = scene_new();
        struct referral_id r = do_open(s.x, VT_OOST, a_need()), beside = do_open_beside(s.x, VT_WEST, r);
        struct request_id q = do_ask_one(s.x, r, POOL_B), own = bridge_granted(s.x, r, s.room), elsewhere;
        struct outcome o = do_ask(s.x, beside, &s.room, 1);

        assert_int_equal(o.refusal, REFUSAL_NONE);
        elsewhere = do_ask_one(s.x, r, POOL_C);
        known_there(s.x, q, conflict);
        assert_int_equal(last_count(s.x), conflict ? 4 : 1);
        assert_int_equal(the_request(s.x, own)->state, conflict ? REQUEST_DECLINED : REQUEST_PENDING);
        assert_int_equal(the_request(s.x, o.requests[0])->state,
                         conflict ? REQUEST_DECLINED : REQUEST_PENDING);
        assert_int_equal(the_request(s.x, elsewhere)->state, REQUEST_PENDING);
        assert_int_equal(the_pool(s.x, s.room).held, conflict ? 0 : 2);
        if (conflict) {
            assert_int_equal(the_referral(s.x, beside)->state, REFERRAL_OPEN);
            expect(s.x, beside, POOL_B, false, VERDICT_OUT, REASON_OUT_CONFLICT);
            expect(s.x, beside, POOL_B, true, VERDICT_OUT, REASON_OUT_CONFLICT);
            assert_int_equal(broker_asks(s.x, beside, POOL_A1), 0);
        }
        scene_free(&s);
    }
}

static void it_is_known_in_the_next_search(void **state)
{
    struct scene s = scene_new();
    struct referral_id r = do_open(s.x, VT_OOST, a_need()), other = do_open(s.x, VT_OOST, a_need()), next;
    struct request_id q;
    struct need need = a_need();

    (void)state;
    known_there(s.x, do_ask_one(s.x, r, POOL_B), true);
    q = promised(s.x, r, POOL_C);
    do_answer(s.x, CMD_CONFIRM_ARRIVAL, q, 0);
    depart(s.x, r, "eigen_keuze", "familie_vrienden");
    memcpy(need.return_code, stay_of(s.x, r)->return_code, sizeof need.return_code);
    {
        /* A search that is not saved says the same. */
        struct match_query query = {.need = &need, .role = ROLE_REFERRER, .now_ms = s.x->now};
        struct pool_match m;

        match_one(s.x->e, &query, (struct pool_id){s.room}, &m);
        assert_int_equal(m.out_mask, 1u << RULE_ASKED);
        assert_int_equal(m.reasons[0].code, REASON_OUT_CONFLICT);
    }
    next = do_open(s.x, VT_WEST, need);
    expect(s.x, next, POOL_B, false, VERDICT_OUT, REASON_OUT_CONFLICT);
    expect(s.x, next, s.room, false, VERDICT_OUT, REASON_OUT_CONFLICT);
    /* Of this household only. */
    expect(s.x, other, POOL_B, false, VERDICT_FITS, 0);
    scene_free(&s);
}

/* ---- a door that stayed shut, a house they do not want ---- */

static void turned_away_at_the_door(void **state)
{
    struct scene s = scene_new();
    struct referral_id r = do_open(s.x, VT_OOST, a_need()), beside;

    (void)state;
    lost(s.x, r, true, CANCEL_NONE);
    expect(s.x, r, POOL_B, false, VERDICT_OUT, REASON_OUT_TURNED_AWAY);
    expect(s.x, r, s.room, false, VERDICT_OUT, REASON_OUT_TURNED_AWAY);
    beside = do_open_beside(s.x, VT_OOST, r);
    expect(s.x, beside, s.room, false, VERDICT_ASK, REASON_ASK_TURNED_AWAY);
    assert_int_equal(broker_asks(s.x, r, POOL_A1), 0);
    assert_int_equal(broker_asks(s.x, beside, POOL_A1), 0);
    /* People may, after a call. */
    assert_int_equal(do_ask(s.x, beside, &s.room, 1).refusal, REFUSAL_NONE);
    scene_free(&s);

    /* The next day nobody can let them in by that yes any more: then people may ask again, and the broker
     * not. */
    s = scene_new();
    r = do_open(s.x, VT_OOST, a_need());
    lost(s.x, r, true, CANCEL_NONE);
    s.x->now += MS_DAY - MS_MINUTE;
    free_at(s.x, POOL_B, 2);
    expect(s.x, r, POOL_B, false, VERDICT_OUT, REASON_OUT_TURNED_AWAY);
    s.x->now += 2 * MS_MINUTE;
    expect(s.x, r, POOL_B, false, VERDICT_ASK, REASON_ASK_TURNED_AWAY);
    assert_int_equal(do_ask(s.x, r, (unsigned[]){POOL_B}, 1).refusal, REFUSAL_NONE);
    scene_free(&s);
}

static void they_do_not_want_to_go_there(void **state)
{
    struct scene s = scene_new();
    struct referral_id r = do_open(s.x, VT_OOST, a_need());

    (void)state;
    lost(s.x, r, false, CANCEL_HOUSEHOLD_NO);
    expect(s.x, r, POOL_B, false, VERDICT_OUT, REASON_OUT_UNWANTED);
    expect(s.x, r, s.room, false, VERDICT_OUT, REASON_OUT_UNWANTED);
    assert_int_equal(broker_asks(s.x, r, POOL_A1), 0);
    s.x->now += s.x->settings.again_after_full_s * MS_SECOND;
    free_at(s.x, s.room, 2);
    expect(s.x, r, s.room, false, VERDICT_ASK, REASON_ASK_UNWANTED);
    assert_int_equal(broker_asks(s.x, r, POOL_C), 0);
    assert_int_equal(do_ask(s.x, r, &s.room, 1).refusal, REFUSAL_NONE);
    scene_free(&s);
}

/* Let in after all, it is the house where they lived. */
static void let_in_after_all(void **state)
{
    struct scene s = scene_new();
    struct referral_id r = do_open(s.x, VT_OOST, a_need()), next;
    struct need need = a_need();

    (void)state;
    lost(s.x, r, true, CANCEL_NONE);
    do_answer(s.x, CMD_CONFIRM_ARRIVAL, the_referral(s.x, r)->requests[0], 0);
    assert_int_equal(the_referral(s.x, r)->state, REFERRAL_ADMITTED);
    depart(s.x, r, "eigen_keuze", "familie_vrienden");
    memcpy(need.return_code, stay_of(s.x, r)->return_code, sizeof need.return_code);
    next = do_open(s.x, VT_OOST, need);
    expect(s.x, next, POOL_B, false, VERDICT_FITS, REASON_KNOWN_HOUSE);
    scene_free(&s);
}

/* That may be anybody's mistake. */
static void nobody_came_is_no_word(void **state)
{
    struct scene s = scene_new();
    struct referral_id r = do_open(s.x, VT_OOST, a_need());

    (void)state;
    lost(s.x, r, false, CANCEL_NONE);
    expect(s.x, r, POOL_B, false, VERDICT_FITS, 0);
    expect(s.x, r, s.room, false, VERDICT_FITS, 0);
    scene_free(&s);
}

/* ---- left because it was not safe ---- */

static void left_because_it_was_not_safe(void **state)
{
    static const char *const why[] = {"veiligheid", "eigen_keuze"};

    (void)state;
    for (int safe = 0; safe < 2; safe++) {
        struct scene s = scene_new();
        struct referral_id r = arrive(s.x, POOL_B), next;
        struct need need = a_need();

        depart(s.x, r, why[safe], "politie");
        memcpy(need.return_code, stay_of(s.x, r)->return_code, sizeof need.return_code);
        next = do_open(s.x, VT_OOST, need);
        for (unsigned pool = POOL_A1; pool <= POOL_C; pool++)
            free_at(s.x, pool, 0);
        free_at(s.x, s.room, 0);
        s.x->now += MS_MINUTE;
        free_at(s.x, s.room, 2);
        expect(s.x, next, s.room, false, safe ? VERDICT_FITS : VERDICT_ASK,
               safe ? REASON_KNOWN_HOUSE : REASON_ASK_LEFT_UNSAFE);
        expect(s.x, next, s.room, true, safe ? VERDICT_FITS : VERDICT_ASK, 0);
        assert_int_equal(announced(s.x, next, s.room), safe ? REFUSAL_NONE : REFUSAL_DOES_NOT_FIT);
        if (safe)
            assert_int_equal(broker_asks(s.x, next, POOL_A1), 1);
        else
            assert_int_equal(broker_asks(s.x, next, POOL_A1), 0);
        if (!safe)
            assert_int_equal(do_ask(s.x, next, &s.room, 1).refusal, REFUSAL_NONE);
        scene_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_word_the_broker_asks),
        cmocka_unit_test(a_conflict_is_of_the_house),
        cmocka_unit_test(of_a_bridge_bed_it_counts_for_the_place),
        cmocka_unit_test(what_waits_there_is_over),
        cmocka_unit_test(it_is_known_in_the_next_search),
        cmocka_unit_test(turned_away_at_the_door),
        cmocka_unit_test(they_do_not_want_to_go_there),
        cmocka_unit_test(let_in_after_all),
        cmocka_unit_test(nobody_came_is_no_word),
        cmocka_unit_test(left_because_it_was_not_safe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
