/* The file of sources to poll: what is understood, and every fault with its place. */
#include "support/feed_world.h"

#include "../../wire/support/test_certs.h"
#include "adapters/transport/poll_sources.h"
#include "base/mem.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define TOKEN "a-token-of-at-least-16"

struct scene {
    struct test_certs certs;
    char dir[128];
    struct profiles *profiles;
};

static void path_in(const struct scene *s, const char *name, char out[200])
{
    snprintf(out, 200, "%s/%s", s->dir, name);
}

static int setup(void **state)
{
    struct scene *s = mem_new(1, sizeof *s);
    (void)world_schemas(); /* starts what hashing and XML need */
    test_certs_make(&s->certs);
    world_folder(s->dir);
    s->profiles = world_profiles(s->dir);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;
    profiles_free(s->profiles);
    world_remove(s->dir);
    test_certs_remove(&s->certs);
    free(s);
    return 0;
}

static void load(struct scene *s, const char *text, enum err expected, struct buf *faults,
                 struct poll_sources *out)
{
    char path[200];
    path_in(s, "sources.json", path);
    world_write(path, bytes_of_text(text));
    assert_int_equal(chmod(path, 0600), 0);
    buf_clear(faults);
    assert_int_equal(poll_sources_load(path, s->profiles, out, faults), expected);
}

static void sources_file(void **state)
{
    struct scene *s = *state;
    struct buf faults = {0}, text = {0};
    struct poll_sources got;
    char token[200];
    path_in(s, "token", token);
    world_write(token, BYTES_LITERAL(TOKEN));
    assert_int_equal(chmod(token, 0640), 0);
    buf_format(&text,
               "{\"sources\":[{\"provider\":\"lindehof\",\"url\":\"https://example.nl/a\"},{\"provider\":"
               "\"lindehof\",\"url\":\"https://example.nl/b?key=1\",\"every_minutes\":60,\"token_file\":"
               "\"%s\",\"cert\":\"%s\",\"key\":\"%s\",\"ca\":\"%s\"}]}",
               token, s->certs.client_cert, s->certs.client_key, s->certs.ca);
    load(s, buf_c_str(&text), OK, &faults, &got);
    assert_int_equal(got.n, 2);
    assert_int_equal(got.list[0].every_minutes, POLL_MINUTES_DEFAULT);
    assert_int_equal(got.list[1].every_minutes, 60);
    assert_string_equal(got.list[1].token_file, token);
    poll_sources_fini(&got);
    assert_int_equal(chmod(token, 0644), 0);
    load(s, buf_c_str(&text), ERR_BAD_INPUT, &faults, &got);
    assert_non_null(strstr(buf_c_str(&faults), "sources.json /sources/1/token_file: must be closed"));
    poll_sources_fini(&got);
    /* Each fault, all at once, with its place. */
    load(s,
         "{\"sources\":[{\"provider\":\"nobody\",\"url\":\"http://example.nl/\"},"
         "{\"provider\":\"lindehof\",\"url\":\"https://me:x@example.nl/\",\"every_minutes\":0,\"typo\":1},"
         "{\"url\":\"https:///\",\"cert\":\"/nowhere\"},{\"provider\":\"lindehof\",\"url\":\"https://a/\"},"
         "{\"provider\":\"lindehof\",\"url\":\"https://a/\"},7]}",
         ERR_BAD_INPUT, &faults, &got);
    poll_sources_fini(&got);
    static const char *const expected[] = {"/sources/0/provider: is not a provider",
                                           "/sources/0/url: must be an https://",
                                           "/sources/1/url: must be an https://",
                                           "/sources/1/every_minutes: ",
                                           "/sources/1/typo: ",
                                           "/sources/2/provider: ",
                                           "/sources/2/url: must be an https://",
                                           "/sources/2/cert: cannot be read",
                                           "/sources/2: needs cert and key",
                                           "/sources/4: is the same as source 3",
                                           "/sources/5: "};
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        if (strstr(buf_c_str(&faults), expected[i]) == NULL)
            fail_msg("'%s' is not in\n%s", expected[i], buf_c_str(&faults));
    load(s, "{\"sources\":[", ERR_BAD_INPUT, &faults, &got);
    poll_sources_fini(&got);
    assert_non_null(strstr(buf_c_str(&faults), "sources.json line 1"));
    path_in(s, "sources.json", token);
    assert_int_equal(chmod(token, 0666), 0);
    assert_int_equal(poll_sources_load(token, s->profiles, &got, &faults), ERR_BAD_INPUT);
    poll_sources_fini(&got);
    assert_int_equal(poll_sources_load(s->dir, s->profiles, &got, &faults), ERR_IO);
    buf_fini(&text);
    buf_fini(&faults);
}

static void redirect_rule(void **state)
{
    static const char of[] = "https://example.nl/a?key=1";
    (void)state;
    assert_true(poll_url_is_of("https://example.nl/b", of));
    assert_true(poll_url_is_of("https://EXAMPLE.nl:443/b", of));
    static const char *const not [] = {"http://example.nl/b",
                                       "https://example.nl:8443/b",
                                       "https://me@example.nl/b",
                                       "https://example.nl.evil.test/b",
                                       "https://example.nl@evil/b",
                                       "https://www.example.nl/b",
                                       "https://example.nl\\@evil/b",
                                       "file:///etc/passwd",
                                       "//example.nl/b",
                                       "https://",
                                       ""};
    for (size_t i = 0; i < COUNT_OF(not ); i++)
        if (poll_url_is_of(not [i], of))
            fail_msg("%s passes", not [i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sources_file, setup, teardown),
        cmocka_unit_test(redirect_rule),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
