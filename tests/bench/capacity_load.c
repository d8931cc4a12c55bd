/* Sends capacity reports over TLS as fast as they are answered, from so many clients that each keep their
 * connection and have one request under way: the load of scripts/bench-capacity, the same for every server
 * that is measured. One thread for all of them: clients are other machines, so what they cost here is not the
 * server's, and a thread to be woken for each answer would cost the server half as much again.
 *
 *   plek-bench-load PORT CA CERT KEY CLIENTS SECONDS BATCH POOLS
 *
 * POOLS is a file of pool codes, one a line. Every report is of now, with another count than the one before
 * of that pool. Prints one line of JSON: requests, reports, of these applied, seconds, p50_ms, p99_ms, and
 * what was not a 200.
 */
#include "base/mem.h"
#include "base/time_text.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SAMPLES_MAX 400000
#define ANSWER_MAX 65536
#define READY_MAX 256

struct client {
    SSL *ssl;
    int number;
    uint64_t serial;
    struct buf request;
    size_t sent;
    char answer[ANSWER_MAX];
    size_t answer_n;
    int64_t from_us;
    bool broken;
};

static struct {
    uint16_t port;
    SSL_CTX *tls;
    char **pools;
    size_t pools_n, pools_cap;
    int clients, batch;
    int epoll;
    uint64_t seed;
    int64_t until_ms;
    int64_t told_ms; /* the moment of AT */
    char at[TIME_TEXT_SIZE];
    struct buf body;
    uint64_t requests, reports, applied, bad;
    int first_bad, open;
    float *ms;
    size_t ms_n;
} run;

static int64_t mono_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Connect and shake hands, then never wait again. */
static void connect_client(struct client *c)
{
    const struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(run.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->ssl = SSL_new(run.tls);
    if (connect(fd, (const struct sockaddr *)&at, sizeof at) != 0 || SSL_set_fd(c->ssl, fd) != 1 ||
        SSL_connect(c->ssl) != 1 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
        epoll_ctl(run.epoll, EPOLL_CTL_ADD, fd, &ev) != 0) {
        fprintf(stderr, "cannot connect\n");
        exit(2);
    }
    run.open++;
}

static void end_client(struct client *c)
{
    close(SSL_get_fd(c->ssl)); /* which takes it out of epoll */
    SSL_free(c->ssl);
    c->ssl = NULL;
    run.open--;
}

/* ---- what is sent ---- */

static void add_number(struct buf *b, uint64_t v, unsigned base)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v > 0);
    buf_add(b, BYTES(digits + at, sizeof digits - at));
}

#define ADD(b, literal) buf_add((b), BYTES_LITERAL(literal))

static void add_report(struct buf *body, const struct client *c, uint64_t serial)
{
    /* Clients share the pools out, so that each goes through its own in turn. */
    size_t pool = (serial * (uint64_t)run.clients + (uint64_t)c->number) % run.pools_n;
    ADD(body, "{\"pool\":\"");
    buf_text(body, run.pools[pool]);
    ADD(body, "\",\"reportId\":\"");
    add_number(body, run.seed, 16);
    ADD(body, "-");
    add_number(body, (uint64_t)c->number, 16);
    ADD(body, "-");
    add_number(body, serial, 16);
    ADD(body, "\",\"observedAt\":\"");
    buf_text(body, run.at);
    ADD(body, "\",\"source\":\"feed\",\"unitsTotal\":20,\"unitsFree\":");
    add_number(body, (serial + pool) % 20, 10);
    ADD(body, ",\"deliverable\":true}");
}

