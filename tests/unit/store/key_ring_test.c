/* Vault and key ring without a database. */
#include "store/key_ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct crypto_key master = {{1, 2, 3}}, other = {{4, 5, 6}};

static int start(void **state)
{
    (void)state;
    crypto_start();
    return 0;
}

#define ID(n) ((struct referral_id){n})

static void test_vault(void **state)
{
    struct vault *keys = vault_new(VAULT_REFERRAL_KEYS, &master, NULL);
    struct vault *places = vault_new(VAULT_LOCATIONS, &master, NULL);
    struct vault *foreign = vault_new(VAULT_REFERRAL_KEYS, &other, NULL);
    struct vault *next = vault_new(VAULT_REFERRAL_KEYS, &other, &master);
    struct bytes ad = BYTES_LITERAL("t:1:c"), plain = BYTES_LITERAL("geheim");
    struct buf sealed = {0}, out = {0};

    (void)state;
    vault_seal(keys, ad, plain, &sealed);
    assert_int_equal(vault_key_id_of(buf_view(&sealed)), vault_key_id(keys));
    assert_int_not_equal(vault_key_id(keys), vault_key_id(foreign));
    assert_int_equal(vault_open(keys, ad, buf_view(&sealed), &out), OK);
    assert_true(bytes_equal(buf_view(&out), plain));
    buf_clear(&out);
    assert_int_equal(vault_open(next, ad, buf_view(&sealed), &out), OK);           /* by the previous key */
    assert_int_equal(vault_open(places, ad, buf_view(&sealed), &out), ERR_CRYPTO); /* other purpose */
    assert_int_equal(vault_open(foreign, ad, buf_view(&sealed), &out), ERR_CRYPTO);
    assert_int_equal(vault_open(keys, BYTES_LITERAL("t:2:c"), buf_view(&sealed), &out), ERR_CRYPTO);
    for (size_t n = 0; n < sealed.len; n++)
        assert_int_equal(vault_open(keys, ad, BYTES(sealed.p, n), &out), ERR_CRYPTO);
    for (size_t n = 0; n < sealed.len; n++) {
        sealed.p[n] ^= 1;
        assert_int_equal(vault_open(keys, ad, buf_view(&sealed), &out), ERR_CRYPTO);
        sealed.p[n] ^= 1;
    }
    buf_fini(&sealed);
    buf_fini(&out);
    vault_free(keys);
    vault_free(places);
    vault_free(foreign);
    vault_free(next);
}

static void make(struct key_ring *r, uint64_t id, struct buf *wrapped)
{
    buf_clear(wrapped);
    assert_int_equal(key_ring_make(r, ID(id), wrapped), OK);
}

static void test_seal_and_open(void **state)
{
    struct vault *v = vault_new(VAULT_REFERRAL_KEYS, &master, NULL);
    struct key_ring *r = key_ring_new(v, 4), *again = key_ring_new(v, 4);
    struct buf wrapped = {0}, wrapped2 = {0}, sealed = {0}, out = {0};

    (void)state;
    make(r, 1, &wrapped);
    make(r, 2, &wrapped2);
    assert_int_equal(key_ring_seal(r, ID(1), 10, BYTES_LITERAL("facts"), &sealed), OK);
    assert_int_equal(key_ring_seal(r, ID(3), 10, BYTES_LITERAL("facts"), &sealed), ERR_NOT_FOUND);
    assert_int_equal(key_ring_open(r, ID(1), 11, buf_view(&sealed), &out), ERR_CRYPTO); /* other row */
    assert_int_equal(key_ring_open(r, ID(2), 10, buf_view(&sealed), &out), ERR_CRYPTO); /* other referral */
    assert_int_equal(key_ring_put(again, ID(2), buf_view(&wrapped)), ERR_CRYPTO); /* moved wrapped key */
    assert_int_equal(key_ring_put(again, ID(1), buf_view(&wrapped)), OK);
    assert_int_equal(key_ring_open(again, ID(1), 10, buf_view(&sealed), &out), OK);
    assert_true(bytes_equal(buf_view(&out), BYTES_LITERAL("facts")));
    key_ring_forget(again, ID(1));
    assert_int_equal(key_ring_look(again, ID(1)), KEY_DESTROYED);
    assert_int_equal(key_ring_open(again, ID(1), 10, buf_view(&sealed), &out), ERR_NOT_FOUND);
    assert_int_equal(key_ring_put(again, ID(1), buf_view(&wrapped)), OK);
    assert_int_equal(key_ring_look(again, ID(1)), KEY_DESTROYED); /* destruction wins */
    assert_int_equal(key_ring_put(again, ID(2), (struct bytes){0}), OK);
    assert_int_equal(key_ring_look(again, ID(2)), KEY_DESTROYED);
    assert_int_equal(key_ring_count(again), 0);
    buf_fini(&wrapped);
    buf_fini(&wrapped2);
    buf_fini(&sealed);
    buf_fini(&out);
    key_ring_free(r);
    key_ring_free(again);
    vault_free(v);
}

/* The key not used for longest goes; a fresh one never; and what is known of ids stays right. */
static void test_bound(void **state)
{
    struct vault *v = vault_new(VAULT_REFERRAL_KEYS, &master, NULL);
    struct key_ring *r = key_ring_new(v, 3);
    struct buf wrapped = {0};

    (void)state;
    assert_int_equal(key_ring_look(r, ID(1)), KEY_ELSEWHERE); /* nothing is known yet */
    key_ring_set_highest(r, ID(5));
    assert_int_equal(key_ring_look(r, ID(5)), KEY_ELSEWHERE);
    assert_int_equal(key_ring_look(r, ID(6)), KEY_ABSENT);
    for (uint64_t id = 6; id <= 8; id++)
        make(r, id, &wrapped);
    buf_clear(&wrapped);
    assert_int_equal(key_ring_make(r, ID(9), &wrapped), ERR_BUSY); /* three fresh ones */
    key_ring_kept(r, ID(6));
    key_ring_kept(r, ID(7));
    assert_int_equal(key_ring_look(r, ID(6)), KEY_READY); /* used after 7 */
    make(r, 9, &wrapped);
    assert_int_equal(key_ring_look(r, ID(7)), KEY_ELSEWHERE);
    assert_int_equal(key_ring_look(r, ID(6)), KEY_READY);
    assert_int_equal(key_ring_look(r, ID(8)), KEY_READY);
    assert_int_equal(key_ring_look(r, ID(10)), KEY_ABSENT);
    assert_int_equal(key_ring_count(r), 3);
    buf_fini(&wrapped);
    key_ring_free(r);
    vault_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vault),
        cmocka_unit_test(test_seal_and_open),
        cmocka_unit_test(test_bound),
    };

    return cmocka_run_group_tests_name("key_ring", tests, start, NULL);
}
