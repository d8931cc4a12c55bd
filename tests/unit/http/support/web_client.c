#include "support/web.h"

#include "../wire/support/test_certs.h"
#include "base/check.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- bytes ---- */

struct ssl_ctx_st *web_machine_client(const struct web *w, bool enrolled)
{
    const struct test_certs *t = w->certs;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    CHECK(SSL_CTX_load_verify_file(context, t->ca) == 1);
    CHECK(SSL_CTX_use_certificate_file(context, enrolled ? t->client_cert : t->stranger_cert,
                                       SSL_FILETYPE_PEM) == 1);
    CHECK(SSL_CTX_use_PrivateKey_file(context, enrolled ? t->client_key : t->stranger_key,
                                      SSL_FILETYPE_PEM) == 1);
    return context;
}

static bool may_go_on(struct web_client *c, int result)
{
    if (c->ssl != NULL) {
        int e = SSL_get_error(c->ssl, result);

        if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE)
            return true;
    } else if (result < 0 && (errno == EAGAIN || errno == EINTR || errno == EINPROGRESS)) {
        return true;
    }
    c->ended = true;
    return false;
}

void web_connect(struct web_client *c, struct web *w, struct ssl_ctx_st *tls)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(tls != NULL ? w->machine_port : w->port)};
    int result = 0;

    memset(c, 0, sizeof *c);
    c->w = w;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(c->fd >= 0);
    CHECK(connect(c->fd, (struct sockaddr *)&at, sizeof at) == 0 || errno == EINPROGRESS);
    if (tls == NULL)
        return;
    c->ssl = SSL_new(tls);
    SSL_set_fd(c->ssl, c->fd);
    web_until(w, (result = SSL_connect(c->ssl)) == 1 || !may_go_on(c, result));
}

void web_close(struct web_client *c)
{
    SSL_free(c->ssl);
    close(c->fd);
    buf_fini(&c->in);
}

static size_t send_some(struct web_client *c, struct bytes v)
{
    ssize_t n = c->ssl != NULL ? SSL_write(c->ssl, v.p, (int)v.len) : send(c->fd, v.p, v.len, MSG_NOSIGNAL);

    if (n <= 0)
        (void)may_go_on(c, (int)n);
    return n > 0 ? (size_t)n : 0;
}

void web_send(struct web_client *c, const char *text)
{
    struct bytes rest = bytes_of_text(text);

    while (rest.len > 0 && !c->ended) {
        size_t n = send_some(c, rest);

        rest = BYTES(rest.p + n, rest.len - n);
        if (n == 0)
            web_turn(c->w);
    }
}

void web_read(struct web_client *c)
{
    uint8_t b[16384];

    while (!c->ended) {
        ssize_t n = c->ssl != NULL ? SSL_read(c->ssl, b, sizeof b) : recv(c->fd, b, sizeof b, 0);

        if (n <= 0) {
            (void)may_go_on(c, (int)n);
            return;
        }
        buf_add(&c->in, BYTES(b, (size_t)n));
    }
}

/* ---- one answer ---- */

void web_answer_fini(struct web_answer *a)
{
    buf_fini(&a->body);
    json_decref(a->json);
    a->json = NULL;
}

