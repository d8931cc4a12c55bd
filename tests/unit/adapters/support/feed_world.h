/* What tests of formats share: schemas from the source tree, profiles from text, and readings of text. */
#ifndef PLEK_TESTS_FEED_WORLD_H
#define PLEK_TESTS_FEED_WORLD_H

#include "adapters/format/format.h"
#include "adapters/profile/profiles.h"

#define NOW_MS INT64_C(1795309200000) /* 2026-11-22T01:00:00Z */
#define OBSERVED "2026-11-22T01:30:00+01:00"

extern const char profile_opvang[], profile_have[], profile_csv_text[], profile_csv_local[];
extern const char profile_opvang_json[], profile_hsds[];

/* Schemas compiled from the source tree; the same for the whole program. */
const struct schemas *world_schemas(void);
/* A profile that must be good. */
struct profile *world_profile(const char *text);
/* Read TEXT as the profile's first provider; R must be {0}. */
enum err world_read(const char *profile_text, struct bytes in, struct reading *r);

/* A folder of its own under the build folder; removed with all in it. */
void world_folder(char out[128]);
void world_remove(const char *dir);
/* Files in DIR whose name does not begin with a dot; -1 if there is no such folder. */
int world_count(const char *dir);
/* Files in DIR whose name begins with a dot. */
int world_hidden(const char *dir);
void world_write(const char *path, struct bytes v);
/* DIR/profiles with the own XML's profile of lindehof in it, loaded; the caller ends it with profiles_free.
 */
struct profiles *world_profiles(const char *dir);

#endif
