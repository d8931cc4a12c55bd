/* Uploads: from bringing to reading, what the adapter gets, when they are over, and how many there may be. */
#include "support/telling.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static uint64_t bring(struct telling *t, unsigned org, const char *content, enum err want)
{
    uint64_t id = 0;

    assert_int_equal(feeds_upload(t->f, (struct org_id){org}, bytes_of_text(content), false, t->now, &id),
                     want);
    return id;
}

static struct feed_order order_of(struct telling *t, uint32_t machine)
{
    struct feed_order orders[FEED_ORDERS_MAX] = {0};

    feeds_orders(t->f, machine, t->now, orders);
    return orders[0];
}

static void answer(struct telling *t, unsigned org, uint64_t order, const char *name,
                   enum feed_outcome outcome, uint16_t reports)
{
    struct feed_message m = a_message(t, org, name, outcome);

    m.channel = FEED_UPLOAD;
    m.order = order;
    if (reports > 0)
        add_reports(&m, POOL_A1, reports);
    tell(t, m);
}

static enum upload_state state_of(struct telling *t, uint64_t id)
{
    return feeds_upload_state(t->f, feeds_upload_find(t->f, id), t->now);
}

static void listen(struct telling *t, unsigned org)
{
    struct feed_source s = a_source(t, org, FEED_DROP, 0);

    beat(t, MACHINE_1, "een", &s, 1);
}

static void brought_read_and_seen(void **state)
{
    struct telling *t = *state;
    struct org_id whose = {0};
    uint64_t id = bring(t, HUIS_A, "een\0twee", OK);

    listen(t, HUIS_A);
    assert_int_equal(state_of(t, id), UPLOAD_WAITING);
    struct feed_order o = order_of(t, MACHINE_1);
    assert_int_equal(o.kind, FEED_ORDER_READ);
    assert_int_equal(o.bytes, 3);
    assert_int_equal(order_of(t, MACHINE_2).id, 0); /* it reads nothing of this organisation */
    assert_true(bytes_equal(feeds_content(t->f, o.id, t->now, &whose), BYTES_LITERAL("een")));
    assert_int_equal(whose.v, HUIS_A);
    assert_int_equal(feeds_content(t->f, o.id + 1, t->now, &whose).len, 0);

    answer(t, HUIS_B, o.id, "van-een-ander", FEED_TAKEN, 2); /* another's message answers nothing */
    assert_int_equal(state_of(t, id), UPLOAD_WAITING);
    answer(t, HUIS_A, o.id, "gelezen-1", FEED_TAKEN, 2);
    assert_int_equal(state_of(t, id), UPLOAD_READ);
    assert_int_equal(order_of(t, MACHINE_1).id, 0);
    assert_int_equal(feeds_content(t->f, o.id, t->now, &whose).len, 0);
    assert_int_equal(feeds_upload_find(t->f, id)->read.n_reports, 2);
    assert_false(feeds_upload_find(t->f, id)->test);
    /* Told again, differently: what was previewed stays. */
    answer(t, HUIS_A, o.id, "gelezen-1", FEED_TAKEN, 5);
    assert_int_equal(feeds_upload_find(t->f, id)->read.n_reports, 2);
    feeds_upload_find(t->f, id)->taken = true;
    t->now += MS_DAY;
    assert_int_equal(state_of(t, id), UPLOAD_TAKEN);
}

static void unreadable_or_only_tried(void **state)
{
    struct telling *t = *state;
    uint64_t bad = bring(t, HUIS_A, "slecht", OK);

    listen(t, HUIS_A);
    answer(t, HUIS_A, order_of(t, MACHINE_1).id, "gelezen-1", FEED_REFUSED, 0);
    assert_int_equal(state_of(t, bad), UPLOAD_UNREADABLE);
    uint64_t tried = bring(t, HUIS_A, "proef", OK);
    answer(t, HUIS_A, order_of(t, MACHINE_1).id, "gelezen-2", FEED_TEST, 1);
    assert_int_equal(state_of(t, tried), UPLOAD_READ);
    assert_true(feeds_upload_find(t->f, tried)->test);
}

static void over_by_time(void **state)
{
    struct telling *t = *state;
    uint64_t id = bring(t, HUIS_A, "bestand", OK), read = 0;
    struct org_id whose;
    struct feed_order o;

    t->now += t->limits.away_ms;
    assert_int_equal(state_of(t, id), UPLOAD_WAITING);
    t->now++; /* nobody is there to read it */
    assert_int_equal(state_of(t, id), UPLOAD_UNANSWERED);
    listen(t, HUIS_A);
    assert_int_equal(state_of(t, id), UPLOAD_WAITING);
    o = order_of(t, MACHINE_1);
    assert_true(o.id != 0);
    t->now = feeds_upload_find(t->f, id)->created_ms + t->limits.order_ms;
    listen(t, HUIS_A);
    assert_int_equal(state_of(t, id), UPLOAD_WAITING);
    assert_int_equal(feeds_content(t->f, o.id, t->now, &whose).len, 7);
    t->now++;
    assert_int_equal(state_of(t, id), UPLOAD_UNANSWERED);
    assert_int_equal(order_of(t, MACHINE_1).id, 0);
    assert_int_equal(feeds_content(t->f, o.id, t->now, &whose).len, 0);
    answer(t, HUIS_A, o.id, "gelezen-1", FEED_TAKEN, 1); /* late is better than never */
    assert_int_equal(state_of(t, id), UPLOAD_READ);
    t->now = feeds_upload_find(t->f, id)->created_ms + t->limits.upload_ms;
    assert_int_equal(state_of(t, id), UPLOAD_EXPIRED);

    read = bring(t, HUIS_A, "bestand", OK);
    o.id = feeds_upload_find(t->f, read)->order;
    t->now += t->limits.upload_ms;
    answer(t, HUIS_A, o.id, "gelezen-2", FEED_TAKEN, 1); /* too late */
    assert_int_equal(state_of(t, read), UPLOAD_EXPIRED);
}

