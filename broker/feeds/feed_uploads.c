/* Files that a person brings: kept until an adapter has read them, then only what was understood. */
#include "base/check.h"
#include "base/mem.h"
#include "feeds/feeds_state.h"

#include <stdlib.h>
#include <string.h>

static const char *const upload_codes[UPLOAD_STATE_N] = {"waiting", "read",    "unreadable",
                                                         "taken",   "expired", "unanswered"};

const char *upload_state_code(enum upload_state v)
{
    CHECK((unsigned)v < UPLOAD_STATE_N);
    return upload_codes[v];
}

static void drop_content(struct upload *u)
{
    free(u->content);
    u->content = NULL;
    u->content_len = 0;
}

static void upload_free(struct upload *u)
{
    drop_content(u);
    feed_message_fini(&u->read);
    free(u);
}

void uploads_free(struct feeds *f)
{
    for (unsigned i = 0; i < f->n_uploads; i++)
        upload_free(f->uploads[i]);
}

enum upload_state feeds_upload_state(const struct feeds *f, const struct upload *u, int64_t now_ms)
{
    if (u->taken)
        return UPLOAD_TAKEN;
    if (u->answered && !u->readable)
        return UPLOAD_UNREADABLE;
    if (now_ms >= u->expires_ms)
        return UPLOAD_EXPIRED;
    if (u->answered)
        return UPLOAD_READ;
    if (now_ms - u->created_ms > f->limits.order_ms)
        return UPLOAD_UNANSWERED;
    /* Nobody is there to read it: say so soon, it may still come. */
    if (now_ms - u->created_ms > f->limits.away_ms && !feeds_is_read(f, 0, u->org, now_ms))
        return UPLOAD_UNANSWERED;
    return UPLOAD_WAITING;
}

/* Somebody may still do something with it. */
static bool is_live(const struct feeds *f, const struct upload *u, int64_t now_ms)
{
    enum upload_state s = feeds_upload_state(f, u, now_ms);

    return s == UPLOAD_WAITING || s == UPLOAD_READ;
}

/* An adapter may still be told to read it. */
static bool is_ordered(const struct feeds *f, const struct upload *u, int64_t now_ms)
{
    return u->content != NULL && !u->answered && now_ms < u->expires_ms &&
           now_ms - u->created_ms <= f->limits.order_ms;
}

static void upload_drop(struct feeds *f, unsigned at)
{
    upload_free(f->uploads[at]);
    f->n_uploads--;
    memmove(&f->uploads[at], &f->uploads[at + 1], (f->n_uploads - at) * sizeof(*f->uploads));
}

/* The rows go, the name of the message and that it was answered stay. */
static void drop_preview(struct upload *u)
{
    struct feed_message head = u->read;

    feed_message_fini(&u->read);
    head.reports = NULL;
    head.complaints = head.notices = NULL;
    head.cross = NULL;
    head.n_reports = head.n_complaints = head.n_notices = head.n_cross = 0;
    u->read = head;
}

void feeds_tidy(struct feeds *f, int64_t now_ms)
{
    for (unsigned i = 0; i < f->n_uploads; i++) {
        struct upload *u = f->uploads[i];

        if (!is_ordered(f, u, now_ms))
            drop_content(u);
        if (feeds_upload_state(f, u, now_ms) == UPLOAD_EXPIRED)
            drop_preview(u);
    }
}

/* What is over makes room when room is needed, oldest first. */
static void make_room(struct feeds *f, int64_t now_ms)
{
    for (unsigned i = 0; i < f->n_uploads && f->n_uploads >= f->limits.uploads_max; i++) {
        if (!is_live(f, f->uploads[i], now_ms))
            upload_drop(f, i--);
    }
}

/* Somebody who tries a file again and again, as one does while being connected, pushes out their own
 * organisation's oldest. */
static void tidy_own(struct feeds *f, struct org_id org, int64_t now_ms)
{
    unsigned own = 0, oldest = f->n_uploads;

    for (unsigned i = f->n_uploads; i > 0; i--) {
        const struct upload *u = f->uploads[i - 1];

        own += u->org.v == org.v;
        if (u->org.v == org.v && feeds_upload_state(f, u, now_ms) != UPLOAD_WAITING)
            oldest = i - 1;
    }
    if (own >= f->limits.uploads_kept && oldest < f->n_uploads)
        upload_drop(f, oldest);
}

