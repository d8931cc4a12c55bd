/* The in-memory journal keeps the rules of the real one: commits are whole, in order, fenced, and a lost
 * connection is doubt that the disk resolves. */
#include "store/journal_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

/* What the sink was told. */
struct told {
    uint64_t durable;
    unsigned durables, aways, backs;
    uint64_t fenced_by;
};

static void on_durable(void *ctx, uint64_t seq)
{
    struct told *t = ctx;

    assert_true(seq > t->durable);
    t->durable = seq;
    t->durables++;
}

static void on_away(void *ctx, const char *why)
{
    assert_non_null(why);
    ((struct told *)ctx)->aways++;
}

static void on_back(void *ctx)
{
    ((struct told *)ctx)->backs++;
}

static void on_fenced(void *ctx, uint64_t epoch)
{
    ((struct told *)ctx)->fenced_by = epoch;
}

struct writer {
    struct journal_memory *j;
    const struct journal_port *port;
    struct told told;
};

static void writer_open(struct writer *w, struct journal_disk *disk,
                        const struct journal_memory_faults *faults, uint64_t seed, size_t bytes_max)
{
    struct journal_sink sink = {&w->told, on_durable, on_away, on_back, on_fenced};

    *w = (struct writer){.j = journal_memory_new(disk, seed, bytes_max)};
    w->port = journal_memory_port(w->j);
    w->port->set_sink(w->port->ctx, &sink);
    if (faults != NULL)
        journal_memory_set_faults(w->j, faults);
}

static enum err append(struct writer *w, uint64_t seq)
{
    char text[32];
    int n = snprintf(text, sizeof text, "row %llu", (unsigned long long)seq);
    struct journal_row row = {.seq = seq,
                              .at_ms = (int64_t)seq * 10,
                              .kind = EV_REQUEST_SEEN,
                              .subject = {seq % 3},
                              .clear = BYTES(text, (size_t)n),
                              .private_part = BYTES("geheim", 6)};
    enum err e = w->port->append(w->port->ctx, &row, 1);

    memset(text, 'x', sizeof text); /* it was copied */
    return e;
}

static void kick(struct writer *w)
{
    w->port->kick(w->port->ctx);
}

struct reading {
    uint64_t next;
    size_t without_private;
};

static enum err on_row(void *ctx, const struct journal_row *row)
{
    struct reading *r = ctx;
    char want[32];
    int n = snprintf(want, sizeof want, "row %llu", (unsigned long long)row->seq);

    assert_int_equal(row->seq, r->next);
    assert_int_equal(row->at_ms, row->seq * 10);
    assert_int_equal(row->clear.len, n);
    assert_memory_equal(row->clear.p, want, (size_t)n);
    r->without_private += row->private_part.len == 0;
    r->next++;
    return OK;
}

/* Every row from the first to LAST, whole and in order. */
static struct reading read_back(const struct journal_disk *disk, uint64_t last)
{
    struct reading r = {.next = 1};

    assert_int_equal(journal_disk_read(disk, 0, on_row, &r), OK);
    assert_int_equal(r.next, last + 1);
    return r;
}

static void a_commit_takes_everything_that_was_queued_before_the_kick(void **state)
{
    struct journal_disk *disk = journal_disk_new();
    struct writer w;

    (void)state;
    writer_open(&w, disk, NULL, 1, 0);
    kick(&w); /* nothing to do */
    assert_true(journal_memory_is_idle(w.j));
    assert_int_equal(append(&w, 1), OK);
    assert_int_equal(append(&w, 2), OK);
    kick(&w);
    assert_int_equal(append(&w, 3), OK); /* came during the commit */
    kick(&w);
    assert_int_equal(w.told.durables, 0); /* never from inside append or kick */
    journal_memory_step(w.j);
    assert_int_equal(w.told.durable, 2);
    assert_int_equal(journal_disk_seq(disk), 2);
    journal_memory_step(w.j);
    assert_int_equal(w.told.durable, 2); /* nobody kicked */
    kick(&w);
    journal_memory_step(w.j);
    assert_int_equal(w.told.durable, 3);
    assert_true(journal_memory_is_idle(w.j));
    read_back(disk, 3);
    journal_memory_free(w.j);
    journal_disk_free(disk);
}

