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

static const struct outbox_row *row_of(const struct scene *s, uint32_t target, const char *kind)
{
    for (size_t i = 0; i < s->fake.n; i++) {
        if (s->fake.rows[i].target == target && strcmp(s->fake.rows[i].kind, kind) == 0)
            return &s->fake.rows[i];
    }
    fail_msg("%u is told no %s", target, kind);
    return NULL;
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

/* ---- a regie that is taken from the house they fled ---- */

/* HUIS_B has the regie, offers it to OFFERED (0 = nobody), leaks, and the desk takes it over. */
static struct referral_id relieved(struct scene *s, unsigned offered)
{
    struct referral_id r = moves_in(s->x, VT_OOST, a_need(), POOL_B);

    assert_int_equal(regie(s->x, CMD_OFFER_REGIE, referrer_of(VT_OOST), r, HUIS_B), REFUSAL_NONE);
    s->x->now += MS_MINUTE;
    assert_int_equal(regie(s->x, CMD_TAKE_REGIE, shelter_of(HUIS_B), r, 0), REFUSAL_NONE);
    if (offered != 0)
        assert_int_equal(regie(s->x, CMD_OFFER_REGIE, shelter_of(HUIS_B), r, offered), REFUSAL_NONE);
    freeze(s->x, HUIS_B, B_HUIS);
    s->x->now += MS_MINUTE;
    assert_int_equal(regie(s->x, CMD_TAKE_REGIE, referrer_of(VT_OOST), engine_household(s->x->e, r).later, 0),
                     REFUSAL_NONE);
    return r;
}

static void the_desk_that_took_it_was_not_asked(void **state)
{
    struct scene *s = scene_new();

    (void)state;
    relieved(s, HUIS_A);
    assert_int_equal(last_count(s->x), 3);
    add_target(s, 1, VT_OOST, 0, CHANNEL_MAIL);
    add_target(s, 2, HUIS_B, 0, CHANNEL_MAIL);
    add_target(s, 3, HUIS_A, 0, CHANNEL_MAIL);
    tell_all(s);
    assert_int_equal(count(s, 1, "regie.offered"), 0);
    assert_int_equal(count(s, 1, "regie.taken"), 2); /* by the house, of which it was asked; by itself */
    assert_int_equal(count(s, 2, "regie.offered"), 1);
    assert_int_equal(count(s, 2, "regie.kept") + count(s, 2, "regie.relieved"), 0);
    assert_int_equal(count(s, 2, "regie.taken"), 1);
    assert_int_equal(count(s, 3, "regie.offered"), 1);
    assert_int_equal(count(s, 3, "regie.kept") + count(s, 3, "regie.taken"), 0);
    assert_string_equal(row_of(s, 3, "regie.relieved")->text, "regie_taken");
    scene_free(s);
}

static void the_house_they_fled_gets_no_id(void **state)
{
    struct scene *s = scene_new();
    struct referral_id r = relieved(s, 0);

    (void)state;
    add_target(s, 1, HUIS_B, 0, CHANNEL_MAIL);
    add_target(s, 2, VT_OOST, 0, CHANNEL_MAIL);
    tell_all(s);
    assert_int_equal(count(s, 1, "regie.taken"), 1);
    assert_int_equal(row_of(s, 1, "regie.taken")->referral.v, 0);
    assert_int_equal(row_of(s, 1, "regie.offered")->referral.v, r.v); /* when it was asked it was theirs */
    assert_int_equal(row_of(s, 2, "regie.taken")->referral.v, r.v);
    scene_free(s);
}

/* As any other: asked, refused, asked and taken. */
static void an_offer_that_was_answered(void **state)
{
    struct scene *s = scene_new();
    struct referral_id r = moves_in(s->x, VT_OOST, a_need(), POOL_B);

    (void)state;
    assert_int_equal(regie(s->x, CMD_OFFER_REGIE, referrer_of(VT_OOST), r, HUIS_B), REFUSAL_NONE);
    s->x->now += MS_MINUTE;
    assert_int_equal(regie(s->x, CMD_KEEP_REGIE, shelter_of(HUIS_B), r, 0), REFUSAL_NONE);
    s->x->now += MS_MINUTE;
    assert_int_equal(regie(s->x, CMD_OFFER_REGIE, referrer_of(VT_OOST), r, HUIS_B), REFUSAL_NONE);
    s->x->now += MS_MINUTE;
    assert_int_equal(regie(s->x, CMD_TAKE_REGIE, shelter_of(HUIS_B), r, 0), REFUSAL_NONE);
    add_target(s, 1, HUIS_B, 0, CHANNEL_MAIL);
    add_target(s, 2, VT_OOST, 0, CHANNEL_MAIL);
    tell_all(s);
    assert_int_equal(count(s, 1, "regie.offered"), 2);
    assert_int_equal(count(s, 1, "regie.kept"), 1);
    assert_int_equal(count(s, 2, "regie.kept"), 1);
    assert_int_equal(row_of(s, 2, "regie.taken")->referral.v, r.v);
    assert_int_equal(count(s, 1, "regie.relieved") + count(s, 2, "regie.relieved"), 0);
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gatekeeper_whose_case_is_over),
        cmocka_unit_test(the_desk_that_took_it_was_not_asked),
        cmocka_unit_test(the_house_they_fled_gets_no_id),
        cmocka_unit_test(an_offer_that_was_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
