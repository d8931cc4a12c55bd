/* Starting again from the rows, and refusing rows that cannot be the truth. */
#include "flow/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/time_text.h"
#include "support/desk.h"

/* A desk with ten organisations in its journal, a digest every three rows. */
static struct desk *written(void)
{
    struct flow_limits limits = flow_limits_default();
    struct desk *d = NULL;
    char name[16];

    limits.digest_every = 3;
    d = desk_new(&limits);
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "o%d", i);
        assert_int_equal(desk_define(d, name, (uint8_t)i, i % 2 == 0 ? (uint64_t)i + 100 : 0, NULL), OK);
        desk_turn(d);
    }
    fake_journal_all_durable(&d->journal);
    desk_turn(d);
    return d;
}

static enum err replay(struct desk *to, const struct journal_row *row, char why[200])
{
    why[0] = '\0';
    return flow_replay(to->flow, row, why, 200);
}

static void the_same_rows_give_the_same_state(void **state)
{
    struct desk *a = written(), *b = desk_new(NULL);
    struct note again = {0};
    char why[200];
    size_t digests = 0;

    (void)state;
    for (size_t i = 0; i < a->journal.n; i++) {
        assert_int_equal(replay(b, &a->journal.rows[i], why), OK);
        digests += a->journal.rows[i].digest != 0;
    }
    assert_int_equal(digests, a->journal.n / 3);
    assert_int_equal(engine_digest(flow_engine(b->flow), true), engine_digest(flow_engine(a->flow), true));
    assert_int_equal(flow_durable_seq(b->flow), a->journal.n);
    assert_int_equal(flow_now_ms(b->flow), a->journal.rows[a->journal.n - 1].at_ms);
    /* An old key is known, and new rows go on behind the old. */
    assert_int_equal(desk_define(b, "o2", 2, 102, &again), OK);
    assert_int_equal(desk_define(b, "nieuw", 1, 0, NULL), OK);
    desk_turn(b);
    assert_int_equal(b->journal.n, 1);
    assert_int_equal(b->journal.rows[0].seq, a->journal.n + 1);
    fake_journal_all_durable(&b->journal);
    desk_turn(b);
    assert_int_equal(again.outcome.refusal, REFUSAL_NONE);
    assert_true(again.outcome.seq <= a->journal.n);
    assert_int_equal(b->n_published, 1); /* what was replayed was published in its time */
    desk_free(a);
    desk_free(b);
}

struct spoilt {
    const char *name;
    const char *says; /* part of the reason */
    void (*spoil)(struct journal_row *row);
};

static void skip_one(struct journal_row *row)
{
    row->seq++;
}

static void cut(struct journal_row *row)
{
    row->clear.len--;
}

static void unheard_of(struct journal_row *row)
{
    row->kind = EV_N;
}

static void other_kind(struct journal_row *row)
{
    row->kind = EV_REQUEST_SEEN;
}

static void other_seal(struct journal_row *row)
{
    row->subject.v = 3;
}

static void other_digest(struct journal_row *row)
{
    row->digest ^= 1;
}

static const struct spoilt spoilt_rows[] = {
    {"a row is missing", "missing", skip_one},
    {"bytes are missing", "not an event", cut},
    {"a kind that does not exist", "not an event", unheard_of},
    {"the bytes of another kind", "row 3", other_kind},
    {"sealed for another referral", "another referral", other_seal},
    {"the state was another", "digest", other_digest},
};

static void rows_that_cannot_be_true_stop_the_start(void **state)
{
    struct desk *a = written();
    char why[200];

    (void)state;
    for (size_t i = 0; i < sizeof spoilt_rows / sizeof spoilt_rows[0]; i++) {
        struct desk *b = desk_new(NULL);
        struct journal_row bad = a->journal.rows[2]; /* the third carries a digest */

        assert_true(bad.digest != 0);
        assert_int_equal(replay(b, &a->journal.rows[0], why), OK);
        assert_int_equal(replay(b, &a->journal.rows[1], why), OK);
        spoilt_rows[i].spoil(&bad);
        if (replay(b, &bad, why) != ERR_BAD_INPUT || strstr(why, spoilt_rows[i].says) == NULL)
            fail_msg("%s: '%s'", spoilt_rows[i].name, why);
        desk_free(b);
    }
    desk_free(a);
}