enum err feeds_upload(struct feeds *f, struct org_id org, struct bytes content, bool test, int64_t now_ms,
                      uint64_t *id)
{
    struct upload *u = NULL;
    unsigned waiting = 0;
    size_t bytes = content.len;

    CHECK(content.len > 0 && org.v != 0);
    feeds_tidy(f, now_ms);
    make_room(f, now_ms);
    for (unsigned i = 0; i < f->n_uploads; i++) {
        waiting +=
            f->uploads[i]->org.v == org.v && feeds_upload_state(f, f->uploads[i], now_ms) == UPLOAD_WAITING;
        bytes += f->uploads[i]->content_len;
    }
    if (waiting >= f->limits.uploads_org)
        return ERR_TOO_BIG;
    tidy_own(f, org, now_ms);
    if (f->n_uploads >= f->limits.uploads_max || bytes > f->limits.upload_bytes)
        return ERR_BUSY;
    u = mem_new(1, sizeof *u);
    u->id = ++f->last_id;
    u->order = ++f->last_id;
    u->org = org;
    u->test = test;
    u->created_ms = now_ms;
    u->expires_ms = now_ms + f->limits.upload_ms;
    u->content = (uint8_t *)mem_dup(content.p, content.len);
    u->content_len = content.len;
    f->uploads[f->n_uploads++] = u;
    *id = u->id;
    return OK;
}

struct upload *feeds_upload_find(struct feeds *f, uint64_t id)
{
    for (unsigned i = 0; i < f->n_uploads; i++) {
        if (f->uploads[i]->id == id)
            return f->uploads[i];
    }
    return NULL;
}

struct bytes feeds_content(const struct feeds *f, uint64_t order, int64_t now_ms, struct org_id *provider)
{
    for (unsigned i = 0; i < f->n_uploads; i++) {
        const struct upload *u = f->uploads[i];

        if (u->order != order || !is_ordered(f, u, now_ms))
            continue;
        *provider = u->org;
        return BYTES(u->content, u->content_len);
    }
    return BYTES(NULL, 0);
}

size_t uploads_orders(const struct feeds *f, uint32_t machine, int64_t now_ms,
                      struct feed_order out[FEED_ORDERS_MAX], size_t n)
{
    for (unsigned i = 0; i < f->n_uploads && n < FEED_ORDERS_MAX; i++) {
        const struct upload *u = f->uploads[i];

        if (!is_ordered(f, u, now_ms) || !feeds_is_read(f, machine, u->org, now_ms))
            continue;
        out[n++] = (struct feed_order){.id = u->order,
                                       .kind = FEED_ORDER_READ,
                                       .provider = u->org,
                                       .bytes = u->content_len,
                                       .test = u->test};
    }
    return n;
}

static void *copy_of(const void *list, size_t n, size_t size)
{
    return n == 0 ? NULL : mem_dup(list, n * size);
}

/* The first answer counts: what somebody may have looked at does not change under their hands. */
void uploads_answer(struct feeds *f, const struct feed_message *m, int64_t now_ms)
{
    struct upload *u = NULL;

    for (unsigned i = 0; m->order != 0 && i < f->n_uploads; i++) {
        if (f->uploads[i]->order == m->order && f->uploads[i]->org.v == m->provider.v)
            u = f->uploads[i];
    }
    if (u == NULL || u->answered || now_ms >= u->expires_ms)
        return;
    u->answered = true;
    u->readable = m->outcome == FEED_TAKEN || m->outcome == FEED_TEST;
    u->test = u->test || m->outcome == FEED_TEST;
    u->read = *m;
    u->read.reports = copy_of(m->reports, m->n_reports, sizeof *m->reports);
    u->read.complaints = copy_of(m->complaints, m->n_complaints, sizeof *m->complaints);
    u->read.notices = copy_of(m->notices, m->n_notices, sizeof *m->notices);
    u->read.cross = NULL;
    u->read.n_cross = 0;
    drop_content(u);
}