static void a_slow_commit_takes_its_steps(void **state)
{
    struct journal_memory_faults faults = {.slow_steps_max = 5};
    unsigned longest = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct journal_disk *disk = journal_disk_new();
        struct writer w;
        unsigned steps = 0;

        writer_open(&w, disk, &faults, seed, 0);
        assert_int_equal(append(&w, 1), OK);
        kick(&w);
        while (w.told.durables == 0 && steps < 10) {
            journal_memory_step(w.j);
            steps++;
        }
        assert_true(steps >= 1 && steps <= 6);
        longest = steps > longest ? steps : longest;
        journal_memory_free(w.j);
        journal_disk_free(disk);
    }
    assert_int_equal(longest, 6);
}

static void queued_bytes_are_bounded(void **state)
{
    struct journal_disk *disk = journal_disk_new();
    struct writer w;
    uint64_t seq = 1;

    (void)state;
    writer_open(&w, disk, NULL, 1, 1000);
    while (append(&w, seq) == OK)
        seq++;
    assert_true(seq > 2 && seq < 100);
    assert_int_equal(append(&w, seq), ERR_BUSY);
    kick(&w);
    journal_memory_step(w.j);
    assert_int_equal(w.told.durable, seq - 1);
    assert_int_equal(append(&w, seq), OK); /* the refused one, with the same number */
    kick(&w);
    journal_memory_step(w.j);
    read_back(disk, seq);
    journal_memory_free(w.j);
    journal_disk_free(disk);
}

/* A commit that is cut off has happened or not; whoever asks the disk finds out, and nothing is there twice.
 */
static void doubt_is_resolved_by_the_disk(void **state)
{
    unsigned had_happened = 0, had_not = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct journal_memory_faults faults = {.doubt = 1000, .doubt_done = 500, .away_steps_max = 3};
        struct journal_disk *disk = journal_disk_new();
        struct writer w;

        writer_open(&w, disk, &faults, seed, 0);
        assert_int_equal(append(&w, 1), OK);
        assert_int_equal(append(&w, 2), OK);
        kick(&w);
        journal_memory_step(w.j);
        assert_int_equal(w.told.aways, 1);
        assert_int_equal(w.told.durables, 0);
        assert_true(w.port->is_away(w.port->ctx));
        assert_int_equal(append(&w, 3), OK); /* queued behind it */
        if (journal_disk_seq(disk) == 2)
            had_happened++;
        else
            had_not++;
        journal_memory_set_faults(w.j, &(struct journal_memory_faults){0});
        for (int i = 0; i < 10 && w.told.durable < 3; i++) {
            journal_memory_step(w.j);
            kick(&w);
        }
        assert_int_equal(w.told.backs, 1);
        assert_int_equal(w.told.durable, 3);
        assert_false(w.port->is_away(w.port->ctx));
        read_back(disk, 3);
        journal_memory_free(w.j);
        journal_disk_free(disk);
    }
    assert_true(had_happened >= 5 && had_not >= 5);
}

static void a_lost_connection_before_the_commit_loses_nothing(void **state)
{
    struct journal_memory_faults faults = {.away = 1000};
    struct journal_disk *disk = journal_disk_new();
    struct writer w;

    (void)state;
    writer_open(&w, disk, &faults, 1, 0);
    assert_int_equal(append(&w, 1), OK);
    kick(&w);
    journal_memory_step(w.j);
    assert_int_equal(w.told.aways, 1);
    assert_int_equal(journal_disk_seq(disk), 0);
    journal_memory_set_faults(w.j, &(struct journal_memory_faults){0});
    journal_memory_step(w.j);
    assert_int_equal(w.told.backs, 1);
    kick(&w);
    journal_memory_step(w.j);
    assert_int_equal(w.told.durable, 1);
    journal_memory_free(w.j);
    journal_disk_free(disk);
}

