#include "wire/server_state.h"

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 512
#define REARM_MS 200             /* without it accept at EMFILE spins: the queue stays readable */
#define DESCRIPTORS_LOG_MS 10000 /* at most one line per this long */
#define KEEPALIVE_IDLE_S 60      /* a vanished phone frees its stream after 60 + 4 * 15 s */
#define KEEPALIVE_INTERVAL_S 15
#define KEEPALIVE_PROBES 4

static bool at_cap(const struct wire_listener *l)
{
    const struct wire_server *s = l->server;
    return s->stats.open >= s->limits.connections_max ||
           (l->door.connections_max > 0 && l->open >= l->door.connections_max);
}

static void pause_at_cap(struct wire_server *s)
{
    for (struct wire_listener *l = s->listeners; l != NULL; l = l->next) {
        if (l->listener == NULL || l->paused || !at_cap(l))
            continue;
        l->paused = true;
        s->stats.paused_cap++;
        evconnlistener_disable(l->listener);
    }
}

void wire_listeners_resume(struct wire_server *s)
{
    if (event_pending(s->rearm, EV_TIMEOUT, NULL))
        return;
    for (struct wire_listener *l = s->listeners; l != NULL; l = l->next) {
        if (l->listener == NULL || at_cap(l))
            continue;
        l->paused = false;
        evconnlistener_enable(l->listener);
    }
}

void wire_on_rearm(int fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    wire_listeners_resume(arg);
}

/* Out of descriptors or memory: stop all doors for a moment, say so once in a while. */
static void on_accept_error(struct evconnlistener *evl, void *arg)
{
    struct wire_listener *l = arg;
    struct wire_server *s = l->server;
    const struct timeval wait = {0, REARM_MS * 1000};
    int why = errno;
    int64_t now_ms = time_mono_ms();

    (void)evl;
    for (struct wire_listener *each = s->listeners; each != NULL; each = each->next) {
        if (each->listener != NULL)
            evconnlistener_disable(each->listener);
    }
    s->stats.paused_descriptors++;
    if (s->descriptors_logged_ms == 0 || now_ms - s->descriptors_logged_ms >= DESCRIPTORS_LOG_MS) {
        s->descriptors_logged_ms = now_ms;
        log_warn("accept failed, listening pauses", "errno=%d pause_ms=%d open=%d", why, REARM_MS,
                 s->stats.open);
    }
    CHECK(event_add(s->rearm, &wait) == 0);
}

/* Best effort: a plain client over its cap is told why. What does not fit at once is not sent. */
static void refuse_address(struct wire_listener *l, int fd)
{
    struct wire_server *s = l->server;
    const struct wire_header headers[] = {{"Content-Type", "application/problem+json"}, {"Retry-After", "5"}};
    struct buf body = {0};

    s->stats.refused_address++;
    s->stats.faults[HTTP_FAULT_ADDRESS]++;
    if (l->door.tls == NULL) {
        answer_problem(&body, HTTP_FAULT_ADDRESS);
        buf_clear(&s->scratch);
        answer_head(&s->scratch, http_fault_status(HTTP_FAULT_ADDRESS), wire_server_date(s), headers,
                    COUNT_OF(headers), ANSWER_COUNTED, body.len, true);
        buf_add(&s->scratch, buf_view(&body));
        (void)!send(fd, s->scratch.p, s->scratch.len, MSG_DONTWAIT | MSG_NOSIGNAL);
        buf_fini(&body);
    }
    close(fd);
}

static void on_accept(struct evconnlistener *evl, evutil_socket_t fd, struct sockaddr *sa, int len, void *arg)
{
    struct wire_listener *l = arg;
    struct wire_server *s = l->server;
    char peer[WIRE_PEER_SIZE];

    (void)evl;
    (void)len;
    struct address_key address = address_key_of(sa, peer, sizeof peer);
    if (address_count_add(s->addresses, address) > s->limits.connections_per_address_max) {
        address_count_drop(s->addresses, address);
        refuse_address(l, fd);
        return;
    }
    wire_conn_open(l, fd, address, peer);
    pause_at_cap(s);
}

/* Options are set on the listening socket: the kernel hands them on to each accepted one. TCP_NODELAY:
 * without it TLS keep-alive fell from 16,900 to 1,100 requests a second (Nagle against delayed
 * acknowledgement). TCP_USER_TIMEOUT: bytes that a vanished client never acknowledges end the connection
 * after write_ms. */
static bool set_tcp_options(int fd, const struct wire_limits *limits)
{
    const int one = 1, idle = KEEPALIVE_IDLE_S, interval = KEEPALIVE_INTERVAL_S, probes = KEEPALIVE_PROBES;
    const unsigned unacknowledged_ms = (unsigned)limits->write_ms;

    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one) == 0 &&
           setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle) == 0 &&
           setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval) == 0 &&
           setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes) == 0 &&
           setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof unacknowledged_ms) == 0 &&
           setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0;
}

