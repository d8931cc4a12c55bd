/* Keys, the list and notes after a yes: every move of their tables, who may what, and what must never be. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/engine_state.h"

#include <stdio.h>
#include <string.h>

struct scene {
    struct exchange *x;
    struct referral_id r; /* of VT_OOST; B said yes */
    struct request_id q;
    uint64_t key; /* of the next command */
};

static struct scene scene_new(void)
{
    struct scene s = {.x = exchange_new()};

    s.r = do_open(s.x, VT_OOST, a_need());
    s.q = do_ask_one(s.x, s.r, POOL_B);
    do_answer(s.x, CMD_ACCEPT, s.q, 0);
    return s;
}

static struct actor person(struct actor a, uint32_t account)
{
    a.account.v = account;
    return a;
}

static struct outcome make_key(struct scene *s, struct actor who, uint8_t first_byte)
{
    struct cmd_make_key k = {.public_key = {first_byte}, .wrapped_bytes = 97, .wrapped = {9}};

    return exchange_do(s->x, &(struct command){.kind = CMD_MAKE_KEY, .actor = who, .u.make_key = &k});
}

static enum refusal on_key(struct scene *s, enum command_kind kind, struct actor who, uint64_t key)
{
    return exchange_do(s->x, &(struct command){.kind = kind, .actor = who, .u.key = {(uint32_t)key}}).refusal;
}

static enum refusal lose_for(struct scene *s, struct actor who, uint64_t key, uint8_t reason)
{
    struct command cmd = {.kind = CMD_LOSE_KEY, .actor = who};

    cmd.u.key_loss = (struct cmd_key_loss){{(uint32_t)key}, reason};
    return exchange_do(s->x, &cmd).refusal;
}

static enum refusal lose(struct scene *s, struct actor who, uint64_t key)
{
    return lose_for(s, who, key, KEY_LOSS_FORGOTTEN);
}

/* B has a key that can be written to. */
static uint32_t confirmed_key(struct scene *s, enum an_org org, uint8_t first_byte)
{
    struct actor a = org == VT_OOST ? referrer_of(org) : shelter_of(org);
    uint64_t id = make_key(s, person(a, 1), first_byte).made;

    assert_int_equal(on_key(s, CMD_CONFIRM_KEY, person(a, 2), id), REFUSAL_NONE);
    return (uint32_t)id;
}

static struct outcome write_note(struct scene *s, struct actor who, uint32_t key, uint16_t bytes)
{
    struct cmd_write_note n = {.referral = s->r, .key = {key}, .bytes = bytes, .hash = {1, 2, 3}};
    struct command cmd = {.kind = CMD_WRITE_NOTE, .actor = who, .u.write_note = &n};

    cmd.key = (struct command_key){3, ++s->key, 0};
    return exchange_do(s->x, &cmd);
}

#define ONE_STEP (NOTE_SEAL_BYTES + NOTE_STEP_BYTES)

static enum refusal pick_up(struct scene *s, struct actor who, uint64_t note)
{
    return exchange_do(s->x,
                       &(struct command){.kind = CMD_PICK_UP_NOTE, .actor = who, .u.note = {(uint32_t)note}})
        .refusal;
}

static enum refusal acknowledge(struct scene *s, struct actor who, uint8_t item, bool given)
{
    struct command cmd = {.kind = CMD_HANDOVER_ITEM, .actor = who};

    cmd.u.item = (struct cmd_item){s->r, item, given};
    return exchange_do(s->x, &cmd).refusal;
}

static const struct org_key *the_key(const struct scene *s, uint64_t id)
{
    return engine_org_key(s->x->e, (struct org_key_id){(uint32_t)id});
}

static const struct sealed_note *the_note(const struct scene *s, uint64_t id)
{
    return engine_note(s->x->e, (struct note_id){(uint32_t)id});
}

/* ---- the tables ---- */

