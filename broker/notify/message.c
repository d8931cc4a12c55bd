#include "notify/message.h"

#include "base/check.h"
#include "base/json.h"
#include "base/time_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void message_id(const struct outbox_row *row, char out[MESSAGE_ID_SIZE])
{
    int n = snprintf(out, MESSAGE_ID_SIZE, "%s-%" PRIu32, row->key, row->target);

    if (row->location.v != 0)
        snprintf(out + n, (size_t)(MESSAGE_ID_SIZE - n), "-%" PRIu32, row->location.v);
}

/* ---- mail ---- */

bool mail_address_is_good(const char *address)
{
    const char *at = strchr(address, '@');
    size_t len = strlen(address);

    if (at == NULL || at == address || at[1] == '\0' || strchr(at + 1, '@') != NULL || len > 254)
        return false;
    for (const char *p = address; *p != '\0'; p++) {
        if (*p <= 0x20 || (unsigned char)*p >= 0x7f || strchr("<>()[]\\,;:\"", *p) != NULL)
            return false;
    }
    return true;
}

/* An encoded word holds at most 75 characters; 45 bytes are 60 of base64. Cut between characters. */
#define WORD_BYTES 42

static void put_subject(const char *subject, struct buf *out)
{
    struct bytes rest = bytes_of_text(subject);

    if (bytes_ascii(rest) == rest.len && rest.len <= 70) {
        buf_text(out, subject);
        return;
    }
    for (bool first = true; rest.len > 0; first = false) {
        size_t n = 0;
        uint32_t code = 0;

        while (n < rest.len) {
            size_t one = bytes_utf8(BYTES(rest.p + n, rest.len - n), &code);

            one = one == 0 ? 1 : one;
            if (n + one > WORD_BYTES)
                break;
            n += one;
        }
        buf_text(out, first ? "=?utf-8?B?" : "\r\n =?utf-8?B?");
        crypto_base64(BYTES(rest.p, n), out);
        buf_text(out, "?=");
        rest = BYTES(rest.p + n, rest.len - n);
    }
}

static void put_date(int64_t at_ms, struct buf *out)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t t = (time_t)(at_ms / MS_SECOND);
    struct tm tm;

    CHECK(gmtime_r(&t, &tm) != NULL);
    buf_format(out, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
               tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void message_mail(const struct mail *m, struct buf *out)
{
    struct buf coded = {0};

    buf_format(out, "From: Veilige Plek <%s>\r\nTo: <%s>\r\nSubject: ", m->from, m->to);
    put_subject(m->subject, out);
    buf_text(out, "\r\nDate: ");
    put_date(m->at_ms, out);
    buf_format(out,
               "\r\nMessage-ID: <%s@%s>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
               "Content-Language: %s\r\nContent-Type: text/plain; charset=utf-8\r\n"
               "Content-Transfer-Encoding: base64\r\n\r\n",
               m->id, m->host, m->english ? "en" : "nl");
    crypto_base64(bytes_of_text(m->text), &coded);
    for (size_t i = 0; i < coded.len; i += 76) {
        size_t n = coded.len - i < 76 ? coded.len - i : 76;

        buf_add(out, BYTES(coded.p + i, n));
        buf_text(out, "\r\n");
    }
    buf_fini(&coded);
}

/* ---- events ---- */

static void put_id(json_t *o, const char *name, uint64_t id)
{
    if (id != 0)
        json_object_set_new(o, name, json_integer((json_int_t)id));
}

static json_t *event_data(const struct outbox_row *row)
{
    json_t *data = json_object();

    put_id(data, "referralId", row->referral.v);
    put_id(data, "requestId", row->request.v);
    put_id(data, "poolId", row->pool.v);
    put_id(data, "organisationId", row->org.v);
    if (row->state[0] != '\0')
        json_object_set_new(data, "state", json_string(row->state));
    return data;
}

void message_event(const struct outbox_row *row, const struct event_source *source, struct buf *out)
{
    char id[MESSAGE_ID_SIZE], type[OUTBOX_WORD_SIZE + 24], subject[40], at[TIME_TEXT_SIZE];
    char urn[80], schema[320];
    json_t *event = NULL;
    char *text = NULL;

    message_id(row, id);
    snprintf(type, sizeof type, "nl.veiligeplek.%s.v1", row->kind);
    for (char *p = type; *p != '\0'; p++)
        *p = *p == '_' ? '-' : *p;
    if (row->request.v != 0)
        snprintf(subject, sizeof subject, "request/%" PRIu64, row->request.v);
    else if (row->referral.v != 0)
        snprintf(subject, sizeof subject, "referral/%" PRIu64, row->referral.v);
    else
        snprintf(subject, sizeof subject, "organisation/%" PRIu32, row->org.v);
    snprintf(urn, sizeof urn, "urn:nld:oin:%s:systeem:veilige-plek", source->oin);
    snprintf(schema, sizeof schema, "%s/api/v1/openapi.json#/components/schemas/NotificationData",
             source->origin);
    event = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "specversion", "1.0", "id", id,
                      "source", urn, "type", type, "subject", subject, "time", time_format(row->at_ms, at),
                      "datacontenttype", "application/json", "dataschema", schema, "data", event_data(row));
    CHECK(event != NULL);
    text = json_dumps(event, JSON_COMPACT);
    CHECK(text != NULL);
    buf_text(out, text);
    free(text);
    json_decref(event);
}

/* ---- signature ---- */

void message_key_id(const struct crypto_key *seed, char out[MESSAGE_KEY_ID_SIZE])
{
    uint8_t public[CRYPTO_ED25519_PUBLIC_BYTES], hash[CRYPTO_SHA256_BYTES];

    crypto_ed25519_public(seed, public);
    crypto_sha256(BYTES(public, sizeof public), hash);
    for (int i = 0; i < 8; i++)
        snprintf(out + (size_t)i * 2, 3, "%02x", hash[i]);
}

size_t message_sign(const struct crypto_key *seed, const char *url, struct bytes body, int64_t at_ms,
                    struct buf *headers)
{
    uint8_t hash[CRYPTO_SHA256_BYTES], signature[CRYPTO_ED25519_SIGNATURE_BYTES];
    char key_id[MESSAGE_KEY_ID_SIZE], params[200];
    struct buf digest = {0}, base = {0};

    crypto_sha256(body, hash);
    buf_text(&digest, "sha-256=:");
    crypto_base64(BYTES(hash, sizeof hash), &digest);
    buf_text(&digest, ":");
    message_key_id(seed, key_id);
    snprintf(params, sizeof params,
             "(\"@method\" \"@target-uri\" \"content-type\" \"content-digest\");created=%" PRId64
             ";keyid=\"%s\";alg=\"ed25519\"",
             at_ms / MS_SECOND, key_id);
    buf_format(&base,
               "\"@method\": POST\n\"@target-uri\": %s\n\"content-type\": " MESSAGE_EVENT_TYPE
               "\n\"content-digest\": %s\n\"@signature-params\": %s",
               url, buf_c_str(&digest), params);
    crypto_ed25519_sign(seed, buf_view(&base), signature);
    buf_format(headers,
               "Content-Type: " MESSAGE_EVENT_TYPE "%cContent-Digest: %s%cSignature-Input: sig1=%s%c", 0,
               buf_c_str(&digest), 0, params, 0);
    buf_text(headers, "Signature: sig1=:");
    crypto_base64(BYTES(signature, sizeof signature), headers);
    buf_text(headers, ":");
    buf_u8(headers, 0);
    buf_fini(&digest);
    buf_fini(&base);
    return 4;
}
