/* What is to be told, in a real database: the cursor and the rows together or not at all, each message once,
 * webhooks in order, addresses sealed. */
#include "store/outbox.h"

#include "base/mem.h"
#include "store/outbox_rows.h"
#include "support/store_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EPOCH 5
#define KEPT 64

struct got {
    struct store_world *w;
    uint64_t cursor;
    struct outbox_row rows[KEPT];
    struct outbox_event events[KEPT];
    uint8_t first_byte[KEPT];
    struct notify_target targets[KEPT];
    struct outbox_stats stats;
    struct outbox_load loads[KEPT];
    size_t n;
};

struct scene {
    struct store_world *w;
    struct vault *vault;
    struct outbox *outbox;
    const struct outbox_port *port;
    struct got got;
};

static void on_cursor(void *ctx, enum err trouble, uint64_t seq)
{
    struct got *g = ctx;

    g->cursor = seq;
    store_world_done(g->w, trouble);
}

static void on_rows(void *ctx, enum err trouble, const struct outbox_row *rows, size_t n)
{
    struct got *g = ctx;

    g->n = n < KEPT ? n : KEPT;
    if (g->n > 0)
        memcpy(g->rows, rows, g->n * sizeof *rows);
    store_world_done(g->w, trouble);
}

static void on_events(void *ctx, enum err trouble, const struct outbox_event *events, size_t n)
{
    struct got *g = ctx;

    g->n = n < KEPT ? n : KEPT;
    for (size_t i = 0; i < g->n; i++) {
        g->events[i] = events[i];
        g->first_byte[i] = events[i].clear.len > 0 ? events[i].clear.p[0] : 0;
    }
    store_world_done(g->w, trouble);
}

static void on_targets(void *ctx, enum err trouble, const struct notify_target *targets, size_t n)
{
    struct got *g = ctx;

    g->n = n < KEPT ? n : KEPT;
    if (g->n > 0)
        memcpy(g->targets, targets, g->n * sizeof *targets);
    store_world_done(g->w, trouble);
}

static void on_stats(void *ctx, enum err trouble, const struct outbox_stats *stats)
{
    struct got *g = ctx;

    g->stats = *stats;
    store_world_done(g->w, trouble);
}

static struct scene *scene_new(struct store_world *w)
{
    struct scene *s = mem_new(1, sizeof *s);
    struct crypto_key master = {{7}};

    s->w = s->got.w = w;
    s->vault = vault_new(VAULT_TARGETS, &master, NULL);
    s->outbox = outbox_new(w->clerk, s->vault, EPOCH);
    s->port = outbox_port(s->outbox);
    private_db_exec(w->server, "UPDATE writer SET epoch=5, seq=10 WHERE id=1");
    return s;
}

static void scene_free(struct scene *s)
{
    outbox_free(s->outbox);
    vault_free(s->vault);
    free(s);
}

static struct outbox_row a_row(const char *key, uint32_t target, enum channel channel, int64_t next_at_ms)
{
    struct outbox_row r = {.target = target,
                           .channel = channel,
                           .kind = "request.made",
                           .text = "t",
                           .state = "pending",
                           .at_ms = 1000,
                           .org = {3},
                           .referral = {4},
                           .request = {5},
                           .pool = {6},
                           .next_at_ms = next_at_ms};

    snprintf(r.key, sizeof r.key, "%s", key);
    return r;
}

