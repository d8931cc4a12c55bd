/* All profiles of a folder. Read at the start and anew by reload.h; between, nobody changes them. */
#ifndef PLEK_ADAPTERS_PROFILES_H
#define PLEK_ADAPTERS_PROFILES_H

#include "adapters/profile/profile.h"

struct profiles;

/* All *.json in DIR. No provider may be in two of them. */
MUST_CHECK enum err profiles_load(const char *dir, struct profiles **out, struct buf *faults);
void profiles_free(struct profiles *all);
/* The profile that serves PROVIDER, or NULL. */
const struct profile *profiles_find(const struct profiles *all, const char *provider);
size_t profiles_count(const struct profiles *all);
const struct profile *profiles_at(const struct profiles *all, size_t i);

#endif
