/* What the settings file must say together. */
#include "support/feed_world.h"

#include "adapters/base/adapter_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BASE                                                                                                 \
    "broker = https://127.0.0.1:1\nca = a\ncert = b\nkey = c\nspool_dir = d\nquarantine_dir = e\n"           \
    "profiles_dir = f\nfeeds_dir = g\n"
#define DOOR "push_mtls_listen = 127.0.0.1:0\npush_cert = h\npush_key = i\n"

static void lines_that_need_each_other(void **state)
{
    static const struct {
        const char *lines, *fault; /* "": none */
    } cases[] = {
        {"", ""},
        {DOOR, ""},
        {DOOR "push_client_ca = j\n", ""},
        {DOOR "push_client_ca = j\npush_client_crl = k\n", ""},
        {DOOR "push_client_crl = k\n", "push_client_crl needs push_client_ca"},
        {"push_mtls_listen = 127.0.0.1:0\n", "needs push_cert and push_key"},
        {DOOR "push_client_ca = j\npush_client_ca = j\n", "push_client_ca comes twice"},
        {"push_client_cas = j\n", "unknown setting 'push_client_cas'"},
    };
    char dir[128], path[160];

    (void)state;
    world_folder(dir);
    snprintf(path, sizeof path, "%s/adapter.conf", dir);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct adapter_config config;
        struct buf text = {0}, faults = {0};
        buf_text(&text, BASE);
        buf_text(&text, cases[i].lines);
        world_write(path, buf_view(&text));
        enum err e = adapter_config_load(path, &config, &faults);
        assert_int_equal(e, cases[i].fault[0] == '\0' ? OK : ERR_BAD_INPUT);
        if (strstr(buf_c_str(&faults), cases[i].fault) == NULL)
            fail_msg("case %zu: %s", i, buf_c_str(&faults));
        buf_fini(&text);
        buf_fini(&faults);
    }
    world_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_that_need_each_other)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
