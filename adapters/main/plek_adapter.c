/* plek-adapter: brings capacity in. Watches the drop folders, listens for pushes and polls, reads what comes
 * by the provider's profile, spools it to disk, hands it to the broker and tells it what became of each
 * message. SIGHUP reads the profiles anew. Exit status: 0 stopped as asked, 1 could not start, 2 wrong usage;
 * of check: 0 understood, 1 would be quarantined, 2 unusable. */
#include "adapters/base/adapter_config.h"
#include "adapters/gate/safe_xml.h"
#include "adapters/intake/check_file.h"
#include "adapters/intake/intake.h"
#include "adapters/tell/courier.h"
#include "adapters/tell/deliver.h"
#include "adapters/transport/drop.h"
#include "adapters/transport/poll.h"
#include "adapters/transport/push.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/time_text.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WHY_SIZE 1024
#define ADAPTER_NAME_MAX 64 /* by the API */

struct adapter {
    struct adapter_config config;
    struct event_base *base;
    struct reload *reload;
    struct intake intake;
    struct deliver *deliver;
    struct courier *courier;
    struct drop *drop;
    struct push *push;
    struct poll_sources poll_sources;
    struct poll *poll;
    struct event *signals[3];
    int renewed; /* eventfd: the profiles were exchanged, on whatever thread */
    struct event *renewal;
};

static const char usage[] =
    "usage: plek-adapter --config FILE\n"
    "           SIGHUP reads the profiles anew; if one is faulty the old ones stay and the\n"
    "           log says where\n"
    "       plek-adapter check FILE --profile P [--provider CODE] [--config FILE] [--json]\n"
    "           P: a profile's name, or its file. 0 understood, 1 would be quarantined,\n"
    "           2 unusable\n"
    "       plek-adapter --version\n";

static void on_signal(evutil_socket_t number, short what, void *ctx)
{
    const struct adapter *a = ctx;
    (void)number;
    (void)what;
    log_info("stopping", "");
    event_base_loopbreak(a->base);
}

static void on_hangup(evutil_socket_t number, short what, void *ctx)
{
    const struct adapter *a = ctx;
    (void)number;
    (void)what;
    if (reload_now(a->reload) != OK)
        log_warn("profiles stay as they are", "");
}

/* On the thread that read the profiles. */
static void on_profiles(void *ctx)
{
    const struct adapter *a = ctx;
    if (eventfd_write(a->renewed, 1) != 0)
        log_error("cannot tell of new profiles", "");
}

/* On the loop's thread. */
static void on_renewed(evutil_socket_t fd, short what, void *ctx)
{
    const struct adapter *a = ctx;
    eventfd_t times = 0;
    (void)what;
    if (eventfd_read(fd, &times) != 0)
        return;
    if (a->poll != NULL)
        poll_renew(a->poll);
    if (a->drop != NULL && drop_renew(a->drop) != OK)
        log_error("not every provider has a drop folder", "");
}

static void on_spooled(void *ctx)
{
    const struct adapter *a = ctx;
    deliver_wake(a->deliver);
}

static enum err load_schemas(const char *feeds_dir, const char *have_xsd, struct schemas *out, char *why)
{
    struct buf path = {0};
    buf_format(&path, "%s/opvang.xsd", feeds_dir);
    enum err e = safe_xml_schema(buf_c_str(&path), &out->opvang, why, WHY_SIZE);
    if (e == OK && have_xsd[0] != '\0')
        e = safe_xml_schema(have_xsd, &out->have, why, WHY_SIZE);
    buf_fini(&path);
    return e;
}

static void free_schemas(struct schemas *s)
{
    safe_xml_schema_free(s->opvang);
    safe_xml_schema_free(s->have);
}

static enum err load_profiles(struct adapter *a, char *why)
{
    struct buf faults = {0};
    enum err e = reload_open(a->config.profiles_dir, &a->intake, &a->reload, &faults);
    if (e != OK)
        snprintf(why, WHY_SIZE, "%s", buf_c_str(&faults));
    buf_fini(&faults);
    return e;
}

static enum err start_poll(struct adapter *a, char *why)
{
    const struct poll_config config = {.sources = &a->poll_sources, .spool_dir = a->config.spool_dir};
    struct buf faults = {0};
    enum err e = poll_sources_load(a->config.poll_sources, a->intake.profiles, &a->poll_sources, &faults);
    if (e != OK)
        snprintf(why, WHY_SIZE, "%s", buf_c_str(&faults));
    else
        e = poll_start(&config, &a->intake, &a->poll, why, WHY_SIZE);
    buf_fini(&faults);
    return e;
}