static void moves_are_these_and_no_others(void **state)
{
    static const char *const keys[] = {"made>active",    "made>retired",       "made>lost",
                                       "active>old",     "active>retired",     "old>retired",
                                       "old>lost",       "active>loss_asked",  "loss_asked>active",
                                       "loss_asked>old", "loss_asked>retired", "loss_asked>lost"};
    static const char *const notes[] = {"written>picked_up", "written>unreadable", "written>destroyed",
                                        "picked_up>destroyed"};
    size_t n_keys = 0, n_notes = 0;
    char move[64];

    (void)state;
    for (unsigned a = 0; a < ORG_KEY_STATE_N; a++) {
        for (unsigned b = 0; b < ORG_KEY_STATE_N; b++) {
            bool listed = false;

            snprintf(move, sizeof move, "%s>%s", org_key_state_code((enum org_key_state)a),
                     org_key_state_code((enum org_key_state)b));
            for (size_t i = 0; i < COUNT_OF(keys); i++)
                listed |= strcmp(keys[i], move) == 0;
            if (org_key_may_become((enum org_key_state)a, (enum org_key_state)b) != listed)
                fail_msg("%s", move);
            n_keys += listed;
        }
    }
    for (unsigned a = 0; a < NOTE_STATE_N; a++) {
        for (unsigned b = 0; b < NOTE_STATE_N; b++) {
            bool listed = false;

            snprintf(move, sizeof move, "%s>%s", note_state_code((enum note_state)a),
                     note_state_code((enum note_state)b));
            for (size_t i = 0; i < COUNT_OF(notes); i++)
                listed |= strcmp(notes[i], move) == 0;
            if (note_may_become((enum note_state)a, (enum note_state)b) != listed)
                fail_msg("%s", move);
            n_notes += listed;
        }
    }
    assert_int_equal(n_keys, COUNT_OF(keys));
    assert_int_equal(n_notes, COUNT_OF(notes));
}

