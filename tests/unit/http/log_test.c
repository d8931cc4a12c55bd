/* A marked text goes through every route, wherever a client can put one; no line of the log may have it, at
 * any level. Nor may it come back in an answer's problem. */
#include "support/web.h"

#include "base/log.h"
#include "http/route.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK "Xantippe"

/* ---- standard error into a file ---- */

static int begin_capture(char *path)
{
    int before = dup(STDERR_FILENO);
    int fd = mkstemp(path);

    assert_true(before >= 0 && fd >= 0);
    assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    close(fd);
    return before;
}

static char *end_capture(int before, const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = calloc(1, 4 << 20);

    assert_int_equal(dup2(before, STDERR_FILENO), STDERR_FILENO);
    close(before);
    assert_non_null(f);
    assert_true(fread(text, 1, (4 << 20) - 1, f) > 0);
    fclose(f);
    unlink(path);
    return text;
}

/* ---- every route ---- */

static void path_of(const struct route *r, char *out, size_t size)
{
    const char *id = strstr(r->path, "{id}");

    if (id == NULL)
        snprintf(out, size, "/api/v1%s?%s=%s&limit=%s", r->path, MARK, MARK, MARK);
    else
        snprintf(out, size, "/api/v1%.*s1%s?rule=%s", (int)(id - r->path), r->path, id + 4, MARK);
}

static void ask_all(struct web *w, const struct web_login *who)
{
    static const char *const bodies[] = {
        "{\"" MARK "\":1}",
        "{\"username\":\"" MARK "\",\"password\":\"" MARK "\",\"reason\":\"" MARK "\",\"callback\":\"" MARK
        "\",\"urgency\":\"" MARK "\",\"poolIds\":[\"" MARK "\"],\"etaAt\":\"" MARK
        "\",\"reports\":[{\"pool\":\"" MARK "\",\"reportId\":\"" MARK "\",\"observedAt\":\"" MARK "\"}]}",
        ("{\"broken\": " MARK)};
    struct web_answer a = {0};
    char path[300], headers[900];
    size_t n;
    const struct route *table = route_table(&n);

    for (size_t i = 0; i < n; i++) {
        bool is_write = table[i].method == HTTP_METHOD_POST;

        if (table[i].handle == api_session_delete)
            continue; /* would end the session that the others need */
        path_of(&table[i], path, sizeof path);
        for (size_t b = 0; b < (is_write ? 3 : 1); b++) {
            snprintf(headers, sizeof headers,
                     "%s%sUser-Agent: " MARK "\r\nReferer: " MARK "\r\nX-Request-Id: " MARK
                     "\r\nIdempotency-Key: " MARK "-%zu-%zu\r\nLast-Event-ID: " MARK "\r\n",
                     who != NULL ? who->headers : "Cookie: __Host-plek=" MARK "\r\n",
                     is_write ? "Content-Type: application/json\r\n" : "", i, b);
            if (table[i].handle == api_events_get) { /* an answer without an end: its head is enough */
                web_ask(w, &a, "HEAD", path, headers, NULL);
                continue;
            }
            web_ask(w, &a, http_method_name(table[i].method), path, headers, is_write ? bodies[b] : NULL);
            if (a.status >= 500)
                fail_msg("%s: %d", table[i].path, a.status);
            if (a.status >= 400 && strstr(buf_c_str(&a.body), MARK) != NULL && b != 0)
                fail_msg("%s repeats what was sent: %s", table[i].path, buf_c_str(&a.body));
        }
    }
    web_ask(w, &a, "GET", "/" MARK "?" MARK, "Cookie: " MARK "\r\n", NULL);
    web_answer_fini(&a);
}

static void no_line_has_what_a_client_sent(void **state)
{
    static const char *const who[] = {"vt", "huis-a", "gemeente"};
    struct web *w = web_started();
    char path[] = "/tmp/plek-log-XXXXXX";
    int before = begin_capture(path);
    struct web_login login;
    char *text;

    (void)state;
    log_set_level(LOG_DEBUG);
    ask_all(w, NULL);
    for (size_t i = 0; i < sizeof who / sizeof who[0]; i++) {
        web_sign_in(w, who[i], &login);
        ask_all(w, &login);
    }
    log_set_level(LOG_INFO);
    text = end_capture(before, path);
    assert_non_null(strstr(text, "msg=\"request\" method=GET route=/pools/{id} status="));
    assert_non_null(strstr(text, "msg=\"problem answered\""));
    if (strstr(text, MARK) != NULL)
        fail_msg("in the log: %.120s", strstr(text, MARK) - 60);
    assert_null(strstr(text, login.cookie));
    assert_null(strstr(text, login.csrf));
    assert_null(strstr(text, "127.0.0.1"));
    free(text);
    web_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_has_what_a_client_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
