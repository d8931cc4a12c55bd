/* The warm handover: notes that only the receiver reads, the list of both sides, and what the check sees. */
#include "support/exchange.h"
#include "support/handover_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/engine_state.h"

#include <stdio.h>
#include <string.h>

static enum refusal acknowledge(struct scene *s, struct actor who, uint8_t item, bool given)
{
    struct command cmd = {.kind = CMD_HANDOVER_ITEM, .actor = who};

    cmd.u.item = (struct cmd_item){s->r, item, given};
    return exchange_do(s->x, &cmd).refusal;
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

/* ---- notes ---- */

static void only_the_receiver_reads(void **state)
{
    struct scene s = handover_scene();
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
    struct scene s = handover_scene();
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
        struct scene s = handover_scene();
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
    struct scene s = handover_scene();
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
    struct scene s = handover_scene();
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
    struct scene s = handover_scene();
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
    struct scene s = handover_scene();
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
        struct scene s = handover_scene();
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
        struct scene s = handover_scene();
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
        cmocka_unit_test(the_digest_knows_of_a_loss),
        cmocka_unit_test(the_check_sees_one_person_alone),
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
