/* The same events give the same state; an impossible event changes nothing. */
#include "support/chaos.h"

#include "core/gate/gate_look.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <string.h>

static void random_days_replay_alike(void **state)
{
    static const struct {
        uint64_t seed;
        int steps;
    } runs[] = {{1, 4000}, {3, 4000}, {4, 4000}, {11, 4000}, {20, 4000}, {24, 4000}, {25, 4000}};
    uint64_t kinds[EV_N] = {0};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(runs); i++) {
        struct core_settings s = core_settings_default();
        struct exchange *x = NULL;
        struct rng rng = rng_seed(runs[i].seed);
        struct engine *e = NULL;
        uint64_t refused[REFUSAL_N] = {0};

        s.keys_max = 100; /* so that keys are forgotten, too */
        x = exchange_new_with(&s);
        for (int k = 0; k < runs[i].steps; k++)
            refused[chaos_step(x, &rng).refusal]++;
        e = exchange_replay(x);
        assert_int_equal(engine_digest(e, true), engine_digest(x->e, true));
        assert_int_equal(engine_digest(e, false), engine_digest(x->e, false));
        assert_int_equal(engine_next_due_ms(e), engine_next_due_ms(x->e));
        engine_free(e);

        for (size_t k = 0; k < x->log.n; k++)
            kinds[x->log.list[k].kind]++;
        assert_true(refused[REFUSAL_NONE] > (uint64_t)runs[i].steps / 4);
        exchange_free(x);
    }
    /* The days must have been eventful, or the test says nothing. */
    for (unsigned k = 0; k < EV_N; k++) {
        /* Too seldom for a day: stay/planned_test.c and nobed/beds_let_go_test.c replay them. */
        if (k == EV_REFERRAL_RETIMED || k == EV_BRIDGE_WATCHED)
            continue;
        if (kinds[k] == 0)
            fail_msg("no %s in all these days", event_name((enum event_kind)k));
    }
}

/* Through bytes, as a journal keeps them; and once more with all household keys destroyed. */
static void a_journal_replays_alike(void **state)
{
    struct exchange *x = exchange_new();
    struct rng rng = rng_seed(4);
    struct engine *whole = NULL, *erased = NULL;
    struct buf clear = {0}, private_part = {0};
    char why[200];

    (void)state;
    for (int i = 0; i < 2000; i++)
        chaos_step(x, &rng);
    whole = engine_new(x->vocab, &x->settings);
    erased = engine_new(x->vocab, &x->settings);
    for (size_t i = 0; i < x->log.n; i++) {
        struct event ev;

        buf_clear(&clear);
        buf_clear(&private_part);
        event_encode(&x->log.list[i], &clear, &private_part);
        assert_int_equal(event_decode(x->log.list[i].kind, buf_view(&clear), buf_view(&private_part), &ev),
                         OK);
        ev.seq = x->log.list[i].seq;
        ev.at_ms = x->log.list[i].at_ms;
        assert_int_equal(engine_replay(whole, &ev, why, sizeof why), OK);
        assert_int_equal(event_decode(x->log.list[i].kind, buf_view(&clear), BYTES(NULL, 0), &ev), OK);
        ev.seq = x->log.list[i].seq;
        ev.at_ms = x->log.list[i].at_ms;
        assert_int_equal(engine_replay(erased, &ev, why, sizeof why), OK);
    }
    assert_int_equal(engine_digest(whole, true), engine_digest(x->e, true));
    assert_int_equal(engine_digest(erased, false), engine_digest(x->e, false));
    assert_int_not_equal(engine_digest(erased, true), engine_digest(x->e, true));
    assert_true(engine_check(erased, why, sizeof why));
    buf_fini(&clear);
    buf_fini(&private_part);
    engine_free(whole);
    engine_free(erased);
    exchange_free(x);
}

/* Other bounds on remembered keys are another setting, not another history. */
static void a_digest_does_not_depend_on_settings(void **state)
{
    struct exchange *x = exchange_new();
    struct rng rng = rng_seed(5);
    struct core_settings s = core_settings_default();
    struct engine *e = NULL;
    char why[200];

    (void)state;
    for (int i = 0; i < 500; i++)
        chaos_step(x, &rng);
    s.keys_max = 3;
    s.ask_max[THREAT_ROOD] = 1;
    e = engine_new(x->vocab, &s);
    for (size_t i = 0; i < x->log.n; i++)
        assert_int_equal(engine_replay(e, &x->log.list[i], why, sizeof why), OK);
    assert_int_equal(engine_digest(e, false), engine_digest(x->e, false));
    engine_free(e);
    exchange_free(x);
}

