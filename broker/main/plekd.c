/* plekd: the broker. Reads its settings, becomes the one writer of the journal, replays it, opens its two
 * doors (people and machines) and turns until it is told to stop, or until another writer takes over. Exit
 * status: 0 stopped as asked, 1 could not start, 3 another broker took over,
 * or the database lost what it had committed. */
#include "base/crypto.h"
#include "base/log.h"
#include "base/time_text.h"
#include "http/app.h"
#include "loop/offload.h"
#include "main/boot.h"
#include "main/codes_json.h"
#include "main/notify_wire.h"
#include "store/accounts.h"
#include "store/notes_store.h"
#include "store/secrets.h"
#include "wire/tls.h"

#include <event2/event.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define WHY_SIZE 512
#define STOP_BOUND_MS 5000 /* open requests get so long to be answered */
#define WATCH_MS 100       /* how soon a take-over by another writer is noticed */

struct broker {
    const struct config *config;
    const char *config_path;
    struct boot boot;
    struct clerk *clerk;        /* sessions, accounts, access log */
    struct clerk *sealed_clerk; /* sealed addresses: the second database user */
    struct vault *locations;
    struct accounts *accounts;
    struct access_log *log;
    struct secrets *secrets;
    struct notify_wire notify;
    struct notes_store *notes;
    struct offload *offload;
    struct http_app *app;
    struct event *signals[3];
    struct event *watch;
    bool stopping;
    bool fenced;
};

static int64_t turn_max_ms(void *ctx)
{
    struct broker *b = ctx;
    return loop_lateness(b->boot.loop).max_ms;
}

static void on_stopped(void *ctx)
{
    struct broker *b = ctx;
    loop_stop(b->boot.loop);
}

static void on_signal(evutil_socket_t number, short what, void *ctx)
{
    struct broker *b = ctx;
    (void)number;
    (void)what;
    if (b->stopping)
        return;
    b->stopping = true;
    log_info("stopping", "");
    wire_server_stop(http_app_server(b->app), STOP_BOUND_MS, on_stopped, b);
}

static bool set_log_level(const char *name)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(names[i], name) == 0) {
            log_set_level((enum log_level)i);
            return true;
        }
    }
    return false;
}

static void on_refreshed(void *ctx, enum err trouble)
{
    (void)ctx;
    if (trouble != OK)
        log_warn("accounts could not be read anew", "why=%s", err_name(trouble));
}

/* SIGHUP: take over the settings that may change while running, all or nothing, and read accounts, machines
 * and notification targets anew: a disabled account loses its sessions, a removed machine is not let in any
 * more, a removed target gets nothing more. */
static void on_hangup(evutil_socket_t number, short what, void *ctx)
{
    struct broker *b = ctx;
    struct config fresh = config_default();
    struct buf faults = {0};
    (void)number;
    (void)what;
    if (config_load(&fresh, b->config_path, &faults) != OK || !set_log_level(fresh.log_level))
        log_warn("settings not taken over", "faults=%d", 1);
    else
        log_info("settings taken over", "log_level=%s", fresh.log_level);
    buf_fini(&faults);
    if (accounts_refresh(b->accounts, on_refreshed, b) != OK)
        log_warn("accounts could not be read anew", "why=busy");
    notify_refresh(b->notify.notify);
}

static void on_watch(evutil_socket_t fd, short what, void *ctx)
{
    struct broker *b = ctx;
    (void)fd;
    (void)what;
    if (flow_state(b->boot.flow) == FLOW_FENCED && !b->fenced) {
        b->fenced = true;
        log_error("stopped: another broker took over, or the database lost committed rows", "");
        loop_stop(b->boot.loop);
    }
}

