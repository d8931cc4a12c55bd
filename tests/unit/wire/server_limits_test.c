/* What the server does to clients that are slow, many, or more than the machine can hold. */
#include "support/test_certs.h"
#include "support/wire_world.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define HOST "Host: plek.example\r\n"
#define DEADLINE_MS 300
#define LATE_MS                                                                                              \
    1000 /* how much later than its deadline an end may be seen on a busy machine; less than the drips last  \
          */

static struct world *start(const struct wire_limits *limits, struct ssl_ctx_st *tls)
{
    struct world *w = mem_new(1, sizeof *w);
    world_start(w, limits, tls);
    return w;
}

static void stop(struct world *w)
{
    world_stop(w);
    free(w);
}

/* Send TEXT one byte every 20 ms until the server answers or closes; return after how many ms that was. */
static int drip(struct client *c, const char *text)
{
    int64_t from_ms = time_mono_ms();

    for (const char *p = text; *p != '\0' && c->in.len == 0 && !c->ended && !c->broken; p++) {
        client_send(c, BYTES(p, 1));
        world_run(c->w, 20);
        client_read(c);
    }
    return (int)(time_mono_ms() - from_ms);
}

static void slow_head_ends_at_the_absolute_deadline(void **state)
{
    struct wire_limits limits = world_limits();
    struct client c;
    struct answer a = {0};

    (void)state;
    limits.head_ms = DEADLINE_MS;
    struct world *w = start(&limits, NULL);
    assert_true(client_open(&c, w, NULL));
    assert_in_range(
        drip(&c, "GET /echo HTTP/1.1\r\n" HOST "X: 0123456789012345678901234567890123456789\r\n\r\n"),
        DEADLINE_MS, DEADLINE_MS + LATE_MS);
    assert_true(client_answer(&c, &a, false));
    assert_int_equal(a.status, 408);
    client_wait_end(&c);
    assert_int_equal(world_stats(w)->faults[HTTP_FAULT_HEAD_TIME], 1);
    client_close(&c);
    world_until(w, world_stats(w)->open == 0);
    answer_fini(&a);
    stop(w);
}

