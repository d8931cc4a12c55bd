#include "adapters/transport/push.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "wire/http_query.h"
#include "wire/server.h"
#include "wire/tls.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define RETRY_AFTER "30"
#define GRANTS_MAX 1000

#define LOOK_S 60 /* at the files of the doors */

enum door { DOOR_TOKEN, DOOR_CERTIFICATE };
enum proof { BY_TOKEN, BY_KEY, BY_SUBJECT };

struct grant {
    char provider[CODE_TEXT_SIZE];
    enum proof proof;
    uint8_t hash[CRYPTO_SHA256_BYTES]; /* of token, public key, or serialNumber */
};

struct push {
    const struct intake *intake;
    const struct adapter_config *config;
    struct wire_server *server;
    struct grant *grants;
    size_t n, cap;
    uint16_t ports[2];
    struct event *look;
    int64_t seen_at; /* sum of the moments at which the files in use were written */
};

/* ---- access file ---- */

/* What stands behind the colon, as the hash that is compared. */
static bool read_proof(enum proof proof, const char *text, uint8_t out[CRYPTO_SHA256_BYTES])
{
    struct buf hash = {0};
    if (proof == BY_SUBJECT) {
        crypto_sha256(bytes_of_text(text), out);
        return text[0] != '\0' && strlen(text) < WIRE_SUBJECT_SIZE;
    }
    bool good = crypto_unhex(bytes_of_text(text), &hash) == OK && hash.len == CRYPTO_SHA256_BYTES;
    if (good)
        memcpy(out, hash.p, CRYPTO_SHA256_BYTES);
    buf_fini(&hash);
    return good;
}

static bool read_grant(struct push *p, char *line)
{
    static const char *const kinds[] = {"token-sha256:", "cert-sha256:", "subject:"};
    struct grant g = {0};
    char provider[64], proof[128], rest[2];
    if (line[strspn(line, " \t\r\n")] == '\0' || line[0] == '#')
        return true;
    if (p->n == GRANTS_MAX || sscanf(line, " %63[a-z0-9_-] = %127[!-~] %1s", provider, proof, rest) != 2 ||
        !is_code(bytes_of_text(provider)))
        return false;
    for (int kind = 0; kind < 3; kind++) {
        size_t n = strlen(kinds[kind]);
        if (strncmp(proof, kinds[kind], n) != 0)
            continue;
        g.proof = (enum proof)kind;
        memcpy(g.provider, provider, strlen(provider) + 1);
        if (!read_proof(g.proof, proof + n, g.hash) ||
            (g.proof == BY_SUBJECT && p->config->push_client_ca[0] == '\0'))
            return false;
        MEM_GROW(p->grants, p->n, p->cap);
        p->grants[p->n++] = g;
        return true;
    }
    return false;
}

static enum err load_grants(struct push *p, const char *path, char *why, size_t why_size)
{
    char line[512];
    struct stat st;
    enum err e = OK;
    if (path[0] == '\0')
        return OK;
    FILE *in = fopen(path, "re");
    if (in == NULL || fstat(fileno(in), &st) != 0) {
        snprintf(why, why_size, "cannot read the push access file %s", path);
        e = ERR_IO;
    } else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        snprintf(why, why_size, "%s may be written by others", path);
        e = ERR_BAD_INPUT;
    }
    for (int n = 1; e == OK && fgets(line, sizeof line, in) != NULL; n++) {
        if (read_grant(p, line))
            continue;
        snprintf(
            why, why_size,
            "%s line %d: is not 'provider = token-sha256:HEX', 'cert-sha256:HEX', or with push_client_ca "
            "'subject:NUMBER'",
            path, n);
        e = ERR_BAD_INPUT;
    }
    if (in != NULL)
        fclose(in);
    return e;
}

/* ---- answers ---- */

static void answer_json(struct push *p, struct wire_ticket ticket, int status, json_t *body)
{
    const struct wire_header headers[] = {
        {"Content-Type", status < 400 ? "application/json" : "application/problem+json"},
        {"Cache-Control", "no-store"},
        {status == 401 ? "WWW-Authenticate" : "Retry-After", status == 401 ? "Bearer" : RETRY_AFTER}};
    char *text = json_dumps(body, JSON_COMPACT);
    CHECK(text != NULL);
    wire_answer(p->server, ticket, status, headers, status == 401 || status == 503 ? 3 : 2,
                bytes_of_text(text));
    json_decref(body);
    free(text);
}

static void answer_problem(struct push *p, struct wire_ticket ticket, int status, const char *title)
{
    answer_json(p, ticket, status,
                json_pack("{s:s, s:s, s:i}", "type", "about:blank", "title", title, "status", status));
}

