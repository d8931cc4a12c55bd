#include "poll_site.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "wire/tls.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_SIZE 4096

struct site {
    struct ssl_ctx_st *tls;
    int fd;
    uint16_t port;
    pthread_t thread;
    pthread_mutex_t lock; /* all below */
    bool stop;
    struct site_reply replies[SITE_KEPT];
    int replies_n, requests;
    char heads[SITE_KEPT][HEAD_SIZE];
    int64_t at_ms[SITE_KEPT];
};

static bool read_head(SSL *ssl, char head[HEAD_SIZE])
{
    size_t n = 0;
    head[0] = '\0';
    while (n < HEAD_SIZE - 1 && strstr(head, "\r\n\r\n") == NULL) {
        int got = SSL_read(ssl, head + n, (int)(HEAD_SIZE - 1 - n));
        if (got <= 0)
            return false;
        n += (size_t)got;
        head[n] = '\0';
    }
    return true;
}

static struct site_reply keep(struct site *s, const char *head)
{
    pthread_mutex_lock(&s->lock);
    int i = s->requests++;
    if (i < SITE_KEPT) {
        memcpy(s->heads[i], head, HEAD_SIZE);
        s->at_ms[i] = time_mono_ms();
    }
    struct site_reply reply = s->replies[i < s->replies_n ? i : s->replies_n - 1];
    pthread_mutex_unlock(&s->lock);
    return reply;
}

static void say_part(SSL *ssl, const char *text, size_t len)
{
    for (int n = 1; len > 0 && n > 0; text += n > 0 ? n : 0, len -= n > 0 ? (size_t)n : 0)
        n = SSL_write(ssl, text, (int)len); /* may take a part only */
}

static void say(SSL *ssl, const char *text)
{
    const char *mark = strstr(text, SITE_LENGTH), *body = strstr(text, "\r\n\r\n");
    char number[64];
    if (mark != NULL && body != NULL) {
        const char *rest = mark + strlen(SITE_LENGTH);
        snprintf(number, sizeof number, "Content-Length: %zu", strlen(body + 4));
        say_part(ssl, text, (size_t)(mark - text));
        say_part(ssl, number, strlen(number));
        text = rest;
    }
    say_part(ssl, text, strlen(text));
}

static void serve(struct site *s, SSL *ssl)
{
    char head[HEAD_SIZE] = "", more[4096];
    if (SSL_accept(ssl) != 1 || !read_head(ssl, head))
        return;
    struct site_reply reply = keep(s, head);
    say(ssl, reply.text);
    memset(more, 'x', sizeof more);
    if (reply.tail == TAIL_HANG)
        (void)SSL_read(ssl, more, sizeof more);
    while (reply.tail == TAIL_ENDLESS && SSL_write(ssl, more, sizeof more) > 0)
        ;
    if (reply.tail == TAIL_CLOSE)
        SSL_shutdown(ssl);
}

static bool stopping(struct site *s)
{
    pthread_mutex_lock(&s->lock);
    bool stop = s->stop;
    pthread_mutex_unlock(&s->lock);
    return stop;
}

static void *run(void *ctx)
{
    struct site *s = ctx;
    const struct timeval bound = {.tv_sec = 5};
    while (!stopping(s)) {
        struct pollfd wait = {.fd = s->fd, .events = POLLIN};
        int fd = poll(&wait, 1, 20) == 1 ? accept(s->fd, NULL, NULL) : -1;
        if (fd < 0)
            continue;
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound);
        SSL *ssl = SSL_new(s->tls);
        CHECK(ssl != NULL && SSL_set_fd(ssl, fd) == 1);
        serve(s, ssl);
        SSL_free(ssl);
        close(fd);
    }
    return NULL;
}

struct site *site_open(const struct test_certs *certs, bool with_client_cert)
{
    struct site *s = mem_new(1, sizeof *s);
    const struct tls_config config = {certs->server_cert, certs->server_key,
                                      with_client_cert ? TLS_CLIENT_REQUIRED : TLS_CLIENT_NONE,
                                      with_client_cert ? certs->ca : NULL};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    char why[200] = "";
    CHECK(tls_server_context(&config, &s->tls, why, sizeof why) == OK);
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(s->fd >= 0 && bind(s->fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(s->fd, 16) == 0 &&
          getsockname(s->fd, (struct sockaddr *)&at, &len) == 0);
    s->port = ntohs(at.sin_port);
    s->replies[0].text = "HTTP/1.1 500 Not told\r\nContent-Length: 0\r\n\r\n";
    s->replies_n = 1;
    pthread_mutex_init(&s->lock, NULL);
    CHECK(pthread_create(&s->thread, NULL, run, s) == 0);
    return s;
}

uint16_t site_port(const struct site *s)
{
    return s->port;
}

void site_says(struct site *s, const struct site_reply *replies, int n)
{
    CHECK(n > 0 && n <= SITE_KEPT);
    pthread_mutex_lock(&s->lock);
    memcpy(s->replies, replies, (size_t)n * sizeof *replies);
    s->replies_n = n;
    s->requests = 0;
    memset(s->heads, 0, sizeof s->heads);
    pthread_mutex_unlock(&s->lock);
}

int site_requests(struct site *s)
{
    pthread_mutex_lock(&s->lock);
    int n = s->requests;
    pthread_mutex_unlock(&s->lock);
    return n;
}

const char *site_request(struct site *s, int i)
{
    CHECK(i >= 0 && i < SITE_KEPT && i < site_requests(s));
    return s->heads[i]; /* not written again before site_says */
}

int64_t site_request_at_ms(struct site *s, int i)
{
    CHECK(i >= 0 && i < SITE_KEPT && i < site_requests(s));
    return s->at_ms[i];
}

void site_close(struct site *s)
{
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    close(s->fd);
    tls_context_free(s->tls);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