/* It decodes, but cannot have happened: the second row again, with a first row's bytes. */
static void an_impossible_event_stops_the_start(void **state)
{
    struct desk *a = written(), *b = desk_new(NULL);
    struct journal_row bad = a->journal.rows[0];
    uint64_t before = 0;
    char why[200];

    (void)state;
    assert_int_equal(replay(b, &a->journal.rows[0], why), OK);
    before = engine_digest(flow_engine(b->flow), true);
    bad.seq = 2; /* defines organisation 1 a second time */
    assert_int_equal(replay(b, &bad, why), ERR_BAD_INPUT);
    assert_true(strlen(why) > strlen("row 2: "));
    assert_int_equal(engine_digest(flow_engine(b->flow), true), before);
    assert_int_equal(flow_durable_seq(b->flow), 1);
    desk_free(a);
    desk_free(b);
}

static void a_row_changed_in_the_middle_is_found_at_the_next_digest(void **state)
{
    struct desk *a = written(), *b = desk_new(NULL);
    char why[200];

    (void)state;
    /* Row 2 is a key's outcome: an earlier moment is possible in itself, so only the digest can tell. */
    assert_int_equal(a->journal.rows[1].kind, EV_COMMAND_DONE);
    a->journal.rows[1].at_ms -= 1;
    assert_int_equal(replay(b, &a->journal.rows[0], why), OK);
    assert_int_equal(replay(b, &a->journal.rows[1], why), OK);
    assert_int_equal(replay(b, &a->journal.rows[2], why), ERR_BAD_INPUT);
    desk_free(a);
    desk_free(b);
}

static void replay_event(struct desk *d, const struct event *ev, int64_t at_ms)
{
    struct buf clear = {0}, private_part = {0};
    struct journal_row row = {.seq = engine_seq(flow_engine(d->flow)) + 1,
                              .at_ms = at_ms,
                              .kind = ev->kind,
                              .subject = event_subject(ev)};
    char why[200];

    event_encode(ev, &clear, &private_part);
    row.clear = buf_view(&clear);
    row.private_part = buf_view(&private_part);
    if (replay(d, &row, why) != OK)
        fail_msg("%s", why);
    buf_fini(&clear);
    buf_fini(&private_part);
}

/* The first turn takes up what was replayed: of two alarms that nobody acknowledged, that of an hour before
 * is raised again, that of weeks before is not. */
static void old_alarms_do_not_ring_at_the_start(void **state)
{
    const int64_t now_ms = INT64_C(1795600000000);
    struct desk *d = desk_new(NULL);
    struct event ev = {.kind = EV_ORG_DEFINED};
    unsigned again = 0;

    (void)state;
    ev.u.org =
        (struct org){.id = {1}, .kind = ORG_VEILIG_THUIS, .region = REGION_NONE, .code = "vt", .name = "VT"};
    replay_event(d, &ev, now_ms - 30 * MS_DAY);
    for (uint64_t id = 1; id <= 2; id++) {
        int64_t at_ms = id == 1 ? now_ms - 20 * MS_DAY : now_ms - MS_HOUR;

        ev = (struct event){.kind = EV_REFERRAL_OPENED};
        ev.u.opened.id.v = id;
        referral_code_make(id, ev.u.opened.code);
        ev.u.opened.org.v = 1;
        ev.u.opened.home_region = REGION_NONE;
        ev.u.opened.deadline_ms = now_ms + MS_DAY;
        ev.u.opened.need = need_empty();
        replay_event(d, &ev, at_ms - MS_HOUR);
        ev = (struct event){.kind = EV_ALARM_RAISED};
        ev.u.escalation.referral.v = id;
        ev.u.escalation.alarm = ALARM_LEAD;
        replay_event(d, &ev, at_ms);
    }
    for (int i = 0; i < 3; i++)
        flow_turn(d->flow, now_ms + i);
    for (size_t i = 0; i < d->journal.n; i++) {
        assert_int_equal(d->journal.rows[i].kind, EV_ALARM_REPEATED);
        assert_int_equal(d->journal.rows[i].subject.v, 2);
        again++;
    }
    assert_int_equal(again, 1);
    assert_true(flow_next_due_ms(d->flow) > now_ms);
    desk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_rows_give_the_same_state),
        cmocka_unit_test(old_alarms_do_not_ring_at_the_start),
        cmocka_unit_test(rows_that_cannot_be_true_stop_the_start),
        cmocka_unit_test(an_impossible_event_stops_the_start),
        cmocka_unit_test(a_row_changed_in_the_middle_is_found_at_the_next_digest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
