/* The short way for the body of POST /capacity-reports: the usual shape is read straight from the bytes, at a
 * fifth of what parse, tree and field readers take. It knows no faults: whatever it does not take, the long
 * way (report_json.h) judges, and takes or answers with every fault and its pointer. Both ways give the same
 * observations and the same canonical text, which the key of the write rests on (fuzz_http_reports). */
#ifndef PLEK_HTTP_REPORT_SCAN_H
#define PLEK_HTTP_REPORT_SCAN_H

#include "base/bytes.h"
#include "core/engine.h"

/* {0} is an empty one; it keeps its memory from batch to batch. */
struct report_batch {
    struct observation *list; /* 1 to REPORT_BATCH_MAX, each with its report number */
    size_t n, cap;
    struct buf canonical; /* of the whole body, as json_canonical writes it */
    struct buf stop;      /* of the stop at hand */
};

/* Read BODY of CHANNEL (report_channel) into BATCH. False: nothing in BATCH is of use. */
bool report_scan(const struct engine *e, uint64_t channel, struct bytes body, struct report_batch *batch);

/* Give back what a large batch took; what a small one needs is kept. */
void report_batch_trim(struct report_batch *batch);
void report_batch_fini(struct report_batch *batch);

#endif
