/* Sends capacity reports over TLS as fast as they are answered, from so many clients that each keep their
 * connection: the load of scripts/bench-capacity, the same for every server that is measured.
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
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SAMPLES_MAX 400000
#define ANSWER_MAX 65536

static struct {
    uint16_t port;
    SSL_CTX *tls;
    char **pools;
    size_t pools_n, pools_cap;
    int clients, batch;
    pthread_barrier_t connected, started; /* handshakes are not measured */
    int64_t until_ms;
} run;

struct client {
    pthread_t thread;
    int number;
    uint64_t requests, reports, applied, bad;
    int first_bad;
    float *ms;
    size_t ms_n;
};

static int64_t mono_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static SSL *connect_to(uint16_t port)
{
    const struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    SSL *ssl = SSL_new(run.tls);
    if (connect(fd, (const struct sockaddr *)&at, sizeof at) != 0 || SSL_set_fd(ssl, fd) != 1 ||
        SSL_connect(ssl) != 1) {
        fprintf(stderr, "cannot connect\n");
        exit(2);
    }
    return ssl;
}

/* Status of one answer, read to its end; -1 when the connection broke. */
static int read_answer(SSL *ssl, char *at)
{
    int n = 0;
    for (;;) {
        int got = SSL_read(ssl, at + n, ANSWER_MAX - 1 - n);
        if (got <= 0)
            return -1;
        n += got;
        at[n] = '\0';
        const char *end = strstr(at, "\r\n\r\n");
        const char *length = end != NULL ? strcasestr(at, "\r\ncontent-length:") : NULL;
        if (length != NULL && at + n - (end + 4) >= atol(length + 17))
            return atoi(at + 9);
    }
}

static void add_report(struct buf *body, const struct client *c, uint64_t seed, uint64_t serial)
{
    char at[TIME_TEXT_SIZE];
    /* Clients share the pools out, so that each goes through its own in turn. */
    size_t pool = (serial * (uint64_t)run.clients + (uint64_t)c->number) % run.pools_n;
    buf_format(body,
               "%s{\"pool\":\"%s\",\"reportId\":\"%llx-%x-%llx\",\"observedAt\":\"%s\",\"source\":\"feed\","
               "\"unitsTotal\":20,\"unitsFree\":%llu,\"deliverable\":true}",
               body->len > 12 ? "," : "", run.pools[pool], (unsigned long long)seed, (unsigned)c->number,
               (unsigned long long)serial, time_format(time_wall_ms(), at),
               (unsigned long long)((serial + pool) % 20));
}

static void *work(void *ctx)
{
    struct client *c = ctx;
    struct buf body = {0}, request = {0};
    char *answer = mem_new(ANSWER_MAX, 1);
    SSL *ssl = connect_to(run.port);
    pthread_barrier_wait(&run.connected);
    pthread_barrier_wait(&run.started);
    uint64_t serial = 0, seed = (uint64_t)time_wall_ms();
    while (time_mono_ms() < run.until_ms) {
        buf_clear(&body);
        buf_text(&body, "{\"reports\":[");
        for (int i = 0; i < run.batch; i++)
            add_report(&body, c, seed, serial++);
        buf_text(&body, "]}");
        buf_clear(&request);
        buf_format(&request,
                   "POST /api/v1/capacity-reports HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                   "application/json\r\nIdempotency-Key: %llx-%d-%llu\r\nContent-Length: %zu\r\n\r\n",
                   (unsigned long long)seed, c->number, (unsigned long long)serial, body.len);
        buf_add(&request, buf_view(&body));
        int64_t from = mono_us();
        int status = SSL_write(ssl, request.p, (int)request.len) > 0 ? read_answer(ssl, answer) : -1;
        if (c->ms_n < SAMPLES_MAX / (size_t)run.clients)
            c->ms[c->ms_n++] = (float)(mono_us() - from) / 1000.0F;
        if (status == 200) {
            const char *applied = strstr(answer, "\"applied\":");
            c->requests++;
            c->reports += (uint64_t)run.batch;
            c->applied += applied != NULL ? strtoull(applied + 10, NULL, 10) : 0;
        } else {
            c->bad++;
            c->first_bad = c->first_bad == 0 ? status : c->first_bad;
            if (status < 0)
                break;
        }
    }
    close(SSL_get_fd(ssl));
    SSL_free(ssl);
    buf_fini(&body);
    buf_fini(&request);
    free(answer);
    return NULL;
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
    FILE *in = fopen(args[7], "re");
    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        MEM_GROW(run.pools, run.pools_n, run.pools_cap);
        run.pools[run.pools_n++] = mem_dup_text(line);
    }
    if (in != NULL)
        fclose(in);
    SSL_CTX_set_verify(run.tls, SSL_VERIFY_PEER, NULL);
    return run.clients > 0 && run.batch > 0 && run.pools_n > 0 &&
           SSL_CTX_load_verify_file(run.tls, args[1]) == 1 &&
           SSL_CTX_use_certificate_chain_file(run.tls, args[2]) == 1 &&
           SSL_CTX_use_PrivateKey_file(run.tls, args[3], SSL_FILETYPE_PEM) == 1;
}

int main(int argc, char **argv)
{
    if (argc != 9 || !set_up(argv + 1)) {
        fprintf(stderr, "usage: plek-bench-load PORT CA CERT KEY CLIENTS SECONDS BATCH POOLS\n");
        return 2;
    }
    struct client *clients = mem_new((size_t)run.clients, sizeof *clients);
    uint64_t requests = 0, reports = 0, applied = 0, bad = 0;
    int first_bad = 0;
    size_t n = 0;
    float *all = mem_new(SAMPLES_MAX, sizeof *all);
    pthread_barrier_init(&run.connected, NULL, (unsigned)run.clients + 1);
    pthread_barrier_init(&run.started, NULL, (unsigned)run.clients + 1);
    for (int i = 0; i < run.clients; i++) {
        clients[i].number = i;
        clients[i].ms = mem_new(SAMPLES_MAX / (size_t)run.clients, sizeof(float));
        if (pthread_create(&clients[i].thread, NULL, work, &clients[i]) != 0)
            return 2;
    }
    pthread_barrier_wait(&run.connected);
    int64_t from = time_mono_ms();
    run.until_ms = from + atoi(argv[6]) * 1000;
    pthread_barrier_wait(&run.started);
    for (int i = 0; i < run.clients; i++) {
        struct client *c = &clients[i];
        pthread_join(c->thread, NULL);
        requests += c->requests;
        reports += c->reports;
        applied += c->applied;
        bad += c->bad;
        first_bad = first_bad == 0 ? c->first_bad : first_bad;
        memcpy(all + n, c->ms, c->ms_n * sizeof(float));
        n += c->ms_n;
        free(c->ms);
    }
    qsort(all, n, sizeof *all, compare);
    printf("{\"requests\":%llu,\"reports\":%llu,\"applied\":%llu,\"seconds\":%.3f,\"p50_ms\":%.3f,\"p99_ms\":"
           "%.3f,\"bad\":%llu,"
           "\"first_bad\":%d}\n",
           (unsigned long long)requests, (unsigned long long)reports, (unsigned long long)applied,
           (double)(time_mono_ms() - from) / 1000.0, n > 0 ? (double)all[n / 2] : 0,
           n > 0 ? (double)all[n * 99 / 100] : 0, (unsigned long long)bad, first_bad);
    free(all);
    free(clients);
    for (size_t i = 0; i < run.pools_n; i++)
        free(run.pools[i]);
    free(run.pools);
    SSL_CTX_free(run.tls);
    return 0;
}
