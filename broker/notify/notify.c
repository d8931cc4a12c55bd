#include "notify/notify_state.h"

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "loop/loop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#define TICK_MS 500
#define TARGETS_MS MS_MINUTE
#define STATS_MS (2 * MS_SECOND)
#define PURGE_MS MS_HOUR
#define LISTINGS_MAX 64

struct listing {
    struct notify *n;
    notify_list_fn *done;
    void *ctx;
    struct listing *prev, *next;
};

int64_t notify_now_ms(const struct notify *n)
{
    return loop_wall(n->parts.loop).v;
}

void notify_stop(struct notify *n)
{
    if (n->stopped)
        return;
    n->stopped = true;
    log_warn("notifications stopped", "told=%" PRIu64, n->told);
    transfers_free(n->transfers);
    n->transfers = NULL;
}

/* ---- targets ---- */

static int by_id(const void *a, const void *b)
{
    const struct notify_target *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

const struct notify_target *notify_target_of(const struct notify *n, uint32_t id)
{
    struct notify_target key = {.id = id};

    return n->n_targets == 0 ? NULL : bsearch(&key, n->targets, n->n_targets, sizeof key, by_id);
}

static void on_loads(void *ctx, enum err trouble, const struct outbox_load *loads, size_t count)
{
    struct notify *n = ctx;

    n->loads_asked = false;
    if (trouble != OK)
        return;
    backlog_counts(&n->backlog, loads, count);
    n->has_loads = true;
}

static void ask_loads(struct notify *n)
{
    if (!n->loads_asked)
        n->loads_asked = n->parts.outbox.loads(n->parts.outbox.ctx, on_loads, n) == OK;
}

static void on_targets(void *ctx, enum err trouble, const struct notify_target *targets, size_t count)
{
    struct notify *n = ctx;
    size_t before = n->n_targets;

    n->targets_asked = false;
    if (trouble != OK) {
        log_error("notification targets cannot be read", "why=%s", err_name(trouble));
        return;
    }
    free(n->targets);
    n->targets = mem_new(count + 1, sizeof *n->targets);
    if (count > 0)
        memcpy(n->targets, targets, count * sizeof *targets);
    n->n_targets = count;
    qsort(n->targets, count, sizeof *n->targets, by_id);
    backlog_targets(&n->backlog, n->targets, count);
    n->has_targets = true;
    if (!n->has_loads)
        ask_loads(n);
    if (count != before)
        log_info("notification targets", "count=%zu", count);
    notify_pump(n);
}

void notify_refresh(struct notify *n)
{
    n->targets_at_ms = notify_now_ms(n) + TARGETS_MS;
    if (!n->targets_asked && !n->stopped)
        n->targets_asked = n->parts.outbox.targets(n->parts.outbox.ctx, on_targets, n) == OK;
}

/* ---- the clock ---- */

static void on_stats(void *ctx, enum err trouble, const struct outbox_stats *stats)
{
    struct notify *n = ctx;

    n->stats_asked = false;
    if (trouble != OK)
        return;
    n->stats = *stats;
    n->has_stats = true;
}

void notify_pump(struct notify *n)
{
    if (!n->stopped && flow_state(n->parts.flow) == FLOW_FENCED)
        notify_stop(n);
    if (n->stopped)
        return;
    advance(n);
    if (n->has_targets)
        deliver_due(n);
}

/* What is looked at by the clock. */
static void look_around(struct notify *n)
{
    int64_t now_ms = notify_now_ms(n);

    if (n->stopped)
        return;
    if (now_ms >= n->targets_at_ms)
        notify_refresh(n);
    if (now_ms >= n->stats_at_ms && !n->stats_asked) {
        n->stats_at_ms = now_ms + STATS_MS;
        n->stats_asked = n->parts.outbox.stats(n->parts.outbox.ctx, on_stats, n) == OK;
        if (n->has_targets)
            ask_loads(n);
    }
    if (now_ms >= n->purge_at_ms) {
        n->purge_at_ms = now_ms + PURGE_MS;
        if (n->parts.outbox.purge(n->parts.outbox.ctx, now_ms - n->settings.keep_ms, NULL, NULL) != OK)
            log_debug("old notifications stay an hour longer", "");
    }
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    look_around(ctx);
    notify_pump(ctx);
}

static void on_kick(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    notify_pump(ctx);
}

/* Only notes: the work begins outside of flow's delivery. */
static void on_event(void *ctx, const struct engine *e, const struct event *ev)
{
    struct notify *n = ctx;
    uint64_t before = n->wanted;

    (void)e;
    advance_saw(n, ev);
    if (n->wanted != before)
        event_active(n->kick, EV_TIMEOUT, 0);
}

/* ---- life ---- */

static const char *own(struct notify *n, const char *text)
{
    MEM_GROW(n->owned, n->n_owned, n->cap_owned);
    n->owned[n->n_owned] = mem_dup_text(text != NULL ? text : "");
    return n->owned[n->n_owned++];
}

static enum err open_gateway(struct notify *n, enum channel channel, const struct notify_gateway *g,
                             char *why, size_t why_size)
{
    struct channel_state *c = &n->channels[channel];

    c->max = GATEWAY_MAX;
    c->again_max = GATEWAY_AGAIN_MAX;
    if (g->url[0] == '\0')
        return OK;
    if (strncmp(g->url, "https://", 8) != 0) {
        snprintf(why, why_size, "the gateway for %s is not reached by https://", channel_code(channel));
        return ERR_BAD_INPUT;
    }
    c->url = mem_dup_text(g->url);
    c->token = mem_dup_text(g->token);
    c->from = mem_dup_text(g->from);
    c->on = true;
    return template_load(g->template, &c->template, why, why_size);
}

static enum err open_mail(struct notify *n, char *why, size_t why_size)
{
    const struct notify_settings *s = &n->settings;
    struct channel_state *c = &n->channels[CHANNEL_MAIL];

    c->max = MAIL_MAX;
    c->again_max = MAIL_AGAIN_MAX;
    if (s->smtp_url[0] == '\0')
        return OK;
    if (strncmp(s->smtp_url, "smtp://", 7) != 0 && strncmp(s->smtp_url, "smtps://", 8) != 0) {
        snprintf(why, why_size, "the mail server is reached by smtp:// or smtps://");
        return ERR_BAD_INPUT;
    }
    if (!mail_address_is_good(s->smtp_from)) {
        snprintf(why, why_size, "the sender of mail is no address");
        return ERR_BAD_INPUT;
    }
    c->on = true;
    return OK;
}

static enum err open_webhooks(struct notify *n, const struct crypto_key *key, char *why, size_t why_size)
{
    struct channel_state *c = &n->channels[CHANNEL_WEBHOOK];

    c->max = WEBHOOKS_MAX;
    c->again_max = WEBHOOKS_AGAIN_MAX;
    if (key == NULL)
        return OK;
    if (strlen(n->settings.oin) != 20 || n->settings.oin[strspn(n->settings.oin, "0123456789")] != '\0') {
        snprintf(why, why_size, "webhooks need the number (OIN, 20 digits) of who runs the exchange");
        return ERR_BAD_INPUT;
    }
    n->signing_key = *key;
    c->on = true;
    return OK;
}

/* A row of the table whose text is missing would be given up at night. */
static enum err check_texts(const struct notify *n, char *why, size_t why_size)
{
    const struct notify_rule *r = NULL;

    for (size_t i = 0; (r = rules_at(n->rules, i)) != NULL; i++) {
        if (r->text[0] == '\0' || texts_has(n->texts, r->text))
            continue;
        snprintf(why, why_size, "no text '%s' for %s", r->text, r->event);
        return ERR_BAD_INPUT;
    }
    return OK;
}

static void copy_settings(struct notify *n, const struct notify_settings *s)
{
    n->settings = *s;
    n->settings.ca_file = own(n, s->ca_file);
    n->settings.smtp_url = own(n, s->smtp_url);
    n->settings.smtp_user = own(n, s->smtp_user);
    n->settings.smtp_password = own(n, s->smtp_password);
    n->settings.smtp_from = own(n, s->smtp_from);
    n->settings.smtp_hello = own(n, s->smtp_hello);
    n->settings.oin = own(n, s->oin);
    n->settings.origin = own(n, s->origin);
    n->settings.signing_key = NULL;
    n->settings.rules = n->settings.texts = NULL;
}

static void begin(struct notify *n)
{
    struct event_base *base = loop_base(n->parts.loop);
    struct timeval every = {.tv_usec = TICK_MS * 1000};

    n->published = flow_published_seq(n->parts.flow);
    unseen_fill(&n->unseen, flow_engine(n->parts.flow));
    n->tick = event_new(base, -1, EV_PERSIST, on_tick, n);
    n->kick = event_new(base, -1, 0, on_kick, n);
    CHECK(n->tick != NULL && n->kick != NULL && event_add(n->tick, &every) == 0);
    flow_subscribe(n->parts.flow, on_event, n);
    look_around(n);
    event_active(n->kick, EV_TIMEOUT, 0);
    log_info("notifications", "mail=%d sms=%d voice=%d webhook=%d", n->channels[CHANNEL_MAIL].on,
             n->channels[CHANNEL_SMS].on, n->channels[CHANNEL_VOICE].on, n->channels[CHANNEL_WEBHOOK].on);
}

enum err notify_new(const struct notify_parts *parts, const struct notify_settings *s, struct notify **out,
                    char *why, size_t why_size)
{
    struct notify *n = mem_new(1, sizeof *n);
    enum err e = OK;

    n->parts = *parts;
    for (int i = 0; i < CHANNEL_N; i++)
        n->channels[i].n = n;
    copy_settings(n, s);
    n->backlog.waiting_max = s->waiting_max;
    e = rules_load(s->rules, &n->rules, why, why_size);
    if (e == OK)
        e = texts_load(s->texts, &n->texts, why, why_size);
    if (e == OK)
        e = check_texts(n, why, why_size);
    if (e == OK)
        e = open_mail(n, why, why_size);
    if (e == OK)
        e = open_gateway(n, CHANNEL_SMS, &s->sms, why, why_size);
    if (e == OK)
        e = open_gateway(n, CHANNEL_VOICE, &s->voice, why, why_size);
    if (e == OK)
        e = open_webhooks(n, s->signing_key, why, why_size);
    if (e == OK)
        e = transfers_new(loop_base(parts->loop), &n->transfers, why, why_size);
    n->settings.sms = n->settings.voice = (struct notify_gateway){0};
    if (e != OK) {
        notify_free(n);
        return e;
    }
    begin(n);
    *out = n;
    return OK;
}

void notify_free(struct notify *n)
{
    if (n == NULL)
        return;
    transfers_free(n->transfers);
    deliver_free_all(n);
    while (n->listings != NULL) {
        struct listing *l = n->listings;

        DL_DELETE(n->listings, l);
        free(l);
    }
    if (n->tick != NULL)
        event_free(n->tick);
    if (n->kick != NULL)
        event_free(n->kick);
    for (int i = 0; i < CHANNEL_N; i++) {
        struct channel_state *c = &n->channels[i];

        template_free(c->template);
        if (c->token != NULL)
            crypto_wipe(c->token, strlen(c->token));
        free(c->token);
        free(c->url);
        free(c->from);
    }
    for (size_t i = 0; i < n->n_owned; i++) {
        crypto_wipe(n->owned[i], strlen(n->owned[i]));
        free(n->owned[i]);
    }
    free(n->owned);
    crypto_wipe(&n->signing_key, sizeof n->signing_key);
    rules_free(n->rules);
    texts_free(n->texts);
    unseen_fini(&n->unseen);
    backlog_fini(&n->backlog);
    free(n->targets);
    free(n);
}

/* ---- the port ---- */

static struct outbox_stats port_stats(void *ctx)
{
    const struct notify *n = ctx;
    struct outbox_stats s = n->stats;

    s.stopped = n->stopped;
    s.behind = backlog_behind(&n->backlog);
    return s;
}

static void on_list(void *ctx, enum err trouble, const struct outbox_row *rows, size_t count)
{
    struct listing *l = ctx;
    struct notify *n = l->n;
    const char **names = mem_new(count + 1, sizeof *names);

    for (size_t i = 0; i < count; i++) {
        const struct notify_target *t = notify_target_of(n, rows[i].target);

        names[i] = t != NULL ? t->name : "";
    }
    DL_DELETE(n->listings, l);
    l->done(l->ctx, trouble, rows, names, count);
    free(names);
    free(l);
}

static enum err port_list(void *ctx, struct org_id org, bool given_up_only, unsigned limit,
                          notify_list_fn *done, void *done_ctx)
{
    struct notify *n = ctx;
    struct listing *l = NULL, *each = NULL;
    size_t waiting = 0;
    enum err e = OK;

    DL_FOREACH(n->listings, each)
    waiting++;
    if (waiting >= LISTINGS_MAX)
        return ERR_BUSY;
    l = mem_new(1, sizeof *l);
    *l = (struct listing){.n = n, .done = done, .ctx = done_ctx};
    e = n->parts.outbox.list(n->parts.outbox.ctx, org, given_up_only, limit, on_list, l);
    if (e == OK)
        DL_APPEND(n->listings, l);
    else
        free(l);
    return e;
}

static void port_feed_silent(void *ctx, struct org_id org, const char *channel, int64_t since_ms)
{
    advance_feed(ctx, org, channel, since_ms);
}

struct notify_port notify_port(struct notify *n)
{
    return (struct notify_port){
        .ctx = n, .stats = port_stats, .list = port_list, .feed_silent = port_feed_silent};
}
