#include "wire_world.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "wire/http_query.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

uint32_t echo_sum(struct bytes v)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < v.len; i++)
        h = (h ^ v.p[i]) * 16777619u;
    return h;
}

/* ---- handler ---- */

static bool path_is(const struct http_head *head, const char *path)
{
    return bytes_equal(head->path, bytes_of_text(path));
}

static void answer(struct world *w, struct wire_ticket t, int status, const struct wire_header *h, size_t n,
                   struct bytes body)
{
    w->in_call++;
    wire_answer(w->server, t, status, h, n, body);
    w->in_call--;
}

static void echo(struct world *w, const struct wire_request *r)
{
    const struct wire_header headers[] = {{"Content-Type", "text/plain"}};
    struct buf b = {0};

    buf_format(&b, "%s ", http_method_name(r->head->method));
    buf_add(&b, r->head->path); /* by memcpy: the sanitizer does not look behind "%.*s" */
    buf_text(&b, "?");
    buf_add(&b, r->head->query);
    buf_format(&b, " len=%zu sum=%08x", r->body.len, echo_sum(r->body));
    answer(w, r->ticket, 200, headers, 1, buf_view(&b));
    buf_fini(&b);
}

static void on_request(void *ctx, const struct wire_request *r)
{
    struct world *w = ctx;
    int64_t n = 0;

    CHECK(w->in_call == 0);
    CHECK(wire_is_waiting(w->server, r->ticket));
    snprintf(w->peer, sizeof w->peer, "%s", r->peer);
    snprintf(w->subject, sizeof w->subject, "%s", r->subject);
    w->has_spki = r->spki != NULL;
    if (w->has_spki)
        memcpy(w->spki, r->spki, sizeof w->spki);
    w->tls = r->tls;
    w->door = r->door;
    if (path_is(r->head, "/later")) {
        CHECK((size_t)w->later_n < COUNT_OF(w->later));
        w->later[w->later_n++] = r->ticket;
    } else if (path_is(r->head, "/big")) {
        CHECK(http_query_int(r->head->query, "n", 0, 1 << 26, &n) == OK);
        char *x = mem_new((size_t)n + 1, 1);
        memset(x, 'x', (size_t)n);
        answer(w, r->ticket, 200, NULL, 0, BYTES(x, (size_t)n));
        free(x);
    } else if (path_is(r->head, "/stream")) {
        const struct wire_header headers[] = {{"Content-Type", "text/event-stream"}};
        w->stream = r->ticket;
        w->streams_begun++;
        w->in_call++;
        CHECK(wire_stream_begin(w->server, r->ticket, headers, 1) == OK);
        w->in_call--;
    } else if (path_is(r->head, "/204")) {
        answer(w, r->ticket, 204, NULL, 0, BYTES_LITERAL("not sent"));
    } else if (path_is(r->head, "/split")) {
        const struct wire_header headers[] = {{"Location", "/a\r\nSet-Cookie: b=c"}};
        answer(w, r->ticket, 303, headers, 1, BYTES_LITERAL(""));
    } else {
        echo(w, r);
    }
}

static uint64_t on_body_limit(void *ctx, const struct http_head *head, int door)
{
    struct world *w = ctx;

    (void)door;
    CHECK(w->in_call == 0);
    return path_is(head, "/batch") ? 1024 * 1024 : w->limits.body_bytes_max;
}

static void on_stream_drained(void *ctx, struct wire_ticket ticket)
{
    struct world *w = ctx;

    (void)ticket;
    CHECK(w->in_call == 0);
    w->drained++;
}

static void on_stream_closed(void *ctx, struct wire_ticket ticket)
{
    struct world *w = ctx;

    CHECK(w->in_call == 0);
    CHECK(!wire_is_waiting(w->server, ticket));
    w->streams_closed++;
    w->closed = ticket;
}

void world_answer_later(struct world *w, const char *body)
{
    for (int i = 0; i < w->later_n; i++)
        answer(w, w->later[i], 200, NULL, 0, bytes_of_text(body));
    w->later_n = 0;
}

/* ---- world ---- */

struct wire_limits world_limits(void)
{
    struct wire_limits l = wire_limits_default();

