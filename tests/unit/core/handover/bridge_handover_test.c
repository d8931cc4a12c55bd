/* A household that waits in a bridge bed is handed over to that house as to any: its own list, its own notes.
 * The place that comes after it has others. */
#include "support/exchange.h"

#include "base/time_text.h"
#include "core/audience/audience.h"
#include "core/engine_state.h"

#include <string.h>

struct scene {
    struct exchange *x;
    struct referral_id r;  /* of VT_OOST */
    struct request_id bed; /* B said yes to a bridge bed */
    uint64_t key;          /* of the next command */
};

static struct actor person(struct actor a, uint32_t account)
{
    a.account.v = account;
    return a;
}

static uint32_t confirmed_key(struct scene *s, enum an_org org, uint8_t first_byte)
{
    struct actor a = org == VT_OOST ? referrer_of(org) : shelter_of(org);
    struct cmd_make_key k = {.public_key = {first_byte}, .wrapped_bytes = 97, .wrapped = {9}};
    struct command cmd = {.kind = CMD_MAKE_KEY, .actor = person(a, 1), .u.make_key = &k};
    uint32_t id = (uint32_t)exchange_do(s->x, &cmd).made;

    cmd = (struct command){.kind = CMD_CONFIRM_KEY, .actor = person(a, 2), .u.key = {id}};
    assert_int_equal(exchange_do(s->x, &cmd).refusal, REFUSAL_NONE);
    return id;
}

static struct scene scene_new(void)
{
    struct scene s = {.x = exchange_new()};
    struct command cmd = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};

    s.r = do_open(s.x, VT_OOST, a_need());
    cmd.u.ask.referral = s.r;
    cmd.u.ask.pools[0].v = POOL_B;
    cmd.u.ask.n = 1;
    cmd.u.ask.bridge = true;
    assert_int_equal(exchange_do(s.x, &cmd).refusal, REFUSAL_NONE);
    s.bed = s.x->last.requests[0];
    return s;
}

static enum refusal acknowledge(struct scene *s, struct actor who, uint8_t item)
{
    struct command cmd = {.kind = CMD_HANDOVER_ITEM, .actor = who};

    cmd.u.item = (struct cmd_item){s->r, item, true};
    return exchange_do(s->x, &cmd).refusal;
}

static struct outcome write_note(struct scene *s, struct actor who, uint32_t key)
{
    struct cmd_write_note n = {.referral = s->r, .key = {key}, .bytes = NOTE_SEAL_BYTES + NOTE_STEP_BYTES};
    struct command cmd = {.kind = CMD_WRITE_NOTE, .actor = who, .u.write_note = &n};

    cmd.key = (struct command_key){3, ++s->key, 0};
    return exchange_do(s->x, &cmd);
}

static bool reads(const struct scene *s, struct actor who, uint64_t note)
{
    return may(s->x->e, &who, ACT_READ_NOTE, note);
}

static uint64_t request_of(const struct scene *s, struct actor who)
{
    const struct request *q = audience_of_handover(s->x->e, &who, s->r);

    return q != NULL ? q->id.v : 0;
}

/* Where B is asked, the household still looks: nothing is handed over before the yes. */
static void the_house_of_a_bridge_bed_has_list_and_notes(void **state)
{
    struct scene s = scene_new();
    struct actor vt = referrer_of(VT_OOST), b = shelter_of(HUIS_B);
    uint32_t to_b = confirmed_key(&s, HUIS_B, 1), to_vt = confirmed_key(&s, VT_OOST, 2);
    uint64_t note = 0;

    (void)state;
    assert_int_equal(acknowledge(&s, b, 1), REFUSAL_NOT_FOUND);
    assert_int_equal(acknowledge(&s, vt, 1), REFUSAL_WRONG_STATE);
    do_answer(s.x, CMD_ACCEPT, s.bed, 0);
    assert_int_equal(acknowledge(&s, vt, 1), REFUSAL_NONE);
    assert_int_equal(acknowledge(&s, b, 1), REFUSAL_NONE);
    assert_int_equal(engine_handover(s.x->e, s.r)->request.v, s.bed.v);
    assert_int_equal(engine_handover(s.x->e, s.r)->acknowledged[HANDOVER_HOUSE], 1);
    assert_true(may(s.x->e, &b, ACT_SEE_HANDOVER, s.r.v));
    note = write_note(&s, vt, to_b).made;
    assert_int_not_equal(note, 0);
    assert_true(reads(&s, b, note) && !reads(&s, vt, note) && !reads(&s, shelter_of(HUIS_C), note));
    note = write_note(&s, b, to_vt).made;
    assert_true(note != 0 && reads(&s, vt, note) && !reads(&s, b, note));
    /* It receives nobody for another house: that it says so is refused as before. */
    assert_int_not_equal(do_referral(s.x, CMD_NO_SHOW, s.r, 0, 0).refusal, REFUSAL_NONE);
    exchange_free(s.x);
}

