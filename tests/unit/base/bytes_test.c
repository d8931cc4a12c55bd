#include "base/bytes.h"
#include "base/mem.h"

#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

static void views_compare_by_content(void **state)
{
    (void)state;
    assert_true(bytes_equal(bytes_of_text("bed"), BYTES_LITERAL("bed")));
    assert_true(bytes_equal(bytes_of_text(NULL), bytes_of_text("")));
    assert_false(bytes_equal(BYTES_LITERAL("bed"), BYTES_LITERAL("bee")));
    assert_false(bytes_equal(BYTES_LITERAL("bed"), BYTES_LITERAL("be")));
    assert_int_equal(BYTES_LITERAL("a\0b").len, 3);
}

static void one_utf8_character(void **state)
{
    static const struct {
        const char *name;
        struct bytes in;
        size_t want;
        uint32_t code;
    } cases[] = {
        {"letter", {(const uint8_t *)"ab", 2}, 1, 'a'},
        {"NUL", {(const uint8_t *)"\0", 1}, 1, 0},
        {"two bytes", {(const uint8_t *)"\xc3\xab", 2}, 2, 0xeb},
        {"least of two", {(const uint8_t *)"\xc2\x80", 2}, 2, 0x80},
        {"three bytes", {(const uint8_t *)"\xe2\x82\xac", 3}, 3, 0x20ac},
        {"least of three", {(const uint8_t *)"\xe0\xa0\x80", 3}, 3, 0x800},
        {"before surrogates", {(const uint8_t *)"\xed\x9f\xbf", 3}, 3, 0xd7ff},
        {"behind surrogates", {(const uint8_t *)"\xee\x80\x80", 3}, 3, 0xe000},
        {"four bytes", {(const uint8_t *)"\xf0\x9f\x8f\xa0", 4}, 4, 0x1f3e0},
        {"last", {(const uint8_t *)"\xf4\x8f\xbf\xbf", 4}, 4, 0x10ffff},
        {"empty", {NULL, 0}, 0, 0},
        {"continuation first", {(const uint8_t *)"\x80", 1}, 0, 0},
        {"overlong of two", {(const uint8_t *)"\xc1\xbf", 2}, 0, 0},
        {"overlong of three", {(const uint8_t *)"\xe0\x9f\xbf", 3}, 0, 0},
        {"overlong of four", {(const uint8_t *)"\xf0\x8f\xbf\xbf", 4}, 0, 0},
        {"surrogate", {(const uint8_t *)"\xed\xa0\x80", 3}, 0, 0},
        {"above the last", {(const uint8_t *)"\xf4\x90\x80\x80", 4}, 0, 0},
        {"five bytes", {(const uint8_t *)"\xf8\x88\x80\x80\x80", 5}, 0, 0},
        {"second byte missing", {(const uint8_t *)"\xc3", 1}, 0, 0},
        {"fourth byte missing", {(const uint8_t *)"\xf0\x9f\x8f", 3}, 0, 0},
        {"letter where a continuation must be", {(const uint8_t *)"\xe2\x82z", 3}, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        /* In memory of exactly its size, so that AddressSanitizer sees one byte too many. */
        char *exact = mem_new(cases[i].in.len, 1);
        uint32_t code = 0xabcd;
        size_t n = 0;

        if (cases[i].in.len > 0)
            memcpy(exact, cases[i].in.p, cases[i].in.len);
        n = bytes_utf8(BYTES(exact, cases[i].in.len), &code);
        free(exact);
        if (n != cases[i].want || code != (n == 0 ? 0xabcd : cases[i].code))
            fail_msg("%s: %zu bytes, code %x", cases[i].name, n, code);
    }
}

static void a_buffer_grows_and_is_usable_again(void **state)
{
    struct buf b = {0};

    (void)state;
    assert_string_equal(buf_c_str(&b), "");
    assert_int_equal(b.len, 0);
    for (int i = 0; i < 1000; i++)
        buf_format(&b, "%03d,", i);
    assert_int_equal(b.len, 4000);
    assert_memory_equal(b.p + 3992, "998,999,", 8);
    buf_clear(&b);
    buf_add(&b, BYTES(NULL, 0));
    buf_text(&b, NULL);
    buf_text(&b, "kamer ");
    buf_format(&b, "%d%s", 12, "");
    memcpy(buf_extend(&b, 2), "ab", 2);
    assert_non_null(buf_extend(&b, 0));
    assert_string_equal(buf_c_str(&b), "kamer 12ab");
    assert_int_equal(buf_view(&b).len, 10);
    buf_fini(&b);
    assert_null(b.p);
    assert_non_null(buf_extend(&b, 0));
    buf_fini(&b);
}

/* Journal rows outlive the program that wrote them: the layout is fixed, byte by byte. */
static void numbers_in_digits(void **state)
{
    static const struct {
        uint64_t v;
        const char *want;
    } cases[] = {{0, "0"}, {9, "9"}, {10, "10"}, {100, "100"}, {UINT64_MAX, "18446744073709551615"}};
    struct buf b = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf_clear(&b);
        buf_decimal(&b, cases[i].v);
        assert_string_equal(buf_c_str(&b), cases[i].want);
    }
    buf_fini(&b);
}

