/* Durable before spoken: when a completion is called and what it is told, in quiet and in trouble. */
#include "flow/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "support/desk.h"

static void a_command_is_answered_once_and_only_when_durable(void **state)
{
    struct desk *d = desk_new(NULL);
    struct note n = {0};

    (void)state;
    assert_int_equal(desk_define(d, "een", 1, 5, &n), OK);
    assert_true(flow_has_work(d->flow));
    assert_int_equal(n.calls, 0);
    desk_turn(d);
    assert_int_equal(d->journal.n, 2);    /* the organisation, and the key's outcome */
    assert_true(d->journal.rows[0].more); /* which are not to be parted */
    assert_false(d->journal.rows[1].more);
    assert_int_equal(d->journal.kicks, 1);
    assert_int_equal(n.calls, 0); /* applied, but not durable */
    assert_int_equal(engine_orgs(flow_engine(d->flow)), 1);
    assert_false(flow_has_work(d->flow));
    fake_journal_durable(&d->journal, 1);
    desk_turn(d);
    assert_int_equal(n.calls, 0); /* half of it is not it */
    fake_journal_durable(&d->journal, 2);
    assert_int_equal(n.calls, 0); /* the journal's callback only collects */
    assert_true(flow_has_work(d->flow));
    desk_turn(d);
    assert_int_equal(n.calls, 1);
    assert_int_equal(n.trouble, OK);
    assert_int_equal(n.outcome.refusal, REFUSAL_NONE);
    assert_int_equal(n.outcome.seq, 2);
    desk_turn(d);
    assert_int_equal(n.calls, 1);
    desk_free(d);
}

/* More rows than go into one append, and the journal is full after the first: what it has then is whole
 * commands, or half of one could become durable without its key. */
static void what_is_handed_over_ends_with_a_command(void **state)
{
    struct flow_limits limits = flow_limits_default();
    struct desk *d = NULL;
    char name[16];

    (void)state;
    limits.turn_max = 4000;
    limits.undurable_max = 8000;
    d = desk_new(&limits);
    assert_int_equal(desk_define(d, "nul", 1, 0, NULL), OK); /* one row, then two each: 1,024 parts a pair */
    for (unsigned i = 1; i <= 700; i++) {
        snprintf(name, sizeof name, "huis-%u", i);
        assert_int_equal(desk_define(d, name, 1, i, NULL), OK);
    }
    d->journal.fills = true;
    desk_turn(d);
    assert_int_equal(engine_orgs(flow_engine(d->flow)), 701);
    assert_true(d->journal.n > 0 && d->journal.n < 1401);
    assert_false(d->journal.rows[d->journal.n - 1].more);
    d->journal.full = false;
    desk_turn(d);
    assert_false(d->journal.rows[d->journal.n - 1].more);
    d->journal.full = d->journal.fills = false;
    desk_turn(d);
    assert_int_equal(d->journal.n, 1401);
    desk_free(d);
}

/* 'That code exists already' is true only if the first one is. */
static void a_refusal_waits_for_what_it_was_judged_on(void **state)
{
    struct desk *d = desk_new(NULL);
    struct note first = {0}, refused = {0};

    (void)state;
    assert_int_equal(desk_define(d, "een", 1, 0, &first), OK);
    assert_int_equal(desk_define(d, "een", 2, 0, &refused), OK);
    desk_turn(d);
    assert_int_equal(d->journal.n, 1); /* the refusal itself writes nothing */
    desk_turn(d);
    assert_int_equal(refused.calls, 0);
    fake_journal_durable(&d->journal, 1);
    desk_turn(d);
    assert_int_equal(first.calls, 1);
    assert_int_equal(refused.calls, 1);
    assert_int_equal(refused.outcome.refusal, REFUSAL_DUPLICATE);
    desk_free(d);
}

static void the_same_key_in_flight_waits_and_hears_the_same(void **state)
{
    struct desk *d = desk_new(NULL);
    struct note first = {0}, again = {0}, other = {0};

    (void)state;
    assert_int_equal(desk_define(d, "een", 1, 5, &first), OK);
    desk_turn(d);
    assert_int_equal(desk_define(d, "een", 1, 5, &again), OK);
    assert_int_equal(desk_define(d, "een", 2, 5, &other), OK); /* another body */
    desk_turn(d);
    assert_int_equal(d->journal.n, 2); /* nothing was done twice */
    assert_int_equal(first.calls + again.calls + other.calls, 0);
    fake_journal_all_durable(&d->journal);
    desk_turn(d);
    assert_int_equal(first.calls, 1);
    assert_int_equal(again.calls, 1);
    assert_int_equal(again.outcome.seq, first.outcome.seq);
    assert_int_equal(again.outcome.refusal, REFUSAL_NONE);
    assert_int_equal(other.outcome.refusal, REFUSAL_KEY_REUSED);
    desk_free(d);
}

