/* Keys of an organisation: made by one, confirmed by another, replaced, lost by two. */
#include "support/exchange.h"
#include "support/handover_steps.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <string.h>

static const struct org_key *the_key(const struct scene *s, uint64_t id)
{
    return engine_org_key(s->x->e, (struct org_key_id){(uint32_t)id});
}

/* ---- keys ---- */

static void a_second_person_confirms(void **state)
{
    struct scene s = handover_scene();
    struct actor b = shelter_of(HUIS_B);
    uint64_t id = make_key(&s, person(b, 1), 1).made;

    (void)state;
    assert_int_equal(the_key(&s, id)->state, ORG_KEY_MADE);
    assert_null(engine_org_key_active(s.x->e, (struct org_id){HUIS_B}));
    assert_int_equal(on_key(&s, CMD_CONFIRM_KEY, person(b, 1), id), REFUSAL_KEY_SECOND_PERSON);
    assert_int_equal(on_key(&s, CMD_CONFIRM_KEY, shelter_of(HUIS_A), id), REFUSAL_NOT_FOUND);
    assert_int_equal(on_key(&s, CMD_CONFIRM_KEY, actor_of(ROLE_ORG_ADMIN, HUIS_B), id), REFUSAL_NONE);
    assert_int_equal(the_key(&s, id)->state, ORG_KEY_ACTIVE);
    assert_int_equal(on_key(&s, CMD_CONFIRM_KEY, person(b, 3), id), REFUSAL_NONE); /* once more */
    assert_int_equal(last_count(s.x), 0);
    assert_int_equal(make_key(&s, b, 1).refusal, REFUSAL_DUPLICATE);
    exchange_free(s.x);
}

static void the_next_key_replaces_and_an_old_one_waits_for_its_notes(void **state)
{
    struct scene s = handover_scene();
    uint32_t first = confirmed_key(&s, HUIS_B, 1), second, third;
    uint64_t note = write_note(&s, referrer_of(VT_OOST), first, ONE_STEP).made;
    uint64_t unconfirmed;

    (void)state;
    second = confirmed_key(&s, HUIS_B, 2);
    assert_int_equal(the_key(&s, first)->state, ORG_KEY_OLD);
    assert_true(the_key(&s, first)->wrapped_bytes > 0); /* its note can still be opened */
    third = confirmed_key(&s, HUIS_B, 3);
    assert_int_equal(the_key(&s, second)->state, ORG_KEY_RETIRED); /* nothing was written to it */
    assert_int_equal(the_key(&s, second)->wrapped_bytes, 0);
    assert_int_equal(pick_up(&s, shelter_of(HUIS_B), note), REFUSAL_NONE);
    assert_int_equal(the_key(&s, first)->state, ORG_KEY_OLD); /* it can be read again for a week */
    s.x->now += 7 * 24 * MS_HOUR;
    do_tick(s.x);
    assert_int_equal(the_note(&s, note)->state, NOTE_DESTROYED);
    assert_int_equal(the_key(&s, first)->state, ORG_KEY_RETIRED);
    assert_int_equal(lose(&s, shelter_of(HUIS_B), first), REFUSAL_WRONG_STATE);
    assert_int_equal(on_key(&s, CMD_CONFIRM_KEY, shelter_of(HUIS_B), first), REFUSAL_WRONG_STATE);
    /* Made twice before it was confirmed: the first is gone. */
    unconfirmed = make_key(&s, shelter_of(HUIS_B), 4).made;
    make_key(&s, shelter_of(HUIS_B), 5);
    assert_int_equal(the_key(&s, unconfirmed)->state, ORG_KEY_RETIRED);
    assert_int_equal(engine_org_key_active(s.x->e, (struct org_id){HUIS_B})->id.v, third);
    exchange_free(s.x);
}