static void records_have_a_fixed_layout(void **state)
{
    static const uint8_t want[] = {0xfe, 0x02, 0x01, 0x04, 0x03, 0x02, 0x01, 8,    7,    6,    5,    4,
                                   3,    2,    1,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 3,
                                   0,    0,    0,    'b',  'e',  'd',  0,    0,    0,    0};
    struct buf b = {0};

    (void)state;
    buf_u8(&b, 0xfe);
    buf_u16(&b, 0x0102);
    buf_u32(&b, 0x01020304);
    buf_u64(&b, UINT64_C(0x0102030405060708));
    buf_i64(&b, -1);
    buf_blob(&b, BYTES_LITERAL("bed"));
    buf_string(&b, NULL);
    assert_int_equal(b.len, sizeof want);
    assert_memory_equal(b.p, want, sizeof want);
    buf_fini(&b);
}

struct record {
    uint8_t a;
    uint16_t b;
    uint32_t c;
    uint64_t d;
    int64_t e;
    struct bytes blob;
    char text[8];
};

static void write_record(struct buf *b)
{
    buf_u8(b, UINT8_MAX);
    buf_u16(b, UINT16_MAX - 1);
    buf_u32(b, UINT32_MAX - 1);
    buf_u64(b, UINT64_MAX - 1);
    buf_i64(b, INT64_MIN);
    buf_blob(b, BYTES_LITERAL("\0\1\2"));
    buf_string(b, "Utrecht");
}

static bool read_record(struct bytes in, struct record *out)
{
    struct bytes_reader r = bytes_read(in);

    out->a = bytes_u8(&r);
    out->b = bytes_u16(&r);
    out->c = bytes_u32(&r);
    out->d = bytes_u64(&r);
    out->e = bytes_i64(&r);
    out->blob = bytes_blob(&r);
    bytes_string(&r, out->text, sizeof out->text);
    return bytes_ok(&r);
}

static void what_is_written_is_read(void **state)
{
    struct buf b = {0};
    struct record got;

    (void)state;
    write_record(&b);
    assert_true(read_record(buf_view(&b), &got));
    assert_int_equal(got.a, UINT8_MAX);
    assert_int_equal(got.b, UINT16_MAX - 1);
    assert_int_equal(got.c, UINT32_MAX - 1);
    assert_true(got.d == UINT64_MAX - 1);
    assert_true(got.e == INT64_MIN);
    assert_true(bytes_equal(got.blob, BYTES_LITERAL("\0\1\2")));
    assert_string_equal(got.text, "Utrecht");
    buf_fini(&b);
}

/* Each prefix lies in memory of exactly its size, so that AddressSanitizer sees one byte too many. */
static void no_prefix_is_read_past_its_end(void **state)
{
    struct buf b = {0};

    (void)state;
    write_record(&b);
    for (size_t len = 0; len < b.len; len++) {
        uint8_t *exact = malloc(len > 0 ? len : 1);
        struct record got;

        memcpy(exact, b.p, len);
        assert_false(read_record(BYTES(exact, len), &got));
        assert_string_equal(got.text, "");
        free(exact);
    }
    buf_fini(&b);
}

static void the_rest_must_be_read(void **state)
{
    struct bytes_reader r = bytes_read(BYTES_LITERAL("\1\2"));

    (void)state;
    assert_int_equal(bytes_u8(&r), 1);
    assert_false(bytes_ok(&r));
    assert_int_equal(bytes_u8(&r), 2);
    assert_true(bytes_ok(&r));
}

static void a_failed_reader_stays_failed(void **state)
{
    struct bytes_reader r = bytes_read(BYTES_LITERAL("\1\2\3"));

    (void)state;
    assert_int_equal(bytes_u32(&r), 0);
    assert_int_equal(bytes_u8(&r), 0);
    assert_int_equal(bytes_blob(&r).len, 0);
    assert_false(bytes_ok(&r));
}

static void hostile_lengths(void **state)
{
    static const struct {
        const char *name;
        struct bytes in;
    } cases[] = {
        {"length past the end", {(const uint8_t *)"\5\0\0\0bed", 7}},
        {"largest length", {(const uint8_t *)"\xff\xff\xff\xff", 4}},
        {"too long for its place", {(const uint8_t *)"\4\0\0\0beds", 8}},
        {"NUL inside", {(const uint8_t *)"\3\0\0\0b\0d", 7}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bytes_reader r = bytes_read(cases[i].in);
        char text[4] = "xxx";

        bytes_string(&r, text, sizeof text);
        if (bytes_ok(&r) || text[0] != '\0')
            fail_msg("%s: taken as '%s'", cases[i].name, text);
    }
}

static void empty_input(void **state)
{
    struct bytes_reader r = bytes_read(BYTES(NULL, 0));

    (void)state;
    assert_true(bytes_ok(&r));
    assert_int_equal(bytes_u8(&r), 0);
    assert_false(bytes_ok(&r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_compare_by_content),
        cmocka_unit_test(one_utf8_character),
        cmocka_unit_test(a_buffer_grows_and_is_usable_again),
        cmocka_unit_test(numbers_in_digits),
        cmocka_unit_test(records_have_a_fixed_layout),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(no_prefix_is_read_past_its_end),
        cmocka_unit_test(the_rest_must_be_read),
        cmocka_unit_test(a_failed_reader_stays_failed),
        cmocka_unit_test(hostile_lengths),
        cmocka_unit_test(empty_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
