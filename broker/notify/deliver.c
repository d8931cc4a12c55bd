/* From rows that are due to receivers, and what came of it back into the rows. */
#include "notify/notify_state.h"

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "loop/loop.h"
#include "notify/number.h"
#include "notify/over.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#define LOOK_MS (5 * MS_SECOND) /* how soon a row is found that nobody told us of (plek notify test) */

/* One message on its way; kept until what came of it is written down, so that it is not sent twice meanwhile.
 */
struct delivery {
    struct notify *n;
    struct outbox_row row;
    bool again; /* it failed before */
    struct delivery *prev, *next;
};

/* ---- the end ---- */

static void leave(struct delivery *d)
{
    struct channel_state *c = &d->n->channels[d->row.channel];

    c->under_way--;
    c->again -= d->again;
    DL_DELETE(d->n->deliveries, d);
    free(d);
}

static void on_marked(void *ctx, enum err trouble)
{
    struct delivery *d = ctx;
    struct notify *n = d->n;
    struct channel_state *c = &n->channels[d->row.channel];

    if (trouble != OK)
        log_error("what came of a notification cannot be written down", "id=%" PRIu64 " why=%s", d->row.id,
                  err_name(trouble));
    c->look_at_ms = 0;
    leave(d);
    notify_pump(n);
}

static void mark(struct delivery *d)
{
    struct notify *n = d->n;

    /* A full queue forgets what came of it: it goes out once more, under the same id. */
    if (n->parts.outbox.mark(n->parts.outbox.ctx, &d->row, on_marked, d) == OK)
        return;
    leave(d);
}

static void end(struct delivery *d, enum outbox_status status, const char *trouble)
{
    d->row.status = status;
    d->row.done_at_ms = notify_now_ms(d->n);
    snprintf(d->row.trouble, sizeof d->row.trouble, "%s", trouble);
    if (status == OUTBOX_GIVEN_UP)
        log_error("notification given up",
                  "id=%" PRIu64 " target=%u channel=%s kind=%s attempts=%u why=\"%s\"", d->row.id,
                  d->row.target, channel_code(d->row.channel), d->row.kind, d->row.attempts, trouble);
    mark(d);
}

static const struct notify_patience *patience_of(const struct notify *n, enum channel c)
{
    return c == CHANNEL_SMS || c == CHANNEL_VOICE ? &n->settings.urgent : &n->settings.calm;
}

static void again(struct delivery *d, const char *trouble, int64_t asked_ms)
{
    const struct notify_patience *p = patience_of(d->n, d->row.channel);

    d->row.attempts++;
    if (d->row.attempts >= p->attempts) {
        end(d, OUTBOX_GIVEN_UP, trouble);
        return;
    }
    d->row.next_at_ms =
        notify_now_ms(d->n) + back_off_ms(&p->back_off, d->row.attempts, asked_ms, crypto_random_u64());
    snprintf(d->row.trouble, sizeof d->row.trouble, "%s", trouble);
    if (d->row.attempts == 1)
        log_warn("notification not delivered yet", "id=%" PRIu64 " target=%u channel=%s kind=%s why=\"%s\"",
                 d->row.id, d->row.target, channel_code(d->row.channel), d->row.kind, trouble);
    mark(d);
}

static void on_answered(void *ctx, const struct answer *answer, int64_t retry_ms)
{
    struct delivery *d = ctx;
    struct judgement v = verdict_of(answer, d->row.channel);

    switch (v.fate) {
    case FATE_DELIVERED:
        d->row.attempts++;
        end(d, OUTBOX_DELIVERED, "");
        break;
    case FATE_AGAIN:
        again(d, v.trouble, retry_ms);
        break;
    case FATE_NEVER:
        d->row.attempts++;
        end(d, OUTBOX_GIVEN_UP, v.trouble);
        break;
    }
}

/* ---- sending ---- */

static struct transfer_order order_of(const struct notify *n)
{
    return (struct transfer_order){.ca_file = n->settings.ca_file,
                                   .user = "",
                                   .password = "",
                                   .hello = "",
                                   .connect_ms = n->settings.connect_ms,
                                   .total_ms = n->settings.total_ms};
}