    l.handshake_ms = l.head_ms = l.body_ms = l.idle_ms = l.answer_ms = l.write_ms = l.linger_ms = 4000;
    l.connections_max = 100;
    l.connections_per_address_max = 100;
    return l;
}

static void on_tick(int fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
}

void world_start(struct world *w, const struct wire_limits *limits, struct ssl_ctx_st *tls)
{
    const struct timeval step = {0, 2000};
    const struct wire_handler handler = {
        .on_request = on_request,
        .body_limit = on_body_limit,
        .on_stream_drained = on_stream_drained,
        .on_stream_closed = on_stream_closed,
    };
    const struct wire_door door = {.tag = 7, .tls = tls};
    char why[160] = "";

    memset(w, 0, sizeof *w);
    w->limits = *limits;
    w->base = event_base_new();
    w->tick = event_new(w->base, -1, EV_PERSIST, on_tick, NULL);
    event_add(w->tick, &step);
    w->server = wire_server_new(w->base, limits, &handler, w);
    if (wire_server_listen(w->server, &door, "127.0.0.1", 0, &w->port, why, sizeof why) != OK)
        fail_msg("%s", why);
}

void world_stop(struct world *w)
{
    wire_server_free(w->server);
    event_free(w->tick);
    event_base_free(w->base);
}

const struct wire_stats *world_stats(const struct world *w)
{
    return wire_server_stats(w->server);
}

void world_turn(struct world *w)
{
    event_base_loop(w->base, EVLOOP_ONCE);
}

void world_run(struct world *w, int ms)
{
    int64_t until_ms = time_mono_ms() + ms;
    while (time_mono_ms() < until_ms)
        world_turn(w);
}

/* ---- client ---- */

struct ssl_ctx_st *client_context(const char *ca, const char *cert, const char *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    CHECK(SSL_CTX_load_verify_file(context, ca) == 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (cert != NULL) {
        CHECK(SSL_CTX_use_certificate_file(context, cert, SSL_FILETYPE_PEM) == 1);
        CHECK(SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1);
    }
    return context;
}

/* True if the operation may be tried again; else the connection's fate is noted. */
static bool try_again(struct client *c, int result)
{
    if (c->ssl == NULL) {
        if (result == 0)
            c->ended = true;
        else if (errno == EAGAIN || errno == EINTR || errno == EINPROGRESS)
            return true;
        else
            c->broken = true;
        return false;
    }
    int e = SSL_get_error(c->ssl, result);
    ERR_clear_error();
    if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE)
        return true;
    if (e == SSL_ERROR_ZERO_RETURN)
        c->ended = true;
    else
        c->broken = true;
    return false;
}

void client_adopt(struct client *c, struct world *w, int fd)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(w->port)};
    const int one = 1;

    memset(c, 0, sizeof *c);
    c->w = w;
    c->fd = fd;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    /* Else a second small piece waits 40 ms for the acknowledgement of the first. */
    CHECK(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0);
    CHECK(connect(fd, (struct sockaddr *)&at, sizeof at) == 0 || errno == EINPROGRESS);
}

bool client_open(struct client *c, struct world *w, struct ssl_ctx_st *tls)
{
    int64_t until_ms = time_mono_ms() + WAIT_MS;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    CHECK(fd >= 0);
    client_adopt(c, w, fd);
    if (tls == NULL)
        return true;
    c->ssl = SSL_new(tls);
    SSL_set_fd(c->ssl, fd);
    for (;;) {
        int r = SSL_connect(c->ssl);
        if (r == 1)
            return true;
        if (!try_again(c, r))
            return false;
        if (time_mono_ms() > until_ms)
            fail_msg("TLS handshake takes too long");
        world_turn(w);
    }
}

void client_close(struct client *c)
{
    SSL_free(c->ssl);
    close(c->fd);
    buf_fini(&c->in);
    c->ssl = NULL;
    c->fd = -1;
}

size_t client_try_send(struct client *c, struct bytes v)
{
    ssize_t n = c->ssl != NULL ? SSL_write(c->ssl, v.p, (int)v.len) : send(c->fd, v.p, v.len, MSG_NOSIGNAL);

    if (n <= 0)
        (void)try_again(c, (int)n);
    return n > 0 ? (size_t)n : 0;
}

