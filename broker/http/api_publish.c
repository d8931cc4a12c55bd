/* Capacity out: publish makes the documents, core/audience/ says what of them is for whom; this file only
 * reads what was asked and by which form. */
#include "http/route.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "http/accept.h"
#include "http/app_state.h"
#include "http/reply.h"
#include "publish/document.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PAGE_MAX 1000000
#define MATCH_BYTES_MAX 400 /* of If-None-Match: a dozen of our ETags */

/* ---- what was asked; kept as JSON until the ground of the answer is durable ---- */

static uint8_t region_filter(struct call *call)
{
    char code[8];
    uint8_t region = REGION_NONE;

    if (call_query_text(call, "region", code, sizeof code)[0] == '\0')
        return REGION_NONE;
    region = vocab_region_find(engine_vocab(app_engine(call->late.app)), code);
    if (region == REGION_NONE)
        json_fault_add(&call->faults, "query:region", "is not the code of a region");
    return region;
}

static enum kind kind_filter(struct call *call)
{
    char code[16];

    if (call_query_text(call, "kind", code, sizeof code)[0] == '\0')
        return KIND_N;
    for (unsigned k = 0; k < KIND_N; k++)
        if (strcmp(kind_code((enum kind)k), code) == 0)
            return (enum kind)k;
    json_fault_add(&call->faults, "query:kind", "is not the code of a kind of place");
    return KIND_N;
}

/* True if PROVIDER may be asked for; otherwise it has been answered. */
static bool may_ask_for(struct call *call, const struct capacity_audience *seen, struct org_id provider)
{
    const struct outcome refused = {.refusal = REFUSAL_NOT_ALLOWED};

    if (seen->sight == CAPACITY_AGGREGATED) { /* a house by itself is what it must not see */
        reply_refusal(&call->late, &refused);
        return false;
    }
    if (provider.v == 0 || (seen->sight == CAPACITY_OWN && provider.v != seen->org.v)) {
        reply_not_found(&call->late);
        return false;
    }
    return true;
}

/* The provider named in the query, 0 for none. OWN_FORM: the document is of one provider, one's own if it is
 * not named. False if it was answered. */
static bool provider_filter(struct call *call, bool own_form, struct org_id *out)
{
    const struct engine *e = app_engine(call->late.app);
    const struct capacity_audience seen = audience_of_capacity(e, &call->late.actor);
    char code[CODE_SIZE];
    bool named = call_query_text(call, "provider", code, sizeof code)[0] != '\0';

    *out = (struct org_id){0};
    if (!named && !own_form)
        return true;
    if (!named && seen.sight == CAPACITY_PER_POOL) {
        json_fault_add(&call->faults, "query:provider", "must be there: the code of an organisation");
        return true;
    }
    *out = named ? engine_org_find(e, code) : seen.org;
    return may_ask_for(call, &seen, *out);
}

static json_t *asked(struct call *call, enum publish_document form, struct org_id provider)
{
    struct bytes match = {0};
    uint8_t region = region_filter(call);
    enum kind kind = kind_filter(call);
    int64_t page = call_query_int(call, "page", 1, PAGE_MAX, 1);
    int64_t limit = call_query_int(call, "limit", 1, publish_limit_max(form), PUBLISH_LIMIT_DEFAULT);
    json_t *q = json_pack("{s:i, s:i, s:i, s:I, s:I, s:I}", "form", (int)form, "region", (int)region, "kind",
                          (int)kind, "provider", (json_int_t)provider.v, "page", (json_int_t)page, "limit",
                          (json_int_t)limit);

    CHECK(q != NULL);
    if (http_head_field(call->request->head, "If-None-Match", &match) && match.len <= MATCH_BYTES_MAX) {
        json_t *text = json_stringn((const char *)match.p, match.len); /* NULL if it is no UTF-8: no match */
        if (text != NULL)
            json_object_set_new(q, "match", text);
    }
    return q;
}

static int64_t number(const json_t *q, const char *name)
{
    return json_integer_value(json_object_get(q, name));
}

/* ---- the answer ---- */

static const char *filters_of(const struct engine *e, const struct publish_query *q, char *out, size_t size)
{
    const struct org *org = engine_org(e, q->provider);
    int n = 0;

    out[0] = '\0';
    if (q->region != REGION_NONE)
        n +=
            snprintf(out + n, size - (size_t)n, "region=%s&", vocab_region(engine_vocab(e), q->region)->code);
    if (q->kind != KIND_N)
        n += snprintf(out + n, size - (size_t)n, "kind=%s&", kind_code(q->kind));
    if (org != NULL)
        snprintf(out + n, size - (size_t)n, "provider=%s&", org->code);
    return out;
}

