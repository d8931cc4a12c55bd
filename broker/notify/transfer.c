#include "notify/transfer.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/mem.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#define ANSWER_BYTES_MAX (64 * 1024)
#define CONNECTIONS_KEPT 16

struct transfer {
    struct transfers *all;
    CURL *easy;
    struct curl_slist *headers, *rcpt;
    struct buf body;
    size_t read, answered;
    bool mail;
    transfer_done_fn *done;
    void *ctx;
    struct transfer *prev, *next;
};

struct transfers {
    struct event_base *base;
    CURLM *multi;
    struct event *timer;
    struct transfer *list;
};

/* ---- one transfer ---- */

static void transfer_free(struct transfer *t)
{
    DL_DELETE(t->all->list, t);
    curl_multi_remove_handle(t->all->multi, t->easy);
    curl_easy_cleanup(t->easy);
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->rcpt);
    if (t->body.p != NULL)
        crypto_wipe(t->body.p, t->body.len);
    buf_fini(&t->body);
    free(t);
}

static const char *reason_of(CURLcode code)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return "timeout";
    case CURLE_COULDNT_RESOLVE_HOST:
        return "dns";
    case CURLE_COULDNT_CONNECT:
        return "connect";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return "tls";
    case CURLE_LOGIN_DENIED:
        return "sign-in";
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return "bad address";
    default:
        return "broken off";
    }
#pragma GCC diagnostic pop
}

static void finish(struct transfer *t, CURLcode code)
{
    struct answer answer = {.mail = t->mail, .complete = code == CURLE_OK, .why = reason_of(code)};
    curl_off_t retry_s = 0;
    transfer_done_fn *done = t->done;
    void *ctx = t->ctx;

    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &answer.code);
    curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &retry_s);
    /* Of a deadline that passed, the last thing said before it does not count as the answer. */
    if (code == CURLE_OPERATION_TIMEDOUT)
        answer.code = 0;
    if (t->mail && !answer.complete && answer.code < 400)
        answer.code = 0;
    transfer_free(t);
    done(ctx, &answer, retry_s > 0 && retry_s < 86400 ? (int64_t)retry_s * 1000 : 0);
}

static size_t on_answer(char *data, size_t size, size_t n, void *ctx)
{
    struct transfer *t = ctx;

    (void)data;
    t->answered += size * n;
    return t->answered <= ANSWER_BYTES_MAX ? size * n : 0;
}

static size_t on_read(char *out, size_t size, size_t n, void *ctx)
{
    struct transfer *t = ctx;
    size_t left = t->body.len - t->read, take = size * n < left ? size * n : left;

    if (take > 0)
        memcpy(out, t->body.p + t->read, take);
    t->read += take;
    return take;
}

/* ---- libcurl on libevent ---- */

static void collect(struct transfers *all)
{
    CURLMsg *m = NULL;
    int left = 0;

    while ((m = curl_multi_info_read(all->multi, &left)) != NULL) {
        struct transfer *t = NULL;

        if (m->msg != CURLMSG_DONE)
            continue;
        CURLcode code = m->data.result;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
        finish(t, code);
    }
}

static void on_socket(evutil_socket_t fd, short what, void *ctx)
{
    struct transfers *all = ctx;
    int running = 0;

    curl_multi_socket_action(all->multi, fd,
                             ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
                                 ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0),
                             &running);
    collect(all);
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    struct transfers *all = ctx;
    int running = 0;

    (void)fd;
    (void)what;
    curl_multi_socket_action(all->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(all);
}

static int set_timer(CURLM *multi, long ms, void *ctx)
{
    struct transfers *all = ctx;
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

    (void)multi;
    if (ms < 0)
        evtimer_del(all->timer);
    else
        evtimer_add(all->timer, &tv);
    return 0;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *of_socket)
{
    struct transfers *all = ctx;
    struct event *ev = of_socket;

    (void)easy;
    if (ev != NULL)
        event_free(ev);
    ev = NULL;
    if (what != CURL_POLL_REMOVE) {
        ev = event_new(all->base, fd,
                       (short)(((what & CURL_POLL_IN) != 0 ? EV_READ : 0) |
                               ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0) | EV_PERSIST),
                       on_socket, all);
        CHECK(ev != NULL && event_add(ev, NULL) == 0);
    }
    curl_multi_assign(all->multi, fd, ev);
    return 0;
}

