#include "support/web.h"

#include "../wire/support/test_certs.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "loop/loop.h"
#include "loop/offload.h"
#include "support/match_builders.h"
#include "support/web_people.h"
#include "wire/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP_MS 2

/* ---- pages ---- */

static const char *const ui_files[][2] = {
    {"files.tsv", "/\tpages/index.html\ttext/html; charset=utf-8\tno-store\t-\n"
                  "/404\tpages/404.html\ttext/html; charset=utf-8\tno-store\t-\n"
                  "/s/1/app.js\ts/1/app.js\ttext/javascript; charset=utf-8\timmutable\tgz,br\n"
                  "/api/v1/openapi.json\topenapi.json\tapplication/json\tno-store\tgz\n"},
    {"pages/index.html", "<!doctype html><title>Veilige Plek</title>"},
    {"pages/404.html", "<!doctype html><title>Niet gevonden</title>"},
    {"s/1/app.js", "export const plain = 1;"},
    {"s/1/app.js.gz", "GZIP BYTES"},
    {"s/1/app.js.br", "BROTLI BYTES"},
    {"openapi.json", "{\"openapi\":\"3.0.3\"}"},
    {"openapi.json.gz", "GZIP OPENAPI"},
    {"night-sheet.html", "<p>{{sheet}}</p>"},
};
static const char *const ui_folders[] = {"pages", "s", "s/1"};

static void make_pages(struct web *w)
{
    char path[160];

    snprintf(w->ui, sizeof w->ui, "/tmp/plek-web-XXXXXX");
    CHECK(mkdtemp(w->ui) != NULL);
    for (size_t i = 0; i < COUNT_OF(ui_folders); i++) {
        snprintf(path, sizeof path, "%s/%s", w->ui, ui_folders[i]);
        CHECK(mkdir(path, 0700) == 0);
    }
    for (size_t i = 0; i < COUNT_OF(ui_files); i++) {
        snprintf(path, sizeof path, "%s/%s", w->ui, ui_files[i][0]);
        FILE *f = fopen(path, "w");
        CHECK(f != NULL && fputs(ui_files[i][1], f) >= 0 && fclose(f) == 0);
    }
}

static void remove_pages(const struct web *w)
{
    char path[160];

    for (size_t i = 0; i < COUNT_OF(ui_files); i++) {
        snprintf(path, sizeof path, "%s/%s", w->ui, ui_files[i][0]);
        unlink(path);
    }
    for (size_t i = COUNT_OF(ui_folders); i > 0; i--) {
        snprintf(path, sizeof path, "%s/%s", w->ui, ui_folders[i - 1]);
        rmdir(path);
    }
    rmdir(w->ui);
}

/* ---- time ---- */

static struct wall_ms wall_of(void *ctx)
{
    const struct web *w = ctx;

    return (struct wall_ms){w->wall_ms};
}

static struct mono_ms mono_of(void *ctx)
{
    (void)ctx;
    return (struct mono_ms){time_mono_ms()};
}

void web_turn(struct web *w)
{
    loop_turn(w->loop, STEP_MS);
    journal_memory_step(w->journal);
    web_people_turn(w->people);
}

void web_pass(struct web *w, int64_t ms)
{
    w->wall_ms += ms;
    web_turn(w);
}

/* ---- the exchange ---- */

struct done {
    bool called;
    struct outcome outcome;
};

static void on_done(void *ctx, enum err trouble, const struct outcome *outcome)
{
    struct done *d = ctx;

    CHECK(trouble == OK);
    d->called = true;
    d->outcome = *outcome;
}

struct outcome web_command(struct web *w, struct command *cmd)
{
    struct done d = {0};

    if (cmd->actor.role == ROLE_NONE)
        cmd->actor.role = ROLE_SYSTEM;
    CHECK(flow_submit(w->flow, cmd, on_done, &d) == OK);
    web_until(w, d.called);
    return d.outcome;
}

static void define(struct web *w, struct command cmd)
{
    struct outcome o = web_command(w, &cmd);

    if (o.refusal != REFUSAL_NONE)
        fail_msg("refused: %s", refusal_code(o.refusal));
}

