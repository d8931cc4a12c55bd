/* Which rows go into one commit: as many as are allowed, and never half a command, because its last row holds
 * the key by which a repeat is known. */
#include "store/journal_batch.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Commands of so many rows each ("311": three, one, one), each row of 100 bytes. The last is cut short by
 * CUT. */
static void fill(struct journal_queue *q, const char *commands, int cut)
{
    static const uint8_t bytes[100];
    uint64_t seq = 0;

    for (const char *c = commands; *c != '\0'; c++) {
        int n = *c - '0';
        for (int i = 0; i < n - (c[1] == '\0' ? cut : 0); i++) {
            const struct journal_row row = {.seq = ++seq,
                                            .kind = EV_CAPACITY_OBSERVED,
                                            .clear = BYTES(bytes, sizeof bytes),
                                            .more = i + 1 < n};
            journal_queue_add(q, &row);
        }
    }
}

static void whole_commands_only(void **state)
{
    static const struct {
        const char *commands;
        int cut;
        size_t rows_max, bytes_max, want;
    } cases[] = {
        {"", 0, 10, 100000, 0},    {"1", 0, 10, 100000, 1},  {"1111", 0, 3, 100000, 3},
        {"323", 0, 10, 100000, 8}, {"323", 0, 7, 100000, 5}, {"323", 0, 5, 100000, 5},
        {"323", 0, 4, 100000, 3},  {"323", 0, 2, 100000, 3}, /* the first alone is over the limit */
        {"91", 0, 2, 100000, 9},   {"91", 0, 10, 50, 9},     {"1191", 0, 10, 250, 2},
        {"19", 4, 10, 100000, 1}, /* the rest of the second has not come yet */
        {"9", 4, 10, 100000, 0},  /* nothing that is whole: nothing */
        {"9", 4, 2, 50, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct journal_queue q = {0};
        struct buf sql = {0};
        fill(&q, cases[i].commands, cases[i].cut);
        size_t n = journal_batch_choose(&q, NULL, cases[i].rows_max, cases[i].bytes_max, &sql);
        if (n != cases[i].want)
            fail_msg("case %zu (%s): %zu rows", i, cases[i].commands, n);
        assert_int_equal(sql.len, 0);
        journal_queue_fini(&q);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whole_commands_only)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