/* Last of all: by then everything that a message or an order may need is there. */
static void start_courier(struct adapter *a)
{
    const struct adapter_config *c = &a->config;
    char name[SETTING_SIZE] = "adapter";
    if (c->adapter_name[0] != '\0')
        memcpy(name, c->adapter_name, sizeof name);
    else if (gethostname(name, ADAPTER_NAME_MAX) != 0)
        log_warn("this machine has no name", "");
    name[ADAPTER_NAME_MAX] = '\0';
    const struct courier_config to = {
        .broker = c->broker,
        .ca = c->ca,
        .cert = c->cert,
        .key = c->key,
        .reload = a->reload,
        .of = {.intake = &a->intake,
               .sources = a->poll != NULL ? &a->poll_sources : NULL,
               .adapter = name,
               .started_at_ms = time_wall_ms(),
               .otherwise = c->drop_dir[0] != '\0' ? CHANNEL_DROP : CHANNEL_PUSH}};
    reload_on_changed(a->reload, on_profiles, a);
    a->courier = courier_start(&to);
}

static enum err watch_profiles(struct adapter *a)
{
    a->renewed = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (a->renewed < 0)
        return ERR_IO;
    a->renewal = event_new(a->base, a->renewed, EV_READ | EV_PERSIST, on_renewed, a);
    event_add(a->renewal, NULL);
    return OK;
}

static enum err open_all(struct adapter *a, char *why)
{
    const struct adapter_config *c = &a->config;
    struct deliver_config to = {.broker = c->broker, .ca = c->ca, .cert = c->cert, .key = c->key};
    struct spool_limits limits = spool_limits_default();
    enum err e = load_profiles(a, why);
    if (e == OK)
        e = load_schemas(c->feeds_dir, c->have_xsd, &a->intake.schemas, why);
    if (e == OK)
        e = spool_open(c->spool_dir, &limits, &a->intake.spool, why, WHY_SIZE);
    if (e == OK)
        e = quarantine_open(c->quarantine_dir, &a->intake.quarantine, why, WHY_SIZE);
    if (e == OK)
        e = messages_open(c->spool_dir, &a->intake.messages, why, WHY_SIZE);
    if (e == OK)
        e = watch_profiles(a);
    if (e != OK)
        return e;
    to.messages = a->intake.messages;
    a->deliver = deliver_start(&to, a->intake.spool, a->intake.quarantine);
    a->intake.on_spooled = on_spooled;
    a->intake.ctx = a;
    if (c->drop_dir[0] != '\0')
        e = drop_open(a->base, &a->intake, c->drop_dir, &a->drop, why, WHY_SIZE);
    if (e == OK && (c->push_listen[0] != '\0' || c->push_mtls_listen[0] != '\0'))
        e = push_open(a->base, &a->intake, c, &a->push, why, WHY_SIZE);
    if (e == OK && c->poll_sources[0] != '\0')
        e = start_poll(a, why);
    if (e == OK)
        start_courier(a);
    return e;
}

static void close_all(struct adapter *a)
{
    for (int i = 0; i < 3; i++)
        if (a->signals[i] != NULL)
            event_free(a->signals[i]);
    courier_stop(a->courier);
    poll_stop(a->poll);
    poll_sources_fini(&a->poll_sources);
    push_free(a->push);
    drop_free(a->drop);
    deliver_stop(a->deliver);
    messages_free(a->intake.messages);
    quarantine_free(a->intake.quarantine);
    spool_free(a->intake.spool);
    free_schemas(&a->intake.schemas);
    reload_free(a->reload);
    if (a->renewal != NULL)
        event_free(a->renewal);
    if (a->renewed >= 0)
        close(a->renewed);
    event_base_free(a->base);
}

static int run(const char *config_path)
{
    struct adapter a = {.renewed = -1};
    struct buf faults = {0};
    char why[WHY_SIZE] = "";
    if (adapter_config_load(config_path, &a.config, &faults) != OK) {
        fputs(buf_c_str(&faults), stderr);
        buf_fini(&faults);
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGHUP, SIG_IGN); /* until we can heed it */
    curl_global_init(CURL_GLOBAL_DEFAULT);
    a.base = event_base_new();
    enum err e = open_all(&a, why);
    if (e == OK) {
        a.signals[0] = evsignal_new(a.base, SIGTERM, on_signal, &a);
        a.signals[1] = evsignal_new(a.base, SIGINT, on_signal, &a);
        event_add(a.signals[0], NULL);
        event_add(a.signals[1], NULL);
        a.signals[2] = evsignal_new(a.base, SIGHUP, on_hangup, &a);
        event_add(a.signals[2], NULL);
        log_info("ready", "profiles=%zu waiting=%zu", profiles_count(intake_profiles(&a.intake)),
                 spool_entries(a.intake.spool));
        intake_profiles_end();
        event_base_dispatch(a.base);
    } else {
        fprintf(stderr, "plek-adapter: %s\n", why[0] != '\0' ? why : err_name(e));
    }
    close_all(&a);
    curl_global_cleanup();
    return e == OK ? 0 : 1;
}

