/* A folder per provider: each file taken once, whole and in order, whoever writes meanwhile. */
#include "support/feed_world.h"
#include "support/road.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void folder_to_broker(void **state)
{
    struct road *s = *state;
    road_open_drop(s);
    road_start_delivery(s);
    world_write(road_dropped(s, "a.xml"), BYTES_LITERAL(GOOD));
    until(s, s->requests == 1 && spool_entries(s->intake.spool) == 0);
    assert_true(s->certificate);
    assert_non_null(strstr(buf_c_str(&s->body), "\"pool\":\"lindehof-nood\""));
    assert_non_null(strstr(buf_c_str(&s->body), "\"unitsFree\":1"));
    assert_null(strstr(buf_c_str(&s->body), "unitsTotal"));
    assert_int_equal(road_count(s->drop_dir, "lindehof"), 0);
    assert_int_equal(deliver_counts(s->deliver).reports, 1);
    road_assert_message(s, "drop", "taken", NULL);
}

static void half_written_file_is_left(void **state)
{
    struct road *s = *state;
    char part[320];
    road_open_drop(s);
    snprintf(part, sizeof part, "%s", road_dropped(s, "b.xml"));
    FILE *f = fopen(part, "w");
    fputs("<capaciteit xmlns=\"urn:vei", f);
    fflush(f);
    world_write(road_dropped(s, ".hidden.xml"), BYTES_LITERAL(GOOD));
    world_write(road_dropped(s, "c.xml.part"), BYTES_LITERAL(GOOD));
    world_write(road_dropped(s, "d.tmp"), BYTES_LITERAL(GOOD));
    /* A good file after them proves that all were looked at. */
    world_write(road_dropped(s, "e.xml"), BYTES_LITERAL(GOOD));
    until(s, spool_entries(s->intake.spool) == 1);
    assert_int_equal(road_count(s->quarantine_dir, "lindehof"), -1);
    assert_int_equal(road_count(s->drop_dir, "lindehof"), 3);
    /* Also a start finds it open and leaves it. */
    drop_free(s->drop);
    road_open_drop(s);
    world_write(road_dropped(s, "f.xml"), BYTES_LITERAL(GOOD));
    until(s, spool_entries(s->intake.spool) == 2);
    assert_int_equal(road_count(s->drop_dir, "lindehof"), 3);
    /* Renamed when complete: taken. */
    f = freopen(part, "w", f);
    fputs(GOOD, f);
    fclose(f);
    snprintf(part, sizeof part, "%s", road_dropped(s, "c.xml.part"));
    assert_int_equal(rename(part, road_dropped(s, "c.xml")), 0);
    until(s, spool_entries(s->intake.spool) == 4);
}

static void newer_over_it(void *ctx)
{
    struct road *s = ctx;
    char newer[320];
    snprintf(newer, sizeof newer, "%s", road_dropped(s, ".newer.tmp"));
    if (access(newer, F_OK) == 0)
        assert_int_equal(rename(newer, road_dropped(s, "a.xml")), 0);
}

/* A provider that renames its next file over the one that is being taken loses neither. */
static void renamed_over_while_taken(void **state)
{
    struct road *s = *state;
    road_open_drop(s);
    s->intake.on_spooled = newer_over_it;
    s->intake.ctx = s;
    world_write(road_dropped(s, ".newer.tmp"), BYTES_LITERAL(BAD));
    world_write(road_dropped(s, "a.xml"), BYTES_LITERAL(GOOD));
    until(s, road_count(s->quarantine_dir, "lindehof") == 2);
    assert_int_equal(spool_entries(s->intake.spool), 1);
    assert_int_equal(road_count(s->drop_dir, "lindehof"), 0);
    assert_int_equal(world_hidden(road_dropped(s, "")), 0);
}

/* Killed while it took a file: taken at the start, before a newer one of the same name. */
static void begun_before_a_crash(void **state)
{
    struct road *s = *state;
    char folder[200];
    struct spool_entry entry;
    assert_int_equal(mkdir(s->drop_dir, 0700), 0);
    snprintf(folder, sizeof folder, "%s/lindehof", s->drop_dir);
    assert_int_equal(mkdir(folder, 0700), 0);
    world_write(
        road_dropped(s, ".taking-a.xml"),
        BYTES_LITERAL("<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>2026-01-01T00:00:00Z"
                      "</peilmoment><plekken><plek code=\"K1\"><vrij>0</vrij></plek></plekken>"
                      "</capaciteit>"));
    world_write(road_dropped(s, "a.xml"), BYTES_LITERAL(GOOD));
    road_open_drop(s);
    until(s, spool_entries(s->intake.spool) == 2);
    assert_int_equal(spool_at(s->intake.spool, "lindehof", 0, &entry), OK);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(entry.reports, 0), "unitsFree")), 0);
    spool_entry_fini(&entry);
    assert_int_equal(road_count(s->drop_dir, "lindehof"), 0);
    assert_int_equal(world_hidden(folder), 0);
}

