#include "store/accounts_table.h"

#include "base/check.h"
#include "base/mem.h"
#include "store/accounts_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct account_entry *accounts_table_by_id(const struct accounts_table *t, struct account_id id)
{
    struct account_entry *e = NULL;

    HASH_FIND(by_id, t->by_id, &id.v, sizeof id.v, e);
    return e;
}

struct session_entry *accounts_table_session(const struct accounts_table *t, const uint8_t *hash)
{
    struct session_entry *e = NULL;

    HASH_FIND(hh, t->sessions, hash, SESSION_HASH_BYTES, e);
    return e;
}

bool accounts_table_put(struct accounts_table *t, const struct account *account)
{
    struct account_entry *e = accounts_table_by_id(t, account->id);

    if (e != NULL) {
        HASH_DELETE(by_name, t->by_name, e);
    } else {
        if (HASH_CNT(by_id, t->by_id) >= t->accounts_max)
            return false;
        e = mem_new(1, sizeof *e);
        e->a.id = account->id;
        HASH_ADD(by_id, t->by_id, a.id.v, sizeof e->a.id.v, e);
    }
    e->a = *account;
    HASH_ADD_KEYPTR(by_name, t->by_name, e->a.username, strlen(e->a.username), e);
    return true;
}

struct session_entry *accounts_table_put_session(struct accounts_table *t, const struct session *s)
{
    struct session_entry *e = accounts_table_session(t, s->hash);

    if (e == NULL) {
        e = mem_new(1, sizeof *e);
        memcpy(e->s.hash, s->hash, sizeof e->s.hash);
        HASH_ADD(hh, t->sessions, s.hash, SESSION_HASH_BYTES, e);
    }
    e->s = *s;
    e->written_ms = s->seen_ms;
    return e;
}

void accounts_table_bury(struct accounts_table *t, struct session_entry *e)
{
    HASH_DEL(t->sessions, e);
    if (e->dirty)
        t->n_dirty--;
    e->next_dead = t->dead;
    t->dead = e;
}

void accounts_table_free_dead(struct accounts_table *t)
{
    while (t->dead != NULL) {
        struct session_entry *e = t->dead;

        t->dead = e->next_dead;
        crypto_wipe(e, sizeof *e);
        free(e);
    }
}

/* ---- loading ---- */

static enum err on_account(void *ctx, const struct bytes *cells, unsigned n)
{
    struct account account = {0};

    CHECK(n == ACCOUNT_CELLS);
    if (!account_of_cells(cells, &account))
        return ERR_BAD_INPUT;
    return accounts_table_put(ctx, &account) ? OK : ERR_TOO_BIG;
}

static enum err on_session(void *ctx, const struct bytes *cells, unsigned n)
{
    struct accounts_table *t = ctx;
    struct session session = {0};

    CHECK(n == SESSION_CELLS);
    if (!session_of_cells(cells, &session))
        return ERR_BAD_INPUT;
    if (HASH_COUNT(t->sessions) >= t->sessions_max)
        return ERR_TOO_BIG;
    accounts_table_put_session(t, &session);
    return OK;
}

static bool read_machine(struct machine_entry *e, const struct bytes *c)
{
    uint64_t id, read_org;

    *e = (struct machine_entry){0};
    if (!db_cell_u64(c[0], &id) || id > UINT32_MAX || !db_cell_text(c[1], e->m.name, sizeof e->m.name) ||
        c[2].len != sizeof e->pin || !db_cell_u64(c[4], &read_org) || read_org > UINT32_MAX ||
        !db_cell_i64(c[6], &e->created_at_ms))
        return false;
    e->m.id = (uint32_t)id;
    memcpy(e->pin, c[2].p, sizeof e->pin);
    memcpy(e->next_pin, c[3].len == sizeof e->next_pin ? c[3].p : e->pin, sizeof e->next_pin);
    e->m.reads_for.v = (uint32_t)read_org;
    return c[5].len == 0 || role_of_cell(c[5], &e->m.reads_as);
}

