#include "fake_journal.h"

#include "base/mem.h"

#include <stdlib.h>

static void set_sink(void *ctx, const struct journal_sink *sink)
{
    ((struct fake_journal *)ctx)->sink = *sink;
}

static struct bytes copy(struct bytes v)
{
    return BYTES(mem_dup(v.p, v.len), v.len);
}

static enum err append(void *ctx, const struct journal_row *rows, size_t n)
{
    struct fake_journal *j = ctx;

    j->appends++;
    if (j->full)
        return ERR_BUSY;
    j->full = j->fills;
    for (size_t i = 0; i < n; i++) {
        MEM_GROW(j->rows, j->n, j->cap);
        j->rows[j->n] = rows[i];
        j->rows[j->n].clear = copy(rows[i].clear);
        j->rows[j->n].private_part = copy(rows[i].private_part);
        j->n++;
    }
    return OK;
}

static void kick(void *ctx)
{
    ((struct fake_journal *)ctx)->kicks++;
}

static bool is_away(void *ctx)
{
    return ((struct fake_journal *)ctx)->away;
}

void fake_journal_init(struct fake_journal *j)
{
    *j = (struct fake_journal){.port = {j, set_sink, append, kick, is_away}};
}

void fake_journal_fini(struct fake_journal *j)
{
    for (size_t i = 0; i < j->n; i++) {
        free((void *)(uintptr_t)j->rows[i].clear.p);
        free((void *)(uintptr_t)j->rows[i].private_part.p);
    }
    free(j->rows);
}

void fake_journal_durable(struct fake_journal *j, uint64_t seq)
{
    j->sink.on_durable(j->sink.ctx, seq);
}

void fake_journal_all_durable(struct fake_journal *j)
{
    if (j->n > 0)
        fake_journal_durable(j, j->rows[j->n - 1].seq);
}

void fake_journal_goes(struct fake_journal *j)
{
    j->away = true;
    j->sink.on_away(j->sink.ctx, "the test says so");
}

void fake_journal_comes(struct fake_journal *j)
{
    j->away = false;
    j->sink.on_back(j->sink.ctx);
}

void fake_journal_fences(struct fake_journal *j)
{
    j->sink.on_fenced(j->sink.ctx, 7);
}
