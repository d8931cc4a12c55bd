#include "adapters/transport/poll.h"

#include "adapters/base/back_off.h"
#include "adapters/base/disk.h"
#include "adapters/gate/safe_xml.h"
#include "adapters/transport/poll_fetch.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDLE_MS 60000

/* Of the thread only, but for status. */
struct watch {
    const struct poll_source *source;
    struct poll_fetch *fetch; /* NULL = not under way */
    struct poll_validators known;
    uint8_t by[CRYPTO_SHA256_BYTES]; /* profile by which it was read; zeros = none */
    bool stale;                      /* the profile changed while it was under way */
    int64_t due_ms;                  /* monotonic */
    int wait_ms;                     /* after a failure; 0 = none */
    bool bad, unknown;               /* the last file was; the provider is */
    uint8_t bad_hash[CRYPTO_SHA256_BYTES];
    struct poll_status status; /* under the lock */
};

struct poll {
    const struct intake *intake;
    struct poll_deadlines deadlines;
    int minute_ms, first_wait_ms, longest_wait_ms;
    char *folder;
    CURLM *multi;
    struct watch *watches;
    size_t n;
    int under_way;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock;
    bool stop, renewed; /* under the lock */
};

static bool stopping(struct poll *p)
{
    pthread_mutex_lock(&p->lock);
    bool stop = p->stop;
    pthread_mutex_unlock(&p->lock);
    return stop;
}

/* Zeros if PROVIDER has none. */
static void profile_of(const struct poll *p, const char *provider, uint8_t out[CRYPTO_SHA256_BYTES])
{
    const struct profile *found = profiles_find(intake_profiles(p->intake), provider);
    if (found != NULL)
        memcpy(out, profile_hash(found), CRYPTO_SHA256_BYTES);
    else
        memset(out, 0, CRYPTO_SHA256_BYTES);
    intake_profiles_end();
}

/* ---- when next ---- */

static int64_t interval_of(const struct poll *p, const struct watch *w)
{
    return (int64_t)w->source->every_minutes * p->minute_ms;
}

/* Not within AT_LEAST_MS. */
static void wait_longer(const struct poll *p, struct watch *w, int64_t at_least_ms)
{
    w->wait_ms = back_off_longer(w->wait_ms, p->first_wait_ms, p->longest_wait_ms);
    int64_t ms = back_off_about(w->wait_ms);
    w->due_ms = time_mono_ms() + (ms > at_least_ms ? ms : at_least_ms);
}

static void wait_interval(const struct poll *p, struct watch *w)
{
    w->wait_ms = 0;
    w->due_ms = time_mono_ms() + interval_of(p, w);
}

/* ---- what came of it ---- */

static void note(struct poll *p, struct watch *w, enum poll_health health, bool seen)
{
    int64_t now = time_wall_ms();
    pthread_mutex_lock(&p->lock);
    w->status.health = health;
    w->status.last_try_ms = now;
    w->status.failures = health == POLL_WELL ? 0 : w->status.failures + 1;
    if (seen)
        w->status.last_seen_ms = now;
    pthread_mutex_unlock(&p->lock);
}

static void failed(struct poll *p, struct watch *w, const struct poll_answer *a)
{
    bool shut = a->outcome == POLL_SHUT;
    int64_t asked = a->retry_after_ms < p->longest_wait_ms ? a->retry_after_ms : p->longest_wait_ms;
    log_line(shut ? LOG_ERROR : LOG_WARN, shut ? "source is closed to us" : "source not reached",
             "provider=%s source=%zu status=%ld reason=\"%s\"", w->source->provider, (size_t)(w - p->watches),
             a->status, a->why);
    wait_longer(p, w, asked);
    note(p, w, shut ? POLL_CLOSED : POLL_AWAY, false);
}

static void unchanged(struct poll *p, struct watch *w)
{
    wait_interval(p, w);
    w->bad = false;
    intake_heard(p->intake, w->source->provider, CHANNEL_POLL);
    note(p, w, POLL_WELL, true);
    pthread_mutex_lock(&p->lock);
    w->status.unchanged++;
    pthread_mutex_unlock(&p->lock);
}

static void taken(struct poll *p, struct watch *w, const struct poll_answer *a)
{
    wait_interval(p, w);
    w->bad = false;
    if (strcmp(w->known.etag, a->validators.etag) != 0 ||
        strcmp(w->known.last_modified, a->validators.last_modified) != 0) {
        w->known = a->validators;
        if (poll_state_save(p->folder, w->source, w->by, &w->known) != OK)
            log_warn("cannot keep what a source said of its file", "provider=%s source=%zu",
                     w->source->provider, (size_t)(w - p->watches));
    }
    note(p, w, POLL_WELL, true);
    pthread_mutex_lock(&p->lock);
    w->status.taken++;
    w->status.last_taken_ms = w->status.last_seen_ms;
    pthread_mutex_unlock(&p->lock);
}