const char *web_header(const struct web_answer *a, const char *name)
{
    static char value[1024];
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

static void take_answer(struct web_client *c, struct web_answer *a, bool is_head)
{
    const uint8_t *stop = NULL;
    const char *len_text;
    size_t head_len = 0, len = 0;

    web_until(c->w,
              (web_read(c), c->in.len > 0 && (stop = memmem(c->in.p, c->in.len, "\r\n\r\n", 4)) != NULL) ||
                  c->ended);
    if (stop == NULL)
        fail_msg("the connection ended without an answer");
    head_len = (size_t)(stop - c->in.p) + 4;
    CHECK(head_len < sizeof a->head && memcmp(c->in.p, "HTTP/1.1 ", 9) == 0);
    memcpy(a->head, c->in.p, head_len);
    a->head[head_len] = '\0';
    a->status = atoi(a->head + 9);
    len_text = web_header(a, "Content-Length");
    len = len_text != NULL && !is_head ? strtoul(len_text, NULL, 10) : 0;
    web_until(c->w, (web_read(c), c->in.len >= head_len + len) || c->ended);
    CHECK(c->in.len >= head_len + len);
    buf_add(&a->body, BYTES(c->in.p + head_len, len));
    memmove(c->in.p, c->in.p + head_len + len, c->in.len - head_len - len);
    c->in.len -= head_len + len;
}

void web_ask_on(struct web_client *c, struct web_answer *a, const char *method, const char *path,
                const char *headers, const char *body)
{
    struct buf request = {0};
    json_error_t error;

    web_answer_fini(a);
    memset(a, 0, sizeof *a);
    buf_format(&request, "%s %s HTTP/1.1\r\nHost: plek.example:8443\r\n%s", method, path, headers);
    if (body != NULL)
        buf_format(&request, "Content-Length: %zu\r\n", strlen(body));
    buf_text(&request, "\r\n");
    if (body != NULL)
        buf_text(&request, body);
    web_send(c, buf_c_str(&request));
    buf_fini(&request);
    take_answer(c, a, strcmp(method, "HEAD") == 0);
    if (a->body.len > 0)
        a->json = json_loadb((const char *)a->body.p, a->body.len, JSON_REJECT_DUPLICATES, &error);
}

void web_ask(struct web *w, struct web_answer *a, const char *method, const char *path, const char *headers,
             const char *body)
{
    struct web_client c;

    web_connect(&c, w, NULL);
    web_ask_on(&c, a, method, path, headers, body);
    web_close(&c);
}

const char *web_text(const struct web_answer *a, const char *name)
{
    const char *text = json_string_value(json_object_get(a->json, name));

    return text != NULL ? text : "";
}

int64_t web_int(const struct web_answer *a, const char *name)
{
    const json_t *v = json_object_get(a->json, name);

    return json_is_integer(v) ? json_integer_value(v) : -1;
}

const char *web_problem(const struct web_answer *a)
{
    const char *type = web_text(a, "type");
    const char *slash = strrchr(type, '/');

    return slash != NULL ? slash + 1 : "";
}

bool web_names(const struct web_answer *a, const char *pointer)
{
    const json_t *errors = json_object_get(a->json, "errors");
    size_t i;
    json_t *one;

    json_array_foreach(errors, i, one)
    {
        const char *at = json_string_value(json_object_get(one, "pointer"));

        if (at != NULL && strcmp(at, pointer) == 0)
            return true;
    }
    return false;
}

/* ---- people ---- */

void web_try_sign_in(struct web *w, struct web_answer *a, const char *username, const char *password,
                     const char *headers)
{
    json_t *body = json_pack("{s:s, s:s}", "username", username, "password", password);
    char *text = json_dumps(body, 0);
    char all[600];

    snprintf(all, sizeof all, "Content-Type: application/json\r\n%s", headers);
    web_ask(w, a, "POST", "/api/v1/session", all, text);
    free(text);
    json_decref(body);
}

void web_sign_in(struct web *w, const char *username, struct web_login *out)
{
    struct web_answer a = {0};
    const char *cookie;

    memset(out, 0, sizeof *out);
    web_try_sign_in(w, &a, username, WEB_PASSWORD, "");
    if (a.status != 201)
        fail_msg("%s could not sign in: %d %s", username, a.status, web_problem(&a));
    cookie = web_header(&a, "Set-Cookie");
    CHECK(cookie != NULL && strncmp(cookie, "__Host-plek=", 12) == 0);
    snprintf(out->cookie, sizeof out->cookie, "%.*s", (int)strcspn(cookie + 12, ";"), cookie + 12);
    snprintf(out->csrf, sizeof out->csrf, "%s", web_text(&a, "csrfToken"));
    snprintf(out->headers, sizeof out->headers,
             "Cookie: __Host-plek=%s\r\nX-CSRF-Token: %s\r\nOrigin: " WEB_ORIGIN "\r\n", out->cookie,
             out->csrf);
    web_answer_fini(&a);
}

void web_get(struct web *w, struct web_answer *a, const struct web_login *who, const char *path)
{
    char headers[200];

    snprintf(headers, sizeof headers, "Cookie: __Host-plek=%s\r\n", who->cookie);
    web_ask(w, a, "GET", path, headers, NULL);
}

void web_post(struct web *w, struct web_answer *a, const struct web_login *who, const char *path,
              const char *key, const char *body)
{
    static unsigned made;
    char headers[700], own[32];

    snprintf(own, sizeof own, "key-of-test-%u", ++made);
    snprintf(headers, sizeof headers, "%sContent-Type: application/json\r\nIdempotency-Key: %s\r\n",
             who->headers, key != NULL ? key : own);
    web_ask(w, a, "POST", path, headers, body);
}
