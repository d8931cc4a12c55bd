/* Adapters, their sources, and what people see of them. */
#include "feeds/feeds.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "feeds/feeds_state.h"

#include <stdlib.h>
#include <string.h>

struct feeds_limits feeds_limits_default(void)
{
    return (struct feeds_limits){.silent_ms = 120 * MS_MINUTE,
                                 .away_ms = 60 * MS_SECOND,
                                 .order_ms = 10 * MS_MINUTE,
                                 .upload_ms = 30 * MS_MINUTE,
                                 .message_bytes = (size_t)64 * 1024 * 1024,
                                 .uploads_org = 3,
                                 .uploads_kept = 8,
                                 .uploads_max = 64,
                                 .upload_bytes = (size_t)16 * 1024 * 1024,
                                 .replays_max = 256,
                                 .adapters_max = 64};
}

struct feeds *feeds_new(const struct feeds_limits *limits, uint64_t first_id, int64_t started_ms)
{
    struct feeds *f = mem_new(1, sizeof *f);

    CHECK(limits->adapters_max >= ADAPTERS_OF_MACHINE && limits->uploads_max > 0);
    f->limits = *limits;
    f->last_id = first_id;
    f->started_ms = started_ms;
    f->adapters = mem_new(limits->adapters_max, sizeof *f->adapters);
    f->uploads = mem_new(limits->uploads_max, sizeof *f->uploads);
    f->keys[0].cap = PERSON_KEYS;
    f->keys[1].cap = MACHINE_KEYS;
    for (int i = 0; i < 2; i++)
        f->keys[i].rows = mem_new(f->keys[i].cap, sizeof *f->keys[i].rows);
    return f;
}

void feeds_free(struct feeds *f)
{
    if (f == NULL)
        return;
    for (unsigned i = 0; i < f->n_adapters; i++)
        free(f->adapters[i].sources);
    for (size_t i = 0; i < f->n_providers; i++) {
        for (unsigned k = 0; k < f->providers[i].n; k++) {
            feed_message_fini(f->providers[i].messages[k]);
            free(f->providers[i].messages[k]);
        }
    }
    uploads_free(f);
    free(f->keys[0].rows);
    free(f->keys[1].rows);
    free(f->providers);
    free(f->adapters);
    free(f->uploads);
    free(f);
}

/* Clocks run apart by so much; who claims to have heard something later than that would never fall silent. */
int64_t feeds_not_after(int64_t at_ms, int64_t now_ms)
{
    return at_ms > now_ms + 2 * MS_MINUTE ? now_ms : at_ms;
}

/* ---- providers ---- */

struct provider *provider_find(const struct feeds *f, struct org_id org)
{
    for (size_t i = 0; i < f->n_providers; i++) {
        if (f->providers[i].org.v == org.v)
            return &f->providers[i];
    }
    return NULL;
}

struct provider *provider_get(struct feeds *f, struct org_id org)
{
    struct provider *p = provider_find(f, org);

    if (p != NULL)
        return p;
    MEM_GROW(f->providers, f->n_providers, f->cap_providers);
    p = &f->providers[f->n_providers++];
    *p = (struct provider){.org = org};
    return p;
}

/* ---- heartbeats ---- */

static bool is_away(const struct feeds *f, const struct adapter *a, int64_t now_ms)
{
    return now_ms - a->heartbeat_ms > f->limits.away_ms;
}

static void adapter_drop(struct feeds *f, unsigned at)
{
    free(f->adapters[at].sources);
    f->adapters[at] = f->adapters[--f->n_adapters];
}

/* Make room for one more adapter of MACHINE: the one that was not heard for longest goes, of the machine's
 * own if it has its share. */
static void make_room(struct feeds *f, uint32_t machine)
{
    unsigned own = 0, oldest = 0;
    bool of_machine;

    for (unsigned i = 0; i < f->n_adapters; i++)
        own += f->adapters[i].machine == machine;
    of_machine = own >= ADAPTERS_OF_MACHINE;
    if (!of_machine && f->n_adapters < f->limits.adapters_max)
        return;
    oldest = f->n_adapters;
    for (unsigned i = 0; i < f->n_adapters; i++) {
        if (of_machine && f->adapters[i].machine != machine)
            continue;
        if (oldest == f->n_adapters || f->adapters[i].heartbeat_ms < f->adapters[oldest].heartbeat_ms)
            oldest = i;
    }
    adapter_drop(f, oldest);
}

static struct adapter *adapter_get(struct feeds *f, const struct feed_heartbeat *h)
{
    struct adapter *a = NULL;