static void a_lost_key_makes_its_notes_unreadable(void **state)
{
    struct scene s = handover_scene();
    uint32_t key = confirmed_key(&s, HUIS_B, 1);
    uint64_t read = write_note(&s, referrer_of(VT_OOST), key, ONE_STEP).made;
    uint64_t unread = write_note(&s, referrer_of(VT_OOST), key, ONE_STEP).made;
    uint64_t made = make_key(&s, shelter_of(HUIS_B), 2).made;

    (void)state;
    pick_up(&s, shelter_of(HUIS_B), read);
    assert_int_equal(lose(&s, shelter_of(HUIS_B), key), REFUSAL_NONE);
    assert_int_equal(the_note(&s, unread)->state, NOTE_WRITTEN); /* one person alone has done nothing yet */
    assert_int_equal(on_key(&s, CMD_CONFIRM_KEY_LOSS, person(shelter_of(HUIS_B), 9), key), REFUSAL_NONE);
    assert_int_equal(the_key(&s, key)->state, ORG_KEY_LOST);
    assert_int_equal(the_note(&s, unread)->state, NOTE_UNREADABLE);
    assert_int_equal(the_note(&s, read)->state, NOTE_PICKED_UP);
    assert_int_equal(lose(&s, shelter_of(HUIS_B), key), REFUSAL_NONE); /* once more */
    assert_int_equal(last_count(s.x), 0);
    /* Written again: to nothing, until a new key is confirmed. */
    assert_int_equal(write_note(&s, referrer_of(VT_OOST), key, ONE_STEP).refusal, REFUSAL_NO_KEY);
    assert_int_equal(on_key(&s, CMD_CONFIRM_KEY, person(shelter_of(HUIS_B), 9), made), REFUSAL_NONE);
    assert_int_equal(write_note(&s, referrer_of(VT_OOST), key, ONE_STEP).refusal, REFUSAL_STALE_VERSION);
    assert_int_equal(write_note(&s, referrer_of(VT_OOST), (uint32_t)made, ONE_STEP).refusal, REFUSAL_NONE);
    assert_int_equal(pick_up(&s, shelter_of(HUIS_B), unread), REFUSAL_WRONG_STATE);
    s.x->now += 100 * 24 * MS_HOUR;
    do_tick(s.x);
    assert_int_equal(the_note(&s, unread)->state, NOTE_UNREADABLE); /* its sender can still see why */
    exchange_free(s.x);
}