/* Cut in the middle of a commit: its fate is drawn, and after healing it is there once. */
static void a_cut_commit_is_in_doubt(void **state)
{
    unsigned reached = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct journal_memory_faults faults = {.slow_steps_max = 9, .doubt_done = 500};
        struct journal_disk *disk = journal_disk_new();
        struct writer w;

        writer_open(&w, disk, &faults, seed, 0);
        assert_int_equal(append(&w, 1), OK);
        kick(&w);
        journal_memory_cut(w.j);
        reached += journal_disk_seq(disk) == 1;
        assert_int_equal(w.told.durables, 0);
        journal_memory_heal(w.j);
        for (int i = 0; i < 20 && w.told.durable < 1; i++) {
            journal_memory_step(w.j);
            kick(&w);
        }
        assert_int_equal(w.told.durable, 1);
        read_back(disk, 1);
        journal_memory_free(w.j);
        journal_disk_free(disk);
    }
    assert_true(reached >= 5 && reached <= 35);
}

static void a_cut_lasts_until_it_is_healed(void **state)
{
    struct journal_disk *disk = journal_disk_new();
    struct writer w;

    (void)state;
    writer_open(&w, disk, NULL, 1, 0);
    journal_memory_cut(w.j);
    for (int i = 0; i < 100; i++)
        journal_memory_step(w.j);
    assert_true(w.port->is_away(w.port->ctx));
    assert_int_equal(w.told.backs, 0);
    journal_memory_heal(w.j);
    journal_memory_step(w.j);
    assert_int_equal(w.told.backs, 1);
    assert_int_equal(w.told.aways, 1);
    journal_memory_free(w.j);
    journal_disk_free(disk);
}

static void a_crash_keeps_what_was_committed_and_nothing_that_was_only_queued(void **state)
{
    unsigned reached = 0, lost = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct journal_memory_faults faults = {.slow_steps_max = 4, .doubt_done = 500};
        struct journal_disk *disk = journal_disk_new();
        struct writer w, next;

        writer_open(&w, disk, NULL, seed, 0);
        assert_int_equal(append(&w, 1), OK);
        kick(&w);
        journal_memory_step(w.j);
        journal_memory_set_faults(w.j, &faults);
        assert_int_equal(append(&w, 2), OK);
        kick(&w);
        assert_int_equal(append(&w, 3), OK); /* only queued */
        journal_memory_crash(w.j);
        journal_memory_step(w.j);
        assert_int_equal(w.told.durable, 1); /* the dead say nothing */
        reached += journal_disk_seq(disk) == 2;
        lost += journal_disk_seq(disk) == 1;
        journal_memory_free(w.j);

        writer_open(&next, disk, NULL, seed, 0);
        assert_int_equal(append(&next, journal_disk_seq(disk) + 1), OK);
        kick(&next);
        journal_memory_step(next.j);
        read_back(disk, journal_disk_seq(disk));
        journal_memory_free(next.j);
        journal_disk_free(disk);
    }
    assert_true(reached >= 5 && lost >= 5);
    assert_int_equal(reached + lost, 40);
}

static void a_writer_that_was_taken_over_from_never_commits_again(void **state)
{
    struct journal_disk *disk = journal_disk_new();
    struct writer old, new;

    (void)state;
    writer_open(&old, disk, NULL, 1, 0);
    assert_int_equal(append(&old, 1), OK);
    kick(&old); /* under way when the other takes over */
    writer_open(&new, disk, NULL, 2, 0);
    assert_true(journal_memory_epoch(new.j) > journal_memory_epoch(old.j));
    journal_memory_step(old.j);
    assert_int_equal(old.told.fenced_by, journal_memory_epoch(new.j));
    assert_int_equal(old.told.durables, 0);
    assert_int_equal(journal_disk_seq(disk), 0);
    assert_int_equal(append(&new, 1), OK);
    kick(&new);
    journal_memory_step(new.j);
    kick(&old);
    journal_memory_step(old.j);
    assert_int_equal(journal_disk_seq(disk), 1);
    journal_memory_free(old.j);
    journal_memory_free(new.j);
    journal_disk_free(disk);
}