static void make_request(struct client *c)
{
    struct buf *request = &c->request, *body = &run.body;
    int64_t now_ms = time_wall_ms();
    if (now_ms != run.told_ms) {
        run.told_ms = now_ms;
        time_format(now_ms, run.at);
    }
    buf_clear(body);
    ADD(body, "{\"reports\":[");
    for (int i = 0; i < run.batch; i++) {
        if (i > 0)
            ADD(body, ",");
        add_report(body, c, c->serial++);
    }
    ADD(body, "]}");
    buf_clear(request);
    ADD(request, "POST /api/v1/capacity-reports HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                 "application/json\r\nIdempotency-Key: ");
    add_number(request, run.seed, 16);
    ADD(request, "-");
    add_number(request, (uint64_t)c->number, 10);
    ADD(request, "-");
    add_number(request, c->serial, 10);
    ADD(request, "\r\nContent-Length: ");
    add_number(request, body->len, 10);
    ADD(request, "\r\n\r\n");
    buf_add(request, buf_view(body));
    c->sent = 0;
    c->answer_n = 0;
    c->from_us = mono_us();
}

/* Send what is left of the request; what does not fit waits until there is room. */
static void send_request(struct client *c)
{
    struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    size_t wrote = 0;
    bool waited = c->sent > 0;
    while (c->sent < c->request.len) {
        if (SSL_write_ex(c->ssl, c->request.p + c->sent, c->request.len - c->sent, &wrote) == 1) {
            c->sent += wrote;
            continue;
        }
        c->broken = SSL_get_error(c->ssl, 0) != SSL_ERROR_WANT_WRITE;
        if (!c->broken)
            epoll_ctl(run.epoll, EPOLL_CTL_MOD, SSL_get_fd(c->ssl), &ev);
        return;
    }
    ev.events = EPOLLIN;
    if (waited)
        epoll_ctl(run.epoll, EPOLL_CTL_MOD, SSL_get_fd(c->ssl), &ev);
}

/* ---- what comes back ---- */

/* Status of the answer, 0 while it is not whole. */
static int answer_status(const struct client *c)
{
    const char *end = strstr(c->answer, "\r\n\r\n");
    const char *length = end != NULL ? strcasestr(c->answer, "\r\ncontent-length:") : NULL;
    if (length == NULL || (long)c->answer_n - (end + 4 - c->answer) < atol(length + 17))
        return 0;
    return atoi(c->answer + 9);
}

static void count(struct client *c, int status)
{
    if (run.ms_n < SAMPLES_MAX)
        run.ms[run.ms_n++] = (float)(mono_us() - c->from_us) / 1000.0F;
    if (status == 200) {
        const char *applied = strstr(c->answer, "\"applied\":");
        run.requests++;
        run.reports += (uint64_t)run.batch;
        run.applied += applied != NULL ? strtoull(applied + 10, NULL, 10) : 0;
    } else {
        run.bad++;
        run.first_bad = run.first_bad == 0 ? status : run.first_bad;
    }
}

/* Read what is there; the status once the answer is whole, 0 before. */
static int read_answer(struct client *c)
{
    size_t got = 0;
    while (c->answer_n < ANSWER_MAX - 1 &&
           SSL_read_ex(c->ssl, c->answer + c->answer_n, ANSWER_MAX - 1 - c->answer_n, &got) == 1) {
        c->answer_n += got;
        c->answer[c->answer_n] = '\0';
        int status = answer_status(c);
        if (status != 0)
            return status;
    }
    c->broken = c->answer_n == ANSWER_MAX - 1 || SSL_get_error(c->ssl, 0) != SSL_ERROR_WANT_READ;
    return 0;
}

static void serve(struct client *c, unsigned events)
{
    if ((events & EPOLLOUT) != 0 && c->sent < c->request.len)
        send_request(c);
    int status = c->broken ? 0 : read_answer(c);
    if (status != 0) {
        count(c, status);
        if (time_mono_ms() >= run.until_ms) {
            end_client(c);
            return;
        }
        make_request(c);
        send_request(c);
    }
    if (c->broken) {
        count(c, -1);
        end_client(c);
    }
}

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static bool set_up(char **args)
{
    char line[128];
    run.port = (uint16_t)atoi(args[0]);
    run.tls = SSL_CTX_new(TLS_client_method());
    run.clients = atoi(args[4]);
    run.batch = atoi(args[6]);
    run.epoll = epoll_create1(EPOLL_CLOEXEC);
    run.seed = (uint64_t)time_wall_ms();
    FILE *in = fopen(args[7], "re");
    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        MEM_GROW(run.pools, run.pools_n, run.pools_cap);
        run.pools[run.pools_n++] = mem_dup_text(line);
    }
    if (in != NULL)
        fclose(in);
    SSL_CTX_set_verify(run.tls, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(run.tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(run.tls, 1);
    return run.clients > 0 && run.batch > 0 && run.pools_n > 0 &&
           SSL_CTX_load_verify_file(run.tls, args[1]) == 1 &&
           SSL_CTX_use_certificate_chain_file(run.tls, args[2]) == 1 &&
           SSL_CTX_use_PrivateKey_file(run.tls, args[3], SSL_FILETYPE_PEM) == 1;
}

static void tear_down(struct client *clients)
{
    for (int i = 0; i < run.clients; i++)
        buf_fini(&clients[i].request);
    for (size_t i = 0; i < run.pools_n; i++)
        free(run.pools[i]);
    free(run.pools);
    free(run.ms);
    free(clients);
    buf_fini(&run.body);
    SSL_CTX_free(run.tls);
    close(run.epoll);
}

int main(int argc, char **argv)
{
    struct epoll_event ready[READY_MAX];
    if (argc != 9 || !set_up(argv + 1)) {
        fprintf(stderr, "usage: plek-bench-load PORT CA CERT KEY CLIENTS SECONDS BATCH POOLS\n");
        return 2;
    }
    struct client *clients = mem_new((size_t)run.clients, sizeof *clients);
    run.ms = mem_new(SAMPLES_MAX, sizeof *run.ms);
    for (int i = 0; i < run.clients; i++) { /* handshakes are not measured */
        clients[i].number = i;
        connect_client(&clients[i]);
    }
    int64_t from = time_mono_ms();
    run.until_ms = from + atoi(argv[6]) * 1000;
    for (int i = 0; i < run.clients; i++) {
        make_request(&clients[i]);
        send_request(&clients[i]);
    }
    while (run.open > 0) {
        int n = epoll_wait(run.epoll, ready, READY_MAX, -1);
        for (int i = 0; i < n; i++)
            serve(ready[i].data.ptr, ready[i].events);
    }
    double seconds = (double)(time_mono_ms() - from) / 1000.0;
    size_t n = run.ms_n;
    qsort(run.ms, n, sizeof *run.ms, compare);
    printf("{\"requests\":%llu,\"reports\":%llu,\"applied\":%llu,\"seconds\":%.3f,\"p50_ms\":%.3f,\"p99_ms\":"
           "%.3f,\"bad\":%llu,\"first_bad\":%d}\n",
           (unsigned long long)run.requests, (unsigned long long)run.reports, (unsigned long long)run.applied,
           seconds, n > 0 ? (double)run.ms[n / 2] : 0, n > 0 ? (double)run.ms[n * 99 / 100] : 0,
           (unsigned long long)run.bad, run.first_bad);
    tear_down(clients);
    return 0;
}
