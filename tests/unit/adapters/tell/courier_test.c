/* What became of every message reaches the broker: in order, once, whatever is killed or away; and what
 * people ask by way of the broker is carried out. Against a small broker that speaks the contract over real
 * TLS. */
#include "support/feed_world.h"
#include "support/told_broker.h"

#include "adapters/tell/courier.h"
#include "adapters/transport/push.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 20000
#define FILE_OF(free)                                                                                        \
    "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\">\n<peilmoment>2026-01-01T00:00:00Z</peilmoment>\n"       \
    "<plekken>\n<plek code=\"K1\"><vrij>" free "</vrij></plek></plekken></capaciteit>"
#define GOOD FILE_OF("1")
#define BAD FILE_OF("many")
#define NEW_PLACE                                                                                            \
    "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\">\n<peilmoment>2026-01-01T00:00:00Z</peilmoment>\n"       \
    "<plekken>\n<plek code=\"K9\"><vrij>1</vrij></plek></plekken></capaciteit>"
#define PROFILE(options, code, pool)                                                                         \
    "{\"format\":\"opvang_xml\"," options "\"providers\":{\"" code "\":{\"pools\":{" pool "}}}}"

struct scene {
    struct test_certs certs;
    char dir[128], spool_dir[160], quarantine_dir[160], profiles_dir[160];
    struct event_base *base;
    struct told_broker *broker;
    struct intake intake;
    struct reload *reload;
    struct courier *courier;
    int timeout_ms; /* 0: its own */
};

static void write_profile(const struct scene *s, const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s.json", s->profiles_dir, name);
    world_write(path, bytes_of_text(text));
}

static void open_disk(struct scene *s)
{
    const struct spool_limits limits = {.entries_max = 500, .bytes_max = 1 << 24};
    char why[200] = "";
    assert_int_equal(spool_open(s->spool_dir, &limits, &s->intake.spool, why, sizeof why), OK);
    assert_int_equal(messages_open(s->spool_dir, &s->intake.messages, why, sizeof why), OK);
}

static int setup(void **state)
{
    struct scene *s = mem_new(1, sizeof *s);
    struct buf faults = {0};
    char why[200] = "";
    test_certs_make(&s->certs);
    world_folder(s->dir);
    snprintf(s->spool_dir, sizeof s->spool_dir, "%s/spool", s->dir);
    snprintf(s->quarantine_dir, sizeof s->quarantine_dir, "%s/quarantine", s->dir);
    snprintf(s->profiles_dir, sizeof s->profiles_dir, "%s/profiles", s->dir);
    assert_int_equal(mkdir(s->profiles_dir, 0700), 0);
    write_profile(s, "lindehof", profile_opvang);
    write_profile(s, "trial",
                  PROFILE("\"test\":true,\"expected_minutes\":5,", "proefhuis", "\"K1\":\"p-1\""));
    write_profile(s, "json", "{\"format\":\"opvang_json\",\"providers\":{\"jeezon\":{\"pools\":[\"j-1\"]}}}");
    s->intake.schemas = *world_schemas();
    assert_int_equal(reload_open(s->profiles_dir, &s->intake, &s->reload, &faults), OK);
    open_disk(s);
    assert_int_equal(quarantine_open(s->quarantine_dir, &s->intake.quarantine, why, sizeof why), OK);
    s->base = event_base_new();
    s->broker = told_open(s->base, &s->certs);
    buf_fini(&faults);
    *state = s;
    return 0;
}

static void start_courier(struct scene *s)
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

static void stop_courier(struct scene *s)
{
    courier_stop(s->courier);
    s->courier = NULL;
}