/* What is asked of a key of B by whom, one step after another, and what comes of it. */
static void two_people_lose_the_key_in_use(void **state)
{
    enum { ASK, CONFIRM, KEEP };
    const struct {
        int step;
        struct actor who;
        enum refusal want;
        enum org_key_state after;
        unsigned events;
    } steps[] = {
        {CONFIRM, person(shelter_of(HUIS_B), 5), REFUSAL_WRONG_STATE, ORG_KEY_ACTIVE, 0},
        {KEEP, person(shelter_of(HUIS_B), 5), REFUSAL_NONE, ORG_KEY_ACTIVE, 0},
        {ASK, shelter_of(HUIS_A), REFUSAL_NOT_FOUND, ORG_KEY_ACTIVE, 0},
        {ASK, referrer_of(VT_OOST), REFUSAL_NOT_FOUND, ORG_KEY_ACTIVE, 0},
        {ASK, actor_of(ROLE_EXCHANGE_ADMIN, HUIS_B), REFUSAL_NOT_ALLOWED, ORG_KEY_ACTIVE, 0},
        {ASK, person(shelter_of(HUIS_B), 5), REFUSAL_NONE, ORG_KEY_LOSS_ASKED, 1},
        {ASK, person(shelter_of(HUIS_B), 5), REFUSAL_NONE, ORG_KEY_LOSS_ASKED, 0}, /* known already */
        {ASK, person(shelter_of(HUIS_B), 6), REFUSAL_NONE, ORG_KEY_LOSS_ASKED, 0}, /* no second voice */
        {CONFIRM, person(shelter_of(HUIS_B), 5), REFUSAL_SAME_PERSON, ORG_KEY_LOSS_ASKED, 0},
        {CONFIRM, person(actor_of(ROLE_ORG_ADMIN, HUIS_B), 5), REFUSAL_SAME_PERSON, ORG_KEY_LOSS_ASKED, 0},
        {CONFIRM, shelter_of(HUIS_A), REFUSAL_NOT_FOUND, ORG_KEY_LOSS_ASKED, 0},
        {KEEP, shelter_of(HUIS_A), REFUSAL_NOT_FOUND, ORG_KEY_LOSS_ASKED, 0},
        {KEEP, person(shelter_of(HUIS_B), 6), REFUSAL_NONE, ORG_KEY_ACTIVE, 1}, /* she knows the passphrase */
        {CONFIRM, person(shelter_of(HUIS_B), 6), REFUSAL_WRONG_STATE, ORG_KEY_ACTIVE, 0},
        {ASK, person(shelter_of(HUIS_B), 6), REFUSAL_NONE, ORG_KEY_LOSS_ASKED, 1},
        {KEEP, person(shelter_of(HUIS_B), 6), REFUSAL_NONE, ORG_KEY_ACTIVE, 1}, /* who asked takes it back */
        {ASK, person(shelter_of(HUIS_B), 6), REFUSAL_NONE, ORG_KEY_LOSS_ASKED, 1},
        {CONFIRM, person(actor_of(ROLE_ORG_ADMIN, HUIS_B), 5), REFUSAL_NONE, ORG_KEY_LOST, 2},
        {CONFIRM, person(shelter_of(HUIS_B), 5), REFUSAL_NONE, ORG_KEY_LOST, 0}, /* said again */
        {CONFIRM, person(shelter_of(HUIS_B), 6), REFUSAL_WRONG_STATE, ORG_KEY_LOST, 0},
        {KEEP, person(shelter_of(HUIS_B), 6), REFUSAL_WRONG_STATE, ORG_KEY_LOST, 0},
    };
    static const enum command_kind kinds[] = {[CONFIRM] = CMD_CONFIRM_KEY_LOSS, [KEEP] = CMD_KEEP_KEY};
    struct scene s = handover_scene();
    uint32_t key = confirmed_key(&s, HUIS_B, 1);
    uint64_t note = write_note(&s, referrer_of(VT_OOST), key, ONE_STEP).made;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        enum refusal got = steps[i].step == ASK ? lose_for(&s, steps[i].who, key, KEY_LOSS_LEFT)
                                                : on_key(&s, kinds[steps[i].step], steps[i].who, key);

        if (got != steps[i].want || the_key(&s, key)->state != steps[i].after ||
            last_count(s.x) != steps[i].events)
            fail_msg("step %zu: %s, %s, %zu events", i, refusal_code(got),
                     org_key_state_code(the_key(&s, key)->state), last_count(s.x));
        assert_int_equal(the_note(&s, note)->state,
                         steps[i].after == ORG_KEY_LOST ? NOTE_UNREADABLE : NOTE_WRITTEN);
    }
    assert_int_equal(the_key(&s, key)->loss.reason, KEY_LOSS_LEFT);
    assert_int_equal(the_key(&s, key)->loss.asked_by.v, 6);
    assert_int_equal(the_key(&s, key)->loss.by.v, 5);
    exchange_free(s.x);
}

static void until_a_second_person_confirms_the_key_is_in_use(void **state)
{
    struct scene s = handover_scene();
    struct actor b = shelter_of(HUIS_B);
    uint32_t key = confirmed_key(&s, HUIS_B, 1);
    uint64_t note;

    (void)state;
    assert_int_equal(lose_for(&s, person(b, 5), key, KEY_LOSS_REASON_N), REFUSAL_UNKNOWN_REASON);
    assert_int_equal(the_key(&s, key)->state, ORG_KEY_ACTIVE);
    assert_int_equal(lose(&s, person(b, 5), key), REFUSAL_NONE);
    assert_int_equal(engine_org_key_active(s.x->e, (struct org_id){HUIS_B})->id.v, key);
    note = write_note(&s, referrer_of(VT_OOST), key, ONE_STEP).made;
    assert_int_equal(the_note(&s, note)->state, NOTE_WRITTEN);
    assert_int_equal(pick_up(&s, b, note), REFUSAL_NONE);
    assert_true(the_key(&s, key)->wrapped_bytes > 0);
    assert_int_equal(on_key(&s, CMD_CONFIRM_KEY, person(b, 6), key), REFUSAL_NONE); /* is confirmed */
    exchange_free(s.x);
}

