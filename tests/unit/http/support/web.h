/* A whole web side in one thread: the real app, wire, flow, engine and worker threads, the journal in memory,
 * and a small people port, asked over real sockets. Time is the test's: only web_pass moves the wall clock.
 * Every wait turns the loop and fails the test after a bound. */
#ifndef PLEK_TEST_HTTP_WEB_H
#define PLEK_TEST_HTTP_WEB_H

#include "http/app.h"

#include <jansson.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "store/journal_memory.h"

#define WEB_ORIGIN "https://plek.example:8443"
#define WEB_WAIT_MS 10000
#define WEB_PASSWORD "goed paard batterij" /* of every account */

struct loop;
struct offload;
struct ssl_ctx_st;
struct test_certs;
struct vocab;

/* Ids are given in this order. */
enum web_org { WEB_VT = 1, WEB_HUIS_A, WEB_HUIS_B, WEB_OPERATOR, WEB_GEMEENTE };
enum web_location { WEB_A = 1, WEB_B };
enum web_pool { WEB_POOL_A = 1, WEB_POOL_A2, WEB_POOL_B }; /* crisis; 6 units of 4 persons, 3 reported free */
/* Usernames: "vt" "vt2" "huis-a" "huis-b" "gemeente" "weg" (disabled) "zonder" (no password). */
enum web_account { WEB_AN_VT = 1, WEB_AN_VT2, WEB_AN_A, WEB_AN_B, WEB_AN_GEMEENTE, WEB_AN_GONE, WEB_AN_NONE };

struct web_people; /* web_people.c */

struct web {
    struct loop *loop;
    int64_t wall_ms;
    struct vocab *vocab;
    struct journal_disk *disk;
    struct journal_memory *journal;
    struct flow *flow;
    struct offload *offload;
    struct http_app *app;
    struct http_settings settings;
    struct wire_limits limits;
    struct web_people *people;
    uint16_t port;
    char ui[64]; /* folder of the pages, made for the test */
    /* the machines' door, after web_open_machines */
    uint16_t machine_port;
    struct test_certs *certs;
    struct ssl_ctx_st *machine_tls;
};

/* Start it with settings that a test may change first (web_new fills them, web_start uses them). */
struct web *web_new(void);
void web_start(struct web *w);
struct web *web_started(void);
void web_free(struct web *w);

/* One turn of the loop, of the journal and of the people port. */
void web_turn(struct web *w);
void web_pass(struct web *w, int64_t ms); /* the wall clock goes on, and a turn sees it */
#define web_until(w, cond)                                                                                   \
    do {                                                                                                     \
        for (int left_ = WEB_WAIT_MS / 2; !(cond); left_--) {                                                \
            if (left_ == 0)                                                                                  \
                fail_msg("waited too long for: %s", #cond);                                                  \
            web_turn(w);                                                                                     \
        }                                                                                                    \
    } while (0)

/* Listen for machines too; CLIENT_CERT of the certificates is enrolled for WEB_HUIS_A. */
void web_open_machines(struct web *w);
/* A TLS client with the enrolled certificate, or with the stranger's. */
struct ssl_ctx_st *web_machine_client(const struct web *w, bool enrolled);

/* ---- one connection ---- */
struct web_client {
    struct web *w;
    int fd;
    void *ssl;
    struct buf in;
    bool ended;
};
void web_connect(struct web_client *c, struct web *w, struct ssl_ctx_st *tls); /* TLS: the machines' door */
void web_send(struct web_client *c, const char *text);
void web_read(struct web_client *c); /* what is there now */
void web_close(struct web_client *c);

/* ---- question and answer ---- */
struct web_answer {
    int status;
    char head[4096];
    struct buf body;
    json_t *json; /* NULL if the body is none */
};
void web_answer_fini(struct web_answer *a);
/* Value of a header, in a static buffer; NULL if it is absent. */
const char *web_header(const struct web_answer *a, const char *name);
/* Ask on a connection of its own. HEADERS: lines that end in CRLF, "" for none. BODY NULL: none. A is
 * overwritten ({0} or used before). */
void web_ask(struct web *w, struct web_answer *a, const char *method, const char *path, const char *headers,
             const char *body);
void web_ask_on(struct web_client *c, struct web_answer *a, const char *method, const char *path,
                const char *headers, const char *body);
/* "sign_in" of type "/problems/sign_in"; "" if it is no problem. */
const char *web_problem(const struct web_answer *a);
/* The text of a member of the body; "" if it is not there. */
const char *web_text(const struct web_answer *a, const char *name);
int64_t web_int(const struct web_answer *a, const char *name); /* -1 if it is not there */
/* True if errors[] names POINTER. */
bool web_names(const struct web_answer *a, const char *pointer);

/* ---- people ---- */
struct web_login {
    char cookie[64]; /* the value of __Host-plek */
    char csrf[32];
    char headers[400]; /* Cookie, X-CSRF-Token, Origin: all that a write needs but its key */
};
void web_sign_in(struct web *w, const char *username, struct web_login *out); /* must succeed */
void web_try_sign_in(struct web *w, struct web_answer *a, const char *username, const char *password,
                     const char *headers);
void web_get(struct web *w, struct web_answer *a, const struct web_login *who, const char *path);
/* With a key of its own; KEY NULL makes a new one. */
void web_post(struct web *w, struct web_answer *a, const struct web_login *who, const char *path,
              const char *key, const char *body);

/* ---- what the small ports do and have seen ---- */
struct account *web_account(struct web *w, enum web_account id);
unsigned web_sessions(const struct web *w);
void web_people_hold(struct web *w, bool hold);        /* no completions meanwhile: a database that is away */
void web_people_fail(struct web *w, enum err trouble); /* session_add and _end: their completion; OK = none */
unsigned web_recorded(const struct web *w, const char *action); /* access entries; "" = all */
void web_record_fails(struct web *w, enum err trouble);         /* record() refuses with this; OK = none */

/* ---- commands of the system, for what the API cannot do ---- */
struct outcome web_command(struct web *w, struct command *cmd);
void web_report(struct web *w, enum web_pool pool, int total, int free);

#endif