void client_send(struct client *c, struct bytes v)
{
    int64_t until_ms = time_mono_ms() + WAIT_MS;

    while (v.len > 0) {
        size_t n = client_try_send(c, v);
        v.p += n;
        v.len -= n;
        if (n > 0)
            continue;
        if (c->broken || c->ended)
            return;
        if (time_mono_ms() > until_ms)
            fail_msg("sending takes too long");
        client_read(c); /* else both sides could wait for the other to read */
        world_turn(c->w);
    }
}

void client_text(struct client *c, const char *text)
{
    client_send(c, bytes_of_text(text));
}

void client_read(struct client *c)
{
    uint8_t b[16384];

    while (!c->ended && !c->broken) {
        ssize_t n = c->ssl != NULL ? SSL_read(c->ssl, b, sizeof b) : recv(c->fd, b, sizeof b, 0);
        if (n <= 0) {
            (void)try_again(c, (int)n);
            return;
        }
        buf_add(&c->in, BYTES(b, (size_t)n));
    }
}

static void take(struct client *c, size_t n)
{
    memmove(c->in.p, c->in.p + n, c->in.len - n);
    c->in.len -= n;
}

const char *answer_field(const struct answer *a, const char *name)
{
    static char value[256];
    size_t len = strlen(name);

    for (const char *line = strstr(a->head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, len) == 0 && line[2 + len] == ':') {
            const char *from = line + 2 + len + 2;
            snprintf(value, sizeof value, "%.*s", (int)strcspn(from, "\r"), from);
            return value;
        }
    }
    return NULL;
}

/* The chunked body at AT of the input: true when its last chunk is here; *END is where it ends. */
static bool read_chunks(struct client *c, size_t at, struct buf *body, size_t *end)
{
    buf_clear(body);
    for (;;) {
        const char *line = (const char *)c->in.p + at;
        const char *stop = memmem(line, c->in.len - at, "\r\n", 2);
        if (stop == NULL)
            return false;
        size_t n = strtoul(line, NULL, 16);
        at += (size_t)(stop - line) + 2;
        if (c->in.len - at < n + 2)
            return false;
        buf_add(body, BYTES(c->in.p + at, n));
        at += n + 2;
        if (n == 0) {
            *end = at;
            return true;
        }
    }
}

static bool answer_complete(struct client *c, struct answer *a, bool no_body)
{
    const uint8_t *stop = c->in.len == 0 ? NULL : memmem(c->in.p, c->in.len, "\r\n\r\n", 4);
    size_t head_len, end;

    if (stop == NULL)
        return false;
    head_len = (size_t)(stop - c->in.p) + 4;
    if (memcmp(c->in.p, "HTTP/1.1 ", 9) != 0)
        fail_msg("bytes that are no answer: %.40s", (const char *)c->in.p);
    CHECK(head_len < sizeof a->head);
    memcpy(a->head, c->in.p, head_len);
    a->head[head_len] = '\0';
    a->status = atoi(a->head + 9);
    buf_clear(&a->body);
    if (no_body || answer_field(a, "Content-Length") == NULL) {
        end = head_len;
        if (!no_body && answer_field(a, "Transfer-Encoding") != NULL &&
            !read_chunks(c, head_len, &a->body, &end))
            return false;
    } else {
        size_t len = strtoul(answer_field(a, "Content-Length"), NULL, 10);
        if (c->in.len < head_len + len)
            return false;
        buf_add(&a->body, BYTES(c->in.p + head_len, len));
        end = head_len + len;
    }
    take(c, end);
    return true;
}

bool client_answer(struct client *c, struct answer *a, bool no_body)
{
    int64_t until_ms = time_mono_ms() + WAIT_MS;

    for (;;) {
        client_read(c);
        if (answer_complete(c, a, no_body))
            return true;
        if (c->ended || c->broken)
            return false;
        if (time_mono_ms() > until_ms)
            fail_msg("waited too long for an answer");
        world_turn(c->w);
    }
}

void answer_fini(struct answer *a)
{
    buf_fini(&a->body);
}

int client_wait_end(struct client *c)
{
    int64_t from_ms = time_mono_ms();

    while (!c->ended && !c->broken) {
        if (time_mono_ms() > from_ms + WAIT_MS)
            fail_msg("the server does not close");
        world_turn(c->w);
        client_read(c);
    }
    return (int)(time_mono_ms() - from_ms);
}
