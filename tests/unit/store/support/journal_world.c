#include "journal_world.h"

#include "base/check.h"
#include "base/log.h"
#include "store/migrate.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int journal_world_start(void **state)
{
    struct journal_world *w = calloc(1, sizeof *w);

    crypto_start();
    log_set_level(LOG_ERROR);
    w->server = private_db_start();
    *state = w;
    return 0;
}

int journal_world_stop(void **state)
{
    struct journal_world *w = *state;

    private_db_stop(w->server);
    free(w);
    return 0;
}

int journal_world_begin(void **state)
{
    struct journal_world *w = *state;
    struct private_db *server = w->server;
    char why[DB_WHY_SIZE];
    struct db *db;
    unsigned applied;

    *w = (struct journal_world){.server = server, .subjects = 7};
    private_db_empty(server);
    db = private_db_open(server);
    if (migrate(db, PLEK_SOURCE_DIR "/schema/sql", &applied, why, sizeof why) != OK)
        fail_msg("%s", why);
    db_close(db);
    w->t = ticking_new();
    w->limits = journal_maria_limits_default();
    crypto_random(&w->master, sizeof w->master);
    w->vault = vault_new(VAULT_REFERRAL_KEYS, &w->master, NULL);
    w->ring = key_ring_new(w->vault, KEY_RING_KEYS_MAX);
    return 0;
}

int journal_world_end(void **state)
{
    struct journal_world *w = *state;

    private_db_resume(w->server); /* a failed test may have left it stopped */
    journal_maria_free(w->j);
    key_ring_free(w->ring);
    vault_free(w->vault);
    ticking_free(w->t);
    w->j = NULL;
    return 0;
}

void journal_world_new_ring(struct journal_world *w, size_t keys_max)
{
    key_ring_free(w->ring);
    w->ring = key_ring_new(w->vault, keys_max);
}

/* ---- sink ---- */

static void on_durable(void *ctx, uint64_t seq)
{
    struct journal_world *w = ctx;

    CHECK(!w->inside && seq > w->durable && seq <= w->appended);
    w->durable = seq;
    w->durable_calls++;
}

static void on_away(void *ctx, const char *why)
{
    struct journal_world *w = ctx;

    CHECK(!w->inside && why[0] != '\0');
    w->away++;
}

static void on_back(void *ctx)
{
    struct journal_world *w = ctx;

    CHECK(!w->inside);
    w->back++;
}

static void on_fenced(void *ctx, uint64_t epoch)
{
    struct journal_world *w = ctx;

    CHECK(!w->inside);
    w->fenced++;
    w->fenced_by = epoch;
}

void journal_world_write(struct journal_world *w, const char *socket)
{
    struct db_params p = private_db_params(w->server);
    struct journal_sink sink = {
        .ctx = w, .on_durable = on_durable, .on_away = on_away, .on_back = on_back, .on_fenced = on_fenced};
    struct db *db = private_db_open(w->server);
    char why[DB_WHY_SIZE];

    if (journal_maria_take_over(db, &w->claim, why, sizeof why) != OK)
        fail_msg("%s", why);
    db_close(db);
    if (socket != NULL)
        p.socket = socket;
    journal_maria_free(w->j);
    w->j = journal_maria_new(ticking_base(w->t), &p, &w->limits, w->ring, &w->claim);
    w->port = journal_maria_port(w->j);
    w->port->set_sink(w->port->ctx, &sink);
    w->appended = w->durable = w->claim.seq;
}

/* ---- rows ---- */

static size_t text_clear(uint64_t seq, char out[64])
{
    return (size_t)snprintf(out, 64, CLEAR_MARK " %" PRIu64 " '\\\n", seq);
}

/* Every third row has a private part. */
static size_t text_private(uint64_t seq, char out[64])
{
    return seq % 3 == 0 ? (size_t)snprintf(out, 64, PRIVATE_MARK " %" PRIu64, seq) : 0;
}