static void define_org(struct web *w, enum org_kind kind, const char *code, const char *region_code)
{
    struct org o = {.kind = kind, .region = REGION_NONE};

    snprintf(o.code, sizeof o.code, "%s", code);
    snprintf(o.name, sizeof o.name, "Organisatie %s", code);
    if (region_code != NULL)
        o.region = region(w->vocab, region_code);
    define(w, (struct command){.kind = CMD_DEFINE_ORG, .u.org = &o});
}

static void define_house(struct web *w, enum web_org org, const char *code)
{
    struct location l = {.org = {org},
                         .region = region(w->vocab, "R30"),
                         .secret_address = TRI_YES,
                         .guard_24h = TRI_YES,
                         .night_intake = TRI_YES,
                         .intake_until_minute = 1440,
                         .answer_minutes = 10};

    snprintf(l.code, sizeof l.code, "%s", code);
    snprintf(l.name, sizeof l.name, "Huis %s", code);
    define(w, (struct command){.kind = CMD_DEFINE_LOCATION, .u.location = &l});
}

static struct tri_set first_yes(unsigned n)
{
    return (struct tri_set){.yes = n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1};
}

static void define_pool(struct web *w, enum web_location house, const char *code)
{
    struct pool p = {.location = {house},
                     .kind = KIND_CRISIS,
                     .unit_size = 4,
                     .units_total = 6,
                     .women = TRI_YES,
                     .men = TRI_YES,
                     .adult_age_max = AGE_NO_LIMIT,
                     .children = TRI_YES,
                     .son_age_max = AGE_NO_LIMIT,
                     .daughter_age_max = AGE_NO_LIMIT,
                     .residences = first_yes(RESIDENCE_N),
                     .threat_levels = first_yes(THREAT_N),
                     .threat_kinds = first_yes(THREAT_KIND_N),
                     .traits = first_yes((unsigned)vocab_traits(w->vocab)),
                     .languages = UINT64_MAX,
                     .serves_regions = UINT64_MAX,
                     .linkable = TRI_YES,
                     .funding = "duvo"};

    snprintf(p.code, sizeof p.code, "%s", code);
    snprintf(p.name, sizeof p.name, "Kamers %s", code);
    snprintf(p.name_en, sizeof p.name_en, "Rooms %s", code);
    define(w, (struct command){.kind = CMD_DEFINE_POOL, .u.pool = &p});
}

void web_report(struct web *w, enum web_pool pool, int total, int free)
{
    const struct pool_kept *p = engine_pool(flow_engine(w->flow), (struct pool_id){pool});
    struct observation o = {.pool = {pool},
                            .source = SOURCE_HAND,
                            .report = flow_published_seq(w->flow) * 8 + pool,
                            .total = total,
                            .free = free,
                            .occupied = UNITS_UNKNOWN,
                            .out_of_order = UNITS_UNKNOWN,
                            .deliverable = TRI_YES,
                            .observed_at_ms = w->wall_ms};
    struct command cmd = {.kind = CMD_REPORT_CAPACITY,
                          .actor = {.role = ROLE_SHELTER, .org = p->org},
                          .u.report = {.list = &o, .n = 1}};

    define(w, cmd);
}

static void define_all(struct web *w)
{
    define_org(w, ORG_VEILIG_THUIS, "vt", "R28");
    define_org(w, ORG_SHELTER, "huis-a", "R30");
    define_org(w, ORG_SHELTER, "huis-b", "R30");
    define_org(w, ORG_OPERATOR, "operator", NULL);
    define_org(w, ORG_MUNICIPALITY, "gemeente", "R28");
    define_house(w, WEB_HUIS_A, "a");
    define_house(w, WEB_HUIS_B, "b");
    define_pool(w, WEB_A, "a-crisis");
    define_pool(w, WEB_A, "a-twee");
    define_pool(w, WEB_B, "b-crisis");
    for (enum web_pool pool = WEB_POOL_A; pool <= WEB_POOL_B; pool++)
        web_report(w, pool, 6, 3);
}

/* ---- life ---- */

struct web *web_new(void)
{
    struct web *w = mem_new(1, sizeof *w);

