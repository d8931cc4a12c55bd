/* Ciphertexts of notes: kept once, fetched as they were, listed in order, dropped; and what the caller hears
 * while the database is away. */
#include "store/notes_store.h"

#include "support/store_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEALED_MAX 16432
#define EPOCH 5

struct world {
    struct store_world *s;
    struct notes_store *store;
    const struct notes_port *port;
    uint8_t got[SEALED_MAX];
    size_t got_len;
    struct note_locker list[NOTE_LIST_MAX];
    size_t n;
};

static struct world *begin(struct store_world *s, uint32_t patience_ms)
{
    struct world *w = calloc(1, sizeof *w);

    w->s = s;
    w->store = notes_store_new(s->clerk, EPOCH, patience_ms);
    w->port = notes_store_port(w->store);
    assert_int_equal(db_exec_text(s->db, "DELETE FROM note_ciphertext", DB_COMMITS), OK);
    assert_int_equal(db_exec_text(s->db, "UPDATE writer SET epoch=5 WHERE id=1", DB_COMMITS), OK);
    return w;
}

static void finish(struct world *w)
{
    notes_store_free(w->store);
    free(w);
}

static struct note_locker locker(uint8_t first)
{
    return (struct note_locker){.b = {first}};
}

static void on_stored(void *ctx, enum err trouble)
{
    store_world_done(((struct world *)ctx)->s, trouble);
}

static void on_fetched(void *ctx, enum err trouble, struct bytes sealed)
{
    struct world *w = ctx;

    assert_true((sealed.len > 0) == (trouble == OK) && sealed.len <= sizeof w->got);
    memcpy(w->got, sealed.p != NULL ? sealed.p : (const uint8_t *)"", sealed.len);
    w->got_len = sealed.len;
    store_world_done(w->s, trouble);
}

static void on_listed(void *ctx, enum err trouble, const struct note_locker *list, size_t n)
{
    struct world *w = ctx;

    memcpy(w->list, list, n * sizeof *list);
    w->n = n;
    store_world_done(w->s, trouble);
}

static enum err put(struct world *w, uint8_t first, int64_t at_ms, struct bytes sealed)
{
    struct note_locker l = locker(first);

    assert_int_equal(w->port->put(w->port->ctx, &l, at_ms, sealed, on_stored, w), OK);
    assert_true(store_world_wait(w->s, 1, 3000));
    return w->s->trouble;
}

static enum err get(struct world *w, uint8_t first)
{
    struct note_locker l = locker(first);

    assert_int_equal(w->port->get(w->port->ctx, &l, on_fetched, w), OK);
    assert_true(store_world_wait(w->s, 1, 3000));
    return w->s->trouble;
}

static void test_kept_once_and_dropped(void **state)
{
    struct world *w = begin(*state, 0);
    struct note_locker one = locker(1);
    uint8_t sealed[SEALED_MAX];

    for (size_t i = 0; i < sizeof sealed; i++)
        sealed[i] = (uint8_t)(i * 7 + (i >> 8)); /* every byte value, quotes and backslashes too */
    assert_int_equal(put(w, 1, 100, BYTES(sealed, sizeof sealed)), OK);
    assert_int_equal(put(w, 1, 200, BYTES_LITERAL("another")), OK); /* the first stays */
    assert_int_equal(get(w, 1), OK);
    assert_int_equal(w->got_len, sizeof sealed);
    assert_memory_equal(w->got, sealed, sizeof sealed);
    assert_int_equal(get(w, 2), ERR_NOT_FOUND);
    assert_int_equal(w->port->drop(w->port->ctx, &one, 1000), OK);
    assert_true(store_world_settle(w->s, 3000));
    assert_int_equal(get(w, 1), ERR_NOT_FOUND);
    finish(w);
}

static enum err drop(struct world *w, uint8_t first, int64_t before_ms)
{
    struct note_locker l = locker(first);
    enum err e = w->port->drop(w->port->ctx, &l, before_ms);

    assert_true(store_world_settle(w->s, 3000));
    return e;
}

/* The sweep looked before the sender asked again: what it saw is not what is there now. */
static void test_stored_again_is_not_dropped(void **state)
{
    struct world *w = begin(*state, 0);
    struct note_locker none = {{0}};

    assert_int_equal(put(w, 1, 100, BYTES_LITERAL("x")), OK);
    assert_int_equal(put(w, 1, 900, BYTES_LITERAL("x")), OK);
    assert_int_equal(w->port->list(w->port->ctx, &none, 500, on_listed, w), OK);
    assert_true(store_world_wait(w->s, 1, 3000));
    assert_int_equal(w->n, 0);
    assert_int_equal(drop(w, 1, 500), OK);
    assert_int_equal(get(w, 1), OK);
    assert_int_equal(drop(w, 1, 901), OK);
    assert_int_equal(get(w, 1), ERR_NOT_FOUND);
    finish(w);
}

/* A broker that was overtaken does not know the notes that were written since. */
static void test_another_writer_keeps_them(void **state)
{
    struct world *w = begin(*state, 0);

    assert_int_equal(put(w, 1, 100, BYTES_LITERAL("x")), OK);
    assert_int_equal(db_exec_text(w->s->db, "UPDATE writer SET epoch=6 WHERE id=1", DB_COMMITS), OK);
    assert_int_equal(drop(w, 1, 1000), OK);
    assert_int_equal(get(w, 1), OK);
    assert_int_equal(db_exec_text(w->s->db, "UPDATE writer SET epoch=5 WHERE id=1", DB_COMMITS), OK);
    assert_int_equal(drop(w, 1, 1000), OK);
    assert_int_equal(get(w, 1), ERR_NOT_FOUND);
    finish(w);
}

static void test_listed_in_order(void **state)
{
    struct world *w = begin(*state, 0);
    struct note_locker none = {{0}};

    for (uint8_t i = 9; i > 0; i--)
        assert_int_equal(put(w, i, i * 100, BYTES_LITERAL("x")), OK);
    assert_int_equal(w->port->list(w->port->ctx, &none, 500, on_listed, w), OK);
    assert_true(store_world_wait(w->s, 1, 3000));
    assert_int_equal(w->n, 4); /* stored before 500 */
    for (uint8_t i = 0; i < 4; i++)
        assert_int_equal(w->list[i].b[0], i + 1);
    assert_int_equal(w->port->list(w->port->ctx, &w->list[2], 10000, on_listed, w), OK);
    assert_true(store_world_wait(w->s, 1, 3000));
    assert_int_equal(w->n, 6);
    assert_int_equal(w->list[0].b[0], 4);
    finish(w);
}

static void test_away_is_told_and_nothing_is_kept_waiting(void **state)
{
    struct world *w = begin(*state, 300);
    struct note_locker one = locker(1);

    private_db_kill(w->s->server);
    assert_int_equal(put(w, 1, 1, BYTES_LITERAL("x")), ERR_AWAY);
    assert_int_equal(get(w, 1), ERR_AWAY);
    assert_int_equal(w->port->drop(w->port->ctx, &one, 1000), OK); /* waits, however long it takes */
    private_db_restart(w->s->server);
    assert_true(store_world_settle(w->s, 10000));
    store_world_reconnect(w->s);
    assert_int_equal(get(w, 1), ERR_NOT_FOUND);
    finish(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kept_once_and_dropped, store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(test_stored_again_is_not_dropped, store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(test_another_writer_keeps_them, store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(test_listed_in_order, store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(test_away_is_told_and_nothing_is_kept_waiting, store_world_begin,
                                        store_world_end),
    };

    return cmocka_run_group_tests(tests, store_world_start, store_world_stop);
}
