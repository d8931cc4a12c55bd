#include "notify/backlog.h"

#include "base/log.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SHARE_MIN 100 /* a burst of one evening; also where the targets are many and the limit is small */

static int by_target(const void *a, const void *b)
{
    const struct load *x = a, *y = b;

    return x->target < y->target ? -1 : x->target > y->target;
}

static struct load *load_of(const struct backlog *b, uint32_t target)
{
    struct load key = {.target = target};

    return b->n == 0 ? NULL : bsearch(&key, b->list, b->n, sizeof key, by_target);
}

void backlog_fini(struct backlog *b)
{
    free(b->list);
    *b = (struct backlog){0};
}

void backlog_targets(struct backlog *b, const struct notify_target *targets, size_t n)
{
    struct load *list = mem_new(n + 1, sizeof *list);

    memset(b->of_channel, 0, sizeof b->of_channel);
    for (size_t i = 0; i < n; i++) {
        const struct load *known = load_of(b, targets[i].id);

        if (known != NULL)
            list[i] = *known;
        else
            list[i] = (struct load){.target = targets[i].id, .from = targets[i].behind_from};
        list[i].channel = targets[i].channel;
        b->of_channel[targets[i].channel]++;
    }
    free(b->list);
    b->list = list;
    b->n = n;
}

void backlog_counts(struct backlog *b, const struct outbox_load *list, size_t n)
{
    for (size_t i = 0; i < b->n; i++)
        b->list[i].waiting = 0;
    for (size_t i = 0; i < n; i++) {
        struct load *l = load_of(b, list[i].target);

        if (l != NULL)
            l->waiting = list[i].waiting;
    }
}

uint64_t backlog_share(const struct backlog *b, enum channel channel)
{
    size_t n = b->of_channel[channel];
    uint64_t share = n == 0 ? b->waiting_max : b->waiting_max / n;
    uint64_t least = b->waiting_max < SHARE_MIN ? b->waiting_max : SHARE_MIN;

    return share < least ? least : share;
}

/* ---- a step ---- */

void backlog_begin(struct backlog *b)
{
    backlog_undone(b);
}

bool backlog_takes(struct backlog *b, uint32_t target, uint64_t seq, uint32_t only)
{
    struct load *l = load_of(b, target);

    if (l == NULL || l->moved || (only != 0 ? target != only : l->from != 0))
        return false;
    if (l->waiting + l->adding >= backlog_share(b, l->channel)) {
        l->from_next = seq;
        l->moved = true;
        return false;
    }
    l->adding++;
    return true;
}

void backlog_caught_up(struct backlog *b, uint32_t only, uint64_t upto, uint64_t told)
{
    struct load *l = load_of(b, only);

    if (l == NULL || l->moved)
        return;
    l->from_next = upto >= told ? 0 : upto + 1;
    l->moved = true;
}

size_t backlog_moves(const struct backlog *b, struct outbox_behind *out)
{
    size_t n = 0;

    for (size_t i = 0; i < b->n; i++) {
        if (b->list[i].moved)
            out[n++] = (struct outbox_behind){b->list[i].target, b->list[i].from_next};
    }
    return n;
}

void backlog_kept(struct backlog *b)
{
    for (size_t i = 0; i < b->n; i++) {
        struct load *l = &b->list[i];

        l->waiting += l->adding;
        if (l->moved && l->from == 0)
            log_error("too much waits for a receiver: it is told later, nothing is lost",
                      "target=%u channel=%s waiting=%" PRIu64, l->target, channel_code(l->channel),
                      l->waiting);
        if (l->moved && l->from_next == 0)
            log_info("a receiver was told what it missed", "target=%u", l->target);
        if (l->moved)
            l->from = l->from_next;
    }
    backlog_undone(b);
}

void backlog_undone(struct backlog *b)
{
    for (size_t i = 0; i < b->n; i++) {
        b->list[i].adding = b->list[i].from_next = 0;
        b->list[i].moved = false;
    }
}

/* ---- who is behind ---- */

const struct load *backlog_next(const struct backlog *b, unsigned channels_on)
{
    const struct load *best = NULL;

    for (size_t i = 0; i < b->n; i++) {
        const struct load *l = &b->list[i];

        if (l->from != 0 && (channels_on >> l->channel & 1u) != 0 &&
            l->waiting * 2 <= backlog_share(b, l->channel) && (best == NULL || l->from < best->from))
            best = l;
    }
    return best;
}

size_t backlog_behind(const struct backlog *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->n; i++)
        n += b->list[i].from != 0;
    return n;
}