    for (unsigned i = 0; i < f->n_adapters; i++) {
        if (f->adapters[i].machine == h->machine && strcmp(f->adapters[i].name, h->adapter) == 0)
            return &f->adapters[i];
    }
    make_room(f, h->machine);
    a = &f->adapters[f->n_adapters++];
    *a = (struct adapter){.machine = h->machine};
    memcpy(a->name, h->adapter, sizeof a->name);
    return a;
}

/* A source that moved to another adapter (another machine, another name of the same) is not away. */
static void take_over(struct feeds *f, const struct adapter *by, struct feed_source *s, int64_t now_ms)
{
    for (unsigned i = 0; i < f->n_adapters; i++) {
        struct adapter *a = &f->adapters[i];

        if (a == by || !is_away(f, a, now_ms))
            continue;
        for (uint16_t k = 0; k < a->n; k++) {
            if (a->sources[k].provider.v != s->provider.v || a->sources[k].channel != s->channel)
                continue;
            if (a->sources[k].heard_since_ms < s->heard_since_ms)
                s->heard_since_ms = a->sources[k].heard_since_ms;
            a->sources[k--] = a->sources[--a->n];
        }
    }
}

/* Since when A names source S; kept over its restarts, for a source that never brings anything must not begin
 * anew with each. */
static int64_t heard_since(const struct feed_source *list, uint16_t n, const struct feed_source *s,
                           int64_t now_ms)
{
    for (uint16_t i = 0; i < n; i++) {
        if (list[i].provider.v == s->provider.v && list[i].channel == s->channel)
            return list[i].heard_since_ms;
    }
    return now_ms;
}

struct feed_heard feeds_heartbeat(struct feeds *f, const struct feed_heartbeat *h, int64_t now_ms)
{
    struct adapter *a = adapter_get(f, h);
    struct feed_heard heard = {.resync = a->started_ms != h->started_ms || a->heartbeat_ms == 0,
                               .foreign_changed = a->foreign != h->foreign};

    struct feed_source *before = a->sources;
    uint16_t n_before = a->n;

    CHECK(h->n <= FEED_SOURCES_MAX);
    a->sources = mem_new((size_t)h->n + 1, sizeof *a->sources);
    a->n = h->n;
    a->foreign = h->foreign;
    a->started_ms = h->started_ms;
    a->heartbeat_ms = now_ms;
    for (uint16_t i = 0; i < h->n; i++) {
        a->sources[i] = h->sources[i];
        a->sources[i].last_message_ms = feeds_not_after(a->sources[i].last_message_ms, now_ms);
        a->sources[i].heard_since_ms = heard_since(before, n_before, &a->sources[i], now_ms);
        take_over(f, a, &a->sources[i], now_ms);
    }
    free(before);
    return heard;
}

bool feeds_is_read(const struct feeds *f, uint32_t machine, struct org_id provider, int64_t now_ms)
{
    for (unsigned i = 0; i < f->n_adapters; i++) {
        const struct adapter *a = &f->adapters[i];

        if ((machine != 0 && a->machine != machine) || is_away(f, a, now_ms))
            continue;
        for (uint16_t k = 0; k < a->n; k++) {
            if (a->sources[k].provider.v == provider.v)
                return true;
        }
    }
    return false;
}

/* ---- rows ---- */

struct rows {
    struct feed_row *list;
    size_t n, cap;
};

static const char *const state_codes[FEED_STATE_N] = {"ok", "silent", "quarantined", "adapter_away", "never"};

const char *feed_state_code(enum feed_state v)
{
    CHECK((unsigned)v < FEED_STATE_N);
    return state_codes[v];
}

static bool was_replayed(const struct provider *p, const struct feed_message *m)
{
    for (unsigned i = 0; i < p->n; i++) {
        const struct feed_message *r = p->messages[i];

        if (strcmp(r->replay_of, m->message_id) == 0 && (r->outcome == FEED_TAKEN || r->outcome == FEED_TEST))
            return true;
    }
    return false;
}

static bool is_good(const struct provider *p, const struct feed_message *m)
{
    return m->outcome == FEED_TAKEN || m->outcome == FEED_TEST ||
           (m->outcome == FEED_QUARANTINED && was_replayed(p, m));
}

/* The newest message of the row's channel; a file that was put aside and taken by a replay counts as taken.
 */
