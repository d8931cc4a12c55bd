/* When a report is answered: once its own commit is durable, and without waiting for another. */
#include "support/web.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 40

static void send_report(struct web_client *c, const struct web_login *house, int number)
{
    char body[300], request[1200], at[TIME_TEXT_SIZE];

    snprintf(body, sizeof body,
             "{\"reports\":[{\"poolId\":%d,\"reportId\":\"r-%d\",\"observedAt\":\"%s\",\"source\":\"hand\","
             "\"unitsFree\":%d}]}",
             WEB_POOL_A, number, time_format(c->w->wall_ms, at), number % 6);
    snprintf(request, sizeof request,
             "POST /api/v1/capacity-reports HTTP/1.1\r\nHost: plek.example:8443\r\n%sIdempotency-Key: "
             "key-%d-own\r\n"
             "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
             house->headers, number, strlen(body), body);
    web_send(c, request);
}

static bool is_answered(struct web_client *c)
{
    web_read(c);
    return strstr(buf_c_str(&c->in), "{\"applied\":1,\"late\":0,\"unchanged\":0}") != NULL;
}

static void its_own_commit_is_enough(void **state)
{
    const struct journal_memory_faults slow = {.slow_steps_max = 12};
    struct web *w = *state;
    struct web_client first, second;
    struct web_login house;
    int alone = 0;

    web_sign_in(w, "huis-a", &house);
    web_connect(&first, w, NULL);
    web_connect(&second, w, NULL);
    journal_memory_set_faults(w->journal, &slow);
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t before = engine_seq(flow_engine(w->flow)), own = 0;

        web_pass(w, 1000);
        buf_clear(&first.in);
        buf_clear(&second.in);
        send_report(&first, &house, 2 * i);
        web_until(w, (own = engine_seq(flow_engine(w->flow))) > before);
        send_report(&second, &house, 2 * i + 1);
        web_until(w, is_answered(&first));
        assert_true(journal_disk_seq(w->disk) >= own);
        alone += journal_disk_seq(w->disk) < engine_seq(flow_engine(w->flow));
        web_until(w, is_answered(&second));
        assert_int_equal(journal_disk_seq(w->disk), engine_seq(flow_engine(w->flow)));
    }
    assert_true(alone > ROUNDS / 4); /* how often depends on how long the commits take */
    web_close(&first);
    web_close(&second);
}

static int set_up(void **state)
{
    *state = web_started();
    return *state == NULL;
}

static int tear_down(void **state)
{
    web_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_own_commit_is_enough),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
