#include "flow/pending.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct pending waits_for(uint64_t seq, int *mark)
{
    return (struct pending){.seq = seq, .ctx = mark};
}

static void nobody_is_taken_before_his_number(void **state)
{
    struct pending_list l = {0};
    struct pending p = waits_for(5, NULL), out = {.seq = 77};

    (void)state;
    assert_false(pending_take(&l, UINT64_MAX, &out));
    pending_add(&l, &p);
    assert_false(pending_is_ready(&l, 4));
    assert_false(pending_take(&l, 4, &out));
    assert_int_equal(out.seq, 77); /* untouched */
    assert_true(pending_is_ready(&l, 5));
    assert_true(pending_take(&l, 5, &out));
    assert_int_equal(out.seq, 5);
    assert_int_equal(l.n, 0);
    pending_fini(&l);
}

/* Adding and taking in turn moves the head round, so growing must unroll the ring. */
static void the_order_holds_while_the_ring_turns_and_grows(void **state)
{
    struct pending_list l = {0};
    struct pending p, out;
    uint64_t added = 0, taken = 0;

    (void)state;
    for (int round = 0; round < 300; round++) {
        for (int i = 0; i < 3; i++) {
            p = waits_for(++added, NULL);
            pending_add(&l, &p);
        }
        for (int i = 0; i < 2; i++) {
            assert_true(pending_take(&l, added, &out));
            assert_int_equal(out.seq, ++taken);
        }
    }
    assert_int_equal(l.n, added - taken);
    while (pending_take(&l, added, &out))
        assert_int_equal(out.seq, ++taken);
    assert_int_equal(taken, added);
    pending_fini(&l);
}

static void equal_numbers_keep_the_order_of_coming(void **state)
{
    struct pending_list l = {0};
    struct pending out;
    int marks[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct pending p = waits_for(9, &marks[i]);

        pending_add(&l, &p);
    }
    for (int i = 0; i < 3; i++) {
        assert_true(pending_take(&l, 9, &out));
        assert_ptr_equal(out.ctx, &marks[i]);
    }
    pending_fini(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_taken_before_his_number),
        cmocka_unit_test(the_order_holds_while_the_ring_turns_and_grows),
        cmocka_unit_test(equal_numbers_keep_the_order_of_coming),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
