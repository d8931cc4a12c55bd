/* One observation as JSON, in and out: what POST /capacity-reports takes and what an adapter tells of a file.
 */
#ifndef PLEK_HTTP_REPORT_JSON_H
#define PLEK_HTTP_REPORT_JSON_H

#include "base/json.h"
#include "core/engine.h"

struct call;

#define REPORT_ID_MAX 64
#define REPORT_UNITS_MAX 10000

/* Read the observation at AT into O, its `report` left 0; faults are added. Returns the source's own name of
 * the report, borrowed from the document ("" after a fault). FEED: it may carry `line`, and must be of a
 * feed. */
const char *report_json_read(const struct engine *e, struct json_at at, bool feed, struct observation *o,
                             struct json_faults *f);

/* Read the body of POST /capacity-reports: any, every fault. The N observations, each with its report number
 * of CHANNEL, are the caller's to free; after a fault they are of no use. */
struct observation *report_json_batch(const struct engine *e, uint64_t channel, struct json_at root,
                                      size_t *n, struct json_faults *f);

/* Which channel reports: an adapter by its id, people by their account. The same report of the same channel
 * gives the same number. */
uint64_t report_channel(const struct call *call);
uint64_t report_hash(uint64_t channel, struct bytes report_id);

/* {"reason", "untilAt"}, or null where there is no stop. New reference. */
json_t *report_json_stop(const struct engine *e, uint8_t stop, int64_t until_ms);

/* As POST /capacity-reports takes it, with pool, poolId, poolName, poolNameEn and line. New reference. */
json_t *report_json(const struct engine *e, const struct observation *o, const char *report_id, int line);

#endif