/* FD is listening already; it belongs to the new listener. */
static void add_listener(struct wire_server *s, const struct wire_door *door, int fd, const char *path)
{
    struct wire_listener *l = mem_new(1, sizeof *l);

    l->server = s;
    l->door = *door;
    if (l->door.tls != NULL)
        SSL_CTX_up_ref(l->door.tls);
    l->path = mem_dup_text(path);
    l->listener =
        evconnlistener_new(s->base, on_accept, l, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    CHECK(l->listener != NULL);
    evconnlistener_set_error_cb(l->listener, on_accept_error);
    l->next = s->listeners;
    s->listeners = l;
    pause_at_cap(s);
}

static bool address_of(const char *text, uint16_t port, struct sockaddr_storage *out, socklen_t *len)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        memcpy(out, &four, sizeof four);
        *len = sizeof four;
        return true;
    }
    if (inet_pton(AF_INET6, text, &six.sin6_addr) == 1) {
        memcpy(out, &six, sizeof six);
        *len = sizeof six;
        return true;
    }
    return false;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage at;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    socklen_t len = sizeof at;

    CHECK(getsockname(fd, (struct sockaddr *)&at, &len) == 0);
    if (at.ss_family == AF_INET) {
        memcpy(&four, &at, sizeof four);
        return ntohs(four.sin_port);
    }
    memcpy(&six, &at, sizeof six);
    return ntohs(six.sin6_port);
}

enum err wire_server_listen(struct wire_server *s, const struct wire_door *door, const char *address,
                            uint16_t port, uint16_t *chosen, char *why, size_t why_size)
{
    struct sockaddr_storage at;
    socklen_t len;

    CHECK(!s->stopping);
    if (!address_of(address, port, &at, &len)) {
        snprintf(why, why_size, "cannot listen on %s: not a numeric address", address);
        return ERR_BAD_INPUT;
    }
    int fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || !set_tcp_options(fd, &s->limits) || bind(fd, (struct sockaddr *)&at, len) != 0 ||
        listen(fd, BACKLOG) != 0) {
        snprintf(why, why_size, "cannot listen on %s port %u: %s", address, (unsigned)port, strerror(errno));
        if (fd >= 0)
            close(fd);
        return ERR_IO;
    }
    if (chosen != NULL)
        *chosen = port_of(fd);
    add_listener(s, door, fd, NULL);
    return OK;
}

/* A socket file of a server that was killed may be replaced; one that answers, or any other file, may not. */
static bool remove_stale(const struct sockaddr_un *at)
{
    struct stat st;

    if (lstat(at->sun_path, &st) != 0)
        return errno == ENOENT;
    errno = EEXIST;
    if (!S_ISSOCK(st.st_mode))
        return false;
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0)
        return false;
    bool dead = connect(probe, (const struct sockaddr *)at, sizeof *at) != 0 && errno == ECONNREFUSED;
    close(probe);
    errno = EADDRINUSE;
    return dead && unlink(at->sun_path) == 0;
}

enum err wire_server_listen_unix(struct wire_server *s, const struct wire_door *door, const char *path,
                                 unsigned mode, char *why, size_t why_size)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = -1;

    CHECK(!s->stopping);
    if (path[0] == '\0' || strlen(path) >= sizeof at.sun_path) {
        snprintf(why, why_size, "cannot listen on %s: a socket path has 1 to %zu bytes", path,
                 sizeof at.sun_path - 1);
        return ERR_BAD_INPUT;
    }
    memcpy(at.sun_path, path, strlen(path) + 1);
    if (remove_stale(&at))
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* The mode is set before the file exists, so nobody can slip in between bind and chmod. */
    if (fd < 0 || fchmod(fd, mode & 0777) != 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
        chmod(path, mode & 0777) != 0 || listen(fd, BACKLOG) != 0) {
        snprintf(why, why_size, "cannot listen on %s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return ERR_IO;
    }
    add_listener(s, door, fd, path);
    return OK;
}

void wire_server_renew_tls(struct wire_server *s, int tag, struct ssl_ctx_st *tls)
{
    for (struct wire_listener *l = s->listeners; l != NULL; l = l->next) {
        if (l->door.tag != tag || l->door.tls == NULL)
            continue;
        SSL_CTX_up_ref(tls);
        tls_context_free(l->door.tls);
        l->door.tls = tls;
    }
}

void wire_listeners_close(struct wire_server *s)
{
    for (struct wire_listener *l = s->listeners; l != NULL; l = l->next) {
        if (l->listener == NULL)
            continue;
        evconnlistener_free(l->listener);
        l->listener = NULL;
        if (l->path != NULL)
            unlink(l->path);
    }
    event_del(s->rearm);
}

void wire_listeners_free(struct wire_server *s)
{
    wire_listeners_close(s);
    while (s->listeners != NULL) {
        struct wire_listener *l = s->listeners;
        s->listeners = l->next;
        CHECK(l->open == 0);
        tls_context_free(l->door.tls);
        free(l->path);
        free(l);
    }
}
