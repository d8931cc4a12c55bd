/* From a path to a route: every route by its own path, and what only looks like one is none. */
#include "http/router.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct router_found find(enum http_method method, const char *path)
{
    size_t n;
    const struct route *table = route_table(&n);

    return router_match(table, n, method, bytes_of_text(path));
}

static void paths(void **state)
{
    static const struct {
        const char *path;
        const char *pattern; /* NULL: none */
        uint64_t id;
    } cases[] = {
        {"/pools", "/pools", 0},
        {"/pools/12", "/pools/{id}", 12},
        {"/pools/9007199254740992", "/pools/{id}", UINT64_C(9007199254740992)},
        {"/referrals/7/matches", "/referrals/{id}/matches", 7},
        {"/requests/3/location", "/requests/{id}/location", 3},
        {"", NULL, 0},
        {"/", NULL, 0},
        {"/pool", NULL, 0},
        {"/poolsx", NULL, 0},
        {"/Pools", NULL, 0},
        {"/pools/", NULL, 0},
        {"//pools", NULL, 0},
        {"/pools//12", NULL, 0},
        {"/pools/12/", NULL, 0},
        {"/pools/12/x", NULL, 0},
        {"/pools/{id}", NULL, 0},
        {"/pools/0", NULL, 0},
        {"/pools/012", NULL, 0},
        {"/pools/-1", NULL, 0},
        {"/pools/1x", NULL, 0},
        {"/pools/%31", NULL, 0},
        {"/pools/9007199254740993", NULL, 0},
        {"/pools/10000000000000000", NULL, 0},
        {"/referrals/7/matche", NULL, 0},
        {"/referrals/7/matchess", NULL, 0},
        {"/referrals//matches", NULL, 0},
        {"/referrals/matches", NULL, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct router_found found = find(HTTP_METHOD_GET, cases[i].path);
        const char *got = found.route != NULL ? found.route->path : "none";

        if (strcmp(got, cases[i].pattern != NULL ? cases[i].pattern : "none") != 0 || found.id != cases[i].id)
            fail_msg("'%s' is '%s' with %llu", cases[i].path, got, (unsigned long long)found.id);
    }
}

/* A path that answers to other methods says to which. */
static void methods(void **state)
{
    struct router_found found = find(HTTP_METHOD_DELETE, "/pools/12");
    char allow[64];

    (void)state;
    assert_null(found.route);
    assert_string_equal(router_allow(found.methods, allow, sizeof allow), "GET, HEAD");
    assert_string_equal(find(HTTP_METHOD_HEAD, "/pools/12").route->path, "/pools/{id}");
    assert_string_equal(find(HTTP_METHOD_POST, "/capacity-reports").route->path, "/capacity-reports");
    assert_int_equal(find(HTTP_METHOD_POST, "/capacity-reports").methods, 1u << HTTP_METHOD_POST);
}

static void every_route_is_found(void **state)
{
    size_t n;
    const struct route *table = route_table(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        char path[96] = "";
        const char *mark = strstr(table[i].path, "{id}");

        if (mark == NULL)
            strcat(path, table[i].path);
        else {
            strncat(path, table[i].path, (size_t)(mark - table[i].path));
            strcat(path, "41");
            strcat(path, mark + strlen("{id}"));
        }
        struct router_found found = find(table[i].method, path);
        assert_ptr_equal(found.route, &table[i]);
        assert_int_equal(found.id, mark != NULL ? 41 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths),
        cmocka_unit_test(methods),
        cmocka_unit_test(every_route_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
