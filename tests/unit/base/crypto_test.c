#include "base/crypto.h"
#include "base/mem.h"

#include "support/cmocka_all.h"
#include "support/folder.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct crypto_key key = {.k = {1, 2, 3}};
#define PLACE BYTES_LITERAL("referral:7:facts")
#define PLAIN BYTES_LITERAL("two children, ground floor")

static int start(void **state)
{
    crypto_start();
    crypto_start(); /* a second time is harmless */
    return folder_setup(state);
}

static void sha256_of_fips_180(void **state)
{
    static const struct {
        const char *in;
        const char *want;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t out[CRYPTO_SHA256_BYTES];
        struct buf hex = {0};

        crypto_sha256(bytes_of_text(cases[i].in), out);
        crypto_hex(BYTES(out, sizeof out), &hex);
        assert_string_equal(buf_c_str(&hex), cases[i].want);
        buf_fini(&hex);
    }
}

static void what_is_sealed_opens(void **state)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4096};
    uint8_t plain[4096];

    (void)state;
    crypto_random(plain, sizeof plain);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct buf sealed = {0};
        struct buf opened = {0};

        buf_text(&opened, "before");
        crypto_seal(&key, PLACE, BYTES(plain, sizes[i]), &sealed);
        assert_int_equal(sealed.len, sizes[i] + CRYPTO_SEAL_OVERHEAD);
        assert_int_equal(sealed.p[0], 1);
        assert_int_equal(crypto_open(&key, PLACE, buf_view(&sealed), &opened), OK);
        assert_int_equal(opened.len, 6 + sizes[i]);
        assert_memory_equal(opened.p, "before", 6);
        assert_memory_equal(opened.p + 6, plain, sizes[i]);
        buf_fini(&sealed);
        buf_fini(&opened);
    }
}

/* What is on disk must open for ever: version, nonce, ciphertext and tag of the example in
 * draft-irtf-cfrg-xchacha-03, A.3.1. */
static void the_published_example_opens(void **state)
{
    static const char sealed_hex[] =
        "01"
        "404142434445464748494a4b4c4d4e4f5051525354555657"
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39"
        "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
        "21f9664c97637da9768812f615c68b13b52e"
        "c0875924c1c7987947deafd8780acf49";
    struct crypto_key published;
    struct buf sealed = {0};
    struct buf plain = {0};

    (void)state;
    for (size_t i = 0; i < sizeof published.k; i++)
        published.k[i] = (uint8_t)(0x80 + i);
    assert_int_equal(crypto_unhex(bytes_of_text(sealed_hex), &sealed), OK);
    assert_int_equal(crypto_open(&published,
                                 BYTES_LITERAL("\x50\x51\x52\x53\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7"),
                                 buf_view(&sealed), &plain),
                     OK);
    assert_string_equal(buf_c_str(&plain),
                        "Ladies and Gentlemen of the class of '99: If I could offer you only "
                        "one tip for the future, sunscreen would be it.");
    buf_fini(&sealed);
    buf_fini(&plain);
}

static void the_same_text_seals_differently_and_hides_it(void **state)
{
    struct buf a = {0};
    struct buf b = {0};

    (void)state;
    crypto_seal(&key, PLACE, PLAIN, &a);
    crypto_seal(&key, PLACE, PLAIN, &b);
    assert_memory_not_equal(a.p + 1, b.p + 1, 24);
    assert_memory_not_equal(a.p + 25, b.p + 25, PLAIN.len);
    assert_null(memmem(a.p, a.len, "children", 8));
    buf_fini(&a);
    buf_fini(&b);
}

static void assert_stays_shut(const char *name, const struct crypto_key *k, struct bytes place,
                              struct bytes in)
{
    struct buf out = {0};
    enum err e = OK;

    buf_text(&out, "before");
    e = crypto_open(k, place, in, &out);
    if (e != ERR_CRYPTO || !bytes_equal(buf_view(&out), BYTES_LITERAL("before")))
        fail_msg("%s: %s", name, err_name(e));
    buf_fini(&out);
}