static struct http_settings http_settings_of(const struct config *c)
{
    struct http_settings s = {.ui_dir = c->ui_dir,
                              .body_bytes_max = 64 * 1024,
                              .batch_body_bytes_max = (uint64_t)c->batch_body_bytes_max,
                              .streams_max = (uint32_t)c->streams_max,
                              .session_idle_ms = c->session_idle_minutes * MS_MINUTE,
                              .session_idle_shelter_ms = c->session_idle_shelter_minutes * MS_MINUTE,
                              .session_ms = c->session_hours * MS_HOUR,
                              .sign_in_attempts = (uint32_t)c->sign_in_attempts,
                              .sign_in_wait_ms = c->sign_in_wait_minutes * MS_MINUTE,
                              .password_ops = (unsigned)c->password_ops,
                              .password_bytes = (size_t)c->password_mib * 1024 * 1024,
                              .minimum_cell = (uint32_t)c->minimum_cell,
                              .feeds = feeds_limits_default(),
                              .night_sheet_dir = c->night_sheet_dir,
                              .night_sheet_s = (uint32_t)c->night_sheet_s,
                              .night_helpdesk_number = c->night_helpdesk_number,
                              .night_comensha_number = c->night_comensha_number,
                              .night_veilig_thuis_number = c->night_veilig_thuis_number,
                              .note_sweep_s = (uint32_t)c->note_sweep_s,
                              .started_ms = time_wall_ms()};
    s.feeds.silent_ms = c->feed_silent_minutes * MS_MINUTE;
    s.feeds.away_ms = c->feed_away_s * MS_SECOND;
    s.feeds.order_ms = c->feed_order_s * MS_SECOND;
    s.feeds.upload_ms = c->feed_upload_s * MS_SECOND;
    snprintf(s.public_origin, sizeof s.public_origin, "%s", c->public_origin);
    return s;
}

static enum err open_door(struct broker *b, enum door tag, const char *address, const struct tls_config *tls,
                          int connections_max, char *why, size_t why_size)
{
    struct wire_door door = {.tag = (int)tag, .connections_max = connections_max};
    char host[64];
    uint16_t port = 0;
    enum err e = tls_server_context(tls, &door.tls, why, why_size);
    if (e != OK)
        return e;
    config_address(address, host, &port);
    e = wire_server_listen(http_app_server(b->app), &door, host, port, NULL, why, why_size);
    tls_context_free(door.tls);
    return e;
}

static enum err open_doors(struct broker *b, char *why, size_t why_size)
{
    const struct config *c = b->config;
    struct tls_config people = {.cert_file = c->tls_cert, .key_file = c->tls_key, .client = TLS_CLIENT_NONE};
    struct tls_config machines = people;
    machines.client = TLS_CLIENT_REQUIRED;
    machines.client_ca_file = c->tls_client_ca[0] != '\0' ? c->tls_client_ca : NULL;
    enum err e = open_door(b, DOOR_PEOPLE, c->listen, &people, 0, why, why_size);
    if (e == OK)
        e = open_door(b, DOOR_MACHINES, c->machine_listen, &machines, (int)c->machine_connections_max, why,
                      why_size);
    return e;
}

static enum err open_people(struct broker *b, char *why, size_t why_size)
{
    struct accounts_limits limits = accounts_limits_default();
    struct event_base *base = loop_base(b->boot.loop);
    limits.session_ms = b->config->session_hours * MS_HOUR;
    enum err e = accounts_load(b->boot.db, &limits, time_wall_ms(), &b->accounts, why, why_size);
    if (e != OK)
        return e;
    b->clerk = clerk_new(base, &b->boot.access.params, NULL);
    accounts_attach(b->accounts, base, b->clerk);
    e = vault_open_files(VAULT_LOCATIONS, b->config->master_key_file, NULL, &b->locations);
    if (e != OK)
        return e;
    b->sealed_clerk = clerk_new(base, &b->boot.access.sealed, NULL);
    b->log = access_log_new(b->clerk);
    b->secrets = secrets_new(base, b->log, b->sealed_clerk, b->locations, 0);
    b->notes = notes_store_new(b->clerk, b->boot.epoch, 0);
    return OK;
}

