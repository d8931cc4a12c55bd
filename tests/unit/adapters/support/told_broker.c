#include "told_broker.h"

#include "base/check.h"
#include "base/mem.h"
#include "wire/server.h"
#include "wire/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 1024

struct told_broker {
    struct event_base *base;
    const struct test_certs *certs;
    struct ssl_ctx_st *tls;
    struct wire_server *server;
    uint16_t port;
    int status, beats;
    const char *problem, *fails_for;
    bool reports_only, cut;
    bool knows; /* an adapter spoke since the start */
    json_t *messages[TOLD_MAX];
    int n, posts, heartbeats;
    json_t *heartbeat; /* the last */
    json_t *order;
    struct bytes content;
    int64_t answered; /* the last order */
    char keys[KEYS_MAX][80];
    char texts[KEYS_MAX][33]; /* messageId told under each */
    int keys_n;
};

static void say(struct told_broker *b, const struct wire_request *r, int status, json_t *body)
{
    static const struct wire_header json[] = {{"Content-Type", "application/json"}};
    char *text = json_dumps(body, JSON_COMPACT);
    CHECK(text != NULL);
    wire_answer(b->server, r->ticket, status, json, 1, bytes_of_text(text));
    json_decref(body);
    free(text);
}

static void say_problem(struct told_broker *b, const struct wire_request *r, int status, const char *type)
{
    char uri[80];
    snprintf(uri, sizeof uri, "/problems/%s", type != NULL ? type : "other");
    say(b, r, status,
        json_pack("{s:s, s:i, s:[{s:s, s:s}]}", "type", uri, "status", status, "errors", "pointer",
                  "/reports/0/pool", "detail", "is not right"));
}