static void sizes_are_whole_steps(void **state)
{
    static const struct {
        size_t bytes;
        bool want;
    } cases[] = {{0, false},
                 {NOTE_SEAL_BYTES, false},
                 {ONE_STEP - 1, false},
                 {ONE_STEP, true},
                 {ONE_STEP + 1, false},
                 {NOTE_SEAL_BYTES + 16 * 1024, true},
                 {NOTE_SEAL_BYTES + 17 * 1024, false}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(note_bytes_are_valid(cases[i].bytes), cases[i].want);
}

/* ---- keys ---- */

static void a_second_person_confirms(void **state)
{
    struct scene s = scene_new();
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
    struct scene s = scene_new();
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
    struct scene s = scene_new();
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
    struct scene s = scene_new();
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
    struct scene s = scene_new();
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
    struct scene s = scene_new();
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
    struct scene s = scene_new();
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
    struct scene s = scene_new();
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
    struct scene s = scene_new();
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
    struct scene s = scene_new();
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
    struct scene s = scene_new();
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

/* ---- notes ---- */

static void only_the_receiver_reads(void **state)
{
    struct scene s = scene_new();
    uint32_t key = confirmed_key(&s, HUIS_B, 1), back = confirmed_key(&s, VT_OOST, 2);
    uint64_t to_house = write_note(&s, referrer_of(VT_OOST), key, ONE_STEP).made;
    uint64_t to_referrer = write_note(&s, shelter_of(HUIS_B), back, ONE_STEP).made;
    const struct {
        struct actor who;
        uint64_t note;
        bool want;
    } cases[] = {
        {shelter_of(HUIS_B), to_house, true},
        {shelter_at(HUIS_B, B_HUIS), to_house, true},
        {shelter_at(HUIS_B, C_HUIS), to_house, false}, /* the desk of another house */
        {shelter_of(HUIS_A), to_house, false},
        {referrer_of(VT_OOST), to_house, false}, /* who wrote it */
        {referrer_of(VT_WEST), to_house, false},
        {actor_of(ROLE_ORG_ADMIN, HUIS_B), to_house, false},
        {actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR), to_house, false},
        {referrer_of(VT_OOST), to_referrer, true},
        {shelter_of(HUIS_B), to_referrer, false},
        {referrer_of(VT_WEST), to_referrer, false},
        {shelter_of(HUIS_B), 99, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct command cmd = {
            .kind = CMD_PICK_UP_NOTE, .actor = cases[i].who, .u.note = {(uint32_t)cases[i].note}};

        if (may(s.x->e, &cases[i].who, ACT_READ_NOTE, cases[i].note) != cases[i].want ||
            may_command(s.x->e, &cmd) != cases[i].want)
            fail_msg("case %zu", i);
    }
    assert_int_equal(pick_up(&s, shelter_of(HUIS_A), to_house), REFUSAL_NOT_FOUND);
    assert_int_equal(pick_up(&s, shelter_of(HUIS_B), to_house), REFUSAL_NONE);
    assert_int_equal(pick_up(&s, shelter_of(HUIS_B), to_house), REFUSAL_NONE); /* once more */
    assert_int_equal(the_note(&s, to_house)->picked_up_by.v, 100 + HUIS_B);
    exchange_free(s.x);
}

static void a_note_is_refused(void **state)
{
    struct scene s = scene_new();
    uint32_t key = confirmed_key(&s, HUIS_B, 1), other = confirmed_key(&s, HUIS_A, 2);
    struct referral_id open = do_open(s.x, VT_OOST, a_need()), reserved = s.r;

    (void)state;
    assert_int_equal(write_note(&s, referrer_of(VT_OOST), other, ONE_STEP).refusal, REFUSAL_STALE_VERSION);
    assert_int_equal(write_note(&s, referrer_of(VT_OOST), key, ONE_STEP + 1).refusal, REFUSAL_LIMIT);
    assert_int_equal(write_note(&s, referrer_of(VT_WEST), key, ONE_STEP).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(write_note(&s, shelter_of(HUIS_A), key, ONE_STEP).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(write_note(&s, shelter_of(HUIS_B), key, ONE_STEP).refusal, REFUSAL_NO_KEY);
    s.r = open;
    assert_int_equal(write_note(&s, referrer_of(VT_OOST), key, ONE_STEP).refusal, REFUSAL_WRONG_STATE);
    s.r = reserved;
    for (unsigned i = 0; i < NOTES_PER_REFERRAL_MAX; i++)
        assert_int_equal(write_note(&s, referrer_of(VT_OOST), key, ONE_STEP).refusal, REFUSAL_NONE);
    assert_int_equal(write_note(&s, referrer_of(VT_OOST), key, ONE_STEP).refusal, REFUSAL_LIMIT);
    exchange_free(s.x);
}

/* Picked up: after a week. Never picked up: after 90 days. The yes undone: at once. */
static void ciphertext_goes_in_time(void **state)
{
    static const struct {
        const char *name;
        bool picked_up;
        enum command_kind end; /* CMD_N: nothing */
        int64_t kept_ms;
    } cases[] = {
        {"picked up", true, CMD_N, 7 * 24 * MS_HOUR},
        {"nobody came", false, CMD_N, 90 * 24 * MS_HOUR},
        {"arrived", true, CMD_CONFIRM_ARRIVAL, 7 * 24 * MS_HOUR},
        {"no show", false, CMD_NO_SHOW, 0},
        {"picked up, no show", true, CMD_NO_SHOW, 0},
        {"withdrawn", false, CMD_WITHDRAW, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s = scene_new();
        uint32_t key = confirmed_key(&s, HUIS_B, 1);
        uint64_t note = write_note(&s, referrer_of(VT_OOST), key, ONE_STEP).made;
        int64_t from = s.x->now;

        if (cases[i].picked_up)
            pick_up(&s, shelter_of(HUIS_B), note);
        if (cases[i].end == CMD_CONFIRM_ARRIVAL)
            do_answer(s.x, CMD_CONFIRM_ARRIVAL, s.q, 0);
        else if (cases[i].end != CMD_N)
            do_referral(s.x, cases[i].end, s.r, 0, 1);
        if (cases[i].kept_ms > 0) {
            s.x->now = from + cases[i].kept_ms - 1;
            do_tick(s.x);
            assert_int_not_equal(the_note(&s, note)->state, NOTE_DESTROYED);
        }
        s.x->now = from + cases[i].kept_ms;
        assert_true(engine_next_due_ms(s.x->e) <= s.x->now);
        do_tick(s.x);
        if (the_note(&s, note)->state != NOTE_DESTROYED)
            fail_msg("%s: %s", cases[i].name, note_state_code(the_note(&s, note)->state));
        if (cases[i].end == CMD_NO_SHOW)
            assert_false(
                may(s.x->e, &(struct actor){.role = ROLE_SHELTER, .org = {HUIS_B}}, ACT_READ_NOTE, note));
        exchange_free(s.x);
    }
}

/* ---- the list ---- */

static void complete_when_both_acknowledged_what_is_required(void **state)
{
    struct scene s = scene_new();
    uint32_t required = vocab_handover_required(s.x->vocab);
    struct actor sides[] = {referrer_of(VT_OOST), shelter_of(HUIS_B)};
    int left = 0;

    (void)state;
    assert_true(required != 0);
    for (unsigned i = 0; i < HANDOVER_ITEMS_MAX; i++)
        left += 2 * (int)(required >> i & 1);
    for (unsigned i = 0; i < HANDOVER_ITEMS_MAX; i++) {
        for (int side = 0; side < 2 && (required >> i & 1) != 0; side++) {
            const struct handover *h = engine_handover(s.x->e, s.r);

            assert_true(h == NULL || h->complete_at_ms == 0);
            assert_int_equal(acknowledge(&s, sides[side], (uint8_t)(i + 1), true), REFUSAL_NONE);
            left--;
        }
    }
    assert_int_equal(left, 0);
    assert_int_equal(engine_handover(s.x->e, s.r)->complete_at_ms, s.x->now);
    assert_int_equal(acknowledge(&s, sides[0], 1, true), REFUSAL_NONE); /* stands so already */
    assert_int_equal(last_count(s.x), 0);
    assert_int_equal(acknowledge(&s, sides[0], 1, false), REFUSAL_NONE); /* taken back */
    assert_int_equal(engine_handover(s.x->e, s.r)->complete_at_ms, 0);
    exchange_free(s.x);
}

static void a_list_is_of_one_yes(void **state)
{
    struct scene s = scene_new();
    struct actor vt = referrer_of(VT_OOST);

    (void)state;
    assert_int_equal(acknowledge(&s, vt, 1, true), REFUSAL_NONE);
    assert_int_equal(acknowledge(&s, vt, 0, true), REFUSAL_UNKNOWN_REASON);
    assert_int_equal(acknowledge(&s, vt, 24, true), REFUSAL_UNKNOWN_REASON);
    assert_int_equal(acknowledge(&s, vt, 25, true), REFUSAL_UNKNOWN_REASON);
    assert_int_equal(acknowledge(&s, referrer_of(VT_WEST), 1, true), REFUSAL_NOT_FOUND);
    assert_int_equal(acknowledge(&s, shelter_of(HUIS_C), 1, true), REFUSAL_NOT_FOUND);
    do_referral(s.x, CMD_NO_SHOW, s.r, 0, 0);
    assert_null(engine_handover(s.x->e, s.r));
    assert_int_equal(acknowledge(&s, vt, 1, true), REFUSAL_WRONG_STATE);
    assert_int_equal(acknowledge(&s, shelter_of(HUIS_B), 1, true), REFUSAL_NOT_FOUND); /* no host any more */
    s.q = do_ask_one(s.x, s.r, POOL_C);
    do_answer(s.x, CMD_ACCEPT, s.q, 0);
    assert_null(engine_handover(s.x->e, s.r)); /* the next house begins with nothing acknowledged */
    assert_int_equal(acknowledge(&s, shelter_of(HUIS_C), 2, true), REFUSAL_NONE);
    assert_int_equal(engine_handover(s.x->e, s.r)->acknowledged[HANDOVER_REFERRER], 0);
    assert_int_equal(engine_handover(s.x->e, s.r)->acknowledged[HANDOVER_HOUSE], 2);
    exchange_free(s.x);
}

static void a_replay_comes_to_the_same(void **state)
{
    struct scene s = scene_new();
    uint32_t key = confirmed_key(&s, HUIS_B, 1);
    struct engine *e = NULL;

    (void)state;
    write_note(&s, referrer_of(VT_OOST), key, ONE_STEP);
    acknowledge(&s, shelter_of(HUIS_B), 3, true);
    for (int i = 0; i < 2; i++) { /* with a loss that is asked, and with one that is confirmed */
        if (i == 0)
            lose(&s, person(shelter_of(HUIS_B), 5), key);
        else
            on_key(&s, CMD_CONFIRM_KEY_LOSS, person(shelter_of(HUIS_B), 6), key);
        e = exchange_replay(s.x);
        assert_int_equal(engine_digest(e, true), engine_digest(s.x->e, true));
        assert_int_equal(engine_org_key(e, (struct org_key_id){key})->loss.asked_by.v, 5);
        engine_free(e);
    }
    exchange_free(s.x);
}

/* The digest tells who asked and why, and is that of before when the question is gone. */
static void the_digest_knows_of_a_loss(void **state)
{
    struct scene s = scene_new();
    uint32_t key = confirmed_key(&s, HUIS_B, 1);
    struct org_key *k = &s.x->e->handover.keys[key - 1].k;
    uint64_t before = handover_digest(&s.x->e->handover), asked;

    (void)state;
    lose(&s, person(shelter_of(HUIS_B), 5), key);
    asked = handover_digest(&s.x->e->handover);
    assert_int_not_equal(asked, before);
    k->loss.reason = KEY_LOSS_OTHER;
    assert_int_not_equal(handover_digest(&s.x->e->handover), asked);
    k->loss.reason = KEY_LOSS_FORGOTTEN;
    k->loss.asked_by.v = 6;
    assert_int_not_equal(handover_digest(&s.x->e->handover), asked);
    k->loss.asked_by.v = 5;
    on_key(&s, CMD_KEEP_KEY, person(shelter_of(HUIS_B), 5), key);
    assert_int_equal(handover_digest(&s.x->e->handover), before);
    exchange_free(s.x);
}

/* ---- what the check sees ---- */

static void the_check_sees_one_person_alone(void **state)
{
    (void)state;
    for (int what = 0; what < 8; what++) {
        struct scene s = scene_new();
        uint32_t key = confirmed_key(&s, HUIS_B, 1);
        struct handover_state *h = &s.x->e->handover;
        struct key_loss *loss = &h->keys[key - 1].k.loss;
        char why[200] = "";

        lose(&s, person(shelter_of(HUIS_B), 5), key);
        if (what >= 4)
            on_key(&s, CMD_CONFIRM_KEY_LOSS, person(shelter_of(HUIS_B), 6), key);
        assert_true(handover_check(s.x->e, why, sizeof why));
        if (what == 0)
            loss->asked_by.v = 0;
        else if (what == 1)
            h->keys[key - 1].due = 0; /* asked for ever */
        else if (what == 2)
            loss->until_ms++;
        else if (what == 3)
            h->keys[key - 1].k.state = ORG_KEY_ACTIVE; /* and somebody is still asking */
        else if (what == 4)
            loss->by = loss->asked_by;
        else if (what == 5)
            loss->asked_by.v = 0; /* nobody asked, and no next key was confirmed before */
        else if (what == 6)
            loss->by.v = 0;
        else
            h->of_org[HUIS_B - 1].n = ORG_KEYS_MAX + 1;
        if (handover_check(s.x->e, why, sizeof why))
            fail_msg("defect %d was not seen", what);
        h->keys[key - 1].due = 0;
        s.x->e->n_due = 0;
        exchange_free(s.x);
    }
}

static void the_check_sees(void **state)
{
    (void)state;
    for (int what = 0; what < 8; what++) {
        struct scene s = scene_new();
        uint32_t key = confirmed_key(&s, HUIS_B, 1);
        struct handover_state *h = &s.x->e->handover;
        char why[200] = "";

        write_note(&s, referrer_of(VT_OOST), key, ONE_STEP);
        acknowledge(&s, shelter_of(HUIS_B), 3, true);
        assert_true(engine_check(s.x->e, why, sizeof why));
        if (what == 0)
            h->keys[0].k.state = ORG_KEY_LOST;
        else if (what == 1)
            h->keys[0].k.confirmed_by = h->keys[0].k.made_by;
        else if (what == 2)
            h->notes[0].n.key.v = 0;
        else if (what == 3)
            h->notes[0].n.state = NOTE_PICKED_UP;
        else if (what == 4)
            h->lists[0].h.complete_at_ms = 1;
        else if (what == 5)
            h->notes[0].due = 0;
        else if (what == 6)
            h->notes[0].n.written_at_ms = 0; /* before the key was there */
        else
            h->lists[0].h.acknowledged[HANDOVER_REFERRER] = 1;
        if (handover_check(s.x->e, why, sizeof why))
            fail_msg("defect %d was not seen", what);
        h->notes[0].due = 0;
        s.x->e->n_due = 0; /* what was broken is not asked for its deadlines again */
        exchange_free(s.x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_are_these_and_no_others),
        cmocka_unit_test(sizes_are_whole_steps),
        cmocka_unit_test(two_people_lose_the_key_in_use),
        cmocka_unit_test(until_a_second_person_confirms_the_key_is_in_use),
        cmocka_unit_test(what_nobody_confirms_lapses),
        cmocka_unit_test(the_next_key_ends_the_question),
        cmocka_unit_test(one_person_loses_a_key_that_nobody_writes_to),
        cmocka_unit_test(keys_are_bounded),
        cmocka_unit_test(the_digest_knows_of_a_loss),
        cmocka_unit_test(the_check_sees_one_person_alone),
        cmocka_unit_test(a_second_person_confirms),
        cmocka_unit_test(the_next_key_replaces_and_an_old_one_waits_for_its_notes),
        cmocka_unit_test(a_lost_key_makes_its_notes_unreadable),
        cmocka_unit_test(an_old_journal_may_have_more_keys),
        cmocka_unit_test(an_old_key_can_be_lost_too),
        cmocka_unit_test(only_the_receiver_reads),
        cmocka_unit_test(a_note_is_refused),
        cmocka_unit_test(ciphertext_goes_in_time),
        cmocka_unit_test(complete_when_both_acknowledged_what_is_required),
        cmocka_unit_test(a_list_is_of_one_yes),
        cmocka_unit_test(a_replay_comes_to_the_same),
        cmocka_unit_test(the_check_sees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