static void a_read_goes_out_when_what_it_shows_is_durable(void **state)
{
    struct desk *d = desk_new(NULL);
    struct note quiet = {0}, rests = {0};

    (void)state;
    assert_int_equal(desk_read(d, &quiet), OK);
    assert_int_equal(quiet.calls, 0); /* never from inside the start */
    flow_deliver(d->flow);
    assert_int_equal(quiet.calls, 1);
    assert_int_equal(desk_define(d, "een", 1, 0, NULL), OK);
    desk_turn(d);
    assert_int_equal(desk_read(d, &rests), OK);
    desk_turn(d);
    assert_int_equal(rests.calls, 0);
    fake_journal_all_durable(&d->journal);
    flow_deliver(d->flow);
    assert_int_equal(rests.calls, 1);
    assert_int_equal(rests.trouble, OK);
    desk_free(d);
}

static void answers_may_begin_new_things(void **state)
{
    struct desk *d = desk_new(NULL);
    struct note again = {0}, n = {.desk = d, .again = &again};

    (void)state;
    assert_int_equal(desk_define(d, "een", 1, 0, &n), OK);
    desk_turn(d);
    fake_journal_all_durable(&d->journal);
    flow_deliver(d->flow);
    assert_int_equal(n.calls, 1);
    assert_int_equal(again.calls, 0); /* begun inside a callback: called in a later deliver */
    desk_turn(d);
    fake_journal_all_durable(&d->journal);
    desk_turn(d);
    assert_int_equal(again.calls, 2); /* its submit and its read */
    desk_free(d);
}

/* ---- publishing ---- */

static void events_are_published_in_order_once_and_only_when_durable(void **state)
{
    struct flow_limits limits = flow_limits_default();
    struct desk *d = NULL;
    size_t seen = 0, delivers = 0;
    char name[16];

    (void)state;
    limits.turn_max = 4096;
    d = desk_new(&limits);
    for (int i = 0; i < 4096; i++) {
        snprintf(name, sizeof name, "o%d", i);
        assert_int_equal(desk_define(d, name, 1, 0, NULL), OK);
    }
    assert_int_equal(desk_define(d, "te-veel", 1, 0, NULL), ERR_BUSY);
    desk_turn(d);
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "p%d", i);
        assert_int_equal(desk_define(d, name, 1, 0, NULL), OK);
    }
    desk_turn(d);
    assert_int_equal(d->n_published, 0);
    fake_journal_durable(&d->journal, 10);
    flow_deliver(d->flow);
    assert_int_equal(d->n_published, 10);
    fake_journal_all_durable(&d->journal);
    while (flow_has_work(d->flow)) {
        seen = d->n_published;
        flow_deliver(d->flow);
        delivers++;
        assert_true(d->n_published > seen && d->n_published - seen <= 4096); /* a bounded turn */
    }
    assert_int_equal(delivers, 2);
    assert_int_equal(d->n_published, 4196);
    for (size_t i = 0; i < d->n_published; i++)
        assert_int_equal(d->published[i], i + 1);
    assert_int_equal(flow_published_seq(d->flow), 4196);
    desk_free(d);
}

/* ---- bounds ---- */

static void a_turn_decides_no_more_than_its_bound(void **state)
{
    struct flow_limits limits = flow_limits_default();
    struct desk *d = NULL;
    struct note n[5] = {0};
    char name[16];

    (void)state;
    limits.turn_max = 2;
    d = desk_new(&limits);
    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "o%d", i);
        assert_int_equal(desk_define(d, name, 1, 0, &n[i]), OK);
    }
    desk_turn(d);
    assert_int_equal(d->journal.n, 2);
    assert_true(flow_has_work(d->flow));
    desk_turn(d);
    desk_turn(d);
    assert_int_equal(d->journal.n, 5);
    assert_false(flow_has_work(d->flow));
    desk_free(d);
}

static void too_much_undurable_closes_the_door_until_it_is_durable(void **state)
{
    struct flow_limits limits = flow_limits_default();
    struct desk *d = NULL;
    struct note n = {0};

    (void)state;
    limits.undurable_max = 1;
    d = desk_new(&limits);
    assert_int_equal(desk_define(d, "een", 1, 0, &n), OK);
    desk_turn(d);
    assert_int_equal(desk_define(d, "twee", 1, 0, &n), ERR_BUSY);
    assert_int_equal(desk_read(d, &n), OK);
    assert_int_equal(desk_read(d, &n), ERR_BUSY);
    assert_false(flow_has_work(d->flow)); /* only the journal can help: sleep */
    fake_journal_all_durable(&d->journal);
    desk_turn(d);
    assert_int_equal(n.calls, 2);
    assert_int_equal(desk_define(d, "twee", 1, 0, &n), OK);
    desk_free(d);
}

