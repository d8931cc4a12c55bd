#include "adapters/tell/orders.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is asked ---- */

static bool read_one(const json_t *value, struct order *out)
{
    static const char *const kinds[] = {"read", "replay"};
    struct json_faults *f = mem_new(1, sizeof *f);
    struct json_at at = json_root(value), message = json_field(at, "messageId"),
                   test = json_field(at, "test");
    *out = (struct order){.id = json_int(json_field(at, "id"), 1, INT64_MAX, f)};
    int kind = json_choice(json_field(at, "kind"), kinds, 2, f);
    out->kind = kind == 1 ? ORDER_REPLAY : ORDER_READ;
    snprintf(out->provider, sizeof out->provider, "%s",
             json_text(json_field(at, "provider"), CODE_TEXT_SIZE - 1, f));
    if (out->kind == ORDER_REPLAY)
        snprintf(out->message_id, sizeof out->message_id, "%s",
                 json_text(message, sizeof out->message_id - 1, f));
    out->test = json_present(test) && json_bool(test, f);
    bool good = f->n == 0 && is_code(bytes_of_text(out->provider));
    free(f);
    return good;
}

size_t orders_read(const json_t *answer, struct order out[ORDERS_MAX])
{
    const json_t *list = json_object_get(answer, "orders");
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(list) && n < ORDERS_MAX; i++) {
        if (read_one(json_array_get(list, i), &out[n]))
            n++;
        else
            log_warn("an order of the broker is not understood", "");
    }
    return n;
}

/* ---- read ---- */

json_t *order_upload(const struct intake *in, const struct order *o, struct bytes content,
                     const char *missing)
{
    struct reading *r = mem_new(1, sizeof *r);
    struct feed_message m = {.provider = o->provider,
                             .id = "",
                             .channel = CHANNEL_UPLOAD,
                             .format = "",
                             .profile = "",
                             .bytes = content.len,
                             .received_at_ms = time_wall_ms(),
                             .outcome = FEED_REFUSED};
    struct intake_by by = {.format = ""};
    if (missing != NULL)
        reading_complain(r, 0, "", "%s", missing);
    else if (intake_read(in, o->provider, content, r, &by) == OK)
        m.outcome = o->test || by.test ? FEED_TEST : FEED_TAKEN;
    m.format = by.format;
    m.profile = by.profile;
    json_t *body = feed_message_json(&m, r);
    log_info("upload read", "order=%lld provider=%s understood=%d reports=%zu complaints=%d",
             (long long)o->id, o->provider, m.outcome != FEED_REFUSED, r->n,
             r->complaints_n + r->complaints_more);
    reading_fini(r);
    free(r);
    return body;
}

/* ---- replay ---- */

/* The answer to an order that cannot even be begun. */
static json_t *refusal(const struct intake *in, const struct order *o, const char *why)
{
    struct reading *r = mem_new(1, sizeof *r);
    const struct feed_message m = {.provider = o->provider,
                                   .id = "",
                                   .channel = CHANNEL_REPLAY,
                                   .format = "",
                                   .profile = "",
                                   .received_at_ms = time_wall_ms(),
                                   .outcome = FEED_REFUSED,
                                   .replay_of = o->message_id};
    reading_complain(r, 0, "", "%s", why);
    json_t *body = feed_message_json(&m, r);
    (void)messages_put(in->messages, json_incref(body), "");
    reading_fini(r);
    free(r);
    return body;
}

/* The order was carried out before, but its answer did not arrive (killed, or the broker restarted). */
static json_t *answered_before(const struct intake *in, const struct order *o)
{
    char id[MESSAGE_ID_SIZE];
    struct message before = {0};
    json_t *body = NULL;
    if (messages_replay_of(in->messages, o->provider, o->message_id, id) &&
        messages_find(in->messages, o->provider, id, &before) == OK)
        body = json_incref(before.body);
    message_fini(&before);
    return body;
}

enum err order_replay(const struct intake *in, struct reload *reload, const struct order *o, json_t **out)
{
    struct message m = {0};
    struct reading *r = NULL;
    *out = answered_before(in, o);
    if (*out != NULL)
        return OK;
    if (messages_find(in->messages, o->provider, o->message_id, &m) != OK || m.file[0] == '\0') {
        *out = refusal(in, o, "the adapter has no file of this message any more");
    } else if (reload != NULL && reload_if_changed(reload) != OK) {
        /* Not by the old profiles: whoever asked has just mended one, and would be told of the old fault. */
        *out = refusal(in, o, "the profiles on disk have a fault and were not read anew; the log has it");
    }
    enum err e = OK;
    if (*out == NULL) {
        r = mem_new(1, sizeof *r);
        e = intake_again(in, o->provider, o->message_id, m.file, r, out);
        log_info("message read again", "order=%lld provider=%s result=%s reports=%zu", (long long)o->id,
                 o->provider, err_name(e), r->n);
        reading_fini(r);
        free(r);
    }
    message_fini(&m);
    return e == ERR_BUSY || e == ERR_IO ? e : OK;
}
