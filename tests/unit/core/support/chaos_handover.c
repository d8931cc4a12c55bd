/* Random commands of the warm handover: keys, items, notes; mostly possible ones. */
#include "support/chaos.h"

#include <string.h>

static struct command key_command(struct exchange *x, struct rng *r, struct cmd_make_key *made)
{
    static const unsigned owners[] = {VT_OOST, VT_WEST, HUIS_A, HUIS_B, HUIS_C, COMENSHA};
    unsigned org = owners[rng_below(r, 6)];
    bool is_house = org == HUIS_A || org == HUIS_B || org == HUIS_C;
    struct command cmd = {.kind = CMD_MAKE_KEY, .actor = is_house ? shelter_of(org) : referrer_of(org)};
    uint32_t n = engine_org_keys(x->e);

    if (n > 0 && rng_chance(r, 650)) {
        const struct sealed_note *last = engine_note(x->e, (struct note_id){engine_notes(x->e)});
        bool loses = last != NULL && last->state == NOTE_WRITTEN && rng_chance(r, 150);
        const struct org_key *k =
            engine_org_key(x->e, loses ? last->key : (struct org_key_id){n - rng_below(r, n > 6 ? 6 : n)});
        bool of_house = engine_org(x->e, k->org)->kind == ORG_SHELTER;

        cmd.actor = of_house ? shelter_of(k->org.v) : referrer_of(k->org.v);
        cmd.actor.account.v += rng_chance(r, 900) ? 50 : 0;
        cmd.kind = !loses && rng_chance(r, 800) ? CMD_CONFIRM_KEY : CMD_LOSE_KEY;
        if (cmd.kind == CMD_LOSE_KEY)
            cmd.u.key_loss = (struct cmd_key_loss){k->id, (uint8_t)rng_below(r, KEY_LOSS_REASON_N)};
        else
            cmd.u.key = k->id;
        if (k->state == ORG_KEY_LOSS_ASKED && rng_chance(r, 600)) {
            cmd.kind = rng_chance(r, 700) ? CMD_CONFIRM_KEY_LOSS : CMD_KEEP_KEY;
            cmd.u.key = k->id;
        }
        return cmd;
    }
    memset(made, 0, sizeof *made);
    for (size_t i = 0; i < 8; i++)
        made->public_key[i] = (uint8_t)rng_next(r);
    made->wrapped_bytes = (uint8_t)(ORG_KEY_WRAPPED_MIN + rng_below(r, 80));
    cmd.u.make_key = made;
    return cmd;
}

static const struct referral *with_a_yes(const struct exchange *x, struct rng *r)
{
    uint64_t n = engine_referrals(x->e);

    for (int tries = 0; tries < 60 && n > 0; tries++) {
        uint64_t recent = n > 20 ? 20 : n;
        const struct referral *ref =
            engine_referral(x->e, (struct referral_id){n - rng_below(r, (uint32_t)recent)});

        if (handover_request(x->e, ref) != NULL)
            return ref;
    }
    return NULL;
}

struct outcome chaos_handover_step(struct exchange *x, struct rng *r)
{
    const struct referral *ref = with_a_yes(x, r);
    struct cmd_make_key made;
    struct cmd_write_note note;
    struct command cmd;
    bool by_house = rng_chance(r, 500);
    const struct request *q = NULL;
    const struct sealed_note *last = NULL;
    struct org_id to;

    if (ref == NULL || rng_chance(r, 250)) {
        cmd = key_command(x, r, &made);
        return exchange_do(x, &cmd);
    }
    q = handover_request(x->e, ref);
    last = engine_note_newest(x->e, ref->id);
    cmd = (struct command){.actor = by_house ? shelter_of(engine_pool(x->e, q->pool)->org.v)
                                             : referrer_of(ref->org.v)};
    cmd.key = (struct command_key){2, rng_next(r) | 1, 0};
    to = handover_receiver(x->e, q, by_house ? HANDOVER_HOUSE : HANDOVER_REFERRER);
    if (last != NULL && rng_chance(r, 400)) {
        cmd.kind = CMD_PICK_UP_NOTE;
        cmd.u.note = last->id;
    } else if (rng_chance(r, 500) || engine_org_key_active(x->e, to) == NULL) {
        cmd.kind = CMD_HANDOVER_ITEM;
        cmd.u.item = (struct cmd_item){ref->id, (uint8_t)(1 + rng_below(r, 13)), rng_chance(r, 900)};
    } else {
        note = (struct cmd_write_note){.referral = ref->id, .key = engine_org_key_active(x->e, to)->id};
        note.bytes = (uint16_t)(NOTE_SEAL_BYTES + NOTE_STEP_BYTES * (1 + rng_below(r, NOTE_STEPS_MAX)));
        cmd.kind = CMD_WRITE_NOTE;
        cmd.u.write_note = &note;
    }
    return exchange_do(x, &cmd);
}
