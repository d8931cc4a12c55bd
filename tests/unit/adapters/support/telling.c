#include "support/telling.h"

#include "base/mem.h"
#include "support/feed_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

void telling_profile(const struct telling *s, const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s.json", s->profiles_dir, name);
    world_write(path, bytes_of_text(text));
}

void telling_open_disk(struct telling *s)
{
    const struct spool_limits limits = {.entries_max = 500, .bytes_max = 1 << 24};
    char why[200] = "";
    assert_int_equal(spool_open(s->spool_dir, &limits, &s->intake.spool, why, sizeof why), OK);
    assert_int_equal(messages_open(s->spool_dir, &s->intake.messages, why, sizeof why), OK);
}

int telling_setup(void **state)
{
    struct telling *s = mem_new(1, sizeof *s);
    struct buf faults = {0};
    char why[200] = "";
    test_certs_make(&s->certs);
    world_folder(s->dir);
    snprintf(s->spool_dir, sizeof s->spool_dir, "%s/spool", s->dir);
    snprintf(s->quarantine_dir, sizeof s->quarantine_dir, "%s/quarantine", s->dir);
    snprintf(s->profiles_dir, sizeof s->profiles_dir, "%s/profiles", s->dir);
    assert_int_equal(mkdir(s->profiles_dir, 0700), 0);
    telling_profile(s, "lindehof", profile_opvang);
    telling_profile(s, "trial",
                    PROFILE("\"test\":true,\"expected_minutes\":5,", "proefhuis", "\"K1\":\"p-1\""));
    telling_profile(s, "json",
                    "{\"format\":\"opvang_json\",\"providers\":{\"jeezon\":{\"pools\":[\"j-1\"]}}}");
    s->intake.schemas = *world_schemas();
    assert_int_equal(reload_open(s->profiles_dir, &s->intake, &s->reload, &faults), OK);
    telling_open_disk(s);
    assert_int_equal(quarantine_open(s->quarantine_dir, &s->intake.quarantine, why, sizeof why), OK);
    s->base = event_base_new();
    s->broker = told_open(s->base, &s->certs);
    buf_fini(&faults);
    *state = s;
    return 0;
}

void telling_start(struct telling *s)
{
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%u", told_port(s->broker));
    const struct courier_config config = {.broker = url,
                                          .ca = s->certs.ca,
                                          .cert = s->certs.client_cert,
                                          .key = s->certs.client_key,
                                          .reload = s->reload,
                                          .of = {.intake = &s->intake,
                                                 .adapter = "test",
                                                 .started_at_ms = time_wall_ms(),
                                                 .otherwise = CHANNEL_DROP},
                                          .first_wait_ms = 20,
                                          .longest_wait_ms = 100,
                                          .timeout_ms = s->timeout_ms,
                                          .second_ms = 25};
    s->courier = courier_start(&config);
}

void telling_stop(struct telling *s)
{
    courier_stop(s->courier);
    s->courier = NULL;
}

int telling_teardown(void **state)
{
    struct telling *s = *state;
    courier_stop(s->courier);
    told_close(s->broker);
    messages_free(s->intake.messages);
    quarantine_free(s->intake.quarantine);
    spool_free(s->intake.spool);
    reload_free(s->reload);
    event_base_free(s->base);
    world_remove(s->dir);
    test_certs_remove(&s->certs);
    free(s);
    return 0;
}

enum err telling_give(struct telling *s, enum channel channel, const char *provider, const char *content)
{
    struct reading *r = mem_new(1, sizeof *r);
    enum err e =
        intake_take(&s->intake, channel, provider, "Mevrouw Jansen.xml", NULL, bytes_of_text(content), r);
    reading_fini(r);
    free(r);
    return e;
}

int telling_set_aside(const struct telling *s, const char *provider)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", s->quarantine_dir, provider);
    return world_count(path);
}

const json_t *telling_item(const json_t *of, const char *key, size_t i)
{
    return json_array_get(json_object_get(of, key), i);
}

json_int_t telling_number(const json_t *of, const char *key)
{
    return json_integer_value(json_object_get(of, key));
}

const char *telling_text(const json_t *of, const char *key)
{
    const char *found = json_string_value(json_object_get(of, key));
    return found != NULL ? found : "";
}

void telling_give_numbers(struct telling *s, const char *provider, int from, int n)
{
    for (int i = from; i < from + n; i++) {
        char content[400];
        snprintf(content, sizeof content, FILE_OF("%d"), i);
        assert_int_equal(telling_give(s, CHANNEL_DROP, provider, content), OK);
    }
}

int telling_in_order(struct telling *s, const char *provider, int from)
{
    int n = 0;
    for (int i = 0; i < told_messages(s->broker); i++) {
        const json_t *m = told_message(s->broker, i);
        if (strcmp(telling_text(m, "provider"), provider) == 0)
            assert_int_equal(telling_number(telling_item(m, "reports", 0), "unitsFree"), from + n++);
    }
    return n;
}