    crypto_start();
    w->wall_ms = NOON_MS;
    w->settings = (struct http_settings){.public_origin = WEB_ORIGIN,
                                         .body_bytes_max = 64 * 1024,
                                         .batch_body_bytes_max = 1024 * 1024,
                                         .streams_max = 20,
                                         .session_idle_ms = 15 * MS_MINUTE,
                                         .session_idle_shelter_ms = 30 * MS_MINUTE,
                                         .session_ms = 9 * MS_HOUR,
                                         .sign_in_attempts = 5,
                                         .sign_in_wait_ms = 15 * MS_MINUTE,
                                         .password_ops = 1,
                                         .password_bytes = 8192,
                                         .minimum_cell = 5,
                                         .feeds = feeds_limits_default(),
                                         .started_ms = NOON_MS};
    w->limits = wire_limits_default();
    w->people = web_people_new();
    return w;
}

static int64_t turn_max(void *ctx)
{
    (void)ctx;
    return 7;
}

void web_start(struct web *w)
{
    const struct core_settings core = core_settings_default();
    const struct flow_limits flow = flow_limits_default();
    const struct offload_limits threads = offload_limits_default();
    const struct wire_door door = {.tag = DOOR_PEOPLE};
    struct loop_options options = {.clocks = {w, wall_of, mono_of}};
    struct http_parts parts = {0};
    char why[200] = "";

    make_pages(w);
    w->settings.ui_dir = w->ui;
    w->vocab = vocab_of_repository();
    w->loop = loop_new(&options);
    w->disk = journal_disk_new();
    w->journal = journal_memory_new(w->disk, 1, 0);
    w->flow = flow_new(engine_new(w->vocab, &core), journal_memory_port(w->journal), &flow);
    loop_set_flow(w->loop, w->flow);
    w->offload = offload_new(w->loop, &threads);
    parts = (struct http_parts){.base = loop_base(w->loop),
                                .flow = w->flow,
                                .offload = w->offload,
                                .people = web_people_port(w->people),
                                .secrets = web_secrets_port(w->people),
                                .notes = web_notes_port(w->people),
                                .codes = json_pack("{s:[{s:s}]}", "kinds", "code", "crisis"),
                                .turn_max_ms = turn_max};
    if (http_app_new(&parts, &w->settings, &w->limits, &w->app, why, sizeof why) != OK)
        fail_msg("%s", why);
    if (wire_server_listen(http_app_server(w->app), &door, "127.0.0.1", 0, &w->port, why, sizeof why) != OK)
        fail_msg("%s", why);
    define_all(w);
}

struct web *web_started(void)
{
    struct web *w = web_new();

    web_start(w);
    return w;
}

void web_free(struct web *w)
{
    if (w->app != NULL) {
        http_app_free(w->app);
        offload_free(w->offload);
        loop_set_flow(w->loop, NULL);
        flow_free(w->flow);
        journal_memory_free(w->journal);
        journal_disk_free(w->disk);
        loop_free(w->loop);
        vocab_free(w->vocab);
        remove_pages(w);
    }
    if (w->machine_tls != NULL)
        tls_context_free(w->machine_tls);
    if (w->certs != NULL)
        test_certs_remove(w->certs);
    free(w->certs);
    web_people_free(w->people);
    free(w);
}

void web_open_machines(struct web *w)
{
    struct tls_config config;
    struct wire_door door = {.tag = DOOR_MACHINES};
    uint8_t spki[TLS_SPKI_BYTES];
    char why[200] = "";

    w->certs = mem_new(1, sizeof *w->certs);
    test_certs_make(w->certs);
    config = (struct tls_config){w->certs->server_cert, w->certs->server_key, TLS_CLIENT_REQUIRED, NULL};
    if (tls_server_context(&config, &w->machine_tls, why, sizeof why) != OK ||
        tls_file_spki_sha256(w->certs->client_cert, spki, why, sizeof why) != OK)
        fail_msg("%s", why);
    web_people_enrol(w->people, spki, (struct org_id){WEB_HUIS_A});
    door.tls = w->machine_tls;
    if (wire_server_listen(http_app_server(w->app), &door, "127.0.0.1", 0, &w->machine_port, why,
                           sizeof why) != OK)
        fail_msg("%s", why);
}
