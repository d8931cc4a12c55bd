#include "adapters/tell/deliver.h"

#include "adapters/base/back_off.h"
#include "adapters/tell/broker_curl.h"
#include "adapters/tell/bundle.h"
#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ANSWER_BYTES_MAX (64 * 1024)
#define PROVIDERS_MAX 1000
#define IDLE_MS 5000 /* looks at the spool also when nobody wakes it */

enum verdict { TAKEN, REFUSED, AGAIN };

struct turn {
    char provider[CODE_TEXT_SIZE];
    int64_t not_before_ms; /* monotonic */
    int wait_ms;
    size_t alone; /* so many entries go one by one: the broker refused them together */
};

struct deliver {
    char *url;
    int first_wait_ms, longest_wait_ms;
    struct spool *spool;
    struct quarantine *quarantine;
    struct messages *messages; /* may be NULL */
    struct broker_curl setup;
    CURL *curl;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool news, stop;
    struct deliver_counts counts;
    struct turn *turns; /* of the thread only */
    size_t turns_n, turns_cap;
    char (*waiting)[CODE_TEXT_SIZE];
};

static bool stopping(struct deliver *d)
{
    pthread_mutex_lock(&d->lock);
    bool stop = d->stop;
    pthread_mutex_unlock(&d->lock);
    return stop;
}

static bool stop_asked(void *ctx)
{
    return stopping(ctx);
}

/* 403 and 404 have two reasons: our certificate is not enrolled or the address is wrong (a person must act),
 * or the broker itself says that a pool is not ours to report, which repeating does not change. */
static bool is_not_ours(long status, const struct buf *answer)
{
    return (status == 403 && broker_says(answer, "/problems/not_allowed")) ||
           (status == 404 && broker_says(answer, "/problems/not_found"));
}

static enum verdict judge(long status, const char *why, const struct buf *answer, const char *provider)
{
    switch (status) {
    case 0:
        log_warn("broker not reached", "provider=%s reason=\"%s\"", provider, why);
        return AGAIN;
    case 200:
        return TAKEN;
    case 400:
    case 413:
    case 415:
    case 422:
        return REFUSED;
    case 401:
    case 403:
    case 404:
        if (is_not_ours(status, answer))
            return REFUSED;
        log_error("broker does not let us in", "provider=%s status=%ld", provider, status);
        return AGAIN;
    default:
        log_warn("broker cannot take it now", "provider=%s status=%ld", provider, status);
        return AGAIN;
    }
}

static enum verdict send_bundle(struct deliver *d, const struct bundle *b, struct broker_answer *answer,
                                long *status)
{
    json_t *body = bundle_body(b);
    char key[96];
    const char *why = "";
    char *text = json_dumps(body, JSON_COMPACT);
    CHECK(text != NULL);
    json_decref(body);
    snprintf(key, sizeof key, "Idempotency-Key: %s", b->key);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, key);
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(d->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(d->curl, CURLOPT_POSTFIELDS, text);
    curl_easy_setopt(d->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(text));
    *status = broker_curl_perform(d->curl, answer, &why);
    curl_slist_free_all(headers);
    free(text);
    return judge(*status, why, &answer->body, b->entries[0].provider);
}

/* What the broker said, as it said it, if that is JSON. */
static json_t *reason_of(const struct buf *answer, long status)
{
    struct json_faults *f = mem_new(1, sizeof *f);
    json_t *problem = answer->len > 0 ? json_parse(buf_view(answer), f) : NULL;
    json_t *reason = json_pack("{s:s, s:i}", "refusedBy", "broker", "status", (int)status);
    if (problem != NULL)
        json_object_set_new(reason, "problem", problem);
    free(f);
    return reason;
}

static enum verdict set_aside(struct deliver *d, const struct spool_entry *entry, json_t *reason)
{
    struct buf path = {0}, kept = {0};
    json_t *problem = json_incref(json_object_get(reason, "problem"));
    int status = (int)json_integer_value(json_object_get(reason, "status"));
    char *text = entry->reports != NULL ? json_dumps(entry->reports, JSON_INDENT(1)) : NULL;
    spool_path(d->spool, entry, &path);
    /* A readable entry is copied, then removed by spool_done; an unreadable one is moved as it is. */
    enum err e = quarantine_put(d->quarantine, entry->provider, "reports.json",
                                text == NULL ? buf_c_str(&path) : NULL, bytes_of_text(text), reason, &kept);
    log_warn("reports quarantined", "provider=%s entry=%llu", entry->provider,
             (unsigned long long)entry->number);
    if (e == OK && d->messages != NULL && entry->key[0] != '\0')
        messages_refused(d->messages, entry->provider, entry->key, problem, status, buf_c_str(&kept));
    free(text);
    json_decref(problem);
    buf_fini(&path);
    buf_fini(&kept);
    if (e != OK)
        return AGAIN;
    pthread_mutex_lock(&d->lock);
    d->counts.refused++;
    pthread_mutex_unlock(&d->lock);
    return TAKEN;
}

/* One bundle; TAKEN means that it may leave the spool, REFUSED that its entries are to be tried one by one.
 */
static enum verdict send_or_set_aside(struct deliver *d, const struct bundle *b)
{
    struct broker_answer answer = {.bytes_max = ANSWER_BYTES_MAX};
    long status = 0;
    enum verdict v = send_bundle(d, b, &answer, &status);
    if (v == REFUSED && b->n == 1) {
        v = set_aside(d, &b->entries[0], reason_of(&answer.body, status));
    } else if (v == TAKEN) {
        log_info("delivered", "provider=%s entries=%zu reports=%zu", b->entries[0].provider, b->n,
                 b->reports);
        pthread_mutex_lock(&d->lock);
        d->counts.reports += b->reports;
        pthread_mutex_unlock(&d->lock);
    }
    buf_fini(&answer.body);
    return v;
}

