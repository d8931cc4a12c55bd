/* Any JSON given as what an adapter tells, a message or a heartbeat: no crash, a refusal names a place, and
 * what is taken keeps its bounds, is of the provider, holds no control characters, and can be kept, shown and
 * told again. Compiled with the support of core's unit tests: their small exchange. */
#include "http/feed_json.h"

#include "base/check.h"
#include "base/mem.h"
#include "http/view_feed.h"
#include "support/exchange.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
    struct exchange *x;
    struct feeds *feeds;
};

static struct fuzz *the_fuzz(void)
{
    static struct fuzz f;
    struct feeds_limits limits = feeds_limits_default();

    if (f.x == NULL) {
        f.x = exchange_new();
        limits.message_bytes = (size_t)1024 * 1024;
        f.feeds = feeds_new(&limits, 1, 0);
    }
    return &f;
}

static void check_text(const char *text, size_t size)
{
    CHECK(strlen(text) < size);
    for (; *text != '\0'; text++)
        CHECK((unsigned char)*text >= 0x20 && *text != 0x7f && *text != '@');
}

static void check_message(const struct engine *e, const struct feed_message *m)
{
    CHECK(m->n_reports <= FEED_REPORTS_MAX && m->n_complaints <= FEED_REMARKS_MAX);
    CHECK(m->n_notices <= FEED_REMARKS_MAX && m->n_cross <= FEED_CROSS_MAX);
    for (unsigned i = 0; i < m->n_reports; i++)
        CHECK(m->provider.v == 0 || engine_pool(e, m->reports[i].o.pool)->org.v == m->provider.v);
    for (unsigned i = 0; i < m->n_complaints; i++) {
        check_text(m->complaints[i].field, sizeof m->complaints[i].field);
        check_text(m->complaints[i].reason, sizeof m->complaints[i].reason);
    }
    for (unsigned i = 0; i < m->n_cross; i++)
        check_text(m->cross[i].note, sizeof m->cross[i].note);
}

static void keep_and_show(struct fuzz *f, struct feed_message *m)
{
    bool known = false;
    uint64_t id = feeds_tell(f->feeds, m, f->x->now, &known);
    const struct feed_message *kept = feeds_message(f->feeds, id);
    json_t *json = NULL;

    if (kept == NULL) /* it was older than all that are kept */
        return;
    const struct actor house = {.role = ROLE_SHELTER, .org = kept->provider};
    json = view_feed_message(f->x->e, &house, f->feeds, kept, true, f->x->now);
    CHECK(json != NULL);
    char *text = json_dumps(json, 0);
    CHECK(text != NULL);
    free(text);
    json_decref(json);
}

static void heed(struct fuzz *f, const json_t *root)
{
    struct json_faults faults = {0};
    struct feed_json_source *list = mem_new(FEED_SOURCES_MAX, sizeof *list);
    struct feed_source *sources = mem_new(FEED_SOURCES_MAX, sizeof *sources);
    struct feed_heartbeat h = {.machine = 1, .sources = sources};
    struct feed_row *rows = NULL;
    size_t n = feed_json_heartbeat(f->x->e, root, &h, list, &faults);

    for (size_t i = 0; faults.n == 0 && i < n; i++) {
        if (list[i].source.provider.v != 0)
            sources[h.n++] = list[i].source;
    }
    if (faults.n == 0) {
        feeds_heartbeat(f->feeds, &h, f->x->now);
        CHECK(feeds_rows(f->feeds, f->x->e, f->x->now, &rows) >= (h.n > 0));
        free(rows);
    }
    free(sources);
    free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz *f = the_fuzz();
    struct json_faults faults = {0};
    json_t *root = size > 65536 ? NULL : json_parse(BYTES(data, size), &faults);
    struct feed_message m;

    if (root == NULL)
        return 0;
    feed_json_message(f->x->e, root, &m, &faults);
    if (faults.n == 0) {
        check_message(f->x->e, &m);
        if (m.provider.v != 0)
            keep_and_show(f, &m);
    }
    feed_message_fini(&m);
    heed(f, root);
    json_decref(root);
    return 0;
}
