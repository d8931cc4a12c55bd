#include "wire/address_count.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static struct address_key key_of(const char *text, const char *want)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct address_key key;
    char out[46];

    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        key = address_key_of((const struct sockaddr *)&four, out, sizeof out);
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
        key = address_key_of((const struct sockaddr *)&six, out, sizeof out);
    }
    assert_string_equal(out, want);
    return key;
}

static bool same(struct address_key a, struct address_key b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void keys(void **state)
{
    (void)state;
    assert_true(same(key_of("192.0.2.1", "192.0.2.1"), key_of("::ffff:192.0.2.1", "192.0.2.1")));
    assert_false(same(key_of("192.0.2.1", "192.0.2.1"), key_of("192.0.2.2", "192.0.2.2")));
    assert_true(same(key_of("2001:db8::1", "2001:db8::1"), key_of("2001:db8::ff:0:1", "2001:db8::ff:0:1")));
    assert_false(same(key_of("2001:db8::1", "2001:db8::1"), key_of("2001:db8:0:1::1", "2001:db8:0:1::1")));
    /* The bytes of an IPv4 address do not collide with an IPv6 prefix that begins with the same. */
    assert_false(same(key_of("32.1.13.184", "32.1.13.184"), key_of("2001:db8::", "2001:db8::")));
}

static void counting(void **state)
{
    const struct sockaddr unix_peer = {.sa_family = AF_UNIX};
    struct address_count *counts = address_count_new();
    struct address_key a = key_of("192.0.2.1", "192.0.2.1"), b = key_of("2001:db8::1", "2001:db8::1");
    char out[46] = "x";

    (void)state;
    assert_int_equal(address_count_add(counts, a), 1);
    assert_int_equal(address_count_add(counts, a), 2);
    assert_int_equal(address_count_add(counts, b), 1);
    assert_int_equal(address_count_drop(counts, a), 1);
    assert_int_equal(address_count_drop(counts, a), 0);
    assert_int_equal(address_count_add(counts, a), 1);
    struct address_key none = address_key_of(&unix_peer, out, sizeof out);
    assert_string_equal(out, "");
    for (int i = 0; i < 3; i++)
        assert_int_equal(address_count_add(counts, none), 0);
    assert_int_equal(address_count_drop(counts, none), 0);
    address_count_free(counts); /* with entries left: the sanitizer looks on */
    address_count_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys),
        cmocka_unit_test(counting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