static void a_changed_seal_stays_shut(void **state)
{
    struct buf sealed = {0};
    struct crypto_key other = key;

    (void)state;
    crypto_seal(&key, PLACE, PLAIN, &sealed);
    for (size_t i = 0; i < sealed.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            sealed.p[i] ^= (uint8_t)(1 << bit);
            assert_stays_shut("flipped", &key, PLACE, buf_view(&sealed));
            sealed.p[i] ^= (uint8_t)(1 << bit);
        }
    }
    for (size_t len = 0; len < sealed.len; len++)
        assert_stays_shut("cut", &key, PLACE, BYTES(sealed.p, len));
    other.k[31] ^= 1;
    assert_stays_shut("other key", &other, PLACE, buf_view(&sealed));
    assert_stays_shut("other place", &key, BYTES_LITERAL("referral:8:facts"), buf_view(&sealed));
    assert_stays_shut("no place", &key, BYTES(NULL, 0), buf_view(&sealed));
    buf_u8(&sealed, 0);
    assert_stays_shut("longer", &key, PLACE, buf_view(&sealed));
    buf_fini(&sealed);
}

/* What is sealed to a public key opens with its private half and with no other, and a changed byte spoils it.
 */
static void a_box_opens_with_the_private_half_only(void **state)
{
    uint8_t public_key[CRYPTO_BOX_KEY_BYTES], secret[crypto_box_SECRETKEYBYTES],
        other[crypto_box_SECRETKEYBYTES];
    uint8_t unused[CRYPTO_BOX_KEY_BYTES], plain[64];
    struct bytes text = BYTES_LITERAL("0800-000 0001");
    struct buf box = {0}, again = {0};

    (void)state;
    crypto_box_keypair(public_key, secret);
    crypto_box_keypair(unused, other);
    buf_text(&box, "before");
    crypto_box_to(public_key, text, &box);
    assert_int_equal(box.len, 6 + text.len + CRYPTO_BOX_OVERHEAD);
    assert_int_equal(crypto_box_seal_open(plain, box.p + 6, box.len - 6, public_key, secret), 0);
    assert_memory_equal(plain, text.p, text.len);
    assert_int_not_equal(crypto_box_seal_open(plain, box.p + 6, box.len - 6, unused, other), 0);
    crypto_box_to(public_key, text, &again);
    assert_memory_not_equal(again.p, box.p + 6, again.len); /* the same text twice looks different */
    box.p[6 + 40] ^= 1;
    assert_int_not_equal(crypto_box_seal_open(plain, box.p + 6, box.len - 6, public_key, secret), 0);
    buf_fini(&box);
    buf_fini(&again);
}