static json_t *body_of(const struct wire_request *r)
{
    json_error_t error;
    json_t *body = json_loadb((const char *)r->body.p, r->body.len, JSON_REJECT_DUPLICATES, &error);
    CHECK(body != NULL);
    return body;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static int index_of(const struct told_broker *b, const char *id)
{
    for (int i = 0; i < b->n; i++)
        if (strcmp(text_of(b->messages[i], "messageId"), id) == 0)
            return i;
    return -1;
}

/* As the real one: every message has a key, and a key means one message only. */
static void hold_key(struct told_broker *b, const struct wire_request *r, const char *id)
{
    struct bytes key = {0};
    CHECK(http_head_field(r->head, "Idempotency-Key", &key) && key.len >= 8 && key.len <= 64);
    for (int i = 0; i < b->keys_n; i++)
        if (strlen(b->keys[i]) == key.len && memcmp(b->keys[i], key.p, key.len) == 0)
            CHECK(strcmp(b->texts[i], id) == 0);
    CHECK(b->keys_n < KEYS_MAX);
    memcpy(b->keys[b->keys_n], key.p, key.len);
    snprintf(b->texts[b->keys_n++], 33, "%s", id);
}

static void on_message(struct told_broker *b, const struct wire_request *r)
{
    json_t *body = body_of(r);
    const char *id = text_of(body, "messageId");
    int64_t order = json_integer_value(json_object_get(body, "orderId"));
    b->posts++;
    if (b->fails_for != NULL && strcmp(text_of(body, "provider"), b->fails_for) == 0) {
        json_decref(body);
        say_problem(b, r, 500, NULL);
        return;
    }
    CHECK(strlen(id) >= 8 && strlen(id) <= 64);
    hold_key(b, r, id);
    bool refused = b->status != 201;
    if (refused && b->reports_only)
        refused = json_array_size(json_object_get(body, "reports")) > 0;
    if (refused) {
        json_decref(body);
        say_problem(b, r, b->status, b->problem);
        return;
    }
    int i = index_of(b, id);
    bool known = i >= 0;
    if (!known) {
        CHECK(b->n < TOLD_MAX);
        i = b->n++;
    }
    json_decref(b->messages[i]);
    b->messages[i] = body;
    if (order != 0) {
        b->answered = order;
        if (order == json_integer_value(json_object_get(b->order, "id"))) {
            json_decref(b->order);
            b->order = NULL;
        }
    }
    say(b, r, known ? 200 : 201, json_pack("{s:i}", "id", i + 1));
}

static void on_heartbeat(struct told_broker *b, const struct wire_request *r)
{
    json_t *body = body_of(r), *orders = json_array();
    json_decref(b->heartbeat);
    b->heartbeat = body;
    b->heartbeats++;
    if (b->cut) { /* heard, and never answered: who asked gives up */
        b->cut = false;
        b->knows = true;
        json_decref(orders);
        return;
    }
    if (b->beats != 200) {
        json_decref(orders);
        say_problem(b, r, b->beats, NULL);
        return;
    }
    if (b->order != NULL)
        json_array_append(orders, b->order);
    say(b, r, 200, json_pack("{s:b, s:o, s:i}", "resync", !b->knows, "orders", orders, "nextSeconds", 2));
    b->knows = true;
}

static void on_request(void *ctx, const struct wire_request *r)
{
    struct told_broker *b = ctx;
    const struct http_head *head = r->head;
    CHECK(strcmp(r->subject, TEST_CLIENT_SUBJECT) == 0);
    if (bytes_equal(head->path, BYTES_LITERAL("/api/v1/feed-messages")) && head->method == HTTP_METHOD_POST)
        on_message(b, r);
    else if (bytes_equal(head->path, BYTES_LITERAL("/api/v1/feed-heartbeats")) &&
             head->method == HTTP_METHOD_POST)
        on_heartbeat(b, r);
    else if (head->method == HTTP_METHOD_GET && b->content.p != NULL &&
             memmem(head->path.p, head->path.len, "/content", 8) != NULL)
        wire_answer(b->server, r->ticket, 200, NULL, 0, b->content);
    else
        say_problem(b, r, 404, "not_found");
}

static uint64_t body_limit(void *ctx, const struct http_head *head, int door)
{
    (void)ctx;
    (void)head;
    (void)door;
    return 1024 * 1024;
}

void told_start(struct told_broker *b)
{
    const struct wire_handler handler = {.on_request = on_request, .body_limit = body_limit};
    const struct tls_config config = {b->certs->server_cert, b->certs->server_key, TLS_CLIENT_REQUIRED,
                                      b->certs->ca};
    struct wire_limits limits = wire_limits_default();
    char why[200] = "";
    CHECK(tls_server_context(&config, &b->tls, why, sizeof why) == OK);
    b->server = wire_server_new(b->base, &limits, &handler, b);
    const struct wire_door door = {.tls = b->tls};
    CHECK(wire_server_listen(b->server, &door, "127.0.0.1", b->port, &b->port, why, sizeof why) == OK);
}

void told_stop(struct told_broker *b)
{
    wire_server_free(b->server);
    tls_context_free(b->tls);
    b->server = NULL;
    b->tls = NULL;
    for (int i = 0; i < b->n; i++) {
        json_decref(b->messages[i]);
        b->messages[i] = NULL;
    }
    json_decref(b->order);
    b->order = NULL;
    b->n = b->keys_n = 0;
    b->answered = 0;
    b->knows = false;
}

struct told_broker *told_open(struct event_base *base, const struct test_certs *certs)
{
    struct told_broker *b = mem_new(1, sizeof *b);
    b->base = base;
    b->certs = certs;
    b->status = 201;
    b->beats = 200;
    told_start(b);
    return b;
}

void told_close(struct told_broker *b)
{
    told_stop(b);
    json_decref(b->heartbeat);
    free(b);
}

uint16_t told_port(const struct told_broker *b)
{
    return b->port;
}

void told_answers(struct told_broker *b, int status, const char *problem)
{
    b->status = status;
    b->problem = problem;
}

void told_refuses_reports_only(struct told_broker *b, bool only)
{
    b->reports_only = only;
}

void told_fails_for(struct told_broker *b, const char *provider)
{
    b->fails_for = provider;
}

void told_cuts_a_heartbeat(struct told_broker *b)
{
    b->cut = true;
}

void told_beats(struct told_broker *b, int status)
{
    b->beats = status;
}

void told_order(struct told_broker *b, int64_t id, const char *kind, const char *provider,
                const char *message_id, bool test)
{
    json_decref(b->order);
    b->order = json_pack("{s:I, s:s, s:s, s:b}", "id", (json_int_t)id, "kind", kind, "provider", provider,
                         "test", test);
    CHECK(b->order != NULL);
    if (message_id != NULL)
        json_object_set_new(b->order, "messageId", json_string(message_id));
}

void told_content(struct told_broker *b, struct bytes content)
{
    b->content = content;
}

bool told_answered(const struct told_broker *b, int64_t order)
{
    return b->answered == order;
}

int told_messages(const struct told_broker *b)
{
    return b->n;
}

const json_t *told_message(const struct told_broker *b, int i)
{
    return i < b->n ? b->messages[i] : NULL;
}

const char *told_text(const struct told_broker *b, int i, const char *key)
{
    return text_of(told_message(b, i), key);
}

int told_posts(const struct told_broker *b)
{
    return b->posts;
}

int told_heartbeats(const struct told_broker *b)
{
    return b->heartbeats;
}

const json_t *told_feed(const struct told_broker *b, const char *provider)
{
    const json_t *feeds = json_object_get(b->heartbeat, "feeds");
    for (size_t i = 0; i < json_array_size(feeds); i++)
        if (strcmp(text_of(json_array_get(feeds, i), "provider"), provider) == 0)
            return json_array_get(feeds, i);
    return NULL;
}
