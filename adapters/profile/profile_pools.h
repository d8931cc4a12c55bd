/* What one provider calls its places, and our codes for them: the key "pools" of a profile. Found by a hash,
 * because a file may ask a thousand times and a profile hold PROFILE_WORDS_MAX words. */
#ifndef PLEK_ADAPTERS_PROFILE_POOLS_H
#define PLEK_ADAPTERS_PROFILE_POOLS_H

#include "adapters/profile/profile.h"

struct profile_pools;

/* Read POOLS; faults go to F, and what was good is there all the same. Never NULL. */
struct profile_pools *profile_pools_read(struct json_at pools, struct json_faults *f);
void profile_pools_free(struct profile_pools *p);

/* As profile_pool_at, of this provider. CODE is borrowed. */
enum pool_answer profile_pools_find(const struct profile_pools *p, struct bytes place, struct bytes word,
                                    const char **code);

/* Whether TEXT, a word of theirs at POINTER, is not empty and fits PROFILE_WORD_SIZE; else a fault in F. */
bool profile_word_fits(const char *text, const char *pointer, struct json_faults *f);

#endif