static enum err give(const struct poll *p, const struct watch *w, const struct poll_answer *a)
{
    if (a->outcome == POLL_TOO_BIG) {
        enum err stored =
            intake_too_big(p->intake, CHANNEL_POLL, w->source->provider, "poll", NULL, INTAKE_BYTES_MAX + 1);
        return stored == OK ? ERR_TOO_BIG : stored;
    }
    struct reading *r = mem_new(1, sizeof *r);
    enum err e = intake_take(p->intake, CHANNEL_POLL, w->source->provider, "poll", NULL, a->body, r);
    reading_fini(r);
    free(r);
    return e;
}

/* A file came: to the intake, unless these very bytes were found bad before. */
static void got_file(struct poll *p, struct watch *w, const struct poll_answer *a)
{
    uint8_t hash[CRYPTO_SHA256_BYTES];
    crypto_sha256(a->body, hash);
    bool again = w->bad && memcmp(hash, w->bad_hash, sizeof hash) == 0;
    enum err e = again ? ERR_BAD_INPUT : give(p, w, a);
    if (e == OK) {
        taken(p, w, a);
    } else if (e == ERR_BAD_INPUT || e == ERR_TOO_BIG) {
        if (again)
            log_info("the same bad file again", "provider=%s source=%zu", w->source->provider,
                     (size_t)(w - p->watches));
        if (again)
            intake_heard(p->intake, w->source->provider, CHANNEL_POLL);
        w->bad = true;
        memcpy(w->bad_hash, hash, sizeof hash);
        wait_longer(p, w, interval_of(p, w));
        note(p, w, POLL_BAD_FILE, true);
    } else {
        wait_longer(p, w, 0);
        note(p, w, POLL_FULL, true);
    }
}

static void deal_with(struct poll *p, struct watch *w, const struct poll_answer *a)
{
    switch (a->outcome) {
    case POLL_GOT:
    case POLL_TOO_BIG:
        got_file(p, w, a);
        break;
    case POLL_SAME:
        unchanged(p, w);
        break;
    case POLL_SHUT:
    case POLL_TRY_AGAIN:
    case POLL_BROKEN:
        failed(p, w, a);
        break;
    }
}

/* ---- the thread ---- */

static void leave_alone(struct poll *p, struct watch *w)
{
    if (!w->unknown)
        log_warn("source is not asked: its provider has no profile", "provider=%s source=%zu",
                 w->source->provider, (size_t)(w - p->watches));
    w->unknown = true;
    wait_interval(p, w);
    note(p, w, POLL_UNKNOWN, false);
}

static void ask(struct poll *p, struct watch *w)
{
    struct poll_answer nothing = {.outcome = POLL_BROKEN};
    if (!intake_serves(p->intake, w->source->provider)) {
        leave_alone(p, w);
        return;
    }
    w->unknown = false;
    w->fetch = poll_fetch_start(p->multi, w->source, &w->known, p->deadlines, w, &nothing.why);
    if (w->fetch != NULL)
        p->under_way++;
    else
        failed(p, w, &nothing);
}

/* The one that waits longest past its time, or soonest will; NULL if all are under way. */
static struct watch *next_of(const struct poll *p)
{
    struct watch *next = NULL;
    for (size_t i = 0; i < p->n; i++)
        if (p->watches[i].fetch == NULL && (next == NULL || p->watches[i].due_ms < next->due_ms))
            next = &p->watches[i];
    return next;
}

/* Ask whose time has come, as many as may. How long until there may be another. */
static int ask_due(struct poll *p)
{
    while (p->under_way < POLL_AT_ONCE) {
        struct watch *w = next_of(p);
        int64_t ms = w != NULL ? w->due_ms - time_mono_ms() : IDLE_MS;
        if (ms > 0)
            return ms < IDLE_MS ? (int)ms : IDLE_MS;
        ask(p, w);
    }
    return IDLE_MS; /* one that ends wakes us */
}

static void end_done(struct poll *p)
{
    int left = 0;
    for (const CURLMsg *m; (m = curl_multi_info_read(p->multi, &left)) != NULL;) {
        struct poll_answer answer;
        struct poll_fetch *f = poll_fetch_of(m->easy_handle);
        if (m->msg != CURLMSG_DONE || !poll_fetch_done(f, (int)m->data.result, &answer))
            continue;
        struct watch *w = poll_fetch_ctx(f);
        w->fetch = NULL;
        p->under_way--;
        if (!stopping(p))
            deal_with(p, w, &answer);
        if (w->stale && answer.outcome == POLL_SAME) /* as the one before, but that was read otherwise */
            w->due_ms = time_mono_ms();
        w->stale = false;
        poll_fetch_free(f);
    }
}