/* The journal's own bound: nothing is lost, nothing more is decided, and it is offered again. */
static void rows_that_the_journal_cannot_take_are_offered_again(void **state)
{
    struct desk *d = desk_new(NULL);
    struct note first = {0}, second = {0};

    (void)state;
    d->journal.full = true;
    assert_int_equal(desk_define(d, "een", 1, 0, &first), OK);
    desk_turn(d);
    assert_int_equal(engine_orgs(flow_engine(d->flow)), 1);
    assert_int_equal(d->journal.n, 0);
    assert_int_equal(desk_define(d, "twee", 1, 0, &second), OK);
    desk_turn(d);
    assert_int_equal(engine_orgs(flow_engine(d->flow)), 1);
    assert_false(flow_has_work(d->flow)); /* it would spin */
    assert_int_equal(flow_next_due_ms(d->flow), INT64_MAX);
    d->journal.full = false;
    desk_turn(d);
    assert_int_equal(d->journal.n, 2);
    assert_int_equal(d->journal.rows[0].seq, 1);
    assert_int_equal(d->journal.rows[1].seq, 2);
    fake_journal_all_durable(&d->journal);
    desk_turn(d);
    assert_int_equal(first.calls, 1);
    assert_int_equal(second.calls, 1);
    desk_free(d);
}

/* ---- away and fenced ---- */

static void while_the_journal_is_away_nothing_new_is_promised(void **state)
{
    struct desk *d = desk_new(NULL);
    struct note applied = {0}, queued = {0}, read_durable = {0}, read_undurable = {0};

    (void)state;
    assert_int_equal(desk_read(d, &read_durable), OK);
    assert_int_equal(desk_define(d, "een", 1, 0, &applied), OK);
    flow_turn(d->flow, 5000);
    assert_int_equal(desk_read(d, &read_undurable), OK);
    assert_int_equal(desk_define(d, "twee", 1, 0, &queued), OK);
    fake_journal_goes(&d->journal);
    assert_int_equal(flow_state(d->flow), FLOW_AWAY);
    assert_int_equal(flow_away_since_ms(d->flow), 5000);
    assert_int_equal(desk_define(d, "drie", 1, 0, &queued), ERR_AWAY);
    assert_int_equal(desk_read(d, &queued), ERR_AWAY); /* it would rest on 'een' */
    assert_int_equal(flow_next_due_ms(d->flow), INT64_MAX);
    desk_turn(d);
    assert_int_equal(queued.calls, 1);
    assert_int_equal(queued.trouble, ERR_AWAY);
    assert_int_equal(read_undurable.trouble, ERR_AWAY);
    assert_int_equal(read_undurable.calls, 1);
    assert_int_equal(read_durable.calls, 1);
    assert_int_equal(read_durable.trouble, OK);
    assert_int_equal(applied.calls, 0); /* may be durable already: keep waiting */
    assert_false(flow_has_work(d->flow));
    assert_int_equal(engine_orgs(flow_engine(d->flow)), 1);

    fake_journal_comes(&d->journal);
    assert_int_equal(flow_state(d->flow), FLOW_OK);
    assert_int_equal(flow_away_since_ms(d->flow), 0);
    fake_journal_all_durable(&d->journal);
    desk_turn(d);
    assert_int_equal(applied.calls, 1);
    assert_int_equal(applied.trouble, OK);
    assert_int_equal(queued.calls, 1);
    assert_int_equal(engine_orgs(flow_engine(d->flow)), 1); /* 'twee' never happened */
    desk_free(d);
}

static void reads_of_durable_state_go_on_while_away(void **state)
{
    struct desk *d = desk_new(NULL);
    struct note n = {0};

    (void)state;
    fake_journal_goes(&d->journal);
    assert_int_equal(desk_read(d, &n), OK);
    desk_turn(d);
    assert_int_equal(n.calls, 1);
    assert_int_equal(n.trouble, OK);
    desk_free(d);
}