static void add_messages(struct feed_row *row, const struct provider *p)
{
    const struct feed_message *newest = NULL;

    for (unsigned i = 0; p != NULL && i < p->n; i++) {
        const struct feed_message *m = p->messages[i];

        if (m->channel != row->channel)
            continue;
        if (newest == NULL || m->received_ms >= newest->received_ms)
            newest = m;
        if (is_good(p, m) && m->received_ms > row->last_good_ms)
            row->last_good_ms = m->received_ms;
        if (m->received_ms < row->heard_since_ms)
            row->heard_since_ms = m->received_ms;
    }
    row->last_outcome = FEED_OUTCOME_N;
    if (newest == NULL)
        return;
    row->last_outcome = newest->outcome;
    if (newest->outcome == FEED_QUARANTINED && is_good(p, newest))
        row->last_outcome = FEED_TAKEN;
    if (newest->received_ms > row->last_message_ms)
        row->last_message_ms = newest->received_ms;
}

/* IS_SOLE: no other channel of the organisation can have brought its reports. */
static void judge(const struct feeds *f, struct feed_row *row, bool is_sole, int64_t now_ms)
{
    bool is_known = row->channel != FEED_UNKNOWN;
    int64_t limit_ms = is_known ? 2 * row->expected_minutes * MS_MINUTE : f->limits.silent_ms;
    int64_t report_ms = is_sole ? row->last_report_ms : 0;
    int64_t last_ms = row->last_message_ms != 0 ? row->last_message_ms : report_ms;
    int64_t good_ms = row->last_good_ms != 0 ? row->last_good_ms : report_ms;
    bool is_bad = row->last_outcome == FEED_QUARANTINED || row->last_outcome == FEED_REFUSED;

    row->state = FEED_OK;
    if (is_known && now_ms - row->last_heartbeat_ms > f->limits.away_ms) {
        row->state = FEED_ADAPTER_AWAY;
        row->silent_since_ms = row->last_heartbeat_ms;
    } else if (last_ms == 0 && now_ms - row->heard_since_ms <= limit_ms) {
        row->state = FEED_NEVER;
    } else if (now_ms - last_ms > limit_ms) {
        row->state = FEED_SILENT;
        row->silent_since_ms = last_ms != 0 ? last_ms : row->heard_since_ms;
    } else if (!is_known && last_ms < f->started_ms && now_ms - f->started_ms > f->limits.away_ms) {
        /* Whoever brought it has not come back since this process began: not "all is well" until it is late.
         * A machine that reports without an adapter is heard of again with its next report. */
        row->state = FEED_ADAPTER_AWAY;
    } else if (is_bad) {
        row->state = FEED_STATE_QUARANTINED;
        good_ms = good_ms != 0 ? good_ms : row->heard_since_ms;
        row->silent_since_ms = now_ms - good_ms > limit_ms ? good_ms : 0;
    }
    row->alarm = row->silent_since_ms != 0 || row->state == FEED_ADAPTER_AWAY;
}

/* When the report by a feed came that is believed of the pool; 0 = none. */
static int64_t newest_report(const struct engine *e, struct pool_id pool, int64_t now_ms)
{
    /* Also where people spoke later: a hand correction does not make the feed silent. */
    return engine_pool_said(e, pool, now_ms).words[SIDE_FEED].observed_at_ms;
}

/* The newest of them by organisation; a list of engine_orgs + 1. */
static int64_t *reports_by_org(const struct engine *e, int64_t now_ms)
{
    int64_t *newest = mem_new((size_t)engine_orgs(e) + 1, sizeof *newest);

    for (uint32_t id = 1; id <= engine_pools(e); id++) {
        struct org_id org = engine_pool(e, (struct pool_id){id})->org;
        int64_t at_ms = newest_report(e, (struct pool_id){id}, now_ms);

        if (at_ms > newest[org.v])
            newest[org.v] = at_ms;
    }
    return newest;
}

static void row_add(struct rows *rows, const struct feed_row *row)
{
    MEM_GROW(rows->list, rows->n, rows->cap);
    rows->list[rows->n++] = *row;
}

static void add_adapter(struct rows *rows, const struct adapter *a, uint32_t n_orgs)
{
    for (uint16_t i = 0; i < a->n; i++) {
        const struct feed_source *s = &a->sources[i];
        struct feed_row row = {.provider = s->provider,
                               .channel = s->channel,
                               .profile = s->profile,
                               .expected_minutes = s->expected_minutes,
                               .test = s->test,
                               .last_message_ms = s->last_message_ms,
                               .last_heartbeat_ms = a->heartbeat_ms,
                               .heard_since_ms = s->heard_since_ms,
                               .waiting = s->waiting};

        if (s->provider.v != 0 && s->provider.v <= n_orgs)
            row_add(rows, &row);
    }
}

static int compare_rows(const void *a, const void *b)
{
    const struct feed_row *x = a, *y = b;

    if (x->provider.v != y->provider.v)
        return x->provider.v < y->provider.v ? -1 : 1;
    if (x->channel != y->channel)
        return x->channel < y->channel ? -1 : 1;
    return x->last_heartbeat_ms < y->last_heartbeat_ms   ? 1
           : x->last_heartbeat_ms > y->last_heartbeat_ms ? -1
                                                         : 0;
}