static void answer_complaints(struct push *p, struct wire_ticket ticket, const struct reading *r)
{
    json_t *body = reading_json(r);
    json_object_set_new(body, "type", json_string("about:blank"));
    json_object_set_new(body, "title",
                        json_string(r->not_kept ? "The file was not taken, and not kept."
                                                : "The file was not taken; it is in quarantine."));
    json_object_set_new(body, "status", json_integer(422));
    answer_json(p, ticket, 422, body);
}

static void answer_health(struct push *p, struct wire_ticket ticket)
{
    struct messages_counts told = {0};
    if (p->intake->messages != NULL)
        told = messages_counts(p->intake->messages);
    answer_json(p, ticket, 200,
                json_pack("{s:s, s:i, s:i, s:I}", "status", "ok", "waiting",
                          (int)spool_entries(p->intake->spool), "untold", (int)told.waiting, "messagesLost",
                          (json_int_t)(told.unwritten + told.gone_untold)));
}

/* ---- requests ---- */

/* The hash of what the request proves by PROOF; false if it proves nothing so. */
static bool proof_of(const struct wire_request *request, enum proof proof, uint8_t hash[CRYPTO_SHA256_BYTES])
{
    struct bytes value;
    if ((request->door == DOOR_TOKEN) != (proof == BY_TOKEN))
        return false;
    switch (proof) {
    case BY_TOKEN:
        if (!http_head_field(request->head, "Authorization", &value) || value.len < 7 + 16 ||
            memcmp(value.p, "Bearer ", 7) != 0)
            return false;
        crypto_sha256(BYTES(value.p + 7, value.len - 7), hash);
        return true;
    case BY_KEY:
        if (request->spki != NULL)
            memcpy(hash, request->spki, CRYPTO_SHA256_BYTES);
        return request->spki != NULL;
    case BY_SUBJECT:
        crypto_sha256(bytes_of_text(request->subject), hash);
        return request->subject[0] != '\0';
    }
    return false;
}

static bool may_push(const struct push *p, const struct wire_request *request, const char *provider)
{
    bool may = false;
    for (enum proof proof = BY_TOKEN; proof <= BY_SUBJECT; proof++) {
        uint8_t hash[CRYPTO_SHA256_BYTES];
        bool proved = proof_of(request, proof, hash);
        for (size_t i = 0; proved && i < p->n; i++)
            may |= p->grants[i].proof == proof && strcmp(p->grants[i].provider, provider) == 0 &&
                   crypto_equal(p->grants[i].hash, hash, sizeof hash);
    }
    return may;
}

static void take(struct push *p, const struct wire_request *request, const char *provider)
{
    struct reading *r = mem_new(1, sizeof *r);
    enum err e = intake_take(p->intake, CHANNEL_PUSH, provider, "push", NULL, request->body, r);
    if (e == OK) {
        json_t *body = reading_json(r);
        json_object_set_new(body, "reports", json_integer((json_int_t)r->n));
        answer_json(p, request->ticket, 202, body);
    } else if (e == ERR_BAD_INPUT || e == ERR_TOO_BIG) {
        answer_complaints(p, request->ticket, r);
    } else if (e == ERR_NOT_FOUND) {
        answer_problem(p, request->ticket, 401, "This provider has no profile here.");
    } else {
        answer_problem(p, request->ticket, 503, "The spool cannot take more now; nothing was taken.");
    }
    reading_fini(r);
    free(r);
}

static bool provider_in(struct bytes path, char out[CODE_TEXT_SIZE])
{
    static const char prefix[] = "/push/";
    const size_t n = sizeof prefix - 1;
    if (path.len <= n || memcmp(path.p, prefix, n) != 0 || !is_code(BYTES(path.p + n, path.len - n)))
        return false;
    memcpy(out, path.p + n, path.len - n);
    out[path.len - n] = '\0';
    return true;
}

static void on_request(void *ctx, const struct wire_request *request)
{
    struct push *p = ctx;
    char provider[CODE_TEXT_SIZE];
    const struct http_head *head = request->head;
    if (bytes_equal(head->path, BYTES_LITERAL("/health"))) {
        answer_health(p, request->ticket);
    } else if (!provider_in(head->path, provider)) {
        answer_problem(p, request->ticket, 404, "Providers send to /push/<provider>.");
    } else if (head->method != HTTP_METHOD_POST) {
        answer_problem(p, request->ticket, 405, "Send the file with POST.");
    } else if (!may_push(p, request, provider)) {
        log_warn("push refused", "peer=%s", request->peer);
        answer_problem(p, request->ticket, 401, "The token or certificate is not of this provider.");
    } else {
        take(p, request, provider);
    }
}

/* Of a body over the limit nothing will be read; that it was sent is told all the same, if its token says who
 * did. Whose certificate it is cannot be seen here. */
