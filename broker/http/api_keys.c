/* Keys of the own organisation: made in a browser, confirmed by a second person, declared lost; the one in
 * use by two people. */
#include "http/route.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/key_print.h"
#include "http/night_sheet.h"
#include "http/view_handover.h"

#include <string.h>

#define KEYS_SHOWN_MAX 50 /* newest first; older ones are retired or lost */

#define COLLEAGUES_MAX 200 /* as in the list of colleagues: no organisation has as many */

/* Somebody else could confirm a key: one that can sign in, in a role that sees keys. Alone nobody can. */
static bool has_second_person(const struct late *late)
{
    const struct people_port *people = &late->app->parts.people;
    const struct account *found[COLLEAGUES_MAX];
    size_t n =
        people->of_org != NULL ? people->of_org(people->ctx, late->actor.org, found, COLLEAGUES_MAX) : 0;

    for (size_t i = 0; i < n; i++) {
        struct actor other = {.role = found[i]->role, .org = found[i]->org, .account = found[i]->id};

        if (!found[i]->disabled && found[i]->id.v != late->actor.account.v &&
            may(app_engine(late->app), &other, ACT_SEE_KEYS, 0))
            return true;
    }
    return false;
}

static void keys_list(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    json_t *list = json_array();

    (void)outcome;
    for (uint32_t i = engine_org_keys(e); i >= 1 && json_array_size(list) < KEYS_SHOWN_MAX; i--) {
        const struct org_key *k = engine_org_key(e, (struct org_key_id){i});

        if (k->org.v == late->actor.org.v)
            json_array_append_new(list, view_org_key(e, &late->actor, k->id));
    }
    reply_json(late, 200,
               json_pack("{s:s, s:o, s:b, s:o}", "organisation", engine_org(e, late->actor.org)->name, "keys",
                         list, "secondPerson", has_second_person(late), "nightSheet",
                         night_sheet_state(late->app->night, late->actor.org)));
}

void api_keys_list(struct call *call)
{
    if (call_may(call, ACT_SEE_KEYS, 0))
        call_read(call, keys_list);
}

/* Bytes given as base64url into OUT[MAX]; their number, 0 after a fault. */
static size_t read_bytes(struct json_at at, size_t min, size_t max, uint8_t *out, struct json_faults *f)
{
    int before = f->n;
    const char *text = json_text(at, (max + 2) / 3 * 4, f);
    struct buf bytes = {0};
    size_t n = 0;

    if (f->n > before)
        return 0;
    if (crypto_unbase64url(bytes_of_text(text), &bytes) != OK) {
        json_fault_add(f, at.pointer, "must be base64url without padding");
    } else if (bytes.len < min || bytes.len > max) {
        if (min == max)
            json_fault_add(f, at.pointer, "must be %zu bytes", min);
        else
            json_fault_add(f, at.pointer, "must be %zu to %zu bytes", min, max);
    } else {
        n = bytes.len;
        memcpy(out, bytes.p, n);
    }
    buf_fini(&bytes);
    return n;
}

static void key_made(const struct late *late, const struct outcome *o)
{
    reply_json_with(late, 201,
                    view_org_key(app_engine(late->app), &late->actor, (struct org_key_id){(uint32_t)o->made}),
                    "Location", "/api/v1/keys");
}

static void key_changed(const struct late *late, const struct outcome *o)
{
    reply_json(late, 200,
               view_org_key(app_engine(late->app), &late->actor, (struct org_key_id){(uint32_t)o->made}));
}

/* Keys stay in the journal for ever. Two a year are made; a person who tries the page needs a few. */
static const struct throttle_rate key_rate = {.burst = 16, .every_ms = 3 * MS_HOUR};

void api_keys_post(struct call *call)
{
    static const char *const fields[] = {"publicKey", "wrapped"};
    struct json_at root = json_root(call->body);
    struct cmd_make_key key = {0};
    struct command cmd = {.kind = CMD_MAKE_KEY, .u.make_key = &key};

    json_only(root, fields, COUNT_OF(fields), &call->faults);
    read_bytes(json_field(root, "publicKey"), sizeof key.public_key, sizeof key.public_key, key.public_key,
               &call->faults);
    key.wrapped_bytes = (uint8_t)read_bytes(json_field(root, "wrapped"), ORG_KEY_WRAPPED_MIN,
                                            ORG_KEY_WRAPPED_MAX, key.wrapped, &call->faults);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_KEYS, 0) && call_try(call, "key", &key_rate) &&
             call_record(call, "key.make"))
        call_submit(call, &cmd, key_made);
}

/* The key of the path, of the own organisation; NULL, and answered, if there is none. */
static const struct org_key *named_key(struct call *call)
{
    const struct org_key *k = NULL;

    if (!call_may(call, ACT_SEE_KEYS, 0))
        return NULL;
    k = engine_org_key(app_engine(call->late.app), (struct org_key_id){call_path_id(call)});
    if (k != NULL && k->org.v == call->late.actor.org.v)
        return k;
    reply_not_found(&call->late);
    return NULL;
}

void api_key_confirm(struct call *call)
{
    static const char *const fields[] = {"fingerprint"};
    struct json_at root = json_root(call->body), print = json_field(root, "fingerprint");
    struct command cmd = {.kind = CMD_CONFIRM_KEY};
    const struct org_key *k = named_key(call);
    const char *text = NULL;
    int before = 0;

    if (k == NULL)
        return;
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    before = call->faults.n;
    text = json_text(print, 80, &call->faults);
    if (call->faults.n == before && !key_print_is(k->public_key, text))
        json_fault_add(&call->faults, print.pointer, "is not the fingerprint of this key");
    cmd.u.key = k->id;
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "key.confirm"))
        call_submit(call, &cmd, key_changed);
}

void api_key_lose(struct call *call)
{
    static const char *const fields[] = {"reason"};
    struct json_at root = json_root(call->body);
    struct command cmd = {.kind = CMD_LOSE_KEY};
    const struct org_key *k = named_key(call);
    int reason = 0;

    if (k == NULL)
        return;
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    reason =
        json_choice(json_field(root, "reason"), key_loss_reason_codes(), KEY_LOSS_REASON_N, &call->faults);
    cmd.u.key_loss.key = k->id;
    cmd.u.key_loss.reason = (uint8_t)(reason < 0 ? 0 : reason);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "key.lose"))
        call_submit(call, &cmd, key_changed);
}

/* The two answers to a loss that was asked: nothing but who gives them. */
static void answer_loss(struct call *call, enum command_kind kind, const char *what)
{
    struct command cmd = {.kind = kind};
    const struct org_key *k = named_key(call);

    if (k == NULL)
        return;
    json_only(json_root(call->body), NULL, 0, &call->faults);
    cmd.u.key = k->id;
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, what))
        call_submit(call, &cmd, key_changed);
}

void api_key_confirm_loss(struct call *call)
{
    answer_loss(call, CMD_CONFIRM_KEY_LOSS, "key.confirm_loss");
}

void api_key_keep(struct call *call)
{
    answer_loss(call, CMD_KEEP_KEY, "key.keep");
}