static void the_place_after_it_has_a_list_of_its_own(void **state)
{
    struct scene s = scene_new();
    struct actor vt = referrer_of(VT_OOST), b = shelter_of(HUIS_B), c = shelter_of(HUIS_C);
    uint32_t to_vt = confirmed_key(&s, VT_OOST, 2), to_b = confirmed_key(&s, HUIS_B, 1);
    struct request_id place;
    uint64_t from_b = 0, for_b = 0;

    (void)state;
    do_answer(s.x, CMD_ACCEPT, s.bed, 0);
    do_answer(s.x, CMD_CONFIRM_ARRIVAL, s.bed, 0);
    acknowledge(&s, vt, 1);
    acknowledge(&s, b, 2);
    for_b = write_note(&s, vt, to_b).made;
    place = do_ask_one(s.x, s.r, POOL_C);
    do_answer(s.x, CMD_ACCEPT, place, 0);
    /* The referrer hands over to the place now; each house has its own. */
    assert_int_equal(request_of(&s, vt), place.v);
    assert_int_equal(request_of(&s, c), place.v);
    assert_int_equal(request_of(&s, b), s.bed.v);
    assert_int_equal(acknowledge(&s, c, 3), REFUSAL_NONE);
    assert_int_equal(acknowledge(&s, vt, 4), REFUSAL_NONE);
    assert_int_equal(acknowledge(&s, b, 5), REFUSAL_NONE);
    assert_int_equal(engine_handover(s.x->e, s.r)->acknowledged[HANDOVER_REFERRER], 8);
    assert_int_equal(engine_handover(s.x->e, s.r)->acknowledged[HANDOVER_HOUSE], 4);
    assert_int_equal(engine_handover_of(s.x->e, the_request(s.x, s.bed))->acknowledged[HANDOVER_HOUSE], 18);
    assert_int_equal(engine_handover_of(s.x->e, the_request(s.x, s.bed))->acknowledged[HANDOVER_REFERRER], 1);
    from_b = write_note(&s, b, to_vt).made;
    assert_int_not_equal(from_b, 0);
    /* They leave the bridge bed for the place: what B wrote stays to be read, what was for B does not. */
    assert_true(reads(&s, b, for_b));
    do_answer(s.x, CMD_CONFIRM_ARRIVAL, place, 0);
    assert_int_equal(the_request(s.x, s.bed)->state, REQUEST_LEFT);
    assert_int_equal(request_of(&s, b), 0);
    assert_int_equal(acknowledge(&s, b, 6), REFUSAL_NOT_FOUND);
    assert_true(reads(&s, vt, from_b) && !reads(&s, b, for_b));
    /* And later: only what nobody there may read any more is destroyed. */
    s.x->now += MS_HOUR;
    do_tick(s.x);
    assert_int_equal(engine_note(s.x->e, (struct note_id){(uint32_t)from_b})->state, NOTE_WRITTEN);
    assert_int_equal(engine_note(s.x->e, (struct note_id){(uint32_t)for_b})->state, NOTE_DESTROYED);
    exchange_free(s.x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_house_of_a_bridge_bed_has_list_and_notes),
        cmocka_unit_test(the_place_after_it_has_a_list_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
