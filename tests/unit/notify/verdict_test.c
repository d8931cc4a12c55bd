#include "notify/verdict.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void verdicts(void **state)
{
    static const struct {
        const char *name;
        struct answer answer;
        enum fate fate;
        const char *trouble;
    } cases[] = {
        {"200", {.complete = true, .code = 200}, FATE_DELIVERED, ""},
        {"202", {.complete = true, .code = 202}, FATE_DELIVERED, ""},
        {"200, and its body never ends", {.why = "broken off", .code = 200}, FATE_DELIVERED, ""},
        {"redirect", {.complete = true, .code = 302}, FATE_NEVER, "http 302"},
        {"400", {.complete = true, .code = 400}, FATE_NEVER, "http 400"},
        {"404", {.complete = true, .code = 404}, FATE_NEVER, "http 404"},
        {"408", {.complete = true, .code = 408}, FATE_AGAIN, "http 408"},
        {"410", {.complete = true, .code = 410}, FATE_NEVER, "http 410"},
        {"425", {.complete = true, .code = 425}, FATE_AGAIN, "http 425"},
        {"429", {.complete = true, .code = 429}, FATE_AGAIN, "http 429"},
        {"500", {.complete = true, .code = 500}, FATE_AGAIN, "http 500"},
        {"503", {.complete = true, .code = 503}, FATE_AGAIN, "http 503"},
        {"no answer", {.why = "timeout"}, FATE_AGAIN, "timeout"},
        {"mail taken", {.mail = true, .complete = true, .code = 250}, FATE_DELIVERED, ""},
        {"mailbox gone", {.mail = true, .why = "broken off", .code = 550}, FATE_NEVER, "smtp 550"},
        {"mailbox full", {.mail = true, .why = "broken off", .code = 452}, FATE_AGAIN, "smtp 452"},
        {"our password", {.mail = true, .why = "sign-in", .code = 535}, FATE_AGAIN, "smtp 535"},
        {"sign in first", {.mail = true, .why = "broken off", .code = 530}, FATE_AGAIN, "smtp 530"},
        {"no mail server", {.mail = true, .why = "connect"}, FATE_AGAIN, "connect"},
        {"mail broke off", {.mail = true, .why = "broken off", .code = 250}, FATE_AGAIN, "broken off 250"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct judgement v =
            verdict_of(&cases[i].answer, cases[i].answer.mail ? CHANNEL_MAIL : CHANNEL_WEBHOOK);

        print_message("  %s\n", cases[i].name);
        assert_int_equal(v.fate, cases[i].fate);
        assert_string_equal(v.trouble, cases[i].trouble);
    }
}

/* A token that runs out at night must not drop the calls of the night. */
static void a_gateway_is_tried_again(void **state)
{
    static const enum channel channels[] = {CHANNEL_SMS, CHANNEL_VOICE};
    static const struct {
        long code;
        enum fate fate;
    } cases[] = {
        {200, FATE_DELIVERED}, {302, FATE_AGAIN}, {308, FATE_AGAIN}, {400, FATE_NEVER}, {401, FATE_AGAIN},
        {402, FATE_AGAIN},     {403, FATE_AGAIN}, {404, FATE_AGAIN}, {405, FATE_AGAIN}, {408, FATE_AGAIN},
        {410, FATE_AGAIN},     {422, FATE_NEVER}, {429, FATE_AGAIN}, {500, FATE_AGAIN},
    };

    (void)state;
    for (size_t c = 0; c < COUNT_OF(channels); c++) {
        for (size_t i = 0; i < COUNT_OF(cases); i++) {
            struct answer a = {.complete = true, .code = cases[i].code};

            print_message("  %s %ld\n", channel_code(channels[c]), a.code);
            assert_int_equal(verdict_of(&a, channels[c]).fate, cases[i].fate);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(verdicts),
                                       cmocka_unit_test(a_gateway_is_tried_again)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
