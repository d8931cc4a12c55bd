#include "cut_proxy.h"

#include "base/check.h"
#include "base/mem.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* COM_QUERY "COMMIT" as it stands on the wire: length 7, packet 0. */
static const char COMMIT_PACKET[] = {7, 0, 0, 0, 3, 'C', 'O', 'M', 'M', 'I', 'T'};

struct pair {
    struct cut_proxy *proxy;
    struct bufferevent *client, *server; /* client NULL: cut off, the COMMIT is still to be sent */
    struct event *late;
    bool drop_reply; /* the COMMIT went on to the server: cut when it answers */
    struct pair *next;
};

struct cut_proxy {
    struct event_base *base;
    struct evconnlistener *listener;
    struct sockaddr_un at, to;
    struct pair *pairs;
    const char *text;
    enum cut how;
    unsigned cuts, commits;
};

static void pair_free(struct pair *pair)
{
    struct pair **at = &pair->proxy->pairs;

    while (*at != pair)
        at = &(*at)->next;
    *at = pair->next;
    if (pair->client != NULL)
        bufferevent_free(pair->client);
    if (pair->late != NULL)
        event_free(pair->late);
    bufferevent_free(pair->server);
    free(pair);
}

static void on_late(evutil_socket_t fd, short what, void *ctx)
{
    struct pair *pair = ctx;

    (void)fd;
    (void)what;
    pair->drop_reply = true;
    bufferevent_write(pair->server, COMMIT_PACKET, sizeof COMMIT_PACKET);
}

static void cut_late(struct pair *pair)
{
    struct timeval tv = {0, CUT_LATE_MS * 1000};

    bufferevent_free(pair->client);
    pair->client = NULL;
    pair->late = evtimer_new(pair->proxy->base, on_late, pair);
    CHECK(pair->late != NULL && evtimer_add(pair->late, &tv) == 0);
}

static void on_client_bytes(struct bufferevent *bev, void *ctx)
{
    struct pair *pair = ctx;
    struct evbuffer *in = bufferevent_get_input(bev);
    struct cut_proxy *p = pair->proxy;
    size_t len = strlen(p->text);
    /* A packet: three bytes length, number, 3 = COM_QUERY, text. A long statement comes in several reads;
     * what follows its first bytes does not look like one. */
    const unsigned char *packet = evbuffer_pullup(in, (ev_ssize_t)(5 + len));
    bool commit = packet != NULL && packet[3] == 0 && packet[4] == 3 && memcmp(packet + 5, p->text, len) == 0;

    if (commit) {
        p->commits++;
        if (p->how == CUT_BEFORE_COMMIT) {
            p->how = CUT_NEVER;
            p->cuts++;
            pair_free(pair);
            return;
        }
        if (p->how == CUT_LATE_COMMIT) {
            p->how = CUT_NEVER;
            cut_late(pair);
            return;
        }
        pair->drop_reply = p->how == CUT_AFTER_COMMIT;
        if (pair->drop_reply)
            p->how = CUT_NEVER;
    }
    bufferevent_write_buffer(pair->server, in);
}

static void on_server_bytes(struct bufferevent *bev, void *ctx)
{
    struct pair *pair = ctx;

    if (pair->drop_reply) {
        pair->proxy->cuts++;
        pair_free(pair);
        return;
    }
    bufferevent_write_buffer(pair->client, bufferevent_get_input(bev));
}

static void on_end(struct bufferevent *bev, short what, void *ctx)
{
    (void)bev;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        pair_free(ctx);
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from, int len, void *ctx)
{
    struct cut_proxy *p = ctx;
    struct pair *pair = mem_new(1, sizeof *pair);

    (void)l;
    (void)from;
    (void)len;
    pair->proxy = p;
    pair->client = bufferevent_socket_new(p->base, fd, BEV_OPT_CLOSE_ON_FREE);
    pair->server = bufferevent_socket_new(p->base, -1, BEV_OPT_CLOSE_ON_FREE);
    pair->next = p->pairs;
    p->pairs = pair;
    bufferevent_setcb(pair->client, on_client_bytes, NULL, on_end, pair);
    bufferevent_setcb(pair->server, on_server_bytes, NULL, on_end, pair);
    bufferevent_enable(pair->client, EV_READ | EV_WRITE);
    bufferevent_enable(pair->server, EV_READ | EV_WRITE);
    CHECK(bufferevent_socket_connect(pair->server, (struct sockaddr *)&p->to, sizeof p->to) == 0);
}

struct cut_proxy *cut_proxy_new(struct event_base *base, const char *server_socket)
{
    struct cut_proxy *p = mem_new(1, sizeof *p);

    p->base = base;
    p->text = "COMMIT";
    p->to.sun_family = p->at.sun_family = AF_UNIX;
    snprintf(p->to.sun_path, sizeof p->to.sun_path, "%s", server_socket);
    snprintf(p->at.sun_path, sizeof p->at.sun_path, "%.90s.cut", server_socket);
    unlink(p->at.sun_path);
    p->listener = evconnlistener_new_bind(base, on_accept, p, LEV_OPT_CLOSE_ON_FREE, 16,
                                          (struct sockaddr *)&p->at, sizeof p->at);
    CHECK(p->listener != NULL);
    return p;
}

void cut_proxy_free(struct cut_proxy *p)
{
    while (p->pairs != NULL)
        pair_free(p->pairs);
    evconnlistener_free(p->listener);
    unlink(p->at.sun_path);
    free(p);
}

const char *cut_proxy_socket(const struct cut_proxy *p)
{
    return p->at.sun_path;
}

void cut_proxy_watch(struct cut_proxy *p, const char *text)
{
    p->text = text;
}

void cut_proxy_next(struct cut_proxy *p, enum cut how)
{
    p->how = how;
}

unsigned cut_proxy_cuts(const struct cut_proxy *p)
{
    return p->cuts;
}

unsigned cut_proxy_commits(const struct cut_proxy *p)
{
    return p->commits;
}