static void send_mail(struct delivery *d, const struct notify_target *t, const char *to)
{
    struct notify *n = d->n;
    struct transfer_order o = order_of(n);
    struct buf subject = {0}, text = {0}, body = {0};
    char id[MESSAGE_ID_SIZE];
    struct mail mail = {.from = n->settings.smtp_from,
                        .to = to,
                        .id = id,
                        .host = strchr(n->settings.smtp_from, '@') + 1,
                        .at_ms = notify_now_ms(n),
                        .english = t->english};

    if (!mail_address_is_good(to) || !texts_write(n->texts, d->row.text, t->english, &subject, &text)) {
        end(d, OUTBOX_GIVEN_UP, "no address or text");
        return;
    }
    message_id(&d->row, id);
    mail.subject = buf_c_str(&subject);
    mail.text = buf_c_str(&text);
    message_mail(&mail, &body);
    o.url = n->settings.smtp_url;
    o.plain = n->settings.smtp_plain;
    o.from = n->settings.smtp_from;
    o.to = to;
    o.user = n->settings.smtp_user;
    o.password = n->settings.smtp_password;
    o.hello = n->settings.smtp_hello;
    o.body = buf_view(&body);
    transfer_start(n->transfers, &o, on_answered, d);
    buf_fini(&subject);
    buf_fini(&text);
    buf_fini(&body);
}

static void send_webhook(struct delivery *d, const char *url)
{
    struct notify *n = d->n;
    struct transfer_order o = order_of(n);
    struct event_source source = {n->settings.oin, n->settings.origin};
    struct buf body = {0}, headers = {0};

    message_event(&d->row, &source, &body);
    message_sign(&n->signing_key, url, buf_view(&body), notify_now_ms(n), &headers);
    o.url = url;
    o.body = buf_view(&body);
    o.headers = buf_view(&headers);
    transfer_start(n->transfers, &o, on_answered, d);
    buf_fini(&body);
    buf_fini(&headers);
}

static void send_to_number(struct delivery *d, bool english, const char *written)
{
    struct notify *n = d->n;
    const struct channel_state *c = &n->channels[d->row.channel];
    struct transfer_order o = order_of(n);
    struct buf text = {0}, body = {0}, headers = {0};
    char to[NUMBER_SIZE], id[MESSAGE_ID_SIZE];

    if (number_normal(written, to) != OK || !texts_write(n->texts, d->row.text, english, NULL, &text)) {
        end(d, OUTBOX_GIVEN_UP, "no number or text");
        return;
    }
    message_id(&d->row, id);
    buf_add(&headers, BYTES("Content-Type: application/json", sizeof "Content-Type: application/json"));
    template_write(c->template,
                   &(struct template_values){.to = to,
                                             .from = c->from,
                                             .text = buf_c_str(&text),
                                             .id = id,
                                             .token = c->token,
                                             .english = english},
                   &body, &headers);
    o.url = c->url;
    o.body = buf_view(&body);
    o.headers = buf_view(&headers);
    transfer_start(n->transfers, &o, on_answered, d);
    crypto_wipe(to, sizeof to);
    crypto_wipe(body.p, body.len);
    crypto_wipe(headers.p, headers.len);
    buf_fini(&text);
    buf_fini(&body);
    buf_fini(&headers);
}

static void on_revealed(void *ctx, enum err trouble, const struct revealed_location *location)
{
    struct delivery *d = ctx;
    const struct notify_target *t = notify_target_of(d->n, d->row.target);

    if (d->n->stopped) /* there are no transfers any more; the writer that took over sends it */
        return;
    if (t == NULL)
        end(d, OUTBOX_UNNEEDED, "target retired");
    else if (trouble == ERR_NOT_FOUND || trouble == ERR_CRYPTO)
        end(d, OUTBOX_GIVEN_UP, "no night number");
    else if (trouble != OK)
        again(d, "night number away", 0);
    else
        send_to_number(d, t->english, location->night_number);
}

