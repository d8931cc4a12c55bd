/* Messages: told, kept within bounds, asked for again. */
#include "base/check.h"
#include "base/mem.h"
#include "feeds/feeds_state.h"

#include <stdlib.h>
#include <string.h>

static const char *const replay_codes[] = {"none", "asked", "done", "failed"};

const char *feed_replay_code(enum feed_replay v)
{
    CHECK((unsigned)v < COUNT_OF(replay_codes));
    return replay_codes[v];
}

static struct feed_message *find_named(const struct provider *p, const char *message_id)
{
    for (unsigned i = 0; p != NULL && i < p->n; i++) {
        if (strcmp(p->messages[i]->message_id, message_id) == 0)
            return p->messages[i];
    }
    return NULL;
}

static struct feed_message *find_id(const struct feeds *f, uint64_t id)
{
    for (size_t i = 0; i < f->n_providers; i++) {
        for (unsigned k = 0; k < f->providers[i].n; k++) {
            if (f->providers[i].messages[k]->id == id)
                return f->providers[i].messages[k];
        }
    }
    return NULL;
}

const struct feed_message *feeds_message(const struct feeds *f, uint64_t id)
{
    return id == 0 ? NULL : find_id(f, id);
}

/* ---- bounds ---- */

static void count(struct feeds *f, struct provider *p, const struct feed_message *m, bool more)
{
    size_t bytes = feed_message_bytes(m);

    p->bytes = more ? p->bytes + bytes : p->bytes - bytes;
    f->message_bytes = more ? f->message_bytes + bytes : f->message_bytes - bytes;
}

static void drop_oldest(struct feeds *f, struct provider *p)
{
    unsigned oldest = 0;

    for (unsigned i = 1; i < p->n; i++) {
        const struct feed_message *m = p->messages[i], *o = p->messages[oldest];

        if (m->received_ms < o->received_ms || (m->received_ms == o->received_ms && m->id < o->id))
            oldest = i;
    }
    count(f, p, p->messages[oldest], false);
    feed_message_fini(p->messages[oldest]);
    free(p->messages[oldest]);
    p->messages[oldest] = p->messages[--p->n];
}

/* Over the bound of all, the provider that takes most gives way: one that floods pushes out its own. */
static void keep_within(struct feeds *f)
{
    while (f->message_bytes > f->limits.message_bytes) {
        struct provider *most = &f->providers[0];

        for (size_t i = 1; i < f->n_providers; i++) {
            if (f->providers[i].bytes > most->bytes)
                most = &f->providers[i];
        }
        drop_oldest(f, most);
    }
}

/* ---- tell ---- */

/* The replay that M answers: by the order it names, or as a replay of that message. */
static void answer_replay(struct provider *p, const struct feed_message *m)
{
    for (unsigned i = 0; i < p->n; i++) {
        struct feed_message *asked = p->messages[i];

        if ((m->order != 0 && asked->replay_order == m->order) ||
            (m->replay_of[0] != '\0' && strcmp(asked->message_id, m->replay_of) == 0))
            asked->replay_asked_ms = 0;
    }
}

uint64_t feeds_tell(struct feeds *f, struct feed_message *m, int64_t now_ms, bool *known)
{
    struct provider *p = provider_get(f, m->provider);
    struct feed_message *kept = find_named(p, m->message_id);
    uint64_t id = 0;

    CHECK(m->provider.v != 0 && m->message_id[0] != '\0' && m->n_reports <= FEED_REPORTS_MAX);
    m->received_ms = feeds_not_after(m->received_ms, now_ms);
    *known = kept != NULL;
    if (kept != NULL) {
        count(f, p, kept, false);
        m->id = kept->id;
        m->replay_order = kept->replay_order;
        m->replay_asked_ms = kept->replay_asked_ms;
        feed_message_fini(kept);
    } else {
        if (p->n == FEED_MESSAGES_KEPT)
            drop_oldest(f, p);
        kept = mem_new(1, sizeof *kept);
        p->messages[p->n++] = kept;
        m->id = ++f->last_id;
    }
    *kept = *m;
    memset(m, 0, sizeof *m);
    id = kept->id;
    count(f, p, kept, true);
    answer_replay(p, kept);
    uploads_answer(f, kept, now_ms);
    keep_within(f);
    return id;
}

/* ---- look ---- */

static bool is_newer(const struct feed_message *a, const struct feed_message *b)
{
    return a->received_ms != b->received_ms ? a->received_ms > b->received_ms : a->id > b->id;
}

static int compare_messages(const void *a, const void *b)
{
    const struct feed_message *x = *(const struct feed_message *const *)a;
    const struct feed_message *y = *(const struct feed_message *const *)b;

    return x == y ? 0 : is_newer(x, y) ? -1 : 1;
}

