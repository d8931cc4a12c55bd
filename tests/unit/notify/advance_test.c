/* From the journal to the outbox, over all of the room: what only the moment, the order and the account of an
 * event tell, and what is told once. */
#include "base/time_text.h"
#include "core/nobed/nobed.h"
#include "support/gate_steps.h"
#include "support/notify_scene.h"
#include "support/safety_steps.h"

#include <stdio.h>
#include <string.h>

/* Turn until everything that happened was told. */
static void tell_all(struct scene *s)
{
    begin(s, NULL);
    for (int i = 0; i < 60 && s->fake.cursor != s->x->log.n; i++)
        scene_pass(s, 0);
    assert_int_equal(s->fake.cursor, s->x->log.n);
}

/* Its gate request ended with the referral, at the same moment. */
static void a_gatekeeper_whose_case_is_over(void **state)
{
    struct scene *s = scene_new();
    struct referral_id r = at_state(s->x, GATE_TAKEN);

    (void)state;
    s->x->now += MS_MINUTE;
    do_referral(s->x, CMD_WITHDRAW, r, 0, 1);
    add_target(s, 1, COMENSHA, 0, CHANNEL_MAIL);
    tell_all(s);
    assert_int_equal(count(s, 1, "referral.withdrawn"), 1);
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gatekeeper_whose_case_is_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