/* Two adapters that read the same source are one feed: it is as alive as the livelier of them. */
static void merge_same(struct rows *rows)
{
    size_t kept = 0;

    if (rows->n > 0)
        qsort(rows->list, rows->n, sizeof *rows->list, compare_rows);
    for (size_t i = 0; i < rows->n; i++) {
        struct feed_row *last = kept > 0 ? &rows->list[kept - 1] : NULL, *row = &rows->list[i];

        if (last == NULL || last->provider.v != row->provider.v || last->channel != row->channel) {
            rows->list[kept++] = *row;
            continue;
        }
        last->waiting += row->waiting;
        if (row->last_message_ms > last->last_message_ms)
            last->last_message_ms = row->last_message_ms;
        if (row->heard_since_ms < last->heard_since_ms)
            last->heard_since_ms = row->heard_since_ms;
    }
    rows->n = kept;
}

/* Organisations whose reports are in the journal, and of which no adapter has spoken. */
static void add_unknown(struct rows *rows, const int64_t *reports, uint32_t n_orgs)
{
    size_t n_spoken = rows->n;

    for (uint32_t org = 1; org <= n_orgs; org++) {
        const struct feed_row row = {.provider = {org}, .channel = FEED_UNKNOWN, .profile = ""};
        bool is_spoken_of = false;

        for (size_t i = 0; i < n_spoken && !is_spoken_of; i++)
            is_spoken_of = rows->list[i].provider.v == org;
        if (!is_spoken_of && reports[org] != 0)
            row_add(rows, &row);
    }
}

size_t feeds_rows(const struct feeds *f, const struct engine *e, int64_t now_ms, struct feed_row **out)
{
    struct rows rows = {0};
    uint32_t n_orgs = engine_orgs(e);
    int64_t *reports = reports_by_org(e, now_ms);

    for (unsigned i = 0; i < f->n_adapters; i++)
        add_adapter(&rows, &f->adapters[i], n_orgs);
    merge_same(&rows);
    add_unknown(&rows, reports, n_orgs);
    if (rows.n > 0)
        qsort(rows.list, rows.n, sizeof *rows.list, compare_rows);
    for (size_t i = 0; i < rows.n; i++) {
        struct feed_row *row = &rows.list[i];
        bool is_sole = (i == 0 || row[-1].provider.v != row->provider.v) &&
                       (i + 1 == rows.n || row[1].provider.v != row->provider.v);

        row->last_report_ms = reports[row->provider.v];
        add_messages(row, provider_find(f, row->provider));
        judge(f, row, is_sole, now_ms);
    }
    free(reports);
    *out = rows.list;
    return rows.n;
}

bool feeds_note(struct feeds *f, const struct feed_row *row)
{
    struct provider *p = provider_get(f, row->provider);
    bool is_alarm = row->alarm, was = p->alarm[row->channel];

    p->noted[row->channel] = true;
    p->alarm[row->channel] = is_alarm;
    return is_alarm != was;
}

void feeds_noted(struct feeds *f)
{
    for (size_t i = 0; i < f->n_providers; i++) {
        struct provider *p = &f->providers[i];

        for (unsigned c = 0; c < FEED_CHANNEL_N; c++)
            p->alarm[c] = p->alarm[c] && p->noted[c];
        memset(p->noted, 0, sizeof p->noted);
    }
}

/* ---- keys ---- */

static bool is_key(const struct command_key *a, const struct command_key *b)
{
    return a->hi == b->hi && a->lo == b->lo;
}

enum feed_key feeds_key_find(const struct feeds *f, bool machine, const struct command_key *key,
                             struct feed_answer *answer)
{
    const struct key_ring_of *ring = &f->keys[machine];

    for (unsigned i = 0; i < ring->n; i++) {
        if (!is_key(&ring->rows[i].key, key))
            continue;
        if (ring->rows[i].key.body != key->body)
            return FEED_KEY_REUSED;
        *answer = ring->rows[i].answer;
        return FEED_KEY_SAME;
    }
    return FEED_KEY_NEW;
}

void feeds_key_store(struct feeds *f, bool machine, const struct command_key *key,
                     const struct feed_answer *answer)
{
    struct key_ring_of *ring = &f->keys[machine];

    ring->rows[ring->next] = (struct key_row){.key = *key, .answer = *answer};
    ring->next = (ring->next + 1) % ring->cap;
    if (ring->n < ring->cap)
        ring->n++;
}