size_t feeds_messages(const struct feeds *f, struct org_id provider, const struct feed_message **out,
                      size_t max)
{
    const struct feed_message **all = NULL;
    size_t n = 0;

    for (size_t i = 0; i < f->n_providers; i++)
        n += provider.v == 0 || f->providers[i].org.v == provider.v ? f->providers[i].n : 0;
    all = mem_new(n + 1, sizeof(*all));
    n = 0;
    for (size_t i = 0; i < f->n_providers; i++) {
        const struct provider *p = &f->providers[i];

        if (provider.v != 0 && p->org.v != provider.v)
            continue;
        for (unsigned k = 0; k < p->n; k++)
            all[n++] = p->messages[k];
    }
    qsort(all, n, sizeof(*all), compare_messages);
    memcpy(out, all, (n < max ? n : max) * sizeof(*all));
    free(all);
    return n;
}

/* ---- replay ---- */

enum feed_replay feeds_replay_state(const struct feeds *f, const struct feed_message *m, int64_t now_ms)
{
    const struct provider *p = provider_find(f, m->provider);
    enum feed_replay state = m->replay_order != 0 ? FEED_REPLAY_FAILED : FEED_REPLAY_NONE;

    for (unsigned i = 0; p != NULL && i < p->n; i++) {
        const struct feed_message *r = p->messages[i];

        if (strcmp(r->replay_of, m->message_id) != 0)
            continue;
        if (r->outcome == FEED_TAKEN || r->outcome == FEED_TEST)
            return FEED_REPLAY_DONE;
        state = FEED_REPLAY_FAILED;
    }
    if (m->replay_asked_ms != 0 && now_ms - m->replay_asked_ms <= f->limits.order_ms)
        return FEED_REPLAY_ASKED;
    return state;
}

static unsigned replays_asked(const struct feeds *f, int64_t now_ms)
{
    unsigned n = 0;

    for (size_t i = 0; i < f->n_providers; i++) {
        for (unsigned k = 0; k < f->providers[i].n; k++) {
            const struct feed_message *m = f->providers[i].messages[k];

            n += m->replay_asked_ms != 0 && now_ms - m->replay_asked_ms <= f->limits.order_ms;
        }
    }
    return n;
}

enum err feeds_replay(struct feeds *f, uint64_t message, int64_t now_ms, uint64_t *order)
{
    struct feed_message *m = find_id(f, message);
    enum feed_replay state = FEED_REPLAY_NONE;

    if (m == NULL)
        return ERR_NOT_FOUND;
    state = feeds_replay_state(f, m, now_ms);
    if (m->outcome != FEED_QUARANTINED || state == FEED_REPLAY_ASKED || state == FEED_REPLAY_DONE)
        return ERR_CONFLICT;
    if (replays_asked(f, now_ms) >= f->limits.replays_max)
        return ERR_BUSY;
    m->replay_order = ++f->last_id;
    m->replay_asked_ms = now_ms;
    *order = m->replay_order;
    return OK;
}

/* ---- orders ---- */

static int compare_orders(const void *a, const void *b)
{
    const struct feed_order *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id ? 1 : 0;
}

/* Only of the machine that told the message: the file lies with it. */
static size_t replay_orders(const struct feeds *f, uint32_t machine, int64_t now_ms,
                            struct feed_order out[FEED_ORDERS_MAX], size_t n)
{
    for (size_t i = 0; i < f->n_providers; i++) {
        for (unsigned k = 0; k < f->providers[i].n && n < FEED_ORDERS_MAX; k++) {
            const struct feed_message *m = f->providers[i].messages[k];

            if (m->machine != machine || m->replay_asked_ms == 0 ||
                now_ms - m->replay_asked_ms > f->limits.order_ms ||
                !feeds_is_read(f, machine, m->provider, now_ms))
                continue;
            out[n] = (struct feed_order){
                .id = m->replay_order, .kind = FEED_ORDER_REPLAY, .provider = m->provider};
            memcpy(out[n++].message_id, m->message_id, sizeof m->message_id);
        }
    }
    return n;
}

size_t feeds_orders(const struct feeds *f, uint32_t machine, int64_t now_ms,
                    struct feed_order out[FEED_ORDERS_MAX])
{
    /* Somebody looks at the page and waits for an upload; it goes before replays. */
    size_t n = uploads_orders(f, machine, now_ms, out, 0);

    n = replay_orders(f, machine, now_ms, out, n);
    qsort(out, n, sizeof *out, compare_orders);
    return n;
}
