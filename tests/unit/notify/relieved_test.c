/* Who watched over a bridge and is replaced hears so, with no word of whom; named again it hears that too. */
#include "core/nobed/nobed.h"
#include "notify/rules.h"
#include "support/exchange.h"
#include "support/notify_scene.h"

#include <stdio.h>
#include <string.h>

#define HOTEL_NIGHT 12 /* destinations.csv: hotel */

/* All that happened, read late: an event is told to who watches by then. */
static void tell_all(struct scene *s)
{
    begin(s, NULL);
    for (int i = 0; i < 60 && s->fake.cursor != s->x->log.n; i++)
        scene_pass(s, 0);
    assert_int_equal(s->fake.cursor, s->x->log.n);
}

/* NAME watches from here; "" = the own desk. */
static void watched_by(struct scene *s, struct referral_id r, const char *name)
{
    const struct bridge *b = engine_bridge_of(s->x->e, r, BRIDGE_HOTEL);
    struct command cmd = {.kind = b == NULL ? CMD_OPEN_BRIDGE : CMD_CHANGE_BRIDGE,
                          .actor = referrer_of(VT_OOST)};
    struct bridge_wish w = {.kind = BRIDGE_HOTEL,
                            .active = true,
                            .slept = HOTEL_NIGHT,
                            .every_minutes = 60,
                            .owner = {.kind = name[0] != '\0' ? BRIDGE_OWNER_OTHER : BRIDGE_OWNER_DESK,
                                      .role = name[0] != '\0' ? BRIDGE_ROLE_POLICE : BRIDGE_ROLE_DESK,
                                      .account = {7},
                                      .callback = "010 555 0100"}};

    snprintf(w.owner.org, sizeof w.owner.org, "%.40s", name);
    s->x->now += MS_MINUTE;
    if (b == NULL)
        cmd.u.open_bridge.referral = r;
    else
        cmd.u.open_bridge.bridge = b->id;
    cmd.u.open_bridge.wish = &w;
    assert_int_equal(exchange_do(s->x, &cmd).refusal, REFUSAL_NONE);
}

static const char *called(const struct scene *s, enum an_org org)
{
    return engine_org(s->x->e, (struct org_id){org})->name;
}

static unsigned told(const struct scene *s, uint32_t target, const char *text)
{
    unsigned n = 0;

    for (size_t i = 0; i < s->fake.n; i++)
        n += s->fake.rows[i].target == target && strcmp(s->fake.rows[i].text, text) == 0;
    return n;
}

static struct scene *a_scene(struct referral_id *r)
{
    struct scene *s = scene_new();

    *r = do_open(s->x, VT_OOST, a_need());
    add_target(s, 1, VT_WEST, 0, CHANNEL_MAIL);
    add_target(s, 2, HUIS_A, 0, CHANNEL_MAIL);
    add_target(s, 3, VT_OOST, 0, CHANNEL_MAIL);
    return s;
}

static void who_is_replaced_hears_so(void **state)
{
    static const char *const next[] = {"A house of the exchange", "", "Somebody who is not of the exchange"};

    (void)state;
    for (size_t i = 0; i < sizeof next / sizeof next[0]; i++) {
        struct referral_id r;
        struct scene *s = a_scene(&r);

        watched_by(s, r, called(s, VT_WEST));
        watched_by(s, r, i == 0 ? called(s, HUIS_A) : next[i]);
        tell_all(s);
        assert_int_equal(told(s, 1, "bridge_relieved"), 1);
        assert_int_equal(told(s, 2, "bridge_watcher"), i == 0);
        assert_int_equal(told(s, 2, "bridge_relieved") + told(s, 3, "bridge_relieved"), 0);
        for (size_t k = 0; k < s->fake.n; k++)
            assert_int_equal(s->fake.rows[k].target == 1 ? s->fake.rows[k].referral.v : 0, 0); /* of whom */
        scene_free(s);
    }
}

static void other_times_relieve_nobody(void **state)
{
    struct referral_id r;
    struct scene *s = a_scene(&r);
    char loud[64];

    (void)state;
    snprintf(loud, sizeof loud, "%.40s", called(s, VT_WEST));
    loud[0] = (char)(loud[0] ^ 0x20); /* another letter case: the same */
    watched_by(s, r, called(s, VT_WEST));
    watched_by(s, r, called(s, VT_WEST));
    watched_by(s, r, loud);
    tell_all(s);
    assert_int_equal(told(s, 1, "bridge_watcher"), 1);
    assert_int_equal(told(s, 1, "bridge_relieved"), 0);
    scene_free(s);
}

/* Else it would have heard last that it need not look. */
static void named_again_it_is_told_again(void **state)
{
    struct referral_id r;
    struct scene *s = a_scene(&r);

    (void)state;
    for (int i = 0; i < 2; i++) {
        watched_by(s, r, called(s, VT_WEST));
        watched_by(s, r, called(s, HUIS_A));
        watched_by(s, r, called(s, HUIS_A)); /* other times */
    }
    tell_all(s);
    assert_int_equal(told(s, 2, "bridge_watcher"), 2);
    assert_int_equal(told(s, 2, "bridge_relieved"), 0); /* it was, and watches by now */
    assert_int_equal(told(s, 1, "bridge_relieved"), 2);
    scene_free(s);
}

/* Read late, each event still says whom it relieved; and an exchange that was started anew knows it too. */
static void each_change_says_whom_it_relieved(void **state)
{
    struct referral_id r;
    struct scene *s = a_scene(&r);
    uint64_t seqs[2];
    struct engine *again = NULL;

    (void)state;
    watched_by(s, r, called(s, VT_WEST));
    watched_by(s, r, called(s, HUIS_A));
    seqs[0] = engine_seq(s->x->e);
    watched_by(s, r, called(s, HUIS_B));
    seqs[1] = engine_seq(s->x->e);
    again = exchange_replay(s->x);
    for (int i = 0; i < 2; i++) {
        const struct engine *e = i == 0 ? s->x->e : again;

        assert_int_equal(engine_bridge_relieved(e, seqs[0]).v, VT_WEST);
        assert_int_equal(engine_bridge_relieved(e, seqs[1]).v, HUIS_A);
        assert_int_equal(engine_bridge_relieved(e, seqs[0] - 1).v, 0);
    }
    tell_all(s);
    assert_int_equal(told(s, 1, "bridge_relieved"), 1);
    assert_int_equal(told(s, 2, "bridge_relieved"), 1);
    assert_int_equal(told(s, 3, "bridge_relieved"), 0);
    engine_free(again);
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_replaced_hears_so),
        cmocka_unit_test(other_times_relieve_nobody),
        cmocka_unit_test(named_again_it_is_told_again),
        cmocka_unit_test(each_change_says_whom_it_relieved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
