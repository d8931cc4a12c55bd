#include "http/note_janitor.h"

#include "base/log.h"
#include "base/mem.h"
#include "core/handover/handover.h"
#include "http/app_state.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

/* What was stored so lately may belong to a note that is about to be written: its sender still waits. A page
 * asks again under the same key for half a minute; each time counts as stored anew. */
#define FRESH_MS 10000

struct note_janitor {
    struct http_app *app;
    struct event *timer;
    struct note_locker after; /* where the next look begins */
    int64_t before_ms;        /* of the look under way: what was stored later is left alone */
    bool busy;
};

struct note_locker note_locker_of(uint64_t hi, uint64_t lo)
{
    struct note_locker l;

    for (int i = 0; i < 8; i++) {
        l.b[i] = (uint8_t)(hi >> (56 - 8 * i));
        l.b[8 + i] = (uint8_t)(lo >> (56 - 8 * i));
    }
    return l;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, NOTE_LOCKER_BYTES);
}

/* Lockers of all notes that are not destroyed, sorted; the caller frees them. */
static struct note_locker *wanted(const struct engine *e, size_t *count)
{
    struct note_locker *list = mem_new(engine_notes(e) + 1u, sizeof *list);
    size_t n = 0;

    for (uint32_t i = 1; i <= engine_notes(e); i++) {
        const struct sealed_note *note = engine_note(e, (struct note_id){i});

        if (note->state == NOTE_WRITTEN || note->state == NOTE_PICKED_UP)
            list[n++] = note_locker_of(note->locker_hi, note->locker_lo);
    }
    qsort(list, n, sizeof *list, by_bytes);
    *count = n;
    return list;
}

static void on_listed(void *ctx, enum err trouble, const struct note_locker *found, size_t n)
{
    struct note_janitor *j = ctx;
    const struct notes_port *notes = &j->app->parts.notes;
    size_t n_wanted = 0, dropped = 0;
    struct note_locker *list = NULL;

    j->busy = false;
    if (trouble != OK) /* away: the next minute */
        return;
    list = wanted(app_engine(j->app), &n_wanted);
    for (size_t i = 0; i < n; i++) {
        if (bsearch(&found[i], list, n_wanted, sizeof *list, by_bytes) == NULL &&
            notes->drop(notes->ctx, &found[i], j->before_ms) == OK)
            dropped++;
    }
    free(list);
    if (n == NOTE_LIST_MAX)
        j->after = found[n - 1];
    else
        memset(&j->after, 0, sizeof j->after);
    if (dropped > 0)
        log_info("note ciphertexts destroyed", "n=%zu", dropped);
}

static void on_durable(void *ctx, enum err trouble, const struct outcome *outcome)
{
    struct note_janitor *j = ctx;
    const struct notes_port *notes = &j->app->parts.notes;

    (void)outcome;
    j->before_ms = app_now_ms(j->app) - FRESH_MS;
    if (trouble != OK || notes->list(notes->ctx, &j->after, j->before_ms, on_listed, j) != OK)
        j->busy = false;
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    struct note_janitor *j = ctx;

    (void)fd;
    (void)what;
    if (j->busy)
        return;
    j->busy = flow_when_durable(j->app->parts.flow, on_durable, j) == OK;
}

struct note_janitor *note_janitor_new(struct http_app *app)
{
    struct note_janitor *j = mem_new(1, sizeof *j);
    struct timeval every = {.tv_sec = app->settings.note_sweep_s != 0 ? app->settings.note_sweep_s : 60};

    j->app = app;
    j->timer = event_new(app->parts.base, -1, EV_PERSIST, on_timer, j);
    event_add(j->timer, &every);
    return j;
}

void note_janitor_free(struct note_janitor *j)
{
    if (j == NULL)
        return;
    event_free(j->timer);
    free(j);
}