static enum err open_app(struct broker *b, char *why, size_t why_size)
{
    const struct config *c = b->config;
    struct http_settings settings = http_settings_of(c);
    struct wire_limits limits = wire_limits_default();
    struct http_parts parts = {.base = loop_base(b->boot.loop),
                               .flow = b->boot.flow,
                               .people = *accounts_port(b->accounts),
                               .secrets = *secrets_port(b->secrets),
                               .notify = notify_port(b->notify.notify),
                               .notes = *notes_store_port(b->notes),
                               .codes = codes_json(b->boot.reference),
                               .turn_max_ms = turn_max_ms,
                               .turn_ctx = b};
    struct offload_limits threads = offload_limits_default();
    limits.connections_max = (int)c->connections_max;
    limits.connections_per_address_max = (int)c->connections_per_address_max;
    b->offload = offload_new(b->boot.loop, &threads);
    parts.offload = b->offload;
    return http_app_new(&parts, &settings, &limits, &b->app, why, why_size);
}

static void watch_signals(struct broker *b)
{
    struct event_base *base = loop_base(b->boot.loop);
    struct timeval every = {.tv_usec = WATCH_MS * 1000};
    b->signals[0] = evsignal_new(base, SIGTERM, on_signal, b);
    b->signals[1] = evsignal_new(base, SIGINT, on_signal, b);
    b->signals[2] = evsignal_new(base, SIGHUP, on_hangup, b);
    b->watch = event_new(base, -1, EV_PERSIST, on_watch, b);
    for (int i = 0; i < 3; i++)
        event_add(b->signals[i], NULL);
    event_add(b->watch, &every);
}

/* Reverse order of making. */
static void close_all(struct broker *b)
{
    for (int i = 0; i < 3; i++)
        if (b->signals[i] != NULL)
            event_free(b->signals[i]);
    if (b->watch != NULL)
        event_free(b->watch);
    http_app_free(b->app);
    offload_free(b->offload);
    notify_wire_close(&b->notify);
    notes_store_free(b->notes);
    secrets_free(b->secrets);
    access_log_free(b->log);
    accounts_free(b->accounts);
    clerk_free(b->sealed_clerk);
    clerk_free(b->clerk);
    vault_free(b->locations);
    boot_stop(&b->boot);
}

static int run(const struct config *config, const char *path)
{
    struct broker b = {.config = config, .config_path = path};
    char why[WHY_SIZE] = "";
    int rc = 1;
    enum err e = boot_start(config, true, &b.boot, why, sizeof why);
    if (e == OK)
        e = open_people(&b, why, sizeof why);
    if (e == OK)
        e = notify_wire_open(&b.boot, secrets_port(b.secrets), accounts_port(b.accounts), &b.notify, why,
                             sizeof why);
    if (e == OK)
        e = open_app(&b, why, sizeof why);
    if (e == OK)
        e = open_doors(&b, why, sizeof why);
    if (e == OK) {
        watch_signals(&b);
        log_info("ready", "listen=%s machines=%s pools=%u rows=%llu", config->listen, config->machine_listen,
                 engine_pools(flow_engine(b.boot.flow)), (unsigned long long)b.boot.rows);
        loop_run(b.boot.loop);
        rc = b.fenced ? 3 : 0;
    } else {
        fprintf(stderr, "plekd: %s\n", why[0] != '\0' ? why : err_name(e));
    }
    close_all(&b);
    return rc;
}

int main(int argc, char **argv)
{
    struct config config = config_default();
    struct buf faults = {0};
    struct rlimit none = {0, 0};
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("plekd %s\n", PLEK_VERSION);
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--print-config") == 0) {
        config_print(&config, stdout);
        return 0;
    }
    if (argc != 3 || strcmp(argv[1], "--config") != 0) {
        fputs("usage: plekd --config FILE | --print-config | --version\n", stderr);
        return 2;
    }
    enum err e = config_load(&config, argv[2], &faults);
    if (e == OK && !set_log_level(config.log_level)) {
        buf_text(&faults, "log_level must be error, warn, info or debug\n");
        e = ERR_BAD_INPUT;
    }
    if (e != OK) {
        fputs(buf_c_str(&faults), stderr);
        buf_fini(&faults);
        return 1;
    }
    buf_fini(&faults);
    /* Keys live in this process: no core file, no debugger of another user. The leak checker is such a
     * debugger. */
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
    prctl(PR_SET_DUMPABLE, 0);
#endif
    signal(SIGPIPE, SIG_IGN);
    crypto_start();
    return run(&config, argv[2]);
}