/* Lost in doubt, and taken over from before the connection came back. */
static void a_writer_in_doubt_looks_at_the_epoch_before_it_sends_again(void **state)
{
    struct journal_memory_faults faults = {.doubt = 1000, .doubt_done = 0};
    struct journal_disk *disk = journal_disk_new();
    struct writer old, new;

    (void)state;
    writer_open(&old, disk, &faults, 1, 0);
    assert_int_equal(append(&old, 1), OK);
    kick(&old);
    journal_memory_step(old.j);
    assert_int_equal(old.told.aways, 1);
    writer_open(&new, disk, NULL, 2, 0);
    assert_int_equal(append(&new, 1), OK);
    kick(&new);
    journal_memory_step(new.j);
    journal_memory_set_faults(old.j, &(struct journal_memory_faults){0});
    for (int i = 0; i < 5; i++) {
        journal_memory_step(old.j);
        kick(&old);
    }
    assert_int_equal(old.told.fenced_by, journal_memory_epoch(new.j));
    assert_int_equal(old.told.durables, 0); /* row 1 on the disk is not its own */
    assert_int_equal(old.told.backs, 0);
    journal_memory_free(old.j);
    journal_memory_free(new.j);
    journal_disk_free(disk);
}

static void a_destroyed_key_leaves_the_clear_part(void **state)
{
    struct journal_disk *disk = journal_disk_new();
    struct writer w;
    struct reading r;

    (void)state;
    writer_open(&w, disk, NULL, 1, 0);
    for (uint64_t seq = 1; seq <= 9; seq++)
        assert_int_equal(append(&w, seq), OK);
    kick(&w);
    journal_memory_step(w.j);
    assert_int_equal(read_back(disk, 9).without_private, 0);
    journal_disk_forget(disk, (struct referral_id){2}); /* rows 2, 5, 8 */
    r = read_back(disk, 9);
    assert_int_equal(r.without_private, 3);
    journal_memory_free(w.j);
    journal_disk_free(disk);
}

/* The positive control of the simulation: it does lie, and a crash shows it. */
static void a_disk_that_lies_loses_rows(void **state)
{
    struct journal_memory_faults faults = {.lie = 1000};
    struct journal_disk *disk = journal_disk_new();
    struct writer w;

    (void)state;
    writer_open(&w, disk, &faults, 1, 0);
    assert_int_equal(append(&w, 1), OK);
    kick(&w);
    journal_memory_step(w.j);
    assert_int_equal(w.told.durable, 1);
    assert_int_equal(journal_disk_seq(disk), 0);
    journal_memory_crash(w.j);
    assert_int_equal(journal_disk_seq(disk), 0);
    journal_memory_free(w.j);
    journal_disk_free(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_takes_everything_that_was_queued_before_the_kick),
        cmocka_unit_test(a_slow_commit_takes_its_steps),
        cmocka_unit_test(queued_bytes_are_bounded),
        cmocka_unit_test(doubt_is_resolved_by_the_disk),
        cmocka_unit_test(a_lost_connection_before_the_commit_loses_nothing),
        cmocka_unit_test(a_cut_commit_is_in_doubt),
        cmocka_unit_test(a_cut_lasts_until_it_is_healed),
        cmocka_unit_test(a_crash_keeps_what_was_committed_and_nothing_that_was_only_queued),
        cmocka_unit_test(a_writer_that_was_taken_over_from_never_commits_again),
        cmocka_unit_test(a_writer_in_doubt_looks_at_the_epoch_before_it_sends_again),
        cmocka_unit_test(a_destroyed_key_leaves_the_clear_part),
        cmocka_unit_test(a_disk_that_lies_loses_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
