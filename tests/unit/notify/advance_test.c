/* From the journal to the outbox, over all of the room: what only the moment, the order and the account of an
 * event tell, and what is told once. */
#include "base/time_text.h"
#include "core/nobed/nobed.h"
#include "support/gate_steps.h"
#include "support/notify_scene.h"
#include "support/safety_steps.h"

#include <stdio.h>
#include <string.h>

#define HOTEL_NIGHT 12 /* destinations.csv: hotel */

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

/* ---- who watches over a bridge ---- */

static void name_watcher(struct scene *s, enum command_kind kind, uint64_t at, enum an_org org,
                         int64_t when_ms)
{
    struct command cmd = {.kind = kind, .actor = referrer_of(VT_OOST)};
    struct bridge_wish w = {
        .kind = BRIDGE_HOTEL,
        .active = true,
        .slept = HOTEL_NIGHT,
        .every_minutes = 60,
        .owner = {.kind = BRIDGE_OWNER_OTHER, .role = BRIDGE_ROLE_POLICE, .callback = "010 555 0100"}};

    snprintf(w.owner.org, sizeof w.owner.org, "%.40s", engine_org(s->x->e, (struct org_id){org})->name);
    if (when_ms != 0) {
        w.n_times = 1;
        w.times_ms[0] = when_ms;
    }
    if (kind == CMD_OPEN_BRIDGE)
        cmd.u.open_bridge.referral.v = at;
    else
        cmd.u.open_bridge.bridge.v = at;
    cmd.u.open_bridge.wish = &w;
    assert_int_equal(exchange_do(s->x, &cmd).refusal, REFUSAL_NONE);
}

static void a_watcher_is_told_once(void **state)
{
    struct scene *s = scene_new();
    struct referral_id r = do_open(s->x, VT_OOST, a_need()), second;
    uint64_t id = 0;

    (void)state;
    name_watcher(s, CMD_OPEN_BRIDGE, r.v, VT_WEST, 0);
    id = engine_bridge_of(s->x->e, r, BRIDGE_HOTEL)->id.v;
    for (int i = 1; i <= 3; i++) {
        s->x->now += MS_MINUTE;
        name_watcher(s, CMD_CHANGE_BRIDGE, id, VT_WEST, s->x->now + i * 10 * MS_MINUTE);
    }
    second = do_open(s->x, VT_OOST, a_need());
    name_watcher(s, CMD_OPEN_BRIDGE, second.v, VT_WEST, 0); /* another household */
    add_target(s, 1, VT_WEST, 0, CHANNEL_MAIL);
    add_target(s, 2, VT_OOST, 0, CHANNEL_WEBHOOK);
    tell_all(s);
    assert_int_equal(count(s, 1, "bridge.opened"), 2);
    assert_int_equal(count(s, 1, "bridge.changed"), 0);
    assert_int_equal(count(s, 2, "bridge.changed"), 3); /* the desk's program is told each time */
    assert_int_equal(row_of(s, 1, "bridge.opened")->referral.v, 0);
    scene_free(s);
}

/* The first was told when the bridge began; another takes its stead, and the times change once more. */
static void a_new_watcher_is_told(void **state)
{
    struct scene *s = scene_new();
    struct referral_id r = do_open(s->x, VT_OOST, a_need());
    struct outbox_row told = {.id = 1, .target = 1, .kind = "bridge.opened", .status = OUTBOX_DELIVERED};
    uint64_t id = 0;

    (void)state;
    name_watcher(s, CMD_OPEN_BRIDGE, r.v, VT_WEST, 0);
    id = engine_bridge_of(s->x->e, r, BRIDGE_HOTEL)->id.v;
    for (int i = 1; i <= 2; i++) {
        s->x->now += MS_MINUTE;
        name_watcher(s, CMD_CHANGE_BRIDGE, id, HUIS_A, s->x->now + i * 10 * MS_MINUTE);
    }
    add_target(s, 1, VT_WEST, 0, CHANNEL_MAIL);
    add_target(s, 2, HUIS_A, 0, CHANNEL_MAIL);
    snprintf(told.key, sizeof told.key, "w%u", (unsigned)id);
    s->fake.rows[s->fake.n++] = told;
    tell_all(s);
    assert_int_equal(count(s, 2, "bridge.opened") + count(s, 2, "bridge.changed"), 1);
    assert_string_equal(s->fake.rows[1].key, told.key);
    assert_int_equal(count(s, 1, "bridge.changed"), 1); /* and the first, that it is no longer it */
    assert_int_equal(s->fake.n, 3);
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gatekeeper_whose_case_is_over),
        cmocka_unit_test(the_desk_that_took_it_was_not_asked),
        cmocka_unit_test(the_house_they_fled_gets_no_id),
        cmocka_unit_test(an_offer_that_was_answered),
        cmocka_unit_test(a_watcher_is_told_once),
        cmocka_unit_test(a_new_watcher_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