/* One for each form: a client that changes its Accept must not be told that nothing changed. */
static void etag_of(const struct publish_page *p, enum publish_document form, char *out, size_t size)
{
    uint64_t h = hash_combine(hash_bytes(bytes_of_text(PLEK_VERSION)), (uint64_t)form);

    snprintf(out, size, "\"%016" PRIx64 "\"", hash_combine(h, p->digest));
}

static void answer(const struct late *late, const struct publish_page *page, enum publish_document form,
                   const struct publish_links *links)
{
    const char *match = json_string_value(json_object_get(late->json, "match"));
    struct reply_document d = {.status = 200, .content_type = publish_media_type(form)};
    char next[PATH_TEXT_SIZE];

    d.varies = form != PUBLISH_JSON && form != PUBLISH_HSDS;
    etag_of(page, form, d.etag, sizeof d.etag);
    if (match != NULL && accept_has_etag(bytes_of_text(match), d.etag)) {
        d.status = 304;
        d.content_type = NULL;
    } else {
        publish_write(page, form, links, &d.body);
        if (publish_path(page, page->page + 1, links, next)[0] != '\0')
            snprintf(d.link, sizeof d.link, "<%s>; rel=\"next\"", next);
    }
    reply_document(late, &d);
}

static void publish_done(const struct late *late, const struct outcome *outcome)
{
    const struct flow *f = late->app->parts.flow;
    const struct engine *e = flow_engine(f);
    enum publish_document form = (enum publish_document)number(late->json, "form");
    const struct publish_query q = {.reader = late->actor,
                                    .region = (uint8_t)number(late->json, "region"),
                                    .kind = (enum kind)number(late->json, "kind"),
                                    .provider = {(uint32_t)number(late->json, "provider")},
                                    .need = publish_need(form),
                                    .page = (uint32_t)number(late->json, "page"),
                                    .limit = (uint32_t)number(late->json, "limit"),
                                    .minimum_cell = (int)late->app->settings.minimum_cell};
    struct publish_page page;
    char filters[96];
    /* Of the path as the table has it: what follows /api/v1. */
    const struct publish_links links = {.path = late->route->path,
                                        .filters = filters_of(e, &q, filters, sizeof filters)};
    (void)outcome;
    publish_page_make(e, flow_now_ms(f), &q, &page);
    if (page.n == 0 && (form == PUBLISH_OPVANG_XML || form == PUBLISH_OPVANG_JSON))
        reply_not_found(late); /* the form has no word for no places at all */
    else
        answer(late, &page, form, &links);
    publish_page_fini(&page);
    json_decref(late->json);
}

static void start(struct call *call, enum publish_document form)
{
    bool own_form = form == PUBLISH_OPVANG_XML || form == PUBLISH_OPVANG_JSON;
    struct org_id provider;
    json_t *q = NULL;

    if (!call_may(call, ACT_SEE_CAPACITY, 0) || !provider_filter(call, own_form, &provider))
        return;
    q = asked(call, form, provider);
    if (call->faults.n > 0) {
        json_decref(q);
        reply_faults(&call->late, 400, &call->faults);
        return;
    }
    call->late.json = q;
    call_read(call, publish_done);
}

/* The form of FORMS that the client takes, by Accept. */
static void start_as_accepted(struct call *call, const enum publish_document *forms, int n)
{
    const char *offers[2];
    struct bytes accept = {0};
    int chosen;

    CHECK(n <= 2);
    for (int i = 0; i < n; i++)
        offers[i] = publish_media_type(forms[i]);
    (void)http_head_field(call->request->head, "Accept", &accept);
    chosen = accept_choose(accept, offers, n);
    if (chosen >= 0) {
        start(call, forms[chosen]);
        return;
    }
    char detail[120];
    snprintf(detail, sizeof detail, "This is given as %s or as %s.", offers[0], offers[n - 1]);
    reply_problem(&call->late, 406, "not_acceptable", "Not in that form", detail);
}

void api_publish_get(struct call *call)
{
    start(call, PUBLISH_JSON);
}

void api_publish_opvang_get(struct call *call)
{
    static const enum publish_document forms[] = {PUBLISH_OPVANG_XML, PUBLISH_OPVANG_JSON};

    start_as_accepted(call, forms, 2);
}

void api_publish_hsds_get(struct call *call)
{
    start(call, PUBLISH_HSDS);
}

void api_publish_fhir_get(struct call *call)
{
    static const enum publish_document forms[] = {PUBLISH_FHIR_JSON, PUBLISH_FHIR_XML};

    start_as_accepted(call, forms, 2);
}