static void note_too_big(const struct push *p, const struct http_head *head, int door)
{
    const struct wire_request asked = {.head = head, .door = door};
    char provider[CODE_TEXT_SIZE];
    if (provider_in(head->path, provider) && may_push(p, &asked, provider) &&
        intake_serves(p->intake, provider) &&
        intake_too_big(p->intake, CHANNEL_PUSH, provider, "push", NULL, head->body_len) != OK)
        log_warn("a push that was too big is not kept", "provider=%s", provider);
}

static uint64_t body_limit(void *ctx, const struct http_head *head, int door)
{
    if (head->method != HTTP_METHOD_POST)
        return 0;
    if (head->body_len > INTAKE_BYTES_MAX)
        note_too_big(ctx, head, door);
    return INTAKE_BYTES_MAX;
}

/* ---- life ---- */

static const char *given(const char *setting)
{
    return setting[0] != '\0' ? setting : NULL;
}

static enum err door_tls(const struct adapter_config *c, enum door tag, struct ssl_ctx_st **out, char *why,
                         size_t why_size)
{
    struct tls_config tls = {.cert_file = c->push_cert, .key_file = c->push_key};
    if (tag == DOOR_CERTIFICATE) {
        tls.client = TLS_CLIENT_ANY;
        tls.client_ca_file = given(c->push_client_ca);
        tls.client_crl_file = given(c->push_client_crl);
    }
    return tls_server_context(&tls, out, why, why_size);
}

static enum err listen_at(struct push *p, enum door tag, const char *address, char *why, size_t why_size)
{
    struct wire_door door = {.tag = (int)tag, .connections_max = 256};
    char host[64];
    uint16_t port = 0;
    if (address[0] == '\0')
        return OK;
    enum err e = door_tls(p->config, tag, &door.tls, why, why_size);
    if (e != OK)
        return e;
    if (split_address(address, host, &port))
        e = wire_server_listen(p->server, &door, host, port, &p->ports[tag], why, why_size);
    else
        e = ERR_BAD_INPUT;
    tls_context_free(door.tls);
    return e;
}

static int64_t files_written_at(const struct adapter_config *c)
{
    const char *const files[] = {c->push_cert, c->push_key, c->push_client_ca, c->push_client_crl};
    int64_t sum = 0;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct stat st;
        if (files[i][0] != '\0' && stat(files[i], &st) == 0)
            sum += (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec + (int64_t)st.st_ino;
    }
    return sum;
}

/* True if TAG is shut, or its files were read. */
static bool renew_door(struct push *p, enum door tag)
{
    const char *address = tag == DOOR_TOKEN ? p->config->push_listen : p->config->push_mtls_listen;
    struct ssl_ctx_st *tls = NULL;
    char why[256] = "";
    if (address[0] == '\0')
        return true;
    if (door_tls(p->config, tag, &tls, why, sizeof why) != OK) {
        log_error("certificates not read again", "reason=\"%s\"", why);
        return false;
    }
    wire_server_renew_tls(p->server, (int)tag, tls);
    tls_context_free(tls);
    return true;
}

/* What could not be read counts as not seen: it may be mended without a newer moment (its rights). */
void push_look(struct push *p)
{
    int64_t at = files_written_at(p->config);
    if (at == p->seen_at)
        return;
    bool token = renew_door(p, DOOR_TOKEN), certificate = renew_door(p, DOOR_CERTIFICATE);
    if (!token || !certificate)
        return;
    p->seen_at = at;
    log_info("certificates read again", "");
}

static void on_look(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    push_look(ctx);
}

enum err push_open(struct event_base *base, const struct intake *intake, const struct adapter_config *config,
                   struct push **out, char *why, size_t why_size)
{
    const struct wire_handler handler = {.on_request = on_request, .body_limit = body_limit};
    const struct timeval every = {.tv_sec = LOOK_S};
    struct wire_limits limits = wire_limits_default();
    struct push *p = mem_new(1, sizeof *p);
    p->intake = intake;
    p->config = config;
    p->seen_at = files_written_at(config);
    p->server = wire_server_new(base, &limits, &handler, p);
    enum err e = load_grants(p, config->push_access, why, why_size);
    if (e == OK)
        e = listen_at(p, DOOR_TOKEN, config->push_listen, why, why_size);
    if (e == OK)
        e = listen_at(p, DOOR_CERTIFICATE, config->push_mtls_listen, why, why_size);
    p->look = event_new(base, -1, EV_PERSIST, on_look, p);
    event_add(p->look, &every);
    if (e == OK)
        *out = p;
    else
        push_free(p);
    return e;
}

uint16_t push_port(const struct push *p, bool mtls)
{
    return p->ports[mtls ? DOOR_CERTIFICATE : DOOR_TOKEN];
}

void push_free(struct push *p)
{
    if (p == NULL)
        return;
    event_free(p->look);
    wire_server_free(p->server);
    free(p->grants);
    free(p);
}