/* ---- the door ---- */

enum err transfers_new(struct event_base *base, struct transfers **out, char *why, size_t why_size)
{
    struct transfers *all = NULL;
    const curl_version_info_data *v = NULL;

    CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    v = curl_version_info(CURLVERSION_NOW);
    if ((v->features & CURL_VERSION_ASYNCHDNS) == 0 || (v->features & CURL_VERSION_SSL) == 0) {
        snprintf(why, why_size, "this libcurl looks up names while everything waits, or has no TLS");
        return ERR_NOT_FOUND;
    }
    all = mem_new(1, sizeof *all);
    all->base = base;
    all->multi = curl_multi_init();
    all->timer = evtimer_new(base, on_timer, all);
    CHECK(all->multi != NULL && all->timer != NULL);
    curl_multi_setopt(all->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    curl_multi_setopt(all->multi, CURLMOPT_SOCKETDATA, all);
    curl_multi_setopt(all->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(all->multi, CURLMOPT_TIMERDATA, all);
    curl_multi_setopt(all->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    *out = all;
    return OK;
}

void transfers_free(struct transfers *all)
{
    if (all == NULL)
        return;
    while (all->list != NULL)
        transfer_free(all->list);
    curl_multi_cleanup(all->multi);
    event_free(all->timer);
    free(all);
}

static struct curl_slist *header_list(struct bytes headers)
{
    struct curl_slist *list = NULL;

    for (size_t at = 0; at < headers.len;) {
        const char *line = (const char *)headers.p + at;

        list = curl_slist_append(list, line);
        CHECK(list != NULL);
        at += strlen(line) + 1;
    }
    return list;
}

static void set_mail(struct transfer *t, const struct transfer_order *o)
{
    struct buf url = {0};

    /* The path is the name we say hello with. */
    buf_format(&url, "%s/%s", o->url, o->hello);
    curl_easy_setopt(t->easy, CURLOPT_URL, buf_c_str(&url));
    buf_fini(&url);
    curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(t->easy, CURLOPT_USE_SSL, (long)(o->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (o->user[0] != '\0') {
        curl_easy_setopt(t->easy, CURLOPT_USERNAME, o->user);
        curl_easy_setopt(t->easy, CURLOPT_PASSWORD, o->password);
    }
    t->rcpt = curl_slist_append(NULL, o->to);
    CHECK(t->rcpt != NULL);
    curl_easy_setopt(t->easy, CURLOPT_MAIL_FROM, o->from);
    curl_easy_setopt(t->easy, CURLOPT_MAIL_RCPT, t->rcpt);
    curl_easy_setopt(t->easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(t->easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(t->easy, CURLOPT_READDATA, t);
    /* A server ends idle sessions when it likes; each mail has its own. */
    curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
}

static void set_post(struct transfer *t, const struct transfer_order *o)
{
    t->headers = header_list(o->headers);
    curl_easy_setopt(t->easy, CURLOPT_URL, o->url);
    curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
    curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, (const char *)t->body.p);
    curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body.len);
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
    curl_easy_setopt(t->easy, CURLOPT_USERAGENT, "veilige-plek/" PLEK_VERSION);
}

void transfer_start(struct transfers *all, const struct transfer_order *o, transfer_done_fn *done, void *ctx)
{
    struct transfer *t = mem_new(1, sizeof *t);

    t->all = all;
    t->done = done;
    t->ctx = ctx;
    t->mail = o->to != NULL;
    buf_add(&t->body, o->body);
    buf_c_str(&t->body);
    t->easy = curl_easy_init();
    CHECK(t->easy != NULL);
    curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
    curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(t->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (o->ca_file[0] != '\0')
        curl_easy_setopt(t->easy, CURLOPT_CAINFO, o->ca_file);
    /* Without a folder libcurl keeps the authorities in memory: reading them takes longer than a turn may. */
    curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
    curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)o->total_ms);
    curl_easy_setopt(t->easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)(o->total_ms / 1000 + 1));
    curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
    if (t->mail)
        set_mail(t, o);
    else
        set_post(t, o);
    DL_APPEND(all->list, t);
    /* Starts by the timer that it sets, so nothing completes from in here. */
    CHECK(curl_multi_add_handle(all->multi, t->easy) == CURLM_OK);
}