/* Random events of every kind, and real ones of another moment, against a real state. */
static void impossible_events_change_nothing(void **state)
{
    struct exchange *x = exchange_new();
    struct rng rng = rng_seed(6);
    unsigned refused = 0;

    (void)state;
    for (int i = 0; i < 400; i++)
        chaos_step(x, &rng);
    for (int i = 0; i < 20000; i++) {
        struct event ev = rng_chance(&rng, 500) ? chaos_event(&rng, (enum event_kind)rng_below(&rng, EV_N))
                                                : x->log.list[rng_below(&rng, (uint32_t)x->log.n)];
        uint64_t before = 0;
        char why[200] = "";

        if (ev.kind == EV_CAPACITY_OBSERVED || ev.kind == EV_COMMAND_DONE || ev.kind == EV_POOL_DEFINED)
            continue; /* may well be possible at another moment */
        if (rng_chance(&rng, 900)) {
            ev.seq = engine_seq(x->e) + 1;
            ev.at_ms = x->now;
        }
        /* Ids that exist, so that more than the id is judged. */
        if (ev.kind >= EV_GATE_SENT && ev.kind <= EV_GATE_WITHDRAWN) {
            ev.u.gate.gate.v = 1 + rng_below(&rng, engine_gates(x->e) + 1);
            ev.u.gate.referral.v = 1 + rng_next(&rng) % engine_referrals(x->e);
        } else if (ev.kind == EV_RESIDENCE_FOUND) {
            ev.u.residence.referral.v = 1 + rng_next(&rng) % engine_referrals(x->e);
        } else if (event_subject(&ev).v > engine_referrals(x->e) && ev.kind != EV_REFERRAL_OPENED &&
                   ev.kind != EV_REQUEST_MADE) {
            ev.u.request.request.v = 1 + rng_next(&rng) % engine_requests(x->e);
            ev.u.request.referral = engine_request(x->e, ev.u.request.request)->referral;
        }
        before = engine_digest(x->e, true);
        if (engine_replay(x->e, &ev, why, sizeof why) == OK) {
            if (!engine_check(x->e, why, sizeof why))
                fail_msg("after %s: %s", event_name(ev.kind), why);
            continue;
        }
        refused++;
        assert_true(why[0] != '\0');
        if (engine_digest(x->e, true) != before)
            fail_msg("%s changed something", why);
    }
    assert_true(refused > 5000);
    exchange_free(x);
}

static void a_gap_is_refused(void **state)
{
    struct exchange *x = exchange_new();
    struct event ev = {.kind = EV_ORG_DEFINED, .at_ms = 1};
    char why[200];

    (void)state;
    ev.u.org = *engine_org(x->e, (struct org_id){1});
    ev.u.org.id.v = engine_orgs(x->e) + 1;
    ev.u.org.code[0] = 'q';
    for (int d = -1; d <= 2; d++) {
        ev.seq = engine_seq(x->e) + (uint64_t)d;
        if (d == 1)
            continue;
        assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), ERR_BAD_INPUT);
    }
    ev.seq = engine_seq(x->e) + 1;
    ev.at_ms = -1;
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), ERR_BAD_INPUT);
    ev.at_ms = 1;
    ev.kind = EV_N;
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), ERR_BAD_INPUT);
    ev.kind = EV_ORG_DEFINED;
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
    exchange_free(x);
}

/* One step earlier or later, one word different: another digest. */
static void a_digest_tells_states_apart(void **state)
{
    struct exchange *x = exchange_new(), *y = exchange_new();

    (void)state;
    assert_int_equal(engine_digest(x->e, true), engine_digest(y->e, true));
    do_open(x, VT_OOST, a_need());
    assert_int_not_equal(engine_digest(x->e, false), engine_digest(y->e, false));
    do_open(y, VT_OOST, a_need(.adults = 2));
    assert_int_equal(engine_digest(x->e, false), engine_digest(y->e, false));
    assert_int_not_equal(engine_digest(x->e, true), engine_digest(y->e, true));
    exchange_free(x);
    exchange_free(y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_days_replay_alike),
        cmocka_unit_test(a_journal_replays_alike),
        cmocka_unit_test(a_digest_does_not_depend_on_settings),
        cmocka_unit_test(impossible_events_change_nothing),
        cmocka_unit_test(a_gap_is_refused),
        cmocka_unit_test(a_digest_tells_states_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