static void three_of_one_organisation_wait(void **state)
{
    struct telling *t = *state;

    listen(t, HUIS_A);
    bring(t, HUIS_A, "1", OK);
    bring(t, HUIS_A, "2", OK);
    bring(t, HUIS_A, "3", OK);
    bring(t, HUIS_A, "4", ERR_TOO_BIG);
    bring(t, HUIS_B, "1", OK);
    answer(t, HUIS_A, order_of(t, MACHINE_1).id, "gelezen-1", FEED_TAKEN, 1);
    bring(t, HUIS_A, "4", OK);
    bring(t, HUIS_A, "5", ERR_TOO_BIG);
    t->now += t->limits.upload_ms;
    bring(t, HUIS_A, "5", OK);
}

static void who_tries_again_and_again_pushes_out_its_own(void **state)
{
    struct telling *t = *state;
    uint64_t ids[20], others = bring(t, HUIS_B, "van een ander", OK);

    listen(t, HUIS_A);
    for (unsigned i = 0; i < COUNT_OF(ids); i++) {
        ids[i] = bring(t, HUIS_A, "nog eens", OK);
        answer(t, HUIS_A, order_of(t, MACHINE_1).id, "gelezen", FEED_TEST, 1);
        assert_int_equal(state_of(t, ids[i]), UPLOAD_READ);
    }
    for (unsigned i = 0; i < COUNT_OF(ids); i++) {
        bool is_kept = i >= COUNT_OF(ids) - t->limits.uploads_kept;
        assert_int_equal(feeds_upload_find(t->f, ids[i]) != NULL, is_kept);
    }
    assert_non_null(feeds_upload_find(t->f, others));
}

static void of_all_together(void **state)
{
    struct telling *t = *state;
    struct feed_source s[3];

    t->limits.uploads_max = 4;
    t->limits.upload_bytes = 30;
    feeds_free(t->f);
    t->f = feeds_new(&t->limits, FIRST_ID, t->now);
    s[0] = a_source(t, HUIS_A, FEED_DROP, 0);
    s[1] = a_source(t, HUIS_B, FEED_DROP, 0);
    s[2] = a_source(t, HUIS_C, FEED_DROP, 0);
    beat(t, MACHINE_1, "een", s, 3);
    bring(t, HUIS_A, "12345678901234567890", OK);
    bring(t, HUIS_B, "12345678901", ERR_BUSY); /* bytes */
    uint64_t second = bring(t, HUIS_B, "1234567890", OK);
    answer(t, HUIS_A, order_of(t, MACHINE_1).id, "gelezen-1", FEED_TAKEN, 1); /* read: its bytes are free */
    bring(t, HUIS_B, "123456789012345", OK);
    bring(t, HUIS_C, "1", OK);
    bring(t, HUIS_C, "2", ERR_BUSY); /* number */
    answer(t, HUIS_B, feeds_upload_find(t->f, second)->order, "gelezen-2", FEED_REFUSED, 0);
    bring(t, HUIS_C, "2", OK); /* what is over makes room */
    assert_null(feeds_upload_find(t->f, second));
}

/* Nobody brings another file: what its time is over for goes all the same. */
static void nothing_outlives_its_time(void **state)
{
    struct telling *t = *state;
    uint64_t unread = bring(t, HUIS_A, "een", OK), read = 0;
    struct upload *u = feeds_upload_find(t->f, unread);

    t->now += t->limits.order_ms;
    feeds_tidy(t->f, t->now);
    assert_non_null(u->content);
    t->now++;
    feeds_tidy(t->f, t->now);
    assert_null(u->content);
    assert_int_equal(u->content_len, 0);
    t->now--; /* a clock that was set back orders nothing that is not there */
    listen(t, HUIS_A);
    assert_int_equal(order_of(t, MACHINE_1).id, 0);

    read = bring(t, HUIS_A, "twee", OK);
    answer(t, HUIS_A, order_of(t, MACHINE_1).id, "gelezen-1", FEED_TAKEN, 2);
    u = feeds_upload_find(t->f, read);
    t->now = u->expires_ms - 1;
    feeds_tidy(t->f, t->now);
    assert_int_equal(u->read.n_reports, 2);
    t->now++;
    feeds_tidy(t->f, t->now);
    assert_int_equal(u->read.n_reports, 0);
    assert_null(u->read.reports);
    assert_string_equal(u->read.message_id, "gelezen-1");
    assert_int_equal(state_of(t, read), UPLOAD_EXPIRED);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, telling_setup, telling_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(brought_read_and_seen),
        TEST(unreadable_or_only_tried),
        TEST(over_by_time),
        TEST(three_of_one_organisation_wait),
        TEST(who_tries_again_and_again_pushes_out_its_own),
        TEST(of_all_together),
        TEST(nothing_outlives_its_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