static int teardown(void **state)
{
    struct scene *s = *state;
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

static void turn(struct scene *s)
{
    const struct timeval tick = {.tv_usec = 2000};
    event_base_loopexit(s->base, &tick);
    event_base_dispatch(s->base);
}

#define until(s, cond)                                                                                       \
    do {                                                                                                     \
        int64_t bound_ = time_mono_ms() + WAIT_MS;                                                           \
        while (!(cond)) {                                                                                    \
            if (time_mono_ms() > bound_)                                                                     \
                fail_msg("waited too long for: %s", #cond);                                                  \
            turn(s);                                                                                         \
        }                                                                                                    \
    } while (0)

static enum err give(struct scene *s, enum channel channel, const char *provider, const char *content)
{
    struct reading *r = mem_new(1, sizeof *r);
    enum err e =
        intake_take(&s->intake, channel, provider, "Mevrouw Jansen.xml", NULL, bytes_of_text(content), r);
    reading_fini(r);
    free(r);
    return e;
}

static int in_quarantine(const struct scene *s, const char *provider)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", s->quarantine_dir, provider);
    return world_count(path);
}

static const json_t *item(const json_t *of, const char *key, size_t i)
{
    return json_array_get(json_object_get(of, key), i);
}

static json_int_t number(const json_t *of, const char *key)
{
    return json_integer_value(json_object_get(of, key));
}

static const char *text(const json_t *of, const char *key)
{
    const char *found = json_string_value(json_object_get(of, key));
    return found != NULL ? found : "";
}

/* ---- what is told ---- */

static void each_becomes_a_message(void **state)
{
    struct scene *s = *state;
    assert_int_equal(give(s, CHANNEL_DROP, "lindehof", GOOD), OK);
    assert_int_equal(give(s, CHANNEL_PUSH, "lindehof", BAD), ERR_BAD_INPUT);
    assert_int_equal(intake_too_big(&s->intake, CHANNEL_POLL, "lindehof", "x", NULL, 10737418240), OK);
    assert_int_equal(give(s, CHANNEL_DROP, "proefhuis", GOOD), OK);
    assert_int_equal(give(s, CHANNEL_DROP, "niemand", GOOD), ERR_NOT_FOUND);
    start_courier(s);
    until(s, told_messages(s->broker) == 4);
    const json_t *m = NULL;
    for (int i = 0; i < 4; i++) {
        m = told_message(s->broker, i);
        char *all = json_dumps(m, 0);
        assert_null(strstr(all, "Mevrouw"));
        assert_null(strstr(all, "many"));
        free(all);
        if (strcmp(text(m, "provider"), "proefhuis") == 0) {
            assert_string_equal(text(m, "outcome"), "test");
            assert_string_equal(text(m, "profile"), "trial");
            assert_int_equal(json_array_size(json_object_get(m, "reports")), 1);
        } else if (strcmp(text(m, "outcome"), "taken") == 0) {
            assert_string_equal(text(m, "channel"), "drop");
            assert_string_equal(text(m, "format"), "opvang_xml");
            assert_string_equal(text(m, "profile"), "lindehof");
            assert_int_equal(number(m, "bytes"), strlen(GOOD));
            assert_int_equal(number(item(m, "reports", 0), "unitsFree"), 1);
            assert_int_equal(number(item(m, "reports", 0), "line"), 4);
            assert_string_equal(text(item(m, "reports", 0), "pool"), "lindehof-nood");
        } else if (strcmp(text(m, "channel"), "push") == 0) {
            assert_string_equal(text(m, "outcome"), "quarantined");
            assert_int_equal(json_array_size(json_object_get(m, "reports")), 0);
            assert_int_equal(number(item(m, "complaints", 0), "line"), 4);
            assert_string_equal(text(item(m, "complaints", 0), "field"), "vrij");
        } else {
            assert_string_equal(text(m, "channel"), "poll");
            assert_string_equal(text(m, "outcome"), "refused");
            assert_int_equal(number(m, "bytes"), 1000000000); /* the API takes no more */
        }
    }
    assert_int_equal(spool_entries(s->intake.spool), 1); /* not of the one on trial */
    until(s, courier_counts(s->courier).messages == 4);
    until(s, messages_counts(s->intake.messages).waiting == 0);
}

static void plain_texts(void **state)
{
    static const struct {
        const char *text;
        bool plain;
    } cases[] = {{"", true},
                 {"the file is larger than 1048576 bytes", true},
                 {"is not a moment like 2026-11-21T20:00:00+01:00", true},
                 {"12345678", true},
                 {"123456789", false},
                 {"06-12 34.56 78 9", false},
                 {"a1b2c3d4e5f6g7h8i9", true},
                 {"iemand@voorbeeld", false}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(feed_is_plain(cases[i].text), cases[i].plain);
}

/* A provider may put anything where a key belongs: it does not leave the house. */
static void keys_are_not_told(void **state)
{
    struct scene *s = *state;
    const char *json =
        "{\"formaat\":\"urn:veiligeplek:opvang:1\",\"Jansen\":1,\"peilmoment\":\"x\",\"plekken\":"
        "[{\"code\":\"j-1\",\"123456782\":2,\"vrij\":\"een\"}]}";
    assert_int_equal(give(s, CHANNEL_DROP, "jeezon", json), ERR_BAD_INPUT);
    start_courier(s);
    until(s, told_messages(s->broker) == 1);
    char *all = json_dumps(told_message(s->broker, 0), 0);
    assert_null(strstr(all, "Jansen"));
    assert_null(strstr(all, "123456782"));
    assert_non_null(strstr(all, "\"/?\""));
    assert_non_null(strstr(all, "\"/plekken/0/?\""));
    assert_non_null(strstr(all, "\"/plekken/0/vrij\""));
    free(all);
}

static void field_names(void **state)
{
    static const struct {
        const char *field, *shown;
    } cases[] = {{"", ""},
                 {"vrij", "vrij"},
                 {"Jansen", "?"},
                 {"/plekken/0/vrij", "/plekken/0/vrij"},
                 {"/plekken/12345/vrij", "/plekken/?/vrij"},
                 {"/capacities/3/unit/name", "/capacities/3/unit/name"},
                 {"/Jan~1sen/vrij", "/?/vrij"},
                 {"//vrij", "//vrij"},
                 {"123456782", "?"},
                 {"bsn", "bsn"},
                 {"roepnaam", "roepnaam"},
                 {"gebdatum", "gebdatum"},
                 {"/plekken/0/Client-Nr", "/plekken/0/clientnr"},
                 {"BSN (Jansen)", "bsn"},
                 {"clients", "clients"},
                 {"Patient", "Patient"},
                 {"zzzz", "?"},
                 {"Bundle", "Bundle"},
                 {"xmlContent", "xmlContent"}};
    char out[64];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        feed_field(cases[i].field, out);
        assert_string_equal(out, cases[i].shown);
    }
}

static void heartbeat_says(void **state)
{
    struct scene *s = *state;
    start_courier(s);
    until(s, told_heartbeats(s->broker) == 1);
    const json_t *feed = told_feed(s->broker, "proefhuis");
    assert_true(json_is_true(json_object_get(feed, "test")));
    assert_int_equal(number(feed, "expectedMinutes"), 5);
    assert_true(json_is_null(json_object_get(feed, "lastMessageAt")));
    feed = told_feed(s->broker, "lindehof");
    assert_string_equal(text(feed, "channel"), "drop");
    assert_int_equal(number(feed, "expectedMinutes"), 60);
    assert_int_equal(give(s, CHANNEL_PUSH, "lindehof", GOOD), OK);
    intake_heard(&s->intake, "jeezon", CHANNEL_POLL);
    int before = told_heartbeats(s->broker);
    until(s, told_heartbeats(s->broker) > before + 1);
    feed = told_feed(s->broker, "lindehof");
    assert_string_equal(text(feed, "channel"), "push");
    assert_int_equal(number(feed, "waiting"), 1);
    assert_true(json_is_string(json_object_get(feed, "lastMessageAt")));
    /* Nothing new is heard too, without a message. */
    assert_true(json_is_string(json_object_get(told_feed(s->broker, "jeezon"), "lastMessageAt")));
    assert_int_equal(told_messages(s->broker), 1);
}

/* The file of the only message of PROVIDER gets a number of an hour ahead, as when our clock ran so. */
static void set_ahead(const struct scene *s, const char *provider)
{
    char command[600];
    snprintf(command, sizeof command,
             "cd '%s/.messages/%s' && for f in [0-9]*; do mv \"$f\" %016lld.\"${f#*.}\"; done", s->spool_dir,
             provider, (long long)time_wall_ms() + 3600000);
    assert_int_equal(system(command), 0);
}

/* Our clock ran ahead once: who was heard then is heard at the moment that shows, and no later. */
static void clock_ran_ahead(void **state)
{
    struct scene *s = *state;
    enum channel channel = CHANNEL_N;
    char why[200] = "";
    assert_int_equal(give(s, CHANNEL_PUSH, "lindehof", GOOD), OK);
    messages_free(s->intake.messages);
    set_ahead(s, "lindehof");
    assert_int_equal(messages_open(s->spool_dir, &s->intake.messages, why, sizeof why), OK);
    int64_t heard = messages_last_heard(s->intake.messages, "lindehof", &channel);
    assert_in_range(heard, 1, time_wall_ms());
    int64_t before = time_wall_ms();
    until(s, time_wall_ms() > before + 5);
    assert_int_equal(messages_last_heard(s->intake.messages, "lindehof", &channel), heard);
    intake_heard(&s->intake, "lindehof", CHANNEL_POLL);
    assert_true(messages_last_heard(s->intake.messages, "lindehof", &channel) > before);
    assert_int_equal(channel, CHANNEL_POLL);
    /* What comes now is told behind it all the same. */
    assert_int_equal(give(s, CHANNEL_DROP, "lindehof", BAD), ERR_BAD_INPUT);
    start_courier(s);
    until(s, told_messages(s->broker) == 2);
    assert_string_equal(told_text(s->broker, 1, "outcome"), "quarantined");
}

/* ---- order, away, killed ---- */

static void give_numbers(struct scene *s, const char *provider, int from, int n)
{
    for (int i = from; i < from + n; i++) {
        char content[400];
        snprintf(content, sizeof content, FILE_OF("%d"), i);
        assert_int_equal(give(s, CHANNEL_DROP, provider, content), OK);
    }
}

/* The numbers of PROVIDER as they came first; fails unless they are FROM, FROM + 1, ... */
static int in_order(struct scene *s, const char *provider, int from)
{
    int n = 0;
    for (int i = 0; i < told_messages(s->broker); i++) {
        const json_t *m = told_message(s->broker, i);
        if (strcmp(text(m, "provider"), provider) == 0)
            assert_int_equal(number(item(m, "reports", 0), "unitsFree"), from + n++);
    }
    return n;
}

static void away_and_back(void **state)
{
    struct scene *s = *state;
    told_stop(s->broker);
    start_courier(s);
    give_numbers(s, "lindehof", 0, 8);
    give_numbers(s, "proefhuis", 100, 5);
    until(s, courier_counts(s->courier).failures >= 2);
    assert_int_equal(messages_counts(s->intake.messages).waiting, 13);
    told_start(s->broker);
    until(s, told_messages(s->broker) == 13);
    assert_int_equal(in_order(s, "lindehof", 0), 8);
    assert_int_equal(in_order(s, "proefhuis", 100), 5);
    /* It restarts and has forgotten all: told again, all and in order, and what is new behind it. */
    told_stop(s->broker);
    uint64_t failures = courier_counts(s->courier).failures;
    until(s, courier_counts(s->courier).failures > failures);
    give_numbers(s, "lindehof", 8, 1);
    told_start(s->broker);
    until(s, told_messages(s->broker) == 14);
    assert_int_equal(in_order(s, "lindehof", 0), 9);
    assert_int_equal(in_order(s, "proefhuis", 100), 5);
    until(s, messages_counts(s->intake.messages).waiting == 0);
    assert_int_equal(messages_counts(s->intake.messages).gone_untold, 0);
}

static void once_only(void **state)
{
    struct scene *s = *state;
    start_courier(s);
    give_numbers(s, "lindehof", 0, 3);
    until(s, told_messages(s->broker) == 3);
    int before = told_heartbeats(s->broker);
    until(s, told_heartbeats(s->broker) > before + 2);
    assert_int_equal(told_posts(s->broker), 3);
    /* The adapter restarts: the broker knows it all, and hears nothing twice. */
    stop_courier(s);
    messages_free(s->intake.messages);
    spool_free(s->intake.spool);
    open_disk(s);
    start_courier(s);
    before = told_heartbeats(s->broker);
    until(s, told_heartbeats(s->broker) > before + 2);
    assert_int_equal(told_posts(s->broker), 3);
    assert_true(json_is_string(json_object_get(told_feed(s->broker, "lindehof"), "lastMessageAt")));
}

/* The process dies with messages that nobody was told: the next one tells them, each that was acknowledged.
 */
static void killed(void **state)
{
    struct scene *s = *state;
    int pipe_fds[2], n = 0, acknowledged = 0;
    assert_int_equal(pipe(pipe_fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0;; i++) {
            char content[400];
            snprintf(content, sizeof content, FILE_OF("%d"), i);
            if (give(s, CHANNEL_DROP, "lindehof", content) != OK ||
                write(pipe_fds[1], &i, sizeof i) != sizeof i)
                _exit(1);
        }
    }
    close(pipe_fds[1]);
    while (acknowledged < 20 && read(pipe_fds[0], &n, sizeof n) == sizeof n)
        acknowledged = n + 1;
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    while (read(pipe_fds[0], &n, sizeof n) == sizeof n)
        acknowledged = n + 1;
    close(pipe_fds[0]);
    assert_true(acknowledged >= 20);
    messages_free(s->intake.messages);
    spool_free(s->intake.spool);
    open_disk(s);
    int waiting = (int)messages_counts(s->intake.messages).waiting;
    assert_true(waiting >= (acknowledged < MESSAGES_KEPT ? acknowledged : MESSAGES_KEPT));
    start_courier(s);
    until(s, told_messages(s->broker) == waiting);
    const json_t *last = told_message(s->broker, waiting - 1);
    assert_true(number(item(last, "reports", 0), "unitsFree") >= acknowledged - 1);
    in_order(s, "lindehof", (int)number(item(told_message(s->broker, 0), "reports", 0), "unitsFree"));
}

static void only_the_last_are_kept(void **state)
{
    struct scene *s = *state;
    give_numbers(s, "lindehof", 0, MESSAGES_KEPT + 3);
    assert_int_equal(messages_counts(s->intake.messages).gone_untold, 3);
    start_courier(s);
    until(s, told_messages(s->broker) == MESSAGES_KEPT);
    assert_int_equal(in_order(s, "lindehof", 3), MESSAGES_KEPT);
    assert_int_equal(spool_entries(s->intake.spool), MESSAGES_KEPT + 3); /* the numbers are all there */
}

static void not_wanted(void **state)
{
    static const struct {
        int status;
        const char *problem;
        bool again;
    } cases[] = {{400, "x", false},           {422, "x", false}, {403, "not_allowed", false},
                 {404, "not_found", false},   {401, "x", true},  {403, "not_enrolled", true},
                 {404, "no_such_path", true}, {429, "x", true},  {503, "x", true}};
    struct scene *s = *state;
    start_courier(s);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int posts = told_posts(s->broker), told = told_messages(s->broker);
        uint64_t aside = courier_counts(s->courier).aside;
        told_answers(s->broker, cases[i].status, cases[i].problem);
        give_numbers(s, "lindehof", (int)i, 1);
        until(s, told_posts(s->broker) >= posts + (cases[i].again ? 2 : 1));
        if (!cases[i].again) {
            until(s, courier_counts(s->courier).aside == aside + 1);
            int beats = told_heartbeats(s->broker);
            until(s, told_heartbeats(s->broker) > beats + 2);
            assert_int_equal(told_posts(s->broker), posts + 1); /* no endless loop */
        } else {
            assert_int_equal(courier_counts(s->courier).aside, aside);
        }
        told_answers(s->broker, 201, NULL);
        until(s, messages_counts(s->intake.messages).waiting == 0);
        assert_int_equal(told_messages(s->broker), told + cases[i].again);
    }
}

