/* Any bytes as a batch of reports: what the short way takes, the long way takes too, with the same
 * observations and the same canonical text. Compiled with the support of core's unit tests: their small
 * exchange. */
#include "http/report_scan.h"

#include "base/check.h"
#include "base/json_canonical.h"
#include "http/report_json.h"
#include "support/exchange.h"

#include <stdlib.h>
#include <string.h>

#define CHANNEL 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct engine *the_engine(void)
{
    static struct exchange *x;

    if (x == NULL)
        x = exchange_new();
    return x->e;
}

static void check_same(const struct observation *a, const struct observation *b)
{
    CHECK(observation_says_the_same(a, b));
    CHECK(a->pool.v == b->pool.v && a->source == b->source && a->report == b->report);
    CHECK(a->observed_at_ms == b->observed_at_ms && a->received_at_ms == b->received_at_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct report_batch batch = {0};
    struct json_faults faults = {0};
    struct buf canonical = {0};
    size_t n = 0;

    if (size <= 65536 && report_scan(the_engine(), CHANNEL, BYTES(data, size), &batch)) {
        json_t *root = json_parse(BYTES(data, size), &faults);

        CHECK(root != NULL);
        struct observation *list = report_json_batch(the_engine(), CHANNEL, json_root(root), &n, &faults);
        CHECK(faults.n == 0 && n == batch.n);
        for (size_t i = 0; i < n; i++)
            check_same(&list[i], &batch.list[i]);
        json_canonical(root, &canonical);
        CHECK(bytes_equal(buf_view(&canonical), buf_view(&batch.canonical)));
        free(list);
        json_decref(root);
    }
    buf_fini(&canonical);
    report_batch_fini(&batch);
    return 0;
}