/* ---- check ---- */

struct check_args {
    const char *file, *profile, *provider, *config;
    bool json;
};

static bool read_args(int n, char **args, struct check_args *out)
{
    for (int i = 0; i < n; i++) {
        const char **value = strcmp(args[i], "--profile") == 0    ? &out->profile
                             : strcmp(args[i], "--provider") == 0 ? &out->provider
                             : strcmp(args[i], "--config") == 0   ? &out->config
                                                                  : NULL;
        if (value != NULL && i + 1 < n)
            *value = args[++i];
        else if (strcmp(args[i], "--json") == 0)
            out->json = true;
        else if (args[i][0] != '-' && out->file == NULL)
            out->file = args[i];
        else
            return false;
    }
    return out->file != NULL && out->profile != NULL;
}

/* Where the profile P and the schema beside it are. */
static void find_profile(const struct check_args *args, const struct adapter_config *config, struct buf *path,
                         char feeds_dir[SETTING_SIZE])
{
    if (strchr(args->profile, '/') != NULL || strstr(args->profile, ".json") != NULL) {
        buf_text(path, args->profile);
    } else {
        const char *dir = config->profiles_dir[0] != '\0'          ? config->profiles_dir
                          : access("adapters/profiles", R_OK) == 0 ? "adapters/profiles"
                                                                   : "/usr/share/veilige-plek/profiles";
        buf_format(path, "%s/%s.json", dir, args->profile);
    }
    struct buf dir = {0};
    buf_text(&dir, buf_c_str(path));
    const char *slash = strrchr(buf_c_str(&dir), '/');
    dir.len = slash != NULL ? (size_t)(slash - buf_c_str(&dir)) : 0;
    if (slash == NULL)
        buf_text(&dir, ".");
    if (config->feeds_dir[0] != '\0')
        memcpy(feeds_dir, config->feeds_dir, SETTING_SIZE);
    else
        feeds_default(buf_c_str(&dir), feeds_dir);
    if (config->feeds_dir[0] == '\0' && access("schema/feeds/opvang.xsd", R_OK) == 0)
        snprintf(feeds_dir, SETTING_SIZE, "schema/feeds");
    buf_fini(&dir);
}

static int check(int n, char **args_in)
{
    struct check_args args = {0};
    struct adapter_config config = {0};
    struct buf faults = {0}, path = {0};
    struct profile *profile = NULL;
    struct schemas schemas = {0};
    char feeds_dir[SETTING_SIZE], why[WHY_SIZE] = "";
    int rc = CHECK_UNUSABLE;
    if (!read_args(n, args_in, &args)) {
        fputs(usage, stderr);
        return CHECK_UNUSABLE;
    }
    enum err e = args.config != NULL ? adapter_config_load(args.config, &config, &faults) : OK;
    if (e == OK) {
        find_profile(&args, &config, &path, feeds_dir);
        e = profile_load(buf_c_str(&path), &profile, &faults);
    }
    if (e == OK && (profile_format(profile) == FORMAT_OPVANG_XML || config.have_xsd[0] != '\0'))
        e = load_schemas(feeds_dir, config.have_xsd, &schemas, why);
    const char *provider =
        args.provider != NULL || profile == NULL ? args.provider : profile_provider(profile, 0);
    if (e == OK && !profile_serves(profile, provider)) {
        snprintf(why, sizeof why, "the profile does not serve %s", provider);
        e = ERR_NOT_FOUND;
    }
    if (e == OK)
        rc = check_file(&schemas, profile, provider, args.file, args.json, stdout);
    else
        fprintf(stderr, "%s%s%s", buf_c_str(&faults), why, why[0] != '\0' ? "\n" : "");
    free_schemas(&schemas);
    profile_free(profile);
    buf_fini(&path);
    buf_fini(&faults);
    return rc;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("plek-adapter %s\n", PLEK_VERSION);
        return 0;
    }
    crypto_start();
    safe_xml_start();
    if (argc >= 2 && strcmp(argv[1], "check") == 0)
        return check(argc - 2, argv + 2);
    if (argc == 3 && strcmp(argv[1], "--config") == 0)
        return run(argv[2]);
    fputs(usage, stderr);
    return 2;
}
