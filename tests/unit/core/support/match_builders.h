/* For the tests of vocab and match: the real reference tables, a household and a place that fit each other so
 * that a case changes only what it is about, and small engines filled by events. */
#ifndef PLEK_TEST_CORE_MATCH_BUILDERS_H
#define PLEK_TEST_CORE_MATCH_BUILDERS_H

#include "core/match_parts.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

/* ---- reference rows: schema/codes as the loader would hand them over; fields may be changed ---- */
struct rows {
    struct vocab_row *list;
    size_t n;
};
struct rows rows_load(void);
void rows_free(struct rows *r);
void rows_drop_list(struct rows *r, const char *list);
/* First row of LIST with this CODE (for travel: "R01-R02"); the test fails if there is none. */
size_t rows_find(const struct rows *r, const char *list, const char *code);
char *rows_set(struct rows *r, size_t row, const char *field, const char *value); /* old value; yours */
void rows_repeat(struct rows *r, size_t row); /* the same row once more, at the end */
void rows_remove(struct rows *r, size_t row);

/* The vocabulary of schema/codes; the caller frees it. */
struct vocab *vocab_of_repository(void);
/* The same as cmocka group setup and teardown. */
int vocab_setup(void **state);
int vocab_teardown(void **state);

unsigned trait(const struct vocab *v, const char *code); /* bit */
uint8_t region(const struct vocab *v, const char *code);
uint8_t language(const struct vocab *v, const char *code);

/* Time by the Dutch clock. Wednesday 25 November 2026, 03:12 (winter) unless said otherwise. */
#define NIGHT_MS at_ms("2026-11-25T03:12:00+01:00")
#define NOON_MS at_ms("2026-11-25T12:00:00+01:00")
int64_t at_ms(const char *text);

/* ---- one household, one place, no engine ---- */
struct scene {
    const struct vocab *vocab;
    struct core_settings settings;
    struct need need;
    struct pool pool;
    struct pool_kept kept; /* of it; what place borrows */
    struct location location;
    struct observation seen;
    struct believed believed; /* of it; what view borrows */
    struct pool_view view;
    struct match_query query;
    /* ready() fills these from the above */
    struct match_ctx ctx;
    struct match_place place;
};

/* A woman of 30, code groen, Dutch, home in Rotterdam, everything else known and not needed; a crisis pool in
 * Utrecht that takes anybody, open day and night, two of six units free, reported an hour ago; noon. */
void scene_init(struct scene *s, const struct vocab *vocab);
void scene_ready(struct scene *s);
enum verdict scene_rule(struct scene *s, enum rule rule); /* makes it ready and judges by one rule */
/* Makes it ready and gives judgement with reasons, as match_one would. */
struct pool_match scene_match(struct scene *s);

void need_add(struct need *n, enum sex sex, int age);
bool says(const struct pool_match *m, enum reason_code code);
const struct reason *find_reason(const struct pool_match *m, enum reason_code code); /* NULL = unsaid */

/* ---- engines, filled by events ---- */
struct engine *world_new(const struct vocab *vocab); /* engine_free ends it */
/* Define the scene's location and pool as new ones, and report its observation (unless never reported). */
struct pool_id world_add(struct engine *e, const struct scene *s);
void world_report(struct engine *e, struct pool_id pool, int free, int64_t observed_at_ms);

#endif