static enum err append_one(struct journal_world *w, uint64_t seq)
{
    char clear[64], private_part[64];
    struct journal_row row = {.seq = seq,
                              .at_ms = (int64_t)seq * 1000 - 5,
                              .kind = (enum event_kind)(seq % EV_N),
                              .subject = {1 + seq % w->subjects},
                              .digest = UINT64_MAX - seq};

    row.clear = BYTES(clear, text_clear(seq, clear));
    row.private_part = BYTES(private_part, text_private(seq, private_part));
    return w->port->append(w->port->ctx, &row, 1);
}

void journal_world_append(struct journal_world *w, unsigned n)
{
    w->inside = true;
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(append_one(w, w->appended + 1), OK);
        w->appended++;
    }
    w->port->kick(w->port->ctx);
    w->inside = false;
}

static void kick(void *ctx)
{
    struct journal_world *w = ctx;

    w->inside = true;
    w->port->kick(w->port->ctx);
    w->inside = false;
}

static void append_and_kick(void *ctx)
{
    struct journal_world *w = ctx;

    w->inside = true;
    for (unsigned i = 0; i < w->rows_per_turn; i++) {
        if (append_one(w, w->appended + 1) != OK)
            break;
        w->appended++;
    }
    w->port->kick(w->port->ctx);
    w->inside = false;
}

bool journal_world_is_drained(void *ctx)
{
    const struct journal_world *w = ctx;

    return w->durable == w->appended;
}

bool journal_world_is_away(void *ctx)
{
    const struct journal_world *w = ctx;

    return w->away > w->back;
}

bool journal_world_is_back(void *ctx)
{
    const struct journal_world *w = ctx;

    return w->away > 0 && w->away == w->back;
}

bool journal_world_is_fenced(void *ctx)
{
    const struct journal_world *w = ctx;

    return w->fenced > 0;
}

bool journal_world_drain(struct journal_world *w, int64_t ms)
{
    return ticking_until(w->t, journal_world_is_drained, kick, w, ms);
}

bool journal_world_load(struct journal_world *w, bool (*done)(void *), int64_t ms)
{
    return ticking_until(w->t, done, append_and_kick, w, ms);
}

/* ---- reading back ---- */

struct checking {
    struct journal_world *w;
    uint64_t rows, destroyed;
};

static enum err check_row(void *ctx, const struct journal_row *row)
{
    struct checking *c = ctx;
    char clear[64], private_part[64];
    size_t n_clear = text_clear(row->seq, clear), n_private = text_private(row->seq, private_part);

    c->rows++;
    assert_int_equal(row->seq, c->rows);
    assert_int_equal(row->at_ms, (int64_t)row->seq * 1000 - 5);
    assert_int_equal(row->kind, row->seq % EV_N);
    assert_int_equal(row->subject.v, 1 + row->seq % c->w->subjects);
    assert_true(row->digest == UINT64_MAX - row->seq);
    assert_true(bytes_equal(row->clear, BYTES(clear, n_clear)));
    if (row->subject.v == c->destroyed)
        n_private = 0;
    assert_true(bytes_equal(row->private_part, BYTES(private_part, n_private)));
    return OK;
}

uint64_t journal_world_check(struct journal_world *w, uint64_t destroyed)
{
    struct checking c = {.w = w, .destroyed = destroyed};
    struct key_ring *ring = key_ring_new(w->vault, 16);
    struct db *db = private_db_open(w->server);
    char why[DB_WHY_SIZE];
    uint64_t last;

    if (journal_load(db, ring, 0, check_row, &c, &last, why, sizeof why) != OK)
        fail_msg("%s", why);
    assert_int_equal(last, c.rows);
    db_close(db);
    key_ring_free(ring);
    return c.rows;
}

static enum err count_row(void *ctx, const struct journal_row *row)
{
    (void)row;
    ++*(uint64_t *)ctx;
    return OK;
}

enum err journal_world_reload(struct journal_world *w, struct key_ring *ring, uint64_t *rows, char *why)
{
    struct db *db = private_db_open(w->server);
    enum err e;

    *rows = 0;
    e = journal_load(db, ring, 0, count_row, rows, NULL, why, DB_WHY_SIZE);
    db_close(db);
    return e;
}
