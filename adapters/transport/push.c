#include "adapters/transport/push.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "wire/http_query.h"
#include "wire/server.h"
#include "wire/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define RETRY_AFTER "30"
#define GRANTS_MAX 1000

enum door { DOOR_TOKEN, DOOR_CERTIFICATE };

struct grant {
    char provider[CODE_TEXT_SIZE];
    enum door door;
    uint8_t hash[CRYPTO_SHA256_BYTES];
};

struct push {
    const struct intake *intake;
    struct wire_server *server;
    struct grant *grants;
    size_t n, cap;
    uint16_t ports[2];
};

/* ---- access file ---- */

static bool read_grant(struct push *p, char *line)
{
    static const char *const kinds[] = {"token-sha256:", "cert-sha256:"};
    struct buf hash = {0};
    char provider[64], kind_and_hash[128];
    if (line[strspn(line, " \t\r\n")] == '\0' || line[0] == '#')
        return true;
    if (p->n == GRANTS_MAX || sscanf(line, " %63[a-z0-9_-] = %127[a-z0-9:-]", provider, kind_and_hash) != 2 ||
        !is_code(bytes_of_text(provider)))
        return false;
    for (int kind = 0; kind < 2; kind++) {
        size_t n = strlen(kinds[kind]);
        if (strncmp(kind_and_hash, kinds[kind], n) != 0)
            continue;
        bool good =
            crypto_unhex(bytes_of_text(kind_and_hash + n), &hash) == OK && hash.len == CRYPTO_SHA256_BYTES;
        if (good) {
            MEM_GROW(p->grants, p->n, p->cap);
            struct grant *g = &p->grants[p->n++];
            *g = (struct grant){.door = kind == 0 ? DOOR_TOKEN : DOOR_CERTIFICATE};
            memcpy(g->provider, provider, strlen(provider) + 1);
            memcpy(g->hash, hash.p, sizeof g->hash);
        }
        buf_fini(&hash);
        return good;
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
        snprintf(why, why_size, "%s line %d: is not 'provider = token-sha256:HEX' or 'cert-sha256:HEX'", path,
                 n);
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

static bool proof_of(const struct wire_request *request, uint8_t hash[CRYPTO_SHA256_BYTES])
{
    struct bytes value;
    if (request->door == DOOR_CERTIFICATE) {
        if (request->spki == NULL)
            return false;
        memcpy(hash, request->spki, CRYPTO_SHA256_BYTES);
        return true;
    }
    if (!http_head_field(request->head, "Authorization", &value) || value.len < 7 + 16 ||
        memcmp(value.p, "Bearer ", 7) != 0)
        return false;
    crypto_sha256(BYTES(value.p + 7, value.len - 7), hash);
    return true;
}

static bool may_push(const struct push *p, const struct wire_request *request, const char *provider)
{
    uint8_t hash[CRYPTO_SHA256_BYTES];
    bool may = false;
    if (!proof_of(request, hash))
        return false;
    for (size_t i = 0; i < p->n; i++)
        may |= p->grants[i].door == (enum door)request->door &&
               strcmp(p->grants[i].provider, provider) == 0 &&
               crypto_equal(p->grants[i].hash, hash, sizeof hash);
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

static enum err listen_at(struct push *p, const struct adapter_config *c, enum door tag, const char *address,
                          char *why, size_t why_size)
{
    const struct tls_config tls = {.cert_file = c->push_cert,
                                   .key_file = c->push_key,
                                   .client = tag == DOOR_TOKEN ? TLS_CLIENT_NONE : TLS_CLIENT_REQUIRED};
    struct wire_door door = {.tag = (int)tag, .connections_max = 256};
    char host[64];
    uint16_t port = 0;
    if (address[0] == '\0')
        return OK;
    enum err e = tls_server_context(&tls, &door.tls, why, why_size);
    if (e != OK)
        return e;
    if (split_address(address, host, &port))
        e = wire_server_listen(p->server, &door, host, port, &p->ports[tag], why, why_size);
    else
        e = ERR_BAD_INPUT;
    tls_context_free(door.tls);
    return e;
}

enum err push_open(struct event_base *base, const struct intake *intake, const struct adapter_config *config,
                   struct push **out, char *why, size_t why_size)
{
    const struct wire_handler handler = {.on_request = on_request, .body_limit = body_limit};
    struct wire_limits limits = wire_limits_default();
    struct push *p = mem_new(1, sizeof *p);
    p->intake = intake;
    p->server = wire_server_new(base, &limits, &handler, p);
    enum err e = load_grants(p, config->push_access, why, why_size);
    if (e == OK)
        e = listen_at(p, config, DOOR_TOKEN, config->push_listen, why, why_size);
    if (e == OK)
        e = listen_at(p, config, DOOR_CERTIFICATE, config->push_mtls_listen, why, why_size);
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
    wire_server_free(p->server);
    free(p->grants);
    free(p);
}
