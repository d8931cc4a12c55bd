#include "adapters/tell/courier.h"

#include "adapters/base/back_off.h"
#include "adapters/gate/safe_xml.h"
#include "adapters/tell/broker_curl.h"
#include "adapters/tell/orders.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_BYTES_MAX (64 * 1024)
#define PROVIDERS_MAX 1000
#define NEXT_SECONDS_MAX 60
#define ANSWERED_MAX 64 /* orders remembered: more than an answer holds */

/* An order that was carried out; the message with this id answers it. */
struct answered {
    int64_t order;
    char id[MESSAGE_ID_SIZE];
};

/* A provider whose oldest message could not be told. */
struct held {
    char provider[CODE_TEXT_SIZE];
    int wait_ms; /* 0 = told since */
    int64_t not_before_ms;
};

struct courier {
    char *broker;
    struct heartbeat_of of;
    char *adapter;
    struct reload *reload;
    int first_wait_ms, longest_wait_ms, second_ms;
    struct broker_curl setup;
    CURL *curl;
    pthread_t thread;
    pthread_mutex_t lock;
    bool stop;
    struct courier_counts counts;
    /* of the thread only */
    struct broker_answer answer;
    long status;        /* of the last message */
    bool doubt;         /* an answer was lost that may have said resync */
    size_t not_carried; /* providers that the broker does not let us speak for */
    bool in_touch;      /* the last thing we asked was answered */
    int wait_ms;
    int64_t due_ms; /* of the next heartbeat, monotonic */
    char epoch[17]; /* of the Idempotency-Keys: another one when all is told again */
    struct answered answered[ANSWERED_MAX];
    unsigned answered_n; /* ever; the oldest is overwritten */
    char (*waiting)[CODE_TEXT_SIZE];
    struct held *held;
    size_t held_n, held_cap;
    char last[CODE_TEXT_SIZE]; /* the provider that was tried last */
};

static bool stopping(struct courier *c)
{
    pthread_mutex_lock(&c->lock);
    bool stop = c->stop;
    pthread_mutex_unlock(&c->lock);
    return stop;
}

static bool stop_asked(void *ctx)
{
    return stopping(ctx);
}

static void count(struct courier *c, uint64_t *one)
{
    pthread_mutex_lock(&c->lock);
    (*one)++;
    pthread_mutex_unlock(&c->lock);
}

/* ---- asking ---- */

/* BODY NULL: a GET. KEY NULL: none. */
static long ask(struct courier *c, const char *path, const char *body, const char *key, size_t bytes_max,
                const char **why)
{
    struct buf url = {0}, header = {0};
    struct curl_slist *headers = NULL;
    buf_format(&url, "%s/api/v1%s", c->broker, path);
    curl_easy_setopt(c->curl, CURLOPT_URL, buf_c_str(&url));
    if (body != NULL) {
        headers = curl_slist_append(headers, "Content-Type: application/json");
        headers = curl_slist_append(headers, "Expect:");
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
    } else {
        curl_easy_setopt(c->curl, CURLOPT_HTTPGET, 1L);
    }
    if (key != NULL) {
        buf_format(&header, "Idempotency-Key: %s", key);
        headers = curl_slist_append(headers, buf_c_str(&header));
    }
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
    c->answer.bytes_max = bytes_max;
    long status = broker_curl_perform(c->curl, &c->answer, why);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    buf_fini(&url);
    buf_fini(&header);
    return status;
}

static void out_of_touch(struct courier *c, const char *what, long status, const char *why)
{
    if (stopping(c))
        return;
    bool shut = status == 401 || status == 403 || status == 404;
    log_line(shut ? LOG_ERROR : LOG_WARN, "broker not told", "what=%s status=%ld reason=\"%s\"", what, status,
             status == 0 ? why : "");
    c->in_touch = false;
    c->wait_ms = back_off_longer(c->wait_ms, c->first_wait_ms, c->longest_wait_ms);
    c->due_ms = time_mono_ms() + back_off_about(c->wait_ms);
    count(c, &c->counts.failures);
}

/* One thing of PROVIDER could not be done. A broker that cannot be connected to is away; else it is this
 * thing, perhaps: a heartbeat tells whether it is the broker. */
static void not_now(struct courier *c, const char *what, const char *provider, long status, const char *why)
{
    if (status == 0 && !c->answer.in_doubt) {
        out_of_touch(c, what, status, why);
        return;
    }
    if (stopping(c))
        return;
    log_warn("not now", "what=%s provider=%s status=%ld reason=\"%s\"", what, provider, status,
             status == 0 ? why : "");
    count(c, &c->counts.failures);
}

