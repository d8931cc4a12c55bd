#include "support/old_journal.h"

#include "base/mem.h"
#include "support/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE 4096

static void read_hex(struct buf *out, const char *text)
{
    unsigned byte = 0;

    for (; text[0] != '-' && sscanf(text, "%2x", &byte) == 1; text += 2)
        buf_u8(out, (uint8_t)byte);
}

static void read_row(struct old_journal *j, const char *line)
{
    static char clear[LINE_SIZE], private_part[LINE_SIZE];
    struct old_row *row = NULL;
    unsigned kind = 0;
    long long at_ms = 0;
    unsigned long long digest = 0;

    MEM_GROW(j->rows, j->n, j->cap);
    row = &j->rows[j->n++];
    memset(row, 0, sizeof *row);
    assert_true(sscanf(line, "%u %lld %4095s %4095s %llx", &kind, &at_ms, clear, private_part, &digest) >= 4);
    assert_true(kind < EV_N);
    row->kind = (enum event_kind)kind;
    row->at_ms = at_ms;
    row->digest = digest;
    read_hex(&row->clear, clear);
    read_hex(&row->private_part, private_part);
}

struct old_journal *old_journal_load(uint8_t version)
{
    struct old_journal *j = mem_new(1, sizeof *j);
    FILE *f = NULL;
    unsigned long long a = 0, b = 0;
    static char line[LINE_SIZE];

    snprintf(line, sizeof line, "%s/tests/unit/core/support/journal_v%u.txt", PLEK_SOURCE_DIR, version);
    f = fopen(line, "r");
    assert_non_null(f);
    j->version = version;
    while (fgets(line, sizeof line, f) != NULL) {
        if (sscanf(line, "digest %llx %llx", &a, &b) != 2)
            read_row(j, line);
    }
    fclose(f);
    j->digest = a;
    j->digest_with_facts = b;
    return j;
}

void old_journal_free(struct old_journal *j)
{
    for (size_t i = 0; i < j->n; i++) {
        buf_fini(&j->rows[i].clear);
        buf_fini(&j->rows[i].private_part);
    }
    free(j->rows);
    free(j);
}

struct event old_journal_event(const struct old_journal *j, size_t i)
{
    const struct old_row *row = &j->rows[i];
    const uint64_t seq = i + 1;
    struct event ev;

    if (event_decode(row->kind, buf_view(&row->clear), buf_view(&row->private_part), &ev) != OK)
        fail_msg("event %llu, %s, does not read", (unsigned long long)seq, event_name(row->kind));
    ev.seq = seq;
    ev.at_ms = row->at_ms;
    return ev;
}
