/* Pages: which bytes go out under which encoding and cache rule, and which listings are refused. */
#include "http/static_files.h"

#include "support/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int setup(void **state)
{
    *state = web_started();
    return 0;
}

static int teardown(void **state)
{
    web_free(*state);
    return 0;
}

static void the_best_encoding_that_the_client_takes(void **state)
{
    static const struct {
        const char *accept, *encoding, *body;
    } cases[] = {
        {"", NULL, "export const plain = 1;"},
        {"Accept-Encoding: br, gzip\r\n", "br", "BROTLI BYTES"},
        {"Accept-Encoding: gzip, deflate, br, zstd\r\n", "br", "BROTLI BYTES"},
        {"Accept-Encoding: gzip\r\n", "gzip", "GZIP BYTES"},
        {"Accept-Encoding: GZIP\r\n", "gzip", "GZIP BYTES"},
        {"Accept-Encoding: identity\r\n", NULL, "export const plain = 1;"},
        {"Accept-Encoding: br;q=0\r\n", NULL, "export const plain = 1;"},
        {"Accept-Encoding: brotli\r\n", NULL, "export const plain = 1;"},
    };
    struct web *w = *state;
    struct web_answer a = {0};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        web_ask(w, &a, "GET", "/s/1/app.js", cases[i].accept, NULL);
        assert_int_equal(a.status, 200);
        assert_string_equal(buf_c_str(&a.body), cases[i].body);
        assert_string_equal(web_header(&a, "Content-Type"), "text/javascript; charset=utf-8");
        assert_string_equal(web_header(&a, "Vary"), "Accept-Encoding");
        assert_string_equal(web_header(&a, "Cache-Control"), "public, max-age=31536000, immutable");
        if (cases[i].encoding != NULL)
            assert_string_equal(web_header(&a, "Content-Encoding"), cases[i].encoding);
        else
            assert_null(web_header(&a, "Content-Encoding"));
    }
    web_answer_fini(&a);
}

static void who_has_it_already_gets_no_bytes(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};
    char plain[40], br[40], header[120];

    web_ask(w, &a, "GET", "/s/1/app.js", "", NULL);
    snprintf(plain, sizeof plain, "%s", web_header(&a, "ETag"));
    web_ask(w, &a, "GET", "/s/1/app.js", "Accept-Encoding: br\r\n", NULL);
    snprintf(br, sizeof br, "%s", web_header(&a, "ETag"));
    assert_string_not_equal(plain, br); /* other bytes, other tag */
    snprintf(header, sizeof header, "If-None-Match: \"x\", %s\r\n", plain);
    web_ask(w, &a, "GET", "/s/1/app.js", header, NULL);
    assert_int_equal(a.status, 304);
    assert_int_equal(a.body.len, 0);
    assert_string_equal(web_header(&a, "ETag"), plain);
    assert_string_equal(web_header(&a, "Cache-Control"), "public, max-age=31536000, immutable");
    snprintf(header, sizeof header, "If-None-Match: %s\r\n", br);
    web_ask(w, &a, "GET", "/s/1/app.js", header, NULL); /* has the other encoding only */
    assert_int_equal(a.status, 200);
    web_answer_fini(&a);
}

static void pages_are_not_kept_and_unknown_ones_have_a_page(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};

    web_ask(w, &a, "GET", "/", "", NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(web_header(&a, "Cache-Control"), "no-store");
    assert_null(web_header(&a, "Vary"));
    web_ask(w, &a, "HEAD", "/", "", NULL);
    assert_int_equal(a.status, 200);
    assert_string_not_equal(web_header(&a, "Content-Length"), "0");
    web_ask(w, &a, "GET", "/nothing", "", NULL);
    assert_int_equal(a.status, 404);
    assert_non_null(strstr(buf_c_str(&a.body), "Niet gevonden"));
    web_ask(w, &a, "GET", "/s/1/../1/app.js", "", NULL);
    assert_int_equal(a.status, 400);
    web_ask(w, &a, "GET", "/s/1/app.js?v=2", "", NULL);
    assert_int_equal(a.status, 200);
    web_ask(w, &a, "GET", "/files.tsv", "", NULL);
    assert_int_equal(a.status, 404);
    web_answer_fini(&a);
}