static void a_journal_that_is_not_connected_yet_is_away(void **state)
{
    struct core_settings settings = core_settings_default();
    struct flow_limits limits = flow_limits_default();
    struct fake_journal j;
    struct flow *f = NULL;

    (void)state;
    fake_journal_init(&j);
    j.away = true;
    f = flow_new(engine_new(NULL, &settings), &j.port, &limits);
    assert_int_equal(flow_state(f), FLOW_AWAY);
    assert_true(flow_away_since_ms(f) > 0);
    fake_journal_goes(&j); /* news of the same */
    assert_int_equal(flow_away_since_ms(f), 1);
    fake_journal_comes(&j);
    fake_journal_comes(&j);
    assert_int_equal(flow_state(f), FLOW_OK);
    flow_free(f);
    flow_free(NULL);
    fake_journal_fini(&j);
}

/* The port knows before it has told. */
static void the_door_asks_the_journal_itself(void **state)
{
    struct desk *d = desk_new(NULL);

    (void)state;
    d->journal.away = true;
    assert_int_equal(desk_define(d, "een", 1, 0, NULL), ERR_AWAY);
    desk_free(d);
}

static void a_fenced_broker_tells_everybody_and_takes_nothing(void **state)
{
    struct desk *d = desk_new(NULL);
    struct note durable = {0}, doubt = {0}, queued = {0}, read = {0};

    (void)state;
    assert_int_equal(desk_define(d, "een", 1, 0, &durable), OK);
    desk_turn(d);
    assert_int_equal(desk_define(d, "twee", 1, 0, &doubt), OK);
    desk_turn(d);
    assert_int_equal(desk_read(d, &read), OK);
    assert_int_equal(desk_define(d, "drie", 1, 0, &queued), OK);
    fake_journal_durable(&d->journal, 1);
    fake_journal_fences(&d->journal);
    assert_int_equal(flow_state(d->flow), FLOW_FENCED);
    assert_int_equal(desk_define(d, "vier", 1, 0, &queued), ERR_FENCED);
    assert_int_equal(desk_read(d, &queued), ERR_FENCED);
    desk_turn(d);
    assert_int_equal(durable.trouble, OK); /* committed before: it stands */
    assert_int_equal(durable.calls, 1);
    assert_int_equal(doubt.trouble, ERR_FENCED);
    assert_int_equal(doubt.outcome.seq, 0);
    assert_int_equal(queued.trouble, ERR_FENCED);
    assert_int_equal(read.trouble, ERR_FENCED);
    assert_int_equal(doubt.calls + queued.calls + read.calls, 3);
    assert_int_equal(d->n_published, 1);
    fake_journal_goes(&d->journal);
    fake_journal_fences(&d->journal);
    fake_journal_comes(&d->journal); /* there is no way back */
    assert_int_equal(flow_state(d->flow), FLOW_FENCED);
    assert_false(flow_has_work(d->flow));
    desk_free(d);
}

/* ---- the clock ---- */

static void time_never_runs_back(void **state)
{
    struct desk *d = desk_new(NULL);

    (void)state;
    flow_turn(d->flow, 100000);
    flow_turn(d->flow, 99000);
    assert_int_equal(flow_now_ms(d->flow), 100000);
    assert_int_equal(desk_define(d, "een", 1, 0, NULL), OK);
    flow_turn(d->flow, 10); /* by more than a minute: said once */
    flow_turn(d->flow, 11);
    assert_int_equal(d->journal.rows[0].at_ms, 100000);
    flow_turn(d->flow, 100001);
    assert_int_equal(flow_now_ms(d->flow), 100001);
    desk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_is_answered_once_and_only_when_durable),
        cmocka_unit_test(what_is_handed_over_ends_with_a_command),
        cmocka_unit_test(a_refusal_waits_for_what_it_was_judged_on),
        cmocka_unit_test(the_same_key_in_flight_waits_and_hears_the_same),
        cmocka_unit_test(a_read_goes_out_when_what_it_shows_is_durable),
        cmocka_unit_test(answers_may_begin_new_things),
        cmocka_unit_test(events_are_published_in_order_once_and_only_when_durable),
        cmocka_unit_test(a_turn_decides_no_more_than_its_bound),
        cmocka_unit_test(too_much_undurable_closes_the_door_until_it_is_durable),
        cmocka_unit_test(rows_that_the_journal_cannot_take_are_offered_again),
        cmocka_unit_test(while_the_journal_is_away_nothing_new_is_promised),
        cmocka_unit_test(reads_of_durable_state_go_on_while_away),
        cmocka_unit_test(a_journal_that_is_not_connected_yet_is_away),
        cmocka_unit_test(the_door_asks_the_journal_itself),
        cmocka_unit_test(a_fenced_broker_tells_everybody_and_takes_nothing),
        cmocka_unit_test(time_never_runs_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
