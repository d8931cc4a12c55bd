#include "flow/command_copy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void a_copy_stands_when_the_original_is_gone(void **state)
{
    struct org_id carries[] = {{7}, {8}, {9}};
    struct observation list[] = {{.pool = {1}, .free = 2}, {.pool = {3}, .free = 4}};
    struct command cmd = {.kind = CMD_REPORT_CAPACITY,
                          .actor = {.role = ROLE_MACHINE, .carries = carries, .n_carries = 3},
                          .key = {1, 2, 3},
                          .u.report = {.list = list, .n = 2, .version = 6}};
    struct command *copy = command_copy(&cmd);

    (void)state;
    memset(carries, 0xff, sizeof carries);
    memset(list, 0xff, sizeof list);
    memset(&cmd, 0xff, sizeof cmd);
    assert_int_equal(copy->kind, CMD_REPORT_CAPACITY);
    assert_int_equal(copy->actor.carries[0].v, 7);
    assert_int_equal(copy->actor.carries[2].v, 9);
    assert_int_equal(copy->u.report.n, 2);
    assert_int_equal(copy->u.report.version, 6);
    assert_int_equal(copy->u.report.list[1].pool.v, 3);
    assert_int_equal(copy->u.report.list[1].free, 4);
    assert_int_equal(copy->key.body, 3);
    free(copy);
}

static void each_kind_copies_what_it_points_to(void **state)
{
    struct org org = {.code = "a"};
    struct location location = {.code = "b"};
    struct pool pool = {.code = "c"};
    struct need need = need_empty();
    struct bridge_wish wish = {.kind = BRIDGE_HOTEL, .owner = {.callback = "112"}};
    struct command cmd = {.kind = CMD_DEFINE_ORG, .u.org = &org};
    struct command *copy = command_copy(&cmd);

    (void)state;
    assert_ptr_not_equal(copy->u.org, &org);
    assert_string_equal(copy->u.org->code, "a");
    free(copy);
    cmd = (struct command){.kind = CMD_DEFINE_LOCATION, .u.location = &location};
    copy = command_copy(&cmd);
    assert_ptr_not_equal(copy->u.location, &location);
    assert_string_equal(copy->u.location->code, "b");
    free(copy);
    cmd = (struct command){.kind = CMD_DEFINE_POOL, .u.pool = &pool};
    copy = command_copy(&cmd);
    assert_ptr_not_equal(copy->u.pool, &pool);
    assert_string_equal(copy->u.pool->code, "c");
    free(copy);
    need.home_region = 3;
    cmd = (struct command){.kind = CMD_OPEN_REFERRAL, .draw = 44, .u.need = &need};
    copy = command_copy(&cmd);
    assert_ptr_not_equal(copy->u.need, &need);
    assert_int_equal(copy->u.need->home_region, 3);
    assert_int_equal(copy->draw, 44);
    free(copy);
    for (int kind = CMD_CONVENE_MDO; kind <= CMD_NAME_REGIE; kind++) {
        struct care_command care = {.id = 5, .text = "d"};

        cmd = (struct command){.kind = (enum command_kind)kind, .u.care = &care};
        copy = command_copy(&cmd);
        assert_ptr_not_equal(copy->u.care, &care);
        assert_string_equal(copy->u.care->text, "d");
        free(copy);
    }
    cmd = (struct command){.kind = CMD_OPEN_BRIDGE};
    cmd.u.open_bridge.referral.v = 6;
    cmd.u.open_bridge.wish = &wish;
    copy = command_copy(&cmd);
    assert_ptr_not_equal(copy->u.open_bridge.wish, &wish);
    assert_string_equal(copy->u.open_bridge.wish->owner.callback, "112");
    assert_int_equal(copy->u.open_bridge.referral.v, 6);
    free(copy);
}

static void a_command_without_pointers_is_copied_as_it_is(void **state)
{
    struct command cmd = {.kind = CMD_ASK, .u.ask = {.referral = {5}, .pools = {{1}, {2}}, .n = 2}};
    struct command *copy = command_copy(&cmd);

    (void)state;
    assert_memory_equal(copy, &cmd, sizeof cmd);
    free(copy);
    cmd = (struct command){.kind = CMD_REPORT_CAPACITY}; /* an empty batch */
    copy = command_copy(&cmd);
    assert_null(copy->u.report.list);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_stands_when_the_original_is_gone),
        cmocka_unit_test(each_kind_copies_what_it_points_to),
        cmocka_unit_test(a_command_without_pointers_is_copied_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