/* ---- telling ---- */

static void new_epoch(struct courier *c)
{
    snprintf(c->epoch, sizeof c->epoch, "%016llx", (unsigned long long)crypto_random_u64());
}

/* The same text told again is the same intent; told otherwise, or to a broker that has forgotten, it is not.
 */
static void key_of(const struct courier *c, const char *text, char out[64])
{
    uint8_t hash[CRYPTO_SHA256_BYTES];
    struct buf hex = {0};
    crypto_sha256(bytes_of_text(text), hash);
    crypto_hex(BYTES(hash, 16), &hex);
    snprintf(out, 64, "%s-%.32s", c->epoch, buf_c_str(&hex));
    buf_fini(&hex);
}

static bool is_unwanted(long status, const struct buf *answer)
{
    switch (status) {
    case 400:
    case 409:
    case 413:
    case 415:
    case 422:
        return true;
    case 403:
        return broker_says(answer, "/problems/not_allowed");
    case 404:
        return broker_says(answer, "/problems/not_found");
    default:
        return false;
    }
}

enum verdict { TOLD, ASIDE, AGAIN };

static enum verdict tell(struct courier *c, json_t *body)
{
    char key[64];
    const char *why = "", *provider = json_string_value(json_object_get(body, "provider"));
    char *text = json_dumps(body, JSON_COMPACT);
    CHECK(text != NULL);
    key_of(c, text, key);
    long status = c->status = ask(c, "/feed-messages", text, key, ANSWER_BYTES_MAX, &why);
    free(text);
    if (status == 200 || status == 201) {
        count(c, &c->counts.messages);
        return TOLD;
    }
    if (is_unwanted(status, &c->answer.body)) {
        log_error("the broker does not want a message", "provider=%s status=%ld", provider, status);
        count(c, &c->counts.aside);
        return ASIDE;
    }
    not_now(c, "message", provider, status, why);
    return AGAIN;
}

/* The newest order that message ID answers; 0 for none. */
static int64_t order_of(const struct courier *c, const char *id)
{
    for (unsigned i = c->answered_n; i > 0 && i + ANSWERED_MAX > c->answered_n; i--) {
        const struct answered *a = &c->answered[(i - 1) % ANSWERED_MAX];
        if (strcmp(a->id, id) == 0)
            return a->order;
    }
    return 0;
}

/* What the broker said, if that is JSON; a new reference. */
static json_t *problem_of(const struct courier *c)
{
    struct json_faults *f = mem_new(1, sizeof *f);
    json_t *problem = c->answer.body.len > 0 ? json_parse(buf_view(&c->answer.body), f) : NULL;
    free(f);
    return problem;
}

/* The same, but when somebody waits for BODY (an order) or nobody else would tell that its reports are not
 * taken (they do not go to the ledger), tell why instead. */
static enum verdict tell_or_why(struct courier *c, json_t *body)
{
    const char *outcome = json_string_value(json_object_get(body, "outcome"));
    bool waited_for = json_object_get(body, "orderId") != NULL || strcmp(outcome, "test") == 0;
    enum verdict v = tell(c, body);
    if (v != ASIDE || !waited_for || json_array_size(json_object_get(body, "reports")) == 0)
        return v;
    json_t *problem = problem_of(c);
    feed_message_refuse(body, FEED_REFUSED, problem, (int)c->status);
    json_decref(problem);
    return tell(c, body);
}

static struct held *held_of(struct courier *c, const char *provider)
{
    for (size_t i = 0; i < c->held_n; i++)
        if (strcmp(c->held[i].provider, provider) == 0)
            return &c->held[i];
    return NULL;
}

/* PROVIDER waits longer each time, until it is TOLD. */
static void hold(struct courier *c, const char *provider, bool told)
{
    struct held *h = held_of(c, provider);
    if (h == NULL && told)
        return;
    if (h == NULL) {
        MEM_GROW(c->held, c->held_n, c->held_cap);
        h = &c->held[c->held_n++];
        *h = (struct held){0};
        snprintf(h->provider, sizeof h->provider, "%s", provider);
    }
    h->wait_ms = told ? 0 : back_off_longer(h->wait_ms, c->first_wait_ms, c->longest_wait_ms);
    h->not_before_ms = told ? 0 : time_mono_ms() + back_off_about(h->wait_ms);
}