/* ---- refused afterwards ---- */

static void refused_by_the_broker(void **state)
{
    struct scene *s = *state;
    struct spool_entry entry = {0};
    json_t *problem = json_pack("{s:s, s:[{s:s, s:s}]}", "detail", "whole", "errors", "pointer",
                                "/reports/0/unitsFree", "detail", "more than the total");
    start_courier(s);
    give_numbers(s, "lindehof", 7, 1);
    until(s, told_messages(s->broker) == 1);
    assert_string_equal(told_text(s->broker, 0, "outcome"), "taken");
    assert_int_equal(spool_oldest(s->intake.spool, "lindehof", &entry), OK);
    assert_string_equal(entry.key, told_text(s->broker, 0, "messageId"));
    messages_refused(s->intake.messages, "lindehof", entry.key, problem, 422, "f");
    until(s, strcmp(told_text(s->broker, 0, "outcome"), "quarantined") == 0);
    assert_int_equal(told_messages(s->broker), 1); /* the same message */
    const json_t *c = item(told_message(s->broker, 0), "complaints", 0);
    assert_string_equal(text(c, "reason"), "more than the total");
    assert_string_equal(text(c, "field"), "/reports/0/unitsFree");
    assert_int_equal(number(c, "line"), 4);
    /* Quicker than the message itself. */
    struct feed_message m = {.provider = "lindehof",
                             .id = "0123456789abcdef0123456789abcdef",
                             .format = "csv",
                             .profile = "p",
                             .outcome = FEED_TAKEN,
                             .received_at_ms = NOW_MS};
    struct reading r = {0};
    messages_refused(s->intake.messages, "lindehof", m.id, NULL, 403, "g");
    assert_true(messages_put(s->intake.messages, feed_message_json(&m, &r), ""));
    until(s, told_messages(s->broker) == 2);
    assert_string_equal(told_text(s->broker, 1, "outcome"), "quarantined");
    spool_entry_fini(&entry);
    json_decref(problem);
}

