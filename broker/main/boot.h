/* From a configuration file to a running truth: database, keys, reference data, and an engine replayed from
 * the journal with this process as its one writer. Used by plekd, and by those commands of plek that write.
 */
#ifndef PLEK_MAIN_BOOT_H
#define PLEK_MAIN_BOOT_H

#include "flow/flow.h"
#include "loop/loop.h"
#include "main/config.h"
#include "store/db_blocking.h"
#include "store/journal_maria.h"
#include "store/journal_memory.h"
#include "store/key_ring.h"
#include "store/reference.h"
#include "store/vault.h"

/* How to reach the two databases; passwords read from their files and wiped by boot_access_fini. */
struct boot_access {
    char password[201];
    char sealed_password[201];
    char sealed_database[72]; /* the database of sealed addresses: <db_name>_sealed */
    struct db_params params;  /* borrows from the config and from here */
    struct db_params sealed;
};
MUST_CHECK enum err boot_access_init(const struct config *c, struct boot_access *out, char *why,
                                     size_t why_size);
void boot_access_fini(struct boot_access *a);

/* The database alone, for a command that needs no engine. Close it whatever became of opening it. */
struct boot_db {
    struct boot_access access;
    struct db *db;
};
MUST_CHECK enum err boot_db_open(const struct config *c, struct boot_db *out, char *why, size_t why_size);
void boot_db_close(struct boot_db *d);

struct boot {
    const struct config *config;
    struct boot_access access;
    struct loop *loop;
    struct db *db; /* blocking; for start-up only, not while the loop runs */
    struct vault *vault;
    struct key_ring *ring;
    struct reference *reference;
    struct vocab *vocab;
    struct journal_maria *journal; /* or, only to look, two that nothing is written to */
    struct journal_disk *look_disk;
    struct journal_memory *look_journal;
    struct flow *flow;
    uint64_t epoch; /* ours; 0 = did not become the writer */
    uint64_t rows;  /* replayed */
};

/* Start: connect, check migrations, take over, load, replay. TAKE_OVER_FROM_LIVING false refuses with
 * ERR_CONFLICT if another writer was active in the last 3 s. On an error WHY holds one line and OUT is empty
 * again. CONFIG is borrowed. */
MUST_CHECK enum err boot_start(const struct config *config, bool take_over_from_living, struct boot *out,
                               char *why, size_t why_size);

/* The same engine, replayed up to what is durable now, beside a broker that may be running: to look things
 * up, not to write to the journal (what is submitted is forgotten). No loop. Errors as above. */
MUST_CHECK enum err boot_look(const struct config *config, struct boot *out, char *why, size_t why_size);

/* Free everything; what is not durable is dropped. */
void boot_stop(struct boot *b);

/* Settings of the rooms, from the table. */
struct core_settings boot_core_settings(const struct config *c);

#endif