static enum err commit(struct scene *s, const struct outbox_row *rows, size_t n, uint64_t seq)
{
    assert_int_equal(
        s->port->commit(s->port->ctx, &(struct outbox_step){rows, n, seq, NULL, 0}, store_world_done, s->w),
        OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    return s->w->trouble;
}

static uint64_t cursor(struct scene *s)
{
    assert_int_equal(s->port->cursor(s->port->ctx, on_cursor, &s->got), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    return s->got.cursor;
}

static size_t due(struct scene *s, enum channel channel, int64_t now_ms)
{
    assert_int_equal(s->port->due(s->port->ctx, channel, now_ms, KEPT, on_rows, &s->got), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(s->w->trouble, OK);
    return s->got.n;
}

static void once_and_together(void **state)
{
    struct scene *s = scene_new(*state);
    struct outbox_row rows[2] = {a_row("e7", 1, CHANNEL_MAIL, 50), a_row("e8", 2, CHANNEL_MAIL, 60)};

    assert_int_equal(cursor(s), 0);
    assert_int_equal(commit(s, rows, 2, 8), OK);
    assert_int_equal(cursor(s), 8);
    assert_int_equal(due(s, CHANNEL_MAIL, 55), 1);
    assert_int_equal(due(s, CHANNEL_MAIL, 60), 2);
    for (size_t i = 0; i < 2; i++) { /* as it was, field by field */
        const struct outbox_row *r = &s->got.rows[i];

        assert_string_equal(r->key, rows[i].key);
        assert_string_equal(r->kind, rows[i].kind);
        assert_string_equal(r->text, rows[i].text);
        assert_string_equal(r->state, rows[i].state);
        assert_int_equal(r->next_at_ms, rows[i].next_at_ms);
        assert_true(r->id != 0 && r->target == i + 1 && r->channel == CHANNEL_MAIL && r->at_ms == 1000 &&
                    r->org.v == 3);
        assert_true(r->referral.v == 4 && r->request.v == 5 && r->pool.v == 6 && r->location.v == 0);
        assert_true(r->status == OUTBOX_WAITING && r->attempts == 0 && r->done_at_ms == 0);
    }
    /* Told again, as after a crash: nothing doubles, and the cursor does not go back. */
    assert_int_equal(commit(s, rows, 2, 7), OK);
    assert_int_equal(cursor(s), 8);
    assert_int_equal(due(s, CHANNEL_MAIL, 60), 2);
    /* Nor does one that went out already come to life again. */
    s->got.rows[0].status = OUTBOX_DELIVERED;
    s->got.rows[0].done_at_ms = 70;
    assert_int_equal(s->port->mark(s->port->ctx, &s->got.rows[0], store_world_done, s->w), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(commit(s, rows, 2, 8), OK);
    assert_int_equal(due(s, CHANNEL_MAIL, 60), 1);
    /* Without moving the cursor. */
    rows[0] = a_row("u5", 1, CHANNEL_VOICE, 0);
    assert_int_equal(commit(s, rows, 1, 0), OK);
    assert_int_equal(cursor(s), 8);
    scene_free(s);
}

static void a_commit_that_fails_leaves_nothing(void **state)
{
    struct scene *s = scene_new(*state);
    struct outbox_row row = a_row("e9", 1, CHANNEL_MAIL, 0);

    /* The rows go in first; then the cursor cannot move. */
    private_db_exec(s->w->server, "ALTER TABLE notify_cursor ADD CONSTRAINT stuck CHECK (seq < 9)");
    assert_int_equal(commit(s, &row, 1, 9), ERR_BAD_INPUT); /* refused, and no other writer */
    assert_int_equal(private_db_number(s->w->server, "SELECT COUNT(*) FROM outbox"), 0);
    private_db_exec(s->w->server, "ALTER TABLE notify_cursor DROP CONSTRAINT stuck");
    /* The next one is not part of what was undone. */
    row = a_row("e8", 1, CHANNEL_MAIL, 0);
    assert_int_equal(commit(s, &row, 1, 8), OK);
    assert_int_equal(private_db_number(s->w->server, "SELECT COUNT(*) FROM outbox"), 1);
    scene_free(s);
}

static void another_writer(void **state)
{
    struct scene *s = scene_new(*state);
    struct outbox_row row = a_row("e9", 1, CHANNEL_MAIL, 0);

    private_db_exec(s->w->server, "UPDATE writer SET epoch=6 WHERE id=1");
    assert_int_equal(commit(s, &row, 1, 9), ERR_FENCED);
    assert_int_equal(private_db_number(s->w->server, "SELECT COUNT(*) FROM outbox"), 0);
    assert_int_equal(private_db_number(s->w->server, "SELECT seq FROM notify_cursor"), 0);
    scene_free(s);
}

static void webhooks_in_order(void **state)
{
    struct scene *s = scene_new(*state);
    struct outbox_row rows[] = {a_row("e1", 1, CHANNEL_WEBHOOK, 0), a_row("e1", 2, CHANNEL_WEBHOOK, 0),
                                a_row("e2", 1, CHANNEL_WEBHOOK, 0), a_row("e2", 2, CHANNEL_WEBHOOK, 0)};
    struct outbox_row first;

    assert_int_equal(commit(s, rows, COUNT_OF(rows), 2), OK);
    assert_int_equal(due(s, CHANNEL_WEBHOOK, 100), 2);
    assert_string_equal(s->got.rows[0].key, "e1");
    assert_string_equal(s->got.rows[1].key, "e1");
    /* Put off: what comes after it at the same target waits too, the other target goes on. */
    first = s->got.rows[0];
    first.attempts = 1;
    first.next_at_ms = 200;
    snprintf(first.trouble, sizeof first.trouble, "http 503");
    assert_int_equal(s->port->mark(s->port->ctx, &first, store_world_done, s->w), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(due(s, CHANNEL_WEBHOOK, 100), 1);
    assert_int_equal(s->got.rows[0].target, 2);
    assert_int_equal(due(s, CHANNEL_WEBHOOK, 200), 2);
    assert_int_equal(s->got.rows[0].target, 2); /* who never failed goes first */
    assert_int_equal(s->got.rows[1].attempts, 1);
    assert_string_equal(s->got.rows[1].trouble, "http 503");
    /* Given up: the next one's turn. */
    first.status = OUTBOX_GIVEN_UP;
    first.done_at_ms = 210;
    assert_int_equal(s->port->mark(s->port->ctx, &first, store_world_done, s->w), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(due(s, CHANNEL_WEBHOOK, 200), 2);
    assert_string_equal(s->got.rows[1].key, "e2");
    assert_int_equal(s->got.rows[1].target, 1);
    assert_int_equal(s->port->stats(s->port->ctx, on_stats, &s->got), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(s->got.stats.waiting, 3);
    assert_int_equal(s->got.stats.given_up, 1);
    assert_int_equal(s->got.stats.oldest_at_ms, 1000);
    /* Listed newest first, and what ended long ago is forgotten; what waits never is. */
    assert_int_equal(s->port->list(s->port->ctx, (struct org_id){3}, false, KEPT, on_rows, &s->got), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(s->got.n, 4);
    assert_string_equal(s->got.rows[0].key, "e2");
    assert_int_equal(s->port->list(s->port->ctx, (struct org_id){4}, false, KEPT, on_rows, &s->got), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(s->got.n, 0);
    assert_int_equal(s->port->purge(s->port->ctx, 1000000, store_world_done, s->w), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(private_db_number(s->w->server, "SELECT COUNT(*) FROM outbox"), 3);
    scene_free(s);
}

/* Mail, text messages, calls: one at a time for each receiver, and whom nothing is known against first. */
static void one_for_each_receiver(void **state)
{
    struct scene *s = scene_new(*state);
    struct outbox_row rows[] = {a_row("e1", 1, CHANNEL_MAIL, 0), a_row("e2", 1, CHANNEL_MAIL, 0),
                                a_row("e2", 2, CHANNEL_MAIL, 0), a_row("e1", 3, CHANNEL_VOICE, 0),
                                a_row("e2", 3, CHANNEL_VOICE, 0)};
    struct outbox_row first;

    rows[4].location.v = 8; /* another house's number */
    assert_int_equal(commit(s, rows, COUNT_OF(rows), 2), OK);
    assert_int_equal(due(s, CHANNEL_VOICE, 10), 2);
    assert_int_equal(due(s, CHANNEL_MAIL, 10), 2);
    assert_string_equal(s->got.rows[0].key, "e1");
    assert_int_equal(s->got.rows[1].target, 2);
    /* Mail has no order: what is put off lets the next of its receiver go. */
    first = s->got.rows[0];
    first.attempts = 1;
    first.next_at_ms = 100;
    assert_int_equal(s->port->mark(s->port->ctx, &first, store_world_done, s->w), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(due(s, CHANNEL_MAIL, 10), 2);
    assert_string_equal(s->got.rows[0].key, "e2");
    assert_int_equal(s->got.rows[0].target, 1);
    s->got.rows[0].status = OUTBOX_DELIVERED;
    s->got.rows[0].done_at_ms = 20;
    assert_int_equal(s->port->mark(s->port->ctx, &s->got.rows[0], store_world_done, s->w), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(due(s, CHANNEL_MAIL, 100), 2);
    assert_int_equal(s->got.rows[0].target, 2); /* never failed */
    assert_int_equal(s->got.rows[1].attempts, 1);
    scene_free(s);
}

/* What failed and is due again does not hold up what its receiver was never sent. */
static void a_fresh_one_does_not_wait_for_a_failed_one(void **state)
{
    static const enum channel channels[] = {CHANNEL_MAIL, CHANNEL_SMS, CHANNEL_VOICE};
    struct scene *s = scene_new(*state);

    for (uint32_t i = 0; i < COUNT_OF(channels); i++) {
        struct outbox_row rows[] = {a_row("e1", i + 1, channels[i], 0), a_row("e2", i + 1, channels[i], 0),
                                    a_row("e3", i + 1, channels[i], 0), a_row("e1", i + 1, channels[i], 0)};
        struct outbox_row failed;

        rows[3].location.v = 8; /* another receiver */
        assert_int_equal(commit(s, rows, COUNT_OF(rows), 3), OK);
        assert_int_equal(due(s, channels[i], 10), 2);
        failed = s->got.rows[0];
        assert_string_equal(failed.key, "e1");
        failed.attempts = 1;
        assert_int_equal(s->port->mark(s->port->ctx, &failed, store_world_done, s->w), OK);
        assert_true(store_world_wait(s->w, 1, 5000));
        assert_int_equal(due(s, channels[i], 10), 2);
        assert_string_equal(s->got.rows[0].key, "e2");
        assert_int_equal(s->got.rows[0].location.v, 0);
        assert_int_equal(s->got.rows[1].location.v, 8);
        /* When all of it failed, the oldest again. */
        private_db_exec(s->w->server, "UPDATE outbox SET attempts=2 WHERE location=0");
        assert_int_equal(due(s, channels[i], 10), 2);
        assert_string_equal(s->got.rows[1].key, "e1");
        assert_int_equal(s->got.rows[1].location.v, 0);
    }
    scene_free(s);
}

/* ---- how the server answers it ---- */

struct plan {
    bool is_index_alone, is_one_row_each, is_other;
    char key[40];
    char whole[2000]; /* for the message of a test that fails */
};

/* id, select_type, table, type, possible_keys, key, key_len, ref, rows, Extra */
static enum err on_plan(void *ctx, const struct bytes *cells, unsigned n)
{
    struct plan *p = ctx;
    char table[40], type[40], key[40], extra[200];

    assert_int_equal(n, 10);
    assert_true(db_cell_text(cells[2], table, sizeof table) && db_cell_text(cells[3], type, sizeof type) &&
                db_cell_text(cells[5], key, sizeof key) && db_cell_text(cells[9], extra, sizeof extra));
    snprintf(p->whole + strlen(p->whole), sizeof p->whole - strlen(p->whole), "\n%s %s %s: %s", table, type,
             key, extra);
    if (strcmp(table, "outbox") == 0) {
        p->is_index_alone =
            strstr(extra, "Using index") != NULL && strstr(extra, "Using index condition") == NULL;
        snprintf(p->key, sizeof p->key, "%s", key);
    } else if (strcmp(table, "o") == 0) {
        p->is_one_row_each = strcmp(type, "eq_ref") == 0 && strcmp(key, "PRIMARY") == 0;
    } else if (strcmp(table, "<derived2>") != 0) {
        p->is_other = true;
    }
    return OK;
}

/* However full the table is: which row is each receiver's is read from an index and from no row. */
static void from_the_index_alone(void **state)
{
    struct scene *s = scene_new(*state);

    private_db_exec(
        s->w->server,
        "INSERT INTO outbox (event_key, target, location, channel, kind, text_key, state, at_ms, org, "
        "referral, request, pool, attempts, next_at_ms, status, done_at_ms) SELECT CONCAT('e', seq), "
        "1 + seq % 200, 0, ELT(1 + seq % 200 DIV 50, 'mail', 'sms', 'voice', 'webhook'), "
        "'request.made', 't', 'pending', 1000, 3, 4, 5, 6, seq % 3, seq % 1000, "
        "IF(seq % 7 = 0, 1, 0), IF(seq % 7 = 0, 900, 0) FROM seq_1_to_20000");
    for (int analyzed = 0; analyzed < 2; analyzed++) {
        for (unsigned c = 0; c < CHANNEL_N; c++) {
            struct plan p = {.whole = ""};
            struct buf sql = {0};

            buf_text(&sql, "EXPLAIN ");
            outbox_due_sql(&sql, (enum channel)c, 2000, 16);
            assert_int_equal(db_each(s->w->db, buf_view(&sql), on_plan, &p), OK);
            buf_fini(&sql);
            if (!p.is_index_alone || !p.is_one_row_each || p.is_other ||
                strcmp(p.key, c == CHANNEL_WEBHOOK ? "by_target" : "by_receiver") != 0)
                fail_msg("%s:%s", channel_code((enum channel)c), p.whole);
            assert_int_equal(due(s, (enum channel)c, 2000), 50);
            assert_int_equal(s->got.rows[0].attempts, 0);
        }
        private_db_exec(s->w->server, "ANALYZE TABLE outbox");
    }
    scene_free(s);
}

static void on_loads(void *ctx, enum err trouble, const struct outbox_load *loads, size_t n)
{
    struct got *g = ctx;

    g->n = n < KEPT ? n : KEPT;
    if (g->n > 0)
        memcpy(g->loads, loads, g->n * sizeof *loads);
    store_world_done(g->w, trouble);
}

static void who_is_behind(void **state)
{
    struct scene *s = scene_new(*state);
    struct outbox_row rows[] = {a_row("e1", 1, CHANNEL_MAIL, 0), a_row("e2", 1, CHANNEL_MAIL, 0)};
    struct notify_target t = {.name = "nacht", .org = {3}, .channel = CHANNEL_MAIL};
    struct outbox_behind behind = {1, 7};
    struct outbox_step step = {rows, COUNT_OF(rows), 8, &behind, 1};

    assert_int_equal(notify_target_add(s->w->db, s->vault, &t, "a@huis.test", 50), OK);
    private_db_exec(s->w->server, "UPDATE notify_target SET id=1");
    assert_int_equal(s->port->commit(s->port->ctx, &step, store_world_done, s->w), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(s->w->trouble, OK);
    assert_int_equal(s->port->targets(s->port->ctx, on_targets, &s->got), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(s->got.targets[0].behind_from, 7);
    assert_int_equal(s->port->loads(s->port->ctx, on_loads, &s->got), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(s->got.n, 1);
    assert_int_equal(s->got.loads[0].target, 1);
    assert_int_equal(s->got.loads[0].waiting, 2);
    scene_free(s);
}

static void events_of_some_kinds(void **state)
{
    struct scene *s = scene_new(*state);
    struct outbox_kinds kinds = {0};

    private_db_exec(
        s->w->server,
        "INSERT INTO journal (seq, epoch, at_ms, kind, subject, clear_part, sealed_part, digest) VALUES "
        "(1,5,100,4,1,'a','',0), (2,5,101,3,0,'b','',0), (3,5,102,5,1,'c','x',0), (4,5,103,5,1,'d','',0)");
    outbox_kinds_add(&kinds, EV_REQUEST_MADE);
    outbox_kinds_add(&kinds, EV_REFERRAL_OPENED);
    assert_int_equal(EV_REFERRAL_OPENED, 4);
    assert_int_equal(EV_REQUEST_MADE, 5);
    assert_int_equal(s->port->events(s->port->ctx, 0, 3, &kinds, 10, on_events, &s->got), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(s->got.n, 2);
    assert_int_equal(s->got.events[1].seq, 3);
    assert_int_equal(s->got.events[1].at_ms, 102);
    assert_int_equal(s->got.first_byte[0], 'a');
    assert_int_equal(s->got.first_byte[1], 'c');
    assert_int_equal(s->port->events(s->port->ctx, 1, 4, &kinds, 1, on_events, &s->got), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(s->got.n, 1);
    assert_int_equal(s->got.events[0].seq, 3);
    scene_free(s);
}

static void targets_are_sealed(void **state)
{
    struct scene *s = scene_new(*state);
    struct notify_target t = {
        .name = "nacht", .org = {3}, .location = {4}, .channel = CHANNEL_MAIL, .english = true};
    char address[TARGET_ADDRESS_SIZE];
    struct notify_target moved;

    assert_int_equal(notify_target_add(s->w->db, s->vault, &t, "geheim@huis.test", 50), OK);
    assert_int_equal(notify_target_add(s->w->db, s->vault, &t, "ander@huis.test", 50), ERR_CONFLICT);
    t = (struct notify_target){.name = "alle", .channel = CHANNEL_SMS};
    assert_int_equal(notify_target_add(s->w->db, s->vault, &t, "", 50), OK);
    assert_int_equal(private_db_number(s->w->server, "SELECT COUNT(*) FROM notify_target WHERE address LIKE "
                                                     "'%huis%'"),
                     0);
    assert_int_equal(s->port->targets(s->port->ctx, on_targets, &s->got), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(s->got.n, 2);
    assert_string_equal(s->got.targets[0].name, "alle");
    assert_true(s->got.targets[0].night_number && s->got.targets[0].org.v == 0);
    assert_true(s->got.targets[1].english && !s->got.targets[1].night_number);
    assert_int_equal(s->got.targets[1].location.v, 4);
    assert_int_equal(s->port->open(s->port->ctx, &s->got.targets[1], address), OK);
    assert_string_equal(address, "geheim@huis.test");
    moved = s->got.targets[1];
    snprintf(moved.name, sizeof moved.name, "ander");
    assert_int_equal(s->port->open(s->port->ctx, &moved, address), ERR_CRYPTO);
    /* Retired: gone, its address too; the name can be used again. */
    assert_int_equal(notify_target_retire(s->w->db, "nacht", 60), OK);
    assert_int_equal(notify_target_retire(s->w->db, "nacht", 61), ERR_NOT_FOUND);
    assert_int_equal(
        private_db_number(s->w->server, "SELECT LENGTH(address) FROM notify_target WHERE name='nacht'"), 0);
    assert_int_equal(s->port->targets(s->port->ctx, on_targets, &s->got), OK);
    assert_true(store_world_wait(s->w, 1, 5000));
    assert_int_equal(s->got.n, 1);
    t = (struct notify_target){.name = "nacht", .org = {3}, .channel = CHANNEL_MAIL};
    assert_int_equal(notify_target_add(s->w->db, s->vault, &t, "nieuw@huis.test", 70), OK);
    private_db_exec(s->w->server,
                    "INSERT INTO notify_target (name, org, channel, language, address, created_at_ms) "
                    "SELECT CONCAT('t', seq), 1, 'sms', 'nl', '', 0 FROM seq_1_to_1998");
    snprintf(t.name, sizeof t.name, "te veel");
    assert_int_equal(notify_target_add(s->w->db, s->vault, &t, "nieuw@huis.test", 80), ERR_TOO_BIG);
    scene_free(s);
}

static void a_killed_database(void **state)
{
    struct scene *s = scene_new(*state);
    struct outbox_row row = a_row("e9", 1, CHANNEL_MAIL, 0);

    assert_int_equal(cursor(s), 0); /* connected */
    private_db_kill(s->w->server);
    assert_int_equal(
        s->port->commit(s->port->ctx, &(struct outbox_step){&row, 1, 9, NULL, 0}, store_world_done, s->w),
        OK);
    assert_false(store_world_wait(s->w, 1, 200));
    private_db_restart(s->w->server);
    assert_true(store_world_wait(s->w, 1, 15000));
    assert_int_equal(s->w->trouble, OK);
    store_world_reconnect(s->w);
    assert_int_equal(private_db_number(s->w->server, "SELECT COUNT(*) FROM outbox"), 1);
    assert_int_equal(private_db_number(s->w->server, "SELECT seq FROM notify_cursor"), 9);
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(once_and_together, store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(a_commit_that_fails_leaves_nothing, store_world_begin,
                                        store_world_end),
        cmocka_unit_test_setup_teardown(another_writer, store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(webhooks_in_order, store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(one_for_each_receiver, store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(a_fresh_one_does_not_wait_for_a_failed_one, store_world_begin,
                                        store_world_end),
        cmocka_unit_test_setup_teardown(from_the_index_alone, store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(who_is_behind, store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(events_of_some_kinds, store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(targets_are_sealed, store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(a_killed_database, store_world_begin, store_world_end),
    };
    crypto_start();
    return cmocka_run_group_tests(tests, store_world_start, store_world_stop);
}