/* The oldest message of PROVIDER. */
static void tell_oldest(struct courier *c, const char *provider)
{
    struct message m = {0};
    if (messages_oldest(c->of.intake->messages, provider, &m) != OK)
        return;
    int64_t order = order_of(c, m.id);
    if (order != 0)
        json_object_set_new(m.body, "orderId", json_integer(order));
    enum verdict v = tell_or_why(c, m.body);
    if (v != AGAIN)
        messages_done(c->of.intake->messages, &m, v == ASIDE);
    if (v != AGAIN || c->in_touch)
        hold(c, provider, v != AGAIN);
    if (v == TOLD && order != 0)
        count(c, &c->counts.orders);
    message_fini(&m);
}

/* One of each provider that has something to be told and does not wait, the one behind the last tried first,
 * until a heartbeat is due. When there may be more: 0 = now. */
static int64_t tell_round(struct courier *c)
{
    size_t n = messages_waiting(c->of.intake->messages, c->waiting, PROVIDERS_MAX), first = 0;
    int64_t next = c->due_ms;
    for (size_t i = 0; i < n; i++)
        if (strcmp(c->waiting[i], c->last) == 0)
            first = i + 1;
    for (size_t k = 0; k < n && c->in_touch && !stopping(c) && time_mono_ms() < c->due_ms; k++) {
        const char *provider = c->waiting[(first + k) % n];
        const struct held *h = held_of(c, provider);
        if (h != NULL && h->not_before_ms > time_mono_ms()) {
            next = h->not_before_ms < next ? h->not_before_ms : next;
            continue;
        }
        snprintf(c->last, sizeof c->last, "%s", provider);
        tell_oldest(c, provider);
        next = 0;
    }
    return next;
}

/* ---- orders ---- */

static bool was_answered(const struct courier *c, int64_t order)
{
    for (int i = 0; i < ANSWERED_MAX; i++)
        if (c->answered[i].order == order)
            return true;
    return false;
}

static void note_answered(struct courier *c, int64_t order, const json_t *body)
{
    struct answered *a = &c->answered[c->answered_n++ % ANSWERED_MAX];
    a->order = order;
    snprintf(a->id, sizeof a->id, "%s", json_string_value(json_object_get(body, "messageId")));
}

/* Tell BODY at once as the answer to order ID. What is not told now is asked again. */
static enum verdict answer_now(struct courier *c, int64_t id, json_t *body)
{
    json_object_set_new(body, "orderId", json_integer(id));
    enum verdict v = tell_or_why(c, body);
    if (v != AGAIN)
        note_answered(c, id, body);
    if (v == TOLD)
        count(c, &c->counts.orders);
    return v;
}

static void do_read(struct courier *c, const struct order *o)
{
    char path[64];
    const char *why = "", *missing = NULL;
    snprintf(path, sizeof path, "/feed-orders/%lld/content", (long long)o->id);
    long status = ask(c, path, NULL, NULL, INTAKE_BYTES_MAX, &why);
    if (status == 404)
        missing = "the upload is no longer there";
    else if (c->answer.too_big)
        missing = "the file is larger than the adapter takes";
    if (status != 200 && missing == NULL) {
        not_now(c, "upload", o->provider, status, why);
        return;
    }
    json_t *body = order_upload(c->of.intake, o,
                                missing == NULL ? buf_view(&c->answer.body) : (struct bytes){0}, missing);
    if (answer_now(c, o->id, body) == TOLD) {
        json_object_del(body, "orderId"); /* a broker that has restarted knows of no order */
        messages_put_told(c->of.intake->messages, json_incref(body));
    }
    json_decref(body);
}

static void do_replay(struct courier *c, const struct order *o)
{
    json_t *body = NULL;
    struct message kept = {0};
    if (order_replay(c->of.intake, c->reload, o, &body) != OK)
        return; /* it will be asked again */
    const char *id = json_string_value(json_object_get(body, "messageId"));
    /* On disk: told in its turn, behind what the provider sent before, and not lost when we are killed. */
    if (messages_find(c->of.intake->messages, o->provider, id, &kept) == OK) {
        note_answered(c, o->id, body);
        messages_tell_one_again(c->of.intake->messages, o->provider, id);
    } else {
        (void)answer_now(c, o->id, body);
    }
    message_fini(&kept);
    json_decref(body);
}

static void do_orders(struct courier *c, const json_t *answer)
{
    struct order orders[ORDERS_MAX];
    size_t n = orders_read(answer, orders);
    for (size_t i = 0; i < n && c->in_touch && !stopping(c); i++) {
        if (was_answered(c, orders[i].id))
            continue;
        if (orders[i].kind == ORDER_READ)
            do_read(c, &orders[i]);
        else
            do_replay(c, &orders[i]);
    }
}

/* ---- heartbeats ---- */