static void the_description_is_served_below_the_api(void **state)
{
    struct web *w = *state;
    struct web_answer a = {0};

    web_ask(w, &a, "GET", "/api/v1/openapi.json", "", NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(web_text(&a, "openapi"), "3.0.3");
    web_ask(w, &a, "GET", "/api/v1/openapi.json", "Accept-Encoding: gzip\r\n", NULL);
    assert_string_equal(buf_c_str(&a.body), "GZIP OPENAPI");
    web_answer_fini(&a);
}

static void write_text(const char *dir, const char *name, const char *text)
{
    char path[160];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    fclose(f);
}

static void listings_that_are_refused(void **state)
{
    static const struct {
        const char *rows;
        enum err e;
        const char *why;
    } cases[] = {
        {"/\ta\ttext/plain\tno-store\t-\n", OK, ""},
        {"\n/\ta\ttext/plain\tno-store\t-", OK, ""},
        {"/\ta\ttext/plain\tno-store,wasm\t-\n", OK, ""},
        {"/\ta\ttext/plain\tno-store,eval\t-\n", ERR_BAD_INPUT, "cache rule"},
        {"/\ta\ttext/plain\tno-store\n", ERR_BAD_INPUT, "line 1: five columns"},
        {"/\ta\ttext/plain\tno-store\t-\t-\n", ERR_BAD_INPUT, "five columns"},
        {"x\ta\ttext/plain\tno-store\t-\n", ERR_BAD_INPUT, "not clean"},
        {"/\ta\t\tno-store\t-\n", ERR_BAD_INPUT, "not clean"},
        {"/\ta\ttext/plain\r\tno-store\t-\n", ERR_BAD_INPUT, "not clean"},
        {"/\t/etc/passwd\ttext/plain\tno-store\t-\n", ERR_BAD_INPUT, "below the folder"},
        {"/\t../a\ttext/plain\tno-store\t-\n", ERR_BAD_INPUT, "below the folder"},
        {"/\ta\ttext/plain\talways\t-\n", ERR_BAD_INPUT, "cache rule"},
        {"/\ta\ttext/plain\tno-store\tzip\n", ERR_BAD_INPUT, "encodings"},
        {"/\ta\ttext/plain\tno-store\tgz,gz\n", ERR_BAD_INPUT, "encodings"},
        {"/\ta\ttext/plain\tno-store\tbr\n", ERR_IO, "a.br"},
        {"/\tb\ttext/plain\tno-store\t-\n", ERR_IO, "/b"},
        {"/\t.\ttext/plain\tno-store\t-\n", ERR_IO, "not a file"},
        {"/\ta\ttext/plain\tno-store\t-\n/\ta\ttext/plain\tno-store\t-\n", ERR_BAD_INPUT, "line 2: this url"},
        {"/\tbig\ttext/plain\tno-store\t-\n/2\ta\ttext/plain\tno-store\t-\n", ERR_BAD_INPUT, "more than"},
    };
    char dir[] = "/tmp/plek-files-XXXXXX";
    char why[300], path[160];

    (void)state;
    crypto_start();
    assert_non_null(mkdtemp(dir));
    write_text(dir, "a", "text");
    write_text(dir, "a.gz", "text");
    write_text(dir, "big", "");
    snprintf(path, sizeof path, "%s/big", dir);
    assert_int_equal(truncate(path, STATIC_BYTES_MAX), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct static_files *files = NULL;

        write_text(dir, "files.tsv", cases[i].rows);
        why[0] = '\0';
        if (static_files_load(dir, &files, why, sizeof why) != cases[i].e ||
            strstr(why, cases[i].why) == NULL)
            fail_msg("case %zu: %s", i, why);
        static_files_free(files);
    }
    for (size_t i = 0; i < 4; i++) {
        static const char *const names[] = {"a", "a.gz", "big", "files.tsv"};

        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    struct static_files *none = NULL;
    assert_int_equal(static_files_load(dir, &none, why, sizeof why), ERR_IO);
    rmdir(dir);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_best_encoding_that_the_client_takes),         CASE(who_has_it_already_gets_no_bytes),
        CASE(pages_are_not_kept_and_unknown_ones_have_a_page), CASE(the_description_is_served_below_the_api),
        cmocka_unit_test(listings_that_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