static void what_nobody_confirms_lapses(void **state)
{
    struct scene s = handover_scene();
    struct actor b = shelter_of(HUIS_B);
    uint32_t key = confirmed_key(&s, HUIS_B, 1);
    int64_t until;

    (void)state;
    lose(&s, person(b, 5), key);
    until = the_key(&s, key)->loss.until_ms;
    assert_int_equal(until, s.x->now + 3 * 24 * MS_HOUR);
    s.x->now = until - 1;
    do_tick(s.x);
    assert_int_equal(the_key(&s, key)->state, ORG_KEY_LOSS_ASKED);
    s.x->now = until; /* over, though no tick said so yet */
    assert_int_equal(on_key(&s, CMD_CONFIRM_KEY_LOSS, person(b, 6), key), REFUSAL_WRONG_STATE);
    do_tick(s.x);
    assert_int_equal(last_event(s.x, 0)->kind, EV_KEY_LOSS_DROPPED);
    assert_int_equal(last_event(s.x, 0)->account.v, 0);
    assert_int_equal(the_key(&s, key)->state, ORG_KEY_ACTIVE);
    assert_int_equal(the_key(&s, key)->loss.asked_by.v, 0);
    do_tick(s.x);
    assert_int_equal(last_count(s.x), 0);
    /* Asked anew it is a first half again, also for who would have been the second. */
    assert_int_equal(lose(&s, person(b, 6), key), REFUSAL_NONE);
    assert_int_equal(on_key(&s, CMD_CONFIRM_KEY_LOSS, person(b, 6), key), REFUSAL_SAME_PERSON);
    assert_int_equal(on_key(&s, CMD_CONFIRM_KEY_LOSS, person(b, 5), key), REFUSAL_NONE);
    exchange_free(s.x);
}

static void the_next_key_ends_the_question(void **state)
{
    struct scene s = handover_scene();
    struct actor b = shelter_of(HUIS_B);
    uint32_t first = confirmed_key(&s, HUIS_B, 1), second, third;
    uint64_t note = write_note(&s, referrer_of(VT_OOST), first, ONE_STEP).made;

    (void)state;
    lose(&s, person(b, 5), first);
    second = confirmed_key(&s, HUIS_B, 2);
    assert_int_equal(the_key(&s, first)->state, ORG_KEY_OLD); /* what was written can still be opened */
    assert_int_equal(the_key(&s, first)->loss.asked_by.v, 0);
    assert_int_equal(on_key(&s, CMD_CONFIRM_KEY_LOSS, person(b, 6), first), REFUSAL_WRONG_STATE);
    assert_int_equal(the_note(&s, note)->state, NOTE_WRITTEN);
    lose(&s, person(b, 5), second);
    third = confirmed_key(&s, HUIS_B, 3);
    assert_int_equal(the_key(&s, second)->state, ORG_KEY_RETIRED); /* nothing was written to it */
    s.x->now += 4 * 24 * MS_HOUR;
    do_tick(s.x);
    assert_int_equal(the_key(&s, third)->state, ORG_KEY_ACTIVE);
    exchange_free(s.x);
}

static void one_person_loses_a_key_that_nobody_writes_to(void **state)
{
    struct scene s = handover_scene();
    uint32_t active = confirmed_key(&s, HUIS_B, 1);
    uint64_t made = make_key(&s, person(shelter_of(HUIS_B), 5), 2).made;

    (void)state;
    assert_int_equal(lose_for(&s, person(shelter_of(HUIS_B), 5), made, KEY_LOSS_OTHER), REFUSAL_NONE);
    assert_int_equal(the_key(&s, made)->state, ORG_KEY_LOST);
    assert_int_equal(the_key(&s, made)->loss.reason, KEY_LOSS_OTHER);
    assert_int_equal(the_key(&s, made)->loss.asked_by.v, 0);
    assert_int_equal(the_key(&s, active)->state, ORG_KEY_ACTIVE);
    exchange_free(s.x);
}

