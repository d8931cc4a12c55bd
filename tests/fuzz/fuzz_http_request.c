/* Any bytes as a request, past the wire: route, guard, key, body and the handlers behind them, against a real
 * engine. The first byte says who asks (nobody, two people with session and token, a machine), the rest is a
 * head and a body. Nothing may crash, and the ledger must hold after each.
 *
 * Compiled with the support of the http unit tests: the same small exchange. */
#include "http/dispatch.h"

#include "../unit/wire/support/test_certs.h"
#include "base/check.h"
#include "base/log.h"
#include "http/app_state.h"
#include "http/guard.h"
#include "loop/loop.h"
#include "support/web.h"
#include "support/web_people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Referrals and outcomes stay in the engine for ever: begin anew before it grows. */
#define INPUTS_PER_WORLD 5000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
    struct web *web;
    unsigned inputs;
    struct session_id ids[2];
    char cookie[2][SESSION_COOKIE_SIZE], token[2][CSRF_TEXT_SIZE];
    uint8_t spki[32];
};

static void on_added(void *ctx, enum err trouble)
{
    (void)ctx;
    (void)trouble;
}

static void add_session(struct fuzz *f, int i, unsigned account)
{
    struct people_port people = web_people_port(f->web->people);
    struct session s = {.account = {account}, .created_ms = f->web->wall_ms, .seen_ms = f->web->wall_ms};

    f->ids[i] = session_id_new();
    session_id_hash(&f->ids[i], s.hash);
    session_id_csrf(&f->ids[i], s.csrf);
    csrf_text(s.csrf, f->token[i]);
    session_cookie(&f->ids[i], f->cookie[i]);
    CHECK(people.session_add(people.ctx, &s, on_added, NULL) == OK);
    web_turn(f->web);
}

static void end_world(struct fuzz *f)
{
    if (f->web != NULL)
        web_free(f->web);
    f->web = NULL;
}

static void begin_world(struct fuzz *f)
{
    end_world(f);
    log_set_level(LOG_ERROR);
    f->web = web_started();
    add_session(f, 0, WEB_AN_VT);
    add_session(f, 1, WEB_AN_A);
    memset(f->spki, 7, sizeof f->spki);
    web_people_enrol(f->web->people, f->spki, (struct org_id){WEB_HUIS_A});
}

static void add_field(struct http_head *head, const char *name, const char *value)
{
    struct bytes have;

    if (head->fields_n < HTTP_FIELDS_MAX && !http_head_field(head, name, &have))
        head->fields[head->fields_n++] = (struct http_field){bytes_of_text(name), bytes_of_text(value)};
}

static void ask(struct fuzz *f, unsigned who, struct http_head *head, struct bytes body)
{
    struct wire_request r = {.head = head, .body = body, .peer = "", .subject = ""};
    char why[200];

    r.door = who == 3 ? DOOR_MACHINES : DOOR_PEOPLE;
    r.spki = who == 3 ? f->spki : NULL;
    add_field(head, "Content-Type", "application/json");
    add_field(head, "Idempotency-Key", "fuzz-0000");
    if (who == 1 || who == 2) {
        add_field(head, "Cookie", f->cookie[who - 1]);
        add_field(head, "X-CSRF-Token", f->token[who - 1]);
    }
    if (body.len > dispatch_body_limit(f->web->app, head))
        return;
    dispatch_request(f->web->app, &r);
    for (int i = 0; i < 3; i++) {
        loop_turn(f->web->loop, 0);
        journal_memory_step(f->web->journal);
        web_people_turn(f->web->people);
    }
    if (!engine_check(flow_engine(f->web->flow), why, sizeof why))
        check_failed(__FILE__, __LINE__, __func__, why);
}

/* One world for many inputs: to build it costs more than to ask it. */
static struct fuzz *the_fuzz(void)
{
    static struct fuzz f;

    return &f;
}

static void on_exit_end(void)
{
    end_world(the_fuzz());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz *f = the_fuzz();
    const struct http_limits limits = http_limits_default();
    struct http_head head;
    struct bytes in;
    size_t scanned = 0, head_len;

    if (size < 2)
        return 0;
    if (f->inputs == 0)
        atexit(on_exit_end); /* its pages are a folder */
    if (f->web == NULL || f->inputs % INPUTS_PER_WORLD == 0 || web_sessions(f->web) < 2)
        begin_world(f);
    f->inputs++;
    in = BYTES(data + 1, size - 1);
    head_len = http_head_end(in, &limits, &scanned);
    if (head_len == 0 || head_len > in.len ||
        http_head_parse(BYTES(in.p, head_len), &limits, &head) != HTTP_FAULT_NONE)
        return 0;
    ask(f, data[0] % 4, &head, BYTES(in.p + head_len, in.len - head_len));
    return 0;
}
