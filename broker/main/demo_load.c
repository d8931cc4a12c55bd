#include "main/demo_load.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "main/demo_world.h"
#include "store/accounts.h"
#include "store/sealed_location.h"
#include "wire/tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (8 * 1024 * 1024)
#define IN_FLIGHT 256     /* commands submitted before their outcomes are awaited */
#define PATIENCE_MS 60000 /* without any outcome: the database is not there */

/* One password for every demo sign-in: the demo is for looking, and holds nobody's data. */
#define DEMO_PASSWORD "veilige-plek-demo"

struct loading {
    struct boot *boot;
    struct demo_world *world;
    size_t waiting;
    int64_t progress_ms;
    const char *doing;
    enum err trouble;
    char *why;
    size_t why_size;
};

static void on_done(void *ctx, enum err trouble, const struct outcome *o)
{
    struct loading *l = ctx;
    l->waiting--;
    l->progress_ms = time_mono_ms();
    if (l->trouble != OK)
        return;
    if (trouble != OK) {
        l->trouble = trouble;
        snprintf(l->why, l->why_size, "%s: %s", l->doing, err_name(trouble));
    } else if (o->refusal != REFUSAL_NONE) {
        l->trouble = ERR_BAD_INPUT;
        snprintf(l->why, l->why_size, "%s: refused (%s)", l->doing, refusal_code(o->refusal));
    }
}

static void wait_until(struct loading *l, size_t most)
{
    while (l->waiting > most && l->trouble == OK) {
        loop_turn(l->boot->loop, 50);
        if (time_mono_ms() - l->progress_ms > PATIENCE_MS) {
            l->trouble = ERR_AWAY;
            snprintf(l->why, l->why_size, "%s: the database does not answer", l->doing);
        }
    }
}

static void submit(struct loading *l, struct command *cmd)
{
    wait_until(l, IN_FLIGHT);
    if (l->trouble != OK)
        return;
    enum err e = flow_submit(l->boot->flow, cmd, on_done, l);
    if (e == OK) {
        l->waiting++;
    } else {
        l->trouble = e;
        snprintf(l->why, l->why_size, "%s: %s", l->doing, err_name(e));
    }
}

static void define_all(struct loading *l)
{
    const struct demo_world *w = l->world;
    struct command cmd = {.actor = {.role = ROLE_SYSTEM}};
    l->doing = "organisations";
    cmd.kind = CMD_DEFINE_ORG;
    for (size_t i = 0; i < w->n_orgs; i++) {
        cmd.u.org = &w->orgs[i];
        submit(l, &cmd);
    }
    wait_until(l, 0);
    l->doing = "locations";
    cmd.kind = CMD_DEFINE_LOCATION;
    for (size_t i = 0; i < w->n_locations; i++) {
        cmd.u.location = &w->locations[i];
        submit(l, &cmd);
    }
    wait_until(l, 0);
    l->doing = "pools";
    cmd.kind = CMD_DEFINE_POOL;
    for (size_t i = 0; i < w->n_pools; i++) {
        cmd.u.pool = &w->pools[i];
        submit(l, &cmd);
    }
    wait_until(l, 0);
}

static bool says(const struct loading *l, const struct actor *a, const struct observation *o)
{
    bool is_known = o->pool.v >= 1 && o->pool.v <= l->world->n_pools;

    if (a->role == ROLE_MACHINE) /* one of a pool that is not there is refused, not left out */
        return o->source == SOURCE_FEED || !is_known;
    return o->source != SOURCE_FEED && is_known && l->world->pools[o->pool.v - 1].org.v == a->org.v;
}

/* What the actor says of all there is; LIST has room for it. */
static void report_of(struct loading *l, const struct actor *a, struct observation *list)
{
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = *a};
    size_t n = 0;

    for (size_t i = 0; i < l->world->n_observations; i++) {
        if (says(l, a, &l->world->observations[i]))
            list[n++] = l->world->observations[i];
    }
    for (size_t at = 0; at < n; at += REPORT_BATCH_MAX) {
        cmd.u.report.list = list + at;
        cmd.u.report.n = (uint16_t)(n - at < REPORT_BATCH_MAX ? n - at : REPORT_BATCH_MAX);
        submit(l, &cmd);
        wait_until(l, 0);
    }
}

/* First counts: those of a feed as if one machine that carries every shelter brought them, the others as the
 * people of each house would. */
static void report_all(struct loading *l)
{
    const struct demo_world *w = l->world;
    struct org_id *all = mem_new(w->n_orgs + 1, sizeof *all);
    struct observation *list = mem_new(w->n_observations + 1, sizeof *list);
    const struct actor machine = {.role = ROLE_MACHINE, .carries = all, .n_carries = (uint16_t)w->n_orgs};

    l->doing = "counts";
    for (size_t i = 0; i < w->n_orgs; i++)
        all[i] = w->orgs[i].id;
    report_of(l, &machine, list);
    for (size_t i = 0; i < w->n_orgs; i++) {
        const struct actor house = {.role = ROLE_SHELTER, .org = all[i]};

        report_of(l, &house, list);
    }
    free(list);
    free(all);
}