static void send_to_night_number(struct delivery *d)
{
    const struct secrets_port *secrets = &d->n->parts.secrets;
    struct access_entry entry = {.at_ms = notify_now_ms(d->n),
                                 .action = "location.notify",
                                 .org = d->row.org,
                                 .role = ROLE_SYSTEM,
                                 .object = d->row.location.v};

    if (secrets->reveal(secrets->ctx, d->row.location, &entry, on_revealed, d) != OK)
        again(d, "night number away", 0);
}

static void send_to_target(struct delivery *d, const struct notify_target *t)
{
    char address[TARGET_ADDRESS_SIZE];

    if (t->night_number) {
        send_to_night_number(d);
        return;
    }
    if (d->n->parts.outbox.open(d->n->parts.outbox.ctx, t, address) != OK) {
        end(d, OUTBOX_GIVEN_UP, "address does not open");
        return;
    }
    switch (t->channel) {
    case CHANNEL_MAIL:
        send_mail(d, t, address);
        break;
    case CHANNEL_SMS:
    case CHANNEL_VOICE:
        send_to_number(d, t->english, address);
        break;
    case CHANNEL_WEBHOOK:
        send_webhook(d, address);
        break;
    case CHANNEL_N:
        break;
    }
    crypto_wipe(address, sizeof address);
}

/* It, or another to the same receiver: one at a time. */
static bool is_under_way(const struct notify *n, const struct outbox_row *row)
{
    for (const struct delivery *d = n->deliveries; d != NULL; d = d->next) {
        if (d->row.id == row->id || (d->row.target == row->target && d->row.location.v == row->location.v))
            return true;
    }
    return false;
}

static bool has_slot(const struct channel_state *c, const struct outbox_row *row)
{
    return c->under_way < c->max && (row->attempts == 0 || c->again < c->again_max);
}

static void start(struct notify *n, const struct outbox_row *row)
{
    const struct notify_target *t = notify_target_of(n, row->target);
    struct delivery *d = mem_new(1, sizeof *d);

    d->n = n;
    d->row = *row;
    d->again = row->attempts > 0;
    DL_APPEND(n->deliveries, d);
    n->channels[row->channel].under_way++;
    n->channels[row->channel].again += d->again;
    if (t == NULL)
        end(d, OUTBOX_UNNEEDED, "target retired");
    else if (over_is(flow_engine(n->parts.flow), row)) /* nobody is rung out of bed for it */
        end(d, OUTBOX_UNNEEDED, "seen meanwhile");
    else
        send_to_target(d, t);
}

/* ---- looking for work ---- */

static void on_due(void *ctx, enum err trouble, const struct outbox_row *rows, size_t n_rows)
{
    struct channel_state *c = ctx;
    struct notify *n = c->n;

    c->fetching = false;
    if (trouble != OK || n->stopped)
        return;
    for (size_t i = 0; i < n_rows; i++) {
        if (has_slot(c, &rows[i]) && !is_under_way(n, &rows[i]))
            start(n, &rows[i]);
    }
}

void deliver_due(struct notify *n)
{
    int64_t now_ms = notify_now_ms(n);

    for (int i = 0; i < CHANNEL_N; i++) {
        struct channel_state *c = &n->channels[i];

        if (!c->on || c->fetching || c->under_way >= c->max || now_ms < c->look_at_ms)
            continue;
        /* While something waits for its next time, each tick looks; else a row of a stranger's hand is found
         * soon enough. */
        c->look_at_ms = now_ms + (n->stats.waiting > 0 ? MS_SECOND / 2 : LOOK_MS);
        c->fetching =
            n->parts.outbox.due(n->parts.outbox.ctx, (enum channel)i, now_ms, 2 * c->max, on_due, c) == OK;
    }
}

void deliver_free_all(struct notify *n)
{
    while (n->deliveries != NULL) {
        struct delivery *d = n->deliveries;

        DL_DELETE(n->deliveries, d);
        free(d);
    }
}