/* What waits when the adapter starts goes before what comes in meanwhile. */
static void oldest_first_at_the_start(void **state)
{
    struct road *s = *state;
    char path[320], folder[200];
    assert_int_equal(mkdir(s->drop_dir, 0700), 0);
    snprintf(folder, sizeof folder, "%s/lindehof", s->drop_dir);
    assert_int_equal(mkdir(folder, 0700), 0);
    for (int i = 0; i < 12; i++) {
        char text[400];
        if (i == 10) /* these two come when it watches and has not looked yet */
            road_open_drop(s);
        snprintf(
            text, sizeof text,
            "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>2026-01-01T00:00:00Z</peilmoment>"
            "<plekken><plek code=\"K1\"><vrij>%d</vrij></plek></plekken></capaciteit>",
            i);
        snprintf(path, sizeof path, "%s/%02d.xml", folder, i);
        world_write(path, bytes_of_text(text));
    }
    until(s, spool_entries(s->intake.spool) == 12);
    for (size_t i = 0; i < 12; i++) {
        struct spool_entry entry;
        assert_int_equal(spool_at(s->intake.spool, "lindehof", i, &entry), OK);
        const json_t *report = json_array_get(entry.reports, 0);
        assert_int_equal(json_integer_value(json_object_get(report, "unitsFree")), i);
        spool_entry_fini(&entry);
    }
    world_write(road_dropped(s, "later.xml"), BYTES_LITERAL(GOOD)); /* and from then on each when it comes */
    until(s, spool_entries(s->intake.spool) == 13);
}

static void bad_file_to_quarantine(void **state)
{
    struct road *s = *state;
    assert_int_equal(mkdir(s->drop_dir, 0700), 0);
    char folder[200];
    snprintf(folder, sizeof folder, "%s/lindehof", s->drop_dir);
    assert_int_equal(mkdir(folder, 0700), 0);
    world_write(road_dropped(s, "../lindehof/Mevrouw X.xml"),
                BYTES_LITERAL(BAD)); /* there before the start */
    road_open_drop(s);
    until(s, road_count(s->quarantine_dir, "lindehof") == 2);
    assert_int_equal(road_count(s->drop_dir, "lindehof"), 0);
    struct buf big = {0};
    memset(buf_extend(&big, INTAKE_BYTES_MAX + 1), 'x', INTAKE_BYTES_MAX + 1);
    world_write(road_dropped(s, "big.xml"), buf_view(&big));
    buf_fini(&big);
    until(s, road_count(s->quarantine_dir, "lindehof") == 3); /* of what nobody looked into only the reason */
    assert_int_equal(road_count(s->drop_dir, "lindehof"), 0);
    assert_int_equal(spool_entries(s->intake.spool), 0);
    road_assert_message(s, "drop", "quarantined", "DOCTYPE");
    road_assert_message(s, "drop", "refused", "larger than");
    /* The process lives on, and a link to elsewhere is not followed. */
    assert_int_equal(symlink("/etc/passwd", road_dropped(s, "link.xml")), 0);
    world_write(road_dropped(s, "good.xml"), BYTES_LITERAL(GOOD));
    until(s, spool_entries(s->intake.spool) == 1);
    assert_int_equal(road_count(s->quarantine_dir, "lindehof"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(folder_to_broker, road_setup, road_teardown),
        cmocka_unit_test_setup_teardown(half_written_file_is_left, road_setup, road_teardown),
        cmocka_unit_test_setup_teardown(oldest_first_at_the_start, road_setup, road_teardown),
        cmocka_unit_test_setup_teardown(renamed_over_while_taken, road_setup, road_teardown),
        cmocka_unit_test_setup_teardown(begun_before_a_crash, road_setup, road_teardown),
        cmocka_unit_test_setup_teardown(bad_file_to_quarantine, road_setup, road_teardown),
    };
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
