#include "main/notify_wire.h"

#include "base/crypto.h"
#include "base/time_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SECRET_SIZE 512
#define TEMPLATE_PATH_SIZE 840 /* two settings of at most 400 bytes, and the words between them */
#define STATEMENT_MS 10000     /* reading back a long stretch of the journal */

/* The first line of a file; "" for no path. */
static enum err read_secret(const char *path, char out[SECRET_SIZE], char *why, size_t why_size)
{
    out[0] = '\0';
    if (path[0] == '\0')
        return OK;
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        snprintf(why, why_size, "cannot read %.300s: %s", path, strerror(errno));
        return ERR_IO;
    }
    char *got = fgets(out, SECRET_SIZE, f);
    fclose(f);
    if (got == NULL || (strchr(out, '\n') == NULL && strlen(out) == SECRET_SIZE - 1)) {
        snprintf(why, why_size, "%.300s does not hold one line of at most %d bytes", path, SECRET_SIZE - 2);
        return ERR_BAD_INPUT;
    }
    out[strcspn(out, "\r\n")] = '\0';
    return OK;
}

static const char *template_path(const struct config *c, const char *name, char out[TEMPLATE_PATH_SIZE])
{
    if (name[0] == '/')
        snprintf(out, TEMPLATE_PATH_SIZE, "%s", name);
    else
        snprintf(out, TEMPLATE_PATH_SIZE, "%s/notify/gateways/%s.json", c->schema_dir, name);
    return out;
}

static struct notify_settings plain_settings(const struct config *c)
{
    struct notify_settings s = {
        .ca_file = c->notify_ca_file,
        .smtp_url = c->notify_smtp_url,
        .smtp_plain = c->notify_smtp_plain != 0,
        .smtp_user = c->notify_smtp_user,
        .smtp_from = c->notify_smtp_from,
        .smtp_hello = c->notify_smtp_hello,
        .oin = c->notify_oin,
        .origin = c->public_origin,
        .calm = {{c->notify_retry_first_s * MS_SECOND, c->notify_retry_max_s * MS_SECOND},
                 (uint32_t)c->notify_attempts},
        .urgent = {{c->notify_retry_first_s * MS_SECOND, c->notify_urgent_retry_max_s * MS_SECOND},
                   (uint32_t)c->notify_urgent_attempts},
        .connect_ms = (uint32_t)(c->notify_connect_s * MS_SECOND),
        .total_ms = (uint32_t)(c->notify_answer_s * MS_SECOND),
        .waiting_max = (uint64_t)c->notify_waiting_max,
        .keep_ms = c->notify_keep_days * MS_DAY,
    };

    s.unseen.ms[THREAT_ROOD] = c->notify_unseen_rood_s * MS_SECOND;
    s.unseen.ms[THREAT_ORANJE] = s.unseen.ms[THREAT_UNKNOWN] = c->notify_unseen_oranje_s * MS_SECOND;
    s.unseen.ms[THREAT_GROEN] = c->notify_unseen_groen_s * MS_SECOND;
    return s;
}

static enum err open_notify(struct boot *b, const struct secrets_port *secrets,
                            const struct people_port *people, struct notify_wire *w, char *why,
                            size_t why_size)
{
    const struct config *c = b->config;
    struct notify_settings s = plain_settings(c);
    struct notify_parts parts = {.loop = b->loop,
                                 .flow = b->flow,
                                 .outbox = *outbox_port(w->outbox),
                                 .secrets = *secrets,
                                 .people = *people};
    char rules[TEMPLATE_PATH_SIZE], texts[TEMPLATE_PATH_SIZE], sms[TEMPLATE_PATH_SIZE],
        voice[TEMPLATE_PATH_SIZE];
    char password[SECRET_SIZE], sms_token[SECRET_SIZE], voice_token[SECRET_SIZE];
    struct crypto_key key;

    snprintf(rules, sizeof rules, "%s/notify/rules.csv", c->schema_dir);
    snprintf(texts, sizeof texts, "%s/notify/texts.csv", c->schema_dir);
    s.rules = rules;
    s.texts = texts;
    enum err e = read_secret(c->notify_smtp_password_file, password, why, why_size);
    if (e == OK)
        e = read_secret(c->notify_sms_token_file, sms_token, why, why_size);
    if (e == OK)
        e = read_secret(c->notify_voice_token_file, voice_token, why, why_size);
    if (e == OK && c->notify_signing_key_file[0] != '\0') {
        e = crypto_key_load(c->notify_signing_key_file, &key);
        if (e != OK)
            snprintf(why, why_size, "%.300s is no key file of mode 0600", c->notify_signing_key_file);
        s.signing_key = &key;
    }
    if (e == OK) {
        s.smtp_password = password;
        s.sms = (struct notify_gateway){c->notify_sms_url, template_path(c, c->notify_sms_template, sms),
                                        sms_token, c->notify_sms_from};
        s.voice =
            (struct notify_gateway){c->notify_voice_url, template_path(c, c->notify_voice_template, voice),
                                    voice_token, c->notify_voice_from};
        e = notify_new(&parts, &s, &w->notify, why, why_size);
    }
    crypto_wipe(password, sizeof password);
    crypto_wipe(sms_token, sizeof sms_token);
    crypto_wipe(voice_token, sizeof voice_token);
    crypto_wipe(&key, sizeof key);
    return e;
}

enum err notify_wire_open(struct boot *b, const struct secrets_port *secrets,
                          const struct people_port *people, struct notify_wire *w, char *why, size_t why_size)
{
    struct clerk_limits limits = clerk_limits_default();
    enum err e = vault_open_files(VAULT_TARGETS, b->config->master_key_file, NULL, &w->vault);

    if (e != OK)
        return e;
    limits.statement_ms = STATEMENT_MS;
    w->clerk = clerk_new(loop_base(b->loop), &b->access.params, &limits);
    w->outbox = outbox_new(w->clerk, w->vault, b->epoch);
    return open_notify(b, secrets, people, w, why, why_size);
}

void notify_wire_close(struct notify_wire *w)
{
    notify_free(w->notify);
    outbox_free(w->outbox);
    clerk_free(w->clerk);
    vault_free(w->vault);
    memset(w, 0, sizeof *w);
}
