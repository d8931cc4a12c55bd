#include "support/road.h"

#include "base/mem.h"
#include "support/feed_world.h"
#include "wire/server.h"
#include "wire/tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void on_request(void *ctx, const struct wire_request *request)
{
    static const struct wire_header json[] = {{"Content-Type", "application/json"}};
    struct road *s = ctx;
    struct bytes key = {0};
    assert_true(bytes_equal(request->head->path, BYTES_LITERAL("/api/v1/capacity-reports")));
    assert_true(http_head_field(request->head, "Idempotency-Key", &key) && key.len < 80);
    if (s->requests < 8)
        memcpy(s->keys[s->requests], key.p, key.len);
    s->requests++;
    s->certificate = strcmp(request->subject, TEST_CLIENT_SUBJECT) == 0;
    buf_clear(&s->body);
    buf_add(&s->body, request->body);
    bool refused = s->bad != NULL && strstr(buf_c_str(&s->body), s->bad) != NULL;
    wire_answer(s->broker, request->ticket, refused ? 422 : s->status, json, 1, bytes_of_text(s->answer));
}

static uint64_t body_limit(void *ctx, const struct http_head *head, int door)
{
    (void)ctx;
    (void)head;
    (void)door;
    return 1024 * 1024;
}

void road_start_broker(struct road *s)
{
    const struct wire_handler handler = {.on_request = on_request, .body_limit = body_limit};
    const struct tls_config config = {s->certs.server_cert, s->certs.server_key, TLS_CLIENT_REQUIRED,
                                      s->certs.ca};
    struct wire_limits limits = wire_limits_default();
    char why[200] = "";
    assert_int_equal(tls_server_context(&config, &s->tls, why, sizeof why), OK);
    s->broker = wire_server_new(s->base, &limits, &handler, s);
    const struct wire_door door = {.tls = s->tls};
    assert_int_equal(wire_server_listen(s->broker, &door, "127.0.0.1", s->port, &s->port, why, sizeof why),
                     OK);
}

static void wake(void *ctx)
{
    const struct road *s = ctx;
    if (s->deliver != NULL)
        deliver_wake(s->deliver);
}

void road_start_delivery(struct road *s)
{
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%u", s->port);
    const struct deliver_config config = {.broker = url,
                                          .ca = s->certs.ca,
                                          .cert = s->certs.client_cert,
                                          .key = s->certs.client_key,
                                          .messages = s->intake.messages,
                                          .first_wait_ms = 20,
                                          .longest_wait_ms = 100};
    s->deliver = deliver_start(&config, s->intake.spool, s->intake.quarantine);
}

int road_setup(void **state)
{
    struct road *s = mem_new(1, sizeof *s);
    const struct spool_limits limits = {.entries_max = 20, .bytes_max = 1 << 24};
    struct buf faults = {0};
    char path[200], why[200] = "";
    test_certs_make(&s->certs);
    world_folder(s->dir);
    snprintf(path, sizeof path, "%s/profiles", s->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/profiles/lindehof.json", s->dir);
    world_write(path, bytes_of_text(profile_opvang));
    snprintf(path, sizeof path, "%s/profiles/other.json", s->dir); /* a provider whom no test here may be */
    world_write(path, bytes_of_text(profile_csv_local));
    snprintf(path, sizeof path, "%s/profiles", s->dir);
    assert_int_equal(profiles_load(path, &s->profiles, &faults), OK);
    s->intake =
        (struct intake){.profiles = s->profiles, .schemas = *world_schemas(), .on_spooled = wake, .ctx = s};
    snprintf(path, sizeof path, "%s/spool", s->dir);
    assert_int_equal(spool_open(path, &limits, &s->intake.spool, why, sizeof why), OK);
    assert_int_equal(messages_open(path, &s->intake.messages, why, sizeof why), OK);
    snprintf(s->quarantine_dir, sizeof s->quarantine_dir, "%s/quarantine", s->dir);
    assert_int_equal(quarantine_open(s->quarantine_dir, &s->intake.quarantine, why, sizeof why), OK);
    snprintf(s->drop_dir, sizeof s->drop_dir, "%s/drop", s->dir);
    s->base = event_base_new();
    s->status = 200;
    s->answer = "{\"title\":\"answer\"}";
    road_start_broker(s);
    buf_fini(&faults);
    *state = s;
    return 0;
}

int road_teardown(void **state)
{
    struct road *s = *state;
    push_free(s->push);
    drop_free(s->drop);
    deliver_stop(s->deliver);
    wire_server_free(s->broker);
    tls_context_free(s->tls);
    quarantine_free(s->intake.quarantine);
    messages_free(s->intake.messages);
    spool_free(s->intake.spool);
    profiles_free(s->profiles);
    event_base_free(s->base);
    buf_fini(&s->body);
    world_remove(s->dir);
    test_certs_remove(&s->certs);
    free(s);
    return 0;
}

void road_open_drop(struct road *s)
{
    char why[200] = "";
    assert_int_equal(drop_open(s->base, &s->intake, s->drop_dir, &s->drop, why, sizeof why), OK);
}

const char *road_dropped(struct road *s, const char *name)
{
    static char path[320];
    snprintf(path, sizeof path, "%s/lindehof/%s", s->drop_dir, name);
    return path;
}

int road_count(const char *dir, const char *below)
{
    char path[320];
    snprintf(path, sizeof path, "%s/%s", dir, below);
    return world_count(path);
}

void road_assert_message(struct road *s, const char *channel, const char *outcome, const char *complaint)
{
    struct message m;
    assert_int_equal(messages_oldest(s->intake.messages, "lindehof", &m), OK);
    const json_t *first = json_array_get(json_object_get(m.body, "complaints"), 0);
    const char *reason = json_string_value(json_object_get(first, "reason"));
    assert_string_equal(json_string_value(json_object_get(m.body, "channel")), channel);
    assert_string_equal(json_string_value(json_object_get(m.body, "outcome")), outcome);
    if (complaint == NULL)
        assert_null(reason);
    else if (reason == NULL || strstr(reason, complaint) == NULL)
        fail_msg("'%s' does not say '%s'", reason, complaint);
    messages_done(s->intake.messages, &m, false);
    message_fini(&m);
}
