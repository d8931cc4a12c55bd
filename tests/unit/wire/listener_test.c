/* Doors: a unix socket with its file, and what is said when one cannot be opened. */
#include "support/both_ways.h"
#include "support/test_certs.h"
#include "support/wire_world.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static void never(void *ctx, const struct wire_request *request)
{
    (void)ctx;
    (void)request;
    abort();
}

static void unix_socket(void **state)
{
    struct fixture *f = *state;
    struct wire_limits limits = world_limits();
    struct world *w = mem_new(1, sizeof *w);
    struct wire_door door = {.tag = 9};
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct wire_server *second;
    struct answer a = {0};
    struct stat st;
    char why[200], path[100];

    snprintf(path, sizeof path, "%s/plek.sock", f->certs.dir);
    memcpy(at.sun_path, path, strlen(path) + 1);
    world_start(w, &limits, NULL);

    /* A dead socket file is replaced, another file is not. */
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    close(fd);
    assert_int_equal(wire_server_listen_unix(w->server, &door, f->certs.ca, 0660, why, sizeof why), ERR_IO);
    assert_non_null(strstr(why, "File exists"));
    assert_int_equal(access(f->certs.ca, R_OK), 0);
    assert_int_equal(wire_server_listen_unix(w->server, &door, path, 0660, why, sizeof why), OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);

    /* A living one is not taken over. */
    const struct wire_handler nobody = {.on_request = never};
    second = wire_server_new(w->base, &limits, &nobody, NULL);
    assert_int_equal(wire_server_listen_unix(second, &door, path, 0660, why, sizeof why), ERR_IO);
    assert_non_null(strstr(why, "in use"));
    wire_server_free(second);

    struct client c = {.w = w, .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)};
    assert_int_equal(connect(c.fd, (struct sockaddr *)&at, sizeof at), 0);
    client_text(&c, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_answer(&c, &a, false));
    assert_int_equal(a.status, 200);
    assert_string_equal(w->peer, "");
    assert_int_equal(w->door, 9);
    client_close(&c);
    world_stop(w);
    assert_int_not_equal(access(path, F_OK), 0);
    answer_fini(&a);
    free(w);
}

static void listen_errors_are_one_clear_line(void **state)
{
    struct wire_limits limits = world_limits();
    struct world *w = mem_new(1, sizeof *w);
    struct wire_door door = {.tag = 1};
    char why[200], want[100];
    uint16_t port = 0;

    (void)state;
    world_start(w, &limits, NULL);
    assert_int_equal(wire_server_listen(w->server, &door, "localhost", 0, NULL, why, sizeof why),
                     ERR_BAD_INPUT);
    assert_string_equal(why, "cannot listen on localhost: not a numeric address");
    assert_int_equal(wire_server_listen(w->server, &door, "127.0.0.1", w->port, &port, why, sizeof why),
                     ERR_IO);
    snprintf(want, sizeof want, "cannot listen on 127.0.0.1 port %u: Address already in use", w->port);
    assert_string_equal(why, want);
    assert_int_equal(port, 0);
    world_stop(w);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        cmocka_unit_test(unix_socket),
        cmocka_unit_test(listen_errors_are_one_clear_line),
    };
    return cmocka_run_group_tests(tests, both_ways_setup, both_ways_teardown);
}