static void add_accounts(struct loading *l)
{
    const struct config *c = l->boot->config;
    char hash[CRYPTO_PASSWORD_HASH_SIZE];
    l->doing = "accounts";
    /* One hash for all: a salt per account protects passwords that differ. */
    l->trouble = crypto_password_hash(BYTES_LITERAL(DEMO_PASSWORD), (unsigned)c->password_ops,
                                      (size_t)c->password_mib * 1024 * 1024, hash);
    if (l->trouble != OK)
        snprintf(l->why, l->why_size, "not enough memory to hash a password");
    for (size_t i = 0; i < l->world->n_accounts && l->trouble == OK; i++) {
        struct account *a = &l->world->accounts[i];
        struct account_id id;
        memcpy(a->password_hash, hash, sizeof hash);
        enum err e = account_add(l->boot->db, a, time_wall_ms(), &id, l->why, l->why_size);
        if (e != OK && e != ERR_CONFLICT)
            l->trouble = e;
    }
}

static void add_machines(struct loading *l, const char *cert)
{
    uint8_t pin[TLS_SPKI_BYTES];
    l->doing = "machines";
    if (cert == NULL)
        return;
    l->trouble = tls_file_spki_sha256(cert, pin, l->why, l->why_size);
    for (size_t i = 0; i < l->world->n_machines && l->trouble == OK; i++) {
        const struct demo_machine *m = &l->world->machines[i];
        uint32_t id;
        enum err e = machine_add(l->boot->db, m->name, pin, m->orgs, m->n_orgs, time_wall_ms(), &id, l->why,
                                 l->why_size);
        if (e != OK && e != ERR_CONFLICT)
            l->trouble = e;
    }
}

/* Addresses go to their own database, under their own user. */
static void seal_locations(struct loading *l)
{
    struct db *db = NULL;
    struct vault *vault = NULL;
    l->doing = "addresses";
    l->trouble = db_open(&l->boot->access.sealed, &db, l->why, l->why_size);
    if (l->trouble == OK)
        l->trouble = vault_open_files(VAULT_LOCATIONS, l->boot->config->master_key_file, NULL, &vault);
    for (size_t i = 0; i < l->world->n_locations && l->trouble == OK; i++)
        l->trouble = sealed_location_put(db, vault, l->world->locations[i].id, &l->world->sealed[i]);
    if (l->trouble != OK && l->why[0] == '\0')
        snprintf(l->why, l->why_size, "%s: %s", l->doing, err_name(l->trouble));
    vault_free(vault);
    db_close(db);
}

static enum err read_file(const char *path, struct buf *out, char *why, size_t why_size)
{
    char chunk[65536];
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        snprintf(why, why_size, "cannot read %s: %s", path, strerror(errno));
        return ERR_IO;
    }
    for (size_t n; out->len <= FILE_MAX && (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        buf_add(out, BYTES(chunk, n));
    fclose(f);
    if (out->len > FILE_MAX) {
        snprintf(why, why_size, "%s is larger than 8 MiB", path);
        return ERR_TOO_BIG;
    }
    return OK;
}

enum err demo_load(struct boot *b, const char *path, const char *cert, char *why, size_t why_size)
{
    struct demo_world world = {0};
    struct json_faults faults = {0};
    struct buf text = {0};
    json_t *root = NULL;
    struct loading l = {
        .boot = b, .world = &world, .progress_ms = time_mono_ms(), .why = why, .why_size = why_size};

    enum err e = read_file(path, &text, why, why_size);
    if (e != OK)
        goto out;
    root = json_parse(buf_view(&text), &faults);
    if (root == NULL || !demo_world_read(b->vocab, root, time_wall_ms(), &world, &faults)) {
        for (int i = 0; i < faults.n; i++)
            fprintf(stderr, "%s: %s %s (line %d)\n", path, faults.list[i].pointer, faults.list[i].reason,
                    faults.list[i].line);
        snprintf(why, why_size, "%s has %d faults", path, faults.n + faults.more);
        e = ERR_BAD_INPUT;
        goto out;
    }
    define_all(&l);
    if (l.trouble == OK)
        report_all(&l);
    if (l.trouble == OK)
        seal_locations(&l);
    if (l.trouble == OK)
        add_accounts(&l);
    if (l.trouble == OK)
        add_machines(&l, cert);
    e = l.trouble;
    if (e == OK)
        printf("%zu organisations, %zu locations, %zu pools, %zu counts, %zu accounts\n"
               "Password of every demo sign-in: %s\n",
               world.n_orgs, world.n_locations, world.n_pools, world.n_observations, world.n_accounts,
               DEMO_PASSWORD);
out:
    json_decref(root);
    buf_fini(&text);
    demo_world_fini(&world);
    return e;
}