static void a_made_key_file_loads(void **state)
{
    char path[512];
    struct crypto_key a = {0};
    struct crypto_key b = {0};
    struct crypto_key zero = {0};
    struct stat st;

    snprintf(path, sizeof path, "%s", folder_path(state, "made.key"));
    assert_int_equal(crypto_key_create(path), OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(crypto_key_load(path, &a), OK);
    assert_memory_not_equal(a.k, zero.k, sizeof a.k);
    assert_int_equal(crypto_key_create(path), ERR_CONFLICT);
    assert_int_equal(crypto_key_load(path, &b), OK);
    assert_memory_equal(a.k, b.k, sizeof a.k);
    assert_int_equal(crypto_key_create(folder_path(state, "nowhere/x.key")), ERR_IO);
}

#define RAW "0123456789abcdef0123456789ABCDEF"
#define HEX "3031323334353637383961626364656630313233343536373839414243444546"

static void key_files(void **state)
{
    static const struct {
        const char *name;
        struct bytes content;
        mode_t mode;
        enum err want;
    } cases[] = {
        {"raw", {(const uint8_t *)RAW, 32}, 0600, OK},
        {"hex", {(const uint8_t *)HEX "\n", 65}, 0600, OK},
        {"read only", {(const uint8_t *)RAW, 32}, 0400, OK},
        {"group may read", {(const uint8_t *)RAW, 32}, 0640, ERR_BAD_INPUT},
        {"others may read", {(const uint8_t *)RAW, 32}, 0604, ERR_BAD_INPUT},
        {"group may write", {(const uint8_t *)RAW, 32}, 0620, ERR_BAD_INPUT},
        {"owner may run it", {(const uint8_t *)RAW, 32}, 0700, ERR_BAD_INPUT},
        {"empty", {(const uint8_t *)"", 0}, 0600, ERR_BAD_INPUT},
        {"one short", {(const uint8_t *)RAW, 31}, 0600, ERR_BAD_INPUT},
        {"one long", {(const uint8_t *)RAW "\n", 33}, 0600, ERR_BAD_INPUT},
        {"hex without newline", {(const uint8_t *)HEX, 64}, 0600, ERR_BAD_INPUT},
        {"hex with two", {(const uint8_t *)HEX "\n\n", 66}, 0600, ERR_BAD_INPUT},
        {"hex and a digit", {(const uint8_t *)HEX "0", 65}, 0600, ERR_BAD_INPUT},
        {"no hex", {(const uint8_t *)RAW RAW "\n", 65}, 0600, ERR_BAD_INPUT},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct crypto_key got = {{0}};
        struct crypto_key zero = {{0}};
        const char *path = folder_file(state, "a.key", cases[i].content, cases[i].mode);
        enum err e = crypto_key_load(path, &got);

        if (e != cases[i].want)
            fail_msg("%s: %s", cases[i].name, err_name(e));
        assert_memory_equal(got.k, e == OK ? (const void *)RAW : (const void *)zero.k, 32);
    }
}

static void what_is_no_key_file(void **state)
{
    struct crypto_key got;
    const char *fifo = NULL;
    const char *folder = NULL;

    assert_int_equal(crypto_key_load(folder_path(state, "missing.key"), &got), ERR_IO);
    assert_int_equal(crypto_key_load(*state, &got), ERR_BAD_INPUT);
    fifo = folder_path(state, "fifo.key");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(crypto_key_load(fifo, &got), ERR_BAD_INPUT);
    folder = folder_path(state, "folder.key");
    assert_int_equal(mkdir(folder, 0600), 0);
    assert_int_equal(crypto_key_load(folder, &got), ERR_BAD_INPUT);
    assert_int_equal(rmdir(folder), 0);
}

/* Lowest cost libsodium allows: the cost is not what is tested. */
static void passwords(void **state)
{
    char hash[CRYPTO_PASSWORD_HASH_SIZE];
    char again[CRYPTO_PASSWORD_HASH_SIZE];

    (void)state;
    assert_int_equal(crypto_password_hash(BYTES_LITERAL("vier losse woorden"), 1, 8192, hash), OK);
    assert_int_equal(crypto_password_hash(BYTES_LITERAL("vier losse woorden"), 1, 8192, again), OK);
    assert_int_equal(strncmp(hash, "$argon2id$v=19$m=8,t=1,p=1$", 27), 0);
    assert_string_not_equal(hash, again);
    assert_true(crypto_password_verify(hash, BYTES_LITERAL("vier losse woorden")));
    assert_true(crypto_password_verify(again, BYTES_LITERAL("vier losse woorden")));
    assert_false(crypto_password_verify(hash, BYTES_LITERAL("vier losse woorden ")));
    assert_false(crypto_password_verify(hash, BYTES_LITERAL("")));
    assert_false(crypto_password_verify("", BYTES_LITERAL("vier losse woorden")));
    assert_false(crypto_password_verify("$argon2id$v=19$m=8", BYTES_LITERAL("vier losse woorden")));
    assert_false(crypto_password_verify(NULL, BYTES_LITERAL("vier losse woorden")));
}

static void a_hash_that_cannot_have_its_memory_is_busy(void **state)
{
    char hash[CRYPTO_PASSWORD_HASH_SIZE] = "before";

    (void)state;
    /* Above libsodium's largest memory cost. */
    assert_int_equal(crypto_password_hash(BYTES_LITERAL("x"), 1, SIZE_MAX / 2, hash), ERR_BUSY);
    assert_string_equal(hash, "before");
}

static void hex_and_base64(void **state)
{
    static const struct {
        struct bytes raw;
        const char *hex;
        const char *base64url;
        const char *base64;
    } cases[] = {
        {{NULL, 0}, "", "", ""},
        {{(const uint8_t *)"\x00", 1}, "00", "AA", "AA=="},
        {{(const uint8_t *)"f", 1}, "66", "Zg", "Zg=="},
        {{(const uint8_t *)"fo", 2}, "666f", "Zm8", "Zm8="},
        {{(const uint8_t *)"foo", 3}, "666f6f", "Zm9v", "Zm9v"},
        {{(const uint8_t *)"foob", 4}, "666f6f62", "Zm9vYg", "Zm9vYg=="},
        {{(const uint8_t *)"\xfb\xef\xff", 3}, "fbefff", "--__", "++//"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out = {0};

        buf_text(&out, "<");
        crypto_hex(cases[i].raw, &out);
        assert_int_equal(out.len, 1 + strlen(cases[i].hex));
        assert_string_equal(buf_c_str(&out) + 1, cases[i].hex);
        buf_clear(&out);
        buf_text(&out, "<");
        crypto_base64url(cases[i].raw, &out);
        assert_int_equal(out.len, 1 + strlen(cases[i].base64url));
        assert_string_equal(buf_c_str(&out) + 1, cases[i].base64url);
        buf_clear(&out);
        assert_int_equal(crypto_unhex(bytes_of_text(cases[i].hex), &out), OK);
        assert_true(bytes_equal(buf_view(&out), cases[i].raw));
        buf_clear(&out);
        assert_int_equal(crypto_unbase64url(bytes_of_text(cases[i].base64url), &out), OK);
        assert_true(bytes_equal(buf_view(&out), cases[i].raw));
        buf_clear(&out);
        assert_int_equal(crypto_unbase64(bytes_of_text(cases[i].base64), &out), OK);
        assert_true(bytes_equal(buf_view(&out), cases[i].raw));
        buf_fini(&out);
    }
}

static void other_texts_are_refused(void **state)
{
    static const char *const no_hex[] = {"0", "0g", "AB", "a b", "ab ", " ab", "ab:cd", "abc", "\xc3\xab"};
    static const char *const no_base64url[] = {"A",     "Zg==",   "Zh",    "Zm9",   "+/+/",
                                               "Zm 9v", "Zm9v\n", "Zm9v=", "Zm9vY", "\xc3\xab"};
    static const char *const no_base64[] = {"A",     "Zg",     "Zg=",   "Zh==",     "Zm9",     "--__",
                                            "Zm 9v", "Zm9v\n", "Zm9v=", "Zg==Zg==", "\xc3\xab"};
    struct buf out = {0};

    (void)state;
    buf_text(&out, "before");
    for (size_t i = 0; i < COUNT_OF(no_hex); i++) {
        if (crypto_unhex(bytes_of_text(no_hex[i]), &out) != ERR_BAD_INPUT)
            fail_msg("hex '%s' was taken", no_hex[i]);
    }
    for (size_t i = 0; i < COUNT_OF(no_base64url); i++) {
        if (crypto_unbase64url(bytes_of_text(no_base64url[i]), &out) != ERR_BAD_INPUT)
            fail_msg("base64url '%s' was taken", no_base64url[i]);
    }
    assert_int_equal(crypto_unhex(BYTES_LITERAL("ab\0\0"), &out), ERR_BAD_INPUT);
    assert_int_equal(crypto_unbase64url(BYTES_LITERAL("Zm9v\0"), &out), ERR_BAD_INPUT);
    for (size_t i = 0; i < COUNT_OF(no_base64); i++) {
        if (crypto_unbase64(bytes_of_text(no_base64[i]), &out) != ERR_BAD_INPUT)
            fail_msg("base64 '%s' was taken", no_base64[i]);
    }
    assert_int_equal(crypto_unbase64(BYTES_LITERAL("Zm9v\0"), &out), ERR_BAD_INPUT);
    assert_true(bytes_equal(buf_view(&out), BYTES_LITERAL("before")));
    buf_fini(&out);
}

static void small_jobs(void **state)
{
    uint8_t secret[] = {1, 2, 3, 4};
    static const uint8_t zero[4];

    (void)state;
    assert_true(crypto_equal("abc", "abc", 3));
    assert_false(crypto_equal("abc", "abd", 3));
    assert_true(crypto_random_u64() != crypto_random_u64());
    crypto_wipe(secret, sizeof secret);
    assert_memory_equal(secret, zero, sizeof zero);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_of_fips_180),
        cmocka_unit_test(what_is_sealed_opens),
        cmocka_unit_test(the_published_example_opens),
        cmocka_unit_test(the_same_text_seals_differently_and_hides_it),
        cmocka_unit_test(a_changed_seal_stays_shut),
        cmocka_unit_test(a_box_opens_with_the_private_half_only),
        cmocka_unit_test(a_made_key_file_loads),
        cmocka_unit_test(key_files),
        cmocka_unit_test(what_is_no_key_file),
        cmocka_unit_test(passwords),
        cmocka_unit_test(a_hash_that_cannot_have_its_memory_is_busy),
        cmocka_unit_test(hex_and_base64),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(small_jobs),
    };

    return cmocka_run_group_tests(tests, start, folder_teardown);
}
