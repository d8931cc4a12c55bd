/* What was accepted and not yet confirmed by the broker, on disk. One folder per provider, one file per
 * accepted provider file, numbered: written under another name, fsynced, renamed, folder fsynced. When
 * spool_put returns OK the entry survives kill -9 and power loss; a half-written one is never seen. Order per
 * provider is kept.
 *
 * An entry: {"version":1,"provider":...,"key":...,"reports":[...]} with reports as in POST /capacity-reports.
 * The key is the name of the message the reports came in, or made with the entry, so that sending it again
 * after a crash is the same intent.
 *
 * All calls may come from any thread. */
#ifndef PLEK_ADAPTERS_SPOOL_H
#define PLEK_ADAPTERS_SPOOL_H

#include "adapters/gate/report.h"

struct spool;

struct spool_limits {
    size_t entries_max; /* 10,000 in all: a day of 400 providers with a file each hour */
    uint64_t bytes_max; /* 256 MiB in all */
};

struct spool_limits spool_limits_default(void);

struct spool_entry {
    char provider[CODE_TEXT_SIZE];
    char key[33];
    uint64_t number;
    json_t *reports; /* owned by the entry */
};

/* Open DIR (made if missing, 0700) and find what waits there; leftovers of a broken write are removed. */
MUST_CHECK enum err spool_open(const char *dir, const struct spool_limits *limits, struct spool **out,
                               char *why, size_t why_size);
void spool_free(struct spool *s);

/* Keep the reports of R for PROVIDER under KEY, 32 hex digits, NULL makes one. OK: on disk. ERR_BUSY: the
 * spool is full. ERR_IO: the disk is full or broken. In both nothing is kept. */
MUST_CHECK enum err spool_put(struct spool *s, const char *provider, const char *key,
                              const struct reading *r);

/* Providers with something waiting, at most MAX; how many. */
size_t spool_waiting(struct spool *s, char (*out)[CODE_TEXT_SIZE], size_t max);

/* Entry I of PROVIDER, 0 the oldest. ERR_NOT_FOUND: none. ERR_BAD_INPUT: unreadable; OUT then has provider
 * and number only, so that it can be set aside. The caller ends with spool_entry_fini. */
MUST_CHECK enum err spool_at(struct spool *s, const char *provider, size_t i, struct spool_entry *out);
MUST_CHECK enum err spool_oldest(struct spool *s, const char *provider, struct spool_entry *out);
void spool_entry_fini(struct spool_entry *entry);

/* The folder of PROVIDER's entries, into OUT. Hidden names in it are not the spool's own (bundle.h), but
 * those that end in .tmp. */
void spool_folder(const struct spool *s, const char *provider, struct buf *out);

/* Path of the entry's file, into OUT. */
void spool_path(const struct spool *s, const struct spool_entry *entry, struct buf *out);

/* The entry, the oldest of its provider, is dealt with: remove it. */
void spool_done(struct spool *s, const struct spool_entry *entry);

size_t spool_entries(struct spool *s);
size_t spool_entries_of(struct spool *s, const char *provider);

#endif