bool machine_list_row(struct machine_list *l, const struct bytes *cells)
{
    uint64_t id, org = 0;
    struct machine_entry *e;

    if (!db_cell_u64(cells[0], &id))
        return false;
    if (l->n == 0 || l->list[l->n - 1].m.id != id) {
        MEM_GROW(l->list, l->n, l->cap);
        if (!read_machine(&l->list[l->n], cells))
            return false;
        l->n++;
    }
    e = &l->list[l->n - 1];
    if (cells[7].p != NULL) {
        if (!db_cell_u64(cells[7], &org) || e->m.n_carries == UINT16_MAX)
            return false;
        e->carries = mem_resize(e->carries, e->m.n_carries + 1u, sizeof *e->carries);
        e->carries[e->m.n_carries++] = (struct org_id){(uint32_t)org};
        e->m.carries = e->carries;
    }
    return true;
}

void machine_list_fini(struct machine_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->list[i].carries);
    free(l->list);
    *l = (struct machine_list){0};
}

static bool same_carries(const struct machine *a, const struct machine *b)
{
    return a->id == b->id && a->n_carries == b->n_carries &&
           (a->n_carries == 0 || memcmp(a->carries, b->carries, a->n_carries * sizeof *a->carries) == 0);
}

void accounts_table_put_machines(struct accounts_table *t, struct machine_list *fresh)
{
    for (size_t i = 0; i < t->machines.n; i++) {
        struct machine_entry *old = &t->machines.list[i];
        bool kept = false;

        for (size_t k = 0; k < fresh->n && !kept; k++) {
            struct machine_entry *e = &fresh->list[k];

            if (!same_carries(&e->m, &old->m))
                continue;
            free(e->carries);
            e->carries = old->carries;
            e->m.carries = e->carries;
            kept = true;
        }
        if (!kept && old->carries != NULL) {
            MEM_GROW(t->retired, t->n_retired, t->cap_retired);
            t->retired[t->n_retired++] = old->carries;
        }
    }
    free(t->machines.list);
    t->machines = *fresh;
    *fresh = (struct machine_list){0};
}

static enum err on_machine(void *ctx, const struct bytes *cells, unsigned n)
{
    struct accounts_table *t = ctx;

    CHECK(n == MACHINE_CELLS);
    return machine_list_row(&t->machines, cells) ? OK : ERR_BAD_INPUT;
}

enum err accounts_table_load(struct accounts_table *t, struct db *db, int64_t oldest_ms, const char **what)
{
    char sql[160];
    enum err e;

    *what = "account";
    e = db_each(db, BYTES_LITERAL(ACCOUNT_SELECT), on_account, t);
    if (e != OK)
        return e;
    *what = "session";
    snprintf(sql, sizeof sql, SESSION_SELECT " WHERE created_at_ms > %lld", (long long)oldest_ms);
    e = db_each(db, bytes_of_text(sql), on_session, t);
    if (e != OK)
        return e;
    *what = "machine";
    return db_each(db, BYTES_LITERAL(MACHINE_SELECT), on_machine, t);
}

struct account_entry *accounts_table_by_name(const struct accounts_table *t, const char *username)
{
    struct account_entry *e = NULL;
    char name[USERNAME_SIZE];

    if (username_fold(username, name))
        HASH_FIND(by_name, t->by_name, name, strlen(name), e);
    return e;
}

const struct machine *accounts_table_machine(const struct accounts_table *t, const uint8_t *spki)
{
    for (size_t i = 0; i < t->machines.n; i++) {
        const struct machine_entry *e = &t->machines.list[i];

        if (memcmp(e->pin, spki, sizeof e->pin) == 0 || memcmp(e->next_pin, spki, sizeof e->next_pin) == 0)
            return &e->m;
    }
    return NULL;
}

void accounts_table_fini(struct accounts_table *t)
{
    struct account_entry *account, *next_account;
    struct session_entry *session, *next_session;

    HASH_ITER(hh, t->sessions, session, next_session)
    {
        accounts_table_bury(t, session);
    }
    accounts_table_free_dead(t);
    HASH_CLEAR(by_name, t->by_name);
    HASH_ITER(by_id, t->by_id, account, next_account)
    {
        HASH_DELETE(by_id, t->by_id, account);
        free(account);
    }
    machine_list_fini(&t->machines);
    for (size_t i = 0; i < t->n_retired; i++)
        free(t->retired[i]);
    free(t->retired);
}