/* A full disk: the numbers get through where they still can, and what cannot be told is counted. */
static void disk_full(void **state)
{
    struct scene *s = *state;
    struct rlimit before, tight;
    struct stat st;
    char path[300];
    give_numbers(s, "lindehof", 1, 1);
    snprintf(path, sizeof path, "%s/lindehof/0000000000000001.json", s->spool_dir);
    assert_int_equal(stat(path, &st), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = (rlim_t)st.st_size + 20; /* a message is longer than its entry in the spool */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    enum err e = give(s, CHANNEL_DROP, "lindehof", FILE_OF("2"));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(e, OK);
    assert_int_equal(spool_entries(s->intake.spool), 2);
    assert_int_equal(messages_counts(s->intake.messages).unwritten, 1);
    snprintf(path, sizeof path, "%s/.messages/lindehof", s->spool_dir);
    assert_int_equal(world_count(path), 1);
    assert_int_equal(world_hidden(path), 0);
    give_numbers(s, "lindehof", 3, 1);
    start_courier(s);
    until(s, told_messages(s->broker) == 2);
}

/* ---- orders ---- */

static void uploads(void **state)
{
    static const struct {
        const char *provider, *content, *outcome, *reason;
        bool test;
    } cases[] = {
        {"lindehof", GOOD, "taken", NULL, false},   {"lindehof", GOOD, "test", NULL, true},
        {"proefhuis", GOOD, "test", NULL, false},   {"lindehof", BAD, "refused", NULL},
        {"niemand", GOOD, "refused", "no profile"}, {"lindehof", NULL, "refused", "no longer there"}};
    struct scene *s = *state;
    start_courier(s);
    for (int i = 0; i < (int)COUNT_OF(cases); i++) {
        told_content(s->broker, bytes_of_text(cases[i].content));
        told_order(s->broker, 100 + i, "read", cases[i].provider, NULL, cases[i].test);
        until(s, told_answered(s->broker, 100 + i));
        const json_t *m = told_message(s->broker, i);
        assert_string_equal(text(m, "channel"), "upload");
        assert_string_equal(text(m, "outcome"), cases[i].outcome);
        assert_int_equal(json_array_size(json_object_get(m, "reports")),
                         strcmp(cases[i].outcome, "refused") != 0);
        assert_int_equal(json_array_size(json_object_get(m, "complaints")) > 0,
                         strcmp(cases[i].outcome, "refused") == 0);
        if (cases[i].reason != NULL)
            assert_non_null(strstr(text(item(m, "complaints", 0), "reason"), cases[i].reason));
    }
    /* Larger than is read: nothing of it. */
    struct buf big = {0};
    memset(buf_extend(&big, INTAKE_BYTES_MAX + 1), 'x', INTAKE_BYTES_MAX + 1);
    told_content(s->broker, buf_view(&big));
    told_order(s->broker, 200, "read", "lindehof", NULL, false);
    until(s, told_answered(s->broker, 200));
    assert_string_equal(told_text(s->broker, 6, "outcome"), "refused");
    assert_non_null(
        strstr(text(item(told_message(s->broker, 6), "complaints", 0), "reason"), "adapter takes"));
    told_content(s->broker, (struct bytes){0});
    buf_fini(&big);
    assert_int_equal(spool_entries(s->intake.spool), 0);
    assert_int_equal(world_count(s->quarantine_dir), 0);
    until(s, courier_counts(s->courier).orders == 7);
    /* What became of them is kept, and told to a broker that has forgotten: of no order that it knows. */
    int posts = told_posts(s->broker);
    assert_int_equal(messages_counts(s->intake.messages).kept, 7);
    assert_int_equal(messages_counts(s->intake.messages).waiting, 0);
    char *first = json_dumps(json_object_get(told_message(s->broker, 0), "reports"), 0), id[MESSAGE_ID_SIZE];
    snprintf(id, sizeof id, "%s", told_text(s->broker, 0, "messageId"));
    stop_courier(s);
    told_stop(s->broker);
    told_start(s->broker);
    messages_free(s->intake.messages);
    spool_free(s->intake.spool);
    open_disk(s);
    start_courier(s);
    until(s, told_messages(s->broker) == 7);
    assert_int_equal(told_posts(s->broker), posts + 7);
    for (int i = 0; i < 7; i++) {
        const json_t *m = told_message(s->broker, i);
        assert_string_equal(text(m, "channel"), "upload");
        assert_null(json_object_get(m, "orderId"));
        if (strcmp(text(m, "messageId"), id) != 0)
            continue;
        char *again = json_dumps(json_object_get(m, "reports"), 0);
        assert_string_equal(again, first);
        id[0] = '\0';
        free(again);
    }
    assert_int_equal(id[0], '\0');
    free(first);
}

/* The broker does not take what was understood (a pool that is not the provider's): whoever waits hears why.
 */
static void why_not(void **state)
{
    struct scene *s = *state;
    start_courier(s);
    told_answers(s->broker, 400, "invalid");
    told_refuses_reports_only(s->broker, true);
    told_content(s->broker, BYTES_LITERAL(GOOD));
    told_order(s->broker, 1, "read", "lindehof", NULL, false);
    until(s, told_answered(s->broker, 1));
    assert_string_equal(told_text(s->broker, 0, "outcome"), "refused");
    assert_int_equal(number(item(told_message(s->broker, 0), "complaints", 0), "line"), 4);
    assert_int_equal(give(s, CHANNEL_DROP, "proefhuis", GOOD), OK);
    until(s, told_messages(s->broker) == 2);
    assert_string_equal(told_text(s->broker, 1, "outcome"), "refused");
    told_content(s->broker, (struct bytes){0});
}

/* The answer to a heartbeat is lost that may have asked for all: all is told again. */
static void lost_answer(void **state)
{
    struct scene *s = *state;
    s->timeout_ms = 1000;
    start_courier(s);
    give_numbers(s, "lindehof", 0, 2);
    until(s, told_posts(s->broker) == 2);
    told_cuts_a_heartbeat(s->broker);
    until(s, told_posts(s->broker) == 4);
    assert_int_equal(told_messages(s->broker), 2);
}

/* One provider's message cannot be told: the others' are, and its own as soon as it can. */
static void one_cannot_be_told(void **state)
{
    struct scene *s = *state;
    told_fails_for(s->broker, "lindehof");
    give_numbers(s, "lindehof", 0, 3);
    give_numbers(s, "proefhuis", 100, 30);
    start_courier(s);
    until(s, told_messages(s->broker) == 30);
    assert_int_equal(in_order(s, "proefhuis", 100), 30);
    uint64_t failures = courier_counts(s->courier).failures;
    assert_true(failures >= 1 && failures < 30); /* not as often as the others are told */
    until(s, courier_counts(s->courier).failures >= failures + 2);
    assert_int_equal(messages_counts(s->intake.messages).waiting, 3);
    told_fails_for(s->broker, NULL);
    until(s, told_messages(s->broker) == 33);
    assert_int_equal(in_order(s, "lindehof", 0), 3);
}

static void ask_replay(struct scene *s, int64_t order, const char *message)
{
    told_order(s->broker, order, "replay", "lindehof", message, false);
    until(s, told_answered(s->broker, order));
}

static void replays(void **state)
{
    struct scene *s = *state;
    char id[MESSAGE_ID_SIZE], path[300];
    start_courier(s);
    assert_int_equal(give(s, CHANNEL_DROP, "lindehof", NEW_PLACE), ERR_BAD_INPUT);
    until(s, told_messages(s->broker) == 1);
    snprintf(id, sizeof id, "%s", told_text(s->broker, 0, "messageId"));
    /* Nothing was mended. */
    ask_replay(s, 1, id);
    assert_string_equal(told_text(s->broker, 1, "outcome"), "refused");
    assert_string_equal(told_text(s->broker, 1, "channel"), "replay");
    assert_string_equal(told_text(s->broker, 1, "replayOf"), id);
    assert_int_equal(in_quarantine(s, "lindehof"), 2);
    /* Something was mended, but another profile is faulty: not by the old ones. */
    write_profile(s, "lindehof", PROFILE("", "lindehof", "\"K9\":\"lindehof-nieuw\""));
    write_profile(s, "json", "{");
    ask_replay(s, 2, id);
    assert_string_equal(told_text(s->broker, 2, "outcome"), "refused");
    assert_non_null(
        strstr(text(item(told_message(s->broker, 2), "complaints", 0), "reason"), "profiles on disk"));
    assert_int_equal(in_quarantine(s, "lindehof"), 2);
    /* All mended. */
    write_profile(s, "json", "{\"format\":\"opvang_json\",\"providers\":{\"jeezon\":{\"pools\":[\"j-1\"]}}}");
    ask_replay(s, 3, id);
    const json_t *m = told_message(s->broker, 3);
    assert_string_equal(text(m, "outcome"), "taken");
    assert_string_equal(text(item(m, "reports", 0), "pool"), "lindehof-nieuw");
    assert_int_equal(in_quarantine(s, "lindehof"), 0);
    assert_int_equal(spool_entries(s->intake.spool), 1);
    /* The broker restarts and asks again: the same answer, and the numbers once. */
    told_stop(s->broker);
    told_start(s->broker);
    ask_replay(s, 4, id);
    assert_int_equal(spool_entries(s->intake.spool), 1);
    until(s, told_messages(s->broker) == 4);
    /* Gone from quarantine, and one that never was. */
    assert_int_equal(give(s, CHANNEL_DROP, "lindehof", BAD), ERR_BAD_INPUT);
    until(s, told_messages(s->broker) == 5);
    snprintf(id, sizeof id, "%s", told_text(s->broker, 4, "messageId"));
    snprintf(path, sizeof path, "%s/adapters-test-gone", s->dir);
    assert_int_equal(rename(s->quarantine_dir, path), 0);
    ask_replay(s, 5, id);
    assert_non_null(
        strstr(text(item(told_message(s->broker, 5), "complaints", 0), "reason"), "no longer in"));
    ask_replay(s, 6, "ffffffffffffffffffffffffffffffff");
    assert_string_equal(told_text(s->broker, 6, "outcome"), "refused");
    ask_replay(s, 7, "../../../etc/passwd");
    assert_string_equal(told_text(s->broker, 7, "outcome"), "refused");
    assert_int_equal(spool_entries(s->intake.spool), 1);
}

/* Reports that the broker did not take, asked once more: as they are. */
static void replay_of_reports(void **state)
{
    struct scene *s = *state;
    struct spool_entry entry = {0};
    struct buf kept = {0};
    char id[MESSAGE_ID_SIZE];
    give_numbers(s, "lindehof", 3, 1);
    assert_int_equal(spool_oldest(s->intake.spool, "lindehof", &entry), OK);
    char *reports = json_dumps(entry.reports, 0);
    assert_int_equal(quarantine_put(s->intake.quarantine, "lindehof", "reports.json", NULL,
                                    bytes_of_text(reports), json_pack("{s:s}", "refusedBy", "broker"), &kept),
                     OK);
    snprintf(id, sizeof id, "%s", entry.key);
    messages_refused(s->intake.messages, "lindehof", id, NULL, 403, buf_c_str(&kept));
    spool_done(s->intake.spool, &entry);
    start_courier(s);
    until(s, told_messages(s->broker) == 1);
    ask_replay(s, 1, id);
    assert_string_equal(told_text(s->broker, 1, "outcome"), "taken");
    assert_int_equal(spool_entries(s->intake.spool), 1);
    assert_int_equal(in_quarantine(s, "lindehof"), 0);
    struct spool_entry again = {0};
    assert_int_equal(spool_oldest(s->intake.spool, "lindehof", &again), OK);
    assert_true(json_equal(entry.reports, again.reports));
    spool_entry_fini(&entry);
    spool_entry_fini(&again);
    buf_fini(&kept);
    free(reports);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(field_names),
        cmocka_unit_test(plain_texts),
        cmocka_unit_test_setup_teardown(each_becomes_a_message, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_are_not_told, setup, teardown),
        cmocka_unit_test_setup_teardown(heartbeat_says, setup, teardown),
        cmocka_unit_test_setup_teardown(clock_ran_ahead, setup, teardown),
        cmocka_unit_test_setup_teardown(away_and_back, setup, teardown),
        cmocka_unit_test_setup_teardown(once_only, setup, teardown),
        cmocka_unit_test_setup_teardown(killed, setup, teardown),
        cmocka_unit_test_setup_teardown(only_the_last_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(not_wanted, setup, teardown),
        cmocka_unit_test_setup_teardown(refused_by_the_broker, setup, teardown),
        cmocka_unit_test_setup_teardown(disk_full, setup, teardown),
        cmocka_unit_test_setup_teardown(uploads, setup, teardown),
        cmocka_unit_test_setup_teardown(why_not, setup, teardown),
        cmocka_unit_test_setup_teardown(one_cannot_be_told, setup, teardown),
        cmocka_unit_test_setup_teardown(lost_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(replays, setup, teardown),
        cmocka_unit_test_setup_teardown(replay_of_reports, setup, teardown),
    };
    signal(SIGPIPE, SIG_IGN);
    crypto_start();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