static void slow_body_ends_at_the_absolute_deadline(void **state)
{
    struct wire_limits limits = world_limits();
    struct client c;
    struct answer a = {0};

    (void)state;
    limits.body_ms = DEADLINE_MS;
    struct world *w = start(&limits, NULL);
    assert_true(client_open(&c, w, NULL));
    client_text(&c, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\n");
    assert_in_range(
        drip(&c, "01234567890123456789012345678901234567890123456789012345678901234567890123456789"),
        DEADLINE_MS, DEADLINE_MS + LATE_MS);
    assert_true(client_answer(&c, &a, false));
    assert_int_equal(a.status, 408);
    assert_int_equal(world_stats(w)->faults[HTTP_FAULT_BODY_TIME], 1);
    client_close(&c);
    answer_fini(&a);
    stop(w);
}

static void idle_connections_end(void **state)
{
    struct wire_limits limits = world_limits();
    struct client fresh, used;
    struct answer a = {0};

    (void)state;
    limits.idle_ms = DEADLINE_MS;
    struct world *w = start(&limits, NULL);
    assert_true(client_open(&fresh, w, NULL));
    assert_true(client_open(&used, w, NULL));
    world_run(w, 200);
    client_text(&used, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_answer(&used, &a, false)); /* its idle time begins anew */
    assert_in_range(client_wait_end(&fresh), 1, 100 + LATE_MS);
    assert_false(used.ended);
    assert_in_range(client_wait_end(&used), 50, DEADLINE_MS + LATE_MS);
    assert_int_equal(fresh.in.len, 0);
    assert_int_equal(world_stats(w)->idle_closed, 2);
    client_close(&fresh);
    client_close(&used);
    answer_fini(&a);
    stop(w);
}

static void silent_handshake_ends(void **state)
{
    struct wire_limits limits = world_limits();
    struct test_certs certs;
    struct ssl_ctx_st *tls = NULL;
    struct client c;
    char why[200] = "";

    (void)state;
    test_certs_make(&certs);
    const struct tls_config config = {.cert_file = certs.server_cert, .key_file = certs.server_key};
    assert_int_equal(tls_server_context(&config, &tls, why, sizeof why), OK);
    limits.handshake_ms = DEADLINE_MS;
    struct world *w = start(&limits, tls);
    assert_true(client_open(&c, w, NULL)); /* a TCP connection that never says hello */
    assert_in_range(client_wait_end(&c), DEADLINE_MS - 10, DEADLINE_MS + LATE_MS);
    client_close(&c);

    /* A hello that drips. Type, version and length of a handshake record, then nothing of worth. */
    assert_true(client_open(&c, w, NULL));
    assert_in_range(drip(&c, "\x16\x03\x01\x01\x01zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"), 20,
                    DEADLINE_MS + LATE_MS);
    client_close(&c);
    world_until(w, world_stats(w)->open == 0);
    assert_int_equal(world_stats(w)->handshake_failed, 2);
    stop(w);
    tls_context_free(tls);
    test_certs_remove(&certs);
}

static void silent_handler_is_answered_for(void **state)
{
    struct wire_limits limits = world_limits();
    struct client c;
    struct answer a = {0};

    (void)state;
    limits.answer_ms = DEADLINE_MS;
    struct world *w = start(&limits, NULL);
    assert_true(client_open(&c, w, NULL));
    client_text(&c, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_answer(&c, &a, false));
    assert_int_equal(a.status, 504);
    assert_false(wire_is_waiting(w->server, w->later[0]));
    world_answer_later(w, "too late");
    assert_int_equal(world_stats(w)->answers_dropped, 1);
    client_close(&c);
    answer_fini(&a);
    stop(w);
}

static void client_that_does_not_read_is_dropped(void **state)
{
    struct wire_limits limits = world_limits();
    struct client c;

    (void)state;
    limits.write_ms = DEADLINE_MS;
    struct world *w = start(&limits, NULL);
    assert_true(client_open(&c, w, NULL));
    client_text(&c, "GET /big?n=30000000 HTTP/1.1\r\n" HOST "\r\n");
    world_until(w, world_stats(w)->write_stalled == 1);
    world_until(w, world_stats(w)->open == 0);
    client_close(&c);
    stop(w);
}

static void lingering_is_bounded(void **state)
{
    struct wire_limits limits = world_limits();
    struct client c;
    struct answer a = {0};

    (void)state;
    limits.linger_ms = DEADLINE_MS;
    struct world *w = start(&limits, NULL);
    assert_true(client_open(&c, w, NULL));
    client_text(&c, "GET /echo HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
    assert_true(client_answer(&c, &a, false));
    client_wait_end(&c); /* and does not close itself */
    int64_t from_ms = time_mono_ms();
    while (world_stats(w)->open == 1 && time_mono_ms() - from_ms < WAIT_MS) {
        client_text(&c, "and on, and on");
        world_run(w, 10);
    }
    assert_in_range(time_mono_ms() - from_ms, DEADLINE_MS - 50, DEADLINE_MS + LATE_MS);
    client_close(&c);
    answer_fini(&a);
    stop(w);
}

static void cap_pauses_and_recovers(void **state)
{
    struct wire_limits limits = world_limits();
    struct client c[9];
    struct answer a = {0};

    (void)state;
    limits.connections_max = 5;
    struct world *w = start(&limits, NULL);
    for (size_t i = 0; i < COUNT_OF(c); i++) {
        assert_true(client_open(&c[i], w, NULL));
        client_text(&c[i], "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    }
    for (size_t i = 0; i < 5; i++)
        assert_true(client_answer(&c[i], &a, false));
    world_run(w, 30);
    assert_int_equal(world_stats(w)->accepted, 5);
    assert_int_equal(world_stats(w)->paused_cap, 1);
    /* The others wait in the kernel's queue; each place given up lets one of them in. */
    for (size_t i = 0; i < 4; i++) {
        client_close(&c[i]);
        assert_true(client_answer(&c[5 + i], &a, false));
        assert_int_equal(a.status, 200);
        assert_true(world_stats(w)->open <= 5);
    }
    assert_int_equal(world_stats(w)->accepted, 9);
    for (size_t i = 4; i < COUNT_OF(c); i++)
        client_close(&c[i]);
    world_until(w, world_stats(w)->open == 0);
    answer_fini(&a);
    stop(w);
}

/* A door's own cap leaves the other door open. */
static void cap_of_one_door(void **state)
{
    struct wire_limits limits = world_limits();
    const struct wire_door machines = {.tag = 2, .connections_max = 2};
    struct client c[4];
    struct answer a = {0};
    uint16_t port, people;
    char why[100];

    (void)state;
    struct world *w = start(&limits, NULL);
    assert_int_equal(wire_server_listen(w->server, &machines, "127.0.0.1", 0, &port, why, sizeof why), OK);
    people = w->port;
    w->port = port;
    for (int i = 0; i < 3; i++) {
        assert_true(client_open(&c[i], w, NULL));
        client_text(&c[i], "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    }
    assert_true(client_answer(&c[0], &a, false));
    assert_true(client_answer(&c[1], &a, false));
    world_run(w, 30);
    client_read(&c[2]);
    assert_int_equal(c[2].in.len, 0);
    assert_int_equal(w->door, 2);
    w->port = people;
    assert_true(client_open(&c[3], w, NULL));
    client_text(&c[3], "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_answer(&c[3], &a, false));
    assert_int_equal(w->door, 7);
    client_close(&c[0]);
    assert_true(client_answer(&c[2], &a, false));
    for (int i = 1; i < 4; i++)
        client_close(&c[i]);
    answer_fini(&a);
    stop(w);
}

static void cap_per_address(void **state)
{
    struct wire_limits limits = world_limits();
    struct client c[4];
    struct answer a = {0};

    (void)state;
    limits.connections_per_address_max = 3;
    struct world *w = start(&limits, NULL);
    for (int i = 0; i < 3; i++) {
        assert_true(client_open(&c[i], w, NULL));
        client_text(&c[i], "GET /echo HTTP/1.1\r\n" HOST "\r\n");
        assert_true(client_answer(&c[i], &a, false));
    }
    assert_true(client_open(&c[3], w, NULL));
    assert_true(client_answer(&c[3], &a, false));
    assert_int_equal(a.status, 429);
    assert_string_equal(answer_field(&a, "Retry-After"), "5");
    client_wait_end(&c[3]);
    client_close(&c[3]);
    assert_int_equal(world_stats(w)->refused_address, 1);
    assert_int_equal(world_stats(w)->open, 3);

    client_close(&c[0]);
    world_until(w, world_stats(w)->open == 2);
    assert_true(client_open(&c[3], w, NULL));
    client_text(&c[3], "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_answer(&c[3], &a, false));
    assert_int_equal(a.status, 200);
    for (int i = 1; i < 4; i++)
        client_close(&c[i]);
    answer_fini(&a);
    stop(w);
}

/* ---- out of descriptors: in a child of its own, which gives itself too few ---- */

#define MANY 30
#define FREE_DESCRIPTORS 3

static int64_t cpu_ms(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

#define EXPECT(cond)                                                                                         \
    do {                                                                                                     \
        if (!(cond)) {                                                                                       \
            fprintf(stderr, "child: %s failed (line %d)\n", #cond, __LINE__);                                \
            _exit(1);                                                                                        \
        }                                                                                                    \
    } while (0)

static void starve(void)
{
    struct wire_limits limits = world_limits();
    struct client c[MANY];
    struct answer a = {0};
    struct rlimit few;
    int fds[MANY], highest = 0;

    struct world *w = start(&limits, NULL);
    for (int i = 0; i < MANY; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        highest = fds[i] > highest ? fds[i] : highest;
    }
    EXPECT(getrlimit(RLIMIT_NOFILE, &few) == 0);
    few.rlim_cur = (rlim_t)(highest + 1 + FREE_DESCRIPTORS);
    EXPECT(setrlimit(RLIMIT_NOFILE, &few) == 0);
    for (int i = 0; i < MANY; i++) {
        client_adopt(&c[i], w, fds[i]);
        world_turn(w);
    }
    int64_t cpu_before_ms = cpu_ms();
    world_run(w, 1000);
    EXPECT(world_stats(w)->accepted == FREE_DESCRIPTORS);
    EXPECT(world_stats(w)->paused_descriptors >= 3);
    EXPECT(world_stats(w)->paused_descriptors <= 8); /* one try each 200 ms, no spin */
    EXPECT(cpu_ms() - cpu_before_ms < 300);
    /* Those inside are served meanwhile; each that leaves makes room, and in the end all were served. */
    for (int i = 0; i < MANY; i++) {
        client_text(&c[i], "GET /echo HTTP/1.1\r\n" HOST "\r\n");
        EXPECT(client_answer(&c[i], &a, false));
        EXPECT(a.status == 200);
        client_close(&c[i]);
    }
    EXPECT(world_stats(w)->accepted == MANY);
    answer_fini(&a);
    stop(w);
    _exit(0);
}

static int count_lines(const char *path, const char *phrase)
{
    char line[512];
    int n = 0;
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL)
        n += strstr(line, phrase) != NULL;
    fclose(f);
    return n;
}

static void out_of_descriptors_pauses_and_recovers(void **state)
{
    char path[] = "/tmp/plek-wire-XXXXXX";
    int log = mkstemp(path), status = -1;

    (void)state;
    assert_true(log >= 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(log, 2);
        starve();
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    close(log);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        count_lines(path, "");
        char command[80];
        snprintf(command, sizeof command, "cat %s >&2", path);
        (void)!system(command);
    }
    int lines = count_lines(path, "accept failed");
    unlink(path);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(lines, 1); /* said once, not at every try */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow_head_ends_at_the_absolute_deadline),
        cmocka_unit_test(slow_body_ends_at_the_absolute_deadline),
        cmocka_unit_test(idle_connections_end),
        cmocka_unit_test(silent_handshake_ends),
        cmocka_unit_test(silent_handler_is_answered_for),
        cmocka_unit_test(client_that_does_not_read_is_dropped),
        cmocka_unit_test(lingering_is_bounded),
        cmocka_unit_test(cap_pauses_and_recovers),
        cmocka_unit_test(cap_of_one_door),
        cmocka_unit_test(cap_per_address),
        cmocka_unit_test(out_of_descriptors_pauses_and_recovers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
