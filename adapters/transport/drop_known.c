#include "adapters/transport/drop_known.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct entry {
    char name[256];
    bool closed, told, seen;
    ino_t inode; /* of what was told */
    struct timespec changed;
    UT_hash_handle hh;
};

struct drop_known {
    struct entry *all;
    unsigned told;
};

struct drop_known *drop_known_new(void)
{
    return mem_new(1, sizeof(struct drop_known));
}

static void drop_entry(struct drop_known *k, struct entry *e)
{
    k->told -= e->told;
    HASH_DEL(k->all, e);
    free(e);
}

void drop_known_free(struct drop_known *k)
{
    if (k == NULL)
        return;
    struct entry *e = NULL, *next = NULL;
    HASH_ITER(hh, k->all, e, next)
    drop_entry(k, e);
    free(k);
}

static struct entry *find(const struct drop_known *k, const char *name)
{
    struct entry *e = NULL;
    HASH_FIND_STR(k->all, name, e);
    return e;
}

static struct entry *make(struct drop_known *k, const char *name)
{
    struct entry *e = find(k, name);
    if (e != NULL)
        return e;
    e = mem_new(1, sizeof *e);
    snprintf(e->name, sizeof e->name, "%s", name);
    HASH_ADD_STR(k->all, name, e);
    return e;
}

void drop_known_close(struct drop_known *k, const char *name)
{
    if (HASH_COUNT(k->all) < DROP_CLOSED_MAX || find(k, name) != NULL)
        make(k, name)->closed = true;
}

bool drop_known_is_closed(const struct drop_known *k, const char *name)
{
    const struct entry *e = find(k, name);
    return e != NULL && e->closed;
}

void drop_known_forget(struct drop_known *k, const char *name)
{
    struct entry *e = find(k, name);
    if (e != NULL)
        drop_entry(k, e);
}

static bool is_as_told(const struct entry *e, const struct stat *st)
{
    return e->inode == st->st_ino && e->changed.tv_sec == st->st_ctim.tv_sec &&
           e->changed.tv_nsec == st->st_ctim.tv_nsec;
}

bool drop_known_tell(struct drop_known *k, const char *name, const struct stat *st)
{
    struct entry *e = find(k, name);
    bool told = e != NULL && e->told;
    if (told ? is_as_told(e, st) : k->told == DROP_TOLD_MAX)
        return false;
    e = make(k, name);
    k->told += !told;
    e->told = true;
    e->inode = st->st_ino;
    e->changed = st->st_ctim;
    return true;
}

void drop_known_seen(struct drop_known *k, const char *name)
{
    struct entry *e = find(k, name);
    if (e != NULL)
        e->seen = true;
}

void drop_known_end(struct drop_known *k)
{
    struct entry *e = NULL, *next = NULL;
    HASH_ITER(hh, k->all, e, next)
    {
        if (!e->seen)
            drop_entry(k, e);
        else
            e->seen = false;
    }
}
