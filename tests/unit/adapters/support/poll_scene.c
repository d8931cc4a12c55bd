#include "support/poll_scene.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void path_in(const struct scene *s, const char *name, char out[200])
{
    snprintf(out, 200, "%s/%s", s->dir, name);
}

void open_spool(struct scene *s)
{
    const struct spool_limits limits = {.entries_max = 2, .bytes_max = 1 << 24};
    char why[200] = "";
    assert_int_equal(spool_open(s->spool_dir, &limits, &s->intake.spool, why, sizeof why), OK);
    assert_int_equal(messages_open(s->spool_dir, &s->intake.messages, why, sizeof why), OK);
}

void close_spool(struct scene *s)
{
    spool_free(s->intake.spool);
    messages_free(s->intake.messages);
}

int poll_setup(void **state)
{
    struct scene *s = mem_new(1, sizeof *s);
    char why[200] = "";
    test_certs_make(&s->certs);
    world_folder(s->dir);
    s->profiles = world_profiles(s->dir);
    s->intake = (struct intake){.profiles = s->profiles, .schemas = *world_schemas()};
    snprintf(s->spool_dir, sizeof s->spool_dir, "%s/spool", s->dir);
    open_spool(s);
    snprintf(s->quarantine_dir, sizeof s->quarantine_dir, "%s/quarantine", s->dir);
    assert_int_equal(quarantine_open(s->quarantine_dir, &s->intake.quarantine, why, sizeof why), OK);
    s->site = site_open(&s->certs, false);
    s->source = (struct poll_source){.provider = "lindehof", .every_minutes = 1};
    snprintf(s->source.url, sizeof s->source.url, "https://127.0.0.1:%u/plekken.xml", site_port(s->site));
    snprintf(s->source.ca, sizeof s->source.ca, "%s", s->certs.ca);
    s->sources = (struct poll_sources){&s->source, 1};
    s->config = (struct poll_config){.sources = &s->sources,
                                     .spool_dir = s->spool_dir,
                                     .minute_ms = MINUTE_MS,
                                     .first_wait_ms = 20,
                                     .longest_wait_ms = 80,
                                     .total_ms = TOTAL_MS,
                                     .connect_ms = TOTAL_MS};
    *state = s;
    return 0;
}

void stop(struct scene *s)
{
    poll_stop(s->poll);
    s->poll = NULL;
}

int poll_teardown(void **state)
{
    struct scene *s = *state;
    stop(s);
    site_close(s->site);
    quarantine_free(s->intake.quarantine);
    close_spool(s);
    profiles_free(s->profiles);
    world_remove(s->dir);
    test_certs_remove(&s->certs);
    free(s);
    return 0;
}

void start(struct scene *s)
{
    char why[200] = "";
    if (poll_start(&s->config, &s->intake, &s->poll, why, sizeof why) != OK)
        fail_msg("%s", why);
}

struct poll_status status(struct scene *s)
{
    struct poll_status st;
    assert_true(poll_status(s->poll, 0, &st));
    assert_false(poll_status(s->poll, 1, &st));
    return st;
}

int spooled(struct scene *s)
{
    return (int)spool_entries(s->intake.spool);
}

static int is_reason(const struct dirent *e)
{
    return strstr(e->d_name, ".reason.json") != NULL;
}

int quarantined(struct scene *s)
{
    char path[200];
    struct dirent **names = NULL;
    path_in(s, "quarantine/lindehof", path);
    int n = scandir(path, &names, is_reason, NULL);
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
    return n < 0 ? 0 : n;
}

bool asked(struct scene *s, int i, const char *header)
{
    return strstr(site_request(s->site, i), header) != NULL;
}
