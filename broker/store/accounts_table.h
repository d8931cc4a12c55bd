/* Only for accounts: the tables in memory, and filling them at start. Pure but for accounts_table_load. */
#ifndef PLEK_STORE_ACCOUNTS_TABLE_H
#define PLEK_STORE_ACCOUNTS_TABLE_H

#include "flow/people_port.h"
#include "store/db_blocking.h"

#include <uthash.h>

struct account_entry {
    struct account a;
    UT_hash_handle by_name, by_id;
};

struct session_entry {
    struct session s;
    int64_t written_ms; /* seen_ms as the table has it */
    bool dirty;         /* seen_ms is to be written */
    bool marked;        /* seen in the table by the refresh under way */
    struct session_entry *next_dead;
    UT_hash_handle hh;
};

struct machine_entry {
    struct machine m;
    struct org_id *carries;
    uint8_t pin[CRYPTO_SHA256_BYTES];
    uint8_t next_pin[CRYPTO_SHA256_BYTES]; /* equal to pin where there is none */
    int64_t created_at_ms;
};

/* Filled row by row (MACHINE_SELECT). */
struct machine_list {
    struct machine_entry *list;
    size_t n, cap;
};
MUST_CHECK bool machine_list_row(struct machine_list *l, const struct bytes *cells);
void machine_list_fini(struct machine_list *l);

struct accounts_table {
    struct account_entry *by_name, *by_id;
    struct session_entry *sessions;
    struct session_entry *dead; /* ended, and perhaps still looked at in this turn */
    struct machine_list machines;
    /* What machines carried before they were read anew: an actor of a call under way may still point to it.
     * Kept till the end; grows only by a changed or removed machine at a time, by an administrator's hand. */
    struct org_id **retired;
    size_t n_retired, cap_retired;
    size_t accounts_max, sessions_max;
    size_t n_dirty;
};

/* Read accounts, machines, and sessions that began after OLDEST_MS. WHAT names the table that failed. */
MUST_CHECK enum err accounts_table_load(struct accounts_table *t, struct db *db, int64_t oldest_ms,
                                        const char **what);
void accounts_table_fini(struct accounts_table *t);

struct account_entry *accounts_table_by_id(const struct accounts_table *t, struct account_id id);
struct account_entry *accounts_table_by_name(const struct accounts_table *t, const char *username);
/* Add, or take over what may have changed; the place in memory of a known account stays. False if there are
 * too many. */
MUST_CHECK bool accounts_table_put(struct accounts_table *t, const struct account *account);

struct session_entry *accounts_table_session(const struct accounts_table *t, const uint8_t *hash);
struct session_entry *accounts_table_put_session(struct accounts_table *t, const struct session *s);
/* Take out; the memory lasts until accounts_table_free_dead, so that what is borrowed lasts the turn. */
void accounts_table_bury(struct accounts_table *t, struct session_entry *e);
void accounts_table_free_dead(struct accounts_table *t);

/* Take over what was read anew; FRESH is empty afterwards. */
void accounts_table_put_machines(struct accounts_table *t, struct machine_list *fresh);
const struct machine *accounts_table_machine(const struct accounts_table *t, const uint8_t *spki);

#endif