static void keys_are_bounded(void **state)
{
    struct scene s = handover_scene();
    struct actor b = shelter_of(HUIS_B);
    struct outcome o;

    (void)state;
    for (unsigned i = 0; i < ORG_KEYS_MAX; i++)
        assert_int_equal(make_key(&s, b, (uint8_t)i).refusal, REFUSAL_NONE);
    assert_int_equal(engine_org_keys_of(s.x->e, (struct org_id){HUIS_B}), ORG_KEYS_MAX);
    {
        struct cmd_make_key more = {.public_key = {0, 1}, .wrapped_bytes = 97};
        struct command cmd = {.kind = CMD_MAKE_KEY, .actor = b, .u.make_key = &more};

        o = exchange_do(s.x, &cmd);
        assert_int_equal(o.refusal, REFUSAL_TOO_MANY_KEYS);
        assert_int_equal(last_count(s.x), 0);
        cmd.actor = shelter_of(HUIS_A); /* of each organisation its own */
        assert_int_equal(exchange_do(s.x, &cmd).refusal, REFUSAL_NONE);
    }
    /* The last of them serves as any other. */
    assert_int_equal(on_key(&s, CMD_CONFIRM_KEY, person(b, 9), ORG_KEYS_MAX), REFUSAL_NONE);
    exchange_free(s.x);
}

/* The bound is younger than the journals. */
static void an_old_journal_may_have_more_keys(void **state)
{
    struct scene s = handover_scene();
    struct event ev = {
        .kind = EV_KEY_MADE, .at_ms = s.x->now, .account = person(shelter_of(HUIS_B), 1).account};
    char why[200] = "";

    (void)state;
    ev.u.key_made = (struct ev_key_made){.org = {HUIS_B}, .wrapped_bytes = ORG_KEY_WRAPPED_MIN};
    for (unsigned i = 0; i < ORG_KEYS_MAX + 44; i++) {
        ev.seq = engine_seq(s.x->e) + 1;
        ev.u.key_made.id.v = engine_org_keys(s.x->e) + 1;
        memcpy(ev.u.key_made.public_key + 1, &i, sizeof i);
        if (engine_replay(s.x->e, &ev, why, sizeof why) != OK || !handover_check(s.x->e, why, sizeof why))
            fail_msg("key %u: %s", i + 1, why);
    }
    assert_int_equal(engine_org_keys_of(s.x->e, (struct org_id){HUIS_B}), ORG_KEYS_MAX + 44);
    assert_int_equal(make_key(&s, shelter_of(HUIS_B), 200).refusal, REFUSAL_TOO_MANY_KEYS);
    assert_int_equal(on_key(&s, CMD_CONFIRM_KEY, person(shelter_of(HUIS_B), 9), ORG_KEYS_MAX + 44),
                     REFUSAL_NONE);
    exchange_free(s.x);
}

static void an_old_key_can_be_lost_too(void **state)
{
    struct scene s = handover_scene();
    uint32_t first = confirmed_key(&s, HUIS_B, 1), second;
    uint64_t note = write_note(&s, referrer_of(VT_OOST), first, ONE_STEP).made;

    (void)state;
    second = confirmed_key(&s, HUIS_B, 2);
    assert_int_equal(the_key(&s, first)->state, ORG_KEY_OLD);
    assert_int_equal(lose(&s, shelter_of(HUIS_B), first), REFUSAL_NONE);
    assert_int_equal(the_key(&s, first)->state, ORG_KEY_LOST);
    assert_int_equal(the_note(&s, note)->state, NOTE_UNREADABLE);
    assert_int_equal(engine_org_key_active(s.x->e, (struct org_id){HUIS_B})->id.v, second);
    exchange_free(s.x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        cmocka_unit_test(two_people_lose_the_key_in_use),
        cmocka_unit_test(until_a_second_person_confirms_the_key_is_in_use),
        cmocka_unit_test(what_nobody_confirms_lapses),
        cmocka_unit_test(the_next_key_ends_the_question),
        cmocka_unit_test(one_person_loses_a_key_that_nobody_writes_to),
        cmocka_unit_test(keys_are_bounded),
        cmocka_unit_test(a_second_person_confirms),
        cmocka_unit_test(the_next_key_replaces_and_an_old_one_waits_for_its_notes),
        cmocka_unit_test(a_lost_key_makes_its_notes_unreadable),
        cmocka_unit_test(an_old_journal_may_have_more_keys),
        cmocka_unit_test(an_old_key_can_be_lost_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
