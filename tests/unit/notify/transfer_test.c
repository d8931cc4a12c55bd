/* The loop goes on whatever a receiver or a name server does. Names are looked up by a getaddrinfo of this
 * test, which hangs for one name. */
#include "notify/transfer.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <event2/event.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HANG_MS 3000

static atomic_int looked_up;

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
    (void)service;
    (void)hints;
    (void)out;
    atomic_fetch_add(&looked_up, 1);
    if (node != NULL && strcmp(node, "hangs.test") == 0)
        usleep(HANG_MS * 1000);
    return EAI_NONAME;
}

struct one {
    bool done;
    struct answer answer;
    int64_t at_ms;
};

static void on_done(void *ctx, const struct answer *answer, int64_t retry_ms)
{
    struct one *one = ctx;

    (void)retry_ms;
    assert_false(one->done);
    one->done = true;
    one->answer = *answer;
    one->at_ms = time_mono_ms();
}

static struct transfer_order order_to(const char *url)
{
    return (struct transfer_order){.url = url,
                                   .ca_file = "",
                                   .body = BYTES_LITERAL("{}"),
                                   .user = "",
                                   .password = "",
                                   .hello = "",
                                   .connect_ms = 400,
                                   .total_ms = 800};
}

/* Turn until DONE or MS; the longest that one turn took. */
static int64_t turn(struct event_base *base, const bool *done, int64_t ms)
{
    int64_t end = time_mono_ms() + ms, longest = 0;

    while (!*done && time_mono_ms() < end) {
        struct timeval tick = {.tv_usec = 5000};
        int64_t before = time_mono_ms();

        event_base_loopexit(base, &tick);
        event_base_dispatch(base);
        if (time_mono_ms() - before > longest)
            longest = time_mono_ms() - before;
    }
    return longest;
}

static void a_name_that_hangs(void **state)
{
    struct event_base *base = event_base_new();
    struct event *alive = event_new(base, fileno(stdin), 0, NULL, NULL);
    struct transfers *t = NULL;
    struct transfer_order o = order_to("https://hangs.test/x");
    struct one one = {0};
    char why[200] = "";
    int64_t began = time_mono_ms(), longest = 0;

    (void)state;
    (void)alive;
    assert_int_equal(transfers_new(base, &t, why, sizeof why), OK);
    transfer_start(t, &o, on_done, &one);
    assert_false(one.done);
    longest = turn(base, &one.done, 2500);
    assert_int_equal(atomic_load(&looked_up), 1); /* by ours, or this test shows nothing */
    assert_true(one.done);
    assert_int_equal(one.answer.code, 0);
    assert_true(one.at_ms - began < HANG_MS - 1000);
    assert_true(longest < 300);
    transfers_free(t);
    event_free(alive);
    event_base_free(base);
    usleep(HANG_MS * 1000); /* the thread ends by itself; a leak would be told */
}

static void who_never_answers(void **state)
{
    struct event_base *base = event_base_new();
    struct transfers *t = NULL;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct one https = {0}, smtp = {0}, refused = {0}, plain = {0};
    char url[4][64], why[200] = "";
    struct transfer_order o;

    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    snprintf(url[0], sizeof url[0], "https://127.0.0.1:%d/x", ntohs(a.sin_port));
    snprintf(url[1], sizeof url[1], "smtp://127.0.0.1:%d", ntohs(a.sin_port));
    snprintf(url[2], sizeof url[2], "https://127.0.0.1:1/x");
    snprintf(url[3], sizeof url[3], "http://127.0.0.1:%d/x", ntohs(a.sin_port));
    assert_int_equal(transfers_new(base, &t, why, sizeof why), OK);
    o = order_to(url[0]);
    transfer_start(t, &o, on_done, &https);
    o = order_to(url[1]);
    o.from = "a@b.test";
    o.to = "c@d.test";
    transfer_start(t, &o, on_done, &smtp);
    o = order_to(url[2]);
    transfer_start(t, &o, on_done, &refused);
    o = order_to(url[3]);
    transfer_start(t, &o, on_done, &plain);
    turn(base, &https.done, 3000);
    turn(base, &smtp.done, 3000);
    assert_true(https.done && smtp.done && refused.done && plain.done);
    assert_string_equal(https.answer.why, "timeout");
    assert_string_equal(smtp.answer.why, "timeout");
    assert_true(smtp.answer.mail);
    assert_string_equal(refused.answer.why, "connect");
    assert_string_equal(plain.answer.why, "bad address"); /* never in clear */
    transfers_free(t);
    close(fd);
    event_base_free(base);
}

static void what_is_under_way_can_be_broken_off(void **state)
{
    struct event_base *base = event_base_new();
    struct transfers *t = NULL;
    struct one one = {0};
    struct transfer_order o = order_to("https://127.0.0.1:1/x");
    char why[200] = "";

    (void)state;
    assert_int_equal(transfers_new(base, &t, why, sizeof why), OK);
    transfer_start(t, &o, on_done, &one);
    transfers_free(t);
    assert_false(one.done);
    event_base_free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_that_hangs),
        cmocka_unit_test(who_never_answers),
        cmocka_unit_test(what_is_under_way_can_be_broken_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