static struct turn *turn_of(struct deliver *d, const char *provider)
{
    for (size_t i = 0; i < d->turns_n; i++)
        if (strcmp(d->turns[i].provider, provider) == 0)
            return &d->turns[i];
    MEM_GROW(d->turns, d->turns_n, d->turns_cap);
    struct turn *t = &d->turns[d->turns_n++];
    *t = (struct turn){0};
    snprintf(t->provider, sizeof t->provider, "%s", provider);
    return t;
}

static void wait_longer(struct deliver *d, struct turn *t)
{
    t->wait_ms = back_off_longer(t->wait_ms, d->first_wait_ms, d->longest_wait_ms);
    t->not_before_ms = time_mono_ms() + back_off_about(t->wait_ms);
    pthread_mutex_lock(&d->lock);
    d->counts.failures++;
    pthread_mutex_unlock(&d->lock);
}

/* What a provider has waiting, oldest first, when it is its turn. True if something was dealt with. */
static bool serve(struct deliver *d, struct turn *t)
{
    struct bundle b = {0};
    enum err e = bundle_next(d->spool, t->provider, t->alone > 0 ? 1 : BUNDLE_ENTRIES_MAX, &b);
    enum verdict v = AGAIN;
    if (e == OK)
        v = send_or_set_aside(d, &b);
    else if (e == ERR_BAD_INPUT)
        v = set_aside(d, &b.entries[0], json_pack("{s:s}", "reason", "the spool entry cannot be read"));
    if (v == REFUSED) { /* nothing of it was taken: find the one that is bad */
        bundle_apart(d->spool, &b);
        t->alone = b.n;
    } else if (v == TAKEN) {
        bundle_done(d->spool, &b);
        t->alone -= t->alone > 0;
        t->wait_ms = 0;
    } else if (e != ERR_NOT_FOUND) {
        wait_longer(d, t);
    }
    bundle_fini(&b);
    return v != AGAIN;
}

/* One round over all that wait; how long until there may be something to do. */
static int64_t round_of(struct deliver *d)
{
    int64_t now = time_mono_ms(), next = now + IDLE_MS;
    size_t n = spool_waiting(d->spool, d->waiting, PROVIDERS_MAX);
    for (size_t i = 0; i < n && !stopping(d); i++) {
        struct turn *t = turn_of(d, d->waiting[i]);
        if (t->not_before_ms <= now && serve(d, t))
            next = now;
        else if (t->not_before_ms < next)
            next = t->not_before_ms > now ? t->not_before_ms : next;
    }
    return next - time_mono_ms();
}

static void sleep_for(struct deliver *d, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&d->lock);
    while (!d->news && !d->stop && pthread_cond_timedwait(&d->woken, &d->lock, &until) == 0)
        ;
    d->news = false;
    pthread_mutex_unlock(&d->lock);
}

static void *run(void *ctx)
{
    struct deliver *d = ctx;
    while (!stopping(d)) {
        int64_t ms = round_of(d);
        if (ms > 0)
            sleep_for(d, ms);
    }
    return NULL;
}

struct deliver *deliver_start(const struct deliver_config *config, struct spool *spool, struct quarantine *q)
{
    struct deliver *d = mem_new(1, sizeof *d);
    struct buf url = {0};
    pthread_condattr_t monotonic;
    buf_format(&url, "%s/api/v1/capacity-reports", config->broker);
    d->url = mem_dup_text(buf_c_str(&url));
    buf_fini(&url);
    d->first_wait_ms = config->first_wait_ms > 0 ? config->first_wait_ms : 1000;
    d->longest_wait_ms = config->longest_wait_ms > 0 ? config->longest_wait_ms : 60000;
    d->spool = spool;
    d->quarantine = q;
    d->messages = config->messages;
    d->waiting = mem_new(PROVIDERS_MAX, sizeof *d->waiting);
    d->setup = (struct broker_curl){.ca = config->ca,
                                    .cert = config->cert,
                                    .key = config->key,
                                    .timeout_ms = config->timeout_ms > 0 ? config->timeout_ms : 30000,
                                    .is_stopping = stop_asked,
                                    .ctx = d};
    d->curl = broker_curl_new(&d->setup);
    curl_easy_setopt(d->curl, CURLOPT_URL, d->url);
    pthread_mutex_init(&d->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&d->woken, &monotonic);
    pthread_condattr_destroy(&monotonic);
    CHECK(pthread_create(&d->thread, NULL, run, d) == 0);
    return d;
}

void deliver_wake(struct deliver *d)
{
    pthread_mutex_lock(&d->lock);
    d->news = true;
    pthread_cond_signal(&d->woken);
    pthread_mutex_unlock(&d->lock);
}

struct deliver_counts deliver_counts(struct deliver *d)
{
    pthread_mutex_lock(&d->lock);
    struct deliver_counts counts = d->counts;
    pthread_mutex_unlock(&d->lock);
    return counts;
}

void deliver_stop(struct deliver *d)
{
    if (d == NULL)
        return;
    pthread_mutex_lock(&d->lock);
    d->stop = true;
    pthread_cond_signal(&d->woken);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    curl_easy_cleanup(d->curl);
    pthread_mutex_destroy(&d->lock);
    pthread_cond_destroy(&d->woken);
    free(d->turns);
    free(d->waiting);
    free(d->url);
    free(d);
}
