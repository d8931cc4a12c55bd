#include "store_world.h"

#include "base/crypto.h"
#include "base/log.h"
#include "store/migrate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

int store_world_start(void **state)
{
    struct store_world *w = calloc(1, sizeof *w);

    crypto_start();
    log_set_level(LOG_ERROR);
    w->server = private_db_start();
    *state = w;
    return 0;
}

int store_world_stop(void **state)
{
    struct store_world *w = *state;

    private_db_stop(w->server);
    free(w);
    return 0;
}

static void migrate_one(struct store_world *w, struct db *db, const char *dir)
{
    unsigned applied;

    if (migrate(db, dir, &applied, w->why, sizeof w->why) != OK)
        fail_msg("%s", w->why);
}

static void open_both(struct store_world *w)
{
    struct db_params sealed = private_db_sealed_params(w->server);

    w->db = private_db_open(w->server);
    if (db_open(&sealed, &w->sealed_db, w->why, sizeof w->why) != OK)
        fail_msg("%s", w->why);
}

int store_world_begin(void **state)
{
    struct store_world *w = *state;
    struct db_params p = private_db_params(w->server), sealed = private_db_sealed_params(w->server);

    private_db_empty(w->server);
    open_both(w);
    migrate_one(w, w->db, PLEK_SOURCE_DIR "/schema/sql");
    migrate_one(w, w->sealed_db, PLEK_SOURCE_DIR "/schema/sql/sealed");
    w->t = ticking_new();
    w->clerk = clerk_new(ticking_base(w->t), &p, NULL);
    w->sealed = clerk_new(ticking_base(w->t), &sealed, NULL);
    w->completions = 0;
    return 0;
}

int store_world_end(void **state)
{
    struct store_world *w = *state;

    private_db_resume(w->server);
    clerk_free(w->clerk);
    clerk_free(w->sealed);
    db_close(w->db);
    db_close(w->sealed_db);
    ticking_free(w->t);
    return 0;
}

void store_world_reconnect(struct store_world *w)
{
    db_close(w->db);
    db_close(w->sealed_db);
    open_both(w);
}

void store_world_done(void *ctx, enum err trouble)
{
    struct store_world *w = ctx;

    w->completions++;
    w->trouble = trouble;
}

static bool arrived(void *ctx)
{
    const struct store_world *w = ctx;

    return w->completions >= w->want;
}

bool store_world_wait(struct store_world *w, unsigned n, int64_t ms)
{
    w->want = w->completions + n;
    return ticking_until(w->t, arrived, NULL, w, ms);
}

static bool settled(void *ctx)
{
    const struct store_world *w = ctx;

    return clerk_waiting(w->clerk) == 0 && clerk_waiting(w->sealed) == 0;
}

bool store_world_settle(struct store_world *w, int64_t ms)
{
    return ticking_until(w->t, settled, NULL, w, ms);
}