/* What was bad or unknown by the old profiles is asked for at once; what another profile was read by, whole.
 */
static void heed_renewal(struct poll *p)
{
    pthread_mutex_lock(&p->lock);
    bool renewed = p->renewed;
    p->renewed = false;
    pthread_mutex_unlock(&p->lock);
    for (size_t i = 0; renewed && i < p->n; i++) {
        struct watch *w = &p->watches[i];
        uint8_t by[CRYPTO_SHA256_BYTES];
        profile_of(p, w->source->provider, by);
        bool other = memcmp(by, w->by, sizeof by) != 0;
        memcpy(w->by, by, sizeof by);
        if (other) {
            w->known = (struct poll_validators){0};
            w->stale = w->fetch != NULL;
        }
        if (other || w->bad || w->unknown) {
            w->due_ms = time_mono_ms();
            w->wait_ms = 0;
        }
        w->bad = false;
    }
}

static void *run(void *ctx)
{
    struct poll *p = ctx;
    safe_xml_thread();
    while (!stopping(p)) {
        heed_renewal(p);
        int running = 0;
        int ms = ask_due(p);
        curl_multi_perform(p->multi, &running);
        if (running == p->under_way)
            curl_multi_poll(p->multi, NULL, 0, ms, NULL);
        end_done(p);
    }
    return NULL;
}

/* ---- life ---- */

static int or_else(int value, int otherwise)
{
    return value > 0 ? value : otherwise;
}

static void begin_watches(struct poll *p, const struct poll_sources *sources)
{
    p->n = sources->n;
    p->watches = mem_new(p->n + 1, sizeof *p->watches);
    for (size_t i = 0; i < p->n; i++) {
        struct watch *w = &p->watches[i];
        w->source = &sources->list[i];
        w->due_ms = time_mono_ms();
        memcpy(w->status.provider, w->source->provider, sizeof w->status.provider);
        profile_of(p, w->source->provider, w->by);
        poll_state_load(p->folder, w->source, w->by, &w->known);
    }
}

enum err poll_start(const struct poll_config *config, const struct intake *intake, struct poll **out,
                    char *why, size_t why_size)
{
    struct poll *p = mem_new(1, sizeof *p);
    struct buf folder = {0};
    buf_format(&folder, "%s/.poll", config->spool_dir);
    p->intake = intake;
    p->folder = mem_dup_text(buf_c_str(&folder));
    buf_fini(&folder);
    p->minute_ms = or_else(config->minute_ms, 60000);
    p->first_wait_ms = or_else(config->first_wait_ms, 60000);
    p->longest_wait_ms = or_else(config->longest_wait_ms, 3600000);
    p->deadlines = (struct poll_deadlines){.total_ms = or_else(config->total_ms, 30000),
                                           .connect_ms = or_else(config->connect_ms, 10000)};
    pthread_mutex_init(&p->lock, NULL);
    p->multi = curl_multi_init();
    CHECK(p->multi != NULL);
    if (disk_folder(config->spool_dir, p->folder) != OK) {
        snprintf(why, why_size, "cannot use the folder %s", p->folder);
        poll_stop(p);
        return ERR_IO;
    }
    begin_watches(p, config->sources);
    CHECK(pthread_create(&p->thread, NULL, run, p) == 0);
    p->running = true;
    *out = p;
    return OK;
}

void poll_renew(struct poll *p)
{
    pthread_mutex_lock(&p->lock);
    p->renewed = true;
    pthread_mutex_unlock(&p->lock);
    curl_multi_wakeup(p->multi);
}

bool poll_status(struct poll *p, size_t i, struct poll_status *out)
{
    if (i >= p->n)
        return false;
    pthread_mutex_lock(&p->lock);
    *out = p->watches[i].status;
    pthread_mutex_unlock(&p->lock);
    return true;
}

void poll_stop(struct poll *p)
{
    if (p == NULL)
        return;
    if (p->running) {
        pthread_mutex_lock(&p->lock);
        p->stop = true;
        pthread_mutex_unlock(&p->lock);
        curl_multi_wakeup(p->multi);
        pthread_join(p->thread, NULL);
    }
    for (size_t i = 0; i < p->n; i++)
        poll_fetch_free(p->watches[i].fetch);
    curl_multi_cleanup(p->multi);
    pthread_mutex_destroy(&p->lock);
    free(p->watches);
    free(p->folder);
    free(p);
}
