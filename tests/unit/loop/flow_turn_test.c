/* The turn with a real flow in it: a write comes in by a callback, the journal answers by another, and the
 * loop does the rest in its order, without anybody polling. */
#include "loop/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/event.h>

#include <string.h>

#include "base/time_text.h"
/* The simulation's small reference world; it is no room, so there is no library to link. */
#include "tests/sim/vocabulary.c"

/* A journal that commits when libevent comes round: kick only makes its event active. */
struct journal {
    struct journal_port port;
    struct journal_sink sink;
    struct event *commit;
    uint64_t appended, committed;
};

static void set_sink(void *ctx, const struct journal_sink *sink)
{
    ((struct journal *)ctx)->sink = *sink;
}

static enum err append(void *ctx, const struct journal_row *rows, size_t n)
{
    ((struct journal *)ctx)->appended = rows[n - 1].seq;
    return OK;
}

static void kick(void *ctx)
{
    struct journal *j = ctx;

    if (j->appended > j->committed)
        event_active(j->commit, EV_TIMEOUT, 0);
}

static bool is_away(void *ctx)
{
    (void)ctx;
    return false;
}

static void on_commit(evutil_socket_t fd, short what, void *ctx)
{
    struct journal *j = ctx;

    (void)fd;
    (void)what;
    j->committed = j->appended;
    j->sink.on_durable(j->sink.ctx, j->committed);
}

struct bench {
    struct vocab *vocab;
    int64_t ahead_ms; /* of the host's clock */
    struct loop *loop;
    struct flow *flow;
    struct journal journal;
    struct event *client;
    int answers;
    enum err trouble;
    int64_t answered_at_ms;
};

static void on_answer(void *ctx, enum err trouble, const struct outcome *outcome)
{
    struct bench *b = ctx;

    assert_int_equal(outcome->refusal, REFUSAL_NONE);
    b->answers++;
    b->trouble = trouble;
    b->answered_at_ms = flow_now_ms(b->flow);
    loop_stop(b->loop);
}

static void on_client(evutil_socket_t fd, short what, void *ctx)
{
    struct bench *b = ctx;
    struct org org = {.kind = ORG_SHELTER, .code = "een", .name = "Een"};
    struct command cmd = {.kind = CMD_DEFINE_ORG, .actor = {.role = ROLE_SYSTEM}, .u.org = &org};

    (void)fd;
    (void)what;
    assert_int_equal(flow_submit(b->flow, &cmd, on_answer, b), OK);
    assert_int_equal(b->answers, 0);
}

static struct wall_ms bench_wall(void *ctx)
{
    return (struct wall_ms){time_wall_ms() + ((struct bench *)ctx)->ahead_ms};
}

static struct mono_ms bench_mono(void *ctx)
{
    (void)ctx;
    return (struct mono_ms){time_mono_ms()};
}

static void bench_open(struct bench *b)
{
    struct core_settings settings = core_settings_default();
    struct flow_limits limits = flow_limits_default();
    struct loop_options options = loop_options_default();

    options.tick_ms = 0;
    settings.timers = timers_settings_off(); /* what falls due here is what the tests let fall due */
    memset(b, 0, sizeof *b);
    options.clocks = (struct clocks){b, bench_wall, bench_mono};
    b->vocab = vocabulary_new();
    b->loop = loop_new(&options);
    b->journal.port = (struct journal_port){&b->journal, set_sink, append, kick, is_away};
    b->journal.commit = event_new(loop_base(b->loop), -1, 0, on_commit, &b->journal);
    b->flow = flow_new(engine_new(b->vocab, &settings), &b->journal.port, &limits);
    b->client = event_new(loop_base(b->loop), -1, 0, on_client, b);
    loop_set_flow(b->loop, b->flow);
}

static void bench_close(struct bench *b)
{
    loop_set_flow(b->loop, NULL);
    event_free(b->client);
    event_free(b->journal.commit);
    flow_free(b->flow);
    loop_free(b->loop);
    vocab_free(b->vocab);
}

static void a_write_goes_through_the_turns_to_its_answer(void **state)
{
    struct bench b;
    uint64_t turns = 0;

    (void)state;
    bench_open(&b);
    event_active(b.client, EV_TIMEOUT, 0);
    loop_run(b.loop); /* returns when it was answered */
    turns = loop_lateness(b.loop).turns;
    assert_int_equal(b.answers, 1);
    assert_int_equal(b.trouble, OK);
    assert_int_equal(flow_durable_seq(b.flow), 1);
    assert_true(b.answered_at_ms >= loop_wall(b.loop).v - 1000);
    /* Collected, decided and kicked in one turn; committed and answered in the next. */
    assert_true(turns <= 3);
    bench_close(&b);
}

/* Work that is left does not wait for the next socket. */
static void the_loop_does_not_sleep_while_there_is_work(void **state)
{
    struct bench b;
    struct mono_ms before;

    (void)state;
    bench_open(&b);
    loop_turn(b.loop, 0);
    before = loop_mono(b.loop);
    on_client(-1, 0, &b); /* as if another part of the turn had submitted */
    loop_turn(b.loop, -1);
    loop_turn(b.loop, -1);
    assert_int_equal(b.answers, 1);
    assert_true(loop_mono(b.loop).v - before.v < 900); /* asleep it would have been a second */
    bench_close(&b);
}

static void turn_until(struct bench *b, uint64_t seq)
{
    for (int i = 0; i < 50 && flow_published_seq(b->flow) < seq; i++)
        loop_turn(b->loop, -1);
    assert_int_equal(flow_published_seq(b->flow), seq);
}

/* Nobody does anything, but a referral's time is over in 40 ms: the loop wakes for it, not a second later. */
static void the_loop_wakes_for_what_falls_due(void **state)
{
    struct bench b;
    struct need need = need_empty();
    struct command open = {.kind = CMD_OPEN_REFERRAL, .draw = 1, .u.need = &need};
    struct mono_ms before;

    (void)state;
    bench_open(&b);
    on_client(-1, 0, &b);
    turn_until(&b, 1);
    need.n_persons = 1;
    need.persons[0] = (struct person){.sex = SEX_F, .age = 30};
    open.actor = (struct actor){.role = ROLE_REFERRER, .org = {1}};
    assert_int_equal(flow_submit(b.flow, &open, NULL, NULL), OK);
    turn_until(&b, 2);
    assert_true(flow_next_due_ms(b.flow) > loop_wall(b.loop).v);
    b.ahead_ms += flow_next_due_ms(b.flow) - loop_wall(b.loop).v - 40;
    loop_turn(b.loop, 0);
    before = loop_mono(b.loop);
    turn_until(&b, 3);
    assert_true(engine_referral(flow_engine(b.flow), (struct referral_id){1})->unplaced);
    assert_true(loop_mono(b.loop).v - before.v < 900);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_goes_through_the_turns_to_its_answer),
        cmocka_unit_test(the_loop_wakes_for_what_falls_due),
        cmocka_unit_test(the_loop_does_not_sleep_while_there_is_work),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
