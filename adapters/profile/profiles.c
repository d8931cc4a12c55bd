#include "adapters/profile/profiles.h"

#include "base/mem.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

struct profiles {
    struct profile **list;
    size_t n, cap;
};

static int wanted(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return entry->d_name[0] != '.' && n > 5 && strcmp(entry->d_name + n - 5, ".json") == 0;
}

static enum err add_profile(struct profiles *all, struct profile *p, struct buf *faults)
{
    for (size_t i = 0; i < profile_providers(p); i++) {
        const struct profile *other = profiles_find(all, profile_provider(p, i));
        if (other == NULL)
            continue;
        buf_format(faults, "%s.json: provider %s is in %s.json already\n", profile_name(p),
                   profile_provider(p, i), profile_name(other));
        profile_free(p);
        return ERR_CONFLICT;
    }
    MEM_GROW(all->list, all->n, all->cap);
    all->list[all->n++] = p;
    return OK;
}

enum err profiles_load(const char *dir, struct profiles **out, struct buf *faults)
{
    struct dirent **names = NULL;
    struct profiles *all = NULL;
    enum err result = OK;
    int n = scandir(dir, &names, wanted, alphasort);
    if (n < 0) {
        buf_format(faults, "cannot read the folder %s\n", dir);
        return ERR_IO;
    }
    all = mem_new(1, sizeof *all);
    for (int i = 0; i < n; i++) {
        struct buf path = {0};
        struct profile *p = NULL;
        buf_format(&path, "%s/%s", dir, names[i]->d_name);
        enum err e = i < PROFILES_MAX ? profile_load(buf_c_str(&path), &p, faults) : ERR_TOO_BIG;
        if (e == OK)
            e = add_profile(all, p, faults);
        if (e != OK)
            result = e;
        buf_fini(&path);
        free(names[i]);
    }
    free(names);
    if (result == OK)
        *out = all;
    else
        profiles_free(all);
    return result;
}

void profiles_free(struct profiles *all)
{
    if (all == NULL)
        return;
    for (size_t i = 0; i < all->n; i++)
        profile_free(all->list[i]);
    free(all->list);
    free(all);
}

const struct profile *profiles_find(const struct profiles *all, const char *provider)
{
    for (size_t i = 0; i < all->n; i++)
        if (profile_serves(all->list[i], provider))
            return all->list[i];
    return NULL;
}

size_t profiles_count(const struct profiles *all)
{
    return all->n;
}

const struct profile *profiles_at(const struct profiles *all, size_t i)
{
    return all->list[i];
}
