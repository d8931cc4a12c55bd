#include "notify/message.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct outbox_row row = {.key = "e1234",
                                      .target = 7,
                                      .channel = CHANNEL_WEBHOOK,
                                      .kind = "request.late_yes",
                                      .state = "expired",
                                      .at_ms = 1795900000000,
                                      .org = {3},
                                      .referral = {11},
                                      .request = {22},
                                      .pool = {33}};

static void ids(void **state)
{
    struct outbox_row night = row;
    char id[MESSAGE_ID_SIZE];

    (void)state;
    message_id(&row, id);
    assert_string_equal(id, "e1234-7");
    night.location.v = 5;
    message_id(&night, id);
    assert_string_equal(id, "e1234-7-5");
}

static void events(void **state)
{
    const struct event_source source = {"00000099000000001000", "https://plek.example"};
    struct json_faults faults = {0};
    struct buf out = {0};

    (void)state;
    message_event(&row, &source, &out);
    json_t *e = json_parse(buf_view(&out), &faults);
    assert_non_null(e);
    assert_string_equal(json_string_value(json_object_get(e, "specversion")), "1.0");
    assert_string_equal(json_string_value(json_object_get(e, "id")), "e1234-7");
    assert_string_equal(json_string_value(json_object_get(e, "type")), "nl.veiligeplek.request.late-yes.v1");
    assert_string_equal(json_string_value(json_object_get(e, "source")),
                        "urn:nld:oin:00000099000000001000:systeem:veilige-plek");
    assert_string_equal(json_string_value(json_object_get(e, "subject")), "request/22");
    assert_string_equal(json_string_value(json_object_get(e, "time")), "2026-11-28T21:06:40.000Z");
    assert_int_equal(json_object_size(e), 9);
    json_t *data = json_object_get(e, "data");
    assert_int_equal(json_object_size(data), 5);
    assert_int_equal(json_integer_value(json_object_get(data, "poolId")), 33);
    assert_string_equal(json_string_value(json_object_get(data, "state")), "expired");
    json_decref(e);
    buf_fini(&out);
}

static void mails(void **state)
{
    struct buf out = {0};
    struct mail m = {
        .from = "plek@plek.test",
        .to = "nacht@huis.test",
        .subject =
            "Er is \xc3\xa9\xc3\xa9n plek vrij, en dit onderwerp is zo lang dat het niet in een woord past",
        .text = "Er is een plek vrij. Open Veilige Plek. VT-7K3M. Er is een plek vrij. Open Veilige Plek.",
        .id = "e1-2",
        .host = "plek.test",
        .at_ms = 1795900000000};
    const char *line = NULL;

    (void)state;
    message_mail(&m, &out);
    assert_non_null(strstr(buf_c_str(&out), "\r\nMessage-ID: <e1-2@plek.test>\r\n"));
    assert_non_null(strstr(buf_c_str(&out), "\r\nDate: Sat, 28 Nov 2026 21:06:40 +0000\r\n"));
    assert_non_null(strstr(buf_c_str(&out), "\r\nContent-Language: nl\r\n"));
    assert_non_null(strstr(buf_c_str(&out), "\r\n\r\n"));
    /* No bare line feed, nothing that is not ASCII, no line longer than 78. */
    for (line = buf_c_str(&out); *line != '\0';) {
        size_t n = strcspn(line, "\n");

        assert_true(n >= 1 && line[n - 1] == '\r' && n - 1 <= 78);
        line += n + 1;
    }
    assert_int_equal(bytes_ascii(buf_view(&out)), out.len);
    buf_fini(&out);
}

static void addresses(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"nacht@huis.test", true},       {"a.b+c@x", true}, {"", false},        {"nacht", false},
        {"@huis.test", false},           {"nacht@", false}, {"a@b@c", false},   {"a b@c", false},
        {"a@b\r\nRCPT TO:<c@d>", false}, {"<a@b>", false},  {"a@b,c@d", false}, {"\xc3\xa9@b", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        print_message("  %zu\n", i);
        assert_int_equal(mail_address_is_good(cases[i].text), cases[i].good);
    }
}

/* The seed and public key of RFC 8032, 7.1, test 1; that others accept the signature is shown by node's
 * crypto in tests/integration/48-notify. */
static void signatures(void **state)
{
    struct crypto_key seed;
    uint8_t public[CRYPTO_ED25519_PUBLIC_BYTES], signature[CRYPTO_ED25519_SIGNATURE_BYTES];
    struct buf raw = {0}, want = {0}, headers = {0}, again = {0};
    char id[MESSAGE_KEY_ID_SIZE];

    (void)state;
    assert_int_equal(
        crypto_unhex(BYTES_LITERAL("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"), &raw),
        OK);
    memcpy(seed.k, raw.p, sizeof seed.k);
    assert_int_equal(
        crypto_unhex(BYTES_LITERAL("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
                     &want),
        OK);
    crypto_ed25519_public(&seed, public);
    assert_memory_equal(public, want.p, sizeof public);
    buf_clear(&want);
    assert_int_equal(
        crypto_unhex(
            BYTES_LITERAL(
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e"
                "39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
            &want),
        OK);
    crypto_ed25519_sign(&seed, BYTES_LITERAL(""), signature);
    assert_memory_equal(signature, want.p, sizeof signature);
    message_key_id(&seed, id);
    assert_int_equal(strlen(id), 16);

    assert_int_equal(message_sign(&seed, "https://a.test/x", BYTES_LITERAL("{}"), 1795900000000, &headers),
                     4);
    assert_non_null(memmem(headers.p, headers.len, ";created=1795900000;keyid=", 26));
    message_sign(&seed, "https://a.test/y", BYTES_LITERAL("{}"), 1795900000000, &again);
    assert_int_equal(headers.len, again.len);
    assert_memory_not_equal(headers.p, again.p, headers.len); /* the address is signed too */
    buf_fini(&raw);
    buf_fini(&want);
    buf_fini(&headers);
    buf_fini(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids),       cmocka_unit_test(events),     cmocka_unit_test(mails),
        cmocka_unit_test(addresses), cmocka_unit_test(signatures),
    };
    crypto_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