/* Once per change: a person must enrol the certificate for them, or take them out of the profiles. */
static void heed_not_carried(struct courier *c, const json_t *list)
{
    if (json_array_size(list) == c->not_carried)
        return;
    c->not_carried = json_array_size(list);
    for (size_t i = 0; i < c->not_carried; i++) {
        const char *provider = json_string_value(json_array_get(list, i));
        if (provider != NULL && is_code(bytes_of_text(provider)))
            log_warn("the broker does not let us speak for a provider", "provider=%s", provider);
    }
}

static void heed(struct courier *c, const json_t *answer)
{
    const json_t *next = json_object_get(answer, "nextSeconds");
    json_int_t seconds = json_is_integer(next) ? json_integer_value(next) : 2;
    seconds = seconds < 1 ? 1 : (seconds > NEXT_SECONDS_MAX ? NEXT_SECONDS_MAX : seconds);
    c->due_ms = time_mono_ms() + seconds * c->second_ms;
    if (!c->in_touch)
        log_info("in touch with the broker", "resync=%d", json_is_true(json_object_get(answer, "resync")));
    c->in_touch = true;
    c->wait_ms = 0;
    if (json_is_true(json_object_get(answer, "resync")) || c->doubt) {
        new_epoch(c);
        messages_tell_again(c->of.intake->messages);
    }
    c->doubt = false;
    heed_not_carried(c, json_object_get(answer, "notCarried"));
    do_orders(c, answer);
}

static void heartbeat(struct courier *c)
{
    const char *why = "";
    json_t *body = heartbeat_json(&c->of);
    char *text = json_dumps(body, JSON_COMPACT);
    CHECK(text != NULL);
    json_decref(body);
    long status = ask(c, "/feed-heartbeats", text, NULL, ANSWER_BYTES_MAX, &why);
    free(text);
    struct json_faults *f = mem_new(1, sizeof *f);
    json_t *answer = status == 200 ? json_parse(buf_view(&c->answer.body), f) : NULL;
    if (answer != NULL) {
        count(c, &c->counts.heartbeats);
        heed(c, answer);
    } else {
        c->doubt |= c->answer.in_doubt || status == 504;
        out_of_touch(c, "heartbeat", status, why);
    }
    json_decref(answer);
    free(f);
}

/* ---- the thread ---- */

static void *run(void *ctx)
{
    struct courier *c = ctx;
    safe_xml_thread();
    while (!stopping(c)) {
        if (time_mono_ms() >= c->due_ms)
            heartbeat(c);
        int64_t next = c->in_touch ? tell_round(c) : c->due_ms;
        if (next != 0)
            messages_await(c->of.intake->messages, next, c->in_touch); /* else a heartbeat comes first */
    }
    return NULL;
}

/* ---- life ---- */

static int or_else(int value, int otherwise)
{
    return value > 0 ? value : otherwise;
}

struct courier *courier_start(const struct courier_config *config)
{
    struct courier *c = mem_new(1, sizeof *c);
    CHECK(config->of.intake->messages != NULL);
    c->broker = mem_dup_text(config->broker);
    c->adapter = mem_dup_text(config->of.adapter);
    c->of = config->of;
    c->of.adapter = c->adapter;
    c->reload = config->reload;
    c->first_wait_ms = or_else(config->first_wait_ms, 1000);
    c->longest_wait_ms = or_else(config->longest_wait_ms, 30000);
    c->second_ms = or_else(config->second_ms, 1000);
    c->setup = (struct broker_curl){.ca = config->ca,
                                    .cert = config->cert,
                                    .key = config->key,
                                    .timeout_ms = or_else(config->timeout_ms, 30000),
                                    .is_stopping = stop_asked,
                                    .ctx = c};
    c->curl = broker_curl_new(&c->setup);
    c->waiting = mem_new(PROVIDERS_MAX, sizeof *c->waiting);
    new_epoch(c);
    pthread_mutex_init(&c->lock, NULL);
    CHECK(pthread_create(&c->thread, NULL, run, c) == 0);
    return c;
}

struct courier_counts courier_counts(struct courier *c)
{
    pthread_mutex_lock(&c->lock);
    struct courier_counts counts = c->counts;
    pthread_mutex_unlock(&c->lock);
    return counts;
}

void courier_stop(struct courier *c)
{
    if (c == NULL)
        return;
    pthread_mutex_lock(&c->lock);
    c->stop = true;
    pthread_mutex_unlock(&c->lock);
    messages_rouse(c->of.intake->messages);
    pthread_join(c->thread, NULL);
    curl_easy_cleanup(c->curl);
    pthread_mutex_destroy(&c->lock);
    buf_fini(&c->answer.body);
    free(c->waiting);
    free(c->held);
    free(c->adapter);
    free(c->broker);
    free(c);
}
