#include "support/handover_steps.h"

struct scene handover_scene(void)
{
    struct scene s = {.x = exchange_new()};

    s.r = do_open(s.x, VT_OOST, a_need());
    s.q = do_ask_one(s.x, s.r, POOL_B);
    do_answer(s.x, CMD_ACCEPT, s.q, 0);
    return s;
}

struct actor person(struct actor a, uint32_t account)
{
    a.account.v = account;
    return a;
}

struct outcome make_key(struct scene *s, struct actor who, uint8_t first_byte)
{
    struct cmd_make_key k = {.public_key = {first_byte}, .wrapped_bytes = 97, .wrapped = {9}};

    return exchange_do(s->x, &(struct command){.kind = CMD_MAKE_KEY, .actor = who, .u.make_key = &k});
}

enum refusal on_key(struct scene *s, enum command_kind kind, struct actor who, uint64_t key)
{
    return exchange_do(s->x, &(struct command){.kind = kind, .actor = who, .u.key = {(uint32_t)key}}).refusal;
}

enum refusal lose_for(struct scene *s, struct actor who, uint64_t key, uint8_t reason)
{
    struct command cmd = {.kind = CMD_LOSE_KEY, .actor = who};

    cmd.u.key_loss = (struct cmd_key_loss){{(uint32_t)key}, reason};
    return exchange_do(s->x, &cmd).refusal;
}

enum refusal lose(struct scene *s, struct actor who, uint64_t key)
{
    return lose_for(s, who, key, KEY_LOSS_FORGOTTEN);
}

uint32_t confirmed_key(struct scene *s, enum an_org org, uint8_t first_byte)
{
    struct actor a = org == VT_OOST ? referrer_of(org) : shelter_of(org);
    uint64_t id = make_key(s, person(a, 1), first_byte).made;

    assert_int_equal(on_key(s, CMD_CONFIRM_KEY, person(a, 2), id), REFUSAL_NONE);
    return (uint32_t)id;
}

struct outcome write_note(struct scene *s, struct actor who, uint32_t key, uint16_t bytes)
{
    struct cmd_write_note n = {.referral = s->r, .key = {key}, .bytes = bytes, .hash = {1, 2, 3}};
    struct command cmd = {.kind = CMD_WRITE_NOTE, .actor = who, .u.write_note = &n};

    cmd.key = (struct command_key){3, ++s->key, 0};
    return exchange_do(s->x, &cmd);
}

enum refusal pick_up(struct scene *s, struct actor who, uint64_t note)
{
    return exchange_do(s->x,
                       &(struct command){.kind = CMD_PICK_UP_NOTE, .actor = who, .u.note = {(uint32_t)note}})
        .refusal;
}

const struct sealed_note *the_note(const struct scene *s, uint64_t id)
{
    return engine_note(s->x->e, (struct note_id){(uint32_t)id});
}
